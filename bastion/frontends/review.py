"""The server's side of the reviewers' protocol: asks the desk and the registry, decides nothing.

Every act is authorised where it is done, as the connected principal, and written into the
reviewer's own transcript before it is tried. Changes are pushed, never polled for; a client that
reads slowly gets the newest state, not a backlog.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import Protocol

from bastion.core.approval import Approval, ApprovalState, check_reviewer
from bastion.core.asking import request_shape
from bastion.core.model import KeySet, Principal, Target
from bastion.core.statement import scrub_secrets
from bastion.errors import (
    AccessError,
    BastionError,
    NotPendingError,
    RecordingError,
    UnknownRequestError,
    UsageError,
)
from bastion.execution.holding import words_for_late
from bastion.execution.ports import Clock, RecordingView, Targets
from bastion.execution.proofs import own_key
from bastion.execution.registry import SessionView
from bastion.wire import review as wire
from bastion.wire.decision import TABLES_MAX, Signed
from recordings.errors import FormatError
from recordings.readers import ServedFile

log = logging.getLogger(__name__)

_HELLO_TIMEOUT_S = 30.0
_SEND_TIMEOUT_S = 120.0
_PUSH_INTERVAL_S = 0.1
_NOTICES_MAX = 8
_QUEUE_MAX = 500
_TAKEN_BACK = (ApprovalState.APPROVED, ApprovalState.RUNNING)
_HITS_MAX = 5
_HIT_CHARACTERS_MAX = 200
_CHANGED_MAX = 200
_READ_BYTES = 64 * 1024
_FIRST_LINE_CHARS = 200
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_OPEN_STATES = (ApprovalState.PENDING, ApprovalState.APPROVED, ApprovalState.RUNNING)


class Desk(Protocol):
    """What this front end needs of ``execution.approvals.ApprovalDesk``."""

    async def get(self, viewer: Principal, request_id: str) -> Approval:
        """Find a request that the viewer may see."""
        ...

    async def list_requests(
        self, viewer: Principal, *, pending_only: bool = True
    ) -> tuple[Approval, ...]:
        """List the requests that the viewer may see."""
        ...

    async def decide(
        self,
        reviewer: Principal,
        request_id: str,
        *,
        approve: bool,
        reason: str,
        signed: Signed | None = None,
    ) -> Approval:
        """Decide on a request."""
        ...

    async def revoke(
        self, reviewer: Principal, request_id: str, reason: str, *, signed: Signed | None = None
    ) -> Approval:
        """Take a yes back."""
        ...

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Hear of each change."""
        ...


class Registry(Protocol):
    """What this front end needs of ``execution.registry.SessionRegistry``."""

    def list_sessions(self, viewer: Principal) -> tuple[SessionView, ...]:
        """List the live sessions that the viewer may see."""
        ...

    async def kill(self, viewer: Principal, session_id: str, reason: str) -> None:
        """End a live session."""
        ...

    def watch(
        self, viewer: Principal, session_id: str, offset: int = 0
    ) -> AsyncGenerator[tuple[int, bytes], None]:
        """Follow a live transcript."""
        ...

    async def list_recordings(
        self, viewer: Principal, *, limit: int = 200, query: str = ""
    ) -> tuple[RecordingView, ...]:
        """Search the recordings."""
        ...

    async def open_recording(self, viewer: Principal, session_id: str, purpose: str) -> ServedFile:
        """Open one recording, masked by the viewer's rights."""
        ...

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Hear of each change of the live sessions."""
        ...


class ReviewServices(Protocol):
    """The part of ``execution.services.Services`` that reviewers use."""

    @property
    def desk(self) -> Desk:
        """Give the approval desk."""
        ...

    @property
    def registry(self) -> Registry:
        """Give the live sessions and recordings."""
        ...

    @property
    def targets(self) -> Targets:
        """Give the targets, for their engines."""
        ...

    @property
    def clock(self) -> Clock:
        """Give the time."""
        ...

    async def alerts(self, principal: Principal) -> tuple[str, ...]:
        """Tell what is urgent beside the requests."""
        ...


class ReviewSession(Protocol):
    """The part of ``execution.session.Session`` that reviewers use."""

    id: str
    ended: asyncio.Event
    end_reason: str
    notice_callback: Callable[[str], None] | None

    def touch(self) -> None:
        """Start the idle limit again."""
        ...

    async def note(self, kind: str, fields: dict[str, str]) -> None:
        """Write an act into the transcript; on disk when it returns."""
        ...


class ByteReader(Protocol):
    """Where the client's bytes come from."""

    async def read(self, n: int) -> bytes:
        """Read at most ``n`` bytes; ``b""`` at the end."""
        ...


