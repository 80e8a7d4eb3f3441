"""Values in statements: what is held against a sensitive column, or shows what it is, is hidden."""

from __future__ import annotations

import pytest

from bastion.core.literals import has_form, spoken, typed_spans
from bastion.core.model import Engine
from tests.core.test_lineage import SHOPS, run_session

PG, MY = Engine.POSTGRESQL, Engine.MYSQL
HIDDEN = "•••••"


def read(sql: str, engine: Engine = PG, *parameters: bytes):
    statement, exposure = run_session(sql, SHOPS[engine])[-1]
    return spoken(statement, exposure, SHOPS[engine], {}, parameters)


@pytest.mark.parametrize(
    ("sql", "classes"),
    [
        ("select id from customers where email = 'smith'", "email"),
        ("select id from customers where 'smith' = email", "email phone"),
        ("select id from customers c where c.id = 5 and c.email <> 'smith'", "email"),
        ("select id from customers where email like '%smith%'", "email"),
        ("select id from customers where email in ('smith', 'jones')", "email"),
        ("select id from customers where email between 'smith' and 'smiti'", "email"),
        ("select id from customers where lower(email) = lower('smith')", "email phone"),
        ("select id from customers where email || name = 'smith'", "email phone"),
        ("select id from customers where (email, id) = ('smith', 1)", "email phone"),
        ("select id from customers where email = smith", "email"),
        ('select id from customers where email = "smith"', "email"),
        ("select email as id from customers where id = 'smith'", "email"),
        ("select u.id from (select email id from customers) u where u.id = 'smith'", "email phone"),
        ("with u(id) as (select email from customers) select 1 from u where id = 'smith'", "email"),
        ("insert into customers (id, email) values (1, 'smith')", "email"),
        ("insert into customers (id, email) select 1, 'smith'", "email"),
        ("update customers set email = 'smith' where id = 4", "email"),
        ("update customers set email = case when id = 1 then 'smith' end", "email"),
        ("delete from customers where email = 'smith'", "email"),
        ("explain select id from customers where email = 'smith'", "email"),
        ("select email from customers -- it is smith", "email"),
        ("selec id from customers where email = 'smith'", "unproven"),
        ("execute p('smith')", "unproven"),
        ("set app.who = 'smith'", "unproven"),
    ],
)
def test_what_is_held_against_a_sensitive_column_is_hidden(sql: str, classes: str):
    said = read(sql)
    assert "smith" not in said.text.replace("-- it is smith", "")
    assert HIDDEN in said.text
    assert set(classes.split()) & {one.value for one in said.classes}


@pytest.mark.parametrize(
    "sql",
    [
        "select * from customers where id in (1, 2, 3) order by 1 limit 10",
        "select id from customers where id between 3 and 7 and not id = 5",
        "select id, 'mark' as m, email from customers where name = 'Ada'",
        "select case when id = 1 then 'yes' else 'no' end from customers",
        "select id from customers where created_at > date '2024-01-01'",
        "delete from orders where id = 7",
        "select date_trunc('month', placed_at) from orders where status = 'paid'",
        "set statement_timeout = '5s'",
        "select id from customers where email = '⟨email:7f3a⟩'",
    ],
)
def test_what_is_not_stays_as_it_is_written(sql: str):
    said = read(sql)
    assert (said.text, said.classes, said.values) == (sql, frozenset(), ())


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("bob@example.com", "email"),
        ("4111111111111111", "card"),
        ("536-90-4399", "ssn"),
        ("GB82WEST12345698765432", "iban"),
        ("+4722334455", "phone"),
    ],
)
@pytest.mark.parametrize(
    "sql", ["select '{}'", "select id from orders where status = '{}'", "select 1 -- for {}"]
)
def test_what_shows_by_its_form_what_it_is_is_hidden_anywhere(sql: str, value: str, kind: str):
    said = read(sql.format(value))
    assert value not in said.text
    assert said.classes
    assert any(value in one for one in said.values)
    assert has_form(f"\\unmask email for 15m reason {value}") or kind == "iban"


def test_a_value_is_hidden_in_harmless_places_too():
    said = read("select id from customers where email = 'smith' or name = 'smith'")
    assert "smith" not in said.text
    assert said.values == ("smith",)


def test_parameters_are_held_against_columns_as_literals_are():
    said = read("select id from customers where id = $1 and email = $2", PG, b"7", b"smith")
    assert said.parameters == (b"7", HIDDEN.encode())
    assert said.values == ("smith",)
    said = read("select id from customers where id = ? and email = ?", MY, b"7", b"smith")
    assert said.parameters == (b"7", HIDDEN.encode())
    assert read("select $1", PG, b"bob@example.com").parameters == (HIDDEN.encode(),)


def test_rows_that_may_repeat_a_value_are_told():
    assert read("select 'bob@example.com', id from customers").is_selected
    assert not read("select id from customers where email = 'smith'").is_selected
    assert read("explain select id from customers where email = 'smith'").is_selected


def known(word: str) -> bool:
    return any(name.startswith(word.casefold()) for name in ("customers", "email", "select"))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("sel", ""),
        ("select email from customers", ""),
        ("select email from customers where email = '", "'"),
        ("select email from customers where email = 'smi", "'smi"),
        ("select email from customers where email = 'smith'", "'smith'"),
        ("select email from customers where email = smith", "smith"),
        ("select email from customers where 4111", "4111"),
        ("select email -- of sm", "-- of sm"),
        ("select email /* of sm", "/* of sm"),
        ("select $$smith", "$$smith"),
    ],
)
def test_what_may_become_a_value_is_marked_from_its_first_key_on(text: str, marked: str):
    spans = typed_spans(text, PG, known)
    assert "".join(text[start:end] for start, end in spans).strip() == marked


def test_a_statement_of_many_values_is_read_in_time_that_grows_with_it():
    many = ", ".join(f"'v{number}'" for number in range(4_000))
    assert len(read(f"select id from customers where email in ({many})").values) == 256
    rows = ", ".join(f"({number}, 'v{number}')" for number in range(1_000))
    assert read(f"insert into customers (id, email) values {rows}").text.count(HIDDEN) == 1_000
