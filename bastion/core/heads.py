"""Statements known by their first words, which sqlglot does not parse or hides in a Command.

Each reader takes the tokens and says what the statement does; where it carries another statement
(EXPLAIN, PREPARE, DECLARE, COPY, CREATE … AS) it gives that text back to the same analyser.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace

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
    prepared: str | None = None
    """EXECUTE: the prepared name to resolve."""
    cursor: str | None = None
    """FETCH: the cursor to resolve."""
    types: tuple[str, ...] = ()
    """Names of types that its parameters are turned into; making a value may run code."""


def read_head(
    text: str, tokens: tuple[Token, ...], engine: Engine, *, database: str = ""
) -> Head | None:
    """Judge a statement by its first words; None when it is one for the tree.

    Args:
        database: MySQL: the current one.
    """
    words = Words(text, tokens, engine, database)
    first = words.at(0)
    reader = (_POSTGRESQL if engine is Engine.POSTGRESQL else _MYSQL).get(first) or _BOTH.get(first)
    if reader is not None:
        return reader(words)
    if first in _TREE_HEADS or (tokens and tokens[0].value == "("):
        return None
    return unknown("Its first word is not known to the bastion.")


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
    def count(self) -> int:
        """Count the tokens."""
        return len(self.tokens)


def unknown(reason: str) -> Head:
    """Make the head of what is not understood."""
    return Head(
        effects=frozenset({EffectClass.UNKNOWN}), output=OutputKind.UNKNOWN, reasons=(reason,)
    )


def _make(*effects: EffectClass, reason: str = "", output: OutputKind = OutputKind.NONE) -> Head:
    return Head(effects=frozenset(effects), output=output, reasons=(reason,) if reason else ())


def _admin(reason: str) -> Callable[[Words], Head]:
    return lambda _words: _make(EffectClass.ADMIN, reason=reason, output=OutputKind.UNKNOWN)


def _transaction(kind: ChangeKind) -> Head:
    return replace(_make(EffectClass.TRANSACTION), change=kind)


# Transactions


def _begin(words: Words) -> Head:
    if not words.is_pg and words.starts("begin not"):
        return unknown("A compound block runs statements that are not seen one by one.")
    if words.at(0) == "start" and words.at(1) != "transaction":
        return _make(EffectClass.ADMIN, reason="It starts a part of the server.")
    if any(words.at(index) not in _BEGIN_WORDS for index in range(words.count)):
        return unknown("It opens a transaction in a way that is not known.")
    return _transaction(ChangeKind.BEGIN)


def _commit(words: Words) -> Head:
    if words.at(1) == "prepared":
        return _make(EffectClass.ADMIN, reason="It ends a prepared transaction.")
    if words.at(0) == "rollback" and words.find("to") > 0:
        return _rollback_to(words)
    tail = [words.at(index) for index in range(1, words.count)]
    if any(word not in {"work", "transaction", "and", "no", "chain", "release"} for word in tail):
        return unknown("It ends a transaction in a way that is not known.")
    if "release" in tail and "no" not in tail:
        return _make(EffectClass.ADMIN, reason="It would end the connection.")
    is_rollback = words.at(0) in {"rollback", "abort"}
    return _transaction(ChangeKind.ROLLBACK if is_rollback else ChangeKind.COMMIT)


def _rollback_to(words: Words) -> Head:
    start = words.skip(words.find("to") + 1, "savepoint")
    if words.count != start + 1 or not words.is_name(start):
        return unknown("ROLLBACK TO name is expected here.")
    return replace(_transaction(ChangeKind.SAVEPOINT), name=words.name(start)[1])


def _savepoint(words: Words) -> Head:
    start = words.skip(1, "savepoint")
    if words.count != start + 1 or not words.is_name(start):
        return unknown("A savepoint's name is expected here and nothing else.")
    return replace(_transaction(ChangeKind.SAVEPOINT), name=words.name(start)[1])


# Statements in statements


def _explain(words: Words) -> Head:
    if not words.is_pg:
        return _explain_mysql(words)
    index, runs = 1, False
    if words.at(1) == "(" and words.closing(1) < words.count:
        end = words.closing(1)
        # A quoted "analyze" is the same option to the server.
        options = [words.tokens[position].value.lower() for position in range(2, end)]
        runs = "analyze" in options or "analyse" in options
        if runs and _is_off(words, options):
            runs = False
        index = end + 1
    else:
        runs = words.at(words.skip(1, "verbose")) in {"analyze", "analyse"}
        index = words.skip(1, "analyze", "analyse", "verbose")
    use = Inner.PLAN_AND_RUN if runs else Inner.PLAN
    return Head(output=OutputKind.PLAN, inner=words.rest(index), inner_use=use)


def _is_off(words: Words, options: list[str]) -> bool:
    """Tell whether the only ANALYZE is switched off by a bare word."""
    position = next(i for i, word in enumerate(options) if word in {"analyze", "analyse"})
    count = options.count("analyze") + options.count("analyse")
    following = options[position + 1] if position + 1 < len(options) else ""
    return count == 1 and following in {"off", "false"}


def _explain_mysql(words: Words) -> Head:
    first = words.at(0)
    if first == "analyze" and words.at(words.skip(1, "no_write_to_binlog", "local")) == "table":
        return _make(EffectClass.ADMIN, reason="It rewrites the statistics of a table.")
    index, runs = 1, first == "analyze"
    while True:
        word = words.at(index)
        if word == "analyze":
            runs, index = True, index + 1
        elif word in {"extended", "partitions"}:
            index += 1
        elif word == "format" and words.at(index + 1) == "=":
            index += 3
        else:
            break
    if words.at(index) == "for":
        return _make(EffectClass.OUTSIDE, reason="It shows what another session runs.")
    if words.at(index) in _EXPLAINABLE:
        use = Inner.PLAN_AND_RUN if runs else Inner.PLAN
        return Head(output=OutputKind.PLAN, inner=words.rest(index), inner_use=use)
    if runs or not words.is_name(index):
        return unknown("What it explains is not known.")
    schema, name, end = words.name(index)
    if end < words.count - 1:
        return unknown("What it describes is not known.")
    head = _make(EffectClass.READ, output=OutputKind.STRUCTURE)
    return replace(head, reads=((schema, name),))


def _prepare(words: Words) -> Head:
    if words.starts("prepare transaction"):
        return _make(
            EffectClass.ADMIN, reason="It prepares a transaction that outlives the session."
        )
    if not words.is_name(1):
        return unknown("A prepared name is expected here.")
    name = words.tokens[1].value
    types: tuple[str, ...] = ()
    if words.is_pg:
        start = words.closing(2) + 1 if words.at(2) == "(" else 2
        types = _names_between(words, 3, start - 1)
        if words.at(start) != "as":
            return unknown("PREPARE name AS statement is expected here.")
        inner = words.rest(start + 1)
    else:
        name = name.lower()
        if words.at(2) != "from" or words.count != 4 or words.tokens[3].kind is not Kind.STRING:
            return unknown("The text to prepare is not a literal, so it is not known.")
        inner = words.tokens[3].value
    return Head(
        change=ChangeKind.PREPARE,
        name=name,
        inner=inner,
        inner_use=Inner.PREPARE,
        output=OutputKind.NONE,
        types=types,
    )


def _names_between(words: Words, start: int, end: int) -> tuple[str, ...]:
    return tuple(words.tokens[index].value for index in range(start, end) if words.is_name(index))


def _execute(words: Words) -> Head:
    if words.at(1) == "immediate":
        if words.is_pg or words.count != 3 or words.tokens[2].kind is not Kind.STRING:
            return unknown("The text to execute is not a literal, so it is not known.")
        return Head(inner=words.tokens[2].value, inner_use=Inner.RUN)
    if not words.is_name(1):
        return unknown("A prepared name is expected here.")
    name = words.tokens[1].value
    if not words.is_pg:
        if words.count > 2 and words.at(2) != "using":
            return unknown("EXECUTE name USING @variable is expected here.")
        if any(words.at(index) in {"(", ":"} for index in range(words.count)):
            # MariaDB takes any expression here.
            return unknown("The arguments of EXECUTE are not plain variables.")
        return Head(prepared=name.lower())
    if words.count > 2 and (words.at(2) != "(" or not _are_literals(words, 3, words.count - 1)):
        return unknown("The arguments of EXECUTE are not plain literals.")
    return Head(prepared=name, types=_names_between(words, 3, words.count - 1))


def _are_literals(words: Words, start: int, end: int) -> bool:
    """Tell whether only literals and commas stand there, signs and casts of one word included."""
    allowed = {",", "-", "+", ":", "null", "true", "false", "array", "[", "]"}
    for index in range(start, end):
        token = words.tokens[index]
        if token.kind in {Kind.STRING, Kind.NUMBER, Kind.PARAMETER} or token.value in allowed:
            continue
        if token.kind is Kind.WORD and words.at(index - 1) == ":" and words.at(index + 1) != "(":
            continue
        return False
    return words.at(end) == ")"


def _deallocate(words: Words) -> Head:
    index = words.skip(1, "prepare")
    is_drop = words.at(0) == "drop"
    if is_drop:
        index = 2
    if words.count != index + 1 or not words.is_name(index):
        return unknown("A prepared name is expected here.")
    name = words.tokens[index].value
    if words.at(index) == "all":
        name = ""
    head = _make(EffectClass.SESSION)
    return replace(head, change=ChangeKind.DEALLOCATE, name=name if words.is_pg else name.lower())


def _declare(words: Words) -> Head:
    cursor, query = words.find("cursor"), words.find("for", start=2)
    if not words.is_name(1) or cursor < 0 or query < cursor:
        return unknown("DECLARE name CURSOR FOR query is expected here.")
    return Head(
        change=ChangeKind.DECLARE,
        name=words.tokens[1].value,
        inner=words.rest(query + 1),
        inner_use=Inner.DECLARE,
    )


def _fetch(words: Words) -> Head:
    last = words.count - 1
    if last < 1 or not words.is_name(last):
        return unknown("A cursor's name is expected here.")
    tail = [words.at(index) for index in range(1, last)]
    if any(word not in _FETCH_WORDS and not word.isdigit() for word in tail if word):
        return unknown("FETCH direction FROM cursor is expected here.")
    if words.at(0) == "move":
        # In a transaction the pipeline fences it as a read.
        return _make(EffectClass.SESSION)
    return Head(cursor=words.tokens[last].value)


def _close(words: Words) -> Head:
    if words.count != 2 or not words.is_name(1):
        return unknown("A cursor's name is expected here.")
    name = "" if words.at(1) == "all" else words.tokens[1].value
    return replace(_make(EffectClass.SESSION), change=ChangeKind.CLOSE, name=name)


def _copy(words: Words) -> Head:
    index = words.skip(1, "binary")
    if words.at(index) == "(":
        end = words.closing(index)
        inner, after = words.between(index + 1, end), end + 1
        writes: tuple[tuple[str | None, str], ...] = ()
    else:
        schema, name, after = words.name(index)
        written = words.between(index, after)
        columns = "*"
        if words.at(after) == "(":
            end = words.closing(after)
            columns, after = words.between(after + 1, end), end + 1
        # Only judged and traced; what runs is the COPY itself.
        inner, writes = f"SELECT {columns} FROM {written}", ((schema, name),)  # noqa: S608
    if words.at(after) == "to" and words.at(after + 1) == "stdout":
        return Head(output=OutputKind.TREE, inner=inner, inner_use=Inner.COPY)
    if words.at(after) == "to":
        return _make(EffectClass.OUTSIDE, EffectClass.READ, reason="COPY to a file or program.")
    if words.at(after) == "from" and words.at(after + 1) == "stdin":
        return replace(_make(EffectClass.INSERT), writes=writes)
    if words.at(after) == "from":
        reason = "COPY from a file or program."
        return replace(_make(EffectClass.OUTSIDE, EffectClass.INSERT, reason=reason), writes=writes)
    return unknown("COPY … TO STDOUT or FROM STDIN is expected here.")


# Settings


def _show(words: Words) -> Head:
    if words.is_pg:
        if words.count < 2:
            return unknown("The name of a setting is expected here.")
        return _make(EffectClass.READ, output=OutputKind.SETTING)
    return _show_mysql(words)


def _show_mysql(words: Words) -> Head:
    index = words.skip(1, "full", "global", "session", "local", "extended", "count")
    what = words.at(index)
    where = words.find("where", start=index)
    if where > 0 and any(words.at(i) in {"select", "(", "@"} for i in range(where, words.count)):
        return unknown("The condition of SHOW is computed, which is not read.")
    if any(words.at(i) == ":" for i in range(words.count)):
        return unknown("It assigns a variable.")
    if what in {"explain", "analyze", "binlog", "relaylog"}:
        return _make(EffectClass.OUTSIDE, reason="It shows what other sessions ran.")
    if what in _SHOW_SETTINGS:
        return _make(EffectClass.READ, output=OutputKind.SETTING)
    if what in _SHOW_STRUCTURE:
        return _make(EffectClass.READ, output=OutputKind.STRUCTURE)
    # Processes, warnings, engine states quote values: they run, and every cell is masked.
    return _make(EffectClass.READ, output=OutputKind.UNKNOWN)


def _set(words: Words) -> Head:
    return _set_postgresql(words) if words.is_pg else _set_mysql(words)


def _set_postgresql(words: Words) -> Head:
    if words.starts("set constraints"):
        return _make(EffectClass.TRANSACTION)
    if words.starts("set transaction"):
        return _set_transaction(words, 2)
    if words.starts("set session characteristics"):
        return _pinned("transaction_read_only")
    index = words.skip(1, "session", "local")
    if words.at(index) in {"authorization", "role"}:
        return _pinned("role", EffectClass.PRIVILEGE)
    if words.at(index) == "names":
        return _pinned("client_encoding")
    if words.at(index) == "schema":
        return _search_path(words, index + 1)
    if words.starts("time zone", index):
        return _setting("timezone", words.rest(index + 2))
    return _set_named(words, index)


def _set_named(words: Words, index: int) -> Head:
    name, after = _setting_name(words, index)
    if not name or words.at(after) not in {"=", "to"}:
        return unknown("SET name TO value is expected here.")
    if words.at(after + 1) == "default" and name not in _HARMLESS_PG:
        return _pinned(name)
    if name == "search_path":
        return _search_path(words, after + 1)
    if not _is_plain_value(words, after + 1):
        return unknown("The value of a setting is a literal.")
    return _judge_setting(name, words.rest(after + 1), _HARMLESS_PG)


def _setting_name(words: Words, index: int) -> tuple[str, int]:
    schema, name, after = words.name(index)
    return (f"{schema}.{name}" if schema else name).lower(), after


def _judge_setting(name: str, value: str, harmless: frozenset[str]) -> Head:
    if name in harmless or name.startswith("enable_"):
        return _setting(name, value)
    if name in _PINNED:
        return _pinned(name)
    if "." in name and name.partition(".")[0] not in _LIBRARIES:
        return _setting(name, value)
    return _make(EffectClass.ADMIN, reason=f"The setting {name} is not among the harmless ones.")


def _setting(name: str, value: str) -> Head:
    head = _make(EffectClass.SESSION)
    return replace(head, change=ChangeKind.SET, name=name, value=value)


def _search_path(words: Words, index: int) -> Head:
    reason = "It changes which tables and functions bare names mean."
    head = _make(EffectClass.ADMIN, reason=reason)
    return replace(head, change=ChangeKind.SET, name="search_path", value=words.rest(index))


def _pinned(name: str, effect: EffectClass = EffectClass.ADMIN) -> Head:
    reason = f"The bastion pins the setting {name}; a statement judged under it must run under it."
    return replace(_make(effect, reason=reason), pinned=(name,))


def _set_transaction(words: Words, index: int) -> Head:
    tail = [words.at(position) for position in range(index, words.count)]
    if "write" in tail:
        return _pinned("transaction_read_only")
    if any(word not in _BEGIN_WORDS for word in tail):
        return unknown("SET TRANSACTION is given something that is not known.")
    return _make(EffectClass.TRANSACTION)


def _set_mysql(words: Words) -> Head:
    if words.starts("set statement"):
        return _set_statement(words)
    if words.at(1) == "password":
        return _make(EffectClass.PRIVILEGE, reason="It changes a password.")
    if words.at(1) in {"role", "default"}:
        return _pinned("role", EffectClass.PRIVILEGE)
    if words.at(1) in {"names", "character", "charset"}:
        return _pinned("character_set")
    index = words.skip(1, "session", "local")
    if words.at(1) in {"global", "persist", "persist_only"}:
        return _make(EffectClass.ADMIN, reason="It changes a setting of the whole server.")
    if words.at(index) == "transaction":
        # Without SESSION it holds for the next transaction only; both may lift the fence.
        return _set_transaction_mysql(words, index)
    if words.at(index) == "@" and words.at(index + 1) != "@":
        return _variables(words, index)
    if words.find(",", start=index) > 0:
        return unknown("It sets several things at once. Set one in each statement.")
    return _system_variable(words, index)


def _set_transaction_mysql(words: Words, index: int) -> Head:
    tail = [words.at(position) for position in range(index + 1, words.count)]
    if "read" in tail and ("write" in tail or "only" in tail):
        return _pinned("transaction_read_only")
    return _make(EffectClass.TRANSACTION)


def _variables(words: Words, index: int) -> Head:
    """Read ``@a = value, @b = value``; settings of the server among them are not read."""
    name, values = "", []
    while True:
        token = words.tokens[index + 1] if index + 1 < words.count else None
        after = index + 2 + (words.at(index + 2) == ":")
        if token is None or words.starts("@ @", index) or words.at(index) != "@":
            return unknown("It sets several things at once. Set one in each statement.")
        if words.at(after) != "=":
            return unknown("SET @name = value is expected here.")
        comma = words.find(",", start=after)
        end = comma if comma > 0 else words.count
        name = name or f"@{token.value.lower()}"
        values.append(words.between(after + 1, end))
        if comma < 0:
            break
        index = comma + 1
    return Head(
        change=ChangeKind.SET,
        name=name,
        value=values[0],
        inner=f"SELECT {', '.join(values)}",
        inner_use=Inner.EXPRESSION,
    )


def _system_variable(words: Words, index: int) -> Head:
    while words.at(index) == "@":
        index += 1
    if words.at(index) in {"global", "persist", "persist_only"} and words.at(index + 1) == ".":
        return _make(EffectClass.ADMIN, reason="It changes a setting of the whole server.")
    if words.at(index) in {"session", "local"} and words.at(index + 1) == ".":
        index += 2
    name, after = _setting_name(words, index)
    if words.at(after) == ":":
        after += 1
    if not name or words.at(after) != "=":
        return unknown("SET name = value is expected here.")
    if not _is_plain_value(words, after + 1):
        return unknown("The value of a setting is a literal.")
    if words.at(after + 1) == "default" and name not in _HARMLESS_MY:
        return _pinned(name)
    return _judge_setting(name, words.rest(after + 1), _HARMLESS_MY)


def _is_plain_value(words: Words, index: int) -> bool:
    return all(
        words.at(position) not in {"(", "select", "@"} for position in range(index, words.count)
    )


def _set_statement(words: Words) -> Head:
    end = words.find("for", start=2)
    if end < 0 or any(words.at(index) in {"(", "@"} for index in range(2, end)):
        return unknown("SET STATEMENT name = literal FOR statement is expected here.")
    names = {words.at(index - 1) for index in range(3, end) if words.at(index) == "="}
    risky = names - _HARMLESS_STATEMENT
    if risky or not names:
        return _pinned(" ".join(sorted(risky)) or "statement")
    return Head(inner=words.rest(end + 1), inner_use=Inner.RUN)


def _reset(words: Words) -> Head:
    if not words.is_pg:
        return _make(EffectClass.ADMIN, reason="It resets a part of the server.")
    name = words.at(1)
    if words.count == 2 and name in _HARMLESS_PG:
        return _setting(name, "default")
    if words.count == 3 and words.starts("time zone", 1):
        return _setting("timezone", "default")
    if name == "search_path":
        return replace(_search_path(words, 1), value="default")
    reason = "It would lift the settings that the bastion pins."
    return replace(_make(EffectClass.ADMIN, reason=reason), pinned=(name or "all",))


def _discard(words: Words) -> Head:
    if words.at(1) == "plans":
        return _make(EffectClass.SESSION)
    if words.at(1) in {"temp", "temporary", "sequences"}:
        return replace(
            _make(EffectClass.ADMIN, reason="It drops what the session has made."),
            change=ChangeKind.DISCARD,
        )
    reason = "It would lift the settings that the bastion pins."
    return replace(_make(EffectClass.ADMIN, reason=reason), pinned=("all",))


def _use(words: Words) -> Head:
    if words.count == 2 and words.name(1)[1] == words.database:
        return _make(EffectClass.SESSION)
    reason = "It changes the database, and with it what bare names mean."
    return replace(_make(EffectClass.ADMIN, reason=reason), pinned=("database",))


# Definitions and destruction


def _truncate(words: Words) -> Head:
    index = words.skip(1, "table", "only")
    names: list[tuple[str | None, str]] = []
    while words.is_name(index):
        schema, name, index = words.name(index)
        names.append((schema, name))
        index = words.skip(index, "*")
        if words.at(index) != ",":
            break
        index = words.skip(index + 1, "only")
    return replace(_make(EffectClass.DROP, reason="It empties a table."), writes=tuple(names))


def _drop(words: Words) -> Head:
    index = words.skip(1, "temporary", "materialized", "foreign", "concurrently")
    kind = words.at(index)
    if kind == "prepare":
        return _deallocate(words)
    if kind in {"user", "role", "group"}:
        return _make(EffectClass.PRIVILEGE, reason="It drops an account.")
    index += 1
    if words.starts("if exists", index):
        index += 2
    names: list[tuple[str | None, str]] = []
    if kind in {"table", "view", "tables"}:
        names = _name_list(words, index)
    is_cascade = words.find("cascade", start=index) > 0 and words.is_pg
    if kind == "owned":
        reason = "It drops all that a role owns."
        return _make(EffectClass.DROP, EffectClass.PRIVILEGE, reason=reason)
    if kind in _DESTRUCTIVE_KINDS and not words.starts("drop temporary"):
        head = _make(EffectClass.DROP, reason=f"It drops a {kind}.")
        return replace(head, writes=tuple(names))
    if is_cascade:
        return _make(EffectClass.DROP, reason="CASCADE drops whatever depends on it.")
    return replace(_make(EffectClass.DDL), writes=tuple(names))


def _name_list(words: Words, index: int) -> list[tuple[str | None, str]]:
    names: list[tuple[str | None, str]] = []
    while words.is_name(index):
        schema, name, index = words.name(index)
        names.append((schema, name))
        if words.at(index) != ",":
            break
        index += 1
    return names


def _create(words: Words) -> Head:
    is_replace = words.starts("create or replace")
    index = 3 if is_replace else 1
    start = index
    while words.at(index) in _CREATE_NOISE:
        index += 1
        if words.at(index - 1) == "definer":
            index = max(index, words.find(*_CREATE_KINDS, start=index))
    noise = {words.at(position) for position in range(start, index)}
    kind = words.at(index)
    if kind in {"user", "role", "group", "policy"}:
        return _make(EffectClass.PRIVILEGE, reason=f"It makes a {kind}.")
    if kind in _OUTSIDE_KINDS or "foreign" in noise or words.find("soname") > 0:
        return _make(EffectClass.DDL, EffectClass.OUTSIDE, reason="It reaches another server.")
    if kind in {"table", "view"} or (kind == "view" and "materialized" in noise):
        return _create_relation(words, index, noise, is_replace=is_replace)
    if is_replace and kind in {"database", "schema"}:
        return _make(EffectClass.DROP, EffectClass.DDL, reason="It replaces a whole database.")
    if kind in {"event", "trigger", "rule", "extension", "language"}:
        return _make(EffectClass.DDL, reason=f"The {kind} may run code later.")
    return _make(EffectClass.DDL)


def _create_relation(words: Words, index: int, noise: set[str], *, is_replace: bool) -> Head:
    is_temporary = bool(noise & {"temp", "temporary"})
    is_table = words.at(index) == "table"
    after = index + 1
    if words.starts("if not exists", after):
        after += 3
    schema, name, after = words.name(after)
    effects = {EffectClass.DDL}
    reason = ""
    if is_replace and is_table:
        effects.add(EffectClass.DROP)
        reason = "It replaces a table that may exist."
    inner = _query_inside(words, after)
    head = replace(
        _make(*effects, reason=reason),
        change=ChangeKind.RELATION,
        name=name,
        schema=schema or "",
        is_temporary=is_temporary,
        writes=((schema, name),),
    )
    if inner is None:
        return head
    return replace(head, inner=inner, inner_use=Inner.FILL)


def _query_inside(words: Words, start: int) -> str | None:
    """Find the query of CREATE … AS; MySQL may leave AS out."""
    index = start
    while index < words.count:
        value = words.at(index)
        is_query = value in {"select", "with", "values", "table", "execute"}
        follows = words.at(words.skip(index + 1, "(")) in {"select", "with", "values", "table"}
        if value == "as" and (words.at(index + 1) in _QUERY_HEADS or follows):
            return _without_data_clause(words, index + 1)
        if not words.is_pg and is_query and value in {"select", "values"}:
            return words.rest(index)
        if value == "(" and not (not words.is_pg and follows):
            index = words.closing(index)
        index += 1
    return None


def _without_data_clause(words: Words, start: int) -> str:
    end = words.count
    if words.starts("with no data", end - 3):
        end -= 3
    elif words.starts("with data", end - 2):
        end -= 2
    elif words.starts("with check option", end - 3) or (
        words.starts("check option", end - 2) and words.starts("with", end - 3 - 0)
    ):
        end -= 3
    elif words.starts("check option", end - 2):
        end -= 4
    return words.between(start, end)


def _alter(words: Words) -> Head:
    index = words.skip(1, "online", "ignore", "materialized", "foreign")
    kind = words.at(index)
    if kind == "system":
        return _make(EffectClass.ADMIN, reason="It changes a setting of the whole server.")
    if kind in {"user", "role", "group", "policy"} or words.starts("default privileges", index):
        return _make(EffectClass.PRIVILEGE, reason="It changes accounts or rights.")
    if kind in {"server", "subscription", "publication", "instance"} or words.at(1) == "foreign":
        return _make(EffectClass.DDL, EffectClass.OUTSIDE, reason="It reaches another server.")
    effects, reasons = {EffectClass.DDL}, []
    if words.find("owner") > 0:
        effects.add(EffectClass.PRIVILEGE)
        reasons.append("It changes an owner.")
    head = _make(*effects)
    if kind != "table":
        return replace(head, reasons=tuple(reasons))
    return _alter_table(words, index + 1, effects, reasons)


def _alter_table(words: Words, index: int, effects: set[EffectClass], reasons: list[str]) -> Head:
    if words.starts("if exists", index):
        index += 2
    schema, name, after = words.name(words.skip(index, "only"))
    for position in range(after, words.count):
        word, following = words.at(position), words.at(position + 1)
        is_destruction = word in {"drop", "truncate", "exchange", "discard"}
        if is_destruction and following in {"partition", "tablespace"}:
            effects.add(EffectClass.DROP)
            reasons.append("It destroys a partition's rows.")
        elif word == "engine" and "blackhole" in _values(words, position, 3):
            effects.add(EffectClass.DROP)
            reasons.append("The storage engine BLACKHOLE throws every row away.")
        elif words.starts("drop system versioning", position):
            effects.add(EffectClass.DROP)
            reasons.append("It destroys the history of the rows.")
        elif word == "drop" and following not in _DROP_PARTS:
            reasons.append("It drops a column and the values in it.")
            if words.find("cascade", start=position) > 0 and words.is_pg:
                effects.add(EffectClass.DROP)
        elif word == "using" and words.is_pg:
            reasons.append("It rewrites the values of a column.")
    return replace(_make(*effects), reasons=tuple(dict.fromkeys(reasons)), writes=((schema, name),))


def _values(words: Words, start: int, length: int) -> set[str]:
    return {token.value.lower() for token in words.tokens[start : start + length]}


def _grant(words: Words) -> Head:
    return _make(EffectClass.PRIVILEGE, reason="It changes rights.")


def _ddl(words: Words) -> Head:
    return _make(EffectClass.DDL)


def _security(words: Words) -> Head:
    return _make(EffectClass.PRIVILEGE, reason="It changes owners or labels.")


def _rename(words: Words) -> Head:
    if words.at(1) == "user":
        return _make(EffectClass.PRIVILEGE, reason="It renames an account.")
    names = [words.name(index + 1)[:2] for index in range(words.count) if words.at(index) == "to"]
    first = words.name(2)[:2]
    return replace(_make(EffectClass.DDL, reason="It renames a table."), writes=(first, *names))


def _import(words: Words) -> Head:
    return _make(EffectClass.DDL, EffectClass.OUTSIDE, reason="It reaches another server.")


def _outside(reason: str) -> Callable[[Words], Head]:
    return lambda _words: _make(EffectClass.OUTSIDE, reason=reason)


def _load(words: Words) -> Head:
    if words.is_pg:
        return _make(EffectClass.ADMIN, EffectClass.OUTSIDE, reason="It loads a library.")
    effects = {EffectClass.OUTSIDE, EffectClass.INSERT}
    if words.find("replace") > 0:
        effects.add(EffectClass.DELETE)
    into = words.find("table")
    names = (words.name(into + 1)[:2],) if into > 0 else ()
    return replace(_make(*effects, reason="It reads a file into a table."), writes=names)


def _analyze(words: Words) -> Head:
    if words.is_pg:
        return _make(EffectClass.ADMIN, reason="It rewrites the statistics of tables.")
    return _explain_mysql(words)


def _do(words: Words) -> Head:
    if words.is_pg:
        return unknown("A DO block runs code that is not read.")
    return Head(inner=f"SELECT {words.rest(1)}", inner_use=Inner.EXPRESSION)


def _unlisten(words: Words) -> Head:
    return _make(EffectClass.SESSION)


def _values_rows(words: Words) -> Head:
    """Judge ``VALUES (1), (2)`` as a derived table; sqlglot takes it for a function."""
    tail = words.find("order", "limit")
    end = tail if tail > 0 else words.count
    rows = f"SELECT * FROM ({words.between(0, end)}) AS rows_given"  # noqa: S608
    return Head(inner=f"{rows} {words.between(end, words.count)}", inner_use=Inner.RUN)


def _help(words: Words) -> Head:
    return _make(EffectClass.READ, output=OutputKind.STRUCTURE)


def _list(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BOTH: dict[str, Callable[[Words], Head]] = {
    "begin": _begin,
    "start": _begin,
    "commit": _commit,
    "rollback": _commit,
    "savepoint": _savepoint,
    "release": _savepoint,
    "explain": _explain,
    "prepare": _prepare,
    "execute": _execute,
    "deallocate": _deallocate,
    "show": _show,
    "set": _set,
    "reset": _reset,
    "truncate": _truncate,
    "drop": _drop,
    "create": _create,
    "alter": _alter,
    "grant": _grant,
    "revoke": _grant,
    "analyze": _analyze,
    "do": _do,
    "call": lambda _words: unknown("A procedure runs code that is not read."),
    "lock": _admin("It locks tables."),
    "load": _load,
    "checkpoint": _admin("It is server administration."),
}
_POSTGRESQL: dict[str, Callable[[Words], Head]] = {
    "end": _commit,
    "abort": _commit,
    "analyse": _analyze,
    "declare": _declare,
    "fetch": _fetch,
    "move": _fetch,
    "close": _close,
    "copy": _copy,
    "discard": _discard,
    "comment": _ddl,
    "security": _security,
    "reassign": _security,
    "import": _import,
    "refresh": _ddl,
    "vacuum": _admin("It rewrites or cleans tables."),
    "cluster": _admin("It rewrites tables."),
    "reindex": _admin("It rebuilds indexes."),
    "repack": _admin("It rewrites tables."),
    "listen": _outside("It hears what other sessions say."),
    "notify": _outside("It speaks to other sessions."),
    "unlisten": _unlisten,
}
_MYSQL: dict[str, Callable[[Words], Head]] = {
    "describe": _explain_mysql,
    "desc": _explain_mysql,
    "use": _use,
    "rename": _rename,
    "help": _help,
    "values": _values_rows,
    "handler": lambda _words: unknown("HANDLER reads a table below SQL. Use SELECT."),
    "kill": _outside("It ends another session or its query."),
    "xa": _admin("A distributed transaction outlives the session."),
    "flush": _admin("It is server administration."),
    "optimize": _admin("It rewrites a table."),
    "repair": _admin("It rewrites a table."),
    "check": _admin("It checks a table and may mark it."),
    "checksum": _admin("It reads whole tables for maintenance."),
    "unlock": _admin("It gives table locks back, and commits."),
    "purge": _admin("It is server administration."),
    "change": _admin("It is server administration."),
    "stop": _admin("It stops a part of the server."),
    "shutdown": _admin("It stops the server."),
    "restart": _admin("It stops the server."),
    "install": _admin("It loads a library."),
    "uninstall": _admin("It unloads a library."),
    "cache": _admin("It is server administration."),
    "binlog": _admin("It replays a binary log."),
    "clone": _outside("It copies a whole server."),
    "import": _import,
    "signal": lambda _words: unknown("SIGNAL is part of a program that is not read."),
    "resignal": lambda _words: unknown("RESIGNAL is part of a program that is not read."),
    "get": lambda _words: unknown("GET DIAGNOSTICS is part of a program that is not read."),
    "declare": lambda _words: unknown("DECLARE is part of a program that is not read."),
}
_TREE_HEADS = _list("select with values table insert update delete merge replace")
_QUERY_HEADS = _list("select with values table execute")
_EXPLAINABLE = _list("select with values table insert update delete replace ( set execute")
_BEGIN_WORDS = _list(
    """
    begin start transaction work isolation level serializable repeatable committed uncommitted
    read write only not deferrable , with consistent snapshot
    """
)
_FETCH_WORDS = _list("next prior first last absolute relative forward backward all from in - +")
_CREATE_NOISE = _list(
    """
    temp temporary global local unlogged materialized recursive unique fulltext spatial
    foreign algorithm = undefined merge temptable definer sql security invoker aggregate
    constraint trusted procedural default
    """
)
_CREATE_KINDS = ("view", "function", "procedure", "trigger", "event", "sql", "aggregate")
_OUTSIDE_KINDS = frozenset({"server", "subscription", "publication", "tablespace", "access"})
_DESTRUCTIVE_KINDS = frozenset(
    {"table", "tables", "schema", "database", "extension", "server", "tablespace"}
)
_DROP_PARTS = _list("constraint index key primary foreign check default not expression identity")
_SHOW_STRUCTURE = _list(
    """
    tables columns fields index indexes keys create table databases schemas triggers events
    procedure function grants open privileges package
    """
)
_SHOW_SETTINGS = _list(
    """
    variables status engines storage charset character collation plugins profiles timezones
    master replica slave binary authors contributors locales all_slaves
    """
)
_PINNED = _list("""transaction_read_only default_transaction_read_only transaction_isolation
    default_transaction_isolation default_transaction_deferrable transaction_deferrable
    session_replication_role role session_authorization standard_conforming_strings
    client_encoding backslash_quote escape_string_warning statement_timeout lock_timeout
    transaction_timeout idle_in_transaction_session_timeout idle_session_timeout row_security
    client_min_messages log_statement check_function_bodies allow_system_table_mods
    default_tablespace temp_tablespaces session_preload_libraries local_preload_libraries
    jit_provider sql_mode character_set_client character_set_connection character_set_results
    collation_connection character_set_database autocommit tx_read_only transaction_read_only
    tx_isolation max_statement_time max_execution_time sql_safe_updates sql_log_bin
    foreign_key_checks unique_checks init_connect lock_wait_timeout innodb_lock_wait_timeout
    wait_timeout interactive_timeout net_read_timeout net_write_timeout names pseudo_thread_id
    sql_select_limit old_mode session_track_state_change check_constraint_checks
    big_tables low_priority_updates sql_quote_show_create local_infile debug debug_dbug
    skip_replication gtid_domain_id gtid_seq_no server_id timestamp""")
_HARMLESS_PG = _list(
    """
    datestyle intervalstyle timezone extra_float_digits bytea_output application_name work_mem
    hash_mem_multiplier maintenance_work_mem temp_buffers effective_cache_size
    random_page_cost seq_page_cost cpu_tuple_cost cpu_index_tuple_cost cpu_operator_cost
    effective_io_concurrency max_parallel_workers max_parallel_workers_per_gather
    parallel_setup_cost parallel_tuple_cost min_parallel_table_scan_size
    min_parallel_index_scan_size force_parallel_mode debug_parallel_query
    parallel_leader_participation jit jit_above_cost jit_inline_above_cost
    jit_optimize_above_cost join_collapse_limit from_collapse_limit geqo geqo_threshold
    plan_cache_mode constraint_exclusion cursor_tuple_fraction default_statistics_target
    lc_messages lc_monetary lc_numeric lc_time default_text_search_config xmlbinary xmloption
    array_nulls track_io_timing compute_query_id gin_fuzzy_search_limit timezone_abbreviations
    """
)
_HARMLESS_MY = _list(
    """
    time_zone lc_messages lc_time_names group_concat_max_len max_join_size join_buffer_size
    sort_buffer_size read_buffer_size read_rnd_buffer_size tmp_table_size max_heap_table_size
    optimizer_switch optimizer_search_depth optimizer_prune_level optimizer_trace_max_mem_size
    optimizer_use_condition_selectivity join_cache_level use_stat_tables histogram_size
    max_sort_length max_length_for_sort_data div_precision_increment cte_max_recursion_depth
    max_recursive_iterations eq_range_index_dive_limit profiling profiling_history_size
    query_cache_type range_optimizer_max_mem_size sql_big_selects default_week_format
    rand_seed1 rand_seed2 analyze_sample_percentage
    """
)
_LIBRARIES = _list(
    """
    auto_explain citus credcheck dblink file_fdw google_columnar_engine hypopg ip4r orioledb
    passwordcheck pg_cron pg_hint_plan pg_partman_bgw pg_prewarm pg_qualstats pg_repack pg_squeeze
    pg_stat_monitor pg_stat_statements pg_strom pg_tle pgaudit pglogical plan_filter plcoffee
    plperl plpgsql plpgsql_check plpython plv8 postgis postgres_fdw rds repmgr safeupdate
    sepgsql set_user supautils timescaledb vector wal2json
    """
)
_HARMLESS_STATEMENT = _HARMLESS_MY | {"max_statement_time", "max_execution_time"}
