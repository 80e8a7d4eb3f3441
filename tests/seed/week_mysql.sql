-- A week of eight trades: sensitive columns beside harmless ones, as companies have them.

-- Logistics
CREATE TABLE warehouses (id int AUTO_INCREMENT PRIMARY KEY, code varchar(12) UNIQUE NOT NULL, city varchar(60) NOT NULL, capacity_m3 int NOT NULL, opened_on date NOT NULL);
CREATE TABLE drivers (id int AUTO_INCREMENT PRIMARY KEY, full_name varchar(120) NOT NULL, phone varchar(30) NOT NULL, license_no varchar(30), depot_id int, hired_on date NOT NULL, active tinyint(1) NOT NULL DEFAULT 1, FOREIGN KEY (depot_id) REFERENCES warehouses (id));
CREATE TABLE shipments (
    id bigint AUTO_INCREMENT PRIMARY KEY, reference varchar(20) UNIQUE NOT NULL, warehouse_id int NOT NULL, driver_id int,
    status enum ('booked', 'picked', 'in_transit', 'delivered', 'returned') NOT NULL, lane varchar(10) NOT NULL, weight_kg decimal(8, 2) NOT NULL, pieces int NOT NULL, created_at datetime NOT NULL, promised_on date NOT NULL, delivered_at datetime,
    consignee_name varchar(120) NOT NULL, consignee_address varchar(200) NOT NULL, consignee_phone varchar(30), dims json NOT NULL,
    FOREIGN KEY (warehouse_id) REFERENCES warehouses (id), FOREIGN KEY (driver_id) REFERENCES drivers (id)
) COMMENT = 'One row for each parcel handed over';
CREATE TABLE shipment_events (id bigint AUTO_INCREMENT PRIMARY KEY, shipment_id bigint NOT NULL, kind varchar(30) NOT NULL, occurred_at datetime NOT NULL, facility varchar(12) NOT NULL, KEY by_shipment (shipment_id, occurred_at), FOREIGN KEY (shipment_id) REFERENCES shipments (id));

-- Clinic
CREATE TABLE departments (id int AUTO_INCREMENT PRIMARY KEY, name varchar(60) NOT NULL, floor int NOT NULL, beds int NOT NULL);
CREATE TABLE patients (id int AUTO_INCREMENT PRIMARY KEY, mrn varchar(20) UNIQUE NOT NULL, full_name varchar(120) NOT NULL, birth_date date NOT NULL, insurance_no varchar(20), phone varchar(30), registered_at datetime NOT NULL);
CREATE TABLE appointments (id int AUTO_INCREMENT PRIMARY KEY, patient_id int NOT NULL, department_id int NOT NULL, starts_at datetime NOT NULL, minutes int NOT NULL, state varchar(12) NOT NULL, room varchar(10), no_show tinyint(1) NOT NULL DEFAULT 0, KEY (starts_at), FOREIGN KEY (patient_id) REFERENCES patients (id), FOREIGN KEY (department_id) REFERENCES departments (id));
CREATE TABLE lab_orders (id int AUTO_INCREMENT PRIMARY KEY, appointment_id int NOT NULL, panel varchar(20) NOT NULL, priority varchar(10) NOT NULL, ordered_at datetime NOT NULL, reported_at datetime, FOREIGN KEY (appointment_id) REFERENCES appointments (id));

