"""The whole product in this process, on real files and real databases, without the network."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from bastion.administration import Administration, open_administration
from bastion.app import Application
from bastion.config import Config, Paths
from bastion.core.model import (
    Finished,
    MaskedBatch,
    PipelineEvent,
    Principal,
    RunOptions,
)
from bastion.execution.pipeline import Runner
from bastion.execution.services import Services
from bastion.installation import SystemClock, initialise
from bastion.ssh.auth import principal_of
from tests.fakes.keys import put_key
from tests.witness import WITNESS


@dataclass
class Rig:
    """One installation with its services running."""

    paths: Paths
    application: Application
    services: Services
    administration: Administration
    urls: dict[str, str] = field(default_factory=dict)
    """Of the targets, by name, with their passwords."""

    async def principal(self, name: str) -> Principal:
        """Give the principal that a login of this account would make."""
        account = await self.administration.find_account(name)
        fingerprint = account.keys[0].fingerprint
        return principal_of(account, fingerprint=fingerprint, source="127.0.0.1", client="rig")

    @contextlib.asynccontextmanager
    async def runner(
        self, user: str, target: str, *, front_end: str = "shell"
    ) -> AsyncIterator[Runner]:
        """Open a recorded session and its runner; both end here."""
        principal = await self.principal(user)
        found = await self.services.find_target(principal, target)
        session = await self.services.open_session(principal, target=found, front_end=front_end)
        try:
            runner = await self.services.open_runner(session)
            try:
                yield runner
            finally:
                await runner.close()
        finally:
            await session.end("the test is over")

    def key(self, name: str) -> Path:
        """Give the public half of a key pair of the real tool."""
        path = self.paths.state.parent / f"key-{name}"
        put_key(path, name)
        return path.with_suffix(".pub")

    async def add_user(self, name: str, *roles: str) -> None:
        """Add a person."""
        await self.administration.add_user(
            name, key_file=self.key(name), roles=roles or ("engineer",), targets=()
        )

    async def add_agent(self, name: str, owner: str, *, hours: int = 1) -> None:
        """Add an agent for all targets."""
        await self.administration.add_agent(
            name,
            key_file=self.key(name),
            owner=owner,
            targets=("*",),
            expires_s=hours * 3600,
            sources=(),
        )

    async def add_target(self, name: str, url: str, environment: str, reader_url: str = "") -> None:
        """Add a database."""
        self.urls[name] = url
        await self.administration.add_target(
            name, url, environment=environment, reader_url=reader_url, password_file=None
        )


@contextlib.asynccontextmanager
async def running_rig(directory: Path, config: Config | None = None) -> AsyncIterator[Rig]:
    """Initialise an installation and start everything but waiting for signals."""
    paths = Paths(directory / "state", directory / "state.keys")
    WITNESS.watch(paths.sessions)
    clock = SystemClock()
    await initialise(paths, clock)
    application = Application(paths, config or Config())
    try:
        await application.start("127.0.0.1:0")
        services = application.services
        assert services is not None
        async with open_administration(
            paths, config or Config(), clock, by="rig"
        ) as administration:
            yield Rig(paths, application, services, administration)
    finally:
        await application.close()
        WITNESS.leave(paths.sessions)


@contextlib.asynccontextmanager
async def production_rig(directory: Path, url: str) -> AsyncIterator[Rig]:
    """Run an installation with a database in production, an engineer and a reviewer."""
    async with running_rig(directory) as rig:
        await rig.add_target("prod", url, "production")
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        yield rig


@contextlib.asynccontextmanager
async def yes_to_next(rig: Rig) -> AsyncIterator[asyncio.Task[None]]:
    """Have the reviewer approve the next request; gives what ends once that is said."""
    desk, reviewer = rig.services.desk, await rig.principal("rae")
    arrived: asyncio.Queue[str] = asyncio.Queue()
    stop = desk.subscribe(arrived.put_nowait)

    async def decide() -> None:
        await desk.decide(reviewer, await arrived.get(), approve=True, reason="x")

    deciding = asyncio.get_running_loop().create_task(decide())
    try:
        yield deciding
    finally:
        deciding.cancel()
        stop()


async def collect(
    runner: Runner, text: str, **options: object
) -> tuple[Finished, list[tuple[bytes | None, ...]], list[PipelineEvent]]:
    """Run a text; gives its last outcome, all rows shown, and all events."""
    events = [
        event
        async for event in runner.execute(text, options=RunOptions(**options))  # type: ignore[arg-type]
    ]
    rows = [row for event in events if isinstance(event, MaskedBatch) for row in event.rows]
    finished = events[-1]
    assert isinstance(finished, Finished)
    return finished, rows, events
