"""A yes to REPLACE covers the rows that it deletes first, and what goes along with them."""

from collections.abc import AsyncIterator, Callable

import pytest

from bastion.core.approval import Approval
from bastion.core.model import Status
from tests.execution.test_effect import run_approved
from tests.fakes.rig import Rig, production_rig

Database = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def database(mariadb_server, shop_mysql) -> Database:
    """Run SQL beside the bastion, on tables of this story."""

    def run(sql: str) -> list[tuple[object, ...]]:
        return mariadb_server.run(shop_mysql, sql)

    run(
        "create table stock (id int primary key, sku varchar(20) unique, n int);"
        "insert into stock values (1, 'a', 5), (2, 'b', 6), (4, 'd', 8);"
        "create table news (id int, sku varchar(20), n int);"
        "insert into news values (1, 'a', 50), (9, 'z', 51);"
        "create table places (id int primary key, stock_id int,"
        " foreign key (stock_id) references stock (id) on delete cascade);"
        "insert into places values (10, 1), (11, 1), (12, 2);"
        "create table tags (id int primary key, stock_id int,"
        " foreign key (stock_id) references stock (id) on delete set null);"
        "insert into tags values (20, 1), (21, 4)"
    )
    return run


@pytest.fixture
async def rig(shop_mysql, database, tmp_path) -> AsyncIterator[Rig]:
    async with production_rig(tmp_path, shop_mysql) as rig:
        yield rig


WAYS = {
    "values": "replace into stock (id, sku, n) values (1, 'a', 50), (9, 'z', 51)",
    "set": "replace stock set id = 1, sku = 'a', n = 50",
    "select": "replace into stock (id, sku, n) select id, sku, n from news",
    "star": "replace into stock select * from news",
    "immediate": "execute immediate 'replace into stock values (1, ''a'', 50), (9, ''z'', 51)'",
}


@pytest.mark.parametrize("way", sorted(WAYS))
async def test_what_it_deletes_and_what_goes_along_is_named_counted_and_done(
    rig: Rig, database: Database, way: str
):
    finished, seen, _ = await run_approved(rig, WAYS[way])
    assert finished.status is Status.OK, finished
    impact = seen[0].impact
    words = " ".join(impact.notes)
    given = 1 if way == "set" else 2
    assert impact.rows == given + 1
    assert f"It deletes 1 row that is there by a key of what it gives, and adds {given}." in words
    assert "Cascade: deletes 2 rows of" in words
    assert "Cascade: sets stock_id to NULL in 1 row of" in words
    assert database("select n from stock where id = 1") == [(50,)]
    assert database("select id from places order by id") == [(12,)]
    assert database("select stock_id from tags order by id") == [(None,), (4,)]


async def test_a_reviewer_sees_the_row_that_goes(rig: Rig):
    _, seen, _ = await run_approved(rig, WAYS["values"], rounds=0)
    sample = seen[0].impact.sample
    assert sample is not None
    assert [(row.key, row.before) for row in sample.rows] == [(("1",), ("a", "5"))]


async def test_one_row_takes_the_place_of_all_that_have_one_of_its_keys(
    rig: Rig, database: Database
):
    finished, seen, _ = await run_approved(rig, "replace into stock values (1, 'b', 9)")
    assert finished.status is Status.OK, finished
    assert "It deletes 2 rows that are there" in " ".join(seen[0].impact.notes)
    assert database("select id, sku, n from stock order by id") == [(1, "b", 9), (4, "d", 8)]
    assert database("select count(*) from places") == [(0,)]


MEANWHILE = {
    "one comes to be there": "insert into stock values (9, 'y', 1)",
    "another has its other key": "update stock set sku = 'z' where id = 4",
    "more go along": "insert into places values (13, 1)",
    "more lose their parent": "update tags set stock_id = 1",
}


@pytest.mark.parametrize("way", ["values", "select", "star"])
@pytest.mark.parametrize("kind", sorted(MEANWHILE))
async def test_others_than_were_approved_go_back(rig: Rig, database: Database, kind: str, way: str):
    async def change(_: Approval) -> None:
        database(MEANWHILE[kind])

    finished, seen, _ = await run_approved(rig, WAYS[way], change)
    assert finished.status is Status.DENIED, finished
    assert len(seen) == 2
    assert database("select count(*) from stock where n >= 50") == [(0,)]


