"""Spans and moments in words; the server's clock rules, whatever the reviewer's own says."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86_400
_KB = 1024


class ServerClock:
    """The server's time, carried on by this machine's monotonic clock."""

    def __init__(self, now: datetime) -> None:
        """Start at the moment that the server gave."""
        self._start = now
        self._read_at = time.monotonic()

    def now(self) -> datetime:
        """Give the server's time, UTC."""
        return self._start + timedelta(seconds=time.monotonic() - self._read_at)


def span(seconds: float) -> str:
    """Write a span in at most six columns: ``42s``, ``3m07s``, ``5h12m``, ``12d``."""
    whole = max(0, int(seconds))
    if whole < _MINUTE_S:
        return f"{whole}s"
    if whole < _HOUR_S:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < _DAY_S:
        return f"{whole // 3600}h{whole % 3600 // 60:02}m"
    return f"{whole // 86_400}d"


def clock(seconds: float) -> str:
    """Write a position as ``MM:SS`` or ``H:MM:SS``."""
    whole = max(0, int(seconds))
    if whole < _HOUR_S:
        return f"{whole // 60:02}:{whole % 60:02}"
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"


def size(count: int) -> str:
    """Write a number of bytes shortly."""
    if count < _KB:
        return f"{count} B"
    if count < _KB * _KB:
        return f"{count / _KB:.1f} KB"
    return f"{count / _KB / _KB:.1f} MB"
