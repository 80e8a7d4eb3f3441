"""Tells whether a recording is what was written: chain, signatures and audit log agree.

An answer is exit code 0: sealed and whole, or unsealed and the audit log agrees (opened and not
yet ended, or closed as crashed at exactly that frame); 1: anything else; 2: a file or key is
missing or may not be read.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recordings.audit import AuditReport, Deletion, SessionMark, SessionMarks, verify_audit
from recordings.catalog import about_path, read_about
from recordings.encrypted import key_path
from recordings.errors import FormatError
from recordings.events import Header
from recordings.files import (
    DAYS,
    SUFFIXES,
    day_of,
    file_digest,
    is_being_written,
    is_encrypted,
    open_chained,
    open_stream,
    session_name,
)
from recordings.frames import FrameWalk
from recordings.keys import load_public_key
from recordings.reader import has_frame
from recordings.words import visible

AUDIT_NAME = "audit.log"
_LIVE_WAIT_S = 2.0
_LIVE_PAUSE_S = 0.02
_UNKNOWN = SessionMarks()
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the check of one recording found."""

    exit_code: int
    message: str
    """For people; names the first bad frame."""
    first_bad_frame: int | None = None
    state: str = ""
    """sealed, redacted, crashed, live or deleted, when it is right."""
    session_id: str = ""
    frames: int = 0
    """Whole and right frames, from the first."""
    length_bytes: int = 0

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
    except OSError as error:
        return _unreadable(key_path, error)
    except FormatError as error:
        return Report(exit_code=2, message=str(error))
    if audit_path is None:
        beside = key_path.absolute().with_name(AUDIT_NAME)
        audit_path = beside if beside.exists() else None
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
            return _unreadable(Path(error.filename or audit_path), error)
    return _guarded(path, public_key, audit, identity)


