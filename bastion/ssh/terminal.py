"""One SSH channel as front ends see it: transcript first, client second.

``ChannelWire`` is the channel itself: input that waits, back-pressure, size, signals.
``RecordedTerminal`` and ``RecordedChannel`` put a session's transcript before it. Memory is
bounded both ways: a client that sends more than is read is paused, and a client that does not read
stops whoever writes.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import asyncssh

from bastion.errors import RecordingError
from bastion.execution.session import Session
from bastion.frontends.drawn import cells_of
from recordings.events import TYPED_RESULT, Grid, Output

log = logging.getLogger(__name__)

_INPUT_BYTES_MAX = 256 * 1024
_OUTPUT_BYTES_MAX = 16 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_AHEAD_BYTES = 256 * 1024
"""Queued for a terminal while what comes next is made: the disk and the database work at once."""
_AHEAD_FRAMES = 8
"""Being recorded at once, so that the disk takes several in one turn."""
_INTERRUPT = b"\x03"
_END_OF_INPUT = b"\x04"


class Receiver(Protocol):
    """Who takes what a channel's client sends."""

    def input_arrived(self) -> None:
        """There is something to ``take``, or the input has ended."""
        ...

    def resized(self) -> None:
        """The terminal has another size."""
        ...

    def interrupted(self) -> None:
        """The client sent a signal or a break."""
        ...


class ChannelWire:
    """One SSH channel; lives as long as the channel, whatever sessions pass over it."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
        """Stand between ``channel`` and whoever is the receiver at the time."""
        self._channel = channel
        self.columns = 80
        self.rows = 24
        self.term = ""
        self.has_terminal = False
        self.environment: Mapping[str, str] = {}
        self.closed = asyncio.Event()
        """The client is gone."""
        self.has_input_ended = False
        self.receiver: Receiver | None = None
        self._input = bytearray()
        self._is_reading_paused = False
        self._writable = asyncio.Event()
        self._writable.set()

    # From the client

    def feed(self, data: bytes) -> None:
        """Keep input until the receiver takes it; too much of it pauses the client."""
        self._input += data
        if len(self._input) > _INPUT_BYTES_MAX and not self._is_reading_paused:
            self._is_reading_paused = True
            self._channel.pause_reading()
        if self.receiver is not None:
            self.receiver.input_arrived()

    def feed_end(self) -> None:
        """Note that the client sends no more."""
        self.has_input_ended = True
        if self.receiver is not None:
            self.receiver.input_arrived()

    def take(self, limit: int = _INPUT_BYTES_MAX * 2) -> bytes:
        """Take input, at most ``limit`` bytes; ``b""`` when none is there now."""
        data = bytes(self._input[:limit])
        del self._input[:limit]
        if self._is_reading_paused and len(self._input) < _INPUT_BYTES_MAX // 2:
            self._is_reading_paused = False
            self._channel.resume_reading()
        return data

    def unread(self, data: bytes) -> None:
        """Put input back that was taken to look at."""
        self._input[:0] = data

    def resize(self, columns: int, rows: int) -> None:
        """Take a new size; nonsense is made sense of."""
        self.columns = min(max(columns, 1), 1000) if columns else 80
        self.rows = min(max(rows, 1), 500) if rows else 24
        if self.receiver is not None:
            self.receiver.resized()

    def interrupt(self) -> None:
        """Pass on a signal or a break."""
        if self.receiver is not None:
            self.receiver.interrupted()

    def pause_writing(self) -> None:
        """Hold writers: the client reads too slowly."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._writable.set()

    def lost(self) -> None:
        """Note that the client is gone; whoever waits is woken."""
        self.closed.set()
        self._writable.set()
        self.feed_end()

    # To the client

    @property
    def is_open(self) -> bool:
        """Tell whether the client is still there."""
        return not self.closed.is_set() and not self._channel.is_closing()

    async def send(self, data: bytes, *, is_stderr: bool = False) -> None:
        """Send what is already recorded; waits while the client reads slowly.

        Raises:
            ConnectionError: the client is gone.
        """
        for start in range(0, len(data), _CHUNK_BYTES):
            await self._writable.wait()
            self.send_now(data[start : start + _CHUNK_BYTES], is_stderr=is_stderr)

    def send_now(self, data: bytes, *, is_stderr: bool = False) -> None:
        """Send without waiting.

        Raises:
            ConnectionError: the client is gone.
        """
        if not self.is_open:
            raise ConnectionError("the client is gone")
        try:
            # A terminal has one screen: what goes to stderr would be drawn out of turn.
            if is_stderr and not self.has_terminal:
                self._channel.write_stderr(data)
            else:
                self._channel.write(data)
        except OSError as error:
            raise ConnectionError("the client is gone") from error

    def say(self, sentence: str) -> None:
        """Tell the client something of our own that no transcript holds; never raises."""
        end = "\r\n" if self.has_terminal else "\n"
        with contextlib.suppress(ConnectionError):
            self.send_now(f"{printable(sentence)}{end}".encode(), is_stderr=True)

    def exit(self, status: int) -> None:
        """Send what is left, then the exit status, and close the channel."""
        if self.is_open:
            self._channel.exit(status)


