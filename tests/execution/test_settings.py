"""Settings of a person's own session, on a real server."""

from pathlib import Path

import pytest

from bastion.core.model import RunOptions, Status
from tests.conftest import DatabaseServer
from tests.execution.changing import last
from tests.execution.test_effect import set_policy
from tests.fakes.rig import collect, production_rig, running_rig, yes_to_next


@pytest.mark.parametrize("engine", ["postgres", "mariadb"])
async def test_a_limit_that_a_person_sets_ends_their_statements_and_lifts_none(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
):
    server: DatabaseServer = request.getfixturevalue(f"{engine}_server")
    url = server.create_database("limits")
    is_postgres = engine == "postgres"
    short = "set statement_timeout = '100ms'" if is_postgres else "set max_statement_time = 0.1"
    none = "set statement_timeout = 0" if is_postgres else "set max_statement_time = 0"
    sleep, standing = (
        ("select pg_sleep(5)", "show statement_timeout")
        if is_postgres
        else ("select sleep(5) from (select 1) t", "select @@max_statement_time")
    )
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_target("prod", url, "production")
        async with rig.runner("ann", "prod") as runner:
            assert (await collect(runner, short))[0].status is Status.OK
            finished, _, _ = await collect(runner, sleep)
            assert finished.status is Status.TIMEOUT
            assert (await collect(runner, none))[0].status is Status.OK
            _, rows, _ = await collect(runner, standing)
            assert rows == [(b"1min",)] if is_postgres else [(b"60.000000",)]
            if is_postgres:
                for text in ("begin", "set local statement_timeout = '100ms'", "rollback"):
                    await collect(runner, text)
                finished, _, _ = await collect(runner, "select pg_sleep(0.2)")
                assert finished.status is Status.OK
    server.drop_database(url)


async def test_bare_names_mean_what_the_path_says_and_are_masked_by_it(
    postgres_server: DatabaseServer, tmp_path: Path
):
    url = postgres_server.create_database("path")
    postgres_server.run(
        url,
        "create table people as select 1 as id, 'Oslo'::text as place;"
        "create schema other;"
        "create table other.people as select 1 as id, 'Oslo'::text as place, '1'::text as email;"
        "comment on column other.people.place is 'the email address';"
        "insert into other.people"
        " select g, 'p' || g || '@example.com', 'x' from generate_series(2, 20) g;"
        "delete from other.people where id = 1",
    )
    shown = []
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_target("prod", url, "production")
        async with rig.runner("ann", "prod") as runner:
            for path in ("other, public", "public", "other"):
                finished, _, _ = await collect(runner, f"set search_path to {path}")
                assert finished.status is Status.OK
                _, rows, _ = await collect(runner, "select place from people order by id")
                shown.append(rows[0][0])
            finished, _, _ = await collect(runner, "reset search_path")
            assert finished.status is Status.OK
            _, ((place,),), _ = await collect(runner, "select place from people")
            shown.append(place)
            for text in (
                "set search_path to other",
                "begin",
                "set search_path to public",
                "savepoint s",
                "reset search_path",
                "rollback",
            ):
                await collect(runner, text)
            _, rows, _ = await collect(runner, "select place from people order by id")
            shown.append(rows[0][0])
            for text in (
                "set search_path to public",
                "begin",
                "set local search_path to other",
                "savepoint s",
                "release s",
                "set transaction isolation level serializable",
            ):
                finished, _, _ = await collect(runner, text)
                assert finished.status is Status.OK, text
            _, rows, _ = await collect(runner, "select place from people order by id")
            shown.append(rows[0][0])
    postgres_server.drop_database(url)
    assert [one == b"Oslo" for one in shown] == [False, True, False, True, False, False]
    assert b"p2@example.com" not in shown


