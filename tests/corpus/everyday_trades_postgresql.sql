# Everyday work on tests/seed/trades_postgres.sql: a clinic, subscriptions, a fleet, a help desk, a payroll.
# ' ;; ' separates statements. ' ==> columns' names those columns of the last answer whose cells are masked, precisely; without it
# the answer is the database's own, byte for byte. Read by tests/quality/everyday.py.
select * from clinic.wards order by id
select w.name, count(v.id) as visits, round(avg(extract(epoch from v.ended_at - v.started_at)) / 60) as minutes from clinic.wards w left join clinic.visits v on v.ward_id = w.id group by w.name order by w.name
select id, mrn, name, city, zip, birth_country, blood_group, card_type from clinic.patients order by mrn limit 20
select id, mrn, geburtsdatum, "emailAddress", "mobilePhone", addr1, city from clinic.patients order by mrn limit 10 ==> geburtsdatum, emailAddress, mobilePhone, addr1
select mrn, ssn_last4, nhs_no, next_of_kin_tel, created_at from clinic.patients order by mrn limit 5 ==> ssn_last4, nhs_no, next_of_kin_tel
select name, specialty, correo, telefono, pager_code from clinic.doctors order by id ==> correo, telefono
select d.name, d.correo as contact, count(*) as n from clinic.doctors d join clinic.visits v on v.doctor_id = d.id group by d.id, d.name, d.correo order by d.id ==> contact
select birth_country, count(*), count("emailAddress"), count(distinct zip) from clinic.patients group by 1 order by 1
select count(*) filter (where "emailAddress" is null) as without_mail, count(*) filter (where dob_verified) as verified from clinic.patients
select date_trunc('week', started_at)::date as week, triage, count(*) from clinic.visits group by 1, 2 order by 1, 2
select status, count(*) * 100.0 / sum(count(*)) over () as pct from clinic.visits group by status order by status
select clinic.bmi(height_cm, weight_kg) as bmi, count(*) from clinic.patients group by 1 order by 1 limit 15
select mrn, clinic.bmi(height_cm, weight_kg) from clinic.patients order by mrn limit 8
select percentile_cont(array[0.5, 0.9, 0.99]) within group (order by extract(epoch from ended_at - started_at)) from clinic.visits where ended_at is not null
select v.id, v.reason, v.notes, v.tags, v.triage from clinic.visits v where 'insured' = any(v.tags) order by v.id limit 12
select unnest(tags) as tag, count(*) from clinic.visits group by 1 order by 2 desc, 1
select id, lower(stay), upper(stay), upper(stay) - lower(stay) as nights from clinic.visits where stay @> date '2026-01-10' order by id
select test_code, min(value), max(value), round(avg(value), 2), stddev_pop(value)::numeric(10, 3) from clinic.lab_results group by test_code order by test_code
select visit_id, test_code, value, lag(value) over (partition by test_code order by sampled_at_ms) as previous from clinic.lab_results order by sampled_at_ms limit 20
select id, device from clinic.lab_results order by id limit 6
select device->>'model' as model, device->>'firmware' as firmware, count(*) from clinic.lab_results group by 1, 2 order by 1, 2
select device #>> '{channels,0}' as channel, jsonb_array_length(device->'channels') from clinic.lab_results order by id limit 5
select to_timestamp(sampled_at_ms / 1000.0) at time zone 'UTC' as sampled, sampled_at_ms from clinic.lab_results order by id limit 5
select value, case when value < ref_low then 'low' when value > ref_high then 'high' else 'normal' end as verdict, unit from clinic.lab_results order by id limit 10
select year, region, births, birth_rate, rank() over (partition by year order by birth_rate desc) from clinic.birth_statistics order by year, region
select year, sum(births) filter (where region = 'north') as north, sum(births) filter (where region = 'south') as south from clinic.birth_statistics group by year order by year
select year, region, sum(births) from clinic.birth_statistics group by grouping sets ((year), (region), ()) order by 1, 2
select * from clinic.current_stays order by id limit 10
select * from clinic.contacts order by mrn limit 5 ==> contact
select p.mrn, (select count(*) from clinic.visits v where v.patient_id = p.id) as visits from clinic.patients p order by visits desc, mrn limit 10
select p.mrn, last.status, last.started_at from clinic.patients p cross join lateral (select status, started_at from clinic.visits v where v.patient_id = p.id order by started_at desc limit 1) last order by p.mrn limit 10
select distinct on (patient_id) patient_id, started_at, reason from clinic.visits order by patient_id, started_at desc limit 10
select extract(year from age(timestamp '2026-06-01', created_at at time zone 'UTC')) as years, count(*) from clinic.patients group by 1
select name from clinic.patients where name ilike 'an%' or name ~ '^(Boris|Carla) ' order by name, mrn limit 10
select string_agg(distinct blood_group, ', ' order by blood_group) from clinic.patients
select json_build_object('ward', name, 'beds', bed_count) from clinic.wards order by id
select row_to_json(w) from clinic.wards w where id = 2
select json_agg(t) from (select code, bed_count from clinic.wards order by id) t
select notification_preference, card_type, count(*) from clinic.patients group by rollup (1, 2) order by 1, 2
select id, upper("emailAddress") as mail from clinic.patients order by mrn limit 4 ==> mail
select "emailAddress" is not null as has_mail, city from clinic.patients order by mrn limit 5
select p.* from clinic.patients p order by mrn limit 6 ==> geburtsdatum, ssn_last4, nhs_no, emailAddress, mobilePhone, addr1, addr2, next_of_kin_tel
select coalesce(addr2, '-') as second_line, coalesce(city, 'nowhere') as town from clinic.patients order by mrn limit 8 ==> second_line
select concat_ws(', ', city, zip, birth_country) as place from clinic.patients order by mrn limit 5
select * from clinic.doctors where id = 3 ==> correo, telefono
explain select * from clinic.visits where started_at > '2026-01-20'
explain (costs off) select w.name, count(*) from clinic.wards w join clinic.visits v on v.ward_id = w.id group by w.name
explain (format json, costs off) select id from clinic.wards where code = 'W-1'
select * from tenants order by slug limit 5
select slug, settings->>'theme' as theme, settings->'limits'->>'seats' as seats, settings #>> '{limits,token_count}' as token_count from tenants order by slug
select slug, jsonb_pretty(settings) from tenants where slug = 'tenant-1'
select slug from tenants where settings @> '{"theme": "dark"}' and settings ? 'limits' order by slug
select t.slug, f.value as feature from tenants t, jsonb_array_elements_text(t.settings->'features') f order by 1, 2 limit 10
select k, count(*) from tenants, jsonb_object_keys(settings) k group by k order by k
select t.slug, l.key, l.value from tenants t cross join lateral jsonb_each_text(t.settings->'limits') l order by 1, 2 limit 10
select jsonb_path_query_first(settings, '$.limits.seats ? (@ > 10)') as seats, slug from tenants order by slug limit 6
select plan, count(*), sum(mrr_cents) / 100.0 as mrr, avg(seat_count)::numeric(6, 2), sum(address_count) from tenants group by plan order by plan
SELECT "app_users"."id", "app_users"."displayName", "app_users"."role" FROM "app_users" INNER JOIN "tenants" ON ("app_users"."tenant_id" = "tenants"."id") WHERE "tenants"."slug" = 'tenant-2' ORDER BY "app_users"."id" ASC LIMIT 21
SELECT "app_users".* FROM "app_users" WHERE "app_users"."isActive" = TRUE ORDER BY "app_users"."id" ASC LIMIT 5 ==> workEmail, passwordDigest, apiKey, last_login_ip
SELECT app_users.id AS app_users_id, app_users."displayName" AS "app_users_displayName", app_users."workEmail" AS "app_users_workEmail", app_users.login_count AS app_users_login_count FROM app_users WHERE app_users.role = 'admin' ORDER BY app_users.id LIMIT 5 ==> app_users_workEmail
select this_.id as id1_0_0_, this_."displayName" as displayn2_0_0_, this_."isActive" as isactive3_0_0_, this_."lastSeenAt" as lastseen4_0_0_ from app_users this_ where this_.email_template_id = 3 order by this_.id limit 10
SELECT "public"."app_users"."id", "public"."app_users"."role"::text, "public"."app_users"."locale" FROM "public"."app_users" WHERE ("public"."app_users"."login_count" > 50 AND 1=1) ORDER BY "public"."app_users"."id" ASC LIMIT 10 OFFSET 5
SELECT "User"."id" AS "User_id", "User"."displayName" AS "User_displayName", "User__tenant"."slug" AS "User__tenant_slug" FROM "app_users" "User" LEFT JOIN "tenants" "User__tenant" ON "User__tenant"."id"="User"."tenant_id" WHERE "User"."id" IN (1, 2, 3) ORDER BY "User"."id"
SELECT COUNT(*) AS "__count" FROM "app_users" WHERE "app_users"."isActive"
SELECT 1 AS one FROM "app_users" WHERE "app_users"."displayName" = 'Pia 1' LIMIT 1
SELECT (1) AS "a" FROM "tenants" WHERE "tenants"."plan" = 'free' LIMIT 1
select role, count(*), max(login_count), max("lastSeenAt"), count(email_verified_at) from app_users group by role order by role
select id, prefs, prefs->>'digest' as digest from app_users order by id limit 8
select email_verified_at, email_template_id, login_count from app_users order by id limit 8
select t.slug, u."workEmail", u.last_login_ip from tenants t join app_users u on u.tenant_id = t.id order by u.id limit 5 ==> workEmail, last_login_ip
select tok, pan, iban, brand, exp_month, exp_year, card_type, fingerprint from payment_methods order by id limit 8 ==> tok, pan, iban
select kind, card_type, brand, count(*), min(exp_year), max(exp_year), count(pan), count(iban) from payment_methods group by 1, 2, 3 order by 1, 2, 3
select id, tenant_id, kind, fingerprint, is_default from payment_methods order by id limit 6
select make_date(exp_year, exp_month, 1) + interval '1 month' - interval '1 day' as last_day from payment_methods order by id limit 5
select number, currency, total_cents / 100.0 as total, status, issued_on, due_on - issued_on as days from invoices order by number limit 15
select id, external_ref, idempotency_key from invoices order by id limit 40
select external_ref::text, lpad(external_ref::text, 20, '0') from invoices order by id limit 40
select max(external_ref), min(external_ref) from invoices
select currency, to_char(issued_on, 'YYYY-MM') as month, sum(total_cents) as cents from invoices where status = 'paid' group by 1, 2 order by 1, 2
select * from monthly_revenue order by month, currency
with paid as (select tenant_id, sum(total_cents) as cents from invoices where status = 'paid' group by tenant_id), ranked as (select *, ntile(4) over (order by cents) as quartile from paid) select quartile, count(*), min(cents), max(cents) from ranked group by quartile order by quartile
select number, i.item->>'sku' as sku, (i.item->>'qty')::int * (i.item->>'unit_cents')::int as cents from invoices cross join lateral jsonb_array_elements(lines) with ordinality as i(item, n) order by number, n limit 12
select r.sku, sum(r.qty) from invoices, jsonb_to_recordset(lines) as r(sku text, qty int, unit_cents int) group by r.sku order by 1
select sum(total_cents) over (partition by tenant_id order by issued_on, id rows between 2 preceding and current row) as rolling, number from invoices order by number limit 12
select * from invoices where status = 'open' and due_on < date '2026-03-15' order by id limit 5
select tenant_id, array_agg(number order by number) from invoices group by tenant_id order by tenant_id limit 3
select i.number, t.name as customer, t.plan from invoices i join tenants t on t.id = i.tenant_id where i.total_cents > 50000 order by i.number limit 10
select d.day::date, count(i.id) from generate_series(date '2026-01-01', date '2026-01-14', interval '1 day') as d(day) left join invoices i on i.issued_on = d.day::date group by d.day order by d.day
select date_bin('15 minutes', "lastSeenAt", timestamptz '2026-02-01') as slot, count(*) from app_users group by 1 order by 1 limit 10
select key, name, subject, body, version, sent_count from email_templates order by id
select name, sum(sent_count) from email_templates group by name having sum(sent_count) > 100 order by name
select id, key, token_count, prompt_tokens, cost, at_ms, ip_version, trace_id, user_agent from usage_events order by id limit 20
select feature, sum(token_count) as tokens, sum(cost)::numeric(12, 5) as cost, count(distinct tenant_id) from usage_events group by feature order by feature
select payload->>'model' as model, avg((payload->>'latency_ms')::int)::numeric(8, 2), bool_or((payload->>'cached')::boolean) from usage_events group by 1 order by 1
SELECT date_trunc('hour', to_timestamp(at_ms / 1000)) AS "time", feature AS metric, sum(token_count) AS value FROM usage_events WHERE at_ms BETWEEN 1767225600000 AND 1767312000000 GROUP BY 1, 2 ORDER BY 1, 2
select to_timestamp(at_ms / 1000)::date as d, split_part(key, '/', 2)::int as project, count(*) from usage_events group by 1, 2 order by 1, 2 limit 12
select substring(user_agent from '^[^/ ]+') as agent, count(*) from usage_events group by 1 order by 1
select request_id, md5(trace_id), length(user_agent) from usage_events order by id limit 5
select hash, commit_sha, version, firmware, status, description, artifact, size_bytes, pg_size_pretty(size_bytes), duration from builds order by id limit 25
select left(commit_sha, 8) as short, split_part(version, '.', 2)::int as minor from builds order by id limit 8
select string_to_array(version, '.')::int[] as v from builds order by 1 desc limit 5
select firmware, count(*) from builds group by firmware order by firmware limit 10
select * from feature_flags order by key
select key, rules->'plans' as plans, rules->>'min_version' as min_version from feature_flags where enabled order by key
with recursive tree as (select id, parent_id, name, 0 as depth, name::text as path from fleet.regions where parent_id is null union all select r.id, r.parent_id, r.name, t.depth + 1, t.path || ' / ' || r.name from fleet.regions r join tree t on r.parent_id = t.id) select * from tree order by path
select r.code, r.name, p.name as parent, r.population from fleet.regions r left join fleet.regions p on p.id = r.parent_id order by r.id
select id, vin, model, firmware_version, phone_model, hostname, mac, odometer_km, is_electric, position, bought_on from fleet.vehicles order by id limit 15
select hostname, ip_addr, sim_msisdn from fleet.vehicles order by id limit 5 ==> ip_addr, sim_msisdn
select model, count(*), avg(odometer_km)::int, bool_and(is_electric) from fleet.vehicles group by model order by model
select position <-> point(59.91, 10.75) as distance, hostname from fleet.vehicles order by 1 limit 5
select name, licence_class, shift, rating, vehicle_id from fleet.drivers order by id limit 12
select * from fleet.drivers order by id limit 5 ==> handynummer, driverLicenseNo, bday, kontonummer, homeAddress
select d.name, v.model, v.hostname from fleet.drivers d join fleet.vehicles v on v.id = d.vehicle_id order by d.id limit 10
select tracking_no, barcode, sku, order_ref, status, service_code, postcode, label_url, created_ms from fleet.shipments order by id limit 40
select tracking_no, "recipientEmail", recipient_tel, ship_to_street, postcode from fleet.shipments order by id limit 6 ==> recipientEmail, recipient_tel, ship_to_street
select barcode, count(*) from fleet.shipments group by barcode order by barcode limit 30
select status, count(*), avg(delivered_at - (promised::timestamp at time zone 'UTC')) from fleet.shipments group by status order by status
select o.name as origin, d.name as destination, sum(s.weight_kg) from fleet.shipments s join fleet.regions o on o.id = s.from_region join fleet.regions d on d.id = s.to_region group by 1, 2 order by 1, 2
select to_char(to_timestamp(created_ms / 1000.0) at time zone 'Europe/Oslo', 'Dy HH24:MI') as at, tracking_no from fleet.shipments order by id limit 8
select regexp_replace(tracking_no, '^1Z', 'UPS ') as t, regexp_match(order_ref, '(\d+)$') from fleet.shipments order by id limit 6
select vehicle_id, recorded_at, at_ms, speed_kmh, fuel_pct, signal_dbm, sensor_key from fleet.telemetry where recorded_at < '2026-01-03' order by recorded_at, vehicle_id
select date_trunc('day', recorded_at) as day, avg(speed_kmh)::numeric(6, 2), min(fuel_pct), max(signal_dbm), count(*) from fleet.telemetry group by 1 order by 1 limit 20
select sensor_key, avg((reading->>'t')::numeric)::numeric(6, 2), count(*) filter (where (reading->>'door')::bool) from fleet.telemetry group by sensor_key order by sensor_key
select reading, at_ms from fleet.telemetry where vehicle_id = 7 order by recorded_at limit 5
select reading->'axle'->>1 as right_axle, count(*) from fleet.telemetry group by 1 order by 1
select tableoid::regclass as part, count(*) from fleet.telemetry group by 1 order by 1
select count(*) from fleet.telemetry_2026_01 where fuel_pct < 20
select vehicle_id, recorded_at, recorded_at - lag(recorded_at) over w as gap, sum(speed_kmh) over w from fleet.telemetry window w as (partition by vehicle_id order by recorded_at) order by vehicle_id, recorded_at limit 12
select width_bucket(speed_kmh, 0, 90, 9) as bucket, count(*), repeat('#', (count(*) / 10)::int) from fleet.telemetry group by 1 order by 1
select corr(speed_kmh, fuel_pct)::numeric(6, 4), regr_slope(fuel_pct, speed_kmh)::numeric(8, 4) from fleet.telemetry
select id, subject, status, priority, channel, tags, custom, "externalId" from desk.tickets order by id limit 15
select id, subject, description from desk.tickets order by id limit 30
select id, subject, ts_rank(search, q) as rank from desk.tickets, websearch_to_tsquery('english', 'parcel late') q where search @@ q order by rank desc, id limit 8
select ts_headline('english', description, plainto_tsquery('english', 'charged')) from desk.tickets where search @@ plainto_tsquery('english', 'charged') order by id limit 4
select to_tsvector('english', 'The parcel was late') @@ to_tsquery('parcel & late'), plainto_tsquery('late parcels')
select search from desk.tickets order by id limit 3
select requester_mail, client_ip, subject from desk.tickets order by id limit 6 ==> requester_mail, client_ip
select a.name, a.team, count(t.id) as n, avg(t.first_response) as response from desk.agents a left join desk.tickets t on t.agent_id = a.id group by a.id, a.name, a.team order by a.id
select login, name, team, languages, active from desk.agents order by id
select login, tel, email from desk.agents order by id limit 4 ==> tel, email
select channel, status, count(*) from desk.tickets group by cube (channel, status) order by 1 nulls last, 2 nulls last
select custom->>'product' as product, avg((custom->>'csat')::int)::numeric(4, 2) as csat from desk.tickets group by 1 order by 1
select tags[1] as first, array_length(tags, 1), array_to_string(tags, '|') from desk.tickets order by id limit 6
select t.id, t.subject, c.n from desk.tickets t join (select ticket_id, count(*) as n from desk.comments group by ticket_id) c on c.ticket_id = t.id where c.n > 2 order by t.id limit 10
select id, ticket_id, body, is_public from desk.comments where id <= 5 order by id
select id, body from desk.comments where id in (57, 107) order by id ==> body
select id, substring(body from 1 for 20) as start, length(body) from desk.comments order by id limit 10 ==> start, length
select count(*) from desk.comments where body ilike '%restarted%'
select extract(isodow from opened_at) as dow, extract(hour from opened_at) as hour, count(*) from desk.tickets group by 1, 2 order by 1, 2 limit 12
select slug, title, lang, view_count, rating, published from desk.articles order by view_count desc, id limit 10
select title, body from desk.articles where body like '%option%' or id < 4 order by id
select d.name, count(e.id), round(avg(e.fte), 3), min(e.hired) from hr.departments d left join hr.employees e on e.dept_id = d.id group by d.id, d.name order by d.id
with recursive up as (select id, parent_id, name from hr.departments where id = 6 union select d.id, d.parent_id, d.name from hr.departments d join up on d.id = up.parent_id) select name from up order by id
select emp_no, first_name, last_name, job_code, grade, fte, hired, left_on, badge_hash from hr.employees order by id limit 12
select emp_no, "workMail", privat_handy, steuer_id, sozialvers_nr, bank_iban, bic, dob, strasse, plz from hr.employees order by id limit 5 ==> workMail, privat_handy, steuer_id, sozialvers_nr, bank_iban, dob, strasse
select e.last_name, m.last_name as manager, e.grade from hr.employees e left join hr.employees m on m.id = e.manager_id order by e.id limit 10
select period, sum(gross), sum(tax), sum(net), count(*) from hr.payslips group by period order by period
select p.id, e.emp_no, p.period, p.status, p.document_hash, p.tax_class from hr.payslips p join hr.employees e on e.id = p.employee_id order by p.id limit 10
select kind, sum(days), count(*) filter (where approved), min(lower(during)) from hr.absences group by kind order by kind
select a.employee_id, a.during && daterange('2026-02-01', '2026-03-01') as in_february, a.during from hr.absences a order by a.id limit 10
select 'ward' as kind, name from clinic.wards union all select 'region', name from fleet.regions union all select 'department', name from hr.departments order by 1, 2
select name from clinic.wards intersect select name from clinic.wards where floor > 0 order by 1
select city from clinic.patients except select name from fleet.regions order by 1
select table_schema, table_name, table_type from information_schema.tables where table_schema in ('clinic', 'fleet', 'desk', 'hr') order by 1, 2
select column_name, data_type, is_nullable, column_default from information_schema.columns where table_schema = 'clinic' and table_name = 'patients' order by ordinal_position
select c.relname, pg_size_pretty(pg_total_relation_size(c.oid)), c.reltuples::bigint from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'fleet' and c.relkind in ('r', 'p') order by 1
select inhrelid::regclass, inhparent::regclass, pg_get_expr(c.relpartbound, c.oid) from pg_inherits i join pg_class c on c.oid = i.inhrelid where inhparent = 'fleet.telemetry'::regclass order by 1
select schemaname, tablename, indexname, indexdef from pg_indexes where schemaname = 'desk' order by 3
select conname, contype, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'clinic.visits'::regclass order by 1
select relname, seq_scan is not null, n_live_tup >= 0, last_vacuum from pg_stat_user_tables where schemaname = 'hr' order by 1
select indexrelname, idx_scan >= 0 from pg_stat_user_indexes where schemaname = 'fleet' order by 1
select datname, numbackends > 0, deadlocks from pg_stat_database where datname = current_database()
select pid = pg_backend_pid() as me, state, wait_event_type from pg_stat_activity where pid = pg_backend_pid()
select locktype, mode, granted from pg_locks where pid = pg_backend_pid() and locktype = 'virtualxid'
select n.nspname as "Schema", c.relname as "Name", case c.relkind when 'r' then 'table' when 'v' then 'view' when 'm' then 'materialized view' when 'p' then 'partitioned table' end as "Type", pg_catalog.pg_get_userbyid(c.relowner) as "Owner" from pg_catalog.pg_class c left join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r','p','v','m') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1, 2
select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_catalog.col_description(a.attrelid, a.attnum) from pg_catalog.pg_attribute a where a.attrelid = 'clinic.patients'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum
select n.nspname, p.proname, pg_catalog.pg_get_function_result(p.oid), pg_catalog.pg_get_function_arguments(p.oid) from pg_catalog.pg_proc p left join pg_catalog.pg_namespace n on n.oid = p.pronamespace where n.nspname in ('clinic', 'public') order by 1, 2
select d.datname, pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate from pg_catalog.pg_database d where d.datname like 'template%' order by 1
select rolname, rolsuper, rolcanlogin, rolconnlimit from pg_roles where rolname in ('app', 'reader') order by 1
select enumlabel from pg_enum e join pg_type t on t.oid = e.enumtypid where t.typname = 'triage' order by enumsortorder
select attname, n_distinct, null_frac, correlation is not null from pg_stats where schemaname = 'clinic' and tablename = 'wards' order by 1
select viewname, definition from pg_views where schemaname = 'clinic' order by 1
select obj_description('clinic.patients'::regclass), col_description('clinic.patients'::regclass, 14)
select extname, extversion from pg_extension order by 1
select name, setting from pg_settings where name like 'work_mem%' or name = 'server_encoding' order by 1
show work_mem
show transaction_isolation
begin ;; select count(*) from clinic.visits ;; select max(started_at) from clinic.visits ;; commit
begin isolation level repeatable read read only ;; select status, count(*) from invoices group by 1 order by 1 ;; rollback
prepare by_plan (text) as select slug, seat_count from tenants where plan = $1 order by slug ;; execute by_plan('team') ;; execute by_plan('free') ;; deallocate by_plan
prepare mails (int) as select id, "workEmail" from app_users where id < $1 order by id ;; execute mails(4) ==> workEmail
set timezone to 'Europe/Oslo' ;; select timestamptz '2026-07-01 12:00+00', opened_at from desk.tickets order by id limit 2 ;; reset timezone
declare c cursor with hold for select code from clinic.wards order by id ;; fetch 2 from c ;; fetch all from c ;; close c
begin ;; declare c cursor for select number, status from invoices order by id ;; fetch forward 3 from c ;; fetch next from c ;; close c ;; commit
copy (select code, name from clinic.wards order by id) to stdout with (format csv, header)
values (1, 'a'), (2, 'b')
table feature_flags
table clinic.contacts ==> contact
select 4111111111111111 as literal, '2.1.4.0' as version, 'a@b' as not_mail
select now() > '2020-01-01', current_date - 7 < current_date, clock_timestamp() is not null, version() like 'PostgreSQL%'
select interval '90 minutes' * 2, make_interval(days => 3), date '2026-02-28' + 1, extract(week from date '2026-01-05'), date_part('doy', date '2026-03-01')
select array(select code from clinic.wards order by id), array[1,2] && array[2,3], array_position(array['a','b'], 'b'), cardinality(array[1,2,3])
select g, g * g, sqrt(g)::numeric(6, 3), g % 2 = 0 from generate_series(1, 6) g
select format('%s has %s beds', name, bed_count), quote_ident('Mixed Case'), initcap('hello world'), reverse('abc'), translate('12-34', '-', '/') from clinic.wards order by id
select regexp_split_to_table('a,b;c', '[,;]'), regexp_count('banana', 'a')
select encode(sha256('x'), 'hex'), md5('x'), gen_random_uuid() is not null, hashtext('a')
select num_nulls(left_on, manager_id), emp_no, left_on is distinct from hired, nullif(grade, 3) from hr.employees order by id limit 6
select greatest(view_count, 100), least(rating, 4), coalesce(title, slug), sign(view_count - 300) from desk.articles order by id limit 6
select exists (select 1 from clinic.patients where "emailAddress" is null), not exists (select from invoices where total_cents < 0)
select * from clinic.patients where false
select mode() within group (order by city), array_agg(distinct city order by city), bool_or(zip is null) from clinic.patients
with t(a, b) as (values (1, 'x'), (2, 'y')) select t.b, w.name from t join clinic.wards w on w.id = t.a order by 1
select t.slug, json_agg(json_build_object('number', i.number, 'total', i.total_cents) order by i.number) as invoices from tenants t join invoices i on i.tenant_id = t.id where t.slug in ('tenant-3', 'tenant-4') group by t.slug order by t.slug
select jsonb_build_object('id', u.id, 'name', u."displayName", 'prefs', u.prefs) from app_users u order by u.id limit 3
select jsonb_object_agg(key, enabled order by key) from feature_flags
select to_jsonb(w) - 'description' from clinic.wards w order by id limit 2
select jsonb_set(settings, '{theme}', '"blue"') from tenants order by slug limit 2
select first_value(number) over (order by issued_on, id), last_value(number) over (order by issued_on, id rows between unbounded preceding and unbounded following), cume_dist() over (order by total_cents), percent_rank() over (order by total_cents) from invoices order by id limit 4
select source."status" AS "status", count(*) AS "count" FROM (select status, total_cents from invoices where currency = 'EUR') source WHERE source.total_cents > 100 GROUP BY source."status" ORDER BY source."status" ASC
select case when grade >= 5 then 'senior' when grade >= 3 then 'mid' else 'junior' end as band, count(*), string_agg(emp_no, ',' order by emp_no) filter (where id < 10) from hr.employees group by 1 order by 1
SELECT "clinic"."visits"."status" AS "status", SUM(CASE WHEN "clinic"."visits"."triage" = 'urgent' THEN 1 ELSE 0.0 END) AS "sum" FROM "clinic"."visits" WHERE "clinic"."visits"."started_at" >= timestamp with time zone '2026-01-05 00:00:00.000Z' GROUP BY "clinic"."visits"."status" ORDER BY "clinic"."visits"."status" ASC
SELECT DATE_TRUNC('month', CAST("invoices"."issued_on" AS timestamp)) AS "issued_on", AVG("invoices"."total_cents") AS "avg" FROM "invoices" GROUP BY DATE_TRUNC('month', CAST("invoices"."issued_on" AS timestamp)) ORDER BY 1 ASC LIMIT 2000
with source as (select * from fleet.shipments), renamed as (select id as shipment_id, tracking_no, status, weight_kg::numeric(10, 1) as kg from source) select * from renamed order by shipment_id limit 10
select count(*) as failures from (select number from invoices group by number having count(*) > 1) dbt_internal_test
select coalesce(nullif(trim(notes), ''), 'none') as notes, count(*) from clinic.visits group by 1 order by 1
