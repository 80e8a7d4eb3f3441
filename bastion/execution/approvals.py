"""The approval desk: requests come in, people decide, exactly one run comes out.

Each step is computed by ``core.approval``, put on record by the audit log, and then taken by one
compare-and-set in the store; whoever comes second is told who was first. Waiting always ends by
exactly one of: decision, expiry, withdrawal (by the requester, or the end of the session, a kill
included).
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bastion.core import approval as life
from bastion.core import detectors
from bastion.core.approval import Approval, ApprovalState, Decision, Proof
from bastion.core.asking import ALIKE_MIN, are_alike
from bastion.core.model import Principal, Role
from bastion.core.scrubbing import scrub_secrets
from bastion.errors import (
    AccessError,
    ApprovalError,
    NotPendingError,
    RecordingError,
    StoreError,
    UnknownRequestError,
)
from bastion.execution.ports import (
    Account,
    Approvals,
    Audit,
    Clock,
    Messenger,
    Notifier,
    Users,
)
from bastion.execution.proofs import check_signature, check_time
from bastion.wire.decision import Signed, Word, decision_message, subject_held

TOPIC = "approvals"
"""What the desk publishes on; the key is the request's id."""

PENDING_MAX_PEOPLE = 20
PENDING_MAX_AGENTS = 5

_OVERSEERS = (Role.REVIEWER, Role.ADMIN, Role.AUDITOR)
_LIST_MAX = 1000
_FLOOD_DELAY_MAX_S = 2.0

log = logging.getLogger(__name__)


