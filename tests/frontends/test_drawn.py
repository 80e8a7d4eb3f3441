"""What is drawn knows where its cells stand, in every format, whatever the cells hold."""

from __future__ import annotations

import random

import pytest

from bastion.core.model import Finished, MaskedBatch, ResultColumn, ResultStarted, Status
from bastion.frontends import drawn
from bastion.frontends.drawn import Drawn, cells_of, joined
from bastion.frontends.envelope import EnvelopeBuilder
from bastion.frontends.render import RenderOptions, make_renderer

COLUMNS = (
    ResultColumn(name="id", type_name="int4", is_numeric=True),
    ResultColumn(name="name", type_name="text", is_numeric=False),
    ResultColumn(name="mail", type_name="text", is_numeric=False, masked="email"),
)
FORMATS = ("table", "vertical", "markdown", "csv", "tsv", "jsonl", "json")
LETTERS = "abc |\\\"',;\t\r\n{}\u2022\u00e9\u6f22\u202e\x1b\x00"
_BLANKS = " \"'"


def random_rows(seed: int, count: int) -> list[tuple[bytes | None, ...]]:
    chance = random.Random(seed)

    def cell() -> bytes | None:
        if chance.random() < 0.1:
            return None
        return "".join(chance.choices(LETTERS, k=chance.randrange(8))).encode()

    return [(str(number).encode(), cell(), cell()) for number in range(count)]


def draw(fmt: str, rows, *, result: int = 1, size: int = 7, **options) -> str:
    renderer = make_renderer(fmt, columns=60, options=RenderOptions(**options))
    parts = [renderer.begin(COLUMNS, result)]
    for at in range(0, len(rows), size):
        batch = MaskedBatch(columns=COLUMNS, rows=rows[at : at + size])
        parts.append(renderer.batch(batch))
    return joined([*parts, renderer.end()])


def cells(text: str) -> dict[int, str]:
    """Cut the cells out of what was drawn, by number."""
    data, found = text.encode("utf-8", "surrogateescape"), {}
    for grid in cells_of(text):
        at = 0
        for place in range(0, len(grid.spans), 2):
            start = at + grid.spans[place]
            at = start + grid.spans[place + 1]
            cell = data[start:at].decode("utf-8", "surrogateescape")
            found[grid.first + place // 2 * grid.each] = cell
    return found


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("options", [{}, {"expanded": "auto", "has_colour": True},
                                     {"is_tuples_only": True, "is_unaligned": True}])  # fmt: skip
def test_each_cell_is_where_it_is_said_to_be(fmt: str, options: dict):
    """A cell alone in its result is drawn as it is among others."""
    for seed in range(6):
        rows = random_rows(seed, 40)
        text = draw(fmt, rows, **options)
        assert text == draw(fmt, rows, result=0, **options)
        assert cells_of(draw(fmt, rows, result=0, **options)) == ()
        found = cells(text)
        if any(grid.each > 1 for grid in cells_of(text)):
            # Raw bytes may look like a mark: then whole rows are told apart, and no row is lost.
            assert fmt in ("csv", "tsv") or options.get("is_unaligned")
            assert sum(grid.count for grid in cells_of(text)) == 3 * len(rows)
            continue
        assert sorted(found) == list(range(3 * len(rows)))
        for number in range(0, len(found), 3):
            assert found[number].strip(_BLANKS) == str(number // 3)


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_terminal_s_line_ends_move_the_cells_along(fmt: str):
    rows = [row for row in random_rows(3, 30) if b"\0" not in b"".join(cell or b"" for cell in row)]
    text = draw(fmt, rows, makes_visible=True)
    assert isinstance(text, Drawn)
    moved = text.with_crlf()
    assert moved == text.replace("\r\n", "\n").replace("\n", "\r\n")
    before = {key: cell.replace("\n", "\r\n") for key, cell in cells(text).items()}
    assert cells(moved) == before


@pytest.mark.parametrize("fmt", FORMATS)
def test_of_large_results_rows_are_told_apart_and_no_cells(fmt: str, monkeypatch):
    monkeypatch.setattr(drawn, "CELLS_MAX", 31)
    rows = [(b"1", b"a", b"b")] * 130
    text = draw(fmt, rows, size=130)
    grids = cells_of(text)
    assert [(grid.first, grid.each) for grid in grids] == [(0, 1), (30, 150), (330, 60)]
    assert sum(grid.count for grid in grids) == 390


def test_an_envelope_knows_the_cells_of_all_its_results():
    builder = EnvelopeBuilder()
    rows = [(b"1", b"a", None), (b"2", b'"', b"b@c")]
    for result in (4, 5):
        builder.feed(ResultStarted(columns=COLUMNS, result=result))
        builder.feed(MaskedBatch(columns=COLUMNS, rows=rows))
        builder.feed(MaskedBatch(columns=COLUMNS, rows=rows[:1]))
    line = builder.feed(Finished(index=1, status=Status.OK, has_rows=True, row_count=3))
    numbers = [(grid.result, grid.first) for grid in cells_of(line)]
    assert numbers == [(4, 0), (5, 0)]
    assert list(cells(line).values()) == [
        "1",
        '"a"',
        "null",
        "2",
        '"\\""',
        '"b@c"',
        "1",
        '"a"',
        "null",
    ]
