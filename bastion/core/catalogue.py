"""A frozen snapshot of what a target holds: relations, columns with their classes, functions.

Fetched by ``targets.catalogue``, read by statement analysis, lineage, masking and completion.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar, cast

from bastion.core.model import Engine, Sensitivity
from bastion.core.paths import Path, Shape

T = TypeVar("T")
MARK_SEPARATOR = "\x01"
"""Between schema and name in the keys of ``Catalogue.marks``."""
AROUND = "what is around"
"""The key in ``Catalogue.marks`` of what has a say without being named: types, operators, casts."""


class RelationKind(enum.Enum):
    """What a name in FROM stands for."""

    TABLE = "table"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    FOREIGN = "foreign table"
    SYSTEM = "system"
    """Of ``pg_catalog``, ``information_schema``, ``mysql`` and the like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """What a column was found to hold, and how we know."""

    sensitivity: Sensitivity | None
    """None: proven harmless. ``UNPROVEN``: not sampled with values yet."""
    evidence: str
    """One sentence for ``target scan`` and ``\\why``; never a value."""
    embedded: Sensitivity | None = None
    """Seen inside free text that is shown with such parts hidden: what cuts or recodes the text
    is masked, since the parts would no longer be known."""
    is_kept: bool = False
    """Nothing in the column shows it now: it was filled or renamed from what was known."""
    is_inside: bool = False
    """It was found inside documents, by the names of members or the form of values: shown as it
    stands, only those are hidden."""
    is_compound: bool = False
    """Its values are documents or rows, which may hold values of other classes beside."""
    shape: Shape | None = None
    """What stands where in such documents of JSON."""
    members: frozenset[Path] = frozenset()
    """Paths in them, in small letters, whose names say nothing: what stands there in all does."""
    is_version: bool = False
    """By its name and its values it holds versions, ``3.10.3.38``, which look like addresses."""
    found: Classification | None = None
    """Where a person said what it holds: what was found without that."""
    is_named: bool = False
    """Its name or its comment tells, whatever form its values have."""
    alone: Classification | None = None
    """Where a column that holds the same data told it: what was found without that."""

    @property
    def is_declared(self) -> bool:
        """Tell whether a person said what the column holds."""
        return self.found is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a person said that a column holds, whatever is found in it."""

    schema: str
    relation: str
    column: str
    sensitivity: Sensitivity | None
    """None: harmless, shown as it is."""
    by: str
    reason: str
    at: datetime

    @property
    def qualified_name(self) -> str:
        """Give ``schema.table.column``."""
        return f"{self.schema}.{self.relation}.{self.column}"

    def classification(self, found: Classification) -> Classification:
        """Give the class of the column, with what was found without it."""
        found = found.found or found
        word = self.sensitivity.value if self.sensitivity else "none"
        return Classification(
            sensitivity=self.sensitivity,
            evidence=f"declared {word} by {self.by} on {self.at:%Y-%m-%d}: {self.reason} "
            f"(found: {found.evidence})",
            found=found,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One stored column."""

    name: str
    type_name: str
    classification: Classification
    is_nullable: bool = True
    default: str = ""
    comment: str = ""
    number: int = 0
    """PostgreSQL's attribute number; 1-based position elsewhere."""
    parts: tuple[str, ...] = ()
    """Names inside of its type, where that is one of rows."""
    is_invisible: bool = False
    """MySQL: neither ``*`` nor an INSERT without names means it; it stands behind the others."""

    @property
    def sensitivity(self) -> Sensitivity | None:
        """Give the class that masks the column; None when it may be shown."""
        return self.classification.sensitivity

    @property
    def own_type(self) -> str:
        """Give the type's name without the schema that tells it from one of the server's."""
        return self.type_name.rpartition('".')[2]

    @property
    def is_known_sensitive(self) -> bool:
        """Tell whether its class is known, rather than it being masked until it is."""
        return self.sensitivity not in (None, Sensitivity.UNPROVEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """What columns of a relation refer to, one column to one."""

    columns: tuple[str, ...]
    schema: str
    relation: str
    """The one that is referred to."""
    parent_columns: tuple[str, ...]


class Moment(enum.Enum):
    """When the server computes an expression that is kept with a relation."""

    POLICY = "policy"
    """Rows are read under row security."""
    READ = "read"
    """Rows are read, or a read is planned, whoever asks."""
    WRITE = "write"
    """Rows are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCode:
    """An expression that the server computes with rows of a relation, though no text names it."""

    moment: Moment
    text: str
    """As the server prints it; empty where that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A table, view or the like."""

    schema: str
    name: str
    kind: RelationKind
    columns: tuple[Column, ...]
    oid: int = 0
    definition: str = ""
    """A view's SELECT, as the server prints it."""
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    beginnings: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...] = ()
    """MySQL: keys that compare the first characters of a column alone, and of each how many; 0 for
    a whole one."""
    counter: str = ""
    """MySQL: the column that takes the next number by itself (AUTO_INCREMENT), folded; ``*``: any
    may be it."""
    partition_keys: tuple[str, ...] = ()
    """Columns that say in which partition, or part of one, a row lies."""
    row_estimate: int = 0
    size_bytes: int = 0
    triggers: tuple[str, ...] = ()
    """Names of user triggers, each ``name (timing event, function)``."""
    trigger_code: tuple[str, ...] = ()
    """MySQL: what the bodies of its triggers say, as they run; elsewhere they are functions."""
    trigger_ways: tuple[str, ...] = ()
    """When each fires and with which arguments, and whether its rules do; MySQL: as whom."""
    rules: tuple[str, ...] = ()
    """Rewrite rules other than a view's own."""
    referenced_by: tuple[str, ...] = ()
    """Foreign keys that point here with CASCADE, SET NULL or SET DEFAULT, in words."""
    foreign_keys: tuple[ForeignKey, ...] = ()
    """Its own, that point from here to others."""
    parents: tuple[tuple[str, str], ...] = ()
    """PostgreSQL: what it inherits from or is a partition of, by (schema, name)."""
    children: tuple[tuple[str, str], ...] = ()
    """PostgreSQL: whose rows are its rows too, down to the last, by (schema, name)."""
    code: tuple[KeptCode, ...] = ()
    """PostgreSQL: policies of row security, and what indexes, checks, partitions and the order of
    types compute by code of users. Defaults and triggers have places of their own."""
    passes_policies: bool = False
    """PostgreSQL: row security does not hold for the session's own roles. For the owner of a view
    it may."""
    source: str = ""
    """PostgreSQL: how a foreign table is reached, ``handler`` and options."""
    comment: str = ""
    rights: str = ""
    """PostgreSQL: whose it is, whether policies hold for them, by whose rights a view reads."""
    storage_engine: str = ""
    """MySQL: ``InnoDB`` and the like; a non-transactional one cannot be rolled back."""
    is_versioned: bool = False
    """MariaDB keeps the rows that once were, and ``FOR SYSTEM_TIME`` shows them."""
    is_temporary: bool = False
    """MySQL: made in the session, for itself."""
    shares_rows: bool = False
    """Made in the session, and its rows are another relation's too, by inheritance or partition."""
    may_act: bool = False
    """Made or altered in the session in a way that was not judged to keep to itself: a trigger, a
    default or the like may act when rows are written."""
    is_checked: bool = False
    """Made in the session with keys, checks or types of its own: whether a value may be written
    there tells of the value."""

    def __hash__(self) -> int:
        # Those of servers' own catalogues are looked up at each scan: to hash thousands of columns
        # takes longer than to compare the few relations of a name.
        return hash((self.schema, self.name, self.oid))

    @property
    def qualified_name(self) -> str:
        """Give ``schema.name``."""
        return f"{self.schema}.{self.name}"

    @property
    def visible(self) -> tuple[Column, ...]:
        """Give the columns that ``*`` means, and an INSERT without names, in their order."""
        return tuple(column for column in self.columns if not column.is_invisible)

    def column(self, name: str) -> Column | None:
        """Find a column by its exact name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function or procedure that is not built in."""

    schema: str
    name: str
    language: str
    """``sql``, ``plpgsql``, ``c`` …"""
    body: str
    returns: str = ""
    is_procedure: bool = False
    volatility: str = "v"
    """PostgreSQL's ``i``, ``s`` or ``v``."""
    argument_count: int = 0
    argument_names: tuple[str, ...] = ()
    """Of those that a call gives."""
    result_names: tuple[str, ...] = ()
    """Of PostgreSQL's OUT arguments and TABLE columns, or of the members of the type of rows that
    it returns; empty where one has none."""
    argument_modes: tuple[str, ...] = ()
    """MySQL, of a procedure: ``IN``, ``OUT`` or ``INOUT`` for each argument."""
    search_path: str = ""
    """Where its body looks bare names up, as PostgreSQL keeps it; empty: where the caller does."""
    traits: str = ""
    """What else the server keeps that decides what it does: by whose rights, under which settings,
    whether NULL reaches it."""
    is_exact: bool = False
    """MySQL: the body is as it was written, in modes that the bastion reads: what MariaDB tells of
    most is written anew, with other quotes and escapes."""