@dataclass(frozen=True, slots=True)
class _Size:
    columns: int
    rows: int


class RecordedTerminal:
    """An interactive terminal; implements ``execution.ports.Terminal``.

    ``run`` must be running while it is used.
    """

    def __init__(self, wire: ChannelWire, session: Session) -> None:
        """Take over ``wire`` for ``session``."""
        self._wire = wire
        self._session = session
        self.columns = wire.columns
        self.rows = wire.rows
        self.term = wire.term
        self.environment = wire.environment
        self.closed = asyncio.Event()
        self.on_resize: Callable[[], None] | None = None
        self.failure: RecordingError | None = None
        """Set when the transcript could not be written."""
        self._on_input: Callable[[str], None] | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._newlines = _Newlines()
        self._queue: deque[Output | _Size] = deque()
        self._begun: deque[tuple[asyncio.Future[None], bytes]] = deque()
        """On its way to the disk; not sent."""
        self._queued_bytes = 0
        self._woken = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self._eased = asyncio.Event()
        wire.receiver = self

    @property
    def on_input(self) -> Callable[[str], None] | None:
        """Give who takes the keys."""
        return self._on_input

    @on_input.setter
    def on_input(self, callback: Callable[[str], None] | None) -> None:
        self._on_input = callback
        # Typed ahead: keys that came while nobody listened.
        self.input_arrived()

    def write(self, text: str) -> None:
        """Queue text: recorded first, then sent, in order.

        A queue beyond its bound ends the terminal: whoever fills it has not drained.
        """
        if not text or self.closed.is_set():
            return
        sent = text.encode("utf-8", "replace")
        data = self._newlines.translate(sent)
        # Where the terminal changes the text after all, its cells are not told apart.
        cells = cells_of(text)
        if len(data) != len(sent):
            typed = [grid.first for grid in cells if grid.result == TYPED_RESULT]
            cells = (Grid(TYPED_RESULT, typed[0], (0, len(data))),) if typed and data else ()
        self._queue.append(Output(data=data, cells=cells))
        self._queued_bytes += len(data)
        self._drained.clear()
        self._woken.set()
        if self._queued_bytes > _OUTPUT_BYTES_MAX:
            log.warning("terminal.too_slow", extra={"session": self._session.id})
            self._stop()

    async def drain(self) -> None:
        """Return when all written so far is recorded and handed to the client, or it is gone."""
        await self._drained.wait()

    async def ease(self) -> None:
        """Return when so little is queued that more may be written meanwhile, or it is gone."""
        while self._queued_bytes > _AHEAD_BYTES and not self.closed.is_set():
            self._eased.clear()
            await self._eased.wait()

    async def run(self) -> None:
        """Record and send what is queued until the client is gone or the transcript fails."""
        try:
            while not self.closed.is_set():
                await self._woken.wait()
                self._woken.clear()
                while (self._queue or self._begun) and not self.closed.is_set():
                    await self._write_next()
                self._drained.set()
        except RecordingError as error:
            self.failure = error
        except ConnectionError:
            pass
        finally:
            self._stop()

    def detach(self) -> None:
        """Give the wire back; keys that were not taken wait for the next session."""
        self._on_input = None
        if self._wire.receiver is self:
            self._wire.receiver = None
        self._stop()

    # Receiver

    def input_arrived(self) -> None:
        """Hand keys on; called by the wire."""
        if self._wire.closed.is_set():
            self._stop()
        while self._on_input is not None:
            data = self._wire.take()
            if not data:
                break
            self._session.touch()
            text = self._decoder.decode(data)
            if text:
                self._on_input(text)

    def resized(self) -> None:
        """Take the new size and record it; called by the wire."""
        self.columns, self.rows = self._wire.columns, self._wire.rows
        if not self.closed.is_set():
            self._queue.append(_Size(self.columns, self.rows))
            self._drained.clear()
            self._woken.set()
        if self.on_resize is not None:
            self.on_resize()

    def interrupted(self) -> None:
        """Treat a signal or a break as Ctrl-C; called by the wire."""
        self._session.touch()
        if self._on_input is not None:
            self._on_input("\x03")

    async def _write_next(self) -> None:
        """Begin to record what is queued, and send the oldest of it when that is on the disk."""
        while self._queue and len(self._begun) < _AHEAD_FRAMES:
            first = self._queue.popleft()
            if isinstance(first, _Size):
                await self._session.resize(first.columns, first.rows)
                continue
            data, cells = self._with_what_follows(first)
            self._begun.append((await self._session.begin_output(data, cells), data))
        if not self._begun:
            return
        begun, data = self._begun.popleft()
        await self._session.settled(begun)
        await self._wire.send(data)
        self._queued_bytes -= len(data)
        self._eased.set()

    def _with_what_follows(self, first: Output) -> tuple[bytes, tuple[Grid, ...]]:
        parts, cells = [first.data], [*first.cells]
        size = len(first.data)
        while self._queue and size < _CHUNK_BYTES:
            item = self._queue[0]
            if isinstance(item, _Size):
                break
            parts.append(item.data)
            cells += [grid.moved(size) for grid in item.cells]
            size += len(item.data)
            self._queue.popleft()
        return b"".join(parts), tuple(cells)

    def _stop(self) -> None:
        self.closed.set()
        self._eased.set()
        self._queue.clear()
        self._woken.set()
        self._drained.set()