class ByteWriter(Protocol):
    """Where the client's bytes go."""

    def write(self, data: bytes) -> None:
        """Queue bytes."""
        ...

    async def drain(self) -> None:
        """Wait until more may be queued."""
        ...


async def serve_review(
    services: ReviewServices,
    principal: Principal,
    session: ReviewSession,
    reader: ByteReader,
    writer: ByteWriter,
) -> None:
    """Serve one reviewer until the client leaves or the session ends.

    Ends neither the session nor the streams: the caller opened them. A transcript that cannot be
    written ends the service with a ``Bye`` that says so.
    """
    await _Conversation(services, principal, session, reader, writer).run()


class _Conversation:
    """One connected client: one reading loop, one pusher, at most one watch and one download."""

    def __init__(
        self,
        services: ReviewServices,
        principal: Principal,
        session: ReviewSession,
        reader: ByteReader,
        writer: ByteWriter,
    ) -> None:
        self._services = services
        self._principal = principal
        self._session = session
        self._reader = reader
        self._writer = writer
        self._decoder = wire.Decoder()
        self._sending = asyncio.Lock()
        self._woken = asyncio.Event()
        self._has_stale_requests = False
        self._has_stale_sessions = False
        self._notices: collections.deque[str] = collections.deque(maxlen=_NOTICES_MAX)
        self._changed_ids: dict[str, None] = {}
        """Requests that may be approved and not yet run, oldest first."""
        self._watching: asyncio.Task[None] | None = None
        self._downloading: asyncio.Task[None] | None = None

    async def run(self) -> None:
        reason = ""
        try:
            reason = await self._converse()
        except (ConnectionError, TimeoutError):
            log.info("review.client_gone")
            return
        except BastionError as error:
            reason = error.message
        with contextlib.suppress(ConnectionError, TimeoutError):
            await self._send(wire.Bye(reason=reason))

    async def _converse(self) -> str:
        """Talk until the end; returns what to say last."""
        if self._principal.is_agent:
            return "An agent cannot review. A person must."
        messages = self._messages()
        refusal = await self._greet(messages)
        if refusal:
            return refusal
        subscriptions = (
            self._services.desk.subscribe(self._requests_changed),
            self._services.registry.subscribe(self._sessions_changed),
        )
        self._session.notice_callback = self._notice
        try:
            for line in await self._services.alerts(self._principal):
                self._notice(line)
            for approval in await self._services.desk.list_requests(
                self._principal, pending_only=False
            ):
                if approval.state is ApprovalState.APPROVED:
                    self._requests_changed(approval.id)
            self._has_stale_requests = True
            return await self._serve(messages)
        finally:
            self._session.notice_callback = None
            for unsubscribe in subscriptions:
                unsubscribe()

    async def _greet(self, messages: AsyncIterator[wire.Message]) -> str:
        async with asyncio.timeout(_HELLO_TIMEOUT_S):
            hello = await anext(messages, None)
        if hello is None:
            raise ConnectionError
        if not isinstance(hello, wire.Hello) or hello.version != wire.PROTOCOL_VERSION:
            return (
                f"The bastion speaks version {wire.PROTOCOL_VERSION} of the reviewers' protocol."
                " Install the same release on both sides."
            )
        await self._session.note("review.hello", {"client": hello.client[:200]})
        principal = self._principal
        await self._send(
            wire.Welcome(
                version=wire.PROTOCOL_VERSION,
                user=principal.user,
                person=principal.person,
                roles=tuple(sorted(principal.roles, key=lambda role: role.value)),
                now=self._services.clock.now(),
                key_fingerprint=principal.key_fingerprint,
            )
        )
        return ""

    async def _serve(self, messages: AsyncIterator[wire.Message]) -> str:
        """Run the loops until the first of client, session and transcript ends."""
        failure = ""
        try:
            async with asyncio.TaskGroup() as group:
                loops = [
                    group.create_task(self._read_requests(messages, group)),
                    group.create_task(self._end_with_session()),
                    group.create_task(self._push_changes()),
                ]
                self._sessions_changed()
                await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
                for task in (*loops, self._watching, self._downloading):
                    if task is not None:
                        task.cancel()
        except* (ConnectionError, TimeoutError) as group_error:
            raise ConnectionError from group_error
        except* BastionError as group_error:
            first = group_error.exceptions[0]
            failure = first.message if isinstance(first, BastionError) else str(first)
        return failure or self._session.end_reason or "The client has left."

    async def _end_with_session(self) -> None:
        await self._session.ended.wait()

    async def _messages(self) -> AsyncIterator[wire.Message]:
        while data := await self._reader.read(_READ_BYTES):
            for message in self._decoder.feed(data):
                yield message

    # Sending: one message at a time, and the next push is composed only when the last is out.

    async def _send(self, message: wire.ServerMessage) -> None:
        line = wire.encode(message)
        async with self._sending, asyncio.timeout(_SEND_TIMEOUT_S):
            self._writer.write(line)
            await self._writer.drain()

    def _requests_changed(self, request_id: str) -> None:
        self._changed_ids[request_id] = None
        while len(self._changed_ids) > _CHANGED_MAX:
            del self._changed_ids[next(iter(self._changed_ids))]
        self._has_stale_requests = True
        self._woken.set()

    def _sessions_changed(self) -> None:
        self._has_stale_sessions = True
        self._woken.set()

    def _notice(self, text: str) -> None:
        self._notices.append(text)
        self._woken.set()

    async def _push_changes(self) -> None:
        """Push each list as it is now whenever it changed; what came meanwhile is one push."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._notices:
                await self._send(wire.Notice(text=self._notices.popleft()))
            if self._has_stale_requests:
                self._has_stale_requests = False
                await self._send(wire.RequestsChanged(requests=await self._requests(True)))
            if self._has_stale_sessions:
                self._has_stale_sessions = False
                await self._send(wire.SessionsChanged(sessions=self._sessions()))
            # A bound on bursts: a busy bastion changes its sessions many times a second.
            await asyncio.sleep(_PUSH_INTERVAL_S)

    # Requests of the client

    async def _read_requests(
        self, messages: AsyncIterator[wire.Message], group: asyncio.TaskGroup
    ) -> None:
        async for message in messages:
            if not isinstance(message, wire.Request):
                raise wire.ProtocolError("The client sent a message that only a server sends.")
            self._session.touch()
            await self._session.note(f"review.{_verb(message)}", _words(message))
            try:
                answer = await self._answer(message, group)
            except RecordingError:
                # What cannot be recorded must not go on; all else is the client's answer.
                raise
            except BastionError as error:
                answer = _refusal(message.number, error)
            await self._reply(message.number, answer)

    async def _reply(self, number: int, answer: wire.Answer) -> None:
        try:
            await self._send(answer)
        except wire.ProtocolError as error:
            await self._send(_refusal(number, error))

    async def _answer(self, message: wire.Request, group: asyncio.TaskGroup) -> wire.Answer:
        number = message.number
        match message:
            case wire.ListRequests(pending_only=pending_only):
                return wire.RequestsReply(
                    number=number, requests=await self._requests(pending_only)
                )
            case wire.ShowRequest(id=request_id):
                approval = await self._services.desk.get(self._principal, request_id)
                return wire.RequestReply(number=number, request=await self._detail(approval))
            case wire.Approve() | wire.Deny() | wire.Revoke():
                return await self._decide(message)
            case wire.ListRecordings(query=query):
                views = await self._services.registry.list_recordings(self._principal, query=query)
                return wire.RecordingsReply(
                    number=number, recordings=tuple(_recording(view) for view in views)
                )
            case wire.OpenRecording():
                return await self._open_recording(message, group)
            case _:
                return await self._answer_for_sessions(message, group)

    async def _answer_for_sessions(
        self,
        message: wire.ListSessions | wire.Watch | wire.Unwatch | wire.Kill,
        group: asyncio.TaskGroup,
    ) -> wire.Answer:
        number = message.number
        match message:
            case wire.ListSessions():
                return wire.SessionsReply(number=number, sessions=self._sessions())
            case wire.Kill(session=session_id, reason=reason):
                await self._services.registry.kill(self._principal, session_id, reason)
                return wire.Reply(number=number, is_ok=True, message="The session has ended.")
            case wire.Unwatch():
                await _stop(self._watching)
                return wire.Reply(number=number, is_ok=True, message="")
            case wire.Watch(session=session_id, offset=offset):
                if session_id == self._session.id:
                    raise UsageError("This is the session that you look at it from.")
                await _stop(self._watching)
                stream = self._services.registry.watch(self._principal, session_id, max(0, offset))
                self._watching = group.create_task(self._watch(number, session_id, stream))
                return wire.Reply(number=number, is_ok=True, message="")

    async def _decide(self, message: wire.Approve | wire.Deny | wire.Revoke) -> wire.Answer:
        if isinstance(message, wire.Approve):
            words = await self._approve(message)
        elif isinstance(message, wire.Deny):
            await self._services.desk.decide(
                self._principal,
                message.id,
                approve=False,
                reason=message.reason,
                signed=_signed(message),
            )
            words = f"Denied {message.id}; its requester reads your reason."
        else:
            after = await self._services.desk.revoke(
                self._principal, message.id, message.reason, signed=_signed(message)
            )
            words = f"Took back the approval of {message.id}.{words_for_late(after)}"
        return wire.Reply(number=message.number, is_ok=True, message=words)

    async def _approve(self, message: wire.Approve) -> str:
        seen = await self._services.desk.get(self._principal, message.id)
        # A yes is to the text that was shown, whatever the id now stands for.
        if message.statement_sha256 != seen.statement_sha256:
            raise NotPendingError(
                "This is not the statement that you were shown. Open the request again."
            )
        after = await self._services.desk.decide(
            self._principal,
            message.id,
            approve=True,
            reason=message.comment,
            signed=_signed(message),
        )
        if after.state is not ApprovalState.PENDING:
            return f"Approved {message.id}."
        missing = after.approvals_needed - len(after.approved_by)
        return f"Approved {message.id}. It waits for {missing} more."

    # Watching and replaying

    async def _watch(
        self, number: int, session_id: str, stream: AsyncGenerator[tuple[int, bytes], None]
    ) -> None:
        reason = "The session has ended."
        try:
            async with contextlib.aclosing(stream):
                async for end_offset, data in stream:
                    await self._send_watched(session_id, end_offset, data)
        except (AccessError, UsageError) as error:
            reason = error.message
            log.info("review.watch_refused", extra={"number": number})
        await self._send(wire.WatchEnded(session=session_id, reason=reason))

    async def _send_watched(self, session_id: str, end_offset: int, data: bytes) -> None:
        start = end_offset - len(data)
        for position in range(0, len(data), wire.CHUNK_BYTES_MAX):
            part = data[position : position + wire.CHUNK_BYTES_MAX]
            end = start + position + len(part)
            await self._send(wire.WatchChunk(session=session_id, end_offset=end, data=part))

    async def _open_recording(
        self, message: wire.OpenRecording, group: asyncio.TaskGroup
    ) -> wire.Answer:
        await _stop(self._downloading)
        if not _ID.fullmatch(message.id):
            raise UsageError("There is no such recording that you may read.")
        file = await self._services.registry.open_recording(
            self._principal, message.id, message.purpose
        )
        self._downloading = group.create_task(self._download(message.number, file))
        return wire.Reply(number=message.number, is_ok=True, message="")

    async def _download(self, number: int, file: ServedFile) -> None:
        sent = 0
        is_last = False
        try:
            while not is_last:
                data = await asyncio.to_thread(file.read, wire.CHUNK_BYTES_MAX)
                sent += len(data)
                is_last = len(data) < wire.CHUNK_BYTES_MAX
                await self._send(
                    wire.RecordingChunk(
                        number=number,
                        end_offset=sent,
                        total_bytes=max(file.size_bytes, sent),
                        data=data,
                        is_last=is_last,
                    )
                )
        except (OSError, FormatError) as error:
            if isinstance(error, ConnectionError | TimeoutError):
                raise
            log.warning("review.recording_unreadable", extra={"detail": str(error)})
            words = f"The recording cannot be read behind byte {sent}. Tell an administrator."
            await self._send(wire.Notice(text=words))
        finally:
            file.close()

    # What the client is shown

    async def _requests(self, pending_only: bool) -> tuple[wire.RequestSummary, ...]:
        """List requests, most urgent first: what is open, or with False all of them."""
        desk = self._services.desk
        found = await desk.list_requests(self._principal, pending_only=pending_only)
        if pending_only:
            found = (*found, *await self._approved({approval.id for approval in found}))
        summaries = sorted((self._summary(approval) for approval in found), key=_urgency)
        # A flood of requests must still fit one line; the most urgent are the ones to see.
        return tuple(summaries[:_QUEUE_MAX])

    async def _approved(self, pending: set[str]) -> list[Approval]:
        """Find what was approved and has not run to its end: a yes that can be taken back."""
        approved: list[Approval] = []
        for request_id in [one for one in self._changed_ids if one not in pending]:
            try:
                approval = await self._services.desk.get(self._principal, request_id)
            except UnknownRequestError:
                approval = None
            if approval is not None and approval.state in _TAKEN_BACK:
                approved.append(approval)
            elif approval is None or approval.state is not ApprovalState.PENDING:
                self._changed_ids.pop(request_id, None)
        return approved

    def _summary(self, approval: Approval) -> wire.RequestSummary:
        why_not = self._why_not(approval)
        return wire.RequestSummary(
            id=approval.id,
            requester=approval.requester,
            person=approval.person,
            is_agent=approval.is_agent,
            target=approval.context.target,
            environment=approval.environment,
            effect=approval.effect,
            tables=approval.impact.tables[:TABLES_MAX],
            rows=approval.impact.rows,
            is_measured=approval.impact.is_measured,
            first_line=_first_line(scrub_secrets(approval.text)),
            size_bytes=len(approval.text.encode("utf-8", "surrogatepass")),
            created_at=approval.created_at,
            expires_at=approval.expires_at,
            approvals_needed=approval.approvals_needed,
            approved_by=approval.approved_by,
            state=approval.state,
            may_decide=not why_not,
            why_not=why_not,
            shape=request_shape(approval),
            rule=approval.rule,
        )

    def _why_not(self, approval: Approval) -> str:
        """Say why this reviewer may not decide; the desk asks again when they try."""
        try:
            check_reviewer(approval, self._principal)
        except BastionError as error:
            return error.message
        if approval.state is not ApprovalState.PENDING:
            return f"The request is {approval.state.value}."
        if any(decision.person == self._principal.person for decision in approval.decisions):
            return "You have already approved this request. It waits for another person."
        return ""

    async def _detail(self, approval: Approval) -> wire.RequestDetail:
        targets = await self._services.targets.list_targets()
        context = approval.context
        return wire.RequestDetail(
            summary=self._summary(approval),
            text=scrub_secrets(approval.text),
            parameters=approval.parameters,
            statement_sha256=approval.statement_sha256,
            engine=_engine(targets, context.target),
            database=context.database,
            schema=context.schema,
            role=context.role,
            settings=context.settings,
            source=approval.source,
            key_fingerprint=approval.key_fingerprint,
            session_id=approval.session_id,
            is_interactive=approval.is_interactive,
            reason=approval.reason,
            rule=approval.rule,
            rule_text=approval.rule_text,
            guards_structure=approval.guards_structure,
            notes=(*approval.impact.notes, *_more_tables(approval.impact.tables)),
            decisions=tuple(
                wire.DecisionEntry(
                    reviewer=decision.reviewer,
                    person=decision.person,
                    is_approval=decision.is_approval,
                    is_revocation=decision.is_revocation,
                    reason=decision.reason,
                    at=decision.at,
                    signed_by=own_key(decision),
                )
                for decision in approval.decisions
            ),
            ended_at=approval.ended_at,
            keys=_without_tags(approval.impact.keys),
            sample=approval.impact.sample,
            salt=approval.salt,
        )

    def _sessions(self) -> tuple[wire.SessionEntry, ...]:
        return tuple(
            _session(view) for view in self._services.registry.list_sessions(self._principal)
        )


def _more_tables(tables: Sequence[str]) -> tuple[str, ...]:
    """Say that more tables are written than are named."""
    if len(tables) <= TABLES_MAX:
        return ()
    return (f"It writes {len(tables)} tables; only the first {TABLES_MAX} are named.",)


def _without_tags(keys: KeySet | None) -> KeySet | None:
    return None if keys is None else dataclasses.replace(keys, tags="", salt="")


def _urgency(summary: wire.RequestSummary) -> tuple[bool, bool, float]:
    """Order: what I may decide, then what is open, then the rest; the soonest to expire first."""
    is_open = summary.state in _OPEN_STATES
    when = summary.expires_at.timestamp()
    return (not summary.may_decide, not is_open, when if is_open else -when)


def _signed(message: wire.Approve | wire.Deny | wire.Revoke) -> Signed | None:
    """Give the reviewer's own signature; half of one is none that could be checked."""
    if not message.signature and message.signed_at is None:
        return None
    if not message.signature or message.signed_at is None:
        raise UsageError("A signature needs its time. Install the same release on both sides.")
    return Signed(signature=message.signature, at=message.signed_at)


