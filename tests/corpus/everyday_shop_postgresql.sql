# Everyday questions on tests/seed/shop_*.sql, ' ;; ' separates statements on one connection; to be compared byte for byte with the database's own answer.
select id, name, city from customers order by id limit 20
select name, count(*) from customers group by name order by 2 desc
select city, count(*) as n from customers group by city having count(*) > 10 order by n desc
select count(*) from customers where email is not null
select count(*), count(phone), count(distinct city) from customers
select count(*) filter (where ssn is null) as missing_ssn from customers
select id from customers where id between 5 and 9
select c.id, c.name, sum(o.quantity * p.price) as total from customers c join orders o on o.customer_id = c.id join products p on p.id = o.product_id group by c.id, c.name order by total desc limit 10
select date_trunc('month', ordered_at) as m, count(*) from orders group by 1 order by 1
select ordered_at::date as d, count(*) from orders group by 1 order by 1
select to_char(ordered_at, 'YYYY-MM') as ym, sum(quantity) from orders group by ym order by ym
select extract(hour from ordered_at) as h, count(*) from orders group by h order by h
select * from orders where ordered_at > '2026-01-01' and note is null order by id limit 5
select * from products where title ilike 'product 1%' order by sku
select sku, price, rank() over (order by price desc) as r from products order by r limit 5
select sku, price, lag(price) over (order by id) as prev, price - lag(price) over (order by id) as diff from products
select id, price, avg(price) over (order by id rows between 2 preceding and current row) from products order by id
select width_bucket(price, 0, 200, 4) as b, count(*) from products group by b order by b
select percentile_cont(0.5) within group (order by price) from products
select percentile_disc(array[0.25,0.5,0.75]) within group (order by price) from products
select product_id, array_agg(customer_id order by customer_id) from orders where product_id < 4 group by product_id order by 1
select product_id, string_agg(customer_id::text, ',' order by customer_id) from orders where product_id < 4 group by 1 order by 1
select json_agg(json_build_object('sku', sku, 'price', price) order by sku) from products where id < 4
select jsonb_build_object('orders', count(*), 'items', sum(quantity)) from orders
select row_to_json(p) from products p where id = 3
select p.*, o.quantity from products p left join orders o on o.product_id = p.id where p.id = 2 order by o.id
select p.sku from products p where not exists (select 1 from orders o where o.product_id = p.id)
select p.sku from products p where p.id in (select product_id from orders group by product_id having count(*) > 10) order by 1
with monthly as (select date_trunc('month', ordered_at) m, count(*) n from orders group by 1) select m, n, sum(n) over (order by m) from monthly order by m
with recursive n(i) as (select 1 union all select i + 1 from n where i < 10) select i, i * i from n
with top as materialized (select product_id, sum(quantity) q from orders group by 1 order by q desc limit 3) select p.sku, t.q from top t join products p on p.id = t.product_id order by 2 desc, 1
select g::date as day, coalesce(count(o.id), 0) from generate_series(timestamp '2026-02-01', timestamp '2026-02-05', interval '1 day') g left join orders o on o.ordered_at::date = g::date group by g order by g
values (1, 'a'), (2, 'b')
select * from (values (1, 'one'), (2, 'two')) v(n, w)
select 'it''s' as q, E'a\nb' as e, $$dollar$$ as d, 1.50 as n, null as nothing, true as t
select now() - interval '1 day' < now(), date '2026-03-01' - date '2026-02-01', age(timestamp '2026-03-01', timestamp '2025-01-15')
select date_part('dow', date '2026-02-01'), extract(isoyear from date '2026-01-01'), make_date(2026, 2, 3)
select justify_days(interval '45 days'), interval '1 hour' * 3, timestamp '2026-02-01 10:00' at time zone 'UTC' at time zone 'Europe/Oslo'
select '{"a": {"b": [1, 2, {"c": "x"}]}}'::jsonb #>> '{a,b,2,c}'
select '{"a": 1}'::json -> 'a', '[1,2,3]'::jsonb -> 1, '{"k": "v"}'::jsonb ? 'k', '{"a":1}'::jsonb @> '{"a":1}'
select jsonb_path_query_array('{"t": [1, 5, 9]}', '$.t[*] ? (@ > 2)')
select key, value from jsonb_each_text('{"a": "1", "b": "2"}')
select x.* from jsonb_to_recordset('[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]') as x(a int, b text)
select unnest(array[3, 1, 2]) as n order by n
select a, b from unnest(array[1, 2], array['x', 'y']) as t(a, b)
select array_length(array[1, 2, 3], 1), 2 = any(array[1, 2]), array[1, 2] || 3, (array['a', 'b', 'c'])[2:3]
select regexp_replace('abc-123', '\d+', 'N'), substring('order-42' from '\d+'), split_part('a/b/c', '/', 2)
select upper('abc'), initcap('hello world'), length('abc'), lpad('7', 3, '0'), trim('  x '), left('abcdef', 3)
select md5('abc'), encode(sha256('abc'), 'hex'), encode('abc'::bytea, 'base64')
select coalesce(null, 'x'), nullif(1, 1), greatest(1, 5, 3), case when 1 < 2 then 'yes' else 'no' end
select 10 / 3, 10 % 3, 10.0 / 3, round(2.567, 2), ceil(1.2), floor(-1.2), power(2, 10), sqrt(16)
select version()
select current_user, current_database(), current_schema(), inet_server_port() is not null
show server_version
show timezone
show search_path
show statement_timeout
select name, setting, unit from pg_settings where name in ('work_mem', 'max_connections') order by name
select pg_size_pretty(123456789::bigint)
select relname, relkind from pg_class where relnamespace = 'public'::regnamespace order by relname
select c.relname, pg_size_pretty(pg_total_relation_size(c.oid)) from pg_class c where c.relname in ('orders', 'products') order by 1
select schemaname, tablename, tableowner from pg_tables where schemaname = 'public' order by 2
select table_name, table_type from information_schema.tables where table_schema = 'public' order by 1
select column_name, data_type, is_nullable from information_schema.columns where table_name = 'customers' order by ordinal_position
select conname, contype, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'orders'::regclass order by conname
select indexname, indexdef from pg_indexes where tablename = 'customers' order by 1
select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull from pg_attribute a where a.attrelid = 'customers'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum
SELECT n.nspname as "Schema", c.relname as "Name", CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 't' THEN 'TOAST table' WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index' END as "Type", pg_catalog.pg_get_userbyid(c.relowner) as "Owner" FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam WHERE c.relkind IN ('r','p','v','m','S','f','') AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1,2
SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relname OPERATOR(pg_catalog.~) '^(orders)$' COLLATE pg_catalog.default AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 2, 3
SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull, (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS attcollation, a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'orders'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT c2.relname, i.indisprimary, i.indisunique, i.indisclustered, i.indisvalid, pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), pg_catalog.pg_get_constraintdef(con.oid, true), contype, condeferrable, condeferred, i.indisreplident, c2.reltablespace FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i LEFT JOIN pg_catalog.pg_constraint con ON (conrelid = i.indrelid AND conindid = i.indexrelid AND contype IN ('p','u','x')) WHERE c.oid = 'orders'::regclass AND c.oid = i.indrelid AND i.indexrelid = c2.oid ORDER BY i.indisprimary DESC, c2.relname
SELECT d.datname, pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate FROM pg_catalog.pg_database d WHERE d.datname like 'template%' ORDER BY 1
SELECT r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_' ORDER BY 1
SELECT n.nspname, p.proname, pg_catalog.pg_get_function_result(p.oid), pg_catalog.pg_get_function_arguments(p.oid) FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' ORDER BY 1, 2
select t.typname, e.enumlabel from pg_type t join pg_enum e on e.enumtypid = t.oid order by e.enumsortorder
select n.nspname, pg_catalog.pg_get_userbyid(n.nspowner) from pg_catalog.pg_namespace n where n.nspname !~ '^pg_' order by 1
select pid <> 0, state, wait_event_type from pg_stat_activity where pid = pg_backend_pid()
select datname, numbackends >= 0 from pg_stat_database where datname = current_database()
select relname, n_live_tup >= 0, last_autovacuum from pg_stat_user_tables order by 1
select indexrelname, idx_scan >= 0 from pg_stat_user_indexes order by 1 limit 5
select locktype, mode, granted from pg_locks where pid = pg_backend_pid() and locktype = 'virtualxid'
select extname, extversion from pg_extension order by 1
select blks_hit >= 0 from pg_stat_database where datname = current_database()
select sequencename, last_value from pg_sequences where schemaname = 'public' order by 1
select tc.constraint_name, kcu.column_name, ccu.table_name from information_schema.table_constraints tc join information_schema.key_column_usage kcu on tc.constraint_name = kcu.constraint_name join information_schema.constraint_column_usage ccu on ccu.constraint_name = tc.constraint_name where tc.constraint_type = 'FOREIGN KEY' order by 1
select trigger_name, event_manipulation, action_timing from information_schema.triggers order by 1, 2
select viewname, definition from pg_views where schemaname = 'public'
select pg_get_viewdef('order_totals'::regclass, true)
select obj_description('customers'::regclass), col_description('customers'::regclass, 7)
explain select * from orders where customer_id = 5
explain (costs off) select c.name, count(*) from customers c join orders o on o.customer_id = c.id group by c.name
explain (analyze, costs off, timing off, summary off, buffers off) select count(*) from orders where product_id = 3
explain (format json, costs off) select * from products where id = 1
explain (verbose, costs off) select id, city from customers where city = 'Oslo'
prepare top(int) as select sku, price from products order by price desc limit $1 ;; execute top(2)
prepare by_city(text) as select count(*) from customers where city = $1 ;; execute by_city('Graz') ;; deallocate by_city
begin ;; declare c cursor for select id, sku from products order by id ;; fetch 2 from c ;; fetch next c ;; close c ;; commit
begin ;; select count(*) from orders ;; savepoint a ;; select 1 ;; rollback to a ;; commit
begin transaction isolation level repeatable read read only ;; select max(id) from orders ;; commit
copy (select id, sku, price from products order by id limit 3) to stdout
copy products (sku, title) to stdout with (format csv, header)
table products
select distinct city from customers order by city
select distinct on (product_id) product_id, id, ordered_at from orders order by product_id, id desc limit 5
select city from customers where id = 1 union select 'Bergen' order by 1
select id from orders where note = 'gift' intersect select id from orders where quantity > 2 order by 1
select grouping(city), city, count(*) from customers group by rollup(city) order by 2
select product_id, quantity, count(*) from orders group by grouping sets ((product_id), (quantity), ()) order by 1, 2
select o.id, l.n from orders o cross join lateral (select count(*) n from orders x where x.customer_id = o.customer_id) l order by o.id limit 3
select c.id, c.created_at, c.created_at::date from customers c order by 1 limit 2
select id, name || ' (' || city || ')' as label from customers order by id limit 3
select id, left(name, 1) || '.' as initial from customers order by id limit 3
select max(length(name)), min(created_at) from customers
select id, note, quantity from orders where note is not null order by id limit 5
select id, coalesce(note, 'none'), left(note, 2), upper(note) from orders order by id limit 12
select what, count(*) from audit_trail group by what
select total from order_totals order by id limit 5
select round(avg(total), 2) from order_totals
select id from customers where email = 'nobody@nowhere.test'
select id, name from customers where phone in ('+1 000', '+1 111')
select count(*) from customers a join customers b on a.email = b.email
select extract(year from age(timestamp '2026-01-01', created_at)) from customers limit 1
select pg_typeof(email) from customers limit 1
select count(*) from pg_catalog.pg_stat_all_tables
select current_setting('server_version_num')::int >= 120000
select txid_current() > 0, pg_backend_pid() > 0, pg_is_in_recovery()
select * from pg_available_extensions where name = 'plpgsql'
select oid::regclass::text from pg_class where relname = 'orders'
select 'orders'::regclass::oid > 0, to_regclass('nope')
select sum(quantity) filter (where note = 'gift') as gifts, bool_or(quantity > 3), every(quantity > 0) from orders
select ntile(4) over (order by price), sku from products order by price limit 4
select first_value(sku) over w, last_value(sku) over w, nth_value(sku, 2) over w from products window w as (order by id) limit 3
select sum(price) over (partition by id % 3 order by id) from products order by id limit 4
select * from products order by id offset 5 fetch next 3 rows only
select sku from products tablesample bernoulli (100) order by 1 limit 2
select current_date - 7 <= current_date, date_trunc('week', timestamp '2026-02-04')
select corr(quantity, product_id) is not null, stddev(quantity) > 0 from orders
select id::text || '-' || sku from products where id = 1
select (select count(*) from orders) as o, (select count(*) from products) as p
select exists(select 1 from orders where quantity > 100)
select nam from customers
select * from custmers
selct 1
select 1/0
select 'abc'::int
