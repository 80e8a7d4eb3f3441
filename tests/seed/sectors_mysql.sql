-- Three sectors unlike the shop and the trades: a warehouse, a game and a university with its library.
-- What is sensitive stands in tests/corpus/sectors_classes_mysql.tsv; all else is harmless.
CREATE TABLE sites (site_code char(4) PRIMARY KEY, title varchar(60), geo point NOT NULL, opened date, dock_doors tinyint unsigned, cutoff time, SPATIAL KEY (geo));
INSERT INTO sites SELECT CONCAT('WH', LPAD(seq, 2, '0')), CONCAT(ELT(1 + seq % 3, 'North', 'River', 'Airport'), ' depot ', seq), POINT(8 + seq * 0.4, 47 + seq * 0.2), '2001-05-01' + INTERVAL seq * 300 DAY, 4 + seq, '16:30:00' FROM seq_1_to_6;
CREATE TABLE bins (
    bin_id int unsigned PRIMARY KEY AUTO_INCREMENT, site_code char(4) NOT NULL, aisle char(2), level tinyint, max_kg decimal(7, 2), `status` enum('free', 'used', 'blocked') NOT NULL, flags set('cold', 'hazard', 'bulk') NOT NULL DEFAULT '',
    `delete` tinyint(1) NOT NULL DEFAULT 0 COMMENT 'drop it at the next update', FOREIGN KEY (site_code) REFERENCES sites (site_code), KEY (site_code, aisle)
);
INSERT INTO bins (site_code, aisle, level, max_kg, `status`, flags, `delete`) SELECT CONCAT('WH', LPAD(1 + seq % 6, 2, '0')), CONCAT(CHAR(65 + seq % 5), seq % 9), seq % 7, 50 + seq * 3 % 900, ELT(1 + seq % 4, 'free', 'used', 'used', 'blocked'),
    ELT(1 + seq % 4, '', 'cold', 'hazard,bulk', 'bulk'), seq % 41 = 0 FROM seq_1_to_240;
CREATE TABLE skus (
    sku varchar(16) PRIMARY KEY, ean13 char(13), description varchar(80), weight_g int, dims json, hs_code varchar(10), unit_cost decimal(10, 4), supplier_email varchar(80), launched date, discontinued_at datetime NULL, FULLTEXT KEY (description)
);
INSERT INTO skus SELECT CONCAT('SK-', LPAD(seq, 5, '0')), CONCAT('40', code, MOD(10 - MOD(4 + SUBSTR(code, 1, 1) + SUBSTR(code, 3, 1) + SUBSTR(code, 5, 1) + SUBSTR(code, 7, 1) + SUBSTR(code, 9, 1)
        + 3 * (SUBSTR(code, 2, 1) + SUBSTR(code, 4, 1) + SUBSTR(code, 6, 1) + SUBSTR(code, 8, 1) + SUBSTR(code, 10, 1)), 10), 10)), CONCAT(ELT(1 + seq % 5, 'Steel', 'Nylon', 'Oak', 'Brass', 'Glass'), ' ', ELT(1 + seq % 4, 'bracket', 'hinge', 'panel', 'drop anchor')), 20 + seq * 37 % 5000,
    JSON_OBJECT('l', 10 + seq % 50, 'w', 5 + seq % 20, 'h', 1 + seq % 9, 'labels', JSON_ARRAY(ELT(1 + seq % 2, 'fragile', 'stackable'), 'EU')), CONCAT(7300 + seq % 99, '.', 10 + seq % 80), 0.15 + seq * 0.37, CONCAT('orders', seq % 9, '@supplier.example.net'), '2020-01-06' + INTERVAL seq WEEK,
    IF(seq % 13 = 0, '2026-01-31 00:00:00', NULL) FROM (SELECT seq, LPAD(seq * 7919, 10, '0') AS code FROM seq_1_to_120) s;
