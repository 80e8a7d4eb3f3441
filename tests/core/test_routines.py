"""Procedural bodies, taken apart into what they run."""

import dataclasses
from types import MappingProxyType

import pytest

from bastion.core.catalogue import Function
from bastion.core.context import SessionContext
from bastion.core.lineage import trace
from bastion.core.model import EffectClass, Engine
from bastion.core.routines import take_apart
from bastion.core.statement import analyse
from tests.fakes.catalogues import make_catalogue

PG, MY = Engine.POSTGRESQL, Engine.MYSQL


def function(body: str, engine: Engine, returns: str = "int", *arguments: str) -> Function:
    return Function(
        schema="public" if engine is PG else "shop",
        name="f",
        language="plpgsql" if engine is PG else "sql",
        body=body,
        returns=returns,
        argument_count=len(arguments) or 1,
        argument_names=arguments or ("a",),
        is_exact=True,
    )


def queries(body: str, engine: Engine) -> tuple[str, ...] | None:
    routine = take_apart(function(body, engine), engine)
    return None if routine is None else routine.queries


@pytest.mark.parametrize(
    ("body", "engine", "found"),
    [
        ("begin return a + 1; end", PG, ["SELECT a + 1"]),
        ("begin return a; end;; SELECT 5", PG, ["SELECT a", "SELECT 5"]),
        ("declare r record; begin select id, name into strict r from orders where id = a;"
         " return r.id; end", PG, ["SELECT r.id", "select id, name  from orders where id = a"]),
        ("begin for i in reverse 1..count(*) from orders by 2 loop null; end loop; end", PG,
         ["SELECT 1", "SELECT count(*) from orders", "SELECT 2"]),
        ("<<b>> begin for x, y in select 1, 2 loop exit b when x > y; end loop b; end b", PG,
         ["select 1, 2", "SELECT x > y"]),
        ("begin if a = case when true then 1 end then return 2; elsif f(a) then perform g(a);"
         " else a := 3; end if; end", PG,
         ["SELECT a = case when true then 1 end", "SELECT 2", "SELECT f(a)", "SELECT g(a)",
          "SELECT 3"]),
        ("begin case a when 1, 2 then return 1; else return 0; end case;"
         " exception when others then return h(); end", PG,
         ["SELECT a", "SELECT 1, 2", "SELECT 1", "SELECT 0", "SELECT h()"]),
        ("begin return query with w as (select 1) select * from w; return next a; end", PG,
         ["with w as (select 1) select * from w", "SELECT a"]),
        ("begin foreach a in array array[1, 2] loop continue; end loop; while g() loop"
         " return 1; end loop; end", PG, ["SELECT array[1, 2]", "SELECT g()", "SELECT 1"]),
        ("return a * 2", MY, ["SELECT (a * 2)"]),
        ("begin declare x, y int default g(1); set x = 1, y = if(a > 2, 3, 4); return x; end", MY,
         ["SELECT (g(1))", "SELECT (1)", "SELECT (if(a > 2, 3, 4))", "SELECT (x)"]),
        ("begin raise notice 'a % of %', a, g(a) using hint = h(), errcode = '22000'; end", PG,
         ["SELECT a", "SELECT g(a)", "SELECT h()", "SELECT '22000'"]),
        ("begin raise; raise no_data_found using message = g(); raise exception 'x'; end", PG,
         ["SELECT g()"]),
        ("begin assert a = 1, g(); a[h()][2] := 3; get diagnostics a = row_count; end", PG,
         ["SELECT a = 1", "SELECT g()", "SELECT h()", "SELECT 2", "SELECT 3"]),
        (r"begin return regexp_replace(a, '\D', '\'); end", PG,
         [r"SELECT regexp_replace(a, '\D', '\')"]),
        ("begin declare done int default 0; declare c cursor for select id from orders;"
         " declare continue handler for not found set done = h(); open c; l: loop"
         " fetch c into a; if done then leave l; end if; end loop l; close c; return a; end", MY,
         ["SELECT (0)", "select id from orders", "SELECT (h())", "SELECT (done)", "SELECT (a)"]),
        ("begin repeat set a = a - 1; until a < g() end repeat; while a do"
         " select max(id) into a from orders; end while; return a; end", MY,
         ["SELECT (a - 1)", "SELECT (a < g())", "SELECT (a)", "select max(id)  from orders"]),
        ("begin if a < 0 then signal sqlstate '45000' set message_text = concat('x', g()),"
         " mysql_errno = 1644; end if; signal gone; return a; end", MY,
         ["SELECT (a < 0)", "SELECT (concat('x', g()))", "SELECT (1644)", "SELECT (a)"]),
    ],
)  # fmt: skip
def test_what_a_body_runs_is_found(body: str, engine: Engine, found: list[str]) -> None:
    assert sorted(queries(body, engine) or ()) == sorted(found)


