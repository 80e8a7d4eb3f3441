"""The channel ports in memory: a screen judged by pyte, and the two streams of an exec."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pyte

from recordings.events import Grid


class FakeTerminal:
    """The port ``Terminal``; what is written is drawn on a real terminal emulator."""

    def __init__(self, columns: int = 80, rows: int = 24, **environment: str) -> None:
        """Start with an empty screen of this size."""
        self.columns = columns
        self.rows = rows
        self.term = environment.pop("TERM", "xterm-256color")
        self.environment: Mapping[str, str] = environment
        self.closed = asyncio.Event()
        self.on_input: Callable[[str], None] | None = None
        self.on_resize: Callable[[], None] | None = None
        self.raw = ""
        self.screen = pyte.HistoryScreen(columns, rows, history=5000)
        self._stream = pyte.Stream(self.screen)

    def write(self, text: str) -> None:
        """Draw at once."""
        self.raw += text
        self._stream.feed(text)

    async def drain(self) -> None:
        """Give others a turn, as a real channel does."""
        await asyncio.sleep(0)

    async def ease(self) -> None:
        """Give others a turn too."""
        await asyncio.sleep(0)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size as a client's window does."""
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        if self.on_resize is not None:
            self.on_resize()

    def send(self, text: str) -> None:
        """Press keys."""
        if self.on_input is not None:
            self.on_input(text)

    @property
    def lines(self) -> list[str]:
        """Give all lines, those that have scrolled away too, without trailing blanks."""
        width = self.screen.columns
        past = ["".join(row[x].data for x in range(width)) for row in self.screen.history.top]
        return [line.rstrip() for line in (*past, *self.screen.display)]

    @property
    def text(self) -> str:
        """Give all lines as one text."""
        return "\n".join(self.lines)

    @property
    def shown(self) -> str:
        """Give what is on the screen now."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    async def expect(self, words: str, *, times: int = 1, within_s: float = 5.0) -> None:
        """Wait until words stand on the screen or above it."""
        try:
            async with asyncio.timeout(within_s):
                while self.text.count(words) < times:  # noqa: ASYNC110 - a screen tells nobody.
                    await asyncio.sleep(0.01)
        except TimeoutError:
            message = f"{words!r} did not come {times} times; there is:\n{self.text}"
            raise AssertionError(message) from None


class FakeChannel:
    """The port ``ByteChannel`` with both streams kept apart."""

    def __init__(
        self,
        *pieces: bytes,
        has_terminal: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Hold what stdin will give."""
        self.has_terminal = has_terminal
        self.closed = asyncio.Event()
        self.on_interrupt: Callable[[], None] | None = None
        self.environment: Mapping[str, str] = environment or {}
        self.columns = 80
        self.out = b""
        self.err = b""
        self.breaks_after: int | None = None
        self._pieces = list(pieces)

    async def write(self, data: bytes, cells: tuple[Grid, ...] = ()) -> None:
        """Keep what goes to stdout; fail once the client is gone."""
        if self.breaks_after is not None and len(self.out) >= self.breaks_after:
            self.closed.set()
            raise ConnectionResetError("the client is gone")
        self.out += data
        await asyncio.sleep(0)

    async def write_err(self, data: bytes) -> None:
        """Keep what goes to stderr."""
        if self.closed.is_set():
            raise ConnectionResetError("the client is gone")
        self.err += data
        await asyncio.sleep(0)

    async def read(self) -> bytes:
        """Give the next piece of stdin."""
        await asyncio.sleep(0)
        return self._pieces.pop(0) if self._pieces else b""
