"""A word that a server reads as a name is read as one, in every place where a name may stand."""

import contextlib
from collections.abc import Callable, Iterator

import psycopg
import pymysql
import pytest
from sqlglot import Dialect, exp

from bastion.core.lexer import lex
from bastion.core.model import Engine
from bastion.core.trees import parse
from tests.conftest import DatabaseServer

COLUMN = "(select 77 as {quoted}, 'a' as v union all select 78, 'b') t"
LETTERS = "(select '77' as {quoted}, 'a' as v union all select '78', 'b') t"
SHOWN = (
    "{word}", "1, {word}, 2", "t.{word}", "{word} as x", "{word} x", "{word} v", "{word} {v}",
    "v {word}", "v {word}, 1", "({word})", "{word} + 1", "{word} - 1", "-{word}", "{word} * 2",
    "{word} / 7", "{word} % 7",
    "{word} & 7", "{word} # 7", "{word} | 7", "{word} << 1", "{word} div 7", "{word} mod 7",
    "{word} is null, {word} in (77)", "{word} not in (77)", "{word} between 77 and 77",
    "sum({word})", "abs({word})", "case when {word} = 77 then {word} else -{word} end",
    "case {word} when 77 then 1 end", "row_number() over (partition by v order by {word} desc)",
    "sum({word}) over (order by v)", "count(distinct {word})", "coalesce({word}, 1)",
)  # fmt: skip
MATCHED = (
    "{word} ~ '^77'", "{word} like '77%'", "{word} = '77'", "{word} || 'x' = '77x'",
    "{word} regexp '^77'", "{word} collate {binary} = '77'", "not {word} = '78'",
    "v = 'b' or {word} = '77'",
    "exists (select {word} = '77')", "({word}, 1) = ('77', 1)", "{word} in (select '77')",
)  # fmt: skip
PLACES = (
    *(f"select {shown} from {COLUMN} order by 1" for shown in SHOWN),
    *(f"select v from {LETTERS} where {matched}" for matched in MATCHED),
    f"select v from {COLUMN} where {{word}} = 77",
    f"select v from {COLUMN} where v = 'b' and {{word}} + 1 = 79",
    f"select v from {COLUMN} join (select 77 as z) y on {{word}} = z",
    f"select v from {COLUMN} order by {{word}} desc",
    f"select v from {COLUMN} order by {{word}} + 1 desc",
    f"select count(*) from {COLUMN} group by {{word}}",
    f"select count(*) from {COLUMN} group by v, {{word}} having max({{word}}) > 77",
    "select {word}[1] from (select array[77] as {quoted}) t",
    "select {word} -> 'a', {word} ->> 'a' "
    "from (select cast('{{\"a\": 7}}' as jsonb) as {quoted}) t",
    "select {word} at time zone 'UTC' from (select timestamp '2026-01-01 00:00:00' as {quoted}) t",
    "with {word} as (select 77 as c) select c from {word} where c = 77",
    "with {quoted} as (select 77 as c) select {word}.c from {word} order by 1",
    "with {quoted} as (select 77 as c) select x.c from {word} x join {word} y on x.c = y.c",
    "select 77 as {word}",
    "select {word}.c from (select 77 as c) as {word}",
    "select c from (select 77 as c) {word}",
)
"""Statements with a word, and the same one in quotes where it must be a name."""
MYSQL_PLACES = (*PLACES, f"select {{word}} 'v' from {COLUMN} order by 1")
"""On PostgreSQL a string behind a name is a literal of that type."""

NOT_KNOWN = {
    "postgresql": "between by interval list map nullable object partitioned_by range recursive "
    "struct values wrapper xor",
    "mysql": "_gb18030 array charset cube full list map nullable object overlaps partitioned_by "
    "rollup struct window",
}
"""Held as not understood in some of the places: names that nobody gives without quotes."""


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_no_word_that_a_server_reads_as_a_name_is_read_otherwise(
    engine: str, request: pytest.FixtureRequest
):
    is_pg = engine == "postgresql"
    dialect = Engine.POSTGRESQL if is_pg else Engine.MYSQL
    server: DatabaseServer = request.getfixturevalue(
        "postgres_server" if is_pg else "mariadb_server"
    )
    url = server.create_database("words")
    listed = "pg_get_keywords()" if is_pg else "information_schema.keywords"
    words = {str(row[0]).lower() for row in server.run(url, f"select word from {listed}")}
    foreign = Dialect.get_or_raise(dialect.value)
    words |= {word.lower() for word in foreign.tokenizer_class.KEYWORDS}
    words |= {word.lower() for word in foreign.parser_class.NO_PAREN_FUNCTION_PARSERS}
    quote = '"' if is_pg else "`"
    misread, not_known, tried = [], set(), 0
    with _asking(server, url) as ask:
        for word in sorted(word for word in words if word.isidentifier()):
            others = {
                "quoted": f"{quote}{word}{quote}",
                "v": f"{quote}v{quote}",
                "binary": '"C"' if is_pg else "utf8mb4_bin",
            }
            column = f"select %s from {COLUMN} order by 1".format(**others)
            if ask(column % word) != ask(column % others["quoted"]):
                # TRUE, CURRENT_DATE and the like are no columns.
                continue
            for place in PLACES if is_pg else MYSQL_PLACES:
                bare = place.format(word=word, **others)
                named = place.format(word=others["quoted"], **others)
                answer = ask(bare)
                if answer is None or answer != ask(named):
                    continue
                tried += 1
                tree = parse(bare, lex(bare, dialect), dialect)
                if isinstance(tree, str):
                    not_known.add(word)
                elif _plain(tree) != _plain(parse(named, lex(named, dialect), dialect)):
                    misread.append(bare)
    server.drop_database(url)
    assert tried > 5_000
    assert misread == []
    assert not_known <= set(NOT_KNOWN[engine].split())


def _plain(tree: exp.Expression | str) -> object:
    """Leave out which names were quoted."""
    if isinstance(tree, str):
        return tree
    for name in tree.find_all(exp.Identifier):
        name.set("quoted", False)
    return tree


@contextlib.contextmanager
def _asking(server: DatabaseServer, url: str) -> Iterator[Callable[[str], object]]:
    """Give what answers one query; None: it is refused."""
    if server.engine == "postgres":
        with psycopg.connect(url, autocommit=True) as connection:
            yield lambda sql: _answer(lambda: connection.execute(sql).fetchall())
        return
    with (
        pymysql.connect(
            host=server.host, port=server.port, user="admin", password="admin-pw",
            database=url.rsplit("/", 1)[1], ssl_disabled=True,
        ) as connection,
        connection.cursor() as cursor,
    ):  # fmt: skip
        yield lambda sql: _answer(lambda: [cursor.execute(sql), cursor.fetchall()])


def _answer(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except (psycopg.Error, pymysql.MySQLError):
        return None
