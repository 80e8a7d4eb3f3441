"""The append-only log of acts, which also chains the heads of all recordings.

One JSON object a line::

    {"seq":7,"at":"…Z","event":"recording.sealed","fields":{…},"prev":"…","hash":"…","sig":"…"}

``prev`` is the SHA-256 of the whole line before, signature included; ``hash`` that of this line
up to it; ``sig`` the Ed25519 signature on ``hash``. Nobody appends but behind a line with a right
signature, so one check of the last one vouches for all lines. What a chain cannot show is that its
end was cut off: beside the log lies ``audit.log.head``, the signed number and hash of the last
line, replaced atomically after each. Whoever can roll back both must be met outside: see
``anchor``. A process that has seen a line goes on only where that very line still stands.

Several processes append; each does so under ``flock`` and reads the true last line first.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from recordings.anchor import GENESIS, Anchor, SignedHead, parse_head, read_anchor
from recordings.disk import named, open_file, read_small, sync_folder, write_all
from recordings.errors import FormatError, RecordingFailure
from recordings.events import Scalar
from recordings.sshsig import SEAL_NAMESPACE, sign_message

OPENED = "recording.opened"
REACHED = "recording.reached"
"""Where recordings in writing stand: ``{session: "frame head bytes"}``."""
SEALED = "recording.sealed"
CRASHED = "recording.crashed"
HELD = "recording.held"
RELEASED = "recording.released"
ARCHIVED = "recording.archived"
DELETED = "recording.deleted"
ERASED = "recording.erased"
"""The key of an encrypted recording was destroyed; the recording itself stands."""
REPAIRED = "audit.repaired"

_ROW_DOMAIN = b"bastion audit row 1\n"
_LINE_DOMAIN = b"bastion audit line 1\n"
_LINE = re.compile(rb'(\{.*),"hash":"([0-9a-f]{64})","sig":"([0-9a-f]{128})"\}', re.DOTALL)
_REACHED = re.compile(r"([0-9]{1,18}) ([0-9a-f]{64}) ([0-9]{1,18})")
_TAIL_BYTES = 64 * 1024
_LINE_BYTES_MAX = 16 << 20
"""Of a row: what goes on without a line end is none."""
_NO_HEAD = (errno.EISDIR, errno.EINVAL, errno.EFBIG)
"""What is no file, or no small one, was put there by somebody: there is no head."""
_EVENT_BYTES_MAX = 120
"""Of a row: within them is its event."""
_CLOCK_STEP_MAX = timedelta(minutes=2)
"""What a clock that is kept right may be set back by, and no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One act."""

    seq: int
    """From 1, without gaps."""
    at: datetime
    event: str
    fields: Mapping[str, Scalar]
    hash: str

    @property
    def id(self) -> str:
        """Name the row as ``record`` did."""
        return _row_id(self.seq, self.hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMark:
    """Where the log says that a recording stood."""

    frame: int
    """Number of the last frame; -1: none was whole."""
    head: str
    length_bytes: int


@dataclass(slots=True)
class Deletion:
    """The term by which a recording was deleted, and what the log's clock says of it."""

    keep_days: int
    kept_until: datetime
    earliest_at: datetime
    """The earliest time of the tombstone and all rows after it: it cannot have been later."""


@dataclass(frozen=True, slots=True)
class SetBack:
    """Where the clock was set back, by the log's own times."""

    row: int
    before: datetime
    after: datetime

    def words(self) -> str:
        """Tell it to people."""
        return f"at line {self.row} the clock went back from {self.before} to {self.after}"


