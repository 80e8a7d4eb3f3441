"""What a schema change does while it runs: the lock it takes, who waits, what is rewritten.

By the command alone, as the manuals say: PostgreSQL "Explicit Locking" and "ALTER TABLE", MariaDB
"InnoDB Online DDL". What is not known is said to take the strongest lock.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from bastion.core.lexer import Kind, Token, lex
from bastion.core.model import Engine


class Lock(enum.IntEnum):
    """PostgreSQL's table locks that a command may take, weakest first."""

    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @property
    def words(self) -> str:
        """Name it as PostgreSQL does."""
        return self.name.replace("_", " ")

    @property
    def waiting(self) -> str:
        """Say who waits while it is held."""
        match self:
            case Lock.ACCESS_EXCLUSIVE:
                return "reads and writes of the table wait"
            case Lock.SHARE_UPDATE_EXCLUSIVE:
                return "reads and writes go on; other schema changes and VACUUM wait"
            case _:
                return "writes to the table wait, reads go on"

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Name the modes, as in ``pg_locks``, that it waits for."""
        weakest = {
            Lock.SHARE_UPDATE_EXCLUSIVE: 3, Lock.SHARE: 2, Lock.SHARE_ROW_EXCLUSIVE: 2,
            Lock.EXCLUSIVE: 1, Lock.ACCESS_EXCLUSIVE: 0,
        }[self]  # fmt: skip
        modes = _MODES[weakest:]
        if self is Lock.SHARE:
            return tuple(mode for mode in modes if mode != "ShareLock")
        return modes


_MODES = (
    "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
    "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock",
)  # fmt: skip


class Work(enum.IntEnum):
    """What a command does with the rows that are stored, least first."""

    NONE = 0
    SCAN = 1
    BUILD = 2
    PERHAPS = 3
    REWRITE = 4

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        return {
            Work.NONE: "No row is read or rewritten: the lock is short.",
            Work.SCAN: "Every row is read once to check it, under that lock.",
            Work.BUILD: "An index is built from every row, under that lock.",
            Work.PERHAPS: "The table is rewritten unless the old form of the rows still serves.",
            Work.REWRITE: "The whole table is rewritten, under that lock.",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class DdlPlan:
    """What one command does to one relation."""

    relation: tuple[str | None, str]
    """(schema, name) as written, folded; an index stands for its table."""
    lock: Lock | None
    """None at MySQL."""
    notes: tuple[str, ...]


def plan_ddl(text: str, engine: Engine) -> DdlPlan | None:
    """Read a schema change; None for a statement that locks nothing that is there."""
    tokens = [token for token in lex(text, engine).tokens if token.value != ";"]
    words = _Phrase(tokens)
    return _postgresql(words) if engine is Engine.POSTGRESQL else _mysql(words)


class _Phrase:
    """Tokens as words to match on; names in quotes and strings cannot be taken for keywords."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.words = [
            token.value if token.kind in {Kind.WORD, Kind.OPERATOR, Kind.NUMBER} else "?"
            for token in tokens
        ]
        self.text = " ".join(self.words)

    def after(self, pattern: str) -> int | None:
        """Give the number of tokens that ``pattern`` matches from the start."""
        match = re.match(rf"(?:{pattern})(?: |$)", self.text)
        return None if match is None else len(match[0].split())

    def name_at(self, place: int) -> tuple[tuple[str | None, str], int] | None:
        """Read ``[schema.]name`` and where it ends; skips ONLY and IF [NOT] EXISTS."""
        while self.words[place : place + 1] and self.words[place] in _SKIPPED:
            place += 1
        parts: list[str] = []
        while place < len(self.tokens) and self.tokens[place].kind in {Kind.WORD, Kind.QUOTED}:
            parts.append(self.tokens[place].value)
            place += 1
            if self.words[place : place + 1] != ["."]:
                break
            place += 1
        if not parts:
            return None
        return (parts[-2] if len(parts) > 1 else None, parts[-1]), place

    def name_behind(self, word: str) -> tuple[str | None, str] | None:
        """Read the name behind the first ``word``."""
        if word not in self.words:
            return None
        found = self.name_at(self.words.index(word) + 1)
        return None if found is None else found[0]

    def actions(self, place: int) -> list[str]:
        """Cut what follows at commas outside of parentheses."""
        parts: list[list[str]] = [[]]
        depth = 0
        for word in self.words[place:]:
            depth += {"(": 1, ")": -1}.get(word, 0)
            if word == "," and depth == 0:
                parts.append([])
            else:
                parts[-1].append(word)
        return [" ".join(part) for part in parts if part]


