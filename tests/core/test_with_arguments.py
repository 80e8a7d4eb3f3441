"""What an EXECUTE gives stands in the prepared write where the server puts it."""

import pytest
from sqlglot import exp

from bastion.core.bodies import parse
from bastion.core.measure import with_arguments
from bastion.core.model import Engine
from bastion.core.touched import _as_it_is

PG, MY = Engine.POSTGRESQL, Engine.MYSQL


@pytest.mark.parametrize(
    ("engine", "text", "given", "expected"),
    [
        (PG, "delete from t where a = $2 and b = $1", ("1", "'x'"), "a = ('x') AND b = (1)"),
        (PG, "delete from t where a = $1 or b = $1", ("-3",), "a = (-3) OR b = (-3)"),
        (PG, "delete from t where a = '$1' and b = $1", ("1",), "a = '$1' AND b = (1)"),
        (PG, "delete from t where a ? 'x' and b = $1", ("1",), "a ? 'x' AND b = (1)"),
        (MY, "delete from t where a = ? and b = ?", ("@x", "'?'"), "a = (@x) AND b = ('?')"),
        (MY, "delete from t where a = '?' and `?` = ?", ("1",), "a = '?' AND `?` = (1)"),
        (MY, "delete from t -- ?\nwhere a = ?", ("1",), "a = (1)"),
    ],
)
def test_values_stand_by_their_place_in_the_text(engine, text, given, expected):
    found = with_arguments(text, given, engine)
    assert found is not None
    assert found.args["where"].this.sql(dialect=engine.value) == expected


@pytest.mark.parametrize(
    ("engine", "text", "given"),
    [
        (PG, "delete from t where a = $2", ("1",)),
        (PG, "delete from t where a = $0", ("1",)),
        (MY, "delete from t where a = ?", ()),
        (MY, "delete from t where a = ?", ("1", "2")),
    ],
)
def test_what_does_not_fit_is_not_guessed(engine, text, given):
    assert with_arguments(text, given, engine) is None


def test_each_table_of_a_condition_is_read_as_a_write_reads_it():
    tree = parse(
        "select a from t where b in (select c from u union select d from v)"
        " and e = (select max(f) from (select 1 as f from w) x) and exists (select 1)", MY,
    )  # fmt: skip
    assert isinstance(tree, exp.Select)
    text = _as_it_is(tree).sql(dialect="mysql")
    assert text.count("LOCK IN SHARE MODE") == 4
    assert "(SELECT c FROM u LOCK IN SHARE MODE) UNION (SELECT d" in text
    assert "(SELECT 1)" in text
