"""What a column holds is found out by name, comment, type and values, and by nothing else."""

from __future__ import annotations

import pytest

from bastion.core.catalogue import Classification
from bastion.core.classify import classify_column, classify_pairs
from bastion.core.kinds import type_kind
from bastion.core.model import Engine, Sensitivity
from bastion.core.naming import announced, classify_name, split_words
from bastion.core.system_columns import system_sensitivity

EMAILS = [f"person{index}@example.org" for index in range(20)]
CARDS = ["4242424242424242", "5555555555554444", "378282246310005", "6011111111111117"]
SSNS = ["536-90-4399", "219-09-9999", "457-55-5462", "212-09-7694"]
IBANS = ["DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606"]
PHONES = ["+49 30 901820", "+1 202-456-1111", "+44 20 7946 0958", "+33 1 42 68 53 00"]
HASHES = ["$2b$12$" + "abcdefghijklmnopqrstuu" + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcde"] * 3


def classify(name: str, samples: list[str | None], type_name: str = "text", **more: object):
    return classify_column(
        name=name,
        type_name=type_name,
        comment=str(more.get("comment", "")),
        samples=samples,
        is_key=bool(more.get("is_key", False)),
    ).sensitivity


@pytest.mark.parametrize(
    ("name", "sensitivity"),
    [
        ("email", Sensitivity.EMAIL),
        ("e_mail", Sensitivity.EMAIL),
        ("contactEmail", Sensitivity.EMAIL),
        ("EMAIL_ADDRESS", Sensitivity.EMAIL),
        ("useremail", Sensitivity.EMAIL),
        ("phone", Sensitivity.PHONE),
        ("mobile_number", Sensitivity.PHONE),
        ("homePhone", Sensitivity.PHONE),
        ("telefonnummer", Sensitivity.PHONE),
        ("fax", Sensitivity.PHONE),
        ("card_number", Sensitivity.CARD),
        ("cc_no", Sensitivity.CARD),
        ("pan", Sensitivity.CARD),
        ("cvv", Sensitivity.CARD),
        ("ssn", Sensitivity.SSN),
        ("employee_ssn", Sensitivity.SSN),
        ("social_security_number", Sensitivity.SSN),
        ("nationalId", Sensitivity.SSN),
        ("tax_id", Sensitivity.SSN),
        ("passport_no", Sensitivity.SSN),
        ("iban", Sensitivity.IBAN),
        ("account_number", Sensitivity.IBAN),
        ("dob", Sensitivity.BIRTH_DATE),
        ("dateOfBirth", Sensitivity.BIRTH_DATE),
        ("geburtsdatum", Sensitivity.BIRTH_DATE),
        ("password_hash", Sensitivity.PASSWORD),
        ("pwd", Sensitivity.PASSWORD),
        ("api_key", Sensitivity.TOKEN),
        ("access_token", Sensitivity.TOKEN),
        ("stripeSecretKey", Sensitivity.TOKEN),
        ("client_ip", Sensitivity.IP_ADDRESS),
        ("remote_addr", Sensitivity.IP_ADDRESS),
        ("geb", Sensitivity.BIRTH_DATE),
        ("oauth_refresh", Sensitivity.TOKEN),
        ("reisedokument_nr", Sensitivity.SSN),
        ("nro_documento", Sensitivity.SSN),
        ("documento_identidad", Sensitivity.SSN),
        ("mrz_line_1", Sensitivity.SSN),
    ],
)
def test_telling_name_is_found(name: str, sensitivity: Sensitivity) -> None:
    assert classify_name(name) is sensitivity


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "name",
        "status",
        "order_number",
        "version",
        "sku",
        "price",
        "created_at",
        "title",
        "email_verified",
        "email_count",
        "phone_type",
        "is_email_confirmed",
        "token_expires_at",
        "card_brand",
        "card_type",
        "has_password",
        "password_changed_at",
        "ip_version",
        "shipping",
        "description",
        "zip",
        "company",
        "panel",
        "spanish",
        "telephony_plan_type",
        "recipient",
        "quantity",
        "tokenizer_version",
        "card_id",
        "mailing_list",
        "birth_country",
        "pinned",
    ],
)
def test_innocent_name_is_left_alone(name: str) -> None:
    assert classify_name(name) is None


