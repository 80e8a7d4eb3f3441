# Attacks on the guard by ways that the other lists do not take; ' ;; ' separates statements on one connection.
select f_del()
select (select f_del())
select 1 union select f_del()
select 1 union all (select f_del() limit 1)
select 1 except select f_del()
select 1 intersect select f_del()
(select f_del())
((select 1) union (select f_del()))
values (f_del())
values (1),(f_del())
table v_del
select * from (values (f_del())) x
with x as (select f_del() as a) select * from x
with recursive x as (select 1 as a union select f_del() from x where a < 1) select * from x
select * from t limit 1 offset 0 procedure analyse()
select * from t order by f_del()
select * from t group by f_del()
select id from t group by id with rollup having f_del() > 0
select count(*) from t where f_del()
select sum(id) over (partition by f_del()) from t
select sum(id) over (order by f_del()) from t
select sum(id) over w from t window w as (order by f_del())
select group_concat(v order by f_del()) from t
select case f_del() when 1 then 2 end
select if(f_del(), 1, 2)
select ifnull(null, f_del())
select nullif(f_del(), 1)
select coalesce(null, f_del())
select elt(1, f_del())
select field(f_del(), 1)
select interval(f_del(), 1)
select 1 in (f_del())
select 1 = any (select f_del())
select exists (select f_del())
select f_del() is null
select f_del() regexp '1'
select 'a' like f_del() escape 'x'
select -f_del()
select !f_del()
select ~f_del()
select binary f_del()
select cast(f_del() as char)
select convert(f_del(), char)
select convert(f_del() using utf8mb4)
select f_del() collate utf8mb4_bin
select date_add(now(), interval f_del() day)
select extract(day from from_unixtime(f_del()))
select trim(both f_del() from 'a')
select substring('abc' from f_del())
select position(f_del() in 'abc')
select json_object('a', f_del())
select json_value(json_array(f_del()), '$[0]')
select * from json_table(json_array(f_del()), '$[*]' columns (x int path '$')) j
select match (v) against (f_del()) from t
select * from t join t2 on f_del()
select * from t natural join (select f_del() as id) x
select * from t straight_join (select f_del()) x
select * from t where (id, 1) = (select f_del(), 1)
select * from t where row(1,f_del()) = row(1,1)
select * from v_del
select count(*) from v_del
select exists (select * from v_del)
select 1 from v_del limit 0
select `f_del`()
select `f_del` ()
select f_del ()
select f_del/**/()
select f_del/*!()*/
select /*!f_del()*/
select /*!99999 1,*/ f_del()
select /*M!100100 f_del(), */ 1
select 1 /*!, f_del()*/ from t
select /*! 1 */ + /*! f_del() */
select 1 /*!50000, f_del() */ -- x
/*!50000 select*/ f_del()
/*!select f_del()*/
/*! /*!delete from t*/ */
/**/delete/**/from/**/t/**/
/*/delete from t/*/ select 1
select 1 /* */ */ , f_del() /* */
# comment
-- comment
--delete from t
select 1 --1, f_del()
select 1 --	x
select 1 # '\n, f_del()
select "a", f_del()
select 'a''b', f_del(), "c""d"
select '\'', f_del(), '\''
select '\\', f_del()
select "\"", f_del()
select _utf8mb4'a', f_del()
select _binary'\xbf\x27', f_del()
select x'41', 0x41, b'1', f_del()
select n'a', f_del()
select `a``b` from (select f_del() as `a``b`) x
select @a := f_del()
select @a := (select f_del())
set @a = f_del()
set @a := (select f_del()), @b = 1
set @s = 'delete from t' ;; prepare p from @s ;; execute p
prepare p from 'delete from t' ;; execute p
prepare p from "delete from t" ;; execute immediate 'execute p'
prepare p from 'select f_del()' ;; execute p
prepare p from concat('delete',' from t') ;; execute p
prepare p from 'select 1' ;; prepare p from 'delete from t' ;; execute p
prepare P from 'delete from t' ;; execute p
prepare `p q` from 'delete from t' ;; execute `p q`
prepare p from 'delete from t where id > ?' ;; execute p using 0
prepare p from 'call p_del()' ;; execute p
prepare p from 'drop table t' ;; execute p
prepare p from 'select ? into @x' ;; execute p using f_del()
execute immediate 'delete from t'
execute immediate concat('delete from ', 't')
execute immediate 'delete from t where id > ?' using 0
execute immediate (select 'delete from t')
execute immediate @undefined
call p_del()
call p_del
call `p_del`()
call p_ro() ;; select f_del()
call sys.table_exists('a','b',@x)
call mysql.rds_kill(1)
do f_del()
do 1, f_del()
do (select f_del())
do sleep(0), f_del()
do release_lock('a')
begin not atomic delete from t; end
begin not atomic declare x int; set x = f_del(); end
begin not atomic if true then delete from t; end if; end
begin not atomic execute immediate 'delete from t'; end
begin not atomic declare continue handler for sqlexception begin end; delete from t; end
begin not atomic for r in (select f_del() as a) do set @x=r.a; end for; end
begin not atomic case 1 when 1 then delete from t; end case; end
begin not atomic loop delete from t; end loop; end
begin not atomic while false do select 1; end while; delete from t; end
if 1 then delete from t; end if
case 1 when 1 then delete from t; end case
loop delete from t; end loop
while 1 do delete from t; end while
repeat delete from t; until 1 end repeat
for i in 1..2 do delete from t; end for
<<l>> begin not atomic delete from t; end l
delimiter // ;; delete from t // ;; delimiter ;
DELIMITER $$ delete from t$$
\G delete from t
select 1\G delete from t
select 1\g
source /tmp/x
\! rm x
explain select f_del()
explain extended select f_del()
explain delete from t
explain format=json select f_del()
analyze select f_del()
analyze format=json select f_del()
analyze format=json delete from t
analyze update t set v='x'
analyze insert into t values (88,'x')
explain analyze delete from t
describe delete from t
desc select f_del()
describe v_del
analyze table t
analyze local table t persistent for all
check table t
check table t for upgrade
checksum table t
repair table myi
optimize local table t
optimize no_write_to_binlog table t
show create view v_del
show create function f_del
show function code f_del
show procedure code p_del
show grants
show processlist
show full processlist
show engine innodb status
show warnings limit f_del()
show tables where f_del()
show columns from t where f_del()
show variables where f_del() = 1
show status where f_del()
show tables like 'a' ;; delete from t
show index from t where f_del()
show databases where f_del()
show triggers where f_del()
show events where f_del()
show open tables where f_del()
show table status where f_del()
show character set where f_del()
show collation where f_del()
show function status where f_del()
show explain for 1
show analyze for 1
show binary logs
show master status
show slave status
show relaylog events
show user_statistics
handler t open ;; handler t read first where f_del() ;; handler t close
handler t open as h ;; handler h read next limit 1
handler v_del open
handler t open ;; handler t read `primary` = (1)
load data infile '/etc/hostname' into table t
load data local infile '/etc/hostname' replace into table t
load data concurrent local infile 'x' ignore into table t set v = f_del()
load xml local infile 'x' into table t
load index into cache t
select * from t into outfile '/tmp/bastion_rt'
select * into outfile '/tmp/bastion_rt' from t
select * into dumpfile '/tmp/bastion_rt' from t limit 1
select 1 into @a
select f_del() into @a
select id into @a from t limit 1
(select 1) into @a
select 1 union select 2 into @a
with x as (select 1) select * from x into @b
select load_file('/etc/passwd')
select sleep(1)
select sleep(id) from t
select benchmark(1000000000, md5('a'))
select benchmark(1, f_del())
select get_lock('a', 1)
select get_lock('bastion', -1), is_free_lock('a')
select release_all_locks()
select master_pos_wait('x', 1)
select master_gtid_wait('0-1-1', 1)
select name_const('a', f_del())
select values(f_del())
select uuid_short()
select last_insert_id(5)
select last_insert_id(f_del())
select nextval(sq)
select next value for sq
select next value for `sq` from t
select sq.nextval
select previous value for sq
select lastval(sq)
select setval(sq, 100)
select setval(sq, 5, 0)
select nextval(`sq`), 1
do nextval(sq)
set @a = nextval(sq)
select * from sq
alter sequence sq restart 1
drop sequence sq
create sequence s2
create or replace sequence sq
insert into sq values (1,1,1,1,1,1,0,0)
select * from t for update
select * from t for share
select * from t lock in share mode
select * from t for update nowait
select * from t for update wait 5
select * from t for update skip locked
select * from (select * from t for update) x
with x as (select * from t for update) select * from x
(select * from t for update)
select 1 union (select id from t for update)
lock tables t read
lock table t write, t2 write
lock tables t write ;; unlock tables
unlock tables
flush tables with read lock
flush tables t for export
flush privileges
flush local status
flush hosts, logs
flush no_write_to_binlog binary logs
reset query cache
reset master
reset slave all
purge binary logs to 'x'
kill query 1
kill hard connection 1
kill soft query id 1
kill user admin
shutdown
shutdown wait for all slaves
change master to master_host='x'
start slave
stop slave
start all slaves
set global max_connections=1
set @@global.max_connections=1
set @@session.tx_read_only=0 ;; select f_del()
set tx_read_only=0 ;; select f_del()
set transaction_read_only=off ;; select f_del()
set session transaction read write ;; select f_del()
set transaction read write ;; select f_del()
set session transaction isolation level serializable, read write ;; select f_del()
set transaction isolation level read uncommitted
start transaction read write ;; select f_del() ;; commit
start transaction with consistent snapshot, read write ;; delete from t ;; commit
start transaction read only ;; delete from t ;; commit
begin ;; delete from t ;; commit and chain ;; commit
begin ;; select f_del() ;; commit
begin work ;; update t set v='x' ;; commit work no release
commit release
rollback and chain release
savepoint bastion_fence ;; delete from t
begin ;; rollback to bastion_fence ;; select f_del() ;; commit
begin ;; savepoint a ;; select f_del() ;; release savepoint a ;; commit
set autocommit=0 ;; select f_del() ;; commit
set autocommit=0 ;; delete from t ;; set autocommit=1
set @@autocommit=0 ;; replace into t values (1,'x') ;; create table ct (a int)
set sql_mode='ansi_quotes' ;; select "f_del"()
set sql_mode='oracle' ;; begin delete from t; end
set sql_mode='no_backslash_escapes' ;; select '\', f_del() -- '
set sql_mode='ignore_space' ;; select f_del ()
set sql_mode='' ;; select 1
set sql_mode=default
set @@sql_mode=concat(@@sql_mode,',PIPES_AS_CONCAT')
set session sql_mode=(select 'ansi')
set statement sql_mode='ansi_quotes' for select "f_del"()
set statement max_statement_time=0 for delete from t
set statement tx_read_only=0 for select f_del()
set statement optimizer_switch='a' for select f_del()
set statement max_statement_time=1 for select f_del()
set statement max_statement_time=1 for call p_del()
set statement lock_wait_timeout=1 for alter table t add x int
set names gbk ;; select '�\' , f_del()
set names latin1
set character set latin1
set character_set_client=gbk
set collation_connection=utf8mb4_bin
set max_statement_time=0
set sql_log_bin=0
set sql_log_off=1
set foreign_key_checks=0 ;; delete from t
set unique_checks=0
set sql_safe_updates=0
set sql_select_limit=0
set old_mode=''
set role none
set role x
set default role none
set password = 'x'
set password for app = password('x')
set global general_log=0
set global log_output='none'
set debug_dbug='d,x'
set insert_id=5
set timestamp=1
set rand_seed1=1
set pseudo_thread_id=1
set gtid_domain_id=1
set wsrep_on=0
set storage_engine=MyISAM
set @@session.default_storage_engine=csv
set local sort_buffer_size=18446744073709551615
use mysql
use mysql ;; delete from global_priv
use `information_schema` ;; select f_del()
delete from t
delete low_priority quick ignore from t
delete from t where 1 order by id limit 1
delete from t for portion of p from '2020-01-01' to '2021-01-01'
delete history from t
delete t from t
delete t, t2 from t join t2
delete from t.* using t join t2
delete from v_ok
delete from t returning *
delete from myi
update t set v='x'
update low_priority ignore t set v='x' limit 1
update t, t2 set t.v=t2.v where t.id=t2.id
update t natural join t2 set v='x'
update v_ok set v='x'
update t set v=default
update (select 1) x, t set t.v='x'
insert into t values (66,'x')
insert low_priority into t values (66,'x')
insert delayed into myi values (2)
insert ignore into t values (1,'x')
insert t set id=66
insert into t () values ()
insert into t select * from t2
insert into t values (1,'x') on duplicate key update v='x'
insert into t values (66,'x') returning id
insert into t table t2
insert into t values (f_del(), 'x')
insert into t with x as (select 66, 'x') select * from x
replace into t values (1,'x')
replace t set id=1
replace delayed into myi values (1)
truncate t
truncate table t wait 1
drop table t
drop tables if exists t, t2
drop temporary table t
drop table t nowait
drop view v_ok
drop function f_del
drop procedure if exists p_del
drop trigger x
drop event x
drop database mysql
drop schema if exists x
drop index x on t
drop user app
drop role x
drop server s
drop package x
drop package body x
create table ct (a int)
create table ct select f_del()
create table ct as select * from t
create table ct like t
create or replace table t (a int)
create table if not exists t (a int)
create table ct (a int default (f_del()))
create table ct (a int, b int as (f_del()) persistent)
create table ct (a int check (f_del()))
create table ct engine=federated connection='mysql://x'
create table ct engine=connect table_type=mysql
create table ct (a int) engine=merge union=(t)
create table ct (a int) data directory='/tmp'
create table ct (a int) with system versioning
create temporary table t (id int) ;; delete from t
create temporary table ct as select f_del()
create temporary table ct (a int) ;; insert into ct values (f_del())
create temporary table users select * from t ;; select * from users
create temporary sequence s3
create view vv as select f_del()
create or replace view v_ok as select f_del() as id, 'x' as v
create algorithm=merge sql security definer view vv as select 1
create function f2() returns int return f_del()
create or replace function f_del() returns int return 1
create function f3 returns integer soname 'x.so'
create aggregate function f4(x int) returns int begin loop fetch group next row; end loop; end
create procedure p2() delete from t ;; call p2()
create definer=root@localhost procedure p2() select 1
create or replace procedure p_ro() delete from t ;; call p_ro()
create package pk as procedure p(); end
create package body pk as procedure p() as begin delete from t; end; end
create trigger tg before insert on t2 for each row delete from t
create or replace trigger tg after update on t2 for each row set @x = f_del()
create event ev on schedule every 1 second do delete from t
create definer=root event if not exists ev on schedule at now() do call p_del()
create index ix on t (v)
create fulltext index ix on t (v)
create online unique index ix on t (id)
create user uu identified by 'x'
create or replace user app
create role rr
create database dd
create or replace schema dd
create server s foreign data wrapper mysql options (host 'x')
alter table t add column x int
alter table t drop primary key
alter ignore table t add unique (v)
alter online table t engine=MyISAM
alter table t rename to x
alter table t rename column v to w
alter table t convert to character set latin1
alter table t auto_increment=100
alter table t discard tablespace
alter table t import tablespace
alter table t force
alter table t disable keys
alter table t order by v
alter table part truncate partition p0
alter table part drop partition p1
alter table part exchange partition p0 with table t
alter table part reorganize partition p0 into (partition p00 values less than (5), partition p01 values less than (10))
alter table part coalesce partition 1
alter table part remove partitioning
alter table part convert partition p0 to table px
alter view v_ok as select f_del() as id, 'x' as v
alter function f_del comment 'x'
alter procedure p_del sql security invoker
alter event x disable
alter database mysql character set latin1
alter user app identified by 'x'
alter server s options (host 'y')
alter instance rotate innodb master key
rename table t to t9
rename tables t to t9, t2 to t
rename user app to app2
grant all on *.* to app
grant proxy on root to app
grant x to app
revoke all privileges, grant option from app
revoke select on t from app
install plugin x soname 'y'
install soname 'ha_x'
uninstall plugin x
uninstall soname 'ha_x'
binlog 'AAAA'
cache index t in x
backup stage start
backup lock t
backup unlock
help 'delete'
xa start 'a'
xa begin 'a' ;; delete from t ;; xa end 'a' ;; xa commit 'a' one phase
xa start 'a' ;; select f_del() ;; xa end 'a' ;; xa prepare 'a' ;; xa commit 'a'
xa recover
xa rollback 'a'
signal sqlstate '45000'
resignal
get diagnostics @a = number
get stacked diagnostics condition 1 @b = message_text
open c
fetch c into x
close c
deallocate prepare x
drop prepare x
select * from mysql.global_priv for update
select * from information_schema.innodb_trx where f_del()
select * from information_schema.tables where table_name = f_del()
select sys.ps_kill(1)
select sys_exec('x')
select det_del()
select ret_del()
select `count2`()
select count2()
select `F Del`()
select `f del`()
select mysql.f_del()
select f_del(), f_del()
select 1 from dual where f_del()
select sql_no_cache f_del()
select sql_calc_found_rows f_del()
select high_priority straight_join f_del()
select all f_del()
select distinct f_del()
select sql_small_result f_del()
select 1 as f_del, (f_del)() 
select f_del() + nextval(sq)
prepare p from 'select ?' ;; execute p using next value for sq
set max_join_size = next value for sq
set @@session.sort_buffer_size = next value for sq
set session max_sort_length = next value for sq
set group_concat_max_len := next value for sq
show tables where next value for sq
show variables where next value for sq > 0
show tables like next value for sq
show columns from t where next value for sq
set statement max_statement_time = next value for sq for select 1
set statement sort_buffer_size = case when 1 then 65536 end for select 1
set @a = next value for sq
do next value for sq
values (next value for sq)
select default(id) from stepped
select v from stepped where default(id) > 0
select 1 from stepped order by default(stepped.id)
set @a = (select default(id) from stepped)
select * from v_seq
select * from v_def
explain select default(id) from stepped
analyze select default(id) from stepped
begin ;; select default(id) from stepped ;; commit
select stepped.id, default(`id`) from stepped
select elsewhere.1e5()
select any_value(1)
select uuid_to_bin(1)
select aggesc(id) from t
select `ANY_VALUE`(1)
values (1) into outfile '/tmp/bastion_rt_my1'
values (1) order by 1 into outfile '/tmp/bastion_rt_my2'
values (1) limit 1 into outfile '/tmp/bastion_rt_my3'
values (1) order by 1 into @a
select 1 limit 1 into outfile '/tmp/bastion_rt_my4'
(select 1) into outfile '/tmp/bastion_rt_my5'
select 1 union select 2 into outfile '/tmp/bastion_rt_my6'
select 1 union (select 2) into dumpfile '/tmp/bastion_rt_my7'
with x as (select 1) select * from x into outfile '/tmp/bastion_rt_my8'
select 1 into outfile '/tmp/bastion_rt_my9' from dual
select 1 from (select 1) x where 1 limit 1 into outfile '/tmp/bastion_rt_my10' character set utf8mb4
describe select f_del()
explain extended select 1 from v_esc
explain select * from (select f_del()) x
analyze format=json select * from v_esc
check table v_esc
select 1 from t having f_del()
select * from t where id = 1 or f_del()
select @x := f_del()
select @x := next value for sq
set @x = 1, @y = next value for sq
set @@session.max_join_size = 1 + next value for sq
select t.id from t procedure analyse(next value for sq)
select 1 limit next value for sq
set time_zone = next value for sq
set optimizer_switch = next value for sq
set rand_seed1 = next value for sq
set profiling = next value for sq
set lc_time_names = next value for sq
select next_not_cached_value from sq
select * from sq for system_time all
select json_value('{}', '$.a' default f_del() on empty)
select 1 from t use index (f_del)
select group_concat(f_del() order by id separator ',') from t
select group_concat(id separator 'x') from t where f_del()
select 1 where f_del()
select column_get(column_create('a', f_del()), 'a' as int)
select cast(f_del() as interval day_second(6))
select trim(leading f_del() from 'x')
select date'2020-01-01' + interval f_del() day
select {fn f_del()}
select {fn ucase({fn f_del()})}
select 1 from {oj t left outer join t u on f_del()}
select /*f_del*/ f_del /**/ ()
select `f_del`(/*)*/)
select f_del(
select 1 as `x` from t as `f_del` (id)
select * from (select 1 as a) as f_del(a)
with f_del(a) as (select 1) select a, f_del() from f_del
with f_del(a) as (select 1), b as (select f_del() as a) select * from b, f_del
select * from json_table('[1]', '$[*]' columns(a int path '$')) f_del
with f_del(a) as (select 1) select f_del() from (select 1) x, f_del as f_del
select 1 --+ f_del()\n, f_del()
select 1 --	, 2\n, f_del()
select '\\' , f_del() , '\''
select "a" "\", f_del(), "
select 'a' 'b\'', f_del(), '\''
select _latin1'a', f_del()
select _gbk'\xbf\' , f_del() , '
select x'4' , f_del()
select 1.e0esc()
select 1e+f_del()
select .1e5esc()
select 0x41esc()
select 1 .f_del()
select @f_del()
select @`a``b`, f_del()
select @'a', f_del()
select @@global.max_connections + f_del()
select t.* from t as `t` where `t`.`id` = `f_del`()
select f_del(*) from t
select all f_del() from t
select distinctrow f_del() from t
select sql_buffer_result f_del() from t
select sql_cache f_del() from t
(((((select f_del())))))
select (((((f_del())))))
select f_del() from dual union all select 1
select exists(select f_del() limit 0)
select (select f_del() from t limit 1)
select row(1, f_del()) = row(1, 1)
select 1 in (1, f_del())
select case when 0 then f_del() else f_del() end
select if(0, f_del(), 1) from t where if(1, f_del(), 0)
select * from t left join t2 on f_del() = t.id
select * from t where match(v) against ('a' in boolean mode) + f_del()
select date_format(now(), f_del())
select lag(f_del()) over (order by id) from t
select first_value(id) over (order by f_del()) from t
select count(distinct f_del()) from t
select std(f_del()), bit_and(f_del()) from t
select json_arrayagg(f_del()), json_objectagg(id, f_del()) from t
select st_astext(point(f_del(),1))
select * from t partition (p0) where f_del()
select * from seq_1_to_3 where f_del()
select * from information_schema.tables where f_del() limit 1
select * from t for system_time as of f_del()
select * from t limit 1 rows examined 5 union select f_del(), 1
select nullif(f_del(), f_del())
select f_del() := 1
select t.id := f_del() from t
set session tx_isolation = f_del()
set @@sort_buffer_size = f_del()
begin ;; select default(id) from stepped ;; show tables where next value for sq ;; commit
start transaction read only ;; set max_join_size = next value for sq ;; commit
set @v=1 ;; begin ;; prepare p from 'select ?' ;; execute p using next value for sq ;; commit
begin ;; show tables where next value for sq ;; commit
begin ;; show variables where next value for sq > 0 ;; commit
begin ;; set @a = (select default(id) from stepped) ;; commit
begin ;; select stepped.id, default(`id`) from stepped ;; commit
select default(v) from stepped
select default(v) from t
select f_del() from dual for update
select 1 for share
set @@global.read_only = 0
set global read_only = off
set session autocommit = 0
set @@local.autocommit = off ;; delete from t
set autocommit = default
set completion_type = 1
set @@completion_type = 'CHAIN'
set session transaction read write
set tx_isolation = 'serializable'
set sql_mode = concat(@@sql_mode, ',ansi_quotes')
set @old = @@sql_mode, sql_mode = ''
set sql_mode = '' , @a = 1
set names 'utf8mb4' collate 'utf8mb4_bin'
set charset gbk
set character_set_connection = gbk
set collation_server = latin1_bin
set default_storage_engine = blackhole
set session sql_log_bin = 0
set session foreign_key_checks = off
set statement foreign_key_checks = 0 for delete from t
set statement max_statement_time = 1, sql_mode = 'ansi' for select 1
set statement max_statement_time := 1 for delete from t
set statement `sql_mode` = 'x' for select 1
set statement gtid_domain_id = 1 for select 1
set password for app = password('y')
set role all
set default role none for app
set persist max_connections = 5
set @@session.insert_id = 5
set last_insert_id = 7
set debug = '+d'
set global event_scheduler = on
set rand_seed1 = 5
begin not atomic select f_del(); end
begin not atomic delete from t; commit; end
if f_del() then select 1; end if
case f_del() when 1 then select 1; end case
while f_del() do select 1; end while
for i in (select f_del()) do select 1; end for
x: loop leave x; end loop
execute immediate "select f_del()"
execute immediate concat('a')
execute immediate @x
execute immediate 'select ?' using f_del()
prepare p from "delete from t where id = ?" ;; set @a = 1 ;; execute p using @a
prepare p from 'begin not atomic delete from t; end' ;; execute p
prepare p from 'set global long_query_time = 3' ;; execute p
prepare `p` from 'select f_del()' ;; execute `p`
prepare p from 'select 1' ;; drop prepare p ;; prepare P from 'delete from t' ;; execute p
set @s = 'delete from t' ;; prepare p from @s
select 'delete from t' into @s ;; execute immediate @s
begin ;; delete from t ;; commit
start transaction with consistent snapshot ;; truncate table t
begin ;; savepoint a ;; delete from t ;; rollback to a ;; release savepoint a ;; commit
xa start 'x' ;; xa end 'x' ;; xa prepare 'x'
xa recover ;; xa commit 'x' one phase
lock tables t write ;; delete from t ;; unlock tables
lock table t read local
flush tables t with read lock
flush user_resources
flush status
purge binary logs before now()
kill connection 1
kill query id 1
handler t open ;; handler t read first ;; handler t close
load data infile '/etc/passwd' into table t2
load data local infile '/etc/passwd' into table t2
load xml infile '/etc/passwd' into table t2
install soname 'ha_blackhole'
uninstall plugin blackhole
create function sysx returns int soname 'lib_mysqludf_sys.so'
create or replace function quiet() returns int return 1
create or replace view v_ok as select f_del() as id
create or replace table t (id int)
create temporary table t select f_del() as x
create table zz as select f_del() as x
create table zz like t
create sequence zz
create trigger z before insert on t2 for each row set new.id = f_del()
create event z on schedule every 1 hour do delete from t
create procedure z() delete from t
create package z as function f() returns int; end
create server z foreign data wrapper mysql options (host '127.0.0.1')
create user z identified by 'z'
create role z
create index z on t (v)
create database z
alter table t engine = blackhole
alter table t drop column v
alter table part drop partition p0
alter table part exchange partition p0 with table t2
alter table t auto_increment = 1
alter table t add trigger x
alter user app account lock
alter database character set latin1
alter event x do delete from t
rename table t to tt
drop table if exists t
drop temporary table if exists t
drop view v_ok, v_del
drop function if exists f_del
drop database elsewhere
optimize table t
repair table t
cache index t in default
do release_lock('a'), get_lock('b', 0)
do sleep(0)
select get_lock('x', 1), release_lock('x')
select sleep(0.1), f_del()
select nextval(sq), lastval(sq)
select setval(sq, 50)
select next value for sq, previous value for sq
select @a := 1, @b := f_del()
select id, v into @a, @b from t limit 1
select * into outfile '/tmp/bastion_rt_x1' from t
select * from t into dumpfile '/tmp/bastion_rt_x2'
table t into outfile '/tmp/bastion_rt_x3'
insert into t values (900, 'x')
insert into t select f_del(), 'x'
insert into t set id = f_del()
insert ignore into t values (1, f_del())
insert into t values (1, 'x') on duplicate key update v = f_del()
replace into t values (1, 'x')
replace t select 1, 'x'
update t set v = f_del()
update t, t2 set t.v = 'x' where t.id = t2.id
update t join t2 using (id) set t2.v = 'x'
with x as (select 1 as id) update t join x using (id) set v = 'y'
delete from t where f_del()
delete t.* from t join t2 on t.id = t2.id
insert into t values (901,'x') returning id
with x as (select 1 as id) delete from t where id in (select id from x)
explain extended update t set v = 'x'
explain format=json insert into t values (1,'x')
analyze delete from t
analyze format=json update t set v = 'x'
analyze replace into t values (1,'x')
describe update t set v = 'x'
desc delete from t
show status where @a := f_del()
/*!delete from t*/
/*!50701 select f_del()*/
/*!100000 select*/ f_del()
/*M!100000 delete from t */
select 1 /*!, f_del() */
select /*!99999 1, */ f_del()
select/**/f_del/**/()
delete/*!*/from/*!*/t
/* */ delete /* */ from /* */ t
select 1;delete from t
select 1;;delete from t
delimiter //
delimiter ; delete from t
\! touch /tmp/x
source /etc/passwd
system ls
use elsewhere ;; delete from t
select f_del()\G
ｓｅｌｅｃｔ f_del()
ｄｅｌｅｔｅ from t
select f_del（）
dеlete from t
selеct 1
delete​ from t
update t set v = 'x' where id = 1 and '\' or f_del() -- '
select "\\", f_del(), "\""
select '''', f_del(), '\''
select n'x', f_del(), _utf8mb4 0x41
select x'27', f_del()
select 0b1, 0x27, f_del()
select @`f_del`, f_del()
select @'f_del', f_del()
select `f_del`.`f_del`() from (select 1) `f_del`
select elsewhere.f_del()
select `elsewhere`.`f_del`()
select elsewhere . f_del ( )
select .f_del()
explain delete from t
explain extended update t set v = 'x' where id > 0
explain format=json insert into t values (99, 'x')
explain replace into t select id, 'x' from t2
explain delete from t where id in (select f_del())
explain update t set v = (select f_del() from t2 limit 1)
explain delete t from t join t2 on t.id = t2.id ;; select count(*) from t
analyze delete from t
analyze format=json update t set v = 'x'
begin ;; explain delete from t ;; commit
select f_del() as explain_delete
create or replace temporary table t as select 1 as id ;; delete from t ;; drop temporary table t ;; delete from t
create or replace temporary table t like t2 ;; rename table t to t9
create or replace temporary table t (id int default (f_del()))
get diagnostics @a = number, @b = (select f_del())
begin not atomic delete from t; select 1; end
begin not atomic set sql_log_bin = 0; select 1; end
begin not atomic set @@session.tx_read_only = 0; commit; select 1; end
begin not atomic select f_del(); end
begin not atomic call p_del(); end
begin not atomic execute immediate 'select 1'; end
begin not atomic select 1 into outfile '/tmp/block'; end
begin not atomic drop table t; end
begin not atomic create temporary table own (a int); insert into t select * from own; end
begin not atomic commit; start transaction read write; select 1; end
begin not atomic set foreign_key_checks = 0; select 1; end
select next value for sq
select id, next value for sq from t
do next value for sq
set @a = next value for sq
select previous value for sq, f_del()
# by what a statement is prepared, planned, moved, given or set
prepare p from 'delete from t where id >= ?' ;; set @a = 0 ;; execute p using @a
prepare p from 'select f_del()' ;; execute p ;; deallocate prepare p
execute immediate concat('delete', ' from t')
set statement max_statement_time = 10 for delete from t
set statement sql_mode = '' for insert into t values (9,'x')
set statement max_statement_time = 5 for select f_del()
set statement sql_log_bin = 0 for delete from t
set statement foreign_key_checks = 0, unique_checks = 0 for truncate t
set statement tx_read_only = 0 for delete from t
create event if not exists ev on schedule at current_timestamp do drop table t
create definer = current_user event ev on schedule at now() + interval 1 second on completion preserve do call p_del()
alter event ev enable
drop event if exists ev
set @@global.event_scheduler = 1
alter table t add column g int generated always as (id + 1) stored
alter table t add column g int as (f_del()) virtual
alter table t alter column v set default (f_del())
alter table t modify v int
alter table t change v w varchar(1)
alter table t drop column v, algorithm = instant
alter table t engine = memory
alter table t force, lock = none
alter table t rename to t9
alter table t auto_increment = 500
alter table t comment = 'x'
alter table t with validation
alter table t add system versioning
alter table t add period for p(a, b)
alter online table t add column z int
alter table part exchange partition p0 with table t2 without validation
alter table part reorganize partition p0, p1 into (partition p9 values less than maxvalue)
alter table part rebuild partition all
alter table part discard partition p0 tablespace
alter table part convert partition p0 to table tt
alter table part convert table t2 to partition p0 values less than (5)
alter table part analyze partition p0
alter table part optimize partition p0
alter table part repair partition p0
alter table part check partition p0
alter table t2 partition by hash (id) partitions 2
rename table t to t9, t2 to t, t9 to t2
rename table if exists t to t9
rename tables t to t9
drop table if exists nowhere, t
drop table t restrict
create or replace table t as select 1 as id
create or replace table t like t2
create table n select f_del() as x
create table if not exists n as select * from t for update
create table n like t
create temporary table t (id int) ;; drop table test.t
create temporary table n select f_del() as x
create temporary table t like t2 ;; drop temporary table t ;; delete from t
create temporary table n (id int) ;; insert into n select f_del()
create temporary table n (id int default (f_del())) ;; insert into n values ()
create or replace temporary table t2 (id int) ;; delete t2, t from t2 join t on true
create temporary table n (id int) ;; delete n, t from n right join t on n.id = t.id
create temporary table n (id int) ;; insert into n values (1) ;; update n, t set t.v = 'x'
create temporary table n (id int) ;; alter table n rename t3
create temporary table n (id int) ;; rename table n to t4
create table s.x (id int)
create database if not exists dd
create or replace database dd
alter database comment = 'x'
alter schema character set latin1
drop database if exists nowhere
drop schema if exists dd
create view v as select f_del() ;; select * from v
create or replace view v_ok as select 1
create or replace algorithm = temptable sql security definer view v_ok as select * from t2
alter view v_ok as select 1 as id
rename table v_ok to v9
create trigger tg after insert on t2 for each row delete from t ;; insert into t2 values (9,'x')
create or replace trigger tg before update on t2 for each row set new.v = 'x'
create trigger tg after insert on t2 for each row follows x delete from t
drop trigger if exists tg
create function f9() returns int deterministic return 1 ;; select f9()
create function f9() returns int begin delete from t; return 1; end ;; select f9()
create aggregate function f9(x int) returns int begin loop fetch group next row; end loop; end
create function f9 returns string soname 'x.so'
create or replace function any_value(x int) returns int return 1
alter function f_del sql security invoker
alter procedure p_ro modifies sql data
create procedure p9() delete from t ;; call p9()
drop procedure p_del
create package pk as procedure x(); end
create package body pk as procedure x() as begin delete from t; end; end
drop package if exists pk
create sequence s9
create or replace sequence sq start 9
alter sequence sq restart 5
insert into stepped (v) values (2)
create server s foreign data wrapper mysql options (host 'x', database 'y', user 'z')
drop server if exists s
create user x@localhost identified by 'x'
create or replace user app identified by 'x'
alter user current_user() identified by 'x'
alter user app password expire
set password = password('x')
set password for current_user() = 'x'
create role r9 with admin current_user
drop role if exists r9
drop user if exists app
grant all on *.* to app with grant option
grant proxy on app to current_user
grant r9 to app
revoke all on *.* from app
flush local tables
flush hosts
flush binary logs
flush ssl
flush query cache
change master to master_host = 'x'
kill soft query id 5
kill user app
kill connection_id()
lock tables t as a write, t2 read
handler t open as h ;; handler h read `primary` = (1) ;; handler h close
handler t read next
load data infile '/etc/hosts' into table t
load data local infile '/etc/hosts' into table t
load data infile '/etc/hosts' replace into table t fields terminated by ',' set v = 'x'
load xml infile '/etc/hosts' into table t
cache index myi in keycache1
select * from t into outfile '/tmp/x9'
select v from t limit 1 into dumpfile '/tmp/x8'
select * into outfile '/tmp/x7' from t
(select * from t) union (select * from t2) into outfile '/tmp/x6'
select v into @a from t limit 1 ;; delete from t where v = @a
select 1 into @x ;; set @y = (select f_del())
select load_file('/etc/hosts')
select get_lock('a', 0)
select sleep(0), f_del()
select master_gtid_wait('', 0)
select uuid_short(), f_del()
xa begin 'b' ;; delete from t ;; xa end 'b' ;; xa commit 'b' one phase
xa rollback 'x'
begin work ;; call p_del() ;; commit and chain ;; rollback
start transaction read write ;; delete from t ;; commit
start transaction with consistent snapshot, read write ;; select f_del() ;; commit release
set session transaction isolation level serializable, read write
set tx_read_only = 0 ;; select f_del()
set @@session.tx_read_only = off ;; delete from t
set autocommit = 0 ;; delete from t ;; commit
set @@autocommit = 1, @a = f_del()
set @a := (select f_del())
set foreign_key_checks = 0
set sql_log_bin = 0
set sql_mode = 'ANSI_QUOTES' ;; delete from "t"
set sql_mode = 'NO_BACKSLASH_ESCAPES' ;; select '\'; delete from t; -- '
set names gbk
set character_set_client = gbk
set timestamp = 1
set insert_id = 5
set last_insert_id = f_del()
set rand_seed1 = f_del()
set global read_only = 0
set global general_log = 1
set global sql_mode = ''
set @@global.max_connections = 20
set global init_connect = 'delete from t'
set global log_bin_trust_function_creators = 1
set session sql_select_limit = 1 ;; delete from t
set max_statement_time = f_del()
set debug_dbug = 'd,x'
install plugin x soname 'x.so'
install soname 'x'
uninstall soname if exists 'x'
repair table myi use_frm
analyze table t persistent for all
checksum table t extended
analyze update t set v = 'x'
analyze insert into t values (8,'x')
explain for connection 1
call mysql.add_server()
call sys.create_synonym_db('a','b')
call p_ro()
do sleep(f_del())
do (select count(*) from v_del)
select f_del() from dual
select * from t where f_del()
select * from t having f_del()
select * from t group by f_del() with rollup
select * from t order by f_del() desc limit 0
select * from t procedure analyse(f_del())
select if(1, f_del(), 0)
select nullif(1, f_del())
select (select f_del() from t2 limit 1)
select 1 union select f_del() from dual
select * from t where exists (select f_del())
select * from t for update wait 1
with x as (select f_del()) select * from x
with recursive r as (select 1 as n union select n + f_del() from r where n < 2) select * from r
table t
select count2(1)
select `1e5`()
select redteam.f_del()
insert into t values (90,'x')
insert t set id = 91
insert low_priority into t values (92,'x')
insert delayed into t values (93,'x')
insert ignore into t (id) values (1)
insert into t select * from t2 on duplicate key update v = 'x'
insert into t (id) values (94) returning id
replace t select * from t2
replace delayed t set id = 1
update t set v = 'x' order by id limit 1
update low_priority ignore t set v = 'x'
update t, t2 set t.v = t2.v
update v_ok set v = 'x'
update t set v = v
update t for portion of p from 1 to 2 set v = 'x'
delete quick from t limit 1
delete low_priority ignore from t
delete from t using t join t2 on t.id = t2.id
delete t, t2 from t, t2
delete from t for portion of p from 1 to 2
delete from v_ok returning *
delete from part partition (p0)
/*!100100 delete from t */
/*!50000 select */ f_del()
delete /*! low_priority */ from t
select 1 -- x
delimiter // delete from t//
case when 1 then delete from t; end case
for r in (select 1) do delete from t; end for
l: begin delete from t; end
return f_del()
use mysql ;; delete from user
use information_schema
update mysql.user set x = 1
delete from mysql.global_priv
insert into mysql.proc values (1)
insert into mysql.event select * from mysql.event
update mysql.proc set body = 'x'
update performance_schema.setup_instruments set enabled = 'no'
truncate performance_schema.events_waits_current
create table mysql.x (id int)
alter tablespace x add datafile 'y'
create logfile group x add undofile 'y'
create spatial reference system 1 name 'x' definition 'y'
import table from '/tmp/x'
clone local data directory '/tmp/x'
restart
lock instance for backup
create unique index i on t (v)
create or replace index i on t (v)
create fulltext index f on t (v)
create index if not exists i on t (v) ignored
drop index if exists i on t
alter table t alter index `primary` not ignored
alter table t add constraint c check (v <> 'x')
alter table t add foreign key (id) references t2 (id) on delete cascade
alter table t drop constraint if exists c
alter table t add primary key (v)
load data infile '/etc/passwd' into table t
load data infile '/etc/passwd' into table t (id, v)
load data infile '/etc/passwd' into table t (@a) set v = (select ssn from users where id = 1)
load data infile '/etc/passwd' replace into table t fields terminated by ':' lines terminated by '\n' ignore 1 lines (v, @x, @y) set id = length(@x)
/*!50000 load data infile '/etc/passwd' into table t */
load data low_priority infile '/etc/passwd' into table t
load xml infile '/etc/passwd' into table t rows identified by '<person>'
prepare s from 'load data infile "/etc/passwd" into table t' ;; execute s
set @q = 'load data infile "/etc/passwd" into table t' ;; prepare s from @q ;; execute s
begin not atomic load data infile '/etc/passwd' into table t; end
explain load data infile '/etc/passwd' into table t
create temporary table z (a text) ;; load data local infile '/etc/passwd' into table z (@a) set a = @a ;; select * from z
load data infile '/etc/passwd' into table t (@@sql_mode)
load data infile '/etc/passwd' into table t set v = load_file('/etc/passwd')
select ssn from users into outfile '/tmp/out_1'
select ssn into outfile '/tmp/out_3' from users
select 1 into outfile '/tmp/out_5'
(select ssn from users) into outfile '/tmp/out_7'
with q as (select ssn from users) select * from q into outfile '/tmp/out_9'
values (1), (2) into outfile '/tmp/out_11'
select ssn from users limit 1 into/**/outfile '/tmp/out_13'
select id from users where id = 1 into outfile '/tmp/out_14' for update
explain select ssn from users into outfile '/tmp/out_16'
prepare s from 'select ssn from users into outfile "/tmp/out_18"' ;; execute s
begin not atomic select ssn from users into outfile '/tmp/out_20'; end
create temporary table z as select ssn from users into outfile '/tmp/out_22'
set statement max_statement_time=5 for select ssn from users into outfile '/tmp/out_24'
show tables into outfile '/tmp/out_25'
select ssn from users where id=1 into dumpfile concat('/tmp/', 'x')
select 'into outfile' from t where id = 1
select 1 as dumpfile
load data infile '/etc/passwd' into table t (@a) set ssn = (select max(ssn) from users)
# Names behind DELETE FROM … USING, and aliases further in, that are those of own tables
create temporary table o (id int, v varchar(9)) ;; delete from o using t as o where o.id = 1
create temporary table o2 (id int, v varchar(9)) ;; delete from o2 using t o2
create temporary table o3 (id int, v varchar(9)) ;; delete o3 from t o3
create temporary table o4 (id int, v varchar(9)) ;; delete o4.* from t2 as o4 where o4.id = 1
create temporary table o5 (id int, v varchar(9)) ;; delete redteam.o5 from t o5
create temporary table o6 (id int, v varchar(9)) ;; update t o6 set o6.v = 'x'
create temporary table o7 (id int, v varchar(9)) ;; update t as o7, t2 set o7.v = 'x'
create temporary table o8 (id int, v varchar(9)) ;; delete from o8 using t2 o8, t where t.id = o8.id
create temporary table o9 (id int, v varchar(9)) ;; delete from o9.* using t2 o9
create temporary table oa (id int, v varchar(9)) ;; delete from t using oa as t
create temporary table ob (id int, v varchar(9)) ;; insert into ob values (1,'a') ;; delete ob, t from ob join t on t.id = ob.id
create temporary table oc (id int, v varchar(9)) ;; delete OC from t OC
create temporary table od (id int, v varchar(9)) ;; delete from `od` using t `od`
create temporary table o (id int, v varchar(9)) ;; begin ;; delete from o using t as o where o.id = 1 ;; commit
begin ;; create temporary table o2 (id int, v varchar(9)) ;; delete from o2 using t2 o2 ;; commit
create temporary table tmp (id int, v varchar(9)) ;; begin ;; delete t from t join (select 1 from tmp as t) d ;; commit
create temporary table tmp (id int, v varchar(9)) ;; begin ;; delete t from t where id in (select id from tmp as t) ;; commit
create temporary table tmp (id int, v varchar(9)) ;; insert into tmp values (1,'x') ;; begin ;; update tmp join (t join t2) set t.v='x' ;; commit
create temporary table tmp (id int, v varchar(9)) ;; insert into tmp values (1,'x') ;; begin ;; update tmp, (t, t2) set t.v='x' ;; commit
create temporary table tmp (id int, v varchar(9)) ;; insert into tmp values (1,'x') ;; begin ;; update (tmp, t) set t.v='x' ;; commit
create temporary table tmp (id int, v varchar(9)) ;; insert into tmp values (1,'x') ;; begin ;; update (t) set v='x' ;; commit
create temporary table o (id int, v varchar(9)) ;; insert into o values (1,'x') ;; begin ;; delete o from (t as o join t2) ;; commit
create temporary table o (id int, v varchar(9)) ;; insert into o values (1,'x') ;; begin ;; delete o from t2 join (t as o) ;; commit
create temporary table tmp (id int, v varchar(9)) ;; insert into tmp values (1,'x') ;; begin ;; update tmp left join t on 1 = 1 set t.v='x' ;; commit
create temporary table tmp (id int, v varchar(9)) ;; insert into tmp values (1,'x') ;; begin ;; update tmp natural join t set t.v='x' ;; commit
create temporary table tmp (id int, v varchar(9)) ;; insert into tmp values (1,'x') ;; begin ;; update tmp straight_join t set t.v='x' ;; commit
create temporary table tmp (id int, v varchar(9)) ;; begin ;; update tmp join v_ok on true set v_ok.v = 'x' ;; commit
create temporary table tmp (id int, v varchar(9)) ;; begin ;; delete from tmp, t using tmp join t ;; commit
begin ;; create temporary table m (id int primary key) ;; insert into m values (1) returning nextval(sq) ;; commit
begin ;; create temporary table m (id int primary key) ;; insert into m values (1) ;; delete from m where id = nextval(sq) ;; commit
begin ;; create temporary table m (id int primary key) ;; insert into m values (1) ;; delete from m where setval(sq, 50) ;; commit
begin ;; create temporary table m (id int) ;; insert into m values (1) ;; update m set id = 5 where id in (select default(id) from stepped) ;; commit
create temporary table m (id int) ;; begin ;; insert into m values (1) ;; update m set id = 5 order by nextval(sq) ;; commit
create temporary table m (id int) ;; begin ;; insert into m values (1) ;; delete from m where id in (select * from (select nextval(sq)) q) ;; commit
