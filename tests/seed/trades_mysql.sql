-- Five trades unlike the shop: a clinic, subscriptions, a fleet, a help desk and a payroll.
-- What is sensitive stands in tests/corpus/trades_classes_mysql.tsv; all else is harmless.
CREATE TABLE wards (
    id int PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, name varchar(60) NOT NULL, floor tinyint, bed_count int, phone_model varchar(40), description text
);
INSERT INTO wards SELECT seq, CONCAT('W-', seq), ELT(1 + seq % 6, 'Cardiology', 'Oncology', 'Maternity', 'Surgery', 'Neurology', 'Intensive Care'), seq % 4, 10 + seq * 3,
    ELT(1 + seq % 3, 'Cisco 7841', 'Yealink T46U', 'Polycom VVX 450'), CONCAT('Ward ', seq, ' on floor ', seq % 4) FROM seq_1_to_6;
CREATE TABLE medecins (
    id int PRIMARY KEY, staff_no varchar(10), nom varchar(60), specialty varchar(30), courriel varchar(80), num_tel varchar(30), ward_id int, joined_on date, FOREIGN KEY (ward_id) REFERENCES wards (id)
);
INSERT INTO medecins SELECT seq, CONCAT('D', LPAD(seq, 4, '0')), CONCAT('Dr. ', ELT(1 + seq % 4, 'Adler', 'Brandt', 'Castillo', 'Dubois')), ELT(1 + seq % 4, 'cardiology', 'oncology', 'midwifery', 'surgery'),
    CONCAT('dr', seq, '@clinique.example.org'), CONCAT('+33 1 42 68 ', 10 + seq, ' 00'), 1 + seq % 6, '2015-01-01' + INTERVAL seq * 31 DAY FROM seq_1_to_24;
CREATE TABLE patients (
    id char(36) PRIMARY KEY, mrn varchar(12) NOT NULL UNIQUE, name varchar(60) NOT NULL, date_naissance date, dob_verified tinyint(1), ssn_last4 char(4), codice_fiscale varchar(20),
    emailAddress varchar(80), mobilePhone varchar(30), addr1 varchar(80), addr2 varchar(40), city varchar(40), zip varchar(10), birth_country char(2), blood_group varchar(3), card_type varchar(10) COMMENT 'Which insurance card: public or private',
    next_of_kin_tel varchar(30), notification_preference enum('email', 'sms', 'letter'), height_cm int, weight_kg decimal(5, 1), created_at datetime NOT NULL
) COMMENT='Everybody who was ever treated';
INSERT INTO patients SELECT UUID(), CONCAT('MRN', LPAD(seq, 7, '0')), CONCAT(ELT(1 + seq % 7, 'Anna', 'Boris', 'Carla', 'Dieter', 'Elena', 'Farid', 'Greta'), ' ', ELT(1 + seq DIV 7 % 5, 'Koch', 'Lund', 'Moreau', 'Novak', 'Ortiz')),
    '1945-02-03' + INTERVAL (seq * 211) % 26000 DAY, seq % 3 > 0, LPAD(1000 + seq * 37 % 9000, 4, '0'), CONCAT('RSSMRA', 10 + seq % 80, 'A', LPAD(1 + seq % 28, 2, '0'), 'H', 501 + seq, 'Z'),
    IF(seq % 9 > 0, CONCAT('patient', seq, '@mail.example.net'), NULL), CONCAT('+49 151 2', LPAD(seq * 7919 % 10000000, 7, '0')), CONCAT(1 + seq % 180, ' ', ELT(1 + seq % 4, 'Harbour Street', 'Mill Lane', 'Station Road', 'High Street')),
    IF(seq % 4 = 0, CONCAT('Apt ', seq % 40), NULL), ELT(1 + seq % 4, 'Leeds', 'Bonn', 'Sevilla', 'Lyon'), LPAD(10000 + seq * 131 % 80000, 5, '0'), ELT(1 + seq % 4, 'GB', 'DE', 'ES', 'FR'), ELT(1 + seq % 5, '0+', 'A+', 'B+', 'AB+', '0-'),
    ELT(1 + seq % 2, 'public', 'private'), CONCAT('+44 20 7946 ', LPAD(seq % 1000, 4, '0')), ELT(1 + seq % 3, 'email', 'sms', 'letter'), 150 + seq % 45, 50 + seq % 60, '2025-03-01 08:00' + INTERVAL seq * 7 HOUR FROM seq_1_to_140;