@dataclass(slots=True)
class SessionMarks:
    """What the log knows of one recording."""

    opened: SessionMark | None = None
    opened_at: datetime | None = None
    reached: SessionMark | None = None
    """The furthest that it was seen in writing: whatever became of it, it is no shorter."""
    sealed: SessionMark | None = None
    crashed: SessionMark | None = None
    torn: str | None = None
    """SHA-256 of what was cut off when it was closed as crashed, in hex; empty: nothing was kept;
    None: the log does not say, as of an earlier version."""
    deleted: SessionMark | None = None
    """Copied from how it ended, when it was deleted by retention."""
    deletion: Deletion | None = None
    """By which term, where the log says so."""
    archives: set[str] = field(default_factory=set)
    """SHA-256 of its packed or encrypted files, in hex."""
    content_opened: SessionMark | None = None
    content_sealed: SessionMark | None = None
    """Of what is in a recording that was encrypted as it was written."""
    is_erased: bool = False
    """Its key was destroyed."""
    abouts: set[str] = field(default_factory=set)
    """SHA-256 of what lists show of it while it is encrypted, in hex."""
    holds: int = 0
    """Legal holds that were not released."""
    fault: str = ""
    """What the log says of it that cannot be so: twice otherwise, or deleted under a hold."""

    def set_mark(self, name: str, mark: SessionMark) -> None:
        """Note where it stood; what was noted once stays: a second word is no better."""
        before = getattr(self, name)
        if before is None:
            setattr(self, name, mark)
        elif before != mark:
            self.fault = f"the audit log says twice, and not the same, where it was {name}"


@dataclass(slots=True)
class AuditReport:
    """What the check of a log found."""

    rows: int = 0
    head: str = GENESIS
    fault: str = ""
    """Empty: whole, and its end is where the signed head says."""
    first_bad_row: int | None = None
    sessions: dict[str, SessionMarks] = field(default_factory=dict)
    set_back: list[SetBack] = field(default_factory=list)
    """No fault of the log: times in it, and ages counted by them, are not to be relied on."""
    latest_at: datetime | None = None
    anchored: str = ""
    """How far it is anchored, in words; empty where no anchor was given, or it denies the log."""

    @property
    def is_ok(self) -> bool:
        """Tell whether nothing was found wrong."""
        return not self.fault

    def was_deleted(self, session_id: str) -> bool:
        """Tell whether the log says that a recording was deleted by retention."""
        marks = self.sessions.get(session_id)
        return marks is not None and marks.deleted is not None


