"""What a statement can reveal: probes stay hidden, everyday answers stay as they are."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bastion.core import searches, terms
from bastion.core.catalogue import Catalogue, Function
from bastion.core.context import SessionContext
from bastion.core.effects import Statement
from bastion.core.exposure import Exposure
from bastion.core.lineage import trace
from bastion.core.model import EffectClass, Engine, Sensitivity
from bastion.core.statement import analyse
from bastion.core.tracking import advance
from tests.fakes.catalogues import make_catalogue

CORPUS = Path(__file__).parent.parent / "corpus"
SHOPS = {engine: make_catalogue(engine) for engine in Engine}
FILES = {Engine.POSTGRESQL: "postgresql", Engine.MYSQL: "mysql"}


def run_session(text: str, catalogue: Catalogue) -> list[tuple[Statement, Exposure]]:
    """Judge statements one after another, as if each succeeded."""
    context = SessionContext()
    found = []
    for piece in text.removeprefix("COPYOUT ").split(" ;; "):
        statement = analyse(piece, engine=catalogue.engine, catalogue=catalogue, context=context)
        exposure = trace(statement, catalogue=catalogue, context=context)
        found.append((statement, exposure))
        context = advance(context, statement, exposure, catalogue=catalogue)
    return found


def look(text: str, engine: Engine = Engine.POSTGRESQL) -> Exposure:
    return run_session(text, SHOPS[engine])[-1][1]


def describe(exposure: Exposure) -> list[str]:
    """Write each column as ``-``, its classes, or ``?`` where it was not understood."""
    if exposure.columns is None:
        return ["?"]
    return [
        "+".join(sorted(item.value for item in column.classes))
        or ("-" if column.is_proven else "?")
        for column in exposure.columns
    ]


def is_guarded(statement: Statement, exposure: Exposure) -> bool:
    """Tell whether a statement is held, masked or scrubbed somewhere."""
    if not statement.is_understood or exposure.columns is None:
        return True
    if exposure.inference or exposure.laundering or exposure.touches:
        return True
    return EffectClass.UNKNOWN in statement.effects


def read_corpus(name: str) -> list[str]:
    lines = (CORPUS / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


PROBES = [
    pytest.param(engine, line, id=f"{name}-{index}")
    for engine, name in FILES.items()
    for index, line in enumerate(read_corpus(f"masking_{name}.sql"), start=1)
]
HARMLESS_PROBES = {
    "show warnings",
    "signal sqlstate '45000' set message_text='x'",
}


@pytest.mark.parametrize(("engine", "line"), PROBES)
def test_probe_is_masked_held_or_scrubbed(engine: Engine, line: str) -> None:
    steps = run_session(line, SHOPS[engine])
    assert any(is_guarded(*step) for step in steps)


@pytest.mark.parametrize(("engine", "line"), PROBES)
def test_probe_never_shows_a_column_that_the_walk_saw_a_secret_reach(
    engine: Engine, line: str
) -> None:
    for statement, exposure in run_session(line, SHOPS[engine]):
        reads_secret = "ssn" in statement.text.casefold() and not exposure.inference
        if not reads_secret or exposure.columns in (None, ()) or exposure.laundering:
            continue
        shown_all = all(column.is_proven and not column.classes for column in exposure.columns)
        is_catalogue = "pg_stats" in statement.text or "pg_typeof" in statement.text
        assert not shown_all or is_catalogue or "listen" in line


EVERYDAY = [
    pytest.param(engine, line, id=f"{name}-{index}")
    for engine, name in FILES.items()
    for index, line in enumerate(read_corpus(f"everyday_{name}.sql"), start=1)
]


def test_everyday_corpora_hold_at_least_120_statements_for_each_engine() -> None:
    for name in FILES.values():
        assert len(read_corpus(f"everyday_{name}.sql")) >= 120


@pytest.mark.parametrize(("engine", "line"), EVERYDAY)
def test_everyday_statement_hides_only_what_is_sensitive(engine: Engine, line: str) -> None:
    text, _, wanted = line.partition(" => ")
    exposure = look(text, engine)
    found = describe(exposure)
    assert found == (wanted.split(",") if wanted else ["-"] * len(found))
    assert exposure.inference == ()
    assert exposure.laundering == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("select u from users u", ["ssn"]),
        ("select (u).name, (u).ssn from users u", ["-", "ssn"]),
        ("select x.name from users x(ssn, name, a, b)", ["-"]),
        ("select x.a from users x(q, n, a, b)", ["ssn"]),
        ("select users from users", ["ssn"]),
        ("select name from (select ssn as name from users) t", ["ssn"]),
        ("select t.name from users t join (select ssn as name, id from users) z using (id)", ["-"]),
        (
            "select z.name from users t join (select ssn as name, id from users) z using (id)",
            ["ssn"],
        ),
        ("with users as (select 1 as ssn) select ssn from users", ["-"]),
        ("with users as (select 1 as ssn) select ssn from public.users", ["ssn"]),
        ("with orders as (select ssn as status from users) select status from orders", ["ssn"]),
        (
            "with recursive a as (select * from b), b as (select ssn from users) select * from a",
            ["ssn"],
        ),
        ("with users as (select * from users) select ssn from users", ["ssn"]),
        ("select (select ssn from orders limit 1) from users", ["ssn"]),
        ("select (select name from orders limit 1) from users", ["-"]),
        ("select l.v from users u, lateral (select u.ssn || u.name as v) l", ["ssn"]),
        (
            "select * from users natural join (select id, name from users) t",
            ["-", "-", "ssn", "ssn"],
        ),
        ("select ssn from (select * from users order by id limit 1) t", ["ssn"]),
        ("select name from orders, users", ["-"]),
        ("select * from (users) x(a, b, c, d)", ["-", "-", "ssn", "ssn"]),
        (
            "select * from (select ssn as s, name as n from users) c, "
            "(select id, 1 as p from orders) a join (select id, 2 as q from products) b using (id)",
            ["ssn", "-", "-", "-", "-"],
        ),
        (
            "select * from (select id, name from users) c join "
            "((select ssn as s, id as k from users) a "
            "join (select id as k, 1 as z from orders) b using (k)) on true",
            ["-", "-", "-", "ssn", "-"],
        ),
        (
            "select * from (select ssn as a, 1 as k from users) x "
            "join (select 2 as b, 1 as k, 3 as m) y using (k) "
            "join (select 4 as c, 3 as m) z using (m)",
            ["-", "-", "ssn", "-", "-"],
        ),
        ("select * from (values (1, (select ssn from users limit 1))) v(a, b)", ["-", "ssn"]),
        ("select row_to_json(c) from customers c", ["email+phone"]),
        ("select max(name), max(ssn), count(ssn) from users", ["-", "ssn", "-"]),
        ("select case when ssn is null then 'none' else 'some' end from users", ["-"]),
        ("select ssn is null, exists(select ssn from users) from users", ["-", "-"]),
        ("select tell_ssn(1)", ["ssn"]),
        ("select * from list_users()", ["-", "-", "ssn"]),
        ("select label, secret from list_users() as l", ["-", "ssn"]),
        ("select opaque()", ["secret"]),
        ("select price_with_tax(price) from products", ["-"]),
        ("select price_with_tax(length(ssn)) from users", ["ssn"]),
        ("select u.nothing from users u", ["ssn"]),
        ("select nothing from users", ["?"]),
        ("select * from nowhere", ["?"]),
        ("select payload->>'email', payload->>'page' from events", ["email", "-"]),
        ("select note from fresh", ["unproven"]),
        ("select ctid, xmin, tableoid from users", ["-", "-", "-"]),
        ("select date_trunc(ssn, now()) from users", ["ssn"]),
        ("insert into users values (9, 'x', 'y', null) returning id, name, ssn", ["-", "-", "ssn"]),
        ("update users set name = upper(name) where id = 1 returning *", ["-", "-", "ssn", "ssn"]),
        (
            "update orders o set note = u.ssn from users u where u.id = o.id returning o.note",
            ["ssn"],
        ),
        ("with x as (delete from users returning ssn) select * from x", ["ssn"]),
        ("select most_common_vals, attname from pg_stats", ["secret", "-"]),
        ("select rolname, rolpassword from pg_authid", ["-", "secret"]),
    ],
)
def test_postgresql_columns_carry_what_could_reach_them(text: str, found: list[str]) -> None:
    assert describe(look(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("select SSN, Name from USERS", ["ssn", "-"]),
        ("select `users`.`ssn` from shop.users", ["ssn"]),
        ("select (select śsn from users limit 1) from (select 1 as śsn) t", ["ssn"]),
        ("select (select T.v from (select 1 as v) t) from (select ssn as v from users) T", ["ssn"]),
        ("select (select t.v from (select 1 as v) t) from (select ssn as v from users) T", ["-"]),
        ("with USERS as (select 1 as ssn) select ssn from users", ["?"]),
        ("with Own as (select 1 as v) select v from own", ["-"]),
        ("set @ß = 1, @ss = 2 ;; select @ß", ["-"]),
        (
            "create temporary table z (é int) ;; "
            "select (select e from z) from (select ssn as e from users) w",
            ["ssn"],
        ),
        ("select * from users a join users b using (id)", ["-", "-", "ssn", "-", "ssn"]),
        ("select json_object('a', ssn), name from users", ["ssn", "-"]),
        ("select @never_set", ["?"]),
        ("set @a = 5 ;; select @a", ["-"]),
        ("set @a = (select ssn from users limit 1) ;; select @a", ["ssn"]),
        ("select if(1, ssn, 'x'), ifnull(null, name) from users", ["ssn", "-"]),
        ("select column_get(column_create('a', ssn), 'a' as char) from users", ["ssn"]),
        ("select load_file('/etc/passwd')", ["?"]),
        ("select user, password, authentication_string from mysql.user", ["-", "secret", "secret"]),
        ("select info from information_schema.processlist", ["secret"]),
        ("table users", ["-", "-", "ssn"]),
        ("select x from (values row((select ssn from users limit 1))) v(x)", ["ssn"]),
    ],
)
def test_mysql_columns_carry_what_could_reach_them(text: str, found: list[str]) -> None:
    assert describe(look(text, Engine.MYSQL)) == found


@pytest.mark.parametrize(
    "text",
    [
        "select id from users where ssn like '1%'",
        "select id from users where ssn > 'a'",
        "select id from users where ssn between 'a' and 'b'",
        "select id from users where ssn ~ '^1'",
        "select id from users where substr(ssn, 1, 1) = '1'",
        "select id from users where length(ssn) = 9",
        "select id from users where reverse(ssn) = 'x'",
        "select id from users order by ssn",
        "select id as a from users order by upper(ssn)",
        "select name, ssn as s from users order by s",
        "select name, ssn from users order by 2",
        "select count(*) from users group by ssn",
        "select ssn, count(*) from users group by 1",
        "select distinct on (ssn) id from users",
        "select id, row_number() over (order by ssn) from users",
        "select id, count(*) over (partition by ssn) from users",
        "select count(*) filter (where ssn like '1%') from users",
        "select string_agg(name, ',' order by ssn) from users",
        "select case when ssn like '1%' then 1/0 else 1 end from users",
        "select u.id from users u join orders o on u.ssn < o.status",
        "select id from (select id, ssn as x from users) t where x like '1%'",
        "select id from users limit (select length(ssn) from users limit 1)",
        "select id from users tablesample bernoulli ((select ascii(ssn) from users limit 1))",
        "select sum(id) over (order by id rows between (select ascii(ssn) from users limit 1) "
        "preceding and current row) from users",
        "select sum(id) over w from users window w as "
        "(order by id rows (select ascii(ssn) from users limit 1) preceding)",
        "select count(distinct left(ssn, 1)) from users",
        "select count(distinct x) from (select ssn x from users union all select '1') t",
        "select count(distinct coalesce(ssn, '1')) from users",
        "select id from users where ssn::varchar(1) = '5'",
        "select id from users where ssn::char = '5'",
        "select id from users where ltrim(ssn, '5') = '23'",
        "select g from users, generate_series(1, ascii(ssn)) g",
        "select id from users join (select chr(g) c from generate_series(1, 99) g) z on ssn = z.c",
        "select id from users where ssn = (select max(ssn) from users)",
        "select id from users where (select ssn from users limit 1) like 'S%'",
        "select id from users u where exists (select 1 from users v where v.ssn > u.name)",
        "select id from users where case when ssn = '1' then true else false end",
        "select id from users where ssn = any(array(select chr(g) from generate_series(1, 9) g))",
        "explain select * from users where ssn > 'x'",
        "select id from users where pg_sleep(length(ssn)) is null and upper(ssn) like 'A%'",
        "with recursive r(n) as (select 1 union all select n + 1 from r) "
        "select u.id from users u join r on u.ssn = r.n::text",
        "create temp table g as select 'x' as v ;; select id from users join g on g.v = users.ssn",
    ],
)
def test_asking_by_inference_is_named(text: str) -> None:
    assert look(text).inference


@pytest.mark.parametrize(
    ("text", "guesses"),
    [
        ("select id from users where ssn = '123'", 1),
        ("select id from users where '123' = ssn", 1),
        ("select id from users where ssn <> '123'", 1),
        ("select id from users where lower(ssn) = lower('ABC')", 1),
        ("select id from users where ssn in ('1', '2', '3')", 3),
        ("select id from users where ssn = any(array['1', '2'])", 2),
        ("select id from users where ssn = any('{1,2,3,4}')", 4),
        ("select id from users where (id, ssn) in ((1, 'a'), (2, 'b'))", 2),
        ("select u.id from users u join (values ('a'), ('b')) v(x) on v.x = u.ssn", 2),
        ("select u.id from users u where ssn in (values ('a'), ('b'), ('c'))", 3),
        ("select u.id from users u where ssn in (select 'a' union all select 'b')", 2),
        ("select id from users where id = 5", 0),
        ("select id from users where ssn::text = 'a'", 1),
        ("select count(distinct ssn), count(distinct lower(ssn)) from users", 0),
        ("select u.id from users u join employees e on e.ssn = u.ssn", 0),
        ("select u.id from users u where ssn in (select ssn from employees)", 0),
        ("select u.id from users u join employees e using (ssn)", 0),
        ("delete from users where ssn = 'x'", 1),
    ],
)
def test_equality_spends_one_unit_for_each_distinct_guess(text: str, guesses: int) -> None:
    exposure = look(text)
    assert exposure.guesses == guesses
    assert exposure.inference == ()


@pytest.mark.parametrize(
    "text",
    [
        "update users set name = ssn",
        "update users set name = upper(ssn) where id = 1",
        "update users set (id, name) = (select 1, ssn from users limit 1)",
        "insert into users(id, name) select id, ssn from users",
        "insert into users values (1, (select ssn from users limit 1), null, null)",
        "insert into orders(id, note) select id, u::text from users u",
        "insert into users(id) values (1) on conflict (id) do update set name = excluded.ssn",
        "merge into users t using (select 1 as id) s on t.id = s.id "
        "when matched then update set name = t.ssn",
        "merge into orders t using users s on t.id = s.id "
        "when not matched then insert (id, note) values (s.id, s.ssn)",
        "create table copy as select ssn as v from users",
        "select ssn as v into copy from users",
        "insert into orders(id, note) select 1, opaque()",
        "insert into customers(id, email) select id, ssn from users",
        "update customers set email = substr(email, 2)",
        "insert into customers(id, email) select id, substr(email, 3, 1) || '@x' from customers",
    ],
)
def test_values_that_would_lose_their_mask_are_named(text: str) -> None:
    assert look(text).laundering


@pytest.mark.parametrize(
    "text",
    [
        "insert into users(id, ssn) select id, ssn from employees",
        "insert into users(id, name, ssn) values (7, 'x', '123')",
        "update users set name = upper(name) where ssn = '1'",
        "update orders set note = status, total = total + 1",
        "update customers set email = lower(trim(email))",
        "update customers set email = 'a@b.org' where id = 1",
        "create temp table mine as select ssn from users",
        "create view v as select ssn from users",
        "create table copy as select id, name from users",
    ],
)
def test_values_that_keep_their_class_are_no_laundering(text: str) -> None:
    assert look(text).laundering == ()


def test_mysql_variables_that_keep_a_value_even_on_failure_are_named() -> None:
    assert look("select ssn into @b from users", Engine.MYSQL).laundering
    assert look(
        "insert into users(id, ssn) values (1, 'x') on duplicate key update name = values(ssn)",
        Engine.MYSQL,
    ).laundering


def test_written_table_counts_as_touched_since_errors_quote_the_row() -> None:
    assert Sensitivity.SSN in look("insert into users(id, name) values (1, 'x')").touches
    assert Sensitivity.SSN in look("update users set name = 'x' where id = 1").touches


def test_reading_harmless_columns_touches_nothing() -> None:
    assert look("select name from users where id = 1").touches == frozenset()
    assert look("explain select name from users where id = 1").touches == frozenset()


def test_statement_not_understood_has_no_shape() -> None:
    exposure = look("do $$ begin execute 'x'; end $$")
    assert exposure.columns is None
    assert exposure.touches == {Sensitivity.UNPROVEN}


def test_reason_names_the_column_for_the_person_who_asks() -> None:
    exposure = look("select upper(ssn) from users")
    assert exposure.columns is not None
    assert exposure.columns[0].reason == "reads users.ssn"


def test_overridden_builtin_is_not_trusted() -> None:
    """A user's substr(text, int) wins over pg_catalog's when its types fit better."""
    import dataclasses

    shop = SHOPS[Engine.POSTGRESQL]
    opaque = dataclasses.replace(shop.functions["opaque"][0], name="substr")
    functions = {**shop.functions, "substr": (opaque,)}
    catalogue = dataclasses.replace(shop, functions=functions, version="overridden")
    exposure = run_session("select substr(name, 1) from users", catalogue)[-1][1]
    assert describe(exposure) == ["secret"]


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        ("replace(status, 'a', 'b')", "-"),
        ("strpos(status, 'a')", "-"),
        ("position('a' in status)", "-"),
        ("replace((select ssn from users), 'a', 'b')", "ssn"),
        ("replace(status, (select ssn from users), 'b')", "ssn"),
        ("split_part(status, 'a', 1)", "ssn"),
    ],
)
def test_users_functions_named_like_the_servers_are_read(call: str, wanted: str) -> None:
    """As citext's are, which may take the place of these in any call."""
    shop = with_functions(
        ("replace", "select pg_catalog.replace($1, $2, $3)", 3),
        ("strpos", "select pg_catalog.strpos(pg_catalog.lower($1), $2)", 2),
        ("position", "select 1", 2),
        ("split_part", "select ssn from users", 3),
    )
    [(_, exposure)] = run_session(f"select {call} from orders", shop)
    assert describe(exposure) == [wanted]