CREATE TABLE visits (
    id bigint unsigned PRIMARY KEY AUTO_INCREMENT, patient_mrn varchar(12), doctor_id int, ward_id int, triage enum('routine', 'urgent', 'emergency'), status varchar(12) NOT NULL, reason varchar(60), started_at datetime NOT NULL, ended_at datetime,
    tags json, notes text, KEY (started_at), KEY (patient_mrn), FULLTEXT KEY visits_text (reason, notes)
);
INSERT INTO visits (patient_mrn, doctor_id, ward_id, triage, status, reason, started_at, ended_at, tags, notes)
SELECT CONCAT('MRN', LPAD(1 + seq % 140, 7, '0')), 1 + seq % 24, 1 + seq % 6, ELT(1 + seq % 4, 'routine', 'urgent', 'routine', 'emergency'), ELT(1 + seq % 4, 'planned', 'arrived', 'done', 'cancelled'),
    ELT(1 + seq % 5, 'check-up', 'back pain', 'fracture', 'vaccination', 'fever'), '2026-01-02 08:00' + INTERVAL seq * 95 MINUTE, IF(seq % 4 <> 0, '2026-01-02 09:00' + INTERVAL seq * 95 MINUTE, NULL),
    JSON_ARRAY(ELT(1 + seq % 2, 'first', 'follow-up'), ELT(1 + seq % 3, 'insured', 'self-pay', 'none')), ELT(1 + seq % 4, 'improving', 'stable', 'review in two weeks', 'no findings, discharged') FROM seq_1_to_420;
CREATE TABLE lab_results (
    id bigint PRIMARY KEY AUTO_INCREMENT, visit_id bigint unsigned, test_code varchar(8), value decimal(8, 2), unit varchar(10), ref_low decimal(8, 2), ref_high decimal(8, 2), is_flagged tinyint(1), device json, sampled_at_ms bigint
);
INSERT INTO lab_results (visit_id, test_code, value, unit, ref_low, ref_high, is_flagged, device, sampled_at_ms)
SELECT 1 + seq % 420, ELT(1 + seq % 5, 'HB', 'WBC', 'CRP', 'GLU', 'TSH'), (seq * 37 % 1900) / 10.0, ELT(1 + seq % 5, 'g/dl', 'G/l', 'mg/l', 'mg/dl', 'mU/l'), 4, 110, seq % 11 = 0,
    JSON_OBJECT('model', ELT(1 + seq % 2, 'XN-1000', 'cobas 6000'), 'firmware', CONCAT('2.1.', seq % 9, '.0'), 'serial', CONCAT('SN', 40000 + seq % 8), 'channels', JSON_ARRAY(seq % 3, seq % 5)), 1767340800000 + seq * 61007 FROM seq_1_to_600;
CREATE TABLE birth_statistics (year int, region varchar(10), births int, birth_rate decimal(4, 1), PRIMARY KEY (year, region));
INSERT INTO birth_statistics SELECT 2015 + seq % 10, ELT(1 + seq DIV 10, 'north', 'south', 'east', 'west'), 900 + seq * 17 % 300, 8 + (seq * 7 % 50) / 10.0 FROM seq_0_to_39;
CREATE VIEW current_stays AS SELECT v.id, v.patient_mrn, w.name AS ward, v.started_at FROM visits v JOIN wards w ON w.id = v.ward_id WHERE v.ended_at IS NULL;
CREATE VIEW contacts AS SELECT mrn, emailAddress AS contact, city FROM patients;

