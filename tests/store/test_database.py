from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import sqlite3
import threading
import time

import pytest

from bastion.core import approval as life
from bastion.errors import StoreError
from bastion.store.database import Database
from bastion.store.sql import Store
from tests.fakes.clock import START, FakeClock
from tests.fakes.store import add_people, draft, open_box, opened_store, principal


def path_of(folder):
    return folder / "state" / "store.db"


async def test_file_is_private_with_all_that_lies_beside_it(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        await add_people(store)
        files = list((tmp_path / "state").iterdir())
        assert len(files) > 1
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


async def test_file_that_others_could_read_is_made_private(tmp_path):
    async with opened_store(tmp_path, FakeClock()):
        pass
    path_of(tmp_path).chmod(0o644)
    async with opened_store(tmp_path, FakeClock()):
        assert path_of(tmp_path).stat().st_mode & 0o777 == 0o600


async def test_settings_that_keep_decisions_are_on(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            found = await store._database.read(
                lambda c, p=pragma: c.exec_driver_sql(f"PRAGMA {p}").scalar()
            )
            assert found == value


async def test_lost_store_is_refused_not_made_anew(tmp_path):
    store = Store(path_of(tmp_path), open_box(tmp_path), FakeClock())
    with pytest.raises(StoreError, match="bastion init"):
        await store.open()
    assert not path_of(tmp_path).exists()
    await store.close()


async def test_locked_store_is_said_in_words_and_works_again_afterwards(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        await add_people(store)
        other = Database(path_of(tmp_path), busy_timeout_s=0.05)
        with contextlib.closing(sqlite3.connect(path_of(tmp_path), isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked by another process"):
                await other.write(lambda connection: None)
            assert len(await store.list_accounts()) == 5
            lock.execute("ROLLBACK")
        await other.write(lambda connection: None)
        await other.close()


async def test_loop_goes_on_while_the_store_waits_for_a_lock(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        await add_people(store)
        with contextlib.closing(
            sqlite3.connect(path_of(tmp_path), isolation_level=None, check_same_thread=False)
        ) as lock:
            lock.execute("BEGIN IMMEDIATE")
            timer = threading.Timer(0.5, lambda: lock.execute("ROLLBACK"))
            timer.start()
            async with asyncio.TaskGroup() as group:
                accepted = group.create_task(store.accept_step("alice", 1))
                longest, last = 0.0, time.monotonic()
                while not accepted.done():
                    await asyncio.sleep(0.01)
                    longest, last = max(longest, time.monotonic() - last), time.monotonic()
            timer.join()
        assert accepted.result()
        assert longest < 0.3


async def test_failed_write_changes_nothing(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        await add_people(store)

        def work(connection):
            connection.exec_driver_sql("delete from keys")
            connection.exec_driver_sql("select * from nowhere")

        with pytest.raises(StoreError, match="out of reach"):
            await store._database.write(work)
        alice = await store.find("alice")
        assert alice is not None
        assert len(alice.keys) == 1


async def test_closed_store_says_so(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        pass
    with pytest.raises(StoreError, match="closed"):
        await store.list_accounts()


async def test_file_that_is_no_database_is_refused_in_words(tmp_path):
    open_box(tmp_path)
    path_of(tmp_path).write_bytes(b"not a database at all" * 500)
    with pytest.raises(StoreError, match="damaged"):
        async with opened_store(tmp_path, FakeClock()):
            pass


async def make_store_with_requests(folder):
    """Make a store with a pending, an approved and a denied request."""
    async with opened_store(folder, FakeClock()) as store:
        await add_people(store)
        for number in range(3):
            await store.insert(draft(f"r{number}", START, text=f"delete from t{number}"))
        for request_id, approve in (("r1", True), ("r2", False)):
            before = await store.get(request_id)
            assert before is not None
            after = life.decide(
                before, reviewer=principal("bob"), approve=approve, reason="x", now=START
            )
            assert await store.swap(before, after)
        return list(await store.list_requests())


async def check_flips(folder, rounds):
    """Flip one byte at a time: requests come back as they were, or the store refuses."""
    requests = await make_store_with_requests(folder)
    path = path_of(folder)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(path, folder / "whole.db")
    whole = (folder / "whole.db").read_bytes()
    chance = random.Random(7391)
    refused = 0
    for _ in range(rounds):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        for rest in (folder / "state").iterdir():
            rest.unlink()
        path.write_bytes(flipped)
        try:
            async with opened_store(folder, FakeClock()) as store:
                found = list(await store.list_requests())
        except StoreError:
            refused += 1
        else:
            assert found == requests
    return refused


async def test_flipped_byte_neither_loses_nor_invents_an_approval(tmp_path):
    assert await check_flips(tmp_path, rounds=80) > 0


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_flipped_byte_neither_loses_nor_invents_an_approval_a_thousand_times(tmp_path):
    assert await check_flips(tmp_path, rounds=1000) > 0


@pytest.mark.parametrize(
    "forge",
    [
        "update approvals set state = 'approved' where id = 'r0'",
        "update approvals set state = 'approved', revision = 1 where id = 'r0'",
        "update approvals set id = 'r9', revision = 0 where id = 'r1'",
        "update approvals set body = (select body from approvals where id = 'r1') where id = 'r0'",
        "update approvals set body = x'00' where id = 'r0'",
    ],
)
async def test_yes_forged_in_the_file_is_refused(tmp_path, forge):
    await make_store_with_requests(tmp_path)
    with contextlib.closing(sqlite3.connect(path_of(tmp_path))) as connection:
        connection.execute(forge)
        connection.commit()
    async with opened_store(tmp_path, FakeClock()) as store:
        with pytest.raises(StoreError):
            await store.list_requests()