class ApprovalDesk:
    """Takes requests, lets people decide on them, and hands out the one run of each yes."""

    def __init__(
        self,
        approvals: Approvals,
        users: Users,
        notifier: Notifier,
        clock: Clock,
        audit: Audit,
        messenger: Messenger,
        *,
        sign: Callable[[bytes], str],
        safety_poll_s: float = 5.0,
        flood_step_s: float = 0.1,
    ) -> None:
        """Join the desk to its parts.

        Args:
            sign: gives the bastion's signature over a decision.
            safety_poll_s: how often a waiting request looks by itself, should a wake-up be lost.
            flood_step_s: each request that waits already and is alike delays the next by this.
        """
        self._approvals = approvals
        self._users = users
        self._notifier = notifier
        self._clock = clock
        self._audit = audit
        self._messenger = messenger
        self._sign = sign
        self._taken: set[str] = set()
        self._safety_poll_s = safety_poll_s
        self._flood_step_s = flood_step_s
        self._submitting = asyncio.Lock()

    async def submit(self, draft: Approval) -> Approval:
        """File a request; the same one, still pending, by the same account is returned instead.

        Raises:
            AccessError: not enough people may decide on it, or too many requests wait already.
            RecordingError: it could not be put on record; nothing was filed.
        """
        await self._slow_down(draft)
        async with self._submitting:
            waiting = await self._waiting(draft.requester)
            for request in waiting:
                if request.digest == draft.digest:
                    return request
            _check_flood(draft, len(waiting))
            approvers = await self.eligible(draft)
            _check_eligible(draft, approvers)
            await self._audit.record("approval.requested", _public(draft))
            request = await self._approvals.insert(draft)
        await self._announce("approval.requested", request)
        return request

    async def _waiting(self, requester: str) -> list[Approval]:
        return [
            request
            for request in await self._open_requests()
            if request.requester == requester and request.state is ApprovalState.PENDING
        ]

    async def _slow_down(self, draft: Approval) -> None:
        """Let a flood of requests that differ in their values only come in ever more slowly."""
        alike = [
            request
            for request in await self._waiting(draft.requester)
            if request.digest != draft.digest and are_alike(request, draft)
        ]
        if len(alike) >= ALIKE_MIN:
            steps = len(alike) - ALIKE_MIN + 1
            await asyncio.sleep(min(_FLOOD_DELAY_MAX_S, self._flood_step_s * steps))

    async def eligible(self, approval: Approval) -> tuple[str, ...]:
        """Name the users who may decide, sorted; never the requester's own person."""
        now = self._clock.now()
        return tuple(
            sorted(
                account.user
                for account in await self._users.list_accounts()
                if _may_decide(account, approval, now)
            )
        )

    async def given(self, request_id: str) -> Approval | None:
        """Find the request behind a yes; None where one who gave it may no longer give it."""
        request = await self._approvals.get(request_id)
        if request is None or await self.lapsed(request):
            return None
        return request

    async def lapsed(self, approval: Approval) -> tuple[str, ...]:
        """Name those who said yes and may no longer: by account, by the key they used, or stopped.

        A key that was removed may have been in other hands when it said yes.
        """
        now = self._clock.now()
        return tuple(
            sorted(
                {
                    said.reviewer
                    for said in approval.decisions
                    if said.is_approval and not await self._still_says(said, approval, now)
                }
            )
        )

    async def _still_says(self, said: Decision, approval: Approval, now: datetime) -> bool:
        account = await self._users.find(said.reviewer)
        if account is None or account.person != said.person:
            return False
        # Decisions of earlier versions have no key.
        has_key = said.key_fingerprint in {"", *(key.fingerprint for key in account.keys)}
        if not has_key or not _may_decide(account, approval, now):
            return False
        return await self._users.stopped(said.reviewer, approval.context.target) is None

    async def running(self, request_id: str) -> Approval | None:
        """Find a request whose run goes on, with all that was said since; None where none does."""
        request = await self._approvals.get(request_id)
        is_running = request is not None and request.state is ApprovalState.RUNNING
        return request if is_running else None

    async def wait(self, request_id: str, *, timeout_s: float | None) -> Approval:
        """Wait until the request is no longer pending, or for ``timeout_s``.

        Whoever waits also lets the request expire when its time has come.

        Raises:
            UnknownRequestError: there is no such request.
        """
        changed = asyncio.Event()

        def wake(key: str) -> None:
            if key == request_id:
                changed.set()

        unsubscribe = self._notifier.subscribe(TOPIC, wake)
        started = self._clock.monotonic()
        try:
            while True:
                changed.clear()
                request = await self._load(request_id)
                spent_s = self._clock.monotonic() - started
                rest_s = self._safety_poll_s if timeout_s is None else timeout_s - spent_s
                if request.state is not ApprovalState.PENDING or rest_s <= 0:
                    return request
                until_expiry_s = (request.expires_at - self._clock.now()).total_seconds()
                # Never zero: a timer that fires a hair early must not make the loop spin.
                pause_s = max(0.005, min(rest_s, until_expiry_s, self._safety_poll_s))
                try:
                    async with asyncio.timeout(pause_s):
                        await changed.wait()
                except TimeoutError:
                    continue
        finally:
            unsubscribe()

    async def decide(
        self,
        reviewer: Principal,
        request_id: str,
        *,
        approve: bool,
        reason: str,
        signed: Signed | None = None,
    ) -> Approval:
        """Say yes or no; signed and on record before it counts.

        Args:
            signed: the reviewer's own signature, where their program made one.

        Raises:
            UnknownRequestError: there is none that this reviewer may see.
            SelfApprovalError: reviewer and requester are one person.
            AccessError: this reviewer may not decide, or may no longer.
            NotPendingError: somebody else was first (named), or it has ended otherwise.
            ApprovalError: a denial without a reason, or a signature that does not fit.
            RecordingError: the decision could not be put on record; it does not count.
        """
        reviewer = await self._as_of_now(reviewer)
        is_recorded = False
        fields = {"reviewer": reviewer.user, "word": "yes" if approve else "no"}
        while True:
            request = await self.get(reviewer, request_id)
            now = self._clock.now()
            word = Word(
                reviewer=reviewer.user,
                is_approval=approve,
                reason=reason,
                at=now if signed is None else signed.at,
            )
            proof = await self._prove(request, reviewer, word, signed)
            try:
                decided = life.decide(
                    request,
                    reviewer=reviewer,
                    approve=approve,
                    reason=reason,
                    now=now,
                    proof=proof,
                )
            except ApprovalError:
                if is_recorded:
                    # The record says that this one came second; who won is on record as well.
                    await self._audit.record("approval.decision_void", _public(request) | fields)
                raise
            if not is_recorded:
                written = {**_public(request), **fields, "reason": reason.strip()}
                written |= dataclasses.asdict(proof)
                await self._audit.record("approval.decision", written)
                is_recorded = True
            if await self._approvals.swap(request, decided):
                await self._announce("approval.decided", decided, reviewer=reviewer.user)
                return decided

    async def _prove(
        self, request: Approval, reviewer: Principal, word: Word, signed: Signed | None
    ) -> Proof:
        """Check the reviewer's signature by the account as it is now, then add the bastion's."""
        keys: frozenset[str] = frozenset()
        if signed is not None:
            account = await self._users.find(reviewer.user)
            keys = frozenset(key.fingerprint for key in account.keys) if account else keys
        message = decision_message(
            subject_held(request, shown_text=scrub_secrets(request.text)), word
        )
        if signed is not None:
            check_signature(message, signed, key=reviewer.key_fingerprint, keys=keys)
            check_time(signed.at, self._clock.now())
        return Proof(
            message=message.decode(),
            bastion_signature=self._sign(message),
            reviewer_signature="" if signed is None else signed.signature,
        )

    async def withdraw(self, principal: Principal, request_id: str) -> Approval:
        """Take a request back, on the word of the person behind it.

        Raises:
            UnknownRequestError: there is none of this person's.
            NotPendingError: it has already ended, or runs.
        """
        request = await self.get(principal, request_id)
        if not _is_own(principal, request):
            raise AccessError("Only its requester can withdraw a request. You can deny it.")
        return await self._withdraw(request, by=principal.user)

    async def remark(self, request_id: str, words: str) -> None:
        """Tell reviewers something more about a request that waits; nothing when it no longer does.

        Raises:
            UnknownRequestError: there is no such request.
        """
        while True:
            request = await self._load(request_id)
            if request.state is not ApprovalState.PENDING:
                return
            if await self._approvals.swap(request, life.remark(request, words)):
                await self._publish(request_id)
                return

    async def withdraw_session(self, session_id: str) -> None:
        """Take back what a session that has ended left open.

        Requests that are not bound to their session stay: ``req wait`` may still run them.
        """
        for request in await self._open_requests():
            if request.session_id == session_id and request.is_interactive:
                await self._withdraw_if_open(request)

    async def recover(self, taken: Iterable[str] = ()) -> int:
        """Put in order what the last run of the only server left behind; count the requests.

        What was bound to a session that is gone is withdrawn. What was running has an unknown
        outcome, and is never run again by itself.

        Args:
            taken: requests whose run was taken on record, whatever the store says of them.
        """
        self._taken.update(taken)
        changed = 0
        for request in await self._approvals.list_requests(pending_only=True, limit=_LIST_MAX):
            if request.state is ApprovalState.RUNNING:
                await self.finish(request.id, ApprovalState.UNKNOWN)
                changed += 1
            elif request.is_interactive:
                await self._withdraw_if_open(request)
                changed += 1
        return changed

    async def expire_due(self) -> None:
        """Let every request expire whose time has come, though nobody waits for it.

        Called now and then, so that reviewers see it go.
        """
        await self._open_requests()

    async def revoke(
        self, reviewer: Principal, request_id: str, reason: str, *, signed: Signed | None = None
    ) -> Approval:
        """Take a yes back; signed and on record before it counts.

        One whose run goes on is looked at once more before COMMIT.

        Args:
            signed: the reviewer's own signature, where their program made one.

        Raises:
            UnknownRequestError: there is none that this reviewer may see.
            AccessError: this reviewer may not decide on it.
            NotPendingError: there is no yes, or its run is over.
            ApprovalError: no reason was given, or a signature does not fit.
        """
        reviewer = await self._as_of_now(reviewer)
        if not reason.strip():
            raise ApprovalError("To revoke a yes takes a reason; the requester reads it.")
        is_recorded = False
        fields = {"reviewer": reviewer.user, "reason": reason.strip(), "word": "taken back"}
        while True:
            request = await self.get(reviewer, request_id)
            now = self._clock.now()
            word = Word(
                reviewer=reviewer.user,
                is_approval=False,
                is_revocation=True,
                reason=reason,
                at=now if signed is None else signed.at,
            )
            proof = await self._prove(request, reviewer, word, signed)
            try:
                revoked = life.revoke(
                    request, reviewer=reviewer, reason=reason, now=now, proof=proof
                )
            except ApprovalError:
                if is_recorded:
                    # The record says that it came too late: the run was over.
                    await self._audit.record("approval.decision_void", _public(request) | fields)
                raise
            if not is_recorded:
                written = _public(request) | fields | dataclasses.asdict(proof)
                await self._audit.record("approval.revoked", written)
                is_recorded = True
            if await self._approvals.swap(request, revoked):
                await self._announce("approval.revoked", revoked, reviewer=reviewer.user)
                return revoked

    async def claim(self, request_id: str, digest: str) -> Approval:
        """Take the one run of an approved request; exactly one claimer ever succeeds.

        Args:
            digest: of what is about to run; see ``core.approval.binding_digest``.

        A store that was put back to before the run has the yes again; the record has not.

        Raises:
            UnknownRequestError: there is no such request.
            NotPendingError: not approved, expired, or somebody else took the run.
            ApprovalError: this is not what was approved.
            RecordingError: it could not be put on record; nothing may run.
        """
        while True:
            request = await self._load(request_id)
            claimed = life.claim(request, digest=digest, now=self._clock.now())
            if request_id in self._taken:
                raise NotPendingError(
                    "This yes has had its run: the audit log says so, and the store no longer does."
                    " Ask anew, and tell an administrator to run: bastion doctor"
                )
            if await self._approvals.swap(request, claimed):
                self._taken.add(request_id)
                await self._publish(request_id)
                try:
                    await self._audit.record("approval.taken", _public(claimed))
                except RecordingError:
                    await self.finish(request_id, ApprovalState.FAILED)
                    raise
                return claimed

    async def finish(self, request_id: str, outcome: ApprovalState) -> Approval:
        """Record how the one run ended: DONE, FAILED or UNKNOWN.

        Raises:
            UnknownRequestError: there is no such request.
            ApprovalError: it was not running.
        """
        while True:
            request = await self._load(request_id)
            finished = life.finish(request, outcome=outcome, now=self._clock.now())
            if await self._approvals.swap(request, finished):
                await self._publish(request_id)
                return finished

    async def get(self, viewer: Principal, request_id: str) -> Approval:
        """Find a request that ``viewer`` may see.

        Raises:
            UnknownRequestError: none, or not theirs to see; the answer is the same.
        """
        request = await self._load(request_id)
        if not _may_see(viewer, request):
            raise _unknown()
        return _as_seen(viewer, request)

    async def list_requests(
        self, viewer: Principal, *, pending_only: bool = True
    ) -> tuple[Approval, ...]:
        """List what ``viewer`` may see, newest first; at most 1,000."""
        if pending_only:
            open_requests = await self._open_requests()
            requests = [one for one in open_requests if one.state is ApprovalState.PENDING]
        else:
            requests = [
                await self._fresh(request)
                for request in await self._approvals.list_requests(limit=_LIST_MAX)
            ]
        return tuple(_as_seen(viewer, request) for request in requests if _may_see(viewer, request))

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call back with the request's id on each change, in this process or another."""
        return self._notifier.subscribe(TOPIC, callback)

    async def _as_of_now(self, reviewer: Principal) -> Principal:
        """Narrow a reviewer to what the account may do at this moment.

        The login may be hours old. A reviewer who cannot be looked up decides nothing.
        """
        refusal = await self._users.refusal(reviewer, None)
        if refusal is not None:
            raise AccessError(refusal)
        account = await self._users.find(reviewer.user)
        if account is None or account.is_disabled or account.person != reviewer.person:
            raise AccessError("Your account may no longer decide. Ask an administrator.")
        reach = account.targets
        if reach is None:
            reach = reviewer.targets
        elif reviewer.targets is not None:
            reach = reach & reviewer.targets
        roles = reviewer.roles & account.roles
        return dataclasses.replace(reviewer, roles=roles, targets=reach)

    async def _load(self, request_id: str) -> Approval:
        request = await self._approvals.get(request_id)
        if request is None:
            raise _unknown()
        return await self._fresh(request)

    async def _open_requests(self) -> Sequence[Approval]:
        """Give what is pending or approved, newest first."""
        requests = [
            await self._fresh(request)
            for request in await self._approvals.list_requests(pending_only=True, limit=_LIST_MAX)
        ]
        return [request for request in requests if request.is_open]

    async def _fresh(self, request: Approval) -> Approval:
        """Let a request expire whose time has come, whoever looks at it first."""
        expired = life.expire(request, now=self._clock.now())
        if expired is request:
            return request
        if await self._approvals.swap(request, expired):
            await self._announce("approval.expired", expired)
            await self._audit.record("approval.expired", _public(expired))
            return expired
        return await self._load(request.id)

    async def _withdraw_if_open(self, request: Approval) -> None:
        try:
            await self._withdraw(request, by="")
        except NotPendingError:
            # It ended by itself in between; one end is enough.
            log.debug("approval.already_ended", extra={"request_id": request.id})
        except RecordingError as error:
            # The others must end as well.
            log.error("approval.not_recorded", extra={"detail": error.detail})  # noqa: TRY400

    async def _withdraw(self, request: Approval, *, by: str) -> Approval:
        while True:
            withdrawn = life.withdraw(request, now=self._clock.now())
            if await self._approvals.swap(request, withdrawn):
                # Nothing that ends a request waits for the record: an end can only be safe.
                await self._announce("approval.withdrawn", withdrawn)
                fields = {"by": by or "the end of its session"}
                await self._audit.record("approval.withdrawn", _public(withdrawn) | fields)
                return withdrawn
            request = await self._load(request.id)

    async def _announce(self, event: str, request: Approval, *, reviewer: str = "") -> None:
        await self._publish(request.id)
        fields = _public(request)
        if reviewer:
            fields["reviewer"] = reviewer
        self._messenger.tell(event, fields)

    async def _publish(self, request_id: str) -> None:
        try:
            await self._notifier.publish(TOPIC, request_id)
        except StoreError as error:
            # The step itself is in the store; whoever waits finds it by the safety poll.
            log.warning("approval.wake_up_failed", extra={"detail": error.detail})


