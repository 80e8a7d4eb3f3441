"""Documents that are shown stay valid, and what is sensitive in them is hidden."""

from __future__ import annotations

import base64
import dataclasses
import json
import time
import xml.etree.ElementTree as ET

import pytest

from bastion.core.classify import classify_column
from bastion.core.context import SessionContext
from bastion.core.documents import redact_json, redact_text
from bastion.core.lineage import trace
from bastion.core.masking import plan
from bastion.core.model import Engine, RawBatch, ResultColumn, Sensitivity
from bastion.core.statement import analyse
from tests.fakes.catalogues import make_catalogue

SECRET = "S3CR3T421x"
JSON = (
    '{"ssn": "S3CR3T421x", "n": 1.50, "plan": "pro"}',
    '{"person": {"name": "Ada", "password": {"old": ["S3CR3T421x"], "at": 3}}}',
    '[{"name": "ssn", "value": "S3CR3T421x"}, {"name": "plan", "value": "pro"}]',
    '{"ssn": "S3CR3T421x", "note": "born S3CR3T421x there"}',
    '{"ssn": "S3CR3T421x", "ssn": null}',
    '{"SSN": "S3CR3T421x"}',
    '{"\\u0073sn": "S3CR3T421x"}',
)
XML = (
    "<u><ssn>S3CR3T421x</ssn><plan>pro</plan></u>",
    '<u ssn="S3CR3T421x" plan="pro"/>',
    '<u><f name="ssn">S3CR3T421x</f><f name="plan">pro</f></u>',
    "<a:u xmlns:a='x'><a:password><v>S3CR3T421x</v></a:password></a:u>",
)


@pytest.mark.parametrize("text", JSON)
def test_json_hides_what_telling_names_hold_and_stays_json(text: str) -> None:
    shown = redact_json(text)
    assert shown is not None
    assert SECRET not in shown
    json.loads(shown)
    assert ("pro" in shown) is ("pro" in text)
    assert ("1.50" in shown) is ("1.50" in text)


@pytest.mark.parametrize("text", XML)
def test_xml_hides_what_telling_names_hold_and_stays_xml(text: str) -> None:
    shown = redact_text(text)
    assert SECRET not in shown
    ET.fromstring(shown)
    assert ("pro" in shown) is ("pro" in text)


@pytest.mark.parametrize(
    "text",
    [
        "login ssn=S3CR3T421x user=a1",
        "api_key=S3CR3T421x;x=1",
        "DB_PASSWORD='S3CR3T421x'",
        'x-auth-token: "S3CR3T421x"',
        "postgres://app:S3CR3T421x@localhost/shop",
        "GET /?a=1&access_token=S3CR3T421x&b=2",
        "client_secret => S3CR3T421x",
        '{"log": "pwd=S3CR3T421x"}',
        "password: S3CR3T421x",
        "Authorization: Bearer S3CR3T421xabc",
        "curl -H 'authorization: basic S3CR3T421xabc'",
    ],
)
def test_free_text_hides_what_stands_behind_a_telling_name(text: str) -> None:
    assert SECRET not in redact_text(text)
    found = classify_column(name="c", type_name="text", comment="", samples=[text, "x"])
    assert found.embedded is not None or found.sensitivity is not None


