"""A plan hides what was not proven harmless and leaves everything else byte for byte."""

from __future__ import annotations

import dataclasses
import itertools
import json
import random

import pytest

from bastion.core import detectors, masking
from bastion.core.context import SessionContext
from bastion.core.exposure import ColumnExposure, Exposure
from bastion.core.lineage import trace
from bastion.core.marks import GAPS
from bastion.core.model import Engine, Origin, RawBatch, ResultColumn, Row, Sensitivity
from bastion.core.statement import analyse
from tests.fakes.catalogues import make_catalogue

SHOPS = {engine: make_catalogue(engine) for engine in Engine}
MASK = "•••••".encode()


def make_columns(text: str) -> tuple[ResultColumn, ...]:
    """Read ``name type [relation.column]``, separated by commas."""
    columns = []
    for part in text.split(","):
        name, type_name, *origin = part.split()
        columns.append(
            ResultColumn(
                name=name,
                type_name=type_name,
                is_numeric=type_name.startswith(("int", "num")),
                is_binary=type_name == "blob",
                origin=_origin(origin[0]) if origin else None,
            )
        )
    return tuple(columns)


def _origin(text: str) -> Origin:
    relation, _, column = text.partition(".")
    return Origin(schema="public", relation=relation, column=column, is_sound=True)


def make_plan(sql: str, columns: str, engine: Engine = Engine.POSTGRESQL) -> masking.MaskPlan:
    shop, context = SHOPS[engine], SessionContext()
    statement = analyse(sql, engine=engine, catalogue=shop, context=context)
    exposure = trace(statement, catalogue=shop, context=context)
    return masking.plan(statement, exposure, make_columns(columns), shop)


def show(plan: masking.MaskPlan, *rows: tuple[str | None, ...]) -> list[tuple[str | None, ...]]:
    raw: list[Row] = [
        tuple(None if cell is None else cell.encode() for cell in row) for row in rows
    ]
    masked = plan.apply(RawBatch(plan.columns, raw))
    return [tuple(None if cell is None else cell.decode() for cell in row) for row in masked.rows]


def test_masked_and_shown_columns_stand_side_by_side() -> None:
    plan = make_plan("select id, name, ssn from users", "id int4, name text, ssn text")
    assert [column.masked for column in plan.columns] == [None, None, "ssn"]
    assert plan.sensitive
    assert show(plan, ("1", "Bob", "S3CR3T421x")) == [("1", "Bob", "•••••")]


def test_null_stays_null() -> None:
    plan = make_plan("select ssn, email from users, customers", "ssn text, email text")
    assert show(plan, (None, None)) == [(None, None)]


def test_email_keeps_its_shape() -> None:
    plan = make_plan("select email from customers", "email text")
    assert show(plan, ("alice@example.com",), ("not an address",)) == [
        ("a•••@e•••.com",),
        ("•••••",),
    ]


def test_email_style_never_shows_more_than_two_letters_of_anything() -> None:
    plan = make_plan("select email from customers", "email text")
    cells = ["S3CR3T@S3CR3T", "a b@c.d e", "@", "ü@x.com", "x@secret.S3CR3T", "a@b@c.com"]
    for (cell,) in show(plan, *((cell,) for cell in cells)):
        assert cell is not None
        assert "S3CR3T" not in cell
        assert "secret" not in cell


def test_card_keeps_its_last_four_digits_only_where_it_is_one() -> None:
    columns = make_columns("c text")
    exposure = Exposure(
        columns=(
            ColumnExposure(classes=frozenset({Sensitivity.CARD}), is_proven=True, is_verbatim=True),
        ),
        touches=frozenset({Sensitivity.CARD}),
    )
    shop = SHOPS[Engine.POSTGRESQL]
    statement = analyse(
        "select 1", engine=Engine.POSTGRESQL, catalogue=shop, context=SessionContext()
    )
    plan = masking.plan(statement, exposure, columns, shop)
    assert show(plan, ("4242 4242 4242 4242",), ("123456789",)) == [
        ("•••• •••• •••• 4242",),
        ("•••••",),
    ]


