"""An INSERT that writes anew what is there covers the rows that were there, and no other."""

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncIterator, Callable

import pymysql
import pytest

from bastion.core.approval import Approval
from bastion.core.model import Finished, Status
from tests.execution.test_effect import run_approved
from tests.fakes.rig import Rig, collect, production_rig


@pytest.fixture
def database(server, shop) -> Callable[[str], list[tuple[object, ...]]]:
    """Run SQL beside the bastion, on tables of this story."""
    server.run(
        shop,
        "create table stock (id int primary key, sku varchar(20) unique, n int, owner_email"
        " varchar(80) unique)",
    )
    server.run(shop, "insert into stock (id, sku, n) values (1, 'a', 5), (2, 'b', 6)")
    return lambda sql: server.run(shop, sql)


@pytest.fixture
async def rig(shop, database, tmp_path) -> AsyncIterator[Rig]:
    async with production_rig(tmp_path, shop) as rig:
        yield rig


def upsert(engine: str, rows: str, columns: str = "id, n", key: str = "id") -> str:
    clause = (
        f"on conflict ({key}) do update set" if engine == "postgres" else "on duplicate key update"
    )
    return f"insert into stock ({columns}) values {rows} {clause} n = 99"


async def test_a_reviewer_reads_how_many_are_there_and_they_are_written(rig: Rig, engine, database):
    finished, seen, _ = await run_approved(rig, upsert(engine, "(1, 7), (3, 8)"))
    assert finished.status is Status.OK, finished
    impact = seen[0].impact
    assert (impact.rows, impact.keys and impact.keys.count) == (2, 1)
    assert "1 is there already by a key, and 1 would be added" in " ".join(impact.notes)
    assert database("select id, n from stock order by id") == [(1, 99), (2, 6), (3, 8)]


MEANWHILE = {
    "one comes to be there": "insert into stock (id, sku, n) values (3, 'c', 1)",
    "one goes": "delete from stock where id = 1",
    "another row has its key": "update stock set id = 50 where id = 1; update stock set id = 1"
    " where id = 2",
}


@pytest.mark.parametrize("kind", sorted(MEANWHILE))
async def test_what_is_there_meanwhile_goes_back(rig: Rig, engine, database, kind: str):
    async def change(_: Approval) -> None:
        for text in MEANWHILE[kind].split("; "):
            database(text)

    finished, seen, _ = await run_approved(rig, upsert(engine, "(1, 7), (3, 8)"), change)
    if kind == "another row has its key":
        # A key is what a yes covers, as for an UPDATE by it.
        assert finished.status is Status.OK
        return
    assert finished.status is Status.DENIED, finished
    assert len(seen) == 2
    assert database("select count(*) from stock where n = 99") == [(0,)]


async def test_by_any_key_that_it_gives_on_mysql(rig: Rig, engine, database):
    if engine == "postgres":
        sql = upsert(engine, "(9, 'a', 7)", "id, sku, n", "sku")
    else:
        sql = upsert(engine, "(9, 'a', 7)", "id, sku, n")
    finished, seen, _ = await run_approved(rig, sql)
    assert finished.status is Status.OK
    assert seen[0].impact.keys is not None
    assert seen[0].impact.keys.count == 1
    assert database("select n from stock where id = 1") == [(99,)]


COMPUTED = {
    "computed": "(1 + 0, 7), (3, 8)",
    "of a subquery": "((select 1), 7), (3, 8)",
    "of a function": "(abs(1), 7), (3, 8)",
    "rounded": "(1.4, 7), (3, 8)",
    "beside what is new each time": "(1 + 0, floor({random}() * 9)), (3, 8)",
}


@pytest.mark.parametrize("kind", ["one comes to be there", ""])
@pytest.mark.parametrize("rows", COMPUTED.values(), ids=COMPUTED)
async def test_computed_keys_tell_what_is_there(rig: Rig, engine, database, rows: str, kind: str):
    async def change(_: Approval) -> None:
        database(MEANWHILE[kind])

    rows = rows.format(random="random" if engine == "postgres" else "rand")
    finished, seen, _ = await run_approved(rig, upsert(engine, rows), change if kind else None)
    assert seen[0].impact.over == 1
    assert seen[0].impact.keys is not None
    assert finished.status is (Status.DENIED if kind else Status.OK), finished
    assert database("select count(*) from stock where n = 99") == [(0 if kind else 1,)]


