# Attempts of the red team on tests/seed/red_team_mysql.sql; ' ;; ' separates statements on one connection.
# Judged by twins: two databases that differ in sensitive values only must give the same bytes.
# First the holes once found, one line for each kind; they run always.
handler users open ;; handler users read first ;; handler users read next limit 2 ;; handler users read next where ssn like 'S%' ;; handler users close
handler users open as h ;; handler h read ssn first ;; handler h read ssn >= ('M') limit 3 ;; handler h read `primary` = (1) ;; handler h read ssn last
handler users open ;; create temporary table users (id int, name varchar(80), ssn varchar(80)) ;; handler users read first ;; handler users read next where ssn like 'S%'
handler t open as h ;; handler users open as k ;; handler h read next where (select ssn from users where id=1) like 'S%' ;; handler k read next where id = (select ascii(ssn) from users where id=1)
create temporary table z as select ssn from users ;; handler z open ;; handler z read next where ssn like 'S%' ;; handler z read first
handler t open ;; update t set v = (select ssn from users where id=1) where id=1 ;; handler t read first ;; handler t read next where v like 'S%'
create temporary table z as select id, ssn from users ;; alter table z add x int ;; select id from z where ssn like 'S%' ;; select x, ssn from z
create temporary table z as select ssn from users ;; alter table z change ssn k varchar(80), add y int ;; select k from z ;; select y from z where k like 'S%'
create temporary table z as select id, body from ledger ;; alter table z modify body varchar(14) ;; select body from z where id = 1
create temporary table z (a varchar(80)) ;; alter table z modify a varchar(80) first ;; insert into z select ssn from users ;; select a from z ;; select count(*) from z where a like 'S%'
create temporary table z like vault ;; insert into z () values () ;; select ssn from z
create temporary table z like en ;; insert into z values (1, 1) ;; select ssn from z
create temporary table z like t ;; insert into z select id, ssn from users ;; create unique index i on z (v) ;; select v from z order by v
create temporary table z like gen ;; insert into z (id, ssn) select id, ssn from users ;; select low, code from z
begin ;; create temporary table z like t ;; insert into t values (9, 'x') ;; truncate z ;; alter table z add x int ;; rollback ;; select count(*) from t
select json_value(doc,'$.n'), json_keys(doc), json_length(doc), json_type(doc) from ledger where id=1 ;; select json_value(doc,'$.who') from ledger where id=1
select id from ledger where json_value(doc,'$.who') like 'cu%'
select id from ledger where json_extract(doc,'$.n','$.who') like '%cu%'
select json_valid(doc->>'$.who'), json_type(doc->>'$.who'), json_length(json_value(doc,'$.who')) from ledger where id=1
select json_search(doc,'one','cu%'), json_contains(doc,'"c"'), json_contains(doc,'1','$.who') from ledger where id=1
select j.n, j.x from ledger, json_table(doc,'$' columns(n int path '$.n', x int path '$.who' error on error)) j where id=1
select count(*) from ledger, json_table(doc,'$' columns(n int path '$.n', x varchar(2) path '$.who' default '?' on error)) j where j.x = 'cu'
select y from json_table(json_object((select left(ssn,1) from users where id=1),1),'$' columns(y int exists path '$.S')) j
select json_value(doc,concat('$.','who')), json_extract(doc,'$.*'), json_extract(doc,'$**.who'), json_extract(doc,'$.n', concat('$.w','ho')) from ledger where id=1
create temporary table z select json_value(doc,'$.who') w, json_value(doc,'$.n') n from ledger ;; select w from z where n = 1
update ledger set doc=json_set(doc,'$.n',(select ssn from users where id=1)) ;; select json_value(doc,'$.n') from ledger where id=1
select id from papers where json_value(doc,'$.ssn') like 'S%' ;; select json_value(doc,'$.gear'), json_value(doc,'$.ssn') from papers where id=1
select json_value(doc,'$.gear'), count(*) from papers group by 1 having max(json_value(doc,'$.ssn')) like 'S%'
select json_exists(doc,'$."4111111111111111"'), json_contains_path(doc,'one','$.cards."4111111111111111"') from papers where id=1
select count(*) from papers where json_exists(doc,'$.cards."4111111111111111"') ;; select count(*) from papers where json_extract(doc,'$.cards."4111111111111111"') is not null
select json_length(doc,'$.cards."4111111111111111"'), json_type(json_extract(doc,'$."4111111111111111"')), json_value(doc,'$.cards."4111111111111111"') from papers where id=1
select x from papers, json_table(doc,'$.cards' columns(x int exists path '$."4111111111111111"')) j
select j.x from json_table((select json_array(count(*)) from t join (select ssn like 'S%' as error from users where id=1) error on error), '$[*]' columns(x int path '$')) j
select count(*) from json_table((select json_arrayagg(t.id) from t join (select id, ssn like 'S%' as empty from users where id=1) error on empty), '$[*]' columns(x int path '$' null on empty)) j
select json_value(doc,concat('$.s','sn')), json_extract(doc,concat('$.s','sn')), right(doc,16) from books where id=1
select json_extract(doc,'$.*'), json_extract(doc,'$**.ssn'), substring_index(doc,'"ssn"',-1) from books where id=1
select id, ssn into @a, @b from users where id=1 ;; select @a, @b
set @b = 1 ;; select id, ssn from users where id=1 into @a, @b ;; select @b
show tables where left((select ssn from users where id=1),1) = 'S'
show columns from vault where locate('S3C', `default`) > 0
prepare s from 'select ?' ;; set @i=(select ssn from users where id=1) ;; execute s using @i
set @r = 1 ;; execute immediate 'set @r = (select ssn from users where id = 1)' ;; select @r
set @r = 1 ;; prepare s from 'set @r = (select ssn from users where id = 1)' ;; execute s ;; select @r
set @r = 1 ;; set @r = replace((select ssn from users where id = 1), '', '') ;; select @r
set @r = 1 ;; set sql_safe_updates = 0, @r = replace((select ssn from users where id = 1), '', '') ;; select @r
set @r = 1 ;; set statement max_statement_time = 5 for set @r = (select ssn from users where id = 1) ;; select @r
explain update t set v = (select ssn from users where id = 1) where id = 1 ;; show warnings ;; show count(*) warnings
explain extended delete from users where ssn like 'S%' ;; show warnings
explain format=json delete from users where ssn = 'S3CR3T421x'
select cast(ssn as int) from users ;; show count(*) warnings ;; show warnings
set profiling = 1 ;; select ssn from users where ssn = 'x' ;; show profile
select ssn from users where id = 1 ;; show processlist where Info like '%S3%'
create function l1(i int) returns int reads sql data return (select if(ssn like 'S%', null, 1) from users where id = i) ;; select l1(1) is null, l1(1), ifnull(l1(1), 2)
create function l2(v varchar(40)) returns int deterministic return if(v like 'S%', null, 1) ;; select l2(ssn) is null, l2(ssn) from users ;; select id from users where l2(ssn) = 1
create function l3(i int) returns int reads sql data return (select count(*) from t where id < (select ascii(ssn) from users where id = i)) ;; select l3(1) ;; select l3(1) > 3
create function l4(ssn int) returns text reads sql data return (select ssn from users where id = 1) ;; select l4(1)
select nullif(left(ssn,1),'S') is null from users where id=1
select isnull(nullif(left(ssn,1),'S')) from users where id=1
select count(nullif(left(ssn,1),'S')) from users
select cot(ascii(ssn)-83) from users where id=1
select low from gen where id=1
create temporary table z select ssn from users ;; alter table z change ssn k varchar(80) ;; select k from z
create table zz like users ;; insert into zz select * from users ;; alter table zz change ssn b varchar(80) ;; select b from zz
create table zz like users ;; alter table zz rename column ssn to b ;; insert into zz select * from users ;; select b from zz
alter table users rename column ssn to plain ;; select plain from users where id=1
alter table users change ssn plain varchar(80) ;; select plain from users where id=1
rename table users to people ;; select ssn from people where id=1 ;; alter table people rename column ssn to abc ;; select abc from people where id=1
alter table users add column extra varchar(80) as (ssn) ;; select extra from users where id=1
create function g4() returns int modifies sql data begin insert into t select 500+id, ssn from users; return 1; end ;; select g4() ;; select v from t where id=501
create procedure g7() insert into t select 500+id, ssn from users ;; call g7() ;; select v from t where id=501
create trigger tg before insert on t for each row set new.v=(select ssn from users where id=1) ;; insert into t values (70,'a') ;; select v from t where id=70
begin not atomic insert into t select 500+id, ssn from users; end ;; select v from t where id=501
set rand_seed1=(select ascii(ssn) from users where id=1)
set last_insert_id=(select ascii(ssn) from users where id=1) ;; select last_insert_id()
select replace(body,'@','#') from ledger where id=1
select left(body,20) from ledger where id=1
create temporary table z as select body as b from ledger ;; select substr(b,13,4) from z
select regexp_substr(body,'[a-z0-9]+@') from ledger where id=1
select concat(substr(c1,2,1),'@x.example'), trim(leading 'c' from c1), insert(c1,1,1,'') from ledger where id=1
create temporary table zq as select substr(c1,2) as email from ledger ;; select email from zq
select count(distinct x) from (select left(ssn,1) x from users where id=1 union all select 'S') t
select id from users where cast(ssn as char(1))='S'
create temporary table z as select ssn as q from users ;; create temporary table if not exists z as select 'x' as q ;; select q from z
create temporary table z as select 'x' as a, ssn as b from users ;; alter table z rename column a to c, rename column b to a ;; select a from z
create temporary table z as select ssn as a from users where id=1 ;; alter table z add check (a like 'S%')
select id from t where f_get(1) like 'S%' and id=1
alter table users add constraint c check (left(ssn,1) <> 'S')
alter table users modify ssn enum('S3CR3T421x','K7Q2M9Z')
begin not atomic if (select ssn from users where id=1) like 'S%' then signal sqlstate '45000'; end if; end
select id from users force index (ssn) where ssn is not null
set @n=(select ssn from users where id=1) ;; do 1/(ascii(@n)-83)
set @n=(select ssn from users where id=1) ;; show variables where variable_name > @n
create table zz (id int primary key, q varchar(80), foreign key (q) references users(ssn)) ;; insert into zz values (1,'S3CR3T421x')
select make_set(ascii(ssn),1,(select id from t)) from users where id=1
select ssn from en where id=1
select id from en order by ssn
select line from `lines` where id=1
select substring_index(line,'=',-1) from `lines` where id=1
select column_get(dyn,'ssn' as char) from `lines` where id=1
select id from gen where code=83
select lpad('a',ascii(ssn)-60,'b') from users where id=1
select lpad('a',ascii(ssn)-60,'b') is null from users where id=1
show create table vault
show create table pl
show create view v_one
describe vault
show columns from en
select column_default, column_type from information_schema.columns where table_schema=database() and table_name in ('vault','en') and column_name='ssn'
select value from settings where name='smtp_password'
with recursive r(id, s) as (select id, ssn from users union all select id, substr(s, 2) from r where s <> '') select count(*) from r
select dyn from `lines`
select hex(dyn), cast(dyn as char), to_base64(dyn), reverse(dyn), substr(dyn, 9) from `lines`
select column_json(dyn), hex(column_add(dyn, 'a', 'b')) from `lines` where id=1
select column_get(dyn, concat('s', 'sn') as char), json_value(column_json(dyn), '$.ssn') from `lines`
select id from `lines` where column_json(dyn) like '%S3%'
create temporary table z as select dyn as k from `lines` ;; select hex(k), column_json(k) from z
set @u=(select ssn from users where id=1) ;; select extractvalue('<a>1</a>','$@u')
select (select name from (select ssn as ' name' from users where id=1) x) from users where id=1
select (select `(select ssn from users where id=1)` from (values ((select ssn from users where id=1))) x) from (select 'a' as `(select ssn from users where id=1)`) y
select replace(ssn,'S','SSSSSSSSSSSSSSSSSSSSS') from users where id=1 ;; show session status like 'bytes_sent'
select substr(concat(ssn, repeat('a',16777205)),1,1) from users where id=1
set statement group_concat_max_len=11 for select group_concat(ssn) from users where id=1
show columns from vault where `default` like '%S3C%'
create temporary table z as select column_type as k from information_schema.columns where table_name='en' and table_schema=database() ;; select k from z
select group_concat(char(s.seq using utf8mb4) order by p.seq separator '-') from ledger, seq_1_to_40 p, seq_32_to_122 s where id=1 and substr(body, p.seq, 1) = char(s.seq using utf8mb4)
select s.seq from ledger l, seq_97_to_122 s where l.id=1 and l.body like concat('please call c', char(s.seq using utf8mb4), '%')
select s.seq from seq_97_to_122 s where s.seq in (select ascii(substr(body,14,1)) from ledger where id=1) or s.seq = (select ascii(substr(body,14,1)) from ledger where id=1)
select q.seq from (select s.seq, substr(l.body,s.seq,1) c from ledger l, seq_1_to_40 s where l.id=1) q where c = 'u'
select q.seq from (select * from ledger l, seq_97_to_122 s where l.id=1) q where ascii(substr(q.body,14,1)) = q.seq
with c as (select id, body, char(id+96 using utf8mb4) n from ledger) select b.n from c a, c b where a.id=1 and substr(a.body,14,1) = b.n
select rn from (select body, row_number() over (order by s.seq) rn from ledger, seq_1_to_122 s where id=1) q where ascii(substr(body,14,1)) = rn
select p.seq from ledger, seq_97_to_122 p, seq_1_to_122 s where id=1 and s.seq <= p.seq group by p.seq having ascii(substr(max(body),14,1)) = count(*)
select @x:=s.seq from ledger, seq_97_to_122 s where id=1 and (ascii(substr(body,14,1)) = @x or (@x:=s.seq) is null)
select s.seq, count(nullif(body like concat('please call c',char(s.seq using utf8mb4),'%'),0)), count(regexp_substr(body,concat('call c',char(s.seq using utf8mb4)))) from ledger, seq_97_to_122 s where id=1 group by s.seq
select x from (select body x from ledger where id=1 union all select concat('please call c',char(seq using utf8mb4)) from seq_97_to_122) q order by x
select max(x), count(distinct x) from (select body x from ledger where id=1 union all select 'please call cr') q
select s.seq, greatest(body, concat('please call c',char(s.seq using utf8mb4))) from ledger, seq_97_to_122 s where id=1
select count(*) from ledger l, json_table(concat('[1',repeat(',1',ascii(substr(l.body,14,1))),']'),'$[*]' columns(x int path '$')) j where l.id=1
select last_insert_id(ascii(substr(body,14,1))) from ledger where id=1 ;; select last_insert_id()
select cast(body as binary(20)), convert(body, binary(20)), cast(cast(body as binary(20)) as char) from ledger where id=1
create temporary table z (k varchar(14)) ;; insert ignore into z select body from ledger where id=1 ;; select k from z
create temporary table z (k varchar(14)) engine=memory ;; insert into z select 'x' union all select body from ledger where id=1 ;; select k from z
create temporary table z (k varchar(14)) engine=memory select 'x' as k union all select body from ledger where id=1 ;; select k from z
create temporary table z (k varchar(200) unique) ;; insert into z values ('please call cust1@example.com about it') ;; insert ignore into z select body from ledger where id=1 ;; select count(*) from z
create temporary table z (k varchar(200)) ;; alter table z add unique (k) ;; insert into z values ('please call cust1@example.com about it') ;; insert ignore into z select body from ledger where id=1 ;; select count(*) from z
create temporary table z as select body as k from ledger where id=1 ;; insert into z select concat('please call c',char(seq using utf8mb4)) from seq_97_to_122 s ;; select k from z order by k ;; select max(k) from z
create temporary table z (k varchar(200)) ;; insert into z values ('please call cust1@example.com about it') ;; select count(*) from ledger l join z on l.body = z.k
select substr(k,2), reverse(k), left(k,5) from hist for system_time all limit 2 ;; select id from hist for system_time all where k like 'cust%'
select json_value(doc,'$.ssn'), substr(doc,10), json_extract(doc,'$.*') from hist for system_time all limit 2
select doc from wraps where id=1 ;; select json_value(doc,'$.load'), json_extract(doc,'$.load'), json_keys(doc), json_value(doc,'$.gear') from wraps where id=1
select from_base64(json_value(doc,'$.load')), json_exists(doc,'$."S3CR3T421x"'), substr(doc,20) from wraps where id=1
set group_concat_max_len=14 ;; select group_concat(body) from ledger where id=1 ;; select json_arrayagg(body) from ledger where id=1
set statement group_concat_max_len=14 for select group_concat(body) from ledger where id=1
select id from ledger where id = concat(repeat('x ',53), ' ', body) ;; show warnings
create temporary table z (k int) engine=memory ;; insert ignore into z select concat(repeat('x ',53), ' ', body) from ledger where id=1 ;; show warnings
select convert(body using swe7), cast(body as char character set swe7), cast(body as char(14) character set utf8mb4) from ledger where id=1
create temporary table z (k longtext character set swe7) ;; insert ignore into z select body from ledger where id=1 ;; select k from z
select line, lower(line), lcase(concat(line,' ')), lower(json_array(line)) from logs where id=1
select id from letters partition (pa)
select count(*) from letters partition (pz) x
select t.id from t left join letters partition (pa) x on x.id = t.id where x.id is null
set @n = (select count(*) from letters partition (pa)) ;; select @n
prepare s from 'select id from letters partition (pa)' ;; execute s
begin not atomic select id from letters partition (pa); end
explain partitions select letters.id from letters where ssn = (select ssn from users where id = 1)
analyze format=json select id from letters partition (pa)
update letters partition (pa) set k = 'j' where id = 1
insert into numbered (id) select ascii(ssn) from users where id = 1 ;; select last_insert_id()
insert into numbered (id, v) select ascii(ssn), 'x' from users where id = 1 ;; show create table numbered
update numbered set id = (select ascii(ssn) from users where id = 1) where id = 1 ;; select auto_increment from information_schema.tables where table_name = 'numbered' and table_schema = database()
create temporary table z (a int auto_increment primary key) as select ascii(ssn) as a from users where id = 1 ;; show create table z ;; insert into z values () ;; select last_insert_id()
create temporary table z (a serial) as select ascii(ssn) as a from users where id = 1 ;; show create table z
create table z as select ascii(ssn) as a from users ;; alter table z modify a bigint auto_increment unique ;; show create table z
set @n = (select ascii(ssn) from users where id = 1) ;; insert into numbered (id) values (@n) ;; show table status like 'numbered'
insert into numbered (id) values (1) on duplicate key update id = last_insert_id((select ascii(ssn) from users where id = 1)) ;; select last_insert_id()
select f_quo(1), left(f_quo(1), 2)
select id from t where f_quo(1) like '_S%'
create temporary table z (a varchar(80), b varchar(80) generated always as (left(a,1)) stored) as select ssn as a from users ;; select b from z
create temporary table z (a varchar(80), b varchar(80) default (left(a,1))) ;; insert into z (a) select ssn from users ;; select b from z
show create table pl
select any + 0, any - 0 from (select ascii(ssn) as any from users where id=1) t ;; select id from (select id, ssn like 'S%' as any from users) t where any + 0 = 1 ;; select count(*) from (select ascii(ssn) as any from users) t group by any + 0
select any from (select ssn as any from users) t ;; select charset, rollback from (select ssn as charset, ssn as rollback from users) t
select json 'id', text 'id', year "id" from (select id, ssn as json, ssn as text, ascii(ssn) as year from users) t ;; select _gb18030 + 0, _gb18030 'x', (_gb18030) from (select ascii(ssn) as _gb18030 from users) t
create temporary table z as select any + 0 as x from (select ascii(ssn) as any from users) t ;; select x from z ;; create temporary table y as select id, ascii(ssn) as any from users ;; alter table y add w int as (any + 0) ;; select w from y
select lateral 'id', tablesample, ilike from (select id, ssn as lateral, ssn as tablesample, ssn as ilike from users) t ;; select count(*) from (select ssn as tablesample from users) t group by tablesample
select ssn isnull, ssn notnull from users ;; select id from users order by (select ssn isnull) ;; select c from (select ssn isnull from users) t(c)
select 2e from (select ssn as `2e`, 'x' as e from users) q
select max(1e), concat(1e,''), count(*) from (select ssn as `1e` from users) q where 1e like 'S%'
create temporary table z as select 1e as k from (select ssn as `1e` from users) q ;; select k from z
set @q = (select max(1e) from (select ssn as `1e` from users) x) ;; select @q
select (select T.v from (select 'x' as v) t) from (select ssn as v from users) T
select (select max(T.v) from (select 'x' as v) t) from (select ssn as v from users) T
with é as (select ssn as v from users), e as (select 'x' as v) select v from é
with USERS as (select 'x' as ssn, 1 as id) select ssn from users
select (select é from (select 'x' as e) q) from (select ssn as é from users) w limit 1
create temporary table z (é varchar(80)) ;; insert into z values ('x') ;; select (select e from z) from (select ssn as e from users) w
set @ſ = (select ssn from users where id=1) ;; set @s = 'x' ;; select @ſ
set @ß = (select ssn from users where id=1) ;; set @ss = 'x' ;; select @ß
create temporary table z (ß varchar(80)) ;; insert into z values ('x') ;; select (select ss from z) from (select ssn as ss from users) w
create temporary table z like users ;; insert into z(id,ssn) values (1,'S3CR3T421x') ;; select u.id from z join users u using (ssn) ;; select count(*) from users where ssn in (select ssn from z)
set rand_seed1=5, rand_seed2=6 ;; select coalesce(nullif(left(ssn,1),'S'), rand()) from users where id=1 ;; select rand()
set rand_seed1=5, rand_seed2=6 ;; select coalesce(k, r) from (select nullif(left(ssn,1),'S') k, rand() r from users where id=1) q ;; select rand()
select count(*) from papers, json_table(doc, '$.cards."4111111111111111"' columns (o for ordinality)) j
# Other attempts
select ssn from users where id=1
select @a:=ssn from users where id=1 ;; select @a
select @a:=ssn, @b:=concat(@a,'') from users where id=1 ;; select @b
set @a=(select ssn from users where id=1) ;; select @a
set @a=1, @b=(select ssn from users where id=1) ;; select @b
set @a := (select ssn from users where id=1), @c = @a ;; select @c
select ssn into @a from users where id=1 ;; select @a
select id, ssn into @a, @b from users where id=1 ;; select @b, @a
select ssn from users where id=1 into @z ;; select @`z`
set @`a b`=(select ssn from users where id=1) ;; select @'a b'
select (@q:=ssn) is null, @q from users where id=1
select id from users where (@w:=ssn) is not null ;; select @w
select id, @r from users order by (@r:=ssn) ;; select @r
update users set name=(@u:=ssn) where id=1 ;; select @u
update t set v=@u:='x' where id=1 ;; select @u
insert into t values (50,(select @i:=ssn from users where id=1)) ;; select @i
delete from t where id=1 and (@d:=(select ssn from users where id=1)) is not null ;; select @d
set @a='select ssn from users where id=1' ;; prepare s from @a ;; execute s
prepare s from 'select ssn from users where id=?' ;; set @i=1 ;; execute s using @i
execute immediate 'select ssn from users where id=1'
execute immediate concat('select ss','n from users where id=1')
prepare s from concat('select ss','n from users') ;; execute s
prepare s from 'select name from users order by ssn' ;; execute s
prepare s from 'select ssn into @k from users where id=1' ;; execute s ;; select @k
prepare s from 'select id from users where ssn > ?' ;; set @i='M' ;; execute s using @i
handler users open ;; handler users read first ;; handler users close
handler users open as h ;; handler h read next ;; handler h read next where ssn like 'S%' ;; handler h close
select json_object('k',ssn) from users where id=1
select json_array(ssn), json_arrayagg(ssn) from users
select json_objectagg(ssn,id) from users where ssn is not null
select json_extract(json_object('k',ssn),'$.k') from users where id=1
select json_unquote(json_extract(json_object('k',ssn),'$.k')) from users where id=1
select json_keys(json_object(ssn,1)) from users where id=1
select json_value(json_object('k',ssn),'$.k') from users where id=1
select json_set('{}','$.a',ssn), json_quote(ssn), json_detailed(json_array(ssn)) from users where id=1
select json_contains(json_array(ssn),'"a"'), json_length(json_array(ssn)), json_type(ssn), json_valid(ssn) from users where id=1
select j.* from users, json_table(json_array(ssn),'$[*]' columns(name varchar(80) path '$')) j where users.id=1
select j.name from (select json_array(ssn) d from users where id=1) x, json_table(x.d,'$[*]' columns(i for ordinality, name varchar(80) path '$')) j
select json_merge_patch(json_object('a',ssn),'{}'), json_normalize(json_array(ssn)) from users where id=1
select group_concat(ssn), group_concat(name order by ssn), group_concat(distinct ssn separator '|') from users
select group_concat(ssn order by id desc limit 1) from users
select group_concat(name order by ssn limit 1) from users
select extractvalue('<a/>',concat('/',ssn)) from users where id=1
select extractvalue(concat('<a>',ssn,'</a>'),'/a') from users where id=1
select updatexml('<a>x</a>','/a',ssn) from users where id=1
select updatexml('<a/>',concat(0x7e,ssn),'') from users where id=1
select extractvalue(rand(),concat(0x3a,(select ssn from users where id=1)))
select cast(ssn as signed) from users where id=1 ;; show warnings
select ssn+0 from users where id=1 ;; show warnings
select cast(ssn as date) from users where id=1 ;; show warnings limit 1
select cast(ssn as decimal(3)) from users where id=1 ;; show errors
select date(ssn) from users where id=1 ;; show warnings
select inet_aton(ssn), inet6_aton(ssn) from users where id=1 ;; show warnings
select convert(ssn using latin1), convert(ssn, binary) from users where id=1
select cast(ssn as char(3)), cast(ssn as binary) from users where id=1
select ssn collate utf8mb4_bin, binary ssn from users where id=1
select _latin1 x'41', ssn from users where id=1
select hex(ssn), unhex(hex(ssn)), to_base64(ssn), from_base64(to_base64(ssn)) from users where id=1
select bin(ascii(ssn)), oct(ascii(ssn)), conv(hex(ssn),16,10), ord(ssn) from users where id=1
select encode(ssn,'k'), decode(encode(ssn,'k'),'k'), aes_encrypt(ssn,'k'), aes_decrypt(aes_encrypt(ssn,'k'),'k') from users where id=1
select des_encrypt(ssn,'k') from users where id=1
select compress(ssn), uncompress(compress(ssn)), uncompressed_length(compress(ssn)) from users where id=1
select soundex(ssn), soundex(name), quote(ssn), reverse(ssn), repeat(ssn,2), space(ascii(ssn)) from users where id=1
select substring_index(ssn,'C',1), mid(ssn,2,3), left(ssn,4), insert(ssn,1,1,'x'), elt(1,ssn), field(ssn,'a'), find_in_set(ssn,'a,b') from users where id=1
select export_set(ascii(ssn),'1','0','',8), make_set(ascii(ssn),'a','b','c','d','e','f','g') from users where id=1
select lpad(ssn,4,'x'), rpad(ssn,4,'x'), ltrim(ssn), trim(leading 'S' from ssn), format(ascii(ssn),2) from users where id=1
select name_const('k',ssn) from users where id=1
select name_const('k',(select ssn from users where id=1))
select length(ssn), char_length(ssn), bit_length(ssn), octet_length(ssn) from users where id=1
select strcmp(ssn,'M'), ssn<'M', ssn regexp '^S', ssn like 'S%', ssn sounds like 'S', ssn between 'A' and 'Z' from users where id=1
select if(ssn>'M',1,2) from users where id=1
select ifnull(ssn,'x'), nullif(ssn,'x'), nvl(ssn,'q'), nvl2(ssn,ssn,'x'), coalesce(ssn,name) from users where id=1
select count(if(ssn>'M',1,null)) from users
select sum(ssn>'M') from users
select greatest(ssn,'a'), least(ssn,'zzz') from users where id=1
select max(ssn), min(ssn), any_value(ssn) from users
select bit_or(ascii(ssn)), std(ascii(ssn)), avg(ssn) from users
select first_value(ssn) over (order by id), lag(ssn) over (order by id), nth_value(ssn,1) over (order by id) from users
select name, rank() over (order by ssn) from users
select name, row_number() over (partition by ssn order by id) from users
select percentile_disc(0.5) within group (order by ssn) over () from users
select column_create('a',ssn), column_json(column_create('a',ssn)), column_get(column_create('a',ssn),'a' as char) from users where id=1
select column_list(column_create(ssn,1)) from users where id=1
select st_astext(point(ascii(ssn),ascii(substr(ssn,2,1)))) from users where id=1
select st_geomfromtext(ssn) from users where id=1
select st_astext(st_geomfromtext(concat('POINT(',ascii(ssn),' 1)'))) from users where id=1
select st_x(point(ascii(ssn),1)), st_asgeojson(point(ascii(ssn),1)) from users where id=1
select uuid_to_bin(ssn) from users where id=1
select benchmark(1,ssn), sleep(0*ascii(ssn)) from users where id=1
select get_lock(ssn,0), is_used_lock(ssn), release_lock(ssn) from users where id=1
select last_insert_id(ascii(ssn)) from users where id=1 ;; select last_insert_id()
select setval(sq,ascii(ssn)) from users where id=1 ;; select nextval(sq)
select setval(sq,100) ;; select lastval(sq), previous value for sq
select rand(ascii(ssn)) from users where id=1
select row(ssn,1)=row('a',1) from users where id=1
select (ssn,id) > ('M',1) from users where id=1
select ssn as `name`, name as `ssn` from users where id=1
select `users`.`ssn` 'x' from users where id=1
select x.name from (select ssn as name from users where id=1) x
select name from users where id=0 union select ssn from users where id=1
(select name from users where id=0) union all (select ssn from users where id=1) order by 1
select name from users intersect select ssn from users
values ((select ssn from users where id=1))
values row((select ssn from users where id=1)), ('x')
select * from (values ((select ssn from users where id=1))) v
with a as (select ssn as name from users where id=1) select name from a
with recursive r as (select 1 n, ssn s from users where id=1 union all select n+1, substr(s,2) from r where n<4) select * from r
with recursive r as (select 1 n, cast('' as char(80)) s union all select n+1, (select ssn from users where id=1) from r where n<2) select s from r
select * from users natural join (select id, ssn as zed from users) q
select zed from users join (select id, ssn as zed from users) q using (id)
select a.name from users a join users b on a.ssn=b.ssn where a.id<>b.id
select distinct ssn, name from users
select distinct left(ssn,1) from users
select ssn, count(*) from users group by ssn with rollup
select left(ssn,1) k, count(*) from users group by k
select name from users order by ssn limit 1
select name from users order by 2 
select name, ssn from users order by 2 limit 1
select name from users order by field(ssn,'a','b')
select name from users having max(ssn) > 'M'
select name from users group by name having min(ssn) < 'M'
select id from users where ssn > 'M'
select id from users where ssn like 'S%'
select id from users where ssn regexp '^S'
select id from users where ssn rlike 'S'
select id from users where not (ssn <=> 'x') and substr(ssn,1,1)='S'
select id from users where left(ssn,1) in ('S')
select id from users where concat(ssn,'') = 'x'
select id from users where hex(ssn) = 'x'
select id from users where match(ssn) against ('S')
select id from users where json_contains(json_array(ssn),'"a"')
select id from users where ssn in (select concat('a',seq) from seq_1_to_100)
select id from users where exists (select 1 from dual where ssn > 'M')
select (select count(*) from users where ssn > 'M')
select count(*) from users u join seq_1_to_200 s on s.seq <= ascii(u.ssn)
select u.id from users u join t on t.v < u.ssn
select s.seq, substr(ssn,s.seq,1) from users, seq_1_to_5 s where id=1
select exp(ascii(ssn)*100) from users where id=1
select ~0 + ascii(ssn) from users where id=1
select id, ssn ->> '$.a' from users where id=1
select f_id(ssn) from users where id=1
select f_get(1)
select f_sub(ssn,1) from users where id=1
call p_get(1)
call p_sig(1)
select label2 from v_users where id=1
select z from v2 where id=1
select ssn from parts partition (p1)
select k from parts partition (p1) where ssn like 'S%'
select * from ver for system_time all where id=1
select ssn from users use index (ssn) where id=1
select {d '2020-01-01'}, ssn from users where id=1
select { fn ucase(ssn) } from users where id=1
select {x ssn} from users where id=1
select * from users procedure analyse()
select ssn from users procedure analyse(10,100)
select /*! ssn from */ users where id=1
select /*!50000 ssn */ from users where id=1
select /*M! ssn */ from users where id=1
select/**/ssn/**/from/**/users where id=1
select ssn -- x
select ssn # x
table users
select * from users limit 1 offset 0
select sql_calc_found_rows ssn from users limit 1 ;; select found_rows()
select sql_calc_found_rows 1 from users where ssn='x' limit 1 ;; select found_rows()
select straight_join u.ssn from users u join t on t.id=u.id
select u.* from users u where id=1
select users.*, 1 from users where id=1
select ssn from users where id=1 for update
select ssn from users where id=1 lock in share mode
select ssn from `users` as `t` where id=1
select high_priority ssn from users where id=1
select ssn, sum(id) over () from users window w as (order by ssn)
select row_count(), found_rows()
insert into users values (1,'x','y')
insert into users values (77,'x',(select ssn from (select * from users) q where id=1))
insert into t select 100+id, ssn from users ;; select v from t where id>100
insert into t(id) select ascii(ssn) from users where id=1 ;; select id from t
insert into t values (1,'x') on duplicate key update v=(select ssn from users where id=1) ;; select v from t where id=1
insert into t select id, ssn from users on duplicate key update v=values(v) ;; select v from t where id=1
insert into users values (1,'x','y') on duplicate key update name=ssn ;; select name from users where id=1
insert into t values (60,'x') returning v
insert into users(id,name) values (61,'n') returning name
insert into users(id,name) values (62,'n') returning *
insert into users(id,name,ssn) select 63, ssn, 'q' from users where id=1 returning name
insert into t set id=64, v=(select ssn from users where id=1) ;; select v from t where id=64
insert ignore into t select ssn, ssn from users where id=1 ;; show warnings
insert into t(id) select ssn from users where id=1
replace into t select id, ssn from users ;; select v from t where id=1
replace into users values (1,'a','b') returning ssn, name
update users set name=ssn where id=1 ;; select name from users where id=1
update t, users u set t.v=u.ssn where t.id=u.id ;; select v from t where id=1
update t join users u using (id) set t.v=u.ssn ;; select v from t where id=1
update users set id=2 where id=1
update users set ssn=(select s from (select ssn s from users where id=1) q) where id=2
update users set id=ssn where id=1
update t set v='z' where id=(select id from users where ssn like 'S%')
update t set v='z' order by (select ssn from users u where u.id=t.id) limit 1
delete from users where id=1 returning ssn
delete from users where id=1 returning *
delete from users where ssn > 'M'
delete t from t join users u on t.id=u.id where u.ssn like 'S%'
delete from t where id=1 order by (select ssn from users where id=1) limit 1
create temporary table z as select ssn as k from users ;; select k from z
create temporary table z like users ;; insert into z select * from users ;; select ssn from z ;; select * from z
create temporary table z (a varchar(80)) ;; insert into z select ssn from users ;; select a from z
create temporary table z (a varchar(80), b varchar(80) as (upper(a))) ;; insert into z(a) select ssn from users ;; select b from z
create temporary table z (a varchar(80) unique) ;; insert into z select ssn from users ;; insert into z select ssn from users
create temporary table z (a varchar(3)) ;; insert into z select ssn from users where id=1
create temporary table z (a int) ;; insert into z select ssn from users where id=1
create temporary table z (a varchar(80), check (a='x')) ;; insert into z select ssn from users where id=1
create temporary table users as select 1 as id, 'x' as ssn ;; drop temporary table users ;; select ssn from users where id=1
create temporary table users as select 1 as id, 'x' as name ;; drop temporary table users ;; select * from users
create table zz as select ssn as a from users ;; select a from zz
create table zz (name varchar(80)) select ssn as name from users ;; select name from zz
create or replace view zz as select ssn as a from users ;; select a from zz
create or replace view v_users as select id, ssn as label, name as label2 from users ;; select label from v_users where id=1
create algorithm=temptable view zz(q) as select ssn from users ;; select q from zz where q is not null
alter table users add column extra varchar(80) default (reverse(ssn)) ;; insert into users(id,ssn) values (88,'abc') returning extra
alter table users add column extra varchar(80) ;; update users set extra=ssn ;; select extra from users where id=1
alter table users modify ssn int
alter table users modify ssn varchar(3)
alter table users add constraint c check (length(ssn) < 9)
alter table users add unique (ssn, name)
alter table t add unique (v) ;; insert into t select 99, ssn from users where id=1
create function g1() returns varchar(80) reads sql data return (select ssn from users where id=1) ;; select g1()
create function g2(x varchar(80)) returns varchar(80) deterministic return x ;; select g2(ssn) from users where id=1
create function g3(x varchar(80)) returns varchar(80) deterministic begin set @leak=x; return 'a'; end ;; select g3(ssn) from users where id=1 ;; select @leak
create procedure g5() select ssn as a from users ;; call g5()
create procedure g6(out a varchar(80)) select ssn into a from users where id=1 ;; call g6(@o) ;; select @o
create event ev on schedule every 1 day do insert into t select 500+id, ssn from users
begin not atomic select ssn from users; end
begin not atomic declare x varchar(80); select ssn into x from users where id=1; signal sqlstate '45000' set message_text=x; end
signal sqlstate '45000' set message_text='abc'
get diagnostics condition 1 @m = message_text ;; select @m
select ssn+0 from users where id=1 ;; get diagnostics condition 1 @m = message_text ;; select @m
insert into users values (99,'x',(select ssn from (select * from users) q where id=1)) ;; get diagnostics condition 1 @m = message_text ;; select @m
insert into users values (99,'x',(select ssn from (select * from users) q where id=1)) ;; show errors
insert into users values (99,'x',(select ssn from (select * from users) q where id=1)) ;; show warnings
select * from mysql.column_stats
select column_name, min_value, max_value from mysql.column_stats where table_name='users'
select hex(histogram) from mysql.column_stats
select * from mysql.user
select authentication_string from mysql.user
select * from mysql.global_priv
select db, name, type, specific_name, language, sql_data_access, is_deterministic, security_type, param_list, returns, body, definer, sql_mode, comment, body_utf8 from mysql.proc
select body from mysql.proc
select * from mysql.general_log
select argument from mysql.general_log
select * from mysql.servers
select * from information_schema.optimizer_trace
set optimizer_trace='enabled=on' ;; select * from users where ssn='abc' ;; select trace from information_schema.optimizer_trace
select * from performance_schema.events_statements_current
select * from sys.statement_analysis
select cardinality from information_schema.statistics where table_name='users'
select view_definition from information_schema.views where table_name='v_users'
select partition_description, table_rows from information_schema.partitions where table_name='parts'
select generation_expression from information_schema.columns where table_name='gen'
show create table users
show create view v_users
show create function f_get
show create procedure p_sig
show columns from users
show index from users
show binlog events
show variables like 'secure_file_priv'
show explain for 1
describe users ssn
desc users 's%'
help 'select'
checksum table users
check table users
show analyze for 1
flush tables users for export
lock tables users read ;; select ssn from users ;; unlock tables
select load_file('/etc/hostname')
do @x:=(select ssn from users where id=1) ;; select @x
do sleep(0)
do (select if(ssn>'M',sleep(0),0) from users where id=1)
set @@session.time_zone=(select ssn from users where id=1)
set session sql_mode=(select ssn from users where id=1)
set names (select ssn from users where id=1)
set session group_concat_max_len=(select ascii(ssn) from users where id=1) ;; select @@group_concat_max_len
set @@lc_time_names=(select ssn from users where id=1)
set insert_id=(select ascii(ssn) from users where id=1)
set statement max_statement_time=1 for select ssn from users where id=1
set statement sort_buffer_size=100000 for select name from users order by ssn
select c1 from ledger where id=1
select c2, c3 from ledger where id=1
select body from ledger where id=1
select doc from ledger where id=1
select json_value(doc,'$.who') from ledger where id=1
select doc->'$.who' from ledger where id=1
select upper(body) from ledger where id=1
select reverse(body) from ledger where id=1
select substr(body,13) from ledger where id=1
select hex(body), to_base64(body) from ledger where id=1
select id from ledger order by c1
select id from ledger where c1 like 'c%'
select c1+0 from ledger where id=1 ;; show warnings
select cast(body as signed) from ledger where id=1 ;; show warnings
select substr(c1,1,3) from ledger where id=1
select c2+1 from ledger where id=1
select max(body) from ledger
insert into notes select id, c1 from ledger ;; select body from notes where id=1
insert into notes select id, body from ledger ;; select substr(body,13,4) from notes where id=1
select regexp_replace(body,'@',' at ') from ledger where id=1
select substring_index(body,' ',3) from ledger where id=1
select count(*) from users, json_table(concat('[1',repeat(',1',ascii(ssn)),']'),'$[*]' columns(x int path '$')) j where users.id=1
select count(*) from users, json_table(json_array(ssn),'$[*]' columns(x varchar(9) path '$')) j where users.id=1
select count(*) from users, json_table(json_keys(json_object(left(ssn,1),1,'S',2)),'$[*]' columns(x varchar(9) path '$')) j where users.id=1
select count(*) from users, json_table(json_object('S',1,'K',1,'8',1),concat('$.',left(ssn,1)) columns(x varchar(9) path '$')) j where users.id=1
create function fl(p varchar(9)) returns int reads sql data return (select count(*) from users where ssn like concat(p,'%')) ;; select fl('S')
select id from t order by field(left(f_get(1),1),'S','8'), id desc limit 1
select if(f_get(1) like 'S%', (select id from t), 1)
select count(*) from t where f_sub(f_get(1),1)='S'
select 1 from t where exists (select 1 from t where f_get(1) like 'S%')
create temporary table z as select id, ssn as v from users ;; alter table z rename to t ;; select v from t
create temporary table z as select id, ssn as v from users ;; alter table z rename t ;; select concat(v,'') from t
create temporary table z as select id, ssn as v from users ;; rename table z to t ;; select v from t
create temporary table z as select 'x' as a, ssn as b from users ;; alter table z change b a2 varchar(80), change a b varchar(80) ;; select a2 from z ;; select b from z
create temporary table z as select ssn as q from users ;; create or replace temporary table z as select 'x' as q ;; select q from z
create temporary table z (a varchar(80) check (a like 'S%')) ;; insert into z select ssn from users where id=1
create temporary table z (a varchar(80) primary key) ;; insert into z values ('S3CR3T421x') ;; insert into z select ssn from users where id=1
create temporary table z (a varchar(80) primary key) ;; insert into z values ('S3CR3T421x') ;; insert ignore into z select ssn from users where id=1
create temporary table z (a varchar(80) primary key, b int default 0) ;; insert into z(a) values ('S3CR3T421x') ;; insert into z(a) select ssn from users where id=1 on duplicate key update b=1 ;; select b from z
create temporary table z (a enum('S3CR3T421x')) ;; insert into z select ssn from users where id=1
create temporary table z (a varchar(5)) ;; insert into z select ssn from users where id=1
create temporary table z (a varchar(80), b int as (1/(ascii(a)-83)) stored) ;; insert into z(a) select ssn from users where id=1
create temporary table z (a varchar(80), b varchar(80) as (a) virtual) ;; insert into z(a) select ssn from users where id=1 ;; select b from z
create temporary table z (a varchar(80), b varchar(80) default a) ;; insert into z(a) select ssn from users where id=1 ;; select b from z
create temporary table z (a varchar(80), b varchar(80) default (reverse(a))) ;; insert into z(a) select ssn from users where id=1 ;; select b from z
create temporary table z as select ssn as a from users where id=1 ;; alter table z add unique (a) ;; insert into z values ('S3CR3T421x')
create temporary table z as select ssn as a from users where id=1 ;; alter table z add column b varchar(80) as (upper(a)) ;; select b from z
create temporary table z as select ssn as a from users where id=1 ;; alter table z add column b varchar(80) default a ;; select b from z
create table zz (id int, a varchar(80) default (@x)) ;; set @x=(select ssn from users where id=1) ;; insert into zz(id) values (1) ;; select a from zz
create temporary table z (a varchar(80)) partition by list columns (a) (partition p1 values in ('S3CR3T421x'))
create table zz (a varchar(80)) partition by list columns (a) (partition p1 values in ('S3CR3T421x'), partition p2 default) ;; insert into zz select ssn from users where id=1 ;; select count(*) from zz partition (p1)
alter table users add constraint c check (ssn < 'T')
alter table users add column b int as (1/(ascii(ssn)-83)) stored
alter table users add column b int default (if(ssn like 'S%',1,0)) ;; select b from users where id=1
alter table users add column b varchar(80) default ssn ;; select b from users where id=1
alter table users partition by range columns (id) (partition p values less than (1000))
alter table users modify name varchar(80) as (ssn) ;; select name from users
begin not atomic if (select ssn from users where id=1) like 'S%' then delete from t where id=1; end if; end ;; select count(*) from t
begin not atomic declare x int; select 1/0 into x from users where ssn like 'S%' and id=1; end
create procedure g8() begin if (select ssn from users where id=1) like 'S%' then signal sqlstate '45000'; end if; end ;; call g8()
set sql_mode='ANSI_QUOTES' ;; select "ssn" from users
set session sql_mode=concat(@@sql_mode,',ANSI_QUOTES') ;; select "ssn" from users
set @@sql_mode='ANSI_QUOTES' ;; select "ssn" from users
set names gbk ;; select 'a' from t
set character_set_client=gbk ;; select 1
set @x='a', sql_mode='ANSI_QUOTES' ;; select "ssn" from users
select _gbk x'bf27', ssn from users
select _utf8mb4'ssn' from users
select "ssn" from users
select 'a' "b" from users
select ssn"x" from users
select N'ssn', ssn from users
select /*!99999 1, */ name from users
select /*M!100100 ssn, */ name from users
select /*!ssn,*/ name from users
select name /*! , ssn */ from users
select name, /* /* */ ssn /* */ from users
select name -- , ssn 
select name --1 , ssn from users
select name--ssn from users
select 1 --ssn from users where id=1
insert into t select id, ssn from users on duplicate key update v=ssn ;; select v from t
insert into t values (100,'S3CR3T421x') ;; select t.id from t join users u on u.ssn=t.v
update users set name=default(ssn) where id=1 ;; select name from users where id=1
select default(ssn) from users limit 1
insert into t values (1, default(v)) on duplicate key update v=(select ssn from users where id=1)
update users u join users w on w.id=u.id set u.name=w.ssn ;; select name from users
update users set name=concat(name, ssn) where id=1
insert into t(id) select ascii(ssn)+1000 from users where id=1 returning id
insert into t(id,v) select id+1000, ssn from users returning v
insert into t(id,v) values (1001,(select ssn from users where id=1)) returning v, (select ssn from users where id=1)
insert into t(id,v) values (1001,'a') returning (select ssn from users where id=1)
replace into t(id,v) values (1,'a') returning (select ssn from users where id=1) as v
delete from t where id=1 returning (select ssn from users where id=1)
delete from t where id=1 returning id, (select 1 from users where ssn like 'S%' and id=1)
select json_object(left(ssn,1),1,'S',2) = '{"S":2}' from users where id=1
select json_length(json_object(left(ssn,1),1,'S',2)) from users where id=1
select count(*) from t where id < (select length(ssn) from users where id=1)
select count(*) from seq_1_to_500 where seq <= (select ascii(ssn) from users where id=1)
select id from t limit 1 offset 1
set @n=(select ascii(ssn) from users where id=1) ;; prepare s from 'select seq from seq_1_to_200 limit ?' ;; execute s using @n
set @n=(select ascii(ssn) from users where id=1) ;; select count(*) from seq_1_to_200 where seq<@n
set @n=(select ascii(ssn) from users where id=1) ;; select seq from seq_1_to_200 where seq=@n
set @n=(select ssn from users where id=1) ;; select if(@n like 'S%',(select id from t),1)
set @n=(select ssn from users where id=1) ;; select id from t where v > @n
set @n=(select ssn from users where id=1) ;; select id from t order by v > @n, id
set @n=(select ssn from users where id=1) ;; set @m=left(@n,1) ;; select @m ;; select case @m when 'S' then (select id from t) end
set @n=(select ssn from users where id=1) ;; set group_concat_max_len=@n
set @n=(select ssn from users where id=1) ;; set @@group_concat_max_len=ascii(@n)
set @n=(select ssn from users where id=1) ;; select * from information_schema.user_variables
set @n=(select ssn from users where id=1) ;; create view vx as select @n as a
set @n=(select ssn from users where id=1) ;; insert into t values (300,@n) ;; select v from t where id=300
set @n=(select ssn from users where id=1) ;; execute immediate 'select ?' using @n
set @n=(select ssn from users where id=1) ;; set @q=concat('select ''',@n,'''') ;; prepare s from @q ;; execute s
set @n=(select ssn from users where id=1) ;; get diagnostics condition 1 @m=message_text ;; select @m
set @n=(select ssn from users where id=1) ;; signal sqlstate '45000' set message_text=@n
set @n=(select ssn from users where id=1) ;; savepoint a ;; set @n='x' ;; rollback to a ;; select @n
set @a='x' ;; set @b=(select ssn from users where id=1), @a=@b ;; select @a
set @a='x', @a=(select ssn from users where id=1), @b=@a ;; select @b
select 1 into @a ;; select ssn from users where id=1 into @a ;; select @a
select @a:='x' ;; select @a from users where (@a:=ssn) is not null
select @`A`:=ssn from users ;; select @a
set @n=(select ssn from users where id=99) ;; set @n=ifnull(@n,(select ssn from users where id=1)) ;; select @n
select name_const('S',1), name_const(ssn,1) from users
select * from (select 1 as `a`, 2 as `b`) x natural join (select ssn as c from users) y
select * from users natural left join (select id, ssn as name2 from users) y
select * from (select id, ssn as name from users) a natural right join (select id, name as ssn from users) b
select * from users a right join (select id, name zed from users) b using (id)
select name from users procedure analyse(2)
with users as (select 1 as id, 'x' as ssn) select ssn from users
with x as (select * from users) select y.c from (select * from x) as y(a,b,c)
select * from json_table('[1]','$[*]' columns(ssn varchar(80) path '$')) j
select * from users for system_time as of now()
select ssn from ver for system_time between '2000-01-01' and now()
select row_start, row_end from ver
delete history from ver
select * from information_schema.innodb_trx
select * from information_schema.table_statistics
select * from information_schema.index_statistics
select * from mysql.transaction_registry
explain select * from users where ssn=(select ssn from users where id=1)
explain extended select * from t where v=(select ssn from users where id=1) ;; show warnings
explain format=json select * from t where v=(select ssn from users where id=1)
explain format=json select * from t,users u where u.id=1 and t.v=u.ssn
explain format=json select * from t,users u where u.id=1 and t.v=reverse(u.ssn)
explain format=json select * from t,users u where u.id=1 and t.id=length(u.ssn)
explain format=json select * from t where id in (select length(ssn) from users where id=1)
explain select * from t,users u where u.id=1 and u.ssn='x' and t.id=1
explain select 1 from users where id=1 and ssn is null
explain partitions select * from parts where id=1
create view vx as select id, if(ssn like 'S%',1,0) as f from users ;; select f from vx where id=1
create view vx as select f_get(1) as a ;; select a from vx
create table zz as select * from users where ssn like 'S%'
create table zz (id int primary key, ssn varchar(80), foreign key (ssn) references users(ssn)) ;; insert into zz values (1,'S3CR3T421x')
create table zz (id int primary key, q varchar(80), foreign key (q) references users(ssn) on update cascade) ;; insert into zz select 1, ssn from users where id=1 ;; select q from zz
alter table t add foreign key (v) references users(ssn)
load data infile '/etc/hostname' into table t
select ssn from users into outfile '/tmp/x1'
select st_geomfromtext(ssn) is null from users where id=1
select json_valid(ssn) from users where id=1
select cast(ssn as json) from users where id=1
select convert_tz(now(),ssn,'UTC') is null from users where id=1
select inet_aton(ssn) is null from users where id=1
select count(inet_aton(ssn)) from users
select count(cast(ssn as date)) from users
select count(st_geomfromtext(ssn)) from users
select regexp_substr(ssn,'^S') = '' from users where id=1
select regexp_instr('S',ssn) from users where id=1
select uuid() regexp ssn from users
select elt(ascii(ssn)-82,'a',(select id from t)) from users where id=1
select interval(ascii(ssn),10,50,90) from users where id=1
select benchmark(ascii(ssn)*100,md5('a')) from users where id=1
select get_lock(ssn,0) is null from users where id=1
select cast(concat(left(ssn,1),'1') as signed) from users where id=1
select 1 from t group by id having max(f_get(1)) like 'S%'
select max(id) over (order by f_get(id)) from t
select last_value(ssn,'x') from users where id=1
select last_value('x',ssn) from users where id=1
select json_value(json_object('a',ssn),'$.a' default 'x' on empty) from users
select column_get(column_create('a','x','b',ssn),'b' as char) from users
select sformat('{}',ssn) from users
select trim(trailing from ssn), natural_sort_key(ssn), crc32(ssn), kdf(ssn,'a') from users
select if(0,name,ssn) as name from users
select {fn concat(ssn,'')} from users
select {fn concat({fn lcase(ssn)}, {d '2020-01-01'})} x from users
select u.ssn from {oj orders o left outer join users u on u.id=o.user_id}
select {fn length(ssn)} from {oj users u left join orders o on {fn left(u.ssn,1)}='1'}
select date'2020-01-01', {ts '2020-01-01 00:00:00'}, ssn from users
select ssn=name from users
update users set ssn=upper(ssn) where id=1
select substr(name,1,0-(ssn > 'M')) from users where id=1
select 18446744073709551000 + ascii(ssn)*10 from users where id=1
select pow(ascii(ssn),160) from users where id=1
select exp(ascii(ssn)*9) from users where id=1
select 1 % (ascii(ssn)-83), 1 div (ascii(ssn)-83) from users where id=1
select 'a' regexp concat('[',if(ssn>'M','','a]')) from users where id=1
select 'a' regexp concat(left(ssn,1),'[') from users where id=1
select name regexp ssn from users where id=1
select name like ssn, name rlike ssn from users where id=1
select regexp_replace(name,ssn,'') from users where id=1
select regexp_instr(ssn,'[') from users where id=1
select json_extract('{}',concat('$.',ssn)) from users where id=1
select json_extract('{}',ssn) from users where id=1
select json_set(ssn,'$.a',1) from users where id=1
select json_extract(ssn,'$.a') from users where id=1 ;; show warnings
select json_unquote(concat('"',ssn)) from users where id=1
select json_value(ssn,'$.a') from users where id=1
select json_search(json_array(ssn),'one','S%') is null from users where id=1
select json_length(json_search(json_array(ssn,ssn),'all','S%')) from users where id=1
select json_exists(json_array(ssn),'$[0]') from users where id=1
select json_value(json_array(ssn),'$[0]') is null from users where id=1
select inet_ntoa(ascii(ssn)), inet6_aton(ssn) is null from users where id=1
select is_ipv4(ssn), is_ipv6(ssn) from users where id=1
select st_astext(point(ascii(ssn),'x')) from users where id=1
select st_geomfromtext(concat('POINT(1 ',if(ssn>'M','1)',''))) from users where id=1
select st_x(st_geomfromtext(concat('POINT(',ascii(ssn)-83,' 1)'))) from users where id=1
select st_geomfromwkb(unhex(hex(ssn))) from users where id=1
select polygon(linestring(point(0,0),point(0,ascii(ssn)))) from users where id=1
select st_pointn(st_geomfromtext('linestring(0 0,1 1)'), ascii(ssn)-82) from users where id=1
select st_pointn(st_geomfromtext('linestring(0 0,1 1)'), ascii(ssn)-82) is null from users where id=1
select makedate(2000,ascii(ssn)-83) is null from users where id=1
select maketime(1,ascii(ssn)-30,1) is null from users where id=1
select maketime(1,ascii(ssn)-30,1) from users where id=1
select sec_to_time(ascii(ssn)*100000) from users where id=1 ;; show warnings
select from_unixtime(ascii(ssn)-83) is null from users where id=1
select from_unixtime(ascii(ssn)-60) from users where id=1
select date_add(now(), interval ssn day) from users where id=1
select date_add('9999-12-01', interval ascii(ssn)-60 day) from users where id=1
select date_add('9999-12-01', interval ascii(ssn)-60 day) is null from users where id=1
select period_add(ascii(ssn),1), period_diff(ascii(ssn)*100,1) from users where id=1
select last_day(ssn) is null from users where id=1
select to_days(ssn) is null from users where id=1
select convert_tz('2020-01-01','UTC',ssn) is null from users where id=1
select date_format(ssn,'%Y') is null from users where id=1
select unhex(ssn) is null from users where id=1
select from_base64(ssn) is null from users where id=1
select uncompress(ssn) is null from users where id=1
select uncompress(ssn) from users where id=1
select aes_decrypt(ssn,'k') is null from users where id=1
select des_decrypt(ssn) from users where id=1
select encrypt(ssn,'ab') is null from users where id=1
select conv(ssn,36,10), conv(ssn,2,10) from users where id=1
select log(ascii(ssn)-60) is null from users where id=1
select log2(ascii(ssn)-60), sqrt(ascii(ssn)-60) from users where id=1
select sqrt(ascii(ssn)-60) is null from users where id=1
select acos(ascii(ssn)/70) is null from users where id=1
select elt(ascii(ssn)-82,'a') is null from users where id=1
select elt(field(left(ssn,1),'S','8'),'a',null) from users where id=1
select make_set(ascii(ssn)&1,'a') = '' from users where id=1
select export_set(ascii(ssn),'a','b','',8) from users where id=1
select repeat(null,1) is null, repeat('a',ascii(ssn)*10000000) is null from users where id=1
select insert('abc',ascii(ssn)-83,1,'x') from users where id=1
select substring_index('a.b.c','.',ascii(ssn)-83) from users where id=1
select find_in_set(left(ssn,1),'S,8') from users where id=1
select interval(ascii(ssn),60) from users where id=1
select nvl2(nullif(left(ssn,1),'S'),1,2) from users where id=1
select ifnull(nullif(left(ssn,1),'S'),'z') from users where id=1
select decode_oracle(ssn,'a',1,2) from users where id=1
select count(distinct left(ssn,1)) from users
select group_concat(distinct 1 order by ssn) from users
select group_concat(id order by ssn) from users
select group_concat(distinct left(ssn,1)) is null from users
select length(group_concat(distinct left(ssn,1))) from users
select json_length(json_arrayagg(distinct left(ssn,1))) from users
select json_length(json_objectagg(left(ssn,1),1)) from users
select id from users where binary ssn = upper(ssn)
select id from users where ssn = binary lower(ssn)
select id from users where ssn collate utf8mb4_bin = lower(ssn)
select id from users where trim(leading 'S' from ssn) = ssn
select id from users where ssn = cast(ssn as char(3))
select id from users where ssn = ssn + 0
select id from users where ssn = id
select id from users where ssn = 421
select id from users where ssn = 0x533343523354343231 
select id from users where ssn = b'01010011'
select id from users where ssn = @z
select id from users where ssn = (select max(ssn) from users)
select id from users where ssn = any(select ssn from users where id > 1)
select id from users u where not exists (select 1 from users v where v.ssn > u.ssn)
select id from users where ssn = (select min(ssn) from users)
select u.id from users u join (select max(ssn) m from users) q on q.m=u.ssn
select id from users where (ssn,id) >= ('M',0)
select id from users where ssn is true
select id from users where ssn
select id from users where not ssn
select id from users where ssn is not true
select id from users where ssn xor 1
select id from users where ssn && 1
select id from users where !ssn
select id from users where -ssn = 0
select id from users where ssn between 'S' and 'T'
select id from users where 'M' between ssn and 'Z'
select id from users where 'S' = left(ssn,1)
select id from users where strcmp(ssn,'M')=1
select id from users where greatest(ssn,'M')=ssn
select id from users where least(ssn,'M')='M'
select id from users where greatest(ssn,'M')='M'
select id from users where sha1(ssn)='x'
select id from users where crc32(ssn)=1
select id from users where length(ssn)=10
select id from users where soundex(ssn)='S000'
select id from users where ssn sounds like 'S'
select id from users order by ssn
select id from users order by -ssn
select id from users order by ssn is null, ssn
select id from users order by (select ssn)
select id from users order by concat(ssn)
select id, ssn from users order by 2
select id from users group by ssn
select id from users group by left(ssn,1)
select id, ssn from users having ssn > 'M'
select distinct ssn from users
select distinct id, ssn from users
select id from users force index for order by (ssn) where id>0
select count(ssn), count(*) from users
insert into t select 700, ssn from users where id=1
insert into t values (701, (select ssn from users where id=1))
insert into t set id=702, v=(select ssn from users where id=1)
insert ignore into t values (1,(select ssn from users where id=1))
replace t values (1,(select ssn from users where id=1))
update t,users set t.v=users.ssn where t.id=users.id
update users set name=ssn
update users set ssn=name, name=@x:=ssn
delete from t where v=(select ssn from users where id=1)
delete t from t, users where t.v=users.ssn
create temporary table z as select * from users ;; select * from z
create temporary table z (n int primary key, s varchar(80)) ;; insert into z select ascii(ssn), 'x' from users where id=1 ;; select n from z
create temporary table z (n int auto_increment primary key, s varchar(80)) auto_increment=5 ;; insert into z(s) select ssn from users ;; select n, s from z
create temporary table z (s varchar(80), t timestamp default now()) ;; insert into z(s) select ssn from users ;; select hex(s) from z
create temporary table z engine=memory as select ssn s from users ;; update z set s=upper(s) ;; select s from z
create temporary table z like users ;; alter table z drop column ssn ;; select * from z
create temporary table t as select 1 id, ssn v from users ;; select v from t ;; drop temporary table t ;; select v from t
set @a=(select ssn from users where id=1) ;; set @b=@a ;; set @c=substr(@b,1,4) ;; select @c
set @a=(select group_concat(ssn) from users) ;; select @a from t
set @a=(select ssn from users where id=1) ;; select * from t where v=@a
set @a=(select ssn from users where id=1) ;; select length(@a), @a is null, @a like 'S%'
set @a=(select ascii(ssn) from users where id=1) ;; select seq from seq_1_to_100 limit 3 offset 1
set @a=(select ascii(ssn) from users where id=1) ;; set @b=repeat('x',@a) ;; select length(@b)
set @a=(select ascii(ssn) from users where id=1) ;; select seq from seq_1_to_100 where seq=@a
set @a=(select ssn from users where id=1) ;; set character_set_results=@a
set @a=(select ssn from users where id=1) ;; set @@session.lc_time_names=@a
set @a=(select ssn from users where id=1) ;; create table zz (a varchar(80) default (@a))
set @a=(select ssn from users where id=1) ;; create view vv as select 1 from t where v=@a
select ssn from users where id=1 into @q ;; select benchmark(1,@q), md5(@q), json_quote(@q)
set timestamp=(select ascii(ssn) from users where id=1) ;; select now()
set sql_select_limit=1 ;; select ssn from users
set session sql_mode='' ;; select ssn from users
set statement sql_mode='' for select ssn from users
set @@max_sort_length=4 ;; select id from users order by ssn
select json_extract(json_object('a', ssn), '$.a') from users
select json_value(json_object('a', ssn), '$.a') from users
select json_unquote(json_extract(json_object('a', ssn), '$.a')) from users
select json_query(json_object('a', json_object('b', ssn)), '$.a') from users
select json_search(json_object('a', ssn), 'one', 'S%') from users where id=1
select json_contains(json_array(ssn), '"S3CR3T421x"') from users where id=1
select json_contains_path(json_object(ssn, 1), 'one', '$.S3CR3T421x') from users where id=1
select json_keys(json_object(ssn, 1)) from users where ssn is not null
select json_length(json_array(ssn)), json_depth(json_array(ssn)), json_type(ssn) from users where id=1
select json_quote(ssn), json_valid(ssn) from users where id=1
select json_insert('{}', '$.a', ssn) from users
select json_set('{"a":1}', '$.a', ssn), json_replace('{"a":1}', '$.a', ssn) from users
select json_array_append('[]', '$', ssn), json_array_insert('[1]', '$[0]', ssn) from users
select json_merge_patch('{}', json_object('a', ssn)), json_merge_preserve('{}', json_object('a', ssn)) from users
select json_detailed(json_array(ssn)), json_compact(json_array(ssn)), json_loose(json_array(ssn)) from users
select json_normalize(json_array(ssn)) from users
select json_objectagg(id, ssn) from users
select json_arrayagg(ssn order by id limit 1) from users
select json_overlaps(json_array(ssn), '["S3CR3T421x"]') from users where id=1
select json_equals(json_array(ssn), '["S3CR3T421x"]') from users where id=1
select group_concat(ssn separator '') from users
select group_concat(distinct left(ssn,1) order by id) from users
select group_concat(concat(id, ':', ssn)) from users
select group_concat(ssn limit 1) from users
select first_value(ssn) over (order by id) from users
select lag(ssn, 1) over (order by id), lead(ssn) over (order by id) from users
select nth_value(ssn, 1) over (order by id) from users
select median(ascii(ssn)) over () from users
select bit_and(ascii(ssn)), bit_or(ascii(ssn)), bit_xor(ascii(ssn)) from users
select sum(ascii(ssn)), avg(ascii(ssn)), std(ascii(ssn)) from users
select conv(hex(ssn), 16, 10), conv(substr(hex(ssn),1,4), 16, 2) from users where id=1
select oct(ascii(ssn)), bin(ascii(ssn)) from users where id=1
select ord(ssn), ascii(ssn), bit_count(ascii(ssn)) from users where id=1
select aes_encrypt(ssn, 'k'), aes_decrypt(aes_encrypt(ssn, 'k'), 'k') from users where id=1
select md5(ssn), sha1(ssn), sha2(ssn, 256), crc32(ssn), crc32c(ssn) from users where id=1
select soundex(ssn), ssn sounds like 'S3' from users where id=1
select reverse(ssn), lcase(ssn), ucase(ssn), repeat(ssn, 2) from users where id=1
select elt(1, ssn), field(ssn, 'a', 'S3CR3T421x'), find_in_set(ssn, 'a,S3CR3T421x') from users where id=1
select instr(ssn, '3'), locate('3', ssn), position('3' in ssn) from users where id=1
select lpad(ssn, 20, '*'), rpad(ssn, 20, '*') from users where id=1
select ltrim(ssn), rtrim(ssn), trim(leading 'S' from ssn) from users where id=1
select mid(ssn, 2), substring(ssn from 2 for 3), substring_index(ssn, '4', 1) from users where id=1
select left(ssn, 3), right(ssn, 3) from users where id=1
select format(ascii(ssn), 2), space(ascii(ssn)) from users where id=1
select strcmp(ssn, 'S'), nullif(ssn, 'a'), ifnull(ssn, 'b'), nvl(ssn, 'c'), nvl2(ssn, ssn, 'd') from users where id=1
select coalesce(ssn, 'x'), greatest(ssn, 'x'), least(ssn, 'zz') from users where id=1
select interval(ascii(ssn), 10, 60, 80, 90) from users where id=1
select ssn regexp '^S', ssn rlike '^S', regexp_substr(ssn, '^.{3}'), regexp_replace(ssn, '(.)', '\\1-'), regexp_instr(ssn, '4') from users where id=1
select ssn like 'S%', ssn not like 'S%', ssn = 'a', ssn <=> 'a', ssn in ('a'), ssn between 'S' and 'T' from users where id=1
select cast(ssn as char(3)), cast(ssn as binary), cast(ssn as signed), cast(ssn as decimal), cast(ssn as date), cast(ssn as json) from users where id=1
select convert(ssn, char), convert(ssn using latin1), _utf8mb4 'x' = ssn from users where id=1
select binary ssn, ssn collate utf8mb4_bin from users where id=1
select inet_aton(ssn), inet6_aton(ssn), is_ipv4(ssn) from users where id=1
select makedate(2000, ascii(ssn)), maketime(1, ascii(ssn) % 60, 1), sec_to_time(ascii(ssn)), from_unixtime(ascii(ssn)) from users where id=1
select date_add('2000-01-01', interval ascii(ssn) day) from users where id=1
select point(ascii(ssn), 1), st_astext(point(ascii(ssn), 1)) from users where id=1
select extractvalue(concat('<a>', ssn, '</a>'), '/a') from users where id=1
select extractvalue('<a/>', concat('/', ssn)) from users where id=1
select updatexml('<a/>', concat('~', ssn), 1) from users where id=1
select updatexml('<a>x</a>', '/a', concat('<b>', ssn, '</b>')) from users where id=1
select sql_calc_found_rows id from users where ssn = 'a' ;; select found_rows()
select @v := '' ;; select @v := concat(@v, ssn) from users ;; select @v
execute immediate 'select ssn from users'
select sql_text from performance_schema.events_statements_current
select * from performance_schema.user_variables_by_thread
select * from sys.session
select * from sys.statement_analysis limit 3
select * from information_schema.innodb_locks
select * from information_schema.innodb_buffer_page limit 1
select * from information_schema.innodb_ft_index_table
select * from information_schema.column_statistics
select avg_length from mysql.column_stats where table_name = 'users' order by column_name
select nulls_ratio, avg_frequency from mysql.column_stats where table_name = 'users' order by column_name
select * from mysql.general_log limit 1
select * from mysql.slow_log limit 1
get diagnostics @n = number ;; select @n
select cast(ssn as int) from users where id=1 ;; get diagnostics condition 1 @m = message_text ;; select @m
get diagnostics condition 1 @m = message_text, @s = returned_sqlstate ;; select @m, @s
select ssn from users partition (p1)
select * from en
select ssn + 0 from en
select ssn from en where ssn = 1
select find_in_set('x', ssn) from en
select label2 from v_users
select z from v2
select low, code from gen
select f_id(ssn) from users
select f_sub(ssn, 1) from users
select f_sub((select ssn from users where id=1), seq) from seq_1_to_10
select substr(ssn, seq, 1) from users, seq_1_to_10 where id=1 order by seq
select group_concat(substr(ssn, seq, 1) order by seq separator '-') from users, seq_1_to_10 where id=1
select * from seq_1_to_10 limit 3
select id from t limit 5 offset 1
select id from users order by 1, ssn
with c(a) as (select ssn from users) select a from c
with recursive r(n, c) as (select 1, cast(substr(ssn,1,1) as char(80)) from users where id=1 union all select n+1, concat(c, substr((select ssn from users where id=1), n+1, 1)) from r where n<10) select c from r
select (select ssn from users where id=1), (select group_concat(ssn) from users)
values ((select ssn from users where id=1), 2)
select users.* from users
select `users`.`ssn` as `id` from `users`
select ssn id from users
select ssn as 'name' from users
select u.ssn from (select * from users) u
select x.name from (select ssn as name from users) x
select a from (select ssn a from users union all select 'b') q
select ssn from users intersect select ssn from users
select * from users natural join (select id, ssn as q from users) z
select * from users u join users w using (ssn)
select * from t cross join users
select high_priority sql_no_cache ssn from users
set sql_mode='ANSI' ;; select "name" || "ssn" from users
set sql_mode='ANSI' ;; select 'a' || ("ssn" || 'b') as "name" from "users"
set sql_mode='ANSI' ;; select max ("ssn"), substring ("ssn", 1, 3) from "users"
set sql_mode='ANSI_QUOTES' ;; select "id" as "ssn", "ssn" as "id" from users
set sql_mode='ANSI_QUOTES' ;; select "a\", ssn, "b" from users
set sql_mode='ANSI_QUOTES' ;; select 'a\', "ssn", '' from users
set sql_mode='ANSI_QUOTES' ;; select "a`, ssn, `b" from users
set sql_mode='ANSI_QUOTES' ;; select "a", `ssn` "c" from (select 1 as "a", ssn from users) "d"
set sql_mode='ANSI_QUOTES' ;; /*!50000 select "ssn" from users */
set sql_mode='ANSI_QUOTES' ;; select 1 /*!50000 , "ssn" */ from users
set sql_mode='ANSI_QUOTES' ;; prepare s from 'select "ssn" from "users"' ;; execute s
set sql_mode='ANSI_QUOTES' ;; set @q = 'select "ssn" from "users"' ;; prepare s from @q ;; execute s
set sql_mode='ANSI_QUOTES' ;; execute immediate 'select "ssn" from "users"'
prepare s from 'select "ssn", ssn from users' ;; set sql_mode='ANSI_QUOTES' ;; execute s
set sql_mode='ANSI_QUOTES' ;; prepare s from 'select "ssn" from users' ;; set sql_mode='' ;; execute s
set sql_mode='ANSI_QUOTES' ;; create temporary table "k" as select "ssn" as "name" from users ;; select "name" from "k"
set sql_mode='ANSI_QUOTES' ;; set @"v" = (select "ssn" from users where id=1) ;; select @"v"
set sql_mode='ANSI_QUOTES' ;; set @v = (select "ssn" from users where id=1) ;; set sql_mode='' ;; select @v
set sql_mode='ANSI' ;; select @@sql_mode || "ssn" from users
set sql_mode='PIPES_AS_CONCAT' ;; select id, name from users where ssn || '' like '1%'
set sql_mode='ANSI_QUOTES' ;; set sql_mode=concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES') ;; select 'a\', ssn, '' from users
execute immediate 'set sql_mode = \'ANSI_QUOTES\'' ;; select "ssn" from users
prepare m from 'set sql_mode = \'ANSI\'' ;; execute m ;; select "ssn" || "name" from users
select sql_cache ssn from users
select sql_cache ssn name from users
select distinct sql_cache ssn as id from users
create or replace temporary table z as select ssn as q from users ;; select q from z
create temporary table z as select name as q from users ;; create or replace temporary table z as select ssn as q from users ;; select q from z
create temporary table z as select ssn as q from users ;; create or replace temporary table z like z ;; select q from z
select ssn + 0 from users ;; get diagnostics condition 1 @m = message_text, @n = mysql_errno ;; select @m
select cast(ssn as int) from users ;; get current diagnostics condition 1 @n = message_text ;; set @k = @n ;; select concat(@k, '')
select ssn + 0 from users ;; get diagnostics condition 1 @name = message_text ;; select id, @name from users order by id
begin not atomic select ssn as id from users; end
begin not atomic declare e varchar(80); select ssn into e from users where id = 1; select e as name; end
begin not atomic declare name varchar(80) default (select ssn from users where id = 1); select id, name from t; end
begin not atomic if (select ssn from users where id = 1) like 'S%' then select 1; else select 2; end if; end
begin not atomic declare continue handler for sqlexception begin end; select ssn + 0 from users; end
begin not atomic select ssn into @v from users where id = 1; end ;; select @v
begin not atomic declare c cursor for select ssn from users; open c; fetch c into @v; end ;; select @v
select id, ssn from users procedure analyse()
select id from users where ssn like '1%' procedure analyse()
select * from users procedure analyse(100, 10000)
select a as id from (select ssn as a from users) q procedure analyse()
select 1 from users where (select ssn from users limit 1) > 'a' procedure analyse()
prepare s from 'select ssn from users procedure analyse()' ;; execute s
create temporary table an as select ssn from users procedure analyse() ;; select * from an
select id from users procedure analyse() union (select ssn from users)
select row_start from (select ssn as row_start from users) q
select q.row_end from (select ssn as row_end from users) q join t
with q (row_start) as (select ssn from users) select row_start from q
create temporary table z (row_start varchar(80) check (row_start <> '')) as select ssn as row_start from users ;; select row_start from z ;; select row_start from z join t ;; select z.row_start from z
create temporary table z select ssn as row_end from users ;; alter table z add x int ;; select row_end from z ;; select row_end from t, z
select id, (select row_start from t limit 1) from (select id, ssn as row_start from users) q
select previous value for users
select next value for users, ssn from users
select '9999-12-31' + interval (ascii(ssn) > seq) day from users, seq_1_to_99 where id=1
select '9999-12-31' + interval q.b day from (select ascii(ssn) > seq b from users, seq_1_to_99 where id=1) q
select ascii(ssn) - seq from users, seq_1_to_99 where id=1
select str_to_date(substr(ssn,seq,1), '%d') from users, seq_1_to_12 where id=1
begin not atomic declare i int default 0; while i < 90 do set i=i+1; select '9999-12-31' + interval (ascii(ssn) > i) day from users where id=1; end while; end
