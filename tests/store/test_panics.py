from __future__ import annotations

from datetime import timedelta

import pytest

from bastion.errors import UsageError
from bastion.store.panics import PanicKind
from tests.fakes.clock import FakeClock
from tests.fakes.store import add_people, opened_store


@pytest.fixture
async def clock():
    return FakeClock()


@pytest.fixture
async def store(tmp_path, clock):
    async with opened_store(tmp_path, clock) as store:
        await add_people(store)
        yield store


async def allowed(store, target="shop"):
    users = ("alice", "robo", "bob")
    return [user for user in users if await store.is_allowed_now(user, target) is None]


async def test_everybody_may_act_while_nothing_is_stopped(store):
    assert await allowed(store) == ["alice", "robo", "bob"]


async def test_unknown_account_may_not_act(store):
    assert "no longer there" in await store.is_allowed_now("nobody")


async def test_disabled_person_may_not_act_nor_their_agent(store):
    await store.set_disabled("alice", True)
    assert await allowed(store) == ["bob"]


async def test_expired_agent_may_not_act(store, clock):
    clock.advance(timedelta(days=30).total_seconds())
    assert await allowed(store) == ["alice", "bob"]


@pytest.mark.parametrize(
    ("kind", "name", "left"),
    [
        (PanicKind.USER, "alice", ["bob"]),
        (PanicKind.USER, "robo", ["alice", "bob"]),
        (PanicKind.TARGET, "shop", []),
        (PanicKind.TARGET, "other", ["alice", "robo", "bob"]),
        (PanicKind.ALL, "", []),
    ],
)
async def test_panic_stops_what_it_names_until_it_is_lifted(store, kind, name, left):
    await store.panic(kind, name, by="root", reason="drill")
    await store.panic(kind, name, by="root", reason="again")
    assert await allowed(store) == left
    (panic,) = await store.list_panics()
    assert (panic.kind, panic.name, panic.by, panic.reason) == (kind, name, "root", "drill")
    await store.lift(kind, name, by="root")
    assert await allowed(store) == ["alice", "robo", "bob"]
    assert await store.list_panics() == []


async def test_lifting_what_is_not_stopped_is_refused(store):
    with pytest.raises(UsageError):
        await store.lift(PanicKind.ALL, "", by="root")


async def test_panic_survives_a_restart(tmp_path, clock):
    async with opened_store(tmp_path, clock) as store:
        await add_people(store)
        await store.panic(PanicKind.ALL, "", by="root", reason="")
    async with opened_store(tmp_path, clock) as store:
        assert await allowed(store) == []
