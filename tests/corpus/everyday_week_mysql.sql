# A week of eight trades, written before anybody had looked at how it fares.
# Logistics
select status, count(*) as shipments, sum(weight_kg) as kg from shipments group by status order by status
select id, reference, status, lane, weight_kg from shipments where id = 42
select reference, status, promised_on from shipments where reference in ('SH700010', 'SH700011', 'SH700012') order by reference
select w.code, w.city, sum(s.status = 'delivered') as delivered, count(s.id) as total from warehouses w left join shipments s on s.warehouse_id = w.id group by w.id order by w.code
with late as (select s.*, datediff(s.delivered_at, s.promised_on) as days_late from shipments s where s.delivered_at is not null) select lane, count(*) as parcels, round(avg(days_late), 2) as avg_days_late from late group by lane order by lane
select yearweek(created_at, 3) as week, count(*) from shipments group by 1 order by 1
select date_format(created_at, '%Y-%m') as month, lane, sum(pieces) as pieces from shipments group by 1, 2 order by 1, 2
select distinct lane, percentile_cont(0.5) within group (order by weight_kg) over (partition by lane) as p50 from shipments order by lane
select reference, timestampdiff(hour, created_at, delivered_at) as hours from shipments where status = 'delivered' order by hours desc, id limit 5
select s.reference, e.kind, e.facility, e.occurred_at, lead(e.occurred_at) over (partition by e.shipment_id order by e.occurred_at) as next_at from shipments s join shipment_events e on e.shipment_id = s.id where s.id between 1 and 4 order by s.id, e.occurred_at
select s.id, s.reference, (select kind from shipment_events e where e.shipment_id = s.id order by occurred_at desc limit 1) as last_kind from shipments s where s.warehouse_id = 2 order by s.id limit 10
select driver_id, count(*) as tours from shipments where driver_id is not null and created_at >= '2026-09-15' group by driver_id having tours > 3 order by tours desc, driver_id limit 10
select d.id, d.hired_on, d.active, count(s.id) as shipments from drivers d left join shipments s on s.driver_id = d.id group by d.id order by d.id
select depot_id, count(*) from drivers where active group by depot_id order by depot_id
select reference, json_value(dims, '$.l') as length, json_extract(dims, '$.fragile') as fragile from shipments where json_value(dims, '$.fragile') = 1 order by id limit 8
select lane, round(avg(json_value(dims, '$.l') * json_value(dims, '$.w') * json_value(dims, '$.h') / 1000), 2) as litres from shipments group by lane order by lane
select * from warehouses order by id
select * from shipment_events where shipment_id = 17 order by occurred_at
select count(*) as without_driver from shipments where driver_id is null
select count(*) from shipments where consignee_phone is not null
select date(created_at) as day, warehouse_id, count(*) as n, sum(count(*)) over (partition by warehouse_id order by date(created_at)) as running from shipments where created_at < '2026-09-10' group by 1, 2 order by 1, 2
select reference, weight_kg, ntile(4) over (order by weight_kg, id) as quartile from shipments where lane = 'AT-DE' order by weight_kg, id limit 20
select floor(weight_kg / 20) * 20 as bucket, count(*), min(weight_kg), max(weight_kg) from shipments group by bucket order by bucket
select lane, group_concat(reference order by id separator ', ') as refs from shipments where id <= 12 group by lane order by lane
select substring_index(lane, '-', 1) as from_country, substring_index(lane, '-', -1) as to_country, count(*) from shipments group by 1, 2 order by 1, 2
select s1.reference, s2.reference as twin from shipments s1 join shipments s2 on s2.lane = s1.lane and s2.weight_kg = s1.weight_kg and s2.id > s1.id order by s1.id, s2.id limit 10
# Clinic, without the patients themselves
select d.name, count(*) as visits, sum(a.minutes) as minutes from appointments a join departments d on d.id = a.department_id group by d.name order by d.name
select date(starts_at) as day, sum(state = 'cancelled') as cancelled, sum(no_show) as no_shows, count(*) as total from appointments group by 1 order by 1 limit 10
select room, starts_at, minutes, state from appointments where department_id = 2 and starts_at >= '2026-11-10' and starts_at < '2026-11-12' order by starts_at, room
select d.name as department, round(100 * avg(a.no_show), 1) as no_show_pct from departments d join appointments a on a.department_id = d.id group by d.name order by no_show_pct desc, d.name
select panel, priority, sec_to_time(avg(timestampdiff(second, ordered_at, reported_at))) as turnaround from lab_orders where reported_at is not null group by panel, priority order by panel, priority
select a.id, a.starts_at, l.panel, l.priority from appointments a join lab_orders l on l.appointment_id = a.id where l.reported_at is null order by l.ordered_at
select dayname(starts_at) as dow, hour(starts_at) as hour, count(*) from appointments group by 1, 2 order by 1, 2
select count(distinct patient_id) as seen from appointments where state = 'done' and starts_at between '2026-11-01' and '2026-12-01'
select p.id, count(a.id) as visits from patients p join appointments a on a.patient_id = p.id group by p.id order by visits desc, p.id limit 10
select date_format(registered_at, '%Y-%m-01') as month, count(*) as new_patients from patients group by month order by month
with recursive slots as (select timestamp('2026-11-10 08:00') as slot union all select slot + interval 1 hour from slots where slot < '2026-11-10 16:00') select slot, count(a.id) as booked from slots left join appointments a on a.starts_at = slot and a.department_id = 1 group by slot order by slot
select d.name, d.beds, rank() over (order by d.beds desc) as place from departments d order by 3, 1
select room, max(starts_at + interval minutes minute) as busy_until from appointments where date(starts_at) = '2026-11-12' group by room order by room
select state, count(*) from appointments group by state with rollup
# SaaS billing
select plan, count(*) as accounts, sum(seats) as seats from accounts where churned_at is null group by plan order by plan
select id, company, plan, seats, country from accounts where id = 7
select company, plan from accounts where company like 'acme%' order by id limit 5
select date_format(started_on, '%Y-%m') as month, sum(mrr_cents) / 100 as new_mrr from subscriptions group by 1 order by 1
with recursive months as (select date('2026-01-01') as month union all select month + interval 1 month from months where month < '2026-06-01') select m.month, coalesce(sum(s.mrr_cents), 0) div 100 as mrr, count(s.id) as active from months m left join subscriptions s on s.started_on <= m.month and (s.ended_on is null or s.ended_on > m.month) group by m.month order by m.month
select currency, sum(if(paid_on is null, total_cents, 0)) as open, sum(if(paid_on is not null, total_cents, 0)) as paid from invoices group by currency order by currency
select number, due_on, total_cents / 100 as total, curdate() > due_on as overdue from invoices where paid_on is null and due_on < '2026-04-01' order by due_on
select number, issued_on, total_cents, round(total_cents * tax_rate / 100) as tax_cents, net_cents(total_cents, tax_rate) as net from invoices where account_id = 12 order by issued_on
select case when datediff(due_on, issued_on) <= 30 then '0-30' else '31+' end as terms, count(*) from invoices group by 1
select * from open_invoices order by due_on, id limit 10
select id, company, plan, invoices, billed_cents from account_overview order by billed_cents desc, id limit 10
select i.number, l.line_no, l.sku, l.quantity, l.quantity * l.unit_cents as cents from invoices i join invoice_lines l on l.invoice_id = i.id where i.id in (3, 4) order by i.id, l.line_no
select sku, sum(quantity) as qty, sum(quantity * unit_cents) as cents from invoice_lines group by sku with rollup
select brand, count(*) as cards, sum(expires < '2027-06-30') as expiring from payment_methods group by brand order by brand
select a.country, sum(i.total_cents) from accounts a join invoices i on i.account_id = a.id group by a.country order by 2 desc
select id, json_unquote(json_extract(settings, '$.locale')) as locale, json_value(settings, '$.limits.projects') as projects from accounts where json_extract(settings, '$.beta') = 1 order by id limit 10
select json_value(settings, '$.locale') as locale, count(*) from accounts group by 1 order by 2 desc, 1
select label, revoked, count(*) from api_keys group by label, revoked order by label, revoked
select id, account_id, label, scopes, last_used_at from api_keys where find_in_set('write', scopes) and not revoked order by last_used_at desc limit 5
select `key`, enabled, rollout, json_query(rules, '$.countries') as countries from feature_flags order by `key`
select `key`, json_detailed(rules) from feature_flags where json_contains_path(rules, 'one', '$.plans')
select f.`key`, c.country from feature_flags f, json_table(f.rules, '$.countries[*]' columns (country varchar(2) path '$')) c order by 1, 2
select * from feature_flags order by updated_at desc
select account_id, issued_on, total_cents, total_cents - lag(total_cents) over (partition by account_id order by issued_on) as diff from invoices where account_id <= 3 order by account_id, issued_on
select a.plan, avg(a.churned_at is not null) as churn from accounts a group by a.plan order by a.plan
select concat(year(created_at), 'Q', quarter(created_at)) as cohort, count(*) as accounts, sum(s.ended_on is null) as still_here from accounts c join subscriptions s on s.account_id = c.id group by cohort order by cohort
select account_id, count(*) from invoices where paid_on > due_on group by account_id order by count(*) desc, account_id limit 5
select exists (select 1 from invoices where number = 'INV-2026-00042') as known
select count(*) from accounts where billing_email is null or billing_email = ''
select ifnull(nullif(country, ''), '??') as country, count(*) as n from accounts group by country having n > 2 order by n desc, country
# Telemetry
select d.model, r.metric, avg(r.value) as mean, min(r.value), max(r.value) from devices d join readings r on r.device_id = d.id group by d.model, r.metric order by 1, 2
select from_unixtime(unix_timestamp(taken_at) div 21600 * 21600) as bin, round(avg(value), 2) from readings where metric = 'temperature' and device_id = 3 group by 1 order by 1
select r.device_id, r.metric, r.value, r.taken_at from readings r join (select device_id, metric, max(taken_at) as last_at from readings group by device_id, metric) l on l.device_id = r.device_id and l.metric = r.metric and l.last_at = r.taken_at order by 1, 2
select device_id, taken_at, value, avg(value) over (partition by device_id order by taken_at rows between 5 preceding and current row) as rolling from readings where metric = 'humidity' and device_id = 2 order by taken_at limit 15
select id, serial_no, model, firmware, site from devices where firmware < '2.2' order by id
select firmware, count(*) from devices group by firmware order by cast(substring_index(firmware, '.', -1) as unsigned), firmware
select json_value(labels, '$.zone') as zone, count(*) from devices group by 1 order by 1
select rule, severity, count(*), avg(timestampdiff(minute, raised_at, cleared_at)) as mttr from alerts group by 1, 2 order by 1, 2
select d.site, sum(a.severity >= 3) as severe from alerts a join devices d on d.id = a.device_id where a.raised_at >= '2026-11-05' group by d.site order by d.site
with g as (select device_id, taken_at, lag(taken_at) over (partition by device_id order by taken_at) as prev from readings where metric = 'temperature') select device_id, max(timestampdiff(minute, prev, taken_at)) as longest_gap from g group by device_id order by device_id
select unix_timestamp(taken_at) as time_sec, value, concat('device ', device_id) as metric from readings where taken_at between '2026-11-01 00:00:00' and '2026-11-01 06:00:00' and metric = 'temperature' order by 1, 3
select device_id, max(case when metric = 'temperature' then value end) as temperature, max(case when metric = 'humidity' then value end) as humidity from readings group by device_id order by 1
select stddev_pop(value), var_samp(value) from readings where metric = 'humidity'
select count(*) from devices where installed_on > '2025-06-01' and json_value(labels, '$.outdoor') = 1
select max(taken_at), min(taken_at) from readings force index (primary) where device_id = 4
# CMS
select id, slug, title, status, published_at from articles order by published_at is null, published_at desc, id limit 10
select slug, match (title, body) against ('restore backups') > 0 as hit from articles where match (title, body) against ('vacuum' in boolean mode) order by id limit 5
with recursive tree as (select id, parent_id, name, 1 as depth, cast(name as char(200)) as path from categories where parent_id is null union all select c.id, c.parent_id, c.name, t.depth + 1, concat(t.path, ' > ', c.name) from categories c join tree t on t.id = c.parent_id) select concat(repeat('  ', depth - 1), name) as tree, path from tree order by path
select status, count(*) from articles where find_in_set('ops', tags) group by status order by status
select slug, body from articles where id = 5
select regexp_replace(lower(title), '[^a-z0-9]+', '-') as guess, slug from articles order by id limit 5
select concat(left(body, 40), '…') as teaser, char_length(body) as chars from articles where status = 'published' order by id limit 5
select a.slug, count(c.id) as comments, sum(c.approved = 0) as waiting from articles a left join comments c on c.article_id = a.id group by a.id order by comments desc, a.id limit 10
select id, article_id, approved, created_at from comments where not approved order by created_at desc limit 10
select json_extract(meta, '$.seo.noindex') as noindex, round(avg(json_value(meta, '$.words'))) as words from articles group by 1 order by 1
select slug, json_length(meta, '$.related') as related from articles where id < 14 order by id
select author_id, sum(views) as views, ntile(4) over (order by sum(views) desc) as quartile from articles group by author_id order by views desc
select json_arrayagg(json_object('slug', slug, 'views', views)) from (select slug, views from articles order by views desc, id limit 3) t
select a.name as category, count(*) from articles x join categories a on a.id = x.category_id group by a.name order by 2 desc, 1
select id, title from articles where title like '%drop a table%' order by id limit 3
select id, slug from articles where title regexp '^release' order by id limit 4
# School
select c.name, count(s.id) as pupils from school_classes c left join students s on s.class_id = c.id group by c.id order by c.name, c.id
select day, sum(status = 'absent') as absent, sum(status = 'late') as late from attendance group by day order by day
select co.code, m.term, round(avg(m.points), 1) as mean, count(*) from marks m join courses co on co.id = m.course_id group by 1, 2 order by 1, 2
select student_id, points, dense_rank() over (order by points desc) as place from marks where course_id = 1 and term = '2026S' order by place, student_id limit 10
select case when points >= 90 then 'A' when points >= 75 then 'B' when points >= 60 then 'C' else 'D' end as grade, count(*) from marks group by grade order by grade
select cl.name, sum(a.status = 'present') as present, sum(a.status <> 'present') as missing from school_classes cl join students s on s.class_id = cl.id join attendance a on a.student_id = s.id group by cl.id order by cl.id
select * from courses order by credits desc, code
select s.id, s.class_id, s.enrolled_on from students s where not exists (select 1 from marks m where m.student_id = s.id and m.term = '2026S') order by s.id
select min(enrolled_on), max(enrolled_on), count(*) from students
select distinct term, median(points) over (partition by term) as median from marks order by term
select (@n := 5) + 1
# Bank back office
select product, currency, count(*) as accounts, sum(balance) as total from bank_accounts where closed_on is null group by product, currency order by product, currency
select id, product, currency, balance from bank_accounts where id = 31
select id, balance, opened_on from bank_accounts where balance < 0 order by balance, id limit 10
select kind, sum(amount) as total, count(*) from postings where booked_on between '2026-10-01' and '2026-10-31' group by kind order by kind
select account_id, booked_on, amount, sum(amount) over (partition by account_id order by booked_on, id) as running from postings where account_id = 5 order by booked_on, id
select batch_id, sum(amount) from postings group by batch_id having abs(sum(amount)) > 50 order by batch_id
select b.code, b.city, count(distinct c.id) as customers, sum(ba.balance) as balance from branches b join customers c on c.branch_id = b.id join bank_accounts ba on ba.customer_id = c.id group by b.id order by b.code
select p.booked_on, p.amount, round(p.amount / f.rate, 2) as usd from postings p join bank_accounts a on a.id = p.account_id join fx_rates f on f.day = p.booked_on and f.currency = a.currency where p.account_id <= 6 order by p.id
select segment, count(*) as customers, min(since) as first from customers group by segment order by segment
select day, rate, rate - lag(rate) over (order by day) as move from fx_rates where currency = 'USD' order by day limit 10
select a.id from bank_accounts a left join postings p on p.account_id = a.id and p.booked_on >= '2026-11-01' where p.id is null and a.closed_on is null order by a.id limit 10
select last_day(booked_on) as month_end, sum(amount) from postings group by 1 order by 1
select format(sum(balance), 2) as total, format(avg(balance), 0, 'de_DE') as mean from bank_accounts where currency = 'EUR'
# Game
select region, count(*) as players, round(avg(level), 1) as level, max(xp) as top_xp from players group by region order by region
select g.tag, count(p.id) as members, sum(p.xp) as xp from guilds g left join players p on p.guild_id = g.id group by g.id order by xp desc, g.id
select mode, map, count(*), sec_to_time(avg(time_to_sec(timediff(ended_at, started_at)))) as length from matches group by mode, map order by mode, map
select player_id, sum(kills) as k, sum(deaths) as d, round(sum(kills) / nullif(sum(deaths), 0), 2) as kd from match_players group by player_id order by kd desc, player_id limit 10
select match_id, team, sum(score) as score, sum(score) = max(sum(score)) over (partition by match_id) as won from match_players where match_id <= 3 group by match_id, team order by match_id, team
select id, level, xp, region, last_seen_at from players where last_seen_at > '2026-11-20' order by xp desc limit 5
select sku, json_extract(stats, '$.slots[0]') as slot, json_value(stats, '$.power') as power from items where rarity = 'epic' order by power desc, sku limit 5
select level div 10 * 10 as bracket, count(*) from players group by bracket order by bracket
select count(*) from players where last_seen_at >= date_sub('2026-11-30', interval 7 day)
# The client, DBeaver, Workbench, Metabase and Grafana ask the catalogue
show tables
show full tables where table_type = 'VIEW'
show tables like 'inv%'
describe shipments
show full columns from invoices
show columns from players like 'l%'
show index from shipment_events
show create table courses
show create view open_invoices
show table status like 'guilds'
show variables like 'version%'
show variables where variable_name in ('max_connections', 'sql_mode', 'innodb_buffer_pool_size')
show global status like 'Max_used_connections'
show session status like 'Ssl_cipher'
show engines
show character set like 'utf8mb4'
show collation like 'utf8mb4_general_ci'
show warnings
show function status where db = database() and name = 'net_cents'
show create function net_cents
show triggers
show plugins
select table_name, table_type, table_comment from information_schema.tables where table_schema = database() order by table_name
select column_name, column_type, is_nullable, column_key, column_default, extra from information_schema.columns where table_schema = database() and table_name = 'accounts' order by ordinal_position
select table_name, index_name, group_concat(column_name order by seq_in_index) as cols from information_schema.statistics where table_schema = database() group by table_name, index_name order by 1, 2
select table_name, column_name, referenced_table_name, referenced_column_name from information_schema.key_column_usage where table_schema = database() and referenced_table_name is not null order by 1, 2
select constraint_name, delete_rule, update_rule from information_schema.referential_constraints where constraint_schema = database() order by 1
select schema_name, default_character_set_name from information_schema.schemata where schema_name = 'information_schema'
select routine_name, routine_type, data_type from information_schema.routines where routine_schema = database()
select version(), @@version_comment
select database(), @@sql_mode
select @@session.auto_increment_increment as auto_increment_increment, @@character_set_client as character_set_client, @@character_set_connection as character_set_connection, @@collation_connection as collation_connection, @@license as license, @@lower_case_table_names as lower_case_table_names, @@max_allowed_packet as max_allowed_packet
select @@tx_isolation
select @@global.innodb_buffer_pool_size > 0, @@hostname is not null, @@port > 0
select version from schema_migrations order by version
SELECT `django_migrations`.`id`, `django_migrations`.`app`, `django_migrations`.`name`, `django_migrations`.`applied` FROM `django_migrations` ORDER BY `django_migrations`.`id`
SELECT `articles`.`id`, `articles`.`slug`, `articles`.`title`, `articles`.`views` FROM `articles` WHERE (`articles`.`status` = 'published' AND NOT (`articles`.`category_id` IN (3, 4))) ORDER BY `articles`.`id` ASC LIMIT 21
SELECT COUNT(*) AS `__count` FROM `comments` WHERE `comments`.`approved`
SELECT `accounts`.`plan`, COUNT(`invoices`.`id`) AS `n` FROM `accounts` LEFT OUTER JOIN `invoices` ON (`accounts`.`id` = `invoices`.`account_id`) GROUP BY `accounts`.`plan` ORDER BY `accounts`.`plan`
SELECT `jobs`.* FROM `jobs` WHERE `jobs`.`state` = 'failed' AND `jobs`.`queue` = 'mail' ORDER BY `jobs`.`id` ASC LIMIT 5
SELECT 1 AS one FROM `articles` WHERE `articles`.`slug` = 'post-3' LIMIT 1
select i1_0.id, i1_0.number, i1_0.total_cents, a1_0.id, a1_0.plan from invoices i1_0 join accounts a1_0 on a1_0.id=i1_0.account_id where a1_0.country='AT' order by i1_0.id limit 0,5
SELECT `source`.`status` AS `status`, count(*) AS `count` FROM (SELECT `shipments`.`status` AS `status`, `shipments`.`created_at` AS `created_at` FROM `shipments`) AS `source` WHERE `source`.`created_at` >= timestamp('2026-09-10 00:00:00.000') GROUP BY `source`.`status` ORDER BY `source`.`status` ASC
SELECT `queue`, `state`, count(*) AS `n` FROM `jobs` AS `Job` WHERE `Job`.`run_at` < '2026-11-21' GROUP BY `queue`, `state` ORDER BY `queue`, `state`
# Monitoring
select count(*) > 0 from information_schema.processlist
select id, time, state from information_schema.processlist where command = 'Query' and time > 300
select table_name, engine, round((data_length + index_length) / 1024) as kb from information_schema.tables where table_schema = database() and table_name in ('courses', 'branches') order by 1
select trx_id, trx_state, trx_started from information_schema.innodb_trx where trx_started < now() - interval 1 hour
select variable_name from information_schema.global_status where variable_name in ('THREADS_CONNECTED', 'UPTIME') order by 1
select variable_value from information_schema.global_variables where variable_name = 'MAX_CONNECTIONS'
select count(*) >= 0 from performance_schema.threads
show slave status
show engine innodb mutex
show open tables where in_use > 1000
show binary logs
# Plans, sessions, temporary tables and the like
explain select * from shipments where id = 3
explain format=json select id from courses where id = 1
explain extended select id from warehouses where id = 2
start transaction ;; select count(*) from postings ;; commit
start transaction read only ;; select state, count(*) from jobs group by state order by 1 ;; rollback
set transaction isolation level read committed ;; start transaction ;; select sum(amount) from postings ;; commit
start transaction with consistent snapshot ;; select count(*) from invoices ;; rollback
create temporary table t_open as select id, account_id, total_cents from invoices where paid_on is null ;; select count(*), sum(total_cents) from t_open ;; drop temporary table t_open
create temporary table wanted (id int primary key) ;; insert into wanted values (1), (2), (3) ;; select s.id, s.reference from shipments s join wanted using (id) order by s.id
prepare by_lane from 'select count(*), sum(pieces) from shipments where lane = ?' ;; set @lane = 'AT-DE' ;; execute by_lane using @lane ;; deallocate prepare by_lane
set @since = '2026-10-15' ;; select count(*), sum(amount) from postings where booked_on >= @since
set session group_concat_max_len = 10000 ;; select group_concat(id order by id) from courses
set time_zone = '+02:00' ;; select from_unixtime(1790000000)
set names utf8mb4 ;; select 'Zürich' as city
use information_schema ;; select database()
# Small things
select 1
select now() > '2026-01-01'
select curdate() - interval 1 day < curdate() as past
select seq from seq_1_to_5
values (1, 'one'), (2, 'two')
select from_unixtime(1790000000), date_format('2026-11-30', '%W %e %M %x-%v')
select md5('hello'), sha2('hello', 256), upper('x'), lpad('7', 3, '0'), concat_ws(' of ', 3, 10), hex('abc'), conv('ff', 16, 10)
select coalesce(null, 'fallback'), nullif(3, 3), greatest(1, 9, 4), 7 / 2, 7 % 2, 7 div 2
select json_extract('{"a": [1, 2, {"b": null}]}', '$.a[2]') as part, json_type('[1]'), json_valid('{')
select date_add('2026-01-31', interval 1 month), datediff('2026-11-30', '2024-02-29'), makedate(2026, 59), str_to_date('30.11.2026', '%d.%m.%Y')
select inet_ntoa(3232235777), inet_aton('192.168.1.1'), uuid() is not null
select count(*) from articles where status = 'publshed'
select straight_join c.code from courses c join marks m on m.course_id = c.id where m.student_id = 3 order by c.code, m.id
select sql_calc_found_rows id from items order by id limit 2 ;; select found_rows()
select id from courses union all select id from branches order by id
select id from courses intersect select id from branches order by id
select id from courses except select id from branches order by id
selec count(*) from articles
select titel from articles limit 1
