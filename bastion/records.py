"""``bastion recording`` and ``bastion audit``: evidence on this machine, reading it is recorded."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import functools
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bastion.acting import acting_person
from bastion.config import Paths, load_config
from bastion.errors import ConfigError, UsageError
from bastion.execution.reading import masks_for_anybody
from bastion.installation import PolicyFile, SystemClock, check_initialised, open_audit_log
from recordings.age import check_recipient
from recordings.archive import archivable, archive
from recordings.asciicast import ExportFormat, export
from recordings.audit import (
    SEALED,
    AuditReport,
    AuditRow,
    read_rows,
    seal_message,
    sessions_in,
    verify_audit,
)
from recordings.catalog import Catalog
from recordings.erasure import erase, find_erasure, propose_erasure
from recordings.errors import FormatError, KeyFormatError
from recordings.events import Output
from recordings.files import open_stream, session_name
from recordings.glance import UNPROVEN, Glances
from recordings.heard import MaskFor
from recordings.keys import load_private_key, load_public_key
from recordings.pinned import pinned
from recordings.query import parse_query
from recordings.reader import StatementView, read_events, read_header, read_statements
from recordings.readers import served_copy
from recordings.redact import Redaction, left_over, redact
from recordings.retention import (
    Due,
    KeepPolicy,
    Proposal,
    delete,
    find_due,
    find_proposal,
    hold,
    propose,
    release,
)
from recordings.search import Found, SearchIndex
from recordings.seek import SeekIndexes, index_key, screen_at
from recordings.sshsig import (
    PRINCIPAL,
    SEAL_NAMESPACE,
    allowed_signers_line,
    sign_stream,
    verify_message,
)
from recordings.verify import tell_all, verify_against, verify_file
from recordings.words import moment_text, visible, visible_line

Say = Callable[[str], None]

_IDLE_MAX_S = 2.0
_HIT_CHARACTERS_MAX = 160


def recording(paths: Paths, parsed: argparse.Namespace, *, say: Say, complain: Say) -> int:
    """Run one ``bastion recording`` command and give its exit code."""
    return _answered(functools.partial(_run, paths, parsed, say=say, complain=complain), complain)


def _answered(run: Callable[[], int], complain: Say) -> int:
    """Run a command; what it cannot read, or what is no recording, is told with its exit code."""
    try:
        return run()
    except OSError as error:
        complain(_unreadable(error))
        return 2
    except FormatError as error:
        complain(str(error))
        return 2 if isinstance(error, KeyFormatError) else 1


def _unreadable(error: OSError) -> str:
    named = visible_line(str(error.filename or "A file"))
    return f"{named}: {error.strerror or error}. Put it right, or run this as who may read it."


def _run(paths: Paths, parsed: argparse.Namespace, *, say: Say, complain: Say) -> int:
    if parsed.verb == "verify":
        return _verify(paths, parsed, say=say, complain=complain)
    check_initialised(paths)
    match parsed.verb:
        case "list":
            read_on_record(paths, "", "list", parsed.search)
            return _list(paths, parsed, say)
        case "key":
            say(allowed_signers_line(load_public_key(paths.recording_public_key)))
            return 0
        case "seal":
            return _seal(paths, parsed.session, say)
        case "hold" | "release":
            return _hold(paths, parsed, say)
        case "expire":
            return _expire(paths, parsed, say)
        case "erase":
            return _erase(paths, parsed, say)
        case "archive":
            return _archive(paths, parsed, say=say, complain=complain)
        case _:
            return _read_one(paths, parsed, say=say, complain=complain)


def _read_one(paths: Paths, parsed: argparse.Namespace, *, say: Say, complain: Say) -> int:
    path = _find(paths, parsed.what)
    at = getattr(parsed, "at", None)
    at_s = None if at is None else parse_moment(at)
    read_on_record(paths, session_name(path), parsed.verb, "", at_s=at_s, file=path)
    # What is checked is what is read, whatever somebody puts there meanwhile.
    with pinned(path):
        return _read_pinned(paths, path, parsed, at_s, say=say, complain=complain)


def _read_pinned(
    paths: Paths,
    path: Path,
    parsed: argparse.Namespace,
    at_s: float | None,
    *,
    say: Say,
    complain: Say,
) -> int:
    mask_for = masks_for_anybody(PolicyFile(paths.policy).current())
    if parsed.verb == "redact":
        return _redact(paths, path, parsed, mask_for, say=say, complain=complain)
    if parsed.verb == "sign":
        return _sign(paths, path, parsed, complain)
    fault = _find_fault(paths, path, parsed.identity)
    if fault:
        # Before the first word of it: it is shown all the same, as there may be no other.
        complain(f"This is not what was recorded, or nobody can tell: {fault}")
    with served_copy(path, mask_for, identity=parsed.identity) as copy:
        if copy is not None:
            path, parsed.identity = copy, None
        match parsed.verb:
            case "show":
                code = _show(path, parsed, say)
            case "play":
                code = _play(paths, path, parsed, at_s)
            case _:
                code = _export(paths, path, parsed, at_s)
    return code or int(bool(fault))


def _find_fault(paths: Paths, path: Path, identity: Path | None) -> str:
    """Tell why what is to be read is not to be trusted; empty: it is right."""
    return finder_of_faults(paths, identity)(path)


def finder_of_faults(paths: Paths, identity: Path | None) -> Callable[[Path], str]:
    """Give what tells why a recording is not to be trusted; empty: it is right.

    The audit log is read once, when it is asked first.
    """
    log = functools.cache(functools.partial(_read_whole_log, paths))

    def find(path: Path) -> str:
        key = load_public_key(paths.recording_public_key)
        report = verify_against(path, key, log(), identity=identity)
        return report.message if report.exit_code == 1 else ""

    return find


def _read_whole_log(paths: Paths) -> AuditReport | None:
    """Check the audit log, where there is one, against its anchor, where there is one."""
    if not paths.audit_log.exists():
        return None
    key = load_public_key(paths.recording_public_key)
    return verify_audit(paths.audit_log, key, anchor=_present_anchor(paths))


def _verify(paths: Paths, parsed: argparse.Namespace, *, say: Say, complain: Say) -> int:
    if parsed.what is None:
        return _verify_all(paths, parsed, say=say, complain=complain)
    path = _find(paths, parsed.what, must_exist=False)
    key = parsed.key or paths.recording_public_key
    audit = paths.audit_log if paths.audit_log.exists() else None
    if audit is None and path.absolute().is_relative_to(paths.sessions.absolute()):
        # Its first line is older than any recording here.
        complain(f"{paths.audit_log} is missing: nobody can tell what else is.")
        return 1
    anchor = _anchor(paths, parsed)
    report = verify_file(path, key, audit, identity=parsed.identity, anchor=anchor)
    (say if report.is_ok else complain)(report.message)
    return report.exit_code


def _verify_all(paths: Paths, parsed: argparse.Namespace, *, say: Say, complain: Say) -> int:
    if not paths.audit_log.exists():
        complain(f"{paths.audit_log} is missing: nobody can tell what else is.")
        return 1
    key, anchor = parsed.key or paths.recording_public_key, _anchor(paths, parsed)
    lines = tell_all(paths.sessions, key, paths.audit_log, identity=parsed.identity, anchor=anchor)
    code = 0
    for line, code in lines:
        (complain if code else say)(line)
    return code


def _anchor(paths: Paths, parsed: argparse.Namespace) -> Path | None:
    """Name the file with heads that were kept elsewhere: as given, else as configured."""
    if parsed.anchor is not None:
        return Path(parsed.anchor)
    return _configured_anchor(paths)


def _configured_anchor(paths: Paths) -> Path | None:
    # A file that cannot be read may name one: without it a log that was rolled back looks whole.
    configured = load_config(paths.config).audit.anchor_file
    return Path(configured) if configured else None


def _present_anchor(paths: Paths) -> Path | None:
    """Name the anchor for those who read: before the first head there is none.

    That it is missing later is for those to tell who verify.
    """
    anchor = _configured_anchor(paths)
    return anchor if anchor is not None and anchor.exists() else None


def _find(paths: Paths, what: str, *, must_exist: bool = True) -> Path:
    """Take a session's id, or else a path, for a recording; with a slash it is a path.

    Raises:
        UsageError: there is neither; or the file here has the name of a session that is gone.
    """
    if "/" in what or what.endswith((".cast", ".zst", ".age")):
        return Path(what)
    found = Catalog(paths.sessions).find(what)
    if found is not None:
        return found
    path = Path(what)
    if path.exists() and paths.audit_log.exists() and what in sessions_in(paths.audit_log):
        # What somebody has put here must not answer for it.
        raise UsageError(
            f"The recording of session {what} is not in its place, and here lies a file of that"
            f" name. For the file, write ./{what}"
        )
    if must_exist and not path.exists():
        raise UsageError(f"There is no recording {what}. Try: bastion recording list")
    return path


def read_on_record(
    paths: Paths,
    session_id: str,
    act: str,
    purpose: str,
    *,
    at_s: float | None = None,
    file: Path | None = None,
) -> None:
    """Put the reading into the audit log before the first byte is read.

    Args:
        file: what is read; named where it is not kept here: a copy may have any session's name.
    """
    log = open_audit_log(paths, SystemClock())
    fields = {"by": acting_person(), "session": session_id, "act": act, "purpose": purpose}
    if at_s is not None:
        fields["from_s"] = f"{at_s:g}"
    if file is not None and not file.absolute().is_relative_to(paths.sessions.absolute()):
        fields["file"] = str(file.absolute())
    log.record("recording.read", fields)


def _list(paths: Paths, parsed: argparse.Namespace, say: Say) -> int:
    found = _found(paths, parsed)
    glances = Glances(lambda: _read_whole_log(paths) or AuditReport())
    states = glances.states([one.entry for one in found])
    if parsed.json:
        say(json.dumps([_entry(one, state) for one, state in zip(found, states, strict=True)]))
        return 0
    if not found:
        say("No recording matches." if _query(parsed) else "There are no recordings yet.")
    for one, state in zip(found, states, strict=True):
        entry, header = one.entry, one.entry.header
        line = (
            f"{entry.session_id}  {header.started_at:%Y-%m-%d %H:%M:%S}  {state:8}  "
            f"{header.user}@{header.target or '-'}  {header.front_end}  "
            f"{entry.duration_s:.0f} s  {entry.statements} statement"
            f"{'' if entry.statements == 1 else 's'}, "
            f"{entry.held} held, {entry.denied} refused  {entry.size_bytes} bytes"
        )
        say(visible_line(line))
        for hit in one.hits:
            words = visible(" ".join(hit.text.split()))[:_HIT_CHARACTERS_MAX]
            say(f"    {moment_text(hit.time_s)}  #{hit.index} {hit.action or '-':5}  {words}")
    if UNPROVEN in states:
        say("The audit log knows what is unproven otherwise. Look: bastion recording verify ID")
    if any(one.hits for one in found):
        say("To see one: bastion recording play ID --at TIME")
    return 0


def _query(parsed: argparse.Namespace) -> str:
    words: str = parsed.search
    return words.strip()


def _found(paths: Paths, parsed: argparse.Namespace) -> tuple[Found, ...]:
    query = parse_query(_query(parsed), now=SystemClock().now())
    named = (("user", parsed.user), ("target", parsed.target))
    given = tuple((key, value) for key, value in named if value is not None)
    query = dataclasses.replace(query, equal=(*query.equal, *given))
    index = SearchIndex(paths.sessions)
    if parsed.anew:
        index.begin_anew()
    return index.find(query, limit=parsed.limit)


def _entry(found: Found, state: str) -> dict[str, object]:
    entry, header = found.entry, found.entry.header
    return {
        "id": entry.session_id,
        "user": header.user,
        "target": header.target,
        "environment": header.environment,
        "front_end": header.front_end,
        "started_at": header.started_at.isoformat(),
        "duration_s": round(entry.duration_s, 3),
        "statements": entry.statements,
        "held": entry.held,
        "denied": entry.denied,
        "size_bytes": entry.size_bytes,
        "state": state,
        "path": str(entry.path),
        "hits": [
            {
                "statement": hit.index,
                "at_s": round(hit.time_s, 3),
                "text": hit.text,
                "verdict": hit.action or None,
            }
            for hit in found.hits
        ],
    }


def _show(path: Path, parsed: argparse.Namespace, say: Say) -> int:
    header = read_header(path, identity=parsed.identity)
    statements = read_statements(path, identity=parsed.identity)
    if parsed.json:
        about = {
            "id": header.session_id,
            "user": header.user,
            "person": header.person,
            "source": header.source,
            "key": header.key_fingerprint,
            "target": header.target,
            "environment": header.environment,
            "front_end": header.front_end,
            "started_at": header.started_at.isoformat(),
            "statements": [_statement(statement) for statement in statements],
        }
        say(json.dumps(about, ensure_ascii=False))
        return 0
    # What was typed must do nothing to the terminal of whoever reads it.
    for line in (
        f"session {header.session_id}: {header.user} ({header.person}) on {header.target or '-'}",
        f"from {header.source} with key {header.key_fingerprint}, {header.front_end}",
        f"started {header.started_at:%Y-%m-%d %H:%M:%S} UTC, policy {header.policy_version}",
    ):
        say(visible_line(line))
    for number, statement in enumerate(statements, 1):
        say(f"#{number} {statement.time_us / 1e6:8.1f} s  {statement.action:5} {statement.status}")
        for line in visible(statement.text).splitlines():
            say(f"      {line}")
    return 0


def _statement(statement: StatementView) -> dict[str, object]:
    return {
        "id": statement.id,
        "at_s": round(statement.time_us / 1e6, 3),
        "text": statement.text,
        "verdict": statement.action,
        "rule": statement.rule,
        "request_id": statement.request_id or None,
        "status": statement.status,
        "row_count": statement.row_count,
    }


def _play(paths: Paths, path: Path, parsed: argparse.Namespace, at_s: float | None) -> int:
    """Play from the start, or draw the screen of a moment and go on from there."""
    speed: float = parsed.speed
    if speed <= 0:
        raise UsageError("The speed must be above 0; 2 plays twice as fast.")
    before, offset = at_s or 0.0, 0
    if at_s is not None:
        indexes = _seek_indexes(paths)
        screen, offset = screen_at(path, at_s, indexes=indexes, identity=parsed.identity)
        sys.stdout.buffer.write(screen.dump().encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    for timed in read_events(path, offset=offset, identity=parsed.identity):
        if not isinstance(timed.event, Output):
            continue
        if sys.stdout.isatty():
            time.sleep(max(0.0, min(timed.time_s - before, _IDLE_MAX_S)) / speed)
        before = timed.time_s
        sys.stdout.buffer.write(timed.event.data)
        sys.stdout.buffer.flush()
    return 0


def _seek_indexes(paths: Paths) -> SeekIndexes:
    return SeekIndexes(paths.sessions, index_key(load_private_key(paths.signing_key)))


def parse_moment(text: str) -> float:
    """Read ``01:23:45``, ``23:45`` or ``83.5`` as seconds since the start.

    Raises:
        UsageError: it is none of these.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise UsageError(f'"{text}" is no moment. Write 01:23:45, 23:45 or seconds.')
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)


