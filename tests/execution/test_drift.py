"""What others change past the bastion is noticed before the next answer."""

import asyncio
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest

from bastion.core.model import Finished, Status
from bastion.execution.pipeline import Runner
from tests.fakes.rig import Rig, collect, running_rig

Beside = Callable[[str], object]


@pytest.fixture
async def rig(shop, tmp_path) -> AsyncIterator[Rig]:
    async with running_rig(tmp_path) as rig:
        await rig.add_target("dev", shop, "development")
        await rig.add_user("ann", "engineer")
        yield rig


@pytest.fixture
def beside(server, shop) -> Beside:
    """Run SQL past the bastion, as somebody with a login of their own does."""
    return lambda sql: server.run(shop, sql)


def is_hidden(rows: list[tuple[bytes | None, ...]]) -> bool:
    text = b" ".join(cell or b"" for row in rows for cell in row)
    return bool(rows) and b"example.com" not in text and "•".encode() in text


async def test_a_view_replaced_beside_the_bastion_is_masked_at_once(rig: Rig, beside: Beside):
    beside("create view cards as select id, city as x from customers")
    async with rig.runner("ann", "dev") as runner:
        sql = "select reverse(x) from cards where id = 2"
        _, rows, _ = await collect(runner, sql)
        assert not is_hidden(rows)
        beside("create or replace view cards as select id, email as x from customers")
        finished, rows, _ = await collect(runner, sql)
        assert finished.status is Status.OK, finished
        assert is_hidden(rows)
        beside("create or replace view cards as select id, city as x from customers")
        finished, rows, _ = await collect(runner, sql)
        assert finished.status is Status.OK, finished
        assert not is_hidden(rows)


async def test_columns_that_change_their_names_are_masked_at_once(rig: Rig, beside: Beside):
    async with rig.runner("ann", "dev") as runner:
        sql = "select reverse(city) from customers where id = 2"
        _, rows, _ = await collect(runner, sql)
        assert not is_hidden(rows)
        for one, other in (("city", "town"), ("email", "city")):
            beside(f"alter table customers rename column {one} to {other}")
        finished, rows, _ = await collect(runner, sql)
        assert finished.status is Status.OK, finished
        assert is_hidden(rows)


async def test_a_table_put_in_anothers_place_is_masked_at_once(rig: Rig, beside: Beside):
    beside("create table notes as select id, city as x from customers")
    async with rig.runner("ann", "dev") as runner:
        sql = "select reverse(x) from notes where id = 2"
        _, rows, _ = await collect(runner, sql)
        assert not is_hidden(rows)
        # MariaDB tells when a table was made to the second.
        await asyncio.sleep(1.1)
        beside("drop table notes")
        beside("create table notes as select id, email as x from customers")
        finished, rows, _ = await collect(runner, sql)
        assert finished.status is Status.OK, finished
        assert is_hidden(rows)


async def test_an_empty_column_that_was_filled_is_masked_until_it_was_sampled(
    rig: Rig, beside: Beside
):
    beside("create table hints (id int primary key, x varchar(90))")
    beside("insert into hints values (1, null), (2, null)")
    async with rig.runner("ann", "dev") as runner:
        _, rows, _ = await collect(runner, "select x from hints")
        assert rows == [(None,), (None,)]
        beside("update hints set x = concat('mail', id, '@example.com')")
        _, rows, _ = await collect(runner, "select x from hints")
        assert is_hidden(rows)


async def test_inside_a_transaction_it_is_noticed_too(rig: Rig, beside: Beside):
    beside("create view cards as select id, city as x from customers")
    async with rig.runner("ann", "dev") as runner:
        await collect(runner, "select x from cards where id = 1")
        await collect(runner, "begin")
        beside("create or replace view cards as select id, email as x from customers")
        finished, rows, _ = await collect(runner, "select reverse(x) from cards where id = 2")
        assert finished.status is Status.OK, finished
        assert is_hidden(rows)
        await collect(runner, "rollback")


ONLY_POSTGRES = pytest.mark.parametrize("engine", ["postgres"], indirect=True)
"""MariaDB's own lock, which a read would have to wait for, is taken before it asks."""
BLOCKS = {
    "alone": (),
    "begin": ("begin",),
    "repeatable read": ("begin isolation level repeatable read", "select 1"),
    "set": ("set default_transaction_isolation = 'serializable'",),
}


@pytest.fixture
async def changing(
    engine: str, postgres_server, shop_postgres, rig: Rig
) -> AsyncIterator[psycopg.AsyncConnection]:
    """A login beside the bastion that keeps its changes open; a view, and one of that view."""
    assert engine == "postgres"
    url = f"{postgres_server.admin_url.rsplit('/', 1)[0]}/{shop_postgres.rsplit('/', 1)[1]}"
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("create view cards as select id, city as x from customers")
        await connection.execute("create view more_cards as select * from cards")
        await connection.execute("grant all on cards, more_cards to public")
        await connection.commit()
        yield connection


async def waited(
    runner: Runner, changing: psycopg.AsyncConnection, sql: str, *then: str
) -> tuple[Finished, bytes]:
    """Have a statement wait for a change that is then committed; give what came, of all."""
    await changing.execute("create or replace view cards as select id, email as x from customers")
    reading = asyncio.ensure_future(collect(runner, sql))
    await asyncio.sleep(0.7)
    assert not reading.done()
    await changing.commit()
    answers = [await reading, *[await collect(runner, text) for text in then]]
    shown = [cell or b"" for _, rows, _ in answers for row in rows for cell in row]
    return answers[-1][0], b" ".join(shown).lower()