def test_changed_search_path_is_followed() -> None:
    exposure = look("set search_path to nowhere ;; select name from users")
    assert "-" not in describe(exposure)


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    ("constant", "is_shown"), [("K7Q2M9Z4", False), ("x-K7Q2M9Z4", False), ("paid", True)]
)
def test_constant_in_a_function_that_looks_like_a_key_is_masked(
    constant: str, is_shown: bool, engine: Engine
) -> None:
    shop = make_catalogue(engine)
    body = f"{'select' if engine is Engine.POSTGRESQL else 'return'} '{constant}'"
    made = Function(
        schema=shop.search_path[0],
        name="f",
        language="sql",
        body=body,
        returns="text",
        is_exact=True,
    )
    shop = dataclasses.replace(shop, functions={**shop.functions, "f": (made,)})
    for text in ("select f()", "select coalesce(f(), '') from orders"):
        statement = analyse(text, engine=engine, catalogue=shop, context=SessionContext())
        exposure = trace(statement, catalogue=shop, context=SessionContext())
        assert exposure.columns is not None
        assert bool(exposure.columns[0].classes) is not is_shown, text


def test_constant_that_the_person_typed_is_shown() -> None:
    shop = make_catalogue(Engine.POSTGRESQL)
    text = "select 'K7Q2M9Z4', x from (select 'a1b2c3d4' as x) y"
    statement = analyse(text, engine=Engine.POSTGRESQL, catalogue=shop, context=SessionContext())
    exposure = trace(statement, catalogue=shop, context=SessionContext())
    assert exposure.columns is not None
    assert not any(column.classes for column in exposure.columns)


