"""Classes that columns take over: generated from others, linked with, or renamed from known ones.

A generated column holds what its expression makes of sensitive ones, whatever its name; a new
name does not make the values under it harmless.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping

from sqlglot import exp

from bastion.core import relations
from bastion.core.bodies import parse
from bastion.core.catalogue import Catalogue, Classification, Column, Relation, RelationKind
from bastion.core.definitions import opaque_constants
from bastion.core.flow import Flow, Scope, Source
from bastion.core.linked import linked
from bastion.core.model import Sensitivity
from bastion.core.walk import NotTracedError, Walk

_Key = tuple[str, str]
_UNTRACED = (NotTracedError, AttributeError, KeyError, TypeError, ValueError)
_CONSTANT = re.compile(r"\s*\w*'(?:[^']|'')*'(?:::[\w\s.\"\[\](),]+)?\s*")
"""A default that is one text, and no expression over others."""


def inherit(catalogue: Catalogue, before: Catalogue | None) -> Catalogue:
    """Give the catalogue with the classes that structure and history add."""
    relations = dict(catalogue.relations)
    gone = _gone(relations, before)
    for key, relation in catalogue.relations.items():
        if relation.kind in (RelationKind.SYSTEM, RelationKind.VIEW):
            continue
        old = _earlier(relation, before, gone)
        relations[key] = _renamed(relation, old) if old is not None else relation
    relations = linked(relations)
    for key, relation in relations.items():
        if relation.kind not in (RelationKind.SYSTEM, RelationKind.VIEW):
            relations[key] = _generated(relation, catalogue)
    found = dataclasses.replace(catalogue, relations=relations)
    for key, relation in relations.items():
        if relation.kind is RelationKind.MATERIALIZED_VIEW:
            relations[key] = _materialized(relation, found)
    return dataclasses.replace(catalogue, relations=relations)


def _gone(relations: Mapping[_Key, Relation], before: Catalogue | None) -> list[Relation]:
    if before is None:
        return []
    return [
        relation
        for key, relation in before.relations.items()
        if relation.kind is RelationKind.TABLE and key not in relations
    ]


def _earlier(
    relation: Relation, before: Catalogue | None, gone: Iterable[Relation]
) -> Relation | None:
    """Find what a relation was: by its number, by its name, or by its shape where a name went."""
    if before is None:
        return None
    same = before.relations.get((relation.schema, relation.name))
    if relation.oid:
        if same is not None and same.oid == relation.oid:
            return same
        return next((old for old in before.relations.values() if old.oid == relation.oid), None)
    if same is not None:
        return same
    shape = [column.name for column in relation.columns]
    return next((old for old in gone if [column.name for column in old.columns] == shape), None)


def _renamed(relation: Relation, old: Relation) -> Relation:
    names = {column.name for column in relation.columns}
    then = {column.name for column in old.columns}
    vanished = {
        column.number: column
        for column in old.columns
        if _is_known(column) and (relation.oid or column.name not in names)
    }
    kept = {column.name: column for column in old.columns if _is_known(column)}
    columns = []
    for column in relation.columns:
        source = kept.get(column.name) if relation.name != old.name else None
        if source is None and (relation.oid or column.name not in then):
            # PostgreSQL never gives a column's number to another one.
            source = vanished.get(column.number)
        if source is not None and source.name == column.name and relation.name == old.name:
            source = None
        is_open = not column.is_known_sensitive
        if is_open and not column.classification.is_declared and source is not None:
            evidence = f"It was {old.name}.{source.name}: {source.classification.evidence}"
            found = Classification(sensitivity=source.sensitivity, evidence=evidence, is_kept=True)
            columns.append(dataclasses.replace(column, classification=found))
        else:
            columns.append(column)
    return dataclasses.replace(relation, columns=tuple(columns))


def _is_known(column: Column) -> bool:
    is_kept = column.classification.is_kept
    return is_kept or column.is_known_sensitive


def _generated(relation: Relation, catalogue: Catalogue) -> Relation:
    """Trace expressions of columns over the others, until no class is new."""
    for _ in relation.columns:
        columns = tuple(_traced(column, relation, catalogue) for column in relation.columns)
        if columns == relation.columns:
            break
        relation = dataclasses.replace(relation, columns=columns)
    return relation


def _materialized(view: Relation, catalogue: Catalogue) -> Relation:
    """Give what a query stored the classes of what it read, which the values need not show."""
    walk = Walk(catalogue, relations={}, variables={})
    try:
        outputs = relations.relation_outputs(walk, view)
        columns = tuple(
            _filled(column, output.flow)
            for column, output in zip(view.columns, outputs, strict=True)
        )
    except _UNTRACED:
        return view
    return dataclasses.replace(view, columns=columns)


def _filled(column: Column, flow: Flow) -> Column:
    classes = flow.stored - {Sensitivity.UNPROVEN}
    if column.is_known_sensitive or not classes:
        return column
    found = Classification(
        sensitivity=next(iter(classes)) if len(classes) == 1 else Sensitivity.SECRET,
        evidence=f"it shows {flow.words}",
        is_inside=flow.is_document,
        is_compound=flow.is_compound,
        members=flow.members,
    )
    return dataclasses.replace(column, classification=found)


def _traced(column: Column, relation: Relation, catalogue: Catalogue) -> Column:
    if not column.default or column.sensitivity is not None or column.classification.is_declared:
        return column
    if _CONSTANT.fullmatch(column.default) and opaque_constants(column.default, catalogue.engine):
        evidence = "its default is a constant that looks like a key or somebody's number"
        found = Classification(sensitivity=Sensitivity.SECRET, evidence=evidence)
        return dataclasses.replace(column, classification=found)
    words = {word.casefold() for word in re.findall(r"\w+", column.default)}
    others = [
        other
        for other in relation.columns
        if other is not column and other.name.casefold() in words
    ]
    if not any(other.sensitivity or other.classification.embedded for other in others):
        return column
    flow = _flow(column.default, relation, catalogue)
    classes = (flow.classes | flow.spoiled) - {Sensitivity.UNPROVEN}
    if flow.is_proven and not classes:
        return column
    chosen = min(classes, key=lambda item: item.value) if len(classes) == 1 else None
    found = Classification(
        sensitivity=chosen or (Sensitivity.SECRET if classes else Sensitivity.UNPROVEN),
        evidence=f"generated from {', '.join(other.name for other in others)}",
    )
    return dataclasses.replace(column, classification=found)


def _flow(text: str, relation: Relation, catalogue: Catalogue) -> Flow:
    unknown = Flow(is_proven=False)
    tree = parse(f"SELECT {text}", catalogue.engine)
    if not isinstance(tree, exp.Select):
        return unknown
    walk = Walk(catalogue, relations={}, variables={})
    outputs = relations.relation_outputs(walk, relation)
    scope = Scope(sources=[Source(name=relation.name, outputs=outputs, relation=relation)])
    try:
        return walk.flow(tree.expressions[0], scope, {})
    except _UNTRACED:
        return unknown
