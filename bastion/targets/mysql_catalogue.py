"""Reads the catalogue of MySQL and MariaDB: structure, code, and classes by sampling.

Blocking, in the wire's own thread; ``fetch`` hands the steps over.
"""

from __future__ import annotations

import asyncio
import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType

import pymysql  # type: ignore[import-untyped]

from bastion.core.catalogue import (
    MARK_SEPARATOR,
    Catalogue,
    Column,
    ForeignKey,
    Function,
    Relation,
    RelationKind,
)
from bastion.core.definitions import TELLING_IN_SQL, unescaped
from bastion.core.flow import fold
from bastion.core.head import Words
from bastion.core.lexer import lex
from bastion.core.model import Engine
from bastion.targets.mysql import REFUSED_MODES, Login
from bastion.targets.mysql_marks import SERVERS_OWN, fetch_marks
from bastion.targets.mysql_wire import Wire
from bastion.targets.scan import (
    DOCUMENT_CHARACTERS,
    SAMPLE_CHARACTERS,
    SYSTEM_MAX,
    UNCLASSIFIED,
    Samples,
    ScanPlan,
    build_catalogue,
    classify_relations,
)

_SYSTEM_SCHEMAS = frozenset({"mysql", "information_schema", "performance_schema", "sys"})
_TABLES = """
SELECT table_schema, table_name, table_type, coalesce(engine, ''), coalesce(table_rows, 0),
       coalesce(data_length, 0) + coalesce(index_length, 0), coalesce(table_comment, '')
FROM information_schema.tables WHERE table_schema NOT IN ({known})
ORDER BY table_schema, table_name
"""
_COLUMNS = """
SELECT table_schema, table_name, ordinal_position, column_name,
       if(data_type IN ('enum', 'set'), column_type, data_type), is_nullable,
       generation_expression, column_default, extra, coalesce(column_comment, '')
FROM information_schema.columns WHERE table_schema NOT IN ({known})
ORDER BY table_schema, table_name, ordinal_position
"""
_SERVERS_COLUMNS = """
SELECT table_schema, table_name,
       group_concat(concat_ws('\x02', ordinal_position, column_name,
                              if(data_type IN ('enum', 'set'), column_type, data_type),
                              is_nullable, coalesce(generation_expression, ''),
                              coalesce(column_default, ''), extra, coalesce(column_comment, ''))
                    ORDER BY ordinal_position SEPARATOR '\x01')
FROM information_schema.columns WHERE table_schema = '{schema}' GROUP BY table_schema, table_name
"""
"""The columns of a table of the server's own in one text: 2,000, and the same everywhere."""
_TEXT_MAX = 1_000_000
"""Characters of what is put together in one text."""
_PARTITIONS = """
SELECT DISTINCT table_schema, table_name, partition_method, subpartition_method,
       concat_ws(' ', partition_expression, subpartition_expression)
FROM information_schema.partitions
WHERE partition_name IS NOT NULL AND table_schema NOT IN ({known})
"""
_KEYS = """
SELECT table_schema, table_name, index_name, column_name, coalesce(sub_part, 0)
FROM information_schema.statistics WHERE non_unique = 0 AND table_schema NOT IN ({known})
ORDER BY table_schema, table_name, index_name, seq_in_index
"""
_VIEWS = """
SELECT table_schema, table_name, view_definition FROM information_schema.views
WHERE table_schema NOT IN ({known})
"""
_TRIGGERS = """
SELECT event_object_schema, event_object_table, trigger_name, action_timing,
       event_manipulation, action_statement, concat_ws(' ', definer, sql_mode)
FROM information_schema.triggers
ORDER BY trigger_schema, action_timing, event_manipulation, action_order, trigger_name
"""
_REFERENCES = """
SELECT unique_constraint_schema, referenced_table_name, constraint_schema, table_name,
       constraint_name, delete_rule, update_rule
FROM information_schema.referential_constraints
WHERE constraint_schema NOT IN ({known})
  AND (delete_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
       OR update_rule IN ('CASCADE', 'SET NULL', 'SET DEFAULT'))
"""
_FOREIGN_KEYS = """
SELECT table_schema, table_name, constraint_name, column_name,
       referenced_table_schema, referenced_table_name, referenced_column_name
FROM information_schema.key_column_usage
WHERE referenced_table_name IS NOT NULL AND table_schema NOT IN ({known})
ORDER BY table_schema, table_name, constraint_name, ordinal_position
"""
_ROUTINES = """
SELECT r.routine_schema, r.routine_name, coalesce(r.routine_definition, ''),
       coalesce(r.dtd_identifier, ''), r.routine_type, r.sql_data_access,
       (SELECT group_concat(p.parameter_name ORDER BY p.ordinal_position SEPARATOR '\x01')
        FROM information_schema.parameters p
        WHERE p.specific_schema = r.routine_schema AND p.specific_name = r.specific_name
          AND p.ordinal_position > 0 AND p.routine_type = r.routine_type),
       concat_ws(' ', r.security_type, r.definer, r.sql_mode, r.collation_connection),
       (SELECT group_concat(p.parameter_mode ORDER BY p.ordinal_position SEPARATOR '\x01')
        FROM information_schema.parameters p
        WHERE p.specific_schema = r.routine_schema AND p.specific_name = r.specific_name
          AND p.ordinal_position > 0 AND p.routine_type = r.routine_type)
FROM information_schema.routines r WHERE r.routine_schema NOT IN ('mysql', 'sys')
ORDER BY r.routine_schema, r.routine_name
"""
_EXACT = """
SELECT db, name, type, body, sql_mode, character_set_client FROM mysql.proc
WHERE db NOT IN ('mysql', 'sys') AND body_utf8 REGEXP '["''\\\\\\\\]'
"""
"""Bodies as they were written. The information_schema writes their literals anew, without all of
their backslashes."""
_QUOTING = """
SELECT 1 FROM (
    SELECT check_clause AS words FROM information_schema.check_constraints
    WHERE constraint_schema NOT IN ('mysql', 'sys', {known})
    UNION ALL SELECT partition_description FROM information_schema.partitions
    WHERE partition_description IS NOT NULL AND table_schema NOT IN ({known})
    UNION ALL SELECT event_definition FROM information_schema.events
    UNION ALL SELECT event_comment FROM information_schema.events
    UNION ALL SELECT index_comment FROM information_schema.statistics
    WHERE index_comment <> '' AND table_schema NOT IN ({known})
    UNION ALL SELECT routine_comment FROM information_schema.routines
    WHERE routine_schema NOT IN ('mysql', 'sys')
) w WHERE words REGEXP '{pattern}' LIMIT 1
"""
"""Words of the schema that the catalogue does not have."""
_OWN_ENGINES = frozenset(
    """innodb xtradb myisam mrg_myisam aria memory heap csv archive blackhole sequence columnstore
    rocksdb tokudb mroonga oqgraph ndbcluster s3""".split()
)
"""Storage engines that keep rows with the server; others fetch them from anywhere."""
_WINDOWS = 10
"""Parts of a large table that are sampled."""
_ACTIONS = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})

