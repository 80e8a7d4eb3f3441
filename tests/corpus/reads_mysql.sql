# Everyday reads on MySQL and MariaDB, one per line: each is allowed in production, none is held.
select 1
SELECT 1;
select now(), curdate(), curtime(), utc_timestamp(), sysdate()
select current_date, current_timestamp, current_user, user(), database(), version(), connection_id()
select * from customers
select * from customers limit 10
select * from customers limit 10, 20
select * from shop.customers c where c.id = 42
select id, name from customers where country = 'DE' order by name limit 20 offset 40
select distinct country from customers order by 1
select count(*) from orders
select count(*), count(distinct customer_id) from orders
select status, count(*) from orders group by status order by count(*) desc
select status, sum(total) as revenue from orders group by status having revenue > 1000 order by revenue desc
select status, sum(total) from orders group by status with rollup
select date_format(created_at, '%Y-%m') as month, sum(total) from orders group by month order by month
select date(created_at) as d, count(*) from orders where created_at >= now() - interval 30 day group by d
select year(created_at), month(created_at), day(created_at), hour(created_at), week(created_at), quarter(created_at) from orders
select extract(year from created_at), extract(day_hour from created_at) from orders limit 1
select date_add(created_at, interval 1 month), date_sub(created_at, interval '1 2' day_hour), adddate(created_at, 3) from orders
select datediff(now(), created_at), timestampdiff(hour, created_at, now()), timediff('10:00', '09:00') from orders limit 3
select unix_timestamp(), from_unixtime(0), str_to_date('2024-01-01', '%Y-%m-%d'), last_day('2024-02-01'), makedate(2024, 60)
select dayname(created_at), dayofweek(created_at), monthname(created_at), weekday(created_at), yearweek(created_at) from orders
select convert_tz(created_at, '+00:00', '+02:00') from orders limit 5
select o.id, c.name, o.total from orders o join customers c on c.id = o.customer_id where o.total > 100
select o.id, c.name from orders o left join customers c on c.id = o.customer_id where c.id is null
select * from orders o inner join order_items i using (order_id) right join products p on p.id = i.product_id
select * from orders natural join order_items limit 5
select * from customers c cross join products p limit 10
select straight_join o.id from orders o join customers c on c.id = o.customer_id
select o.id from orders o straight_join customers c on c.id = o.customer_id
select c.name, (select count(*) from orders o where o.customer_id = c.id) as n from customers c
select * from customers c where exists (select 1 from orders o where o.customer_id = c.id)
select * from customers c where not exists (select 1 from orders o where o.customer_id = c.id and o.status = 'paid')
select * from customers where id in (1, 2, 3)
select * from customers where id in (select customer_id from orders where total > 500)
select * from orders where total between 10 and 20
select * from orders where total > all (select total from orders where status = 'refunded')
select * from orders where status = any (select status from statuses)
select * from products where name like '%shoe%'
select * from products where name like 'a|_%' escape '|'
select * from products where name regexp '^(red|blue)'
select * from products where name rlike 'x$' and not name regexp 'y'
select * from products where description is not null and price <=> 10
select * from products where `desc` = 'x' and `key` = "y"
select ifnull(note, '-'), coalesce(note, '-'), nullif(status, 'paid'), isnull(note) from orders limit 5
select if(total > 100, 'big', 'small') as size, count(*) from orders group by size
select greatest(1, 2, 3), least(1, 2, 3), elt(1, 'a', 'b'), field('b', 'a', 'b'), find_in_set('b', 'a,b'), interval(5, 1, 10)
select case when total > 100 then 'big' when total > 10 then 'mid' else 'small' end as size, count(*) from orders group by 1
select case status when 'paid' then 1 else 0 end from orders
with recent as (select * from orders where created_at > now() - interval 7 day) select status, count(*) from recent group by status
with a as (select 1 as x), b as (select x + 1 as y from a) select * from a, b
with recursive t(n) as (select 1 union all select n + 1 from t where n < 100) select sum(n) from t
with recursive tree as (select id, parent_id, name, 1 as depth from categories where parent_id is null union all select c.id, c.parent_id, c.name, t.depth + 1 from categories c join tree t on t.id = c.parent_id) select * from tree order by depth
select id, row_number() over (partition by customer_id order by created_at desc) as rn from orders
select * from (select o.*, rank() over (order by total desc) as r from orders o) x where r <= 10
select id, total, sum(total) over (order by created_at rows between 6 preceding and current row) from orders
select id, lag(total) over w, lead(total, 2, 0) over w from orders window w as (partition by customer_id order by id)
select id, first_value(id) over (order by total), nth_value(id, 2) over (order by total), ntile(4) over (order by total) from orders
select percent_rank() over (order by total), cume_dist() over (order by total), dense_rank() over (order by total) from orders
select group_concat(name order by name separator ', ') from products
select group_concat(distinct status) from orders
select json_arrayagg(name), json_objectagg(id, name) from products
select stddev(total), variance(total), var_pop(total), stddev_samp(total), std(total), bit_or(id), bit_and(id), bit_xor(id) from orders
select min(created_at), max(created_at), avg(total), sum(total), round(avg(total), 2) from orders
select id from orders union select id from products
select id from orders union all select id from products order by id limit 5
select id from orders intersect select id from products
select id from orders except select id from products
(select id from orders limit 1) union all (select id from products limit 1)
select upper(name), lower(name), ucase(name), lcase(name), length(name), char_length(name), bit_length(name) from products
select trim(name), ltrim(name), rtrim(name), trim(leading 'x' from name), trim(both 'y' from name) from products
select substring(name from 1 for 3), substring(name, 2), substr(name, 1, 2), mid(name, 1, 2), left(name, 3), right(name, 3), substring_index(name, ' ', 1) from products
select position('a' in name), locate('a', name), instr(name, 'a'), insert(name, 1, 2, 'xx') from products
select replace(name, 'a', 'b'), reverse(name), repeat('-', 10), lpad(name, 10, ' '), rpad(name, 10, '.'), space(3) from products
select regexp_replace(name, '[0-9]+', '#'), regexp_substr(name, '[a-z]+'), regexp_instr(name, 'a') from products
select concat(id, '-', name), concat_ws(' ', id, name), quote(name), format(total, 2), strcmp('a', 'b'), soundex('a') from products
select md5(name), sha1(name), sha2(name, 256), crc32(name), hex(name), unhex('41'), to_base64(name), from_base64('QQ=='), ascii('a'), char(65), ord('a'), conv(10, 10, 2), bin(5), oct(8) from products limit 1
select abs(-1), ceil(1.2), ceiling(1.2), floor(1.8), round(1.234, 2), truncate(1.99, 1), mod(7, 3), power(2, 10), pow(2, 3), sqrt(2), exp(1), ln(2), log(10), log2(8), log10(100), sign(-3), pi(), rand()
select 7 / 2, 7 div 2, 7 % 2, 7 mod 2, 1 << 3, 6 & 3, 6 | 1, 6 ^ 3, ~1, !0, -5, 1--1
select uuid(), uuid_short(), last_insert_id(), found_rows(), row_count()
select cast('12' as signed), cast(total as char), cast(total as decimal(10,2)), convert(name using utf8mb4), cast('2024-01-01' as date), binary 'a', cast('{}' as json) from orders
select date '2024-01-01', timestamp '2024-01-01 10:00:00', time '10:00:00', x'41', 0x41, b'101', _utf8mb4'abc', n'abc'
select meta->'$.a', meta->>'$.a', json_extract(meta, '$.a.b'), json_unquote(json_extract(meta, '$.a')) from customers
select json_value(meta, '$.plan'), json_keys(meta), json_length(meta), json_type(meta), json_valid(meta), json_contains(meta, '1', '$.a'), json_search(meta, 'one', 'x') from customers
select json_object('id', id, 'name', name), json_array(1, 2), json_quote('a'), json_set('{"a":1}', '$.a', 2), json_merge_patch('{}', '{}') from products
select j.sku, j.qty from orders o, json_table(o.details, '$.items[*]' columns (sku varchar(20) path '$.sku', qty int path '$.qty')) as j
select match(name, description) against ('red shoe') as score from products where match(name, description) against ('red shoe' in boolean mode)
select inet_aton('10.0.0.1'), inet_ntoa(167772161), inet6_ntoa(inet6_aton('::1')), is_ipv4('10.0.0.1')
select @@version, @@global.max_connections, @@session.sql_mode, @@autocommit
select @total, @missing
select * from orders use index (idx_status) where status = 'paid'
select * from orders force index (primary) where id > 10
select * from orders ignore index (idx_status, idx_day) where status = 'paid'
select sql_no_cache count(*) from orders
select sql_calc_found_rows id from orders limit 5
select high_priority id from orders limit 1
select row(1, 2) = row(1, 2), (1, 2) < (1, 3)
select table_name, table_rows, data_length + index_length as bytes from information_schema.tables where table_schema = database() order by bytes desc
select column_name, column_type, is_nullable from information_schema.columns where table_schema = 'shop' and table_name = 'orders' order by ordinal_position
select constraint_name, referenced_table_name from information_schema.key_column_usage where table_name = 'orders'
select index_name, group_concat(column_name order by seq_in_index) from information_schema.statistics where table_name = 'orders' group by index_name
select routine_name from information_schema.routines where routine_schema = database()
select table_schema, round(sum(data_length) / 1024 / 1024, 1) as mb from information_schema.tables group by table_schema
show tables
show full tables
show tables like 'ord%'
show tables from shop
show full tables where table_type = 'BASE TABLE'
show databases
show schemas
show columns from orders
show full columns from orders like 'c%'
show fields from orders
show index from orders
show keys from orders
show create table orders
show create view order_summary
show create database shop
show table status like 'orders'
show variables like 'max_%'
show session variables
show global variables like 'version%'
show status like 'Threads%'
show global status
show engines
show character set
show charset
show collation like 'utf8mb4%'
show triggers
show procedure status
show function status where db = 'shop'
show events
show grants
show grants for current_user
show plugins
show warnings
show errors
show count(*) warnings
show processlist
show open tables
show engine innodb status
show privileges
show profiles
describe orders
desc orders
describe shop.orders
describe orders total
explain select * from orders where customer_id = 1
explain extended select * from orders
explain format=json select * from orders
explain partitions select * from orders
explain delete from orders where id = 1
explain update orders set total = 0
describe select 1
explain orders
analyze select count(*) from orders
analyze format=json select * from orders o join customers c on c.id = o.customer_id
begin
begin work
start transaction
start transaction read only
start transaction with consistent snapshot
start transaction read write
commit
commit work
commit and chain
rollback
rollback work
savepoint a
rollback to a
rollback to savepoint a
release savepoint a
set time_zone = '+02:00'
set session group_concat_max_len = 100000
set @@session.time_zone = 'UTC'
set lc_time_names = 'de_DE'
set @day = '2024-01-01'
set @n := 5
set @n = @n + 1
set @n = (select count(*) from orders)
set transaction isolation level read committed
set session transaction isolation level repeatable read
set statement max_statement_time=10 for select count(*) from orders
prepare q from 'select * from orders where id = ?'
deallocate prepare q
drop prepare q
execute immediate 'select 1'
select id into @x from orders limit 1
do sleep(0.1)
select sleep(0.1)
help 'select'
values (1, 'a'), (2, 'b')
select 'DROP TABLE orders' as text, `delete`, `update` from `drop` as `truncate`
select deleted_at, updated_by, insert_date, drop_count from audit where action = 'DELETE FROM x; DROP TABLE y'
select 1 -- drop table orders
select 1 # drop table orders
select /* delete from orders */ 1
-- a comment first
select 'it''s', 'it\'s', "say \"hi\"", 'a' 'b', '--', '/*', ';'
select `id` from `orders` where `status` = 'it''s'
select name as `update`, id as `select` from products
select * from orders where note like '%; delete from orders; -- %'
select o.* from orders as o where (o.customer_id, o.status) in ((1, 'paid'), (2, 'open'))
select sum(case when status = 'paid' then total else 0 end) / nullif(sum(total), 0) as share from orders
select sum(status = 'paid') as paid, sum(if(status = 'open', 1, 0)) as open, avg(total > 10) from orders
with first_orders as (select customer_id, min(created_at) as first_at from orders group by 1) select date_format(f.first_at, '%Y-%m') as cohort, timestampdiff(month, f.first_at, o.created_at) as m, count(distinct o.customer_id) from orders o join first_orders f using (customer_id) group by 1, 2 order by 1, 2
select p.name, sum(i.quantity * i.price) as revenue from products p join order_items i on i.product_id = p.id join orders o on o.id = i.order_id and o.status = 'paid' where o.created_at >= '2024-01-01' group by p.id, p.name order by revenue desc limit 10
select x.* from (select customer_id, count(*) n from orders group by 1) x where x.n > 3 order by x.n desc, x.customer_id
select now() - interval 1 year, curdate() + interval 7 day, current_timestamp(6), now(3)
select exists(select 1 from orders where id = 1) as present
select not true, true and false or null, 1 is null, null is not null, true xor false, 1 && 0, 1 || 0
select * from dual
select 1 from dual where 1 = 1
select id, name collate utf8mb4_bin from products order by name collate utf8mb4_general_ci
select 1 as `Ünïcode`, 'straße' as s, 'naïve ☃' as t
select * from order_summary where day > curdate() - interval 7 day
select * from orders partition (p2024) where id > 1
select count(*) from orders where created_at > date_sub(curdate(), interval dayofmonth(curdate()) - 1 day)
select any_value(name), max(id) from products group by country
select st_astext(point(1, 2)), st_distance(point(0, 0), point(1, 1))
select timestampadd(minute, 5, now()), sec_to_time(3661), time_to_sec('01:01:01'), period_diff(202401, 202312), to_days('2024-01-01')
select median(total) over (partition by status) from orders
select json_detailed(meta), json_exists(meta, '$.a') from customers
select export_set(5, 'Y', 'N'), make_set(5, 'a', 'b', 'c'), char(77, 121 using utf8mb4), weight_string('a')
select host, user from mysql.user
select avg(total) as average, max(`total`) `top` from `orders`
select o.id id, o.total * 1.19 gross from orders o order by gross desc, 1
select t.* from (select 1 as a union select 2) t where t.a <> 1 and t.a != 3
select 'DROP TABLE x; DELETE FROM y' as warning
select "delete from t; --" as s
select 'it''s; drop' , "say ""drop"""
select 'a\'; delete from t; -- ' as x
select 1 /* delete from orders */ as ok
select id as `delete`, sku as `drop table` from products limit 2
select count(*) as `truncate` from orders
select note as `call`, quantity as `set` from orders limit 1
select sku from products where title like '%drop%' or title regexp 'delete|insert'
select case when note = 'delete' then 'drop' else 'keep' end from orders limit 3
with deleted as (select * from orders where note is null) select count(*) from deleted
explain select * from orders
explain extended select * from orders where id = 1
explain format=json select * from products
explain partitions select 1 from orders
analyze format=json select id from products
describe orders id
describe products
desc select 1
show full columns from orders
show full columns from `orders` from `everyday_0` like '%'
show fields from products
show indexes from products
show create view order_totals
show table status
show schemas like 'every%'
show variables
show variables like 'version%'
show session variables like 'sql_mode'
show global variables like 'max_connections'
show session variables where variable_name in ('a', 'b')
show variables where variable_name = 'lower_case_table_names' or variable_name = 'version'
show status
show global status like 'Threads%'
show storage engines
show collation
show collation where charset = 'utf8mb4' and `default` = 'Yes'
show full processlist
show grants for current_user()
show function status where db = 'x'
show create database mysql
show master status
show slave status
select version(), @@version, @@version_comment
select @@global.max_connections, @@local.sql_mode, @@tx_isolation
select database(), user(), current_user(), connection_id(), schema()
select current_user, session_user(), system_user()
set names utf8mb4
set character_set_results = utf8mb4
set autocommit = 1
set autocommit=1
set session transaction isolation level read committed
set @@session.time_zone = '+00:00'
set time_zone = 'SYSTEM'
set optimizer_switch = 'index_merge=off'
set profiling = 1
set @a = 1
set @a := 1, @b = 'x'
select @a, @b
select @rownum := @rownum + 1 as rn, id from products, (select @rownum := 0) r limit 3
select table_schema, table_name, table_type, engine, table_rows, data_length from information_schema.tables where table_schema = database()
select * from information_schema.columns where table_schema = database() order by table_name, ordinal_position
select constraint_name, table_name, column_name, referenced_table_name, referenced_column_name from information_schema.key_column_usage where table_schema = database() and referenced_table_name is not null
select * from information_schema.statistics where table_schema = database()
select routine_name, routine_type from information_schema.routines where routine_schema = database()
select trigger_name, event_manipulation from information_schema.triggers where trigger_schema = database()
select table_name, view_definition from information_schema.views where table_schema = database()
select default_character_set_name, default_collation_name from information_schema.schemata where schema_name = database()
select id, user, host, db, command, time, state from information_schema.processlist
select plugin_name, plugin_status from information_schema.plugins limit 3
select variable_name, variable_value from information_schema.global_status where variable_name like 'Uptime%'
select engine, support from information_schema.engines
select trx_id, trx_state, trx_started from information_schema.innodb_trx
select id, price from products order by price desc limit 5, 10
select id from products limit 10 offset 2
select sql_calc_found_rows id from products limit 2
select found_rows()
select straight_join p.id from products p join orders o on o.product_id = p.id limit 1
select p.id from products p use index (primary) where id < 3
select p.id from products p force index for order by (primary) order by id limit 1
select p.id from products p ignore index (sku) limit 1
select product_id, count(*) c from orders group by product_id with rollup having c > 1
select group_concat(distinct sku order by sku desc separator '; ') from products where id < 4
select date_format(ordered_at, '%Y-%m') m, count(*) from orders group by m order by m
select date_add(ordered_at, interval 1 day), date_sub(ordered_at, interval '1:30' hour_minute), ordered_at + interval 1 hour from orders limit 1
select timestampdiff(day, ordered_at, now()) >= 0, datediff(now(), ordered_at) >= 0, extract(year from ordered_at), unix_timestamp(ordered_at) from orders limit 1
select str_to_date('2026-01-01', '%Y-%m-%d'), from_unixtime(0), last_day('2026-02-01'), dayname('2026-01-01'), yearweek('2026-01-01')
select if(quantity > 2, 'big', 'small'), ifnull(note, '-'), coalesce(note, '-'), nullif(quantity, 1), isnull(note) from orders limit 2
select cast(price as decimal(10, 1)), convert(price, char), convert(sku using utf8mb4), binary sku, cast('5' as unsigned) from products limit 1
select concat(sku, '-', id), concat_ws(',', sku, id), substring(sku, 1, 3), substring_index(sku, '-', -1), lpad(id, 5, '0'), replace(sku, 'S', 's') from products limit 1
select sku regexp '^SKU', sku rlike 'x', sku not like '%z', regexp_replace(sku, '[0-9]+', '#'), instr(sku, '-'), locate('-', sku) from products limit 1
select 5 div 2, 5 mod 2, 5 % 2, 2 xor 1, 1 << 3, ~1 & 7, 1 <=> null, not 1, !0
select json_extract('{"a": [1, 2]}', '$.a[1]'), json_unquote(json_extract('{"a": "x"}', '$.a')), json_object('k', 1), json_array(1, 2), json_contains('[1,2]', '1'), json_length('[1,2]')
select json_arrayagg(id), json_objectagg(sku, price) from products where id < 3
select * from json_table('[{"a": 1}, {"a": 2}]', '$[*]' columns (a int path '$.a')) t
select row_number() over (partition by product_id order by id) rn, lag(quantity) over (order by id), sum(quantity) over (order by id rows between 1 preceding and current row) from orders limit 5
select rank() over w, dense_rank() over w, ntile(4) over w from products window w as (order by price) limit 3
with recursive n as (select 1 as x union all select x + 1 from n where x < 5) select * from n
select * from (select 1 as a union all select 2) t order by a desc
(select id from products limit 1) union (select id from orders limit 1) order by id
select id from products except select id from orders
select id from products intersect select product_id from orders
select * from orders o natural join (select 1 as id) x
select * from orders o join products p using (id) limit 1
select * from products p left join orders o on o.product_id = p.id where o.id is null
select p.id from products p where exists (select 1 from orders o where o.product_id = p.id) and p.id not in (select 5)
select id from products where (id, sku) in ((1, 'SKU-00001'), (2, 'x'))
select id from products where id = any (select product_id from orders) limit 3
select count(*), count(distinct product_id), avg(quantity), std(quantity), var_pop(quantity), bit_or(quantity) from orders
select md5(sku), sha1(sku), sha2(sku, 256), hex(sku), to_base64(sku), crc32(sku), unhex('41') from products limit 1
select uuid() is not null, rand() < 2, sleep(0), now(6) is not null, utc_timestamp() is not null
select inet_aton('1.2.3.4'), inet6_ntoa(inet6_aton('::1')), bin(5), oct(8), conv('ff', 16, 10)
select x'4D7953514C', 0x41, b'101', _utf8mb4'x', n'x', 1e3, .5, 5.
select date '2026-01-01', timestamp '2026-01-01 00:00:00', time '10:00:00', interval 1 day + '2026-01-01'
select "double quoted", 'single', `id` from products limit 1
select p.`id` as `products__id`, p.`sku` from `products` as p where p.`id` = 1 limit 1
SELECT `orders`.* FROM `orders` INNER JOIN `products` ON `products`.`id` = `orders`.`product_id` WHERE `orders`.`quantity` > 3 ORDER BY `orders`.`id` ASC LIMIT 11
SELECT COUNT(*) AS `__count` FROM `orders` WHERE (`orders`.`note` IS NOT NULL AND NOT (`orders`.`quantity` = 1 AND `orders`.`quantity` IS NOT NULL))
SELECT 1 AS `one` FROM `products` WHERE `products`.`sku` = BINARY 'x' LIMIT 1
select last_insert_id()
select row_count()
execute immediate 'select count(*) from orders'
do 1
do sleep(0)
select previous_value from (select 1 as previous_value) x
select next_value as value from (select 1 as next_value) x
select * from seq_1_to_5
select default(quantity) from orders limit 1
select 1 from dual
select 1 as `from`, 2 as `where`
select 1;
select id into @x from products limit 1
select match (title) against ('x') from products limit 0
select * from orders partition (p0) limit 0
select concat('drop ', 'table') as words, 'load data infile' as more, 'into outfile' as other
select json_value('{"a": 1}', '$.a'), json_exists('{"a": 1}', '$.a'), json_query('{"a": [1]}', '$.a')
select @@max_allowed_packet, @@GLOBAL.read_only
select user, host from mysql.user limit 1
select sum(data_length + index_length) / 1024 / 1024 as mb from information_schema.tables group by table_schema
select 1 limit 0
set sql_safe_updates = 0
set session max_statement_time = 30
set session net_write_timeout = 600
set session lock_wait_timeout = 5, time_zone = '+00:00'
set session sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'
explain update orders set note = 'x' where id = 1
explain format=json delete from orders where id = 1
select /*+ MAX_EXECUTION_TIME(1000) */ count(*) from orders
set autocommit = 0
set names utf8mb4 collate utf8mb4_bin
set names latin1
set sql_mode = ''
set session sql_mode = (select replace(@@sql_mode, 'ONLY_FULL_GROUP_BY', ''))
set character_set_results = null
set session transaction read write
show function status where db = database() and name like 'f%'
show procedure status where db = schema() and lower(name) in ('a', 'b')
show index from orders where upper(key_name) = 'PRIMARY'
show tables where tables_in_shop regexp concat('^', 'o')
show table status where coalesce(engine, '') = 'InnoDB' and rows > length('abc')
show collation where char_length(collation) < 20 and charset = 'utf8mb4'
show full columns from orders where left(field, 3) = 'cus'
select sys.format_bytes(123456), sys.version_major(), sys.quote_identifier('a')
select date_format(placed_at, get_format(date, 'EUR')) from orders
select is_free_lock('a'), is_used_lock('a')
select straight_join distinct status from orders
select sql_no_cache sql_buffer_result distinctrow status from orders
select id from orders order by id limit 5 rows examined 1000
select status from orders where`status`='new'and(`total`)>.5
select * from orders for system_time as of timestamp '2024-01-01'
select id from orders for system_time between '2024-01-01' and now()
select j.sku, j.has from orders o, json_table(o.details, '$.items[*]' columns (sku varchar(20) path '$.sku' default '-' on empty null on error, has int exists path '$.x')) j
select id from orders where placed_at >= {ts '2024-01-01 00:00:00'} and placed_at < {d '2024-02-01'} and {t '10:00:00'} is not null
select decode_oracle(status, 'new', 1), trim_oracle(status) from orders
select count(*) from orders where json_exists(details, '$.email') and json_contains_path(details, 'one', '$.phone')
select{d '2024-01-01'}
select {fn ucase({fn concat(status,'x')})}, {fn length(status)}+1 from orders where {fn length(status)} = 3
select o.id from {oj orders o left outer join users u on u.id = o.user_id}
select * from t procedure analyse()
select 'delete from t'
select `id` from t -- delete from t
select id as `drop table t` from t
analyze select id from t
analyze format=json select id from t
select last_insert_id(), row_count(), found_rows()
select database(), user(), version(), connection_id()
select json_extract('{"a":1}', '$.a')
select * from json_table('[1]', '$[*]' columns (x int path '$')) j
with recursive r as (select 1 as n union all select n+1 from r where n < 3) select * from r
values (1),(2)
select * from t where id in (select id from t2)
select lastval_x from (select 1 as lastval_x) q
select previous value for sq
select uuid(), rand(1)
select group_concat(v order by id) from t
select is_used_lock('x'), is_free_lock('x')
select table_name from information_schema.tables where table_schema = database()
select * from v_ok
select (select count(*) from t) as c
select 1 /* delete from t */
select count(*) from t partition_x
select count(*) from part partition (p0)
select id from t order by id limit 2 offset 1
select distinct v from t use index (primary)
select vector_to_string(string_to_vector('[1,2]')), vector_dim(to_vector('[1]')), from_vector(string_to_vector('[3]'))
select st_astext(st_collect(point(id, 1))), st_isclosed(st_geomfromtext('LINESTRING(0 0, 1 1)')) from orders
select id from orders where mbrcovers(st_geomfromtext('POLYGON((0 0,9 0,9 9,0 9,0 0))'), point(1, 1))
table orders order by id limit 2
select o.id, l.n from orders o, lateral (select count(*) n from orders x where x.id <= o.id) l
select json_schema_validation_report('{"type": "array"}', '{}'), 1 member of ('[1, 2]'), json_overlaps('[1]', '[1, 2]')
