-- A week of eight trades: sensitive columns beside harmless ones, as companies have them.
CREATE SCHEMA telemetry;

-- Logistics
CREATE TABLE warehouses (id serial PRIMARY KEY, code text UNIQUE NOT NULL, city text NOT NULL, capacity_m3 int NOT NULL, opened_on date NOT NULL);
CREATE TABLE drivers (id serial PRIMARY KEY, full_name text NOT NULL, phone text NOT NULL, license_no text, depot_id int REFERENCES warehouses, hired_on date NOT NULL, active boolean NOT NULL DEFAULT true);
CREATE TYPE shipment_status AS ENUM ('booked', 'picked', 'in_transit', 'delivered', 'returned');
CREATE TABLE shipments (
    id bigserial PRIMARY KEY, reference text UNIQUE NOT NULL, warehouse_id int NOT NULL REFERENCES warehouses, driver_id int REFERENCES drivers,
    status shipment_status NOT NULL, lane text NOT NULL, weight_kg numeric(8, 2) NOT NULL, pieces int NOT NULL, created_at timestamptz NOT NULL, promised_on date NOT NULL, delivered_at timestamptz,
    consignee_name text NOT NULL, consignee_address text NOT NULL, consignee_phone text, dims jsonb NOT NULL DEFAULT '{}'
);
CREATE TABLE shipment_events (id bigserial PRIMARY KEY, shipment_id bigint NOT NULL REFERENCES shipments, kind text NOT NULL, occurred_at timestamptz NOT NULL, facility text NOT NULL);
CREATE INDEX shipment_events_shipment ON shipment_events (shipment_id, occurred_at);

-- Clinic
CREATE TABLE departments (id serial PRIMARY KEY, name text NOT NULL, floor int NOT NULL, beds int NOT NULL);
CREATE TABLE patients (id serial PRIMARY KEY, mrn text UNIQUE NOT NULL, full_name text NOT NULL, birth_date date NOT NULL, insurance_no text, phone text, registered_at timestamptz NOT NULL);
CREATE TABLE appointments (id serial PRIMARY KEY, patient_id int NOT NULL REFERENCES patients, department_id int NOT NULL REFERENCES departments, starts_at timestamp NOT NULL, minutes int NOT NULL, state text NOT NULL, room text, no_show boolean NOT NULL DEFAULT false);
CREATE TABLE lab_orders (id serial PRIMARY KEY, appointment_id int NOT NULL REFERENCES appointments, panel text NOT NULL, priority text NOT NULL, ordered_at timestamp NOT NULL, reported_at timestamp);

-- SaaS billing
CREATE TABLE accounts (id serial PRIMARY KEY, company text NOT NULL, billing_email text NOT NULL, vat_id text, plan text NOT NULL, seats int NOT NULL, country char(2) NOT NULL, created_at timestamptz NOT NULL, churned_at timestamptz, settings jsonb NOT NULL DEFAULT '{}');
CREATE TABLE subscriptions (id serial PRIMARY KEY, account_id int NOT NULL REFERENCES accounts, plan text NOT NULL, mrr_cents int NOT NULL, started_on date NOT NULL, ended_on date);
CREATE TABLE invoices (id serial PRIMARY KEY, account_id int NOT NULL REFERENCES accounts, number text UNIQUE NOT NULL, issued_on date NOT NULL, due_on date NOT NULL, paid_on date, total_cents bigint NOT NULL, tax_rate numeric(4, 2) NOT NULL, currency char(3) NOT NULL);
CREATE TABLE invoice_lines (invoice_id int NOT NULL REFERENCES invoices, line_no int NOT NULL, sku text NOT NULL, quantity int NOT NULL, unit_cents int NOT NULL, PRIMARY KEY (invoice_id, line_no));
CREATE TABLE payment_methods (id serial PRIMARY KEY, account_id int NOT NULL REFERENCES accounts, brand text NOT NULL, card_number text NOT NULL, expires date NOT NULL, is_default boolean NOT NULL);
CREATE TABLE api_keys (id serial PRIMARY KEY, account_id int NOT NULL REFERENCES accounts, label text NOT NULL, secret text NOT NULL, scopes text[] NOT NULL, last_used_at timestamptz, revoked boolean NOT NULL DEFAULT false);
CREATE TABLE feature_flags (key text PRIMARY KEY, enabled boolean NOT NULL, rollout int NOT NULL, rules jsonb NOT NULL, updated_at timestamptz NOT NULL);

