"""What a client asked for on one channel, and the front end that serves it.

A channel is one request: a shell, a command, or the reviewers' subsystem. Everything else that SSH
knows is refused, by ``GovernedChannel`` for requests and by ``server.py`` for channels.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

import asyncssh
from asyncssh.packet import SSHPacket

from bastion import log as logs
from bastion.core.model import Principal, Status, Target
from bastion.errors import AccessError, BastionError, RecordingError, UsageError
from bastion.execution.services import Services
from bastion.execution.session import Session
from bastion.frontends import command, review, shell, words
from bastion.ssh import review_process
from bastion.ssh.terminal import ChannelWire, RecordedChannel, RecordedTerminal, printable

log = logging.getLogger(__name__)

_GRACE_S = 5.0
_END_S = 15.0
_LEAVE_S = 1.0
_TERM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_ENVIRONMENT = re.compile(rb"LANG|LC_[A-Z]{1,20}|NO_COLOR|ACCESSIBLE")
_VALUE = re.compile(rb"[ -~]{0,100}")
_VARIABLES_MAX = 24
_REVIEW_READ_BYTES = 64 * 1024
_EXIT_STATUS = {
    "usage": Status.USAGE,
    "config": Status.INTERNAL,
    "blocked": Status.BLOCKED,
    "unavailable": Status.UNAVAILABLE,
    "approval": Status.BLOCKED,
    "error": Status.ERROR,
    "timeout": Status.TIMEOUT,
    "interrupted": Status.INTERRUPTED,
}
_GONE = "The client has gone away."


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What the channels of one connection share."""

    services: Services
    principal: Principal
    target: str
    """Of ``USER+TARGET``; empty when none was named."""
    spawn: Callable[[Coroutine[object, object, None]], None]
    """Runs a channel's work with a strong reference, beyond the connection's end."""
    channels: set[ClientSession] = field(default_factory=set)
    """The live ones."""


class GovernedChannel(asyncssh.SSHServerChannel[bytes]):
    """A session channel that refuses what is not offered, before anything is kept of it."""

    def _process_env_request(self, packet: SSHPacket) -> bool:
        name = packet.get_string()
        value = packet.get_string()
        packet.check_end()
        if len(self._env) >= _VARIABLES_MAX:
            return False
        if not _ENVIRONMENT.fullmatch(name) or not _VALUE.fullmatch(value):
            return False
        self._env[name] = value
        return True

    def _process_x11_req_request(self, packet: SSHPacket) -> bool:
        return False

    def _process_auth_agent_req_at_openssh_dot_com_request(self, packet: SSHPacket) -> None:
        self._report_response(False)


