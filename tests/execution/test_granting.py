"""Grants: classes shown for a while, single rows of one table; asked, given, counted, ended."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bastion.core import grants as life
from bastion.core.grants import GrantKind, Wanted, wanted_unmask, wanted_window
from bastion.core.model import Finished, RunOptions, Status, Waiting
from bastion.errors import AccessError, BastionError, SelfApprovalError, StoreError, UsageError
from bastion.execution.pipeline import Runner
from bastion.frontends import verbs
from bastion.frontends.words import parse
from recordings.audit import read_rows
from tests.fakes.rig import Rig, collect, running_rig

EMAIL = "select email from customers where id = 2"
RAW, HIDDEN = [(b"customer2@example.com",)], [("c•••@e•••.com".encode(),)]


@pytest.fixture
async def rig(server, shop, tmp_path) -> AsyncIterator[Rig]:
    server.run(shop, "create table stock (id int primary key, sku varchar(20) unique, n int)")
    server.run(shop, "insert into stock values (1, 'a', 5), (2, 'b', 6), (3, null, 7)")
    async with running_rig(tmp_path) as rig:
        await rig.add_target("prod", shop, "production")
        await rig.add_target("other", shop, "production")
        for name, role in (("ann", "engineer"), ("eve", "engineer"), ("rae", "reviewer")):
            await rig.add_user(name, role)
        await rig.add_user("max", "reviewer", "engineer", "admin")
        await rig.add_agent("robo", "ann")
        yield rig


def unmask(what: str = "email", span: str = "15m") -> Wanted:
    return wanted_unmask(f"{what} for {span}", span_max_s=3600)


async def asked(
    rig: Rig, who: str, wanted: Wanted, *, by: str = "rae", reason: str = "TICKET-8"
) -> Finished:
    """Ask on prod in a session of one's own, with a yes by somebody."""
    reviewer = await rig.principal(by)
    finished = None
    async with rig.runner(who, "prod") as runner:
        async for event in runner.ask_grant(wanted, options=RunOptions(reason=reason, wait_s=20)):
            if isinstance(event, Waiting):
                await rig.services.governance.desk.decide(
                    reviewer, event.request_id, approve=True, reason="fine"
                )
            if isinstance(event, Finished):
                finished = event
    assert finished is not None
    return finished


async def shown(rig: Rig, sql: str, who: str = "ann", target: str = "prod"):
    async with rig.runner(who, target) as runner:
        finished, rows, _ = await collect(runner, sql, wait_s=0)
        assert finished.status is Status.OK, finished
        return rows


async def schema_of(rig: Rig, engine: str) -> str:
    found = (await rig.administration.find_target("prod")).target
    return "public" if engine == "postgres" else found.database


async def tried(runner: Runner, sql: str) -> Finished:
    finished, _, _ = await collect(runner, sql, wait_s=0)
    if finished.status is Status.PENDING:
        await runner._line.governance.desk.withdraw(
            runner._line.session.principal, finished.request_id
        )
    return finished


async def test_a_class_is_shown_to_one_person_on_one_target_and_counted(rig: Rig):
    assert await shown(rig, EMAIL) == HIDDEN
    finished = await asked(rig, "ann", unmask())
    assert finished.status is Status.OK, finished
    assert "You see email on prod until" in finished.message
    assert await shown(rig, EMAIL) == RAW
    assert await shown(rig, "select upper(email) from customers where id = 2") == [
        (b"CUSTOMER2@EXAMPLE.COM",)
    ]
    assert await shown(rig, EMAIL, who="eve") == HIDDEN
    assert await shown(rig, EMAIL, who="robo") == HIDDEN
    assert await shown(rig, EMAIL, target="other") == HIDDEN
    (grant,) = await rig.services.governance.grants.list_grants(await rig.principal("rae"))
    assert (grant.used, grant.given_by, grant.reason) == (2, ("rae",), "TICKET-8")
    rows = [row for row in read_rows(rig.paths.audit_log) if row.event == "grant.given"]
    assert rows[0].fields["subject"] == "email"


async def test_other_classes_and_what_is_not_proven_stay_masked(rig: Rig):
    await asked(rig, "ann", unmask())
    (row,) = await shown(rig, "select email, phone, concat(email, phone) from customers where id=2")
    assert row[0] == b"customer2@example.com"
    assert row[1:] == ("•••••".encode(), "•••••".encode())


@pytest.mark.parametrize("what", ["password", "token", "secret", "unproven", "everything"])
def test_credentials_cannot_be_asked_for(what: str):
    with pytest.raises(UsageError, match="cannot be unmasked"):
        unmask(what)


