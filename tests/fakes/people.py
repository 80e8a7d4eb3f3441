"""The real ssh client in a real terminal, and what its session left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pexpect

from tests.fakes.ssh import SshRig


def transcripts(rig: SshRig) -> list[str]:
    """Give what each session has shown, oldest first."""
    shown = []
    for path in sorted(rig.folder.glob("sessions/**/*.cast"), key=lambda p: p.stat().st_mtime_ns):
        events = [json.loads(line) for line in path.read_text().splitlines()[1:]]
        shown.append("".join(event[2] for event in events if event[1] == "o"))
    return shown


def files(rig: SshRig) -> list[str]:
    """Give the transcripts as they lie on the disk, oldest first."""
    paths = sorted(rig.folder.glob("sessions/**/*.cast"), key=lambda p: p.stat().st_mtime_ns)
    return [path.read_text() for path in paths]


async def until(condition: Callable[[], bool], timeout_s: float = 5.0) -> None:
    """Wait for what nothing announces."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def no_sessions(rig: SshRig):
    return lambda: not rig.services.registry._sessions


class Person:
    """The real client in a real terminal."""

    def __init__(self, rig: SshRig, user: str, *words: str, size=(24, 80)) -> None:
        self.code = rig.code(user.partition("+")[0])
        command_line = rig.words(user, user.partition("+")[0], "-tt")
        self.child = pexpect.spawn(
            command_line[0],
            [*command_line[1:], *words],
            dimensions=size,
            encoding="utf-8",
            timeout=10,
        )

    async def expect(self, pattern) -> str:
        await asyncio.to_thread(self.child.expect, pattern)
        return str(self.child.before)

    async def log_in(self) -> None:
        await self.expect("code: ")
        self.child.sendline(self.code)

    async def leave(self) -> None:
        """Wait until the client has ended by itself."""
        await self.expect(pexpect.EOF)
        await self.close()

    async def close(self) -> None:
        await asyncio.to_thread(self.child.close, True)
