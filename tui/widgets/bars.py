"""The one-line bars above and below each screen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import Static

from tui.palette import ACCENT, PANEL, QUIET, TEXT, WARNING
from tui.visible import visible_text

KEYS_MAX = 7


class TitleBar(Static):
    """Where the reviewer is, and how the connection stands."""

    def say(self, title: str, details: str, *, is_alarming: bool = False) -> None:
        """Show a title and what belongs to it."""
        line = Text(no_wrap=True, overflow="ellipsis", style=f"{TEXT} on {PANEL}")
        line.append(f" {title} ", f"bold {ACCENT}")
        line.append_text(visible_text(details, f"bold {WARNING}" if is_alarming else QUIET))
        self.update(line)


class StatusBar(Static):
    """The last thing that happened, in words."""

    def say(self, text: str, *, is_error: bool = False) -> None:
        """Show one sentence; errors begin with a mark, not only with a colour."""
        line = Text(no_wrap=True, overflow="ellipsis")
        if is_error:
            line.append(" ! ", f"bold reverse {WARNING}")
        line.append(" ")
        line.append_text(visible_text(text, WARNING if is_error else TEXT))
        self.update(line)


class KeyBar(Static):
    """The keys that matter here; ``?`` shows them all."""

    def show(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show at most seven keys with a word each."""
        line = Text(no_wrap=True, overflow="ellipsis", style=f"{QUIET} on {PANEL}")
        for key, word in keys[:KEYS_MAX]:
            line.append(f" {key}", f"bold {ACCENT}")
            line.append(f" {word} ")
        self.update(line)