async def test_what_reads_sql_or_cuts_values_otherwise_does_not_outlast_its_statement(
    mariadb_server: DatabaseServer, tmp_path: Path
):
    url = mariadb_server.create_database("modes")
    look = (
        "show variables where variable_name in "
        "('sql_mode', 'character_set_client', 'character_set_connection')"
    )
    shown, said = [], []
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_target("prod", url, "production")
        async with rig.runner("ann", "prod") as runner:
            for text in (
                "set sql_mode = ''",
                "set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES')",
                "set @a = 'ORACLE'",
                "set session sql_mode = @a",
                "set names gbk",
                "set character set 'latin1'",
                "set character_set_client = @a, sql_mode = 'NO_ZERO_DATE'",
            ):
                finished, _, _ = await collect(runner, text)
                said.append(finished.status)
                _, rows, _ = await collect(runner, look)
                shown.append([value for _, value in sorted(rows)])
            _, rows, _ = await collect(runner, """select 'a' from (select 1) t""")
    mariadb_server.drop_database(url)
    assert said == [Status.OK, Status.OK, Status.OK, Status.ERROR, *[Status.OK] * 3]
    assert all(b"STRICT_TRANS_TABLES" in modes for _, _, modes in shown)
    assert not any(b"ANSI" in modes or b"ORACLE" in modes for _, _, modes in shown)
    assert {(client, connection) for client, connection, _ in shown} == {(b"utf8mb4", b"utf8mb4")}
    assert rows == [(b"a",)]


async def test_a_session_that_asks_to_be_read_only_is_and_a_driver_without_autocommit_works(
    mariadb_server: DatabaseServer, tmp_path: Path
):
    url = mariadb_server.create_database("reading", "shop_mysql.sql")
    count = "select count(*) from orders"
    texts = (
        "set session transaction read only",
        "delete from orders where id = 1",
        "set session transaction read write",
        "delete from orders where id = 1",
        "set autocommit = 0",
        "delete from orders where id = 2",
        "rollback",
    )
    outcomes: list[str] = []
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_target("dev", url, "development")
        await rig.add_target("prod", url, "production")
        async with rig.runner("ann", "dev") as runner:
            outcomes += [(await collect(runner, text))[0].status.value for text in texts]
            left = (await collect(runner, count))[1]
        async with rig.runner("ann", "prod") as runner:
            assert (await collect(runner, "set autocommit = 0"))[0].status is Status.OK
            finished, _, _ = await collect(runner, "delete from orders where id = 3")
            assert finished.status is not Status.OK
            await collect(runner, "set autocommit = 1")
            kept = (await collect(runner, count))[1]
    mariadb_server.drop_database(url)
    assert outcomes == ["ok", "error", *["ok"] * 5]
    assert kept == left


async def test_use_of_another_database_moves_names_functions_and_classes(
    mariadb_server: DatabaseServer, tmp_path: Path
):
    people = (
        "create table people (id int primary key, note varchar(80));"
        "insert into people values {};"
        "create function f(x int) returns int deterministic return {};"
    )
    mail = ", ".join(f"({n}, 'p{n}@example.com')" for n in range(20))
    url = mariadb_server.create_database("here")
    mariadb_server.run(url, people.format("(1, 'Oslo'), (2, 'Rome')", "x + 1"))
    other = mariadb_server.create_database("elsewhere")
    name = other.rsplit("/", 1)[1]
    mariadb_server.run(other, people.format(mail, "(select length(note) from people where id = x)"))
    shown = []
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_target("prod", url, "production")
        async with rig.runner("ann", "prod") as runner:
            for text in (f"use {url.rsplit('/', 1)[1]}", f"use `{name}`", "use nowhere"):
                await collect(runner, text)
                _, rows, _ = await collect(runner, "select database(), note, f(1) from people")
                shown += rows[:1]
            finished, _, _ = await collect(runner, "delete from people")
    mariadb_server.drop_database(url)
    mariadb_server.drop_database(other)
    (_, first, computed), *rest = shown
    assert (first, computed) == (b"Oslo", b"2")
    assert len(rest) == 2
    assert all(place == name.encode() and b"example" not in note for place, note, _ in rest)
    assert not any(computed.isdigit() for _, _, computed in rest)
    assert finished.status is not Status.OK