CREATE TABLE tenants (
    id int PRIMARY KEY, uuid char(36), slug varchar(40) NOT NULL UNIQUE, name varchar(60) NOT NULL, plan varchar(12) NOT NULL, domain varchar(60), timezone varchar(30), settings json, seat_count int, address_count int, mrr_cents bigint, createdAt datetime
);
INSERT INTO tenants SELECT seq, UUID(), CONCAT('tenant-', seq), CONCAT(ELT(1 + seq % 5, 'Acorn', 'Birch', 'Cedar', 'Dogwood', 'Elm'), ' ', ELT(1 + seq % 3, 'Labs', 'Works', 'Systems')), ELT(1 + seq % 4, 'free', 'team', 'business', 'enterprise'),
    CONCAT('tenant-', seq, '.example.app'), ELT(1 + seq % 3, 'Europe/Oslo', 'UTC', 'America/Lima'), JSON_OBJECT('theme', ELT(1 + seq % 2, 'dark', 'light'), 'locale', ELT(1 + seq % 3, 'nb', 'en', 'es'), 'limits', JSON_OBJECT('seats', 5 * seq, 'token_count', 1000 * seq), 'features', JSON_ARRAY('sso', 'audit')),
    3 + seq, seq % 4, 4900 * seq, '2024-05-06 07:08:09' + INTERVAL seq * 9 DAY FROM seq_1_to_30;
CREATE TABLE app_users (
    id bigint PRIMARY KEY AUTO_INCREMENT, tenant_id int NOT NULL, displayName varchar(60), workEmail varchar(80), senha varchar(120), apiKey varchar(80), last_login_ip varchar(45), isActive bit(1), lastSeenAt datetime(3), login_count int,
    email_template_id int, email_verified_at datetime, prefs json, role varchar(10), locale varchar(5), KEY (tenant_id)
);
INSERT INTO app_users (tenant_id, displayName, workEmail, senha, apiKey, last_login_ip, isActive, lastSeenAt, login_count, email_template_id, email_verified_at, prefs, role, locale)
SELECT 1 + seq % 30, CONCAT(ELT(1 + seq % 5, 'Ola', 'Pia', 'Quinn', 'Rosa', 'Sam'), ' ', seq), CONCAT('u', seq, '@corp', seq % 7, '.example.com'), MD5(CONCAT('pw', seq)), CONCAT('sk_live_', MD5(CONCAT('k', seq))), CONCAT('203.0.', seq % 250, '.', 17 + seq % 200), seq % 6 > 0,
    '2026-02-01 00:00' + INTERVAL seq * 11 MINUTE, seq * 3 % 97, 1 + seq % 8, IF(seq % 5 > 0, '2025-06-01 00:00' + INTERVAL seq HOUR, NULL), JSON_OBJECT('theme', ELT(1 + seq % 2, 'dark', 'light'), 'digest', ELT(1 + seq % 3, 'daily', 'weekly', 'off')), ELT(1 + seq % 4, 'owner', 'admin', 'member', 'member'),
    ELT(1 + seq % 3, 'nb', 'en', 'es-PE') FROM seq_1_to_160;
CREATE TABLE payment_methods (
    id int PRIMARY KEY, tenant_id int NOT NULL, kind varchar(8), card_type varchar(8), brand varchar(12), pan varchar(20), exp_month int, exp_year int, iban varchar(34), tok varchar(60), billing_email varchar(80), fingerprint char(32), is_default tinyint(1)
);
INSERT INTO payment_methods SELECT seq, 1 + seq % 30, ELT(1 + seq % 2, 'card', 'sepa'), ELT(1 + seq % 2, 'credit', 'debit'), ELT(1 + seq % 3, 'visa', 'amex', 'mastercard'), IF(seq % 2 = 0, ELT(1 + seq % 3, '4111111111111111', '378282246310005', '5555555555554444'), NULL), 1 + seq % 12, 2027 + seq % 4,
    IF(seq % 2 = 1, ELT(1 + seq % 3, 'DE89370400440532013000', 'NO9386011117947', 'ES9121000418450200051332'), NULL), CONCAT('pm_', MD5(CONCAT('tok', seq))), CONCAT('billing', seq, '@corp.example.com'), MD5(CONCAT('f', seq)), seq % 3 = 0 FROM seq_1_to_60;