class AuditLog:
    """Appends acts; several threads and processes may."""

    def __init__(
        self, path: Path, signing_key: Ed25519PrivateKey, *, now: Callable[[], datetime]
    ) -> None:
        """Take the file's path; it is made with the first act.

        Args:
            now: gives UTC.
        """
        self.path = path
        self._key = signing_key
        self._public = signing_key.public_key()
        self._now = now
        self._lock = threading.Lock()
        self._known = _End()
        self._seen = _End()
        """The furthest line that this process has seen; kept where ``_known`` is forgotten."""

    def record(
        self, event: str, fields: Mapping[str, Scalar], *, check: Callable[[], None] | None = None
    ) -> str:
        """Append one act; on the disk when this returns. Blocks: call it in a thread.

        Args:
            check: called while nobody else can append; raises what makes the act wrong.

        Returns:
            The row's id.

        Raises:
            RecordingFailure: it could not be written, or the log was cut; the act must not happen.
        """
        try:
            with self._lock, self._locked() as descriptor:
                end = self._find_end(descriptor)
                if check is not None:
                    check()
                if event == SEALED:
                    fields = {**fields, "sshsig": self._seal_signature(fields)}
                return self._append(descriptor, end, event, fields)
        except OSError as error:
            self._known = _End()
            raise RecordingFailure(
                f"The audit log could not be written ({error.strerror}). Free space or repair"
                " the disk, then try again.",
                errno=error.errno,
            ) from error

    def head(self) -> SignedHead | None:
        """Give the head of the log as it is now; None where there is none.

        One that is older than what was seen here was put there by somebody, and does not count.

        Raises:
            OSError: it cannot be read.
        """
        head, seen = read_head(self.path, self._public), self._seen
        if seen.seq > (0 if head is None else head.seq):
            return SignedHead.sign(seen.seq, seen.row_hash, self._key)
        return head

    def _seal_signature(self, fields: Mapping[str, Scalar]) -> str:
        return sign_message(seal_message(fields), self._key, SEAL_NAMESPACE)

    async def record_async(self, event: str, fields: Mapping[str, Scalar]) -> str:
        """Append one act from the event loop, off it; see ``record``."""
        return await asyncio.shield(asyncio.to_thread(self.record, event, fields))

    @contextmanager
    def _locked(self) -> Iterator[int]:
        is_new = not self.path.exists()
        if is_new:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if is_new:
                sync_folder(self.path.parent)
            yield descriptor
        finally:
            os.close(descriptor)

    def _find_end(self, descriptor: int) -> _End:
        status = os.fstat(descriptor)
        size = status.st_size
        if self._known.size == size and size and self._known.inode == status.st_ino:
            return self._known
        end, torn = _read_end(descriptor, size)
        if end.seq and not _is_signed(end.signed, self._public):
            # The next line would vouch for it.
            raise RecordingFailure(
                "The audit log's last line is not of this bastion. Find out who could write there,"
                " and take it away; nothing is recorded, and nothing runs, until then."
            )
        self._check_seen(descriptor, end)
        head = read_head(self.path, self._public)
        if head is None and end.seq == 0:
            self._write_head(_End())
        elif head is None or head.seq > end.seq:
            raise RecordingFailure(
                "The audit log is shorter than its signed head says. Restore it from a backup;"
                " nothing is recorded, and nothing runs, until then."
            )
        if torn:
            # A crash in mid-line: nobody was told that this act was recorded.
            os.ftruncate(descriptor, end.size)
            self._append(descriptor, end, REPAIRED, {"bytes": torn})
            return self._known
        return end

    def _check_seen(self, descriptor: int, end: _End) -> None:
        """Find the furthest line seen so far where it was, however the file was replaced."""
        seen = self._seen
        if seen.seq == 0:
            return
        then = _read_end(descriptor, seen.size)[0] if seen.seq <= end.seq else _End()
        if (then.seq, then.line_hash) != (seen.seq, seen.line_hash):
            raise RecordingFailure(
                "The audit log was cut or replaced while the bastion ran. Put it back as it was;"
                " nothing is recorded, and nothing runs, until then."
            )

    def _append(self, descriptor: int, end: _End, event: str, fields: Mapping[str, Scalar]) -> str:
        content = json.dumps(
            {
                "seq": end.seq + 1,
                "at": self._now().astimezone(UTC).isoformat(timespec="microseconds"),
                "event": event,
                "fields": dict(fields),
                "prev": end.line_hash,
            }
        )[:-1].encode()
        digest = hashlib.sha256(_ROW_DOMAIN + content).digest()
        signature = self._key.sign(_ROW_DOMAIN + digest).hex()
        raw = content + f',"hash":"{digest.hex()}","sig":"{signature}"}}\n'.encode()
        self._known = _End()
        try:
            write_all(descriptor, raw)
            os.fdatasync(descriptor)
        except OSError:
            os.ftruncate(descriptor, end.size)
            raise
        after = _End(
            seq=end.seq + 1,
            size=end.size + len(raw),
            row_hash=digest.hex(),
            line_hash=_line_hash(raw[:-1]),
            inode=os.fstat(descriptor).st_ino,
        )
        self._seen = after
        self._write_head(after)
        self._known = after
        return _row_id(after.seq, after.row_hash)

    def _write_head(self, end: _End) -> None:
        line = SignedHead.sign(end.seq, end.row_hash, self._key).line()
        target = head_path(self.path)
        scratch = target.with_name(f"{target.name}.new")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            write_all(descriptor, line)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        scratch.replace(target)


def seal_message(fields: Mapping[str, object]) -> bytes:
    """Write down how a recording was sealed, for its signature that OpenSSH checks."""
    seal = {name: fields.get(name) for name in ("bytes", "frame", "head", "session")}
    text = json.dumps(seal, sort_keys=True, separators=(",", ":"))
    return f"bastion seal 1\n{text}\n".encode()


