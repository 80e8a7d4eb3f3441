"""The screen of a session at one moment, as an SVG with real text."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from xml.sax.saxutils import escape

from recordings.screen import Screen
from recordings.words import visible

with contextlib.suppress(ImportError):  # then no screen can be made either
    from avt._avt import Cell, Color, Pen

_CELL_WIDTH, _CELL_HEIGHT = 9, 19
_TEXT, _BACKGROUND = "#d0d0d0", "#101216"
_BASE_COLORS = (
    "#000000", "#dd3c69", "#4ebf22", "#ddaf3c", "#26b0d7", "#b954e1", "#54e1b9", "#d9d9d9",
    "#6b6b6b", "#ff6b92", "#7be05a", "#ffd56b", "#6bd5ff", "#dd8bff", "#8bffdd", "#ffffff",
)  # fmt: skip


def svg_picture(session_id: str, screen: Screen, *, at_s: float | None) -> Iterator[bytes]:
    """Yield the picture of a screen, named by its moment; None: the end."""
    columns, rows = screen.size
    width, height = columns * _CELL_WIDTH, rows * _CELL_HEIGHT
    moment = "the end" if at_s is None else f"{at_s:.1f} s"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">\n'
        f"<title>{escape(visible(session_id))} at {moment}</title>\n"
        f'<rect width="100%" height="100%" fill="{_BACKGROUND}"/>\n'
        '<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="15" '
        f'xml:space="preserve" fill="{_TEXT}">\n'
    ).encode()
    for row, shown in enumerate(screen.terminal.view()):
        yield "".join(_row(shown.cells, row)).encode()
    yield b"</g>\n</svg>\n"


def _row(cells: list[Cell], row: int) -> Iterator[str]:
    """Draw runs of cells of one style; spaces without a background draw nothing."""
    run, start, kind = "", 0, ("", 1)
    for column, cell in enumerate(cells):
        if not cell.width:
            # The second half of the wide character before it.
            continue
        own = (_style(cell.pen), cell.width)
        if own != kind:
            yield from _run(run, (start, row), *kind)
            run, start, kind = "", column, own
        run += cell.char if cell.char.isprintable() else "\N{REPLACEMENT CHARACTER}"
    yield from _run(run, (start, row), *kind)


def _run(text: str, place: tuple[int, int], style: str, cells: int) -> Iterator[str]:
    """Draw characters that each take so many cells; a browser's font may be of another width."""
    (column, row), width = place, cells * _CELL_WIDTH
    background, _, attributes = style.partition("|")
    top = row * _CELL_HEIGHT
    if background:
        yield (
            f'<rect x="{column * _CELL_WIDTH}" y="{top}" width="{len(text) * width}" '
            f'height="{_CELL_HEIGHT}" fill="{background}"/>\n'
        )
    shown = text.strip()
    if shown:
        left = column * _CELL_WIDTH + (len(text) - len(text.lstrip())) * width
        yield (
            f'<text x="{left}" y="{top + 14}" textLength="{len(shown) * width}"'
            f"{attributes}>{escape(shown)}</text>\n"
        )


def _style(pen: Pen) -> str:
    """Give background and attributes as ``background|attributes``."""
    if pen.is_default():
        return "|"
    front, back = _color(pen.foreground), _color(pen.background)
    if pen.inverse:
        front, back = back or _BACKGROUND, front or _TEXT
    attributes = f' fill="{front}"' if front else ""
    attributes += ' font-weight="bold"' if pen.bold else ""
    attributes += ' font-style="italic"' if pen.italic else ""
    attributes += ' opacity="0.6"' if pen.faint else ""
    lines = ["underline"] * pen.underline + ["line-through"] * pen.strikethrough
    attributes += f' text-decoration="{" ".join(lines)}"' if lines else ""
    return f"{back}|{attributes}"


def _color(color: Color | None) -> str:
    if isinstance(color, Color.RGB):
        return f"#{color[0]:02x}{color[1]:02x}{color[2]:02x}"
    if isinstance(color, Color.Indexed):
        return _indexed(color[0])
    return ""


def _indexed(index: int) -> str:
    """Give a colour of xterm's 256: 16 named, a cube of 6 x 6 x 6, 24 greys."""
    if index < 16:
        return _BASE_COLORS[index]
    if index >= 232:
        grey = 8 + 10 * (index - 232)
        return f"#{grey:02x}{grey:02x}{grey:02x}"
    levels = (0, 95, 135, 175, 215, 255)
    red, rest = divmod(index - 16, 36)
    return f"#{levels[red]:02x}{levels[rest // 6]:02x}{levels[rest % 6]:02x}"
