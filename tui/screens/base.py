"""What every full screen shares: bars, widths, the guard, and how acts answer."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Resize, ScreenResume
from textual.screen import Screen

from tui.client import RefusedError
from tui.guard import Guard
from tui.messages import ConnectionChanged
from tui.state import ReviewState
from tui.widgets.bars import StatusBar

NARROW_COLUMNS = 60
WIDE_COLUMNS = 110


class ReviewScreen(Screen[None]):
    """A screen that adapts to its width and guards its deciding keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("question_mark", "app.help", "Help"),
        ("tab", "focus_next", "Pane"),
        ("shift+tab", "focus_previous", "Pane"),
    ]
    KEYS: ClassVar[Sequence[tuple[str, str]]] = ()

    def __init__(self, review: ReviewState) -> None:
        """Read from ``review``."""
        super().__init__()
        self.review = review
        self.guard = Guard(self)

    def on_screen_resume(self, _event: ScreenResume) -> None:
        """Start the guard and draw what has changed meanwhile."""
        self.guard.start()
        self.draw()

    def on_resize(self, event: Resize) -> None:
        """Choose the layout by width."""
        self.set_class(event.size.width < NARROW_COLUMNS, "-narrow")
        self.set_class(event.size.width >= WIDE_COLUMNS, "-wide")

    def on_connection_changed(self, _event: ConnectionChanged) -> None:
        """Show how the connection stands."""
        self.draw()

    def draw(self) -> None:
        """Show the state of the app; overridden."""

    def say(self, text: str, *, is_error: bool = False) -> None:
        """Show one sentence above the keys."""
        for bar in self.query(StatusBar):
            bar.say(text, is_error=is_error)

    async def act(self, act: Awaitable[str]) -> bool:
        """Await an act and show the server's words; True when it was done."""
        try:
            words = await act
        except RefusedError as error:
            self.say(str(error), is_error=True)
            return False
        if words:
            self.say(words)
        return True