def head_path(path: Path) -> Path:
    """Name the file with the signed head of a log."""
    return path.with_name(f"{path.name}.head")


def read_head(path: Path, public_key: Ed25519PublicKey) -> SignedHead | None:
    """Read the signed head beside a log; None where it is missing, changed or not of this key.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        data = read_small(head_path(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno not in _NO_HEAD:
            raise
        return None
    head = parse_head(data)
    is_right = head is not None and head.line() == data and head.is_signed_by(public_key)
    return head if is_right else None


def read_rows(path: Path, *, leave_out: Sequence[str] = ()) -> Iterator[AuditRow]:
    """Read a log's rows in order, unchecked; a torn last line is left out.

    Args:
        leave_out: how events begin that nobody looks for; most of a log is of few kinds.

    Raises:
        OSError: it cannot be read.
        FormatError: a line is garbled.
    """
    for row, _ in follow_rows(path, leave_out=leave_out):
        yield row


def follow_rows(
    path: Path, offset: int = 0, *, leave_out: Sequence[str] = ()
) -> Iterator[tuple[AuditRow, int]]:
    """Read a log's rows from a place on, as ``read_rows``; each with the place behind it.

    Raises:
        OSError: it cannot be read.
        FormatError: a line is garbled.
    """
    passed = [f'"event": "{event}'.encode() for event in leave_out]
    with open_file(path) as file:
        file.seek(offset)
        for raw in _lines(file):
            if not raw.endswith(b"\n"):
                return
            # The event stands before what anybody can write.
            if any(raw.find(event, 0, _EVENT_BYTES_MAX) >= 0 for event in passed):
                offset += len(raw)
                continue
            found = _LINE.fullmatch(raw[:-1])
            row = None if found is None else _parse_row(found)
            if row is None:
                raise FormatError(f"The line at byte {offset} of {path} is garbled.")
            offset += len(raw)
            yield row[0], offset


def sessions_in(path: Path) -> dict[str, SessionMarks]:
    """Gather what a log says of each recording, unchecked; a missing log says nothing.

    Raises:
        OSError: it cannot be read.
        FormatError: a line is garbled.
    """
    sessions: dict[str, SessionMarks] = {}
    if path.exists():
        for row in read_rows(path):
            _note_session(sessions, row)
    return sessions


def verify_audit(
    path: Path,
    public_key: Ed25519PublicKey,
    *,
    anchor: Path | None = None,
    is_thorough: bool = False,
) -> AuditReport:
    """Check a log from first to last line, against its signed head, and those kept elsewhere.

    A torn last line is what a crash leaves, and no fault.

    Args:
        anchor: file with heads that were kept elsewhere, see ``anchor``.
        is_thorough: each line's signature is checked, of which the last vouches for all where
            nobody else has the key and no earlier version wrote the log.

    Raises:
        OSError: it cannot be read.
    """
    report = AuditReport()
    # The heads first: a log that grows in between is only longer than they say.
    head = read_head(path, public_key)
    anchored = None if anchor is None else read_anchor(anchor)
    wanted = set() if anchored is None else {one.hash for one in anchored.heads}
    met = {(0, GENESIS): datetime.min.replace(tzinfo=UTC)}
    last: tuple[bytes, bytes] | None = None
    with open_file(path) as file, named(path):
        for found, row in _checked_rows(file, report):
            last = (found[2], found[3])
            if is_thorough and not _is_signed(last, public_key):
                _blame(report, row.seq, "is not signed by this key")
                last = None
                break
            _note_session(report.sessions, row)
            _note_time(report, row)
            if row.hash in wanted or (head is not None and row.seq == head.seq):
                met[row.seq, row.hash] = row.at
            report.rows, report.head = row.seq, row.hash
    if last is not None and not _is_signed(last, public_key):
        if report.fault:
            # A line covers the signature of the one before, where the change is.
            _blame(report, report.rows, "was changed")
        else:
            _blame_first_unsigned(path, public_key, report)
    if not report.fault:
        _compare_head(report, head, met)
    if not report.fault and head is not None and report.rows > head.seq + 1:
        # A log that is written to has another head by now; behind an old one it could be cut.
        later = read_head(path, public_key)
        if later is None or later.seq < report.rows - 1:
            report.fault = f"the audit log's signed head is old: it is of line {head.seq}"
    if not report.fault and anchored is not None:
        _compare_anchor(report, anchored, met, public_key)
    return report


def _lines(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.readline(_LINE_BYTES_MAX), b"")


def _checked_rows(
    file: BinaryIO, report: AuditReport, *, behind: int = 0, previous: str = GENESIS
) -> Iterator[tuple[re.Match[bytes], AuditRow]]:
    for number, raw in enumerate(_lines(file), behind + 1):
        if not raw.endswith(b"\n"):
            if len(raw) == _LINE_BYTES_MAX:
                _blame(report, number, "is garbled")
            return
        found = _LINE.fullmatch(raw[:-1])
        row = None if found is None else _parse_row(found)
        if found is None or row is None:
            _blame(report, number, "is garbled")
        elif row[0].seq != number or row[1] != previous:
            _blame(report, number, "does not follow from the line before")
        elif _digest(found[1]) != row[0].hash:
            _blame(report, number, "was changed")
        else:
            previous = _line_hash(raw[:-1])
            yield found, row[0]
            continue
        return


class FollowedLog:
    """A log that is checked once as a whole, and then as it grows. Several threads may ask.

    What was seen once is kept: who changes an old line later changes nothing of what is told here.
    """

    def __init__(self, path: Path, public_key: Ed25519PublicKey) -> None:
        """Take the file's path; nothing is read yet."""
        self._path = path
        self._public_key = public_key
        self._lock = threading.Lock()
        self._forget()

    def follow(self) -> AuditReport:
        """Read on; a missing log knows nothing. Blocks.

        Raises:
            OSError: it cannot be read.
        """
        with self._lock:
            try:
                if not self._offset:
                    report = verify_audit(self._path, self._public_key)
                    if report.fault:
                        return report
                self._read_on()
            except FileNotFoundError:
                self._forget()
            report = self._report
            if report.fault:
                # Looked at anew the next time: it may have been put back.
                self._forget()
            return report

    def _forget(self) -> None:
        self._report = AuditReport()
        self._offset, self._previous = 0, GENESIS

    def _read_on(self) -> None:
        report, last = self._report, None
        with open_file(self._path) as file, named(self._path):
            if file.seek(0, os.SEEK_END) < self._offset:
                _blame(report, report.rows, "is not there any more: it was cut")
                return
            file.seek(self._offset)
            for found, row in _checked_rows(
                file, report, behind=report.rows, previous=self._previous
            ):
                last = (found[2], found[3])
                _note_session(report.sessions, row)
                report.rows, report.head = row.seq, row.hash
                self._offset += len(found[0]) + 1
                self._previous = _line_hash(found[0])
        if last is not None and not _is_signed(last, self._public_key) and not report.fault:
            _blame(report, report.rows, "is not signed by this key")


