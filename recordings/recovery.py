"""Closes what a crash left open: trims torn tails, tells the audit log where each file stands."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recordings.audit import CRASHED, SEALED, AuditLog, SessionMarks, sessions_in
from recordings.chain import CHAIN_MARK
from recordings.disk import is_there, open_file, sync_folder, write_all
from recordings.encrypted import key_path
from recordings.events import Scalar
from recordings.files import file_digest, survey, torn_path
from recordings.frames import FrameWalk
from recordings.reader import has_frame

_LOCK_TRIES = 20
_LOCK_PAUSE_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """One file that was closed."""

    session_id: str
    path: Path
    frame: int
    """Number of the last whole frame; -1: none."""
    trimmed_bytes: int
    is_sealed: bool
    """It had been sealed; only the audit log did not know."""
    fault: str = ""
    """Not a torn tail but damage, or less than the audit log had seen; left as it is."""


def recover(
    root: Path,
    public_key: Ed25519PublicKey,
    audit: AuditLog,
    is_live: Callable[[str], bool],
) -> tuple[Recovered, ...]:
    """Close each recording that nobody writes and that the audit log holds for open.

    A tail that is no whole frame is cut off: nobody was told that it was recorded. What was cut
    is kept as ``ID.cast.torn`` when it holds more than one cut frame, and the audit log knows its
    SHA-256. A file is never sealed
    here, and one that is damaged before its tail is left as it is.

    Raises:
        OSError: a file cannot be read or cut.
        RecordingFailure: the audit log could not be written.
    """
    known = sessions_in(audit.path)
    found = survey(root)
    if found.unreadable:
        # What lies there would be put on record as missing, and for ever.
        raise found.unreadable[0]
    closed = []
    for path in (path for path in found.recordings if path.suffix == ".cast"):
        marks = known.get(path.stem, SessionMarks())
        if marks.sealed or marks.crashed or is_live(path.stem):
            continue
        with _locked(path) as descriptor:
            if descriptor >= 0:
                result = _close(path, descriptor, public_key, marks)
                _record(audit, result)
                closed.append(result.recovered)
    names = found.names()
    for session_id, marks in known.items():
        if not (marks.sealed or marks.crashed) and session_id not in names:
            # The chain must say that evidence is gone, and must say it once.
            fields: dict[str, Scalar] = {"session": session_id, "frame": -1, "head": "", "bytes": 0}
            audit.record(CRASHED, {**fields, "fault": "the file is missing"})
    return tuple(closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Closed:
    recovered: Recovered
    head: str
    length_bytes: int
    is_dropped: bool = False


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Lock a file; -1 when its writer lives."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        for _ in range(_LOCK_TRIES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # Somebody who verifies holds it for a moment; a writer for good.
                time.sleep(_LOCK_PAUSE_S)
            else:
                yield descriptor
                return
        yield -1
    finally:
        os.close(descriptor)


def _close(
    path: Path, descriptor: int, public_key: Ed25519PublicKey, marks: SessionMarks
) -> _Closed:
    with open_file(path) as stream:
        walk = FrameWalk(stream, public_key)
        walk.run()
    trimmed = 0
    is_dropped = _never_began(walk, marks)
    fault = walk.fault or _find_loss(path, walk, marks)
    if is_dropped:
        # Its opening was never acknowledged: there was no session.
        key_path(path).unlink(missing_ok=True)
        path.unlink()
        sync_folder(path.parent)
    elif walk.tail and not fault:
        trimmed = len(walk.tail)
        _trim(path, descriptor, walk)
    recovered = Recovered(
        session_id=path.stem,
        path=path,
        frame=walk.frames - 1,
        trimmed_bytes=trimmed,
        is_sealed=walk.seal is not None,
        fault=fault,
    )
    return _Closed(
        recovered=recovered,
        head=walk.head.hex(),
        length_bytes=walk.length_bytes,
        is_dropped=is_dropped,
    )


def _never_began(walk: FrameWalk, marks: SessionMarks) -> bool:
    """Tell whether there is no more than a header that the audit log was never told of."""
    is_known = marks.opened is not None
    return walk.frames <= 1 and walk.seal is None and not (walk.fault or is_known)


def _find_loss(path: Path, walk: FrameWalk, marks: SessionMarks) -> str:
    """Tell what a crash cannot have done; empty: nothing of that kind."""
    if walk.seal is not None:
        return ""
    if marks.opened is None:
        # The log knows each recording before anything is written to it but its header.
        return "" if _never_began(walk, marks) else "the audit log does not know this session"
    reached = marks.reached
    if reached is None or has_frame(path, reached.length_bytes, reached.frame, reached.head):
        return ""
    return f"it is cut: the audit log had seen frame {reached.frame}"


def _trim(path: Path, descriptor: int, walk: FrameWalk) -> None:
    if CHAIN_MARK in walk.tail:
        kept = os.open(torn_path(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            write_all(kept, walk.tail)
            os.fsync(kept)
        finally:
            os.close(kept)
    os.ftruncate(descriptor, walk.length_bytes - walk.hidden_bytes)
    os.fsync(descriptor)


def _record(audit: AuditLog, closed: _Closed) -> None:
    recovered = closed.recovered
    if closed.is_dropped:
        audit.record("recording.dropped", {"session": recovered.session_id})
        return
    fields: dict[str, Scalar] = {
        "session": recovered.session_id,
        "frame": recovered.frame,
        "head": closed.head,
        "bytes": closed.length_bytes,
    }
    if recovered.fault:
        fields["fault"] = recovered.fault
    if not recovered.is_sealed:
        # Also of a run that was broken off before it came here.
        torn = torn_path(recovered.path)
        fields["torn"] = file_digest(torn) if is_there(torn) else ""
    audit.record(SEALED if recovered.is_sealed else CRASHED, fields)
