"""Classes that columns share because they hold the same data: along foreign keys, and in a family.

What refers to ``customers.email`` holds addresses, whatever it is called, and so does the column
without a telling name that a ``customer_email`` refers to. Rows of a partition are its parent's.
"""

from __future__ import annotations

import dataclasses
import enum
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bastion.core.catalogue import Classification, Column, Relation
from bastion.core.kinds import type_kind
from bastion.core.model import Sensitivity

_Key = tuple[str, str]
_Place = tuple[str, str, str]
"""Schema, relation and column."""


class _Way(enum.Enum):
    TO_CHILD = "a foreign key to"
    TO_PARENT = "a foreign key from"
    FAMILY = "rows that are also those of"


@dataclass(slots=True)
class _Node:
    """A column, and where its class goes."""

    column: Column
    links: list[tuple[_Place, _Way]]
    origin: str
    """The column whose class it has."""


_OF_NUMBERS = frozenset({"number", "opaque"})
"""Kinds of types that surrogate keys have."""


def linked(relations: Mapping[_Key, Relation]) -> dict[_Key, Relation]:
    """Give columns without a class of their own that of the columns with the same data.

    What a person declared is not changed, and goes on to others. Where two classes come together,
    neither's style may show a part.
    """
    nodes = _nodes(relations)
    due = deque(place for place, node in nodes.items() if _tells(node.column.classification))
    while due:
        giver = nodes[due.popleft()]
        for place, way in giver.links:
            taker = nodes[place]
            taken = _taken(giver, taker.column.classification, way)
            if taken is not None:
                taker.column = dataclasses.replace(taker.column, classification=taken)
                taker.origin = giver.origin
                due.append(place)
    found = dict(relations)
    for key in {place[:2] for place in nodes}:
        columns = tuple(
            nodes[place].column if (place := (*key, column.name)) in nodes else column
            for column in relations[key].columns
        )
        found[key] = dataclasses.replace(relations[key], columns=columns)
    return found


def _nodes(relations: Mapping[_Key, Relation]) -> dict[_Place, _Node]:
    links: dict[_Place, list[tuple[_Place, _Way]]] = defaultdict(list)
    for child, parent in _referring(relations):
        links[parent].append((child, _Way.TO_CHILD))
        links[child].append((parent, _Way.TO_PARENT))
    for heir, parent in _heirs(relations):
        links[parent].append((heir, _Way.FAMILY))
        links[heir].append((parent, _Way.FAMILY))
    nodes = {}
    for (schema, name, column_name), ways in links.items():
        column = relations[schema, name].column(column_name)
        if column is not None:
            alone = column.classification.alone or column.classification
            column = dataclasses.replace(column, classification=alone)
            origin = f"{schema}.{name}.{column_name}"
            nodes[schema, name, column_name] = _Node(column, ways, origin)
    return nodes


def _referring(relations: Mapping[_Key, Relation]) -> Iterator[tuple[_Place, _Place]]:
    """Give each column of a foreign key, with the one that it refers to."""
    for relation in relations.values():
        for key in relation.foreign_keys:
            parent = relations.get((key.schema, key.relation))
            for own, other in zip(key.columns, key.parent_columns, strict=True):
                child_place, parent_place = _place(relation, own), _place(parent, other)
                if child_place is not None and parent_place is not None:
                    yield child_place, parent_place


def _heirs(relations: Mapping[_Key, Relation]) -> Iterator[tuple[_Place, _Place]]:
    """Give each column of a partition or an heir, with the parent's."""
    for relation in relations.values():
        for key in relation.parents:
            for column in relation.columns:
                parent = relations.get(key)
                place = _place(parent, column.name)
                if place is not None:
                    yield (relation.schema, relation.name, column.name), place


def _place(relation: Relation | None, name: str) -> _Place | None:
    """Find a column; MySQL tells the name as it was written in the key, in any case of letters."""
    if relation is None:
        return None
    column = relation.column(name) or next(
        (one for one in relation.columns if one.name.casefold() == name.casefold()), None
    )
    return None if column is None else (relation.schema, relation.name, column.name)


def _tells(found: Classification) -> bool:
    is_known = found.sensitivity not in (None, Sensitivity.UNPROVEN)
    return is_known or (found.sensitivity is None and found.embedded is not None)


def _taken(giver: _Node, own: Classification, way: _Way) -> Classification | None:
    """Tell what a column takes over; None where it keeps what it has."""
    found = giver.column.classification
    is_surrogate = found.is_named and type_kind(giver.column.type_name) in _OF_NUMBERS
    if own.is_declared or (way is _Way.TO_PARENT and is_surrogate):
        # ``phone int REFERENCES phones (id)`` is called after what has the number.
        return None
    sensitivity = found.sensitivity
    if sensitivity is None:
        is_open = own.sensitivity is None and own.embedded is None
    elif own.sensitivity in (None, Sensitivity.UNPROVEN):
        is_open = True
    else:
        is_open = own.alone is not None and own.sensitivity not in (sensitivity, Sensitivity.SECRET)
        sensitivity = Sensitivity.SECRET
    if not is_open:
        return None
    evidence = f"{way.value} {giver.origin}: {_own_words(found)}"
    return dataclasses.replace(
        found,
        sensitivity=sensitivity,
        evidence=evidence,
        is_kept=False,
        # Going down a key it is no guess any more.
        is_named=found.is_named and way is not _Way.TO_CHILD,
        shape=None,
        found=None,
        alone=own.alone or own,
    )


def _own_words(found: Classification) -> str:
    return found.evidence if found.alone is None else found.evidence.partition(": ")[2]
