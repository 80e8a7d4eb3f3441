"""Words that a server reads as names and sqlglot as keywords, spelled as quoted names.

``SELECT drop, insert FROM audit`` reads two columns on PostgreSQL, which hands out definitions of
views so as well, and sqlglot none. Worse is what it reads otherwise: ``interval + 0`` on PostgreSQL
and ``any + 0`` and ``json 'x'`` on MySQL, a sum and a column with its alias to the server, are to
sqlglot literals without any column, and ``ssn isnull``, one more alias there, is a test to it.
Which words: each that a server or sqlglot knows was tried in each place where a name may stand, by
``tests/quality/test_bare_words.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Dialect
from sqlglot.tokenizer_core import Token as ParserToken
from sqlglot.tokenizer_core import TokenType

from bastion.core.builtins import names as word_list
from bastion.core.lexer import Kind, Lexed, Token
from bastion.core.model import Engine
from bastion.core.respelling import UnspelledError, made


def named(tokens: list[ParserToken], lexed: Lexed, engine: Engine) -> list[ParserToken]:
    """Spell those words of a query or a write of rows as the quoted names that they are.

    Args:
        tokens: sqlglot's, which agree with ours.

    Raises:
        UnspelledError: a word is a name to some servers only.
    """
    ours = lexed.tokens
    is_pg = engine is Engine.POSTGRESQL
    first = _first(ours)
    starts = (
        {ours[index].start for index in _in_postgresql(ours) if index >= first}
        if is_pg
        else {
            *(ours[index].start for index in _in_mysql(ours) if index >= first),
            *(_not_literals(tokens) if first < len(ours) else ()),
        }
    )
    if not starts:
        return tokens
    return [_quoted(token, is_pg=is_pg) if token.start in starts else token for token in tokens]


def _first(tokens: tuple[Token, ...]) -> int:
    """Find where there is none of these words as a keyword any more, but as told below.

    That is a whole query or write of rows, and in what else holds a query, all behind SELECT.
    """
    words = [(index, one.value) for index, one in enumerate(tokens) if one.kind is Kind.WORD]
    if words and words[0][1] in _STATEMENTS:
        return words[0][0]
    for index, word in words:
        if word in _WITHOUT_QUERIES:
            break
        if word == "select":
            return index
    return len(tokens)


def _quoted(token: ParserToken, *, is_pg: bool) -> ParserToken:
    text = token.text.lower() if is_pg else token.text
    return made(TokenType.IDENTIFIER, text, token)


def _in_postgresql(tokens: tuple[Token, ...]) -> Iterator[int]:
    for index, token in enumerate(tokens):
        if token.kind is not Kind.WORD or token.value not in _POSTGRESQL:
            continue
        following = _value(tokens, index + 1)
        # Before a parenthesis it may be a call, whose name is looked up as it stands.
        is_name = following != "("
        if token.value == "interval":
            is_name = _is_interval_named(tokens, index)
        elif token.value == "insert":
            # MERGE inserts without INTO.
            is_name &= following not in _OF_INSERT
        elif token.value == "values":
            is_name &= _value(tokens, index - 1) != "default"
        if is_name:
            yield index


def _is_interval_named(tokens: tuple[Token, ...], index: int) -> bool:
    """Tell ``interval + 1`` from a type and a literal, ``interval '1 day'``, ``interval(3) '1 s'``.

    A type stands behind ``::`` and ``AS`` or ends an item, ``t(a interval, b interval[])``; there
    sqlglot reads a column as well.
    """
    if index + 1 == len(tokens) or tokens[index + 1].kind is Kind.STRING:
        return False
    before, following = _value(tokens, index - 1), _value(tokens, index + 1)
    is_type = before in {":", "as"} or (following == "[" and _value(tokens, index + 2) == "]")
    return not is_type and following not in _BEHIND_TYPES


def _in_mysql(tokens: tuple[Token, ...]) -> Iterator[int]:
    for index, token in enumerate(tokens):
        if token.kind is not Kind.WORD or token.value not in _MYSQL:
            continue
        before, following = _value(tokens, index - 1), _value(tokens, index + 1)
        # ``= ANY (SELECT …)``
        is_name = following != "("
        if token.value == "charset":
            # ``CAST(a AS CHAR(9) CHARSET utf8mb4)``
            is_name &= before != ")" and before not in _OF_LETTERS
        elif token.value == "mod":
            is_name &= before == "."
        if is_name:
            yield index


def _not_literals(tokens: list[ParserToken]) -> Iterator[int]:
    """Find types and character sets that begin no literal: ``json 'a'`` is a column, named anew."""
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        behind = following and following.token_type
        if token.token_type == TokenType.INTRODUCER:
            if behind not in _LITERALS:
                yield token.start
            elif token.text.lower() in _OF_MYSQL_ONLY:
                raise UnspelledError
        elif behind == TokenType.STRING and token.token_type in _TYPES:
            # Words that are reserved can be no column: what is left is refused by the server.
            if token.text.lower() in _BEFORE_STRINGS:
                continue
            yield token.start


def _value(tokens: tuple[Token, ...], index: int) -> str:
    if not 0 <= index < len(tokens) or tokens[index].kind not in {Kind.WORD, Kind.OPERATOR}:
        return ""
    return tokens[index].value


_STATEMENTS = word_list("select with values table insert update delete merge replace")
_WITHOUT_QUERIES = word_list("grant revoke function procedure trigger event rule package")
"""Privileges, and code whose statements are read one by one."""
_POSTGRESQL = word_list(
    """
    alter anti asof connect_by_root cube describe drop glob if insert interval lock qualify regexp
    revoke rlike rollback rollup semi uncache values
    """
)
_OF_INSERT = word_list("into values default overriding")
_BEHIND_TYPES = word_list("( ) , path null not default format exists with without error")
_MYSQL = word_list(
    """
    any asof charset connect_by_root glob ilike isnull lateral mod notnull qualify rollback
    tablesample uncache
    """
)
_OF_LETTERS = word_list("char character nchar varchar nvarchar text tinytext mediumtext longtext")
_LITERALS = frozenset(
    {TokenType.STRING, TokenType.NUMBER, TokenType.HEX_STRING, TokenType.BIT_STRING}
)
_TYPES = Dialect.get_or_raise(Engine.MYSQL.value).parser_class.TYPE_TOKENS
_OF_MYSQL_ONLY = word_list("_gb18030")
"""What MariaDB knows of no character set of that name is a column there, and its alias."""
_BEFORE_STRINGS = word_list("binary date interval set time timestamp")
"""What is a literal or an operator to the servers too."""
