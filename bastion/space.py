"""Watches the disk budget of recordings: warns in time, and in the end refuses new sessions.

Nothing is deleted for want of space: that takes two persons, and never goes past a legal hold.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from bastion.errors import BastionError
from bastion.execution.ports import Clock
from recordings.budget import Level, Usage, measure

log = logging.getLogger(__name__)

ADVICE = (
    "Pack old recordings (bastion recording archive), delete by two persons what is over "
    "(bastion recording expire), or raise disk_budget_mb."
)
_EVERY_S = 2.0
_REST = 50
"""A measurement is followed by as many times its own length: at most 2 % of a core."""

Tell = Callable[[str, Mapping[str, str]], Awaitable[None]]
"""Puts news on record and before people: event and fields."""


def usage_of(sessions: Path, audit_log: Path, budget_mb: int) -> Usage:
    """Measure what evidence takes. Blocks."""
    used_bytes = measure(sessions, audit_log) if budget_mb else 0
    return Usage(used_bytes=used_bytes, budget_bytes=budget_mb << 20)


class DiskBudget:
    """Measures every now and then while the server runs."""

    def __init__(
        self, sessions: Path, audit_log: Path, budget_mb: int, *, tell: Tell, clock: Clock
    ) -> None:
        """Measure nothing yet.

        Args:
            budget_mb: MiB; 0: there is no budget.
        """
        self._sessions = sessions
        self._audit_log = audit_log
        self._budget_mb = budget_mb
        self._tell = tell
        self._clock = clock
        self._told = Level.OK
        self.usage = Usage(used_bytes=0, budget_bytes=0)

    @property
    def trouble(self) -> str:
        """Say what is wrong; empty below the first warning."""
        if self.usage.level is Level.OK:
            return ""
        end = " No new session begins." if self.usage.level is Level.FULL else ""
        return f"{self.usage.words()}.{end} {ADVICE}"

    def refusal(self) -> str:
        """Tell why no session may begin; empty when it may."""
        if self.usage.level is not Level.FULL:
            return ""
        return (
            "The space for recordings is used up, so no session can start. "
            "Tell the bastion's administrators."
        )

    async def run(self) -> None:
        """Measure until cancelled."""
        while self._budget_mb:
            began = self._clock.monotonic()
            await self.step()
            await asyncio.sleep(max(_EVERY_S, _REST * (self._clock.monotonic() - began)))

    async def step(self) -> None:
        """Measure once, and tell of another level."""
        self.usage = await asyncio.to_thread(
            usage_of, self._sessions, self._audit_log, self._budget_mb
        )
        level = self.usage.level
        if level is self._told:
            return
        self._told = level
        fields = {
            "level": level.value,
            "used_bytes": str(self.usage.used_bytes),
            "budget_bytes": str(self.usage.budget_bytes),
        }
        log.warning("recording.disk_level", extra={"level": level.value})
        try:
            await self._tell("recording.disk_level", fields)
        except BastionError as error:
            # The level counts whether or not this line could be written.
            log.warning("disk_level.not_told", extra={"code": error.code})