def _verb(message: wire.Request) -> str:
    match message:
        case wire.ListRequests() | wire.ListSessions() | wire.ListRecordings():
            return "list"
        case wire.ShowRequest():
            return "show"
        case wire.OpenRecording():
            return "open_recording"
        case _:
            return type(message).__name__.lower()


def _words(message: wire.Request) -> dict[str, str]:
    """Give the fields of a request for the transcript."""
    names = ("id", "session", "comment", "reason", "query", "purpose")
    return {name: getattr(message, name) for name in names if hasattr(message, name)}


def _refusal(number: int, error: BastionError) -> wire.Reply:
    return wire.Reply(number=number, is_ok=False, message=error.message, code=error.code)


async def _stop(task: asyncio.Task[None] | None) -> None:
    if task is not None and not task.done():
        task.cancel()
        await asyncio.wait({task})


def _first_line(text: str) -> str:
    """Cut the first line that is not blank; an ellipsis says that more comes behind it.

    Only a line feed ends a line, as in the text in full: what is behind others would be lost.
    """
    line, _, rest = text.strip().partition("\n")
    line = line.rstrip()
    is_whole = len(line) <= _FIRST_LINE_CHARS and not rest.strip()
    return line if is_whole else f"{line[:_FIRST_LINE_CHARS]}…"


