# Everyday work on tests/seed/shop_mysql.sql as engineers, analysts, ORMs and tools send it; ' ;; ' separates statements on one connection.
# Compared byte for byte with the database's own answer, as everyday_shop_*.sql.
select p.id, p.sku, sum(o.quantity > 2) as big, count(o.id) as n from products p left join orders o on o.product_id = p.id group by p.id, p.sku order by p.id
select product_id, quantity, count(*) from orders where product_id < 4 group by product_id, quantity with rollup
select if(quantity > 2, 'big', 'small') as size, count(*) from orders group by size order by size
select case quantity when 1 then 'one' when 2 then 'two' else 'many' end as q, count(*) from orders group by 1 order by 1
select ifnull(note, 'none'), nullif(quantity, 1), coalesce(note, title) from orders o join products p on p.id = o.product_id order by o.id limit 12
select id, row_number() over (partition by product_id order by id) as rn, sum(quantity) over w as running from orders where product_id < 3 window w as (partition by product_id order by id) order by product_id, id
select id, price, ntile(4) over (order by price) q, percent_rank() over (order by price) pr, cume_dist() over (order by price) cd from products order by id limit 5
select id, lag(price, 1, 0) over (order by id) as prev, lead(price) over (order by id) as next, first_value(sku) over (order by id) f from products order by id limit 5
with recursive t(n, f) as (select 1, 1 union all select n + 1, f * (n + 1) from t where n < 10) select * from t
with recursive days as (select date('2026-01-01') as d union all select d + interval 1 day from days where d < '2026-01-07') select d, dayname(d) from days
with a as (select product_id, sum(quantity) q from orders group by 1), b as (select max(q) m from a) select a.product_id, a.q from a join b on a.q = b.m order by 1
select * from (select id, sku from products where id < 3 union all select id, title from products where id = 3) u order by 1, 2
(select id from products order by id limit 2) union (select id from orders order by id limit 2) order by 1
select id from products where id < 5 except select id from orders where quantity = 2 order by id
select id from products intersect select product_id from orders order by id limit 5
select p.id from products p join orders o using (id) where o.quantity = 1 order by p.id limit 5
select count(*) from products natural join (select id from orders) x
select straight_join p.id from products p join orders o on o.product_id = p.id where o.id = 3
select sql_no_cache id from products where id = 1
select distinct quantity from orders order by quantity
select distinctrow quantity from orders order by quantity
select * from products order by id limit 5, 3
select * from products order by id limit 3 offset 5
select id, sku from products use index (primary) where id between 2 and 4
select id, sku from products force index for order by (primary) order by id limit 2
select group_concat(distinct quantity order by quantity desc separator '|') from orders
select json_extract('{"a": {"b": [1, 2]}}', '$.a.b[1]'), json_unquote(json_extract('{"a": "x"}', '$.a')), json_value('{"a": 5}', '$.a')
select json_keys('{"a": 1, "b": 2}'), json_length('[1, 2, 3]'), json_type('[]'), json_valid('{'), json_depth('[[1]]')
select json_set('{"a": 1}', '$.b', 2), json_remove('{"a": 1, "b": 2}', '$.a'), json_merge_patch('{"a": 1}', '{"b": 2}'), json_array_append('[1]', '$', 2)
select json_object('id', id, 'sku', sku) from products where id < 3 order by id
select json_arrayagg(json_object('sku', sku, 'price', price)) from products where id < 3
select json_objectagg(sku, price) from products where id < 4
select json_contains('[1, 2]', '1'), json_search('["abc", "def"]', 'one', 'd%'), json_quote('x'), json_compact('{"a": 1}'), json_detailed('{"a":1}')
select j.n, j.v from json_table('[{"n": 1, "v": "x"}, {"n": 2, "v": "y"}]', '$[*]' columns (n int path '$.n', v varchar(5) path '$.v')) j
select concat('a', 'b'), concat_ws('/', 'a', null, 'b'), upper('x'), lcase('X'), length('día'), char_length('día'), reverse('abc')
select substring('abcdef', 2, 3), substr('abcdef' from 3), mid('abcdef', 2, 2), left('abc', 2), right('abc', 2), substring_index('a.b.c', '.', 2)
select lpad('7', 3, '0'), rpad('a', 3, '.'), repeat('ab', 3), trim(both 'x' from 'xxaxx'), ltrim('  a'), rtrim('a  '), space(3), insert('abcdef', 2, 2, 'XX')
select replace('abc', 'b', 'x'), locate('b', 'abc'), instr('abc', 'c'), position('b' in 'abc'), find_in_set('b', 'a,b,c'), field('b', 'a', 'b'), elt(2, 'a', 'b')
select strcmp('a', 'b'), soundex('hello'), hex('abc'), unhex('616263') = 'abc', ascii('A'), char(65 using utf8mb4), ord('A'), bin(5), oct(8), conv('ff', 16, 10)
select md5('x'), sha1('x'), sha2('x', 256), crc32('x'), to_base64('abc'), from_base64('YWJj') = 'abc', format(12345.678, 2), quote("it's")
select 'abc' regexp '^a', 'abc' rlike 'c$', regexp_replace('a1b2', '[0-9]', '#'), regexp_substr('ab12', '[0-9]+'), regexp_instr('ab12', '1')
select 'abc' like 'a%', 'a_c' like 'a\_c', 'x' between 'a' and 'z', 5 not in (1, 2), null <=> null, 1 xor 0, not 0, !1
select sku from products where sku regexp 'SKU-0000[12]' order by 1
select round(12.345, 2), truncate(12.99, 1), ceil(1.2), floor(-1.2), mod(7, 3), 7 div 2, 7 % 4, pow(2, 10), sqrt(16), sign(-3), abs(-2)
select ln(2), log10(100), log2(8), exp(0), pi(), degrees(pi()), radians(180), sin(0), atan2(1, 1), greatest(1, 3), least(1, 3), 5 & 3, 5 | 3, 5 ^ 3, ~0, 1 << 4
select cast('12' as unsigned), cast(1.5 as decimal(5, 2)), convert('5', signed), cast('2026-01-01' as date), cast(1 as char), convert('a' using utf8mb4), binary 'a' = 'A'
select date_format('2026-02-11 10:07:00', '%W %d %M %Y %H:%i'), str_to_date('11,2,2026', '%d,%m,%Y'), time_format('10:07', '%h:%i %p')
select date_add('2026-01-31', interval 1 month), date_sub('2026-01-01', interval 1 day), '2026-01-01' + interval 2 hour, adddate('2026-01-01', 5), subdate('2026-01-01', 5)
select datediff('2026-02-01', '2026-01-01'), timestampdiff(hour, '2026-01-01', '2026-01-02 12:00'), timediff('10:00', '08:30'), last_day('2026-02-05'), makedate(2026, 40), maketime(1, 2, 3)
select year('2026-02-11'), quarter('2026-02-11'), week('2026-02-11'), weekday('2026-02-11'), dayofyear('2026-02-11'), dayname('2026-02-11'), monthname('2026-02-11'), extract(year_month from '2026-02-11'), yearweek('2026-02-11')
select from_unixtime(1700000000), unix_timestamp('2026-01-01 00:00:00'), convert_tz('2026-01-01 00:00:00', '+00:00', '+02:00'), sec_to_time(3661), time_to_sec('01:01:01'), to_days('2026-01-01'), from_days(740000), period_add(202601, 3)
select curdate() <= current_date, now() >= '2020-01-01', utc_timestamp() is not null, current_timestamp(3) is not null, sysdate() > '2020-01-01'
select date(ordered_at) d, count(*) orders, count(distinct customer_id) buyers, sum(quantity) / count(distinct customer_id) per_buyer from orders group by 1 order by 1
select std(price), stddev_samp(price), var_pop(price), variance(price), bit_and(id), bit_or(id), bit_xor(id) from products
select inet_aton('10.0.0.5'), inet_ntoa(167772165), is_ipv4('10.0.0.1'), inet6_ntoa(inet6_aton('::1')), uuid() <> uuid(), is_uuid('x')
select last_insert_id(), found_rows(), row_count(), connection_id() > 0, database(), schema()
select user(), current_user(), session_user(), version() like '%MariaDB%', charset('a'), collation('a'), coercibility('a')
select @@version_comment is not null, @@max_connections, @@sql_mode <> '', @@global.max_allowed_packet > 0, @@session.auto_increment_increment, @@hostname is not null
select @@version_comment limit 1
select @@auto_increment_increment, @@character_set_server, @@collation_server, @@time_zone, @@lower_case_table_names, @@tx_isolation, @@autocommit
set @x = 5 ;; select @x, @x * 2
set @x := 5, @y := @x + 1 ;; select @x, @y
select @n := 0 ;; select @n := @n + 1 as n from products limit 3
select count(*) into @c from orders ;; select @c
select id, @rank := 7 as r from products order by id limit 2
set @t = 'x' ;; select concat(@t, 'y') as z, @t is null
prepare s from 'select sku from products where id = ?' ;; set @i = 3 ;; execute s using @i ;; deallocate prepare s
prepare s from 'select count(*) from orders' ;; execute s ;; drop prepare s
execute immediate 'select 1 + 1 as two'
set statement max_statement_time = 5 for select count(*) from products
begin ;; select count(*) from orders ;; savepoint a ;; select 1 ;; rollback to savepoint a ;; release savepoint a ;; commit
start transaction with consistent snapshot ;; select sum(quantity) from orders ;; rollback
start transaction read only ;; select count(*) from products ;; commit
set session group_concat_max_len = 100000 ;; select group_concat(id order by id) from products
set time_zone = '+02:00' ;; select from_unixtime(1700000000)
values (1, 'x', null), (2, 'y', 3.5)
values (3), (1), (2) order by 1 limit 2
select * from (values (1, 'a'), (2, 'b')) v
show databases like 'information%'
show tables
show full tables
show tables like 'ord%'
show tables from information_schema like 'TABLES'
show columns from orders
show full columns from products
show fields from products like 's%'
show columns from customers where field = 'email'
show index from orders
show keys from products
show create table products
show create table orders
show create view order_totals
show triggers
show table status like 'no_such'
show procedure status where db = 'no_such'
show function status where db = 'no_such'
show events
show engines
show plugins soname 'nothing'
show character set like 'utf8mb4'
show collation like 'utf8mb4_bin'
show variables like 'max_connections'
show session variables like 'sql_mode'
show global variables where variable_name = 'port'
show status like 'Threads_connecte'
show session status like 'Com_dummy'
show warnings
show errors
show count(*) warnings
show open tables from mysql like 'nothing'
show privileges
describe orders
desc products
desc products sku
describe customers
explain orders
explain select * from products where id = 1
explain extended select p.sku from products p join orders o on o.product_id = p.id where o.id = 1
explain format=json select id from products where id = 3
explain select count(*) from orders where quantity > (select avg(quantity) from orders)
explain partitions select * from products where id = 2
help 'contents'
select table_name, table_type, engine from information_schema.tables where table_schema = database() order by 1
select column_name, data_type, is_nullable, column_default, column_key, extra from information_schema.columns where table_schema = database() and table_name = 'orders' order by ordinal_position
select constraint_name, constraint_type from information_schema.table_constraints where table_schema = database() and table_name = 'orders' order by 1
select column_name, referenced_table_name, referenced_column_name from information_schema.key_column_usage where table_schema = database() and table_name = 'orders' order by 1, 2
select index_name, column_name, non_unique from information_schema.statistics where table_schema = database() and table_name = 'products' order by 1
select schema_name, default_character_set_name from information_schema.schemata where schema_name = 'information_schema'
select table_name, view_definition from information_schema.views where table_schema = database()
select trigger_name, event_manipulation from information_schema.triggers where trigger_schema = database()
select routine_name, routine_type from information_schema.routines where routine_schema = database() order by 1
select engine, support from information_schema.engines order by 1 limit 3
select character_set_name, maxlen from information_schema.character_sets where character_set_name = 'utf8mb4'
select variable_name, variable_value from information_schema.global_variables where variable_name = 'PORT'
select update_rule, delete_rule from information_schema.referential_constraints where constraint_schema = database() order by constraint_name
select partition_name from information_schema.partitions where table_schema = database() and table_name = 'orders'
select `orders`.`id`, `orders`.`quantity` from `orders` inner join `products` on (`orders`.`product_id` = `products`.`id`) where (`products`.`sku` like binary 'SKU-0000%' and not (`orders`.`quantity` = 1)) order by `orders`.`id` asc limit 21
SELECT COUNT(*) AS `__count` FROM `orders` WHERE `orders`.`quantity` >= 3
SELECT 1 AS `a` FROM `products` WHERE `products`.`sku` = 'SKU-00001' LIMIT 1
SELECT `products`.* FROM `products` WHERE `products`.`id` IN (1, 2, 3) ORDER BY `products`.`id` ASC
SELECT anon_1.products_id, anon_1.n FROM (SELECT products.id AS products_id, count(orders.id) AS n FROM products LEFT OUTER JOIN orders ON orders.product_id = products.id GROUP BY products.id) AS anon_1 WHERE anon_1.n > 13 ORDER BY anon_1.products_id
select o1_0.id,o1_0.customer_id,o1_0.note,p1_0.sku from orders o1_0 left join products p1_0 on p1_0.id=o1_0.product_id where o1_0.id=7
SELECT 1 AS one FROM `products` WHERE `products`.`sku` = 'nope' LIMIT 1
SELECT table_comment FROM information_schema.tables WHERE table_schema = (SELECT DATABASE()) AND table_name = 'orders'
SHOW FULL FIELDS FROM `products`
SHOW KEYS FROM `products`
SELECT @@GLOBAL.read_only
SELECT CONNECTION_ID() IS NOT NULL
/* ApplicationName=DBeaver 24.0 - Main */ SELECT DATABASE()
/* mysql-connector-j-8.0.33 */SELECT @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@net_write_timeout > 0 AS nwt, @@sql_mode <> '' AS sql_mode
select a.id, (select count(*) from orders o where o.product_id = a.id) n from products a where exists (select 1 from orders o where o.product_id = a.id and o.quantity = 4) order by 1 limit 5
select * from products where (id, sku) in ((1, 'SKU-00001'), (2, 'x')) order by id
select * from products where price > all (select price from products where id < 20) order by id limit 3
select * from products where price = any (select max(price) from products)
select sum(case when quantity > 2 then 1 else 0 end) / nullif(count(*), 0) as ratio from orders
select product_id, count(*) * 100.0 / (select count(*) from orders) as pct from orders group by 1 order by 1 limit 5
select customer_id, timestampdiff(day, min(ordered_at), max(ordered_at)) span from orders group by 1 order by 1 limit 5
select count(*) from customers where phone is null or ssn is null
select city, count(distinct email) from customers group by city order by 1
select extractvalue('<a><b>1</b></a>', '/a/b'), updatexml('<a>1</a>', '/a', '<b>2</b>')
select st_astext(point(1, 2)), st_distance(point(0, 0), point(3, 4)), st_x(point(1, 2))
select benchmark(1, 1)
select sleep(0)
do 1
select median(price) over () from products limit 1
select percentile_cont(0.5) within group (order by price) over () as m from products limit 1
select nosuch from products
select * from nosuch
select 1 / 0
selec 1
# Sessions, settings and temporary tables of drivers, consoles and dumps.
set names utf8mb4 collate utf8mb4_unicode_ci ;; select @@collation_connection, @@character_set_client
set names utf8 ;; select @@character_set_client, @@character_set_results, sku from products order by id limit 2
set names latin1 ;; select sku from products order by id limit 2
SET NAMES utf8mb4, @@SESSION.sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO'), @@SESSION.sql_auto_is_null = 0, @@SESSION.wait_timeout = 2147483 ;; select @@wait_timeout, @@sql_mode
SET character_set_results = NULL, sql_mode='STRICT_TRANS_TABLES', autocommit=1 ;; select id, sku from products order by id limit 2
set sql_mode = (select replace(@@sql_mode, 'ONLY_FULL_GROUP_BY', '')) ;; select @@sql_mode
set @old = @@sql_mode, sql_mode = 'TRADITIONAL' ;; set sql_mode = @old ;; select @@sql_mode = @old
SET SESSION TRANSACTION READ ONLY ;; select @@session.tx_read_only ;; select count(*) from products ;; SET SESSION TRANSACTION READ WRITE ;; select @@session.tx_read_only
SET autocommit = 0 ;; SAVEPOINT `s1` ;; select sku from products where id = 2 ;; RELEASE SAVEPOINT `s1` ;; COMMIT ;; SET autocommit = 1 ;; select @@autocommit
set tx_isolation = 'READ-COMMITTED', foreign_key_checks = 1, unique_checks = on ;; select @@tx_isolation
set max_statement_time = 5, lock_wait_timeout = 3, innodb_lock_wait_timeout = 3 ;; select count(*) from orders
set session optimizer_switch = 'mrr=on', sort_buffer_size = 400000, group_concat_max_len = 20 ;; select @@group_concat_max_len
set lc_time_names = 'de_DE', time_zone = '+02:00', @x = 5 ;; select monthname('2024-03-01'), @@time_zone, @x
set sql_select_limit = 3 ;; select id from products order by id ;; select @@sql_select_limit ;; SET SQL_SELECT_LIMIT=DEFAULT ;; select count(*) from (select id from products order by id) x
/* mysql-connector-j-8.2.0 */SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@character_set_results AS character_set_results, @@collation_connection AS collation_connection, @@init_connect AS init_connect, @@interactive_timeout AS interactive_timeout, @@license AS license, @@lower_case_table_names AS lower_case_table_names, @@max_allowed_packet AS max_allowed_packet, @@net_write_timeout AS net_write_timeout, @@performance_schema AS performance_schema, @@system_time_zone AS system_time_zone, @@time_zone AS time_zone, @@tx_isolation AS transaction_isolation, @@wait_timeout AS wait_timeout
/* ApplicationName=DBeaver 24.0.1 - Main */ SHOW DATABASES LIKE 'info%'
/* ApplicationName=DBeaver 24.0.1 - Metadata */ SHOW FULL COLUMNS FROM `products`
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */ ;; /*!40103 SET TIME_ZONE='+00:00' */ ;; select @OLD_CHARACTER_SET_CLIENT, @@time_zone
START TRANSACTION /*!40100 WITH CONSISTENT SNAPSHOT */ ;; SELECT /*!40001 SQL_NO_CACHE */ `id`, `sku` FROM `products` ORDER BY `id` LIMIT 2 ;; ROLLBACK
select /*!99999 nonsense */ 1, /*!50701 nonsense, */ /*M!100000 2, */ 3
use information_schema ;; select count(*) > 0 from tables ;; select database() ;; show tables like 'ENGINES'
use mysql ;; select database()
select 1/0 ;; show count(*) warnings ;; show warnings
select cast(title as signed) from products where id = 1 ;; show warnings
select nope from products
drop temporary table if exists nothing_here ;; show warnings
create temporary table own (id int primary key, v varchar(20) default 'x', at timestamp default current_timestamp, key vi (v)) engine=InnoDB default charset=utf8mb4 comment='x' ;; insert into own (id, v) values (1, 'a'), (2, 'b') ;; update own set v = 'c' where id = 2 ;; select id, v from own order by id ;; delete from own where id = 1 ;; replace into own (id, v) values (2, 'z') ;; select count(*) from own ;; drop temporary table own
create temporary table per_product as select product_id, sum(quantity) q from orders group by product_id ;; select * from per_product order by product_id limit 3 ;; drop temporary table if exists per_product
create temporary table if not exists few engine=memory as select id, sku from products where id < 4 ;; insert into few values (9, 'x') on duplicate key update sku = 'y' ;; select * from few order by id ;; drop table few
begin ;; create temporary table t3 (a int) ;; insert into t3 select id from products ;; select count(*) from t3 ;; rollback ;; select count(*) from t3
execute immediate 'select id, sku from products where id = ?' using 5
set @v = 3 ;; execute immediate 'select id, sku from products where id > ? order by id limit 2' using @v
with lim (sku, floor) as (values ('A', 5.0), ('B', 2.5)) select lim.sku, lim.floor, count(p.id) from lim left join products p on p.price > lim.floor group by lim.sku, lim.floor order by 1
with v as (values (1, 2) union all select id, id from products where id < 3) select * from v
select group_concat(sku order by sku limit 2), group_concat(distinct sku order by sku desc separator '|' limit 1, 2) from products
select nosuch_function(1)
select nullif(1)
set session sql_mode = 'ANSI_QUOTES,STRICT_TRANS_TABLES' ;; select "p"."id", "p"."sku" as "Article" from "products" as "p" where "p"."id" < 4 order by "p"."id"
set sql_mode = concat(@@sql_mode, ',ANSI') ;; select "sku" || ': ' || "title" || ' (' || ("price" || ')'), count (*), max("price") from "products" where "id" < 4 group by "id" order by "id"
set @old = @@sql_mode, sql_mode = concat(@@sql_mode, ',ANSI_QUOTES') ;; select "id" from "products" order by "id" limit 2 ;; set @mine = @@sql_mode, sql_mode = @old ;; select "id" ;; set sql_mode = @mine ;; select "id" from "products" order by "id" limit 1 ;; select @@sql_mode = @old
set sql_mode = concat(@@sql_mode, ',PIPES_AS_CONCAT,IGNORE_SPACE') ;; select 1 + 2 || 3, concat ('a', id || "b") from products where sku like 'B' || '%' or id = 1 order by id limit 3 ;; set sql_mode = default ;; select 1 || 0
set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES') ;; prepare "s" from 'select "sku" from "products" where "id" = ?' ;; set @i = 2 ;; execute "s" using @i ;; set @q = 'select "title" from "products" where "id" = 1' ;; execute immediate @q ;; deallocate prepare "s"
set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES') ;; create temporary table "picked ones" ("id" int primary key, "the ""best""" int) ;; insert into "picked ones" select "id", "price" from "products" where "id" < 3 ;; select * from "picked ones" order by "id" ;; select "the ""best""" > 0 from "picked ones" order by "id" ;; drop temporary table "picked ones"
select sql_cache id, sku from products order by id limit 2 ;; select distinct sql_cache sql_calc_found_rows sku from products order by sku limit 2 ;; select found_rows()
create or replace temporary table picked as select id, price from products where id < 4 ;; select count(*) from picked ;; create or replace temporary table picked (n int) ;; insert into picked values (1), (2) ;; select row_count() ;; select n from picked order by n ;; set @n = row_count() ;; select @n
select 1/0, cast('12x' as int) ;; get diagnostics @many = number ;; get diagnostics condition 1 @code = mysql_errno, @state = returned_sqlstate, @words = message_text ;; select @many, @code, @state, @words
begin not atomic declare n int; select count(*) into n from products; if n > 3 then select 'many' as v; else select 'few' as v; end if; end
begin not atomic declare i int default 0; while i < 3 do set i = i + 1; end while; select i, sku from products where id = i; end
select id, price from products procedure analyse() ;; select id, price from products where id < 4 order by id procedure analyse (10, 2000)
