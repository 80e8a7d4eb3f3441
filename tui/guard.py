"""The guard: a screen takes no deciding key until it has been in sight for a moment."""

from __future__ import annotations

import math
import time
from typing import Any, ClassVar

from textual.screen import Screen


class Guard:
    """Ignores keys that were meant for the screen before.

    It counts from when the screen was really drawn to when a key was pressed: on a slow machine
    a key waits for its handling, and must not come of age while it does.
    """

    span_s: ClassVar[float] = 0.4

    def __init__(self, screen: Screen[Any]) -> None:
        """Guard a screen that is not in sight yet."""
        self._screen = screen
        self._drawn_at = math.inf

    def start(self) -> None:
        """Ignore keys until the screen has been drawn once more, and for a moment after."""
        self._drawn_at = math.inf
        self._screen.call_after_refresh(self._drawn)

    def ignores(self, pressed_at: float | None = None) -> bool:
        """Tell whether a key came too early.

        Args:
            pressed_at: the event's time; now where it is not known.
        """
        pressed_at = time.monotonic() if pressed_at is None else pressed_at
        return pressed_at - self._drawn_at < self.span_s

    def _drawn(self) -> None:
        self._drawn_at = time.monotonic()
