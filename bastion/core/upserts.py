"""Which stored rows an INSERT writes over: those that have a key of one of its rows.

ON CONFLICT and ON DUPLICATE KEY UPDATE write them anew; REPLACE deletes them first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from bastion.core.catalogue import Column, Relation
from bastion.core.flow import fold
from bastion.core.impact import gives_others
from bastion.core.lexer import lex
from bastion.core.measure import writes_inside, writes_over
from bastion.core.model import Engine

GIVEN_MAX = 200
"""Of more computed rows of VALUES it is not told which they meet."""

Key = tuple[exp.Expr, ...]
"""What rows meet by: columns, or expressions over columns."""


def given_rows(tree: exp.Expression) -> list[exp.Tuple] | None:
    """Give the rows of an INSERT of VALUES that writes over others; None for any other."""
    if not isinstance(tree, exp.Insert) or not isinstance(tree.expression, exp.Values):
        return None
    if not writes_over(tree):
        return None
    rows = tree.expression.expressions
    return rows if all(isinstance(row, exp.Tuple) for row in rows) else None


def given_names(tree: exp.Insert, relation: Relation) -> list[str]:
    """Name the columns that an INSERT gives values for, as they are written there."""
    listed = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
    rows = tree.expression.expressions if isinstance(tree.expression, exp.Values) else []
    # PostgreSQL takes fewer values than there are columns.
    given = len(rows[0].expressions) if rows else len(relation.visible)
    return [one.name for one in listed] or [one.name for one in relation.visible[:given]]


def overwritten_rows(tree: exp.Expression, relation: Relation, engine: Engine) -> exp.Select | None:
    """Write the SELECT, still without columns, of the stored rows that an INSERT writes over."""
    found, target = rows_in_the_way(tree, relation, engine), into(tree)
    if found is not None or target is None:
        return found
    meeting = read_meeting(tree, relation, engine)
    if meeting is None:
        return None
    query = exp.Select().from_(target.copy(), copy=False)
    query.set("with_", tree.args.get("with_"))
    return query.join(meeting.given, on=meeting.condition, copy=False)


def rows_in_the_way(tree: exp.Expression, relation: Relation, engine: Engine) -> exp.Select | None:
    """Write the SELECT, still without columns, of the stored rows that plain VALUES write over.

    None where that cannot be told so: a value of a key that is computed or takes a default, two
    rows that meet each other; and where a key is masked, since the answer would tell it.
    """
    rows, target = given_rows(tree), into(tree)
    if not isinstance(tree, exp.Insert) or target is None or tree.args.get("ignore"):
        return None
    if not rows:
        return None
    asked = _Keys(tree, relation, engine)
    keys = asked.read()
    names = asked.names
    if keys is None or any(len(row.expressions) != len(names) for row in rows):
        return None
    tests: list[exp.Expr] = []
    for key in keys:
        for row in rows:
            given = dict(zip(names, row.expressions, strict=True))
            values = [given[column.name] for column in _columns_of(key)]
            if not all(isinstance(part, exp.Column) for part in key):
                return None
            if not all(_is_constant(one) for one in values):
                return None
            tests.append(asked.meet(key, given, target))
    # Of two rows that meet each other the first is added, and the second writes over it.
    if not tests or len({one.sql() for one in tests}) < len(tests):
        return None
    query = exp.Select()
    query.set("from_", exp.From(this=target.copy()))
    query.set("where", exp.Where(this=exp.or_(*tests)))
    return query


def is_met_by_masked(tree: exp.Expression, relation: Relation, engine: Engine) -> bool:
    """Tell whether masked values tell which rows an INSERT writes over."""
    return isinstance(tree, exp.Insert) and _Keys(tree, relation, engine).are_masked()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What an INSERT gives, as a relation, and how its rows meet stored ones."""

    given: exp.Subquery
    """Named ``added``, with the columns that values are given for."""
    names: tuple[str, ...]
    """Of these, what tells a given row: all where they are the same each time it is asked."""
    condition: exp.Expr


