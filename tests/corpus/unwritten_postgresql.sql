# Reads on tests/seed/unwritten_postgres.sql that run code which no call names; ' ;; ' separates statements.
select (v).checked from t
select (t.v).checked from t
select ('x'::text).checked
select (id).v from t
select t.id, (t.id).v from t
select id like v from t
select id not like 'a'::text from t
select id similar to 'a'::text from t
select id between 'a'::text and 'b'::text from t
select setseed(0.1), id like v from t
select setseed(0.1), (v).checked from t
select 'x'::over_checked
select over_checked 'x'
select 'x'::string
select cast('x' as string)
select 'x'::public.string
select '(1,x)'::plain_column
select plain_column '(1,x)'
select cast('(1,x)' as plain_column)
select '{"(1,x)"}'::plain_column[]
select '(1,{x})'::list_column
select row(1, 'x')::plain_column
select '(x)'::checked_view
select '[a,b)'::span
select '{[a,b)}'::span_multirange
select json_populate_record(null::plain_column, '{"v": "x"}')
select json_populate_record(x, '{"v": "x"}') from plain_column x
select jsonb_populate_record(x.*, '{"v": "x"}') from plain_column x
select * from jsonb_populate_recordset(null::plain_column, '[{"v": "x"}]')
select * from json_to_record('{"a": {"id": 1, "v": "x"}}') as r(a plain_column)
select * from jsonb_to_recordset('[{"a": "x"}]') as r(a checked)
select * from xmltable('/a' passing '<a><v>1</v></a>'::xml columns v checked path 'v')
select * from list_column where a = '{x}'
select * from list_column where a @> '{x}'
select * from list_column where '{x}' <@ a
select coalesce(a, '{x}') from list_column
select array_append(a, 'x') from list_column
select array_prepend('x', a) from list_column
select array_replace(a, 'x', 'y') from list_column
select case when false then a else '{x}' end from list_column
select a from list_column union select '{x}'
select a from list_column intersect all values ('{x}')
select lag(a, 1, '{x}') over () from list_column
select * from row_column where c = '(x,1)'
select coalesce(c, '(x,1)') from row_column
select nullif(c, '(x,1)') from row_column
select lag(v, 1, 'x') over () from plain_column
select lead(v, 1, 'x') over () from plain_column
select coalesce(t, '(1,x)') from plain_column t
select case when false then t else '(1,x)' end from plain_column t
select array[v] || '{x}' from plain_column
select array_agg(v) @> '{x}' from plain_column
select array_position(array[v], 'x') from plain_column
select made()
select elsewhere()
select nested()
select atomic_acts()
select abs(unnest(a)) from turned_list
select abs(a[1]) from turned_list
select abs((w).p) from turned_row
select 1 + (w).p from turned_row
prepare p as select * from list_column where a = $1 ;; execute p('{x}')
prepare p(checked[]) as select 1 ;; execute p('{x}')
prepare p as select * from row_column where c = $1 ;; execute p('(x,1)')
begin ;; declare c cursor with hold for select (v).checked from t ;; commit
begin ;; declare c cursor for select * from list_column where a = '{x}' ;; fetch c ;; commit
begin ;; select 'x'::over_checked ;; commit
explain analyze select (v).checked from t
copy (select (v).checked from t) to stdout
delete from list_column where a = '{x}'
update list_column set id = 2 where coalesce(a, '{x}') is null
insert into list_column values (2, '{x}')
selec '(1,x)'::plain_column
select * from guarded
select id from guarded where id = 1
select 1 from public.guarded limit 1
select * from guarded_view
select * from tenants_view, guarded
select count_guarded()
select v from t where exists (select from guarded)
with g as (select * from guarded) select 1
table guarded
explain analyze select * from guarded
copy guarded to stdout
copy guarded (id) to stdout
prepare p as select * from guarded ;; execute p
begin ;; declare c cursor for select * from guarded ;; fetch c ;; commit
begin ;; select * from guarded ;; commit
update t set v = 'b' where id in (select id from guarded)
delete from guarded where id = 1
select * from outside
select count(*) from outside
select * from outside_view
select x from heirs_outside
select * from parts
select * from parts where id = 1
select * from only parts, parts_outside
select * from heirs
copy (table heirs) to stdout
begin ;; select * from parts ;; commit
insert into t (v) select x from heirs
select 1 from planned
select * from planned where id = 3
explain select * from planned
select v from planned_in_part where id < 3
select * from put_in_order where id = 3
select v from put_in_order where id between 3 and 5
select * from told_apart where r && r
select id from pairs order by p
select distinct p from pairs
select max(id) from pairs group by p
select pg_input_is_valid('x', 'checked')
select pg_input_is_valid('(x,1)', 'public.pair')
select message from pg_input_error_info('{x}', 'CHECKED[]')
select pg_input_is_valid('x', v) from t
select pg_input_is_valid('x', type => 'checked')
select x from (select row(1, 2)::pair_of as x union all select row(2, 3)::pair_of) q order by x
select greatest(row(1, 2)::pair_of, row(2, 3)::pair_of)
select * from json_to_recordset('[{"a": [1, 2]}]') as r(a pair_of) order by a
create temp table z (id int, n numbered)
create temp table z (p pair_of primary key)
create temp table z (id int, r told)
create temp table z as select * from plain_column
create temp table z as select v from plain_column
create temp table z as table plain_column
create temp table z as select plain_column as whole from plain_column
select v into temp z from plain_column
