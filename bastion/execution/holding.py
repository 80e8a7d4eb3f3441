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

TRANSACTION_WAIT_S = 60.0
"""Locks stay held while a statement waits inside a transaction, so it waits less long."""

ROLLED_BACK = (
    "The open transaction was rolled back, all of it: its locks were held while you waited."
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


def draft_request(held: Held, session: Session, target: Target, now: datetime) -> Approval:
    """Make the request that reviewers see, bound to everything the statement depends on."""
    principal, verdict = session.principal, held.verdict
    is_interactive = session.front_end != "exec" or held.is_dirty
    expires_s = verdict.expires_s
    if held.in_transaction:
        expires_s = min(expires_s, TRANSACTION_WAIT_S)
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


def words_for_unapproved(approval: Approval, *, is_dirty: bool) -> tuple[Status, str]:
    """Say how a wait without a yes ended, and what to do next."""
    match approval.state:
        case ApprovalState.PENDING if is_dirty:
            return Status.EXPIRED, (
                "Nobody decided in time, and the statement depends on this session, so the "
                "request was withdrawn. Nothing has run."
            )
        case ApprovalState.PENDING:
            return Status.PENDING, (
                f"{approval.rule_text} Request {approval.id} waits for a reviewer; nothing has "
                f"run. When it is approved: req wait {approval.id}"
            )
        case ApprovalState.DENIED:
            last = approval.decisions[-1]
            return Status.DENIED, f"{last.reviewer} denied it: {last.reason} Nothing has run."
        case ApprovalState.REVOKED:
            return Status.DENIED, (
                f"The approval of request {approval.id} was taken back; nothing has run."
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
                f"Request {approval.id} is {approval.state.value}; nothing has run. "
                "Send the statement again if it is still wanted."
            )


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
