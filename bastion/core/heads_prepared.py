"""Prepared statements and cursors: their text is judged where it is given, then by name."""

from __future__ import annotations

from dataclasses import replace

from bastion.core.builtins import names as word_list
from bastion.core.effects import ChangeKind, OutputKind
from bastion.core.head import (
    Head,
    Inner,
    Reader,
    Words,
    make,
    unknown,
)
from bastion.core.lexer import Kind
from bastion.core.model import EffectClass


def _prepare(words: Words) -> Head:
    if words.starts("prepare transaction"):
        return make(
            EffectClass.ADMIN, reason="It prepares a transaction that outlives the session."
        )
    if not words.is_name(1):
        return unknown("A prepared name is expected here.")
    name = words.tokens[1].value
    types: tuple[str, ...] = ()
    if words.is_pg:
        start = words.closing(2) + 1 if words.at(2) == "(" else 2
        types = _names_between(words, 3, start - 1)
        if words.at(start) != "as":
            return unknown("PREPARE name AS statement is expected here.")
        inner = words.rest(start + 1)
    else:
        name = name.lower()
        if words.at(2) != "from" or words.count < 4:
            return unknown("PREPARE name FROM text is expected here.")
        if words.count != 4 or words.tokens[3].kind is not Kind.STRING:
            return _computed(words, 3, words.count, "prepare")
        inner = words.tokens[3].value
    return Head(
        change=ChangeKind.PREPARE,
        name=name,
        inner=inner,
        inner_use=Inner.PREPARE,
        output=OutputKind.NONE,
        types=types,
    )


def _names_between(words: Words, start: int, end: int) -> tuple[str, ...]:
    return tuple(words.tokens[index].value for index in range(start, end) if words.is_name(index))


def _execute(words: Words) -> Head:
    if words.at(1) == "immediate":
        if words.is_pg or words.count < 3:
            return unknown("EXECUTE IMMEDIATE text is expected here.")
        using = words.find("using", start=2)
        end = using if using > 0 else words.count
        if end < words.count and not _are_variables(words, end + 1):
            return unknown("The arguments of EXECUTE are not plain variables.")
        if end != 3 or words.tokens[2].kind is not Kind.STRING:
            return _computed(words, 2, end, "execute")
        return Head(
            inner=words.tokens[2].value,
            inner_use=Inner.RUN,
            arguments=_arguments(words, end + 1, words.count),
        )
    if not words.is_name(1):
        return unknown("A prepared name is expected here.")
    name = words.tokens[1].value
    if not words.is_pg:
        if words.count > 2 and words.at(2) != "using":
            return unknown("EXECUTE name USING @variable is expected here.")
        if not _are_variables(words, 3):
            # MariaDB takes any expression here.
            return unknown("The arguments of EXECUTE are not plain variables.")
        return Head(prepared=name.lower(), arguments=_arguments(words, 3, words.count))
    if words.count > 2 and (words.at(2) != "(" or not _are_literals(words, 3, words.count - 1)):
        return unknown("The arguments of EXECUTE are not plain literals.")
    return Head(
        prepared=name,
        types=_names_between(words, 3, words.count - 1),
        arguments=_arguments(words, 3, words.count - 1),
    )


def _arguments(words: Words, start: int, end: int) -> tuple[str, ...]:
    """Give what stands between commas, outside of arrays."""
    found, depth, first = [], 0, start
    for index in range(start, end):
        depth += (words.at(index) in {"(", "["}) - (words.at(index) in {")", "]"})
        if depth == 0 and words.at(index) == ",":
            found.append(words.between(first, index))
            first = index + 1
    return (*found, words.between(first, end)) if first < end else ()


def _computed(words: Words, start: int, end: int, use: str) -> Head:
    """Say that a text is not known; where it is made of variables and literals, it may be asked."""
    head = unknown(f"The text to {use} is not a literal, so it is not known.")
    is_plain = all(
        token.kind in {Kind.STRING, Kind.NUMBER, Kind.WORD, Kind.QUOTED}
        or (
            token.value in {"(", ")", ",", "@"} and (token.value, words.at(index + 1)) != ("@", "@")
        )
        for index, token in enumerate(words.tokens[start:end], start)
    )
    # The server takes no subquery there either.
    is_plain = is_plain and all(words.at(index) != "select" for index in range(start, end))
    if words.is_pg or not is_plain or start >= end:
        return head
    return replace(head, asks=(words.tokens[start].start, words.tokens[end - 1].end))


