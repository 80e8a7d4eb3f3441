# Attacks on the guard by an account that owns nothing, on ``seed/limited_mysql.sql``; ' ;; ' separates statements on one connection.
select sd_pay(1)
select sd_look(1)
select sd_plain(1)
select sd_text('a')
select sd_total(id) from t2
select sd_total(id) over () from t2
select sd_total(id) from t2 group by v with rollup
explain select sd_plain(1)
explain extended select * from t where id = sd_plain(2)
explain format=json select * from t2 where id = sd_look(1)
analyze select * from t2 where id = sd_plain(1)
analyze format=json delete from t2
analyze update t2 set v = 'x' where id = 1
explain partitions select * from parts2 where id = sd_plain(1)
describe select sd_plain(3)
select x from pays
select count(*) from looks
select id from looks
select 1 from looks where x > 0 limit 0
show create view looks ;; table looks
update joined set v = 'x'
update joined set n = 0
delete from through
insert into through values (50, 1)
update through set n = 0 where id = 1
select * from through for update
replace into t2 values (1, 'x')
replace t2 set id = 1, v = 'x'
replace into t2 select * from t
replace delayed into fast values (2)
replace into parent_rows values (1)
replace into watched2 values (1, 'x')
insert into parent_rows values (1) on duplicate key update id = 50
insert into counted (note) values ('x')
insert into numbered (note) values ('x')
insert into t2 values (1, 'x') on duplicate key update v = sd_pay(1)
insert into t2 (id, v) value (80, 'x') returning sd_pay(id)
insert ignore into t2 select id + 100, v from t returning id
insert high_priority into t2 set id = 81
insert into t2 table t
insert into t2 values row(82, 'x')
insert into t2 (select 83, 'x') union (select 84, 'y')
with x as (select 1 as id) delete from t2 where id in (select id from x)
with x as (select 1 as id) update t2, x set t2.v = 'x' where t2.id = x.id
delete t2, p from t2 join parts2 p on p.id = t2.id
delete from t2, parts2 using t2 inner join parts2
delete quick a.* from t2 as a
delete from kept_versions
delete history from kept_versions
delete history from kept_versions before system_time now()
update kept_versions for portion of p from 1 to 2 set v = 'x'
update low_priority ignore t2 set v = 'x' order by id limit 1
update t2 a, t b set a.v = b.v where a.id = b.id
delete from parts2 partition (p1)
insert into parts2 partition (p0) values (2, 2)
delete from fast
truncate fast
truncate table t2
truncate parts2
alter table parts2 truncate partition p0
alter table parts2 drop partition p0
alter table parts2 exchange partition p0 with table t2
alter table t2 disable keys
alter table t2 rename to t3
rename table t2 to t3, t to t2
optimize table t2
optimize local table fast
analyze table t2 persistent for all
repair no_write_to_binlog table fast
check table t2 for upgrade
checksum table t2 extended
drop table if exists t2
drop view pays
drop procedure sd_settle
drop database if exists nowhere
call sd_settle()
call sd_quiet()
call sd_run('delete from t')
call sd_rows(@x)
set @x = 1 ;; call sd_rows(@x) ;; select @x
{call sd_settle()}
do sd_pay(1)
do sd_look(1), sleep(0)
do release_lock('x') + sd_pay(1)
set @a = sd_pay(1)
set @a := (select x from pays)
select @a := sd_pay(1)
select sd_pay(1) into @a
select x into @a from pays
set @q = 'delete from t2' ;; prepare p from @q ;; execute p
set @q = 'select sd_pay(?)' ;; prepare p from @q ;; set @n = 1 ;; execute p using @n
prepare p from 'delete from t2 where id = ?' ;; execute p using 1
prepare p from 'update t2 set v = ? limit ?' ;; set @v = 'x', @n = 1 ;; execute p using @v, @n
prepare p from 'select * from t limit ?' ;; execute p using (sd_pay(1))
prepare p from 'select * from t limit ?, ?' ;; set @a = 0, @b = 1 ;; execute p using @a, @b ;; deallocate prepare p ;; execute immediate 'delete from t2'
prepare p from concat('delete', ' from ', 't2') ;; execute p
prepare p from (select 'delete from t2') ;; execute p
execute immediate 'delete from t2 where id = ?' using 1
execute immediate 'select sd_pay(?)' using 1
execute immediate concat('upd', 'ate t2 set v = 1')
execute immediate @q
execute immediate (select concat('delete from t2'))
execute immediate 'begin not atomic delete from t2; end'
select * from t limit @a
set @a = 1 ;; select * from t2 limit @a
select * from t2 procedure analyse(sd_pay(1))
select * from t2 procedure analyse(1, 2) into @a
begin not atomic delete from t2; end
begin not atomic declare x int default sd_pay(1); select x; end
begin not atomic declare c cursor for select sd_pay(1); open c; close c; end
begin not atomic declare exit handler for sqlexception delete from t2; signal sqlstate '45000'; end
begin not atomic declare continue handler for not found set @x = sd_pay(1); select 1 from t where false into @y; end
begin not atomic declare x row type of t2; select * into x from pays; end
begin not atomic for r in (select sd_look(1) as a) do select r.a; end for; end
begin not atomic if sd_pay(1) then select 1; end if; end
begin not atomic case sd_look(1) when 1 then select 1; end case; end
begin not atomic repeat set @x = sd_look(1); until true end repeat; end
begin not atomic l: while sd_pay(1) < 2 do leave l; end while; end
begin not atomic execute immediate 'delete from t2'; end
begin not atomic start transaction; delete from t2; commit; end
begin not atomic return sd_pay(1); end
if sd_pay(1) then select 1; end if
for i in 1..sd_pay(2) do select i; end for
loop delete from t2; end loop
delimiter // ;; delete from t2 //
delimiter ;; delete from t2
delimiter $$
select 1 // delete from t2 //
select 1 \g delete from t2 \g
select 1; delete from t2
select 1;;delete from t2;
select 1 /*; */ ; delete from t2
/*!50000 delete from t2 */
/*!delete*/ from t2
/*M!100100 delete from t2 */
select 1 /*!50000 , sd_pay(1) */
select 1 /*!99999 , 2 */, sd_pay(1) /*!50000 -- */
select /*!50000 1 from (select /*!40000 sd_pay(1) */ x) y */
select 1 --+ sd_pay(1)
select 1 -- x\n, sd_pay(1)
select 1 #\n, sd_pay(1)
select '\\', sd_pay(1), '\\'
select 'a' 'b\'', sd_pay(1), '\''
select _binary'x', sd_pay(1)
select "a""", sd_pay(1), """"
select `sd_pay`(1)
select `sd_pay` (1)
select redteam.sd_pay(1), database() . sd_pay(1)
select x'27', sd_pay(1)
select sd_pay/**/(1)
select .1e0.sd_pay(1)
select 1 union select sd_look(1) order by sd_look(2)
(select 1) union all (select sd_pay(1)) limit 1
select * from (values (sd_pay(1))) v
values (1), (sd_look(2))
select * from t2 where id in (select sd_pay(1) except select 2)
select * from json_table(concat('[', sd_look(1), ']'), '$[*]' columns (x int path '$')) j
select row_number() over (order by sd_look(id)) from t2
select json_arrayagg(sd_look(id) order by id limit 1) from t2
select group_concat(id order by sd_look(id) separator ',') from t2
select * from t2 use index (primary) where id = sd_plain(1)
select sql_calc_found_rows id from t2 limit 1 ;; select found_rows(), sd_pay(1)
select * from t2 group by id having sd_plain(1)
select * from t2 natural join looks
select * from t2 a left join t b on a.id = sd_look(b.id)
select interval(sd_look(1), 1), field(sd_look(1), 1), elt(sd_look(1), 'a')
select default(id) from numbered
select next value for numbers
select nextval(numbers)
select setval(numbers, 500)
select previous value for numbers, sd_pay(1)
alter sequence numbers restart 1
handler t2 open ;; handler t2 read first ;; handler t2 close ;; delete from t2
handler looks open ;; handler looks read next
handler t2 open as h ;; handler h read `primary` >= (sd_pay(1)) ;; handler h close
handler t2 open as t ;; delete from t2
lock tables t2 write ;; delete from t2 ;; unlock tables
lock table t2 write concurrent
flush tables t2 with read lock ;; unlock tables ;; delete from t2
flush table t2 for export
start transaction ;; delete from t2 ;; commit
start transaction with consistent snapshot, read write ;; delete from t2 ;; commit work
start transaction read only ;; lock tables t2 write ;; delete from t2 ;; unlock tables
start transaction read only ;; create temporary table x (id int) ;; insert into x select sd_pay(1) ;; commit
begin ;; savepoint a ;; delete from t2 ;; rollback work to savepoint a ;; delete from t2 ;; commit and chain no release
begin ;; select sd_pay(1) ;; rollback ;; delete from t2
begin work ;; set autocommit = 1 ;; delete from t2
set autocommit = 0 ;; delete from t2 ;; commit
set autocommit = 0 ;; call sd_settle() ;; set autocommit = 1
set transaction read write ;; delete from t2
set session transaction read write ;; delete from t2
set tx_read_only = 0 ;; select sd_pay(1)
set @@session.tx_read_only = off ;; delete from t2
set statement tx_read_only = 0 for delete from t2
set statement max_statement_time = 5 for select sd_pay(1)
set statement sql_mode = 'ANSI_QUOTES' for select "sd_pay"(1)
set sql_mode = 'NO_BACKSLASH_ESCAPES' ;; select '\', sd_pay(1), '
set sql_mode = 'ORACLE' ;; begin delete from t2; end
set sql_mode = 'ANSI_QUOTES' ;; select "sd_pay"(1)
set sql_safe_updates = 0 ;; delete from t2
set foreign_key_checks = 0 ;; delete from parent_rows
set check_constraint_checks = 0 ;; insert into t2 values (90, 'x')
set sql_log_bin = 0 ;; delete from t2
set session sql_select_limit = 0 ;; delete from t2
set names gbk ;; select '¿'', sd_pay(1), '
set character_set_client = sjis ;; delete from t2
set global event_scheduler = on
set global general_log = 0
set @@global.read_only = 0
set password = password('x')
set password for clerk@'%' = password('x')
alter user current_user() identified by 'x'
alter user clerk@'%' account lock
set role keeper ;; delete from safe
set role keeper ;; update safe set v = 'x'
set default role keeper
set default role keeper for clerk@'%'
grant keeper to app
revoke keeper from clerk@'%'
drop user clerk@'%'
create user other@'%'
xa start 'x' ;; delete from t2 ;; xa end 'x' ;; xa prepare 'x' ;; xa commit 'x'
xa begin 'y' join ;; delete from t2 ;; xa end 'y' ;; xa commit 'y' one phase
xa recover convert xid
create event e on schedule every 1 second do delete from t2
create event e on schedule at now() do call sd_settle()
create trigger w4 after insert on t2 for each row delete from t
create procedure mine() delete from t2 ;; call mine()
create or replace function sd_pay(n int) returns int return 1
create function lib returns int soname 'x.so'
create view mine as select sd_pay(1) as x
create table mine as select * from t2
create table mine select sd_pay(1) as x
create or replace table t2 (id int)
create or replace temporary table t2 (id int) ;; drop temporary table t2 ;; delete from t2
create temporary table x as select sd_pay(1) as a
create temporary table x (id int) ;; insert into x select sd_look(1)
create temporary table x (id int primary key) ;; insert into x values (1) ;; insert into x values (1) on duplicate key update id = sd_pay(2)
create temporary table x (id int) ;; insert into x values (1) ;; update x join t2 on t2.id = x.id set t2.v = 'x'
create temporary table x (id int) ;; insert into x values (1) ;; delete t2 from t2 join x on t2.id = x.id
create temporary table x (id int) ;; insert into x values (1) ;; update x set id = sd_pay(1)
create temporary table x (id int) ;; replace into x select x from pays
create temporary table x (id int default (next value for numbers)) ;; insert into x values (default)
create temporary table x like numbered ;; insert into x (note) values ('x')
create temporary table t2 (id int) ;; rename table t2 to x ;; delete from t2
create temporary table t2 (id int) ;; alter table t2 rename x ;; delete from t2
begin ;; create temporary table t2 (id int) ;; rollback ;; drop table t2 ;; delete from t2
create temporary table if not exists t2 as select 1 as id ;; drop table t2 ;; delete from t2 where id = 1
create temporary table x engine=federated connection='mysql://admin:admin-pw@127.0.0.1/x/t'
create server s foreign data wrapper mysql options (host '127.0.0.1')
create index i on t2 (v)
load data local infile '/etc/hostname' into table t2
load data infile '/etc/hostname' replace into table t2 (v) set id = sd_pay(1)
select * from t2 into outfile '/tmp/bastion_limited_my'
select v from t2 limit 1 into dumpfile '/tmp/bastion_limited_my2'
select load_file('/etc/passwd'), sd_pay(1)
select get_lock('x', 0), sd_pay(1)
select get_lock('x', 0) ;; do release_all_locks() ;; delete from t2
select benchmark(2, sd_pay(1))
select sleep(sd_plain(0))
select master_pos_wait('x', 1), sd_pay(1)
select last_insert_id(sd_pay(7))
select name_const('x', 1), sd_pay(1)
select * from t2 for update
select * from t2 lock in share mode skip locked
show tables where sd_pay(1)
show columns from t2 where sd_look(1)
show status where variable_name = sd_text('x')
show warnings limit 1 ;; delete from t2
help 'x' ;; delete from t2
kill query 1
kill user clerk
shutdown
purge binary logs before now()
reset query cache
flush status
install soname 'ha_x'
uninstall plugin x
binlog 'x'
change master to master_host = 'x'
cache index t2 in hot
get diagnostics @x = row_count ;; delete from t2
signal sqlstate '45000' set message_text = (select sd_pay(1))
resignal
use mysql ;; delete from user
use information_schema ;; delete from redteam.t2