-- Telemetry
CREATE TABLE telemetry.devices (id serial PRIMARY KEY, serial_no text UNIQUE NOT NULL, model text NOT NULL, firmware text NOT NULL, site text NOT NULL, ip_address inet NOT NULL, installed_on date NOT NULL, labels jsonb NOT NULL);
CREATE TABLE telemetry.readings (device_id int NOT NULL REFERENCES telemetry.devices, taken_at timestamptz NOT NULL, metric text NOT NULL, value double precision NOT NULL, PRIMARY KEY (device_id, metric, taken_at));
CREATE TABLE telemetry.alerts (id serial PRIMARY KEY, device_id int NOT NULL REFERENCES telemetry.devices, severity smallint NOT NULL, rule text NOT NULL, raised_at timestamptz NOT NULL, cleared_at timestamptz);

-- CMS
CREATE TABLE authors (id serial PRIMARY KEY, name text NOT NULL, email text NOT NULL, joined_on date NOT NULL);
CREATE TABLE categories (id serial PRIMARY KEY, parent_id int REFERENCES categories, name text NOT NULL, position int NOT NULL);
CREATE TABLE articles (id serial PRIMARY KEY, slug text UNIQUE NOT NULL, title text NOT NULL, body text NOT NULL, author_id int NOT NULL REFERENCES authors, category_id int REFERENCES categories, status text NOT NULL, published_at timestamptz, tags text[] NOT NULL, views int NOT NULL, meta jsonb NOT NULL);
CREATE TABLE comments (id serial PRIMARY KEY, article_id int NOT NULL REFERENCES articles, author_email text NOT NULL, body text NOT NULL, approved boolean NOT NULL, created_at timestamptz NOT NULL);

-- School
CREATE TABLE school_classes (id serial PRIMARY KEY, name text NOT NULL, school_year int NOT NULL, room text NOT NULL);
CREATE TABLE students (id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, birth_date date NOT NULL, guardian_phone text NOT NULL, class_id int NOT NULL REFERENCES school_classes, enrolled_on date NOT NULL);
CREATE TABLE courses (id serial PRIMARY KEY, code text UNIQUE NOT NULL, title text NOT NULL, credits int NOT NULL);
CREATE TABLE marks (id serial PRIMARY KEY, student_id int NOT NULL REFERENCES students, course_id int NOT NULL REFERENCES courses, term text NOT NULL, points numeric(4, 1) NOT NULL, marked_on date NOT NULL);
CREATE TABLE attendance (student_id int NOT NULL REFERENCES students, day date NOT NULL, status text NOT NULL, PRIMARY KEY (student_id, day));

-- Bank, back office
CREATE TABLE branches (id serial PRIMARY KEY, code text UNIQUE NOT NULL, city text NOT NULL);
CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL, national_id text NOT NULL, email text NOT NULL, segment text NOT NULL, branch_id int NOT NULL REFERENCES branches, since date NOT NULL);
CREATE TABLE bank_accounts (id serial PRIMARY KEY, customer_id int NOT NULL REFERENCES customers, iban text UNIQUE NOT NULL, product text NOT NULL, currency char(3) NOT NULL, balance numeric(14, 2) NOT NULL, opened_on date NOT NULL, closed_on date);
CREATE TABLE postings (id bigserial PRIMARY KEY, account_id int NOT NULL REFERENCES bank_accounts, booked_on date NOT NULL, value_on date NOT NULL, amount numeric(12, 2) NOT NULL, kind text NOT NULL, batch_id int NOT NULL);
CREATE TABLE fx_rates (day date NOT NULL, currency char(3) NOT NULL, rate numeric(12, 6) NOT NULL, PRIMARY KEY (day, currency));

