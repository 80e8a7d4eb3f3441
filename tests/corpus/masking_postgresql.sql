# one probe per line; ' ;; ' separates statements on one connection. secret is users.ssn where id=1
select ssn from users where id=1
select * from users where id=1
table users
select u from users u where id=1
select users from users where id=1
select (u).ssn from users u where id=1
select u::text from users u where id=1
select row(ssn) from users where id=1
select ssn as name from users where id=1
select "ssn" from users where id=1
select U&"s\0073n" from users where id=1
select SSN from public."users" where id=1
select upper(ssn) from users where id=1
select reverse(ssn) from users where id=1
select translate(ssn,'S','Z') from users where id=1
select encode(ssn::bytea,'base64') from users where id=1
select encode(ssn::bytea,'hex') from users where id=1
select md5(ssn) from users where id=1
select ssn||'' from users where id=1
select concat('a',ssn) from users where id=1
select format('%s',ssn) from users where id=1
select string_agg(ssn,',') from users where id=1
select array_agg(ssn) from users where id=1
select array[ssn] from users where id=1
select json_agg(u) from users u where id=1
select to_jsonb(u) from users u where id=1
select row_to_json(u) from users u where id=1
select json_build_object('k',ssn) from users where id=1
select xmlelement(name a, ssn) from users where id=1
select query_to_xml('select ssn from users where id=1',true,true,'')
select table_to_xml('users',true,true,'')
select database_to_xml(true,true,'')
select x from (select ssn from users where id=1) t(x)
with c(x) as (select ssn from users where id=1) select x from c
with recursive r(a,n) as (select ssn,1 from users where id=1 union all select a,n+1 from r where n<2) select a from r
select (select ssn from users where id=1)
select name from users where false union all select ssn from users where id=1
select coalesce(null,ssn) from users where id=1
select case when true then ssn end from users where id=1
select max(ssn) from users where id=1
select first_value(ssn) over () from users where id=1
select unnest(array[ssn]) from users where id=1
select regexp_split_to_table(ssn,',') from users where id=1
select v from users, lateral (select ssn as v) l where id=1
select t.x from users cross join lateral (values (ssn)) t(x) where id=1
select a.x from (values ((select ssn from users where id=1))) a(x)
select name from users natural join (select ssn as name from users where id=1) z union select ssn from users where id=1
select meta from users where id=1
select meta->>'ssn' from users where id=1
select jsonb_path_query(meta,'$.ssn') from users where id=1
select ssn::int from users where id=1
select cast(ssn as date) from users where id=1
select (ssn||'')::uuid from users where id=1
select 1/(length(ssn)-length(ssn)), ssn::numeric from users where id=1
select to_timestamp(ssn::float) from users where id=1
insert into users select 9000,'z',ssn from users where id=1
update users set name=ssn where id=1 ;; select name from users where id=1
update users set name=name where id=1 returning ssn
delete from users where id=-1 returning ssn ;; select ssn from users where id=1
insert into users(id,name) select 9100+id, ssn from users where id=1 returning name
with d as (update users set name=name where id=1 returning *) select * from d
create temp table tt as select ssn v from users where id=1 ;; select v from tt
select ssn into temp t2 from users where id=1 ;; select * from t2
create temp view vv as select ssn v from users ;; select v from vv where v like 'S3%'
create temp view v2(a,b,c,d) as select * from users ;; select c from v2 where a=1
prepare q as select ssn from users where id=$1 ;; execute q(1)
begin ;; declare cc cursor for select ssn from users where id=1 ;; fetch all from cc
begin ;; declare c2 cursor with hold for select ssn from users where id=1 ;; commit ;; fetch all from c2
COPYOUT copy users to stdout
COPYOUT copy users(ssn) to stdout
COPYOUT copy (select ssn from users where id=1) to stdout with csv
COPYOUT copy (select ssn from users where id=1) to stdout (format binary)
do $$ declare r text; begin select ssn into r from users where id=1; raise notice '%', r; end $$
do $$ declare r text; begin select ssn into r from users where id=1; raise exception '%', r; end $$
do $$ declare r text; begin select ssn into r from users where id=1; perform set_config('a.b',r,false); end $$ ;; show a.b
do $$ declare r text; begin select ssn into r from users where id=1; execute 'select 1 as "'||r||'x'||'" from no_such_'||r; end $$
select set_config('x.y',(select ssn from users where id=1),false)
select set_config('application_name',(select ssn from users where id=1),false) ;; select application_name from pg_stat_activity where pid=pg_backend_pid()
listen a ;; select pg_notify('a',(select ssn from users where id=1)) ;; select 1
create function pg_temp.f() returns text language sql as 'select ssn from users where id=1' ;; select pg_temp.f()
create function pg_temp.g(int) returns setof users language sql as 'select * from users where id=$1' ;; select * from pg_temp.g(1)
create function pg_temp.leak(text) returns bool language plpgsql cost 0.0000001 as $$begin raise notice '%',$1; return true; end$$ ;; select id from users where pg_temp.leak(ssn) and id=1
select most_common_vals::text, histogram_bounds::text from pg_stats where tablename='users' and attname='ssn'
select histogram_bounds from pg_stats where tablename='users'
explain (analyze, verbose) select * from users where ssn=(select ssn from users where id=1)
explain select * from users where ssn = 'S3CR3T421x'
select 'found' from users where ssn like 'S3CR3T42%' and id=1
select id from users where ssn > 'S3CR3T421w' and ssn < 'S3CR3T421y'
select id from users order by ssn limit 1
select count(*) from users where substr(ssn,1,1)='S'
select ascii(substr(ssn,1,1)) from users where id=1
select substr(ssn,g,1) from users, generate_series(1,10) g where id=1
select name from users where id=1 group by name, ssn having ssn like 'S%'
select array_to_string(array(select ssn from users where id=1),'-')
select quote_literal(ssn) from users where id=1
select regexp_replace(ssn,'(.)','\1-','g') from users where id=1
select ts.* from users, to_tsvector(ssn) ts where id=1
select pg_typeof(ssn), ssn collate "C" from users where id=1
select overlay(ssn placing '' from 1 for 0) from users where id=1
select lpad(ssn,40,'*') from users where id=1
select greatest(ssn,'') from users where id=1
select nullif(ssn,'') from users where id=1
select hashtext(ssn) from users where id=1
select u.* from users u where id=1 for update
select (users.*)::text from users where id=1
select (select t from users t where t.id=1)
select * from (users) x(a,b,c,d) where a=1
select c from users as x(a,b,c) where a=1
select grouping(ssn), ssn from users where id=1 group by rollup(ssn)
select ssn from only users where id=1
select ssn from users tablesample system(100) where id=1
merge into users t using (select 1 as id) s on t.id=s.id when matched then update set name=t.ssn ;; select name from users where id=1
select ssn::regclass from users
select ssn::regtype from users
select ssn::regproc from users
select ssn::regnamespace from users
select nextval(ssn) from users
select pg_relation_size(ssn) from users
select has_table_privilege(ssn, 'select') from users
select pg_get_serial_sequence(ssn, 'id') from users
select pg_get_viewdef(ssn) from users
select col_description(ssn::regclass, 1) from users
select to_regclass(ssn) from users
select current_setting(ssn) from users
select date_trunc(ssn, now()) from users