async def test_another_row_under_the_same_query_goes_back(rig: Rig, database: Database):
    async def change(_: Approval) -> None:
        database("update news set n = 77 where id = 9")

    finished, _, _ = await run_approved(rig, WAYS["select"], change)
    assert finished.status is Status.DENIED, finished


async def test_fewer_than_were_approved_are_covered(rig: Rig, database: Database):
    async def change(_: Approval) -> None:
        database("delete from stock where id = 1")

    finished, seen, _ = await run_approved(rig, WAYS["values"], change)
    assert finished.status is Status.OK, finished
    assert len(seen) == 1


COMPUTED = {
    "computed": "(1 + 0, 'a', 50)",
    "of a subquery": "((select 1), concat('a'), 50)",
    "twice the same": "(1, 'a', 1), (1, 'a', 50)",
    "rounded": "(1.4, 'a', 50)",
    "beside what is new each time": "(1, 'a', floor(50 + rand() * 0))",
}


@pytest.mark.parametrize("rows", COMPUTED.values(), ids=COMPUTED)
async def test_computed_keys_tell_what_it_deletes(rig: Rig, database: Database, rows: str):
    finished, seen, _ = await run_approved(rig, f"replace into stock values {rows}")
    assert finished.status is Status.OK, finished
    assert seen[0].impact.over
    assert database("select id, n from stock order by id") == [(1, 50), (2, 6), (4, 8)]
    assert database("select id from places") == [(12,)]


@pytest.mark.parametrize("rows", COMPUTED.values(), ids=COMPUTED)
async def test_what_has_a_computed_key_meanwhile_goes_back(rig: Rig, database: Database, rows: str):
    async def change(_: Approval) -> None:
        database("update stock set sku = 'x' where id = 1; update stock set sku = 'a' where id = 4")

    finished, seen, _ = await run_approved(rig, f"replace into stock values {rows}", change)
    assert finished.status is Status.DENIED, finished
    assert len(seen) == 2
    assert database("select count(*) from stock where n >= 50") == [(0,)]


UNTOLD = {
    "a key by chance": "replace into stock values (floor(1 + rand() * 0), 'q', 50)",
    "of a query by chance": "replace into stock select * from news order by rand() limit 2",
    "beside a column before": "replace into stock values (1, 'a', 50), (2, concat(id, 'q'), 50)",
}


@pytest.mark.parametrize("sql", UNTOLD.values(), ids=UNTOLD)
async def test_where_it_cannot_be_told_nothing_is_written_over(
    rig: Rig, database: Database, sql: str
):
    before = database("select * from stock order by id")
    finished, seen, _ = await run_approved(rig, sql)
    assert finished.status is Status.DENIED, finished
    assert "if it meets one that is there, nothing is written" in " ".join(seen[0].impact.notes)
    assert database("select * from stock order by id") == before
    database("delete from stock")
    finished, _, _ = await run_approved(rig, sql)
    assert finished.status is Status.OK, finished
    assert database("select count(*) from stock where n >= 50") != [(0,)]


@pytest.mark.parametrize("is_key", [True, False])
async def test_a_trigger_that_gives_another_key_is_not_taken_for_one_that_does_not(
    rig: Rig, database: Database, is_key: bool
):
    what = "new.id = 2" if is_key else "new.n = 50"
    database(f"create trigger other before insert on stock for each row set {what}")
    finished, seen, _ = await run_approved(rig, "replace into stock values (1, 'a', 9)")
    assert finished.status is (Status.DENIED if is_key else Status.OK), finished
    assert seen[0].impact.over == (None if is_key else 1)
    assert database("select n from stock order by id") == (
        [(5,), (6,), (8,)] if is_key else [(50,), (6,), (8,)]
    )


