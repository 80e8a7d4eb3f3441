"""The text of SQL as the server's own lexer reads it: tokens, statements, what is still open.

This lexer is the truth and sqlglot's tree is checked against it: where a quote or a comment ends
decides what runs. Whatever the two engines' versions or modes might read differently is a
*problem*: the statement is then not understood. Modes are those that the bastion pins:
``standard_conforming_strings`` on, no ``ANSI_QUOTES``, no ``NO_BACKSLASH_ESCAPES``, UTF-8.

Sources: PostgreSQL ``scan.l``, docs 4.1; MariaDB ``sql_lex.cc``, MySQL manual 9.
"""

from __future__ import annotations

import enum
import functools
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bastion.core.model import Engine
from bastion.errors import UsageError


class Kind(enum.Enum):
    """What a token is."""

    WORD = "word"
    """A keyword or bare name; ``value`` is in lower case."""
    QUOTED = "quoted"
    """A quoted name; ``value`` is the name itself."""
    STRING = "string"
    """A string of any form; ``value`` is its content, escapes resolved where that is simple."""
    NUMBER = "number"
    PARAMETER = "parameter"
    """``$1``."""
    OPERATOR = "operator"
    """One character."""

    # As members compare, by identity: sets of kinds are asked about each token, several times.
    __hash__ = object.__hash__


class Token(NamedTuple):
    """One token: ``text[start:end]``."""

    kind: Kind
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexed:
    """A text in tokens."""

    tokens: tuple[Token, ...]
    problems: tuple[str, ...]
    """Why a server might read this text otherwise, in words."""
    open_construct: str
    """What is still open at the end: a quote, ``(``, ``$``, ``*`` for a comment, or nothing."""
    conditional: tuple[tuple[int, int], ...] = ()
    """MySQL: where comments stand that the server may run, by start and end."""
    hints: tuple[tuple[int, int], ...] = ()
    """Where hints to an optimiser stand, ``/*+ … */``."""


def lex(text: str, engine: Engine) -> Lexed:
    """Cut a text into tokens; comments and white space are left out. Never raises."""
    return _lex_short(text, engine) if len(text) < _SHORT else _Scanner(text, engine).run()


@functools.lru_cache(maxsize=32)
def _lex_short(text: str, engine: Engine) -> Lexed:
    # Splitting and judging look at the same text, one after the other.
    return _Scanner(text, engine).run()


def split(text: str, engine: Engine) -> tuple[str, ...]:
    """Cut a text into its statements, without terminators; empty ones are dropped.

    A piece that holds nothing but comments is dropped too, unless a comment may be executable.

    Raises:
        UsageError: the text holds a NUL byte, or a quote or comment is not closed.
    """
    if "\0" in text:
        raise UsageError("The text holds a NUL byte. Remove it and send it again.")
    lexed = lex(text, engine)
    if lexed.open_construct not in {"", "("}:
        what = _OPEN_WORDS[lexed.open_construct]
        raise UsageError(f"{what} is not closed. Close it and send it again.")
    return tuple(text[start:end] for start, end in _pieces(text, lexed, engine))


def without_hints(text: str, engine: Engine, server_version: str) -> str:
    """Blank out hints to the optimiser, ``/*+ INDEX(t i) */``, that can set nothing.

    The text comes back as it was where any of them may do more, as ``SET_VAR`` does.

    Args:
        server_version: as the server says it, ``10.11.6-MariaDB``.
    """
    if "/*+" not in text:
        return text
    lexed = lex(text, engine)
    if lexed.open_construct or lexed.problems != (_HINT_PROBLEM,):
        return text
    plain, position = [], 0
    for start, end in lexed.hints:
        if _may_set(text[start:end], engine, server_version):
            return text
        plain += [text[position:start], " " * (end - start)]
        position = end
    return "".join((*plain, text[position:]))


def _may_set(hint: str, engine: Engine, server_version: str) -> bool:
    """Tell whether a hint may do more than choose among plans.

    What a server does not know as a hint is a comment to it, whatever it says.
    """
    if engine is Engine.POSTGRESQL:
        # Of pg_hint_plan, where there is one, only ``Set(name value)``.
        return _SETS.search(hint) is not None
    if _OLD_MARIADB.search(server_version):
        return False
    # A quoted name in it may hide where MySQL takes the hint to end.
    named = {name.lower() for name in _HINT_CALL.findall(hint)}
    return not _PLAIN.fullmatch(hint) or not all(_HINT.fullmatch(name) for name in named)


