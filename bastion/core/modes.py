"""Texts written for modes of MySQL that the bastion pins off, as the pinned server reads them.

Under ``ANSI_QUOTES`` a name stands in double quotes, under ``PIPES_AS_CONCAT`` ``||`` joins texts,
under ``IGNORE_SPACE`` a blank may stand before a function's parenthesis. The server never runs in
these modes: it is remembered that a session asked for them, and what is typed then is written
anew, token by token, before anybody judges it. What is judged, asked for, bound to a yes and sent
is that other text, so a slip here may make another statement of it, yet never one that was not
judged.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bastion.core.builtins import names as word_list
from bastion.core.data import mysql_settings as data
from bastion.core.lexer import Kind, Token, lex
from bastion.core.model import Engine
from bastion.errors import UsageError

SPOKEN_MODES = word_list(data.SPOKEN_MODES)
"""Modes that are read here; the server is kept out of them."""
_WITH_PARTS = {"ansi": frozenset({"ansi_quotes", "pipes_as_concat", "ignore_space"})}
_CLOSE_CALLED = word_list(data.CLOSE_CALLED)
_BEFORE_PARENTHESIS = word_list(data.BEFORE_PARENTHESIS)
_NAMES = frozenset({Kind.WORD, Kind.QUOTED})
_MODES = "sql_mode"


@dataclass(frozen=True, slots=True)
class _Edit:
    """What stands in place of a span of the typed text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Plain:
    """A text as the pinned server reads it, and how its parts were typed."""

    text: str
    typed: str
    edges: tuple[tuple[int, int], ...] = ()
    """Where something else stands: places in ``text`` with their places in ``typed``."""

    def as_typed(self, title: str) -> str:
        """Give a column's title as it would be, had the server seen what was typed."""
        start = self.text.find(title) if self.edges and title else -1
        if start < 0:
            return title
        first, last = self._place(start, is_end=False), self._place(start + len(title), is_end=True)
        return title if first is None or last is None else self.typed[first:last]

    def _place(self, position: int, *, is_end: bool) -> int | None:
        """Give where a place was typed; None inside of what stands for something else."""
        places = [one for one, _ in self.edges]
        before, after = bisect_left(places, position), bisect_right(places, position)
        if before < after:
            return self.edges[after - 1 if is_end else before][1]
        if not before:
            return position
        place, typed = self.edges[before - 1]
        # Each of them has two edges.
        return None if before % 2 else typed + position - place


def plain(text: str, modes: str, *, row_count: int | None = None) -> Plain:
    """Write a statement for the pinned server that was written for other modes.

    Args:
        modes: what ``sql_mode`` came to in the session; empty: the server's own holds.
        row_count: what ``ROW_COUNT()`` gives, where the server counts what the bastion asked since.

    Raises:
        UsageError: under these modes it is not read here.
    """
    spoken = {one.strip().lower() for one in modes.split(",")} & SPOKEN_MODES
    for whole, parts in _WITH_PARTS.items():
        spoken |= parts if whole in spoken else set()
    is_counted = row_count is not None and "row_count" in text.casefold()
    if not spoken and not is_counted:
        return Plain(text, text)
    lexed = lex(text, Engine.MYSQL)
    tokens = lexed.tokens
    edits = list(_counted(tokens, row_count)) if row_count is not None else []
    if spoken:
        edits += _asked(tokens, modes)
    if "ansi_quotes" in spoken:
        if any('"' in text[start:end] for start, end in lexed.conditional):
            raise UsageError(_IN_COMMENT)
        if lexed.open_construct == '"':
            raise UsageError(_BACKSLASH)
        edits += _names(text, tokens)
        edits += _prepared(text, tokens, modes)
    if "ignore_space" in spoken:
        edits += _spaces(tokens)
    if "pipes_as_concat" in spoken:
        edits += _joined(tokens)
    return _edited(text, edits)


def _edited(text: str, edits: list[_Edit]) -> Plain:
    pieces: list[str] = []
    edges: list[tuple[int, int]] = []
    position = length = 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        kept = text[position : edit.start]
        pieces += [kept, edit.text]
        length += len(kept)
        edges += [(length, edit.start), (length + len(edit.text), edit.end)]
        length += len(edit.text)
        position = edit.end
    pieces.append(text[position:])
    return Plain("".join(pieces), text, tuple(edges))


_IN_COMMENT = (
    "While sql_mode has ANSI_QUOTES, no double quotes are read in comments that the server runs, "
    "/*! … */. Write names in `backticks` there. Nothing has run."
)
_BACKSLASH = (
    "While sql_mode has ANSI_QUOTES, a name in double quotes may hold no backslash here. Write it "
    "in `backticks`, or a text in 'single quotes'. Nothing has run."
)
_PIPES = (
    "While sql_mode has PIPES_AS_CONCAT, || is read between names, literals, calls and what stands "
    "in parentheses. Put its sides in parentheses, or use CONCAT(a, b). Nothing has run."
)


# ANSI_QUOTES


