"""The rows that one write would touch, as SELECTs by the same predicate: keys, locks, a sample."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from bastion.core.catalogue import Relation, RelationKind
from bastion.core.measure import (
    added_rows,
    is_joined,
    matched_rows,
    replaces,
    targets_of,
    writes_over,
)
from bastion.core.model import Engine
from bastion.core.upserts import (
    given_names,
    given_rows,
    into,
    may_move,
    read_meeting,
    rows_in_the_way,
)

SAMPLE_ROWS = 5
_SAMPLE_COLUMNS = 8
"""How many columns of a row that goes are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedRows:
    """How to ask which rows one UPDATE, DELETE, MERGE or INSERT … SELECT would touch."""

    key_columns: tuple[str, ...]
    """Of a table without a key: empty on PostgreSQL, where position and version tell its rows
    apart, and all columns on MySQL."""
    place_columns: int
    """How many columns in front of the key tell where a row lies."""
    keys_sql: str
    lock_sql: str
    left_sql: str
    """PostgreSQL: which of the positions ``$1`` still hold a row as it was."""
    sample_sql: str
    """Key, columns before, columns after."""
    sample_columns: tuple[str, ...]
    are_alike: bool = False
    """One may be like another: they are known by all they hold, and each counts."""
    given: int | None = None
    """How many rows an INSERT of VALUES gives, which these are in the way of."""
    replaces: bool = False
    """REPLACE: what has a key of its rows is deleted first."""
    parts: tuple[int, ...] = ()
    """Of a write to several tables: how many columns of the key are each one's."""
    meets: bool = False
    """What an INSERT gives stands beside the key of the row that is in its way."""
    is_untold: bool = False
    """Masked values tell which rows it meets: compared at the run, and told to nobody."""
    plan_sql: str
    """The keys without a limit, for the planner's estimate."""
    count_sql: str = ""
    """Where they are met: how many are given, and how many of them meet one."""


def touched_rows(
    tree: exp.Expression,
    relations: Sequence[Relation],
    engine: Engine,
    *,
    keys_max: int,
    functions: frozenset[str] = frozenset(),
) -> TouchedRows | None:
    """Write the questions for one write; None when they cannot be the same rows.

    Args:
        relations: whose rows it changes, in the order of ``targets_of``.
        functions: names of those of users that the write calls.
    """
    if any(one.kind is not RelationKind.TABLE for one in relations):
        return None
    try:
        if len(relations) > 1:
            return _rows_of_several(tree, relations, engine, keys_max)
        relation = relations[0]
        if isinstance(tree, exp.Insert) and writes_over(tree):
            return _met_rows(tree, relation, engine, keys_max, functions)
        if isinstance(tree, exp.Insert):
            return None if functions else _new_rows(tree, relation, engine, rows_max=keys_max)
        return _Questions(tree, relation, engine, keys_max).write()
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _rows_of_several(
    tree: exp.Expression, relations: Sequence[Relation], engine: Engine, keys_max: int
) -> TouchedRows | None:
    """Write the questions for MySQL's write to several of the tables that it joins.

    Which rows it changes together is known by their keys beside each other.
    """
    rows, targets = matched_rows(tree.copy(), engine), targets_of(tree)
    keys = [_key_of(one) for one in relations]
    if rows is None or len(targets) != len(relations) or not all(keys):
        return None
    named = [
        (target.alias_or_name, one)
        for target, key in zip(targets, keys, strict=True)
        for one in key
    ]
    rows.set("expressions", [_of(table, one) for table, one in named])
    limited = _limited(rows, keys_max + 1)
    return TouchedRows(
        key_columns=tuple(f"{table}.{one}" for table, one in named),
        place_columns=0,
        keys_sql=limited.sql(dialect=engine.value),
        lock_sql=f"{_as_it_is(limited).sql(dialect=engine.value)} {_EXCLUSIVE}",
        left_sql="",
        sample_sql="",
        sample_columns=(),
        parts=tuple(map(len, keys)),
        plan_sql=rows.sql(dialect=engine.value),
    )


