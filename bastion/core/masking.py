"""Hide what was not proven harmless: a plan for one result, applied batch by batch.

Three witnesses must agree before a cell is shown: the walk over the statement, the server's own
column origin, and the form of the value itself. Each of them can only add suspicion.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import types
from collections.abc import Callable, Sequence
from operator import itemgetter

from bastion.core import definitions, detectors, documents, messages, styles, tokens
from bastion.core.catalogue import Catalogue, Relation, RelationKind
from bastion.core.classify import LEXEME
from bastion.core.counters import are_rows_of, shows_counters, without_counters
from bastion.core.definitions import Redactor
from bastion.core.dyncols import column_names
from bastion.core.effects import OutputKind, Statement
from bastion.core.exposure import ColumnExposure, Exposure
from bastion.core.kinds import type_kind
from bastion.core.model import (
    EffectClass,
    Engine,
    MaskedBatch,
    Origin,
    RawBatch,
    ResultColumn,
    Row,
    Sensitivity,
)
from bastion.core.naming import classify_name
from bastion.core.paths import Path
from bastion.core.scrubbing import hide_secrets, scrub_secrets
from bastion.core.styles import Cell, Style, Styles, full
from bastion.core.tokens import Remembered, TokenBook

_MASK = styles.MASK
_Shown = Sequence[Row]
_Rows = Callable[[Sequence[Row]], _Shown]
_Many = Callable[[Sequence[bytes]], Sequence[bytes]]


def plan(
    statement: Statement,
    exposure: Exposure,
    columns: tuple[ResultColumn, ...],
    catalogue: Catalogue,
    *,
    chosen: Styles | None = None,
    book: TokenBook | None = None,
    unmasked: frozenset[Sensitivity] = frozenset(),
) -> MaskPlan:
    """Decide for each column of a result whether it is shown, scanned or masked.

    Args:
        columns: the server's own description; where it disagrees with ``exposure``, all is masked.
        chosen: the styles of masks for who asks; None for the defaults.
        book: of the target, for the style ``token``; None where there are none.
        unmasked: classes that a reviewer lets this person see now.
    """
    treatments = tuple(
        _unmasked(_styled(treatment, column, chosen or Styles(), book), exposure, index, unmasked)
        for index, (treatment, column) in enumerate(
            zip(_treatments(statement, exposure, columns, catalogue), columns, strict=True)
        )
    )
    shown = tuple(
        dataclasses.replace(
            column,
            name=_column_name(statement, exposure, column, index, catalogue),
            masked=treatment.masked,
        )
        for index, (column, treatment) in enumerate(zip(columns, treatments, strict=True), start=1)
    )
    return MaskPlan(columns=shown, treatments=treatments, hides_counters=shows_counters(statement))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What happens to the cells of one column."""

    masked: str | None = None
    """Class that hides the column."""
    cell: Cell | None = None
    """Rewrites one cell that is not NULL; None leaves the column as it is."""
    is_scan: bool = False
    """``cell`` only looks for sensitive values, so quiet columns may skip it."""
    hides_null: bool = False
    """NULL is masked too, since it tells of the value it was computed from."""
    reason: str = ""
    is_document: bool = False
    """A document, which is hidden in part: the values under telling names, or of telling form."""
    keeps_shape: bool = False
    """A style may leave a part: it is one stored value, of one class."""
    takes_token: bool = False
    """It may be shown as a token, which is the same for the same value."""
    style: Style = Style.FULL
    shown: list[Remembered] | None = None
    """Where ``cell`` puts the tokens that it gives out."""
    raw: Sensitivity | None = None
    """It would be masked as this class, and a reviewer lets this person see it."""
    raw_classes: frozenset[Sensitivity] = frozenset()
    """All classes that can reach it then."""


