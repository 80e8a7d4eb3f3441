"""One request in full, as lines of safe text: what would run, where, by whom, and why it waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from pygments.lexers._mysql_builtins import MYSQL_KEYWORDS  # type: ignore[import-untyped]
from pygments.lexers._postgres_builtins import KEYWORDS  # type: ignore[import-untyped]
from rich.text import Text

from bastion.core.approval import NO_DIGEST, ApprovalState
from bastion.core.lexer import Kind, Token, lex
from bastion.core.model import Engine
from bastion.core.samples import keys_text, sample_lines
from bastion.wire.review import RequestDetail
from tui import times
from tui.palette import ALARM, HEADING, LABEL, STRONG, SYNTAX, TEXT, WARNING
from tui.risk import describe_rows, risk_of
from tui.visible import append_visible, count_unusual, reorders, visible, visible_text

HIGHLIGHT_CHARS_MAX = 64 * 1024
"""Longer statements are shown without colours, so that they open at once."""

_LABEL_COLUMNS = 11
_KEYWORDS: dict[str, frozenset[str]] = {
    Engine.POSTGRESQL.value: frozenset(word.casefold() for word in KEYWORDS),
    Engine.MYSQL.value: frozenset(word.casefold() for word in MYSQL_KEYWORDS),
}


def statement_lines(text: str, engine: str) -> list[Text]:
    """Number and colour the lines of a statement; every character of it is shown."""
    lines: list[Text] = []
    source_lines = text.split("\n")
    digits = len(str(len(source_lines)))
    current = _gutter(1, digits)
    are_reordered = [reorders(line) for line in source_lines]
    for style, piece in _tokens(text, engine):
        parts = piece.split("\n")
        for index, part in enumerate(parts):
            if index:
                lines.append(current)
                current = _gutter(len(lines) + 1, digits)
            append_visible(
                current, part, style, column=digits + 3, is_reordered=are_reordered[len(lines)]
            )
    lines.append(current)
    return lines


def request_lines(detail: RequestDetail) -> tuple[list[Text], int]:
    """Lay out a request; also give the index of the last line of the statement itself."""
    lines = [*_headline(detail), *_why(detail), Text(), _statement_heading(detail)]
    lines += statement_lines(detail.text, detail.engine)
    lines += _parameters(detail.parameters)
    must_see = len(lines) - 1
    lines += [*_sample(detail), Text(), *_about(detail), *_decisions(detail)]
    return lines, must_see


def _headline(detail: RequestDetail) -> Iterator[Text]:
    summary = detail.summary
    risk = risk_of(summary)
    line = Text()
    line.append(risk.value, risk.style)
    line.append(f"  {visible(summary.effect)}", STRONG)
    line.append(" on ")
    line.append_text(visible_text(summary.target, STRONG))
    line.append(f" ({summary.environment.value}), ")
    line.append(describe_rows(summary.rows, is_measured=summary.is_measured), STRONG)
    yield line
    if not summary.may_decide:
        stands = summary.why_not
        if summary.state is ApprovalState.APPROVED:
            stands += " u takes the yes back before it runs."
        if summary.state is ApprovalState.RUNNING:
            stands += " u takes the yes back: it is rolled back unless it has just ended."
        yield _pair("You", stands, WARNING)
    if summary.tables:
        yield _pair("Writes", ", ".join(summary.tables[:20]))
    if detail.keys is not None:
        yield _pair("Covers", keys_text(detail.keys))
    for note in detail.notes:
        yield _pair("Note", note, WARNING)
    if detail.guards_structure:
        yield _pair("Structure", "It commits only if no schema, table or partition is harmed.")


def _why(detail: RequestDetail) -> Iterator[Text]:
    summary = detail.summary
    who = summary.requester
    if summary.is_agent:
        who += f", an agent of {summary.person}"
    yield _pair("Requester", f"{who}, from {detail.source}")
    yield _pair("Reason", detail.reason or "none given", TEXT if detail.reason else WARNING)
    yield _pair("Held by", f"{detail.rule}: {detail.rule_text}")


def _statement_heading(detail: RequestDetail) -> Text:
    size = detail.summary.size_bytes
    count = detail.text.count("\n") + 1
    line = Text()
    line.append("Statement", HEADING)
    line.append(f"  {size:,} bytes, {count:,} line{'s' if count > 1 else ''}", LABEL)
    hidden, unusual = count_unusual(detail.text)
    if hidden:
        line.append(f", {hidden} hidden characters written out", f"bold {ALARM}")
    if unusual:
        line.append(f", {unusual} outside ASCII: letters may look alike", WARNING)
    if len(detail.text) > HIGHLIGHT_CHARS_MAX:
        line.append(", too long to colour", LABEL)
    return line


def _sample(detail: RequestDetail) -> Iterator[Text]:
    """Show a few of the rows: behind the statement, which has to be read first."""
    if detail.sample is None or not detail.sample.rows:
        return
    yield Text()
    yield Text("Rows, before → after" if detail.sample.rows[0].after else "Rows", HEADING)
    for words in sample_lines(detail.sample):
        yield visible_text(f"  {words}", TEXT)


def _parameters(parameters: Sequence[bytes | None]) -> Iterator[Text]:
    for index, value in enumerate(parameters, 1):
        shown = "NULL" if value is None else value.decode("utf-8", "backslashreplace")
        yield _pair(f"  ${index}", shown, SYNTAX["string"])


def _about(detail: RequestDetail) -> Iterator[Text]:
    summary = detail.summary
    yield _pair("SHA-256", detail.statement_sha256 or NO_DIGEST)
    yield _pair("Request", summary.id)
    where = f"{summary.target}, database {detail.database}, schema {detail.schema}"
    yield _pair("Runs on", f"{where}, as {detail.role}")
    for name, value in detail.settings:
        yield _pair("Setting", f"{name} = {value}")
    yield _pair("Key", detail.key_fingerprint)
    kind = "interactive, dies with it" if detail.is_interactive else "not bound to it"
    yield _pair("Session", f"{detail.session_id} ({kind})")
    yield _pair("Asked", f"{summary.created_at:%Y-%m-%d %H:%M:%S} UTC")
    yield _pair("Expires", f"{summary.expires_at:%Y-%m-%d %H:%M:%S} UTC")
    have, need = len(summary.approved_by), summary.approvals_needed
    yield _pair("Approvals", f"{have} of {need}; now {summary.state.value}")


def _decisions(detail: RequestDetail) -> Iterator[Text]:
    for decision in detail.decisions:
        verb = "approved" if decision.is_approval else "denied"
        verb = "took it back" if decision.is_revocation else verb
        words = f"{decision.reviewer} {verb} at {decision.at:%H:%M:%S} UTC"
        if decision.signed_by:
            words += f", signed with {decision.signed_by}"
        yield _pair("Decision", f"{words}: {decision.reason}" if decision.reason else words)


def _pair(label: str, value: str, style: str = TEXT) -> Text:
    line = Text()
    line.append(f"{label:<{_LABEL_COLUMNS}}", LABEL)
    line.append_text(visible_text(value, style))
    return line


def _gutter(number: int, digits: int) -> Text:
    line = Text()
    line.append(f"{number:>{digits}} │ ", LABEL)
    return line


def duration_left(expires_in_s: float) -> str:
    """Say how long a request still lives."""
    return times.span(expires_in_s) if expires_in_s > 0 else "expired"


def _tokens(text: str, engine: str) -> list[tuple[str, str]]:
    """Cut a statement into (style, piece); the pieces joined are the text.

    Only the lexer by which statements are judged says what is a comment or a string: what looked
    like one and ran would be read past. Where that is in doubt nothing looks like a comment.
    """
    if len(text) > HIGHLIGHT_CHARS_MAX or engine not in _KEYWORDS:
        return [(TEXT, text)]
    lexed = lex(text, Engine(engine))
    comment = TEXT if lexed.problems or lexed.open_construct else SYNTAX["comment"]
    styles = [comment] * len(text)
    for token in lexed.tokens:
        style = _style(token, _KEYWORDS[engine])
        styles[token.start : token.end] = [style] * (token.end - token.start)
    for start, end in (*lexed.conditional, *lexed.hints):
        # MySQL runs what stands in /*! */: it must not look like a comment.
        styles[start:end] = [SYNTAX["executable"]] * (end - start)
    runs = groupby(zip(styles, text, strict=True), key=lambda one: one[0])
    return [(style, "".join(character for _, character in run)) for style, run in runs]


def _style(token: Token, keywords: frozenset[str]) -> str:
    match token.kind:
        case Kind.WORD if token.value in keywords:
            return SYNTAX["keyword"]
        case Kind.STRING:
            return SYNTAX["string"]
        case Kind.NUMBER:
            return SYNTAX["number"]
        case _:
            return TEXT