_Key = tuple[str, str]
_Routine = tuple[str, str, str]
"""Schema, name and kind."""
_SIGNS = frozenset("'\"\\")
"""A body with none of these has no literal that could be written anew."""
_UNINDENTED = re.compile(r"\n(?=\S)")
_IS_NUMBER = re.compile(r"-?\d+(?:\.\d+)?|NULL|b'[01]*'", re.IGNORECASE)


async def fetch(login: Login, *, database: str, plan: ScanPlan) -> Catalogue:
    """Read everything over one login of its own.

    Raises:
        pymysql.MySQLError: the server refused or is gone.
    """
    wire = login.wire
    await login.call(lambda: wire.command("SET SESSION TRANSACTION READ ONLY"))
    await login.call(lambda: wire.command(f"SET SESSION group_concat_max_len = {_TEXT_MAX}"))
    # First of all: what is changed while the rest is read shows as a change afterwards.
    others = {*plan.marked} | {
        f"relation {schema}{MARK_SEPARATOR}{name}" for schema, name in plan.relations or ()
    }
    known = _known_relations(wire, plan)
    others -= known.marks.keys()
    marks = await login.call(lambda: fetch_marks(wire, database=database, others=others))
    bare = await login.call(lambda: _bare_relations(wire, known))
    functions = await login.call(lambda: _functions(wire))

    async def sample(relation: Relation, rows: int) -> Samples:
        if plan.relations is None and relation.schema != database:
            # Learned when a statement names it: a server of many databases must not delay
            # everybody's first statement.
            return {}
        return await login.call(lambda: _sample(wire, relation, rows))

    classified = await classify_relations(bare, engine=Engine.MYSQL, plan=plan, sample=sample)
    return await asyncio.to_thread(
        build_catalogue,
        engine=Engine.MYSQL,
        server_version=wire.server_version,
        search_path=(database,),
        relations=classified,
        functions=functions,
        words_quote_values=await login.call(lambda: _is_quoting(wire)),
        marks={**marks, **known.marks},
        previous=plan.previous,
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the snapshot before told of the server's own schemas: many views, slow to open."""

    schemas: frozenset[str] = frozenset()
    relations: tuple[Relation, ...] = ()
    marks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """With the marks they had then, so that a change of them shows as one."""


def _known_relations(wire: Wire, plan: ScanPlan) -> _Known:
    """Choose what need not be read again.

    That is what nobody can change, and for a look at some relations all of ``sys`` as well.
    """
    previous = plan.previous
    if previous is None or previous.server_version != wire.server_version:
        return _Known()
    schemas = SERVERS_OWN
    if plan.relations is not None:
        schemas |= {"sys"} - {schema.lower() for schema, _ in plan.relations}
    return _Known(
        schemas=schemas,
        relations=tuple(
            relation
            for (schema, _), relation in previous.relations.items()
            if schema.lower() in schemas
        ),
        marks={
            key: mark
            for key, mark in previous.marks.items()
            if key.partition(" ")[2].partition(MARK_SEPARATOR)[0].lower() in schemas
        },
    )


def _listed(schemas: Iterable[str]) -> str:
    return ", ".join(f"'{schema}'" for schema in sorted(schemas)) or "''"


def _is_quoting(wire: Wire) -> bool:
    try:
        return bool(
            _rows(wire, _QUOTING.format(pattern=TELLING_IN_SQL, known=_listed(SERVERS_OWN)))
        )
    except pymysql.MySQLError:
        if wire.is_lost:
            raise
        # An older server has no table of checks: pieces stay masked.
        return True


def _bare_relations(wire: Wire, known: _Known) -> list[Relation]:
    words = _listed(known.schemas)
    columns, counters = _columns(wire, known.schemas)
    primary, unique, beginnings = _keys(wire, words)
    parting = _partition_words(wire, words, primary)
    views = _rows(wire, _VIEWS.format(known=words))
    definitions = {(row[0], row[1]): row[2] for row in views}
    triggers: dict[_Key, list[str]] = defaultdict(list)
    bodies: dict[_Key, list[str]] = defaultdict(list)
    ways: dict[_Key, list[str]] = defaultdict(list)
    for schema, table, name, timing, event, body, way in _rows(wire, _TRIGGERS):
        triggers[schema, table].append(f"{name} ({timing} {event}, its own body)")
        bodies[schema, table].append(body)
        ways[schema, table].append(way)
    references = _references(wire, words)
    foreign_keys = _foreign_keys(wire, words)
    relations = [*known.relations]
    tables = _rows(wire, _TABLES.format(known=words))
    for schema, name, kind, engine, rows, size, comment in tables:
        key = (schema, name)
        relations.append(
            Relation(
                schema=schema,
                name=name,
                kind=_kind(schema, kind, engine),
                columns=tuple(columns[key]),
                definition=definitions.get(key, ""),
                primary_key=primary.get(key, ()),
                unique_keys=tuple(unique[key]),
                beginnings=tuple(beginnings[key]),
                counter=counters.get(key, ""),
                partition_keys=tuple(
                    one.name for one in columns[key] if fold(one.name, Engine.MYSQL) in parting[key]
                ),
                row_estimate=int(rows),
                size_bytes=int(size),
                triggers=tuple(triggers[key]),
                trigger_code=tuple(bodies[key]),
                trigger_ways=tuple(ways[key]),
                referenced_by=tuple(references[key]),
                foreign_keys=tuple(foreign_keys[key]),
                comment="" if kind.endswith("VIEW") else comment,
                storage_engine=engine,
                is_versioned=kind == "SYSTEM VERSIONED",
            )
        )
    return relations


def _kind(schema: str, kind: str, engine: str) -> RelationKind:
    if schema.lower() in _SYSTEM_SCHEMAS:
        return RelationKind.SYSTEM
    if kind.endswith("VIEW"):
        return RelationKind.VIEW
    return RelationKind.TABLE if engine.lower() in _OWN_ENGINES else RelationKind.FOREIGN


def _columns(wire: Wire, known: frozenset[str]) -> tuple[dict[_Key, list[Column]], dict[_Key, str]]:
    """Give the columns, and the names, folded, of those that count by themselves."""
    columns: dict[_Key, list[Column]] = defaultdict(list)
    for own in SERVERS_OWN - known:
        for schema, table, text in _rows(wire, _SERVERS_COLUMNS.format(schema=own)):
            columns[schema, table] += _servers_columns(text, is_mariadb=wire.is_mariadb)
    rows = _rows(wire, _COLUMNS.format(known=_listed(known | SERVERS_OWN)))
    # Places in a row are those of what is visible.
    rows = sorted(rows, key=lambda row: _INVISIBLE in row[8])
    for schema, table, *words in rows:
        columns[schema, table].append(_column(words, is_mariadb=wire.is_mariadb))
    counters = {
        (row[0], row[1]): fold(row[3], Engine.MYSQL) for row in rows if _COUNTS in row[8].lower()
    }
    return columns, counters


@functools.lru_cache(maxsize=SYSTEM_MAX)
def _servers_columns(text: str, *, is_mariadb: bool) -> tuple[Column, ...]:
    return tuple(
        _column(words.split("\x02"), is_mariadb=is_mariadb) for words in text.split("\x01")
    )


def _column(words: Sequence[str], *, is_mariadb: bool) -> Column:
    number, name, type_name, nullable, computed, default, extra, comment = words
    return Column(
        name=name,
        type_name=_folded(type_name),
        classification=UNCLASSIFIED,
        is_nullable=nullable == "YES",
        default=_default(computed, default, extra, is_mariadb=is_mariadb),
        comment=comment,
        number=int(number),
        is_invisible=_INVISIBLE in extra,
    )


_COUNTS = "auto_increment"
_INVISIBLE = "INVISIBLE"
"""Both in what is said of a column beside its type."""


def _default(computed: str, default: str, extra: str, *, is_mariadb: bool) -> str:
    """Give what a column is computed from, or its default, as SQL; empty where there is none.

    MySQL has expressions with escapes of their own, and a constant without its quotes.
    """
    if is_mariadb:
        found = computed or default
        return "" if found == "NULL" else found
    if computed or "DEFAULT_GENERATED" in extra:
        return unescaped(computed or default)
    if not default or _IS_NUMBER.fullmatch(default):
        return default
    inner = default.replace("\\", "\\\\").replace("'", "''")
    return f"'{inner}'"


def _keys(
    wire: Wire, known: str
) -> tuple[
    dict[_Key, tuple[str, ...]],
    dict[_Key, list[tuple[str, ...]]],
    dict[_Key, list[tuple[tuple[str, ...], tuple[int, ...]]]],
]:
    """Give primary and unique keys, and those that compare the beginnings of columns."""
    parts: dict[tuple[str, str, str], list[tuple[str, int]]] = defaultdict(list)
    for schema, table, index, column, length in _rows(wire, _KEYS.format(known=known)):
        parts[schema, table, index].append((column, int(length)))
    primary: dict[_Key, tuple[str, ...]] = {}
    unique: dict[_Key, list[tuple[str, ...]]] = defaultdict(list)
    beginnings: dict[_Key, list[tuple[tuple[str, ...], tuple[int, ...]]]] = defaultdict(list)
    for (schema, table, index), columns in parts.items():
        names, lengths = zip(*columns, strict=True)
        if index == "PRIMARY":
            primary[schema, table] = names
        else:
            unique[schema, table].append(names)
        if any(lengths):
            beginnings[schema, table].append((names, lengths))
    return primary, unique, beginnings


def _partition_words(
    wire: Wire, known: str, primary: Mapping[_Key, tuple[str, ...]]
) -> dict[_Key, set[str]]:
    """Give the words, folded, of what says where a row lies: its columns are among them."""
    found: dict[_Key, set[str]] = defaultdict(set)
    for schema, table, method, below, text in _rows(wire, _PARTITIONS.format(known=known)):
        tokens = lex(text, Engine.MYSQL).tokens
        found[schema, table] |= {fold(token.value, Engine.MYSQL) for token in tokens}
        if method.endswith("KEY") or below.endswith("KEY"):
            # KEY () is by the primary key, and says so nowhere.
            found[schema, table] |= {
                fold(name, Engine.MYSQL) for name in primary.get((schema, table), ())
            }
    return found


def _references(wire: Wire, known: str) -> dict[_Key, list[str]]:
    references: dict[_Key, list[str]] = defaultdict(list)
    rows = _rows(wire, _REFERENCES.format(known=known))
    for to_schema, to_table, schema, table, name, on_delete, on_update in rows:
        words = [
            f"{event} {action}"
            for event, action in (("ON DELETE", on_delete), ("ON UPDATE", on_update))
            if action in _ACTIONS
        ]
        references[to_schema, to_table].append(f"{schema}.{table} ({name}, {', '.join(words)})")
    return references


def _foreign_keys(wire: Wire, known: str) -> dict[_Key, list[ForeignKey]]:
    pairs: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for schema, table, name, column, *parent, other in _rows(
        wire, _FOREIGN_KEYS.format(known=known)
    ):
        pairs[(schema, table, name, *parent)].append((column, other))
    keys: dict[_Key, list[ForeignKey]] = defaultdict(list)
    for (schema, table, _, to_schema, to_table), columns in pairs.items():
        own, others = zip(*columns, strict=True)
        keys[schema, table].append(
            ForeignKey(columns=own, schema=to_schema, relation=to_table, parent_columns=others)
        )
    return keys


def _functions(wire: Wire) -> list[Function]:
    rows = _rows(wire, _ROUTINES)
    anew = [(row[0], row[1], row[4]) for row in rows if _is_written_anew(row[2])]
    exact = _exact_bodies(wire, anew) if anew else {}
    return [
        Function(
            schema=schema,
            name=name,
            language="sql",
            body=_bare(exact.get((schema, name, kind), body)),
            is_exact=(schema, name, kind) in exact,
            returns=returns,
            is_procedure=kind == "PROCEDURE",
            argument_count=len(names.split("\x01")) if names else 0,
            argument_names=tuple(names.split("\x01")) if names else (),
            argument_modes=tuple(modes.split("\x01")) if modes else (),
            traits=traits,
        )
        for schema, name, body, returns, kind, _, names, traits, modes in rows
    ]


def _bare(body: str) -> str:
    """Drop the semicolon that MySQL keeps of a body sent under another delimiter."""
    return body.rstrip("; \t\r\n")


def _is_written_anew(body: str) -> bool:
    return not _SIGNS.isdisjoint(body)


def _exact_bodies(wire: Wire, anew: list[_Routine]) -> dict[_Routine, str]:
    """Ask for bodies as they were written, by schema, name and kind.

    Those made under modes that read them otherwise, or in another encoding, are left out, and all
    where the role may not ask.
    """
    found: dict[_Routine, str] = {}
    if wire.is_mariadb:
        for schema, name, kind, body, modes, encoding in _asked(wire, _EXACT):
            key = _text(schema) or "", _text(name) or "", (_text(kind) or "").upper()
            _keep_exact(found, key, body, modes, encoding)
    # MySQL has no such table, and MariaDB shows it to administrators alone.
    for one in anew:
        if one in found:
            continue
        sql = f"SHOW CREATE {one[2]} {_name(one[0])}.{_name(one[1])}"
        for _, modes, text, encoding, *_ in _asked(wire, sql):
            _keep_exact(found, one, text and _body(text), modes, encoding)
    return found


def _asked(wire: Wire, sql: str) -> Sequence[Sequence[bytes | None]]:
    try:
        return wire.command(sql)
    except pymysql.MySQLError:
        if wire.is_lost:
            raise
        return ()


def _keep_exact(
    found: dict[_Routine, str],
    key: _Routine,
    body: bytes | None,
    modes: bytes | None,
    encoding: bytes | None,
) -> None:
    words = {one.lower() for one in (_text(modes) or "").split(",")}
    is_utf8 = (encoding or b"").startswith(b"utf8") or (body or b"").isascii()
    if body is not None and is_utf8 and words.isdisjoint(REFUSED_MODES):
        found[key] = body.decode(errors="replace")


def _body(text: bytes) -> bytes | None:
    """Take the body from what ``SHOW CREATE FUNCTION`` says: the first line that is not indented.

    What stands before it on lines of its own is written by the server, without newlines in quotes;
    the list of arguments is the author's and may hold any.
    """
    written = text.decode(errors="surrogateescape")
    tokens = lex(written, Engine.MYSQL).tokens
    words = Words(written, tokens, Engine.MYSQL, "")
    opening = next((at for at in range(words.count) if words.at(at) == "("), words.count)
    end = words.closing(opening)
    start = _UNINDENTED.search(written, tokens[end].end) if end < words.count else None
    return written[start.end() :].encode(errors="surrogateescape") if start else None


def _folded(type_name: str) -> str:
    """Give a type in small letters, but for the labels of an enum: those are values."""
    base, bracket, labels = type_name.partition("(")
    return f"{base.lower()}{bracket}{labels}"


def _sample(wire: Wire, relation: Relation, rows: int) -> Samples:
    """Read a few rows, cut short; what cannot be read is simply not sampled."""
    if not relation.columns:
        return {}
    limit = (
        "SET SESSION max_statement_time = 1, lock_wait_timeout = 1"
        if wire.is_mariadb
        else "SET SESSION max_execution_time = 1000, lock_wait_timeout = 1"
    )
    cells = ", ".join(_sample_cell(wire, column) for column in relation.columns)
    found: tuple[tuple[bytes | None, ...], ...] = ()
    try:
        wire.command(limit)
        wire.command("START TRANSACTION READ ONLY")
        found = wire.command(_sample_query(wire, relation, cells, rows))
        if relation.is_versioned:
            found += wire.command(_history_query(relation, cells, rows))
    except pymysql.MySQLError:
        if wire.is_lost:
            raise
    finally:
        with suppress(pymysql.MySQLError):
            wire.command("ROLLBACK")
    return {
        column.name: [_text(row[place]) for row in found]
        for place, column in enumerate(relation.columns)
    }


def _sample_cell(wire: Wire, column: Column) -> str:
    name = _name(column.name)
    if column.type_name == "vector":
        # LEFT refuses these, and with them the whole sample.
        written = "VEC_ToText" if wire.is_mariadb else "VECTOR_TO_STRING"
        name = f"{written}({name})"
    length: str | int = SAMPLE_CHARACTERS
    if column.type_name.endswith(_LONG):
        # MariaDB's documents are such texts, and a document that is cut says nothing by its names.
        length = f"IF(LEFT({name}, 1) IN ('{{', '['), {DOCUMENT_CHARACTERS}, {length})"
    cell = f"LEFT({name}, {length})"
    # Bytes come as PostgreSQL gives them, since as text some would be lost.
    is_binary = column.type_name.partition("(")[0].endswith(("blob", "binary"))
    return f"CONCAT('\\\\x', HEX({cell}))" if is_binary else cell


_LONG = ("text", "json", "varchar")


def _sample_query(wire: Wire, relation: Relation, cells: str, rows: int) -> str:
    """Ask for the first rows and, of a larger table, for a few from each part of its key.

    The oldest rows are often unlike the rest. By the primary key no more is read than comes back.
    """
    table = f"{_name(relation.schema)}.{_name(relation.name)}"
    key = _number_key(relation)
    if key is None or relation.row_estimate <= 2 * rows:
        return f"SELECT {cells} FROM {table} LIMIT {rows}"  # noqa: S608
    ends = wire.command(f"SELECT MIN({key}), MAX({key}) FROM {table}")[0]  # noqa: S608
    low, high = (int(end or 0) for end in ends)
    # One number far from the others would leave the windows between them empty: half comes first.
    starts = [low + (high - low) * number // _WINDOWS for number in range(_WINDOWS)]
    limits = [rows // 2] + [rows // 2 // (_WINDOWS - 1)] * (_WINDOWS - 1)
    return " UNION ALL ".join(
        f"(SELECT {cells} FROM {table} WHERE {key} >= {start} ORDER BY {key} LIMIT {limit})"  # noqa: S608
        for start, limit in zip(starts, limits, strict=True)
    )


def _history_query(relation: Relation, cells: str, rows: int) -> str:
    """Ask for rows that once were: what was in a column may be unlike what is there now."""
    table = f"{_name(relation.schema)}.{_name(relation.name)}"
    return f"SELECT {cells} FROM {table} FOR SYSTEM_TIME ALL LIMIT {rows}"  # noqa: S608


def _number_key(relation: Relation) -> str | None:
    if len(relation.primary_key) != 1:
        return None
    column = relation.column(relation.primary_key[0])
    is_number = column is not None and column.type_name.endswith("int")
    return _name(relation.primary_key[0]) if is_number else None


def _name(identifier: str) -> str:
    return "`" + identifier.replace("`", "``") + "`"


def _rows(wire: Wire, query: str) -> list[tuple[str, ...]]:
    return [tuple(_text(cell) or "" for cell in row) for row in wire.command(query)]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="replace")
