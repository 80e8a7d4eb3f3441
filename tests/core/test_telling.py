"""What a statement tells by what it does, and what becomes of what a session made."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from bastion.core.catalogue import Catalogue, Classification, Function, RelationKind
from bastion.core.context import SessionContext
from bastion.core.exposure import Exposure
from bastion.core.lineage import trace
from bastion.core.model import Engine, Sensitivity
from bastion.core.statement import analyse
from bastion.core.tracking import advance
from tests.fakes.catalogues import make_catalogue, make_relation

KEYED = make_relation("public", "keyed", "id int4, ssn text SSN", unique_keys=(("ssn",),))
"""Each ssn may stand in it once."""
SHOPS = {
    engine: dataclasses.replace(
        shop,
        relations=MappingProxyType({**shop.relations, ("public", "keyed"): KEYED}),
    )
    for engine in Engine
    if (shop := make_catalogue(engine))
}


def last(text: str, engine: Engine = Engine.POSTGRESQL, shop: Catalogue | None = None) -> Exposure:
    """Run statements one after another; give what the last one can reveal."""
    shop = shop or SHOPS[engine]
    context, exposure = SessionContext(), None
    for piece in text.split(" ;; "):
        statement = analyse(piece, engine=engine, catalogue=shop, context=context)
        exposure = trace(statement, catalogue=shop, context=context)
        context = advance(context, statement, exposure, catalogue=shop)
    assert exposure is not None
    return exposure


def hides_all(exposure: Exposure) -> bool:
    columns = exposure.columns
    return columns is None or all(bool(one.classes) or not one.is_proven for one in columns)


def with_function(body: str, *, language: str = "sql", **more: str) -> Catalogue:
    shop = SHOPS[Engine.POSTGRESQL]
    function = Function(
        schema="public", name="f", language=language, body=body, returns="text",
        argument_count=1, argument_names=("p",), **more,
    )  # fmt: skip
    return dataclasses.replace(shop, functions=MappingProxyType({"f": (function,)}))


@pytest.mark.parametrize(
    "text",
    [
        "create temp table z as select ssn q from users ;; "
        "create temp table if not exists z as select 'x'::text q ;; select q from z",
        "create temp table z(q text) ;; create temp view v as select q from z ;; "
        "insert into z select ssn from users ;; select q from v",
        "create temp table z as select id x, ssn name from users ;; "
        "alter table z rename to products ;; select name from products",
        "create temp table z as select 'x' a, ssn b from users ;; "
        "alter table z alter column a type text using b ;; select a from z",
        "create temp table z as select ssn q from users ;; "
        "declare c cursor with hold for select q from z ;; drop table z ;; "
        "create temp table z (q text) ;; fetch all from c",
        "begin ;; create temp view y as select ssn q from users ;; savepoint a ;; "
        "create or replace temp view y as select 'a'::text q ;; rollback to a ;; select q from y",
        "begin ;; create temp table y as select ssn q from users ;; savepoint a ;; drop table y ;; "
        "create temp table y as select 'a'::text q ;; rollback to a ;; select upper(q) from y",
    ],
)
def test_what_a_session_made_keeps_its_classes_under_any_name(text: str) -> None:
    assert hides_all(last(text))


@pytest.mark.parametrize(
    "text",
    [
        "create temporary table z as select ssn q from users ;; "
        "create temporary table if not exists z as select 'x' q ;; select q from z",
        "create temporary table z as select id x, ssn name from users ;; "
        "rename table z to products ;; select name from products",
        "create temporary table z as select 'x' a, ssn b from users ;; "
        "alter table z rename column a to c, rename column b to a ;; select a from z",
    ],
)
def test_mysql_names_that_move_keep_their_classes(text: str) -> None:
    assert hides_all(last(text, Engine.MYSQL))


def test_temporary_table_made_again_for_good_is_not_masked_for_what_it_was() -> None:
    exposure = last(
        "create temp table z as select ssn q from users ;; drop table z ;; "
        "create temp table z as select 'x'::text q ;; select q from z"
    )
    assert not hides_all(exposure)


@pytest.mark.parametrize(
    "text",
    [
        "create temp table z () inherits (products) ;; insert into z(name) select ssn from users",
        "create temp table z () inherits (products) ;; insert into z select id, ssn from users",
    ],
)
def test_rows_that_another_table_shows_too_are_laundering(text: str) -> None:
    assert last(text).laundering


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        (Engine.POSTGRESQL, "create temp table z (a text check (a like 'S%'))"),
        (Engine.POSTGRESQL, "create temp table z (a text primary key)"),
        (Engine.POSTGRESQL, "create temp table z (a text unique)"),
        (Engine.POSTGRESQL, "create temp table z (a text) partition by range (a)"),
        (Engine.POSTGRESQL, "create temp table z (a mood)"),
        (Engine.POSTGRESQL, "create temp table z (a text) ;; create unique index on z (a)"),
        (Engine.POSTGRESQL, "create temp table z (a text) ;; alter table z add unique (a)"),
        (Engine.MYSQL, "create temporary table z (a varchar(80) check (a like 'S%'))"),
        (Engine.MYSQL, "create temporary table z (a enum('x'))"),
    ],
)
def test_what_a_table_of_checks_accepts_is_inference(engine: Engine, text: str) -> None:
    assert last(f"{text} ;; insert into z(a) select ssn from users", engine).inference
    assert not last(f"{text} ;; insert into z(a) select name from users", engine).inference


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        (Engine.POSTGRESQL, "alter table users add check (ssn < 'M')"),
        (Engine.POSTGRESQL, "alter table users add check (users::text like '%S%')"),
        (Engine.POSTGRESQL, "alter table users add b int generated always as (ascii(ssn)) stored"),
        (Engine.POSTGRESQL, "alter table users alter ssn type int using ascii(ssn)"),
        (Engine.POSTGRESQL, "alter table users alter ssn type mood"),
        (Engine.POSTGRESQL, "create index on users ((1/(ascii(ssn)-83)))"),
        (Engine.POSTGRESQL, "create index i on users (id) where ssn like 'S%'"),
        (Engine.POSTGRESQL, "create policy p on users using (ssn like 'S%')"),
        (Engine.POSTGRESQL, "create table zz (a text references users(ssn))"),
        (Engine.POSTGRESQL, "cluster users using i"),
        (Engine.MYSQL, "alter table users order by ssn"),
        (Engine.MYSQL, "alter table users modify ssn enum('x')"),
        (Engine.MYSQL, "alter table users add b int default (if(ssn like 'S%',1,0))"),
    ],
)
def test_structure_that_computes_with_sensitive_columns_is_inference(
    engine: Engine, text: str
) -> None:
    assert last(text, engine).inference


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        (Engine.POSTGRESQL, "create index on users (ssn)"),
        (Engine.POSTGRESQL, "create index on users using btree (ssn text_pattern_ops)"),
        (Engine.POSTGRESQL, "alter table users add column age int check (age > 0)"),
        (Engine.POSTGRESQL, "alter table users alter ssn set not null"),
        (Engine.POSTGRESQL, "create table suppliers (id int primary key, email text unique)"),
        (Engine.POSTGRESQL, "create table b (id int references users(id), ssn text check (true))"),
        (Engine.POSTGRESQL, "create temp table z (a text) ;; create unique index on z (a)"),
        (Engine.MYSQL, "create index i on users (ssn)"),
        (Engine.MYSQL, "alter table users add column email varchar(80) unique"),
    ],
)
def test_structure_of_plain_columns_is_no_inference(engine: Engine, text: str) -> None:
    assert not last(text, engine).inference


@pytest.mark.parametrize(
    "text",
    [
        "do $$ begin if (select ssn from users) like 'S%' then raise exception 'x'; end if; end $$",
        "do $$ begin perform 1/(ascii(ssn)-83) from users; end $$",
        "do $$ begin perform ssn from users; end $$",
        "do $$ begin raise notice '%', (select ssn from users); end $$",
        "do $$ begin if exists (select from users where ssn like 'S%') then null; end if; end $$",
        "do $$ declare r record; begin for r in select * from users loop null; end loop; end $$",
        "do $$ begin execute 'select 1'; end $$",
    ],
)
def test_code_that_reads_sensitive_columns_is_inference(text: str) -> None:
    assert last(text).inference or last(text).laundering


def test_code_on_harmless_columns_is_no_inference() -> None:
    assert not last("do $$ begin perform 1 from products where name = 'x'; end $$").inference


@pytest.mark.parametrize(
    "call",
    [
        "unnest(array_fill(1, array[ascii(ssn)]))",
        "unnest((array[1,2,3])[1:ascii(ssn)-80])",
        "unnest(array_remove(array[left(ssn,1)], 'S'))",
        "jsonb_object_keys(jsonb_build_object(ssn, 1, 'S3', 2))",
        "jsonb_each(jsonb_strip_nulls(jsonb_build_object('a', nullif(ssn, 'x'))))",
        "jsonb_array_elements(to_jsonb(array[ssn]) - 'x')",
        "json_table(meta, '$[*] ? (@.ssn starts with \"S\")' columns (x text path '$.plan'))",
    ],
)
def test_rows_counted_out_of_a_value_are_inference(call: str) -> None:
    assert last(f"select count(*) from users, {call} as x").inference


@pytest.mark.parametrize(
    "call",
    ["unnest(array[ssn, name])", "jsonb_each(meta)", "jsonb_array_elements(meta -> 'tags')",
     "jsonb_each_text(to_jsonb(users))"],
)  # fmt: skip
def test_rows_of_what_is_stored_are_no_inference(call: str) -> None:
    assert not last(f"select count(*) from users, {call} as x").inference


@pytest.mark.parametrize(
    "text",
    [
        "select ssn::mood from users",
        "select ssn::regclass from users",
        "select jsonb_object_agg_unique(ssn, 1) from users",
        "select json_object(ssn: 1, 'x': 2 with unique keys) from users",
        "set enable_seqscan = off ;; select id from users where ssn is not null",
        "select t.id from products t join users u on u.ssn = t.sku",
        "select 1 where table_to_xml('users',true,true,'')::text like '%S3%'",
        "select id from users where ssn = lower(ssn)",
        "select id from users where ssn = any(array[upper(ssn)])",
        "select u.id from users u join users v on trim(u.ssn) = v.ssn",
        "create temp table z(ssn text) ;; select ssn from users intersect all select ssn from z",
        "select ssn from users except all select name from users",
        "insert into keyed(ssn) select chr(g) from generate_series(65, 90) g",
        "insert into keyed(ssn) select sku from products on conflict do nothing",
        "with recursive r(s) as (select ssn from users union all select substr(s, 2) from r"
        " where s <> '') select count(*) from r",
    ],
)
def test_ways_to_ask_without_a_guess_are_inference(text: str) -> None:
    assert last(text).inference


@pytest.mark.parametrize(
    "text",
    [
        "select a.id from users a join users b on a.ssn = b.ssn",
        "select a.id from users a join users b on lower(a.ssn) = lower(b.ssn)",
        "select a.id from users a join employees b on a.ssn = lower(b.ssn)",
        "insert into keyed(ssn) select ssn from users",
        "insert into keyed(id) select g from generate_series(1, 9) g",
    ],
)
def test_joins_and_copies_of_stored_values_are_no_inference(text: str) -> None:
    assert not last(text).inference


@pytest.mark.parametrize(
    "text",
    [
        "select ssn::int from users",
        "select length(ssn)::numeric(1, 0) from users",
        "select ascii(ssn) * ascii(ssn) * ascii(ssn) from users",
        "select to_timestamp(ssn, 'YYYY') from users",
        "select parse_ident(ssn), to_tsquery(ssn) from users",
        "select int4range(60, ascii(ssn)) from users",
        "select trim_array(array[1, 2, 3], length(ssn)) from users",
        "select ntile(ascii(ssn) - 60) over () from users",
    ],
)
def test_what_fails_for_some_values_only_costs_a_guess(text: str) -> None:
    guessed = last(text).guessed
    assert guessed
    assert all(guess.key for guess in guessed)
    assert last(text).guessed == guessed
    assert last(text.replace("60", "61")).guessed[-1].count == 1


@pytest.mark.parametrize(
    "text",
    [
        "select substr(name, 1, 0 - (ssn > 'M')::int) from users",
        "select name ~ ssn from users",
        "select (ascii(ssn) + current_setting('app.k')::int)::int2 from users",
        "select (ascii(ssn) + extract(second from now()))::int2 from users",
        "prepare p(int) as select (ascii(ssn) + $1)::int2 from users ;; execute p(1)",
        "select id from users where ssn = '16384'::oid::regclass::text",
        "select id from users where ssn = '2026-01-01'::timestamptz::text",
    ],
)
def test_what_the_same_words_may_ask_anew_counts_each_time(text: str) -> None:
    assert [guess.key for guess in last(text).guessed][-1] == ""


@pytest.mark.parametrize(
    "text",
    [
        "select id from users where ssn = any(string_to_array('a,b,c', ','))",
        "select id from users where ssn = any(array['a', 'b'] || array['c'])",
    ],
)
def test_values_that_cannot_be_counted_are_inference(text: str) -> None:
    assert last(text).inference


@pytest.mark.parametrize(
    ("text", "guesses"),
    [
        ("insert into users(id, ssn) values (1, 'a'), (2, 'b')", 2),
        ("update users set ssn = 'a' where id = 1", 1),
        ("create temp table z as select ssn from users ;; insert into z values ('a')", 1),
        ("insert into users(id, name) values (1, 'a')", 0),
        ("update users set ssn = null", 0),
        ("create table z as select 'a' as ssn, 'b' as sku union all select 'c', 'd'", 2),
        ("create table z(ssn text, a text) ;; insert into z(a) values ('a'), ('b')", 0),
    ],
)
def test_values_written_beside_masked_ones_are_guesses(text: str, guesses: int) -> None:
    """A join of the two columns would tell which of them is right."""
    exposure = last(text)
    assert not exposure.inference
    assert sum(guess.count for guess in exposure.guessed) == guesses


def test_a_setting_named_by_a_masked_value_is_laundering() -> None:
    assert last("select set_config('app.' || left(ssn, 1), '1', false) from users").laundering
    assert last("select set_config('app.k', '1', ssn > 'M') from users").laundering


@pytest.mark.parametrize(
    "text",
    [
        "select ssn + 0, ssn = 'x', lower(ssn) = 'x', length(ssn) > 3 from users",
        "select concat(ssn, 'x') is null, lower(ssn) = name, ascii(ssn) + 1 from users",
    ],
)
def test_texts_among_texts_and_numbers_among_numbers_cost_nothing(text: str) -> None:
    assert not [one for one in last(text, Engine.MYSQL).guessed if "may fail" in one.key]


def test_a_replacement_that_a_column_gives_may_be_none_and_costs_a_guess() -> None:
    guessed = last("select regexp_replace('a', 'a', ssn) from users", Engine.MYSQL).guessed
    assert any("may fail" in one.key for one in guessed)
    typed = last("select regexp_replace(name, 'a', 'b') from users", Engine.MYSQL)
    assert not typed.guessed


_EDGE = "'9999-12-31' + interval"


@pytest.mark.parametrize(
    "text",
    [
        f"select {_EDGE} (ssn like 'S%') day from users",
        "select date_add('9999-12-31', interval ascii(ssn) day) from users",
        "select concat('9999-12-3', ssn like 'S%') + interval 1 day from users",
        "select 60 - cast(ascii(ssn) as unsigned) from users",
        "select ascii(ssn) - id from users",
        "select hex(9 + (ssn like 'S%')) + 0 from users",
        "select hex(9 + (ssn like 'S%')) > id, 1 in (conv(9 + (ssn like 'S%'), 10, 16)) from users",
        "select not hex(9 + (ssn like 'S%')) from users",
        "select -hex(9 + (ssn like 'S%')) from users",
        "select hex(9 + (ssn like 'S%')) is true from users",
        "select nullif(hex(9 + (ssn like 'S%')), 0) from users",
        "select sum(hex(9 + (ssn like 'S%'))) from users",
        "select dayofmonth(concat('2024-01-3', 1 + (ssn like 'S%'))) from users",
        "select q.h + 0 from (select hex(9 + (ssn like 'S%')) h from users) q",
    ],
)
def test_edges_of_dates_and_numbers_cost_a_guess_on_mysql(text: str) -> None:
    exposure = last(text, Engine.MYSQL)
    assert exposure.guessed
    assert not exposure.inference


@pytest.mark.parametrize(
    "text",
    [
        f"select {_EDGE} (ascii(u.ssn) > q.n) day from users u, (select 1 n union select 2) q",
        f"select {_EDGE} (ascii(u.ssn) > n.id) day from users u, users n",
        f"select {_EDGE} q.b day from"
        " (select ascii(u.ssn) > n.id b from users u, users n where u.id = 1) q",
        f"select {_EDGE} (select ascii(u.ssn) > n.id from users u where u.id = 1) day from users n",
        f"select {_EDGE} (ascii(ssn) > rand() * 100) day from users",
        f"select {_EDGE} (ascii(ssn) > (@i := @i + 1)) day from users",
        f"select {_EDGE} (ascii(max(ssn)) > count(*)) day from users group by name",
        "create temporary table z as select ascii(u.ssn) > n.id b from users u, users n ;;"
        f" select {_EDGE} b day from z",
        "select json_extract(concat('[', substr(u.ssn, n.id, 1), ']'), '$') from users u, users n",
        "select n - (ssn like 'S%') from users, (select 0 n union select 1) q",
    ],
)
def test_what_fails_by_rows_is_inference(text: str) -> None:
    assert last(text, Engine.MYSQL).inference


@pytest.mark.parametrize(
    "text",
    [
        "select upper(ssn), length(ssn), left(ssn, 2), substr(ssn, 2, 3), md5(ssn) from users",
        "select ssn || name, concat_ws(' ', name, ssn), replace(ssn, '-', '') from users",
        "select max(ssn), count(ssn), array_agg(ssn), string_agg(ssn, ',') from users",
        "select ssn is null, coalesce(ssn, ''), case when ssn is null then 1 end from users",
        "select to_char(birth_date, 'YYYY'), extract(year from age(birth_date)) from employees",
        "select birth_date::text, birth_date + 1, birth_date - interval '1 year' from employees",
        "select first_value(ssn) over (order by id), lag(ssn, 1) over (order by id) from users",
        "select row_to_json(u), to_jsonb(u), meta ->> 'plan' from users u",
        "select ssn ~ '^1', ssn like '1%', ssn > 'M' from users",
    ],
)
def test_what_never_fails_costs_nothing(text: str) -> None:
    assert not last(text).guessed


def test_guess_inside_a_function_is_spent_by_who_calls_it() -> None:
    shop = with_function("select count(*) from users where ssn = p")
    assert len(last("select f('x')", shop=shop).guessed) == 1


@pytest.mark.parametrize(
    "text",
    [
        "select nth_value(id, ascii(ssn) - 60) over () from users",
        "select lag(id, length(ssn)) over (order by id) from users",
        "select lpad(name, ascii(ssn) - 60, 'x') from users",
    ],
)
def test_null_that_a_place_in_a_value_makes_is_masked_too(text: str) -> None:
    exposure = last(text)
    assert exposure.columns is not None
    assert exposure.columns[0].hides_null


@pytest.mark.parametrize(
    "text",
    [
        "select id from users force index (ssn)",
        "select id from users ignore index (primary)",
        "select make_set(ascii(ssn), 1, (select id from products)) from users",
        "set @n = (select ssn from users) ;; do 1/(ascii(@n)-83)",
    ],
)
def test_mysql_ways_to_ask_without_a_guess_are_inference(text: str) -> None:
    assert last(text, Engine.MYSQL).inference


def test_sql_function_chooses_rows_for_whoever_calls_it() -> None:
    asking = with_function("select count(*)::text from users where ssn like p || '%'")
    assert last("select f('S')", shop=asking).inference
    guessing = with_function("select name from users where ssn = p")
    assert last("select f('S3')", shop=guessing).guesses == 1
    harmless = with_function("select name from users where name like p || '%'")
    assert not last("select f('S')", shop=harmless).inference


def test_sql_function_reads_what_the_session_put_in_the_place_of_a_table() -> None:
    shop = with_function("select name from products limit 1")
    assert not hides_all(last("select f('x')", shop=shop))
    text = "create temp table products as select ssn as name from users ;; select f('x')"
    assert hides_all(last(text, shop=shop))


def test_untraced_function_that_names_a_sensitive_table_may_not_choose_rows() -> None:
    shop = with_function("begin return (select ssn from users); end", language="plpgsql")
    assert last("select id from products where f('x') like 'S%'", shop=shop).inference
    shop = with_function("begin return (select sku from products); end", language="plpgsql")
    assert not last("select id from products where f('x') like 'S%'", shop=shop).inference


def test_setting_from_current_may_not_keep_a_masked_value() -> None:
    text = "select set_config('app.k', ssn, false) from users ;; "
    assert last(f"{text}create function g() returns int set app.k from current as 'x'").laundering
    assert last(f"{text}alter role ann set app.k from current").laundering


def test_column_of_a_row_may_be_a_function_of_it() -> None:
    shop = with_function("select ssn from users")
    for sql in ("select products.f from products", "select (p).f from products p"):
        assert hides_all(last(sql, shop=shop))
    shop = with_function("begin return (select ssn from users); end", language="plpgsql")
    assert last("select id from products p where p.f like 'S%'", shop=shop).inference


def test_code_that_reads_a_variable_with_a_masked_value_is_inference() -> None:
    text = "select set_config('app.k', ssn, false) from users ;; "
    code = "begin if current_setting('app'||'.k') like 'S%' then raise 'x'; end if; return ''; end"
    assert last(f"{text}do $$ {code} $$").inference
    shop = with_function(code, language="plpgsql")
    assert last(f"{text}select id from products where f('x') = ''", shop=shop).inference
    assert not last("select id from products where f('x') = ''", shop=shop).inference


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize(
    "text",
    [
        "select u.id, u.ssn, count(*) from users u join orders o on o.id = u.id"
        " group by u.id, u.ssn",
        "select ssn from users group by id, ssn order by id, ssn",
        "select id, ssn from users group by 1, 2",
        "select u.id from users u group by u.id, u.name, u.ssn order by u.id, u.ssn desc",
    ],
)
def test_keys_behind_the_primary_key_tell_nothing(engine: Engine, text: str) -> None:
    assert not last(text, engine).inference


@pytest.mark.parametrize(
    "text",
    [
        "select ssn, id from users group by ssn, id",
        "select ssn from users group by name, ssn",
        "select ssn from users group by rollup (id, ssn)",
        "select ssn from users group by grouping sets ((id), (ssn))",
        "select u.ssn from users u join orders o on o.id = u.id group by o.id, u.ssn",
        "select x.id, x.ssn from users x(other, id, ssn) group by x.id, x.ssn",
        "select x.ssn from (select 1 as id, ssn from users) x group by x.id, x.ssn",
        "select 1 as id, ssn from users order by id, ssn",
        "select id, ssn from users order by id + 0, ssn",
        "select name as id, ssn from users order by id, ssn",
        "create temp table t (id int primary key, ssn text) ;; "
        "insert into t select 1, ssn from users ;; select ssn from t group by id, ssn",
    ],
)
def test_keys_behind_anything_else_are_inference(text: str) -> None:
    assert last(text).inference


def test_primary_key_says_nothing_of_rows_that_a_child_brings() -> None:
    shop = SHOPS[Engine.POSTGRESQL]
    child = dataclasses.replace(
        shop.relations[("public", "users")], name="old_users", parents=(("public", "users"),)
    )
    relations = {**shop.relations, ("public", "old_users"): child}
    shop = dataclasses.replace(shop, relations=MappingProxyType(relations))
    assert last("select ssn from users group by id, ssn", shop=shop).inference


def test_tables_of_numbers_are_harmless_under_their_own_names_only() -> None:
    shop = dataclasses.replace(SHOPS[Engine.MYSQL], is_mariadb=True)
    exposure = last("select seq, concat(seq, 'x') from seq_1_to_10_step_2", Engine.MYSQL, shop)
    assert not hides_all(exposure)
    assert hides_all(last("select seq from seq_1_to", Engine.MYSQL, shop))
    assert hides_all(last("select other from seq_1_to_10", Engine.MYSQL, shop))


@pytest.mark.parametrize(
    "text",
    [
        "create function w() returns int language plpgsql as "
        "$$ begin insert into t select 1, ssn from users; return 1; end $$",
        "create or replace procedure w() language sql as "
        "$$ update t set v = (select ssn from users) $$",
        "create function w() returns text language plpgsql as "
        "$$ begin return (table users); end $$",
        "create function w() returns int language plpgsql as "
        "$$ begin execute 'x'; return 1; end $$",
    ],
)
def test_code_made_in_a_transaction_that_could_run_unread_is_laundering(text: str) -> None:
    assert last(f"begin ;; {text}").laundering
    assert not last(text).laundering


def test_harmless_code_made_in_a_transaction_runs() -> None:
    body = "$$ begin insert into products(id) values (1); return 1; end $$"
    text = f"begin ;; create function w() returns int language plpgsql as {body}"
    assert not last(text).laundering


def test_code_that_was_not_read_again_may_not_be_called() -> None:
    shop = SHOPS[Engine.MYSQL]
    context = SessionContext(has_restructured=True)
    for text, is_held in (("select g()", True), ("select upper('a')", False)):
        statement = analyse(text, engine=Engine.MYSQL, catalogue=shop, context=context)
        exposure = trace(statement, catalogue=shop, context=context)
        assert bool(exposure.laundering) is is_held, text


@pytest.mark.parametrize(
    "text",
    [
        "do $$ begin insert into t select 1, most_common_vals::text from pg_stats; end $$",
        "do $$ begin perform rolpassword from pg_authid; end $$",
        'do $$ begin insert into t select 1, U&"\\0073sn" from U&"\\0075sers"; end $$',
    ],
)
def test_code_that_reads_what_the_server_keeps_of_values_is_held(text: str) -> None:
    exposure = last(text)
    assert exposure.laundering or exposure.inference


READER = "select ssn from users limit 1"


@pytest.mark.parametrize(
    "text",
    [
        "create temp table z (a text default f(1))",
        "create table z (a text default f(1))",
        "alter table orders add column note text default f(1)",
        "alter table orders alter ref set default f(1)",
        "create domain d as text default f(1)",
        "create table p partition of orders for values in (f(1))",
        "create temp table z (a text default query_to_xml('select 1', true, true, '')::text)",
        "create temp table z (a bytea default lo_get(1))",
    ],
)
def test_structure_that_calls_what_reads_masked_values_is_laundering(text: str) -> None:
    assert last(text, shop=with_function(READER)).laundering


@pytest.mark.parametrize(
    "text",
    [
        "create temp table z (a timestamptz default now(), b uuid default gen_random_uuid())",
        "create table z (f text, a numeric(8,2) default 0)",
        "alter table orders add column note text default lower('X')",
        "create temp table z as select f(1)",
        "create view v as select f(1)",
    ],
)
def test_structure_that_calls_nothing_of_the_kind_is_not(text: str) -> None:
    assert not last(text, shop=with_function(READER)).laundering


@pytest.mark.parametrize("body", [READER, "select 'x'"])
@pytest.mark.parametrize(
    "text",
    [
        "insert into kept (id) values (1)",
        "insert into kept default values",
        "insert into kept values (1, default)",
        "update kept set note = default",
        "merge into kept k using orders o on k.id = o.id"
        " when not matched then insert (id) values (1)",
    ],
)
def test_default_is_a_value_that_is_written(text: str, body: str) -> None:
    shop = with_function(body)
    kept = make_relation("public", "kept", "id int4, note text")
    columns = tuple(
        dataclasses.replace(one, default="f(1)") if one.name == "note" else one
        for one in kept.columns
    )
    kept = dataclasses.replace(kept, columns=columns)
    shop = dataclasses.replace(
        shop, relations=MappingProxyType({**shop.relations, ("public", "kept"): kept})
    )
    assert bool(last(text, shop=shop).laundering) is (body == READER)


def test_default_of_a_temporary_table_is_read_anew_when_it_is_used() -> None:
    made = (
        "create temp table z (id int, a text default f(1)) ;; "
        "insert into z(id) values (1) ;; select a from z"
    )
    assert not hides_all(last(made, shop=with_function("select 'x'")))
    shop = with_function("select 'x'")
    context = SessionContext()
    for piece in made.split(" ;; ")[:1]:
        statement = analyse(piece, engine=Engine.POSTGRESQL, catalogue=shop, context=context)
        exposure = trace(statement, catalogue=shop, context=context)
        context = advance(context, statement, exposure, catalogue=shop)
    shop = with_function(READER)
    for piece in made.split(" ;; ")[1:]:
        statement = analyse(piece, engine=Engine.POSTGRESQL, catalogue=shop, context=context)
        exposure = trace(statement, catalogue=shop, context=context)
        context = advance(context, statement, exposure, catalogue=shop)
    assert hides_all(exposure)


@pytest.mark.parametrize(
    "text",
    [
        "prepare p(text) as insert into orders(ref) values ($1) ;; execute p(f(1))",
        "prepare p(text) as insert into orders(ref) values ($1) ;; explain analyze execute p(f(1))",
        "prepare p(text) as select id from orders where ref > $1 ;; execute p(f(1))",
        "prepare p(int) as select id from orders limit $1 ;; "
        "execute p((select ascii(ssn) from users))",
        "prepare p(text) as select id from users where ssn > $1 ;; execute p('M' || '')",
    ],
)
def test_computed_arguments_of_execute_are_judged_as_code(text: str) -> None:
    exposure = last(text, shop=with_function(READER))
    assert exposure.laundering or exposure.inference


def test_harmless_arguments_of_execute_are_free() -> None:
    text = "prepare p(timestamptz) as select id from orders where made_at > $1 ;; execute p(now())"
    exposure = last(text, shop=with_function(READER))
    assert not exposure.laundering
    assert not exposure.inference


def with_texts(sql: str = "select ssn from users limit 1", **more: str) -> Catalogue:
    """Give the shop with notes that hold e-mail addresses in free text."""
    shop = with_function(sql)
    notes = make_relation("public", "notes", "id int4, body text")
    held = Classification(sensitivity=None, evidence="test", embedded=Sensitivity.EMAIL)
    columns = tuple(
        dataclasses.replace(one, classification=held) if one.name == "body" else one
        for one in notes.columns
    )
    notes = dataclasses.replace(notes, columns=columns)
    relations = MappingProxyType({**shop.relations, ("public", "notes"): notes})
    return dataclasses.replace(shop, relations=relations, defaults=MappingProxyType(more))


@pytest.mark.parametrize(
    "text",
    [
        "select body::varchar(12) from notes",
        "select body::char(9) from notes",
        "select cast(body as name) from notes",
        "select body::bpchar(9), body::varchar(4)[] from notes",
    ],
)
def test_cast_that_cuts_a_text_hides_what_was_cut(text: str) -> None:
    assert hides_all(last(text, shop=with_texts()))


@pytest.mark.parametrize(
    "text", ["select body::text from notes", "select body::varchar from notes"]
)
def test_cast_that_keeps_a_text_leaves_it_to_the_detectors(text: str) -> None:
    assert not hides_all(last(text, shop=with_texts()))


@pytest.mark.parametrize(
    "text",
    [
        "select id from notes where body like 'mail: c%'",
        "select id from notes where body ~ '^mail: c'",
        "select id from notes where substr(body, 7, 1) = 'c'",
        "select id from notes where body > 'mail: d'",
        "select distinct left(body, 7) from notes",
        "prepare p(text) as select id from notes where body like $1 ;; execute p('mail: c%')",
    ],
)
def test_search_in_texts_that_hold_sensitive_values_costs_a_guess(text: str) -> None:
    exposure = last(text, shop=with_texts())
    assert exposure.guessed
    assert not exposure.inference


@pytest.mark.parametrize(
    "text",
    [
        "select id from notes where body is not null",
        "select id from notes where id = 1 order by id",
        "select distinct id from notes",
        "select id from orders where note like '%refund%'",
    ],
)
def test_other_conditions_cost_nothing(text: str) -> None:
    assert not last(text, shop=with_texts()).guessed


def test_setting_that_takes_such_a_text_is_masked() -> None:
    text = "select set_config('app.k', body, false) from notes ;; select current_setting('app.k')"
    assert hides_all(last(text, shop=with_texts()))


@pytest.mark.parametrize(
    "text",
    [
        "create temp table z (id int, a reading)",
        "create table z (like kept including all)",
        "create table z () inherits (kept)",
        "create view v as select id, note from kept ;; insert into v (id) values (1)",
    ],
)
def test_default_is_found_behind_domains_parents_and_views(text: str) -> None:
    shop = with_texts(reading="f(1)")
    kept = make_relation("public", "kept", "id int4, note text")
    columns = (kept.columns[0], dataclasses.replace(kept.columns[1], default="f(1)"))
    view = make_relation("public", "v", "id int4, note text", kind=RelationKind.VIEW)
    view = dataclasses.replace(view, definition="SELECT id, note FROM kept")
    found = {("public", "kept"): dataclasses.replace(kept, columns=columns), ("public", "v"): view}
    shop = dataclasses.replace(shop, relations=MappingProxyType({**shop.relations, **found}))
    assert last(text.rpartition(" ;; ")[2], shop=shop).laundering


@pytest.mark.parametrize("name", ["pg_advisory_lock", "pg_try_advisory_xact_lock_shared"])
def test_number_of_a_lock_is_kept_where_others_read_it(name: str) -> None:
    assert last(f"select {name}(ascii(ssn)) from users").laundering
    assert not last(f"select {name}(id) from users").laundering


@pytest.mark.parametrize(
    "text",
    [
        "select coalesce(nullif(ascii(ssn), 83), random()) from users",
        "select ssn in ('S', random()::text) from users",
        "select coalesce(k, r) from (select nullif(ascii(ssn), 83) k, random() r from users) q",
    ],
)
def test_a_masked_value_does_not_decide_how_often_chance_is_asked(text: str) -> None:
    """Who knows the seed knows from the next number how often it was."""
    assert last(text).inference
    assert not last("select ssn, random() from users order by random()").inference
