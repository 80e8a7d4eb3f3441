"""What changes between taking the run of a yes and COMMIT, or under a window or broken glass."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bastion.core.approval import ApprovalState
from bastion.core.grants import wanted_window
from bastion.core.model import Finished, RunOptions, Status
from bastion.errors import BastionError, NotPendingError, StoreError, UsageError
from bastion.frontends import verbs
from bastion.frontends.words import parse
from tests.execution.changing import last
from tests.execution.test_breakglass import Codes, open_glass
from tests.execution.test_changed import _HELD_OPEN, OF_BASTION, Act, _nothing, _rule
from tests.execution.test_effect import run_approved, set_policy
from tests.execution.test_granting import asked
from tests.execution.test_retiring import retire
from tests.fakes.rig import Rig, collect, running_rig, yes_to_next
from tests.fakes.store import draft

WRITE = "update jobs set state = 'done' where id = 1"
WAYS = ("exec", "agent", "shell", "block", "open")


@pytest.fixture
def database(server, shop) -> Callable[[str], list[tuple[object, ...]]]:
    """Run SQL beside the bastion, on a table of this story."""
    server.run(shop, "create table jobs (id int primary key, state varchar(20))")
    server.run(shop, "insert into jobs values (1, 'new'), (2, 'new')")
    return lambda sql: server.run(shop, sql)


@pytest.fixture
async def rig(shop, database, tmp_path) -> AsyncIterator[Rig]:
    async with running_rig(tmp_path) as rig:
        for name in ("prod", "open1"):
            await rig.add_target(name, shop, "production")
        secret = await rig.administration.add_user(
            "ann", key_file=rig.key("ann"), roles=("engineer",), targets=()
        )
        rig.codes = Codes(secret)  # type: ignore[attr-defined]
        await rig.add_user("rae", "reviewer")
        await rig.add_agent("robo", "ann")
        await set_policy(rig, f"{rig.paths.policy.read_text()}\n{_HELD_OPEN}")
        yield rig


def after(owner: object, name: str, act: Callable[[], Awaitable[object]]) -> Callable[[], None]:
    """Have something done each time a step was taken; gives what ends that."""
    step = getattr(owner, name)

    async def both(*args: object, **options: object) -> object:
        done = await step(*args, **options)
        await act()
        return done

    setattr(owner, name, both)
    return lambda: setattr(owner, name, step)


async def approved(rig: Rig, way: str, target: str, sql: str = WRITE) -> Finished:
    """Run what is held in one of the ways, with a yes to the first request of it."""
    desk, reviewer = rig.services.desk, await rig.principal("rae")
    if way in {"exec", "agent"}:
        who = "robo" if way == "agent" else "ann"
        async with rig.runner(who, target, front_end="exec") as runner:
            held = await last(runner.execute(sql, options=RunOptions(wait_s=0)))
        said = await desk.decide(reviewer, held.request_id, approve=True, reason="x")
        async with rig.runner(who, target, front_end="exec") as runner:
            return await last(runner.resume(said, options=RunOptions(wait_s=0)))
    async with rig.runner("ann", target) as runner:
        if way == "block":
            await collect(runner, "begin")
        async with yes_to_next(rig):
            finished = await last(runner.execute(sql, options=RunOptions()))
            if way == "block":
                await collect(runner, "commit")
            return finished


async def _more_roles(rig: Rig, _: str) -> None:
    await rig.administration.set_roles("ann", ("engineer", "auditor"))


async def _roles_again(rig: Rig, _: str) -> None:
    await rig.administration.set_roles("ann", ("engineer",))


async def _take_back(rig: Rig, target: str) -> None:
    reviewer = await rig.principal("rae")
    requests = await rig.services.desk.list_requests(reviewer, pending_only=False)
    (request,) = [one for one in requests if one.state is ApprovalState.RUNNING]
    after = await rig.services.desk.revoke(reviewer, request.id, "wrong table")
    assert after.state is ApprovalState.RUNNING


ACTS = OF_BASTION | {
    "reviewer: takes it back": (_take_back, _nothing),
    "requester: has one more role": (_more_roles, _roles_again),
}


async def outlived(rig: Rig, acts: dict[str, tuple[Act, Act]], ways: tuple[str, ...], database):
    """Tell of each act in spite of which something was committed, or nothing was said."""
    await rig.add_target("elsewhere", rig.urls["prod"], "development")
    told = []
    for name, (act, undo) in acts.items():
        for way in ways:
            target = "open1" if way == "open" else "prod"
            stop = after(rig.services.desk, "claim", lambda a=act, t=target: a(rig, t))
            finished = None
            try:
                finished = await asyncio.wait_for(approved(rig, way, target), 40)
            except BastionError as error:
                # Its session has ended with the account or the target.
                finished = Finished(index=1, status=Status.BLOCKED, message=error.message)
            finally:
                stop()
                try:
                    await undo(rig, target)
                except UsageError:
                    told.append(f"{name} ({way}): was never done: {finished}")
                await rig.administration.set_roles("rae", ("reviewer",))
                # An answer that an account may not act counts for half a second.
                await asyncio.sleep(0.6 if name.startswith("panic") else 0)
            is_told = finished is not None and (finished.message or finished.error)
            if database("select state from jobs where id = 1") != [("new",)] or not is_told:
                told.append(f"{name} ({way}): {finished}")
                database("update jobs set state = 'new'")
            if name.startswith("target:"):
                with contextlib.suppress(UsageError):
                    await rig.administration.remove_target(target)
                await rig.add_target(target, rig.urls[target], "production")
    return told


@pytest.mark.timeout(360)
async def test_nothing_is_committed_once_a_yes_no_longer_holds(rig: Rig, database):
    few = {"policy: wants two", "target: of another environment"}
    acts = {name: one for name, one in ACTS.items() if name in few}
    assert await outlived(rig, acts, WAYS, database) == []


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_nothing_is_committed_whatever_ends_a_yes(rig: Rig, database):
    assert await outlived(rig, ACTS, WAYS, database) == []


@pytest.mark.parametrize("way", WAYS)
async def test_what_still_holds_is_committed(rig: Rig, database, way: str):
    finished = await approved(rig, way, "open1" if way == "open" else "prod")
    assert finished.status is Status.OK, finished
    assert database("select state from jobs where id = 1") == [("done",)]


async def test_who_waits_reads_why_and_the_request_has_failed(rig: Rig, database):
    stop = after(rig.services.desk, "claim", lambda: _take_back(rig, "prod"))
    finished = await approved(rig, "shell", "prod")
    stop()
    assert finished.status is Status.EXPIRED
    assert "was taken back by rae: wrong table. It was rolled back." in finished.message
    reviewer = await rig.principal("rae")
    request = await rig.services.desk.get(reviewer, finished.request_id)
    assert request.state is ApprovalState.FAILED
    with pytest.raises(NotPendingError):
        await rig.services.desk.revoke(reviewer, request.id, "once more")
    assert await rig.administration.disagreements(rig.paths.audit_log) == ""


async def test_a_reviewer_is_told_that_it_runs_already(rig: Rig, database):
    heard: list[str] = []

    async def say() -> None:
        reviewer = await rig.principal("rae")
        (request,) = await rig.services.desk.list_requests(reviewer, pending_only=False)
        words = parse(f"req revoke {request.id} --reason 'wrong table'")
        heard.append((await verbs.answer(rig.services, reviewer, words)).text)

    stop = after(rig.services.desk, "claim", say)
    assert (await approved(rig, "shell", "prod")).status is not Status.OK
    stop()
    assert "It runs already, and is rolled back unless it has just ended" in heard[0]


async def test_a_store_that_cannot_be_asked_is_a_no(rig: Rig, database):
    desk = rig.services.desk

    async def fail(*_: object) -> None:
        raise StoreError("The store is locked.")

    async def break_it() -> None:
        desk.running = fail  # type: ignore[method-assign]

    after(desk, "claim", break_it)
    finished = await approved(rig, "exec", "prod")
    assert finished.status is Status.UNAVAILABLE
    assert "It was rolled back." in finished.message
    assert database("select state from jobs where id = 1") == [("new",)]


async def test_in_a_block_what_ran_before_stays(rig: Rig, database):
    """What is refused is undone to where it began; the transaction is still the person's."""
    desk, reviewer = rig.services.desk, await rig.principal("rae")
    arrived: asyncio.Queue[str] = asyncio.Queue()
    stop = desk.subscribe(arrived.put_nowait)

    async def decide() -> None:
        while True:
            for request in await desk.list_requests(reviewer):
                await desk.decide(reviewer, request.id, approve=True, reason="x")
            await arrived.get()

    async with rig.runner("ann", "prod") as runner:
        deciding = asyncio.get_running_loop().create_task(decide())
        await collect(runner, "begin")
        first, _, _ = await collect(runner, "update jobs set state = 'first' where id = 2")
        end = after(desk, "claim", lambda: _take_back(rig, "prod"))
        second, _, _ = await collect(runner, WRITE)
        end()
        found = await collect(runner, "select id, state from jobs order by id")
        committed, _, _ = await collect(runner, "commit")
        deciding.cancel()
    stop()
    assert (first.status, second.status) == (Status.OK, Status.EXPIRED)
    assert found[1] == [(b"1", b"new"), (b"2", b"first")]
    assert committed.status is Status.OK
    assert database("select id, state from jobs order by id") == [(1, "new"), (2, "first")]


