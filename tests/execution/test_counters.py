"""The next number of a counter tells the highest that went in: nothing masked goes into one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bastion.core.model import Finished, RunOptions, Status, Waiting
from tests.conftest import DatabaseServer
from tests.fakes.rig import Rig, collect, production_rig, yes_to_next

NUMBER = b"123456789"
_COUNTER = {
    "postgres": "bigserial primary key",
    "mysql": "bigint auto_increment primary key",
}
_SCHEMA = """
create table people (id int primary key, name varchar(40), ssn bigint);
insert into people values (1, 'Ada Moor', 123456789), (2, 'Ben Hall', 234567891);
create table visits (id {counter}, v varchar(40));
insert into visits (v) values ('one'), ('two');
create table members (ssn {counter}, v varchar(40));
insert into members values (123456789, 'Ada');
create view seen as select id as number, v from visits;
create sequence tickets;
"""
REFUSED = {
    "postgres": (
        "select setval('tickets', (select ssn from people where id = 1))",
        "select setval('visits_id_seq', ssn) from people where id = 1",
        "update visits set v = setval('tickets', (select max(ssn) from people))::text",
        "insert into visits (v) select setval('tickets', ssn)::text from people",
        "with q as (select ssn as s from people) select setval('tickets', max(s)) from q",
    ),
    "mysql": (
        "insert into visits (id, v) select ssn, 'x' from people where id = 1",
        "insert into visits (id) values ((select ssn from people where id = 1))",
        "insert into visits set id = (select ssn % 1000 from people where id = 1)",
        "insert into seen (number) select ssn from people where id = 1",
        "replace into visits (id) select ssn from people where id = 1",
        "update visits set id = (select ssn from people where id = 1) where id = 1",
        "update visits v join people p on p.id = v.id set v.id = p.ssn",
        "insert into visits (id) values (1)"
        " on duplicate key update id = (select max(ssn) from people)",
        "insert into visits (id) values (1)"
        " on duplicate key update id = last_insert_id((select max(ssn) from people))",
        "select last_insert_id(ssn) from people where id = 1",
        "select setval(tickets, (select ssn from people where id = 1))",
        "alter table people modify ssn bigint auto_increment unique",
        "create table copied (a bigint auto_increment primary key) as select ssn as a from people",
        "create temporary table z (a bigint auto_increment primary key) as select ssn as a"
        " from people",
        "create temporary table z (a serial) as select ssn as a from people",
        "create temporary table z (a bigint auto_increment, key (a)) as select 1 as b, ssn as a"
        " from people",
    ),
}  # fmt: skip
COUNTED = {
    "postgres": (
        "select setval('tickets', 12)",
        "insert into visits (v) select name from people",
        "select nextval('tickets')",
    ),
    "mysql": (
        "insert into visits (v) select name from people",
        "insert into visits (id, v) select id + 10, name from people",
        "alter table people add column place bigint auto_increment unique",
        "alter table visits auto_increment = 100",
        "create table numbered (n bigint auto_increment primary key) as select name from people",
    ),
}


@pytest.fixture
def url(server: DatabaseServer) -> Iterator[str]:
    with server.database("counters", sql=_SCHEMA.format(counter=_COUNTER[server.engine])) as url:
        yield url


async def test_no_reviewer_can_let_a_masked_value_into_a_counter(
    server: DatabaseServer, url: str, tmp_path: Path
):
    async with production_rig(tmp_path, url) as rig, rig.runner("ann", "prod") as runner:
        for text in REFUSED[server.engine]:
            finished, _, _ = await collect(runner, text, wait_s=0)
            assert finished.status is Status.BLOCKED, text
            assert "may not go into a counter" in finished.rule_text, text
            assert NUMBER.decode() not in repr(finished), text


async def test_what_counts_by_itself_waits_as_ever(
    server: DatabaseServer, url: str, tmp_path: Path
):
    async with production_rig(tmp_path, url) as rig, rig.runner("ann", "prod") as runner:
        for text in COUNTED[server.engine]:
            finished, _, _ = await collect(runner, text, wait_s=0)
            assert finished.status is Status.PENDING, (text, finished)
            await rig.services.governance.desk.withdraw(
                await rig.principal("ann"), finished.request_id
            )


async def test_a_table_of_the_session_does_not_count_on_from_a_masked_value(
    mariadb_server: DatabaseServer, tmp_path: Path
):
    made = mariadb_server.create_database("counters")
    mariadb_server.run(made, _SCHEMA.format(counter=_COUNTER["mysql"]))
    async with production_rig(tmp_path, made) as rig, rig.runner("ann", "prod") as runner:
        for text in (
            "create temporary table z (a bigint auto_increment primary key, b int)",
            "create temporary table y like visits",
            "insert into y (v) values ('x')",
        ):
            finished, _, _ = await collect(runner, text, wait_s=0)
            assert finished.status is Status.OK, (text, finished)
        async with yes_to_next(rig):
            finished, _, _ = await collect(runner, "create temporary table x like z", wait_s=20)
        assert finished.status is Status.OK, finished
        for text in (
            "insert into z (a) select ssn from people where id = 1",
            "insert into y (id) select ssn from people where id = 1",
            "insert into x (a) select ssn from people where id = 1",
        ):
            finished, _, _ = await collect(runner, text, wait_s=0)
            assert finished.status is Status.BLOCKED, (text, finished)
    mariadb_server.drop_database(made)


async def test_the_next_number_of_a_masked_column_is_hidden(
    mariadb_server: DatabaseServer, tmp_path: Path
):
    made = mariadb_server.create_database("counters")
    mariadb_server.run(made, _SCHEMA.format(counter=_COUNTER["mysql"]))
    following = b"123456790"
    async with production_rig(tmp_path, made) as rig, rig.runner("ann", "prod") as runner:
        for text in (
            "show create table members",
            "show table status like 'members'",
            "select table_name, auto_increment from information_schema.tables"
            " where table_schema = database()",
            "select table_name, auto_increment from sys.schema_auto_increment_columns"
            " where table_schema = database()",
        ):
            finished, rows, _ = await collect(runner, text, wait_s=0)
            assert finished.status is Status.OK, (text, finished)
            assert rows, text
            assert all(following not in (cell or b"") for row in rows for cell in row), text
        for text in (
            "show table status where auto_increment > 99999",
            "select table_name from information_schema.tables where auto_increment > 99999",
        ):
            finished, rows, _ = await collect(runner, text, wait_s=0)
            assert finished.status is Status.PENDING, (text, finished)
    mariadb_server.drop_database(made)


SET = {
    "postgres": {
        "select setval('tickets', 20)": "back",
        "alter sequence tickets restart with 7": "back",
        "select setval('tickets', 120)": "forward",
        "drop sequence tickets": "",
    },
    "mysql": {"alter sequence tickets restart with 7": "back"},
}


async def test_a_yes_to_set_a_sequence_sets_it_and_says_which_way(
    server: DatabaseServer, url: str, tmp_path: Path
):
    is_pg = server.engine == "postgres"
    async with production_rig(tmp_path, url) as rig, rig.runner("ann", "prod") as runner:
        for text, way in SET[server.engine].items():
            server.run(
                url,
                "select setval('tickets', 50)" if is_pg else "alter sequence tickets restart 50",
            )
            async with yes_to_next(rig):
                finished, _, events = await collect(runner, text, wait_s=20)
            assert finished.status is Status.OK, (text, finished)
            (waited,) = (one for one in events if isinstance(one, Waiting))
            assert waited.impact is not None
            notes = " ".join(waited.impact.notes)
            assert (f"tickets {way}" in notes) is bool(way), (text, notes)


async def test_a_sequence_that_has_come_further_meanwhile_is_not_set_back(
    postgres_server: DatabaseServer, tmp_path: Path
):
    sql = "create sequence tickets; select setval('tickets', 50)"
    with postgres_server.database("counters", sql=sql) as url:
        async with production_rig(tmp_path, url) as rig:
            for text, moved in (
                ("select setval('tickets', 100)", 150),
                ("alter sequence tickets restart with 101", 150),
                ("select setval('tickets', 20)", 60),
            ):
                postgres_server.run(url, "select setval('tickets', 50)")
                asked = await _file(rig, text)
                postgres_server.run(url, f"select setval('tickets', {moved})")
                finished = await _run(rig, asked)
                assert finished.status is not Status.OK, (text, finished)
                last = postgres_server.run(url, "select last_value from tickets")
                assert last == [(moved,)], text


async def _file(rig: Rig, text: str) -> str:
    """Leave an approved request; gives its id."""
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        finished, _, _ = await collect(runner, text, wait_s=0.0)
    assert finished.status is Status.PENDING, finished
    reviewer = await rig.principal("rae")
    await rig.services.desk.decide(reviewer, finished.request_id, approve=True, reason="x")
    return finished.request_id


async def _run(rig: Rig, request_id: str) -> Finished:
    """Run it as ``req wait`` does."""
    asked = await rig.services.desk.get(await rig.principal("ann"), request_id)
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        events = [one async for one in runner.resume(asked, options=RunOptions(wait_s=0.0))]
    finished = events[-1]
    assert isinstance(finished, Finished)
    return finished
