"""What only MariaDB has, on a real one: rows of times gone by, sequences."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bastion.core.model import Status
from tests.conftest import DatabaseServer
from tests.fakes.rig import collect, running_rig

_SCHEMA = """
create table prices (id int primary key, cents int not null) with system versioning;
insert into prices values (1, 500), (2, 750);
create table people (id int primary key, email varchar(80)) with system versioning;
insert into people values (1, 'ada.berg@example.com'), (2, 'bo.falk@example.org');
create sequence tickets start with 7;
create table colours (id int primary key, shade int invisible default 3, name varchar(20));
insert into colours values (1, 'red');
create table notes (place int invisible default 1, email varchar(80), note varchar(80));
insert into notes values ('ole@example.net', 'hello');
"""


@pytest.fixture
def url(mariadb_server: DatabaseServer) -> Iterator[str]:
    with mariadb_server.database("mariadb", sql=_SCHEMA) as url:
        yield url


async def _run(tmp_path: Path, url: str, *texts: str, environment: str = "production"):
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_target("prod", url, environment)
        async with rig.runner("ann", "prod") as runner:
            return [await collect(runner, text, wait_s=0) for text in texts]


async def test_when_a_row_began_and_ended_to_hold_is_shown(url: str, tmp_path: Path):
    told = await _run(
        tmp_path,
        url,
        "select id, row_end from prices for system_time all order by id",
        "select p.id, p.row_start < p.row_end from prices p order by p.id",
        "select id, email, row_end from people order by id",
    )
    forever = b"2038-01-19 03:14:07.999999"
    assert [row[0] for row in told[0][1]] == [b"1", b"2"]
    assert {row[1] for row in told[0][1]} <= {forever, b"2038-01-19 04:14:07.999999"}
    assert told[1][1] == [(b"1", b"1"), (b"2", b"1")]
    assert all(b"example" not in email for _, email, _ in told[2][1])
    assert {row[2] for row in told[2][1]} == {row[1] for row in told[0][1]}


async def test_the_next_of_a_sequence_waits_and_the_last_is_shown(url: str, tmp_path: Path):
    told = await _run(
        tmp_path,
        url,
        "select previous value for tickets",
        "select next value for tickets",
        "select id, next value for `tickets` from prices",
        "select lastval(tickets)",
    )
    assert [finished.status for finished, _, _ in told] == [
        Status.OK, Status.PENDING, Status.PENDING, Status.OK,
    ]  # fmt: skip
    assert told[0][1] == told[3][1] == [(None,)]


async def test_an_invisible_column_has_no_place_in_a_row(url: str, tmp_path: Path):
    told = await _run(
        tmp_path,
        url,
        "select * from colours",
        "select c.*, shade from colours c",
        "select * from colours natural join (select 1 as id) as one",
        "insert into notes select 'x', email from people",
        "insert into notes select email, 'x' from people",
        "select * from notes",
        "handler notes open",
        "handler notes read first",
        environment="development",
    )
    assert told[0][1] == [(b"1", b"red")]
    assert told[1][1] == [(b"1", b"red", b"3")]
    assert b"red" not in told[2][1][0]
    # By places it would go where e-mail goes: it goes into the note.
    assert told[3][0].status is Status.PENDING
    assert told[4][0].status is Status.OK
    assert [note for _, note in told[5][1]] == [b"hello", b"x", b"x"]
    assert not any(b"example" in email for email, _ in told[5][1])
    assert all(b"example" not in cell for cell in told[7][1][0])