def _export(paths: Paths, path: Path, parsed: argparse.Namespace, at_s: float | None) -> int:
    try:
        wanted = ExportFormat(parsed.format)
    except ValueError as error:
        names = ", ".join(item.value for item in ExportFormat)
        raise UsageError(f'There is no format "{parsed.format}". Formats are {names}.') from error
    indexes = None if at_s is None else _seek_indexes(paths)
    pieces = export(path, wanted, at_s=at_s, identity=parsed.identity, indexes=indexes)
    return _write(pieces, parsed.output)


def _write(pieces: Iterable[bytes], output: Path | None) -> int:
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    else:
        with output.open("wb") as file:
            file.writelines(pieces)
    return 0


def _sign(paths: Paths, path: Path, parsed: argparse.Namespace, complain: Say) -> int:
    """Sign the plain bytes of a right and sealed recording for ``ssh-keygen -Y verify``."""
    anchor = _present_anchor(paths)
    report = verify_file(
        path,
        paths.recording_public_key,
        paths.audit_log,
        identity=parsed.identity,
        anchor=anchor,
    )
    if report.state != "sealed":
        complain(f"Not signed; only what is sealed and whole is. {report.message}")
        return 1
    with open_stream(path, parsed.identity) as stream:
        signature = sign_stream(stream, load_private_key(paths.signing_key))
    return _write([signature.encode()], parsed.output)


