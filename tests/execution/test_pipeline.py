"""The governed path on real databases: what runs, what waits, what is shown, what is recorded."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bastion.core.approval import ApprovalState
from bastion.core.model import Finished, NoticeReceived, Resumed, RunOptions, Status, Waiting
from bastion.execution.pipeline import Runner
from recordings.reader import read_statements
from tests.fakes.rig import Rig, collect, running_rig


@pytest.fixture
async def rig(shop, tmp_path) -> AsyncIterator[Rig]:
    async with running_rig(tmp_path) as rig:
        await rig.add_target("prod", shop, "production")
        await rig.add_target("stage", shop, "staging")
        await rig.add_target("dev", shop, "development")
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_user("max", "admin", "reviewer")
        await rig.add_agent("robo", "ann")
        yield rig


async def decide(rig: Rig, approve: bool, reason: str = "because", by: str = "rae") -> str:
    """Decide on the first request that appears; a reviewer is told, and does not poll."""
    arrived: asyncio.Queue[str] = asyncio.Queue()
    stop = rig.services.desk.subscribe(arrived.put_nowait)
    try:
        reviewer = await rig.principal(by)
        waiting = await rig.services.desk.list_requests(reviewer)
        request_id = waiting[0].id if waiting else await asyncio.wait_for(arrived.get(), 20)
        await rig.services.desk.decide(reviewer, request_id, approve=approve, reason=reason)
        return request_id
    finally:
        stop()


async def count(rig: Rig, sql: str = "select count(*) from orders") -> int:
    async with rig.runner("max", "dev") as runner:
        _, rows, _ = await collect(runner, sql)
        return int(rows[0][0] or 0)


async def test_sensitive_columns_are_masked_with_nothing_configured(rig: Rig):
    async with rig.runner("ann", "prod") as runner:
        finished, rows, _ = await collect(runner, "select id, email, city from customers limit 3")
    assert finished.status is Status.OK
    assert finished.row_count == 3
    for row in rows:
        assert b"example.com" not in (row[1] or b"")
        assert "•".encode() in (row[1] or b"")
        assert row[2] in {b"Oslo", b"Porto", b"Graz", b"Turin"}


async def test_a_held_delete_runs_once_after_a_yes_and_touches_what_was_counted(rig: Rig):
    async with rig.runner("ann", "prod") as runner, asyncio.TaskGroup() as group:
        group.create_task(decide(rig, True))
        finished, _, events = await collect(runner, "delete from orders where id <= 5")
    assert finished.status is Status.OK
    assert finished.row_count == 5
    assert finished.approved_by == ("rae",)
    waiting = next(event for event in events if isinstance(event, Waiting))
    assert waiting.impact.rows == 5
    assert waiting.impact.is_measured
    assert waiting.approvers == ("max", "rae")
    assert any(isinstance(event, Resumed) for event in events)


async def test_a_denied_statement_does_not_run_and_its_requester_reads_why(rig: Rig):
    before = await count(rig)
    async with rig.runner("ann", "prod") as runner, asyncio.TaskGroup() as group:
        group.create_task(decide(rig, False, "use the archive job"))
        finished, _, _ = await collect(runner, "delete from orders where id <= 5")
    assert finished.status is Status.DENIED
    assert "use the archive job" in finished.message
    assert await count(rig) == before


async def test_an_effect_that_grew_is_rolled_back_and_goes_back_to_the_reviewers(rig: Rig):
    async def grow_then_approve(other: Runner) -> None:
        arrived: asyncio.Queue[str] = asyncio.Queue()
        stop = rig.services.desk.subscribe(arrived.put_nowait)
        first = await asyncio.wait_for(arrived.get(), 20)
        await collect(other, "update orders set quantity = 77 where id in (10, 11)")
        reviewer = await rig.principal("rae")
        await rig.services.desk.decide(reviewer, first, approve=True, reason="")
        while True:
            request_id = await asyncio.wait_for(arrived.get(), 20)
            waiting = await rig.services.desk.list_requests(reviewer)
            if request_id != first and waiting:
                break
        stop()
        await rig.services.desk.decide(reviewer, waiting[0].id, approve=False, reason="no")

    async with (
        rig.runner("ann", "prod") as runner,
        rig.runner("max", "dev") as other,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(grow_then_approve(other))
        finished, _, events = await collect(runner, "delete from orders where quantity = 77")
    assert finished.status is Status.DENIED
    effects = [event.impact.rows for event in events if isinstance(event, Waiting)]
    assert effects == [0, 2]
    assert any(isinstance(event, NoticeReceived) for event in events)
    assert await count(rig, "select count(*) from orders where quantity = 77") == 2


@pytest.mark.parametrize("who", ["ann", "robo"])
async def test_dropping_a_production_table_is_blocked_whoever_asks(rig: Rig, who: str):
    async with rig.runner(who, "prod") as runner:
        finished, _, _ = await collect(runner, "drop table orders")
    assert finished.status is Status.BLOCKED
    assert await count(rig) > 0


async def test_staging_runs_narrow_writes_and_holds_whole_tables(rig: Rig):
    async with rig.runner("ann", "stage", front_end="exec") as runner:
        narrow, _, _ = await collect(runner, "update orders set quantity = 3 where id = 1")
        whole, _, _ = await collect(runner, "update orders set quantity = 3", wait_s=0)
    assert narrow.status is Status.OK
    assert whole.status is Status.PENDING


async def test_development_runs_all_and_masks_all_the_same(rig: Rig):
    async with rig.runner("ann", "dev") as runner:
        made, _, _ = await collect(runner, "create table made (id int primary key)")
        finished, rows, _ = await collect(runner, "select email from customers limit 1")
    assert made.status is Status.OK
    assert finished.status is Status.OK
    assert b"example.com" not in (rows[0][0] or b"")


async def test_an_approval_covers_only_the_text_that_was_seen(rig: Rig):
    async with rig.runner("robo", "prod", front_end="exec") as runner:
        first, _, _ = await collect(runner, "delete from orders where id = 1", wait_s=0)
        edited, _, _ = await collect(runner, "delete from orders where id = 2", wait_s=0)
        again, _, _ = await collect(runner, "delete from orders where id = 1", wait_s=0)
    assert first.status is edited.status is again.status is Status.PENDING
    assert first.request_id == again.request_id
    assert first.request_id != edited.request_id


async def test_the_same_text_of_another_session_is_the_same_request(rig: Rig):
    found = []
    for who in ("ann", "ann", "robo"):
        async with rig.runner(who, "prod", front_end="exec") as runner:
            pending, _, _ = await collect(runner, "delete from orders where id = 1", wait_s=0)
            found.append(pending.request_id)
    assert found[0] == found[1]
    assert found[2] != found[0], "an agent's request is not its owner's"


async def test_a_person_cannot_approve_what_their_own_agent_asks(rig: Rig):
    await rig.administration.set_roles("ann", ["engineer", "reviewer", "admin"])
    async with rig.runner("robo", "prod", front_end="exec") as runner:
        pending, _, _ = await collect(runner, "delete from orders where id = 1", wait_s=0)
    with pytest.raises(Exception, match="cannot approve your own"):
        await rig.services.desk.decide(
            await rig.principal("ann"), pending.request_id, approve=True, reason=""
        )


async def test_a_dry_run_tells_the_verdict_and_runs_nothing(rig: Rig):
    before = await count(rig)
    async with rig.runner("ann", "prod") as runner:
        finished, _, _ = await collect(runner, "delete from orders", dry_run=True)
    assert finished.status is Status.PENDING
    assert "Dry run" in finished.message
    assert await count(rig) == before


async def test_statement_verdict_and_outcome_are_in_the_transcript(rig: Rig):
    async with rig.runner("ann", "prod") as runner:
        await collect(runner, "select 1; drop table orders; select 2", stop_on_error=False)
        session_id = runner._line.session.id
    path = next(rig.paths.sessions.rglob(f"{session_id}.cast"))
    told = [(view.text, view.action, view.status) for view in read_statements(path)]
    assert told == [
        ("select 1", "allow", "ok"),
        ("drop table orders", "block", "blocked"),
        ("select 2", "allow", "ok"),
    ]


async def test_a_row_limit_cuts_and_says_so(rig: Rig):
    async with rig.runner("ann", "prod") as runner:
        finished, rows, _ = await collect(runner, "select id from orders", limit=7)
    assert len(rows) == 7
    assert finished.truncated


async def test_an_open_transaction_cannot_be_left_pending(rig: Rig):
    async with rig.runner("robo", "prod", front_end="exec") as runner:
        await collect(runner, "begin")
        finished, _, _ = await collect(runner, "delete from orders where id = 1", wait_s=0)
    assert finished.status is Status.USAGE
    assert "--wait" in finished.message


async def test_an_error_of_the_database_comes_with_its_code_and_without_values(rig: Rig):
    async with rig.runner("ann", "dev") as runner:
        _, rows, _ = await collect(runner, "select id from customers order by id limit 1")
        key = int(rows[0][0] or 0)
        finished, _, _ = await collect(
            runner,
            "insert into customers (id, name, email) "
            f"values ({key}, 'x', 'somebody.private@example.org')",
        )
    assert finished.status is Status.ERROR
    assert finished.error is not None
    assert finished.error.sqlstate
    told = finished.error.message + finished.error.context + finished.error.hint
    assert "somebody.private" not in told


async def test_ctrl_c_while_waiting_withdraws_the_request(rig: Rig):
    async with rig.runner("ann", "prod") as runner, asyncio.TaskGroup() as group:

        async def interrupt() -> None:
            arrived: asyncio.Queue[str] = asyncio.Queue()
            stop = rig.services.desk.subscribe(arrived.put_nowait)
            await asyncio.wait_for(arrived.get(), 20)
            await asyncio.sleep(0.1)
            await runner.interrupt()
            stop()

        group.create_task(interrupt())
        finished, _, _ = await collect(runner, "delete from orders where id = 1")
    assert finished.status is Status.EXPIRED
    assert "withdrawn" in finished.message


async def test_a_client_gone_when_told_that_it_waits_leaves_nothing_to_approve(rig: Rig):
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        events = runner.execute("delete from orders where id = 1", options=RunOptions(wait_s=20))
        async for event in events:
            if isinstance(event, Waiting):
                break
        await events.aclose()
        left = await rig.services.desk.get(await rig.principal("ann"), event.request_id)
    assert left.state is ApprovalState.WITHDRAWN


async def test_a_client_gone_when_told_of_the_yes_leaves_no_run_open(rig: Rig):
    async with (
        rig.runner("ann", "prod", front_end="exec") as runner,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(decide(rig, True))
        events = runner.execute("delete from orders where id = 1", options=RunOptions(wait_s=20))
        async for event in events:
            if isinstance(event, Resumed):
                break
        await events.aclose()
        left = await rig.services.desk.get(await rig.principal("ann"), event.request_id)
    assert left.state is ApprovalState.UNKNOWN


async def test_to_stop_waiting_for_what_was_left_pending_leaves_it(rig: Rig):
    ann, desk = await rig.principal("ann"), rig.services.desk
    sql = "delete from orders where id = 1"
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        finished, _, _ = await collect(runner, sql, wait_s=0)
    request = await desk.get(ann, finished.request_id)
    for does_interrupt in (True, False):
        async with rig.runner("ann", "prod", front_end="exec") as runner:
            events = runner.resume(request, options=RunOptions(wait_s=20))
            async for event in events:
                if not isinstance(event, Waiting):
                    continue
                if not does_interrupt:
                    break
                await runner.interrupt()
            await events.aclose()
        if does_interrupt:
            assert isinstance(event, Finished)
            assert event.status is Status.PENDING
            assert event.waited_ms < 20_000
        assert (await desk.get(ann, request.id)).state is ApprovalState.PENDING


async def test_only_who_filed_a_request_resumes_it_and_none_of_a_live_session(rig: Rig):
    ann, desk = await rig.principal("ann"), rig.services.desk
    sql = "delete from orders where id = 1"
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        finished, _, _ = await collect(runner, sql, wait_s=0)
    left = await desk.get(ann, finished.request_id)
    async with rig.runner("ann", "prod") as shell:
        finished, _, _ = await collect(shell, f"{sql} and true", wait_s=0.05)
        bound = await desk.get(ann, finished.request_id)
        await decide(rig, approve=True)
        for who, request in (("max", left), ("robo", left), ("ann", bound)):
            async with rig.runner(who, "prod", front_end="exec") as runner:
                events = [one async for one in runner.resume(request, options=RunOptions(wait_s=0))]
            assert events[-1].status is Status.BLOCKED, (who, request.text)
    assert await count(rig, "select count(*) from orders where id = 1") == 1


async def test_a_wait_that_is_over_leaves_the_request_to_be_approved(rig: Rig):
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        finished, _, _ = await collect(runner, "delete from orders where id = 1", wait_s=0.1)
        left = await rig.services.desk.get(await rig.principal("ann"), finished.request_id)
    assert finished.status is Status.PENDING
    assert left.state is ApprovalState.PENDING


BY_ROWS = """
[[rule]]
name = "reads"
action = "allow"
effects = ["read", "session", "transaction", "ddl"]

