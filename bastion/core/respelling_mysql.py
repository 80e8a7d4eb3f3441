"""MySQL's grammar that sqlglot does not parse, spelled as it does.

``GROUP_CONCAT(a ORDER BY b LIMIT 2)`` is read without its LIMIT, and ``WITH v AS (VALUES (1))`` as
``WITH v AS (SELECT * FROM (VALUES (1)) _)``: the same values reach the same places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import Token as ParserToken
from sqlglot.tokenizer_core import TokenType

from bastion.core.lexer import SELECT_OPTIONS
from bastion.core.respelling import UnspelledError, made

_WRITES = frozenset(
    {TokenType.INSERT, TokenType.UPDATE, TokenType.DELETE, TokenType.REPLACE, TokenType.MERGE}
)
_SELECT = (
    (TokenType.SELECT, "SELECT"),
    (TokenType.STAR, "*"),
    (TokenType.FROM, "FROM"),
    (TokenType.L_PAREN, "("),
)
_TESTED = ((TokenType.INT128, "INT128"),)
"""See ``TESTED`` of the paths."""
_CLOSED = ((TokenType.R_PAREN, ")"), (TokenType.VAR, "_"))


def respelled(tokens: list[ParserToken]) -> list[ParserToken]:
    """Spell a statement's tokens anew, where sqlglot would refuse them.

    Raises:
        UnspelledError: what a write would touch is counted by a query made of its tree; or it
            fills variables in a way that sqlglot would take for a join.
    """
    moved = _with_options_in_order(_with_variables_first(tokens))
    unread = (*_limits(moved), *_row_counts(moved), *_json_fallbacks(moved))
    dropped = {one for start, end in unread for one in range(start, end)}
    tests = dict(_json_tests(moved))
    dropped |= {one for start, end in tests.items() for one in range(start, end)}
    opened = dict(_rows(moved))
    if moved is tokens and not dropped and not opened:
        return tokens
    if _writes(tokens):
        raise UnspelledError
    tokens = moved
    closed = set(opened.values())
    found: list[ParserToken] = []
    for index, token in enumerate(tokens):
        if index in opened:
            found += [made(kind, text, token) for kind, text in _SELECT]
        if index in closed:
            found += [made(kind, text, token) for kind, text in _CLOSED]
        if index in tests:
            found += [made(kind, text, token) for kind, text in _TESTED]
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


def _writes(tokens: Sequence[ParserToken]) -> bool:
    """Tell whether a statement writes: ``REPLACE(a, b, c)`` and ``INSERT(…)`` are calls."""
    depth = 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        kind = token.token_type
        depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
        is_call = following is not None and following.token_type == TokenType.L_PAREN
        if kind in _WRITES and (token is tokens[0] or (depth == 0 and not is_call)):
            return True
    return False


def _with_options_in_order(tokens: list[ParserToken]) -> list[ParserToken]:
    """Put DISTINCT before the other options of SELECT, as sqlglot expects it."""
    found, has_moved = list(tokens), False
    for start, token in enumerate(tokens):
        if token.token_type != TokenType.SELECT:
            continue
        end = start + 1
        while end < len(tokens) and _is_option(tokens[end]):
            end += 1
        options = tokens[start + 1 : end]
        ordered = sorted(options, key=lambda one: one.token_type != TokenType.DISTINCT)
        if ordered != options:
            found[start + 1 : end] = ordered
            has_moved = True
    return found if has_moved else tokens


def _is_option(token: ParserToken) -> bool:
    is_quoted = token.token_type in {TokenType.IDENTIFIER, TokenType.STRING}
    return not is_quoted and token.text.lower() in SELECT_OPTIONS


def _with_variables_first(tokens: list[ParserToken]) -> list[ParserToken]:
    """Read ``SELECT a, b FROM t INTO @x, @y`` as ``SELECT a, b INTO @x FROM t``.

    ``with_targets`` puts the other variables back into the tree.
    """
    place = _into(tokens)
    if place is None:
        listed = zip(tokens, tokens[_TARGET_WORDS + 1 :], strict=False)
        if any(one.token_type == TokenType.INTO and _is_comma(two) for one, two in listed):
            raise UnspelledError
        return tokens
    start, end, select = place
    depth, clause = 0, None
    for index in range(select + 1, start):
        kind = tokens[index].token_type
        depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
        if depth == 0 and kind == TokenType.FROM and clause is None:
            clause = index
    first = tokens[start : start + _TARGET_WORDS + 1]
    rest = tokens[end:]
    if clause is None:
        moved = [*tokens[:start], *first, *rest]
    else:
        moved = [*tokens[:clause], *first, *tokens[clause:start], *rest]
    return moved if [id(one) for one in moved] != [id(one) for one in tokens] else tokens


def with_targets(tree: exp.Expr, tokens: list[ParserToken]) -> exp.Expr:
    """Name each variable that a SELECT fills, of which sqlglot reads the first."""
    place = _into(tokens)
    into = tree.args.get("into")
    if place is None or not isinstance(into, exp.Into):
        return tree
    start, end, _ = place
    names = [tokens[index].text for index in range(start + 2, end, _TARGET_WORDS + 1)]
    into.set("expressions", [exp.Parameter(this=exp.Var(this=name)) for name in names[1:]])
    return tree


def as_listed(tree: exp.Expr) -> exp.Expr:
    """Write ``DELETE FROM a USING t AS a`` as the ``DELETE a FROM t AS a`` that it is.

    What stands behind its FROM are names of tables in USING, and no tables by themselves.
    """
    using = tree.args.get("using")
    if not isinstance(tree, exp.Delete) or not isinstance(using, list) or not using:
        return tree
    named = tree.this
    tables = [named, *(join.this for join in named.args.get("joins") or [])]
    named.set("joins", None)
    first = using[0]
    for one in using[1:]:
        first.append("joins", exp.Join(this=one))
    tree.set("tables", tables)
    tree.set("this", first)
    tree.set("using", None)
    return tree


def _into(tokens: list[ParserToken]) -> tuple[int, int, int] | None:
    """Find the only INTO of variables, what follows it, and the SELECT that it belongs to."""
    found = [i for i, one in enumerate(tokens) if one.token_type == TokenType.INTO]
    if len(found) != 1:
        return None
    start, end, select, depth = found[0], found[0] + 1, -1, 0
    for index, token in enumerate(tokens):
        kind = token.token_type
        depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
        if depth == 0 and kind in _SETS:
            # It is filled by the whole, not by the arm that it stands in.
            return None
        if depth == 0 and kind == TokenType.SELECT and index < start:
            select = index
        if depth and index == start:
            return None
    while _is_variable(tokens, end):
        end += _TARGET_WORDS
        if end >= len(tokens) or not _is_comma(tokens[end]):
            return (start, end, select) if select >= 0 else None
        end += 1
    return None


def _is_comma(token: ParserToken) -> bool:
    return token.token_type == TokenType.COMMA


def _is_variable(tokens: list[ParserToken], index: int) -> bool:
    words = tokens[index : index + _TARGET_WORDS]
    kinds = [one.token_type for one in words]
    return kinds == [TokenType.PARAMETER, TokenType.VAR] and words[0].end + 1 == words[1].start


_SETS = frozenset({TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT})
_TARGET_WORDS = 2
"""Of ``@name``."""


def _row_counts(tokens: list[ParserToken]) -> Iterator[tuple[int, int]]:
    """Find MariaDB's ``ROWS EXAMINED 1000`` behind a LIMIT, or with a LIMIT of its own."""
    for index in range(1, len(tokens) - 2):
        words = [one.text.lower() for one in tokens[index : index + 2]]
        if words != ["rows", "examined"] or tokens[index + 2].token_type != TokenType.NUMBER:
            continue
        is_alone = tokens[index - 1].token_type == TokenType.LIMIT
        if is_alone or tokens[index - 1].token_type == TokenType.NUMBER:
            yield index - is_alone, index + 3