def _seal(paths: Paths, session_id: str, say: Say) -> int:
    """Print how a recording was sealed, as the audit log has it, with its SSH signature."""
    read_on_record(paths, session_id, "seal", "")
    if fault := _find_log_fault(paths):
        raise UsageError(f"The audit log is not whole, and not to be trusted: {fault}")
    for row in _rows(paths):
        if row.event == SEALED and row.fields.get("session") == session_id:
            break
    else:
        raise UsageError(
            f"The audit log knows no seal of {session_id}. Try: bastion recording list"
        )
    signature = row.fields.get("sshsig")
    if not isinstance(signature, str):
        raise UsageError(
            "This recording was sealed by an earlier version. Use: bastion recording sign"
        )
    message = seal_message(row.fields)
    try:
        signer = verify_message(message, signature, SEAL_NAMESPACE)
    except FormatError as error:
        raise UsageError(
            "The audit log was changed: its seal does not fit. Run: bastion audit verify"
        ) from error
    line = signer.allowed_signers_line(PRINCIPAL, SEAL_NAMESPACE)
    found = {"message": message.decode(), "signature": signature, "allowed_signers": line}
    say(json.dumps({"sealed_at": str(row.at), **found}))
    return 0


def _redact(
    paths: Paths,
    path: Path,
    parsed: argparse.Namespace,
    mask_for: MaskFor,
    *,
    say: Say,
    complain: Say,
) -> int:
    """Write a redacted copy to a new file, and prove that it is right."""
    redaction = Redaction(
        statements=frozenset(parsed.statement or ()),
        outputs=tuple(_parse_range(text) for text in parsed.removed_output or ()),
        cells=tuple(_parse_cell(text) for text in parsed.cell or ()),
        columns=tuple(_parse_column(text) for text in parsed.column or ()),
    )
    chosen = (redaction.statements, redaction.outputs, redaction.cells, redaction.columns)
    if not any(chosen):
        raise UsageError(
            "Say what to take out: --statement N, --cell N:ROW:COLUMN, --column N:COLUMN or"
            " --output FROM-TO."
        )
    anchor = _present_anchor(paths)
    report = verify_file(
        path,
        paths.recording_public_key,
        paths.audit_log,
        identity=parsed.identity,
        anchor=anchor,
    )
    if report.state != "sealed":
        complain(f"Not redacted; only what is sealed and whole can be. {report.message}")
        return 1
    target: Path = parsed.output
    with target.open("xb") as file:
        try:
            pieces = redact(path, redaction, identity=parsed.identity, mask_for=mask_for)
            file.writelines(pieces)
            file.flush()
            if not parsed.only_there:
                _check_left_over(target, redaction)
        except FormatError:
            target.unlink()
            raise
    report = verify_file(target, paths.recording_public_key, paths.audit_log)
    (say if report.state == "redacted" else complain)(report.message)
    return report.exit_code


