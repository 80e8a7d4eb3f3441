"""The head of a statement: what its first words say, and the tokens asked by position."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bastion.core.builtins import names as word_list
from bastion.core.effects import ChangeKind, OutputKind
from bastion.core.lexer import Kind, Token
from bastion.core.model import EffectClass, Engine


class Inner(enum.Enum):
    """What is done with the statement inside."""

    PLAN = "plan"
    """EXPLAIN without ANALYZE."""
    PLAN_AND_RUN = "plan and run"
    COPY = "copy"
    PREPARE = "prepare"
    DECLARE = "declare"
    FILL = "fill"
    """CREATE TABLE AS, CREATE VIEW: its rows go into a relation."""
    RUN = "run"
    EXPRESSION = "expression"
    """SET @x = …: a value that is computed, as a SELECT."""
    CONDITION = "condition"
    """SHOW … WHERE: which of its own rows the server shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the first words say."""

    effects: frozenset[EffectClass] = frozenset()
    output: OutputKind = OutputKind.NONE
    reasons: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    change: ChangeKind | None = None
    name: str = ""
    schema: str = ""
    value: str = ""
    is_temporary: bool = False
    writes: tuple[tuple[str | None, str], ...] = ()
    """(schema, name) as written, folded."""
    reads: tuple[tuple[str | None, str], ...] = ()
    inner: str | None = None
    inner_use: Inner | None = None
    called: tuple[str | None, str] | None = None
    """CALL: schema and name of the procedure."""
    arguments: tuple[str, ...] = ()
    """CALL: what it is given, as written."""
    prepared: str | None = None
    """EXECUTE: the prepared name to resolve."""
    cursor: str | None = None
    """FETCH: the cursor to resolve."""
    settings: tuple[tuple[str, str], ...] = ()
    """SET: what it sets besides ``name``."""
    sent: str = ""
    """What is sent instead of the text."""
    remark: str = ""
    """What the person is told then."""
    asks: tuple[int, int] | None = None
    """As in ``effects.Statement``."""
    types: tuple[str, ...] = ()
    """Names of types that its parameters are turned into; making a value may run code."""


class Words:
    """The tokens of one statement, asked by position."""

    def __init__(self, text: str, tokens: tuple[Token, ...], engine: Engine, database: str) -> None:
        """Hold the text with its tokens."""
        self.text = text
        self.tokens = tokens
        self.engine = engine
        self.database = database

    @property
    def is_pg(self) -> bool:
        """Tell whether PostgreSQL reads it."""
        return self.engine is Engine.POSTGRESQL

    def at(self, index: int) -> str:
        """Give the bare word or the sign at a position; empty for literals and past the end."""
        if not 0 <= index < len(self.tokens):
            return ""
        token = self.tokens[index]
        return token.value if token.kind in {Kind.WORD, Kind.OPERATOR} else ""

    def starts(self, words: str, index: int = 0) -> bool:
        """Tell whether these words stand at a position."""
        return all(self.at(index + step) == word for step, word in enumerate(words.split()))

    def find(self, *words: str, start: int = 0) -> int:
        """Find the first of these words outside of parentheses; -1 when there is none."""
        depth = 0
        for index in range(start, len(self.tokens)):
            value = self.at(index)
            depth += (value == "(") - (value == ")")
            if depth == 0 and value in words:
                return index
        return -1

    def skip(self, index: int, *words: str) -> int:
        """Go past any of these words."""
        while self.at(index) in words:
            index += 1
        return index

    def rest(self, index: int) -> str:
        """Give the text from a token on."""
        return self.text[self.tokens[index].start :] if index < len(self.tokens) else ""

    def between(self, start: int, end: int) -> str:
        """Give the text from one token up to, not including, another."""
        if start >= end or start >= len(self.tokens):
            return ""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def name(self, index: int) -> tuple[str | None, str, int]:
        """Read ``schema.name`` at a position; the index behind it comes third."""
        if not self.is_name(index):
            return None, "", index
        parts = [self.tokens[index].value]
        raw = [self._as_stored(index)]
        index += 1
        while self.at(index) == "." and self.is_name(index + 1):
            parts.append(self.tokens[index + 1].value)
            raw.append(self._as_stored(index + 1))
            index += 2
        return (raw[-2] if len(raw) > 1 else None), raw[-1], index

    def is_name(self, index: int) -> bool:
        """Tell whether a name or word stands at a position."""
        return index < len(self.tokens) and self.tokens[index].kind in {Kind.WORD, Kind.QUOTED}

    def _as_stored(self, index: int) -> str:
        token = self.tokens[index]
        if token.kind is Kind.WORD and not self.is_pg:
            return self.text[token.start : token.end]
        return token.value

    def closing(self, index: int) -> int:
        """Find the parenthesis that closes the one at a position; the end when none does."""
        depth = 0
        for position in range(index, len(self.tokens)):
            value = self.at(position)
            depth += (value == "(") - (value == ")")
            if depth == 0:
                return position
        return len(self.tokens)

    @property
    def steps_sequence(self) -> bool:
        """Tell whether MariaDB's NEXT VALUE FOR stands anywhere: a call without a parenthesis."""
        return any(self.starts("next value for", index) for index in range(self.count))

    @property
    def count(self) -> int:
        """Count the tokens."""
        return len(self.tokens)


def unknown(reason: str) -> Head:
    """Make the head of what is not understood."""
    return Head(
        effects=frozenset({EffectClass.UNKNOWN}), output=OutputKind.UNKNOWN, reasons=(reason,)
    )


def make(*effects: EffectClass, reason: str = "", output: OutputKind = OutputKind.NONE) -> Head:
    """Make the head of a statement with these effects."""
    return Head(effects=frozenset(effects), output=output, reasons=(reason,) if reason else ())


def admin(reason: str) -> Callable[[Words], Head]:
    """Make the reader of the server's administration, for this reason."""
    return lambda _words: make(EffectClass.ADMIN, reason=reason, output=OutputKind.UNKNOWN)


def outside(reason: str) -> Callable[[Words], Head]:
    """Make the reader of what reaches beyond the database, for this reason."""
    return lambda _words: make(EffectClass.OUTSIDE, reason=reason)


def transaction(kind: ChangeKind) -> Head:
    """Make the head of what begins, ends or marks a transaction."""
    return replace(make(EffectClass.TRANSACTION), change=kind)


BEGIN_WORDS = word_list(
    """
    begin start transaction work isolation level serializable repeatable committed uncommitted
    read write only not deferrable , with consistent snapshot
    """
)

Reader = Callable[[Words], Head]


def column_changes(words: Words, start: int) -> Iterator[tuple[int, int]]:
    """Give the first token of each change that ALTER TABLE lists, and the one behind it."""
    depth, first = 0, start
    for index in range(start, words.count + 1):
        word = words.at(index)
        depth += (word in {"(", "["}) - (word in {")", "]"})
        if index == words.count or (word == "," and not depth):
            yield first, index
            first = index + 1


NO_COLUMNS = word_list("constraint primary unique check foreign exclude if not")
"""Behind ADD these begin something else than a column."""
