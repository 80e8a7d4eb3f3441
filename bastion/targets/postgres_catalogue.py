"""Reads PostgreSQL's catalogue: structure, code, and the classes of columns by sampling."""

from __future__ import annotations

import asyncio
import functools
from collections import defaultdict
from contextlib import suppress
from types import MappingProxyType

import psycopg
from psycopg import pq, sql

from bastion.core.catalogue import (
    Catalogue,
    Classification,
    Column,
    ForeignKey,
    Function,
    KeptCode,
    Moment,
    Relation,
    RelationKind,
)
from bastion.core.definitions import TELLING_IN_SQL
from bastion.core.folding import has_constant_part
from bastion.core.functions import acting_names
from bastion.core.model import Engine
from bastion.targets.libpq import Link
from bastion.targets.postgres_marks import fetch_marks
from bastion.targets.postgres_types import OWN_SCHEMA, printed_type
from bastion.targets.scan import (
    DOCUMENT_CHARACTERS,
    SAMPLE_CHARACTERS,
    SYSTEM_MAX,
    UNCLASSIFIED,
    Extras,
    Samples,
    ScanPlan,
    bare_catalogue,
    build_catalogue,
    classify_relations,
    is_plain_read,
)

_SYSTEM_SCHEMAS = frozenset({"pg_catalog", "information_schema"})
_SYSTEM = "system columns"
"""Its key in ``Catalogue.marks``."""
_FIRST_OF_USERS = 16384
"""The first ``oid`` of what a server's own making did not make."""
_KINDS = {
    "r": RelationKind.TABLE,
    "p": RelationKind.TABLE,
    "v": RelationKind.VIEW,
    "m": RelationKind.MATERIALIZED_VIEW,
    "f": RelationKind.FOREIGN,
}
_BLOCK_BYTES = 8192
_PAGES = 100
"""Of a large table that are looked into."""
_SPARE = 1.25
"""As chance may give fewer rows than asked for."""
_SAMPLE_TIMEOUT_MS = "1000"

