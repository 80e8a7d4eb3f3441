"""LOAD DATA and LOAD XML of MySQL, as the UPDATE that writes what their SET computes.

What comes out of the file is nobody's stored value. What stands behind SET may be:
``LOAD DATA … (id, @line) SET note = (SELECT email FROM customers LIMIT 1)``.
"""

from __future__ import annotations

import itertools

from bastion.core.effects import Statement
from bastion.core.head import Words
from bastion.core.lexer import Token, lex
from bastion.core.model import Engine


def as_update(statement: Statement) -> str:
    """Write the SET of a LOAD as an UPDATE, what a line gives as typed; empty where it has none."""
    if statement.engine is not Engine.MYSQL or statement.head != "LOAD":
        return ""
    text = statement.plain
    words = Words(text, lex(text, statement.engine).tokens, statement.engine, "")
    table = words.find("table") + 1
    start = words.find("set", start=table)
    if words.at(start - 1) == "character":
        start = words.find("set", start=start + 1)
    if table < 1 or start < 0:
        return ""
    name = words.between(table, words.name(table)[2])
    taken = {after.value.casefold() for after in _variables(words.tokens[table:start])}
    pieces, place = ["UPDATE ", name, " SET "], start + 1
    while place < words.count:
        token = words.tokens[place]
        after = words.tokens[place + 1 : place + 2]
        is_taken = token.value == "@" and any(one.value.casefold() in taken for one in after)
        pieces.append("''" if is_taken else text[token.start : token.end])
        place += 2 if is_taken else 1
        if place < words.count:
            pieces.append(text[words.tokens[place - 1].end : words.tokens[place].start])
    return "".join(pieces)


def _variables(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Give the names behind ``@``."""
    return tuple(after for at, after in itertools.pairwise(tokens) if at.value == "@")
