"""What is remembered of a text is what would be found anew, whatever happened in between."""

from __future__ import annotations

import dataclasses
import gc
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bastion.core.catalogue import Catalogue, Classification
from bastion.core.context import SessionContext
from bastion.core.lineage import trace, trace_fully
from bastion.core.memo import TEXT_MAX, Memo
from bastion.core.model import Engine, Sensitivity
from bastion.core.statement import analyse, analyse_anew
from bastion.core.tracking import advance
from tests.fakes.catalogues import make_catalogue, make_relation

TEXTS = {
    Engine.POSTGRESQL: (
        "select name, email from customers where id = 1",
        "select * from users",
        "select v from t",
        "select * from t, customers",
        "create temp table t as select id, ssn as v from users",
        "create temp table t as select id, name as v from users",
        "create temp view customers as select id, ssn as name, name as email from users",
        "drop table t",
        "insert into t select id, ssn from users",
        "prepare p as select name from users",
        "prepare p as select ssn from users",
        "execute p",
        "deallocate p",
        "declare c cursor for select name from users",
        "declare c cursor for select ssn from users",
        "fetch 1 from c",
        "set search_path = other, public",
        "set search_path = public",
        "select set_config('my.v', (select ssn from users limit 1), false)",
        "select current_setting('my.v')",
        "show my.v",
        "begin",
        "alter table users rename column name to other",
        "commit",
        "rollback",
        "discard all",
        "do $$ begin execute 'x'; end $$",
        "update customers set name = email where id = 1",
        "select (select",
    ),
    Engine.MYSQL: (
        "select name, email from customers where id = 1",
        "select @a, @b",
        "set @a = (select ssn from users limit 1)",
        "set @a = 1, @b = 'select name from users'",
        "select ssn into @b from users limit 1",
        "prepare p from 'select name from users'",
        "prepare p from 'select ssn from users where id = ?'",
        "prepare p from @b",
        "execute p",
        "execute p using @a",
        "deallocate prepare p",
        "create temporary table t as select id, ssn as v from users",
        "create temporary table t as select id, name as v from users",
        "select v from t",
        "drop temporary table t",
        "start transaction",
        "alter table users drop column name",
        "commit",
        "update customers set name = @a where id = 1",
    ),
}


def classed(catalogue: Catalogue, table: str, column: str, kind: Sensitivity | None) -> Catalogue:
    """Give the snapshot that a later look, or a person's word on a column, would have made."""
    relations = dict(catalogue.relations)
    for key, relation in catalogue.relations.items():
        if relation.name == table:
            found = Classification(sensitivity=kind, evidence="given by the test")
            columns = tuple(
                dataclasses.replace(one, classification=found) if one.name == column else one
                for one in relation.columns
            )
            relations[key] = dataclasses.replace(relation, columns=columns)
    return dataclasses.replace(catalogue, relations=MappingProxyType(relations))


def drifted(catalogue: Catalogue, kind: str) -> Catalogue:
    """Change a snapshot as others do while a session runs."""
    match kind:
        case "again":
            return dataclasses.replace(catalogue)
        case "found sensitive":
            return classed(catalogue, "users", "name", Sensitivity.PHONE)
        case "found harmless":
            return classed(catalogue, "users", "ssn", None)
        case "dropped":
            kept = {key: one for key, one in catalogue.relations.items() if key[1] != "users"}
            return dataclasses.replace(catalogue, relations=MappingProxyType(kept))
        case "shadowed":
            shadow = make_relation("other", "customers", "id int4, name text SSN, email text")
            more = {**catalogue.relations, ("other", "customers"): shadow}
            return dataclasses.replace(catalogue, relations=MappingProxyType(more))
        case _:
            return make_catalogue(catalogue.engine)


DRIFTS = ("again", "found sensitive", "found harmless", "dropped", "shadowed", "as it was")


PROBES = {
    Engine.POSTGRESQL: (
        "select * from users",
        "select name, email from customers where id = 1",
        "select * from t",
        "execute p",
        "fetch 1 from c",
        "show my.v",
        "select current_setting('my.v')",
    ),
    Engine.MYSQL: ("select * from users", "select * from t", "select @a, @b", "execute p"),
}
"""What reads what a session makes: remembered in one state, asked for again in the next."""


@st.composite
def stories(draw: st.DrawFn) -> tuple[Engine, list[tuple[int, str]]]:
    engine = draw(st.sampled_from(Engine))
    texts = st.sampled_from(TEXTS[engine])
    drift = st.sampled_from(DRIFTS).map(lambda kind: f"drift: {kind}")
    step = st.tuples(st.integers(0, 1), st.one_of(texts, texts, texts, drift))
    return engine, draw(st.lists(step, min_size=4, max_size=10))


@given(stories())
@settings(max_examples=60, deadline=None)
def test_what_is_remembered_is_what_would_be_found_anew(
    story: tuple[Engine, list[tuple[int, str]]],
) -> None:
    """Two sessions of one target, with structure, classes, names and settings that change."""
    tell(*story)


@pytest.mark.long
@given(stories())
@settings(max_examples=5000, deadline=None)
def test_what_is_remembered_is_what_would_be_found_anew_many_times(
    story: tuple[Engine, list[tuple[int, str]]],
) -> None:
    tell(*story)


