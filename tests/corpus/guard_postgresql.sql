# Attacks on the guard by ways that the other lists do not take; ' ;; ' separates statements on one connection.
select * from t as of system time 'x'
select (select count(*) from (delete from t returning 1) x)
select * from (delete from t returning *) d
with d as materialized (delete from t returning *) select 1
with recursive d as (delete from t returning *) select 1
with a as (select 1), b as (select * from a, (select f_del()) q) select * from b
with x as (insert into t select 99,'q' where false returning 1) select 1
with x as (merge into t using t2 on t.id=t2.id when matched then delete returning t.id) select * from x
(((select f_del())))
select 1 union all (select f_del())
select 1 except select f_del()
select 1 intersect all select f_del()
values (1),((select f_del()))
table t limit f_del()
select * from t limit (select f_del())
select * from t offset f_del()
select * from t fetch first (f_del()) rows only
select * from t order by f_del()
select * from t order by (select f_del()) desc nulls last
select id from t group by id, f_del()
select id from t group by grouping sets ((id), (f_del()))
select id from t group by cube (id, (select f_del()))
select count(*) from t having f_del() > 0
select distinct on (f_del()) id from t
select count(*) filter (where f_del() > 0) from t
select sum(id) over (partition by f_del()) from t
select sum(id) over w from t window w as (order by f_del())
select sum(id) over (rows between f_del() preceding and current row) from t
select percentile_cont(0.5) within group (order by f_del()) from t
select string_agg(v, ',' order by f_del()) from t
select array(select f_del())
select array[[f_del()]]
select (array[1,2])[f_del()]
select (array[1,2])[1:f_del()]
select row(f_del(),1) = row(1,1)
select (row(f_del())).f1
select case f_del() when 1 then 2 end
select case when false then 1 else f_del() end
select coalesce(null, f_del())
select nullif(f_del(), 1)
select greatest(1, f_del())
select f_del() is null
select f_del() between 0 and 1
select 1 between symmetric 0 and f_del()
select 1 in (select f_del())
select 1 = any (array[f_del()])
select 1 = all (select f_del())
select exists (select f_del())
select not exists (select f_del() from t)
select 'a' like (f_del()::text) escape 'x'
select 'a' similar to f_del()::text
select f_del()::text collate "C"
select cast(f_del() as text)
select interval '1 day' * f_del()
select timestamp 'now' at time zone (f_del()::text)
select extract(day from now() + f_del() * interval '1 day')
select overlay('abc' placing f_del()::text from 1)
select substring('abc' from f_del())
select position(f_del()::text in 'abc')
select trim(both f_del()::text from 'abc')
select xmlelement(name a, f_del())
select xmlforest(f_del() as a)
select xmlserialize(content xmlelement(name a, f_del()) as text)
select xmltable.* from xmltable('/a' passing (f_del()::text)::xml columns x int path '.')
select * from json_table('[1]', '$[*]' columns (x int path '$')) j, lateral (select f_del()) d
select json_object('a' : f_del())
select json_array(f_del())
select json_arrayagg(f_del()) from t
select json_object_agg('a', f_del())
select json_value('{}', '$.a' default f_del() on empty)
select json_query('[]', '$' passing f_del() as x)
select * from rows from (f_del(), generate_series(1,2)) x
select * from f_del() with ordinality
select * from t tablesample system (f_del())
select * from t tablesample bernoulli (50) repeatable (f_del())
select * from t left join lateral (select f_del()) x on true
select * from t natural join (select f_del() as id) x
select * from t join t2 on f_del() > 0
select * from t cross join f_del()
select t.of_row from t
select (t).of_row from t
select of_row(t) from t
select of_row(t.*) from t
select (select of_row(x) from t x limit 1)
select id::d1 from t
select 'x'::d1
select d1 'x'
select cast('x' as d1)
select '{x}'::d1[]
select array['x']::d1[]
select '(x,1)'::comp
select row('x',1)::comp
select null::comp is null, '("a",2)'::comp
select json_populate_record(null::comp, '{"a":"x"}')
select jsonb_populate_recordset(null::comp, '[{"a":"x"}]')
select * from json_to_record('{"a":"x"}') as r(a d1)
select * from jsonb_to_recordset('[{"a":"x"}]') as r(a d1, b int)
select unnest('{x}'::d1[])
select array_fill('x'::d1, array[2])
select 1 ### 2
select 1 operator(public.###) 2
select 1 where 1 ### 2
select 1 ### any (array[2])
select ### 1
select (tp.p)::int from tp
select p + 1 from tp
select abs(p) from tp
select agg_del(id) from t
select agg_del(id) over () from t
select agg_del(id order by id) from t
select agg_del(distinct id) filter (where true) from t
select with_default()
select with_default(x => f_del())
select poly(1)
select vari(1,2,3)
select vari(variadic array[1])
select * from outp()
select (outp()).*
select srf()
select * from srf() limit 0
select lower(1)
select "lower"(1::int)
select public.lower(1)
select "F_Del"()
select U&"F\005FDel"()
select u&"f\005fdel"()
select U&"f!005fdel" uescape '!' ()
select u&'\0064' || f_del()
select public . f_del ( )
select "public"."f_del"()
select pg_temp.f_del()
select evil.f_del()
select f_del/**/()
select f_del/* /* */ */()
select /*! f_del() */ 1
select /*+ f_del() */ f_del()
select 1 -- \n, f_del()
select $a$ $a$ , f_del(), $b$ ; $b$
select $$'$$, f_del(), $$'$$
select '''', f_del()
select E'\'' , f_del() , E'\''
select e'\\', f_del()
select b'1', x'1F', f_del()
select N'a', f_del()
select 1e0f_del
select 1;
select 1; ; delete from t
;; delete from t
select sql_call()
select sql_set()
select imm_del()
select tsd()
select to_tsvector(tsd(), 'a')
select * from v_del
select x from (table v_del) q
select exists (table v_del)
select count(*) from v_del
select 1 from v_del
select 1 where exists (select from v_del)
select * from v_ok where f_del() > 0
explain select f_del()
explain (analyze, costs off) select f_del()
explain (analyze false) delete from t
explain (analyze 'on') delete from t
explain (analyze 1, verbose) delete from t
explain (analyze, analyze off) delete from t
explain (analyze off, analyze) delete from t
explain analyze verbose delete from t
explain (verbose, analyze true, format json) update t set v='x'
explain analyze create table ct as select * from t
explain analyze select * into ct2 from t
explain analyze create materialized view cm as select f_del()
explain analyze declare c cursor for select f_del()
prepare p1 as delete from t ;; explain analyze execute p1
prepare p2(int) as select f_del() where $1 > 0 ;; explain (analyze) execute p2(1)
prepare p3 as select f_del() ;; execute p3
prepare p4(int) as delete from t where id > $1 ;; execute p4(0)
prepare p5 as select 1 ;; deallocate p5 ;; prepare p5 as delete from t ;; execute p5
prepare "P6" as select 1 ;; prepare p6 as delete from t ;; execute "p6"
prepare p7 as select 1 ;; begin ;; deallocate p7 ;; prepare p7 as delete from t ;; rollback ;; execute p7
prepare p8 as select 1 ;; deallocate all ;; prepare p8 as delete from t ;; execute p8
prepare p9 as select f_del from (select 1 as f_del) x ;; execute p9
create table ct as execute p3
begin ;; declare c cursor for delete from t returning * ;; fetch all c
begin ;; declare c cursor for select * from t for update ;; fetch c ;; delete from t where current of c ;; commit
begin ;; declare c cursor for select f_del() ;; commit
begin ;; declare c cursor for select f_del() ;; move all in c ;; commit
begin ;; declare c scroll cursor with hold for select f_del() ;; commit
begin ;; declare c cursor for select * from srf() ;; fetch forward all from c ;; commit
begin ;; declare c binary insensitive no scroll cursor for with d as (delete from t returning *) select * from d ;; fetch c
begin read write ;; select f_del() ;; commit
begin isolation level serializable, read write, deferrable ;; delete from t ;; commit
start transaction read write ;; update t set v='x' ;; commit and chain ;; commit
begin ;; delete from t ;; prepare transaction 'x' ;; commit prepared 'x'
begin ;; select 1 ;; prepare transaction 'x'
commit prepared 'nope'
rollback prepared 'nope'
begin ;; savepoint bastion_fence ;; delete from t ;; release bastion_fence ;; commit
begin ;; rollback to bastion_fence ;; select f_del() ;; commit
begin ;; release savepoint bastion_fence ;; commit
savepoint a ;; delete from t
set transaction read write ;; delete from t
set transaction_read_only=off ;; select f_del()
set session characteristics as transaction read write ;; select f_del()
set default_transaction_read_only=off ;; select f_del()
reset transaction_read_only ;; select f_del()
set local transaction_read_only to default ;; select f_del()
select set_config('transaction_read_only','off',true), f_del()
select set_config('transaction_read_only','off',false) ;; select f_del()
with x as materialized (select set_config('transaction_read_only','off',true)) select f_del() from x
update pg_settings set setting='off' where name='transaction_read_only'
set session authorization postgres ;; delete from t
set role none ;; delete from t
set local role postgres
reset role
reset session authorization
set statement_timeout=0
set lock_timeout=0 ;; select pg_sleep(1)
set idle_in_transaction_session_timeout=0
set search_path=evil ;; select f_del()
set search_path to pg_temp, public ;; select lower('x')
set schema 'evil' ;; select f_del()
select set_config('search_path','evil',false) ;; select * from t
set standard_conforming_strings=off ;; select '\'' || f_del() || '\''
set client_encoding='SJIS'
set names 'LATIN1'
set backslash_quote=on
set row_security=off ;; select * from sec
set session_replication_role=replica ;; delete from t
set default_tablespace=''
set check_function_bodies=off
set zero_damaged_pages=on
set allow_system_table_mods=on ;; delete from pg_class
set dynamic_library_path='/tmp'
set local_preload_libraries='x'
set session_preload_libraries='x'
set plpgsql.extra_warnings='all'
set log_statement='none'
set temp_tablespaces='x'
load 'auto_explain'
load '$libdir/plugins/x'
select * from sec
select count(*) from sec
table sec
select 1 from sec limit 0
explain analyze select * from sec
copy sec to stdout
copy t to program 'cat'
copy t to '/tmp/bastion_rt'
copy t from '/etc/passwd'
copy t from program 'echo 1'
copy t from stdin
copy (select f_del()) to stdout
copy (delete from t returning id) to stdout
copy (update t set v='x' returning id) to stdout csv header
copy (insert into t values (77,'x') returning id) to stdout
copy (table v_del) to stdout
copy v_del to stdout
copy t(id) to stdout with (format binary)
copy (with d as (delete from t returning *) select * from d) to stdout
copy (select 1) to program 'touch /tmp/bastion_rt'
select lo_create(0)
select lo_creat(-1)
select lo_put(o, 0, 'x') from lod
select lo_truncate(lo_open(o, 131072), 0) from lod
select lowrite(lo_open(o, 131072), 'x') from lod
select lo_import('/etc/hostname')
select lo_export(o, '/tmp/bastion_rt') from lod
select lo_unlink(o) from lod
select pg_read_binary_file('/etc/hostname')
select pg_read_file('postgresql.conf', 0, 10)
select * from pg_ls_logdir()
select * from pg_ls_waldir()
select * from pg_ls_tmpdir()
select pg_file_write('x','y',false)
select * from pg_hba_file_rules
select * from pg_file_settings
select * from pg_stat_file('postgresql.conf')
select pg_current_logfile()
select pg_promote()
select pg_wal_replay_pause()
select pg_backup_start('x')
select pg_export_snapshot()
select txid_current()
select pg_current_xact_id()
select pg_advisory_lock(1,2)
select pg_advisory_lock_shared(1)
select pg_advisory_unlock_all()
select pg_try_advisory_xact_lock_shared(1)
select count(pg_advisory_lock(id)) from t
select pg_sleep(0.1) from generate_series(1,100)
select pg_sleep_for('1 second')
select pg_sleep_until(now() + interval '1 second')
select pg_notify('a','b')
select pg_logical_emit_message(false,'a','b')
select pg_log_backend_memory_contexts(1)
select pg_stat_reset()
select pg_stat_reset_shared('bgwriter')
select pg_stat_reset_single_table_counters(1)
select pg_stat_clear_snapshot()
select pg_stat_force_next_flush()
select pg_nextoid('pg_class','oid','pg_class_oid_index')
select pg_terminate_backend(pid) from pg_stat_activity
select pg_cancel_backend(pid, 1) from pg_stat_activity
select pg_rotate_logfile_old()
select pg_import_system_collations('pg_catalog')
select pg_extension_config_dump('t','')
select pg_event_trigger_dropped_objects()
select pg_get_wal_record_info('0/0')
select pg_replication_origin_create('x')
select pg_replication_slot_advance('x','0/0')
select pg_create_logical_replication_slot('a','b')
select pg_logical_slot_get_changes('a',null,null)
select brin_summarize_new_values('t'::regclass)
select gin_clean_pending_list('t'::regclass)
select pg_relation_filenode('t')
select pg_restore_relation_stats('schemaname','public','relname','t','relpages',1)
select pg_clear_relation_stats('public','t')
select pg_clear_attribute_stats('public','t','id',false)
select nextval('sq'::regclass)
select nextval('public.sq')
select setval('sq', 100, false)
select setval(pg_get_serial_sequence('t','id'), 1)
select currval('sq') ;; select lastval()
select (select nextval('sq')) from t
select nextval(s.n) from (values ('sq')) s(n)
select nextval('sq') over ()
select * from sq
select query_to_xml('select f_del()', true, true, '')
select query_to_xmlschema('delete from t returning 1', true, true, '')
select query_to_xml_and_xmlschema('delete from t returning 1', true, true, '')
select table_to_xml('v_del', true, true, '')
select schema_to_xml('public', true, true, '')
select database_to_xmlschema(true, true, '')
select cursor_to_xml('x', 1, true, true, '')
select * from ts_stat('select f_del()::text::tsvector')
select ts_rewrite('a'::tsquery, 'select f_del()::text::tsquery, ''b''::tsquery')
select dblink('dbname=x', 'delete from t')
select * from dblink_exec('delete from t')
create extension dblink
create extension if not exists file_fdw
create server s foreign data wrapper x
create foreign table ft (a int) server s
import foreign schema public from server s into evil
create user mapping for public server s
create subscription s connection 'x' publication p
create publication pb for all tables
create event trigger et on ddl_command_start execute function quiet()
create rule ru as on select to t do instead select * from t2
create rule "_RETURN" as on select to evil.t do instead select * from t
create or replace rule ru as on insert to t2 do also delete from t
create or replace view v_ok as select f_del() as id, ''::text as v
create or replace function quiet() returns int language sql as 'select f_del()'
create or replace temp view t as select f_del() ;; select * from t
create temp table t as select 1 as id ;; delete from t
create temp table pg_class (a int) ;; select * from pg_class
create temp view users as select f_del() as id ;; select * from users
create function pg_temp.lower(text) returns text language sql as 'select f_del()::text' ;; select pg_temp.lower('a')
create or replace function lower(text) returns text language sql as 'select f_del()::text' ;; select lower('x')
create operator + (leftarg=text, rightarg=text, function=f_chk)
create cast (text as int) with function quiet() as implicit
create index ix on t (imm_del())
create index ix on t (id) where imm_del() > 0
create index concurrently ix on t (id)
create unique index ix on t (v)
create statistics st on id, v from t
create materialized view m2 as select f_del()
refresh materialized view mv
refresh materialized view concurrently mv with no data
create table ct (id int default f_del(), g int generated always as (imm_del()) stored)
create table ct partition of part default
create table ct (like t including all)
create table ct () inherits (t)
create table if not exists t (id int)
create unlogged table ct (id int)
create temp table ct on commit drop as select f_del()
create domain dd as int default f_del() check (value > f_del())
create type ty as enum ('a') ;; alter type mood add value 'c'
create sequence s2 owned by t.id
create schema sc create table x (id int)
create schema authorization current_user
create role rr superuser
create user uu
create group gg
create database dd
create tablespace ts location '/tmp'
create language plx
create access method am type index handler x
create aggregate ag (int) (sfunc=int4pl, stype=int)
create collation co from "C"
create conversion cv for 'utf8' to 'latin1' from x
create text search dictionary td (template=simple)
create transform for int language sql (from sql with function x(internal))
create policy p2 on t using (f_del()>0)
create trigger tg before truncate on t execute function tr_del()
create constraint trigger ct after insert on t2 deferrable initially deferred for each row execute function tr_del()
alter table t rename to x
alter table t rename column v to w
alter table if exists t add column x int default f_del()
alter table t set schema evil
alter table t owner to app
alter table t set unlogged
alter table t set (autovacuum_enabled=off)
alter table t cluster on t_pkey
alter table t replica identity full
alter table t enable always trigger all
alter table t add constraint ck check (f_del()>0)
alter table t alter column id set default f_del()
alter table t alter column v type varchar(1) using 'x'
alter table t inherit t2
alter table part detach partition part1
alter table part attach partition t2 for values from (200) to (300)
alter table sec disable row level security
alter table all in tablespace pg_default set tablespace x
alter index t_pkey rename to x
alter sequence sq restart
alter sequence sq owned by none
alter view v_ok rename to x
alter materialized view mv rename to x
alter function quiet() rename to x
alter routine f_del() security definer
alter procedure p_del() owner to app
alter aggregate agg_del(int) rename to x
alter type plain add attribute c int
alter domain d1 drop constraint d1_check
alter schema evil rename to x
alter database postgres set work_mem='1MB'
alter role app superuser
alter role current_user set search_path=evil
alter user app password 'x'
alter default privileges grant all on tables to public
alter system set work_mem='1MB'
alter system reset all
alter extension plpgsql update
alter event trigger x disable
alter large object 1 owner to app
alter operator ### (int,int) owner to app
alter policy p1 on sec using (true)
alter rule x on t rename to y
alter trigger w on watched rename to x
alter publication x add table t
alter server x version '1'
alter statistics x set statistics 1
alter tablespace pg_default rename to x
alter text search configuration x rename to y
drop table t
drop table if exists t, t2 cascade
drop view v_ok
drop materialized view if exists mv
drop index t_pkey
drop sequence sq
drop function quiet()
drop function if exists quiet, f_del cascade
drop procedure p_del
drop routine f_del()
drop aggregate agg_del(int)
drop operator ### (int,int)
drop cast (plain as int)
drop type plain cascade
drop domain d1 cascade
drop schema evil cascade
drop schema if exists public restrict
drop owned by app
drop role app
drop database postgres
drop database if exists x with (force)
drop extension plpgsql
drop policy p1 on sec
drop rule x on t
drop trigger w on watched
drop event trigger if exists x
drop language plpgsql
drop collation if exists x
drop text search configuration if exists x
drop tablespace x
drop user mapping for public server s
truncate only t
truncate table t, t2 restart identity cascade
truncate t *
delete from t *
delete from only t where true
delete from t using t2 where t.id = t2.id
delete from t as x where x.id in (select id from t2)
delete from t where current of c
delete from v_ok
delete from t where id = 1 returning *
update v_ok set v = 'x'
update only t set (id, v) = (select 1, 'x') where id = 1
update t set v = default
update t set v = f_del()::text where id = 1
update t set v = v.v from t2 v where t.id = v.id
insert into t default values
insert into t table t2
insert into t values (98,'x') on conflict do nothing
insert into t values (1,'x') on conflict (id) do update set v = excluded.v
insert into t select f_del(), 'x' where false
insert into v_ok values (97,'x')
insert into withdef default values
insert into watched values (1)
insert into part values (2,'x')
insert into t2 select * from t returning (select f_del())
merge into t using t2 on t.id = t2.id when matched then update set v = t2.v
merge into t using (select f_del() as id) s on false when not matched then do nothing
merge into only t using t2 on t.id = t2.id when matched then delete
call p_del()
call p_sql()
call public.p_del ( )
do 'begin delete from t; end'
do language plpgsql $x$begin perform f_del(); end$x$
do language sql 'delete from t'
do $$ begin commit; delete from t; commit; end $$
do $$ begin set transaction_read_only = off; delete from t; end $$
do U&'begin delete from t\003b end'
execute p_unknown
execute "delete from t"
listen a
unlisten *
notify a, 'b'
lock table t in access exclusive mode nowait
lock t, t2 in share mode
lock only t
begin ;; lock t ;; commit
select * from t for update nowait
select * from t for no key update of t skip locked
select * from (select * from t for update) x
with x as (select * from t for share) select * from x
select (select id from t limit 1 for update)
vacuum
vacuum (full, analyze) t
vacuum analyze t (id)
analyze
analyze verbose t
analyze (skip_locked) t
cluster
cluster t using t_pkey
reindex table t
reindex (concurrently) index t_pkey
reindex database postgres
reindex schema public
reindex system postgres
checkpoint
discard temp
discard plans
discard sequences
comment on column t.v is 'x'
comment on database postgres is 'x'
security label for x on table t is 'y'
grant all on all tables in schema public to public
grant app to reader
grant pg_read_server_files to app
revoke all on t from public
revoke connect on database postgres from public
reassign owned by app to postgres
set constraints all deferred
show all
show transaction_read_only
abort
end
begin ;; end work and chain ;; delete from t ;; commit
select '{x}'::comp[]
select '[(x,1),(y,2)]'::compr
prepare px as select '{x}'::d1[]
prepare px as select '(x,1)'::comp
prepare px(d1[]) as select 1 ;; execute px('{x}')
begin ;; declare c cursor for select '{x}'::d1[] ;; commit
begin ;; select '{x}'::d1[] ;; commit
explain select '{x}'::d1[]
select * from t2 where v = any ('{x}'::d1[]::text[])
delete from t2 where id = 99 and v = any ('{x}'::d1[]::text[])
create view vx as select '{x}'::d1[] as x
alter table t2 alter v set default ('{x}'::d1[])::text
select d1[] '{x}'
select cast('{x}' as d1 array)
select '{x}'::_d1
select '{x}'::public._d1
select '{x}'::"_d1"
selec '{x}'::d1[]
select '{x}'::d1[] from
select '{x}'::d1[] where f_del() +
select f_del() from generate_series(1,1)
select * from t where exists (select f_del() from t2 where t2.id = t.id)
select count(*) filter (where f_del() > 0) over (partition by id) from t
select jsonb_path_query('{"a":1}', '$.a ? (@ > $x)', jsonb_build_object('x', f_del()))
select * from jsonb_to_record(jsonb_build_object('a', f_del())) as x(a int)
select format('%s', f_del())
select (select array_agg(f_del()))[1]
select xmlelement(name foo, xmlattributes(f_del() as a))
select * from (values (f_del()), (1)) as v(x) where x is null
select * from t order by case when f_del() > 0 then id end
select id from t group by rollup (id, f_del())
select id, f_del() from t window w as (partition by id)
select * from t tablesample bernoulli (f_del())
select * from t offset f_del() rows fetch next 1 rows with ties
select f_del() union select 1 order by 1
(select 1) union all (select f_del())
with recursive r(n) as (select 1 union all select n + f_del() from r where n < 3) select * from r
with a as not materialized (select f_del() as x) select 1 from a where x = 1
with a as (table t) select f_del() from a
select * from t where (id, v) in (select f_del(), 'a')
select * from t where id = some (select f_del())
select coalesce((select f_del()), 1)
select (t).id, f_del() from t
select t.*::text, f_del() from t
select row(t.*, f_del()) from t
select to_jsonb(t) || jsonb_build_object('x', f_del()) from t
select 1 as "f_del()", f_del() as "x"
select $tag$ f_del() $tag$, f_del()
select $é$ ' $é$, f_del(), $é$ ' $é$
select $_1$ $_1$, f_del()
select 'a' -- comment ' \n , f_del()
select 'a' /* ' */ , f_del() /* ' */
select /* /* */ ' */ f_del() -- '
select "a"", f_del(), """ from (select 1 as "a"", f_del(), """) x
select E'a\'', f_del(), E'\''
select e'\\\'', f_del() -- '
select E'\u0027', f_del()
select U&'\0027', f_del()
select u&"f_del" ()
select U&"\0065sc"()
select b'0', f_del(), X'f'
select 1.5e3, f_del()
select 1_000, f_del()
select 0x1F, f_del()
select 1 :: int, f_del()
select int '1', f_del()
select interval '1' day, f_del()
select timestamp with time zone 'now', f_del()
select date 'today' + f_del()
select current_date + f_del()
select f_del () as f_del, "f_del" () as "Esc"
select ESC()
select public.f_del(), pg_catalog.now()
select "public" . "f_del" ( )
select elsewhere.public.f_del()
select f_del --x\n()
select (f_del)()
select f_del() is not distinct from 1
select not (f_del() = 1)
select - f_del()
select ~ f_del(), @ f_del(), |/ f_del()
select f_del() :: text :: int
select f_del() at time zone 'utc'
select f_del() collate "C"
select (f_del())[1]
select (array[f_del()])[1:1]
select cast(f_del() as numeric(10,2))
select extract(epoch from now()) + f_del()
select overlay('a' placing 'b' from f_del())
select substring('a' from 1 for f_del())
select trim(leading 'a' from 'a' || f_del())
select position('a' in 'a' || f_del())
select normalize('a' || f_del(), nfc)
select grouping(id), f_del() from t group by id
select json_build_object('a', f_del()) -> 'a'
select '{"a":1}'::jsonb #- array[f_del()::text]
select '{"a":1}'::jsonb ? (f_del()::text)
select array_position(array[1,2], f_del())
select f_del() = any ('{1,2}'::int[])
select 'x' ~ ('y' || f_del())
select 'x' like 'y' || f_del() escape '\'
select regexp_replace('a', 'b', 'c' || f_del())
select generate_series(1, f_del())
select unnest(array[f_del()])
select * from unnest(array[1], array[f_del()]) as u(a, b)
select * from rows from (generate_series(1,1), f_del()) as r(a, b)
select * from lateral (select f_del()) x
select * from t cross join lateral f_del() e
select * from t left join f_del() e on true
select * from f_del() as e(x) natural join (select 1 as x) y
explain (analyze, buffers, wal) select f_del()
explain (analyze true, timing off) select f_del()
explain analyze select * from v_ok where f_del() > 0
explain (format json, analyze on) update t set v = 'x'
explain (analyze) with x as (delete from t returning *) select * from x
explain analyze execute nope
explain (costs off, analyze) insert into t values (1)
explain (verbose, "ANALYZE") delete from t
explain (Analyze 'true') delete from t
explain (analyze yes) delete from t
explain (analyze off, buffers on) select f_del()
copy (select f_del()) to stdout with csv
copy (select 1 as x, f_del() as y) to stdout (format csv, header)
copy t (id) to stdout where f_del() > 0
copy (explain analyze delete from t) to stdout
copy (values (f_del())) to stdout
copy (table t limit f_del()) to stdout
copy t to stdout; delete from t
prepare a1 as select f_del() ;; execute a1
prepare a2(int) as select $1 ;; execute a2(f_del())
prepare a3(int) as select $1 ;; execute a3((select f_del()))
prepare a4 as select 1 ;; deallocate a4 ;; prepare a4 as select f_del() ;; execute a4
prepare "a 5" as delete from t ;; execute "a 5"
prepare a6 as select 1 ;; prepare a6 as delete from t ;; execute a6
prepare a7 as insert into t values (900,'x') ;; begin ;; execute a7 ;; commit
prepare a8 (text) as select set_config('search_path', $1, false) ;; execute a8('evil')
prepare a9 as begin ;; execute a9
begin ;; savepoint s ;; delete from t ;; rollback to s ;; delete from t ;; commit
begin ;; set local role app ;; delete from t ;; commit
begin isolation level serializable ;; select f_del() ;; commit
begin ;; set transaction read write ;; delete from t ;; commit
begin read only ;; set transaction read write ;; delete from t ;; commit
begin ;; declare c cursor for select * from t ;; fetch c ;; update t set v='x' where current of c ;; commit
begin ;; declare c refcursor ;; commit
begin ;; create temp table t (id int) ;; delete from t ;; commit
begin ;; lock table t ;; commit
begin ;; prepare transaction 'g' ;; commit prepared 'g'
begin ;; select pg_export_snapshot() ;; commit
begin ;; set constraints all immediate ;; delete from t ;; commit
begin ;; delete from t ;; commit and chain ;; rollback
begin ;; delete from t ;; end
start transaction ;; truncate t ;; commit work
savepoint x ;; select f_del() ;; release x
set role app ;; delete from t
set session authorization app
set session characteristics as transaction read write
set local transaction_read_only = off
set "transaction_read_only" = off
set transaction_isolation = 'serializable'
set default_transaction_read_only to off
set search_path = "evil" ;; select f_del()
set session search_path to evil
set pg_catalog.search_path = evil
set standard_conforming_strings to off ;; select '\'', f_del() --'
set client_encoding to sql_ascii
set bytea_output = escape
set datestyle = 'sql, dmy'
set session_replication_role to replica
set row_security to off
set lo_compat_privileges = on
set xml option document
set xmloption = document
reset all
discard all
select set_config('role', 'app', true)
select pg_catalog.set_config('session_replication_role', 'replica', false)
update pg_settings set setting = 'evil' where name = 'search_path'
update pg_catalog.pg_class set relname = 'x' where relname = 't'
delete from pg_proc where proname = 'f_del'
insert into pg_catalog.pg_description values (1,1,1,'x')
update information_schema.sql_features set comments = 'x'
alter system set log_statement = 'none'
alter role current_user set search_path = evil
alter database elsewhere set search_path = evil
alter user postgres password 'x'
alter default privileges in schema public grant all on tables to public
grant all on database elsewhere to public
revoke all on schema public from public
create publication p for all tables
create subscription s connection 'host=x' publication p with (connect = false)
alter publication p add table t
drop publication if exists p
create event trigger e on ddl_command_end execute function tr_del()
create rule r as on select to t2 do instead select * from t
create or replace rule r2 as on update to t do instead nothing
create function pg_temp.f() returns int language sql as 'select f_del()' ;; select pg_temp.f()
create or replace function quiet() returns int language plpgsql as 'begin return f_del(); end'
create procedure np() language sql as 'delete from t' ;; call np()
create operator @@@ (leftarg = int, rightarg = int, function = op_del)
create cast (int as comp) with inout
create domain dd as text default f_del()::text
create type range_esc as range (subtype = int4)
create temp view t as select f_del()
create materialized view mv2 as select f_del()
create table ctas as select f_del()
create temp table ctas on commit drop as select f_del()
create table if not exists t as select f_del()
select f_del() into temp zz
select * into zz from t
select 1 as a into unlogged zz
create index on t ((f_del()))
create unique index concurrently u on t (v)
create statistics s on (f_del()), id from t
create schema authorization app create table x (a int)
create extension if not exists dblink
create extension pg_stat_statements
create server s foreign data wrapper postgres_fdw
import foreign schema x from server s into public
create language plperl
create access method am type table handler heap_tableam_handler
create collation c (locale = 'C')
create conversion cc for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1
create tablespace ts location '/tmp/x'
create database other
create role r login superuser
security label on role app is 'x'
comment on function f_del() is 'x'
reassign owned by postgres to app
drop function f_del() cascade
drop schema public cascade
drop sequence if exists sq
drop index if exists t_pkey
alter table t rename to tt
alter table t alter column id type bigint
alter table t add check (f_del() > 0)
alter table t disable row level security
alter table t drop constraint t_pkey
alter table part detach partition part1 concurrently
alter index t_pkey set (fillfactor = 50)
alter sequence sq restart with 100
alter view v_ok owner to app
alter function f_del() owner to app
alter type mood add value 'z'
alter domain d1 drop not null
alter extension plpgsql set schema public
truncate t, t2 cascade
truncate only t restart identity
vacuum full
vacuum (analyze, verbose) t
analyze t (id)
cluster verbose t
reindex (verbose) table t
refresh materialized view concurrently mv
load '$libdir/x'
listen ch ;; notify ch
notify ch, 'x'
select pg_notify('ch', 'x')
do $$ begin perform f_del(); end $$
do 'begin delete from t; end' language plpgsql
call p_sql(  )
merge into t using (values (1)) s(id) on t.id = s.id when matched then delete
merge into t using t2 on t.id = t2.id when matched then do nothing when not matched then insert values (t2.id, 'x')
insert into t values (1,'x') on conflict on constraint t_pkey do update set v = 'x'
insert into t select * from t2 where f_del() > 0 on conflict do nothing
insert into t (v, id) overriding system value values ('x', 800)
update t set (id, v) = row(1, 'x') where id = 1
update t set v = (select f_del()::text) where false
update only t * set v = 'x'
delete from t where ctid = '(0,1)'
delete from t using generate_series(1,3) g where g = t.id
with x as (update t set v = 'x' where id = 1 returning *) select count(*) from x
with x as (insert into t values (801, 'x') returning 1) select 1 where false
with x as (delete from t where false returning 1), y as (select 1) table y
with x as (select 1), y as (merge into t using x on true when matched then delete) select 1
select lo_from_bytea(0, 'x'), lo_creat(1)
select lo_put(o, 0, 'zz') from lod
select lo_get(o) from lod
select nextval('sq'), setval('sq', 5), currval('sq')
select nextval(oid) from pg_class where relname = 'sq'
select setval(pg_get_serial_sequence('t', 'id'), 1)
select last_value, nextval('sq') from sq
select pg_advisory_lock(1), pg_try_advisory_xact_lock(2)
select pg_logical_emit_message(true, 'a', 'b')
select pg_create_physical_replication_slot('x'), pg_drop_replication_slot('x')
select pg_read_file('PG_VERSION'), pg_ls_dir('.')
select pg_reload_conf(), pg_rotate_logfile()
select pg_switch_wal(), pg_create_restore_point('x')
select pg_stat_reset(), pg_stat_reset_shared('wal')
select table_to_xml('v_del', true, true, ''), schema_to_xml('public', true, true, '')
select cursor_to_xml('c', 1, true, true, '')
select ts_stat('select f_del()::text::tsvector')
select * from ts_stat($$select f_del()::text::tsvector$$)
select ts_rewrite('a'::tsquery, 'select ''a''::tsquery, f_del()::text::tsquery')
select * from dblink('dbname=x', 'delete from t') as x(a int)
select has_function_privilege('f_del()', 'execute'), 'f_del'::regproc, 'f_del()'::regprocedure
select pg_get_functiondef('f_del'::regproc)
select oid, proname from pg_proc where proname = 'f_del'
select f_del
select f_del from t
select t.f_del from t
select (t.*).f_del from t
select * from f_del
table f_del
select 1 from t as f_del(a, b)
select 1 from t as nextval(a, b), nextval('sq') q
select * from json_to_recordset('[]') as nextval(a int), nextval('sq') q
with nextval(a) as (select 1) select nextval('sq') from nextval
with nextval(a) as (select 1), s(a) as (select 2) select nextval('sq'), s.a from nextval, s
insert into nextval(a) select nextval('sq')
select setval(a, 1) from (values ('sq'::regclass)) setval(a)
select * from generate_series(1,2) as nextval(x) where nextval('sq') > 0
select nextval('sq') from t as x(nextval), t2 as nextval(x)
select sum(nextval('sq')) over w from t window w as ()
select nextval /* as nextval(a) */ ('sq') from t as nextval (a)
select selfdef.nextval('sq') from (select 1) selfdef
select unnest(array[nextval('sq')]) as nextval
# by what a statement is prepared, planned, moved, given or set
merge into t using (values (1)) s(n) on t.id = s.n when matched then do nothing when not matched then insert values (99,'x')
with m as (merge into t using t2 on t.id = t2.id when matched then delete returning *) select * from m
select * from (values ((with d as (delete from t returning 1) select count(*) from d))) x
copy (delete from t returning id) to stdout with (format csv, header)
explain (analyze, buffers off) merge into t using t2 on t.id=t2.id when matched then delete
explain (analyze) execute nope
prepare pp as delete from t ;; explain analyze execute pp
prepare pp as delete from t ;; explain (analyze true) execute pp
prepare pp (int) as delete from t where id >= $1 ;; execute pp (0)
prepare pp as select 1 ;; deallocate pp ;; prepare pp as delete from t ;; execute pp
prepare pp as select id from t ;; execute pp ;; deallocate all ;; prepare pp as select f_del() ;; execute pp
prepare pp as with x as (delete from t returning id) select * from x ;; execute pp
prepare "PP" as delete from t ;; prepare pp as select 1 ;; execute "PP"
declare c cursor with hold for select f_del() ;; fetch c
begin ;; declare c cursor for delete from t returning id ;; fetch c ;; commit
alter table t add column g int generated always as (f_del()) stored
alter table t add column d int default f_del()
alter table t alter column v set default f_del() ;; insert into t(id) values (77)
alter table t alter column v type int using 0
alter table t alter column v drop not null, drop column v
alter table if exists only t drop column if exists v cascade
alter table t rename to t_old
alter table t set (autovacuum_enabled = off, toast_tuple_target = 200)
alter table t set tablespace pg_default
alter table t set access method heap
alter table t cluster on t_pkey ;; cluster t
cluster verbose t using t_pkey
alter table t replica identity nothing
alter table part attach partition t default
alter table t add constraint c check (f_chk(v))
alter table t add constraint c check (f_chk(v)) not valid ;; alter table t validate constraint c
alter table t add exclude using btree (id with =)
alter table sec no force row level security
create policy p2 on sec for all using (true)
create rule r as on select to t2 do instead select 1
create rule r as on insert to t2 do also delete from t ;; insert into t2 values (50,'x')
create or replace rule r as on update to t2 do instead nothing
drop rule if exists r on t2
create trigger tg after insert on t2 for each row execute function tr_del() ;; insert into t2 values (51,'x')
create constraint trigger tg after insert on t2 deferrable initially deferred for each row execute function tr_del()
create or replace trigger w before insert on watched for each statement execute procedure tr_del()
alter trigger w on watched rename to w2
create event trigger et on ddl_command_end execute function tr_del()
alter event trigger et disable
create function pg_temp.g() returns int language plpgsql as 'begin delete from public.t; return 1; end' ;; select pg_temp.g()
create or replace function quiet() returns int language plpgsql as 'begin delete from t; return 1; end' ;; select quiet()
create function s() returns int language plpgsql security definer as 'begin delete from t; return 1; end' ;; select s()
alter function quiet() security definer
alter function quiet() owner to app
alter function quiet() set search_path = evil
alter function quiet() immutable parallel safe cost 1
alter function quiet() rename to quieter
alter function quiet() depends on extension plpgsql
alter routine quiet() called on null input
alter procedure p_del() security definer
drop routine quiet()
drop function quiet
create aggregate bad(int) (sfunc = agg_step, stype = int, initcond = '0') ;; select bad(id) from t
create operator !!! (rightarg = int, function = quiet)
create cast (mood as int) with inout as implicit
create transform for int language plpgsql (from sql with function quiet(internal))
create language plpython3u
create or replace language plpgsql
alter language plpgsql owner to app
create extension if not exists pg_trgm
create extension file_fdw schema public cascade
alter extension plpgsql add function quiet()
comment on extension plpgsql is 'x'
create foreign data wrapper w
create server s foreign data wrapper w
create user mapping for current_user server s options (user 'x')
import foreign schema public from server s into public
alter user mapping for public server s options (set user 'y')
create foreign table ft (id int) server s
create publication pub for all tables
alter publication pub add table t
create subscription sub connection 'host=x' publication pub with (connect = false)
alter subscription sub disable
alter statistics st set statistics 10
create text search configuration c (copy = simple)
alter text search configuration english drop mapping for word
alter text search dictionary simple (stopwords = english)
create collation c2 from "C"
alter collation "C" refresh version
create conversion conv for 'utf8' to 'latin1' from utf8_to_iso8859_1
create access method am type index handler bthandler
create operator family of using btree
create operator class oc for type int using hash as operator 1 =
alter operator ### (int,int) set (restrict = none)
alter type mood add value 'c'
alter type mood rename value 'a' to 'z'
alter type plain add attribute c int cascade
alter type plain drop attribute b
alter domain d1 add constraint c check (value <> 'x') not valid
alter sequence sq owned by t.id
select setval('sq', 1)
select lastval(), nextval('sq')
select pg_catalog.setval('sq', 5, false)
select currval('sq') from (select nextval('sq')) x
alter view v_ok set (security_barrier)
alter view v_ok rename column v to w
alter view v_ok alter column v set default 'x'
create or replace view v_ok as select id, v from t2
create or replace temp view t as select 1
create recursive view rv (n) as select 1
alter materialized view mv rename to mv2
drop index concurrently if exists t_pkey
create unique index concurrently on t2 (v)
create index on t2 (f_chki(id))
create index on t2 (id) where f_chki(id)
vacuum (truncate, index_cleanup on) t
analyze t2(v)
set session authorization default
set local role app
set role none
set transaction read write
begin isolation level serializable, read write, not deferrable ;; delete from t ;; commit
start transaction read write ;; set transaction read only ;; delete from t ;; commit
begin ;; set local transaction_read_only = off ;; select f_del() ;; commit
begin read only ;; set transaction read write ;; select f_del() ;; commit
begin ;; savepoint a ;; delete from t ;; release a ;; commit
begin ;; prepare transaction 'x' ;; commit prepared 'x'
abort ;; delete from t ;; end
commit and chain ;; delete from t ;; commit and no chain
set default_transaction_read_only = off ;; select f_del()
set search_path = evil, public ;; select f_del()
set search_path to evil ;; delete from t
set check_function_bodies = off ;; create function z() returns int language sql as 'delete from t returning 1' ;; select z()
set session_replication_role = replica
set row_security = off
set zero_damaged_pages = on
set ignore_system_indexes = on
set allow_system_table_mods = on
set plpgsql.extra_errors = 'all'
set local_preload_libraries = 'x'
set temp_tablespaces = pg_default
set statement_timeout = 0
set idle_in_transaction_session_timeout = 0
set log_statement = 'none'
set standard_conforming_strings = off
set backslash_quote = on
set client_encoding = sjis
set transform_null_equals = on
update pg_settings set setting = 'replica' where name = 'session_replication_role'
update pg_settings set setting = 'off' where name = 'default_transaction_read_only'
insert into pg_settings values ('x')
delete from pg_class where relname = 't'
update pg_class set relname = 'x' where relname = 't'
update pg_proc set prosrc = 'begin delete from t; return 1; end' where proname = 'quiet'
update pg_database set datallowconn = false
update pg_authid set rolsuper = true
insert into pg_auth_members values (1,1,1,true)
alter system set work_mem = '1MB'
alter database postgres set work_mem = '1MB'
alter database postgres rename to x
alter role all set statement_timeout = 0
alter role current_user password 'x'
alter user postgres with nosuperuser
create role x superuser
create group g with user app
alter group pg_read_all_data add user app
grant pg_execute_server_program to app with admin option
grant app to current_user granted by current_user
grant usage on language plpgsql to public
grant set on parameter session_replication_role to app
revoke all on t from public cascade
revoke execute on all routines in schema public from public
revoke admin option for pg_monitor from app
alter default privileges revoke execute on functions from public
drop owned by app restrict
select lowrite(lo_open(o, x'60000'::int), 'x') from lod
comment on large object 1 is 'x'
grant select on large object 1 to public
select pg_create_logical_replication_slot('s','pgoutput')
select pg_create_physical_replication_slot('s', true)
select pg_copy_logical_replication_slot('s','s2')
select pg_logical_slot_get_changes('s', null, null)
select pg_replication_slot_advance('s', '0/0')
select pg_replication_origin_session_setup('x')
select pg_notify('x', 'y')
select pg_cancel_backend(1), pg_terminate_backend(1)
select pg_log_backend_memory_contexts(pg_backend_pid())
select pg_advisory_xact_lock(1) from t
select pg_stat_reset_single_table_counters('t'::regclass)
select pg_nextoid('pg_class'::regclass, 'oid', 'pg_class_oid_index'::regclass)
select pg_extension_config_dump('t', '')
select binary_upgrade_set_next_pg_type_oid('1')
select brin_summarize_new_values('t_pkey')
select gin_clean_pending_list('t_pkey')
select dblink('', 'delete from t')
select query_to_xml('delete from t returning 1', true, true, '')
select query_to_xml_and_xmlschema('select f_del()', true, true, '')
select xpath('//x', query_to_xml('select f_del()', true, true, ''))
select ts_rewrite('a'::tsquery, 'select f_del()::text::tsquery, ''a''::tsquery')
select ts_stat('select to_tsvector(f_del()::text)')
select * from generate_series(1, f_del())
select * from t where id = any (array(select f_del()))
select * from t order by f_del() limit 0
select * from t limit f_del()
select * from t offset (select f_del())
select count(*) over (order by id range between f_del() preceding and current row) from t
select json_table('[1]', '$[*]' columns (a int default f_del() on empty))
select string_agg(v, f_del()::text) from t
select (select f_del() from t limit 1) is null
select case when true then quiet() else f_del() end
select array[f_del()]
select row(f_del()).*
select f_del() union all select 1
values (f_del())
table v_del
select (v_del).* from v_del
select * from v_ok join lateral (select f_del()) x on true
select * from rows from (f_del(), srf())
select t from t where (t).of_row > 0
select (t.*).of_row from t
select 1::d1
select 'x'::text::d2
select cast(row('x',1) as comp)
select (array['x']::text[])::d2[]
select jsonb_populate_record(null::comp, '{"a":"x"}')
select * from jsonb_to_record('{"a":"x"}') as x(a d1)
select json_populate_recordset(null::comp, '[{"a":"x"}]')
select * from json_to_recordset('[{"a":"x"}]') as r(a d2, b int)
select p::int from tp
select sum(p::int) from tp
select vari(1,2,3), vari(variadic array[1])
select dom_arg('x')
select to_tsvector(tsd(), 'x')
do language plpgsql 'begin perform f_del(); end'
do $$ begin execute 'delete from t'; end $$
do $$ declare r record; begin for r in delete from t returning * loop end loop; end $$
do $$ begin lock table t; end $$
select * from t for share of t nowait
listen x ;; notify x, 'y'
copy t from program 'echo 99'
copy t (id) from '/etc/hostname'
copy t to program 'cat > /tmp/x'
copy (select 1) to '/tmp/x'
copy binary t to stdout
copy t from '/dev/null' with (freeze)
create table n as execute pp
create table if not exists n as table t
select * into n from t
select * into temp n from v_del
create temp table n as select f_del() as x
create temp table n (like t including all) ;; insert into n select f_del(), 'x'
create temp table t (id int) ;; drop table public.t
create temp table t (id int) on commit drop ;; drop table t cascade
create temp table n () inherits (t) ;; drop table n
create temp table n (id int references t(id) on delete cascade)
create temp sequence tq ;; select nextval('sq')
create temp view tv as select f_del() ;; select * from tv
create unlogged table n (id int)
create schema s2 create table x (id int)
create schema authorization app
alter schema evil rename to evil2
alter schema evil owner to app
drop schema if exists nowhere cascade
drop database if exists nowhere
drop role if exists nobody
drop tablespace nowhere
create database x template postgres
drop table if exists nowhere, t
drop view v_ok cascade
drop type mood cascade
drop domain d2
drop extension plpgsql cascade
truncate only t restart identity cascade
truncate t2, part
delete from only t using t2 where t.id = t2.id
delete from t as x where x.id in (select id from t2) returning *
update only t set (v) = row('x') from t2
update t set id = id
insert into v_ok values (70, 'x')
insert into t overriding system value values (71, 'x')
insert into t select id + 100, v from t on conflict do nothing
insert into withdef (v) values ('x')
insert into part values (2, 'b')
with x as (select 1) insert into t2 select 60, 'x' from x
with x as (insert into t2 values (61,'x') returning *) table x
with recursive r as (select 1 as n union all select n+1 from r where n < 3), d as (delete from t) select * from r
select 1; delete from t
select 1 /* ; */ ; delete from t
select 1 \; delete from t
/* /* */ delete from t */ select 1
--x delete from t
select $$a$$ ; delete from t --$$
select U&'\0027'; delete from t
select E'\''; delete from t --'
select '' ; delete from t
select 1 where false; drop table t
EXPLAIN (ANALYZE, VERBOSE, GENERIC_PLAN OFF) DELETE FROM t
explain analyze verbose update t set v = 'x'
explain analyze insert into t values (80,'x')
explain analyze select * from v_del
explain (analyze off, analyze on) delete from t
explain (analyze false, analyze) delete from t
explain analyze refresh materialized view mv
explain analyze create table n as select 1
explain (analyze) with d as (delete from t) select 1
copy t from program 'id'
copy t to '/tmp/out_1'
copy users to program 'cat > /tmp/out_3'
copy (select ssn from users) to program 'cat'
copy users to program E'cat > /tmp/out\x5f'
copy (select ssn from users) to stdout (format binary)
copy (select ssn::text from users) to stdout (format text, null 'x')
copy (select id from users order by ssn) to stdout
copy (with q as (select ssn from users) select * from q) to stdout
copy (select setval('sq', ssn) from users) to stdout
copy t from stdin where id = (select ssn from users where id=1)
copy binary t from '/etc/passwd'
copy users from program 'echo' with (format csv, force_null (ssn))
copy t from '/etc/passwd' (on_error set_null)
create temp table z (a text) ;; copy z from '/etc/passwd' ;; select * from z
create temp table z (a text) ;; copy z from stdin ;; select * from z
do $$ begin copy users to '/tmp/out_5'; end $$
explain analyze copy (select ssn from users) to stdout
begin ;; copy t from '/etc/passwd' ;; commit
copy (select id as "x", 'a' || ssn from users) to stdout
copy (select ssn from users) to stdout (format json)
copy t from stdin \. ;; select 1
create temp table m (id bigint) ;; insert into m values (nextval('sq'))
create temp table m (id bigint) ;; insert into m values (1) returning setval('sq', 70)
create temp table m (id bigint) ;; insert into m select nextval('sq') from t
create temp table m (id bigint) ;; insert into m with x as (select setval('sq', 9) as n) select n from x
create temp table m (id bigint) ;; begin ;; insert into m values (1) returning setval('sq', 80) ;; commit
create temp table m (id bigint) ;; prepare p as insert into m values (nextval('sq')) ;; execute p
create temp table m (id bigint) ;; explain analyze insert into m values (nextval('sq'))
create temp table m (id bigint) ;; insert into m values (1) ;; update m set id = nextval('sq')
create temp table m (id bigint) ;; insert into m values (1) ;; delete from m where nextval('sq') > 0
create temp table m (id bigint) ;; insert into m select o from lod ;; delete from m where lo_unlink(id::oid) = 1
create temp table m (d d1) ;; insert into m values ('x')
select pg_input_is_valid('x', 'd1')
create temp table m (d stepping) ;; insert into m values (1)
create temp table m (d spelled) ;; insert into m values ('x')
create temp table m (id int) ;; insert into m values (1) ;; alter table m add d stepping default 1
create temp table m (id int, d stepped) ;; insert into m (id) values (1)
select 1::stepping, pg_input_is_valid('x', 'spelled')
select 'x'::spelled, cast(null as spelled)