def _names(text: str, tokens: tuple[Token, ...]) -> Iterator[_Edit]:
    for index, token in enumerate(tokens):
        if token.kind is not Kind.STRING or text[token.start] != '"':
            continue
        written = text[token.start : token.end]
        if "\\" in written:
            # It ends elsewhere for a server in that mode.
            raise UsageError(_BACKSLASH)
        name = written[1:-1].replace('""', '"')
        quote = "'" if _is_value(tokens, index) else "`"
        inside = name.replace(quote, quote * 2)
        yield _Edit(token.start, token.end, f"{quote}{inside}{quote}")


def _is_value(tokens: tuple[Token, ...], index: int) -> bool:
    """Tell whether it is all of what a setting is given, where a name is as good as a text."""
    following = tokens[index + 1].value if index + 1 < len(tokens) else ","
    if tokens[0].value != "set" or following not in {",", "collate"} or index < 2:
        return False
    before = [one.value for one in tokens[:index]]
    if before[-1] in {"names", "charset", "set", "collate"}:
        return True
    name = before[: -2 if before[-2:] == [":", "="] else -1]
    if before[-1] != "=" or not name or tokens[len(name) - 1].kind is not Kind.WORD:
        return False
    return name[-2:-1] != ["@"] or name[-3:-1] == ["@", "@"]


def _prepared(text: str, tokens: tuple[Token, ...], modes: str) -> Iterator[_Edit]:
    """Write the text anew that is prepared or executed, where it stands there."""
    words = [one.value for one in tokens[:3]]
    index = 3 if words[:1] == ["prepare"] and "from" in words else 2
    if words[:1] != ["prepare"] and words[:2] != ["execute", "immediate"]:
        return
    if index >= len(tokens) or tokens[index].kind is not Kind.STRING:
        return
    token = tokens[index]
    if text[token.start] != "'":
        return
    value = plain(token.value, modes).text
    if value != token.value:
        quoted = value.replace("\\", "\\\\").replace("'", "''")
        yield _Edit(token.start, token.end, f"'{quoted}'")


def _asked(tokens: tuple[Token, ...], modes: str) -> Iterator[_Edit]:
    """Answer ``@@sql_mode`` with the modes that the session asked for: the server has others."""
    values = [one.value for one in tokens]
    for index, token in enumerate(tokens):
        if token.kind not in _NAMES or token.value.lower() != _MODES:
            continue
        start = index
        if values[index - 1 : index] == ["."] and values[index - 2 : index - 1] in _OF_SESSION:
            start = index - 2
        start -= 2
        if start < 0 or values[start : start + 2] != ["@", "@"]:
            continue
        is_set = values[0] == "set" and values[start - 1] in {"set", ","}
        if is_set and values[index + 1 : index + 2] in ([":"], ["="]):
            continue
        # In three, so that the title of such a column is found.
        first, end = tokens[start].start, token.end
        yield from (_Edit(first, first, "'"), _Edit(first, end, modes), _Edit(end, end, "'"))


def _counted(tokens: tuple[Token, ...], row_count: int) -> Iterator[_Edit]:
    """Answer ``ROW_COUNT()`` where it is asked for, and not in code that is kept."""
    if not tokens or tokens[0].value not in _ASKING:
        return
    for index, token in enumerate(tokens[:-2]):
        is_called = token.kind is Kind.WORD and token.value == "row_count"
        if is_called and [one.value for one in tokens[index + 1 : index + 3]] == ["(", ")"]:
            # Spelt as nobody does, so that the title of such a column is found.
            yield _Edit(token.start, tokens[index + 2].end, f"{row_count:013d}")


_ASKING = frozenset({"select", "set", "do", "(", "with", "values"})
_OF_SESSION = (["session"], ["local"])


# IGNORE_SPACE


def _spaces(tokens: tuple[Token, ...]) -> Iterator[_Edit]:
    for token, following in pairwise(tokens):
        is_called = token.kind is Kind.WORD and token.value in _CLOSE_CALLED
        if is_called and following.value == "(" and following.start > token.end:
            yield _Edit(token.end, following.start, "")


# PIPES_AS_CONCAT


def _joined(tokens: tuple[Token, ...]) -> Iterator[_Edit]:
    """Write ``a || b || c`` as ``CONCAT(a, b, c)``.

    It binds closer than any operator of two sides, and looser than those of one.
    """
    index, last = 0, len(tokens)
    while index < last:
        if not _is_pipes(tokens, index):
            index += 1
            continue
        start, end, pipes = _start_of_side(tokens, index), index, []
        while _is_pipes(tokens, end):
            pipes.append(end)
            end = _end_of_side(tokens, end + 2)
        _check_around(tokens, start, end)
        opens = tokens[start].start
        yield _Edit(opens, opens, "CONCAT(")
        for place in pipes:
            yield _Edit(tokens[place].start, tokens[place + 1].end, ",")
        yield _Edit(tokens[end - 1].end, tokens[end - 1].end, ")")
        # What the first side holds has been seen already.
        for first, beyond in zip(pipes, [*pipes[1:], end], strict=True):
            yield from _joined(tokens[first + 2 : beyond])
        index = end