READS = (
    "select reverse(x) from cards where id = 2",
    "copy (select reverse(x) from more_cards where id = 2) to stdout",
    "with c as (select * from more_cards) select upper(x) from c where id = 2",
    "explain analyze select 1 from more_cards where x > 'a' and id = 2",
    "select reverse(x) from more_cards where id = 2 for update",
    "table more_cards",
)


@ONLY_POSTGRES
@pytest.mark.parametrize(
    ("block", "sql"),
    [(block, sql) for block in BLOCKS for sql in READS[: 6 if block == "alone" else 2]],
)
async def test_a_change_that_a_read_has_to_wait_for_is_noticed(
    rig: Rig, changing: psycopg.AsyncConnection, block: str, sql: str
):
    """The read is on its way when the change is committed, and was judged before it."""
    async with rig.runner("ann", "dev") as runner:
        for text in BLOCKS[block]:
            await collect(runner, text)
        await collect(runner, "select x from more_cards where id = 1")
        _, shown = await waited(runner, changing, sql)
    assert b"moc.elpmaxe" not in shown
    assert b"example.com" not in shown


@ONLY_POSTGRES
@pytest.mark.parametrize("isolation", ["read committed", "serializable"])
@pytest.mark.parametrize(
    ("before", "sql", "then"),
    [
        ("prepare p as select reverse(x) from more_cards where id = 2", "execute p", ()),
        ("prepare p(int) as select reverse(x) from more_cards where id = $1", "execute p(2)", ()),
        (
            "select 1",
            "create temp table t as select x from more_cards where id = 2",
            ("select reverse(x) from t",),
        ),
        (
            "create temp table t (x text)",
            "insert into t select x from more_cards where id = 2",
            ("select reverse(x) from t",),
        ),
        (
            "select 1",
            "declare c cursor for select reverse(x) from more_cards where id = 2",
            ("fetch c",),
        ),
        ("select 1", "update orders set note = x from more_cards m where m.id = 2 returning x", ()),
    ],
)
async def test_a_change_is_noticed_where_its_lock_is_met_late(
    rig: Rig, changing: psycopg.AsyncConnection, isolation: str, before: str, sql: str, then
):
    async with rig.runner("ann", "dev") as runner:
        await collect(runner, before)
        await collect(runner, f"begin isolation level {isolation}")
        await collect(runner, "select x from more_cards where id = 1")
        _, shown = await waited(runner, changing, sql, *then)
    assert b"moc.elpmaxe" not in shown
    assert b"example.com" not in shown


@ONLY_POSTGRES
async def test_a_snapshot_of_an_unchanged_catalogue_is_read_as_ever(rig: Rig):
    async with rig.runner("ann", "dev") as runner:
        for sql in ("begin isolation level repeatable read", "select city from customers limit 1"):
            finished, rows, _ = await collect(runner, sql)
            assert finished.status is Status.OK, finished
        assert rows
        assert not is_hidden(rows)


async def test_what_a_session_changes_itself_does_not_stop_it(rig: Rig, engine: str):
    async with rig.runner("ann", "dev") as runner:
        for sql in (
            "begin",
            "create table made (id int, x varchar(20))",
            "insert into made values (1, 'a')",
            "select x from made",
            "commit",
            "select x from made",
            "alter table made add column y int",
            "select y from made",
            "create temporary table t as select id from customers",
            "select count(*) from t",
        ):
            finished, _, _ = await collect(runner, sql)
            assert finished.status is Status.OK, (sql, finished)
        if engine == "postgres":
            for sql in (
                "deallocate all",
                "select id from customers limit 1",
                "prepare mine as select id from customers limit 1",
                "deallocate mine",
                "select id from customers limit 1",
            ):
                finished, _, _ = await collect(runner, sql)
                assert finished.status is Status.OK, (sql, finished)


async def test_a_function_replaced_beside_the_bastion_is_masked_at_once(
    rig: Rig, beside: Beside, engine: str
):
    if engine != "postgres":
        return  # Its functions are not proven, whatever they hold.
    body = "create or replace function hint(int) returns text language sql as"
    beside(f"{body} 'select city from customers where id = $1'")
    async with rig.runner("ann", "dev") as runner:
        _, rows, _ = await collect(runner, "select reverse(hint(2))")
        assert not is_hidden(rows)
        beside(f"{body} 'select email from customers where id = $1'")
        finished, rows, _ = await collect(runner, "select reverse(hint(2))")
        assert finished.status is Status.OK, finished
        assert is_hidden(rows)


async def test_many_changes_beside_it_never_show_a_value(rig: Rig, beside: Beside):
    """A view goes back and forth while it is read: an answer is masked, right, or an error."""
    columns = ("city", "email")
    beside("create view cards as select id, city as x from customers")
    async with rig.runner("ann", "dev") as runner:
        for turn in range(8):
            change = "create or replace view cards as select id, {} as x from customers"
            changing = asyncio.to_thread(beside, change.format(columns[turn % 2]))
            reading = collect(runner, "select reverse(x) from cards where id = 2")
            _, (_, rows, _) = await asyncio.gather(changing, reading)
            assert not any(b"moc.elpmaxe" in (cell or b"") for row in rows for cell in row)


@pytest.mark.parametrize(
    "sql",
    [
        "select table_name from information_schema.columns where column_name = 'email'",
        "select TABLE_NAME from INFORMATION_SCHEMA.TABLES where TABLE_NAME = 'customers'",
    ],
)
async def test_what_the_server_makes_anew_each_time_has_not_changed(rig: Rig, sql: str):
    """MariaDB tells the moment of asking as the time at which it made such a table."""
    async with rig.runner("ann", "dev") as runner:
        for _ in range(2):
            finished, rows, _ = await collect(runner, sql)
            assert finished.status is Status.OK, finished
            assert len(rows) >= 1
