"""Dialogs that ask before anything happens: approve, deny, end a session, prompts.

Enter never approves. Keys meant for the screen before cannot reach a dialog; see ``tui.guard``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from bastion.wire.review import RequestDetail, SessionEntry
from tui.guard import Guard
from tui.palette import ALARM, HEADING, LABEL, QUIET, STRONG, WARNING
from tui.risk import asks_for_name, describe_rows, risk_of
from tui.visible import visible, visible_text

QUICK_REASONS = (
    "Too broad: narrow the WHERE clause.",
    "Give a reason or a ticket and ask again.",
    "Not in working hours. Ask again in the maintenance window.",
    "Try it on staging first.",
    "Not needed: there is a safer way.",
)
_COMMENT_CHARS_MAX = 1000
_LINE_CHARS = 300


class Dialog(ModalScreen[str | None]):
    """A box with lines of safe text and perhaps an input; Esc leaves without an answer."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "Leave")]

    def __init__(self) -> None:
        """Guard it from the start."""
        super().__init__()
        self.guard = Guard(self)

    def on_mount(self) -> None:
        """Start the guard when the dialog is really there."""
        self.guard.start()

    def action_leave(self) -> None:
        """Leave; nothing happens."""
        self.dismiss(None)


class ConfirmApprove(Dialog):
    """The second key of an approval; answers with the comment, which may be empty."""

    def __init__(self, detail: RequestDetail) -> None:
        """Name exactly what would be approved."""
        super().__init__()
        self.detail = detail
        self._name = detail.summary.target if asks_for_name(detail.summary) else ""

    @property
    def is_named(self) -> bool:
        """Tell whether the target's name was typed where it must be."""
        return not self._name or self.query_one("#name", Input).value.strip() == self._name

    def compose(self) -> ComposeResult:
        """Show id, target, first line and count; then the inputs."""
        with Vertical(id="box"):
            yield Static(self._words(), id="words")
            if self._name:
                yield Input(placeholder="Type the target's name", id="name", max_length=200)
            yield Input(
                placeholder="Comment (optional), then Enter",
                id="comment",
                max_length=_COMMENT_CHARS_MAX,
            )
            yield Static(id="next")

    def on_mount(self) -> None:
        """Keep keys out of the comment until it is asked for."""
        super().on_mount()
        self.query_one("#comment").display = False
        if self._name:
            self.query_one("#name").focus()
        self._say_next()

    def _words(self) -> Text:
        summary = self.detail.summary
        risk = risk_of(summary)
        text = Text()
        text.append("Approve this request?\n", HEADING)
        text.append_text(visible_text(f"{summary.id}  ", STRONG))
        text.append(risk.value, risk.style)
        text.append("\nTarget  ", LABEL)
        text.append_text(visible_text(summary.target, STRONG))
        text.append(f" ({summary.environment.value})")
        text.append("\nEffect  ", LABEL)
        rows = describe_rows(summary.rows, is_measured=summary.is_measured)
        text.append(f"{visible(summary.effect)}, {rows}")
        text.append("\nFrom    ", LABEL)
        text.append_text(visible_text(summary.requester))
        text.append("\n")
        # Of the text that was read, not of what the server says its first line is.
        line, _, rest = self.detail.text.strip().partition("\n")
        shown = _cut(visible_text(line, STRONG, limit=_LINE_CHARS))
        text.append_text(shown)
        if rest or shown.plain.endswith("…"):
            lines = self.detail.text.count("\n") + 1
            words = f"{lines:,} line{'s' if lines > 1 else ''}, {summary.size_bytes:,} bytes"
            text.append(f"\n… this is not all of it: {words}", WARNING)
        return text

    def _say_next(self) -> None:
        text = Text()
        if not self.is_named:
            text.append("High risk: ", f"bold {ALARM}")
            text.append_text(visible_text(f"type {self._name} and press Enter. Esc leaves."))
        else:
            text.append("y", f"bold {WARNING}")
            text.append(" approves it, ")
            text.append("c", f"bold {WARNING}")
            text.append(" adds a comment, Esc leaves. Enter does nothing.")
        self.query_one("#next", Static).update(text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Leave the input; Enter itself decides nothing."""
        event.stop()
        if event.input.id == "name" and not self.is_named:
            event.input.value = ""
        else:
            self.set_focus(None)
        self._say_next()

    def on_key(self, event: Key) -> None:
        """Take y, once the guard is over and no input has the focus."""
        if isinstance(self.focused, Input):
            return
        if event.key == "y" and not self.guard.ignores(event.time) and self.is_named:
            event.stop()
            self.dismiss(self.query_one("#comment", Input).value.strip())
        elif event.key == "c" and self.is_named:
            event.stop()
            event.prevent_default()
            comment = self.query_one("#comment", Input)
            comment.display = True
            comment.focus()


class _ReasonInput(Input):
    """An input that, while empty, takes a digit as one of the ready reasons."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(placeholder="Reason", id="reason", max_length=_COMMENT_CHARS_MAX)
        self._reasons = tuple(reasons)

    async def _on_key(self, event: Key) -> None:
        index = int(event.key) - 1 if event.key.isascii() and event.key.isdigit() else -1
        if self.value or not 0 <= index < len(self._reasons):
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        self.value = self._reasons[index]
        self.cursor_position = len(self.value)


class AskReason(Dialog):
    """Asks for a reason; a digit takes a ready one into the input, Enter sends it."""

    def __init__(
        self,
        title: str,
        lines: Sequence[str],
        *,
        reasons: Sequence[str] = (),
        must_type: str = "",
    ) -> None:
        """Show a title and lines.

        Args:
            reasons: ready reasons for the keys 1 to 5.
            must_type: a word that must be typed first, such as the user's name.
        """
        super().__init__()
        self._title = title
        self._lines = tuple(lines)
        self._reasons = tuple(reasons)
        self._must_type = must_type

    def compose(self) -> ComposeResult:
        """Show the words, then the inputs."""
        text = Text()
        text.append(f"{self._title}\n", HEADING)
        for line in self._lines:
            text.append_text(_cut(visible_text(line, limit=_LINE_CHARS)))
            text.append("\n")
        for number, reason in enumerate(self._reasons, 1):
            text.append(f"{number}", f"bold {WARNING}")
            text.append(f" {reason}\n")
        text.append("Enter sends, Esc leaves.", QUIET)
        with Vertical(id="box"):
            yield Static(text, id="words")
            if self._must_type:
                yield Input(placeholder="Type the user's name", id="name", max_length=200)
            yield _ReasonInput(self._reasons)
            yield Static(id="next")

    def on_mount(self) -> None:
        """Begin with the first input."""
        super().on_mount()
        self.query_one("#name" if self._must_type else "#reason").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Send, when all that is asked for is there."""
        event.stop()
        if self.guard.ignores(event.time):
            return
        if self._must_type and self.query_one("#name", Input).value.strip() != self._must_type:
            self._complain(f"Type {self._must_type} to confirm.")
            self.query_one("#name").focus()
            return
        reason = self.query_one("#reason", Input)
        if event.input is not reason:
            reason.focus()
        elif not reason.value.strip():
            self._complain("A reason is needed; it is read word for word.")
        else:
            self.dismiss(reason.value.strip())

    def _complain(self, words: str) -> None:
        text = Text("! ", WARNING)
        text.append_text(visible_text(words, WARNING))
        self.query_one("#next", Static).update(text)


class Prompt(Dialog):
    """One question while connecting; Esc leaves the program."""

    def __init__(self, title: str, question: str, *, is_secret: bool) -> None:
        """Keep the words, which the server or its key may have chosen."""
        super().__init__()
        self._title = title
        self._question = question
        self._is_secret = is_secret

    def compose(self) -> ComposeResult:
        """Show the question and an input."""
        text = Text()
        text.append_text(visible_text(self._title, HEADING))
        for line in self._question.splitlines():
            text.append("\n")
            text.append_text(visible_text(line, limit=_LINE_CHARS))
        with Vertical(id="box"):
            yield Static(text, id="words")
            yield Input(password=self._is_secret, id="answer", max_length=200)

    def on_mount(self) -> None:
        """Begin in the input."""
        super().on_mount()
        self.query_one("#answer").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the answer."""
        event.stop()
        self.dismiss(event.input.value)


def _cut(line: Text) -> Text:
    """Keep a line to what leaves room for the rest of a dialog, however wide it is written."""
    line.truncate(_LINE_CHARS, overflow="ellipsis")
    return line


def end_session_dialog(session: SessionEntry) -> AskReason:
    """Make the dialog that ends a live session: the user's name, then a reason."""
    where = f" on {session.target}" if session.target else ""
    return AskReason(
        "End this session?",
        [
            f"{session.user}{where}, session {session.id}, from {session.source}",
            "What runs is cancelled and rolled back. The user reads the reason.",
            f"Type {session.user} first.",
        ],
        must_type=session.user,
    )


def deny_dialog(detail: RequestDetail) -> AskReason:
    """Make the dialog that denies a request."""
    summary = detail.summary
    return AskReason(
        "Deny this request?",
        [f"{summary.id} on {summary.target}, from {summary.requester}", summary.first_line],
        reasons=QUICK_REASONS,
    )


def revoke_dialog(detail: RequestDetail) -> AskReason:
    """Make the dialog that takes a yes back."""
    summary = detail.summary
    return AskReason(
        "Take the approval back?",
        [f"{summary.id} on {summary.target}, from {summary.requester}", summary.first_line],
    )
