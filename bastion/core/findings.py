"""What was seen in one statement, and what its meaning depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlglot import exp

from bastion.core.catalogue import Catalogue, Relation
from bastion.core.model import EffectClass, Engine

RelationKey = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class Findings:
    """What was seen in a tree, gathered on the way."""

    effects: set[EffectClass] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)
    reads: set[RelationKey] = field(default_factory=set)
    writes: set[RelationKey] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    fires: list[str] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)
    is_whole_table: bool = False

    def add(self, effect: EffectClass, reason: str = "") -> None:
        """Add an effect, and why it is one."""
        self.effects.add(effect)
        if reason and reason not in self.reasons:
            self.reasons.append(reason)

    def doubt(self, reason: str) -> None:
        """Say that something is not understood."""
        self.add(EffectClass.UNKNOWN, reason)

    @property
    def is_understood(self) -> bool:
        """Tell whether nothing is in doubt."""
        return EffectClass.UNKNOWN not in self.effects


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text that is not the statement's own looks bare names up."""

    search_path: tuple[str, ...] | None = None
    """None: where the session does."""
    is_inherited: bool = False
    """Whether functions that it calls look names up there too."""
    sees_session: bool = True
    """Whether relations that the session has made may be meant."""


HERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a statement's meaning depends on."""

    engine: Engine
    catalogue: Catalogue
    relations: Mapping[RelationKey, Relation] = field(default_factory=lambda: MappingProxyType({}))
    """Made in the session."""
    search_path: tuple[str, ...] = ()
    judge_read: Callable[[str, int, Place], Findings]
    """Analyse another text, a view's definition or a function's body, at this depth and place."""
    depth: int = 0

    def resolve(self, name: str, schema: str | None) -> tuple[RelationKey, Relation | None]:
        """Find what a name in FROM means, session first; unknown ones by the default schema."""
        for place in self._places(schema):
            key = (place, name)
            relation = self.relations.get(key) or self.catalogue.relations.get(key)
            if relation is not None:
                return key, relation
        if schema is not None:
            return (schema, name), None
        if self.engine is Engine.POSTGRESQL and name.startswith("pg_"):
            return ("pg_catalog", name), None
        return (self.search_path[0] if self.search_path else "", name), None

    def _places(self, schema: str | None) -> tuple[str, ...]:
        if schema is not None:
            return (schema,)
        if self.engine is Engine.MYSQL:
            return self.search_path
        missing = [place for place in ("pg_temp", "pg_catalog") if place not in self.search_path]
        return (*missing, *self.search_path)

    def place_of_definitions(self) -> Place:
        """Tell where the texts of stored views look names up: by which they were printed."""
        path = self.catalogue.definitions_path or self.catalogue.search_path
        return Place(search_path=path, sees_session=False)


def identifier_name(node: object, engine: Engine) -> str:
    """Give a name as the server stores it: PostgreSQL folds what is not quoted."""
    if not isinstance(node, exp.Identifier):
        return node.name if isinstance(node, exp.Expression) else str(node)
    name: str = node.this
    if engine is Engine.POSTGRESQL and not node.args.get("quoted"):
        return name.lower()
    return name
