"""Copies of a recording with chosen lines and cells taken out; ``verify`` still proves the rest.

A copy is made for two reasons: somebody chose what is to go (``Redaction``), or whoever reads may
not see all that was shown (``MaskFor``). Both go through ``CopyMaker``, frame by frame.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recordings.cells import GRID_MARK, cut_lines, take_apart
from recordings.chain import ChainLink, chain_line
from recordings.commitments import (
    leaves,
    read_salt_key,
    removed_line,
    salt,
    salts_line,
    shows_cells,
    split_lines,
)
from recordings.errors import FormatError
from recordings.events import (
    TYPED_RESULT,
    WORDS,
    WORDS_SINCE,
    EndEvent,
    Event,
    MaskedStatementEvent,
    NoteEvent,
    OutcomeEvent,
    Output,
    ResultEvent,
    RowsEvent,
    StatementEvent,
    decode_header,
    parse_line,
    read_grid,
)
from recordings.files import open_stream
from recordings.frames import FrameWalk
from recordings.heard import (
    LINE_START,
    RAW,
    UNKNOWN_MASK,
    Heard,
    MaskCell,
    MaskFor,
    class_of_note,
    event_of,
    hear,
    shows_others,
)
from recordings.reader import read_events

EQUAL_CHARACTERS_MIN = 4
"""Shorter texts occur everywhere, and tell nothing."""
_DOT = "\N{BULLET}"
_MASKED_CODES = "Qm"
_BASE64 = re.compile(rb'base64\\": \\"([A-Za-z0-9+/=]*)')
_FILLER = "\N{MEDIUM SHADE}"
_BLANKS = " \"'"
_BEHIND = ("b", "g")
"""Codes of lines that stand behind an ``o`` line and share its fate."""


@dataclass(slots=True, kw_only=True)
class Redaction:
    """What is to be taken out."""

    statements: frozenset[int] = frozenset()
    """By number, from 1: text, parameters, marker, row digests, notices, measurements, messages of
    errors."""
    outputs: tuple[tuple[float, float], ...] = ()
    """From and to, in seconds: what was shown, and row digests."""
    cells: tuple[tuple[int, int, str], ...] = ()
    """Statement and row, from 1, and the column's name or number, from 1."""
    columns: tuple[tuple[int, str], ...] = ()
    """Statement, and the column's name or number."""
    found: set[int] = field(default_factory=set)
    """Numbers of the statements that were met."""
    taken: set[str] = field(default_factory=set)
    """Texts of the cells that were taken out."""


@dataclass(slots=True)
class _Result:
    """One result, and how far it was handed on and drawn."""

    event: ResultEvent
    masks: tuple[MaskCell | None, ...]
    columns: frozenset[int]
    """Chosen ones, from 0."""
    cells: frozenset[int]
    """Chosen ones, by number."""
    handed: int = 0
    """Cells that were handed to the front end."""
    drawn: int = 0
    """Cells of which the place is known, from the first without a gap."""

    @property
    def is_cut(self) -> bool:
        return bool(self.columns or self.cells) or any(self.masks)

    def words(self, cell: int, text: str) -> str:
        """Give what a reader sees of a cell."""
        column = self.event.place(cell)[1]
        mask = self.masks[column] if self.masks else None
        if cell in self.cells or column in self.columns:
            mask = _fill
        return text if mask is None else _framed(text, mask)

    def words_for_rows(self, first: int, count: int, text: str) -> str:
        """Give what a reader sees of whole rows whose cells are not told apart."""
        is_chosen = any(first <= cell < first + count for cell in self.cells)
        if not (is_chosen or self.columns or any(self.masks)):
            return text
        return f"{_FILLER * 3} {count // len(self.event.columns)} rows{_line_end(text)}"


