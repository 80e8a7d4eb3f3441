"""Completion of SQL by what stands around the cursor, from the governed catalogue.

Pure look-ups in a snapshot: no query runs while somebody types. Masked columns say so.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from bastion.core.catalogue import Catalogue, Column, Relation
from bastion.core.definitions import Redactor
from bastion.core.model import Engine
from bastion.frontends.meta import LISTING_COMMANDS, SHELL_COMMANDS

CANDIDATES_MAX = 60
_SCANNED_MAX = 20_000
"""Names looked at for one key press."""
_TEXT_MAX = 20_000


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_WORD = re.compile(r"[\w$.\"`]*$")
_LAST_KEYWORD = re.compile(
    r"\b(from|join|into|update|table|view|describe|truncate|references|on|where|select|set|by|"
    r"having|and|or|using|returning|values|limit)\b",
    re.IGNORECASE,
)
_RELATION_AFTER = frozenset(
    {"from", "join", "into", "update", "table", "view", "describe", "truncate", "references"}
)
_SOURCE = re.compile(
    r"(?:\b(?:from|join|update|into)|,)\s+"
    r"(?P<name>[\w$\"`]+(?:\.[\w$\"`]+)?)"
    r"(?:\s+(?:as\s+)?(?P<alias>[\w$\"`]+))?",
    re.IGNORECASE,
)
_NOT_ALIASES = _words(
    "where join left right inner outer cross full natural on using group order having "
    "limit union set values select returning window for offset fetch and or as"
)
KEYWORDS = _words(
    "SELECT FROM WHERE JOIN LEFT RIGHT INNER OUTER CROSS ON USING GROUP BY ORDER "
    "HAVING LIMIT OFFSET DISTINCT UNION ALL EXCEPT INTERSECT WITH AS AND OR NOT NULL "
    "IS IN EXISTS BETWEEN LIKE CASE WHEN THEN ELSE END ASC DESC INSERT INTO VALUES "
    "UPDATE SET DELETE RETURNING CREATE TABLE VIEW INDEX ALTER ADD COLUMN DROP "
    "TRUNCATE BEGIN COMMIT ROLLBACK SAVEPOINT RELEASE EXPLAIN ANALYZE SHOW DESCRIBE "
    "GRANT REVOKE PRIMARY KEY FOREIGN REFERENCES UNIQUE DEFAULT CHECK CAST TRUE FALSE "
    "INTERVAL OVER PARTITION WINDOW FILTER LATERAL MERGE MATCHED"
)
FUNCTIONS = _words(
    "count sum avg min max coalesce nullif now lower upper length substring trim "
    "round abs concat row_number rank dense_rank lag lead extract date_trunc to_char "
    "string_agg array_agg json_agg jsonb_agg greatest least"
)
_MYSQL_FUNCTIONS = _words(
    "count sum avg min max coalesce nullif ifnull now curdate lower upper length "
    "char_length substring trim round abs concat concat_ws group_concat date_format "
    "date_add date_sub row_number rank greatest least json_extract"
)


_PUBLIC_WORDS = (*KEYWORDS, *FUNCTIONS, *_MYSQL_FUNCTIONS)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that could stand at the cursor."""

    text: str
    meta: str
    rank: int = 0
    """Lower comes first among equal matches."""


