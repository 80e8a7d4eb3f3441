"""Break-glass: half an hour in which holds let one person through, and everybody knows.

    1. (none)   --reason, fresh code-->           OPEN       everybody is told
    2. OPEN     --30 minutes, or ended early-->   OVER       review is due within 24 hours
    3. OVER     --another person reviews-->       REVIEWED

While one of a person's own is not reviewed, they cannot break the glass again. Blocks stay blocks,
masks stay masks, tables stay where they are: only the wait for a reviewer falls away.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta

from bastion.core.effects import Statement
from bastion.core.exposure import Exposure
from bastion.core.model import Action, EffectClass, Engine, Fence, Principal, Role, Target, Verdict
from bastion.errors import AccessError, SelfApprovalError, UsageError

OPEN_FOR = timedelta(minutes=30)
REVIEW_WITHIN = timedelta(hours=24)
REASON_CHARS_MIN = 20
REVIEWER_ROLES = frozenset({Role.REVIEWER, Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """One use of break-glass, as stored."""

    id: str
    user: str
    person: str
    target: str
    reason: str
    source: str
    key_fingerprint: str
    at: datetime
    until: datetime
    reviewed_by: str = ""
    reviewer_person: str = ""
    review: str = ""
    reviewed_at: datetime | None = None
    place: str = ""
    """Where the target lay, with its environment; its name may be given to another one."""

    @property
    def is_reviewed(self) -> bool:
        """Tell whether another person has looked at what was done."""
        return bool(self.reviewed_by)

    @property
    def review_due_at(self) -> datetime:
        """Tell until when it must be reviewed."""
        return self.at + REVIEW_WITHIN

    def told(self, now: datetime) -> str:
        """Say to a reviewer how it stands; empty when nothing is to be done."""
        who = f"{self.user} on {self.target} ({self.id})"
        if self.is_open(now):
            return f"BREAK-GLASS: {who}, open until {self.until:%H:%M} UTC: {self.reason}"
        if self.is_reviewed:
            return ""
        due = f"{self.review_due_at:%Y-%m-%d %H:%M} UTC"
        return f"Break-glass of {who} waits for review, due {due}: breakglass review {self.id}"

    def is_open(self, now: datetime) -> bool:
        """Tell whether holds are lifted now."""
        return self.at <= now < self.until and not self.is_reviewed


def place_of(target: Target) -> str:
    """Say what the glass is broken on, beside the target's name."""
    return f"{target.place}/{target.database} ({target.environment.value})"


def check_reason(reason: str) -> str:
    """Take a reason that says something.

    Raises:
        UsageError: it is too short.
    """
    words = " ".join(reason.split())
    if len(words) < REASON_CHARS_MIN:
        raise UsageError(
            f"Say why in at least {REASON_CHARS_MIN} characters: what is broken, and what you "
            "will do. Everybody reads it."
        )
    return words


def review(emergency: Emergency, *, reviewer: Principal, words: str, now: datetime) -> Emergency:
    """Take another person's review of what was done.

    Raises:
        SelfApprovalError: the person who broke the glass.
        AccessError: an agent, the wrong role, out of reach.
        UsageError: it is still open, reviewed already, or nothing was said.
    """
    if reviewer.person == emergency.person:
        raise SelfApprovalError("You cannot review your own break-glass. Another person must.")
    if reviewer.is_agent or not reviewer.has_role(*REVIEWER_ROLES):
        raise AccessError("Reviewing a break-glass takes a person with the role reviewer or admin.")
    if not reviewer.may_reach(emergency.target):
        raise AccessError("This break-glass was on a target that you cannot reach.")
    if emergency.is_reviewed:
        raise UsageError(f"{emergency.reviewed_by} has reviewed {emergency.id} already.")
    if emergency.is_open(now):
        raise UsageError(
            f"{emergency.id} is open until {emergency.until:%H:%M} UTC; review it when it is over, "
            f"or end it now: breakglass end {emergency.id}"
        )
    if not words.strip():
        raise UsageError("Say what you found: --reason TEXT.")
    return dataclasses.replace(
        emergency,
        reviewed_by=reviewer.user,
        reviewer_person=reviewer.person,
        review=words.strip(),
        reviewed_at=now,
    )


def end(emergency: Emergency, *, by: Principal, now: datetime) -> Emergency:
    """Close the glass before its time: whoever broke it, or who may review it.

    Raises:
        AccessError: neither of these.
        UsageError: it is over.
    """
    is_own = by.user == emergency.user and not by.is_agent
    may_review = by.has_role(*REVIEWER_ROLES) and by.may_reach(emergency.target)
    if not is_own and (by.is_agent or not may_review):
        raise AccessError("Only who broke the glass, a reviewer or an admin can end it.")
    if not emergency.is_open(now):
        raise UsageError(f"{emergency.id} is over already.")
    return dataclasses.replace(emergency, until=now)


def lift(
    verdict: Verdict, statement: Statement, exposure: Exposure, emergency: Emergency
) -> Verdict:
    """Let a held statement run under an open emergency; everything else stays as it was.

    What is held since it would tell or move masked values stays held, and so does what drops or
    truncates. Code that nobody understood may not change structure, and runs only where it can
    be rolled back.
    """
    if verdict.action is not Action.HOLD or exposure.inference or exposure.laundering:
        return verdict
    if EffectClass.DROP in statement.effects:
        return verdict
    guards = verdict.guards_structure
    if not statement.is_understood:
        if statement.engine is Engine.MYSQL or statement.fence is not Fence.WRITE:
            return verdict
        guards = True
    return dataclasses.replace(
        verdict,
        action=Action.ALLOW,
        text=f"Runs under break-glass {emergency.id}; held otherwise: {verdict.text}",
        guards_structure=guards,
        emergency=emergency.id,
    )
