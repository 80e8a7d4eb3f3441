CREATE TABLE customers (
    id int PRIMARY KEY AUTO_INCREMENT,
    name varchar(80) NOT NULL,
    email varchar(120) NOT NULL UNIQUE,
    phone varchar(40),
    ssn varchar(20),
    birth_date date,
    card varchar(20) COMMENT 'Payment card number',
    city varchar(40),
    created_at datetime NOT NULL DEFAULT '2026-01-05 09:00:00'
) ENGINE=InnoDB COMMENT='People who buy';
CREATE TABLE products (
    id int PRIMARY KEY AUTO_INCREMENT, sku varchar(20) NOT NULL UNIQUE, title varchar(80),
    price decimal(10, 2)
) ENGINE=InnoDB;
CREATE TABLE orders (
    id int PRIMARY KEY AUTO_INCREMENT,
    customer_id int NOT NULL,
    product_id int NOT NULL,
    quantity int NOT NULL,
    note varchar(200),
    ordered_at datetime NOT NULL DEFAULT '2026-02-01 10:00:00',
    FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
    FOREIGN KEY (product_id) REFERENCES products (id)
) ENGINE=InnoDB;
CREATE TABLE audit_trail (id int PRIMARY KEY AUTO_INCREMENT, what varchar(80)) ENGINE=InnoDB;
INSERT INTO customers (name, email, phone, ssn, birth_date, card, city)
SELECT
    ELT(1 + n % 5, 'Ada Moor', 'Ben Hall', 'Cleo Park', 'Dan Reed', 'Eve Stone'),
    CONCAT('customer', n, '@example.com'),
    CONCAT('+1 212 555 ', LPAD(1000 + n, 4, '0')),
    CONCAT(LPAD(101 + n % 600, 3, '0'), '-', LPAD(10 + n % 80, 2, '0'), '-', LPAD(1000 + n, 4, '0')),
    DATE_ADD('1960-01-01', INTERVAL (n * 97) % 15000 DAY),
    ELT(1 + n % 5, '4111111111111111', '5555555555554444', '378282246310005',
        '6011111111111117', '4012888888881881'),
    ELT(1 + n % 4, 'Oslo', 'Porto', 'Graz', 'Turin')
FROM (WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 120)
      SELECT n FROM s) g;
INSERT INTO products (sku, title, price)
SELECT CONCAT('SKU-', LPAD(n, 5, '0')), CONCAT('Product ', n), ROUND(n * 7.35, 2)
FROM (WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 30)
      SELECT n FROM s) g;
INSERT INTO orders (customer_id, product_id, quantity, note)
SELECT 1 + n % 120, 1 + n % 30, 1 + n % 4, IF(n % 10 = 0, 'gift', NULL)
FROM (WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 400)
      SELECT n FROM s) g;
CREATE VIEW order_totals AS
SELECT o.id, c.email, o.quantity * p.price AS total
FROM orders o JOIN customers c ON c.id = o.customer_id JOIN products p ON p.id = o.product_id;
CREATE TRIGGER orders_log AFTER INSERT ON orders FOR EACH ROW
    INSERT INTO audit_trail (what) VALUES (CONCAT('order ', NEW.id));
