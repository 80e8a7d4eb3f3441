"""Reads recordings back: stream, seek by time or statement, follow a live file.

Frames are read whole: what a living writer has half written is not there yet. Checks nothing;
``verify`` does.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from recordings.chain import CHAIN_MARK, ChainLink, read_chain_line, read_seal_line
from recordings.errors import FormatError
from recordings.events import (
    ApprovalEvent,
    Event,
    Header,
    OutcomeEvent,
    StatementEvent,
    VerdictEvent,
    decode_header,
    decode_lines,
)
from recordings.files import open_chained, open_stream

UNKNOWN = "unknown"
"""Status of a statement whose outcome never came."""
_CHUNK_BYTES = 1 << 20
_RAW_BYTES = 1 << 16
_CHAIN_LINE_BYTES_MAX = 160
_POLL_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedEvent:
    """One event, and where it stands."""

    time_us: int
    """Since the start."""
    event: Event
    frame: int
    offset: int
    """Of its frame in the plain file."""

    @property
    def time_s(self) -> float:
        """Give the time in seconds."""
        return self.time_us / 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """One statement with all that became of it."""

    id: str
    index: int
    time_us: int
    offset: int
    """Of its frame: where to read on from."""
    text: str
    action: str = ""
    """Of its verdict."""
    rule: str = ""
    request_id: str = ""
    approval: str = ""
    """Last state of its request."""
    status: str = UNKNOWN
    row_count: int | None = None
    elapsed_ms: int = 0
    waited_ms: int = 0
    measured_rows: int | None = None
    """Rows that its request said it would touch, where they were counted."""


class EventParser:
    """Makes events of a recording's bytes as they come, cut anywhere."""

    def __init__(self, *, offset: int = 0) -> None:
        """Begin at ``offset``, which must be where a frame begins."""
        self.header: Header | None = None
        self.is_sealed = False
        """The final signature was met."""
        self.offset = offset
        """Where the next frame begins."""
        self._rest = b""
        self._searched = 0

    def feed(self, data: bytes) -> Iterator[TimedEvent]:
        """Take bytes and yield the events of each frame that is now whole.

        Raises:
            FormatError: a line cannot be read.
        """
        self._rest += data
        while True:
            mark = self._rest.find(CHAIN_MARK, self._searched)
            end = self._rest.find(b"\n", mark) if mark >= 0 else -1
            if end < 0:
                self._searched = mark if mark >= 0 else max(0, len(self._rest) - len(CHAIN_MARK))
                break
            whole, self._rest = self._rest[:end], self._rest[end + 1 :]
            self._searched = 0
            yield from self._events(whole)
            self.offset += len(whole) + 1
        self._look_for_seal()

    def _events(self, whole: bytes) -> Iterator[TimedEvent]:
        *lines, last = whole.split(b"\n")
        link = read_chain_line(last, 0, len(last))
        if link is None:
            raise FormatError(f"The frame at byte {self.offset} is garbled.")
        if lines and lines[0].startswith(b"{"):
            self.header = decode_header(lines.pop(0))
        for time_us, code, event in decode_lines(lines):
            if code not in ("s", "h"):
                yield TimedEvent(time_us=time_us, event=event, frame=link.frame, offset=self.offset)

    def _look_for_seal(self) -> None:
        if self._rest.endswith(b"\n") and self._rest.count(b"\n") == 1:
            seal = read_seal_line(self._rest[:-1])
            self.is_sealed = seal is not None and seal.is_final


class RawFrame(NamedTuple):
    """A whole frame as it lies in the file; a tuple, as there are many."""

    start: int
    end: int
    link: ChainLink
    whole: bytes
    """All of it but the last newline."""

    def lines(self) -> list[bytes]:
        """Give the lines of its body, without their newlines; of frame 0, the header first."""
        return self.whole.split(b"\n")[:-1]


def raw_frames(stream: BinaryIO, offset: int) -> Iterator[RawFrame]:
    """Yield whole frames from where a stream stands; nothing but their chain line is read.

    Args:
        offset: where it stands in the plain file.

    Raises:
        FormatError: a chain line is garbled.
    """
    rest, searched = b"", 0
    while chunk := stream.read(_RAW_BYTES):
        rest += chunk
        start = 0
        while (mark := rest.find(CHAIN_MARK, max(start, searched))) >= 0:
            end = rest.find(b"\n", mark)
            if end < 0:
                break
            link = read_chain_line(rest, rest.rfind(b"\n", start, mark) + 1 or start, end)
            if link is None:
                raise FormatError(f"The frame at byte {offset + start} is garbled.")
            yield RawFrame(offset + start, offset + end + 1, link, rest[start:end])
            start = searched = end + 1
        searched = max(0, (mark if mark >= 0 else len(rest) - len(CHAIN_MARK)) - start)
        offset += start
        rest = rest[start:]


def link_before(stream: BinaryIO, offset: int) -> ChainLink | None:
    """Read the chain line that ends at an offset of a seekable stream; None: none ends there."""
    start = max(0, offset - _CHAIN_LINE_BYTES_MAX)
    stream.seek(start)
    before = stream.read(offset - start)
    if len(before) != offset - start or not before.endswith(b"\n"):
        return None
    return read_chain_line(before, before.rfind(b"\n", 0, -1) + 1, len(before) - 1)


