"""Texts that are computed and then prepared or executed, on a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bastion.core.model import NoticeReceived, Status
from recordings import read_events
from recordings.events import NoteEvent
from tests.conftest import DatabaseServer
from tests.fakes.rig import collect, running_rig

_SCHEMA = """
create table people (id int primary key, name varchar(40), email varchar(80), city varchar(20));
insert into people values (1, 'Ada Berg', 'ada.berg@example.com', 'Graz'),
 (2, 'Bo Falk', 'bo.falk@example.org', 'Wien'), (3, 'Cy Moor', 'cy.moor@example.net', 'Graz');
create table sales (id int primary key, city varchar(20), status varchar(10), cents int);
insert into sales values
 (1, 'Graz', 'paid', 500), (2, 'Wien', 'open', 700), (3, 'Graz', 'paid', 90);
"""
_PIVOT = (
    "set @cols = (select group_concat(distinct concat('sum(status = ''', status, ''') as `',"
    " status, '`') order by status) from sales)",
    "set @sql = concat('select city, ', @cols, ' from sales group by city order by city')",
)


async def _run(tmp_path: Path, url: str, *texts: str):
    """Run statements on one connection; gives for each its status, its rows and its words."""
    told = []
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_target("prod", url, "production")
        async with rig.runner("ann", "prod") as runner:
            for text in texts:
                finished, rows, events = await collect(runner, text, wait_s=0)
                words = [one.text for one in events if isinstance(one, NoticeReceived)]
                error = finished.error.message if finished.error else ""
                told.append((finished.status, rows, " ".join([finished.message, error, *words])))
    return told


def _notes(tmp_path: Path, kind: str) -> list[NoteEvent]:
    paths = (tmp_path / "state").rglob("*.cast*")
    events = (one.event for path in paths for one in read_events(path))
    return [one for one in events if isinstance(one, NoteEvent) and one.kind == kind]


@pytest.fixture
def url(mariadb_server: DatabaseServer) -> Iterator[str]:
    with mariadb_server.database("computed", sql=_SCHEMA) as url:
        yield url


async def test_a_text_made_of_harmless_values_is_prepared_and_executed(url: str, tmp_path: Path):
    told = await _run(
        tmp_path, url, *_PIVOT, "prepare s from @sql", "execute s", "deallocate prepare s"
    )
    assert [status for status, _, _ in told] == [Status.OK] * 5, told
    assert told[3][1] == [(b"Graz", b"0", b"2"), (b"Wien", b"1", b"0")]
    (sent,) = _notes(tmp_path, "statement.sent")
    assert sent.fields["sql"].startswith("prepare s from 'select city, sum(status = ''open'')")


@pytest.mark.parametrize(
    ("texts", "rows"),
    [
        (("execute immediate concat('select ', '2')",), [(b"2",)]),
        (("set @t = 'sales'", "execute immediate concat('select count(*) from ', @t)"), [(b"3",)]),
        (
            (
                "set @q = 'select status from sales where id = ?', @i = 2",
                "prepare p from @q",
                "execute p using @i",
            ),
            [(b"open",)],
        ),
        (("set @q = 'select ? + ?', @a = 2", "execute immediate @q using @a, 3"), [(b"5",)]),
        (
            ("begin", "set @q = 'select count(*) from sales'", "execute immediate @q"),
            [(b"3",)],
        ),
        (("select 'select 7' into @q", "execute immediate @q"), [(b"7",)]),
        (
            (r"set @q = 'select ''it''''s \\\\ here'''", "execute immediate @q"),
            [(rb"it's \ here",)],
        ),
        (("set @q = 'set @r = 4'", "execute immediate @q", "select @r"), [(b"4",)]),
    ],
)
async def test_whatever_gives_the_text_what_it_says_comes_back(
    texts: tuple[str, ...], rows: object, url: str, tmp_path: Path
):
    told = await _run(tmp_path, url, *texts)
    assert told[-1][:2] == (Status.OK, rows), told


async def test_what_a_computed_text_reads_is_masked_as_if_it_was_typed(url: str, tmp_path: Path):
    told = await _run(
        tmp_path,
        url,
        "set @c = 'email'",
        "execute immediate concat('select id, ', @c, ' from people where id = 1')",
        "set @q = concat('select upper(', @c, ') from people')",
        "prepare s from @q",
        "execute s",
    )
    assert [status for status, _, _ in told] == [Status.OK] * 5, told
    shown = repr(told[1][1]) + repr(told[4][1])
    assert "berg" not in shown.casefold()
    assert told[1][1][0][0] == b"1"


@pytest.mark.parametrize(
    "texts",
    [
        # The text depends on a masked value.
        ("set @q = (select concat('select ''', email, '''') from people where id = 1)",
         "prepare s from @q"),
        ("set @q = (select concat('select ', length(email)) from people where id = 1)",
         "execute immediate @q"),
        ("set @e = (select email from people where id = 1)",
         "execute immediate concat('select ''', @e, '''')"),
        ("select email into @e from people where id = 1", "prepare s from @e"),
        ("select email from people where id = 1 into @e",
         "execute immediate if(ascii(@e) > 97, 'select 1', 'select 2')"),
        # Nobody saw what the variable took.
        ("prepare s from @never",),
        ("execute immediate @never",),
        ("set @n = null", "execute immediate @n"),
        # The text does more than read.
        ("set @q = 'delete from sales'", "execute immediate @q"),
        ("set @q = 'drop table sales'", "execute immediate @q"),
        ("set @q = 'set global long_query_time = 3'", "execute immediate @q"),
        ("set @q = 'set sql_log_bin = 0'", "execute immediate @q"),
        ("set @q = 'select 1 into outfile ''/tmp/x'''", "execute immediate @q"),
        ("set @q = 'begin not atomic delete from sales; end'", "execute immediate @q"),
        ("set @q = '/*!50000 delete from sales */'", "execute immediate @q"),
        ("set @q = 'select 1; delete from sales'", "execute immediate @q"),
        ("set @q = 'select get_lock(''x'', 1)'", "execute immediate @q"),
        ("set @q = 'prepare t from ''delete from sales'''", "execute immediate @q",
         "execute t"),
        # More than a value of variables and literals.
        ("execute immediate (select 'delete from sales')",),
        ("execute immediate @q := 'select 1'",),
        ("execute immediate @@version_comment",),
        ("set @q = 'x'", "prepare s from @q, @q"),
        ("set @q = 'delete from sales'", "prepare s from @q", "execute s"),
        ("set @q = 'update sales set cents = 0'", "prepare S from @q", "set @q = 'select 1'",
         "execute s"),
        # Bytes, which are no text that anybody typed.
        ("set @q = unhex('64656C6574652066726F6D2073616C6573')", "execute immediate @q"),
    ],
)  # fmt: skip
async def test_a_text_that_is_not_proven_harmless_does_not_run(
    texts: tuple[str, ...], url: str, mariadb_server: DatabaseServer, tmp_path: Path
):
    told = await _run(tmp_path, url, *texts)
    assert told[-1][0] is not Status.OK, told
    assert not any("berg" in repr(one).casefold() for one in told)
    ((cents, count),) = mariadb_server.run(url, "select sum(cents), count(*) from sales")
    assert (int(str(cents)), count) == (1290, 3)


async def test_what_was_judged_is_what_stays_prepared(url: str, tmp_path: Path):
    told = await _run(
        tmp_path,
        url,
        "set @q = 'select count(*) from sales'",
        "prepare s from @q",
        "set @q = 'delete from sales'",
        "execute s",
        "prepare s from @q",
        "execute s",
    )
    assert told[3][:2] == (Status.OK, [(b"3",)])
    assert told[5][0] is not Status.OK


async def test_a_computed_condition_on_a_masked_column_is_held_as_a_typed_one(
    url: str, tmp_path: Path
):
    told = await _run(
        tmp_path,
        url,
        "set @e = 'ada'",
        "execute immediate concat('select count(*) from people where email like ''', @e, '%''')",
    )
    assert told[-1][0] is not Status.OK
