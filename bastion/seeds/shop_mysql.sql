-- The demo's shop on MariaDB. Everything in it is made up.
CREATE TABLE customers (
    id int PRIMARY KEY,
    name varchar(80) NOT NULL,
    email varchar(120) NOT NULL UNIQUE,
    phone varchar(40),
    card varchar(30),
    birth_date date,
    city varchar(40) NOT NULL
);
CREATE TABLE orders (
    id int PRIMARY KEY,
    customer_id int NOT NULL,
    status varchar(20) NOT NULL,
    total decimal(10, 2) NOT NULL,
    ordered_on date NOT NULL,
    FOREIGN KEY (customer_id) REFERENCES customers (id)
);
INSERT INTO customers
SELECT
    seq,
    ELT(1 + seq % 6, 'Ada Moor', 'Ben Hall', 'Cleo Park', 'Dan Reed', 'Eve Stone', 'Finn Lake'),
    CONCAT(ELT(1 + seq % 6, 'ada', 'ben', 'cleo', 'dan', 'eve', 'finn'), seq, '@example.com'),
    CONCAT('+1 212 555 ', LPAD(100 + seq, 4, '0')),
    ELT(1 + seq % 5, '4111111111111111', '5555555555554444', '378282246310005',
        '6011111111111117', '4012888888881881'),
    DATE_ADD('1955-03-01', INTERVAL (seq * 97) % 17000 DAY),
    ELT(1 + seq % 4, 'Oslo', 'Porto', 'Graz', 'Turin')
FROM seq_1_to_200;
INSERT INTO orders
SELECT seq, 1 + seq % 200, ELT(1 + seq % 4, 'paid', 'shipped', 'cancelled', 'open'),
    ROUND((seq * 7.35) % 400 + 5, 2), DATE_ADD('2026-01-01', INTERVAL seq % 300 DAY)
FROM seq_1_to_1000;
