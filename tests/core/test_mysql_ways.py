"""Ways to a masked value that MariaDB and MySQL alone offer, and what stays free beside them."""

from __future__ import annotations

import dataclasses

import pytest

from bastion.core.counters import without_counters
from bastion.core.model import Engine
from tests.core.test_telling import SHOPS, hides_all, last

SHOP = SHOPS[Engine.MYSQL]
QUOTING = dataclasses.replace(SHOP, quotes_values=True)
SET = "set @u = (select ssn from users where id = 1) ;; "


@pytest.mark.parametrize(
    "text",
    [
        f"{SET}select extractvalue('<a/>', '$@u')",
        f"{SET}select extractvalue('<a/>', 'concat(\"x\", $@u)')",
        f"{SET}select updatexml('<a/>', '/a[. < $@u]', '<b/>')",
        f"{SET}select extractvalue('<a/>', concat('$', '@u'))",
        "select extractvalue('<a/>', '$u')",
    ],
)
def test_xpath_reads_the_variables_that_it_names(text: str) -> None:
    assert hides_all(last(text, Engine.MYSQL))


def test_xpath_without_variables_shows_what_is_in_the_document() -> None:
    assert not hides_all(last("select extractvalue('<a>1</a>', '/a')", Engine.MYSQL))


@pytest.mark.parametrize(
    "text",
    [
        "select (select name from (select ssn as ' name' from users) x) from products",
        "select (select name from (select ssn as `\t name` from users) x) from products",
        "select (select `(select ssn from users)` from (values ((select ssn from users))) x)"
        " from (select 'a' as `(select ssn from users)`) y",
    ],
)
def test_a_name_that_the_server_gives_is_not_looked_for_outside(text: str) -> None:
    assert hides_all(last(text, Engine.MYSQL))


@pytest.mark.parametrize(
    "text",
    [
        "select concat(ssn, repeat('a', 16777205)) is null from users",
        "select left(concat(ssn, repeat('a', 0xfffff5)), 1) from users",
        "select concat(ssn, x.l) from users, (select space(16777205) as l) x",
        "select concat(ssn, repeat(repeat('a', 999), 999)) from users",
        "select concat(ssn, replace(repeat('a', 999), 'a', 'aaaaaaaaaa')) from users",
        "set group_concat_max_len = 11 ;; select group_concat(ssn) from users",
        "set statement group_concat_max_len = 11 for select group_concat(ssn) from users",
    ],
)
def test_the_length_of_a_value_is_asked_for_by_what_is_too_long_with_it(text: str) -> None:
    assert last(text, Engine.MYSQL).inference


@pytest.mark.parametrize(
    "text",
    [
        "select concat(ssn, repeat('-', 20)), lpad(ssn, 12, '0'), group_concat(ssn) from users",
        "select repeat('a', 16777205), replace(name, 'a', 'b') from products",
        "set group_concat_max_len = 100000 ;; select group_concat(name) from products",
    ],
)
def test_short_texts_and_long_ones_beside_nothing_masked_are_free(text: str) -> None:
    assert not last(text, Engine.MYSQL).inference


@pytest.mark.parametrize(
    ("text", "is_held"),
    [
        ("show columns from users where type like '%K7Q%'", True),
        ("show full columns from users where `Default` = 'x'", True),
        ("show columns from users where field like 's%'", False),
        ("show status where variable_name = 'Uptime'", False),
        ("show status where value = 1086", True),
    ],
)
def test_conditions_of_show_ask_for_what_its_cells_hide(text: str, *, is_held: bool) -> None:
    assert bool(last(text, Engine.MYSQL, QUOTING).inference) is is_held


def test_words_of_the_schema_leave_their_values_where_they_are_kept() -> None:
    made = "create temporary table z as select column_type as k from information_schema.columns"
    assert hides_all(last(f"{made} ;; select k from z", Engine.MYSQL, QUOTING))


def test_show_status_hides_counters_of_bytes_and_pages_alone() -> None:
    rows = [
        (b"Bytes_sent", b"1086"),
        (b"Innodb_buffer_pool_pages_split", b"70"),
        (b"Uptime", b"7"),
        (None, b"x"),
    ]
    assert without_counters(rows) == [
        (b"Bytes_sent", "•••••".encode()),
        (b"Innodb_buffer_pool_pages_split", "•••••".encode()),
        (b"Uptime", b"7"),
        (None, b"x"),
    ]