@pytest.mark.parametrize(
    ("text", "masks"),
    [
        ("select (f(1)).*", ["-", "ssn"]),
        ("select * from f(1) with ordinality", ["-", "ssn", "-"]),
        ("select b.plan from f(1) as b", ["-"]),
        ("select (f(1)).secret, (f(1)).plan", ["ssn", "-"]),
    ],
)
def test_members_of_a_type_of_rows_are_told_apart(text: str, masks: list[str]) -> None:
    shop = SHOPS[Engine.POSTGRESQL]
    body = "select count(*), min(ssn) from users where id = $1"
    made = Function(
        schema="public",
        name="f",
        language="sql",
        body=body,
        returns="told",
        argument_count=1,
        result_names=("plan", "secret"),
    )
    shop = dataclasses.replace(shop, functions={**shop.functions, "f": (made,)}, version="rows")
    context = SessionContext()
    statement = analyse(text, engine=Engine.POSTGRESQL, catalogue=shop, context=context)
    columns = trace(statement, catalogue=shop, context=context).columns
    assert columns is not None
    assert [next((one.value for one in column.classes), "-") for column in columns] == masks
    assert all(column.is_proven for column in columns)


def with_functions(*bodies: tuple[str, str, int]) -> Catalogue:
    """Add SQL functions to PostgreSQL's shop, each by its name, body and number of arguments."""
    shop = SHOPS[Engine.POSTGRESQL]
    functions = dict(shop.functions)
    for name, body, count in bodies:
        made = Function(
            schema="public",
            name=name,
            language="sql",
            body=body,
            returns="text",
            argument_count=count,
            argument_names=("",) * count,
        )
        functions[name] = (*functions.get(name, ()), made)
    return dataclasses.replace(shop, functions=functions, version=repr(bodies))


