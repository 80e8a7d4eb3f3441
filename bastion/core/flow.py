"""What flows through a query: classes of values, the sources in FROM, the scopes of names."""

from __future__ import annotations

import dataclasses
import enum
import string
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlglot import exp

from bastion.core.catalogue import Relation
from bastion.core.model import Engine, Sensitivity
from bastion.core.paths import Path, Shape

_IDENTIFIER_BYTES_MAX = 63
"""PostgreSQL cuts longer names (NAMEDATALEN - 1), so two spellings may be one name."""


class FlowKind(enum.Enum):
    """Where a value stands, seen from a comparison."""

    TYPED = "typed"
    """Literals and parameters, ``guesses`` of them."""
    STORED = "stored"
    """A column of the catalogue, as stored."""
    MADE = "made"
    """A column of a relation that the session filled; it may hold any number of guesses."""
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What may reach one value."""

    classes: frozenset[Sensitivity] = frozenset()
    is_proven: bool = True
    reason: str = ""
    kind: FlowKind = FlowKind.COMPUTED
    is_plain: bool = False
    """No stored value of a user's relation can reach it."""
    guesses: int = 0
    columns: frozenset[str] = frozenset()
    """Sensitive columns, ``users.ssn``, for words."""
    is_telling: bool = False
    """Whether it is NULL depends on a sensitive value, not only on a stored NULL."""
    embedded: frozenset[Sensitivity] = frozenset()
    """Classes seen inside its free text, which the detectors hide as long as it is whole."""
    spoiled: frozenset[Sensitivity] = frozenset()
    """Those of ``embedded`` that were cut or recoded, so that no detector knows them again, and
    what is known by where it stands only."""
    is_verbatim: bool = False
    """One stored value, whole: a mask that keeps a part of it keeps always the same part."""
    is_document: bool = False
    """A stored document as it stands, which is hidden in part."""
    members: frozenset[Path] = frozenset()
    """Where in it all is hidden, though no name says so; see ``Classification``."""
    shape: Shape | None = None
    """Of a stored document that is masked: what of it is shown by its path."""
    is_native: bool = False
    """A sensitive value as the database holds it, neither made nor typed by the person."""
    is_definition: bool = False
    """Words of the schema, which may quote values of sensitive columns."""
    is_long: bool = False
    """A text that may be near the longest one that the server makes."""
    is_version: bool = False
    """Of columns of versions, and of what the person typed, alone."""
    is_mixed: bool = False
    """A telling text in some rows, and in others what the person typed or made, or may have."""
    is_compound: bool = False
    """Values of other classes may stand in it beside those that are known: who may see one class
    may not see it."""
    is_by_row: bool = False
    """Made of a sensitive value and of what may be another thing in each row beside it."""

    @property
    def stored(self) -> frozenset[Sensitivity]:
        """Give the classes that it leaves where it is kept: there nothing tells what it was."""
        quoted = self.embedded if self.is_definition else frozenset()
        return self.classes | self.spoiled | quoted

    @property
    def sensitive(self) -> frozenset[Sensitivity]:
        """Give the classes that are known to be sensitive, ``UNPROVEN`` left out."""
        return self.classes - _UNPROVEN

    @property
    def words(self) -> str:
        """Name the sensitive columns for people."""
        return ", ".join(sorted(self.columns)) or "a sensitive column"


_UNPROVEN = frozenset({Sensitivity.UNPROVEN})

TYPED = Flow(kind=FlowKind.TYPED, is_plain=True, guesses=1)
"""A literal or parameter."""
CONSTANT = Flow(
    kind=FlowKind.TYPED, is_plain=True, guesses=1, spoiled=frozenset({Sensitivity.SECRET})
)
"""A constant in the code of a view or function that looks like a key or somebody's number."""
HARMLESS = Flow()
"""Proven to carry nothing, whatever it was made of: a count, a test for NULL."""


def unproven(reason: str) -> Flow:
    """Make the flow of something that was not understood."""
    return Flow(is_proven=False, reason=reason)


def hidden(reason: str) -> Flow:
    """Make the flow of what may be any sensitive value."""
    return Flow(classes=frozenset({Sensitivity.SECRET}), reason=reason)


def join(flows: Iterable[Flow]) -> Flow:
    """Combine everything that may reach one computed value."""
    parts = list(flows)
    if not parts:
        return TYPED
    merged = _merge(parts)
    is_typed = all(part.kind is FlowKind.TYPED and part.guesses <= 1 for part in parts)
    kind = FlowKind.TYPED if is_typed else FlowKind.COMPUTED
    return _with(merged, kind=kind, guesses=1 if is_typed else 0)