_RELATIONS = """
SELECT c.oid::text, n.nspname, c.relname, c.relkind::text,
       greatest(c.reltuples, 0)::bigint::text, (c.relpages::bigint)::text,
       CASE WHEN c.oid >= 16384 THEN pg_catalog.obj_description(c.oid, 'pg_class') END,
       CASE WHEN c.oid >= 16384 THEN pg_catalog.concat_ws(' ', c.relowner, c.relrowsecurity,
           c.relforcerowsecurity, c.relpersistence, CASE WHEN c.relkind = 'v' THEN c.reloptions END)
       END,
       CASE WHEN c.oid >= 16384 THEN pg_catalog.array_to_string(ARRAY(
           SELECT pn.nspname || E'\\x02' || p.relname FROM pg_catalog.pg_inherits i
           JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
           JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
           WHERE i.inhrelid = c.oid ORDER BY 1), E'\\x01') END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
  AND n.nspname <> 'pg_toast'
ORDER BY n.nspname, c.relname
"""
_PARTITION_KEYS = """
SELECT p.partrelid::text, a.attname FROM pg_catalog.pg_partitioned_table p
JOIN pg_catalog.pg_depend d ON d.objid = p.partrelid AND d.refobjid = p.partrelid
     AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid
     AND d.deptype = 'i' AND d.refobjsubid = 0
JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = d.objsubid
UNION
SELECT i.inhparent::text, a.attname FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_inherits i ON i.inhrelid = k.conrelid
JOIN pg_catalog.pg_class heir ON heir.oid = k.conrelid AND NOT heir.relispartition
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
WHERE k.contype = 'c' AND k.coninhcount = 0
ORDER BY 1, 2
"""
"""Columns by which tables are parted, inside of an expression too: none may be dropped alone. And
those that a check of an heir alone names: so tables were parted by hand."""
_VIEWS = """
SELECT c.oid::text FROM pg_catalog.pg_class c
WHERE c.relkind IN ('v', 'm') AND c.oid >= 16384 AND c.relpersistence <> 't'
"""
_DEFINITION = "SELECT pg_catalog.pg_get_viewdef($1::pg_catalog.oid)"
_COLUMNS = """
SELECT a.attrelid::text, a.attnum::text, a.attname, t.typname, {own}, a.attnotnull::text,
       {default},
       CASE WHEN a.attrelid >= 16384 THEN pg_catalog.col_description(a.attrelid, a.attnum) END
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid {whose}
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
ORDER BY a.attrelid, a.attnum
"""
_SERVERS_COLUMNS = f"""
SELECT x.relation, pg_catalog.string_agg(
           pg_catalog.array_to_string(
               ARRAY[x.number, x.name::text, x.type::text, x.own, x.required, x.value],
               E'\\x02', ''),
           E'\\x01' ORDER BY x.number::int)
FROM ({_COLUMNS.strip()}) x(relation, number, name, type, own, required, value, comment)
GROUP BY x.relation
"""  # noqa: S608
"""The columns of a relation of the server's own in one text: thousands, and the same everywhere."""
_SYSTEM_COLUMNS = """
SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*), pg_catalog.sum(a.xmin::text::pg_catalog.int8))
FROM pg_catalog.pg_attribute a WHERE a.attrelid < 16384
"""
"""Another answer whenever a column of the server's own relations came, went or changed."""
_PARTS = """
WITH RECURSIVE inside(root, part) AS (
    SELECT DISTINCT a.atttypid, a.atttypid FROM pg_catalog.pg_attribute a
    WHERE a.attrelid >= 16384 AND a.attnum > 0 AND a.atttypid >= 16384
    UNION
    SELECT i.root, x.part FROM inside i JOIN pg_catalog.pg_type t ON t.oid = i.part
    CROSS JOIN LATERAL (
        SELECT t.typelem UNION SELECT t.typbasetype UNION
        SELECT a.atttypid FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ) x(part)
    WHERE x.part >= 16384
)
SELECT c.attrelid::text, c.attnum::text,
       pg_catalog.string_agg(DISTINCT a.attname::text, E'\\x01')
FROM inside i
JOIN pg_catalog.pg_type t ON t.oid = i.part AND t.typrelid <> 0
JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_attribute c ON c.atttypid = i.root AND c.attrelid >= 16384 AND c.attnum > 0
GROUP BY c.attrelid, c.attnum
"""
"""What is inside of columns with types of rows, arrays and domains of such included."""
_KEYS = """
SELECT i.indrelid::text, i.indisprimary::text,
       pg_catalog.array_to_string(ARRAY(
           SELECT a.attname FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k(n, o)
           JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n
           ORDER BY k.o), E'\\x01')
FROM pg_catalog.pg_index i
WHERE i.indisunique AND i.indexprs IS NULL AND i.indpred IS NULL AND i.indrelid >= 16384
ORDER BY i.indexrelid
"""
_TRIGGERS = """
SELECT t.tgrelid::text, t.tgname,
       CASE WHEN t.tgtype & 2 <> 0 THEN 'BEFORE' WHEN t.tgtype & 64 <> 0 THEN 'INSTEAD OF'
            ELSE 'AFTER' END,
       pg_catalog.concat_ws(' OR ',
           CASE WHEN t.tgtype & 4 <> 0 THEN 'INSERT' END,
           CASE WHEN t.tgtype & 8 <> 0 THEN 'DELETE' END,
           CASE WHEN t.tgtype & 16 <> 0 THEN 'UPDATE' END,
           CASE WHEN t.tgtype & 32 <> 0 THEN 'TRUNCATE' END),
       n.nspname || '.' || p.proname,
       pg_catalog.concat_ws(' ', t.tgtype, t.tgenabled, t.tgdeferrable, t.tginitdeferred,
           t.tgattr, t.tgnargs, pg_catalog.encode(t.tgargs, 'hex'), t.tgoldtable, t.tgnewtable,
           t.tgqual)
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
ORDER BY t.tgrelid, t.tgname
"""
_RULES = """
SELECT ev_class::text, rulename, {definition}, ev_enabled
FROM pg_catalog.pg_rewrite WHERE rulename <> '_RETURN' AND ev_class >= 16384
ORDER BY ev_class, rulename
"""
_REFERENCES = """
SELECT k.confrelid::text, n.nspname || '.' || c.relname, k.conname, k.confdeltype::text,
       k.confupdtype::text
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))
ORDER BY k.oid
"""
_FOREIGN_KEYS = """
SELECT k.conrelid::text, n.nspname, c.relname,
       pg_catalog.string_agg(a.attname, E'\\x01' ORDER BY x.place),
       pg_catalog.string_agg(b.attname, E'\\x01' ORDER BY x.place)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.confrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey))
    WITH ORDINALITY AS x(own, other, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.own
JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = x.other
WHERE k.contype = 'f'
GROUP BY k.oid, k.conrelid, n.nspname, c.relname
ORDER BY k.oid
"""
_POLICIES = """
SELECT p.polrelid::text,
       CASE WHEN p.polcmd IN ('r', '*') THEN 'policy' ELSE 'write' END, {using}
FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
WHERE c.relrowsecurity AND p.polqual IS NOT NULL
UNION ALL
SELECT p.polrelid::text, 'write', {check}
FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
WHERE c.relrowsecurity AND p.polwithcheck IS NOT NULL
"""
_USING = "pg_catalog.pg_get_expr(p.polqual, p.polrelid)"
_CHECK = "pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)"
_COMPUTED = """
WITH bought AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'
), of_users(classid, objid) AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
    WHERE d.refobjid >= 16384 AND d.refclassid IN (
        'pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_operator'::pg_catalog.regclass,
        'pg_catalog.pg_type'::pg_catalog.regclass, 'pg_catalog.pg_opclass'::pg_catalog.regclass)
      AND NOT EXISTS (
        SELECT FROM bought b WHERE b.classid = d.refclassid AND b.objid = d.refobjid)
)
SELECT i.indrelid::text, {index} FROM pg_catalog.pg_index i
JOIN of_users u ON u.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND u.objid = i.indexrelid
WHERE i.indexprs IS NOT NULL
UNION
SELECT i.indrelid::text, {predicate} FROM pg_catalog.pg_index i
JOIN of_users u ON u.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND u.objid = i.indexrelid
WHERE i.indpred IS NOT NULL
UNION
SELECT k.conrelid::text, {check} FROM pg_catalog.pg_constraint k
JOIN of_users u ON u.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND u.objid = k.oid
WHERE k.contype = 'c' AND k.conrelid <> 0
UNION
SELECT p.partrelid::text, {partition} FROM pg_catalog.pg_partitioned_table p
JOIN of_users u ON u.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND u.objid = p.partrelid
WHERE p.partexprs IS NOT NULL
UNION
SELECT s.stxrelid::text, {statistics} FROM pg_catalog.pg_statistic_ext s
JOIN of_users u
  ON u.classid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass AND u.objid = s.oid
WHERE {has_statistics}
"""
"""What indexes, checks, partitions and statistics compute by code of users."""
_PRINTED = {
    "index": "pg_catalog.pg_get_expr(i.indexprs, i.indrelid)",
    "predicate": "pg_catalog.pg_get_expr(i.indpred, i.indrelid)",
    "check": "pg_catalog.pg_get_expr(k.conbin, k.conrelid)",
    "partition": "pg_catalog.pg_get_expr(p.partexprs, p.partrelid)",
}
_STATISTICS = "pg_catalog.pg_get_expr(s.stxexprs, s.stxrelid)"
_HAS_SORTING = """
SELECT 1 WHERE EXISTS (SELECT FROM pg_catalog.pg_amproc a WHERE a.amproc::pg_catalog.oid >= 16384)
    OR EXISTS (SELECT FROM pg_catalog.pg_amop a JOIN pg_catalog.pg_operator o ON o.oid = a.amopopr
               WHERE o.oprcode::pg_catalog.oid >= 16384)
    OR EXISTS (SELECT FROM pg_catalog.pg_range g WHERE g.rngsubdiff::pg_catalog.oid >= 16384)
"""
"""Whether there can be any of what follows, in a fiftieth of its time."""
_SUPPORTING = """
supporting(family, type, code) AS MATERIALIZED (
    SELECT a.amprocfamily, a.amproclefttype, a.amproc::pg_catalog.oid FROM pg_catalog.pg_amproc a
    UNION ALL
    SELECT a.amopfamily, a.amoplefttype, o.oprcode::pg_catalog.oid
    FROM pg_catalog.pg_amop a JOIN pg_catalog.pg_operator o ON o.oid = a.amopopr
)
"""
"""What operator classes compute with: of which type, by which code."""
_SORTING = f"""
WITH RECURSIVE bought AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'
), {_SUPPORTING.strip()}, own(family, type, code) AS MATERIALIZED (
    SELECT s.family, s.type, s.code FROM supporting s
    WHERE s.code >= 16384 AND NOT EXISTS (
        SELECT FROM bought b
        WHERE b.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND b.objid = s.code)
), sorted(type, code) AS (
    SELECT o.type, o.code FROM own o WHERE o.type >= 16384
    UNION
    SELECT g.rngtypid, g.rngsubdiff::pg_catalog.oid FROM pg_catalog.pg_range g
    WHERE g.rngsubdiff >= 16384::pg_catalog.oid
    UNION
    SELECT g.rngtypid, o.code FROM pg_catalog.pg_range g
    JOIN pg_catalog.pg_opclass k ON k.oid = g.rngsubopc JOIN own o ON o.family = k.opcfamily
    UNION
    SELECT x.whole, s.code FROM sorted s CROSS JOIN LATERAL (
        SELECT t.oid FROM pg_catalog.pg_type t WHERE s.type IN (t.typelem, t.typbasetype)
        UNION ALL
        SELECT g.rngmultitypid FROM pg_catalog.pg_range g WHERE g.rngtypid = s.type
        UNION ALL
        SELECT g.rngtypid FROM pg_catalog.pg_range g WHERE g.rngsubtype = s.type
        UNION ALL
        SELECT t.oid FROM pg_catalog.pg_type t JOIN pg_catalog.pg_attribute a
          ON a.attrelid = t.typrelid AND a.atttypid = s.type AND NOT a.attisdropped
    ) x(whole)
), used(relation, code) AS (
    SELECT a.attrelid, s.code FROM sorted s
    JOIN pg_catalog.pg_attribute a ON a.atttypid = s.type AND a.attnum > 0
    UNION
    SELECT i.indrelid, o.code FROM pg_catalog.pg_index i
    CROSS JOIN LATERAL pg_catalog.unnest(i.indclass::pg_catalog.oid[]) c(oid)
    JOIN pg_catalog.pg_opclass k ON k.oid = c.oid JOIN own o ON o.family = k.opcfamily
    UNION
    SELECT p.partrelid, o.code FROM pg_catalog.pg_partitioned_table p
    CROSS JOIN LATERAL pg_catalog.unnest(p.partclass::pg_catalog.oid[]) c(oid)
    JOIN pg_catalog.pg_opclass k ON k.oid = c.oid JOIN own o ON o.family = k.opcfamily
)
SELECT u.relation::text,
       pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname) || '()'
FROM used u JOIN pg_catalog.pg_proc p ON p.oid = u.code
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
"""  # noqa: S608
"""Code of users that puts values in order, by type, index or partition: as calls of it."""
_FOREIGN = """
SELECT f.ftrelid::text, coalesce(p.proname, '') || ' ' || pg_catalog.array_to_string(
           coalesce(s.srvoptions, '{}') || coalesce(f.ftoptions, '{}'), E'\\x01')
FROM pg_catalog.pg_foreign_table f
JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
LEFT JOIN pg_catalog.pg_proc p ON p.oid = w.fdwhandler
"""
_PASSES = """
SELECT c.oid::text FROM pg_catalog.pg_class c
WHERE c.relrowsecurity AND NOT pg_catalog.row_security_active(c.oid)
"""
_TYPE_PARTS = """
WITH RECURSIVE mine AS MATERIALIZED (
    SELECT t.oid, t.typname, t.typtype, t.typelem, t.typcategory, t.typbasetype, t.typrelid
    FROM pg_catalog.pg_type t WHERE t.oid >= 16384
), parts(part, whole) AS MATERIALIZED (
    SELECT typbasetype, oid FROM mine WHERE typbasetype >= 16384
    UNION ALL SELECT typelem, oid FROM mine WHERE typelem >= 16384 AND typcategory = 'A'
    UNION ALL SELECT g.rngsubtype, g.rngtypid FROM pg_catalog.pg_range g
              WHERE g.rngsubtype >= 16384
    UNION ALL SELECT g.rngtypid, g.rngmultitypid FROM pg_catalog.pg_range g
              WHERE g.rngtypid >= 16384
    UNION ALL SELECT a.atttypid, m.oid FROM mine m
              JOIN pg_catalog.pg_attribute a ON a.attrelid = m.typrelid
              WHERE m.typrelid <> 0 AND a.atttypid >= 16384 AND NOT a.attisdropped
    UNION ALL SELECT d.refobjid, k.contypid FROM pg_catalog.pg_constraint k
              JOIN pg_catalog.pg_depend d
                ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = k.oid
               AND d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
              WHERE k.contypid >= 16384 AND d.refobjid <> k.contypid
), bought AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'
)
"""
"""What a type is made of, and the types that its checks cast to; what came with extensions."""
_RISKY = f"""
{_TYPE_PARTS.strip()}, {_SUPPORTING.strip()}, risky(oid) AS (
    SELECT m.oid FROM mine m
    WHERE m.typtype = 'b' AND m.typelem = 0 AND NOT EXISTS (
        SELECT FROM bought b
        WHERE b.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND b.objid = m.oid)
    UNION
    SELECT k.contypid FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = k.oid
     AND d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
                          'pg_catalog.pg_operator'::pg_catalog.regclass)
    LEFT JOIN bought b ON b.classid = d.refclassid AND b.objid = d.refobjid
    LEFT JOIN pg_catalog.pg_proc p
      ON d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = d.refobjid
    WHERE k.contypid >= 16384 AND k.contype = 'c'
      AND (b.objid IS NULL OR p.proname = ANY ($1::pg_catalog.name[]))
    UNION
    SELECT m.oid FROM pg_catalog.pg_cast k JOIN mine m ON m.oid IN (k.castsource, k.casttarget)
    WHERE k.oid >= 16384 AND k.castfunc <> 0 AND NOT EXISTS (
        SELECT FROM bought b
        WHERE b.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND b.objid = k.oid)
    UNION
    SELECT m.oid FROM mine m
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = m.oid
     AND d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
                          'pg_catalog.pg_operator'::pg_catalog.regclass,
                          'pg_catalog.pg_class'::pg_catalog.regclass)
    LEFT JOIN bought b ON b.classid = d.refclassid AND b.objid = d.refobjid
    WHERE m.typtype = 'd' AND b.objid IS NULL
    UNION
    SELECT w.type FROM (
        SELECT k.contypid, k.conbin::pg_catalog.text FROM pg_catalog.pg_constraint k
        WHERE k.contypid >= 16384 AND k.contype = 'c'
        UNION ALL SELECT t.oid, t.typdefaultbin::pg_catalog.text FROM pg_catalog.pg_type t
        WHERE t.oid >= 16384 AND t.typtype = 'd'
    ) w(type, code)
    CROSS JOIN LATERAL pg_catalog.regexp_matches(w.code, ':(?:op)?funcid (\\d+)', 'g') c(called)
    JOIN pg_catalog.pg_proc p ON p.oid = c.called[1]::pg_catalog.oid
    WHERE p.proname = ANY ($1::pg_catalog.name[])
    UNION
    SELECT s.type FROM supporting s
    WHERE s.type >= 16384 AND s.code >= 16384 AND NOT EXISTS (
        SELECT FROM bought b
        WHERE b.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND b.objid = s.code)
    UNION
    SELECT g.rngtypid FROM pg_catalog.pg_range g
    WHERE g.rngtypid >= 16384 AND greatest(g.rngsubdiff::pg_catalog.oid,
                                           g.rngcanonical::pg_catalog.oid) >= 16384
    UNION
    SELECT p.whole FROM risky r JOIN parts p ON p.part = r.oid
)
SELECT m.oid::text, m.typname,
       (m.typtype <> 'd' OR m.typcategory IN ('A', 'C', 'R'))::pg_catalog.text
FROM risky JOIN mine m ON m.oid = risky.oid
"""  # noqa: S608
"""Types whose values are made or put in order by code that is not the server's own: a check, a
default, an input function, a cast or an operator class of the user's, and whatever is made of such
a type, rows of tables included. Of what the server came with it keeps no dependency: its functions
are found in the expression itself, and those that act known by name, as code of extensions is."""
_FUNCTIONS = """
SELECT n.nspname, p.proname,
       CASE WHEN coalesce(p.proallargtypes, p.proargtypes::pg_catalog.oid[]) || p.prorettype
                 && '{{{{{risky}}}}}'::pg_catalog.oid[]
            THEN l.lanname || ' with types that run code'
            WHEN 'standard_conforming_strings' IN (
                SELECT pg_catalog.split_part(k, '=', 1) FROM pg_catalog.unnest(p.proconfig) k)
            THEN l.lanname || ' with quotes of its own'
            WHEN p.prokind = 'a' THEN 'aggregate' ELSE l.lanname END,
       CASE WHEN p.prokind = 'a' THEN (
           SELECT pg_catalog.concat_ws(' ',
               (SELECT pg_catalog.string_agg(
                    pg_catalog.quote_ident(fn.nspname) || '.' || pg_catalog.quote_ident(f.proname)
                    || '()', ', ' ORDER BY f.oid)
                FROM pg_catalog.pg_proc f
                JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
                WHERE f.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn,
                                a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)),
               pg_catalog.quote_literal(a.agginitval), pg_catalog.quote_literal(a.aggminitval))
           FROM pg_catalog.pg_aggregate a WHERE a.aggfnoid = p.oid) ELSE {{body}} END,
       pg_catalog.pg_get_function_result(p.oid),
       (p.prokind = 'p')::text, p.provolatile::text, p.pronargs::text,
       (SELECT coalesce(pg_catalog.string_agg(a.name, E'\\x01' ORDER BY a.at), '')
        FROM ROWS FROM (pg_catalog.unnest(p.proargnames::text[]),
                        pg_catalog.unnest(p.proargmodes::text[]))
            WITH ORDINALITY AS a(name, mode, at) WHERE coalesce(a.mode, 'i') IN ('i', 'b', 'v')),
       coalesce(
           (SELECT pg_catalog.string_agg(a.name, E'\\x01' ORDER BY a.at)
            FROM ROWS FROM (pg_catalog.unnest(p.proargnames::text[]),
                            pg_catalog.unnest(p.proargmodes::text[]))
                WITH ORDINALITY AS a(name, mode, at) WHERE a.mode IN ('o', 'b', 't')),
           (SELECT pg_catalog.string_agg(m.attname, E'\\x01' ORDER BY m.attnum)
            FROM pg_catalog.pg_type r JOIN pg_catalog.pg_class rc ON rc.oid = r.typrelid
            JOIN pg_catalog.pg_attribute m ON m.attrelid = rc.oid
            WHERE r.oid = p.prorettype AND rc.relkind = 'c' AND m.attnum > 0
              AND NOT m.attisdropped), ''),
       coalesce((SELECT pg_catalog.substr(k, 13) FROM pg_catalog.unnest(p.proconfig) k
                 WHERE k LIKE 'search_path=%'), ''),
       pg_catalog.concat_ws(' ', p.prosecdef, p.proisstrict, p.proconfig,
                            CASE WHEN p.prosecdef THEN p.proowner END)
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(temp|toast)'
  AND NOT (p.prokind IN ('a', 'w') AND EXISTS (
      SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
        AND d.deptype = 'e'))
ORDER BY n.nspname, p.proname, p.oid
"""
# These lock what they print: a locked table makes them wait, and then we do without.
_BODY = (
    "coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)"
    # Defaults run with every call that leaves them out.
    " || coalesce('; SELECT ' || pg_catalog.pg_get_expr(p.proargdefaults, 0), '')"
)
_DEFAULT = (
    "coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid),"
    " pg_catalog.pg_get_expr(t.typdefaultbin, 0))"
)
_RULE = "pg_catalog.pg_get_ruledef(oid)"
_NOTHING = "NULL::text"
_SQL_BODY_VERSION = 140_000
_QUOTING = """
SELECT 1 FROM (
    SELECT pg_catalog.pg_get_constraintdef(k.oid) FROM pg_catalog.pg_constraint k
    WHERE k.oid >= 16384 AND k.contype IN ('c', 'x')
    UNION ALL SELECT pg_catalog.pg_get_indexdef(i.indexrelid) FROM pg_catalog.pg_index i
    WHERE i.indrelid >= 16384 AND (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL)
    UNION ALL SELECT pg_catalog.pg_get_expr(c.relpartbound, c.oid) FROM pg_catalog.pg_class c
    WHERE c.relpartbound IS NOT NULL
    UNION ALL SELECT t.typdefault FROM pg_catalog.pg_type t WHERE t.oid >= 16384
    UNION ALL SELECT e.enumlabel FROM pg_catalog.pg_enum e
    UNION ALL SELECT d.description FROM pg_catalog.pg_description d WHERE d.objoid >= 16384
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend p WHERE p.classid = d.classoid
                      AND p.objid = d.objoid AND p.deptype = 'e')
    UNION ALL SELECT pg_catalog.pg_get_triggerdef(g.oid) FROM pg_catalog.pg_trigger g
    WHERE NOT g.tgisinternal AND (g.tgqual IS NOT NULL OR g.tgnargs > 0)
    UNION ALL SELECT pg_catalog.pg_get_expr(y.polqual, y.polrelid) FROM pg_catalog.pg_policy y
    UNION ALL SELECT pg_catalog.pg_get_expr(y.polwithcheck, y.polrelid) FROM pg_catalog.pg_policy y
    UNION ALL SELECT pg_catalog.array_to_string(f.proconfig, ' ') FROM pg_catalog.pg_proc f
    WHERE f.proconfig IS NOT NULL
) w(words) WHERE words ~ $1 LIMIT 1
"""
"""Words of the schema that the catalogue does not have."""
_OPERATORS = """
SELECT DISTINCT o.oprname FROM pg_catalog.pg_operator o
WHERE o.oid >= 16384 AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND d.objid = o.oid
      AND d.deptype = 'e')
"""
_CAST_COLUMNS = f"""
{_TYPE_PARTS.strip()}, turned(oid) AS (
    SELECT k.castsource FROM pg_catalog.pg_cast k
    WHERE k.oid >= 16384 AND k.castfunc <> 0 AND NOT EXISTS (
        SELECT FROM bought b
        WHERE b.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND b.objid = k.oid)
    UNION
    SELECT p.whole FROM turned u JOIN parts p ON p.part = u.oid
)
SELECT DISTINCT t.typname FROM turned JOIN pg_catalog.pg_type t ON t.oid = turned.oid
"""  # noqa: S608
_UNWRITTEN = """
WITH bought AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'
)
SELECT 'operator ' || o.oprname || ' ' || o.oprcode::pg_catalog.text
FROM pg_catalog.pg_operator o
WHERE o.oid >= 16384 AND NOT EXISTS (
    SELECT FROM bought b
    WHERE b.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND b.objid = o.oid)
UNION ALL
SELECT 'cast ' || pg_catalog.format_type(k.castsource, NULL) || ' '
       || pg_catalog.format_type(k.casttarget, NULL) || ' '
       || k.castfunc::pg_catalog.regproc::pg_catalog.text
FROM pg_catalog.pg_cast k
WHERE k.oid >= 16384 AND k.castfunc <> 0 AND NOT EXISTS (
    SELECT FROM bought b
    WHERE b.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND b.objid = k.oid)
UNION ALL
SELECT 'domain ' || pg_catalog.format_type(k.contypid, NULL) || ' '
       || pg_catalog.pg_get_expr(k.conbin, 0)
FROM pg_catalog.pg_constraint k WHERE k.contypid >= 16384 AND k.contype = 'c'
UNION ALL
SELECT 'order ' || a.amproc::pg_catalog.text FROM pg_catalog.pg_amproc a
WHERE a.amproc::pg_catalog.oid >= 16384 AND NOT EXISTS (
    SELECT FROM bought b
    WHERE b.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND b.objid = a.amproc)
UNION ALL
SELECT 'event trigger ' || e.evtname || ' on ' || e.evtevent || ' '
       || e.evtfoid::pg_catalog.regproc::pg_catalog.text
FROM pg_catalog.pg_event_trigger e WHERE e.evtenabled <> 'D'
ORDER BY 1
"""
"""What calls code of users without naming it."""
_TYPES = """
SELECT pg_catalog.concat_ws(' ', pg_catalog.format_type(t.oid, NULL), t.typtype,
    (SELECT pg_catalog.array_agg(e.enumlabel ORDER BY e.enumsortorder)
     FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid),
    pg_catalog.format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typnotnull, t.typdefault,
    nullif(t.typcollation, 0),
    (SELECT pg_catalog.array_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
                                 ORDER BY a.attnum)
     FROM pg_catalog.pg_attribute a
     WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT pg_catalog.format_type(r.rngsubtype, NULL) FROM pg_catalog.pg_range r
     WHERE r.rngtypid = t.oid))
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace AND n.nspname !~ '^pg_(temp|toast)'
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
WHERE t.oid >= 16384 AND t.typtype IN ('e', 'd', 'c', 'r') AND coalesce(c.relkind, 'c') = 'c'
UNION ALL
SELECT pg_catalog.concat_ws(' ', 'words', f.cfgnamespace, f.cfgname, f.cfgparser,
    ARRAY(SELECT pg_catalog.concat_ws(' ', m.maptokentype, m.mapseqno, d.dictnamespace, d.dictname,
                                      d.dicttemplate, d.dictinitoption)
          FROM pg_catalog.pg_ts_config_map m JOIN pg_catalog.pg_ts_dict d ON d.oid = m.mapdict
          WHERE m.mapcfg = f.oid ORDER BY m.maptokentype, m.mapseqno))
FROM pg_catalog.pg_ts_config f WHERE f.oid >= 16384
UNION ALL
SELECT pg_catalog.concat_ws(' ', 'order', l.collnamespace, l.collname,
                            pg_catalog.to_jsonb(l) - 'oid')
FROM pg_catalog.pg_collation l WHERE l.oid >= 16384
ORDER BY 1
"""
_DEFAULTS = """
SELECT t.typname, pg_catalog.pg_get_expr(t.typdefaultbin, 0) FROM pg_catalog.pg_type t
WHERE t.typtype = 'd' AND t.typdefaultbin IS NOT NULL AND t.oid >= 16384
"""
_SEQUENCES = """
SELECT c.oid::text, n.nspname, c.relname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND c.relpersistence <> 't'
"""
_OF_SEQUENCES = (("last_value", "bigint"), ("log_cnt", "bigint"), ("is_called", "boolean"))
_ACTIONS = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}