@pytest.mark.parametrize(
    ("samples", "sensitivity"),
    [
        (EMAILS, Sensitivity.EMAIL),
        (CARDS, Sensitivity.CARD),
        (
            [f"{card[:4]} {card[4:8]} {card[8:12]} {card[12:]}" for card in CARDS[:2]],
            Sensitivity.CARD,
        ),
        (SSNS, Sensitivity.SSN),
        (IBANS, Sensitivity.IBAN),
        (PHONES, Sensitivity.PHONE),
        (["(202) 456-1111", "(212) 736-5000", "(415) 555-2671"], Sensitivity.PHONE),
        (["10.0.0.1", "192.168.1.77", "8.8.8.8", "fe80::1"], Sensitivity.IP_ADDRESS),
        (["10.1.2.3:5432", "10.1.2.4:5432", "203.0.113.9:443"], Sensitivity.IP_ADDRESS),
        (["2.3.4.5:80", "1.2.3.4:8080"], Sensitivity.IP_ADDRESS),
        (["[::1]:80", "[2001:db8::7]:443"], Sensitivity.IP_ADDRESS),
        (["203.0.113.7, 10.0.0.1", "198.51.100.2, 10.0.0.9"], Sensitivity.IP_ADDRESS),
        (HASHES, Sensitivity.PASSWORD),
        (["sk_live_abcdefghijklmnop", "sk_live_zyxwvutsrqponmlk"], Sensitivity.TOKEN),
        (["ghp_" + "a1B2" * 9, "ghp_" + "Z9y8" * 9], Sensitivity.TOKEN),
        (["AKIAIOSFODNN7EXAMPLE"], Sensitivity.TOKEN),
        (["hooks.slack.com/services/T0AB12CD3/B0XY98ZW7/" + "a1B2" * 6], Sensitivity.TOKEN),
        (["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123"], Sensitivity.TOKEN),
        ([*EMAILS[:10], *["n/a"] * 10], Sensitivity.EMAIL),
    ],
)
def test_innocent_name_with_telling_values_is_found(
    samples: list[str], sensitivity: Sensitivity
) -> None:
    assert classify("c1", list(samples)) is sensitivity


@pytest.mark.parametrize(
    "samples",
    [
        [f"ORD-2024-{index:06d}" for index in range(30)],
        [f"1.{index}.3" for index in range(30)],
        [f"1.2.{index}.4" for index in range(30)],
        [f"{index}:{index * 7}" for index in range(30)],
        [f"48.{index}, 16.{index * 37}" for index in range(30)],
        [f"A-{index * 917};B-{index * 3331}" for index in range(30)],
        [f"size={index};colour=red" for index in range(30)],
        [f"card=visa;sms={('yes', 'no')[index % 2]}" for index in range(30)],
        [f"org.acme:lib:1.2.3.{index}" for index in range(30)],
        [f"1.2.{index}.0" for index in range(3)] + ["2.0", "3.1-rc1", "4.0.0", "5", "6.1", "7"],
        ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "123e4567-e89b-12d3-a456-426614174000"],
        ["d41d8cd98f00b204e9800998ecf8427e", "5d41402abc4b2a76b9719d911017c592"],
        ["9780306406157", "9783161484100", "9781861972712"],
        [str(1700000000000 + index * 1000) for index in range(50)],
        [str(1700000000 + index) for index in range(50)],
        ["SKU-12", "A1B2C3", "X-99"],
        ["12.50", "99.99", "100.00"],
        ["2024-01-01", "2023-05-06", "1999-12-31"],
        ["Berlin", "Paris", "New York"],
        ["12345", "90210", "10115-1234"],
        ["paid", "new", "cancelled"],
        ["1Z999AA10123456784", "JD014600003828392837"],
        [*EMAILS[:1], *["ordinary words"] * 30],
    ],
)
def test_look_alike_stays_readable(samples: list[str]) -> None:
    assert classify("c1", list(samples)) is None


def test_random_numbers_of_sixteen_digits_are_no_cards() -> None:
    numbers = [str(4000000000000000 + index * 7919) for index in range(200)]
    assert classify("reference", list(numbers), "bigint") is None


def test_cards_in_a_number_column_are_found() -> None:
    assert classify("c2", list(CARDS), "bigint") is Sensitivity.CARD


