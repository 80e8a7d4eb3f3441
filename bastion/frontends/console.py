"""prompt-toolkit on a ``Terminal`` port: its input, its output, and the guard over pastes.

No pipe and no file descriptor stands between: a large paste would fill a pipe and block the loop.
All that is drawn leaves through ``Terminal.write``.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import Attrs

from bastion.execution.ports import Terminal
from bastion.frontends.drawn import MARK, Drawn, typed, typed_parts
from bastion.frontends.render import folded, visible

_TYPED_COLOUR = "ansidefault"
_TYPED_LOOK = f"bg:{_TYPED_COLOUR}"
TYPED_CLASS = "class:typed"
"""Style of what may be a value while somebody types it. It looks as none does: the transcript knows
its places by it."""
# Where a prompt is left, its colours are taken away.
TYPED_STYLES = dict.fromkeys(
    ("typed", "typed aborting", "typed exiting", "search-toolbar.text"), _TYPED_LOOK
)
BURST_S = 0.05
"""Keys closer together than this were not typed by hand."""
TEXT_MAX = 32 * 1024
"""Characters that can be edited. What it costs to draw a line grows with the square of its length,
and everybody's sessions wait meanwhile: a megabyte would hold them all up for a minute."""
_AHEAD_MAX = 256 * 1024
_LONG = 256
"""Characters from which on a burst is taken as a whole and not key by key."""
_PASTE_START, _PASTE_END = "\x1b[200~", "\x1b[201~"
_NEWLINE = re.compile(r"\r\n|\r|\n")


