"""A yes covers the rows that were seen: keys, samples and what else a write sets off."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bastion.core.approval import Approval
from bastion.core.model import Fence, Finished, RunOptions, Status, Waiting
from bastion.errors import StoreError
from recordings.reader import read_statements
from tests.fakes.logins import connector_of, permit
from tests.fakes.rig import Rig, collect, production_rig

Meanwhile = Callable[[Approval], Awaitable[None]]


@pytest.fixture
async def database(server, shop) -> Callable[[str], list[tuple[object, ...]]]:
    """Run SQL beside the bastion."""
    return lambda sql: server.run(shop, sql)


@pytest.fixture
async def rig(shop, tmp_path) -> AsyncIterator[Rig]:
    async with production_rig(tmp_path, shop) as rig:
        yield rig


async def run_approved(rig: Rig, sql: str, meanwhile: Meanwhile | None = None, rounds: int = 1):
    """Run what is held; a reviewer approves ``rounds`` requests and denies the next."""
    seen: list[Approval] = []

    async def decide() -> None:
        arrived: asyncio.Queue[str] = asyncio.Queue()
        stop = rig.services.desk.subscribe(arrived.put_nowait)
        reviewer = await rig.principal("rae")
        try:
            while True:
                for request in await rig.services.desk.list_requests(reviewer):
                    seen.append(request)
                    if meanwhile is not None and len(seen) == 1:
                        await meanwhile(request)
                    is_yes = len(seen) <= rounds
                    await rig.services.desk.decide(
                        reviewer, request.id, approve=is_yes, reason="because"
                    )
                await arrived.get()
        finally:
            stop()

    async with rig.runner("ann", "prod") as runner:
        task = asyncio.get_running_loop().create_task(decide())
        try:
            finished, _, events = await asyncio.wait_for(collect(runner, sql), 40)
        finally:
            task.cancel()
    return finished, seen, events


async def test_the_same_number_of_other_rows_is_not_what_was_approved(rig: Rig, database):
    database("update orders set quantity = 77 where id in (1, 2)")

    async def others_match(_: Approval) -> None:
        database("update orders set quantity = 1 where id in (1, 2)")
        database("update orders set quantity = 77 where id in (3, 4)")

    before = database("select count(*) from orders")
    finished, seen, _ = await run_approved(
        rig, "delete from orders where quantity = 77", others_match
    )
    assert finished.status is Status.DENIED
    assert [request.impact.rows for request in seen] == [2, 2]
    first, second = (request.impact.keys for request in seen)
    assert first is not None
    assert second is not None
    assert first.columns == ("id",)
    assert first.digest != second.digest
    assert database("select count(*) from orders") == before


async def test_fewer_rows_than_approved_are_covered(rig: Rig, database):
    database("update orders set quantity = 77 where id in (1, 2, 3)")

    async def one_goes(_: Approval) -> None:
        database("update orders set quantity = 1 where id = 2")

    finished, seen, _ = await run_approved(rig, "delete from orders where quantity = 77", one_goes)
    assert finished.status is Status.OK
    assert finished.row_count == 2
    assert len(seen) == 1


async def test_no_key_is_kept_where_it_could_be_read(rig: Rig, database):
    _, seen, _ = await run_approved(rig, "delete from orders where id = 4711", rounds=0)
    assert seen[0].impact.keys is not None
    assert "4711" not in repr(seen[0].impact.keys)
    assert seen[0].impact.rows == 0


async def test_a_reviewer_sees_rows_before_and_after_with_what_is_sensitive_masked(
    rig: Rig, database
):
    finished, seen, events = await run_approved(
        rig, "update customers set city = upper(city), email = concat('x', email) where id <= 7"
    )
    assert finished.status is Status.OK
    sample = seen[0].impact.sample
    assert sample is not None
    assert sample.key_columns == ("id",)
    assert sample.columns == ("city", "email")
    assert len(sample.rows) == 5
    first = sample.rows[0]
    assert first.key == ("1",)
    assert first.after[0] == (first.before[0] or "").upper()
    assert dict(sample.masked)["email"] == "email"
    assert "example.com" not in repr(sample)
    assert any(isinstance(event, Waiting) for event in events)


async def test_the_transcript_holds_the_measurement_with_its_sample_masked(rig: Rig):
    await run_approved(rig, "update customers set email = 'a@b.example' where id = 3", rounds=0)
    folder = rig.paths.state / "sessions"
    text = "".join(path.read_text() for path in folder.rglob("*.cast"))
    assert '\\"kind\\": \\"measurement\\"' in text
    assert "@example.com" not in text


async def test_the_requester_is_not_shown_the_sample(rig: Rig):
    seen: list[Approval] = []

    async def look(request: Approval) -> None:
        requester = await rig.principal("ann")
        seen.append(await rig.services.desk.get(requester, request.id))
        reviewer = await rig.principal("rae")
        seen.append(await rig.services.desk.get(reviewer, request.id))

    _, _, events = await run_approved(rig, "delete from orders where id < 3", look)
    own, reviewed = seen
    assert own.impact.sample is None
    assert own.impact.keys is not None
    assert reviewed.impact.sample is not None
    waiting = next(event for event in events if isinstance(event, Waiting))
    assert waiting.impact.sample is None


async def test_rows_that_a_foreign_key_takes_along_are_counted(rig: Rig, database, engine):
    kind = "engine=InnoDB" if engine == "mysql" else ""
    for table, parent, action in (
        ("parents", "", ""), ("children", "parents", "on delete cascade"),
        ("toys", "children", "on delete cascade"), ("pets", "parents", "on delete set null"),
        ("bills", "parents", ""),
    ):  # fmt: skip
        key = f", p int, foreign key (p) references {parent} (id) {action}" if parent else ""
        database(f"create table {table} (id int primary key{key}) {kind}")
    database("insert into parents values (1), (2), (3)")
    database("insert into children values (10, 1), (11, 1), (12, 2)")
    database("insert into toys values (100, 10), (101, 10), (102, 11), (103, 12)")
    database("insert into pets values (20, 1)")
    finished, seen, _ = await run_approved(rig, "delete from parents where id = 1")
    notes = "\n".join(seen[0].impact.notes)
    assert finished.status is Status.OK
    assert "deletes 2 rows of" in notes
    assert "deletes 3 rows of" in notes
    assert "sets p to NULL in 1 row of" in notes
    assert "bills" not in notes
    database("insert into bills values (30, 2)")
    _, seen, _ = await run_approved(rig, "delete from parents where id = 2", rounds=0)
    assert "bills point here; it would be refused" in "\n".join(seen[0].impact.notes)


async def test_a_schema_change_says_what_hangs_on_it_and_who_would_wait(
    rig: Rig, database, engine, request
):
    database("create view cheap as select id from orders where quantity < 2")
    url = request.getfixturevalue(f"shop_{engine}")
    other = await connector_of(url).connect("other")
    for sql, fence in (
        ("begin", Fence.SESSION), ("update orders set quantity = 3 where id = 1", Fence.WRITE),
    ):  # fmt: skip
        [_ async for _ in other.run(permit(sql, fence))]
    _, seen, _ = await run_approved(rig, "create index busy on orders (quantity)", rounds=0)
    await other.close()
    notes = "\n".join(seen[0].impact.notes)
    assert "Lock: " in notes
    assert "Size: " in notes
    assert "cheap" in notes
    assert "Now: " in notes
    assert "1 other" in notes
    assert "update orders" not in notes


async def set_rule(rig: Rig, rule: str, keys: str) -> None:
    """Add keys to a rule of the policy in force."""
    text = rig.paths.policy.read_text()
    assert f'name = "{rule}"\n' in text
    await set_policy(rig, text.replace(f'name = "{rule}"\n', f'name = "{rule}"\n{keys}\n'))


async def set_policy(rig: Rig, text: str) -> None:
    """Put another policy in force."""
    before = rig.services.governance.policy().version
    rig.paths.policy.write_text(text)
    while rig.services.governance.policy().version == before:
        assert rig.application._policy is not None
        rig.application._policy.follow()
        await asyncio.sleep(0.05)


async def test_a_wait_that_runs_out_in_a_transaction_rolls_it_back_and_says_so(rig: Rig, database):
    await set_rule(rig, "production writes", 'expires = "1s"')
    async with rig.runner("ann", "prod") as runner:
        await collect(runner, "begin")
        finished, _, events = await collect(runner, "delete from orders where id = 1")
        assert finished.status is Status.EXPIRED
        assert "The open transaction was rolled back" in finished.message
        waiting = next(event for event in events if isinstance(event, Waiting))
        assert waiting.in_transaction
        assert runner.transaction_state.value == ""
        assert not runner.context.in_transaction
        finished, rows, _ = await collect(runner, "select count(*) from orders where id = 1")
    assert finished.status is Status.OK
    assert rows == [(b"1",)]


async def test_a_denial_leaves_the_transaction_to_its_owner(rig: Rig):
    async with rig.runner("ann", "prod") as runner:
        await collect(runner, "begin")
        arrived: asyncio.Queue[str] = asyncio.Queue()
        stop = rig.services.desk.subscribe(arrived.put_nowait)

        async def deny() -> None:
            request_id = await arrived.get()
            reviewer = await rig.principal("rae")
            await rig.services.desk.decide(reviewer, request_id, approve=False, reason="no")

        async with asyncio.TaskGroup() as group:
            group.create_task(deny())
            finished, _, _ = await collect(runner, "delete from orders where id = 1")
        stop()
        assert finished.status is Status.DENIED
        assert runner.transaction_state.value == "*"


async def test_a_request_that_is_run_later_goes_back_when_its_rows_are_others(rig: Rig, database):
    database("update orders set quantity = 77 where id in (1, 2)")
    reviewer = await rig.principal("rae")
    sql = "delete from orders where quantity = 77"
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        finished, _, _ = await collect(runner, sql, wait_s=0, reason="TICKET-8")
    assert finished.status is Status.PENDING
    first = finished.request_id
    database("update orders set quantity = 1 where id = 1")
    database("update orders set quantity = 77 where id = 3")
    approved = await rig.services.desk.decide(reviewer, first, approve=True, reason="")
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        events = [e async for e in runner.resume(approved, options=RunOptions(wait_s=0))]
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.status is Status.PENDING
    assert last.request_id != first
    (again,) = await rig.services.desk.list_requests(reviewer)
    assert again.reason == "TICKET-8"
    assert again.impact.rows == 2
    assert database("select count(*) from orders where quantity = 77") == [(2,)]


async def test_many_rows_are_counted_and_said_not_to_be_compared_one_by_one(rig: Rig, database):
    text = rig.paths.policy.read_text()
    rig.paths.policy.write_text(text.replace("measured_keys = 10000", "measured_keys = 3"))
    while rig.services.governance.policy().limits[""].measured_keys != 3:
        assert rig.application._policy is not None
        rig.application._policy.follow()
        await asyncio.sleep(0.05)
    _, seen, _ = await run_approved(rig, "delete from orders where id <= 4", rounds=0)
    assert seen[0].impact.keys is None
    assert seen[0].impact.rows == 4
    assert seen[0].impact.is_measured
    assert "their number is compared" in "\n".join(seen[0].impact.notes)
    _, seen, _ = await run_approved(rig, "delete from orders where id <= 3", rounds=0)
    assert seen[0].impact.keys is not None


@pytest.mark.parametrize(
    "sql",
    [
        "update orders o join customers c on c.id = o.customer_id"
        " set o.note = 'joined' where c.id = 2",
        "delete o from orders o join customers c on c.id = o.customer_id where c.id = 2",
        "delete from o using orders o join customers c on c.id = o.customer_id where c.id = 2",
    ],
)
async def test_a_write_of_joined_tables_is_measured_by_the_keys_of_its_own(
    rig: Rig, database, engine, sql
):
    if engine == "postgres":
        sql = (
            "update orders o set note = 'joined' from customers c"
            " where c.id = o.customer_id and c.id = 2"
            if sql.startswith("update")
            else "delete from orders o using customers c where c.id = o.customer_id and c.id = 2"
        )
    ((mine,),) = database("select count(*) from orders where customer_id = 2")
    assert isinstance(mine, int)

    async def one_more(_: Approval) -> None:
        database(
            "update orders set customer_id = 2 where customer_id = 3 limit 1"
            if engine == "mysql"
            else "update orders set customer_id = 2 where id ="
            " (select min(id) from orders where customer_id = 3)"
        )

    finished, seen, _ = await run_approved(rig, sql, one_more)
    assert finished.status is Status.DENIED
    assert [request.impact.rows for request in seen] == [mine, mine + 1]
    assert seen[0].impact.keys is not None
    finished, seen, _ = await run_approved(rig, sql)
    assert finished.status is Status.OK
    assert finished.row_count == mine + 1


async def test_what_ran_is_told_so_when_the_store_cannot_be_told(
    rig: Rig, database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A disk that fails between commit and store: nobody may believe that it can be run again."""

    async def fail(*_: object) -> None:
        raise StoreError("The store cannot be written.")

    monkeypatch.setattr(rig.services.desk, "finish", fail)
    sql = "update orders set note = 'ran' where id = 1"
    finished, _, _ = await run_approved(rig, sql)
    assert (finished.status, finished.row_count) == (Status.OK, 1)
    assert database("select note from orders where id = 1") == [("ran",)]
    (path,) = tmp_path.glob("**/sessions/*/*/*/*.cast")
    assert [view.status for view in read_statements(path)] == ["ok"]