async def test_in_a_block_it_is_looked_at_again_before_the_persons_own_commit(rig: Rig, database):
    changed = {
        "policy: blocks it", "reviewer: is disabled", "requester: has one more role",
    }  # fmt: skip
    for name in sorted(changed):
        act, undo = ACTS[name]
        async with rig.runner("ann", "prod") as runner, yes_to_next(rig) as deciding:
            await collect(runner, "begin")
            ran, _, _ = await collect(runner, WRITE)
            await deciding
            await act(rig, "prod")
            seen, _, _ = await collect(runner, "select 1")
            ended, _, _ = await collect(runner, "commit")
            await undo(rig, "prod")
            later, _, _ = await collect(runner, "select 2")
        assert (ran.status, seen.status, later.status) == (Status.OK,) * 3, name
        assert ended.status is not Status.OK, name
        assert "The open transaction was rolled back." in ended.message
        assert database("select state from jobs where id = 1") == [("new",)], name


async def test_a_rollback_of_ones_own_is_never_refused(rig: Rig, database):
    async with rig.runner("ann", "prod") as runner, yes_to_next(rig) as deciding:
        await collect(runner, "begin")
        await collect(runner, WRITE)
        await deciding
        await rig.administration.set_disabled("rae", is_disabled=True)
        ended, _, _ = await collect(runner, "rollback")
    assert ended.status is Status.OK
    assert database("select state from jobs where id = 1") == [("new",)]