OF_QUERY = {
    "plain": "select id, sku, n from news",
    "with what is new each time": "select id, sku, n + 0 * extract(year from now()) from news",
    "of now": "select id, sku, n from news where at <= now()",
    "computed": "select id + 0, sku, n from news",
}


@pytest.mark.parametrize("change", [*MEANWHILE, ""])
@pytest.mark.parametrize("query", OF_QUERY.values(), ids=OF_QUERY)
async def test_rows_of_a_query_write_over_what_was_approved(
    rig: Rig, engine, database, query: str, change: str
):
    database("create table news (id int, sku varchar(20), n int, at timestamp default now())")
    database("insert into news (id, sku, n) values (1, 'a', 50), (3, 'c', 51)")

    async def change_it(_: Approval) -> None:
        for text in MEANWHILE[change].split("; "):
            database(text)

    clause = "on conflict (id) do update" if engine == "postgres" else "on duplicate key update"
    assign = "set n = 99" if engine == "postgres" else "n = 99"
    sql = f"insert into stock (id, sku, n) {query} {clause} {assign}"
    finished, seen, _ = await run_approved(rig, sql, change_it if change else None)
    assert seen[0].impact.over == 1, seen[0].impact
    assert "1 is there already by a key, and 1 would be added" in " ".join(seen[0].impact.notes)
    is_same = change == "another row has its key" and engine == "postgres"
    if is_same or not change:
        assert finished.status is Status.OK, finished
        return
    assert finished.status is Status.DENIED, finished
    assert database("select count(*) from stock where n = 99") == [(0,)]


async def test_an_index_may_be_named_by_constraint_or_expression(rig: Rig, engine, database):
    if engine == "mysql":
        pytest.skip("MariaDB meets by every key")
    database("create unique index on stock (lower(sku)) where n > 0")
    for target in ("on constraint stock_pkey", "(lower(sku)) where n > 0"):
        sql = f"insert into stock values (1, 'A', 7) on conflict {target} do update set n = 99"
        finished, seen, _ = await run_approved(rig, sql)
        assert finished.status is Status.OK, finished
        assert seen[0].impact.over == 1, seen[0].impact
        assert database("select n from stock where id = 1") == [(99,)]
        database("update stock set n = 5")


@pytest.mark.parametrize("value", ["default", "{own}(1)"])
async def test_where_it_cannot_be_told_nothing_is_written_over(
    rig: Rig, engine, database, value: str
):
    if engine == "postgres":
        database("create function own(int) returns int immutable language sql as 'select $1'")
        database("alter table stock alter id set default 1")
    else:
        database("create function own(a int) returns int deterministic no sql return a")
        database("alter table stock alter id set default 1")
    sql = upsert(engine, f"({value.format(own='own')}, 7)")
    finished, seen, _ = await run_approved(rig, sql)
    if seen[0].impact.over is not None:
        # PostgreSQL's own counters tell in the end.
        assert engine == "postgres"
        assert finished.status is Status.OK, finished
        return
    assert finished.status is Status.DENIED, finished
    assert database("select n from stock where id = 1") == [(5,)]


async def test_a_number_that_is_given_by_itself_is_new(rig: Rig, engine, database):
    if engine == "postgres":
        database("alter table stock alter id add generated by default as identity (start 100)")
        sql = upsert(engine, "('a', 7)", "sku, n", "sku")
    else:
        database("alter table stock modify id int auto_increment")
        sql = upsert(engine, "('a', 7)", "sku, n")
    finished, seen, _ = await run_approved(rig, sql)
    assert finished.status is Status.OK
    assert (seen[0].impact.rows, seen[0].impact.keys and seen[0].impact.keys.count) == (1, 1)
    assert database("select n from stock where id = 1") == [(99,)]


@pytest.mark.parametrize("is_other", [True, False])
async def test_a_trigger_may_give_another_key(rig: Rig, engine, database, is_other: bool):
    what = "new.id := 2" if is_other else "new.n := 50"
    if engine == "postgres":
        database(
            "create function other() returns trigger language plpgsql as"
            f" 'begin {what}; return new; end';"
            "create trigger other before insert on stock for each row execute function other()"
        )
    else:
        database(f"create trigger other before insert on stock for each row set {what}")
    finished, _, _ = await run_approved(rig, upsert(engine, "(1, 7)"))
    assert finished.status is (Status.DENIED if is_other else Status.OK), finished
    assert database("select n from stock order by id") == [(5 if is_other else 99,), (6,)]


