"""What is asked of texts that hold sensitive values in parts, ``body LIKE 'mail: c%'``.

Words that are typed are one guess. Where the words, or the place in the text, come out of rows,
one statement asks as often as there are rows and spells the text out: that is inference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from bastion.core import documents
from bastion.core.builtins import names as words
from bastion.core.catalogue import Relation, RelationKind
from bastion.core.flow import Flow, FlowKind, Scope, Source, fold, join
from bastion.core.guesses import UNSEEN, Guess, asked_key
from bastion.core.kinds import type_kind
from bastion.core.model import Sensitivity
from bastion.core.walker import Walker


def asked(flow: Flow) -> frozenset[Sensitivity]:
    """Give the sensitive classes that a value tells of, pieces of a telling text included."""
    return flow.sensitive if flow.is_definition else flow.sensitive | flow.spoiled


def note(
    walk: Walker,
    flow: Flow,
    nodes: Sequence[exp.Expr],
    scope: Scope,
    clause: str,
) -> None:
    """Note a search in a telling text: one guess, or inference where rows say what is asked."""
    if flow.is_definition:
        return
    if varies(walk, nodes, scope):
        infer(walk, clause)
    elif any(node.find(exp.Literal, *UNSEEN) for node in nodes):
        key = asked_key("searches", nodes)
        walk.guessed.append(Guess(classes=flow.spoiled or flow.embedded, count=1, key=key))


def compare(
    walk: Walker,
    sides: Sequence[Flow],
    clause: str,
    *,
    nodes: Sequence[exp.Expr] = (),
    scope: Scope | None = None,
    key: str = "",
) -> None:
    """Look at an equality with a telling text, or with a piece of one.

    Args:
        nodes: both sides, where they are written.
        key: tells the guess from others where they are not.
    """
    flow = join(sides)
    if flow.is_definition or not (flow.spoiled or flow.embedded):
        return
    if nodes and scope is not None and flow.spoiled:
        note(walk, flow, nodes, scope, clause)
        return
    others = [side for side in sides if not (side.spoiled or side.embedded)]
    if all(side.kind is FlowKind.TYPED for side in others) and others:
        count = max(1, sum(side.guesses for side in others))
        if not nodes or _may_tell(nodes):
            found = asked_key("is", nodes) if nodes else key
            classes = flow.spoiled or flow.embedded
            walk.guessed.append(Guess(classes=classes, count=count, key=found))
    elif flow.spoiled or any(side.kind is FlowKind.MADE for side in sides):
        infer(walk, clause)
    elif others and any(side.kind is not FlowKind.STORED for side in others):
        if nodes and scope is not None:
            note(walk, flow, nodes, scope, clause)
        else:
            infer(walk, clause)


def check_key(walk: Walker, node: exp.Expr, flow: Flow, scope: Scope, clause: str) -> None:
    """Look at what sorts or parts rows by a telling text."""
    if flow.is_definition:
        return
    if sorts_typed(flow):
        infer(walk, clause)
    elif flow.spoiled:
        note(walk, flow, [node], scope, clause)


def sorts_typed(flow: Flow) -> bool:
    """Tell whether telling texts may stand among others that the person made.

    Where they are sorted in, or that they are alike, is an answer for each of these.
    """
    return bool(flow.embedded) and not flow.is_definition and flow.is_mixed


def infer(walk: Walker, clause: str) -> None:
    """Say that rows ask for what is in a telling text."""
    walk.inference[f"{clause} on texts with sensitive values in them, asked by rows"] = None


def varies(walk: Walker, nodes: Sequence[exp.Expr], scope: Scope) -> bool:
    """Tell whether what is asked may be another thing in each row.

    It is one thing where there are literals, parameters, and columns of one row of a stored table
    alone: a row that the person put together may hold any question beside the text.
    """
    columns: list[exp.Column] = []
    has_parameter = False
    for inner in (inner for node in nodes for inner in node.walk()):
        if _is_by_row(walk, inner):
            return True
        if isinstance(inner, exp.Column):
            columns.append(inner)
        has_parameter = has_parameter or isinstance(inner, exp.Parameter)
    if has_parameter and nodes[0].root().find(exp.PropertyEQ) is not None:
        # ``@word := seq``: it holds another word in each row.
        return True
    places = [_place(walk, column, scope) for column in columns]
    if any(place is not places[0] for place in places):
        return True
    if not places or _is_stored(walk, places[0]):
        return False
    return len({fold(column.this, walk.engine) for column in columns}) > 1


def asks_by_row(walk: Walker, node: exp.Expr, scope: Scope) -> bool:
    """Tell whether a sensitive value stands beside what may be another thing in each row.

    Where the session filled a table, each of its rows may be such an answer already.
    """
    columns = list(node.find_all(exp.Column))
    turns = (isinstance(inner, _TURNING) or _is_by_chance(inner) for inner in node.walk())
    if not isinstance(node, exp.Window | exp.Ntile) and any(turns):
        return True
    if node.find(exp.Parameter) is not None and node.root().find(exp.PropertyEQ) is not None:
        return True
    if node.find(exp.Query) is not None:
        return bool(columns) and any(level.sources for level in scope.levels())
    places = [_place(walk, column, scope) for column in columns]
    if any(place is not places[0] for place in places) or any(
        isinstance(place, Source) and place.relation and not _is_known(walk, place.relation)
        for place in places
    ):
        return True
    if not places or _is_of_catalogue(walk, places[0]):
        return False
    return len({fold(column.this, walk.engine) for column in columns}) > 1


def moves_chance(walk: Walker, node: exp.Expr) -> bool:
    """Tell whether a value decides how often chance is asked, which the next number tells.

    Inside the expression, or in a query of FROM whose columns may be computed where they are read.
    """
    if any(_is_generator(inner) for inner in node.walk()):
        return True
    root = node.root()
    known = walk.chances.get(id(root))
    if known is None or known[0] is not root:
        is_asked = any(
            _is_generator(inner) and inner.find_ancestor(exp.Subquery, exp.CTE) is not None
            for inner in root.find_all(exp.Func)
        )
        known = walk.chances[id(root)] = (root, is_asked)
    return known[1]


def _is_generator(node: exp.Expr) -> bool:
    return not called(node).isdisjoint(_GENERATORS)


def is_of_stored(walk: Walker, column: exp.Column, scope: Scope) -> bool:
    """Tell whether a column is one of a table or view that is stored."""
    return _is_of_catalogue(walk, _place(walk, column, scope))


def _is_of_catalogue(walk: Walker, place: Source | exp.Column) -> bool:
    relation = place.relation if isinstance(place, Source) else None
    return relation is not None and _is_known(walk, relation)


def is_stored_text(walk: Walker, column: exp.Column, scope: Scope) -> bool:
    """Tell whether a column of a stored table holds texts."""
    place = _place(walk, column, scope)
    if not _is_stored(walk, place) or not isinstance(place, Source) or place.relation is None:
        return False
    found = place.relation.column(fold(column.this, walk.engine))
    return found is not None and type_kind(found.type_name) == "text"


def _is_by_row(walk: Walker, node: exp.Expr) -> bool:
    if isinstance(node, exp.AggFunc):
        return not isinstance(node, _KEEPING)
    if isinstance(node, _BY_ROW):
        return True
    return _is_by_chance(node) or not called(node).isdisjoint(walk.catalogue.functions)


def _is_by_chance(node: exp.Expr) -> bool:
    return not called(node).isdisjoint(_BY_CHANCE)


def called(node: exp.Expr) -> frozenset[str]:
    """Name the function that a node may call, in all its spellings, folded; none: it calls none."""
    if isinstance(node, exp.Anonymous):
        return frozenset({node.name.casefold()})
    names = _NAMES.get(type(node))
    if names is None:
        spelled = node.sql_names() if isinstance(node, exp.Func) else ()
        own = frozenset(name.casefold() for name in spelled)
        names = _NAMES[type(node)] = own | _SPELLED.get(type(node), frozenset())
    return names


_SPELLED: dict[type[exp.Expr], frozenset[str]] = {
    exp.StrPosition: words("strpos position instr locate")
}
"""What calls are written as that sqlglot has one name of its own for."""


_NAMES: dict[type[exp.Expr], frozenset[str]] = {}
"""What each kind of node is called by, once it was met."""


def _place(walk: Walker, column: exp.Column, scope: Scope) -> Source | exp.Column:
    """Find what in FROM a column is of; the column itself where that is not sure."""
    table = column.args.get("table")
    name = fold(column.this, walk.engine)
    for level in scope.levels():
        if table is not None:
            found = [one for one in level.sources if one.name == fold(table, walk.engine)]
        elif any(one.outputs is None for one in level.sources):
            return column
        else:
            found = [one for one in level.sources if one.has(name)]
            # A whole row.
            found = found or [one for one in level.sources if one.name == name]
        if found:
            return found[0] if len(found) == 1 else column
    return column


def _is_stored(walk: Walker, place: Source | exp.Column) -> bool:
    relation = place.relation if isinstance(place, Source) else None
    is_table = relation is not None and relation.kind is RelationKind.TABLE
    return is_table and relation is not None and _is_known(walk, relation)


def _is_known(walk: Walker, relation: Relation) -> bool:
    """Tell whether a relation is one of the catalogue, not one that the session made."""
    return walk.catalogue.relations.get((relation.schema, relation.name)) is relation


def _may_tell(nodes: Sequence[exp.Expr]) -> bool:
    """Tell whether an equality may confirm a value: the typed text holds one, or is not seen."""
    return any(node.find(*UNSEEN) for node in nodes) or any(
        documents.redact_text(text) != text for text in _texts(nodes)
    )


def _texts(nodes: Sequence[exp.Expr]) -> Iterator[str]:
    for node in nodes:
        parts = [part.name for part in node.find_all(exp.Literal) if part.is_string]
        yield from parts
        yield "".join(parts)


_KEEPING = (exp.Max, exp.Min, exp.AnyValue, exp.ArrayAgg, exp.GroupConcat)
_TURNING = (exp.PropertyEQ, exp.Count, exp.UDTF, exp.Ntile)
_BY_ROW = (exp.Query, exp.UDTF, exp.Window, exp.PropertyEQ, exp.Exists)
_GENERATORS = frozenset({"rand", "random", "random_normal", "uuid_short"})
"""They count on from what the session, or the server, gave last."""
_BY_CHANCE = words(
    """
    rank dense_rank percent_rank cume_dist
    rand random random_normal uuid uuid_short sys_guid gen_random_uuid uuidv4 uuidv7 random_bytes
    gen_random_bytes sysdate clock_timestamp timeofday row_number rownum nextval currval lastval
    setval last_insert_id row_count found_rows generate_series generate_subscripts unnest
    regexp_matches regexp_split_to_table string_to_table json_array_elements json_each
    jsonb_array_elements jsonb_each json_object_keys jsonb_object_keys jsonb_path_query
    """
)