class MaskPlan:
    """How one result is masked; applied to each of its batches."""

    __slots__ = ("_hides_counters", "_rewrite", "columns", "treatments")

    def __init__(
        self,
        *,
        columns: tuple[ResultColumn, ...],
        treatments: tuple[Treatment, ...],
        hides_counters: bool = False,
    ) -> None:
        """Prepare the fast path for this shape of rows.

        Args:
            hides_counters: the rows are those of SHOW STATUS; see ``counters``.
        """
        self._hides_counters = hides_counters
        self.columns = columns
        self.treatments = treatments
        self._rewrite = _rewriter(treatments)

    @property
    def sensitive(self) -> bool:
        """Tell whether any column is masked."""
        return any(treatment.masked is not None for treatment in self.treatments)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Say for each masked column which class hides it and why, and what people declared."""
        said = []
        for column, treatment in zip(self.columns, self.treatments, strict=True):
            if treatment.masked is not None:
                style = "" if treatment.style is Style.FULL else f"; style {treatment.style.value}"
                reason = treatment.reason or "not proven harmless"
                said.append(f"{column.name}: {treatment.masked}, {reason}{style}")
            elif treatment.reason:
                said.append(f"{column.name}: shown, {treatment.reason}")
        return tuple(said)

    @property
    def masks(self) -> tuple[str, ...]:
        """Give for each column class and style of its mask, for the transcript; see ``styles``."""
        return tuple(
            styles.raw_mask(one.raw_classes)
            if one.raw is not None
            else f"{one.masked} {one.style.value}"
            if one.masked is not None
            else ""
            for one in self.treatments
        )

    def apply(self, batch: RawBatch) -> MaskedBatch:
        """Mask one batch; NULL stays NULL, rows keep their order."""
        width = len(self.treatments)
        if len(batch.columns) != width:
            rows: Sequence[Row] = [tuple(_MASK for _ in row) for row in batch.rows]
            return MaskedBatch(columns=batch.columns, rows=rows)
        rows = without_counters(batch.rows) if self._hides_counters else batch.rows
        return MaskedBatch(columns=self.columns, rows=self._rewrite(rows))

    def count_raw(self, batch: RawBatch) -> dict[Sensitivity, int]:
        """Count the cells of a batch that are shown although their class is masked, by class."""
        counts: dict[Sensitivity, int] = {}
        for index, treatment in enumerate(self.treatments):
            if treatment.raw is not None:
                cells = sum(1 for row in batch.rows if row[index] is not None)
                counts[treatment.raw] = counts.get(treatment.raw, 0) + cells
        return counts

    def take_tokens(self) -> tuple[Remembered, ...]:
        """Take the tokens given out since the last call: they are remembered before they show."""
        taken: list[Remembered] = []
        for treatment in self.treatments:
            if treatment.shown:
                taken += treatment.shown
                treatment.shown.clear()
        return tuple(taken)


HIDDEN = messages.HIDDEN
"""What stands for words of the server of which nothing may be shown."""


def scrub_text(text: str, exposure: Exposure, *, said: str = "") -> str:
    """Make an error, notice or warning fit to be shown.

    Where the statement touches sensitive values, or was not understood, only sentences of the
    server that are known are shown, their variable parts hidden. What looks sensitive by its form
    goes always.

    Args:
        said: the statement, whose own names may come back.
    """
    if not text:
        return ""
    # A server repeats what it did not understand, a password among it.
    text = hide_secrets(text, said)
    if Sensitivity.UNPROVEN in exposure.told:
        return messages.known_words(text, said=said, is_understood=False)
    if exposure.told:
        return messages.known_words(text, said=said, is_understood=True)
    return detectors.redact(messages.without_cut(text, said=said))


# -- deciding ------------------------------------------------------------------------------------


def _treatments(
    statement: Statement,
    exposure: Exposure,
    columns: tuple[ResultColumn, ...],
    catalogue: Catalogue,
) -> tuple[Treatment, ...]:
    if statement.output is OutputKind.WORDS:
        return tuple(
            Treatment(cell=_redact_words)
            if not exposure.touches
            else _SHOWN
            if column.name.casefold() in _OF_MESSAGES
            else Treatment(cell=_known_words)
            for column in columns
        )
    if exposure.columns is None:
        if _may_trust_origin(statement):
            return tuple(_by_origin_alone(column, catalogue) for column in columns)
        shown = _shown_of_server(statement)
        if shown:
            words = "it may quote what statements hold"
            return tuple(
                _SHOWN if column.name.casefold() in shown else _hide(Sensitivity.UNPROVEN, words)
                for column in columns
            )
        return tuple(
            _hide(Sensitivity.UNPROVEN, "the statement is not understood") for _ in columns
        )
    if statement.output is OutputKind.SETTING:
        return tuple(_SHOWN for _ in columns)
    if statement.output is OutputKind.STRUCTURE:
        told = bool(definitions.counts_masked(catalogue))
        return tuple(
            _hide(Sensitivity.UNPROVEN, "the next number tells the highest masked one")
            if told and column.name.casefold() in definitions.COUNTERS
            else _definition(catalogue)
            for column in columns
        )
    if statement.output is OutputKind.PLAN:
        return _plan_treatments(statement, exposure, columns)
    if len(exposure.columns) != len(columns):
        words = "the server gives other columns than were traced"
        return tuple(_hide(Sensitivity.UNPROVEN, words) for _ in columns)
    return tuple(
        _with_null(_treatment(exposed, column, catalogue), exposed)
        for exposed, column in zip(exposure.columns, columns, strict=True)
    )


def _shown_of_server(statement: Statement) -> frozenset[str]:
    """Name the columns that a SHOW of the server itself gives, and that quote nothing."""
    is_show = statement.engine is Engine.MYSQL and statement.head == "SHOW"
    if not is_show or not statement.is_understood or statement.effects != {EffectClass.READ}:
        return frozenset()
    found = (names for pattern, names in _OF_SERVER if pattern.match(statement.plain))
    return next(found, frozenset())


_OF_SERVER = tuple(
    (re.compile(rf"\s*show\s+{words}\b", re.IGNORECASE), frozenset(names.split()))
    for words, names in (
        (r"(?:full\s+)?processlist", "id user db command time state progress"),
        (r"engine\s+innodb\s+(?:status|mutex)", "type name"),
        (r"profiles", "query_id duration"),
    )
)


def _redact_words(cell: bytes) -> bytes:
    """Hide hashes of passwords, and what looks sensitive by its form, in words of the server."""
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        return _MASK
    return detectors.redact(messages.without_cut(scrub_secrets(text))).encode()


def _known_words(cell: bytes) -> bytes:
    """Show of sentences that may quote masked values those that are known."""
    text = cell.decode("utf-8", "replace")
    return messages.known_words(text, said="", is_understood=False).encode()


_OF_MESSAGES = frozenset({"level", "code"})


def _with_null(treatment: Treatment, exposed: ColumnExposure) -> Treatment:
    if not exposed.hides_null or treatment.masked is None:
        return treatment
    # One mask for all: a style that keeps a part would set NULL apart again.
    return dataclasses.replace(treatment, cell=full, keeps_shape=False, hides_null=True)


def _may_trust_origin(statement: Statement) -> bool:
    # A RETURNING row may hold what was just written there from elsewhere.
    is_read = statement.effects == {EffectClass.READ}
    return statement.output is OutputKind.TREE and statement.is_understood and is_read


def _treatment(exposed: ColumnExposure, column: ResultColumn, catalogue: Catalogue) -> Treatment:
    origin = _origin_class(column.origin, catalogue)
    classes = set(exposed.classes)
    if isinstance(origin, Sensitivity) and not (origin is Sensitivity.UNPROVEN and classes):
        classes.add(origin)
    if exposed.is_definition and exposed.is_proven and not classes:
        return _definition(catalogue)
    if exposed.is_proven and not classes:
        shown = _shown(column, is_plain=exposed.is_plain)
        if exposed.is_version and shown.cell is _redact_text:
            shown = dataclasses.replace(shown, cell=_redact_versions, is_scan=False)
        is_told = exposed.reason and shown.masked is None
        return dataclasses.replace(shown, reason=exposed.reason) if is_told else shown
    if not exposed.is_proven and not classes and _is_proven_by_origin(column, catalogue):
        return _shown(column, is_plain=False)
    if not classes:
        return _hide(Sensitivity.UNPROVEN, exposed.reason)
    hidden = _hide(_chief(classes), exposed.reason or "the server names its column")
    if exposed.is_document and exposed.is_proven and classes == exposed.classes:
        cell = functools.partial(_redact_inside, members=exposed.members)
        return dataclasses.replace(hidden, cell=cell, is_document=True)
    return dataclasses.replace(
        hidden,
        keeps_shape=exposed.is_verbatim and len(classes) == 1,
        takes_token=exposed.is_native and exposed.is_proven,
    )


def _unmasked(
    treatment: Treatment, exposure: Exposure, index: int, unmasked: frozenset[Sensitivity]
) -> Treatment:
    """Show a column where each class that can reach it may be seen, and nothing else.

    What has the form of another class stays hidden: a column of addresses may hold a number too.
    """
    if treatment.masked is None or not unmasked or exposure.columns is None:
        return treatment
    if index >= len(exposure.columns):
        return treatment
    exposed = exposure.columns[index]
    classes = exposed.classes | {Sensitivity(treatment.masked)}
    if not exposed.is_proven or not classes <= unmasked:
        return treatment
    if exposed.is_compound:
        more = "it may hold more than what a reviewer lets you see"
        return dataclasses.replace(treatment, reason=f"{treatment.reason}; {more}")
    return Treatment(
        cell=functools.partial(_redact_others, shown=unmasked),
        is_scan=True,
        raw=Sensitivity(treatment.masked),
        raw_classes=classes,
        reason="a reviewer lets you see it now",
    )


def _by_origin_alone(column: ResultColumn, catalogue: Catalogue) -> Treatment:
    if _is_proven_by_origin(column, catalogue):
        return _shown(column, is_plain=False)
    origin = _origin_class(column.origin, catalogue)
    hidden = _hide(origin or Sensitivity.UNPROVEN, "its way could not be followed")
    return dataclasses.replace(hidden, keeps_shape=_is_stored(column, catalogue))


def _is_proven_by_origin(column: ResultColumn, catalogue: Catalogue) -> bool:
    """PostgreSQL's origin cannot be forged; it speaks of a stored column, never a whole row."""
    origin = column.origin
    if origin is None or not origin.is_sound or catalogue.engine is not Engine.POSTGRESQL:
        return False
    relation = catalogue.relations.get((origin.schema, origin.relation))
    if relation is None or relation.kind in (RelationKind.VIEW, RelationKind.FOREIGN):
        return False
    found = relation.column(origin.column)
    return found is not None and found.sensitivity is None