@pytest.mark.parametrize(
    ("engine", "steps"),
    [
        (engine, texts.split(" ;; "))
        for engine, texts in (
            (Engine.POSTGRESQL, "prepare p as select name from users ;; deallocate p"
             " ;; prepare p as select ssn from users"),
            (Engine.POSTGRESQL, "declare c cursor for select name from users"
             " ;; declare c cursor for select ssn from users"),
            (Engine.POSTGRESQL, "create temp table t as select id, name as v from users"
             " ;; insert into t select id, ssn from users"),
            (Engine.POSTGRESQL, "select set_config('my.v', (select ssn from users limit 1),"
             " false)"),
            (Engine.POSTGRESQL, "begin ;; alter table users rename column name to other ;; commit"),
            (Engine.POSTGRESQL, "drift: shadowed ;; set search_path = other, public"),
            (Engine.POSTGRESQL, "drift: found harmless ;; drift: as it was ;; drift: dropped"),
            (Engine.POSTGRESQL, "do $$ begin execute 'x'; end $$"),
            (Engine.MYSQL, "set @a = (select ssn from users limit 1) ;; select ssn into @b from"
             " users limit 1"),
            (Engine.MYSQL, "prepare p from 'select name from users' ;; prepare p from 'select ssn"
             " from users where id = ?' ;; execute p"),
        )
    ],
)  # fmt: skip
def test_each_thing_an_analysis_depends_on_makes_it_look_anew(
    engine: Engine, steps: list[str]
) -> None:
    tell(engine, [(0, step) for step in steps])


def tell(engine: Engine, steps: list[tuple[int, str]]) -> None:
    catalogue = make_catalogue(engine)
    contexts = [SessionContext(), SessionContext()]
    for session, text in steps:
        for probe in PROBES[engine]:
            compare(probe, catalogue, contexts[session])
        if text.startswith("drift: "):
            catalogue = drifted(catalogue, text.removeprefix("drift: "))
        else:
            contexts[session] = run(text, catalogue, contexts[session])
        for probe in PROBES[engine]:
            compare(probe, catalogue, contexts[session])


def compare(text: str, catalogue: Catalogue, context: SessionContext) -> None:
    engine = catalogue.engine
    anew = analyse_anew(text, engine=engine, catalogue=catalogue, context=context)
    exposure = trace_fully(anew, catalogue=catalogue, context=context).exposure
    statement = analyse(text, engine=engine, catalogue=catalogue, context=context)
    assert statement == anew
    assert trace(statement, catalogue=catalogue, context=context) == exposure


def run(text: str, catalogue: Catalogue, context: SessionContext) -> SessionContext:
    statement = analyse(text, engine=catalogue.engine, catalogue=catalogue, context=context)
    exposure = trace(statement, catalogue=catalogue, context=context)
    context = advance(context, statement, exposure, catalogue=catalogue)
    is_open = context.in_transaction or text in {"begin", "start transaction"}
    is_open = is_open and text not in {"commit", "rollback"}
    return dataclasses.replace(context, in_transaction=is_open)


def test_a_snapshot_that_is_gone_lends_its_place_to_no_other() -> None:
    memo: Memo[int] = Memo()
    for number in range(200):
        catalogue = make_catalogue(Engine.POSTGRESQL)
        # Memory is given out again, so that ids do come back.
        assert memo.find("select 1", catalogue, ()) is None
        memo.keep("select 1", catalogue, (), number)
        assert memo.find("select 1", catalogue, ()) == number
        del catalogue


def test_what_is_remembered_keeps_no_snapshot_alive() -> None:
    memo: Memo[int] = Memo()
    catalogue = make_catalogue(Engine.POSTGRESQL)
    memo.keep("select 1", catalogue, (), 1)
    seen = memo._kept[next(iter(memo._kept))].catalogue
    del catalogue
    gc.collect()
    assert seen() is None


def test_memory_is_bounded_by_texts_and_by_their_length() -> None:
    catalogue = make_catalogue(Engine.POSTGRESQL)
    memo: Memo[int] = Memo(texts_max=10, characters_max=1000)
    for number in range(50):
        memo.keep(f"select {number}", catalogue, (), number)
    assert len(memo) == 10
    for number in range(50):
        memo.keep(f"select {number:300}", catalogue, (), number)
    assert len(memo) <= 3
    memo.keep("x" * (TEXT_MAX + 1), catalogue, (), 1)
    assert memo.find("x" * (TEXT_MAX + 1), catalogue, ()) is None


def test_plain_values_are_compared_as_such_and_a_flag_is_no_mapping() -> None:
    catalogue = make_catalogue(Engine.POSTGRESQL)
    memo: Memo[int] = Memo()
    memo.keep("x", catalogue, (False, (("search_path", "a"),), {}), 1)
    assert (
        memo.find(
            "x",
            catalogue,
            (False, (("search_path", "a"),), {}),
        )
        == 1
    )
    for other in ((True, (("search_path", "a"),), {}), (False, (("search_path", "b"),), {}),
                  (False, (), {}), ({}, (("search_path", "a"),), False)):  # fmt: skip
        assert memo.find("x", catalogue, other) is None


def test_contexts_that_made_nothing_share_what_is_remembered() -> None:
    catalogue = make_catalogue(Engine.POSTGRESQL)
    one, other = SessionContext(), SessionContext()
    text = "select id from customers where id = 77"
    first = analyse(text, engine=Engine.POSTGRESQL, catalogue=catalogue, context=one)
    assert analyse(text, engine=Engine.POSTGRESQL, catalogue=catalogue, context=other) is first
