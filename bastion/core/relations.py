"""What a name in FROM stands for, and what its columns carry: tables, views, the session's own."""

from __future__ import annotations

import dataclasses
import re

from sqlglot import exp

from bastion.core import bulk, definitions
from bastion.core.bodies import parse
from bastion.core.carry import ANY
from bastion.core.catalogue import (
    Catalogue,
    Classification,
    Column,
    Relation,
    RelationKind,
)
from bastion.core.counters import are_rows_of
from bastion.core.flow import (
    HARMLESS,
    Flow,
    FlowKind,
    Output,
    Source,
    computed,
    either,
    fold,
    join,
    unproven,
)
from bastion.core.kinds import type_kind
from bastion.core.model import Engine, Sensitivity
from bastion.core.walker import Walker


def find_relation(walk: Walker, node: exp.Table) -> Relation | None:
    """Find the relation that a table node names, the session's own first."""
    if node.args.get("catalog") is not None:
        return None
    schema_node = node.args.get("db")
    if walk.engine is Engine.MYSQL:
        return _find_mysql(walk, node.name, schema_node.name if schema_node else None)
    name = fold(node.this, walk.engine)
    if schema_node is not None:
        schema = fold(schema_node, walk.engine)
        own = walk.relations.get((schema, name))
        stored = walk.catalogue.resolve(name, schema)
        return _shadowed(own, stored) if own is not None else stored
    found = walk.catalogue.resolve(name)
    temporary = walk.relations.get(("pg_temp", name))
    if temporary is not None:
        return _shadowed(temporary, found)
    if found is not None and found.schema == "pg_catalog":
        return found
    own = next(
        (
            walk.relations[(place, name)]
            for place in walk.catalogue.search_path
            if (place, name) in walk.relations
        ),
        None,
    )
    return _shadowed(own, found) if own is not None else found


def _find_mysql(walk: Walker, name: str, schema: str | None) -> Relation | None:
    places = [schema] if schema is not None else list(walk.catalogue.search_path)
    for place in places:
        own = walk.relations.get((place, name))
        stored = walk.catalogue.relations.get((place, name))
        if own is not None:
            return _shadowed(own, stored)
        if stored is not None:
            return stored
    folded = {(place.casefold(), name.casefold()) for place in places}
    for held in (walk.relations.values(), walk.catalogue.called(name)):
        for relation in held:
            if (relation.schema.casefold(), relation.name.casefold()) in folded:
                return relation
    return _sequence(walk, name)


def _sequence(walk: Walker, name: str) -> Relation | None:
    """Give MariaDB's tables of numbers, ``seq_1_to_10_step_2``, which exist when they are named."""
    if not walk.catalogue.is_mariadb or not is_sequence(name):
        return None
    harmless = Classification(sensitivity=None, evidence="It holds numbers made by the server.")
    column = Column(name="seq", type_name="bigint unsigned", classification=harmless, number=1)
    return Relation(schema="", name=name, kind=RelationKind.SYSTEM, columns=(column,))


def is_sequence(name: str) -> bool:
    """Tell whether MariaDB makes a table of numbers for this name, unless there is another."""
    return _SEQUENCE.fullmatch(name) is not None


_SEQUENCE = re.compile(r"seq_\d{1,19}_to_\d{1,19}(?:_step_\d{1,19})?", re.IGNORECASE)


def without_byte_counters(source: Source) -> Source:
    """Give the server's counters as what they are where only such were asked for: numbers."""
    relation = source.relation
    if relation is None or source.outputs is None or not are_rows_of(relation):
        return source
    outputs = tuple(
        Output(name=one.name, flow=HARMLESS if one.name == "variable_value" else one.flow)
        for one in source.outputs
    )
    return dataclasses.replace(source, outputs=outputs)


def relation_outputs(walk: Walker, relation: Relation) -> tuple[Output, ...]:
    """Give a relation's columns; a view's by its definition."""
    key = (relation.schema, relation.name)
    is_made = key in walk.relations and relation is not walk.catalogue.relations.get(key)
    if relation.kind in _VIEWS and relation.definition and not is_made:
        if key not in walk.views:
            walk.views[key] = _view_outputs(walk, relation)
        return walk.views[key]
    outputs = tuple(
        Output(
            name=fold(column.name, walk.engine),
            flow=_stored(walk, relation, column, is_made=is_made),
            is_invisible=column.is_invisible,
        )
        for column in relation.columns
    )
    if relation.definition and is_made and relation.kind in _VIEWS:
        return _made_view(walk, relation, outputs)
    return outputs


