"""Counters of MySQL and MariaDB that count bytes, or pages of them, of what was masked too.

``REPLACE(ssn, 'S', 'SSSSSSSS')`` shows nothing, and ``Bytes_sent`` tells how often the letter is in
it; so do the pages that a temporary table takes of it. These few show nothing either; all others of
SHOW STATUS do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from bastion.core.builtins import names
from bastion.core.catalogue import Relation, RelationKind
from bastion.core.effects import OutputKind, Statement
from bastion.core.flow import fold
from bastion.core.lexer import Kind, lex
from bastion.core.model import Engine

Row = tuple[bytes | None, ...]

_SHOW = re.compile(r"\s*show\s+(?:(?:global|session|local)\s+)?status\b", re.IGNORECASE)
_COUNTERS = names(
    """
    bytes_sent bytes_received memory_used memory_used_initial max_memory_used binlog_bytes_written
    binlog_bytes_in_cache innodb_data_written innodb_data_read innodb_os_log_written
    innodb_lsn_current innodb_lsn_flushed innodb_lsn_last_checkpoint innodb_checkpoint_age
    innodb_redo_log_current_lsn innodb_redo_log_flushed_lsn innodb_buffer_pool_bytes_data
    innodb_buffer_pool_bytes_dirty innodb_mem_dictionary tokudb_bytes_sent
    compression_bytes_sent mysqlx_bytes_sent mysqlx_bytes_received
    innodb_pages_created innodb_pages_written innodb_pages_read innodb_dblwr_pages_written
    innodb_buffer_pool_pages_split innodb_buffer_pool_pages_data innodb_buffer_pool_pages_free
    innodb_buffer_pool_pages_dirty innodb_buffer_pool_pages_misc innodb_buffer_pool_pages_old
    innodb_buffer_pool_pages_flushed innodb_buffer_pool_read_requests
    innodb_buffer_pool_write_requests innodb_data_writes innodb_log_write_requests
    aria_pagecache_blocks_used aria_pagecache_blocks_unused aria_pagecache_blocks_not_flushed
    aria_pagecache_read_requests aria_pagecache_write_requests aria_pagecache_writes
    tmp_space_used max_tmp_space_used
    """
)
_MASK = "•••••".encode()


_TABLES = re.compile(r"(?:global|session)_status", re.IGNORECASE)


def are_rows_of(relation: Relation) -> bool:
    """Tell whether a relation holds the counters, a name and a value a row."""
    return relation.kind is RelationKind.SYSTEM and _TABLES.fullmatch(relation.name) is not None


def shows_counters(statement: Statement) -> bool:
    """Tell whether a statement is SHOW STATUS, whose rows are a name and a value."""
    return statement.output is OutputKind.SETTING and _SHOW.match(statement.plain) is not None


def without_counters(rows: Sequence[Row]) -> Sequence[Row]:
    """Hide what is behind the names of counters of bytes."""
    return [
        (row[0], *(_MASK for _ in row[1:]))
        if row and row[0] is not None and row[0].decode(errors="replace").casefold() in _COUNTERS
        else row
        for row in rows
    ]


def condition_names(text: str, engine: Engine) -> frozenset[str]:
    """Give the names in the condition of a SHOW, case folded."""
    tokens = lex(text, engine).tokens
    said = [token.value.casefold() if token.kind is Kind.WORD else "" for token in tokens]
    start = said.index("where") if "where" in said else len(said)
    names_in_it = (one for one in tokens[start:] if one.kind in {Kind.WORD, Kind.QUOTED})
    return frozenset(one.value.casefold() for one in names_in_it)


def names_others(where: exp.Expr | None) -> bool:
    """Tell whether a condition asks for counters by name, and for none that counts bytes."""
    if where is None:
        return False
    parts = where.this.flatten() if isinstance(where.this, exp.And) else [where.this]
    asked = next((found for found in map(_named, parts) if found), frozenset())
    return bool(asked) and asked.isdisjoint(_COUNTERS)


def _named(node: exp.Expr) -> frozenset[str]:
    inner = node.unnest()
    if not isinstance(inner, exp.EQ | exp.In):
        return frozenset()
    values = inner.expressions if isinstance(inner, exp.In) else [inner.expression]
    column = inner.this.unnest()
    is_name = isinstance(column, exp.Column) and fold(column.this, Engine.MYSQL) == "variable_name"
    if not is_name or not all(isinstance(one, exp.Literal) and one.is_string for one in values):
        return frozenset()
    return frozenset(fold(one.name.strip(), Engine.MYSQL) for one in values)
