"""Distinct guesses of masked values are spent from a budget, and past it a reviewer is asked."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastion.core.model import (
    Finished,
    Impact,
    NoticeReceived,
    RunOptions,
    Sensitivity,
    Status,
)
from bastion.errors import AccessError, StoreError, UsageError
from bastion.execution.pipeline import Runner
from tests.core.test_tokens import exposure_of
from tests.fakes.rig import Rig, collect, running_rig

ALLOWED = 12
KNOWN = "customer2@example.com"


@pytest.fixture
async def rig(shop, tmp_path) -> AsyncIterator[Rig]:
    async with running_rig(tmp_path) as rig:
        text = rig.paths.policy.read_text()
        few = f"guesses_per_day = {ALLOWED} "
        rig.paths.policy.write_text(text.replace("guesses_per_day = 100 ", few))
        assert rig.application._policy is not None
        rig.application._policy.follow()
        assert rig.services.governance.policy().limits[""].guesses_per_day == ALLOWED
        await rig.add_target("shop", shop, "staging")
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_agent("robo", "ann")
        yield rig


async def tried(runner: Runner, sql: str) -> Status:
    finished, _, _ = await collect(runner, sql, wait_s=0)
    if finished.status is Status.PENDING:
        await runner._line.governance.desk.withdraw(
            runner._line.session.principal, finished.request_id
        )
    return finished.status


def forms(engine: str) -> list[str]:
    """Ways to ask whether somebody has a value; each holds one more guess, ``{}``."""
    common = [
        "select count(*) from customers where email = '{}'",
        "select id from customers where email in ('{}')",
        "select id from customers where not email <> '{}'",
        "select id from customers where lower(email) = '{}'",
        "select case when email = '{}' then 1 else 0 end as hit from customers",
        "select count(*) from customers c join (select '{}' as g) v on c.email = v.g",
        "with g as (select '{}' as x) select id from customers, g where email = x",
        "select id from customers where (email, id) in (('{}', 2))",
        "explain select id from customers where email = '{}'",
    ]
    own = {
        "postgres": [
            "select id from customers where email = any('{{{}}}')",
            "select id from customers where email = any(array['{}'])",
            "select c.id from customers c join (values ('{}')) v(g) on c.email = v.g",
            "select id from customers where email is not distinct from '{}'",
        ],
        "mysql": [
            "select id from customers where email <=> '{}'",
            "select id from customers having sum(email = '{}') > 0",
        ],
    }
    return common + own[engine]


async def test_a_bot_learns_no_more_than_its_budget(rig: Rig, engine: str):
    """Each statement tries one more value in another form, from several sessions and an agent."""
    ways = itertools.cycle(forms(engine))
    ran = 0
    async with (
        rig.runner("ann", "shop") as one,
        rig.runner("ann", "shop") as two,
        rig.runner("robo", "shop") as agent,
    ):
        runners = itertools.cycle((one, two, agent))
        for number in range(60):
            sql = next(ways).format(f"customer{number}@example.com")
            finished, _, _ = await collect(next(runners), sql, wait_s=0)
            assert finished.status in {Status.OK, Status.PENDING}, (sql, finished)
            ran += finished.status is Status.OK
            if finished.status is Status.PENDING:
                # Also the first of a session, which looks again at what a yes is bound to.
                assert finished.rule_text, finished
                assert "Reads run" not in finished.rule_text, finished
                await rig.services.governance.desk.withdraw(
                    await rig.principal("ann"), finished.request_id
                )
    assert ran <= ALLOWED
    assert ran > 0


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_a_bot_of_ten_thousand_queries_stops_at_its_budget(rig: Rig, engine: str):
    ways = itertools.cycle(forms(engine))
    ran = 0
    async with rig.runner("ann", "shop") as runner:
        for number in range(10_000):
            sql = next(ways).format(f"customer{number}@example.com")
            ran += await tried(runner, sql) is Status.OK
    assert 0 < ran <= ALLOWED


async def test_an_answer_that_is_masked_is_no_guess(rig: Rig):
    async with rig.runner("ann", "shop") as runner:
        for number in range(ALLOWED + 2):
            sql = f"select email = 'customer{number}@example.com' as hit from customers"
            finished, rows, _ = await collect(runner, f"{sql} where id = 2", wait_s=0)
            assert finished.status is Status.OK
            assert rows == [("•••••".encode(),)]


async def test_many_guesses_at_once_are_all_or_none(rig: Rig, engine: str):
    many = ", ".join(f"'a{number}@example.com'" for number in range(ALLOWED + 1))
    few = ", ".join(f"'a{number}@example.com'" for number in range(ALLOWED))
    async with rig.runner("ann", "shop") as runner:
        assert await tried(runner, f"select id from customers where email in ({many})") is (
            Status.PENDING
        )
        finished, _, events = await collect(
            runner, f"select id from customers where email in ({few})", wait_s=0
        )
        assert finished.status is Status.OK
        words = [event.text for event in events if isinstance(event, NoticeReceived)]
        assert words == [f"You have used {ALLOWED} of {ALLOWED} guesses of email today on shop."]
        again = await tried(runner, f"select count(*) from customers where email in ({few})")
        assert again is Status.OK
        assert await tried(runner, "select id from customers where email = 'b@x.org'") is (
            Status.PENDING
        )


async def test_looking_up_the_same_and_joining_stored_columns_is_free(rig: Rig):
    async with rig.runner("ann", "shop") as runner:
        for _ in range(ALLOWED * 2):
            sql = f"select name from customers where email = '{KNOWN}'"
            assert await tried(runner, sql) is Status.OK
            join = "select count(*) from customers a join customers b on a.email = b.email"
            assert await tried(runner, join) is Status.OK
            assert await tried(runner, "select id from customers where city = 'Oslo'") is Status.OK
    ann = await rig.principal("ann")
    target = await rig.services.find_target(ann, "shop")
    _, uses = await rig.services.guess_standing(ann, target)
    assert [(one.sensitivity, one.used) for one in uses] == [(Sensitivity.EMAIL, 1)]


async def test_prepared_values_count_each_time(rig: Rig, engine: str):
    ran = 0
    async with rig.runner("ann", "shop") as runner:
        body = "select id from customers where email = "
        prepare = f"prepare p as {body}$1" if engine == "postgres" else f"prepare p from '{body}?'"
        await tried(runner, prepare)
        for number in range(ALLOWED * 2):
            value = f"'customer{number}@example.com'"
            if engine == "postgres":
                status = await tried(runner, f"execute p({value})")
            else:
                await tried(runner, f"set @g = {value}")
                status = await tried(runner, "execute p using @g")
            ran += status is Status.OK
    assert ran <= ALLOWED


async def test_a_yes_runs_the_statement_and_an_extension_lets_more_run(rig: Rig):
    rae, ann = await rig.principal("rae"), await rig.principal("ann")
    guesses = rig.services.governance.guesses
    sql = "select id from customers where email = '{}@example.com'"
    async with rig.runner("ann", "shop") as runner:
        for number in range(ALLOWED):
            assert await tried(runner, sql.format(f"customer{number}")) is Status.OK
        finished = await approved(rig, runner, sql.format("customer90"))
        assert finished.status is Status.OK
        assert await tried(runner, sql.format("customer91")) is Status.PENDING
        with pytest.raises(AccessError, match="Only a reviewer"):
            await guesses.extend(ann, "ann", "shop", Sensitivity.EMAIL, count=5, reason="I want to")
        with pytest.raises(UsageError, match="Say why"):
            await guesses.extend(rae, "ann", "shop", Sensitivity.EMAIL, count=5, reason=" ")
        with pytest.raises(AccessError, match="your own"):
            await guesses.extend(rae, "rae", "shop", Sensitivity.EMAIL, count=5, reason="mine")
        await guesses.extend(rae, "ann", "shop", Sensitivity.EMAIL, count=2, reason="a list")
        assert await tried(runner, sql.format("customer91")) is Status.OK
        assert await tried(runner, sql.format("customer92")) is Status.OK
        assert await tried(runner, sql.format("customer93")) is Status.PENDING


async def test_what_cannot_be_counted_does_not_run(rig: Rig):
    async def refuse(*_: object, **__: object) -> None:
        raise StoreError("The store is out of reach.")

    async with rig.runner("ann", "shop") as runner:
        rig.services.governance.guesses._records.spend_guesses = refuse  # type: ignore[method-assign]
        status = await tried(runner, f"select id from customers where email = '{KNOWN}'")
        assert status is Status.UNAVAILABLE
        assert await tried(runner, "select id from customers where city = 'Oslo'") is Status.OK


async def test_sessions_at_once_do_not_overdraw(rig: Rig):
    sql = "select id from customers where email = 'customer{}@example.com'"

    async def ask(number: int) -> Status:
        async with rig.runner("ann", "shop") as runner:
            return await tried(runner, sql.format(number))

    found = await asyncio.gather(*(ask(number) for number in range(ALLOWED + 6)))
    assert found.count(Status.OK) == ALLOWED


async def test_a_value_written_where_each_may_stand_once_is_a_guess(rig: Rig, server, shop):
    server.run(shop, "create table vault (id int primary key, ssn varchar(40) not null unique)")
    server.run(shop, "insert into vault values (1, '078-05-1120'), (2, '219-09-9999')")
    ran = 0
    async with rig.runner("ann", "shop") as runner:
        for number in range(ALLOWED * 2):
            sql = f"insert into vault values ({number + 10}, '078-05-{number:04}')"
            ran += await tried(runner, sql) is Status.OK
    assert ran <= ALLOWED


async def effect(rig: Rig, runner: Runner, sql: str) -> Impact:
    """File a request, take it back, and give the effect that it showed."""
    finished, _, _ = await collect(runner, sql, wait_s=0)
    assert finished.status is Status.PENDING, finished
    found = await rig.services.governance.desk.get(await rig.principal("rae"), finished.request_id)
    await rig.services.governance.desk.withdraw(runner._line.session.principal, finished.request_id)
    return found.impact


async def test_rows_that_are_counted_before_a_yes_answer_a_guess(rig: Rig, request, engine):
    await rig.add_target("live", request.getfixturevalue(f"shop_{engine}"), "production")
    async with rig.runner("ann", "live") as runner, rig.runner("robo", "live") as agent:
        runners = itertools.cycle((runner, agent))
        ways = itertools.cycle(
            [
                "delete from customers where email = '{}'",
                "update customers set city = 'Rome' where email in ('{}')",
                "insert into audit_trail (what) select name from customers where email = '{}'",
                "insert into audit_trail (what) select email from customers where id = 2"
                " union select '{}'",
            ]
        )
        found = [
            await effect(rig, next(runners), next(ways).format(f"customer{number}@example.com"))
            for number in range(ALLOWED + 8)
        ]
        assert all(one.is_measured for one in found[: ALLOWED - 1])
        unpaid = [one for one in found if not one.is_measured]
        assert len(unpaid) >= 8
        assert all("guesses are used up" in " ".join(one.notes) for one in unpaid)
        # What tells nothing is counted as ever, and so is what was paid for already.
        assert (await effect(rig, runner, "delete from customers where id = 3")).rows == 1
        again = await effect(
            rig, runner, "delete from customers where email = 'customer0@example.com'"
        )
        assert again.is_measured


async def test_what_would_be_added_is_not_told_by_its_digest(rig: Rig, request, engine):
    await rig.add_target("live", request.getfixturevalue(f"shop_{engine}"), "production")
    sql = "insert into audit_trail (what) select email from customers where id = 2"
    async with rig.runner("ann", "live") as runner:
        stored = await effect(rig, runner, sql)
        typed = await effect(rig, runner, f"insert into audit_trail (what) select '{KNOWN}'")
        assert stored.keys is not None
        assert typed.keys is not None
        assert stored.keys.count == typed.keys.count == 1
        assert stored.keys.digest != typed.keys.digest
        alike = await effect(rig, runner, f"{sql} union all select '{KNOWN}'")
        other = await effect(rig, runner, f"{sql} union all select 'nobody@example.com'")
        assert alike.keys is not None
        assert other.keys is not None
        assert alike.keys.count == other.keys.count == 2


async def approved(rig: Rig, runner: Runner, sql: str) -> Finished:
    rae = await rig.principal("rae")
    finished = None
    async for event in runner.execute(sql, options=RunOptions(wait_s=20)):
        request_id = getattr(event, "request_id", "")
        if request_id and not isinstance(event, Finished) and finished is None:
            desk = rig.services.governance.desk
            if (await desk.get(rae, request_id)).state.value == "pending":
                await desk.decide(rae, request_id, approve=True, reason="a test")
        if isinstance(event, Finished):
            finished = event
    assert finished is not None
    return finished


@given(st.text("abcXYZ019 .@-%_", min_size=1, max_size=12))
def test_one_value_is_one_guess_however_often_it_is_asked(value: str):
    again = [
        exposure_of(sql.format(value)).guessed
        for sql in (
            "select id from customers where email = '{}'",
            "select name from customers c where c.email='{}' and id > 3",
            "select count(*) from customers where email <> ('{}')",
            "select 1 from customers where '{}' = email or id = 7",
            "select id from customers where email in ('{}')",
        )
    ]
    assert all(len(guessed) == 1 for guessed in again)
    assert len({guessed[0].key for guessed in again}) == 1
    other = exposure_of(f"select id from customers where email = '{value}x'").guessed
    assert other[0].key != again[0][0].key
