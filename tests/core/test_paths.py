"""Paths into documents: what was seen harmless is shown, and nothing that was not seen."""

from __future__ import annotations

import dataclasses
import re
from types import MappingProxyType

import pytest

from bastion.core.catalogue import Catalogue, Column, Function, Relation, RelationKind
from bastion.core.classify import classify_column
from bastion.core.context import SessionContext
from bastion.core.exposure import Exposure
from bastion.core.lexer import lex
from bastion.core.lineage import trace
from bastion.core.model import Engine, Sensitivity
from bastion.core.paths import Shape, is_open, reads_harmless, shape_of
from bastion.core.statement import analyse
from bastion.core.trees import parse

DOCUMENTS = (
    '{"gear": "manual", "kw": 71, "owner": {"email": "ada@example.com", "since": 2020},'
    ' "tags": ["red", "blue"], "pairs": [{"name": "color", "value": "red"}], "note": "x"}',
    '{"gear": "automatic", "kw": 90, "owner": {"email": null}, "tags": [], "ssn": "S3CR3T421x",'
    ' "note": "of S3CR3T421x", "empty": null, "by": {"a b": 1}}',
)


def shape() -> Shape:
    found = classify_column(name="specs", type_name="json", comment="", samples=DOCUMENTS)
    assert found.sensitivity is not None
    assert found.shape is not None
    return found.shape


def test_members_seen_with_harmless_values_are_shown() -> None:
    harmless = shape().harmless
    assert {("gear",), ("kw",), ("tags",), ("owner", "since"), ("pairs", "name")} <= harmless


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("owner",),
        ("owner", "email"),
        ("ssn",),
        ("note",),
        ("empty",),
        ("never", "seen"),
        ("pairs",),
        ("pairs", "value"),
    ],
)
def test_what_tells_or_was_not_seen_is_not_shown(path: tuple[str, ...]) -> None:
    assert path not in shape().harmless


def test_names_of_members_are_shown_where_they_are_plain() -> None:
    assert {(), ("owner",)} <= shape().named
    assert ("by",) not in shape().named


def test_text_that_is_no_json_has_no_shape() -> None:
    samples = (*DOCUMENTS, '{"ssn": "S3CR3T421x"')
    assert classify_column(name="d", type_name="json", comment="", samples=samples).shape is None
    xml = ("<u><ssn>S3CR3T421x</ssn></u>",)
    found = classify_column(name="d", type_name="text", comment="", samples=xml)
    assert (found.sensitivity, found.shape) == (Sensitivity.SSN, None)


@pytest.mark.parametrize(
    "call",
    [
        "json_extract(d, '$.gear')",
        "d->'$.tags[0]'",
        "d->>'$.owner.since'",
        "json_extract(d, '$.gear', '$.kw')",
        "json_extract(d, '$.tags[last]')",
        "json_keys(d)",
        "json_length(d, '$.owner')",
        "json_contains(d, '1', '$.kw')",
        "json_contains_path(d, 'one', '$.ssn', '$.gear')",
    ],
)
def test_calls_by_harmless_paths_are_told(call: str) -> None:
    assert reads_harmless(tree(call), shape())


@pytest.mark.parametrize(
    "call",
    [
        "json_extract(d, '$.owner')",
        "json_extract(d, '$.gear', '$.ssn')",
        "json_extract(d, '$.gear', p)",
        "json_extract(d, concat('$.', 'gear'))",
        "json_extract(d, '$.*')",
        "json_extract(d, '$**.since')",
        "json_extract(d, '$.gear..ssn')",
        "json_extract(d, '$./* */gear')",
        "d->'$.ssn'",
        "json_keys(d, '$.by')",
        "json_length(d, p)",
        "json_contains(d, '\"S3\"')",
        "json_contains(d, '1', '$.ssn')",
        "json_search(d, 'one', 'S3%')",
        "json_set(d, '$.gear', 1)",
        "json_merge_patch(d, '{}')",
    ],
)
def test_any_other_call_is_not(call: str) -> None:
    assert not reads_harmless(tree(call), shape())