-- SaaS billing
CREATE TABLE accounts (id int AUTO_INCREMENT PRIMARY KEY, company varchar(80) NOT NULL, billing_email varchar(120) NOT NULL, vat_id varchar(20), plan varchar(20) NOT NULL, seats int NOT NULL, country char(2) NOT NULL, created_at datetime NOT NULL, churned_at datetime, settings json NOT NULL);
CREATE TABLE subscriptions (id int AUTO_INCREMENT PRIMARY KEY, account_id int NOT NULL, plan varchar(20) NOT NULL, mrr_cents int NOT NULL, started_on date NOT NULL, ended_on date, FOREIGN KEY (account_id) REFERENCES accounts (id));
CREATE TABLE invoices (id int AUTO_INCREMENT PRIMARY KEY, account_id int NOT NULL, number varchar(20) UNIQUE NOT NULL, issued_on date NOT NULL, due_on date NOT NULL, paid_on date, total_cents bigint NOT NULL, tax_rate decimal(4, 2) NOT NULL, currency char(3) NOT NULL, FOREIGN KEY (account_id) REFERENCES accounts (id));
CREATE TABLE invoice_lines (invoice_id int NOT NULL, line_no int NOT NULL, sku varchar(20) NOT NULL, quantity int NOT NULL, unit_cents int NOT NULL, PRIMARY KEY (invoice_id, line_no), FOREIGN KEY (invoice_id) REFERENCES invoices (id));
CREATE TABLE payment_methods (id int AUTO_INCREMENT PRIMARY KEY, account_id int NOT NULL, brand varchar(20) NOT NULL, card_number varchar(24) NOT NULL, expires date NOT NULL, is_default tinyint(1) NOT NULL, FOREIGN KEY (account_id) REFERENCES accounts (id));
CREATE TABLE api_keys (id int AUTO_INCREMENT PRIMARY KEY, account_id int NOT NULL, label varchar(30) NOT NULL, secret varchar(80) NOT NULL, scopes set ('read', 'write', 'admin') NOT NULL, last_used_at datetime, revoked tinyint(1) NOT NULL DEFAULT 0, FOREIGN KEY (account_id) REFERENCES accounts (id));
CREATE TABLE feature_flags (`key` varchar(40) PRIMARY KEY, enabled tinyint(1) NOT NULL, rollout int NOT NULL, rules json NOT NULL, updated_at datetime NOT NULL);

-- Telemetry
CREATE TABLE devices (id int AUTO_INCREMENT PRIMARY KEY, serial_no varchar(20) UNIQUE NOT NULL, model varchar(10) NOT NULL, firmware varchar(12) NOT NULL, site varchar(20) NOT NULL, ip_address varchar(45) NOT NULL, installed_on date NOT NULL, labels json NOT NULL);
CREATE TABLE readings (device_id int NOT NULL, taken_at datetime NOT NULL, metric varchar(20) NOT NULL, value double NOT NULL, PRIMARY KEY (device_id, metric, taken_at), FOREIGN KEY (device_id) REFERENCES devices (id));
CREATE TABLE alerts (id int AUTO_INCREMENT PRIMARY KEY, device_id int NOT NULL, severity smallint NOT NULL, rule varchar(20) NOT NULL, raised_at datetime NOT NULL, cleared_at datetime, FOREIGN KEY (device_id) REFERENCES devices (id));

-- CMS
CREATE TABLE authors (id int AUTO_INCREMENT PRIMARY KEY, name varchar(120) NOT NULL, email varchar(120) NOT NULL, joined_on date NOT NULL);
CREATE TABLE categories (id int AUTO_INCREMENT PRIMARY KEY, parent_id int, name varchar(60) NOT NULL, position int NOT NULL, FOREIGN KEY (parent_id) REFERENCES categories (id));
CREATE TABLE articles (id int AUTO_INCREMENT PRIMARY KEY, slug varchar(60) UNIQUE NOT NULL, title varchar(200) NOT NULL, body text NOT NULL, author_id int NOT NULL, category_id int, status varchar(12) NOT NULL, published_at datetime, tags varchar(120) NOT NULL, views int NOT NULL, meta json NOT NULL, FULLTEXT KEY words (title, body), FOREIGN KEY (author_id) REFERENCES authors (id), FOREIGN KEY (category_id) REFERENCES categories (id));
CREATE TABLE comments (id int AUTO_INCREMENT PRIMARY KEY, article_id int NOT NULL, author_email varchar(120) NOT NULL, body text NOT NULL, approved tinyint(1) NOT NULL, created_at datetime NOT NULL, FOREIGN KEY (article_id) REFERENCES articles (id));