class ClientSession(asyncssh.SSHServerSession[bytes]):
    """One channel, from its request to its exit status."""

    def __init__(self, connection: Connection) -> None:
        """Wait for the request."""
        self._connection = connection
        self._wire: ChannelWire | None = None
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._serve: Callable[[], Coroutine[object, object, int]] | None = None
        self._session: Session | None = None
        self._work: asyncio.Task[int] | None = None
        self._stop = asyncio.Event()
        self._is_in_shell = False
        self._has_terminal = False
        self._term = ""

    @property
    def session(self) -> Session | None:
        """Give the recorded session that runs now."""
        return self._session

    # Called by asyncssh

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """Take the channel."""
        self._channel = chan
        self._wire = ChannelWire(chan)

    def pty_requested(
        self, term_type: str, term_size: tuple[int, int, int, int], _modes: object
    ) -> bool:
        """Take the terminal's type and size."""
        self._has_terminal = True
        self._term = term_type if _TERM.fullmatch(term_type) else "dumb"
        self._open_wire.resize(term_size[0], term_size[1])
        return True

    def shell_requested(self) -> bool:
        """Serve a shell, or statements from stdin where there is no terminal."""
        self._serve = lambda: self._serve_words("")
        return True

    def exec_requested(self, command: str) -> bool:
        """Serve the words of an exec."""
        self._serve = lambda: self._serve_words(command)
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        """Serve the reviewers' protocol; there is no other subsystem."""
        if subsystem != "review":
            return False
        self._serve = self._serve_review_protocol
        return True

    def session_started(self) -> None:
        """Start the work; the request was granted."""
        if self._serve is None or self._channel is None:
            return
        wire = self._open_wire
        wire.has_terminal, wire.term = self._has_terminal, self._term
        wire.environment = dict(self._channel.get_environment())
        if self._term:
            wire.environment["TERM"] = self._term
        self._connection.channels.add(self)
        self._connection.spawn(self._run(self._serve))

    def data_received(self, data: bytes, _datatype: int | None) -> None:
        """Keep what the client sent until it is read."""
        self._open_wire.feed(data)

    def eof_received(self) -> bool:
        """Keep the channel open: answers still go out."""
        self._open_wire.feed_end()
        return True

    def terminal_size_changed(
        self, width: int, height: int, _pixwidth: int, _pixheight: int
    ) -> None:
        """Take the terminal's new size."""
        self._open_wire.resize(width, height)

    def signal_received(self, signal: str) -> None:
        """Treat INT as Ctrl-C; a hang-up ends the channel."""
        if signal == "INT":
            self._open_wire.interrupt()
        elif signal in ("HUP", "TERM", "KILL") and self._channel is not None:
            self._channel.close()

    def break_received(self, _msec: int) -> bool:
        """Treat a break as Ctrl-C."""
        self._open_wire.interrupt()
        return True

    def pause_writing(self) -> None:
        """Hold writers."""
        self._open_wire.pause_writing()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._open_wire.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the work: the client is gone."""
        if self._wire is not None:
            self._wire.lost()
        self._stop.set()

    @property
    def _open_wire(self) -> ChannelWire:
        if self._wire is None:
            raise ConnectionError("the channel is not open")
        return self._wire

    # The work

    def announce(self, text: str) -> None:
        """Show a notice to the user, where the front end can show one."""
        if self._session is not None and self._session.notice_callback is not None:
            self._session.notice_callback(text)

    async def _run(self, serve: Callable[[], Coroutine[object, object, int]]) -> None:
        wire = self._open_wire
        principal = self._connection.principal
        status = Status.INTERNAL.exit_code
        with logs.context(user=principal.user, connection=principal.connection_id):
            try:
                status = await self._supervise(serve())
            except BastionError as error:
                log.info("channel.refused", extra={"code": error.code, "detail": error.detail})
                status = _EXIT_STATUS.get(error.code, Status.INTERNAL).exit_code
                await self._say(error.message)
            except (ConnectionError, asyncio.CancelledError):
                status = Status.INTERRUPTED.exit_code
            except Exception:
                log.exception("channel.failed")
                await self._say(
                    "Something went wrong inside the bastion, and nothing more was run. "
                    f"Tell its administrators: {self._reference}."
                )
            finally:
                await self._end_session(_GONE if wire.closed.is_set() else "The session has ended.")
                self._connection.channels.discard(self)
                wire.exit(status)

    async def _supervise(self, work: Coroutine[object, object, int]) -> int:
        """Run the work until it is done, the client is gone, or the session was ended."""
        loop = asyncio.get_running_loop()
        refusal = await self._connection.services.users.refusal(self._connection.principal, None)
        if refusal is not None:
            work.close()
            raise AccessError(refusal)
        self._work = loop.create_task(work)
        stopping = loop.create_task(self._stop.wait())
        try:
            await asyncio.wait({self._work, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not self._work.done():
                # The front end sees ``closed`` or ``ended`` and leaves; else it is made to.
                if self._open_wire.closed.is_set():
                    self._open_wire.interrupt()
                await asyncio.wait({self._work}, timeout=_GRACE_S)
            if not self._work.done():
                self._work.cancel()
                await asyncio.wait({self._work}, timeout=_GRACE_S)
            return await self._work
        finally:
            stopping.cancel()

    async def _serve_words(self, text: str) -> int:
        wire = self._open_wire
        wanted = words.classify(
            text, has_terminal=wire.has_terminal, default_target=self._connection.target
        )
        match wanted.kind:
            case words.WordsKind.SHELL:
                return await self._serve_shells(wanted.target)
            case words.WordsKind.PICKER:
                return await self._serve_picker()
            case words.WordsKind.REVIEW if wire.has_terminal:
                return await self._serve_review_process()
            case words.WordsKind.REVIEW:
                raise UsageError(
                    "The reviewers' screen needs a terminal. Write: ssh -t HOST review"
                )
            case _:
                return await self._serve_command(text)

    async def _serve_command(self, text: str) -> int:
        services, principal = self._connection.services, self._connection.principal

        def open_channel(session: Session) -> RecordedChannel:
            self._attach(session)
            return RecordedChannel(self._open_wire, session)

        return await command.run_command(
            services,
            principal,
            text.encode(),
            open_channel,
            default_target=self._connection.target,
        )

    async def _serve_picker(self) -> int:
        services, principal = self._connection.services, self._connection.principal
        session = await self._open_session(None, "shell", "")
        name = await self._with_terminal(
            session, lambda terminal: shell.pick_target(services, principal, terminal)
        )
        await self._end_session("A target was chosen." if name else "No target was chosen.")
        return await self._serve_shells(name) if name else 0

    async def _serve_shells(self, first: str) -> int:
        """Serve the shell, and after a change of target the next one on the same terminal."""
        services, principal = self._connection.services, self._connection.principal
        name: str | None = first
        while name and not self._stop.is_set():
            try:
                target = await services.find_target(principal, name)
            except BastionError as error:
                return await self._refuse_shell(error)
            session = await self._open_session(target, "shell", "")
            self._is_in_shell = True
            name = await self._with_terminal(
                session, functools.partial(_run_shell, services, session)
            )
            self._is_in_shell = False
            reason = f"The user went on to {name}." if name else "The user has left."
            await self._end_session(reason if not self._open_wire.closed.is_set() else _GONE)
        return 0

    async def _refuse_shell(self, error: BastionError) -> int:
        """Say in a recorded session why there is no shell."""
        await self._open_session(None, "shell", "")
        log.info("channel.refused", extra={"code": error.code, "detail": error.detail})
        await self._say(error.message)
        await self._end_session(error.message)
        return _EXIT_STATUS.get(error.code, Status.INTERNAL).exit_code

    async def _with_terminal(
        self,
        session: Session,
        front_end: Callable[[RecordedTerminal], Coroutine[object, object, str | None]],
    ) -> str | None:
        terminal = RecordedTerminal(self._open_wire, session)
        try:
            async with asyncio.TaskGroup() as group:
                pump = group.create_task(terminal.run())
                try:
                    name = await front_end(terminal)
                    await terminal.drain()
                finally:
                    terminal.detach()
                    await asyncio.wait({pump})
        except* BastionError as errors:
            raise errors.exceptions[0] from None
        except* ConnectionError as errors:
            raise ConnectionError("the client is gone") from errors
        if terminal.failure is not None:
            raise terminal.failure
        return name

    async def _serve_review_process(self) -> int:
        session = await self._open_session(None, "review", "review")
        return await review_process.run_review(
            self._connection.services, self._connection.principal, session, self._open_wire
        )

    async def _serve_review_protocol(self) -> int:
        session = await self._open_session(None, "review", "subsystem review")
        link = _ReviewLink(self._open_wire)
        try:
            await review.serve_review(
                self._connection.services, self._connection.principal, session, link, link
            )
        finally:
            link.detach()
        return 0

    # Sessions

    async def _open_session(self, target: Target | None, front_end: str, text: str) -> Session:
        wire = self._open_wire
        session = await self._connection.services.open_session(
            self._connection.principal,
            target=target,
            front_end=front_end,
            columns=wire.columns,
            rows=wire.rows,
            term=wire.term,
            command=text,
        )
        self._attach(session)
        return session

    def _attach(self, session: Session) -> None:
        self._session = session
        session.on_end(self._session_ending)

    async def _session_ending(self, reason: str) -> None:
        """Say why, and stop the work, when somebody else ends the session; it still records."""
        work = self._work
        if self._session is None or work is None or asyncio.current_task() is work:
            return
        ended, self._session = self._session, None
        if self._is_in_shell:
            # It leaves by itself and says why, below what stands on the screen. Only then may the
            # transcript be sealed: what it draws last would be taken for what cannot be recorded.
            self._stop.set()
            await asyncio.wait({work}, timeout=_LEAVE_S)
            if work.done():
                return
        try:
            data = self._line(reason)
            await ended.output(data)
            await self._open_wire.send(data, is_stderr=True)
        except (ConnectionError, RecordingError):
            log.info("channel.end_unseen", extra={"session": ended.id})
        finally:
            self._stop.set()

    async def _end_session(self, reason: str) -> None:
        session, self._session = self._session, None
        if session is not None:
            try:
                async with asyncio.timeout(_END_S):
                    await session.end(reason)
            except TimeoutError:
                log.warning("channel.end_slow", extra={"session": session.id})

    @property
    def _reference(self) -> str:
        if self._session is not None:
            return f"session {self._session.id}"
        return f"connection {self._connection.principal.connection_id}"

    def _line(self, sentence: str) -> bytes:
        if self._open_wire.has_terminal:
            return f"\r\n{printable(sentence)}\r\n".encode()
        return f"{printable(sentence)}\n".encode()

    async def _say(self, sentence: str) -> None:
        """Tell the user one sentence, in the transcript where there is one that can be written."""
        wire, session = self._open_wire, self._session
        try:
            if session is not None and not session.ended.is_set():
                await session.output(self._line(sentence), is_stderr=not wire.has_terminal)
        except RecordingError:
            log.warning("channel.sentence_unrecorded")
        try:
            wire.send_now(self._line(sentence), is_stderr=True)
        except ConnectionError:
            log.info("channel.sentence_unseen")


async def _run_shell(
    services: Services, session: Session, terminal: RecordedTerminal
) -> str | None:
    return await shell.run_shell(services, session, terminal)


class _ReviewLink:
    """The reviewers' protocol over a channel: bytes both ways, bounded both ways.

    Its bytes are not part of the transcript: a reviewer who watches a session would copy it into
    the reviewer's own. Each act is recorded as a note by ``frontends.review``.
    """

    def __init__(self, wire: ChannelWire) -> None:
        self._wire = wire
        self._arrived = asyncio.Event()
        self._unsent: list[bytes] = []
        wire.receiver = self

    async def read(self, n: int) -> bytes:
        while True:
            self._arrived.clear()
            data = self._wire.take(n)
            if data or self._wire.has_input_ended:
                return data
            await self._arrived.wait()

    def write(self, data: bytes) -> None:
        self._unsent.append(data)

    async def drain(self) -> None:
        data, self._unsent = b"".join(self._unsent), []
        await self._wire.send(data)

    def detach(self) -> None:
        if self._wire.receiver is self:
            self._wire.receiver = None

    def input_arrived(self) -> None:
        self._arrived.set()

    def resized(self) -> None:
        pass

    def interrupted(self) -> None:
        pass
