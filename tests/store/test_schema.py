from __future__ import annotations

import asyncio
import contextlib
import sqlite3

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bastion.errors import StoreError
from bastion.store import migration, schema
from bastion.store.schema import metadata
from tests.fakes.clock import FakeClock
from tests.fakes.store import add_people, opened_store


def by_steps(connection: sa.Connection) -> None:
    migration.upgrade(connection, None, metadata)


def test_migrations_make_exactly_the_tables_that_the_code_uses():
    with sa.create_engine("sqlite://").begin() as connection:
        by_steps(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_store_made_at_once_is_what_all_steps_lead_to():
    stores = []
    for make in (schema.migrate, by_steps):
        with sa.create_engine("sqlite://").begin() as connection:
            make(connection)
            words = connection.execute(sa.text("select type, name, sql from sqlite_master"))
            made = {(kind, name, " ".join((sql or "").split())) for kind, name, sql in words}
            stores.append((made, schema.schema_version(connection)))
    assert stores[0] == stores[1]


def test_tables_that_no_step_is_written_of_are_not_taken_for_an_empty_store():
    with sa.create_engine("sqlite://").begin() as connection:
        connection.execute(sa.text("create table accounts (id integer)"))
        with pytest.raises(sa.exc.OperationalError, match="already exists"):
            schema.migrate(connection)


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