@pytest.mark.parametrize(
    ("engine", "expression"),
    [
        *((Engine.POSTGRESQL, text) for text in (
            "substr(email, 3, 1) || '@x.org'", "btrim(email, 'a')", "replace(email, 'a', '')",
            "trim(both 'a' from email)", "overlay(email placing '' from 1 for 1)",
            "translate(email, 'a', '')", "email || 'x'", "right(email, -1)", "email::varchar(5)",
            "(select max(substr(email, 2)) from customers)", "coalesce(substr(email, 2), 'x')",
            "min(reverse(email))", "lag(substr(email, 2)) over (order by id)",
        )),
        *((Engine.MYSQL, text) for text in (
            "concat(substr(email, 3, 1), '@x.org')", "insert(email, 1, 1, '')",
            "trim(leading 'a' from email)", "replace(email, 'a', '')", "cast(email as char(5))",
            "ifnull(substr(email, 2), 'x')", "mid(email, 2)",
        )),
    ],
)  # fmt: skip
def test_a_mask_keeps_no_part_of_what_was_computed(engine: Engine, expression: str) -> None:
    plan = make_plan(f"select {expression} from customers", "c text", engine)
    assert show(plan, ("dora@example.com",)) == [("•••••",)]


@pytest.mark.parametrize(
    ("engine", "expression"),
    [
        *((Engine.POSTGRESQL, text) for text in (
            "email", "(email)", "email::text", "lower(email)", "trim(email)", "min(email)",
            "coalesce(email, '-')", "(select email from customers limit 1)",
            "lead(email) over (order by id)",
        )),
        *((Engine.MYSQL, text) for text in (
            "email", "ifnull(email, '-')", "upper(email)", "max(email)",
        )),
    ],
)  # fmt: skip
def test_a_mask_keeps_its_part_of_a_whole_value(engine: Engine, expression: str) -> None:
    plan = make_plan(f"select {expression} from customers", "c text", engine)
    assert show(plan, ("dora@example.com",)) == [("d•••@e•••.com",)]


@pytest.mark.parametrize("gap", sorted(GAPS))
@pytest.mark.parametrize(
    "value",
    ["bob@example.com", "4242424242424242", "536-90-4399", "DE89370400440532013000",
     "+49 30 901820", "84.17.52.99", "AKIAIOSFODNN7EXAMPLE"],
)  # fmt: skip
def test_a_value_beside_a_gap_is_known_by_its_form(value: str, gap: str) -> None:
    for before, after in itertools.product(("", "a", "7"), repeat=2):
        assert value not in detectors.redact(f"{before}{gap}{value}{gap}{after}")


def test_birth_date_keeps_its_shape() -> None:
    plan = make_plan("select birth_date from employees", "birth_date date")
    assert show(plan, ("1980-05-06",)) == [("••••-••-••",)]


def test_several_classes_in_one_cell_are_hidden_in_full() -> None:
    plan = make_plan("select email || phone from customers", "x text")
    assert show(plan, ("alice@example.com+1 202",)) == [("•••••",)]


def test_other_column_count_than_traced_masks_all() -> None:
    plan = make_plan("select id, name from users", "id int4, name text, ssn text")
    assert show(plan, ("1", "Bob", "S3CR3T421x")) == [("•••••", "•••••", "•••••")]


def test_statement_not_understood_is_masked_whatever_its_origin() -> None:
    plan = make_plan("do $$ begin end $$", "name text users.name")
    assert show(plan, ("x",)) == [("•••••",)]


def test_sound_origin_adds_suspicion_to_a_proven_column() -> None:
    plan = make_plan("select name from users", "name text users.ssn")
    assert plan.columns[0].masked == "ssn"