class SqlCompleter(Completer):
    """Completes names by context; cheap enough to run on the loop."""

    def __init__(self, engine: Engine, targets: Sequence[str] = ()) -> None:
        """Start without names; ``learn`` brings them."""
        self._engine = engine
        self.targets = tuple(targets)
        self._relations: tuple[Relation, ...] = ()
        self._functions: tuple[str, ...] = ()
        self._schemas: tuple[str, ...] = ()
        self._by_name: dict[str, Relation] = {}
        self._search_path: tuple[str, ...] = ()
        self._names = sorted(word.casefold() for word in _PUBLIC_WORDS)
        self._version = ""
        self._redactor: Redactor | None = None

    def learn(self, catalogue: Catalogue, extra: Iterable[Relation] = ()) -> None:
        """Take the names of a catalogue, and of relations that the session has made."""
        made = tuple(extra)
        version = f"{catalogue.version}/{len(made)}"
        if version == self._version:
            return
        self._version = version
        self._redactor = Redactor(catalogue)
        self._search_path = catalogue.search_path
        self._relations = (*made, *catalogue.user_relations())
        self._functions = tuple(sorted(catalogue.functions))
        self._schemas = tuple(sorted({relation.schema for relation in self._relations}))
        self._names = sorted(
            {name.rpartition(".")[2].casefold() for name in self._functions}
            | {name.casefold() for name in (*_PUBLIC_WORDS, *self._schemas)}
            | {
                name.casefold()
                for relation in self._relations
                for name in (relation.name, *(column.name for column in relation.columns))
            }
        )
        self._by_name = {}
        for relation in self._relations:
            self._by_name[relation.qualified_name.lower()] = relation
            if relation.schema in self._search_path or relation in made:
                self._by_name.setdefault(relation.name.lower(), relation)

    def is_known(self, word: str) -> bool:
        """Tell whether a word is a name that anybody may know, or how one begins."""
        word = word.casefold()
        place = bisect_left(self._names, word)
        return place < len(self._names) and self._names[place].startswith(word)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        """Give candidates for the word before the cursor, the likeliest first."""
        before = document.text_before_cursor[-_TEXT_MAX:]
        word = (_WORD.search(before) or [""])[0]
        if before.lstrip().startswith(("\\", "/")):
            candidates, word = self._meta_candidates(before)
        else:
            text = before + document.text_after_cursor[:_TEXT_MAX]
            candidates, word = self._sql_candidates(before, word, text)
        for candidate in _best(candidates, word):
            yield Completion(candidate.text, start_position=-len(word), display_meta=candidate.meta)

    def _meta_candidates(self, before: str) -> tuple[Iterable[Candidate], str]:
        line = before.lstrip()
        name, has_argument, argument = line.partition(" ")
        if not has_argument:
            words = [*SHELL_COMMANDS.items(), *LISTING_COMMANDS.items()]
            mark = line[0]
            return [Candidate(mark + key.split()[0].rstrip(","), does) for key, does in words], line
        if name[1:] in ("c", "connect", "use"):
            return [Candidate(target, "target") for target in self.targets], argument.lstrip()
        return self._relation_candidates(), argument.lstrip()

    def _sql_candidates(self, before: str, word: str, text: str) -> tuple[Iterable[Candidate], str]:
        qualifier, dot, rest = word.rpartition(".")
        sources = self._sources(text)
        if dot:
            return self._qualified(_bare(qualifier), sources), rest
        keywords = list(_LAST_KEYWORD.finditer(before[: len(before) - len(word)]))
        last = keywords[-1][1].lower() if keywords else ""
        has_bracket = bool(keywords) and "(" in before[keywords[-1].end() :]
        if last in _RELATION_AFTER and not has_bracket:
            return [*self._relation_candidates(), *self._schema_candidates()], word
        if not word:
            return self._columns_of(sources), word
        return [
            *self._columns_of(sources),
            *self._keyword_candidates(word),
            *self._function_candidates(),
            *self._relation_candidates(rank=3),
            *self._schema_candidates(),
        ], word

    def _sources(self, text: str) -> dict[str, Relation]:
        """Find the relations that a statement names, by alias and by name."""
        sources: dict[str, Relation] = {}
        for match in _SOURCE.finditer(text):
            relation = self._by_name.get(_bare(match["name"]))
            if relation is None:
                continue
            alias = _bare(match["alias"] or "")
            if alias and alias not in _NOT_ALIASES:
                sources[alias] = relation
            else:
                sources[relation.name.lower()] = relation
        return sources

    def _qualified(self, qualifier: str, sources: dict[str, Relation]) -> Iterator[Candidate]:
        relation = sources.get(qualifier) or self._by_name.get(qualifier)
        if relation is not None:
            yield from (self._column(column) for column in relation.columns)
        for other in self._relations:
            if other.schema.lower() == qualifier:
                yield Candidate(self._quoted(other.name), other.kind.value)

    def _columns_of(self, sources: dict[str, Relation]) -> Iterator[Candidate]:
        seen: set[str] = set()
        for name, relation in sources.items():
            yield Candidate(name, f"alias or name of {relation.qualified_name}", rank=1)
            for column in relation.columns:
                if column.name not in seen:
                    seen.add(column.name)
                    yield self._column(column)

    def _column(self, column: Column) -> Candidate:
        masked = f", masked ({column.sensitivity.value})" if column.sensitivity else ""
        # An enum's labels are values.
        type_name = self._redactor.redact(column.type_name) if self._redactor else ""
        return Candidate(self._quoted(column.name), f"{type_name}{masked}")

    def _relation_candidates(self, rank: int = 0) -> Iterator[Candidate]:
        for relation in self._relations:
            is_found = self._by_name.get(relation.name.lower()) is relation
            name = self._quoted(relation.name)
            if not is_found:
                name = f"{self._quoted(relation.schema)}.{name}"
            yield Candidate(name, relation.kind.value, rank=rank)

    def _schema_candidates(self) -> Iterator[Candidate]:
        return (Candidate(self._quoted(schema), "schema", rank=4) for schema in self._schemas)

    def _function_candidates(self) -> Iterator[Candidate]:
        built_in = FUNCTIONS if self._engine is Engine.POSTGRESQL else _MYSQL_FUNCTIONS
        for name in (*self._functions, *built_in):
            yield Candidate(f"{name}(", "function", rank=2)

    @staticmethod
    def _keyword_candidates(word: str) -> Iterator[Candidate]:
        for keyword in KEYWORDS:
            yield Candidate(keyword if word.isupper() else keyword.lower(), "keyword", rank=2)

    def _quoted(self, name: str) -> str:
        if self._engine is Engine.POSTGRESQL:
            plain = re.fullmatch(r"[a-z_][a-z0-9_$]*", name)
            return name if plain else '"' + name.replace('"', '""') + '"'
        plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$]*", name)
        return name if plain else "`" + name.replace("`", "``") + "`"


def _bare(name: str) -> str:
    return name.replace('"', "").replace("`", "").lower()


def _best(candidates: Iterable[Candidate], word: str) -> list[Candidate]:
    """Rank by how well the word matches: as prefix, inside, then letters in order."""
    typed = _bare(word)
    fuzzy = re.compile(".*?".join(map(re.escape, typed))) if typed else None
    found: list[tuple[int, int, int, str, Candidate]] = []
    seen: set[str] = set()
    for number, candidate in enumerate(candidates):
        if number >= _SCANNED_MAX:
            break
        name = _bare(candidate.text)
        quality = _quality(name, typed, fuzzy)
        if quality is not None and candidate.text not in seen:
            seen.add(candidate.text)
            order = (quality, candidate.rank, len(name) if typed else 0)
            found.append((*order, name if typed else "", candidate))
    found.sort(key=lambda item: item[:4])
    return [item[4] for item in found[:CANDIDATES_MAX]]


def _quality(name: str, typed: str, fuzzy: re.Pattern[str] | None) -> int | None:
    if fuzzy is None or name.startswith(typed):
        return 0
    if typed in name:
        return 1
    return 2 if fuzzy.search(name) else None