def spelled_out(text: str, asks: tuple[int, int], value: str) -> str:
    """Write a statement with the text that it prepares or executes, as MySQL is pinned to read."""
    quoted = value.replace("\\", "\\\\").replace("'", "''")
    return f"{text[: asks[0]]}'{quoted}'{text[asks[1] :]}"


def _are_variables(words: Words, start: int) -> bool:
    """Tell whether only user variables, literals and commas stand there."""
    for index in range(start, words.count):
        token = words.tokens[index]
        is_literal = token.kind in {Kind.STRING, Kind.NUMBER} or token.value in {"null", "-", "+"}
        is_name = words.at(index - 1) == "@" and words.is_name(index)
        if not (is_literal or is_name or token.value in {",", "@"}):
            return False
    return True


def _are_literals(words: Words, start: int, end: int) -> bool:
    """Tell whether only literals and commas stand there, signs and types of one word included."""
    allowed = {",", "-", "+", ":", "null", "true", "false", "array", "[", "]"}
    for index in range(start, end):
        token = words.tokens[index]
        if token.kind in {Kind.STRING, Kind.NUMBER, Kind.PARAMETER} or token.value in allowed:
            continue
        is_type = words.at(index - 1) == ":" and words.at(index + 1) != "("
        if index + 1 < end and words.tokens[index + 1].kind is Kind.STRING:
            # ``date '2026-02-03'``
            is_type = is_type or words.at(index - 1) in {"(", ","}
        if token.kind is Kind.WORD and is_type:
            continue
        return False
    return words.at(end) == ")"


def deallocate(words: Words) -> Head:
    """Judge DEALLOCATE and MySQL's DROP PREPARE."""
    index = words.skip(1, "prepare")
    is_drop = words.at(0) == "drop"
    if is_drop:
        index = 2
    if words.count != index + 1 or not words.is_name(index):
        return unknown("A prepared name is expected here.")
    name = words.tokens[index].value
    if words.at(index) == "all":
        name = ""
    head = make(EffectClass.SESSION)
    return replace(head, change=ChangeKind.DEALLOCATE, name=name if words.is_pg else name.lower())


def _declare(words: Words) -> Head:
    cursor, query = words.find("cursor"), words.find("for", start=2)
    if not words.is_name(1) or cursor < 0 or query < cursor:
        return unknown("DECLARE name CURSOR FOR query is expected here.")
    return Head(
        change=ChangeKind.DECLARE,
        name=words.tokens[1].value,
        inner=words.rest(query + 1),
        inner_use=Inner.DECLARE,
    )


def _fetch(words: Words) -> Head:
    last = words.count - 1
    if last < 1 or not words.is_name(last):
        return unknown("A cursor's name is expected here.")
    tail = [words.at(index) for index in range(1, last)]
    if any(word not in _FETCH_WORDS and not word.isdigit() for word in tail if word):
        return unknown("FETCH direction FROM cursor is expected here.")
    if words.at(0) == "move":
        # In a transaction the pipeline fences it as a read.
        return make(EffectClass.SESSION)
    return Head(cursor=words.tokens[last].value)


def _close(words: Words) -> Head:
    if words.count != 2 or not words.is_name(1):
        return unknown("A cursor's name is expected here.")
    name = "" if words.at(1) == "all" else words.tokens[1].value
    return replace(make(EffectClass.SESSION), change=ChangeKind.CLOSE, name=name)


_FETCH_WORDS = word_list("next prior first last absolute relative forward backward all from in - +")
BOTH: dict[str, Reader] = {
    "prepare": _prepare,
    "execute": _execute,
    "deallocate": deallocate,
}

POSTGRESQL: dict[str, Reader] = {
    "declare": _declare,
    "fetch": _fetch,
    "move": _fetch,
    "close": _close,
}
