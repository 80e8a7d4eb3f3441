from __future__ import annotations

import pytest

from bastion.core.model import Engine, Environment, Target
from bastion.errors import UsageError
from tests.fakes.clock import FakeClock
from tests.fakes.store import opened_store

URL = "postgresql://app:hunter2%2F@db.example:6432/shop?sslmode=verify-full"


@pytest.fixture
async def store(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        yield store


async def add(store, name="shop", url=URL, **options):
    return await store.add_target(name, environment=Environment.PRODUCTION, url=url, **options)


async def test_target_is_listed_without_its_password(store):
    await add(store, reader_url="postgresql://reader:letmein@db.example:6432/shop")
    (stored,) = await store.list_targets()
    assert stored.target == Target(
        name="shop",
        engine=Engine.POSTGRESQL,
        environment=Environment.PRODUCTION,
        host="db.example",
        port=6432,
        database="shop",
        has_reader=True,
    )
    assert stored.url == "postgresql://app@db.example:6432/shop?sslmode=verify-full"
    assert stored.reader_url == "postgresql://reader@db.example:6432/shop"
    assert await store.get_target("shop") == stored
    secret = await store.get_target_secret("shop")
    assert (secret.password, secret.reader_password) == ("hunter2/", "letmein")
    assert "hunter2" not in repr(secret) + repr(stored)


@pytest.mark.parametrize(
    ("url", "host", "port", "database"),
    [
        ("postgres://a@h/d", "h", 5432, "d"),
        ("mysql://a@h/d", "h", 3306, "d"),
        ("mariadb://a@[::1]:3307/d", "::1", 3307, "d"),
        ("postgresql://a@/d?host=/run/pg", "/run/pg", 5432, "d"),
        ("postgresql://a@h?dbname=d&password=canary", "h", 5432, "d"),
    ],
)
async def test_url_is_understood(store, url, host, port, database):
    target = await add(store, url=url)
    assert (target.host, target.port, target.database) == (host, port, database)


async def test_password_in_the_query_or_apart_is_taken_too(store):
    await add(store, "one", url="postgresql://a@h/d?password=canary&sslmode=disable")
    await add(store, "two", url="postgresql://a@h/d", password="apart")
    stored = await store.get_target("one")
    assert stored is not None
    assert stored.url == "postgresql://a@h/d?sslmode=disable"
    assert (await store.get_target_secret("one")).password == "canary"
    assert (await store.get_target_secret("two")).password == "apart"


@pytest.mark.parametrize(
    "url",
    ["", "shop", "oracle://a@h/d", "postgresql://a@h", "postgresql://a@h:99999/d", "mysql://[/d"],
)
async def test_url_that_is_none_is_refused_without_repeating_it(store, url):
    with pytest.raises(UsageError):
        await add(store, url=url)
    assert await store.list_targets() == []


async def test_refusal_does_not_show_the_password(store):
    with pytest.raises(UsageError) as refusal:
        await add(store, url="oracle://app:hunter2@h/d")
    assert "hunter2" not in str(refusal.value) + refusal.value.detail


async def test_reader_at_another_engine_is_refused(store):
    with pytest.raises(UsageError, match="another engine"):
        await add(store, reader_url="mysql://reader@h/d")


@pytest.mark.parametrize("name", ["Shop", "a.b", "", "1a", "a" * 64, "all", "review", "req"])
async def test_bad_name_is_refused(store, name):
    with pytest.raises(UsageError):
        await add(store, name)


async def test_name_is_taken_once_and_free_after_removal(store):
    await add(store)
    with pytest.raises(UsageError, match="already"):
        await add(store)
    await store.remove_target("shop")
    with pytest.raises(UsageError, match="no target"):
        await store.remove_target("shop")
    with pytest.raises(UsageError, match="no target"):
        await store.get_target_secret("shop")
    await add(store)


async def test_passwords_are_not_readable_in_the_files(store, tmp_path):
    await add(store, reader_url="postgresql://reader:canary-7392@h/d", password="canary-7391")
    await store.backup(tmp_path / "state" / "backup.db")
    for file in (tmp_path / "state").iterdir():
        assert b"canary-739" not in file.read_bytes()
