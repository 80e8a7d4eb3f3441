"""Backslash commands: one table, both marks, nothing that reaches beyond the database."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastion.core.catalogue import Function
from bastion.core.model import Engine
from bastion.errors import UsageError
from bastion.frontends.meta import (
    REFUSED,
    MetaCommand,
    help_text,
    is_listing,
    listing,
    parse_meta,
    refusal,
    slip,
)
from tests.fakes.runner import TARGETS, make_catalogue


def listed(text, engine=Engine.POSTGRESQL):
    command = parse_meta(text)
    return listing(command, catalogue=make_catalogue(engine), extra=(), targets=TARGETS)


def telling_relation(engine=Engine.POSTGRESQL):
    address = "'ann.lee@example.com'"
    relation = next(iter(make_catalogue(engine).relations.values()))
    columns = tuple(
        dataclasses.replace(one, default=address, comment=address, type_name=f"enum({address})")
        for one in relation.columns
    )
    return dataclasses.replace(
        relation, columns=columns, comment=address, definition=f"SELECT {address}"
    )


def telling_catalogue(engine):
    relation = telling_relation(engine)
    key = (relation.schema, relation.name)
    function = Function(
        schema=relation.schema, name="f", argument_count=0, returns="enum('ann.lee@example.com')",
        language="sql", body="SELECT 1",
    )  # fmt: skip
    return dataclasses.replace(
        make_catalogue(engine), relations={key: relation}, functions={"f": (function,)}
    )


def names(text, engine=Engine.POSTGRESQL):
    (section,) = listed(text, engine).sections
    return [row[1].decode() for row in section.rows]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("\\d", MetaCommand(name="d")),
        ("\\dt+ sales.*", MetaCommand(name="dt", argument="sales.*", is_verbose=True)),
        ("\\dtS", MetaCommand(name="dt", has_system=True)),
        (" \\x auto ;", MetaCommand(name="x", argument="auto")),
        ("/dt", MetaCommand(name="dt")),
        ("\\?", MetaCommand(name="?")),
        ("\\! id", MetaCommand(name="!", argument="id")),
        ("\\123", MetaCommand(name="123")),
        ("TEE out.txt", MetaCommand(name="tee")),
        ("system;", MetaCommand(name="system")),
        ("select 1", None),
        ("system_user()", None),
        ("/* comment */ select 1", None),
        ("/frob", None),
    ],
)
def test_commands_are_told_from_statements(text, command):
    assert parse_meta(text) == command


@given(st.text())
def test_whatever_begins_with_a_backslash_is_never_a_statement(rest):
    assert parse_meta("\\" + rest) is not None


@pytest.mark.parametrize("engine", list(Engine))
def test_patterns_choose_relations(engine):
    assert names("\\d", engine) == ["customers", "open_orders", "orders"]
    assert names("\\dt", engine) == ["customers", "orders"]
    assert names("\\dv", engine) == ["open_orders"]
    assert names("\\dt cust*", engine) == ["customers"]
    assert names("\\dt nowhere.*", engine) == []


def test_bare_names_fold_on_postgresql_and_quoted_ones_do_not():
    assert names("\\dt CUST*") == ["customers"]
    assert names('\\dt "CUST*"') == []
    assert names("\\dt cust[o]*") == []


def test_a_description_says_what_is_masked():
    (section,) = listed("\\d customers").sections
    assert section.title == "Table public.customers"
    assert [row[4] for row in section.rows] == [b"as it is", b"masked (email)", b"as it is"]
    assert "primary key (id)" in section.footer


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize("command", ["\\d+ customers", "\\d customers", "\\dt+", "\\d+ *", "\\df"])
def test_what_structure_quotes_is_hidden_in_listings_too(command, engine):
    section = listing(
        parse_meta(command), catalogue=telling_catalogue(engine), extra=(), targets=()
    ).sections
    assert "ann.lee" not in repr([(one.rows, one.footer) for one in section])


def test_what_the_session_has_made_is_hidden_alike():
    made = dataclasses.replace(telling_relation(), schema="pg_temp", name="mine")
    found = listing(parse_meta("\\d+ mine"), catalogue=make_catalogue(), extra=(made,), targets=())
    assert "mine" in found.sections[0].title
    assert "ann.lee" not in repr([(one.rows, one.footer) for one in found.sections])


def test_an_unknown_relation_is_an_error_with_the_next_step():
    with pytest.raises(UsageError, match="lists tables"):
        listed("\\d nothing")


@pytest.mark.parametrize("pattern", ["x'y", "x' or '1'='1", "a;drop", "a\\b", "a b"])
@pytest.mark.parametrize("command", ["di", "du", "ds", "dn"])
def test_a_pattern_cannot_carry_sql(command, pattern):
    with pytest.raises(UsageError):
        listed(f"\\{command} {pattern}")


def test_a_pattern_of_names_becomes_like():
    assert "indexname LIKE 'a\\_b%'" in listed("\\di a_b*").sql


def test_l_lists_targets_first():
    found = listed("\\l")
    assert [row[0] for row in found.sections[0].rows] == [b"shop-prod", b"shop-mysql"]
    assert found.sql


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_each_refused_command_says_what_to_do_instead(name):
    command = MetaCommand(name=name)
    assert not is_listing(command)
    assert len(refusal(command)) > 30
    assert "try \\?" in refusal(MetaCommand(name="frob"))


def test_help_fits_into_a_terminal():
    assert max(map(len, help_text().splitlines())) < 80


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("SHOW TABLES", r"\dt"),
        (" show full columns from t", r"\d NAME"),
        ("desc customers", r"\d NAME"),
        ("use shop", r"\c TARGET"),
        ("show work_mem", ""),
        ("user", ""),
    ],
)
def test_words_of_mysql_are_answered_with_those_of_here(statement, hint):
    assert slip(statement, Engine.POSTGRESQL).startswith(hint)
    assert bool(slip(statement, Engine.POSTGRESQL)) == bool(hint)
    assert slip(statement, Engine.MYSQL) == ""


def test_roles_of_the_server_itself_are_listed_when_asked_for():
    assert "^pg_" in listed("\\du").sql
    assert "^pg_" not in listed("\\duS").sql
    assert "^pg_" not in listed("\\du pg_*").sql
    assert "^pg_" not in listed("\\du", Engine.MYSQL).sql
