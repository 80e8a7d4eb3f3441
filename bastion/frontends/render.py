"""Rows as text: aligned tables, vertical records, Markdown, CSV, TSV, JSON lines.

Renderers take masked rows and give text piece by piece, in order. A table looks at the first 500
rows for its widths and then streams: two passes over a few rows cost a fortieth of what the usual
table libraries take. What stands in a cell is data of strangers: before layout, everything that a
terminal would obey is made visible. CSV and TSV keep exact bytes, as scripts expect.
"""

from __future__ import annotations

import abc
import functools
import json
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import Protocol
from unicodedata import category

from wcwidth import wcswidth

from bastion.core.model import MaskedBatch, ResultColumn, Row
from bastion.errors import UsageError
from bastion.frontends.drawn import MARK, Places, joined

_ROWS_PER_LOOK = 50
WIDTH_SAMPLE_ROWS = 500
"""Rows that decide the widths of a table."""
CELL_MAX = 500
"""Characters of one cell in a table; the rest is counted in a mark."""

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)
_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_JSON_PLAIN = re.compile(r"[ !#-\[\]-~\u2022]*+")
"""What JSON writes as it is: printable ASCII, and the dots of masks."""
_ASCII = bytes(range(0x20, 0x7F))
_NARROW = re.compile("[\0 -~\u00a1-\u02ff\u0370-\u0482\u2022]*+")
"""As wide as they are long: Latin, Greek and Cyrillic letters, and the dots of masks."""
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_EXACT_INTEGER_MAX = 2**53
_EXACT_DIGITS = 15
"""So many digits, wherever the point stands, come back from a double as they were."""
_NUMBER_LENGTH_MAX = 40
_BYTE_MAX = 0xFF
_PLANE_MAX = 0xFFFF
_ESCAPED_BYTES = range(0xDC80, 0xDD00)
"""Where Python's ``surrogateescape`` puts bytes that are not UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """What a person may choose about the looks of a result."""

    is_tuples_only: bool = False
    """No header and no footer (psql's ``-t``)."""
    is_unaligned: bool = False
    """Cells joined by ``|`` (psql's ``-A``); bytes as they are."""
    expanded: str = "off"
    """``on``, ``off`` or ``auto``: vertical when the table is wider than the terminal."""
    has_footer: bool = True
    """The line ``(3 rows)`` below tables."""
    null_text: str = "<null>"
    """Tables only; CSV has its own rule."""
    has_colour: bool = False
    makes_visible: bool = False
    """Escape control characters in CSV and TSV too: they are drawn on a terminal."""


class Renderer(Protocol):
    """One format; ``begin`` (rows | batch)* ``end`` for each result set, any number of sets.

    What they give knows where the cells stand: see ``drawn``.
    """

    def begin(self, columns: tuple[ResultColumn, ...], result: int = 0) -> str:
        """Start a result set.

        Args:
            result: its number in the transcript; 0 for words of our own.
        """
        ...

    def batch(self, batch: MaskedBatch) -> str:
        """Add rows of a statement's result."""
        ...

    def rows(self, rows: Sequence[Row]) -> str:
        """Add rows of our own words."""
        ...

    def end(self) -> str:
        """End the result set."""
        ...


def make_renderer(fmt: str, *, columns: int = 0, options: RenderOptions) -> Renderer:
    """Make the renderer of a format.

    Args:
        columns: width of the terminal; 0 for none.

    Raises:
        UsageError: there is no such format.
    """
    if options.is_unaligned and fmt == "table":
        return _Separated("|", options, is_quoted=False)
    makers: dict[str, Callable[[], Renderer]] = {
        "table": lambda: _Table(columns, options),
        "vertical": lambda: _Vertical(columns, options),
        "markdown": lambda: _Markdown(options),
        "csv": lambda: _Separated(",", options),
        "tsv": lambda: _Separated("\t", options),
        "jsonl": _JsonLines,
        "json": _JsonArray,
    }
    if fmt not in makers:
        raise UsageError(f"There is no format {fmt[:40]!r}. Take one of: {', '.join(makers)}.")
    return makers[fmt]()


def visible(text: str, *, keeps_lines: bool = False) -> str:
    r"""Make control, bidi, zero-width and unpaired characters visible as ``\xNN`` or ``\uNNNN``.

    Args:
        keeps_lines: leave line feeds as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    if keeps_lines:
        return "\n".join(map(visible, text.split("\n")))
    shown = _UNSAFE.sub(_escape, text)
    if shown.isprintable():
        return shown
    # Newer Unicode may know format characters that the list above does not.
    return "".join(_escape_char(char) if category(char) in _OBEYED else char for char in shown)


def text_width(text: str) -> int:
    """Measure text in terminal cells."""
    if text.isascii():
        return len(text)
    return _wide_width(text) if len(text) > _SHORT else _short_width(text)


def _wide_width(text: str) -> int:
    width = wcswidth(text)
    return width if width >= 0 else len(text)


_SHORT = 40
_FOLD_MIN = 24
_short_width = functools.lru_cache(maxsize=4096)(_wide_width)
"""Masks and names come again and again, and measuring costs more than drawing."""


def heading(column: ResultColumn) -> str:
    """Give the words above a column; a masked one says so."""
    name = visible(column.name)
    return f"{name} (masked)" if column.masked else name


def folded(text: str, columns: int, *, indent: int = 0) -> str:
    """Break lines between words, where a terminal would break them inside one.

    Args:
        columns: width of the terminal; 0, or too few for words, leaves the text as it is.
        indent: blanks before each line that a break makes.
    """
    if columns < _FOLD_MIN:
        return text
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(
            line,
            width=columns - 1,
            subsequent_indent=" " * indent,
            break_on_hyphens=False,
        ) or [line]
    return "\n".join(lines)


def plural(count: int, word: str) -> str:
    """Count things in words: ``1 row``, ``2 rows``."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def json_text(value: object) -> str:
    """Write JSON on one line, safe to show on a terminal: what it would obey is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(_escape_json, text)


def json_cell(column: ResultColumn, cell: bytes | None) -> str:
    """Write one cell as JSON.

    Numbers stay numbers where a reader with IEEE-754 doubles gets back the same decimal; else
    they are strings.
    """
    if cell is None:
        return "null"
    text = cell.decode("utf-8", "replace")
    if column.masked is None:
        if column.is_numeric and _is_exact(text):
            return text
        if column.type_name in ("bool", "boolean") and text in ("t", "f", "true", "false"):
            return "true" if text.startswith("t") else "false"
    if _JSON_PLAIN.fullmatch(text):
        return f'"{text}"'
    return json_text(text)


def json_column(column: ResultColumn) -> dict[str, str | None]:
    """Describe a column in the envelope."""
    return {"name": column.name, "type": column.type_name, "masked": column.masked}


def cut(text: str, length_max: int = CELL_MAX) -> str:
    """Cut long text and say how much is missing: ``…(+12 345)``."""
    if len(text) <= length_max:
        return text
    rest = f"{len(text) - length_max:,}".replace(",", " ")
    return f"{text[:length_max]}…(+{rest})"


def words_columns(*names: str, numeric: Sequence[str] = ()) -> tuple[ResultColumn, ...]:
    """Describe the columns of a listing in our own words."""
    return tuple(
        ResultColumn(name=name, type_name="text", is_numeric=name in numeric) for name in names
    )


def words_rows(rows: Sequence[Sequence[str | int | None]]) -> list[Row]:
    """Turn a listing in our own words into rows."""
    return [
        tuple(None if cell is None else str(cell).encode("utf-8", "replace") for cell in row)
        for row in rows
    ]


def _escape(match: re.Match[str]) -> str:
    return _escape_char(match[0])


def _escape_char(char: str) -> str:
    code = ord(char)
    if code in _ESCAPED_BYTES:
        return f"\\x{code - 0xDC00:02X}"
    if code <= _BYTE_MAX:
        return _NAMED.get(char, f"\\x{code:02X}")
    return f"\\u{code:04X}" if code <= _PLANE_MAX else f"\\U{code:08X}"


def _escape_json(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code <= _PLANE_MAX:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _is_exact(text: str) -> bool:
    if len(text) > _NUMBER_LENGTH_MAX or not _JSON_NUMBER.fullmatch(text):
        return False
    if len(text) <= _EXACT_DIGITS and "e" not in text and "E" not in text:
        return True
    try:
        if text.lstrip("-").isdigit():
            return abs(int(text)) <= _EXACT_INTEGER_MAX
        return Decimal(repr(float(text))) == Decimal(text)
    except (ValueError, OverflowError, InvalidOperation):
        return False


def _plain(cell: bytes) -> str:
    return cell.decode("utf-8", "surrogateescape")


def _are_plain(rows: Sequence[Row]) -> bool:
    """Tell whether all cells are short and drawn as they are, in one look at all of them."""
    cells = list(filter(None, chain.from_iterable(rows)))
    if max(map(len, cells), default=0) > CELL_MAX:
        return False
    blob = b" ".join(cells)
    foreign = blob.translate(None, _ASCII)
    if not foreign:
        return True
    try:
        blob.decode()
    except UnicodeDecodeError:
        return False
    text = foreign.decode()
    return text.isprintable() and not _UNSAFE.search(text)


class _Base(abc.ABC):
    """What all formats share."""

    def __init__(self) -> None:
        self.columns: tuple[ResultColumn, ...] = ()
        self.places = Places(0, 0)

    def _take(self, columns: tuple[ResultColumn, ...], result: int) -> None:
        self.columns = columns
        self.places = Places(result, len(columns))

    def batch(self, batch: MaskedBatch) -> str:
        return self.rows(batch.rows)

    @abc.abstractmethod
    def rows(self, rows: Sequence[Row]) -> str: ...


class _Table(_Base):
    """psql's aligned table, or records where it would not fit."""

    def __init__(self, width: int, options: RenderOptions) -> None:
        super().__init__()
        self._width = width
        self._options = options
        self._sample: list[list[str | None]] = []
        self._widths: list[int] = []
        self._templates: dict[str, str] = {}
        self._is_laid_out = False
        self._count = 0
        self._result = 0
        self._vertical: _Vertical | None = None
        if options.expanded == "on":
            self._vertical = _Vertical(width, options)
        self._sampled_rows: list[Row] = []

    def begin(self, columns: tuple[ResultColumn, ...], result: int = 0) -> str:
        self._take(columns, result)
        self._sample, self._sampled_rows = [], []
        self._is_laid_out = False
        self._count = 0
        self._result = result
        if self._options.expanded == "auto":
            self._vertical = None
        if self._vertical:
            return self._vertical.begin(columns, result)
        return ""

    def rows(self, rows: Sequence[Row]) -> str:
        if self._vertical:
            return self._vertical.rows(rows)
        self._count += len(rows)
        if _are_plain(rows):
            cells = [[None if cell is None else cell.decode() for cell in row] for row in rows]
        else:
            cells = [self._cells(row) for row in rows]
        if self._is_laid_out:
            return self.places.draw(cells, self._lines)
        self._sample += cells
        if self._options.expanded == "auto":
            self._sampled_rows += rows
        if len(self._sample) >= WIDTH_SAMPLE_ROWS:
            return self._lay_out()
        return ""

    def end(self) -> str:
        text = "" if self._is_laid_out or self._vertical else self._lay_out()
        if self._vertical:
            return joined((text, self._vertical.end()))
        if self._options.is_tuples_only or not self._options.has_footer:
            return text
        return joined((text, f"({plural(self._count, 'row')})\n"))

    def _cells(self, row: Row) -> list[str | None]:
        return [None if cell is None else cut(visible(_plain(cell))) for cell in row]

    def _lay_out(self) -> str:
        self._is_laid_out = True
        headings = [heading(column) for column in self.columns]
        null_width = text_width(self._options.null_text)
        self._widths = [
            0 if self._options.is_tuples_only else text_width(name) for name in headings
        ]
        for cells in self._sample:
            for index, cell in enumerate(cells):
                width = null_width if cell is None else text_width(cell)
                self._widths[index] = max(self._widths[index], width)
        is_wide = sum(self._widths) + 3 * len(self._widths) - 1 > self._width > 0
        fields = [
            f" %{width}s " if column.is_numeric and column.masked is None else f" %-{width}s "
            for column, width in zip(self.columns, self._widths, strict=True)
        ]
        self._templates = {
            mark: "|".join([f"{mark}{field}{mark}" for field in fields]) for mark in ("", MARK)
        }
        if self._options.expanded == "auto" and is_wide and len(self.columns) > 1:
            self._vertical = _Vertical(self._width, self._options)
            rows, self._sampled_rows, self._sample = self._sampled_rows, [], []
            begun = self._vertical.begin(self.columns, self._result)
            return joined((begun, self._vertical.rows(rows)))
        lines = [] if self._options.is_tuples_only else self._head(headings)
        lines.append(self.places.draw(self._sample, self._lines))
        self._sample, self._sampled_rows = [], []
        return joined(lines)

    def _head(self, headings: list[str]) -> list[str]:
        cells = []
        for name, width in zip(headings, self._widths, strict=True):
            left = (width - text_width(name)) // 2
            cells.append(f" {' ' * left}{name}{' ' * (width - text_width(name) - left)} ")
        rule = "+".join("-" * (width + 2) for width in self._widths)
        return ["|".join(cells).rstrip() + "\n", rule + "\n"]

    def _lines(self, rows: Sequence[list[str | None]], mark: str) -> str:
        return "".join([self._line(cells, mark) for cells in rows])

    def _line(self, cells: list[str | None], mark: str) -> str:
        if not (self._options.has_colour and None in cells):
            null = self._options.null_text
            line = self._templates[mark] % tuple([null if cell is None else cell for cell in cells])
            if line.isascii() or _NARROW.fullmatch(line):
                return f"{line.removesuffix(mark).rstrip()}{mark}\n"
        return self._measured_line(cells, mark)

    def _measured_line(self, cells: list[str | None], mark: str) -> str:
        """Draw a row whose characters may be wider than one cell of the terminal."""
        parts = []
        for column, cell, width in zip(self.columns, cells, self._widths, strict=True):
            text = self._options.null_text if cell is None else cell
            padding = " " * (width - text_width(text))
            if cell is None and self._options.has_colour:
                text = f"{_DIM}{text}{_PLAIN}"
            is_right = column.is_numeric and column.masked is None
            field = f" {padding}{text} " if is_right else f" {text}{padding} "
            parts.append(f"{mark}{field}{mark}")
        return f"{'|'.join(parts).removesuffix(mark).rstrip()}{mark}\n"


class _Vertical(_Base):
    """psql's expanded records; line breaks inside a value are kept."""

    def __init__(self, width: int, options: RenderOptions) -> None:
        super().__init__()
        self._width = width
        self._options = options
        self._count = 0
        self._name_width = 0

    def begin(self, columns: tuple[ResultColumn, ...], result: int = 0) -> str:
        self._take(columns, result)
        self._count = 0
        self._name_width = max((text_width(heading(column)) for column in columns), default=0)
        return ""

    def rows(self, rows: Sequence[Row]) -> str:
        return self.places.draw(rows, self._records)

    def end(self) -> str:
        if self._options.is_tuples_only or not self._options.has_footer:
            return ""
        return f"({plural(self._count, 'row')})\n"

    def _records(self, rows: Sequence[Row], mark: str) -> str:
        return "".join([self._record(row, mark) for row in rows])

    def _record(self, row: Row, mark: str) -> str:
        self._count += 1
        lines = []
        if not self._options.is_tuples_only:
            title = f"-[ RECORD {self._count} ]"
            lines.append(title.ljust(min(self._width or 40, 40), "-"))
        elif self._count > 1:
            lines.append("")
        indent = " " * self._name_width
        for column, cell in zip(self.columns, row, strict=True):
            name = heading(column)
            pieces = [f" {piece}".rstrip() for piece in self._value(cell).split("\n")]
            padding = " " * (self._name_width - text_width(name))
            lines.append(f"{name}{padding} |{mark}{f'{chr(10)}{indent} |'.join(pieces)}{mark}")
        return "\n".join(lines) + "\n"

    def _value(self, cell: bytes | None) -> str:
        if cell is None:
            null = self._options.null_text
            return f"{_DIM}{null}{_PLAIN}" if self._options.has_colour else null
        return visible(_plain(cell), keeps_lines=True)


class _Markdown(_Base):
    """A GitHub table; several result sets have a blank line between them."""

    def __init__(self, options: RenderOptions) -> None:
        super().__init__()
        self._options = options
        self._has_begun = False

    def begin(self, columns: tuple[ResultColumn, ...], result: int = 0) -> str:
        self._take(columns, result)
        blank = "\n" if self._has_begun else ""
        self._has_begun = True
        names = " | ".join(self._escape(heading(column)) for column in columns)
        rules = " | ".join("---:" if column.is_numeric else "---" for column in columns)
        return f"{blank}| {names} |\n| {rules} |\n"

    def rows(self, rows: Sequence[Row]) -> str:
        return self.places.draw(rows, self._lines)

    def _lines(self, rows: Sequence[Row], mark: str) -> str:
        between = f"{mark} | {mark}"
        return "".join([f"| {mark}{between.join(map(self._cell, row))}{mark} |\n" for row in rows])

    def end(self) -> str:
        return ""

    def _cell(self, cell: bytes | None) -> str:
        if cell is None:
            return self._escape(self._options.null_text)
        lines = visible(_plain(cell), keeps_lines=True).split("\n")
        return "<br>".join(self._escape(line) for line in lines)

    def _escape(self, text: str) -> str:
        for char in ("\\", "|", "<", "`", "*", "_"):
            text = text.replace(char, f"&#{ord(char)};" if char == "<" else f"\\{char}")
        return text


class _Separated(_Base):
    r"""CSV and TSV as ``psql --csv`` writes them, except that the empty string is ``""``.

    PostgreSQL docs, psql, ``--csv``: a field is quoted when it holds the separator, a quote, CR
    or LF, or is exactly ``\.``.
    """

    def __init__(self, separator: str, options: RenderOptions, *, is_quoted: bool = True) -> None:
        super().__init__()
        self._separator = separator
        self._options = options
        self._is_quoted = is_quoted
        self._has_begun = False
        self._count = 0
        pattern = f'[{re.escape(separator)}"\r\n]'
        self._needs_quotes = re.compile(pattern)
        self._quotable = (separator.encode(), b'"', b"\r", b"\n", b"\\.")

    def begin(self, columns: tuple[ResultColumn, ...], result: int = 0) -> str:
        self._take(columns, result)
        self._count = 0
        blank = "\n" if self._has_begun and self._is_quoted else ""
        self._has_begun = True
        if self._options.is_tuples_only:
            return blank
        return blank + self._separator.join(self._field(c.name) for c in columns) + "\n"

    def rows(self, rows: Sequence[Row]) -> str:
        self._count += len(rows)
        return self.places.draw(rows, self._lines)

    def _lines(self, rows: Sequence[Row], mark: str) -> str:
        return "".join(
            [
                self._some(rows[start : start + _ROWS_PER_LOOK], mark)
                for start in range(0, len(rows), _ROWS_PER_LOOK)
            ]
        )

    def _some(self, rows: Sequence[Row], mark: str) -> str:
        between, end = f"{mark}{self._separator}{mark}", f"{mark}\n{mark}"
        if self._are_fields(rows):
            separator = between.encode()
            lines = [separator.join([cell or b"" for cell in row]) for row in rows]
            text = _plain(end.encode().join(lines))
        else:
            text = end.join([between.join(map(self._cell, row)) for row in rows])
        return f"{mark}{text}{mark}\n"

    def _are_fields(self, rows: Sequence[Row]) -> bool:
        """Tell whether all cells are written as they are, in one look at all of them."""
        if self._options.makes_visible:
            return False
        if not self._is_quoted:
            return True
        cells = list(chain.from_iterable(rows))
        blob = b"\0".join([b"" if cell is None else cell for cell in cells])
        return b"" not in cells and not any(map(blob.__contains__, self._quotable))

    def end(self) -> str:
        if self._is_quoted or self._options.is_tuples_only or not self._options.has_footer:
            return ""
        return f"({plural(self._count, 'row')})\n"

    def _cell(self, cell: bytes | None) -> str:
        if cell is None:
            return ""
        return self._field(_plain(cell))

    def _field(self, text: str) -> str:
        if self._options.makes_visible:
            text = visible(text, keeps_lines=self._is_quoted)
        if not self._is_quoted:
            return text
        if not text or text == "\\." or self._needs_quotes.search(text):
            return '"' + text.replace('"', '""') + '"'
        return text


class _JsonLines(_Base):
    """One object per row."""

    def begin(self, columns: tuple[ResultColumn, ...], result: int = 0) -> str:
        self._take(columns, result)
        self._names = [json_text(name) for name in _unique_names(columns)]
        return ""

    def rows(self, rows: Sequence[Row]) -> str:
        return self.places.draw(rows, self._lines)

    def end(self) -> str:
        return ""

    def _lines(self, rows: Sequence[Row], mark: str) -> str:
        return "".join(["{" + self._members(row, mark) + "}\n" for row in rows])

    def _members(self, row: Row, mark: str) -> str:
        return ",".join(
            [
                f"{name}:{mark}{json_cell(column, cell)}{mark}"
                for name, column, cell in zip(self._names, self.columns, row, strict=True)
            ]
        )


class _JsonArray(_JsonLines):
    r"""One array of objects per result set, for ``\pset format json``."""

    def begin(self, columns: tuple[ResultColumn, ...], result: int = 0) -> str:
        self._is_first = True
        return super().begin(columns, result) + "["

    def _lines(self, rows: Sequence[Row], mark: str) -> str:
        first = "" if self._is_first else ","
        self._is_first = self._is_first and not rows
        lines = [f"\n {{{self._members(row, mark)}}}" for row in rows]
        return first + ",".join(lines) if lines else ""

    def end(self) -> str:
        return "]\n" if self._is_first else "\n]\n"


def _unique_names(columns: Sequence[ResultColumn]) -> list[str]:
    """Number names that occur twice: a reader of JSON would keep only the last."""
    seen: dict[str, int] = {}
    names = []
    for column in columns:
        seen[column.name] = seen.get(column.name, 0) + 1
        count = seen[column.name]
        names.append(column.name if count == 1 else f"{column.name}_{count}")
    return names
