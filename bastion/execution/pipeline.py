"""The one governed path: every statement of every front end goes through ``Runner``.

    text -> Statement -> Verdict -> [recorded] -> Permit -> RawBatch -> MaskedBatch -> [recorded]

Each stage takes what the former made, on the session's ``line``: ``judging`` gives the verdict,
``measuring`` looks before anybody is asked, ``waiting`` holds until there is a yes, ``sending``
makes the permit, runs and masks, ``outcomes`` records how it ended; this module leads through them.
What it yields may be shown, and nothing else may.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import logging
from collections.abc import AsyncGenerator

from bastion.core.approval import Approval
from bastion.core.catalogue import Catalogue
from bastion.core.context import SessionContext
from bastion.core.grants import Wanted
from bastion.core.model import (
    Action,
    Engine,
    Finished,
    NoticeReceived,
    PipelineEvent,
    RunOptions,
    StatementStarted,
    Status,
    Target,
    TransactionState,
)
from bastion.core.modes import plain
from bastion.core.retire import RetiredTable
from bastion.core.statement import split
from bastion.errors import (
    AccessError,
    ApprovalError,
    BastionError,
    EffectExceededError,
    StructureMovedError,
    UsageError,
)
from bastion.execution.asking import wanted_of
from bastion.execution.holding import (
    GOES_BACK,
)
from bastion.execution.judging import Governance, Judgement
from bastion.execution.line import Line
from bastion.execution.outcomes import Run, conclude, conclude_failed
from bastion.execution.ports import (
    Connection,
    Connector,
)
from bastion.execution.sending import Sender
from bastion.execution.session import Session, SessionState
from bastion.execution.spelling import spell
from bastion.execution.waiting import Holder

log = logging.getLogger(__name__)

_GOES_ON_AFTER = (Status.OK, Status.ERROR, Status.TIMEOUT, Status.BLOCKED, Status.PENDING)

_TAKES_INPUT = (
    "COPY … FROM STDIN cannot run here, as no rows can be sent behind it. Nobody was asked. Write "
    "the rows as INSERT INTO … VALUES."
)


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
        self._line = Line(session, connector, connection, governance)
        self._sender = Sender(self._line)
        self._holder = Holder(self._line, self._sender)
        self._numbers = itertools.count(1)
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
        return self._line.target

    @property
    def transaction_state(self) -> TransactionState:
        """Tell where the database connection stands, for the prompt."""
        return self._line.connection.transaction_state

    @property
    def role(self) -> str:
        """Name the database role in use."""
        return self._line.connection.role

    @property
    def context(self) -> SessionContext:
        """Give what the session has made on its way."""
        return self._line.judge.context

    async def catalogue(self) -> Catalogue:
        """Give what is known of the target, for completion and listings."""
        return await self._line.connector.catalogue()

    def explain_masks(self) -> tuple[str, ...]:
        """Tell, a sentence a column, why columns of the last result were masked."""
        return self._sender.masks

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
                id=f"{self._line.session.id}-{next(self._numbers)}",
                text=piece,
                parameters=parameters,
                options=options,
                started=self._line.governance.clock.monotonic(),
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
        """Wait for a request left pending and, once approved, run it, once, in autocommit.

        Refused to all but who filed it, and where a live session waits for it itself.
        """
        run = Run(
            index=1,
            id=f"{self._line.session.id}-{next(self._numbers)}",
            text=approval.text,
            parameters=approval.parameters,
            options=options,
            started=self._line.governance.clock.monotonic(),
            approval=approval,
            impact=approval.impact,
            is_resumed=True,
        )
        async with contextlib.aclosing(self._guard(run, self._resume_one(run, approval))) as events:
            async for event in events:
                yield event

    async def ask_grant(
        self, wanted: Wanted, *, options: RunOptions
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Ask a reviewer for a grant and, once there is a yes, take it up."""
        run = Run(
            index=1,
            id=f"{self._line.session.id}-{next(self._numbers)}",
            text=wanted.text,
            parameters=(),
            options=options,
            started=self._line.governance.clock.monotonic(),
        )
        async with contextlib.aclosing(
            self._guard(run, self._holder.ask_grant(run, wanted))
        ) as events:
            async for event in events:
                yield event

    async def interrupt(self) -> None:
        """Cancel what runs at the server, or end the wait for a request.

        A request that was filed for this wait is withdrawn; one that was resumed stays.
        """
        await self._line.interrupt()

    async def list_retired(self) -> tuple[RetiredTable, ...]:
        """List what is in quarantine of this target, newest first."""
        found = await self._line.governance.quarantine.list_retired(self.target.name)
        return tuple(one for one in found if one.is_in_quarantine)

    async def undrop(self, name: str) -> RetiredTable:
        """Bring a table back from quarantine, by its name or the entry's id; the newest of a name.

        Raises:
            AccessError: an agent asks, or the principal may no longer act.
            UsageError: nothing of that name is there, or its place is taken.
            BastionError: the server refuses; nothing has changed.
        """
        await self._line.check_standing()
        if self._line.session.principal.is_agent:
            raise AccessError("A person brings tables back from quarantine, no agent.")
        await self._line.session.note("quarantine.undrop", {"name": name})
        for entry in await self.list_retired():
            if name in {entry.id, entry.name, entry.qualified_name}:
                restored = await self._sender.retirer().restore(
                    entry, by=self._line.session.principal.user
                )
                await self._line.connector.refresh(frozenset({(entry.schema, entry.name)}))
                return restored
        raise UsageError(f"There is no {name} in quarantine. \\undrop alone lists what there is.")

    async def close(self) -> None:
        """Leave the database; an open transaction is rolled back."""
        self._remove_closer()
        await self._line.connection.close()

    async def _on_session_end(self, reason: str) -> None:
        log.debug("runner.ending", extra={"reason": reason})
        await self._line.governance.desk.withdraw_session(self._line.session.id)
        await self._line.connection.cancel()
        await self._line.connection.close()

    # One statement

    async def _guard(
        self, run: Run, events: AsyncGenerator[PipelineEvent, None]
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Turn every error into a recorded outcome; a broken recorder ends the session."""
        self._line.session.touch()
        self._line.is_interrupted = False
        self._line.set_state(SessionState.RUNNING)
        try:
            yield StatementStarted(index=run.index, text=run.text)
            async with contextlib.aclosing(events):
                async for event in events:
                    yield event
        except BastionError as error:
            yield await conclude_failed(self._line.session, run, error)
        finally:
            if run.unmasked is not None:
                run.unmasked.cancel()
            self._line.session.touch()
            self._line.set_state(SessionState.IDLE)

    async def _execute_one(self, run: Run) -> AsyncGenerator[PipelineEvent, None]:
        await self._line.check_standing()
        await self._line.reconnect_if_lost()
        await self._write_plainly(run)
        self._line.judge.spell(run.text, None)
        judged = await spell(self._line, run, await self._line.judged(run))
        said = ""
        if not run.options.dry_run:
            judged, said = await self._line.judge.spend(await self._line.judge.under_window(judged))
            run.judgement = judged
            run.is_paid = judged.verdict.action is Action.ALLOW
        if judged.verdict.depends_on_rows:
            statement = judged.statement
            await self._line.session.statement(
                run.id,
                run.index,
                statement,
                run.parameters,
                self._line.spoken(run, judged),
                typed=run.typed,
            )
            judged = await self._line.weighed(run, await self._line.judge.with_tokens(judged))
            await self._line.session.verdict(run.id, statement, judged.verdict)
        else:
            is_sent = judged.verdict.action is Action.ALLOW and not run.options.dry_run
            if is_sent and judged.exposure.touches:
                run.unmasked = self._sender.look_up_unmasked()
            await self._line.intend(run, judged)
            if judged.verdict.action is not Action.BLOCK:
                judged = await self._line.judge.with_tokens(judged)
        if judged.statement.takes_input and judged.verdict.action is not Action.BLOCK:
            raise UsageError(_TAKES_INPUT)
        if run.options.dry_run:
            yield await self._dry_run(run, judged)
            return
        if judged.verdict.emergency:
            await self._line.governance.glass.note_run(
                judged.verdict.emergency,
                self._line.session.principal,
                statement_id=run.id,
            )
            yield NoticeReceived(severity="NOTE", text=judged.verdict.text)
        if said:
            await self._line.session.notice("NOTE", said)
            yield NoticeReceived(severity="NOTE", text=said)
        async with contextlib.aclosing(self._act(run, judged)) as events:
            async for event in events:
                yield event

    async def _write_plainly(self, run: Run) -> None:
        """Write a text for the server that is written for modes which that is kept out of."""
        try:
            counted = self._line.row_count if self.target.engine is Engine.MYSQL else None
            found = plain(run.text, self._line.connection.modes, row_count=counted)
        except UsageError:
            await self._line.intend(run, await self._line.judged(run))
            raise
        if found.text != run.text:
            run.text, run.plain = found.text, found
        # Unless it goes well.
        self._line.row_count = -1

    async def _act(self, run: Run, judged: Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """Do what the verdict says."""
        match judged.verdict.action:
            case Action.BLOCK:
                if not judged.statement.is_understood and not judged.statement.pinned:
                    # A slip of the pen deserves the server's own words.
                    await self._holder.check_with_server(run, judged)
                self._line.session.counts.blocked += 1
                yield await conclude(
                    self._line.session, run, Status.BLOCKED, message=judged.verdict.text
                )
            case Action.HOLD:
                async with contextlib.aclosing(self._holder.hold(run, judged)) as held:
                    async for event in held:
                        yield event
            case Action.ALLOW:
                async with contextlib.aclosing(self._do_as_judged(run, judged)) as sent:
                    async for event in sent:
                        yield event

    async def _do_as_judged(
        self, run: Run, judged: Judgement
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Send a statement; where others changed what it touches, judge it anew and act on that."""
        is_of_few = judged.verdict.rows_max is not None
        send = self._send_few if is_of_few else self._sender.do
        try:
            async with contextlib.aclosing(send(run, judged)) as sent:
                async for event in sent:
                    yield event
        except StructureMovedError:
            run.moves += 1
            judged = await self._line.judge.judge_moved(judged, run.options, is_again=run.moves > 1)
            run.judgement = judged
        else:
            return
        await self._line.session.verdict(run.id, judged.statement, judged.verdict)
        async with contextlib.aclosing(self._act(run, judged)) as events:
            async for event in events:
                yield event

    async def _send_few(self, run: Run, judged: Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """Send what is allowed for so many rows; what touched more is rolled back and held."""
        has_exceeded = False
        try:
            async with contextlib.aclosing(
                self._sender.send(run, judged, await self._sender.recorded_permit(run, judged))
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
        judged = await self._line.weighed(run, await self._line.judged_with_tokens(run))
        await self._line.session.verdict(run.id, judged.statement, judged.verdict)
        if judged.verdict.action is Action.ALLOW:
            raise ApprovalError("What it touches keeps changing. Send the statement again.")
        async with contextlib.aclosing(self._act(run, judged)) as events:
            async for event in events:
                yield event

    async def _resume_one(
        self, run: Run, approval: Approval
    ) -> AsyncGenerator[PipelineEvent, None]:
        await self._line.check_standing()
        if approval.requester != self._line.session.principal.user:
            raise AccessError("Only its requester can run this request.")
        if approval.is_interactive:
            raise AccessError("This request belongs to an interactive session, which runs it.")
        wanted = wanted_of(approval)
        if wanted is not None:
            judged = await self._line.judge.judge(run.text, run.options)
            async with contextlib.aclosing(self._holder.await_grant(run, judged, wanted)) as taken:
                async for event in taken:
                    yield event
            return
        judged = await self._line.judged(run)
        await self._line.intend(run, judged)
        has_changed = False
        try:
            async with contextlib.aclosing(self._holder.await_and_run(run, judged)) as events:
                async for event in events:
                    yield event
        except EffectExceededError:
            has_changed = True
        if not has_changed:
            return
        yield NoticeReceived(severity="NOTE", text=GOES_BACK)
        run.options = dataclasses.replace(run.options, reason=run.options.reason or approval.reason)
        async with contextlib.aclosing(
            self._holder.hold(run, await self._line.judged_with_tokens(run))
        ) as again:
            async for event in again:
                yield event

    # Holding

    # Running before the yes: to measure, or to wait with the transaction open

    # Running

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
        return await conclude(self._line.session, run, status, message=message)
