from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from bastion.core.approval import Approval, ApprovalState
from bastion.core.model import Role
from bastion.errors import (
    AccessError,
    ApprovalError,
    NotPendingError,
    RecordingError,
    SelfApprovalError,
    UnknownRequestError,
)
from bastion.execution.approvals import PENDING_MAX_AGENTS, PENDING_MAX_PEOPLE
from bastion.store.panics import PanicKind
from tests.fakes.clock import FakeClock
from tests.fakes.store import add_people, draft, opened_desk, principal, some_key

ALICE = principal("alice", Role.ENGINEER)
BOB = principal("bob")
CAROL = principal("carol")
AGENT = principal("robo", Role.AGENT, person="alice", is_agent=True)


@pytest.fixture
async def rig(tmp_path):
    clock = FakeClock()
    async with opened_desk(tmp_path, clock) as rig:
        await add_people(rig.store)
        yield rig


async def submitted(rig, request_id="r1", **changes):
    return await rig.desk.submit(draft(request_id, rig.clock.now(), **changes))


async def eventually(is_true, within_s=30.0):
    async with asyncio.timeout(within_s):
        while not is_true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


# --- submit ---


async def test_request_is_filed_audited_and_told(rig):
    request = await submitted(rig)
    assert await rig.desk.get(ALICE, "r1") == request
    assert rig.audit.events() == ["approval.requested"]
    assert [event for event, _ in rig.messages.told] == ["approval.requested"]


async def test_messages_and_audit_lines_hold_no_sql(rig):
    await submitted(rig, text="update users set password = 'canary' where id = 1")
    await rig.desk.decide(BOB, "r1", approve=True, reason="fine")
    assert "canary" not in repr(rig.messages.told) + repr(rig.audit.lines)


async def test_same_statement_again_is_the_same_request(rig):
    first = await submitted(rig, "r1")
    again = await submitted(rig, "r2")
    assert again == first
    assert len(await rig.desk.list_requests(BOB)) == 1


async def test_other_statement_or_other_account_is_another_request(rig):
    await submitted(rig, "r1")
    await submitted(rig, "r2", text="delete from orders where id = 2")
    await submitted(rig, "r3", requester="robo", is_agent=True)
    assert len(await rig.desk.list_requests(BOB)) == 3


async def test_eligible_are_other_people_with_the_role_and_reach(rig):
    assert await rig.desk.eligible(draft("r1", rig.clock.now())) == ("bob", "carol", "root")
    assert await rig.desk.eligible(draft("r1", rig.clock.now(), requester="bob")) == (
        "carol",
        "root",
    )
    await rig.store.set_disabled("root", True)
    await rig.store.set_targets("carol", [])
    assert await rig.desk.eligible(draft("r1", rig.clock.now())) == ("bob",)


async def test_request_that_nobody_may_decide_is_refused_in_words(rig):
    for name in ("bob", "carol", "root"):
        await rig.store.set_disabled(name, True)
    with pytest.raises(AccessError, match="Nobody else may approve this"):
        await submitted(rig)
    assert rig.audit.events() == []


async def test_request_for_more_people_than_there_are_is_refused(rig):
    with pytest.raises(AccessError, match="takes 4 approvals, and only 3"):
        await submitted(rig, needed=4)


@pytest.mark.parametrize(
    ("requester", "is_agent", "most"),
    [("alice", False, PENDING_MAX_PEOPLE), ("robo", True, PENDING_MAX_AGENTS)],
)
async def test_flood_of_requests_is_refused(rig, requester, is_agent, most):
    who = {"requester": requester, "is_agent": is_agent}
    for number in range(most):
        await submitted(rig, f"r{number}", text=f"delete from t where id = {number}", **who)
    with pytest.raises(AccessError, match="requests waiting"):
        await submitted(rig, "more", text="delete from t", **who)
    await rig.desk.decide(BOB, "r0", approve=False, reason="no")
    assert (await submitted(rig, "more", text="delete from t", **who)).id == "more"


async def test_flood_limit_holds_when_all_come_at_once(rig):
    who = {"requester": "robo", "is_agent": True}
    answers = await asyncio.gather(
        *(submitted(rig, f"r{n}", text=f"delete from t where id={n}", **who) for n in range(12)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Approval) for answer in answers) == PENDING_MAX_AGENTS


# --- decide ---