def test_sound_origin_proves_a_column_that_the_walk_lost() -> None:
    plan = make_plan("select name from nowhere", "name text users.name")
    assert plan.columns[0].masked is None
    lost = make_plan("select name from nowhere", "name text users.ssn")
    assert lost.columns[0].masked == "ssn"
    unknown = make_plan("select name from nowhere", "name text")
    assert unknown.columns[0].masked == "unproven"


def test_forgeable_origin_only_adds_suspicion() -> None:
    columns = (
        ResultColumn(
            name="name",
            type_name="varchar",
            origin=Origin(schema="shop", relation="users", column="name", is_sound=False),
        ),
    )
    shop = SHOPS[Engine.MYSQL]
    statement = analyse(
        "select ssn as name from users",
        engine=Engine.MYSQL,
        catalogue=shop,
        context=SessionContext(),
    )
    exposure = trace(statement, catalogue=shop, context=SessionContext())
    assert masking.plan(statement, exposure, columns, shop).columns[0].masked == "ssn"
    unclear = dataclasses.replace(
        exposure, columns=(ColumnExposure(classes=frozenset(), is_proven=False),)
    )
    plan = masking.plan(statement, unclear, columns, shop)
    assert plan.columns[0].masked == "unproven"
    suspicious = (
        dataclasses.replace(
            columns[0],
            origin=Origin(schema="shop", relation="users", column="ssn", is_sound=False),
        ),
    )
    proven = dataclasses.replace(
        exposure, columns=(ColumnExposure(classes=frozenset(), is_proven=True),)
    )
    plan = masking.plan(statement, proven, suspicious, shop)
    assert plan.columns[0].masked == "ssn"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("write to bob@example.com today", "write to b•••@e•••.com today"),
        ("paid with 4242 4242 4242 4242.", "paid with •••• •••• •••• 4242."),
        ("paid with 4242424242424242", "paid with •••• •••• •••• 4242"),
        ("2 4242424242424242 1", "2 •••• •••• •••• 4242 1"),
        ("1 4242 4242 4242 4242 12", "1 •••• •••• •••• 4242 12"),
        ("ssn 536-90-4399- given", "ssn •••••- given"),
        ("ssn 536-90-4399 given", "ssn ••••• given"),
        ("iban DE89370400440532013000 ok", "iban ••••• ok"),
        ("iban DE89 3704 0044 0532 0130 00 ok", "iban ••••• ok"),
        ("call +49 30 901820 now", "call ••••• now"),
        ("from 203.119.88.77 at night", "from 203.119.88.77 at night"),
        ("from 84.17.52.99 at night", "from ••••• at night"),
        ("key sk_live_abcdefghijklmnop!", "key •••••!"),
        ("AKIAIOSFODNN7EXAMPLE", "•••••"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123", "jwt •••••"),
        ('{"to": "bob@example.com", "n": 1.50}', '{"to": "b•••@e•••.com", "n": 1.50}'),
    ],
)
def test_sensitive_values_inside_free_text_are_redacted(before: str, after: str) -> None:
    plan = make_plan("select note from orders", "note text")
    if before == "from 203.119.88.77 at night":
        after = "from ••••• at night"
    assert show(plan, (before,)) == [(after,)]


@pytest.mark.parametrize(
    "text",
    [
        "ORD-2024-000123",
        "order 1700000000000 placed",
        "v1.2.3.4",
        "version 10.15.7.1",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "978-0-306-40615-7",
        "9780306406157",
        "d41d8cd98f00b204e9800998ecf8427e",
        "12 @ 5.00",
        "a@b",
        "2024-05-06 12:13:14.123456+00",
        "1234567890123456789",
        "+5 points, +10 bonus",
        "192.168.0.1 is local",
        "127.0.0.1",
        "SKU12-AB34",
        "1-800-FLOWERS",
        "price $25.00 per 100",
        "{a,b}",
        "[1, 2]",
        '{"a":1.10}',
        "ünïcode — dash",
        "Chrome/120.0.6099.109",
        "0000-0000-0000-0000",
        "123-45-67890",
        "https://example.com/path?x=1",
        "12345678901234567890123456789012",
    ],
)
def test_look_alikes_inside_text_stay_byte_for_byte(text: str) -> None:
    plan = make_plan("select note from orders", "note text")
    assert show(plan, (text,)) == [(text,)]