def test_how_long_is_bounded_by_policy():
    with pytest.raises(UsageError, match="60 minutes at most"):
        unmask(span="61m")
    with pytest.raises(UsageError, match="Policy allows nothing"):
        wanted_unmask("email for 5m", span_max_s=0)
    with pytest.raises(UsageError, match="15m"):
        unmask(span="soon")


@pytest.mark.parametrize(
    "wanted", [unmask(), unmask(span="90s"), unmask(span="1h"), wanted_window("public.orders")]
)
def test_what_a_yes_covers_is_read_back_as_it_was_asked(wanted: Wanted):
    assert life.read_wanted(wanted.text) == wanted
    assert life.read_wanted(f"{wanted.text}; drop table x") != wanted


def test_what_a_reviewer_reads_says_minutes_where_they_are_whole():
    assert unmask().text == "UNMASK email FOR 15 MINUTES"
    assert unmask(span="90s").text == "UNMASK email FOR 90 SECONDS"
    assert life.read_wanted("select 1") is None


async def test_it_ends_by_time_and_by_being_taken_back(rig: Rig):
    grants = rig.services.governance.grants
    finished = await asked(rig, "ann", unmask(span="1s"))
    await asyncio.sleep(1.1)
    assert await shown(rig, EMAIL) == HIDDEN
    finished = await asked(rig, "ann", unmask())
    assert await shown(rig, EMAIL) == RAW
    with pytest.raises(BastionError):
        await grants.revoke(await rig.principal("eve"), finished.request_id, "")
    with pytest.raises(AccessError):
        await grants.revoke(await rig.principal("robo"), finished.request_id, "")
    await grants.revoke(await rig.principal("rae"), finished.request_id, "enough")
    assert await shown(rig, EMAIL) == HIDDEN
    with pytest.raises(UsageError, match="already"):
        await grants.revoke(await rig.principal("rae"), finished.request_id, "again")


async def test_nobody_gives_to_themselves_and_agents_get_none(rig: Rig):
    with pytest.raises(SelfApprovalError):
        await asked(rig, "max", unmask(), by="max")
    refused = await asked(rig, "robo", unmask())
    assert refused.status is Status.BLOCKED
    assert "never to agents" in refused.message
    unexplained = await asked(rig, "ann", unmask(), reason=" ")
    assert unexplained.status is Status.USAGE


async def test_what_cannot_be_counted_is_not_shown(rig: Rig):
    async def refuse(*_: object) -> bool:
        raise StoreError("The store is out of reach.")

    await asked(rig, "ann", unmask())
    rig.services.governance.grants._records.use_grant = refuse  # type: ignore[method-assign]
    async with rig.runner("ann", "prod") as runner:
        finished, rows, _ = await collect(runner, EMAIL, wait_s=0)
    assert finished.status is Status.UNAVAILABLE
    assert rows == []


async def test_a_request_left_pending_is_taken_up_by_req_wait(rig: Rig):
    ann, rae = await rig.principal("ann"), await rig.principal("rae")
    desk, options = rig.services.desk, RunOptions(reason="TICKET-8", wait_s=0)
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        events = [one async for one in runner.ask_grant(unmask(), options=options)]
    assert events[-1].status is Status.PENDING
    request_id = events[-1].request_id
    assert await shown(rig, EMAIL) == HIDDEN
    await desk.decide(rae, request_id, approve=True, reason="")
    assert await shown(rig, EMAIL) == HIDDEN
    for expected in (Status.OK, Status.EXPIRED):
        async with rig.runner("ann", "prod", front_end="exec") as runner:
            request = await desk.get(ann, request_id)
            taken = [one async for one in runner.resume(request, options=RunOptions(wait_s=5))]
        assert taken[-1].status is expected, taken[-1]
    assert await shown(rig, EMAIL) == RAW


