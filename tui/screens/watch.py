"""One terminal, live or recorded: the same screen, the same keys."""

from __future__ import annotations

import time
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.events import Key

from bastion.wire import review as wire
from tui.client import RefusedError
from tui.messages import TranscriptGrew
from tui.palette import QUIET, WARNING
from tui.player import TRANSCRIPT_BYTES_MAX, Player, Transcript
from tui.screens.base import ReviewScreen
from tui.screens.dialogs import end_session_dialog
from tui.state import ReviewState
from tui.times import clock, size
from tui.visible import visible_text
from tui.widgets.bars import KeyBar, StatusBar, TitleBar
from tui.widgets.rows import Column, Row, RowList
from tui.widgets.terminal import TerminalView
from tui.widgets.timeline import Timeline

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_FRAME_S = 1 / 15
_STEP_S = 5.0
_STATEMENT_COLUMNS = (
    Column(title="At", width=5, rank=1),
    Column(title="Statement", width=10, rank=0, is_flexible=True),
)


class PlayerScreen(ReviewScreen):
    """Plays a transcript that comes in pieces; a live one is followed at its end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("space", "pause", "Pause"),
        ("left", "step(-1)", "Back 5 s"),
        ("right", "step(1)", "On 5 s"),
        ("shift+left", "leap(-1)", "Back 10 %"),
        ("shift+right", "leap(1)", "On 10 %"),
        ("less_than_sign", "speed(-1)", "Slower"),
        ("greater_than_sign", "speed(1)", "Faster"),
        ("left_square_bracket", "statement(-1)", "Statement before"),
        ("right_square_bracket", "statement(1)", "Next statement"),
        ("full_stop", "nudge(1)", "Step on"),
        ("comma", "nudge(-1)", "Step back"),
        ("l", "live", "Live"),
        ("t", "statements", "Statements"),
        ("K", "kill", "End session"),
        ("escape,q", "leave", "Back"),
    ]
    KEYS = (
        ("Space", "pause"),
        ("←→", "5 s"),
        ("<>", "speed"),
        ("t", "list"),
        ("l", "live"),
        ("?", "help"),
        ("q", "back"),
    )

    def __init__(
        self,
        review: ReviewState,
        *,
        session: wire.SessionEntry | None = None,
        recording: wire.RecordingEntry | None = None,
    ) -> None:
        """Watch a live session, or replay a recording."""
        super().__init__(review)
        self._session = session
        self._recording = recording
        self.player = Player(Transcript())
        self.is_live = session is not None
        self.is_paused = False
        self._speed_index = SPEEDS.index(1.0)
        self._played_at = time.monotonic()
        self._total_bytes = recording.size_bytes if recording is not None else 0
        self._has_ended = False
        hits = () if recording is None else recording.hits
        self._landing = hits[0].statement if hits else 0
        """Number of the statement that was searched for, until it is here."""

    @property
    def speed(self) -> float:
        """Give the factor of the playing speed."""
        return SPEEDS[self._speed_index]

    def compose(self) -> ComposeResult:
        """Lay out terminal, statements and timeline."""
        yield TitleBar(id="title")
        with Container(id="player"):
            yield TerminalView(id="terminal")
            yield RowList(_STATEMENT_COLUMNS, empty="No statements yet.", id="statements")
        yield Timeline(id="timeline")
        yield StatusBar(id="status")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Ask for the transcript and start the clock."""
        self.query_one(KeyBar).show(self.KEYS)
        view = self.query_one(TerminalView)
        view.follow(lambda: self.player.screen)
        view.focus()
        self.set_interval(_FRAME_S, self._play_on)
        self._open()

    @work(group="open")
    async def _open(self) -> None:
        client = self.review.client
        try:
            if self._session is not None:
                await client.watch(self._session.id)
            elif self._recording is not None:
                await client.open_recording(self._recording.id, "replay in the TUI", self._chunk)
        except RefusedError as error:
            self._has_ended = True
            self._draw_frame()
            self.say(str(error), is_error=True)
        else:
            self.draw()

    # The transcript comes

    def take(self, push: wire.WatchChunk | wire.WatchEnded) -> None:
        """Take what is pushed of a watched session."""
        if self._session is None or push.session != self._session.id:
            return
        if isinstance(push, wire.WatchEnded):
            self._has_ended = True
            self.say(push.reason)
        else:
            self._feed(push.data)
        self.post_message(TranscriptGrew())

    def _chunk(self, chunk: wire.RecordingChunk) -> None:
        self._total_bytes = chunk.total_bytes
        self._feed(chunk.data)
        self._has_ended = self._has_ended or chunk.is_last
        self.post_message(TranscriptGrew())

    def _feed(self, data: bytes) -> None:
        transcript = self.player.transcript
        if transcript.bytes_read + len(data) > TRANSCRIPT_BYTES_MAX:
            self.review.client.stop_recording()
            self.say(
                f"Longer than {size(TRANSCRIPT_BYTES_MAX)}: only the beginning is shown. "
                "Export the recording to see all of it.",
                is_error=True,
            )
            return
        transcript.feed(data)

    def on_transcript_grew(self, _event: TranscriptGrew) -> None:
        """Show what has come."""
        if self.is_live and not self.is_paused:
            self.player.seek(self.player.transcript.length_s)
        self._land()
        self._draw_frame()
        self._draw_statements()

    def _land(self) -> None:
        """Go, once, to the statement that was searched for."""
        statements = self.player.transcript.statements
        if 0 < self._landing <= len(statements):
            self.player.seek(statements[self._landing - 1].played_s)
            self._landing = 0

    # Playing

    def _play_on(self) -> None:
        now = time.monotonic()
        passed, self._played_at = now - self._played_at, now
        if self.is_paused or self.is_live or not self.is_current or self.player.is_at_end:
            return
        self.player.seek(self.player.position_s + passed * self.speed)
        self._draw_frame()

    def _draw_frame(self) -> None:
        self.query_one(TerminalView).draw()
        self.query_one(Timeline).show(self.player, state=self.state, speed=self.speed)

    @property
    def state(self) -> str:
        """Say in a word what the player does."""
        if self.is_paused:
            return "PAUSED"
        if self.is_live:
            return "ENDED" if self._has_ended else "● LIVE"
        return "END" if self.player.is_at_end and self._has_ended else "PLAY"

    def draw(self) -> None:
        """Show whose session it is and how much of it is here."""
        transcript = self.player.transcript
        if self._session is not None:
            entry = self._session
            words = f"{entry.user} on {entry.target or 'no target'}, {entry.front_end}, {entry.id}"
        else:
            recording = self._recording
            words = (
                ""
                if recording is None
                else f"{recording.user} on {recording.target or 'no target'}"
            )
            words += f", {size(transcript.bytes_read)} of {size(self._total_bytes)}"
        if transcript.garbled_lines:
            words += f", {transcript.garbled_lines} lines cannot be read: verify it"
        lost = self.review.connection_words
        self.query_one(TitleBar).say(
            "Watch" if self._session is not None else "Replay",
            lost or words,
            is_alarming=bool(lost),
        )
        self._draw_frame()

    def _draw_statements(self) -> None:
        self.draw()
        statements = self.player.transcript.statements
        rows = [
            Row(
                key=str(mark.number),
                cells=(Text(clock(mark.played_s), QUIET), _mark_words(mark.text, mark.verdict)),
            )
            for mark in statements
        ]
        self.query_one("#statements", RowList).show(rows)

    # Keys

    def _seek(self, position_s: float) -> None:
        self.is_live = False
        self.player.seek(position_s)
        self._draw_frame()

    def action_pause(self) -> None:
        """Pause or go on; a paused live session goes on from here, ``l`` returns to its end."""
        self.is_paused = not self.is_paused
        if self.is_paused:
            self.is_live = False
        self._draw_frame()

    def action_step(self, direction: int) -> None:
        """Go 5 s back or on."""
        self._seek(self.player.position_s + direction * _STEP_S)

    def action_leap(self, direction: int) -> None:
        """Go a tenth of the whole back or on."""
        self._seek(self.player.position_s + direction * self.player.transcript.length_s / 10)

    def action_nudge(self, direction: int) -> None:
        """Go to the next or last change of the screen, paused."""
        self.is_paused = True
        steps = [step.played_s for step in self.player.transcript.steps]
        here = self.player.position_s
        later = [at for at in steps if (at > here if direction > 0 else at < here)]
        if later:
            self._seek(min(later) if direction > 0 else max(later))

    def action_speed(self, direction: int) -> None:
        """Play slower or faster."""
        self._speed_index = min(max(0, self._speed_index + direction), len(SPEEDS) - 1)
        self._draw_frame()

    def action_statement(self, direction: int) -> None:
        """Go to the statement before or after."""
        here = self.player.position_s
        marks = [mark.played_s for mark in self.player.transcript.statements]
        found = [at for at in marks if (at > here if direction > 0 else at < here - 0.5)]
        if found:
            self._seek(min(found) if direction > 0 else max(found))

    def action_live(self) -> None:
        """Return to the live end."""
        if self._session is None:
            self.say("This is a recording; there is no live end.", is_error=True)
            return
        self.is_live, self.is_paused = True, False
        self.player.seek(self.player.transcript.length_s)
        self._draw_frame()

    def action_statements(self) -> None:
        """Show or hide the list of statements; Enter there jumps."""
        panes = self.query_one("#player")
        panes.toggle_class("-listed")
        is_listed = panes.has_class("-listed")
        self.query_one("#statements" if is_listed else "#terminal").focus()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Jump to a statement."""
        if event.key is not None:
            mark = self.player.transcript.statements[int(event.key) - 1]
            self._seek(mark.played_s)

    def on_key(self, event: Key) -> None:
        """Take a digit as tenths of the whole."""
        if event.key.isdigit() and len(event.key) == 1:
            event.stop()
            self._seek(int(event.key) / 10 * self.player.transcript.length_s)

    @work(group="act")
    async def action_kill(self) -> None:
        """End the watched session, after its user's name and a reason."""
        if self._session is None or self.guard.ignores():
            return
        reason = await self.app.push_screen_wait(end_session_dialog(self._session))
        if reason is not None:
            await self.act(self.review.client.kill(self._session.id, reason))

    def action_leave(self) -> None:
        """Go back; leaving ends nothing but the watching."""
        if not self.is_current:
            return
        self.dismiss()
        if self._session is not None:
            self.app.run_worker(self.review.client.unwatch(), group="unwatch")
        else:
            self.review.client.stop_recording()


def _mark_words(text: str, verdict: str) -> Text:
    first = next((line for line in text.splitlines() if line.strip()), "")
    line = Text()
    if verdict:
        line.append(f"[{verdict}] ", f"bold {WARNING}")
    line.append_text(visible_text(first.strip(), limit=200))
    return line