-- School
CREATE TABLE school_classes (id int AUTO_INCREMENT PRIMARY KEY, name varchar(10) NOT NULL, school_year int NOT NULL, room varchar(10) NOT NULL);
CREATE TABLE students (id int AUTO_INCREMENT PRIMARY KEY, first_name varchar(60) NOT NULL, last_name varchar(60) NOT NULL, birth_date date NOT NULL, guardian_phone varchar(30) NOT NULL, class_id int NOT NULL, enrolled_on date NOT NULL, FOREIGN KEY (class_id) REFERENCES school_classes (id));
CREATE TABLE courses (id int AUTO_INCREMENT PRIMARY KEY, code varchar(10) UNIQUE NOT NULL, title varchar(60) NOT NULL, credits int NOT NULL);
CREATE TABLE marks (id int AUTO_INCREMENT PRIMARY KEY, student_id int NOT NULL, course_id int NOT NULL, term varchar(6) NOT NULL, points decimal(4, 1) NOT NULL, marked_on date NOT NULL, FOREIGN KEY (student_id) REFERENCES students (id), FOREIGN KEY (course_id) REFERENCES courses (id));
CREATE TABLE attendance (student_id int NOT NULL, day date NOT NULL, status varchar(10) NOT NULL, PRIMARY KEY (student_id, day), FOREIGN KEY (student_id) REFERENCES students (id));

-- Bank, back office
CREATE TABLE branches (id int AUTO_INCREMENT PRIMARY KEY, code varchar(10) UNIQUE NOT NULL, city varchar(60) NOT NULL);
CREATE TABLE customers (id int AUTO_INCREMENT PRIMARY KEY, name varchar(120) NOT NULL, national_id varchar(20) NOT NULL, email varchar(120) NOT NULL, segment varchar(12) NOT NULL, branch_id int NOT NULL, since date NOT NULL, FOREIGN KEY (branch_id) REFERENCES branches (id));
CREATE TABLE bank_accounts (id int AUTO_INCREMENT PRIMARY KEY, customer_id int NOT NULL, iban varchar(34) UNIQUE NOT NULL, product varchar(12) NOT NULL, currency char(3) NOT NULL, balance decimal(14, 2) NOT NULL, opened_on date NOT NULL, closed_on date, FOREIGN KEY (customer_id) REFERENCES customers (id));
CREATE TABLE postings (id bigint AUTO_INCREMENT PRIMARY KEY, account_id int NOT NULL, booked_on date NOT NULL, value_on date NOT NULL, amount decimal(12, 2) NOT NULL, kind varchar(12) NOT NULL, batch_id int NOT NULL, FOREIGN KEY (account_id) REFERENCES bank_accounts (id));
CREATE TABLE fx_rates (day date NOT NULL, currency char(3) NOT NULL, rate decimal(12, 6) NOT NULL, PRIMARY KEY (day, currency));

-- Game
CREATE TABLE guilds (id int AUTO_INCREMENT PRIMARY KEY, tag varchar(10) UNIQUE NOT NULL, founded_on date NOT NULL);
CREATE TABLE players (id int AUTO_INCREMENT PRIMARY KEY, handle varchar(40) NOT NULL, email varchar(120) NOT NULL, last_ip varchar(45), guild_id int, level int NOT NULL, xp bigint NOT NULL, region varchar(10) NOT NULL, created_at datetime NOT NULL, last_seen_at datetime, FOREIGN KEY (guild_id) REFERENCES guilds (id));
CREATE TABLE matches (id int AUTO_INCREMENT PRIMARY KEY, mode varchar(10) NOT NULL, map varchar(20) NOT NULL, started_at datetime NOT NULL, ended_at datetime NOT NULL);
CREATE TABLE match_players (match_id int NOT NULL, player_id int NOT NULL, team smallint NOT NULL, kills int NOT NULL, deaths int NOT NULL, score int NOT NULL, PRIMARY KEY (match_id, player_id), FOREIGN KEY (match_id) REFERENCES matches (id), FOREIGN KEY (player_id) REFERENCES players (id));
CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, sku varchar(20) UNIQUE NOT NULL, rarity varchar(12) NOT NULL, price_gems int NOT NULL, stats json NOT NULL);

-- What tools keep beside
CREATE TABLE schema_migrations (version varchar(255) PRIMARY KEY);
CREATE TABLE django_migrations (id int AUTO_INCREMENT PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied datetime NOT NULL);
CREATE TABLE jobs (id bigint AUTO_INCREMENT PRIMARY KEY, queue varchar(20) NOT NULL, kind varchar(40) NOT NULL, state varchar(12) NOT NULL, attempts int NOT NULL DEFAULT 0, run_at datetime NOT NULL, finished_at datetime, error text, `delete` tinyint(1) NOT NULL DEFAULT 0);