def read_meeting(
    tree: exp.Expression,
    relation: Relation,
    engine: Engine,
    functions: frozenset[str] = frozenset(),
    *,
    by_masked: bool = False,
) -> Meeting | None:
    """Tell how the rows of a query, or of computed VALUES, meet those that are stored.

    None as for ``rows_in_the_way``, and on MySQL, which has no witness of what was written, where
    the same query may give other keys by itself.

    Args:
        functions: names of those that users wrote, of which nobody knows what they give.
        by_masked: by one key that may be masked, and of constants alone: then there are as many
            answers as rows are given, whatever they meet.
    """
    target = into(tree)
    if not isinstance(tree, exp.Insert) or target is None or tree.args.get("ignore"):
        return None
    if not writes_over(tree):
        return None
    asked = _Keys(tree, relation, engine, by_masked=by_masked)
    keys, query = asked.read(), _query(tree, list(asked.written.values()))
    if not keys or query is None or writes_inside(tree):
        return None
    if by_masked and (len(keys) > 1 or not _gives_constants(tree)):
        return None
    in_keys = {column.name for key in keys for column in _columns_of(key)}
    if asked.takes_default(in_keys):
        return None
    moving = _moving(query, asked.names, lambda node: _gives_others(node, functions))
    is_told = moving is not None and moving.isdisjoint(in_keys)
    if engine is Engine.MYSQL and not is_told:
        return None
    restless = _moving(query, asked.names, may_move)
    steady = in_keys if restless is None else in_keys | (set(asked.names) - restless)
    names = tuple(asked.written[one] for one in asked.names if one in steady)
    given: dict[str, exp.Expr] = {
        one: exp.Column(this=exp.to_identifier(asked.written[one], quoted=True), table=_ADDED)
        for one in asked.names
    }
    return Meeting(
        given=_as_relation(query, list(asked.written.values())),
        names=names if is_told else (),
        condition=exp.or_(*(asked.meet(key, given, target) for key in keys)),
    )


def _gives_constants(tree: exp.Insert) -> bool:
    values = [value for row in given_rows(tree) or () for value in row.expressions]
    return bool(values) and all(_is_constant(one) or _is_default(one) for one in values)


def _moving(
    query: exp.Query, names: list[str], moves: Callable[[exp.Expr], bool]
) -> set[str] | None:
    """Name the columns that give others each time; None where it may be all of them."""
    found = {id(node) for node in query.walk() if moves(node)}
    if not found:
        return set()
    moving: set[str] = set()
    for select in _members(query):
        if len(select.selects) != len(names):
            return None
        for name, item in zip(names, select.selects, strict=True):
            inside = {id(node) for node in item.walk()} & found
            if inside:
                moving.add(name)
                found -= inside
    return None if found else moving


def _members(query: exp.Expr) -> Iterator[exp.Select]:
    """Give the queries that a set operation puts together; of any other itself."""
    if isinstance(query, exp.Select):
        yield query
    elif isinstance(query, exp.SetOperation):
        yield from _members(query.this)
        yield from _members(query.expression)


