CREATE TABLE users (id int PRIMARY KEY, name text, ssn text UNIQUE, meta jsonb);
INSERT INTO users VALUES
    (1, 'Ada', 'S3CR3T421x', '{"ssn": "S3CR3T421x", "plan": "pro"}'),
    (2, 'Bob', 'K7Q2M9Z', '{"plan": "free"}'),
    (3, 'Cid', NULL, NULL);
CREATE TABLE t (id int PRIMARY KEY, v text);
INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 10) g;
CREATE TABLE t2 (id int PRIMARY KEY, v text);
CREATE SEQUENCE sq;
CREATE FUNCTION f_del() RETURNS int LANGUAGE plpgsql AS $$
BEGIN DELETE FROM t; RETURN 1; END $$;
CREATE PROCEDURE p_del() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM t; END $$;
CREATE FUNCTION tr_del() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN DELETE FROM t; RETURN NEW; END $$;
