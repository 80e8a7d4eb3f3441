"""The recordings: found by user, target or statement, replayed by Enter."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from bastion.wire.review import RecordingEntry
from tui import times
from tui.client import RefusedError
from tui.palette import QUIET, STRONG, WARNING
from tui.screens.base import ReviewScreen
from tui.screens.watch import PlayerScreen
from tui.state import ReviewState
from tui.visible import visible, visible_text
from tui.widgets.bars import KeyBar, StatusBar, TitleBar
from tui.widgets.rows import Column, Row, RowList

_COLUMNS = (
    Column(title="Start (UTC)", width=16, rank=2),
    Column(title="User", width=10, rank=0, is_flexible=True, width_max=32),
    Column(title="Target", width=12, rank=1, is_flexible=True, width_max=32),
    Column(title="State", width=9, rank=3),
    Column(title="Length", width=6, rank=4),
    Column(title="Stmts", width=5, rank=5),
    Column(title="Held", width=4, rank=6),
    Column(title="Refused", width=7, rank=7),
    Column(title="Size", width=9, rank=8),
    Column(title="By", width=7, rank=9),
    Column(title="Id", width=16, rank=10),
)
_SHAPES = {"live": "● live", "sealed": "sealed", "crashed": "! crashed", "unproven": "! unproven"}


class RecordingsScreen(ReviewScreen):
    """Lists recordings and opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("slash", "filter", "Filter"),
        ("s", "app.sessions", "Sessions"),
        ("escape,q", "back", "Back"),
    ]
    KEYS = (("Enter", "replay"), ("/", "filter"), ("s", "sessions"), ("?", "help"), ("q", "back"))

    def __init__(self, review: ReviewState) -> None:
        """Start without a filter."""
        super().__init__(review)
        self._query = ""
        self._entries: dict[str, RecordingEntry] = {}

    def compose(self) -> ComposeResult:
        """Lay out filter and list."""
        yield TitleBar(id="title")
        yield Input(placeholder="User, target, id or words of a statement", id="filter")
        yield RowList(_COLUMNS, empty="Looking…", id="list")
        yield StatusBar(id="status")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Ask for the newest."""
        self.query_one(KeyBar).show(self.KEYS)
        self.query_one("#list").focus()
        self._search()

    @work(group="search", exclusive=True)
    async def _search(self) -> None:
        rows = self.query_one("#list", RowList)
        try:
            found = await self.review.client.list_recordings(self._query)
        except RefusedError as error:
            self.say(str(error), is_error=True)
            rows.set_empty("No list.")
            return
        self._entries = {entry.id: entry for entry in found}
        rows.set_empty(
            "No recording matches. / changes the filter."
            if self._query
            else "There is no recording that you may read."
        )
        rows.show([_row(entry) for entry in found])
        rows.action_move(0)
        self.draw()

    def draw(self) -> None:
        """Show the title."""
        words = f"{len(self._entries)} found"
        if self._query:
            words += f' with "{visible(self._query, limit=40)}"'
        lost = self.review.connection_words
        self.query_one(TitleBar).say("Recordings", lost or words, is_alarming=bool(lost))

    def action_filter(self) -> None:
        """Ask for words to look for."""
        field = self.query_one("#filter", Input)
        field.add_class("-shown")
        field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look for the words."""
        event.stop()
        self._query = event.value.strip()
        self._hide_filter()
        self._search()

    def _hide_filter(self) -> None:
        self.query_one("#filter").remove_class("-shown")
        self.query_one("#list").focus()

    def action_back(self) -> None:
        """Leave the filter, or the screen."""
        if self.query_one("#filter").has_class("-shown"):
            self._hide_filter()
        else:
            self.dismiss()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Replay the recording under the cursor."""
        entry = self._entries.get(event.key or "")
        if entry is not None:
            self.app.push_screen(PlayerScreen(self.review, recording=entry))


def _row(entry: RecordingEntry) -> Row:
    state_style = WARNING if entry.state in ("crashed", "unproven") else ""
    return Row(
        key=entry.id,
        cells=(
            Text(f"{entry.started_at:%Y-%m-%d %H:%M}"),
            visible_text(entry.user),
            visible_text(entry.target or "-", STRONG),
            Text(_SHAPES.get(entry.state, "?"), state_style),
            Text(times.span(entry.duration_s)),
            Text(str(entry.statements)),
            Text(str(entry.held)),
            Text(str(entry.denied)),
            Text(times.size(entry.size_bytes)),
            visible_text(entry.front_end, QUIET),
            visible_text(entry.id, QUIET),
        ),
    )
