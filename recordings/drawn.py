"""What a terminal showed line by line, as text: each line once, when it has been left.

A line editor draws a line many times over, by sequences that mean nothing to a reader.
"""

from __future__ import annotations

from collections.abc import Iterator

from recordings.events import Event, Header
from recordings.screen import Screen, can_draw
from recordings.words import LINE_FRONT_ENDS


def is_line_by_line(header: Header) -> bool:
    """Tell whether a session's output was drawn on a terminal from top to bottom."""
    return can_draw() and header.front_end in LINE_FRONT_ENDS


class DrawnLines:
    """The lines of a session whose output runs downwards; not of one that fills the screen."""

    def __init__(self, header: Header) -> None:
        """Start with an empty screen.

        Raises:
            FormatError: the package ``pyavt`` is not installed.
        """
        self._screen = Screen(header)
        self._told = 0
        """How many lines at the top of the screen have been given."""

    def take(self, event: Event) -> Iterator[str]:
        """Show what an event shows, and give the lines that it moved off the screen."""
        moved = self._screen.take(event)
        for line in moved[self._told :]:
            yield line.text.rstrip()
        self._told = max(0, self._told - len(moved))

    def settle(self, *, is_over: bool = False) -> Iterator[str]:
        """Give the lines above the cursor that have not been given; at the end its own too."""
        terminal = self._screen.terminal
        end = terminal.cursor.row
        if is_over and terminal.view()[end].text.strip():
            end += 1
        # Where the screen was cleared, what is above the cursor is new.
        self._told = min(self._told, end)
        for line in terminal.view()[self._told : end]:
            yield line.text.rstrip()
        self._told = end
