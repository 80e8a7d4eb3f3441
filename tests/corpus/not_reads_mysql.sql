# None of these may pass as a read on MySQL or MariaDB.
/*!50000 drop table t */
select /*! 1 */
select 1 /*M! into @x */
select /*+ SET_VAR(sql_mode='') */ 1
select benchmark(1000000, md5('a'))
select `benchmark`(1, 1)
select get_lock('a', 10)
select get_lock(concat('a', 'b'), 0)
select load_file('/etc/passwd')
select sys_exec('id')
select nextval(sq)
select setval(sq, 1)
select next value for sq
select master_pos_wait('a', 1)
select sleep(id) from t
select sleep((select 10))
select f_del()
select shop.f_del()
select F_DEL ()
select `f_del`()
select f_del/**/()
select * from bad_view
select * from t for update
select * from t lock in share mode
select * from t for share
select 1 into outfile '/tmp/x'
select 1 into dumpfile '/tmp/x'
select * from t into outfile '/tmp/x'
table t into outfile '/tmp/x'
set @a = 1, global max_connections = 1
set @a = 1, sql_mode = 'oracle'
set @a = 1, @@global.x = 2
select {x id} from t
select \N
call p_del()
begin not atomic delete from t; end
execute immediate @s
execute immediate concat('a', 'b')
prepare p from @s
execute nothing
handler t open as a b
handler t read first
do f_del()
do benchmark(1, 1)
set @a = f_del()
set sql_mode = 'ansi_quotes,no_backslash_escapes'
set global max_connections = 1
set @@global.max_connections = 1
set persist max_connections = 1
set password = 'x'
set unheard_of = 1
set time_zone = (select name from users)
set statement max_statement_time=1 for delete from t
set statement sql_mode='' for select 1
load data infile '/x' into table t
load data local infile '/x' into table t
kill 1
xa start 'a'
lock tables t write
unlock tables
flush tables
optimize table t
repair table t
analyze table t
analyze local table t
check table t
purge binary logs to 'x'
install plugin x soname 'y'
shutdown
use `odd, name`
truncate t
truncate table t
rename table t to x
create table x (a int)
create temporary table x (a int default (load_file('/x')))
create table x select * from t
create or replace table t (a int)
create view x as select 1
create trigger g after insert on t for each row delete from t2
create event e on schedule at now() do delete from t
drop table t
drop temporary sequence t
alter table t drop column v
replace into t values (1, 'a')
insert into t values (1, 'a') on duplicate key update v = 'b'
delete from t where id = 1
delete t from t join t2 using (id)
update t, t2 set t.v = 1
with x as (select 1 as a) delete from t where id in (select a from x)
analyze delete from t
analyze format=json update t set v = 1
explain for connection 5
explain select f_del()
show explain for 5
show binlog events
show tables where f_del()
show variables where (select 1)
show create table t; delete from t
select 1; delete from t
select 1;; delete from t
grant all on *.* to a
revoke all on *.* from a
create user a
signal sqlstate '45000'
frobnicate
selec 1
select * from t where
set max_join_size = next value for sq
set @@session.sort_buffer_size = 1 + next value for sq
set group_concat_max_len := next value for sq
set statement max_statement_time = next value for sq for select 1
set foreign_key_checks = (select max(id) from users)
show tables where next value for sq
show variables where value = 1 or next value for sq
set names (select 'gbk')
set names nowhere
set unique_checks = 0, sql_log_bin = 0
show tables where x in (f_del())
show tables where lower(x) = f_del()
show function status where db = database() and get_lock('a', 1)
show procedure status where db = database() and load_file('/etc/passwd') like 'r%'
show index from t where concat(key_name, (select 1)) = 'x'
show table status where name = shop.f_del()
show status where sleep(value)
show variables where concat(variable_name, @a) = 'x'
show databases where nextval(sq) > 0
select sys.table_exists('a', 'b', @x)
select sys.format_bytes(f_del())
select straight_join distinct f_del() from t
select id from t limit 1 rows examined (f_del())
select 1 into outfile '/tmp/x'
select id from t union select 2 into @a, @b
select id from t for system_time as of (select f_del())
show tables where (f_del())
select shop.1e5()
select {fn f_del()}
select {fn 1+f_del()}
select 1 from {oj t left outer join t u on f_del()}
select {x now()}
select {d f_del()}
select {ts '2024-01-01', f_del()}
select {d '2024-01-01' }, {x 'a'}
select * from t procedure analyse((select f_del()))
select f_del() from t procedure analyse()
select 1 from t into outfile '/tmp/an' procedure analyse()
select next value for s
