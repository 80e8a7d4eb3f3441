"""An exec request: ``ssh HOST WORDS`` runs, answers and leaves; it never prompts.

stdout is data, stderr is narration, the exit code is that of the first status other than ``ok``.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from typing import TypeVar

from bastion.core.model import (
    Engine,
    Finished,
    PipelineEvent,
    Principal,
    RunOptions,
    Status,
    Target,
)
from bastion.core.scrubbing import cut_at_secret, scrub_secrets
from bastion.core.statement import open_construct
from bastion.errors import BastionError, RecordingError, UsageError
from bastion.execution.pipeline import Runner
from bastion.execution.ports import ByteChannel
from bastion.execution.services import Services
from bastion.execution.session import Session
from bastion.frontends import verbs
from bastion.frontends.meta import MetaCommand, is_listing, listing, parse_meta, refusal
from bastion.frontends.output import ExecOutput
from bastion.frontends.playback import LineReader, PaperTerminal, json_line, strip_escapes
from bastion.frontends.words import (
    ExecRequest,
    VerbRequest,
    Words,
    WordsKind,
    classify,
    parse,
    without_values,
)
from recordings.errors import FormatError
from recordings.readers import ServedFile

__all__ = ["Words", "WordsKind", "classify_words", "run_command"]

INPUT_BYTES_MAX = 64 * 1024 * 1024
"""SQL that one exec may send on stdin."""
LIMIT_DEFAULT = 500
_WAIT_PEOPLE_S = 300.0
_PIECE_BYTES = 256 * 1024
_RECHECK_S = 0.2
_STATUS_BY_CODE = {
    "config": Status.UNAVAILABLE,
    "usage": Status.USAGE,
    "blocked": Status.BLOCKED,
    "unavailable": Status.UNAVAILABLE,
    "approval": Status.USAGE,
    "error": Status.ERROR,
    "timeout": Status.TIMEOUT,
    "interrupted": Status.INTERRUPTED,
}

classify_words = classify

T = TypeVar("T")


async def run_command(
    services: Services,
    principal: Principal,
    command: bytes,
    open_channel: Callable[[Session], ByteChannel],
    *,
    default_target: str = "",
) -> int:
    """Serve one exec request from its words to its exit code.

    Args:
        command: as the client sent it.
        open_channel: makes the recorded channel once there is a session.
        default_target: of ``USER+TARGET``; empty when the login named none.

    Raises:
        RecordingError: no transcript could be opened; nothing was run or shown.
        AccessError: too many sessions, or the account may no longer act.
    """
    text = command.decode("utf-8", "replace")
    request: ExecRequest | VerbRequest | None = None
    problem: UsageError | None = None
    target = None
    try:
        if "\ufffd" in text and "\ufffd".encode() not in command:
            raise UsageError("The words are not UTF-8. Send the SQL on stdin in UTF-8.")
        request = parse(text, default_target=default_target)
        if isinstance(request, ExecRequest):
            target = await services.find_target(principal, request.target)
    except UsageError as error:
        problem = error
    words = _recorded_words(text, request)
    session = await services.open_session(
        principal, target=target, front_end="exec", command=without_values(words, request)
    )
    reason = "internal error"
    try:
        await session.words(words)
        channel = open_channel(session)
        command_run = _CommandRun(services, principal, session, channel)
        exit_code = await command_run.serve(request, problem)
        reason = session.end_reason or f"left with exit code {exit_code}"
        return exit_code
    finally:
        await session.end(reason)


def _recorded_words(text: str, request: ExecRequest | VerbRequest | None) -> str:
    """Give the words as they are recorded, without secrets.

    Quotes of the user's own shell may stand in the middle of those of SQL, so the statement is
    looked at as it was understood; words that were not understood are cut off at the first that
    may announce a secret.
    """
    if request is None:
        return cut_at_secret(text)
    if isinstance(request, ExecRequest) and request.sql is not None:
        if any(open_construct(request.sql, engine) not in {"", "("} for engine in Engine):
            return cut_at_secret(text)
        scrubbed = scrub_secrets(request.sql)
        if scrubbed != request.sql:
            return f"{cut_at_secret(_SQL_BEGINS.split(text, maxsplit=1)[0])} -c {scrubbed}"
    return scrub_secrets(text)


_SQL_BEGINS = re.compile(r"\s-[A-Za-z]*c(?:\s|$)")


class _ClientGoneError(Exception):
    """The client has interrupted, or left, in the middle."""


class _CommandRun:
    """One exec request on its channel."""

    def __init__(
        self, services: Services, principal: Principal, session: Session, channel: ByteChannel
    ) -> None:
        self._services = services
        self._principal = principal
        self._session = session
        self._channel = channel
        self._runner: Runner | None = None
        self._interrupted = asyncio.Event()
        channel.on_interrupt = self._interrupted.set
        session.notice_callback = None

    async def serve(
        self, request: ExecRequest | VerbRequest | None, problem: UsageError | None
    ) -> int:
        """Serve the request; the watcher cancels at the server when the client leaves.

        Raises:
            RecordingError: the transcript broke, so nothing more could be told in it.
        """
        status = Status.INTERNAL
        unrecorded: RecordingError | None = None
        async with asyncio.TaskGroup() as group:
            watcher = group.create_task(self._watch())
            try:
                status = await self._serve(request, problem)
            except (ConnectionError, _ClientGoneError):
                status = Status.INTERRUPTED
            except RecordingError as error:
                # Kept out of the group, which would wrap it and hide what it is.
                unrecorded = error
            finally:
                watcher.cancel()
        if unrecorded is not None:
            raise unrecorded
        return status.exit_code

    async def _serve(
        self, request: ExecRequest | VerbRequest | None, problem: UsageError | None
    ) -> Status:
        output = self._output_for(request)
        try:
            if problem is not None:
                raise problem
            match request:
                case ExecRequest():
                    return await self._exec(request, output)
                case VerbRequest():
                    return await self._verb(request, output)
                case None:
                    raise UsageError("There are no words to act on. Try: ssh HOST help")
        except BastionError as error:
            status = _STATUS_BY_CODE.get(error.code, Status.INTERNAL)
            await output.fail(status, error.message)
            return status

    async def _watch(self) -> None:
        """Cancel what runs when the client interrupts, vanishes, or the session is ended."""
        loop = asyncio.get_running_loop()
        waits = [
            loop.create_task(event.wait())
            for event in (self._interrupted, self._channel.closed, self._session.ended)
        ]
        try:
            while True:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                self._interrupted.set()
                if self._runner is not None:
                    with contextlib.suppress(BastionError):
                        await self._runner.interrupt()
                # An interrupt may arrive between two statements; later ones must not run either.
                await asyncio.sleep(_RECHECK_S)
        finally:
            for wait in waits:
                wait.cancel()

    def _output_for(self, request: ExecRequest | VerbRequest | None) -> ExecOutput:
        if isinstance(request, ExecRequest):
            return ExecOutput(self._channel, request, self._services.clock)
        is_json = isinstance(request, VerbRequest) and request.is_json
        fmt = "json" if is_json else "table"
        if isinstance(request, VerbRequest) and request.format and request.verb == "req":
            fmt = request.format
        return ExecOutput(self._channel, ExecRequest(target="", format=fmt), self._services.clock)

    # TARGET

    async def _exec(self, request: ExecRequest, output: ExecOutput) -> Status:
        sql = request.sql if request.sql is not None else await self._read_input()
        if not sql.strip():
            raise UsageError(
                "There is no SQL, neither after -c nor on stdin. "
                f"Write: ssh HOST {request.target} < q.sql"
            )
        command = parse_meta(sql) if sql.lstrip().startswith("\\") else None
        if command is not None and not is_listing(command):
            raise UsageError(refusal(command))
        if self._interrupted.is_set():
            return Status.INTERRUPTED
        started = time.monotonic()
        async with self._connected() as runner:
            if command is not None:
                await self._list(runner, command, output, request)
            else:
                await self._run(runner, sql, output, request)
        if request.has_stats:
            await output.stats(time.monotonic() - started)
        return output.status

    @contextlib.asynccontextmanager
    async def _connected(self, target: Target | None = None) -> AsyncGenerator[Runner, None]:
        """Connect to a target, the session's own by default; an interrupt reaches what runs."""
        self._runner = runner = await self._services.open_runner(self._session, target)
        try:
            yield runner
        finally:
            self._runner = None
            await runner.close()

    async def _run(
        self, runner: Runner, sql: str, output: ExecOutput, request: ExecRequest
    ) -> None:
        await self._stream(runner.execute(sql, options=self._options(request)), output)

    async def _list(
        self, runner: Runner, command: MetaCommand, output: ExecOutput, request: ExecRequest
    ) -> None:
        found = listing(
            command,
            catalogue=await runner.catalogue(),
            extra=runner.context.relations.values(),
            targets=await self._services.reachable_targets(self._principal),
        )
        await output.listing(found)
        if found.sql:
            await self._run(runner, found.sql, output, request)

    async def _stream(self, events: AsyncIterator[PipelineEvent], output: ExecOutput) -> None:
        progress = asyncio.get_running_loop().create_task(output.report_progress())
        try:
            async for event in events:
                await output.handle(event)
                if self._interrupted.is_set() and isinstance(event, Finished):
                    output.interrupt()
                    break
        except ConnectionError as error:
            if self._runner is not None:
                await self._runner.interrupt()
            raise _ClientGoneError from error
        finally:
            progress.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError, BastionError):
                await progress
            if isinstance(events, AsyncGenerator):
                await events.aclose()

    def _options(self, request: ExecRequest) -> RunOptions:
        wait_s = request.wait_s
        if wait_s is None:
            wait_s = 0.0 if self._principal.is_agent else _WAIT_PEOPLE_S
        return RunOptions(
            limit=LIMIT_DEFAULT if request.limit is None else request.limit,
            timeout_s=request.timeout_s,
            reason=request.reason,
            wait_s=wait_s,
            read_only=request.is_read_only,
            dry_run=request.is_dry_run,
            stop_on_error=request.stop_on_error,
        )

    async def _read_input(self) -> str:
        pieces: list[bytes] = []
        size_bytes = 0
        while piece := await self._read_piece():
            pieces.append(piece)
            size_bytes += len(piece)
            if size_bytes > INPUT_BYTES_MAX:
                raise UsageError("The SQL on stdin is above 64 MiB. Send it in parts.")
        try:
            return b"".join(pieces).decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise UsageError(
                f"The SQL on stdin is not UTF-8 at byte {error.start}. Convert it and try again."
            ) from None

    async def _read_piece(self) -> bytes:
        return await self._unless_interrupted(self._channel.read())

    async def _unless_interrupted(self, work: Coroutine[object, object, T]) -> T:
        """Do what may take long and changes nothing.

        Raises:
            _ClientGoneError: an interrupt came first; the work was cancelled.
        """
        loop = asyncio.get_running_loop()
        task = loop.create_task(work)
        interrupted = loop.create_task(self._interrupted.wait())
        try:
            await asyncio.wait({task, interrupted}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise _ClientGoneError
            return task.result()
        finally:
            interrupted.cancel()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, BastionError, ConnectionError):
                await task

    # Verbs

    async def _verb(self, request: VerbRequest, output: ExecOutput) -> Status:
        streams: dict[str, Callable[[VerbRequest, ExecOutput], Awaitable[Status]]] = {
            "req wait": self._req_wait,
            "rec play": self._rec_play,
            "grant unmask": self._ask_grant,
            "grant window": self._ask_grant,
            "watch": self._watch_session,
        }
        first = request.words[0] if request.words else ""
        key = request.verb if request.verb == "watch" else f"{request.verb} {first}"
        if key in streams:
            return await streams[key](request, output)
        answer = await verbs.answer(self._services, self._principal, request)
        await self._channel.write(answer.render(is_json=request.is_json).encode())
        return answer.status

    async def _req_wait(self, request: VerbRequest, output: ExecOutput) -> Status:
        request_id = verbs.one_id(request, skip=1)
        approval = await self._services.desk.get(self._principal, request_id)
        if approval.requester == self._principal.user and not approval.is_interactive:
            options = RunOptions(limit=request.limit or LIMIT_DEFAULT, wait_s=request.wait_s)
            target = await self._services.find_target(self._principal, approval.context.target)
            async with self._connected(target) as runner:
                await self._stream(runner.resume(approval, options=options), output)
            return output.status
        approval = await self._unless_interrupted(
            self._services.desk.wait(request_id, timeout_s=request.wait_s)
        )
        answer = verbs.waited(approval)
        await self._channel.write(answer.render(is_json=request.is_json).encode())
        return answer.status

    async def _ask_grant(self, request: VerbRequest, output: ExecOutput) -> Status:
        name, kind, words = verbs.grant_words(request)
        target = await self._services.find_target(self._principal, name)
        wanted = self._services.wanted(self._principal, target, kind, words)
        options = RunOptions(reason=request.reason, wait_s=request.wait_s)
        async with self._connected(target) as runner:
            await self._stream(runner.ask_grant(wanted, options=options), output)
        return output.status

    async def _rec_play(self, request: VerbRequest, _output: ExecOutput) -> Status:
        session_id = verbs.one_id(request, skip=1)
        fmt = request.format or ("json" if request.is_json else "text")
        if fmt not in ("text", "json", "cast"):
            raise UsageError("--format takes text, json or cast.")
        file = await self._services.registry.open_recording(
            self._principal, session_id, request.reason or "rec play"
        )
        try:
            await self._play(file, fmt)
        except FormatError as error:
            raise UsageError(
                f"Recording {session_id} cannot be read further. Tell an administrator.",
                detail=str(error),
            ) from error
        return Status.OK

    async def _play(self, file: ServedFile, fmt: str) -> None:
        reader, paper = LineReader(), PaperTerminal()
        with file:
            while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
                if fmt == "cast":
                    await self._channel.write(piece)
                    continue
                events = reader.feed(piece)
                if fmt == "json":
                    text = "".join(json_line(*event) for event in events)
                    await self._channel.write(text.encode())
                    continue
                for _, code, text in events:
                    if code == "o":
                        paper.feed(text)
        if fmt == "text":
            await self._channel.write(paper.text().encode("utf-8", "replace"))

    async def _watch_session(self, request: VerbRequest, _output: ExecOutput) -> Status:
        session_id = verbs.one_id(request, skip=0)
        if session_id == self._session.id:
            raise UsageError("That is this very session; it cannot watch itself.")
        events = self._services.registry.watch(self._principal, session_id)
        await self._unless_interrupted(self._follow(events, is_json=request.is_json))
        return Status.OK

    async def _follow(self, events: AsyncIterator[tuple[int, bytes]], *, is_json: bool) -> None:
        reader = LineReader()
        async for _, chunk in events:
            pieces = []
            for time_us, code, text in reader.feed(chunk):
                if is_json:
                    pieces.append(json_line(time_us, code, text))
                elif code == "o":
                    # What was drawn once is safe to draw again; a pipe gets it as text.
                    pieces.append(text if self._channel.has_terminal else strip_escapes(text))
            if pieces:
                await self._channel.write("".join(pieces).encode("utf-8", "replace"))
