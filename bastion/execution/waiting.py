"""Waiting: a held statement is measured, filed, waited for and, once approved, run, once."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable

from bastion.core.approval import Approval, ApprovalState, binding_digest
from bastion.core.grants import GrantKind, Wanted
from bastion.core.impact import is_slip
from bastion.core.model import (
    Action,
    Engine,
    Finished,
    Impact,
    NoticeReceived,
    PipelineEvent,
    Resumed,
    Status,
    TransactionState,
)
from bastion.errors import (
    AccessError,
    ApprovalError,
    BastionError,
    EffectExceededError,
    NotPendingError,
    StatementTimeoutError,
    StoreError,
    TargetUnavailableError,
    UsageError,
)
from bastion.execution.asking import check_window, grant_request, grant_words
from bastion.execution.confirming import check_yes
from bastion.execution.holding import (
    GOES_BACK,
    ROLLED_BACK,
    ROLLED_BACK_FOR_WAITERS,
    WAITERS_GRACE_S,
    Held,
    draft_request,
    is_dirty,
    waiting_event,
    words_for_changed,
    words_for_unapproved,
    words_for_waiters,
)
from bastion.execution.judging import Judgement
from bastion.execution.line import Line
from bastion.execution.measuring import follow, key_guard, looking_permit, over_guard
from bastion.execution.outcomes import Run, conclude
from bastion.execution.ports import (
    ReadyToCommit,
)
from bastion.execution.rehearsing import LOCK_TIMEOUT_S, noted, rehearse, why_not_undone
from bastion.execution.sending import Sender
from bastion.execution.session import SessionState

log = logging.getLogger(__name__)

_ROUNDS_MAX = 3
"""How often an approved statement whose effect grew goes back to the reviewers."""
_LOOK_EVERY_S = 1.0
_OPEN_MARGIN_S = 5.0
"""The server itself gives up an open transaction so long after the bastion should have."""


class Holder:
    """Holds the statements of one line, and asks for its grants."""

    def __init__(self, line: Line, sender: Sender) -> None:
        """Hold on this line, and send what was approved by ``sender``."""
        self._line = line
        self._sender = sender

    async def hold(self, run: Run, judged: Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """File a request, wait, and run what was approved, once.

        A statement whose effect grew since is rolled back and goes back to the reviewers.
        """
        await self.check_with_server(run, judged)
        if run.options.wait_s == 0 and is_dirty(self._line.judge.context):
            raise UsageError(
                "This statement is held, and it depends on an open transaction, temporary objects "
                "or changed settings that end with this command. Use --wait."
            )
        if await self._line.judge.learn_before_hold(judged):
            # What the yes is bound to must be as it is now, or the run would find it changed.
            judged = await self._judged_again(run, judged)
        for _ in range(_ROUNDS_MAX):
            run.server_settings = await self._line.connection.settings_digest()
            weighed = await self._line.weighed(run, judged)
            if weighed.verdict.action is Action.BLOCK:
                raise AccessError(weighed.verdict.text)
            if weighed.verdict.action is Action.HOLD:
                judged = weighed
            run.judgement = judged
            may_stay_open = await self._measure_by_running(run, judged)
            round_ = self._hold_open if may_stay_open else self._file_and_run
            try:
                async with contextlib.aclosing(round_(run, judged)) as events:
                    async for event in events:
                        yield event
            except EffectExceededError:
                yield NoticeReceived(severity="NOTE", text=GOES_BACK)
                judged = await self._judged_again(run, judged)
                continue
            return
        raise ApprovalError("The effect kept changing. Narrow the statement and send it again.")

    async def _judged_again(self, run: Run, held: Judgement) -> Judgement:
        """Judge a held statement by what is known now.

        What waits for its guesses alone is let run by policy: it stays held, and for that reason.
        """
        again = await self._line.judged_with_tokens(run)
        is_let = again.verdict.action is Action.ALLOW
        return dataclasses.replace(again, verdict=held.verdict) if is_let else again

    async def _file_and_run(
        self, run: Run, judged: Judgement
    ) -> AsyncGenerator[PipelineEvent, None]:
        asked = self._ask(run, await self._draft(run, judged), self.await_and_run(run, judged))
        async with contextlib.aclosing(asked) as events:
            async for event in events:
                yield event

    async def _ask(
        self, run: Run, draft: Approval, answered: AsyncGenerator[PipelineEvent, None]
    ) -> AsyncGenerator[PipelineEvent, None]:
        """File a request and go on to its answer.

        It is taken back when whoever was to wait for it leaves first: a client that is gone when
        told that it waits never gets as far as the wait, where an interrupt would find it.
        """
        is_over = False
        async with contextlib.aclosing(answered) as events:
            try:
                await self._file(run, draft)
                async for event in events:
                    is_over = isinstance(event, Finished)
                    yield event
            finally:
                if not is_over and run.options.wait_s != 0 and not run.is_resumed:
                    await asyncio.shield(self._take_back(run))

    async def _take_back(self, run: Run) -> None:
        """Withdraw what was asked, unless it has ended or runs."""
        if run.approval is not None and run.approval.is_open:
            with contextlib.suppress(ApprovalError):
                await self._line.governance.desk.withdraw(
                    self._line.session.principal, run.approval.id
                )

    async def _file(self, run: Run, draft: Approval) -> Approval:
        run.approval = await self._line.governance.desk.submit(draft)
        # The same text may wait already: a yes covers what that request shows.
        run.impact = dataclasses.replace(run.approval.impact, sample=None)
        await self._line.session.measurement(run.id, run.approval)
        self._line.session.counts.held += 1
        return run.approval

    async def check_with_server(self, run: Run, judged: Judgement) -> None:
        """Let the server parse it, so that nobody is asked about what cannot run anyway.

        Raises:
            StatementError: in the server's words.
        """
        is_idle = self._line.connection.transaction_state is TransactionState.IDLE
        if not is_idle and not judged.statement.is_understood:
            return
        if judged.catalogue.casts:
            # To parse a literal of a type is to run the type's own code, and no fence holds that.
            return
        if self._line.target.engine is Engine.MYSQL and not is_slip(judged.statement):
            # There it takes a PREPARE, which the server logs: what is held must not reach it.
            return
        with contextlib.suppress(StatementTimeoutError):
            await self._line.connection.describe(looking_permit(run.text, judged))

    async def await_and_run(
        self, run: Run, judged: Judgement
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Wait for the yes of a request that is filed, and run it by that."""
        approval = run.approval
        if approval is None:
            raise ApprovalError("There is no request to wait for.")
        await self._line.session.approval(run.id, approval)
        if approval.state is ApprovalState.PENDING and run.options.wait_s != 0:
            approvers = await self._line.governance.desk.eligible(approval)
            yield waiting_event(
                approval, approvers, in_transaction=self._line.judge.context.in_transaction
            )
        approval = await self._wait(run, approval)
        run.approval = approval
        await self._line.session.approval(run.id, approval)
        if approval.state is not ApprovalState.APPROVED:
            yield await self._conclude_unapproved(run, approval)
            return
        judged = await self._judge_again(run, judged)
        run.server_settings = await self._line.connection.settings_digest()
        resumed = await self._claim(run, judged, approval)
        settled = self._settling(
            self._run_claimed(run, judged, resumed), functools.partial(self._finish, approval.id)
        )
        async with contextlib.aclosing(settled) as events:
            async for event in events:
                yield event

    async def _run_claimed(
        self, run: Run, judged: Judgement, resumed: Resumed
    ) -> AsyncGenerator[PipelineEvent, None]:
        yield resumed
        if run.approval is not None:
            await self._line.session.approval(run.id, run.approval)
        if run.impact is not None:
            run.along = await follow(self._line.looking(run), judged, run.impact)
        async with contextlib.aclosing(self._sender.do(run, judged)) as events:
            async for event in events:
                yield event

    async def _finish(self, request_id: str, outcome: ApprovalState) -> None:
        """Tell the store how the one run of a yes ended.

        What has run has run, and is told so, whatever becomes of the store: where it cannot be
        written, the request stays running, and is of unknown outcome at the next start.
        """
        try:
            await asyncio.shield(self._line.governance.desk.finish(request_id, outcome))
        except StoreError as error:
            log.warning(
                "approval.unfinished",
                extra={"request": request_id, "outcome": outcome.value, "detail": error.detail},
            )

    async def _settling(
        self,
        events: AsyncGenerator[PipelineEvent, None],
        settle: Callable[[ApprovalState], Awaitable[None]],
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Pass on what a run gives, and settle once how it ended, however it ended.

        Done before anybody is told so; failed where the server said so; else unknown.
        """
        outcome, is_settled = ApprovalState.UNKNOWN, False
        try:
            async with contextlib.aclosing(events):
                async for event in events:
                    if isinstance(event, Finished):
                        outcome = ApprovalState.DONE
                        await settle(outcome)
                        is_settled = True
                    yield event
        except TargetUnavailableError:
            raise
        except BastionError:
            if outcome is ApprovalState.UNKNOWN:
                outcome = ApprovalState.FAILED
            raise
        finally:
            if not is_settled:
                await asyncio.shield(settle(outcome))

    async def _claim(self, run: Run, judged: Judgement, approval: Approval) -> Resumed:
        """Take the one run of a yes."""
        context = await self._line.run_context(judged, run.server_settings)
        session_id = self._line.session.id if approval.is_interactive else ""
        digest = binding_digest(run.text, run.parameters, context, session_id)
        changed = words_for_changed(approval.context, context)
        if changed and approval.state is ApprovalState.APPROVED:
            raise ApprovalError(changed)
        run.approval = await self._line.governance.desk.claim(approval.id, digest)
        comment = approval.decisions[-1].reason
        return Resumed(request_id=approval.id, approved_by=approval.approved_by, comment=comment)

    async def _measure_by_running(self, run: Run, judged: Judgement) -> bool:
        """Rehearse where policy says so; True when the transaction itself may wait for the yes."""
        verdict, impact = judged.verdict, run.impact
        may_wait = verdict.holds_open_s > 0 and run.options.wait_s != 0
        if impact is None or not (verdict.rehearses or may_wait):
            return False
        why = await why_not_undone(self._line.looking(run), judged)
        stage = self._stage()
        if not why and stage.locked():
            why = "another write is being tried at this target now"
        if why:
            what = "Not held open" if may_wait else "Not measured by running it"
            run.impact = noted(impact, f"{what}: {why}.")
            return False
        if may_wait:
            return True
        async with stage:
            await self._line.session.trial(run.id, run.text, "rehearsal")
            run.impact = await rehearse(self._line.looking(run), judged, impact)
        return False

    def _stage(self) -> asyncio.Lock:
        return self._line.governance.stages.setdefault(self._line.target.name, asyncio.Lock())

    async def _hold_open(self, run: Run, judged: Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """Run it in a transaction that then waits: a yes commits it, all else rolls it back."""
        impact = run.impact or Impact(effect="")
        permit = dataclasses.replace(
            await self._sender.recorded_permit(run, judged),
            lock_timeout_s=LOCK_TIMEOUT_S,
            keys=key_guard(judged, impact, self._line.governance.mask_key),
            over=over_guard(judged, impact),
            pause_s=judged.verdict.holds_open_s + _OPEN_MARGIN_S,
        )
        is_refused = False
        async with self._stage():
            await self._line.session.trial(run.id, run.text, "held open")
            sent = self._sender.send(run, judged, permit, ask=self._ask_while_open)
            try:
                async with contextlib.aclosing(
                    self._settling(sent, functools.partial(self._end_open, run))
                ) as events:
                    async for event in events:
                        yield event
            except NotPendingError:
                if run.approval is None or run.approval.state is ApprovalState.APPROVED:
                    raise
                is_refused = True
        if is_refused and run.approval is not None:
            yield await self._conclude_unapproved(run, run.approval, was_open=True)

    async def _end_open(self, run: Run, outcome: ApprovalState) -> None:
        """End the request of a transaction that is over, one way or the other."""
        if run.approval is not None and run.approval.state is ApprovalState.RUNNING:
            with contextlib.suppress(ApprovalError):
                await self._finish(run.approval.id, outcome)
        else:
            await self._take_back(run)

    async def _ask_while_open(
        self, run: Run, judged: Judgement, ready: ReadyToCommit
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Ask the reviewers about a transaction that has run; returns when it may commit.

        Raises:
            NotPendingError: there was no yes; ``run.approval`` says how it ended.
            ApprovalError: others waited for its locks.
        """
        open_s = judged.verdict.holds_open_s
        # First of all: it raises where nobody can see who waits.
        await ready.waiters()
        run.impact = noted(
            dataclasses.replace(
                run.impact or Impact(effect=""), rows=ready.affected, is_measured=True
            ),
            f"It has run, and its transaction waits: a yes within {open_s:g} s commits it, "
            "anything else rolls it back.",
        )
        draft = await self._draft(run, judged, open_s=open_s)
        approval = await self._file(run, draft)
        if approval.id != draft.id:
            run.approval = None
            raise ApprovalError("The same statement of yours waits already. It was rolled back.")
        await self._line.session.approval(run.id, approval)
        approvers = await self._line.governance.desk.eligible(approval)
        yield waiting_event(approval, approvers, in_transaction=True)
        approval = run.approval = await self._wait_open(run, approval, ready)
        await self._line.session.approval(run.id, approval)
        if approval.state is not ApprovalState.APPROVED:
            raise NotPendingError("There was no yes, so it was rolled back.")
        judged = await self._judge_again(run, judged)
        resumed = await self._claim(run, judged, approval)
        if run.approval is not None:
            await self._line.session.approval(run.id, run.approval)
        yield resumed

    async def _wait_open(self, run: Run, approval: Approval, ready: ReadyToCommit) -> Approval:
        clock, desk = self._line.governance.clock, self._line.governance.desk
        started = clock.monotonic()
        blocked_since: float | None = None
        async with self._waiting(run, functools.partial(self._take_back, run)):
            while True:
                approval = await desk.wait(approval.id, timeout_s=_LOOK_EVERY_S)
                now = clock.monotonic()
                is_late = run.options.wait_s is not None and now - started >= run.options.wait_s
                if approval.state is not ApprovalState.PENDING or is_late:
                    return approval
                waiters = await ready.waiters()
                if not waiters:
                    blocked_since = None
                elif blocked_since is None:
                    blocked_since = now
                    await desk.remark(approval.id, words_for_waiters(waiters))
                elif now - blocked_since >= WAITERS_GRACE_S:
                    raise ApprovalError(ROLLED_BACK_FOR_WAITERS)

    async def _judge_again(self, run: Run, before: Judgement) -> Judgement:
        """Judge once more at the time of use: anything it rests on may have changed."""
        await self._line.check_standing(is_news=True)
        await self._line.judge.learn_for_run(before)
        judged = await self._line.judged(run)
        await check_yes(self._line, run.approval, judged.verdict)
        if judged.statement.effects != before.statement.effects:
            raise ApprovalError("The statement now means something else. Send it again.")
        return await self._line.judge.with_tokens(judged)

    async def _wait(self, run: Run, approval: Approval) -> Approval:
        limit = asyncio.timeout(None)

        async def leave() -> None:
            limit.reschedule(0.0)

        end_wait = leave if run.is_resumed else functools.partial(self._take_back, run)
        desk = self._line.governance.desk
        try:
            async with limit, self._waiting(run, end_wait):
                return await desk.wait(approval.id, timeout_s=run.options.wait_s)
        except TimeoutError:
            return approval

    @contextlib.asynccontextmanager
    async def _waiting(
        self, run: Run, end_wait: Callable[[], Awaitable[None]]
    ) -> AsyncGenerator[None, None]:
        """Let others see that the session waits, and an interrupt end it."""
        clock = self._line.governance.clock
        started = clock.monotonic()
        self._line.end_wait = end_wait
        self._line.set_state(SessionState.WAITING)
        try:
            if self._line.is_interrupted:
                # It came while there was no wait to end yet.
                await end_wait()
            yield
        finally:
            self._line.end_wait = None
            run.waited_s += clock.monotonic() - started
            self._line.set_state(SessionState.RUNNING)

    async def _conclude_unapproved(
        self, run: Run, approval: Approval, *, was_open: bool = False
    ) -> Finished:
        dirty = is_dirty(self._line.judge.context)
        if dirty:
            await self._take_back(run)
        status, message = words_for_unapproved(
            approval, is_dirty=dirty or was_open, was_open=was_open
        )
        is_overdue = approval.state in {ApprovalState.PENDING, ApprovalState.EXPIRED}
        if is_overdue and self._line.judge.context.in_transaction:
            await self._line.roll_back()
            message = f"{message} {ROLLED_BACK}"
        return await conclude(self._line.session, run, status, message=message)

    async def _draft(self, run: Run, judged: Judgement, *, open_s: float = 0.0) -> Approval:
        held = Held(
            text=run.text,
            parameters=run.parameters,
            context=await self._line.run_context(judged, run.server_settings),
            impact=run.impact or Impact(effect=""),
            verdict=judged.verdict,
            reason=run.options.reason,
            in_transaction=self._line.judge.context.in_transaction,
            is_dirty=is_dirty(self._line.judge.context) or open_s > 0,
            spoken=self._line.judge.spoken(judged, run.parameters).text,
            open_s=open_s,
        )
        return draft_request(
            held, self._line.session, self._line.target, self._line.governance.clock.now()
        )

    async def ask_grant(self, run: Run, wanted: Wanted) -> AsyncGenerator[PipelineEvent, None]:
        """File a request for a grant, wait and, once there is a yes, take it up."""
        await self._line.check_standing()
        if self._line.session.principal.is_agent:
            raise AccessError("A reviewer gives this to persons, never to agents.")
        if not run.options.reason.strip():
            raise UsageError("Say why you need it; the reviewer reads it.")
        judged = await self._line.judge.judge(run.text, run.options)
        if wanted.kind is GrantKind.WINDOW:
            check_window(wanted.subject, judged.catalogue)
        held = grant_request(run, await self._line.run_context(judged, ""), wanted, judged.verdict)
        draft = draft_request(
            held, self._line.session, self._line.target, self._line.governance.clock.now()
        )
        await self._line.session.note("grant.asked", {"statement_id": run.id, "text": run.text})
        asked = self._ask(run, draft, self.await_grant(run, judged, wanted))
        async with contextlib.aclosing(asked) as events:
            async for event in events:
                yield event

    async def await_grant(
        self, run: Run, judged: Judgement, wanted: Wanted
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Wait for the yes of a request for a grant that is filed, and take it up."""
        approval = run.approval
        if approval is None:
            raise ApprovalError("There is no request to wait for.")
        desk = self._line.governance.desk
        await self._line.session.approval(run.id, approval)
        if approval.state is ApprovalState.PENDING and run.options.wait_s != 0:
            yield waiting_event(approval, await desk.eligible(approval), in_transaction=False)
        approval = run.approval = await self._wait(run, approval)
        await self._line.session.approval(run.id, approval)
        if approval.state is not ApprovalState.APPROVED:
            yield await self._conclude_unapproved(run, approval)
            return
        await self._line.check_standing(is_news=True)
        if await desk.given(approval.id) is None:
            raise ApprovalError("Who said yes may no longer say so. Ask again.")
        await self._line.judge.learn_for_run(judged)
        judged = await self._line.judge.judge(run.text, run.options)
        yield await self._claim(run, judged, approval)
        outcome = ApprovalState.FAILED
        try:
            grant = await self._line.governance.grants.give(approval, wanted)
            outcome = ApprovalState.DONE
        finally:
            await self._finish(approval.id, outcome)
        await self._line.session.note("grant.given", {"statement_id": run.id, "grant": grant.id})
        yield await conclude(self._line.session, run, Status.OK, message=grant_words(grant))
