"""What people read beside the rows: errors with a caret, holds, tags, times, limit notes.

Pure text, shared by the shell and by exec. All that comes from statements, databases and other
people goes through ``visible`` here, so that callers need not think of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from bastion.core.approval import Approval, ApprovalState
from bastion.core.breakglass import Emergency
from bastion.core.grants import GrantKind
from bastion.core.model import (
    ErrorInfo,
    Finished,
    Impact,
    NoticeReceived,
    ResultColumn,
    Resumed,
    Status,
    Waiting,
)
from bastion.core.retire import RetiredTable
from bastion.core.statement import scrub_secrets
from bastion.execution.holding import words_for_late
from bastion.frontends.render import folded, plural, text_width, visible

_LINE_MAX = 100
"""Characters of a statement's line shown above the caret."""
_INDENT = 11
_MINUTE_S = 60
_HOUR_S = 3600
_EXACT_BELOW_S = 10


def seconds_text(seconds: float) -> str:
    """Say a span briefly: ``0.08 s``, ``41 s``, ``4 min 5 s``, ``2 h 3 min``."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < _EXACT_BELOW_S:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        minutes, rest = divmod(whole, _MINUTE_S)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(whole, _HOUR_S)
    return f"{hours} h {rest // _MINUTE_S} min" if rest >= _MINUTE_S else f"{hours} h"


def seconds_left(expires_at: datetime, now: datetime) -> int:
    """Give the whole seconds until a moment, never below 0."""
    return max(0, math.ceil((expires_at - now).total_seconds()))


def names_text(names: Sequence[str]) -> str:
    """List names as people do: ``ann, bob or carol``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} or {names[-1]}"


def error_text(error: ErrorInfo, statement: str) -> str:
    """Write a database's error as psql does, with the line and a caret."""
    code = f" (SQLSTATE {visible(error.sqlstate)})" if error.sqlstate else ""
    lines = [f"ERROR:  {visible(error.message, keeps_lines=True)}{code}"]
    # The line of a statement that holds a password would be shown, and so recorded.
    if error.position is not None and statement and scrub_secrets(statement) == statement:
        lines += _caret(statement, error.position)
    if error.context:
        lines.append(visible(error.context, keeps_lines=True))
    if error.hint:
        lines.append(f"HINT:  {visible(error.hint, keeps_lines=True)}")
    return "\n".join(lines) + "\n"


def outcome_text(event: Finished, statement: str, *, columns: int = 0) -> str:
    """Say what went other than well and what to do next; empty when ok.

    Args:
        columns: width of the terminal, to break our own sentences between words; 0 for none.
    """
    message = visible(event.message, keeps_lines=True)
    match event.status:
        case Status.OK:
            return ""
        case Status.ERROR if event.error is not None:
            return error_text(event.error, statement)
        case Status.PENDING:
            return _pending_text(event, message)
        case _:
            text = f"{_HEADINGS[event.status]}:  {message or _because(event)}"
            return f"{folded(text, columns)}\n"


def hold_text(event: Waiting, now: datetime, *, closing: Sequence[str], columns: int = 0) -> str:
    """Write the block that a requester reads while a statement is held.

    Args:
        closing: last lines: how to withdraw, how to come back.
        columns: width of the terminal, to break lines between words; 0 for none.
    """
    left = seconds_text(seconds_left(event.expires_at, now))
    who = visible(names_text(event.approvers)) or "nobody now"
    needed = "" if event.approvals_needed == 1 else f" ({event.approvals_needed} of them needed)"
    lines = [
        f"HELD  request {event.request_id}",
        f"  why      {visible(event.text)} [rule {visible(event.rule)}]",
        f"  effect   {impact_text(event.impact)}",
        *(f"           {visible(note)}" for note in event.impact.notes),
        f"  decides  {who}{needed}",
        f"  expires  in {left}, at {event.expires_at:%H:%M:%S} UTC",
    ]
    if event.in_transaction:
        lines.append(
            "  WARNING  a transaction is open: its locks stay held while you wait; "
            "on expiry it is rolled back"
        )
    lines += [f"  {line}" for line in closing]
    return folded("\n".join(lines), columns, indent=_INDENT) + "\n"


def impact_text(impact: Impact) -> str:
    """Say in words what a held statement would do."""
    tables = visible(", ".join(impact.tables))
    where = f" in {tables}" if tables else ""
    if impact.effect in _GRANTS:
        return f"{impact.effect}{where}"
    if impact.rows is None:
        return f"{impact.effect}{where}, rows not measured"
    rows = plural(impact.rows, "row")
    how = "counted" if impact.is_measured else "estimated by the planner"
    return f"{impact.effect} of {rows}{where} ({how})"


def notice_text(event: NoticeReceived) -> str:
    """Write a notice with its level."""
    return f"{visible(event.severity).upper()}:  {visible(event.text, keeps_lines=True)}\n"


def resumed_text(event: Resumed) -> str:
    """Say who said yes, with their words."""
    comment = f": {visible(event.comment)}" if event.comment else ""
    return f"APPROVED by {visible(names_and(event.approved_by))}{comment}\n"


def decided_text(approval: Approval, *, is_yes: bool) -> str:
    """Tell a reviewer that their word counts, and whether another one is needed."""
    word = "Approved" if is_yes else "Denied"
    more = ""
    if is_yes and approval.state is ApprovalState.PENDING:
        have = f"{len(approval.approved_by)} of {approval.approvals_needed} approvals"
        more = f" {have}; it waits for another person."
    return f"{word}: request {approval.id} of {visible(approval.requester)}.{more}\n"