def _check_left_over(target: Path, redaction: Redaction) -> None:
    """Refuse a copy that still has the text of a cell elsewhere, and say where.

    Raises:
        FormatError: it has.
    """
    places = [f"{kind} at {moment_text(at_s)}" for at_s, kind in left_over(target, redaction.taken)]
    if places:
        more = f" and {len(places) - _PLACES_MAX} more" if len(places) > _PLACES_MAX else ""
        raise FormatError(
            "Not redacted: the same text stands elsewhere:"
            f" {', '.join(places[:_PLACES_MAX])}{more}."
            " Take it out there too, or say --only-there."
        )


_PLACES_MAX = 5


def _parse_cell(text: str) -> tuple[int, int, str]:
    statement, _, rest = text.partition(":")
    row, _, column = rest.partition(":")
    if not (_NUMBER.fullmatch(statement) and _NUMBER.fullmatch(row) and column):
        raise UsageError(f'"{text}" is no cell. Write N:ROW:COLUMN, as in 3:2:email.')
    return int(statement), int(row), column


def _parse_column(text: str) -> tuple[int, str]:
    statement, _, column = text.partition(":")
    if not (_NUMBER.fullmatch(statement) and column):
        raise UsageError(f'"{text}" is no column. Write N:COLUMN, as in 3:email.')
    return int(statement), column


