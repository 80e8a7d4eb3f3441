"""What a yes covers beside the text: the definitions that a statement's meaning rests on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from bastion.core.catalogue import AROUND, Catalogue, Function, Relation, RelationKind
from bastion.core.context import SessionContext
from bastion.core.findings import RelationKey
from bastion.core.lexer import Kind, lex
from bastion.core.model import EffectClass, Engine
from bastion.core.statement import Statement


def objects_digest(statement: Statement, catalogue: Catalogue, context: SessionContext) -> str:
    """Digest the definitions that a statement's meaning rests on, for what a yes covers.

    A table swapped for another of its name, a view, trigger, policy, type or function written
    anew, a name prepared again: each makes another digest, and so does what these call, fire or
    cascade to, and what is called without being named.
    Estimates and classes of columns do not.
    """
    digest = hashlib.sha256(statement.resolved.encode())
    digest.update(repr((catalogue.unwritten, catalogue.types)).encode())
    meaning = _meaning(statement, catalogue, context)
    for key in sorted(meaning.relations):
        digest.update(repr((key, _shape(meaning.relations[key]))).encode())
        if catalogue.engine is Engine.MYSQL:
            # There a table has no identity but how and when it was made. On PostgreSQL a mark
            # changes with rights and the like as well.
            mark = catalogue.marks.get(catalogue.mark_key("relation", *key), "")
            digest.update(mark.encode())
    for name in sorted(meaning.functions):
        digest.update(repr([_code(one) for one in catalogue.functions[name]]).encode())
    digest.update(repr(sorted(meaning.sequences().items())).encode())
    return digest.hexdigest()


def foundations(
    statement: Statement, catalogue: Catalogue, context: SessionContext
) -> dict[str, str]:
    """Give the marks of all that ``objects_digest`` digests, as the catalogue has them.

    Asked for again before COMMIT, they tell what others changed while the statement ran.
    """
    meaning = _meaning(statement, catalogue, context)
    keys = {AROUND}
    for schema, name in meaning.relations.keys() - context.relations.keys():
        keys |= {catalogue.mark_key(kind, schema, name) for kind in ("relation", "trigger")}
    for name in meaning.functions:
        for one in catalogue.functions[name]:
            keys.add(catalogue.mark_key("function", one.schema, one.name))
    keys |= meaning.sequences().keys()
    return {key: catalogue.marks[key] for key in sorted(keys & catalogue.marks.keys())}


def sequences(
    statement: Statement, catalogue: Catalogue, context: SessionContext
) -> tuple[RelationKey, ...]:
    """Name the sequences that a statement takes numbers from, as ``positions_sql`` takes them."""
    meaning = _meaning(statement, catalogue, context)
    if catalogue.engine is Engine.POSTGRESQL:
        return tuple(("", key.partition(" ")[2]) for key in sorted(meaning.sequences()))
    found = ((key, one) for key, one in meaning.relations.items() if one is not None)
    return tuple(sorted(key for key, one in found if one.column("next_not_cached_value")))


def _meaning(statement: Statement, catalogue: Catalogue, context: SessionContext) -> _Meaning:
    meaning = _Meaning(catalogue, context)
    for words in catalogue.unwritten:
        meaning.add_code(words)
    for key in statement.reads | statement.writes:
        meaning.add_relation(key, is_written=key in statement.writes)
    meaning.add_names(name.rpartition(".")[2].lower() for name in statement.functions)
    is_read = statement.is_understood and statement.effects.isdisjoint(_OF_OBJECTS)
    for code in (statement.text, statement.resolved):
        if not is_read or _DRAWS.search(code):
            meaning.add_code(code)
    meaning.follow()
    return meaning


class _Meaning:
    """Follows names through triggers, bodies, defaults and foreign keys until nothing is new."""

    def __init__(self, catalogue: Catalogue, context: SessionContext) -> None:
        self._catalogue = catalogue
        self._context = context
        self._due: list[RelationKey] = []
        self._due_names: list[str] = []
        self.relations: dict[RelationKey, Relation | None] = {}
        self.functions: set[str] = set()
        self._names: set[str] = set()

    def sequences(self) -> dict[str, str]:
        """Give the marks of what numbers are taken from: PostgreSQL's sequences.

        Which they are and how they go on, not how far they have come: that changes all the time.
        """
        marks = self._catalogue.marks
        names = self._names | {name.lower() for _, name in self.relations}
        keys = {self._catalogue.mark_key("sequence", "", name) for name in names}
        return {key: marks[key] for key in keys & marks.keys()}

    def add_relation(self, key: RelationKey, *, is_written: bool) -> None:
        """Take a relation; what fires, and where it cascades to, only where it is written."""
        if key not in self.relations:
            found = self._context.relations.get(key) or self._catalogue.relations.get(key)
            self.relations[key] = found
        if is_written and key not in self._due:
            self._due.append(key)

    def add_names(self, names: Iterable[str]) -> None:
        """Take the functions and relations of these lower-case names."""
        self._due_names.extend(names)

    def add_code(self, code: str) -> None:
        """Take whatever is named in code that nobody read."""
        tokens = lex(code, self._catalogue.engine).tokens
        named = {token.value.lower() for token in tokens if token.kind in _NAMES}
        # What is executed as text hides its names in strings.
        for token in tokens:
            if token.kind is Kind.STRING and token.value != code:
                named |= {word.lower() for word in _words(token.value)}
        self.add_names(named)

    def follow(self) -> None:
        """Go on until nothing is new."""
        done = 0
        while done < len(self._due) or self._due_names:
            names, self._due_names = set(self._due_names) - self._names, []
            self._names |= names
            for name in names:
                self._name(name)
            due, done = self._due[done:], len(self._due)
            for key in due:
                self._written(key)

    def _name(self, name: str) -> None:
        for relation in self._catalogue.called(name):
            if relation.kind is not RelationKind.SYSTEM:
                self.add_relation((relation.schema, relation.name), is_written=True)
        for function in self._catalogue.functions.get(name, ()):
            self.functions.add(name)
            if function.language.lower() != "c":
                self.add_code(function.body)

    def _written(self, key: RelationKey) -> None:
        relation = self.relations[key]
        if relation is None:
            return
        self.add_names(_trigger_functions(relation))
        kept = (one.text for one in relation.code)
        for code in (*relation.rules, *relation.trigger_code, *kept):
            self.add_code(code)
        for column in relation.columns:
            if column.default:
                self.add_code(column.default)
        if relation.kind in {RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW}:
            self.add_code(relation.definition)
        for child in relation.children:
            self.add_relation(child, is_written=True)
        # ``schema.table (constraint, ON DELETE CASCADE)``
        for words in relation.referenced_by:
            schema, _, name = words.partition(" (")[0].partition(".")
            self.add_relation((schema, name), is_written=True)


_OF_OBJECTS = frozenset(
    {EffectClass.DDL, EffectClass.DROP, EffectClass.PRIVILEGE, EffectClass.ADMIN}
)
"""What names routines and the like without calling them."""
_NAMES = frozenset({Kind.WORD, Kind.QUOTED})
_DRAWS = re.compile(r"\bnextval\b|\bnext\s+value\b|\bsetval\b", re.IGNORECASE)
"""Names a sequence, in a string on PostgreSQL, that it neither reads nor writes as a relation."""


def _words(text: str) -> Iterator[str]:
    for engine in Engine:
        yield from (token.value for token in lex(text, engine).tokens if token.kind in _NAMES)


def _trigger_functions(relation: Relation) -> Iterator[str]:
    for trigger in relation.triggers:
        yield trigger.rpartition(".")[2].rstrip(")").lower()


def _shape(relation: Relation | None) -> tuple[object, ...]:
    if relation is None:
        return ()
    columns = [
        (one.number, one.name, one.type_name, one.default, one.is_nullable)
        for one in relation.columns
    ]
    return (
        relation.oid, relation.kind.value, relation.storage_engine, columns, relation.definition,
        relation.primary_key, relation.unique_keys, relation.triggers, relation.trigger_code,
        relation.trigger_ways, relation.rules, relation.referenced_by, relation.code,
        relation.children, relation.source, relation.rights,
    )  # fmt: skip


def _code(function: Function) -> tuple[str, ...]:
    return (
        function.schema, function.name, function.language, function.body, function.returns,
        function.search_path, function.volatility, function.traits,
    )  # fmt: skip
