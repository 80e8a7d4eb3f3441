"""Paths into documents: what was seen harmless is shown, and nothing that was not seen."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from bastion.core.catalogue import Catalogue, Column, Relation, RelationKind
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


def shop() -> Catalogue:
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
        engine=Engine.MYSQL, version="1", search_path=("t",), relations=MappingProxyType(known)
    )


def documents(name: str, samples: tuple[str, ...]) -> Relation:
    found = classify_column(name="doc", type_name="json", comment="", samples=samples)
    column = Column(name="doc", type_name="json", classification=found, number=1)
    return Relation(schema="t", name=name, kind=RelationKind.TABLE, columns=(column,))


def exposure(text: str) -> Exposure:
    catalogue, context = shop(), SessionContext()
    statement = analyse(text, engine=Engine.MYSQL, catalogue=catalogue, context=context)
    return trace(statement, catalogue=catalogue, context=context)


def carried(text: str) -> bool:
    return bool(exposure(text).carried)


def shown(text: str) -> list[frozenset[Sensitivity]]:
    found = exposure(text)
    assert found.inference == ()
    return [one.classes for one in found.columns or ()]