@pytest.mark.parametrize(
    "text",
    [
        "Password: reset requested by mail",
        "the token: expired",
        "max_tokens=4096 tokens=5",
        "session_token=null",
        "monkey=3 key=5 foreign key: id",
        "http://host:8080/x@y at 12:30",
        "a bearer instrument, and basic understanding of it",
    ],
)
def test_prose_about_secrets_stays_readable(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "text",
    ['{"a": 1.0,  "name": "plan"}', "<a><name>Ada</name><b/></a>", "{a,b}", "<", "a < b > c", "{}"],
)
def test_harmless_documents_stay_byte_for_byte(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize("type_name", ["jsonb", "text"])
def test_column_of_documents_is_known_by_what_is_inside(type_name: str) -> None:
    for text in (*JSON[:4], *XML[:2]):
        found = classify_column(name="payload", type_name=type_name, comment="", samples=[text] * 5)
        assert found.sensitivity is not None, text
        assert found.is_inside


def test_documents_in_arrays_and_bytes_are_known_too() -> None:
    array = '{"{\\"ssn\\": \\"S3CR3T421x\\", \\"n\\": 1}"}'
    assert SECRET not in redact_text(array)
    found = classify_column(name="xs", type_name="_jsonb", comment="", samples=[array] * 3)
    assert found.sensitivity is Sensitivity.SSN
    raw = "\\x" + JSON[0].encode().hex()
    column = ResultColumn(name="b", type_name="bytea")
    engine = Engine.POSTGRESQL
    shop = make_catalogue(engine)
    context = SessionContext()
    statement = analyse("select name from users", engine=engine, catalogue=shop, context=context)
    exposure = trace(statement, catalogue=shop, context=context)
    mask = plan(statement, exposure, (column,), shop)
    assert mask.apply(RawBatch((column,), [(raw.encode(),)])).rows == [("•••••".encode(),)]


@pytest.mark.parametrize("write", [base64.b64encode, bytes.hex, base64.urlsafe_b64encode])
def test_documents_that_a_member_writes_another_way_are_looked_into(write) -> None:
    found = write(json.dumps({"ssn": SECRET, "z": 1}).encode())
    member = found if isinstance(found, str) else found.decode()
    text = json.dumps({"gear": "auto", "load": member, "list": [member]})
    assert json.loads(redact_text(text)) == {"gear": "auto", "load": "•••••", "list": ["•••••"]}
    column = classify_column(name="doc", type_name="json", comment="", samples=[text] * 5)
    assert column.sensitivity is Sensitivity.SSN
    assert column.shape is not None
    assert ("gear",) in column.shape.harmless
    assert column.shape.harmless.isdisjoint({("load",), ("list",)})


def test_a_name_that_repeats_a_hidden_value_is_hidden() -> None:
    text = json.dumps({"gear": "auto", SECRET: 1, "ssn": SECRET})
    assert json.loads(redact_text(text)) == {"gear": "auto", "•••••": 1, "ssn": "•••••"}
    column = classify_column(name="doc", type_name="json", comment="", samples=[text] * 5)
    assert column.shape is not None
    assert () not in column.shape.named


def test_column_that_its_name_gives_away_is_hidden_whole() -> None:
    found = classify_column(name="secret", type_name="jsonb", comment="", samples=[JSON[0]] * 5)
    assert not found.is_inside


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (b'{"ssn": "S3CR3T421x", "n": 1}', '{"ssn": "•••••", "n": 1}'),
        (b"S3CR3T421x", "•••••"),
        (b'{"ssn": "S3CR3T421x"', "•••••"),
        (b"\x01{}", "•••••"),
        (b"<u><ssn>S3CR3T421x</ssn><n>1</n></u>", "<u><ssn>•••••</ssn><n>1</n></u>"),
        (b"<log>ssn=S3CR3T421x</log>", "•••••"),
    ],
)
def test_stored_document_is_hidden_in_part_and_anything_else_whole(cell: bytes, shown: str) -> None:
    for sql in ("select meta from users", "select m from (select meta as m from users) x"):
        assert show(sql, cell) == shown.encode()


@pytest.mark.parametrize(
    "sql",
    [
        "select meta || '{}' from users",
        "select meta::text from users",
        "select jsonb_pretty(meta) from users",
        "select to_jsonb(ssn) from users",
        "select meta from users union all select to_jsonb(ssn) from users",
        "select coalesce(meta, to_jsonb(ssn)) from users",
    ],
)
def test_what_is_made_of_a_document_is_hidden_whole(sql: str) -> None:
    assert show(sql, b'{"x": "S3CR3T421x"}') == "•••••".encode()


def show(sql: str, cell: bytes) -> bytes | None:
    engine = Engine.POSTGRESQL
    shop = make_catalogue(engine)
    users = shop.relations["public", "users"]
    columns = tuple(
        dataclasses.replace(
            one,
            classification=dataclasses.replace(one.classification, is_inside=one.name == "meta"),
        )
        for one in users.columns
    )
    relations = {**shop.relations, ("public", "users"): dataclasses.replace(users, columns=columns)}
    shop = dataclasses.replace(shop, relations=relations)
    statement = analyse(sql, engine=engine, catalogue=shop, context=SessionContext())
    exposure = trace(statement, catalogue=shop, context=SessionContext())
    column = ResultColumn(name="meta", type_name="jsonb")
    mask = plan(statement, exposure, (column,), shop)
    assert mask.columns[0].masked == Sensitivity.SSN.value
    return mask.apply(RawBatch((column,), [(cell,)])).rows[0][0]


@pytest.mark.parametrize(
    "text",
    [
        "(" + '"' * 50_000 + ")",
        "(" + "\\" * 50_000 + '")',
        "<a " + 'name="ssn" ' * 5_000 + ">",
        "<a " + "name=" * 10_000 + ">",
        '{"a' * 20_000 + "}",
        "<" * 20_000 + ">",
    ],
)
def test_a_text_made_to_be_slow_is_not(text: str):
    started = time.process_time()
    redact_text(text)
    classify_column(name="doc", type_name="text", comment="", samples=[text[:8000]] * 5)
    assert time.process_time() - started < 2