class _Relations(dict[tuple[str, str], Relation]):
    """The relations of a snapshot, and what was found in all of them: a large schema has thousands.

    Snapshots that differ in something else share it.
    """

    def __init__(self, relations: Mapping[tuple[str, str], Relation]) -> None:
        super().__init__(relations)
        self.found: dict[Callable[[Catalogue], object], object] = {}


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class Catalogue:
    """Everything known about one target's current database, at one moment."""

    engine: Engine
    version: str
    """Changes whenever the content does."""
    server_version: str = ""
    is_mariadb: bool = False
    logins: frozenset[str] = frozenset()
    """Accounts at the database that the bastion itself logs in with."""
    search_path: tuple[str, ...] = ("public",)
    """Schemas searched for bare names, in order; MySQL: the current database."""
    definitions_path: tuple[str, ...] | None = None
    """By which the definitions of views were printed, where the session has another path."""
    relations: Mapping[tuple[str, str], Relation] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """By (schema, name), names exactly as stored."""
    functions: Mapping[str, tuple[Function, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """User-defined, by bare lower-case name."""
    operators: frozenset[str] = frozenset()
    """User-defined operators (PostgreSQL): any use is not understood."""
    casts: frozenset[str] = frozenset()
    """Type names with user-defined casts, input functions or domains with checks, and those of
    rows, arrays and ranges with such inside."""
    bare_casts: frozenset[str] = frozenset()
    """Those of ``casts`` that a bare string beside a column becomes; a plain domain it does not."""
    cast_columns: frozenset[str] = frozenset()
    """Type names whose values a user-defined cast turns into others, perhaps unseen, and those of
    rows and arrays with such inside."""
    defaults: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """PostgreSQL: what a column of a domain takes where it takes no value, by the domain's name."""
    quotes_values: bool = False
    """Somewhere the words of the schema hold a constant that looks like a key or the like, so that
    they may not be cut to pieces in which nobody knows it again."""
    unwritten: tuple[str, ...] = ()
    """PostgreSQL: what calls users' code without naming it, in words that name the code: operators,
    casts, checks of domains, the order of types, event triggers."""
    types: tuple[str, ...] = ()
    """PostgreSQL: what the types that users made are: labels, base and default, members."""
    marks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What tells that structure was changed by others since: for ``relation NAME`` and ``function
    NAME`` a short text that the server gives again for next to nothing. On MySQL the name is with
    its schema."""

    def __post_init__(self) -> None:
        """Keep the relations as what remembers what is found in them."""
        if not isinstance(self.relations, _Relations):
            object.__setattr__(self, "relations", _Relations(self.relations))

    def found(self, look: Callable[[Catalogue], T]) -> T:
        """Give what a function finds in the relations, and nothing else; it looks once.

        Args:
            look: a function of a module, so that it is the same each time.
        """
        found = cast("_Relations", self.relations).found
        if look not in found:
            found[look] = look(self)
        return cast("T", found[look])

    def mark_key(self, kind: str, schema: str, name: str) -> str:
        """Give the key in ``marks`` of a relation or a function.

        PostgreSQL gives all that have a name: one in another schema may come first.
        """
        place = f"{schema}{MARK_SEPARATOR}" if self.engine is Engine.MYSQL else ""
        return f"{kind} {place}{name}"

    def resolve(self, name: str, schema: str | None = None) -> Relation | None:
        """Find what a name in FROM means; a bare name by the search path.

        PostgreSQL looks in ``pg_catalog`` before the search path, as the server does.
        """
        if schema is not None:
            return self.relations.get((schema, name))
        places = self.search_path
        if self.engine is Engine.POSTGRESQL and "pg_catalog" not in places:
            places = ("pg_catalog", *places)
        for place in places:
            relation = self.relations.get((place, name))
            if relation is not None:
                return relation
        return None

    def user_relations(self) -> tuple[Relation, ...]:
        """Give the relations that are not the system's, in order of name."""
        return self.found(_user_relations)

    def called(self, name: str) -> tuple[Relation, ...]:
        """Give the relations of a name in any schema, the system's too; case folded."""
        return self.found(_by_name).get(name.casefold(), ())

    def is_parent(self, relation: Relation) -> bool:
        """Tell whether others inherit from it, or are its partitions."""
        return (relation.schema, relation.name) in self.found(_parents)


def _user_relations(catalogue: Catalogue) -> tuple[Relation, ...]:
    relations = catalogue.relations
    return tuple(
        relations[key]
        for key in sorted(relations)
        if relations[key].kind is not RelationKind.SYSTEM
    )


def _by_name(catalogue: Catalogue) -> Mapping[str, tuple[Relation, ...]]:
    named: dict[str, list[Relation]] = {}
    for (_, name), relation in catalogue.relations.items():
        named.setdefault(name.casefold(), []).append(relation)
    return {name: tuple(found) for name, found in named.items()}


def _parents(catalogue: Catalogue) -> frozenset[tuple[str, str]]:
    return frozenset(
        parent for relation in catalogue.relations.values() for parent in relation.parents
    )