_Rows = list[tuple[str, ...]]


async def fetch(link: Link, *, plan: ScanPlan, has_reader: bool = False) -> Catalogue:
    """Read everything over one login of its own.

    Args:
        has_reader: reads may run as another role than this login's.

    Raises:
        psycopg.Error: the server refused or is gone.
    """
    await link.command(
        "SELECT pg_catalog.set_config('default_transaction_read_only', 'on', false),"
        " pg_catalog.set_config('lock_timeout', '200ms', false),"
        # Compiling these questions takes longer than answering them.
        " pg_catalog.set_config('jit', 'off', false)"
    )
    # First of all: what is changed while the rest is read shows as a change afterwards.
    marks = dict(await fetch_marks(link))
    marks[_SYSTEM] = (await _rows(link, _SYSTEM_COLUMNS))[0][0]
    previous = plan.previous
    is_system_known = previous is not None and previous.marks.get(_SYSTEM) == marks[_SYSTEM]
    bare = await _bare_relations(
        link, known=previous if is_system_known else None, has_reader=has_reader
    )
    risky = await _risky_types(link)
    functions = await _functions(link, [oid for oid, _, _ in risky])
    extras = Extras(
        operators=frozenset(row[0] for row in await _rows(link, _OPERATORS)),
        casts=frozenset(name for _, name, _ in risky),
        bare_casts=frozenset(name for _, name, is_bare in risky if is_bare == "true"),
        cast_columns=frozenset(row[0] for row in await _rows(link, _CAST_COLUMNS)),
        defaults=MappingProxyType(
            {name.casefold(): default for name, default in await _rows(link, _DEFAULTS)}
        ),
        unwritten=tuple(row[0] for row in await _rows(link, _UNWRITTEN)),
        types=tuple(row[0] for row in await _rows(link, _TYPES)),
    )
    quoting = await _is_quoting(link)
    path = await _rows(
        link, "SELECT pg_catalog.unnest(pg_catalog.current_schemas(false))::pg_catalog.text"
    )
    version = (await _rows(link, "SHOW server_version"))[0][0]

    look = bare_catalogue(
        engine=Engine.POSTGRESQL,
        server_version=version,
        search_path=tuple(row[0] for row in path),
        relations={(one.schema, one.name): one for one in bare},
        functions=functions,
        extras=extras,
    )

    async def sample(relation: Relation, rows: int) -> Samples:
        return await _sample(link, relation, rows) if is_plain_read(relation, look) else {}

    classified = await classify_relations(bare, engine=Engine.POSTGRESQL, plan=plan, sample=sample)
    return await asyncio.to_thread(
        build_catalogue,
        engine=Engine.POSTGRESQL,
        server_version=version,
        search_path=tuple(row[0] for row in path),
        relations=classified,
        functions=functions,
        extras=extras,
        words_quote_values=quoting,
        marks=marks,
        previous=plan.previous,
    )


