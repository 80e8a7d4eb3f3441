"""Operators and literals of PostgreSQL that sqlglot reads otherwise."""

import pytest

from bastion.core.context import SessionContext
from bastion.core.lineage import trace
from bastion.core.model import EffectClass, Engine, Sensitivity
from bastion.core.statement import Statement, analyse
from tests.fakes.catalogues import make_catalogue

CATALOGUE = make_catalogue(Engine.POSTGRESQL)


def judge(text: str) -> Statement:
    return analyse(text, engine=Engine.POSTGRESQL, catalogue=CATALOGUE, context=SessionContext())


@pytest.mark.parametrize(
    "text",
    [
        "select @ ssn from users",
        "select abs(@ ssn) from users",
        "select id @ ssn from users",
        "select 1 + @ ssn from users",
        "select case @ ssn when 1 then 2 end from users",
        "select name from users order by @ ssn",
        "select ssn <<| box '(0,0)' from users",
        "select point '(0,0)' ~= ssn from users",
        "select array[@ ssn] from users",
    ],
)
def test_a_column_behind_an_operator_is_seen(text: str) -> None:
    exposure = trace(judge(text), catalogue=CATALOGUE, context=SessionContext())
    assert Sensitivity.SSN in exposure.touches


@pytest.mark.parametrize(
    "text",
    [
        "select count(*), array[1]=array[1], (1)=1, -id*-1 from users where id=-5 and id<>- 5",
        "select 1 operator(pg_catalog.+) 2, 5 operator(pg_catalog.<->) 3",
        "select * from users where name like 'a' || '%' and id is not null",
        "select abs(x := 5), abs(x => 5)",
    ],
)
def test_what_is_known_stays_as_it_is(text: str) -> None:
    assert judge(text).effects == {EffectClass.READ}


@pytest.mark.parametrize(
    "text",
    [
        "update orders set total = 1 where id = @ -5",
        "delete from orders where @ id = 5",
        "with gone as (delete from orders where @ id = 5 returning id) select * from gone",
    ],
)
def test_a_write_whose_rows_could_not_be_counted_is_not_understood(text: str) -> None:
    assert EffectClass.UNKNOWN in judge(text).effects


def test_a_write_with_other_operators_is_counted_by_the_same() -> None:
    statement = judge("delete from orders where point(id, 0) <^ point '(5,5)'")
    assert statement.effects == {EffectClass.DELETE}
    assert "OPERATOR(<^) CAST('(5,5)' AS" in (statement.measuring_sql or "")
