"""Sending: the permit of what was judged and recorded, and its rows masked and recorded."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from typing import NoReturn

from bastion.core import masking
from bastion.core.effects import ChangeKind, Statement
from bastion.core.exposure import ColumnExposure, Exposure
from bastion.core.flow import fold
from bastion.core.head import Words
from bastion.core.keyset import KeyGuard, OverGuard
from bastion.core.lexer import lex
from bastion.core.limits import LOCK_LIMITS, STATEMENT_LIMITS, shorter
from bastion.core.model import (
    Engine,
    Fence,
    Finished,
    MaskedBatch,
    NoticeReceived,
    PipelineEvent,
    RawBatch,
    ResultColumn,
    ResultStarted,
    Row,
    Sensitivity,
    Status,
    TransactionState,
)
from bastion.core.modes import Plain
from bastion.core.retire import RetireKind, Retirement
from bastion.core.sequences import CounterGuard
from bastion.core.styles import raw_mask
from bastion.core.temporary import makes_temporary
from bastion.core.tokens import TokenBook
from bastion.errors import (
    AccessError,
    ApprovalError,
    BastionError,
    StatementCancelledError,
    StatementError,
    TargetUnavailableError,
)
from bastion.execution.confirming import confirmation
from bastion.execution.holding import (
    is_dirty,
)
from bastion.execution.judging import Judgement
from bastion.execution.line import Line
from bastion.execution.measuring import (
    counter_guard,
    key_guard,
    over_guard,
    writes_in_parts,
)
from bastion.execution.outcomes import Run, conclude
from bastion.execution.ports import (
    Completion,
    Permit,
    ReadyToCommit,
    ResultHead,
    ServerNotice,
    Standing,
)
from bastion.execution.retiring import Retirer

log = logging.getLogger(__name__)

Asking = Callable[[Run, Judgement, ReadyToCommit], AsyncGenerator[PipelineEvent, None]]
"""What is done about a transaction that has run and waits for a yes."""


_COMMITTING, _GIVING_UP = frozenset({"COMMIT", "END"}), frozenset({"ROLLBACK", "ABORT"})


def _temporary(statement: Statement) -> frozenset[tuple[str, str]]:
    """Name what the server must say is temporary; CREATE and DROP TEMPORARY say so themselves."""
    if statement.engine is not Engine.MYSQL or not statement.is_temporary:
        return frozenset()
    text = statement.plain
    words = Words(text, lex(text, Engine.MYSQL).tokens, Engine.MYSQL, "")
    return frozenset() if words.at(1) == "temporary" or makes_temporary(words) else statement.writes


def _sets_modes(statement: Statement) -> bool:
    change = statement.change
    if change is None or change.kind is not ChangeKind.SET:
        return False
    return "sql_mode" in {change.name, *(name for name, _ in change.settings)}


def _select_limit(settings: Iterable[tuple[str, str]]) -> int | None:
    return next((int(value) for name, value in settings if name == "sql_select_limit"), None)


def _never(run: Run, judged: Judgement, ready: ReadyToCommit) -> NoReturn:
    raise ApprovalError("Nobody was asked whether it may commit.")


def _exposure(judged: Judgement, head: ResultHead, place: int) -> Exposure:
    """Give what one result of a statement can reveal."""
    engine = judged.statement.engine
    return judged.exposure.of_result(place, [fold(one.name, engine) for one in head.columns])


def _masks_recorded(
    run: Run, columns: Sequence[ColumnExposure] | None, masks: Sequence[str]
) -> Sequence[str]:
    """Give for each column how it is masked; one that may repeat a typed value is shown raw."""
    spoken = run.spoken
    if spoken is None or not spoken.is_selected:
        return masks
    is_stored = [one.is_verbatim for one in columns or ()]
    if len(is_stored) != len(masks):
        is_stored = [False] * len(masks)
    raw = raw_mask(spoken.classes)
    return [mask or ("" if stored else raw) for mask, stored in zip(masks, is_stored, strict=True)]


def _as_typed(columns: tuple[ResultColumn, ...], written: Plain | None) -> tuple[ResultColumn, ...]:
    """Call columns as they would be called, had the server seen what was typed."""
    if written is None:
        return columns
    return tuple(dataclasses.replace(one, name=written.as_typed(one.name)) for one in columns)


class Sender:
    """Sends the statements of one line; yields only what is masked and recorded."""

    def __init__(self, line: Line) -> None:
        """Send on this line."""
        self._line = line
        self.masks: tuple[str, ...] = ()
        """A sentence a column, why columns of the last result were masked."""
        self._standing: Standing | None = None
        """Where the session stood before code that nobody understood."""

    async def do(self, run: Run, judged: Judgement) -> AsyncGenerator[PipelineEvent, None]:
        """Send a statement or, where policy says so, move what it would destroy."""
        plan = judged.retirement
        if plan is not None:
            done = self._retire(run, plan, judged)
        else:
            done = self.send(run, judged, await self.recorded_permit(run, judged))
        async with contextlib.aclosing(done) as events:
            async for event in events:
                yield event

    async def send(
        self, run: Run, judged: Judgement, permit: Permit, *, ask: Asking = _never
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Send one judged and recorded statement; yield only what is masked and recorded.

        Args:
            ask: for a permit whose transaction waits: asks whether it may commit.
        """
        if self._line.is_interrupted:
            raise StatementCancelledError("Cancelled before it was sent; nothing has run.")
        plan: masking.MaskPlan | None = None
        completion: Completion | None = None
        await self._confirm_unsettled(judged)
        await self._prepare(judged)
        results = itertools.count(1)
        sent, waited_s = self._line.governance.clock.monotonic(), run.waited_s
        async with contextlib.aclosing(self._line.connection.run(permit)) as events:
            async for event in events:
                match event:
                    case ResultHead():
                        place = next(results)
                        plan = await self._plan(run, judged, event, place)
                        run.has_rows = True
                        columns = _as_typed(plan.columns, run.plain)
                        names = [column.name for column in columns]
                        exposed = _exposure(judged, event, place).columns
                        masks = _masks_recorded(run, exposed, plan.masks)
                        number = await self._line.session.result(run.id, names, masks)
                        yield ResultStarted(columns=columns, result=number)
                    case RawBatch():
                        batch = await self._masked(run, plan, event)
                        yield batch
                    case ServerNotice():
                        yield await self._notice(run, judged, event)
                    case ReadyToCommit():
                        async with contextlib.aclosing(ask(run, judged, event)) as asked:
                            async for word in asked:
                                yield word
                    case Completion():
                        completion = event
        # Where its transaction waited for a yes, the database did nothing.
        elapsed_s = self._line.governance.clock.monotonic() - sent - (run.waited_s - waited_s)
        if judged.statement.remark:
            said = ServerNotice(severity="NOTE", text=judged.statement.remark)
            yield await self._notice(run, judged, said)
        yield await self._concluded(run, judged, completion, elapsed_s, permit.row_limit)

    async def _concluded(
        self,
        run: Run,
        judged: Judgement,
        completion: Completion | None,
        elapsed_s: float,
        row_limit: int,
    ) -> Finished:
        if completion is None:
            raise TargetUnavailableError("The database went away before it answered.")
        self._line.row_count = -1 if run.has_rows else completion.affected
        await self._after_success(judged)
        return await conclude(
            self._line.session,
            run,
            Status.OK,
            completion=completion,
            elapsed_s=elapsed_s,
            row_limit=row_limit,
        )

    async def _confirm_unsettled(self, judged: Judgement) -> None:
        """Ask once more, before a transaction may end, whether what let its writes run stands.

        Raises:
            AccessError: it does not; all of it was rolled back.
            ApprovalError: a yes does not; all of it was rolled back.
            StoreError: nobody can tell; all of it was rolled back.
        """
        line, statement = self._line, judged.statement
        if not line.judge.context.in_transaction:
            line.unsettled.clear()
        if statement.fence is Fence.READ_ONLY or statement.head in _GIVING_UP:
            return
        for confirm in tuple(line.unsettled.values()):
            try:
                await confirm()
            except BastionError as error:
                await line.roll_back()
                words = f"{error.message} The open transaction was rolled back."
                raise type(error)(words, detail=error.detail) from None
        if statement.head in _COMMITTING:
            # With AND CHAIN another one begins at once.
            line.unsettled.clear()

    async def _prepare(self, judged: Judgement) -> None:
        await self._line.judge.carry(judged)
        # What a statement leaves behind belongs on the session's own connection.
        leaves_nothing = judged.statement.change is None
        self._line.connection.prefers_reader = leaves_nothing and not is_dirty(
            self._line.judge.context
        )
        if not judged.statement.is_understood:
            self._standing = await self._line.connection.standing()

    async def _notice(self, run: Run, judged: Judgement, raw: ServerNotice) -> NoticeReceived:
        """Scrub and record one word of the server: only then may it be shown."""
        text = masking.scrub_text(raw.text, judged.exposure, said=run.text)
        await self._line.session.notice(raw.severity, text)
        return NoticeReceived(severity=raw.severity, text=text)

    async def _masked(self, run: Run, plan: masking.MaskPlan | None, raw: RawBatch) -> MaskedBatch:
        """Mask and record one batch: only then may it be shown."""
        if plan is None:
            raise StatementError("Rows came before their description.")
        await self._count_raw(run, plan, raw)
        batch = plan.apply(raw)
        given = plan.take_tokens()
        if given:
            await self._line.governance.tokens.remember(self._line.target.name, given)
        await self._spend(batch.rows)
        await self._line.session.rows(run.id, batch)
        run.row_count += len(batch.rows)
        return batch

    async def _count_raw(self, run: Run, plan: masking.MaskPlan, raw: RawBatch) -> None:
        """Count, on record, what is shown although it is masked for others; before it is."""
        for sensitivity, cells in plan.count_raw(raw).items():
            still_holds = await self._line.governance.grants.count_cells(
                self._line.session.principal, self._line.target, sensitivity, cells
            )
            if not still_holds:
                raise AccessError(
                    f"The grant to see {sensitivity.value} has ended. Run the query again: it is "
                    "masked, as for everybody."
                )
            fields = {"statement_id": run.id, "class": sensitivity.value, "cells": str(cells)}
            await self._line.session.note("unmasked", fields)

    async def _retire(
        self, run: Run, plan: Retirement, judged: Judgement
    ) -> AsyncGenerator[PipelineEvent, None]:
        """Move tables into quarantine, where the statement would destroy them."""
        if self._line.is_interrupted:
            raise StatementCancelledError("Cancelled before it was sent; nothing has run.")
        sent = self._line.governance.clock.monotonic()
        kept = await self.retirer().retire(
            plan,
            principal=self._line.session.principal,
            keep_s=judged.verdict.quarantine_s or 0.0,
            statement_id=run.id,
            request_id=run.approval.id if run.approval else "",
            confirm=confirmation(self._line, run, judged),
        )
        elapsed_s = self._line.governance.clock.monotonic() - sent
        await self._after_success(judged)
        for entry in kept:
            text = (
                f"{entry.qualified_name} is in quarantine until "
                f"{entry.keep_until:%Y-%m-%d %H:%M} UTC as {entry.id}; "
                f"\\undrop {entry.name} brings it back."
            )
            await self._line.session.notice("NOTE", text)
            yield NoticeReceived(severity="NOTE", text=text)
        tag = "DROP TABLE" if plan.kind is RetireKind.DROP else "TRUNCATE TABLE"
        completion = Completion(tag=tag, affected=0, truncated=False)
        yield await conclude(
            self._line.session, run, Status.OK, completion=completion, elapsed_s=elapsed_s
        )

    def retirer(self) -> Retirer:
        """Make what moves tables into quarantine and back, on record."""
        session, governance = self._line.session, self._line.governance

        async def record(sql: str) -> None:
            await session.note("quarantine.sql", {"sql": sql})

        return Retirer(
            self._line.connection,
            self._line.target,
            quarantine=governance.quarantine,
            audit=governance.audit,
            clock=governance.clock,
            record=record,
        )

    async def recorded_permit(self, run: Run, judged: Judgement) -> Permit:
        """Make the permit; what it sends instead of the statement's own text is put on record."""
        permit = self._permit(run, judged)
        if permit.sql != run.text:
            await self._line.session.rewritten(run.id, permit.sql)
        return permit

    def _permit(self, run: Run, judged: Judgement) -> Permit:
        statement, verdict, options = judged.statement, judged.verdict, run.options
        obligations = verdict.obligations
        sql = statement.sent or statement.text
        if statement.is_copy_out and statement.resolved:
            # COPY data cannot be masked as rows can; its query gives the same rows.
            sql = statement.resolved
        fence = verdict.fence
        if statement.head in {"FETCH", "MOVE"} and statement.engine is Engine.POSTGRESQL:
            # The cursor's query runs now; a savepoint that is rolled back keeps its position.
            is_open = self._line.connection.transaction_state is TransactionState.OPEN
            fence = Fence.READ_ONLY if is_open else fence
        affected_max = verdict.rows_max
        if run.approval is not None and run.impact is not None and run.impact.is_measured:
            affected_max = None if writes_in_parts(judged) else run.impact.rows
        limit = obligations.row_limit
        if options.limit is not None:
            limit = min(limit, options.limit)
        timeout_s = obligations.statement_timeout_s
        if options.timeout_s is not None:
            timeout_s = min(timeout_s, options.timeout_s)
        settings = self._line.judge.context.settings
        # A yes, a window, or a rule for few rows: by what was there when it was given.
        is_bound = run.approval is not None or verdict.rows_max is not None
        return Permit(
            sql=sql,
            parameters=run.parameters,
            fence=fence,
            statement_timeout_s=shorter(timeout_s, settings, STATEMENT_LIMITS),
            lock_timeout_s=shorter(obligations.lock_timeout_s, settings, LOCK_LIMITS),
            row_limit=limit,
            affected_max=affected_max,
            keys=self._keys(run, judged),
            over=self._over(run, judged),
            counters=self._counters(run, judged),
            is_instant=statement.is_instant,
            guards_structure=verdict.guards_structure,
            guards_rows=verdict.guards_rows,
            temporary=_temporary(statement),
            select_limit=_select_limit(settings),
            sets_modes=_sets_modes(statement),
            marks=self._line.judge.marks(judged),
            foundations=self._line.judge.foundations(judged) if is_bound else {},
            confirm=confirmation(self._line, run, judged),
            token_values=judged.token_values,
        )

    def _keys(self, run: Run, judged: Judgement) -> KeyGuard | None:
        if run.approval is None or run.impact is None:
            return None
        return key_guard(judged, run.impact, self._line.governance.mask_key, run.along)

    def _counters(self, run: Run, judged: Judgement) -> CounterGuard | None:
        if run.approval is None or run.impact is None:
            return None
        return counter_guard(judged, run.impact, self._line.judge.sequences(judged))

    def _over(self, run: Run, judged: Judgement) -> OverGuard | None:
        if run.approval is None or run.impact is None:
            return None
        return over_guard(judged, run.impact)

    def look_up_unmasked(self) -> asyncio.Task[frozenset[Sensitivity]]:
        """Begin to ask the store which classes this person may see now."""
        grants, principal = self._line.governance.grants, self._line.session.principal
        looking = grants.unmasked(principal, self._line.target.name, at=self._line.target)
        return asyncio.get_running_loop().create_task(looking)

    async def _plan(
        self, run: Run, judged: Judgement, head: ResultHead, place: int
    ) -> masking.MaskPlan:
        """Decide how one result is masked.

        Args:
            place: of the result, from 1.
        """
        book = await self._line.governance.tokens.book(self._line.target.name)
        judged = await self._line.judge.as_known_now(judged)
        unmasked = frozenset[Sensitivity]()
        if judged.exposure.touches:
            # What is taken back after this is found as raw cells are counted, before they show.
            looking, run.unmasked = run.unmasked or self.look_up_unmasked(), None
            unmasked = await looking
        plan = self._make_plan(judged, head, place, book, unmasked)
        if any(column.masked == Sensitivity.UNPROVEN.value for column in plan.columns):
            learnt = await self._line.judge.learn_result(judged)
            if learnt is not None:
                plan = self._make_plan(learnt, head, place, book, unmasked)
        self.masks = plan.reasons
        return plan

    def _make_plan(
        self,
        judged: Judgement,
        head: ResultHead,
        place: int,
        book: TokenBook | None = None,
        unmasked: frozenset[Sensitivity] = frozenset(),
    ) -> masking.MaskPlan:
        return masking.plan(
            judged.statement,
            _exposure(judged, head, place),
            head.columns,
            judged.catalogue,
            chosen=self._line.judge.mask_styles(),
            book=book,
            unmasked=unmasked,
        )

    async def _spend(self, rows: Sequence[Row]) -> None:
        principal = self._line.session.principal
        if not principal.is_agent:
            return
        size_bytes = sum(len(cell) for row in rows for cell in row if cell is not None)
        used_up = await self._line.governance.users.spend(
            principal.user, rows=len(rows), size_bytes=size_bytes
        )
        if used_up is not None:
            raise AccessError(used_up)

    async def _after_success(self, judged: Judgement) -> None:
        may_be_restructured = self._line.judge.advance(judged)
        await self._compare_standing(judged)
        if may_be_restructured:
            await self._line.judge.learn_structure(judged)

    async def _compare_standing(self, judged: Judgement) -> None:
        """Follow the server where a statement may have moved the ground under the next one.

        Code that nobody understood may have lifted a pin: then this login is not used again.
        """
        state, statement = self._line.connection.transaction_state, judged.statement
        self._line.judge.follow_transaction(state)
        if not self._line.judge.may_have_moved(statement):
            return
        self._line.is_path_due = statement.is_instant and state is TransactionState.OPEN
        if self._line.is_path_due:
            return
        try:
            standing = await self._line.connection.standing()
        except TargetUnavailableError:
            # It has run, and is told so; the next one finds the login lost.
            return
        if standing is None:
            return
        self._line.judge.follow_standing(standing, judged.catalogue)
        before = self._standing
        if statement.is_understood or before is None or before.settings == standing.settings:
            return
        log.warning("runner.pins_lifted", extra={"session": self._line.session.id})
        await self._line.connection.close()
        if self._line.judge.context.in_transaction:
            raise StatementError(
                "The statement changed settings of the session that the bastion pins, so the "
                "transaction was rolled back. Leave out what sets them."
            )