@pytest.mark.parametrize(
    ("body", "engine"),
    [
        ("begin delete from t where id = 1; return 1; end", PG),
        ("begin update t set v = 1; return 1; end", PG),
        ("begin insert into t values (1); return 1; end", PG),
        ("begin execute 'delete from t'; return 1; end", PG),
        ("begin execute a; return 1; end", PG),
        ("begin return query execute a; end", PG),
        ("begin for r in execute a loop null; end loop; end", PG),
        ("begin return query delete from t returning 1; end", PG),
        ("begin call p(); return 1; end", PG),
        ("begin commit; return 1; end", PG),
        ("begin drop table t; return 1; end", PG),
        ("begin truncate t; return 1; end", PG),
        ("begin lock table t; return 1; end", PG),
        ("begin set local work_mem = 5; return 1; end", PG),
        ("begin notify x; return 1; end", PG),
        ("begin open c for select 1; return 1; end", PG),
        ("declare c cursor for select 1; begin return 1; end", PG),
        ("#variable_conflict use_variable\nbegin return 1; end", PG),
        ("begin return 1; end; delete from t", PG),
        ("begin raise notice '%', a; execute a; end", PG),
        ("begin get diagnostics a = f_del(); return 1; end", PG),
        ("begin if a then delete from t; end if; return 1; end", PG),
        ("begin return 1; exception when others then delete from t; end", PG),
        ("begin select 1; return 1; end", PG),
        ("begin delete from t; return 1; end", MY),
        ("begin set @x = 1; return 1; end", MY),
        ("begin set sql_mode = ''; return 1; end", MY),
        ("begin set global x = 1; return 1; end", MY),
        ("begin select 1 into @x; return 1; end", MY),
        ("begin select 1 into outfile '/tmp/x'; return 1; end", MY),
        ("begin call p(); return 1; end", MY),
        ("begin prepare s from 'select 1'; return 1; end", MY),
        ("begin declare exit handler for sqlexception delete from t; return 1; end", MY),
        ("begin signal sqlstate '45000' set message_text = f(); delete from t; end", MY),
        ("begin /*!50000 delete from t; */ return 1; end", MY),
    ],
)
def test_what_does_more_than_compute_and_read_is_not_taken_apart(body: str, engine: Engine) -> None:
    assert queries(body, engine) is None


@pytest.mark.parametrize(
    "body",
    [
        'return (select "ssn" from users)',
        "return concat('\\', (select ssn from users))",
        "return concat(''', (select ssn from users), ''')",
    ],
)
def test_literals_that_the_server_may_have_written_anew_are_not_believed(body: str) -> None:
    assert take_apart(dataclasses.replace(function(body, MY), is_exact=False), MY) is None


def test_triggers_procedures_and_other_languages_are_not_taken_apart() -> None:
    plain = function("begin return 1; end", PG)
    assert take_apart(plain, PG) is not None
    assert take_apart(dataclasses.replace(plain, returns="trigger"), PG) is None
    assert take_apart(dataclasses.replace(plain, is_procedure=True), PG) is None
    assert take_apart(dataclasses.replace(plain, language="plperl"), PG) is None


def judged(text: str, body: str, engine: Engine = PG, *, returns: str = "int", **more: object):
    found = make_catalogue(engine)
    own = {"f": (function(body, engine, returns, "a"),)}
    functions = MappingProxyType({**found.functions, **own})
    catalogue = dataclasses.replace(found, functions=functions, **more)  # type: ignore[arg-type]
    statement = analyse(text, engine=engine, catalogue=catalogue, context=SessionContext())
    return statement, trace(statement, catalogue=catalogue, context=SessionContext())


