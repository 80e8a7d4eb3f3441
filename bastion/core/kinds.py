"""Sort types of columns by what their values can be."""

from __future__ import annotations

import functools
import re

from bastion.core.builtins import names


@functools.lru_cache(maxsize=1024)
def type_kind(type_name: str) -> str:
    """Sort a type: number, text, date, document, address, opaque, plain (holds nothing), or other.

    Opaque is what has a value but no words, such as a UUID: only its name can tell of it.
    """
    base = re.sub(r"\(.*?\)", "", type_name.casefold()).strip()
    if base.endswith("[]") or base.startswith("_"):
        inner = type_kind(base.removesuffix("[]").removeprefix("_"))
        return inner if inner in ("plain", "address") else "document"
    first = base.split(" ", maxsplit=1)[0]
    if first in _KINDS:
        return _KINDS[first]
    return "other"


def is_wide(type_name: str) -> bool:
    """Tell whether numbers of a type have room for a card's or a person's."""
    base = type_name.casefold()
    return not re.match(
        r"(?:tiny|small|medium)?int(?:2|4|eger)?\b(?!8)|year|float|double|real", base
    )


_KINDS = {
    **dict.fromkeys(
        names(
            """
    int2 int4 int8 smallint integer int bigint tinyint mediumint numeric decimal dec fixed float4
    float8 float double real money oid serial bigserial smallserial number
    """
        ),
        "number",
    ),
    **dict.fromkeys(
        names(
            """
    text varchar character char bpchar citext tinytext mediumtext longtext name nvarchar nchar
    string enum set
    """
        ),
        "text",
    ),
    **dict.fromkeys(
        names("date timestamp timestamptz datetime year daterange tsrange tstzrange"), "date"
    ),
    **dict.fromkeys(["uuid", "bit", "varbit"], "opaque"),
    **dict.fromkeys(["bool", "boolean"], "boolean"),
    **dict.fromkeys(
        names(
            """
    json jsonb xml hstore bytea blob tinyblob mediumblob longblob binary varbinary tsvector
    """
        ),
        "document",
    ),
    **dict.fromkeys(["inet", "cidr", "inet4", "inet6"], "address"),
    **dict.fromkeys(
        names(
            """
    time timetz interval point line lseg box path polygon circle geometry
    geography macaddr macaddr8 pg_lsn xid xid8 cid tid txid_snapshot regclass regtype regproc
    regrole regnamespace int4range int8range numrange linestring multipoint multilinestring
    multipolygon geometrycollection void
    """
        ),
        "plain",
    ),
}