CREATE TABLE invoices (
    id bigint PRIMARY KEY AUTO_INCREMENT, tenant_id int NOT NULL, number varchar(20) NOT NULL UNIQUE, currency char(3), total_cents bigint NOT NULL, tax_rate decimal(4, 3), status varchar(8) NOT NULL, issued_on date, due_on date, paid_at datetime, items json, idempotency_key char(36), external_ref bigint
);
INSERT INTO invoices (tenant_id, number, currency, total_cents, tax_rate, status, issued_on, due_on, paid_at, items, idempotency_key, external_ref)
SELECT 1 + seq % 30, CONCAT('INV-2026-', LPAD(seq, 6, '0')), ELT(1 + seq % 3, 'EUR', 'NOK', 'USD'), 1900 * (1 + seq % 40), 0.25, ELT(1 + seq % 5, 'paid', 'paid', 'open', 'void', 'draft'), '2026-01-01' + INTERVAL seq % 90 DAY, '2026-01-31' + INTERVAL seq % 90 DAY, IF(seq % 5 < 2, '2026-01-05 10:00' + INTERVAL seq * 6 HOUR, NULL),
    JSON_ARRAY(JSON_OBJECT('sku', CONCAT('SEAT-', seq % 4), 'qty', 1 + seq % 9, 'unit_cents', 1900), JSON_OBJECT('sku', 'STORAGE', 'qty', seq % 3, 'unit_cents', 500)), UUID(), 4000000000000000 + (seq * 982451653 * 7919) % 999999999999999 FROM seq_1_to_300;
CREATE TABLE email_templates (id int PRIMARY KEY, `key` varchar(30) NOT NULL UNIQUE, name varchar(40), subject varchar(80), body text, locale varchar(5), version varchar(10), sent_count int);
INSERT INTO email_templates SELECT seq, CONCAT(ELT(1 + seq % 4, 'welcome', 'reset', 'invoice', 'dunning'), '.', seq), ELT(1 + seq % 4, 'Welcome', 'Password reset', 'Invoice', 'Reminder'), 'Hello from {{tenant.name}}', 'Dear {{name}}, thank you for choosing us.', ELT(1 + seq % 2, 'nb', 'en'), CONCAT('1.', seq, '.0'), seq * 120 FROM seq_1_to_8;
CREATE TABLE usage_events (
    id bigint PRIMARY KEY, tenant_id int NOT NULL, feature varchar(20), `key` varchar(40), token_count int, prompt_tokens int, cost decimal(10, 5), at_ms bigint, request_id char(36), trace_id char(32), user_agent varchar(120), ip_version tinyint, payload json
);
INSERT INTO usage_events SELECT 7200000000000000 + seq * 4194304, 1 + seq % 30, ELT(1 + seq % 3, 'chat', 'export', 'search'), CONCAT('project/', seq % 12), seq * 13 % 4000, seq * 7 % 3000, seq * 0.00031, 1767225600000 + seq * 30011, UUID(), MD5(CONCAT('trace', seq)),
    ELT(1 + seq % 3, 'curl/8.5.0', 'Mozilla/5.0 (X11; Linux x86_64)', 'okhttp/4.12.0'), 4 + 2 * (seq % 2), JSON_OBJECT('model', ELT(1 + seq % 2, 'small', 'large'), 'latency_ms', seq % 900, 'cached', seq % 2 = 0) FROM seq_1_to_500;