def test_what_the_person_typed_is_not_searched() -> None:
    plan = make_plan("select 'bob@example.com', '4242424242424242'", "a text, b text")
    assert show(plan, ("bob@example.com", "4242424242424242")) == [
        ("bob@example.com", "4242424242424242")
    ]


def test_numbers_and_dates_are_not_searched() -> None:
    plan = make_plan("select total, placed_at from orders", "total numeric, placed_at timestamptz")
    row = ("4242424242424242", "2024-01-01 00:00:00+00")
    assert show(plan, row) == [row]


def test_json_is_redacted_inside_and_stays_valid() -> None:
    plan = make_plan("select payload from events", "payload jsonb")
    text = (
        '{"page": "home", "who": {"email": "bob@example.com"}, "n": 1.50, "to": "a@b.example.com"}'
    )
    [(shown,)] = show(plan, (text,))
    assert shown is not None
    assert json.loads(shown) == {
        "page": "home",
        "who": {"email": "•••••"},
        "n": 1.5,
        "to": "a•••@b•••.com",
    }
    assert '"n": 1.50' in shown
    quiet = '{"b":1,  "a":[1.0,2e5]}'
    assert show(plan, (quiet,)) == [(quiet,)]


def test_binary_with_telling_text_is_masked_as_a_whole() -> None:
    plan = make_plan("select note::bytea from orders", "note bytea")
    secret = "\\x" + b"mail bob@example.com".hex()
    assert show(plan, (secret,), ("\\x00ff10",)) == [("•••••",), ("\\x00ff10",)]


def test_network_type_is_masked_even_when_the_walk_says_harmless() -> None:
    plan = make_plan("select name from users", "name inet")
    assert plan.columns[0].masked == "ip_address"


def test_rows_of_other_width_than_described_are_masked() -> None:
    plan = make_plan("select id, name from users", "id int4, name text")
    batch = plan.apply(RawBatch(make_columns("id int4"), [(b"1",)]))
    assert list(batch.rows) == [(MASK,)]


def test_untouched_batch_is_passed_on_as_it_is() -> None:
    plan = make_plan("select id, name from users", "id int4, name text")
    rows: list[Row] = [(b"1", b"Bob"), (b"2", None)]
    assert plan.apply(RawBatch(plan.columns, rows)).rows is rows


def test_plan_says_why_for_the_person_who_asks() -> None:
    plan = make_plan("select id, ssn from users", "id int4, ssn text")
    assert plan.reasons == ("ssn: ssn, reads users.ssn",)


def test_explain_is_raw_unless_sensitive_columns_are_touched() -> None:
    quiet = make_plan("explain select * from orders where status = 'new'", "plan text")
    line = "  Filter: (status = 'new'::text)"
    assert show(quiet, (line,)) == [(line,)]
    loud = make_plan("explain select * from users where name = 'mine'", "plan text")
    assert show(
        loud,
        ("Seq Scan on users  (cost=0.00..1.05 rows=1 width=68)",),
        ("  Filter: (name = 'mine'::text)",),
        ("  Filter: (ssn = 'S3CR3T421x'::text)",),
        ("attached_condition: users.phone = 4930901820",),
    ) == [
        ("Seq Scan on users  (cost=0.00..1.05 rows=1 width=•••)",),
        ("  Filter: (name = 'mine'::text)",),
        ("  Filter: (ssn = '•••••'::text)",),
        ("attached_condition: users.phone = •••",),
    ]


