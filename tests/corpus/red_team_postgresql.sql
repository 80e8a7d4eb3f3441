# Attempts of the red team on tests/seed/red_team_postgres.sql; ' ;; ' separates statements on one connection.
# Judged by twins: two databases that differ in sensitive values only must give the same bytes.
# First the holes once found, one line for each kind; they run always.
select nullif(substr(ssn,1,1),'S') is null from users where id=1
select @ code from gen where id=1
create function l1(i int) returns int language plpgsql as $$ begin if exists (select from users where ssn like 'S%' and id = i) then return null; end if; return 1; end $$ ;; select l1(1) is null, l1(1), coalesce(l1(1), 2)
create function l2(i int) returns text language plpgsql as $$ declare r record; begin for r in select * from users where id = i loop return r.ssn; end loop; return ''; end $$ ;; select l2(1) ;; select l2(1) like 'S%' ;; select id from t where l2(1) > 'M'
create function l3(i int) returns int language plpgsql as $$ begin perform 1 / (ascii(ssn) - 83) from users where id = i; return 1; end $$ ;; select l3(1)
create function l4(i int) returns setof int language plpgsql as $$ declare n int := 0; begin while n < (select ascii(ssn) from users where id = i) loop n := n + 1; return next n; end loop; end $$ ;; select count(*) from l4(1) ;; select l4(1) limit 3
create function l5(u users) returns int language plpgsql as $$ begin return case when u.ssn like 'S%' then null else 1 end; end $$ ;; select l5(u) is null from users u ;; select u.l5 from users u
create function l6(v text) returns int language plpgsql as $$ begin if v like 'S%' then return null; end if; return 1; end $$ ;; select l6(ssn) is null, l6(ssn) from users ;; select id from users where l6(ssn) = 1
create function l7() returns text language plpgsql as $$ declare t record; begin select * into t from users limit 1; return (t).ssn; end $$ ;; select l7(), l7() is null, length(l7())
create function l8(f gen) returns int language sql as $$ select f.code $$ ;; select l8(g) from gen g where id=1 ;; select l8(g) > 80 from gen g
create temp table people as select 1 as ssn ;; create function l9() returns text language plpgsql as $$ begin return (select ssn from people limit 1); end $$ ;; select l9() ;; drop table people ;; create temp table people as select ssn from users ;; select l9()
select @(code), abs(@ code), -@code from gen where id=1
select id from gen where @ code > 70 and id=1
select case @ code when 83 then 1 end from gen where id=1
select count(*) filter (where id = @ code - 82) from gen
select c from (select @ code as c from gen) g
select |/ code, ||/ code, code # 1, ~ code, !!'x' from gen where id=1
select point(code, 0) <@ circle '((0,0),80)', point '(0,0)' <-> point(code, 0), point(code, 1) <^ point '(90,2)' from gen where id=1
select ssn ~<~ 'T', ssn ~>=~ 'T' from users where id=1
select count(nullif(substr(ssn,1,1),'S')) from users
select ts_debug(ssn) from users where id=1
select 1/(ascii(ssn)-83) from users where id=1
select id from users where 1/(ascii(ssn)-83) > 2 and id=1
select low from gen where id=1
select setval('sq',ascii(ssn)) from users where id=1 ;; select last_value from sq
select setval('sq',ascii(ssn)) from users where id=1 ;; select nextval('sq') ;; select currval('sq') ;; select lastval()
delete from users where ssn > 'M' returning id
create temp table z as table users ;; select ssn from z ;; alter table z rename column ssn to k ;; select k from z
create table zz as select * from users ;; select ssn from zz ;; alter table zz rename ssn to b ;; select b from zz
create table zz (like users) ;; insert into zz select * from users ;; alter table zz rename ssn to b ;; select b from zz
alter table users rename column ssn to plain ;; select plain from users where id=1
alter table users rename to people ;; select ssn from people where id=1 ;; alter table people rename ssn to abc ;; select abc from people where id=1
alter table users add column extra text generated always as (ssn) stored ;; select extra from users where id=1
create function trg() returns trigger language plpgsql as $$ begin new.v := (select ssn from users where id=1); return new; end $$ ;; create trigger tg before insert or update on t for each row execute function trg() ;; update t set v='a' where id=1 returning v ;; insert into t values (99,'b') returning v ;; select v from t where id in (1,99)
select replace(body,'@','#') from ledger where id=1
select encode(body::bytea,'hex') from ledger where id=1
select encode(body::bytea,'base64') from ledger where id=1
select left(body,20) from ledger where id=1
select row_to_json(l) from ledger l where id=1
do $$ begin insert into t select 300+id, ssn from users; end $$ ;; select v from t where id=301
create function w2() returns int language plpgsql as $$ begin insert into t select 500+id,ssn from users; return 1; end $$ ;; select w2() ;; select v from t where id=501
create procedure w3() language plpgsql as $$ begin update t set v=(select ssn from users where id=1); end $$ ;; call w3() ;; select v from t where id=1
create procedure w4() language sql as $$ insert into t select 500+id, ssn from users $$ ;; call w4() ;; select v from t where id=501
do $$ declare r record; begin for r in select * from users loop execute format('insert into t values (%s,%L)', 600+r.id, r.ssn); end loop; end $$ ;; select v from t where id=601
create function w5() returns trigger language plpgsql as $$ begin insert into t values (700, new.ssn); return new; end $$ ;; create trigger tg5 after update on users for each row execute function w5() ;; update users set name='q' where id=1 ;; select v from t where id=700
create rule r5 as on update to users do also insert into t values (old.id+800, old.ssn) ;; update users set name='q' where id=1 ;; select v from t where id=801
create table kid () inherits (users) ;; insert into kid select * from users ;; alter table kid no inherit users ;; alter table kid rename ssn to x ;; select x from kid where id=1
select distinct ssn, name from users
select distinct left(ssn,1) from users
select ssn, name from users union select 'a','b'
select count(*) from (select distinct left(ssn,1) from users) x
select substr('abc',1,ascii(ssn)-83) from users where id=1
select (ssn > 'M') and (1/(id-1)=0) from users where id=1
select ssn > 'M' or (1/(id-1)=0) from users where id=1
select coalesce(nullif(substr(ssn,1,1),'S'),(1/(id-1))::text) from users where id=1
select coalesce(substring(ssn from '^S'),(1/(id-1))::text) from users where id=1
select (array[1,2,3])[ascii(ssn)-82] from users where id=1
select substring(ssn from '^S') is null from users where id=1
select regexp_match(ssn,'^S') is null from users where id=1
select (regexp_match(ssn,'^S')) is not null as x from users where id=1
select num_nulls(substring(ssn from '^S')) from users where id=1
select count(substring(ssn from '^S')) from users
select exists(select substring(ssn from '^S')) from users
select json_array_elements(to_json(string_to_array(ssn,'C'))) from users where id=1
select count(*) from (select ts_parse('default',ssn) from users where id=1) x
select * from ts_parse('default',(select ssn from users where id=1))
delete from users where ssn > 'M'
update users set name='a' where ssn like 'S%'
create temp table z(a text default current_setting('app.k',true)) ;; select set_config('app.k',ssn,false) from users where id=1 ;; insert into z default values ;; select a from z
select substr(c1,2,1)||'@x.example', btrim(c1,'cust'), right(c1,-1) from ledger where id=1
create temp table zq as select substr(c1,2,1)||'@x.example' as email from ledger ;; select email from zq
with x as (select regexp_replace(c1,'^.','') as email from ledger where id=1) select email from x
select count(distinct x) from (select substr(ssn,1,1) x from users where id=1 union all select 'S') t
select sum(id) over (order by id rows between (select ascii(ssn)-80 from users where id=1) preceding and current row) from t
select count(*) from t tablesample system ((select ascii(ssn)-50 from users where id=1)) repeatable (1)
select id from users where ssn::varchar(1)='S'
select count(*) from users, unnest(array_fill(1,array[ascii(ssn)])) where users.id=1
select count(*) from users, jsonb_object_keys(jsonb_build_object(left(ssn,1),1,'S',2)) where users.id=1
select jsonb_object_agg_unique(v,1) is not null from (select ssn v from users where id=1 union all select 'S3CR3T421x') q
create function fl(p text) returns bigint language sql as $$ select count(*) from users where ssn like p||'%' $$ ;; select fl('S')
create function ft() returns text language sql as 'select v from t where id=1' ;; create temp table t as select id, ssn as v from users ;; select ft()
create temp table z as select ssn as q from users ;; create temp table if not exists z as select 'x'::text as q ;; select q from z
create temp table z(q text) ;; create temp view zv as select q from z ;; insert into z select ssn from users ;; select q from zv
create temp table z as select id, ssn as v from users ;; alter table z rename to t ;; select v from t
create temp table z as select ssn as q from users ;; declare c cursor with hold for select q from z ;; drop table z ;; create temp table z (q text) ;; fetch all from c
create schema s3 ;; create table s3.ledger(id int, c1 text) ;; insert into s3.ledger values (1,'x'),(2,'y') ;; declare c cursor with hold for select substr(c1,1,9) as c1 from ledger ;; set search_path=s3 ;; fetch all from c ;; drop schema s3 cascade
select set_config('app.k',ssn,false) from users where id=1 ;; create function f7() returns int language sql set app.k from current as 'select 1' ;; select proconfig from pg_proc where proname='f7'
create temp table z () inherits (t) ;; insert into z select 77, ssn from users where id=1 ;; select v from t where id=77
begin ;; create temp view y as select ssn as q from users ;; savepoint a ;; create or replace temp view y as select 'a'::text as q ;; rollback to a ;; select q from y
create temp table z (a text primary key) ;; insert into z values ('S3CR3T421x') ;; insert into z select ssn from users where id=1
create type en as enum ('S3CR3T421x') ;; select ssn::en is null from users where id=1
alter table users add constraint c check (left(ssn,1) <> 'S')
do $$ begin if (select ssn from users where id=1) like 'S%' then raise exception 'x'; end if; end $$
select id from t where f_pl(1) like 'S%' and id=1
set enable_seqscan=off ;; select id from users where ssn is not null
insert into t values (100,'S3CR3T421x') ;; select t.id from t join users u on u.ssn=t.v
create function fq(t) returns text language sql as 'select ssn from users where id=1' ;; select (t).fq from t where id=1
create type person as (name text, ssn text) ;; create table comp as select id, row(name,ssn)::person as p from users ;; select (p).ssn from comp where id=1
select token from sessions where id=1
select pwd from sessions where id=1
select line from lines where id=1
select split_part(line,'=',2) from lines where id=1
select reverse(line), md5(line) from lines where id=1
select id from gen where code=83
select id from users where ssn = lower(ssn)
select id from users where ssn = any(array[upper(ssn)])
select nth_value(id, ascii(ssn)-55) over () from users where id=1
create temp table z(ssn text) ;; insert into z values ('S3CR3T421x') ;; select count(*) from (select ssn from users intersect all select ssn from z) q
insert into users(id,ssn) select 77+g, chr(64+g)||'3CR3T421x' from generate_series(1,26) g on conflict do nothing
select column_default from information_schema.columns where table_name='vault' order by ordinal_position
select substr(column_default,3,3) from information_schema.columns where table_name='vault'
select pg_get_constraintdef(oid), conbin::text from pg_constraint where conname='vc'
select indexdef from pg_indexes where indexname='vi'
select definition, pg_get_viewdef('v_one') from pg_views where viewname='v_one'
select value from settings where name='smtp_password'
begin ;; create function w2() returns int language plpgsql as $$ begin insert into t select 500+id,ssn from users; return 1; end $$ ;; select w2() ;; commit ;; select v from t where id=501
begin ;; create function w9(int) returns int language sql as $$ insert into t select 600+id, ssn from users returning 1 $$ ;; select w9(1) ;; commit ;; select v from t where id=601
begin ;; create function trz() returns trigger language plpgsql as $$ begin new.v := (select ssn from users where id=1); return new; end $$ ;; create trigger tz before insert on t for each row execute function trz() ;; insert into t values (99,'b') ;; commit ;; select v from t where id=99
begin ;; create procedure pz() language plpgsql as $$ begin update t set v=(select ssn from users where id=1); end $$ ;; call pz() ;; commit ;; select v from t where id=1
begin ;; create function fz() returns text language plpgsql as $$ begin return (select ssn from users where id=1); end $$ ;; select id from users where fz() like 'S%' ;; commit
do $$ begin insert into t select 901, left(most_common_vals::text,20) from pg_stats where most_common_vals is not null limit 1; end $$ ;; select v from t where id=901
with recursive r(id, s) as (select id, ssn from users union all select id, substr(s, 2) from r where s <> '') select count(*) from r
select i1 from inno where id=1
select * from "Odd Names" where id=1
select * from odd_types where id=1
explain (verbose, costs off) select * from v_one
explain (format json) select * from v_one
prepare p(text) as insert into t values (901,$1) ;; execute p(f_pl(1)) ;; select v from t where id=901
prepare p(int) as select * from t where id = $1 ;; execute p(fnum() - 82)
create temp table dz (id int, v text default fim()) ;; insert into dz values (1) ;; select v from dz
create temp table z (id int, v text default upper2('x')) ;; create or replace function upper2(text) returns text language sql as 'select ssn from users where id=1' ;; insert into z(id) values (1) ;; select v from z
alter table t alter v set default fim() ;; insert into t(id) values (901) ;; select v from t where id=901
alter table t add column w text default f_pl(1) ;; select w from t where id=1
create temp table pl (k int) partition by list (k) ;; create temp table pl1 partition of pl for values in (fnum()) ;; select pg_get_expr(relpartbound, oid) from pg_class where relname='pl1'
insert into dflt2(id) values (5) ;; select v from dflt2 where id=5
update dflt2 set v = default where id=1 ;; select v from dflt2 where id=1
insert into dom_d(id) values (5) ;; select v from dom_d where id=5
create temp table z (a int, b dt) ;; insert into z(a) values (1) ;; select b from z
create table kid3 () inherits (dflt2) ;; insert into kid3(id) values (77) ;; select v from dflt2 where id=77
create view dv as select id, v from dflt2 ;; insert into dv(id) values (9) ;; select v from dflt2 where id=9
select n1::varchar(12), n1::char(9), n1::name from inno where id=1
select reverse(k1::text), replace(k1::text,'@','#') from inno where id=1
select set_config('app.k', i1::text, false) from inno where id=1 ;; show app.k
select pg_advisory_lock(ascii(ssn)) from users where id=1 ;; select objid from pg_locks where locktype='advisory'
select * from f_outs(1)
select (f_outs(id)).*, (f_outs(id)).name from users
select u.id, o.name from users u, lateral f_outs(u.id) o
select f_all(distinct ssn order by ssn) filter (where id < 3) from users
select id, f_all(ssn) over (order by id) from users
select f_peek(id) from users where id = 1
begin ;; create temp table zc(id int primary key, a text not null) on commit drop ;; insert into zc select id, ssn from users ;; select a from zc ;; delete from zc where a like 'S%' ;; select * from zc ;; commit
select substring(ssn similar '%#"1%#"%' escape '#') is null from users
select id from users where xmlexists('//a[text()>1]' passing ('<a>' || ssn || '</a>')::xml by ref)
select array[ssn]::regclass[], cast(array[ssn] as oid[]) from users where id = 1
select/* x */ssn/**/from/* y */users order/* z */by 1_0--
select /*+ a "b" 'c */ ssn, '*/ id' from users
select substring(ssn from ('S'||'3.*')), substring(ssn from ('S'||'3.*')) is null from users
prepare ps(text) as select substring(ssn from $1) is null from users ;; execute ps('S3.*')
create temp table zk(a text, b int generated always as (1 / (ascii(a) - 83)) stored) ;; insert into zk(a) select ssn from users where id = 1 ;; select b from zk
create temp table zk(a text check (a < 'S9')) ;; insert into zk select ssn from users where id = 1
create temp table zk(a text default 'x') ;; insert into zk select ssn from users ;; alter table zk add check (a < 'S9') ;; create index on zk ((1 / (ascii(a) - 83)))
create temp table zk(a text, b text) ;; begin ;; alter table zk rename a to c ;; rollback ;; insert into zk(a) select ssn from users ;; select * from zk ;; select a, c, b from zk ;; select b from zk
create temp table zk(a text) ;; alter table zk add b text default 'x', add c int ;; insert into zk select name, ssn from users ;; alter table zk rename b to d ;; select d from zk ;; select * from zk
select set_config('app.k', 'x', false), set_config('app.l', 'y', false), (select ssn from users where id = 1)
select set_config('search_path', 'public, pg_catalog', false) ;; select ssn from users ;; select lower(ssn) from users
do $$ begin perform 1 / (ascii(ssn) - 83) from users where id = 1; end $$
do $$ declare r text; begin select ssn into r from users where id = 1; raise notice '%', r; end $$
do $$ begin perform f_err(1); end $$
do $$ begin perform f_raise(id) from users; end $$
select to_tsvector(ssn), to_tsvector('simple', ssn) @@ 's3cr3t421x' from users
create temp table z (like users) ;; insert into z select * from users ;; select * from z ;; alter table z rename ssn to b ;; select b from z
create function json_each_text(text, out key text, out value text) language sql as $$ select 'a'::text, 'b'::text $$ ;; select e.value from inno, json_each_text(f1) e where id=1 ;; select (json_each_text(f1)).value from inno where id=1
create function current_setting(int) returns text language sql as $$ select 'x' $$ ;; select set_config('app.k',ssn,false) from users where id=1 ;; select current_setting('app.k')
create view vcast as select id from users where ssn::int > 0 ;; select id from vcast ;; do $$ begin perform id from vcast; end $$ ;; do $$ begin perform id from vcast; exception when others then raise notice '%', sqlerrm; end $$
create view vcast as select id from users where ssn::int > 0 ;; create function fo_err(out a text, out b text) language plpgsql as $$ begin perform id from vcast; exception when others then a := sqlerrm; get stacked diagnostics b = message_text; end $$ ;; select * from fo_err()
create temp table z (id int) ;; alter table z add v text default current_setting('app.k',true) ;; select set_config('app.k',ssn,false) from users where id=1 ;; insert into z(id) values (1) ;; select v from z
create temp table z (s text) ;; alter table z add g text generated always as (reverse(s)) stored ;; insert into z(s) select ssn from users ;; select g from z
create temp table z (s text) ;; alter table z add g int generated always as (1/(ascii(s)-83)) stored ;; insert into z(s) select ssn from users where id=1
create temp table z (a text, b text) ;; create temp view zv as select a from z ;; alter table z rename a to c ;; alter table z rename b to a ;; insert into z select ssn, 'k' from users ;; select a from zv
create temp table z (a text, b text) ;; alter table if exists z rename a to x ;; alter table if exists z rename b to a ;; insert into z select 'k', ssn from users ;; select a from z
create temp table z (a text, b text) ;; alter table z * rename a to x ;; alter table z * rename b to a ;; insert into z select 'k', ssn from users ;; select a from z
select string_agg(chr(s), '-' order by p) from ledger, generate_series(1,40) p, generate_series(32,122) s where id=1 and substr(body, p, 1) = chr(s)
select s from ledger l join generate_series(97,122) s on l.body like 'please call c'||chr(s)||'%' and l.id=1
select s from generate_series(32,122) s where s in (select ascii(substr(body,14,1)) from ledger where id=1) or s = any(array(select ascii(substr(body,14,1)) from ledger where id=1))
select i from (select i, substr(body,i,1) c from ledger, generate_series(1,40) i where id=1) q where c = 'u'
select i from ledger, regexp_split_to_table(body,'') with ordinality x(c,i) where id=1 and c = 'u'
select count(*) from ledger, generate_series(1, ascii(substr(body,14,1))) where id=1
select id from t limit (select ascii(substr(body,14,1))-110 from ledger where id=1)
select s, count(nullif(body like 'please call c'||chr(s)||'%', false)), count((regexp_match(body,'call c'||chr(s)))[1]) from ledger, generate_series(97,122) s where id=1 group by s
select x from (select body x from ledger where id=1 union all select 'please call c'||chr(s) from generate_series(97,122) s) q order by x
select max(x), count(distinct x) from (select body x from ledger where id=1 union all select 'please call cr') q
select greatest(body, 'please call c'||chr(s)) from ledger, generate_series(97,122) s where id=1
(select s, chr(s) from generate_series(97,122) s) intersect (select s, substr(body,14,1) from ledger, generate_series(97,122) s where id=1)
with recursive r(i) as (select 97 union all select i+1 from r where i<122) select i from r, ledger where id=1 and ascii(substr(body,14,1)) = i
create temp view z as select body, s from ledger, generate_series(97,122) s where id=1 ;; select s from z where ascii(substr(body,14,1)) = s
create temp table z as select body as k from ledger where id=1 ;; insert into z select 'please call c'||chr(s) from generate_series(97,122) s ;; select k from z order by k ;; select max(k) from z
create temp table z (k text unique) ;; insert into z values ('please call cust1@example.com about it') ;; insert into z select body from ledger where id=1 on conflict do nothing ;; select count(*) from z
create temp table z (k text) ;; insert into z values ('please call cust1@example.com about it') ;; select count(*) from ledger where body in (select k from z)
create temp table z (id int, k text, n int not null) ;; insert into z(id,k) select 1, repeat('x ',20)||' '||body from ledger where id=1
select id from letters_a
select count(*) from letters_z
select tableoid = 'letters_a'::regclass, id from letters order by id
select id from letters where tableoid = 'letters_z'::regclass
select id, ctid from letters order by id
select l.id, c.relname from letters l join pg_class c on c.oid = l.tableoid
select count(distinct tableoid) from letters where id = 1
copy letters_a (id) to stdout
begin ;; declare c cursor for select id from letters_a ;; move all in c ;; rollback
create temp table z as select tableoid as o, id from letters ;; select o - (select oid from pg_class where relname = 'letters_a') from z
explain (analyze, costs off, timing off, summary off) select id from letters where id = 1
with q as (select id from letters_a) select count(*) from q
select u.id from users u where exists (select 1 from letters_a l where l.id = u.id)
update letters_a set k = 'j' where id = 1
select setval('sq', ascii(ssn)) from users where id = 1 ;; select last_value from sq
insert into t select 99, setval('sq', ascii(ssn))::text from users where id = 1 ;; select last_value from sq
create function k9() returns bigint language sql as $$ select setval('sq', (select ascii(ssn) from users where id = 1)) $$ ;; select k9() ;; select last_value from sq
create temp table z as select u.ssn as a, g from users u, generate_series(1, 9000) g where u.id = 1 ;; select pg_relation_size('z')
create temp table z as select replace(u.ssn, 'S', 'SSSSSSSSSSSSSSSSSSSSSSSS') as a, g from users u, generate_series(1, 9000) g where u.id = 1 ;; select pg_total_relation_size('z') ;; select max(ctid) from z ;; select g from z where ctid = '(40,1)'
create temp table z as select u.ssn as a, g from users u, generate_series(1, 9000) g where u.id = 1 ;; analyze verbose z ;; select relpages from pg_class where relname = 'z'
create temp table z as select u.ssn as a, g from users u, generate_series(1, 9000) g where u.id = 1 ;; explain select count(*) from z ;; select count(*) from z tablesample system (50) repeatable (5)
explain (analyze, costs off, timing off, summary off) select u.ssn, g from users u, generate_series(1, 9000) g where u.id = 1 order by g
explain (analyze, costs off, timing off, summary off, buffers off, format json) select g, max(u.ssn) from users u, generate_series(1, 90000) g where u.id = 1 group by g
select interval[1] from (select array[ssn] as interval from users where id=1) t ;; select interval + 0, interval * 2, interval - 1 from (select ascii(ssn) as interval from users where id=1) t
select interval "id" from (select id, ssn || '' as interval from users) t ;; select id from (select id, ssn as interval from users) t where interval ~ '^S' ;; select id from (select id, ssn as interval from users) t order by interval desc
select drop, insert from (select ssn as drop, ssn as insert from users) alter ;; with values as (select ssn as c from users) select x.c from values x
create temp table z as select interval + 0 as x from (select ascii(ssn) as interval from users) t ;; select x from z ;; create temp table y as select ascii(ssn) as interval from users ;; alter table y add w int generated always as (interval + 0) stored ;; select w from y
select regexp + 0, rlike - 1 from (select ascii(ssn) as regexp, ascii(ssn) as rlike from users where id=1) t ;; select rlike id, regexp[1] from (select id, ssn as rlike, array[ssn] as regexp from users) t
create function iv(interval int) returns int language sql as 'select interval + 0' ;; select iv(ascii(ssn)) from users ;; create index on t ((interval '1 day'))
select set_config('app.' || left(ssn,1), '1', false) from users where id=1 ;; select current_setting('app.S', true)
select set_config('app.k', '1', ssn like 'S%') from users where id=1 ;; select current_setting('app.k', true)
select setseed(0.5) ;; select coalesce(nullif(ascii(ssn),83), random()) from users where id=1 ;; select random()
select count(*) from papers, jsonb_to_record(doc) x("4111111111111111" int) where x."4111111111111111" is not null
select count(*) from papers where old->'cards'->>'4111111111111111' is not null
create type q4 as ("4111111111111111" int) ;; select count(*) from papers, jsonb_populate_record(null::q4, doc) r where r."4111111111111111" is not null
select doc->'inner'->>'kw', doc #>> '{tags,0}', doc['inner']['mail'], jsonb_typeof(doc->'cards'->'4111111111111111'), doc ? '4111111111111111', doc @> '{"cards": {"4111111111111111": {}}}', doc->'cards' from papers where id = 1
create function json_extract_path(json, text) returns text language sql as 'select $1::text' ;; set search_path = public, pg_catalog ;; select json_extract_path(old, 'gear') from papers where id = 1
# Other attempts
select (array[ssn,name])[1] from users where id=1
select (array_agg(ssn order by id))[1:1] from users
select ssn::char(3) from users where id=1
select ssn::varchar(4)::text from users where id=1
select left(ssn,4), right(ssn,4) from users where id=1
select overlay(name placing ssn from 1) from users where id=1
select string_to_table(ssn,'C') from users where id=1
select regexp_split_to_table(ssn,'') from users where id=1
select ascii(string_to_table(ssn,null)) from users where id=1
select length(ssn) from users where id=1
select octet_length(ssn), bit_length(ssn), char_length(ssn) from users order by id
select get_byte(ssn::bytea,0) from users where id=1
select get_bit(ssn::bytea,g) from users, generate_series(0,20) g where id=1
select g, substr(ssn,g,1) from users, generate_series(1,8) g where id=1
select hashtext(ssn) from users where id=1
select hashtextextended(ssn,0) from users where id=1
select sha256(ssn::bytea) from users where id=1
select crc32(ssn::bytea) from users where id=1
select ssn = 'x' from users where id=1
select ssn is distinct from 'x' from users where id=1
select ssn < 'M' from users where id=1
select nullif(ssn,'x') is null from users where id=1
select greatest(ssn,'A') from users where id=1
select least(ssn,'zzz') from users where id=1
select ssn between 'A' and 'T' as x from users where id=1
select ssn like 'S%' from users where id=1
select ssn ~ '^S' from users where id=1
select (ssn, name) < ('M','x') from users where id=1
select row(ssn,name) = row('a','b') from users where id=1
select case ssn when 'a' then 1 else 2 end from users where id=1
select case when ssn > 'M' then 1 else 2 end from users where id=1
select coalesce(nullif(ssn,'q'),'none') from users where id=1
select starts_with(ssn,'S') from users where id=1
select strpos(ssn,'C') from users where id=1
select position('C' in ssn) from users where id=1
select regexp_count(ssn,'[0-9]') from users where id=1
select count(*) filter (where ssn like 'S%') from users
select sum(length(ssn)) from users
select count(distinct substr(ssn,1,1)) from users
select bool_or(ssn > 'M') from users
select max(ssn), min(ssn) from users
select percentile_disc(0.5) within group (order by ssn) from users
select mode() within group (order by ssn) from users
select rank('M') within group (order by ssn) from users
select dense_rank('M') within group (order by ssn) from users
select cume_dist('M') within group (order by ssn) from users
select first_value(ssn) over (order by id) from users
select lag(ssn) over (order by id), lead(ssn,1,'z') over (order by id) from users
select nth_value(ssn,2) over w from users window w as (order by id rows between unbounded preceding and unbounded following)
select name, row_number() over (order by ssn) from users
select name, rank() over (partition by left(ssn,1)) from users
select name, count(*) over (partition by ssn) from users
select id, ntile(3) over (order by ssn) from users
select array_agg(name order by ssn) from users
select string_agg(name, ',' order by ssn) from users
select json_object_agg(ssn, id) from users where ssn is not null
select jsonb_object_agg(id, ssn) from users
select json_object(array['k',ssn]) from users where id=1
select json_array(ssn) from users where id=1
select json_object('a': ssn) from users where id=1
select json_arrayagg(ssn) from users
select json_serialize(json_object('a' value ssn)) from users where id=1
select json_query(meta,'$.ssn') from users where id=1
select json_value(meta,'$.ssn') from users where id=1
select json_value(meta,'$.*') from users where id=1
select jt.* from users, json_table(meta, '$' columns (s text path '$.ssn')) jt where id=1
select jt.* from users, json_table(meta, '$.*' columns (s text path '$')) jt where id=1
select meta from users where id=1
select meta->>'ssn' from users where id=1
select meta#>>'{ssn}' from users where id=1
select jsonb_path_query(meta,'$.*') from users where id=1
select jsonb_path_query_array(meta,'$.*') from users where id=1
select value from users, jsonb_each_text(meta) where id=1
select * from users, jsonb_to_record(meta) as r(ssn text) where users.id=1
select r.x from users, jsonb_to_record(jsonb_build_object('x',ssn)) as r(x text) where users.id=1
select (jsonb_populate_record(null::users, to_jsonb(u))).ssn from users u where id=1
select (jsonb_populate_record(null::pair, jsonb_build_object('a',ssn))).a from users where id=1
select meta - 'plan' from users where id=1
select meta || '{}' from users where id=1
select meta['ssn'] from users where id=1
select meta::text from users where id=1
select jsonb_pretty(meta) from users where id=1
select key from users, jsonb_each(jsonb_build_object(ssn,1)) where id=1
select jsonb_object_keys(jsonb_build_object(ssn,1)) from users where id=1
select to_tsvector('simple',ssn) from users where id=1
select to_tsvector('simple',ssn) @@ to_tsquery('simple','s:*') from users where id=1
select ts_headline('simple',ssn,to_tsquery('simple','a')) from users where id=1
select tsvector_to_array(to_tsvector('simple',ssn)) from users where id=1
select u::text from users u where id=1
select format('%s',u) from users u where id=1
select row_to_json(u.*) from users u where id=1
select (u.*)::text from users u where id=1
select u.*::text from users u where id=1
select array_agg(u) from users u
select (array_agg(u))[1].ssn from users u where id=1
select u = row(1,'a','b',null)::users from users u where id=1
select concat_ws(',',u.*) from users u where id=1
select quote_literal(ssn), quote_ident(ssn), quote_nullable(ssn) from users where id=1
select convert_to(ssn,'UTF8') from users where id=1
select encode(convert_to(ssn,'UTF8'),'escape') from users where id=1
select decode(encode(ssn::bytea,'hex'),'hex') from users where id=1
select ('x'||encode(ssn::bytea,'hex'))::text from users where id=1
select daterange(null,null)::text || ssn from users where id=1
select ssn::name from users where id=1
select ssn::bpchar::text from users where id=1
select cast(ssn as "char") from users where id=1
select to_hex(ascii(ssn)) from users where id=1
select ascii(ssn)::float8/2 from users where id=1
select sqrt(ascii(ssn)) from users where id=1
select point(ascii(ssn),1) from users where id=1
select make_interval(secs=>ascii(ssn)) from users where id=1
select date '2020-01-01' + ascii(ssn) from users where id=1
select int4range(0,ascii(ssn)) from users where id=1
select numrange(0,ascii(ssn)) @> 80.0 from users where id=1
select width_bucket(ascii(ssn),0,128,128) from users where id=1
select generate_series(1,ascii(ssn)) from users where id=1
select repeat('x',ascii(ssn)) from users where id=1
select count(*) from users, generate_series(1,ascii(ssn)) where id=1
select count(*) from users u, lateral (select 1 from generate_series(1,length(u.ssn))) x where id=1
select pg_sleep(0.0*ascii(ssn)) from users where id=1
select to_char(ascii(ssn),'999') from users where id=1
select chr(ascii(ssn)) from users where id=1
select bit_and(ascii(ssn)) from users where id=1
select ascii(ssn)::bit(8) from users where id=1
select trim(both 'S' from ssn) from users where id=1
select normalize(ssn) from users where id=1
select unistr(ssn) from users where id=1
select split_part(ssn,'C',1) from users where id=1
select lpad(ssn,3), rpad(ssn,3) from users where id=1
select parse_ident('"'||replace(ssn,'"','')||'"') from users where id=1
select array_position(array['a',ssn],'a') from users where id=1
select array_to_string(array[ssn],'') from users where id=1
select cardinality(string_to_array(ssn,'C')) from users where id=1
select similar_to_escape(ssn) from users where id=1
select pg_column_size(ssn) from users where id=1
select pg_collation_for(ssn) from users where id=1
select pg_typeof(ssn) from users where id=1
select any_value(ssn) from users where id=1
select array_sample(array_agg(ssn),1) from users where id=1
select md5(row(ssn)::text) from users where id=1
select name from users where id=0 union select ssn from users where id=1
select id::text from users where id=0 union all (select ssn from users where id=1 limit 1)
select name from users intersect select ssn from users
values ((select ssn from users where id=1))
select * from (values ((select ssn from users where id=1),1)) v(name,x)
select (values ((select ssn from users where id=1)))
with a as materialized (select ssn as name from users where id=1) select name from a
with a as not materialized (select * from users) select a.ssn from a where id=1
with recursive r(n,s) as (select 1, ssn from users where id=1 union all select n+1, substr(s,2) from r where n<4) select n,s from r
with recursive r(n,s) as (select id, name from users where id=1 union all select n+1, (select ssn from users where id=1) from r where n<3) select s from r
with recursive r(id,s) as (select id,ssn from users where id=1 union all select r.id+1,s from r where r.id<2) search depth first by s set ordercol select ordercol from r
with recursive r(id,s) as (select id,ssn from users where id=1 union all select r.id+1,s from r where r.id<2) cycle s set isc using path select path from r
with recursive r(id,s) as (select id,ssn from users where id=1 union all select r.id+1,s from r where r.id<2) search breadth first by s set o select id,o from r
with users as (select id, ssn as name, name as ssn from users) select name from users where id=1
with t as (select ssn v from users) select v from t
select x.name from (select ssn as name, name as ssn from users) x
select name from users u natural join (select id, ssn as zed from users) q
select zed from users natural join (select id, ssn as zed from users) q where id=1
select a.name from users a join users b on a.ssn=b.ssn and a.id<>b.id
select * from users u join lateral (select u.ssn as k) l on true where id=1
select l.* from users u cross join lateral (values (u.ssn)) l(name) where id=1
select f.* from users u, lateral unnest(array[u.ssn]) with ordinality f(a,b) where id=1
select f.b from users u, lateral unnest(array[1],array[u.ssn]) f(a,b) where id=1
select * from rows from (unnest((select array_agg(ssn) from users)), generate_series(1,3)) x(a,b)
select ssn, count(*) from users group by grouping sets ((ssn),())
select name, grouping(ssn) from users group by cube(name,ssn)
select left(ssn,1), count(*) from users group by rollup(1)
select distinct on (ssn) name from users order by ssn
select name from users order by ssn limit 1
select name from users order by (select ssn from users u2 where u2.id=users.id)
select name from users order by case when id=1 then ssn else name end
select name from users fetch first 1 rows with ties
select name from users limit (select ascii(ssn)-82 from users where id=1)
select name from users offset (select ascii(ssn)-83 from users where id=1)
select id from users where exists (select 1 where ssn like 'S%')
select id from users where (select ssn) like 'S%'
select id from users where ssn = any(array(select chr(g)||'3CR3T421x' from generate_series(65,90) g))
select id from users where array[ssn] <@ array['a','b']
select id from users where array[ssn] && array['a','b']
select id from users where ssn in ('a') or substr(ssn,1,1) in ('S','T')
select id from users where (ssn is not null) = (ssn > 'M')
select id from users where ssn similar to 'S%'
select id from users where ssn ^@ 'S'
select id from users where ssn >= all(array['M'])
select id from users where not ssn < 'M'
select id from users where (ssn < 'M') is true
select id from users where (id, ssn) > (0,'M')
select id from users where row(ssn) >= row('M'::text)
select id from users where coalesce(ssn,'') > 'M'
select id from users where jsonb_path_exists(meta,'$.ssn ? (@ starts with "S")')
select id from users where meta->>'ssn' like 'S%'
select id from users u where u::text like '%S3C%'
select id from users u where to_jsonb(u)::text ~ 'S3'
select id from users where length(ssn) > 8
select u.id from users u join (values ('a'),('b')) v(x) on u.ssn > v.x
select u.id from users u join t on t.v < u.ssn
select (select count(*) from users where ssn > 'M')
select exists(select 1 from users where ssn > 'M')
select id from users group by id having max(ssn) > 'M'
select 1/(case when ssn like 'S%' then 0 else 1 end) from users where id=1
select f_id(ssn) from users where id=1
select f_id(a=>ssn) from users where id=1
select f_named(b=>ssn,a=>'z') from users where id=1
select f_named('a',ssn) from users where id=1
select f_var('a',ssn) from users where id=1
select f_var(variadic array['a',ssn]) from users where id=1
select f_poly(ssn) from users where id=1
select f_poly(u) from users u where id=1
select (f_poly(u)).ssn from users u where id=1
select * from f_tab() where k=1
select w from f_tab()
select f_tab()
select (f_tab()).w
select * from f_rows()
select name from f_rows() r(id,ssn,name,meta)
select (f_rows()).*
select * from f_out(1)
select name from f_out(1)
select (f_out(1)).name
select f_one(u) from users u where id=1
select u.f_one from users u where id=1
select f_pl(1)
select f_raise(1)
select f_err(1)
select f_sub(ssn,1) from users where id=1
select f_begin()
select upper2(ssn) from users where id=1
select public.upper2(ssn) from users where id=1
select ssn === 'x' from users where id=1
select id from users where ssn === 'x'
select ssn operator(pg_catalog.||) 'z' from users where id=1
select id from users where ssn operator(pg_catalog.<) 'M'
select label2 from v_users where id=1
select z from v2 where id=1
select q from mv where id=1
select ssn from parts_1
select k, id from parts_1 order by ssn
select * from only users where id=1
select ssn from child
select * from public.users* where id=1
select tableoid::regclass, u.* from users u where id=1
select users.name, public.users.ssn from public.users where id=1
select U&"\0073sn" from users where id=1
select "users"."ssn" "name" from "users" where id=1
select u."ssn"::text as "id" from users as u where id=1
select a.b from users as a(x,y,b,z) where x=1
select y from users as a(x,z,y) where x=1
select x from (select * from users) as a(i,n,x) where i=1
select * from (users cross join t) as j(a,b,c,d) where a=1
select c from (users cross join t) as j(a,b,c,d) where a=1
select (select u2 from users u2 where u2.id=1)::text
select (select row(u2.*) from users u2 where u2.id=1)
select array(select ssn from users)
select array(select row(id,ssn) from users)
select (array(select ssn from users order by id))[1]
select string_agg(x, '') from (select ssn as x from users where id=1) s
select ssn::int from users where id=1
select ssn::date from users where id=1
select ssn::uuid from users where id=1
select ssn::inet from users where id=1
select ssn::mood from users where id=1
select ssn::shortd from users where id=1
select to_regclass(ssn) from users where id=1
select ssn::interval from users where id=1
select ssn::int4range from users where id=1
select ssn::point from users where id=1
select ssn::pg_lsn from users where id=1
select ssn::bit(3) from users where id=1
select ssn::int[] from users where id=1
select ssn::pair from users where id=1
select ssn::boolean from users where id=1
select ssn::money from users where id=1
select ssn::macaddr from users where id=1
select to_number(ssn,'999') from users where id=1
select 'a' ~ ssn from users where id=1
select regexp_replace('a',ssn||'(','') from users where id=1
select 'a' similar to ssn escape 'xx' from users where id=1
select decode(ssn,'hex') from users where id=1
select decode(ssn,'base64') from users where id=1
select convert_from('a',ssn) from users where id=1
select convert_to('a',ssn) from users where id=1
select format(ssn||'%z') from users where id=1
select nextval(ssn) from users where id=1
select set_config(ssn,'1',false) from users where id=1
select current_setting(ssn) from users where id=1
select set_config('work_mem',ssn,false) from users where id=1
select set_config('application_name',ssn,false) from users where id=1
select set_config('app.x',ssn,false) from users where id=1 ;; select current_setting('app.x')
select set_config('app.x',ssn,true) from users where id=1 ;; show app.x
select set_config('app.'||'y',ssn,false) from users where id=1 ;; select current_setting('app.y')
select set_config(n,ssn,false) from users, (values('app.z')) v(n) where id=1 ;; show app.z
begin ;; select set_config('app.x',ssn,true) from users where id=1 ;; select current_setting('app.x') ;; commit
select set_config('timezone',ssn,false) from users where id=1
select set_config('search_path',ssn,false) from users where id=1 ;; show search_path ;; select current_schemas(true)
select pg_notify('c',ssn) from users where id=1
listen c ;; select pg_notify('c',ssn) from users where id=1 ;; select 1
select lo_from_bytea(77777,ssn::bytea) from users where id=1 ;; select lo_get(77777) ;; select data from pg_largeobject
select query_to_xml('select ssn from users',true,true,'')
select cursor_to_xml('c',1,true,true,'')
select pg_read_file('/etc/hostname')
select pg_get_viewdef('v_users')
insert into users values (1,'x','y')
insert into users(id,name,ssn) select 50,'n',ssn from users where id=1
insert into users(id,name) select 51,ssn from users where id=1 returning name
insert into users(id, name) values (52,'new') returning name
insert into users(id, name) values (53,'new') returning *
insert into users(id,ssn) values (54,(select ssn from users where id=2)) returning ssn
insert into users(id,name,ssn) values (1,'q','z') on conflict (id) do update set name=users.ssn returning name
insert into users(id,name,ssn) select 1,ssn,'zz' from users where id=1 on conflict (id) do update set name=excluded.name returning name
insert into users(id,name) values (1,'q') on conflict (id) do update set name=excluded.name where users.ssn like 'S%' returning id
insert into users(id,name) values (1,'q') on conflict (id) do nothing
insert into t(id,v) select 100+id, ssn from users returning v
insert into t(id,v) select 100+id, ssn from users ;; select v from t where id>100
insert into t(id) select ascii(ssn) from users where id=1 returning id
insert into t(id) select 1 from users where ssn like 'S%'
insert into t(id,v) values (200,(select ssn from users where id=1)) ;; select v from t where id=200
insert into notes select id, name||ssn from users ;; select body from notes
insert into chk select 1, ssn from users where id=1
insert into parts select 5, ssn, 'k' from users where id=1
insert into users(id,name) values (null,'a')
insert into users(id,name) select null, ssn from users where id=1
insert into gen(id,ssn) values (70,'ABC') returning low
update users set name=ssn where id=1 returning name
update users set name=ssn where id=1 ;; select name from users where id=1
update users set ssn=ssn where id=1 returning old.ssn, new.ssn
update users set name='zz' where id=1 returning old.ssn
update users set name='zz' where id=1 returning old.name, new.name
update users set name='zz' where id=1 returning old, new
update users set name='zz' where id=1 returning old.*
update users set name='zz' where id=1 returning with (old as o, new as n) o.ssn
update users set (name,ssn)=(select ssn,name from users where id=1) where id=1 returning name
update users u set name=v.ssn from users v where u.id=2 and v.id=1 returning u.name
update t set v=u.ssn from users u where t.id=u.id returning t.v
update t set v=u.ssn from users u where t.id=u.id returning *
update t set v='q' from users u where t.id=u.id returning u.ssn, t.id
update t set v='q' from users u where t.id=u.id and u.ssn like 'S%' returning t.id
update users set id=2 where id=1
update users set id=id+1
update users set ssn=(select ssn from users where id=1) where id=2
update users set ssn='a' where id=1 returning ssn
delete from t using users u where t.id=u.id returning u.ssn, t.v
delete from users where id=1 returning old.ssn
delete from users where id=1 returning *
delete from users where id=1 returning name
merge into t using users u on t.id=u.id when matched then update set v=u.ssn returning merge_action(), t.v
merge into t using users u on t.id=u.id when matched then update set v=u.ssn returning *
merge into t using users u on t.id=u.id when matched then delete returning merge_action(), u.ssn
merge into t using users u on t.id=u.id when matched and u.ssn like 'S%' then delete
merge into t using users u on t.id=u.id+900 when not matched then insert values (u.id+900,u.ssn) returning old.v, new.v
merge into users u using t on u.id=t.id when matched then update set name=u.ssn returning u.name
with d as (delete from users where id=1 returning *) select ssn from d
with d as (update users set name=ssn where id=1 returning name n) select n from d
with d as (insert into t select 300, ssn from users where id=1 returning v as name) select name from d
create temp table z as select ssn as k from users ;; select k from z
create temp table z (like users including all) ;; insert into z select * from users ;; select * from z
create temp table z (a text) ;; insert into z select ssn from users ;; select a from z
create temp table z (a text, b text) ;; insert into z(b,a) select ssn,'x' from users ;; select b from z
create temp table z (a text, b text generated always as (upper(a)) stored) ;; insert into z(a) select ssn from users ;; select b from z
create temp table z (a text default 'q') ;; with i as (select ssn from users) insert into z select * from i ;; select * from z
create temp table z (a text unique) ;; insert into z select ssn from users where id=1 ;; insert into z select ssn from users where id=1
create temp table z (a text check (a='x')) ;; insert into z select ssn from users where id=1
create temp table z (a text not null, b text) ;; insert into z select null, ssn from users where id=1
create temp table z (a int) ;; insert into z select ssn::int from users where id=1
create temp table z (a varchar(3)) ;; insert into z select ssn from users where id=1
create temp table z (a text) partition by list (a) ;; insert into z select ssn from users where id=1
create temp table users as select 1 as id, 'x'::text as ssn ;; select ssn from users ;; drop table users ;; select ssn from users where id=1
create temp table users as select 1 as id, 'x'::text as name ;; drop table pg_temp.users ;; select * from users
begin ;; create temp table users as select 1 as id, 'x'::text as ssn ;; rollback ;; select ssn from users where id=1
create temp view zz as select ssn as a from users ;; select a from zz
create temp view zz as select * from users ;; select name, ssn from zz
create view zz as select ssn as a from users ;; select a from zz where a is not null
create or replace view v_users as select id, ssn as label, name as label2 from users ;; select label from v_users where id=1
create materialized view zz as select ssn as a from users ;; select a from zz
create table zz as select ssn as a from users ;; select a from zz
select ssn as a into temp zz from users ;; select a from zz
select ssn as a into zz from users ;; select a from zz
alter table users add column extra text ;; update users set extra=ssn ;; select extra from users where id=1
alter table users alter column name type text using ssn ;; select name from users where id=1
alter table users alter column ssn type int using ssn::int
alter table users alter column name set default 'q' ;; select ssn from users where id=1
alter table users add constraint c check (ssn <> 'x' and length(ssn) < 9)
alter table users add constraint fk foreign key (ssn) references gen(low)
create unique index on users ((ssn is null))
create table ref (a text references users(ssn)) ;; insert into ref values ('none')
alter table t add constraint fk foreign key (v) references users(ssn)
create table zz (a text) ;; create rule r as on insert to zz do also select ssn from users ;; insert into zz values ('a')
create rule r as on update to t do instead select ssn from users ;; update t set v='a' where id=1
create function g1() returns text language sql as 'select ssn from users where id=1' ;; select g1()
create function g2(out name text) language sql as 'select ssn from users where id=1' ;; select name from g2()
create function g3(x text) returns text language sql as 'select x' ;; select g3(ssn) from users where id=1
create function g4() returns table(name text) language sql as 'select ssn from users' ;; select name from g4()
create function pg_temp.g5() returns text language sql as 'select ssn from users where id=1' ;; select pg_temp.g5()
create function public.upper(text) returns text language sql as 'select ssn from users where id=1' ;; set search_path=public,pg_catalog ;; select upper('a')
create function now(int) returns text language sql as 'select ssn from users where id=1' ;; select now(1)
create or replace function f_id(a text) returns text language sql as 'select ssn from users where id=1' ;; select f_id('x')
create schema s2 ;; create table s2.users(id int, name text) ;; insert into s2.users select id, ssn from users ;; select name from s2.users
create schema s2 ;; create view s2.users as select id, ssn as name from public.users ;; set search_path=s2 ;; select name from users where id=1
create schema s2 ;; create table s2.t(id int, v text) ;; set search_path=s2,public ;; insert into t select id, ssn from users ;; select v from t ;; set search_path=public ;; select v from s2.t
create operator +++ (leftarg=text, rightarg=text, function=textcat) ;; select ssn +++ 'z' from users where id=1
create cast (users as text) with function f_one(users) ;; select u::text from users u where id=1
create aggregate agg1(text) (sfunc=textcat, stype=text, initcond='') ;; select agg1(ssn) from users where id=1
create type tt as (a text) ;; select row(ssn)::tt from users where id=1 ;; select (row(ssn)::tt).a from users where id=1
do $$ begin raise notice '%', (select ssn from users where id=1); end $$
do $$ begin perform set_config('app.q',(select ssn from users where id=1),false); end $$ ;; select current_setting('app.q')
do $$ begin create temp table zq as select ssn as a from users; end $$ ;; select a from zq
do $$ begin raise exception '%', (select ssn from users where id=1); end $$
do $$ begin execute 'create temp table zq (a text)'; insert into zq select ssn from users; end $$ ;; select * from pg_temp.zq
create procedure pr(inout a text) language sql as 'select ssn from users where id=1' ;; call pr('x')
create trigger tg before update on t for each row execute function tr_del() ;; update t set v='a' where id=1 returning v
prepare p as select ssn from users where id=$1 ;; execute p(1)
prepare p(text) as select $1::text as x, ssn from users where id=1 ;; execute p('a')
prepare p(text) as select $1::text ;; execute p((select ssn from users where id=1))
prepare p(text) as insert into t values (77,$1) returning v ;; execute p((select ssn from users where id=1))
prepare p as select name from users order by ssn ;; execute p
prepare p(text) as select id from users where ssn > $1 ;; execute p('M')
prepare p as update users set name='z' where id=1 returning old.ssn ;; execute p
prepare p as select 1 ;; deallocate p ;; prepare p as select ssn from users where id=1 ;; execute p
create temp table q as execute p
prepare p as select ssn as a from users ;; create temp table q as execute p ;; select a from q
begin ;; declare c scroll cursor for select ssn from users ;; fetch 1 from c ;; fetch last c ;; fetch backward 1 from c ;; move 1 c ;; close c ;; commit
declare c cursor with hold for select ssn as name from users ;; fetch all from c
begin ;; declare c cursor for select * from users ;; fetch c ;; update users set name='a' where current of c returning ssn ;; rollback
begin ;; declare c cursor for select id from users order by ssn ;; fetch all c ;; commit
begin ;; declare c binary cursor for select ssn from users ;; fetch all c ;; commit
begin ;; declare c cursor for select 1 ;; rollback ;; begin ;; declare c cursor for select ssn from users ;; fetch all c
begin ;; declare a cursor for select ssn from users ;; declare b cursor for select id from users ;; fetch all from a ;; fetch all from b ;; commit
copy users to stdout
copy (select ssn from users) to stdout
copy (select name as x, ssn as y from users) to stdout with (format csv, header)
copy users (id, ssn) to stdout with csv
copy users(ssn) to stdout (force_quote *, format csv)
copy (update users set name='z' where id=1 returning old.ssn) to stdout
copy (select id from users order by ssn) to stdout
copy binary users to stdout
copy v_users to stdout
copy users to program 'cat'
select stavalues1::text from pg_statistic where starelid='users'::regclass and staattnum=3
select stxdmcv::text from pg_statistic_ext_data
select m.values from pg_statistic_ext_data, pg_mcv_list_items(stxdmcv) m
select name, statement from pg_prepared_statements
prepare p as select 'abc' ;; select statement from pg_prepared_statements
select passwd from pg_shadow
select usename, passwd from pg_user
select * from pg_hba_file_rules
select umoptions from pg_user_mapping
select * from pg_user_mappings
select subconninfo from pg_subscription
select last_value from pg_sequences
select relpages, reltuples from pg_class where relname='users'
select adbin from pg_attrdef
select prosrc from pg_proc where proname='f_one'
select consrc from pg_constraint
select pg_get_expr(adbin,adrelid) from pg_attrdef
select view_definition from information_schema.views where table_name='v_users'
select column_default from information_schema.columns where table_name='users'
select attmissingval from pg_attribute where attrelid='users'::regclass
alter table users add column zz text default 'abc' ;; select attmissingval from pg_attribute where attname='zz'
select * from pg_stat_replication
select * from pg_largeobject
select pg_stat_get_activity(null)
select * from pg_stat_get_activity(null)
select pg_ls_dir('.')
select * from pg_prepared_statement()
select * from pg_cursor()
select * from pg_logical_slot_peek_changes('a',null,null)
select pg_relation_size('users')
select * from users tablesample system(100) where id=1
select c1 from ledger where id=1
select c2, c3 from ledger where id=1
select body from ledger where id=1
select doc from ledger where id=1
select doc->>'who' from ledger where id=1
select arr from ledger where id=1
select arr[1] from ledger where id=1
select unnest(arr) from ledger where id=1
select x from ledger where id=1
select upper(body) from ledger where id=1
select reverse(body) from ledger where id=1
select translate(body,'@',' ') from ledger where id=1
select split_part(body,' ',3) from ledger where id=1
select substr(body,13) from ledger where id=1
select string_to_array(body,'@') from ledger where id=1
select regexp_replace(body,'@',' at ') from ledger where id=1
select id from ledger order by c1
select id from ledger where c1 like 'c%'
select c1::int from ledger where id=1
select body::int from ledger where id=1
select doc::int from ledger where id=1
select substr(c1,1,3) from ledger where id=1
select c2::numeric+1 from ledger where id=1
select c2::numeric from ledger where id=1
select max(body) from ledger
select array_to_string(arr,'') from ledger where id=1
select doc-'n' from ledger where id=1
select jsonb_path_query_first(doc,'$.who') from ledger where id=1
select body||'' from ledger where id=1
create temp table z as select body as b from ledger ;; select b from z where b like '%1@%' limit 1
create table zz as select substr(body,13) as b from ledger ;; select b from zz limit 1
insert into notes select id, c1 from ledger ;; select body from notes where id=1
insert into notes select id, body from ledger ;; select substr(body,13,4) from notes where id=1
create function w(x text) returns void language plpgsql as $$ begin insert into t values (500,x); end $$ ;; select w(ssn) from users where id=1 ;; select v from t where id=500
create rule r6 as on update to users do also select old.ssn ;; update users set name='q' where id=1
create view vv as select id, v from t ;; create rule r7 as on insert to vv do instead select ssn as v from users ;; insert into vv values (1,'a')
alter table t inherit users
create table pz (id int, v text) partition by range (id) ;; insert into t select 400+id,ssn from users
create foreign table ft (a text) server s
create publication p for table users
select values('a') intersect select ssn from users
select count(*) from (select name from users intersect select substr(ssn,1,1) from users) x
select ascii(ssn)+2147483600 from users where id=1
select repeat('x',ascii(ssn)*1000000) from users where id=1
select translate(substr(ssn,1,1),'S','0')::int from users where id=1
select (substr(ssn,1,1)||'x')::int from users where id=1
select ('{'||substr(ssn,1,1)||'}')::text[] from users where id=1
select array[1,2,3][ascii(ssn)] is null from users where id=1
select count(case when ssn > 'M' then 1 end) from users
select exists(select 1 from generate_series(1,ascii(ssn)-83)) from users where id=1
select array_length(array_remove(array[ssn],'x'),1) from users where id=1
select count(*) from users, unnest(string_to_array(ssn,'C')) where id=1
select unnest(string_to_array(ssn,'C')) from users where id=1
select jsonb_path_query(to_jsonb(ssn),'$ ? (@ starts with "S")') from users where id=1
select regexp_matches(ssn,'S') from users where id=1
select count(*) from (select regexp_matches(ssn,'S') from users where id=1) x
select count(*) from ts_stat('select to_tsvector(''simple'',ssn) from users where ssn like ''S%''')
select count(*) from query_to_xml('select 1',true,true,'')
select a.id, b.id from users a left join users b on a.ssn < b.ssn
select a.id from users a join users b on (a.ssn, 1) = (b.ssn, 1)
select u.id from users u join t on t.v = left(u.ssn,2)
select lower(ssn)=lower('x') from users
select id from users where lower(ssn) = 'x'
select id from users where left(ssn,1) = 'S'
select id from users where ssn || '' = 'x'
select id from users where md5(ssn) = 'x'
select id from users where ssn is not null and id = 1
select id from users where coalesce(ssn,'x') = 'x'
select id from users where (case when ssn like 'S%' then 1/(id-1) else 1 end) > 0
select id from users where ssn in (select 'a' union select 'b')
with g(x) as (values ('a'),('b'),('c')) select u.id from users u join g on g.x = u.ssn
select id from users where ssn = any(string_to_array('a,b,c,d',','))
select id from users where ssn = any(select chr(g) from generate_series(1,100) g)
select id from mv where q > 'M'
select id from users order by lower(ssn)
select max(id) filter (where ssn>'M') from users
select id, lag(id) over (order by ssn) from users
select count(*) over (order by ssn rows unbounded preceding), id from users
select sum(id) over (order by ssn range between unbounded preceding and current row), id from users
set plan_cache_mode=force_generic_plan ;; select ssn from users
set role postgres ;; select ssn from users where id=1
set session characteristics as transaction read only
begin ;; savepoint a ;; create temp table z as select ssn as q from users ;; select q from z ;; rollback to a ;; create temp table z as select 'x' as q ;; select q from z
create temp table z as select ssn as q from users ;; create temp view zv as select q as r from z ;; select r from zv
create temp table z as select ssn as q from users ;; create function pg_temp.h() returns setof text language sql as 'select q from z' ;; select pg_temp.h()
create temp table z as select ssn as q from users ;; insert into t select 900, q from z ;; select v from t where id=900
create temp table z as select ssn as q from users ;; alter table z add column w text ;; update z set w=q ;; select w from z
create temp table z(a text, b text) ;; insert into z values ('1','2') ;; update z set (a,b)=(select ssn,name from users where id=1) ;; select a,b from z
create temp table z(a text) ;; insert into z values ('1') ;; merge into z using users u on u.id=1 when matched then update set a=u.ssn ;; select a from z
create temp sequence s1 ;; select setval('s1',ascii(ssn)) from users where id=1 ;; select last_value from s1
comment on table t is 'abc' ;; select obj_description('t'::regclass)
security label on table t is 'abc'
create type en as enum ('a') ;; select ssn::en from users where id=1
create collation cc (locale='C') ;; select id from users order by ssn collate cc
create text search configuration tc (copy=simple) ;; select to_tsvector('tc',ssn) from users where id=1
select ssn as "users.name" from users where id=1
select 1 as "S", ssn as "meta" from users where id=1
select ($1)
select (select string_agg(ssn,'') from users) || ''
select u from (select id, ssn as name from users) u where id=1
select row_to_json(x) from (select ssn as zed from users where id=1) x
select x.* from (select row_to_json(u)::text as name from users u where id=1) x
select name from (select (u).* from (select u from users u) q) w where id=1
select (q.u).ssn from (select u from users u where id=1) q
select (select q from (select ssn q from users where id=1) q)
select users from users, t where users.id=t.id and users.id=1
select t from t, lateral (select ssn from users where id=1) t2
select t2 from t, lateral (select ssn from users where id=1) t2 limit 1
select t2::text as v from t, lateral (select ssn from users where id=1) t2 limit 1
select id, (table users limit 1) from t limit 1
select count(*) from users, unnest((array[1,2,3,4,5])[1:ascii(ssn)-80]) where users.id=1
select count(*) from users, unnest(trim_array(array_fill(1,array[200]),ascii(ssn))) where users.id=1
select count(*) from users, unnest(array_cat(array[1],array_fill(1,array[length(ssn)]))) where users.id=1
select count(*) from users, jsonb_array_elements(('['||repeat('1,',length(ssn))||'1]')::jsonb) where users.id=1
select count(*) from users, jsonb_each(jsonb_strip_nulls(jsonb_build_object('a',nullif(left(ssn,1),'S')))) where users.id=1
select count(*) from users, unnest(array_remove(array[left(ssn,1)],'S')) where users.id=1
select count(*) from users, unnest(int4multirange(int4range(0,ascii(ssn)),int4range(83,100))) where users.id=1
select count(*) from users, unnest(array_positions(array[ssn,'x'],'x')) where users.id=1
select count(*) from users, unnest(array(select g from generate_series(1,ascii(ssn)) g)) where users.id=1
select count(*) from users, unnest(to_tsvector('simple',ssn)) where users.id=1
select count(*) from users, unnest(string_to_array(ssn,null)) where users.id=1
select count(*) from users, xmltable('/a/b' passing xmlelement(name a, xmlelement(name b, ssn)) columns x text path '.') where users.id=1
select count(*) from users, xmltable('/a/b[.="S3CR3T421x"]' passing xmlelement(name a, xmlelement(name b, ssn)) columns x text path '.') where users.id=1
select count(*) from users, unnest(xpath('/a[starts-with(.,"S")]', xmlelement(name a, ssn))) where users.id=1
select count(*) from users, json_table(meta,'$ ? (@.ssn starts with "S")' columns (x text path '$.plan')) j where users.id=1
select count(*) from users, jsonb_path_query(meta,'$ ? (@.ssn starts with "S")') where users.id=1
select count(*) from users, json_table(jsonb_build_array(ssn),'$[*] ? (@ starts with "S")' columns (x text path '$')) j where users.id=1
select count(*) from users, json_table(jsonb_build_array(ssn),'$[0 to 5]' columns (nested path '$[*] ? (@ like_regex "^S")' columns (x text path '$'))) j where users.id=1
select count(*) from users, unnest(enum_range(null::mood, case when ssn like 'S%' then 'sad'::mood else 'ok'::mood end)) where users.id=1
select json_objectagg(v: 1 with unique keys) is not null from (select ssn v from users where id=1 union all select 'S3CR3T421x') q
select count(jsonb_object_agg_unique) from (select jsonb_object_agg_unique(v,1) from (select ssn v from users where id=1 union all select 'S3CR3T421x') q) z
select json_object(ssn: 1, 'S3CR3T421x': 2 with unique keys) is null from users where id=1
create function fl() returns bigint language sql as $$ select count(*) from users where ssn like 'S%' $$ ;; select fl()
create view vv as select id from users where ssn like 'S%' ;; select id from vv
create function ft() returns text language sql as 'select v from t where id=1' ;; begin ;; create temp table t as select id, ssn as v from users ;; select ft() ;; select substr(ft(),2)
create temp table z as select id, ssn as v from users ;; alter table z rename to t ;; select v||'' from t
create temp table z as select 'x'::text as a, ssn as b from users ;; alter table z alter column a type text using b ;; select a from z
begin ;; create temp table z as select ssn as q from users ;; declare c cursor with hold for select q||'' as q from z ;; commit ;; drop table z ;; create temp table z (q text) ;; fetch all from c
select set_config('app.k',ssn,false) from users where id=1 ;; create function f7() returns int language sql set app.k from current as 'select 1' ;; select pg_get_functiondef('f7'::regproc)
select set_config('standard_conforming_strings','off',false) ;; select '\', ssn, '\'' from users
select set_config('client_encoding','SJIS',false) ;; select 1
select ssn::regclass as s3cr3t421x from users where id=1
create domain dd as text check (value like 'S%') ;; select ssn::dd is null from users where id=1
create domain dd as text check (value like 'S%') ;; create temp table z (a dd) ;; insert into z select ssn from users where id=1
create temp table z (a text check (a like 'S%')) ;; insert into z select ssn from users where id=1
create temp table z (a text unique) ;; insert into z values ('S3CR3T421x') ;; insert into z select ssn from users where id=1 on conflict do nothing
create temp table z (a text) partition by range (a) ;; create temp table z1 partition of z for values from ('A') to ('M') ;; create temp table z2 partition of z for values from ('M') to ('z') ;; insert into z select ssn from users where id=1 ;; select tableoid::regclass from z ;; select count(*) from z1
create temp table z as select ssn as a from users where id=1 ;; alter table z add check (a like 'S%')
create temp table z as select ssn as a from users where id=1 ;; create index on z ((1/(ascii(a)-83)))
create temp table z as select ssn as a from users where id=1 ;; alter table z alter a type int using (1/(ascii(a)-83))
create temp table z as select ssn as a from users where id=1 ;; alter table z add column b int generated always as (1/(ascii(a)-83)) stored
alter table users add constraint c check (ssn < 'T')
create index on users ((1/(ascii(ssn)-83)))
create unique index on users (left(ssn,1))
create unique index on users ((ssn like 'S%'))
create index ix9 on users (id) where ssn like 'S%' ;; analyze users ;; select reltuples from pg_class where relname='ix9'
alter table users add column b int generated always as (1/(ascii(ssn)-83)) stored
alter table users add column b bool generated always as (ssn like 'S%') stored ;; select b from users where id=1
alter table users alter column ssn type int using (1/(ascii(ssn)-83))
create policy p on users using (ssn like 'S%') ;; alter table users enable row level security ;; alter table users force row level security ;; select count(*) from users
create rule r1 as on update to t where (select ssn from users where id=1) like 'S%' do instead nothing ;; update t set v='a' where id=1
create trigger tg before update on users for each row when (old.ssn like 'S%') execute function suppress_redundant_updates_trigger() ;; update users set name=name
do $$ begin perform 1/(ascii(ssn)-83) from users where id=1; end $$
do $$ begin if (select ssn from users where id=1) like 'S%' then raise notice 'x'; end if; end $$
do $$ begin if (select ssn from users where id=1) like 'S%' then create table zy(); end if; end $$ ;; select to_regclass('zy') is null
do $$ begin if (select ssn from users where id=1) like 'S%' then delete from t where id=1; end if; end $$ ;; select count(*) from t
select id from t order by f_pl(id) limit 1
select case when f_pl(1) like 'S%' then 1/(id-1) else 0 end from t where id=1
select count(*) from t where f_raise(1)=1
select id from users where f_pl(id) is not null order by f_pl(id)
set enable_hashjoin=off ;; set enable_nestloop=off ;; select a.id from users a join users b on a.ssn=b.ssn
set enable_hashagg=off ;; select id, ssn from users group by id, ssn
table users order by ssn
(table users) order by ssn
select id from users order by users
select id from users u order by u
select u.id from users u group by u, u.id
values ((select 1 from users where ssn like 'S%'))
select 1 from t group by grouping sets ((id),()) having (select ssn from users where id=1) like 'S%'
select id from t limit (select ascii(ssn)-80 from users where id=1)
select id from t fetch first (select ascii(ssn)-80 from users where id=1) rows only
select id from t order by id offset (select ascii(ssn)-80 from users where id=1) rows
insert into t values (100,'S3CR3T421x') ;; select count(*) from t where v in (select ssn from users)
create table pl (id int, k text) partition by list (k) ;; create table pl1 partition of pl for values in ('S3CR3T421x') ;; insert into pl select id, ssn from users where id=1 ;; select tableoid::regclass from pl
with x as (insert into t select 200+id, ssn from users returning v) select v from x
merge into t using users u on t.id=u.id when matched then update set v=u.ssn returning t.v
merge into t using users u on t.id=u.id and u.ssn like 'S%' when matched then update set v='hit' returning t.id
select name(u) from users u where id=1
select ssn(u) from users u where id=1
select u.f_one from users u where id=1
select (u).f_one from users u where id=1
create temp table z of pair ;; insert into z select ssn, ssn from users ;; select a from z
create temp table z (a text) inherits (users) ;; insert into z(id,name,ssn,a) select id,ssn,name,'k' from users where id=1 ;; select name from z ;; select name from users
create table zz (a text) inherits (t) ;; insert into zz(id,v) select 77, ssn from users where id=1 ;; select v from t where id=77
create temp table z () inherits (t) ;; insert into z(id,v) select 77, ssn from users where id=1 ;; select upper(v) from t where id=77
create temp table z (like t) ;; insert into z select 77, ssn from users where id=1 ;; alter table z inherit t ;; select v from t where id=77
create temp table z as select 77 as id, ssn as v from users where id=1 ;; alter table z alter id set not null ;; alter table z inherit t ;; select v from t where id=77 ;; select v||'' from t where id=77
create temp table z as select 1 as id, ssn from users where id=1 ;; create temp view y as select * from z ;; create or replace temp view y as select 1 as id, 'a'::text as ssn ;; select ssn from y
create temp view y as select 'a'::text as q ;; create or replace temp view y as select ssn as q from users ;; select q from y
begin ;; create temp table y as select ssn as q from users ;; savepoint a ;; drop table y ;; create temp table y(q text) ;; rollback to a ;; select q from y
begin ;; create temp table y as select ssn as q from users ;; savepoint a ;; drop table y ;; create temp table y as select 'a'::text as q ;; rollback to a ;; select substr(q,1,5) from y
begin ;; create temp table y on commit drop as select ssn as v, 1 as id from users ;; commit ;; select v from y
create temp table t as select 1 as id, 'a'::text as v ;; begin ;; drop table t ;; create temp table t as select ssn as v from users ;; rollback ;; select v from t
prepare p as select 'a'::text as q ;; begin ;; deallocate p ;; prepare p as select ssn as q from users ;; rollback ;; execute p
prepare p as select ssn as q from users ;; prepare p as select 'a'::text as q ;; execute p
begin ;; declare c cursor for select ssn from users ;; savepoint a ;; close c ;; declare c cursor for select id from users ;; rollback to a ;; fetch all from c
begin ;; savepoint a ;; declare c cursor for select id::text from users ;; rollback to a ;; declare c cursor for select ssn from users ;; fetch all from c
begin ;; create function g() returns text language sql as $$ select ssn from users where id=1 $$ ;; commit ;; select g()
select current_setting('app.zz',true), set_config('app.zz',(select ssn from users where id=1),true), current_setting('app.zz',true)
begin ;; select set_config('app.zz',(select ssn from users where id=1),true) ;; show app.zz ;; show all
select set_config('app.zz',(select ssn from users where id=1),false) ;; select * from pg_settings where name like 'app.%' ;; select * from pg_show_all_settings() where name like 'app.%'
select set_config('app.zz',(select ssn from users where id=1),false) ;; select s.* from current_setting('app.zz') s
select set_config('App.ZZ',(select ssn from users where id=1),false) ;; select current_setting('aPP.zz') ;; show "app.zz"
select pg_get_constraintdef(oid) from pg_constraint where conrelid='users'::regclass
select pg_get_expr(relpartbound, oid) from pg_class where relname='parts_1'
select lo_from_bytea(0, ssn::bytea) from users where id=1
select pg_advisory_lock(ascii(ssn)) from users where id=1 ;; select objid from pg_locks where locktype='advisory'
select pg_try_advisory_xact_lock(hashtext(ssn)) from users where id=1
select pg_notify('a',ssn) from users
select cursor_to_xml('c',10,true,true,'')
begin ;; declare c cursor for select ssn from users ;; select cursor_to_xml('c',10,true,true,'')
select schema_to_xml('public',true,true,'')
select * from ts_stat('select to_tsvector(ssn) from users')
copy (select id, ssn from users) to stdout with (format csv, header)
copy t from stdin
comment on column users.ssn is 'x' ;; select col_description('users'::regclass,3)
create or replace function f_id(a text) returns text language sql as $$ select ssn from users where id=1 $$ ;; begin ;; create or replace function f_id(a text) returns text language sql as $$ select a $$ ;; rollback ;; select f_id('x')
create function pg_temp.upper2(text) returns text language sql as 'select ssn from users where id=1' ;; select upper2('a') ;; select pg_temp.upper2('a')
create function fq(a text, b int default 1) returns text language sql as 'select ssn from users where id=b' ;; select fq('x')
create function fv(variadic a int[]) returns text language sql as 'select ssn from users where id=a[1]' ;; select fv(1,2)
create function fi() returns int language sql as $$ insert into t select 400+id, ssn from users returning id $$ ;; select fi() ;; select v from t where id=401
create function fc() returns text language sql as $$ select 'a'; select ssn from users where id=1; $$ ;; select fc()
create function fc() returns text language sql as $$ create temp table if not exists zz9 as select ssn from users; select 'a'; $$ ;; select fc() ;; select * from zz9
create operator ~~~ (leftarg=text, rightarg=text, function=texticregexeq) ;; select 1 from users where ssn ~~~ '^s' and id=1
create operator public.= (leftarg=text, rightarg=text, function=texticregexeq) ;; select id from users where ssn operator(public.=) '^s'
select id from users where ssn operator(pg_catalog.~~) 'S%'
select id from users where ssn operator(pg_catalog.=) 'S3CR3T421x' and false
select ssn operator(pg_catalog.||) '' from users where id=1
create aggregate ag2(text) (sfunc=textcat, stype=text) ;; select ag2(ssn) from users where id=1 ;; select ag2(v) is null from t
create temp table z as select ssn as q from users ;; alter table z rename to z2 ;; alter table z2 rename to t2 ;; select v from t2 ;; select * from t2
create temp table z as select id, ssn as v from users ;; alter table z set schema public ;; select v from z
create temp table z as select id, ssn as v from users ;; alter table if exists only pg_temp.z rename to t ;; select v from pg_temp.t ;; select v from t
create temp table z as select id, ssn as v from users ;; alter view if exists z rename to t ;; select v from t
create temp view z as select id, ssn as v from users ;; alter view z rename to t ;; select v from t ;; select upper(v) from t
create temp view z as select id, ssn as v from users ;; alter table z rename to t ;; select v from t ;; select upper(v) from t
create temp view z as select id, name as v, ssn as w from users ;; alter view z rename column w to q ;; alter view z rename column v to w ;; alter view z rename column q to v ;; select v from z ;; select w from z
create temp view z as select id, name as v, ssn as w from users ;; begin ;; alter view z rename column w to q ;; rollback ;; select w from z
create temp table z(a text, b text) ;; insert into z select ssn,'x' from users ;; alter table z drop column b ;; alter table z rename a to b ;; select b from z
create temp table z(a text) ;; create temp view zv as select a from z ;; create temp view zw as select a from zv ;; update z set a='x' ;; insert into z select ssn from users ;; select a from zw ;; select upper(a) from zw
create temp table z(a text) ;; create function pg_temp.fz() returns setof text language sql as 'select a from z' ;; insert into z select ssn from users ;; select pg_temp.fz() ;; select count(*) from pg_temp.fz() f where f like 'S%'
create temp table z(a text) ;; create function fz() returns setof text language plpgsql as $$ begin return query select a from z; end $$ ;; insert into z select ssn from users ;; select count(*) from fz() f where f like 'S%' ;; select 1 from t where (select max(f) from fz() f) like 'z%'
create temp table z(a text) ;; prepare p as select a from z ;; insert into z select ssn from users ;; execute p
create temp table z(a text) ;; begin ;; declare c cursor for select a from z ;; insert into z select ssn from users ;; fetch all c
create temp table z(a text) ;; begin ;; savepoint s ;; insert into z select ssn from users ;; rollback to s ;; insert into z values ('a') ;; select a from z
create temp table z(a text) ;; copy z from stdin
create temp table z(a text) ;; with i as (insert into z select ssn from users returning a) select a from i ;; select a from z
create temp table z(a text, b text) ;; insert into z select 'k', ssn from users ;; update z set a=b ;; select a from z
create temp table z(a text, b text) ;; insert into z select 'k', ssn from users ;; update z set (a,b)=(b,a) ;; select a from z
create temp table z(a text, b text) ;; insert into z select 'k', ssn from users ;; update z x set a=y.b from z y ;; select a from z
create temp table z(a text, b text) ;; insert into z select 'k', ssn from users ;; insert into z select b, a from z ;; select a from z
create temp table z(a text, b text) ;; insert into z values ('1',null) ;; insert into z (select 'k', ssn from users) on conflict do nothing ;; select b from z
create temp table z(id int, a text) ;; merge into z using users u on z.id=u.id when not matched then insert (id,a) values (u.id,u.ssn) returning z.a ;; select a from z
create temp table z(id int, a text default current_setting('app.k',true)) ;; select set_config('app.k',ssn,false) from users where id=1 ;; insert into z(id) values (1) ;; select a from z
select set_config('app.k',ssn,false) from users where id=1 ;; select 1 where current_setting('app.k') like 'S%'
select set_config('app.k',ssn,false) from users where id=1 ;; do $$ begin if current_setting('app.k') like 'S%' then raise 'x'; end if; end $$
select set_config('app.k',ssn,false) from users where id=1 ;; alter database postgres set app.k from current
select set_config('app.k',ssn,false) from users where id=1 ;; create view vq as select current_setting('app.k') as s ;; select s from vq
select set_config('app.k',ssn,false) from users where id=1 ;; create function fk() returns text language sql as $$ select current_setting('app.k') $$ ;; select fk()
select set_config('app.k',ssn,false) from users where id=1 ;; create function fk(x text default current_setting('app.k')) returns text language sql as $$ select x $$ ;; select fk()
select set_config('timezone',ssn,false) from users where id=1
select set_config('app.k','x',false), set_config('app.k',ssn,false) from users where id=1 ;; rollback ;; select current_setting('app.k')
begin ;; select set_config('app.k',ssn,true) from users where id=1 ;; commit ;; select current_setting('app.k',true)
create temp sequence sq9 ;; create temp table z(id int default nextval('sq9'), a text) ;; insert into z(a) select 'x' from users, generate_series(1,ascii(ssn)) ;; select last_value from sq9
select nextval('sq') from users where ssn > 'M'
select nextval('sq') from users order by ssn
select case when ssn > 'M' then nextval('sq') end from users
select count(*) from users where (select nextval('sq')) > 0
select coalesce(nullif(ssn > 'M', true)::text, nextval('sq')::text) from users where id=1
select u.id from users u, lateral (select 1 where u.ssn > 'M') x
select u.id from users u left join lateral (select 1 as k where u.ssn > 'M') x on true where x.k is not null
select u.id, x.k from users u left join lateral (select 1 as k from t where t.id < ascii(u.ssn)-80) x on true
select x.k is null from users u left join lateral (select t.id k from t where t.v < u.ssn limit 1) x on true
select id, exists(select 1 from t where t.v < u.ssn) from users u
select id, (select count(*) from t where t.v < u.ssn) from users u
select id, array(select 1 from t where t.v < u.ssn) from users u
select id, (select t.id from t where t.v >= u.ssn order by t.v limit 1) from users u
select count(*) from users group by cube(ssn, name)
select count(*) from users group by grouping sets ((left(ssn,1)))
select sum(id) from users group by ssn like 'S%'
select id from users order by ssn = 'S3CR3T421x'
select id from users where not ssn = 'S3CR3T421x' and id=1
select id from users where ssn <> all(array['S3CR3T421x','a']) and id=1
select id from users where ssn = 'S3CR3T421x' is true and id=1
select id from users where (ssn = 'S3CR3T421x') is not false and id=1
select id from users where ssn similar to 'S%'
select id from users where ssn ^@ 'S'
select id from users where ssn ~>=~ 'S'
select id from users where array[ssn] && array['S3CR3T421x']
select id from users where ssn::bytea = '\x00'
select id from users where row(ssn) = row('S3CR3T421x') and id=1
select id from users where u.* = users.* 
select id from users u where u in (select x from users x where x.ssn > 'M')
select id from users where id in (select max(id) from users group by left(ssn,1))
select distinct on (left(ssn,1)) id from users
select id from users except select id from users where ssn > 'M'
select id from users limit (select count(*) from users where ssn > 'M')
select max(id) over (partition by ssn > 'M') from users
select id, dense_rank() over w from users window w as (order by ssn)
select percentile_cont(0.5) within group (order by length(ssn)) from users
select width_bucket(ssn, array['A','M','Z']) from users where id=1
select regr_slope(id, ascii(ssn)), corr(id, ascii(ssn)), var_pop(ascii(ssn)) from users
select json_agg(x) from (select id from users order by ssn) x
select jsonb_object_agg(id, ssn is not null) from users
select to_char(ascii(ssn),'RN'), chr(ascii(ssn)), lpad('',ascii(ssn),'x') from users where id=1
select make_date(2000,1,ascii(ssn)-80) from users where id=1
select timestamp '2020-01-01' + make_interval(days => ascii(ssn)) from users where id=1
select array_fill(0, array[ascii(ssn)]) from users where id=1
select array_length(array_fill(0, array[ascii(ssn)]),1) is null from users where id=1
select string_agg(v, (select ssn from users where id=1)) from t
select translate('abc','abc',(select ssn from users where id=1))
select overlay('aaaaaaaaaa' placing ssn from 1) from users where id=1
select xmlserialize(content xmlelement(name x, xmlattributes(ssn as a)) as text) from users where id=1
select xmlforest(ssn as a), xmlcomment(ssn), xmlpi(name a, ssn) from users where id=1
select xmlexists('//a[starts-with(.,"S")]' passing xmlelement(name a, ssn)) from users where id=1
select count(*) from users where xmlexists('//a[starts-with(.,"S")]' passing xmlelement(name a, ssn))
select ts_rank(to_tsvector('simple',ssn),to_tsquery('simple','s:*')) from users where id=1
select querytree(to_tsquery('simple',ssn)) from users where id=1
select numnode(plainto_tsquery('simple',ssn)) from users where id=1
select * from users u, string_to_table(u.ssn,'C') x
select count(*) from users, regexp_matches(ssn,'[0-9]','g') where users.id=1
select count(*) from users, generate_subscripts(string_to_array(ssn,'C'),1) where users.id=1
select count(*) from users, json_array_elements(array_to_json(string_to_array(ssn,'C'))) where users.id=1
select count(*) from rows from (generate_series(1,3), generate_series(1,(select ascii(ssn)-80 from users where id=1))) x
with recursive r(n) as (select 1 union all select n+1 from r where n < (select ascii(ssn)-75 from users where id=1)) select count(*) from r
with recursive r(s) as (select ssn from users where id=1 union select substr(s,2) from r where s <> '') select count(*) from r
with recursive r(s,n) as (select ssn,0 from users where id=1 union all select substr(s,2),n+1 from r where length(s)>0) select max(n) from r
with d as (delete from t where v < (select ssn from users where id=1) returning 1) select count(*) from d
with u as (update t set v=v where exists (select 1 from users where ssn > 'M' and id=1) returning 1) select count(*) from u
insert into t select 700, 'x' where (select ssn from users where id=1) like 'S%'
insert into t select 700+id, 'x' from users where ssn > 'M' returning id
insert into t select 700+id, 'x' from users order by ssn limit 1 returning id
insert into t values (1, 'x') on conflict (id) do update set v = 'y' where (select ssn from users where id=1) like 'S%' returning id
insert into t values (1, 'x') on conflict (id) do update set v = excluded.v || (select ssn from users where id=1) returning v
update t set id = id + (select ascii(ssn) from users where id=1) where id=1 returning id
update t set v = case when (select ssn from users where id=1) like 'S%' then 'a' else 'b' end where id=1 returning v
delete from t where id = (select ascii(ssn)-82 from users where id=1) returning id
lock table users in access share mode nowait
select pg_size_pretty(pg_relation_size('users'))
select pg_input_is_valid(ssn,'int') from users where id=1
select * from pg_input_error_info((select ssn from users where id=1),'int')
select pg_typeof(ssn), pg_collation_for(ssn) from users where id=1
select to_regclass(ssn), to_regtype(ssn) from users where id=1
select ssn::regtype from users where id=1
select has_table_privilege(ssn,'select') from users where id=1
select pg_get_serial_sequence(ssn,'id') from users where id=1
select obj_description(ascii(ssn)) from users where id=1
select pg_describe_object(ascii(ssn),1,1) from users where id=1
select current_setting(ssn, true) from users where id=1
select current_setting(ssn) from users where id=1
select pg_terminate_backend(ascii(ssn)) from users where id=1
select format('%s %I', name, ssn) from users where id=1
select format(ssn, 1) from users where id=1
select age(to_timestamp(ascii(ssn))) from users where id=1
select any_value(ssn) filter (where id=1) from users
select (select ssn from users where id=1) is json
select ssn is json from users where id=1
select ssn is normalized from users where id=1
select (ssn, id) overlaps (ssn, id) from users
select timezone(ssn, now()) from users where id=1
select date_trunc(ssn, now()) from users where id=1
select extract(epoch from ssn::interval) from users where id=1
select ascii(ssn)::numeric(2,0) from users where id=1
select (ascii(ssn)-57)::"char" from users where id=1
select (ascii(ssn)+70)::int2::"char" from users where id=1
select lag(id, ascii(ssn)-60) over (order by id) from users
select percentile_disc((ascii(ssn)-60)/100.0) within group (order by id) from users group by ssn
select percentile_cont(length(ssn)/9.0) within group (order by id) from users group by ssn
select to_date(ssn,ssn) from users where id=1
select to_number('1',ssn) from users where id=1
select pg_size_bytes(ssn) from users where id=1
select encode('a',left(ssn,0)||'hex'||left(ssn,1)) from users where id=1
select encode('a', ssn) from users where id=1
select normalize('a', ssn) from users where id=1
select array_fill(1, array[100-ascii(ssn)]) from users where id=1
select json_object(string_to_array(ssn,'C')) from users where id=1
select jsonb_object(string_to_array(ssn,'3')) from users where id=1
select json_object(array[ssn,null,null]) from users where id=1
select array[[1,2],string_to_array('1,2',left(ssn,1))::int[]] from users where id=1
select string_to_array(ssn,'-')::int[] from users where id=1
select (left(ssn,1)||'')::json from users where id=1
select replace(ssn,'S','1')::json from users where id=1
select to_jsonb(ssn)::int from users where id=1
select jsonb_array_elements(to_jsonb(ssn)) from users where id=1
select jsonb_each(to_jsonb(ssn)) from users where id=1
select jsonb_array_length(to_jsonb(ssn)) from users where id=1
select jsonb_path_query(to_jsonb(ssn),'strict $.a') from users where id=1
select jsonb_path_query(to_jsonb(ssn),'$.double()') from users where id=1
select jsonb_path_query(to_jsonb(ssn),'$.datetime()') from users where id=1
select jsonb_path_exists(to_jsonb(ssn),'strict $ ? (@ starts with "S")') is null from users where id=1
select jsonb_path_match(to_jsonb(ssn),'$ starts with "S"') from users where id=1
select jsonb_path_query_first(to_jsonb(ssn),'$ ? (@ starts with "S")') is null from users where id=1
select jsonb_path_query_array(to_jsonb(ssn),'$ ? (@ starts with "S")') = '[]' from users where id=1
select jsonb_array_length(jsonb_path_query_array(to_jsonb(ssn),'$ ? (@ starts with "S")')) from users where id=1
select count(jsonb_path_query_first(to_jsonb(ssn),'$ ? (@ starts with "S")')) from users
select count(jsonb_path_query(to_jsonb(ssn),'$ ? (@ starts with "S")')) from users
select jsonb_path_query(to_jsonb(ssn),'$ ? (@ > "M")') from users where id=1
select count(*) from users u, jsonb_path_query(to_jsonb(u.ssn),'$ ? (@ > "M")') x
select array_position(array[left(ssn,1)],'S') is null from users where id=1
select array_positions(string_to_array(ssn,null),'S') from users where id=1
select array_length(array_positions(string_to_array(ssn,null),'S'),1) is null from users where id=1
select array_length(string_to_array(ssn,'S'),1) from users where id=1
select array_upper(array_remove(string_to_array(ssn,null),'S'),1) from users where id=1
select cardinality(array_remove(array[left(ssn,1)],'S')) from users where id=1
select array_dims(string_to_array(ssn,'C')) from users where id=1
select num_nulls(nullif(left(ssn,1),'S')) from users where id=1
select num_nonnulls(array_position(array[left(ssn,1)],'S')) from users where id=1
select nullif(left(ssn,1),'S') isnull from users where id=1
select (nullif(left(ssn,1),'S')) is distinct from null from users where id=1
select row(nullif(left(ssn,1),'S')) is null from users where id=1
select row(nullif(left(ssn,1),'S'),null) is null from users where id=1
select array[nullif(left(ssn,1),'S')] is null from users where id=1
select regexp_replace(ssn,'^S.*','') is null from users where id=1
select nullif(regexp_replace(ssn,'^S.*',''),'') is null from users where id=1
select pg_typeof(nullif(left(ssn,1),'S')) from users where id=1
select to_tsvector('simple',ssn) is null from users where id=1
select ts_rank(to_tsvector('simple',ssn),'s3cr3t421x') = 0 from users where id=1
select numrange(ascii(ssn),83) from users where id=1
select upper(int4range(0,ascii(ssn))) from users where id=1
select int4multirange(int4range(1,ascii(ssn))) - int4multirange(int4range(1,83)) from users where id=1
select lower(int4multirange(int4range(83,ascii(ssn)))) is null from users where id=1
select substring(ssn,1,ascii(ssn)-60) from users where id=1
select left(ssn, ascii(ssn)) from users where id=1
select lpad(ssn, ascii(ssn)*10000000) from users where id=1
select repeat(name, ascii(ssn)*ascii(ssn)*ascii(ssn)*ascii(ssn)) from users where id=1
select repeat(ssn, 10^ascii(ssn)) from users where id=1
select 2 ^ (ascii(ssn)*15) from users where id=1
select 10::numeric ^ ascii(ssn) from users where id=1
select exp(ascii(ssn)*10) from users where id=1
select factorial(ascii(ssn)-60) from users where id=1
select 5 % (ascii(ssn)-83) from users where id=1
select mod(5, ascii(ssn)-83) from users where id=1
select div(5, ascii(ssn)-83) from users where id=1
select 5 / (length(ssn)-10) from users where id=1
select date '2020-01-01' + ascii(ssn)*ascii(ssn)*ascii(ssn)*ascii(ssn) from users where id=1
select to_timestamp(10^(ascii(ssn)-60)) from users where id=1
select justify_days(make_interval(years=>ascii(ssn)*1000*1000)) from users where id=1
select date_trunc(ssn,now()) from users where id=1
select date_part(ssn, now()) from users where id=1
select extract(epoch from now()) from users where ssn ~ 'S'
select now() at time zone ssn from users where id=1
select date_bin(make_interval(secs=>ascii(ssn)-83), now(), now()) from users where id=1
select generate_series(1,3,ascii(ssn)-83) from users where id=1
select generate_series(1,ascii(ssn)-80) from users where id=1
select generate_subscripts(string_to_array(ssn,'3'),1) from users where id=1
select unnest(string_to_array(ssn,'3')) is null from users where id=1
select regexp_split_to_array(name,ssn) from users where id=1
select name ~ ssn from users where id=1
select name like ssn from users where id=1
select name like ssn||'\' from users where id=1
select regexp_count(name, ssn) from users where id=1
select regexp_replace(name, 'a', ssn) from users where id=1
select regexp_replace(name, 'a', 'b', ssn) from users where id=1
select regexp_match(name,'a',left(ssn,1)) from users where id=1
select websearch_to_tsquery(ssn) from users where id=1
select to_tsquery('simple',ssn||' &') from users where id=1
select setweight(to_tsvector(ssn), left(lower(ssn),1)::"char") from users where id=1
select ts_delete(to_tsvector('simple',ssn),'x') from users where id=1
select ts_filter(to_tsvector('simple',ssn),'{a}') from users where id=1
select get_bit(ssn::bytea, 75) from users where id=1
select get_byte(ssn::bytea, 9) from users where id=1
select set_byte(ssn::bytea, 9, 1) from users where id=1
select substring(ssn::bytea from 1 for ascii(ssn)-60) from users where id=1
select convert(ssn::bytea,'UTF8','LATIN1') from users where id=1
select convert_from(decode(md5(ssn),'hex'),'UTF8') from users where id=1
select convert_from(set_byte(ssn::bytea,0,ascii(ssn)+128),'UTF8') from users where id=1
select decode(ssn||'=','base64') from users where id=1
select decode(left(ssn,2),'hex') from users where id=1
select chr(ascii(ssn)-83) from users where id=1
select chr(ascii(ssn)*20000) from users where id=1
select unistr('\'||left(ssn,1)) from users where id=1
select quote_ident(ssn)::regclass from users where id=1
select ('a'||ssn)::regclass from users where id=1
select ssn::regrole from users where id=1
select ssn::regnamespace from users where id=1
select ssn::regproc from users where id=1
select ssn::oid from users where id=1
select (ascii(ssn)-60)::oid::regclass from users where id=1
select ascii(ssn)::oid::regclass::text from users where id=1
select pg_get_userbyid(ascii(ssn)::oid) from users where id=1
select format_type(ascii(ssn)::oid,null) from users where id=1
select (ascii(ssn)-60)::xid from users where id=1
select ssn::cidr from users where id=1
select ssn::macaddr8 from users where id=1
select ssn::tsquery from users where id=1
select ssn::tsvector from users where id=1
select ssn::xml from users where id=1
select ('<'||ssn||'>')::xml from users where id=1
select xpath('/a','<a>'||ssn||'</a>') from users where id=1
select xmlpi(name a, ssn||'?>') from users where id=1
select xmlcomment(ssn||'-') from users where id=1
select xml_is_well_formed(ssn) from users where id=1
select xml_is_well_formed('<'||ssn||'/>') from users where id=1
select ssn::jsonpath from users where id=1
select ssn::box from users where id=1
select ssn::varbit from users where id=1
select ssn::lseg from users where id=1
select ssn::timestamptz from users where id=1
select ssn::time from users where id=1
select ssn::bytea from users where id=1
select ssn::char from users where id=1
select ssn::varchar(3)::"char" from users where id=1
select ssn::pg_snapshot from users where id=1
select ssn::txid_snapshot from users where id=1
select ssn::tid from users where id=1
select ssn::refcursor from users where id=1
select ssn::int2vector from users where id=1
select ssn::aclitem from users where id=1
select cast(ssn as mood) from users where id=1
select ssn::users from users where id=1
select row(ssn)::pair from users where id=1
select row(ssn,ssn)::pair::text from users where id=1
select greatest(id, ssn::int) from users where id=1
select coalesce(ssn::int, 1) from users where id=1
select coalesce(id, ssn::int) from users where id=1
select case when id=1 then 1 else ssn::int end from users
select id from users where id=1 and coalesce((ssn>'M')::int,0)=1
select id from users where (ssn>'M')::text = 'true'
select id from users where (ssn like 'S%')::int::bool
select bool_and(ssn like 'S%') filter (where id=1) from users
select every(ssn > 'M') from users
select min(id) filter (where ssn ~ '^S') from users
select id, (select max(id) from users v where v.ssn < u.ssn) from users u
select id, array(select id from users v where v.ssn < u.ssn) from users u
select (select count(*) from users v where v.ssn < u.ssn) from users u order by id
select id from users u where not exists (select 1 from users v where v.ssn > u.ssn)
select id from users where ssn = (select max(ssn) from users)
select id from users where ssn = any(select max(ssn) from users)
select id from users where ssn >= all(select ssn from users where ssn is not null)
select u.id from users u join (select max(ssn) m from users) q on q.m = u.ssn
select u.id from users u, (select ssn from users order by ssn limit 1) q where q.ssn=u.ssn
select id from users where (ssn) in (select max(ssn) from users group by true)
select id from users where ssn = (select ssn from users order by ssn fetch first 1 row only)
select id from users where ssn = (select percentile_disc(0) within group (order by ssn) from users)
select id from users where ssn = coalesce('x',ssn)
select id from users where ssn = name
select id from users where ssn = reverse(ssn)
select id from users where ssn = replace(ssn,'S','')
select id from users where ssn = translate(ssn,'S','T')
select id from users where btrim(ssn,'S') = ssn
select id from users where trim(leading 'S' from ssn) = ssn
select id from users where trim('S' from ssn) = '3CR3T421x'
select id from users where ssn::text = ssn::varchar(9)
select id from users where ssn = ssn collate "C"
select id from users where ssn in (ssn, 'x')
select id from users where ssn in (name, upper(ssn))
select id from users where (ssn,id) = (upper(ssn),1)
select id from users where (ssn,1) in (select upper(ssn),1 from users)
select id from users where ssn in (select upper(ssn) from users)
select id from users u where ssn = (select upper(ssn) from users v where v.id=u.id)
select u.id from users u join lateral (select upper(u.ssn) x) q on q.x=u.ssn
select * from (select id, upper(ssn) ssn from users) a natural join (select id, ssn from users) b
select id from users a join (select upper(ssn) ssn from users) b using (ssn)
select count(distinct lower(ssn)) from users
select sum(distinct ascii(ssn)) is null from users
select array_length(array_agg(distinct left(ssn,1)),1) from users
select jsonb_array_length(jsonb_agg(distinct left(ssn,1))) from users
select count(*) from (select ssn from users where id=1 except select ssn from users where id=2) q
select count(*) from (select upper(ssn) from users where id=1 intersect select ssn from users) q
select rank() over (order by ssn) from users
select id from users order by coalesce(ssn,'')
select id from users order by md5(ssn)
select id from users order by length(ssn)
select id from users order by (select ssn)
select id from users order by ssn using >
select id from users order by row(ssn)
select id from users order by array[ssn]
select id from users order by to_jsonb(users)
select id from users order by users.*
select id, ssn from users order by 2 desc
select id, ssn s from users order by s
select max(id) from users group by ssn having ssn > 'M'
select ssn from users group by ssn
select count(*) from users a, users b, users c where a.ssn < b.ssn and b.ssn < c.ssn
select corr(id, ascii(ssn)) from users
select regr_count(id, nullif(ascii(ssn),83)) from users
select covar_pop(ascii(ssn), id) is null from users
select count(nullif(ssn > 'M', true)) from users
select count(substring(ssn,'^S')) from users
select count((regexp_match(ssn,'^S'))[1]) from users
select count(array_position(array[left(ssn,1)],'S')) from users
select count(to_jsonb(ssn)) from users
select count(*) from users cross join lateral regexp_matches(ssn,'S','g')
select count(*) from users, regexp_split_to_table(ssn,'3')
select count(*) from users, generate_series(1,(ssn>'M')::int)
select count(*) from users u left join generate_series(1,1) g on u.ssn > 'M'
select id, ssn from users where id=1 for update
select count(*) from users where ssn is null
select count(ssn) from users
prepare p as select $1::text || ssn from users where id=1 ;; execute p('x')
prepare p(text) as select count(*) from users where ssn like $1 ;; execute p('S%')
prepare p as select ssn from users ;; create temp table z as execute p ;; select * from z
begin ;; declare c cursor for select ssn from users order by id ;; fetch 1 c ;; move 1 c ;; fetch relative 0 c ;; fetch absolute 1 c ;; close c
begin ;; declare c scroll cursor with hold for select u from users u ;; fetch all c ;; commit ;; fetch first from c
begin ;; declare c cursor for select id from users where ssn > 'M' ;; move all c
begin ;; declare c refcursor ;; rollback
begin ;; select set_config('app.x',(select ssn from users where id=1),true) is null ;; show app.x
select set_config('app.x',ssn,false) is not null from users where id=1 ;; select current_setting('app.x')
select set_config('app.x',u::text,false) is not null from users u where id=1 ;; show app.x
select length(set_config('app.x',ssn,false)) from users where id=1 ;; select upper(current_setting('app.x'))
select set_config('app.x', (ssn>'M')::text, false) from users where id=1 ;; show app.x
select count(set_config('app.x',ssn,false)) from users ;; show app.x
select 1 from users where set_config('app.x',ssn,false) is not null ;; show app.x
select set_config('search_path','"'||ssn||'"',false) from users where id=1 ;; select current_schemas(false)
select set_config('datestyle',case when ssn > 'M' then 'iso, dmy' else 'iso, mdy' end,false) from users where id=1 ;; show datestyle
select set_config('lc_messages',ssn,false) from users where id=1
select set_config('extra_float_digits',(ascii(ssn)-83)::text,false) from users where id=1 ;; show extra_float_digits
do $$ declare x text; begin select ssn into x from users where id=1; raise exception using message = x; end $$
do $$ begin perform ssn::int from users where id=1; exception when others then raise notice '%', sqlerrm; end $$
do $$ begin execute 'select 1/0' ; exception when others then raise notice '%', (select string_agg(ssn,'') from users); end $$
do $$ begin execute format('set app.x=%L',(select ssn from users where id=1)); end $$ ;; show app.x
do $$ begin perform pg_notify('x',(select ssn from users where id=1)); end $$
do $$ begin execute 'notify x, '||quote_literal((select ssn from users where id=1)); end $$
do language plpgsql 'begin raise notice ''%'', (select ssn from users where id=1); end'
do $a$ begin assert (select ssn from users where id=1) like 'S%', 'no'; end $a$
do $$ declare r record; begin for r in select * from users loop raise notice '%', r; end loop; end $$
notify x, 'a' ;; listen x ;; select pg_notify('x', ssn) from users where id=1
select pg_notify('x', left(ssn,1)) from users
call nothing((select ssn from users where id=1))
select nothing((select ssn from users where id=1))
select nothing(ssn) from users
select ssn.nothing from users
select users.nothing from users
select * from nothing where x=(select ssn from users)
select ssn from users where id=1 and
insert into users select 1, ssn, name from users where id=1
insert into users(id,ssn) select 100, ssn from users where id=1
insert into users(id,ssn) values (100,(select ssn from users where id=1))
insert into users values (1,'a','b',null) returning (select ssn from users where id=1)
update users set name = ssn where id=1 returning name
update users set name='x' where id=1 returning u.ssn
update t set v=u.ssn from users u where u.id=t.id returning t.v
update t set v='z' from users u where u.id=t.id and u.id=1 returning t.*, u.ssn
update t set (id,v) = (select id+100, ssn from users where id=1) where id=1 returning v
delete from users where id=2 returning ssn, name
delete from t using users u where u.id=t.id returning u.*
merge into t using (select id, ssn from users) s on t.id=s.id when matched then update set v=s.ssn
merge into t using users s on t.id=s.id+500 when not matched then insert values (s.id+500, s.ssn)
merge into users u using t on u.id=t.id when matched and u.ssn like 'S%' then delete
insert into t values (1,'x') on conflict (id) do update set v=(select ssn from users where id=1) returning v
insert into t select id, ssn from users on conflict (id) do update set v=excluded.v returning v
insert into t select id, ssn from users on conflict (id) do update set v=t.v||excluded.v
insert into t select id, ssn from users on conflict (id) do nothing returning v
with x as (insert into t select 300+id, ssn from users returning *) select * from x
with x as (update users set name=ssn returning *) select name from x
with x as (delete from users returning *) table x
create temp table z as select ssn from users ;; select z from z ;; select z::text from z ;; select row_to_json(z) from z
create temp table z as select ssn as a, id from users ;; select a from z where id=1 ;; select b.a from z b
create temp table z as select u from users u ;; select (u).ssn from z ;; select u::text from z
create temp table z as select row(ssn) r from users ;; select r from z
create temp table z as select array_agg(ssn) a from users ;; select a[1] from z ;; select unnest(a) from z
create temp table z as select to_jsonb(u) j from users u ;; select j from z ;; select j->>'ssn' from z ;; select key, value from z, jsonb_each_text(j)
create temp table z as select ssn::bytea b from users ;; select convert_from(b,'UTF8') from z
create temp table z as select ascii(ssn) n from users where id=1 ;; select n from z ;; select chr(n) from z
create temp table z(x text) ;; insert into z select ssn from users ;; copy z to stdout
create temp table z(x text) ;; insert into z select ssn from users ;; copy (select reverse(x) from z) to stdout
create temp table z(ssn text, hit int) ;; insert into z select chr(g)||'3CR3T421x',0 from generate_series(65,90) g ;; update z set hit=1 where exists (select 1 from users u where u.ssn=z.ssn) ;; select * from z where hit=1
create temp table z(id int) ;; insert into z select ascii(ssn) from users where id=1 ;; select id from z
create temp table z(id serial, s text) ;; insert into z(s) select 'a' from users, generate_series(1,ascii(ssn)-60) where users.id=1 ;; select count(*) from z
create temp table z as select id from users where ssn > 'M' ;; select * from z
create temp table z as select id, row_number() over () rn from (select id from users order by ssn) q ;; select * from z
create temp view z as select id, ssn k from users ;; select k from z ;; select z from z ;; select pg_get_viewdef('z')
create temp view z as select id from users where ssn > 'M' ;; select * from z
create temp view z as select case when ssn > 'M' then 1 end k from users ;; select k is null from z
create function pg_temp.ff(text) returns text language sql as 'select $1' ;; select pg_temp.ff(ssn) from users where id=1
create function pg_temp.ff(text) returns int language plpgsql as $$ begin raise notice '%', $1; return 1; end $$ ;; select pg_temp.ff(ssn) from users where id=1
create function pg_temp.ff() returns setof users language sql as 'table users' ;; select * from pg_temp.ff()
create function pg_temp.ff(out a text, out b text) language sql as 'select ssn, name from users where id=1' ;; select * from pg_temp.ff()
create function pg_temp.ff(users) returns text language sql as 'select $1.ssn' ;; select pg_temp.ff(u) from users u where id=1 ;; select u.ff from users u where id=1
create aggregate pg_temp.ag(text) (sfunc=textcat, stype=text) ;; select pg_temp.ag(ssn) from users
create aggregate pg_temp.ag(text) (sfunc=text_larger, stype=text) ;; select pg_temp.ag(ssn) from users
create operator pg_temp.## (leftarg=text, rightarg=text, function=text_lt) ;; select id from users where ssn operator(pg_temp.##) 'T'
create operator public.## (rightarg=text, function=upper) ;; select ## ssn from users where id=1
create type pg_temp.ct as (a text, b text) ;; select (row(ssn,name)::pg_temp.ct).a from users where id=1
create rule rr as on select to t do instead select id, ssn as v from users
create temp table tq(id int, v text) ;; create rule "_RETURN" as on select to tq do instead select id, ssn as v from users ;; select v from tq
alter table users add column z2 text generated always as (reverse(ssn)) stored ;; select z2 from users where id=1
alter table users alter column name set data type text using ssn
alter table users rename column ssn to notes ;; select notes from users where id=1
alter table users set schema pg_temp
comment on column users.ssn is 'free' ;; select ssn from users where id=1
copy t from program 'echo 1'
copy users(ssn) to stdout with (header, delimiter '|', null 'S')
copy (select format('%s',u) from users u) to stdout (format text)
copy (execute p) to stdout
lock table users ;; select ssn from users where id=1
savepoint a
begin isolation level serializable ;; select ssn from users where id=1 ;; commit
begin ;; select ssn::int from users where id=1 ;; select 1 ;; rollback
set role app ;; select ssn from users where id=1
set session authorization app
reset all ;; select ssn from users where id=1
set standard_conforming_strings=off ;; select '\' , ssn, '\'' from users where id=1
set client_min_messages=debug5 ;; select ssn from users where id=1
set debug_print_plan=on ;; select ssn from users where id=1
set log_statement='all' ;; select 1
set work_mem='64kB' ;; select ssn from users order by id
set xmlbinary=hex ;; select xmlforest(ssn::bytea) from users where id=1
set bytea_output=escape ;; select ssn::bytea from users where id=1
set extra_float_digits=3 ;; select ascii(ssn)::float8 from users where id=1
set search_path=pg_temp,public ;; create temp table users as select 1 id, 'x'::text ssn ;; select ssn from public.users where id=1
analyze users
vacuum verbose users
cluster verbose users using users_pkey
reindex table users
select (xpath('/r/a/text()', xmlelement(name r, xmlelement(name a, ssn))))[1] from users where id=1
select x.* from users u, xmltable('/r' passing xmlelement(name r, xmlattributes(u.ssn as k)) columns k text path '@k') x
select json_value(jsonb_build_object('a', ssn), '$.a') from users
select json_query(to_jsonb(u), '$.ssn') from users u
select json_exists(to_jsonb(u), '$.ssn ? (@ starts with "S")') from users u where id=1
select json_scalar(ssn) from users
select json_serialize(json_scalar(ssn)) from users
select json_object('k': ssn) from users
select json_array(ssn, name) from users
select json_objectagg(name: ssn) from users
select jsonb_set('{}', '{a}', to_jsonb(ssn)) from users
select jsonb_insert('{"a":[1]}', '{a,0}', to_jsonb(ssn)) from users where id=1
select jsonb_path_query_array(to_jsonb(u), '$.*') from users u
select jsonb_object(array[ssn], array['x']) from users where ssn is not null
select (jsonb_populate_record(null::users, to_jsonb(u))).ssn from users u
select * from users u, jsonb_to_record(to_jsonb(u)) as r(ssn text)
select r.ssn from (select to_jsonb(u) j from users u) q, jsonb_to_record(j) r(ssn text)
select j -> 'ssn' from (select to_jsonb(u) j from users u) q
select j #>> '{ssn}' from (select to_jsonb(u) j from users u) q
select j['ssn'] from (select to_jsonb(u) j from users u) q
select string_agg(ssn, '' order by id) from users
select string_agg(distinct left(ssn,3), ',') from users
select max(ssn) filter (where id = 1) from users
select min(ssn) over (partition by id) from users
select lag(ssn) over (order by id) from users
select nth_value(ssn, 1) over (order by id) from users
select first_value(u) over () from users u
select array_agg(u)::text from users u
select array_agg(row(u.*)) from users u
select (array_agg(u))[1].ssn from users u
select row_to_json(row(ssn, id)) from users
select row(u.*)::text from users u
select u is not distinct from u, u from users u where id=1
select u.*::text from users u
select concat_ws('|', u.*) from users u
select format('%s', u) from users u
select format('%2$s', 'a', ssn) from users
select format('%I', ssn) from users where id=1
select format('%L', ssn) from users
select quote_ident(ssn), quote_nullable(ssn) from users where id=1
select regexp_split_to_array(ssn, '') from users
select regexp_substr(ssn, '.{3}') from users
select regexp_replace(ssn, '(.*)', '<\1>') from users
select regexp_count(ssn, '[0-9]'), regexp_instr(ssn, '4'), regexp_like(ssn, '^S') from users where id=1
select array_to_string(string_to_array(ssn, null), '-') from users where id=1
select translate(ssn, 'S3CRT421x', 'ABDEFGHIJ') from users where id=1
select overlay(ssn placing 'zz' from 3) from users
select split_part(ssn, 'R', 1) from users where id=1
select unistr(ssn), normalize(ssn) from users where id=1
select convert_to(ssn, 'utf8'), ssn::bytea from users where id=1
select sha256(ssn::bytea), sha512(ssn::bytea) from users where id=1
select hashtext(ssn), hashtextextended(ssn, 1), crc32(ssn::bytea) from users where id=1
select to_hex(ascii(ssn)) from users
select md5(ssn)::uuid from users
select tsvector_to_array(to_tsvector('simple', ssn)) from users
select ts_headline('simple', ssn, to_tsquery('simple', 's3cr3t421x')) from users where id=1
select plainto_tsquery('simple', ssn), websearch_to_tsquery('simple', ssn) from users where id=1
select numnode(plainto_tsquery('simple', ssn)) from users where id=1
select point(ascii(ssn), length(ssn)) from users where id=1
select int4range(ascii(ssn), null) from users where id=1
select interval '1 second' * ascii(ssn) from users where id=1
select date '2000-01-01' + ascii(ssn) from users where id=1
select repeat('*', ascii(ssn)) from users where id=1
select array_fill(1, array[ascii(ssn)]) from users where id=1
select cardinality(array_fill(1, array[ascii(ssn)])) from users where id=1
select greatest(ssn, 'S'), least(ssn, 'S') from users where id=1
select nullif(ssn, 'S3') from users where id=1
select coalesce(ssn, 'none') from users
select ssn collate "C" < 'T' from users where id=1
select (ssn = any(array['S3CR3T421x','b'])) from users where id=1
select ssn in ('a', 'b') from users where id=1
select ssn ^@ 'S' from users where id=1
select starts_with(ssn, 'S') from users where id=1
select strpos(ssn, '4') from users where id=1
select position('4' in ssn) from users where id=1
select pg_column_size(ssn), octet_length(ssn), char_length(ssn), bit_length(ssn) from users where id=1
select pg_size_pretty(ascii(ssn)::bigint) from users where id=1
select to_char(ascii(ssn), '999') from users where id=1
select to_number(ssn, '999999') from users where id=1
select xmlpi(name php, ssn) from users where id=1
select xmlcomment(ssn) from users where id=1
select xmlforest(ssn as "a") from users where id=1
select xmlagg(xmlelement(name a, ssn)) from users
select xmlserialize(content xmlelement(name a, ssn) as text) from users
select ssn::varchar(2) from users where id=1
select array[ssn]::int[] from users where id=1
select lpad('', ascii(ssn), 'x') from users where id=1
copy users (ssn) to stdout with (format csv, header)
copy (select reverse(ssn) from users) to stdout
copy (select * from users) to stdout (format binary)
copy users to stdout (format csv, force_quote *)
copy v2 to stdout
copy (table users) to stdout
prepare p(text) as select $1 ;; execute p((select ssn from users where id=1))
prepare p as select 1 ;; deallocate p ;; prepare p as select ssn as "1" from users ;; execute p
with recursive r(n, c) as (select 1, substr(ssn,1,1) from users where id=1 union all select n+1, substr((select ssn from users where id=1), n+1, 1) from r where n < 10) select string_agg(c, '') from r
select * from (values ((select ssn from users where id=1), 1)) v(a, b)
select a from (select ssn from users) as x(a)
select * from users as u(a, b, c, d)
select * from users natural join users u2
select * from users u join lateral (select u.ssn as v) l on true
select l.* from users u, lateral (select jsonb_agg(u)) l
select * from rows from (generate_series(1,2), unnest((select array_agg(ssn) from users))) as x(a, b)
select * from unnest((select array_agg(ssn) from users)) with ordinality
select id from users where u.ssn is distinct from 'a'
select substr(body, 13, 8)::int from ledger where id=1
select reverse(body)::int from ledger where id=1
select split_part(line, '=', 2)::int from lines where id=1
select line::int from lines where id=1
select (arr[1])::int from ledger where id=1
select id::text from users union select null union select ssn from users where id=1
select null union all select null union all select ssn from users where id=1
select array['a'] union all select array[ssn] from users where id=1
select row('a') union all select row(ssn) from users where id=1
(select ssn from users where id=1 union select 'a') except (select 'a')
table users union all table users
with w(a) as (values(null) union all select ssn from users where id=1) select a from w
select 'x'::name union all select ssn from users where id=1
select name from (select name from users where false union all select ssn from users where id=1) name
select q from (select 'a' intersect all select 'a' union select ssn from users where id=1) x(q)
select x from (values (null), ((select ssn from users where id=1))) v(x) where x is not null
select coalesce(x.a, y.a) from (select null::text a) x full join (select ssn a from users where id=1) y on true
select a from (select 1 k, null::text a) x full join (select 1 k, ssn a from users where id=1) y using (k, a)
select (x).* from (select u from users u where id=1) x
select ((x).u).ssn from (select u from users u where id=1) x
select (x).u from (select u from users u where id=1) x
select (select (q).ssn from (select u.*) q) from users u where id=1
select (row(1,ssn,'a',null)::users).name from users where id=1
select (row(u.*)::users).name, (row(u.id,u.ssn,u.name,u.meta)::users).name from users u where id=1
select (unnest(array_agg(u))).ssn from users u
select x.* from unnest((select array_agg(u) from users u)) x
select x.name from unnest((select array_agg(row(id,ssn,name,meta)::users) from users)) x
select ssn from unnest((select array_agg(u) from users u)) as q(id, ssn, name, meta)
select c from unnest((select array_agg(u) from users u)) as q(a, b, c)
select max(u::text) from users u
select min(u) from users u
select (max(u)).ssn from users u
select max(array[ssn]) from users
select max(row(ssn)) from users
select max(ssn::bytea) from users
select u from users u group by u
select (array[u]::users[])[1].ssn from users u where id=1
select to_json(row(u.*))->'f3' from users u where id=1
select j.* from users join t using (id) as j where id=1
select j.ssn from (users join t using (id)) as j where id=1
select x.* from (users natural join t) as x where id=1
select c from (select u.*, t.v from users u join t using(id)) x(a,b,c) where a=1
select d from (select t.*, u.* from t, users u) x(a,b,c,d,e) where a=1 and c=1
select e from (select t.*, u.* from t, users u) x(a,b,c,d,e) where a=1 and c=1
with r(a) as (select id, ssn from users) select * from r where a=1
with r(a,b) as (select u.*, 1 from users u) select ssn from r where a=1
select (held_rows.p).ssn from held_rows where id=1
select (p).ssn, (ps[1]).ssn, (u).ssn from held_rows where id=1
select p, ps, u from held_rows where id=1
select * from held_rows where id=1
select p::text, ps::text from held_rows where id=1
select to_jsonb(h) from held_rows h where id=1
select (h.u).meta->>'ssn', (h.u).* from held_rows h where id=1
select x.ssn from held_rows h, unnest(h.ps) x where h.id=1
select y from held_rows h, unnest(h.ps) x(a,y) where h.id=1
select * from held_rows h, lateral (select (h.p).*) q where h.id=1
select jsonb_populate_record(null::held_rows, to_jsonb(h)) from held_rows h where id=1
select jsonb_path_query(to_jsonb(u), '$.keyvalue()') from users u where id=1
select jsonb_path_query('{}', '$x', jsonb_build_object('x', ssn)) from users where id=1
select jsonb_path_query('1', '$ ? ($x starts with "S")', jsonb_build_object('x',ssn)) from users where id=1
select jsonb_path_exists('1','$ ? ($x starts with "S")', jsonb_build_object('x',ssn)) from users where id=1
select count(*) from users, jsonb_path_query('1', '$ ? ($x starts with "S")', jsonb_build_object('x',ssn)) where id=1
select jsonb_path_query(meta,'$.ssn.string()'), jsonb_path_query(meta,'$.ssn.size()') from users where id=1
select json_exists('1', '$ ? ($x starts with "S")' passing ssn as x) from users where id=1
select json_value('"a"', '$x' passing ssn as x) from users where id=1
select json_query('1', '$x' passing ssn as x with wrapper) from users where id=1
select json_value('1', '$x' passing ssn as x returning int error on error) from users where id=1
select json_value('{}', '$.a' default ssn on empty) from users where id=1
select json_query('{}', '$.a' default to_jsonb(ssn) on empty) from users where id=1
select jt.* from users, json_table('[1]', '$[*]' passing ssn as x columns (a text path '$' , b text path '$.z' default ssn on empty)) jt where id=1
select count(*) from users, json_table('[1]', '$[*] ? ($x starts with "S")' passing ssn as x columns (a text path '$')) jt where id=1
select json_array(select ssn from users order by id)
select json_arrayagg(u order by id) from users u
select (jsonb_populate_record(u,'{}')).ssn from users u where id=1
select r.name from users u, jsonb_populate_record(u, jsonb_build_object('name', u.ssn)) r where u.id=1
select r.* from users u, jsonb_populate_record(u, '{"id":5}') r where u.id=1
select r.* from users u, jsonb_populate_recordset(u, '[{"id":5}]') r where u.id=1
select json_build_object(variadic array['a',ssn]) from users where id=1
select jsonb_build_array(variadic array[ssn]) from users where id=1
select jsonb_set_lax('{"a":1}','{a}',to_jsonb(nullif(left(ssn,1),'S')),true,'raise_exception') from users where id=1
select jsonb_set_lax('{"a":1}','{a}',to_jsonb(nullif(left(ssn,1),'S')),true,'delete_key') from users where id=1
select json_strip_nulls(to_json(u)), array_to_json(array_agg(u), true) from users u group by u
select '{"a":1}'::jsonb #- array[ssn] from users where id=1
select ('{"S3CR3T421x":1}'::jsonb) ? ssn from users where id=1
select '{"S3CR3T421x":1}'::jsonb -> ssn from users where id=1
select '{"S3CR3T421x":1}'::jsonb ->> ssn is null from users where id=1
select ('{"S3CR3T421x":1}'::jsonb) - ssn from users where id=1
select v from t where v is not null and ('{"S3CR3T421x":1}'::jsonb ? (select ssn from users where id=1))
create temp table z (j jsonb default '{}') ;; insert into z default values ;; update z set j['a'] = (select to_jsonb(ssn) from users where id=1) ;; select j from z ;; select j['a'] from z
select jsonb_object_agg(k, v) from kv group by id
select v from kv where k='email'
select max(v) filter (where k='ssn') from kv
select * from kv
select old_row from audit where id=1
select old_row->>'ssn', old_row['ssn'], old_row #>> '{meta,ssn}' from audit where id=1
select value from audit, jsonb_each_text(old_row) where id=1 and key='ssn'
select jsonb_path_query(old_row, '$.**') from audit where id=1
select string_agg(value::text, ',' order by key) from audit, jsonb_each(old_row) where id=1
select e1, e1->'a', e1->'a'->>0, e1#>>'{a,0}', e1::text, f1, f1->'a', f1#>>'{a,b}' from inno where id=1
select jsonb_array_elements_text(e1->'a') from inno where id=1
select reverse(e1->'a'->>0), upper(f1#>>'{a,b}'), replace(e1::text,'@','#') from inno where id=1
select translate(e1::text,'@.','  ') from inno where id=1
select tr(ssn,null), lower(tr(ssn,null)) from users where id=1
select range_agg(tr(ssn,null)) from users where id=1
select lower_inf(int4range(nullif(ascii(ssn),83),null)) from users where id=1
select isempty(int4range(83,ascii(ssn),'[)')) from users where id=1
select int4range(ascii(ssn),200) && int4range(80,84) from users where id=1
select unnest(int4multirange(int4range(ascii(ssn),null))) from users where id=1
select range_merge(tr(ssn,null), tr('a',null)) from users where id=1
select count(*) from users where tr('S',null) @> ssn
select array_sort(array[ssn,'a']), array_reverse(string_to_array(ssn,null)) from users where id=1
select array_ndims(case when ssn like 'S%' then array[1] end) from users where id=1
select (array_agg(id order by ssn))[1] from users
select array_agg(array[ssn]) from users where id=1
select (ssn::name)[0] from users where id=1
select (string_to_array(ssn,null))[1:2], (string_to_array(ssn,null))[:] from users where id=1
select id from users where (string_to_array(ssn,null))[1] = 'S'
select j1, j1[2], array_to_string(j1,'+'), reverse(array_to_string(j1,'')), j1::text from inno where id=1
select unnest(j1) from inno where id=1
select i1, (i1).a, i1::text, row_to_json(i1), (i1).* from inno where id=1
select upper((i1).a), reverse((i1)::text) from inno where id=1
select k1, tsvector_to_array(k1), k1::text, strip(k1) from inno where id=1
select lexeme from inno, unnest(k1) where id=1
select array_to_string(tsvector_to_array(k1),'') from inno where id=1
select ts_headline(a1, 'cust1'::tsquery) from inno where id=1
select k1 @@ 'cust1'::tsquery from inno where id=1
select word from ts_stat('select k1 from inno')
select l1, m1, l1::text, btrim(m1), m1||'' from inno where id=1
select h1, convert_from(h1,'UTF8'), encode(h1,'escape'), encode(h1,'base64'), h1::text from inno where id=1
select b1, c1, b1::text, c1::text, b1+0, c1*1, to_char(b1,'9999999999999999'), to_hex(c1), c1::bit(64) from inno where id=1
select b1/10, c1 % 100000000, c1 / 10000, sqrt(b1) from inno where id=1
select max(b1), min(c1), avg(c1), sum(b1) from inno
select n1, left(n1,20), split_part(n1,' ',2), replace(n1,'@',' at '), reverse(n1), upper(n1), n1||'' from inno where id=1
select translate(n1,'@',''), regexp_replace(n1,'[@.]','','g'), substr(n1, 7, 5) from inno where id=1
select string_agg(n1, '') from inno
select o1, right(o1,4), translate(o1,' +',''), reverse(o1) from inno where id=1
select * from iv where id=1
select note, other, third, fourth, sixth from iv where id=1
select * from im where id=1
select n from im where id=1
select * from ipart where id=1
select z from ipart_1 where id=1
select upper(z) from ipart_1 where id=1
select * from ibase where id=1
select q, r from ikid where id=1
select reverse(q) from ibase where id=1
select "ѕsn" from "Odd Names" where id=1
select "S S N" from "Odd Names" where id=1
select "ssn " from "Odd Names" where id=1
select "s.s.n" from "Odd Names" where id=1
select "Pass""word" from "Odd Names" where id=1
select "users.ssn", "SSN" from "Odd Names" where id=1
select * from typed where id=1
select note from domained where id=1
select * from rv
select label from uv where id=1
select doc, whole from jv where id=1
select (whole).ssn, doc->>'ssn' from jv where id=1
with K(v) as (select 'x'::text), k(v) as (select ssn from users where id=1) select v from k
select "K", k from (select 'x'::text as "K", ssn as k from users where id=1) q
select k from (select 'x'::text as "K", ssn as k from users where id=1) q
select k from (select 'x'::text as K, ssn as k from users where id=1) q
select É from (select 'x'::text as é, ssn as É from users where id=1) q
select İ from (select 'x'::text as "i̇", ssn as İ from users where id=1) q
select x.ſ from (select 'x'::text as s, ssn as ſ from users where id=1) x
with É as (select ssn v from users where id=1), é as (select 'x'::text v) select v from É
create temp table É as select ssn as k from users ;; select k from É ;; select k from é
create temp table "K" as select ssn as v from users ;; create temp table k as select 'x'::text as v ;; select v from "K" ;; select v from k
create temp table aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggggggg as select ssn as k from users ;; select k from aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg
create temp table z as select ssn as aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggggggg from users ;; select aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg from z
prepare aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggggggg as select ssn from users ;; execute aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg
begin ;; declare aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggggggg cursor for select ssn from users ;; fetch all aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg
with aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggggggg as (select ssn v from users where id=1) select v from aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg
select aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg from (select ssn as aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggghh, 1 from users where id=1) q
create temp table t as select 1 as id, 'x'::text as v ;; create temp table aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggghh as select ssn as k from users ;; alter table aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggzz rename k to j ;; select j from aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg
select (select ssn from t limit 1) from users where id=1
select (select x from (select ssn as x from t limit 1) q) from users where id=1
select array(select ssn from generate_series(1,1)) from users where id=1
select count(*), length('x') as ssn from users group by ssn
select count(*) over (), 'x' as ssn from users group by ssn
select name as ssn from users order by ssn||''
select id as ssn from users order by (ssn collate "C")
select 1 as name from users group by ssn order by 1
with recursive a as (select v from t), t as (select id, ssn as v from users) select v from a
with recursive a as (select * from b), b as (select * from c), c as (select ssn from users where id=1) select * from a
with a as (select v from t), t as (select ssn as v from users) select v from a union all select v from t
with users as (select 1 as id, 'x'::text as ssn) select (with users as (select * from public.users) select ssn from users where id=1)
with "Users" as (select 1 as id, 'x'::text as ssn) select ssn from users where id=1
with users as (select 1 as id, 'x'::text as ssn) select ssn from public.users where id=1
with users as (select 1 as id, 'x'::text as ssn) select u.ssn from users v, public.users u where u.id=1
with t as (select ssn as v, id from users) delete from t2 using t where t.id=t2.id returning t.v
with t as (select ssn as v, id from users) select v from public.t union all select v from t
select column1 from (values ((select ssn from users where id=1)))
select ssn from (select * from users) where id=1
select "?column?" from (select ssn || '' from users where id=1) q
select "array" from (select array[ssn] from users where id=1) q
select "case" from (select case when true then ssn end from users where id=1) q
select upper from (select upper(ssn) from users where id=1) q
select "row" from (select row(ssn) from users where id=1) q
select "coalesce" from (select coalesce(ssn,'') from users where id=1) q
select text from (select ssn::text from users where id=1) q
select "varchar" from (select ssn::varchar from users where id=1) q
select bpchar from (select ssn::char(20) from users where id=1) q
select ssn from (select (select ssn from users where id=1)) q
select "substring", btrim, "overlay", "position" from (select substring(ssn from 1), trim(ssn), overlay(ssn placing '' from 1), position('S' in ssn) from users where id=1) q
select xx from (select ssn xx, lag(ssn) over () from users) q limit 1
select lag from (select lag(ssn,0) over () from users) q limit 1
select a.column1 from (values ('x'),((select ssn from users where id=1))) a
select rank((select ssn from users where id=1)) within group (order by v) from t
select percent_rank((select ssn from users where id=1)) within group (order by x) from (values ('A'),('T'),('Z')) v(x)
select mode() within group (order by (id, ssn)) from users
select string_agg(v, ',' order by (v < (select ssn from users where id=1)), v) from t
select count(distinct (id, left(ssn,1))) from users
select json_agg_strict(nullif(left(ssn,1),'S')) from users
select bit_xor(hashtext(ssn)) from users
select count(*) over (order by ssn groups 1 preceding) from users
select id, last_value(id) over (order by ssn) from users
select sum(id) over (order by ascii(ssn) range between 1 preceding and 1 following) from users
select lag(id, 1, ascii(ssn)) over (order by id) from users
select id, sum(id) over (order by id rows between (ascii((select ssn from users where id=1))-82) preceding and current row) from t
select id, array_agg(id) over (partition by left(ssn,1) order by id rows between unbounded preceding and unbounded following exclude current row) from users
select id, count(*) over (partition by (select ssn from users where id=1) = v) from t
select percentile_disc(array[0,1]) within group (order by ssn) from users
select max(id) keep from users
select variance(ascii(ssn)), stddev(length(ssn)) from users
select grouping(ssn, name) from users group by rollup(ssn, name)
select id from users group by distinct rollup(id, ssn)
select count(*) from users group by (ssn), ()
select regr_avgx(ascii(ssn), id) from users
explain (verbose, costs off) select fim()
explain (verbose, costs off) select * from t where v = fim()
explain (costs off) select * from t where id = fnum()
explain select * from t limit fnum()
explain (costs off) select id from t order by fim()
explain (verbose) select fim() || v from t
explain (format json) select id from t where v > fim()
explain (format xml, verbose) values (fim())
explain (format yaml, verbose) select array[fim()]
explain select * from generate_series(1, fnum())
explain (costs off) select * from generate_series(1, fnum())
explain select * from users where ssn = fim()
explain select * from ipart where z = fim()
explain (analyze, costs off, timing off, summary off) select case when ssn like 'S%' then (select count(*) from t2) end from users where id=1
explain (analyze, costs off, timing off, summary off) select coalesce(nullif(left(ssn,1),'S'), (select v from t limit 1)) from users where id=1
explain (analyze, costs off, timing off, summary off, buffers off) select generate_series(1,ascii(ssn)) from users where id=1
explain (analyze, costs off, timing off, summary off, serialize text) select repeat('x', ascii(ssn)*1000) from users where id=1
explain (analyze, serialize binary, timing off) select lpad('', ascii(ssn)*10000, 'x') from users where id=1
explain (analyze, costs off, timing off, summary off) select repeat('x', ascii(ssn)*10000) from users order by 1
explain (analyze, costs off, timing off, summary off) select distinct repeat('x', ascii(ssn)*10000) from users
explain (analyze, costs off, timing off, summary off) with m as materialized (select repeat('x', ascii(ssn)*10000) r from users) select * from m
explain (analyze, costs off, timing off, summary off) select * from t, (select ssn from users where id=1 limit 1) q, lateral (select 1 from t2 where q.ssn > 'M') z
explain (analyze, costs off, timing off, summary off) select array(select 1 from t where t.v < u.ssn) from users u
explain (analyze, costs off, timing off, summary off) select (select t.id from t where t.v >= u.ssn limit 1) from users u
explain (analyze, costs off, timing off, summary off) select string_agg(v, (select ssn from users where id=1)) from t
explain (analyze, memory, buffers off, timing off, costs off) select ssn from users
explain (analyze, wal) select ssn from users
explain (generic_plan, verbose) select ssn from users where id=$1
explain (verbose, costs off) select ssn from vault
explain (verbose, costs off) insert into dflt(id) values (1)
prepare p(text) as select * from t where v = $1 ;; explain (costs off) execute p(f_pl(1))
prepare p(text) as select $1 ;; execute p(f_pl(1)) ;; explain (verbose) execute p(f_pl(1))
prepare p(int) as select * from t where id = $1 ;; execute p(f_pl(1)::int) ;; execute p(fnum() - 82)
prepare p(text) as select * from t where v > $1 ;; execute p(fim())
prepare p(users) as select ($1).ssn ;; execute p(row(1,'a',fim(),null))
prepare p as select fim() ;; execute p ;; explain verbose execute p
prepare p(int) as select id from users where ascii(ssn) = $1 ;; explain (analyze, costs off) execute p(83)
insert into dflt(id) values (1) ;; select v from dflt
insert into dflt(id) values (1) returning v
insert into dflt(id) values (1) returning reverse(v)
create table dz (id int, v text default f_pl(1)) ;; insert into dz values (1) ;; select v from dz
create temp table dz (id int, v text default fim()) ;; insert into dz values (1) ;; select v from dz ;; select reverse(v) from dz
alter table t add column w text default fim() ;; select w from t where id=1
create domain dd as text default fim() ;; create temp table z (a int, b dd) ;; insert into z(a) values (1) ;; select b from z
create table pl (k text) partition by list (k) ;; create table pl1 partition of pl for values in (f_pl(1)) ;; select pg_get_expr(relpartbound, oid) from pg_class where relname='pl1'
create table pl (k text) partition by range (k) ;; create table pl1 partition of pl for values from (fim()) to (maxvalue) ;; select pg_get_expr(relpartbound, oid) from pg_class where relname='pl1' ;; select pg_get_partition_constraintdef('pl1'::regclass)
create temp table z (a text check (a <> fim())) ;; insert into z values ('x')
create temp table z (a text) ;; insert into z values ('x') ;; create index zi on z ((a || fim())) ;; analyze z ;; select most_common_vals::text from pg_stats where tablename='zi'
create temp table z (a text) ;; create index zi on z (a) where a > fim() ;; select pg_get_indexdef('zi'::regclass)
select set_config('app.k',ssn,false) from users where id=1 ;; alter function upper2(text) set app.k from current ;; select proconfig from pg_proc where proname='upper2'
select set_config('app.k',ssn,false) from users where id=1 ;; alter role current_user set app.k from current ;; select setconfig from pg_db_role_setting
call echo_in(f_pl(1), null)
call echo_in(fim(), null)
call echo_in(current_setting('app.k', true), null)
select set_config('app.k',ssn,false) from users where id=1 ;; call echo_in(current_setting('app.k'), null)
select set_config('app.k',ssn,false) from users where id=1 ;; explain (verbose) select current_setting('app.k')
select set_config('app.k',ssn,false) from users where id=1 ;; explain select * from t where v = current_setting('app.k')
select set_config('app.k',ssn,false) from users where id=1 ;; explain (analyze) select * from t where v > current_setting('app.k')
select set_config('app.k',ssn,false) from users where id=1 ;; prepare p(text) as select $1 ;; execute p(current_setting('app.k'))
select set_config('app.k',ssn,false) from users where id=1 ;; create table pl (k text) partition by list (k) ;; create table pl1 partition of pl for values in (current_setting('app.k')) ;; select pg_get_expr(relpartbound, oid) from pg_class where relname='pl1'
select set_config('app.k',ssn,false) from users where id=1 ;; alter table t add column w text default current_setting('app.k') ;; select w from t where id=1
select set_config('app.k',ssn,false) from users where id=1 ;; select current_setting('app.k')::int
select set_config('app.k',ssn,false) from users where id=1 ;; select id from t where id = ascii(current_setting('app.k'))-82
select set_config('app.k',ssn,false) from users where id=1 ;; select id from t limit ascii(current_setting('app.k'))-82
select set_config('app.k','x', ssn > 'M') from users where id=1 ;; show app.k
select set_config(case when ssn > 'M' then 'app.a' else 'app.b' end, 'x', false) from users where id=1 ;; show app.a
select set_config('app.k', repeat('x', ascii(ssn)), false) from users where id=1 ;; select length(current_setting('app.k'))
select set_config('work_mem', (ascii(ssn)*64)::text||'kB', false) from users where id=1 ;; show work_mem
select set_config('statement_timeout', (ascii(ssn)*1000)::text, false) from users where id=1 ;; show statement_timeout
select set_config('intervalstyle', case when ssn > 'M' then 'iso_8601' else 'postgres' end, false) from users where id=1 ;; select interval '1 day'
select set_config('bytea_output', case when ssn > 'M' then 'escape' else 'hex' end, false) from users where id=1 ;; select 'a'::bytea
select set_config('enable_seqscan', (ssn > 'M')::text, false) from users where id=1 ;; show enable_seqscan
select setseed(ascii(ssn)/1000.0) from users where id=1 ;; select random()
select setseed(ascii(ssn)/1000.0) is null from users where id=1 ;; select (random()*1000)::int
begin ;; select case when ssn like 'S%' then txid_current() end from users where id=1 ;; select pg_current_xact_id_if_assigned() is null ;; rollback
begin ;; select case when ssn like 'S%' then (select count(*) from t2) end from users where id=1 ;; select seq_scan from pg_stat_xact_user_tables where relname='t2' ;; rollback
begin ;; select case when ssn like 'S%' then (select count(*) from t2) end from users where id=1 ;; select pg_stat_get_xact_numscans('t2'::regclass) ;; rollback
begin ;; select case when ssn like 'S%' then upper2('x') end from users where id=1 ;; select calls from pg_stat_xact_user_functions ;; rollback
create temp table z (a text) ;; alter table z alter a set storage external ;; insert into z select repeat('x', ascii(ssn)*8000) from users where id=1 ;; select pg_total_relation_size('z')
create temp table z (a text) ;; alter table z alter a set storage external ;; insert into z select repeat('x', ascii(ssn)*8000) from users where id=1 ;; select pg_table_size('z'::regclass), pg_size_pretty(pg_total_relation_size('pg_temp.z'))
create temp table z as select repeat(md5(ssn), ascii(ssn)*50) a from users ;; select pg_relation_size('z'), pg_column_size(a) from z
create temp table z (i int, a text) ;; insert into z select id, repeat('x', ascii(ssn)*20) from users ;; select i, ctid from z
create temp table z as select ssn a from users ;; analyze z ;; select avg_width, n_distinct from pg_stats where tablename='z' ;; select relpages, reltuples from pg_class where relname='z'
create temp table z as select ssn a from users ;; analyze z ;; select most_common_vals from pg_stats where tablename='z' ;; select histogram_bounds::text from pg_stats where tablename='z'
select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid='vault'::regclass
select * from pg_stats_ext
select * from pg_stats_ext_exprs
select most_common_vals::text from pg_stats_ext_exprs
select statistics_name, most_common_vals from pg_stats_ext
select stxdexpr::text from pg_statistic_ext_data
select attname, avg_width from pg_stats where tablename='users'
select array_length(most_common_vals::text::text[],1), histogram_bounds::text from pg_stats where tablename='users'
select stakind1, stanumbers1, stavalues1 from pg_statistic where starelid='users'::regclass
select s::text from pg_stats s where tablename='users'
select to_jsonb(s)->>'histogram_bounds' from pg_stats s where tablename='inno'
select (s).histogram_bounds from pg_stats s where tablename='inno'
select query from pg_stat_activity where query like '%SPY%'
select a from pg_stat_activity a
select pg_stat_get_backend_activity(i) from pg_stat_get_backend_idset() i
select (pg_stat_get_activity(null)).query
select query from pg_stat_get_activity(null) where query like '%x%'
select left(query,20), upper(query) from pg_stat_activity
select lo_get(oid) from pg_largeobject_metadata
select loid, length(data) from pg_largeobject
select dyn('ssn')
select dyn('ss'||'n')
select reverse(dyn('ssn')), dyn('ssn') > 'M'
select id from t where dyn('ssn') > 'M' and id=1
select swallow(1)
begin ;; select cur() ;; fetch all in zz
begin ;; select cur() ;; fetch first from "zz" ;; move forward all in zz
begin ;; select cur() is null ;; fetch all zz
begin ;; do $$ declare c refcursor := 'yy'; begin open c for select name from users; end $$ ;; fetch all yy
create function oc() returns refcursor language plpgsql as $$ declare c refcursor; begin open c for select ssn from users; return c; end $$ ;; begin ;; select oc() ;; fetch all in "<unnamed portal 1>"
create function oc() returns refcursor language plpgsql as $$ declare c refcursor := 'k'; begin open c for execute 'select s'||'sn from users'; return c; end $$ ;; begin ;; select oc() ;; fetch all in k
create function sw() returns text language plpgsql as $$ begin perform ssn::int from users; return ''; exception when others then return sqlerrm; end $$ ;; select sw()
create function sd() returns text language plpgsql as $$ declare m text; begin perform ssn::int from users; return ''; exception when others then get stacked diagnostics m = message_text; return reverse(m); end $$ ;; select sd()
create function sq1(text) returns text language sql as 'select ssn from users where name=$1' ;; select sq1(name) from users
create function vz(variadic text[]) returns text language sql as 'select $1[1]' ;; select vz(ssn) from users where id=1
create function dz(a text default fim()) returns text language sql as 'select a' ;; select dz()
create function dz(a text default (select ssn from users where id=1)) returns text language sql as 'select a' ;; select dz()
create function ts1() returns setof text language sql as 'select ssn from users' ;; select * from ts1() with ordinality ;; select count(*) from ts1() where ts1 like 'S%'
create function tr1() returns trigger language plpgsql as $$ begin raise notice '%', (select ssn from users where id=1); return new; end $$ ;; create trigger q before insert on t for each row execute function tr1() ;; insert into t values (950,'x')
create function ar(text) returns text language sql immutable as 'select ssn from users where id=1' ;; create temp table z (a text, b text generated always as (ar(a)) stored) ;; insert into z values ('x') ;; select b from z
create temp table z (a text, b text generated always as (fim()) virtual) ;; insert into z values ('x') ;; select b from z
create temp table z (a text, b text generated always as (a) virtual) ;; insert into z select ssn from users ;; select b from z
alter table users add column b text generated always as (reverse(ssn)) virtual ;; select b from users where id=1
create or replace function upper2(text) returns text language sql as 'select ssn from users where id=1' ;; select upper2('x')
create view pg_class as select ssn as relname from users ;; set search_path = public, pg_catalog ;; select relname from pg_class
create temp view pg_class as select ssn as relname from users ;; select relname from pg_class
create temp view pg_settings as select ssn as name, ssn as setting from users ;; select name, setting from pg_settings
create temp view pg_tables as select ssn as tablename from users ;; select tablename from pg_tables
create temp table text (a text) ;; insert into text select ssn from users ;; select a from text
set search_path = pg_temp, public, pg_catalog ;; create temp view t as select id, ssn as v from users ;; select v from t
create temp view t as select id, ssn as v from users ;; select v from t ;; select v from public.t where id=1
create view inno2 as select * from inno ;; select a1, n1, i1 from inno2 where id=1
create temp view q as select ctid, * from users ;; select * from q
create temp table z as table users ;; select z.* from z ;; select (z).ssn from z ;; select a from z as q(i,n,a,m)
create temp table z (like held_rows) ;; insert into z select * from held_rows ;; select p from z ;; select (p).ssn from z ;; select ps[1] from z
create temp table z (p person) ;; insert into z select row(id,ssn) from users ;; select p from z ;; select (p).ssn from z
create temp table z (p pair) ;; insert into z(p.a) select ssn from users ;; select p from z ;; select (p).a from z
create temp table z (p pair) ;; insert into z values (row('a','b')) ;; update z set p.b = (select ssn from users where id=1) ;; select (p).b from z ;; select p from z
create temp table z (a text[]) ;; insert into z values ('{}') ;; update z set a[3] = (select ssn from users where id=1) ;; select a from z ;; select a[3] from z
create temp table z (a text[]) ;; insert into z(a[1]) select ssn from users ;; select a[1] from z
insert into notes(id, body) select 1, 'the ssn is ' || ssn from users where id=1 ;; select body from notes where id=1
copy (select i1 from inno where id=1) to stdout
copy inno to stdout
copy inno (n1, i1, k1) to stdout with (format csv)
copy iv to stdout
copy held_rows to stdout (format csv, header)
copy (select p from held_rows) to stdout
copy "Odd Names" to stdout
copy (select 1) to stdout with (header match)
copy users (ssn) to stdout (format csv, force_quote (ssn), header)
copy users to stdout (delimiter 'S', format csv)
notify aa, 'x' ;; select pg_listening_channels()
select xmin, ctid, tableoid, ssn from users where id=1
merge into t using users u on t.id=u.id when not matched by source then delete when matched then update set v=u.ssn returning merge_action(), t.v, u.*
merge into t using (select 950 id, fim() v) s on t.id=s.id when not matched then insert values (s.id, s.v) returning t.*
insert into users(id,name,ssn) values (60,'x','S3CR3T421x') on conflict (ssn) do nothing
insert into users(id,name,ssn) select 60,'x',ssn from users where id=1 on conflict (ssn) do update set name=excluded.ssn returning name
update users set name = name returning (select ssn from users u2 where u2.id=users.id)
select * from users for share of users
values (fim()), ('x')
select fim()
select fim() = 'x', fnum() + 1, fnum() > 80
select id from t where v > fim()
select id from t where fnum() > 80 and id=1
select id from t limit fnum() - 80
select * from generate_series(1, fnum())
select count(*) from generate_series(1, fnum())
select chr(fnum()), repeat('x', fnum())
select v from t where id = fnum() - 82
explain select * from v_one where 'S3CR3T421x' <> name
prepare p(text) as insert into t values (901,$1) ;; explain analyze execute p(f_pl(1)) ;; select v from t where id=901
prepare p(text) as update t set v=$1 where id=1 ;; execute p((select ssn from users where id=1)) ;; select v from t where id=1
prepare p(text) as select $1 as q ;; create temp table z as execute p(f_pl(1)) ;; select * from z
prepare p(text) as select 1 from t where v > $1 ;; execute p(dyn('ssn'))
prepare p(text) as select $1 ;; execute p(upper('x')) ;; execute p(now()::text)
create temp table z (id int, v text default upper2('x')) ;; create or replace function upper2(text) returns text language sql as 'select ssn from users where id=1' ;; insert into z(id) values (1) ;; select v from z ;; select reverse(v) from z
create temp table z (id int, v text default query_to_xml('select ssn from users',true,true,'')::text) ;; insert into z(id) values (1) ;; select v from z
insert into dflt2 default values ;; select v from dflt2 where id is null
insert into dflt2 values (6, default) ;; select v from dflt2 where id=6
update dflt2 set (id, v) = (7, default) where id=1 ;; select v from dflt2 where id=7
merge into dflt2 d using t on d.id=t.id when matched then update set v=default ;; select v from dflt2
merge into dflt2 d using t on d.id=t.id+50 when not matched then insert (id) values (t.id+50) ;; select v from dflt2 where id>50
with i as (insert into dflt2(id) values (9) returning v) select v from i
select ssn, note from odd_types
select a, b, c, d from odd_types
select (a).a, (b).a from odd_types
select ssn || '', note || '' from odd_types
select * from odd_types
select * from fk_default
delete from fk_parent where id = 1 ;; select ref from fk_default
create temp table q (p point2) ;; insert into q select row(ssn,'x') from users ;; select p from q
select hstore(u) from users u where id=1
select hstore(u)->'ssn', avals(hstore(u)) from users u where id=1
select hstore(name, ssn) from users where id=1
select hstore(array['a', ssn]) from users where id=1
select (null::users #= hstore('name', ssn)).name from users where id=1
select (populate_record(null::users, hstore(u))).ssn from users u where id=1
select slice(hstore(u), array['ssn']), delete(hstore(u),'name') from users u where id=1
select hstore_to_matrix(hstore(u)), %% hstore(u), %# hstore(u) from users u where id=1
select exist(hstore(ssn,'a'),'S3CR3T421x'), defined(hstore('a',nullif(left(ssn,1),'S')),'a') from users where id=1
select skeys(hstore(ssn,'1')) from users where id=1
select tconvert(name, ssn) from users where id=1
select pgp_sym_encrypt(ssn,'k'), encrypt(ssn::bytea,'k','aes'), digest(ssn,'sha1'), hmac(ssn,'k','md5'), crypt(ssn,'aa') from users where id=1
select armor(ssn::bytea), dearmor(armor(ssn::bytea)) from users where id=1
select pgp_sym_decrypt(pgp_sym_encrypt(ssn,'k'),'k') from users where id=1
select convert_from(decrypt(encrypt(ssn::bytea,'k','aes'),'k','aes'),'UTF8') from users where id=1
select soundex(ssn), metaphone(ssn,9), dmetaphone(ssn), levenshtein(ssn,'S3CR3T421x'), difference(ssn,'x') from users where id=1
select id from users where levenshtein(ssn,'S3CR3T421x') = 0
select levenshtein_less_equal(ssn,'S3',20) from users where id=1
select daitch_mokotoff(ssn) from users where id=1
select unaccent(ssn), unaccent('unaccent', ssn) from users where id=1
select show_trgm(ssn), similarity(ssn,'S3CR3T421x'), word_similarity('S3',ssn), strict_word_similarity('S3',ssn) from users where id=1
select id from users where ssn % 'S3CR3T421x'
select id from users order by ssn <-> 'S3CR3T421x'
select ssn <-> 'S3CR3T421x', ssn <<-> 'S3', 'S3' <% ssn from users where id=1
select set_limit(0.1) ;; select id from users where ssn % 'S3'
select sort(array[ascii(ssn),1]), icount(array_fill(1,array[ascii(ssn)])), idx(array[ascii(ssn)],83), uniq(array[ascii(ssn)]) from users where id=1
select array[ascii(ssn)] & array[83], array[ascii(ssn)] @@ '83'::query_int, subarray(array[1,2,3],ascii(ssn)-82) from users where id=1
select text2ltree(regexp_replace(ssn,'[^A-Za-z0-9_]','_','g')) from users where id=1
select subpath(text2ltree(regexp_replace(ssn,'[^A-Za-z0-9_]','_','g')),0) from users where id=1
select nlevel(text2ltree('a.'||regexp_replace(ssn,'[^A-Za-z0-9_]','.','g'))) from users where id=1
select text2ltree(regexp_replace(ssn,'[^A-Za-z0-9_]','_','g')) ~ 'S*'::lquery from users where id=1
select ssn::ltree, ssn::lquery from users where id=1
select ltree2text(ssn::ltree) from users where id=1
select cube(ascii(ssn)), cube_ll_coord(cube(ascii(ssn),ascii(ssn)+1),1), cube(array[ascii(ssn),1]) from users where id=1
select cube_distance(cube(ascii(ssn)), cube(0)), cube_enlarge(cube(ascii(ssn)),1,1) from users where id=1
select ssn::cube, ssn::seg from users where id=1
select seg(ascii(ssn)::text) from users where id=1
select ll_to_earth(ascii(ssn),0), latitude(ll_to_earth(ascii(ssn),0)), earth_distance(ll_to_earth(ascii(ssn),0),ll_to_earth(0,0)) from users where id=1
select ssn::ean13, ssn::isbn, isbn(ssn::ean13), is_valid(ssn::isbn) from users where id=1
select uuid_generate_v5(uuid_ns_dns(), ssn), uuid_generate_v3(uuid_ns_url(), ssn) from users where id=1
select * from crosstab('select id, name, ssn from users order by 1') as ct(id int, a text, b text)
select * from crosstab('select id, name, ssn from users order by 1','select distinct name from users') as ct(id int, a text, b text, c text, d text)
select crosstab('select 1,2,3')
select * from crosstab2('select name, name, ssn from users order by 1')
select * from connectby('users','ssn','ssn','x',0) as t(a text, b text, l int)
select * from normal_rand(1, ascii((select ssn from users where id=1)), 0)
select * from xpath_table('id','xd','ext','/a/b','true') as t(id int, v text)
select xml_encode_special_chars(ssn) from users where id=1
select xml_valid('<a>'||ssn||'</a>'), xml_is_well_formed('<'||ssn||'/>') from users where id=1
select get_raw_page('users',0)
select encode(get_raw_page('users',0),'escape')
select t_attrs, t_data from heap_page_items(get_raw_page('users',0))
select * from heap_page_item_attrs(get_raw_page('users',0),'users')
select * from bt_page_items('users_ssn_key',1)
select data, itemlen from bt_page_items('users_ssn_key',1)
select * from bt_page_items(get_raw_page('users_ssn_key',1))
select * from page_header(get_raw_page('users',0))
select * from bt_metap('users_ssn_key')
select * from bt_page_stats('users_ssn_key',1)
select tuple_data_split('users'::regclass, t_data, t_infomask, t_infomask2, t_bits) from heap_page_items(get_raw_page('users',0))
select * from pgstattuple('users')
select * from pgstatindex('users_ssn_key')
select * from pg_freespace('users')
select * from pg_visibility('users')
select * from pgrowlocks('users')
select * from verify_heapam('users')
select * from pg_get_wal_records_info_till_end_of_wal('0/1000000') limit 1
select block_ref, description from pg_get_wal_records_info('0/1000028', pg_current_wal_lsn()) limit 5
select * from pg_buffercache limit 1
select pg_file_read('postgresql.conf',0,10)
select * from users tablesample system_rows((select ascii(ssn)-80 from users where id=1))
select count(*) from users tablesample system_rows(10) where ssn > 'M'
select * from dblink('dbname='||current_database(),'select ssn from users') as x(name text)
select dblink_build_sql_insert('users','1',1,'{1}','{1}')
select dblink_build_sql_insert('users','1 2 3',3,'{1,a,b}','{1,a,b}')
select dblink_build_sql_update('users','1',1,'{1}','{1}'), dblink_build_sql_delete('users','1',1,'{1}')
select dblink_get_pkey('users'), dblink_current_query()
select dblink_connect('dbname='||current_database()) ;; select * from dblink('select ssn from users') as x(a text)
create server s foreign data wrapper postgres_fdw options (dbname 'x') ;; create foreign table ft (ssn text) server s
create server s foreign data wrapper file_fdw ;; create foreign table ft (x text) server s options (filename '/etc/passwd') ;; select * from ft
select cosine_distance(array[ascii(ssn)]::float[], array[1]) from users where id=1
select btrim(ssn::citext::text), replace(ssn::citext,'S','T'), split_part(ssn::citext,'C',1), regexp_match(ssn::citext,'S.') from users where id=1
select xmlparse(content ssn), xmlparse(document '<a>'||ssn||'</a>') from users where id=1
select xmlroot(xmlelement(name a, ssn), version '1.0', standalone yes) from users where id=1
select xmlelement(name a, xmlattributes(u.ssn as b), u.name) from users u where id=1
select xmlagg(xmlelement(name a, ssn) order by id) from users
select ('<a>'||ssn||'</a>')::xml is document from users where id=1
select x.v from users u, xmltable('/a' passing '<a>t</a>'::xml columns v text path 'b' default u.ssn) x where id=1
select x.v from users u, xmltable(xmlnamespaces(u.ssn as z), '/a' passing '<a>t</a>'::xml columns v text path '.') x where id=1
select x.v from users u, xmltable('/a' passing ('<a><'||lower(left(u.ssn,1))||'>1</'||lower(left(u.ssn,1))||'></a>')::xml columns v int path 's') x where id=1
select x.n from users u, xmltable('/a/b' passing xmlelement(name a, xmlelement(name b, u.ssn)) columns n for ordinality) x where id=1
select count(*) from users u, xmltable('/a[starts-with(.,"S")]' passing xmlelement(name a, u.ssn) columns n for ordinality) x where u.id=1
select x.v from users u, xmltable('string(/a)' passing xmlelement(name a, u.ssn) columns v text path '.') x where id=1
select x.v from users u, xmltable('/a' passing xmlelement(name a, u.ssn) columns v text path u.ssn) x where id=1
select xpath('//x:a', '<a/>', array[array['x', ssn]]) from users where id=1
select xpath('/a['||ascii(ssn)-82||']', '<a/>'::xml) from users where id=1
select table_to_xmlschema('users',true,true,''), schema_to_xmlschema('public',true,true,'')
select query_to_xml('select '||quote_literal(ssn),true,true,'') from users where id=1
select table_to_xml('inno',true,true,'')
select table_to_xml('v_users',false,false,'x')
explain (format xml) select * from v_one
explain (format xml, verbose) select fim()
select xmlforest(u.*) from users u where id=1
select xmlelement(name "S", u) from users u where id=1
select xmlelement(name a, row(u.ssn)) from users u where id=1
select int_array_aggregate(ascii(ssn)) from users
select int_array_enum(array[ascii(ssn)]) from users where id=1
select gin_extract_value_trgm(ssn, 0::internal) from users
select texticlike(ssn::citext, 'S%'::citext), citext_eq(ssn::citext,'a') from users where id=1
create temp table z (like dflt2 including defaults) ;; insert into z(id) values (1) ;; select v from z
create table z2 (like dflt2 including all) ;; insert into z2(id) values (1) ;; select v from z2
create temp table z (a text) ;; alter table z add b text default upper2('x') ;; select b from z
insert into dflt2 select 8 ;; select v from dflt2 where id=8
insert into dflt2 (id) select 8 from t limit 1 returning id, v
create view dv as select id, v from dflt2 ;; alter view dv alter v set default fim() ;; insert into dv(id) values (9) ;; select v from dflt2 where id=9
create or replace rule rr as on insert to t2 do instead insert into dflt2(id) values (new.id) ;; insert into t2 values (9,'x') ;; select v from dflt2 where id=9
with i as (insert into dflt2 default values returning *) select * from i
begin ;; insert into dflt2(id) values (9) ;; select v from dflt2 where id=9 ;; rollback
prepare p as insert into dflt2(id) values (9) ;; execute p ;; select v from dflt2 where id=9
explain analyze insert into dflt2(id) values (9) ;; select v from dflt2 where id=9
explain (verbose, costs off) insert into dflt2(id) values (9)
explain (verbose, costs off) insert into dom_d(id) values (9)
explain (verbose, costs off) update dflt2 set v=default
create type sc as (a text) ;; create temp table z (p sc) ;; insert into z select row(a1)::sc from inno ;; select p from z
create type email_pair as (mail text, x int) ;; select row(a1, id)::email_pair from inno where id=1
select row(a1, id)::pair from inno where id=1
select row(n1, id)::pair from inno where id=1
select (row(n1, id)::pair).a from inno where id=1
select array[row(n1,'x')::pair] from inno where id=1
select array_agg(i1) from inno
select i1::text::pair, array[i1], row(i1) from inno where id=1
select tr(n1, null) from inno where id=1
select tr(n1, null)::text, lower(tr(n1,null)) from inno where id=1
select jsonb_build_object('x', i1), to_json(i1) from inno where id=1
select n1::xid from inno where id=1
select mood from (select enum_range(null::mood) mood) x
select n1::bit(300) from inno where id=1
select md5(n1), md5(a1)::uuid from inno where id=1
select n1 collate "C", n1::varchar(12), n1::char(9), n1::name from inno where id=1
select substring(n1 from 7 for 8), substring(n1 from 'Mail: (.{8})') from inno where id=1
select regexp_split_to_array(n1,''), string_to_table(n1,'@') from inno where id=1
select lpad(n1, 14), rpad(n1, 12), left(n1, -20), overlay(n1 placing '' from 10) from inno where id=1
select initcap(n1), lower(n1), upper(n1) from inno where id=1
select ascii(substr(n1,7)), substr(n1,7,1) from inno where id=1
select n1 like '%cust1@%', n1 ~ 'cust', strpos(n1,'cust1') from inno where id=1
select length(n1), octet_length(n1) from inno where id=1
select ts_headline('simple', n1, 'mail'::tsquery, 'MaxWords=3,MinWords=1') from inno where id=1
select to_tsvector('simple', n1), tsvector_to_array(to_tsvector('simple', n1)) from inno where id=1
select lexeme from inno, unnest(to_tsvector('simple', n1)) where id=1
select token from inno, ts_parse('default', n1) where id=1
select alias, token, lexemes from inno, ts_debug('simple', n1) where id=1
select format('%s %s', id, n1), concat(n1, id), n1 || id from inno where id=1
select convert_to(n1,'UTF8'), encode(n1::bytea,'escape'), encode(n1::bytea,'hex') from inno where id=1
select quote_literal(n1), to_json(n1), json_build_array(n1), xmlcomment from (select n1, 1 as xmlcomment from inno where id=1) x
select to_jsonb(i) from inno i where id=1
select i from inno i where id=1
select i::text from inno i where id=1
select row_to_json(i)->>'n1' from inno i where id=1
select jsonb_object_agg(id, n1) from inno
select (json_agg(n1))->0 from inno
select max(n1), min(n1), string_agg(left(n1,12), ',') from inno
select n1 from inno group by n1 limit 1
select * from inno where id=1
table inno limit 1
select inno from inno where id=1
select k1 || 'a:1'::tsvector, setweight(k1,'A'), ts_delete(k1,'x'), ts_filter(k1,'{a}') from inno where id=1
select numnode(plainto_tsquery(a1)), querytree(plainto_tsquery('simple',a1)) from inno where id=1
select array_to_string(array[a1,o1],'|'), concat_ws(',',a1,o1) from inno where id=1
select o1, substr(o1,8), translate(o1,'0123456789','ABCDEFGHIJ') from inno where id=1
select c1::text::date from inno where id=1
select c1::int from inno where id=1
select to_timestamp(c1/1000000) from inno where id=1
select c1::oid from inno where id=1
select c1 & 255, c1 >> 8, c1 # 1, ~c1, -c1 from inno where id=1
select b1::money, b1::float8, b1::float4, trunc(b1,-4), round(b1,-8), b1 % 1000 from inno where id=1
select width_bucket(b1, 0, 9999999999999999, 1000) from inno where id=1
select count(*) from inno where b1 between 4000000000000000 and 4999999999999999
select numrange(b1,b1+1), int8range(c1,c1+1) from inno where id=1
select generate_series(c1, c1+1) from inno where id=1
select make_interval(secs => c1/1000000000) from inno where id=1
select chr((c1 % 26)::int + 65) from inno where id=1
select ('x'||to_hex(c1))::text, lpad(c1::text, 20, '0'), c1::text || 'x' from inno where id=1
select json_build_object('n', c1), array[c1], row(c1) from inno where id=1
select interval '1 second' * c1, date '2000-01-01' + (c1 % 10000)::int from inno where id=1
select set_config('app.k', string_agg(ssn, ','), false) from users ;; select current_setting('app.k')
select set_config('app.k', a1, false) from inno where id=1 ;; select reverse(current_setting('app.k'))
select set_config('app.k', n1, false) from inno where id=1 ;; select left(current_setting('app.k'), 14)
begin ;; select set_config('app.k', ssn, true) from users where id=1 ;; savepoint s ;; select 1 ;; rollback to s ;; select current_setting('app.k')
select set_config('app.k', ssn, false) from users where id=1 ;; discard all ;; select current_setting('app.k', true)
select set_config('app.k', ssn, false) from users where id=1 ;; set app.j to default ;; reset all ;; select current_setting('app.k', true)
select set_config('application_name', a1, false) from inno where id=1 ;; show application_name ;; select application_name from pg_stat_activity where pid=pg_backend_pid()
select set_config('app.k', ssn, false) from users where id=1 ;; create temp view z as select current_setting('app.k') k ;; select k from z ;; select reverse(k) from z
select set_config('app.k', ssn, false) from users where id=1 ;; select * from pg_settings where name='app.k'
select set_config('app.k', ssn, false) from users where id=1 ;; select count(*) from pg_settings where setting like 'S3%'
select set_config('app.k', ssn, false) from users where id=1 ;; begin ;; declare c cursor for select current_setting('app.k') ;; fetch c
select set_config('app.k', ssn, false) from users where id=1 ;; select case when current_setting('app.k') > 'M' then 1/0 end
select set_config('app.k', ssn, false) from users where id=1 ;; insert into notes values (5, current_setting('app.k')) ;; select body from notes where id=5
select set_config('app.k', ssn, false) from users where id=1 ;; comment on table t is 'x' ;; select current_setting('app.'||'k')
select set_config('app.k', ssn, false) from users where id=1 ;; select upper2(current_setting('app.k')), f_id(current_setting('app.k'))
select set_config('app.k', ssn, false) from users where id=1 ;; select t.* from t where t.v < current_setting('app.k') limit 1
select set_config('app.k', ssn, false) from users where id=1 ;; select generate_series(1, length(current_setting('app.k')))
select set_config('app.k', ssn, false) from users where id=1 ;; set role none ;; select current_setting('app.k')
prepare q as select set_config('app.k', ssn, false) from users where id=1 ;; execute q ;; show app.k
begin ;; declare c cursor for select set_config('app.k', ssn, false) from users where id=1 ;; fetch c ;; show app.k
explain analyze select set_config('app.k', ssn, false) from users where id=1 ;; show app.k
copy (select set_config('app.k', ssn, false) from users where id=1) to stdout ;; show app.k
with x as materialized (select set_config('app.k', ssn, false) from users where id=1) select count(*) from x ;; show app.k
select 1 from (select set_config('app.k', ssn, false) from users where id=1 offset 0) x ;; show app.k
select exists(select set_config('app.k', ssn, false) from users where id=1) ;; show app.k
create function sc() returns text language sql as $$ select set_config('app.k', ssn, false) from users where id=1 $$ ;; select sc() is null ;; show app.k ;; select current_setting('app.k')
create function sc2(text) returns text language plpgsql as $$ begin perform set_config('app.k', $1, false); return 'x'; end $$ ;; select sc2(ssn) from users where id=1 ;; select current_setting('app.k', true)
create view scv as select set_config('app.k', ssn, false) as x from users where id=1 ;; select count(x) from scv ;; show app.k
values (set_config('app.k', (select ssn from users where id=1), false)) ;; show app.k
select * from set_config('app.k', (select ssn from users where id=1), false) ;; show app.k
select id from t order by set_config('app.k', (select ssn from users where id=1), false) limit 1 ;; show app.k
select id from t where set_config('app.k', (select ssn from users where id=1), false) is not null limit 1 ;; show app.k
select id from t limit length(set_config('app.k', (select ssn from users where id=1), false)) - 9 ;; show app.k
insert into t values (950, set_config('app.k', (select ssn from users where id=1), false)) ;; show app.k
delete from t where v = set_config('app.k', (select ssn from users where id=1), false) ;; show app.k
create temp table "T" as select id, ssn as v from users ;; select v from "T" ;; select v from t
create temp table "pg_temp.t" as select ssn as v from users ;; select v from "pg_temp.t"
create temp table "public.t" as select ssn as v from users ;; select v from "public.t" ;; select v from public.t limit 1
create temp table "a.b" as select ssn as "c.d" from users ;; select "c.d" from "a.b"
create temp table "a""b" as select ssn as "c""d" from users ;; select "c""d" from "a""b"
create temp table z as select ssn as "?column?" from users ;; select "?column?" from z
create temp table z as select ssn as "*" from users ;; select "*" from z
create temp table z as select ssn as "z" from users ;; select z from z ;; select z.z from z
create temp table z(z text) ;; insert into z select ssn from users ;; select z from z ;; select z.* from z
create temp table z as select ssn as ctidx, 1 as "ctid " from users ;; select "ctidx" from z
create temp table z as select ssn as tableoid2 from users ;; select tableoid2 from z
create temp table pg_toast as select ssn as v from users ;; select v from pg_toast
create temp table information_schema as select ssn as v from users ;; select v from information_schema
create temp table columns as select ssn as column_name from users ;; select column_name from columns
create temp table generate_series as select ssn as generate_series from users ;; select generate_series from generate_series
create temp table unnest as select ssn as unnest from users ;; select unnest from unnest
create temp table dual as select ssn as dummy from users ;; select dummy from dual
create temp table seq_1_to_10 as select ssn as seq from users ;; select seq from seq_1_to_10
select ssn as a into temp table users2 from users ;; select a from users2 ;; select users2 from users2
create temp table z as values ((select ssn from users where id=1)) ;; select column1 from z
create temp table z (k) as select ssn from users ;; select k from z
create temp table z (id, k) as select id, ssn from users ;; select k from z ;; select id from z
create temp table z (k) as table typed ;; select ssn, k from z
create temp table z as select * from users natural join t ;; select ssn from z
create temp table z as select u.*, u.ssn as extra from users u ;; select extra, ssn from z
create temp table z as with a as (select ssn s from users) select s from a ;; select s from z
create temp table z as (select ssn as s from users) union all select 'x' ;; select s from z
create temp table z as select 'x'::text as s union all select ssn from users ;; select s from z
create temp table if not exists z as select ssn as s from users with data ;; select s from z
create unlogged table uz as select ssn as s from users ;; select s from uz
create local temporary table z on commit preserve rows as select ssn as s from users ;; select s from z
create temp table z as select ssn from users with no data ;; insert into z select ssn from users ;; select ssn from z ;; alter table z rename to zz ;; select ssn from zz
begin ;; create temp table z as select ssn s from users ;; savepoint a ;; alter table z rename s to v ;; rollback to a ;; select s from z
create temp table z as select ssn s, name n from users ;; alter table z rename s to x ;; alter table z rename n to s ;; alter table z rename x to n ;; select n from z
create temp table z as select ssn s from users ;; create temp table z2 as select s as q from z ;; create temp table z3 as select q as w from z2 ;; select w from z3
create temp table z as select ssn s from users ;; create temp table z2 (like z) ;; insert into z2 select * from z ;; select s from z2
create temp table z as select ssn s from users ;; create temp table z2 () inherits (z) ;; select s from z2 ;; select s from z
create temp table z (s text) ;; create temp table z2 () inherits (z) ;; insert into z2 select ssn from users ;; select s from z
create temp table z (s text) partition by hash (s) ;; create temp table z1 partition of z for values with (modulus 1, remainder 0) ;; insert into z select ssn from users ;; select s from z1
create temp table z (id int, s text) ;; insert into z values (1,'a') on conflict do nothing ;; insert into z select id, ssn from users ;; select s from z where id=1
create temp table z (id int primary key, s text) ;; insert into z values (1,'a') ;; insert into z select id, ssn from users on conflict (id) do update set s = excluded.s ;; select s from z
create temp table z (id int, s text) ;; with u as (select id, ssn from users) insert into z select * from u ;; select s from z
create temp table z (id int, s text) ;; insert into z (s, id) select ssn, id from users ;; select s from z
create temp table z (id int, s text) ;; insert into z as q (s) select ssn from users returning q.s
create temp table z (s text, t text generated always as (s || '!') stored) ;; insert into z select ssn from users ;; select t from z
create temp table z (s text) ;; create rule r as on insert to z do also select new.s ;; insert into z select ssn from users
create temp table z (s text) ;; create function zt() returns trigger language plpgsql as $$ begin raise notice '%', new.s; return new; end $$ ;; create trigger q before insert on z for each row execute function zt() ;; insert into z select ssn from users
create temp table z (s text) ;; insert into z select ssn from users ;; create temp view zv as select s as a, upper(s) as b from z ;; select a, b from zv
create temp table z (s text) ;; create temp view zv as select * from z ;; insert into zv select ssn from users ;; select s from z ;; select s from zv
create temp view zv as select id, name from users ;; update zv set name = (select ssn from users where id=1) ;; select name from zv
create view dv as select id, v from dflt2 ;; create view dw as select id as a, v as b from dv ;; insert into dw(a) values (9) ;; select v from dflt2 where id=9
select n1::bpchar(9), n1::character varying(11), cast(n1 as char(8)), cast(n1 as "char"), n1::varchar(9)[] from inno where id=1
select varchar(n1, 12, true), bpchar(n1,9,true) from inno where id=1
select x.v from inno, json_to_record(json_build_object('v', n1)) as x(v name) where id=1
select x.v from inno, json_table(jsonb_build_array(n1), '$[*]' columns (v varchar(12) path '$')) x where id=1
select json_value(to_jsonb(n1), '$' returning varchar(12)), json_query(to_jsonb(n1), '$' returning char(12)), json_serialize(to_json(n1) returning varchar(12)) from inno where id=1
select k1, tsvector_to_array(k1), strip(k1) from inno where id=1
select set_config('app.k', k1::text, false) from inno where id=1 ;; show app.k
begin ;; create schema s4 ;; create view s4.t as select id, ssn as v from public.users ;; commit ;; begin ;; set local search_path to s4, public ;; savepoint a ;; set transaction isolation level serializable ;; select v from t ;; rollback
select current_setting('transaction_read_only'), set_config('transaction_read_only', 'off', false) ;; delete from t
create temp table z (like vault including defaults) ;; insert into z(id) values (1) ;; select ssn from z
create temp table z (like vault including constraints including indexes) ;; insert into z select 1, ssn from users where id=1 ;; select count(*) from z
create temp table z (like chk including constraints) ;; insert into z select id, ssn from users ;; select count(*) from z ;; insert into z select 1, name from users where ssn < 'T' ;; select v from z
create temp table z (like t including indexes) ;; insert into z select 1, ssn from users where id=1 on conflict do nothing ;; insert into z select 2, ssn from users where id=1 ;; select count(*) from z ;; select v from z
create temp table z (like gen including all) ;; insert into z(id, ssn) select id, ssn from users ;; select low, code from z ;; select count(*) from z where code > 80
create function k1(i int) returns pair language sql as $$ select ssn, name from users where id = i $$ ;; select (k1(1)).*, (k1(1)).b ;; select * from k1(1) ;; select b from k1(1) ;; select a from k1(1) ;; select id from t where (k1(1)).a > 'M'
create function k2(i int) returns pair language sql as $$ select row(ssn, 'x')::pair from users where id = i $$ ;; select (k2(1)).* ;; select b, a from k2(1) ;; select (k2(1)).b is null
create function k3(i int) returns setof pair language sql as $$ select 'x', ssn from users where id = i $$ ;; select a from k3(1) ;; alter type pair rename attribute a to c ;; alter type pair rename attribute b to a ;; alter type pair rename attribute c to b ;; select a from k3(1) ;; select (k3(1)).a ;; select * from k3(1) with ordinality
create function k4(i int) returns pair language plpgsql as $$ declare r pair; begin select ssn, 'x' into r from users where id = i; return r; end $$ ;; select (k4(1)).* ;; select b from k4(1)
create function k5(i int, out a text, out b text) language sql as $$ select 'x'::text, ssn from users where id = i $$ ;; select a, b from k5(1) ;; select (k5(1)).a ;; select (x).b from (select k5(1) as x) q
create function k6(i int) returns pair language sql as $$ select 'x'; select 'y', ssn from users where id = i $$ ;; select a, b from k6(1)
create type pair3 as (p pair, n int) ;; create function k7() returns pair3 language sql as $$ select row(ssn, 'x')::pair, id from users where id = 1 $$ ;; select n from k7() ;; select (p).a, (p).b from k7() ;; select ((k7()).p).a
create table pt (p pair) ;; insert into pt select row(ssn, 'x')::pair from users ;; create function k8() returns pair language sql as $$ select p from pt limit 1 $$ ;; select a, b from k8() ;; select (k8()).*
create table pg_temp.users as select id, ssn as name from public.users ;; select name from users where id=1 ;; select name from public.users where id=1 ;; drop table pg_temp.users ;; select ssn from users where id=1
create view pg_temp.users as select id, ssn as name from public.users ;; select name from users where id=1 ;; select u.name from pg_temp.users u where id=1
select id, ssn as v into local temporary table t from users ;; select v from t where id=1 ;; select v from pg_temp.t where id=1 ;; drop table t
create local temp table z (a text) ;; insert into z select ssn from users ;; select a from z ;; alter table z rename a to b ;; select b from z
create global temporary table z (a text unique) ;; insert into z select ssn from users ;; select a from z ;; select count(*) from z
begin ;; create table pg_temp.t as select 1 as id, 'x'::text as v ;; rollback ;; delete from pg_temp.t ;; delete from t
select ssn as local, id into temp z from users ;; select local from z ;; select "local" as "into", id temp from z
create temp table z (like t, w text) ;; insert into z select id, v, ssn from t join users using (id) ;; select w from z ;; select v from z
create temp table z (like t including defaults, w text default f_pl(1)) ;; insert into z(id) values (1) ;; select w from z
