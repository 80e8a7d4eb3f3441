# Harmless, though a word in it sounds like destruction. Written before anybody had looked at how they fare.
select id, kind, "delete" from jobs where "delete" order by id limit 5
select count(*) from jobs where kind = 'DeleteExpired'
select "delete" from jobs where id = 9
select j."delete" as "drop" from jobs j order by j.id limit 3
select 'DROP TABLE shipments' as text
select 'delete from accounts; truncate invoices; --' as note, count(*) from courses
select $$DROP DATABASE prod;$$ as quoted
select $body$ begin; delete from x; commit; $body$ as script
select E'it''s \'dropped\'; DELETE FROM t' as escaped
select U&'DROP\0020TABLE' as unicode
select /* drop table x; */ count(*) from courses
select count(*) from courses -- delete from courses
select count(*) /* /* nested; truncate */ grant all */ from courses
/* UPDATE accounts SET plan = 'free' */ select count(*) from accounts
-- migration: alter table add column
select title from articles where title ilike '%drop a table%' order by id limit 2
select slug from articles where title like 'How to drop%' and status <> 'deleted' order by id limit 2
select action, count(*) from audit_log group by action order by action
select action, object, statement from audit_log where action in ('DELETE', 'TRUNCATE') order by id limit 6
select statement from audit_log where statement like 'DROP TABLE%' order by id limit 1
select * from audit_log where action = 'DROP TABLE' order by id limit 3
select count(*) filter (where action = 'DELETE') as deletes, count(*) filter (where action = 'UPDATE') as updates, count(*) filter (where action = 'INSERT') as inserts from audit_log
select * from "update" order by id limit 3
select "drop", "truncate", "grant", "alter", "insert" from "update" where id = 4
select u."grant" + u."drop" as total from "update" u order by u.id limit 4
select id from "update" where deleted_at is null and not "truncate" order by id
select id from "update" where deleted_at is not null order by id
select * from deleted_updates order by id
select item_id, drop_rate from drops order by drop_rate desc, id limit 3
select i.rarity, avg(d.drop_rate) as drop_rate from drops d join items i on i.id = d.item_id group by i.rarity order by 1
select drop_share(3, 8) as drop_share
with deleted as (select id from "update" where deleted_at is not null) select count(*) from deleted
with "delete" as (select 1 as "insert") select "insert" from "delete"
with updated (n) as (values (1), (2)) select sum(n) as truncate_total from updated
select 1 as drop, 2 as delete, 3 as update, 4 as truncate, 5 as alter
select replace('drop table', 'table', 'off'), upper('delete'), position('truncate' in 'we truncate')
select regexp_replace(statement, '(DELETE|DROP|TRUNCATE)', '[\1]') as marked from audit_log order by id limit 5
select case when action = 'DROP TABLE' then 'DROP' else 'other' end as kind, count(*) from audit_log group by 1 order by 1
select string_agg(distinct action, '; ' order by action) as seen from audit_log
select '{"op": "DELETE", "sql": "drop table t"}'::jsonb->>'sql' as sql
select jsonb_build_object('delete', count(*)) from audit_log where action = 'DELETE'
select array['delete', 'drop', 'truncate'] as words
select 'delete' = any(array['delete', 'insert']) as found
values ('delete from x'), ('drop table y')
select queue as "queue; drop table jobs" from jobs order by id limit 1
select count(*) as "DELETE FROM jobs" from jobs
explain (costs off) select "delete" from jobs where id = 1
explain (costs off) select statement from audit_log where action = 'TRUNCATE'
select table_name from information_schema.tables where table_name in ('update', 'drops') order by 1
select privilege_type, count(*) > 0 from information_schema.role_table_grants where table_name = 'update' group by 1 order by 1
select tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1
select tablename, rulename, definition from pg_rules where schemaname = 'public' order by 1
select polname, polcmd from pg_policy order by 1
select has_table_privilege('drops', 'DELETE'), has_table_privilege('drops', 'TRUNCATE')
select conname, confdeltype, confupdtype from pg_constraint where contype = 'f' and conrelid = 'drops'::regclass
select n_tup_ins >= 0, n_tup_upd >= 0, n_tup_del >= 0 from pg_stat_user_tables where relname = 'drops'
select col_description('"update"'::regclass, 2)
select name, setting from pg_settings where name in ('vacuum_cost_delay', 'log_truncate_on_rotation') order by name
select name from django_migrations where name like '%drop%'
begin ;; select "delete", count(*) from jobs group by "delete" order by 1 ;; commit
prepare "delete" as select count(*) from jobs where "delete" = $1 ;; execute "delete" (true) ;; deallocate "delete"
begin ;; declare "drop" cursor for select id, "drop" from "update" order by id ;; fetch 2 from "drop" ;; close "drop" ;; rollback
begin ;; savepoint truncate_me ;; select count(*) from drops ;; rollback to truncate_me ;; commit
create temp table deletions as select action, count(*) as n from audit_log group by action ;; select * from deletions order by action
copy (select id, action from audit_log where action = 'DELETE' order by id limit 3) to stdout
set application_name = 'drop table users' ;; select count(*) from drops
select length('DELETE FROM "update" WHERE "drop" = 1')
select date_trunc('day', "insert") as day, count(*) from "update" group by 1 order by 1 limit 3
select kind from jobs where kind ~* '(delete|truncate|drop)' group by kind order by kind
select trunc(drop_rate, 1) as trunc, count(*) from drops group by 1 order by 1
select delete from jobs where id = 9
select drop, truncate, alter from update where id = 4
select u.insert, u.update from (select insert, drop as update from update) u order by 1 limit 2
select sum(drop) from update
select id from update where drop > 2 order by id
select begin, commit, rollback from (values (1, 2, 3)) as t (begin, commit, rollback)
with drop as (select 1 as alter) select alter from drop where alter = 1
select lock, count(*) from (select 1 as lock) t group by lock
select interval + 1 from (select 7 as interval) t