def without_escapes(text: str, engine: Engine) -> str:
    """Write what stands in ODBC's braces as SQL has it, each place where it was.

    Of a literal, ``{ts '2024-01-01 00:00:00'}``, the braces and the word are blanked out; an
    expression, ``{fn now()}``, and a join, ``{oj a left join b on …}``, come into parentheses.
    The text comes back as it was where anything else stands in braces.
    """
    if "{" not in text or engine is not Engine.MYSQL:
        return text
    lexed = lex(text, engine)
    if lexed.open_construct or set(lexed.problems) != {_BRACES_PROBLEM}:
        return text
    written = list(text)
    closings: list[str] = []
    for index, token in enumerate(lexed.tokens):
        if token.kind is not Kind.OPERATOR or token.value not in "{}":
            continue
        if token.value == "}":
            if not closings:
                return text
            written[token.start] = closings.pop()
            continue
        inside = lexed.tokens[index : index + len(_ODBC_LITERAL)]
        word = inside[1] if [one.kind for one in inside[:2]] == _ODBC_LITERAL[:2] else token
        is_literal = [one.kind for one in inside] == _ODBC_LITERAL and inside[-1].value == "}"
        if word.value not in _ODBC_WORDS or (word.value in _ODBC_TIMES and not is_literal):
            return text
        opening, closing = "  " if is_literal and word.value in _ODBC_TIMES else "()"
        written[token.start : word.end] = opening.ljust(word.end - token.start)
        closings.append(closing)
    return text if closings else "".join(written)


def without_cache_words(text: str, engine: Engine, server_version: str) -> str:
    """Blank out MariaDB's ``SQL_CACHE`` among the options of a SELECT, where it names no column.

    Args:
        server_version: as the server says it: MySQL reads it as the name of a column.
    """
    is_there = engine is Engine.MYSQL and "sql_cache" in text.casefold()
    if not is_there or "mariadb" not in server_version.casefold():
        return text
    plain, is_option = text, False
    for token in lex(text, engine).tokens:
        is_option = token.kind is Kind.WORD and (
            token.value == "select" or (is_option and token.value in SELECT_OPTIONS)
        )
        if is_option and token.value == "sql_cache":
            plain = f"{plain[: token.start]}{' ' * len('sql_cache')}{plain[token.end :]}"
    return plain


def with_sequence_calls(text: str, engine: Engine) -> str:
    """Write MariaDB's ``NEXT VALUE FOR s`` and ``PREVIOUS VALUE FOR s`` as calls of equal width."""
    if engine is not Engine.MYSQL or "value" not in text.casefold():
        return text
    tokens, plain = lex(text, engine).tokens, text
    for index, token in enumerate(tokens[:-3]):
        call = _SEQUENCE_CALLS.get(token.value) if token.kind is Kind.WORD else None
        words = [(one.kind, one.value) for one in tokens[index + 1 : index + 3]]
        if call is None or words != [(Kind.WORD, "value"), (Kind.WORD, "for")]:
            continue
        end = index + 4
        while end + 1 < len(tokens) and tokens[end].value == ".":
            end += 2
        start, name, last = token.start, tokens[index + 3].start, tokens[end - 1].end
        written = f"{call}({text[name:last]})".ljust(last - start)
        plain = f"{plain[:start]}{written}{plain[last:]}"
    return plain


