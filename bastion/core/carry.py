"""Classes that stored columns keep: filled from masked values, or renamed from what was known.

Neither the name of such a column nor its values need to tell what it holds. What a statement
carries where is known before it runs, is remembered before it runs, and goes with the table for
every session from then on, also after a restart.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from bastion.core.catalogue import Catalogue, Classification, Column, Relation, RelationKind
from bastion.core.flow import Flow, Output, fold
from bastion.core.model import Sensitivity

Key = tuple[str, str]
"""Schema and name of a relation."""

ANY = "*"
"""As a column: each one of the relation."""

_STORED = frozenset({RelationKind.TABLE, RelationKind.FOREIGN, RelationKind.MATERIALIZED_VIEW})
_UNPROVEN = frozenset({Sensitivity.UNPROVEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClass:
    """What one stored column was found to hold, as the store remembers it."""

    schema: str
    relation: str
    column: str
    sensitivity: Sensitivity
    evidence: str
    is_carried: bool
    """Nothing in the column itself need show it: it was filled or renamed from what was known."""
    oid: int = 0
    """PostgreSQL's number of the relation; 0 where there is none, or none yet."""
    number: int = 0
    """Of the column, as in ``catalogue.Column``."""

    @property
    def place(self) -> tuple[str, str, str]:
        """Give schema, relation and column, whatever the case of their letters."""
        return place_of(self.schema, self.relation, self.column)


def place_of(schema: str, relation: str, column: str) -> tuple[str, str, str]:
    """Give the key of a column; names that differ in the case of letters share it."""
    return (schema.casefold(), relation.casefold(), column.casefold())


def carried_by_writes(
    written: Mapping[Key, Mapping[str, Flow]], catalogue: Catalogue
) -> tuple[KnownClass, ...]:
    """Tell which stored columns take classes that they do not have, by what flows into them."""
    found = []
    for key, flows in written.items():
        relation = catalogue.relations.get(key)
        if relation is None:
            continue
        names = {fold(column.name, catalogue.engine) for column in relation.columns}
        for name, flow in flows.items():
            classes = _classes(flow)
            target = relation.column(name)
            if target is not None and target.classification.is_version:
                # There nobody looks for addresses.
                classes |= flow.embedded
            known = target.classification.members if target is not None else frozenset()
            is_told = flow.is_document and flow.members <= known
            if not classes or (is_told and not _gains_paths(relation, name, flow)):
                continue
            if name not in names:
                # The session made it, as a partition for one, and nobody saw what its columns are.
                found.append(_known(*key, ANY, classes, flow.words))
            else:
                found += _filled(relation, name, classes, flow.words, catalogue)
    return tuple(found)


def _gains_paths(relation: Relation, name: str, flow: Flow) -> bool:
    """Tell whether documents go where a path is shown that tells something in them."""
    found = relation.column(name)
    shape = found.classification.shape if found is not None else None
    return shape is not None and not (flow.shape and shape.harmless <= flow.shape.harmless)


def carried_by_code(names: Iterable[Key], catalogue: Catalogue) -> tuple[KnownClass, ...]:
    """Tell what code that nobody traced carries: all but keys may take any class.

    Args:
        names: of the relations that it may write or make, case folded; the schema is empty where
            the code does not say it.
    """
    path = {schema.casefold() for schema in catalogue.search_path}
    found = []
    for schema, name in names:
        places = {schema} if schema else path
        stored = [one for one in catalogue.called(name) if one.schema.casefold() in places]
        for relation in stored:
            found += [
                _known(relation.schema, relation.name, column.name, _UNPROVEN, "")
                for column in relation.columns
                if column.name not in relation.primary_key
                and (not column.is_known_sensitive or column.classification.is_inside)
            ]
        if not stored:
            found.append(_known(schema, name, ANY, _UNPROVEN, ""))
    return tuple(found)


def carried_by_making(
    schema: str, name: str, outputs: Iterable[Output] | None, names: Iterable[str]
) -> tuple[KnownClass, ...]:
    """Tell which columns of a table that a query makes take which classes.

    Args:
        schema: empty where the statement does not say it.
        outputs: None: the query was not traced, and any column may hold anything.
        names: of the columns as the statement lists them; the query's own beyond these.
    """
    if outputs is None:
        return (_known(schema, name, ANY, _UNPROVEN, ""),)
    listed = list(names)
    found = []
    for index, output in enumerate(outputs):
        classes = _classes(output.flow)
        column = listed[index] if index < len(listed) else output.name
        if classes and column:
            found.append(_known(schema, name, column, classes, output.flow.words))
    return tuple(found)


def merge(before: KnownClass, now: KnownClass) -> KnownClass:
    """Give what is remembered of a column after one more look, or one more write, at it.

    What it was filled with stays; of two classes, neither's style may show a part.
    """
    if not before.is_carried:
        return now
    if not now.is_carried:
        return before
    telling = {before.sensitivity, now.sensitivity} - _UNPROVEN
    kept = now if before.sensitivity in _UNPROVEN else before
    sensitivity = Sensitivity.SECRET if len(telling) > 1 else kept.sensitivity
    return dataclasses.replace(
        kept,
        sensitivity=sensitivity,
        oid=now.oid or before.oid,
        number=now.number or before.number,
    )


