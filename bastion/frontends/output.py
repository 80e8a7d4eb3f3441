"""Where an exec's events go: data to stdout, narration to stderr, in one of the formats."""

from __future__ import annotations

import asyncio

from bastion.core.model import (
    Finished,
    MaskedBatch,
    NoticeReceived,
    PipelineEvent,
    ResultColumn,
    ResultStarted,
    Resumed,
    StatementStarted,
    Status,
    Waiting,
)
from bastion.execution.ports import ByteChannel, Clock
from bastion.frontends.drawn import Drawn, cells_of, joined
from bastion.frontends.envelope import EnvelopeBuilder
from bastion.frontends.meta import Listing
from bastion.frontends.narration import (
    hold_text,
    limit_text,
    masked_text,
    notice_text,
    outcome_text,
    result_text,
    resumed_text,
    seconds_left,
    seconds_text,
)
from bastion.frontends.render import RenderOptions, json_text, make_renderer, visible
from bastion.frontends.words import ExecRequest

_PROGRESS_EVERY_S = 20.0


class ExecOutput:
    """Writes the events of one exec; remembers the first status other than ok."""

    def __init__(self, channel: ByteChannel, request: ExecRequest, clock: Clock) -> None:
        """Choose the format that ``request`` asks for."""
        self.status = Status.OK
        self._channel = channel
        self._request = request
        self._clock = clock
        self._envelope = EnvelopeBuilder()
        self._statement = ""
        self._is_in_result = False
        self._has_rows = False
        self._waiting: Waiting | None = None
        self._counts = {"statements": 0, "rows": 0, "waited_ms": 0, "elapsed_ms": 0}
        has_colour = "NO_COLOR" not in channel.environment and channel.has_terminal
        self._renderer = make_renderer(
            request.format,
            columns=channel.columns if channel.has_terminal else 0,
            options=RenderOptions(
                is_tuples_only=request.is_tuples_only,
                is_unaligned=request.is_unaligned,
                expanded="on" if request.is_expanded else "off",
                null_text="" if request.is_unaligned or request.is_tuples_only else "<null>",
                has_colour=has_colour,
            ),
        )

    @property
    def is_json(self) -> bool:
        """Tell whether stdout holds envelopes and nothing else."""
        return self._request.format == "json"

    async def handle(self, event: PipelineEvent) -> None:
        """Write one event.

        Raises:
            ConnectionError: the client is gone.
        """
        if isinstance(event, StatementStarted):
            self._statement = event.text
        if self.is_json:
            line = self._envelope.feed(event)
            if line:
                await self._write(joined((line, "\n")))
        match event:
            case NoticeReceived() if not self.is_json:
                await self._narrate(notice_text(event))
            case Waiting():
                await self._hold(event)
            case Resumed():
                self._waiting = None
                await self._narrate(resumed_text(event))
            case ResultStarted() if not self.is_json:
                await self._begin(event.columns, event.result)
            case MaskedBatch() if not self.is_json:
                self._has_rows = self._has_rows or bool(event.rows)
                await self._write(self._renderer.batch(event))
            case Finished():
                await self._finish(event)
            case _:
                pass

    async def listing(self, found: Listing) -> None:
        """Write tables of our own words, then leave any SQL to the caller."""
        for section in found.sections:
            if self.is_json:
                line = self._envelope.table(section.columns, section.rows)
                await self._write(line + "\n")
                continue
            if section.title:
                await self._narrate(f"{visible(section.title)}\n")
            await self._begin(section.columns)
            await self._write(self._renderer.rows(section.rows))
            await self._end_result()
            if section.footer:
                await self._narrate(f"{visible(section.footer, keeps_lines=True)}\n")

    async def fail(self, status: Status, message: str) -> None:
        """Write a failure that belongs to no statement."""
        await self.handle(Finished(index=0, status=status, message=message))

    def interrupt(self) -> None:
        """Note that the rest was not run because the client interrupted."""
        if self.status is Status.OK:
            self.status = Status.INTERRUPTED

    async def stats(self, total_s: float) -> None:
        """Write one JSON line of numbers to stderr."""
        numbers = {**self._counts, "total_ms": round(total_s * 1000)}
        numbers["exit_code"] = self.status.exit_code
        await self._channel.write_err((json_text(numbers) + "\n").encode())

    async def report_progress(self) -> None:
        """Say now and then that the wait goes on; runs until it is cancelled."""
        while True:
            await asyncio.sleep(_PROGRESS_EVERY_S)
            waiting = self._waiting
            if waiting is not None:
                left = seconds_text(seconds_left(waiting.expires_at, self._clock.now()))
                await self._narrate(f"waiting for request {waiting.request_id}, {left} left\n")

    async def _hold(self, event: Waiting) -> None:
        self._waiting = event
        closing = (
            "Ctrl-C withdraws it",
            f"follow  ssh HOST req show {event.request_id}",
        )
        await self._narrate(hold_text(event, self._clock.now(), closing=closing))

    async def _begin(self, columns: tuple[ResultColumn, ...], result: int = 0) -> None:
        await self._end_result()
        self._is_in_result = True
        self._has_rows = False
        if self._request.format not in ("table", "vertical", "markdown"):
            await self._narrate(masked_text(columns))
        await self._write(self._renderer.begin(columns, result))

    async def _end_result(self) -> None:
        if self._is_in_result:
            self._is_in_result = False
            await self._write(self._renderer.end())

    async def _finish(self, event: Finished) -> None:
        self._waiting = None
        if event.status is not Status.OK and not self._has_rows:
            # Nothing came: a header over no rows would look like an answer.
            self._is_in_result = False
        await self._end_result()
        if self.status is Status.OK:
            self.status = event.status
        self._counts["statements"] += 1
        self._counts["rows"] += event.row_count if event.has_rows else 0
        self._counts["waited_ms"] += event.waited_ms
        self._counts["elapsed_ms"] += event.elapsed_ms
        if self.is_json:
            return
        if event.status is not Status.OK:
            await self._error(outcome_text(event, self._statement))
            return
        if event.message:
            await self._narrate(f"{visible(event.message, keeps_lines=True)}\n")
        # A cut result must never look whole, so this is said even with -q.
        await self._error(limit_text(event, how="--limit N"))
        line = result_text(event, has_timing=False)
        if line:
            await self._narrate(f"{line}\n")

    async def _write(self, text: str) -> None:
        if not text:
            return
        if self._channel.has_terminal and isinstance(text, Drawn):
            text = text.with_crlf()
        await self._channel.write(text.encode("utf-8", "surrogateescape"), cells_of(text))

    async def _narrate(self, text: str) -> None:
        if not self._request.is_quiet:
            await self._error(text)

    async def _error(self, text: str) -> None:
        if text:
            await self._channel.write_err(text.encode("utf-8", "replace"))
