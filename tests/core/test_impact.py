"""What a reviewer is told of a write before anything is counted."""

import pytest

from bastion.core.impact import taken_at_run
from tests.core.test_statement import MY, PG, judge

_ROWS = "Which rows its query finds is not compared at the run."
_VALUES = "What its subqueries find is not compared at the run."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("create table x as select * from t", _ROWS),
        ("create table x as select 1 as id", ""),
        ("insert into t values (1, (select max(v) from t))", _VALUES),
        ("insert into t values (1, upper((select max(v) from t)))", _VALUES),
        ("insert into t values (1, 'x')", ""),
        ("update t set v = (select max(v) from t2) where id = 1", _VALUES),
        ("update t set v = 'x' where id in (select id from t2)", ""),
        ("create view x as select * from t", ""),
        ("delete from t where id in (select id from t2)", ""),
    ],
)
@pytest.mark.parametrize("engine", [PG, MY])
def test_what_is_taken_from_a_query_and_compared_with_nothing_is_said(engine, text, told):
    assert taken_at_run(judge(text, engine)) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("select * into x from t", _ROWS),
        ("create materialized view x as select * from t", _ROWS),
        ("create or replace view x as select * from t", ""),
    ],
)
def test_so_is_what_postgresql_alone_keeps_of_a_query(text: str, told: str):
    assert taken_at_run(judge(text, PG)) == told