-- Game
CREATE TABLE guilds (id serial PRIMARY KEY, tag text UNIQUE NOT NULL, founded_on date NOT NULL);
CREATE TABLE players (id serial PRIMARY KEY, handle text NOT NULL, email text NOT NULL, last_ip inet, guild_id int REFERENCES guilds, level int NOT NULL, xp bigint NOT NULL, region text NOT NULL, created_at timestamptz NOT NULL, last_seen_at timestamptz);
CREATE TABLE matches (id serial PRIMARY KEY, mode text NOT NULL, map text NOT NULL, started_at timestamptz NOT NULL, ended_at timestamptz NOT NULL);
CREATE TABLE match_players (match_id int NOT NULL REFERENCES matches, player_id int NOT NULL REFERENCES players, team smallint NOT NULL, kills int NOT NULL, deaths int NOT NULL, score int NOT NULL, PRIMARY KEY (match_id, player_id));
CREATE TABLE items (id serial PRIMARY KEY, sku text UNIQUE NOT NULL, rarity text NOT NULL, price_gems int NOT NULL, stats jsonb NOT NULL);

-- What tools keep beside
CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
CREATE TABLE django_migrations (id serial PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied timestamptz NOT NULL);
CREATE TABLE jobs (id bigserial PRIMARY KEY, queue text NOT NULL, kind text NOT NULL, state text NOT NULL, attempts int NOT NULL DEFAULT 0, run_at timestamptz NOT NULL, finished_at timestamptz, error text, "delete" boolean NOT NULL DEFAULT false);

