"""The rows that were approved, compared inside the transaction that commits: races on real engines.

A guard whose lock finds other rows than the statement then touches stands for whatever may come
between: another session's commit, a condition that rolls dice.
"""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from sqlglot import parse_one

from bastion.core.catalogue import Classification, Column, Relation, RelationKind
from bastion.core.keyset import AlongGuard, KeyGuard, digest_keys
from bastion.core.model import Engine, Fence, RawBatch, TransactionState
from bastion.core.touched import touched_rows
from bastion.errors import EffectExceededError
from bastion.execution.ports import Permit
from tests.fakes.logins import connector_of

SECRET = b"s" * 32


@pytest.fixture(params=[Engine.POSTGRESQL, Engine.MYSQL], ids=["postgres", "mysql"])
def engine(request) -> Engine:
    return request.param


@pytest.fixture
def url(request, engine) -> str:
    return request.getfixturevalue(
        "probe_postgres" if engine is Engine.POSTGRESQL else "probe_mysql"
    )


@pytest.fixture
def run(request, engine, url):
    """Run SQL beside the code under test."""
    server = request.getfixturevalue(
        "postgres_server" if engine is Engine.POSTGRESQL else "mariadb_server"
    )
    return lambda sql: server.run(url, sql)


@pytest.fixture
async def connection(engine, url):
    opened = await connector_of(url).connect("bastion:alice:1")
    yield opened
    await opened.close()


def relation(name: str = "t", key: tuple[str, ...] = ("id",)) -> Relation:
    plain = Classification(sensitivity=None, evidence="")
    columns = tuple(Column(name=one, type_name="text", classification=plain) for one in ("id", "v"))
    return Relation(
        schema="public", name=name, kind=RelationKind.TABLE, columns=columns, primary_key=key
    )


async def guard(connection, engine, sql, *, of=None, **changes) -> KeyGuard:
    """Measure a statement as the pipeline does, and guard its run."""
    asked = touched_rows(
        parse_one(sql, dialect=engine.value), [of or relation()], engine, keys_max=100
    )
    assert asked is not None
    look = Permit(sql=asked.keys_sql, parameters=(), fence=Fence.READ_ONLY,
                  statement_timeout_s=5.0, lock_timeout_s=1.0, row_limit=101)  # fmt: skip
    rows = [
        row[asked.place_columns :]
        async for event in connection.run(look)
        if isinstance(event, RawBatch)
        for row in event.rows
    ]
    made = KeyGuard(
        approved=digest_keys(rows, secret=SECRET, salt="a", columns=asked.key_columns),
        lock_sql=asked.lock_sql, look_sql=asked.keys_sql, left_sql=asked.left_sql,
        place_columns=asked.place_columns, are_alike=False, inserts_max=0, secret=SECRET,
    )  # fmt: skip
    return dataclasses.replace(made, **changes)


async def write(connection, sql, keys, *, fence=Fence.WRITE):
    permit = Permit(sql=sql, parameters=(), fence=fence, statement_timeout_s=20.0,
                    lock_timeout_s=5.0, row_limit=100, affected_max=10, keys=keys)  # fmt: skip
    return [event async for event in connection.run(permit)][-1]


@pytest.mark.parametrize(
    "sql", ["delete from t where v = 'x'", "update t set v = 'y' where v = 'x'"]
)
async def test_as_many_other_rows_are_not_written(connection, engine, run, sql):
    run("update t set v = 'x' where id in (1, 2)")
    keys = await guard(connection, engine, sql)
    run("update t set v = 'was' where id = 1")
    run("update t set v = 'x' where id = 3")
    with pytest.raises(EffectExceededError, match="other rows than the 2"):
        await write(connection, sql, keys)
    assert run("select count(*) from t where v = 'x'") == [(2,)]
    assert connection.transaction_state is TransactionState.IDLE


