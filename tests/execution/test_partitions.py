"""In which partition a row lies tells its key: who asks for one asks for a range of values."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bastion.core.model import Status
from tests.conftest import DatabaseServer
from tests.fakes.rig import collect, production_rig

_SCHEMA = {
    "postgres": """
create table people (id int, ssn bigint, name text) partition by range (ssn);
create table people_low partition of people for values from (0) to (500000000);
create table people_high partition of people default;
create table parts (id int, email text, name text) partition by list (left(email, 1));
create table parts_a partition of parts for values in ('a');
create table parts_z partition of parts default;
create table nested (id int, ssn bigint, name text) partition by list (id);
create table nested_1 partition of nested for values in (1) partition by hash (ssn);
create table nested_1_0 partition of nested_1 for values with (modulus 2, remainder 0);
create table nested_1_1 partition of nested_1 for values with (modulus 2, remainder 1);
create table nested_2 partition of nested default;
create table orders (id int, placed date, ssn bigint) partition by range (placed);
create table orders_24 partition of orders for values from ('2024-01-01') to ('2025-01-01');
create table orders_25 partition of orders for values from ('2025-01-01') to ('2026-01-01');
create table clients (id int, ssn bigint, name text, check (ssn > 0));
create table clients_low (check (ssn < 500000000)) inherits (clients);
create table clients_high (check (ssn >= 500000000), note text) inherits (clients);
create table goods (id int, price int, ssn bigint, check (ssn > 0));
create table goods_cheap (check (price < 10)) inherits (goods);
insert into clients_low values (1, 123456789, 'Ada');
insert into clients_high values (2, 734567891, 'Ben');
insert into goods_cheap values (1, 5, 123456789);
""",
    "mysql": """
create table people (id int, ssn bigint, name varchar(40)) partition by range (ssn)
 (partition low values less than (500000000), partition high values less than maxvalue);
create table parts (id int, email varchar(80), name varchar(40)) partition by key (email)
 partitions 2;
create table nested (id int, ssn bigint, name varchar(40)) partition by range (id)
 subpartition by hash (ssn) subpartitions 2
 (partition p1 values less than (2), partition p2 values less than maxvalue);
create table orders (id int, placed date, ssn bigint) partition by range (year(placed))
 (partition p24 values less than (2025), partition p25 values less than maxvalue);
""",
}
_ROWS = """
insert into people values (1, 123456789, 'Ada'), (2, 734567891, 'Ben');
insert into parts values (1, 'ada@example.com', 'Ada'), (2, 'ben@example.com', 'Ben');
insert into nested values (1, 123456789, 'Ada'), (2, 734567891, 'Ben');
insert into orders values (1, '2024-02-02', 123456789), (2, '2025-03-03', 734567891);
"""
HELD = {
    "postgres": (
        "select id from people_low",
        "select count(*) from people_high",
        "select id from parts_a",
        "select id from nested_1_0",
        "select id from nested_1_1 n where n.id = 1",
        "copy people_low (id) to stdout",
        "select p.id from people p where exists (select 1 from people_low l where l.id = p.id)",
        "select id from people where tableoid = 'people_low'::regclass",
        "select count(*) from people group by tableoid",
        "select tableoid::regclass from people",
        "create temp table z as select id from people_low",
        "explain analyze select id from people where id = 1",
        "prepare s as select id from people_low",
        "select id from clients_low",
        "select count(*) from only clients_high",
        "select tableoid::regclass, id from clients",
        "explain analyze select id from clients where id = 1",
    ),
    "mysql": (
        "select id from people partition (low)",
        "select count(*) from people partition (high)",
        "select id from parts partition (p0)",
        "select id from nested partition (p1sp0)",
        "select p.id from people p where exists"
        " (select 1 from people partition (low) l where l.id = p.id)",
        "set @a = (select count(*) from people partition (low))",
        "create temporary table z as select id from people partition (low)",
        "explain select id from people partition (low)",
        "explain partitions select people.id from people, orders"
        " where people.ssn = orders.ssn and orders.id = 1",
        "delete from people partition (low) where id = 1",
    ),
}
FREE = {
    "postgres": {
        "select id from orders_24": [(b"1",)],
        "select tableoid::regclass, id from orders order by id": [
            (b"orders_24", b"1"),
            (b"orders_25", b"2"),
        ],
        "select id from orders where tableoid = 'orders_25'::regclass": [(b"2",)],
        "select id from nested_1": [(b"1",)],
        "select id from clients order by id": [(b"1",), (b"2",)],
        "select id from goods_cheap": [(b"1",)],
        "select tableoid::regclass, id from goods": [(b"goods_cheap", b"1")],
        "select id from people order by id": [(b"1",), (b"2",)],
    },
    "mysql": {
        "select id from orders partition (p24)": [(b"1",)],
        "select count(*) from orders partition (p25) as o where o.id > 1": [(b"1",)],
        "select id from people order by id": [(b"1",), (b"2",)],
    },
}


@pytest.fixture
def url(server: DatabaseServer) -> Iterator[str]:
    with server.database("partitions", sql=_SCHEMA[server.engine] + _ROWS) as url:
        yield url


async def test_who_asks_for_a_partition_by_a_masked_key_waits(
    server: DatabaseServer, url: str, tmp_path: Path
):
    async with production_rig(tmp_path, url) as rig, rig.runner("ann", "prod") as runner:
        for text in HELD[server.engine]:
            finished, rows, _ = await collect(runner, text, wait_s=0)
            assert finished.status is Status.PENDING, (text, finished)
            assert not rows, text
            assert finished.impact is None or finished.impact.rows is None, text
            await rig.services.governance.desk.withdraw(
                await rig.principal("ann"), finished.request_id
            )


async def test_partitions_by_what_is_shown_are_free(
    server: DatabaseServer, url: str, tmp_path: Path
):
    async with production_rig(tmp_path, url) as rig, rig.runner("ann", "prod") as runner:
        for text, expected in FREE[server.engine].items():
            finished, rows, _ = await collect(runner, text, wait_s=0)
            assert finished.status is Status.OK, (text, finished)
            assert rows == expected, text


async def test_where_a_row_lies_is_masked_as_its_key(
    postgres_server: DatabaseServer, tmp_path: Path
):
    made = postgres_server.create_database("partitions")
    postgres_server.run(made, _SCHEMA["postgres"] + _ROWS)
    async with production_rig(tmp_path, made) as rig, rig.runner("ann", "prod") as runner:
        for text in (
            "select tableoid from people",
            "select p.tableoid, p.ctid from people p",
            "select tableoid from nested",
            "select tableoid::text || 'x' from parts",
        ):
            finished, rows, _ = await collect(runner, text, wait_s=0)
            assert finished.status is Status.OK, (text, finished)
            assert {cell for row in rows for cell in row} == {"•••••".encode()}, (text, rows)
    postgres_server.drop_database(made)
