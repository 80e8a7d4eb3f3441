"""One more look, right before COMMIT: does what lets a write run still stand?

Between taking the run of a yes and COMMIT a statement may wait for locks. Policy, roles, the target
and the yes itself may change in that time, and so may the window or the break-glass that it runs
under: the target asks here, with the write done and nothing committed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

from bastion.core.approval import Approval
from bastion.core.model import Action, Verdict
from bastion.errors import AccessError, ApprovalError
from bastion.execution.holding import words_for_changed, words_for_taken_back
from bastion.execution.judging import Judgement
from bastion.execution.line import Line
from bastion.execution.outcomes import Run


def confirmation(line: Line, run: Run, judged: Judgement) -> Callable[[], Awaitable[None]] | None:
    """Give what a target asks before it commits; None where nobody's word lets the write run."""
    verdict = judged.verdict
    is_given = run.approval is not None or verdict.action is Action.HOLD
    if not (is_given or verdict.emergency or verdict.window):
        return None

    async def confirm() -> None:
        await _confirm(line, run, judged)
        if line.judge.context.in_transaction:
            # The person's own COMMIT comes later, and looks again.
            line.unsettled[run.id] = confirm

    return confirm


async def check_yes(line: Line, approval: Approval | None, verdict: Verdict) -> None:
    """Refuse a yes that is too little for what policy now says, or that was given in another world.

    Raises:
        AccessError: policy now blocks it.
        ApprovalError: who gave it may no longer, or policy asks for more of them.
    """
    if approval is not None:
        await _check_reviewers(line, approval, verdict)
    given = len(approval.approved_by) if approval else 0
    if verdict.action is Action.BLOCK:
        raise AccessError(verdict.text)
    if verdict.action is Action.HOLD and verdict.approvals_needed > given:
        raise ApprovalError("Policy now asks for more approvals. Send the statement again.")


async def _confirm(line: Line, run: Run, judged: Judgement) -> None:
    """Look at everything but rows and structure, which the target compares by itself.

    Raises:
        AccessError: account, target, policy, window or break-glass no longer let it run.
        ApprovalError: the yes no longer does.
    """
    await line.check_standing(is_news=True)
    now = line.judge.weigh(judged, run.options, run.impact)
    if run.approval is not None:
        await check_yes(line, run.approval, now.verdict)
        await _check_not_taken_back(line, run.approval)
        context = run.approval.context
        standing = dataclasses.replace(context, standing=await line.standing())
        if words := words_for_changed(context, standing):
            raise ApprovalError(words)
        return
    if now.verdict.action is Action.BLOCK:
        raise AccessError(now.verdict.text)
    if now.verdict.action is Action.ALLOW:
        return
    if judged.verdict.emergency:
        lifted = (await line.judge.lift(now)).verdict
        if lifted.emergency != judged.verdict.emergency:
            raise AccessError(f"The break-glass {judged.verdict.emergency} no longer covers it.")
        return
    grants, principal = line.governance.grants, line.session.principal
    is_for_one = now.verdict.approvals_needed == 1
    if not is_for_one or not await grants.holds(principal, judged.verdict.window, at=line.target):
        raise AccessError(f"The window {judged.verdict.window} no longer covers it.")


async def _check_not_taken_back(line: Line, approval: Approval) -> None:
    """Refuse a yes that a reviewer took back while its run went on."""
    now = await line.governance.desk.running(approval.id)
    if now is None:
        # Its run is over: what it left in the person's own transaction waits for COMMIT.
        return
    if now.decisions[-1].is_revocation:
        raise ApprovalError(words_for_taken_back(now))


async def _check_reviewers(line: Line, approval: Approval, verdict: Verdict) -> None:
    """Refuse a yes whose giver may no longer give it: disabled, other roles, their key."""
    roles = approval.approver_roles
    if verdict.action is Action.HOLD:
        roles &= verdict.approver_roles
    now = dataclasses.replace(approval, approver_roles=roles)
    lapsed = await line.governance.desk.lapsed(now)
    if lapsed:
        names = ", ".join(lapsed)
        raise ApprovalError(
            f"{names} may no longer decide on this, so the approval does not hold. "
            "Send the statement again."
        )
