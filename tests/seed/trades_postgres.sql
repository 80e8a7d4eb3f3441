-- Five trades unlike the shop: a clinic, subscriptions, a fleet, a help desk and a payroll.
-- What is sensitive stands in tests/corpus/trades_classes_postgresql.tsv; all else is harmless.
CREATE FUNCTION pick(words text[], n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT words[1 + n % array_length(words, 1)] $$;
CREATE FUNCTION digits(n bigint, places int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT lpad(((n * 7919 + 104729) * 15485863 % (10::numeric ^ places)::bigint)::text, places, '3') $$;

CREATE SCHEMA clinic;
CREATE TYPE clinic.triage AS ENUM ('routine', 'urgent', 'emergency');
CREATE TABLE clinic.wards (
    id int PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name text NOT NULL, floor smallint,
    bed_count int, phone_model text, description text
);
INSERT INTO clinic.wards
SELECT g, 'W-' || g, pick('{Cardiology,Oncology,Maternity,Surgery,Neurology,Intensive Care}', g), g % 4,
    10 + g * 3, pick('{Cisco 7841,Yealink T46U,Polycom VVX 450}', g), 'Ward ' || g || ' on floor ' || g % 4
FROM generate_series(1, 6) g;
CREATE TABLE clinic.doctors (
    id int PRIMARY KEY, staff_no text NOT NULL, name text NOT NULL, specialty text,
    correo text, telefono text, ward_id int REFERENCES clinic.wards, pager_code int, joined_on date
);
INSERT INTO clinic.doctors
SELECT g, 'D' || lpad(g::text, 4, '0'), 'Dr. ' || pick('{Adler,Brandt,Castillo,Dubois,Evans,Fischer}', g),
    pick('{cardiology,oncology,midwifery,surgery}', g), 'dr' || g || '@clinic.example.org',
    '+34 91 ' || (500 + g) || ' 12 ' || lpad((g % 100)::text, 2, '0'), 1 + g % 6, 100 + g, date '2015-01-01' + g * 31
FROM generate_series(1, 24) g;
CREATE TABLE clinic.patients (
    id uuid PRIMARY KEY, mrn text NOT NULL UNIQUE, name text NOT NULL, geburtsdatum date, dob_verified boolean,
    ssn_last4 char(4), nhs_no text, "emailAddress" text, "mobilePhone" text, addr1 text, addr2 text,
    city text, zip text, birth_country char(2), blood_group varchar(3), card_type text,
    next_of_kin_tel text, notification_preference text, height_cm int, weight_kg numeric(5, 1),
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE clinic.patients IS 'Everybody who was ever treated';
COMMENT ON COLUMN clinic.patients.card_type IS 'Which insurance card: public or private';
INSERT INTO clinic.patients
SELECT md5('p' || g)::uuid, 'MRN' || lpad(g::text, 7, '0'),
    pick('{Anna,Boris,Carla,Dieter,Elena,Farid,Greta}', g) || ' ' || pick('{Koch,Lund,Moreau,Novak,Ortiz}', g / 7),
    date '1945-02-03' + (g * 211) % 26000, g % 3 > 0, lpad((1000 + g * 37 % 9000)::text, 4, '0'),
    digits(g, 10), CASE WHEN g % 9 > 0 THEN 'patient' || g || '@mail.example.net' END,
    '+49 151 2' || lpad((g * 7919 % 10000000)::text, 7, '0'),
    (1 + g % 180) || ' ' || pick('{Harbour Street,Mill Lane,Station Road,High Street}', g),
    CASE WHEN g % 4 = 0 THEN 'Apt ' || g % 40 END, pick('{Leeds,Bonn,Sevilla,Lyon}', g),
    lpad((10000 + g * 131 % 80000)::text, 5, '0'), pick('{GB,DE,ES,FR}', g), pick('{0+,A+,B+,AB+,0-}', g),
    pick('{public,private}', g), '+44 20 7946 ' || lpad((g % 1000)::text, 4, '0'),
    pick('{email,sms,letter}', g), 150 + g % 45, 50 + g % 60, timestamptz '2025-03-01 08:00+00' + g * interval '7 hours'
FROM generate_series(1, 140) g;
CREATE TABLE clinic.visits (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, patient_id uuid NOT NULL REFERENCES clinic.patients,
    doctor_id int REFERENCES clinic.doctors, ward_id int REFERENCES clinic.wards, triage clinic.triage,
    status text NOT NULL, reason text, started_at timestamptz NOT NULL, ended_at timestamptz,
    stay daterange, tags text[], notes text
);
INSERT INTO clinic.visits (patient_id, doctor_id, ward_id, triage, status, reason, started_at, ended_at, stay, tags, notes)
SELECT md5('p' || 1 + g % 140)::uuid, 1 + g % 24, 1 + g % 6,
    pick('{routine,urgent,routine,emergency}', g)::clinic.triage, pick('{planned,arrived,done,cancelled}', g),
    pick('{check-up,back pain,fracture,vaccination,fever}', g), timestamptz '2026-01-02 08:00+00' + g * interval '95 minutes',
    CASE WHEN g % 4 <> 0 THEN timestamptz '2026-01-02 09:00+00' + g * interval '95 minutes' END,
    daterange(date '2026-01-02' + g / 15, date '2026-01-03' + g / 15 + g % 3),
    ARRAY[pick('{first,follow-up}', g), pick('{insured,self-pay}', g / 2)],
    pick('{improving,stable,review in two weeks,"no findings, discharged"}', g)
FROM generate_series(1, 420) g;
CREATE INDEX visits_by_start ON clinic.visits (started_at);
CREATE TABLE clinic.lab_results (
    id bigserial PRIMARY KEY, visit_id bigint REFERENCES clinic.visits, test_code text, value numeric(8, 2),
    unit text, ref_low numeric, ref_high numeric, is_flagged boolean, device jsonb, sampled_at_ms bigint
);
INSERT INTO clinic.lab_results (visit_id, test_code, value, unit, ref_low, ref_high, is_flagged, device, sampled_at_ms)
SELECT 1 + g % 420, pick('{HB,WBC,CRP,GLU,TSH}', g), (g * 37 % 1900) / 10.0, pick('{g/dl,G/l,mg/l,mg/dl,mU/l}', g),
    4, 110, g % 11 = 0, jsonb_build_object('model', pick('{XN-1000,cobas 6000}', g), 'firmware', '2.1.' || g % 9 || '.0',
        'serial', 'SN' || 40000 + g % 8, 'channels', jsonb_build_array(g % 3, g % 5)),
    1767340800000 + g * 61007::bigint
FROM generate_series(1, 600) g;
CREATE TABLE clinic.birth_statistics (year int, region text, births int, birth_rate numeric(4, 1), PRIMARY KEY (year, region));
INSERT INTO clinic.birth_statistics
SELECT 2015 + g % 10, pick('{north,south,east,west}', g / 10), 900 + g * 17 % 300, 8 + (g * 7 % 50) / 10.0 FROM generate_series(0, 39) g;
CREATE VIEW clinic.current_stays AS
SELECT v.id, v.patient_id, p.mrn, w.name AS ward, v.started_at FROM clinic.visits v
JOIN clinic.patients p ON p.id = v.patient_id JOIN clinic.wards w ON w.id = v.ward_id WHERE v.ended_at IS NULL;
CREATE VIEW clinic.contacts AS SELECT id, mrn, "emailAddress" AS contact, city FROM clinic.patients;
CREATE FUNCTION clinic.bmi(height_cm int, weight_kg numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS
$$ SELECT round(weight_kg / (height_cm / 100.0) ^ 2, 1) $$;

CREATE TABLE tenants (
    id uuid PRIMARY KEY, slug text NOT NULL UNIQUE, name text NOT NULL, plan text NOT NULL, domain text, timezone text,
    settings jsonb NOT NULL DEFAULT '{}', seat_count int, address_count int, mrr_cents bigint, "createdAt" timestamptz
);
INSERT INTO tenants
SELECT md5('t' || g)::uuid, 'tenant-' || g, pick('{Acorn,Birch,Cedar,Dogwood,Elm}', g) || ' ' || pick('{Labs,Works,Systems}', g),
    pick('{free,team,business,enterprise}', g), 'tenant-' || g || '.example.app', pick('{Europe/Oslo,UTC,America/Lima}', g),
    jsonb_build_object('theme', pick('{dark,light}', g), 'locale', pick('{nb,en,es}', g), 'limits',
        jsonb_build_object('seats', 5 * g, 'token_count', 1000 * g), 'features', jsonb_build_array('sso', 'audit')),
    3 + g, g % 4, 4900 * g, timestamptz '2024-05-06 07:08:09+00' + g * interval '9 days'
FROM generate_series(1, 30) g;
CREATE TABLE app_users (
    id bigserial PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, "displayName" text, "workEmail" text,
    "passwordDigest" text, "apiKey" text, last_login_ip text, "isActive" boolean, "lastSeenAt" timestamptz,
    login_count int, email_template_id int, email_verified_at timestamptz, prefs jsonb, role text, locale varchar(5)
);
INSERT INTO app_users (tenant_id, "displayName", "workEmail", "passwordDigest", "apiKey", last_login_ip, "isActive",
    "lastSeenAt", login_count, email_template_id, email_verified_at, prefs, role, locale)
SELECT md5('t' || 1 + g % 30)::uuid, pick('{Ola,Pia,Quinn,Rosa,Sam}', g) || ' ' || g, 'u' || g || '@corp' || g % 7 || '.example.com',
    md5('pw' || g), 'sk_live_' || md5('k' || g), '203.0.' || g % 250 || '.' || 17 + g % 200, g % 6 > 0,
    timestamptz '2026-02-01 00:00+00' + g * interval '11 minutes', g * 3 % 97, 1 + g % 8,
    CASE WHEN g % 5 > 0 THEN timestamptz '2025-06-01 00:00+00' + g * interval '1 hour' END,
    jsonb_build_object('theme', pick('{dark,light}', g), 'digest', pick('{daily,weekly,off}', g), 'columns', jsonb_build_array('id', 'status')),
    pick('{owner,admin,member,member}', g), pick('{nb,en,es-PE}', g)
FROM generate_series(1, 160) g;
CREATE TABLE payment_methods (
    id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, kind text, card_type text, brand text, pan text,
    exp_month int, exp_year int, iban text, tok text, billing_email text, fingerprint text, is_default boolean
);
INSERT INTO payment_methods
SELECT md5('m' || g)::uuid, md5('t' || 1 + g % 30)::uuid, pick('{card,sepa}', g), pick('{credit,debit}', g), pick('{visa,amex,mastercard}', g),
    CASE WHEN g % 2 = 0 THEN pick('{4111111111111111,378282246310005,5555555555554444}', g) END, 1 + g % 12, 2027 + g % 4,
    CASE WHEN g % 2 = 1 THEN pick('{DE89370400440532013000,NO9386011117947,ES9121000418450200051332}', g) END,
    'pm_' || md5('tok' || g), 'billing' || g || '@corp.example.com', md5('f' || g), g % 3 = 0
FROM generate_series(1, 60) g;
CREATE TABLE invoices (
    id bigserial PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, number text NOT NULL UNIQUE, currency char(3),
    total_cents bigint NOT NULL, tax_rate numeric(4, 3), status text NOT NULL, issued_on date, due_on date, paid_at timestamptz,
    lines jsonb, idempotency_key uuid, external_ref bigint
);
INSERT INTO invoices (tenant_id, number, currency, total_cents, tax_rate, status, issued_on, due_on, paid_at, lines, idempotency_key, external_ref)
SELECT md5('t' || 1 + g % 30)::uuid, 'INV-2026-' || lpad(g::text, 6, '0'), pick('{EUR,NOK,USD}', g), 1900 * (1 + g % 40), 0.25,
    pick('{paid,paid,open,void,draft}', g), date '2026-01-01' + g % 90, date '2026-01-31' + g % 90,
    CASE WHEN g % 5 < 2 THEN timestamptz '2026-01-05 10:00+00' + g * interval '6 hours' END,
    jsonb_build_array(jsonb_build_object('sku', 'SEAT-' || g % 4, 'qty', 1 + g % 9, 'unit_cents', 1900),
        jsonb_build_object('sku', 'STORAGE', 'qty', g % 3, 'unit_cents', 500)),
    md5('i' || g)::uuid, 4000000000000000 + (g * 982451653::bigint * 7919) % 999999999999999
FROM generate_series(1, 300) g;
CREATE TABLE email_templates (
    id int PRIMARY KEY, key text NOT NULL UNIQUE, name text, subject text, body text, locale text, version text, sent_count int
);
INSERT INTO email_templates
SELECT g, pick('{welcome,reset,invoice,dunning}', g) || '.' || g, pick('{Welcome,Password reset,Invoice,Reminder}', g),
    'Hello from {{tenant.name}}', 'Dear {{name}}, thank you for choosing us.', pick('{nb,en}', g), '1.' || g || '.0', g * 120
FROM generate_series(1, 8) g;
CREATE TABLE usage_events (
    id bigint PRIMARY KEY, tenant_id uuid NOT NULL, feature text, key text, token_count int, prompt_tokens int, cost numeric(10, 5),
    at_ms bigint, request_id uuid, trace_id text, user_agent text, ip_version smallint, payload jsonb
);
INSERT INTO usage_events
SELECT 7200000000000000 + g * 4194304::bigint, md5('t' || 1 + g % 30)::uuid, pick('{chat,export,search}', g), 'project/' || g % 12, g * 13 % 4000,
    g * 7 % 3000, g * 0.00031, 1767225600000 + g * 30011::bigint, md5('r' || g)::uuid, md5('trace' || g),
    pick('{curl/8.5.0,Mozilla/5.0 (X11; Linux x86_64),okhttp/4.12.0}', g), 4 + 2 * (g % 2),
    jsonb_build_object('model', pick('{small,large}', g), 'latency_ms', g % 900, 'cached', g % 2 = 0)
FROM generate_series(1, 500) g;
CREATE TABLE builds (
    id serial PRIMARY KEY, hash text, commit_sha char(40), version text, firmware text, status text, description text, artifact text,
    size_bytes bigint, duration interval, started timestamptz
);
INSERT INTO builds (hash, commit_sha, version, firmware, status, description, artifact, size_bytes, duration, started)
SELECT encode(sha256(g::text::bytea), 'hex'), md5(g::text) || left(md5('c' || g), 8), '3.' || g % 12 || '.' || g, '10.2.' || g % 9 || '.' || 40 + g,
    pick('{passed,failed,passed}', g), 'Nightly build ' || g, 'app-3.' || g || '.tar.gz', 40000000 + g * 7919, g * interval '7 seconds',
    timestamptz '2026-01-01 02:00+00' + g * interval '1 day'
FROM generate_series(1, 60) g;
CREATE TABLE feature_flags (key text PRIMARY KEY, description text, enabled boolean, rollout_pct int, rules jsonb);
INSERT INTO feature_flags VALUES
    ('new_checkout', 'Rolls out the new checkout', true, 50, '{"plans": ["team", "business"], "min_version": "3.4.0"}'),
    ('email_digest', 'Weekly summary', true, 100, '{"plans": ["team"]}'), ('sms_login', 'Codes by text message', false, 0, '{}');
CREATE MATERIALIZED VIEW monthly_revenue AS
SELECT date_trunc('month', issued_on)::date AS month, currency, sum(total_cents) AS cents, count(*) AS invoices
FROM invoices WHERE status = 'paid' GROUP BY 1, 2;

CREATE SCHEMA fleet;
CREATE TABLE fleet.regions (id int PRIMARY KEY, parent_id int REFERENCES fleet.regions, code text, name text, population bigint);
INSERT INTO fleet.regions VALUES (1, NULL, 'EU', 'Europe', 740000000), (2, 1, 'NO', 'Norway', 5500000), (3, 1, 'DE', 'Germany', 84000000),
    (4, 2, 'NO-03', 'Oslo', 709000), (5, 2, 'NO-46', 'Vestland', 646000), (6, 3, 'DE-BE', 'Berlin', 3700000), (7, 6, 'DE-BE-M', 'Mitte', 385000);
CREATE TABLE fleet.vehicles (
    id int PRIMARY KEY, vin char(17), model text, firmware_version text, phone_model text, hostname text, sim_msisdn text, ip_addr inet,
    mac macaddr, region_id int REFERENCES fleet.regions, odometer_km int, is_electric boolean, position point, bought_on date
);
INSERT INTO fleet.vehicles
SELECT g, 'WDB' || upper(left(md5('v' || g), 14)), pick('{eSprinter,Transit,Crafter,Master}', g), '5.' || g % 4 || '.' || g % 20 || '.1',
    pick('{Pixel 8,Galaxy S23,iPhone 15}', g), 'truck-' || lpad(g::text, 3, '0') || '.fleet.internal', '4790' || lpad((g * 7919 % 1000000)::text, 6, '0'),
    ('10.20.' || g % 4 || '.' || 10 + g)::inet, ('08:00:2b:01:02:' || lpad(to_hex(g), 2, '0'))::macaddr, 4 + g % 4, 1200 * g, g % 2 = 0,
    point(59.9 + g / 100.0, 10.7 + g / 90.0), date '2020-02-02' + g * 20
FROM generate_series(1, 40) g;
CREATE TABLE fleet.drivers (
    id int PRIMARY KEY, name text, handynummer text, "driverLicenseNo" text, bday date, kontonummer text, "homeAddress" text,
    licence_class text, shift text, rating numeric(3, 2), vehicle_id int REFERENCES fleet.vehicles
);
INSERT INTO fleet.drivers
SELECT g, pick('{Ivar,Jana,Kofi,Lena,Milo}', g) || ' ' || pick('{Berg,Dahl,Holm}', g), '+47 9' || lpad((g * 7919 % 10000000)::text, 7, '0'),
    'N' || digits(g, 9), date '1970-03-04' + g * 173, '1503.' || 20 + g || '.' || 40000 + g * 3, pick('{Storgata,Kirkeveien,Parkveien}', g) || ' ' || g,
    pick('{C,CE,C1}', g), pick('{day,night}', g), 3 + (g * 7 % 200) / 100.0, g
FROM generate_series(1, 40) g;
CREATE TABLE fleet.shipments (
    id bigserial PRIMARY KEY, tracking_no text, barcode bigint, sku text, order_ref text, from_region int, to_region int, weight_kg numeric(7, 2),
    status text, service_code text, "recipientEmail" text, recipient_tel text, ship_to_street text, postcode text, label_url text,
    created_ms bigint, promised date, delivered_at timestamptz
);
INSERT INTO fleet.shipments (tracking_no, barcode, sku, order_ref, from_region, to_region, weight_kg, status, service_code, "recipientEmail",
    recipient_tel, ship_to_street, postcode, label_url, created_ms, promised, delivered_at)
SELECT CASE WHEN g % 2 = 0 THEN '1Z999AA1' || digits(g, 10) ELSE '3706' || digits(g, 14) END, 400638133393 * 10 + g % 1000, 'SKU-' || 1000 + g % 90,
    'PO-' || 2026000 + g, 4 + g % 4, 4 + (g / 4) % 4, (g * 37 % 3000) / 100.0, pick('{created,in transit,delivered,delivered,returned}', g),
    pick('{EXP,STD,ECO}', g), 'r' || g || '@inbox.example.net', '+47 4' || lpad((g * 104729 % 10000000)::text, 7, '0'),
    pick('{Strandgaten,Nygata,Torget}', g) || ' ' || 1 + g % 99, lpad((100 + g * 31 % 9000)::text, 4, '0'), 'https://labels.example.org/' || md5('l' || g) || '.pdf',
    1767225600000 + g * 77003::bigint, date '2026-01-10' + g / 8, CASE WHEN g % 5 IN (2, 3) THEN timestamptz '2026-01-09 12:00+00' + g * interval '3 hours' END
FROM generate_series(1, 320) g;
CREATE TABLE fleet.telemetry (
    vehicle_id int NOT NULL, recorded_at timestamptz NOT NULL, at_ms bigint, lat double precision, lon double precision, speed_kmh real,
    fuel_pct smallint, signal_dbm int, sensor_key text, reading jsonb
) PARTITION BY RANGE (recorded_at);
CREATE TABLE fleet.telemetry_2026_01 PARTITION OF fleet.telemetry FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE fleet.telemetry_2026_02 PARTITION OF fleet.telemetry FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE fleet.telemetry_rest PARTITION OF fleet.telemetry DEFAULT;
INSERT INTO fleet.telemetry
SELECT 1 + g % 40, timestamptz '2026-01-01 00:00+00' + g * interval '67 minutes', 1767225600000 + g * 4020000::bigint, 59.9 + (g % 100) / 500.0,
    10.7 + (g % 80) / 400.0, g * 7 % 91, 100 - g % 100, -60 - g % 40, pick('{engine.temp,cargo.temp,door.open}', g),
    jsonb_build_object('t', g % 35, 'rpm', 800 + g % 2200, 'door', g % 2 = 0, 'axle', jsonb_build_array(g % 9, g % 7))
FROM generate_series(1, 900) g;
CREATE INDEX ON fleet.telemetry (vehicle_id, recorded_at);

CREATE SCHEMA desk;
CREATE TABLE desk.agents (id int PRIMARY KEY, login text, name text, tel text, email text, team text, languages text[], active boolean);
INSERT INTO desk.agents
SELECT g, 'agent' || g, pick('{Tor,Una,Vera,Wim}', g), '+31 20 ' || 5550000 + g, 'agent' || g || '@desk.example.org', pick('{billing,technical,returns}', g),
    ARRAY['en', pick('{de,fr,nl}', g)], g % 5 > 0
FROM generate_series(1, 12) g;
CREATE TABLE desk.tickets (
    id bigserial PRIMARY KEY, subject text NOT NULL, description text, status text, priority smallint, channel text, requester_mail text, client_ip text,
    agent_id int REFERENCES desk.agents, tags text[], custom jsonb, opened_at timestamptz, closed_at timestamptz, first_response interval, "externalId" text,
    search tsvector GENERATED ALWAYS AS (to_tsvector('english', subject || ' ' || coalesce(description, ''))) STORED
);
INSERT INTO desk.tickets (subject, description, status, priority, channel, requester_mail, client_ip, agent_id, tags, custom, opened_at, closed_at, first_response, "externalId")
SELECT pick('{Cannot log in,Parcel is late,Invoice is wrong,App crashes on start,Change my plan}', g),
    pick('{The screen stays white after the update,It should have arrived on Monday,I was charged twice,Please help}', g) || '. Version 4.2.' || g % 30 || ', order PO-' || 2026000 + g || '.',
    pick('{open,pending,solved,closed}', g), 1 + g % 4, pick('{web,chat,phone,email}', g), 'req' || g || '@webmail.example.org', '198.51.100.' || g % 250,
    1 + g % 12, ARRAY[pick('{login,delivery,invoice,crash}', g), pick('{vip,trial}', g / 3)], jsonb_build_object('product', pick('{app,web}', g), 'build', 300 + g % 20, 'csat', g % 6),
    timestamptz '2026-01-03 06:00+00' + g * interval '5 hours', CASE WHEN g % 4 > 1 THEN timestamptz '2026-01-05 06:00+00' + g * interval '5 hours' END,
    (5 + g % 240) * interval '1 minute', 'ZD-' || 88000 + g
FROM generate_series(1, 240) g;
CREATE INDEX ON desk.tickets USING gin (search);
CREATE TABLE desk.comments (id bigserial PRIMARY KEY, ticket_id bigint REFERENCES desk.tickets, agent_id int, body text, is_public boolean, created_at timestamptz);
INSERT INTO desk.comments (ticket_id, agent_id, body, is_public, created_at)
SELECT 1 + g % 240, 1 + g % 12, pick('{Thanks for waiting,We restarted the service at 10:45:12,Fixed in build 4.2.1.17,"Sent replacement, tracking 1Z999AA10123456784",Escalated to tier 2}', g)
    || CASE WHEN g % 50 = 7 THEN ' (reach me at walk.in' || g || '@home.example.org)' ELSE '' END, g % 3 > 0, timestamptz '2026-01-04 06:00+00' + g * interval '130 minutes'
FROM generate_series(1, 500) g;
CREATE TABLE desk.articles (id int PRIMARY KEY, slug text, title text, body text, lang char(2), view_count int, rating numeric(2, 1), published date);
INSERT INTO desk.articles
SELECT g, 'how-to-' || g, pick('{Reset your password,Track a parcel,Read your invoice}', g), 'Step 1: open settings. Step 2: choose ' || g || '. Step 3: save.', pick('{en,de}', g), g * 41 % 900, 3 + g % 3 * 0.5, date '2025-01-01' + g * 3
FROM generate_series(1, 36) g;

CREATE SCHEMA hr;
CREATE TABLE hr.departments (id int PRIMARY KEY, parent_id int, name text, cost_center text, headcount int);
INSERT INTO hr.departments VALUES (1, NULL, 'Company', '1000', 120), (2, 1, 'Engineering', '1100', 60), (3, 2, 'Platform', '1110', 20), (4, 2, 'Product', '1120', 25), (5, 1, 'Sales', '1200', 40), (6, 5, 'Nordics', '1210', 12);
CREATE TABLE hr.employees (
    id int PRIMARY KEY, emp_no text, first_name text, last_name text, "workMail" text, privat_handy text, steuer_id text, sozialvers_nr text, bank_iban text, bic text,
    dob date, strasse text, plz text, job_code text, grade smallint, fte numeric(3, 2), dept_id int REFERENCES hr.departments, manager_id int, hired date, left_on date, badge_hash text
);
INSERT INTO hr.employees
SELECT g, 'E' || 10000 + g, pick('{Ute,Vito,Wanda,Xaver,Yara}', g), pick('{Bauer,Costa,Duval,Eriksen}', g), 'e' || g || '@firm.example.com', '0171 ' || 2000000 + g * 7919,
    digits(g, 11), '65' || digits(g, 6) || 'S' || 100 + g % 90, 'DE' || (ARRAY['89370400440532013000','75512108001245126199','02120300000000202051'])[1 + g % 3], pick('{COBADEFFXXX,DEUTDEFF500}', g),
    date '1962-07-08' + g * 157, pick('{Lindenstraße,Hauptstraße,Am Markt}', g) || ' ' || 1 + g % 80, lpad((10115 + g * 83)::text, 5, '0'), pick('{ENG2,ENG3,SAL1,MGR1}', g),
    1 + g % 7, pick('{1.0,0.8,0.5}', g)::numeric, 1 + g % 6, CASE WHEN g > 6 THEN 1 + g % 6 END, date '2012-01-01' + g * 45, CASE WHEN g % 13 = 0 THEN date '2025-12-31' END, md5('b' || g)
FROM generate_series(1, 90) g;
CREATE TABLE hr.payslips (id bigserial PRIMARY KEY, employee_id int REFERENCES hr.employees, period date, gross numeric(10, 2), tax numeric(10, 2), net numeric(10, 2), status text, document_hash text, tax_class smallint);
INSERT INTO hr.payslips (employee_id, period, gross, tax, net, status, document_hash, tax_class)
SELECT 1 + g % 90, (date '2025-10-01' + (g / 90) * interval '1 month')::date, 3000 + g % 50 * 40, 600 + g % 50 * 12, 2400 + g % 50 * 28, pick('{sent,sent,draft}', g), encode(sha256(('s' || g)::bytea), 'hex'), 1 + g % 6
FROM generate_series(0, 359) g;
CREATE TABLE hr.absences (id serial PRIMARY KEY, employee_id int, kind text, during daterange, days numeric(4, 1), approved boolean);
INSERT INTO hr.absences (employee_id, kind, during, days, approved)
SELECT 1 + g % 90, pick('{vacation,sick,parental}', g), daterange(date '2026-01-05' + g, date '2026-01-08' + g), 3, g % 4 > 0 FROM generate_series(1, 120) g;
ANALYZE;