async def test_a_window_lets_single_rows_through_and_nothing_else(rig: Rig, engine: str):
    table = f"{await schema_of(rig, engine)}.stock"
    async with rig.runner("ann", "prod") as runner:
        assert (await tried(runner, "update stock set n = 1 where id = 1")).status is Status.PENDING
    assert (await asked(rig, "ann", wanted_window(table))).status is Status.OK
    through = [
        "update stock set n = n + 1 where id = 1",
        "update stock set n = 3 where sku = 'a'",
        "update stock set n = 3 where id = 2 and n = 6",
        "insert into stock values (10, 'x', 1)",
        "delete from stock where id = 10",
    ]
    held = [
        "update stock set n = 1 where n = 6",
        "update stock set n = 1 where id in (1, 2)",
        "update stock set n = 1 where id = 1 or n = 6",
        "update stock set n = 1 where id > 1",
        "update stock set n = 1",
        "update stock set id = 9 where id = 1",
        "update stock set n = (select max(id) from customers) where id = 1",
        "insert into stock values (11, 'y', 1), (12, 'z', 1)",
        "insert into stock select 13, 'w', 1",
        "delete from stock where id = 1 + 0",
        "delete from orders where id = 1",
    ]
    if engine == "mysql":
        held += [
            "replace into stock values (1, 'q', 1)",
            "insert into stock values (1, 'q', 1) on duplicate key update n = 2",
            "insert ignore into stock values (1, 'q', 1)",
        ]
    else:
        held += ["insert into stock values (1, 'q', 1) on conflict (id) do update set n = 2"]
    async with rig.runner("ann", "prod") as runner:
        for sql in through:
            finished = await tried(runner, sql)
            assert finished.status is Status.OK, (sql, finished)
        for sql in held:
            assert (await tried(runner, sql)).status is Status.PENDING, sql
        assert (await tried(runner, "drop table stock")).status is Status.BLOCKED
    async with rig.runner("eve", "prod") as other:
        assert (await tried(other, through[0])).status is Status.PENDING
    async with rig.runner("ann", "other") as elsewhere:
        assert (await tried(elsewhere, through[0])).status is Status.PENDING
    (grant,) = await rig.services.governance.grants.list_grants(await rig.principal("ann"))
    assert (grant.kind, grant.used, grant.count_max) == (GrantKind.WINDOW, len(through), 20)


async def test_a_window_holds_for_twenty_runs_whoever_is_fastest(rig: Rig, engine: str):
    table = f"{await schema_of(rig, engine)}.stock"
    await asked(rig, "ann", wanted_window(table))

    async def work(rounds: int) -> list[Status]:
        async with rig.runner("ann", "prod") as runner:
            sql = "update stock set n = n + 1 where id = 1"
            return [(await tried(runner, sql)).status for _ in range(rounds)]

    found = [one for many in await asyncio.gather(*(work(6) for _ in range(4))) for one in many]
    assert found.count(Status.OK) == 20
    assert found.count(Status.PENDING) == 4


EVERY_TIME = {"reviewer: is disabled", "table: a trigger"}
CHANGES = {
    "reviewer: has another role": None,
    "reviewer: is disabled": None,
    "target: another database of its name": None,
    "table: another one in its place": "alter table stock rename to was; create table stock"
    " (id int primary key, sku varchar(20) unique, n int); insert into stock select * from was",
    "table: a column more": "alter table stock add column price int default 7",
    "table: a trigger": "{trigger}",
    "table: a view in its place": "alter table stock rename to was;"
    " create view stock as select * from was",
}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=[] if kind in EVERY_TIME else [pytest.mark.long])
        for kind in CHANGES
    ],
)
async def test_a_window_and_an_unmasking_end_with_what_they_were_given_for(
    rig: Rig, engine: str, kind: str, server, shop
):
    """They are given by a yes, and a yes covers what was there when it was asked for."""
    await asked(rig, "ann", wanted_window(f"{await schema_of(rig, engine)}.stock"))
    await asked(rig, "ann", unmask())
    sql = "update stock set n = n + 1 where id = 1"
    async with rig.runner("ann", "prod") as runner:
        assert (await tried(runner, sql)).status is Status.OK
    assert await shown(rig, EMAIL) == RAW
    match kind:
        case "reviewer: has another role":
            await rig.administration.set_roles("rae", ["auditor"])
        case "reviewer: is disabled":
            await rig.administration.set_disabled("rae", is_disabled=True)
        case "target: another database of its name":
            other = server.create_database("shop", f"shop_{engine}.sql")
            server.run(other, "create table stock (id int primary key, sku text, n int)")
            await rig.administration.remove_target("prod")
            await rig.add_target("prod", other, "production")
        case _:
            trigger = "create trigger more before update on stock for each row set new.n = 0"
            if engine == "postgres":
                trigger = (
                    "create function spoil() returns trigger language plpgsql as"
                    " 'begin new.n := 0; return new; end'; create trigger more"
                    " before update on stock for each row execute function spoil()"
                )
            server.run(shop, (CHANGES[kind] or "").replace("{trigger}", trigger))
    async with rig.runner("ann", "prod") as runner:
        for _ in range(2):
            assert (await tried(runner, sql)).status in {Status.PENDING, Status.BLOCKED}, kind
    if kind == "table: a trigger":
        assert server.run(shop, "select n from stock where id = 1") == [(6,)]
    is_of_table = kind.startswith("table")
    assert await shown(rig, EMAIL) == (RAW if is_of_table else HIDDEN)