async def test_what_puts_settings_back_leaves_the_pins_of_the_login(
    postgres_server: DatabaseServer, tmp_path: Path
):
    url = postgres_server.create_database("pins")
    postgres_server.run(url, "create table t (a int)")
    name = url.rsplit("/", 1)[1]
    for setting in ("standard_conforming_strings = off", "idle_in_transaction_session_timeout = 0"):
        postgres_server.run(url, f"alter database {name} set {setting}")
    shown = []
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_target("dev", url, "development")
        async with rig.runner("ann", "dev") as runner:
            for text in (
                "set work_mem = '7MB'; reset all",
                "begin; reset all; commit",
                "discard all",
                "set idle_in_transaction_session_timeout = 0",
                "set U&\"\\0069dle_in_transaction_session_timeout\" = '2h'",
            ):
                finished, _, _ = await collect(runner, text)
                assert finished.status is Status.OK, text
                for one in ("standard_conforming_strings", "idle_in_transaction_session_timeout"):
                    _, rows, _ = await collect(runner, f"show {one}")
                    shown.append(rows[0][0])
            _, rows, _ = await collect(runner, "show work_mem")
            assert rows != [(b"7MB",)]
            await collect(runner, "set session characteristics as transaction read only")
            finished, _, _ = await collect(runner, "insert into t values (1)")
            assert finished.error is not None
            assert "read-only transaction" in finished.error.message
            await collect(runner, "set session characteristics as transaction read write")
            finished, _, _ = await collect(runner, "insert into t values (1)")
            assert finished.status is Status.OK
    postgres_server.drop_database(url)
    assert set(shown) == {b"on", b"1h"}


async def test_temporary_tables_need_nobody_and_reach_nothing_that_is_stored(
    postgres_server: DatabaseServer, tmp_path: Path
):
    url = postgres_server.create_database("temporary")
    postgres_server.run(url, "create table kept as select 1 as a")
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_target("prod", url, "production")
        async with rig.runner("ann", "prod") as runner:
            for text in (
                "create temp table own as select a from kept",
                "insert into own values (2)",
                "update own set a = 3 where a = 2",
                "create index on own (a)",
                "analyze own",
                "truncate own",
                "drop table own",
                "drop table if exists own",
                "begin",
                "create temp table later (a int)",
                "rollback",
            ):
                finished, _, _ = await collect(runner, text)
                assert finished.status is Status.OK, (text, finished)
            # A stored one has the name by now, and the catalogue has not heard of it.
            postgres_server.run(url, "create table later as select 1 as a")
            for text in ("delete from later", "truncate later", "drop table later"):
                finished, _, _ = await collect(runner, text, wait_s=0)
                assert finished.status is not Status.OK
            # One that hides a stored one may be gone again.
            await collect(runner, "create temp table kept as select 1 as a")
            for text in ("delete from kept", "truncate kept", "drop table if exists kept"):
                finished, _, _ = await collect(runner, text, wait_s=0)
                assert finished.status is not Status.OK
    assert postgres_server.run(url, "select count(*) from later") == [(1,)]
    assert postgres_server.run(url, "select count(*) from kept") == [(1,)]
    postgres_server.drop_database(url)


GIVEN_CODE = {
    "postgres": (
        "alter table own alter a set default nextval('numbers')",
        "create trigger t before insert on own for each row execute function counts()",
        "create rule r as on insert to own do also select nextval('numbers')",
        'create trigger t before insert on U&"\\006fwn" for each row execute function counts()',
        "do 'begin alter table own alter a set default nextval(''numbers''); end'",
    ),
    "mysql": ("alter table own modify a int default (nextval(numbers))",),
}
COUNTS = (
    "create function counts() returns trigger language plpgsql as"
    " 'begin perform nextval(''numbers''); return new; end'"
)


async def test_a_temporary_table_that_was_given_code_is_written_to_after_a_yes(
    server: DatabaseServer, tmp_path: Path
):
    is_pg = server.engine == "postgres"
    sql = f"create sequence numbers; {COUNTS if is_pg else ''}"
    with server.database("given", sql=sql) as url:
        async with production_rig(tmp_path, url) as rig:
            for code in GIVEN_CODE[server.engine]:
                async with rig.runner("ann", "prod") as runner:
                    for text in (
                        "create temporary table own (a int, b int)",
                        "prepare p as insert into own (b) values (1)"
                        if is_pg
                        else "prepare p from 'insert into own (b) values (1)'",
                        "insert into own (b) values (1)",
                    ):
                        finished, _, _ = await collect(runner, text, wait_s=0)
                        assert finished.status is Status.OK, (text, finished)
                    async with yes_to_next(rig):
                        finished, _, _ = await collect(runner, code, wait_s=20)
                    assert finished.status is Status.OK, (code, finished)
                    for text in ("insert into own (b) values (1)", "execute p", "truncate own"):
                        finished, _, _ = await collect(runner, text, dry_run=True)
                        assert finished.status is not Status.OK, (code, text)
                    for text in (
                        "select count(*) from own",
                        "drop table own",
                        "create temporary table own (a int, b int)",
                        "insert into own (b) values (1)",
                    ):
                        finished, _, _ = await collect(runner, text, wait_s=0)
                        assert finished.status is Status.OK, (code, text, finished)


