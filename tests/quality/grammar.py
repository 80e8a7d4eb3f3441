"""Statements out of a grammar: queries that reach for masked values in ever other ways, and writes.

The productions are data, ``tests/corpus/grammar_*.tsv``; here is only what a list cannot say: which
columns are in reach. Seeded, so that a seed gives the same statements again. Not all are valid:
what the server or the bastion refuses is an answer too.
"""

from __future__ import annotations

import functools
import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parent.parent / "corpus"
STEP = " ;; "
"""Between the statements of one probe."""

_HOLE = re.compile(r"\{(\w+)(?::(\d))?\}")
_OF_RELATION = re.compile(r"@(\w{2,}) ")
_SECRETS_OF_TEN = 7
"""How many of ten columns that are picked are masked ones, where there is a choice."""
_DEPTH = 2
_NAMED = ("id", "name", "ssn")
_KINDS = frozenset({"text", "number", "truth", "document", "array", "moment"})
_ANY = ("text", "text", "number", "document", "array")


@dataclass(frozen=True, slots=True)
class Reach:
    """One column that an expression may name."""

    text: str
    kind: str


Scope = tuple[Reach, ...]


@functools.cache
def rules(engine: str) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Read the productions of an engine: by what they make, each with its columns.

    One with a number instead counts so often.
    """
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in (CORPUS / f"grammar_{engine}.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            made, text, *more = line.split("\t")
            word = more[0] if more else ""
            found[made] += [(text, word)] * (int(word) if word.isdigit() else 1)
    return found


class Grammar:
    """Makes one probe: statements for one connection, one after another."""

    def __init__(self, engine: str, seed: str) -> None:
        self._rules = rules(engine)
        self._chance = random.Random(seed)
        self._prefix = "x" + seed.rpartition(":")[2]
        self._names = 0
        self._has_effects = False

    def probe(self, kind: str) -> list[str]:
        """Make a ``read``, ``session``, ``carried`` or ``write``; only writes have side effects."""
        self._has_effects = kind == "write"
        return self._made(kind, (), _DEPTH).split(STEP)

    def _new(self) -> str:
        self._names += 1
        return f"{self._prefix}_{self._names}"

    def _pick(self, rule: str) -> tuple[str, str]:
        return self._chance.choice(self._rules[rule])

    def _made(self, rule: str, scope: Scope, depth: int) -> str:
        names: list[str] = []
        steps = []
        for step in self._pick(rule)[0].split(STEP):
            there, text = scope, step
            marked = _OF_RELATION.match(step)
            if marked is not None:
                # The step speaks of one relation's columns, by their bare names.
                there = _reaches("", dict(self._rules["relation"])[marked[1]])
                text = step[marked.end() :]
            steps.append(self._filled(text, there, depth, names))
        return STEP.join(steps)

    def _filled(self, text: str, scope: Scope, depth: int, names: list[str]) -> str:
        """Put something into each hole; ``names`` are those that this production has made."""

        makers: dict[str, Callable[[int], str]] = {
            "new": lambda _: names.append(self._new()) or names[-1],
            "last": lambda _: names[-1] if names else "nothing",
            "integer": lambda _: str(self._chance.randrange(4)),
            "relation": lambda _: self._pick("relation")[0],
            "alias": lambda _: self._alias(scope),
            "column": lambda _: self._column(scope),
            "secret": lambda _: self._column(scope, is_secret=True),
            "any": lambda _: self._expression(self._chance.choice(_ANY), scope, depth),
            "query": lambda count: self._query(depth - 1, scope, items=count),
            "three": lambda count: self._query(depth - 1, scope, named=_NAMED[: count or None]),
            "scalar": lambda _: self._scalar(depth, scope),
            "effect": lambda _: self._made("effect", scope, depth) if self._has_effects else "1",
        }

        def fill(hole: re.Match[str]) -> str:
            made = make(hole[1], int(hole[2] or 0))
            if made is None:
                return hole[0]
            return made.replace("'", "''") if text[: hole.start()].endswith("'") else made

        def make(word: str, count: int) -> str | None:
            if word in makers:
                return makers[word](count)
            if word in _KINDS:
                return self._expression(word, scope, depth)
            return self._made(word, scope, depth) if word in self._rules else None

        return _HOLE.sub(fill, text)

    def _expression(self, kind: str, scope: Scope, depth: int) -> str:
        if kind not in self._rules:
            kind = "text"
        # Deep ones are rare: most of what is found is found by two or three steps.
        if depth <= 0 or self._chance.random() < 0.3:
            return self._leaf(kind, scope)
        return self._made(kind, scope, depth - 1)

    def _leaf(self, kind: str, scope: Scope) -> str:
        same = [one for one in scope if one.kind == kind]
        if kind == "text" and (not same or self._chance.randrange(10) < _SECRETS_OF_TEN):
            same = [one for one in scope if one.kind == "secret"] or same
        if same:
            return self._chance.choice(same).text
        match kind:
            case "number":
                return str(self._chance.randrange(4))
            case "truth":
                return f"{self._column(scope)} is not null"
            case "document":
                return self._chance.choice(("'{}'", '\'{"k": "q"}\'', "'[1]'"))
            case "array":
                return "'{q}'"
            case "moment":
                return "'2020-01-01'"
            case _:
                return self._pick("constant")[0]

    def _column(self, scope: Scope, *, is_secret: bool = False) -> str:
        chosen = [one for one in scope if not is_secret or one.kind == "secret"]
        if not chosen:
            return "ssn" if is_secret else self._pick("constant")[0]
        return self._chance.choice(chosen).text

    def _alias(self, scope: Scope) -> str:
        aliases = sorted({one.text.partition(".")[0] for one in scope if "." in one.text})
        return self._chance.choice(aliases) if aliases else "users"

    def _scalar(self, depth: int, scope: Scope) -> str:
        if depth <= 0 or self._chance.random() < 0.4:
            return "(select ssn from users where id = 1)"
        return f"({self._query(depth - 1, scope, items=1)} limit 1)"

    # Queries

    def _source(self, depth: int, outer: Scope) -> tuple[str, Scope]:
        """Make one entry of FROM; gives it with the columns that it brings."""
        roll = self._chance.random()
        if depth > 0 and roll < 0.2:
            name = self._new()
            lateral = "lateral " if self._chance.random() < 0.2 and outer else ""
            inner = self._query(depth - 1, outer if lateral else (), named=_NAMED)
            columns = "id:number name:text ssn:secret"
            return f"{lateral}({inner}) as {name}", _reaches(f"{name}.", columns)
        if roll < 0.3:
            text, columns = self._pick("table")
            name = self._new()
            text = self._filled(text.replace("{new}", name), outer, depth - 1, [name])
            return text, _reaches(f"{name}.", columns)
        relation, columns = self._pick("relation")
        name = self._new()
        return f"{relation} as {name}", _reaches(f"{name}.", columns)

    def _from(self, depth: int, outer: Scope) -> tuple[str, Scope]:
        text, scope = self._source(depth, ())
        while self._chance.random() < 0.25:
            more, columns = self._source(depth, scope)
            if self._chance.random() < 0.2:
                text = f"{text}, {more}"
            else:
                both = scope + columns
                on = self._expression("truth", both, min(depth, 1))
                if self._chance.random() < 0.5:
                    on = f"{self._column(scope)} = {self._column(columns)}"
                text = f"{text} {self._pick('join')[0]} {more} on {on}"
            scope += columns
        return text, scope + outer if self._chance.random() < 0.3 else scope

    def _item(self, scope: Scope, depth: int) -> str:
        roll = self._chance.random()
        if roll < 0.1:
            return self._made("aggregate", scope, depth)
        if roll < 0.18:
            return self._made("window", scope, depth)
        if roll < 0.26:
            return self._made("whole", scope, depth)
        if roll < 0.32:
            return self._made("failing", scope, depth)
        kind = self._chance.choice(("text", "text", "text", "number", "truth", "document", "array"))
        return self._expression(kind, scope, depth)

    def _query(
        self, depth: int, outer: Scope = (), *, items: int = 0, named: Sequence[str] = ()
    ) -> str:
        """Make a query: of so many columns, or with these names, or as it comes."""
        source, scope = self._from(depth, outer)
        if named:
            kinds = {"id": "number", "name": "text", "ssn": "text"}
            columns = [f"{self._expression(kinds[name], scope, 1)} as {name}" for name in named]
        else:
            count = items or self._chance.randrange(1, 4)
            columns = [self._item(scope, depth) for _ in range(count)]
        text = f"select {self._distinct()}{', '.join(columns)} from {source}"
        text += self._conditions(scope, depth)
        if not items and not named:
            text += self._endings(scope, depth, len(columns))
        return text

    def _distinct(self) -> str:
        return "distinct " if self._chance.random() < 0.06 else ""

    def _conditions(self, scope: Scope, depth: int) -> str:
        text = ""
        if self._chance.random() < 0.3:
            # Most filters are held as questions: the rest of the statement shall have its turn.
            plain = f"{self._column([one for one in scope if one.kind == 'number'])} < 3"
            is_plain = self._chance.random() < 0.6
            text += f" where {plain if is_plain else self._expression('truth', scope, depth)}"
        if self._chance.random() < 0.08:
            text += f" group by {self._made('grouping', scope, depth)}"
            if self._chance.random() < 0.3:
                text += f" having {self._expression('truth', scope, depth)}"
        return text

    def _endings(self, scope: Scope, depth: int, count: int) -> str:
        text = ""
        if depth > 0 and self._chance.random() < 0.1:
            text += f" {self._pick('combined')[0]} {self._query(depth - 1, items=count)}"
        if self._chance.random() < 0.12:
            by = ("1", self._column(scope), self._expression("text", scope, depth))
            text += f" order by {self._chance.choice(by)}"
        if self._chance.random() < 0.08:
            text += f" limit {self._chance.randrange(4)}"
        if self._chance.random() < 0.03:
            text += f" {self._pick('locking')[0]}"
        return text


def _reaches(prefix: str, columns: str) -> Scope:
    pairs = (column.partition(":") for column in columns.split())
    return tuple(Reach(prefix + name, kind) for name, _, kind in pairs)
