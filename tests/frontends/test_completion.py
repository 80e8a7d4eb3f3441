"""Completion: by context, aliases known, masked columns marked, never too much."""

import dataclasses
import time

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from bastion.core.catalogue import Catalogue, Classification, Column, Relation, RelationKind
from bastion.core.model import Engine
from bastion.frontends.completion import CANDIDATES_MAX, SqlCompleter
from tests.fakes.runner import make_catalogue


@pytest.fixture
def completer():
    completer = SqlCompleter(Engine.POSTGRESQL, ("shop-prod", "shop-mysql"))
    completer.learn(make_catalogue())
    return completer


def complete(completer, text):
    before, _, after = text.partition("|")
    document = Document(before + after, len(before))
    return list(completer.get_completions(document, CompleteEvent()))


def texts(completer, text):
    return [item.text for item in complete(completer, text)]


def test_relations_come_after_from(completer):
    assert texts(completer, "select * from ")[:3] == ["customers", "open_orders", "orders"]
    assert texts(completer, "select * from ord|")[0] == "orders"


def test_letters_in_order_are_enough(completer):
    assert "customers" in texts(completer, "select * from cst|")


def test_an_alias_gives_the_columns_of_its_relation(completer):
    found = complete(completer, "select c.| from customers c")
    assert [item.text for item in found] == ["id", "email", '"Odd Name"']
    assert "masked (email)" in found[1].display_meta_text


def test_an_unknown_alias_gives_nothing(completer):
    assert texts(completer, "select z.| from customers c") == []


def test_a_schema_gives_its_relations(completer):
    assert "orders" in texts(completer, "select * from public.|")


def test_columns_come_in_the_brackets_behind_a_relation(completer):
    assert texts(completer, "insert into customers (|")[:3] == ["id", "email", '"Odd Name"']
    assert texts(completer, "insert into customers (id, em|")[0] == "email"
    assert "select" in texts(completer, "select * from (se|")


def test_labels_of_a_type_are_hidden_as_in_structure():
    catalogue = make_catalogue(Engine.MYSQL)
    relation = catalogue.relations["shop", "orders"]
    columns = tuple(
        dataclasses.replace(one, type_name="enum('ann.lee@example.com','new')")
        for one in relation.columns
    )
    relations = {("shop", "orders"): dataclasses.replace(relation, columns=columns)}
    completer = SqlCompleter(Engine.MYSQL)
    completer.learn(dataclasses.replace(catalogue, relations=relations))
    (first, *_) = complete(completer, "select o.| from orders o")
    assert "ann.lee" not in first.display_meta_text
    assert "enum(" in first.display_meta_text


def test_keywords_follow_the_case_of_what_is_typed(completer):
    assert "select" in texts(completer, "sel|")
    assert "SELECT" in texts(completer, "SEL|")


def test_meta_commands_and_targets_complete(completer):
    assert "\\dt" in texts(completer, "\\d|")
    assert texts(completer, "\\c shop-m|") == ["shop-mysql"]
    assert "customers" in texts(completer, "\\d cust|")


def test_ten_thousand_relations_stay_quick_and_few():
    harmless = Classification(sensitivity=None, evidence="")
    columns = (Column(name="id", type_name="int4", classification=harmless),)
    relations = {
        ("public", f"table_{n}"): Relation(
            schema="public", name=f"table_{n}", kind=RelationKind.TABLE, columns=columns
        )
        for n in range(10_000)
    }
    completer = SqlCompleter(Engine.POSTGRESQL)
    completer.learn(Catalogue(engine=Engine.POSTGRESQL, version="1", relations=relations))
    started = time.process_time()
    found = texts(completer, "select * from tab99|")
    assert time.process_time() - started < 1.0
    assert 0 < len(found) <= CANDIDATES_MAX
