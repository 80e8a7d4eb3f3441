"""The listener: algorithms, limits before anybody has logged in, and the way to stop.

asyncssh bounds neither the connections that have not logged in nor the tries on one of them, so
that a stranger could fill the memory. ``_Doorkeeper`` turns a connection away before any SSH
object is built for it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import cast

import asyncssh

from bastion.errors import BastionError, ConfigError
from bastion.execution.services import Services
from bastion.execution.session import Session
from bastion.ssh.auth import GovernedConnection, Login, LoginLimits, LoginPorts
from bastion.ssh.channels import ClientSession, Connection, GovernedChannel
from bastion.ssh.keys import SIGNATURE_ALGORITHMS, load_host_key

log = logging.getLogger(__name__)

ASYNCSSH_VERSION = "2.24.1"
"""Older ones let one user in as another; newer ones were not tried with ``auth.py``."""

KEX_ALGORITHMS = (
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "mlkem768x25519-sha256",
)
"""The client's order decides; Dropbear 2022 fails unless the server's first is its own."""
CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes256-ctr",
    "aes128-ctr",
)
"""The client's first choice that is offered wins, so chacha20, 1.8 times as dear, is not."""
MACS = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")

_SOURCES_MAX = 10_000
_WINDOW_BYTES = 2 * 1024 * 1024
_GOODBYE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SshSettings:
    """Where to listen, as whom, and every bound on strangers."""

    host_key: bytes = field(repr=False)
    """An OpenSSH private key file; ed25519."""
    host: str = "127.0.0.1"
    port: int = 2222
    """0 for any free one."""
    version: str = "Bastion"
    """The words after ``SSH-2.0-``; without a number, which only helps attackers."""
    login_timeout_s: float = 30.0
    unauthenticated_max: int = 100
    unauthenticated_per_source_max: int = 10
    connections_per_second_max: float = 10.0
    """New connections from one source, sustained."""
    connections_burst_max: int = 10
    """New connections from one source at once; what comes faster waits for its turn."""
    channels_max: int = 16
    """Channels at a time on one connection."""
    code_failures_max: int = 6
    """Wrong codes on one connection."""
    key_offers_max: int = 20
    """Keys offered on one connection."""
    keepalive_s: float = 30.0
    keepalive_count_max: int = 3
    """Unanswered ones before the client counts as gone."""


