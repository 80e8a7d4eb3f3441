# Everyday work on tests/seed/sectors_mysql.sql: a warehouse, a game, a university with its library.
# ' ;; ' separates statements. ' ==> columns' names those columns of the last answer whose cells are masked, precisely; without it
# the answer is the database's own, byte for byte. Read by tests/quality/everyday.py.
select site_code, title, st_astext(geo), opened, dock_doors, cutoff from sites order by site_code
select * from sites order by site_code
select site_code, st_x(geo) as lon, st_y(geo) as lat, round(st_distance_sphere(geo, point(8.5, 47.4)) / 1000, 1) as km from sites order by km
select site_code from sites where mbrcontains(st_geomfromtext('POLYGON((8 47,9 47,9 48,8 48,8 47))'), geo) order by 1
select * from bins where site_code = 'WH02' order by bin_id limit 5
select bin_id, `delete`, `status` from bins where `delete` = 1 order by bin_id
select `delete`, count(*) as `drop` from bins group by `delete` order by 1
select status, count(*) from bins group by status with rollup
select bin_id, flags, find_in_set('hazard', flags) > 0 as hazardous, flags + 0 from bins where flags & 2 order by bin_id limit 5
select aisle, group_concat(distinct level order by level separator '/') from bins where site_code = 'WH01' group by aisle order by aisle
select 'drop table bins' as hint, "delete from stock; truncate stock" as another, 'it''s -- fine' as quoted
select 1 /* drop table bins; */ + 1 as two -- delete from bins
select 2 # truncate table bins
select _utf8mb4'drop' collate utf8mb4_bin as w, n'delete' as n, x'414243' as x, 0x4D as m, b'101' + 0 as b
select sku, description from skus where description like '%drop%' order by sku limit 5
select sku, match(description) against ('anchor') > 0 as hit from skus where match(description) against ('+drop +anchor' in boolean mode) order by sku limit 4
select sku, dims->'$.l' from skus limit 1
select sku, json_value(dims, '$.l') as l, json_extract(dims, '$.labels[0]') as label, json_unquote(json_extract(dims, '$.labels[1]')) as zone from skus order by sku limit 5
select sku, json_length(dims), json_keys(dims), json_contains(dims, '"fragile"', '$.labels') from skus order by sku limit 3
select s.sku, j.label from skus s, json_table(s.dims, '$.labels[*]' columns (label varchar(20) path '$')) j order by 1, 2 limit 6
select ean13, left(ean13, 2) as prefix, hs_code, unit_cost, weight_g / 1000 as kg from skus order by sku limit 5
select sku, description, supplier_email from skus order by sku limit 4 ==> supplier_email
select substring_index(hs_code, '.', 1) as chapter, count(*), avg(unit_cost) from skus group by chapter order by chapter limit 5
select count(*), count(discontinued_at), sum(discontinued_at is null) from skus
select b.site_code, sum(s.qty) as pieces, round(sum(s.qty * k.unit_cost), 2) as worth from stock s join bins b using (bin_id) join skus k on k.sku = s.sku group by b.site_code order by worth desc
select k.sku, ifnull(sum(s.qty), 0) as q from skus k left join stock s on s.sku = k.sku group by k.sku having q < 40 order by k.sku limit 10
select bin_id, sku, qty, lot, expires from stock where expires between '2026-07-01' and '2026-07-31' order by expires limit 8
select sku, qty, sum(qty) over (partition by sku order by bin_id) as running from stock order by sku, bin_id limit 10
select lot, count(*), min(expires), max(counted_at) from stock group by lot order by lot
select reason, count(*), sum(qty) from movements group by reason order by reason
select date(moved_at) as d, hour(moved_at) as h, count(*) from movements where moved_at >= '2026-02-02' and moved_at < '2026-02-03' group by d, h order by d, h
select operator_badge, count(*) c, rank() over (order by count(*) desc) as r from movements group by operator_badge order by r, 1 limit 5
select id, note from movements where note regexp 'drop|delete|update' order by id limit 5
select id, moved_at, lead(moved_at) over w as next, timestampdiff(second, moved_at, lead(moved_at) over w) as gap from movements window w as (partition by sku order by moved_at) order by sku, id limit 6
select * from movements partition (p0) order by id limit 3
select sku, max(case when reason = 'pick' then qty end) as pick, max(if(reason = 'count', qty, null)) as counted from movements group by sku order by sku limit 5
select m.sku, (select sum(qty) from stock s where s.sku = m.sku) as on_hand, sum(m.qty) as moved from movements m where m.reason = 'pick' group by m.sku order by moved desc, 1 limit 5
select id, name, cutoff, `rank` from carriers order by `rank`
select name, contact_phone, contact_mail, api_token from carriers order by id ==> contact_phone, contact_mail, api_token
select tracking_no, city, country, parcels, weight_kg from consignments order by id limit 6
select id, recipient, street, postcode, city from consignments order by id limit 5 ==> street
select c.tracking_no, r.name, timestampdiff(minute, c.created_at, c.shipped_at) as minutes from consignments c join carriers r on r.id = c.carrier_id where c.shipped_at is not null order by c.id limit 5
select country, count(*), avg(timestampdiff(hour, shipped_at, delivered_at)) as h from consignments where delivered_at is not null group by country order by country
select yearweek(created_at, 3) as w, sum(parcels) from consignments group by w order by w
select e.code, count(*), max(e.km) from consignments c join json_table(c.events, '$[*]' columns (n for ordinality, code varchar(4) path '$.code', km int path '$.km')) e group by e.code order by e.code
select json_objectagg(code, title) from courses where credits = 6
select * from open_consignments order by id limit 5
with late as (select id, carrier_id from consignments where delivered_at is null and created_at < '2026-02-05') select r.name, count(l.id) from carriers r left join late l on l.carrier_id = r.id group by r.id order by r.id
select c.id from consignments c where not exists (select 1 from consignments d where d.city = c.city and d.weight_kg > c.weight_kg) order by c.id limit 5
select tag, name, json_value(perks, '$.xp') as xp, treasury from guilds order by id limit 5
select g.name, count(p.player_id) members, avg(p.level) from guilds g left join players p on p.guild_id = g.id group by g.id order by members desc, g.id limit 5
select player_id, handle, level, xp, region, platform, is_banned from players order by player_id limit 5
select handle, email, birthday, last_ip, password_hash from players order by player_id limit 4 ==> email, birthday, last_ip, password_hash
select handle, is_banned + 0 as banned, last_seen, created_at from players where is_banned = b'1' order by player_id limit 5
select handle, public_key from players order by player_id limit 3
select region, platform, count(*) from players group by region, platform with rollup
select handle, settings->>'$.fov' from players limit 1
select handle, json_value(settings, '$.keys.drop') as `drop`, json_extract(settings, '$.langs[1]') from players order by player_id limit 4
select handle from players where json_contains(settings, '"ko"', '$.langs') order by player_id limit 3
select ntile(4) over (order by xp) as q, handle, xp from players order by xp desc limit 5
select level div 10 * 10 as bucket, count(*) from players group by bucket order by bucket
select map, mode, count(*), avg(duration_s), sec_to_time(max(duration_s)) from matches group by map, mode order by map, mode
select id, build, substring_index(build, '+', -1) as build_no, server_ip from matches order by id limit 4 ==> server_ip
select id, hex(replay), length(replay) from matches order by id limit 3
select id, replay from matches order by id limit 2
select * from matches where map = 'Drop Zone' order by id limit 3 ==> server_ip
select p.handle, kd(sum(mp.kills), sum(mp.deaths)) as kd from players p join match_players mp using (player_id) group by p.player_id order by kd desc, 1 limit 5
select mp.match_id, mp.player_id, mp.mmr_after - mp.mmr_before as delta from match_players mp order by abs(mp.mmr_after - mp.mmr_before) desc, 1, 2 limit 5
select match_id, team, sum(score), max(kills), row_number() over (partition by match_id order by sum(score) desc) as place from match_players group by match_id, team order by 1, 2 limit 6
select player_id, avg(mmr_after) over (partition by player_id order by match_id rows between 4 preceding and current row) as trend from match_players order by player_id, match_id limit 6
select json_extract(loot, '$[2].drop') as l, count(*) from match_players group by l order by l
select i.name, i.rarity, i.slot, i.`key`, i.token_cost, i.drop_rate from items i order by i.item_id limit 6
select rarity, json_value(stats, '$.atk') + 0 as atk from items order by atk desc limit 3
select i.rarity, sum(p.price_cents) / 100 as revenue, sum(p.refunded) as refunds from purchases p join items i using (item_id) group by i.rarity order by i.rarity
select id, item_id, price_cents, currency, psp_ref, bought_at from purchases order by id limit 5
select id, card_pan, card_exp, price_cents from purchases order by id limit 4 ==> card_pan, card_exp
select date_format(bought_at, '%Y-%m') as month, currency, sum(price_cents) from purchases group by month, currency order by month, currency
select count(distinct player_id) / (select count(*) from players) as conversion from purchases
with recursive tree as (select dept, title, parent, 0 as depth, cast(dept as char(200)) as path from departments where parent is null union all select d.dept, d.title, d.parent, t.depth + 1, concat(t.path, '/', d.dept) from departments d join tree t on d.parent = t.dept) select depth, path, title from tree order by path
with recursive days as (select date '2026-02-01' as d union all select d + interval 1 day from days where d < '2026-02-07') select d, count(l.loan_id) from days left join loans l on l.loaned_on = d group by d order by d
select dept, budget, sum(budget) over (order by dept) as cumulative, round(budget / sum(budget) over () * 100, 2) as pct from departments order by dept
select code, title, credits, capacity - seats_taken(code, '2026SP') as free from courses order by code limit 5
select c.dept, count(distinct e.matric_no) students, avg(e.mark) from courses c join enrolments e on e.code = c.code where e.term = '2026SP' group by c.dept order by c.dept
select code, json_extract(prerequisites, '$[0]') from courses order by code limit 3
select code, syllabus from courses where match(title, syllabus) against ('genetics' in natural language mode) order by code limit 3
select matric_no, first_name, surname, programme, intake, status, home_country, gpa from students order by matric_no limit 5
select matric_no, personal_email, tel, dob, national_id, emergency_contact from students order by matric_no limit 4 ==> personal_email, tel, dob, national_id, emergency_contact
select programme, count(*), avg(gpa), std(gpa) from students group by programme order by programme
select s.surname, s.first_name, e.code, e.grade from students s join enrolments e using (matric_no) where e.term = '2026SP' order by s.matric_no, e.code limit 8
select s.programme, sum(e.grade = 'A') as a, sum(e.grade = 'B') as b, sum(e.grade is null) as open from enrolments e join students s using (matric_no) group by s.programme order by 1
select matric_no, photo_url from students order by 1 limit 3
select term, percentile_cont(0.5) within group (order by mark) over (partition by term) as median from enrolments where mark is not null order by term limit 3
select isbn, copy_no, due_on, overdue_days(due_on, returned_on) as late from loans order by loan_id limit 8
select t.title, t.author, count(l.loan_id) as loans from titles t left join loans l using (isbn) group by t.isbn order by loans desc, t.title, t.isbn limit 5
select isbn, title, year, language, dewey from titles where title like 'Update%' order by isbn limit 4
select author, collation(author), char_length(author), length(author) from titles group by author order by author
select title from titles where title like 'Select%' union select title from courses where title like 'Advanced%' order by title limit 6
select isbn, json_extract(subjects, '$[0]') s from titles where json_search(subjects, 'one', 'law') is not null order by isbn limit 3
select (year div 10) * 10 as decade, count(*), sum(pages) from titles group by decade order by decade
select matric_no, sum(fine) as owed, count(*) from loans where returned_on is null group by matric_no having owed > 0 order by owed desc, matric_no limit 5
select l.loan_id, l.due_on, datediff('2026-03-01', l.due_on) as days, dayname(l.due_on) from loans l where l.returned_on is null and l.due_on < '2026-02-10' order by 2, 1 limit 5
select loan_id from loans where loaned_on = (select max(loaned_on) from loans) order by 1
(select isbn from loans order by loan_id limit 2) union all (select isbn from titles order by isbn desc limit 2) order by 1
select isbn from loans intersect select isbn from titles order by 1 limit 3
select distinct dept from courses except select dept from departments where budget > 8500000 order by 1
select coalesce(nullif(grade, 'C'), 'n/a') as g, count(*) from enrolments group by g order by g
select crc32(group_concat(sku order by sku)) as checksum from skus
select abs(-3) - -2 as five, 7 div 2, 7 mod 4, -7 % 3, 2 | 5, 6 & 3, 1 << 4, ~0 & 255, !0, 1 xor 1
select cast('2026-02-01 10:00' as datetime(3)), time('10:20:30') + interval 90 minute, date('2026-02-28') + interval 1 day, extract(year_month from '2026-02-03')
select convert('ä' using latin1) = 'ä', 'a' 'b' as joined, concat_ws('-', 1, null, 2), trim(leading '0' from '0012')
select row_number() over () as n, t.c from (select 'x' as c union all select 'y') t
select @@sql_mode, @@version like '10.%', @@innodb_buffer_pool_size > 0, @@session.wait_timeout > 0
set names utf8mb4 ;; select 'ž'
set sql_safe_updates = 1 ;; select @@sql_safe_updates
set session max_statement_time = 30 ;; select count(*) from movements ;; set max_statement_time = default
set session transaction isolation level read committed ;; select @@tx_isolation
set autocommit = 1 ;; select @@autocommit
set session innodb_lock_wait_timeout = 5, lock_wait_timeout = 10 ;; select count(*) from bins
select json_arrayagg(tracking_no order by id) from consignments where id < 10
set character_set_results = utf8mb4 ;; select 'ü'
set @since = '2026-02-10', @mode = 'ranked' ;; select count(*) from matches where started_at >= @since and mode = @mode
set @row = 0 ;; select @row := @row + 1 as n, sku from skus order by sku limit 3
select max(xp) into @top from players ;; select handle from players where xp = @top
prepare q from 'select title from courses where dept = ? and credits >= ? order by code limit 2' ;; set @d = 'PHY', @c = 3 ;; execute q using @d, @c ;; deallocate prepare q
start transaction ;; select qty from stock where bin_id = 3 ;; savepoint sp ;; select 1 ;; rollback to sp ;; commit
start transaction read only ;; select count(*) from loans ;; commit and no chain
explain select * from loans where due_on < '2026-02-01'
explain format=json select b.site_code, sum(s.qty) from stock s join bins b using (bin_id) group by 1
explain select sku from skus where match(description) against ('steel')
show tables like 'm%'
show full tables where table_type = 'VIEW'
show full columns from bins
show columns from players like 'p%'
show index from movements where non_unique = 1
show create table bins
show create table titles
show create view open_consignments
show create function kd
show create function overdue_days
show table status like 'guilds'
show function status where name = 'kd' and db = 'nothing'
show variables like 'innodb_flush%'
show global variables like 'max_conn%'
show variables where variable_name in ('sql_mode', 'version_comment', 'lower_case_table_names')
show status like 'Ssl_cipher'
show global status like 'Com_drop_tabl'
show engine innodb mutex
show binary logs
show master status
show slave status
show character set where charset = 'utf8mb4'
show collation where charset = 'utf8mb4' and `default` = 'Yes'
show plugins
show storage engines
show profiles
show count(*) errors
select table_name, engine, row_format, table_comment from information_schema.tables where table_schema = database() order by table_name
select table_name, round((data_length + index_length) / 1024) > 0 as kb from information_schema.tables where table_schema = database() and engine = 'InnoDB' order by table_name
select column_name, column_type, is_nullable, column_key, column_default, extra, column_comment from information_schema.columns where table_schema = database() and table_name = 'bins' order by ordinal_position
select table_name, column_name, data_type, character_maximum_length, numeric_scale, collation_name from information_schema.columns where table_schema = database() order by table_name, ordinal_position
select c.constraint_name, k.column_name, k.referenced_table_name, k.referenced_column_name, c.delete_rule from information_schema.referential_constraints c join information_schema.key_column_usage k on k.constraint_schema = c.constraint_schema and k.constraint_name = c.constraint_name where c.constraint_schema = database() order by 1
select index_name, group_concat(column_name order by seq_in_index) as cols, non_unique from information_schema.statistics where table_schema = database() and table_name = 'movements' group by index_name, non_unique order by 1
select partition_name, partition_description, partition_method from information_schema.partitions where table_schema = database() and table_name = 'movements' order by 1
select routine_name, routine_type, data_type, is_deterministic, sql_data_access from information_schema.routines where routine_schema = database() order by 1
select routine_definition from information_schema.routines where routine_schema = database() and routine_name = 'kd'
select view_definition, is_updatable from information_schema.views where table_schema = database()
select variable_name, variable_value from information_schema.global_status where variable_name = 'COM_ALTER_USER'
select variable_name, session_value, global_value_origin from information_schema.system_variables where variable_name = 'MAX_CONNECTIONS'
select count(*) > 0 from information_schema.processlist where command <> 'Sleep'
select count(*) >= 0 from information_schema.innodb_trx
select engine, transactions, xa, savepoints from information_schema.engines where support = 'DEFAULT'
select plugin_name, plugin_status from information_schema.plugins where plugin_type = 'STORAGE ENGINE' order by 1 limit 4
select grantee like '%admin%', privilege_type from information_schema.user_privileges where privilege_type = 'SELECT' and grantee like '%admin%'
select count(*) >= 0 from performance_schema.events_statements_summary_by_digest
select event_name, enabled from performance_schema.setup_instruments where name = 'x'
SELECT @@session.tx_isolation, @@global.read_only, @@license is not null, @@system_time_zone is not null, @@init_connect, @@query_cache_type
/* ApplicationName=DBeaver 23.3.0 - SQLEditor <Script.sql> */ SELECT * FROM guilds ORDER BY id LIMIT 0, 5
/* ApplicationName=DataGrip 2024.1 */ select database(), schema(), left(user(), 5)
/* ApplicationName=DataGrip 2024.1 */ select table_name from information_schema.tables where table_schema = 'information_schema' and table_name = 'PARAMETERS'
SELECT VERSION() LIKE '10.%', @@version_compile_os IS NOT NULL
SELECT CAST('test plain returns' AS CHAR(60)) AS anon_1
SELECT CAST('test unicode returns' AS CHAR(60)) AS anon_1
SELECT 'test collated returns' COLLATE utf8mb4_bin AS anon_1
SELECT @@sql_auto_is_null
SELECT VERSION() is not null, @@sql_mode is not null, @@default_storage_engine, @@sql_auto_is_null, @@lower_case_table_names, CONVERT_TZ('2001-01-01 01:00:00', 'UTC', 'UTC') IS NOT NULL
SELECT `players`.`player_id`, `players`.`handle`, `players`.`level` FROM `players` INNER JOIN `guilds` ON (`players`.`guild_id` = `guilds`.`id`) WHERE (`guilds`.`tag` LIKE BINARY 'G0%' AND `players`.`level` >= 40) ORDER BY `players`.`handle` ASC LIMIT 5
SELECT DISTINCT `bins`.`aisle` FROM `bins` WHERE NOT (`bins`.`site_code` IN ('WH01', 'WH02')) ORDER BY `bins`.`aisle` ASC
SELECT courses.code AS courses_code, courses.title AS courses_title, departments_1.title AS departments_1_title FROM courses LEFT OUTER JOIN departments AS departments_1 ON departments_1.dept = courses.dept WHERE courses.credits = 4 ORDER BY courses.code
select p1_0.player_id,p1_0.handle,g1_0.id,g1_0.name from players p1_0 join guilds g1_0 on g1_0.id=p1_0.guild_id where p1_0.level>58 order by p1_0.player_id limit 5
SELECT `main`.`titles`.`isbn` FROM `titles` AS `main` WHERE 1=1
SELECT `t0`.`loan_id`, `t0`.`isbn` FROM `loans` AS `t0` WHERE (`t0`.`due_on` < '2026-02-01' AND `t0`.`returned_on` IS NULL) ORDER BY `t0`.`loan_id` ASC LIMIT 5 OFFSET 0
SELECT `loans`.* FROM `loans` WHERE `loans`.`matric_no` = 2100010 AND `loans`.`returned_on` IS NULL ORDER BY `loans`.`due_on` ASC LIMIT 1
SELECT str_to_date(date_format(`source`.`started_at`, '%Y-%m-%d'), '%Y-%m-%d') AS `started_at`, count(*) AS `count` FROM (SELECT * FROM `matches` WHERE `matches`.`mode` = 'ranked') AS `source` GROUP BY str_to_date(date_format(`source`.`started_at`, '%Y-%m-%d'), '%Y-%m-%d') ORDER BY 1 ASC
SELECT UNIX_TIMESTAMP(moved_at) DIV 3600 * 3600 AS "time", reason AS metric, SUM(qty) AS "value" FROM movements WHERE moved_at BETWEEN FROM_UNIXTIME(1769904000) AND FROM_UNIXTIME(1770200000) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 6
SELECT mode AS mode, COUNT(DISTINCT map) AS `COUNT_DISTINCT(map)`, AVG(duration_s) AS `AVG` FROM matches GROUP BY mode ORDER BY `AVG` DESC LIMIT 100
SELECT SQL_CALC_FOUND_ROWS id FROM guilds ORDER BY id LIMIT 2 ;; SELECT FOUND_ROWS()
SELECT SQL_NO_CACHE STRAIGHT_JOIN b.bin_id, s.sku FROM bins b JOIN stock s USING (bin_id) WHERE b.max_kg > 800 ORDER BY 1, 2 LIMIT 3
select sql_small_result high_priority status, count(*) from bins use index (PRIMARY) group by status order by null
select * from loans force index (due_on) where due_on = '2026-02-01' order by loan_id
select sku from stock ignore index (sku) where qty = 13 order by 1
analyze select count(*) from titles
describe select * from bins where bin_id = 5
desc players level
describe stock
select nosuch from bins
select * from no_such_table
select kd(1)
values ('drop', 1), ('delete', 2)
do sleep(0)
help 'select'
help 'show tables'
show open tables like 'nothing%'
set session sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' ;; show variables like 'sql_mode'
explain update loans set fine = 0 where loan_id = 5
explain delete from loans where isbn = (select max(isbn) from titles)
set time_zone = '+00:00', @@session.wait_timeout = 28800 ;; select from_unixtime(1700000000)
set optimizer_switch = 'mrr=off' ;; select count(*) from items