def _new_rows(
    tree: exp.Insert, relation: Relation, engine: Engine, *, rows_max: int
) -> TouchedRows | None:
    """Write the questions for the rows that one INSERT … SELECT adds, known by all they hold.

    None where the same query may give others a moment later, by itself.
    """
    query = added_rows(tree.copy(), engine)
    # Written as a relation a query has a LIMIT of ours in it.
    if query is None or any(map(may_move, query.walk())):
        return None
    limited = _limited(query, rows_max + 1)
    keys_sql = lock_sql = limited.sql(dialect=engine.value)
    if engine is Engine.MYSQL and query.args.get("from_") is not None:
        lock_sql = f"{_as_it_is(limited).sql(dialect=engine.value)} {_SHARED}"
    return TouchedRows(
        key_columns=tuple(given_names(tree, relation)),
        place_columns=0,
        keys_sql=keys_sql,
        lock_sql=lock_sql,
        left_sql="",
        sample_sql="",
        sample_columns=(),
        are_alike=True,
        plan_sql=query.sql(dialect=engine.value),
    )


def _met_rows(
    tree: exp.Insert,
    relation: Relation,
    engine: Engine,
    rows_max: int,
    functions: frozenset[str],
) -> TouchedRows | None:
    """Write the questions for an INSERT that writes over others: which rows are in its way.

    Of plain VALUES these rows alone; else each that is given, beside the one that it meets.
    """
    rows = given_rows(tree)
    if rows is not None:
        found = _Questions(tree, relation, engine, rows_max).write()
        if found is not None and not found.are_alike:
            return dataclasses.replace(found, given=len(rows), replaces=replaces(tree))
    meeting = read_meeting(tree, relation, engine, functions)
    is_untold = meeting is None
    meeting = meeting or read_meeting(tree, relation, engine, functions, by_masked=True)
    target, key = into(tree), _key_of(relation)
    is_postgres = engine is Engine.POSTGRESQL
    if meeting is None or target is None or not (key or is_postgres):
        return None
    place = ("tableoid", "ctid") if is_postgres else ()
    key = key or (*place, "xmin")
    name = (target.args.get("alias") or target).this.name
    far: exp.Expr = target.copy()
    on = meeting.condition
    if is_postgres:
        # What an outer join may miss cannot be locked, but in a query of its own.
        stored = [_of(name, one) for one in dict.fromkeys((*place, *key))]
        met = exp.Select(expressions=stored).from_(far, copy=False).where(on, copy=False)
        name, on = "met", exp.true()
        alias = exp.TableAlias(this=exp.to_identifier(name))
        far = exp.Lateral(this=exp.Subquery(this=met), alias=alias)
    columns = (*(_of(name, one) for one in place), *(_of("added", one) for one in meeting.names))
    query = exp.Select(expressions=[*columns, *(_of(name, one) for one in key)])
    query = query.from_(meeting.given, copy=False).join(far, on=on, join_type="LEFT", copy=False)
    query.set("with_", tree.args.get("with_"))
    plan_sql = query.sql(dialect=engine.value)
    limited = _limited(query, rows_max + 1)
    keys_sql = limited.sql(dialect=engine.value)
    if is_postgres:
        for one in limited.find_all(exp.Lateral):
            one.this.this.lock(copy=False)
        lock_sql = limited.sql(dialect=engine.value)
    else:
        lock_sql = f"{_as_it_is(limited).sql(dialect=engine.value)} {_SHARED}"
    return TouchedRows(
        key_columns=(*meeting.names, *(f"{relation.name}.{one}" for one in key)),
        place_columns=len(place),
        keys_sql=keys_sql,
        lock_sql=lock_sql,
        left_sql=_left(relation) if is_postgres else "",
        sample_sql="",
        sample_columns=(),
        are_alike=True,
        meets=True,
        is_untold=is_untold,
        replaces=replaces(tree),
        plan_sql=plan_sql,
        count_sql=_count(query, engine),
    )


def _count(met: exp.Select, engine: Engine) -> str:
    query, key = met.copy(), met.expressions[-1]
    query.set("expressions", [exp.Count(this=exp.Star()), exp.Count(this=key.copy())])
    return query.sql(dialect=engine.value)


