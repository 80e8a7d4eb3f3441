"""DROP and TRUNCATE that become a move, and the way back, on real databases."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bastion import cli
from bastion.core.model import NoticeReceived, Status
from bastion.core.retire import RetirementState
from bastion.errors import AccessError, BastionError, UsageError
from bastion.installation import default_policy_text
from tests.fakes.rig import Rig, collect, running_rig

RETIRE = """
[[rule]]
name = "retire"
action = "{action}"
environments = ["production"]
effects = ["drop"]
quarantine = "7d"
"""


@pytest.fixture
async def rig(shop, tmp_path) -> AsyncIterator[Rig]:
    async with running_rig(tmp_path) as rig:
        await rig.add_target("prod", shop, "production")
        await rig.add_target("dev", shop, "development")
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_user("max", "admin", "reviewer")
        await rig.add_agent("robo", "ann")
        async with rig.runner("max", "dev") as runner:
            for sql in (
                "create table notes (id int primary key, email varchar(80), body text)",
                "create index notes_email on notes (email)",
                "insert into notes values (1, 'somebody@example.com', 'x'), (2, 'b@c.de', 'y')",
            ):
                made, _, _ = await collect(runner, sql)
                assert made.status is Status.OK, made
        yield rig


def retire(rig: Rig, action: str = "allow") -> None:
    """Let production retire, where the default policy blocks."""
    default = default_policy_text()
    start = default.index('[[rule]]\nname = "production drops"')
    end = default.index("[[rule]]", start + 5)
    rig.paths.policy.write_text(default[:start] + default[end:] + RETIRE.format(action=action))
    rig.application._policy.follow()
    assert any(rule.name == "retire" for rule in rig.services.governance.policy().rules)


async def told(rig: Rig, sql: str, who: str = "ann", target: str = "prod"):
    async with rig.runner(who, target, front_end="exec") as runner:
        return await collect(runner, sql, wait_s=0)


async def count(rig: Rig) -> int:
    finished, rows, _ = await told(rig, "select count(*) from notes", "max", "dev")
    return int(rows[0][0]) if finished.status is Status.OK else -1


async def test_a_drop_becomes_a_move_and_undrop_brings_it_back_as_it_was(rig: Rig):
    retire(rig)
    async with rig.runner("ann", "prod") as runner:
        finished, _, events = await collect(runner, "drop table notes")
        assert (finished.status, finished.tag) == (Status.OK, "DROP TABLE"), finished
        assert any("undrop notes" in e.text for e in events if isinstance(e, NoticeReceived))
        (entry,) = await runner.list_retired()
        assert entry.keep_until - entry.at == timedelta(days=7)
        gone, _, _ = await collect(runner, "select count(*) from notes")
        assert gone.status is not Status.OK
        read, rows, _ = await collect(runner, f"select * from {entry.kept_in}.notes")
        assert (read.status, read.rule, rows) == (Status.BLOCKED, "quarantine", [])
        restored = await runner.undrop("notes")
        assert restored.state is RetirementState.RESTORED
        _, rows, _ = await collect(runner, "select id, email from notes order by id")
        assert [row[0] for row in rows] == [b"1", b"2"]
        assert b"somebody" not in rows[0][1]
        assert await runner.list_retired() == ()
    again, _, _ = await told(rig, "insert into notes values (1, 'twice', 'z')", "max", "dev")
    assert again.status is Status.ERROR, "its primary key came back with it"


async def test_a_truncate_leaves_an_empty_table_of_the_same_form(rig: Rig):
    retire(rig)
    finished, _, _ = await told(rig, "truncate table notes")
    assert finished.status is Status.OK, finished
    assert await count(rig) == 0
    async with rig.runner("ann", "prod") as runner:
        await runner.undrop("notes")
    assert await count(rig) == 2
    entries = await rig.administration.list_retired()
    assert [one.is_in_quarantine for one in entries].count(True) == 1


async def test_a_name_that_is_taken_is_not_overwritten(rig: Rig):
    retire(rig)
    await told(rig, "drop table notes")
    await told(rig, "create table notes (other int)", "max", "dev")
    (entry,) = await rig.administration.list_retired()
    with pytest.raises(UsageError, match="taken"):
        await rig.administration.restore_retired(entry.id)
    assert await count(rig) == 0
    await told(rig, "drop table notes", "max", "dev")
    await rig.administration.restore_retired(entry.id)
    assert await count(rig) == 2


def places(server, url: str) -> set[str]:
    """Ask the server itself which places of retirements there are."""
    rows = server.run(
        url,
        "select schema_name from information_schema.schemata "
        "where schema_name like 'bastion_quarantine%'",
    )
    return {word for word in str(rows).replace("'", " ").split() if "quarantine_" in word}


async def test_a_refusal_and_a_way_back_leave_no_empty_places_behind(rig: Rig, request):
    engine = "postgres" if "postgres" in request.node.name else "mariadb"
    server = request.getfixturevalue(f"{engine}_server")
    url = request.getfixturevalue(f"shop_{'postgres' if engine == 'postgres' else 'mysql'}")
    before = places(server, url)
    retire(rig)
    await told(rig, "create table parents (id int primary key)", "max", "dev")
    key = (
        "create table children (id int primary key, p int, foreign key (p) references parents (id))"
    )
    await told(rig, key, "max", "dev")
    both, _, _ = await told(rig, "drop table notes, parents")
    assert both.status is Status.BLOCKED, both
    assert "children" in both.message or "of_" in both.message or "p_fkey" in both.message
    entries = [one for one in await rig.administration.list_retired() if one.is_in_quarantine]
    if engine == "postgres":
        assert entries == []
    for entry in entries:
        await rig.administration.restore_retired(entry.id)
    assert await count(rig) == 2
    assert places(server, url) == before
    gone, _, _ = await told(rig, "drop table notes")
    assert gone.status is Status.OK
    assert len(places(server, url) - before) == 1
    (entry,) = [one for one in await rig.administration.list_retired() if one.is_in_quarantine]
    await rig.administration.restore_retired(entry.id)
    assert places(server, url) == before


async def test_policy_test_says_what_would_be_retired_and_what_would_not(rig: Rig, capsys):
    retire(rig)
    words = ["--dir", str(rig.paths.state), "policy", "test", "--target", "prod", "--user", "ann"]
    for sql, verdict, text in (
        ("drop table notes", "allow", "quarantine keeps it for 7 days"),
        ("drop table notes cascade", "block", "Here nothing is dropped"),
    ):
        assert await asyncio.to_thread(cli.main, [*words, sql, "--json"]) == 0
        (found,) = json.loads(capsys.readouterr().out)
        assert found["verdict"] == verdict
        assert text in found["text"]


async def test_policy_test_tells_people_each_thing_on_a_line_of_its_own(rig: Rig, capsys):
    retire(rig)
    words = ["--dir", str(rig.paths.state), "policy", "test", "--target", "prod", "--user", "ann"]
    sql = "drop table notes; select email, id from customers"
    assert await asyncio.to_thread(cli.main, [*words, sql]) == 0
    first, second = capsys.readouterr().out.split("\n\n")
    assert first.startswith("verdict  allow\n")
    assert "masked" not in first
    assert second.splitlines()[-1] == "masked   email, -"
    assert max(map(len, first.splitlines() + second.splitlines())) <= 80


@pytest.mark.parametrize(
    "sql",
    [
        "drop table notes cascade",
        "drop table customers",
        "truncate table customers",
        "drop table notes, nobody",
        "drop schema public cascade",
        "drop database shop",
    ],
)
async def test_what_cannot_be_put_back_as_it_was_is_refused(rig: Rig, sql: str):
    """Other tables refer to customers; the rest is not a plain table."""
    retire(rig)
    if "customers" in sql:
        key = "create table of_customers (id int primary key, c int references customers (id))"
        await told(rig, key, "max", "dev")
        sql_key = "alter table of_customers add foreign key (c) references customers (id)"
        made, _, _ = await told(rig, sql_key, "max", "dev")
        if made.status is not Status.OK:
            pytest.fail(str(made))
    finished, _, _ = await told(rig, sql)
    assert finished.status is Status.BLOCKED, finished
    assert await count(rig) == 2
    assert not [e for e in await rig.administration.list_retired() if e.is_in_quarantine]


async def test_a_hold_says_that_it_is_kept_and_the_default_policy_blocks(rig: Rig):
    blocked, _, _ = await told(rig, "drop table notes")
    assert (blocked.status, blocked.rule) == (Status.BLOCKED, "production drops")
    retire(rig, "hold")
    held, _, _ = await told(rig, "drop table notes")
    assert held.status is Status.PENDING
    assert "quarantine keeps it for 7 days" in held.message
    assert await count(rig) == 2


async def test_in_a_transaction_nothing_is_retired(rig: Rig):
    retire(rig)
    async with rig.runner("ann", "prod") as runner:
        await collect(runner, "begin")
        finished, _, _ = await collect(runner, "drop table notes")
        assert finished.status is Status.USAGE, finished
    assert await count(rig) == 2


async def test_an_agent_brings_nothing_back(rig: Rig):
    retire(rig)
    await told(rig, "drop table notes")
    async with rig.runner("robo", "prod") as runner:
        with pytest.raises(AccessError):
            await runner.undrop("notes")


async def test_the_real_drop_comes_late_and_takes_two(rig: Rig, monkeypatch):
    retire(rig)
    await told(rig, "drop table notes")
    (entry,) = await rig.administration.list_retired()
    with pytest.raises(AccessError, match="kept until"):
        await rig.administration.drop_retired(entry.id, reason="old")
    over = dataclasses.replace(entry, keep_until=entry.at)
    assert await rig.application.services.governance.quarantine.swap_retired(entry, over)
    with pytest.raises(UsageError, match="reason"):
        await rig.administration.drop_retired(entry.id, reason="")
    assert await rig.administration.drop_retired(entry.id, reason="old") is None
    with pytest.raises(AccessError, match="two persons"):
        await rig.administration.drop_retired(entry.id, reason="")
    monkeypatch.setattr(rig.administration, "_by", "cli:another")
    dropped = await rig.administration.drop_retired(entry.id, reason="")
    assert dropped is not None
    assert dropped.state is RetirementState.DROPPED
    with pytest.raises(BastionError):
        await rig.administration.restore_retired(entry.id)
    events = [row for row in rig.paths.audit_log.read_text().splitlines() if "quarantine." in row]
    for word in ("retired", "drop_proposed", "dropped"):
        assert any(f"quarantine.{word}" in row for row in events), word


async def test_the_command_line_lists_and_restores(rig: Rig, capsys):
    retire(rig)
    await told(rig, "drop table notes")
    words = ["--dir", str(rig.paths.state), "quarantine"]
    assert await asyncio.to_thread(cli.main, [*words, "list"]) == 0
    said = capsys.readouterr().out
    entry = (await rig.administration.list_retired())[0]
    assert entry.id in said
    assert "notes" in said
    assert await asyncio.to_thread(cli.main, [*words, "restore", entry.id]) == 0
    assert await count(rig) == 2