@pytest.mark.parametrize(
    ("name", "type_name", "samples"),
    [
        ("token_count", "int4", ["1", "2"]),
        ("phone", "boolean", ["t"]),
        ("mobile", "tinyint(1)", ["0", "1"]),
        ("token", "timestamp", ["2024-01-01 00:00:00"]),
        ("prompt_tokens", "int4", ["1500", "20000"]),
    ],
)
def test_type_can_refute_a_name(name: str, type_name: str, samples: list[str | None]) -> None:
    assert classify(name, samples, type_name) is None


@pytest.mark.parametrize(
    ("name", "samples"),
    [
        ("email_cadence", ["weekly", "daily", "never"]),
        ("card_layout", ["wide", "narrow"]),
        ("cookie_consent", ["accepted", "declined"]),
        ("phone", ["Pixel", "iPhone", "Galaxy", "Nokia", "Fairphone"]),
        ("address", ["db-1.internal", "db-2.internal"]),
    ],
)
def test_values_can_refute_a_name(name: str, samples: list[str | None]) -> None:
    assert classify(name, samples) is None


@pytest.mark.parametrize(
    ("name", "samples", "sensitivity"),
    [
        ("email_cadence", ["weekly", "ann@example.org"], Sensitivity.EMAIL),
        ("email_hash", ["5d41402abc4b2a76", "7d793037a0760186"], Sensitivity.EMAIL),
        ("ssn_last4", ["1234", "9876"], Sensitivity.SSN),
        ("phone", ["unknown", "none"], Sensitivity.PHONE),
        ("card", ["a", "b", "c", "d", "e", "4111 1111 1111 1111"], Sensitivity.CARD),
    ],
)
def test_values_that_may_be_so_refute_nothing(
    name: str, samples: list[str | None], sensitivity: Sensitivity
) -> None:
    assert classify(name, samples) is sensitivity


def test_short_codes_are_masked_as_numbers_too() -> None:
    assert classify("cvv", ["123", "456"], "smallint") is Sensitivity.CARD
    assert classify("pin", ["1234", "9876"], "int") is Sensitivity.PASSWORD
    assert classify("pin", ["3", "17"], "int") is None
    assert classify("cvv", ["123", "456"]) is Sensitivity.CARD


def test_postal_address_needs_a_name_and_the_look_of_one() -> None:
    streets = ["12 Mill Lane", "Hauptstraße 7a", "4 rue de la Paix"]
    for name in ("addr1", "homeAddress", "strasse", "ship_to_street", "address_line_2"):
        assert classify(name, list(streets)) is Sensitivity.ADDRESS, name
    assert classify("note", list(streets)) is None
    assert classify("address_count", ["1", "2"], "int") is None
    assert classify("mac_address", ["08:00:2b:01:02:03"]) is None


def test_numbers_that_pass_a_checksum_by_chance_are_not_searched_for() -> None:
    numbers = [str(4000000000000000 + index * 7919) for index in range(200)]
    found = classify_column(name="ref", type_name="bigint", comment="", samples=numbers)
    assert (found.sensitivity, found.embedded) == (None, None)
    found = classify_column(name="ref", type_name="text", comment="", samples=numbers)
    assert found.embedded is Sensitivity.CARD


def test_path_into_a_document_counts_if_its_name_is_not_only_about_the_thing() -> None:
    assert announced("ssn") is announced("ssn_value") is Sensitivity.SSN
    assert announced("email_cadence") is announced("card_layout") is announced("theme") is None


_VERSIONS = ["1.9.9.20", "2.3.4.4", "2.5.5.21", "3.4.5", "v4.3.3.27", "1.0.0-rc1", "3.10.3.38"]
_ADDRESSES = ["81.2.69.142", "203.0.113.77", "10.3.4.5", "192.168.4.1", "8.8.44.88", "1.1.99.98"]