WINDOW_ACTS: dict[str, tuple[Act, Act]] = {
    name: ACTS[name] for name in ("reviewer: is disabled", "policy: wants two")
} | {"policy: blocks it": (_rule("block", 'effects = ["update"]'), ACTS["policy: blocks it"][1])}


async def _end_window(rig: Rig, _: str) -> None:
    grants = rig.services.governance.grants
    reviewer = await rig.principal("rae")
    for one in await grants.list_grants(reviewer):
        await grants.revoke(reviewer, one.id, "enough")


async def test_a_window_ends_what_runs_under_it(rig: Rig, engine: str, database):
    found = (await rig.administration.find_target("prod")).target
    table = f"{'public' if engine == 'postgres' else found.database}.jobs"
    assert (await asked(rig, "ann", wanted_window(table))).status is Status.OK
    acts = WINDOW_ACTS | {"the window": (_end_window, _nothing)}
    async with rig.runner("ann", "prod") as runner:
        assert (await collect(runner, WRITE))[0].status is Status.OK
        database("update jobs set state = 'new'")
        for name, (act, undo) in acts.items():
            stop = after(rig.services.governance.grants, "use", lambda act=act: act(rig, "prod"))
            finished, _, _ = await collect(runner, WRITE, wait_s=0)
            stop()
            await undo(rig, "prod")
            assert finished.status is Status.BLOCKED, (name, finished)
            assert "It was rolled back." in finished.message
            assert database("select state from jobs where id = 1") == [("new",)], name


async def test_the_last_run_of_a_window_is_a_run(rig: Rig, engine: str, database):
    found = (await rig.administration.find_target("prod")).target
    table = f"{'public' if engine == 'postgres' else found.database}.jobs"
    assert (await asked(rig, "ann", wanted_window(table))).status is Status.OK
    async with rig.runner("ann", "prod") as runner:
        told = [(await collect(runner, WRITE, wait_s=0))[0].status for _ in range(21)]
    assert told == [Status.OK] * 20 + [Status.PENDING]


