"""The queue: what waits for this reviewer, in full, and the two keys that decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from bastion.core.approval import ApprovalState
from bastion.wire.review import RequestDetail, RequestSummary
from tui import times
from tui.client import RefusedError
from tui.messages import RequestsPushed
from tui.palette import QUIET, STRONG, WARNING
from tui.risk import risk_of
from tui.screens.base import ReviewScreen
from tui.screens.dialogs import ConfirmApprove, deny_dialog, revoke_dialog
from tui.state import ReviewState
from tui.visible import visible_text
from tui.widgets.bars import KeyBar, StatusBar, TitleBar
from tui.widgets.lines import LinesView
from tui.widgets.rows import Column, Row, RowList
from tui.widgets.statement import duration_left, request_lines

_COLUMNS = (
    Column(title="Risk", width=6, rank=1),
    Column(title="Left", width=6, rank=2),
    Column(title="Age", width=6, rank=6),
    Column(title="From", width=9, rank=4),
    Column(title="Target", width=11, rank=3, is_flexible=True, width_max=20),
    Column(title="Rows", width=7, rank=7),
    Column(title="You", width=8, rank=5),
    Column(title="Statement", width=12, rank=0, is_flexible=True),
    Column(title="Id", width=12, rank=8),
)
_SOON_S = 60.0
_EMPTY = (
    "Nothing waits for approval.\n"
    "When a statement is held it appears here by itself.\n"
    "s shows the live sessions, r the recordings, ? all keys."
)


class ApprovalsScreen(ReviewScreen):
    """What may be decided first; the detail of the row under the cursor beside or below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("a", "approve", "Approve"),
        ("d", "deny", "Deny"),
        ("u", "revoke", "Take back"),
        ("s", "app.sessions", "Sessions"),
        ("r", "app.recordings", "Recordings"),
        ("escape", "back", "Back"),
        ("q", "app.leave", "Quit"),
    ]
    KEYS = (
        ("a", "approve"),
        ("d", "deny"),
        ("Enter", "open"),
        ("s", "sessions"),
        ("r", "recs"),
        ("?", "help"),
        ("q", "quit"),
    )
    OPENED_KEYS = (
        ("a", "approve"),
        ("d", "deny"),
        ("G", "to its end"),
        ("Esc", "back to the list"),
        ("?", "help"),
        ("q", "quit"),
    )

    def __init__(self, review: ReviewState) -> None:
        """Start with nothing shown."""
        super().__init__(review)
        self._detail: RequestDetail | None = None
        self._wanted_id: str | None = None

    def compose(self) -> ComposeResult:
        """Lay out list and detail; the width decides how."""
        yield TitleBar(id="title")
        with Container(id="panes"):
            yield RowList(_COLUMNS, empty=_EMPTY, id="queue")
            yield LinesView(id="detail")
        yield StatusBar(id="status")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Count ages and expiries each second."""
        self.query_one("#queue").focus()
        self.set_interval(1.0, self._tick)

    def on_descendant_focus(self) -> None:
        """Show the keys of what has them: in the detail the arrows scroll."""
        is_opened = self.query_one("#detail").has_focus
        self.query_one(KeyBar).show(self.OPENED_KEYS if is_opened else self.KEYS)

    def on_requests_pushed(self, _event: RequestsPushed) -> None:
        """Show the queue as it is now, and the open request if it has changed."""
        self.draw()
        shown = self._detail
        if shown is None:
            return
        now = next((r for r in self.review.requests if r.id == shown.summary.id), None)
        if now != shown.summary:
            self._fetch(shown.summary.id)

    def _tick(self) -> None:
        if self.is_current:
            self.draw()

    def draw(self) -> None:
        """Show title and rows."""
        review = self.review
        mine = sum(1 for request in review.requests if request.may_decide)
        self.app.title = f"({mine}) bastion review"
        words = f"{mine} for you, {len(review.requests)} open"
        self.query_one(TitleBar).say(
            "Approvals", review.connection_words or words, is_alarming=bool(review.connection_words)
        )
        queue = self.query_one("#queue", RowList)
        queue.set_empty(_EMPTY if review.clock is not None else "Not connected yet.")
        if review.clock is None:
            return
        now = review.clock.now()
        shown = [
            request
            for request in review.requests
            if request.state is not ApprovalState.PENDING or request.expires_at > now
        ]
        queue.show(
            [
                _row(request, (now - request.created_at).total_seconds(), _left(request, now), many)
                for request, many in _folded(shown)
            ]
        )

    # The request under the cursor

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Fetch what the cursor is on."""
        if isinstance(event, RowList.Opened):
            return
        # What was said of the row before is not about this one.
        self.say("")
        self._detail = None
        self._wanted_id = event.key
        detail = self.query_one("#detail", LinesView)
        if event.key is None:
            self.remove_class("-opened")
            detail.show([])
        else:
            detail.show([Text("Loading…", QUIET)])
            self._fetch(event.key)

    def on_row_list_opened(self, _event: RowList.Opened) -> None:
        """Go to the detail; Enter opens and never decides."""
        self.add_class("-opened")
        self.query_one("#detail").focus()

    def action_back(self) -> None:
        """Go back to the list."""
        self.remove_class("-opened")
        self.query_one("#queue").focus()

    @work(group="detail", exclusive=True)
    async def _fetch(self, request_id: str) -> None:
        try:
            detail = await self.review.client.show(request_id)
        except RefusedError as error:
            if request_id == self._wanted_id:
                self._detail = None
                lines = [visible_text(str(error), WARNING)]
                self.query_one("#detail", LinesView).show(lines)
            return
        if request_id != self._wanted_id:
            return
        is_same = self._detail is not None and self._detail.text == detail.text
        self._detail = detail
        lines, must_see = request_lines(detail)
        self.query_one("#detail", LinesView).show(lines, must_see=must_see, keep_place=is_same)

    # Deciding: always on the request that is shown in full, by its id

    def _shown(self) -> RequestDetail | None:
        if self.guard.ignores():
            return None
        if self._detail is None:
            self.say("Choose a request first.", is_error=True)
        return self._detail

    def _say_why_not(self, detail: RequestDetail) -> None:
        words = detail.summary.why_not
        if any(request.may_decide for request in self.review.requests):
            words += " Another one waits for you: Esc, then ↓."
        self.say(words, is_error=True)

    @work(group="act")
    async def action_approve(self) -> None:
        """Ask for the second key, then approve."""
        detail = self._shown()
        if detail is None:
            return
        if not detail.summary.may_decide:
            self._say_why_not(detail)
            return
        view = self.query_one("#detail", LinesView)
        if not view.has_seen_all:
            self.say(
                "Read the whole statement first: Enter opens it, G goes to its end.",
                is_error=True,
            )
            return
        self.say("")
        comment: str | None = await self.app.push_screen_wait(ConfirmApprove(detail))
        if comment is not None:
            await self.act(self.review.client.approve(detail, comment))

    @work(group="act")
    async def action_deny(self) -> None:
        """Ask for a reason, then deny."""
        detail = self._shown()
        if detail is None:
            return
        if not detail.summary.may_decide:
            self._say_why_not(detail)
            return
        reason = await self.app.push_screen_wait(deny_dialog(detail))
        if reason is not None:
            await self.act(self.review.client.deny(detail, reason))

    @work(group="act")
    async def action_revoke(self) -> None:
        """Ask for a reason, then take a yes back before it runs, or while it does."""
        detail = self._shown()
        if detail is None:
            return
        if detail.summary.state not in (ApprovalState.APPROVED, ApprovalState.RUNNING):
            self.say(
                f"This request is {detail.summary.state.value}; there is no yes to take back.",
                is_error=True,
            )
            return
        reason = await self.app.push_screen_wait(revoke_dialog(detail))
        if reason is not None:
            await self.act(self.review.client.revoke(detail, reason))