@pytest.mark.parametrize(
    "call",
    [
        "d->>'gear'",
        "d->'owner'->>'since'",
        "d->>'gear'::text",
        "d #>> '{owner,since}'",
        "d #>> '{tags,0}'::text[]",
        "d #> array['owner', 'since']",
        "d['owner']['since']",
        "jsonb_extract_path_text(d, 'owner', 'since')",
        "json_extract_path(d, 'gear')",
        "json_value(d, '$.kw' returning int)",
        "json_query(d, '$.tags')",
        "jsonb_path_query_first(d, '$.tags[*]'::jsonpath)",
        "jsonb_array_length(d->'owner')",
        "jsonb_object_keys(d->'owner')",
        "d ? 'ssn'",
        """d @> '{"gear": "manual", "owner": {"since": 2020}}'::jsonb""",
        """d @> '{"tags": ["red"], "owner": {}}'""",
    ],
)
def test_postgresql_shows_harmless_paths_however_they_are_written(call: str) -> None:
    assert exposure(f"select {call} from here", Engine.POSTGRESQL).columns[0].classes == frozenset()
    assert not exposure(f"select 1 from here order by {call}", Engine.POSTGRESQL).inference


@pytest.mark.parametrize(
    "call",
    [
        "d->>'ssn'",
        "d->'owner'",
        "d->'owner'->>'email'",
        "d->'nowhere'->>'since'",
        "d->g",
        "d->>'$.gear'",
        "d #>> '{owner,email}'",
        "d #>> '{owner, email}'",
        """d #>> '{"gear"}'""",
        "d #>> '{pairs,0,value}'",
        "d['ssn']",
        "jsonb_extract_path_text(d, 'owner')",
        "jsonb_extract_path(d, 'owner', g)",
        "json_extract_path(d, 'pairs', '0', 'value')",
        "json_value(d, '$.ssn')",
        "jsonb_path_query_first(d, '$.gear ? (@ starts with \"m\")')",
        "jsonb_path_query_first(d, '$.*')",
        "jsonb_path_query_first(d, '$.gear', d)",
        "d ? '4111111111111111'",
        "d ? g",
        """d @> '{"ssn": "S3CR3T421x"}'""",
        """d @> '{"gear": "manual", "note": "x"}'""",
        """d @> '{"by": {"a b": {}}}'""",
        """d <@ '{"gear": "manual"}'""",
        "d || '{}'",
        "d - 'ssn'",
    ],
)
def test_postgresql_hides_whatever_else_is_made_of_a_document(call: str) -> None:
    found = exposure(f"select {call} as x, 1 from here", Engine.POSTGRESQL)
    assert found.columns is None or found.columns[0].classes
    assert exposure(f"select 1 from here order by {call}", Engine.POSTGRESQL).inference


def test_a_record_shows_members_that_are_harmless_by_their_names() -> None:
    rows = 'here, jsonb_to_record(d) as x(gear text, ssn text, "4111111111111111" text)'
    gear, ssn = exposure(f"select x.gear, x.ssn from {rows}", Engine.POSTGRESQL).columns
    assert (gear.classes, bool(ssn.classes)) == (frozenset(), True)
    assert not exposure(f"select 1 from {rows} where gear = 'auto'", Engine.POSTGRESQL).inference
    guessed = f'select 1 from {rows} where "4111111111111111" is not null'
    assert exposure(guessed, Engine.POSTGRESQL).inference


def test_functions_of_ones_own_are_given_the_whole_document() -> None:
    own = Function(
        schema="t", name="json_extract_path", language="sql", body="select $1::text",
        argument_count=2, argument_names=("", ""),
    )  # fmt: skip
    catalogue = dataclasses.replace(
        shop(Engine.POSTGRESQL), functions=MappingProxyType({"json_extract_path": (own,)})
    )
    text = "select json_extract_path(doc, 'gear') from here"
    statement = analyse(
        text, engine=Engine.POSTGRESQL, catalogue=catalogue, context=SessionContext()
    )
    found = trace(statement, catalogue=catalogue, context=SessionContext())
    assert found.columns is None or found.columns[0].classes


@pytest.mark.parametrize("name", ["ada@example.com", "4111111111111111", "123-45-6789"])
def test_a_name_that_is_a_value_makes_its_document_sensitive(name: str) -> None:
    found = classify_column(
        name="seen", type_name="json", comment="", samples=(f'{{"{name}": 1}}',)
    )
    assert found.sensitivity is not None


