"""A statement looks at what it names: a schema of thousands of tables costs it nothing."""

import dataclasses
from collections import Counter

import pytest

from bastion.core.bound import objects_digest
from bastion.core.catalogue import _Relations
from bastion.core.context import SessionContext
from bastion.core.impact import relations_to_learn
from bastion.core.lineage import trace
from bastion.core.literals import spoken
from bastion.core.masking import plan
from bastion.core.model import Engine, ResultColumn
from bastion.core.statement import analyse
from tests.fakes.catalogues import make_catalogue

TEXTS = (
    "select id, status from orders where id = {}",
    "SELECT o.id FROM ORDERS o JOIN customers c ON c.id = o.customer_id WHERE o.id = {}",
    "with x as (select id from orders) select * from x where id = {}",
    "explain select * from orders where id = {}",
    "select table_name from information_schema.tables where table_name = 'x{}'",
    "select TABLE_NAME from INFORMATION_SCHEMA.TABLES where TABLE_NAME = 'x{}'",
    "select email from customers where id = {}",
    "update orders set status = 'x' where id = {}",
    "insert into orders (id, status) values ({}, 'new')",
    "delete from orders where id = {}",
    "create table made_{} (a int)",
    "create temporary table made_{} as select id from orders",
    "create index i_{} on orders (status)",
)


class _Counted(_Relations):
    """Counts how often somebody goes through all of it."""

    def __init__(self, relations, walked):
        super().__init__(relations)
        self.walked = walked

    def __iter__(self):
        self.walked["keys"] += 1
        return super().__iter__()

    def items(self):
        self.walked["items"] += 1
        return super().items()

    def values(self):
        self.walked["values"] += 1
        return super().values()


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize("text", TEXTS)
def test_no_statement_goes_through_all_relations_that_another_went_through(text, engine):
    walked = Counter()
    catalogue = make_catalogue(engine)
    catalogue = dataclasses.replace(catalogue, relations=_Counted(catalogue.relations, walked))
    _judge(text.format(1), engine, catalogue)
    walked.clear()
    _judge(text.format(2), engine, catalogue)
    assert not walked


@pytest.mark.parametrize("engine", list(Engine))
def test_a_temporary_table_that_is_made_is_looked_for_nowhere_and_another_is(engine):
    catalogue = make_catalogue(engine)
    for text, names in (
        ("create temporary table made (a int)", set()),
        ("create temporary table made as select id from orders", set()),
        ("create temporary table made as select id from unheard", {"unheard"}),
        ("create table made (a int)", {"made"}),
        ("drop table if exists made", {"made"}),
        ("insert into made values (1)", {"made"}),
    ):
        statement = analyse(text, engine=engine, catalogue=catalogue, context=SessionContext())
        wanted = relations_to_learn(statement, catalogue, SessionContext())
        assert {name for _, name in wanted} == names


def _judge(text, engine, catalogue):
    context = SessionContext()
    statement = analyse(text, engine=engine, catalogue=catalogue, context=context)
    exposure = trace(statement, catalogue=catalogue, context=context)
    spoken(statement, exposure, catalogue, {})
    relations_to_learn(statement, catalogue, context)
    objects_digest(statement, catalogue, context)
    plan(statement, exposure, (ResultColumn(name="x", type_name="text"),), catalogue)