INSERT INTO warehouses (code, city, capacity_m3, opened_on) SELECT 'WH-' || n, (ARRAY['Porto', 'Graz', 'Turin', 'Lyon', 'Gdansk'])[n], 1000 * n, DATE '2015-01-10' + n * 200 FROM generate_series(1, 5) n;
INSERT INTO drivers (full_name, phone, license_no, depot_id, hired_on, active) SELECT (ARRAY['Anna', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn'])[1 + n % 6] || ' ' || (ARRAY['Hall', 'Park', 'Reed', 'Stone', 'Wood'])[1 + n % 5], '+43 664 55' || (10000 + n * 37), 'D' || (4480000 + n * 911), 1 + n % 5, DATE '2018-03-01' + n * 40, n % 7 <> 0 FROM generate_series(1, 30) n;
INSERT INTO shipments (reference, warehouse_id, driver_id, status, lane, weight_kg, pieces, created_at, promised_on, delivered_at, consignee_name, consignee_address, consignee_phone, dims)
SELECT 'SH' || (700000 + n), 1 + n % 5, CASE WHEN n % 11 > 0 THEN 1 + n % 30 END, (ARRAY['booked', 'picked', 'in_transit', 'delivered', 'returned']::shipment_status[])[1 + n % 5], (ARRAY['AT-DE', 'AT-IT', 'FR-PT', 'PL-DE'])[1 + n % 4], 3.5 + n % 90, 1 + n % 6,
    TIMESTAMPTZ '2026-09-01 08:00+00' + n * INTERVAL '5 hours', DATE '2026-09-04' + n / 5, CASE WHEN n % 5 = 3 THEN TIMESTAMPTZ '2026-09-03 10:00+00' + n * INTERVAL '5 hours' END,
    (ARRAY['Gina', 'Hugo', 'Iris', 'Jan'])[1 + n % 4] || ' ' || (ARRAY['Moreau', 'Silva', 'Novak'])[1 + n % 3], (10 + n % 90) || ' Station Road, ' || (1000 + n * 7) || ' Linz', '+351 912 3' || (10000 + n * 13), jsonb_build_object('l', 20 + n % 50, 'w', 10 + n % 30, 'h', 5 + n % 20, 'fragile', n % 3 = 0)
FROM generate_series(1, 200) n;
INSERT INTO shipment_events (shipment_id, kind, occurred_at, facility) SELECT s.id, k.kind, s.created_at + k.step * INTERVAL '7 hours', 'WH-' || (1 + (s.id + k.step) % 5) FROM shipments s, (VALUES (0, 'label_printed'), (1, 'scan_in'), (2, 'scan_out')) k (step, kind);
INSERT INTO departments (name, floor, beds) VALUES ('Radiology', 0, 4), ('Cardiology', 2, 24), ('Paediatrics', 1, 18), ('Orthopaedics', 3, 30);
INSERT INTO patients (mrn, full_name, birth_date, insurance_no, phone, registered_at) SELECT 'MRN' || (880000 + n), (ARRAY['Karl', 'Lena', 'Mila', 'Nico', 'Olga'])[1 + n % 5] || ' ' || (ARRAY['Berger', 'Huber', 'Wolf', 'Lang'])[1 + n % 4], DATE '1950-02-03' + n * 331, (1000 + n) || '010180', '+43 699 10' || (10000 + n * 17), TIMESTAMPTZ '2025-01-01 09:00+00' + n * INTERVAL '3 days' FROM generate_series(1, 60) n;
INSERT INTO appointments (patient_id, department_id, starts_at, minutes, state, room, no_show) SELECT 1 + n % 60, 1 + n % 4, TIMESTAMP '2026-11-02 08:00' + (n % 25) * INTERVAL '1 day' + (n % 9) * INTERVAL '1 hour', 15 * (1 + n % 4), (ARRAY['planned', 'arrived', 'done', 'cancelled'])[1 + n % 4], 'R' || (1 + n % 12), n % 13 = 0 FROM generate_series(1, 180) n;
INSERT INTO lab_orders (appointment_id, panel, priority, ordered_at, reported_at) SELECT n, (ARRAY['CBC', 'BMP', 'Lipid', 'TSH'])[1 + n % 4], (ARRAY['routine', 'urgent'])[1 + n % 2], TIMESTAMP '2026-11-02 09:00' + n * INTERVAL '3 hours', CASE WHEN n % 6 > 0 THEN TIMESTAMP '2026-11-02 13:30' + n * INTERVAL '3 hours' END FROM generate_series(1, 120) n;
INSERT INTO accounts (company, billing_email, vat_id, plan, seats, country, created_at, churned_at, settings) SELECT (ARRAY['Northwind', 'Acme', 'Globex', 'Initech', 'Umbrella', 'Hooli'])[1 + n % 6] || ' ' || n, 'billing' || n || '@' || (ARRAY['northwind', 'acme', 'globex'])[1 + n % 3] || '.example', 'ATU' || (61000000 + n * 7919), (ARRAY['free', 'team', 'business', 'enterprise'])[1 + n % 4], 3 + n % 40, (ARRAY['AT', 'DE', 'FR', 'PT', 'PL'])[1 + n % 5], TIMESTAMPTZ '2024-02-01 10:00+00' + n * INTERVAL '9 days', CASE WHEN n % 9 = 0 THEN TIMESTAMPTZ '2026-06-01 00:00+00' + n * INTERVAL '1 day' END, jsonb_build_object('locale', (ARRAY['de', 'en', 'fr'])[1 + n % 3], 'beta', n % 2 = 0, 'limits', jsonb_build_object('projects', n % 10)) FROM generate_series(1, 80) n;
INSERT INTO subscriptions (account_id, plan, mrr_cents, started_on, ended_on) SELECT id, plan, CASE plan WHEN 'free' THEN 0 WHEN 'team' THEN 4900 WHEN 'business' THEN 19900 ELSE 99000 END, created_at::date, churned_at::date FROM accounts;
INSERT INTO invoices (account_id, number, issued_on, due_on, paid_on, total_cents, tax_rate, currency) SELECT 1 + n % 80, 'INV-2026-' || lpad(n::text, 5, '0'), DATE '2026-01-01' + n, DATE '2026-01-31' + n, CASE WHEN n % 8 > 0 THEN DATE '2026-01-15' + n END, 4900 + (n * 977) % 90000, 20.00, (ARRAY['EUR', 'USD', 'PLN'])[1 + n % 3] FROM generate_series(1, 240) n;
INSERT INTO invoice_lines SELECT i.id, l, (ARRAY['SEAT', 'STORAGE', 'SUPPORT'])[l], 1 + (i.id + l) % 9, 500 * l FROM invoices i, generate_series(1, 3) l;
INSERT INTO payment_methods (account_id, brand, card_number, expires, is_default) SELECT n, (ARRAY['visa', 'mastercard'])[1 + n % 2], (ARRAY['4111111111111111', '5555555555554444', '4012888888881881', '5105105105105100'])[1 + n % 4], DATE '2027-01-31' + n * 20, n % 5 > 0 FROM generate_series(1, 80) n;
INSERT INTO api_keys (account_id, label, secret, scopes, last_used_at, revoked) SELECT n, (ARRAY['ci', 'backend', 'zapier'])[1 + n % 3], 'sk_live_' || md5('key' || n), CASE n % 3 WHEN 0 THEN ARRAY['read'] WHEN 1 THEN ARRAY['read', 'write'] ELSE ARRAY['admin'] END, TIMESTAMPTZ '2026-10-01 00:00+00' + n * INTERVAL '11 hours', n % 10 = 0 FROM generate_series(1, 80) n;
INSERT INTO feature_flags VALUES ('new_checkout', true, 50, '{"countries": ["AT", "DE"], "min_seats": 5}', '2026-10-01 12:00+00'), ('dark_mode', true, 100, '{}', '2026-08-11 09:30+00'), ('ai_summaries', false, 0, '{"plans": ["enterprise"]}', '2026-11-20 16:45+00');
INSERT INTO telemetry.devices (serial_no, model, firmware, site, ip_address, installed_on, labels) SELECT 'TH' || (30000 + n), (ARRAY['T100', 'T200', 'P50'])[1 + n % 3], '2.' || n % 4 || '.' || n % 7, (ARRAY['plant-a', 'plant-b', 'roof'])[1 + n % 3], ('10.20.' || n % 4 || '.' || n)::inet, DATE '2025-05-01' + n * 3, jsonb_build_object('zone', n % 5, 'outdoor', n % 3 = 2) FROM generate_series(1, 40) n;
INSERT INTO telemetry.readings SELECT d, TIMESTAMPTZ '2026-11-01 00:00+00' + h * INTERVAL '2 hours', m.metric, m.base + ((d * 7 + h * 3) % 11) / 2.0 FROM generate_series(1, 10) d, generate_series(0, 59) h, (VALUES ('temperature', 18.0), ('humidity', 40.0)) m (metric, base);
INSERT INTO telemetry.alerts (device_id, severity, rule, raised_at, cleared_at) SELECT 1 + n % 10, 1 + n % 4, (ARRAY['temp_high', 'offline', 'battery_low'])[1 + n % 3], TIMESTAMPTZ '2026-11-01 05:00+00' + n * INTERVAL '4 hours', CASE WHEN n % 4 > 0 THEN TIMESTAMPTZ '2026-11-01 06:10+00' + n * INTERVAL '4 hours' END FROM generate_series(1, 60) n;
INSERT INTO authors (name, email, joined_on) SELECT (ARRAY['Paula', 'Quinn', 'Rosa', 'Stefan'])[1 + n % 4] || ' ' || (ARRAY['Keller', 'Dubois', 'Rossi'])[1 + n % 3], 'author' || n || '@press.example', DATE '2020-01-01' + n * 50 FROM generate_series(1, 12) n;
INSERT INTO categories (parent_id, name, position) VALUES (NULL, 'News', 1), (NULL, 'Guides', 2), (1, 'Product', 1), (1, 'Company', 2), (2, 'Databases', 1), (5, 'PostgreSQL', 1), (5, 'MariaDB', 2), (2, 'Operations', 2);
INSERT INTO articles (slug, title, body, author_id, category_id, status, published_at, tags, views, meta) SELECT 'post-' || n, (ARRAY['How we tuned vacuum', 'Release notes', 'A guide to backups', 'Why indexes matter', 'How to drop a table safely'])[1 + n % 5] || ' #' || n, 'Backups are worth nothing until a restore has been tried. Part ' || n || ' looks at indexes and vacuum.', 1 + n % 12, 1 + n % 8, (ARRAY['draft', 'published', 'published', 'archived'])[1 + n % 4], CASE WHEN n % 4 > 0 THEN TIMESTAMPTZ '2026-01-05 08:00+00' + n * INTERVAL '3 days' END, (ARRAY['sql', 'ops', 'release', 'howto'])[1 + n % 3 : 2 + n % 3], (n * 131) % 5000, jsonb_build_object('words', 300 + n * 11, 'seo', jsonb_build_object('noindex', n % 6 = 0), 'related', jsonb_build_array(n + 1, n + 2)) FROM generate_series(1, 90) n;
INSERT INTO comments (article_id, author_email, body, approved, created_at) SELECT 1 + n % 90, 'reader' || n || '@mail.example', (ARRAY['Thanks, that helped.', 'Could you add an example?', 'It does not work on version 12.'])[1 + n % 3], n % 5 > 0, TIMESTAMPTZ '2026-06-01 07:00+00' + n * INTERVAL '8 hours' FROM generate_series(1, 150) n;
INSERT INTO school_classes (name, school_year, room) SELECT (4 + n % 5) || (ARRAY['A', 'B'])[1 + n % 2], 2025 + n % 2, (100 + n)::text FROM generate_series(1, 10) n;
INSERT INTO students (first_name, last_name, birth_date, guardian_phone, class_id, enrolled_on) SELECT (ARRAY['Tim', 'Uma', 'Vera', 'Will', 'Zoe'])[1 + n % 5], (ARRAY['Fischer', 'Lopez', 'Kowalski', 'Martin'])[1 + n % 4], DATE '2012-01-15' + n * 9, '+48 600 2' || (10000 + n * 19), 1 + n % 10, DATE '2023-09-01' + n % 3 FROM generate_series(1, 120) n;
INSERT INTO courses (code, title, credits) VALUES ('MATH', 'Mathematics', 5), ('PHY', 'Physics', 4), ('HIST', 'History', 3), ('ENG', 'English', 4), ('ART', 'Art', 2);
INSERT INTO marks (student_id, course_id, term, points, marked_on) SELECT 1 + n % 120, 1 + n % 5, (ARRAY['2025W', '2026S'])[1 + n % 2], 40 + (n * 37) % 60, DATE '2026-01-20' + n % 100 FROM generate_series(1, 400) n;
INSERT INTO attendance SELECT s, DATE '2026-11-02' + d, CASE WHEN (s * 3 + d) % 17 = 0 THEN 'absent' WHEN (s + d) % 23 = 0 THEN 'late' ELSE 'present' END FROM generate_series(1, 120) s, generate_series(0, 9) d;
INSERT INTO branches (code, city) VALUES ('VIE01', 'Vienna'), ('LIS02', 'Lisbon'), ('KRK03', 'Krakow');
INSERT INTO customers (name, national_id, email, segment, branch_id, since) SELECT (ARRAY['Ada', 'Bruno', 'Clara', 'Diego'])[1 + n % 4] || ' ' || (ARRAY['Gruber', 'Costa', 'Nowak'])[1 + n % 3], (1000 + n * 3) || '150377', 'client' || n || '@post.example', (ARRAY['retail', 'private', 'corporate'])[1 + n % 3], 1 + n % 3, DATE '2010-06-01' + n * 30 FROM generate_series(1, 70) n;
INSERT INTO bank_accounts (customer_id, iban, product, currency, balance, opened_on, closed_on) SELECT 1 + n % 70, 'AT' || lpad((98 - (19043::numeric * 100000000000 * 1000000 + n::numeric * 1000000 + 102900) % 97)::text, 2, '0') || '19043' || lpad(n::text, 11, '0'), (ARRAY['current', 'savings', 'loan'])[1 + n % 3], (ARRAY['EUR', 'USD'])[1 + n % 2], CASE n % 3 WHEN 2 THEN -1 ELSE 1 END * (120.50 + n * 213), DATE '2012-01-01' + n * 21, CASE WHEN n % 19 = 0 THEN DATE '2026-03-31' END FROM generate_series(1, 110) n;
INSERT INTO postings (account_id, booked_on, value_on, amount, kind, batch_id) SELECT 1 + n % 110, DATE '2026-10-01' + n % 60, DATE '2026-10-02' + n % 60, ((n * 71) % 900 - 400) / 4.0, (ARRAY['transfer', 'card', 'fee', 'interest'])[1 + n % 4], 1 + n / 50 FROM generate_series(1, 500) n;
INSERT INTO fx_rates SELECT DATE '2026-10-01' + d, c.c, c.r + d * 0.001 FROM generate_series(0, 59) d, (VALUES ('USD', 1.08), ('PLN', 4.31)) c (c, r);
INSERT INTO guilds (tag, founded_on) SELECT 'GLD' || n, DATE '2022-01-01' + n * 60 FROM generate_series(1, 8) n;
INSERT INTO players (handle, email, last_ip, guild_id, level, xp, region, created_at, last_seen_at) SELECT 'nova' || n, 'gamer' || n || '@play.example', ('203.0.113.' || n)::inet, CASE WHEN n % 6 > 0 THEN 1 + n % 8 END, 1 + n % 60, n * 991, (ARRAY['eu', 'us', 'asia'])[1 + n % 3], TIMESTAMPTZ '2025-01-01 00:00+00' + n * INTERVAL '5 days', TIMESTAMPTZ '2026-11-01 00:00+00' + n * INTERVAL '6 hours' FROM generate_series(1, 100) n;
INSERT INTO matches (mode, map, started_at, ended_at) SELECT (ARRAY['ranked', 'casual', 'arena'])[1 + n % 3], (ARRAY['harbor', 'dunes', 'citadel'])[1 + n % 3], TIMESTAMPTZ '2026-11-10 18:00+00' + n * INTERVAL '50 minutes', TIMESTAMPTZ '2026-11-10 18:22+00' + n * INTERVAL '50 minutes' + n % 7 * INTERVAL '1 minute' FROM generate_series(1, 80) n;
INSERT INTO match_players SELECT m, 1 + (m * 7 + p * 13) % 100, 1 + p % 2, (m * p) % 15, (m + p * 3) % 12, (m * p * 17) % 3000 FROM generate_series(1, 80) m, generate_series(1, 6) p ON CONFLICT DO NOTHING;
INSERT INTO items (sku, rarity, price_gems, stats) SELECT 'ITM' || n, (ARRAY['common', 'rare', 'epic', 'legendary'])[1 + n % 4], 10 * n, jsonb_build_object('power', n % 30, 'slots', jsonb_build_array(n % 3, n % 5)) FROM generate_series(1, 50) n;
INSERT INTO schema_migrations VALUES ('20260101120000'), ('20260315093000'), ('20261102080000');
INSERT INTO django_migrations (app, name, applied) VALUES ('contenttypes', '0001_initial', '2026-01-01 12:00+00'), ('auth', '0001_initial', '2026-01-01 12:00:01+00'), ('billing', '0007_drop_legacy_plan', '2026-05-05 08:00+00');
INSERT INTO jobs (queue, kind, state, attempts, run_at, finished_at, error, "delete") SELECT (ARRAY['default', 'mail', 'reports'])[1 + n % 3], (ARRAY['SendInvoice', 'DeleteExpired', 'TruncateLogs', 'Reindex'])[1 + n % 4], (ARRAY['done', 'failed', 'queued'])[1 + n % 3], n % 4, TIMESTAMPTZ '2026-11-20 00:00+00' + n * INTERVAL '13 minutes', CASE WHEN n % 3 = 0 THEN TIMESTAMPTZ '2026-11-20 00:01+00' + n * INTERVAL '13 minutes' END, CASE WHEN n % 3 = 1 THEN 'Timeout after 30 s' END, n % 9 = 0 FROM generate_series(1, 90) n;

CREATE VIEW open_invoices AS SELECT i.id, i.number, i.account_id, i.due_on, i.total_cents, i.currency FROM invoices i WHERE i.paid_on IS NULL;
CREATE VIEW account_overview AS SELECT a.id, a.company, a.plan, a.billing_email, count(i.id) AS invoices, coalesce(sum(i.total_cents), 0) AS billed_cents FROM accounts a LEFT JOIN invoices i ON i.account_id = a.id GROUP BY a.id;
CREATE MATERIALIZED VIEW daily_shipments AS SELECT created_at::date AS day, warehouse_id, count(*) AS shipments, sum(weight_kg) AS weight_kg FROM shipments GROUP BY 1, 2;
CREATE FUNCTION working_days(a date, b date) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT count(*) FROM generate_series(a, b - 1, INTERVAL '1 day') d WHERE extract(isodow FROM d) < 6 $$;

-- Words that sound like destruction
CREATE TABLE audit_log (id bigserial PRIMARY KEY, action text NOT NULL, object text NOT NULL, statement text NOT NULL, logged_at timestamptz NOT NULL);
CREATE TABLE "update" (id serial PRIMARY KEY, "drop" int NOT NULL, "truncate" boolean NOT NULL, "grant" numeric(8, 2) NOT NULL, "alter" text NOT NULL, "insert" timestamptz NOT NULL, deleted_at timestamptz);
CREATE TABLE drops (id serial PRIMARY KEY, item_id int NOT NULL REFERENCES items, drop_rate numeric(5, 4) NOT NULL);
INSERT INTO audit_log (action, object, statement, logged_at) SELECT (ARRAY['DELETE', 'UPDATE', 'DROP TABLE', 'TRUNCATE', 'GRANT'])[1 + n % 5], 'public.t' || n % 7, (ARRAY['DELETE FROM t WHERE id = 1;', 'UPDATE t SET x = 2; COMMIT', 'DROP TABLE t CASCADE', 'TRUNCATE t', 'GRANT ALL ON t TO app'])[1 + n % 5], TIMESTAMPTZ '2026-11-01 00:00+00' + n * INTERVAL '1 hour' FROM generate_series(1, 60) n;
INSERT INTO "update" ("drop", "truncate", "grant", "alter", "insert", deleted_at) SELECT n % 4, n % 2 = 0, n * 2.5, (ARRAY['minor', 'major'])[1 + n % 2], TIMESTAMPTZ '2026-11-02 00:00+00' + n * INTERVAL '1 day', CASE WHEN n % 5 = 0 THEN TIMESTAMPTZ '2026-11-25 00:00+00' END FROM generate_series(1, 20) n;
INSERT INTO drops (item_id, drop_rate) SELECT n, n / 100.0 FROM generate_series(1, 50) n;
CREATE VIEW deleted_updates AS SELECT id, "drop", deleted_at FROM "update" WHERE deleted_at IS NOT NULL;
CREATE FUNCTION drop_share(a int, b int) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT round(a::numeric / nullif(b, 0), 3) $$;
COMMENT ON COLUMN "update"."drop" IS 'How many were dropped; DELETE FROM is not meant';
COMMENT ON TABLE shipments IS 'One row for each parcel handed over';
ANALYZE;
