"""What a held statement would do, looked up at the target before anybody is asked."""

from __future__ import annotations

import contextlib
import dataclasses

from bastion.core.impact import describe_impact
from bastion.core.model import Fence, Impact, RawBatch
from bastion.errors import BastionError, TargetUnavailableError
from bastion.execution.judging import Judgement
from bastion.execution.ports import Connection, Permit

_TIMEOUT_S = 3.0
_LOCK_TIMEOUT_S = 0.2


async def measure(connection: Connection, judged: Judgement) -> Impact:
    """Count the rows that a write would touch, by the same predicate, in a read-only fence.

    Raises:
        TargetUnavailableError: the database went away.
    """
    impact = describe_impact(judged.statement, judged.catalogue)
    sql = judged.statement.measuring_sql
    if sql is None:
        return impact
    if judged.exposure.inference:
        # The count would answer what the condition asks of masked values.
        note = "Its rows are not counted before approval: it selects by masked values."
        return dataclasses.replace(impact, notes=(*impact.notes, note))
    rows: int | None = None
    try:
        async with contextlib.aclosing(connection.run(looking_permit(sql))) as events:
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


def looking_permit(sql: str) -> Permit:
    """Make the permit to count or describe: read only, one row, and short."""
    return Permit(
        sql=sql,
        parameters=(),
        fence=Fence.READ_ONLY,
        statement_timeout_s=_TIMEOUT_S,
        lock_timeout_s=_LOCK_TIMEOUT_S,
        row_limit=1,
    )
