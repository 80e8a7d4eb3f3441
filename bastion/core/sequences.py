"""How far the sequences have come that a held write takes numbers from: none goes back.

Others draw numbers all the time, so that a counter has come further is no change. One that was set
back gives numbers a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bastion.core.findings import RelationKey
from bastion.core.model import Engine, Row
from bastion.core.surroundings import literal, quoted_name


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterGuard:
    """What a write's transaction asks before it commits."""

    sql: str
    positions: tuple[tuple[str, int], ...]
    """Where each sequence stood when its yes was asked for, in the direction in which it goes."""

    def refusal(self, rows: Iterable[Row]) -> str:
        """Name a sequence that was set back; empty where none was."""
        now = read_positions(rows)
        for name, position in self.positions:
            if now.get(name, position - 1) < position:
                return f"The sequence {name} was set back"
        return ""


def read_positions(rows: Iterable[Row]) -> Mapping[str, int]:
    """Read the rows of ``positions_sql``, but for what was never drawn from or may not be seen."""
    return {
        (name or b"").decode(errors="replace"): int(position)
        for name, position in rows
        if position is not None
    }


def positions_sql(names: Sequence[RelationKey], engine: Engine) -> str:
    """Ask where sequences stand; empty where there are none.

    Args:
        names: schema and name; of PostgreSQL lower-case names alone, of sequences or of tables that
            take numbers from them.
    """
    if not names:
        return ""
    if engine is Engine.POSTGRESQL:
        return _POSTGRESQL.format(listed=", ".join(literal(name, engine) for _, name in names))
    return " UNION ALL ".join(
        " ".join(
            (
                f"SELECT {literal(f'{schema}.{name}', engine)},",
                "next_not_cached_value * IF(increment < 0, -1, 1) FROM",
                ".".join(quoted_name(part, engine) for part in (schema, name)),
            )
        )
        for schema, name in names
    )


TAKERS = """JOIN LATERAL (
    SELECT s.seqrelid AS oid
    UNION SELECT a.adrelid FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attrdef a ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
        AND a.oid = d.objid
    WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.seqrelid
    UNION SELECT i.refobjid FROM pg_catalog.pg_depend i
    WHERE i.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.objid = s.seqrelid
        AND i.deptype = 'i' AND i.refobjsubid > 0
) AS named ON true
JOIN pg_catalog.pg_class c ON c.oid = named.oid
"""
"""PostgreSQL: a sequence ``s`` itself, and the tables that take numbers from it, as ``c``."""
_POSTGRESQL = f"""
SELECT DISTINCT pg_catalog.format('%I.%I', n.nspname, q.relname),
       CASE WHEN s.seqincrement < 0 THEN -1 ELSE 1 END
       * CASE WHEN pg_catalog.has_sequence_privilege(q.oid, 'USAGE, SELECT')
              THEN pg_catalog.pg_sequence_last_value(q.oid) END
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class q ON q.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = q.relnamespace
{TAKERS}WHERE pg_catalog.lower(c.relname) IN ({{listed}})
"""  # noqa: S608