def either(first: Flow, second: Flow) -> Flow:
    """Combine two flows of which one or the other reaches, as the arms of a UNION do."""
    parts = [first, second]
    is_verbatim = all(part.is_verbatim or part.kind is FlowKind.TYPED for part in parts)
    merged = verbatim(_merge(parts)) if is_verbatim else _merge(parts)
    if first.kind is second.kind and first.kind is not FlowKind.COMPUTED:
        found = _with(merged, kind=first.kind, guesses=first.guesses + second.guesses)
        is_native = first.is_native and second.is_native
        return dataclasses.replace(found, is_native=True) if is_native else found
    if any(part.embedded for part in parts):
        is_mixed = not all(part.embedded or part.kind is FlowKind.STORED for part in parts)
        return dataclasses.replace(merged, is_mixed=merged.is_mixed or is_mixed)
    return merged


def verbatim(flow: Flow) -> Flow:
    """Give the flow of one of several stored values, unchanged."""
    return dataclasses.replace(flow, is_verbatim=True)


def is_harmless(flow: Flow) -> bool:
    """Tell whether nothing sensitive, nor any word of the schema, can be in a value."""
    return flow.is_proven and not flow.classes and not flow.embedded and not flow.is_definition


def computed(flow: Flow) -> Flow:
    """Give the flow of a value computed from one other."""
    if flow.kind is FlowKind.COMPUTED or (flow.kind is FlowKind.TYPED and flow.guesses <= 1):
        return flow
    return _with(flow, kind=FlowKind.COMPUTED, guesses=0)


def made(flow: Flow) -> Flow:
    """Give the flow of rows that a function makes: any number of values from few arguments."""
    return _with(flow, kind=FlowKind.MADE, guesses=0)


def _with(flow: Flow, *, kind: FlowKind, guesses: int) -> Flow:
    return Flow(
        classes=flow.classes,
        is_proven=flow.is_proven,
        reason=flow.reason,
        kind=kind,
        is_plain=flow.is_plain,
        guesses=guesses,
        columns=flow.columns,
        is_telling=flow.is_telling,
        embedded=flow.embedded,
        spoiled=flow.spoiled,
        is_verbatim=flow.is_verbatim and kind is FlowKind.STORED,
        is_definition=flow.is_definition,
        is_long=flow.is_long,
        is_version=flow.is_version,
        is_mixed=flow.is_mixed,
        is_compound=flow.is_compound,
        is_by_row=flow.is_by_row,
    )


