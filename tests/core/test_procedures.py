"""What a CALL of a procedure that only reads is, and what it can reveal."""

import dataclasses
from types import MappingProxyType

import pytest

from bastion.core.catalogue import Function
from bastion.core.context import SessionContext
from bastion.core.effects import Statement
from bastion.core.exposure import Exposure
from bastion.core.lineage import trace
from bastion.core.model import EffectClass, Engine, Sensitivity
from bastion.core.statement import analyse
from bastion.core.tracking import advance
from tests.fakes.catalogues import make_catalogue

NONE = frozenset[Sensitivity]()


def called(text: str, body: str, **more: object) -> tuple[Statement, Exposure, SessionContext]:
    """Judge a text that calls ``p(in a, out b)`` with this body, and go on from it."""
    found = make_catalogue(Engine.MYSQL)
    procedure = Function(
        schema="shop",
        name="p",
        language="sql",
        body=body,
        is_procedure=True,
        argument_count=2,
        argument_names=("a", "b"),
        argument_modes=("IN", "OUT"),
    )
    procedure = dataclasses.replace(procedure, **more)  # type: ignore[arg-type]
    functions = MappingProxyType({**found.functions, "p": (procedure,)})
    catalogue = dataclasses.replace(found, functions=functions)
    context = SessionContext(variables=MappingProxyType({"b": NONE, "c": NONE}))
    statement = analyse(text, engine=Engine.MYSQL, catalogue=catalogue, context=context)
    exposure = trace(statement, catalogue=catalogue, context=context)
    return statement, exposure, advance(context, statement, exposure, catalogue=catalogue)


def test_a_harmless_procedure_is_a_read_and_fills_its_variable_harmlessly() -> None:
    body = "begin select count(*) into b from orders where id = a; select status from orders; end"
    statement, exposure, after = called("call p(1, @b)", body)
    assert statement.effects == {EffectClass.READ, EffectClass.SESSION}
    assert ("shop", "orders") in statement.reads
    assert "shop.p" in statement.functions
    assert not exposure.inference
    assert exposure.columns is not None
    assert all(column.is_proven and not column.classes for column in exposure.columns)
    assert after.variables["b"] == NONE


@pytest.mark.parametrize(
    "body",
    [
        "select ssn into b from users where id = a",
        "begin select ssn into a from users where id = 1; set b = 1; end",
        "begin declare continue handler for sqlwarning set b = 1; select ssn from users; end",
        "begin if (select ssn from users limit 1) > 'a' then set b = 1; end if; end",
        "begin declare c cursor for select ssn from users; open c; fetch c into b; close c; end",
    ],
)
def test_what_takes_masked_values_waits_and_leaves_no_harmless_variable(body: str) -> None:
    """A reviewer may let it run: then the variable holds what nobody may see."""
    _, exposure, after = called("call p(1, @b)", body)
    assert exposure.inference
    assert after.variables["b"] or "handler" in body


def test_a_masked_argument_waits_and_comes_out_masked() -> None:
    _, exposure, after = called(
        "call p((select ssn from users limit 1), @b)", "begin set b = a; select a; end"
    )
    assert exposure.inference
    assert exposure.columns is not None
    assert not exposure.columns[0].is_proven
    assert after.variables["b"]


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("begin delete from orders; end", {}),
        ("begin set @x = 1; end", {}),
        ("select @x", {}),
        ("select 1 || 2", {}),
        ('select "a"', {}),
        ("select 'a\\'b'", {}),
        ("begin select 1; commit; end", {}),
        ("begin create temporary table t (i int); end", {}),
        ("begin prepare s from 'select 1'; execute s; end", {}),
        ("begin select 1 into outfile '/tmp/x'; end", {}),
        ("begin set sql_mode = ''; end", {}),
        ("begin get diagnostics condition 1 b = message_text; end", {}),
        ("begin /*!50000 delete from orders */; end", {}),
        ("select get_lock('x', 1)", {}),
        ("select 1 from orders for update", {}),
        ("select unknown_function(1)", {}),
        ("call q()", {}),
        ("call p(a, b)", {}),
        ("select 1", {"traits": "DEFINER root@% ORACLE"}),
        ("select 1", {"argument_modes": ()}),
        ("select 1", {"argument_count": 1, "argument_names": ("a",), "argument_modes": ("IN",)}),
        ("select 1", {"is_procedure": False}),
        ("select 1", {"schema": "other"}),
        ("", {}),
    ],
)
def test_what_does_more_than_read_is_not_understood(body: str, more: dict[str, object]) -> None:
    statement, exposure, after = called("call p(1, @b)", body, **more)
    assert EffectClass.UNKNOWN in statement.effects
    assert exposure.columns is None
    assert after.variables["b"]


@pytest.mark.parametrize(
    "text",
    ["call p(1, 2)", "call p(1, b)", "call p(1)", "call p", "call p(1, @b, 2)", "call p(1, @b) x",
     "call p(1, @b), p(1, @b)", "call p(,)", "call p((select 1 for update), @b)",
     "call p(f_unknown(1), @b)", "call p(@x := 1, @b)"],
)  # fmt: skip
def test_a_call_that_is_not_plain_is_not_understood(text: str) -> None:
    statement, exposure, _ = called(text, "set b = a")
    is_told = bool(exposure.inference or exposure.columns is None)
    assert EffectClass.UNKNOWN in statement.effects or is_told


def test_results_that_may_come_in_any_order_are_masked_as_any_of_them() -> None:
    body = "begin if a then select id, status x from orders; else select id, ssn x from users;"
    _, exposure, _ = called("call p(1, @b)", f"{body} end if; end")
    columns = exposure.of_result(1, ["id", "x"]).columns
    assert columns is not None
    assert columns[1].classes
    assert exposure.of_result(1, ["id"]).columns is None
    assert exposure.of_result(1, ["id", "y"]).columns is None


def test_results_in_the_order_of_the_text_are_each_their_own() -> None:
    body = "begin select id, status x from orders; select id, ssn x from users; end"
    _, exposure, _ = called("call p(1, @b)", body)
    first, second = (exposure.of_result(place, ["id", "x"]).columns for place in (1, 2))
    assert first is not None
    assert second is not None
    assert not first[1].classes
    assert second[1].classes
    assert exposure.of_result(3, ["id", "x"]).columns is None
