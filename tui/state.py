"""What the connection has brought so far; the screens read it and never change it."""

from __future__ import annotations

from dataclasses import dataclass

from bastion.wire import review as wire
from tui.client import ReviewClient
from tui.times import ServerClock


@dataclass(slots=True)
class ReviewState:
    """The newest of everything that the server pushes."""

    client: ReviewClient
    welcome: wire.Welcome | None = None
    clock: ServerClock | None = None
    requests: tuple[wire.RequestSummary, ...] = ()
    sessions: tuple[wire.SessionEntry, ...] = ()
    connection_words: str = "Connecting…"
    """How the connection stands when it does not; empty when it does."""