def _is_stored(column: ResultColumn, catalogue: Catalogue) -> bool:
    """Tell whether a column is surely that of a table, and not what a view makes of one."""
    origin = column.origin
    if origin is None or not origin.is_sound:
        return False
    relation = _origin_relation(origin, catalogue)
    return relation is not None and relation.kind is RelationKind.TABLE


def _origin_class(origin: Origin | None, catalogue: Catalogue) -> Sensitivity | None:
    if origin is None:
        return None
    relation = _origin_relation(origin, catalogue)
    if relation is None:
        return None
    found = relation.column(origin.column)
    if found is None or are_rows_of(relation):
        # What a counter counts stands in its row, which the walk looks at.
        return None
    is_view = relation.kind in (RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW)
    if is_view and found.sensitivity is Sensitivity.UNPROVEN:
        # The walk follows a view's definition, which says more than an empty sample.
        return None
    return found.sensitivity


def _origin_relation(origin: Origin, catalogue: Catalogue) -> Relation | None:
    return catalogue.relations.get((origin.schema, origin.relation))


def _chief(classes: set[Sensitivity]) -> Sensitivity:
    """Name one class where several may reach one cell."""
    if len(classes) == 1:
        return next(iter(classes))
    known = classes - {Sensitivity.UNPROVEN} - _OFTEN_SHOWN_IN_PART
    return min(known, key=lambda item: item.value) if known else Sensitivity.SECRET