CREATE TABLE stock (bin_id int unsigned, sku varchar(16), qty int NOT NULL, lot varchar(12), expires date, counted_at timestamp NULL, PRIMARY KEY (bin_id, sku), KEY (sku));
INSERT INTO stock SELECT 1 + seq % 240, CONCAT('SK-', LPAD(1 + seq * 7 % 120, 5, '0')), seq * 13 % 90, CONCAT('L', 202600 + seq % 12), IF(seq % 3 = 0, '2026-06-01' + INTERVAL seq DAY, NULL), '2026-02-01 06:00:00' + INTERVAL seq * 9 MINUTE FROM seq_1_to_230;
CREATE TABLE movements (
    id bigint unsigned PRIMARY KEY AUTO_INCREMENT, sku varchar(16), from_bin int unsigned, to_bin int unsigned, qty int, reason varchar(20), moved_at datetime(3) NOT NULL, operator_badge varchar(8), note varchar(120), KEY (moved_at), KEY (sku, moved_at)
) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (400), PARTITION p1 VALUES LESS THAN MAXVALUE);
INSERT INTO movements (sku, from_bin, to_bin, qty, reason, moved_at, operator_badge, note) SELECT CONCAT('SK-', LPAD(1 + seq % 120, 5, '0')), NULLIF(seq % 240, 0), 1 + seq * 3 % 240, 1 + seq % 25, ELT(1 + seq % 4, 'putaway', 'pick', 'count', 'damage'),
    '2026-02-01 05:00:00.000' + INTERVAL seq * 613 SECOND, CONCAT('B', 100 + seq % 17), ELT(1 + seq % 4, 'dropped; wrapped again', NULL, 'delete label -- reprint', 'update from scanner') FROM seq_1_to_800;
CREATE TABLE carriers (id tinyint PRIMARY KEY, name varchar(30), contact_phone varchar(30), contact_mail varchar(80), api_token varchar(80), cutoff time, `rank` int);
INSERT INTO carriers SELECT seq, ELT(seq, 'Blue Parcel', 'Northline', 'Swift Cargo', 'Post'), CONCAT('+49 30 555 01', 10 + seq), CONCAT('desk@carrier', seq, '.example.com'), CONCAT('tk_live_', SHA1(seq)), '17:00', 5 - seq FROM seq_1_to_4;
CREATE TABLE consignments (
    id int PRIMARY KEY AUTO_INCREMENT, tracking_no varchar(24) UNIQUE, carrier_id tinyint, site_code char(4), recipient varchar(60), street varchar(80), postcode varchar(10), city varchar(40), country char(2), parcels smallint, weight_kg decimal(8, 3),
    created_at datetime, shipped_at datetime, delivered_at datetime, events json, FOREIGN KEY (carrier_id) REFERENCES carriers (id)
);
INSERT INTO consignments (tracking_no, carrier_id, site_code, recipient, street, postcode, city, country, parcels, weight_kg, created_at, shipped_at, delivered_at, events)
SELECT CONCAT('1Z', UPPER(SUBSTR(MD5(seq), 1, 16))), 1 + seq % 4, CONCAT('WH', LPAD(1 + seq % 6, 2, '0')), CONCAT(ELT(1 + seq % 4, 'Iris', 'Hugo', 'Maya', 'Otto'), ' ', ELT(1 + seq % 3, 'Wagner', 'Lopez', 'Sato')), CONCAT(ELT(1 + seq % 3, 'Mill Road', 'Church Lane', 'Birch Avenue'), ' ', 1 + seq % 90),
    LPAD(10000 + seq * 13, 5, '0'), ELT(1 + seq % 3, 'Bonn', 'Lyon', 'Turin'), ELT(1 + seq % 3, 'DE', 'FR', 'IT'), 1 + seq % 4, 0.5 + seq % 30, '2026-02-01 08:00:00' + INTERVAL seq * 47 MINUTE,
    IF(seq % 5 > 0, '2026-02-01 18:00:00' + INTERVAL seq * 47 MINUTE, NULL), IF(seq % 5 > 1, '2026-02-03 11:00:00' + INTERVAL seq * 53 MINUTE, NULL), JSON_ARRAY(JSON_OBJECT('code', 'IN', 'km', seq % 90), JSON_OBJECT('code', ELT(1 + seq % 2, 'OUT', 'DLV'), 'km', seq)) FROM seq_1_to_300;
CREATE VIEW open_consignments AS SELECT c.id, c.tracking_no, r.name AS carrier, c.city, TIMESTAMPDIFF(HOUR, c.created_at, '2026-03-01 00:00:00') AS age_h FROM consignments c JOIN carriers r ON r.id = c.carrier_id WHERE c.delivered_at IS NULL;

