"""A bastion's SSH side on real parts: store, transcripts, listener; no databases."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import asyncssh
import pyotp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bastion.core.model import Engine, Environment, Role, Target
from bastion.execution.approvals import ApprovalDesk
from bastion.execution.breakglass import GlassBox
from bastion.execution.granting import Grants
from bastion.execution.guessing import GuessBudget
from bastion.execution.judging import Governance
from bastion.execution.ports import Connector
from bastion.execution.registry import SessionLimits, SessionRegistry
from bastion.execution.services import Services
from bastion.execution.session import SessionFactory
from bastion.ssh.keys import create_host_key, parse_authorized_keys
from bastion.ssh.server import SshServer, SshSettings
from bastion.store.sql import Store
from bastion.store.tokens import StoreTokens
from bastion.store.users import DailyBudget, StoreUsers
from recordings.audit import AuditLog
from recordings.heard import MaskFor
from recordings.readers import ServedFile
from recordings.writer import Journal
from tests.fakes.clock import FakeClock
from tests.fakes.readers import seen_by_all
from tests.fakes.store import ListedAudit, ListedMessages, opened_store, signed_by_bastion

STEP_S = 30
SHOP = Target(
    name="shop",
    engine=Engine.POSTGRESQL,
    environment=Environment.STAGING,
    host="127.0.0.1",
    port=1,
    database="shop",
)


class NoDatabases:
    """The port ``Targets``: two names, and nothing behind them."""

    def __init__(self) -> None:
        self.targets = [SHOP]

    async def list_targets(self) -> Sequence[Target]:
        return self.targets

    async def connector(self, name: str) -> Connector | None:
        return None


async def no_policy_file() -> None:
    """There is none to follow."""


class NoRecordings:
    """The port ``Recordings``: an empty folder."""

    async def find(self, session_id: str) -> None:
        return None

    async def serve(self, recording: Path, mask_for: MaskFor) -> ServedFile:
        raise FileNotFoundError(recording)

    async def search(self, *, query: str, limit: int) -> list:
        return []


@dataclass
class Ran:
    """What a client process left."""

    status: int
    out: str
    err: str


@dataclass
class SshRig:
    """One listening bastion, and the people who may log in."""

    folder: Path
    store: Store
    clock: FakeClock
    services: Services
    audit: ListedAudit
    server: SshServer
    host: str = ""
    port: int = 0
    secrets: dict[str, str] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)

    async def make_key(self, name: str) -> Path:
        """Make a key pair, once, as the real tool writes it."""
        path = self.folder / f"id_{name}"
        if not path.exists():
            key = asyncssh.generate_private_key("ssh-ed25519", name)
            path.write_bytes(key.export_private_key("openssh"))
            path.chmod(0o600)
            path.with_suffix(".pub").write_bytes(key.export_public_key())
        return path

    async def add_user(self, name: str, *roles: Role, options: str = "") -> None:
        path = await self.make_key(name)
        line = path.with_suffix(".pub").read_text()
        keys = parse_authorized_keys(f"{options} {line}" if options else line)
        self.secrets[name] = await self.store.add_user(
            name, keys=keys, roles=roles or [Role.ENGINEER], targets=None
        )

    async def add_agent(self, name: str, owner: str, *sources: str, hours: float = 8) -> None:
        path = await self.make_key(name)
        await self.store.add_agent(
            name,
            keys=parse_authorized_keys(path.with_suffix(".pub").read_text()),
            owner=owner,
            targets=None,
            expires_at=self.clock.now() + timedelta(hours=hours),
            sources=sources,
        )

    def code(self, name: str, *, fresh: bool = True) -> str:
        """Give a code; a fresh one moves the clock to the next step."""
        if fresh:
            self.clock.advance(STEP_S)
        return pyotp.TOTP(self.secrets[name]).at(self.clock.now())

    def words(self, user: str, key: str, *options: str) -> list[str]:
        """Give the command line of the real client, up to the host."""
        return [
            # Of several values ssh takes the first.
            *(
                "ssh",
                *options,
                "-F",
                "none",
                "-p",
                str(self.port),
                "-i",
                str(self.folder / f"id_{key}"),
            ),
            *("-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no"),
            *("-o", f"UserKnownHostsFile={self.folder}/known_hosts", "-o", "LogLevel=ERROR"),
            f"{user}@{self.host}",
        ]

    async def ssh(
        self,
        user: str,
        *words: str,
        key: str = "",
        code: str | None = None,
        options: Sequence[str] = (),
        stdin: bytes = b"",
    ) -> Ran:
        """Run the real client; ``code`` answers each prompt, None gives a fresh one."""
        name = user.partition("+")[0]
        if code is None:
            code = self.code(name) if name in self.secrets else ""
        script = self.folder / "askpass"
        script.write_text('#!/bin/sh\necho "$RIG_CODE"\n')
        script.chmod(0o700)
        process = await asyncio.create_subprocess_exec(
            *self.words(user, key or name, *options),
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={
                **os.environ,
                "SSH_ASKPASS": str(script),
                "SSH_ASKPASS_REQUIRE": "force",
                "RIG_CODE": code,
            },
        )
        out, err = await asyncio.wait_for(process.communicate(stdin), 30)
        return Ran(process.returncode or 0, out.decode(), err.decode())

    async def connect(
        self, user: str, *, key: str = "", codes: Sequence[str] | None = None, **options: object
    ) -> asyncssh.SSHClientConnection:
        """Log in by asyncssh's client; ``codes`` are the answers, None gives one fresh code."""
        name = user.partition("+")[0]
        path = await self.make_key(key or name)
        if codes is None:
            codes = [self.code(name)] if name in self.secrets else []
        return await asyncssh.connect(
            self.host,
            self.port,
            username=user,
            client_keys=[str(path)] if key != "-" else None,
            client_factory=lambda: CodeClient(codes),
            known_hosts=None,
            config=None,
            agent_path=None,
            **options,
        )