async def test_a_window_is_not_taken_up_on_another_table_than_was_asked_for(
    rig: Rig, engine: str, server, shop
):
    wanted = wanted_window(f"{await schema_of(rig, engine)}.stock")
    reviewer, finished = await rig.principal("rae"), None
    async with rig.runner("ann", "prod") as runner:
        async for event in runner.ask_grant(wanted, options=RunOptions(reason="x", wait_s=20)):
            if isinstance(event, Waiting):
                server.run(shop, "alter table stock add column price int default 7")
                await rig.services.governance.desk.decide(
                    reviewer, event.request_id, approve=True, reason="fine"
                )
            if isinstance(event, Finished):
                finished = event
    assert finished is not None
    assert finished.status is Status.EXPIRED
    assert "tables or code that it uses changed since" in finished.message
    assert not await rig.services.governance.grants.list_grants(await rig.principal("ann"))


async def test_a_window_is_not_given_on_what_sets_others_off(server, shop, rig: Rig, engine: str):
    server.run(shop, "create table bare (n int)")
    schema = await schema_of(rig, engine)
    for name, words in (("bare", "no key"), ("nowhere", "no table")):
        finished = await asked(rig, "ann", wanted_window(f"{schema}.{name}"))
        assert finished.status is Status.USAGE
        assert words in finished.message


async def test_every_verb_answers_in_words_and_json(rig: Rig):
    finished = await asked(rig, "ann", unmask())
    rae = await rig.principal("rae")
    for line, words in (
        ("grant list", "unmask email"),
        ("grant list --json", '"state":"open"'),
        (f"grant revoke {finished.request_id} --reason enough", "Ended: unmask email of ann."),
        ("grant list", "Nothing is given. grant list --all"),
        ("grant list --all", "revoked by rae"),
    ):
        request = parse(line)
        answer = await verbs.answer(rig.services, rae, request)
        assert words in answer.render(is_json=request.is_json)


def test_a_grant_is_over_when_its_time_or_its_count_is():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    grant = life.Grant(
        id="req_1", kind=GrantKind.WINDOW, user="ann", person="ann", target="prod", subject="a.b",
        reason="", given_by=("rae",), at=now, until=now + timedelta(minutes=30), count_max=2,
    )  # fmt: skip
    assert grant.is_open(now)
    assert not grant.is_open(grant.until)
    used = dataclasses.replace(grant, used=2)
    assert not used.is_open(now)
    assert used.stands(now) == "used up"


async def test_one_class_shows_nothing_of_the_others_that_stand_beside_it(
    rig: Rig, engine, server, shop
):
    """A document, a row or a text that is known for its addresses may hold a card too."""
    is_postgres = engine == "postgres"
    kind = "jsonb" if is_postgres else "json"
    server.run(
        shop,
        f"create table files (id int primary key, email varchar(80), profile {kind}, body text)",
    )
    others = ', "card": "4012888888881881", "ssn": "219-09-9912"'
    for number in range(6):
        document = f'{{"email": "ada{number}@example.com"{others if number == 3 else ""}}}'
        address = "+49 151 98765401" if number == 5 else f"ada{number}@example.com"
        server.run(
            shop,
            f"insert into files values ({number}, '{address}', '{document}',"
            f" 'write to ada{number}@example.com or call +49 151 98765401')",
        )
    hidden = (b"4012888888881881", b"219-09-9912", b"98765401")
    text = "text" if is_postgres else "char"
    asked_of = [
        "select * from files order by id",
        "select profile from files",
        f"select cast(profile as {text}) from files",
        "select concat(profile, '') from files",
        "select concat(email, body) from files",
        "select substr(body, 20) from files",
        "select email from files where id = 5",
        "create temporary table mine as select profile as p from files; select p from mine",
    ]
    if is_postgres:
        server.run(shop, "create type contact as (email text, phone text)")
        server.run(shop, "create table rowed (id int primary key, who contact)")
        server.run(shop, "insert into rowed values (1, ('ada@example.com', '+49 151 98765401'))")
        asked_of += [
            "select who from rowed",
            "select array[who] from rowed",
            "select jsonb_each_text(profile) from files",
            "select jsonb_pretty(profile) from files",
            "select f from files f",
        ]
    else:
        asked_of += [
            "select json_detailed(profile) from files",
            "set @p = (select profile from files where id = 1); select @p",
        ]
    await asked(rig, "ann", unmask())
    async with rig.runner("ann", "prod") as runner:
        for sql in asked_of:
            finished, rows, _ = await collect(runner, sql, wait_s=0)
            assert finished.status in {Status.OK, Status.PENDING}, (sql, finished)
            for value in hidden:
                assert value not in repr(rows).encode(), sql
        _, rows, _ = await collect(runner, "select email from files where id = 2", wait_s=0)
        assert rows == [(b"ada2@example.com",)]
        assert any("may hold more" in one for one in await _reasons(runner, "profile"))


async def _reasons(runner: Runner, column: str) -> tuple[str, ...]:
    await collect(runner, f"select {column} from files", wait_s=0)
    return runner.explain_masks()