HARMLESS = [
    ("declare n int; begin select count(*) into n from orders where customer_id = a;"
     " return n; end", PG),
    ("declare r record; begin for r in select status, total from orders loop"
     " if r.total > a then return 1; end if; end loop; return 0; end", PG),
    ("declare v orders.total%type := 0; begin return v; end", PG),
    ("begin declare n int; select count(*) into n from orders where id = a; return n; end", MY),
    ("return (select count(*) from orders where id = a)", MY),
]  # fmt: skip


@pytest.mark.parametrize(("body", "engine"), HARMLESS)
def test_a_body_that_reads_nothing_sensitive_is_a_read_and_shown(body: str, engine: Engine) -> None:
    statement, exposure = judged("select f(id) from orders", body, engine)
    assert statement.effects == {EffectClass.READ}
    assert statement.reads
    assert exposure.columns is not None
    assert all(column.is_proven and not column.classes for column in exposure.columns)
    assert not exposure.inference


TELLING = [
    ("begin return (select length(ssn) from users where id = a); end", PG),
    ("declare u users; begin select * into u from users where id = a; return u.id; end", PG),
    ("begin if exists (select from users where ssn like '1%') then return null; end if;"
     " return 1; end", PG),
    ("begin perform 1 / length(ssn) from users; return 1; end", PG),
    ("declare users record; begin select * into users from users; return users.ssn; end", PG),
    ("declare ssn text; begin select ssn into ssn from users; return 1; end", PG),
    ("begin declare v text; select ssn into v from users limit 1; return length(v); end", MY),
    ("begin if (select ssn from users limit 1) like '1%' then return null; end if; return 1; end",
     MY),
]  # fmt: skip


@pytest.mark.parametrize(("body", "engine"), TELLING)
@pytest.mark.parametrize(
    "text", ["select f(1)", "select f(1) is null", "select 1 from orders where f(id) = 1"]
)
def test_a_body_that_reads_what_is_masked_waits_whatever_is_asked_of_it(
    text: str, body: str, engine: Engine
) -> None:
    _, exposure = judged(text, body, engine)
    assert exposure.inference


def test_one_expression_over_what_is_masked_is_hidden_and_so_is_whether_it_is_null() -> None:
    body = "return (select if(ssn like '1%', null, 1) from users limit 1)"
    for text in ("select f(1)", "select f(1) is null", "select coalesce(f(1), 2)"):
        _, exposure = judged(text, body, MY)
        assert exposure.columns is None or exposure.columns[0].classes or exposure.inference


@pytest.mark.parametrize(
    "body",
    [
        "begin return f_del(); end",
        "begin perform pg_advisory_lock(a); return 1; end",
        "begin perform setval('s', a); return 1; end",
        "begin perform set_config('search_path', 'x', false); return 1; end",
        "begin return (select 1 from orders for update); end",
        "begin return query with d as (delete from orders returning id) select id from d; end",
        "begin return unknown_function(a); end",
        "begin return f(a - 1) + pg_terminate_backend(a)::int; end",
    ],
)
def test_what_a_body_calls_is_judged_too(body: str) -> None:
    statement, _ = judged("select f(1)", body)
    assert statement.effects != {EffectClass.READ}


def test_a_value_of_a_type_that_runs_code_is_not_taken_apart() -> None:
    body = "declare v checked; begin v := a; return 1; end"
    for name, is_read in (("checked", False), ("other", True)):
        statement, _ = judged("select f(1)", body, casts=frozenset({name}))
        assert (statement.effects == {EffectClass.READ}) is is_read
    statement, _ = judged(
        "select f(1)", "begin return 1; end", returns="checked", casts=frozenset({"checked"})
    )
    assert statement.effects != {EffectClass.READ}
    copied = "declare v orders.total%type; begin v := a; return 1; end"
    statement, _ = judged("select f(1)", copied, casts=frozenset({"numeric"}))
    assert statement.effects != {EffectClass.READ}


def test_a_field_of_an_argument_that_is_a_row_is_as_sensitive_as_the_row() -> None:
    found = make_catalogue(PG)
    body = dataclasses.replace(function("select a.id + 1", PG, "int", "a"), language="sql")
    known = dataclasses.replace(found, functions=MappingProxyType({"f": (body,)}))
    for table, is_sensitive in (("users", True), ("orders", False)):
        statement = analyse(
            f"select f(t) from {table} t", engine=PG, catalogue=known, context=SessionContext()
        )
        exposure = trace(statement, catalogue=known, context=SessionContext())
        assert exposure.columns is not None
        assert bool(exposure.columns[0].classes) is is_sensitive
