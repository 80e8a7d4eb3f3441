"""The reviewers' application: the connection's state, the screens, and the way between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from bastion.wire import review as wire
from tui.client import LeaveError, Prompter, ReviewClient
from tui.messages import ConnectionChanged, RequestsPushed, SessionsPushed
from tui.screens.approvals import ApprovalsScreen
from tui.screens.base import ReviewScreen
from tui.screens.dialogs import Prompt
from tui.screens.help import HelpScreen
from tui.screens.recordings import RecordingsScreen
from tui.screens.sessions import SessionsScreen
from tui.screens.watch import PlayerScreen
from tui.state import ReviewState
from tui.times import ServerClock

_HOME_DEPTH = 2
"""Textual's own default screen, and the queue."""


class ReviewApp(App[str]):
    """One reviewer's screens; returns the last word of the connection."""

    CSS_PATH = "app.tcss"
    TITLE = "bastion review"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+c", "leave", "Quit")]

    def __init__(self, open_client: Callable[[Prompter], ReviewClient]) -> None:
        """Show what a client brings.

        Args:
            open_client: makes the client; it may ask through this application.
        """
        super().__init__()
        self.state = ReviewState(client=open_client(self))

    def on_mount(self) -> None:
        """Show the queue and connect."""
        self.push_screen(ApprovalsScreen(self.state))
        self._stay_connected()

    @work(group="connection")
    async def _stay_connected(self) -> None:
        try:
            farewell = await self.state.client.run(self)
        except LeaveError as error:
            self.exit(str(error), return_code=1)
        else:
            self.exit(farewell or "The bastion has ended this session.", return_code=0)

    # What the connection tells; see ``client.Listener``

    def connected(self, welcome: wire.Welcome) -> None:
        """Take the server's greeting."""
        self.state.welcome = welcome
        self.state.clock = ServerClock(welcome.now)
        self.state.connection_words = ""
        self._tell(ConnectionChanged())

    def disconnected(self, reason: str, retry_in_s: float) -> None:
        """Say that what is shown is old."""
        self.state.connection_words = f"{reason} Next try in {retry_in_s:.0f} s. This may be old."
        self._tell(ConnectionChanged())

    def pushed(self, push: wire.Push) -> None:
        """Take what the server says by itself."""
        match push:
            case wire.RequestsChanged(requests=requests):
                self._ring_for(requests)
                self.state.requests = requests
                self._tell(RequestsPushed())
            case wire.SessionsChanged(sessions=sessions):
                self.state.sessions = sessions
                self._tell(SessionsPushed())
            case wire.WatchChunk() | wire.WatchEnded():
                for screen in self.screen_stack:
                    if isinstance(screen, PlayerScreen):
                        screen.take(push)
            case wire.Notice(text=text) | wire.Bye(reason=text):
                for screen in self.screen_stack:
                    if isinstance(screen, ReviewScreen):
                        screen.say(text, is_error=True)

    def _ring_for(self, requests: Iterable[wire.RequestSummary]) -> None:
        """Ring once when something new waits for this reviewer."""
        known = {request.id for request in self.state.requests}
        if any(request.may_decide and request.id not in known for request in requests):
            self.bell()

    def _tell(self, message: ConnectionChanged | RequestsPushed | SessionsPushed) -> None:
        for screen in self.screen_stack:
            screen.post_message(type(message)())

    async def ask(self, title: str, question: str, *, is_secret: bool) -> str | None:
        """Ask the reviewer something while connecting; see ``client.Prompter``."""
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

        def take(text: str | None) -> None:
            if not answer.done():
                answer.set_result(text)

        prompt = Prompt(title, question, is_secret=is_secret)
        await self.push_screen(prompt, take)
        try:
            return await answer
        finally:
            # The login may end while its question still stands there.
            if not answer.done() or answer.cancelled():
                prompt.dismiss(None)

    # Going around

    def action_help(self) -> None:
        """Show all keys."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_sessions(self) -> None:
        """Show the live sessions."""
        self._go(SessionsScreen)

    def action_recordings(self) -> None:
        """Show the recordings."""
        self._go(RecordingsScreen)

    def action_approvals(self) -> None:
        """Show the queue."""
        self._home()

    def _go(self, kind: type[SessionsScreen | RecordingsScreen]) -> None:
        self._home()
        self.push_screen(kind(self.state))

    def _home(self) -> None:
        while len(self.screen_stack) > _HOME_DEPTH:
            self.pop_screen()

    def action_leave(self) -> None:
        """Leave."""
        self.exit("", return_code=0)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """List what the palette offers: nothing that writes files or changes the colours."""
        yield SystemCommand("Approvals", "What waits for approval", self.action_approvals)
        yield SystemCommand("Sessions", "Live sessions", self.action_sessions)
        yield SystemCommand("Recordings", "Past sessions", self.action_recordings)
        yield SystemCommand("Help", "All keys", self.action_help)
        yield SystemCommand("Quit", "Leave the reviewers' screen", self.action_leave)

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Do nothing: over SSH a screenshot would be a file on the server."""
