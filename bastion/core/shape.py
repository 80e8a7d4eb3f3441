"""One line for all statements of a shape: literals folded, lists shortened, no value left."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bastion.core import detectors
from bastion.core.lexer import Kind, Token, lex
from bastion.core.model import Engine

_LENGTH_MAX = 200
_LITERALS = frozenset({Kind.STRING, Kind.NUMBER, Kind.PARAMETER})
_SIGNED = re.compile(r"(?<=[=<>(,?] )[-+] ?(?=\?)")
_LIST = re.compile(r"\?(?:, \?)+")
_ROWS = re.compile(r"\( \? \)(?:, \( \? \))+")
_TIGHT = re.compile(r" (?=[,.;)])|(?<=[(.]) ")


def shape_of(text: str, engine: Engine) -> str:
    """Fold a statement to its shape: ``DELETE FROM orders WHERE id IN (?)``.

    Words are as written, but for their case; quoted names stay, literals become ``?``, comments
    go. What the lexer finds doubtful is folded to its first word, since a value might be left.
    """
    # Who forgets the quotes makes words of a value.
    for start, end in sorted(detectors.found_in(text), reverse=True):
        text = f"{text[:start]}?{text[end:]}"
    found = lex(text, engine)
    if found.problems or not found.tokens:
        head = found.tokens[0].value if found.tokens else ""
        return f"{head.upper()} …" if head.isidentifier() else "…"
    line = " ".join(_pieces(text, found.tokens)).replace(" ,", ",")
    line = _ROWS.sub("( ? )", _LIST.sub("?", _SIGNED.sub("", line)))
    line = _TIGHT.sub("", line)
    return line if len(line) <= _LENGTH_MAX else f"{line[: _LENGTH_MAX - 1]}…"


def _pieces(text: str, tokens: Sequence[Token]) -> list[str]:
    pieces: list[str] = []
    before: Token | None = None
    for token in tokens:
        if token.kind in _LITERALS:
            piece = "?"
        else:
            piece = text[token.start : token.end] if token.kind is Kind.QUOTED else token.value
        if before is not None and before.end == token.start and _is_glued(before, token):
            pieces[-1] += piece
        else:
            pieces.append(piece)
        before = token
    return pieces


def _is_glued(before: Token, token: Token) -> bool:
    """Tell whether two tokens are one to the eye: ``||``, ``:name``, ``shop.orders``."""
    if before.kind is token.kind is Kind.OPERATOR:
        return before.value not in "(),;" and token.value not in "(),;"
    is_name = token.kind in {Kind.WORD, Kind.QUOTED}
    return is_name and before.kind is Kind.OPERATOR and before.value in ":@."
