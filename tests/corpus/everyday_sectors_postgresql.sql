# Everyday work on tests/seed/sectors_postgres.sql: a hotel group, an airline, an electricity grid.
# ' ;; ' separates statements. ' ==> columns' names those columns of the last answer whose cells are masked, precisely; without it
# the answer is the database's own, byte for byte. Read by tests/quality/everyday.py.
select * from hotel.properties order by property_id
select property_id, title, location, location[0] as lon, location[1] as lat from hotel.properties where location <@ box '(8,47),(12,49)' order by 1
select p.title, p.location <-> point '(8.54,47.37)' as far from hotel.properties p order by p.location <-> point '(8.54,47.37)' limit 3
select title from hotel.properties where amenities @> array['spa'] order by title
select title from hotel.properties where amenities && '{pool,gym}' and 'parking' = any(amenities) order by 1
select a as amenity, count(*) from hotel.properties, unnest(amenities) a group by a order by 2 desc, 1
select * from hotel.room_types order by base_rate desc
select type_code, features->>'view' as view, features->'extras'->>0 as first_extra, jsonb_array_length(features->'extras') from hotel.room_types order by 1
select type_code from hotel.room_types where features @? '$.extras[*] ? (@ == "safe")' order by 1
select type_code, features - 'extras' || '{"seen": true}' from hotel.room_types order by 1
select r.property_id, r.number, r."delete" from hotel.rooms r where r."delete" order by 1, 2
select "delete", count(*) from hotel.rooms group by "delete" order by 1
select count(*) filter (where "delete") as "drop table later", count(*) as "truncate" from hotel.rooms
select 'drop table hotel.rooms' as hint, 'delete from t; update t set a = 1' as another
select $$drop table hotel.rooms; -- not really$$ as script, $q$it's $$ nested $q$ as body
select 1 /* drop table hotel.rooms; */ + 1 -- delete from hotel.rooms
select E'it\'s \\ done', 'two '' quotes', U&'d\0061ta', B'1010', X'1F'
select action, count(*) from hotel.audit_log where action in ('delete', 'truncate') group by action order by 1
select at, actor, statement from hotel.audit_log where statement like 'DROP TABLE%' order by at limit 5
select statement from hotel.audit_log where statement ~* '^(delete|drop|truncate)' order by id limit 4
select entity, changes->'state'->>1 as became, count(*) from hotel.audit_log where action = 'update' group by 1, 2 order by 1, 2
select jsonb_path_query_array(changes, '$.state[*]') from hotel.audit_log order by id limit 3
select b.ref, b.state, lower(b.during) as arrival, upper(b.during) - lower(b.during) as nights from hotel.bookings b where b.during @> date '2026-02-14' and b.property_id = 3 order by b.ref
select ref from hotel.bookings where during && daterange('2026-02-10', '2026-02-12', '[]') and board = 'half board' order by 1 limit 10
select ref, hotel.nights(during) as nights from hotel.bookings order by booking_id limit 8
select property_id, sum(hotel.nights(during)) from hotel.bookings where state <> 'cancelled' group by 1 order by 1
select * from hotel.free_rooms(2::smallint, daterange('2026-02-05', '2026-02-07')) order by number limit 10
select hotel.quote('DBL', 3), hotel.quote('STE', n => 10, discount => 0.1), hotel.quote('nope', 1)
select t.type_code, hotel.quote(t.type_code, 9) as week_and_more from hotel.room_types t order by 1
select channel, board, count(*), round(avg(price), 2) from hotel.bookings group by cube (channel, board) order by 1 nulls last, 2 nulls last
select board, enum_range(null::hotel.board) from hotel.bookings where board > 'breakfast' order by booking_id limit 3
select state, count(*), sum(count(*)) over () as total, round(100.0 * count(*) / sum(count(*)) over (), 1) as pct from hotel.bookings group by state order by state
select * from hotel.occupancy where property_id = 2 and night between '2026-02-03' and '2026-02-06' order by night
select title, round(avg(sold * 100.0 / nullif(total, 0)), 1) as occupancy from hotel.occupancy group by title order by 2 desc, 1
select * from hotel.revenue order by property_id, month
select property_id, month, revenue, revenue - lag(revenue) over w as change, sum(revenue) over (w rows between 1 preceding and current row) from hotel.revenue window w as (partition by property_id order by month) order by 1, 2
select to_char(booked_at at time zone 'Europe/Zurich', 'YYYY-MM-DD HH24:00') as hour, count(*) from hotel.bookings group by 1 order by 1 limit 12
select extract(isodow from lower(during)) as dow, count(*) from hotel.bookings group by 1 order by 1
select range_merge(during, '[2026-02-01,2026-02-02)'), isempty(during), upper_inf(during) from hotel.bookings order by booking_id limit 3
select property_id, range_agg(during order by during) as taken from hotel.bookings where room_number = '101' and state = 'confirmed' group by 1 order by 1
select g.loyalty_tier, count(*) from hotel.guests g group by 1 order by 1
select g.guest_id, g.first_name, g.last_name, g.nationality, g.remarks from hotel.guests g order by g.guest_id limit 8
select guest_id, email, phone, loyalty_tier from hotel.guests order by guest_id limit 5 ==> email, phone
select guest_id, passport_no, date_of_birth, nationality from hotel.guests order by 1 limit 5 ==> passport_no, date_of_birth
select nationality, count(distinct email) as guests, count(phone) as reachable from hotel.guests group by nationality order by 1
select g.nationality, b.board, count(*) from hotel.bookings b join hotel.guests g using (guest_id) group by 1, 2 order by 1, 2
select g.last_name, b.ref, p.title, b.price from hotel.guests g join hotel.bookings b on b.guest_id = g.guest_id join hotel.properties p on p.property_id = b.property_id where b.price > 380 order by b.ref limit 10
select guest_id from hotel.guests where marketing_opt_in and created_at >= timestamptz '2025-06-01' order by created_at desc limit 5
select method, sum(amount), count(card_number) as by_card from hotel.payments group by rollup (method) order by 1 nulls last
select payment_id, amount, method, card_brand, settled_at from hotel.payments order by payment_id limit 10
select b.ref, coalesce(sum(p.amount), 0) as paid, b.price - coalesce(sum(p.amount), 0) as open from hotel.bookings b left join hotel.payments p using (booking_id) group by b.booking_id having b.price > coalesce(sum(p.amount), 0) order by b.ref limit 10
with paid as (select booking_id, sum(amount) as amount from hotel.payments group by 1), late as materialized (select booking_id from paid where amount < 60) select count(*) from late
select b.property_id, top.ref, top.price from (select distinct property_id from hotel.bookings) b cross join lateral (select ref, price from hotel.bookings x where x.property_id = b.property_id order by price desc, ref limit 2) top order by 1, 3 desc, 2
select d::date, count(b.booking_id) from generate_series(date '2026-02-01', date '2026-02-07', interval '1 day') d left join hotel.bookings b on b.during @> d::date and b.state = 'confirmed' group by d order by d
select iata, name, city, round(lat::numeric, 2) as lat, round(lon::numeric, 2) as lon from air.airports order by iata
select a.iata, b.iata, round(air.great_circle_km(a.lat, a.lon, b.lat, b.lon)) as km from air.airports a join air.airports b on a.iata < b.iata order by 3 desc limit 5
select iata, runways[1], array_length(runways, 1), (select max(r) from unnest(runways) r) as longest from air.airports order by 1
select tail, model, seats, range_km, age(date '2026-03-01', first_flight) from air.aircraft order by tail limit 6
select model, array_agg(tail order by tail) as tails, sum(seats) from air.aircraft group by model having count(*) > 2 order by model
select tail, unnest(engine_serials) as esn from air.aircraft order by 1, 2 limit 6
select tail, acars_address, mtow_kg from air.aircraft order by tail limit 4
select flight_no, origin, destination, sched_dep at time zone 'UTC' as dep, status from air.flights where sched_dep >= '2026-03-03' and sched_dep < '2026-03-04' order by sched_dep limit 10
select flight_id, actual_dep - sched_dep as delay from air.flights where actual_dep - sched_dep > interval '30 minutes' order by 2 desc, 1 limit 5
select f.flight_no, air.delay_minutes(f) as delay from air.flights f where f.actual_dep is not null order by 2 desc, f.flight_id limit 5
select air.delay_bucket(air.delay_minutes(f)) as bucket, count(*) from air.flights f group by 1 order by 1
select * from air.punctuality order by flight_no, origin, destination limit 10
select origin, percentile_disc(0.9) within group (order by actual_dep - sched_dep) from air.flights where actual_dep is not null group by origin order by origin
select date_bin('6 hours', sched_dep, timestamptz '2026-03-01 00:00+00') as slot, count(*) from air.flights group by 1 order by 1 limit 8
select payload->>'fuel_kg' as fuel, (payload->'pax'->>'Y')::int + (payload #>> '{pax,C}')::int as pax from air.flights order by flight_id limit 5
select flight_no, x.* from air.flights, jsonb_to_record(payload) as x(fuel_kg int, notams int) order by flight_id limit 5
select f.flight_no, k.key, k.value from air.flights f, jsonb_each(f.payload->'pax') k order by f.flight_id, k.key limit 6
select sum((payload->>'fuel_kg')::numeric) filter (where origin = 'ZRH') as zrh, sum((payload->>'fuel_kg')::numeric) filter (where origin = 'OSL') as osl from air.flights
select code, count(*) from air.flights cross join unnest(delay_codes) with ordinality as u(code, pos) where pos = 1 group by code order by code
select origin, destination, count(*), grouping(origin) g from air.flights group by grouping sets ((origin, destination), (origin), ()) order by 4, 1 nulls last, 2 nulls last limit 20
with recursive hops as (select destination as at, array[origin, destination] as path, 1 as n from air.flights where origin = 'ZRH' union select f.destination, h.path || f.destination, h.n + 1 from hops h join air.flights f on f.origin = h.at where h.n < 3 and not f.destination = any(h.path)) select path, n from hops order by n, path limit 15
with recursive chain as (select staff_id, full_name, manager_id, 0 as depth, full_name as path from air.crew where manager_id is null union all select c.staff_id, c.full_name, c.manager_id, depth + 1, path || ' > ' || c.full_name from air.crew c join chain on c.manager_id = chain.staff_id) select staff_id, depth, path from chain order by path, staff_id limit 12
select rank, count(*), min(hired), max(hired) from air.crew group by rank order by rank
select full_name, dense_rank() over (partition by base order by hired) as seniority, base from air.crew order by base, 2, 1 limit 10
select base, string_agg(full_name, '; ' order by full_name) from air.crew where rank = 'captain' group by base order by base
select l, count(*) from air.crew c, lateral unnest(c.languages) l group by l order by l
select pnr, seq, seat, meal, fare from air.passengers order by pnr, seq limit 8
select surname, given_name, contact_email, mobile, birth_date from air.passengers order by pnr, seq limit 4 ==> contact_email, mobile, birth_date
select meal, count(*), round(avg(fare), 2) from air.passengers group by meal order by 1
select f.flight_no, count(p.*) as pax, sum(p.fare) as revenue from air.flights f join air.passengers p on p.flight_id = f.flight_id group by f.flight_id, f.flight_no order by revenue desc, 1 limit 5
select substring(seat from '\d+')::int as row, count(*) from air.passengers group by 1 order by 1 limit 10
select bag_tags[1] as tag, cardinality(bag_tags) from air.passengers order by pnr, seq limit 3
select crosstab.origin, max(n) filter (where status = 'landed') as landed, max(n) filter (where status = 'cancelled') as cancelled from (select origin, status, count(*) n from air.flights group by 1, 2) crosstab group by 1 order by 1
select * from grid.substations where id < 5 order by id
select code, site, center(site), area(site), width(site) from grid.substations where site @> point '(4.5,4.5)' order by id
select a.code, b.code from grid.substations a, grid.substations b where a.site && b.site and a.id < b.id order by 1, 2 limit 5
select id, lower(commissioned), commissioned @> 2000, upper_inf(commissioned) from grid.substations order by id limit 4
select grid.path_of(17), grid.path_of(null), grid.path_of(9999)
select s.id, grid.path_of(s.id) as path from grid.substations s where s.id > 36 order by s.id
select * from grid.usage_by_kind('2026-02-01')
select meter_id, serial, kind, firmware, phase_count, installed_on from grid.meters order by meter_id limit 8
select mac, trunc(mac) as vendor from grid.meters order by meter_id limit 3
select kind, tags->>'tariff' as tariff, count(*) from grid.meters group by 1, 2 order by 1, 2
select string_to_array(firmware, '.')::int[] as v, count(*) from grid.meters group by 1 order by 1 desc limit 4
select split_part(firmware, '.', 2)::int as minor, count(*) from grid.meters group by 1 order by 1
select customer_ref, holder, town, balance, since from grid.accounts order by customer_ref limit 6
select customer_ref, iban, tax_id, contact_mail, street from grid.accounts order by customer_ref limit 4 ==> iban, tax_id, contact_mail, street
select town, sum(balance) as owed, count(*) from grid.accounts where balance < 0 group by town order by town
select a.town, sum(r.kwh) from grid.accounts a join grid.meters m using (customer_ref) join grid.readings r using (meter_id) group by a.town order by 1
select * from grid.daily where meter_id = 'M000003' order by day limit 5
select meter_id, at, kwh, volts, quality from grid.readings where meter_id = 'M000001' and at >= '2026-02-01' order by at limit 6
select quality, quality & B'0001' as bit, get_bit(quality, 0), flags & 4 as f4, flags # 1 from grid.readings order by meter_id, at limit 5
select meter_id, at, kwh, kwh - lag(kwh, 1, 0) over (partition by meter_id order by at) as delta from grid.readings where meter_id in ('M000001', 'M000002') order by 1, 2 limit 10
select meter_id, avg(kwh) over (partition by meter_id order by at range between interval '1 day' preceding and current row) as rolling from grid.readings order by meter_id, at limit 6
select width_bucket(volts, 228, 232, 4) as bucket, count(*) from grid.readings group by 1 order by 1
select tableoid::regclass as part, count(*), min(at), max(at) from grid.readings group by 1 order by 1
with marked as (select meter_id, at, kwh, row_number() over (partition by meter_id order by at) - row_number() over (partition by meter_id, kwh = 0 order by at) as island from grid.readings) select meter_id, min(at), count(*) from marked where kwh = 0 group by meter_id, island order by 1, 2 limit 5
select id, cause, upper(during) - lower(during) as lasted, affected from grid.outages order by affected desc, id limit 5
select id, ts_rank(report, q) as rank from grid.outages, to_tsquery('english', 'cable | tree') q where report @@ q order by rank desc, id limit 5
select cause, sum(affected) from grid.outages where during && tstzrange('2026-01-10', '2026-01-20') group by cause order by cause
select "order", "table", notes from grid.outages order by "order" limit 4
select o."table" as "select", o."order" as "from" from grid.outages o where o."order" % 2 = 0 order by 2 limit 3
select id, -range_agg(during) over () is null as x from (select id, during from grid.outages order by id limit 2) t
select id from grid.outages where notes like '%dropped%' and notes !~ 'delete' order by id limit 3
select code, lower(valid) as since, cents_per_kwh, bands[1], bands[1] @> 50.0 from grid.tariffs order by code, valid
select t.code, t.cents_per_kwh from grid.tariffs t where t.valid @> date '2026-02-01' order by t.code
select m.kind, round(sum(r.kwh * t.cents_per_kwh) / 100, 2) as eur from grid.readings r join grid.meters m using (meter_id) join grid.tariffs t on t.code = m.tags->>'tariff' and t.valid @> r.at::date group by 1 order by 1
select abs(-5) + @ -5 as five, |/ 16, 2 ^ 10, 7 / 2, 7 % 2, -7 / 2, !!'fox'::tsquery
select '[2026-01-01,2026-01-05)'::daterange -|- '[2026-01-05,)', int4range(1, 5) << int4range(7, 9), '{[1,3),[5,9)}'::int4multirange @> 6
select lseg '[(0,0),(2,2)]' ?# lseg '[(0,2),(2,0)]', polygon '((0,0),(4,0),(4,4))' @> point '(3,1)', path '((0,0),(1,1))' + point '(1,1)', line '{1,-1,0}' ?|| line '{1,-1,3}'
select array_agg(x order by x desc) filter (where x % 2 = 0), array_fill(0, array[2]), array[[1, 2], [3, 4]][2][1], trim_array(array[1, 2, 3], 1) from generate_series(1, 6) x
explain (costs off) select * from hotel.bookings where during && daterange('2026-02-10', '2026-02-12')
explain (analyze, costs off, timing off, summary off) select count(*) from air.flights where origin = 'ZRH'
explain (analyze, buffers off, timing off, summary off, costs off, format json) select kind, count(*) from grid.meters group by kind
explain (verbose, costs off) select f.flight_no, a.name from air.flights f join air.airports a on a.iata = f.origin where f.sched_dep > '2026-03-05'
explain (format yaml, costs off) select * from grid.readings where at < '2026-01-26'
prepare by_day(date, int) as select ref, price from hotel.bookings where during @> $1 and property_id = $2 order by ref limit 3 ;; execute by_day('2026-02-03', 2) ;; execute by_day(date '2026-02-04', 3) ;; deallocate by_day
begin ;; set local statement_timeout = '5s' ;; select count(*) from air.flights ;; savepoint s1 ;; select 1 / 0 ;; rollback to s1 ;; select count(*) from air.crew ;; commit
begin read only ;; declare c cursor for select code from grid.substations order by id ;; fetch 2 from c ;; fetch backward 1 from c ;; close c ;; rollback
begin transaction isolation level serializable, read only, deferrable ;; select sum(amount) from hotel.payments ;; end
set search_path to air, public ;; select iata from airports order by 1 limit 2 ;; show search_path ;; reset search_path
set statement_timeout = '30s' ;; show statement_timeout ;; set statement_timeout to default
set client_min_messages to warning ;; set lock_timeout = 2000 ;; set work_mem to '16MB' ;; show work_mem ;; reset work_mem
set session characteristics as transaction isolation level read committed ;; show default_transaction_isolation
set intervalstyle = 'iso_8601' ;; select interval '1 day 02:03' ;; reset intervalstyle
set extra_float_digits = 3 ;; select 0.1::float4, 1.1::float8 ;; reset extra_float_digits
set enable_seqscan = off ;; explain (costs off) select * from hotel.properties where property_id = 1 ;; reset enable_seqscan
discard plans
SELECT hotel.bookings.booking_id, hotel.bookings.ref, hotel.bookings.state, rooms_1.number FROM hotel.bookings LEFT OUTER JOIN hotel.rooms AS rooms_1 ON rooms_1.property_id = hotel.bookings.property_id AND rooms_1.number = hotel.bookings.room_number WHERE hotel.bookings.booking_id IN (1, 2, 3) ORDER BY hotel.bookings.booking_id
SELECT anon_1.origin AS anon_1_origin, count(anon_1.flight_id) AS n FROM (SELECT air.flights.flight_id AS flight_id, air.flights.origin AS origin FROM air.flights WHERE air.flights.status = 'landed') AS anon_1 GROUP BY anon_1.origin ORDER BY n DESC, 1
SELECT COUNT(*) AS "__count" FROM "grid"."meters" WHERE ("grid"."meters"."kind" = 'solar' AND NOT ("grid"."meters"."firmware" LIKE '4.1%'))
SELECT DISTINCT "rooms"."floor", "rooms"."type_code" FROM "hotel"."rooms" WHERE "rooms"."property_id" = 2 ORDER BY "rooms"."floor" ASC, 2 LIMIT 21
SELECT (1) AS "a" FROM "air"."aircraft" WHERE "air"."aircraft"."tail" = 'HB-JBG' LIMIT 1
SELECT 1 AS one FROM "grid"."outages" WHERE "grid"."outages"."cause" = 'storm' LIMIT 1
select f1_0.flight_id,f1_0.flight_no,a1_0.name from air.flights f1_0 join air.airports a1_0 on a1_0.iata=f1_0.origin where f1_0.flight_no=('LX' || '105') order by f1_0.flight_id offset 0 rows fetch first 3 rows only
SELECT "t0"."ref", "t0"."price"::text FROM "hotel"."bookings" AS "t0" WHERE ("t0"."price" >= 380.5 AND "t0"."booking_id" = ANY (ARRAY(SELECT generate_series(1, 700)))) ORDER BY "t0"."ref" ASC LIMIT 4 OFFSET 0
SELECT DATE_TRUNC('day', "source"."sched_dep") AS "sched_dep", COUNT(*) AS "count" FROM (SELECT "air"."flights".* FROM "air"."flights" WHERE "air"."flights"."status" <> 'cancelled') AS "source" GROUP BY DATE_TRUNC('day', "source"."sched_dep") ORDER BY DATE_TRUNC('day', "source"."sched_dep") ASC
SELECT floor(extract(epoch from at) / 21600) * 21600 AS "time", meter_id AS metric, avg(kwh) AS "value" FROM grid.readings WHERE at BETWEEN '2026-01-25T00:00:00Z' AND '2026-01-26T00:00:00Z' AND meter_id IN ('M000001','M000002') GROUP BY 1, 2 ORDER BY 1, 2
SELECT kind AS kind, sum(n) AS "SUM(n)" FROM (select kind, count(*) as n from grid.meters group by kind, phase_count) AS virtual_table GROUP BY kind ORDER BY "SUM(n)" DESC, 1 LIMIT 1000
SELECT n.nspname as "Schema", c.relname as "Name", CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'p' THEN 'partitioned table' END as "Type", pg_catalog.pg_get_userbyid(c.relowner) as "Owner" FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam WHERE c.relkind IN ('r','p','v','m','S','f','') AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' ORDER BY 1,2
SELECT c.relchecks, c.relkind, c.relhasindex, c.relhasrules, c.relhastriggers, c.relrowsecurity, c.relforcerowsecurity, false AS relhasoids, c.relispartition, '', c.reltablespace, CASE WHEN c.reloftype = 0 THEN '' ELSE c.reloftype::pg_catalog.regtype::pg_catalog.text END, c.relpersistence, c.relreplident, am.amname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_class tc ON (c.reltoastrelid = tc.oid) LEFT JOIN pg_catalog.pg_am am ON (c.relam = am.oid) WHERE c.oid = 'hotel.bookings'::regclass
SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull, (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS attcollation, a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'hotel.guests'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT conname, pg_catalog.pg_get_constraintdef(r.oid, true) as condef, conrelid::pg_catalog.regclass AS ontable FROM pg_catalog.pg_constraint r WHERE r.conrelid = 'hotel.rooms'::regclass AND r.contype = 'f' AND conparentid = 0 ORDER BY conname
SELECT c.oid::pg_catalog.regclass, c.relkind, inhdetachpending, pg_catalog.pg_get_expr(c.relpartbound, c.oid) FROM pg_catalog.pg_class c, pg_catalog.pg_inherits i WHERE c.oid = i.inhrelid AND i.inhparent = 'grid.readings'::regclass ORDER BY pg_catalog.pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT', c.oid::pg_catalog.regclass::pg_catalog.text
SELECT n.nspname as "Schema", p.proname as "Name", pg_catalog.pg_get_function_result(p.oid) as "Result data type", pg_catalog.pg_get_function_arguments(p.oid) as "Argument data types", CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' WHEN 'p' THEN 'proc' ELSE 'func' END as "Type" FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE pg_catalog.pg_function_is_visible(p.oid) AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' AND p.proname = 'pick' ORDER BY 1, 2, 4
SELECT n.nspname AS "Name", pg_catalog.pg_get_userbyid(n.nspowner) AS "Owner", pg_catalog.array_to_string(n.nspacl, E'\n') AS "Access privileges", pg_catalog.obj_description(n.oid, 'pg_namespace') AS "Description" FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1
SELECT e.extname AS "Name", e.extversion AS "Version", n.nspname AS "Schema", c.description AS "Description" FROM pg_catalog.pg_extension e LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace LEFT JOIN pg_catalog.pg_description c ON c.objoid = e.oid AND c.classoid = 'pg_catalog.pg_extension'::pg_catalog.regclass ORDER BY 1
SELECT pg_catalog.format_type(t.oid, NULL) AS "Name", pg_catalog.array_to_string(ARRAY(SELECT e.enumlabel FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder), E'\n') AS "Elements" FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = 'hotel' AND t.typtype IN ('e', 'd') ORDER BY 1
SELECT pg_catalog.pg_get_viewdef('hotel.occupancy'::pg_catalog.regclass::pg_catalog.oid, true)
SELECT l.pid > 0, l.mode, l.granted, c.relname FROM pg_locks l LEFT JOIN pg_class c ON c.oid = l.relation WHERE l.locktype = 'relation' AND c.relname = 'rooms' AND NOT l.granted
SELECT count(*) >= 0 FROM pg_stat_activity WHERE state = 'idle in transaction' AND xact_start < now() - interval '5 minutes'
SELECT pid <> 0, usename, state, wait_event_type, backend_type FROM pg_stat_activity WHERE backend_type = 'checkpointer'
SELECT schemaname, relname, n_dead_tup, last_autovacuum FROM pg_stat_user_tables WHERE schemaname = 'air' ORDER BY relname
SELECT datname, numbackends >= 0, conflicts, temp_files, deadlocks FROM pg_stat_database WHERE datname = 'template0'
SELECT indexrelname, pg_size_pretty(pg_relation_size(indexrelid)) FROM pg_stat_user_indexes WHERE schemaname = 'hotel' AND idx_scan = 0 AND relname = 'room_types'
SELECT nspname || '.' || relname AS relation, pg_size_pretty(pg_total_relation_size(c.oid)) AS total FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'grid' AND c.relkind = 'r' ORDER BY pg_total_relation_size(c.oid) DESC, 1 LIMIT 5
SELECT sum(heap_blks_hit) >= 0 AS ratio FROM pg_statio_user_tables
SELECT checkpoints_req >= 0, buffers_alloc >= 0 FROM pg_stat_bgwriter
SELECT slot_name, active FROM pg_replication_slots
SELECT application_name, state, sync_state FROM pg_stat_replication
SELECT name, setting, source FROM pg_settings WHERE name ~ '^autovacuum' AND context = 'sighup' ORDER BY name LIMIT 5
SELECT relname, age(relfrozenxid) >= 0 FROM pg_class WHERE relkind = 'r' AND relnamespace = 'air'::regnamespace ORDER BY 1
SELECT a.attname, s.n_distinct, s.null_frac FROM pg_stats s JOIN pg_attribute a ON a.attname = s.attname AND a.attrelid = 'air.airports'::regclass WHERE s.tablename = 'airports' ORDER BY 1
SELECT table_schema, table_name, column_name, udt_name, is_nullable, character_maximum_length, numeric_precision FROM information_schema.columns WHERE table_schema IN ('hotel', 'air') ORDER BY 1, 2, ordinal_position
SELECT tc.table_name, kcu.column_name, ccu.table_name AS foreign_table, ccu.column_name AS foreign_column FROM information_schema.table_constraints AS tc JOIN information_schema.key_column_usage AS kcu ON tc.constraint_name = kcu.constraint_name AND tc.table_schema = kcu.table_schema JOIN information_schema.constraint_column_usage AS ccu ON ccu.constraint_name = tc.constraint_name WHERE tc.constraint_type = 'FOREIGN KEY' AND tc.table_schema = 'air' ORDER BY 1, 2
SELECT routine_name, data_type, external_language FROM information_schema.routines WHERE routine_schema IN ('hotel', 'grid') ORDER BY 1
SELECT grantee, privilege_type FROM information_schema.role_table_grants WHERE table_schema = 'hotel' AND table_name = 'rooms' AND grantee = 'reader' ORDER BY 2
SELECT pg_get_functiondef('hotel.nights(daterange)'::regprocedure)
SELECT prosrc FROM pg_proc WHERE proname = 'delay_bucket'
SELECT has_table_privilege('reader', 'hotel.rooms', 'SELECT'), has_schema_privilege('app', 'air', 'USAGE'), pg_has_role('app', 'member') is not null
SELECT oid, typname, typarray FROM pg_type WHERE typname = 'hstore'
SELECT typname AS name, oid, typarray AS array_oid, oid::regtype::text AS regtype, typdelim AS delimiter FROM pg_type t WHERE t.oid = to_regtype('int4') ORDER BY t.oid
SELECT current_database() = 'x', current_schemas(true), current_setting('server_version_num')::int >= 120000, txid_current_if_assigned() IS NULL
SELECT sequencename, last_value IS NULL FROM pg_sequences WHERE schemaname = 'hotel' ORDER BY 1
SELECT exists (SELECT FROM pg_tables WHERE schemaname = 'hotel' AND tablename = 'rooms')
SELECT tgname FROM pg_trigger WHERE tgrelid = 'hotel.rooms'::regclass AND tgname LIKE 'RI_%' IS FALSE
SELECT * FROM pg_timezone_names WHERE name = 'Europe/Oslo'
SELECT amname, opcname FROM pg_opclass JOIN pg_am ON pg_am.oid = opcmethod WHERE opcname = 'range_ops' ORDER BY 1
copy (select code, title from hotel.properties order by 1) to stdout
TABLE hotel.room_types
VALUES ('drop', 1), ('delete', 2) ORDER BY 2 DESC
select coalesce(to_char(sum(price), 'FM999G999D00'), '-') as "total; drop" from hotel.bookings
select format('%I.%s', 'drop table', 3), quote_ident('delete'), quote_nullable(null)
select xmlserialize(content xmlelement(name flight, xmlattributes(flight_no as no), status) as text) from air.flights order by flight_id limit 2
select json_build_object('type', 'FeatureCollection', 'features', json_agg(json_build_object('type', 'Feature', 'geometry', json_build_object('type', 'Point', 'coordinates', array[lon, lat]), 'properties', json_build_object('iata', iata)) order by iata)) from air.airports
select to_jsonb(p) - 'location' from hotel.properties p where property_id = 1
select row_to_json(t) from (select code, stars from hotel.properties order by 1 limit 2) t
select md5(string_agg(f::text, '|' order by flight_id)) from air.flights f
select count(*) from (select 1 from air.flights intersect all select 1 from air.crew) x
select r.property_id, r.number from hotel.rooms r except select b.property_id, b.room_number from hotel.bookings b order by 1, 2 limit 5
select nullif(count(*), 0) is null, every(price > 0), bool_and(currency in ('CHF', 'EUR')) from hotel.bookings
select case when sched_dep::time between '05:00' and '11:59' then 'morning' when extract(hour from sched_dep) < 18 then 'day' else 'night' end as part, count(*) from air.flights group by 1 order by 1
select make_date(2026, 2, 28) + 1, date '2026-03-31' - interval '1 month', date_trunc('quarter', timestamp '2026-05-05'), isfinite(timestamp 'infinity'), interval '90 min' * 2
select clock_timestamp() > now() - interval '1 second', statement_timestamp() <= clock_timestamp(), localtimestamp(0) is not null
select count(*) from hotel.bookings tablesample bernoulli (100) repeatable (7)
select hotel.bookings.state from only hotel.bookings where booking_id = 5
select * from (values ('a', 1), ('b', 2)) as v(k, n) join lateral (select n * 10 as m) x on true order by k
select nosuchcolumn from hotel.rooms
select * from hotel.no_such_table
select 10 / (select 0)
select hotel.quote('DBL')
select * from generate_series(timestamptz '2026-01-01', '2026-01-02', '6 hours') with ordinality
select * from unnest(array['a', 'b']) with ordinality
select key, value, ordinality from jsonb_each('{"a": 1}') with ordinality
select bit_count(B'1011'), 5::bit(4), get_bit(B'10', 0), int4multirange(int4range(1, 2))
SELECT result.COLUMN_NAME, result.KEY_SEQ FROM (SELECT a.attname AS COLUMN_NAME, (information_schema._pg_expandarray(i.indkey)).n AS KEY_SEQ, information_schema._pg_expandarray(i.indkey) AS KEYS, a.attnum AS A_ATTNUM FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON (ct.oid = a.attrelid) JOIN pg_catalog.pg_index i ON (a.attrelid = i.indrelid) WHERE true AND ct.relname = 'passengers' AND i.indisprimary) result where result.A_ATTNUM = (result.KEYS).x ORDER BY result.KEY_SEQ
SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM, c.relname AS TABLE_NAME, d.description AS REMARKS FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0 and d.classoid = 'pg_class'::regclass) WHERE c.relnamespace = n.oid AND c.relname LIKE 'meter%' ORDER BY 2, 3
SET SESSION TIME ZONE 'UTC' ;; SET extra_float_digits = 3 ;; SET application_name = 'PostgreSQL JDBC Driver'