CREATE TABLE guilds (id int PRIMARY KEY, tag char(4), name varchar(40), founded datetime, perks json, treasury bigint unsigned);
INSERT INTO guilds SELECT seq, CONCAT('G', LPAD(seq, 3, '0')), CONCAT(ELT(1 + seq % 4, 'Iron', 'Silent', 'Crimson', 'Azure'), ' ', ELT(1 + seq % 3, 'Wolves', 'Order', 'Table')), '2023-01-01 12:00' + INTERVAL seq * 20 DAY, JSON_OBJECT('xp', 1 + seq % 3, 'bank', seq % 2 = 0), seq * 1000003 FROM seq_1_to_20;
CREATE TABLE players (
    player_id bigint unsigned PRIMARY KEY, handle varchar(24) NOT NULL UNIQUE, email varchar(80), password_hash varchar(100), birthday date, last_ip varchar(45), guild_id int, level smallint, xp bigint, region char(2), platform enum('pc', 'console', 'mobile'),
    is_banned bit(1) NOT NULL DEFAULT b'0', created_at datetime, last_seen datetime(6), settings json, public_key varchar(64), KEY (guild_id), KEY (level)
);
INSERT INTO players SELECT 76000000000000000 + seq * 7919, CONCAT(ELT(1 + seq % 5, 'Frost', 'Nova', 'Pixel', 'Rune', 'Echo'), seq), CONCAT('p', seq, '@play.example.com'), CONCAT('$2b$12$', SUBSTR(SHA2(seq, 256), 1, 53)), '1975-01-01' + INTERVAL seq * 71 DAY, CONCAT('198.51.100.', 1 + seq % 250), NULLIF(seq % 21, 0), 1 + seq % 60, seq * 917,
    ELT(1 + seq % 3, 'EU', 'NA', 'AS'), ELT(1 + seq % 3, 'pc', 'console', 'mobile'), seq % 29 = 0, '2024-02-02 10:00' + INTERVAL seq * 11 HOUR, '2026-02-20 00:00:00.000000' + INTERVAL seq * 131 SECOND, JSON_OBJECT('fov', 80 + seq % 30, 'keys', JSON_OBJECT('jump', 'space', 'drop', 'g'), 'langs', JSON_ARRAY('en', ELT(1 + seq % 2, 'fr', 'ko'))), MD5(CONCAT('pub', seq)) FROM seq_1_to_250;
CREATE TABLE matches (
    id bigint PRIMARY KEY AUTO_INCREMENT, map varchar(20), mode varchar(12), started_at datetime NOT NULL, duration_s int, server_ip varchar(45), build varchar(16), winner_team tinyint, replay mediumblob
);
INSERT INTO matches (map, mode, started_at, duration_s, server_ip, build, winner_team, replay) SELECT ELT(1 + seq % 4, 'Harbor', 'Dunes', 'Drop Zone', 'Citadel'), ELT(1 + seq % 3, 'ranked', 'casual', 'arena'), '2026-02-10 10:00' + INTERVAL seq * 23 MINUTE, 600 + seq * 37 % 1500, CONCAT('10.9.', seq % 4, '.', 10 + seq % 30),
    CONCAT('1.', 20 + seq % 4, '.', seq % 10, '+', 4000 + seq), seq % 3, UNHEX(MD5(seq)) FROM seq_1_to_200;