def with_known(
    relations: Mapping[Key, Relation], known: Collection[KnownClass]
) -> dict[Key, Relation]:
    """Give relations the classes that are remembered of their columns.

    What a column shows by itself, or what a person declared, goes before.
    """
    found = dict(relations)
    if not known:
        return found
    carried = {one.place: one for one in known if one.is_carried}
    numbered = {(one.oid, one.number): one for one in known if one.oid}
    families = _families(found)
    for key, relation in relations.items():
        if relation.kind not in _STORED:
            continue
        family = families.get(key, (key,))
        columns = tuple(
            _remembered(column, relation, family, carried, numbered) for column in relation.columns
        )
        if columns != relation.columns:
            found[key] = dataclasses.replace(relation, columns=columns)
    return found


def known_classes(catalogue: Catalogue) -> tuple[KnownClass, ...]:
    """List what is known of stored columns, to be remembered."""
    return tuple(
        KnownClass(
            schema=relation.schema,
            relation=relation.name,
            column=column.name,
            sensitivity=column.sensitivity,
            evidence=column.classification.evidence,
            is_carried=column.classification.is_kept,
            oid=relation.oid,
            number=column.number,
        )
        for relation in catalogue.user_relations()
        if relation.kind in _STORED
        for column in relation.columns
        if column.sensitivity is not None
        and not column.classification.is_declared
        and (column.sensitivity is not Sensitivity.UNPROVEN or column.classification.is_kept)
    )


def _filled(
    relation: Relation,
    name: str,
    classes: frozenset[Sensitivity],
    words: str,
    catalogue: Catalogue,
) -> list[KnownClass]:
    if relation.kind is RelationKind.VIEW:
        return _filled_below(relation, name, classes, words, catalogue)
    return [
        _known(relation.schema, relation.name, column.name, classes, words)
        for column in relation.columns
        if fold(column.name, catalogue.engine) == name
        and (classes - {column.sensitivity} or column.classification.is_inside)
    ]


def _filled_below(
    view: Relation, name: str, classes: frozenset[Sensitivity], words: str, catalogue: Catalogue
) -> list[KnownClass]:
    """A view that is written through stores nothing: which column below takes it, nobody says."""
    below = [
        relation
        for relation in catalogue.user_relations()
        if relation.kind in _STORED and relation.name.casefold() in view.definition.casefold()
    ]
    same = [(one, column) for one in below for column in one.columns]
    named = [pair for pair in same if fold(pair[1].name, catalogue.engine) == name]
    return [
        _known(relation.schema, relation.name, column.name, classes, words)
        for relation, column in (named or same)
        if classes - {column.sensitivity}
    ]


def _classes(flow: Flow) -> frozenset[Sensitivity]:
    classes = flow.stored
    return classes if flow.is_proven or classes else _UNPROVEN


def _known(
    schema: str, relation: str, column: str, classes: frozenset[Sensitivity], words: str
) -> KnownClass:
    telling = sorted(classes - _UNPROVEN, key=lambda item: item.value)
    if not telling:
        sensitivity, source = Sensitivity.UNPROVEN, "values that were not proven harmless"
    else:
        sensitivity = telling[0] if len(classes) == 1 else Sensitivity.SECRET
        source = words or ", ".join(item.value for item in telling)
    return KnownClass(
        schema=schema,
        relation=relation,
        column=column,
        sensitivity=sensitivity,
        evidence=f"filled from {source}",
        is_carried=True,
    )


def _remembered(
    column: Column,
    relation: Relation,
    family: Collection[Key],
    carried: Mapping[tuple[str, str, str], KnownClass],
    numbered: Mapping[tuple[int, int], KnownClass],
) -> Column:
    if column.classification.is_declared:
        return column
    is_open = not column.is_known_sensitive
    for schema, name in family:
        for place in (schema, ""):
            for which in (column.name, ANY):
                known = carried.get(place_of(place, name, which))
                if known is None:
                    continue
                is_other = known.sensitivity is not column.sensitivity
                # What was written into documents is not known by the names in them.
                if is_open or is_other or column.classification.is_inside:
                    # Of two classes in one column, neither's style may show a part.
                    is_one = is_open or not is_other
                    chosen = known.sensitivity if is_one else Sensitivity.SECRET
                    return _with_class(column, chosen, known.evidence)
    was = numbered.get((relation.oid, column.number)) if relation.oid and is_open else None
    if was is None or was.column == column.name:
        return column
    return _with_class(
        column, was.sensitivity, f"It was {was.relation}.{was.column}: {was.evidence}"
    )


def _with_class(column: Column, sensitivity: Sensitivity, evidence: str) -> Column:
    found = Classification(sensitivity=sensitivity, evidence=evidence, is_kept=True)
    return dataclasses.replace(column, classification=found)


def _families(relations: Mapping[Key, Relation]) -> dict[Key, tuple[Key, ...]]:
    """Group relations whose rows are read through each other: parents, children, partitions."""
    root: dict[Key, Key] = {}

    def top(key: Key) -> Key:
        while root.setdefault(key, key) != key:
            key = root[key]
        return key

    for key, relation in relations.items():
        for parent in relation.parents:
            root[top(key)] = top(parent)
    grouped: dict[Key, list[Key]] = {}
    for key in root:
        grouped.setdefault(top(key), []).append(key)
    return {key: tuple(members) for members in grouped.values() for key in members}