async def test_decision_is_on_record_before_it_counts(rig):
    await submitted(rig)
    rig.audit.is_broken = True
    with pytest.raises(RecordingError):
        await rig.desk.decide(BOB, "r1", approve=True, reason="")
    stored = await rig.store.get("r1")
    assert stored is not None
    assert (stored.state, stored.decisions) == (ApprovalState.PENDING, ())


async def test_yes_approves_and_no_denies_with_its_reason(rig):
    await submitted(rig, "r1")
    await submitted(rig, "r2", text="delete from other")
    yes = await rig.desk.decide(BOB, "r1", approve=True, reason="fine")
    no = await rig.desk.decide(BOB, "r2", approve=False, reason="not on a Friday")
    assert yes.state is ApprovalState.APPROVED
    assert no.state is ApprovalState.DENIED
    assert no.decisions[0].reason == "not on a Friday"


async def test_administrator_does_not_approve_their_own(rig):
    await rig.store.set_roles("alice", [Role.ENGINEER, Role.REVIEWER, Role.ADMIN])
    await submitted(rig)
    alice = principal("alice", Role.REVIEWER, Role.ADMIN)
    with pytest.raises(SelfApprovalError):
        await rig.desk.decide(alice, "r1", approve=True, reason="")


async def test_owner_does_not_approve_what_the_agent_asks(rig):
    await rig.store.set_roles("alice", [Role.ENGINEER, Role.REVIEWER])
    await submitted(rig, requester="robo", is_agent=True)
    with pytest.raises(SelfApprovalError):
        await rig.desk.decide(principal("alice"), "r1", approve=True, reason="")


async def test_agent_does_not_decide(rig):
    await submitted(rig, requester="robo", is_agent=True)
    with pytest.raises((AccessError, SelfApprovalError)):
        await rig.desk.decide(AGENT, "r1", approve=True, reason="")


@pytest.mark.parametrize(
    "take_away",
    [
        lambda store: store.set_disabled("bob", True),
        lambda store: store.set_roles("bob", [Role.ENGINEER]),
        lambda store: store.set_targets("bob", []),
        lambda store: store.remove_key("bob", some_key("bob").fingerprint),
        lambda store: store.panic(PanicKind.USER, "bob", by="root", reason="lost laptop"),
        lambda store: store.panic(PanicKind.ALL, "", by="root", reason="drill"),
    ],
    ids=["disabled", "role", "target", "key", "panic", "panic for all"],
)
async def test_reviewer_who_lost_the_right_after_login_does_not_decide(rig, take_away):
    await submitted(rig)
    await take_away(rig.store)
    with pytest.raises((AccessError, UnknownRequestError)):
        await rig.desk.decide(BOB, "r1", approve=True, reason="")
    stored = await rig.store.get("r1")
    assert stored is not None
    assert stored.state is ApprovalState.PENDING


async def test_reviewer_without_an_account_does_not_decide(rig):
    """An identity that cannot be looked up is nobody, not somebody else."""
    await submitted(rig)
    with pytest.raises(AccessError):
        await rig.desk.decide(principal("ghost"), "r1", approve=True, reason="")


async def test_second_reviewer_is_told_who_was_first(rig):
    await submitted(rig)
    await rig.desk.decide(BOB, "r1", approve=True, reason="")
    with pytest.raises(NotPendingError, match="bob decided"):
        await rig.desk.decide(CAROL, "r1", approve=False, reason="no")


async def test_two_approvals_at_the_same_moment_both_count(rig):
    await submitted(rig, needed=2)
    await asyncio.gather(
        rig.desk.decide(BOB, "r1", approve=True, reason=""),
        rig.desk.decide(CAROL, "r1", approve=True, reason=""),
    )
    request = await rig.desk.get(ALICE, "r1")
    assert request.state is ApprovalState.APPROVED
    assert sorted(request.approved_by) == ["bob", "carol"]


async def test_one_person_does_not_count_twice(rig):
    await submitted(rig, needed=2)
    await rig.desk.decide(BOB, "r1", approve=True, reason="")
    with pytest.raises(NotPendingError, match="another person"):
        await rig.desk.decide(BOB, "r1", approve=True, reason="")


async def test_no_decision_after_expiry(rig):
    await submitted(rig)
    rig.clock.advance(900)
    with pytest.raises(NotPendingError, match="expired"):
        await rig.desk.decide(BOB, "r1", approve=True, reason="")
    assert (await rig.desk.get(ALICE, "r1")).state is ApprovalState.EXPIRED


