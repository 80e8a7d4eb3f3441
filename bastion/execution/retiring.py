"""Moves tables into quarantine and back, and drops them for good: the only place that does.

PostgreSQL does each in one transaction, under a lock, and looks once more before it commits.
MySQL moves tables by one RENAME, which is atomic by itself.
"""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import NoReturn

from bastion.core import retire
from bastion.core.model import Engine, Fence, Principal, RawBatch, Target, TransactionState
from bastion.core.retire import RetiredTable, RetireKind, Retirement, RetirementState
from bastion.errors import (
    AccessError,
    BastionError,
    StructureHarmedError,
    TargetUnavailableError,
    UsageError,
)
from bastion.execution.ports import Audit, Clock, Connection, Permit, Quarantine

_TIMEOUT_S = 30.0
_LOCK_TIMEOUT_S = 3.0
_NEVER_MOVED = "never moved"

Record = Callable[[str], Awaitable[None]]
"""Takes each statement before it is sent."""


class Retirer:
    """Retires, restores and drops on one connection; every act on record before it is done."""

    def __init__(
        self,
        connection: Connection,
        target: Target,
        *,
        quarantine: Quarantine,
        audit: Audit,
        clock: Clock,
        record: Record,
    ) -> None:
        """Take a connection on which nothing else runs."""
        self._connection = connection
        self._target = target
        self._engine = target.engine
        self._quarantine = quarantine
        self._audit = audit
        self._clock = clock
        self._record = record

    async def retire(
        self,
        plan: Retirement,
        *,
        principal: Principal,
        keep_s: float,
        statement_id: str,
        request_id: str,
        confirm: Callable[[], Awaitable[None]] | None = None,
    ) -> tuple[RetiredTable, ...]:
        """Move tables away, all of them or, on MySQL, one after the other.

        Args:
            confirm: asked before they count as moved: raises where they may not be any more.

        Raises:
            UsageError: a transaction is open.
            AccessError: something else hangs on a table, named.
            StatementError: the server refuses; on PostgreSQL nothing has changed.
        """
        self._check_idle()
        now = self._clock.now()
        entries = [
            RetiredTable(
                id=f"ret_{(token := secrets.token_hex(4))}",
                target=self._target.name,
                engine=self._engine,
                schema=schema,
                name=name,
                kept_in=retire.quarantine_schema(now, token),
                kind=plan.kind,
                by=principal.user,
                person=principal.person,
                statement_id=statement_id,
                request_id=request_id,
                at=now,
                keep_until=now + timedelta(seconds=keep_s),
            )
            for schema, name in plan.tables
        ]
        for entry in entries:
            await self._audit.record("quarantine.retired", _public(entry) | {"by": entry.by})
            await self._quarantine.add_retired(entry)
        kept: list[RetiredTable] = []
        try:
            async with self._transaction():
                for entry in entries:
                    if confirm is not None and self._engine is Engine.MYSQL:
                        await confirm()
                    await self._move(entry)
                    if self._engine is Engine.MYSQL:
                        kept.append(await self._settle(entry, RetirementState.KEPT))
                if confirm is not None and self._engine is Engine.POSTGRESQL:
                    await confirm()
        except TargetUnavailableError:
            # Nobody knows whether it was committed; the entries say so, and can be restored.
            raise
        except BaseException:
            for entry in entries[len(kept) :]:
                await self._give_up(entry)
            raise
        if self._engine is Engine.POSTGRESQL:
            kept = [await self._settle(entry, RetirementState.KEPT) for entry in entries]
        return tuple(kept)

    async def restore(self, entry: RetiredTable, *, by: str) -> RetiredTable:
        """Put a table back into its place.

        Where TRUNCATE left an empty one, that goes into quarantine itself.

        Raises:
            UsageError: it is not in quarantine, its name is taken, or a transaction is open.
            StatementError: the server refuses; nothing has changed.
        """
        self._check_idle()
        if not entry.is_in_quarantine:
            raise UsageError(f"{entry.qualified_name} is {entry.state.value} already.")
        await self._audit.record("quarantine.restored", _public(entry) | {"by": by})
        async with self._transaction():
            is_taken = bool(
                await self._ask(retire.presence_sql(entry.schema, entry.name, self._engine))
            )
            if not await self._ask(retire.presence_sql(entry.kept_in, entry.name, self._engine)):
                await self._say_gone(entry, is_in_place=is_taken)
            if is_taken:
                await self._clear_place(entry, by=by)
            await self._send(retire.returning_sql(entry))
            await self._clear_up(entry)
        return await self._settle(entry, RetirementState.RESTORED, by=by)

    async def drop(self, entry: RetiredTable, *, by: str) -> RetiredTable:
        """Drop a table for good, as the second of two persons and after its time.

        Raises:
            UsageError: it is not in quarantine.
            AccessError: its time has not come, nobody proposed it, or the same person did.
        """
        self._check_idle()
        check_may_drop(entry, by=by, clock=self._clock)
        fields = _public(entry) | {"by": by, "proposed_by": entry.proposed_by}
        await self._audit.record("quarantine.dropped", fields)
        async with self._transaction():
            await self._send(retire.dropping_sql(entry))
            await self._clear_up(entry)
        return await self._settle(entry, RetirementState.DROPPED, by=by)

    # Steps

    async def _move(self, entry: RetiredTable) -> None:
        table = (entry.schema, entry.name)
        if self._engine is Engine.POSTGRESQL:
            await self._send(retire.locking_sql(table))
        for question in retire.obstacle_queries(table, entry.kind, self._engine):
            found = await self._ask(question)
            if found:
                raise AccessError(
                    f"{entry.qualified_name} cannot be retired: {', '.join(found)} would be left "
                    "behind or lost. Take that away first, in a statement of its own."
                )
        await self._send(retire.making_sql(entry.kept_in, self._engine))
        for sql in retire.moving_sql(table, entry.kept_in, entry.kind, self._engine):
            await self._send(sql)
        await self._compare(entry)

    async def _give_up(self, entry: RetiredTable) -> None:
        """Settle what was refused: not moved, unless MySQL shows that it was."""
        with contextlib.suppress(BastionError):
            if self._engine is Engine.MYSQL:
                if await self._ask(retire.presence_sql(entry.kept_in, entry.name, self._engine)):
                    # It stays listed as moving, and can be brought back.
                    return
                await self._clear_up(entry)
        await self._settle(entry, RetirementState.RESTORED, by=_NEVER_MOVED)

    async def _compare(self, entry: RetiredTable) -> None:
        """Look before the commit: it is where it should be, and an empty one where it was."""
        is_kept = await self._ask(retire.presence_sql(entry.kept_in, entry.name, self._engine))
        is_there = await self._ask(retire.presence_sql(entry.schema, entry.name, self._engine))
        if not is_kept or bool(is_there) != (entry.kind is RetireKind.TRUNCATE):
            raise StructureHarmedError(
                f"{entry.qualified_name} did not arrive in quarantine as it should. On PostgreSQL "
                "it was rolled back; on MySQL look at the tables now."
            )

    async def _clear_place(self, entry: RetiredTable, *, by: str) -> None:
        """Move away what TRUNCATE left, when it is still empty."""
        table = (entry.schema, entry.name)
        is_left = entry.kind is RetireKind.TRUNCATE
        if is_left and self._engine is Engine.POSTGRESQL:
            await self._send(retire.locking_sql(table))
        if not is_left or await self._ask(retire.emptiness_sql(table, self._engine)):
            raise UsageError(
                f"The name {entry.qualified_name} is taken by another table. Rename that one, "
                "then bring this one back."
            )
        token = secrets.token_hex(4)
        left = dataclasses.replace(
            entry,
            id=f"ret_{token}",
            kept_in=retire.quarantine_schema(self._clock.now(), token),
            kind=RetireKind.DROP,
            at=self._clock.now(),
            state=RetirementState.KEPT,
            by=by,
        )
        await self._audit.record("quarantine.retired", _public(left) | {"by": by})
        await self._quarantine.add_retired(left)
        await self._send(retire.making_sql(left.kept_in, self._engine))
        for sql in retire.moving_sql(table, left.kept_in, RetireKind.DROP, self._engine):
            await self._send(sql)

    async def _say_gone(self, entry: RetiredTable, *, is_in_place: bool) -> NoReturn:
        if entry.state is RetirementState.MOVING and is_in_place:
            await self._settle(entry, RetirementState.RESTORED, by=_NEVER_MOVED)
            raise UsageError(f"{entry.qualified_name} was never moved; it is in its place.")
        raise UsageError(
            f"{entry.qualified_name} is not in quarantine any more: somebody moved or dropped it "
            "there. Ask the database's owner."
        )

    async def _clear_up(self, entry: RetiredTable) -> None:
        """Remove the place of one retirement when nothing is left in it."""
        presence, question, removal = retire.clearing_sql(entry.kept_in, self._engine)
        if await self._ask(presence) and not await self._ask(question):
            await self._send(removal)

    async def _settle(
        self, entry: RetiredTable, state: RetirementState, *, by: str = ""
    ) -> RetiredTable:
        settled = dataclasses.replace(entry, state=state, ended_by=by)
        await self._quarantine.swap_retired(entry, settled)
        return settled

    # Sending

    def _check_idle(self) -> None:
        if self._connection.transaction_state is not TransactionState.IDLE:
            raise UsageError(
                "A transaction is open, and tables are retired in one of their own. COMMIT or "
                "ROLLBACK first."
            )

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        if self._engine is Engine.MYSQL:
            yield
            return
        await self._send("BEGIN", fence=Fence.SESSION)
        try:
            yield
            await self._send("COMMIT", fence=Fence.SESSION)
        except BaseException:
            with contextlib.suppress(BastionError):
                await self._connection.reset()
            raise

    async def _send(self, sql: str, *, fence: Fence = Fence.WRITE) -> Sequence[str]:
        await self._record(sql)
        permit = Permit(
            sql=sql,
            parameters=(),
            fence=fence,
            statement_timeout_s=_TIMEOUT_S,
            lock_timeout_s=_LOCK_TIMEOUT_S,
            row_limit=100,
        )
        found: list[str] = []
        async with contextlib.aclosing(self._connection.run(permit)) as events:
            async for event in events:
                if isinstance(event, RawBatch):
                    found += [(row[0] or b"").decode(errors="replace") for row in event.rows]
        return found

    async def _ask(self, sql: str) -> Sequence[str]:
        self._connection.prefers_reader = False
        return await self._send(sql, fence=Fence.READ_ONLY)


def check_may_drop(entry: RetiredTable, *, by: str, clock: Clock) -> None:
    """Refuse a real drop that is too early, or that one person alone would do.

    Raises:
        UsageError: it is not in quarantine.
        AccessError: too early, not proposed, or proposed by the same person.
    """
    if not entry.is_in_quarantine:
        raise UsageError(f"{entry.qualified_name} is {entry.state.value} already.")
    if clock.now() < entry.keep_until:
        raise AccessError(
            f"{entry.qualified_name} is kept until {entry.keep_until:%Y-%m-%d %H:%M} UTC, and "
            "nobody can drop it before."
        )
    if not entry.proposed_by or entry.proposed_by == by:
        raise AccessError("The real drop takes two persons: another one must confirm it.")


def _public(entry: RetiredTable) -> dict[str, str | int | None]:
    return {
        "entry": entry.id,
        "target": entry.target,
        "table": entry.qualified_name,
        "kept_in": entry.kept_in,
        "kind": entry.kind.value,
        "statement": entry.statement_id,
        "request": entry.request_id,
        "keep_until": entry.keep_until.isoformat(),
    }
