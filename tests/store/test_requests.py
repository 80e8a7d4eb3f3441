from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from bastion.core import approval as life
from bastion.core.approval import ApprovalState, RunContext
from bastion.core.model import Impact, Role
from bastion.errors import ApprovalError
from tests.fakes.clock import START, FakeClock
from tests.fakes.store import draft, opened_store, principal

BOB = principal("bob")


@pytest.fixture
async def store(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        yield store


def full():
    return dataclasses.replace(
        draft("r1", START, session_id="s1", is_agent=True, needed=2),
        parameters=(b"\xff\x00", None, b""),
        context=RunContext(
            target="shop", database="d", schema="s", role="r", settings=(("a", "1"), ("b", "ö"))
        ),
        impact=Impact(
            effect="delete", tables=("a.b", "c.d"), rows=None, is_measured=False, notes=("x.", "y.")
        ),
        approver_roles=frozenset({Role.ADMIN}),
        guards_structure=True,
        reason="'; drop table approvals; --",
    )


async def test_request_comes_back_as_it_went_in(store):
    assert await store.insert(full()) == full()
    assert await store.get("r1") == full()
    assert await store.get("r2") is None


async def test_decisions_come_back_as_they_went_in(store):
    before = await store.insert(full())
    admin = principal("bob", Role.ADMIN)
    after = life.decide(before, reviewer=admin, approve=True, reason="da\nß", now=START)
    assert await store.swap(before, after)
    assert await store.get("r1") == after


async def test_second_request_of_the_same_id_is_refused(store):
    await store.insert(full())
    with pytest.raises(ApprovalError, match="already"):
        await store.insert(full())


async def test_swap_of_what_has_changed_since_is_refused_and_changes_nothing(store):
    before = await store.insert(draft("r1", START))
    yes = life.decide(before, reviewer=BOB, approve=True, reason="", now=START)
    no = life.decide(before, reviewer=BOB, approve=False, reason="no", now=START)
    assert await store.swap(before, yes)
    assert not await store.swap(before, no)
    assert await store.get("r1") == yes


async def test_swap_never_changes_what_was_asked(store):
    """A step may change state and decisions; never the statement under a yes."""
    before = await store.insert(draft("r1", START))
    yes = life.decide(before, reviewer=BOB, approve=True, reason="", now=START)
    forged = dataclasses.replace(yes, text="drop table orders", person="eve", digest="0" * 64)
    assert await store.swap(before, forged)
    assert await store.get("r1") == yes


async def test_list_is_newest_first_and_leaves_out_what_ended(store):
    for number in range(4):
        await store.insert(draft(f"r{number}", START + timedelta(seconds=number)))
    denied = await store.get("r1")
    await store.swap(
        denied, life.decide(denied, reviewer=BOB, approve=False, reason="no", now=START)
    )
    open_requests = await store.list_requests(pending_only=True)
    assert [request.id for request in open_requests] == ["r3", "r2", "r0"]
    assert [r.id for r in await store.list_requests(limit=2)] == ["r3", "r2"]


async def test_statement_is_not_readable_in_the_files(store, tmp_path):
    await store.insert(draft("r1", START, text="alter user app password 'canary-7391'"))
    files = list((tmp_path / "state").iterdir())
    assert len(files) >= 2
    for file in files:
        assert b"canary-7391" not in file.read_bytes()


async def test_requests_open_in_a_backup_do_not_run_after_a_restore(store, tmp_path):
    for number in range(3):
        await store.insert(draft(f"r{number}", START))
    for request_id in ("r1", "r2"):
        before = await store.get(request_id)
        await store.swap(
            before, life.decide(before, reviewer=BOB, approve=True, reason="", now=START)
        )
    approved = await store.get("r2")
    await store.swap(approved, life.claim(approved, digest=approved.digest, now=START))
    await store.backup(tmp_path / "backup.db")
    await store.restore(tmp_path / "backup.db")
    states = [(await store.get(f"r{number}")).state for number in range(3)]
    assert states == [ApprovalState.WITHDRAWN, ApprovalState.WITHDRAWN, ApprovalState.UNKNOWN]