async def test_yes_is_revoked_with_a_reason_and_then_nothing_runs(rig):
    request = await submitted(rig)
    await rig.desk.decide(BOB, "r1", approve=True, reason="")
    with pytest.raises(ApprovalError, match="reason"):
        await rig.desk.revoke(CAROL, "r1", " ")
    await rig.desk.revoke(CAROL, "r1", "wrong table")
    with pytest.raises(NotPendingError):
        await rig.desk.claim("r1", request.digest)
    assert rig.audit.events()[-1] == "approval.revoked"


# --- seeing ---


async def test_requests_of_others_look_like_none_at_all(rig):
    await submitted(rig)
    for viewer in (
        principal("eve", Role.ENGINEER),
        principal("eve", Role.REVIEWER, targets=frozenset({"other"})),
        principal("bot", Role.AGENT, Role.REVIEWER, person="bob", is_agent=True),
        AGENT,
    ):
        with pytest.raises(UnknownRequestError) as theirs:
            await rig.desk.get(viewer, "r1")
        with pytest.raises(UnknownRequestError) as missing:
            await rig.desk.get(viewer, "nothing")
        assert theirs.value.message == missing.value.message
        assert await rig.desk.list_requests(viewer) == ()


async def test_person_and_overseers_see_a_request(rig):
    await submitted(rig, requester="robo", is_agent=True)
    viewers = (AGENT, ALICE, BOB, principal("ann", Role.AUDITOR), principal("r", Role.ADMIN))
    for viewer in viewers:
        assert [request.id for request in await rig.desk.list_requests(viewer)] == ["r1"]


async def test_list_of_pending_leaves_out_what_has_ended(rig):
    await submitted(rig)
    await rig.desk.decide(BOB, "r1", approve=False, reason="no")
    assert await rig.desk.list_requests(BOB) == ()
    assert len(await rig.desk.list_requests(BOB, pending_only=False)) == 1


# --- waiting ---


async def waiting(rig, group, request_id="r1"):
    task = group.create_task(rig.desk.wait(request_id, timeout_s=None))
    await asyncio.sleep(0.05)
    assert not task.done()
    return task


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (
            lambda rig: rig.desk.decide(BOB, "r1", approve=True, reason=""),
            ApprovalState.APPROVED,
        ),
        (
            lambda rig: rig.desk.decide(BOB, "r1", approve=False, reason="no"),
            ApprovalState.DENIED,
        ),
        (lambda rig: rig.desk.withdraw(ALICE, "r1"), ApprovalState.WITHDRAWN),
        (lambda rig: rig.desk.withdraw_session("s1"), ApprovalState.WITHDRAWN),
    ],
    ids=["yes", "no", "requester", "session"],
)
async def test_wait_ends_by_what_ends_the_request(rig, end, state):
    await submitted(rig, session_id="s1")
    async with asyncio.TaskGroup() as group:
        task = await waiting(rig, group)
        await end(rig)
        assert (await task).state is state


async def test_wait_ends_by_expiry_which_is_recorded_once(rig):
    await submitted(rig)
    async with asyncio.TaskGroup() as group:
        tasks = [await waiting(rig, group) for _ in range(3)]
        rig.clock.advance(900)
        assert {(await task).state for task in tasks} == {ApprovalState.EXPIRED}
    assert rig.audit.events().count("approval.expired") == 1


async def test_request_that_nobody_waits_for_expires_and_is_told(rig):
    await submitted(rig)
    rig.clock.advance(899)
    await rig.desk.expire_due()
    assert rig.messages.told[-1][0] == "approval.requested"
    rig.clock.advance(1)
    await rig.desk.expire_due()
    assert rig.messages.told[-1][0] == "approval.expired"


async def test_wait_with_a_timeout_comes_back_pending(rig):
    await submitted(rig)
    assert (await rig.desk.wait("r1", timeout_s=0)).state is ApprovalState.PENDING
    async with asyncio.TaskGroup() as group:
        task = group.create_task(rig.desk.wait("r1", timeout_s=10))
        await asyncio.sleep(0.05)
        assert not task.done()
        rig.clock.advance(11)
        assert (await task).state is ApprovalState.PENDING


async def test_wait_for_nothing_is_refused(rig):
    with pytest.raises(UnknownRequestError):
        await rig.desk.wait("nothing", timeout_s=None)


