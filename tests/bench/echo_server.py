"""A server that echoes keys, plainly or recorded first, by the name that the client logs in with.

Run as ``python -m tests.bench.echo_server FOLDER``; prints its port. All ways in one process, so
that a run compares them under the same load: ``bare`` writes what came, ``unrecorded`` goes through
the terminal of the product and waits for no disk, and ``recorded`` and ``encrypted`` do wait. With
``shell_`` before it, the product's shell draws each key.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import asyncssh
import pyrage

from bastion.core.model import Principal, Role
from bastion.execution.session import Session, SessionFactory
from bastion.installation import SystemClock
from bastion.ssh.terminal import ChannelWire, RecordedTerminal
from recordings.audit import AuditLog
from recordings.events import Header
from recordings.keys import make_private_key
from recordings.writer import Journal
from tests.bench.keys import run_idle_shell

PRINCIPAL = Principal(
    user="ann", person="ann", is_agent=False, roles=frozenset({Role.ENGINEER}), targets=None,
    key_fingerprint="", source="127.0.0.1",
)  # fmt: skip


def make_journal(folder: Path, *, is_encrypted: bool = False) -> Journal:
    """Make a journal of its own, with a fresh key, and a fresh recipient where it encrypts."""
    key, clock = make_private_key(), SystemClock()
    folder.mkdir(parents=True, exist_ok=True)
    audit = AuditLog(folder / "audit.log", key, now=clock.now)
    recipients = []
    if is_encrypted:
        identity = pyrage.x25519.Identity.generate()
        (folder / "identity.txt").write_text(str(identity))
        recipients = [str(identity.to_public())]
    return Journal(folder / "sessions", key, audit, now=clock.now, recipients=recipients)


async def open_session(journal: Journal, name: str) -> Session:
    """Open a session as the product does, on a journal of its own."""
    clock = SystemClock()
    header = Header(
        session_id=name, started_at=clock.now(), columns=80, rows=24, user="ann", person="ann"
    )

    async def sealed(_: Session) -> None:
        return

    return await SessionFactory(journal, clock).open(
        header, principal=PRINCIPAL, target=None, on_sealed=sealed
    )


class _Unrecorded:
    """What a terminal needs of a session, without a transcript: no product has it."""

    id = "unrecorded"

    def __init__(self) -> None:
        self._done = asyncio.get_running_loop().create_future()
        self._done.set_result(None)

    def touch(self) -> None:
        return

    async def begin_output(self, *_: object) -> asyncio.Future[None]:
        return self._done

    async def settled(self, begun: asyncio.Future[None]) -> None:
        await begun

    async def end(self, _: str) -> None:
        return


class _Server(asyncssh.SSHServer):
    def __init__(self, journals: dict[str, Journal]) -> None:
        self._journals = journals
        self._name = ""

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        self._name = username
        return False

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        kind = self._name.partition("-")[0]
        journal = self._journals.get(kind.removeprefix("shell_"))
        if kind.startswith("shell_"):
            return _Shell(journal, self._name)
        return _Echo(journal, self._name, has_terminal=kind != "bare")


class _Echo(asyncssh.SSHServerSession[bytes]):
    def __init__(self, journal: Journal | None, name: str, *, has_terminal: bool = True) -> None:
        self._journal = journal
        self._has_terminal = has_terminal
        self._name = name
        self._terminal: RecordedTerminal | None = None
        self._work: asyncio.Task[None] | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._wire = ChannelWire(chan)

    def shell_requested(self) -> bool:
        return True

    def session_started(self) -> None:
        if self._has_terminal:
            self._work = asyncio.get_running_loop().create_task(self._show())

    def data_received(self, data: bytes, datatype: Any) -> None:
        if self._terminal is None:
            self._wire.send_now(data)
        else:
            self._terminal.write(data.decode())

    async def _show(self) -> None:
        session: Any = _Unrecorded()
        if self._journal is not None:
            session = await open_session(self._journal, self._name)
        self._terminal = RecordedTerminal(self._wire, session)
        # The client types no sooner than this.
        self._wire.send_now(b"$")
        self._begin(self._terminal)
        await self._terminal.run()
        await session.end("done")

    def _begin(self, terminal: RecordedTerminal) -> None:
        """Start what draws on the terminal: an echo draws by itself."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.lost()
        if self._terminal is not None:
            self._terminal.detach()


class _Shell(_Echo):
    """The shell before a governed path that is not asked: nobody ends a statement."""

    _shown: asyncio.Task[None]

    def data_received(self, data: bytes, datatype: Any) -> None:
        self._wire.feed(data)

    def _begin(self, terminal: RecordedTerminal) -> None:
        self._shown = asyncio.get_running_loop().create_task(run_idle_shell(terminal))


async def _serve(folder: Path) -> None:
    journals = {
        kind: make_journal(folder / kind, is_encrypted=kind == "encrypted")
        for kind in ("recorded", "encrypted")
    }
    listener = await asyncssh.create_server(
        lambda: _Server(journals),
        "127.0.0.1",
        0,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        encryption_algs=["aes128-gcm@openssh.com"],
        kex_algs=["curve25519-sha256"],
        encoding=None,
        line_editor=False,
        backlog=300,
        login_timeout=60,
    )
    sys.stdout.write(f"{listener.get_port()}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    listener.close()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