def _of(table: str, name: str) -> exp.Expr:
    is_system = table != "added" and name in _SYSTEM
    column = exp.to_identifier(name, quoted=not is_system)
    return exp.Column(this=column, table=exp.to_identifier(table, quoted=True))


_SYSTEM = frozenset({"tableoid", "ctid", "xmin"})


class _Questions:
    def __init__(
        self, tree: exp.Expression, relation: Relation, engine: Engine, keys_max: int
    ) -> None:
        self._tree = tree
        self._relation = relation
        self._engine = engine
        self._keys_max = keys_max
        target = into(tree) if isinstance(tree, exp.Insert) else next(iter(targets_of(tree)), None)
        if target is None:
            raise TypeError("its table cannot be told")
        self._name: exp.Expr = (target.args.get("alias") or target).this
        self._key = _key_of(relation)
        self._are_alike = not self._key and engine is Engine.MYSQL
        if self._are_alike and not is_joined(tree):
            self._key = tuple(column.name for column in relation.columns)

    def write(self) -> TouchedRows | None:
        if isinstance(self._tree, exp.Insert):
            rows = rows_in_the_way(self._tree, self._relation, self._engine)
        else:
            rows = matched_rows(self._tree.copy(), self._engine)
        is_postgres = self._engine is Engine.POSTGRESQL
        if rows is None or not (self._key or is_postgres):
            return None
        place = ["tableoid", "ctid"] if is_postgres else []
        key = self._key or ("tableoid", "ctid", "xmin")
        selected = [self._column(name) for name in (*place, *key)]
        columns, after = self._sampled()
        plan_sql = self._sql(rows, selected)
        limited = _limited(rows, self._keys_max + 1)
        keys_sql = self._sql(limited, selected)
        locked_sql = keys_sql if is_postgres else self._sql(_as_it_is(limited), selected)
        return TouchedRows(
            key_columns=self._key,
            place_columns=len(place),
            are_alike=self._are_alike,
            keys_sql=keys_sql,
            lock_sql=f"{locked_sql} {self._lock(columns)}",
            left_sql=_left(self._relation) if is_postgres else "",
            sample_sql=self._sample(rows, columns, after),
            sample_columns=columns,
            plan_sql=plan_sql,
        )

    def _column(self, name: str) -> exp.Expr:
        is_system = name in _SYSTEM and self._relation.column(name) is None
        identifier = exp.to_identifier(name, quoted=not is_system)
        return exp.Column(this=identifier, table=self._name.copy())

    def _sql(self, rows: exp.Select, selected: list[exp.Expr]) -> str:
        query = rows.copy()
        query.set("expressions", [one.copy() for one in selected])
        return query.sql(dialect=self._engine.value)

    def _lock(self, columns: tuple[str, ...]) -> str:
        if self._engine is not Engine.POSTGRESQL:
            return _EXCLUSIVE
        unique = {name for key in self._relation.unique_keys for name in key}
        unique.update(self._key)
        is_light = isinstance(self._tree, exp.Update) and unique.isdisjoint(columns)
        strength = "FOR NO KEY UPDATE" if is_light else _EXCLUSIVE
        return f"{strength} OF {self._name.sql(dialect=self._engine.value)}"

    def _sampled(self) -> tuple[tuple[str, ...], list[exp.Expr]]:
        """Name the columns that a sample shows, and the expressions of their new values."""
        if isinstance(self._tree, exp.Insert) and not replaces(self._tree):
            return (), []
        if not isinstance(self._tree, exp.Update):
            names = tuple(c.name for c in self._relation.columns if c.name not in self._key)
            return names[:_SAMPLE_COLUMNS], []
        pairs = _assignments(self._tree)
        names = tuple(dict.fromkeys(self._stored(name) for name, _ in pairs))
        news = [value for _, value in pairs if value is not None and _can_be_told(value)]
        if len(news) < len(pairs) or len(names) < len(pairs) or self._reads_what_it_set(pairs):
            return names, []
        return names, news

    def _reads_what_it_set(self, pairs: list[tuple[str, exp.Expr | None]]) -> bool:
        """Tell whether a new value uses one set before it: MySQL assigns from left to right."""
        if self._engine is not Engine.MYSQL:
            return False
        before: set[str] = set()
        for name, value in pairs:
            used = (
                {column.name.lower() for column in value.find_all(exp.Column)} if value else set()
            )
            if used & before:
                return True
            before.add(name.lower())
        return False

    def _stored(self, name: str) -> str:
        """Give a column's name as stored; a bare one is folded by the server."""
        for column in self._relation.columns:
            if column.name == name or column.name.lower() == name.lower():
                return column.name
        raise KeyError(name)

    def _sample(self, rows: exp.Select, columns: tuple[str, ...], after: list[exp.Expr]) -> str:
        if not columns and (isinstance(self._tree, exp.Insert) or not self._key):
            return ""
        query = _limited(rows, SAMPLE_ROWS)
        if self._key and query.args.get("order") is None:
            first = self._engine is Engine.MYSQL
            order = [exp.Ordered(this=self._column(name), nulls_first=first) for name in self._key]
            query.set("order", exp.Order(expressions=order))
        selected = [self._column(name) for name in (*self._key, *columns)]
        selected += [exp.alias_(value, f"after_{place}") for place, value in enumerate(after)]
        return self._sql(query, selected)