def default_flow(walk: Walker, column: Column) -> Flow:
    """Give what a column's default carries."""
    query = f"SELECT {column.default}"
    found = walk.trace_inner(query, _of_definitions(walk), sees_session=False)
    if found is not None:
        return join(output.flow for output in found[0])
    is_written = bool(column.default) and walk.engine is Engine.POSTGRESQL
    return unproven("a default that is not understood") if is_written else HARMLESS


def _made_view(walk: Walker, relation: Relation, before: tuple[Output, ...]) -> tuple[Output, ...]:
    """Give a view of the session: what it read when it was made, and what is there by now."""
    now = _inner_outputs(walk, relation.definition, sees_session=True)
    if now is None or len(now) != len(before):
        flow = unproven(f"the view {relation.name} is not understood")
        return tuple(Output(name=one.name, flow=join([one.flow, flow])) for one in before)
    return tuple(
        Output(name=one.name, flow=either(one.flow, other.flow))
        for one, other in zip(before, now, strict=True)
    )


def _view_outputs(walk: Walker, relation: Relation) -> tuple[Output, ...]:
    names = [fold(column.name, walk.engine) for column in relation.columns]
    outputs = _inner_outputs(walk, relation.definition)
    if outputs is None or len(outputs) != len(names):
        flow = unproven(f"the view {relation.name} is not understood")
        return tuple(Output(name=name, flow=flow) for name in names)
    found = []
    for column, name, output in zip(relation.columns, names, outputs, strict=True):
        flow = output.flow
        if column.sensitivity not in (None, Sensitivity.UNPROVEN):
            own = _column_flow(relation, column.name, column.sensitivity, is_made=False)
            is_whole = flow.is_document and own.classes <= flow.classes
            flow = flow if is_whole else either(flow, own)
        found.append(Output(name=name, flow=flow))
    return tuple(found)


def _inner_outputs(
    walk: Walker, text: str, *, sees_session: bool = False
) -> tuple[Output, ...] | None:
    """Trace the text of a view.

    Args:
        sees_session: it was made in the session, of what was made there.
    """
    found = walk.trace_inner(text, _of_definitions(walk), sees_session=sees_session)
    if found is None:
        walk.behind.add(Sensitivity.UNPROVEN)
        return None
    outputs, inner = found
    walk.behind |= inner.touches | inner.behind
    return outputs


def _of_definitions(walk: Walker) -> Catalogue:
    path = walk.catalogue.definitions_path
    if path is None:
        return walk.catalogue
    return dataclasses.replace(walk.catalogue, search_path=path, definitions_path=None)


_VIEWS = (RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW)


def _shadowed(own: Relation, stored: Relation | None) -> Relation:
    """Give a relation of the session that hides a stored one.

    The session's may be gone again, by DROP or a rollback: then the name means the stored one.
    """
    if stored is None or stored is own:
        return own
    if [column.name for column in own.columns] == [column.name for column in stored.columns]:
        columns = tuple(
            mine if mine.sensitivity is not None else other
            for mine, other in zip(own.columns, stored.columns, strict=True)
        )
    else:
        unsure = Classification(
            sensitivity=Sensitivity.UNPROVEN, evidence="its name stands for two relations"
        )
        columns = tuple(
            dataclasses.replace(column, classification=unsure) for column in own.columns
        )
    return dataclasses.replace(
        own,
        columns=columns,
        counter=ANY if own.counter and stored.counter else own.counter or stored.counter,
        partition_keys=own.partition_keys + stored.partition_keys,
        parents=own.parents + stored.parents,
        children=own.children + stored.children,
    )


