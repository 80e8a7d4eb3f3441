"""PostgreSQL's operators and typed literals that sqlglot does not parse, spelled as it does.

``box '(0,0),(1,1)' <@ b`` becomes ``'(0,0),(1,1)'::box OPERATOR(<@) b``, and ``@ x``, an operator
before its operand, ``NULL OPERATOR(@) x``: the same values reach the same places, which is all
that is asked of the tree. Whose operators these are, ``core.unwritten`` judges by the text.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot.tokenizer_core import Token as ParserToken
from sqlglot.tokenizer_core import TokenType

from bastion.core.builtins import names as word_list
from bastion.core.equivalents import Spelling, equivalents
from bastion.core.lexer import Kind, Lexed, Token


class UnspelledError(Exception):
    """There is no spelling that means the same wherever the tree is used."""


def respelled(tokens: list[ParserToken], lexed: Lexed) -> list[ParserToken]:
    """Spell a statement's tokens anew, where sqlglot would refuse or misread them.

    ``@ x`` is the misread one: to sqlglot a parameter, and the column would go unseen.

    Args:
        tokens: sqlglot's, which agree with ours.

    Raises:
        UnspelledError: what a write would touch is counted by a query made of its tree, which an
            operator before its operand, or a clause left out, would make another one.
    """
    ours = lexed.tokens
    operators = {start: (end, spelling) for start, end, spelling in _operators(ours)}
    clauses = {start: (end, spelling) for start, end, spelling in equivalents(ours)}
    literals = {one.start for one in _typed_literals(ours)}
    columns = {one.start for one in _further_columns(ours)}
    elements = {one.start for one in _elements(ours)}
    if not operators and not literals and not columns and not clauses and not elements:
        return tokens
    is_write = any(token.kind is Kind.WORD and token.value in _WRITES for token in ours)
    is_other = any(spelling[0][0] is TokenType.NULL for _, spelling in operators.values())
    if is_write and (is_other or columns or clauses):
        raise UnspelledError
    operators |= clauses
    tokens = [token for token in tokens if token.start not in columns]
    found: list[ParserToken] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.start in operators:
            end, spelling = operators[token.start]
            found += [made(kind, text, token) for kind, text in spelling]
            while index < len(tokens) and tokens[index].start < end:
                index += 1
        elif token.start in literals and index + 1 < len(tokens):
            found += [tokens[index + 1], made(TokenType.DCOLON, "::", token), token]
            index += 2
        elif token.start in elements:
            # A type of names and numbers too, which sqlglot takes like any.
            found.append(made(TokenType.VAR, "xid", token))
            index += 1
        else:
            found.append(token)
            index += 1
    return found


_WRITES = frozenset({"insert", "update", "delete", "merge"})


def _further_columns(tokens: tuple[Token, ...]) -> Iterator[Token]:
    """Find the columns of ``SEARCH … BY a, b SET`` and ``CYCLE a, b SET`` behind the first.

    sqlglot knows of one; what they add to the query is traced as if made of all columns.
    """
    for index, token in enumerate(tokens):
        if token.value not in {"first", "cycle"}:
            continue
        is_search = _are(tokens, index, "first", "by") and _are(tokens, index - 2, "search")
        is_cycle = _are(tokens, index - 1, ")", "cycle") or (
            _are(tokens, index, "cycle") and _are(tokens, index - 2, "set")
        )
        if not is_search and not is_cycle:
            continue
        place = index + 2 + is_search
        found: list[Token] = []
        while _are(tokens, place, ","):
            found += tokens[place : place + 2]
            place += 2
        if _are(tokens, place, "set"):
            yield from found


def _are(tokens: tuple[Token, ...], index: int, *words: str) -> bool:
    """Tell whether bare words or signs stand at a place."""
    part = tokens[max(index, 0) : index + len(words)]
    bare = [one.value for one in part if one.kind in {Kind.WORD, Kind.OPERATOR}]
    return bare == list(words)


def _operators(tokens: tuple[Token, ...]) -> Iterator[tuple[int, int, Spelling]]:
    """Find the operators that sqlglot does not know, with what they are spelled as."""
    index = 0
    while index < len(tokens):
        first = index
        index += 1
        if tokens[first].kind is not Kind.OPERATOR or tokens[first].value not in _LETTERS:
            continue
        while index < len(tokens) and _continues(tokens[index - 1], tokens[index]):
            index += 1
        sign = "".join(token.value for token in tokens[first:index])
        while sign[-1] in "+-" and len(sign) > 1 and _TELLING.isdisjoint(sign):
            # ``a *- b`` is a product: only with such letters may an operator end in a sign.
            sign, index = sign[:-1], index - 1
        is_prefix = _is_before_operand(tokens[first - 1] if first else None)
        if sign not in _PREFIXES if is_prefix else sign in _INFIXES:
            continue
        if _is_named(tokens, first):
            continue
        spelling: Spelling = (
            *(((TokenType.NULL, "NULL"),) if is_prefix else ()),
            (TokenType.OPERATOR, "OPERATOR"),
            (TokenType.L_PAREN, "("),
            (TokenType.VAR, sign),
            (TokenType.R_PAREN, ")"),
        )
        yield tokens[first].start, tokens[index - 1].end, spelling


def _continues(before: Token, token: Token) -> bool:
    is_operator = token.kind is Kind.OPERATOR and token.value in _LETTERS
    return is_operator and before.end == token.start


def _is_before_operand(before: Token | None) -> bool:
    if before is None:
        return True
    if before.kind is Kind.OPERATOR:
        return before.value not in {")", "]"}
    return before.kind is Kind.WORD and before.value in _RESERVED


def _is_named(tokens: tuple[Token, ...], index: int) -> bool:
    """Tell whether it is ``OPERATOR(schema.sign)`` already."""
    while index >= 2 and tokens[index - 1].value == ".":
        index -= 2
    return index >= 2 and tokens[index - 1].value == "(" and tokens[index - 2].value == "operator"


def _typed_literals(tokens: tuple[Token, ...]) -> Iterator[Token]:
    for index in range(1, len(tokens)):
        token = tokens[index - 1]
        is_type = token.kind is Kind.WORD and token.value in _TYPES
        # ``v int PATH 'a'`` in a list of columns names no type.
        begins = _is_before_operand(tokens[index - 2] if index > 1 else None)
        if tokens[index].kind is Kind.STRING and is_type and begins:
            yield token


def _elements(tokens: tuple[Token, ...]) -> Iterator[Token]:
    """Find ``oid`` and the like as types of arrays, ``'{1,2}'::oid[]``, which sqlglot refuses."""
    for index, token in enumerate(tokens):
        if not index or token.kind is not Kind.WORD or token.value not in _OF_OBJECTS:
            continue
        is_cast = _are(tokens, index - 1, ":") or _are(tokens, index - 1, "as")
        if is_cast and _are(tokens, index + 1, "["):
            yield token


def made(kind: TokenType, text: str, place: ParserToken) -> ParserToken:
    """Make a token that stands where another does."""
    return ParserToken(kind, text, place.line, place.col, place.start, place.end)


_LETTERS = frozenset("+-*/<>=~!@#%^&|`?")
_TELLING = frozenset("~!@#%^&|`?")
_PREFIXES = frozenset(("@", "@@", "@-@", "#", "?-", "?|"))
"""Of the operators before their operand, those that sqlglot does not know."""
_INFIXES = frozenset(
    """
    + - * / % ^ = < > <= >= <> != || -> ->> #> #>> @> <@ && << >> <-> & | # ~ ~* ~~ ~~* !~ !~* !~~
    !~~* ? ?| ?& @@ @@@ @? -|- &< &> #- ^@ =>
    """.split()
)
"""Of those between two operands, what sqlglot knows: it stays as it is."""
_OF_OBJECTS = word_list(
    """
    regclass regproc regprocedure regtype regrole regnamespace regoper regoperator regconfig
    regdictionary regcollation oid
    """
)
_TYPES = _OF_OBJECTS | word_list(
    """
    point line lseg box path polygon circle macaddr macaddr8 tsquery tsvector pg_lsn jsonpath
    int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange
    varbit cidr tid xid xid8 pg_snapshot txid_snapshot
    """
)
"""Built-in types that take a literal behind their name."""
_RESERVED = word_list(
    """
    select distinct all where and or not when then else case on by having in between like ilike
    similar from limit offset union except intersect returning any some as using values
    """
)
"""Words that no operand can be, so that an operator behind them has none on its left."""
