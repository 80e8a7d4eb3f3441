"""A scrolling view of safe text lines that knows how far its reader has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.palette import BACKGROUND, LABEL, TEXT


class LinesView(ScrollView, can_focus=True):
    """Lines folded at the window's width; nothing is cut, nothing scrolls sideways."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("down,j", "scroll_down", "Down"),
        ("up,k", "scroll_up", "Up"),
        ("pagedown,space,ctrl+f", "page_down", "Page down"),
        ("pageup,ctrl+b", "page_up", "Page up"),
        ("g,home", "scroll_home", "Top"),
        ("G,end", "scroll_end", "End"),
    ]

    class Seen(Message):
        """The last line that must be seen has been in the window."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        """Start empty."""
        super().__init__(id=id)
        self._lines: tuple[Text, ...] = ()
        self._folded: list[Strip] = []
        self._must_see = -1
        self._must_see_row = -1
        self._folded_width = 0
        self.has_seen_all = False

    @property
    def rows_unseen(self) -> int:
        """Count the rows below the window up to the last that must be seen."""
        return max(0, self._must_see_row + 1 - self.scroll_offset.y - self.size.height)

    def show(self, lines: Sequence[Text], *, must_see: int = -1, keep_place: bool = False) -> None:
        """Show lines from the top.

        Args:
            must_see: index of the line that the reader must have had in the window.
            keep_place: the same content again, refreshed: neither scroll nor forget.
        """
        self._lines = tuple(lines)
        self._must_see = must_see
        if not keep_place:
            self.has_seen_all = False
            self.scroll_to(y=0, animate=False, force=True)
        self._fold()

    def on_resize(self, _event: Resize) -> None:
        """Fold again at the new width."""
        self._fold()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Note how far the reader has come."""
        super().watch_scroll_y(old_value, new_value)
        self._note_seen()

    def _fold(self) -> None:
        width = max(1, self.size.width)
        base = Style.parse(f"{TEXT} on {BACKGROUND}")
        self._folded = []
        self._must_see_row = -1
        for index, line in enumerate(self._lines):
            indent = _indent(line, width)
            for place, part in enumerate(fold(line, width, indent)):
                if place:
                    part.pad_left(indent)
                segments = [
                    Segment(segment.text, base + (segment.style or Style()))
                    for segment in part.render(self.app.console)
                ]
                self._folded.append(Strip(segments).adjust_cell_length(width, base))
            if index == self._must_see:
                self._must_see_row = len(self._folded) - 1
        self.virtual_size = Size(width, len(self._folded))
        self.refresh()
        self.call_after_refresh(self._note_seen)

    def _note_seen(self) -> None:
        is_shown = self.size.height > 0 and self.display and bool(self._lines)
        if is_shown and not self.has_seen_all and self.rows_unseen == 0:
            self.has_seen_all = True
            self.post_message(self.Seen())

    def render_line(self, y: int) -> Strip:
        """Draw one row of the window."""
        row = y + self.scroll_offset.y
        base = Style.parse(f"{TEXT} on {BACKGROUND}")
        if row < len(self._folded):
            return self._folded[row]
        return Strip.blank(self.size.width, base)


def _indent(line: Text, width: int) -> int:
    """Measure the label or line number that a line begins with: what is folded stands behind it."""
    label = next((span.end for span in line.spans if span.style == LABEL and not span.start), 0)
    return label if label * 3 <= width else 0


def fold(line: Text, width: int, indent: int = 0) -> list[Text]:
    """Cut a line into parts of at most ``width`` columns, behind a blank where one is near.

    Args:
        indent: columns that all parts but the first leave free.
    """
    if line.cell_len <= width:
        return [line]
    plain = line.plain
    offsets: list[int] = []
    start, column = 0, 0
    for index, character in enumerate(plain):
        columns = get_character_cell_size(character)
        room = width - indent if offsets else width
        if column + columns > room and index > start:
            blank = plain.rfind(" ", start + (index - start) * 2 // 3, index)
            start = index if blank < 0 else blank + 1
            offsets.append(start)
            column = sum(get_character_cell_size(c) for c in plain[start:index])
        column += columns
    return list(line.divide(offsets))
