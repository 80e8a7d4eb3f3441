"""What is written for modes of MySQL that the server is kept out of."""

from __future__ import annotations

import pytest

from bastion.core.modes import plain
from bastion.errors import UsageError

ANSI = "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ANSI"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ('select "a" from "t"', "select `a` from `t`"),
        ('select "a""b", "c`d", \'"\'', "select `a\"b`, `c``d`, '\"'"),
        ('select a -- "x\n, /* " */ b', 'select a -- "x\n, /* " */ b'),
        ('set names "utf8mb4"', "set names 'utf8mb4'"),
        ('set @@sql_mode = "x", @a = "b"', "set @@sql_mode = 'x', @a = `b`"),
        ('set time_zone := "+00:00"', "set time_zone := '+00:00'"),
        ("prepare s from 'select \"a\"'", "prepare s from 'select `a`'"),
        (
            "execute immediate 'select \"it\"\"s\", ''a'''",
            "execute immediate 'select `it\"s`, ''a'''",
        ),
        (
            "set @a = @@sql_mode, @@session.sql_mode = ''",
            f"set @a = '{ANSI}', @@session.sql_mode = ''",
        ),
        ("select @@global.sql_mode", "select @@global.sql_mode"),
        ("select a || b", "select CONCAT(a , b)"),
        ("select a||b||'c' 'd'", "select CONCAT(a,b,'c' 'd')"),
        ("select (a || b) || (c || d)", "select CONCAT((CONCAT(a , b)) , (CONCAT(c , d)))"),
        ("select f(a || b)||t.c, @v||@@x", "select CONCAT(f(CONCAT(a , b)),t.c), CONCAT(@v,@@x)"),
        ("select 1 - 2 || 3", "select 1 - CONCAT(2 , 3)"),
        ("select s.f (a) || ?", "select CONCAT(s.f (a) , ?)"),
        ("select a where (b) || c", "select a where CONCAT((b) , c)"),
        ("select a | b", "select a | b"),
        ("select count (*), max\n(a), f (b)", "select count(*), max(a), f (b)"),
    ],
)
def test_a_text_is_written_for_the_pinned_server(typed: str, read: str) -> None:
    assert plain(typed, ANSI).text == read
    assert plain(typed, "").text == typed


@pytest.mark.parametrize(
    "typed",
    [
        'select "a\\", b, "c"',
        'select /*! "a" */ 1',
        "execute immediate 'select \"a\\\\\"'",
        "select -a || b",
        "select - 1 || 2 + 3",
        "select 1 + - 1 || 2",
        "select ! a || b",
        "select binary a || b",
        "select a || binary b",
        "select a || -b",
        "select a || case when b then c end",
        "select case when b then c end || a",
        "select a || b collate utf8mb4_bin",
        "select date '2026-02-03' || a",
        "select a || date '2026-02-03'",
        "select sum(a) over (order by b) || c",
        "select a || sum(b) over (order by c)",
        "select a -> '$.b' || c",
        "select a || b ->> '$.c'",
        "select a mod (b) || c",
        "select a || ",
        "select a || (b",
        "|| a",
        "a) || b",
    ],
)
def test_what_may_mean_something_else_is_not_written_anew(typed: str) -> None:
    with pytest.raises(UsageError, match="Nothing has run"):
        plain(typed, ANSI)


@pytest.mark.parametrize(
    ("typed", "sent", "shown"),
    [
        ('select count("a")', "count(`a`)", 'count("a")'),
        ('select "a", b', "a", "a"),
        ('select "a""b"', 'a"b', 'a"b'),
        ('select 1, "a" || upper("b" || c), d', "CONCAT(`a` , upper(CONCAT(`b` , c)))",
         '"a" || upper("b" || c)'),
        ("select @@sql_mode", ANSI, "@@sql_mode"),
        ("select max (a) + 1", "max(a) + 1", "max (a) + 1"),
        ('select "x" as "y"', "y", "y"),
    ],
)  # fmt: skip
def test_a_column_is_called_as_it_was_typed(typed: str, sent: str, shown: str) -> None:
    assert plain(typed, ANSI).as_typed(sent) == shown


def test_row_count_is_answered_where_it_is_asked_for() -> None:
    found = plain("select id > 0, row_count( ), 'row_count()' from t", "", row_count=0)
    assert found.text == "select id > 0, 0000000000000, 'row_count()' from t"
    assert [found.as_typed(one) for one in ("id > 0", "0", "0000000000000")] == [
        "id > 0", "0", "row_count( )",
    ]  # fmt: skip
    assert plain("set @n = 1 - ROW_COUNT()", "", row_count=-1).text == "set @n = 1 - -000000000001"
    kept = "create function f() returns int return row_count()"
    assert plain(kept, "", row_count=3).text == kept
