# Everyday work on tests/seed/shop_postgres.sql as engineers, analysts, ORMs and tools send it; ' ;; ' separates statements on one connection.
# Compared byte for byte with the database's own answer, as everyday_shop_*.sql.
select p.id, p.sku, count(o.id) filter (where o.quantity > 2) as big, count(o.id) as n from products p left join orders o on o.product_id = p.id group by p.id, p.sku order by p.id
select product_id, quantity, count(*) from orders group by grouping sets ((product_id, quantity), (product_id), ()) order by 1 nulls last, 2 nulls last
select product_id, quantity, count(*), grouping(product_id, quantity) from orders where product_id < 4 group by cube (product_id, quantity) order by 1, 2
select o.* from customers c cross join lateral (select id, quantity from orders where customer_id = c.id order by id desc limit 1) o where c.id < 6 order by o.id
select c.id, x.total from customers c left join lateral (select sum(o.quantity * p.price) as total from orders o join products p on p.id = o.product_id where o.customer_id = c.id) x on true where c.id <= 5 order by c.id
with recursive t(n, f) as (values (1, 1) union all select n + 1, f * (n + 1) from t where n < 10) select * from t
with recursive chain as (select id, 1 as depth from products where id = 1 union all select p.id, c.depth + 1 from products p join chain c on p.id = c.id + 1 where c.depth < 5) select * from chain order by depth
with a as not materialized (select id, price from products where price > 100) select count(*), max(price) from a
select id, price, ntile(4) over (order by price) as quartile, percent_rank() over (order by price), cume_dist() over w from products window w as (order by price) order by id limit 10
select id, sum(quantity) over (partition by product_id order by id rows unbounded preceding) as running from orders where product_id in (1, 2) order by product_id, id
select id, first_value(sku) over w, last_value(sku) over (w rows between unbounded preceding and unbounded following), nth_value(sku, 2) over w from products window w as (order by id) order by id limit 4
select ordered_at::date, sum(quantity), sum(sum(quantity)) over (order by ordered_at::date) from orders group by 1 order by 1
select distinct on (product_id) product_id, id, quantity from orders order by product_id, id desc limit 5
select mode() within group (order by quantity) from orders
select regr_slope(quantity, product_id), corr(quantity, product_id), covar_pop(quantity, product_id) from orders
select stddev_samp(price), var_pop(price), round(avg(price), 3) from products
select bool_or(note is null), every(quantity > 0), bit_and(quantity), bit_or(quantity) from orders
select string_agg(distinct quantity::text, '|' order by quantity::text) from orders
select array_agg(distinct quantity order by quantity desc) from orders
select jsonb_object_agg(sku, price) from products where id < 4
select json_agg(p order by id) from products p where id < 3
select jsonb_agg(to_jsonb(p) - 'price') from (select * from products order by id limit 2) p
select to_jsonb(p) -> 'sku', to_jsonb(p) ->> 'title', to_jsonb(p) #> '{price}' from products p where id = 2
select jsonb_path_query('{"a": [1, 2, 3]}', '$.a[*] ? (@ > 1)')
select jsonb_path_query_array('[1, 2, 3, 4]', '$[*] ? (@ > 2)'), jsonb_path_exists('{"a": 1}', '$.a')
select * from jsonb_to_recordset('[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]') as t(a int, b text)
select * from jsonb_each('{"a": 1, "b": {"c": 2}}')
select * from json_array_elements_text('["x", "y"]') with ordinality as t(v, i)
select jsonb_set('{"a": {"b": 1}}', '{a,b}', '2'), '{"a": 1}'::jsonb || '{"b": 2}', '{"a": 1, "b": 2}'::jsonb - 'a'
select '{"a": [1, {"b": 2}]}'::jsonb @> '{"a": [1]}', '{"a": 1}'::jsonb ? 'a', '{"a": 1}'::jsonb ?| array['b', 'a']
select jsonb_pretty('{"a": {"b": [1, 2]}}')
select jsonb_typeof('[]'), json_typeof('1'), jsonb_array_length('[1, 2]')
select * from json_each_text('{"k": "v", "n": 3}')
select a, b from (values (1, array[1, 2]), (2, array[3])) t(a, b) where 3 = any(b)
select array[1, 2] || 3, array_append(array[1], 2), array_remove(array[1, 2, 1], 1), array_position(array['a', 'b'], 'b')
select array_to_string(array['a', null, 'b'], ',', '*'), string_to_array('a,b,c', ','), cardinality(array[[1, 2], [3, 4]])
select unnest(array['x', 'y']), generate_subscripts(array['x', 'y'], 1)
select (array[10, 20, 30])[2:3], array_dims(array[[1], [2]]), array_length(array[1, 2, 3], 1)
select array(select sku from products where id < 4 order by id)
select int4range(1, 10) @> 5, int4range(1, 5) && int4range(4, 8), upper(int4range(1, 5)), numrange(1.5, 2.5) * numrange(2, 3)
select daterange('2026-01-01', '2026-02-01') @> date '2026-01-15', lower(tsrange('2026-01-01', '2026-01-02'))
select range_agg(int4range(id, id + 2)) from products where id < 5
select to_tsvector('english', 'The quick brown foxes') @@ to_tsquery('english', 'fox & quick')
select ts_rank(to_tsvector('english', title), plainto_tsquery('english', 'product')), title from products where id < 3 order by id
select ts_headline('english', title, to_tsquery('product')) from products where id = 1
select websearch_to_tsquery('english', '"big dog" -cat'), phraseto_tsquery('the cat')
select regexp_match('abc123', '([a-z]+)(\d+)'), regexp_matches('a1b2', '[a-z]\d', 'g'), regexp_split_to_array('a,b;c', '[,;]')
select regexp_count('banana', 'a'), regexp_instr('banana', 'n'), regexp_substr('banana', 'n.'), regexp_like('Abc', '^a', 'i')
select sku from products where sku similar to 'SKU-0000(1|2)' order by 1
select sku from products where sku ~* '^sku-0001' and title !~ '9$' order by 1
select overlay('abcdef' placing 'XX' from 3 for 2), position('c' in 'abc'), substring('abcdef' from 2 for 3), trim(both 'x' from 'xxaxx')
select lpad('7', 3, '0'), rpad('a', 3, '.'), repeat('ab', 3), reverse('abc'), initcap('hello world'), translate('abc', 'ab', 'xy')
select split_part('a.b.c', '.', 2), concat_ws('/', 'a', null, 'b'), format('%s-%I-%L', 'a', 'b c', 'd'), quote_literal('o''k'), quote_ident('A b')
select chr(65), ascii('A'), md5('x'), encode('abc', 'base64'), decode('616263', 'hex'), to_hex(255), length('día'), octet_length('día')
select unistr('\0441'), normalize('é', NFC), starts_with('abc', 'ab'), left('abcdef', -2), strpos('abc', 'b')
select date_trunc('week', timestamp '2026-02-11'), date_bin('15 minutes', timestamp '2026-02-11 10:07', timestamp '2026-01-01')
select extract(epoch from interval '1 day 2 hours'), extract(quarter from date '2026-05-01'), date_part('week', date '2026-05-01')
select to_timestamp(1700000000) at time zone 'UTC', to_date('05 Dec 2025', 'DD Mon YYYY'), to_char(timestamp '2026-02-11 10:07', 'Day, DD Month YYYY HH12:MI AM')
select make_interval(days => 3, hours => 4), make_timestamp(2026, 1, 2, 3, 4, 5.5), justify_interval('35 days 30 hours')
select d::date, extract(isodow from d) from generate_series('2026-01-01'::timestamp, '2026-01-07', '1 day') as g(d)
select (date '2026-01-31' + interval '1 month')::date, date '2026-03-01' - 1, (timestamp '2026-01-01', interval '2 days') overlaps (timestamp '2026-01-02', interval '1 day')
select timestamptz '2026-07-01 12:00+02' at time zone 'America/New_York', timezone('Asia/Tokyo', timestamp '2026-01-01 00:00')
select case quantity when 1 then 'one' when 2 then 'two' else 'many' end as q, count(*) from orders group by 1 order by 1
select coalesce(note, 'none') as n, nullif(quantity, 1), greatest(quantity, 2), least(quantity, 3) from orders order by id limit 12
select round(12.345, 2), trunc(12.99), ceil(1.2), floor(-1.2), mod(7, 3), div(7, 2), power(2, 10), sqrt(16), sign(-3), abs(-2), 7 % 4, 2 ^ 3, |/ 25, 5 # 3, ~1, 1 << 4
select width_bucket(5.3, 0, 10, 5), ln(2.718281828), log(100), exp(1), pi(), degrees(pi()), sin(0), atan2(1, 1), gcd(12, 18), lcm(4, 6), factorial(5)
select scale(1.230), trim_scale(1.230), min_scale(1.2300), 1e3::int, '0x1f' is not null, 10 / 4, 10 / 4.0
select inet '10.0.0.5' << inet '10.0.0.0/8', host(inet '10.0.0.5/8'), masklen('10.0.0.0/8'::cidr), network(inet '10.1.2.3/16')
select point(1, 2) <-> point(4, 6), area(box '(0,0),(2,3)'), circle '((0,0),2)' @> point '(1,1)'
select xmlelement(name item, xmlattributes(1 as id), 'text'), xmlforest('a' as x, 2 as y), xmlconcat('<a/>', '<b/>')
select xpath('/a/b/text()', '<a><b>1</b><b>2</b></a>'), xml_is_well_formed('<a/>'), xmlexists('/a' passing '<a/>')
select * from xmltable('/r/i' passing '<r><i n="1">x</i><i n="2">y</i></r>' columns n int path '@n', v text path '.')
select row(1, 'a') = row(1, 'a'), (1, 2) < (1, 3), (row(1, 2)) is not null
select 1 is distinct from null, null is not distinct from null, true and null, not null::boolean
select exists (select 1 from orders where quantity > 3), (select max(price) from products) as top, 5 in (select quantity from orders)
select * from (select id, sku from products where id < 3 union all select id, title from products where id = 3 except select 1, 'SKU-00001') u order by 1, 2
(select id from products order by id limit 2) union (select id from orders order by id limit 2) order by 1
select p.id from products p join orders o using (id) where o.quantity = 1 order by p.id limit 5
select count(*) from products natural join (select id from orders) x
select a.id, b.id from products a full join orders b on a.id = b.id and b.quantity = 4 where a.id is not null order by 1 limit 5
select * from generate_series(10, 1, -3) g
select g, chr(64 + g) from generate_series(1, 5) as g where g % 2 = 1
select x.i, x.v from rows from (generate_series(1, 3), unnest(array['a', 'b'])) as x(i, v)
table products limit 2
values (1, 'x', null), (2, 'y', 3.5) order by 1 desc
select * from products order by price desc nulls last fetch first 3 rows with ties
select * from products tablesample system (100) order by id limit 2
select setseed(0.5) is null
select id from orders order by id offset 10 rows fetch next 5 rows only
explain select * from products where id = 1
explain (costs off) select p.sku, count(*) from products p join orders o on o.product_id = p.id group by 1
explain (format json, costs off) select id from products where price > 5
explain (analyze, costs off, timing off, summary off, buffers off) select id from products where id < 5
explain (verbose, costs off) select sku from products order by price
prepare q(int) as select sku from products where id = $1 ;; execute q(3) ;; execute q(4) ;; deallocate q
prepare q2 as select count(*) from orders ;; execute q2 ;; deallocate all
begin ;; declare c cursor for select id, sku from products order by id ;; fetch 3 from c ;; fetch next from c ;; move 2 from c ;; fetch forward 2 from c ;; close c ;; commit
begin ;; select count(*) from orders ;; savepoint a ;; select 1 ;; rollback to savepoint a ;; release savepoint a ;; commit
begin isolation level repeatable read read only ;; select sum(quantity) from orders ;; rollback
start transaction ;; set local work_mem = '8MB' ;; show work_mem ;; commit ;; show work_mem
set timezone to 'Europe/Oslo' ;; select timestamptz '2026-02-01 10:00:00+00' ;; reset timezone
set datestyle to 'SQL, DMY' ;; select date '2026-02-03' ;; show datestyle
set application_name = 'report' ;; show application_name
show server_version
show timezone
show search_path
show server_encoding
show transaction_isolation
select current_setting('work_mem'), current_setting('no.such', true)
select current_user, session_user, current_database(), current_schema, current_schemas(false)
select pg_is_in_recovery(), pg_backend_pid() > 0, inet_server_port() > 0, pg_postmaster_start_time() < now()
select version() like 'PostgreSQL%'
select pg_relation_size('orders') > 0, pg_size_pretty(1024::bigint), pg_column_size(1), pg_table_size('products') > 0
select 'orders'::regclass, 'orders'::regclass::oid > 0, to_regclass('nothing'), 'int4'::regtype
select table_schema, table_name, table_type from information_schema.tables where table_schema = 'public' order by 2
select column_name, data_type, is_nullable, column_default from information_schema.columns where table_name = 'orders' order by ordinal_position
select tc.constraint_name, tc.constraint_type, kcu.column_name from information_schema.table_constraints tc join information_schema.key_column_usage kcu using (constraint_schema, constraint_name) where tc.table_name = 'orders' order by 1, 3
select conname, contype, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'orders'::regclass order by 1
select indexname, indexdef from pg_indexes where tablename = 'products' order by 1
select relname, relkind, reltuples from pg_class where relnamespace = 'public'::regnamespace order by 1
select nspname from pg_namespace where nspname not like 'pg_%' order by 1
select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute where attrelid = 'products'::regclass and attnum > 0 and not attisdropped order by attnum
select viewname, definition from pg_views where schemaname = 'public'
select pg_get_viewdef('order_totals'::regclass, true)
select proname, pg_get_function_identity_arguments(oid), prokind from pg_proc where pronamespace = 'public'::regnamespace
select tgname, pg_get_triggerdef(oid) from pg_trigger where tgrelid = 'orders'::regclass and not tgisinternal
select rolname, rolsuper, rolcanlogin from pg_roles where rolname in ('app', 'reader') order by 1
select extname, extversion from pg_extension order by 1
select name, setting, unit from pg_settings where name in ('work_mem', 'max_connections') order by 1
select datname, pg_encoding_to_char(encoding), datcollate from pg_database where datname = 'template1'
select obj_description('customers'::regclass), col_description('customers'::regclass, 7)
select schemaname, relname, n_live_tup >= 0 from pg_stat_user_tables order by 2
select relname, idx_scan >= 0 from pg_stat_user_indexes order by indexrelname limit 3
select locktype, mode from pg_locks where relation = 'products'::regclass and pid = 0
select enumlabel from pg_enum order by 1
select typname, typtype from pg_type where typname in ('int4', 'text', 'jsonb') order by 1
select sequencename, start_value, increment_by from pg_sequences order by 1
SELECT n.nspname as "Schema", c.relname as "Name", CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 't' THEN 'TOAST table' WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index' END as "Type", pg_catalog.pg_get_userbyid(c.relowner) as "Owner" FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam WHERE c.relkind IN ('r','p','v','m','S','f','') AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1,2
SELECT c.oid > 0, n.nspname, c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relname OPERATOR(pg_catalog.~) '^(orders)$' COLLATE pg_catalog.default AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 2, 3
SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull, (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS attcollation, a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'orders'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT c2.relname, i.indisprimary, i.indisunique, pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), pg_catalog.pg_get_constraintdef(con.oid, true), contype FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i LEFT JOIN pg_catalog.pg_constraint con ON (conrelid = i.indrelid AND conindid = i.indexrelid AND contype IN ('p','u','x')) WHERE c.oid = 'orders'::regclass AND c.oid = i.indrelid AND i.indexrelid = c2.oid ORDER BY i.indisprimary DESC, c2.relname
SELECT d.datname as "Name", pg_catalog.pg_get_userbyid(d.datdba) as "Owner", pg_catalog.pg_encoding_to_char(d.encoding) as "Encoding", pg_catalog.array_to_string(d.datacl, E'\n') AS "Access privileges" FROM pg_catalog.pg_database d where d.datname like 'template%' ORDER BY 1
SELECT r.rolname, r.rolsuper, ARRAY(SELECT b.rolname FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles b ON (m.roleid = b.oid) WHERE m.member = r.oid) as memberof FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_' ORDER BY 1
SELECT p.proname as "Name", pg_catalog.pg_get_function_result(p.oid) as "Result data type", pg_catalog.pg_get_function_arguments(p.oid) as "Argument data types" FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE pg_catalog.pg_function_is_visible(p.oid) AND n.nspname = 'public' ORDER BY 1
SELECT "orders"."id", "orders"."quantity" FROM "orders" INNER JOIN "products" ON ("orders"."product_id" = "products"."id") WHERE ("products"."sku" LIKE 'SKU-0000%' AND NOT ("orders"."quantity" = 1)) ORDER BY "orders"."id" ASC LIMIT 21
SELECT COUNT(*) AS "__count" FROM "orders" WHERE "orders"."quantity" >= 3
SELECT (1) AS "a" FROM "products" WHERE "products"."sku" = 'SKU-00001' LIMIT 1
SELECT DISTINCT "orders"."quantity" AS "Col1", COUNT("orders"."id") AS "n" FROM "orders" GROUP BY 1 ORDER BY 1
SELECT anon_1.products_id, anon_1.n FROM (SELECT products.id AS products_id, count(orders.id) AS n FROM products LEFT OUTER JOIN orders ON orders.product_id = products.id GROUP BY products.id) AS anon_1 WHERE anon_1.n > 13 ORDER BY anon_1.products_id
SELECT "products".* FROM "products" WHERE "products"."id" IN (1, 2, 3) ORDER BY "products"."id" ASC
SELECT "public"."products"."id", "public"."products"."sku" FROM "public"."products" WHERE 1=1 ORDER BY "public"."products"."id" ASC LIMIT 3 OFFSET 0
select o1_0.id,o1_0.customer_id,o1_0.note,p1_0.sku from orders o1_0 left join products p1_0 on p1_0.id=o1_0.product_id where o1_0.id=7
select t.oid > 0, t.typname from pg_type t left join pg_range r on r.rngtypid = t.oid where t.typname in ('int4range') or r.rngsubtype is not null order by t.typname limit 3
SELECT a.attname FROM (SELECT indrelid, indkey, generate_subscripts(indkey, 1) idx FROM pg_index WHERE indrelid = '"products"'::regclass AND indisprimary) i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[i.idx] ORDER BY i.idx
SELECT current_schema(), session_user, current_setting('server_version_num')::int > 90000
select sum(case when quantity > 2 then 1 else 0 end)::float / nullif(count(*), 0) as ratio from orders
select percentile_cont(array[0.5, 0.9]) within group (order by price) from products
select date_trunc('day', ordered_at) as day, count(*) as orders, count(distinct customer_id) as buyers, sum(quantity)::numeric / count(distinct customer_id) as per_buyer from orders group by 1 order by 1
with cohort as (select customer_id, min(ordered_at)::date as first from orders group by 1) select first, count(*) from cohort group by 1 order by 1
select product_id, count(*) * 100.0 / sum(count(*)) over () as pct from orders group by 1 order by 1 limit 5
select customer_id, max(ordered_at) - min(ordered_at) as span from orders group by 1 order by 1 limit 5
select count(*) from customers where phone is null or ssn is null
select city, count(distinct email) from customers group by city order by 1
select nosuch from products
select * from nosuch
select 1 / 0
select sku::int from products
select 'abc'::int
selec 1