CREATE TABLE builds (
    id int PRIMARY KEY AUTO_INCREMENT, hash char(64), commit_sha char(40), version varchar(12), firmware varchar(16), status varchar(8), description varchar(60), artifact varchar(40), size_bytes bigint, duration time, started datetime
);
INSERT INTO builds (hash, commit_sha, version, firmware, status, description, artifact, size_bytes, duration, started)
SELECT SHA2(seq, 256), SHA1(seq), CONCAT('3.', seq % 12, '.', seq), CONCAT('10.2.', seq % 9, '.', 40 + seq), ELT(1 + seq % 3, 'passed', 'failed', 'passed'), CONCAT('Nightly build ', seq), CONCAT('app-3.', seq, '.tar.gz'), 40000000 + seq * 7919, SEC_TO_TIME(seq * 7), '2026-01-01 02:00' + INTERVAL seq DAY FROM seq_1_to_60;
CREATE TABLE feature_flags (`key` varchar(40) PRIMARY KEY, description varchar(80), enabled tinyint(1), rollout_pct int, rules json);
INSERT INTO feature_flags VALUES ('new_checkout', 'Rolls out the new checkout', 1, 50, '{"plans": ["team", "business"], "min_version": "3.4.0"}'), ('email_digest', 'Weekly summary', 1, 100, '{"plans": ["team"]}'), ('sms_login', 'Codes by text message', 0, 0, '{}');

CREATE TABLE regions (id int PRIMARY KEY, parent_id int, code varchar(10), name varchar(40), population bigint);
INSERT INTO regions VALUES (1, NULL, 'EU', 'Europe', 740000000), (2, 1, 'NO', 'Norway', 5500000), (3, 1, 'DE', 'Germany', 84000000), (4, 2, 'NO-03', 'Oslo', 709000), (5, 2, 'NO-46', 'Vestland', 646000), (6, 3, 'DE-BE', 'Berlin', 3700000), (7, 6, 'DE-BE-M', 'Mitte', 385000);
CREATE TABLE vehicles (
    id int PRIMARY KEY, vin char(17), model varchar(20), firmware_version varchar(16), phone_model varchar(20), hostname varchar(40), sim_msisdn varchar(16), ip_addr inet6, region_id int, odometer_km int, is_electric tinyint(1), position point, bought_on date
);
INSERT INTO vehicles SELECT seq, CONCAT('WDB', UPPER(LEFT(MD5(CONCAT('v', seq)), 14))), ELT(1 + seq % 4, 'eSprinter', 'Transit', 'Crafter', 'Master'), CONCAT('5.', seq % 4, '.', seq % 20, '.1'), ELT(1 + seq % 3, 'Pixel 8', 'Galaxy S23', 'iPhone 15'), CONCAT('truck-', LPAD(seq, 3, '0'), '.fleet.internal'),
    CONCAT('4790', LPAD(seq * 7919 % 1000000, 6, '0')), CONCAT('fd00::', HEX(seq)), 4 + seq % 4, 1200 * seq, seq % 2 = 0, POINT(59.9 + seq / 100, 10.7 + seq / 90), '2020-02-02' + INTERVAL seq * 20 DAY FROM seq_1_to_40;
CREATE TABLE drivers (
    id int PRIMARY KEY, name varchar(40), handynummer varchar(20), driverLicenseNo varchar(20), bday date, kontonummer varchar(20), homeAddress varchar(60), licence_class varchar(4), shift varchar(6), rating decimal(3, 2), vehicle_id int
);
INSERT INTO drivers SELECT seq, CONCAT(ELT(1 + seq % 5, 'Ivar', 'Jana', 'Kofi', 'Lena', 'Milo'), ' ', ELT(1 + seq % 3, 'Berg', 'Dahl', 'Holm')), CONCAT('+47 9', LPAD(seq * 7919 % 10000000, 7, '0')), CONCAT('N', 100000000 + seq * 7919), '1970-03-04' + INTERVAL seq * 173 DAY, CONCAT('1503.', 20 + seq, '.', 40000 + seq * 3),
    CONCAT(ELT(1 + seq % 3, 'Storgata', 'Kirkeveien', 'Parkveien'), ' ', seq), ELT(1 + seq % 3, 'C', 'CE', 'C1'), ELT(1 + seq % 2, 'day', 'night'), 3 + (seq * 7 % 200) / 100.0, seq FROM seq_1_to_40;
