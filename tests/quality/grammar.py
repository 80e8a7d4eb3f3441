"""Statements out of a grammar: queries that reach for ``users.ssn`` in ever other ways, and writes.

Seeded, so that a seed gives the same statements again. Not all are valid: what the server or the
bastion refuses is an answer too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

_TEXTS = {
    "postgresql": (
        "upper({})", "reverse({})", "{} || ''", "coalesce({}, '')", "nullif({}, '')", "md5({})",
        "left({}, 20)", "substr({}, 1, 20)", "replace({}, 'q', 'z')", "concat({}, '-')",
        "encode({}::bytea, 'hex')", "encode({}::bytea, 'base64')", "quote_literal({})",
        "format('%s', {})", "lpad({}, 30, '*')", "translate({}, 'a', 'b')", "initcap({})",
        "greatest({}, '')", "trim({})", "({})::varchar", "to_json({})::text", "row({})::text",
        "array_to_string(array[{}], ',')", "json_build_object('k', {})::text",
        "split_part({}, '~', 1)",
        "regexp_replace({}, 'q', '')", "(array[{}])[1]", "case when true then {} end",
        "to_jsonb({})->>0", "string_to_array({}, ',')::text", "overlay({} placing '' from 1 for 0)",
    ),
    "mysql": (
        "upper({})", "reverse({})", "concat({}, '')", "coalesce({}, '')", "nullif({}, '')",
        "md5({})", "left({}, 20)", "substr({}, 1, 20)", "replace({}, 'q', 'z')", "hex({})",
        "to_base64({})", "quote({})", "lpad({}, 30, '*')", "greatest({}, '')", "trim({})",
        "cast({} as char)", "convert({} using utf8mb4)", "json_quote({})", "json_object('k', {})",
        "json_array({})", "if(1, {}, '')", "ifnull({}, '')", "elt(1, {})", "insert({}, 1, 0, '')",
        "case when true then {} end", "concat_ws('-', {}, '')", "make_set(1, {})", "binary {}",
        "export_set(1, {}, '', '', 1)", "json_unquote(json_quote({}))",
        "substring_index({}, '~', 1)",
    ),
}  # fmt: skip
_AGGREGATES = {
    "postgresql": (
        "max({})", "min({})", "string_agg({}, ',')", "array_agg({})::text", "json_agg({})::text",
        "first_value({}) over ()", "lag({}, 0) over (order by id)",
        "count({})", "count(distinct {})",
    ),
    "mysql": (
        "max({})", "min({})", "group_concat({})", "json_arrayagg({})", "count({})",
        "first_value({}) over ()", "count(distinct {})",
    ),
}  # fmt: skip
_WHOLE = {
    "postgresql": ("u::text", "to_jsonb(u)::text", "row_to_json(u)::text", "(u).ssn", "u", "u.*"),
    "mysql": ("u.*", "u.ssn"),
}
_ERRORS = {
    "postgresql": ("({})::int", "({})::date", "({})::uuid", "1 / (length({}) - length({}))"),
    "mysql": ("cast({} as signed)", "extractvalue(1, concat(0x7e, {}))", "{} + 0"),
}
_SAFE = ("id", "name")


class Grammar:
    """Makes one probe after another: statements for one connection."""

    def __init__(self, engine: str, seed: int) -> None:
        self._engine = engine
        self._chance = random.Random(seed)
        self._names = 0

    def probes(self, count: int) -> Iterator[list[str]]:
        """Give so many probes, each a list of statements."""
        kinds: tuple[Callable[[], list[str]], ...] = (
            self._read, self._read, self._read, self._read, self._copied, self._prepared,
            self._cursor, self._view, self._written, self._explained, self._variable, self._code,
        )  # fmt: skip
        for _ in range(count):
            yield self._chance.choice(kinds)()

    # Expressions and sources

    def _name(self) -> str:
        self._names += 1
        return f"x{self._names}"

    def _column(self) -> str:
        return "ssn" if self._chance.random() < 0.7 else self._chance.choice(_SAFE)

    def _text(self, column: str, depth: int) -> str:
        text = column
        for _ in range(self._chance.randrange(depth + 1)):
            shape = self._chance.choice(_TEXTS[self._engine])
            text = shape.replace("{}", text)
        return text

    def _item(self, prefix: str, depth: int) -> str:
        roll = self._chance.random()
        column = prefix + self._column()
        if roll < 0.12:
            return self._chance.choice(_AGGREGATES[self._engine]).replace(
                "{}", self._text(column, 2)
            )
        if roll < 0.2:
            return self._chance.choice(_WHOLE[self._engine]) if prefix == "u." else "*"
        if roll < 0.27:
            return self._chance.choice(_ERRORS[self._engine]).replace("{}", column)
        if roll < 0.37 and depth:
            return f"({self._select(depth - 1, items=1, limit=' limit 1')})"
        return self._text(column, 3)

    def _source(self, depth: int) -> tuple[str, str]:
        """Give a FROM clause and the prefix of its columns."""
        roll = self._chance.random()
        if roll < 0.45 or not depth:
            return "users u", "u."
        name = self._name()
        inner = self._select(depth - 1, items=0)
        if roll < 0.6:
            return (
                f"({inner}) {name}(id, name, ssn)" if self._is_pg else f"({inner}) {name}",
                f"{name}.",
            )
        if roll < 0.7:
            return "users u join t on t.id = u.id", "u."
        if roll < 0.8 and self._is_pg:
            return (
                f"users u, lateral (select u.ssn as ssn, u.id as id, u.name as name) {name}",
                f"{name}.",
            )
        if roll < 0.9:
            return f"users u natural join (select id, name from users) {name}", "u."
        return f"(select id, name, ssn from users union all {inner}) {name}", f"{name}."

    @property
    def _is_pg(self) -> bool:
        return self._engine == "postgresql"

    def _select(self, depth: int, *, items: int = -1, limit: str = "") -> str:
        """Make a query; with ``items`` 0 it has the columns id, name and ssn."""
        source, prefix = self._source(depth)
        if items == 0:
            third = self._text(f"{prefix}ssn", 2)
            columns = f"{prefix}id as id, {prefix}name as name, {third} as ssn"
        else:
            count = items if items > 0 else self._chance.randrange(1, 4)
            columns = ", ".join(self._item(prefix, depth) for _ in range(count))
        where = self._chance.choice(("", f" where {prefix}id = 1", f" where {prefix}id < 3"))
        text = f"select {columns} from {source}{where}"
        roll = self._chance.random()
        if roll < 0.1 and items != 0:
            text = f"{text} union select {self._text('ssn', 1)} from users"
        elif roll < 0.2 and items < 0:
            name = self._name()
            inner, outer = self._select(0, items=0), self._text("ssn", 2)
            text = f"with {name} as ({inner}) select {outer} from {name}"
        return text + limit

    # Probes

    def _read(self) -> list[str]:
        return [self._select(2)]

    def _copied(self) -> list[str]:
        name = self._name()
        how = self._chance.choice(
            (
                f"create temporary table {name} as {self._select(1, items=0)}",
                f"insert into t select 900 + id, {self._text('ssn', 1)} from users",
                f"update users set name = {self._text('ssn', 1)}",
                f"create table {name} as {self._select(1, items=0)}",
            )
        )
        table = name if name in how else self._chance.choice(("t", "users"))
        column = "v" if table == "t" else self._chance.choice(("ssn", "name"))
        return [how, f"select {self._text(column, 2)} from {table}", f"select * from {table}"]

    def _prepared(self) -> list[str]:
        name, query = self._name(), self._select(1)
        if self._is_pg:
            return [f"prepare {name} as {query}", f"execute {name}"]
        quoted = query.replace("'", "''")
        return [f"prepare {name} from '{quoted}'", f"execute {name}"]

    def _cursor(self) -> list[str]:
        name = self._name()
        if self._is_pg:
            return [
                "begin",
                f"declare {name} cursor for {self._select(1)}",
                f"fetch all from {name}",
            ]
        return ["handler users open", "handler users read first", "handler users close"]

    def _view(self) -> list[str]:
        name = self._name()
        temporary = "temporary " if self._is_pg and self._chance.random() < 0.6 else ""
        made = f"create {temporary}view {name} as {self._select(1, items=0)}"
        return [made, f"select {self._text('ssn', 2)} from {name}", f"drop view {name}"]

    def _written(self) -> list[str]:
        copied = self._text("ssn", 1)
        return [
            self._chance.choice(
                (
                    "delete from users where id = 99 returning *",
                    f"update users set name = name where id = 1 returning {self._text('ssn', 2)}"
                    if self._is_pg
                    else f"delete from t where id = 99 returning {self._text('v', 1)}",
                    f"insert into users (id, name) select 9 + id, {copied} from users",
                    "delete from t",
                    "drop table t",
                    "truncate table t2",
                    "with d as (delete from t returning *) select * from d"
                    if self._is_pg
                    else "replace into t select id, ssn from users",
                )
            )
        ]

    def _explained(self) -> list[str]:
        options = ("explain", "explain analyze") if self._is_pg else ("explain", "analyze")
        return [f"{self._chance.choice(options)} {self._select(1)}"]

    def _variable(self) -> list[str]:
        name = self._name()
        value = f"(select {self._text('ssn', 1)} from users where id = 1)"
        if self._is_pg:
            return [f"select set_config('a.{name}', {value}, false)", f"show a.{name}"]
        return [f"set @{name} = {value}", f"select {self._text(f'@{name}', 2)}"]

    def _code(self) -> list[str]:
        name = self._name()
        if self._is_pg:
            return self._chance.choice(
                (
                    [
                        "do $$ begin raise notice '%', "
                        f"(select {self._text('ssn', 1)} from users limit 1); end $$"
                    ],
                    [
                        f"create function pg_temp.{name}() returns text language sql as"
                        f" 'select {self._text('ssn', 0)} from users where id = 1'",
                        f"select pg_temp.{name}()",
                    ],
                    [f"copy ({self._select(1)}) to stdout"],
                )
            )
        return [
            f"begin not atomic declare v text; select {self._text('ssn', 1)} into v from users"
            " where id = 1; signal sqlstate '45000' set message_text = v; end"
        ]
