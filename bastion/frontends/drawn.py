"""Text that knows where it shows the cells of a result, so that the transcript knows it too.

A renderer puts a mark before and behind each cell; what it gives is text without marks, and the
places. Whoever passes it on as a mere string loses the places: then what it shows can be taken out
of a copy of the transcript only as a whole.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import TypeVar

from recordings.events import TYPED_RESULT, Grid

MARK = "\0"
"""Before and behind a cell. No renderer leaves one in a cell, save in CSV and TSV of raw bytes."""
CELLS_MAX = 10_000
"""Of one result, told apart; of the rest, rows by fifties: to commit to a cell takes its time."""
ROWS_PER_BLOCK = 50
_Item = TypeVar("_Item")


class Drawn(str):
    """Text as it is shown, and the places of the cells in its UTF-8 bytes."""

    __slots__ = ("cells",)

    cells: tuple[Grid, ...]

    def with_crlf(self) -> Drawn:
        """Give it as a terminal gets it: each lone LF is CR LF."""
        data = self.encode("utf-8", "surrogateescape")
        lone = list(_lone_line_feeds(data))
        grids = []
        for grid in self.cells:
            ends, grown = list(accumulate(grid.spans)), list(grid.spans)
            for at in lone[: bisect_left(lone, ends[-1])]:
                grown[bisect_right(ends, at)] += 1
            grids.append(Grid(grid.result, grid.first, tuple(grown), grid.each))
        return _made(self.replace("\r\n", "\n").replace("\n", "\r\n"), tuple(grids))


def _lone_line_feeds(data: bytes) -> Iterator[int]:
    at = data.find(b"\n")
    while at >= 0:
        if data[at - 1 : at] != b"\r":
            yield at
        at = data.find(b"\n", at + 1)


def joined(parts: Sequence[str], between: str = "") -> Drawn:
    """Join texts; those that know their cells still do."""
    grids: list[Grid] = []
    at = end = 0
    for part in parts:
        for grid in cells_of(part):
            last = grids[-1] if grids else None
            if last is not None and last.is_followed_by(grid):
                grids[-1] = last.followed_by(grid.moved(at - end))
            else:
                grids.append(grid.moved(at))
            end = at + sum(grid.spans)
        at += _size(part) + _size(between)
    return _made(between.join(parts), tuple(grids))


def cells_of(text: str) -> tuple[Grid, ...]:
    """Give the places of the cells in a text, where it knows any."""
    return text.cells if isinstance(text, Drawn) else ()


def typed(text: str, number: int) -> Drawn:
    """Mark words of our own that may repeat what somebody typed in a text of this number.

    They are shown to who may read how it was typed; of no number, to nobody else.
    """
    return _made(text, (Grid(TYPED_RESULT, number, (0, _size(text))),) if text else ())


def typed_parts(text: str, number: int) -> Drawn:
    """Take out the marks around what was typed, and keep its places."""
    pieces = text.replace(MARK * 2, "").split(MARK)
    cells = (Grid(TYPED_RESULT, number, tuple(map(_size, pieces[:-1]))),)
    return _made("".join(pieces), cells if len(pieces) > 1 else ())


class Places:
    """Counts the cells of one result as they are drawn."""

    def __init__(self, result: int, columns: int) -> None:
        """Start with the first.

        Args:
            result: its number in the transcript; 0: it is none, but words of our own.
            columns: how many there are.
        """
        self._result = result if columns else 0
        self._columns = columns
        self._count = 0

    def draw(
        self,
        items: Sequence[_Item],
        write: Callable[[Sequence[_Item], str], str],
        *,
        between: str = "",
    ) -> str:
        """Draw some rows.

        Args:
            write: draws rows, with a mark before and behind each cell.
            between: what stands between what it draws at once and what comes next.
        """
        if not self._result:
            return write(items, "")
        room = max(0, (CELLS_MAX - self._count) // self._columns)
        parts = [self._apart(items[:room], write)] if items[:room] else []
        for start in range(room, len(items), ROWS_PER_BLOCK):
            some = items[start : start + ROWS_PER_BLOCK]
            parts.append(self._block(write(some, ""), len(some)))
        return joined(parts, between)

    def _apart(self, items: Sequence[_Item], write: Callable[[Sequence[_Item], str], str]) -> str:
        pieces = write(items, MARK).split(MARK)
        count = len(items) * self._columns
        if len(pieces) != 2 * count + 1:
            # The bytes of a cell looked like a mark.
            return self._block(write(items, ""), len(items))
        text = "".join(pieces)
        spans = tuple(map(len if text.isascii() else _size, pieces[:-1]))
        grid = Grid(self._result, self._count, spans)
        self._count += count
        return _made(text, (grid,))

    def _block(self, text: str, rows: int) -> Drawn:
        count = rows * self._columns
        grid = Grid(self._result, self._count, (0, _size(text)), count)
        self._count += count
        return _made(text, (grid,))


def _made(text: str, cells: tuple[Grid, ...]) -> Drawn:
    drawn = Drawn(text)
    drawn.cells = cells
    return drawn


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))
