"""MySQL's grammar that sqlglot does not parse, spelled as it does.

``GROUP_CONCAT(a ORDER BY b LIMIT 2)`` is read without its LIMIT, and ``WITH v AS (VALUES (1))`` as
``WITH v AS (SELECT * FROM (VALUES (1)) _)``: the same values reach the same places.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot.tokenizer_core import Token as ParserToken
from sqlglot.tokenizer_core import TokenType

from bastion.core.respelling import UnspelledError, made

_WRITES = frozenset({"insert", "update", "delete", "replace"})
_SELECT = (
    (TokenType.SELECT, "SELECT"),
    (TokenType.STAR, "*"),
    (TokenType.FROM, "FROM"),
    (TokenType.L_PAREN, "("),
)
_CLOSED = ((TokenType.R_PAREN, ")"), (TokenType.VAR, "_"))


def respelled(tokens: list[ParserToken]) -> list[ParserToken]:
    """Spell a statement's tokens anew, where sqlglot would refuse them.

    Raises:
        UnspelledError: what a write would touch is counted by a query made of its tree.
    """
    dropped = {one for start, end in _limits(tokens) for one in range(start, end)}
    opened = dict(_rows(tokens))
    if not dropped and not opened:
        return tokens
    if any(token.text.lower() in _WRITES for token in tokens):
        raise UnspelledError
    closed = set(opened.values())
    found: list[ParserToken] = []
    for index, token in enumerate(tokens):
        if index in opened:
            found += [made(kind, text, token) for kind, text in _SELECT]
        if index in closed:
            found += [made(kind, text, token) for kind, text in _CLOSED]
        if index not in dropped:
            found.append(token)
    return found


def _limits(tokens: list[ParserToken]) -> Iterator[tuple[int, int]]:
    """Find ``LIMIT 2`` and ``LIMIT 1, 2`` at the end of a GROUP_CONCAT."""
    for index in range(len(tokens) - 1):
        token = tokens[index]
        if token.text.lower() not in _JOINING or tokens[index + 1].token_type != TokenType.L_PAREN:
            continue
        end = _closing(tokens, index + 1)
        for length in (2, 4):
            start = end - length
            words = tokens[start:end]
            is_limit = start > index and words[0].token_type == TokenType.LIMIT
            if is_limit and all(one.token_type in _OF_LIMIT for one in words[1:]):
                yield start, end


_JOINING = frozenset({"group_concat", "json_arrayagg"})
_OF_LIMIT = frozenset({TokenType.NUMBER, TokenType.COMMA, TokenType.OFFSET})


def _rows(tokens: list[ParserToken]) -> Iterator[tuple[int, int]]:
    """Find the VALUES of ``AS (VALUES …)`` with what follows their rows."""
    for index in range(2, len(tokens) - 1):
        before = [one.token_type for one in tokens[index - 2 : index]]
        is_first = before == [TokenType.ALIAS, TokenType.L_PAREN]
        is_values = tokens[index].token_type == TokenType.VALUES
        if is_first and is_values and tokens[index + 1].token_type == TokenType.L_PAREN:
            end = _closing(tokens, index + 1) + 1
            while end + 1 < len(tokens) and tokens[end].token_type == TokenType.COMMA:
                end = _closing(tokens, end + 1) + 1
            yield index, end


def _closing(tokens: list[ParserToken], index: int) -> int:
    depth = 0
    for position in range(index, len(tokens)):
        kind = tokens[position].token_type
        depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
        if depth == 0:
            return position
    return len(tokens)
