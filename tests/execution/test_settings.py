"""Settings of a person's own session, on a real server."""

from pathlib import Path

import pytest

from bastion.core.model import Status
from tests.conftest import DatabaseServer
from tests.fakes.rig import collect, running_rig


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
    postgres_server.drop_database(url)
    assert [one == b"Oslo" for one in shown] == [False, True, False, True, False]
    assert b"p2@example.com" not in shown
