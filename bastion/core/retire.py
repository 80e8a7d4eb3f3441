"""Retiring a table instead of dropping it: what may be retired, and the SQL of each step.

Each retired table gets a schema (MySQL: a database) of its own, ``bastion_quarantine_TIME_ID``, and
keeps its name there: with it go its indexes, constraints and sequences under their own names, and
nothing collides. TRUNCATE moves the table away and makes it anew, empty. What cannot be put back
as it was is refused, in words.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bastion.core.catalogue import Catalogue, Relation, RelationKind
from bastion.core.effects import Statement
from bastion.core.lexer import Kind, lex
from bastion.core.model import Action, EffectClass, Engine, Verdict

SCHEMA_PREFIX = "bastion_quarantine"
"""Begins the name of each schema that holds what was retired; no statement may touch these."""


class RetireKind(enum.Enum):
    """What the statement would have done."""

    DROP = "drop"
    TRUNCATE = "truncate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """Tables that one DROP or TRUNCATE names, to be moved instead."""

    kind: RetireKind
    tables: tuple[tuple[str, str], ...]
    """Schema and name, sorted."""


class RetirementState(enum.Enum):
    """Where a retired table stands."""

    MOVING = "moving"
    """On record, and perhaps moved: the move was begun and not confirmed."""
    KEPT = "kept"
    RESTORED = "restored"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredTable:
    """One table in quarantine, as stored."""

    id: str
    target: str
    engine: Engine
    schema: str
    name: str
    kept_in: str
    """The schema it was moved to."""
    kind: RetireKind
    by: str
    person: str
    statement_id: str
    request_id: str
    at: datetime
    keep_until: datetime
    state: RetirementState = RetirementState.MOVING
    proposed_by: str = ""
    """Who asked for the real drop; another person must confirm it."""
    ended_by: str = ""

    @property
    def is_in_quarantine(self) -> bool:
        """Tell whether it is there, or may be."""
        return self.state in (RetirementState.MOVING, RetirementState.KEPT)

    @property
    def qualified_name(self) -> str:
        """Give ``schema.name`` of its own place."""
        return f"{self.schema}.{self.name}"


def plan_retirement(statement: Statement, catalogue: Catalogue) -> Retirement | str:
    """Tell which tables a statement would destroy; a sentence where it cannot be undone faithfully.

    Only what is looked at here is judged; the database is asked again under a lock.
    """
    if statement.effects != {EffectClass.DROP} or not statement.is_understood:
        return "Only a plain DROP TABLE or TRUNCATE can be turned into a retirement."
    words = _words(statement)
    if words[:1] == ["truncate"]:
        kind = RetireKind.TRUNCATE
    elif words[:2] == ["drop", "table"]:
        kind = RetireKind.DROP
    else:
        return "Only tables can be retired; this drops something else."
    for word in ("cascade", "restart"):
        if word in words:
            return f"{word.upper()} would change more than the table. Leave it out."
    tables = tuple(sorted(statement.writes))
    if not tables or len(tables) != words.count(",") + 1:
        return "Which tables it names is not clear. Name each once."
    for key in tables:
        refusal = _refusal(key, catalogue.relations.get(key), kind, catalogue.engine)
        if refusal:
            return refusal
    return Retirement(kind=kind, tables=tables)


def touches_quarantine(statement: Statement) -> bool:
    """Tell whether a statement names what is in quarantine, whatever it does with it."""
    if any(schema.startswith(SCHEMA_PREFIX) for schema, _ in statement.reads | statement.writes):
        return True
    return SCHEMA_PREFIX in statement.text.lower()


def _words(statement: Statement) -> list[str]:
    tokens = lex(statement.text, statement.engine).tokens
    return [one.value if one.kind in {Kind.WORD, Kind.OPERATOR} else "" for one in tokens]


def _refusal(
    key: tuple[str, str], relation: Relation | None, kind: RetireKind, engine: Engine
) -> str:
    name = ".".join(key)
    if relation is None or relation.kind is not RelationKind.TABLE:
        return f"{name} is not a table that the bastion knows."
    if engine is Engine.MYSQL and relation.triggers:
        return f"{name} has triggers, which MySQL does not move with it. Drop them first."
    if kind is RetireKind.TRUNCATE and (relation.triggers or relation.rules):
        return f"{name} has triggers or rules, which a new table would lack. Use DELETE."
    return ""


def quarantine_schema(at: datetime, token: str) -> str:
    """Name the schema of one retirement."""
    return f"{SCHEMA_PREFIX}_{at:%Y%m%dt%H%M%S}_{token}"


def quoted(name: str, engine: Engine) -> str:
    """Quote a name for a statement."""
    mark = '"' if engine is Engine.POSTGRESQL else "`"
    return mark + name.replace(mark, mark * 2) + mark


def literal(value: str, engine: Engine) -> str:
    """Quote a value for a statement; under the pinned modes of both engines."""
    text = value.replace("'", "''")
    return f"'{text if engine is Engine.POSTGRESQL else text.replace(chr(92), chr(92) * 2)}'"


def _place(schema: str, name: str, engine: Engine) -> str:
    return f"{quoted(schema, engine)}.{quoted(name, engine)}"


_OBSTACLES = {
    # What DROP … RESTRICT would stumble over, and what a move would take out of its family.
    "dependents": """