def _parse_range(text: str) -> tuple[float, float]:
    found = _RANGE.fullmatch(text)
    if found is None or float(found[1]) > float(found[2]):
        raise UsageError(f'"{text}" is no range of seconds. Write FROM-TO: 12.5-20.')
    return float(found[1]), float(found[2])


# Retention


def _hold(paths: Paths, parsed: argparse.Namespace, say: Say) -> int:
    log = open_audit_log(paths, SystemClock())
    by, reason = acting_person(), _reason(parsed)
    if parsed.verb == "hold":
        is_readable = hold(log, parsed.session, by=by, reason=reason)
        say(f"{parsed.session} is kept until somebody releases it.")
        if not is_readable:
            say("Its key was erased before: nobody can read what it holds.")
    else:
        still = release(log, parsed.session, by=by, reason=reason)
        ended = f"The last hold on {parsed.session} has ended"
        say(f"{ended}; it is still kept: {visible(still)}" if still else f"{ended}.")
    return 0


def _expire(paths: Paths, parsed: argparse.Namespace, say: Say) -> int:
    """List what is due; propose it as the first person, or delete it as the second."""
    read_on_record(paths, "", "expire", "")
    clock = SystemClock()
    log = open_audit_log(paths, clock)
    now = clock.now()
    due = find_due(Catalog(paths.sessions), paths.audit_log, _keep_policy(paths), now)
    if parsed.confirm:
        proposal = find_proposal(log, parsed.confirm, by=acting_person(), now=now)
        return _delete(paths, proposal, due, say)
    for entry in due.entries:
        header = entry.header
        about = f"{header.started_at:%Y-%m-%d}  {header.user}@{header.target}"
        say(f"{entry.session_id}  {about}  kept {due.terms[entry.session_id].days} days")
    for session_id, reason in due.kept.items():
        say(f"{session_id}  kept by a hold: {visible(reason)}")
    if parsed.propose:
        proposal_id = propose(log, due, by=acting_person(), reason=_reason(parsed))
        say(f"Proposed. A second person runs: bastion recording expire --confirm {proposal_id}")
    else:
        say(f"{len(due.entries)} recordings are due to be deleted. To ask for it: --propose")
    return 0


