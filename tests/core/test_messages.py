"""Of the servers' own words known sentences come through, and of these no value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastion.core.messages import HIDDEN, known_words

SAID = "select nam, id from customers c where email = 'ada@example.org'"


@pytest.mark.parametrize(
    "text",
    [
        'column "nam" does not exist',
        "Unknown column 'nam' in 'SELECT'",
        "Unknown column 'nam' in 'field list'",
        "Unknown column 'c.nam' in 'where clause'",
        "Unknown column 'nam' in 'order clause'",
        "Column 'id' in 'on clause' is ambiguous",
        "Table 'shop.customers' doesn't exist",
    ],
)
def test_a_slip_of_the_pen_is_named_as_the_server_names_it(text: str) -> None:
    assert known_words(text, said=SAID, is_understood=False) in (
        text,
        text.replace("'id'", "'•••••'"),
    )
    assert known_words(text, said=SAID, is_understood=True) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Unknown column 'secret' in 'field list'", "Unknown column '•••••' in 'field list'"),
        ("Unknown column 'nam' in 'Ada Moor'", "Unknown column 'nam' in '•••••'"),
        (
            "Unknown column 'nam' in 'field list of Ada'",
            "Unknown column 'nam' in '•••••'",
        ),
        ("Incorrect date value: '102-11-1001'", "Incorrect ••••• value: '•••••'"),
        ("Ada Moor lives here", HIDDEN),
    ],
)
def test_what_the_statement_does_not_say_is_hidden(text: str, shown: str) -> None:
    assert known_words(text, said=SAID, is_understood=False) == shown


@given(st.text(min_size=1, max_size=60))
def test_no_value_comes_through_where_a_clause_is_named(value: str) -> None:
    shown = known_words(f"Unknown column '{value}' in 'field list'", said=";", is_understood=False)
    assert shown in (HIDDEN, "Unknown column '•••••' in 'field list'")