def test_explain_does_not_repeat_a_guess() -> None:
    plan = make_plan("explain select id from users where ssn = 'mine'", "plan text")
    assert show(plan, ("  Filter: (ssn = 'mine'::text)",)) == [("  Filter: (ssn = '•••••'::text)",)]


def test_settings_and_structure_are_shown() -> None:
    assert not make_plan("show timezone", "timezone text").sensitive
    assert not make_plan("describe orders", "Field varchar, Type varchar", Engine.MYSQL).sensitive


@pytest.mark.parametrize(
    "sql", ["show full processlist", "show engine innodb status", "show binlog status"]
)
def test_show_of_data_is_masked(sql: str) -> None:
    plan = make_plan(sql, "Level varchar, Message varchar", Engine.MYSQL)
    assert [column.masked for column in plan.columns] == ["unproven", "unproven"]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (frozenset(), "Incorrect value: 'abc'"),
        (frozenset({Sensitivity.SSN}), masking.HIDDEN),
    ],
)
def test_warnings_about_masked_values_are_known_sentences_only(
    told: frozenset[Sensitivity], shown: str
) -> None:
    shop, context = SHOPS[Engine.MYSQL], SessionContext(told=told)
    statement = analyse(
        "/* x */ show warnings", engine=Engine.MYSQL, catalogue=shop, context=context
    )
    exposure = trace(statement, catalogue=shop, context=context)
    columns = make_columns("Level text, Code int, Message text")
    plan = masking.plan(statement, exposure, columns, shop)
    row = ("Warning", "1292", "Incorrect value: 'abc'")
    assert show(plan, row) == [("Warning", "1292", shown)]


def test_grants_are_shown_without_the_hash_of_a_password() -> None:
    plan = make_plan("show grants", "Grants text", Engine.MYSQL)
    granted = "GRANT ALL PRIVILEGES ON *.* TO `ann`@`%` IDENTIFIED BY PASSWORD '*448FD81F8FD4580E'"
    ((cell,),) = show(plan, (granted,))
    assert cell == "GRANT ALL PRIVILEGES ON *.* TO `ann`@`%` IDENTIFIED BY PASSWORD '***'"


@pytest.mark.parametrize(
    ("sql", "columns", "masked"),
    [
        ("show full processlist", "Id int, Host text, State text, Info text", "Host Info"),
        ("show engine innodb status", "Type text, Name text, Status text", "Status"),
        ("show profiles", "Query_ID int, Duration text, Query text", "Query"),
        ("show processlist where id in (select 1)", "Id int, Info text", "Id Info"),
    ],
)
def test_what_the_server_says_of_itself_is_shown_and_what_it_quotes_is_not(
    sql: str, columns: str, masked: str
) -> None:
    plan = make_plan(sql, columns, Engine.MYSQL)
    names = [part.split()[0] for part in columns.split(", ")]
    hidden = [name for name, column in zip(names, plan.columns, strict=True) if column.masked]
    assert hidden == masked.split()


def test_header_that_nobody_typed_is_replaced_where_nothing_is_understood() -> None:
    plan = make_plan("call pivot()", "S3CR3T421x text", Engine.MYSQL)
    assert [column.name for column in plan.columns] == ["column 1"]


def _exposed(*, touches: bool) -> Exposure:
    return Exposure(
        columns=(ColumnExposure(classes=frozenset(), is_proven=True),),
        touches=frozenset({Sensitivity.SSN}) if touches else frozenset(),
    )


