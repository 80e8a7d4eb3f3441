"""What a session has made on its way: prepared names, cursors, temporary relations, variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bastion.core.catalogue import Relation
from bastion.core.model import Sensitivity
from bastion.core.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionContext:
    """State on one database connection that a later statement depends on."""

    in_transaction: bool = False
    has_restructured: bool = False
    """The open transaction changed structure that no other login sees yet."""
    prepared: Mapping[str, Statement] = field(default_factory=lambda: MappingProxyType({}))
    cursors: Mapping[str, Statement] = field(default_factory=lambda: MappingProxyType({}))
    relations: Mapping[tuple[str, str], Relation] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Made in this session, columns with the classes that flowed into them; they shadow the
    catalogue's. Schema is ``pg_temp`` for temporary ones on PostgreSQL."""
    variables: Mapping[str, frozenset[Sensitivity]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """MySQL user variables and custom settings (``set_config``) and what flowed into them."""
    told: frozenset[Sensitivity] = frozenset()
    """MySQL: what the statements touched whose warnings and errors the server may still hold."""
    spelled: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The statement that runs now, where it executes a text that is computed, and how it is written
    with the text that the server gave."""
    lifted: frozenset[str] = frozenset()
    """MySQL: checks of what is written that are off, as the server says: ``foreign_key_checks``."""
    settings: tuple[tuple[str, str], ...] = ()
    """Settings changed from the pinned ones, sorted; part of an approval's digest."""