def _is_pipes(tokens: tuple[Token, ...], index: int) -> bool:
    if index + 1 >= len(tokens):
        return False
    first, second = tokens[index], tokens[index + 1]
    is_both = first.value == second.value == "|" and first.kind is second.kind is Kind.OPERATOR
    return is_both and first.end == second.start


def _start_of_side(tokens: tuple[Token, ...], end: int) -> int:
    """Find where the left side starts that ends before a place."""
    index = end - 1
    if index >= 0 and _is_literal(tokens[index]):
        while index and tokens[index].kind is tokens[index - 1].kind is Kind.STRING:
            index -= 1
        return index
    if _is(tokens, index, ")"):
        index = _closing(tokens, index, -1) - 1
        if index < 0 or not _calls(tokens[index]):
            return index + 1
    if index < 0 or not _is_name(tokens[index]):
        raise UsageError(_PIPES)
    while _is(tokens, index - 1, "."):
        index -= 2
    while _is(tokens, index - 1, "@"):
        index -= 1
    return max(index, 0)


def _end_of_side(tokens: tuple[Token, ...], start: int) -> int:
    """Find the end of the right side that begins at a place."""
    index = start
    if index < len(tokens) and _is_literal(tokens[index]):
        while tokens[index].kind is Kind.STRING and index + 1 < len(tokens):
            if tokens[index + 1].kind is not Kind.STRING:
                break
            index += 1
        return index + 1
    if _is(tokens, index, "("):
        return _closing(tokens, index, 1) + 1
    while _is(tokens, index, "@"):
        index += 1
    if index >= len(tokens) or not _is_name(tokens[index]):
        raise UsageError(_PIPES)
    while _is(tokens, index + 1, "."):
        index += 2
    return _closing(tokens, index + 1, 1) + 1 if _is(tokens, index + 1, "(") else index + 1


def _is(tokens: tuple[Token, ...], index: int, operator: str) -> bool:
    if not 0 <= index < len(tokens):
        return False
    return tokens[index].kind is Kind.OPERATOR and tokens[index].value == operator


def _is_literal(token: Token) -> bool:
    is_placeholder = token.kind is Kind.OPERATOR and token.value == "?"
    return token.kind in {Kind.STRING, Kind.NUMBER} or is_placeholder


def _is_name(token: Token) -> bool:
    """Tell whether it may name a column, a function or a variable."""
    if token.kind is Kind.WORD:
        return token.value not in _BEFORE_PARENTHESIS | _NO_SIDE
    return token.kind is Kind.QUOTED


def _calls(token: Token) -> bool:
    """Tell whether a parenthesis behind it is that of a call.

    Raises:
        UsageError: it is one, but of what is no side by itself.
    """
    if token.kind is Kind.WORD and token.value in _NO_SIDE:
        raise UsageError(_PIPES)
    return _is_name(token)


def _check_around(tokens: tuple[Token, ...], start: int, end: int) -> None:
    """Refuse what would take a part of the first or last side away."""
    before = [one.value for one in tokens[max(start - 2, 0) : start]]
    if before[-1:] and before[-1] in {"+", "-", "~", "!", "binary", "interval", "collate", "."}:
        is_of_two = start >= 2 and before[-1] in {"+", "-"} and _may_end(tokens[start - 2])
        if not is_of_two:
            raise UsageError(_PIPES)
    after = [one.value for one in tokens[end : end + 2]]
    is_typed = tokens[start].kind is Kind.STRING and start > 0 and _names_type(tokens[start - 1])
    is_followed = end < len(tokens) and tokens[end].kind is Kind.STRING
    if is_typed or is_followed:
        # ``DATE '2026-02-03'``, ``_latin1 'x'``
        raise UsageError(_PIPES)
    if before == ["-", ">"] or after == ["-", ">"] or after[:1] in _GOES_ON:
        raise UsageError(_PIPES)


def _may_end(token: Token) -> bool:
    """Tell whether a value may end here, so that a sign behind it has two sides."""
    if token.kind is Kind.OPERATOR:
        return token.value == ")"
    return token.kind is not Kind.WORD or token.value not in _BEFORE_PARENTHESIS


def _names_type(token: Token) -> bool:
    return token.kind is Kind.WORD and token.value not in _BEFORE_PARENTHESIS


_GOES_ON = (["collate"], ["over"], ["."], ["("])
_NO_SIDE = frozenset({"over", "any", "some", "exists", "case", "end", "interval", "mod"})


def _closing(tokens: tuple[Token, ...], index: int, step: int) -> int:
    """Find the parenthesis that belongs to one, forwards or backwards."""
    depth = 0
    while 0 <= index < len(tokens):
        depth += _is(tokens, index, "(") - _is(tokens, index, ")")
        if depth == 0:
            return index
        index += step
    raise UsageError(_PIPES)
