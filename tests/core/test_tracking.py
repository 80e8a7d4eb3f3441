"""What a session makes on its way keeps the classes of the values that went into it."""

from __future__ import annotations

import pytest

from bastion.core.context import SessionContext
from bastion.core.lineage import trace
from bastion.core.model import Engine, Sensitivity
from bastion.core.statement import analyse
from bastion.core.tracking import advance
from tests.fakes.catalogues import make_catalogue

SHOPS = {engine: make_catalogue(engine) for engine in Engine}


def run(text: str, engine: Engine = Engine.POSTGRESQL) -> tuple[SessionContext, list[str]]:
    """Run statements one after another; give the context and the last one's columns."""
    shop, context, found = SHOPS[engine], SessionContext(), ["?"]
    for piece in text.split(" ;; "):
        statement = analyse(piece, engine=engine, catalogue=shop, context=context)
        exposure = trace(statement, catalogue=shop, context=context)
        context = advance(context, statement, exposure, catalogue=shop)
        found = ["?"]
        if exposure.columns is not None:
            found = [
                "+".join(sorted(item.value for item in column.classes))
                or ("-" if column.is_proven else "?")
                for column in exposure.columns
            ]
    return context, found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("create temp table t as select id, ssn v from users ;; select v, id from t", ["ssn", "-"]),
        ("create temp table t as select id, ssn v from users ;; select * from t", ["-", "ssn"]),
        (
            "create temp table t(a, b) as select id, ssn from users ;; select b, a from t",
            ["ssn", "-"],
        ),
        ("select ssn, name into temp t from users ;; select * from t", ["ssn", "-"]),
        ("create temp view v as select ssn x from users ;; select upper(x) from v", ["ssn"]),
        ("create temp view v(a,b,c,d) as select * from users ;; select c, b from v", ["ssn", "-"]),
        (
            "create temp table t(a text) ;; insert into t select ssn from users ;; select a from t",
            ["ssn"],
        ),
        (
            "create temp table t(a text) ;; update t set a = (select ssn from users limit 1) "
            ";; select a from t",
            ["ssn"],
        ),
        (
            "create temp table t(a text) ;; insert into t values ('x') ;; select * from t",
            ["-"],
        ),
        (
            "create temp table t as select ssn v from users "
            ";; create temp table s as select v w from t ;; select w from s",
            ["ssn"],
        ),
        (
            "create temp table t(a text) ;; alter table t add b text, add column c int default 0 "
            ";; insert into t select name, ssn from users ;; select * from t",
            ["-", "ssn", "-"],
        ),
        (
            "create temp table t(a text, b text) ;; alter table t rename column a to c "
            ";; alter table t drop b ;; insert into t select ssn from users ;; select * from t",
            ["ssn"],
        ),
        (
            "create temp table t(a text, b text) ;; begin ;; alter table t rename a to c "
            ";; rollback ;; insert into t(a) select ssn from users ;; select * from t",
            [],
        ),
        (
            "create temp table t(a text, b text) ;; create temp view v as select a from t "
            ";; alter table t rename a to c ;; alter table t rename b to a "
            ";; insert into t select ssn, 'k' from users ;; select a from v",
            ["?"],
        ),
        (
            "create temp table t(a text, b text) ;; alter table if exists t rename a to c "
            ";; alter table t * rename b to a ;; insert into t select 'k', ssn from users "
            ";; select a from t",
            ["?"],
        ),
        (
            "create temp table t(a text) ;; alter table t add b text "
            "generated always as (reverse(a)) stored ;; insert into t(a) select ssn from users "
            ";; select b from t",
            ["?"],
        ),
        (
            "create temp table t(a text) ;; alter table t add b text "
            "default current_setting('app.k') ;; select b from t",
            ["?"],
        ),
        (
            "create temp table t(a text) ;; begin ;; alter table t add b text ;; rollback "
            ";; alter table t add c text ;; insert into t select name, ssn from users "
            ";; select c from t",
            ["?"],
        ),
        (
            "create temp table t(a text) ;; create temp table s(a text) "
            ";; alter table s rename a to t ;; insert into t(a) select ssn from users "
            ";; select * from t",
            ["ssn"],
        ),
        (
            "create temp table t(like users) ;; insert into t (id, name) select id, ssn from users "
            ";; select id, name from t",
            ["-", "ssn"],
        ),
        ("prepare p as select name, ssn from users where id = $1 ;; execute p(1)", ["-", "ssn"]),
        ("prepare p as select name from users ;; deallocate p ;; execute p", ["?"]),
        ("begin ;; declare c cursor for select ssn from users ;; fetch all from c", ["ssn"]),
        (
            "begin ;; declare c cursor with hold for select ssn from users ;; commit ;; fetch c",
            ["ssn"],
        ),
        ("begin ;; declare c cursor for select name from users ;; commit ;; fetch c", ["?"]),
        ("begin ;; declare c cursor for select name from users ;; close c ;; fetch c", ["?"]),
        (
            "select set_config('a.b', (select ssn from users limit 1), false) "
            ";; select current_setting('a.b')",
            ["ssn"],
        ),
        ("select set_config('a.b', 'x', false) ;; select current_setting('a.b')", ["-"]),
        ("select current_setting('never.set')", ["?"]),
        ("update users set name = ssn ;; select name from users", ["ssn"]),
    ],
)
def test_postgresql_classes_travel(text: str, found: list[str]) -> None:
    assert run(text)[1] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("create temporary table t as select ssn v from users ;; select v from t", ["ssn"]),
        ("create temporary table t select id, ssn from users ;; select * from t", ["-", "ssn"]),
        (
            "create temporary table t (a text, b text generated always as (left(a,1)) stored)"
            " as select ssn as a from users ;; select b from t",
            ["unproven"],
        ),
        (
            "create temporary table t (a text, b text default (left(a,1)))"
            " select ssn as a from users ;; select b from t",
            ["unproven"],
        ),
        (
            "create temporary table t (a text, b text default (left(a,1)))"
            " ;; insert into t (a) select ssn from users ;; select b from t",
            ["?"],
        ),
        (
            "create temporary table t (a text, b text default 'x', c datetime default now())"
            " select ssn as a from users ;; select b, c from t",
            ["-", "-"],
        ),
        ("set @a = (select ssn from users limit 1) ;; select concat(@a, 'x')", ["ssn"]),
        ("set @a = (select ssn from users limit 1) ;; set @a = 1 ;; select @a", ["-"]),
        ("select ssn into @b from users limit 1 ;; select @b", ["ssn"]),
        ("prepare p from 'select ssn from users' ;; execute p", ["ssn"]),
        (
            "set @a = 1 ;; execute immediate 'set @a = (select ssn from users limit 1)'"
            " ;; select @a",
            ["ssn"],
        ),
        (
            "set @a = 1 ;; prepare p from 'set @a = ?, @b = 2' ;; set @c = (select ssn from users"
            " limit 1) ;; execute p using @c ;; select @a",
            ["ssn"],
        ),
        ("set @a = 1 ;; execute immediate 'set @b = 2' ;; select @a, @b", ["-", "-"]),
        ("set @a = 1 ;; set @b = replace(@a, '1', '2') ;; select @a, @b", ["-", "-"]),
        (
            "set @a = 1 ;; set @a = replace((select ssn from users limit 1), '', '') ;; select @a",
            ["ssn"],
        ),
        (
            "set @a = 1, @b = 2, @c = 3 ;; set @b = 1, @a = replace((select ssn from users"
            " limit 1), '', '') ;; select @a, @b, @c",
            ["unproven", "unproven", "-"],
        ),
        (
            "set @a = 1 ;; set sql_safe_updates = 1, @a = insert((select ssn from users"
            " limit 1), 1, 1, '') ;; select @a",
            ["unproven"],
        ),
        (
            "set @a = 1 ;; execute immediate 'set @a = replace((select ssn from users limit 1),"
            ' "", "")\' ;; select @a',
            ["unproven"],
        ),
        (
            "set @a = 1 ;; set statement max_statement_time = 5 for set @a ="
            " (select ssn from users limit 1) ;; select @a",
            ["ssn"],
        ),
    ],
)
def test_mysql_classes_travel(text: str, found: list[str]) -> None:
    assert run(text, Engine.MYSQL)[1] == found