async def _sequences(link: Link) -> list[Relation]:
    """Give each sequence's own row, where the server counts: numbers of nobody's."""
    harmless = Classification(sensitivity=None, evidence="It holds numbers made by the server.")
    columns = tuple(
        Column(name=name, type_name=kind, classification=harmless, number=number)
        for number, (name, kind) in enumerate(_OF_SEQUENCES, start=1)
    )
    return [
        Relation(schema=schema, name=name, kind=RelationKind.SYSTEM, columns=columns, oid=int(oid))
        for oid, schema, name in await _rows(link, _SEQUENCES)
    ]


async def _risky_types(link: Link) -> _Rows:
    acting = ",".join(sorted(acting_names(Engine.POSTGRESQL)))
    return _cells(await link.command(_RISKY, f"{{{acting}}}"))


async def _is_quoting(link: Link) -> bool:
    try:
        return bool(_cells(await link.command(_QUOTING, TELLING_IN_SQL)))
    except psycopg.errors.LockNotAvailable:
        # Nobody knows: pieces of them stay masked until the next scan.
        return True


async def _bare_relations(
    link: Link, *, known: Catalogue | None, has_reader: bool
) -> list[Relation]:
    columns = await _columns(link, known)
    code = await _kept_code(link)
    sources = {row[0]: row[1] for row in await _rows(link, _FOREIGN)}
    passes = set() if has_reader else {oid for (oid,) in await _rows(link, _PASSES)}
    primary, unique = await _keys(link)
    triggers, ways = await _triggers(link)
    rules: dict[str, list[str]] = defaultdict(list)
    for oid, name, definition, mode in await _rows_or_less(
        link, _RULES.format(definition=_RULE), _RULES.format(definition=_NOTHING)
    ):
        rules[oid].append(f"{name}: {definition}")
        ways[oid].append(f"{name} {mode}")
    definitions = await _definitions(link)
    parting: dict[str, list[str]] = defaultdict(list)
    for oid, name in await _rows(link, _PARTITION_KEYS):
        parting[oid].append(name)
    references: dict[str, list[str]] = defaultdict(list)
    for oid, source, name, on_delete, on_update in await _rows(link, _REFERENCES):
        references[oid].append(_reference(source, name, on_delete, on_update))
    foreign_keys = await _foreign_keys(link)
    relations = []
    found = await _rows(link, _RELATIONS)
    descendants = _descendants(found)
    for oid, schema, name, kind, tuples, pages, comment, rights, parents in found:
        relations.append(
            Relation(
                schema=schema,
                name=name,
                kind=RelationKind.SYSTEM if schema in _SYSTEM_SCHEMAS else _KINDS[kind],
                columns=tuple(columns[oid]),
                oid=int(oid),
                definition=definitions.get(oid, ""),
                primary_key=primary.get(oid, ()),
                unique_keys=tuple(unique[oid]),
                partition_keys=tuple(parting[oid]),
                row_estimate=int(tuples),
                size_bytes=int(pages) * _BLOCK_BYTES,
                triggers=tuple(triggers[oid]),
                trigger_ways=tuple(ways[oid]),
                rules=tuple(rules[oid]),
                referenced_by=tuple(references[oid]),
                foreign_keys=tuple(foreign_keys[oid]),
                parents=_parents(parents),
                children=descendants.get((schema, name), ()),
                code=tuple(code[oid]),
                passes_policies=oid in passes,
                source=sources.get(oid, ""),
                comment=comment,
                rights=rights,
            )
        )
    return relations + await _sequences(link)


