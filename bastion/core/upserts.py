"""Which stored rows an INSERT of VALUES writes over: those that have a key of one of its rows.

ON CONFLICT and ON DUPLICATE KEY UPDATE write them anew; REPLACE deletes them first.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from bastion.core.catalogue import Relation
from bastion.core.flow import fold
from bastion.core.measure import writes_over
from bastion.core.model import Engine


def given_rows(tree: exp.Expression) -> list[exp.Tuple] | None:
    """Give the rows of an INSERT that writes over others; None for any other statement."""
    if not isinstance(tree, exp.Insert) or not isinstance(tree.expression, exp.Values):
        return None
    if not writes_over(tree):
        return None
    rows = tree.expression.expressions
    return rows if all(isinstance(row, exp.Tuple) for row in rows) else None


def overwritten_rows(tree: exp.Expression, relation: Relation, engine: Engine) -> exp.Select | None:
    """Write the SELECT, still without columns, of the stored rows that it writes over.

    None where that cannot be told: a key that takes a default, an index that is no key of the
    table, a value that is computed; and where a key is masked, since the answer would tell it.
    """
    target = _target(tree)
    if not isinstance(tree, exp.Insert) or target is None or tree.args.get("ignore"):
        return None
    if not writes_over(tree):
        return None
    query = exp.Select()
    query.set("from_", exp.From(this=target.copy()))
    if is_given_by_query(tree, engine):
        meeting = _meeting(tree, relation, engine)
        if meeting is None:
            return None
        return query.join(_added(tree, relation), on=meeting, copy=False)
    tests = _tests(tree, relation, engine)
    if tests:
        query.set("where", exp.Where(this=exp.or_(*tests)))
    return query if tests else None


def is_given_by_query(tree: exp.Expression, engine: Engine) -> bool:
    """Tell whether it is an INSERT … SELECT of MySQL's that writes over others."""
    return (
        engine is Engine.MYSQL
        and isinstance(tree, exp.Insert)
        and isinstance(tree.expression, exp.Query)
        and not isinstance(tree.expression, exp.Values)
        and writes_over(tree)
        and tree.args.get("with_") is None
    )


def met_rows(tree: exp.Insert, relation: Relation, engine: Engine) -> exp.Select | None:
    """Write the SELECT of what such a query gives, with the key of each stored row in its way.

    None as for ``overwritten_rows``.
    """
    target, meeting = _target(tree), _meeting(tree, relation, engine)
    if target is None or meeting is None or tree.args.get("ignore"):
        return None
    query = exp.Select(expressions=[exp.Column(this=exp.Star(), table=_ADDED.copy())])
    query.set("from_", exp.From(this=_added(tree, relation)))
    return query.join(target.copy(), on=meeting, join_type="LEFT", copy=False)


def given_names(tree: exp.Insert, relation: Relation) -> list[str]:
    """Name the columns that an INSERT gives values for, as they are written there."""
    listed = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
    return [one.name for one in listed] or [one.name for one in relation.columns]


def _target(tree: exp.Expression) -> exp.Table | None:
    named = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    return named if isinstance(named, exp.Table) else None


def _tests(tree: exp.Insert, relation: Relation, engine: Engine) -> list[exp.Expr]:
    """Compare each key with what each row of VALUES gives for it; empty where none can be told."""
    rows, target = given_rows(tree), _target(tree)
    names = [fold(one, engine) for one in given_names(tree, relation)]
    tests: list[exp.Expr] = []
    for key in _keys(tree, relation, engine):
        places = _places(key, names, relation, engine)
        if places is None or rows is None or target is None:
            return []
        for row in rows if places else []:
            if len(row.expressions) != len(names):
                return []
            values = [row.expressions[place] for place in places]
            if not all(_is_constant(one) for one in values):
                return []
            pairs = zip(key, values, strict=True)
            tests.append(exp.and_(*(_equal(name, value, target) for name, value in pairs)))
    # Of two rows that meet each other the first is added, and the second writes over it.
    return tests if len({one.sql() for one in tests}) == len(tests) else []


_ADDED = exp.to_identifier("added")


def _added(tree: exp.Insert, relation: Relation) -> exp.Subquery:
    """Write the query's rows as a relation, under the names of the columns that they go to."""
    names = given_names(tree, relation)
    nothing = exp.Select(
        expressions=[exp.alias_(exp.null(), exp.to_identifier(one, quoted=True)) for one in names]
    ).limit(0)
    rows = exp.Union(
        this=exp.Subquery(this=nothing),
        expression=exp.Subquery(this=tree.expression.copy()),
        distinct=False,
    )
    return exp.Subquery(this=rows, alias=exp.TableAlias(this=_ADDED.copy()))


def _meeting(tree: exp.Insert, relation: Relation, engine: Engine) -> exp.Expr | None:
    """Compare each key with what a query gives for it."""
    target = _target(tree)
    names = given_names(tree, relation)
    folded = [fold(one, engine) for one in names]
    tests: list[exp.Expr] = []
    for key in _keys(tree, relation, engine):
        places = _places(key, folded, relation, engine)
        if places is None or target is None:
            return None
        values = [
            exp.Column(this=exp.to_identifier(names[place], quoted=True), table=_ADDED.copy())
            for place in places
        ]
        if values:
            pairs = zip(key, values, strict=True)
            tests.append(exp.and_(*(_equal(name, value, target) for name, value in pairs)))
    return exp.or_(*tests) if tests else None


def _keys(tree: exp.Insert, relation: Relation, engine: Engine) -> Iterator[tuple[str, ...]]:
    """Give the keys by which rows meet; one that the table does not have has no columns there."""
    all_keys = [key for key in (relation.primary_key, *relation.unique_keys) if key]
    if engine is Engine.MYSQL:
        yield from all_keys
        return
    named = tree.args["conflict"].args.get("conflict_keys") or []
    wanted = {
        fold(column.name, engine) for one in named for column in [one.find(exp.Column)] if column
    }
    fitting = [key for key in all_keys if {fold(name, engine) for name in key} == wanted]
    is_plain = len(wanted) == len(named) and not tree.args["conflict"].args.get("index_predicate")
    yield fitting[0] if fitting and is_plain else ("",)


def _places(
    key: tuple[str, ...], names: list[str], relation: Relation, engine: Engine
) -> list[int] | None:
    """Find a key's columns among those given; empty where no row can be met by it."""
    found: list[int] = []
    for name in key:
        column = relation.column(name)
        if column is None:
            return None
        if fold(name, engine) not in names:
            # NULL, which equals nothing, or a number that is new; without either it is refused.
            return [] if column.default.upper() in {"", "NULL"} else None
        if column.sensitivity is not None:
            return None
        found.append(names.index(fold(name, engine)))
    return found


def _is_constant(value: exp.Expr) -> bool:
    inner = value.this if isinstance(value, exp.Neg | exp.Paren) else value
    return isinstance(inner, exp.Literal | exp.Null | exp.Boolean)


def _equal(name: str, value: exp.Expr, target: exp.Expr) -> exp.Expr:
    table = (target.args.get("alias") or target).this
    column = exp.Column(this=exp.to_identifier(name, quoted=True), table=table.copy())
    return exp.EQ(this=column, expression=value.copy())
