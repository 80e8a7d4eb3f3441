"""Words that a server reads as names and sqlglot as keywords."""

import pytest
from sqlglot import exp

from bastion.core.context import SessionContext
from bastion.core.lexer import lex
from bastion.core.lineage import trace
from bastion.core.model import EffectClass, Engine, Sensitivity
from bastion.core.statement import Statement, analyse
from bastion.core.trees import parse
from tests.fakes.catalogues import make_catalogue

CATALOGUES = {engine: make_catalogue(engine) for engine in Engine}


def judge(text: str, engine: Engine) -> Statement:
    return analyse(text, engine=engine, catalogue=CATALOGUES[engine], context=SessionContext())


POSTGRESQL = (
    "interval", "interval + 0", "interval - 0", "interval * 2", "interval % 7", "interval[1]",
    'interval "id"', "interval id", "regexp + 0", "rlike id",
    "interval ~ 'S'", "interval collate \"C\" as x", "(interval)",
    "drop", "insert", "alter, id", "sum(revoke)", "rollback || ''", "t.lock", "values",
)  # fmt: skip
MYSQL = (
    "any", "any + 0", "any - 0", "any * 2", "any 'id'", "charset", "rollback",
    "json 'id'", "text 'id'", 'year "id"', "uuid 'id'", "lateral 'id'", "tablesample", "_gb18030",
    "(_gb18030) + 0", "json isnull", "json notnull",
)  # fmt: skip


@pytest.mark.parametrize(
    ("engine", "shown"),
    [(Engine.POSTGRESQL, one) for one in POSTGRESQL] + [(Engine.MYSQL, one) for one in MYSQL],
)
def test_a_column_with_a_keyword_for_its_name_is_seen(engine: Engine, shown: str) -> None:
    is_pg = engine is Engine.POSTGRESQL
    words = "interval drop insert alter revoke rollback lock values regexp rlike".split()
    if not is_pg:
        words = "any charset rollback json text year uuid lateral tablesample _gb18030".split()
    quote = '"' if is_pg else "`"
    named = ", ".join(f"ssn as {quote}{word}{quote}" for word in words)
    statement = judge(f"select {shown} from (select id, {named} from users) t", engine)
    assert statement.effects == {EffectClass.READ}
    exposure = trace(statement, catalogue=CATALOGUES[engine], context=SessionContext())
    assert Sensitivity.SSN in exposure.columns[0].classes


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        (Engine.POSTGRESQL, "with drop as (select 1 as alter) select alter from drop"),
        (Engine.POSTGRESQL, "select interval '1 day', interval(3) '1 s', '1 s'::interval + x from "
         "(select '1 day'::interval as x) t"),
        (Engine.POSTGRESQL, "select cast('1 day' as interval) * 2, array['1 s']::interval[]"),
        (Engine.POSTGRESQL, "select count(*) from orders group by cube (status), rollup (status)"),
        (Engine.POSTGRESQL, "select * from (values (1)) values"),
        (Engine.MYSQL, "select id from orders where id = any (select 1)"),
        (Engine.MYSQL, "select cast('x' as char charset utf8), cast('x' as char(3) charset utf8)"),
        (Engine.MYSQL, "select 7 mod 2, mod(7, 2), t.mod from (select 1 as `mod`) t"),
        (Engine.MYSQL, "select status, count(*) from orders group by status with rollup"),
    ],
)  # fmt: skip
def test_names_and_keywords_of_one_word_are_told_apart(engine: Engine, text: str) -> None:
    assert judge(text, engine).effects == {EffectClass.READ}


@pytest.mark.parametrize(
    "text",
    [
        "insert into orders (id) values (1)",
        "with gone as (insert into orders (id) values (1) returning id) select * from gone",
        "with drop as (select 1 as id) insert into orders (id) select id from drop",
        "merge into orders o using users drop on o.id = drop.id when not matched then insert "
        "(id) values (1)",
    ],
)
def test_what_inserts_is_still_seen(text: str) -> None:
    assert EffectClass.INSERT in judge(text, Engine.POSTGRESQL).effects


def test_what_is_a_literal_to_some_servers_only_is_not_understood() -> None:
    text = "select _gb18030 'x' from (select ssn as `_gb18030` from users) t"
    assert EffectClass.UNKNOWN in judge(text, Engine.MYSQL).effects


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        (Engine.POSTGRESQL, "create temp table z as select interval + 0 as x from (select 1 as "
         "interval, ssn from users) t"),
        (Engine.MYSQL, "create temporary table z as select any + 0 as x from (select 1 as any) t"),
    ],
)  # fmt: skip
def test_what_is_made_of_a_query_names_such_columns_too(engine: Engine, text: str) -> None:
    tree = parse(text, lex(text, engine), engine)
    assert not isinstance(tree, str)
    assert {"interval", "any"} & {one.name for one in tree.find_all(exp.Column)}


@pytest.mark.parametrize("text", ["drop table users", "alter table users add x int", "rollback"])
def test_what_begins_with_such_a_word_is_no_query(text: str) -> None:
    assert EffectClass.READ not in judge(text, Engine.POSTGRESQL).effects