CREATE TABLE shipments (
    id bigint PRIMARY KEY AUTO_INCREMENT, tracking_no varchar(22), barcode bigint, sku varchar(12), order_ref varchar(12), from_region int, to_region int, weight_kg decimal(7, 2), status varchar(12), service_code char(3), recipientEmail varchar(80), recipient_tel varchar(20), ship_to_street varchar(60), postcode varchar(8),
    label_url varchar(120), created_ms bigint, promised date, delivered_at datetime
);
INSERT INTO shipments (tracking_no, barcode, sku, order_ref, from_region, to_region, weight_kg, status, service_code, recipientEmail, recipient_tel, ship_to_street, postcode, label_url, created_ms, promised, delivered_at)
SELECT IF(seq % 2 = 0, CONCAT('1Z999AA1', 1000000000 + seq * 7919), CONCAT('3706', LPAD(seq * 15485863, 14, '3'))), 4006381333930 + seq % 1000, CONCAT('SKU-', 1000 + seq % 90), CONCAT('PO-', 2026000 + seq), 4 + seq % 4, 4 + seq DIV 4 % 4, (seq * 37 % 3000) / 100.0, ELT(1 + seq % 5, 'created', 'in transit', 'delivered', 'delivered', 'returned'),
    ELT(1 + seq % 3, 'EXP', 'STD', 'ECO'), CONCAT('r', seq, '@inbox.example.net'), CONCAT('+47 4', LPAD(seq * 104729 % 10000000, 7, '0')), CONCAT(ELT(1 + seq % 3, 'Strandgaten', 'Nygata', 'Torget'), ' ', 1 + seq % 99), LPAD(100 + seq * 31 % 9000, 4, '0'), CONCAT('https://labels.example.org/', MD5(CONCAT('l', seq)), '.pdf'),
    1767225600000 + seq * 77003, '2026-01-10' + INTERVAL seq DIV 8 DAY, IF(seq % 5 IN (2, 3), '2026-01-09 12:00' + INTERVAL seq * 3 HOUR, NULL) FROM seq_1_to_320;
CREATE TABLE telemetry (
    vehicle_id int NOT NULL, recorded_at datetime NOT NULL, at_ms bigint, lat double, lon double, speed_kmh float, fuel_pct tinyint, signal_dbm int, sensor_key varchar(20), reading json, KEY (vehicle_id, recorded_at)
) PARTITION BY RANGE COLUMNS (recorded_at) (PARTITION p2026_01 VALUES LESS THAN ('2026-02-01'), PARTITION p2026_02 VALUES LESS THAN ('2026-03-01'), PARTITION rest VALUES LESS THAN (MAXVALUE));
INSERT INTO telemetry SELECT 1 + seq % 40, '2026-01-01 00:00' + INTERVAL seq * 67 MINUTE, 1767225600000 + seq * 4020000, 59.9 + (seq % 100) / 500, 10.7 + (seq % 80) / 400, seq * 7 % 91, 100 - CAST(seq % 100 AS signed), -60 - CAST(seq % 40 AS signed), ELT(1 + seq % 3, 'engine.temp', 'cargo.temp', 'door.open'),
    JSON_OBJECT('t', seq % 35, 'rpm', 800 + seq % 2200, 'door', seq % 2 = 0, 'axle', JSON_ARRAY(seq % 9, seq % 7)) FROM seq_1_to_900;