async def test_whether_a_masked_value_is_there_is_not_told(rig: Rig, engine, database):
    database("update stock set owner_email = 'customer7@example.com' where id = 1")
    told = []
    for email in ("customer7@example.com", "customer8@example.com"):
        sql = upsert(engine, f"(9, '{email}')", "id, owner_email", "owner_email")
        async with rig.runner("ann", "prod") as runner:
            finished, _, _ = await collect(runner, sql, wait_s=0)
        assert isinstance(finished, Finished)
        assert finished.impact is not None
        keys = finished.impact.keys
        assert keys is None or engine == "postgres", "elsewhere it may meet two rows, by two keys"
        told.append(dataclasses.replace(finished.impact, keys=keys and (keys.columns, keys.count)))
    assert told[0] == told[1]
    assert "there already" not in " ".join(told[0].notes)


SUBSCRIBERS = "create table subscribers (email varchar(80) primary key, n int)"
SUBSCRIBED = "insert into subscribers values ('customer7@example.com', 1)"


@pytest.mark.parametrize(
    ("before", "meanwhile"),
    [("", SUBSCRIBED), (SUBSCRIBED, "delete from subscribers"), (SUBSCRIBED, ""), ("", "")],
    ids=["one comes to be there", "one goes", "it is there", "it is not there"],
)
async def test_which_row_a_masked_key_meets_is_compared(
    rig: Rig, engine, database, before: str, meanwhile: str
):
    database(f"{SUBSCRIBERS}; {before}" if before else SUBSCRIBERS)

    async def change(_: Approval) -> None:
        database(meanwhile)

    clause = "on conflict (email) do" if engine == "postgres" else "on duplicate key"
    sql = f"insert into subscribers values ('customer7@example.com', 5) {clause} update"
    sql += " set n = 99" if engine == "postgres" else " n = 99"
    finished, seen, _ = await run_approved(rig, sql, change if meanwhile else None)
    assert any("compared at the run and not told" in one for one in seen[0].impact.notes)
    assert finished.status is (Status.DENIED if meanwhile else Status.OK), finished
    if not meanwhile:
        assert database("select n from subscribers") == [(99 if before else 5,)]


async def test_rows_that_a_query_only_adds_are_in_nobodys_way(rig: Rig, engine, database):
    sql = "insert into stock (id, sku) select id + 100, concat(sku, 'x') from stock where id = 1"
    finished, seen, _ = await run_approved(rig, sql)
    assert finished.status is Status.OK, finished
    assert seen[0].impact.rows == 1
    assert "there already" not in " ".join(seen[0].impact.notes)


async def test_what_an_upsert_of_a_query_gives_or_computes_beside_does_not_matter(
    rig: Rig, engine, database
):
    clause = (
        "on conflict (id) do update set n = abs(excluded.n)"
        if engine == "postgres"
        else "on duplicate key update n = abs(values(n))"
    )
    sql = f"insert into stock (id, sku, n) select id, sku, 99 from stock where id = 1 {clause}"
    finished, seen, _ = await run_approved(rig, sql)
    assert finished.status is Status.OK, finished
    assert seen[0].impact.keys is not None
    assert database("select n from stock where id = 1") == [(99,)]


async def test_a_row_that_comes_between_the_lock_and_the_write_is_not_written_over(
    rig: Rig, engine, database
):
    """The number agrees; PostgreSQL's counters and MariaDB's locks tell."""
    if engine == "postgres":
        database(
            "create function slow() returns trigger language plpgsql as"
            " 'begin perform pg_sleep(2); return new; end';"
            "create trigger slow before insert on stock for each row when (new.n = 8)"
            " execute function slow()"
        )
    else:
        database("create trigger slow before insert on stock for each row"
                 " set new.sku = if(new.n = 8, if(sleep(2), 'c', 'c'), new.sku)")  # fmt: skip

    def add() -> None:
        time.sleep(1.5)
        with contextlib.suppress(pymysql.MySQLError):
            database("insert into stock (id, sku, n) values (3, 'z', 1)")

    others: list[asyncio.Future[None]] = []

    async def begin(_: Approval) -> None:
        others.append(asyncio.get_running_loop().run_in_executor(None, add))

    finished, _, _ = await run_approved(rig, upsert(engine, "(1, 7), (3, 8)"), begin)
    await others[0]
    found = database("select n from stock where id in (1, 3) order by id")
    assert finished.status is Status.DENIED or found == [(99,), (8,)], (finished, found)
