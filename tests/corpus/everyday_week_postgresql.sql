# A week of eight trades, written before anybody had looked at how it fares.
# Logistics
select status, count(*) as shipments, sum(weight_kg) as kg from shipments group by status order by status
select id, reference, status, lane, weight_kg from shipments where id = 42
select reference, status, promised_on from shipments where reference in ('SH700010', 'SH700011', 'SH700012') order by reference
select w.code, w.city, count(s.id) filter (where s.status = 'delivered') as delivered, count(s.id) as total from warehouses w left join shipments s on s.warehouse_id = w.id group by w.id order by w.code
with late as (select s.*, s.delivered_at::date - s.promised_on as days_late from shipments s where s.delivered_at is not null) select lane, count(*) as parcels, round(avg(days_late), 2) as avg_days_late from late group by lane order by lane
select date_trunc('week', created_at) as week, count(*) from shipments group by 1 order by 1
select to_char(created_at, 'YYYY-MM') as month, lane, sum(pieces) as pieces from shipments group by 1, 2 order by 1, 2
select lane, percentile_cont(0.5) within group (order by weight_kg) as p50, percentile_cont(0.95) within group (order by weight_kg) as p95 from shipments group by lane order by lane
select reference, extract(epoch from delivered_at - created_at) / 3600 as hours from shipments where status = 'delivered' order by hours desc, id limit 5
select s.reference, e.kind, e.facility, e.occurred_at, lead(e.occurred_at) over (partition by e.shipment_id order by e.occurred_at) - e.occurred_at as until_next from shipments s join shipment_events e on e.shipment_id = s.id where s.id between 1 and 4 order by s.id, e.occurred_at
select s.id, s.reference, last.kind, last.facility from shipments s cross join lateral (select kind, facility from shipment_events e where e.shipment_id = s.id order by occurred_at desc limit 1) last where s.warehouse_id = 2 order by s.id limit 10
select driver_id, count(*) as tours from shipments where driver_id is not null and created_at >= '2026-09-15' group by driver_id having count(*) > 3 order by tours desc, driver_id limit 10
select d.id, d.hired_on, d.active, count(s.id) as shipments from drivers d left join shipments s on s.driver_id = d.id group by d.id order by d.id
select depot_id, count(*) from drivers where active group by depot_id order by depot_id
select reference, dims->>'l' as length, (dims->>'fragile')::boolean as fragile from shipments where dims @> '{"fragile": true}' order by id limit 8
select avg((dims->>'l')::int * (dims->>'w')::int * (dims->>'h')::int / 1000.0)::numeric(10,2) as litres, lane from shipments group by lane order by lane
select * from warehouses order by id
select * from shipment_events where shipment_id = 17 order by occurred_at
select count(*) as without_driver from shipments where driver_id is null
select count(*) from shipments where consignee_phone is not null
select day, warehouse_id, shipments, sum(shipments) over (partition by warehouse_id order by day) as running from daily_shipments where day < '2026-09-10' order by day, warehouse_id
select distinct on (warehouse_id) warehouse_id, reference, created_at from shipments order by warehouse_id, created_at desc
select width_bucket(weight_kg, 0, 100, 5) as bucket, count(*), min(weight_kg), max(weight_kg) from shipments group by 1 order by 1
select reference, working_days(created_at::date, promised_on) as working_days from shipments where id <= 5 order by id
select lane, string_agg(reference, ', ' order by id) as refs from shipments where id <= 12 group by lane order by lane
select split_part(lane, '-', 1) as from_country, split_part(lane, '-', 2) as to_country, count(*) from shipments group by 1, 2 order by 1, 2
# Clinic, without the patients themselves
select d.name, count(*) as visits, sum(a.minutes) as minutes from appointments a join departments d on d.id = a.department_id group by d.name order by d.name
select starts_at::date as day, count(*) filter (where state = 'cancelled') as cancelled, count(*) filter (where no_show) as no_shows, count(*) as all from appointments group by 1 order by 1 limit 10
select room, starts_at, minutes, state from appointments where department_id = 2 and starts_at >= '2026-11-10' and starts_at < '2026-11-12' order by starts_at, room
select d.name as department, round(100.0 * avg(a.no_show::int), 1) as no_show_pct from departments d join appointments a on a.department_id = d.id group by d.name order by no_show_pct desc, d.name
select panel, priority, avg(reported_at - ordered_at) as turnaround from lab_orders where reported_at is not null group by panel, priority order by panel, priority
select a.id, a.starts_at, l.panel, l.priority from appointments a join lab_orders l on l.appointment_id = a.id where l.reported_at is null order by l.ordered_at
select extract(isodow from starts_at) as dow, extract(hour from starts_at) as hour, count(*) from appointments group by 1, 2 order by 1, 2
select count(distinct patient_id) as seen from appointments where state = 'done' and starts_at between '2026-11-01' and '2026-12-01'
select p.id, count(a.id) as visits from patients p join appointments a on a.patient_id = p.id group by p.id order by visits desc, p.id limit 10
select date_trunc('month', registered_at) as month, count(*) as new_patients from patients group by 1 order by 1
with slots as (select g as slot from generate_series(timestamp '2026-11-10 08:00', timestamp '2026-11-10 16:00', interval '1 hour') g) select slot, count(a.id) as booked from slots left join appointments a on a.starts_at = slot and a.department_id = 1 group by slot order by slot
select d.name, d.beds, rank() over (order by d.beds desc) from departments d order by 3, 1
select room, max(starts_at + minutes * interval '1 minute') as busy_until from appointments where starts_at::date = '2026-11-12' group by room order by room
# SaaS billing
select plan, count(*) as accounts, sum(seats) as seats from accounts where churned_at is null group by plan order by plan
select id, company, plan, seats, country from accounts where id = 7
select company, plan from accounts where company ilike 'acme%' order by id limit 5
select date_trunc('month', started_on)::date as month, sum(mrr_cents) / 100.0 as new_mrr from subscriptions group by 1 order by 1
with months as (select generate_series(date '2026-01-01', date '2026-06-01', interval '1 month')::date as month) select m.month, coalesce(sum(s.mrr_cents), 0) / 100 as mrr, count(s.id) as active from months m left join subscriptions s on s.started_on <= m.month and (s.ended_on is null or s.ended_on > m.month) group by m.month order by m.month
select currency, sum(total_cents) filter (where paid_on is null) as open, sum(total_cents) filter (where paid_on is not null) as paid from invoices group by currency order by currency
select number, due_on, total_cents / 100.0 as total, current_date > due_on as overdue from invoices where paid_on is null and due_on < '2026-04-01' order by due_on
select number, issued_on, total_cents, round(total_cents * tax_rate / 100) as tax_cents from invoices where account_id = 12 order by issued_on
select case when due_on - issued_on <= 30 then '0-30' else '31+' end as terms, count(*) from invoices group by 1
select * from open_invoices order by due_on, id limit 10
select id, company, plan, invoices, billed_cents from account_overview order by billed_cents desc, id limit 10
select i.number, l.line_no, l.sku, l.quantity, l.quantity * l.unit_cents as cents from invoices i join invoice_lines l on l.invoice_id = i.id where i.id in (3, 4) order by i.id, l.line_no
select sku, sum(quantity) as qty, sum(quantity * unit_cents) as cents from invoice_lines group by rollup (sku) order by sku nulls last
select brand, count(*) as cards, count(*) filter (where expires < '2027-06-30') as expiring from payment_methods group by brand order by brand
select a.country, grouping(a.country) as g, sum(i.total_cents) from accounts a join invoices i on i.account_id = a.id group by cube (a.country) order by g, 1
select id, settings->>'locale' as locale, settings#>>'{limits,projects}' as projects from accounts where settings->'beta' = 'true' order by id limit 10
select settings->>'locale' as locale, count(*) from accounts group by 1 order by 2 desc, 1
select label, revoked, count(*) from api_keys group by label, revoked order by label, revoked
select id, account_id, label, scopes, last_used_at from api_keys where 'write' = any(scopes) and not revoked order by last_used_at desc limit 5
select unnest(scopes) as scope, count(*) from api_keys group by 1 order by 1
select key, enabled, rollout, rules->'countries' as countries from feature_flags order by key
select key, jsonb_pretty(rules) from feature_flags where rules ? 'plans'
select f.key, c.country from feature_flags f, jsonb_array_elements_text(f.rules->'countries') as c(country) order by 1, 2
select * from feature_flags order by updated_at desc
select account_id, issued_on, total_cents, total_cents - lag(total_cents) over (partition by account_id order by issued_on) as change from invoices where account_id <= 3 order by account_id, issued_on
select a.plan, count(*) filter (where a.churned_at is not null)::numeric / count(*) as churn from accounts a group by a.plan order by a.plan
with cohort as (select id, date_trunc('quarter', created_at) as q from accounts) select to_char(q, 'YYYY"Q"Q') as cohort, count(*) as accounts, count(s.id) filter (where s.ended_on is null) as still_here from cohort c join subscriptions s on s.account_id = c.id group by q order by q
select account_id, count(*) from invoices where paid_on > due_on group by account_id order by count(*) desc, account_id limit 5
select exists (select 1 from invoices where number = 'INV-2026-00042') as known
select count(*) from accounts where billing_email is null or billing_email = ''
# Telemetry
select d.model, r.metric, avg(r.value) as mean, min(r.value), max(r.value) from telemetry.devices d join telemetry.readings r on r.device_id = d.id group by d.model, r.metric order by 1, 2
select date_bin('6 hours', taken_at, timestamptz '2026-11-01') as bin, avg(value)::numeric(6,2) from telemetry.readings where metric = 'temperature' and device_id = 3 group by 1 order by 1
select distinct on (device_id, metric) device_id, metric, value, taken_at from telemetry.readings order by device_id, metric, taken_at desc
select device_id, taken_at, value, avg(value) over (partition by device_id order by taken_at rows between 5 preceding and current row) as rolling from telemetry.readings where metric = 'humidity' and device_id = 2 order by taken_at limit 15
select id, serial_no, model, firmware, site from telemetry.devices where firmware < '2.2' order by id
select firmware, count(*) from telemetry.devices group by firmware order by string_to_array(firmware, '.')::int[]
select labels->>'zone' as zone, count(*) from telemetry.devices group by 1 order by 1
select rule, severity, count(*), avg(cleared_at - raised_at) as mttr from telemetry.alerts group by 1, 2 order by 1, 2
select d.site, count(*) filter (where a.severity >= 3) as severe from telemetry.alerts a join telemetry.devices d on d.id = a.device_id where a.raised_at >= timestamptz '2026-11-05' group by d.site order by d.site
select regr_slope(value, extract(epoch from taken_at)) as slope, corr(value, extract(epoch from taken_at)) from telemetry.readings where device_id = 1 and metric = 'temperature'
with g as (select device_id, taken_at, lag(taken_at) over (partition by device_id order by taken_at) as prev from telemetry.readings where metric = 'temperature') select device_id, max(taken_at - prev) as longest_gap from g group by device_id order by device_id
select taken_at as "time", value, 'device ' || device_id::text as metric from telemetry.readings where taken_at between '2026-11-01T00:00:00Z' and '2026-11-01T06:00:00Z' and metric = 'temperature' order by 1, 3
select floor(extract(epoch from taken_at) / 21600) * 21600 as "time", avg(value) as value from telemetry.readings where metric = 'humidity' group by 1 order by 1 limit 10
select model, mode() within group (order by firmware) as usual_firmware from telemetry.devices group by model order by model
select t.device_id, t.temperature, t.humidity from (select device_id, max(value) filter (where metric = 'temperature') as temperature, max(value) filter (where metric = 'humidity') as humidity from telemetry.readings group by device_id) t order by 1
select stddev_pop(value), var_samp(value) from telemetry.readings where metric = 'humidity'
select count(*) from telemetry.devices where installed_on > date '2025-06-01' and labels @> '{"outdoor": true}'
# CMS
select id, slug, title, status, published_at from articles order by published_at desc nulls last, id limit 10
select title, ts_rank(to_tsvector('english', body), plainto_tsquery('english', 'restore backup')) as rank from articles where to_tsvector('english', body) @@ plainto_tsquery('english', 'restore backup') order by rank desc, id limit 5
select ts_headline('english', title, to_tsquery('english', 'vacuum | index')) from articles where to_tsvector('english', title) @@ to_tsquery('english', 'vacuum | index') order by id limit 5
with recursive tree as (select id, parent_id, name, 1 as depth, name as path from categories where parent_id is null union all select c.id, c.parent_id, c.name, t.depth + 1, t.path || ' > ' || c.name from categories c join tree t on t.id = c.parent_id) select repeat('  ', depth - 1) || name as tree, path from tree order by path
select tag, count(*) from articles, unnest(tags) as tag group by tag order by count(*) desc, tag
select slug, array_length(tags, 1) as n, tags[1] as first_tag, array_to_string(tags, ',') from articles where tags && array['ops', 'release'] order by id limit 6
select slug, body from articles where id = 5
select regexp_replace(lower(title), '[^a-z0-9]+', '-', 'g') as guess, slug from articles order by id limit 5
select left(body, 40) || '…' as teaser, length(body) as chars from articles where status = 'published' order by id limit 5
select a.slug, count(c.id) as comments, count(c.id) filter (where not c.approved) as waiting from articles a left join comments c on c.article_id = a.id group by a.id order by comments desc, a.id limit 10
select id, article_id, approved, created_at from comments where not approved order by created_at desc limit 10
select meta->'seo'->>'noindex' as noindex, avg((meta->>'words')::int)::int as words from articles group by 1 order by 1
select slug, jsonb_path_query_array(meta, '$.related[*] ? (@ > 10)') as related from articles where id < 14 order by id
select author_id, sum(views) as views, ntile(4) over (order by sum(views) desc) as quartile from articles group by author_id order by views desc
select json_agg(json_build_object('slug', slug, 'views', views) order by views desc, id) from (select id, slug, views from articles order by views desc limit 3) t
select row_to_json(t) from (select id, slug, status from articles order by id limit 2) t
select a.name as category, count(*) from articles x join categories a on a.id = x.category_id group by a.name order by 2 desc, 1
select id, title from articles where title like '%drop a table%' order by id limit 3
# School
select c.name, count(s.id) as pupils from school_classes c left join students s on s.class_id = c.id group by c.id order by c.name, c.id
select day, count(*) filter (where status = 'absent') as absent, count(*) filter (where status = 'late') as late from attendance group by day order by day
select co.code, m.term, round(avg(m.points), 1) as mean, count(*) from marks m join courses co on co.id = m.course_id group by 1, 2 order by 1, 2
select student_id, points, dense_rank() over (order by points desc) as place from marks where course_id = 1 and term = '2026S' order by place, student_id limit 10
select case when points >= 90 then 'A' when points >= 75 then 'B' when points >= 60 then 'C' else 'D' end as grade, count(*) from marks group by 1 order by 1
select cl.name, sum(case when a.status = 'present' then 1 else 0 end) as present, sum(case when a.status <> 'present' then 1 else 0 end) as missing from school_classes cl join students s on s.class_id = cl.id join attendance a on a.student_id = s.id group by cl.id order by cl.id
select * from courses order by credits desc, code
select s.id, s.class_id, s.enrolled_on from students s where not exists (select 1 from marks m where m.student_id = s.id and m.term = '2026S') order by s.id
select min(enrolled_on), max(enrolled_on), count(*) from students
select term, percentile_disc(array[0.25, 0.5, 0.75]) within group (order by points) from marks group by term order by term
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
select value_on - booked_on as lag_days, count(*) from postings group by 1
# Game
select region, count(*) as players, avg(level)::numeric(5,1) as level, max(xp) as top_xp from players group by region order by region
select g.tag, count(p.id) as members, sum(p.xp) as xp from guilds g left join players p on p.guild_id = g.id group by g.id order by xp desc nulls last, g.id
select mode, map, count(*), avg(ended_at - started_at) as length from matches group by mode, map order by mode, map
select player_id, sum(kills) as k, sum(deaths) as d, round(sum(kills)::numeric / nullif(sum(deaths), 0), 2) as kd from match_players group by player_id order by kd desc nulls last, player_id limit 10
select match_id, team, sum(score) as score, sum(score) = max(sum(score)) over (partition by match_id) as won from match_players where match_id <= 3 group by match_id, team order by match_id, team
select id, level, xp, region, last_seen_at from players where last_seen_at > timestamptz '2026-11-20' order by xp desc limit 5
select sku, stats->'slots'->>0 as slot, (stats->>'power')::int as power from items where rarity = 'epic' order by power desc, sku limit 5
select level / 10 * 10 as bracket, count(*) from players group by 1 order by 1
select count(*) from players where last_seen_at >= timestamptz '2026-11-30' - interval '7 days'
# Psql, DBeaver, DataGrip, Metabase and Grafana ask the catalogue
select n.nspname as "Schema", c.relname as "Name", case c.relkind when 'r' then 'table' when 'v' then 'view' when 'm' then 'materialized view' when 'i' then 'index' when 'S' then 'sequence' when 'p' then 'partitioned table' end as "Type", pg_catalog.pg_get_userbyid(c.relowner) as "Owner" from pg_catalog.pg_class c left join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r','p','v','m','S','f','') and n.nspname <> 'pg_catalog' and n.nspname !~ '^pg_toast' and n.nspname <> 'information_schema' and pg_catalog.pg_table_is_visible(c.oid) order by 1,2
select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (select pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) from pg_catalog.pg_attrdef d where d.adrelid = a.attrelid and d.adnum = a.attnum and a.atthasdef), a.attnotnull from pg_catalog.pg_attribute a where a.attrelid = 'shipments'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum
select c2.relname, i.indisprimary, i.indisunique, i.indisvalid, pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), pg_catalog.pg_get_constraintdef(con.oid, true) from pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i left join pg_catalog.pg_constraint con on (conrelid = i.indrelid and conindid = i.indexrelid and contype in ('p','u','x')) where c.oid = 'invoices'::regclass and c.oid = i.indrelid and i.indexrelid = c2.oid order by i.indisprimary desc, c2.relname
select conname, pg_catalog.pg_get_constraintdef(r.oid, true) as condef from pg_catalog.pg_constraint r where r.conrelid = 'appointments'::regclass and r.contype = 'f' order by conname
select table_schema, table_name, column_name, data_type, is_nullable, column_default from information_schema.columns where table_schema in ('public', 'telemetry') and table_name in ('devices', 'invoices') order by 1, 2, ordinal_position
select tc.table_name, kcu.column_name, ccu.table_name as references_table from information_schema.table_constraints tc join information_schema.key_column_usage kcu on kcu.constraint_name = tc.constraint_name join information_schema.constraint_column_usage ccu on ccu.constraint_name = tc.constraint_name where tc.constraint_type = 'FOREIGN KEY' and tc.table_schema = 'public' order by 1, 2, 3
select t.typname, e.enumlabel from pg_type t join pg_enum e on e.enumtypid = t.oid order by t.typname, e.enumsortorder
select p.proname, pg_get_function_result(p.oid), pg_get_function_arguments(p.oid), l.lanname from pg_proc p join pg_language l on l.oid = p.prolang join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' order by 1
select pg_get_viewdef('open_invoices'::regclass, true)
select viewname, definition from pg_views where schemaname = 'public' order by 1
select obj_description('shipments'::regclass), col_description('shipments'::regclass, 1)
select nspname from pg_namespace where nspname not like 'pg\_%' order by 1
select version()
select current_database(), current_schema(), current_user
select current_setting('server_version_num')::int / 10000 as major
show server_version
show search_path
show time zone
show work_mem
select name, setting, unit from pg_settings where name in ('max_connections', 'shared_buffers', 'work_mem', 'maintenance_work_mem') order by name
select extname, extversion from pg_extension order by extname
select rolname, rolsuper, rolcanlogin from pg_roles where rolname !~ '^pg_' order by rolname
select oid, typname, typlen from pg_type where typname in ('jsonb', 'hstore', 'citext', 'uuid', 'inet') order by typname
select version from schema_migrations order by version
SELECT "django_migrations"."id", "django_migrations"."app", "django_migrations"."name", "django_migrations"."applied" FROM "django_migrations" ORDER BY "django_migrations"."id"
SELECT "articles"."id", "articles"."slug", "articles"."title", "articles"."views" FROM "articles" WHERE ("articles"."status" = 'published' AND NOT ("articles"."category_id" IN (3, 4))) ORDER BY "articles"."id" ASC LIMIT 21
SELECT COUNT(*) AS "__count" FROM "comments" WHERE "comments"."approved"
SELECT "accounts"."plan", COUNT("invoices"."id") AS "n" FROM "accounts" LEFT OUTER JOIN "invoices" ON ("accounts"."id" = "invoices"."account_id") GROUP BY "accounts"."plan" ORDER BY "accounts"."plan"
SELECT "jobs".* FROM "jobs" WHERE "jobs"."state" = 'failed' AND "jobs"."queue" = 'mail' ORDER BY "jobs"."id" ASC LIMIT 5
SELECT 1 AS one FROM "articles" WHERE "articles"."slug" = 'post-3' LIMIT 1
select i1_0.id, i1_0.number, i1_0.total_cents, a1_0.id, a1_0.plan from invoices i1_0 join accounts a1_0 on a1_0.id=i1_0.account_id where a1_0.country='AT' order by i1_0.id offset 0 rows fetch first 5 rows only
SELECT anon_1.plan, anon_1.n FROM (SELECT accounts.plan AS plan, count(*) AS n FROM accounts GROUP BY accounts.plan) AS anon_1 ORDER BY anon_1.n DESC, anon_1.plan
SELECT "public"."invoices"."id", "public"."invoices"."number", "public"."invoices"."paid_on" FROM "public"."invoices" WHERE ("public"."invoices"."paid_on" IS NULL AND 1=1) ORDER BY "public"."invoices"."id" ASC LIMIT 10 OFFSET 0
SELECT "source"."status" AS "status", count(*) AS "count" FROM (SELECT "public"."shipments"."status" AS "status", "public"."shipments"."created_at" AS "created_at" FROM "public"."shipments") AS "source" WHERE "source"."created_at" >= timestamp with time zone '2026-09-10 00:00:00.000Z' GROUP BY "source"."status" ORDER BY "source"."status" ASC
SELECT "queue", "state", count(*) AS "n" FROM "jobs" AS "Job" WHERE "Job"."run_at" < '2026-11-21' GROUP BY "queue", "state" ORDER BY "queue", "state"
# Monitoring
select state, count(*) from pg_stat_activity where datname = 'nothing' group by state
select pid, now() - query_start as running, wait_event_type, state from pg_stat_activity where state = 'active' and now() - query_start > interval '5 minutes'
select relname, n_dead_tup from pg_stat_user_tables where n_dead_tup > 1000000 order by 2 desc
select relname, seq_scan >= 0 as scanned, last_vacuum from pg_stat_user_tables where relname in ('items', 'guilds') order by relname
select indexrelname from pg_stat_user_indexes where idx_scan = 0 and relname = 'shipment_events' order by 1
select relname, pg_size_pretty(pg_total_relation_size(relid)) from pg_catalog.pg_statio_user_tables where relname in ('courses', 'branches') order by pg_total_relation_size(relid) desc, relname
select locktype, mode, granted from pg_locks where not granted
select blocked.pid, blocking.pid as by from pg_stat_activity blocked join pg_stat_activity blocking on blocking.pid = any(pg_blocking_pids(blocked.pid))
select datname, numbackends > 0 as used from pg_stat_database where datname = 'template1'
select pg_is_in_recovery(), pg_postmaster_start_time() < now() as started
select client_addr, state, sync_state from pg_stat_replication
select slot_name, active, restart_lsn from pg_replication_slots
select age(datfrozenxid) < 200000000 as fine from pg_database where datname = current_database()
select reltuples::bigint as estimate from pg_class where oid = 'public.postings'::regclass
# Plans, sessions, cursors and the like
explain (costs off) select * from shipments where id = 3
explain (costs off) select w.code, count(*) from warehouses w join shipments s on s.warehouse_id = w.id group by w.code
explain (costs off, format json) select id from invoices where number = 'INV-2026-00007'
explain (analyze, costs off, timing off, summary off, buffers off) select count(*) from items
begin ;; set local statement_timeout = '5s' ;; select count(*) from postings ;; commit
begin read only ;; select status, count(*) from jobs group by status order by 1 ;; rollback
begin isolation level repeatable read ;; select sum(amount) from postings ;; select count(*) from postings ;; commit
begin ;; declare c cursor for select id, sku, price_gems from items order by id ;; fetch 3 from c ;; fetch forward 2 from c ;; close c ;; commit
prepare by_lane (text) as select count(*), sum(pieces) from shipments where lane = $1 ;; execute by_lane ('AT-DE') ;; execute by_lane ('FR-PT') ;; deallocate by_lane
create temp table t_open as select id, account_id, total_cents from invoices where paid_on is null ;; select count(*), sum(total_cents) from t_open ;; drop table t_open
create temp table wanted (id int primary key) ;; insert into wanted values (1), (2), (3) ;; select s.id, s.reference from shipments s join wanted using (id) order by s.id
set timezone = 'Europe/Vienna' ;; select created_at from shipments where id = 1 ;; reset timezone
set search_path = telemetry, public ;; select model, count(*) from devices group by model order by model
set work_mem = '64MB' ;; select count(distinct player_id) from match_players
copy (select id, code, title from courses order by id) to stdout
copy (select id, tag, founded_on from guilds order by id) to stdout with (format csv, header)
# Small things
select 1
select now() > timestamptz '2026-01-01'
select current_date - date '2026-01-01' > 100 as past
values (1, 'one'), (2, 'two')
select generate_series(1, 5) as n, 2 ^ generate_series(1, 5) as power
select to_timestamp(1790000000) at time zone 'UTC', to_char(date '2026-11-30', 'Day DD Mon IYYY-IW')
select md5('hello'), encode(sha256('hello'), 'hex'), upper('x') || initcap('some words'), lpad('7', 3, '0'), format('%s of %s', 3, 10)
select coalesce(null, 'fallback'), nullif(3, 3), greatest(1, 9, 4), 7 / 2, 7 % 2, 7 / 2.0
select '{"a": [1, 2, {"b": null}]}'::jsonb #> '{a,2}' as part, jsonb_typeof('[1]'::jsonb)
select d::date, extract(week from d) from generate_series(date '2026-12-28', date '2027-01-04', interval '1 day') d
select date '2026-01-31' + interval '1 month', age(date '2026-11-30', date '2024-02-29'), make_date(2026, 2, 28)
select regexp_matches('ticket 4711 and 4712', '\d+', 'g')
table branches
select count(*) from shipments tablesample system (100)
select count(*) from articles where status = 'publshed'
selec count(*) from articles
select titel from articles limit 1