async def test_a_key_of_beginnings_is_compared_by_beginnings(rig: Rig, database: Database):
    database(
        "create table pages (id int primary key, path text, n int, unique (path(4)));"
        "insert into pages values (1, 'abcd1', 5), (2, 'efgh1', 6)"
    )
    sql = (
        "insert into pages values (7, 'abcd9', 1), (2, 'efgh1', 6) on duplicate key update"
        " n = values(n)"
    )
    finished, seen, _ = await run_approved(rig, sql)
    assert finished.status is Status.OK, finished
    assert seen[0].impact.over == 2

    async def change(_: Approval) -> None:
        database("update pages set path = concat('x', path) where id = 1;"
                 "insert into pages values (3, 'abcd5', 8)")  # fmt: skip

    finished, _, _ = await run_approved(rig, sql, change)
    assert finished.status is Status.DENIED, finished


UPSERT = "insert into stock (id, sku, n) select id, sku, n from news on duplicate key update n = 99"
OF_VALUES = UPSERT.replace("n = 99", "n = values(n) + 49")


@pytest.mark.parametrize("sql", [UPSERT, OF_VALUES])
async def test_rows_of_a_query_that_write_others_anew_are_counted_and_compared(
    rig: Rig, database: Database, sql: str
):
    finished, seen, _ = await run_approved(rig, sql)
    assert finished.status is Status.OK, finished
    assert "1 is there already by a key, and 1 would be added" in " ".join(seen[0].impact.notes)
    assert database("select n from stock where id in (1, 9) order by id") == [(99,), (51,)]


@pytest.mark.parametrize(
    "meanwhile",
    ["insert into stock values (9, 'y', 1)", "update stock set sku = 'z' where id = 4"],
)
async def test_rows_of_a_query_do_not_write_others_anew_than_were_approved(
    rig: Rig, database: Database, meanwhile: str
):
    async def change(_: Approval) -> None:
        database(meanwhile)

    finished, _, _ = await run_approved(rig, UPSERT, change)
    assert finished.status is Status.DENIED, finished
    assert database("select count(*) from stock where n = 99") == [(0,)]


async def test_keys_that_go_along_with_what_is_written_anew_are_counted(
    rig: Rig, database: Database
):
    database(
        "create table parents (id int primary key, code int unique);"
        "create table children (id int primary key, code int,"
        " foreign key (code) references parents (code) on update cascade);"
        "insert into parents values (1, 100); insert into children values (1, 100), (2, 100)"
    )
    sql = "insert into parents values (1, 7) on duplicate key update code = 200"
    finished, seen, _ = await run_approved(rig, sql)
    assert finished.status is Status.OK, finished
    assert "Cascade: changes code in 2 rows of" in " ".join(seen[0].impact.notes)


NO_KEY = {
    "delete": "delete from news where n < 100",
    "update": "update news set sku = 'q' where n < 100",
}


@pytest.mark.parametrize("sql", NO_KEY.values(), ids=NO_KEY)
async def test_rows_of_a_table_without_a_key_are_known_by_all_that_they_hold(
    rig: Rig, database: Database, sql: str
):
    async def change(_: Approval) -> None:
        database("update news set n = 52 where id = 9")

    finished, seen, _ = await run_approved(rig, sql, change)
    assert finished.status is Status.DENIED, finished
    assert "known by all that they hold" in " ".join(seen[0].impact.notes)
    assert database("select count(*) from news where sku <> 'q'") == [(2,)]
    finished, _, _ = await run_approved(rig, sql)
    assert finished.status is Status.OK, finished
    assert finished.row_count == 2


async def test_of_rows_that_are_alike_each_counts(rig: Rig, database: Database):
    async def change(_: Approval) -> None:
        database("insert into news values (1, 'a', 50)")

    finished, _, _ = await run_approved(rig, "delete from news where id = 1", change)
    assert finished.status is Status.DENIED, finished
    assert database("select count(*) from news") == [(3,)]


async def test_keys_of_columns_with_odd_names_are_met_too(rig: Rig, database: Database):
    database(
        "create table odd (`the Key` int primary key, `Größe` int unique);"
        "insert into odd values (1, 10), (2, 20)"
    )
    for sql in (
        "replace into odd (`the Key`, `Größe`) values (1, 20)",
        "replace into odd (`The Key`, `größe`) select id, 20 from stock where id = 1",
    ):
        _, seen, _ = await run_approved(rig, sql, rounds=0)
        assert "It deletes 2 rows that are there" in " ".join(seen[0].impact.notes), seen[0].impact
