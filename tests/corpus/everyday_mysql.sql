# Everyday questions on the shop of tests/fakes/catalogues.py: nothing held, nothing blocked.
# After ` => ` the class that masks each column, `-` for shown; without it all columns are shown.
select 1
select 1 + 1 as two, 'text' t, null, true, 3.14
select now(), curdate(), curtime(), utc_timestamp()
select version(), database(), current_user(), connection_id()
select @@version, @@sql_mode
select * from products
select id, name from customers
select * from customers limit 10 => -,-,email,phone,-,-,-
select `id`, `email` from `customers` where `id` = 7 => -,email
select c.name, o.total from customers c join orders o on o.customer_id = c.id
select c.* from customers c where c.country = 'DE' => -,-,email,phone,-,-,-
select count(*) from customers
select count(distinct email) from customers
select sum(is_active), count(email) from customers
select country, count(*) from customers group by country order by count(*) desc
select country, count(*) as n from customers group by 1 having n > 3 order by n desc, 1
select status, sum(total), avg(total), min(placed_at), max(placed_at) from orders group by status
select date_format(placed_at, '%Y-%m') as month, sum(total) from orders group by month order by month
select year(placed_at), month(placed_at), count(*) from orders group by year(placed_at), month(placed_at)
select id, total * 1.19 as gross, round(total, 2), abs(total), total div 10, total % 7 from orders
select id, case when total > 100 then 'big' when total > 10 then 'mid' else 'small' end as size from orders
select ifnull(note, '(none)'), coalesce(note, status) from orders
select if(total > 100, 'big', 'small'), nullif(status, 'new'), greatest(total, 10), least(total, 5) from orders
select concat(name, ' (', country, ')') as label from customers
select upper(name), lower(name), char_length(name), trim(name), reverse(name) from customers
select concat_ws('-', id, name), left(name, 2), right(name, 2), replace(name, 'a', 'b') from customers
select substring(name, 1, 3), substr(name, 2), mid(name, 1, 1), locate('a', name) from customers
select substring_index(sku, '-', 1), sku regexp '^A', sku rlike 'B' from products
select date(placed_at), date_add(placed_at, interval 1 day), placed_at - interval 1 month from orders
select datediff(now(), placed_at), timestampdiff(day, placed_at, now()) from orders
select id, placed_at from orders where placed_at > now() - interval 7 day order by placed_at desc limit 5
select id from orders limit 5 offset 10
select id from orders limit 10, 5
select * from orders where status in ('new', 'paid') and total between 10 and 100
select * from orders where note is null or note like '%gift%'
select * from orders where customer_id in (select id from customers where country = 'DE')
select * from orders o where exists (select 1 from order_items i where i.order_id = o.id)
select name from customers c where not exists (select 1 from orders o where o.customer_id = c.id)
select id, (select count(*) from orders o where o.customer_id = c.id) as orders from customers c
select (select max(total) from orders)
select distinct status from orders
select status from orders union select country from customers
select id from orders union all select id from products order by id
(select id from orders limit 3) union all (select id from products limit 3)
with big as (select * from orders where total > 100) select status, count(*) from big group by status
with m as (select customer_id, max(placed_at) as last from orders group by customer_id) select c.name, m.last from m join customers c on c.id = m.customer_id
with recursive n as (select 1 as i union all select i + 1 from n where i < 10) select i from n
with recursive tree as (select id, name, manager_id, 1 as depth from employees where manager_id is null union all select e.id, e.name, e.manager_id, t.depth + 1 from employees e join tree t on e.manager_id = t.id) select id, name, depth from tree order by depth, name
select id, total, row_number() over (partition by customer_id order by placed_at) as rn from orders
select id, rank() over (order by total desc), lag(total) over (order by placed_at) from orders
select id, sum(total) over (order by placed_at rows between unbounded preceding and current row) as running from orders
select customer_id, first_value(total) over (partition by customer_id order by placed_at), ntile(4) over (order by total) from orders
select * from (select status, count(*) as n from orders group by status) t where n > 1
select group_concat(name order by name separator ', ') from products
select group_concat(distinct status) from orders
select attrs, json_extract(attrs, '$.color'), json_unquote(json_extract(attrs, '$.size')) from products
select json_value(attrs, '$.color'), json_length(attrs), json_keys(attrs) from products
select json_object('id', id, 'name', name), json_array(id, name) from products
select json_arrayagg(id) from orders
select j.color from products p, json_table(p.attrs, '$' columns (color varchar(20) path '$.color')) j
select name, price from products where price > (select avg(price) from products)
select p.name, sum(i.quantity * i.price) as revenue from products p join order_items i on i.product_id = p.id group by p.name order by revenue desc limit 10
select p.id, p.name, i.quantity from products p left join order_items i on i.product_id = p.id where i.order_id is null
select * from orders join order_items on order_items.order_id = orders.id
select * from order_items inner join products on products.id = order_items.product_id where products.sku like 'A%'
select * from orders straight_join order_items on order_items.order_id = orders.id
select status, count(*) from orders group by status with rollup
select std(price), variance(price), bit_or(product_id) from order_items
select cast(id as char), cast(total as signed), cast('2024-01-01' as date), convert(total, char) from orders
select md5(name), sha1(name), sha2(name, 256), hex(name), crc32(name) from products
select rand() < 2, uuid() is not null
select * from active_customers => -,-,email,-
select country, count(*) from active_customers group by country
select * from order_totals
select customer, total from order_totals where total > 100 order by total desc
select id, phone is null, email is not null from customers
select id from customers where email = 'bob@example.com'
select id from customers where lower(email) = 'bob@example.com'
select id, name from customers where email in ('a@example.com', 'b@example.com')
select id, name from customers where phone is not null order by id
select c.id from customers c join customers d on c.email = d.email and c.id < d.id
select id, name, dept from employees where dept = 'it' order by name
select dept, count(*), avg(salary) from employees group by dept
select e.name, m.name as manager from employees e left join employees m on m.id = e.manager_id
select id, birth_date from employees where id = 3 => -,birth_date
select e.id, e.ssn, e.name from employees e => -,ssn,-
select max(email), id from customers group by id => email,-
select id, at, kind from events order by at desc limit 20
select kind, count(*) from events where at >= curdate() group by kind
select id, ip from events => -,ip_address
select table_name, table_rows from information_schema.tables where table_schema = 'shop'
select TABLE_NAME, COLUMN_NAME, DATA_TYPE from INFORMATION_SCHEMA.COLUMNS where TABLE_SCHEMA = database()
select id, name, total from (select c.id, c.name, sum(o.total) as total from customers c join orders o on o.customer_id = c.id group by c.id, c.name) x where total > 50
select a.status, b.n from (select distinct status from orders) a join (select status, count(*) as n from orders group by status) b using (status)
select id, status, placed_at from orders order by case status when 'new' then 1 else 2 end, placed_at
select id, status from orders order by field(status, 'new', 'paid'), id
select count(*), min(id), max(id) from events
select 'bob@example.com' as typed, '4111 1111 1111 1111' as card
select price_with_tax(price) from products
select exists(select 1 from customers where country = 'DE')
select name from products where name like '%lamp%' or sku like 'A%'
select id from orders where (customer_id, status) in ((1, 'new'), (2, 'paid'))
select c.country, sum(if(o.status = 'paid', o.total, 0)) as paid, sum(o.total) as all_of_it from customers c join orders o on o.customer_id = c.id group by c.country
select orders.id, customers.name from orders, customers where orders.customer_id = customers.id
select shop.orders.id from shop.orders
select o.id as `order id`, o.total as `Total Sum` from orders as o
select floor(total / 100) * 100 as bucket, count(*) from orders group by bucket order by bucket
select dayname(placed_at), weekday(placed_at), quarter(placed_at), last_day(placed_at) from orders
select unix_timestamp(placed_at), from_unixtime(0), str_to_date('2024-01-01', '%Y-%m-%d') from orders
select format(total, 2), lpad(id, 6, '0'), truncate(total, 1), ceil(total), floor(total), sqrt(total) from orders
select inet_aton('1.2.3.4'), bin(5), conv('ff', 16, 10), elt(1, 'a'), find_in_set('a', 'a,b')
select binary name = 'x', name <=> null, not is_active, !is_active from customers
select id & 1, id | 2, id ^ 3, id << 1, ~id from orders
select if(is_active, 'yes', 'no') as active, count(*) from customers group by is_active
select sql_no_cache id from orders where total > 10
select id from orders use index (primary) where id = 1
select 0x41, b'101', x'4142', _utf8mb4'abc', n'abc', date '2024-01-01'
select t.id from (select id from orders) as t left join order_items as i on i.order_id = t.id
select sum(total) / count(*) as mean from orders where placed_at between '2024-01-01' and '2024-12-31'
explain select * from orders where id = 1
show tables
describe orders
show create table orders
show variables like 'version'
