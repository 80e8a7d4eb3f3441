"""Names of PostgreSQL's types, so that none of a user's passes for one of the server's own.

What a value of ``point`` or ``date`` can hold is told by the name of its type. Anybody may make a
type of that name in a schema of theirs, of rows or over text.
"""

from __future__ import annotations

from psycopg import pq

from bastion.core.kinds import type_kind

OWN_SCHEMA = (
    "CASE WHEN t.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
    " WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.deptype = 'e'"
    " AND d.objid = CASE t.typcategory WHEN 'A' THEN t.typelem ELSE t.oid END)"
    " THEN (SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid = t.typnamespace)::text"
    " ELSE '' END"
)
"""The schema of a type ``t`` that is neither the server's own nor of an extension."""


def printed_type(name: str, own_schema: str) -> str:
    """Print a type: arrays as ``int4[]`` for ``_int4``, a user's ``point`` with its schema.

    Args:
        own_schema: what ``OWN_SCHEMA`` gave for it.
    """
    name = f"{name[1:]}[]" if name.startswith("_") else name
    is_taken = own_schema and type_kind(name.removesuffix("[]")) != "other"
    return f'"{own_schema}".{name}' if is_taken else name


def type_rows(result: pq.abc.PGresult) -> list[tuple[int, str]]:
    """Read rows of OID, name and ``OWN_SCHEMA``."""
    rows = []
    for row in range(result.ntuples):
        oid, name, schema = ((result.get_value(row, place) or b"").decode() for place in range(3))
        rows.append((int(oid or "0"), printed_type(name, schema)))
    return rows
