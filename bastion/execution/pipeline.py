"""The one governed path: every statement of every front end goes through ``Runner``.

    text -> Statement -> Verdict -> [recorded] -> Permit -> RawBatch -> MaskedBatch -> [recorded]

Each stage takes what the former made. Only this module decides, makes permits and masks; what
it yields may be shown, and nothing else may.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from bastion.core import masking
from bastion.core.approval import Approval, ApprovalState, RunContext, binding_digest
from bastion.core.catalogue import Catalogue
from bastion.core.context import SessionContext
from bastion.core.exposure import Exposure
from bastion.core.impact import describe_impact, is_slip, objects_digest, relations_to_learn
from bastion.core.lineage import trace
from bastion.core.model import (
    Action,
    EffectClass,
    Engine,
    ErrorInfo,
    Fence,
    Finished,
    Impact,
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
from bastion.core.policy import decide
from bastion.core.rules import Policy
from bastion.core.statement import Statement, analyse, split
from bastion.core.tracking import advance
from bastion.errors import (
    AccessError,
    ApprovalError,
    BastionError,
    EffectExceededError,
    RecordingError,
    StatementCancelledError,
    StatementError,
    StatementTimeoutError,
    TargetUnavailableError,
    UsageError,
)
from bastion.execution.approvals import ApprovalDesk
from bastion.execution.holding import (
    Held,
    draft_request,
    is_dirty,
    waiting_event,
    words_for_unapproved,
)
from bastion.execution.ports import (
    Clock,
    Completion,
    Connection,
    Connector,
    Permit,
    ResultHead,
    ServerNotice,
    Standing,
    Users,
)
from bastion.execution.session import Session, SessionState, statement_digest

log = logging.getLogger(__name__)

_LEARN_EVERY_S = 3.0
_LEARN_TIMEOUT_S = 2.0
_NAMES = frozenset({("", "search_path")})
_HELD = frozenset({("", "held")})
_MEASURE_TIMEOUT_S = 3.0
_MEASURE_LOCK_TIMEOUT_S = 0.2
_ROUNDS_MAX = 3
"""How often an approved statement whose effect grew goes back to the reviewers."""

_STATUS_BY_CODE = {
    "error": Status.ERROR,
    "usage": Status.USAGE,
    "unavailable": Status.UNAVAILABLE,
    "timeout": Status.TIMEOUT,
    "interrupted": Status.INTERRUPTED,
    "blocked": Status.BLOCKED,
    "approval": Status.EXPIRED,
}
_MOVING = frozenset({EffectClass.ADMIN, EffectClass.PRIVILEGE, EffectClass.DDL, EffectClass.DROP})
_GOES_ON_AFTER = (Status.OK, Status.ERROR, Status.TIMEOUT, Status.BLOCKED, Status.PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Governance:
    """What a runner needs beside its session and its database; one for the whole process."""

    desk: ApprovalDesk
    users: Users
    clock: Clock
    policy: Callable[[], Policy]
    """Gives the policy in force now."""
    mask_key: bytes
    changed: Callable[[], None]
    """Called when a session's state or counts changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judgement:
    """One statement as understood and judged against what is known now."""

    catalogue: Catalogue
    statement: Statement
    exposure: Exposure
    verdict: Verdict