async def _foreign_keys(link: Link) -> dict[str, list[ForeignKey]]:
    keys: dict[str, list[ForeignKey]] = defaultdict(list)
    for oid, schema, relation, columns, parent_columns in await _rows(link, _FOREIGN_KEYS):
        keys[oid].append(
            ForeignKey(
                columns=tuple(columns.split("\x01")),
                schema=schema,
                relation=relation,
                parent_columns=tuple(parent_columns.split("\x01")),
            )
        )
    return keys


def _parents(words: str) -> tuple[tuple[str, str], ...]:
    pairs = [word.partition("\x02") for word in words.split("\x01") if word]
    return tuple((schema, name) for schema, _, name in pairs)


def _descendants(found: _Rows) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
    """Give each parent all whose rows are its rows too."""
    children: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for _, schema, name, *_, parents in found:
        for parent in _parents(parents):
            children[parent].append((schema, name))
    descendants = {}
    for parent in children:
        # Each once, by whatever way it comes.
        reached = {parent: None}
        for one in (due := [parent]):
            due += (child for child in children.get(one, ()) if child not in reached)
            reached.update(dict.fromkeys(children.get(one, ())))
        descendants[parent] = tuple(reached)[1:]
    return descendants


async def _kept_code(link: Link) -> dict[str, list[KeptCode]]:
    """Read the expressions that the server computes with rows, or with a plan to read them."""
    code: dict[str, list[KeptCode]] = defaultdict(list)
    for oid, word, text in await _rows_or_less(
        link,
        _POLICIES.format(using=_USING, check=_CHECK),
        _POLICIES.format(using=_NOTHING, check=_NOTHING),
    ):
        code[oid].append(KeptCode(moment=Moment(word), text=text))
    has_statistics = link.server_version >= _SQL_BODY_VERSION
    computed = dict(_PRINTED, statistics=_STATISTICS if has_statistics else _NOTHING)
    where = "s.stxexprs IS NOT NULL" if has_statistics else "false"
    for oid, text in await _rows_or_less(
        link,
        _COMPUTED.format(has_statistics=where, **computed),
        _COMPUTED.format(has_statistics=where, **dict.fromkeys(computed, _NOTHING)),
    ):
        moment = Moment.READ if has_constant_part(text) else Moment.WRITE
        code[oid].append(KeptCode(moment=moment, text=text))
    if await _rows(link, _HAS_SORTING):
        for oid, call in await _rows(link, _SORTING):
            code[oid].append(KeptCode(moment=Moment.READ, text=call))
    return code