CREATE TABLE match_players (match_id bigint, player_id bigint unsigned, team tinyint, kills int, deaths int, assists int, score int, mmr_before decimal(7, 2), mmr_after decimal(7, 2), loot json, PRIMARY KEY (match_id, player_id), KEY (player_id));
INSERT INTO match_players SELECT 1 + s.seq DIV 4, 76000000000000000 + (1 + s.seq * 13 % 250) * 7919, 1 + s.seq % 2, s.seq * 7 % 30, s.seq * 5 % 20, s.seq % 12, s.seq * 131 % 5000, 1200 + s.seq % 700, 1200 + s.seq % 700 + CAST(s.seq % 31 AS SIGNED) - 15, JSON_ARRAY(s.seq % 5, 'chest', JSON_OBJECT('drop', s.seq % 3)) FROM seq_0_to_799 s;
CREATE TABLE items (item_id int PRIMARY KEY, name varchar(40), rarity enum('common', 'rare', 'epic'), slot varchar(12), `key` varchar(30), token_cost int, drop_rate double, stats json);
INSERT INTO items SELECT seq, CONCAT(ELT(1 + seq % 4, 'Ember', 'Frost', 'Truncate', 'Shadow'), ' ', ELT(1 + seq % 3, 'Blade', 'Helm', 'Charm')), ELT(1 + seq % 3, 'common', 'rare', 'epic'), ELT(1 + seq % 3, 'hand', 'head', 'neck'), CONCAT('item.', seq), seq * 25, 0.5 / seq, JSON_OBJECT('atk', seq, 'def', seq * 2 % 9) FROM seq_1_to_40;
CREATE TABLE purchases (id bigint PRIMARY KEY AUTO_INCREMENT, player_id bigint unsigned, item_id int, price_cents int, currency char(3), psp_ref varchar(40), card_pan varchar(19), card_exp char(5), bought_at datetime, refunded tinyint(1), KEY (player_id));
INSERT INTO purchases (player_id, item_id, price_cents, currency, psp_ref, card_pan, card_exp, bought_at, refunded) SELECT 76000000000000000 + (1 + seq % 250) * 7919, 1 + seq % 40, 99 + seq % 20 * 100, ELT(1 + seq % 2, 'EUR', 'USD'), CONCAT('psp_', SUBSTR(MD5(seq), 1, 20)), ELT(1 + seq % 3, '4111111111111111', '5555555555554444', '378282246310005'), CONCAT(LPAD(1 + seq % 12, 2, '0'), '/29'),
    '2026-01-15 00:00' + INTERVAL seq * 3 HOUR, seq % 17 = 0 FROM seq_1_to_320;
CREATE FUNCTION kd(kills int, deaths int) RETURNS decimal(6, 2) DETERMINISTIC RETURN ROUND(kills / GREATEST(deaths, 1), 2);

CREATE TABLE departments (dept char(4) PRIMARY KEY, title varchar(60), parent char(4), building varchar(20), budget decimal(12, 2));
INSERT INTO departments VALUES ('UNI', 'University', NULL, 'Main', 90000000), ('SCI', 'Sciences', 'UNI', 'North', 30000000), ('HUM', 'Humanities', 'UNI', 'Old', 12000000), ('PHY', 'Physics', 'SCI', 'North', 9000000.50), ('BIO', 'Biology', 'SCI', 'Lab', 8000000), ('LAW', 'Law', 'HUM', 'Court', 5000000), ('LIB', 'Library', 'UNI', 'Tower', 2500000.75);
CREATE TABLE courses (code varchar(8) PRIMARY KEY, dept char(4), title varchar(80), credits tinyint, capacity smallint, syllabus text, prerequisites json, FOREIGN KEY (dept) REFERENCES departments (dept), FULLTEXT KEY (title, syllabus));
INSERT INTO courses SELECT CONCAT(ELT(1 + seq % 3, 'PHY', 'BIO', 'LAW'), 100 + seq), ELT(1 + seq % 3, 'PHY', 'BIO', 'LAW'), CONCAT(ELT(1 + seq % 4, 'Introduction to', 'Advanced', 'Topics in', 'History of'), ' ', ELT(1 + seq % 5, 'Optics', 'Genetics', 'Contracts', 'Mechanics', 'Ecology')), 2 + seq % 5, 20 + seq * 3,
    'Weekly lectures; students may drop the course until week four.', JSON_ARRAY(CONCAT('X', seq % 7), seq % 3) FROM seq_1_to_36;
CREATE TABLE students (
    matric_no int PRIMARY KEY, first_name varchar(30), surname varchar(30), personal_email varchar(80), tel varchar(30), dob date, national_id varchar(20), programme varchar(30), intake year, status varchar(12), home_country char(2), gpa decimal(3, 2), photo_url varchar(120), emergency_contact varchar(80)
);
INSERT INTO students SELECT 2100000 + seq, ELT(1 + seq % 5, 'Lea', 'Amir', 'Yuki', 'Nils', 'Rosa'), ELT(1 + seq DIV 5 % 4, 'Vogel', 'Khan', 'Mori', 'Dahl'), CONCAT('s', seq, '@students.example.edu'), CONCAT('+44 7700 9', LPAD(seq, 5, '0')), '1998-01-01' + INTERVAL seq * 9 DAY, CONCAT(LPAD(seq * 104729 % 1000000, 6, '0'), '-', 1000 + seq), ELT(1 + seq % 3, 'Physics BSc', 'Biology MSc', 'Law LLB'), 2021 + seq % 5,
    ELT(1 + seq % 4, 'enrolled', 'enrolled', 'on leave', 'graduated'), ELT(1 + seq % 3, 'GB', 'NO', 'JP'), 1.5 + seq % 25 / 10, CONCAT('https://img.example.edu/', MD5(seq), '.jpg'), CONCAT('+44 20 7946 0', LPAD(seq % 1000, 3, '0')) FROM seq_1_to_200;