def _engine(targets: Sequence[Target], name: str) -> str:
    return next((target.engine.value for target in targets if target.name == name), "")


def _session(view: SessionView) -> wire.SessionEntry:
    return wire.SessionEntry(
        id=view.id,
        user=view.user,
        person=view.person,
        is_agent=view.is_agent,
        target=view.target,
        environment=view.environment,
        front_end=view.front_end,
        source=view.source,
        client=view.client,
        started_at=view.started_at,
        last_active_at=view.last_active_at,
        statements=view.statements,
        held=view.held,
        blocked=view.blocked,
        state=view.state,
    )


def _recording(view: RecordingView) -> wire.RecordingEntry:
    return wire.RecordingEntry(
        id=view.id,
        user=view.user,
        target=view.target,
        environment=view.environment,
        front_end=view.front_end,
        started_at=view.started_at,
        duration_s=view.duration_s,
        statements=view.statements,
        held=view.held,
        denied=view.denied,
        size_bytes=view.size_bytes,
        state=view.state,
        hits=tuple(
            wire.RecordingHit(
                statement=hit.statement,
                at_s=hit.at_s,
                text=hit.text[:_HIT_CHARACTERS_MAX],
                verdict=hit.verdict,
            )
            for hit in view.hits[:_HITS_MAX]
        ),
    )