def test_stale_temporary_table_does_not_vouch_for_the_stored_one() -> None:
    """After DROP the name means the stored relation again."""
    text = (
        "create temp table users(id int, name text, ssn text, meta text) ;; select ssn from users"
    )
    assert run(text)[1] == ["ssn"]
    other = "create temp table users(ssn text, x int) ;; select ssn from users"
    assert run(other)[1] == ["unproven"]


def test_column_list_of_an_unknown_shape_is_masked() -> None:
    text = "create temp table t (like users including all) ;; select ssn from t"
    assert run(text)[1] == ["?"]


def test_code_that_was_not_understood_taints_what_the_session_made() -> None:
    text = (
        "create temp table t(a text) ;; insert into t values ('x') "
        ";; prepare p as select name from users "
        ";; do $$ begin execute 'insert into t select ssn from users'; end $$ ;; {}"
    )
    assert run(text.format("select a from t"))[1] == ["unproven"]
    assert run(text.format("execute p"))[1] == ["?"]
    assert run(text.format("select name from users"))[1] == ["-"]
    assert run(text.format("select current_setting('application_name')"))[1] == ["?"]


def test_tainted_setting_is_not_shown() -> None:
    context, _ = run("select set_config('x.y', (select ssn from users limit 1), false)")
    shop = SHOPS[Engine.POSTGRESQL]
    for text in ("show x.y", "show all"):
        statement = analyse(text, engine=Engine.POSTGRESQL, catalogue=shop, context=context)
        assert trace(statement, catalogue=shop, context=context).columns is None
    statement = analyse("show timezone", engine=Engine.POSTGRESQL, catalogue=shop, context=context)
    assert trace(statement, catalogue=shop, context=context).columns == ()


def test_transactions_are_counted() -> None:
    assert run("begin")[0].in_transaction
    assert not run("begin ;; commit")[0].in_transaction
    assert not run("begin ;; rollback")[0].in_transaction


def test_discard_forgets_what_was_made_but_not_what_variables_held() -> None:
    context, _ = run(
        "prepare p as select 1 ;; select set_config('a.b', (select ssn from users limit 1), false) "
        ";; discard temp"
    )
    assert not context.prepared
    assert context.variables["a.b"] == {Sensitivity.SSN}


def test_plain_read_leaves_the_context_alone() -> None:
    shop, context = SHOPS[Engine.POSTGRESQL], SessionContext()
    statement = analyse("select 1", engine=Engine.POSTGRESQL, catalogue=shop, context=context)
    exposure = trace(statement, catalogue=shop, context=context)
    assert advance(context, statement, exposure, catalogue=shop) is context


def test_setting_is_remembered_for_the_digest() -> None:
    context, _ = run("set timezone to 'UTC'")
    assert any(name == "timezone" for name, _ in context.settings)