async def test_a_glass_that_is_closed_ends_what_runs_under_it(rig: Rig, database):
    emergency = await open_glass(rig)
    glass = rig.services.glass

    async def close() -> None:
        await glass.end(await rig.principal("rae"), emergency.id)

    async with rig.runner("ann", "prod") as runner:
        assert (await collect(runner, WRITE))[0].status is Status.OK
        database("update jobs set state = 'new'")
        act, undo = ACTS["policy: blocks it"]
        for one, ended in ((lambda: act(rig, "prod"), undo), (close, _nothing)):
            stop = after(glass, "note_run", one)
            finished, _, _ = await collect(runner, WRITE)
            stop()
            await ended(rig, "prod")
            assert finished.status is Status.BLOCKED, finished
            assert "It was rolled back." in finished.message
            assert database("select state from jobs where id = 1") == [("new",)]


async def test_a_table_is_not_retired_by_a_yes_that_no_longer_holds(rig: Rig, database):
    retire(rig, "hold")
    stop = after(rig.services.desk, "claim", lambda: _take_back(rig, "prod"))
    finished, _, _ = await run_approved(rig, "drop table jobs")
    stop()
    assert finished.status is not Status.OK
    assert "was taken back by rae" in finished.message
    assert database("select count(*) from jobs") == [(2,)]


TWO = f'[[rule]]\nname = "two"\naction = "hold"\ntargets = ["prod"]\n{"approvals = 2"}\n'


async def _other_key(rig: Rig) -> None:
    """Give bob another key, and take away the one of before."""
    account = await rig.administration.find_account("bob")
    await rig.administration.add_key("bob", rig.key("bob2"))
    await rig.administration.remove_key("bob", account.keys[0].fingerprint)


LOST: dict[str, Callable[[Rig], Awaitable[object]]] = {
    "role": lambda rig: rig.administration.set_roles("bob", ("auditor",)),
    "account": lambda rig: rig.administration.set_disabled("bob", is_disabled=True),
    "reach": lambda rig: rig.administration.set_targets("bob", ("open1",)),
    "key": _other_key,
    "panic": lambda rig: rig.administration.panic("bob", lift=False, reason="lost laptop"),
}


@pytest.mark.parametrize(
    ("lost", "moment"),
    [
        *((lost, "before COMMIT") for lost in sorted(LOST)),
        ("key", "between"),
        ("role", "between"),
        ("panic", "before the run"),
    ],
)
async def test_each_of_two_yeses_must_still_be_given(rig: Rig, database, lost: str, moment: str):
    """The first of two reviewers may no longer say yes when the second one does, or after."""
    await rig.add_user("bob", "reviewer")
    await set_policy(rig, f"{TWO}\n{rig.paths.policy.read_text()}")
    desk = rig.services.desk
    bob, rae = await rig.principal("bob"), await rig.principal("rae")
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        held = await last(runner.execute(WRITE, options=RunOptions(wait_s=0)))
    first = await desk.decide(bob, held.request_id, approve=True, reason="x")
    assert first.state is ApprovalState.PENDING
    if moment == "between":
        await LOST[lost](rig)
    said = await desk.decide(rae, held.request_id, approve=True, reason="x")
    assert said.state is ApprovalState.APPROVED
    if moment == "before the run":
        await LOST[lost](rig)
    if moment == "before COMMIT":
        after(desk, "claim", lambda: LOST[lost](rig))
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        finished = await last(runner.resume(said, options=RunOptions(wait_s=0)))
    assert finished.status is not Status.OK
    assert "bob may no longer decide on this" in finished.message
    assert database("select state from jobs where id = 1") == [("new",)]


@pytest.mark.parametrize("how", ["another database", "another environment"])
async def test_a_glass_that_is_broken_is_so_at_one_place(rig: Rig, database, how, server):
    await open_glass(rig)
    async with rig.runner("ann", "prod") as runner:
        assert (await collect(runner, WRITE, wait_s=0))[0].status is Status.OK
    url, environment = rig.urls["prod"], "production"
    if how == "another environment":
        environment = "staging"
    else:
        url = server.create_database("elsewhere")
        server.run(url, "create table jobs (id int primary key, state varchar(20))")
        server.run(url, "insert into jobs values (1, 'new')")
    await rig.administration.remove_target("prod")
    await rig.add_target("prod", url, environment)
    async with rig.runner("ann", "prod") as runner:
        finished, _, _ = await collect(runner, "delete from jobs", wait_s=0)
        assert finished.status is not Status.OK, finished