async def test_what_did_not_run_is_told_so_when_the_store_cannot_be_told(
    rig: Rig, database, monkeypatch: pytest.MonkeyPatch
):
    async def fail(*_: object) -> None:
        raise StoreError("The store cannot be written.")

    monkeypatch.setattr(rig.services.desk, "finish", fail)
    finished, _, _ = await run_approved(rig, "update orders set id = 2 where id = 1")
    assert finished.status is Status.ERROR
    assert database("select count(*) from orders where id = 1") == [(1,)]


async def test_of_a_write_of_several_tables_it_is_said_that_nothing_is_compared(rig: Rig, engine):
    sql = (
        "with d as (delete from orders where customer_id = 2 returning customer_id)"
        " delete from customers using d where id = customer_id"
        if engine == "postgres"
        else "update orders o join customers c on c.id = o.customer_id"
        " set note = 'x', c.name = 'x' where c.id = 2"
    )
    _, seen, _ = await run_approved(rig, sql, rounds=0)
    words = "Which rows it touches cannot be told, and is not compared at the run."
    assert words in seen[0].impact.notes
    # Nor is it with what a table is made of, or a value is found by.
    for sql, what in (
        ("create table copied as select * from orders", "Which rows its query finds is"),
        (
            "insert into audit_trail (id, what) values ((select max(id) from orders), 'x')",
            "What its subqueries find is",
        ),
    ):
        _, seen, _ = await run_approved(rig, sql, rounds=0)
        assert f"{what} not compared at the run." in seen[0].impact.notes
