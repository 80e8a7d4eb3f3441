"""What holds a run to its permit, on every engine alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from bastion.core.keyset import AlongGuard, KeyGuard, words_for_along
from bastion.core.model import RawBatch, Row
from bastion.core.sequences import CounterGuard
from bastion.errors import BastionError, EffectExceededError, TargetError, TargetUnavailableError
from bastion.execution.ports import Completion, Permit, TargetEvent

HELD_BYTES_MAX = 16_000_000
"""Rows that a write returns are held back until it has committed; more than this is counted."""


def check_free(*, is_busy: bool, is_lost: bool) -> None:
    """Refuse to start a run where another one stands, or none can.

    Raises:
        TargetError: a statement of this session is still running.
        TargetUnavailableError: the connection is gone.
    """
    if is_busy:
        raise TargetError("Another statement of this session is still running. Wait for it.")
    if is_lost:
        raise TargetUnavailableError(
            "The connection to the database is lost. Connect again with \\c."
        )


def check_locked(keys: KeyGuard, rows: Sequence[Row]) -> None:
    """Refuse to go on where the rows that were locked are not those approved.

    Raises:
        EffectExceededError: there are others, or more.
    """
    refusal = keys.refusal(rows)
    if refusal:
        raise EffectExceededError(f"{refusal}: nothing was written. Ask again.")


def check_along(one: AlongGuard, rows: Sequence[Row]) -> None:
    """Refuse to go on where foreign keys would take more rows along than were approved.

    Raises:
        EffectExceededError: there are more.
    """
    if int(rows[0][0] or b"0") > one.most:
        raise EffectExceededError(f"{words_for_along(one.most)}: nothing was written. Ask again.")


def check_counters_before(guard: CounterGuard, rows: Sequence[Row]) -> None:
    """Refuse to go on where a sequence stands elsewhere than its yes knew.

    Raises:
        EffectExceededError: it was set back, or would be.
    """
    if words := guard.refusal_before(rows):
        raise EffectExceededError(f"{words}: nothing was written. Ask again.")


def check_counters(guard: CounterGuard, rows: Sequence[Row]) -> None:
    """Refuse to commit what has taken numbers that were given before.

    Raises:
        EffectExceededError: a sequence was set back.
    """
    if words := guard.refusal(rows):
        raise rolled_back(words)


async def hold_back(events: AsyncIterator[TargetEvent]) -> list[TargetEvent]:
    """Run a write to its end; what it shows is held back until it counts."""
    held: list[TargetEvent] = []
    held_bytes = 0
    async for event in events:
        if isinstance(event, RawBatch):
            if held_bytes > HELD_BYTES_MAX:
                continue
            held_bytes += sum(len(cell or b"") for row in event.rows for cell in row)
        held.append(event)
    return held


def excess(done: Completion | None, allowed: int | None) -> str:
    """Say, before COMMIT, by how much a write went beyond what was approved; empty: it did not.

    Args:
        allowed: None for any number of rows.
    """
    if allowed is None or done is None or done.affected <= allowed:
        return ""
    return f"The statement touched {done.affected} rows, and {allowed} were approved"


def rolled_back(words: str) -> EffectExceededError:
    """Make the error of a write that went too far and was undone."""
    return EffectExceededError(
        f"{words}: it was rolled back. Look at what changed meanwhile, and ask again."
    )


async def confirm(permit: Permit, undo: Callable[[], Awaitable[str]]) -> None:
    """Ask, once a write has run, whether what let it run still stands.

    Args:
        undo: rolls it back, and says in a sentence what has become of it.

    Raises:
        AccessError: it may no longer run.
        ApprovalError: its yes no longer holds.
        StoreError: nobody can tell.
    """
    if permit.confirm is None:
        return
    try:
        await permit.confirm()
    except BastionError as error:
        raise type(error)(f"{error.message} {await undo()}", detail=error.detail) from None


async def undone() -> str:
    """Say what becomes of a write that is rolled back as its stream is closed."""
    return "It was rolled back."


async def not_sent() -> str:
    """Say what becomes of a write that is asked about before it is sent."""
    return "Nothing has run."


def completed(done: Completion | None) -> Completion:
    """Give how a run ended.

    Raises:
        TargetError: the server never said.
    """
    if done is None:
        raise TargetError("The database gave no end to the statement. Run it again.")
    return done
