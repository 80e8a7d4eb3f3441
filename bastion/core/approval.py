"""The life of one request for approval: pure transitions, time passed in.

    1. PENDING  --approve (enough persons)-->  APPROVED
    2. PENDING  --deny-->                      DENIED
    3. PENDING  --expires_at reached-->        EXPIRED
    4. PENDING  --requester or session end-->  WITHDRAWN
    5. APPROVED --claim, once-->               RUNNING
    6. APPROVED --revoke-->                    REVOKED
    7. APPROVED --expires_at reached-->        EXPIRED
    8. APPROVED --requester or session end-->  WITHDRAWN
    9. RUNNING  --revoke-->                    RUNNING, and looked at before COMMIT
    10. RUNNING --outcome recorded-->          DONE | FAILED | UNKNOWN

Every other step is refused. The store makes each step a compare-and-set on ``revision``.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bastion.core.model import CLOCK_STEP, Environment, Impact, Principal, Role
from bastion.errors import AccessError, ApprovalError, NotPendingError, SelfApprovalError


class ApprovalState(enum.Enum):
    """Where a request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It was sent, and no outcome came back; never retried by itself."""
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What shows outside the bastion that a decision was made, and on what."""

    message: str
    """What is signed; see ``wire.decision``."""
    bastion_signature: str
    reviewer_signature: str = ""
    """By the key of the reviewer's login; empty where they decided without their own program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One reviewer's word."""

    reviewer: str
    person: str
    is_approval: bool
    reason: str
    at: datetime
    proof: Proof | None = None
    """None for decisions of earlier versions only."""
    is_revocation: bool = False
    """It takes back the yes of those before it."""
    key_fingerprint: str = ""
    """Of the reviewer's login; empty for decisions of earlier versions only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What the text depends on, beside itself; part of the digest."""

    target: str
    database: str
    schema: str
    role: str
    settings: tuple[tuple[str, str], ...] = ()
    """Pinned and changed settings, sorted."""
    place: str = ""
    """Where the target lay; its name may be given to another server."""
    objects: str = ""
    """Digest of the definitions that the statement uses: tables, views, triggers, functions."""
    server_settings: str = ""
    """Digest of the settings that the server has for the login; empty where no SQL is to run."""
    environment: str = ""
    """Of the target."""
    standing: str = ""
    """The roles of who asks, and of an agent's owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One request, as stored and as reviewers see it."""

    id: str
    requester: str
    person: str
    is_agent: bool
    key_fingerprint: str
    source: str
    session_id: str
    is_interactive: bool
    """Bound to its session: it dies with it. Else the requester may run it by ``req wait``."""
    context: RunContext
    environment: Environment
    text: str
    parameters: tuple[bytes | None, ...]
    statement_sha256: str
    """Of the raw text alone, in hex; what those compare who may read the text."""
    digest: str
    """Of everything a yes covers; see ``binding_digest``."""
    effect: str
    guards_structure: bool
    impact: Impact
    rule: str
    rule_text: str
    reason: str
    approvals_needed: int
    approver_roles: frozenset[Role]
    created_at: datetime
    expires_at: datetime
    state: ApprovalState = ApprovalState.PENDING
    decisions: tuple[Decision, ...] = ()
    ended_at: datetime | None = None
    revision: int = 0
    spoken: str = ""
    """How it reads without the values in it; empty in requests of earlier versions."""
    salt: str = ""
    """In hex; keys the digests that others see than those who may read the text. Empty in requests
    of earlier versions."""

    @property
    def is_open(self) -> bool:
        """Tell whether it waits, or has a yes that was not used."""
        return self.state in _OPEN

    @property
    def approved_by(self) -> tuple[str, ...]:
        """Name the reviewers who said yes."""
        return tuple(decision.reviewer for decision in self.decisions if decision.is_approval)


