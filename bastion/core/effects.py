"""What one statement does, as values: ``core.statement`` makes them, everybody else reads them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlglot import exp

from bastion.core.catalogue import Function, Relation
from bastion.core.exposure import Exposure
from bastion.core.lexer import lex
from bastion.core.model import EffectClass, Engine, Fence


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A CALL whose procedure was read."""

    function: Function
    arguments: tuple[str, ...]
    """As written, one for each argument of the procedure."""


class OutputKind(enum.Enum):
    """What a statement sends back, so that masking knows how to trace it."""

    NONE = "none"
    """No rows: SET, BEGIN, DDL, INSERT without RETURNING."""
    TREE = "tree"
    """Rows of ``Statement.tree``: a query, or the RETURNING list of a write."""
    PLAN = "plan"
    """EXPLAIN text of ``Statement.tree``; may quote literals, and ANALYZE runs it."""
    SETTING = "setting"
    """SHOW and the like: the server's own settings."""
    STRUCTURE = "structure"
    """DESCRIBE, SHOW TABLES, SHOW COLUMNS, SHOW CREATE …: names and types."""
    WORDS = "words"
    """MySQL's SHOW WARNINGS, SHOW GRANTS: sentences of the server, which may quote values."""
    UNKNOWN = "unknown"
    """Not understood: everything is masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement, understood as far as it can be.

    Whatever is not understood has ``EffectClass.UNKNOWN`` in ``effects`` and says why in
    ``reasons``; policy holds it.
    """

    text: str
    """Byte for byte as sent, without the terminator."""
    engine: Engine
    head: str
    """First keyword in capitals, ``DELETE``, ``WITH``, ``EXPLAIN`` …; for people."""
    effects: frozenset[EffectClass]
    fence: Fence
    """The tightest fence under which it can do what it says."""
    output: OutputKind
    tree: exp.Expression | None = None
    """The tree whose rows or plan come back: the inner one of EXPLAIN, COPY (…) TO STDOUT,
    DECLARE, EXECUTE (the prepared text), FETCH (the cursor's query). Names are as written."""
    is_understood: bool = True
    reasons: tuple[str, ...] = ()
    """Why it is held or not understood, in words; no values."""
    is_whole_table: bool = False
    """An UPDATE or DELETE without WHERE, or with one that is constant or refers to no column."""
    reads: frozenset[tuple[str, str]] = frozenset()
    """Relations (schema, name) it reads, resolved, views and their underlying tables included."""
    writes: frozenset[tuple[str, str]] = frozenset()
    """Relations it writes, alters or drops; unresolved ones by the default schema."""
    functions: frozenset[str] = frozenset()
    """User-defined functions it calls, directly or through views."""
    call: Call | None = None
    """The procedure that it calls, whose rows are those of its own queries."""
    resolved: str = ""
    """EXECUTE: the text that was prepared, or is executed at once. COPY … TO STDOUT: the query
    whose rows it copies."""
    is_copy_out: bool = False
    """COPY … TO STDOUT: rows come as COPY data."""
    runs_inner: bool = True
    """False for EXPLAIN without ANALYZE and for PREPARE: the tree is not executed now."""
    measuring_sql: str | None = None
    """``SELECT count(*) …`` by the same predicate, for one UPDATE, DELETE or MERGE; else None."""
    measured: exp.Expression | None = None
    """EXECUTE: the tree with its arguments in it, by which its rows are found."""
    change: SessionChange | None = None
    """What it does to the session's context when it succeeds."""
    is_analysed: bool = False
    """MariaDB: ``PROCEDURE ANALYSE`` gives the smallest, largest and commonest values of each
    column, in place of the rows of ``tree``."""
    exposed: Exposure | None = None
    """FETCH: what the rows could show when the cursor was opened on them."""
    fires: tuple[str, ...] = ()
    """User triggers that it sets off; their code was not judged."""
    sent: str = ""
    """What is sent instead of the text, and was judged: with the encoding that is kept, or with
    MySQL's executable comments written out."""
    remark: str = ""
    """What the person is told where that does something else than they asked for."""
    is_temporary: bool = False
    """It makes, fills, changes or drops nothing but what the session has made for itself, as far
    as its names tell; it runs where the server's own counts prove it."""
    asks: tuple[int, int] | None = None
    """MySQL: where in the text an expression stands whose value it prepares or executes. Only the
    server can tell that value, so the statement is not understood without it."""
    is_spelled: bool = False
    """``sent`` has that value in place of the expression."""
    pinned: tuple[str, ...] = ()
    """Pinned settings it would change; policy blocks it in every environment."""

    @property
    def is_instant(self) -> bool:
        """Tell whether PostgreSQL takes no snapshot for it: it reads no row and runs no code.

        SET TRANSACTION is refused behind a snapshot, so none may be taken before or after it.
        """
        if self.tree is not None or self.head not in _INSTANT or not self.effects <= _OF_SESSION:
            return False
        # Triggers run where SET CONSTRAINTS makes them immediate.
        words = lex(self.sent or self.text, self.engine).tokens[:2]
        return words[-1].value.lower() != "constraints"

    @property
    def takes_input(self) -> bool:
        """Tell whether it is COPY … FROM STDIN: its client would send rows behind it."""
        is_copy = self.head == "COPY" and self.output is OutputKind.NONE
        return is_copy and self.effects == {EffectClass.INSERT}

    @property
    def plain(self) -> str:
        """Give the text that was judged, from its first word on."""
        text = self.sent or self.text
        tokens = lex(text, self.engine).tokens
        return text[tokens[0].start :] if tokens else text