@pytest.mark.parametrize(
    ("name", "values", "is_version"),
    [
        ("firmware", _VERSIONS, True),
        ("app_version", [*_VERSIONS, None, ""], True),
        ("firmware", _VERSIONS[2:5], False),
        ("remark", _VERSIONS, False),
        ("host", _VERSIONS, False),
        ("firmware", [*_VERSIONS, "ada@example.org"], False),
        ("firmware", [*_VERSIONS, "call 81.2.69.142"], False),
        ("app_version", _ADDRESSES, False),
        ("app_version", [*_ADDRESSES, *_VERSIONS[:5]], False),
        ("app_version", [f"{8 + n % 3}.{n}.{n * 9}.{40 + n}" for n in range(20)], True),
        ("app_version", [f"81.{n}.{n * 9}.{40 + n}" for n in range(20)], False),
    ],
)
def test_versions_are_known_by_name_and_values(
    name: str, values: list[str | None], is_version: bool
) -> None:
    found = classify_column(name=name, type_name="text", comment="", samples=values)
    assert found.is_version is is_version
    assert found.sensitivity is None or not is_version
    assert (found.embedded or found.sensitivity) is not None or is_version or len(values) < 4


def test_a_card_behind_its_brand_is_one() -> None:
    cards = ["VI4111111111111111", "CA*5555555555554444", "AX-378282246310005"]
    assert classify("fop", cards) is Sensitivity.CARD
    until = ["CCVI4111111111111111/0628", "CCCA5555555555554444/1129", "AX378282246310005/0130"]
    assert classify("fop", until) is Sensitivity.CARD
    assert classify("fop", ["VI4111111111111112", "CA*5555555555554440", "AX1"]) is None


def test_whom_to_call_is_a_phone_number_and_a_parcel_by_air_is_none() -> None:
    called = ["Partner 030 111667", "Mutter 01514 5427355", "Bruder 0121 512 3245"]
    assert classify("notfallkontakt", called) is Sensitivity.PHONE
    assert classify("invoice", [f"Invoice {one[-10:]}" for one in called]) is None
    assert classify("awb", ["020-12345675", "020-91957202", "020-31491795"]) is None
    assert classify("line", ["020-12345674", "020-91957205", "020-31491799"]) is Sensitivity.PHONE


def test_version_in_a_document_is_no_address() -> None:
    assert classify("device", ['{"firmware": "10.2.3.45", "lib": "2.1.4.0"}'], "jsonb") is None
    assert classify("device", ['{"peer": "203.0.113.77"}'], "jsonb") is Sensitivity.IP_ADDRESS


def test_named_column_is_masked_whatever_it_holds() -> None:
    assert classify("ssn", ["S3CR3T421x", "nothing"]) is Sensitivity.SSN
    assert classify("ssn", []) is Sensitivity.SSN
    assert classify("birth_date", ["1980-01-01"], "date") is Sensitivity.BIRTH_DATE
    assert classify("phone", ["4930901820"], "bigint") is Sensitivity.PHONE


@pytest.mark.parametrize(
    "type_name", ["enum('S3CR3T421x','b')", "set('a','b')", "uuid", "bit(64)", "varbit", "uuid[]"]
)
def test_named_column_is_masked_whatever_its_type(type_name: str) -> None:
    assert classify("ssn", [], type_name) is Sensitivity.SSN
    assert classify("reset_token", [], type_name) is Sensitivity.TOKEN


def test_types_without_words_are_harmless_under_a_harmless_name() -> None:
    assert classify("id", [], "uuid") is None
    assert classify("phone", [], "uuid") is None
    assert classify("status", [], "enum('new','paid')") is None
    assert classify("made", [], "year") is None
    assert classify("birth_year", ["1980"], "year") is Sensitivity.BIRTH_DATE
    assert classify("who", [], "enum('a1@example.com','b2@example.com')") is Sensitivity.EMAIL
    assert classify("pin", ["4711", "1234"], "int4") is Sensitivity.PASSWORD
    assert classify("pin", ["0", "1"], "int4") is None


@pytest.mark.parametrize(
    ("name", "sensitivity"),
    [
        ("ssn2", Sensitivity.SSN),
        ("ssnumber", Sensitivity.SSN),
        ("email_2", Sensitivity.EMAIL),
        ("Contraseña", Sensitivity.PASSWORD),
        ("téléphone", Sensitivity.PHONE),
        ("パスワード", Sensitivity.PASSWORD),
        ("κωδικός_πρόσβασης", Sensitivity.PASSWORD),
        ("客户邮箱", Sensitivity.EMAIL),
        ("название", None),
        ("größe", None),
    ],
)
def test_names_are_read_in_other_scripts_and_with_numbers(
    name: str, sensitivity: Sensitivity | None
) -> None:
    assert classify(name, ["a", "b"]) is sensitivity


