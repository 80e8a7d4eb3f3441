"""What a held statement would do, in words, before anything is counted."""

from __future__ import annotations

import re

from sqlglot import exp

from bastion.core.catalogue import Catalogue
from bastion.core.context import SessionContext
from bastion.core.effects import ChangeKind, OutputKind
from bastion.core.lexer import lex
from bastion.core.measure import writes_inside
from bastion.core.model import EffectClass, Engine, Impact, Sensitivity
from bastion.core.relations import is_sequence
from bastion.core.statement import Statement

_GRAVEST_FIRST = (
    EffectClass.UNKNOWN,
    EffectClass.DROP,
    EffectClass.OUTSIDE,
    EffectClass.PRIVILEGE,
    EffectClass.ADMIN,
    EffectClass.DDL,
    EffectClass.MERGE,
    EffectClass.DELETE,
    EffectClass.UPDATE,
    EffectClass.INSERT,
    EffectClass.SESSION,
    EffectClass.TRANSACTION,
    EffectClass.READ,
)


def describe_impact(statement: Statement, catalogue: Catalogue) -> Impact:
    """Name the chief effect, the tables and what else the write would set off."""
    effect = next((e for e in _GRAVEST_FIRST if e in statement.effects), EffectClass.UNKNOWN)
    notes: list[str] = []
    if statement.is_whole_table:
        notes.append("It has no condition that narrows it: the whole table.")
    for key in sorted(statement.writes):
        relation = catalogue.relations.get(key)
        if relation is None:
            continue
        notes += [f"Trigger on {relation.qualified_name}: {name}" for name in relation.triggers]
        if statement.effects & {EffectClass.DELETE, EffectClass.DROP, EffectClass.UPDATE}:
            notes += [f"Foreign key: {words}" for words in relation.referenced_by]
        is_mysql = catalogue.engine is Engine.MYSQL
        if is_mysql and relation.storage_engine not in {"", "InnoDB"}:
            notes.append(f"{relation.qualified_name} has no transactions: no way back.")
    if not statement.effects.isdisjoint(_OF_STRUCTURE):
        notes += [
            f"It fires the {words}." for words in catalogue.unwritten if words.startswith(_EVENT)
        ]
    notes += [reason for reason in statement.reasons if reason not in notes]
    if statement.resolved and not statement.is_copy_out:
        notes.append(f"What was prepared: {statement.resolved}")
    tables = tuple(sorted(f"{schema}.{name}" for schema, name in statement.writes))
    return Impact(effect=effect.value, tables=tables, notes=tuple(notes))


def taken_at_run(statement: Statement) -> str:
    """Say what a write takes from a query that nothing is compared with; empty for nothing."""
    change, tree = statement.change, statement.measured or statement.tree
    query = change.statement if change is not None else None
    if query is not None and query.reads and _stores_rows(statement):
        return "Which rows its query finds is not compared at the run."
    values: list[exp.Expr] = []
    if isinstance(tree, exp.Insert) and isinstance(tree.expression, exp.Values):
        values = tree.expression.expressions
    elif isinstance(tree, exp.Update):
        values = [pair.expression for pair in tree.expressions if isinstance(pair, exp.EQ)]
    if any(value.find(exp.Query) is not None for value in values):
        return "What its subqueries find is not compared at the run."
    return ""


def _stores_rows(statement: Statement) -> bool:
    """Tell whether a relation that is made of a query keeps its rows, as no view does."""
    if statement.change is None or statement.change.kind is not ChangeKind.RELATION:
        return False
    words = [token.value.lower() for token in lex(statement.plain, statement.engine).tokens[:8]]
    made = next((word for word in words if word in {"table", "view", "materialized"}), "")
    return made != "view"


_EVENT = "event trigger "
_OF_STRUCTURE = frozenset({EffectClass.DDL, EffectClass.DROP, EffectClass.PRIVILEGE})


def measured_rows(impact: Impact | None, statement: Statement, catalogue: Catalogue) -> int | None:
    """Give the count that policy may rely on; None where more could change than was counted.

    Triggers and cascades touch rows that nobody counted, and what cannot be rolled back cannot
    be held to its count.
    """
    if impact is None or not impact.is_measured or statement.fires:
        return None
    if statement.output is OutputKind.PLAN:
        # With a plan the server does not say how many rows it has touched.
        return None
    if any(one is not None and writes_inside(one) for one in (statement.tree, statement.measured)):
        # Of what it writes in parts those rows alone are counted that were there.
        return None
    for key in statement.writes:
        relation = catalogue.relations.get(key)
        if relation is None or any(_CASCADES.search(one) for one in relation.referenced_by):
            return None
        if catalogue.engine is Engine.MYSQL and relation.storage_engine != "InnoDB":
            return None
    return impact.rows


