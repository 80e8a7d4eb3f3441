"""How a statement's run ended: recorded first, then given to the front end."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bastion.core import masking
from bastion.core.approval import Approval
from bastion.core.keyset import AlongGuard
from bastion.core.literals import Spoken
from bastion.core.model import (
    Action,
    ErrorInfo,
    Finished,
    Impact,
    RunOptions,
    Sensitivity,
    Status,
)
from bastion.core.modes import Plain
from bastion.errors import BastionError, RecordingError, StatementError
from bastion.execution.judging import Judgement
from bastion.execution.ports import Completion
from bastion.execution.session import Session, statement_digest

log = logging.getLogger(__name__)

_STATUS_BY_CODE = {
    "error": Status.ERROR,
    "usage": Status.USAGE,
    "unavailable": Status.UNAVAILABLE,
    "timeout": Status.TIMEOUT,
    "interrupted": Status.INTERRUPTED,
    "blocked": Status.BLOCKED,
    "approval": Status.EXPIRED,
}


@dataclass(slots=True, kw_only=True)
class Run:
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
    judgement: Judgement | None = None
    spoken: Spoken | None = None
    """How it reads without the values in it; None: it is not recorded yet."""
    row_count: int = 0
    has_rows: bool = False
    is_resumed: bool = False
    """Its request was left pending earlier: who waits for it may leave, and it stays."""
    server_settings: str = ""
    """Digest of the settings that the server had when a yes was asked for, and has at its run."""
    along: tuple[AlongGuard, ...] = ()
    """What its transaction asks of rows that foreign keys take along."""
    plain: Plain | None = None
    """How it was typed, where ``text`` is written anew for modes that the server is kept out of."""
    is_paid: bool = False
    """What its answer tells of masked values was taken from its person's budget."""
    moves: int = 0
    """How often others changed what it touches between judging and running."""
    unmasked: asyncio.Task[frozenset[Sensitivity]] | None = None
    """Looks up which classes this person may see now, while the intent is recorded."""

    @property
    def typed(self) -> str:
        """Give what was typed, where the text is another."""
        return "" if self.plain is None else self.plain.typed


async def conclude(
    session: Session,
    run: Run,
    status: Status,
    *,
    message: str = "",
    completion: Completion | None = None,
    elapsed_s: float = 0.0,
    row_limit: int = 0,
    error: ErrorInfo | None = None,
) -> Finished:
    """Record the outcome, then give it."""
    finished = _finished(
        run,
        status,
        message=message,
        completion=completion,
        elapsed_s=elapsed_s,
        row_limit=row_limit,
        error=error,
    )
    await session.outcome(
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


async def conclude_failed(session: Session, run: Run, error: BastionError) -> Finished:
    """Record a failure in words that tell no value; a broken recorder ends the session."""
    if isinstance(error, RecordingError):
        return _unrecorded(session, run, error)
    status = _STATUS_BY_CODE.get(error.code, Status.INTERNAL)
    info = _scrubbed(run, error) if isinstance(error, StatementError) else None
    log.info(
        "statement.failed",
        extra={"session": session.id, "code": error.code, "status": status.value},
    )
    message = error.message if info is None else ""
    try:
        return await conclude(session, run, status, message=message, error=info)
    except RecordingError as failure:
        return _unrecorded(session, run, failure)


def _unrecorded(session: Session, run: Run, error: RecordingError) -> Finished:
    """Show an outcome that cannot be recorded, and end the session: nothing more may run."""
    asyncio.get_running_loop().call_soon(session.fail, error.message)
    return _finished(run, Status.UNAVAILABLE, message=error.message)


def _scrubbed(run: Run, error: StatementError) -> ErrorInfo:
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


def _finished(
    run: Run,
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
