from __future__ import annotations

import asyncio
import contextlib
from datetime import date

from bastion.store.history import HISTORY_MAX, DailyUse
from tests.fakes.clock import FakeClock
from tests.fakes.store import opened_store

DAY = date(2026, 3, 1)


async def test_history_is_oldest_first_and_of_one_pair(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        for text in ("select 1", "select 2", "select 2", "select 1"):
            await store.append("alice", "shop", text)
        await store.append("bob", "shop", "select 3")
        assert await store.load("alice", "shop") == ["select 1", "select 2", "select 1"]
        assert await store.load("alice", "other") == []


async def test_history_keeps_the_newest_thousand(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        await store.append("bob", "shop", "bob's")
        for number in range(HISTORY_MAX + 5):
            await store.append("alice", "shop", f"select {number}")
        texts = await store.load("alice", "shop")
        assert (len(texts), texts[0], texts[-1]) == (HISTORY_MAX, "select 5", "select 1004")
        assert await store.load("bob", "shop") == ["bob's"]


async def test_use_adds_up_per_account_and_day(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        assert await store.spend("robo", DAY, 10, 1000) == DailyUse(rows=10, bytes=1000)
        assert await store.spend("robo", DAY, 5, 1) == DailyUse(rows=15, bytes=1001)
        assert await store.spend("robo", date(2026, 3, 2), 0, 0) == DailyUse(rows=0, bytes=0)
        assert await store.spend("bot", DAY, 0, 0) == DailyUse(rows=0, bytes=0)


async def test_use_of_eight_servers_at_once_loses_nothing(tmp_path):
    async with contextlib.AsyncExitStack() as stack:
        stores = [
            await stack.enter_async_context(opened_store(tmp_path, FakeClock())) for _ in range(8)
        ]
        for _ in range(5):
            await asyncio.gather(*(store.spend("robo", DAY, 1, 10) for store in stores))
        assert await stores[0].spend("robo", DAY, 0, 0) == DailyUse(rows=40, bytes=400)