def has_frame(path: Path, end: int, frame: int, head: str, *, identity: Path | None = None) -> bool:
    """Tell whether a frame of this number and head ends at an offset of the plain recording.

    Only the chain line is read: it means something where the chain up to there was walked.

    Raises:
        OSError: it cannot be read.
        FormatError: it is garbled.
    """
    with open_chained(path, identity) as stream:
        if stream.seekable():
            link = link_before(stream, end)
        else:
            found = (one.link for one in raw_frames(stream, 0) if one.end == end)
            link = next(found, None)
    return link is not None and (link.frame, link.head.hex()) == (frame, head)


def read_header(path: Path, *, identity: Path | None = None) -> Header:
    """Read who and what a recording is of.

    Raises:
        OSError: it cannot be read.
        FormatError: it is no recording.
    """
    with open_stream(path, identity) as stream:
        return decode_header(stream.readline())


def read_events(
    path: Path, *, offset: int = 0, identity: Path | None = None
) -> Iterator[TimedEvent]:
    """Stream the events of all whole frames from a frame's offset on.

    Raises:
        OSError: it cannot be read.
        FormatError: a line cannot be read.
    """
    parser = EventParser(offset=offset)
    with open_stream(path, identity) as stream:
        _skip(stream, offset)
        while chunk := stream.read(_CHUNK_BYTES):
            yield from parser.feed(chunk)


def read_statements(path: Path, *, identity: Path | None = None) -> tuple[StatementView, ...]:
    """List the statements in order, each with verdict, approval and outcome.

    Raises:
        OSError: it cannot be read.
        FormatError: a line cannot be read.
    """
    views: dict[str, dict[str, object]] = {}
    for timed in read_events(path, identity=identity):
        match timed.event:
            case StatementEvent() as statement:
                views[statement.id] = {
                    "id": statement.id,
                    "index": statement.index,
                    "time_us": timed.time_us,
                    "offset": timed.offset,
                    "text": statement.text,
                }
            case VerdictEvent() as verdict if verdict.statement_id in views:
                views[verdict.statement_id] |= {"action": verdict.action, "rule": verdict.rule}
            case ApprovalEvent() as approval if approval.statement_id in views:
                views[approval.statement_id] |= {
                    "request_id": approval.request_id,
                    "approval": approval.state,
                    "measured_rows": approval.rows if approval.is_measured else None,
                }
            case OutcomeEvent() as outcome if outcome.statement_id in views:
                views[outcome.statement_id] |= {
                    "status": outcome.status,
                    "row_count": outcome.row_count,
                    "elapsed_ms": outcome.elapsed_ms,
                    "waited_ms": outcome.waited_ms,
                }
            case _:
                pass
    return tuple(StatementView(**values) for values in views.values())  # type: ignore[arg-type]


def seek_time(path: Path, time_s: float) -> int:
    """Find the offset of the first frame at or after a time; the file's end when there is none.

    A plain file is searched by halves, a packed one from its start.

    Raises:
        OSError: it cannot be read.
    """
    with open_stream(path) as stream:
        if path.stat().st_size and stream.seekable():
            return _seek_by_halves(stream, round(time_s * 1_000_000))
    last = 0
    for timed in read_events(path):
        if timed.time_s >= time_s:
            return timed.offset
        last = timed.offset
    return last


def seek_statement(path: Path, index: int) -> StatementView | None:
    """Find the n-th statement, from 1.

    Raises:
        OSError: it cannot be read.
        FormatError: a line cannot be read.
    """
    for view in read_statements(path):
        if view.index == index:
            return view
    return None


async def follow_events(path: Path, *, offset: int = 0) -> AsyncIterator[TimedEvent]:
    """Yield events as another process writes them, until the recording is sealed.

    Looks again five times a second; ends only at the seal, so give it a timeout.

    Raises:
        OSError: it cannot be read.
        FormatError: a line cannot be read.
    """
    parser = EventParser(offset=offset)
    position = offset
    while True:
        chunk = await asyncio.to_thread(_read_at, path, position)
        position += len(chunk)
        for timed in parser.feed(chunk):
            yield timed
        if parser.is_sealed:
            return
        if not chunk:
            await asyncio.sleep(_POLL_S)


_TIME_AT = re.compile(rb"\[([0-9]+)\.([0-9]{6}), ")


def _seek_by_halves(stream: BinaryIO, time_us: int) -> int:
    low, high = 0, stream.seek(0, 2)
    # Keeps: each frame that begins before ``low`` ends too early.
    while low < high:
        middle = (low + high) // 2
        found = _frame_after(stream, middle)
        if found is None or found[1] >= time_us:
            high = middle
        else:
            low = found[0]
    return low


def _frame_after(stream: BinaryIO, offset: int) -> tuple[int, int] | None:
    """Find the first chain line that begins at or after an offset: its end, and its time."""
    stream.seek(max(0, offset - 1))
    if offset:
        stream.readline()
    while raw := stream.readline():
        if CHAIN_MARK in raw:
            time = _TIME_AT.match(raw)
            if time is not None:
                return stream.tell(), int(time[1]) * 1_000_000 + int(time[2])
    return None


def _skip(stream: BinaryIO, offset: int) -> None:
    if stream.seekable():
        stream.seek(offset)
        return
    while offset > 0:
        chunk = stream.read(min(offset, _CHUNK_BYTES))
        if not chunk:
            return
        offset -= len(chunk)


def _read_at(path: Path, position: int) -> bytes:
    with path.open("rb") as file:
        file.seek(position)
        return file.read(_CHUNK_BYTES)
