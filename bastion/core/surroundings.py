"""What hangs on a relation: questions to the server, and its answers in words.

Counts and names only: no query text, no value, nobody's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bastion.core.catalogue import Relation
from bastion.core.ddl import DdlPlan
from bastion.core.model import Engine, Row

_NAMES_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One SELECT of ours and what its first row means."""

    sql: str
    words: Callable[[Row], Iterator[str]]


def ddl_questions(plan: DdlPlan, relation: Relation | None, engine: Engine) -> tuple[Question, ...]:
    """Ask for size, dependents and who would wait."""
    schema, name = plan.relation
    if relation is not None:
        schema, name = relation.schema, relation.name
    if engine is Engine.POSTGRESQL:
        return _postgresql(plan, schema, name)
    return _mysql(schema, name)


def quoted_name(name: str, engine: Engine) -> str:
    """Write an identifier for the server."""
    mark = '"' if engine is Engine.POSTGRESQL else "`"
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def literal(text: str, engine: Engine) -> str:
    """Write a string for the server, whatever it holds."""
    if engine is Engine.POSTGRESQL:
        return "'" + text.replace("'", "''") + "'"
    return f"CONVERT(x'{text.encode('utf-8', 'surrogatepass').hex()}' USING utf8mb4)"


_RELATION = """
WITH named AS (SELECT pg_catalog.to_regclass({name})::pg_catalog.oid AS oid),
relation AS (
    SELECT coalesce(i.indrelid, named.oid) AS oid, c.relname
    FROM named LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = named.oid
    JOIN pg_catalog.pg_class c ON c.oid = coalesce(i.indrelid, named.oid)
)
"""
_SIZE = """
SELECT pg_catalog.pg_size_pretty(pg_catalog.pg_total_relation_size(r.oid)),
       (SELECT c.reltuples::pg_catalog.int8::pg_catalog.text FROM pg_catalog.pg_class c
        WHERE c.oid = r.oid)
FROM relation r
"""
_VIEWS = """
SELECT pg_catalog.string_agg(found.name, ', ' ORDER BY found.name),
       pg_catalog.count(*)::pg_catalog.text
FROM (SELECT DISTINCT n.nspname || '.' || v.relname AS name
      FROM relation r JOIN pg_catalog.pg_depend d
        ON d.refobjid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid
      JOIN pg_catalog.pg_class v ON v.oid = w.ev_class AND v.oid <> r.oid
      JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace) AS found
"""
_KEYS = """
SELECT pg_catalog.string_agg(found.name, ', ' ORDER BY found.name),
       pg_catalog.count(*)::pg_catalog.text
FROM (SELECT DISTINCT n.nspname || '.' || c.relname AS name
      FROM relation r JOIN pg_catalog.pg_constraint k ON k.confrelid = r.oid AND k.contype = 'f'
      JOIN pg_catalog.pg_class c ON c.oid = k.conrelid AND c.oid <> r.oid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace) AS found
"""
_FUNCTIONS = r"""
SELECT pg_catalog.string_agg(found.name, ', ' ORDER BY found.name),
       pg_catalog.count(*)::pg_catalog.text
FROM (SELECT DISTINCT n.nspname || '.' || p.proname AS name
      FROM relation r, pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND p.prosrc ~* ('\m' || pg_catalog.regexp_replace(r.relname, '(\W)', '\\\1', 'g') || '\M')
     ) AS found
"""
_HOLDERS = """
SELECT pg_catalog.count(DISTINCT l.pid) FILTER (WHERE l.granted)::pg_catalog.text,
       pg_catalog.count(DISTINCT l.pid) FILTER (WHERE NOT l.granted)::pg_catalog.text,
       pg_catalog.max(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.xact_start))
           FILTER (WHERE l.granted)::pg_catalog.int8::pg_catalog.text
FROM relation r JOIN pg_catalog.pg_locks l ON l.relation = r.oid
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.pid <> pg_catalog.pg_backend_pid()
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                    WHERE d.datname = pg_catalog.current_database())
  AND l.mode IN ({modes})
"""


def _postgresql(plan: DdlPlan, schema: str | None, name: str) -> tuple[Question, ...]:
    engine = Engine.POSTGRESQL
    path = ".".join(quoted_name(part, engine) for part in (schema, name) if part)
    relation = _RELATION.format(name=literal(path, engine))
    questions = [
        Question(sql=relation + _SIZE, words=_size_words),
        Question(sql=relation + _VIEWS, words=_listed("Views that depend on it")),
        Question(sql=relation + _KEYS, words=_listed("Tables with foreign keys to it")),
        Question(sql=relation + _FUNCTIONS, words=_listed("Functions whose text names it")),
    ]
    if plan.lock is not None:
        modes = ", ".join(literal(mode, engine) for mode in plan.lock.conflicts)
        questions.append(
            Question(sql=relation + _HOLDERS.format(modes=modes), words=_holders_words)
        )
    return tuple(questions)


