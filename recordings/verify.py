"""Tells whether a recording is what was written: chain, signatures and audit log agree.

An answer is exit code 0: sealed and whole, or unsealed and the audit log agrees (opened and not
yet ended, or closed as crashed at exactly that frame); 1: anything else; 2: a file or key is
missing or may not be read, so nothing can be told. Where both are so, it is 1, and both are told.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recordings.audit import AuditReport, Deletion, SessionMark, SessionMarks, verify_audit
from recordings.catalog import about_path, read_about
from recordings.disk import is_there
from recordings.encrypted import key_path
from recordings.errors import FormatError, KeyFormatError
from recordings.events import Header
from recordings.files import (
    Survey,
    day_of,
    file_digest,
    is_being_written,
    is_encrypted,
    is_in_place,
    is_named_by_form,
    open_chained,
    open_stream,
    session_name,
    survey,
    torn_path,
)
from recordings.frames import FrameWalk
from recordings.keys import load_public_key
from recordings.reader import has_frame
from recordings.words import visible_line

AUDIT_NAME = "audit.log"
RETURNED = "returned"
"""State of what was put back after its tombstone."""
_LIVE_WAIT_S = 2.0
_LIVE_PAUSE_S = 0.02
_UNKNOWN = SessionMarks()
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the check of one recording found."""

    exit_code: int
    message: str
    """For people, in one line that does nothing to a terminal; names the first bad frame."""
    first_bad_frame: int | None = None
    state: str = ""
    """sealed, redacted, crashed, live or deleted, when it is right; returned, when it would be but
    for its tombstone."""
    session_id: str = ""
    frames: int = 0
    """Whole and right frames, from the first."""
    length_bytes: int = 0

    def __post_init__(self) -> None:
        """Take the control characters out of names that others chose."""
        object.__setattr__(self, "message", visible_line(self.message))

    @property
    def is_ok(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.exit_code == 0


def verify_file(
    path: Path,
    key_path: Path,
    audit_path: Path | None = None,
    *,
    identity: Path | None = None,
    anchor: Path | None = None,
) -> Report:
    """Check a recording, reading the key from its file; never raises for a bad file.

    Args:
        audit_path: None: ``audit.log`` beside the key, where there is one.
        identity: file with the age key of an encrypted recording.
        anchor: file with heads of the audit log that were kept elsewhere.
    """
    try:
        key = load_public_key(key_path)
        beside = key_path.absolute().with_name(AUDIT_NAME)
        if audit_path is None and is_there(beside):
            audit_path = beside
    except OSError as error:
        return _unreadable(key_path, error)
    except KeyFormatError as error:
        return Report(exit_code=2, message=str(error))
    return verify_recording(path, key, audit_path, identity=identity, anchor=anchor)


def verify_recording(
    path: Path,
    public_key: Ed25519PublicKey,
    audit_path: Path | None = None,
    *,
    identity: Path | None = None,
    anchor: Path | None = None,
) -> Report:
    """Check a recording; never raises for a bad file.

    Args:
        audit_path: None: only a sealed recording can be right.
        identity: file with the age key of an encrypted recording.
        anchor: file with heads of the audit log that were kept elsewhere.
    """
    audit: AuditReport | None = None
    if audit_path is not None:
        # Before the file, which may be sealed meanwhile: then it only knows more than the log.
        try:
            audit = verify_audit(audit_path, public_key, anchor=anchor)
        except OSError as error:
            return _unreadable(audit_path, error)
    report = verify_against(path, public_key, audit, identity=identity, is_thorough=True)
    if audit is None or not audit.anchored or not report.is_ok:
        return report
    return replace(report, message=f"{report.message}; the audit log is {audit.anchored}")


def verify_all(
    root: Path,
    public_key: Ed25519PublicKey,
    audit_path: Path,
    *,
    identity: Path | None = None,
    anchor: Path | None = None,
) -> Iterator[tuple[Path, Report]]:
    """Check each recording under a root, and name those that the audit log misses.

    Raises:
        OSError: the audit log or its anchor cannot be read.
    """
    stock = take_stock(root, public_key, audit_path, anchor=anchor)
    yield from _reports(stock, public_key, identity)


def tell_all(
    root: Path,
    key_path: Path,
    audit_path: Path,
    *,
    identity: Path | None = None,
    anchor: Path | None = None,
) -> Iterator[tuple[str, int]]:
    """Tell what ``verify_all`` finds in lines, each with its exit code; the last counts all."""
    try:
        public_key = load_public_key(key_path)
        stock = take_stock(root, public_key, audit_path, anchor=anchor, is_thorough=True)
    except OSError as error:
        yield _unreadable(key_path, error).message, 2
        return
    except KeyFormatError as error:
        yield str(error), 2
        return
    counts: Counter[str] = Counter()
    worst = 0
    for path, report in _reports(stock, public_key, identity, is_thorough=True):
        state = report.state or ("not right" if report.exit_code == 1 else "not readable here")
        counts[state] += 1
        if not report.is_ok:
            worst = 1 if 1 in (worst, report.exit_code) else 2
            yield f"{visible_line(path.name)}: {report.message}", report.exit_code
    words = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    reach = f"; the audit log is {stock.audit.anchored}" if stock.audit.anchored else ""
    yield f"{counts.total()} recordings: {words or 'none'}{reach}", worst


def _reports(
    stock: Stock, public_key: Ed25519PublicKey, identity: Path | None, *, is_thorough: bool = False
) -> Iterator[tuple[Path, Report]]:
    audit, found = stock.audit, stock.found
    for error in found.unreadable:
        yield Path(error.filename), _unreadable(stock.root, error)
    for path, why in found.strange:
        # Elsewhere less is asked of a file: copies, and what was taken out of its place.
        yield path, Report(exit_code=1, message=f"{path} {why}: no recording is kept so.")
    for path in found.recordings:
        yield (
            path,
            verify_against(path, public_key, audit, identity=identity, is_thorough=is_thorough),
        )
    present = found.names()
    for session_id in audit.sessions:
        if session_id not in present:
            name = f"{session_id}.cast"
            report = _judge_missing(session_id, audit, is_sure=not found.unreadable)
            yield stock.root / name, _judge_by_log(report, name, audit)
    if audit.fault and not audit.sessions and not found.recordings:
        # Nothing is left that the fault could be told of.
        message = f"The audit log cannot be trusted: {audit.fault}."
        yield stock.audit_path, Report(exit_code=1, message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What lies under a root, held against the audit log by names alone."""

    root: Path
    audit_path: Path
    found: Survey
    audit: AuditReport
    gone: tuple[str, ...]
    """Sessions that are not there, and were not deleted on record."""
    unknown: tuple[str, ...]
    """Those that are there and that the log does not know."""


def take_stock(
    root: Path,
    public_key: Ed25519PublicKey,
    audit_path: Path,
    *,
    anchor: Path | None = None,
    is_thorough: bool = False,
) -> Stock:
    """See which recordings are gone, and which are strange; what lies there is not read.

    A recording in the beginning is a moment earlier there than in the log: it is waited for. Its
    lock says nothing, which anybody can take.

    Args:
        is_thorough: see ``verify_audit``.

    Raises:
        OSError: the audit log or its anchor cannot be read.
    """
    look = partial(verify_audit, audit_path, public_key, anchor=anchor, is_thorough=is_thorough)
    found, audit = survey(root), look()
    deadline = time.monotonic() + _LIVE_WAIT_S
    while (unknown := found.names() - audit.sessions.keys()) and time.monotonic() < deadline:
        if not any(_is_live(path) for path in found.recordings if session_name(path) in unknown):
            break
        time.sleep(_LIVE_PAUSE_S)
        audit = look()
    kept = {name for name, marks in audit.sessions.items() if marks.deleted is None}
    if kept - found.names():
        # Those that began while the log was read.
        later = (path for path in survey(root).recordings if path not in found.recordings)
        found.recordings += (path for path in later if session_name(path) in kept)
    present = found.names()
    return Stock(
        root=root,
        audit_path=audit_path,
        found=found,
        audit=audit,
        gone=tuple(sorted(kept - present)),
        unknown=tuple(sorted(unknown & present)),
    )


def _is_live(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return is_being_written(path)
    return False


def verify_against(
    path: Path,
    public_key: Ed25519PublicKey,
    audit: AuditReport | None,
    *,
    identity: Path | None = None,
    is_thorough: bool = False,
) -> Report:
    """Check one of many recordings against a log that was checked once; never raises.

    Args:
        audit: None: only a sealed recording can be right.
        is_thorough: archives that the log saw made are walked too. Where no earlier version made
            them, which could be given another file to pack, the log's word is enough.
    """
    try:
        found = _verify(path, public_key, audit, identity, is_thorough=is_thorough)
        report = _judge_returned(path, found, audit)
    except FileNotFoundError as error:
        report = _find_missing(path, audit, error)
    except OSError as error:
        report = _unreadable(path, error)
    except KeyFormatError as error:
        report = Report(exit_code=2, message=str(error))
    except FormatError as error:
        report = Report(exit_code=1, message=f"{path.name}: {error}", first_bad_frame=0)
    return report if audit is None else _judge_by_log(report, path.name, audit)


def _judge_by_log(report: Report, name: str, audit: AuditReport) -> Report:
    """By a log that cannot be trusted nothing is right, nor merely out of reach."""
    if not audit.fault:
        return report
    told = "" if report.is_ok else f" {report.message}"
    message = f"{name} cannot be trusted: {audit.fault}.{told}"
    return replace(report, exit_code=1, state="", message=message)


def _judge_returned(path: Path, report: Report, audit: AuditReport | None) -> Report:
    """Tell what is there although it was deleted on record; copies elsewhere may be."""
    if audit is None or not audit.was_deleted(session_name(path)):
        return report
    words = "by retention it was deleted on record"
    if not is_in_place(path):
        return replace(report, message=f"{report.message}; {words}") if report.is_ok else report
    is_right = report.is_ok or (report.exit_code == 2 and path.suffix == ".age")
    message = f"{path.name}: {words}, and is there again: delete it again. {report.message}"
    return replace(report, exit_code=1, state=RETURNED if is_right else "", message=message)


def _find_missing(path: Path, audit: AuditReport | None, error: FileNotFoundError) -> Report:
    """Tell why there is no file: the audit log may know."""
    name = session_name(path)
    # The file of an identity may be what is missing.
    is_other = Path(error.filename or "") != path
    if audit is None or name not in audit.sessions or is_other:
        return _unreadable(path, error)
    report = _judge_missing(name, audit)
    # Of all recordings, one that is gone is wrong; of a name that was asked for nothing is known.
    return report if audit.was_deleted(name) else replace(report, exit_code=2)


def _verify(
    path: Path,
    public_key: Ed25519PublicKey,
    audit: AuditReport | None,
    identity: Path | None,
    *,
    is_thorough: bool,
) -> Report:
    if is_encrypted(path) and (report := _judge_encrypted(path, audit, identity)) is not None:
        return report
    is_kept = _is_kept_archive(path, audit)
    with open_chained(path, identity) as stream:
        walk = FrameWalk(stream, public_key)
        try:
            # That it unpacks to what was signed was checked before the log saw its digest.
            is_skipping = is_kept and not is_thorough and identity is None and stream.seekable()
            if not (is_skipping and walk.skip_to_seal()):
                walk.run()
            if walk.tail and not walk.fault and is_being_written(path):
                _await_whole_frame(walk)
        except FormatError as error:
            return _bad(walk, str(error))
    if walk.fault:
        return _bad(walk, walk.fault)
    if walk.frames == 0:
        return _bad(walk, "the file is cut" if walk.tail else "the file is empty")
    if audit is not None and audit.fault:
        # What it says of sessions is not worth comparing with.
        return _good(walk, "", "each frame follows from the one before")
    report = _compare(path, walk, audit, identity)
    if not report.is_ok:
        return report
    fault = _find_form_fault(path, walk, audit, is_kept=is_kept)
    if fault:
        return _bad(walk, fault, frame=0)
    return _judge_content(path, walk, report, identity, audit) if _is_encrypted(walk) else report


def _find_form_fault(
    path: Path, walk: FrameWalk, audit: AuditReport | None, *, is_kept: bool
) -> str:
    """Tell what is wrong with how a right recording is packed or encrypted; empty: nothing."""
    if not is_named_by_form(path):
        return "it is packed otherwise than its name says"
    if path.suffix != ".cast" and _marks(path, audit).archives and not is_kept:
        return "its packing was changed, if not what is in it"
    fault = ""
    if walk.header is not None and _is_encrypted(walk):
        fault = _find_key_fault(path, walk.header, audit)
    return fault or _find_torn_fault(path, audit)


def _is_kept_archive(path: Path, audit: AuditReport | None) -> bool:
    """Tell whether a packed file is the very one that a whole audit log saw made."""
    archives = _marks(path, audit).archives
    is_told = audit is not None and not audit.fault and path.suffix != ".cast"
    return is_told and bool(archives) and file_digest(path) in archives


def _find_torn_fault(path: Path, audit: AuditReport | None) -> str:
    """Tell what is wrong with what recovery cut off a recording and kept; empty: nothing."""
    marks, torn = _marks(path, audit), torn_path(path)
    is_said = marks.torn is not None or marks.crashed is None
    if audit is None or not is_said or not is_in_place(path):
        return ""
    if not is_there(torn):
        return f"{torn.name} is missing, which was cut off it" if marks.torn else ""
    if not marks.torn:
        return f"{torn.name} is beside it, and the audit log knows of none"
    return "" if file_digest(torn) == marks.torn else f"{torn.name} was changed"


def _find_key_fault(path: Path, header: Header, audit: AuditReport | None) -> str:
    """Tell what is wrong with the key beside an encrypted recording; empty: nothing."""
    marks, key = _marks(path, audit), key_path(path)
    if not key.exists():
        is_known = marks.opened is not None and is_in_place(path)
        return "its key is missing, and not erased on record" if is_known > marks.is_erased else ""
    if marks.is_erased:
        return "its key was erased, and is there again: erase it again"
    return "" if file_digest(key) == header.key_sha256 else "its key is damaged, or another"


def _judge_content(
    path: Path, walk: FrameWalk, report: Report, identity: Path | None, audit: AuditReport | None
) -> Report:
    """Check what an encrypted recording holds, where somebody can read it."""
    if not key_path(path).exists():
        words = "its key is not here"
        if _marks(path, audit).is_erased:
            words = "its key was erased on record: nobody can read it any more"
        return replace(report, message=f"{report.message}; encrypted, and {words}")
    if identity is None:
        return replace(report, message=f"{report.message}; encrypted")
    with open_stream(path, identity) as stream:
        content = FrameWalk(stream, walk.public_key, is_content=True)
        try:
            content.run()
        except FormatError as error:
            return _bad(walk, str(error), frame=content.frames)
    same = (content.session_id, content.frames, content.seal is None, content.tail)
    fault = content.fault or same != (walk.session_id, walk.frames, walk.seal is None, b"")
    if fault:
        return _bad(walk, "what it holds does not follow its own chain", frame=content.frames)
    return replace(report, message=f"{report.message}; encrypted, and what it holds is right too")


def _marks(path: Path, audit: AuditReport | None) -> SessionMarks:
    return _UNKNOWN if audit is None else audit.sessions.get(session_name(path), _UNKNOWN)


def _judge_encrypted(path: Path, audit: AuditReport | None, identity: Path | None) -> Report | None:
    """Judge an encrypted file by its bytes; None: it must be decrypted and walked."""
    marks = _marks(path, audit)
    archives = marks.archives
    fault = ""
    if audit is not None and audit.fault:
        archives = set()
    elif marks.fault:
        fault = f"{path.name}: {marks.fault}."
    elif archives and file_digest(path) not in archives:
        fault = f"{path.name} is not the archive that the audit log saw: it was changed."
    elif marks.opened is not None and not archives:
        fault = f"{path.name} is not the recording: the audit log never saw it archived."
    elif marks.abouts:
        fault = _find_about_fault(path, marks)
    if fault:
        return Report(exit_code=1, message=fault, first_bad_frame=0, session_id=session_name(path))
    if identity is None:
        same = ", and is the archive that the audit log saw" if archives else ""
        return Report(
            exit_code=2,
            message=f"{path.name} is encrypted with age{same}. To check what is in it, name the"
            " key: --identity FILE",
            session_id=session_name(path),
        )
    return None


def _find_about_fault(path: Path, marks: SessionMarks) -> str:
    """Tell what is wrong with what lists show of an encrypted file; empty: nothing.

    A copy elsewhere need not have it. In its dated folder it says what day that must be.
    """
    about = about_path(path)
    is_kept_here = is_in_place(path)
    if not about.exists():
        return f"{about.name} is missing: no list shows the recording." if is_kept_here else ""
    if file_digest(about) not in marks.abouts:
        return f"{about.name} was changed: lists show something else than the recording holds."
    day = day_of(read_about(path, 0).header)
    if is_kept_here and day != _day(path):
        return f"{path.name} lies in the folder of another day, not {day}."
    return ""


def _compare(
    path: Path, walk: FrameWalk, audit: AuditReport | None, identity: Path | None
) -> Report:
    """Hold a file whose frames are right against its name and the audit log."""
    sessions = {} if audit is None else audit.sessions
    marks = sessions.get(walk.session_id, SessionMarks())
    fault = _find_misplacement(path, walk, sessions) or marks.fault
    if fault:
        return _bad(walk, fault, frame=0)
    if marks.content_opened is not None and not _is_encrypted(walk):
        # Handed on by somebody who could decrypt it.
        if walk.seal is None:
            return _bad(walk, "it was decrypted before it was sealed: check the recording itself")
        marks = SessionMarks(opened=marks.content_opened, sealed=marks.content_sealed)
    if marks.opened is not None and marks.opened.head != walk.first_head.hex():
        return _bad(walk, "the audit log saw another header", frame=0)
    if walk.seal is not None:
        # One that was cancelled before it began is sealed and was never opened.
        if audit is not None and not (marks.opened or marks.sealed or marks.crashed):
            return _bad(walk, "the audit log does not know this session", frame=0)
        return _judge_sealed(walk, marks)
    if walk.tail:
        return _bad(walk, f"{len(walk.tail)} bytes follow that are no whole frame and no seal")
    report = _judge_unsealed(walk, marks, has_audit=audit is not None)
    reached = marks.reached
    if not report.is_ok or reached is None:
        return report
    place = (reached.length_bytes, reached.frame, reached.head)
    if has_frame(path, *place, identity=identity):
        return report
    return _bad(walk, f"it is cut: the audit log had seen frame {reached.frame}")


def _find_misplacement(path: Path, walk: FrameWalk, sessions: Mapping[str, SessionMarks]) -> str:
    """Tell what is wrong with where a file lies and what it is called; empty: nothing."""
    name, day = session_name(path), _day(path)
    is_kept_here = is_in_place(path)
    is_id = is_kept_here or name in sessions or _ID.fullmatch(name) is not None
    if name != walk.session_id and is_id:
        return f"it is the recording of another session ({walk.session_id})"
    if walk.is_redacted and (is_kept_here or walk.seal is None):
        return "it is a redacted copy, not the recording"
    if is_kept_here and walk.header is not None and day != day_of(walk.header):
        return f"it lies in the folder of another day, not {day_of(walk.header)}"
    marks = sessions.get(walk.session_id)
    is_encrypted = marks is not None and marks.content_opened is not None
    if is_kept_here and is_encrypted and not _is_encrypted(walk):
        return "it is what an encrypted recording holds, not the recording"
    return ""


def _day(path: Path) -> str:
    return "/".join(path.absolute().parts[-4:-1])


def _is_encrypted(walk: FrameWalk) -> bool:
    return walk.header is not None and bool(walk.header.key_sha256)


def _judge_sealed(walk: FrameWalk, marks: SessionMarks) -> Report:
    mark = marks.sealed or marks.crashed
    if mark is not None and not _agrees(walk, mark):
        return _bad(walk, f"the audit log saw it end otherwise, at frame {mark.frame}")
    if marks.sealed is None and marks.crashed is not None:
        return _bad(walk, "the audit log closed it as crashed, yet it is sealed")
    if walk.is_redacted:
        removed = f"{walk.removed_lines} lines and {walk.removed_cells} cells removed"
        own = " (what stands in their place is the copy's own)" if walk.removed_cells else ""
        words = f"redacted copy, {removed}{own}, all else sealed and untouched"
        return _good(walk, "redacted", words)
    return _good(walk, "sealed", "sealed and whole")


def _judge_missing(session_id: str, audit: AuditReport, *, is_sure: bool = True) -> Report:
    """Tell what was deleted by retention from what is merely gone.

    Args:
        is_sure: all places where it could lie were looked at.
    """
    marks = audit.sessions[session_id]
    about = f"session {session_id}: "
    fault = ""
    if marks.deleted is None and not is_sure and not marks.fault:
        words = "it was not found, and a folder where it may lie cannot be read"
        return Report(exit_code=2, message=about + words, session_id=session_id)
    if marks.deleted is None:
        fault = "the recording is missing, and was not deleted on record"
    elif marks.fault:
        fault = marks.fault
    elif marks.deleted != (marks.sealed or marks.crashed):
        fault = "deleted, but not what had been recorded"
    elif marks.deletion is not None:
        fault = _find_early(marks, marks.deletion)
    if fault or marks.deleted is None:
        return Report(exit_code=1, message=about + fault, session_id=session_id)
    return Report(
        exit_code=0,
        message=f"{about}deleted by retention, proven{_term(marks)}"
        f" ({marks.deleted.frame + 1} frames, {marks.deleted.length_bytes} bytes)",
        state="deleted",
        session_id=session_id,
        length_bytes=marks.deleted.length_bytes,
    )


def _find_early(marks: SessionMarks, deletion: Deletion) -> str:
    """Tell why its time cannot have been over; empty: it was."""
    until, kept = deletion.kept_until, f"it was to be kept until {deletion.kept_until:%Y-%m-%d}"
    if marks.opened_at is not None and marks.opened_at + timedelta(days=deletion.keep_days) > until:
        return f"deleted, but {deletion.keep_days} days after it began are later than {until}"
    if deletion.earliest_at < until:
        at = f"{deletion.earliest_at:%Y-%m-%d %H:%M}"
        return (
            f"deleted before its time: {kept}, and by the audit log's clock it was {at} after that"
        )
    return ""


def _term(marks: SessionMarks) -> str:
    return "" if marks.deletion is None else f", after {marks.deletion.keep_days} days"


def _judge_unsealed(walk: FrameWalk, marks: SessionMarks, *, has_audit: bool) -> Report:
    last = walk.frames - 1
    if not has_audit:
        return _bad(walk, "the seal is missing, and no audit log says that it is live or crashed")
    if marks.sealed is not None:
        return _bad(walk, f"the seal is missing; it was sealed at frame {marks.sealed.frame}")
    if marks.opened is None:
        return _bad(walk, "the seal is missing, and the audit log does not know this session")
    if marks.crashed is not None:
        if not _agrees(walk, marks.crashed):
            return _bad(walk, f"the audit log closed it as crashed at frame {marks.crashed.frame}")
        return _good(walk, "crashed", f"closed as crashed, whole to frame {last}")
    return _good(walk, "live", f"live, valid to frame {last}")


def _agrees(walk: FrameWalk, mark: SessionMark) -> bool:
    found = (walk.frames - 1, walk.head.hex(), walk.length_bytes)
    return found == (mark.frame, mark.head, mark.length_bytes)


def _await_whole_frame(walk: FrameWalk) -> None:
    """Let a living writer finish the frame that it was caught in."""
    frames = walk.frames
    deadline = time.monotonic() + _LIVE_WAIT_S
    while walk.tail and walk.frames == frames and time.monotonic() < deadline:
        time.sleep(_LIVE_PAUSE_S)
        walk.run()
    if walk.frames > frames:
        walk.tail = b""


def _good(walk: FrameWalk, state: str, words: str) -> Report:
    whose = ""
    if walk.header is not None:
        # A true recording in the place of another is told by whose it is.
        header = walk.header
        place = f" on {header.target}" if header.target else ""
        whose = f" of {header.user}{place} from {header.started_at:%Y-%m-%d %H:%M}"
    return Report(
        exit_code=0,
        message=f"session {walk.session_id}: {words} ({walk.frames} frames,"
        f" {walk.length_bytes} bytes{whose})",
        state=state,
        session_id=walk.session_id,
        frames=walk.frames,
        length_bytes=walk.length_bytes,
    )


def _bad(walk: FrameWalk, fault: str, *, frame: int | None = None) -> Report:
    first = walk.frames if frame is None else frame
    of_session = f"session {walk.session_id}: " if walk.session_id else ""
    return Report(
        exit_code=1,
        message=f"{of_session}first bad frame {first}: {fault}",
        first_bad_frame=first,
        session_id=walk.session_id,
        frames=walk.frames,
        length_bytes=walk.length_bytes,
    )


def _unreadable(path: Path, error: OSError) -> Report:
    named = error.filename or path
    return Report(exit_code=2, message=f"{named} cannot be read: {error.strerror or error}")
