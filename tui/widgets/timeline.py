"""Where a replay stands."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from tui.palette import ACCENT, PANEL, QUIET, TEXT, WARNING
from tui.player import Player
from tui.times import clock

_WORDS_COLUMNS = 40


class Timeline(Static):
    """One line: state, bar, position, speed and the gap that is being skipped."""

    def show(self, player: Player, *, state: str, speed: float) -> None:
        """Draw the line for a moment."""
        length = player.transcript.length_s
        share = player.position_s / length if length else 1.0
        columns = max(6, self.size.width - _WORDS_COLUMNS)
        done = min(columns, round(share * columns))
        line = Text(no_wrap=True, overflow="ellipsis", style=f"{TEXT} on {PANEL}")
        line.append(f" {state:<7}", f"bold {ACCENT}")
        line.append("━" * done, ACCENT)
        line.append("─" * (columns - done), QUIET)
        line.append(f" {clock(player.position_s)}/{clock(length)} {speed:g}x")
        if gap := player.gap_here():
            line.append(f" ⏩ {clock(gap)} idle", WARNING)
        self.update(line)