async def test_more_rows_are_not_written_and_fewer_are(connection, engine, run):
    run("update t set v = 'x' where id in (1, 2)")
    sql = "delete from t where v = 'x'"
    keys = await guard(connection, engine, sql)
    run("update t set v = 'x' where id = 3")
    with pytest.raises(EffectExceededError, match="would touch 3 rows, and 2 were approved"):
        await write(connection, sql, keys)
    run("update t set v = 'was' where id in (2, 3)")
    assert (await write(connection, sql, keys)).affected == 1


async def test_more_rows_that_foreign_keys_take_along_are_not_written(connection, engine, run):
    kind = "" if engine is Engine.POSTGRESQL else " engine=InnoDB"
    run(
        "create table toys (id int primary key, p int, foreign key (p) references t (id)"
        f" on delete cascade){kind}"
    )
    run("insert into toys values (1, 1), (2, 1), (3, 2)")
    sql = "delete from t where id = 1"
    along = (AlongGuard(count_sql="select count(*) from toys where p = 1", most=2),)
    keys = await guard(connection, engine, sql, along=along)
    run("update toys set p = 1 where id = 3")
    with pytest.raises(EffectExceededError, match="than approved, 2 rows were"):
        await write(connection, sql, keys)
    assert run("select count(*) from toys") == [(3,)]
    run("update toys set p = 2 where id in (1, 3)")
    assert (await write(connection, sql, keys)).affected == 1
    assert run("select count(*) from toys") == [(2,)]


async def test_inside_a_transaction_only_the_statement_is_undone(connection, engine, run):
    run("update t set v = 'x' where id = 1")
    sql = "delete from t where v = 'x'"
    keys = await guard(connection, engine, sql)
    await write(connection, "begin", None, fence=Fence.SESSION)
    await write(connection, "update t set v = 'x' where id = 2", None)
    with pytest.raises(EffectExceededError):
        await write(connection, sql, keys)
    assert connection.transaction_state is TransactionState.OPEN
    await write(connection, "commit", None, fence=Fence.SESSION)
    assert run("select count(*) from t where v = 'x'") == [(2,)]


async def test_a_writer_that_comes_between_waits_for_the_commit(connection, engine, url, run):
    """What the condition reads in another table must not move between lock and write."""
    run("insert into t2 values (1, 'v1')")
    nap = "pg_sleep(0.4) is not null" if engine is Engine.POSTGRESQL else "sleep(0.4) = 0"
    sql = f"delete from t where id in (select id from t2) and {nap}"
    keys = await guard(connection, engine, sql)
    other = await connector_of(url).connect("other")

    async def move() -> None:
        await asyncio.sleep(0.6)
        await write(other, "update t2 set id = 2", None)

    async with asyncio.TaskGroup() as group:
        group.create_task(move())
        try:
            await write(connection, sql, keys)
            is_written = True
        except EffectExceededError:
            is_written = False
    await other.close()
    left = {row[0] for row in run("select id from t where id < 3")}
    # Either the approved row went, or none did; never the other one.
    assert left == ({2} if is_written else {1, 2})


async def test_a_row_that_is_locked_elsewhere_is_waited_for(connection, engine, url, run):
    """The lock sees what the other has committed by then, not what was there before."""
    run("update t set v = 'x' where id = 1")
    sql = "update t set v = 'y' where v = 'x'"
    keys = await guard(connection, engine, sql)
    other = await connector_of(url).connect("other")
    await write(other, "begin", None, fence=Fence.SESSION)
    await write(other, "update t set v = 'z' where id = 1", None)

    async def let_go() -> None:
        await asyncio.sleep(0.3)
        await write(other, "commit", None, fence=Fence.SESSION)

    async with asyncio.TaskGroup() as group:
        group.create_task(let_go())
        done = await write(connection, sql, keys)
    await other.close()
    assert done.affected == 0
    assert run("select v from t where id = 1") == [("z",)]


async def test_positions_betray_rows_that_were_not_locked(postgres_server, probe_postgres):
    connection = await connector_of(probe_postgres).connect("x")
    keys = await guard(connection, Engine.POSTGRESQL, "delete from t where id in (1, 2)")
    for sql in ("delete from t where id in (2, 3)", "update t set v = 'y' where id in (3, 4)"):
        with pytest.raises(EffectExceededError, match="other rows"):
            await write(connection, sql, keys)
    assert postgres_server.run(probe_postgres, "select count(*) from t where v = 'y'") == [(0,)]
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(10,)]
    await connection.close()