def _left(request: RequestSummary, now: datetime) -> float:
    return (request.expires_at - now).total_seconds()


_ALIKE_MIN = 3


def _folded(requests: Sequence[RequestSummary]) -> list[tuple[RequestSummary, int]]:
    """Fold requests that are alike into the first of them, with their count.

    Each is still decided by itself: once the first is settled, the next takes its line.
    """
    keys = [(one.requester, one.target, one.rule, one.shape) for one in requests]
    counts = Counter(key for key, one in zip(keys, requests, strict=True) if _may_fold(one))
    found: list[tuple[RequestSummary, int]] = []
    seen: set[tuple[str, str, str, str]] = set()
    for key, request in zip(keys, requests, strict=True):
        many = counts[key] if _may_fold(request) else 1
        if many < _ALIKE_MIN:
            found.append((request, 1))
        elif key not in seen:
            seen.add(key)
            found.append((request, many))
    return found


def _may_fold(request: RequestSummary) -> bool:
    return request.state is ApprovalState.PENDING and bool(request.shape)


def _row(request: RequestSummary, age_s: float, left_s: float, alike: int) -> Row:
    line = request.first_line if alike == 1 else f"{alike} alike: {request.shape}"
    risk = risk_of(request)
    left_style = f"bold {WARNING}" if left_s < _SOON_S else ""
    rows = "?" if request.rows is None else f"{request.rows:,}"
    who = f"{request.requester}*" if request.is_agent else request.requester
    before = (
        Text(risk.value, risk.style),
        Text(duration_left(left_s), left_style),
        Text(times.span(age_s)),
        visible_text(who),
        visible_text(request.target, STRONG),
        Text(rows if request.is_measured else f"~{rows}", justify="right"),
    )
    behind = (visible_text(line), visible_text(request.id, QUIET))
    return Row(
        key=request.id,
        cells=(*before, Text(_stand(request), QUIET), *behind),
        cells_gone=(*before, Text("settled", QUIET), *behind),
    )


def _stand(request: RequestSummary) -> str:
    """Say in a word what the reviewer can do."""
    if request.state is not ApprovalState.PENDING:
        return str(request.state.value)
    if request.approvals_needed > 1:
        return f"{len(request.approved_by)} of {request.approvals_needed}"
    return "decide" if request.may_decide else "look"
