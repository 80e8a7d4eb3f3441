"""The words of ADR 0003 are those that people read: both ways, so that neither drifts."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from bastion.core import approval as life
from bastion.core.approval import Approval, ApprovalState
from bastion.core.model import Finished, Resumed, Role, Status
from bastion.errors import NotPendingError
from bastion.execution.holding import waiting_event, words_for_taken_back, words_for_unapproved
from bastion.frontends.narration import (
    decided_text,
    hold_text,
    outcome_text,
    resumed_text,
    revoked_text,
    withdrawn_text,
)
from tests.fakes.store import draft, principal

ADR = Path(__file__).parents[2] / "docs" / "adr" / "0003-the-life-of-an-approval.md"
NOW = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
BOB, CAROL = principal("bob", Role.REVIEWER), principal("carol", Role.REVIEWER)


def written() -> set[str]:
    """Read what the table quotes: words with a blank in them; verbs and names have none."""
    rows = [line for line in ADR.read_text().splitlines() if re.match(r"\| \d", line)]
    assert len(rows) == 11
    quoted = {one for row in rows for one in re.findall(r"`([^`]+)`", row)}
    return {one for one in quoted if " " in one and not re.fullmatch(r"req \w+", one)}


def decided(request: Approval, *, approve: bool, by: object = BOB) -> Approval:
    return life.decide(request, reviewer=by, approve=approve, reason="REASON", now=NOW)  # type: ignore[arg-type]


def ended(request: Approval) -> str:
    """Say to the requester how the wait ended."""
    status, message = words_for_unapproved(request, is_dirty=False)
    return outcome_text(Finished(index=1, status=status, message=message), request.text)


def shown() -> Iterator[str]:
    """Give what requester and reviewers read, step by step."""
    pending = draft("ID", NOW)
    approved = decided(pending, approve=True)
    waiting = waiting_event(pending, ("bob",), in_transaction=False)
    yield hold_text(waiting, NOW, closing=()).splitlines()[0]
    resumed = Resumed(request_id="ID", approved_by=approved.approved_by, comment="REASON")
    yield resumed_text(resumed)
    yield decided_text(approved, is_yes=True)
    yield decided_text(decided(draft("ID", NOW, needed=2), approve=True), is_yes=True)
    denied = decided(pending, approve=False)
    yield ended(denied)
    yield decided_text(denied, is_yes=False)
    yield ended(life.expire(pending, now=pending.expires_at))
    with contextlib.suppress(NotPendingError):
        yield refusal(pending, at=pending.expires_at)
    yield ended(life.withdraw(pending, now=NOW))
    yield withdrawn_text("ID")
    yield ended(life.revoke(approved, reviewer=BOB, reason="REASON", now=NOW))
    running = life.claim(approved, digest=approved.digest, now=NOW)
    late = life.revoke(running, reviewer=BOB, reason="REASON", now=NOW)
    message = f"{words_for_taken_back(late)} It was rolled back."
    yield outcome_text(Finished(index=1, status=Status.EXPIRED, message=message), "x")
    yield revoked_text(late)
    yield refusal(life.claim(approved, digest=approved.digest, now=NOW), at=NOW)


def refusal(request: Approval, *, at: dt.datetime) -> str:
    """Say to a reviewer who comes late why."""
    try:
        life.decide(request, reviewer=CAROL, approve=True, reason="", now=at)
    except NotPendingError as error:
        return error.message
    raise AssertionError(f"{request.state} took another decision")


def test_the_words_of_the_decision_record_are_those_that_people_read() -> None:
    assert {one.strip() for one in shown()} == written()


def test_the_record_knows_every_state() -> None:
    rows = [line for line in ADR.read_text().splitlines() if re.match(r"\| \d", line)]
    told = {word for row in rows for word in re.findall(r"\w+", row.split("|")[4])}
    assert {state.value for state in ApprovalState} <= told