class ConsoleInput(Input):
    """Keys of one terminal; keeps what is typed while nobody reads."""

    def __init__(self, count_statements: Callable[[str], int]) -> None:
        """Start empty.

        Args:
            count_statements: how many statements a text would run, for the paste guard.
        """
        self.on_interrupt: Callable[[], None] | None = None
        """Called on Ctrl-C while no prompt reads."""
        self.on_guarded: Callable[[int], None] | None = None
        """Called with the number of statements when a paste was held back."""
        self.on_too_long: Callable[[], None] | None = None
        """Called when more came at once than can be edited, and was dropped."""
        self._count_statements = count_statements
        self._keys: list[KeyPress] = []
        self._parser = Vt100Parser(self._keys.append)
        self._callback: Callable[[], None] | None = None
        self._ahead = ""
        self._burst = ""
        self._burst_timer: asyncio.TimerHandle | None = None
        self._last_fed = 0.0
        self._key_waiter: asyncio.Future[str] | None = None
        self._paste: str | None = None
        self._is_closed = False

    def feed(self, text: str) -> None:
        """Take what the client sent."""
        if self._key_waiter is not None:
            self._answer(text)
        elif self._callback is None:
            self._keep_ahead(text)
        elif self._ahead:
            # The prompt has just begun: what was typed before it is still to come.
            self._ahead = (self._ahead + text)[:_AHEAD_MAX]
        else:
            self._guard(text)

    def drop_ahead(self) -> None:
        """Forget what was typed ahead: it was meant for after a success."""
        self._ahead = ""
        self._burst = ""
        clear_typeahead(self)

    async def read_key(self) -> str:
        """Wait for one key while no prompt reads."""
        self._key_waiter = asyncio.get_running_loop().create_future()
        try:
            if self._ahead:
                text, self._ahead = self._ahead, ""
                self._answer(text)
            return await self._key_waiter
        finally:
            self._key_waiter = None

    def _answer(self, text: str) -> None:
        waiter = self._key_waiter
        if waiter is not None and not waiter.done() and text:
            waiter.set_result(text[0])
            self._ahead += text[1:]

    def _keep_ahead(self, text: str) -> None:
        before, interrupt, after = text.rpartition("\x03")
        if interrupt:
            # As a tty does: an interrupt throws away what was typed before it.
            del before
            self._ahead = ""
            text = after
            if self.on_interrupt is not None:
                self.on_interrupt()
        self._ahead = (self._ahead + text)[:_AHEAD_MAX]

    def _feed_ahead(self) -> None:
        text, self._ahead = self._ahead, ""
        if text:
            self.feed(text)

    def _guard(self, text: str) -> None:
        """Let typing through at once; hold back a burst with line ends until it is over."""
        now = asyncio.get_running_loop().time()
        is_fast = now - self._last_fed < BURST_S
        self._last_fed = now
        if _PASTE_START in text:
            # The terminal itself says what was pasted: there is nothing to guess.
            if self._burst_timer is not None:
                self._burst_timer.cancel()
                self._release_burst()
            self._parse(text)
        elif self._burst:
            # One more than can be edited tells as much as all of it.
            self._burst = (self._burst + text)[: TEXT_MAX + 1]
            self._arm()
        elif _NEWLINE.search(text) and (len(text) > 1 or is_fast) and self._paste is None:
            self._burst = text
            self._arm()
        else:
            self._parse(text)

    def _arm(self) -> None:
        if self._burst_timer is not None:
            self._burst_timer.cancel()
        loop = asyncio.get_running_loop()
        self._burst_timer = loop.call_later(BURST_S, self._release_burst)

    def _release_burst(self) -> None:
        self._burst_timer = None
        text, self._burst = self._burst, ""
        if self._callback is None:
            self._keep_ahead(text)
            return
        self._parse(self._guarded(text))

    def _guarded(self, text: str) -> str:
        """Make one paste of what would run several statements, or is long."""
        if len(text) > TEXT_MAX:
            return text
        lines = _NEWLINE.sub("\n", text)
        count = self._count_statements(lines)
        if count > 1:
            if self.on_guarded is not None:
                self.on_guarded(count)
            return f"{_PASTE_START}{lines.replace(chr(27), '').rstrip()}{_PASTE_END}"
        is_plain = re.sub(r"[\n\t]", " ", lines).isprintable()
        if len(text) > _LONG and is_plain and not re.search(r"^[\\/]", lines, re.MULTILINE):
            enter = "\r" if lines.endswith("\n") else ""
            return f"{_PASTE_START}{lines.rstrip()}{_PASTE_END}{enter}"
        return text

    def _parse(self, text: str) -> None:
        """Turn into keys what was typed, and each paste as a whole or not at all."""
        while text:
            if self._paste is None:
                typed_part, start, text = text.partition(_PASTE_START)
                self._type(typed_part)
                if not start:
                    break
                self._paste = ""
            inside, end, rest = (self._paste + text).partition(_PASTE_END)
            if not end:
                # The end may come in pieces.
                tail = inside[-len(_PASTE_END) :]
                too_long = len(inside) > TEXT_MAX + len(_PASTE_END)
                self._paste = "\0" * (TEXT_MAX + 1) + tail if too_long else inside
                break
            self._paste, text = None, rest
            self._feed(f"{_PASTE_START}{inside}{_PASTE_END}", len(inside))
        if self._callback is not None:
            self._callback()

    def _type(self, text: str) -> None:
        is_whole = len(text) > _LONG and text.isprintable()
        self._feed(f"{_PASTE_START}{text}{_PASTE_END}" if is_whole else text, len(text))

    def _feed(self, text: str, length: int) -> None:
        if length <= TEXT_MAX:
            self._parser.feed(text)
        elif self.on_too_long is not None:
            self.on_too_long()

    # prompt_toolkit's Input

    def fileno(self) -> int:
        """There is none; nothing of ours asks."""
        return -1

    def typeahead_hash(self) -> str:
        """Name this input in prompt-toolkit's own store of keys."""
        return f"bastion-{id(self)}"

    def read_keys(self) -> list[KeyPress]:
        """Give the keys since the last call."""
        keys = self._keys[:]
        self._keys.clear()
        return keys

    def flush_keys(self) -> list[KeyPress]:
        """Give up waiting for the rest of an escape sequence."""
        self._parser.flush()
        return self.read_keys()

    @property
    def closed(self) -> bool:
        """Tell whether the client is gone."""
        return self._is_closed

    def raw_mode(self) -> AbstractContextManager[None]:
        """Do nothing: the client's terminal is raw already."""
        return contextlib.nullcontext()

    def cooked_mode(self) -> AbstractContextManager[None]:
        """Do nothing."""
        return contextlib.nullcontext()

    @contextlib.contextmanager
    def attach(self, input_ready_callback: Callable[[], None]) -> Iterator[None]:
        """Read keys for one prompt; what was typed ahead comes first, and is guarded too."""
        previous = self._callback
        self._callback = input_ready_callback
        if self._ahead:
            asyncio.get_running_loop().call_soon(self._feed_ahead)
        try:
            yield
        finally:
            self._callback = previous
            if self._burst_timer is not None:
                self._burst_timer.cancel()
                self._release_burst()

    @contextlib.contextmanager
    def detach(self) -> Iterator[None]:
        """Stop reading for a while."""
        previous, self._callback = self._callback, None
        try:
            yield
        finally:
            self._callback = previous

    def close(self) -> None:
        """End: forget what was typed."""
        self._is_closed = True
        self.drop_ahead()
        if self._burst_timer is not None:
            self._burst_timer.cancel()
            self._burst_timer = None


