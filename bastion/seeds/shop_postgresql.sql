-- The demo's shop on PostgreSQL. Everything in it is made up.
CREATE TABLE customers (
    id int PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL UNIQUE,
    phone text,
    card text,
    birth_date date,
    city text NOT NULL
);
CREATE TABLE orders (
    id int PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers (id),
    status text NOT NULL,
    total numeric(10, 2) NOT NULL,
    ordered_on date NOT NULL
);
INSERT INTO customers
SELECT
    g,
    (ARRAY['Ada Moor', 'Ben Hall', 'Cleo Park', 'Dan Reed', 'Eve Stone', 'Finn Lake'])[1 + g % 6],
    lower((ARRAY['ada', 'ben', 'cleo', 'dan', 'eve', 'finn'])[1 + g % 6]) || g || '@example.com',
    '+1 212 555 ' || lpad((100 + g)::text, 4, '0'),
    (ARRAY['4111111111111111', '5555555555554444', '378282246310005', '6011111111111117',
           '4012888888881881'])[1 + g % 5],
    date '1955-03-01' + (g * 97) % 17000,
    (ARRAY['Oslo', 'Porto', 'Graz', 'Turin'])[1 + g % 4]
FROM generate_series(1, 200) g;
INSERT INTO orders
SELECT g, 1 + g % 200, (ARRAY['paid', 'shipped', 'cancelled', 'open'])[1 + g % 4],
    round((g * 7.35)::numeric % 400 + 5, 2), date '2026-01-01' + g % 300
FROM generate_series(1, 1000) g;
CREATE INDEX ON orders (customer_id);
CREATE VIEW revenue_by_city AS
SELECT c.city, count(*) AS orders, sum(o.total) AS revenue
FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.city;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bastion_writer') THEN
        CREATE ROLE bastion_writer LOGIN;
        CREATE ROLE bastion_reader LOGIN;
    END IF;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO bastion_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO bastion_reader;
ANALYZE;
