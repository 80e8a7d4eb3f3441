-- Three sectors unlike the shop and the trades: a hotel group, an airline and an electricity grid.
-- What is sensitive stands in tests/corpus/sectors_classes_postgresql.tsv; all else is harmless.
CREATE SCHEMA hotel;
CREATE SCHEMA air;
CREATE SCHEMA grid;
CREATE FUNCTION pick(words text[], n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT words[1 + abs(n) % cardinality(words)] $$;

CREATE TYPE hotel.board AS ENUM ('room only', 'breakfast', 'half board', 'full board');
CREATE DOMAIN hotel.star_rating AS smallint CHECK (VALUE BETWEEN 1 AND 5);
CREATE TABLE hotel.properties (
    property_id smallint PRIMARY KEY, code char(4) NOT NULL UNIQUE, title text NOT NULL, stars hotel.star_rating, opened date,
    location point, amenities text[] NOT NULL DEFAULT '{}', check_in_from time, check_out_until time, tz text, wifi_ssid text
);
INSERT INTO hotel.properties
SELECT g, 'H' || lpad(g::text, 3, '0'), pick('{Harbour,Station,Garden,Castle,Lakeside}', g) || ' ' || pick('{Inn,Palace,Suites}', g), 2 + g % 4,
    date '1998-03-01' + g * 400, point(8.5 + g * 0.7, 47.1 + g * 0.3), ARRAY['wifi', pick('{pool,spa,gym}', g), pick('{parking,bar}', g / 2)],
    time '14:00' + g % 3 * interval '30 minutes', time '11:00', pick('{Europe/Zurich,Europe/Vienna}', g), 'guest-' || g
FROM generate_series(1, 9) g;
CREATE TABLE hotel.room_types (
    type_code text PRIMARY KEY, label text NOT NULL, sleeps int NOT NULL, base_rate numeric(8, 2) NOT NULL, features jsonb NOT NULL DEFAULT '{}'
);
INSERT INTO hotel.room_types VALUES
    ('SGL', 'Single', 1, 89.00, '{"bed": "90", "view": null, "extras": ["desk"]}'),
    ('DBL', 'Double', 2, 129.50, '{"bed": "160", "view": "garden", "extras": ["desk", "safe"]}'),
    ('TWN', 'Twin', 2, 124.00, '{"bed": "2x90", "view": "street", "extras": []}'),
    ('STE', 'Suite', 4, 310.00, '{"bed": "200", "view": "lake", "extras": ["minibar", "safe", "balcony"]}');
CREATE TABLE hotel.rooms (
    property_id smallint REFERENCES hotel.properties, number text, type_code text REFERENCES hotel.room_types, floor int,
    "delete" boolean NOT NULL DEFAULT false, last_cleaned timestamptz, PRIMARY KEY (property_id, number)
);
COMMENT ON COLUMN hotel.rooms."delete" IS 'To be dropped from the listing at the next update';
INSERT INTO hotel.rooms
SELECT 1 + g % 9, (100 * (1 + g / 45) + g % 45)::text, pick('{SGL,DBL,DBL,TWN,STE}', g), 1 + g / 45, g % 37 = 0, timestamptz '2026-03-01 10:00+00' + g * interval '17 minutes'
FROM generate_series(0, 179) g;
CREATE TABLE hotel.guests (
    guest_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, first_name text, last_name text, email text, phone text, passport_no text,
    date_of_birth date, nationality char(2), loyalty_tier text, marketing_opt_in boolean, created_at timestamptz NOT NULL DEFAULT now(), remarks text
);
INSERT INTO hotel.guests (first_name, last_name, email, phone, passport_no, date_of_birth, nationality, loyalty_tier, marketing_opt_in, created_at, remarks)
SELECT pick('{Mina,Jonas,Aiko,Pedro,Lucie,Omar}', g), pick('{Berg,Tanaka,Silva,Meyer,Haddad}', g / 3), 'guest' || g || '@post' || g % 5 || '.example.org',
    '+41 79 555 ' || lpad((g * 37 % 10000)::text, 4, '0'), pick('{X,C,P}', g) || lpad((g * 104729 % 10000000)::text, 7, '0'), date '1950-06-01' + g * 97,
    pick('{CH,JP,BR,DE,LB}', g), pick('{none,silver,gold,none}', g), g % 2 = 0, timestamptz '2025-01-01 09:00+00' + g * interval '31 hours',
    pick('{"prefers a quiet room",NULL,"late arrival","two extra pillows"}', g)
FROM generate_series(1, 150) g;
CREATE TABLE hotel.bookings (
    booking_id bigint PRIMARY KEY, ref text NOT NULL UNIQUE, guest_id bigint REFERENCES hotel.guests, property_id smallint, room_number text,
    during daterange NOT NULL, board hotel.board NOT NULL, channel text, state text NOT NULL, price numeric(10, 2), currency char(3), booked_at timestamptz,
    FOREIGN KEY (property_id, room_number) REFERENCES hotel.rooms
);
INSERT INTO hotel.bookings
SELECT g, 'BK-' || to_hex(1000000 + g * 7919), 1 + g % 150, 1 + g % 180 % 9, (100 * (1 + g % 180 / 45) + g % 180 % 45)::text,
    daterange(date '2026-02-01' + g / 180 * 9 + g % 4, date '2026-02-03' + g / 180 * 9 + g % 4 + g % 3), pick('{room only,breakfast,breakfast,half board}', g)::hotel.board,
    pick('{web,phone,agency,walk-in}', g), pick('{confirmed,checked-out,cancelled,confirmed,no-show}', g), 89 + g % 300 + 0.5, pick('{CHF,EUR}', g), timestamptz '2026-01-01 07:00+00' + g * interval '41 minutes'
FROM generate_series(1, 700) g;
CREATE INDEX bookings_during ON hotel.bookings USING gist (during);
CREATE TABLE hotel.payments (
    payment_id bigint PRIMARY KEY, booking_id bigint REFERENCES hotel.bookings, amount numeric(10, 2), method text, card_number text, card_brand text, settled_at timestamptz
);
INSERT INTO hotel.payments
SELECT g, 1 + g % 700, 50 + g % 250, pick('{card,cash,transfer}', g), CASE WHEN g % 3 = 0 THEN pick('{4111111111111111,5555555555554444,378282246310005}', g / 3) END,
    CASE WHEN g % 3 = 0 THEN pick('{visa,mastercard,amex}', g / 3) END, timestamptz '2026-02-01 12:00+00' + g * interval '50 minutes'
FROM generate_series(1, 400) g;
CREATE TABLE hotel.audit_log (
    id bigserial PRIMARY KEY, at timestamptz NOT NULL, actor text, action text, entity text, entity_id bigint, statement text, changes jsonb
);
INSERT INTO hotel.audit_log (at, actor, action, entity, entity_id, statement, changes)
SELECT timestamptz '2026-02-01 00:00+00' + g * interval '9 minutes', pick('{system,frontdesk,manager}', g), pick('{insert,update,delete,truncate}', g), pick('{bookings,rooms}', g), g % 90,
    pick('{"DELETE FROM bookings WHERE state = ''draft''","UPDATE rooms SET last_cleaned = now()","DROP TABLE tmp_import"}', g), jsonb_build_object('state', jsonb_build_array('open', pick('{confirmed,cancelled}', g)))
FROM generate_series(1, 200) g;
CREATE VIEW hotel.occupancy AS
SELECT p.property_id, p.title, d::date AS night, count(b.booking_id) AS sold, (SELECT count(*) FROM hotel.rooms r WHERE r.property_id = p.property_id) AS total
FROM hotel.properties p CROSS JOIN generate_series(date '2026-02-01', date '2026-02-28', interval '1 day') d
LEFT JOIN hotel.bookings b ON b.property_id = p.property_id AND b.during @> d::date AND b.state <> 'cancelled' GROUP BY 1, 2, 3;
CREATE MATERIALIZED VIEW hotel.revenue AS
SELECT property_id, date_trunc('month', lower(during))::date AS month, sum(price) AS revenue, count(*) AS bookings FROM hotel.bookings WHERE state <> 'cancelled' GROUP BY 1, 2;
CREATE FUNCTION hotel.nights(span daterange) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT upper(span) - lower(span) $$;
CREATE FUNCTION hotel.free_rooms(p smallint, wanted daterange) RETURNS TABLE (number text, type_code text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT r.number, r.type_code FROM hotel.rooms r WHERE r.property_id = p AND NOT EXISTS (
        SELECT 1 FROM hotel.bookings b WHERE b.property_id = p AND b.room_number = r.number AND b.during && wanted AND b.state = 'confirmed');
END $$;
CREATE FUNCTION hotel.quote(code text, n int, discount numeric DEFAULT 0) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
DECLARE
    rate numeric;
    total numeric := 0;
BEGIN
    SELECT base_rate INTO rate FROM hotel.room_types WHERE type_code = code;
    IF rate IS NULL THEN
        RETURN NULL;
    END IF;
    FOR i IN 1..n LOOP
        total := total + rate * CASE WHEN i > 7 THEN 0.9 ELSE 1 END;
    END LOOP;
    RETURN round(total * (1 - discount), 2);
END $$;

CREATE TABLE air.airports (
    iata char(3) PRIMARY KEY, icao char(4), name text NOT NULL, city text, country char(2), elevation_ft int, tz text NOT NULL, lat double precision, lon double precision, runways int[]
);
INSERT INTO air.airports VALUES
    ('ZRH', 'LSZH', 'Zurich', 'Zurich', 'CH', 1416, 'Europe/Zurich', 47.4647, 8.5492, '{2500,3300,3700}'),
    ('OSL', 'ENGM', 'Oslo Gardermoen', 'Oslo', 'NO', 681, 'Europe/Oslo', 60.1939, 11.1004, '{2950,3600}'),
    ('NRT', 'RJAA', 'Narita', 'Tokyo', 'JP', 141, 'Asia/Tokyo', 35.7653, 140.3856, '{2500,4000}'),
    ('GRU', 'SBGR', 'Guarulhos', 'São Paulo', 'BR', 2459, 'America/Sao_Paulo', -23.4356, -46.4731, '{3000,3700}'),
    ('JFK', 'KJFK', 'John F. Kennedy', 'New York', 'US', 13, 'America/New_York', 40.6398, -73.7789, '{2560,3048,3682,4423}'),
    ('DXB', 'OMDB', 'Dubai', 'Dubai', 'AE', 62, 'Asia/Dubai', 25.2528, 55.3644, '{4000,4450}');
CREATE TABLE air.aircraft (
    tail text PRIMARY KEY, model text, seats int, range_km int, first_flight date, engine_serials text[], acars_address text, mtow_kg int
);
INSERT INTO air.aircraft
SELECT 'HB-J' || chr((65 + g % 26)::int) || chr((70 + g % 20)::int), pick('{A320neo,A321neo,A330-300,B777-300ER}', g), 150 + 50 * (g % 4), 5000 + 2000 * (g % 4), date '2012-01-05' + g * 150,
    ARRAY['ESN' || 700000 + g * 2, 'ESN' || 700001 + g * 2], 'HBJ' || g, 79000 + 40000 * (g % 4)
FROM generate_series(1, 18) g;
CREATE TABLE air.flights (
    flight_id bigint PRIMARY KEY, flight_no text NOT NULL, origin char(3) REFERENCES air.airports, destination char(3) REFERENCES air.airports, tail text REFERENCES air.aircraft,
    sched_dep timestamptz NOT NULL, sched_arr timestamptz NOT NULL, actual_dep timestamptz, actual_arr timestamptz, status text NOT NULL, delay_codes text[], payload jsonb
) ;
INSERT INTO air.flights
SELECT g, 'LX' || 100 + g % 60, a.iata, b.iata, (SELECT tail FROM air.aircraft ORDER BY tail OFFSET g % 18 LIMIT 1),
    timestamptz '2026-03-01 05:00+00' + g * interval '37 minutes', timestamptz '2026-03-01 07:10+00' + g * interval '37 minutes' + g % 7 * interval '1 hour',
    CASE WHEN g % 11 > 0 THEN timestamptz '2026-03-01 05:04+00' + g * interval '37 minutes' + g % 13 * interval '3 minutes' END,
    CASE WHEN g % 11 > 0 THEN timestamptz '2026-03-01 07:12+00' + g * interval '37 minutes' + g % 7 * interval '1 hour' + g % 17 * interval '2 minutes' END,
    CASE WHEN g % 11 = 0 THEN 'cancelled' ELSE pick('{landed,landed,departed}', g) END, CASE WHEN g % 6 = 0 THEN ARRAY[pick('{81,93,41}', g), '99'] END,
    jsonb_build_object('fuel_kg', 4000 + g * 13 % 9000, 'pax', jsonb_build_object('Y', 90 + g % 60, 'C', g % 20), 'notams', g % 5)
FROM generate_series(1, 480) g, LATERAL (SELECT iata FROM air.airports ORDER BY iata OFFSET g % 6 LIMIT 1) a, LATERAL (SELECT iata FROM air.airports ORDER BY iata OFFSET (g + 1 + g % 4) % 6 LIMIT 1) b;
CREATE INDEX flights_dep ON air.flights (sched_dep);
CREATE TABLE air.passengers (
    pnr char(6), seq smallint, surname text, given_name text, contact_email text, mobile text, birth_date date, frequent_flyer text, meal text, seat text, flight_id bigint REFERENCES air.flights,
    fare numeric(9, 2), bag_tags bigint[], PRIMARY KEY (pnr, seq)
);
INSERT INTO air.passengers
SELECT upper(substr(md5('pnr' || g / 2), 1, 6)), g % 2, pick('{NOVAK,ROSSI,KIM,OKAFOR,LARSEN}', g / 2), pick('{ANA,PAOLO,JIWOO,EMEKA,KARI}', g), 'pax' || g || '@fly.example.com', '+47 400 ' || lpad((g * 71 % 100000)::text, 5, '0'),
    date '1960-02-01' + g * 53, 'FF' || 100000 + g * 17, pick('{VGML,AVML,none,none}', g), (1 + g % 30) || chr((65 + g % 6)::int), 1 + g % 480, 99 + g % 700, ARRAY[724000000000 + g * 31::bigint]
FROM generate_series(2, 401) g;
CREATE TABLE air.crew (
    staff_id int PRIMARY KEY, full_name text, rank text, base char(3), manager_id int REFERENCES air.crew, licence_no text, hired date, salary numeric(9, 2), languages text[]
);
INSERT INTO air.crew
SELECT g, pick('{Iris,Ivar,Mei,Tomas,Zoe}', g) || ' ' || pick('{Keller,Holm,Abe,Costa}', g / 5), pick('{captain,first officer,purser,cabin crew}', g), pick('{ZRH,OSL,JFK}', g), CASE WHEN g > 3 THEN g / 3 END,
    'FCL.' || 20000 + g * 7, date '2010-04-01' + g * 61, 5000 + g * 83 % 9000, ARRAY['en', pick('{de,no,ja,pt}', g)]
FROM generate_series(1, 45) g;
CREATE VIEW air.punctuality AS
SELECT flight_no, origin, destination, count(*) AS flights, avg(actual_dep - sched_dep) AS mean_delay FROM air.flights WHERE actual_dep IS NOT NULL GROUP BY 1, 2, 3;
CREATE FUNCTION air.great_circle_km(lat1 float8, lon1 float8, lat2 float8, lon2 float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
SELECT 2 * 6371 * asin(sqrt(sin(radians(lat2 - lat1) / 2) ^ 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ^ 2)) $$;
CREATE FUNCTION air.delay_minutes(f air.flights) RETURNS int LANGUAGE sql STABLE AS $$ SELECT extract(epoch FROM f.actual_dep - f.sched_dep)::int / 60 $$;
CREATE FUNCTION air.delay_bucket(minutes int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF minutes IS NULL THEN RETURN 'unknown';
    ELSIF minutes <= 15 THEN RETURN 'on time';
    ELSE RETURN 'late';
    END IF;
END $$;

CREATE TABLE grid.substations (id int PRIMARY KEY, code text UNIQUE, voltage_kv numeric(6, 1), parent_id int REFERENCES grid.substations, site box, commissioned int4range, scada_url text);
INSERT INTO grid.substations
SELECT g, 'SS-' || lpad(g::text, 4, '0'), pick('{380,110,20,10}', g)::numeric, CASE WHEN g > 2 THEN g / 2 END, box(point(g, g), point(g + 2, g + 1.5)), int4range(1960 + g, NULL), 'opc.tcp://ss' || g || '.grid.internal:4840'
FROM generate_series(1, 40) g;
CREATE TABLE grid.meters (
    meter_id text PRIMARY KEY, serial bigint NOT NULL, substation_id int REFERENCES grid.substations, kind text, phase_count smallint, installed_on date, firmware text, mac macaddr, ip inet, customer_ref text, tags jsonb
);
INSERT INTO grid.meters
SELECT 'M' || lpad(g::text, 6, '0'), 9000000000 + g * 104729, 1 + g % 40, pick('{household,industry,solar}', g), 1 + 2 * (g % 2), date '2019-01-01' + g * 5, '4.' || g % 7 || '.' || g % 3,
    ('00:1b:19:' || lpad(to_hex(g % 256), 2, '0') || ':' || lpad(to_hex(g / 3 % 256), 2, '0') || ':' || lpad(to_hex(g * 7 % 256), 2, '0'))::macaddr, inet '10.20.0.0' + g, 'CU' || 50000 + g % 110, jsonb_build_object('tariff', pick('{day,night,flat}', g), 'hw', g % 4)
FROM generate_series(1, 220) g;
CREATE TABLE grid.accounts (customer_ref text PRIMARY KEY, holder text, street text, postcode text, town text, iban text, tax_id text, email_bill boolean, contact_mail text, balance numeric(10, 2), since date);
INSERT INTO grid.accounts
SELECT 'CU' || 50000 + g, pick('{Ruth,Emil,Nora,Paul}', g) || ' ' || pick('{Frei,Huber,Lind}', g / 4), (1 + g % 90) || ' ' || pick('{Mill Road,Church Lane,Birch Avenue}', g), (8000 + g * 7)::text, pick('{Baar,Uster,Zug}', g),
    pick('{CH9300762011623852957,DE89370400440532013000,NO9386011117947}', g), pick('{ATU12345675,DE136695976}', g), g % 2 = 0, 'kunde' || g || '@haus.example.ch', (g * 17 % 400) - 100.25, date '2015-01-01' + g * 20
FROM generate_series(0, 109) g;
CREATE TABLE grid.readings (
    meter_id text NOT NULL, at timestamptz NOT NULL, kwh numeric(10, 3), volts real, quality bit(4), flags int, PRIMARY KEY (meter_id, at)
) PARTITION BY RANGE (at);
CREATE TABLE grid.readings_2026_01 PARTITION OF grid.readings FOR VALUES FROM ('2026-01-01 00:00+00') TO ('2026-02-01 00:00+00');
CREATE TABLE grid.readings_2026_02 PARTITION OF grid.readings FOR VALUES FROM ('2026-02-01 00:00+00') TO ('2026-03-01 00:00+00');
INSERT INTO grid.readings
SELECT 'M' || lpad((1 + m)::text, 6, '0'), timestamptz '2026-01-25 00:00+00' + h * interval '6 hours', 0.25 * ((m * 7 + h * 3) % 40), 228 + (m + h) % 7 * 0.5, ((m + h) % 16)::bit(4), (m * h) % 8
FROM generate_series(0, 39) m, generate_series(0, 55) h;
CREATE TABLE grid.outages (
    id serial PRIMARY KEY, substation_id int REFERENCES grid.substations, during tstzrange NOT NULL, cause text, affected int, report tsvector, notes text, "order" int, "table" text,
    EXCLUDE USING gist (int4range(substation_id, substation_id, '[]') WITH &&, during WITH &&)
);
INSERT INTO grid.outages (substation_id, during, cause, affected, report, notes, "order", "table")
SELECT 1 + g % 40, tstzrange(timestamptz '2026-01-03 02:00+00' + g * interval '13 hours', timestamptz '2026-01-03 03:10+00' + g * interval '13 hours' + g % 5 * interval '20 minutes'), pick('{storm,digger,overload,planned}', g), 20 + g * 31 % 900,
    to_tsvector('english', pick('{"fallen tree on the line","excavator cut a cable","transformer overload","planned maintenance"}', g)), pick('{"crew dropped a spare fuse; replaced","switch -- see log","all clear /* reviewed */"}', g), g, 'T' || g % 3
FROM generate_series(1, 90) g;
CREATE TABLE grid.tariffs (code text, valid daterange, cents_per_kwh numeric(6, 3), bands numrange[], PRIMARY KEY (code, valid));
INSERT INTO grid.tariffs VALUES
    ('day', '[2025-01-01,2026-01-01)', 24.500, '{"[0,100)","[100,500)"}'), ('day', '[2026-01-01,)', 25.750, '{"[0,100)","[100,)"}'),
    ('night', '[2025-01-01,)', 14.250, '{"[0,)"}'), ('flat', '[2025-06-01,)', 21.000, '{}');
CREATE VIEW grid.daily AS SELECT meter_id, (at AT TIME ZONE 'UTC')::date AS day, sum(kwh) AS kwh, min(volts) AS low, max(volts) AS high FROM grid.readings GROUP BY 1, 2;
CREATE FUNCTION grid.path_of(start int) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    step record;
    path text := '';
    here int := start;
BEGIN
    WHILE here IS NOT NULL LOOP
        SELECT s.code, s.parent_id INTO step FROM grid.substations s WHERE s.id = here;
        EXIT WHEN NOT FOUND;
        path := path || '/' || step.code;
        here := step.parent_id;
    END LOOP;
    RETURN path;
END $$;
CREATE FUNCTION grid.usage_by_kind(since timestamptz) RETURNS TABLE (kind text, kwh numeric) LANGUAGE plpgsql STABLE AS $fn$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT m.kind AS k, sum(x.kwh) AS total FROM grid.meters m JOIN grid.readings x ON x.meter_id = m.meter_id WHERE x.at >= since GROUP BY m.kind ORDER BY 1 LOOP
        kind := r.k;
        kwh := r.total;
        RETURN NEXT;
    END LOOP;
END $fn$;
GRANT USAGE ON SCHEMA hotel, air, grid TO app, reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA hotel, air, grid TO app;
GRANT SELECT ON ALL TABLES IN SCHEMA hotel, air, grid TO reader;
ANALYZE;
