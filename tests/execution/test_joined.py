"""A yes to MySQL's write to several of the tables that it joins covers the rows of each."""

import re
from collections.abc import AsyncIterator, Callable

import pytest

from bastion.core.approval import Approval
from bastion.core.model import Status
from tests.execution.test_effect import run_approved
from tests.fakes.rig import Rig, production_rig

Database = Callable[[str], list[tuple[object, ...]]]

_SCHEMA = """
create table carts (id int primary key, state varchar(9), n int default 0) engine=InnoDB;
create table items (cart int, place int, n int default 0, primary key (cart, place)) engine=InnoDB;
create table votes (id int primary key, cart int, n int default 0,
    foreign key (cart) references carts (id) on delete cascade) engine=InnoDB;
create table loose (cart int, n int) engine=InnoDB;
"""
_ROWS = """
delete from carts; delete from items;
insert into carts (id, state) values (1, 'stale'), (2, 'stale'), (3, 'fresh');
insert into items (cart, place) values (1, 1), (1, 2), (3, 1);
insert into votes (id, cart) values (7, 1), (8, 3);
"""


@pytest.fixture
def database(mariadb_server, shop_mysql) -> Database:
    """Run SQL beside the bastion, on tables of this story."""
    mariadb_server.run(shop_mysql, _SCHEMA + _ROWS)
    return lambda sql: mariadb_server.run(shop_mysql, sql)


@pytest.fixture
async def rig(shop_mysql, database, tmp_path) -> AsyncIterator[Rig]:
    async with production_rig(tmp_path, shop_mysql) as rig:
        yield rig


WAYS = {
    "deleted": (
        "delete c, i from carts c left join items i on i.cart = c.id where c.state = 'stale'",
        (2, 2),
    ),
    "deleted by USING": (
        "delete from c, i using carts as c left join items as i on i.cart = c.id"
        " where c.state = 'stale'",
        (2, 2),
    ),
    "changed": (
        "update carts c left join items i on i.cart = c.id set c.n = 7, i.n = 7"
        " where c.state = 'stale'",
        (2, 2),
    ),
    "changed as a list": (
        "update items, carts set carts.n = 7, items.n = 7"
        " where items.cart = carts.id and carts.state = 'stale'",
        (1, 2),
    ),
}


async def test_the_rows_of_each_table_are_counted(rig: Rig, database: Database):
    for way, (sql, (carts, items)) in WAYS.items():
        database(_ROWS)
        finished, seen, _ = await run_approved(rig, sql)
        told = " ".join(seen[0].impact.notes)
        does = f"It {way.split()[0][:-1]}s"
        words = rf"{does} {carts} rows? of \w+\.carts and {items} rows of \w+\.items\."
        assert re.search(words, told), (way, told)
        assert seen[0].impact.rows == carts + items
        assert finished.status is Status.OK, (way, finished)
        assert finished.row_count == carts + items


MEANWHILE = {
    "another row of the first": "update carts set state = if(id = 1, 'fresh', 'stale')",
    "one more of the second": "insert into items (cart, place) values (1, 3)",
    "another of the second": "update items set place = 9 where cart = 1 and place = 2",
}


async def test_others_or_more_of_either_go_back(rig: Rig, database: Database):
    for change, way in zip(MEANWHILE, ("deleted", "changed", "deleted"), strict=True):
        database(_ROWS)

        async def meanwhile(_: Approval, sql: str = MEANWHILE[change]) -> None:
            database(sql)

        finished, seen, _ = await run_approved(rig, WAYS[way][0], meanwhile)
        assert finished.status is Status.DENIED, (change, finished)
        assert len(seen) == 2
        assert database("select count(*) from carts where n = 0") == [(3,)]


async def test_what_foreign_keys_take_along_is_counted_for_each_table(rig: Rig, database: Database):
    async def one_more(_: Approval) -> None:
        database("insert into votes (id, cart) values (9, 2)")

    sql, _ = WAYS["deleted"]
    finished, seen, _ = await run_approved(rig, sql, one_more)
    assert any("deletes 1 row" in note for note in seen[0].impact.notes), seen[0].impact
    assert finished.status is Status.DENIED, finished
    assert database("select count(*) from carts") == [(3,)]


UNTOLD = {
    "one has no key": "update carts c join loose l on l.cart = c.id set c.n = 7, l.n = 7",
    "a column has no table": "update carts c join votes v on v.cart = c.id"
    " set state = 'x', v.n = 7",
}


async def test_where_that_cannot_be_told_it_is_said(rig: Rig):
    for kind, sql in UNTOLD.items():
        _, seen, _ = await run_approved(rig, sql, rounds=0)
        words = "Which rows it touches cannot be told, and is not compared at the run."
        assert words in seen[0].impact.notes, kind
        assert seen[0].impact.keys is None