_OFTEN_SHOWN_IN_PART = frozenset({Sensitivity.EMAIL, Sensitivity.CARD})
_SHOWN = Treatment()


def _hide(sensitivity: Sensitivity, reason: str) -> Treatment:
    return Treatment(masked=sensitivity.value, cell=full, reason=reason)


def _styled(
    treatment: Treatment, column: ResultColumn, chosen: Styles, book: TokenBook | None
) -> Treatment:
    """Give a mask the style of its class, where one may leave a part."""
    if treatment.masked is None or not treatment.keeps_shape:
        return treatment
    sensitivity = Sensitivity(treatment.masked)
    style = chosen.of(sensitivity)
    if style is not Style.TOKEN:
        return dataclasses.replace(treatment, cell=styles.cell_of(style, sensitivity), style=style)
    if (
        book is None
        or not treatment.takes_token
        or column.is_binary
        or type_kind(column.type_name) in _WITHOUT_TOKENS
    ):
        return treatment
    shown: list[Remembered] = []
    cell = _token_cell(book, sensitivity, shown)
    return dataclasses.replace(treatment, cell=cell, style=style, shown=shown)


def _token_cell(book: TokenBook, sensitivity: Sensitivity, shown: list[Remembered]) -> Cell:
    known: dict[bytes, bytes] = {}

    def cell(value: bytes) -> bytes:
        text = known.get(value)
        if text is not None:
            return text
        if len(value) > _TOKEN_BYTES_MAX or b"\0" in value:
            return full(value)
        given = book.give(sensitivity, value)
        shown.append(given)
        if len(known) >= _TOKENS_KEPT:
            known.clear()
        text = known[value] = tokens.write(sensitivity, given.tag).encode()
        return text

    return cell