SELECT coalesce(pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, v.oid, 0),
                pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid))
FROM pg_catalog.pg_depend d
LEFT JOIN pg_catalog.pg_rewrite r
  ON r.oid = d.objid AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
LEFT JOIN pg_catalog.pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = {table}
  AND d.deptype = 'n'
  AND NOT (d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid IN
           (SELECT oid FROM pg_catalog.pg_constraint WHERE conrelid = {table}))
  AND NOT (d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid IN
           (SELECT oid FROM pg_catalog.pg_rewrite WHERE ev_class = {table}))
UNION
SELECT 'a partition or an inheritance' FROM pg_catalog.pg_class c
WHERE c.oid = {table} AND (c.relkind <> 'r' OR c.relispartition OR EXISTS
      (SELECT 1 FROM pg_catalog.pg_inherits i WHERE {table} IN (i.inhrelid, i.inhparent)))
UNION ALL
SELECT 'the publication ' || p.pubname FROM pg_catalog.pg_publication_rel r
JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = {table}
LIMIT 5""",
    # What LIKE … INCLUDING ALL does not copy, or would bind to the table that was moved.
    "copy": """
SELECT 'the foreign key ' || k.conname FROM pg_catalog.pg_constraint k
WHERE k.conrelid = {table} AND k.contype = 'f'
UNION ALL
SELECT 'the sequence of column ' || a.attname FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.refobjid = {table} AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
UNION ALL
SELECT 'the row policy ' || p.polname FROM pg_catalog.pg_policy p WHERE p.polrelid = {table}
UNION ALL
SELECT 'rights granted on it' FROM pg_catalog.pg_class c
WHERE c.oid = {table} AND (c.relacl IS NOT NULL OR c.relrowsecurity)
UNION ALL
SELECT 'the rights of a column' FROM pg_catalog.pg_attribute a
WHERE a.attrelid = {table} AND a.attacl IS NOT NULL
LIMIT 5""",
    "mysql": """
SELECT CONCAT('the foreign key ', k.constraint_name, ' of ', k.table_schema, '.', k.table_name)
FROM information_schema.key_column_usage k
WHERE k.referenced_table_schema = {schema} AND k.referenced_table_name = {name}
  AND NOT (k.table_schema = {schema} AND k.table_name = {name})
UNION ALL
SELECT CONCAT('the trigger ', t.trigger_name) FROM information_schema.triggers t
WHERE t.event_object_schema = {schema} AND t.event_object_table = {name}
LIMIT 5""",
    "mysql copy": """
SELECT CONCAT('the foreign key ', k.constraint_name) FROM information_schema.key_column_usage k
WHERE k.table_schema = {schema} AND k.table_name = {name}
  AND k.referenced_table_name IS NOT NULL