class Console:
    """A terminal as shell and picker use it: keys in, text out, size and colours."""

    def __init__(self, terminal: Terminal, count_statements: Callable[[str], int]) -> None:
        """Join a terminal; ``close`` lets it go."""
        self.terminal = terminal
        self.has_colour = "NO_COLOR" not in terminal.environment and terminal.term != "dumb"
        self.is_accessible = bool(terminal.environment.get("ACCESSIBLE")) or (
            terminal.term in ("dumb", "")
        )
        self.input = ConsoleInput(count_statements)
        self._writer = _Writer(terminal)
        self.output = _MarkedOutput(
            self._writer,  # type: ignore[arg-type]  # It asks only for write and flush.
            self._size,
            term=terminal.term or "xterm",
            default_color_depth=None if self.has_colour else ColorDepth.DEPTH_1_BIT,
            # Replies to cursor position requests leak into the input over slow tunnels.
            enable_cpr=False,
        )
        self.application: Application[str] | None = None
        terminal.on_input = self.input.feed
        terminal.on_resize = self._resized

    @property
    def text_number(self) -> int:
        """Give the number of the text that is being typed, or was last."""
        return self._writer.text_number

    @text_number.setter
    def text_number(self, number: int) -> None:
        self._writer.text_number = number
        self._writer.has_marked = False

    @property
    def has_marked(self) -> bool:
        """Tell whether anything of this text was drawn that may be a value."""
        return self._writer.has_marked

    @property
    def columns(self) -> int:
        """Give the width in cells."""
        return max(self.terminal.columns, 1)

    @property
    def rows(self) -> int:
        """Give the height in lines."""
        return max(self.terminal.rows, 1)

    def print(self, text: str) -> None:
        """Write lines; LF becomes CR LF."""
        if isinstance(text, Drawn):
            self.terminal.write(text.with_crlf())
        elif text:
            self.terminal.write(text.replace("\r\n", "\n").replace("\n", "\r\n"))

    def print_of(self, text: str) -> None:
        """Write lines that may repeat what was typed last."""
        if text:
            self._writer.has_marked = True
            self.print(typed(text, self.text_number))

    def say(self, sentences: str, *, repeats: bool = False) -> None:
        """Write sentences with a line end behind them, broken between words.

        Args:
            repeats: they may repeat what was typed last.
        """
        text = folded(visible(sentences, keeps_lines=True).rstrip("\n"), self.columns) + "\n"
        (self.print_of if repeats else self.print)(text)

    async def flush(self) -> None:
        """Wait until all is recorded and handed to the client."""
        await self.terminal.drain()

    async def ease(self) -> None:
        """Wait until so little is left to record and to send that more may be made meanwhile."""
        await self.terminal.ease()

    def close(self) -> None:
        """Let the terminal go."""
        self.terminal.on_input = None
        self.terminal.on_resize = None
        self.input.close()

    def _size(self) -> Size:
        return Size(rows=self.rows, columns=self.columns)

    def _resized(self) -> None:
        application = self.application
        if application is not None and application.is_running:
            application.renderer.erase(leave_alternate_screen=False)
            application.invalidate()


class _MarkedOutput(Vt100_Output):
    """Puts marks around what is drawn as ``TYPED_CLASS``."""

    _is_typed = False

    def set_attributes(self, attrs: Attrs, color_depth: ColorDepth) -> None:
        """Take a style; where it is that of typed values, so is what follows."""
        super().set_attributes(attrs, color_depth)
        self._is_typed = attrs.bgcolor == _TYPED_COLOUR

    def reset_attributes(self) -> None:
        """Go back to no style."""
        super().reset_attributes()
        self._is_typed = False

    def write(self, data: str) -> None:
        """Draw text."""
        data = data.replace("\0", "?")
        super().write(f"{MARK}{data}{MARK}" if self._is_typed else data)


class _Writer:
    """What prompt-toolkit takes for stdout."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self.text_number = 0
        self.has_marked = False

    def write(self, text: str) -> int:
        drawn = text.replace("\r\n", "\n").replace("\n", "\r\n")
        if MARK in drawn:
            self.has_marked = True
            drawn = typed_parts(drawn, self.text_number)
        self._terminal.write(drawn)
        return len(text)

    def flush(self) -> None:
        """Nothing is kept here."""

    def isatty(self) -> bool:
        return True