[[rule]]
name = "few"
action = "allow"
effects = ["update", "delete"]
max_rows = 5

[[rule]]
name = "more"
action = "hold"
effects = ["update", "delete"]
min_rows = 6
"""


@pytest.fixture
async def by_rows(rig: Rig) -> Rig:
    rig.paths.policy.write_text(BY_ROWS)
    while rig.services.governance.policy().rules[1].name != "few":
        rig.application._policy.follow()
    return rig


async def test_measured_rows_decide_what_runs_at_once_and_what_waits(by_rows: Rig):
    async with by_rows.runner("ann", "stage", front_end="exec") as runner:
        few, _, _ = await collect(runner, "delete from orders where id <= 5", wait_s=0)
        more, _, _ = await collect(runner, "delete from orders where id <= 20", wait_s=0)
        session_id = runner._line.session.id
    assert (few.status, few.row_count) == (Status.OK, 5)
    assert (more.status, more.rule) == (Status.PENDING, "more")
    assert more.impact is not None
    assert more.impact.rows == 15
    assert await count(by_rows, "select count(*) from orders where id <= 20") == 15
    path = next(by_rows.paths.sessions.rglob(f"{session_id}.cast"))
    told = [(view.action, view.rule, view.status) for view in read_statements(path)]
    assert told == [("allow", "few", "ok"), ("hold", "more", "pending_approval")]


async def test_what_grew_after_it_was_measured_is_rolled_back_and_waits(by_rows: Rig, monkeypatch):
    """Between the count and the run somebody else adds rows of the same kind."""
    async with by_rows.runner("ann", "stage", front_end="exec") as runner:
        before = await count(by_rows)
        weighed = runner._line.weighed

        async def late(run, judged):
            found = await weighed(run, judged)
            monkeypatch.setattr(runner._line, "weighed", weighed)
            async with by_rows.runner("max", "dev") as other:
                moved, _, _ = await collect(
                    other, "update orders set quantity = 77 where id in (1, 2, 3, 4, 5)"
                )
                assert moved.status is Status.OK
                moved, _, _ = await collect(
                    other, "update orders set quantity = 77 where id in (6, 7, 8, 9, 10)"
                )
                assert moved.status is Status.OK
            return found

        monkeypatch.setattr(runner._line, "weighed", late)
        finished, _, events = await collect(
            runner, "delete from orders where quantity = 77", wait_s=0
        )
    assert finished.status is Status.PENDING
    assert finished.impact is not None
    assert finished.impact.rows == 10
    assert any(isinstance(event, NoticeReceived) for event in events)
    assert await count(by_rows) == before


async def test_a_dry_run_measures_and_explains(by_rows: Rig):
    before = await count(by_rows)
    async with by_rows.runner("ann", "stage", front_end="exec") as runner:
        few, _, _ = await collect(runner, "delete from orders where id <= 5", dry_run=True)
        more, _, _ = await collect(runner, "delete from orders where id <= 20", dry_run=True)
    assert few.status is Status.OK
    assert "would run by rule few" in few.message
    assert "Measured: 5 rows" in few.message
    assert more.status is Status.PENDING
    assert "It would touch 20 rows" in more.message
    assert await count(by_rows) == before


async def test_rows_that_cascade_were_not_counted_so_they_are_not_few(by_rows: Rig):
    """Deleting one customer would take the orders along, which the count does not show."""
    async with by_rows.runner("max", "dev") as runner:
        for sql in (
            "create table parents (id int primary key)",
            "create table children (id int primary key, parent int not null, "
            "constraint of_parent foreign key (parent) references parents (id) on delete cascade)",
        ):
            made, _, _ = await collect(runner, sql)
            assert made.status is Status.OK
    async with by_rows.runner("ann", "stage", front_end="exec") as runner:
        finished, _, _ = await collect(runner, "delete from parents where id = 1", wait_s=0)
    assert (finished.status, finished.rule) == (Status.PENDING, "more")
    assert "not measured" in finished.message


@pytest.mark.parametrize("engine", ["postgres"])
@pytest.mark.parametrize(
    "sql",
    [
        "copy orders from stdin",
        "COPY orders (id, customer_id) FROM STDIN WITH (FORMAT csv)",
        "/* rows */ copy public.orders from stdin",
    ],
)
@pytest.mark.parametrize("options", [{"wait_s": 0}, {"dry_run": True}], ids=str)
async def test_rows_from_the_client_are_refused_and_nobody_is_asked(rig: Rig, sql, options):
    async with rig.runner("ann", "prod") as runner:
        finished, _, _ = await collect(runner, sql, **options)
    assert finished.status is Status.USAGE
    assert "INSERT INTO" in finished.message
    asked = await rig.services.governance.desk.list_requests(await rig.principal("rae"))
    assert not asked


@pytest.mark.parametrize("engine", ["postgres"])
async def test_other_copies_are_judged_as_before(rig: Rig):
    async with rig.runner("ann", "prod") as runner:
        shown, rows, _ = await collect(runner, "copy (select id from orders limit 1) to stdout")
        held, _, _ = await collect(runner, "copy orders from '/etc/passwd'", wait_s=0)
    assert shown.status is Status.OK
    assert len(rows) == 1
    assert held.status in (Status.PENDING, Status.BLOCKED)