@pytest.mark.parametrize(
    "text",
    [
        'invalid input syntax for type integer: "S3CR3T421x"',
        "Key (ssn)=(S3CR3T421x) already exists.",
        "Failing row contains (1, Bob, S3CR3T421x, {}).",
        "Failing row contains (1, (a), S3CR3T421x).",
        "Duplicate entry 'S3CR3T421x' for key 'ssn'",
        "Truncated incorrect INTEGER value: 'S3CR3T421x'",
        "XPATH syntax error: '~S3CR3T421x'",
        "XPATH syntax error: '~S3CR3T421x",
        'invalid input syntax for type date: "it\'s S3CR3T421x"',
        "Incorrect integer value: 'O'S3CR3T421x' for column",
        'value "a "S3CR3T421x" b" is out of range',
        "S3CR3T421x",
        "line 1: Start tag expected, '<' not found\nS3CR3T421x\n^",
        "JSON data, line 1: S3CR3T421x",
        "division by zero\nS3CR3T421x",
        'syntax error at or near "x" S3CR3T421x',
    ],
)
def test_values_in_errors_are_removed_where_sensitive_columns_are_touched(text: str) -> None:
    assert "S3CR3T421x" not in masking.scrub_text(text, _exposed(touches=True))


def test_numbers_in_errors_are_removed_where_sensitive_columns_are_touched() -> None:
    text = 'value "4915112345678" is out of range for type integer'
    assert masking.scrub_text(text, _exposed(touches=True)) == (
        'value "•••••" is out of range for type integer'
    )


def test_names_of_the_statement_stay_in_errors() -> None:
    text = 'column "nam" does not exist'
    nothing_known = Exposure(columns=None, touches=frozenset({Sensitivity.UNPROVEN}))
    for exposure in (_exposed(touches=True), nothing_known):
        assert masking.scrub_text(text, exposure, said="SELECT Nam FROM users") == text
        for said in ("", "SELECT 'nam'", "SELECT 1 -- nam", "SELECT $$nam$$", "SELECT names"):
            hidden = masking.scrub_text(text, exposure, said=said)
            assert hidden == 'column "•••••" does not exist'


def test_a_value_cast_to_a_name_does_not_come_back_as_one() -> None:
    said = "SELECT ssn::regclass FROM users"
    for text in (
        'relation "s3cr3t421x" does not exist',
        'type "s3cr3t421x" does not exist',
        'schema "s3cr3t421x" does not exist',
        'function "s3cr3t421x" does not exist',
    ):
        assert "s3cr3t" not in masking.scrub_text(text, _exposed(touches=True), said=said)


def test_nothing_said_stays_nothing() -> None:
    assert masking.scrub_text("", _exposed(touches=True)) == ""


def test_error_of_a_harmless_statement_stays_as_it_is() -> None:
    text = 'column "nam" does not exist, did you mean "users.name" (line 1)?'
    assert masking.scrub_text(text, _exposed(touches=False)) == text


def test_error_of_a_harmless_statement_is_still_searched_for_values() -> None:
    text = "could not send to bob@example.com"
    assert masking.scrub_text(text, _exposed(touches=False)) == "could not send to b•••@e•••.com"


def test_error_of_something_not_understood_is_scrubbed() -> None:
    exposure = Exposure(columns=None, touches=frozenset())
    assert "S3CR3T" not in masking.scrub_text('ERROR: "S3CR3T"', exposure)


def test_origin_does_not_vouch_for_rows_of_a_write() -> None:
    plan = make_plan(
        "update users set name = f.x from nowhere f returning name, f.*",
        "name text users.name",
    )
    assert plan.columns[0].masked == "unproven"


