"""Code and places that come with a relation: what reading it runs, and what writing it sets off."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from bastion.core.bound import objects_digest
from bastion.core.catalogue import Catalogue, Function, KeptCode, Moment, Relation, RelationKind
from bastion.core.context import SessionContext
from bastion.core.folding import has_constant_part
from bastion.core.impact import describe_impact
from bastion.core.model import EffectClass, Engine
from bastion.core.setoff import runs_code, sets_off
from bastion.core.statement import Statement, analyse
from tests.fakes.catalogues import make_relation

READ, OUTSIDE, UNKNOWN = EffectClass.READ, EffectClass.OUTSIDE, EffectClass.UNKNOWN
KEY = ("public", "t")


def function(name: str, body: str, language: str = "sql") -> Function:
    return Function(schema="public", name=name, language=language, body=body)


def catalogue_of(*others: Relation, body: str = "", **more: object) -> Catalogue:
    relation = make_relation("public", "t", "id int4, v text", **more)
    view = make_relation(
        "public", "seen", "id int4", kind=RelationKind.VIEW, definition="SELECT t.id FROM t"
    )
    functions = (
        function("acts", body or "begin delete from t; return true; end", "plpgsql"),
        function("is_mine", "select $1 > 1"),
    )
    return Catalogue(
        engine=Engine.POSTGRESQL,
        version="1",
        relations=MappingProxyType({(r.schema, r.name): r for r in (relation, view, *others)}),
        functions=MappingProxyType({one.name: (one,) for one in functions}),
    )


def code(moment: Moment, text: str) -> tuple[KeptCode, ...]:
    return (KeptCode(moment=moment, text=text),)


def judged(catalogue: Catalogue, text: str = "select id from t") -> Statement:
    return analyse(text, engine=Engine.POSTGRESQL, catalogue=catalogue, context=SessionContext())


def effects(catalogue: Catalogue, text: str = "select id from t") -> set[EffectClass]:
    return set(judged(catalogue, text).effects)


@pytest.mark.parametrize("text", ["(id > 1)", "is_mine(id)", "(v = current_user)"])
def test_row_security_that_is_understood_disturbs_nobody(text: str):
    assert effects(catalogue_of(code=code(Moment.POLICY, text))) == {READ}


@pytest.mark.parametrize("text", ["acts()", "", "pg_read_file('x') > v", "elsewhere(id)"])
def test_row_security_that_may_act_is_in_doubt(text: str):
    found = judged(catalogue_of(code=code(Moment.POLICY, text)))
    assert UNKNOWN in found.effects
    assert any("row security of t" in reason for reason in found.reasons)


def test_row_security_does_not_hold_for_the_owner_but_for_the_owner_of_a_view():
    catalogue = catalogue_of(code=code(Moment.POLICY, "acts()"), passes_policies=True)
    assert effects(catalogue) == {READ}
    assert UNKNOWN in effects(catalogue, "select id from seen")


def test_partitions_are_read_under_the_policies_of_their_parent():
    part = make_relation("public", "part", "id int4", code=code(Moment.POLICY, "acts()"))
    catalogue = catalogue_of(part, children=(("public", "part"),))
    assert effects(catalogue) == {READ}
    assert UNKNOWN in effects(catalogue, "select id from part")


def test_checks_of_written_rows_do_not_hold_reads():
    catalogue = catalogue_of(code=code(Moment.WRITE, "acts()"))
    assert effects(catalogue) == {READ}
    assert runs_code(catalogue.relations[KEY], catalogue)


def test_a_foreign_partition_is_reached_through_its_parent():
    far = make_relation("public", "far", "id int4, v text", kind=RelationKind.FOREIGN)
    catalogue = catalogue_of(far, children=(("public", "far"),))
    assert effects(catalogue) == {READ, OUTSIDE}
    assert OUTSIDE in effects(catalogue, "select id from seen")
    assert OUTSIDE in effects(catalogue, "insert into t values (1, 'x')")
    assert OUTSIDE in effects(catalogue, "explain select * from t")
    assert sets_off(catalogue.relations[KEY], catalogue)


SEPARATOR = "\x01"


@pytest.mark.parametrize(
    ("source", "is_read"),
    [
        ("file_fdw_handler filename=/a/program=b", True),
        ("file_fdw_handler program=date", False),
        (f"file_fdw_handler format=csv{SEPARATOR}program=date", False),
        ("postgres_fdw_handler host=x", False),
        ("postgres_fdw_handler options=-c default_transaction_read_only=on", True),
        ("postgres_fdw_handler options=-c default_transaction_read_only=off", False),
        (
            "postgres_fdw_handler options=-c default_transaction_read_only=on"
            " -c default_transaction_read_only=off",
            False,
        ),
        ("postgres_fdw_handler table_name=options=-c default_transaction_read_only=on", False),
        ("redis_fdw_handler options=-c default_transaction_read_only=on", False),
        ("", False),
    ],
)
def test_a_foreign_table_is_read_freely_only_where_nothing_can_change_there(
    source: str, is_read: bool
):
    catalogue = catalogue_of(kind=RelationKind.FOREIGN, source=source)
    assert (effects(catalogue) == {READ}) == is_read
    assert OUTSIDE in effects(catalogue, "delete from t where id = 1")


@pytest.mark.parametrize(
    ("text", "has_one"),
    [
        ("harmless(v)", False),
        ("(harmless(v) = ANY (ARRAY['a'::text, 'b'::text]))", False),
        ("((harmless(v) > 'x'::text) AND (id > '-1'::integer))", False),
        ("(id + acts(1))", True),
        ("(acts() > id)", True),
        ("harmless(v, 'a'::own_type)", True),
        ("(id ### 1)", False),
        ("((1 ### 2) > id)", True),
        ("", True),
    ],
)
def test_what_the_planner_computes_by_itself_is_known(text: str, has_one: bool):
    assert has_constant_part(text) == has_one


@pytest.mark.parametrize(
    ("default", "has_code"),
    [
        ("nextval('t_id_seq'::regclass)", False),
        ("now()", False),
        ("'x'::text", False),
        ("is_mine(1)", False),
        ("acts()", True),
        ("setval('t_id_seq'::regclass, 1)", True),
        ("nextval('a'::regclass) + acts()", True),
    ],
)
def test_a_default_counts_as_code_unless_it_only_computes(default: str, has_code: bool):
    relation = make_relation("public", "t", "id int4, v text")
    column = type(relation.columns[0])(
        name="n", type_name="text", classification=relation.columns[0].classification,
        default=default,
    )  # fmt: skip
    own = make_relation("public", "own", "id int4", children=(KEY,))
    catalogue = catalogue_of(own)
    columns = (*relation.columns, column)
    relations = {**catalogue.relations, KEY: type(relation)(
        schema="public", name="t", kind=RelationKind.TABLE, columns=columns)}  # fmt: skip
    changed = Catalogue(
        engine=Engine.POSTGRESQL, version="1", relations=MappingProxyType(relations),
        functions=catalogue.functions,
    )  # fmt: skip
    assert runs_code(changed.relations[KEY], changed) == has_code
    assert runs_code(own, changed) == has_code, "a partition's code is its parent's too"


def test_a_table_that_nothing_comes_with_sets_nothing_off():
    catalogue = catalogue_of()
    assert not sets_off(catalogue.relations[KEY], catalogue)


def test_a_view_of_what_lies_elsewhere_is_understood_to_reach_there():
    far = make_relation("public", "far", "id int4", kind=RelationKind.FOREIGN)
    view = make_relation(
        "public", "near", "id int4", kind=RelationKind.VIEW, definition="SELECT far.id FROM far"
    )
    found = judged(catalogue_of(far, view), "select id from near")
    assert set(found.effects) == {READ, OUTSIDE}
    assert found.is_understood
    assert any("far come from outside" in reason for reason in found.reasons)


def test_reviewers_of_structure_read_which_event_triggers_fire():
    catalogue = dataclasses.replace(
        catalogue_of(), unwritten=("event trigger e on ddl_command_end f", "operator ## acts")
    )
    notes = {
        sql: describe_impact(judged(catalogue, sql), catalogue).notes
        for sql in ("create table x (id int)", "insert into t values (1)")
    }
    assert "It fires the event trigger e on ddl_command_end f." in notes["create table x (id int)"]
    assert not any("event trigger" in note for note in notes["insert into t values (1)"])


@pytest.mark.parametrize("words", ["operator ## acts", "domain d CHECK (acts(VALUE))"])
def test_a_yes_covers_code_that_nothing_names(words: str):
    digests = {
        objects_digest(judged(one, "insert into t values (1)"), one, SessionContext())
        for body in ("begin return true; end", "begin delete from t; end")
        for one in (
            Catalogue(
                engine=Engine.POSTGRESQL, version="1", unwritten=(words,),
                relations=catalogue_of().relations,
                functions=catalogue_of(body=body).functions,
            ),
        )
    }  # fmt: skip
    assert len(digests) == 2
