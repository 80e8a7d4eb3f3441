"""A glance at recordings: whether what lists show of one is what the audit log knows of it.

A list reads of a file its header, its end and its size. So much, and no more, is held against the
log here; ``verify`` looks at all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from recordings.audit import AuditReport, SessionMark, SessionMarks
from recordings.catalog import RecordingEntry, about_path
from recordings.chain import CHAIN_MARK, read_chain_line, read_seal_line
from recordings.disk import open_file
from recordings.errors import FormatError
from recordings.files import file_digest
from recordings.reader import raw_frames
from recordings.thin import Heads

UNPROVEN = "unproven"
"""State in lists of what the audit log does not know so."""
_TAIL_BYTES = 64 * 1024
_KEPT_MAX = 20_000


class Glances:
    """Tells the state of recordings for lists, each looked at once as long as it is as it was."""

    def __init__(self, follow: Callable[[], AuditReport]) -> None:
        """Take what gives the audit log as it is now."""
        self._follow = follow
        self._kept: dict[Path, tuple[object, bool]] = {}

    def states(self, entries: Sequence[RecordingEntry]) -> list[str]:
        """Tell of each recording whether it is live, sealed, crashed or unproven. Blocks.

        Raises:
            OSError: the audit log cannot be read.
        """
        log = self._follow()
        return [self._state(entry, log) for entry in entries]

    def _state(self, entry: RecordingEntry, log: AuditReport) -> str:
        marks = log.sessions.get(entry.session_id)
        if log.fault or marks is None or not self._agrees(entry.path, marks):
            return UNPROVEN
        return "crashed" if marks.crashed is not None else entry.state

    def _agrees(self, path: Path, marks: SessionMarks) -> bool:
        try:
            read = (path, about_path(path)) if path.suffix == ".age" else (path,)
            times = [(status.st_mtime_ns, status.st_size) for status in map(Path.stat, read)]
            stamp = (times, marks.sealed, marks.crashed, sorted(marks.archives))
            known = self._kept.get(path)
            if known is None or known[0] != stamp:
                if len(self._kept) >= _KEPT_MAX:
                    self._kept.clear()
                known = self._kept[path] = (stamp, agrees_at_ends(path, marks))
        except (OSError, FormatError):
            return False
        return known[1]


def agrees_at_ends(path: Path, marks: SessionMarks) -> bool:
    """Hold header, end and size of a recording against what the audit log knows of it.

    Raises:
        OSError: it cannot be read.
        FormatError: it is garbled.
    """
    if path.suffix != ".cast":
        is_listed = path.suffix != ".age" or file_digest(about_path(path)) in marks.abouts
        return is_listed and file_digest(path) in marks.archives
    end, heads = marks.sealed or marks.crashed, Heads()
    if marks.opened is None and end is None:
        return False
    with open_file(path) as stream:
        first = _first_head(stream, heads)
        if marks.opened is not None and marks.opened.head != first:
            return False
        return end is None or _ends_at(stream, end, heads, is_sealed=marks.sealed is not None)


def _first_head(stream: BinaryIO, heads: Heads) -> str:
    frame = next(raw_frames(stream, 0), None)
    if frame is None:
        return ""
    body = frame.whole[: frame.whole.rfind(b"\n") + 1]
    return heads.next(frame.link.time_us, frame.link.frame, body).hex()


def _ends_at(stream: BinaryIO, end: SessionMark, heads: Heads, *, is_sealed: bool) -> bool:
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _TAIL_BYTES))
    tail = stream.read(_TAIL_BYTES)
    if size != end.length_bytes or not tail.endswith(b"\n"):
        return False
    if is_sealed:
        start = tail.rfind(b"\n", 0, -1) + 1
        seal = read_seal_line(tail[start:-1])
        if seal is None or not seal.is_final:
            return False
        tail = tail[:start]
    last = tail.rfind(b"\n", 0, -1) + 1
    link = read_chain_line(tail, last, len(tail) - 1)
    if link is None or (link.frame, link.head.hex()) != (end.frame, end.head):
        return False
    before = tail.find(b"\n", mark) + 1 if (mark := tail.rfind(CHAIN_MARK, 0, last)) >= 0 else 0
    if not before:
        # A seal's is short. What lists show of one that has crashed was counted in all of it.
        return not is_sealed
    previous = read_chain_line(tail, tail.rfind(b"\n", 0, before - 1) + 1, before - 1)
    if previous is None:
        return False
    heads.resume(previous.head)
    return heads.next(link.time_us, link.frame, tail[before:last]) == link.head
