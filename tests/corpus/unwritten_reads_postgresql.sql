# Ordinary reads on the same database: none of them runs any of its code, and none is held.
select * from plain_column
select * from plain_column where v = 'x'
select * from plain_column where v <> 'x' and id = 1
select p.v from plain_column p where p.v in ('a', 'b')
select public.plain_column.v from public.plain_column
select coalesce(v, 'none') from plain_column
select v || ' x' from plain_column
select * from list_column
select id from list_column where id = 1
select cardinality(a) from list_column
select * from row_column
select (c).b from row_column
select count(*) from seen
select bare()
select t.v from t
select t.v, p.v from t join plain_column p on p.id = t.id
select id from t where v = 'a'
select * from tenants
select v from tenants where id = 1
select * from tenants_view
select id from parts_inside
select id, v from indexed
select count(*) from indexed where id = 1
explain select * from indexed
select lower(v) from t where id < 3
create temp table z1 as select id, count(*) as n from plain_column group by id
create temp table z2 (id int, v varchar(9), d date default current_date)
