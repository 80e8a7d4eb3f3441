"""The client of the reviewers' protocol, over an inherited socket or over SSH.

``ReviewClient`` speaks the protocol and knows nothing of how the bytes travel. It keeps the place
in a watched session, and over SSH it comes back by itself after a lost connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bastion.wire import review as wire
from bastion.wire.decision import Signed, Word, decision_message, subject_shown
from recordings.sshsig import DECISION_NAMESPACE, Signer, armour, bytes_to_sign

if TYPE_CHECKING:
    import asyncssh

CLIENT_NAME = "bastion-review 1"
_ANSWER_TIMEOUT_S = 60.0
_CONNECT_TIMEOUT_S = 30.0
_SIGN_TIMEOUT_S = 60.0
_RETRY_FIRST_S = 1.0
_RETRY_MOST_S = 30.0
_STABLE_S = 60.0
_KEEPALIVE_S = 15
_SSH_PORT = 22
_READ_BYTES = 64 * 1024

_Prompts = Sequence[tuple[str, bool]]
"""Questions, and whether the answer may be shown."""


class RefusedError(Exception):
    """The server said no, or the connection was lost before it said anything."""


class LeaveError(Exception):
    """There is no connection and there will be none; the message says why."""


class Stream(Protocol):
    """Bytes to and from the server."""

    async def read(self, n: int) -> bytes:
        """Read at most ``n`` bytes; ``b""`` at the end."""
        ...

    async def write(self, data: bytes) -> None:
        """Write all bytes."""
        ...

    async def close(self) -> None:
        """Close, harmless when closed."""
        ...


class Prompter(Protocol):
    """Asks the reviewer for something while connecting."""

    async def ask(self, title: str, question: str, *, is_secret: bool) -> str | None:
        """Give the answer; None when the reviewer wants to leave."""
        ...


class Listener(Protocol):
    """Hears what happens on the connection, in order, on the event loop."""

    def connected(self, welcome: wire.Welcome) -> None:
        """The server has answered; also after each reconnection."""
        ...

    def disconnected(self, reason: str, retry_in_s: float) -> None:
        """The connection is lost; the next try comes by itself."""
        ...

    def pushed(self, push: wire.Push) -> None:
        """The server said something by itself."""
        ...


class ReviewClient:
    """One reviewer's connection: numbers requests, hands out answers and pushes."""

    def __init__(
        self,
        open_stream: Callable[[], Awaitable[Stream]],
        *,
        is_durable: bool,
        sign: Callable[[bytes, str], Awaitable[str]] | None = None,
    ) -> None:
        """Keep the way to connect.

        Args:
            is_durable: come back after a lost connection; an inherited socket cannot.
            sign: sign a decision with the key of this fingerprint; None: the keys are elsewhere.
        """
        self._sign = sign
        self._greeting: tuple[wire.Welcome, float] | None = None
        self._open_stream = open_stream
        self._is_durable = is_durable
        self._stream: Stream | None = None
        self._sending = asyncio.Lock()
        self._number = 0
        self._answers: dict[int, asyncio.Future[wire.Answer]] = {}
        self._chunks: dict[int, Callable[[wire.RecordingChunk], None]] = {}
        self._watched: tuple[str, int] | None = None

    async def run(self, listener: Listener) -> str:
        """Stay connected until the server ends it; returns the server's last word.

        Raises:
            LeaveError: no connection can be made, or the reviewer did not want one.
        """
        delay = _RETRY_FIRST_S
        has_connected = False
        while True:
            began = time.monotonic()
            try:
                stream = await self._open_stream()
                has_connected = True
                farewell = await self._converse(stream, listener)
                if farewell is not None:
                    return farewell
                reason = "The connection was lost."
            except wire.ProtocolError as error:
                raise LeaveError(str(error)) from error
            except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                reason = f"The connection was lost: {_describe(error)}."
                if not has_connected:
                    raise LeaveError(f"No connection: {_describe(error)}.") from error
            if not self._is_durable:
                return "The bastion has ended this session."
            if time.monotonic() - began > _STABLE_S:
                delay = _RETRY_FIRST_S
            listener.disconnected(reason, delay)
            await asyncio.sleep(delay)
            delay = min(_RETRY_MOST_S, delay * 2)

    async def _converse(self, stream: Stream, listener: Listener) -> str | None:
        """Read until the end; returns what ``Bye`` said, None when there was none."""
        decoder = wire.Decoder()
        self._stream = stream
        try:
            hello = wire.Hello(version=wire.PROTOCOL_VERSION, client=CLIENT_NAME)
            await stream.write(wire.encode(hello))
            while data := await stream.read(_READ_BYTES):
                for message in decoder.feed(data):
                    if isinstance(message, wire.Bye):
                        return message.reason
                    await self._take(message, listener)
            return None
        finally:
            self._stream = None
            self._fail_all("The connection was lost before the answer came. Look before you retry.")
            with contextlib.suppress(OSError):
                await stream.close()

    async def _take(self, message: wire.Message, listener: Listener) -> None:
        match message:
            case wire.Welcome():
                self._greeting = (message, time.monotonic())
                listener.connected(message)
                await self._watch_again()
            case wire.RecordingChunk(number=number):
                if (sink := self._chunks.get(number)) is not None:
                    sink(message)
                    if message.is_last:
                        del self._chunks[number]
            case wire.WatchChunk(session=session, end_offset=end_offset):
                if self._watched is not None and self._watched[0] == session:
                    self._watched = (session, end_offset)
                    listener.pushed(message)
            case _ if isinstance(message, wire.Push):
                listener.pushed(message)
            case _ if isinstance(message, wire.Answer):
                future = self._answers.pop(message.number, None)
                if future is not None and not future.done():
                    future.set_result(message)
            case _:
                raise wire.ProtocolError("The server sent a message that only a client sends.")

    def _fail_all(self, reason: str) -> None:
        for future in self._answers.values():
            if not future.done():
                future.set_exception(RefusedError(reason))
        self._answers.clear()
        self._chunks.clear()

    async def _ask(self, make: Callable[[int], wire.Request]) -> wire.Answer:
        stream = self._stream
        if stream is None:
            raise RefusedError("There is no connection now. Wait until it is back.")
        self._number += 1
        number = self._number
        future: asyncio.Future[wire.Answer] = asyncio.get_running_loop().create_future()
        self._answers[number] = future
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                async with self._sending:
                    await stream.write(wire.encode(make(number)))
                answer = await future
        except TimeoutError as error:
            raise RefusedError(
                "The bastion has not answered in time. Look before you retry."
            ) from error
        except (OSError, wire.ProtocolError) as error:
            raise RefusedError(f"It was not sent: {_describe(error)}.") from error
        finally:
            self._answers.pop(number, None)
        if isinstance(answer, wire.Reply) and not answer.is_ok:
            raise RefusedError(answer.message)
        return answer

    async def _act(self, make: Callable[[int], wire.Request]) -> str:
        answer = await self._ask(make)
        return answer.message if isinstance(answer, wire.Reply) else ""

    # What a reviewer can do; each raises RefusedError with the server's words.

    async def show(self, request_id: str) -> wire.RequestDetail:
        """Get all of one request."""
        answer = await self._ask(lambda number: wire.ShowRequest(number=number, id=request_id))
        if not isinstance(answer, wire.RequestReply):
            raise RefusedError("The bastion gave another answer than was asked for.")
        return answer.request

    async def list_requests(self, *, pending_only: bool) -> tuple[wire.RequestSummary, ...]:
        """Get the queue, or all requests."""
        answer = await self._ask(
            lambda number: wire.ListRequests(number=number, pending_only=pending_only)
        )
        return answer.requests if isinstance(answer, wire.RequestsReply) else ()

    async def approve(self, detail: wire.RequestDetail, comment: str) -> str:
        """Say yes to exactly what ``detail`` shows."""
        signed = await self._signed(detail, comment, is_approval=True)
        return await self._act(
            lambda number: wire.Approve(
                number=number,
                id=detail.summary.id,
                statement_sha256=detail.statement_sha256,
                comment=comment,
                signature=signed.signature if signed else "",
                signed_at=signed.at if signed else None,
            )
        )

    async def deny(self, detail: wire.RequestDetail, reason: str) -> str:
        """Say no to exactly what ``detail`` shows."""
        signed = await self._signed(detail, reason, is_approval=False)
        return await self._act(
            lambda number: wire.Deny(
                number=number,
                id=detail.summary.id,
                reason=reason,
                signature=signed.signature if signed else "",
                signed_at=signed.at if signed else None,
            )
        )

    async def _signed(
        self,
        detail: wire.RequestDetail,
        reason: str,
        *,
        is_approval: bool,
        is_revocation: bool = False,
    ) -> Signed | None:
        """Sign a decision with the key of this login; None over an inherited socket.

        Raises:
            RefusedError: the key cannot be used; nothing was sent.
        """
        if self._sign is None:
            return None
        if self._greeting is None:
            raise RefusedError("There is no connection now. Wait until it is back.")
        welcome, greeted_s = self._greeting
        at = welcome.now + timedelta(seconds=time.monotonic() - greeted_s)
        word = Word(
            reviewer=welcome.user,
            is_approval=is_approval,
            is_revocation=is_revocation,
            reason=reason,
            at=at,
        )
        message = decision_message(subject_shown(detail), word)
        return Signed(signature=await self._sign(message, welcome.key_fingerprint), at=at)

    async def revoke(self, detail: wire.RequestDetail, reason: str) -> str:
        """Take back the yes to what ``detail`` shows."""
        signed = await self._signed(detail, reason, is_approval=False, is_revocation=True)
        return await self._act(
            lambda number: wire.Revoke(
                number=number,
                id=detail.summary.id,
                reason=reason,
                signature=signed.signature if signed else "",
                signed_at=signed.at if signed else None,
            )
        )

    async def kill(self, session: str, reason: str) -> str:
        """End a live session."""
        return await self._act(
            lambda number: wire.Kill(number=number, session=session, reason=reason)
        )

    async def watch(self, session: str) -> None:
        """Follow a session from its beginning; chunks come as pushes."""
        self._watched = (session, 0)
        try:
            await self._act(lambda number: wire.Watch(number=number, session=session, offset=0))
        except RefusedError:
            self._watched = None
            raise

    async def unwatch(self) -> None:
        """Stop following; harmless when nothing is followed."""
        self._watched = None
        with contextlib.suppress(RefusedError):
            await self._act(lambda number: wire.Unwatch(number=number))

    async def _watch_again(self) -> None:
        """Go on with a watch where the lost connection left it."""
        if self._watched is not None and self._stream is not None:
            session, offset = self._watched
            self._number += 1
            message = wire.Watch(number=self._number, session=session, offset=offset)
            await self._stream.write(wire.encode(message))

    async def list_recordings(self, query: str) -> tuple[wire.RecordingEntry, ...]:
        """Search the recordings."""
        answer = await self._ask(lambda number: wire.ListRecordings(number=number, query=query))
        return answer.recordings if isinstance(answer, wire.RecordingsReply) else ()

    async def open_recording(
        self, recording_id: str, purpose: str, sink: Callable[[wire.RecordingChunk], None]
    ) -> None:
        """Fetch a transcript; ``sink`` gets its parts in order."""

        def make(number: int) -> wire.Request:
            self._chunks.clear()
            self._chunks[number] = sink
            return wire.OpenRecording(number=number, id=recording_id, purpose=purpose)

        await self._act(make)

    def stop_recording(self) -> None:
        """Ignore what still comes of a transcript."""
        self._chunks.clear()