async def _columns(link: Link, known: Catalogue | None) -> dict[str, list[Column]]:
    """Read the columns; those of the server's own relations are many, and taken from ``known``."""
    columns: dict[str, list[Column]] = defaultdict(list)
    if known is not None:
        for relation in known.relations.values():
            if relation.oid < _FIRST_OF_USERS:
                columns[str(relation.oid)] = list(relation.columns)
    else:
        for oid, text in await _column_rows(link, _SERVERS_COLUMNS, f"< {_FIRST_OF_USERS}"):
            columns[oid] = list(_servers_columns(text))
    parts = {
        (oid, number): tuple(names.split("\x01"))
        for oid, number, names in await _rows(link, _PARTS)
    }
    for oid, *words, comment in await _column_rows(link, _COLUMNS, f">= {_FIRST_OF_USERS}"):
        inside = parts.get((oid, words[0]), ())
        columns[oid].append(_column(*words, comment=comment, parts=inside))
    return columns


async def _column_rows(link: Link, query: str, whose: str) -> _Rows:
    return await _rows_or_less(
        link,
        query.format(own=OWN_SCHEMA, default=_DEFAULT, whose=whose),
        query.format(own=OWN_SCHEMA, default=_NOTHING, whose=whose),
    )


@functools.lru_cache(maxsize=SYSTEM_MAX)
def _servers_columns(text: str) -> tuple[Column, ...]:
    return tuple(_column(*words.split("\x02")) for words in text.split("\x01"))