@dataclass(slots=True, kw_only=True)
class _Run:
    """One statement on its way through the pipeline."""

    index: int
    id: str
    text: str
    parameters: tuple[bytes | None, ...]
    options: RunOptions
    started: float
    waited_s: float = 0.0
    approval: Approval | None = None
    impact: Impact | None = None
    judgement: _Judgement | None = None
    row_count: int = 0
    has_rows: bool = False


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
        self._context = SessionContext()
        self._numbers = itertools.count(1)
        self._waiting_for: str | None = None
        self._learnt_at: dict[tuple[str, str], float] = {}
        self._masks: tuple[str, ...] = ()
        self._is_interrupted = False
        self._looks: set[asyncio.Task[Catalogue]] = set()
        self._path = connection.search_path
        """Where the server looks bare names up now; PostgreSQL."""
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
        return self._context

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
            run = _Run(
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
        run = _Run(
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

    async def interrupt(self) -> None:
        """Cancel what runs at the server, or withdraw the request that is waited for."""
        self._is_interrupted = True
        request_id = self._waiting_for
        if request_id is not None:
            with contextlib.suppress(ApprovalError):
                await self._governance.desk.withdraw(self._session.principal, request_id)
            return
        await self._connection.cancel()

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
        self, run: _Run, events: AsyncGenerator[PipelineEvent, None]
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
            yield await self._failed(run, error)
        finally:
            self._session.touch()
            self._set_state(SessionState.IDLE)

    async def _execute_one(self, run: _Run) -> AsyncGenerator[PipelineEvent, None]:
        await self._check_standing()
        await self._reconnect_if_lost()
        judged = await self._judge(run)
        await self._session.intent(
            run.id, run.index, judged.statement, run.parameters, judged.verdict
        )
        if run.options.dry_run:
            yield await self._dry_run(run, judged)
            return
        match judged.verdict.action:
            case Action.BLOCK:
                if not judged.statement.is_understood and not judged.statement.pinned:
                    # A slip of the pen deserves the server's own words.
                    await self._check_with_server(run, judged)
                self._session.counts.blocked += 1
                yield await self._conclude(run, Status.BLOCKED, message=judged.verdict.text)
            case Action.HOLD:
                async with contextlib.aclosing(self._hold(run, judged)) as held:
                    async for event in held:
                        yield event
            case Action.ALLOW:
                async with contextlib.aclosing(self._send(run, judged)) as sent:
                    async for event in sent:
                        yield event

    async def _resume_one(self, run: _Run) -> AsyncGenerator[PipelineEvent, None]:
        await self._check_standing()
        judged = await self._judge(run)
        await self._session.intent(
            run.id, run.index, judged.statement, run.parameters, judged.verdict
        )
        async with contextlib.aclosing(self._await_and_run(run, judged)) as events:
            async for event in events:
                yield event

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
        self._context, self._path = SessionContext(), self._connection.search_path

    async def _judge(self, run: _Run) -> _Judgement:
        """Understand and judge one statement by what is known now."""
        catalogue = await self._connector.catalogue()
        is_postgres = self.target.engine is Engine.POSTGRESQL
        if is_postgres and self._path != catalogue.search_path and self._due(_NAMES):
            catalogue = await self._learn(None, catalogue)
        self._look_in(self._path, catalogue)
        statement = self._analyse(run.text, catalogue)
        unknown = self._due(relations_to_learn(statement, catalogue, self._context))
        if unknown:
            catalogue = await self._learn(unknown, catalogue)
            statement = self._analyse(run.text, catalogue)
        exposure = trace(statement, catalogue=catalogue, context=self._context)
        verdict = decide(
            self._session.principal,
            self.target,
            statement,
            exposure,
            self._governance.policy(),
            options=run.options,
            now=self._governance.clock.now(),
        )
        judgement = _Judgement(
            catalogue=catalogue, statement=statement, exposure=exposure, verdict=verdict
        )
        run.judgement = judgement
        return judgement

    def _analyse(self, text: str, catalogue: Catalogue) -> Statement:
        return analyse(text, engine=self.target.engine, catalogue=catalogue, context=self._context)

    def _due(self, relations: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Keep the relations that were not asked about a moment ago."""
        now = self._governance.clock.monotonic()
        due = {key for key in relations if now - self._learnt_at.get(key, -1e9) > _LEARN_EVERY_S}
        for key in due:
            self._learnt_at[key] = now
        return frozenset(due)

    async def _learn(
        self, relations: frozenset[tuple[str, str]] | None, catalogue: Catalogue
    ) -> Catalogue:
        """Classify relations before their first answer; what stays unknown stays masked.

        A look that takes too long goes on by itself, for the statements that follow: cancelling
        it would kill queries of ours at the server, under load again and again.
        """
        look = asyncio.get_running_loop().create_task(self._connector.refresh(relations))
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)
        done, _ = await asyncio.wait({look}, timeout=_LEARN_TIMEOUT_S)
        if not done:
            look.add_done_callback(_note_look)
            return catalogue
        try:
            return look.result()
        except BastionError:
            log.info("catalogue.refresh_failed", extra={"target": self.target.name})
            return catalogue

    def _look_in(self, path: tuple[str, ...], catalogue: Catalogue) -> None:
        """Look bare names up where the server does."""
        if self.target.engine is not Engine.POSTGRESQL:
            return
        settings = dict(self._context.settings)
        settings.pop("search_path", None)
        if path != catalogue.search_path:
            settings["search_path"] = ", ".join(f'"{schema}"' for schema in path)
        if settings != dict(self._context.settings):
            self._context = dataclasses.replace(
                self._context, settings=tuple(sorted(settings.items()))
            )

    # Holding

    async def _hold(self, run: _Run, judged: _Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """File a request, wait, and run what was approved, once.

        A statement whose effect grew since is rolled back and goes back to the reviewers.
        """
        await self._check_with_server(run, judged)
        if run.options.wait_s == 0 and is_dirty(self._context):
            raise UsageError(
                "This statement is held, and it depends on an open transaction, temporary objects "
                "or changed settings that end with this command. Use --wait."
            )
        if self._due(_HELD):
            # What the yes is bound to must be as it is now, or the run would find it changed.
            await self._learn(judged.statement.reads | judged.statement.writes, judged.catalogue)
            judged = await self._judge(run)
        for _ in range(_ROUNDS_MAX):
            run.impact = await self._measure(judged)
            run.approval = await self._governance.desk.submit(self._draft(run, judged))
            self._session.counts.held += 1
            try:
                async with contextlib.aclosing(self._await_and_run(run, judged)) as events:
                    async for event in events:
                        yield event
            except EffectExceededError:
                yield NoticeReceived(
                    severity="NOTE",
                    text="It would now touch other rows than were approved, so it was rolled back "
                    "and goes back to the reviewers.",
                )
                judged = await self._judge(run)
                continue
            return
        raise ApprovalError("The effect kept changing. Narrow the statement and send it again.")

    async def _check_with_server(self, run: _Run, judged: _Judgement) -> None:
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
            await self._connection.describe(_looking_permit(run.text))

    async def _await_and_run(
        self, run: _Run, judged: _Judgement
    ) -> AsyncGenerator[PipelineEvent, None]:
        approval = run.approval
        if approval is None:
            raise ApprovalError("There is no request to wait for.")
        await self._session.approval(run.id, approval)
        if approval.state is ApprovalState.PENDING and run.options.wait_s != 0:
            approvers = await self._governance.desk.eligible(approval)
            yield waiting_event(approval, approvers, in_transaction=self._context.in_transaction)
        approval = await self._wait(run, approval)
        run.approval = approval
        await self._session.approval(run.id, approval)
        if approval.state is not ApprovalState.APPROVED:
            yield await self._conclude_unapproved(run, approval)
            return
        judged = await self._judge_again(run, judged)
        context = self._run_context(judged)
        session_id = self._session.id if approval.is_interactive else ""
        digest = binding_digest(run.text, run.parameters, context, session_id)
        run.approval = await self._governance.desk.claim(approval.id, digest)
        comment = approval.decisions[-1].reason
        yield Resumed(request_id=approval.id, approved_by=approval.approved_by, comment=comment)
        outcome = ApprovalState.UNKNOWN
        try:
            await self._session.approval(run.id, run.approval)
            async with contextlib.aclosing(self._send(run, judged)) as events:
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

    async def _judge_again(self, run: _Run, before: _Judgement) -> _Judgement:
        """Judge once more at the time of use: policy, catalogue or account may have changed."""
        await self._check_standing()
        await self._learn(before.statement.reads | before.statement.writes, before.catalogue)
        judged = await self._judge(run)
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
        return judged

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

    async def _wait(self, run: _Run, approval: Approval) -> Approval:
        started = self._governance.clock.monotonic()
        self._waiting_for = approval.id
        self._set_state(SessionState.WAITING)
        try:
            return await self._governance.desk.wait(approval.id, timeout_s=run.options.wait_s)
        finally:
            self._waiting_for = None
            run.waited_s += self._governance.clock.monotonic() - started
            self._set_state(SessionState.RUNNING)

    async def _conclude_unapproved(self, run: _Run, approval: Approval) -> Finished:
        dirty = is_dirty(self._context)
        if approval.state is ApprovalState.PENDING and dirty:
            await self._governance.desk.withdraw(self._session.principal, approval.id)
        status, message = words_for_unapproved(approval, is_dirty=dirty)
        return await self._conclude(run, status, message=message)

    def _draft(self, run: _Run, judged: _Judgement) -> Approval:
        held = Held(
            text=run.text,
            parameters=run.parameters,
            context=self._run_context(judged),
            impact=run.impact or Impact(effect=""),
            verdict=judged.verdict,
            reason=run.options.reason,
            in_transaction=self._context.in_transaction,
            is_dirty=is_dirty(self._context),
        )
        return draft_request(held, self._session, self.target, self._governance.clock.now())

    def _run_context(self, judged: _Judgement) -> RunContext:
        target = self.target
        return RunContext(
            target=target.name,
            database=target.database,
            schema=",".join(judged.catalogue.search_path),
            role=self._connection.role,
            settings=self._context.settings,
            place=f"{target.engine.value}://{target.host}:{target.port}",
            objects=objects_digest(judged.statement, judged.catalogue, self._context),
        )

    async def _measure(self, judged: _Judgement) -> Impact:
        """Count the rows that a write would touch, by the same predicate, in a read-only fence."""
        impact = describe_impact(judged.statement, judged.catalogue)
        sql = judged.statement.measuring_sql
        if sql is None:
            return impact
        if judged.exposure.inference:
            # The count would answer what the condition asks of masked values.
            note = "Its rows are not counted before approval: it selects by masked values."
            return dataclasses.replace(impact, notes=(*impact.notes, note))
        permit = _looking_permit(sql)
        rows: int | None = None
        try:
            async with contextlib.aclosing(self._connection.run(permit)) as events:
                async for event in events:
                    if isinstance(event, RawBatch) and event.rows:
                        rows = int(event.rows[0][0] or b"0")
        except TargetUnavailableError:
            raise
        except BastionError as error:
            # The server's words may quote a value; the kind of trouble is enough here.
            note = f"Its rows could not be counted ({error.code})."
            return dataclasses.replace(impact, notes=(*impact.notes, note))
        return dataclasses.replace(impact, rows=rows, is_measured=rows is not None)

    # Running

    async def _send(self, run: _Run, judged: _Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """Send one judged and recorded statement; yield only what is masked and recorded."""
        if self._is_interrupted:
            raise StatementCancelledError("Cancelled before it was sent; nothing has run.")
        permit = self._permit(run, judged)
        plan: masking.MaskPlan | None = None
        completion: Completion | None = None
        # What a statement leaves behind belongs on the session's own connection.
        leaves_nothing = judged.statement.change is None
        self._connection.prefers_reader = leaves_nothing and not is_dirty(self._context)
        if not judged.statement.is_understood:
            self._standing = await self._connection.standing()
        sent = self._governance.clock.monotonic()
        async with contextlib.aclosing(self._connection.run(permit)) as events:
            async for event in events:
                match event:
                    case ResultHead():
                        plan = await self._plan(run, judged, event)
                        run.has_rows = True
                        yield ResultStarted(columns=plan.columns)
                    case RawBatch():
                        if plan is None:
                            raise StatementError("Rows came before their description.")
                        batch = plan.apply(event)
                        await self._spend(batch.rows)
                        await self._session.rows(run.id, batch)
                        run.row_count += len(batch.rows)
                        yield batch
                    case ServerNotice():
                        text = masking.scrub_text(event.text, judged.exposure, said=run.text)
                        await self._session.notice(event.severity, text)
                        yield NoticeReceived(severity=event.severity, text=text)
                    case Completion():
                        completion = event
        if completion is None:
            raise TargetUnavailableError("The database went away before it answered.")
        elapsed_s = self._governance.clock.monotonic() - sent
        await self._after_success(judged)
        yield await self._conclude(
            run, Status.OK, completion=completion, elapsed_s=elapsed_s, row_limit=permit.row_limit
        )

    def _permit(self, run: _Run, judged: _Judgement) -> Permit:
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
        affected_max = run.impact.rows if run.impact and run.impact.is_measured else None
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
            guards_structure=verdict.guards_structure,
        )

    async def _plan(self, run: _Run, judged: _Judgement, head: ResultHead) -> masking.MaskPlan:
        plan = self._make_plan(judged, head)
        if any(column.masked == Sensitivity.UNPROVEN.value for column in plan.columns):
            # The database knows columns that the catalogue does not: learn them, once.
            relations = self._due(judged.statement.reads | judged.statement.writes)
            if relations:
                catalogue = await self._learn(relations, judged.catalogue)
                statement = self._analyse(run.text, catalogue)
                exposure = trace(statement, catalogue=catalogue, context=self._context)
                judged = dataclasses.replace(
                    judged, catalogue=catalogue, statement=statement, exposure=exposure
                )
                plan = self._make_plan(judged, head)
        self._masks = plan.reasons
        return plan

    def _make_plan(self, judged: _Judgement, head: ResultHead) -> masking.MaskPlan:
        return masking.plan(
            judged.statement,
            judged.exposure,
            head.columns,
            judged.catalogue,
            key=self._governance.mask_key,
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

    async def _after_success(self, judged: _Judgement) -> None:
        before = self._context
        self._context = advance(
            self._context, judged.statement, judged.exposure, catalogue=judged.catalogue
        )
        await self._compare_standing(judged)
        changes_schema = {EffectClass.DDL, EffectClass.DROP, EffectClass.UNKNOWN}
        was_restructured = before.has_restructured and not self._context.has_restructured
        if judged.statement.effects & changes_schema or was_restructured:
            await self._learn(judged.statement.writes or None, judged.catalogue)

    async def _compare_standing(self, judged: _Judgement) -> None:
        """Follow the server where a statement may have moved the ground under the next one.

        Code that nobody understood may have lifted a pin: then this login is not used again.
        """
        state, statement = self._connection.transaction_state, judged.statement
        is_open = state in {TransactionState.OPEN, TransactionState.FAILED}
        if is_open != self._context.in_transaction:
            self._context = dataclasses.replace(self._context, in_transaction=is_open)
        names_moved = "search_path" in dict(self._context.settings)
        if statement.is_understood and not names_moved and not statement.effects & _MOVING:
            return
        standing = await self._connection.standing()
        if standing is None:
            return
        self._path = standing.search_path
        self._look_in(self._path, judged.catalogue)
        before = self._standing
        if statement.is_understood or before is None or before.settings == standing.settings:
            return
        log.warning("runner.pins_lifted", extra={"session": self._session.id})
        await self._connection.close()
        if is_open:
            raise StatementError(
                "The statement changed settings of the session that the bastion pins, so the "
                "transaction was rolled back. Leave out what sets them."
            )

    # Endings

    async def _dry_run(self, run: _Run, judged: _Judgement) -> Finished:
        verdict = judged.verdict
        status = {
            Action.ALLOW: Status.OK,
            Action.HOLD: Status.PENDING,
            Action.BLOCK: Status.BLOCKED,
        }[verdict.action]
        words = {Action.ALLOW: "would run", Action.HOLD: "would be held", Action.BLOCK: "blocked"}
        message = f"Dry run: {words[verdict.action]} by rule {verdict.rule}. {verdict.text}".strip()
        return await self._conclude(run, status, message=message)

    async def _failed(self, run: _Run, error: BastionError) -> Finished:
        if isinstance(error, RecordingError):
            return self._unrecorded(run, error)
        status = _STATUS_BY_CODE.get(error.code, Status.INTERNAL)
        info: ErrorInfo | None = None
        if isinstance(error, StatementError):
            info = self._scrubbed(run, error)
        log.info(
            "statement.failed",
            extra={"session": self._session.id, "code": error.code, "status": status.value},
        )
        message = error.message if info is None else ""
        try:
            return await self._conclude(run, status, message=message, error=info)
        except RecordingError as failure:
            return self._unrecorded(run, failure)

    def _unrecorded(self, run: _Run, error: RecordingError) -> Finished:
        """Show an outcome that cannot be recorded, and end the session: nothing more may run."""
        asyncio.get_running_loop().call_soon(self._session.fail, error.message)
        return self._finished(run, Status.UNAVAILABLE, message=error.message)

    @staticmethod
    def _scrubbed(run: _Run, error: StatementError) -> ErrorInfo:
        if run.judgement is None:
            return ErrorInfo(message="The database rejected the statement.")
        exposure = run.judgement.exposure

        def scrubbed(text: str) -> str:
            return masking.scrub_text(text, exposure, said=run.text)

        # That words are hidden is said once, in the message.
        hint, context = (
            "" if (text := scrubbed(raw)) == masking.HIDDEN else text
            for raw in (error.hint, error.context)
        )
        return ErrorInfo(
            message=scrubbed(error.message),
            sqlstate=error.sqlstate,
            position=error.position,
            hint=hint,
            context=context,
        )

    async def _conclude(
        self,
        run: _Run,
        status: Status,
        *,
        message: str = "",
        completion: Completion | None = None,
        elapsed_s: float = 0.0,
        row_limit: int = 0,
        error: ErrorInfo | None = None,
    ) -> Finished:
        """Record the outcome, then give it."""
        finished = self._finished(
            run,
            status,
            message=message,
            completion=completion,
            elapsed_s=elapsed_s,
            row_limit=row_limit,
            error=error,
        )
        await self._session.outcome(
            run.id,
            status=status,
            tag=finished.tag,
            row_count=finished.row_count,
            elapsed_ms=finished.elapsed_ms,
            waited_ms=finished.waited_ms,
            error=error,
            message=message,
        )
        return finished

    def _finished(
        self,
        run: _Run,
        status: Status,
        *,
        message: str = "",
        completion: Completion | None = None,
        elapsed_s: float = 0.0,
        row_limit: int = 0,
        error: ErrorInfo | None = None,
    ) -> Finished:
        verdict = run.judgement.verdict if run.judgement else None
        is_held = verdict is not None and verdict.action is not Action.ALLOW
        affected = completion.affected if completion else 0
        return Finished(
            index=run.index,
            status=status,
            message=message,
            tag=completion.tag if completion else "",
            has_rows=run.has_rows,
            row_count=run.row_count if run.has_rows else affected,
            truncated=completion.truncated if completion else False,
            row_limit=row_limit,
            waited_ms=round(run.waited_s * 1000),
            elapsed_ms=round(elapsed_s * 1000),
            audit_id=run.id,
            error=error,
            statement_sha256=statement_digest(run.text),
            request_id=run.approval.id if run.approval else "",
            rule=verdict.rule if verdict and is_held else "",
            rule_text=verdict.text if verdict and is_held else "",
            impact=run.impact,
            expires_at=run.approval.expires_at if run.approval else None,
            approved_by=run.approval.approved_by if run.approval else (),
        )

    def _set_state(self, state: SessionState) -> None:
        self._session.state = state
        self._governance.changed()


def _looking_permit(sql: str) -> Permit:
    """Make the permit to count or describe: read only, one row, and short."""
    return Permit(
        sql=sql,
        parameters=(),
        fence=Fence.READ_ONLY,
        statement_timeout_s=_MEASURE_TIMEOUT_S,
        lock_timeout_s=_MEASURE_LOCK_TIMEOUT_S,
        row_limit=1,
    )


def _note_look(look: asyncio.Task[Catalogue]) -> None:
    """Take a late answer's failure, so that it is not reported as forgotten."""
    if not look.cancelled() and look.exception() is not None:
        log.info("catalogue.refresh_failed")