HARMLESS = Classification(sensitivity=None, evidence="looks harmless")


@pytest.mark.parametrize(
    ("naming", "holding", "listed", "sensitivity"),
    [
        ("name", "value", ["theme", "smtp_password", "lang"], Sensitivity.PASSWORD),
        ("meta_key", "meta_value", ["nickname", "ssn"], Sensitivity.SSN),
        ("k", "v", ["api_key", "ssn"], Sensitivity.SECRET),
        ("param", "val", ["max.retries", "spring.datasource.password"], Sensitivity.PASSWORD),
    ],
)
def test_values_beside_telling_names_are_sensitive(
    naming: str, holding: str, listed: list[str], sensitivity: Sensitivity
) -> None:
    found = classify_pairs(
        {"id": HARMLESS, naming: HARMLESS, holding: HARMLESS},
        {naming: listed, holding: ["a", "b", "c"]},
    )
    assert {name: one.sensitivity for name, one in found.items()} == {holding: sensitivity}


@pytest.mark.parametrize(
    ("naming", "holding", "listed"),
    [
        ("name", "value", ["theme", "support_email", "password_min_length", "token_ttl"]),
        ("name", "price", ["Password book", "ssn"]),
        ("title", "value", ["ssn", "password"]),
        ("name", "value", ["A book about your password", "Token Ring."]),
        ("param", "val", ["mail.password.policy", "login.token.ttl", "smtp.host"]),
    ],
)
def test_values_beside_other_names_stay_readable(
    naming: str, holding: str, listed: list[str]
) -> None:
    columns = {naming: HARMLESS, holding: HARMLESS}
    assert not classify_pairs(columns, {naming: listed, holding: ["a"]})


def test_comment_can_tell() -> None:
    assert classify("c7", ["x"], comment="the customer's e-mail address") is Sensitivity.EMAIL


def test_empty_text_column_is_unproven_and_an_empty_number_is_not() -> None:
    assert classify("note", []) is Sensitivity.UNPROVEN
    assert classify("note", [None, ""]) is Sensitivity.UNPROVEN
    assert classify("extra", [], "jsonb") is Sensitivity.UNPROVEN
    assert classify("reference", [], "bigint") is Sensitivity.UNPROVEN
    assert classify("id", [], "bigint", is_key=True) is None
    assert classify("quantity", [], "integer") is None
    assert classify("created_at", [], "timestamp with time zone") is None
    assert classify("ok", [], "boolean") is None
    assert classify("ref", [], "uuid") is None


def test_network_types_hold_addresses() -> None:
    assert classify("c3", [], "inet") is Sensitivity.IP_ADDRESS
    assert classify("c3", [], "cidr") is Sensitivity.IP_ADDRESS
    assert classify("c3", [], "INET6") is Sensitivity.IP_ADDRESS


@pytest.mark.parametrize(
    "document",
    [
        '{"ssn": "S3CR3T421x"}',
        '{"a": {"b": [{"email": "x"}]}}',
        '{"contact": "bob@example.com"}',
        '["sk_live_abcdefghijklmnop"]',
    ],
)
def test_document_with_a_telling_key_or_value_is_masked_as_a_whole(document: str) -> None:
    assert classify("meta", ['{"a": 1}', document], "jsonb") is not None


def test_harmless_documents_are_shown() -> None:
    assert classify("meta", ['{"color": "red", "size": 4}', "[]"], "jsonb") is None
    assert classify("tags", ["{a,b}", "{c}"], "text[]") is None
    assert classify("raw", ["\\x0102"], "bytea") is None
    assert classify("flags", ['{"email": true, "phone": null}'], "json") is None


def test_array_of_addresses_is_found() -> None:
    assert classify("who", ["{bob@example.com,eve@example.com}"], "text[]") is Sensitivity.EMAIL


def test_words_are_split_at_case_and_signs() -> None:
    assert split_words("clientIPAddress") == ("client", "ip", "address")
    assert split_words("E-Mail") == ("e", "mail")


