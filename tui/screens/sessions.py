"""The live sessions: who is on which target, and doing what."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType

from bastion.wire.review import SessionEntry
from tui import times
from tui.messages import SessionsPushed
from tui.palette import QUIET, STRONG, WARNING
from tui.screens.base import ReviewScreen
from tui.screens.dialogs import end_session_dialog
from tui.screens.watch import PlayerScreen
from tui.visible import visible_text
from tui.widgets.bars import KeyBar, StatusBar, TitleBar
from tui.widgets.rows import Column, Row, RowList

_COLUMNS = (
    Column(title="State", width=9, rank=2),
    Column(title="User", width=10, rank=0, is_flexible=True, width_max=32),
    Column(title="Target", width=12, rank=1, is_flexible=True, width_max=32),
    Column(title="By", width=7, rank=5),
    Column(title="Open", width=6, rank=3),
    Column(title="Idle", width=6, rank=4),
    Column(title="Stmts", width=5, rank=6),
    Column(title="Held", width=4, rank=7),
    Column(title="Blocked", width=7, rank=8),
    Column(title="Source", width=15, rank=9),
    Column(title="Id", width=16, rank=10),
)
_SHAPES = {"running": "▶ running", "waiting": "▲ waits", "idle": "· idle"}


class SessionsScreen(ReviewScreen):
    """Lists, watches and ends live sessions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("w", "watch", "Watch"),
        ("K", "kill", "End session"),
        ("r", "app.recordings", "Recordings"),
        ("escape,q", "dismiss", "Back"),
    ]
    KEYS = (("w", "watch"), ("K", "end session"), ("r", "recordings"), ("?", "help"), ("q", "back"))

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield TitleBar(id="title")
        yield RowList(_COLUMNS, empty="No session is open now.", id="list")
        yield StatusBar(id="status")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Count the times each second."""
        self.query_one(KeyBar).show(self.KEYS)
        self.query_one("#list").focus()
        self.set_interval(1.0, self._tick)
        self.draw()

    def _tick(self) -> None:
        if self.is_current:
            self.draw()

    def on_sessions_pushed(self, _event: SessionsPushed) -> None:
        """Show the sessions as they are now."""
        self.draw()

    def draw(self) -> None:
        """Show title and rows."""
        review = self.review
        words = review.connection_words or f"{len(review.sessions)} open"
        self.query_one(TitleBar).say("Sessions", words, is_alarming=bool(review.connection_words))
        if review.clock is not None:
            now = review.clock.now()
            self.query_one("#list", RowList).show([_row(entry, now) for entry in review.sessions])

    def _chosen(self) -> SessionEntry | None:
        key = self.query_one("#list", RowList).cursor_key
        entry = next((entry for entry in self.review.sessions if entry.id == key), None)
        if entry is None:
            self.say("This session has ended." if key else "Choose a session.", is_error=True)
        return entry

    def on_row_list_opened(self, _event: RowList.Opened) -> None:
        """Watch the session under the cursor."""
        self.action_watch()

    def action_watch(self) -> None:
        """Watch live; the session goes on when the watcher leaves."""
        entry = self._chosen()
        if entry is not None:
            self.app.push_screen(PlayerScreen(self.review, session=entry))

    @work(group="act")
    async def action_kill(self) -> None:
        """End a session, after its user's name and a reason."""
        entry = None if self.guard.ignores() else self._chosen()
        if entry is None:
            return
        reason = await self.app.push_screen_wait(end_session_dialog(entry))
        if reason is not None:
            await self.act(self.review.client.kill(entry.id, reason))


def _row(entry: SessionEntry, now: datetime) -> Row:
    user = f"{entry.user} (agent of {entry.person})" if entry.is_agent else entry.user
    target_style = f"bold {WARNING}" if entry.environment == "production" else STRONG
    target = entry.target or "-"
    return Row(
        key=entry.id,
        cells=(
            Text(_SHAPES.get(entry.state, "?"), WARNING if entry.state == "waiting" else ""),
            visible_text(user),
            visible_text(target, target_style),
            visible_text(entry.front_end),
            Text(times.span((now - entry.started_at).total_seconds())),
            Text(times.span((now - entry.last_active_at).total_seconds())),
            Text(str(entry.statements)),
            Text(str(entry.held)),
            Text(str(entry.blocked)),
            visible_text(entry.source, QUIET),
            visible_text(entry.id, QUIET),
        ),
    )