_WITHOUT_TOKENS = frozenset({"document", "boolean"})
_TOKEN_BYTES_MAX = 1024
_TOKENS_KEPT = 10_000


def _shown(column: ResultColumn, *, is_plain: bool) -> Treatment:
    if is_plain or column.is_numeric:
        return _SHOWN
    kind = type_kind(column.type_name)
    if kind in ("number", "date", "boolean", "opaque", "plain"):
        return _SHOWN
    if kind == "address":
        return _hide(Sensitivity.IP_ADDRESS, "its type holds network addresses")
    base = column.type_name.casefold()
    if base in ("json", "jsonb"):
        return Treatment(cell=_redact_json, is_scan=True)
    if base == "tsvector":
        return Treatment(cell=_redact_vector)
    if column.is_binary or base in ("bytea", "blob", "longblob", "mediumblob", "tinyblob"):
        return Treatment(cell=_redact_binary, is_scan=False)
    return Treatment(cell=_redact_text, is_scan=True)


def _definition(catalogue: Catalogue) -> Treatment:
    """Show words of the schema, but for what they quote of sensitive columns."""
    redactor = Redactor(catalogue)

    def cell(value: bytes) -> bytes:
        raw = _bytes_of(value)
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            return value
        shown = redactor.redact(text)
        if raw is value:
            return shown.encode()
        return value if shown == text else _MASK

    return Treatment(cell=cell)


def _plan_treatments(
    statement: Statement, exposure: Exposure, columns: tuple[ResultColumn, ...]
) -> tuple[Treatment, ...]:
    if not exposure.touches and not exposure.quotes_code:
        return tuple(_SHOWN for _ in columns)
    # A literal compared with a sensitive column may be a right guess, and one that stands in a
    # view too would confirm it: it is not repeated.
    typed = "" if exposure.guesses or exposure.quotes_code else statement.text

    def scrub(cell: bytes) -> bytes:
        text = cell.decode("utf-8", "replace")
        return _scrub_plan(text, typed).encode()

    return tuple(Treatment(cell=scrub) for _ in columns)


