# Everyday work on tests/seed/trades_mysql.sql: a clinic, subscriptions, a fleet, a help desk, a payroll.
# ' ;; ' separates statements. ' ==> columns' names those columns of the last answer whose cells are masked, precisely; without it
# the answer is the database's own, byte for byte. Read by tests/quality/everyday.py.
select * from wards order by id
select w.name, count(v.id) as visits, round(avg(timestampdiff(minute, v.started_at, v.ended_at)), 1) as minutes from wards w left join visits v on v.ward_id = w.id group by w.name order by w.name
select mrn, name, city, zip, birth_country, blood_group, card_type, notification_preference from patients order by mrn limit 20
select mrn, date_naissance, emailAddress, mobilePhone, addr1, city from patients order by mrn limit 10 ==> date_naissance, emailAddress, mobilePhone, addr1
select mrn, ssn_last4, codice_fiscale, next_of_kin_tel, created_at from patients order by mrn limit 5 ==> ssn_last4, codice_fiscale, next_of_kin_tel
select nom, specialty, courriel, num_tel, joined_on from medecins order by id ==> courriel, num_tel
select m.nom, m.courriel as contact, count(*) as n from medecins m join visits v on v.doctor_id = m.id group by m.id, m.nom, m.courriel order by m.id ==> contact
select birth_country, count(*), count(emailAddress), count(distinct zip) from patients group by 1 order by 1
select sum(emailAddress is null) as without_mail, sum(dob_verified) as verified from patients
select yearweek(started_at) as week, triage, count(*) from visits group by 1, 2 order by 1, 2
select status, count(*) * 100.0 / sum(count(*)) over () as pct from visits group by status order by status
select mrn, bmi(height_cm, weight_kg) as bmi from patients order by mrn limit 8
select bmi(height_cm, weight_kg) as bmi, count(*) from patients group by 1 order by 1 limit 10
select distinct percentile_cont(0.5) within group (order by timestampdiff(minute, started_at, ended_at)) over () from visits where ended_at is not null
select id, reason, notes, tags, triage from visits where json_contains(tags, '"insured"') order by id limit 12
select j.tag, count(*) from visits, json_table(tags, '$[*]' columns (tag varchar(20) path '$')) j group by j.tag order by j.tag
select test_code, min(value), max(value), round(avg(value), 2), round(stddev(value), 3) from lab_results group by test_code order by test_code
select visit_id, test_code, value, lag(value) over (partition by test_code order by sampled_at_ms) as previous from lab_results order by sampled_at_ms limit 20
select id, device from lab_results order by id limit 6
select json_value(device, '$.model') as model, json_unquote(json_extract(device, '$.firmware')) as firmware, count(*) from lab_results group by 1, 2 order by 1, 2
select json_extract(device, '$.channels[0]') as channel, json_length(device, '$.channels') from lab_results order by id limit 5
select from_unixtime(sampled_at_ms / 1000) as sampled, sampled_at_ms from lab_results order by id limit 5
select value, case when value < ref_low then 'low' when value > ref_high then 'high' else 'normal' end as verdict, unit from lab_results order by id limit 10
select year, region, births, birth_rate, rank() over (partition by year order by birth_rate desc) from birth_statistics order by year, region
select year, sum(if(region = 'north', births, 0)) as north, sum(case region when 'south' then births else 0 end) as south from birth_statistics group by year order by year
select year, region, sum(births) from birth_statistics group by year, region with rollup
select * from current_stays order by id limit 10
select * from contacts order by mrn limit 5 ==> contact
select p.mrn, (select count(*) from visits v where v.patient_mrn = p.mrn) as visits from patients p order by visits desc, mrn limit 10
select v.patient_mrn, v.started_at, v.reason from visits v join (select patient_mrn, max(started_at) as latest from visits group by patient_mrn) l on l.patient_mrn = v.patient_mrn and l.latest = v.started_at order by 1 limit 10
select name from patients where name like 'an%' or name regexp '^(Boris|Carla) ' order by name, mrn limit 10
select group_concat(distinct blood_group order by blood_group separator ', ') from patients
select json_object('ward', name, 'beds', bed_count) from wards order by id
select json_arrayagg(json_object('code', code, 'beds', bed_count)) from wards
select notification_preference, card_type, count(*) from patients group by 1, 2 order by 1, 2
select upper(emailAddress) as mail, city from patients order by mrn limit 4 ==> mail
select emailAddress is not null as has_mail, city from patients order by mrn limit 5
select p.* from patients p order by mrn limit 6 ==> date_naissance, ssn_last4, codice_fiscale, emailAddress, mobilePhone, addr1, addr2, next_of_kin_tel
select ifnull(addr2, '-') as second_line, ifnull(city, 'nowhere') as town from patients order by mrn limit 8 ==> second_line
select concat_ws(', ', city, zip, birth_country) as place from patients order by mrn limit 5
select * from medecins where id = 3 ==> courriel, num_tel
select count(*) from visits where match(reason, notes) against('pain' in natural language mode)
select id, match(subject, description) against('parcel late') > 0 as hit from tickets where match(subject, description) against('+parcel' in boolean mode) order by id limit 6
explain select * from visits where started_at > '2026-01-20'
explain format=json select id from wards where code = 'W-1'
select * from tenants order by id limit 5
select slug, json_value(settings, '$.theme') as theme, json_extract(settings, '$.limits.seats') as seats from tenants order by id
select slug, json_unquote(json_extract(settings, '$.limits.token_count')) + 0 as tokens from tenants order by id limit 6
select slug from tenants where json_contains(settings, '"dark"', '$.theme') order by slug
select json_keys(settings), json_length(settings), json_type(json_extract(settings, '$.features')) from tenants order by id limit 2
select t.slug, f.feature from tenants t join json_table(t.settings, '$.features[*]' columns (n for ordinality, feature varchar(20) path '$')) f order by t.id, f.n limit 10
select plan, count(*), sum(mrr_cents) / 100 as mrr, avg(seat_count), sum(address_count) from tenants group by plan order by plan
SELECT `app_users`.`id`, `app_users`.`displayName`, `app_users`.`role` FROM `app_users` INNER JOIN `tenants` ON (`app_users`.`tenant_id` = `tenants`.`id`) WHERE `tenants`.`slug` = 'tenant-2' ORDER BY `app_users`.`id` ASC LIMIT 21
SELECT `app_users`.* FROM `app_users` WHERE `app_users`.`isActive` = TRUE ORDER BY `app_users`.`id` ASC LIMIT 5 ==> workEmail, senha, apiKey, last_login_ip
SELECT app_users.id AS app_users_id, app_users.`displayName` AS `app_users_displayName`, app_users.`workEmail` AS `app_users_workEmail`, app_users.login_count AS app_users_login_count FROM app_users WHERE app_users.role = 'admin' ORDER BY app_users.id LIMIT 0, 5 ==> app_users_workEmail
select this_.id as id1_0_0_, this_.displayName as displayn2_0_0_, this_.lastSeenAt as lastseen4_0_0_ from app_users this_ where this_.email_template_id = 3 order by this_.id limit 10
SELECT `User`.`id` AS `User_id`, `User`.`displayName` AS `User_displayName`, `User__tenant`.`slug` AS `User__tenant_slug` FROM `app_users` `User` LEFT JOIN `tenants` `User__tenant` ON `User__tenant`.`id`=`User`.`tenant_id` WHERE `User`.`id` IN (1, 2, 3) ORDER BY `User`.`id`
SELECT COUNT(*) AS `__count` FROM `app_users` WHERE `app_users`.`isActive`
SELECT 1 AS one FROM `app_users` WHERE `app_users`.`displayName` = 'Pia 1' LIMIT 1
SELECT (1) AS `a` FROM `tenants` WHERE `tenants`.`plan` = 'free' LIMIT 1
select role, count(*), max(login_count), max(lastSeenAt), count(email_verified_at) from app_users group by role order by role
select id, prefs, json_value(prefs, '$.digest') as digest from app_users order by id limit 8
select email_verified_at, email_template_id, login_count, isActive + 0 from app_users order by id limit 8
select t.slug, u.workEmail, u.last_login_ip from tenants t join app_users u on u.tenant_id = t.id order by u.id limit 5 ==> workEmail, last_login_ip
select tok, pan, iban, brand, exp_month, exp_year, card_type, fingerprint from payment_methods order by id limit 8 ==> tok, pan, iban
select kind, card_type, brand, count(*), min(exp_year), max(exp_year), count(pan), count(iban) from payment_methods group by 1, 2, 3 order by 1, 2, 3
select id, tenant_id, kind, fingerprint, is_default from payment_methods order by id limit 6
select last_day(str_to_date(concat(exp_year, '-', exp_month, '-1'), '%Y-%c-%e')) as last_day from payment_methods order by id limit 5
select number, currency, total_cents / 100 as total, status, issued_on, datediff(due_on, issued_on) as days from invoices order by number limit 15
select id, external_ref, idempotency_key from invoices order by id limit 40
select cast(external_ref as char), lpad(external_ref, 20, '0') from invoices order by id limit 40
select max(external_ref), min(external_ref) from invoices
select currency, date_format(issued_on, '%Y-%m') as month, sum(total_cents) as cents from invoices where status = 'paid' group by 1, 2 order by 1, 2
with paid as (select tenant_id, sum(total_cents) as cents from invoices where status = 'paid' group by tenant_id), ranked as (select *, ntile(4) over (order by cents, tenant_id) as quartile from paid) select quartile, count(*), min(cents), max(cents) from ranked group by quartile order by quartile
select i.number, j.sku, j.qty * j.unit_cents as cents from invoices i, json_table(i.items, '$[*]' columns (sku varchar(20) path '$.sku', qty int path '$.qty', unit_cents int path '$.unit_cents')) j order by i.number, j.sku limit 12
select sum(total_cents) over (partition by tenant_id order by issued_on, id rows between 2 preceding and current row) as rolling, number from invoices order by number limit 12
select * from invoices where status = 'open' and due_on < '2026-03-15' order by id limit 5
select tenant_id, group_concat(number order by number) from invoices group by tenant_id order by tenant_id limit 3
select i.number, t.name as customer, t.plan from invoices i join tenants t on t.id = i.tenant_id where i.total_cents > 50000 order by i.number limit 10
with recursive days as (select date('2026-01-01') as d union all select d + interval 1 day from days where d < '2026-01-14') select days.d, count(i.id) from days left join invoices i on i.issued_on = days.d group by days.d order by days.d
select from_unixtime(floor(unix_timestamp(lastSeenAt) / 900) * 900) as slot, count(*) from app_users group by 1 order by 1 limit 10
select `key`, name, subject, body, version, sent_count from email_templates order by id
select name, sum(sent_count) from email_templates group by name having sum(sent_count) > 100 order by name
select id, `key`, token_count, prompt_tokens, cost, at_ms, ip_version, trace_id, user_agent from usage_events order by id limit 20
select feature, sum(token_count) as tokens, sum(cost) as cost, count(distinct tenant_id) from usage_events group by feature order by feature
select json_value(payload, '$.model') as model, avg(json_value(payload, '$.latency_ms')) from usage_events group by 1 order by 1
SELECT UNIX_TIMESTAMP(FROM_UNIXTIME(at_ms DIV 1000)) DIV 3600 * 3600 AS "time", feature AS metric, sum(token_count) AS value FROM usage_events WHERE at_ms BETWEEN 1767225600000 AND 1767312000000 GROUP BY 1, 2 ORDER BY 1, 2
select date(from_unixtime(at_ms / 1000)) as d, substring_index(`key`, '/', -1) + 0 as project, count(*) from usage_events group by 1, 2 order by 1, 2 limit 12
select regexp_substr(user_agent, '^[^/ ]+') as agent, count(*) from usage_events group by 1 order by 1
select md5(trace_id), length(user_agent), char_length(request_id) from usage_events order by id limit 5
select hash, commit_sha, version, firmware, status, description, artifact, size_bytes, round(size_bytes / 1048576, 1), duration from builds order by id limit 25
select left(commit_sha, 8) as short, cast(substring_index(substring_index(version, '.', 2), '.', -1) as unsigned) as minor from builds order by id limit 8
select firmware, count(*) from builds group by firmware order by firmware limit 10
select * from feature_flags order by `key`
select `key`, json_extract(rules, '$.plans') as plans, json_value(rules, '$.min_version') as min_version from feature_flags where enabled order by `key`
with recursive tree as (select id, parent_id, name, 0 as depth, cast(name as char(200)) as path from regions where parent_id is null union all select r.id, r.parent_id, r.name, t.depth + 1, concat(t.path, ' / ', r.name) from regions r join tree t on r.parent_id = t.id) select * from tree order by path
select r.code, r.name, p.name as parent, r.population from regions r left join regions p on p.id = r.parent_id order by r.id
select id, vin, model, firmware_version, phone_model, hostname, odometer_km, is_electric, st_astext(position), bought_on from vehicles order by id limit 15
select hostname, ip_addr, sim_msisdn from vehicles order by id limit 5 ==> ip_addr, sim_msisdn
select model, count(*), avg(odometer_km), max(is_electric) from vehicles group by model order by model
select round(st_distance(position, point(59.91, 10.75)), 4) as distance, hostname, st_x(position) from vehicles order by 1 limit 5
select name, licence_class, shift, rating, vehicle_id from drivers order by id limit 12
select * from drivers order by id limit 5 ==> handynummer, driverLicenseNo, bday, kontonummer, homeAddress
select d.name, v.model, v.hostname from drivers d join vehicles v on v.id = d.vehicle_id order by d.id limit 10
select tracking_no, barcode, sku, order_ref, status, service_code, postcode, label_url, created_ms from shipments order by id limit 40
select tracking_no, recipientEmail, recipient_tel, ship_to_street, postcode from shipments order by id limit 6 ==> recipientEmail, recipient_tel, ship_to_street
select barcode, count(*) from shipments group by barcode order by barcode limit 30
select status, count(*), avg(timestampdiff(hour, promised, delivered_at)) from shipments group by status order by status
select o.name as origin, d.name as destination, sum(s.weight_kg) from shipments s join regions o on o.id = s.from_region join regions d on d.id = s.to_region group by 1, 2 order by 1, 2
select date_format(from_unixtime(created_ms / 1000), '%a %H:%i') as at, tracking_no from shipments order by id limit 8
select regexp_replace(tracking_no, '^1Z', 'UPS ') as t, regexp_substr(order_ref, '[0-9]+$') from shipments order by id limit 6
select vehicle_id, recorded_at, at_ms, speed_kmh, fuel_pct, signal_dbm, sensor_key from telemetry where recorded_at < '2026-01-03' order by recorded_at, vehicle_id
select date(recorded_at) as day, avg(speed_kmh), min(fuel_pct), max(signal_dbm), count(*) from telemetry group by 1 order by 1 limit 20
select sensor_key, avg(json_value(reading, '$.t')), sum(json_value(reading, '$.door') = 1) from telemetry group by sensor_key order by sensor_key
select reading, at_ms from telemetry where vehicle_id = 7 order by recorded_at limit 5
select json_extract(reading, '$.axle[1]') as right_axle, count(*) from telemetry group by 1 order by 1
select count(*) from telemetry partition (p2026_01) where fuel_pct < 20
select vehicle_id, recorded_at, timediff(recorded_at, lag(recorded_at) over w) as gap, sum(speed_kmh) over w from telemetry window w as (partition by vehicle_id order by recorded_at) order by vehicle_id, recorded_at limit 12
select floor(speed_kmh / 10) as bucket, count(*), repeat('#', count(*) div 10) from telemetry group by 1 order by 1
select partition_name, table_rows > 0 from information_schema.partitions where table_schema = database() and table_name = 'telemetry' order by 1
select id, subject, status, priority, channel, tags, custom, externalId, product from tickets order by id limit 15
select id, subject, description from tickets order by id limit 30
select requester_mail, client_ip, subject from tickets order by id limit 6 ==> requester_mail, client_ip
select a.name, a.team, count(t.id) as n, avg(timestampdiff(hour, t.opened_at, t.closed_at)) as hours from agents a left join tickets t on t.agent_id = a.id group by a.id, a.name, a.team order by a.id
select login, name, team, languages, active from agents order by id
select login, tel, email from agents order by id limit 4 ==> tel, email
select channel, status, count(*) from tickets group by channel, status with rollup
select json_value(custom, '$.product') as product, avg(json_value(custom, '$.csat')) as csat from tickets group by 1 order by 1
select json_value(tags, '$[0]') as first, json_length(tags) from tickets order by id limit 6
select t.id, t.subject, c.n from tickets t join (select ticket_id, count(*) as n from comments group by ticket_id) c on c.ticket_id = t.id where c.n > 2 order by t.id limit 10
select id, ticket_id, body, is_public from comments where id <= 5 order by id
select id, body from comments where id in (57, 107) order by id ==> body
select count(*) from comments where body like '%restarted%'
select dayofweek(opened_at) as dow, hour(opened_at) as hour, count(*) from tickets group by 1, 2 order by 1, 2 limit 12
select slug, title, lang, view_count, rating, published from articles order by view_count desc, id limit 10
select title, body from articles where body like '%option%' or id < 4 order by id
select d.name, count(e.id), round(avg(e.fte), 3), min(e.hired) from departments d left join employees e on e.dept_id = d.id group by d.id, d.name order by d.id
with recursive up as (select id, parent_id, name from departments where id = 6 union select d.id, d.parent_id, d.name from departments d join up on d.id = up.parent_id) select name from up order by id
select emp_no, first_name, last_name, job_code, grade, fte, hired, left_on, badge_hash from employees order by id limit 12
select emp_no, workMail, privat_handy, steuer_id, sozialvers_nr, bank_iban, bic, dob, strasse, plz from employees order by id limit 5 ==> workMail, privat_handy, steuer_id, sozialvers_nr, bank_iban, dob, strasse
select e.last_name, m.last_name as manager, e.grade from employees e left join employees m on m.id = e.manager_id order by e.id limit 10
select period, sum(gross), sum(tax), sum(net), count(*) from payslips group by period order by period
select p.id, e.emp_no, p.period, p.status, p.document_hash, p.tax_class from payslips p join employees e on e.id = p.employee_id order by p.id limit 10
select kind, sum(days), sum(approved), min(from_date), max(to_date) from absences group by kind order by kind
select employee_id, greatest(from_date, '2026-02-01') as f, least(to_date, '2026-03-01') as t from absences order by id limit 10
select 'ward' as kind, name from wards union all select 'region', name from regions union all select 'department', name from departments order by 1, 2
select name from wards intersect select name from wards where floor > 0 order by 1
select city from patients except select name from regions order by 1
select table_name, table_type, engine, table_comment from information_schema.tables where table_schema = database() order by 1
select column_name, data_type, is_nullable, column_default, column_comment from information_schema.columns where table_schema = database() and table_name = 'patients' order by ordinal_position
select table_name, index_name, column_name, seq_in_index, non_unique from information_schema.statistics where table_schema = database() and table_name in ('visits', 'tickets') order by 1, 2, 4
select constraint_name, table_name, referenced_table_name from information_schema.referential_constraints where constraint_schema = database() order by 1
select routine_name, routine_type, data_type from information_schema.routines where routine_schema = database()
select default_character_set_name from information_schema.schemata where schema_name = database()
select table_name, round((data_length + index_length) / 1024) > 0 as kb from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE' order by 1
select engine, support from information_schema.engines where engine in ('InnoDB', 'MyISAM') order by 1
show tables
show full tables where table_type = 'VIEW'
show columns from patients
show full columns from wards
describe invoices
desc tickets
show index from visits
show create table wards
show create view contacts
show create function bmi
show variables like 'sql_mode'
show global variables like 'innodb_page_size'
show status like 'Threads_connected'
show engines
show character set like 'utf8mb4'
show collation like 'utf8mb4_unicode_ci'
show table status like 'wards'
show databases like 'trades%'
show triggers
show grants ==> Grants for admin@%
show warnings
select @@version like '%MariaDB%', @@sql_mode, @@session.time_zone, database() is not null, user() like 'admin%'
start transaction ;; select count(*) from visits ;; select max(started_at) from visits ;; commit
start transaction read only ;; select status, count(*) from invoices group by 1 order by 1 ;; rollback
prepare by_plan from 'select slug, seat_count from tenants where plan = ? order by slug' ;; set @plan = 'team' ;; execute by_plan using @plan ;; deallocate prepare by_plan
prepare mails from 'select id, workEmail from app_users where id < 4 order by id' ;; execute mails ==> workEmail
set @low = 5 ;; select code, bed_count > @low from wards order by id
set time_zone = '+02:00' ;; select from_unixtime(1767225600) ;; set time_zone = 'SYSTEM'
select slug, seat_count from tenants order by seat_count desc limit 3 ;; select found_rows()
values (1, 'a'), (2, 'b')
select 4111111111111111 as literal, '2.1.4.0' as version, 'a@b' as not_mail
select now() > '2020-01-01', curdate() - interval 7 day < curdate(), utc_timestamp() is not null, version() like '%MariaDB%'
select date_add('2026-02-28', interval 1 day), weekofyear('2026-01-05'), dayofyear('2026-03-01'), quarter('2026-05-01'), period_diff(202605, 202601), makedate(2026, 32)
select concat(name, ' has ', bed_count, ' beds'), quote('it''s'), reverse('abc'), replace('12-34', '-', '/'), lower('ABC') from wards order by id
select sha2('x', 256), md5('x'), sha1('x'), uuid() is not null, crc32('a'), hex('abc'), to_base64('abc')
select isnull(left_on), emp_no, left_on <=> hired, nullif(grade, 3), if(fte < 1, 'part', 'full') from employees order by id limit 6
select greatest(view_count, 100), least(rating, 4), coalesce(title, slug), sign(view_count - 300), truncate(rating, 0) from articles order by id limit 6
select exists (select 1 from patients where emailAddress is null), not exists (select 1 from invoices where total_cents < 0)
select * from patients where false
select seq, seq * seq, sqrt(seq), seq % 2 = 0 from seq_1_to_6
with t(a, b) as (select 1, 'x' union all select 2, 'y') select t.b, w.name from t join wards w on w.id = t.a order by 1
select t.slug, json_arrayagg(json_object('number', i.number, 'total', i.total_cents) order by i.number) as invoices from tenants t join invoices i on i.tenant_id = t.id where t.slug in ('tenant-3', 'tenant-4') group by t.slug order by t.slug
select json_object('id', u.id, 'name', u.displayName, 'prefs', u.prefs) from app_users u order by u.id limit 3
select json_objectagg(`key`, enabled) from feature_flags
select json_set(settings, '$.theme', 'blue') from tenants order by id limit 2
select first_value(number) over (order by issued_on, id), last_value(number) over (order by issued_on, id rows between unbounded preceding and unbounded following), cume_dist() over (order by total_cents), percent_rank() over (order by total_cents) from invoices order by id limit 4
SELECT `source`.`status` AS `status`, COUNT(*) AS `count` FROM (SELECT `invoices`.`status` AS `status`, `invoices`.`total_cents` AS `total_cents` FROM `invoices` WHERE `invoices`.`currency` = 'EUR') `source` WHERE `source`.`total_cents` > 100 GROUP BY `source`.`status` ORDER BY `source`.`status` ASC
select case when grade >= 5 then 'senior' when grade >= 3 then 'mid' else 'junior' end as band, count(*), group_concat(emp_no order by emp_no separator ',') from employees where id < 20 group by 1 order by 1
SELECT STR_TO_DATE(CONCAT(DATE_FORMAT(`invoices`.`issued_on`, '%Y-%m'), '-01'), '%Y-%m-%d') AS `issued_on`, AVG(`invoices`.`total_cents`) AS `avg` FROM `invoices` GROUP BY STR_TO_DATE(CONCAT(DATE_FORMAT(`invoices`.`issued_on`, '%Y-%m'), '-01'), '%Y-%m-%d') ORDER BY 1 ASC LIMIT 2000
with source as (select * from shipments), renamed as (select id as shipment_id, tracking_no, status, cast(weight_kg as decimal(10, 1)) as kg from source) select * from renamed order by shipment_id limit 10
select count(*) as failures from (select number from invoices group by number having count(*) > 1) dbt_internal_test
select coalesce(nullif(trim(notes), ''), 'none') as notes, count(*) from visits group by 1 order by 1
SELECT TABLE_SCHEMA, NULL, TABLE_NAME, TABLE_TYPE, TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = database() AND TABLE_NAME LIKE 'p%' ORDER BY TABLE_TYPE, TABLE_SCHEMA, TABLE_NAME
SELECT COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = database() AND TABLE_NAME = 'medecins' ORDER BY 1