_CASCADES = re.compile(r"\b(?:CASCADE|SET NULL|SET DEFAULT)\b", re.IGNORECASE)


def picks_by_chance(statement: Statement) -> bool:
    """Tell whether the same condition may find other rows a moment later, by itself.

    PostgreSQL's positions show what was written in the end; MySQL has nothing like them.
    """
    if isinstance(statement.tree, exp.Insert) and statement.functions:
        # Of what is added all is compared, what a function gives included.
        return True
    if statement.engine is Engine.POSTGRESQL or statement.tree is None:
        return False
    if statement.functions or statement.tree.args.get("limit") is not None:
        # Which rows a LIMIT takes is up to the index that the server happens to use.
        return True
    calls = statement.tree.find_all(exp.Func, exp.Parameter, exp.SessionParameter)
    return any(map(gives_others, calls))


def gives_others(node: exp.Expr) -> bool:
    """Tell whether an expression or LIMIT may give others though asked in the same moment."""
    return not isinstance(node, exp.Func) or _named(node) in _BY_CHANCE


def _named(call: exp.Expr) -> str:
    name = call.name if isinstance(call, exp.Anonymous) else call.key
    return name.lower()


_BY_CHANCE = frozenset(
    """rand uuid uuid_short sys_guid sysdate random_bytes sleep connection_id last_insert_id
    row_count found_rows nextval lastval setval get_lock is_used_lock is_free_lock
    random random_normal gen_random_uuid uuidv4 uuidv7 uuid_generate_v1 uuid_generate_v1mc
    uuid_generate_v4 clock_timestamp timeofday""".split()
)


def is_slip(statement: Statement) -> bool:
    """Tell whether a statement that was not understood is most likely mistyped.

    Its first word is a query's, or no verb of SQL at all; nothing of it could act.
    """
    if statement.is_understood or "/*!" in statement.text or "/*M!" in statement.text:
        return False
    return statement.head in _QUERY_WORDS or (
        statement.head.isalpha() and statement.head not in _ACTING_WORDS
    )


_QUERY_WORDS = frozenset({"SELECT", "WITH", "SHOW", "DESC", "DESCRIBE", "VALUES", "TABLE"})
_ACTING_WORDS = frozenset(
    """ALTER ANALYZE BACKUP BEGIN BINLOG CACHE CALL CHANGE CHECK CHECKSUM CLONE COMMIT CREATE
    DEALLOCATE DELETE DO DROP EXECUTE EXPLAIN FLUSH GET GRANT HANDLER HELP IMPORT INSERT INSTALL
    KILL LOAD LOCK MERGE OPTIMIZE PREPARE PURGE RELEASE RENAME REPAIR REPLACE RESET RESIGNAL RESTART
    REVOKE ROLLBACK SAVEPOINT SET SHUTDOWN SIGNAL START STOP TRUNCATE UNINSTALL UNLOCK UPDATE USE XA
    """.split()
)


def relations_to_learn(
    statement: Statement, catalogue: Catalogue, context: SessionContext
) -> frozenset[tuple[str, str]]:
    """Name the relations of a statement that the catalogue does not know, or has not proven."""
    wanted: set[tuple[str, str]] = set()
    change = statement.change
    # What a session makes for itself is nowhere yet, and stands before whatever else has the name.
    is_own = change is not None and change.kind is ChangeKind.RELATION and change.is_temporary
    named = statement.reads if is_own else statement.reads | statement.writes
    for key in named:
        relation = catalogue.relations.get(key)
        if relation is None:
            is_made_up = catalogue.is_mariadb and is_sequence(key[1])
            if key not in context.relations and not is_made_up:
                wanted.add(key)
        elif any(column.sensitivity is Sensitivity.UNPROVEN for column in relation.columns):
            wanted.add(key)
    default_schema = catalogue.search_path[0] if catalogue.search_path else ""
    if statement.tree is not None and not statement.is_understood:
        for table in statement.tree.find_all(exp.Table):
            key = (table.db or default_schema, table.name)
            if table.name and catalogue.resolve(table.name, table.db or None) is None:
                wanted.add(key)
    return frozenset(wanted)
