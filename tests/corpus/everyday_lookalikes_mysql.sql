# Harmless, though a word in it sounds like destruction. Written before anybody had looked at how they fare.
select id, kind, `delete` from jobs where `delete` order by id limit 5
select count(*) from jobs where kind = 'DeleteExpired'
select `delete` from jobs where id = 9
select j.`delete` as `drop` from jobs j order by j.id limit 3
select j.delete from jobs j where j.id = 9
select 'DROP TABLE shipments' as text
select "DROP TABLE shipments" as text
select 'delete from accounts; truncate invoices; -- ' as note, count(*) from courses
select 'it''s \'dropped\'; DELETE FROM t' as quoted
select /* drop table x; */ count(*) from courses
select count(*) from courses -- delete from courses
select count(*) from courses # truncate courses
/* UPDATE accounts SET plan = 'free' */ select count(*) from accounts
-- migration: alter table add column
select title from articles where title like '%drop a table%' order by id limit 2
select slug from articles where title like 'How to drop%' and status <> 'deleted' order by id limit 2
select slug from articles where match (title, body) against ('+drop -delete' in boolean mode) order by id limit 2
select action, count(*) from audit_log group by action order by action
select action, object, statement from audit_log where action in ('DELETE', 'TRUNCATE') order by id limit 6
select statement from audit_log where statement like 'DROP TABLE%' order by id limit 1
select * from audit_log where action = 'DROP TABLE' order by id limit 3
select sum(action = 'DELETE') as deletes, sum(action = 'UPDATE') as updates, sum(action = 'INSERT') as inserts from audit_log
select * from `update` order by id limit 3
select `drop`, `truncate`, `grant`, `alter`, `insert` from `update` where id = 4
select u.`grant` + u.`drop` as total from `update` u order by u.id limit 4
select id from `update` where deleted_at is null and not `truncate` order by id
select id from `update` where deleted_at is not null order by id
select * from deleted_updates order by id
select item_id, drop_rate from drops order by drop_rate desc, id limit 3
select i.rarity, avg(d.drop_rate) as drop_rate from drops d join items i on i.id = d.item_id group by i.rarity order by 1
select drop_share(3, 8) as drop_share
with deleted as (select id from `update` where deleted_at is not null) select count(*) from deleted
with `delete` as (select 1 as `insert`) select `insert` from `delete`
select 1 as `drop`, 2 as `delete`, 3 as 'update', 4 as truncate
select replace('drop table', 'table', 'off'), upper('delete'), locate('truncate', 'we truncate'), insert('delete', 1, 2, 'xx')
select truncate(drop_rate, 1) as trunc, count(*) from drops group by 1 order by 1
select truncate(123.456, 1), replace('update', 'up', 'down')
select regexp_replace(statement, '(DELETE|DROP|TRUNCATE)', '[\\1]') as marked from audit_log order by id limit 5
select case when action = 'DROP TABLE' then 'DROP' else 'other' end as kind, count(*) from audit_log group by 1 order by 1
select group_concat(distinct action order by action separator '; ') as seen from audit_log
select json_value('{"op": "DELETE", "sql": "drop table t"}', '$.sql') as `sql`
select json_object('delete', count(*)) from audit_log where action = 'DELETE'
select find_in_set('delete', 'insert,delete'), field('drop', 'a', 'drop'), elt(2, 'update', 'truncate')
values ('delete from x'), ('drop table y')
select queue as `queue; drop table jobs` from jobs order by id limit 1
select count(*) as `DELETE FROM jobs` from jobs
explain select `delete` from jobs where id = 1
explain select statement from audit_log where action = 'TRUNCATE'
describe `update`
show columns from `update` like 'd%'
show create table `update`
show index from drops
show tables like 'drop%'
show triggers like 'drop%'
show variables like '%delete%'
show global status like 'Com_drop_table'
show status like 'Handler_delete'
select table_name from information_schema.tables where table_schema = database() and table_name in ('update', 'drops') order by 1
select privilege_type from information_schema.user_privileges where privilege_type = 'DELETE' limit 1
select constraint_name, delete_rule from information_schema.referential_constraints where constraint_schema = database() and table_name = 'drops'
select trigger_name, event_manipulation from information_schema.triggers where event_manipulation = 'DELETE' and trigger_schema = database()
select routine_definition from information_schema.routines where routine_name = 'drop_share' and routine_schema = database()
select name from django_migrations where name like '%drop%'
start transaction ;; select `delete`, count(*) from jobs group by `delete` order by 1 ;; commit
start transaction ;; savepoint truncate_me ;; select count(*) from drops ;; rollback to truncate_me ;; commit
prepare `delete` from 'select count(*) from jobs where `delete` = ?' ;; set @drop = 1 ;; execute `delete` using @drop ;; deallocate prepare `delete`
create temporary table deletions as select action, count(*) as n from audit_log group by action ;; select * from deletions order by action
set @delete = 'drop table x' ;; select @delete
select length('DELETE FROM `update` WHERE `drop` = 1')
select date(`insert`) as day, count(*) from `update` group by 1 order by 1 limit 3
select kind from jobs where kind regexp '(delete|truncate|drop)' group by kind order by kind
select * from jobs where `delete` = 1 and state = 'failed' order by id limit 3
select update.id from `update` where `update`.drop > 2 order by 1
select begin, commit, rollback, savepoint, execute from (select 1 as begin, 2 as commit, 3 as rollback, 4 as savepoint, 5 as execute) t
select charset, any + 1 from (select 'utf8mb4' as charset, 2 as any) t
select shutdown, flush, reset, stop from (select 1 as shutdown, 2 as flush, 3 as reset, 4 as stop) t