def test_types_are_sorted() -> None:
    assert type_kind("character varying(80)") == "text"
    assert type_kind("timestamp without time zone") == "date"
    assert type_kind("_text") == "document"
    assert type_kind("integer[]") == "document"
    assert type_kind("int(11) unsigned") == "number"
    assert type_kind("mood") == "other"


@pytest.mark.parametrize(
    ("engine", "relation", "column"),
    [
        (Engine.POSTGRESQL, "pg_catalog.pg_stats", "most_common_vals"),
        (Engine.POSTGRESQL, "pg_catalog.pg_stats", "histogram_bounds"),
        (Engine.POSTGRESQL, "pg_catalog.pg_statistic", "stavalues1"),
        (Engine.POSTGRESQL, "pg_catalog.pg_authid", "rolpassword"),
        (Engine.POSTGRESQL, "pg_catalog.pg_shadow", "passwd"),
        (Engine.POSTGRESQL, "pg_catalog.pg_largeobject", "data"),
        (Engine.POSTGRESQL, "pg_catalog.pg_stat_activity", "query"),
        (Engine.POSTGRESQL, "public.pg_stat_statements", "query"),
        (Engine.POSTGRESQL, "pg_catalog.pg_subscription", "subconninfo"),
        (Engine.MYSQL, "mysql.user", "authentication_string"),
        (Engine.MYSQL, "mysql.global_priv", "Priv"),
        (Engine.MYSQL, "information_schema.PROCESSLIST", "INFO"),
        (Engine.MYSQL, "information_schema.COLUMN_STATISTICS", "HISTOGRAM"),
        (Engine.MYSQL, "mysql.column_stats", "min_value"),
        (Engine.MYSQL, "performance_schema.events_statements_history", "SQL_TEXT"),
        (Engine.MYSQL, "information_schema.INNODB_TRX", "trx_query"),
        (Engine.MYSQL, "sys.session", "current_statement"),
    ],
)
def test_system_columns_with_data_or_secrets_are_secret(
    engine: Engine, relation: str, column: str
) -> None:
    schema, _, name = relation.partition(".")
    assert system_sensitivity(engine, schema, name, column) is Sensitivity.SECRET


def test_system_columns_of_structure_are_harmless() -> None:
    assert system_sensitivity(Engine.POSTGRESQL, "pg_catalog", "pg_class", "relname") is None
    assert system_sensitivity(Engine.POSTGRESQL, "pg_catalog", "pg_stats", "attname") is None
    assert system_sensitivity(Engine.MYSQL, "information_schema", "TABLES", "TABLE_NAME") is None


def test_evidence_is_one_sentence_without_values() -> None:
    found = classify_column(name="c1", type_name="text", comment="", samples=EMAILS)
    assert found.evidence == "100% of 20 sampled values look like email"


def test_type_of_rows_is_known_by_the_names_in_it() -> None:
    found = classify_column(
        name="p", type_name="person", comment="", samples=["(Ada,x)"], parts=("name", "ssn")
    )
    assert found.sensitivity is Sensitivity.SSN


@pytest.mark.parametrize(
    "name",
    [
        "s.s.n",
        "S S N",
        "s-s-n",
        "\u0455sn",
        "s\u200bsn",
        "pin_p\u0430ssword",
        "\u0440hone",
        "E\u2011Mail",
    ],
)
def test_names_are_read_as_they_look(name: str) -> None:
    assert classify_name(name) is not None


@pytest.mark.parametrize(
    "name", ["a_b_c", "x.y", "\u0441\u043e\u0440\u0442", "n_a", "p_i", "x_y_z1"]
)
def test_single_letters_and_other_scripts_make_no_name_by_chance(name: str) -> None:
    assert classify_name(name) is None


def test_places_in_a_text_search_vector_are_not_what_its_words_announce() -> None:
    def classified(*samples: str) -> Classification:
        return classify_column(name="tsv", type_name="tsvector", comment="", samples=samples)

    found = classified("'password':4 'reset':5B", "'secret':2A 'token':3")
    assert (found.sensitivity, found.embedded) == (None, None)
    found = classified("'ann@example.org':1 'ask':2", "'a':1", "'b':1", "'c':1", "'d':1")
    assert found.sensitivity or found.embedded