_SEQUENCE_CALLS = {"next": "NEXTVAL", "previous": "LASTVAL"}
SELECT_OPTIONS = frozenset(
    """
    distinct distinctrow all straight_join high_priority sql_small_result sql_big_result
    sql_buffer_result sql_no_cache sql_calc_found_rows sql_cache
    """.split()
)
"""What MySQL and MariaDB take between SELECT and its list, in any order."""
CONDITIONAL_PROBLEM = "an executable comment, /*! … */, which the server runs"
_BRACES_PROBLEM = "braces: ODBC escapes are not read"
_ODBC_LITERAL = [Kind.OPERATOR, Kind.WORD, Kind.STRING, Kind.OPERATOR]
_ODBC_TIMES = frozenset({"d", "t", "ts"})
_ODBC_WORDS = _ODBC_TIMES | {"fn", "oj"}
_HINT_PROBLEM = "an optimiser hint, /*+ … */, which may change settings"
_SETS = re.compile(r"(?<![a-z0-9_])set(?![a-z0-9_])", re.IGNORECASE)
_OLD_MARIADB = re.compile(r"(?:^|-)1[01]\.\d+\.\d+-MariaDB", re.IGNORECASE)
"""It has no hints before version 12."""
_PLAIN = re.compile(r"/\*\+[\w\s@,.#+*()-]*\*/")
_HINT_CALL = re.compile(r"(\w+)\s*\(")
_HINT = re.compile(
    r"(?:no_?)?(?:bka|bnl|mrr|icp|hash_?join|merge|index|group_index|join_index|order_index|"
    r"index_merge|semijoin|skip_scan|range_optimization|derived_condition_pushdown)|"
    r"join_(?:fixed_order|order|prefix|suffix)|qb_name|subquery|max_execution_time"
)
"""Of MySQL; a limit of time in a hint the bastion's own still bounds."""


def plain_unicode(text: str) -> str:
    r"""Write PostgreSQL's ``U&'d\0061ta'`` and ``U&"…" UESCAPE '!'`` as plain ones of equal width.

    The text comes back as it was where anything of them is doubtful: it is then not understood.
    """
    if "u&" not in text.lower():
        return text
    lexed = lex(text, Engine.POSTGRESQL)
    if lexed.open_construct not in {"", "("} or lexed.problems != (_UNICODE_PROBLEM,):
        return text
    plain, position = [], 0
    for index, token in enumerate(lexed.tokens):
        if text[token.start : token.start + 2].lower() != "u&" or token.kind not in _QUOTING:
            continue
        escape, end = _escape_of(lexed.tokens, index)
        quote = text[token.end - 1]
        value = _decoded(token.value.replace(quote * 2, quote), escape)
        if value is None:
            return text
        written = f"{quote}{value.replace(quote, quote * 2)}{quote}"
        plain += [text[position : token.start], written.ljust(end - token.start)]
        position = end
    return "".join((*plain, text[position:]))


def _escape_of(tokens: tuple[Token, ...], index: int) -> tuple[str, int]:
    """Give the escape character of a ``U&`` form, and where it ends, UESCAPE included."""
    following = tokens[index + 1 : index + 3]
    if len(following) == 2 and following[0].value == "uescape":
        return following[1].value, following[1].end
    return "\\", tokens[index].end


def _decoded(body: str, escape: str) -> str | None:
    if len(escape) != 1 or escape in "+'\"" or escape.isspace() or escape in string.hexdigits:
        return None
    mark = re.escape(escape)
    pattern = re.compile(rf"{mark}(?:({mark})|([0-9A-Fa-f]{{4}})|\+([0-9A-Fa-f]{{6}})|)")
    if any(match.lastindex is None for match in pattern.finditer(body)):
        return None
    try:
        found = pattern.sub(lambda one: one[1] or chr(int(one[2] or one[3], 16)), body)
        # Two halves make one character; a half alone makes none.
        value = found.encode("utf-16", "surrogatepass").decode("utf-16")
    except (ValueError, OverflowError):
        return None
    return None if "\0" in value else value


def is_complete(text: str, engine: Engine) -> bool:
    r"""Tell whether the text ends a statement: ``;``, ``\g`` or ``\G`` outside of quotes."""
    match = _SEND.search(text)
    if match is not None:
        before = text[: match.start()]
        return bool(before.strip()) and lex(before, engine).open_construct == ""
    lexed = lex(text, engine)
    if lexed.open_construct or not lexed.tokens:
        return False
    ends = terminators(lexed.tokens, engine)
    return bool(ends) and ends[-1] == len(lexed.tokens) - 1


def open_construct(text: str, engine: Engine) -> str:
    """Name what is open at the end of the text, for the continuation prompt."""
    return lex(text, engine).open_construct


