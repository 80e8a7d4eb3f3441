from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bastion.errors import StoreError
from tests.fakes.clock import FakeClock
from tests.fakes.store import add_people, opened_store


@contextlib.asynccontextmanager
async def listening(folder, poll_s=0.2):
    async with opened_store(folder, FakeClock()) as store:
        notifier = store.notifier(poll_s=poll_s)
        await notifier.start()
        try:
            yield store, notifier
        finally:
            await notifier.stop()


async def until(is_true, within_s):
    started = time.monotonic()
    while not is_true():
        assert time.monotonic() - started < within_s
        await asyncio.sleep(0.005)


async def test_own_process_is_told_at_once_and_once(tmp_path):
    heard = []
    async with listening(tmp_path, poll_s=0.02) as (_, notifier):
        notifier.subscribe("approvals", heard.append)
        await notifier.publish("approvals", "r1")
        assert heard == ["r1"]
        await asyncio.sleep(0.2)
        assert heard == ["r1"]


async def test_other_process_is_told_soon(tmp_path):
    heard = []
    async with listening(tmp_path) as (_, here), listening(tmp_path) as (_, there):
        here.subscribe("approvals", heard.append)
        for number in range(5):
            await there.publish("approvals", str(number))
            await until(lambda n=number: len(heard) == n + 1, within_s=5)
        assert heard == ["0", "1", "2", "3", "4"]


async def test_change_by_the_command_line_reaches_the_server(tmp_path):
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.fakes.clock import FakeClock\n"
        "from tests.fakes.store import opened_store\n"
        "async def main():\n"
        "    async with opened_store(Path(sys.argv[1]), FakeClock()) as store:\n"
        "        await store.set_disabled('alice', True)\n"
        "asyncio.run(main())\n"
    )
    heard = []
    async with listening(tmp_path) as (store, notifier):
        await add_people(store)
        await asyncio.sleep(0.5)
        notifier.subscribe("accounts", heard.append)
        command = [sys.executable, "-c", code, str(tmp_path)]
        await asyncio.to_thread(subprocess.run, command, cwd=Path(__file__).parents[2], check=True)
        await until(lambda: heard == ["alice"], within_s=5)


async def test_topics_are_kept_apart_and_the_past_is_not_told(tmp_path):
    heard = []
    async with listening(tmp_path) as (_, early):
        await early.publish("approvals", "before")
        async with listening(tmp_path, poll_s=0.02) as (_, late):
            late.subscribe("approvals", heard.append)
            await early.publish("targets", "other")
            await early.publish("approvals", "after")
            await until(lambda: heard, within_s=5)
    assert heard == ["after"]


async def test_unsubscribed_is_no_longer_told(tmp_path):
    heard = []
    async with listening(tmp_path) as (_, notifier):
        stop = notifier.subscribe("approvals", heard.append)
        stop()
        stop()
        await notifier.publish("approvals", "r1")
    assert heard == []


async def test_subscriber_that_fails_does_not_keep_others_from_being_told(tmp_path):
    heard, failures = [], []

    def fail(key):
        raise ValueError(key)

    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    async with listening(tmp_path) as (_, notifier):
        notifier.subscribe("approvals", fail)
        notifier.subscribe("approvals", heard.append)
        await notifier.publish("approvals", "r1")
    assert heard == ["r1"]
    assert len(failures) == 1


async def test_lost_store_is_survived_and_the_change_told_later(tmp_path):
    heard = []
    async with listening(tmp_path, poll_s=0.02) as (store, notifier):
        notifier.subscribe("approvals", heard.append)
        news = notifier._news

        def lost():
            raise StoreError("The store is locked by another process.")

        notifier._news = lost
        async with listening(tmp_path) as (_, other):
            await other.publish("approvals", "r1")
        await asyncio.sleep(0.1)
        notifier._news = news
        await until(lambda: heard == ["r1"], within_s=5)
        assert await store.list_accounts() == []


async def test_changes_are_not_kept_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("bastion.store.base.CHANGES_KEPT", 3)
    async with listening(tmp_path) as (store, notifier):
        for number in range(10):
            await notifier.publish("approvals", str(number))
        count = await store._database.read(
            lambda c: c.exec_driver_sql("select count(*) from changes").scalar()
        )
    assert count == 3


@pytest.mark.parametrize("started", [True, False])
async def test_stopping_twice_is_harmless(tmp_path, started):
    async with opened_store(tmp_path, FakeClock()) as store:
        notifier = store.notifier()
        if started:
            await notifier.start()
        await notifier.stop()
        await notifier.stop()
