"""What the judges of a statement's parts need of the walk over it: names, columns, what was met.

``core.walk`` is the walk; ``terms``, ``bodies``, ``relations``, ``predicates`` and ``marks`` look
at one kind of part each, and know the walk only by this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sqlglot import exp

from bastion.core.catalogue import Catalogue, Function, Relation
from bastion.core.flow import Cte, Flow, Output, Scope, Source
from bastion.core.guesses import Guess
from bastion.core.model import Engine, Sensitivity

Ctes = dict[str, Cte]


class Walker(Protocol):
    """The walk over one statement, as the judges of its parts see it."""

    engine: Engine
    catalogue: Catalogue
    depth: int
    """How many views and functions deep this is: 0 is what the person typed."""
    running: list[Function]
    """The user's functions that this is inside of."""
    relations: Mapping[tuple[str, str], Relation]
    """What the session has made, by (schema, name)."""
    variables: Mapping[str, frozenset[Sensitivity]]
    views: dict[tuple[str, str], tuple[Output, ...]]
    """The columns of the views already traced, by (schema, name)."""
    cuts_lists: bool
    """Whether a setting says how long a list of GROUP_CONCAT may be."""
    placeholder: Flow
    """What the parameters of a prepared statement carry."""
    assigned: dict[str, Flow]
    """What variables and settings took."""
    chances: dict[int, tuple[exp.Expr, bool]]
    """Of trees, by identity, whether a query inside asks chance."""
    inference: dict[str, None]
    laundering: dict[str, None]
    counted: dict[str, None]
    parting: set[str]
    """Sensitive columns that part relations which are read, ``users.ssn``."""
    joined: set[str]
    """Those compared with other stored values."""
    sized: set[str]
    """Sensitive columns of what the session made and reads: its size tells of them."""
    touches: set[Sensitivity]
    behind: set[Sensitivity]
    """What views touch for themselves: nothing of it is shown, but for errors."""
    guesses: int
    guessed: list[Guess]
    bindable: set[int]
    """Literals of tokens, by ``id``, that are only compared with columns of their class."""

    def query(self, node: exp.Expr, parent: Scope | None, ctes: Ctes) -> tuple[Output, ...]:
        """Walk a query inside."""
        ...

    def flow(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
        """Give what may reach an expression."""
        ...

    def parts(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
        """Give what may reach the parts of an expression."""
        ...

    def touch(self, flow: Flow) -> Flow:
        """Note that a value was referred to."""
        ...

    def column(self, node: exp.Column, scope: Scope) -> Flow:
        """Resolve a reference to a column."""
        ...

    def visible_column(self, node: exp.Column, scope: Scope) -> Flow | None:
        """Resolve an unqualified name among the columns in sight; None when none has it."""
        ...

    def row_source(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> Source | None:
        """Find the source whose whole row an expression means."""
        ...

    def as_call(self, name: str, row: Flow) -> Flow | None:
        """Give what ``t.f`` carries where t has no column f."""
        ...

    def variable(self, name: str) -> Flow:
        """Give what a variable or setting of the session may hold."""
        ...

    def assign(self, name: str, flow: Flow, *, is_immediate: bool = False) -> None:
        """Note that a variable takes a value."""
        ...

    def trace_inner(
        self,
        text: str,
        catalogue: Catalogue,
        arguments: dict[str, Flow] | None = None,
        *,
        sees_session: bool,
    ) -> tuple[tuple[Output, ...], Walker] | None:
        """Trace a text that is not the statement's own; gives what its walk met as well."""
        ...