_UNICODE_PROBLEM = "a U& name or string, whose escapes are not read"
_QUOTING = frozenset({Kind.STRING, Kind.QUOTED})
_SPACE = " \t\n\r\f"
_SHORT = 10_000
_SEND = re.compile(r"\\(?:gx|g|G)\s*\Z")
_OPEN_WORDS = {
    "'": "A string",
    '"': "A quoted name or string",
    "`": "A quoted name",
    "$": "A dollar-quoted string",
    "*": "A comment",
}
_PG_WORD = r"[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*"
_MY_WORD = r"[0-9]*[A-Za-z_$\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*"
_DIGITS = r"\d+(?:_\d+)*+"
_NUMBER = (
    r"0[xX][0-9A-Fa-f]+|0[bB][01]+"
    rf"|(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?"
)
_POSTGRESQL = re.compile(
    rf"""
    (?P<space>[ \t\n\r\f]+)
  | (?P<line>--[^\n\r]*)
  | (?P<block>/\*)
  | (?P<estring>[eE]'(?:[^'\\]++|''|\\.)*+(?P<eclose>'?))
  | (?P<ustring>[uU]&(?P<uquote>['"]))
  | (?P<string>(?:[bBxXnN])?'(?:[^']++|'')*+(?P<close>'?))
  | (?P<quoted>"(?:[^"]++|"")*+(?P<qclose>"?))
  | (?P<parameter>\$\d+)
  | (?P<dollar>\$(?:[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff]*)?\$)
  | (?P<word>{_PG_WORD})
  | (?P<number>{_NUMBER})
  | (?P<operator>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_MYSQL = re.compile(
    rf"""
    (?P<space>[ \t\n\r\f]+)
  | (?P<line>\#[^\n]*|--(?=[\x00-\x20\x7f]|\Z)[^\n]*)
  | (?P<block>/\*)
  | (?P<string>(?:[bBxXnN](?='))?'(?:[^'\\]++|''|\\.)*+(?P<close>'?))
  | (?P<dstring>"(?:[^"\\]++|""|\\.)*+(?P<dclose>"?))
  | (?P<quoted>`(?:[^`]++|``)*+(?P<qclose>`?))
  | (?P<hexnumber>0x[0-9A-Fa-f]+(?![A-Za-z0-9_$])|0b[01]+(?![A-Za-z0-9_$]))
  | (?P<exponent>(?:\d+\.\d*|\.\d+|\d+)[eE][+-]?\d+(?![A-Za-z0-9_$]))
  | (?P<word>{_MY_WORD})
  | (?P<number>\d+(?:\.\d*)?|\.\d+)
  | (?P<operator>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTES = {"estring": "'", "string": "'", "dstring": '"', "quoted": '"'}
_CLOSES = {"estring": "eclose", "string": "close", "dstring": "dclose", "quoted": "qclose"}
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}
_OPERATORS = frozenset("+-*/<>=~!@#%^&|`?,.;:()[]{}\\$'\"")
_NAME_MAX = 63


class _Scanner:
    """One pass over one text."""

    def __init__(self, text: str, engine: Engine) -> None:
        self._text = text
        self._is_pg = engine is Engine.POSTGRESQL
        self._tokens: list[Token] = []
        self._problems: list[str] = []
        self._conditional: list[tuple[int, int]] = []
        self._hints: list[tuple[int, int]] = []
        self._open = ""

    def run(self) -> Lexed:
        text, length = self._text, len(self._text)
        pattern = _POSTGRESQL if self._is_pg else _MYSQL
        position = 0
        while position < length and not self._open:
            match = pattern.match(text, position)
            if match is None:
                break
            group = match.lastgroup or "operator"
            position = self._take(group, match)
        return Lexed(
            tokens=tuple(self._tokens),
            problems=tuple(dict.fromkeys(self._problems)),
            open_construct=self._open or self._open_parenthesis(),
            conditional=tuple(self._conditional),
            hints=tuple(self._hints),
        )

    def _take(self, group: str, match: re.Match[str]) -> int:
        start, end = match.span()
        if group in {"space", "line"}:
            return end
        if group == "block":
            return self._block_comment(start)
        if group in {"word", "number", "operator", "parameter", "hexnumber", "exponent"}:
            self._simple(group, match.group(), start, end)
            return end
        if group == "dollar":
            return self._dollar(match.group(), start, end)
        if group == "ustring":
            return self._unicode(match, start, end)
        self._literal(group, match, start, end)
        return end

    def _simple(self, group: str, text: str, start: int, end: int) -> None:
        if group == "word":
            self._word(text, start, end)
        elif group == "operator":
            self._operator(text, start)
        elif group == "parameter":
            self._add(Kind.PARAMETER, text, start, end)
        else:
            self._after_number(end)
            self._add(Kind.NUMBER, text, start, end)

    def _word(self, text: str, start: int, end: int) -> None:
        if not text.isascii():
            self._check_letters(text)
        if self._is_pg and len(text.encode("utf-8", "replace")) > _NAME_MAX:
            self._problem("a name longer than 63 bytes, which the server cuts")
        # Only ASCII letters fold in a UTF-8 database.
        value = text.lower() if text.isascii() else _fold(text)
        self._add(Kind.WORD, value, start, end)

    def _check_letters(self, text: str) -> None:
        if any(not (letter.isascii() or letter.isalnum()) for letter in text):
            self._problem("an invisible or unusual character outside of quotes")

    def _operator(self, text: str, start: int) -> None:
        if text not in _OPERATORS:
            self._problem("a control or unusual character outside of quotes")
        elif text == "\\":
            self._problem("a backslash outside of quotes")
        elif text in "{}" and not self._is_pg:
            self._problem(_BRACES_PROBLEM)
        self._add(Kind.OPERATOR, text, start, start + 1)

    def _after_number(self, end: int) -> None:
        following = self._text[end : end + 1]
        if following and (following.isalnum() or following in "_$"):
            self._problem("letters that follow a number at once")

    def _block_comment(self, start: int) -> int:
        text = self._text
        head = text[start : start + 4]
        is_conditional = head.startswith("/*!") or head.upper().startswith("/*M!")
        if not self._is_pg and is_conditional:
            self._problem(CONDITIONAL_PROBLEM)
        if head.startswith("/*+"):
            self._problem(_HINT_PROBLEM)
        depth, position = 1, start + 2
        while depth:
            edge = _COMMENT_EDGE.search(text, position)
            if edge is None:
                self._open = "*"
                return len(text)
            if edge.group() == "*/":
                depth -= 1
            elif self._is_pg:
                depth += 1
            position = edge.end() if self._is_pg or edge.group() == "*/" else edge.start() + 1
        if is_conditional:
            self._conditional.append((start, position))
        if head.startswith("/*+"):
            self._hints.append((start, position))
        return position

    def _dollar(self, tag: str, start: int, end: int) -> int:
        close = self._text.find(tag, end)
        if close < 0:
            self._open = "$"
            return len(self._text)
        self._add(Kind.STRING, self._text[end:close], start, close + len(tag))
        return close + len(tag)

    def _unicode(self, match: re.Match[str], start: int, end: int) -> int:
        # What U& means depends on a UESCAPE clause further on: see ``plain_unicode``.
        self._problem(_UNICODE_PROBLEM)
        quote = match.group("uquote")
        body = re.compile(rf"(?:[^{quote}]|{quote}{quote})*({quote}?)", re.DOTALL)
        found = body.match(self._text, end)
        if found is None or not found.group(1):
            self._open = quote
            return len(self._text)
        kind = Kind.STRING if quote == "'" else Kind.QUOTED
        self._add(kind, self._text[end : found.end() - 1], start, found.end())
        return found.end()

    def _literal(self, group: str, match: re.Match[str], start: int, end: int) -> None:
        raw = match.group()
        quote = "`" if group == "quoted" and not self._is_pg else _QUOTES[group]
        if not match.group(_CLOSES[group]):
            self._open = quote
            return
        if group == "string" and raw[0] == quote:
            self._check_continued(start)
        if group == "quoted":
            self._quoted(raw[1:-1].replace(quote * 2, quote), start, end)
            return
        first = raw.index(quote)
        body = raw[first + 1 : -1]
        # Bit and hexadecimal strings are kept as written.
        is_plain = not first or group == "estring" or raw[0] in "nN"
        self._add(Kind.STRING, self._decode(group, body) if is_plain else body, start, end)

    def _decode(self, group: str, body: str) -> str:
        if group == "string" and self._is_pg:
            return body.replace("''", "'")
        if group == "dstring":
            body = body.replace('""', '"')
        return _ESCAPE.sub(_unescape, body)

    def _quoted(self, value: str, start: int, end: int) -> None:
        if self._is_pg and len(value.encode("utf-8", "replace")) > _NAME_MAX:
            self._problem("a name longer than 63 bytes, which the server cuts")
        self._add(Kind.QUOTED, value, start, end)

    def _check_continued(self, start: int) -> None:
        # PostgreSQL continues a string over line breaks and comments, and then this one is read
        # with the escapes of the first; sqlglot does not.
        before = self._tokens[-1] if self._tokens else None
        if before is None or before.kind is not Kind.STRING or not self._is_pg:
            return
        if self._text[before.start] not in "'$":
            self._problem("a string that continues one of another form")

    def _add(self, kind: Kind, value: str, start: int, end: int) -> None:
        self._tokens.append(Token(kind, value, start, end))

    def _problem(self, words: str) -> None:
        self._problems.append(words)

    def _open_parenthesis(self) -> str:
        return "(" if _depth(self._tokens) > 0 else ""


def _fold(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _unescape(match: re.Match[str]) -> str:
    letter = match.group(1)
    if letter is None:
        return "'"
    return _ESCAPES.get(letter, letter)


def _depth(tokens: list[Token]) -> int:
    depth = 0
    for token in tokens:
        if token.kind is Kind.OPERATOR:
            if token.value == "(":
                depth += 1
            elif token.value == ")":
                depth = max(0, depth - 1)
    return depth


def _pieces(text: str, lexed: Lexed, engine: Engine) -> Iterator[tuple[int, int]]:
    """Give the spans of the statements, trimmed; a piece that is only comments is left out."""
    tokens = lexed.tokens
    ends = [*terminators(tokens, engine), len(tokens)]
    start_offset = first = 0
    for last in ends:
        end_offset = tokens[last].start if last < len(tokens) else len(text)
        piece = text[start_offset:end_offset]
        if last > first or _may_run(piece, engine):
            begin = start_offset + len(piece) - len(piece.lstrip(_SPACE))
            yield begin, start_offset + len(piece.rstrip(_SPACE))
        start_offset = tokens[last].end if last < len(tokens) else len(text)
        first = last + 1


def _may_run(piece: str, engine: Engine) -> bool:
    """Tell whether a piece without tokens holds a comment that the server would run."""
    return bool(piece.strip(_SPACE)) and bool(lex(piece, engine).problems)


def terminators(tokens: tuple[Token, ...], engine: Engine) -> list[int]:
    """Find the semicolons that end a statement, by their index; those in blocks do not."""
    found: list[int] = []
    first = 0
    state = _Nesting(engine)
    for index, token in enumerate(tokens):
        if token.kind is Kind.OPERATOR and token.value == ";" and not state.is_inside:
            found.append(index)
            first = index + 1
            state = _Nesting(engine)
        else:
            state.take(tokens, first, index)
    return found


class _Nesting:
    """Parentheses and blocks that a semicolon may lie in.

    Keeping too much together is safe: a message with two statements is refused by analysis and by
    the server. Cutting a block apart would send its pieces one by one.
    """

    def __init__(self, engine: Engine) -> None:
        self._is_pg = engine is Engine.POSTGRESQL
        self._parentheses = 0
        self._blocks = 0
        self._is_routine = False

    @property
    def is_inside(self) -> bool:
        """Tell whether a semicolon here does not end the statement."""
        return self._blocks > 0 or (self._is_pg and self._parentheses > 0)

    def take(self, tokens: tuple[Token, ...], first: int, index: int) -> None:
        """Go past the token at ``index`` of a statement that starts at ``first``."""
        token = tokens[index]
        if token.kind is Kind.OPERATOR:
            if token.value == "(":
                self._parentheses += 1
            elif token.value == ")":
                self._parentheses = max(0, self._parentheses - 1)
        elif token.kind is Kind.WORD:
            self._word(tokens, first, index)

    def _word(self, tokens: tuple[Token, ...], first: int, index: int) -> None:
        value = tokens[index].value
        if value in _ROUTINES and tokens[first].value in {"create", "alter"}:
            self._is_routine = True
        following = tokens[index + 1].value if index + 1 < len(tokens) else ""
        if (value == "begin" and self._opens(index == first, following)) or (
            self._blocks and value == "case" and tokens[index - 1].value != "end"
        ):
            self._blocks += 1
        elif self._blocks and value == "end" and following not in _LOOPS:
            self._blocks -= 1

    def _opens(self, is_first: bool, following: str) -> bool:
        if self._is_pg:
            return self._is_routine and following == "atomic"
        return self._is_routine or self._blocks > 0 or (is_first and following == "not")


_ROUTINES = frozenset({"function", "procedure", "trigger", "event", "package"})
_LOOPS = frozenset({"if", "loop", "repeat", "while", "for"})