CREATE TABLE agents (id int PRIMARY KEY, login varchar(20), name varchar(20), tel varchar(20), email varchar(60), team varchar(20), languages set('en', 'de', 'fr', 'nl'), active tinyint(1));
INSERT INTO agents SELECT seq, CONCAT('agent', seq), ELT(1 + seq % 4, 'Tor', 'Una', 'Vera', 'Wim'), CONCAT('+31 20 ', 5550000 + seq), CONCAT('agent', seq, '@desk.example.org'), ELT(1 + seq % 3, 'billing', 'technical', 'returns'), CONCAT('en,', ELT(1 + seq % 3, 'de', 'fr', 'nl')), seq % 5 > 0 FROM seq_1_to_12;
CREATE TABLE tickets (
    id bigint PRIMARY KEY AUTO_INCREMENT, subject varchar(80) NOT NULL, description text, status varchar(10), priority tinyint, channel varchar(10), requester_mail varchar(80), client_ip varchar(45), agent_id int, tags json, custom json, opened_at datetime, closed_at datetime, externalId varchar(12),
    product varchar(10) AS (json_value(custom, '$.product')) STORED, FULLTEXT KEY tickets_text (subject, description)
);
INSERT INTO tickets (subject, description, status, priority, channel, requester_mail, client_ip, agent_id, tags, custom, opened_at, closed_at, externalId)
SELECT ELT(1 + seq % 5, 'Cannot log in', 'Parcel is late', 'Invoice is wrong', 'App crashes on start', 'Change my plan'), CONCAT(ELT(1 + seq % 4, 'The screen stays white after the update', 'It should have arrived on Monday', 'I was charged twice', 'Please help'), '. Version 4.2.', seq % 30, ', order PO-', 2026000 + seq, '.'),
    ELT(1 + seq % 4, 'open', 'pending', 'solved', 'closed'), 1 + seq % 4, ELT(1 + seq % 4, 'web', 'chat', 'phone', 'email'), CONCAT('req', seq, '@webmail.example.org'), CONCAT('198.51.100.', seq % 250), 1 + seq % 12, JSON_ARRAY(ELT(1 + seq % 4, 'login', 'delivery', 'invoice', 'crash'), ELT(1 + seq DIV 3 % 2, 'vip', 'trial')),
    JSON_OBJECT('product', ELT(1 + seq % 2, 'app', 'web'), 'build', 300 + seq % 20, 'csat', seq % 6), '2026-01-03 06:00' + INTERVAL seq * 5 HOUR, IF(seq % 4 > 1, '2026-01-05 06:00' + INTERVAL seq * 5 HOUR, NULL), CONCAT('ZD-', 88000 + seq) FROM seq_1_to_240;
CREATE TABLE comments (id bigint PRIMARY KEY AUTO_INCREMENT, ticket_id bigint, agent_id int, body text, is_public tinyint(1), created_at datetime);
INSERT INTO comments (ticket_id, agent_id, body, is_public, created_at)
SELECT 1 + seq % 240, 1 + seq % 12, CONCAT(ELT(1 + seq % 5, 'Thanks for waiting', 'We restarted the service at 10:45:12', 'Fixed in build 4.2.1.17', 'Sent replacement, tracking 1Z999AA10123456784', 'Escalated to tier 2'), IF(seq % 50 = 7, CONCAT(' (reach me at walk.in', seq, '@home.example.org)'), '')), seq % 3 > 0, '2026-01-04 06:00' + INTERVAL seq * 130 MINUTE FROM seq_1_to_500;
CREATE TABLE articles (id int PRIMARY KEY, slug varchar(20), title varchar(40), body text, lang char(2), view_count int, rating decimal(2, 1), published date);
INSERT INTO articles SELECT seq, CONCAT('how-to-', seq), ELT(1 + seq % 3, 'Reset your password', 'Track a parcel', 'Read your invoice'), CONCAT('Step 1: open settings. Step 2: choose ', seq, '. Step 3: save.'), ELT(1 + seq % 2, 'en', 'de'), seq * 41 % 900, 3 + seq % 3 * 0.5, '2025-01-01' + INTERVAL seq * 3 DAY FROM seq_1_to_36;