_SKIPPED = frozenset({"only", "if", "not", "exists", "table", "concurrently"})

# PostgreSQL

_COLUMN = r"alter (?:column )?\S+ "
_ALTER_TABLE: tuple[tuple[str, Lock, Work], ...] = (
    (r"validate constraint", Lock.SHARE_UPDATE_EXCLUSIVE, Work.SCAN),
    (r"(?:set|reset) \(", Lock.SHARE_UPDATE_EXCLUSIVE, Work.NONE),
    (_COLUMN + r"(?:set statistics|set \(|reset \()", Lock.SHARE_UPDATE_EXCLUSIVE, Work.NONE),
    (r"cluster on|set without cluster", Lock.SHARE_UPDATE_EXCLUSIVE, Work.NONE),
    (r"attach partition", Lock.SHARE_UPDATE_EXCLUSIVE, Work.SCAN),
    (r"detach partition .* concurrently", Lock.SHARE_UPDATE_EXCLUSIVE, Work.NONE),
    (r"(?:enable|disable) (?:replica |always )?trigger", Lock.SHARE_ROW_EXCLUSIVE, Work.NONE),
    (r"add (?:constraint \S+ )?foreign key.* not valid", Lock.SHARE_ROW_EXCLUSIVE, Work.NONE),
    (r"add (?:constraint \S+ )?foreign key", Lock.SHARE_ROW_EXCLUSIVE, Work.SCAN),
    (_COLUMN + r"(?:set data )?type", Lock.ACCESS_EXCLUSIVE, Work.PERHAPS),
    (_COLUMN + r"set not null", Lock.ACCESS_EXCLUSIVE, Work.SCAN),
    (_COLUMN + r"set expression", Lock.ACCESS_EXCLUSIVE, Work.REWRITE),
    (_COLUMN, Lock.ACCESS_EXCLUSIVE, Work.NONE),
    (r"set (?:logged|unlogged|tablespace|access method)", Lock.ACCESS_EXCLUSIVE, Work.REWRITE),
    (r"add (?:constraint \S+ )?(?:primary key|unique) using index", Lock.ACCESS_EXCLUSIVE,
     Work.NONE),
    (r"add (?:constraint \S+ )?(?:primary key|unique|exclude)", Lock.ACCESS_EXCLUSIVE, Work.BUILD),
    (r"add (?:constraint \S+ )?(?:check|not null).* not valid", Lock.ACCESS_EXCLUSIVE, Work.NONE),
    (r"add (?:constraint \S+ )?(?:check|not null)\b", Lock.ACCESS_EXCLUSIVE, Work.SCAN),
    (r"add .*\b(?:identity|stored|serial|bigserial|smallserial)\b", Lock.ACCESS_EXCLUSIVE,
     Work.REWRITE),
    (r"add .*\bdefault .*\(", Lock.ACCESS_EXCLUSIVE, Work.PERHAPS),
    (r"add .*\b(?:primary key|unique)\b", Lock.ACCESS_EXCLUSIVE, Work.BUILD),
    (r"(?:add|drop|rename|owner|set|inherit|no|of|replica|enable|disable|force|detach)\b",
     Lock.ACCESS_EXCLUSIVE, Work.NONE),
)  # fmt: skip
_POSTGRESQL: tuple[tuple[str, str, Lock, Work], ...] = (
    (r"create (?:unique )?index concurrently", "on", Lock.SHARE_UPDATE_EXCLUSIVE, Work.BUILD),
    (r"create (?:unique )?index", "on", Lock.SHARE, Work.BUILD),
    (r"drop index concurrently", "", Lock.SHARE_UPDATE_EXCLUSIVE, Work.NONE),
    (r"drop (?:table|view|materialized view|index|sequence)", "", Lock.ACCESS_EXCLUSIVE,
     Work.NONE),
    (r"truncate", "", Lock.ACCESS_EXCLUSIVE, Work.NONE),
    (r"create (?:or replace )?(?:constraint )?trigger", "on", Lock.SHARE_ROW_EXCLUSIVE, Work.NONE),
    (r"(?:drop|alter) trigger", "on", Lock.ACCESS_EXCLUSIVE, Work.NONE),
    (r"(?:create|drop|alter) policy", "on", Lock.ACCESS_EXCLUSIVE, Work.NONE),
    (r"create (?:or replace )?rule", "to", Lock.ACCESS_EXCLUSIVE, Work.NONE),
    (r"create or replace view", "", Lock.ACCESS_EXCLUSIVE, Work.NONE),
    (r"alter (?:view|materialized view|sequence|foreign table)", "", Lock.ACCESS_EXCLUSIVE,
     Work.NONE),
    (r"alter index", "", Lock.SHARE_UPDATE_EXCLUSIVE, Work.NONE),
    (r"comment on (?:table|view|index)", "", Lock.SHARE_UPDATE_EXCLUSIVE, Work.NONE),
    (r"vacuum full|vacuum \( full \)|vacuum \( full .*?\)", "", Lock.ACCESS_EXCLUSIVE,
     Work.REWRITE),
    (r"vacuum \(.*?\)|vacuum(?: analyze| verbose| freeze)*|analyze(?: verbose)?", "",
     Lock.SHARE_UPDATE_EXCLUSIVE, Work.SCAN),
    (r"cluster(?: verbose)?", "", Lock.ACCESS_EXCLUSIVE, Work.REWRITE),
    (r"reindex (?:\( .*?\) )?(?:table|index) concurrently", "", Lock.SHARE_UPDATE_EXCLUSIVE,
     Work.BUILD),
    (r"reindex (?:\( .*?\) )?(?:table|index)", "", Lock.SHARE, Work.BUILD),
    (r"refresh materialized view concurrently", "", Lock.EXCLUSIVE, Work.BUILD),
    (r"refresh materialized view", "", Lock.ACCESS_EXCLUSIVE, Work.REWRITE),
)  # fmt: skip


