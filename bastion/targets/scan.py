"""What both engines share in reading a catalogue: classes from names, types and samples.

Samples live only inside one call: they go into ``classify_column`` and are dropped. What comes
out is a class and one sentence of evidence, never a value.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bastion.core.carry import KnownClass, with_known
from bastion.core.catalogue import (
    Catalogue,
    Classification,
    Column,
    Declaration,
    Function,
    Relation,
    RelationKind,
)
from bastion.core.classify import classify_column, classify_pairs
from bastion.core.context import SessionContext
from bastion.core.definitions import quotes_values
from bastion.core.inherit import inherit
from bastion.core.model import EffectClass, Engine, Sensitivity
from bastion.core.statement import analyse
from bastion.core.surroundings import quoted_name
from bastion.core.system_columns import system_sensitivity

SAMPLE_CHARACTERS = 1000
"""Of each cell: enough to tell what it is, little enough for wide tables."""
DOCUMENT_CHARACTERS = 8000
"""Of each document."""

Samples = Mapping[str, Sequence[str | None]]
"""Values by column."""
Sampler = Callable[[Relation, int], Awaitable[Samples]]
"""Reads at most that many rows of a relation; empty when it may not or cannot."""

SYSTEM_MAX = 4096
"""Relations of servers' own catalogues that are remembered: two or three hundred a version."""