def _public(request: Approval) -> dict[str, str | int | None]:
    """Describe a request without a word of its SQL, and without a digest to try guesses against."""
    return {
        "request_id": request.id,
        "state": request.state.value,
        "requester": request.requester,
        "person": request.person,
        "target": request.context.target,
        "environment": request.environment.value,
        "effect": request.effect,
        "rows": request.impact.rows,
        "rule": request.rule,
        "statement_digest": life.salted(request.statement_sha256, request.salt),
        "approvals": len(request.approved_by),
        "approvals_needed": request.approvals_needed,
        "expires_at": request.expires_at.isoformat(),
    }


def _check_flood(draft: Approval, waiting: int) -> None:
    most = PENDING_MAX_AGENTS if draft.is_agent else PENDING_MAX_PEOPLE
    if waiting >= most:
        raise AccessError(
            f"You have {waiting} requests waiting; {most} is the most. Wait for a decision, or"
            " withdraw one."
        )


def _check_eligible(draft: Approval, approvers: Sequence[str]) -> None:
    roles = " or ".join(sorted(role.value for role in draft.approver_roles))
    if not approvers:
        raise AccessError(
            f"Nobody else may approve this: it takes another person with the role {roles} who"
            f" reaches {draft.context.target}. Ask an administrator to name one."
        )
    if len(approvers) < draft.approvals_needed:
        raise AccessError(
            f"This takes {draft.approvals_needed} approvals, and only {len(approvers)} other"
            " people may give one. Ask an administrator to name more."
        )


