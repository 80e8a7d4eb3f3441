# Everyday questions on tests/seed/shop_*.sql, ' ;; ' separates statements on one connection; to be compared byte for byte with the database's own answer.
select id, name, city from customers order by id limit 20
select name, count(*) from customers group by name order by 2 desc, 1
select city, count(*) as n from customers group by city having count(*) > 10 order by n desc, city
select count(*) from customers where email is not null
select count(*), count(phone), count(distinct city) from customers
select sum(ssn is null) as missing_ssn from customers
select id from customers where id between 5 and 9
select c.id, c.name, sum(o.quantity * p.price) as total from customers c join orders o on o.customer_id = c.id join products p on p.id = o.product_id group by c.id, c.name order by total desc, c.id limit 10
select date(ordered_at) as d, count(*) from orders group by d order by d
select date_format(ordered_at, '%Y-%m') as ym, sum(quantity) from orders group by ym order by ym
select year(ordered_at), month(ordered_at), count(*) from orders group by 1, 2
select hour(ordered_at) as h, count(*) from orders group by h order by h
select * from orders where ordered_at > '2026-01-01' and note is null order by id limit 5
select * from products where title like 'Product 1%' order by sku
select sku, price, rank() over (order by price desc) as r from products order by r limit 5
select sku, price, lag(price) over (order by id) as prev, price - lag(price) over (order by id) as diff from products
select id, price, avg(price) over (order by id rows between 2 preceding and current row) from products order by id
select product_id, group_concat(customer_id order by customer_id separator ',') from orders where product_id < 4 group by product_id order by 1
select json_arrayagg(sku) from products where id < 4
select json_object('orders', count(*), 'items', sum(quantity)) from orders
select p.*, o.quantity from products p left join orders o on o.product_id = p.id where p.id = 2 order by o.id
select p.sku from products p where not exists (select 1 from orders o where o.product_id = p.id)
select p.sku from products p where p.id in (select product_id from orders group by product_id having count(*) > 10) order by 1
with monthly as (select date_format(ordered_at, '%Y-%m') m, count(*) n from orders group by 1) select m, n, sum(n) over (order by m) from monthly order by m
with recursive n(i) as (select 1 union all select i + 1 from n where i < 10) select i, i * i from n
with top as (select product_id, sum(quantity) q from orders group by 1 order by q desc, 1 limit 3) select p.sku, t.q from top t join products p on p.id = t.product_id order by 2 desc, 1
values (1, 'a'), (2, 'b')
select 'it''s' as q, "double" as d, 'a\nb' as e, 1.50 as n, null as nothing, true as t, x'41' as h
select now() > date_sub(now(), interval 1 day), datediff('2026-03-01', '2026-02-01'), timestampdiff(month, '2025-01-15', '2026-03-01')
select dayofweek('2026-02-01'), week('2026-02-01'), quarter('2026-02-01'), last_day('2026-02-01'), makedate(2026, 33)
select date_add('2026-02-01', interval 45 day), '2026-02-01' + interval 1 month, str_to_date('01/02/2026', '%d/%m/%Y')
select convert_tz('2026-02-01 10:00:00', '+00:00', '+02:00'), unix_timestamp('2026-02-01 00:00:00'), from_unixtime(0)
select json_extract('{"a": {"b": [1, 2, {"c": "x"}]}}', '$.a.b[2].c'), json_unquote(json_extract('{"k": "v"}', '$.k'))
select json_value('{"a": 1}', '$.a'), json_length('[1,2,3]'), json_contains('[1,2]', '1'), json_keys('{"a":1,"b":2}'), json_valid('{}')
select j.* from json_table('[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]', '$[*]' columns(a int path '$.a', b varchar(9) path '$.b')) j
select regexp_replace('abc-123', '[0-9]+', 'N'), regexp_substr('order-42', '[0-9]+'), substring_index('a/b/c', '/', 2)
select upper('abc'), length('abc'), lpad('7', 3, '0'), trim('  x '), left('abcdef', 3), reverse('abc'), concat_ws('-', 'a', 'b')
select md5('abc'), sha2('abc', 256), to_base64('abc'), hex('abc'), crc32('abc')
select coalesce(null, 'x'), ifnull(null, 2), nullif(1, 1), greatest(1, 5, 3), if(1 < 2, 'yes', 'no'), case when 1 < 2 then 'y' end
select 10 / 3, 10 div 3, 10 % 3, round(2.567, 2), ceil(1.2), floor(-1.2), power(2, 10), sqrt(16)
select format(1234567.891, 2), inet_aton('10.0.0.1'), inet_ntoa(167772161), bin(5), conv('ff', 16, 10)
select version()
select database(), current_user()
select @@version_comment, @@max_allowed_packet > 0, @@autocommit
select @@session.transaction_isolation
set @n = 5 ;; select @n, @n * 2
set @a = 'x', @b = 'y' ;; select @a, concat(@a, @b)
select @r := 10 ;; select @r + 1
show tables
show databases like 'information_schema'
show full tables
show columns from customers
show full columns from orders
describe customers
desc products
show create table orders
show create table customers
show create view order_totals
show index from customers
show keys from orders
show variables like 'max_connections'
show global variables like 'version%'
show session status like 'Threads_connected'
show engines
show character set like 'utf8mb4'
show collation like 'utf8mb4_bin'
show plugins
show triggers
show privileges
show warnings
show errors
select 1 ;; show warnings
show grants
select table_name, table_type, engine from information_schema.tables where table_schema = database() order by 1
select column_name, data_type, is_nullable, column_key from information_schema.columns where table_schema = database() and table_name = 'customers' order by ordinal_position
select constraint_name, column_name, referenced_table_name, referenced_column_name from information_schema.key_column_usage where table_schema = database() and table_name = 'orders' order by 1, 2
select index_name, column_name, non_unique from information_schema.statistics where table_schema = database() and table_name = 'customers' order by 1
select constraint_name, constraint_type from information_schema.table_constraints where table_schema = database() and table_name = 'orders' order by 1
select trigger_name, event_manipulation, action_timing from information_schema.triggers where trigger_schema = database()
select table_name from information_schema.views where table_schema = database()
select routine_name, routine_type from information_schema.routines where routine_schema = database() order by 1
select schema_name, default_character_set_name from information_schema.schemata where schema_name = 'mysql'
select table_schema, round(sum(data_length + index_length) / 1024 / 1024, 1) >= 0 as mb from information_schema.tables where table_schema = database() group by table_schema
select character_set_name, maxlen from information_schema.character_sets where character_set_name = 'utf8mb4'
select plugin_name, plugin_status from information_schema.plugins where plugin_name = 'InnoDB'
select engine, support from information_schema.engines where engine = 'InnoDB'
select referenced_table_name, delete_rule from information_schema.referential_constraints where constraint_schema = database() order by 1
SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'mysql'
SELECT @@global.sql_mode <> 'nope', @@session.time_zone, @@character_set_client
SELECT CONNECTION_ID() > 0, ROW_COUNT(), FOUND_ROWS()
explain select * from orders where customer_id = 5
explain select c.name, count(*) from customers c join orders o on o.customer_id = c.id group by c.name
explain extended select sku from products where id = 1
analyze select count(*) from orders where product_id = 3
explain format=json select sku from products where id = 1
prepare top from 'select sku, price from products order by price desc limit 2' ;; execute top ;; deallocate prepare top
prepare by_city from 'select count(*) from customers where city = ?' ;; set @c = 'Graz' ;; execute by_city using @c
start transaction ;; select count(*) from orders ;; savepoint a ;; select 1 ;; rollback to a ;; commit
begin ;; select max(id) from orders ;; rollback
select distinct city from customers order by city
select city from customers where id = 1 union select 'Bergen' order by 1
select id from orders where note = 'gift' intersect select id from orders where quantity > 2 order by 1
select city, count(*) from customers group by city with rollup
select o.id, (select count(*) from orders x where x.customer_id = o.customer_id) as n from orders o order by o.id limit 3
select c.id, c.created_at, date(c.created_at) from customers c order by 1 limit 2
select id, concat(name, ' (', city, ')') as label from customers order by id limit 3
select id, concat(left(name, 1), '.') as initial from customers order by id limit 3
select max(char_length(name)), min(created_at) from customers
select id, coalesce(note, 'none'), left(note, 2), upper(note) from orders order by id limit 12
select total from order_totals order by id limit 5
select round(avg(total), 2) from order_totals
select id from customers where email = 'nobody@nowhere.test'
select id, name from customers where phone in ('+1 000', '+1 111')
select count(*) from customers a join customers b on a.email = b.email
select sum(case when note = 'gift' then 1 else 0 end) as gifts, max(quantity > 3) from orders
select ntile(4) over (order by price), sku from products order by price limit 4
select first_value(sku) over w, nth_value(sku, 2) over w from products window w as (order by id) limit 3
select sum(price) over (partition by id % 3 order by id) from products order by id limit 4
select * from products order by id limit 5, 3
select std(quantity) > 0, variance(quantity) > 0, bit_or(quantity) from orders
select concat(id, '-', sku) from products where id = 1
select (select count(*) from orders) as o, (select count(*) from products) as p
select exists(select 1 from orders where quantity > 100)
select find_in_set('b', 'a,b,c'), field('b', 'a', 'b'), elt(2, 'a', 'b'), instr('abc', 'b'), locate('c', 'abc')
select uuid() <> uuid(), rand() < 1, sleep(0)
select cast('12' as unsigned), convert('2026-02-01', date), cast(1.5 as decimal(5,2)), '5' + 3
select * from customers where 1 = 0
select id, sku from products where sku regexp '0000[1-3]$' order by id
select p.id, p.sku from products p force index (primary) where p.id < 4
select sql_no_cache count(*) from orders
select straight_join p.sku, o.id from products p join orders o on o.product_id = p.id where p.id = 1 order by o.id
select nextval(sq1)
table products
select nam from customers
select * from custmers
selct 1
select cast('abc' as signed)
do 1
help 'select'