def _column_name(
    statement: Statement,
    exposure: Exposure,
    column: ResultColumn,
    index: int,
    catalogue: Catalogue,
) -> str:
    """Keep a header that the person typed or the catalogue holds; others may carry data."""
    name = column.name
    # MariaDB makes names of expressions, and what was bound for a token would stand in them.
    if exposure.tokens or (exposure.columns is None and not statement.is_understood):
        is_known = bool(re.fullmatch(r"\w{1,63}", name)) and name.casefold() in (
            statement.text.casefold()
        )
        return name if is_known else f"column {index}"
    if statement.call is not None and Redactor(catalogue).redact(name) != name:
        # Words of the procedure's code, which may quote what is hidden in it.
        return f"column {index}"
    # ``AES_ENCRYPT('data', 'key')`` is a name too.
    return scrub_secrets(name)


# -- cells ---------------------------------------------------------------------------------------


def _redact_text(cell: bytes) -> bytes:
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        return cell
    return documents.redact_text(text).encode("utf-8", "replace")


def _redact_versions(cell: bytes) -> bytes:
    words = cell.decode("utf-8", "replace").strip("{}[]").replace('"', "").split(",")
    return cell if all(detectors.is_version(one.strip()) for one in words) else _redact_text(cell)


def _redact_json(cell: bytes) -> bytes:
    text = cell.decode("utf-8", "replace")
    found = documents.redact_json(text)
    return _MASK if found is None else cell if found == text else found.encode("utf-8", "replace")


def _redact_others(cell: bytes, *, shown: frozenset[Sensitivity]) -> bytes:
    """Hide inside a value what has the form of a class that may not be seen."""
    text = cell.decode("utf-8", "replace")
    if detectors.whole(text) in shown:
        return cell
    found = detectors.redact(text, shown=shown)
    return cell if found == text else found.encode("utf-8", "replace")


def _redact_vector(cell: bytes) -> bytes:
    """Hide words of a ``tsvector``; the places behind one are not what it announces."""
    text = cell.decode("utf-8", "replace")
    found = LEXEME.sub(lambda word: f"'{detectors.redact(word[1])}'", text)
    return cell if found == text else found.encode("utf-8", "replace")


def _redact_inside(cell: bytes, *, members: frozenset[Path]) -> bytes:
    """Hide inside a document that is known to hold sensitive values; whole where it is none."""
    found = documents.redact_inside(cell.decode("utf-8", "replace"), members)
    return _MASK if found is None else found.encode("utf-8", "replace")


def _redact_binary(cell: bytes) -> bytes:
    """Mask a binary value as a whole when the text in it is telling."""
    raw = _bytes_of(cell)
    if any(map(classify_name, column_names(raw))):
        return _MASK
    text = raw.decode("utf-8", "replace")
    return cell if documents.redact_text(text) == text else _MASK


def _bytes_of(cell: bytes) -> bytes:
    """Give the bytes that a cell of a binary column writes in hexadecimal."""
    if cell[:2] not in (b"\\x", b"0x"):
        return cell
    try:
        return bytes.fromhex(cell[2:].decode("ascii"))
    except ValueError:
        return cell


def _rewriter(treatments: tuple[Treatment, ...]) -> _Rows:
    """Build the function that rewrites rows: one generated loop for all that is masked."""
    fixed = tuple(index for index, item in enumerate(treatments) if item.cell and not item.is_scan)
    scanned = tuple(
        (index, item.cell) for index, item in enumerate(treatments) if item.cell and item.is_scan
    )
    if not fixed and not scanned:
        return lambda rows: rows
    many = tuple(
        (index, styles.MANY[cell])
        for index, item in enumerate(treatments)
        if (cell := item.cell) is not None and cell in styles.MANY
    )
    map_rows = _generated(treatments, fixed) if fixed else None

    def rewrite(rows: Sequence[Row]) -> Sequence[Row]:
        columns = [_masked_column(list(map(itemgetter(index), rows)), do) for index, do in many]
        shown = rows if map_rows is None else map_rows(rows, *columns)
        for index, cell in scanned:
            changed = _changed_cells(list(map(itemgetter(index), rows)), cell)
            if changed:
                shown = _with_cells(shown, index, changed)
        return shown

    return rewrite