async def test_words_that_come_at_the_same_moment_leave_store_and_record_of_one_mind(rig: Rig):
    """Yes and withdrawal; the run and its revocation: one comes first, and both know."""
    for name, role in (("alice", "engineer"), ("bob", "reviewer"), ("carol", "reviewer")):
        await rig.add_user(name, role)
    desk = rig.services.desk
    alice, bob, carol = [await rig.principal(one) for one in ("alice", "bob", "carol")]
    ends = set()
    for number in range(24):
        now = rig.services.clock.now()
        request = draft(f"r{number}", now, text=f"delete from jobs where id = {number}")
        request = await desk.submit(request)
        yes = desk.decide(bob, request.id, approve=True, reason="")
        other = (
            desk.withdraw(alice, request.id)
            if number % 3 == 0
            else desk.decide(carol, request.id, approve=False, reason="no")
            if number % 3 == 1
            else desk.decide(carol, request.id, approve=True, reason="")
        )
        both = (yes, other) if number % 2 else (other, yes)
        await asyncio.gather(*both, return_exceptions=True)
        run = desk.claim(request.id, request.digest)
        back = desk.revoke(carol, request.id, "wrong")
        both = (run, back) if number % 2 else (back, run)
        found = await asyncio.gather(*both, return_exceptions=True)
        state = (await desk.get(bob, request.id)).state
        is_taken = any(getattr(one, "state", None) is ApprovalState.RUNNING for one in found)
        assert (state is ApprovalState.RUNNING) == is_taken, found
        if state is ApprovalState.RUNNING:
            await desk.finish(request.id, ApprovalState.FAILED)
        ends.add(state)
    assert len(ends) >= 2
    assert await rig.administration.disagreements(rig.paths.audit_log) == ""


async def test_a_revocation_that_comes_after_the_end_is_void_on_record(rig: Rig, monkeypatch):
    """It was written down while there was a yes, and lost to the run before it could count."""
    for name, role in (("alice", "engineer"), ("bob", "reviewer"), ("carol", "reviewer")):
        await rig.add_user(name, role)
    desk = rig.services.desk
    bob, carol = await rig.principal("bob"), await rig.principal("carol")
    request = await desk.submit(draft("r1", rig.services.clock.now()))
    await desk.decide(bob, request.id, approve=True, reason="")
    record = desk._audit.record

    async def slow(event: str, fields: dict[str, object]) -> None:
        await record(event, fields)  # type: ignore[arg-type]
        if event == "approval.revoked":
            await desk.claim(request.id, request.digest)
            await desk.finish(request.id, ApprovalState.DONE)

    monkeypatch.setattr(desk._audit, "record", slow)
    with pytest.raises(NotPendingError):
        await desk.revoke(carol, request.id, "wrong")
    assert (await desk.get(bob, request.id)).state is ApprovalState.DONE
    assert await rig.administration.disagreements(rig.paths.audit_log) == ""


@pytest.mark.parametrize("engine", ["postgres"])
async def test_what_is_left_for_the_end_of_a_block_has_run_by_the_code_that_was_approved(
    rig: Rig, database
):
    """MySQL and MariaDB leave nothing for the end."""
    code = "create or replace function late() returns trigger language plpgsql as"
    database(f"{code} 'begin update jobs set state = ''seen'' where id = 2; return null; end'")
    database(
        "create constraint trigger late after update on jobs deferrable initially deferred"
        " for each row when (new.id = 1) execute function late()"
    )
    async with rig.runner("ann", "prod") as runner, yes_to_next(rig) as deciding:
        await collect(runner, "begin")
        ran, _, _ = await collect(runner, WRITE)
        await deciding
        database(f"{code} 'begin delete from jobs; return null; end'")
        ended, _, _ = await collect(runner, "commit")
    assert (ran.status, ended.status) == (Status.OK, Status.OK), (ran, ended)
    assert database("select id, state from jobs order by id") == [(1, "done"), (2, "seen")]