def _column(
    number: str,
    name: str,
    type_name: str,
    own: str,
    is_required: str,
    default: str,
    *,
    comment: str = "",
    parts: tuple[str, ...] = (),
) -> Column:
    return Column(
        name=name,
        type_name=printed_type(type_name, own),
        classification=UNCLASSIFIED,
        is_nullable=is_required != "true",
        default=default,
        comment=comment,
        number=int(number),
        parts=parts,
    )


async def _keys(
    link: Link,
) -> tuple[dict[str, tuple[str, ...]], dict[str, list[tuple[str, ...]]]]:
    primary: dict[str, tuple[str, ...]] = {}
    unique: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for oid, is_primary, names in await _rows(link, _KEYS):
        key = tuple(names.split("\x01"))
        if is_primary == "true":
            primary[oid] = key
        else:
            unique[oid].append(key)
    return primary, unique


async def _definitions(link: Link) -> dict[str, str]:
    """Print the views; one whose tables are locked has none, and is then not understood."""
    definitions = {}
    for (oid,) in await _rows(link, _VIEWS):
        with suppress(psycopg.errors.LockNotAvailable):
            result = await link.command(_DEFINITION, oid)
            definitions[oid] = _text(result.get_value(0, 0)) or ""
    return definitions


async def _triggers(link: Link) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Read triggers by relation, and how each of them fires."""
    triggers: dict[str, list[str]] = defaultdict(list)
    ways: dict[str, list[str]] = defaultdict(list)
    for oid, name, timing, events, function, way in await _rows(link, _TRIGGERS):
        triggers[oid].append(f"{name} ({timing} {events}, {function})")
        ways[oid].append(way)
    return triggers, ways


async def _functions(link: Link, risky: list[str]) -> list[Function]:
    query = _FUNCTIONS.format(risky=",".join(risky))
    body = _BODY if link.server_version >= _SQL_BODY_VERSION else "p.prosrc"
    return [
        Function(
            schema=schema,
            name=name,
            language=language,
            body=text,
            returns=returns,
            is_procedure=is_procedure == "true",
            volatility=volatility,
            argument_count=int(count),
            argument_names=tuple(names.split("\x01")) if names else (),
            result_names=tuple(results.split("\x01")) if results else (),
            search_path=path,
            traits=traits,
        )
        for (
            schema,
            name,
            language,
            text,
            returns,
            is_procedure,
            volatility,
            count,
            names,
            results,
            path,
            traits,
        ) in await _rows_or_less(link, query.format(body=body), query.format(body="p.prosrc"))
    ]


def _reference(source: str, name: str, on_delete: str, on_update: str) -> str:
    words = [
        f"{event} {_ACTIONS[action]}"
        for event, action in (("ON DELETE", on_delete), ("ON UPDATE", on_update))
        if action in _ACTIONS
    ]
    return f"{source} ({name}, {', '.join(words)})"


async def _sample(link: Link, relation: Relation, rows: int) -> Samples:
    """Read a few rows, cut short, within a second; what cannot be read is simply not sampled."""
    if not relation.columns:
        return {}
    text = _sample_query(relation, rows)
    try:
        await link.command("BEGIN READ ONLY")
        await link.command(
            "SELECT pg_catalog.set_config('statement_timeout', $1, true),"
            " pg_catalog.set_config('lock_timeout', '200ms', true)",
            _SAMPLE_TIMEOUT_MS,
        )
        result = await link.command(text, timeout_s=5.0)
        samples = {
            column.name: [
                _text(result.get_value(number, place)) for number in range(result.ntuples)
            ]
            for place, column in enumerate(relation.columns)
        }
    except psycopg.Error:
        if link.is_lost:
            raise
        samples = {}
    if link.transaction_status != pq.TransactionStatus.IDLE:
        await link.command("ROLLBACK")
    return samples


def _sample_query(relation: Relation, rows: int) -> str:
    # A document that is cut says nothing by the names behind the cut.
    cells = sql.SQL(", ").join(
        sql.SQL(
            "pg_catalog.left({0}::pg_catalog.text,"
            " CASE WHEN pg_catalog.left({0}::pg_catalog.text, 40) OPERATOR(pg_catalog.~) {3}"
            " THEN {1} ELSE {2} END)"
        ).format(
            sql.Identifier(column.name),
            sql.Literal(DOCUMENT_CHARACTERS),
            sql.Literal(SAMPLE_CHARACTERS),
            sql.Literal(_DOCUMENT_BEGINS),
        )
        for column in relation.columns
    )
    portion: sql.Composable = sql.SQL("")
    if relation.row_estimate > 2 * rows:
        portion = _portion(relation, rows)
    query = sql.SQL("SELECT {} FROM {}{} LIMIT {}").format(
        cells, sql.Identifier(relation.schema, relation.name), portion, sql.Literal(rows)
    )
    return query.as_string()


_DOCUMENT_BEGINS = r"""^(\s*[{[<("]|\\x([2-7][0-9a-f]|0[9ad]){8})"""
"""A row or a string may hold a document, and bytes may be text."""


def _portion(relation: Relation, rows: int) -> sql.Composable:
    """Choose a few pages from all over a large table, and a few rows of each.

    The oldest rows are often unlike the rest, and LIMIT alone would take the first pages whole.
    """
    pages = relation.size_bytes // _BLOCK_BYTES
    wanted = _SPARE * rows
    share = 5 * wanted / relation.row_estimate
    if pages > 0:
        share = max(_PAGES, wanted * pages / relation.row_estimate) / pages
    share = min(1.0, share)
    chance = min(1.0, wanted / (share * relation.row_estimate))
    return sql.SQL(" TABLESAMPLE SYSTEM ({}) WHERE pg_catalog.random() <= {}").format(
        sql.Literal(100 * share), sql.Literal(chance)
    )


async def _rows_or_less(link: Link, full: str, less: str) -> _Rows:
    try:
        return await _rows(link, full)
    except psycopg.errors.LockNotAvailable:
        return await _rows(link, less)


async def _rows(link: Link, text: str) -> _Rows:
    return _cells(await link.command(text))


def _cells(result: pq.abc.PGresult) -> _Rows:
    value, places = result.get_value, range(result.nfields)
    return [
        tuple([(value(number, place) or b"").decode(errors="replace") for place in places])
        for number in range(result.ntuples)
    ]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="replace")