def _postgresql(phrase: _Phrase) -> DdlPlan | None:
    start = phrase.after("alter table")
    if start is not None:
        return _alter_postgresql(phrase, start)
    for pattern, behind, lock, work in _POSTGRESQL:
        start = phrase.after(pattern)
        if start is None:
            continue
        found = phrase.name_at(start)
        relation = phrase.name_behind(behind) if behind else found and found[0]
        if not relation:
            return None
        if phrase.words[0] in {"drop", "truncate"} and work is Work.NONE:
            return DdlPlan(relation=relation, lock=lock, notes=(_lock_words(lock),))
        return DdlPlan(relation=relation, lock=lock, notes=(_lock_words(lock), work.words))
    return None


def _alter_postgresql(phrase: _Phrase, start: int) -> DdlPlan | None:
    found = phrase.name_at(start)
    if found is None:
        return None
    relation, end = found
    lock, work = Lock.SHARE_UPDATE_EXCLUSIVE, Work.NONE
    for action in phrase.actions(end):
        rule = next((one for one in _ALTER_TABLE if re.match(one[0], action)), None)
        lock = max(lock, Lock.ACCESS_EXCLUSIVE if rule is None else rule[1])
        work = max(work, Work.REWRITE if rule is None else rule[2])
    notes = [_lock_words(lock), work.words]
    if "references" in phrase.words:
        other = phrase.name_behind("references")
        if other is not None:
            name = ".".join(part for part in other if part)
            notes.append(f"Writes to {name} wait as well: it takes SHARE ROW EXCLUSIVE there.")
    return DdlPlan(relation=relation, lock=lock, notes=tuple(notes))


def _lock_words(lock: Lock) -> str:
    return f"Lock: {lock.words}; {lock.waiting}."


# MySQL and MariaDB: how the server does it, of which who waits follows


