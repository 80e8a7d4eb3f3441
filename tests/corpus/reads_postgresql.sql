# Everyday reads on PostgreSQL, one per line: each is allowed in production, none is held.
select 1
SELECT 1;
select now()
select current_date, current_timestamp, localtime, localtimestamp
select current_user, session_user, current_database(), current_schema()
select version()
select * from customers
select * from customers limit 10
select * from public.customers c where c.id = 42
select id, name from customers where country = 'DE' order by name limit 20 offset 40
select distinct country from customers order by 1
select distinct on (customer_id) * from orders order by customer_id, created_at desc
select count(*) from orders
select count(*), count(distinct customer_id) from orders
select status, count(*) from orders group by status order by count(*) desc
select status, sum(total) as revenue from orders group by 1 having sum(total) > 1000 order by 2 desc
select date_trunc('month', created_at) as month, sum(total) from orders group by 1 order by 1
select date_trunc('day', created_at)::date as d, count(*) from orders where created_at >= now() - interval '30 days' group by 1 order by 1
select extract(year from created_at) as y, extract(month from created_at) as m, count(*) from orders group by 1, 2
select extract(epoch from now() - created_at) / 86400 as days from orders where id = 1
select to_char(created_at, 'YYYY-MM-DD HH24:MI') from orders limit 5
select created_at at time zone 'UTC' at time zone 'Europe/Berlin' from orders limit 5
select age(now(), created_at) from orders limit 3
select o.id, c.name, o.total from orders o join customers c on c.id = o.customer_id where o.total > 100
select o.id, c.name from orders o left join customers c on c.id = o.customer_id where c.id is null
select * from orders o inner join order_items i using (order_id) right join products p on p.id = i.product_id
select * from orders natural join order_items limit 5
select c.name, o.id from customers c full outer join orders o on o.customer_id = c.id
select * from customers c cross join products p limit 10
select c.name, (select count(*) from orders o where o.customer_id = c.id) as n from customers c
select * from customers c where exists (select 1 from orders o where o.customer_id = c.id)
select * from customers c where not exists (select 1 from orders o where o.customer_id = c.id and o.status = 'paid')
select * from customers where id in (1, 2, 3)
select * from customers where id in (select customer_id from orders where total > 500)
select * from customers where id not in (select customer_id from orders)
select * from orders where total between 10 and 20
select * from orders where total > all (select total from orders where status = 'refunded')
select * from orders where status = any (array['paid', 'sent'])
select * from orders where status <> all ('{paid,sent}'::text[])
select * from products where name ilike '%shoe%'
select * from products where name like 'A\_%' escape '\'
select * from products where name ~* '^(red|blue)'
select * from products where name !~ 'x'
select * from products where name similar to '(a|b)%'
select * from products where description is not null and price is not distinct from 10
select coalesce(note, '-') from orders limit 5
select nullif(status, 'paid') from orders limit 5
select greatest(1, 2, 3), least(1, 2, 3)
select case when total > 100 then 'big' when total > 10 then 'mid' else 'small' end as size, count(*) from orders group by 1
select case status when 'paid' then 1 else 0 end from orders
with recent as (select * from orders where created_at > now() - interval '7 days') select status, count(*) from recent group by status
with a as (select 1 as x), b as (select x + 1 as y from a) select * from a, b
with recursive t(n) as (values (1) union all select n + 1 from t where n < 100) select sum(n) from t
with recursive tree as (select id, parent_id, name, 1 as depth from categories where parent_id is null union all select c.id, c.parent_id, c.name, t.depth + 1 from categories c join tree t on t.id = c.parent_id) select * from tree order by depth
with m as materialized (select * from products) select count(*) from m
with m as not materialized (select * from products) select count(*) from m
select id, row_number() over (partition by customer_id order by created_at desc) as rn from orders
select * from (select o.*, rank() over (order by total desc) as r from orders o) x where r <= 10
select id, total, sum(total) over (order by created_at rows between 6 preceding and current row) from orders
select id, lag(total) over w, lead(total, 2, 0) over w from orders window w as (partition by customer_id order by id)
select id, avg(total) over (partition by status order by id range between unbounded preceding and current row) from orders
select id, first_value(id) over (order by total), nth_value(id, 2) over (order by total), ntile(4) over (order by total) from orders
select percent_rank() over (order by total), cume_dist() over (order by total), dense_rank() over (order by total) from orders
select percentile_cont(0.5) within group (order by total) as median, percentile_disc(0.9) within group (order by total) from orders
select mode() within group (order by status) from orders
select count(*) filter (where status = 'paid') as paid, count(*) filter (where status = 'open') as open from orders
select string_agg(name, ', ' order by name) from products
select string_agg(distinct status, ',') from orders
select array_agg(id order by id) from products
select bool_and(total > 0), bool_or(total > 1000), every(id > 0) from orders
select stddev(total), variance(total), var_pop(total), stddev_samp(total), corr(total, id), regr_slope(total, id) from orders
select min(created_at), max(created_at), avg(total)::numeric(10,2), sum(total), round(avg(total), 2) from orders
select status, country, sum(total) from orders join customers c on c.id = customer_id group by rollup (status, country)
select status, country, sum(total) from orders join customers c on c.id = customer_id group by cube (status, country)
select status, country, grouping(status), sum(total) from orders join customers c on c.id = customer_id group by grouping sets ((status), (country), ())
select id from orders union select id from products
select id from orders union all select id from products order by id limit 5
select id from orders intersect select id from products
select id from orders except all select id from products
(select id from orders limit 1) union all (select id from products limit 1)
values (1, 'a'), (2, 'b')
select * from (values (1, 'a'), (2, 'b')) as v(id, name)
table products
select * from generate_series(1, 10)
select g, g * g as sq from generate_series(1, 10) as g
select d::date from generate_series('2024-01-01'::date, '2024-12-31', interval '1 month') d
select d.day, count(o.id) from generate_series(current_date - 30, current_date, '1 day') as d(day) left join orders o on o.created_at::date = d.day group by 1 order by 1
select * from unnest(array[1, 2, 3]) with ordinality as u(v, n)
select unnest(string_to_array('a,b,c', ','))
select * from customers c, lateral (select * from orders o where o.customer_id = c.id order by id desc limit 3) l
select c.id, l.total from customers c left join lateral (select sum(total) as total from orders o where o.customer_id = c.id) l on true
select * from orders tablesample bernoulli (1)
select * from orders tablesample system (5) repeatable (42)
select * from only orders
select upper(name), lower(name), initcap(name), length(name), char_length(name), octet_length(name) from products
select trim(name), ltrim(name), rtrim(name, 'x'), btrim(name), trim(both 'x' from name) from products
select substring(name from 1 for 3), substring(name, 2), substr(name, 1, 2), left(name, 3), right(name, 3) from products
select position('a' in name), strpos(name, 'a'), overlay(name placing 'xx' from 1 for 2) from products
select replace(name, 'a', 'b'), translate(name, 'abc', 'xyz'), reverse(name), repeat('-', 10), lpad(name, 10), rpad(name, 10, '.') from products
select split_part(name, ' ', 1), regexp_replace(name, '\s+', ' ', 'g'), (regexp_match(name, '(\d+)'))[1] from products
select regexp_split_to_table('a b c', '\s+'), regexp_matches('foobar', 'o', 'g')
select concat(id, '-', name), concat_ws(' ', id, name), id || ':' || name, format('%s (%s)', name, id) from products
select md5(name), encode(sha256(name::bytea), 'hex'), ascii('a'), chr(65), to_hex(255) from products limit 1
select abs(-1), ceil(1.2), floor(1.8), round(1.234, 2), trunc(1.9), mod(7, 3), power(2, 10), sqrt(2), exp(1), ln(2), log(10), sign(-3), pi()
select 7 / 2, 7 % 2, 2 ^ 3, |/ 25, @ -5, 1 << 3, 6 & 3, 6 | 1, 6 # 3, ~1
select random(), gen_random_uuid()
select width_bucket(total, 0, 1000, 10) as bucket, count(*) from orders group by 1 order by 1
select cast('12' as integer), '12'::int, int '12', date '2024-01-01', timestamp '2024-01-01 10:00', interval '1 day 2 hours'
select '2024-01-01'::timestamptz, '10.5'::numeric(5,1), 't'::boolean, '{1,2}'::int[], '{"a":1}'::jsonb, 'abc'::varchar(2)
select to_date('20240101', 'YYYYMMDD'), to_timestamp(0), to_number('1,234', '9,999'), make_date(2024, 1, 1), make_interval(days => 3)
select date_part('dow', created_at), isfinite(created_at), justify_days(interval '40 days'), clock_timestamp() from orders limit 1
select meta->'a', meta->>'a', meta#>'{a,b}', meta#>>'{a,b}' from customers
select * from customers where meta @> '{"vip": true}'
select * from customers where meta ? 'vip'
select * from customers where meta->>'plan' = 'pro' and (meta->>'seats')::int > 5
select jsonb_pretty(meta), jsonb_typeof(meta->'a'), jsonb_array_length(meta->'tags') from customers limit 1
select jsonb_object_keys(meta) from customers
select k, v from customers, jsonb_each_text(meta) as e(k, v)
select elem->>'sku' from orders, jsonb_array_elements(details->'items') as elem
select jsonb_path_query(meta, '$.tags[*]'), jsonb_path_exists(meta, '$.a ? (@ > 1)') from customers
select json_build_object('id', id, 'name', name) from products
select jsonb_build_object('n', count(*)), json_agg(name), jsonb_object_agg(id, name) from products
select row_to_json(p) from products p limit 1
select to_jsonb(array[1, 2]), jsonb_set('{"a":1}', '{a}', '2'), jsonb_strip_nulls('{"a":null}')
select * from jsonb_to_recordset('[{"a":1,"b":"x"}]') as x(a int, b text)
select tags[1], tags[1:2], array_length(tags, 1), cardinality(tags) from products
select * from products where 'red' = any(tags)
select * from products where tags && array['red', 'blue'] and tags @> array['sale']
select array_append(tags, 'x'), array_remove(tags, 'x'), array_position(tags, 'x'), array_to_string(tags, ','), array_cat(tags, tags) from products
select array(select id from orders order by id limit 3)
select int4range(1, 10) @> 5, daterange('2024-01-01', '2024-02-01') && daterange('2024-01-15', '2024-03-01'), lower(int4range(1, 5))
select to_tsvector('english', description) @@ to_tsquery('english', 'fat & cat') from products
select ts_rank(to_tsvector(description), plainto_tsquery('red shoe')) as r from products order by r desc limit 5
select ts_headline(description, websearch_to_tsquery('red')) from products
select inet '10.0.0.1' << inet '10.0.0.0/8', host(inet '10.0.0.1/8'), masklen('10.0.0.0/8'::cidr)
select point(1, 2) <-> point(3, 4), box '((0,0),(1,1))' @> point '(0.5,0.5)'
select (o).id from (select o from orders o limit 1) s
select row(1, 2) = row(1, 2), (1, 2) < (1, 3)
select pg_size_pretty(pg_total_relation_size('orders')), pg_relation_size('orders'), pg_database_size(current_database())
select pg_typeof(total), pg_column_size(total) from orders limit 1
select pg_backend_pid(), inet_server_addr(), pg_postmaster_start_time(), pg_is_in_recovery()
select current_setting('server_version'), current_setting('search_path', true)
select txid_current_if_assigned(), pg_current_wal_lsn()
select obj_description('orders'::regclass), col_description('orders'::regclass, 1)
select has_table_privilege('orders', 'select'), has_schema_privilege('public', 'usage')
select pg_get_viewdef('order_summary'::regclass, true)
select pg_get_functiondef(p.oid) from pg_proc p where p.proname = 'lower' limit 1
select pg_get_indexdef(indexrelid) from pg_index where indrelid = 'orders'::regclass
select pg_get_constraintdef(oid), conname from pg_constraint where conrelid = 'orders'::regclass
select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
select schemaname, tablename, tableowner from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1, 2
select relname, n_live_tup, n_dead_tup, last_vacuum, last_autoanalyze from pg_stat_user_tables order by n_dead_tup desc
select relname, seq_scan, idx_scan, 100 * idx_scan / nullif(seq_scan + idx_scan, 0) as pct from pg_stat_user_tables
select datname, numbackends, xact_commit, blks_hit from pg_stat_database
select pid, state, wait_event_type, now() - query_start as running from pg_stat_activity where state <> 'idle'
select locktype, relation::regclass, mode, granted, pid from pg_locks where not granted
select name, setting, unit from pg_settings where name like 'max_%' order by name
select extname, extversion from pg_extension
select rolname, rolsuper from pg_roles
select table_name, table_type from information_schema.tables where table_schema = 'public'
select column_name, data_type, is_nullable from information_schema.columns where table_name = 'orders' order by ordinal_position
select * from information_schema.key_column_usage where table_name = 'orders'
SELECT n.nspname as "Schema", c.relname as "Name", CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' END as "Type", pg_catalog.pg_get_userbyid(c.relowner) as "Owner" FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r','p','v','m','S','f','') AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1,2
SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relname OPERATOR(pg_catalog.~) '^(orders)$' COLLATE pg_catalog.default AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 2, 3
SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull, (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS attcollation, a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a WHERE a.attrelid = '16402' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT c2.relname, i.indisprimary, i.indisunique, i.indisclustered, i.indisvalid, pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), pg_catalog.pg_get_constraintdef(con.oid, true), contype FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i LEFT JOIN pg_catalog.pg_constraint con ON (conrelid = i.indrelid AND conindid = i.indexrelid AND contype IN ('p','u','x')) WHERE c.oid = '16402' AND c.oid = i.indrelid AND i.indexrelid = c2.oid ORDER BY i.indisprimary DESC, c2.relname
SELECT d.datname as "Name", pg_catalog.pg_get_userbyid(d.datdba) as "Owner", pg_catalog.pg_encoding_to_char(d.encoding) as "Encoding", d.datcollate as "Collate", pg_catalog.array_to_string(d.datacl, E'\n') AS "Access privileges" FROM pg_catalog.pg_database d ORDER BY 1
SELECT conname, pg_catalog.pg_get_constraintdef(r.oid, true) as condef FROM pg_catalog.pg_constraint r WHERE r.conrelid = '16402' AND r.contype = 'f' AND conparentid = 0 ORDER BY conname
SELECT t.typname, string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.typname
SELECT oid::regclass, reltuples::bigint FROM pg_class WHERE relkind = 'r' ORDER BY relpages DESC LIMIT 10
SELECT blocked.pid, blocking.pid AS by FROM pg_stat_activity blocked JOIN pg_stat_activity blocking ON blocking.pid = ANY(pg_blocking_pids(blocked.pid))
select p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid) from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public'
show search_path
show all
show server_version
SHOW TIME ZONE
show transaction isolation level
explain select * from orders where customer_id = 1
explain (costs off, format json) select * from orders
explain analyze select count(*) from orders
explain (analyze, buffers, verbose) select * from orders o join customers c on c.id = o.customer_id
explain delete from orders where id = 1
explain update orders set total = 0
explain (analyze off) delete from orders
EXPLAIN VERBOSE SELECT 1
copy (select id, total from orders) to stdout
copy orders to stdout with (format csv, header)
copy orders (id, total) to stdout
copy (select 1) to stdout with csv header
begin
begin read only
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
begin isolation level serializable read write
start transaction
commit
commit and chain
end
rollback
abort
savepoint a
release savepoint a
rollback to savepoint a
set timezone to 'UTC'
set time zone 'Europe/Berlin'
set datestyle = 'ISO, DMY'
set work_mem = '64MB'
set local enable_seqscan = off
set application_name = 'report'
set extra_float_digits to 3
reset timezone
set transaction isolation level repeatable read
set constraints all deferred
prepare q as select * from orders where id = $1
prepare q (int, text) as select * from orders where id = $1 and status = $2
deallocate q
deallocate all
declare c cursor for select * from orders
declare c scroll cursor with hold for select id from orders order by id
close c
move 10 from c
unlisten *
select pg_sleep(0.1)
select 'DROP TABLE orders' as text, "delete", "update" from "drop" as "truncate"
select deleted_at, updated_by, insert_date, drop_count from audit where action = 'DELETE FROM x; DROP TABLE y'
select 1 -- drop table orders
select /* delete from orders */ 1
select $$ drop table x; $$ as body, $tag$ it's; $tag$, E'it\'s; --'
-- a comment first
select 1 /* outer /* inner */ still */ + 1
select 'a', '--', '/*', ';'
select "id" from "orders" where "status" = 'it''s'
select name as update, id as "select" from products
select * from orders where note like '%; delete from orders; --%'
select o.* from orders as o where (o.customer_id, o.status) in ((1, 'paid'), (2, 'open'))
select sum(case when status = 'paid' then total else 0 end) / nullif(sum(total), 0)::float as share from orders
select created_at::date as day, count(*) as n, round(100.0 * count(*) / sum(count(*)) over (), 1) as pct from orders group by 1
with first_orders as (select customer_id, min(created_at) as first_at from orders group by 1) select date_trunc('month', f.first_at) as cohort, extract(month from age(o.created_at, f.first_at)) as m, count(distinct o.customer_id) from orders o join first_orders f using (customer_id) group by 1, 2 order by 1, 2
select p.name, sum(i.quantity * i.price) as revenue from products p join order_items i on i.product_id = p.id join orders o on o.id = i.order_id and o.status = 'paid' where o.created_at >= date_trunc('quarter', current_date) group by p.id, p.name order by revenue desc nulls last fetch first 10 rows only
select x.* from (select customer_id, count(*) n from orders group by 1) x where x.n > 3 order by x.n desc, x.customer_id
select current_date - interval '1 year', current_date + 7, now()::time, timestamp '2024-02-29' + interval '1 year'
select (now() at time zone 'utc')::date
select customer_id, array_agg(distinct status) filter (where status is not null) from orders group by customer_id
select exists(select 1 from orders where id = 1) as present
select not true, true and false or null, 1 is null, 2 is distinct from 3
select x.* from (select (date '2024-01-01', date '2024-02-01') overlaps (date '2024-01-15', date '2024-03-01') as o) x
select normalize('x'), starts_with('abc', 'a'), quote_literal('a'), quote_ident('a b')
select num_nonnulls(1, null), bit_length('a'), get_byte('a'::bytea, 0), convert_from('a'::bytea, 'UTF8')
select xmlelement(name a, 'b'), xpath('/a/text()', '<a>b</a>'::xml)
select * from order_summary where day > current_date - 7
select ctid, xmin, tableoid::regclass from orders limit 1
select count(*) from information_schema.views
select lower(tstzrange(now(), now() + interval '1h')), isempty(int4range(1,1))
select id, name collate "C" from products order by name collate "en_US"
select 1 as "Ünïcode", 'straße' as s, 'naïve ☃' as t
select regexp_count('aaa', 'a'), date_bin('15 minutes', created_at, timestamp '2001-01-01') from orders
select o.id from orders o where o.created_at > (select max(created_at) - interval '1 day' from orders)
select sum(total) filter (where created_at >= date '2024-01-01') over (partition by customer_id) from orders
select lpad(to_hex(id), 8, '0'), id::text, cast(total as text), total::money from orders
select setweight(to_tsvector('a'), 'A'), numnode('a'::tsquery), 'a'::tsvector
select U&'d\0061ta'
select U&'\0441\043B\043E\043D'
select U&'plain text', id from products limit 1
select u&'d!0061ta' uescape '!'
select U&"id" from products limit 1
select title from products where title <> U&'\00e9'
select 'DROP TABLE x; DELETE FROM y' as warning
select 'it''s; delete from t' as s
select $$delete from orders;$$ as script
select $q$it's "DROP"$q$ as x
select E'line\nDELETE FROM x'
select 1 /* delete from orders; drop table x */ as ok
select id as "delete", sku as "drop", price as "update" from products limit 2
select p."sku" as "insert into" from products p limit 1
select count(*) as truncate from orders
select note as comment, quantity as call from orders limit 1
select id as grant_id, sku as revoke_code from products limit 1
select 'select * from x where a = ''b''' as q
select sku from products where title like '%drop%' or title ilike '%delete%'
select sku from products where title ~* 'delete|drop|truncate'
select * from orders where note in ('delete', 'insert', 'update')
select case when note = 'delete' then 'drop' else 'keep' end from orders limit 3
with deleted as (select * from orders where note is null), updated as (select * from orders where note = 'gift') select (select count(*) from deleted), (select count(*) from updated)
select 1 as "select", 2 as "from", 3 as "where"
explain select * from orders
explain (analyze, buffers, format json) select * from products where id < 5
explain (costs off) select p.id from products p join orders o on o.product_id = p.id
explain verbose select 1
show time zone
select current_user, session_user, current_database(), current_schema(), inet_server_addr(), pg_backend_pid()
select current_setting('server_version_num')::int
set application_name = 'DBeaver 23.1 - Main'
set extra_float_digits = 3
set session datestyle to iso
set timezone = 'UTC'
set client_encoding to 'UTF8'
set search_path to public
set standard_conforming_strings = on
begin transaction isolation level repeatable read read only
start transaction isolation level serializable, read only, deferrable
select n.nspname as schema, c.relname as name, case c.relkind when 'r' then 'table' when 'v' then 'view' when 'm' then 'materialized view' when 'i' then 'index' when 'S' then 'sequence' when 't' then 'TOAST table' when 'f' then 'foreign table' when 'p' then 'partitioned table' when 'I' then 'partitioned index' end as type, pg_catalog.pg_get_userbyid(c.relowner) as owner from pg_catalog.pg_class c left join pg_catalog.pg_namespace n on n.oid = c.relnamespace left join pg_catalog.pg_am am on am.oid = c.relam where c.relkind in ('r','p','') and n.nspname <> 'pg_catalog' and n.nspname !~ '^pg_toast' and n.nspname <> 'information_schema' and pg_catalog.pg_table_is_visible(c.oid) order by 1,2
select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (select pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) from pg_catalog.pg_attrdef d where d.adrelid = a.attrelid and d.adnum = a.attnum and a.atthasdef), a.attnotnull, (select c.collname from pg_catalog.pg_collation c, pg_catalog.pg_type t where c.oid = a.attcollation and t.oid = a.atttypid and a.attcollation <> t.typcollation) as attcollation, a.attidentity, a.attgenerated from pg_catalog.pg_attribute a where a.attrelid = 'orders'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum
select c2.relname, i.indisprimary, i.indisunique, i.indisclustered, i.indisvalid, pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), pg_catalog.pg_get_constraintdef(con.oid, true), contype, condeferrable, condeferred, i.indisreplident, c2.reltablespace from pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i left join pg_catalog.pg_constraint con on (conrelid = i.indrelid and conindid = i.indexrelid and contype in ('p','u','x')) where c.oid = 'orders'::regclass and c.oid = i.indrelid and i.indexrelid = c2.oid order by i.indisprimary desc, c2.relname
select conname, conrelid::pg_catalog.regclass as ontable, pg_catalog.pg_get_constraintdef(oid, true) as condef from pg_catalog.pg_constraint c where confrelid in (select pg_catalog.pg_partition_ancestors('orders') union all values ('orders'::pg_catalog.regclass)) and contype = 'f' and conparentid = 0 order by conname
select t.tgname, pg_catalog.pg_get_triggerdef(t.oid, true), t.tgenabled, t.tgisinternal from pg_catalog.pg_trigger t where t.tgrelid = 'orders'::regclass and not t.tgisinternal order by 1
select pol.polname, pol.polpermissive, case when pol.polroles = '{0}' then null else pg_catalog.array_to_string(array(select rolname from pg_catalog.pg_roles where oid = any (pol.polroles) order by 1), ',') end, pg_catalog.pg_get_expr(pol.polqual, pol.polrelid) from pg_catalog.pg_policy pol where pol.polrelid = 'orders'::regclass order by 1
select d.datname, pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, pg_catalog.array_to_string(d.datacl, e'\n') as acl from pg_catalog.pg_database d order by 1
select r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolconnlimit, r.rolvaliduntil, array(select b.rolname from pg_catalog.pg_auth_members m join pg_catalog.pg_roles b on (m.roleid = b.oid) where m.member = r.oid) as memberof from pg_catalog.pg_roles r where r.rolname !~ '^pg_' order by 1
select n.nspname, p.proname, pg_catalog.pg_get_function_result(p.oid), pg_catalog.pg_get_function_arguments(p.oid), case p.prokind when 'a' then 'agg' when 'w' then 'window' when 'p' then 'proc' else 'func' end from pg_catalog.pg_proc p left join pg_catalog.pg_namespace n on n.oid = p.pronamespace where pg_catalog.pg_function_is_visible(p.oid) and n.nspname <> 'pg_catalog' and n.nspname <> 'information_schema' order by 1, 2, 4
select e.extname, e.extversion, n.nspname, c.description from pg_catalog.pg_extension e left join pg_catalog.pg_namespace n on n.oid = e.extnamespace left join pg_catalog.pg_description c on c.objoid = e.oid and c.classoid = 'pg_catalog.pg_extension'::pg_catalog.regclass order by 1
select pubname, pg_catalog.pg_get_userbyid(pubowner), puballtables from pg_catalog.pg_publication order by 1
select name, setting, unit, context from pg_settings where name like '%mem%' order by name
select * from pg_stat_user_tables order by n_live_tup desc limit 5
select relname, seq_scan, idx_scan, n_dead_tup, last_vacuum, last_analyze from pg_stat_all_tables where schemaname = 'public'
select schemaname, relname, indexrelname, idx_scan, pg_size_pretty(pg_relation_size(indexrelid)) from pg_stat_user_indexes order by idx_scan
select pid, state, wait_event_type, wait_event, now() - query_start as running from pg_stat_activity where state <> 'idle'
select locktype, mode, granted, relation::regclass from pg_locks where not granted
select blocked.pid, pg_blocking_pids(blocked.pid) from pg_stat_activity blocked where cardinality(pg_blocking_pids(blocked.pid)) > 0
select pg_size_pretty(pg_database_size(current_database())), pg_size_pretty(pg_total_relation_size('orders'))
select table_name, pg_size_pretty(pg_total_relation_size(quote_ident(table_name))) from information_schema.tables where table_schema = 'public' order by pg_total_relation_size(quote_ident(table_name)) desc
select table_schema, table_name, column_name, data_type, is_nullable, column_default, ordinal_position from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2, 7
select tc.constraint_name, kcu.column_name, ccu.table_name as foreign_table from information_schema.table_constraints tc join information_schema.key_column_usage kcu using (constraint_schema, constraint_name) join information_schema.constraint_column_usage ccu using (constraint_schema, constraint_name) where tc.constraint_type = 'FOREIGN KEY'
select grantee, privilege_type from information_schema.role_table_grants where table_name = 'orders'
select oid, typname, typlen, typtype, typelem from pg_type where typname in ('hstore', 'citext', 'geometry')
select t.oid, t.typname, (select count(*) from pg_range r where r.rngtypid = t.oid) from pg_type t where t.typtype in ('r', 'e', 'd')
select e.enumlabel from pg_enum e join pg_type t on e.enumtypid = t.oid where t.typname = 'mood' order by e.enumsortorder
select last_value, log_cnt, is_called from orders_id_seq
select currval('orders_id_seq') from (select 1) x where false
select pg_get_serial_sequence('orders', 'id')
select has_table_privilege('orders', 'select'), has_schema_privilege('public', 'usage'), pg_has_role('postgres', 'member')
select obj_description('orders'::regclass), col_description('customers'::regclass, 7), shobj_description(1, 'pg_database')
select pg_get_viewdef('order_totals'::regclass, true)
select pg_get_functiondef('log_order'::regproc)
select to_regclass('public.orders'), to_regtype('int4'), to_regproc('now')
select 'orders'::regclass::oid, 23::regtype, 'pg_catalog'::regnamespace
select id, price from products order by price desc nulls last limit 10 offset 5
select id from products order by id fetch first 5 rows only
select id from products order by price fetch first 3 rows with ties
select distinct on (product_id) product_id, id from orders order by product_id, id desc
select product_id, sum(quantity) filter (where note is not null) as gifts, sum(quantity) as total from orders group by product_id having sum(quantity) > 10 order by 3 desc
select date_trunc('month', ordered_at) as m, count(*) from orders group by 1 order by 1
select to_char(ordered_at, 'YYYY-MM-DD'), extract(dow from ordered_at) from orders limit 3
select ordered_at at time zone 'Europe/Oslo', ordered_at + interval '1 day', age(now(), ordered_at) > interval '1 hour' from orders limit 2
select generate_series('2026-01-01'::date, '2026-01-10', '1 day')::date as day
select d::date, coalesce(n, 0) from generate_series(date '2026-02-01', date '2026-02-03', interval '1 day') d left join (select ordered_at::date as o, count(*) n from orders group by 1) q on q.o = d::date order by 1
select id, lag(quantity) over (order by id), lead(quantity, 2, 0) over (order by id), row_number() over (partition by product_id order by id) from orders limit 10
select id, rank() over w, dense_rank() over w from products window w as (order by price)
select sum(quantity) over (order by id rows between 2 preceding and current row) from orders limit 5
select sum(quantity) over (order by id range between unbounded preceding and 1 following exclude ties) from orders limit 5
select percentile_cont(array[0.5, 0.95]) within group (order by quantity) from orders
with recursive n(x) as (select 1 union all select x + 1 from n where x < 5) select * from n
with recursive t as (select id, array[id] as path from products where id = 1 union all select p.id, path || p.id from products p join t on p.id = t.id + 1 where p.id < 5) search depth first by id set ordercol cycle id set is_cycle using cyc select id from t
with t as materialized (select * from orders where quantity > 1) select count(*) from t
select * from (values (1, 'a'), (2, 'b')) as v(id, name) where id in (select id from products)
select p.* from products p where exists (select 1 from orders o where o.product_id = p.id and o.quantity > 3)
select p.id from products p where not exists (select from orders o where o.product_id = p.id)
select id from products where (id, sku) in ((1, 'SKU-00001'), (2, 'x'))
select id from products where id = any (array[1, 2, 3]) and id <> all ('{5,6}')
select * from products natural join (select 1 as id) x
select * from orders o join products p using (id) limit 1
select * from products p full outer join orders o on o.product_id = p.id and p.id < 0 limit 1
select id from products union select id from orders intersect select product_id from orders except select 1 order by 1 limit 5
select json_build_object('id', id, 'items', json_agg(quantity)) from orders group by id limit 2
select jsonb_build_array(1, 'a', null) @> '[1]', '{"a":{"b":1}}'::jsonb #>> '{a,b}'
select row_to_json(x) from (select id, sku from products limit 2) x
select coalesce(nullif(note, ''), 'none'), greatest(quantity, 2), least(1, 2) from orders limit 2
select count(*), count(distinct product_id), avg(quantity)::numeric(10, 2), min(ordered_at), max(ordered_at) from orders
select string_agg(sku, ', ' order by sku) from products where id < 4
select array_agg(id order by id desc) from products where id < 5
select regexp_replace(sku, '^SKU-0*', ''), split_part(sku, '-', 2)::int, left(sku, 3), lpad(id::text, 5, '0') from products limit 2
select md5(sku), sha256(sku::bytea), encode(sku::bytea, 'base64') from products limit 1
select format('%I = %L', 'id', sku) from products limit 1
select quote_literal('a''b'), quote_ident('Order')
select random() < 2, gen_random_uuid() is not null, clock_timestamp() > now()
select cast('2026-01-01' as date), '12'::int + 1, date '2026-01-01', timestamp '2026-01-01 10:00', interval '2 hours'
select row(1, 'a'), array[[1, 2], [3, 4]], '{1,2}'::int[], int4range(1, 5) @> 3
select * from products tablesample bernoulli (50) repeatable (1) limit 1
select id, ctid, xmin, tableoid::regclass from products limit 1
table products limit 1
values (1, 'a'), (2, 'b') order by 1 desc
copy products (id, sku) to stdout with csv header
copy (select id, price from products where id < 5) to stdout (format csv, delimiter ';')
select "products"."id" as "products__id", "products"."sku" as "products__sku" from "public"."products" as "products" where "products"."id" = 1 limit 1
SELECT "orders"."id" AS t0_r0, "orders"."quantity" AS t0_r1, "products"."id" AS t1_r0 FROM "orders" LEFT OUTER JOIN "products" ON "products"."id" = "orders"."product_id" WHERE "orders"."quantity" > 3 ORDER BY "orders"."id" ASC LIMIT 11
SELECT anon_1.id, anon_1.n FROM (SELECT orders.product_id AS id, count(*) AS n FROM orders GROUP BY orders.product_id) AS anon_1 WHERE anon_1.n > 1
SELECT t.id FROM products t WHERE 1=1 AND t.id IN (1,2,3) AND t.price IS NOT NULL
SELECT COUNT(*) AS "__count" FROM "orders" INNER JOIN "products" ON ("orders"."product_id" = "products"."id") WHERE ("products"."price" >= 10 AND NOT ("orders"."note" IS NULL))
SELECT DISTINCT "p"."id" FROM "products" AS "p" WHERE UPPER("p"."sku"::text) LIKE UPPER('%sku%')
select 1 as one;
select   1
select pg_sleep(0)
select pg_is_in_recovery(), txid_current_if_assigned(), pg_current_wal_lsn() is not null
select nextval is null from (select null::int as nextval) x
select * from pg_timezone_names limit 1
select * from pg_cursors
select * from pg_prepared_statements
select * from pg_available_extensions limit 2
select pg_column_size(sku), pg_typeof(id) from products limit 1
select count(*) from pg_catalog.pg_stat_database where datname = current_database()
select * from information_schema.sql_features limit 1
select ts_rank(to_tsvector('english', title), plainto_tsquery('product')) from products limit 1
select id from products where to_tsvector(title) @@ to_tsquery('product & 1')
select xmlelement(name item, sku) from products limit 1
select normalize('a', nfc), unistr('d\0061ta'), chr(65), ascii('a'), translate('abc', 'ab', 'xy')
select box '(0,0),(2,2)' <@ box '(0,0),(9,9)', lseg '[(0,0),(2,2)]' ?# lseg '[(0,2),(2,0)]', line '{1,-1,0}' ?|| line '{1,-1,3}'
select # path '((0,0),(1,1))', @-@ path '((0,0),(1,1))', @@ circle '((0,0),1)', ?- lseg '((0,0),(1,0))', box '(0,0),(1,1)' &<| box '(2,2),(3,3)'
select box '(0,0)' <<| box '(1,1)', box '(0,0)' |>> box '(1,1)', point '(0,0)' ~= point '(0,0)', point '(0,0)' >^ point '(1,1)'
select id from customers where id=-5 or id>=@ -5 or abs(@ -id)*-1=-2
set statement_timeout = '30s'
set local lock_timeout = '2s'
reset enable_seqscan
select (information_schema._pg_expandarray(i.indkey)).n, (information_schema._pg_expandarray(i.indkey)).x from pg_index i where i.indisprimary
select bit_count(B'1011'), int4multirange(int4range(1, 2)), jsonb_exists('{"a": 1}', 'a')
select * from generate_series(timestamptz '2026-01-01', '2026-01-02', '6 hours') with ordinality
select 'delete from t'
select "id" from t -- delete from t
select 1 as delete
select v as "drop table t" from t
select * from t where v = 'truncate t'
explain (analyze) select id from t
with x as (select id from t) select count(*) from x
select * from json_to_recordset('[{"a":1}]') as r(a int)
select jsonb_path_query('{"a":1}', '$.a')
select count(*) filter (where id > 3) from t
select * from t tablesample system (100)
select * from t fetch first 2 rows only
table t
values (1), (2)
select currval_x from (select 1 as currval_x) z
select current_setting('search_path')
select pg_try_advisory_xact_lock_name from (select 1 as pg_try_advisory_xact_lock_name) q
select pg_get_viewdef('v_ok'::regclass)
select pg_get_functiondef('quiet'::regproc)
select pg_relation_size('t'), pg_total_relation_size('t')
select has_table_privilege('t', 'delete')
select to_regclass('t'), 't'::regclass
select obj_description('t'::regclass)
select pg_sequence_last_value('sq'::regclass)
select last_value from sq
select * from pg_sequences
select pg_is_in_recovery(), pg_postmaster_start_time()
select txid_current_if_assigned()
select pg_snapshot_xmin(pg_current_snapshot())
select * from pg_locks limit 1
select * from pg_replication_slots
select count(*) from pg_largeobject_metadata
select date_trunc('day', now()), generate_series(1,3)
select array_agg(id order by id) from t
select v_ok.* from v_ok
select string_agg(v, ',') from t
select regexp_replace(v, 'v', 'x') from t
select * from pg_available_extensions limit 1
select format('%I', 'drop table t')
select quote_literal('x; delete from t')
select 1 in (select id from t)
