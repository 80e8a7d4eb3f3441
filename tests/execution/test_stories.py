"""Stories of many requests and people over the real desk and store, beside a second bookkeeper.

The desk keeps its books in the store; the story keeps its own, from what the desk answered alone,
and knows only the promises: one run at most, never without enough other persons, never after an
end. Hypothesis looks for an order of steps in which the two disagree.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bastion.core.approval import Approval, ApprovalState
from bastion.core.model import Principal, Role
from bastion.errors import AccessError, ApprovalError, UnknownRequestError
from bastion.execution.approvals import ApprovalDesk
from bastion.store.panics import PanicKind
from tests.fakes.clock import FakeClock
from tests.fakes.store import DeskRig, add_people, draft, opened_desk, principal, some_key

PEOPLE = {
    "alice": principal("alice", Role.ENGINEER, Role.REVIEWER, Role.ADMIN),
    "bob": principal("bob"),
    "carol": principal("carol"),
    "root": principal("root", Role.ADMIN),
}
ALIASES = {
    "alice by her second key": dataclasses.replace(
        PEOPLE["alice"], key_fingerprint=some_key("alice2").fingerprint
    ),
    "alice by the name she had": principal("alicia", Role.REVIEWER, Role.ADMIN, person="alice"),
    "alice by her agent": principal(
        "robo", Role.AGENT, Role.REVIEWER, person="alice", is_agent=True
    ),
    "bob by the name he had": principal("robert", Role.REVIEWER, person="bob"),
    "nobody": principal("bob", person=""),
    "an engineer": principal("dora", Role.ENGINEER),
}
ANYBODY = PEOPLE | ALIASES
REQUESTERS = ("alice", "robo", "bob")
_NUMBERS = itertools.count()


@dataclass
class Book:
    """What the story itself knows of one request."""

    request: Approval
    yes: set[str] = field(default_factory=set)
    is_over: bool = False
    runs: int = 0
    outcome: ApprovalState | None = None


class Stage:
    """One store for all stories: opening one for each would cost more than the story."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.runs = 0
        self.stack = contextlib.AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory(prefix="stories-")
        self.clock = FakeClock()
        self.rig: DeskRig = self.run(self._open())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    async def _open(self) -> DeskRig:
        rig = await self.stack.enter_async_context(opened_desk(Path(self.folder.name), self.clock))
        await add_people(rig.store)
        await rig.store.set_roles("alice", [Role.ENGINEER, Role.REVIEWER, Role.ADMIN])
        return rig

    def close(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()


class Story(RuleBasedStateMachine):
    """Any steps in any order, by anybody."""

    stage: Stage

    @initialize()
    def begin(self) -> None:
        self.rig = self.stage.rig
        self.desk = self.rig.desk
        self.clock = self.stage.clock
        self.books: dict[str, Book] = {}
        self.disabled: set[str] = set()
        self.panicked: set[str] = set()

    def teardown(self) -> None:
        for name in sorted(self.disabled):
            self.run(self.rig.store.set_disabled(name, False))
        for name in sorted(self.panicked):
            self.run(self.rig.store.lift(PanicKind.USER, name, by="test"))
        for book in self.books.values():
            if not book.is_over and not book.runs:
                self.run(self.desk.withdraw_session(book.request.session_id))
                with contextlib.suppress(ApprovalError, AccessError):
                    self.run(self.desk.withdraw(self.requester(book), book.request.id))
            elif book.runs and book.outcome is None:
                self.run(self.desk.finish(book.request.id, ApprovalState.FAILED))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.stage.run(work)

    def attempt(self, work: Coroutine[Any, Any, Approval]) -> Approval | None:
        """Give the answer; None for any refusal in words."""
        try:
            answer: Approval = self.run(work)
        except (ApprovalError, AccessError, UnknownRequestError):
            return None
        return answer

    def requester(self, book: Book) -> Principal:
        if book.request.is_agent:
            return principal("robo", Role.AGENT, person="alice", is_agent=True)
        return PEOPLE[book.request.requester]

    def pick(self, place: int) -> Book:
        return list(self.books.values())[place % len(self.books)]

    def may_act(self, who: Principal) -> bool:
        known = who.user in PEOPLE and who.person == who.user
        return known and who.user not in self.disabled and who.user not in self.panicked

    def is_late(self, book: Book) -> bool:
        return self.clock.now() >= book.request.expires_at

    @rule(who=st.sampled_from(REQUESTERS), needed=st.integers(1, 2), is_interactive=st.booleans())
    def submit(self, who: str, needed: int, is_interactive: bool) -> None:
        number = next(_NUMBERS)
        asked = draft(
            f"r{number}", self.clock.now(), requester=who, is_agent=who == "robo", needed=needed,
            text=f"delete from t where id = {number}",
            session_id=f"s{number}" if is_interactive else "",
        )  # fmt: skip
        filed = self.attempt(self.desk.submit(asked))
        if filed is not None:
            self.books[filed.id] = Book(request=filed)

    @precondition(lambda self: self.books)
    @rule(
        place=st.integers(0, 2), who=st.sampled_from(sorted(ANYBODY)), approve=st.booleans(),
        reason=st.sampled_from(["", "because"]),
    )  # fmt: skip
    def decide(self, place: int, who: str, approve: bool, reason: str) -> None:
        book, reviewer = self.pick(place), ANYBODY[who]
        word = self.desk.decide(reviewer, book.request.id, approve=approve, reason=reason)
        decided = self.attempt(word)
        if decided is None:
            return
        assert self.may_act(reviewer)
        assert reviewer.person != book.request.person
        assert reviewer.person not in book.yes
        assert not book.is_over
        assert not self.is_late(book)
        assert approve or reason
        if approve:
            book.yes.add(reviewer.person)
        else:
            book.is_over = True

    @precondition(lambda self: self.books)
    @rule(place=st.integers(0, 2))
    def all_say_yes(self, place: int) -> None:
        for who in ("bob", "carol", "root"):
            self.decide(place, who, True, "")

    @precondition(lambda self: self.books)
    @rule(place=st.integers(0, 2), is_same=st.sampled_from([True, True, True, False]))
    def claim(self, place: int, is_same: bool) -> None:
        book = self.pick(place)
        digest = book.request.digest if is_same else "0" * 64
        if self.attempt(self.desk.claim(book.request.id, digest)) is None:
            return
        book.runs += 1
        self.stage.runs += 1
        assert book.runs == 1
        assert is_same
        assert not book.is_over
        assert not self.is_late(book)
        assert len(book.yes) >= book.request.approvals_needed
        assert book.request.person not in book.yes

    @precondition(lambda self: self.books)
    @rule(
        place=st.integers(0, 2),
        outcome=st.sampled_from(
            [ApprovalState.DONE, ApprovalState.FAILED, ApprovalState.UNKNOWN, ApprovalState.PENDING]
        ),
    )
    def finish(self, place: int, outcome: ApprovalState) -> None:
        book = self.pick(place)
        if self.attempt(self.desk.finish(book.request.id, outcome)) is None:
            return
        assert book.runs == 1
        assert book.outcome is None
        assert outcome is not ApprovalState.PENDING
        book.outcome = outcome

    @precondition(lambda self: self.books)
    @rule(place=st.integers(0, 2), who=st.sampled_from(sorted(ANYBODY)))
    def withdraw(self, place: int, who: str) -> None:
        book = self.pick(place)
        if self.attempt(self.desk.withdraw(ANYBODY[who], book.request.id)) is None:
            return
        assert ANYBODY[who].person == book.request.person
        assert not book.runs
        book.is_over = True

    @precondition(lambda self: self.books)
    @rule(place=st.integers(0, 2), who=st.sampled_from(sorted(ANYBODY)))
    def revoke(self, place: int, who: str) -> None:
        book, reviewer = self.pick(place), ANYBODY[who]
        if self.attempt(self.desk.revoke(reviewer, book.request.id, "because")) is None:
            return
        assert self.may_act(reviewer)
        assert reviewer.person != book.request.person
        assert not book.runs
        book.is_over = True

    @precondition(lambda self: self.books)
    @rule(place=st.integers(0, 2))
    def end_its_session(self, place: int) -> None:
        book = self.pick(place)
        if book.request.is_interactive:
            self.run(self.desk.withdraw_session(book.request.session_id))
            book.is_over = book.is_over or not book.runs

    @rule(seconds=st.sampled_from([1, 2, 60, 899]))
    def let_time_pass(self, seconds: int) -> None:
        self.clock.advance(seconds)
        for book in self.books.values():
            book.is_over = book.is_over or (not book.runs and self.is_late(book))

    @rule()
    def expire_due(self) -> None:
        self.run(self.desk.expire_due())

    @rule(name=st.sampled_from(["alice", "bob", "carol"]))
    def disable_or_enable(self, name: str) -> None:
        self.disabled ^= {name}
        self.run(self.rig.store.set_disabled(name, name in self.disabled))

    @rule(name=st.sampled_from(["bob", "carol"]))
    def panic_or_lift(self, name: str) -> None:
        self.panicked ^= {name}
        if name in self.panicked:
            work = self.rig.store.panic(PanicKind.USER, name, by="test", reason="story")
        else:
            work = self.rig.store.lift(PanicKind.USER, name, by="test")
        self.run(work)

    @rule()
    def restart(self) -> None:
        """The server ends and starts: what waited stays, what hung on a session goes."""
        before = {key: self.state_of(book) for key, book in self.books.items()}
        old = self.desk
        self.desk = ApprovalDesk(
            old._approvals, old._users, old._notifier, self.clock, old._audit, old._messenger,
            sign=old._sign, safety_poll_s=0.05, flood_step_s=0.001,
        )  # fmt: skip
        self.run(self.desk.recover())
        for key, book in self.books.items():
            after = self.state_of(book)
            if book.runs and book.outcome is None:
                assert after is ApprovalState.UNKNOWN
                book.outcome = after
            elif book.request.is_interactive and not book.runs:
                book.is_over = True
                assert after not in {ApprovalState.PENDING, ApprovalState.APPROVED}
            else:
                assert after is before[key]

    def state_of(self, book: Book) -> ApprovalState:
        found = self.run(self.rig.store.get(book.request.id))
        late = found.state in {ApprovalState.PENDING, ApprovalState.APPROVED}
        if late and self.clock.now() >= found.expires_at:
            return ApprovalState.EXPIRED
        state: ApprovalState = found.state
        return state

    @invariant()
    def the_store_agrees(self) -> None:
        for book in getattr(self, "books", {}).values():
            state = self.state_of(book)
            if book.runs:
                expected = {book.outcome or ApprovalState.RUNNING}
            elif book.is_over:
                expected = {
                    ApprovalState.DENIED, ApprovalState.EXPIRED, ApprovalState.WITHDRAWN,
                    ApprovalState.REVOKED,
                }  # fmt: skip
            elif len(book.yes) >= book.request.approvals_needed:
                expected = {ApprovalState.APPROVED}
            else:
                expected = {ApprovalState.PENDING}
            assert state in expected, (state, book)


@pytest.fixture
def stage():
    stage = Stage()
    yield stage
    stage.close()


def tell(stage: Stage, stories: int, steps: int, *, is_drawn: bool = False) -> None:
    kind = type("StagedStory", (Story,), {"stage": stage})
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=stories, stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck), derandomize=not is_drawn,
        ),
    )  # fmt: skip
    # Stories in which nothing runs would prove nothing.
    assert stage.runs > stories // 20


def test_no_story_breaks_a_promise(stage: Stage):
    tell(stage, stories=100, steps=25)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_none_of_ten_thousand_stories_breaks_a_promise(stage: Stage):
    tell(stage, stories=10_000, steps=25, is_drawn=True)
