"""Sessions under ``ANSI_QUOTES`` and its like, on a server that is kept out of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bastion.core.model import Status, Waiting
from recordings import read_events
from recordings.events import NoteEvent, StatementEvent
from tests.conftest import DatabaseServer
from tests.fakes.rig import Rig, collect, running_rig

_SCHEMA = """
create table people (id int primary key, name varchar(40), email varchar(80), city varchar(20));
insert into people values (1, 'Ada Berg', 'ada.berg@example.com', 'Graz'),
 (2, 'Bo Falk', 'bo.falk@example.org', 'Wien'), (3, 'Cy Moor', 'cy.moor@example.net', 'Graz');
create table sales (id int primary key, city varchar(20), status varchar(10), cents int);
insert into sales values
 (1, 'Graz', 'paid', 500), (2, 'Wien', 'open', 700), (3, 'Graz', 'paid', 90);
"""
_ANSI = "set sql_mode = concat(@@sql_mode, ',ANSI')"


@pytest.fixture
def url(mariadb_server: DatabaseServer) -> Iterator[str]:
    with mariadb_server.database("modes", sql=_SCHEMA) as url:
        yield url


async def _with_people(rig: Rig, url: str) -> None:
    await rig.add_user("ann", "engineer")
    await rig.add_user("rae", "reviewer")
    await rig.add_target("prod", url, "production")


async def test_what_was_typed_and_what_was_judged_are_on_record(url: str, tmp_path: Path):
    typed = 'select "city" || \'!\' from "sales" where "id" = 1'
    async with running_rig(tmp_path) as rig:
        await _with_people(rig, url)
        async with rig.runner("ann", "prod") as runner:
            await collect(runner, _ANSI)
            _, rows, _ = await collect(runner, typed)
            _, modes, _ = await collect(runner, "show variables like 'sql_mode'")
    assert rows == [(b"Graz!",)]
    assert b"ANSI" not in modes[0][1]
    events = [
        one.event for path in (tmp_path / "state").rglob("*.cast*") for one in read_events(path)
    ]
    (note,) = (one for one in events if isinstance(one, NoteEvent) and "typed" in one.kind)
    (event,) = (
        one
        for one in events
        if isinstance(one, StatementEvent) and one.id == note.fields["statement_id"]
    )
    assert note.fields["sql"] == typed
    assert event.text == "select CONCAT(`city` , '!') from `sales` where `id` = 1"
    # Readers learn from the statement whether they may read what goes with it.
    assert events.index(event) < events.index(note)


async def test_a_yes_is_for_what_is_sent(url: str, tmp_path: Path):
    async with running_rig(tmp_path) as rig:
        await _with_people(rig, url)
        async with rig.runner("ann", "prod") as runner:
            await collect(runner, _ANSI)
            text = 'update "sales" set "status" = \'a\' || "city" where "id" = 2'
            _, _, events = await collect(runner, text, wait_s=0.5)
        assert any(isinstance(event, Waiting) for event in events)
        (request,) = await rig.administration.list_requests(since=datetime.min.replace(tzinfo=UTC))
    assert request.text == "update `sales` set `status` = CONCAT('a' , `city`) where `id` = 2"
    assert request.impact.rows == 1


async def test_values_are_masked_whatever_the_mode(url: str, tmp_path: Path):
    texts = (
        'select "email" from "people"',
        'select "name" || "email" as "city" from "people"',
        'prepare s from \'select "email" from "people"\'',
        "execute s",
        'set @q = \'select "email" as "id" from "people"\'',
        "execute immediate @q",
    )
    async with running_rig(tmp_path) as rig:
        await _with_people(rig, url)
        async with rig.runner("ann", "prod") as runner:
            await collect(runner, _ANSI)
            told = [await collect(runner, text, wait_s=0) for text in texts]
    assert [finished.status for finished, _, _ in told] == [Status.OK] * len(texts)
    shown = b" ".join(cell or b"" for _, rows, _ in told for row in rows for cell in row)
    assert sum(len(rows) for _, rows, _ in told) == 12
    assert b"example" not in shown


async def test_a_mode_ends_as_it_would_at_the_server(url: str, tmp_path: Path):
    texts = (
        _ANSI,
        "set time_zone = '+00:00', @a = 1",
        'select "city" from "sales" where id = 2',
        "set nonsense = 1",
        'select "city" from "sales" where id = 2',
        "set @old = @@sql_mode, sql_mode = default",
        'select "city" from sales where id = 2',
        "set sql_mode = @old",
        'select "city" from "sales" where id = 2',
        'select "a\\" from sales',
        "set sql_mode = concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES')",
        "set sql_mode = 'ORACLE'",
        "set statement sql_mode = 'ANSI' for select 1",
        'select "city" from "sales" where id = 2',
    )
    async with running_rig(tmp_path) as rig:
        await _with_people(rig, url)
        async with rig.runner("ann", "prod") as runner:
            told = [await collect(runner, text, wait_s=0) for text in texts]
        async with rig.runner("ann", "prod") as other:
            _, fresh, _ = await collect(other, 'select "city"')
    assert [rows for _, rows, _ in told if rows] == [
        [(b"Wien",)], [(b"Wien",)], [(b"city",)], [(b"Wien",)], [(b"Wien",)],
    ]  # fmt: skip
    assert [finished.status for finished, _, _ in told[9:13]] == [
        Status.USAGE, Status.ERROR, Status.BLOCKED, Status.BLOCKED,
    ]  # fmt: skip
    assert fresh == [(b"city",)]


async def test_code_is_read_as_it_was_written(
    url: str, mariadb_server: DatabaseServer, tmp_path: Path
):
    text = "varchar(80)) returns varchar(80) return"
    made = [
        rf"create function tidy(s {text} regexp_replace(s, '\\s+', ' ')",
        rf"""create function said(s {text} concat(s, '\'', "it\"s", '\n')""",
        f"create function ended(s {text} concat(s, 'a\n')",
        # What the information_schema makes of these reads as one literal.
        r"create function first_email() returns varchar(200)"
        r" return concat('\\', (select min(email) from people), '\\')",
        r"create function kept() returns varchar(200)"
        r" return '\', (select min(email) from people), \''",
    ]
    otherwise = [
        ("ANSI_QUOTES", f'create function named(email {text} "email"'),
        ("PIPES_AS_CONCAT", f"create function joined(s {text} s || ''"),
        ("NO_BACKSLASH_ESCAPES", rf"create function slash(s {text} concat('\', 'a')"),
    ]
    for one in made:
        mariadb_server.run(url, one)
    for mode, one in otherwise:
        mariadb_server.run(url, f"set sql_mode = '{mode}'; {one}")
    texts = (
        "select tidy('a   b'), said('x'), ended('y'), kept()",
        "select tidy(city) from people where id = 1",
        "select tidy(email) from people where id = 1",
        "select said(email) from people where id = 1",
        "select first_email()",
        "select named(email) from people where id = 1",
        "select joined(email) from people where id = 1",
        "select slash('a')",
    )
    async with running_rig(tmp_path) as rig:
        await _with_people(rig, url)
        async with rig.runner("ann", "prod") as runner:
            told = [await collect(runner, text, wait_s=0) for text in texts]
    assert told[0][1] == [(b"a b", b"x'it\"s\n", b"ya\n", b"', (select min(email) from people), '")]
    assert told[1][1] == [(b"Graz",)]
    assert [finished.status for finished, _, _ in told] == [
        *[Status.OK] * 5, *[Status.BLOCKED] * 3,
    ]  # fmt: skip
    shown = b" ".join(cell or b"" for _, rows, _ in told[2:] for row in rows for cell in row)
    assert b"example" not in shown
