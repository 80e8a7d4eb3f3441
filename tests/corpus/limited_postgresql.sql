# Attacks on the guard by a role that owns nothing, on ``seed/limited_postgres.sql``; ' ;; ' separates statements on one connection.
select sd_pay(1)
select sd_look(1)
select sd_folded(1)
explain select sd_folded(1)
explain (verbose, costs off) select * from t where id = sd_folded(2)
explain select * from t limit sd_folded(3)
explain (generic_plan) select sd_folded(1)
select * from t where id = sd_folded(4) and false
select 1 where false and sd_folded(5) > 0
select case when true then 1 else sd_folded(6) end
prepare q as select sd_folded(7)
prepare q(int) as select sd_folded($1) ;; explain execute q(8)
prepare q(int) as update t set v = 'x' where id = $1 ;; execute q(1)
prepare q as with d as (delete from t2 returning id) select count(*) from d ;; execute q ;; deallocate q
prepare q(text) as select sd_run($1) ;; execute q('delete from ledger')
select sd_sql(1)
select sd_run('delete from t')
select sd_run(query) from (values ('delete from ledger')) x(query)
select * from sd_rows()
select a from sd_rows() with ordinality
select * from rows from (sd_rows(), generate_series(1, 3))
select * from t2 cross join lateral sd_rows() limit 0
select sd_named()
select sd_named(b => 1, a => 2)
select sd_named(sd_pay(2), variadic '{1,2}')
select x from pays
select count(*) from looks
select id from lateral_pays
table pays limit 1
select exists (table pays)
select 1 from guarded where v = 'v1'
copy pays to stdout
copy (select x from looks) to stdout
copy (insert into t2 values (50, 'x') returning id) to stdout
copy t from stdin
copy t2 to program 'cat > /tmp/bastion_limited'
copy t2 from program 'echo 9'
select * from secured
select count(*) from secured where id > 0
insert into secured values (2, 'b')
update secured set v = 'x'
insert into inbox (note) values ('x')
insert into inbox default values
insert into checked values (1, 'x')
insert into indexed values (1, 'x')
insert into part_indexed values (1, 'x')
insert into made (id, note) values (1, 'x')
insert into watched2 values (1, 'x') on conflict do nothing
insert into per_statement select 1 where false
insert into ruled values (1, 'x')
update ruled2 set note = 'x' where id = 1
update through set v = 'x' where id = 1
insert into through values (50, 'x')
delete from through where false
update v_ruled set note = 'x' where false
insert into p_root values (5, 'x')
delete from parent_rows where id = 1
update parent_rows set id = 50 where id = 1
merge into t2 using (select 1 as id) s on t2.id = s.id when matched then delete
merge into t2 using t on t2.id = t.id when not matched by source then delete
merge into t2 using (select 99 as id) s on t2.id = s.id when not matched then insert values (s.id, sd_pay(1)::text)
with s as (select sd_pay(1)) select 1 from s
with s as not materialized (select sd_pay(1) as x) select x from s limit 1
with recursive s(n) as (select 1 union all select n + sd_pay(0) from s where n < 3) select * from s
with d as (update t2 set v = 'z' returning id) select * from t where id in (select id from d)
with a as (select 1), d as (delete from t2 using a returning *) table d
with d as (insert into t2 select 70, 'x' returning id), e as (update t set v = 'y' returning id) select * from d, e
select 5::paid
select '5'::paid
select array[1]::paid_list
select cast(null as paid)
select * from json_to_record('{"a": 1}') as x(a paid)
select * from jsonb_populate_recordset(null::paid_row, '[]')
select * from xmltable('/a' passing '<a>1</a>' columns x paid path '.')
select * from json_table('[1]', '$[*]' columns (x paid path '$')) j
select 1::paid is null
select p === p from pairs
select p <<< row(1, 2)::pair from pairs
select @@@ id from t2
select operator(public.@@@) 1
select 1 operator(public.@@@) 1
select p::text from pairs
select 'a' || p from pairs
select concat(p) from pairs
select format('%s', p::text) from pairs
select total(id) from t2
select total(id) over () from t2
select total(distinct id order by id) filter (where true) from t2
select final_pay(id) from t2 where false
select final_pay(id) over (rows 1 preceding) from t2
select '[1,2]'::span && '[3,4]'::span
select chosen(1), chosen('x'::text)
select (t2.*)::text, chosen(t2) from t2
select t.chosen2 from t
select (t).chosen2 from t
select chosen2(t) from t limit 1
select t from t order by chosen2(t)
select nextval('numbers')
select setval('numbers', 100)
select nextval(oid) from pg_class where relname = 'numbers'
insert into numbered (note) values ('x')
select * from t limit nextval('numbers')
select lo_put(4711, 0, 'x')
select lowrite(lo_open(4711, 131072), 'x')
select lo_truncate(lo_open(4711, 131072), 0)
select lo_unlink(4711)
select lo_create(4712)
select lo_from_bytea(0, 'x')
select lo_import('/etc/hostname')
select lo_export(4711, '/tmp/bastion_limited')
begin ;; select lo_open(4711, x'60000'::int) ;; select lowrite(0, 'x') ;; commit
begin ;; select loread(lo_open(4711, 262144), 10) ;; select lo_put(4711, 0, 'y') ;; commit
do 'begin perform sd_pay(1); end'
do $$ begin execute 'delete from t'; end $$
do language plpgsql $x$ declare c cursor for select sd_pay(1); begin open c; close c; fetch c into c; end $x$
do $$ begin for i in 1..2 loop update t set v = 'x'; end loop; exception when others then null; end $$
call sd_settle()
call sd_commits()
begin ;; call sd_commits() ;; commit
declare c cursor with hold for select sd_pay(1)
begin ;; declare c cursor with hold for select sd_pay(1) ;; commit ;; fetch c
begin ;; declare c scroll cursor for select id, sd_pay(id) from t2 ;; fetch last from c ;; commit
begin ;; declare c cursor for select * from t2 for update ;; fetch c ;; delete from t2 where current of c ;; commit
begin ;; declare c cursor for select * from pays ;; move forward all in c ;; commit
begin ;; declare c cursor with hold for select v from t ;; savepoint a ;; update t set v = 'x' where current of c ;; release a ;; commit
begin read write ;; delete from t2 ;; commit prepared 'x' ;; commit
begin ;; delete from t2 ;; prepare transaction 'g1'
prepare transaction 'g2'
begin ;; select 1 ;; prepare transaction 'g3' ;; commit prepared 'g3'
rollback prepared 'g4'
begin ;; set local role keeper ;; delete from kept.safe ;; commit
set role keeper ;; delete from kept.safe
set session authorization keeper ;; delete from kept.safe
select set_config('role', 'keeper', false) ;; update kept.safe set v = 'x'
set role to 'keeper' ;; create table kept.mine (id int)
begin ;; set local session_replication_role = replica ;; delete from t2 ;; commit
begin ;; set transaction read write ;; savepoint s ;; delete from t2 ;; rollback to s ;; release s ;; delete from t2 ;; commit
begin ;; savepoint a ;; savepoint a ;; release a ;; delete from t2 ;; rollback to a ;; delete from t2 ;; end
begin isolation level serializable, read only, deferrable ;; set transaction read write ;; delete from t2 ;; commit
begin ;; commit and chain ;; delete from t2 ;; commit
start transaction read only ;; rollback and chain ;; update t set v = 'x' ;; commit
abort ;; delete from t2
set local transaction_read_only = off ;; delete from t2
begin ;; select set_config('transaction_read_only', 'off', true), sd_pay(1) ;; commit
reset transaction_read_only ;; select sd_pay(1)
set default_transaction_read_only to default ;; update t2 set v = 'x'
set search_path = kept, public ;; delete from safe
set search_path = pg_temp, public ;; create function pg_temp.now() returns int language sql as 'select sd_pay(1)' ;; select now()
create function pg_temp.f() returns int language sql as 'select sd_pay(1)' ;; select pg_temp.f()
create temp view tv as select sd_pay(1) as x ;; select x from tv
create temp table tt as select sd_pay(1) as x
select sd_pay(1) as x into temp tt
create temp table tt (id int default sd_pay(1)) ;; insert into tt default values
create temp table tt (id int check (sd_bool(id))) ;; insert into tt values (1)
create temp table tt (id int, x text generated always as (sd_text('a')) stored) ;; insert into tt values (1)
create temp table tt (note text) ;; create index on tt (sd_text(note)) ;; insert into tt values ('x')
create temp table tt (id int) ;; create trigger w after insert on tt for each row execute function sd_trigger() ;; insert into tt values (1)
create temp table tt (id int) ;; create rule r as on insert to tt do also delete from t ;; insert into tt values (1)
create temp table tt (like inbox including all) ;; insert into tt (note) values ('x')
create temp table tt (like made including generated) ;; insert into tt values (1, 'x')
create temp table tt (like indexed including indexes) ;; insert into tt values (1, 'x')
create temp table tt (id paid) ;; insert into tt values (1)
create temp table tt (id int) ;; insert into tt values (1) ;; alter table tt alter id type int using sd_pay(1)
create temp table tt (id int) ;; alter table tt add x int default sd_pay(1)
create temp table tt (id int) ;; insert into tt select sd_pay(1) returning id
create temp table tt (id int primary key) ;; insert into tt values (1) ;; insert into tt values (1) on conflict (id) do update set id = sd_pay(2)
create temp table tt (id int) ;; with d as (delete from t2 returning id) insert into tt select id from d
create temp table tt (id int) ;; merge into tt using t2 on false when not matched then insert values (sd_pay(1))
create temp table t (id int, v text) ;; delete from t ;; drop table t ;; delete from t
create temp table t2 (id int) ;; drop table t2 ;; delete from t2
create temp table t2 (id int) on commit drop ;; delete from t2
begin ;; create temp table t2 (id int) on commit drop ;; commit ;; delete from t2
begin ;; savepoint s ;; create temp table t2 (id int) ;; rollback to s ;; delete from t2 ;; commit
create temp sequence numbers ;; drop sequence numbers ;; select nextval('numbers')
create temp table tt (id int) ;; delete from tt using pays
create temp table tt (id int) ;; update tt set id = x from looks
create temp table inbox (note text) ;; insert into public.inbox (note) values ('x')
create table kept.mine (id int)
create table mine (id int)
create or replace function sd_pay(n int) returns int language sql as 'select 1'
create or replace view pays as select 1 as x
create operator ~~~ (leftarg = int, rightarg = int, function = int4eq)
alter table t add x int
alter function sd_pay(int) owner to clerk
alter sequence numbers restart
alter role clerk set search_path = evil
alter role clerk password 'x'
alter role current_user reset all
alter role clerk valid until '2020-01-01'
alter default privileges revoke execute on functions from public
alter database postgres owner to clerk
grant select on t to public
grant clerk to keeper
revoke all on t from clerk
reassign owned by clerk to keeper
drop owned by clerk
drop table t
drop view pays cascade
drop role clerk
truncate t, t2
truncate per_statement
lock table t in access exclusive mode
lock table only t2 nowait
refresh materialized view seen
refresh materialized view concurrently seen with no data
reindex table t
cluster t using t_pkey
vacuum full t
analyze indexed
comment on table t is 'x'
security label on table t is 'x'
notify c, 'x'
listen c ;; select pg_notify('c', sd_pay(1)::text)
unlisten * ;; select pg_notify('c', 'x')
select pg_advisory_lock(1), sd_pay(1)
select pg_advisory_unlock_all() ;; delete from t2
select pg_try_advisory_xact_lock(id) from t2 where sd_bool(id)
select pg_terminate_backend(pid) from pg_stat_activity where usename = 'clerk' and pid <> pg_backend_pid()
select pg_logical_emit_message(false, 'x', 'y')
select query_to_xml('delete from t returning 1', true, false, '')
select query_to_xml('select sd_pay(1)', true, false, '')
select xpath('/x', query_to_xml($$select sd_look(1)$$, false, false, ''))
select ts_stat($$select to_tsvector(sd_pay(1)::text)$$)
select table_to_xml('pays', true, false, '')
select schema_to_xml('public', true, false, '')
begin ;; declare c cursor for select sd_pay(1) ;; select cursor_to_xml('c', 1, true, false, '') ;; commit
select crosstab('select sd_pay(1), 1, 1')
select * from dblink('dbname=postgres', 'delete from t') as x(a int)
import foreign schema public from server s into public
create server s foreign data wrapper postgres_fdw
create extension dblink
create event trigger e on ddl_command_end execute function sd_trigger()
create policy x on t using (true)
create trigger w after insert on t2 for each row execute function sd_trigger()
create rule r as on insert to t2 do also delete from t
create index on t2 (v)
create statistics s on id, v from t2
create publication p for table t
create temp table tt (id int) ;; copy tt from program 'id'
set session characteristics as transaction read write ;; delete from t2
set standard_conforming_strings = off ;; select '\'', sd_pay(1), '\''
select 1; delete from t2
select 1 \; delete from t2
select 1 \gexec
select $a$ $b$ $a$, sd_pay(1), $b$ $b$
select U&'\0027', sd_pay(1)
select /* /* */ 1 /* */ */, sd_pay(1)
select e'\'' || sd_pay(1) || e'\''
select "sd_pay"(1)
select U&"sd\005fpay"(1)
select public . sd_pay /* x */ ( 1 )
select pg_catalog.pg_advisory_lock(1), public.sd_pay(1)
select (array(select sd_pay(1)))[1]
select array_agg(sd_pay(id)) within group (order by id) from t2
select id from t2 group by rollup (id, sd_pay(id))
select max(id) over w from t2 window w as (partition by sd_pay(id))
select * from t2 tablesample bernoulli (sd_pay(50))
select * from t2 tablesample system (50) repeatable (sd_pay(1))
select id from t2 order by id using operator(public.<<<)
select distinct on (sd_pay(1)) id from t2
select * from t2 fetch first sd_pay(1) rows with ties
select * from t2 where (id, sd_pay(1)) in (values (1, 1))
select * from t2 where id = any (array[sd_pay(1)])
select * from t2 a join t2 b on a.id = sd_look(b.id)
select coalesce(null, sd_look(1)), greatest(1, sd_look(2))
select extract(epoch from now() + sd_pay(1) * interval '1 s')
select xmlelement(name a, sd_pay(1))
select json_object('a': sd_pay(1))
select * from t2 for update
select * from t2 for no key update skip locked
