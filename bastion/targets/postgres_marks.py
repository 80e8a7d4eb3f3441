"""Notices structure that others changed: ``xmin`` and ``oid`` of the catalogue's own rows.

Every change of a relation, a view's rule, a policy, a column or a function writes a new row version
into the catalogue, and its ``xmin`` is never that of the old one. Asked for a few names the answer
takes index lookups only; the statement is prepared once for each login.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from psycopg import pq

from bastion.core.sequences import TAKERS
from bastion.errors import StructureMovedError
from bastion.targets.libpq import Link, Prepared

_QUERY = """
SELECT 'relation ' || c.relname, pg_catalog.concat_ws(' ', c.oid, c.xmin, c.relnamespace,
    ARRAY(SELECT a.xmin FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum),
    ARRAY(SELECT r.xmin FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid ORDER BY r.oid),
    ARRAY(SELECT d.xmin FROM pg_catalog.pg_attrdef d WHERE d.adrelid = c.oid ORDER BY d.adnum),
    ARRAY(SELECT t.xmin FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid ORDER BY t.oid),
    ARRAY(SELECT p.xmin FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid ORDER BY p.oid),
    ARRAY(SELECT x.xmin FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid ORDER BY x.indexrelid),
    ARRAY(SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid ORDER BY 1),
    (SELECT f.xmin FROM pg_catalog.pg_foreign_table f WHERE f.ftrelid = c.oid))
FROM pg_catalog.pg_class c
WHERE c.oid >= 16384 AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  {relations}
UNION ALL
SELECT 'function ' || p.proname, pg_catalog.concat_ws(' ', p.oid, p.xmin,
    ARRAY(SELECT m.xmin FROM pg_catalog.pg_type r
          JOIN pg_catalog.pg_attribute m ON m.attrelid = r.typrelid
          WHERE r.oid = p.prorettype AND r.typtype = 'c' AND m.attnum > 0 ORDER BY m.attnum))
FROM pg_catalog.pg_proc p WHERE p.oid >= 16384 {functions}
"""
_ALL = _QUERY.format(relations="", functions="")
MARKS = (
    _QUERY.format(
        relations="AND c.relname = ANY ($1::pg_catalog.name[])",
        functions="AND p.proname = ANY ($2::pg_catalog.name[])",
    )
    + """UNION ALL
SELECT 'isolation', pg_catalog.current_setting('transaction_isolation')
"""
)
"""What a session's login asks of the names that a statement touches."""
AROUND_QUERY = f"""
SELECT 'what is around', pg_catalog.concat_ws(' ',
    ARRAY(SELECT t.xmin FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_class c
              ON c.oid = t.typrelid
          WHERE t.oid >= 16384 AND t.typtype IN ('e', 'd', 'c', 'r', 'b') AND t.typelem = 0
            AND coalesce(c.relkind, 'c') = 'c' ORDER BY t.oid),
    ARRAY(SELECT a.xmin FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
          WHERE c.relkind = 'c' AND c.oid >= 16384 ORDER BY c.oid, a.attnum),
    ARRAY(SELECT e.xmin FROM pg_catalog.pg_enum e ORDER BY e.oid),
    ARRAY(SELECT k.xmin FROM pg_catalog.pg_constraint k WHERE k.contypid <> 0 ORDER BY k.oid),
    ARRAY(SELECT o.xmin FROM pg_catalog.pg_operator o WHERE o.oid >= 16384 ORDER BY o.oid),
    ARRAY(SELECT k.xmin FROM pg_catalog.pg_cast k WHERE k.oid >= 16384 ORDER BY k.oid),
    ARRAY(SELECT a.xmin FROM pg_catalog.pg_amproc a WHERE a.oid >= 16384 ORDER BY a.oid),
    ARRAY(SELECT f.xmin FROM pg_catalog.pg_ts_config f WHERE f.oid >= 16384 ORDER BY f.oid),
    ARRAY(SELECT m.xmin FROM pg_catalog.pg_ts_config_map m WHERE m.mapcfg >= 16384
          ORDER BY m.mapcfg, m.maptokentype, m.mapseqno),
    ARRAY(SELECT d.xmin FROM pg_catalog.pg_ts_dict d WHERE d.oid >= 16384 ORDER BY d.oid),
    ARRAY(SELECT l.xmin FROM pg_catalog.pg_collation l WHERE l.oid >= 16384 ORDER BY l.oid),
    ARRAY(SELECT v.xmin FROM pg_catalog.pg_event_trigger v ORDER BY v.oid))
UNION ALL
SELECT 'sequence ' || pg_catalog.lower(c.relname), pg_catalog.concat_ws(' ', s.seqrelid, s.xmin)
FROM pg_catalog.pg_sequence s
{TAKERS}"""  # noqa: S608
"""Asked only for what a yes rests on: it reads several catalogues whole.

A sequence stands under its own name and under that of each table that takes numbers from it.
"""
_NAME = "bastion_marks"
_SEES_NEWEST = frozenset({"read committed", "read uncommitted"})


async def fetch_marks(link: Link) -> Mapping[str, str]:
    """Give the marks of everything in the database.

    Raises:
        psycopg.Error: the server refused or is gone.
    """
    return {**_read(await link.command(AROUND_QUERY)), **_read(await link.command(_ALL))}


async def prepare_marks(link: Link) -> None:
    """Prepare the question on a login, where that was not done.

    Raises:
        psycopg.Error: the server refused or is gone.
    """
    await link.prepare(_NAME, MARKS)


def marks_question(expected: Iterable[str]) -> Prepared:
    """Write the question for what a statement touches."""
    names: dict[str, list[str]] = {"relation": [], "function": []}
    for key in expected:
        kind, _, name = key.partition(" ")
        if kind in names:
            names[kind].append(name)
    return Prepared(_NAME, (_array(names["relation"]), _array(names["function"])))


async def are_as_they_were(link: Link, expected: Mapping[str, str], *, is_alone: bool) -> bool:
    """Tell whether the server says the same of all that a yes rests on.

    Args:
        is_alone: no transaction is open there, whose snapshot would say what was.

    Raises:
        psycopg.Error: the connection is lost.
    """
    await prepare_marks(link)
    found = _read(await link.command(AROUND_QUERY)) | _read(
        await link.ask(marks_question(expected))
    )
    is_newest = is_alone or found.get("isolation", "") in _SEES_NEWEST
    return is_newest and all(found.get(key, "") == mark for key, mark in expected.items())


def compare_marks(answer: pq.abc.PGresult, expected: Mapping[str, str]) -> bool:
    """Compare what the server says with what the statement was judged by.

    Returns:
        Whether that is the newest. A transaction that reads from one snapshot finds the catalogue
        as it was then; its statements run by the catalogue as it is.

    Raises:
        StructureMovedError: others changed it since.
    """
    found = _read(answer)
    if any(found.get(key, "") != mark for key, mark in expected.items()):
        raise StructureMovedError(
            "Others changed the structure of what it touches since it was judged. Send it again."
        )
    return found.get("isolation", "") in _SEES_NEWEST


def _read(result: pq.abc.PGresult) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in range(result.ntuples):
        key, mark = result.get_value(row, 0) or b"", result.get_value(row, 1) or b""
        found[key.decode()].append(mark.decode())
    return {key: "|".join(sorted(marks)) for key, marks in found.items()}


def _array(names: list[str]) -> str:
    quoted = (name.replace("\\", "\\\\").replace('"', '\\"') for name in names)
    return "{" + ",".join(f'"{name}"' for name in quoted) + "}"