CREATE TABLE enrolments (matric_no int, code varchar(8), term char(6), grade char(2), mark decimal(5, 2), updated_at timestamp NOT NULL DEFAULT '2026-01-01 00:00:00', PRIMARY KEY (matric_no, code, term));
INSERT INTO enrolments SELECT 2100001 + seq % 200, (SELECT code FROM courses ORDER BY code LIMIT 1 OFFSET 0), CONCAT('2025', ELT(1 + seq % 2, 'AU', 'SP')), ELT(1 + seq % 5, 'A', 'B+', 'B', 'C', NULL), IF(seq % 5 = 4, NULL, 40 + seq * 7 % 60), '2026-01-20 09:00' FROM seq_0_to_199;
INSERT INTO enrolments SELECT 2100001 + seq % 200, CONCAT(ELT(1 + (1 + seq % 36) % 3, 'PHY', 'BIO', 'LAW'), 101 + seq % 36), '2026SP', ELT(1 + seq % 5, 'A', 'B+', 'B', 'C', NULL), IF(seq % 5 = 4, NULL, 40 + seq * 11 % 60), '2026-02-10 09:00' FROM seq_0_to_399;
CREATE TABLE loans (loan_id bigint PRIMARY KEY AUTO_INCREMENT, isbn char(13), copy_no tinyint, matric_no int, loaned_on date, due_on date, returned_on date, fine decimal(6, 2) NOT NULL DEFAULT 0, KEY (isbn), KEY (due_on));
INSERT INTO loans (isbn, copy_no, matric_no, loaned_on, due_on, returned_on, fine) SELECT CONCAT('97801', LPAD(seq * 7919 % 100000000, 8, '0')), 1 + seq % 3, 2100001 + seq * 3 % 200, '2026-01-05' + INTERVAL seq % 50 DAY, '2026-01-26' + INTERVAL seq % 50 DAY, IF(seq % 3 > 0, '2026-01-20' + INTERVAL seq % 60 DAY, NULL), IF(seq % 7 = 0, 2.50, 0) FROM seq_1_to_360;
CREATE TABLE titles (isbn char(13) PRIMARY KEY, title varchar(120), author varchar(60), year smallint, language char(2), subjects json, dewey decimal(7, 3), pages int) DEFAULT CHARSET=utf8mb4;
INSERT INTO titles SELECT CONCAT('97801', LPAD(seq * 7919 % 100000000, 8, '0')), CONCAT(ELT(1 + seq % 4, 'The Truncated', 'A Grant of', 'Update on', 'Select'), ' ', ELT(1 + seq % 5, 'Cone', 'Land', 'Sea Ice', 'Essays', 'Poems')), ELT(1 + seq % 4, 'M. Curie', 'Á. Szabó', 'J. L. Borges', '紫式部'), 1950 + seq % 75, ELT(1 + seq % 3, 'en', 'es', 'ja'),
    JSON_ARRAY(ELT(1 + seq % 3, 'geometry', 'law', 'climate'), 'reference'), 100 + seq * 7.125 % 800, 120 + seq % 500 FROM seq_1_to_360;
CREATE FUNCTION overdue_days(due date, back date) RETURNS int DETERMINISTIC
BEGIN
    DECLARE late int DEFAULT 0;
    SET late = DATEDIFF(COALESCE(back, '2026-03-01'), due);
    IF late < 0 THEN SET late = 0; END IF;
    RETURN late;
END;
CREATE FUNCTION seats_taken(course varchar(8), which char(6)) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM enrolments WHERE code = course AND term = which);
ANALYZE TABLE movements, stock, players, match_players, enrolments, loans;