_MYSQL_SIZE = """
SELECT table_rows, data_length + index_length, engine FROM information_schema.tables
WHERE table_schema = {schema} AND table_name = {name}
"""
_MYSQL_KEYS = """
SELECT GROUP_CONCAT(DISTINCT CONCAT(table_schema, '.', table_name) SEPARATOR ', '),
       COUNT(DISTINCT table_schema, table_name)
FROM information_schema.key_column_usage
WHERE referenced_table_schema = {schema} AND referenced_table_name = {name}
"""
_MYSQL_VIEWS = """
SELECT GROUP_CONCAT(CONCAT(table_schema, '.', table_name) SEPARATOR ', '), COUNT(*)
FROM information_schema.views WHERE table_schema = {schema}
  AND LOCATE(CONCAT('`', {name}, '`'), view_definition) > 0
"""
_MYSQL_ROUTINES = """
SELECT GROUP_CONCAT(CONCAT(routine_schema, '.', routine_name) SEPARATOR ', '), COUNT(*)
FROM information_schema.routines WHERE routine_schema = {schema}
  AND LOCATE({name}, routine_definition) > 0
"""
_MYSQL_OPEN = """
SELECT COUNT(*), MAX(TIMESTAMPDIFF(SECOND, trx_started, NOW()))
FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> CONNECTION_ID()
"""


def _mysql(schema: str | None, name: str) -> tuple[Question, ...]:
    engine = Engine.MYSQL
    place = "DATABASE()" if schema is None else literal(schema, engine)

    def asked(sql: str) -> str:
        return sql.format(schema=place, name=literal(name, engine))

    return (
        Question(sql=asked(_MYSQL_SIZE), words=_mysql_size_words),
        Question(sql=asked(_MYSQL_VIEWS), words=_listed("Views whose text names it")),
        Question(sql=asked(_MYSQL_KEYS), words=_listed("Tables with foreign keys to it")),
        Question(sql=asked(_MYSQL_ROUTINES), words=_listed("Routines whose text names it")),
        Question(sql=_MYSQL_OPEN, words=_mysql_open_words),
    )


def _size_words(row: Row) -> Iterator[str]:
    size, rows = _text(row[0]), _number(row[1])
    if not size:
        return
    # Negative: never analysed, so nobody knows.
    about = f"about {rows:,} rows" if rows >= 0 else "rows never counted"
    yield f"Size: {size} with its indexes, {about}."


def _mysql_size_words(row: Row) -> Iterator[str]:
    size = _number(row[1])
    yield (
        f"Size: {_bytes_text(size)} with its indexes, about {_number(row[0]):,} rows,"
        f" {_text(row[2]) or 'no'} engine."
    )


def _listed(title: str) -> Callable[[Row], Iterator[str]]:
    def words(row: Row) -> Iterator[str]:
        count = _number(row[1])
        if count <= 0:
            return
        names = _text(row[0]).split(", ")
        more = f" and {count - _NAMES_MAX} more" if count > _NAMES_MAX else ""
        yield f"{title}: {', '.join(names[:_NAMES_MAX])}{more}."

    return words


def _holders_words(row: Row) -> Iterator[str]:
    held, waiting, oldest_s = (_number(cell) for cell in row)
    if held <= 0 and waiting <= 0:
        yield "Now: no other session holds a lock that it would wait for."
        return
    yield (
        f"Now: it would wait for {held} other session{'' if held == 1 else 's'}"
        f" (oldest transaction {max(0, oldest_s)} s), {max(0, waiting)} already waiting; while it"
        " waits, later statements on the table wait behind it."
    )


def _mysql_open_words(row: Row) -> Iterator[str]:
    count, oldest_s = _number(row[0]), _number(row[1])
    if count <= 0:
        yield "Now: no other transaction is open at the server."
        return
    yield (
        f"Now: {count} other transaction{' is' if count == 1 else 's are'} open at the server"
        f" (oldest {max(0, oldest_s)} s); it waits for those that have used the table."
    )


def _bytes_text(size: int) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 10_000:
            return f"{size:,} {unit}"
        size //= 1024
    return f"{size:,} TB"


def _text(cell: bytes | None) -> str:
    return "" if cell is None else cell.decode(errors="replace")


def _number(cell: bytes | None) -> int:
    try:
        return int(float(cell or b"-1"))
    except ValueError:
        return -1