def _stored(walk: Walker, relation: Relation, column: Column, *, is_made: bool) -> Flow:
    flow = _column_flow(relation, column.name, column.sensitivity, is_made=is_made)
    if flow.sensitive and (is_made or _is_compound(column)):
        flow = dataclasses.replace(flow, is_compound=True)
    if flow.sensitive and _is_made_of_others(walk, relation, column):
        # ``ascii(ssn)`` has few values: to try them is no search for somebody one knows.
        flow = computed(flow)
    if column.classification.is_declared:
        # A person's word: what is declared harmless is not searched for what it looks like.
        is_plain = column.sensitivity is None
        words = column.classification.evidence.partition(" (found:")[0]
        return dataclasses.replace(flow, is_plain=is_plain, reason=f"{column.name} is {words}")
    if column.classification.is_kept:
        evidence = column.classification.evidence
        return dataclasses.replace(flow, reason=f"reads {relation.name}.{column.name} ({evidence})")
    if relation.kind is RelationKind.SYSTEM and column.name.casefold() in _TELLING:
        return _of_server(walk, column.name.casefold(), flow)
    embedded = column.classification.embedded
    if column.sensitivity is None and not is_made and type_kind(column.type_name) == "number":
        # Shown as it is, so its text is too: one number in ten passes a card's checksum.
        return _NUMBER
    if column.classification.is_inside and not is_made:
        shape = column.classification.shape
        members = column.classification.members
        return dataclasses.replace(flow, is_document=True, members=members, shape=shape)
    if embedded is None:
        is_version = column.classification.is_version and not is_made
        return dataclasses.replace(flow, is_version=True) if is_version else flow
    return dataclasses.replace(flow, embedded=frozenset({embedded}), is_mixed=is_made)


_NUMBER = Flow(kind=FlowKind.STORED, is_plain=True)


def _of_server(walk: Walker, name: str, flow: Flow) -> Flow:
    """Give what a column of the server's own carries that tells of the user's relations."""
    if name in definitions.COLUMNS:
        return definitions.marked(flow, walk.catalogue)
    if name in definitions.COUNTERS:
        told = definitions.counts_masked(walk.catalogue)
        return dataclasses.replace(computed(flow), classes=flow.classes | told)
    size = bulk.of_session(walk)
    return join([flow, size]) if size.sensitive else flow


_TELLING = definitions.COLUMNS | definitions.COUNTERS | bulk.COLUMNS


def _is_compound(column: Column) -> bool:
    """Tell whether values of other classes may stand in a column beside those it is known for."""
    found, inner = column.classification, column.type_name.removesuffix("[]").removeprefix("_")
    is_document = bool(column.parts) or type_kind(inner) == "document"
    return is_document or found.is_compound or found.is_kept


def _is_made_of_others(walk: Walker, relation: Relation, column: Column) -> bool:
    """Tell whether a column holds what an expression makes of others, more than their spelling."""
    words = set(re.findall(r"\w+", column.default.casefold()))
    others = {other.name.casefold() for other in relation.columns if other is not column}
    if words.isdisjoint(others):
        return False
    tree = parse(f"SELECT {column.default}", walk.engine)
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1:
        return True
    inner = tree.expressions[0].unnest()
    while isinstance(inner, exp.Lower | exp.Upper | exp.Trim | exp.Cast):
        inner = inner.this.unnest()
    return not isinstance(inner, exp.Column)


_HARMLESS = {
    (is_made, is_system): Flow(
        kind=FlowKind.MADE if is_made else FlowKind.STORED, is_plain=is_system
    )
    for is_made in (False, True)
    for is_system in (False, True)
}


def _column_flow(
    relation: Relation, name: str, sensitivity: Sensitivity | None, *, is_made: bool
) -> Flow:
    label = f"{relation.name}.{name}"
    if sensitivity is None:
        return _HARMLESS[is_made, relation.kind is RelationKind.SYSTEM]
    if sensitivity is Sensitivity.UNPROVEN:
        return Flow(
            classes=frozenset({sensitivity}),
            reason=f"{label} has not been sampled with values",
            kind=FlowKind.STORED,
        )
    return Flow(
        classes=frozenset({sensitivity}),
        reason=f"reads {label}",
        kind=FlowKind.STORED,
        columns=frozenset({label}),
        is_verbatim=not is_made,
        is_native=not is_made,
    )