class CopyMaker:
    """Makes the frames of one copy, in order; nothing here checks the recording."""

    def __init__(
        self, redaction: Redaction, mask_for: MaskFor | None = None, heard: Heard | None = None
    ) -> None:
        """Take what is to go.

        Args:
            mask_for: the reader's rights; None: may see all that was shown.
            heard: by those rights, of the whole recording; None: it is still being written.
        """
        self._heard = Heard() if heard is None else heard
        self._masked: set[str] = set()
        """Ids of the statements of which the reader must not see the values."""
        self._is_shell = False
        self._is_of_others = False
        """What was drawn goes, as it is what its user might see of others."""
        self._is_failing = False
        """Words of the server about such a statement may be shown."""
        self._redaction = redaction
        self._mask_for = mask_for
        self._salt_key = b""
        self._numbers: dict[str, int] = {}
        self._ids: set[str] = set()
        self._results: dict[int, _Result] = {}
        self._last: _Result | None = None
        self._is_blind = False
        """Raw cells may stand anywhere in what was shown."""

    def frame(self, link: ChainLink, body: bytes) -> bytes:
        """Give one frame of the copy.

        Raises:
            FormatError: it cannot be read, or no part of it can be taken out.
        """
        lines = split_lines(body)
        if link.frame == 0:
            return self._first(lines, link)
        of_lines = leaves(self._salt_key, link.frame, body)
        parts: list[bytes] = []
        salts: list[bytes] = []
        is_gone = is_written = False
        for index, (text, following) in enumerate(zip(lines, (*lines[1:], b""), strict=True)):
            of_line = salt(self._salt_key, link.frame, index)
            if is_written:
                # The grid of a line of which cells went.
                is_written = False
                salts.append(of_line)
                continue
            if _code(text) not in _BEHIND:
                is_gone = self._is_chosen(text, following)
            words = {} if is_gone else self._words(text, following)
            made = text
            if words:
                made = cut_lines(link.time_us, of_line, (text, following), words)
            is_gone = is_gone or self._tells(made)
            if is_gone:
                parts.append(removed_line(link.time_us, of_lines[index], len(text)))
                continue
            parts.append(made)
            is_written = bool(words)
            if not words:
                salts.append(of_line)
        parts += (salts_line(link.time_us, salts), chain_line(link))
        return b"".join(parts)

    def check(self) -> None:
        """Tell whether all that was chosen is out.

        Raises:
            FormatError: names what is not there, or cannot be taken out alone.
        """
        wanted = self._redaction
        named = {*wanted.statements, *(one[0] for one in (*wanted.cells, *wanted.columns))}
        missing = named - wanted.found
        if missing:
            words = ", ".join(map(str, sorted(missing)))
            raise FormatError(f"The recording has no statement {words}.")
        for statement, row, column in wanted.cells:
            self._check_results(statement, column, row)
        for statement, column in wanted.columns:
            self._check_results(statement, column, None)

    def _check_results(self, statement: int, column: str, row: int | None) -> None:
        found = [
            one
            for one in self._results.values()
            if self._numbers.get(one.event.statement_id) == statement
        ]
        found = [one for one in found if _column(one.event, column) is not None]
        if not found:
            raise FormatError(
                f"Statement {statement} has no result with a column {column}, or it was recorded"
                " before format version 4: take out what was shown, --output FROM-TO."
            )
        last = max(one.handed // len(one.event.columns) for one in found)
        if row is not None and not 1 <= row <= last:
            raise FormatError(f"The result of statement {statement} has {last} rows.")
        for one in found:
            wide = len(one.event.columns)
            end = one.handed if row is None else min(row * wide, one.handed)
            if one.drawn < end:
                raise FormatError(
                    f"From row {one.drawn // wide + 1} on, it is not known where the cells of"
                    f" statement {statement} were shown: take out all, --output FROM-TO."
                )

    def _first(self, lines: list[bytes], link: ChainLink) -> bytes:
        header = decode_header(lines[0])
        if header.format_version == 1:
            raise FormatError("A recording of format version 1 commits to no single lines.")
        if self._redaction.statements and header.command and header.format_version < WORDS_SINCE:
            raise FormatError(
                "The header holds the command line of this session, and no header can be redacted."
            )
        self._is_shell = header.front_end == "shell"
        self._is_of_others = (
            shows_others(header)
            and self._mask_for is not None
            and self._mask_for(UNKNOWN_MASK) is not None
        )
        key = read_salt_key(lines[-1])
        if key is None:
            raise FormatError("This is a redacted copy. Redact the recording itself.")
        self._salt_key = key
        last = leaves(key, 0, b"".join(lines))[-1]
        removed = removed_line(link.time_us, last, len(lines[-1]))
        return b"".join((*lines[:-1], removed, chain_line(link)))

    # Lines

    def _is_chosen(self, text: bytes, following: bytes) -> bool:
        """Tell whether a line goes, and learn from it what is to come."""
        match = LINE_START.match(text)
        if match is None:
            return False
        code = match[3].decode()
        time_s = int(match[1]) + int(match[2]) / 1e6
        is_in_range = any(start <= time_s <= end for start, end in self._redaction.outputs)
        match code:
            case "o":
                return is_in_range or self._is_of_others or self._is_hidden(following)
            case "m":
                is_of_statement = b', "q", ' in following or b', "Q", ' in following
                return is_of_statement and self._goes(event_of(following))
            case "Q" | "q" | "t" | "n" | "w" | "u" | "k" | "e":
                event = event_of(text)
                self._learn(event)
                return (code == "n" and is_in_range) or self._goes(event)
            case _:
                return False

    def _goes(self, event: Event) -> bool:
        match event:
            case StatementEvent(id=name, index=index):
                return index in self._redaction.statements or name in self._masked
            case MaskedStatementEvent(index=index):
                return index in self._redaction.statements
            case RowsEvent() if self._is_blind or (self._last is not None and self._last.is_cut):
                # All else of a batch may be known: its digest would prove a guess.
                return True
            case OutcomeEvent(message=""):
                return False
            case NoteEvent(kind=kind) if kind == WORDS:
                # They may hold any of the statements.
                return bool(self._redaction.statements) or self._is_unheard
            case NoteEvent(fields=fields):
                # What was measured for a statement holds a sample of rows.
                return fields.get("statement_id") in self._ids
            case _:
                return getattr(event, "statement_id", None) in self._ids and not isinstance(
                    event, ResultEvent
                )

    @property
    def _is_unheard(self) -> bool:
        """Tell whether statements may come whose values the reader must not see."""
        is_live = not self._heard.is_complete
        return self._mask_for is not None and (is_live or bool(self._heard.needles))

    def _learn(self, event: Event) -> None:
        if self._mask_for is not None:
            self._learn_values(event, self._mask_for)
        match event:
            case StatementEvent(id=name, index=index):
                self._numbers[name] = index
                self._redaction.found.add(index)
                if index in self._redaction.statements:
                    self._ids.add(name)
                # Front ends draw what they have before they go on.
                self._last = None
            case ResultEvent():
                self._last = self._results[event.result] = self._begin(event)
            case RowsEvent(count=count) if self._last is not None:
                self._last.handed += count * len(self._last.event.columns)
            case NoteEvent() if kind := class_of_note(event):
                # Earlier versions do not say which cells these are.
                masks = () if self._last is None else self._last.event.masks
                is_known = any(mask.endswith(RAW) and kind in mask for mask in masks)
                is_seen = self._mask_for is None or self._mask_for(kind + RAW) is None
                self._is_blind = self._is_blind or not (is_known or is_seen)
            case _:
                pass

    def _learn_values(self, event: Event, mask_for: MaskFor) -> None:
        """Note what of a statement goes, with all that is said of it."""
        match event:
            case MaskedStatementEvent(id=name, masks=masks):
                self._is_failing = False
                if mask_for(masks) is not None:
                    self._masked.add(name)
                    self._ids.add(name)
            case StatementEvent(id=name):
                self._is_failing = False
                if name in self._masked:
                    self._heard.hide(event)
            case OutcomeEvent(statement_id=name, message=message):
                self._is_failing = bool(message) and name in self._masked
            case EndEvent():
                self._is_failing = False
            case _:
                self._heard.learn(event)

    def _begin(self, event: ResultEvent) -> _Result:
        if not event.columns or len(event.masks) not in (0, len(event.columns)):
            raise FormatError("A result is garbled: its masks are not those of its columns.")
        mask_for = self._mask_for
        masks = tuple(
            mask_for(mask) if mask and mask_for is not None else None for mask in event.masks
        )
        number = self._numbers.get(event.statement_id, 0)
        wanted = self._redaction
        columns = (_column(event, name) for one, name in wanted.columns if one == number)
        cells = (
            (row - 1) * len(event.columns) + place
            for one, row, name in wanted.cells
            if one == number and (place := _column(event, name)) is not None
        )
        chosen = frozenset(place for place in columns if place is not None)
        return _Result(event, masks, chosen, frozenset(cells))

    # What was shown

    def _is_hidden(self, following: bytes) -> bool:
        """Tell whether a line of output may show cells that the reader must not see."""
        if self._is_blind or (self._is_failing and not self._is_shell):
            return True
        if GRID_MARK in following:
            grid = read_grid(parse_line(following)[2])
            if grid.result == TYPED_RESULT:
                return False
            known = self._results.get(grid.result)
            return self._mask_for is not None and known is None
        last = self._last
        # What has been handed on and not been drawn may stand in any output.
        return last is not None and any(last.masks) and last.drawn < last.handed

    def _words(self, text: bytes, following: bytes) -> dict[int, str]:
        """Say what stands in place of cells of a line, and note that they were drawn."""
        if not shows_cells(text, following):
            return {}
        grid = read_grid(parse_line(following)[2])
        if grid.result == TYPED_RESULT:
            mask_for = self._mask_for
            is_shown = mask_for is None or not self._heard.hides(grid.first, mask_for)
            return {} if is_shown else _dotted(take_apart(text, following).cells)
        result = self._results.get(grid.result)
        if result is None:
            return {}
        if grid.first <= result.drawn:
            result.drawn = max(result.drawn, grid.first + grid.count)
        if not result.is_cut:
            return {}
        words = {}
        for index, cell in enumerate(take_apart(text, following).cells):
            shown, first = cell.decode(), grid.first + index * grid.each
            if grid.each == 1:
                said = result.words(first, shown)
            else:
                said = result.words_for_rows(first, grid.each, shown)
            if said != shown:
                words[index] = said
                self._redaction.taken.add(shown.strip(_BLANKS))
        return words

    def _tells(self, made: bytes) -> bool:
        """Tell whether a line says a value that the reader must not see."""
        needles = self._heard.needles
        if not needles or self._mask_for is None:
            return False
        match = LINE_START.match(made)
        if match is None or match[3].decode() in _MASKED_CODES:
            return False
        if match[3] == b"b":
            made = base64.b64decode(_BASE64.findall(made)[0])
        return any(made.find(needle, match.end()) >= 0 for needle in needles)


def redact(
    path: Path,
    redaction: Redaction,
    *,
    identity: Path | None = None,
    mask_for: MaskFor | None = None,
) -> Iterator[bytes]:
    """Yield a redacted copy in pieces; the recording itself is not touched.

    It should have been verified first: a copy of what is wrong is wrong.

    Args:
        mask_for: the rights of whoever gets it; None: may see all that was shown.

    Raises:
        OSError: the recording cannot be read.
        FormatError: it is not sealed, of format version 1, a redacted copy itself, has its
            statement in the header, or lacks what was named.
    """
    heard = None
    if mask_for is not None:
        with open_stream(path, identity) as stream:
            heard = hear(stream, mask_for)[0]
    maker = CopyMaker(redaction, mask_for, heard)
    with open_stream(path, identity) as stream:
        walk = FrameWalk(stream, None)
        for frame in walk.walk():
            link = ChainLink(frame.time_us, frame.number, frame.head)
            yield maker.frame(link, bytes(frame.body))
    if walk.seal is None:
        raise FormatError("Only a sealed recording can be redacted and still be proven.")
    maker.check()
    yield walk.seal.line()


def left_over(path: Path, texts: set[str]) -> Iterator[tuple[float, str]]:
    """Find texts in what is left in a copy: time, and what it stands in.

    Raises:
        OSError: it cannot be read.
        FormatError: it is garbled.
    """
    wanted = [text for text in texts if len(text) >= EQUAL_CHARACTERS_MIN]
    for timed in read_events(path) if wanted else ():
        words = _all_words(timed.event)
        if any(text in words for text in wanted):
            yield timed.time_s, _kind(timed.event)


def _all_words(event: Event) -> str:
    if isinstance(event, Output):
        return event.data.decode("utf-8", "replace")
    found: list[str] = []
    values: list[object] = [getattr(event, name) for name in event.__dataclass_fields__]
    while values:
        match values.pop():
            case str() as text:
                found.append(text)
            case bytes() as data:
                found.append(data.decode("utf-8", "replace"))
            case tuple() as items:
                values += items
            case dict() as fields:
                values += fields.values()
            case _:
                pass
    return "\n".join(found)


def _kind(event: Event) -> str:
    if isinstance(event, StatementEvent):
        return f"statement {event.index}"
    return type(event).__name__.removesuffix("Event").lower()


def _code(text: bytes) -> str:
    match = LINE_START.match(text)
    return "" if match is None else match[3].decode("utf-8", "replace")


def _column(event: ResultEvent, name: str) -> int | None:
    """Find a column by its name or number; None: there is none, or more than one of this name."""
    if event.columns.count(name) == 1:
        return event.columns.index(name)
    if name.isascii() and name.isdigit() and 1 <= int(name) <= len(event.columns):
        return int(name) - 1
    return None


def _framed(text: str, mask: MaskCell) -> str:
    """Mask a cell as drawn: blanks and quotes around it stay, and so does its width in a table."""
    inner = text.strip(_BLANKS)
    if not inner:
        return text
    start = text.index(inner)
    before, behind = text[:start], text[start + len(inner) :]
    masked = mask(inner)
    if text.startswith(" "):
        wider = _width(inner) - _width(masked)
        behind = behind + " " * wider if wider > 0 else behind[: max(0, len(behind) + wider)]
    return before + masked + behind


def _dotted(cells: Sequence[bytes]) -> dict[int, str]:
    """Put dots in the place of what was typed, as wide as it was; blanks and lines stay."""
    texts = [cell.decode("utf-8", "replace") for cell in cells]
    return {
        index: "".join(letter if letter.isspace() else _DOT * _width(letter) for letter in text)
        for index, text in enumerate(texts)
        if text.strip()
    }


def _fill(text: str) -> str:
    return _FILLER * _width(text)


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def _line_end(text: str) -> str:
    return text[len(text.rstrip("\r\n")) :]