def _merge(parts: list[Flow]) -> Flow:
    # One loop and no generator: this is asked for each expression of each statement.
    classes = embedded = spoiled = frozenset[Sensitivity]()
    columns = frozenset[str]()
    reason = unproven_reason = ""
    is_proven = is_plain = is_version = True
    is_telling = is_definition = is_long = is_mixed = is_compound = is_by_row = False
    for part in parts:
        if part.classes:
            reason = reason if classes else part.reason
            classes |= part.classes
        if not part.is_proven:
            unproven_reason = unproven_reason if not is_proven else part.reason
            is_proven = False
        columns |= part.columns
        embedded |= part.embedded
        spoiled |= part.spoiled
        is_plain &= part.is_plain
        is_version &= part.is_version or part.is_plain
        is_telling |= part.is_telling
        is_definition |= part.is_definition
        is_long |= part.is_long
        is_mixed |= part.is_mixed
        is_compound |= part.is_compound
        is_by_row |= part.is_by_row
    return Flow(
        classes=classes,
        is_proven=is_proven,
        reason=reason if is_proven else unproven_reason,
        is_plain=is_plain,
        columns=columns,
        is_telling=is_telling,
        embedded=embedded,
        spoiled=spoiled,
        is_definition=is_definition,
        is_long=is_long,
        is_version=is_version,
        is_mixed=is_mixed,
        is_compound=is_compound,
        is_by_row=is_by_row,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One column that a query or source gives."""

    name: str | None
    """Folded; None where the server makes the name up."""
    flow: Flow
    is_invisible: bool = False
    """``*`` does not mean it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One item of FROM."""

    name: str
    """Alias or name, folded."""
    written: str = ""
    """The same as it is written, which may tell two apart where the server does not fold."""
    schema: str = ""
    outputs: tuple[Output, ...] | None
    """None: its columns are not known."""
    flow: Flow = HARMLESS
    """What any column may carry where ``outputs`` is None, and beyond them where open."""
    is_open: bool = False
    """A function's rows: columns beyond ``outputs`` may exist."""
    relation: Relation | None = None

    def find(self, name: str) -> Flow | None:
        """Find a column; None when it certainly has none of this name."""
        if self.outputs is None:
            return self.flow
        named = [output.flow for output in self.outputs if output.name == name]
        if named:
            found = named[0]
            for other in named[1:]:
                found = either(found, other)
            return found
        unnamed = [output.flow for output in self.outputs if output.name is None]
        if self.is_open:
            unnamed.append(self.flow)
        return join(unnamed) if unnamed else None

    def has(self, name: str) -> bool:
        """Tell whether a column of exactly this name is known."""
        return any(output.name == name for output in self.outputs or ())

    @property
    def whole(self) -> Flow:
        """Give what a whole row may carry."""
        if self.outputs is None:
            return self.flow
        return join([*(output.flow for output in self.outputs), self.flow])


Slot = tuple[tuple[int, int], ...]
"""One column of ``*``: (source, column) pairs, several where USING made one of them."""
Row = list[Slot]


@dataclass(slots=True, kw_only=True)
class Scope:
    """Names visible at one level of a query."""

    parent: Scope | None = None
    sources: list[Source] = field(default_factory=list)
    outputs: tuple[Output, ...] = ()
    """The SELECT list, visible to ORDER BY, GROUP BY and HAVING."""
    row: Row = field(default_factory=list)
    """What ``*`` gives, in order."""
    has_right_join: bool = False
    has_bare_join: bool = False
    has_merge: bool = False
    arguments: dict[str, Flow] = field(default_factory=dict)
    """Of the SQL function whose body this is, by name and by ``$n``."""
    flows: dict[tuple[int, int, int], tuple[exp.Expr, Flow]] = field(default_factory=dict)
    """What parts carry that are looked at again, by ``place_of``."""
    queries: dict[tuple[int, int, int], tuple[exp.Expr, tuple[Output, ...]]] = field(
        default_factory=dict
    )
    """What queries within expressions give, likewise."""

    @property
    def is_order_unsure(self) -> bool:
        """Tell whether the order of ``*`` cannot be told for sure."""
        return self.has_merge and (self.has_right_join or self.has_bare_join)

    def place_of(self, node: exp.Expr) -> tuple[int, int, int]:
        """Tell a part by its identity, and by how much is in sight where it is looked at."""
        return id(node), len(self.sources), len(self.outputs)

    def levels(self) -> Iterable[Scope]:
        """Iterate outwards, this level first."""
        level: Scope | None = self
        while level is not None:
            yield level
            level = level.parent

    def argument(self, name: str) -> Flow | None:
        """Find an argument of the enclosing SQL function."""
        for level in self.levels():
            if name in level.arguments:
                return level.arguments[name]
        return None


class Cte:
    """One WITH query, walked when it is first read, since RECURSIVE may look ahead."""

    def __init__(
        self,
        node: exp.CTE,
        ctes: dict[str, Cte],
        *,
        may_recurse: bool,
        added: tuple[str, ...] = (),
    ) -> None:
        """Remember the query and the names that it sees.

        Args:
            added: columns that SEARCH and CYCLE make of the others.
        """
        self.node = node
        self.added = added
        self.may_recurse = may_recurse
        self.ctes = ctes
        self.outputs: tuple[Output, ...] | None = None
        self.is_running = False
        self.is_recursive = False


def fold(name: exp.Expr | str | None, engine: Engine) -> str:
    """Write a name as the server compares it.

    MySQL compares names letter by letter without case, but ``é`` is not ``e`` nor ``ß`` ``ss``;
    PostgreSQL lowers ASCII unless quoted, and cuts.
    """
    if name is None:
        return ""
    text = name if isinstance(name, str) else name.name
    if engine is Engine.MYSQL:
        return text.lower() if text.isascii() else "".join(map(str.lower, text))
    is_quoted = not isinstance(name, str) and bool(name.args.get("quoted"))
    if not is_quoted and not isinstance(name, str):
        text = text.translate(LOWER)
    if text.isascii() and len(text) <= _IDENTIFIER_BYTES_MAX:
        return text
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) > _IDENTIFIER_BYTES_MAX:
        return encoded[:_IDENTIFIER_BYTES_MAX].decode("utf-8", "ignore")
    return text


def bare(name: str) -> str:
    """Write a name without accents and kinds of letters, which a server may not tell apart."""
    if name.isascii():
        return name
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def variable_key(name: str) -> str:
    """Write the name of a variable or setting; what else than ASCII stands in it stays as it is."""
    return name.translate(LOWER)


LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
"""What every server takes for the same letter in a name."""
