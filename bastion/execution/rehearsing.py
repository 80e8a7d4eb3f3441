"""Measuring by running: the write runs, is counted, and is taken back.

Only where policy says ``measure = "execute"``, never for agents, one at a time at each target, and
only where a rollback is proven to leave nothing behind.
"""

from __future__ import annotations

import contextlib
import dataclasses

from bastion.core.model import EffectClass, Impact, RawBatch, Row, TransactionState
from bastion.core.rehearsal import read_residue, residue, residue_sql
from bastion.errors import BastionError, TargetUnavailableError
from bastion.execution.judging import Judgement
from bastion.execution.measuring import LOOK_MARK, UNPAID, Looking, looking_permit
from bastion.execution.ports import RehearsalPermit

_TIMEOUT_S = 10.0
LOCK_TIMEOUT_S = 0.2


async def why_not_undone(looking: Looking, judged: Judgement) -> str:
    """Say why a rollback may leave something behind, in words; empty when it is proven not to.

    Raises:
        TargetUnavailableError: the database went away.
    """
    statement, catalogue = judged.statement, judged.catalogue
    if looking.connection.transaction_state is not TransactionState.IDLE:
        return "a transaction is open"
    if judged.exposure.inference:
        return "it selects by masked values, and their number would tell"
    found = residue(statement, catalogue)
    if found:
        return found
    adds = not statement.effects.isdisjoint({EffectClass.INSERT, EffectClass.MERGE})
    for key in sorted(statement.writes):
        relation = catalogue.relations[key]
        sql = residue_sql(relation, catalogue.engine, adds_rows=adds)
        rows: list[Row] = []
        try:
            permit = looking_permit(sql + LOOK_MARK, judged)
            async with contextlib.aclosing(looking.connection.run(permit)) as events:
                async for event in events:
                    if isinstance(event, RawBatch):
                        rows += event.rows
        except TargetUnavailableError:
            raise
        except BastionError as error:
            return f"the server would not say what it leaves ({error.code})"
        found = read_residue(rows)
        if found:
            return found
    return "" if await looking.pay(judged) else UNPAID


async def rehearse(looking: Looking, judged: Judgement, impact: Impact) -> Impact:
    """Run a write and roll it back; gives the impact with what it really touched.

    The caller has made sure by ``why_not_undone`` that nothing is left, has recorded it, and lets
    one run at a time at each target.

    Raises:
        TargetUnavailableError: the database went away.
    """
    permit = RehearsalPermit(
        sql=judged.statement.text,
        statement_timeout_s=min(_TIMEOUT_S, judged.verdict.obligations.statement_timeout_s),
        lock_timeout_s=LOCK_TIMEOUT_S,
        token_values=judged.token_values,
    )
    try:
        affected = await looking.connection.rehearse(permit)
    except TargetUnavailableError:
        raise
    except BastionError as error:
        return noted(impact, f"Running it to measure it failed ({error.code}).")
    measured = dataclasses.replace(impact, rows=affected, is_measured=True)
    return noted(measured, "Measured by running it and rolling it back.")


def noted(impact: Impact, words: str) -> Impact:
    """Add a sentence to what reviewers read."""
    return dataclasses.replace(impact, notes=(*impact.notes, words))