class _Keys:
    """By which keys the rows of one INSERT may meet stored ones."""

    def __init__(
        self, tree: exp.Insert, relation: Relation, engine: Engine, *, by_masked: bool = False
    ) -> None:
        self._tree = tree
        self._by_masked = by_masked
        self._relation = relation
        self._engine = engine
        self.written = {fold(one, engine): one for one in given_names(tree, relation)}
        """What values are given for, by folded name."""
        self.names = list(self.written)
        self._beginnings = {
            (key, fold(name, engine)): length
            for key, lengths in relation.beginnings
            for name, length in zip(key, lengths, strict=True)
            if length
        }

    def read(self) -> list[Key] | None:
        """Give those that a row may meet another by; None where that cannot be told."""
        found: list[Key] = []
        for key in self._all():
            is_met = self._is_met(key)
            if is_met is None:
                return None
            if is_met:
                found.append(key)
        return found

    def are_masked(self) -> bool:
        """Tell whether a key that values are given for is masked."""
        given = {one.name for key in self._all() for one in _columns_of(key)} & set(self.names)
        columns = map(self._column, given)
        return any(one is not None and one.sensitivity is not None for one in columns)

    def _all(self) -> Iterator[Key]:
        named = () if self._engine is Engine.MYSQL else self._conflict()
        if named:
            yield named
            return
        for columns in (self._relation.primary_key, *self._relation.unique_keys):
            if columns:
                yield tuple(exp.column(fold(one, self._engine)) for one in columns)

    def _conflict(self) -> Key:
        """Read what ON CONFLICT names. Rows are more where a condition of the index is left out."""
        named = self._tree.args["conflict"].args.get("conflict_keys") or []
        found: list[exp.Expr] = []
        for one in named:
            part = one.this if isinstance(one, exp.Ordered) else one
            part = part.this if isinstance(part, exp.Collate) else part
            part = part.copy()
            for column in part.find_all(exp.Column):
                column.set("this", exp.to_identifier(fold(column.this, self._engine)))
            found.append(part)
        return tuple(found)

    def takes_default(self, names: set[str]) -> bool:
        """Tell whether DEFAULT stands for one of these columns, and gives it a value."""
        for row in given_rows(self._tree) or ():
            for name, value in zip(self.names, row.expressions, strict=False):
                column = self._column(name)
                if name in names and _is_default(value) and column and not _is_empty(column):
                    return True
        return False

    def _is_met(self, key: Key) -> bool | None:
        columns = _columns_of(key)
        if not columns:
            return None
        for one in columns:
            column = self._column(one.name)
            if column is None:
                return None
            if one.name not in self.written:
                # NULL, which equals nothing, or a number that is new; without either it is refused.
                return False if _is_empty(column) else None
            if column.sensitivity is not None and not self._by_masked:
                return None
            if self._engine is Engine.MYSQL and self._is_set_before(one.name):
                return None
        return True

    def _is_set_before(self, name: str) -> bool:
        """Tell whether a trigger may give a row another key before it meets others.

        On PostgreSQL the server's own counters tell what was written over in the end.
        """
        for words, code in zip(self._relation.triggers, self._relation.trigger_code, strict=False):
            if "(BEFORE INSERT" not in words:
                continue
            tokens = [fold(token.value, self._engine) for token in lex(code, self._engine).tokens]
            triples = zip(tokens, tokens[1:], tokens[2:], strict=False)
            if ("new", ".", name) in triples:
                return True
        return False

    def _column(self, name: str) -> Column | None:
        for one in self._relation.columns:
            if fold(one.name, self._engine) == name:
                return one
        return None

    def meet(self, key: Key, given: dict[str, exp.Expr], target: exp.Table) -> exp.Expr:
        """Compare a key of the stored row with what is given for it."""
        table = (target.args.get("alias") or target).this
        columns = tuple(one.name for one in _columns_of(key))
        tests: list[exp.Expr] = []
        for part in key:
            stored, new = part.copy(), part.copy()
            stored = stored.transform(lambda node: self._stored(node, table))
            new = new.transform(lambda node: self._given(node, given))
            if isinstance(part, exp.Column):
                length = self._beginnings.get((self._plain(columns), part.name), 0)
                if length:
                    stored, new = _beginning(stored, length), _beginning(new, length)
            tests.append(exp.EQ(this=stored, expression=new))
        return exp.and_(*tests)

    def _plain(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        for key, _ in self._relation.beginnings:
            if tuple(fold(one, self._engine) for one in key) == columns:
                return key
        return ()

    def _stored(self, node: exp.Expr, table: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        column = self._column(node.name)
        name = column.name if column is not None else node.name
        return exp.Column(this=exp.to_identifier(name, quoted=True), table=table.copy())

    def _given(self, node: exp.Expr, given: dict[str, exp.Expr]) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        column, value = self._column(node.name), given[node.name].copy()
        kind = _stored_type(column.type_name, self._engine) if column is not None else None
        is_text = isinstance(value, exp.Literal) and value.is_string
        is_whole = isinstance(value, exp.Literal) and value.is_int
        if kind is None or (is_whole and kind.this in exp.DataType.INTEGER_TYPES):
            return value
        if is_text and self._engine is Engine.POSTGRESQL:
            # It is of the column's type from the start.
            return value
        # A value is stored as the column has it: 1.4 is 1, and a moment is its day.
        return exp.Cast(this=value, to=kind)


_ADDED = exp.to_identifier("added")


def _columns_of(key: Key) -> list[exp.Column]:
    return [column for part in key for column in part.find_all(exp.Column)]


def into(tree: exp.Expression) -> exp.Table | None:
    """Find the table that an INSERT gives rows to."""
    named = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    return named if isinstance(named, exp.Table) else None


def _query(tree: exp.Insert, names: list[str]) -> exp.Query | None:
    """Give what the rows come from as a query; VALUES become one."""
    rows = given_rows(tree)
    if rows is None:
        is_query = isinstance(tree.expression, exp.Query)
        return tree.expression.copy() if is_query else None
    if not 0 < len(rows) <= GIVEN_MAX:
        return None
    query: exp.Query | None = None
    for row in rows:
        # DEFAULT of a key is told apart by the key; elsewhere it does not matter what it gives.
        values = [exp.null() if _is_default(one) else one.copy() for one in row.expressions]
        is_open = any(one.find(exp.Column) and not one.find(exp.Query) for one in values)
        if is_open or len(values) != len(names):
            return None
        select = exp.Select(
            expressions=[
                exp.alias_(value, exp.to_identifier(name, quoted=True))
                for value, name in zip(values, names, strict=True)
            ]
        )
        union = exp.Union(this=query, expression=select, distinct=False) if query else None
        query = union or select
    return query


def _is_empty(column: Column) -> bool:
    return column.default.upper() in {"", "NULL"}


def _is_default(value: exp.Expr) -> bool:
    return isinstance(value, exp.Var | exp.Column) and value.name.upper() == "DEFAULT"


def _as_relation(query: exp.Query, names: list[str]) -> exp.Subquery:
    """Write a query's rows as a relation, under the names of the columns that they go to."""
    nothing = exp.Select(
        expressions=[exp.alias_(exp.null(), exp.to_identifier(one, quoted=True)) for one in names]
    ).limit(0)
    rows = exp.Union(
        this=exp.Subquery(this=nothing), expression=exp.Subquery(this=query), distinct=False
    )
    return exp.Subquery(this=rows, alias=exp.TableAlias(this=_ADDED.copy()))


_MOVING = (exp.Func, exp.Limit, exp.Fetch, exp.Offset, exp.Parameter, exp.SessionParameter)
"""What may give other rows, or other values, each time it is asked."""
_STEADY = (
    exp.And, exp.Or, exp.Case, exp.If, exp.Cast, exp.Coalesce, exp.Nullif, exp.Exists,
    exp.Lower, exp.Upper, exp.Trim, exp.Concat, exp.Abs, exp.Round, exp.Max, exp.Min, exp.Sum,
    exp.Count, exp.Avg,
)  # fmt: skip
"""Of these not."""


def may_move(node: exp.Expr) -> bool:
    """Tell whether an expression may give others when it is asked again, minutes later."""
    return isinstance(node, _MOVING) and not isinstance(node, _STEADY)


def _gives_others(node: exp.Expr, functions: frozenset[str]) -> bool:
    """Tell whether it may give others though asked in the same moment."""
    if not isinstance(node, _MOVING):
        return False
    is_call = isinstance(node, exp.Func)
    return gives_others(node) or (is_call and node.name.lower() in functions)


def _is_constant(value: exp.Expr) -> bool:
    inner = value.this if isinstance(value, exp.Neg | exp.Paren) else value
    return isinstance(inner, exp.Literal | exp.Null | exp.Boolean)


def _stored_type(type_name: str, engine: Engine) -> exp.DataType | None:
    """Give the type that a value has once it is stored; None where it is compared as it is."""
    if engine is Engine.POSTGRESQL:
        is_plain = type_name.isalnum() and type_name not in _AS_IT_IS
        return exp.DataType.build(type_name, dialect=engine.value) if is_plain else None
    base, _, length = type_name.partition("(")
    kind = _MYSQL_TYPES.get(base.split()[0] if base else "")
    if kind is None:
        return None
    if kind == "SIGNED":
        return exp.DataType.build("UBIGINT" if "unsigned" in type_name else "BIGINT")
    length = length.partition(")")[0]
    return exp.DataType.build(f"{kind}({length})" if length else kind, dialect=engine.value)


_AS_IT_IS = frozenset({"char", "name", "bit", "varbit", "refcursor", "unknown"})
"""Of PostgreSQL's: a cast to these cuts, or there is none."""
_MYSQL_TYPES = dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint"), "SIGNED") | {
    "decimal": "DECIMAL", "date": "DATE", "datetime": "DATETIME", "timestamp": "DATETIME",
    "time": "TIME",
}  # fmt: skip
"""A text is compared by the collation of its column, which a cast would take from it."""


def _beginning(value: exp.Expr, length: int) -> exp.Expr:
    return exp.Left(this=value, expression=exp.Literal.number(length))
