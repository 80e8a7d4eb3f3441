"""Clauses of PostgreSQL's standard SQL that sqlglot does not parse, spelled so that it does.

``x IS JSON OBJECT`` becomes ``x = ''``, ``x AT LOCAL`` becomes ``x``, and the words between the
arguments of ``substring(x SIMILAR p ESCAPE e)`` become commas: the same values reach the
same places, which is all that is asked of the tree of a read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot.tokenizer_core import TokenType

from bastion.core.builtins import names as word_list
from bastion.core.lexer import Kind, Token

Spelling = tuple[tuple[TokenType, str], ...]
"""Kinds and texts of tokens; empty: left out."""

_COMPARED: Spelling = ((TokenType.EQ, "="), (TokenType.STRING, ""))
"""Never IS NULL, which tells nothing of a value."""
_FORMS = word_list("nfc nfd nfkc nfkd")
_JSON_KINDS = word_list("value array object scalar")
_ON_NULL = word_list("null absent")
_LEFT_OUT: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "at": (("local",),),
    "for": (("read", "only"),),
    "with": (
        ("wrapper",),
        ("array", "wrapper"),
        ("conditional", "wrapper"),
        ("conditional", "array", "wrapper"),
        ("unconditional", "wrapper"),
        ("unconditional", "array", "wrapper"),
    ),
    "without": (("wrapper",), ("array", "wrapper")),
    "keep": (("quotes",),),
    "omit": (("quotes",),),
    "on": (
        ("scalar", "string"),
        ("commit", "drop"),
        ("commit", "delete", "rows"),
        ("commit", "preserve", "rows"),
    ),
}
"""By their first word."""
_MARKED = word_list("xmlparse xmlserialize")
"""Calls whose argument begins with DOCUMENT or CONTENT."""
_ARGUMENTS = word_list("similar escape passing by")
"""Words between the arguments of a call."""
_FIRST = (
    frozenset({"is", "collation", "document", "content", "substring"})
    | (_ON_NULL | _ARGUMENTS)
    | _LEFT_OUT.keys()
)


def equivalents(tokens: tuple[Token, ...]) -> Iterator[tuple[int, int, Spelling]]:
    """Find what is spelled otherwise: where it begins and ends, and what stands for it."""
    behind = 0
    for index, token in enumerate(tokens):
        if index < behind or token.value not in _FIRST:
            continue
        length, spelling = _one(tokens, index)
        if length:
            behind = index + length
            yield token.start, tokens[behind - 1].end, spelling


def _one(tokens: tuple[Token, ...], index: int) -> tuple[int, Spelling]:
    word = _word(tokens, index)
    if word == "is":
        length = _test(tokens, index)
        return (length, _COMPARED) if length else (0, ())
    if word == "collation" and _are(tokens, index + 1, ("for", "(")):
        return 2, ((TokenType.VAR, "pg_collation_for"),)
    if word == "substring" and _is_by_pattern(tokens, index):
        # NULL where the pattern does not match, as this is.
        return 1, ((TokenType.VAR, "regexp_substr"),)
    if word in _ARGUMENTS:
        return _argument(tokens, index)
    if word in _ON_NULL and _are(tokens, index + 1, ("on", "null")):
        return 3, ()
    if word in {"document", "content"} and _word(tokens, index - 2) in _MARKED:
        return (1, ()) if _word(tokens, index - 1) == "(" else (0, ())
    for words in _LEFT_OUT.get(word, ()):
        if _are(tokens, index + 1, words):
            return 1 + len(words), ()
    return 0, ()


def _argument(tokens: tuple[Token, ...], index: int) -> tuple[int, Spelling]:
    """Write the words between arguments as commas: ``SIMILAR … ESCAPE …``, ``PASSING BY REF``."""
    word, following = _word(tokens, index), _word(tokens, index + 1)
    if word == "by" and following not in {"ref", "value"}:
        return 0, ()
    call = _call_around(tokens, index)
    name = _word(tokens, call)
    if name == "substring" and word in {"similar", "escape"} and _is_by_pattern(tokens, call):
        return 1, _COMMA
    if name == "xmlexists" and word == "passing":
        return 1 + 2 * (following == "by"), _COMMA
    return (2, ()) if name == "xmlexists" and word == "by" else (0, ())


def _call_around(tokens: tuple[Token, ...], index: int) -> int:
    """Find the name of the function of which this is an argument; -1 where it is far or none."""
    depth = 0
    for place in range(index - 1, max(0, index - _FAR), -1):
        word = _word(tokens, place)
        depth += (word == ")") - (word == "(")
        if depth < 0:
            return place - 1
    return -1


def _is_by_pattern(tokens: tuple[Token, ...], call: int) -> bool:
    """Tell whether it is ``substring(text SIMILAR pattern ESCAPE …)``."""
    depth = 0
    for index in range(call + 1, len(tokens)):
        word = _word(tokens, index)
        depth += (word == "(") - (word == ")")
        if not depth:
            break
        if depth == 1 and word == "similar":
            return _word(tokens, index + 1) != "to"
    return False


_FAR = 500
_COMMA: Spelling = ((TokenType.COMMA, ","),)


def _test(tokens: tuple[Token, ...], index: int) -> int:
    """Measure ``IS [NOT] NORMALIZED``, ``DOCUMENT`` or ``JSON`` with their words; 0: another."""
    place = index + 1 + (_word(tokens, index + 1) == "not")
    if _word(tokens, place) == "document":
        return place + 1 - index
    if _word(tokens, place) == "json":
        place += 1 + (_word(tokens, place + 1) in _JSON_KINDS)
        if _word(tokens, place) in {"with", "without"} and _word(tokens, place + 1) == "unique":
            place += 2 + (_word(tokens, place + 2) == "keys")
        return place - index
    place += _word(tokens, place) in _FORMS
    return place + 1 - index if _word(tokens, place) == "normalized" else 0


def _are(tokens: tuple[Token, ...], index: int, words: tuple[str, ...]) -> bool:
    return all(_word(tokens, index + step) == word for step, word in enumerate(words))


def _word(tokens: tuple[Token, ...], index: int) -> str:
    """Give a bare word or sign; empty for literals, quoted names and past the ends."""
    if not 0 <= index < len(tokens):
        return ""
    token = tokens[index]
    return token.value if token.kind in {Kind.WORD, Kind.OPERATOR} else ""