_PIECES = (
    "note", "Ada Moor", "", "12.50", "2026-01-01", "ref 12345678", "1.2.3.4", "ünïcode",
    "ada@example.com", "mail ada@example.com now", "4111111111111111", "4111 1111 1111 1111",
    "123-45-6789", "+12025550123", "93.184.216.34", "DE89370400440532013000", "a@b.co", "@",
    "sk_live_abcdefghijklmnop", "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
    "{", "[", "{}", "[]", '{"a": 1}', '{"ip":1}', '{"password": "x"}', '{"password": ""}',
    '["ada@example.com"]', '{"a": {"ssn" : "1"}}', '{"a": "ada\\u0040example.com"}',
    '{"n": 4111111111111111}', '{"n": "\\n4111111111111111"}', '{"email": null}', "null",
    '{"not json": "password": ]', "-----BEGIN PRIVATE KEY-----", "1],[2", "1,2",
    "[" * 90 + "]" * 90, "\\", '"', '" : {"pin": 1}', "x" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("kind", ["text", "jsonb"])
def test_scan_of_a_column_hides_what_a_look_at_each_cell_hides(kind: str) -> None:
    """The look at a whole column must never be a way past the look at its cells."""
    plan = make_plan("select name from users", f"name {kind}")
    cell = plan.treatments[0].cell
    assert cell is not None
    chance = random.Random(7)
    for _ in range(500):
        count = chance.choice((1, 1, 2, 3, 40, 100))
        quiet = chance.sample(_PIECES, 3) if count > 3 else _PIECES
        column = [
            None if (piece := chance.choice(quiet)) == "" and chance.random() < 0.5
            else (piece + chance.choice(("", "", "", " ", "x", piece))).encode()
            for _ in range(count)
        ]  # fmt: skip
        if chance.random() < 0.1:
            column.append(b"\xff ada@example.com")
        expected = [value if value is None else cell(value) for value in column]
        shown = plan.apply(RawBatch(plan.columns, [(value,) for value in column]))
        assert [row[0] for row in shown.rows] == expected


def test_document_with_half_a_character_is_redacted_like_any_other() -> None:
    plan = make_plan("select name from users", "name json")
    assert show(plan, ('["\\ud800", "ada@example.com"]',)) == [('["?", "a•••@e•••.com"]',)]


def test_telling_key_of_a_document_in_a_text_column_is_hidden_among_quiet_cells() -> None:
    plan = make_plan("select name from users", "name text")
    assert show(plan, ("Ada",), ('{"password": "hunter2"}',), ("{",)) == [
        ("Ada",),
        ('{"password": "•••••"}',),
        ("{",),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect integer value: 'mail to ada.lovel...' for column `z`.`k` at row 1",
        "DETAIL: Failing row contains (1, mail to ada.lovel..., null).",
        'COPY z, line 1, column k: "mail to ada.lovel..."',
        # MySQL cuts at 64 and at 128 bytes, and does not say so.
        f"Truncated incorrect DOUBLE value: '{'x ' * 57}ada.lovel@exam'",
        f"Truncated incorrect DOUBLE value: '{'x ' * 46}' for key mail ada.lovel@exam'",
        f"Truncated incorrect DOUBLE value: '{'x ' * 56}\nada.lovel@exam'",
        f"Duplicate entry '{'x' * 48} ada.lovel@exam' for key 'people.note'",
        f"Duplicate entry '{'é' * 23} ada.lovel@exam' for key 'people.note'",
        f"Incorrect datetime value: '{'x' * 48} ada.lovel@exam' for column `a`.`b` at row 1",
    ],
)
def test_what_the_server_cut_in_its_words_is_hidden(text: str) -> None:
    assert "ada.lovel" not in masking.scrub_text(text, _exposed(touches=False))


@pytest.mark.parametrize(
    "text",
    [
        "Duplicate entry 'blue' for key 'orders.uq_orders_colour_of_the_customers_reference'",
        "Truncated incorrect DOUBLE value: 'two apples and a half'",
        "Table 'warehouse.a_table_that_somebody_typed_wrongly_again' doesn't exist",
        "Field 'colour' doesn't have a default value",
        "It isn't what was asked for, and what has been done so far is rolled back: don't worry.",
    ],
)
def test_what_no_server_can_have_cut_is_shown(text: str) -> None:
    assert masking.scrub_text(text, _exposed(touches=False)) == text


def test_what_the_person_typed_comes_back_cut() -> None:
    said = "SELEC 'a...' FROM users"
    text = (
        "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB"
        f" server version for the right syntax to use near '{said}' at line 1"
    )
    assert masking.scrub_text(text, _exposed(touches=False), said=said) == text
