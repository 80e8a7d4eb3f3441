"""Structure is shown; what it quotes of sensitive columns is not."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from bastion.core.catalogue import Catalogue, RelationKind
from bastion.core.context import SessionContext
from bastion.core.definitions import Redactor
from bastion.core.detectors import is_opaque
from bastion.core.lineage import trace
from bastion.core.masking import plan, scrub_text
from bastion.core.model import Engine, RawBatch, ResultColumn
from bastion.core.statement import analyse
from tests.fakes.catalogues import make_catalogue, make_relation

SECRET = "S3CR3T421x"


def shop(engine: Engine = Engine.POSTGRESQL) -> Catalogue:
    """Give a shop with a table whose sensitive columns have defaults, labels and comments."""
    vault = make_relation("public", "vault", "id int4, ssn text SSN, tag text, pwd text PASSWORD")
    number, ssn, tag, pwd = vault.columns
    columns = (
        number,
        dataclasses.replace(ssn, default=f"'{SECRET}'::text", comment="the old one was OLD-77431"),
        dataclasses.replace(tag, default="'fresh1'::text"),
        dataclasses.replace(pwd, type_name="enum('Winter24','b')"),
    )
    help_line = make_relation("public", "help", "phone_line text, city text")
    relations = dict(make_catalogue(engine).relations)
    relations["public", "help"] = dataclasses.replace(
        help_line,
        kind=RelationKind.VIEW,
        definition="SELECT '+49 151 23456712' AS phone_line, 'Graz' AS city",
    )
    system = make_relation(
        "pg_catalog", "pg_views", "viewname text, definition text", kind=_kind(engine)
    )
    relations["public", "vault"] = dataclasses.replace(vault, columns=columns)
    relations["pg_catalog", "pg_views"] = system
    trees = make_relation(
        "pg_catalog", "pg_attrdef", "adrelid oid, adbin text SECRET", kind=_kind(engine)
    )
    relations["pg_catalog", "pg_attrdef"] = trees
    return dataclasses.replace(make_catalogue(engine), relations=MappingProxyType(relations))


def _kind(engine: Engine):
    return next(
        one.kind for one in make_catalogue(engine).relations.values() if one.kind.value == "system"
    )


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    "text",
    [
        f"CHECK ((ssn <> '{SECRET}'::text))",
        f"((ssn IS NOT NULL) AND (lower(ssn) = '{SECRET}'::text))",
        f"SELECT id FROM users WHERE ssn = ANY (ARRAY['{SECRET}'::text, 'abc'::text])",
        f"CREATE INDEX i ON t USING btree (id) WHERE (ssn > '{SECRET}'::text)",
        f"FOR VALUES IN ('{SECRET}')",
        f"`ssn` in ('a','{SECRET}')",
        f"CREATE TABLE t (\n `id` int,\n `ssn` varchar(9) DEFAULT '{SECRET}'\n) ENGINE=InnoDB",
        f"CREATE TABLE t (`ssn` enum('{SECRET}','x') DEFAULT NULL)",
        "CREATE TABLE t (`ssn` text) ENGINE=InnoDB\n PARTITION BY LIST COLUMNS(`ssn`)\n"
        f"(PARTITION `p` VALUES IN ('{SECRET}') ENGINE = InnoDB)",
        f"CREATE TABLE t (`ssn` text COMMENT 'it was {SECRET}')",
        f"CREATE FUNCTION f() AS $f$ begin delete from t where ssn='{SECRET}'; end $f$",
        f"update users set ssn = '{SECRET}' where id = 1",
        f"'{SECRET}'::text",
        SECRET,
        "enum('Winter24','b')",
        "the old one was OLD-77431",
    ],
)
def test_what_is_quoted_of_a_sensitive_column_is_hidden(text: str, engine: Engine) -> None:
    shown = Redactor(shop(engine)).redact(text)
    assert SECRET not in shown
    assert "Winter24" not in shown
    assert "77431" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"(`ssn` <> _utf8mb4\'8-42 ab\')", r"(`ssn` <> _utf8mb4\'•••••\')"),
        (r"(`tag` <> _utf8mb4\'it\\\'s\\n\')", r"(`tag` <> _utf8mb4\'it\\\'s\\n\')"),
        (
            "CREATE TABLE `t` (\n  `ssn` text\n)\n/*!50500 PARTITION BY LIST  COLUMNS(ssn)\n"
            "(PARTITION p VALUES IN ('8-42 ab') ENGINE = InnoDB) */",
            "CREATE TABLE `t` (\n  `ssn` text\n)\n/*!50500 PARTITION BY LIST  COLUMNS(ssn)\n"
            "(PARTITION p VALUES IN ('•••••') ENGINE = InnoDB) */",
        ),
        (
            "CREATE TABLE `t` (\n  `n` int /*!80023 INVISIBLE */\n)\n"
            "/*!50100 PARTITION BY RANGE (`n`)\n(PARTITION p VALUES LESS THAN (1000)) */",
            "CREATE TABLE `t` (\n  `n` int /*!80023 INVISIBLE */\n)\n"
            "/*!50100 PARTITION BY RANGE (`n`)\n(PARTITION p VALUES LESS THAN (1000)) */",
        ),
    ],
)
def test_mysql_escapes_expressions_and_says_partitions_in_a_comment(text: str, shown: str) -> None:
    assert Redactor(shop(Engine.MYSQL)).redact(text) == shown


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    "text",
    [
        "CHECK (((email ~~ '%@%'::text) AND (length(ssn) = 11)))",
        "CHECK (status IN ('new','paid')) and ssn is not null",
        "SELECT email, CASE WHEN status = 'paid' THEN 'yes' ELSE 'not yet' END FROM customers",
        "SELECT to_char(birth_date, 'YYYY-MM-DD'), split_part(email, '@', 2) FROM employees",
        "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "nextval('customers_id_seq'::regclass)",
        "CREATE TABLE t (`ssn` varchar(80) COMMENT 'social security number', `s` text"
        " DEFAULT 'new') ENGINE=InnoDB COMMENT='people who buy'",
        "'fresh1'::text",
        "varchar(80)",
    ],
)
def test_structure_stays_byte_for_byte(text: str, engine: Engine) -> None:
    assert Redactor(shop(engine)).redact(text) == text


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("'ann.lee@example.com'::text", "ann.lee"),
        ("SELECT 'ann.lee@example.com'::text AS reply_to, '+49 151 23456712' AS help", "23456712"),
        ("CHECK (((VALUE)::text <> 'ann.lee@example.com'::text))", "ann.lee"),
        ("ask ann.lee@example.com, +49 151 23456712", "ann.lee"),
        ("ask ann.lee@example.com, +49 151 23456712", "23456712"),
        ("for the old one: password=hunter", "hunter"),
        ("enum('ann.lee@example.com','other')", "ann.lee"),
        ("{app.owner=ann.lee@example.com}", "ann.lee"),
        ("FOR VALUES IN ('536-22-8701', '457-55-5462')", "536-22"),
        ("FOR VALUES IN ('536-22-8701', '457-55-5462')", "457-55"),
        ("CREATE FUNCTION f() AS $f$ begin -- ask ann.lee@example.com\n end $f$", "ann.lee"),
        ("begin perform dblink('host=a password=hunter2'); end", "hunter2"),
    ],
)
def test_what_is_sensitive_by_its_form_is_hidden_whatever_stands_beside_it(
    text: str, hidden: str, engine: Engine
) -> None:
    assert hidden not in Redactor(shop(engine)).redact(text)


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    "text",
    [
        "CHECK ((contact ~~ '%@example.com'::text))",
        "CHECK ((contact ~ '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$'::text))",
        "begin token := md5(name); raise notice 'token: %', token; end",
        "set new.api_key = uuid();",
        "CREATE DEFINER=`admin`@`db.example.com` VIEW v AS select 1",
        "FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2024-02-01 00:00:00+00')",
        "the time of the last change, since 2024-01-15",
        "numeric(12,2)",
    ],
)
def test_patterns_and_names_have_no_form(text: str, engine: Engine) -> None:
    assert Redactor(shop(engine)).redact(text) == text


@pytest.mark.parametrize("engine", Engine)
def test_all_words_of_a_relation_are_read_and_its_names_stay(engine: Engine) -> None:
    catalogue = shop(engine)
    vault = next(one for key, one in catalogue.relations.items() if key[1] == "vault")
    address = "ann.lee@example.com"
    vault = dataclasses.replace(
        vault, definition=f"SELECT '{address}'", comment=f"ask {address}", triggers=(address,)
    )
    shown = Redactor(catalogue).relation(vault)
    assert [column.name for column in shown.columns] == [one.name for one in vault.columns]
    for hidden in (SECRET, "Winter24", "77431", "ann.lee"):
        assert hidden not in repr(shown)
    assert shown.columns[2].default == "'fresh1'::text"
    assert Redactor(catalogue).relation(shown) is shown


def shown(text: str, cell: str, engine: Engine = Engine.POSTGRESQL) -> tuple[str | None, str]:
    """Give the class and what is shown of one cell of one statement."""
    catalogue, context = shop(engine), SessionContext()
    statement = analyse(text, engine=engine, catalogue=catalogue, context=context)
    exposure = trace(statement, catalogue=catalogue, context=context)
    columns = (ResultColumn(name="c", type_name="text"),)
    made = plan(statement, exposure, columns, catalogue)
    rows = made.apply(RawBatch(columns=columns, rows=[(cell.encode(),)])).rows
    return made.columns[0].masked, (rows[0][0] or b"").decode()


@pytest.mark.parametrize(
    "text",
    [
        "select definition from pg_views",
        "select d from (select definition as d from pg_catalog.pg_views) x",
        "select pg_get_viewdef('v')",
        "select coalesce(pg_get_constraintdef(1), '')",
        "select max(definition) from pg_views",
    ],
)
def test_definitions_are_read_on_their_way_out(text: str) -> None:
    assert shown(text, f"WHERE (ssn = '{SECRET}')") == (None, "WHERE (ssn = '•••••')")
    assert shown(text, "WHERE (status = 'paid')") == (None, "WHERE (status = 'paid')")


def test_definition_cut_to_pieces_is_hidden_where_a_value_is_known_to_be_quoted() -> None:
    assert shown("select substr(definition, 5) from pg_views", "x")[0] is not None
    assert shown("select reverse(pg_get_viewdef('v'))", "x")[0] is not None


@pytest.mark.parametrize("engine", Engine)
def test_constant_of_a_view_is_met_by_its_form(engine: Engine) -> None:
    number = "+49 151 23456712"
    assert shown("select phone_line from public.help", number, engine) == (None, "•••••")
    assert shown("select city from public.help", "Graz", engine) == (None, "Graz")
    masked, _ = shown("select substr(phone_line, 5) from public.help", "151 23456712", engine)
    assert masked is not None
    assert shown("select substr(city, 2) from public.help", "raz", engine) == (None, "raz")


def test_what_is_typed_is_no_constant_of_code() -> None:
    assert shown("select '+49 151 23456712'", "+49 151 23456712") == (None, "+49 151 23456712")


def test_mysql_structure_is_read_too() -> None:
    text = f"CREATE TABLE `t` (`ssn` text DEFAULT '{SECRET}')"
    assert SECRET not in shown("show create table users", text, Engine.MYSQL)[1]
    assert shown("describe users", SECRET, Engine.MYSQL)[1] != SECRET
    assert shown("describe users", "varchar(80)", Engine.MYSQL)[1] == "varchar(80)"


def test_sensitive_argument_is_not_shown_by_a_function_that_makes_definitions() -> None:
    assert shown("select pg_get_viewdef(ssn) from users", SECRET)[0] is not None
    assert shown("select pg_get_expr(ssn, 0) from users", SECRET)[0] is not None
    assert shown("select pg_get_expr(ssn || adbin, 0) from users, pg_attrdef", SECRET)[0]


def test_trees_are_masked_and_read_by_pg_get_expr() -> None:
    assert shown("select adbin from pg_attrdef", "{CONST}")[0] is not None
    assert shown("select pg_get_expr(adbin, adrelid) from pg_attrdef", "'x'::text") == (
        None,
        "'x'::text",
    )


KEY = "K7Q2M9Z4"
"""Of no column that anybody knows of."""


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    "text",
    [
        f"SELECT '{KEY}'::text AS k",
        f"CREATE FUNCTION f() AS $f$ declare k text := 'x-{KEY}'; begin return k; end $f$",
        f"CREATE TABLE t (\n `note` varchar(9) DEFAULT '{KEY}' COMMENT 'as in {KEY}'\n)",
        f"CHECK ((v <> '{KEY}'::text))",
        f"FOR VALUES FROM ('{KEY}') TO (MAXVALUE)",
        f"CREATE INDEX i ON t (id) WHERE v = '{KEY}'",
        f"old {KEY} (2019)",
        f"{{my.key={KEY}}}",
        KEY,
    ],
)
def test_constant_that_looks_like_a_key_is_hidden_wherever_it_stands(
    text: str, engine: Engine
) -> None:
    assert KEY not in Redactor(make_catalogue(engine)).redact(text)


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    "text",
    [
        "CREATE UNIQUE INDEX uk_6d1k2o3t4 ON orders USING btree (id)",
        "convert(`name` using utf8mb4) <> 'utf8mb4_general_ci'",
        "'#3B82F6'::text",
        "to_char(total, 'FM999G990D00') || to_char(at, 'YYYYMMDDHH24MISS')",
        "'P1Y2M10DT2H30M'::interval",
        "digest(body, 'sha256') = x'00'",
        "'v1beta1'::text",
        "amount in cents, ISO-4217 codes, see RFC3339",
        "{search_path=public,TimeZone=Europe/Berlin}",
        "'550e8400-e29b-41d4-a716-446655440000'::uuid",
    ],
)
def test_names_formats_and_versions_are_no_keys(text: str, engine: Engine) -> None:
    assert Redactor(make_catalogue(engine)).redact(text) == text


def test_hexadecimal_words_of_the_schema_are_read() -> None:
    told = "0x" + f"RETURN '{KEY}'".encode().hex()
    assert shown("select definition from pg_views", told) == (None, "•••••")
    harmless = "\\x" + b"RETURN 'paid'".hex()
    assert shown("select definition from pg_views", harmless) == (None, harmless)


def test_failure_does_not_quote_the_words_of_the_schema() -> None:
    catalogue = shop()
    text = "select definition::int from pg_views"
    statement = analyse(
        text, engine=Engine.POSTGRESQL, catalogue=catalogue, context=SessionContext()
    )
    exposure = trace(statement, catalogue=catalogue, context=SessionContext())
    said = scrub_text(f'invalid input syntax for type integer: "x-{KEY}"', exposure, said=text)
    assert KEY not in said


@pytest.mark.parametrize("text", ["SN74HC595N", "CD74HC4067MT", "AB12 CDE", "v1.2.3"])
def test_numbers_of_parts_are_no_keys(text: str) -> None:
    assert not is_opaque(text)


@pytest.mark.parametrize("text", ["S3CR3T421x", "K7Q2M9Z", "MORGA657054SM9IJ", "sn74hc595n"])
def test_what_is_unlike_any_other_is_one(text: str) -> None:
    assert is_opaque(text)