def _may_decide(account: Account, approval: Approval, now: datetime) -> bool:
    """Tell whether this account could decide now; mirrors ``core.approval.check_reviewer``."""
    is_active = not account.is_disabled and (account.expires_at is None or now < account.expires_at)
    return (
        is_active
        and not account.is_agent
        and bool(account.person)
        and account.person != approval.person
        and not account.roles.isdisjoint(approval.approver_roles)
        and (account.targets is None or approval.context.target in account.targets)
    )


def _is_own(viewer: Principal, request: Approval) -> bool:
    if viewer.is_agent:
        # An agent sees its own requests; its owner sees the agent's.
        return viewer.user == request.requester
    return bool(viewer.person) and viewer.person == request.person


def _may_see(viewer: Principal, request: Approval) -> bool:
    if _is_own(viewer, request):
        return True
    is_overseer = not viewer.is_agent and viewer.has_role(*_OVERSEERS)
    return is_overseer and viewer.may_reach(request.context.target)


def _as_seen(viewer: Principal, request: Approval) -> Approval:
    """Leave out what a viewer may not read.

    The requester's own person, who may not be one to read its rows, gets no sample; who oversees
    and does not decide gets no values that somebody typed, as in recordings, and no digest that
    would prove a guess at one.
    """
    if _is_own(viewer, request):
        return dataclasses.replace(request, impact=dataclasses.replace(request.impact, sample=None))
    if not viewer.roles.isdisjoint(request.approver_roles):
        return request
    said = request.spoken or detectors.redact(request.text)
    if said == request.text and not request.parameters:
        return request
    return dataclasses.replace(request, text=said, parameters=(), statement_sha256="", salt="")


def _unknown() -> UnknownRequestError:
    return UnknownRequestError("There is no such request. `req list` shows those you may see.")
