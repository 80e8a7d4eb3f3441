"""The screen that a client saw, drawn by a virtual terminal from what was recorded."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from recordings.errors import FormatError
from recordings.events import Event, Header, Output, Resize
from recordings.words import terminal_text

if TYPE_CHECKING:
    from avt._avt import Line

try:
    from avt._avt import Vt
except ImportError:  # the rest of this package works without it
    Vt = None  # type: ignore[assignment, misc]

_COLUMNS_MAX, _ROWS_MAX = 1000, 500


def can_draw() -> bool:
    """Tell whether the package ``pyavt`` is installed."""
    return Vt is not None


class Screen:
    """A virtual terminal; escape sequences of a recording end here."""

    def __init__(self, header: Header) -> None:
        """Start empty, in the size that the session began with.

        Raises:
            FormatError: the package ``pyavt`` is not installed.
        """
        if Vt is None:
            raise FormatError("Screens need the package pyavt: pip install pyavt")
        self._header = header
        self.terminal = Vt(*_bounded(header.columns, header.rows), 0)
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def restore(self, size: tuple[int, int], dump: str, pending: bytes) -> None:
        """Become the screen that gave these by ``size``, ``dump`` and ``pending``."""
        self.terminal = Vt(*_bounded(*size), 0)
        self.terminal.feed_str(dump)
        self._decoder.setstate((pending, 0))

    @property
    def size(self) -> tuple[int, int]:
        """Give columns and rows."""
        return self.terminal.size

    @property
    def pending(self) -> bytes:
        """Give the beginning of a character whose end has not come yet."""
        return self._decoder.getstate()[0]

    def dump(self) -> str:
        """Give what draws this very screen on an empty terminal of its size."""
        return self.terminal.dump()

    def take(self, event: Event) -> Sequence[Line]:
        """Show what an event shows; gives the lines that it moved off the screen."""
        match event:
            case Output(data=data):
                text = terminal_text(self._header, self._decoder.decode(data))
                _, moved = self.terminal.feed_str(text)
            case Resize(columns=columns, rows=rows):
                _, moved = self.terminal.resize(*_bounded(columns, rows))
            case _:
                return ()
        return moved

    def take_all(self, events: Iterable[Event]) -> None:
        """Show what events show, in order."""
        for event in events:
            self.take(event)


def _bounded(columns: int, rows: int) -> tuple[int, int]:
    return max(1, min(columns, _COLUMNS_MAX)), max(1, min(rows, _ROWS_MAX))
