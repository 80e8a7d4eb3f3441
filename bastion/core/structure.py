"""Schema changes that compute with stored rows: whether they succeed tells what is stored.

``CHECK (ssn LIKE 'S%')`` is a question that the server answers for every row. Read by tokens, as
no parser knows all of these forms.
"""

from __future__ import annotations

from typing import NamedTuple

from bastion.core.builtins import names
from bastion.core.kinds import type_kind
from bastion.core.lexer import Kind, Token, lex
from bastion.core.model import Engine


class Computed(NamedTuple):
    """What a schema change computes with."""

    columns: str = ""
    """The part of the text whose columns it reads."""
    row: str = ""
    """The part that may take a whole row by the name of its relation."""


_NOTHING = Computed()


def computed_part(text: str, engine: Engine, *, is_tainted: bool) -> Computed:
    """Give what a schema change computes or checks of the rows that are there.

    Args:
        is_tainted: it changes what the session filled with sensitive values, so that keys tell too.
    """
    tokens = [token for token in lex(text, engine).tokens if token.value != ";"]
    words = [_word(token) for token in tokens]
    if not words:
        return _NOTHING
    if words[0] == "cluster":
        return Computed(columns=text, row=text)
    if words[0] == "create" and "index" in words[:5]:
        return _index(text, tokens, words, is_tainted=is_tainted)
    if words[0] == "create" and "table" in words[:5]:
        # No row is there yet; but a key into another table asks that one.
        return Computed(columns=_references(text, tokens, words))
    if words[0] == "create" and not {"policy", "rule"} & {*words[:4]}:
        return _NOTHING
    for place in range(2, len(words)):
        if _is_computing(words, tokens, place) or (is_tainted and words[place] in _KEYS):
            start = 0 if words[0] == "create" else min(3, len(tokens) - 1)
            # A key that names its columns takes no other column of the table that it points to.
            is_plain_key = words[place] == "references" and "(" in words[place : place + 5]
            row = "" if is_plain_key else text[tokens[place].start :]
            return Computed(columns=text[tokens[start].start :], row=row)
    return _NOTHING


def _references(text: str, tokens: list[Token], words: list[str]) -> str:
    """Give what foreign keys point to."""
    found = []
    for place, word in enumerate(words):
        if word == "references" and ")" in words[place:]:
            end = words.index(")", place)
            found.append(text[tokens[place].start : tokens[end].end])
    return " ".join(found)


def _is_computing(words: list[str], tokens: list[Token], place: int) -> bool:
    word, following = words[place], [*words[place + 1 : place + 3], "", ""][:2]
    if word in _COMPUTING:
        return True
    if word in ("enum", "set", "as", "default"):
        return following[0] == "("
    if word == "order":
        return following[0] == "by"
    if word == "type" and place + 1 < len(words) and words[0] == "alter":
        return type_kind(tokens[place + 1].value) == "other"
    return False


def _index(text: str, tokens: list[Token], words: list[str], *, is_tainted: bool) -> Computed:
    """Give an index's expressions and condition; of plain columns there is nothing to compute."""
    if "on" not in words or "(" not in words[words.index("on") :]:
        return _NOTHING
    start = words.index("(", words.index("on"))
    depth = 0
    for place, word in enumerate(words[start:], start=start):
        depth += (word == "(") - (word == ")")
        if depth > 1 or (depth == 0 and word == "where") or is_tainted:
            return Computed(columns=text[tokens[start].start :], row=text[tokens[place].start :])
    return _NOTHING


def _word(token: Token) -> str:
    return token.value if token.kind in {Kind.WORD, Kind.OPERATOR} else ""


_COMPUTING = names(
    """
    check exclude using generated expression persistent virtual stored references attach policy rule
    """
)
_KEYS = names("unique primary key inherit modify change type index")