def binding_digest(
    text: str, parameters: Sequence[bytes | None], context: RunContext, session_id: str
) -> str:
    """Digest all that a yes covers, each part with its length so that none can run into another.

    Digest, not id: an edited statement must not ride on an old approval.
    """
    digest = hashlib.sha256()
    parts: list[bytes | None] = [text.encode(), context.target.encode(), context.database.encode()]
    parts += [context.schema.encode(), context.role.encode(), session_id.encode()]
    parts += [context.place.encode(), context.objects.encode(), context.server_settings.encode()]
    parts += [context.environment.encode(), context.standing.encode()]
    for name, value in context.settings:
        parts += [name.encode(), value.encode()]
    parts.append(str(len(parameters)).encode())
    parts += list(parameters)
    for part in parts:
        length = -1 if part is None else len(part)
        digest.update(length.to_bytes(8, "big", signed=True))
        digest.update(part or b"")
    return digest.hexdigest()


NO_DIGEST = "not shown, as it would prove a guess"
"""What who may not read a text sees in place of its digest."""


def salted(digest: str, salt: str) -> str:
    """Key a digest of a text, so that no guess at its values can be tried without the salt."""
    return hmac.digest(bytes.fromhex(salt), digest.encode(), "sha256").hex() if salt else digest


def check_reviewer(approval: Approval, reviewer: Principal) -> None:
    """Refuse a reviewer who may not decide on this request.

    Raises:
        SelfApprovalError: reviewer and requester are one person, whatever the accounts and roles.
        AccessError: an agent, the wrong role, or a target out of reach.
    """
    if not reviewer.person or not approval.person:
        message = "This request has no person behind it. Ask the requester to file it again."
        raise AccessError(message)
    if reviewer.person == approval.person:
        message = "You cannot approve your own statement. Ask another reviewer."
        raise SelfApprovalError(message)
    if reviewer.is_agent:
        raise AccessError("An agent cannot decide on requests. A person must.")
    if not reviewer.has_role(*approval.approver_roles):
        roles = " or ".join(sorted(role.value for role in approval.approver_roles))
        raise AccessError(f"Deciding on this request takes the role {roles}. Ask one who has it.")
    if not reviewer.may_reach(approval.context.target):
        raise AccessError("This request is for a target that you cannot reach.")


def decide(
    approval: Approval,
    *,
    reviewer: Principal,
    approve: bool,
    reason: str,
    now: datetime,
    proof: Proof | None = None,
) -> Approval:
    """Apply one reviewer's decision.

    Args:
        now: UTC; at or after ``expires_at`` the request has expired.

    Raises:
        SelfApprovalError: reviewer and requester are one person.
        AccessError: this reviewer may not decide.
        NotPendingError: the request has ended, or this person has already approved it.
        ApprovalError: a denial without a reason.
    """
    check_reviewer(approval, reviewer)
    _check_pending(approval, now)
    if not approve and not reason.strip():
        raise ApprovalError("A denial needs a reason; the requester reads it word for word.")
    if any(decision.person == reviewer.person for decision in approval.decisions):
        raise NotPendingError(
            "You have already approved this request. It waits for another person."
        )
    decision = _decision(reviewer, reason, now, proof, is_approval=approve)
    if not approve:
        return _decided(approval, decision, ApprovalState.DENIED)
    is_enough = len(approval.decisions) + 1 >= approval.approvals_needed
    return _decided(approval, decision, ApprovalState.APPROVED if is_enough else approval.state)


def claim(approval: Approval, *, digest: str, now: datetime) -> Approval:
    """Take the one run of an approved request.

    Raises:
        NotPendingError: not approved, expired, or already taken.
        ApprovalError: the digest is of something else than what was approved.
    """
    if approval.state is not ApprovalState.APPROVED:
        raise NotPendingError(f"The request is {approval.state.value}; there is nothing to run.")
    if now >= approval.expires_at:
        raise NotPendingError("The approval has expired. Send the statement again.")
    if digest != approval.digest:
        raise ApprovalError("This is not what was approved. Send it as a new statement.")
    return _move(approval, ApprovalState.RUNNING)


def finish(approval: Approval, *, outcome: ApprovalState, now: datetime) -> Approval:
    """Record how the one run ended: DONE, FAILED or UNKNOWN.

    Raises:
        ApprovalError: the request was not running, or the outcome is none.
    """
    if approval.state is not ApprovalState.RUNNING or outcome not in _OUTCOMES:
        raise ApprovalError(f"A request that is {approval.state.value} cannot end so.")
    return dataclasses.replace(_move(approval, outcome), ended_at=now)


