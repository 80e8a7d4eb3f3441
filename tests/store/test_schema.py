from __future__ import annotations

import asyncio
import contextlib
import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bastion.errors import StoreError
from bastion.store import migration, schema
from bastion.store.schema import metadata
from tests.fakes.clock import FakeClock
from tests.fakes.store import add_people, opened_store


async def test_migrations_make_exactly_the_tables_that_the_code_uses(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        differences = await store._database.read(
            lambda c: compare_metadata(
                MigrationContext.configure(c, opts={"compare_type": True}), metadata
            )
        )
        assert differences == []


async def test_migrating_again_changes_nothing(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        await add_people(store)
    async with opened_store(tmp_path, FakeClock()) as store:
        assert len(await store.list_accounts()) == 5


async def test_several_processes_may_make_the_store_at_once(tmp_path):
    async def make():
        async with opened_store(tmp_path, FakeClock()) as store:
            await store.list_accounts()

    await asyncio.gather(*(make() for _ in range(6)))


async def test_store_of_a_newer_bastion_is_refused_in_words(tmp_path):
    async with opened_store(tmp_path, FakeClock()):
        pass
    path = tmp_path / "state" / "store.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreError, match="newer bastion"):
        async with opened_store(tmp_path, FakeClock()):
            pass


def test_the_newest_step_is_the_version_that_the_code_asks_for():
    assert migration.head_version() == schema.VERSION