class _Way(enum.IntEnum):
    INSTANT = 0
    INPLACE = 1
    DROP_COLUMN = 2
    REBUILD = 3
    SHARED = 4
    COPY = 5

    @property
    def words(self) -> tuple[str, str]:
        """Say how, and what happens to the rows."""
        return {
            _Way.INSTANT: ("Done at once, in the table's definition alone.",
                           "No row is read or rewritten."),
            _Way.INPLACE: ("Done in place: reads and writes go on meanwhile.",
                           "Every row may be read; the table is not rewritten."),
            _Way.DROP_COLUMN: ("Done in place, online: reads and writes go on meanwhile.",
                               "The table is rewritten, unless this version can do it at once."),
            _Way.REBUILD: ("Done in place, online: reads and writes go on meanwhile.",
                           "The whole table is rewritten."),
            _Way.SHARED: ("Done in place: writes to the table wait, reads go on.",
                          "Every row is read; the table is not rewritten."),
            _Way.COPY: ("Done by copying the table: writes to it wait all the while, reads go on.",
                        "The whole table is rewritten, unless only its definition changes."),
        }[self]  # fmt: skip


_ALTER_MYSQL: tuple[tuple[str, _Way], ...] = (
    (r"algorithm|lock|wait|nowait", _Way.INSTANT),
    (r"add (?:\S+ )?(?:fulltext|spatial)", _Way.SHARED),
    (r"add (?:constraint (?:\S+ )?)?primary key", _Way.REBUILD),
    (r"add (?:constraint (?:\S+ )?)?foreign key", _Way.COPY),
    (r"add (?:constraint (?:\S+ )?)?check", _Way.COPY),
    (r"add (?:constraint (?:\S+ )?)?(?:unique|index|key)", _Way.INPLACE),
    (r"add .*\b(?:stored|persistent|auto_increment)\b", _Way.COPY),
    (r"add (?:column )?", _Way.INSTANT),
    (r"drop primary key", _Way.COPY),
    (r"drop (?:index|key|foreign key|constraint|check)", _Way.INPLACE),
    (r"drop (?:column )?\S+", _Way.DROP_COLUMN),
    (r"(?:modify|change)", _Way.COPY),
    (r"convert to", _Way.COPY),
    (r"engine", _Way.REBUILD),
    (r"(?:order by|row_format|key_block_size|force)", _Way.REBUILD),
    (r"alter (?:column )?\S+ (?:set|drop) default", _Way.INSTANT),
    (r"(?:rename|comment|auto_increment)", _Way.INSTANT),
)


def _mysql(phrase: _Phrase) -> DdlPlan | None:
    start = phrase.after(r"alter (?:online )?(?:ignore )?table")
    if start is not None:
        found = phrase.name_at(start)
        if found is None:
            return None
        way = _Way.INSTANT
        for action in phrase.actions(found[1]):
            rule = next((one for one in _ALTER_MYSQL if re.match(one[0], action)), None)
            way = max(way, _Way.COPY if rule is None else rule[1])
        return _mysql_plan(phrase, found[0], way)
    simple = (
        (r"create (?:online )?(?:fulltext|spatial) index", "on", _Way.SHARED),
        (r"create (?:or replace )?(?:online )?(?:unique )?index", "on", _Way.INPLACE),
        (r"drop index", "on", _Way.INPLACE),
        (r"optimize (?:local )?table", "", _Way.REBUILD),
        (r"rename table", "", _Way.INSTANT),
        (r"(?:truncate(?: table)?|drop table|drop view)", "", _Way.INSTANT),
        (r"create (?:or replace )?trigger", "on", _Way.INSTANT),
    )
    for pattern, behind, way in simple:
        start = phrase.after(pattern)
        if start is None:
            continue
        named = phrase.name_at(start)
        relation = phrase.name_behind(behind) if behind else named and named[0]
        return None if not relation else _mysql_plan(phrase, relation, way)
    return None


def _mysql_plan(phrase: _Phrase, relation: tuple[str | None, str], way: _Way) -> DdlPlan:
    how, rows = way.words
    notes = [
        "Lock: an exclusive metadata lock at the start and the end; it waits for every open "
        "transaction on the table, and all later statements on it wait behind.",
    ]
    if phrase.words[0] != "truncate" and phrase.words[:2] != ["drop", "table"]:
        notes += [how, rows]
    asked = re.findall(r"\b(algorithm|lock) (?:= )?(\w+)", phrase.text)
    for name, value in asked:
        notes.append(f"It asks for {name.upper()}={value.upper()}: else the server refuses it.")
    return DdlPlan(relation=relation, lock=None, notes=tuple(notes))
