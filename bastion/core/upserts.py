"""Which stored rows an INSERT of VALUES writes anew: those that have a key of one of its rows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from bastion.core.catalogue import Relation
from bastion.core.flow import fold
from bastion.core.model import Engine


def given_rows(tree: exp.Expression) -> list[exp.Tuple] | None:
    """Give the rows of an INSERT that writes others anew; None for any other statement."""
    if not isinstance(tree, exp.Insert) or not isinstance(tree.expression, exp.Values):
        return None
    conflict = tree.args.get("conflict")
    if not isinstance(conflict, exp.OnConflict) or not conflict.expressions:
        return None
    rows = tree.expression.expressions
    return rows if all(isinstance(row, exp.Tuple) for row in rows) else None


def overwritten_rows(tree: exp.Expression, relation: Relation, engine: Engine) -> exp.Select | None:
    """Write the SELECT, still without columns, of the stored rows that it writes anew.

    None where that cannot be told: a key that takes a default, an index that is no key of the
    table, a value that is computed; and where a key is masked, since the answer would tell it.
    """
    rows = given_rows(tree)
    if rows is None or not isinstance(tree, exp.Insert) or tree.args.get("ignore"):
        return None
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    listed = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
    names = [fold(one.name, engine) for one in listed]
    names = names or [fold(one.name, engine) for one in relation.columns]
    tests: list[exp.Expr] = []
    for key in _keys(tree, relation, engine):
        places = _places(key, names, relation, engine)
        if places is None:
            return None
        for row in rows if places else []:
            if len(row.expressions) != len(names):
                return None
            values = [row.expressions[place] for place in places]
            if not all(_is_constant(one) for one in values):
                return None
            pairs = zip(key, values, strict=True)
            tests.append(exp.and_(*(_equal(name, value, target) for name, value in pairs)))
    if not tests or not isinstance(target, exp.Table):
        return None
    if len({one.sql() for one in tests}) < len(tests):
        # Of two rows that meet each other the first is added, and the second writes it anew.
        return None
    query = exp.Select()
    query.set("from_", exp.From(this=target.copy()))
    query.set("where", exp.Where(this=exp.or_(*tests)))
    return query


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
