"""A recorded terminal, drawn from the cells of a virtual screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from avt._avt import Color, Line, Pen, Vt
from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.palette import BACKGROUND, TEXT
from tui.visible import is_hidden

_HIDDEN_MARK = "\N{REPLACEMENT CHARACTER}"


class TerminalView(ScrollView, can_focus=True):
    """Shows a virtual screen; wider or higher ones scroll, the cursor's line stays in view."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, *, id: str) -> None:  # noqa: A002
        """Start without a screen."""
        super().__init__(id=id)
        self._source: Callable[[], Vt] | None = None
        self._cells: list[list[tuple[str, Style]]] = []

    def follow(self, source: Callable[[], Vt]) -> None:
        """Draw what ``source`` gives whenever ``draw`` is called."""
        self._source = source

    def draw(self) -> None:
        """Take the screen as it is now."""
        if self._source is None:
            return
        screen = self._source()
        columns, rows = screen.size
        self._cells = [_line_cells(line) for line in screen.view()]
        cursor = screen.cursor
        if cursor.visible:
            _invert(self._cells, cursor.row, cursor.col)
        self.virtual_size = Size(columns, rows)
        self._keep_cursor_in_view(cursor.row)
        self.refresh()

    def on_resize(self, _event: Resize) -> None:
        """Keep the cursor's line in view at the new size."""
        self.draw()

    def _keep_cursor_in_view(self, row: int) -> None:
        height = max(1, self.size.height)
        top = int(self.scroll_offset.y)
        if row < top or row >= top + height:
            self.scroll_to(y=max(0, row - height + 1), animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        """Draw one row of the window."""
        width = self.size.width
        base = Style.parse(f"{TEXT} on {BACKGROUND}")
        row = y + int(self.scroll_offset.y)
        if row >= len(self._cells):
            return Strip.blank(width, base)
        strip = Strip([Segment(text, base + style) for text, style in self._cells[row]])
        left = int(self.scroll_offset.x)
        return strip.crop(left, left + width).adjust_cell_length(width, base)


def screen_text(screen: Vt) -> list[str]:
    """Give the safe text of a virtual screen, for tests and for reading aloud."""
    return ["".join(text for text, _ in _line_cells(line)).rstrip() for line in screen.view()]


def _line_cells(line: Line) -> list[tuple[str, Style]]:
    """Give the safe characters of one line, neighbours of one style joined."""
    runs: list[tuple[str, Style]] = []
    for cell in line.cells:
        character = _safe(cell.char, cell.width)
        if not character:
            continue
        style = _style(cell.pen)
        if runs and runs[-1][1] == style:
            runs[-1] = (runs[-1][0] + character, style)
        else:
            runs.append((character, style))
    return runs


def _safe(character: str, width: int) -> str:
    """Let through only what takes exactly its own cells on the reviewer's terminal."""
    if width == 0:
        # The second half of a wide character, or a mark on the one before.
        return ""
    if is_hidden(character) or get_character_cell_size(character) != width:
        return _HIDDEN_MARK + " " * (width - 1)
    return character


def _invert(cells: list[list[tuple[str, Style]]], row: int, column: int) -> None:
    """Show the cursor, by splitting the run that it stands in."""
    if row >= len(cells):
        return
    passed = 0
    for index, (text, style) in enumerate(cells[row]):
        if column < passed + len(text):
            at = column - passed
            cells[row][index : index + 1] = [
                (part, part_style)
                for part, part_style in (
                    (text[:at], style),
                    (text[at], style + Style(reverse=True)),
                    (text[at + 1 :], style),
                )
                if part
            ]
            return
        passed += len(text)


def _style(pen: Pen) -> Style:
    if pen.is_default():
        return _PLAIN
    return Style(
        color=_color(pen.foreground),
        bgcolor=_color(pen.background),
        bold=pen.bold,
        dim=pen.faint,
        italic=pen.italic,
        underline=pen.underline,
        strike=pen.strikethrough,
        reverse=pen.inverse,
    )


_PLAIN = Style()


def _color(color: Color | None) -> str | None:
    """Name a colour for Rich; blinking and conceal are left out on purpose."""
    if color is None:
        return None
    if isinstance(color, Color.RGB):
        return f"rgb({color[0]},{color[1]},{color[2]})"
    if isinstance(color, Color.Indexed):
        return f"color({color[0]})"
    return None