def _blame(report: AuditReport, number: int, why: str) -> None:
    report.first_bad_row = number
    report.fault = f"line {number} of the audit log {why}"


def _blame_first_unsigned(path: Path, public_key: Ed25519PublicKey, report: AuditReport) -> None:
    with open_file(path) as file:
        for number, raw in enumerate(_lines(file), 1):
            found = _LINE.fullmatch(raw.rstrip(b"\n"))
            if found is None or not _is_signed((found[2], found[3]), public_key):
                _blame(report, number, "is not signed by this key")
                return
    _blame(report, report.rows, "is not signed by this key")


_Met = Mapping[tuple[int, str], datetime]
"""Number and hash of lines of the log that a head may be of, and their times."""


def _compare_head(report: AuditReport, head: SignedHead | None, met: _Met) -> None:
    if head is None:
        report.fault = "the audit log's signed head (.head beside it) is missing or not of this key"
    elif head.seq > report.rows:
        report.fault = f"the audit log ends at line {report.rows}, its signed head at {head.seq}"
        report.first_bad_row = report.rows + 1
    elif (head.seq, head.hash) not in met:
        report.fault = f"line {head.seq} of the audit log is not the one its head was signed for"
        report.first_bad_row = head.seq


def _compare_anchor(
    report: AuditReport, anchor: Anchor, met: _Met, public_key: Ed25519PublicKey
) -> None:
    """Hold a log against heads kept elsewhere, and tell how far these reach."""
    furthest = max(anchor.heads, key=lambda head: head.seq, default=None)
    for head in anchor.heads:
        is_here = head.seq > 0 and (head.seq, head.hash) in met
        # Of those that stand in the log it is the furthest that vouches for it.
        if (head is furthest or not is_here) and not head.is_signed_by(public_key):
            report.fault = f"the anchor's head of line {head.seq} is not signed by this key"
        elif head.seq > report.rows:
            report.fault = (
                f"the audit log was rolled back: it ends at line {report.rows}, and the anchor saw"
                f" line {head.seq}"
            )
            report.first_bad_row = report.rows + 1
        elif (head.seq, head.hash) not in met:
            report.fault = f"line {head.seq} of the audit log is not the one that the anchor saw"
            report.first_bad_row = head.seq
        if report.fault:
            return
    if anchor.unread:
        report.fault = (
            f"line {anchor.unread[0]} of the anchor has part of a head that cannot be read"
        )
    elif furthest is None:
        report.fault = "there is no signed head in the anchor"
    elif furthest.seq == 0:
        report.fault = "the anchor reaches no line of the audit log: it saw it empty, and no more"
    else:
        torn = f"; {anchor.torn} more were cut as they were written" if anchor.torn else ""
        report.anchored = (
            f"anchored to line {furthest.seq} of {report.rows},"
            f" {met[furthest.seq, furthest.hash].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC{torn}"
        )