class RecordedChannel:
    """An exec channel; implements ``execution.ports.ByteChannel``."""

    def __init__(self, wire: ChannelWire, session: Session) -> None:
        """Take over ``wire`` for ``session``."""
        self._wire = wire
        self._session = session
        self.has_terminal = wire.has_terminal
        self.closed = wire.closed
        self.environment = wire.environment
        self.columns = wire.columns
        self.on_interrupt: Callable[[], None] | None = None
        self._newlines = _Newlines()
        self._arrived = asyncio.Event()
        self._writing = asyncio.Lock()
        self._has_typed_end = False
        wire.receiver = self
        self.input_arrived()

    async def write(self, data: bytes, cells: tuple[Grid, ...] = ()) -> None:
        """Record, and where it shows cells of results, then send to stdout.

        Raises:
            RecordingError: it could not be recorded and was not sent.
            ConnectionError: the client is gone.
        """
        await self._write(data, is_stderr=False, cells=cells)

    async def write_err(self, data: bytes) -> None:
        """Record, then send to stderr.

        Raises:
            RecordingError: it could not be recorded and was not sent.
            ConnectionError: the client is gone.
        """
        await self._write(data, is_stderr=True)

    async def read(self) -> bytes:
        """Read from stdin; ``b""`` at its end."""
        while True:
            self._arrived.clear()
            data = b"" if self._has_typed_end else self._wire.take(_CHUNK_BYTES)
            if data and self.has_terminal:
                data = self._read_keys(data)
            if data:
                self._session.touch()
                return data
            if self._has_typed_end or self._wire.has_input_ended or self.closed.is_set():
                return b""
            await self._arrived.wait()

    def detach(self) -> None:
        """Give the wire back."""
        if self._wire.receiver is self:
            self._wire.receiver = None

    # Receiver

    def input_arrived(self) -> None:
        """Wake the reader; called by the wire."""
        self._arrived.set()
        # Without a reader Ctrl-C must still be seen: nobody reads stdin of `-c`.
        if self.has_terminal and self.on_interrupt is not None:
            waiting = self._wire.take()
            if _INTERRUPT in waiting:
                waiting = waiting.replace(_INTERRUPT, b"")
                self.interrupted()
            if waiting:
                self._wire.unread(waiting)

    def resized(self) -> None:
        """Take the new width; called by the wire."""
        self.columns = self._wire.columns

    def interrupted(self) -> None:
        """Pass on Ctrl-C, a signal or a break; called by the wire."""
        self._session.touch()
        if self.on_interrupt is not None:
            self.on_interrupt()

    async def _write(self, data: bytes, *, is_stderr: bool, cells: tuple[Grid, ...] = ()) -> None:
        if not data:
            return
        async with self._writing:
            if self.has_terminal:
                sent, data = data, self._newlines.translate(data)
                # Where the terminal changes the text after all, its cells are not told apart.
                cells = cells if len(data) == len(sent) else ()
            if not self._wire.is_open:
                raise ConnectionError("the client is gone")
            is_apart = is_stderr and not self.has_terminal
            await self._session.output(data, is_stderr=is_apart, cells=cells)
            await self._wire.send(data, is_stderr=is_stderr)

    def _read_keys(self, data: bytes) -> bytes:
        data, end, _ = data.partition(_END_OF_INPUT)
        self._has_typed_end = bool(end)
        return data.replace(b"\r", b"\n")


class _Newlines:
    """LF becomes CR LF, as a real terminal line does it; there is none behind an SSH pty."""

    def __init__(self) -> None:
        self._ends_in_cr = False

    def translate(self, data: bytes) -> bytes:
        if not data:
            return data
        starts_in_lf = data.startswith(b"\n")
        # Single bytes are replaced four times as fast as CR LF is counted or replaced.
        bare = data.replace(b"\r", b"")
        translated = bare.replace(b"\n", b"\r\n")
        if translated != data and len(bare) != len(data):
            # Some CR stands by itself, and stays.
            translated = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        if self._ends_in_cr and starts_in_lf:
            translated = translated[1:]
        self._ends_in_cr = data.endswith(b"\r")
        return translated


def printable(text: str) -> str:
    """Make control characters harmless in a sentence of ours that quotes somebody's words."""
    return "".join(char if char.isprintable() else "\N{MIDDLE DOT}" for char in text)