class SshServer:
    """The SSH side of the product."""

    def __init__(self, services: Services, *, settings: SshSettings) -> None:
        """Prepare; nothing listens yet.

        Raises:
            ConfigError: asyncssh is not the version that this was written for.
            UsageError: the host key cannot be read.
        """
        if asyncssh.__version__ != ASYNCSSH_VERSION:
            raise ConfigError(
                f"asyncssh {asyncssh.__version__} is installed, but the bastion needs "
                f"{ASYNCSSH_VERSION}. Run: pip install asyncssh=={ASYNCSSH_VERSION}"
            )
        self.services = services
        self.settings = settings
        self._host_key = load_host_key(settings.host_key)
        self.login_ports = LoginPorts(
            users=services.users,
            audit=services.audit,
            clock=services.clock,
            limits=LoginLimits(
                code_failures_max=settings.code_failures_max,
                key_offers_max=settings.key_offers_max,
            ),
        )
        self._door = _Door(settings, services.clock.monotonic)
        self._listener: asyncio.Server | None = None
        self.owners: set[_Owner] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> tuple[str, int]:
        """Listen.

        Returns:
            The address and port that are really in use.

        Raises:
            ConfigError: the address cannot be listened on.
        """
        settings = self.settings
        options = await asyncssh.SSHServerConnectionOptions.construct(
            None,
            config=None,
            server_host_keys=[self._host_key],
            server_version=settings.version,
            kex_algs=list(KEX_ALGORITHMS),
            encryption_algs=list(CIPHERS),
            mac_algs=list(MACS),
            signature_algs=list(SIGNATURE_ALGORITHMS),
            compression_algs=None,
            login_timeout=settings.login_timeout_s,
            keepalive_interval=settings.keepalive_s,
            keepalive_count_max=settings.keepalive_count_max,
            host_based_auth=False,
            public_key_auth=True,
            kbdint_auth=True,
            password_auth=False,
            gss_host=None,
            x509_trusted_certs=None,
            agent_forwarding=False,
            x11_forwarding=False,
            allow_scp=False,
            line_editor=False,
            encoding=None,
            window=_WINDOW_BYTES,
        )
        loop = asyncio.get_running_loop()
        try:
            self._listener = await loop.create_server(
                lambda: _Doorkeeper(
                    self._door,
                    lambda entry: GovernedConnection(loop, options, _Owner(self, entry)),
                ),
                settings.host,
                settings.port,
                backlog=512,
            )
        except OSError as error:
            raise ConfigError(
                f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}. "
                "Is another server running there? Choose another port with --listen.",
                detail=str(error),
            ) from error
        address = self._listener.sockets[0].getsockname()
        return str(address[0]), int(address[1])

    async def drain(self, timeout_s: float) -> None:
        """Accept no more, tell every session, and let them end by themselves for a while."""
        self._stop_listening()
        for owner in list(self.owners):
            owner.announce(f"The bastion is stopping. This session ends in {int(timeout_s)} s.")
            owner.leave_if_idle("The bastion is stopping.")
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout_s)

    async def close(self) -> None:
        """End every session and connection, and wait until nothing is left."""
        self._stop_listening()
        reason = "The bastion is stopping; open work is rolled back."
        sessions = [session for owner in self.owners for session in owner.sessions()]
        async with asyncio.TaskGroup() as group:
            for session in sessions:
                group.create_task(session.end(reason))
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=_GOODBYE_S)
        for owner in list(self.owners):
            owner.disconnect(reason)
        self._door.shut()
        while self._tasks:
            await asyncio.wait(set(self._tasks))
        self._listener = None

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run a channel's work; it outlives its connection until it has cleaned up."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._reap)

    def _reap(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("ssh.task_failed", exc_info=task.exception())

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()


class _Door:
    """Counts connections that have not logged in, and how fast each source opens new ones."""

    def __init__(self, settings: SshSettings, monotonic: Callable[[], float]) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._waiting: dict[str, int] = {}
        self._waiting_count = 0
        self._credits: dict[str, tuple[float, float]] = {}
        self._outside: set[asyncio.Transport] = set()

    def keep_outside(self, stream: asyncio.Transport) -> None:
        """Remember a connection that waits for its turn."""
        self._outside.add(stream)

    def take_inside(self, stream: asyncio.Transport) -> None:
        """Forget it: its turn has come, or it is gone."""
        self._outside.discard(stream)

    def shut(self) -> None:
        """Drop those who still wait for their turn."""
        for stream in list(self._outside):
            stream.abort()

    def enter(self, source: str) -> float | None:
        """Let one more connection in.

        Returns:
            Seconds that it must wait for its turn; None when there is no place for it.
        """
        settings = self._settings
        if self._waiting_count >= settings.unauthenticated_max:
            return None
        if self._waiting.get(source, 0) >= settings.unauthenticated_per_source_max:
            return None
        self._waiting_count += 1
        self._waiting[source] = self._waiting.get(source, 0) + 1
        return self._delay(source)

    def leave(self, source: str) -> None:
        """Count one less: it has logged in, or is gone."""
        self._waiting_count -= 1
        left = self._waiting[source] - 1
        if left:
            self._waiting[source] = left
        else:
            del self._waiting[source]

    def _delay(self, source: str) -> float:
        rate, burst = (
            self._settings.connections_per_second_max,
            self._settings.connections_burst_max,
        )
        now = self._monotonic()
        if len(self._credits) >= _SOURCES_MAX and source not in self._credits:
            self._forget(now)
        credit, at = self._credits.get(source, (float(burst), now))
        credit = min(float(burst), credit + (now - at) * rate) - 1.0
        self._credits[source] = (credit, now)
        return max(0.0, -credit / rate)

    def _forget(self, now: float) -> None:
        """Drop sources whose credit is full again: a new entry would say the same."""
        rate, burst = (
            self._settings.connections_per_second_max,
            self._settings.connections_burst_max,
        )
        self._credits = {
            source: (credit, at)
            for source, (credit, at) in self._credits.items()
            if credit + (now - at) * rate < burst
        }
        if len(self._credits) >= _SOURCES_MAX:
            self._credits.clear()


class _Doorkeeper(asyncio.Protocol):
    """Receives a new TCP connection, and hands it to asyncssh, now or later, or turns it away."""

    def __init__(self, door: _Door, accept: Callable[[_Pass], asyncio.Protocol]) -> None:
        self._door = door
        self._accept = accept
        self._entry: _Pass | None = None
        self._turn: asyncio.TimerHandle | None = None
        self._stream: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        stream = self._stream = cast(asyncio.Transport, transport)
        peer = stream.get_extra_info("peername")
        address = _address(peer[0] if peer else "")
        source = _network(address)
        delay_s = self._door.enter(source)
        if delay_s is None:
            log.info("ssh.turned_away", extra={"source": address})
            # RFC 4253 section 4.2 lets a server send lines before its version.
            stream.write(b"Not now: too many connections. Try again in a minute.\r\n")
            stream.close()
            return
        self._entry = _Pass(self._door, source, address)
        if delay_s:
            stream.pause_reading()
            self._door.keep_outside(stream)
            loop = asyncio.get_running_loop()
            self._turn = loop.call_later(delay_s, self._let_in, stream, self._entry)
        else:
            self._let_in(stream, self._entry)

    def connection_lost(self, _exc: Exception | None) -> None:
        if self._turn is not None:
            self._turn.cancel()
        if self._stream is not None:
            self._door.take_inside(self._stream)
        if self._entry is not None:
            self._entry.give_back()

    def _let_in(self, stream: asyncio.Transport, entry: _Pass) -> None:
        self._door.take_inside(stream)
        if stream.is_closing():
            return
        is_late, self._turn = self._turn is not None, None
        protocol = self._accept(entry)
        stream.set_protocol(protocol)
        protocol.connection_made(stream)
        if is_late:
            stream.resume_reading()


class _Pass:
    """The place of one connection among those that have not logged in."""

    def __init__(self, door: _Door, source: str, address: str) -> None:
        self._door = door
        self._source = source
        self.address = address
        self._is_given_back = False

    def give_back(self) -> None:
        """Free the place, once."""
        if not self._is_given_back:
            self._is_given_back = True
            self._door.leave(self._source)


class _Owner(asyncssh.SSHServer):
    """One connection: its login, then its channels. What is not overridden is refused."""

    def __init__(self, server: SshServer, entry: _Pass) -> None:
        self._server = server
        self._entry = entry
        self._login: Login | None = None
        self._shared: Connection | None = None
        self._connection: GovernedConnection | None = None
        self._detach: Callable[[], None] | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Prepare the login, before the first packet is read."""
        if not isinstance(conn, GovernedConnection):
            raise BastionError("a connection was made around the governed one")
        self._connection = conn
        self._login = Login(
            self._server.login_ports,
            source=self._entry.address,
            connection_id=secrets.token_hex(8),
            client=lambda: str(conn.get_extra_info("client_version", "")),
        )
        conn.login = self._login
        self._server.owners.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give back what the connection held."""
        self._entry.give_back()
        self._server.owners.discard(self)
        if self._detach is not None:
            self._detach()
        if self._login is not None and self._login.principal is None:
            self._server.spawn(self._login.close())

    def begin_auth(self, username: str) -> bool:
        """Start anew: the client has named another user."""
        if self._login is not None:
            self._login.begin(username)
        return True

    def auth_completed(self) -> None:
        """Open the way to channels."""
        if self._login is None or self._login.principal is None:
            # The gate in ``auth.py`` makes this impossible; without a principal there is nothing.
            self.disconnect("There is no principal.")
            return
        self._entry.give_back()
        self._shared = Connection(
            services=self._server.services,
            principal=self._login.principal,
            target=self._login.target,
            spawn=self._server.spawn,
        )
        self._detach = self._server.services.registry.attach_connection(
            self._login.principal, self.disconnect
        )

    def session_requested(
        self,
    ) -> tuple[asyncssh.SSHServerChannel[bytes], asyncssh.SSHServerSession[bytes]]:
        """Open a session channel, within the bound."""
        settings = self._server.settings
        if self._shared is None or self._connection is None:
            raise _refused("Log in first.")
        if self._connection.open_channel_count >= settings.channels_max:
            raise asyncssh.ChannelOpenError(
                asyncssh.OPEN_RESOURCE_SHORTAGE,
                f"A connection may have {settings.channels_max} channels. Close one, or connect "
                "again with: ssh -S none",
            )
        channel = self._connection.make_channel(GovernedChannel)
        return channel, ClientSession(self._shared)

    def connection_requested(
        self, _dest_host: str, _dest_port: int, _orig_host: str, _orig_port: int
    ) -> asyncssh.SSHTCPSession[bytes]:
        """Refuse ``-L`` and ``-W`` in words."""
        raise _refused("Ports are not forwarded here. Write: ssh HOST TARGET")

    def unix_connection_requested(self, _dest_path: str) -> asyncssh.SSHUNIXSession[bytes]:
        """Refuse forwarding to sockets in words."""
        raise _refused("Sockets are not forwarded here. Write: ssh HOST TARGET")

    # For the server

    def sessions(self) -> list[Session]:
        """List the recorded sessions that run on this connection."""
        channels = self._shared.channels if self._shared is not None else set()
        return [channel.session for channel in channels if channel.session is not None]

    def announce(self, text: str) -> None:
        """Show a notice in every session that can show one."""
        for channel in list(self._shared.channels if self._shared is not None else ()):
            channel.announce(text)

    def leave_if_idle(self, reason: str) -> None:
        """Disconnect unless a channel is at work."""
        if self._shared is None or not self._shared.channels:
            self.disconnect(reason)

    def disconnect(self, reason: str) -> None:
        """Say why, and close the connection with all that runs on it."""
        if self._connection is not None:
            self._connection.disconnect(asyncssh.DISC_BY_APPLICATION, reason)


def _refused(words: str) -> asyncssh.ChannelOpenError:
    return asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, words)


def _address(peer: str) -> str:
    """Write a peer's address one way: IPv4 inside IPv6 as IPv4, no zone."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _network(address: str) -> str:
    """Give what counts as one source: an IPv4 address, or a /64 of IPv6, which one host may own."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))