CREATE TABLE departments (id int PRIMARY KEY, parent_id int, name varchar(20), cost_center varchar(6), headcount int);
INSERT INTO departments VALUES (1, NULL, 'Company', '1000', 120), (2, 1, 'Engineering', '1100', 60), (3, 2, 'Platform', '1110', 20), (4, 2, 'Product', '1120', 25), (5, 1, 'Sales', '1200', 40), (6, 5, 'Nordics', '1210', 12);
CREATE TABLE employees (
    id int PRIMARY KEY, emp_no varchar(8), first_name varchar(20), last_name varchar(20), workMail varchar(60), privat_handy varchar(20), steuer_id varchar(12), sozialvers_nr varchar(14), bank_iban varchar(34), bic varchar(11), dob date, strasse varchar(40), plz varchar(6), job_code varchar(6), grade tinyint, fte decimal(3, 2), dept_id int, manager_id int,
    hired date, left_on date, badge_hash char(32)
);
INSERT INTO employees SELECT seq, CONCAT('E', 10000 + seq), ELT(1 + seq % 5, 'Ute', 'Vito', 'Wanda', 'Xaver', 'Yara'), ELT(1 + seq % 4, 'Bauer', 'Costa', 'Duval', 'Eriksen'), CONCAT('e', seq, '@firm.example.com'), CONCAT('0171 ', 2000000 + seq * 7919), 20000000000 + seq * 15485863, CONCAT('65', 100000 + seq * 37, 'S', 100 + seq % 90),
    CONCAT('DE', ELT(1 + seq % 3, '89370400440532013000', '75512108001245126199', '02120300000000202051')), ELT(1 + seq % 2, 'COBADEFFXXX', 'DEUTDEFF500'), '1962-07-08' + INTERVAL seq * 157 DAY, CONCAT(ELT(1 + seq % 3, 'Lindenstraße', 'Hauptstraße', 'Am Markt'), ' ', 1 + seq % 80), LPAD(10115 + seq * 83, 5, '0'), ELT(1 + seq % 4, 'ENG2', 'ENG3', 'SAL1', 'MGR1'),
    1 + seq % 7, ELT(1 + seq % 3, '1.0', '0.8', '0.5'), 1 + seq % 6, IF(seq > 6, 1 + seq % 6, NULL), '2012-01-01' + INTERVAL seq * 45 DAY, IF(seq % 13 = 0, '2025-12-31', NULL), MD5(CONCAT('b', seq)) FROM seq_1_to_90;
CREATE TABLE payslips (id bigint PRIMARY KEY AUTO_INCREMENT, employee_id int, period date, gross decimal(10, 2), tax decimal(10, 2), net decimal(10, 2), status varchar(6), document_hash char(64), tax_class tinyint);
INSERT INTO payslips (employee_id, period, gross, tax, net, status, document_hash, tax_class)
SELECT 1 + seq % 90, '2025-10-01' + INTERVAL seq DIV 90 MONTH, 3000 + seq % 50 * 40, 600 + seq % 50 * 12, 2400 + seq % 50 * 28, ELT(1 + seq % 3, 'sent', 'sent', 'draft'), SHA2(CONCAT('s', seq), 256), 1 + seq % 6 FROM seq_0_to_359;
CREATE TABLE absences (id int PRIMARY KEY AUTO_INCREMENT, employee_id int, kind varchar(10), from_date date, to_date date, days decimal(4, 1), approved tinyint(1));
INSERT INTO absences (employee_id, kind, from_date, to_date, days, approved) SELECT 1 + seq % 90, ELT(1 + seq % 3, 'vacation', 'sick', 'parental'), '2026-01-05' + INTERVAL seq DAY, '2026-01-08' + INTERVAL seq DAY, 3, seq % 4 > 0 FROM seq_1_to_120;
CREATE FUNCTION bmi(height_cm int, weight_kg decimal(5, 1)) RETURNS decimal(5, 1) DETERMINISTIC NO SQL RETURN round(weight_kg / pow(height_cm / 100, 2), 1);