async def test_a_condition_that_rolls_dice_never_writes_what_was_not_locked(
    postgres_server, probe_postgres
):
    connection = await connector_of(probe_postgres).connect("x")
    for _ in range(12):
        sql = "update t set v = 'dice' where random() < 0.3"
        keys = await guard(connection, Engine.POSTGRESQL, sql)
        before = dict(postgres_server.run(probe_postgres, "select id, v from t"))
        try:
            await write(connection, sql, dataclasses.replace(keys, lock_sql=keys.look_sql))
        except EffectExceededError:
            assert dict(postgres_server.run(probe_postgres, "select id, v from t")) == before
    await connection.close()


async def test_a_table_without_a_key_is_known_by_position_and_version(
    postgres_server, probe_postgres
):
    postgres_server.run(probe_postgres, "create table nk (id int, v text)")
    postgres_server.run(probe_postgres, "insert into nk values (1, 'x'), (1, 'x'), (2, 'z')")
    connection = await connector_of(probe_postgres).connect("x")
    of, sql = relation("nk", ()), "delete from nk where v = 'x'"
    keys = await guard(connection, Engine.POSTGRESQL, sql, of=of)
    assert keys.approved.count == 2
    postgres_server.run(probe_postgres, "update nk set id = 7 where v = 'x'")
    with pytest.raises(EffectExceededError):
        await write(connection, sql, keys)
    keys = await guard(connection, Engine.POSTGRESQL, sql, of=of)
    assert (await write(connection, sql, keys)).affected == 2
    await connection.close()


async def test_rows_of_partitions_are_told_apart(postgres_server, probe_postgres):
    postgres_server.run(
        probe_postgres,
        "create table p (id int primary key, v text) partition by range (id);"
        "create table p1 partition of p for values from (0) to (10);"
        "create table p2 partition of p for values from (10) to (20);"
        "insert into p values (1, 'x'), (11, 'x'), (12, 'y')",
    )
    connection = await connector_of(probe_postgres).connect("x")
    sql = "update p set id = id + 5 where v = 'x' and id = 1"
    keys = await guard(connection, Engine.POSTGRESQL, sql, of=relation("p"))
    with pytest.raises(EffectExceededError):
        await write(connection, "delete from p where id = 11", keys)
    assert (await write(connection, sql, keys)).affected == 1
    await connection.close()


async def test_a_role_that_may_not_lock_may_still_delete(postgres_server, probe_postgres):
    postgres_server.run(
        probe_postgres,
        "create role sweeper login password 'sweeper-pw'; grant select, delete on t to sweeper",
    )
    try:
        database = probe_postgres.rsplit("/", 1)[1]
        url = postgres_server.url(database, "sweeper", "sweeper-pw")
        connection = await connector_of(url).connect("x")
        sql = "delete from t where id < 3"
        keys = await guard(connection, Engine.POSTGRESQL, sql)
        assert (await write(connection, sql, keys)).affected == 2
        await connection.close()
    finally:
        postgres_server.run(probe_postgres, "revoke all on t from sweeper; drop role sweeper")


async def test_a_merge_may_add_no_more_rows_than_were_counted(postgres_server, probe_postgres):
    postgres_server.run(probe_postgres, "insert into t2 values (1, 'm'), (50, 'n')")
    connection = await connector_of(probe_postgres).connect("x")
    sql = (
        "merge into t using t2 on t.id = t2.id when matched then update set v = t2.v"
        " when not matched then insert values (t2.id, t2.v)"
    )
    keys = await guard(connection, Engine.POSTGRESQL, sql)
    with pytest.raises(EffectExceededError):
        await write(connection, sql, keys)
    done = await write(connection, sql, dataclasses.replace(keys, inserts_max=1))
    assert done.affected == 2
    await connection.close()
