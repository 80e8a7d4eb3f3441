"""Procedural bodies, PL/pgSQL's and MariaDB's, as the queries that they run.

A body that only computes and reads comes apart into queries: each expression is one, as PL/pgSQL
itself makes ``SELECT`` of it. Whatever they do, the body does; the rest, branches and loops, only
chooses among them, and RAISE says what it is given. Code that writes, opens a transaction or builds
statements from text is not taken apart, and is then not understood.

Sources: PostgreSQL docs 43, ``pl_gram.y``; MariaDB docs, Programmatic & Compound Statements.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from dataclasses import dataclass, field

from bastion.core.builtins import names as word_list
from bastion.core.catalogue import Catalogue, Function, RelationKind
from bastion.core.lexer import Kind, Token, lex
from bastion.core.model import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerCall:
    """A CALL in a procedure's body."""

    text: str
    schema: str | None
    name: str
    arguments: tuple[str, ...]
    """As written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """What a body runs."""

    queries: tuple[str, ...]
    names: frozenset[str]
    """Its variables, arguments left out, folded."""
    results: tuple[str | InnerCall, ...] = ()
    """MySQL, of a procedure: the queries whose rows it sends, and the procedures that it calls, in
    the order of the text; they are not among ``queries``."""
    is_straight: bool = True
    """Each of ``results`` is sent once, in this order, as far as it comes."""
    is_catching: bool = False
    """It goes on after failures or warnings, and may tell of them."""
    types: frozenset[str]
    """Every word of the types that its variables and results have, ``t`` and ``c`` of
    ``t.c%TYPE`` too."""


def take_apart_procedure(function: Function, engine: Engine) -> Routine | None:
    """Give what a procedure of MySQL runs, and which rows it sends; None where that is not known.

    Variables of the session are not followed through it, nor are signs whose meaning depends on the
    mode that it was made under.
    """
    is_known = function.is_procedure and engine is Engine.MYSQL
    is_doubtful = "@" in function.body or "||" in function.body or _is_read_otherwise(function)
    if not is_known or is_doubtful or len(function.argument_modes) != function.argument_count:
        return None
    return _take_apart(
        function.body,
        function.returns,
        function.argument_names,
        engine,
        is_procedure=True,
        is_exact=function.is_exact,
    )


def take_apart(function: Function, engine: Engine) -> Routine | None:
    """Give what a procedural body runs; None where any of it is not known."""
    language = function.language.casefold()
    known = "plpgsql" if engine is Engine.POSTGRESQL else "sql"
    if function.is_procedure or language != known or "trigger" in function.returns.casefold():
        return None
    if engine is Engine.MYSQL and _is_read_otherwise(function):
        return None
    return _take_apart(
        function.body,
        function.returns,
        function.argument_names,
        engine,
        is_exact=function.is_exact,
    )


def _is_read_otherwise(function: Function) -> bool:
    """Tell whether a routine of MySQL was made under a mode that gives its signs another sense."""
    modes = function.traits.upper()
    return "ORACLE" in modes or ("||" in function.body and "PIPES_AS_CONCAT" in modes)


def run_by(text: str, catalogue: Catalogue) -> Function | None:
    """Give what PostgreSQL's ``DO 'body'`` or ``CALL name('a', 1)`` runs, as a function.

    None where that cannot be told for sure, or where it gives anything back.
    """
    tokens = lex(text, Engine.POSTGRESQL).tokens
    tokens = tokens[:-1] if tokens and tokens[-1].value == ";" else tokens
    first, rest = (tokens[0].value, tokens[1:]) if tokens else ("", ())
    if first == "do":
        words = [one for one in rest if one.kind is not Kind.STRING]
        bodies = [one for one in rest if one.kind is Kind.STRING and text[one.start] in "$'"]
        is_plain = [one.value for one in words] in ([], ["language", "plpgsql"])
        if len(bodies) != 1 or not is_plain or len(words) + 1 != len(rest):
            return None
        return Function(
            schema="", name="do", language="plpgsql", body=bodies[0].value, returns="void"
        )
    return _called(rest, catalogue) if first == "call" else None


def compound_of(text: str, database: str) -> Function | None:
    """Give what ``BEGIN NOT ATOMIC … END`` runs, as a procedure of a database of MariaDB."""
    tokens = lex(text, Engine.MYSQL).tokens
    if [one.value for one in tokens[:3]] != ["begin", "not", "atomic"]:
        return None
    return Function(
        schema=database,
        name="block",
        language="sql",
        body=f"begin {text[tokens[2].end :]}",
        is_procedure=True,
        is_exact=True,
    )


def _called(tokens: tuple[Token, ...], catalogue: Catalogue) -> Function | None:
    schema = tokens[0].value if len(tokens) > 2 and tokens[1].value == "." else None
    tokens = tokens if schema is None else tokens[2:]
    if len(tokens) < 3 or tokens[0].kind is not Kind.WORD or tokens[-1].value != ")":
        return None
    given = tokens[2:-1]
    values = [one for one in given if one.value != "," or one.kind is not Kind.OPERATOR]
    is_plain = all(one.kind in _CODES or one.value in {"null", "true", "false"} for one in values)
    found = catalogue.functions.get(tokens[0].value, ())
    if tokens[1].value != "(" or not is_plain or len(found) != 1 or found[0].result_names:
        return None
    if schema not in {None, found[0].schema}:
        return None
    called = found[0]
    is_known = called.is_procedure and called.language == "plpgsql"
    return dataclasses.replace(called, is_procedure=False, returns="void") if is_known else None


def parts_of_aggregate(function: Function) -> tuple[tuple[str, str], ...] | None:
    """Give schema and name of each function that computes an aggregate; None: not known."""
    listed = re.sub(r"(?:\s+E?'(?:[^'\\]|''|\\.)*')*\Z", "", function.body)
    parts = [_PART.fullmatch(part) for part in listed.split(", ")]
    found = [(part[1].strip('"'), part[2].strip('"')) for part in parts if part is not None]
    return tuple(found) if found and len(found) == len(parts) else None


AGGREGATE = "aggregate"
"""As the language of a function: its body names the functions that compute it."""
_PART = re.compile(r'(\w+|"[^"]+")\.(\w+|"[^"]+")\(\)')


def has_branches(function: Function, engine: Engine) -> bool:
    """Tell whether a body is a block of statements, and not one query or expression."""
    if engine is Engine.POSTGRESQL:
        return function.language.casefold() == "plpgsql"
    return function.body.lstrip()[:6].casefold() != "return"


def converts_by_code(routine: Routine, catalogue: Catalogue) -> bool:
    """Tell whether a value of the body may become one of a type that runs code of its own."""
    telling = catalogue.casts | catalogue.cast_columns
    if not telling:
        return False
    return not routine.types.isdisjoint(telling) or any(
        column.own_type.removesuffix("[]").lstrip("_") in {one.lstrip("_") for one in telling}
        for name in routine.types
        for relation in catalogue.called(name)
        if relation.name == name and relation.kind is not RelationKind.SYSTEM
        for column in relation.columns
    )


@functools.lru_cache(maxsize=2048)
def _take_apart(
    body: str,
    returns: str,
    arguments: tuple[str, ...],
    engine: Engine,
    *,
    is_procedure: bool = False,
    is_exact: bool = False,
) -> Routine | None:
    lexed = lex(body, engine)
    # MariaDB's keep the quoting modes that they were made under, which need not be those of today.
    is_doubtful = engine is Engine.MYSQL and not is_exact and not _SIGNS.isdisjoint(body)
    if is_doubtful or lexed.problems or lexed.open_construct:
        return None
    reader = _Reader(body, lexed.tokens, engine, is_procedure=is_procedure)
    reader.names.update(one.casefold() for one in arguments)
    try:
        reader.body()
    except (_UnknownError, RecursionError):
        return None
    reader.types.update(_words(returns, engine))
    return Routine(
        queries=tuple(dict.fromkeys(reader.queries)),
        names=frozenset(reader.names - {one.casefold() for one in arguments}),
        types=frozenset(reader.types),
        results=tuple(reader.results),
        is_straight=reader.is_straight,
        is_catching=reader.is_catching,
    )


def _words(text: str, engine: Engine) -> frozenset[str]:
    return frozenset(token.value for token in lex(text, engine).tokens if token.kind in _NAMES)


_SIGNS = frozenset("\\\"'")
"""What literals are made of: MySQL writes them anew, without all of their backslashes."""


class _UnknownError(Exception):
    """Something in the body is not known."""


@dataclass(slots=True)
class _Reader:
    """Reads one body from its first token to its last."""

    text: str
    tokens: tuple[Token, ...]
    engine: Engine
    index: int = 0
    depth: int = 0
    is_procedure: bool = False
    nesting: int = 0
    """Of branches and loops around what is read."""
    is_straight: bool = True
    is_catching: bool = False
    results: list[str | InnerCall] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)

    def body(self) -> None:
        if not self._is_pg and self._at("return"):
            self.index += 1
            self._expression(self.index, len(self.tokens))
            self.index = len(self.tokens)
        else:
            self._statement()
            while self._at(";"):
                self.index += 1
            if self._is_pg and self._at("select"):
                # The defaults of its arguments, as the catalogue adds them.
                self._query(self.index, len(self.tokens))
                self.index = len(self.tokens)
        if self.index != len(self.tokens):
            raise _UnknownError

    # Blocks

    def _block(self) -> None:
        if self._is_pg and self._at("declare"):
            self.index += 1
            while not self._at("begin"):
                self._declaration()
        self._expect("begin")
        while not self._is_pg and self._at("declare"):
            self.index += 1
            self._declaration_mysql()
        self._statements("end", "exception")
        if self._is_pg and self._at("exception"):
            self.index += 1
            while self._at("when"):
                start = self.index
                self._past("then")
                caught = [one.value for one in self.tokens[start : self.index]]
                if any(one in _OF_CANCELLING or "\\" in one for one in caught):
                    # Neither a limit of time nor anybody who cancels it could end it then.
                    raise _UnknownError
                self._statements("when", "end")
        self._expect("end")
        self._label()

    def _declaration(self) -> None:
        self._new_name()
        end = self._find(";")
        words = [self._value(index) for index in range(self.index, end)]
        if {"cursor", "alias"} & set(words):
            raise _UnknownError
        start = next(
            (i for i in range(self.index, end) if self._value(i) in {"default", ":", "="}), end
        )
        self._type(start)
        if start < end:
            self._expression(start + 1 + (self._value(start) == ":"), end)
        self.index = end + 1

    def _declaration_mysql(self) -> None:
        if self._at("continue") or self._at("exit"):
            self._past("handler")
            start = self.index
            while self._value(self.index) in _CONDITIONS or self._token().kind in _CODES:
                self.index += 1
            caught = {token.value for token in self.tokens[start : self.index]}
            self.is_catching |= caught != {"for", "not", "found"}
            self.is_straight = False
            self._statement()
            self._expect(";")
            return
        self._new_name()
        while self._at(","):
            self.index += 1
            self._new_name()
        end = self._find(";")
        if self._at("cursor"):
            if self._value(self.index + 1) != "for":
                raise _UnknownError
            self._query(self.index + 2, end)
        else:
            start = self._find("default", end=end)
            self._type(start)
            if start < end:
                self._expression(start + 1, end)
        self.index = end + 1

    def _type(self, end: int) -> None:
        if end <= self.index:
            raise _UnknownError
        self.types.update(token.value for token in self.tokens[self.index : end])

    def _new_name(self) -> None:
        token = self._token()
        if token.kind not in _NAMES:
            raise _UnknownError
        self.names.add(token.value.casefold())
        self.index += 1

    # Statements

    def _statements(self, *ends: str) -> None:
        while self._token().value not in ends or self._token().kind is not Kind.WORD:
            self._statement()
            self._expect(";")

    def _statement(self) -> None:
        self.depth += 1
        if self.depth > _DEPTH_MAX:
            raise _UnknownError
        if self._at("<"):
            self._signs("<<")
            self.index += 1
            self._signs(">>")
        elif not self._is_pg and self._value(self.index + 1) == ":":
            self.index += 2
        word = self._value(self.index) if self._token().kind is Kind.WORD else ""
        reader = (_POSTGRESQL if self._is_pg else _MYSQL).get(word)
        self.nesting += word in _NESTING
        if reader is not None:
            reader(self)
        elif self._is_pg:
            self._assignment()
        else:
            raise _UnknownError
        self.nesting -= word in _NESTING
        self.depth -= 1

    def _assignment(self) -> None:
        end = self._find(";")
        index = self.index
        while index < end and self.tokens[index].kind in _NAMES and self._value(index + 1) == ".":
            index += 2
        if index >= end or self.tokens[index].kind not in _NAMES:
            raise _UnknownError
        index += 1
        while self._value(index) == "[":
            self.index = index + 1
            close = self._find("]")
            self._expression(index + 1, close)
            index = close + 1
        if self._value(index) not in {":", "="}:
            raise _UnknownError
        self._expression(index + 1 + (self._value(index) == ":"), end)
        self.index = end

    def _set(self) -> None:
        """MariaDB's ``SET a = 1, b = 2`` of variables of the body."""
        self.index += 1
        end = self._end_of_statement()
        while True:
            self._own_name()
            if self._at(":"):
                self.index += 1
            self._expect("=")
            comma = self._find(",", end=end)
            self._expression(self.index, comma)
            self.index = comma
            if comma == end:
                return
            self.index += 1

    def _own_name(self) -> None:
        token = self._token()
        if token.kind not in _NAMES or token.value.casefold() not in self.names:
            raise _UnknownError
        self.index += 1

    def _if(self) -> None:
        self.index += 1
        self._until("then")
        while True:
            self._statements("elsif", "elseif", "else", "end")
            if self._at("elsif") or self._at("elseif"):
                self.index += 1
                self._until("then")
            elif self._at("else"):
                self.index += 1
            else:
                break
        self._end("if")

    def _case(self) -> None:
        self.index += 1
        if not self._at("when"):
            self._until("when", stays=True)
        while self._at("when"):
            self.index += 1
            self._until("then")
            self._statements("when", "else", "end")
        if self._at("else"):
            self.index += 1
            self._statements("end")
        self._end("case")

    def _loop(self) -> None:
        self.index += 1
        self._statements("end")
        self._end("loop")
        self._label()

    def _while(self) -> None:
        self.index += 1
        self._until("loop" if self._is_pg else "do")
        self._statements("end")
        self._end("loop" if self._is_pg else "while")
        self._label()

    def _repeat(self) -> None:
        self.index += 1
        self._statements("until")
        self.index += 1
        self._until("end", stays=True)
        self._end("repeat")
        self._label()

    def _for(self) -> None:
        self.index += 1
        self._new_name()
        while self._at(","):
            self.index += 1
            self._new_name()
        self._expect("in")
        end = self._find("loop")
        steps = self._range(end)
        if steps is None:
            self._query(self.index, end)
        else:
            if self._at("reverse"):
                self.index += 1
            first, last = steps
            by = self._find("by", end=end)
            self._expression(self.index, first, cut=self.tokens[first].start)
            self._expression(last, by)
            if by < end:
                self._expression(by + 1, end)
        self.index = end
        self._loop()

    def _range(self, end: int) -> tuple[int, int] | None:
        """Find ``..``: the token that it begins with or ends, and the one behind it."""
        for index in range(self.index, end - 1):
            token, following = self.tokens[index], self.tokens[index + 1]
            if following.value == "." and token.end == following.start:
                if token.value == "." and token.kind is Kind.OPERATOR:
                    return index, index + 2
                if token.kind is Kind.NUMBER and token.value.endswith("."):
                    return index, index + 2
        return None

    def _foreach(self) -> None:
        self.index += 1
        self._new_name()
        self._expect("in")
        self._expect("array")
        self._until("loop", stays=True)
        self._loop()

    def _leave(self) -> None:
        self.is_straight = False
        self.index += 1
        self._label()
        if self._is_pg and self._at("when"):
            self.index += 1
            self._expression(self.index, self._find(";"))
            self.index = self._find(";")

    def _return(self) -> None:
        self.index += 1
        end = self._find(";")
        if self._is_pg and self._at("query"):
            self._query(self.index + 1, end)
        else:
            if self._is_pg and self._at("next"):
                self.index += 1
            if self.index < end:
                self._expression(self.index, end)
        self.index = end

    def _perform(self) -> None:
        end = self._find(";")
        self._expression(self.index + 1, end)
        self.index = end

    def _select(self) -> None:
        end = self._end_of_statement()
        into = self._find("into", end=end)
        if into == end:
            self._result(end)
            return
        before = self.text[self._token().start : self.tokens[into].start]
        self.index = into + 1
        if self._is_pg and self._at("strict"):
            self.index += 1
        self._target(end)
        while self.index < end and self._at(","):
            self.index += 1
            self._target(end)
        stop = self.tokens[end].start if end < len(self.tokens) else len(self.text)
        after = self.text[self.tokens[self.index].start : stop] if self.index < end else ""
        if self._find("into", end=end) < end:
            raise _UnknownError
        self.queries.append(f"{before} {after}")
        self.index = end

    def _result(self, end: int) -> None:
        """Read a query whose rows are sent, which only a procedure has."""
        if not self.is_procedure:
            raise _UnknownError
        self.is_straight &= not self.nesting
        self.results.append(self._written(self.index, end))
        self.index = end

    def _call(self) -> None:
        """Read a CALL, which sends whatever that procedure sends."""
        if not self.is_procedure:
            raise _UnknownError
        end, start = self._end_of_statement(), self.index
        names: list[str] = []
        self.index += 1
        while self.index < end and self._token().kind in _NAMES and len(names) < 2:
            names.append(self._token().value)
            self.index += 1
            if not self._at("."):
                break
            self.index += 1
        given = []
        if self.index < end and self._at("(") and self._value(end - 1) == ")":
            self.index += 1
            while self.index < end - 1:
                comma = self._find(",", end=end - 1)
                given.append(self._written(self.index, comma))
                self.index = comma + 1
            self.index = end
        if self.index != end or not names:
            raise _UnknownError
        self.is_straight &= not self.nesting
        call = InnerCall(
            text=self._written(start, end),
            schema=names[0] if len(names) > 1 else None,
            name=names[-1],
            arguments=tuple(given),
        )
        self.results.append(call)

    def _end_of_statement(self) -> int:
        """Find where a statement ends: the body of a MariaDB procedure may be a single one."""
        return self._find(";", end=len(self.tokens) if self.is_procedure else None)

    def _target(self, end: int) -> None:
        if not self._is_pg:
            self._own_name()
            return
        while True:
            if self.index >= end or self._token().kind not in _NAMES:
                raise _UnknownError
            self.index += 1
            if not self._at("."):
                return
            self.index += 1

    def _cursor(self) -> None:
        """MariaDB's OPEN, FETCH and CLOSE: the query was read where the cursor was declared."""
        self.index += 1
        for word in ("next", "from"):
            if self._at(word):
                self.index += 1
        self._own_name()
        if self._at("into"):
            self.index += 1
            self._own_name()
            while self._at(","):
                self.index += 1
                self._own_name()

    def _null(self) -> None:
        self.index += 1

    def _raise(self) -> None:
        """``RAISE level 'format', value USING detail = value``: it says what it was given."""
        self.index += 1
        end = self._find(";")
        using = self._find("using", end=end)
        self._listed(self.index, using, is_said=True)
        if using < end:
            self._listed(using + 1, end)
        self.index = end

    def _signal(self) -> None:
        """``SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = value``: it says what it was given."""
        end = self._find(";")
        self._listed(min(self._find("set", end=end) + 1, end), end)
        self.index = end

    def _assert(self) -> None:
        end = self._find(";")
        self._listed(self.index + 1, end)
        self.index = end

    def _listed(self, start: int, end: int, *, is_said: bool = False) -> None:
        """Read expressions between commas, or ``option = expression``.

        Args:
            is_said: the first is a level, a format, a condition, or nothing at all.
        """
        self.index = start
        while self.index < end:
            first = self.index
            comma = self._find(",", end=end)
            if self._value(first) in _OPTIONS and self._value(first + 1) == "=":
                first += 2
            if not is_said:
                self._expression(first, comma)
            is_said = False
            self.index = comma + 1

    def _diagnostics(self) -> None:
        """``GET DIAGNOSTICS n = row_count``: into variables of the body, of what it ran itself."""
        end = self._find(";")
        words = [self._value(index) for index in range(self.index, end)]
        if "diagnostics" not in words[1:3] or "(" in words:
            raise _UnknownError
        self.index = end

    # Parts

    def _expression(self, start: int, end: int, *, cut: int = -1) -> None:
        """Keep what PL/pgSQL makes of an expression.

        Args:
            cut: where its text ends; negative: with its last token.
        """
        written = self._written(start, end, cut)
        self.queries.append(f"SELECT {written}" if self._is_pg else f"SELECT ({written})")

    def _query(self, start: int, end: int) -> None:
        if self._value(start) not in _QUERIES:
            raise _UnknownError
        self.queries.append(self._written(start, end))

    def _written(self, start: int, end: int, cut: int = -1) -> str:
        last = self.tokens[end - 1].end if cut < 0 else cut
        if cut >= 0 and self.tokens[end].kind is Kind.NUMBER:
            last = self.tokens[end].end - 1
        found = self.text[self.tokens[start].start : last].strip() if start < end or cut > 0 else ""
        if not found:
            raise _UnknownError
        return found

    def _until(self, word: str, *, stays: bool = False) -> None:
        end = self._find(word)
        self._expression(self.index, end)
        self.index = end + (not stays)

    def _past(self, word: str) -> None:
        """Go past the next of these words; what stands before it names conditions only."""
        end = self._find(word)
        if any(self._value(index) in {"(", ";"} for index in range(self.index, end)):
            raise _UnknownError
        self.index = end + 1

    def _find(self, word: str, *, end: int | None = None) -> int:
        """Find a word or sign outside of parentheses and of CASE … END.

        Args:
            end: what is given where it is not found; None: it must be there.
        """
        depth = cases = 0
        for index in range(self.index, len(self.tokens) if end is None else end):
            value = self._value(index)
            if value == word and depth == 0 and cases == 0:
                return index
            depth += (value in "([" and value != "") - (value in ")]" and value != "")
            cases += value == "case"
            cases -= value == "end" and cases > 0
            if depth < 0:
                break
        if end is None:
            raise _UnknownError
        return end

    def _end(self, word: str) -> None:
        self._expect("end")
        self._expect(word)

    def _label(self) -> None:
        token = self._token() if self.index < len(self.tokens) else None
        if token is not None and token.kind in _NAMES and token.value != "when":
            self.index += 1

    def _signs(self, signs: str) -> None:
        for sign in signs:
            self._expect(sign)

    def _expect(self, word: str) -> None:
        if not self._at(word):
            raise _UnknownError
        self.index += 1

    def _at(self, word: str) -> bool:
        return self._value(self.index) == word

    def _value(self, index: int) -> str:
        if not 0 <= index < len(self.tokens):
            return ""
        token = self.tokens[index]
        return token.value if token.kind in {Kind.WORD, Kind.OPERATOR} else ""

    def _token(self) -> Token:
        if self.index >= len(self.tokens):
            raise _UnknownError
        return self.tokens[self.index]

    @property
    def _is_pg(self) -> bool:
        return self.engine is Engine.POSTGRESQL