def _delete(paths: Paths, proposal: Proposal, due: Due, say: Say) -> int:
    public_key = load_public_key(paths.recording_public_key)
    log = open_audit_log(paths, SystemClock())
    deleted = wrong = 0
    for session_id, fault in delete(log, public_key, proposal, due, by=acting_person()):
        say(f"{session_id}: {'not deleted. ' + fault if fault else 'deleted'}")
        deleted += not fault
        wrong += bool(fault)
    left = len(proposal.sessions) - deleted
    say(f"{deleted} recordings deleted; {left} were gone, held, not right or not due any more.")
    return 1 if wrong else 0


def _erase(paths: Paths, parsed: argparse.Namespace, say: Say) -> int:
    """Propose as the first person, or confirm as the second, that nobody can read one any more."""
    if bool(parsed.confirm) is (parsed.propose and parsed.session is not None):
        raise UsageError("Say ID --propose --reason TEXT, or --confirm PROPOSAL.")
    clock = SystemClock()
    log = open_audit_log(paths, clock)
    if parsed.propose:
        why = _reason(parsed)
        recording = _find(paths, parsed.session)
        proposal_id = propose_erasure(
            log, recording, session_name(recording), by=acting_person(), why=why
        )
        say(f"Proposed. A second person runs: bastion recording erase --confirm {proposal_id}")
        return 0
    proposal = find_erasure(log, parsed.confirm, by=acting_person(), now=clock.now())
    public_key = load_public_key(paths.recording_public_key)
    wrong = 0
    for session_id, fault in erase(
        log, public_key, proposal, Catalog(paths.sessions), by=acting_person()
    ):
        say(f"{session_id}: {'not erased. ' + fault if fault else 'erased'}")
        wrong += bool(fault)
    say("Copies of ID.key.age in backups still open what was erased: delete them too.")
    return 1 if wrong else 0


def _reason(parsed: argparse.Namespace) -> str:
    reason: str = (parsed.reason or "").strip()
    if not reason:
        raise UsageError("Say why: --reason TEXT. It goes into the audit log.")
    return reason


def _keep_policy(paths: Paths) -> KeepPolicy:
    section = load_config(paths.config).recording
    by_target: dict[str, int] = {}
    for word in section.keep_by_target.split():
        name, _, days = word.rpartition("=")
        if not name or not days.isascii() or not days.isdigit():
            raise ConfigError(f'[recording] keep_by_target: "{word}" is not NAME=DAYS.')
        by_target[name] = int(days)
    return KeepPolicy(days=section.keep_days, by_target=by_target)


# Archive

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_RANGE = re.compile(r"([0-9]+(?:\.[0-9]+)?)-([0-9]+(?:\.[0-9]+)?)")
_MOMENT = re.compile(r"(?:(?:([0-9]{1,4}):)?([0-9]{1,4}):)?([0-9]{1,7}(?:\.[0-9]{1,6})?)")
_AGE = re.compile(r"([0-9]{1,6})([dh])")


