# None of these may pass as a read on PostgreSQL.
select nextval('sq')
select "nextval"('sq')
select pg_catalog.nextval('sq')
select "pg_catalog"."setval"('sq', 1)
select nextval /* c */ ('sq')
select * from nextval('sq')
select 1 where nextval('sq') > 0
select 1 order by nextval('sq')
select 1 limit nextval('sq')
select case when true then nextval('sq') end
select count(*) filter (where nextval('sq') > 0) from t
select sum(nextval('sq')) over () from t
select (select nextval('sq'))
select * from t, lateral (select nextval('sq')) x
with x as (select nextval('sq')) select 1
values (nextval('sq'))
select array[nextval('sq')]
select row(nextval('sq'))
table bad_view
select * from bad_view
select * from t for update
select * from t for share
select * from t for no key update
select * from t for key share skip locked
select 1 into x
select f_del() into temp x from t
select * into unlogged x from t
with d as (delete from t returning *) select * from d
with d as (insert into t values (1) returning *) select * from d
with d as (update t set v = 1 returning *) select * from d
select table_to_xml('t', true, true, '')
select database_to_xml(true, true, '')
select query_to_xml('delete from t', true, true, '')
select cursor_to_xml('c', 1, true, true, '')
select * from ts_stat('select 1')
select ts_rewrite('a'::tsquery, 'select 1')
select lo_unlink(1)
select lo_import('/etc/passwd')
select lo_export(1, '/tmp/x')
select lo_from_bytea(0, 'x')
select pg_read_file('/etc/passwd')
select pg_ls_dir('.')
select pg_stat_file('x')
select pg_terminate_backend(1)
select pg_cancel_backend(1)
select pg_reload_conf()
select pg_rotate_logfile()
select pg_switch_wal()
select pg_create_restore_point('x')
select pg_create_physical_replication_slot('x')
select pg_drop_replication_slot('x')
select pg_logical_emit_message(true, 'a', 'b')
select pg_notify('a', 'b')
select pg_advisory_lock(1)
select pg_try_advisory_lock(1)
select pg_advisory_xact_lock(1)
select pg_sleep(id) from t
select pg_sleep((select 10))
select set_config('role', 'x', false)
select pg_catalog.set_config('search_path', 'x', false)
select * from dblink('x', 'delete from t') as d(a int)
select dblink_exec('x', 'delete from t')
select pg_stat_reset()
select pg_promote()
select f_del()
select public.f_del()
select "f_del"()
select F_DEL()
select t.f_del from t
select wipe()
select unknown_function(1)
select other.lower('x')
select 'x'::guarded
select 'x'::public.guarded
select cast('x' as guarded)
select guarded 'x'
select 1 === 2
select 1 operator(public.===) 2
select v @@@ 'x' from t
select U&"\0066_del"()
select U&'\0061' 'b'
select U&'\006'
select U&"f\005fdel"()
select U&'a' uescape '!!'
set search_path to public, other
set client_encoding to latin1
select E'a'   'b\'; delete from t; --'
select 1; select 2
select 1 /*+ Set(transaction_read_only off) */
/*+ Set(search_path x) */ select 1
do $$ begin delete from t; end $$
call p_del()
execute nothing
prepare transaction 'x'
commit prepared 'x'
rollback prepared 'x'
lock table t
listen x
notify x
vacuum
analyze t
cluster t
reindex table t
checkpoint
load 'x'
alter system set work_mem = '1GB'
set search_path to x
set schema 'x'
set unheard_of = 1
create table x (a int)
create temp table x (a int default f_del())
create view x as select 1
create index on t (v)
refresh materialized view x
comment on table t is 'x'
grant select on t to x
revoke all on t from x
drop view order_summary
truncate t
merge into t using t2 on t.id = t2.id when matched then delete
insert into t default values
copy t from stdin
copy t to '/tmp/x'
copy (select 1) to program 'id'
copy (delete from t returning *) to stdout
copy (select nextval('sq')) to stdout
explain analyze select f_del()
explain (analyze) insert into t values (1)
explain ("analyze") delete from t
explain (analyze 1) delete from t
explain analyze create table x as select 1
explain select f_del()
declare c cursor for select f_del()
declare c cursor for select * from t for update
prepare q as select f_del()
selec 1
select 1 from
select * from t where
frobnicate
