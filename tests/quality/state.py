"""Everything that a statement could have changed on a server, as digests to compare."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.conftest import DatabaseServer

_CATALOGUES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'pg_catalog' AND c.relkind = 'r'
  AND c.relname NOT IN ('pg_statistic', 'pg_statistic_ext_data', 'pg_namespace', 'pg_shdepend',
                        'pg_database')
"""
_TABLES = """
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND c.relkind IN ('r', 'm', 'S')
"""
_OWN = (
    "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_t%' ORDER BY 1",
    # Without what another database has that was made anew beside this one.
    "SELECT (to_jsonb(d) - '{oid,datfrozenxid,datminmxid}'::text[])::text FROM pg_database d"
    " ORDER BY datname",
)
_DIGEST = """
SELECT '{0}', concat(count(*), ' ', sum(hashtextextended(x::text, 0))) FROM (SELECT * FROM {0}) x
"""
"""Of all rows in whatever order: to sort them takes longer than to read them."""
_INFORMATION = (
    "SELECT * FROM information_schema.schemata",
    "SELECT table_schema, table_name, table_type, engine, create_options, table_comment,"
    " table_collation, auto_increment FROM information_schema.tables WHERE table_schema = '{0}'",
    "SELECT * FROM information_schema.columns WHERE table_schema = '{0}'",
    # Without what the server counts anew by itself: rows, pages, different keys.
    "SELECT table_name, non_unique, index_name, seq_in_index, column_name, collation, sub_part,"
    " nullable, index_type, comment, index_comment, ignored FROM information_schema.statistics"
    " WHERE table_schema = '{0}'",
    "SELECT * FROM information_schema.table_constraints WHERE table_schema = '{0}'",
    "SELECT table_name, partition_name, partition_method, partition_expression,"
    " partition_description, create_time, partition_comment FROM information_schema.partitions"
    " WHERE table_schema = '{0}'",
    "SELECT routine_schema, routine_name, routine_definition FROM information_schema.routines",
    "SELECT * FROM information_schema.triggers",
    "SELECT * FROM information_schema.views WHERE table_schema = '{0}'",
    "SELECT * FROM information_schema.events",
    "SELECT variable_name, variable_value FROM information_schema.global_variables"
    " WHERE variable_name NOT IN ('GTID_BINLOG_POS', 'TIMESTAMP', 'LAST_GTID')",
    "SELECT plugin_name, plugin_status FROM information_schema.plugins",
    "SHOW MASTER STATUS",
)
_ACCOUNTS = ("global_priv", "db", "tables_priv", "columns_priv", "procs_priv", "roles_mapping",
             "servers", "plugin", "func", "event", "proc")  # fmt: skip


def state_of(server: DatabaseServer, url: str) -> Mapping[str, object]:
    """Digest rows, structure, code, accounts, settings and files."""
    state = _postgres(server, url) if server.engine == "postgres" else _mysql(server, url)
    return {**state, "files": sorted(path.name for path in Path("/tmp").glob("x[0-9]*_[0-9]*"))}


def _postgres(server: DatabaseServer, url: str) -> dict[str, object]:
    names = [f"pg_catalog.{name}" for (name,) in server.run(url, _CATALOGUES)]
    names += [str(name) for (name,) in server.run(url, _TABLES)]
    digests = server.run(url, " UNION ALL ".join(_DIGEST.format(name) for name in names))
    return {**{str(name): digest for name, digest in digests}, "own": server.run_each(url, _OWN)}


def _mysql(server: DatabaseServer, url: str) -> dict[str, object]:
    database = url.rsplit("/", 1)[1]
    state: dict[str, object] = {}
    tables = server.run(
        url,
        "SELECT table_name FROM information_schema.tables"
        f" WHERE table_schema = '{database}' AND table_type <> 'VIEW' ORDER BY 1",
    )
    names = [f"`{database}`.`{name}`" for (name,) in tables]
    names += [f"mysql.{name}" for name in _ACCOUNTS]
    state["rows"] = server.run(url, f"CHECKSUM TABLE {', '.join(names)}")
    found = server.run_each(url, [query.format(database) for query in _INFORMATION])
    state |= {
        query: sorted(map(repr, rows)) for query, rows in zip(_INFORMATION, found, strict=True)
    }
    return state