def withdrawn_text(request_id: str) -> str:
    """Tell the requester that the request is out of the queue."""
    return f"Withdrawn: request {request_id}.\n"


def revoked_text(approval: Approval) -> str:
    """Tell the reviewer that the yes no longer counts, or what becomes of the run that has it."""
    return f"Revoked: request {approval.id}.{words_for_late(approval)}\n"


def names_and(names: Sequence[str]) -> str:
    """List names that acted together: ``ann and bob``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def result_text(event: Finished, *, has_timing: bool) -> str:
    """Write the closing line: ``DELETE 99 · waited 41 s for bob · ran 0.08 s``; may be empty."""
    parts = []
    if event.tag and not event.has_rows:
        parts.append(visible(event.tag))
    if event.waited_ms:
        who = f" for {visible(names_and(event.approved_by))}" if event.approved_by else ""
        parts.append(f"waited {seconds_text(event.waited_ms / 1000)}{who}")
    if has_timing:
        parts.append(f"ran {seconds_text(event.elapsed_ms / 1000)}")
    return " · ".join(parts)


def limit_text(event: Finished, *, how: str) -> str:
    """Say that the row limit cut the result; empty when it did not.

    Args:
        how: what to write for more rows, ``--limit N``.
    """
    if not event.truncated:
        return ""
    if not event.row_count:
        return f"-- there are rows, none is shown (limit; {how})\n"
    rows = f"{event.row_count:,}".replace(",", " ")
    return f"-- the first {rows} rows; there are more (limit; {how})\n"


def masked_text(columns: Sequence[ResultColumn]) -> str:
    """Name the masked columns of a result; empty when there are none."""
    masked = [f"{visible(column.name)} ({column.masked})" for column in columns if column.masked]
    return f"-- masked: {', '.join(masked)}\n" if masked else ""


_GRANTS = frozenset(kind.value for kind in GrantKind)
_HEADINGS = {
    Status.OK: "OK",
    Status.ERROR: "ERROR",
    Status.USAGE: "USAGE",
    Status.UNAVAILABLE: "UNAVAILABLE",
    Status.TIMEOUT: "TIMEOUT",
    Status.BLOCKED: "BLOCKED",
    Status.PENDING: "PENDING",
    Status.DENIED: "DENIED",
    # Expired, withdrawn, or no longer what was approved: the sentence says which.
    Status.EXPIRED: "NOT RUN",
    Status.INTERNAL: "INTERNAL ERROR",
    Status.INTERRUPTED: "INTERRUPTED",
}


def _because(event: Finished) -> str:
    if event.error is not None:
        return visible(event.error.message)
    rule = f" [rule {visible(event.rule)}]" if event.rule else ""
    return f"{visible(event.rule_text)}{rule}".strip() or event.status.value


def _pending_text(event: Finished, message: str) -> str:
    lines = [f"PENDING:  {message or _because(event)}"]
    if event.request_id:
        if event.impact is not None:
            lines.append(f"effect: {impact_text(event.impact)}")
        if event.expires_at is not None:
            lines.append(f"expires: {event.expires_at:%H:%M:%S} UTC")
        lines.append(f"run it once approved: ssh HOST req wait {event.request_id}")
    return "\n".join(lines) + "\n"


def _caret(statement: str, position: int) -> list[str]:
    """Show the line of a 1-based character position and a caret below, cut to fit."""
    index = position - 1
    if not 0 <= index <= len(statement):
        return []
    before = statement[:index]
    number = before.count("\n") + 1
    start = before.rfind("\n") + 1
    end = statement.find("\n", index)
    line = statement[start : len(statement) if end < 0 else end].rstrip("\r")
    column = index - start
    cut_left = max(0, column - _LINE_MAX * 2 // 3)
    piece = line[cut_left : cut_left + _LINE_MAX]
    head = f"LINE {number}: {'...' if cut_left else ''}"
    tail = "..." if cut_left + _LINE_MAX < len(line) else ""
    pad = text_width(head) + text_width(visible(piece[: column - cut_left]))
    return [f"{head}{visible(piece)}{tail}", " " * pad + "^"]


def glass_text(emergency: Emergency) -> str:
    """Say what breaking the glass has done, to whoever broke it."""
    return (
        f"The glass is broken on {emergency.target} until {emergency.until:%H:%M} UTC "
        f"({emergency.id}). What would wait for a reviewer runs; masks, blocks and drops are as "
        f"before. Everybody was told, each statement is recorded as run under it, and another "
        f"person must review it by {emergency.review_due_at:%Y-%m-%d %H:%M} UTC.\n"
    )


def retired_text(entries: Sequence[RetiredTable]) -> str:
    r"""List what is in quarantine, for ``\undrop``."""
    if not entries:
        return "Nothing of this target is in quarantine."
    lines = [
        f"{entry.id}  {entry.qualified_name}  {entry.kind.value} by {entry.by} at "
        f"{entry.at:%Y-%m-%d %H:%M} UTC, kept until {entry.keep_until:%Y-%m-%d %H:%M} UTC"
        for entry in entries
    ]
    return "\n".join((*lines, r"\undrop NAME, or its id, brings one back."))
