"""How much room values take tells how long they are, and a table of one's own takes any amount."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bastion.core.model import NoticeReceived, Status
from tests.conftest import DatabaseServer
from tests.fakes.rig import collect, production_rig

_SCHEMA = """
create table people (id int primary key, name text, email text);
insert into people values (1, 'Ada', 'ada@example.com'), (2, 'Ben', 'ben.longer@example.com');
"""
FILLED = "create temp table z as select p.email as a, g from people p, generate_series(1, 9000) g"
MASKED = (
    "select pg_relation_size('z')",
    "select pg_total_relation_size('z'), pg_table_size('z'), pg_database_size(current_database())",
    "select relpages from pg_class where relname = 'z'",
    "select max(ctid) from z",
    "select sum(pg_relation_size(oid)) from pg_class where relname = 'z'",
)
HELD = (
    "select g from z where ctid = '(50,1)'",
    "select count(*) from z tablesample system (50) repeatable (5)",
    "explain select count(*) from z",
    "select 1 where pg_relation_size('z') > 100000",
)
MASK = "•••••".encode()


@pytest.fixture
def url(postgres_server: DatabaseServer) -> Iterator[str]:
    with postgres_server.database("bulk", sql=_SCHEMA) as url:
        yield url


async def test_the_size_of_a_session_s_table_is_masked_as_what_is_in_it(url: str, tmp_path: Path):
    async with production_rig(tmp_path, url) as rig, rig.runner("ann", "prod") as runner:
        finished, _, _ = await collect(runner, f"{FILLED} where p.id = 1")
        assert finished.status is Status.OK, finished
        for text in MASKED:
            finished, rows, _ = await collect(runner, text)
            assert finished.status is Status.OK, (text, finished)
            assert {cell for row in rows for cell in row} == {MASK}, (text, rows)
        _, _, events = await collect(runner, "analyze verbose z")
        said = [one.text for one in events if isinstance(one, NoticeReceived)]
        assert said
        assert not any("scanned 1" in text for text in said), said
        for text in HELD:
            finished, rows, _ = await collect(runner, text, wait_s=0)
            assert finished.status is not Status.OK, (text, finished)
            assert not rows, text


async def test_sizes_of_what_is_shown_and_of_stored_tables_are_shown(url: str, tmp_path: Path):
    async with production_rig(tmp_path, url) as rig, rig.runner("ann", "prod") as runner:
        await collect(runner, "create temp table y as select id, name from people")
        for text, expected in (
            ("select pg_relation_size('y'), pg_relation_size('people')", [(b"8192", b"8192")]),
            ("select ctid from y where id = 1", [(b"(0,1)",)]),
            ("select count(*) from y tablesample system (100)", [(b"2",)]),
        ):
            finished, rows, _ = await collect(runner, text)
            assert finished.status is Status.OK, (text, finished)
            assert rows == expected, text


async def test_a_plan_does_not_tell_how_much_masked_rows_took(url: str, tmp_path: Path):
    plan = (
        "explain (analyze, costs off, timing off, summary off{options}) select p.email, g"
        " from people p, generate_series(1, 90000) g where p.id = 1 order by g"
    )
    async with production_rig(tmp_path, url) as rig, rig.runner("ann", "prod") as runner:
        for options in ("", ", format json", ", format yaml", ", format xml"):
            finished, rows, _ = await collect(runner, plan.format(options=options))
            assert finished.status is Status.OK, finished
            text = "\n".join((cell or b"").decode() for row in rows for cell in row)
            assert "Sort" in text, text
            for line in text.splitlines():
                is_telling = any(word in line for word in ("Disk:", "Space-Used", "Space Used"))
                assert not is_telling or "•••" in line, line
