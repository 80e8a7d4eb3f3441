"""Texts that a statement computes and then prepares or executes: asked for, and sent as literals.

Where nothing sensitive can be in the text, the bastion asks the server for it on the session's own
connection, judges the statement with that very text in it, and sends it so: what was judged is what
runs, whatever the variable holds by then. The text is shown to nobody.
"""

from __future__ import annotations

import contextlib
import dataclasses

from bastion.core.exposure import Exposure
from bastion.core.heads_prepared import spelled_out
from bastion.core.model import Action, EffectClass, RawBatch, RunOptions
from bastion.core.modes import plain
from bastion.errors import StatementError, StatementTimeoutError, UsageError
from bastion.execution.judging import Judgement
from bastion.execution.line import Line
from bastion.execution.measuring import LOOK_MARK, looking_permit
from bastion.execution.outcomes import Run

_BYTES_MAX = 1_000_000


async def spell(line: Line, run: Run, judged: Judgement) -> Judgement:
    """Judge a statement that runs a computed text with what the server says that the text is.

    Where that may not be asked for, or is not told, it stays as it was judged.

    Raises:
        TargetUnavailableError: the database went away.
    """
    asks = judged.statement.asks
    if asks is None or run.options.dry_run or judged.statement.text != run.text:
        return judged
    question = f"SELECT {run.text[slice(*asks)]}"
    asked = await line.judge.judge(question, RunOptions())
    if not _is_harmless(asked):
        return judged
    value = await _value(line, question, asked)
    if value is None:
        return judged
    try:
        value = plain(value, line.connection.modes).text
    except UsageError:
        return judged
    line.judge.spell(run.text, spelled_out(run.text, asks, value))
    return await line.judged(run)


def _is_harmless(asked: Judgement) -> bool:
    """Tell whether nothing but harmless values can be in the one text that is asked for."""
    statement, exposure = asked.statement, asked.exposure
    is_read = statement.effects == {EffectClass.READ} and statement.change is None
    is_bare = not (statement.reads or statement.functions or statement.pinned or statement.sent)
    if asked.verdict.action is not Action.ALLOW or not (is_read and is_bare):
        return False
    if exposure.columns is None or len(exposure.columns) != 1:
        return False
    (column,) = exposure.columns
    is_shown = column.is_proven and not column.classes and not column.hides_null
    # Touched, guessed, inferred: it must be as if nothing was there at all.
    nothing = Exposure(columns=exposure.columns, touches=frozenset())
    return is_shown and not column.is_definition and exposure == nothing


async def _value(line: Line, question: str, asked: Judgement) -> str | None:
    """Ask the server; None where it says no text, or more than can be judged."""
    # Variables are of the session's own login.
    line.connection.prefers_reader = False
    permit = dataclasses.replace(looking_permit(question + LOOK_MARK, asked), row_limit=2)
    rows: list[tuple[bytes | None, ...]] = []
    try:
        async with contextlib.aclosing(line.connection.run(permit)) as events:
            async for event in events:
                if isinstance(event, RawBatch):
                    rows += event.rows
    except (StatementError, StatementTimeoutError):
        return None
    if len(rows) != 1 or len(rows[0]) != 1:
        return None
    cell = rows[0][0]
    if cell is None or len(cell) > _BYTES_MAX:
        return None
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return None