def _masked_column(cells: Sequence[bytes | None], many: _Many) -> Sequence[bytes | None]:
    present = [cell for cell in cells if cell is not None]
    masked = many(present)
    if len(present) == len(cells):
        return masked
    left = iter(masked)
    return [None if cell is None else next(left) for cell in cells]


def _with_cells(rows: Sequence[Row], index: int, cells: dict[int, bytes]) -> Sequence[Row]:
    patched = list(rows)
    for place, value in cells.items():
        row = patched[place]
        patched[place] = (*row[:index], value, *row[index + 1 :])
    return patched


def _changed_cells(column: Sequence[bytes | None], cell: Cell) -> dict[int, bytes]:
    """Give by place what a scan would hide of a column; the same as a look at each cell, sooner."""
    is_quiet = _is_quiet_json if cell is _redact_json else _is_quiet_text
    if is_quiet([value for value in column if value is not None]):
        return {}
    changed: dict[int, bytes] = {}
    for start in range(0, len(column), _CELLS_PER_LOOK):
        part = column[start : start + _CELLS_PER_LOOK]
        if is_quiet([value for value in part if value is not None]):
            continue
        for place, value in enumerate(part, start):
            if value is not None and (shown := cell(value)) != value:
                changed[place] = shown
    return changed


def _is_quiet_text(cells: Sequence[bytes]) -> bool:
    """Tell whether no cell can be changed by ``_redact_text``."""
    longest = max(map(len, cells), default=0)
    blob = b"\0".join((b"", *cells))
    if detectors.may_hold_joined(blob, longest):
        return False
    if b"</" in blob or (b"\0<" in blob and any(map(_may_be_telling_xml, cells))):
        return False
    begins = frozenset(cell[:1] for cell in cells)
    has_members = b'":' in blob or b'" :' in blob
    if begins.isdisjoint(_BEGINNINGS):
        return not has_members or _are_quiet_documents(blob)
    documents_alone = b"\0".join(cell for cell in cells if cell[:1] in _BEGINNINGS)
    if b'""' in documents_alone and b"(" in begins:
        return False
    if not begins.isdisjoint(_BLANKS) and b"<" in documents_alone:
        return False
    return _are_quiet_documents(blob if has_members else documents_alone)


def _may_be_telling_xml(cell: bytes) -> bool:
    return cell[:1] == b"<" and cell[-1:] == b">"


def _is_quiet_json(cells: Sequence[bytes]) -> bool:
    """Tell whether no cell can be changed by ``_redact_json``."""
    blob = b"\0".join(cells)
    longest = max(map(len, cells), default=0)
    if detectors.may_hold_joined(blob, longest) or not _are_quiet_documents(blob):
        return False
    if _MARKUP.search(blob):
        return False
    if longest >= _NESTED_MAX and any(
        cell.count(b"[") + cell.count(b"{") >= _NESTED_MAX for cell in cells
    ):
        return False
    try:
        # What is no JSON is hidden whole.
        return len(json.loads(b"[" + b",".join(cells) + b"]", parse_int=str)) == len(cells)
    except (ValueError, RecursionError):
        return False


def _are_quiet_documents(blob: bytes) -> bool:
    """Tell whether no document has escapes, which hide what a value says, nor a telling key."""
    if b"\\" in blob:
        return False
    # Each quote may open a key: in what is no JSON, nobody knows which do.
    keys = set(_JSON_KEY.findall(blob))
    if any(classify_name(key.decode("utf-8", "replace")) for key in keys):
        return False
    # A name may also stand as a value, beside what it names.
    words = {word.decode("utf-8", "replace") for word in _JSON_WORD.findall(blob)}
    return not any(classify_name(word) for word in words)