def _json_fallbacks(tokens: list[ParserToken]) -> Iterator[tuple[int, int]]:
    """Find ``NULL ON ERROR`` and ``DEFAULT '0' ON EMPTY`` of JSON_TABLE, which add a literal."""
    for start, end in _json_columns(tokens):
        for index in range(start, end - 2):
            words = [one.text.lower() for one in tokens[index + 1 : index + 3]]
            if tokens[index].text.lower() in {"null", "error"}:
                length = 1
            elif tokens[index].token_type == TokenType.DEFAULT and _is_literal(tokens[index + 1]):
                length = 2
                words = [one.text.lower() for one in tokens[index + 2 : index + 4]]
            else:
                continue
            if words in (["on", "empty"], ["on", "error"]):
                yield index, index + length + 2


def _json_tests(tokens: list[ParserToken]) -> Iterator[tuple[int, int]]:
    """Find where a column of JSON_TABLE tells whether a path is there, ``INT EXISTS PATH '$.a'``.

    Its type becomes one that no column of a MySQL has, by which the tree tells it from a value.
    """
    for start, end in _json_columns(tokens):
        for index in range(start, end - 2):
            if _are(tokens, index, "exists", "path") and _is_literal(tokens[index + 2]):
                first = index - 1
                if tokens[first].token_type == TokenType.R_PAREN:
                    first -= 3
                yield first, index + 1


def _json_columns(tokens: list[ParserToken]) -> Iterator[tuple[int, int]]:
    for index in range(len(tokens) - 1):
        is_call = tokens[index + 1].token_type == TokenType.L_PAREN
        if not is_call or tokens[index].text.lower() != "json_table":
            continue
        # The document before them is an expression: FROM a JOIN b error ON error stays whole.
        end = _closing(tokens, index + 1)
        for start in range(index + 2, end):
            is_last = _are(tokens, start, "columns", "(") and _closing(tokens, start + 1) == end - 1
            if is_last:
                yield start + 1, end


def _is_literal(token: ParserToken) -> bool:
    return token.token_type in {TokenType.STRING, TokenType.NUMBER}


def _are(tokens: list[ParserToken], index: int, *words: str) -> bool:
    return [one.text.lower() for one in tokens[index : index + len(words)]] == list(words)


def _closing(tokens: list[ParserToken], index: int) -> int:
    depth = 0
    for position in range(index, len(tokens)):
        kind = tokens[position].token_type
        depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
        if depth == 0:
            return position
    return len(tokens)
