# What drivers, consoles, monitors and dumps send, sessions that set themselves up, temporary tables, and functions
# and clauses of all families, on tests/seed/shop_postgres.sql: each answer is the database's own, byte for byte.
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ ;; show default_transaction_isolation ;; select 1
SELECT set_config('application_name', 'DBeaver 24', false) ;; show application_name
SELECT pg_catalog.set_config('search_path', '', false) ;; show search_path ;; select count(*) from public.products ;; RESET search_path ;; show search_path
SET search_path TO "$user", public ;; show search_path ;; select count(*) from products
SELECT set_config('bytea_output','hex',false) FROM pg_show_all_settings() WHERE name = 'bytea_output'
SELECT set_config('bytea_output','hex',false) FROM pg_catalog.pg_settings WHERE name = 'bytea_output' ;; SELECT set_config('bytea_output','hex',false) FROM pg_settings WHERE name = 'bytea_output' ;; show bytea_output
BEGIN ;; SELECT set_config('app.tenant', '42', true) ;; select current_setting('app.tenant') ;; COMMIT
SET work_mem='7MB' ;; RESET ALL ;; show work_mem ;; show datestyle
SET work_mem='7MB' ;; DISCARD ALL ;; show work_mem ;; show standard_conforming_strings
SET statement_timeout = 0 ;; SET lock_timeout = 0 ;; SET idle_in_transaction_session_timeout = 0 ;; SET transaction_timeout = 0 ;; SET client_encoding = 'UTF8' ;; SET standard_conforming_strings = on ;; SET check_function_bodies = false ;; SET xmloption = content ;; SET client_min_messages = warning ;; SET row_security = off ;; SET default_tablespace = '' ;; SET default_table_access_method = heap
SET search_path = pg_catalog, public ;; select count(*) from products ;; show search_path
SET XML OPTION DOCUMENT ;; show xmloption
SET NAMES DEFAULT ;; show client_encoding
SET transaction_isolation = 'serializable'
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE ;; show default_transaction_deferrable ;; show default_transaction_read_only
RESET client_encoding ;; RESET role ;; RESET timezone ;; RESET "application_name"
SELECT pg_advisory_unlock_all() ;; CLOSE ALL ;; UNLISTEN * ;; RESET ALL
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE ;; select 1 ;; COMMIT
set time zone 'UTC' ;; SET LOCAL work_mem='5MB' ;; set timezone = default
SHOW transaction_read_only
SET idle_in_transaction_session_timeout = '5s' ;; SHOW idle_in_transaction_session_timeout
SET row_security = off ;; RESET ALL ;; SHOW row_security ;; show client_encoding
SET default_transaction_read_only = on ;; show default_transaction_read_only ;; SET default_transaction_read_only = off ;; show default_transaction_read_only
WITH RECURSIVE s AS (SELECT id, 1 as d FROM products where id=1 UNION ALL SELECT p.id, d+1 FROM products p join s on p.id = s.id+1 where d<3) SEARCH BREADTH FIRST BY id, d SET ord SELECT id, d, ord FROM s order by ord
WITH RECURSIVE s AS (SELECT id, 1 as d FROM products where id=1 UNION ALL SELECT p.id, d+1 FROM products p join s on p.id = s.id+1 where d<3) CYCLE id SET is_cycle USING path SELECT * FROM s order by id
WITH RECURSIVE s(x,y) AS (SELECT id, 1 as d FROM products where id=1 UNION ALL SELECT p.id, y+1 FROM products p join s on p.id = s.x+1 where y<3) SEARCH DEPTH FIRST BY x SET ord CYCLE x, y SET is_cycle TO 'Y' DEFAULT 'N' USING path SELECT * FROM s order by ord
SELECT * FROM ROWS FROM (generate_series(1,3), regexp_split_to_table('STS,RTG', ',')) AS r(n, eq)
SELECT * FROM ROWS FROM (generate_series(1,3), unnest(array['a','b'])) WITH ORDINALITY
SELECT c.ord, c.cert FROM (values (array['x','y'])) w(certs), LATERAL unnest(w.certs) WITH ORDINALITY AS c(cert, ord) order by 1
SELECT * FROM (values (array['x','y'])) w(certs) CROSS JOIN LATERAL unnest(w.certs) WITH ORDINALITY AS c(cert, ord) order by 3
SELECT * FROM (values ('{"a":1,"b":2}'::jsonb)) w(j) CROSS JOIN LATERAL jsonb_each_text(w.j) WITH ORDINALITY AS c(k, v, ord) order by 4
CREATE TEMPORARY TABLE tmp_perf AS SELECT id, count(*) AS moves FROM products GROUP BY id ;; CREATE INDEX ON tmp_perf (id) ;; ANALYZE tmp_perf ;; SELECT id, moves FROM tmp_perf ORDER BY id limit 3
CREATE TEMP VIEW late_calls AS SELECT id FROM products where id < 5 ;; SELECT * FROM late_calls ORDER BY id DESC ;; DROP VIEW late_calls
CREATE TEMP TABLE "import_batch" ("isrc" char(12), "plays" integer DEFAULT 1) ON COMMIT PRESERVE ROWS ;; INSERT INTO "import_batch" ("isrc", "plays") VALUES ('NLZ032300003', 4), ('FRZ012300001', 2), ('XXZ990000000', 9) RETURNING "isrc" ;; SELECT b.isrc, b.plays FROM import_batch b ORDER BY b.isrc
BEGIN ;; CREATE TEMPORARY TABLE top_terr ON COMMIT DROP AS SELECT id, stock as p FROM products ;; UPDATE top_terr SET p = p * 2 WHERE id = 2 ;; DELETE FROM top_terr WHERE id = 3 ;; SELECT * FROM top_terr ORDER BY id limit 5 ;; COMMIT ;; SELECT to_regclass('pg_temp.top_terr') IS NULL AS gone
CREATE TEMP TABLE t_ids AS SELECT id FROM products WHERE id % 5 = 0 ;; TRUNCATE t_ids ;; INSERT INTO t_ids SELECT generate_series(1, 4) ;; SELECT w.id FROM products w NATURAL JOIN t_ids ORDER BY 1 ;; DROP TABLE t_ids
DROP TABLE IF EXISTS tmp_x ;; CREATE TEMP TABLE tmp_x (id int primary key, note text not null default 'x', n numeric(10,2) default 0, at timestamptz default current_timestamp) ;; insert into tmp_x (id) values (1),(2) ;; select id, note, n from tmp_x ;; drop table if exists tmp_x
CREATE TEMP TABLE tz AS SELECT email FROM users ;; select count(*) from tz
select id into temp tt from products ;; select count(*) from tt
create temp table if not exists q (a int) ;; insert into pg_temp.q values (1) ;; select * from pg_temp.q ;; merge into q using (values (1)) v(a) on q.a = v.a when matched then update set a = 5 ;; table q
BEGIN ;; create temp table gone (a int) ;; ROLLBACK ;; insert into gone values (1)
SELECT spcname AS "Name", pg_catalog.pg_get_userbyid(spcowner) AS "Owner", pg_catalog.pg_tablespace_location(oid) AS "Location" FROM pg_catalog.pg_tablespace ORDER BY 1
SELECT n.nspname as "Schema", c.relname as "Name", CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 't' THEN 'TOAST table' WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index' END as "Type", pg_catalog.pg_get_userbyid(c.relowner) as "Owner", CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 't' THEN 'temporary' WHEN 'u' THEN 'unlogged' END as "Persistence", am.amname as "Access method", pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid)) as "Size", pg_catalog.obj_description(c.oid, 'pg_class') as "Description" FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam WHERE c.relkind IN ('r','p','v','m','S','f','') AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1,2
SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull, (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS attcollation, a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'public.products'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT c2.relname, i.indisprimary, i.indisunique, i.indisclustered, i.indisvalid, pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), pg_catalog.pg_get_constraintdef(con.oid, true), contype, condeferrable, condeferred, i.indisreplident, c2.reltablespace FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i LEFT JOIN pg_catalog.pg_constraint con ON (conrelid = i.indrelid AND conindid = i.indexrelid AND contype IN ('p','u','x')) WHERE c.oid = 'public.products'::regclass AND c.oid = i.indrelid AND i.indexrelid = c2.oid ORDER BY i.indisprimary DESC, c2.relname
SELECT conname, pg_catalog.pg_get_constraintdef(r.oid, true) as condef, conrelid::pg_catalog.regclass AS ontable FROM pg_catalog.pg_constraint r WHERE r.conrelid = 'public.orders'::regclass AND r.contype = 'f' AND conparentid = 0 ORDER BY conname
SELECT pol.polname, pol.polpermissive, CASE WHEN pol.polroles = '{0}' THEN NULL ELSE pg_catalog.array_to_string(array(select rolname from pg_catalog.pg_roles where oid = any (pol.polroles) order by 1),',') END, pg_catalog.pg_get_expr(pol.polqual, pol.polrelid), CASE pol.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' END AS cmd FROM pg_catalog.pg_policy pol WHERE pol.polrelid = 'public.products'::regclass ORDER BY 1
SELECT oid, stxrelid::pg_catalog.regclass, stxnamespace::pg_catalog.regnamespace::pg_catalog.text AS nsp, stxname, pg_catalog.pg_get_statisticsobjdef_columns(oid) AS columns, 'd' = any(stxkind) AS ndist_enabled, 'f' = any(stxkind) AS deps_enabled, 'm' = any(stxkind) AS mcv_enabled, stxstattarget FROM pg_catalog.pg_statistic_ext WHERE stxrelid = 'public.products'::regclass ORDER BY nsp, stxname
SELECT pubname, NULL, NULL FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication_namespace pn ON p.oid = pn.pnpubid JOIN pg_catalog.pg_class pc ON pc.relnamespace = pn.pnnspid WHERE pc.oid ='public.products'::regclass and pg_catalog.pg_relation_is_publishable('public.products'::regclass) UNION SELECT pubname, pg_get_expr(pr.prqual, c.oid), (CASE WHEN pr.prattrs IS NOT NULL THEN (SELECT string_agg(attname, ', ') FROM pg_catalog.generate_series(0, pg_catalog.array_upper(pr.prattrs::pg_catalog.int2[], 1)) s, pg_catalog.pg_attribute WHERE attrelid = pr.prrelid AND attnum = prattrs[s]) ELSE NULL END) FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication_rel pr ON p.oid = pr.prpubid JOIN pg_catalog.pg_class c ON c.oid = pr.prrelid WHERE pr.prrelid = 'public.products'::regclass ORDER BY 1
SELECT c.oid::pg_catalog.regclass FROM pg_catalog.pg_class c, pg_catalog.pg_inherits i WHERE c.oid = i.inhparent AND i.inhrelid = 'public.products'::regclass AND c.relkind != 'p' AND c.relkind != 'I' ORDER BY inhseqno
SELECT c.oid::pg_catalog.regclass, c.relkind, inhdetachpending, pg_catalog.pg_get_expr(c.relpartbound, c.oid) FROM pg_catalog.pg_class c, pg_catalog.pg_inherits i WHERE c.oid = i.inhrelid AND i.inhparent = 'public.products'::regclass ORDER BY pg_catalog.pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT', c.oid::pg_catalog.regclass::pg_catalog.text
SELECT r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolconnlimit, r.rolvaliduntil, r.rolreplication, r.rolbypassrls FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_' ORDER BY 1
SELECT n.nspname as "Schema", p.proname as "Name", pg_catalog.pg_get_function_result(p.oid) as "Result data type", pg_catalog.pg_get_function_arguments(p.oid) as "Argument data types", CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' WHEN 'p' THEN 'proc' ELSE 'func' END as "Type", CASE WHEN p.provolatile = 'i' THEN 'immutable' WHEN p.provolatile = 's' THEN 'stable' WHEN p.provolatile = 'v' THEN 'volatile' END as "Volatility", CASE WHEN prosecdef THEN 'definer' ELSE 'invoker' END AS "Security", CASE WHEN pg_catalog.array_length(p.proacl, 1) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(p.proacl, E'\n') END AS "Access privileges", l.lanname as "Language", CASE WHEN l.lanname IN ('internal', 'c') THEN p.prosrc END as "Internal name", pg_catalog.obj_description(p.oid, 'pg_proc') as "Description" FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace LEFT JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE pg_catalog.pg_function_is_visible(p.oid) AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' ORDER BY 1, 2, 4
SELECT n.nspname as "Schema", pg_catalog.format_type(t.oid, NULL) AS "Name", pg_catalog.obj_description(t.oid, 'pg_type') as "Description" FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE (t.typrelid = 0 OR (SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid)) AND NOT EXISTS(SELECT 1 FROM pg_catalog.pg_type el WHERE el.oid = t.typelem AND el.typarray = t.oid) AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' AND pg_catalog.pg_type_is_visible(t.oid) ORDER BY 1, 2
SELECT n.nspname as "Schema", t.typname as "Name", pg_catalog.format_type(t.typbasetype, t.typtypmod) as "Type", (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type bt WHERE c.oid = t.typcollation AND bt.oid = t.typbasetype AND t.typcollation <> bt.typcollation) as "Collation", CASE WHEN t.typnotnull THEN 'not null' END as "Nullable", t.typdefault as "Default", pg_catalog.array_to_string(ARRAY( SELECT pg_catalog.pg_get_constraintdef(r.oid, true) FROM pg_catalog.pg_constraint r WHERE t.oid = r.contypid AND r.contype = 'c' ORDER BY r.conname), ' ') as "Check" FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' AND pg_catalog.pg_type_is_visible(t.oid) ORDER BY 1, 2
SELECT e.extname AS "Name", e.extversion AS "Version", n.nspname AS "Schema", d.description AS "Description" FROM pg_catalog.pg_extension e LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace LEFT JOIN pg_catalog.pg_description d ON d.objoid = e.oid AND d.classoid = 'pg_catalog.pg_extension'::pg_catalog.regclass ORDER BY 1
SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM, c.relname AS TABLE_NAME, CASE n.nspname ~ '^pg_' OR n.nspname = 'information_schema' WHEN true THEN 'SYSTEM' ELSE CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'v' THEN 'VIEW' ELSE NULL END END AS TABLE_TYPE, d.description AS REMARKS, '' as TYPE_CAT, '' as SELF_REFERENCING_COL_NAME FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0 and d.classoid = 'pg_class'::regclass) WHERE c.relnamespace = n.oid AND n.nspname LIKE 'public' ORDER BY TABLE_TYPE,TABLE_SCHEM,TABLE_NAME
SELECT * FROM (SELECT current_database() AS current_database, n.nspname,c.relname,a.attname,a.atttypid,a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS attnotnull,a.atttypmod,a.attlen,t.typtypmod,row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum, nullif(a.attidentity, '') as attidentity,nullif(a.attgenerated, '') as attgenerated,pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc,dsc.description,t.typbasetype,t.typtype FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid) JOIN pg_catalog.pg_attribute a ON (a.attrelid=c.oid) JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid) LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid=def.adrelid AND a.attnum = def.adnum) LEFT JOIN pg_catalog.pg_description dsc ON (c.oid=dsc.objoid AND a.attnum = dsc.objsubid) LEFT JOIN pg_catalog.pg_class dc ON (dc.oid=dsc.classoid AND dc.relname='pg_class') LEFT JOIN pg_catalog.pg_namespace dn ON (dc.relnamespace=dn.oid AND dn.nspname='pg_catalog') WHERE c.relkind in ('r','p','v','f','m') and a.attnum > 0 AND NOT a.attisdropped AND n.nspname LIKE 'public' AND c.relname LIKE 'products') c WHERE true ORDER BY nspname,c.relname,attnum
SELECT result.TABLE_CAT, result.TABLE_SCHEM, result.TABLE_NAME, result.COLUMN_NAME, result.KEY_SEQ, result.PK_NAME FROM (SELECT current_database() AS TABLE_CAT, n.nspname AS TABLE_SCHEM, ct.relname AS TABLE_NAME, a.attname AS COLUMN_NAME, (information_schema._pg_expandarray(i.indkey)).n AS KEY_SEQ, ci.relname AS PK_NAME, information_schema._pg_expandarray(i.indkey) AS KEYS, a.attnum AS A_ATTNUM FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON (ct.oid = a.attrelid) JOIN pg_catalog.pg_namespace n ON (ct.relnamespace = n.oid) JOIN pg_catalog.pg_index i ON ( a.attrelid = i.indrelid) JOIN pg_catalog.pg_class ci ON (ci.oid = i.indexrelid) WHERE true AND n.nspname = 'public' AND ct.relname = 'products' AND i.indisprimary ) result where result.A_ATTNUM = (result.KEYS).x ORDER BY result.table_name, result.pk_name, result.key_seq
SELECT NULL::text AS PKTABLE_CAT, pkn.nspname AS PKTABLE_SCHEM, pkc.relname AS PKTABLE_NAME, pka.attname AS PKCOLUMN_NAME, fkn.nspname AS FKTABLE_SCHEM, fkc.relname AS FKTABLE_NAME, fka.attname AS FKCOLUMN_NAME, pos.n AS KEY_SEQ, CASE con.confupdtype WHEN 'c' THEN 0 WHEN 'n' THEN 2 WHEN 'd' THEN 4 WHEN 'r' THEN 1 WHEN 'p' THEN 1 WHEN 'a' THEN 3 ELSE NULL END AS UPDATE_RULE, con.conname AS FK_NAME, pkic.relname AS PK_NAME FROM pg_catalog.pg_namespace pkn, pg_catalog.pg_class pkc, pg_catalog.pg_attribute pka, pg_catalog.pg_namespace fkn, pg_catalog.pg_class fkc, pg_catalog.pg_attribute fka, pg_catalog.pg_constraint con, pg_catalog.generate_series(1, 32) pos(n), pg_catalog.pg_class pkic WHERE pkn.oid = pkc.relnamespace AND pkc.oid = pka.attrelid AND pka.attnum = con.confkey[pos.n] AND con.confrelid = pkc.oid AND fkn.oid = fkc.relnamespace AND fkc.oid = fka.attrelid AND fka.attnum = con.conkey[pos.n] AND con.conrelid = fkc.oid AND con.contype = 'f' AND pkic.relkind IN ('i', 'I') AND pkic.oid = con.conindid AND fkc.relname = 'orders' ORDER BY pkn.nspname,pkc.relname, con.conname,pos.n
SELECT ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, t.elemtypoid FROM (SELECT typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typrelid, typ.typnotnull, typ.relkind, elemtyp.oid AS elemtypoid, elemtyp.typname AS elemtypname, elemcls.relkind AS elemrelkind, CASE WHEN elemproc.proname='array_recv' THEN 'a' ELSE elemtyp.typtype END AS elemtyptype FROM ( SELECT typ.oid, typnamespace, typname, typrelid, typnotnull, relkind, typelem AS elemoid, CASE WHEN proc.proname='array_recv' THEN 'a' ELSE typ.typtype END AS typtype, CASE WHEN proc.proname='array_recv' THEN typ.typelem WHEN typ.typtype='r' THEN rngsubtype WHEN typ.typtype='d' THEN typ.typbasetype END AS elemtypoid FROM pg_type AS typ LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid) LEFT JOIN pg_proc AS proc ON proc.oid = typ.typreceive LEFT JOIN pg_range ON (pg_range.rngtypid = typ.oid) ) AS typ LEFT JOIN pg_type AS elemtyp ON elemtyp.oid = elemtypoid LEFT JOIN pg_class AS elemcls ON (elemcls.oid = elemtyp.typrelid) LEFT JOIN pg_proc AS elemproc ON elemproc.oid = elemtyp.typreceive) AS t JOIN pg_namespace AS ns ON (ns.oid = typnamespace) WHERE t.typname in ('int4','text','_text','numeric') ORDER BY t.oid
SELECT typ.oid, att.attname, att.atttypid FROM pg_type AS typ JOIN pg_namespace AS ns ON (ns.oid = typ.typnamespace) JOIN pg_class AS cls ON (cls.oid = typ.typrelid) JOIN pg_attribute AS att ON (att.attrelid = typ.typrelid) WHERE (typ.typtype = 'c' AND cls.relkind='c') AND attnum > 0 AND NOT attisdropped ORDER BY typ.oid, att.attnum
SELECT pg_type.oid, enumlabel FROM pg_enum JOIN pg_type ON pg_type.oid=enumtypid ORDER BY oid, enumsortorder
SELECT t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsubtype, t.typtype, t.typbasetype FROM pg_type as t LEFT JOIN pg_range as r ON oid = rngtypid WHERE t.typname IN ('int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'bool') ORDER BY t.oid
SELECT a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), a.attnotnull, a.atttypid, a.atttypmod, c.collname, col_description(a.attrelid, a.attnum) AS comment, attidentity AS identity, attgenerated as attgenerated FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum LEFT JOIN pg_type t ON a.atttypid = t.oid LEFT JOIN pg_collation c ON a.attcollation = c.oid AND a.attcollation <> t.typcollation WHERE a.attrelid = '"products"'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT distinct i.relname, d.indisunique, d.indkey, pg_get_indexdef(d.indexrelid), pg_catalog.obj_description(i.oid, 'pg_class') AS comment, d.indisvalid, ARRAY( SELECT pg_get_indexdef(d.indexrelid, k + 1, true) FROM generate_subscripts(d.indkey, 1) AS k ORDER BY k ) AS columns FROM pg_class t INNER JOIN pg_index d ON t.oid = d.indrelid INNER JOIN pg_class i ON d.indexrelid = i.oid LEFT JOIN pg_namespace n ON n.oid = t.relnamespace WHERE i.relkind IN ('i', 'I') AND d.indisprimary = 'f' AND t.relname = 'products' AND n.nspname = ANY (current_schemas(false)) ORDER BY i.relname
SELECT c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r','v','m','p','f') order by 1
SELECT c.conname, c.conrelid::regclass::text, array(SELECT attname FROM unnest(c.conkey) WITH ORDINALITY cols(colid, arridx) JOIN pg_attribute AS ca ON cols.colid = ca.attnum WHERE ca.attrelid = c.conrelid ORDER BY cols.arridx), c.contype, (SELECT fkc.relname || '.' || fka.attname FROM pg_attribute AS fka JOIN pg_class AS fkc ON fka.attrelid = fkc.oid WHERE fka.attrelid = c.confrelid AND fka.attnum = c.confkey[1]), cl.reloptions FROM pg_constraint AS c JOIN pg_class AS cl ON c.conrelid = cl.oid WHERE cl.relname = 'orders' AND pg_catalog.pg_table_is_visible(cl.oid) order by 1
SELECT indexname, array_agg(attname ORDER BY arridx), indisunique, indisprimary, array_agg(ordering ORDER BY arridx), amname, exprdef, s2.attoptions FROM ( SELECT c2.relname as indexname, idx.*, attr.attname, am.amname, CASE WHEN idx.indexprs IS NOT NULL THEN pg_get_indexdef(idx.indexrelid) END AS exprdef, CASE am.amname WHEN 'btree' THEN CASE (option & 1) WHEN 1 THEN 'DESC' ELSE 'ASC' END END as ordering, c2.reloptions as attoptions FROM ( SELECT * FROM pg_index i, unnest(i.indkey, i.indoption) WITH ORDINALITY koi(key, option, arridx) ) idx LEFT JOIN pg_class c ON idx.indrelid = c.oid LEFT JOIN pg_class c2 ON idx.indexrelid = c2.oid LEFT JOIN pg_am am ON c2.relam = am.oid LEFT JOIN pg_attribute attr ON attr.attrelid = c.oid AND attr.attnum = idx.key WHERE c.relname = 'products' AND pg_catalog.pg_table_is_visible(c.oid) ) s2 GROUP BY indexname, indisunique, indisprimary, amname, exprdef, attoptions order by 1
SELECT setting::int FROM pg_settings WHERE name = 'max_identifier_length'
select pg_catalog.version() ;; select current_schema() ;; show standard_conforming_strings ;; SHOW transaction isolation level ;; select 'a' = 'b'
SELECT relation.relname, relation.relkind, oid::text FROM pg_class relation WHERE relname='products' order by 3
SELECT db.oid as did, db.datname, db.datallowconn, pg_encoding_to_char(db.encoding) AS serverencoding, has_database_privilege(db.oid, 'CREATE') as cancreate, datistemplate FROM pg_catalog.pg_database db WHERE db.datname = current_database()
SELECT roles.oid as id, roles.rolname as name, roles.rolsuper as is_superuser, CASE WHEN roles.rolsuper THEN true ELSE roles.rolcreaterole END as can_create_role, CASE WHEN roles.rolsuper THEN true ELSE roles.rolcreatedb END as can_create_db, CASE WHEN 'pg_signal_backend'=ANY(ARRAY(WITH RECURSIVE cte AS ( SELECT pg_roles.oid,pg_roles.rolname FROM pg_roles WHERE pg_roles.oid = roles.oid UNION ALL SELECT m.roleid,pgr.rolname FROM cte cte_1 JOIN pg_auth_members m ON m.member = cte_1.oid JOIN pg_roles pgr ON pgr.oid = m.roleid) SELECT rolname FROM cte)) THEN True ELSE False END as can_signal_backend FROM pg_catalog.pg_roles as roles WHERE rolname = current_user
SELECT gss_authenticated, encrypted FROM pg_catalog.pg_stat_gssapi WHERE pid = pg_backend_pid()
SELECT nsp.oid, nsp.nspname as name, has_schema_privilege(nsp.oid, 'CREATE') as can_create, has_schema_privilege(nsp.oid, 'USAGE') as has_usage, des.description FROM pg_catalog.pg_namespace nsp LEFT OUTER JOIN pg_catalog.pg_description des ON (des.objoid=nsp.oid AND des.classoid='pg_namespace'::regclass) WHERE nspname NOT LIKE 'pg\_%' AND NOT ((nsp.nspname = 'pg_catalog' AND EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'pg_class' AND relnamespace = nsp.oid LIMIT 1)) OR (nsp.nspname = 'information_schema' AND EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'tables' AND relnamespace = nsp.oid LIMIT 1))) ORDER BY nspname
SELECT rel.oid, rel.relname AS name, (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgrelid=rel.oid AND tgisinternal = FALSE) AS triggercount, (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgrelid=rel.oid AND tgisinternal = FALSE AND tgenabled = 'O') AS has_enable_triggers, (CASE WHEN rel.relkind = 'p' THEN true ELSE false END) AS is_partitioned, nsp.nspname AS schema, pg_get_userbyid(rel.relowner) AS relowner FROM pg_catalog.pg_class rel JOIN pg_catalog.pg_namespace nsp ON nsp.oid = rel.relnamespace WHERE rel.relkind IN ('r','t','f','p') AND nsp.nspname = 'public' AND NOT rel.relispartition ORDER BY rel.relname
select n.oid::bigint as id, n.xmin as state_number, n.nspname as name, D.description, pg_catalog.pg_get_userbyid(N.nspowner) as "owner" from pg_catalog.pg_namespace N left join pg_catalog.pg_description D on N.oid = D.objoid where n.nspname='public' order by case when nspname = pg_catalog.current_schema() then -1::bigint else N.oid::bigint end
select T.oid table_id, relname table_name, relpersistence, relkind, pg_catalog.pg_get_userbyid(T.relowner) as "owner", reloptions from pg_catalog.pg_class T where relnamespace = 'public'::regnamespace and relkind in ('r', 'm', 'v', 'f', 'p') order by table_id
with T as ( select distinct T.oid as table_id, T.relname as table_name from pg_catalog.pg_class T, pg_catalog.pg_attribute A where T.relnamespace = 'public'::regnamespace::oid and T.relkind in ('r', 'm', 'v', 'f', 'p') and A.attrelid = T.oid ) select T.table_id, C.attnum as column_position, C.attname as column_name, C.xmin as column_state_number, C.atttypmod as type_mod, C.attndims as dimensions_number, pg_catalog.format_type(C.atttypid, C.atttypmod) as type_spec, C.atttypid as type_id, C.attnotnull as mandatory, pg_catalog.pg_get_expr(D.adbin, T.table_id) as column_default_expression, not C.attislocal as column_is_inherited, C.attfdwoptions as options, C.attisdropped as column_is_dropped, C.attidentity as identity_kind, C.attgenerated as generated from T inner join pg_catalog.pg_attribute C on T.table_id = C.attrelid left outer join pg_catalog.pg_attrdef D on (C.attrelid, C.attnum) = (D.adrelid, D.adnum) where attnum > 0 and T.table_name='products' order by table_id, attnum
SELECT x.oid,x.* FROM pg_catalog.pg_namespace x WHERE nspname='public' ORDER BY nspname
SELECT t.oid,t.*,c.relkind,format_type(nullif(t.typbasetype, 0), t.typtypmod) as base_type_name, d.description FROM pg_catalog.pg_type t LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid=t.typelem LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid=t.typrelid LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid=d.objoid WHERE t.typname IS NOT NULL AND (c.relkind IS NULL OR c.relkind = 'c') AND (et.typcategory IS NULL OR et.typcategory <> 'C') and t.typname in ('int4','text') order by 1
SELECT c.oid,a.attnum,a.attname,c.relname,n.nspname,a.attnotnull OR (t.typtype = 'd' AND t.typnotnull),a.attidentity != '' OR pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE '%nextval(%' FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON (c.relnamespace = n.oid) JOIN pg_catalog.pg_attribute a ON (c.oid = a.attrelid) JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid) LEFT JOIN pg_catalog.pg_attrdef d ON (d.adrelid = a.attrelid AND d.adnum = a.attnum) JOIN (SELECT 'products'::regclass::oid AS oid , 1 AS attnum UNION ALL SELECT 'products'::regclass::oid, 2) vals ON (c.oid = vals.oid AND a.attnum = vals.attnum) order by 2
SELECT table_name, table_schema, column_name, data_type, is_nullable, column_default, character_maximum_length, numeric_precision, udt_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position
SELECT tc.table_name, kcu.column_name, ccu.table_name AS foreign_table_name, ccu.column_name AS foreign_column_name, rc.update_rule, rc.delete_rule FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage kcu ON tc.constraint_name = kcu.constraint_name JOIN information_schema.constraint_column_usage ccu ON ccu.constraint_name = tc.constraint_name JOIN information_schema.referential_constraints rc ON rc.constraint_name = tc.constraint_name WHERE tc.constraint_type = 'FOREIGN KEY' ORDER BY 1, 2
SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_stat_statements' AND installed_version IS NOT NULL)
SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'active' ;; SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
SELECT pg_database.datname, pg_database_size(pg_database.datname) > 0 as size FROM pg_database where datname = 'template1'
SELECT slot_name, slot_type, database, active, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) FROM pg_replication_slots ORDER BY 1
SELECT CASE WHEN NOT pg_is_in_recovery() THEN 0 ELSE GREATEST (0, EXTRACT(EPOCH FROM (now() - pg_last_xact_replay_timestamp()))) END AS lag
SELECT relname, seq_scan >= 0, idx_scan IS NULL OR idx_scan >= 0, n_dead_tup >= 0, last_vacuum, last_autovacuum FROM pg_stat_user_tables ORDER BY relname
SELECT schemaname, relname, indexrelname, idx_blks_read >= 0, idx_blks_hit >= 0 FROM pg_statio_user_indexes ORDER BY 1,2,3
SELECT tmp.datname, tmp2.mode, COALESCE(count,0) >= 0 FROM (VALUES ('accesssharelock'),('exclusivelock')) AS tmp2(mode) CROSS JOIN (SELECT datname FROM pg_database WHERE datname='template1') tmp LEFT JOIN (SELECT database, lower(mode) AS mode, count(*) AS count FROM pg_locks WHERE database IS NOT NULL GROUP BY database, lower(mode)) AS l ON tmp2.mode = l.mode ORDER BY 1,2
SELECT sum(numbackends) > 0, sum(xact_commit) >= 0 FROM pg_stat_database ;; SELECT count(*) > 0 FROM pg_ls_waldir() ;; SELECT sum(size) > 0 FROM pg_ls_waldir()
SELECT checkpoint_lsn IS NOT NULL, redo_lsn IS NOT NULL, timeline_id FROM pg_control_checkpoint() ;; SELECT pg_control_version, catalog_version_no FROM pg_control_system() ;; SELECT name FROM pg_config WHERE name = 'VERSION'
SELECT archived_count, last_archived_wal, failed_count FROM pg_stat_archiver ;; SELECT slots FROM (SELECT count(*) AS slots FROM pg_replication_slots) s ;; SELECT wal_records >= 0 FROM pg_stat_wal ;; SELECT client_addr, state, sync_state FROM pg_stat_replication
SELECT name, setting, COALESCE(unit, '') FROM pg_settings WHERE vartype IN ('bool', 'integer', 'real') AND name IN ('shared_buffers','max_connections','autovacuum') ORDER BY 1
SELECT oid, typname, typlen FROM pg_type WHERE typname IN ('hstore', 'citext') ;; SELECT to_regtype('hstore') ;; SELECT t.typname AS name, t.oid, t.typarray AS array_oid, t.oid::regtype::text AS regtype, t.typdelim AS delimiter FROM pg_type t WHERE t.oid = to_regtype('hstore') ORDER BY t.oid
SELECT inet_merge('192.168.1.5/24', '192.168.2.5/24'), inet_same_family('10.0.0.1', '::1'), encode(uuid_send('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), 'hex'), encode(int8send(255), 'hex'), bound_box(box '((0,0),(1,1))', box '((3,3),(4,4))'), hashint4(42), hash_numeric(1.5)
SELECT tokid, token FROM ts_parse('default', 'crane 42 lifts') ;; SELECT alias, token FROM ts_debug('english', 'crane 42') ;; SELECT txid_current_snapshot() IS NOT NULL, pg_current_wal_flush_lsn() IS NOT NULL, pg_notification_queue_usage()
SELECT pg_stat_get_numscans('products'::regclass) >= 0, pg_stat_get_live_tuples('products'::regclass) >= 0, pg_stat_get_db_numbackends(d.oid) >= 0 FROM pg_database d WHERE d.datname = current_database()
SELECT pg_stat_clear_snapshot() ;; SELECT * FROM pg_get_keywords() WHERE word = 'select' ;; SELECT current_query() IS NOT NULL ;; SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'pg_default'
SELECT * FROM pg_catalog.pg_tables WHERE schemaname='public' ORDER BY tablename ;; SELECT * FROM pg_catalog.pg_indexes WHERE schemaname='public' ORDER BY indexname ;; SELECT * FROM pg_catalog.pg_sequences WHERE schemaname = 'public' ORDER BY sequencename
SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1 ;; SELECT matviewname FROM pg_matviews ;; SELECT * FROM pg_rules WHERE schemaname='public' ;; SELECT * FROM pg_policies
SELECT EXISTS (SELECT FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'alembic_version') ;; select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where pg_catalog.pg_table_is_visible(c.oid) and relname='django_migrations'
select current_catalog, session_user, current_role ;; SELECT pg_postmaster_start_time() < now(), pg_conf_load_time() < now() ;; select * from pg_catalog.pg_stat_ssl where false
SET extra_float_digits = 3 ;; SET application_name = 'PostgreSQL JDBC Driver' ;; SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED ;; SELECT 1
SET DateStyle=ISO ;; SET client_min_messages=notice ;; SELECT set_config('bytea_output','hex',false) FROM pg_show_all_settings() WHERE name = 'bytea_output' ;; SET client_encoding='UTF-8'
SELECT c.relname, d.refobjid::regclass::text, d.deptype FROM pg_depend d JOIN pg_class c ON c.oid = d.objid WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND c.relkind = 'S' ORDER BY 1, 2
EXPLAIN (FORMAT JSON, COSTS OFF) SELECT id FROM products WHERE id = 1 ;; EXPLAIN (VERBOSE, COSTS OFF) SELECT count(*) FROM orders ;; EXPLAIN (GENERIC_PLAN, COSTS OFF) SELECT id FROM products WHERE id = $1
SELECT ts_lexize('english_stem', 'running'), ts_token_type('default') IS NULL, to_regtypemod('varchar(20)') FROM (SELECT 1) t LIMIT 1
SELECT (DATE '2026-01-01', DATE '2026-02-01') OVERLAPS (DATE '2026-01-15', DATE '2026-03-01')
SELECT (DATE '2026-01-01', INTERVAL '10 days') OVERLAPS (DATE '2026-01-15', INTERVAL '1 day')
SELECT ts_lexize('english_stem', 'running')
SELECT 'a' COLLATE "C" < 'b'
SELECT extract(epoch from interval '1 day'), date_part('dow', date '2026-01-01'), make_interval(days => 3)
SELECT 'abc' SIMILAR TO '(a|b)%', 'x' ~* 'X', 'x' !~ 'y', 'abc' LIKE 'a\_c' ESCAPE '\'
SELECT array[1,2]||3, array[1,2] @> array[1], array[[1,2],[3,4]][1:2][2:2], (array['a','b'])[1], cardinality(array[1]), array(select generate_series(1,3))
SELECT '{"a":[1,2]}'::jsonb #>> '{a,1}', '{"a":1}'::jsonb ? 'a', '{"a":1}'::jsonb @> '{}', jsonb_path_query_array('{"a":[1,2,3]}', '$.a[*] ? (@ > 1)'), '[1,2]'::jsonb - 0, '{"a":1}'::jsonb || '{"b":2}', '{"a":{"b":1}}'::jsonb #- '{a,b}'
SELECT json_build_object('a', 1, 'b', array[1,2]), row_to_json(row(1,'a')), json_agg(x) FILTER (WHERE x > 1) FROM generate_series(1,3) x
SELECT x, sum(x) OVER w, lag(x, 1, 0) OVER w, ntile(2) OVER w, first_value(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW), nth_value(x, 2) OVER (ORDER BY x RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM generate_series(1,4) x WINDOW w AS (ORDER BY x)
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x), percentile_disc(array[0.25,0.75]) WITHIN GROUP (ORDER BY x), mode() WITHIN GROUP (ORDER BY x), rank(3) WITHIN GROUP (ORDER BY x) FROM generate_series(1,10) x
SELECT a, b, grouping(a,b), count(*) FROM (VALUES (1,2),(1,3)) t(a,b) GROUP BY GROUPING SETS ((a,b),(a),()) ORDER BY 1,2
SELECT a, count(*) FROM (VALUES (1,2),(1,3)) t(a,b) GROUP BY ROLLUP(a), CUBE(b)
SELECT a, count(*) FROM (VALUES (1,2),(1,3)) t(a,b) GROUP BY DISTINCT ROLLUP(a,b), ROLLUP(a)
SELECT * FROM (VALUES (1),(2),(3)) t(a) ORDER BY a FETCH FIRST 1 ROW WITH TIES
SELECT * FROM generate_series(timestamp '2026-01-01', '2026-01-03', interval '1 day') WITH ORDINALITY AS g(d, n)
SELECT * FROM (VALUES (1)) a(x) LEFT JOIN LATERAL (SELECT x+1 AS y) l ON true
SELECT * FROM json_to_recordset('[{"a":1,"b":"x"}]') AS t(a int, b text)
SELECT int4range(1,5) && int4range(4,6), int4range(1,5) * int4range(3,9), upper(int4range(1,5)), tstzrange('2026-01-01','2026-02-01','[)') @> timestamptz '2026-01-05', range_agg(r) FROM (VALUES (int4range(1,2)),(int4range(2,4))) t(r) GROUP BY 1,2,3,4
SELECT '10.0.0.0/8'::inet >>= '10.1.1.1'::inet, host('10.1.1.1/8'), masklen('10.0.0.0/8'), '10.0.0.1'::inet + 5, ~ '10.0.0.1'::inet
SELECT to_tsvector('english','running cranes') @@ to_tsquery('crane & run'), ts_rank(to_tsvector('a b'), to_tsquery('a')), ts_headline('the crane runs', to_tsquery('crane')), plainto_tsquery('x y') || to_tsquery('z'), setweight(to_tsvector('a'), 'A')
SELECT B'101' & B'110', X'1F'::bit(8), 5 # 3, ~5, 1 << 4, |/ 25.0, ||/ 27.0, 5 !~~ 'x' IS NULL FROM (SELECT 1) t
SELECT CASE 1 WHEN 1 THEN 'a' ELSE 'b' END, coalesce(null, 1), nullif(1,1), greatest(1,2), 1 IS DISTINCT FROM 2, null IS NOT DISTINCT FROM null, true IS NOT UNKNOWN, (1,2) < (1,3), row(1,2) = row(1,2)
SELECT 5 BETWEEN SYMMETRIC 9 AND 1, 1 = ANY(array[1,2]), 1 <> ALL(array[2,3]), 3 IN (1,2,3), 'a' = SOME(array['a'])
SELECT cast('12' as numeric(5,2)), '1 day'::interval, int '5', numeric '1.5', timestamp with time zone '2026-01-01 00:00+00' AT TIME ZONE 'UTC', time '10:00' + interval '1 hour', date '2026-01-31' + 1, interval '1-2' year to month, interval '3' day
SELECT format('%s %I %L %1$s', 'a', 'b c', 'd'), quote_ident('a b'), quote_literal('x'), string_agg(x::text, ',' ORDER BY x DESC) FROM generate_series(1,3) x
SELECT to_char(1234.5, 'FM9G999D00'), to_char(timestamp '2026-01-01', 'YYYY-MM-DD"T"HH24:MI:SS'), to_number('1,234', '9,999'), to_date('2026', 'YYYY'), to_timestamp(0) AT TIME ZONE 'UTC'
SELECT regexp_replace('abc', '(a)(b)', '\2\1', 'g'), regexp_matches('foo bar', '\w+', 'g'), regexp_split_to_array('a,b', ','), regexp_count('aaa','a'), regexp_substr('abc','b.'), regexp_instr('abc','c'), string_to_array('a,b', ','), split_part('a-b','-',-1)
WITH t AS MATERIALIZED (SELECT 1 AS a), u AS NOT MATERIALIZED (SELECT 2 AS b) SELECT * FROM t, u
SELECT DISTINCT ON (a) a, b FROM (VALUES (1,2),(1,3)) t(a,b) ORDER BY a, b DESC NULLS LAST
(SELECT 1 UNION SELECT 2) EXCEPT ALL (SELECT 2) INTERSECT SELECT 1 ORDER BY 1 LIMIT ALL OFFSET 0
TABLE pg_catalog.pg_am
VALUES (1,'a'),(2,'b') ORDER BY 1 DESC LIMIT 1
SELECT t.*, t FROM (VALUES (1,2)) t(a,b)
SELECT (t).a, (row(1,2)).f1 FROM (VALUES (1,2)) t(a,b)
SELECT 'x' AS "select", 1 "Weird ""Name""", 2 AS all_ok
SELECT CURRENT_SCHEMA, CURRENT_CATALOG, CURRENT_USER, SESSION_USER, USER, CURRENT_ROLE, SYSTEM_USER IS NULL
SELECT width_bucket(5, 0, 10, 5), width_bucket(5, array[1,3,6]), div(7,2), mod(7,2), gcd(12,18), power(2,3), round(1.55,1), trunc(-1.5), sign(-2), cbrt(27), log(2,8), factorial(5), random() < 2, min_scale(1.10), trim_scale(1.10), erf(0)
SELECT corr(x,y), regr_slope(y,x), covar_pop(x,y), stddev_samp(x), var_pop(x), bool_and(x>0), bit_or(x), every(x>0), any_value(x) FROM (VALUES (1,2),(2,4)) t(x,y)
SELECT pg_catalog.format_type(23, NULL), 'pg_class'::regclass::oid > 0, 'int4'::regtype, 'now'::regproc::text, 'pg_catalog'::regnamespace, 'english'::regconfig, 'lower(text)'::regprocedure, '=(int4,int4)'::regoperator
SELECT a.x FROM (VALUES (1)) a(x) NATURAL FULL JOIN (VALUES (1)) b(x) CROSS JOIN (VALUES (2)) c(z) INNER JOIN (VALUES (1)) d(x) USING (x)
SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_class WHERE false) AND (SELECT count(*) FROM pg_am) > 0
SELECT DATE 'today' = CURRENT_DATE, TIMESTAMP 'epoch', 'infinity'::timestamptz, '-infinity'::date, INTERVAL 'P1Y2M', '04:05:06 PST'::timetz IS NOT NULL
SELECT string_agg(DISTINCT v, ',' ORDER BY v), array_agg(v ORDER BY v) FILTER (WHERE v <> 'a'), count(DISTINCT v), max(v) FROM (VALUES ('a'),('b')) t(v)
SELECT 1 AS "ünïcödé", 'ß' ILIKE 'ß', '日本'::text, length('日本'), octet_length('日本'), bit_length('a')
SELECT * FROM unnest(array[1,2], array['a','b','c']) AS u(n, s)
SELECT (SELECT json_agg(t) FROM (SELECT 1 AS a, 2 AS b) t), to_jsonb(t), jsonb_pretty(to_jsonb(t)) FROM (VALUES (1)) t(x)
SELECT jsonb_object_keys('{"a":1}'), k, v FROM jsonb_each('{"a":1}') AS e(k,v), jsonb_array_elements('[1]') WITH ORDINALITY arr(el, i)
SELECT ('{"a":{"b":[1,2]}}'::jsonb)['a']['b'][0], jsonb_set('{"a":1}', '{a}', '2'), jsonb_strip_nulls('{"a":null}'), jsonb_typeof('1'), jsonb_array_length('[]')
SELECT overlay('abcdef' placing 'XX' from 2 for 3)
SELECT substring('foobar' from 'o(.)b')
SELECT substring('abc' from 'a#"b#"c' for '#')
SELECT trim(both 'x' from 'xax'), trim(leading from '  a')
SELECT trim(leading from '  a')
SELECT * FROM json_table('[{"a":1}]'::jsonb, '$[*]' COLUMNS (a int PATH '$.a')) t
SELECT * FROM json_table('[{"a":1}]'::jsonb, '$[*]' COLUMNS (id FOR ORDINALITY, a int PATH '$.a')) t
SELECT xmlelement(name foo, xmlattributes('1' as bar), 'x')
SELECT lseg '((0,0),(1,1))' ?# lseg '((0,1),(1,0))'
SELECT @-@ path '((0,0),(1,1))'
SELECT 0x1F
SELECT now() AT LOCAL IS NOT NULL
SELECT date_bin('15 minutes', timestamp '2026-01-01 10:07', timestamp '2026-01-01')
SELECT localtimestamp(0) IS NOT NULL
SELECT 'a' IS NORMALIZED
SELECT 'a' IS NFC NORMALIZED
SELECT JSON_OBJECT('a': 1, 'b': 2)
SELECT JSON_OBJECT('a' VALUE 1 ABSENT ON NULL)
SELECT JSON_ARRAY(1,2)
SELECT JSON_ARRAY(1,2 NULL ON NULL)
SELECT JSON_SCALAR(1)
SELECT JSON('{}')
SELECT JSON_SERIALIZE('{}')
SELECT '{}' IS JSON
SELECT '{}' IS JSON OBJECT
SELECT '{}' IS NOT JSON ARRAY
SELECT JSON_VALUE('{"a":1}', '$.a' RETURNING int)
SELECT JSON_VALUE('{"a":1}', '$.a')
SELECT JSON_QUERY('{"a":[1]}', '$.a' WITH WRAPPER)
SELECT JSON_QUERY('{"a":[1]}', '$.a')
SELECT JSON_EXISTS('{"a":1}', '$.a')
SELECT JSON_ARRAYAGG(x) FROM (VALUES (1)) t(x)
SELECT JSON_ARRAYAGG(x ORDER BY x DESC) FROM (VALUES (1)) t(x)
SELECT JSON_OBJECTAGG('k': x) FROM (VALUES (1)) t(x)
SELECT JSON_OBJECTAGG('k' VALUE x) FROM (VALUES (1)) t(x)
SELECT a FROM (VALUES (1)) t(a) FOR READ ONLY
SELECT collation for ('a')
SELECT 1 OPERATOR(pg_catalog.+) 2
SELECT array(VALUES (1),(2)), ARRAY[]::int[]
SELECT 'a'::"char", "substring"('abc', 2), pg_catalog.substring('abc', 2)
SELECT interval(0) '1.5 sec', time(0) '10:00:00.5', timestamp(0) '2026-01-01'
SELECT sum(x) FILTER (WHERE x>1) OVER (ORDER BY x GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM generate_series(1,3) x
SELECT * FROM generate_series(1,2) a, LATERAL generate_series(a,2) b(y) ORDER BY a, y
SELECT row_number() OVER () , t.* FROM (VALUES (1)) AS t
SELECT x[1:2], x[:2], x[2:] , x[:] FROM (SELECT array[1,2,3] x) t
SELECT (array[1,2])[1], ('{1,2}'::int[])[2]
SELECT 1 WHERE (1,2) IN ((1,2),(3,4)) AND (1,2) = ANY (VALUES (1,2))
SELECT EXTRACT(ISODOW FROM date '2026-01-01'), EXTRACT('year' FROM date '2026-01-01')
SELECT timestamptz '2026-01-01 00:00+00' AT TIME ZONE INTERVAL '1 hour'
SELECT nullif(1,1) ISNULL, 1 NOTNULL
SELECT 'a' || 1 || 'b', -(-1), - -1, +1, 2 ^ 3, 7 % 3, 1.0/3, !!to_tsquery('a')
SELECT 'x' ^@ 'x', array[1] && array[1], 1 <@ int4range(1,2), '{"a":1}'::jsonb @? '$.a', '{"a":1}'::jsonb @@ '$.a == 1', '{"a":1}'::jsonb ?| array['a'], '{"a":1}'::jsonb ?& array['a']
SELECT int4multirange(int4range(1,2)), '{[1,2)}'::int4multirange -|- int4range(2,3), int4range(1,2) << int4range(3,4), int4range(1,2) &< int4range(3,4)
select * from pg_catalog.generate_series(1,2) as x
SELECT 1 AS value, 2 AS name, 3 AS type, 4 AS key, 5 AS "order", 6 AS year, 7 AS level, 8 AS status
SELECT (VALUES (1)), (SELECT 1 LIMIT 1), EXISTS (VALUES (1)), EXISTS(TABLE pg_am)
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n+1 FROM t WHERE n < 5) SELECT sum(n), avg(n)::numeric(4,2) FROM t
WITH x(a,b) AS (SELECT 1,2), y AS (SELECT * FROM x UNION ALL SELECT 3,4) SELECT y.*, x.a FROM y LEFT JOIN x USING (a) ORDER BY y.a NULLS FIRST
SELECT date_trunc('month', d)::date, to_char(d,'Mon'), extract(week from d)::int, d - lag(d) over (order by d) FROM generate_series('2026-01-01'::timestamp,'2026-03-01','1 month') d
SELECT regexp_replace(x, E'\\s+', ' ', 'g'), x ~ '^\d{4}-\d{2}$' FROM (VALUES ('a  b')) t(x)
SELECT count(*) FILTER (WHERE x IS NULL) * 100.0 / nullif(count(*),0) FROM (VALUES (1),(null)) t(x)
SELECT /*+ SeqScan(t) */ 1 -- comment
SELECT * FROM json_table('[]', '$[*]' COLUMNS (a int PATH '$.a')) t
SELECT * FROM json_table(jsonb '[]', '$[*]' COLUMNS (a int PATH '$.a')) t
SELECT * FROM json_table('[]', '$[*]' COLUMNS (id FOR ORDINALITY, a text PATH '$.a')) t
SELECT * FROM json_table('[]', '$[*]' COLUMNS (a numeric(10,2) PATH '$.a')) t
SELECT cast(null as timestamp(3) with time zone)
SELECT '2'::float(24), 1::bit(3)
SELECT 'a'::char varying(3)
SELECT ALL 1
SELECT xmlparse(document '<a/>')
SELECT xmlserialize(content '<a/>'::xml as text)
SELECT '<a/>' IS DOCUMENT
SELECT xmlelement(name a, xmlattributes(1 as b, 2 as c))
SELECT xmlconcat('<a/>', '<b/>'), xmlcomment('x')
BEGIN ;; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE ;; SELECT count(*) FROM products ;; SHOW transaction_isolation ;; SHOW transaction_deferrable ;; COMMIT
BEGIN ;; SHOW transaction_isolation ;; SAVEPOINT a ;; RELEASE a ;; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ ;; SELECT current_setting('transaction_isolation') ;; COMMIT
SELECT pg_catalog.set_config('search_path', '', false) ;; BEGIN ;; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY ;; SELECT count(*) FROM public.products ;; ROLLBACK
START TRANSACTION ;; SET LOCAL work_mem = '8MB' ;; SET LOCAL search_path TO pg_catalog, public ;; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE ;; SELECT count(*) FROM products ;; ROLLBACK ;; SHOW search_path
SELECT current_setting('transaction_read_only'), pg_catalog.current_setting('transaction_isolation'), pg_is_in_recovery()
BEGIN READ ONLY ;; SELECT current_setting('transaction_read_only') ;; SHOW transaction_read_only ;; COMMIT
BEGIN ;; CREATE TEMP TABLE stage (LIKE products INCLUDING CONSTRAINTS) ON COMMIT DROP ;; INSERT INTO stage SELECT * FROM products WHERE id < 4 ;; SELECT count(*), min(sku) FROM stage ;; COMMIT ;; SELECT to_regclass('pg_temp.stage') IS NULL
CREATE LOCAL TEMPORARY TABLE "#Tableau_1" ("COL" INTEGER, n text) ON COMMIT PRESERVE ROWS ;; INSERT INTO "#Tableau_1" ("COL") VALUES (1) ;; SELECT * FROM "#Tableau_1" ;; DROP TABLE "#Tableau_1"
SELECT * INTO LOCAL TEMPORARY TABLE "#Tableau_3" FROM (SELECT 1 AS COL) AS CHECKTEMP LIMIT 1 ;; SELECT * FROM "#Tableau_3" ;; DROP TABLE "#Tableau_3"
CREATE TABLE pg_temp.picked AS SELECT id, sku FROM products WHERE id < 4 ;; SELECT count(*), min(sku) FROM picked ;; INSERT INTO pg_temp.picked VALUES (0, 'none') ;; SELECT * FROM pg_temp.picked ORDER BY id ;; DROP TABLE pg_temp.picked
CREATE TEMP TABLE stage (LIKE products INCLUDING COMMENTS, note text, made date DEFAULT '2025-01-01') ;; INSERT INTO stage SELECT *, 'x' FROM products WHERE id < 3 ;; SELECT * FROM stage ORDER BY id
