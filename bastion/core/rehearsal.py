"""Whether running a write and rolling it back leaves nothing behind."""

from __future__ import annotations

from collections.abc import Sequence

from bastion.core.catalogue import Catalogue, Relation, RelationKind
from bastion.core.effects import Statement
from bastion.core.model import EffectClass, Engine, Row
from bastion.core.setoff import runs_code
from bastion.core.surroundings import literal, quoted_name

_ROWS = frozenset({
    EffectClass.READ, EffectClass.INSERT, EffectClass.UPDATE, EffectClass.DELETE, EffectClass.MERGE,
})  # fmt: skip


def residue(statement: Statement, catalogue: Catalogue) -> str:
    """Say what a rollback would not undo, as far as the statement shows; empty for nothing.

    By proof, not by suspicion: what is not known to be undone counts as left behind.
    """
    if not statement.is_understood:
        return "it is not fully understood"
    if not statement.effects <= _ROWS or statement.effects <= {EffectClass.READ}:
        return "it does more than change rows"
    if statement.functions:
        return "it calls functions of the database, which may act outside of the transaction"
    if statement.fires:
        return "it sets off triggers, which may act outside of the transaction"
    if statement.reasons:
        return "it uses sequences or functions that a rollback does not undo"
    if not statement.writes:
        return "it is not known which table it changes"
    for key in sorted(statement.writes):
        words = _left_by(catalogue.relations.get(key), catalogue)
        if words:
            return words
    return ""


def residue_sql(relation: Relation, engine: Engine, *, adds_rows: bool) -> str:
    """Ask the server for what the catalogue does not hold; one name a row, none for nothing.

    Args:
        adds_rows: it may take numbers from sequences.
    """
    if engine is Engine.POSTGRESQL:
        path = f"{quoted_name(relation.schema, engine)}.{quoted_name(relation.name, engine)}"
        return _POSTGRESQL.format(name=literal(path, engine), adds="true" if adds_rows else "false")
    return _MYSQL.format(
        schema=literal(relation.schema, engine),
        name=literal(relation.name, engine),
        adds="1" if adds_rows else "0",
    )


def read_residue(rows: Sequence[Row]) -> str:
    """Read the answer to ``residue_sql``; empty for nothing."""
    if not rows:
        return ""
    return f"a rollback does not undo {(rows[0][0] or b'').decode(errors='replace')}"


def _left_by(relation: Relation | None, catalogue: Catalogue) -> str:
    if relation is None or relation.kind is not RelationKind.TABLE:
        return "it changes what is not a known table"
    if relation.triggers or relation.rules:
        return "its table has triggers or rules"
    if runs_code(relation, catalogue):
        return "its table has defaults, checks or the like with code of its own"
    if catalogue.engine is Engine.MYSQL and relation.storage_engine != "InnoDB":
        return "its table has no transactions"
    return ""


_POSTGRESQL = """
WITH RECURSIVE reached (oid) AS (
    SELECT pg_catalog.to_regclass({name})::pg_catalog.oid
    UNION
    SELECT further.oid FROM reached r CROSS JOIN LATERAL (
        SELECT i.inhrelid AS oid FROM pg_catalog.pg_inherits i WHERE i.inhparent = r.oid
        UNION ALL
        SELECT k.conrelid FROM pg_catalog.pg_constraint k
        WHERE k.confrelid = r.oid AND k.contype = 'f'
          AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))
    ) AS further
)
SELECT 'what the trigger ' || t.tgname || ' does' FROM reached r
JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
UNION ALL
SELECT 'changes of the foreign table ' || c.relname FROM reached r
JOIN pg_catalog.pg_class c ON c.oid = r.oid WHERE c.relkind NOT IN ('r', 'p')
UNION ALL
SELECT 'the sequence of ' || a.attname FROM reached r
JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE {adds} AND (a.attidentity <> ''
   OR pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ '\\mnextval\\M')
UNION ALL
SELECT 'changes of a table that is not there' FROM reached r WHERE r.oid IS NULL
LIMIT 1
"""
_MYSQL = """
SELECT CONCAT('the sequence of ', column_name) FROM information_schema.columns
WHERE {adds} = 1 AND table_schema = {schema} AND table_name = {name}
  AND (extra LIKE '%auto_increment%' OR column_default LIKE '%nextval%')
LIMIT 1
"""
