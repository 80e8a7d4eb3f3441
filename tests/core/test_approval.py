from __future__ import annotations

import dataclasses
import itertools
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bastion.core import approval as life
from bastion.core.approval import Approval, ApprovalState, RunContext, binding_digest
from bastion.core.model import Principal, Role
from bastion.errors import AccessError, ApprovalError, NotPendingError, SelfApprovalError
from tests.fakes.clock import START
from tests.fakes.store import draft, principal

BOB = principal("bob")
CAROL = principal("carol")


def request(**changes: object) -> Approval:
    return dataclasses.replace(draft("r1", START), **changes)


def approved() -> Approval:
    return life.decide(request(), reviewer=BOB, approve=True, reason="", now=START)


def test_one_yes_approves_and_one_claim_runs():
    running = life.claim(approved(), digest=request().digest, now=START)
    assert running.state is ApprovalState.RUNNING
    with pytest.raises(NotPendingError):
        life.claim(running, digest=running.digest, now=START)


def test_a_yes_is_taken_back_once_while_its_run_goes_on_and_not_after_it():
    running = life.claim(approved(), digest=request().digest, now=START)
    late = life.revoke(running, reviewer=CAROL, reason="no", now=START)
    assert (late.state, late.decisions[-1].is_revocation) == (ApprovalState.RUNNING, True)
    with pytest.raises(NotPendingError):
        life.revoke(late, reviewer=BOB, reason="no", now=START)
    done = life.finish(running, outcome=ApprovalState.DONE, now=START)
    with pytest.raises(NotPendingError):
        life.revoke(done, reviewer=CAROL, reason="no", now=START)


def test_edited_statement_cannot_ride_on_an_old_yes():
    edited = draft("r1", START, text="delete from orders").digest
    with pytest.raises(ApprovalError, match="not what was approved"):
        life.claim(approved(), digest=edited, now=START)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("user", ["alice", "alice-admin", "robo"])
def test_no_account_of_the_requesters_person_may_decide(role, user):
    """Persons are compared, not accounts; an administrator is no exception."""
    reviewer = principal(user, role, Role.REVIEWER, Role.ADMIN, person="alice")
    for approve in (True, False):
        with pytest.raises(SelfApprovalError):
            life.decide(request(), reviewer=reviewer, approve=approve, reason="x", now=START)


def test_owner_cannot_approve_what_the_agent_asks():
    asked = draft("r1", START, requester="robo", is_agent=True)
    with pytest.raises(SelfApprovalError):
        life.decide(asked, reviewer=principal("alice"), approve=True, reason="", now=START)


@pytest.mark.parametrize(
    ("reviewer", "asked"),
    [
        (principal("bob", person=""), request()),
        (BOB, request(person="")),
        (principal("bot", Role.AGENT, Role.REVIEWER, person="bob", is_agent=True), request()),
        (principal("eve", Role.ENGINEER), request()),
        (principal("eve", Role.AUDITOR), request()),
        (principal("bob", targets=frozenset({"other"})), request()),
        (principal("bob", targets=frozenset()), request()),
    ],
    ids=["no person", "nobody asked", "agent", "engineer", "auditor", "other target", "none"],
)
def test_who_may_not_decide_is_refused(reviewer, asked):
    with pytest.raises(AccessError):
        life.decide(asked, reviewer=reviewer, approve=True, reason="", now=START)


def test_denial_without_a_reason_is_refused():
    with pytest.raises(ApprovalError, match="reason"):
        life.decide(request(), reviewer=BOB, approve=False, reason="  ", now=START)


def test_two_approvals_need_two_persons():
    asked = request(approvals_needed=2)
    once = life.decide(asked, reviewer=BOB, approve=True, reason="", now=START)
    assert once.state is ApprovalState.PENDING
    second_account = principal("bob-admin", Role.ADMIN, person="bob")
    with pytest.raises(NotPendingError, match="another person"):
        life.decide(once, reviewer=second_account, approve=True, reason="", now=START)
    both = life.decide(once, reviewer=CAROL, approve=True, reason="", now=START)
    assert both.state is ApprovalState.APPROVED
    assert both.approved_by == ("bob", "carol")


def test_second_reviewer_is_told_who_was_first():
    with pytest.raises(NotPendingError, match="bob decided at 12:00:00"):
        life.decide(approved(), reviewer=CAROL, approve=False, reason="no", now=START)


def test_nothing_happens_after_expiry():
    late = START + timedelta(minutes=15)
    with pytest.raises(NotPendingError, match="expired"):
        life.decide(request(), reviewer=BOB, approve=True, reason="", now=late)
    with pytest.raises(NotPendingError, match="expired"):
        life.claim(approved(), digest=request().digest, now=late)
    assert life.expire(approved(), now=late).state is ApprovalState.EXPIRED


def test_request_does_not_expire_a_moment_early():
    asked = request()
    before = asked.expires_at - timedelta(microseconds=1)
    assert life.expire(asked, now=before) is asked


