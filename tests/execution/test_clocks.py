"""A clock that is set: what had a time to live does not live longer for it, or it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bastion.core.approval import ApprovalState
from bastion.core.breakglass import Emergency
from bastion.core.grants import Grant, GrantKind
from bastion.errors import BastionError, NotPendingError
from tests.fakes.clock import START, FakeClock
from tests.fakes.store import DeskRig, add_people, draft, opened_desk, principal

AHEAD = START + timedelta(days=3650)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[DeskRig]:
    async with opened_desk(tmp_path, FakeClock()) as rig:
        await add_people(rig.store)
        yield rig


async def test_a_request_that_has_expired_stays_so(rig: DeskRig):
    request = await rig.desk.submit(draft("r1", rig.clock.now()))
    rig.clock.advance(3600)
    await rig.desk.expire_due()
    rig.clock.set_wall(START)
    with pytest.raises(NotPendingError):
        await rig.desk.decide(principal("bob"), request.id, approve=True, reason="")
    assert "approval.expired" in rig.audit.events()


@pytest.mark.parametrize("is_decided", [False, True])
async def test_a_request_of_a_clock_that_ran_ahead_does_not_wait_until_then(
    rig: DeskRig, is_decided: bool
):
    rig.clock.set_wall(AHEAD)
    request = await rig.desk.submit(draft("r1", rig.clock.now()))
    if is_decided:
        await rig.desk.decide(principal("bob"), request.id, approve=True, reason="")
    rig.clock.set_wall(START)
    late = (
        rig.desk.claim(request.id, request.digest)
        if is_decided
        else rig.desk.decide(principal("bob"), request.id, approve=True, reason="")
    )
    with pytest.raises(NotPendingError):
        await late
    stored = await rig.store.get(request.id)
    assert stored is not None
    assert stored.state is ApprovalState.EXPIRED


@pytest.mark.parametrize("back_s", [0, 1, 60])
async def test_a_clock_that_is_corrected_ends_nothing(rig: DeskRig, back_s: int):
    request = await rig.desk.submit(draft("r1", rig.clock.now()))
    rig.clock.set_wall(START - timedelta(seconds=back_s))
    await rig.desk.decide(principal("bob"), request.id, approve=True, reason="")
    assert (await rig.desk.claim(request.id, request.digest)).state is ApprovalState.RUNNING


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (AHEAD, True),
        (AHEAD - timedelta(seconds=60), True),
        (AHEAD + timedelta(minutes=15), False),
        (AHEAD - timedelta(hours=1), False),
        (START, False),
    ],
)
def test_a_grant_holds_from_when_it_was_given(now, is_open):
    grant = Grant(
        id="g", kind=GrantKind.UNMASK, user="alice", person="alice", target="shop",
        subject="email", reason="x", given_by=("bob",), at=AHEAD,
        until=AHEAD + timedelta(minutes=15), count_max=0,
    )  # fmt: skip
    assert grant.is_open(now) is is_open


@pytest.mark.parametrize(("now", "is_open"), [(AHEAD, True), (START, False)])
def test_a_broken_glass_holds_from_when_it_was_broken(now, is_open):
    glass = Emergency(
        id="e", user="alice", person="alice", target="shop", reason="x", source="", at=AHEAD,
        key_fingerprint="", until=AHEAD + timedelta(minutes=30),
    )  # fmt: skip
    assert glass.is_open(now) is is_open


@pytest.mark.parametrize("back_s", [1, 30, 86_400])
async def test_a_code_is_not_good_again(rig: DeskRig, back_s: int):
    step = int(rig.clock.now().timestamp()) // 30
    assert await rig.store.accept_step("bob", step)
    rig.clock.set_wall(START - timedelta(seconds=back_s))
    assert not await rig.store.accept_step("bob", step)
    assert not await rig.store.accept_step("bob", step - back_s // 30)


async def test_the_run_of_a_yes_is_on_record_before_it_and_only_once(rig: DeskRig):
    request = await rig.desk.submit(draft("r1", rig.clock.now()))
    await rig.desk.decide(principal("bob"), request.id, approve=True, reason="")
    await rig.desk.claim(request.id, request.digest)
    assert rig.audit.events()[-1] == "approval.taken"


async def test_a_run_that_cannot_be_put_on_record_does_not_begin(rig: DeskRig):
    request = await rig.desk.submit(draft("r1", rig.clock.now()))
    await rig.desk.decide(principal("bob"), request.id, approve=True, reason="")
    rig.audit.is_broken = True
    with pytest.raises(BastionError):
        await rig.desk.claim(request.id, request.digest)
    stored = await rig.store.get(request.id)
    assert stored is not None
    assert stored.state is ApprovalState.FAILED
