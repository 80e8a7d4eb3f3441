"""One front end used by one principal on one target, and the only writer of its transcript.

There is no recorder port and no way to have a session without a transcript: what cannot be
recorded does not run.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import functools
import hashlib
import itertools
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast

from bastion.core.approval import Approval, ApprovalState
from bastion.core.literals import Spoken
from bastion.core.model import (
    ErrorInfo,
    MaskedBatch,
    Principal,
    Row,
    Sensitivity,
    Status,
    Target,
    Verdict,
)
from bastion.core.samples import keys_text, sample_lines
from bastion.core.scrubbing import scrub_secrets, secret_parameters
from bastion.core.statement import Statement
from bastion.core.styles import raw_mask
from bastion.errors import RecordingError
from bastion.execution.ports import Clock
from bastion.execution.proofs import proof_fields
from recordings.errors import RecordingFailure
from recordings.events import (
    TYPED,
    WORDS,
    ApprovalEvent,
    Event,
    Grid,
    Header,
    MaskedStatementEvent,
    NoteEvent,
    NoticeEvent,
    OutcomeEvent,
    Output,
    Resize,
    ResultEvent,
    RowsEvent,
    StatementEvent,
    VerdictEvent,
)
from recordings.writer import Journal, TranscriptWriter

log = logging.getLogger(__name__)

_CLOSER_TIMEOUT_S = 4.0
_HIDDEN = b"***"
_DECIDED = (ApprovalState.APPROVED, ApprovalState.DENIED, ApprovalState.REVOKED)


class SessionState(enum.Enum):
    """What a session is doing now."""

    IDLE = "idle"
    RUNNING = "running"
    WAITING = "waiting"


@dataclass(slots=True)
class SessionCounts:
    """What a session has done so far."""

    statements: int = 0
    held: int = 0
    blocked: int = 0


class Session:
    """Everything one front end does passes through here into the transcript."""

    def __init__(
        self,
        *,
        session_id: str,
        principal: Principal,
        target: Target | None,
        front_end: str,
        transcript: TranscriptWriter,
        clock: Clock,
        on_sealed: Callable[[Session], Awaitable[None]],
    ) -> None:
        """Take an open transcript whose header is on disk; ``SessionFactory`` alone calls this."""
        self.id = session_id
        self.principal = principal
        self.target = target
        self.front_end = front_end
        self.started_at: datetime = clock.now()
        self.last_active: float = clock.monotonic()
        self.last_active_at: datetime = self.started_at
        self.counts = SessionCounts()
        self.state = SessionState.IDLE
        self.ended = asyncio.Event()
        self.end_reason = ""
        self.sealed = asyncio.Event()
        self.notice_callback: Callable[[str], None] | None = None
        self._transcript = transcript
        self._clock = clock
        self._on_sealed = on_sealed
        self._ending: set[asyncio.Task[None]] = set()
        self._closers: list[Callable[[str], Awaitable[None]]] = []
        self._results = 0
        self._texts = 0
        self._judged: list[frozenset[Sensitivity]] = []
        """Of the statements since the last text began, the classes of the values in each."""

    async def watch(self, offset: int) -> AsyncGenerator[tuple[int, bytes], None]:
        """Stream ``(end_offset, bytes)`` of the transcript from ``offset`` until it is sealed."""
        async with contextlib.aclosing(self._transcript.watch(offset)) as chunks:
            async for end_offset, chunk in chunks:
                yield end_offset, chunk

    def open_transcript(self) -> BinaryIO:
        """Open the transcript so far, decrypted where it is encrypted. Blocks.

        Raises:
            OSError: it cannot be read.
            ChangedError: it is not what was written.
        """
        return self._transcript.open()

    def touch(self) -> None:
        """Note that the person did something: the idle limit starts again."""
        self.last_active = self._clock.monotonic()
        self.last_active_at = self._clock.now()

    def on_end(self, closer: Callable[[str], Awaitable[None]]) -> Callable[[], None]:
        """Have ``closer(reason)`` awaited, newest first, when the session ends.

        It may still write: the transcript is sealed after the last closer.

        Returns:
            The way to take it back.
        """
        self._closers.append(closer)

        def remove() -> None:
            with contextlib.suppress(ValueError):
                self._closers.remove(closer)

        return remove

    async def output(
        self, data: bytes, *, is_stderr: bool = False, cells: tuple[Grid, ...] = ()
    ) -> None:
        """Record what the client is about to see; on disk when this returns.

        Args:
            cells: where it shows cells of results.

        Raises:
            RecordingError: it could not be recorded and must not be shown.
        """
        await self._append(Output(data=data, is_stderr=is_stderr, cells=cells))

    async def begin_output(self, data: bytes, cells: tuple[Grid, ...] = ()) -> asyncio.Future[None]:
        """Begin to record what the client will see after ``settled``; more may be begun meanwhile.

        Raises:
            RecordingError: it could not be recorded and must not be shown.
        """
        with _in_words():
            return await self._transcript.start(Output(data=data, cells=cells))

    async def settled(self, begun: asyncio.Future[None]) -> None:
        """Return when what was begun is on disk: only now may it be shown.

        Raises:
            RecordingError: it could not be recorded and must not be shown.
        """
        with _in_words():
            await begun

    async def resize(self, columns: int, rows: int) -> None:
        """Record a new terminal size."""
        await self._append(Resize(columns=columns, rows=rows))

    async def note(self, kind: str, fields: Mapping[str, str]) -> None:
        """Record an act that is no statement: a reviewer's request, a refused meta-command."""
        await self._append(NoteEvent(kind=kind, fields=dict(fields)))

    async def words(self, text: str) -> None:
        """Record the words that the session was begun with: on disk before anything else is."""
        await self._queue(NoteEvent(kind=WORDS, fields={"text": text}))

    def begin_text(self) -> int:
        """Begin a text that somebody types, and give its number, from 1."""
        self._texts += 1
        self._judged = []
        return self._texts

    async def end_text(self, statements: int | None) -> None:
        """Record who may read how the text was typed that was begun last.

        Args:
            statements: how many of it were recorded, if it held nothing else; None: it held, or may
                have held, what nobody has judged.
        """
        classes = frozenset[Sensitivity]().union(*self._judged)
        if statements is None or statements > len(self._judged):
            classes |= {Sensitivity.UNPROVEN}
        masks = raw_mask(classes) if classes else ""
        await self._queue(NoteEvent(kind=TYPED, fields={"text": str(self._texts), "masks": masks}))

    async def rewritten(self, statement_id: str, sql: str) -> None:
        """Record what is sent where it is not the statement's own text: on disk before it is."""
        fields = {"statement_id": statement_id, "sql": scrub_secrets(sql)}
        await self.note("statement.sent", fields | {"sha256": statement_digest(sql)})

    async def notice(self, severity: str, text: str) -> None:
        """Record a notice, already scrubbed."""
        await self._append(NoticeEvent(severity=severity, text=text))

    async def intent(
        self,
        statement_id: str,
        index: int,
        statement: Statement,
        parameters: Sequence[bytes | None],
        verdict: Verdict,
        spoken: Spoken,
        *,
        typed: str = "",
    ) -> None:
        """Record a statement with its verdict, before anything else happens to it.

        Args:
            typed: where the statement is what that means in modes that the server is kept out of.
        """
        await self._append(
            *self._statement_events(statement_id, index, statement, parameters, spoken, typed),
            _verdict_event(statement_id, statement, verdict),
        )

    async def statement(
        self,
        statement_id: str,
        index: int,
        statement: Statement,
        parameters: Sequence[bytes | None],
        spoken: Spoken,
        *,
        typed: str = "",
    ) -> None:
        """Record a statement whose verdict takes a look at the database first."""
        await self._append(
            *self._statement_events(statement_id, index, statement, parameters, spoken, typed)
        )

    def _statement_events(
        self,
        statement_id: str,
        index: int,
        statement: Statement,
        parameters: Sequence[bytes | None],
        spoken: Spoken,
        typed: str,
    ) -> tuple[Event, ...]:
        """Give a statement, and before it what of it those may read who may not see its values."""
        self.counts.statements += 1
        self._judged.append(spoken.classes)
        event = StatementEvent(
            id=statement_id,
            index=index,
            text=scrub_secrets(statement.text),
            parameters=_without_secrets(statement.text, parameters),
            sha256=statement_digest(statement.text),
            head=statement.head,
            hidden=tuple(map(scrub_secrets, spoken.values)),
        )
        notes = (_typed_event(statement_id, typed),) if typed else ()
        if not spoken.classes:
            return (event, *notes)
        masked = MaskedStatementEvent(
            id=statement_id,
            index=index,
            text=scrub_secrets(spoken.text),
            parameters=_without_secrets(statement.text, spoken.parameters),
            head=statement.head,
            masks=raw_mask(spoken.classes),
        )
        return (masked, event, *notes)

    async def verdict(self, statement_id: str, statement: Statement, verdict: Verdict) -> None:
        """Record what policy says by what was measured, before anything follows from it."""
        await self._append(_verdict_event(statement_id, statement, verdict))

    async def approval(self, statement_id: str, approval: Approval) -> None:
        """Record one step in the life of a request."""
        last = approval.decisions[-1] if approval.decisions else None
        await self._append(
            ApprovalEvent(
                statement_id=statement_id,
                request_id=approval.id,
                state=approval.state.value,
                reviewer=last.reviewer if last else "",
                reason=last.reason if last else "",
                effect=approval.impact.effect,
                tables=approval.impact.tables,
                expires_at=approval.expires_at.isoformat(),
                rows=approval.impact.rows,
                is_measured=approval.impact.is_measured,
            )
        )
        if approval.state in _DECIDED:
            for fields in proof_fields(approval):
                await self.note("decision", {"statement_id": statement_id, **fields})

    async def measurement(self, statement_id: str, approval: Approval) -> None:
        """Record what was measured for a request; its sample is masked as for anybody."""
        impact = approval.impact
        fields = {"statement_id": statement_id, "request_id": approval.id}
        if impact.rows is not None:
            fields["rows"] = str(impact.rows)
        if impact.keys is not None:
            fields["keys"] = keys_text(impact.keys)
        if impact.sample is not None:
            fields["sample"] = "\n".join(sample_lines(impact.sample))
        if impact.notes:
            fields["notes"] = "\n".join(impact.notes)
        await self.note("measurement", fields)

    async def trial(self, statement_id: str, text: str, how: str) -> None:
        """Record, before it is sent, that a write runs in a transaction without a yes so far."""
        await self.note(
            "trial", {"statement_id": statement_id, "how": how, "sha256": statement_digest(text)}
        )

    async def result(self, statement_id: str, columns: Sequence[str], masks: Sequence[str]) -> int:
        """Record that a result begins, and how each column is masked: on disk before it is drawn.

        Returns:
            Its number in the session, from 1.
        """
        self._results += 1
        await self._queue(
            ResultEvent(
                statement_id=statement_id,
                result=self._results,
                columns=tuple(columns),
                masks=tuple(masks) if any(masks) else (),
            )
        )
        return self._results

    async def rows(self, statement_id: str, batch: MaskedBatch) -> None:
        """Record count and digest of a masked batch: on disk before what is drawn of it."""
        digest = hashlib.sha256(b"".join(_framed(batch.rows)))
        await self._queue(
            RowsEvent(statement_id=statement_id, count=len(batch.rows), sha256=digest.hexdigest())
        )

    async def outcome(
        self,
        statement_id: str,
        *,
        status: Status,
        tag: str,
        row_count: int,
        elapsed_ms: int,
        waited_ms: int,
        error: ErrorInfo | None,
        message: str,
    ) -> None:
        """Record how a statement ended: on disk before what is said of it."""
        await self._queue(
            OutcomeEvent(
                statement_id=statement_id,
                status=status.value,
                tag=tag,
                row_count=row_count,
                elapsed_ms=elapsed_ms,
                waited_ms=waited_ms,
                sqlstate=error.sqlstate if error else "",
                message=error.message if error else message,
            )
        )

    async def end(self, reason: str) -> None:
        """End once: tell the front end, close the database, seal the transcript.

        A second call waits for the first. Never raises: there is nobody left to tell.
        """
        if self.ended.is_set():
            await self.sealed.wait()
            return
        self.end_reason = reason
        self.ended.set()
        try:
            for closer in reversed(self._closers[:]):
                await self._close_one(closer, reason)
            try:
                await self._transcript.seal(reason)
            except RecordingFailure:
                # The file stays a verifiable prefix; the next start closes it as crashed.
                log.exception("session.seal_failed", extra={"session": self.id})
            await self._on_sealed(self)
        finally:
            self.sealed.set()

    def fail(self, reason: str) -> None:
        """End soon, from outside a coroutine: the transcript is broken."""
        task = asyncio.get_running_loop().create_task(self.end(reason))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _close_one(self, closer: Callable[[str], Awaitable[None]], reason: str) -> None:
        try:
            async with asyncio.timeout(_CLOSER_TIMEOUT_S):
                await closer(reason)
        except Exception:
            log.exception("session.closer_failed", extra={"session": self.id})

    async def _append(self, *events: Event) -> None:
        with _in_words():
            await self._transcript.append(*events)

    async def _queue(self, *events: Event) -> None:
        with _in_words():
            await self._transcript.queue(*events)