def parse_age(text: str) -> dt.timedelta:
    """Read ``7d`` or ``12h``.

    Raises:
        UsageError: it is neither.
    """
    found = _AGE.fullmatch(text)
    if found is None:
        raise UsageError(f'"{text}" is no age. Write days or hours: 7d, 12h.')
    number = int(found[1])
    return dt.timedelta(days=number) if found[2] == "d" else dt.timedelta(hours=number)


def _archive(paths: Paths, parsed: argparse.Namespace, *, say: Say, complain: Say) -> int:
    clock = SystemClock()
    configured = load_config(paths.config).recording.recipients
    # Never instead of the configured: one person alone could make all of it unreadable.
    wanted = dict.fromkeys([*configured.split(), *(parsed.recipient or ())])
    recipients = [check_recipient(one) for one in wanted]
    before = clock.now() - parse_age(parsed.older_than)
    public_key = load_public_key(paths.recording_public_key)
    log = open_audit_log(paths, clock)
    entries = archivable(Catalog(paths.sessions), before=before)
    failed = 0
    for entry in entries:
        try:
            done = archive(entry, public_key, log, recipients=recipients, by=acting_person())
        except FormatError as error:
            failed += 1
            complain(str(error))
        else:
            say(f"{done.path.name}: {done.before_bytes} bytes became {done.after_bytes}")
    how = "encrypted" if recipients else "packed, not encrypted"
    say(f"{len(entries) - failed} recordings archived ({how}).")
    return 1 if failed else 0


def audit(paths: Paths, parsed: argparse.Namespace, *, say: Say, complain: Say) -> int:
    """Run one ``bastion audit`` command and give its exit code."""
    return _answered(functools.partial(_audit, paths, parsed, say=say, complain=complain), complain)


def _audit(paths: Paths, parsed: argparse.Namespace, *, say: Say, complain: Say) -> int:
    check_initialised(paths)
    if parsed.verb == "verify":
        return _verify_audit(paths, parsed, say=say, complain=complain)
    # What is checked is what is read.
    with pinned(paths.audit_log):
        return _read_log(paths, parsed, say=say, complain=complain)


def _read_log(paths: Paths, parsed: argparse.Namespace, *, say: Say, complain: Say) -> int:
    fault = _find_log_fault(paths)
    if fault:
        complain(f"The audit log is not whole, and not to be trusted: {fault}")
    code = int(bool(fault))
    if parsed.verb == "export":
        lines = (json.dumps(_row(row), ensure_ascii=False) + "\n" for row in _rows(paths))
        if parsed.output is None:
            sys.stdout.writelines(lines)
        else:
            with parsed.output.open("w", encoding="utf-8") as file:
                file.writelines(lines)
        return code
    found = [row for row in _rows(paths) if _is_wanted(row, parsed)][-parsed.limit :]
    for row in found:
        if parsed.json:
            say(json.dumps(_row(row), ensure_ascii=False))
        else:
            fields = "  ".join(f"{name}={value}" for name, value in row.fields.items())
            say(visible_line(f"{row.at}  {row.event}  {fields}"))
    return code


def _find_log_fault(paths: Paths) -> str:
    log = _read_whole_log(paths)
    return "it is missing" if log is None else log.fault


def _verify_audit(paths: Paths, parsed: argparse.Namespace, *, say: Say, complain: Say) -> int:
    key = load_public_key(paths.recording_public_key)
    report = verify_audit(paths.audit_log, key, anchor=_anchor(paths, parsed), is_thorough=True)
    if not report.is_ok:
        complain(f"The audit log is not whole: {report.fault}")
        return 1
    agrees = f" It agrees with its anchor, and is {report.anchored}." if report.anchored else ""
    say(f"The audit log is whole: {report.rows} rows, head {report.head[:16]}.{agrees}")
    for one in report.set_back:
        complain(f"But {one.words()}: ages by this log are not to be relied on.")
    return 0


def _rows(paths: Paths) -> Iterator[AuditRow]:
    return read_rows(paths.audit_log) if paths.audit_log.exists() else iter(())


def _is_wanted(row: AuditRow, parsed: argparse.Namespace) -> bool:
    if parsed.event and not row.event.startswith(parsed.event):
        return False
    return not parsed.text or parsed.text.casefold() in json.dumps(_row(row)).casefold()


def _row(row: AuditRow) -> dict[str, object]:
    return {"seq": row.seq, "id": row.id, "at": str(row.at), "event": row.event, **row.fields}
