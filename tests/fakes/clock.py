"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class FakeClock:
    """The port ``Clock``; both hands move together."""

    def __init__(self, now: datetime = START) -> None:
        """Start at ``now``."""
        self._now = now
        self._monotonic = 1000.0

    def now(self) -> datetime:
        """Give the time that the test has set."""
        return self._now

    def monotonic(self) -> float:
        """Give seconds that only ``advance`` moves."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set_wall(self, now: datetime) -> None:
        """Set the wall clock alone, as an administrator or NTP does."""
        self._now = now