def verify_against(
    path: Path, public_key: Ed25519PublicKey, audit: AuditReport, *, identity: Path | None = None
) -> Report:
    """Check one of many recordings against a log that was checked once; never raises."""
    return _guarded(path, public_key, audit, identity)


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
        OSError: the audit log cannot be read.
    """
    audit = verify_audit(audit_path, public_key, anchor=anchor)
    found = set()
    for path in sorted(path for path in root.glob("*/*/*/*") if path.name.endswith(SUFFIXES)):
        if not _is_in_place(path):
            # Elsewhere less is asked of a file: copies, and what was taken out of its place.
            message = f"{path} lies in no folder of a day (YYYY/MM/DD): no recording is kept there."
            yield path, Report(exit_code=1, message=message)
            continue
        found.add(session_name(path))
        yield path, _guarded(path, public_key, audit, identity)
    for session_id in audit.sessions:
        if session_id not in found:
            yield root / f"{session_id}.cast", _judge_missing(session_id, audit)
    if audit.fault and not found and not audit.sessions:
        # Nothing is left that the fault could be told of.
        message = f"The audit log cannot be trusted: {audit.fault}."
        yield audit_path, Report(exit_code=1, message=message)


def told_of_all(reports: Iterable[tuple[Path, Report]]) -> Iterator[tuple[str, int]]:
    """Put what ``verify_all`` found into lines, each with its exit code; the last counts all."""
    counts: Counter[str] = Counter()
    worst = 0
    for path, report in reports:
        state = report.state or ("not right" if report.exit_code == 1 else "not readable here")
        counts[state] += 1
        if not report.is_ok:
            worst = 1 if 1 in (worst, report.exit_code) else 2
            yield f"{path.name}: {report.message}", report.exit_code
    words = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    yield f"{counts.total()} recordings: {words or 'none'}", worst


def find_strays(root: Path, sessions: Mapping[str, SessionMarks]) -> tuple[list[str], list[str]]:
    """Name the recordings that the audit log knows and that are gone, and those it does not know.

    What lies there is only listed, not read: see ``verify_all``.
    """
    paths = [path for path in root.glob("*/*/*/*") if path.name.endswith(SUFFIXES)]
    present = {session_name(path) for path in paths}
    gone = [
        session_id
        for session_id, marks in sessions.items()
        if session_id not in present and marks.deleted is None and marks.opened is not None
    ]
    unknown = {
        session_name(path)
        for path in paths
        if session_name(path) not in sessions and not is_being_written(path)
    }
    return sorted(gone), sorted(unknown)


def _guarded(
    path: Path, public_key: Ed25519PublicKey, audit: AuditReport | None, identity: Path | None
) -> Report:
    if path.exists() and not path.is_file():
        # A pipe would be waited for.
        return Report(exit_code=2, message=f"{path} is no file.")
    try:
        return _verify(path, public_key, audit, identity)
    except FileNotFoundError as error:
        name = session_name(path)
        # The file of an identity may be what is missing.
        if audit is None or path.exists() or not audit.was_deleted(name):
            return _unreadable(path, error)
        return _judge_missing(name, audit)
    except OSError as error:
        return _unreadable(path, error)
    except FormatError as error:
        return Report(exit_code=1, message=f"{path.name}: {error}", first_bad_frame=0)


def _verify(
    path: Path, public_key: Ed25519PublicKey, audit: AuditReport | None, identity: Path | None
) -> Report:
    if is_encrypted(path) and (report := _judge_encrypted(path, audit, identity)) is not None:
        return report
    is_kept = _is_kept_archive(path, audit)
    with open_chained(path, identity) as stream:
        walk = FrameWalk(stream, public_key)
        try:
            # That it unpacks to what was signed was checked before the log saw its digest.
            is_skipping = is_kept and identity is None and stream.seekable()
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
        return Report(
            exit_code=1,
            message=f"{path.name} cannot be trusted: {audit.fault}.",
            session_id=walk.session_id,
            frames=walk.frames,
        )
    report = _compare(path, walk, audit, identity)
    if report.is_ok and path.suffix != ".cast" and _marks(path, audit).archives and not is_kept:
        return _bad(walk, "its packing was changed, if not what is in it", frame=0)
    if report.is_ok and walk.header is not None and _is_encrypted(walk):
        fault = _find_key_fault(path, walk.header, audit)
        return (
            _bad(walk, fault, frame=0)
            if fault
            else _judge_content(path, walk, report, identity, audit)
        )
    return report


def _is_kept_archive(path: Path, audit: AuditReport | None) -> bool:
    """Tell whether a packed file is the very one that a whole audit log saw made."""
    archives = _marks(path, audit).archives
    is_told = audit is not None and not audit.fault and path.suffix != ".cast"
    return is_told and bool(archives) and file_digest(path) in archives


def _find_key_fault(path: Path, header: Header, audit: AuditReport | None) -> str:
    """Tell what is wrong with the key beside an encrypted recording; empty: nothing."""
    marks, key = _marks(path, audit), key_path(path)
    if not key.exists():
        is_known = marks.opened is not None and _is_in_place(path)
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
        content = FrameWalk(stream, walk.public_key)
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
    if archives and file_digest(path) not in archives:
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
    is_in_place = _is_in_place(path)
    if not about.exists():
        return f"{about.name} is missing: no list shows the recording." if is_in_place else ""
    if file_digest(about) not in marks.abouts:
        return f"{about.name} was changed: lists show something else than the recording holds."
    day = day_of(read_about(path, 0).header)
    if is_in_place and day != _day(path):
        return f"{path.name} lies in the folder of another day, not {day}."
    return ""


def _compare(
    path: Path, walk: FrameWalk, audit: AuditReport | None, identity: Path | None
) -> Report:
    """Hold a file whose frames are right against its name and the audit log."""
    sessions = {} if audit is None else audit.sessions
    fault = _find_misplacement(path, walk, sessions)
    if fault:
        return _bad(walk, fault, frame=0)
    marks = sessions.get(walk.session_id, SessionMarks())
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
    is_in_place = _is_in_place(path)
    is_id = is_in_place or name in sessions or _ID.fullmatch(name) is not None
    if name != walk.session_id and is_id:
        return f"it is the recording of another session ({walk.session_id})"
    if walk.is_redacted and (is_in_place or walk.seal is None):
        return "it is a redacted copy, not the recording"
    if is_in_place and walk.header is not None and day != day_of(walk.header):
        return f"it lies in the folder of another day, not {day_of(walk.header)}"
    marks = sessions.get(walk.session_id)
    is_encrypted = marks is not None and marks.content_opened is not None
    if is_in_place and is_encrypted and not _is_encrypted(walk):
        return "it is what an encrypted recording holds, not the recording"
    return ""


def _is_in_place(path: Path) -> bool:
    """Tell whether it lies in the folder of a day, where recordings are kept."""
    return path.absolute().parent.match(DAYS)


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
        words = f"redacted copy, {removed}, all else sealed and untouched"
        return _good(walk, "redacted", words)
    return _good(walk, "sealed", "sealed and whole")


def _judge_missing(session_id: str, audit: AuditReport) -> Report:
    """Tell what was deleted by retention from what is merely gone."""
    marks = audit.sessions[session_id]
    about = f"session {session_id}: "
    fault = ""
    if marks.deleted is None:
        fault = "the recording is missing"
    elif audit.fault:
        fault = f"deleted, but {audit.fault}"
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
        place = f" on {visible(header.target)}" if header.target else ""
        whose = f" of {visible(header.user)}{place} from {header.started_at:%Y-%m-%d %H:%M}"
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
    return Report(exit_code=2, message=f"{path} cannot be read: {error.strerror or error}")