ROW_WRITES = frozenset(
    {EffectClass.INSERT, EffectClass.UPDATE, EffectClass.DELETE, EffectClass.MERGE}
)
_OF_SESSION = frozenset({EffectClass.READ, EffectClass.SESSION, EffectClass.TRANSACTION})
_INSTANT = frozenset({"BEGIN", "START", "SAVEPOINT", "RELEASE", "SET", "SHOW"})


class ChangeKind(enum.Enum):
    """Ways in which a statement changes the session's context."""

    BEGIN = "begin"
    COMMIT = "commit"
    ROLLBACK = "rollback"
    SAVEPOINT = "savepoint"
    """SAVEPOINT, RELEASE, ROLLBACK TO."""
    PREPARE = "prepare"
    DEALLOCATE = "deallocate"
    DECLARE = "declare"
    CLOSE = "close"
    DISCARD = "discard"
    """DISCARD TEMP, SEQUENCES or, by its name, ALL."""
    RESET = "reset"
    """RESET ALL: every setting is the login's own again."""
    SET = "set"
    """A harmless setting, or a MySQL user variable."""
    RELATION = "relation"
    """Makes a relation: CREATE TABLE AS, SELECT INTO, CREATE VIEW, temporary or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChange:
    """One change of context, applied by ``core.context.advance`` when the statement succeeded."""

    kind: ChangeKind
    name: str = ""
    """Prepared name, cursor, setting, variable or relation; empty for ALL."""
    schema: str = ""
    is_temporary: bool = False
    statement: Statement | None = field(default=None, repr=False)
    """PREPARE and DECLARE: the inner statement. RELATION: the query that fills it. SET of a user
    variable: a SELECT of the expression."""
    value: str = ""
    """SET: the new value as written."""
    settings: tuple[tuple[str, str], ...] = ()
    """SET: further ones that the same statement sets, with their values."""


class ContextView(Protocol):
    """What analysis needs to know of the session; ``core.context.SessionContext`` has it."""

    @property
    def prepared(self) -> Mapping[str, Statement]:
        """Prepared statements by name."""
        ...

    @property
    def cursors(self) -> Mapping[str, Statement]:
        """Open cursors by name."""
        ...

    @property
    def relations(self) -> Mapping[tuple[str, str], Relation]:
        """Relations made in the session; they shadow the catalogue's."""
        ...

    @property
    def settings(self) -> tuple[tuple[str, str], ...]:
        """Settings changed from the pinned ones."""
        ...

    @property
    def lifted(self) -> frozenset[str]:
        """MySQL: checks of what is written that are off in the session."""
        ...

    @property
    def spelled(self) -> Mapping[str, str]:
        """Statements with a computed text, and how they are written with its value."""
        ...
