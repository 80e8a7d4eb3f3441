"""The one governed path: every statement of every front end goes through ``Runner``.

    text -> Statement -> Verdict -> [recorded] -> Permit -> RawBatch -> MaskedBatch -> [recorded]

Each stage takes what the former made. ``judging`` gives the verdict, ``measuring`` looks before
anybody is asked, ``outcomes`` records how it ended; this module makes the permit, runs and masks.
What it yields may be shown, and nothing else may.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import logging
from collections.abc import AsyncGenerator, Sequence

from bastion.core import masking
from bastion.core.approval import Approval, ApprovalState, RunContext, binding_digest
from bastion.core.catalogue import Catalogue
from bastion.core.context import SessionContext
from bastion.core.grants import GrantKind, Wanted
from bastion.core.impact import is_slip, objects_digest
from bastion.core.keyset import KeyGuard
from bastion.core.model import (
    Action,
    Engine,
    Fence,
    Finished,
    Impact,
    MaskedBatch,
    NoticeReceived,
    PipelineEvent,
    RawBatch,
    ResultStarted,
    Resumed,
    Row,
    RunOptions,
    Sensitivity,
    StatementStarted,
    Status,
    Target,
    TransactionState,
    Verdict,
)
from bastion.core.retire import RetiredTable, RetireKind, Retirement
from bastion.core.statement import split
from bastion.core.tokens import TokenBook
from bastion.errors import (
    AccessError,
    ApprovalError,
    BastionError,
    EffectExceededError,
    NotPendingError,
    StatementCancelledError,
    StatementError,
    StatementTimeoutError,
    StructureMovedError,
    TargetUnavailableError,
    UsageError,
)
from bastion.execution.asking import check_window, grant_request, grant_words, wanted_of
from bastion.execution.holding import (
    GOES_BACK,
    ROLLED_BACK,
    ROLLED_BACK_FOR_WAITERS,
    WAITERS_GRACE_S,
    Held,
    draft_request,
    is_dirty,
    waiting_event,
    words_for_unapproved,
    words_for_waiters,
)
from bastion.execution.judging import Governance, Judge, Judgement
from bastion.execution.measuring import Looking, key_guard, looking_permit, measure
from bastion.execution.outcomes import Run, conclude, conclude_failed
from bastion.execution.ports import (
    Completion,
    Connection,
    Connector,
    Permit,
    ReadyToCommit,
    ResultHead,
    ServerNotice,
    Standing,
)
from bastion.execution.rehearsing import LOCK_TIMEOUT_S, noted, rehearse, why_not_undone
from bastion.execution.retiring import Retirer
from bastion.execution.session import Session, SessionState, statement_digest

log = logging.getLogger(__name__)

_ROUNDS_MAX = 3
"""How often an approved statement whose effect grew goes back to the reviewers."""

_LOOK_EVERY_S = 1.0
_OPEN_MARGIN_S = 5.0
"""The server itself gives up an open transaction so long after the bastion should have."""

_GOES_ON_AFTER = (Status.OK, Status.ERROR, Status.TIMEOUT, Status.BLOCKED, Status.PENDING)


class Runner:
    """Runs the statements of one session on one target, one after another."""

    def __init__(
        self,
        session: Session,
        connector: Connector,
        connection: Connection,
        governance: Governance,
    ) -> None:
        """Take an open connection; use ``Runner.open``."""
        self._session = session
        self._connector = connector
        self._connection = connection
        self._governance = governance
        self._judge = Judge(session, connector, governance, connection.search_path)
        self._numbers = itertools.count(1)
        self._waiting_for: str | None = None
        self._masks: tuple[str, ...] = ()
        self._is_interrupted = False
        self._standing: Standing | None = None
        """Where the session stood before code that nobody understood."""
        self._remove_closer = session.on_end(self._on_session_end)

    @classmethod
    async def open(cls, session: Session, connector: Connector, governance: Governance) -> Runner:
        """Connect to the target for a session.

        Raises:
            TargetUnavailableError: with what to check.
        """
        connection = await connector.connect(f"bastion:{session.principal.user}:{session.id}")
        return cls(session, connector, connection, governance)

    @property
    def target(self) -> Target:
        """Give the target that statements run on."""
        return self._connector.target

    @property
    def transaction_state(self) -> TransactionState:
        """Tell where the database connection stands, for the prompt."""
        return self._connection.transaction_state

    @property
    def role(self) -> str:
        """Name the database role in use."""
        return self._connection.role

    @property
    def context(self) -> SessionContext:
        """Give what the session has made on its way."""
        return self._judge.context

    async def catalogue(self) -> Catalogue:
        """Give what is known of the target, for completion and listings."""
        return await self._connector.catalogue()

    def explain_masks(self) -> tuple[str, ...]:
        """Tell, a sentence a column, why columns of the last result were masked."""
        return self._masks

    async def execute(
        self,
        text: str,
        *,
        options: RunOptions,
        parameters: tuple[bytes | None, ...] = (),
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Judge, record, hold, run and mask each statement of a text, in order.

        Stops after the first statement that did not end ``ok``; with
        ``options.stop_on_error`` off it goes on after error, timeout, blocked and pending.
        A text without a statement yields nothing.
        """
        try:
            pieces = split(text, self.target.engine)
            if parameters and len(pieces) != 1:
                raise UsageError("Parameters belong to exactly one statement.")
        except UsageError as error:
            yield Finished(index=1, status=Status.USAGE, message=error.message)
            return
        for index, piece in enumerate(pieces, 1):
            run = Run(
                index=index,
                id=f"{self._session.id}-{next(self._numbers)}",
                text=piece,
                parameters=parameters,
                options=options,
                started=self._governance.clock.monotonic(),
            )
            status = Status.INTERNAL
            async with contextlib.aclosing(self._guard(run, self._execute_one(run))) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        status = event.status
                    yield event
            if status is Status.OK:
                continue
            if options.stop_on_error or status not in _GOES_ON_AFTER:
                return

    async def resume(
        self, approval: Approval, *, options: RunOptions
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Wait for a request left pending and, once approved, run it, once, in autocommit."""
        run = Run(
            index=1,
            id=f"{self._session.id}-{next(self._numbers)}",
            text=approval.text,
            parameters=approval.parameters,
            options=options,
            started=self._governance.clock.monotonic(),
            approval=approval,
            impact=approval.impact,
        )
        async with contextlib.aclosing(self._guard(run, self._resume_one(run))) as events:
            async for event in events:
                yield event

    async def ask_grant(
        self, wanted: Wanted, *, options: RunOptions
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Ask a reviewer for a grant and, once there is a yes, take it up."""
        run = Run(
            index=1,
            id=f"{self._session.id}-{next(self._numbers)}",
            text=wanted.text,
            parameters=(),
            options=options,
            started=self._governance.clock.monotonic(),
        )
        async with contextlib.aclosing(self._guard(run, self._ask_grant(run, wanted))) as events:
            async for event in events:
                yield event

    async def interrupt(self) -> None:
        """Cancel what runs at the server, or withdraw the request that is waited for."""
        self._is_interrupted = True
        request_id = self._waiting_for
        if request_id is not None:
            with contextlib.suppress(ApprovalError):
                await self._governance.desk.withdraw(self._session.principal, request_id)
            return
        await self._connection.cancel()

    async def list_retired(self) -> tuple[RetiredTable, ...]:
        """List what is in quarantine of this target, newest first."""
        found = await self._governance.quarantine.list_retired(self.target.name)
        return tuple(one for one in found if one.is_in_quarantine)

    async def undrop(self, name: str) -> RetiredTable:
        """Bring a table back from quarantine, by its name or the entry's id; the newest of a name.

        Raises:
            AccessError: an agent asks, or the principal may no longer act.
            UsageError: nothing of that name is there, or its place is taken.
            BastionError: the server refuses; nothing has changed.
        """
        await self._check_standing()
        if self._session.principal.is_agent:
            raise AccessError("A person brings tables back from quarantine, no agent.")
        await self._session.note("quarantine.undrop", {"name": name})
        for entry in await self.list_retired():
            if name in {entry.id, entry.name, entry.qualified_name}:
                restored = await self._retirer().restore(entry, by=self._session.principal.user)
                await self._connector.refresh(frozenset({(entry.schema, entry.name)}))
                return restored
        raise UsageError(f"There is no {name} in quarantine. \\undrop alone lists what there is.")

    async def close(self) -> None:
        """Leave the database; an open transaction is rolled back."""
        self._remove_closer()
        await self._connection.close()

    async def _on_session_end(self, reason: str) -> None:
        log.debug("runner.ending", extra={"reason": reason})
        await self._governance.desk.withdraw_session(self._session.id)
        await self._connection.cancel()
        await self._connection.close()

    # One statement

    async def _guard(
        self, run: Run, events: AsyncGenerator[PipelineEvent, None]
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Turn every error into a recorded outcome; a broken recorder ends the session."""
        self._session.touch()
        self._is_interrupted = False
        self._set_state(SessionState.RUNNING)
        try:
            yield StatementStarted(index=run.index, text=run.text)
            async with contextlib.aclosing(events):
                async for event in events:
                    yield event
        except BastionError as error:
            yield await conclude_failed(self._session, run, error)
        finally:
            self._session.touch()
            self._set_state(SessionState.IDLE)

    async def _execute_one(self, run: Run) -> AsyncGenerator[PipelineEvent, None]:
        await self._check_standing()
        await self._reconnect_if_lost()
        judged = await self._judged(run)
        said = ""
        if not run.options.dry_run:
            judged, said = await self._judge.spend(await self._judge.under_window(judged))
            run.judgement = judged
        if judged.verdict.depends_on_rows:
            statement = judged.statement
            await self._session.statement(run.id, run.index, statement, run.parameters)
            judged = await self._weighed(run, await self._judge.with_tokens(judged))
            await self._session.verdict(run.id, statement, judged.verdict)
        else:
            await self._session.intent(
                run.id, run.index, judged.statement, run.parameters, judged.verdict
            )
            if judged.verdict.action is not Action.BLOCK:
                judged = await self._judge.with_tokens(judged)
        if run.options.dry_run:
            yield await self._dry_run(run, judged)
            return
        if judged.verdict.emergency:
            await self._governance.glass.note_run(
                judged.verdict.emergency,
                self._session.principal,
                statement_id=run.id,
                sha256=statement_digest(run.text),
            )
            yield NoticeReceived(severity="NOTE", text=judged.verdict.text)
        if said:
            await self._session.notice("NOTE", said)
            yield NoticeReceived(severity="NOTE", text=said)
        async with contextlib.aclosing(self._act(run, judged)) as events:
            async for event in events:
                yield event

    async def _act(self, run: Run, judged: Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """Do what the verdict says."""
        match judged.verdict.action:
            case Action.BLOCK:
                if not judged.statement.is_understood and not judged.statement.pinned:
                    # A slip of the pen deserves the server's own words.
                    await self._check_with_server(run, judged)
                self._session.counts.blocked += 1
                yield await conclude(
                    self._session, run, Status.BLOCKED, message=judged.verdict.text
                )
            case Action.HOLD:
                async with contextlib.aclosing(self._hold(run, judged)) as held:
                    async for event in held:
                        yield event
            case Action.ALLOW if judged.verdict.rows_max is not None:
                async with contextlib.aclosing(self._send_few(run, judged)) as few:
                    async for event in few:
                        yield event
            case Action.ALLOW:
                async with contextlib.aclosing(self._do_as_judged(run, judged)) as sent:
                    async for event in sent:
                        yield event

    async def _do_as_judged(
        self, run: Run, judged: Judgement
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Send a statement; where others changed what it touches, judge it anew and act on that."""
        try:
            async with contextlib.aclosing(self._do(run, judged)) as sent:
                async for event in sent:
                    yield event
        except StructureMovedError:
            run.moves += 1
            judged = await self._judge.judge_moved(judged, run.options, is_again=run.moves > 1)
            run.judgement = judged
        else:
            return
        await self._session.verdict(run.id, judged.statement, judged.verdict)
        async with contextlib.aclosing(self._act(run, judged)) as events:
            async for event in events:
                yield event

    async def _send_few(self, run: Run, judged: Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """Send what is allowed for so many rows; what touched more is rolled back and held."""
        has_exceeded = False
        try:
            async with contextlib.aclosing(
                self._send(run, judged, await self._recorded_permit(run, judged))
            ) as sent:
                async for event in sent:
                    yield event
        except EffectExceededError:
            has_exceeded = True
        if not has_exceeded:
            return
        yield NoticeReceived(
            severity="NOTE",
            text="It touched more rows than policy allows at once, so it was rolled back and "
            "is judged by what it touches now.",
        )
        judged = await self._weighed(run, await self._judged_with_tokens(run))
        await self._session.verdict(run.id, judged.statement, judged.verdict)
        if judged.verdict.action is Action.ALLOW:
            raise ApprovalError("What it touches keeps changing. Send the statement again.")
        async with contextlib.aclosing(self._act(run, judged)) as events:
            async for event in events:
                yield event

    async def _resume_one(self, run: Run) -> AsyncGenerator[PipelineEvent, None]:
        await self._check_standing()
        wanted = wanted_of(run.approval)
        if wanted is not None:
            judged = await self._judge.judge(run.text, run.options)
            async with contextlib.aclosing(self._await_grant(run, judged, wanted)) as taken:
                async for event in taken:
                    yield event
            return
        judged = await self._judged(run)
        await self._session.intent(
            run.id, run.index, judged.statement, run.parameters, judged.verdict
        )
        has_changed = False
        try:
            async with contextlib.aclosing(self._await_and_run(run, judged)) as events:
                async for event in events:
                    yield event
        except EffectExceededError:
            has_changed = True
        if not has_changed:
            return
        yield NoticeReceived(severity="NOTE", text=GOES_BACK)
        reason = run.approval.reason if run.approval else ""
        run.options = dataclasses.replace(run.options, reason=run.options.reason or reason)
        async with contextlib.aclosing(
            self._hold(run, await self._judged_with_tokens(run))
        ) as again:
            async for event in again:
                yield event

    async def _ask_grant(self, run: Run, wanted: Wanted) -> AsyncGenerator[PipelineEvent, None]:
        await self._check_standing()
        if self._session.principal.is_agent:
            raise AccessError("A reviewer gives this to persons, never to agents.")
        if not run.options.reason.strip():
            raise UsageError("Say why you need it; the reviewer reads it.")
        judged = await self._judge.judge(run.text, run.options)
        if wanted.kind is GrantKind.WINDOW:
            check_window(wanted.subject, judged.catalogue)
        held = grant_request(run, self._run_context(judged), wanted, judged.verdict)
        draft = draft_request(held, self._session, self.target, self._governance.clock.now())
        await self._session.note("grant.asked", {"statement_id": run.id, "text": run.text})
        await self._file(run, draft)
        async with contextlib.aclosing(self._await_grant(run, judged, wanted)) as events:
            async for event in events:
                yield event

    async def _await_grant(
        self, run: Run, judged: Judgement, wanted: Wanted
    ) -> AsyncGenerator[PipelineEvent, None]:
        approval = run.approval
        if approval is None:
            raise ApprovalError("There is no request to wait for.")
        desk = self._governance.desk
        await self._session.approval(run.id, approval)
        if approval.state is ApprovalState.PENDING and run.options.wait_s != 0:
            yield waiting_event(approval, await desk.eligible(approval), in_transaction=False)
        approval = run.approval = await self._wait(run, approval)
        await self._session.approval(run.id, approval)
        if approval.state is not ApprovalState.APPROVED:
            yield await self._conclude_unapproved(run, approval)
            return
        await self._check_standing()
        yield await self._claim(run, judged, approval)
        outcome = ApprovalState.FAILED
        try:
            grant = await self._governance.grants.give(approval, wanted)
            outcome = ApprovalState.DONE
        finally:
            await asyncio.shield(desk.finish(approval.id, outcome))
        await self._session.note("grant.given", {"statement_id": run.id, "grant": grant.id})
        yield await conclude(self._session, run, Status.OK, message=grant_words(grant))

    async def _check_standing(self) -> None:
        refusal = await self._governance.users.refusal(self._session.principal, self.target.name)
        if refusal is not None:
            raise AccessError(refusal)

    async def _reconnect_if_lost(self) -> None:
        if self._connection.transaction_state is not TransactionState.LOST:
            return
        await self._connection.close()
        session = self._session
        self._connection = await self._connector.connect(
            f"bastion:{session.principal.user}:{session.id}"
        )
        self._judge.restart(self._connection.search_path)

    async def _judged(self, run: Run) -> Judgement:
        judged = await self._judge.judge(run.text, run.options, run.impact)
        # What waits for a yes, or has it, runs by that yes.
        run.judgement = judged if run.approval is not None else await self._judge.lift(judged)
        return run.judgement

    async def _weighed(self, run: Run, judged: Judgement) -> Judgement:
        """Measure what a statement would touch, and judge it by that."""
        run.impact = await measure(self._looking(), judged)
        weighed = self._judge.weigh(judged, run.options, run.impact)
        run.judgement = await self._judge.lift(weighed)
        return run.judgement

    async def _judged_with_tokens(self, run: Run) -> Judgement:
        return await self._judge.with_tokens(await self._judged(run))

    # Holding

    async def _hold(self, run: Run, judged: Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """File a request, wait, and run what was approved, once.

        A statement whose effect grew since is rolled back and goes back to the reviewers.
        """
        await self._check_with_server(run, judged)
        if run.options.wait_s == 0 and is_dirty(self._judge.context):
            raise UsageError(
                "This statement is held, and it depends on an open transaction, temporary objects "
                "or changed settings that end with this command. Use --wait."
            )
        if await self._judge.learn_before_hold(judged):
            # What the yes is bound to must be as it is now, or the run would find it changed.
            judged = await self._judged_with_tokens(run)
        for _ in range(_ROUNDS_MAX):
            weighed = await self._weighed(run, judged)
            if weighed.verdict.action is Action.BLOCK:
                raise AccessError(weighed.verdict.text)
            if weighed.verdict.action is Action.HOLD:
                judged = weighed
            may_stay_open = await self._measure_by_running(run, judged)
            round_ = self._hold_open if may_stay_open else self._file_and_run
            try:
                async with contextlib.aclosing(round_(run, judged)) as events:
                    async for event in events:
                        yield event
            except EffectExceededError:
                yield NoticeReceived(severity="NOTE", text=GOES_BACK)
                judged = await self._judged_with_tokens(run)
                continue
            return
        raise ApprovalError("The effect kept changing. Narrow the statement and send it again.")

    async def _file_and_run(
        self, run: Run, judged: Judgement
    ) -> AsyncGenerator[PipelineEvent, None]:
        await self._file(run, self._draft(run, judged))
        async with contextlib.aclosing(self._await_and_run(run, judged)) as events:
            async for event in events:
                yield event

    async def _file(self, run: Run, draft: Approval) -> Approval:
        run.approval = await self._governance.desk.submit(draft)
        # The same text may wait already: a yes covers what that request shows.
        run.impact = dataclasses.replace(run.approval.impact, sample=None)
        await self._session.measurement(run.id, run.approval)
        self._session.counts.held += 1
        return run.approval

    async def _check_with_server(self, run: Run, judged: Judgement) -> None:
        """Let the server parse it, so that nobody is asked about what cannot run anyway.

        Raises:
            StatementError: in the server's words.
        """
        is_idle = self._connection.transaction_state is TransactionState.IDLE
        if not is_idle and not judged.statement.is_understood:
            return
        if self.target.engine is Engine.MYSQL and not is_slip(judged.statement):
            # There it takes a PREPARE, which the server logs: what is held must not reach it.
            return
        with contextlib.suppress(StatementTimeoutError):
            await self._connection.describe(looking_permit(run.text, judged))

    async def _await_and_run(
        self, run: Run, judged: Judgement
    ) -> AsyncGenerator[PipelineEvent, None]:
        approval = run.approval
        if approval is None:
            raise ApprovalError("There is no request to wait for.")
        await self._session.approval(run.id, approval)
        if approval.state is ApprovalState.PENDING and run.options.wait_s != 0:
            approvers = await self._governance.desk.eligible(approval)
            yield waiting_event(
                approval, approvers, in_transaction=self._judge.context.in_transaction
            )
        approval = await self._wait(run, approval)
        run.approval = approval
        await self._session.approval(run.id, approval)
        if approval.state is not ApprovalState.APPROVED:
            yield await self._conclude_unapproved(run, approval)
            return
        judged = await self._judge_again(run, judged)
        yield await self._claim(run, judged, approval)
        outcome = ApprovalState.UNKNOWN
        try:
            await self._session.approval(run.id, run.approval)
            async with contextlib.aclosing(self._do(run, judged)) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        outcome = ApprovalState.DONE
                        await self._governance.desk.finish(approval.id, outcome)
                    yield event
        except TargetUnavailableError:
            raise
        except BastionError:
            outcome = ApprovalState.FAILED
            raise
        finally:
            if outcome is not ApprovalState.DONE:
                await asyncio.shield(self._governance.desk.finish(approval.id, outcome))

    async def _claim(self, run: Run, judged: Judgement, approval: Approval) -> Resumed:
        """Take the one run of a yes."""
        context = self._run_context(judged)
        session_id = self._session.id if approval.is_interactive else ""
        digest = binding_digest(run.text, run.parameters, context, session_id)
        run.approval = await self._governance.desk.claim(approval.id, digest)
        comment = approval.decisions[-1].reason
        return Resumed(request_id=approval.id, approved_by=approval.approved_by, comment=comment)

    # Running before the yes: to measure, or to wait with the transaction open

    async def _measure_by_running(self, run: Run, judged: Judgement) -> bool:
        """Rehearse where policy says so; True when the transaction itself may wait for the yes."""
        verdict, impact = judged.verdict, run.impact
        may_wait = verdict.holds_open_s > 0 and run.options.wait_s != 0
        if impact is None or not (verdict.rehearses or may_wait):
            return False
        why = await why_not_undone(self._looking(), judged)
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
            await self._session.trial(run.id, run.text, "rehearsal")
            run.impact = await rehearse(self._looking(), judged, impact)
        return False

    def _stage(self) -> asyncio.Lock:
        return self._governance.stages.setdefault(self.target.name, asyncio.Lock())

    async def _hold_open(self, run: Run, judged: Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """Run it in a transaction that then waits: a yes commits it, all else rolls it back."""
        impact = run.impact or Impact(effect="")
        permit = dataclasses.replace(
            await self._recorded_permit(run, judged),
            lock_timeout_s=LOCK_TIMEOUT_S,
            keys=key_guard(judged, impact, self._governance.mask_key),
            pause_s=judged.verdict.holds_open_s + _OPEN_MARGIN_S,
        )
        outcome = ApprovalState.UNKNOWN
        is_over = False
        async with self._stage():
            await self._session.trial(run.id, run.text, "held open")
            try:
                async with contextlib.aclosing(self._send(run, judged, permit)) as events:
                    async for event in events:
                        if isinstance(event, Finished):
                            outcome = ApprovalState.DONE
                            await self._end_open(run, outcome)
                            is_over = True
                        yield event
            except NotPendingError:
                outcome = ApprovalState.FAILED
                if run.approval is None or run.approval.state is ApprovalState.APPROVED:
                    raise
            except TargetUnavailableError:
                raise
            except BastionError:
                outcome = ApprovalState.FAILED
                raise
            finally:
                if not is_over:
                    await asyncio.shield(self._end_open(run, outcome))
        if not is_over and run.approval is not None:
            yield await self._conclude_unapproved(run, run.approval, was_open=True)

    async def _end_open(self, run: Run, outcome: ApprovalState) -> None:
        """End the request of a transaction that is over, one way or the other."""
        if run.approval is None:
            return
        with contextlib.suppress(ApprovalError):
            if run.approval.state is ApprovalState.RUNNING:
                await self._governance.desk.finish(run.approval.id, outcome)
            else:
                await self._governance.desk.withdraw(self._session.principal, run.approval.id)

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
        draft = self._draft(run, judged, open_s=open_s)
        approval = await self._file(run, draft)
        if approval.id != draft.id:
            run.approval = None
            raise ApprovalError("The same statement of yours waits already. It was rolled back.")
        await self._session.approval(run.id, approval)
        approvers = await self._governance.desk.eligible(approval)
        yield waiting_event(approval, approvers, in_transaction=True)
        approval = run.approval = await self._wait_open(run, approval, ready)
        await self._session.approval(run.id, approval)
        if approval.state is not ApprovalState.APPROVED:
            raise NotPendingError("There was no yes, so it was rolled back.")
        judged = await self._judge_again(run, judged)
        resumed = await self._claim(run, judged, approval)
        if run.approval is not None:
            await self._session.approval(run.id, run.approval)
        yield resumed

    async def _wait_open(self, run: Run, approval: Approval, ready: ReadyToCommit) -> Approval:
        clock, desk = self._governance.clock, self._governance.desk
        started = clock.monotonic()
        blocked_since: float | None = None
        await self._start_waiting(approval)
        try:
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
        finally:
            self._waiting_for = None
            run.waited_s += clock.monotonic() - started
            self._set_state(SessionState.RUNNING)

    async def _judge_again(self, run: Run, before: Judgement) -> Judgement:
        """Judge once more at the time of use: policy, catalogue or account may have changed."""
        await self._check_standing()
        await self._judge.learn(before)
        judged = await self._judged(run)
        verdict = judged.verdict
        approval = run.approval
        if approval is not None:
            await self._check_reviewers(approval, verdict)
        given = len(approval.approved_by) if approval else 0
        if verdict.action is Action.BLOCK:
            raise AccessError(verdict.text)
        if verdict.action is Action.HOLD and verdict.approvals_needed > given:
            raise ApprovalError("Policy now asks for more approvals. Send the statement again.")
        if judged.statement.effects != before.statement.effects:
            raise ApprovalError("The statement now means something else. Send it again.")
        return await self._judge.with_tokens(judged)

    async def _check_reviewers(self, approval: Approval, verdict: Verdict) -> None:
        """Refuse a yes whose giver may no longer give it: disabled, other roles, out of reach."""
        roles = approval.approver_roles
        if verdict.action is Action.HOLD:
            roles &= verdict.approver_roles
        now = dataclasses.replace(approval, approver_roles=roles)
        lapsed = set(approval.approved_by) - set(await self._governance.desk.eligible(now))
        if lapsed:
            names = ", ".join(sorted(lapsed))
            raise ApprovalError(
                f"{names} may no longer decide on this, so the approval does not hold. "
                "Send the statement again."
            )

    async def _wait(self, run: Run, approval: Approval) -> Approval:
        started = self._governance.clock.monotonic()
        await self._start_waiting(approval)
        try:
            return await self._governance.desk.wait(approval.id, timeout_s=run.options.wait_s)
        finally:
            self._waiting_for = None
            run.waited_s += self._governance.clock.monotonic() - started
            self._set_state(SessionState.RUNNING)

    async def _start_waiting(self, approval: Approval) -> None:
        self._waiting_for = approval.id
        self._set_state(SessionState.WAITING)
        if self._is_interrupted and approval.state is ApprovalState.PENDING:
            # It came while there was nothing to withdraw yet.
            await self.interrupt()

    async def _conclude_unapproved(
        self, run: Run, approval: Approval, *, was_open: bool = False
    ) -> Finished:
        dirty = is_dirty(self._judge.context)
        if approval.state is ApprovalState.PENDING and dirty:
            await self._governance.desk.withdraw(self._session.principal, approval.id)
        status, message = words_for_unapproved(
            approval, is_dirty=dirty or was_open, was_open=was_open
        )
        is_overdue = approval.state in {ApprovalState.PENDING, ApprovalState.EXPIRED}
        if is_overdue and self._judge.context.in_transaction:
            await self._roll_back()
            message = f"{message} {ROLLED_BACK}"
        return await conclude(self._session, run, status, message=message)

    async def _roll_back(self) -> None:
        """Give up the person's open transaction: nobody decided while its locks were held."""
        await self._connection.reset()
        self._judge.advance(await self._judge.judge("ROLLBACK", RunOptions()))
        self._judge.follow_transaction(self._connection.transaction_state)

    def _draft(self, run: Run, judged: Judgement, *, open_s: float = 0.0) -> Approval:
        held = Held(
            text=run.text,
            parameters=run.parameters,
            context=self._run_context(judged),
            impact=run.impact or Impact(effect=""),
            verdict=judged.verdict,
            reason=run.options.reason,
            in_transaction=self._judge.context.in_transaction,
            is_dirty=is_dirty(self._judge.context) or open_s > 0,
            open_s=open_s,
        )
        return draft_request(held, self._session, self.target, self._governance.clock.now())

    def _run_context(self, judged: Judgement) -> RunContext:
        target = self.target
        return RunContext(
            target=target.name,
            database=target.database,
            schema=",".join(judged.catalogue.search_path),
            role=self._connection.role,
            settings=self._judge.context.settings,
            place=f"{target.engine.value}://{target.host}:{target.port}",
            objects=objects_digest(judged.statement, judged.catalogue, self._judge.context),
        )

    # Running

    async def _do(self, run: Run, judged: Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """Send a statement or, where policy says so, move what it would destroy."""
        plan = judged.retirement
        if plan is not None:
            done = self._retire(run, plan, judged)
        else:
            done = self._send(run, judged, await self._recorded_permit(run, judged))
        async with contextlib.aclosing(done) as events:
            async for event in events:
                yield event

    async def _send(
        self, run: Run, judged: Judgement, permit: Permit
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Send one judged and recorded statement; yield only what is masked and recorded."""
        if self._is_interrupted:
            raise StatementCancelledError("Cancelled before it was sent; nothing has run.")
        plan: masking.MaskPlan | None = None
        completion: Completion | None = None
        await self._prepare(judged)
        sent = self._governance.clock.monotonic()
        async with contextlib.aclosing(self._connection.run(permit)) as events:
            async for event in events:
                match event:
                    case ResultHead():
                        plan = await self._plan(run, judged, event)
                        run.has_rows = True
                        names = [column.name for column in plan.columns]
                        number = await self._session.result(run.id, names, plan.masks)
                        yield ResultStarted(columns=plan.columns, result=number)
                    case RawBatch():
                        batch = await self._masked(run, plan, event)
                        yield batch
                    case ServerNotice():
                        yield await self._notice(run, judged, event)
                    case ReadyToCommit():
                        asking = self._ask_while_open(run, judged, event)
                        async with contextlib.aclosing(asking) as asked:
                            async for word in asked:
                                yield word
                    case Completion():
                        completion = event
        if completion is None:
            raise TargetUnavailableError("The database went away before it answered.")
        elapsed_s = self._governance.clock.monotonic() - sent
        await self._after_success(judged)
        yield await conclude(
            self._session,
            run,
            Status.OK,
            completion=completion,
            elapsed_s=elapsed_s,
            row_limit=permit.row_limit,
        )

    async def _prepare(self, judged: Judgement) -> None:
        await self._judge.carry(judged)
        # What a statement leaves behind belongs on the session's own connection.
        leaves_nothing = judged.statement.change is None
        self._connection.prefers_reader = leaves_nothing and not is_dirty(self._judge.context)
        if not judged.statement.is_understood:
            self._standing = await self._connection.standing()

    async def _notice(self, run: Run, judged: Judgement, raw: ServerNotice) -> NoticeReceived:
        """Scrub and record one word of the server: only then may it be shown."""
        text = masking.scrub_text(raw.text, judged.exposure, said=run.text)
        await self._session.notice(raw.severity, text)
        return NoticeReceived(severity=raw.severity, text=text)

    async def _masked(self, run: Run, plan: masking.MaskPlan | None, raw: RawBatch) -> MaskedBatch:
        """Mask and record one batch: only then may it be shown."""
        if plan is None:
            raise StatementError("Rows came before their description.")
        await self._count_raw(run, plan, raw)
        batch = plan.apply(raw)
        given = plan.take_tokens()
        if given:
            await self._governance.tokens.remember(self.target.name, given)
        await self._spend(batch.rows)
        await self._session.rows(run.id, batch)
        run.row_count += len(batch.rows)
        return batch

    async def _count_raw(self, run: Run, plan: masking.MaskPlan, raw: RawBatch) -> None:
        """Count, on record, what is shown although it is masked for others; before it is."""
        for sensitivity, cells in plan.count_raw(raw).items():
            still_holds = await self._governance.grants.count_cells(
                self._session.principal, self.target.name, sensitivity, cells
            )
            if not still_holds:
                raise AccessError(
                    f"The grant to see {sensitivity.value} has ended. Run the query again: it is "
                    "masked, as for everybody."
                )
            fields = {"statement_id": run.id, "class": sensitivity.value, "cells": str(cells)}
            await self._session.note("unmasked", fields)

    async def _retire(
        self, run: Run, plan: Retirement, judged: Judgement
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Move tables into quarantine, where the statement would destroy them."""
        if self._is_interrupted:
            raise StatementCancelledError("Cancelled before it was sent; nothing has run.")
        sent = self._governance.clock.monotonic()
        kept = await self._retirer().retire(
            plan,
            principal=self._session.principal,
            keep_s=judged.verdict.quarantine_s or 0.0,
            statement_id=run.id,
            request_id=run.approval.id if run.approval else "",
        )
        elapsed_s = self._governance.clock.monotonic() - sent
        await self._after_success(judged)
        for entry in kept:
            text = (
                f"{entry.qualified_name} is in quarantine until "
                f"{entry.keep_until:%Y-%m-%d %H:%M} UTC as {entry.id}; "
                f"\\undrop {entry.name} brings it back."
            )
            await self._session.notice("NOTE", text)
            yield NoticeReceived(severity="NOTE", text=text)
        tag = "DROP TABLE" if plan.kind is RetireKind.DROP else "TRUNCATE TABLE"
        completion = Completion(tag=tag, affected=0, truncated=False)
        yield await conclude(
            self._session, run, Status.OK, completion=completion, elapsed_s=elapsed_s
        )

    def _retirer(self) -> Retirer:
        session, governance = self._session, self._governance

        async def record(sql: str) -> None:
            await session.note("quarantine.sql", {"sql": sql})

        return Retirer(
            self._connection,
            self.target,
            quarantine=governance.quarantine,
            audit=governance.audit,
            clock=governance.clock,
            record=record,
        )

    async def _recorded_permit(self, run: Run, judged: Judgement) -> Permit:
        """Make the permit; what it sends instead of the statement's own text is put on record."""
        permit = self._permit(run, judged)
        if permit.sql != run.text:
            await self._session.rewritten(run.id, permit.sql)
        return permit

    def _permit(self, run: Run, judged: Judgement) -> Permit:
        statement, verdict, options = judged.statement, judged.verdict, run.options
        obligations = verdict.obligations
        sql = statement.text
        if statement.is_copy_out and statement.resolved:
            # COPY data cannot be masked as rows can; its query gives the same rows.
            sql = statement.resolved
        fence = verdict.fence
        if statement.head in {"FETCH", "MOVE"} and statement.engine is Engine.POSTGRESQL:
            # The cursor's query runs now; a savepoint that is rolled back keeps its position.
            is_open = self._connection.transaction_state is TransactionState.OPEN
            fence = Fence.READ_ONLY if is_open else fence
        affected_max = verdict.rows_max
        if run.approval is not None and run.impact is not None and run.impact.is_measured:
            affected_max = run.impact.rows
        limit = obligations.row_limit
        if options.limit is not None:
            limit = min(limit, options.limit)
        timeout_s = obligations.statement_timeout_s
        if options.timeout_s is not None:
            timeout_s = min(timeout_s, options.timeout_s)
        return Permit(
            sql=sql,
            parameters=run.parameters,
            fence=fence,
            statement_timeout_s=timeout_s,
            lock_timeout_s=obligations.lock_timeout_s,
            row_limit=limit,
            affected_max=affected_max,
            keys=self._keys(run, judged),
            guards_structure=verdict.guards_structure,
            marks=self._judge.marks(judged),
            token_values=judged.token_values,
        )

    def _keys(self, run: Run, judged: Judgement) -> KeyGuard | None:
        if run.approval is None or run.impact is None:
            return None
        return key_guard(judged, run.impact, self._governance.mask_key)

    def _looking(self) -> Looking:
        async def judge(sql: str) -> Judgement:
            return await self._judge.judge(sql, RunOptions())

        def mask(judged: Judgement, head: ResultHead) -> masking.MaskPlan:
            chosen = self._judge.common_styles()
            return masking.plan(
                judged.statement, judged.exposure, head.columns, judged.catalogue, chosen=chosen
            )

        return Looking(
            connection=self._connection,
            judge=judge,
            mask=mask,
            secret=self._governance.mask_key,
        )

    async def _plan(self, run: Run, judged: Judgement, head: ResultHead) -> masking.MaskPlan:
        book = await self._governance.tokens.book(self.target.name)
        judged = await self._judge.as_known_now(judged)
        grants, principal = self._governance.grants, self._session.principal
        unmasked = frozenset[Sensitivity]()
        if judged.exposure.touches:
            unmasked = await grants.unmasked(principal, self.target.name)
        plan = self._make_plan(judged, head, book, unmasked)
        if any(column.masked == Sensitivity.UNPROVEN.value for column in plan.columns):
            learnt = await self._judge.learn_result(judged)
            if learnt is not None:
                plan = self._make_plan(learnt, head, book, unmasked)
        self._masks = plan.reasons
        return plan

    def _make_plan(
        self,
        judged: Judgement,
        head: ResultHead,
        book: TokenBook | None = None,
        unmasked: frozenset[Sensitivity] = frozenset(),
    ) -> masking.MaskPlan:
        return masking.plan(
            judged.statement,
            judged.exposure,
            head.columns,
            judged.catalogue,
            chosen=self._judge.mask_styles(),
            book=book,
            unmasked=unmasked,
        )

    async def _spend(self, rows: Sequence[Row]) -> None:
        principal = self._session.principal
        if not principal.is_agent:
            return
        size_bytes = sum(len(cell) for row in rows for cell in row if cell is not None)
        used_up = await self._governance.users.spend(
            principal.user, rows=len(rows), size_bytes=size_bytes
        )
        if used_up is not None:
            raise AccessError(used_up)

    async def _after_success(self, judged: Judgement) -> None:
        may_be_restructured = self._judge.advance(judged)
        await self._compare_standing(judged)
        if may_be_restructured:
            await self._judge.learn_structure(judged)

    async def _compare_standing(self, judged: Judgement) -> None:
        """Follow the server where a statement may have moved the ground under the next one.

        Code that nobody understood may have lifted a pin: then this login is not used again.
        """
        state, statement = self._connection.transaction_state, judged.statement
        self._judge.follow_transaction(state)
        if not self._judge.may_have_moved(statement):
            return
        standing = await self._connection.standing()
        if standing is None:
            return
        self._judge.follow_standing(standing, judged.catalogue)
        before = self._standing
        if statement.is_understood or before is None or before.settings == standing.settings:
            return
        log.warning("runner.pins_lifted", extra={"session": self._session.id})
        await self._connection.close()
        if self._judge.context.in_transaction:
            raise StatementError(
                "The statement changed settings of the session that the bastion pins, so the "
                "transaction was rolled back. Leave out what sets them."
            )

    # Endings

    async def _dry_run(self, run: Run, judged: Judgement) -> Finished:
        verdict = judged.verdict
        status = {
            Action.ALLOW: Status.OK,
            Action.HOLD: Status.PENDING,
            Action.BLOCK: Status.BLOCKED,
        }[verdict.action]
        words = {Action.ALLOW: "would run", Action.HOLD: "would be held", Action.BLOCK: "blocked"}
        message = f"Dry run: {words[verdict.action]} by rule {verdict.rule}. {verdict.text}".strip()
        if run.impact is not None and run.impact.is_measured:
            message += f" Measured: {run.impact.rows} rows."
        return await conclude(self._session, run, status, message=message)

    def _set_state(self, state: SessionState) -> None:
        self._session.state = state
        self._governance.changed()
