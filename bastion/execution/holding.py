"""What is filed, shown and said while a statement is held; only the pipeline holds one."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bastion.core.approval import Approval, ApprovalState, RunContext, binding_digest
from bastion.core.context import SessionContext
from bastion.core.model import Impact, Status, Target, Verdict, Waiting
from bastion.execution.session import Session, statement_digest

_SALT_BYTES = 32
TRANSACTION_WAIT_S = 60.0
"""Locks stay held while a statement waits inside a transaction, so it waits less long."""

ROLLED_BACK = (
    "The open transaction was rolled back, all of it: its locks were held while you waited."
)
GOES_BACK = (
    "It would now touch other rows than were approved, so it was rolled back and goes back to the "
    "reviewers."
)
WAITERS_GRACE_S = 5.0
"""So long others may wait for the locks of a transaction that waits for a yes."""
ROLLED_BACK_FOR_WAITERS = (
    "Other sessions waited for its locks, so it was rolled back before anybody decided. "
    "Send it again when less is going on."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A held statement with all that a yes will cover."""

    text: str
    parameters: tuple[bytes | None, ...]
    context: RunContext
    impact: Impact
    verdict: Verdict
    reason: str
    """The requester's own words."""
    in_transaction: bool
    is_dirty: bool
    """It depends on state of its connection, so it dies with its session."""
    spoken: str = ""
    """How it reads without the values in it."""
    open_s: float = 0.0
    """It has run, and its transaction waits so long; 0: it has not run."""


def draft_request(held: Held, session: Session, target: Target, now: datetime) -> Approval:
    """Make the request that reviewers see, bound to everything the statement depends on."""
    principal, verdict = session.principal, held.verdict
    is_interactive = session.front_end != "exec" or held.is_dirty
    expires_s = verdict.expires_s
    if held.in_transaction:
        expires_s = min(expires_s, TRANSACTION_WAIT_S)
    if held.open_s:
        expires_s = min(expires_s, held.open_s)
    return Approval(
        id=f"req_{secrets.token_hex(4)}",
        requester=principal.user,
        person=principal.person,
        is_agent=principal.is_agent,
        key_fingerprint=principal.key_fingerprint,
        source=principal.source,
        session_id=session.id,
        is_interactive=is_interactive,
        context=held.context,
        environment=target.environment,
        text=held.text,
        parameters=held.parameters,
        statement_sha256=statement_digest(held.text),
        digest=binding_digest(
            held.text, held.parameters, held.context, session.id if is_interactive else ""
        ),
        effect=held.impact.effect,
        guards_structure=verdict.guards_structure,
        impact=held.impact,
        rule=verdict.rule,
        rule_text=verdict.text,
        reason=held.reason,
        approvals_needed=verdict.approvals_needed,
        approver_roles=verdict.approver_roles,
        created_at=now,
        expires_at=now + timedelta(seconds=expires_s),
        spoken=held.spoken,
        salt=secrets.token_hex(_SALT_BYTES),
    )


def waiting_event(
    approval: Approval, approvers: tuple[str, ...], *, in_transaction: bool
) -> Waiting:
    """Tell the front end what is waited for."""
    return Waiting(
        request_id=approval.id,
        rule=approval.rule,
        text=approval.rule_text,
        impact=dataclasses.replace(approval.impact, sample=None),
        approvers=approvers,
        approvals_needed=approval.approvals_needed,
        expires_at=approval.expires_at,
        in_transaction=in_transaction,
    )


def words_for_changed(approved: RunContext, now: RunContext) -> str:
    """Say what differs from what was approved, beside text and parameters; empty where nothing."""
    changed = [
        words for name, words in _PARTS.items() if getattr(approved, name) != getattr(now, name)
    ]
    if not changed:
        return ""
    return (
        f"This is not what was approved: {' and '.join(changed)} changed since. "
        "Send it as a new statement."
    )


def words_for_taken_back(approval: Approval) -> str:
    """Tell the requester who took back a yes whose run went on."""
    last = approval.decisions[-1]
    words = f"The approval of request {approval.id} was taken back by {last.reviewer}"
    return f"{words}: {_sentence(last.reason)}"


def _sentence(reason: str) -> str:
    """End a reviewer's words as a sentence, so that others can follow."""
    words = reason.rstrip()
    return words if words.endswith((".", "!", "?")) else f"{words}."


def words_for_late(approval: Approval) -> str:
    """Tell a reviewer who takes back a yes whose run goes on what becomes of it."""
    if approval.state is not ApprovalState.RUNNING:
        return ""
    return f" It runs already, and is rolled back unless it has just ended: req show {approval.id}"


_PARTS = {
    "target": "the target",
    "environment": "the environment of the target",
    "place": "the server behind the target",
    "database": "the database",
    "schema": "the search path",
    "role": "the database role",
    "settings": "settings of the session",
    "server_settings": "settings of the database",
    "objects": "tables or code that it uses",
    "standing": "the roles of who asks",
}


def words_for_unapproved(
    approval: Approval, *, is_dirty: bool, was_open: bool = False
) -> tuple[Status, str]:
    """Say how a wait without a yes ended, and what to do next.

    Args:
        was_open: it had run, and its transaction waited.
    """
    nothing = "it was rolled back" if was_open else "nothing has run"
    match approval.state:
        case ApprovalState.PENDING if is_dirty:
            return Status.EXPIRED, (
                "Nobody decided in time, and the statement depends on this session, so the "
                f"request was withdrawn, and {nothing}."
            )
        case ApprovalState.PENDING:
            return Status.PENDING, (
                f"{approval.rule_text} Request {approval.id} waits for a reviewer; nothing has "
                f"run. When it is approved: req wait {approval.id}"
            )
        case ApprovalState.DENIED:
            last = approval.decisions[-1]
            return (
                Status.DENIED,
                f"{last.reviewer} denied it: {_sentence(last.reason)} {nothing.capitalize()}.",
            )
        case ApprovalState.REVOKED:
            last = approval.decisions[-1]
            by_whom = f" by {last.reviewer}: {last.reason}" if last.is_revocation else ""
            return Status.DENIED, (
                f"The approval of request {approval.id} was taken back{by_whom}; {nothing}."
            )
        case (
            ApprovalState.RUNNING
            | ApprovalState.DONE
            | ApprovalState.FAILED
            | ApprovalState.UNKNOWN
        ):
            return Status.EXPIRED, (
                f"Request {approval.id} has already had its one run ({approval.state.value}). "
                "Send the statement again if it is still wanted."
            )
        case _:
            return Status.EXPIRED, (
                f"Request {approval.id} is {approval.state.value}; {nothing}. "
                "Send the statement again if it is still wanted."
            )


def words_for_waiters(count: int) -> str:
    """Tell the reviewers that others wait for the locks of an open transaction."""
    who = "1 other session waits" if count == 1 else f"{count} other sessions wait"
    return f"{who} for its locks: it is rolled back in {WAITERS_GRACE_S:g} s unless you decide."


def is_dirty(context: SessionContext) -> bool:
    """Tell whether the connection holds state that a later run would miss."""
    return bool(
        context.in_transaction
        or context.prepared
        or context.cursors
        or context.relations
        or context.variables
        or context.settings
    )