class _SocketStream:
    """An inherited socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, n: int) -> bytes:
        try:
            return await self._reader.read(n)
        except ConnectionError:
            return b""

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


def socket_client(fd: int) -> ReviewClient:
    """Make the client for a socket that the server's side has passed down."""

    async def open_stream() -> Stream:
        try:
            peer = socket.socket(fileno=fd)
        except OSError as error:
            raise LeaveError(f"Descriptor {fd} is not an open socket.") from error
        peer.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=peer)
        return _SocketStream(reader, writer)

    return ReviewClient(open_stream, is_durable=False)


def ssh_client(place: Place, prompter: Prompter) -> ReviewClient:
    """Make the client that logs in over SSH, and logs in again after a lost connection."""
    login = _Login(place, prompter)
    return ReviewClient(login.open_stream, is_durable=True, sign=login.sign)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which bastion, as whom, with which key."""

    user: str
    host: str
    port: int
    identity: str = ""
    """A private key's file; empty for the agent's keys and the usual files."""
    known_hosts: Path | None = None
    """None for ``~/.ssh/known_hosts``."""


class _SshStream:
    """The ``review`` subsystem of one SSH connection."""

    def __init__(
        self,
        connection: asyncssh.SSHClientConnection,
        writer: asyncssh.SSHWriter[bytes],
        reader: asyncssh.SSHReader[bytes],
    ) -> None:
        self._connection = connection
        self._writer = writer
        self._reader = reader

    async def read(self, n: int) -> bytes:
        import asyncssh  # noqa: PLC0415 - the inherited socket needs no SSH.

        try:
            return await self._reader.read(n)
        except (asyncssh.Error, OSError):
            return b""

    async def write(self, data: bytes) -> None:
        import asyncssh  # noqa: PLC0415

        try:
            self._writer.write(data)
            await self._writer.drain()
        except asyncssh.Error as error:
            raise ConnectionResetError(error.reason) from error

    async def close(self) -> None:
        self._connection.close()
        await self._connection.wait_closed()


class _Login:
    """Logs in: host key first, then the user's key, then the code that the bastion asks for."""

    def __init__(self, place: Place, prompter: Prompter) -> None:
        self._place = place
        self._prompter = prompter
        self._known_hosts = place.known_hosts or Path.home() / ".ssh" / "known_hosts"
        self._offered_key: asyncssh.SSHKey | None = None
        self._passphrase: str | None = None
        self._has_left = False

    async def open_stream(self) -> Stream:
        """Log in and open the subsystem.

        Raises:
            LeaveError: the host's key is wrong, or the reviewer did not go on.
            ConnectionError: no connection, or the bastion said no.
        """
        import asyncssh  # noqa: PLC0415

        try:
            return await self._open(await self._trusted_keys())
        except asyncssh.HostKeyNotVerifiable as error:
            raise LeaveError(self._changed_key_words()) from error
        except asyncssh.PermissionDenied as error:
            if self._has_left:
                raise LeaveError("No code was given, so there is no connection.") from error
            raise ConnectionRefusedError(
                f"the bastion refused {self._place.user}; check the key and the code"
            ) from error
        except asyncssh.ChannelOpenError as error:
            raise LeaveError(f"The bastion refused: {error.reason}.") from error
        except asyncssh.Error as error:
            raise ConnectionResetError(error.reason) from error

    async def sign(self, message: bytes, fingerprint: str) -> str:
        """Sign a decision with the key of the login, here or in the agent.

        Raises:
            RefusedError: that key is not at hand any more, or does not sign.
        """
        import asyncssh  # noqa: PLC0415

        try:
            async with asyncio.timeout(_SIGN_TIMEOUT_S), contextlib.AsyncExitStack() as stack:
                for pair in await self._key_pairs(stack):
                    if Signer(blob=pair.public_data).fingerprint == fingerprint:
                        return await _signature(pair, message)
        except (asyncssh.Error, OSError, ValueError, TimeoutError) as error:
            raise RefusedError(
                f"Your key did not sign, so nothing was sent: {_describe(error)}."
            ) from error
        raise RefusedError(
            f"A decision is signed with the key that you have logged in with, {fingerprint}, and it"
            " is not at hand any more. Name it with --identity, or add it to your agent."
        )

    async def _key_pairs(self, stack: contextlib.AsyncExitStack) -> Sequence[asyncssh.SSHKeyPair]:
        """Give the keys that a login is tried with; those of an agent live as long as ``stack``."""
        import asyncssh  # noqa: PLC0415

        if self._place.identity:
            return asyncssh.load_keypairs([await self._identity()])
        from asyncssh.public_key import load_default_keypairs  # noqa: PLC0415

        pairs = list(await asyncio.to_thread(load_default_keypairs))
        if os.environ.get("SSH_AUTH_SOCK"):
            agent = await stack.enter_async_context(asyncssh.connect_agent())
            pairs += await agent.get_keys()
        return pairs

    async def _trusted_keys(self) -> list[asyncssh.SSHKey]:
        """Read the host's known keys; an unknown host's key is fetched, shown and asked about."""
        import asyncssh  # noqa: PLC0415

        known = await asyncio.to_thread(self._read_known_keys)
        if known:
            return known
        try:
            stream = await self._open([])
        except asyncssh.HostKeyNotVerifiable:
            key = self._offered_key
        else:
            await stream.close()
            key = None
        if key is None:
            raise LeaveError("The host showed no key that can be checked.")
        answer = await self._prompter.ask(
            f"{self._pattern} is not known on this machine.",
            f"Its {key.get_algorithm()} key is\n{key.get_fingerprint()}\n"
            "Compare it with what your administrator gave you. Type yes to trust it from now on.",
            is_secret=False,
        )
        if answer is None or answer.strip().lower() != "yes":
            raise LeaveError("The host's key was not accepted, so there is no connection.")
        await asyncio.to_thread(self._remember, key)
        return [key]

    @property
    def _pattern(self) -> str:
        """Name the host as known_hosts does."""
        place = self._place
        return place.host if place.port == _SSH_PORT else f"[{place.host}]:{place.port}"

    def _read_known_keys(self) -> list[asyncssh.SSHKey]:
        import asyncssh  # noqa: PLC0415

        try:
            text = self._known_hosts.read_text("utf-8", "replace")
            # Without the port: asyncssh would else fall back to another server's key.
            matches = asyncssh.match_known_hosts(text.encode(), self._pattern, "", None)
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise LeaveError(f"{self._known_hosts} cannot be read: {error}.") from error
        revoked = set(matches[2])
        return [key for key in matches[0] if key not in revoked]

    def _remember(self, key: asyncssh.SSHKey) -> None:
        line = f"{self._pattern} {key.export_public_key().decode().strip()}\n"
        try:
            self._known_hosts.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._known_hosts.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            raise LeaveError(f"{self._known_hosts} cannot be written: {error}.") from error

    def _changed_key_words(self) -> str:
        key = self._offered_key
        shown = key.get_fingerprint() if key is not None else "none that can be checked"
        return (
            f"The key of {self._pattern} is not the one in {self._known_hosts}. Somebody may be"
            f" listening in, or the bastion has a new key. It showed {shown}. Ask your"
            " administrator before you remove the old line."
        )

    async def _open(self, trusted: list[asyncssh.SSHKey]) -> _SshStream:
        import asyncssh  # noqa: PLC0415

        place = self._place
        login = self

        class Client(asyncssh.SSHClient):
            def validate_host_public_key(
                self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey
            ) -> bool:
                login._offered_key = key
                return False

            def kbdint_auth_requested(self) -> str | None:
                return None if login._has_left else ""

            async def kbdint_challenge_received(
                self, _name: str, instructions: str, _lang: str, prompts: _Prompts
            ) -> list[str] | None:
                return await login._answer(instructions, prompts)

        keys = [await self._identity()] if place.identity else ()
        connection, _ = await asyncssh.create_connection(
            Client,
            place.host,
            place.port,
            username=place.user,
            known_hosts=(trusted, [], []),
            client_keys=keys,
            agent_path=None if place.identity else (),
            agent_forwarding=False,
            preferred_auth=["publickey", "keyboard-interactive"],
            connect_timeout=_CONNECT_TIMEOUT_S,
            keepalive_interval=_KEEPALIVE_S,
            keepalive_count_max=3,
            config=None,
        )
        try:
            writer, reader, _ = await connection.open_session(subsystem="review", encoding=None)
        except BaseException:
            connection.close()
            raise
        return _SshStream(connection, writer, reader)

    async def _answer(self, instructions: str, prompts: _Prompts) -> list[str] | None:
        answers: list[str] = []
        for question, is_shown in prompts:
            title = f"Log in to {self._pattern} as {self._place.user}"
            words = f"{instructions}\n{question}".strip()
            answer = await self._prompter.ask(title, words, is_secret=not is_shown)
            if answer is None:
                self._has_left = True
                return None
            answers.append(answer.strip())
        return answers

    async def _identity(self) -> asyncssh.SSHKey:
        """Read the private key; a passphrase is asked for once, then kept for reconnections."""
        import asyncssh  # noqa: PLC0415

        path = self._place.identity
        while True:
            try:
                return await asyncio.to_thread(asyncssh.read_private_key, path, self._passphrase)
            except asyncssh.KeyEncryptionError as error:
                raise LeaveError(f"The key {path} could not be decrypted: {error}.") from error
            except asyncssh.KeyImportError as error:
                if "assphrase" not in str(error):
                    raise LeaveError(f"{path} is not a private key that can be read.") from error
                self._passphrase = await self._prompter.ask(
                    f"Passphrase of {path}", "It stays on this machine.", is_secret=True
                )
                if self._passphrase is None:
                    raise LeaveError("No passphrase, no connection.") from error
            except OSError as error:
                raise LeaveError(f"{path} cannot be read: {_describe(error)}.") from error


async def _signature(pair: asyncssh.SSHKeyPair, message: bytes) -> str:
    """Let one key sign; a security key waits for a touch."""
    if pair.sig_algorithm == b"ssh-rsa":
        pair.set_sig_algorithm(b"rsa-sha2-512")
    data = bytes_to_sign(message, DECISION_NAMESPACE)
    in_agent: Callable[[bytes], Awaitable[bytes]] | None = getattr(pair, "sign_async", None)
    signed = await in_agent(data) if in_agent else await asyncio.to_thread(pair.sign, data)
    return armour(pair.public_data, signed, DECISION_NAMESPACE)


def _describe(error: BaseException) -> str:
    """Give an error's words without its full stop."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.rstrip(".")