async def test_a_write_waits_while_what_it_writes_is_not_checked(
    mariadb_server: DatabaseServer, tmp_path: Path
):
    url = mariadb_server.create_database("unchecked", "shop_mysql.sql")
    write = "update orders set quantity = quantity where id = 1"
    ways = {
        "set foreign_key_checks = 0": "set foreign_key_checks = 1",
        "set @off = 0": "",
        "set unique_checks = @off, check_constraint_checks = @off": "set unique_checks = default",
        "set time_zone = '+00:00'": "set check_constraint_checks = 1",
        "prepare p from 'set foreign_key_checks = 0'": "",
        "execute p": "set foreign_key_checks = on, unique_checks = on",
        "set foreign_key_checks = 0, lock_wait_timeout = 'x'": "set foreign_key_checks = 1",
        "/*!40014 set @old = @@unique_checks, unique_checks = 0 */":
            "/*!40014 set unique_checks = @old */",
    }  # fmt: skip
    seen: list[tuple[Status, Status]] = []
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_target("trial", url, "staging")
        async with rig.runner("ann", "trial") as runner:
            for lifts, restores in ways.items():
                await collect(runner, lifts, wait_s=0)
                lifted, _, _ = await collect(runner, write, dry_run=True)
                read, _, _ = await collect(runner, "select count(*) from orders")
                assert read.status is Status.OK
                await collect(runner, restores, wait_s=0) if restores else None
                restored, _, _ = await collect(runner, write, dry_run=True)
                seen.append((lifted.status, restored.status))
            await collect(runner, "set foreign_key_checks = 0")
            told, _, _ = await collect(runner, write, dry_run=True)
    mariadb_server.drop_database(url)
    held, free = Status.PENDING, Status.OK
    assert seen == [
        (held, free), (free, free), (held, held), (held, free), (free, free), (held, free),
        (free, free), (held, free),
    ]  # fmt: skip
    assert "foreign_key_checks is off" in told.message


_HELD_UNCHECKED = """
[[rule]]
name = "administration waits"
action = "hold"
effects = ["admin"]
text = "Administration waits."

[[rule]]
name = "all else runs"
action = "allow"
text = "Allowed."
"""


async def test_a_statement_that_failed_may_have_lifted_a_check_before(
    mariadb_server: DatabaseServer, tmp_path: Path
):
    url = mariadb_server.create_database("failed", "shop_mysql.sql")
    mariadb_server.run(
        url,
        "create procedure lift() begin set foreign_key_checks = 0; signal sqlstate '45000'; end",
    )
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_target("trial", url, "development")
        async with rig.runner("ann", "trial") as runner:
            await set_policy(rig, _HELD_UNCHECKED)
            failed, _, _ = await collect(runner, "call lift()", wait_s=0)
            told, _, _ = await collect(
                runner, "update orders set quantity = quantity where id = 1", dry_run=True
            )
    mariadb_server.drop_database(url)
    assert failed.status is Status.ERROR
    assert "foreign_key_checks is off" in told.message


async def test_a_library_that_is_loaded_while_a_statement_waits_is_no_other_setting(
    postgres_server: DatabaseServer, shop_postgres: str, tmp_path: Path
):
    """PL/pgSQL has settings of its own, which a session knows once its code has run there."""
    postgres_server.run(
        shop_postgres,
        "create function loud(text) returns text language plpgsql as 'begin return upper($1); end'",
    )
    async with (
        production_rig(tmp_path, shop_postgres) as rig,
        rig.runner("ann", "prod", front_end="exec") as runner,
    ):
        wanted = "update customers set city = loud(city) where id = 1"
        asked, _, _ = await collect(runner, wanted, wait_s=0)
        assert asked.status is Status.PENDING
        other = "update customers set city = loud(city) where id = 2"
        async with yes_to_next(rig):
            assert (await collect(runner, other))[0].status is Status.OK
        reviewer = await rig.principal("rae")
        approved = await rig.services.desk.decide(
            reviewer, asked.request_id, approve=True, reason="x"
        )
        finished = await last(runner.resume(approved, options=RunOptions(wait_s=0)))
        assert finished.status is Status.OK, finished