_WITHOUT_PLACE = frozenset({ARCHIVED, ERASED, HELD, RELEASED})
_OF_SESSIONS = _WITHOUT_PLACE | {OPENED, SEALED, CRASHED, DELETED}


def _note_session(sessions: dict[str, SessionMarks], row: AuditRow) -> None:
    if row.event == REACHED:
        _note_reached(sessions, row)
        return
    if row.event not in _OF_SESSIONS:
        return
    marks = sessions.setdefault(str(row.fields.get("session")), SessionMarks())
    if row.event in (ERASED, DELETED) and marks.holds > 0:
        marks.fault = "it was destroyed while a legal hold kept it"
    if row.event in _WITHOUT_PLACE:
        _note_act(marks, row)
        return
    mark = SessionMark(
        frame=int(row.fields.get("frame") or 0),
        head=str(row.fields.get("head")),
        length_bytes=int(row.fields.get("bytes") or 0),
    )
    match row.event:
        case "recording.opened":
            marks.set_mark("opened", mark)
            marks.opened_at = marks.opened_at or row.at
            marks.content_opened = _parse_place(row.fields.get("content"))
        case "recording.sealed":
            marks.set_mark("sealed", mark)
            marks.content_sealed = _parse_place(row.fields.get("content"))
        case "recording.deleted":
            marks.set_mark("deleted", mark)
            marks.deletion = _read_deletion(row)
        case _:
            marks.set_mark("crashed", mark)
            if "torn" in row.fields:
                marks.torn = str(row.fields["torn"])


def _note_act(marks: SessionMarks, row: AuditRow) -> None:
    match row.event:
        case "recording.held":
            marks.holds += 1
        case "recording.released":
            marks.holds = max(0, marks.holds - 1)
        case "recording.erased":
            marks.is_erased = True
        case _:
            marks.archives.add(str(row.fields.get("sha256")))
            if "about" in row.fields:
                marks.abouts.add(str(row.fields["about"]))