def test_how_many_rows_a_name_has_is_not_told_where_it_may_be_a_value() -> None:
    rows = "json_table(doc, '$.by.\"a b\"' columns (o for ordinality)) j"
    assert exposure(f"select count(*) from here, {rows}").inference
    named = "json_table(doc, '$.tags[*]' columns (o for ordinality)) j"
    assert not exposure(f"select count(*) from here, {named}").inference


def tree(call: str):
    found = parse(f"select {call}", lex(f"select {call}", Engine.MYSQL), Engine.MYSQL)
    assert not isinstance(found, str)
    return found.expressions[0]


def test_documents_take_their_class_where_a_path_of_theirs_is_shown() -> None:
    assert carried("insert into here (doc) select doc from there")
    assert carried("update here set doc = (select doc from there limit 1)")
    assert not carried("insert into here (doc) select doc from here")


def test_a_view_shows_what_its_table_does() -> None:
    plain = shown("select json_value(doc, '$.gear') from v_here where json_value(doc, '$.kw') > 1")
    assert plain == [frozenset()]
    (whole,) = shown("select json_value(doc, '$.ssn') from v_here")
    assert whole


@pytest.mark.parametrize("name", ["4111111111111111", "123-45-6789", "ada"])
def test_whether_a_name_is_there_is_not_told_where_names_are_values(name: str) -> None:
    found = shape_of(
        [f'{{"gear": 1, "people": {{"{name}": 1, "ada@example.com": 2}}}}'], lambda _: False
    )
    assert found is not None
    assert found.is_named(("gear",))
    assert found.is_named(("people",))
    assert not found.is_named(("people", name))
    assert not found.below(("people",)).is_named((name,))


def test_a_condition_in_the_document_of_json_table_is_seen() -> None:
    told = "(SELECT doc LIKE 'S%' AS error FROM there) error"
    inner = f"SELECT a.doc FROM here a JOIN {told} ON error"
    found = exposure(f"SELECT x FROM JSON_TABLE(({inner}), '$' COLUMNS (x INT PATH '$.gear')) j")
    assert found.inference


def test_what_is_made_of_documents_longer_than_their_samples_is_hidden() -> None:
    cut = '{"pad": "' + "long words " * 300
    found = classify_column(name="doc", type_name="longtext", comment="", samples=(cut,))
    assert (found.sensitivity, found.is_inside) == (Sensitivity.UNPROVEN, True)
    short = classify_column(name="doc", type_name="longtext", comment="", samples=("{note",))
    assert short.embedded is None


@pytest.mark.parametrize("path", ["concat('$.s', 'sn')", "'$.*'", "'$**.a'", "p"])
def test_paths_that_may_read_any_member_are_open(path: str) -> None:
    assert is_open(tree(f"json_extract(d, {path})"))
    assert not is_open(tree("json_extract(d, '$.gear')"))


def shop(engine: Engine = Engine.MYSQL) -> Catalogue:
    """Give two tables of documents: what one shows by its path, is sensitive in the other."""
    others = ('{"gear": "ada@example.com", "ssn": "S3CR3T421x"}',)
    tables = [documents("here", DOCUMENTS), documents("there", others)]
    view = dataclasses.replace(
        documents("v_here", DOCUMENTS),
        kind=RelationKind.VIEW,
        definition="select `t`.`here`.`doc` AS `doc` from `t`.`here`",
    )
    known = {(one.schema, one.name): one for one in (*tables, view)}
    return Catalogue(
        engine=engine, version="18", search_path=("t",), relations=MappingProxyType(known)
    )


def documents(name: str, samples: tuple[str, ...]) -> Relation:
    found = classify_column(name="doc", type_name="json", comment="", samples=samples)
    column = Column(name="doc", type_name="json", classification=found, number=1)
    return Relation(schema="t", name=name, kind=RelationKind.TABLE, columns=(column,))


def exposure(text: str, engine: Engine = Engine.MYSQL) -> Exposure:
    catalogue, context = shop(engine), SessionContext()
    if engine is Engine.POSTGRESQL:
        text = re.sub(r"\bd\b", "doc", text)
    statement = analyse(text, engine=engine, catalogue=catalogue, context=context)
    return trace(statement, catalogue=catalogue, context=context)


def carried(text: str) -> bool:
    return bool(exposure(text).carried)


def shown(text: str) -> list[frozenset[Sensitivity]]:
    found = exposure(text)
    assert found.inference == ()
    return [one.classes for one in found.columns or ()]