_ENDLESS = (
    [("f", "select case when $1 < 2 then '' else f($1 - 1) || f($1 - 2) || f($1 - 3) end", 1)],
    [("f", "select g($1) || g($1) || g($1)", 1), ("g", "select f($1) || f($1) || f($1)", 1)],
    [
        *((f"f{at or ''}", f"select f{at + 1}($1) || f{at + 1}($1)", 1) for at in range(22)),
        ("f22", "select $1", 1),
    ],
)


@pytest.mark.parametrize("bodies", _ENDLESS, ids=["itself", "each other", "twice the next"])
def test_functions_that_go_on_and_on_are_read_for_a_moment_and_not_proven(
    bodies: list[tuple[str, str, int]],
) -> None:
    [(statement, exposure)] = run_session("select f(id) from orders", with_functions(*bodies))
    assert not statement.is_understood
    assert "-" not in describe(exposure)


_WITHIN = {
    "condition of CASE": "case when {0} = 'a' then 'b' end",
    "operand of CASE": "case {0} when 'a' then 'b' when 'c' then 'd' end",
    "condition of a query": "(select v from t where case when {0} = 'a' then true end)",
    "COUNT": "(select count(distinct {0}) from t)",
    "recursion": "(with recursive r(z) as (select {0} union all select z from r) select z from r)",
}


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("pattern", _WITHIN.values(), ids=_WITHIN)
def test_what_is_within_itself_a_dozen_deep_is_not_walked_thousands_of_times(
    pattern: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []
    flow_of = terms.flow_of
    monkeypatch.setattr(terms, "flow_of", lambda *given: steps.append(0) or flow_of(*given))
    text = "ssn"
    for _ in range(12):
        text = pattern.format(text)
    exposure = look(f"select {text} from users", engine)
    assert "-" not in describe(exposure) or "count" in text
    assert len(steps) < 4000


@pytest.mark.parametrize("engine", Engine)
def test_whether_chance_is_asked_is_looked_for_once_in_a_statement(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    called = searches.called
    monkeypatch.setattr(searches, "called", lambda node: looked.append(0) or called(node))
    look(f"select {', '.join(['lower(upper(ssn))'] * 60)} from users", engine)
    assert len(looked) < 60 * 40


def test_schema_before_a_function_says_whose_it_is() -> None:
    # As citext's are: of the same name as the server's, which they call.
    body = "select pg_catalog.regexp_match($1, $2, case when pg_catalog.f($1) = 0 then $2 end)"
    shop = with_functions(
        ("regexp_match", body, 2), ("regexp_match", body, 3), ("f", "select 1", 1)
    )
    for call, wanted in (
        ("regexp_match(status, 'a')", "?"),
        ("pg_catalog.regexp_match(status, 'a')", "-"),
        ("public.f(id)", "-"),
        ("other.f(id)", "?"),
        ("public.pg_typeof(id)", "?"),
    ):
        [(_, exposure)] = run_session(f"select {call} from orders", shop)
        assert describe(exposure) == [wanted], call


@pytest.mark.parametrize("engine", Engine)
def test_function_is_called_by_code_and_not_by_a_word_in_a_string(engine: Engine) -> None:
    shop = SHOPS[engine]
    known = dataclasses.replace(
        shop.functions["opaque"][0],
        language="plpgsql" if engine is Engine.POSTGRESQL else "sql",
    )
    bodies = {
        "writer": "begin insert into products(name) select ssn from users; end",
        "run_it": "begin execute what; end",
    }
    functions = dict(shop.functions) | {
        name: (dataclasses.replace(known, name=name, body=body),) for name, body in bodies.items()
    }
    catalogue = dataclasses.replace(shop, functions=functions, version="writing")

    def laundering(text: str) -> tuple[str, ...]:
        return run_session(text, catalogue)[-1][1].laundering

    assert laundering("select id from products where name = 'writer'") == ()
    assert laundering("select id from products where name in ('x', 'writer') order by id") == ()
    assert laundering("select writer() from products")
    assert laundering("select run_it('select writer()') from products")


@pytest.mark.parametrize(
    "text",
    [
        "select u.id from z join users u using (ssn)",
        "select u.id from z join users u on z.ssn = u.ssn",
        "select id from users where ssn in (select ssn from z)",
    ],
)
def test_a_join_with_a_table_of_unknown_columns_is_inference(text: str) -> None:
    assert look(f"create temporary table z like users ;; {text}", Engine.MYSQL).inference