def _left(relation: Relation) -> str:
    table = exp.Table(
        this=exp.to_identifier(relation.name, quoted=True),
        db=exp.to_identifier(relation.schema, quoted=True),
    ).sql(dialect=Engine.POSTGRESQL.value)
    return " ".join(
        ("SELECT tableoid, ctid FROM", table, "WHERE ctid = ANY ($1::pg_catalog.tid[])")
    )


def _key_of(relation: Relation) -> tuple[str, ...]:
    if relation.primary_key:
        return relation.primary_key
    for key in relation.unique_keys:
        columns = [relation.column(name) for name in key]
        if all(column is not None and not column.is_nullable for column in columns):
            return key
    return ()


def _limited(rows: exp.Select, most: int) -> exp.Select:
    limit = rows.args.get("limit")
    if limit is None:
        return rows.copy().limit(most, copy=False)
    own = limit.expression
    if isinstance(own, exp.Literal) and not own.is_string and int(own.this) > most:
        return rows.copy().limit(most, copy=False)
    return rows.copy()


_SHARED = "LOCK IN SHARE MODE"
_EXCLUSIVE = "FOR UPDATE"


def _as_it_is(query: exp.Select) -> exp.Select:
    """Have MySQL read what a condition asks of other tables as the write itself will.

    A write sees what is there now. In a transaction of the person's own a lock on the rows alone
    leaves the rest of the question to the picture that the transaction began with.
    """
    found = query.copy()
    inner = [one for one in found.find_all(exp.Select) if one is not found]
    for one in inner:
        if one.args.get("from_") is not None and not one.args.get("locks"):
            one.set("locks", [exp.Var(this=_SHARED)])
    for one in inner:
        if isinstance(one.parent, exp.SetOperation):
            one.replace(exp.Subquery(this=one.copy()))
    return found


def _assignments(tree: exp.Update) -> list[tuple[str, exp.Expr | None]]:
    """Read ``SET`` as (column, new value); None for a value that is not plainly written."""
    pairs: list[tuple[str, exp.Expr | None]] = []
    for one in tree.expressions:
        left, right = one.this, one.expression
        if isinstance(left, exp.Tuple):
            values = right.expressions if isinstance(right, exp.Tuple) else []
            told = len(values) == len(left.expressions)
            pairs += [
                (column.name, values[place] if told else None)
                for place, column in enumerate(left.expressions)
            ]
        elif isinstance(left, exp.Column) and not left.args.get("db"):
            pairs.append((left.name, right))
        else:
            # A part of a column: of an array, or of a composite type.
            inside = left.find(exp.Column)
            pairs.append((inside.name if inside is not None else "", None))
    return pairs


def _can_be_told(value: exp.Expr) -> bool:
    """Tell whether a new value can be computed by a SELECT; ``DEFAULT`` cannot."""
    return not (isinstance(value, exp.Column) and value.name.upper() == "DEFAULT")