LIMIT 5""",
}  # fmt: skip


def obstacle_queries(table: tuple[str, str], kind: RetireKind, engine: Engine) -> tuple[str, ...]:
    """Write the questions of what stands in the way; each row of an answer names one thing."""
    schema, name = table
    words: Mapping[str, str]
    if engine is Engine.POSTGRESQL:
        place = literal(_place(schema, name, engine), engine)
        words = {"table": f"{place}::pg_catalog.regclass"}
        keys = ["dependents"] + (["copy"] if kind is RetireKind.TRUNCATE else [])
    else:
        words = {"schema": literal(schema, engine), "name": literal(name, engine)}
        keys = ["mysql"] + (["mysql copy"] if kind is RetireKind.TRUNCATE else [])
    return tuple(_OBSTACLES[key].strip().format(**words) for key in keys)


def locking_sql(table: tuple[str, str]) -> str:
    """Write the lock under which PostgreSQL is asked and changed."""
    return f"LOCK TABLE {_place(*table, Engine.POSTGRESQL)} IN ACCESS EXCLUSIVE MODE"


def making_sql(kept_in: str, engine: Engine) -> str:
    """Write what makes the place of one retirement."""
    word = "SCHEMA" if engine is Engine.POSTGRESQL else "DATABASE"
    return f"CREATE {word} {quoted(kept_in, engine)}"


def moving_sql(
    table: tuple[str, str], kept_in: str, kind: RetireKind, engine: Engine
) -> tuple[str, ...]:
    """Write what moves a table away and, for TRUNCATE, leaves an empty one of its form."""
    schema, name = table
    old, kept = _place(schema, name, engine), _place(kept_in, name, engine)
    is_copied = kind is RetireKind.TRUNCATE
    if engine is Engine.POSTGRESQL:
        copy = f"CREATE TABLE {old} (LIKE {kept} INCLUDING ALL)"
        move = f"ALTER TABLE {old} SET SCHEMA {quoted(kept_in, engine)}"
        return (move, copy) if is_copied else (move,)
    if not is_copied:
        return (f"RENAME TABLE {old} TO {kept}",)
    # Made beside what is kept, so that both names change in one step that nobody sees between.
    new = _place(kept_in, f"{name[:50]}_new", engine)
    return f"CREATE TABLE {new} LIKE {old}", f"RENAME TABLE {old} TO {kept}, {new} TO {old}"


def returning_sql(entry: RetiredTable) -> str:
    """Write what puts a table back into its place; the server refuses a name that is taken."""
    engine = entry.engine
    kept = _place(entry.kept_in, entry.name, engine)
    if engine is Engine.POSTGRESQL:
        return f"ALTER TABLE {kept} SET SCHEMA {quoted(entry.schema, engine)}"
    return f"RENAME TABLE {kept} TO {_place(entry.schema, entry.name, engine)}"


def dropping_sql(entry: RetiredTable) -> str:
    """Write the real drop."""
    return f"DROP TABLE {_place(entry.kept_in, entry.name, entry.engine)}"


def emptiness_sql(table: tuple[str, str], engine: Engine) -> str:
    """Write the question whether a table has a row."""
    return f"SELECT 1 FROM {_place(*table, engine)} LIMIT 1"  # noqa: S608 - quoted.


def presence_sql(schema: str, name: str, engine: Engine) -> str:
    """Write the question whether there is a table of this name."""
    where = f"table_schema = {literal(schema, engine)} AND table_name = {literal(name, engine)}"
    return f"SELECT 1 FROM information_schema.tables WHERE {where}"  # noqa: S608 - quoted.


def clearing_sql(kept_in: str, engine: Engine) -> tuple[str, str, str]:
    """Ask whether the place of a retirement is there, what is left in it, and remove it."""
    if not re.fullmatch(rf"{SCHEMA_PREFIX}_[0-9a-z_]+", kept_in):
        raise ValueError(kept_in)
    where = f"table_schema = {literal(kept_in, engine)}"
    question = f"SELECT 1 FROM information_schema.tables WHERE {where} LIMIT 1"  # noqa: S608
    word = "SCHEMA" if engine is Engine.POSTGRESQL else "DATABASE"
    name = f"schema_name = {literal(kept_in, engine)}"
    presence = f"SELECT 1 FROM information_schema.schemata WHERE {name}"  # noqa: S608
    return presence, question, f"DROP {word} {quoted(kept_in, engine)}"


def settle(
    verdict: Verdict, statement: Statement, catalogue: Catalogue
) -> tuple[Verdict, Retirement | None]:
    """Turn a verdict that lets a drop through into one that retires; or block it, in words."""
    if verdict.quarantine_s is None or verdict.action is Action.BLOCK:
        return verdict, None
    plan = plan_retirement(statement, catalogue)
    if isinstance(plan, str):
        text = f"Here nothing is dropped, tables are retired for a while. {plan}"
        return dataclasses.replace(verdict, action=Action.BLOCK, text=text), None
    words = f"{verdict.text} It is not dropped: quarantine keeps it for {_span(verdict)}."
    return dataclasses.replace(verdict, text=words), plan


def _span(verdict: Verdict) -> str:
    seconds = verdict.quarantine_s or 0
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