async def test_waiting_is_pushed_to_not_polled(tmp_path):
    """Two servers on one store, with no safety poll to speak of."""
    clock = FakeClock()
    async with opened_desk(tmp_path, clock) as here, opened_desk(tmp_path, clock) as there:
        await add_people(here.store)
        here.desk._safety_poll_s = 60.0
        await submitted(here)
        async with asyncio.TaskGroup() as group, asyncio.timeout(30):
            task = await waiting(here, group)
            await there.desk.decide(BOB, "r1", approve=True, reason="")
            assert (await task).state is ApprovalState.APPROVED


async def test_end_of_the_session_leaves_what_is_not_bound_to_it(rig):
    request = draft("r1", rig.clock.now())
    await rig.desk.submit(dataclasses.replace(request, session_id="s1", is_interactive=False))
    await submitted(rig, "r2", session_id="s1", text="delete from a")
    await submitted(rig, "r3", session_id="s2", text="delete from b")
    await rig.desk.withdraw_session("s1")
    states = {r.id: r.state for r in await rig.desk.list_requests(BOB, pending_only=False)}
    assert states == {
        "r1": ApprovalState.PENDING,
        "r2": ApprovalState.WITHDRAWN,
        "r3": ApprovalState.PENDING,
    }


async def test_end_of_the_session_withdraws_all_even_when_none_can_be_recorded(rig):
    await submitted(rig, "r1", session_id="s1")
    await submitted(rig, "r2", session_id="s1", text="delete from a")
    rig.audit.is_broken = True
    await rig.desk.withdraw_session("s1")
    requests = await rig.desk.list_requests(BOB, pending_only=False)
    assert {request.state for request in requests} == {ApprovalState.WITHDRAWN}


async def test_only_its_person_withdraws_a_request(rig):
    await submitted(rig, requester="robo", is_agent=True)
    with pytest.raises(AccessError, match="Only its requester"):
        await rig.desk.withdraw(BOB, "r1")
    assert (await rig.desk.withdraw(ALICE, "r1")).state is ApprovalState.WITHDRAWN


async def test_subscriber_hears_every_change(rig):
    heard: list[str] = []
    stop = rig.desk.subscribe(heard.append)
    await submitted(rig)
    await rig.desk.decide(BOB, "r1", approve=True, reason="")
    await eventually(lambda: heard == ["r1", "r1"])
    stop()
    await rig.desk.withdraw(ALICE, "r1")
    await asyncio.sleep(0.2)
    assert heard == ["r1", "r1"]


async def test_restart_keeps_what_waits_and_never_runs_again_what_ran(tmp_path):
    clock = FakeClock()
    async with opened_desk(tmp_path, clock) as rig:
        await add_people(rig.store)
        await submitted(rig, "kept")
        await submitted(rig, "bound", text="delete from a", session_id="s1")
        ran = await submitted(rig, "ran", text="delete from b")
        await rig.desk.decide(BOB, "ran", approve=True, reason="")
        await rig.desk.claim("ran", ran.digest)
    async with opened_desk(tmp_path, clock) as rig:
        assert await rig.desk.recover() == 2
        states = {r.id: r.state for r in await rig.desk.list_requests(BOB, pending_only=False)}
        assert states == {
            "kept": ApprovalState.PENDING,
            "bound": ApprovalState.WITHDRAWN,
            "ran": ApprovalState.UNKNOWN,
        }


# --- one run, whoever races ---


async def test_claim_then_finish_is_the_whole_life(rig):
    request = await submitted(rig)
    with pytest.raises(NotPendingError, match="pending"):
        await rig.desk.claim("r1", request.digest)
    await rig.desk.decide(BOB, "r1", approve=True, reason="")
    with pytest.raises(ApprovalError, match="not what was approved"):
        await rig.desk.claim("r1", "0" * 64)
    await rig.desk.claim("r1", request.digest)
    with pytest.raises(NotPendingError):
        await rig.desk.withdraw(ALICE, "r1")
    assert (await rig.desk.finish("r1", ApprovalState.DONE)).state is ApprovalState.DONE
    with pytest.raises(ApprovalError):
        await rig.desk.finish("r1", ApprovalState.FAILED)


async def test_expired_yes_does_not_run(rig):
    request = await submitted(rig)
    await rig.desk.decide(BOB, "r1", approve=True, reason="")
    rig.clock.set_wall(rig.clock.now() + timedelta(minutes=15))
    with pytest.raises(NotPendingError):
        await rig.desk.claim("r1", request.digest)