def withdraw(approval: Approval, *, now: datetime) -> Approval:
    """Take the request back: its requester, or the end of its session.

    Raises:
        NotPendingError: it has already ended or runs.
    """
    if approval.state not in _OPEN:
        raise NotPendingError(f"The request is already {approval.state.value}.")
    return dataclasses.replace(_move(approval, ApprovalState.WITHDRAWN), ended_at=now)


def remark(approval: Approval, words: str) -> Approval:
    """Add a sentence for the reviewers to a request that waits.

    Raises:
        NotPendingError: it no longer waits.
    """
    if approval.state is not ApprovalState.PENDING:
        raise NotPendingError(f"The request is already {approval.state.value}.")
    impact = dataclasses.replace(approval.impact, notes=(*approval.impact.notes, words))
    return dataclasses.replace(approval, impact=impact, revision=approval.revision + 1)


def revoke(
    approval: Approval,
    *,
    reviewer: Principal,
    reason: str,
    now: datetime,
    proof: Proof | None = None,
) -> Approval:
    """Take a yes back, before the run or while it goes on.

    Whoever runs it reads that before COMMIT, and settles how it ended.

    Raises:
        NotPendingError: it is not approved, taken back already, or its run is over.
    """
    check_reviewer(approval, reviewer)
    is_taken_back = any(one.is_revocation for one in approval.decisions)
    if is_taken_back or approval.state not in (ApprovalState.APPROVED, ApprovalState.RUNNING):
        raise NotPendingError(f"The request is {approval.state.value}; there is no yes to revoke.")
    decision = _decision(reviewer, reason, now, proof, is_revocation=True)
    if approval.state is ApprovalState.RUNNING:
        decisions = (*approval.decisions, decision)
        return dataclasses.replace(_move(approval, approval.state), decisions=decisions)
    return _decided(approval, decision, ApprovalState.REVOKED)


def expire(approval: Approval, *, now: datetime) -> Approval:
    """Let a request end whose time has come; any other comes back as it is.

    One of a later time was filed by a clock that ran ahead: it would wait until then.
    """
    is_over = now >= approval.expires_at or now + CLOCK_STEP < approval.created_at
    if approval.state in _OPEN and is_over:
        return dataclasses.replace(_move(approval, ApprovalState.EXPIRED), ended_at=now)
    return approval


_OPEN = (ApprovalState.PENDING, ApprovalState.APPROVED)
_OUTCOMES = (ApprovalState.DONE, ApprovalState.FAILED, ApprovalState.UNKNOWN)


def _move(approval: Approval, state: ApprovalState) -> Approval:
    return dataclasses.replace(approval, state=state, revision=approval.revision + 1)


def _decision(
    reviewer: Principal,
    reason: str,
    now: datetime,
    proof: Proof | None,
    *,
    is_approval: bool = False,
    is_revocation: bool = False,
) -> Decision:
    return Decision(
        reviewer=reviewer.user,
        person=reviewer.person,
        is_approval=is_approval,
        reason=reason.strip(),
        at=now,
        proof=proof,
        is_revocation=is_revocation,
        key_fingerprint=reviewer.key_fingerprint,
    )


def _decided(approval: Approval, decision: Decision, state: ApprovalState) -> Approval:
    """Add a reviewer's word; one that is no yes ends the request."""
    return dataclasses.replace(
        _move(approval, state),
        decisions=(*approval.decisions, decision),
        ended_at=approval.ended_at if decision.is_approval else decision.at,
    )


def _check_pending(approval: Approval, now: datetime) -> None:
    if approval.state is not ApprovalState.PENDING:
        raise NotPendingError(f"The request is already {approval.state.value}.{_by_whom(approval)}")
    if now >= approval.expires_at:
        raise NotPendingError("The request has expired. Its requester may send it again.")


def _by_whom(approval: Approval) -> str:
    if not approval.decisions:
        return ""
    last = approval.decisions[-1]
    return f" {last.reviewer} decided at {last.at:%H:%M:%S} UTC."