class CodeClient(asyncssh.SSHClient):
    """Answers prompts with the given codes, in order, and keeps what it was told."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = list(codes)
        self.told: list[str] = []
        self.prompts: list[str] = []
        self.disconnect_reason = ""

    def kbdint_auth_requested(self) -> str | None:
        return "" if self.codes else None

    def kbdint_challenge_received(self, name, instructions, lang, prompts):
        if instructions:
            self.told.append(instructions)
        self.prompts += [prompt for prompt, _ in prompts]
        return [self.codes.pop(0) if self.codes else "" for _ in prompts]


@contextlib.asynccontextmanager
async def ssh_rig(
    folder: Path, *, is_clock_real: bool = False, **settings: object
) -> AsyncIterator[SshRig]:
    """Start a bastion with alice (engineer) and bob (reviewer).

    With ``is_clock_real`` the stop-watch is the machine's, and only the date stands still.
    """
    clock = FakeClock()
    if is_clock_real:
        clock.monotonic = time.monotonic
    async with opened_store(folder, clock) as store:
        signing_key = Ed25519PrivateKey.generate()
        log = AuditLog(folder / "audit.log", signing_key, now=clock.now)
        journal = Journal(folder / "sessions", signing_key, log, now=clock.now)
        notifier = store.notifier(poll_s=0.1)
        await notifier.start()
        audit, messages = ListedAudit(), ListedMessages()
        users = StoreUsers(store, clock, DailyBudget(rows=10**6, size_bytes=10**9))
        registry = SessionRegistry(
            factory=SessionFactory(journal, clock),
            recordings=NoRecordings(),
            users=users,
            audit=audit,
            clock=clock,
            limits=SessionLimits(),
            policy_version=lambda: "test",
            product_version="test",
            mask_for=seen_by_all,
        )
        desk = ApprovalDesk(store, users, notifier, clock, audit, messages, sign=signed_by_bastion)
        services = Services(
            users=users,
            targets=NoDatabases(),
            desk=desk,
            registry=registry,
            audit=audit,
            history=store,
            messenger=messages,
            clock=clock,
            governance=Governance(
                desk=desk,
                users=users,
                clock=clock,
                policy=lambda: None,
                follow_policy=no_policy_file,
                targets=NoDatabases(),
                tokens=StoreTokens(store, clock, b"k" * 32),
                mask_key=b"k" * 32,
                changed=registry.changed,
                quarantine=store,
                audit=audit,
                guesses=GuessBudget(store, users, audit, clock, b"k" * 32),
                grants=Grants(store, desk, audit, clock),
                glass=GlassBox(store, users, audit, messages, clock, registry.tell_overseers),
            ),
        )
        defaults = {"port": 0, "host_key": create_host_key(), "connections_burst_max": 10_000}
        server = SshServer(services, settings=SshSettings(**(defaults | settings)))
        rig = SshRig(folder, store, clock, services, audit, server)
        rig.host, rig.port = await server.start()
        try:
            await rig.add_user("alice")
            await rig.add_user("bob", Role.REVIEWER)
            yield rig
        finally:
            await server.close()
            await notifier.stop()
            await asyncio.to_thread(journal.close)