_SAMPLED_KINDS = frozenset({RelationKind.TABLE, RelationKind.MATERIALIZED_VIEW})


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPlan:
    """What to sample, and for how long."""

    known: Catalogue | None
    """An earlier snapshot whose classes are kept for what is not in ``relations``."""
    relations: frozenset[tuple[str, str]] | None
    """None: all."""
    budget_s: float
    sample_rows: int
    previous: Catalogue | None = None
    """The snapshot before, whose classes stay with what was renamed since."""
    declared: Sequence[Declaration] = ()
    """What people said that columns hold; it goes before what is found."""
    remembered: Sequence[KnownClass] = ()
    """What is remembered of columns; it comes in where nothing else shows."""

    @property
    def marked(self) -> Collection[str]:
        """Give the keys of what was marked before."""
        return self.previous.marks if self.previous is not None else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a PostgreSQL catalogue holds beside relations and functions; see ``Catalogue``."""

    operators: frozenset[str] = frozenset()
    casts: frozenset[str] = frozenset()
    bare_casts: frozenset[str] = frozenset()
    cast_columns: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    unwritten: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


UNCLASSIFIED = Classification(
    sensitivity=Sensitivity.UNPROVEN, evidence="It has not been sampled yet."
)


async def classify_relations(
    relations: Iterable[Relation], *, engine: Engine, plan: ScanPlan, sample: Sampler
) -> dict[tuple[str, str], Relation]:
    """Give each column its class; sampling ends when the budget is spent.

    What could not be sampled in time is classified by name and type alone, which proves nothing
    harmless: it stays masked until a later scan.
    """
    ends_at = time.monotonic() + plan.budget_s
    classified = {}
    for relation in relations:
        key = (relation.schema, relation.name)
        if relation.kind is RelationKind.SYSTEM:
            classified[key] = _known_system(relation, plan) or _system(relation, engine)
        elif (before := _known(relation, plan)) is not None:
            classified[key] = before
        else:
            samples: Samples = {}
            if relation.kind in _SAMPLED_KINDS and time.monotonic() < ends_at:
                samples = await sample(relation, plan.sample_rows)
            # Not on the loop: looking at values takes a while, and others type meanwhile.
            classified[key] = await asyncio.to_thread(_classified, relation, samples)
    return await asyncio.to_thread(_with_words_said, classified, plan)


def _with_words_said(
    classified: dict[tuple[str, str], Relation], plan: ScanPlan
) -> dict[tuple[str, str], Relation]:
    return with_declared(with_known(classified, plan.remembered), plan.declared)


def with_declared(
    relations: Mapping[tuple[str, str], Relation], declared: Iterable[Declaration]
) -> dict[tuple[str, str], Relation]:
    """Give the columns of tables the classes that people declared.

    System catalogues keep their own classes, and a view has those of what it reads.
    """
    found = dict(relations)
    for one in declared:
        key = (one.schema, one.relation)
        relation = found.get(key)
        if relation is None or not may_be_declared(relation):
            continue
        columns = tuple(
            replace(column, classification=one.classification(column.classification))
            if column.name == one.column
            else column
            for column in relation.columns
        )
        found[key] = replace(relation, columns=columns)
    return found


def may_be_declared(relation: Relation) -> bool:
    """Tell whether the columns of a relation hold data of their own."""
    return relation.kind in (RelationKind.TABLE, RelationKind.FOREIGN)


def build_catalogue(
    *,
    engine: Engine,
    server_version: str,
    search_path: tuple[str, ...],
    relations: dict[tuple[str, str], Relation],
    functions: Iterable[Function],
    extras: Extras | None = None,
    words_quote_values: bool = False,
    marks: Mapping[str, str] = MappingProxyType({}),
    previous: Catalogue | None = None,
) -> Catalogue:
    """Freeze a snapshot; its version is a digest of structure and classes.

    Args:
        words_quote_values: words of the schema that no relation or function here has hold constants
            that look like keys or the like.
        marks: of the structure, see ``Catalogue.marks``.
        previous: the snapshot before.
    """
    catalogue = bare_catalogue(
        engine=engine,
        server_version=server_version,
        search_path=search_path,
        relations=relations,
        functions=functions,
        extras=extras,
    )
    catalogue = inherit(replace(catalogue, marks=MappingProxyType(dict(marks))), previous)
    quotes = words_quote_values or quotes_values(catalogue)
    catalogue = replace(catalogue, quotes_values=quotes)
    return replace(catalogue, version=_version(catalogue))


def bare_catalogue(
    *,
    engine: Engine,
    server_version: str,
    search_path: tuple[str, ...],
    relations: dict[tuple[str, str], Relation],
    functions: Iterable[Function],
    extras: Extras | None = None,
) -> Catalogue:
    """Make a snapshot of what was read, to judge statements by."""
    extras = extras or Extras()
    by_name: dict[str, list[Function]] = {}
    for function in functions:
        by_name.setdefault(function.name.lower(), []).append(function)
    return Catalogue(
        engine=engine,
        version="",
        server_version=server_version,
        is_mariadb="mariadb" in server_version.lower(),
        search_path=search_path,
        relations=relations,
        functions=MappingProxyType({name: tuple(many) for name, many in by_name.items()}),
        operators=extras.operators,
        casts=extras.casts,
        bare_casts=extras.bare_casts,
        cast_columns=extras.cast_columns,
        defaults=extras.defaults,
        unwritten=extras.unwritten,
        types=extras.types,
    )


def is_plain_read(relation: Relation, catalogue: Catalogue) -> bool:
    """Tell whether reading a relation runs no code of users and stays in the database.

    The bastion's own look at values is judged as anybody's is.
    """
    name = ".".join(quoted_name(one, catalogue.engine) for one in (relation.schema, relation.name))
    judged = analyse(
        f"SELECT 1 FROM {name}",  # noqa: S608
        engine=catalogue.engine,
        catalogue=catalogue,
        context=SessionContext(),
    )
    return judged.effects == {EffectClass.READ}


def with_remembered(catalogue: Catalogue, known: Collection[KnownClass]) -> Catalogue:
    """Give a snapshot with the classes that are remembered since it was made."""
    relations = with_known(catalogue.relations, known)
    if all(relations[key] is relation for key, relation in catalogue.relations.items()):
        return catalogue
    updated = inherit(replace(catalogue, relations=relations), None)
    return replace(updated, version=_version(updated))


def _version(catalogue: Catalogue) -> str:
    digest = hashlib.sha256()
    of_types = (catalogue.casts, catalogue.bare_casts, catalogue.cast_columns)
    for names in (catalogue.operators, *of_types):
        digest.update(repr(sorted(names)).encode())
    defaults = sorted(catalogue.defaults.items())
    digest.update(repr((catalogue.unwritten, catalogue.types, defaults)).encode())
    digest.update(repr((catalogue.search_path, catalogue.quotes_values)).encode())
    for key in sorted(catalogue.relations):
        relation = catalogue.relations[key]
        is_system = relation.kind is RelationKind.SYSTEM
        digest.update(_system_words(relation) if is_system else _words(relation))
    for name in sorted(catalogue.functions):
        digest.update(repr(catalogue.functions[name]).encode())
    return digest.hexdigest()[:16]


def _words(relation: Relation) -> bytes:
    # Estimates move all the time and decide nothing.
    return repr(replace(relation, row_estimate=0, size_bytes=0)).encode()


_system_words = functools.lru_cache(maxsize=SYSTEM_MAX)(_words)


def _known(relation: Relation, plan: ScanPlan) -> Relation | None:
    """Carry classes over from the earlier snapshot where the relation is still the same."""
    if plan.known is None or plan.relations is None:
        return None
    key = (relation.schema, relation.name)
    before = plan.known.relations.get(key)
    if before is None or key in plan.relations or before.kind is not relation.kind:
        return None
    then = tuple((column.number, column.name, column.type_name) for column in before.columns)
    now = tuple((column.number, column.name, column.type_name) for column in relation.columns)
    if then != now or before.oid != relation.oid or before.definition != relation.definition:
        return None
    columns = tuple(
        replace(column, classification=old.classification.alone or old.classification)
        for column, old in zip(relation.columns, before.columns, strict=True)
    )
    return replace(relation, columns=columns)


def _known_system(relation: Relation, plan: ScanPlan) -> Relation | None:
    """Give the earlier snapshot's: of a server's own catalogue nothing is sampled."""
    if plan.previous is None:
        return None
    before = plan.previous.relations.get((relation.schema, relation.name))
    if before is None or (before.oid, before.definition) != (relation.oid, relation.definition):
        return None
    names = [column.name for column in relation.columns]
    return before if names == [column.name for column in before.columns] else None


@functools.lru_cache(maxsize=SYSTEM_MAX)
def _system(relation: Relation, engine: Engine) -> Relation:
    """Give the server's own relation its classes: one object, for all targets where it is equal."""
    schema, name = relation.schema, relation.name
    columns = tuple(
        replace(
            column, classification=_OF_SYSTEM[system_sensitivity(engine, schema, name, column.name)]
        )
        for column in relation.columns
    )
    return replace(relation, columns=columns)


_OF_SYSTEM = {
    None: Classification(
        sensitivity=None, evidence="The server's own catalogue; it holds no table's data."
    ),
    Sensitivity.SECRET: Classification(
        sensitivity=Sensitivity.SECRET,
        evidence="The server's own catalogue, and it holds data or credentials.",
    ),
}


def _classified(relation: Relation, samples: Samples) -> Relation:
    keys = set(relation.primary_key).union(*relation.unique_keys)
    columns: list[Column] = [
        replace(
            column,
            classification=classify_column(
                name=column.name,
                type_name=column.type_name,
                comment=column.comment,
                samples=samples.get(column.name, ()),
                is_key=column.name in keys,
                parts=column.parts,
            ),
        )
        for column in relation.columns
    ]
    pairs = classify_pairs({one.name: one.classification for one in columns}, samples)
    columns = [
        replace(one, classification=pairs.get(one.name, one.classification)) for one in columns
    ]
    return replace(relation, columns=tuple(columns))