def _note_time(report: AuditReport, row: AuditRow) -> None:
    """Follow the log's clock: rows are written one after another, so their times only grow."""
    latest = report.latest_at
    if latest is None or row.at >= latest:
        report.latest_at = row.at
        return
    if latest - row.at > _CLOCK_STEP_MAX:
        report.set_back.append(SetBack(row.seq, latest, row.at))
        # Told once for each time, not for each row until it is that late again.
        report.latest_at = row.at
    for marks in report.sessions.values():
        if marks.deletion is not None and row.at < marks.deletion.earliest_at:
            marks.deletion.earliest_at = row.at


def _read_deletion(row: AuditRow) -> Deletion | None:
    try:
        until = datetime.fromisoformat(str(row.fields["kept_until"]))
        return Deletion(int(row.fields["keep_days"] or 0), until, row.at)
    except (KeyError, ValueError, TypeError):
        # Of an earlier version.
        return None


def _note_reached(sessions: dict[str, SessionMarks], row: AuditRow) -> None:
    for session, place in row.fields.items():
        mark = _parse_place(place)
        if mark is None:
            continue
        marks = sessions.setdefault(session, SessionMarks())
        if marks.reached is None or marks.reached.frame < mark.frame:
            marks.reached = mark


def _parse_place(place: Scalar) -> SessionMark | None:
    found = _REACHED.fullmatch(str(place))
    if found is None:
        return None
    return SessionMark(frame=int(found[1]), head=found[2], length_bytes=int(found[3]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """Where a log ends."""

    seq: int = 0
    size: int = 0
    row_hash: str = GENESIS
    line_hash: str = GENESIS
    inode: int = -1
    signed: tuple[bytes, bytes] = (b"", b"")
    """Digest and signature of the last line, as it was read: in hex, unchecked."""


def _read_end(descriptor: int, size: int) -> tuple[_End, int]:
    """Find the last whole line; also how many torn bytes follow it."""
    window = _TAIL_BYTES
    while True:
        start = max(0, size - window)
        data = os.pread(descriptor, size - start, start)
        stop = data.rfind(b"\n")
        first = data.rfind(b"\n", 0, max(stop, 0))
        if start == 0 or first >= 0:
            break
        window *= 4
    if stop < 0:
        return _End(), size
    raw = data[first + 1 : stop]
    found = _LINE.fullmatch(raw)
    row = None if found is None else _parse_row(found)
    if found is None or row is None or _digest(found[1]) != row[0].hash:
        raise RecordingFailure(
            "The audit log's last line is garbled or was changed. Check it with the public key and"
            " restore it from a backup; nothing is recorded, and nothing runs, until then."
        )
    end = _End(
        seq=row[0].seq,
        size=start + stop + 1,
        row_hash=row[0].hash,
        line_hash=_line_hash(raw),
        signed=(found[2], found[3]),
    )
    return end, size - end.size


def _parse_row(found: re.Match[bytes]) -> tuple[AuditRow, str] | None:
    """Read a line: the row and its ``prev``."""
    try:
        document = json.loads(found[1] + b"}")
        row = AuditRow(
            seq=int(document["seq"]),
            at=datetime.fromisoformat(document["at"]),
            event=str(document["event"]),
            fields=dict(document["fields"]),
            hash=found[2].decode(),
        )
        return row, str(document["prev"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _is_signed(last: tuple[bytes, bytes], public_key: Ed25519PublicKey) -> bool:
    digest, signature = last
    try:
        message = _ROW_DOMAIN + bytes.fromhex(digest.decode())
        public_key.verify(bytes.fromhex(signature.decode()), message)
    except InvalidSignature:
        return False
    return True


def _digest(content: bytes) -> str:
    return hashlib.sha256(_ROW_DOMAIN + content).hexdigest()


def _line_hash(raw: bytes) -> str:
    return hashlib.sha256(_LINE_DOMAIN + raw).hexdigest()


def _row_id(seq: int, row_hash: str) -> str:
    return f"{seq}-{row_hash[:12]}"