_NAMES = frozenset({Kind.WORD, Kind.QUOTED})
_CODES = frozenset({Kind.NUMBER, Kind.STRING})
_QUERIES = frozenset({"select", "with", "values", "table", "("})
_DEPTH_MAX = 50
_NESTING = frozenset({"if", "case", "loop", "while", "repeat"})
_OPTIONS = word_list(
    """
    message detail hint errcode column constraint datatype table schema message_text mysql_errno
    class_origin subclass_origin constraint_catalog constraint_schema constraint_name catalog_name
    schema_name table_name column_name cursor_name
    """
)
"""Of RAISE … USING and SIGNAL … SET."""
_CONDITIONS = word_list("for sqlstate value sqlexception sqlwarning not found ,")
_OF_CANCELLING = frozenset({"query_canceled", "operator_intervention", "57014", "57000"})
"""Conditions that a handler names to go on after it was cancelled; OTHERS does not mean it."""
_BOTH = {
    "begin": _Reader._block,
    "if": _Reader._if,
    "case": _Reader._case,
    "loop": _Reader._loop,
    "while": _Reader._while,
    "return": _Reader._return,
    "select": _Reader._select,
    "with": _Reader._select,
}
_POSTGRESQL = _BOTH | {
    "declare": _Reader._block,
    "for": _Reader._for,
    "foreach": _Reader._foreach,
    "exit": _Reader._leave,
    "continue": _Reader._leave,
    "perform": _Reader._perform,
    "null": _Reader._null,
    "raise": _Reader._raise,
    "assert": _Reader._assert,
    "get": _Reader._diagnostics,
}
_MYSQL = _BOTH | {
    "set": _Reader._set,
    "repeat": _Reader._repeat,
    "leave": _Reader._leave,
    "iterate": _Reader._leave,
    "open": _Reader._cursor,
    "fetch": _Reader._cursor,
    "close": _Reader._cursor,
    "signal": _Reader._signal,
    "resignal": _Reader._signal,
    "call": _Reader._call,
}
