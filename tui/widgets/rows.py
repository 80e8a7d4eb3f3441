"""A list whose rows never move under the finger: the cursor is a key, not a line number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.palette import BACKGROUND, CURSOR, FADED, PANEL, QUIET, TEXT

_MARKER_COLUMNS = 2
_GAP_COLUMNS = 1
_EMPTY_ROW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; the widest window shows all, narrower ones drop the highest ``rank`` first."""

    title: str
    width: int
    rank: int
    is_flexible: bool = False
    """Takes its share of what is left; ``width`` is its least."""
    width_max: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line; ``cells`` are safe text, one per column."""

    key: str
    cells: tuple[Text, ...]
    is_gone: bool = False
    """It has left the list and is shown, marked and faded, until the cursor moves."""
    cells_gone: tuple[Text, ...] = ()
    """What it shows then, where that is other than ``cells``."""


class RowList(ScrollView, can_focus=True):
    """Rows with a cursor; new rows come at the end, gone rows stay until the next key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("down,j", "move(1)", "Down"),
        ("up,k", "move(-1)", "Up"),
        ("pagedown,ctrl+f", "move_page(1)", "Page down"),
        ("pageup,ctrl+b", "move_page(-1)", "Page up"),
        ("g,home", "move_to(0)", "First"),
        ("G,end", "move_to(-1)", "Last"),
        ("enter", "open", "Open"),
    ]

    class Moved(Message):
        """The cursor is on another key, or on none."""

        def __init__(self, rows: RowList, key: str | None) -> None:
            """Name the list and the key."""
            super().__init__()
            self.rows = rows
            self.key = key

        @property
        def control(self) -> RowList:
            """Give the list, so that handlers can be told apart by selector."""
            return self.rows

    class Opened(Moved):
        """Enter, or a click on the row of the cursor."""

    def __init__(self, columns: Sequence[Column], *, empty: str, id: str) -> None:  # noqa: A002
        """Show ``empty`` while there are no rows."""
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._empty = empty
        self._rows: list[Row] = []
        self._wanted: tuple[Row, ...] = ()
        self.cursor_key: str | None = None

    @property
    def row_count(self) -> int:
        """Count the rows that are not gone."""
        return len(self._wanted)

    @property
    def cursor_index(self) -> int:
        """Give the line of the cursor; -1 without rows."""
        keys = [row.key for row in self._rows]
        return keys.index(self.cursor_key) if self.cursor_key in keys else -1

    def set_empty(self, text: str) -> None:
        """Change what is said while there are no rows."""
        self._empty = text
        self.refresh()

    def show(self, rows: Sequence[Row]) -> None:
        """Take the rows as they are now, in their best order; shown order changes only by keys."""
        self._wanted = tuple(rows)
        if self.cursor_key is None or not self._rows:
            self._settle()
            return
        by_key = {row.key: row for row in rows}
        cursor = self.cursor_index
        kept: list[Row] = []
        for index, old in enumerate(self._rows):
            if old.key in by_key:
                kept.append(by_key.pop(old.key))
            elif index <= cursor:
                kept.append(Row(key=old.key, cells=old.cells_gone or old.cells, is_gone=True))
        self._rows = kept + [row for row in rows if row.key in by_key]
        self._resized()

    def _settle(self) -> None:
        """Take the best order and drop what is gone; the cursor keeps its key where it can."""
        old_index = max(0, self.cursor_index)
        self._rows = list(self._wanted)
        keys = [row.key for row in self._rows]
        if self.cursor_key not in keys:
            self._put_cursor(keys[min(old_index, len(keys) - 1)] if keys else None)
        self._resized()
        self._scroll_to_cursor()

    def _put_cursor(self, key: str | None) -> None:
        if key != self.cursor_key:
            self.cursor_key = key
            self.post_message(self.Moved(self, key))

    def action_move(self, step: int) -> None:
        """Move the cursor by rows that are still there."""
        index = self.cursor_index
        live = [row.key for row in self._rows if not row.is_gone]
        if not live:
            self._settle()
            return
        before = sum(1 for row in self._rows[: max(0, index)] if not row.is_gone)
        is_on_gone = 0 <= index < len(self._rows) and self._rows[index].is_gone
        # On a gone row "before" already is the next one.
        target = before + step - (1 if is_on_gone and step > 0 else 0)
        self._put_cursor(live[min(max(0, target), len(live) - 1)])
        self._settle()

    def action_move_page(self, direction: int) -> None:
        """Move by what fits the window."""
        self.action_move(direction * max(1, self.size.height - 2))

    def action_move_to(self, index: int) -> None:
        """Move to the first row, or with -1 to the last."""
        live = [row.key for row in self._wanted]
        if live:
            self._put_cursor(live[index])
        self._settle()

    def action_open(self) -> None:
        """Tell that the row is to be opened; never a decision."""
        if self.cursor_key is not None:
            self.post_message(self.Opened(self, self.cursor_key))

    def on_click(self, event: Click) -> None:
        """Move the cursor to the row; a click on the cursor's row opens it."""
        index = event.y - 1 + self.scroll_offset.y
        if event.y < 1 or not 0 <= index < len(self._rows):
            return
        key = self._rows[index].key
        if key == self.cursor_key:
            self.action_open()
        else:
            self._put_cursor(key)
            self.refresh()

    def on_resize(self, _event: Resize) -> None:
        """Fit the columns to the new width, and keep the cursor in sight."""
        self._resized()
        self._scroll_to_cursor()

    def _resized(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._rows) + 1)
        self.refresh()

    def _scroll_to_cursor(self) -> None:
        index, height = self.cursor_index, max(1, self.size.height - 1)
        top = self.scroll_offset.y
        if index < top:
            self.scroll_to(y=max(0, index), animate=False, force=True)
        elif index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False, force=True)

    def _shown_columns(self) -> list[tuple[int, int]]:
        """Choose (index, width) of the columns that fit, in their own order."""
        left = self.size.width - _MARKER_COLUMNS
        chosen: list[int] = []
        for index in sorted(range(len(self._columns)), key=lambda i: self._columns[i].rank):
            needed = self._columns[index].width + (_GAP_COLUMNS if chosen else 0)
            if needed <= left or not chosen:
                chosen.append(index)
                left -= needed
        widths = {index: self._columns[index].width for index in sorted(chosen)}
        flexible = [index for index in widths if self._columns[index].is_flexible]
        for count, index in enumerate(flexible):
            share = max(0, left) // (len(flexible) - count)
            more = min(share, self._columns[index].width_max - widths[index])
            widths[index] += more
            left -= more
        return list(widths.items())

    def render_line(self, y: int) -> Strip:
        """Draw one line of the window; the first is the heading."""
        width = self.size.width
        base = Style.parse(f"{TEXT} on {BACKGROUND}")
        if y == 0:
            titles = tuple(Text(column.title) for column in self._columns)
            heading = Style.parse(f"bold {QUIET} on {PANEL}")
            return self._strip("  ", titles, heading, width)
        index = y - 1 + self.scroll_offset.y
        if index >= len(self._rows):
            words = self._empty.split("\n") if not self._rows else []
            text = f"  {words[y - _EMPTY_ROW]}" if 0 <= y - _EMPTY_ROW < len(words) else ""
            return Strip([Segment(text, base)]).adjust_cell_length(width, base)
        row = self._rows[index]
        gone = "✗" if row.is_gone else " "
        if row.key != self.cursor_key:
            style = base + Style.parse(FADED) if row.is_gone else base
            return self._strip(f" {gone}", row.cells, style, width)
        cursor = Style.parse(f"bold {TEXT} on {CURSOR}" if self.has_focus else f"bold on {PANEL}")
        return self._strip(f"▶{gone}", row.cells, base + cursor, width)

    def _strip(self, marker: str, cells: Sequence[Text], style: Style, width: int) -> Strip:
        line = Text(marker, no_wrap=True, end="")
        for position, (index, column_width) in enumerate(self._shown_columns()):
            cell = cells[index].copy()
            cell.truncate(column_width, overflow="ellipsis", pad=True)
            line.append(" " * _GAP_COLUMNS if position else "")
            line.append_text(cell)
        segments = [
            Segment(segment.text, style + (segment.style or Style()))
            for segment in line.render(self.app.console)
        ]
        return Strip(segments).adjust_cell_length(width, style)
