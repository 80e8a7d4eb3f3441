# Everyday questions on the shop of tests/fakes/catalogues.py: nothing held, nothing blocked.
# After ` => ` the class that masks each column, `-` for shown; without it all columns are shown.
select 1
select 1 + 1 as two, 'text' as t, null, true, 3.14
select now(), current_date, current_timestamp, current_user
select version()
select current_database(), current_schema()
select * from products
select id, name from customers
select * from customers limit 10 => -,-,email,phone,-,-,-,-
select id, email from customers where id = 7 => -,email
select c.name, o.total from customers c join orders o on o.customer_id = c.id
select c.* from customers c where c.country = 'DE' => -,-,email,phone,-,-,-,-
select count(*) from customers
select count(distinct email) from customers
select count(email), count(*) filter (where is_active) from customers
select country, count(*) from customers group by country order by count(*) desc
select country, count(*) as n from customers group by 1 having count(*) > 3 order by 2 desc, 1
select status, sum(total), avg(total), min(placed_at), max(placed_at) from orders group by status
select date_trunc('month', placed_at) as month, sum(total) from orders group by 1 order by 1
select extract(year from placed_at)::int as y, count(*) from orders group by y
select id, total * 1.19 as gross, round(total, 2), abs(total) from orders
select id, case when total > 100 then 'big' when total > 10 then 'mid' else 'small' end as size from orders
select coalesce(note, '(none)') from orders
select nullif(status, 'new'), greatest(total, 10), least(total, 5) from orders
select name || ' (' || country || ')' as label from customers
select upper(name), lower(name), length(name), trim(name), initcap(name) from customers
select concat(name, ', ', country), concat_ws('-', id, name), format('%s in %s', name, country) from customers
select substring(name from 1 for 3), left(name, 2), right(name, 2), replace(name, 'a', 'b') from customers
select split_part(sku, '-', 1), regexp_replace(sku, '[0-9]', 'x', 'g'), sku ~ '^A' from products
select to_char(placed_at, 'YYYY-MM-DD'), age(placed_at), placed_at::date from orders
select placed_at at time zone 'UTC', placed_at + interval '1 day' from orders
select id, placed_at from orders where placed_at > now() - interval '7 days' order by placed_at desc limit 5
select * from orders where status in ('new', 'paid') and total between 10 and 100
select * from orders where note is null or note like '%gift%'
select * from orders where customer_id in (select id from customers where country = 'DE')
select * from orders o where exists (select 1 from order_items i where i.order_id = o.id)
select name from customers c where not exists (select from orders o where o.customer_id = c.id)
select id, (select count(*) from orders o where o.customer_id = c.id) as orders from customers c
select (select max(total) from orders)
select distinct status from orders
select distinct on (customer_id) customer_id, id, placed_at from orders order by customer_id, placed_at desc
select status from orders union select country from customers
select id from orders union all select id from products order by 1
select id from customers except select customer_id from orders
select id from customers intersect select customer_id from orders
with big as (select * from orders where total > 100) select status, count(*) from big group by status
with m as (select customer_id, max(placed_at) as last from orders group by customer_id) select c.name, m.last from m join customers c on c.id = m.customer_id
with recursive n(i) as (select 1 union all select i + 1 from n where i < 10) select i from n
with recursive tree as (select id, name, manager_id, 1 as depth from employees where manager_id is null union all select e.id, e.name, e.manager_id, t.depth + 1 from employees e join tree t on e.manager_id = t.id) select id, name, depth from tree order by depth, name
select id, total, row_number() over (partition by customer_id order by placed_at) from orders
select id, rank() over (order by total desc), dense_rank() over w, lag(total) over w from orders window w as (order by placed_at)
select id, sum(total) over (order by placed_at rows between unbounded preceding and current row) as running from orders
select customer_id, total, first_value(total) over (partition by customer_id order by placed_at), ntile(4) over (order by total) from orders
select * from (select status, count(*) as n from orders group by status) t where n > 1
select t.a, t.b from (values (1, 'x'), (2, 'y')) as t(a, b)
values (1, 'one'), (2, 'two')
select * from generate_series(1, 5)
select d::date from generate_series(date '2024-01-01', date '2024-01-31', interval '1 day') d
select d::date, count(o.id) from generate_series(now() - interval '7 days', now(), interval '1 day') d left join orders o on o.placed_at::date = d::date group by 1 order by 1
select unnest(tags) from products
select p.name, t.tag from products p, unnest(p.tags) as t(tag)
select p.name, t from products p cross join lateral unnest(p.tags) t
select array_agg(name order by name), string_agg(sku, ', ' order by sku) from products
select tags[1], array_length(tags, 1), cardinality(tags), 'x' = any(tags) from products
select attrs, attrs->'color', attrs->>'size', attrs#>>'{dims,h}', attrs ? 'color' from products
select jsonb_object_keys(attrs) from products
select key, value from products, jsonb_each(attrs)
select jsonb_build_object('id', id, 'name', name), to_jsonb(tags) from products
select json_agg(json_build_object('id', id, 'total', total)) from orders
select row_to_json(o) from orders o
select o from orders o
select kind, payload->>'page' from events where payload @> '{"page": "home"}'
select payload->'cart'->0->>'sku' from events
select name, price from products where price > (select avg(price) from products)
select p.name, sum(i.quantity * i.price) as revenue from products p join order_items i on i.product_id = p.id group by p.name order by revenue desc limit 10
select p.id, p.name, i.quantity from products p left join order_items i on i.product_id = p.id where i.order_id is null
select * from orders join order_items on order_items.order_id = orders.id
select * from order_items join products on products.id = order_items.product_id where products.sku like 'A%'
select customer_id, status, count(*) from orders group by grouping sets ((customer_id), (status), ())
select status, count(*) from orders group by rollup (status)
select percentile_cont(0.5) within group (order by total) from orders
select corr(quantity, price), stddev(price), variance(price) from order_items
select bool_and(is_active), bool_or(is_active), every(is_active) from customers
select id::text, total::int, '2024-01-01'::date, cast(total as varchar) from orders
select md5(name), encode(sha256('abc'::bytea), 'hex') from products
select random(), gen_random_uuid() is not null
select pg_size_pretty(pg_total_relation_size('orders')), pg_database_size(current_database())
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
select kind, count(*) from events where at >= current_date group by kind
select id, ip from events => -,ip_address
table products
select relname, reltuples::bigint from pg_class where relkind = 'r' order by 1
select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'
select n.nspname, c.relname from pg_catalog.pg_class c left join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'v') order by 1, 2
select id, name, total from (select c.id, c.name, sum(o.total) as total from customers c join orders o on o.customer_id = c.id group by c.id, c.name) x where total > 50
select o.id, i.n from orders o left join lateral (select count(*) as n from order_items i where i.order_id = o.id) i on true
select a.status, b.n from (select distinct status from orders) a join (select status, count(*) as n from orders group by 1) b using (status)
select * from orders natural join (select id from orders where total > 5) x
select name, price, price - lag(price) over (order by id) as diff from products
select id, status, placed_at from orders order by case status when 'new' then 1 else 2 end, placed_at
select count(*), min(id), max(id) from events
select id, total from orders order by total desc nulls last offset 5 fetch first 5 rows only
select current_setting('server_version'), current_setting('timezone')
select pg_typeof(total), pg_typeof(note) from orders limit 1
select price_with_tax(price) from products
select exists(select 1 from customers where country = 'DE')
select (o.placed_at, o.id) > (now(), 5) from orders o
select name from products where name ilike '%lamp%' or sku similar to 'A%'
select array(select id from orders order by id limit 3)
select 'bob@example.com' as typed, '4111 1111 1111 1111' as card
select to_tsvector('english', name) @@ to_tsquery('lamp') from products
select json_agg(t) from (select id, status from orders) t
select make_date(2024, 1, 2), date_part('dow', placed_at) from orders
select width_bucket(total, 0, 1000, 10) as bucket, count(*) from orders group by 1 order by 1
select id from orders where (customer_id, status) in ((1, 'new'), (2, 'paid'))
select id from orders where customer_id = any(array[1, 2, 3])
select c.country, sum(o.total) filter (where o.status = 'paid') as paid, sum(o.total) as all_of_it from customers c join orders o on o.customer_id = c.id group by c.country
explain select * from orders where id = 1
show timezone
