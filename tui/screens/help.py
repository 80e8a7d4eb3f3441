"""All keys on one page."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from tui.palette import ACCENT, HEADING, QUIET
from tui.widgets.bars import KeyBar, TitleBar
from tui.widgets.lines import LinesView

PAGES = (
    (
        "Approvals",
        (
            ("j k ↓ ↑ g G", "move; Tab changes the pane; ✗ marks what is settled"),
            ("Enter, Esc", "open the request, back to the list; Enter never decides"),
            ("a then y", "approve; what could not be counted asks for the target's name"),
            ("d", "deny with a reason; 1 to 5 take a ready one"),
            ("u", "take an approval back before it runs"),
        ),
    ),
    (
        "Sessions (s)",
        (
            ("w or Enter", "watch live; leaving ends only the watching"),
            ("K", "end the session: type its user's name, then a reason"),
        ),
    ),
    (
        "Recordings (r)",
        (
            ("/", "filter by user, target, id or words of a statement"),
            ("Enter", "replay"),
        ),
    ),
    (
        "Watch and replay",
        (
            ("Space", "pause and go on"),
            ("← →", "5 s back, 5 s on; with Shift a tenth of the whole"),
            (", .", "one change back, one on"),
            ("0 to 9", "to that tenth of the whole"),
            ("< >", "slower, faster"),
            ("[ ]", "statement before, next statement"),
            ("t", "list of statements; Enter jumps"),
            ("l", "back to the live end"),
        ),
    ),
    (
        "Everywhere",
        (
            ("?", "this page"),
            ("Ctrl-P", "commands by name"),
            ("q", "back; on the queue: quit"),
            ("Ctrl-C", "quit"),
        ),
    ),
)
_KEY_COLUMNS = 13
_NOTE = (
    "A * behind a name is an agent. ▲ HIGH, ● MED and · low rate what is at stake.",
    "Every act is also a plain line: ssh HOST req list, req show ID, req approve ID.",
)


class HelpScreen(Screen[None]):
    """The keys, until any of ?, q and Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,question_mark", "dismiss", "Back")]

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        yield TitleBar(id="title")
        yield LinesView(id="help")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Show the page."""
        self.query_one(TitleBar).say("Help", "")
        self.query_one(KeyBar).show((("↓↑", "scroll"), ("q", "back")))
        lines: list[Text] = []
        for title, keys in PAGES:
            lines.append(Text(title, HEADING))
            for key, words in keys:
                line = Text(f"  {key:<{_KEY_COLUMNS}}", ACCENT)
                line.append(words, "not bold #e6e9ee")
                lines.append(line)
        lines += [Text(), *(Text(note, QUIET) for note in _NOTE)]
        view = self.query_one(LinesView)
        view.show(lines)
        view.focus()