def _framed(rows: Sequence[Row]) -> list[bytes]:
    """Give the cells with their lengths before them, NULL as one byte of its own."""
    cells = list(itertools.chain.from_iterable(rows))
    parts = [b""] * (2 * len(cells))
    if None in cells:
        parts[0::2] = [_NULL if cell is None else _size(len(cell)) for cell in cells]
        parts[1::2] = [cell or b"" for cell in cells]
    else:
        present = cast("list[bytes]", cells)
        parts[0::2] = map(_size, map(len, present))
        parts[1::2] = present
    return parts


_NULL = b"\xff"


@functools.lru_cache(maxsize=4096)
def _size(size: int) -> bytes:
    return size.to_bytes(8, "big")


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except RecordingFailure as failure:
        raise RecordingError(
            "The transcript cannot be written, so nothing can run. "
            "Tell the bastion's administrators that its disk may be full.",
            detail=str(failure),
        ) from failure


class SessionFactory:
    """Opens sessions on one journal; ``app.py`` builds it, ``registry`` alone uses it."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        """Keep the journal that all transcripts of this process share."""
        self._journal = journal
        self._clock = clock

    async def open(
        self,
        header: Header,
        *,
        principal: Principal,
        target: Target | None,
        on_sealed: Callable[[Session], Awaitable[None]],
    ) -> Session:
        """Create the transcript, its header on disk, and the session that writes it.

        Raises:
            RecordingError: no transcript, no session.
        """
        try:
            transcript = await self._journal.open(header)
        except RecordingFailure as failure:
            raise RecordingError(
                "No transcript can be written, so no session can start. "
                "Tell the bastion's administrators that its disk may be full.",
                detail=str(failure),
            ) from failure
        return Session(
            session_id=header.session_id,
            principal=principal,
            target=target,
            front_end=header.front_end,
            transcript=transcript,
            clock=self._clock,
            on_sealed=on_sealed,
        )


def statement_digest(text: str) -> str:
    """Digest a text as people compare it: SHA-256 in hex of its UTF-8 bytes, without secrets.

    A digest of a short secret in a known text can be guessed, and this one is kept and shown.
    """
    return hashlib.sha256(scrub_secrets(text).encode("utf-8", "surrogatepass")).hexdigest()


def _without_secrets(text: str, parameters: Sequence[bytes | None]) -> tuple[bytes | None, ...]:
    places = secret_parameters(text) if parameters else frozenset[int]()
    return tuple(
        _HIDDEN if number in places and parameter is not None else parameter
        for number, parameter in enumerate(parameters, 1)
    )


def _typed_event(statement_id: str, text: str) -> NoteEvent:
    """Tell how a statement was typed, behind it: whoever may not read the one reads neither."""
    fields = {"statement_id": statement_id, "sql": scrub_secrets(text)}
    return NoteEvent(kind="statement.typed", fields=fields | {"sha256": statement_digest(text)})


def _verdict_event(statement_id: str, statement: Statement, verdict: Verdict) -> VerdictEvent:
    return VerdictEvent(
        statement_id=statement_id,
        action=verdict.action.value,
        rule=verdict.rule,
        text=verdict.text,
        effects=tuple(sorted(effect.value for effect in statement.effects)),
        tables=tuple(sorted(f"{schema}.{name}" for schema, name in statement.writes)),
    )