_CELLS_PER_LOOK = 32
_MARKUP = re.compile(rb'"\s*<')
_BLANKS = frozenset((b" ", b"\n", b"\t", b"\r"))
_BEGINNINGS = frozenset((b"{", b"[", b"(", b'"', *_BLANKS))
"""Of what may be a document, or a row with one."""
_NESTED_MAX = 64
"""Brackets in a document that nest no deeper than Python's stack, whatever their order."""
_JSON_WORD = re.compile(rb':\s*"([A-Za-z][\w .-]{1,40})"')
_JSON_KEY = re.compile(rb'"(?=([^"\0]*)"\s*:)')


def _generated(treatments: tuple[Treatment, ...], chosen: tuple[int, ...]) -> Callable[..., _Shown]:
    """Write a loop over rows out, since one over the cells of each costs twice as much.

    It takes the rows and, in order, the columns that are masked as a whole. The text is made of
    column numbers alone.
    """
    names: dict[str, object] = {}
    parts = []
    columns = []
    for index, treatment in enumerate(treatments):
        cell = treatment.cell
        if index not in chosen or cell is None:
            parts.append(f"r{index}")
            continue
        if cell in styles.MANY:
            parts.append(f"c{index}")
            columns.append(f"c{index}")
            continue
        constant = styles.CONSTANT.get(cell)
        names[f"f{index}"] = constant if constant is not None else cell
        value = f"f{index}" if constant is not None else f"f{index}(r{index})"
        parts.append(value if treatment.hides_null else f"(None if r{index} is None else {value})")
    row = "".join(f"r{index}," for index in range(len(treatments)))
    each = f"({row}), {', '.join(columns)} in zip(rows, {', '.join(columns)}, strict=True)"
    source = (
        f"lambda {', '.join(('rows', *columns))}: "
        f"[({', '.join(parts)},) for {each if columns else f'({row}) in rows'}]"
    )
    made: Callable[..., _Shown] = eval(_compiled(source), names)  # noqa: S307 - see above
    return made


@functools.lru_cache(maxsize=256)
def _compiled(source: str) -> types.CodeType:
    """Compile a loop once for all results of one shape."""
    return compile(source, "<rows>", "eval")


# -- text ----------------------------------------------------------------------------------------

_TYPED = re.compile(r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"")


def _quote(text: str, typed: frozenset[str]) -> str:
    inner = text[1:-1]
    return text if inner in typed else f"{text[0]}•••••{text[0]}"


def _scrub_plan(text: str, typed: str) -> str:
    quoted = frozenset(match.group()[1:-1] for match in _TYPED.finditer(typed))
    text = _SINGLE_QUOTED.sub(lambda match: _quote(match.group(), quoted), text)
    # MySQL reads constant rows while it plans, and prints their values into conditions.
    text = _COMPARED.sub(
        lambda match: match.group() if match.group(2) in typed else f"{match.group(1)}•••", text
    )
    text = _WIDTH.sub(lambda match: f"{match.group(1)}{_hidden_width(match.group(1))}", text)
    return detectors.redact(text)


def _hidden_width(before: str) -> str:
    return '"•••"' if before.startswith('"') else "•••"


# The average size of what is masked, as the server's statistics have it, and the room that it
# took where rows were kept for a while.
_WIDTH = re.compile(
    r"(\bwidth=|\"Plan Width\": |<Plan-Width>|\bPlan Width: "
    r"|\b(?:Memory(?: Usage)?|Disk(?: Usage)?|Maximum Storage|Batches|Original Hash Batches): "
    r"|\btemp (?:read|written)=|(?<=\d )written=(?=\d+\b)"
    r"|\"?(?:Sort Space Used|Peak Memory Usage|Disk Usage|Maximum Storage|HashAgg Batches"
    r"|Hash Batches|Original Hash Batches|Temp (?:Read|Written) Blocks)\"?: "
    r"|<(?:Sort-Space-Used|Peak-Memory-Usage|Disk-Usage|Maximum-Storage|HashAgg-Batches"
    r"|Hash-Batches|Original-Hash-Batches|Temp-(?:Read|Written)-Blocks)>)\d+"
)
_SINGLE_QUOTED = re.compile(r"'(?:[^'\\]|''|\\.)*'")
_COMPARED = re.compile(r"([=<>]\s+)(-?\d[\d.]*)")