def test_digest_changes_with_everything_that_it_covers():
    context = RunContext(target="t", database="d", schema="s", role="r", settings=(("a", "b"),))
    variants = [
        binding_digest("x", (), context, ""),
        binding_digest("y", (), context, ""),
        binding_digest("x", (b"1",), context, ""),
        binding_digest("x", (None,), context, ""),
        binding_digest("x", (b"",), context, ""),
        binding_digest("x", (), context, "session"),
        *(
            binding_digest("x", (), dataclasses.replace(context, **{name: "zz"}), "")
            for name in ("target", "database", "schema", "role")
        ),
        binding_digest("x", (), dataclasses.replace(context, settings=()), ""),
        binding_digest("x", (), dataclasses.replace(context, target="td", database=""), ""),
    ]
    assert all(a != b for a, b in itertools.combinations(variants, 2))


DEAD = {
    ApprovalState.DENIED,
    ApprovalState.EXPIRED,
    ApprovalState.WITHDRAWN,
    ApprovalState.REVOKED,
    ApprovalState.DONE,
    ApprovalState.FAILED,
    ApprovalState.UNKNOWN,
}
PRINCIPALS = st.builds(
    lambda user, person, roles, is_agent: Principal(
        user=user,
        person=person,
        is_agent=is_agent,
        roles=roles,
        targets=None,
        key_fingerprint="",
        source="",
    ),
    user=st.sampled_from(["alice", "alice2", "bob", "bob2", "carol", "robo"]),
    person=st.sampled_from(["alice", "bob", "carol", "dave", ""]),
    roles=st.frozensets(st.sampled_from(list(Role)), max_size=3),
    is_agent=st.booleans(),
)


class ApprovalStory(RuleBasedStateMachine):
    """Any steps in any order, by anybody: the promises hold after each."""

    @initialize(needed=st.integers(1, 3), person=st.sampled_from(["alice", "bob", ""]))
    def begin(self, needed, person):
        self.now = START
        self.request = dataclasses.replace(
            draft("r1", START, needed=needed), person=person, requester=person or "alice"
        )
        self.runs = 0
        self.was = [self.request.state]

    def step(self, move):
        try:
            after = move(self.request)
        except (ApprovalError, AccessError):
            return
        if after is not self.request:
            assert after.revision == self.request.revision + 1
            assert self.request.state not in DEAD
            is_running = self.request.state is ApprovalState.RUNNING
            self.runs += after.state is ApprovalState.RUNNING and not is_running
            self.was.append(after.state)
        self.request = after

    @rule(seconds=st.sampled_from([0, 1, 60, 899, 900]))
    def let_time_pass(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(reviewer=PRINCIPALS, approve=st.booleans(), reason=st.sampled_from(["", "because"]))
    def decide(self, reviewer, approve, reason):
        self.step(
            lambda r: life.decide(
                r, reviewer=reviewer, approve=approve, reason=reason, now=self.now
            )
        )

    @rule(user=st.sampled_from(["bob", "carol", "dave"]))
    def good_reviewer_says_yes(self, user):
        reviewer = principal(user)
        self.step(
            lambda r: life.decide(r, reviewer=reviewer, approve=True, reason="", now=self.now)
        )

    @rule(is_same=st.booleans())
    def claim(self, is_same):
        digest = self.request.digest if is_same else "0" * 64
        state, now = self.request.state, self.now
        self.step(lambda r: life.claim(r, digest=digest, now=now))
        if self.request.state is ApprovalState.RUNNING and state is not ApprovalState.RUNNING:
            assert is_same
            assert state is ApprovalState.APPROVED
            assert now < self.request.expires_at

    @rule()
    def withdraw(self):
        self.step(lambda r: life.withdraw(r, now=self.now))

    @rule(reviewer=PRINCIPALS)
    def revoke(self, reviewer):
        self.step(lambda r: life.revoke(r, reviewer=reviewer, reason="no", now=self.now))

    @rule()
    def expire(self):
        self.step(lambda r: life.expire(r, now=self.now))

    @precondition(lambda self: self.request.state is ApprovalState.RUNNING)
    @rule(outcome=st.sampled_from(list(ApprovalState)))
    def finish(self, outcome):
        self.step(lambda r: life.finish(r, outcome=outcome, now=self.now))

    @invariant()
    def it_runs_at_most_once(self):
        assert self.runs <= 1

    @invariant()
    def nothing_that_ended_runs(self):
        ended = next((i for i, state in enumerate(self.was) if state in DEAD), None)
        if ended is not None:
            assert ended == len(self.was) - 1

    @invariant()
    def every_decision_is_another_persons(self):
        persons = [decision.person for decision in self.request.decisions]
        assert self.request.person not in persons
        assert "" not in persons
        # Who said yes may take it back; nobody decides twice otherwise.
        decided = [one.person for one in self.request.decisions if not one.is_revocation]
        assert len(set(decided)) == len(decided)

    @invariant()
    def what_takes_a_yes_back_is_the_last_word(self):
        taken = [one.is_revocation for one in self.request.decisions]
        if any(taken):
            assert self.request.state is ApprovalState.REVOKED or self.runs == 1
        assert any(taken) or self.request.state is not ApprovalState.REVOKED
        assert not any(taken[:-1])

    @invariant()
    def a_yes_has_all_its_approvals(self):
        if ApprovalState.APPROVED in self.was:
            assert len(self.request.approved_by) >= self.request.approvals_needed
            assert self.request.person


TestApprovalStory = ApprovalStory.TestCase
TestApprovalStory.settings = settings(max_examples=200, stateful_step_count=20, deadline=None)