INSERT INTO warehouses (code, city, capacity_m3, opened_on) SELECT concat('WH-', seq), elt(seq, 'Porto', 'Graz', 'Turin', 'Lyon', 'Gdansk'), 1000 * seq, '2015-01-10' + INTERVAL seq * 200 DAY FROM seq_1_to_5;
INSERT INTO drivers (full_name, phone, license_no, depot_id, hired_on, active) SELECT concat(elt(1 + seq % 6, 'Anna', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn'), ' ', elt(1 + seq % 5, 'Hall', 'Park', 'Reed', 'Stone', 'Wood')), concat('+43 664 55', 10000 + seq * 37), concat('D', 4480000 + seq * 911), 1 + seq % 5, '2018-03-01' + INTERVAL seq * 40 DAY, seq % 7 <> 0 FROM seq_1_to_30;
INSERT INTO shipments (reference, warehouse_id, driver_id, status, lane, weight_kg, pieces, created_at, promised_on, delivered_at, consignee_name, consignee_address, consignee_phone, dims)
SELECT concat('SH', 700000 + seq), 1 + seq % 5, IF(seq % 11 > 0, 1 + seq % 30, NULL), 1 + seq % 5, elt(1 + seq % 4, 'AT-DE', 'AT-IT', 'FR-PT', 'PL-DE'), 3.5 + seq % 90, 1 + seq % 6,
    '2026-09-01 08:00' + INTERVAL seq * 5 HOUR, '2026-09-04' + INTERVAL seq DIV 5 DAY, IF(seq % 5 = 3, '2026-09-03 10:00' + INTERVAL seq * 5 HOUR, NULL),
    concat(elt(1 + seq % 4, 'Gina', 'Hugo', 'Iris', 'Jan'), ' ', elt(1 + seq % 3, 'Moreau', 'Silva', 'Novak')), concat(10 + seq % 90, ' Station Road, ', 1000 + seq * 7, ' Linz'), concat('+351 912 3', 10000 + seq * 13), json_object('l', 20 + seq % 50, 'w', 10 + seq % 30, 'h', 5 + seq % 20, 'fragile', seq % 3 = 0)
FROM seq_1_to_200;
INSERT INTO shipment_events (shipment_id, kind, occurred_at, facility) SELECT s.id, elt(1 + k.seq, 'label_printed', 'scan_in', 'scan_out'), s.created_at + INTERVAL k.seq * 7 HOUR, concat('WH-', 1 + (s.id + k.seq) % 5) FROM shipments s, seq_0_to_2 k;
INSERT INTO departments (name, floor, beds) VALUES ('Radiology', 0, 4), ('Cardiology', 2, 24), ('Paediatrics', 1, 18), ('Orthopaedics', 3, 30);
INSERT INTO patients (mrn, full_name, birth_date, insurance_no, phone, registered_at) SELECT concat('MRN', 880000 + seq), concat(elt(1 + seq % 5, 'Karl', 'Lena', 'Mila', 'Nico', 'Olga'), ' ', elt(1 + seq % 4, 'Berger', 'Huber', 'Wolf', 'Lang')), '1950-02-03' + INTERVAL seq * 331 DAY, concat(1000 + seq, '010180'), concat('+43 699 10', 10000 + seq * 17), '2025-01-01 09:00' + INTERVAL seq * 3 DAY FROM seq_1_to_60;
INSERT INTO appointments (patient_id, department_id, starts_at, minutes, state, room, no_show) SELECT 1 + seq % 60, 1 + seq % 4, '2026-11-02 08:00' + INTERVAL (seq % 25) * 24 + seq % 9 HOUR, 15 * (1 + seq % 4), elt(1 + seq % 4, 'planned', 'arrived', 'done', 'cancelled'), concat('R', 1 + seq % 12), seq % 13 = 0 FROM seq_1_to_180;
INSERT INTO lab_orders (appointment_id, panel, priority, ordered_at, reported_at) SELECT seq, elt(1 + seq % 4, 'CBC', 'BMP', 'Lipid', 'TSH'), elt(1 + seq % 2, 'routine', 'urgent'), '2026-11-02 09:00' + INTERVAL seq * 3 HOUR, IF(seq % 6 > 0, '2026-11-02 13:30' + INTERVAL seq * 3 HOUR, NULL) FROM seq_1_to_120;
INSERT INTO accounts (company, billing_email, vat_id, plan, seats, country, created_at, churned_at, settings) SELECT concat(elt(1 + seq % 6, 'Northwind', 'Acme', 'Globex', 'Initech', 'Umbrella', 'Hooli'), ' ', seq), concat('billing', seq, '@', elt(1 + seq % 3, 'northwind', 'acme', 'globex'), '.example'), concat('ATU', 61000000 + seq * 7919), elt(1 + seq % 4, 'free', 'team', 'business', 'enterprise'), 3 + seq % 40, elt(1 + seq % 5, 'AT', 'DE', 'FR', 'PT', 'PL'), '2024-02-01 10:00' + INTERVAL seq * 9 DAY, IF(seq % 9 = 0, '2026-06-01 00:00' + INTERVAL seq DAY, NULL), json_object('locale', elt(1 + seq % 3, 'de', 'en', 'fr'), 'beta', seq % 2 = 0, 'limits', json_object('projects', seq % 10)) FROM seq_1_to_80;
INSERT INTO subscriptions (account_id, plan, mrr_cents, started_on, ended_on) SELECT id, plan, CASE plan WHEN 'free' THEN 0 WHEN 'team' THEN 4900 WHEN 'business' THEN 19900 ELSE 99000 END, date(created_at), date(churned_at) FROM accounts;
INSERT INTO invoices (account_id, number, issued_on, due_on, paid_on, total_cents, tax_rate, currency) SELECT 1 + seq % 80, concat('INV-2026-', lpad(seq, 5, '0')), '2026-01-01' + INTERVAL seq DAY, '2026-01-31' + INTERVAL seq DAY, IF(seq % 8 > 0, '2026-01-15' + INTERVAL seq DAY, NULL), 4900 + (seq * 977) % 90000, 20.00, elt(1 + seq % 3, 'EUR', 'USD', 'PLN') FROM seq_1_to_240;
INSERT INTO invoice_lines SELECT i.id, l.seq, elt(l.seq, 'SEAT', 'STORAGE', 'SUPPORT'), 1 + (i.id + l.seq) % 9, 500 * l.seq FROM invoices i, seq_1_to_3 l;
INSERT INTO payment_methods (account_id, brand, card_number, expires, is_default) SELECT seq, elt(1 + seq % 2, 'visa', 'mastercard'), elt(1 + seq % 4, '4111111111111111', '5555555555554444', '4012888888881881', '5105105105105100'), '2027-01-31' + INTERVAL seq * 20 DAY, seq % 5 > 0 FROM seq_1_to_80;
INSERT INTO api_keys (account_id, label, secret, scopes, last_used_at, revoked) SELECT seq, elt(1 + seq % 3, 'ci', 'backend', 'zapier'), concat('sk_live_', md5(concat('key', seq))), elt(1 + seq % 3, 'read', 'read,write', 'admin'), '2026-10-01 00:00' + INTERVAL seq * 11 HOUR, seq % 10 = 0 FROM seq_1_to_80;
INSERT INTO feature_flags VALUES ('new_checkout', 1, 50, '{"countries": ["AT", "DE"], "min_seats": 5}', '2026-10-01 12:00'), ('dark_mode', 1, 100, '{}', '2026-08-11 09:30'), ('ai_summaries', 0, 0, '{"plans": ["enterprise"]}', '2026-11-20 16:45');
INSERT INTO devices (serial_no, model, firmware, site, ip_address, installed_on, labels) SELECT concat('TH', 30000 + seq), elt(1 + seq % 3, 'T100', 'T200', 'P50'), concat('2.', seq % 4, '.', seq % 7), elt(1 + seq % 3, 'plant-a', 'plant-b', 'roof'), concat('10.20.', seq % 4, '.', seq), '2025-05-01' + INTERVAL seq * 3 DAY, json_object('zone', seq % 5, 'outdoor', seq % 3 = 2) FROM seq_1_to_40;
INSERT INTO readings SELECT d.seq, '2026-11-01 00:00' + INTERVAL h.seq * 2 HOUR, elt(m.seq, 'temperature', 'humidity'), 18 * m.seq + ((d.seq * 7 + h.seq * 3) % 11) / 2.0 FROM seq_1_to_10 d, seq_0_to_59 h, seq_1_to_2 m;
INSERT INTO alerts (device_id, severity, rule, raised_at, cleared_at) SELECT 1 + seq % 10, 1 + seq % 4, elt(1 + seq % 3, 'temp_high', 'offline', 'battery_low'), '2026-11-01 05:00' + INTERVAL seq * 4 HOUR, IF(seq % 4 > 0, '2026-11-01 06:10' + INTERVAL seq * 4 HOUR, NULL) FROM seq_1_to_60;
INSERT INTO authors (name, email, joined_on) SELECT concat(elt(1 + seq % 4, 'Paula', 'Quinn', 'Rosa', 'Stefan'), ' ', elt(1 + seq % 3, 'Keller', 'Dubois', 'Rossi')), concat('author', seq, '@press.example'), '2020-01-01' + INTERVAL seq * 50 DAY FROM seq_1_to_12;
INSERT INTO categories (parent_id, name, position) VALUES (NULL, 'News', 1), (NULL, 'Guides', 2), (1, 'Product', 1), (1, 'Company', 2), (2, 'Databases', 1), (5, 'PostgreSQL', 1), (5, 'MariaDB', 2), (2, 'Operations', 2);
INSERT INTO articles (slug, title, body, author_id, category_id, status, published_at, tags, views, meta) SELECT concat('post-', seq), concat(elt(1 + seq % 5, 'How we tuned vacuum', 'Release notes', 'A guide to backups', 'Why indexes matter', 'How to drop a table safely'), ' #', seq), concat('Backups are worth nothing until a restore has been tried. Part ', seq, ' looks at indexes and vacuum.'), 1 + seq % 12, 1 + seq % 8, elt(1 + seq % 4, 'draft', 'published', 'published', 'archived'), IF(seq % 4 > 0, '2026-01-05 08:00' + INTERVAL seq * 3 DAY, NULL), elt(1 + seq % 3, 'sql,ops', 'ops,release', 'release,howto'), (seq * 131) % 5000, json_object('words', 300 + seq * 11, 'seo', json_object('noindex', seq % 6 = 0), 'related', json_array(seq + 1, seq + 2)) FROM seq_1_to_90;
INSERT INTO comments (article_id, author_email, body, approved, created_at) SELECT 1 + seq % 90, concat('reader', seq, '@mail.example'), elt(1 + seq % 3, 'Thanks, that helped.', 'Could you add an example?', 'It does not work on version 12.'), seq % 5 > 0, '2026-06-01 07:00' + INTERVAL seq * 8 HOUR FROM seq_1_to_150;
INSERT INTO school_classes (name, school_year, room) SELECT concat(4 + seq % 5, elt(1 + seq % 2, 'A', 'B')), 2025 + seq % 2, 100 + seq FROM seq_1_to_10;
INSERT INTO students (first_name, last_name, birth_date, guardian_phone, class_id, enrolled_on) SELECT elt(1 + seq % 5, 'Tim', 'Uma', 'Vera', 'Will', 'Zoe'), elt(1 + seq % 4, 'Fischer', 'Lopez', 'Kowalski', 'Martin'), '2012-01-15' + INTERVAL seq * 9 DAY, concat('+48 600 2', 10000 + seq * 19), 1 + seq % 10, '2023-09-01' + INTERVAL seq % 3 DAY FROM seq_1_to_120;
INSERT INTO courses (code, title, credits) VALUES ('MATH', 'Mathematics', 5), ('PHY', 'Physics', 4), ('HIST', 'History', 3), ('ENG', 'English', 4), ('ART', 'Art', 2);
INSERT INTO marks (student_id, course_id, term, points, marked_on) SELECT 1 + seq % 120, 1 + seq % 5, elt(1 + seq % 2, '2025W', '2026S'), 40 + (seq * 37) % 60, '2026-01-20' + INTERVAL seq % 100 DAY FROM seq_1_to_400;
INSERT INTO attendance SELECT s.seq, '2026-11-02' + INTERVAL d.seq DAY, CASE WHEN (s.seq * 3 + d.seq) % 17 = 0 THEN 'absent' WHEN (s.seq + d.seq) % 23 = 0 THEN 'late' ELSE 'present' END FROM seq_1_to_120 s, seq_0_to_9 d;
INSERT INTO branches (code, city) VALUES ('VIE01', 'Vienna'), ('LIS02', 'Lisbon'), ('KRK03', 'Krakow');
INSERT INTO customers (name, national_id, email, segment, branch_id, since) SELECT concat(elt(1 + seq % 4, 'Ada', 'Bruno', 'Clara', 'Diego'), ' ', elt(1 + seq % 3, 'Gruber', 'Costa', 'Nowak')), concat(1000 + seq * 3, '150377'), concat('client', seq, '@post.example'), elt(1 + seq % 3, 'retail', 'private', 'corporate'), 1 + seq % 3, '2010-06-01' + INTERVAL seq * 30 DAY FROM seq_1_to_70;
INSERT INTO bank_accounts (customer_id, iban, product, currency, balance, opened_on, closed_on) SELECT 1 + seq % 70, concat('AT', lpad(98 - (cast(concat('19043', lpad(seq, 11, '0'), '102900') AS decimal(40)) % 97), 2, '0'), '19043', lpad(seq, 11, '0')), elt(1 + seq % 3, 'current', 'savings', 'loan'), elt(1 + seq % 2, 'EUR', 'USD'), IF(seq % 3 = 2, -1, 1) * (120.50 + seq * 213), '2012-01-01' + INTERVAL seq * 21 DAY, IF(seq % 19 = 0, '2026-03-31', NULL) FROM seq_1_to_110;
INSERT INTO postings (account_id, booked_on, value_on, amount, kind, batch_id) SELECT 1 + seq % 110, '2026-10-01' + INTERVAL seq % 60 DAY, '2026-10-02' + INTERVAL seq % 60 DAY, (cast((seq * 71) % 900 AS signed) - 400) / 4.0, elt(1 + seq % 4, 'transfer', 'card', 'fee', 'interest'), 1 + seq DIV 50 FROM seq_1_to_500;
INSERT INTO fx_rates SELECT '2026-10-01' + INTERVAL d.seq DAY, elt(c.seq, 'USD', 'PLN'), elt(c.seq, 1.08, 4.31) + d.seq * 0.001 FROM seq_0_to_59 d, seq_1_to_2 c;
INSERT INTO guilds (tag, founded_on) SELECT concat('GLD', seq), '2022-01-01' + INTERVAL seq * 60 DAY FROM seq_1_to_8;
INSERT INTO players (handle, email, last_ip, guild_id, level, xp, region, created_at, last_seen_at) SELECT concat('nova', seq), concat('gamer', seq, '@play.example'), concat('203.0.113.', seq), IF(seq % 6 > 0, 1 + seq % 8, NULL), 1 + seq % 60, seq * 991, elt(1 + seq % 3, 'eu', 'us', 'asia'), '2025-01-01 00:00' + INTERVAL seq * 5 DAY, '2026-11-01 00:00' + INTERVAL seq * 6 HOUR FROM seq_1_to_100;
INSERT INTO matches (mode, map, started_at, ended_at) SELECT elt(1 + seq % 3, 'ranked', 'casual', 'arena'), elt(1 + seq % 3, 'harbor', 'dunes', 'citadel'), '2026-11-10 18:00' + INTERVAL seq * 50 MINUTE, '2026-11-10 18:22' + INTERVAL seq * 50 + seq % 7 MINUTE FROM seq_1_to_80;
INSERT IGNORE INTO match_players SELECT m.seq, 1 + (m.seq * 7 + p.seq * 13) % 100, 1 + p.seq % 2, (m.seq * p.seq) % 15, (m.seq + p.seq * 3) % 12, (m.seq * p.seq * 17) % 3000 FROM seq_1_to_80 m, seq_1_to_6 p;
INSERT INTO items (sku, rarity, price_gems, stats) SELECT concat('ITM', seq), elt(1 + seq % 4, 'common', 'rare', 'epic', 'legendary'), 10 * seq, json_object('power', seq % 30, 'slots', json_array(seq % 3, seq % 5)) FROM seq_1_to_50;
INSERT INTO schema_migrations VALUES ('20260101120000'), ('20260315093000'), ('20261102080000');
INSERT INTO django_migrations (app, name, applied) VALUES ('contenttypes', '0001_initial', '2026-01-01 12:00'), ('auth', '0001_initial', '2026-01-01 12:00:01'), ('billing', '0007_drop_legacy_plan', '2026-05-05 08:00');
INSERT INTO jobs (queue, kind, state, attempts, run_at, finished_at, error, `delete`) SELECT elt(1 + seq % 3, 'default', 'mail', 'reports'), elt(1 + seq % 4, 'SendInvoice', 'DeleteExpired', 'TruncateLogs', 'Reindex'), elt(1 + seq % 3, 'done', 'failed', 'queued'), seq % 4, '2026-11-20 00:00' + INTERVAL seq * 13 MINUTE, IF(seq % 3 = 0, '2026-11-20 00:01' + INTERVAL seq * 13 MINUTE, NULL), IF(seq % 3 = 1, 'Timeout after 30 s', NULL), seq % 9 = 0 FROM seq_1_to_90;

CREATE VIEW open_invoices AS SELECT i.id, i.number, i.account_id, i.due_on, i.total_cents, i.currency FROM invoices i WHERE i.paid_on IS NULL;
CREATE VIEW account_overview AS SELECT a.id, a.company, a.plan, a.billing_email, count(i.id) AS invoices, coalesce(sum(i.total_cents), 0) AS billed_cents FROM accounts a LEFT JOIN invoices i ON i.account_id = a.id GROUP BY a.id;
CREATE FUNCTION net_cents(gross bigint, rate decimal(4, 2)) RETURNS bigint DETERMINISTIC NO SQL RETURN round(gross / (1 + rate / 100));

-- Words that sound like destruction
CREATE TABLE audit_log (id bigint AUTO_INCREMENT PRIMARY KEY, action varchar(20) NOT NULL, object varchar(40) NOT NULL, statement varchar(200) NOT NULL, logged_at datetime NOT NULL);
CREATE TABLE `update` (id int AUTO_INCREMENT PRIMARY KEY, `drop` int NOT NULL COMMENT 'How many were dropped; DELETE FROM is not meant', `truncate` tinyint(1) NOT NULL, `grant` decimal(8, 2) NOT NULL, `alter` varchar(10) NOT NULL, `insert` datetime NOT NULL, deleted_at datetime);
CREATE TABLE drops (id int AUTO_INCREMENT PRIMARY KEY, item_id int NOT NULL, drop_rate decimal(5, 4) NOT NULL, FOREIGN KEY (item_id) REFERENCES items (id));
INSERT INTO audit_log (action, object, statement, logged_at) SELECT elt(1 + seq % 5, 'DELETE', 'UPDATE', 'DROP TABLE', 'TRUNCATE', 'GRANT'), concat('public.t', seq % 7), elt(1 + seq % 5, 'DELETE FROM t WHERE id = 1;', 'UPDATE t SET x = 2; COMMIT', 'DROP TABLE t CASCADE', 'TRUNCATE t', 'GRANT ALL ON t TO app'), '2026-11-01' + INTERVAL seq HOUR FROM seq_1_to_60;
INSERT INTO `update` (`drop`, `truncate`, `grant`, `alter`, `insert`, deleted_at) SELECT seq % 4, seq % 2 = 0, seq * 2.5, elt(1 + seq % 2, 'minor', 'major'), '2026-11-02' + INTERVAL seq DAY, IF(seq % 5 = 0, '2026-11-25', NULL) FROM seq_1_to_20;
INSERT INTO drops (item_id, drop_rate) SELECT seq, seq / 100.0 FROM seq_1_to_50;
CREATE VIEW deleted_updates AS SELECT id, `drop`, deleted_at FROM `update` WHERE deleted_at IS NOT NULL;
CREATE FUNCTION drop_share(a int, b int) RETURNS decimal(8, 3) DETERMINISTIC NO SQL RETURN round(a / nullif(b, 0), 3);
