CREATE TABLE customers (
    id serial PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL UNIQUE,
    phone text,
    ssn text,
    birth_date date,
    card text,
    city text,
    created_at timestamptz NOT NULL DEFAULT '2026-01-05 09:00:00+00'
);
COMMENT ON TABLE customers IS 'People who buy';
COMMENT ON COLUMN customers.card IS 'Payment card number';
CREATE TABLE products (id serial PRIMARY KEY, sku text NOT NULL UNIQUE, title text, price numeric(10, 2));
CREATE TABLE orders (
    id serial PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    product_id int NOT NULL REFERENCES products (id),
    quantity int NOT NULL,
    note text,
    ordered_at timestamptz NOT NULL DEFAULT '2026-02-01 10:00:00+00'
);
CREATE TABLE audit_trail (id serial PRIMARY KEY, what text);
INSERT INTO customers (name, email, phone, ssn, birth_date, card, city)
SELECT
    (ARRAY['Ada Moor', 'Ben Hall', 'Cleo Park', 'Dan Reed', 'Eve Stone'])[1 + g % 5],
    'customer' || g || '@example.com',
    '+1 212 555 ' || lpad((1000 + g)::text, 4, '0'),
    lpad((101 + g % 600)::text, 3, '0') || '-' || lpad((10 + g % 80)::text, 2, '0') || '-'
        || lpad((1000 + g)::text, 4, '0'),
    date '1960-01-01' + (g * 97) % 15000,
    (ARRAY['4111111111111111', '5555555555554444', '378282246310005', '6011111111111117',
           '4012888888881881'])[1 + g % 5],
    (ARRAY['Oslo', 'Porto', 'Graz', 'Turin'])[1 + g % 4]
FROM generate_series(1, 120) g;
INSERT INTO products (sku, title, price)
SELECT 'SKU-' || lpad(g::text, 5, '0'), 'Product ' || g, round((g * 7.35)::numeric, 2)
FROM generate_series(1, 30) g;
INSERT INTO orders (customer_id, product_id, quantity, note)
SELECT 1 + g % 120, 1 + g % 30, 1 + g % 4, CASE WHEN g % 10 = 0 THEN 'gift' END
FROM generate_series(1, 400) g;
CREATE VIEW order_totals AS
SELECT o.id, c.email, o.quantity * p.price AS total
FROM orders o JOIN customers c ON c.id = o.customer_id JOIN products p ON p.id = o.product_id;
CREATE FUNCTION log_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO audit_trail (what) VALUES ('order ' || NEW.id); RETURN NEW; END $$;
CREATE TRIGGER orders_log AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION log_order();
ANALYZE;
