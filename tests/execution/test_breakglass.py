"""Break-glass: who may, what it lifts and what it never does, who hears of it, and its review."""

import sqlite3
import time
from collections.abc import AsyncIterator

import pyotp
import pytest

from bastion.core.model import Status
from bastion.errors import AccessError, BastionError, SelfApprovalError, UsageError
from bastion.frontends import verbs
from bastion.frontends.words import parse
from recordings.audit import read_rows
from recordings.reader import read_statements
from tests.fakes.rig import Rig, collect, running_rig

WHY = "checkout is down, a stuck order blocks the queue"
WRITE = "update orders set quantity = 3 where id = 1"


class Codes:
    """Codes of one person, each used once."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self._step = int(time.time()) // 30 - 2

    def fresh(self) -> str:
        # Of the last half minute as a rule: however long the test has taken, it is still taken.
        self._step = max(self._step + 1, int(time.time()) // 30 - 1)
        return self._totp.generate_otp(self._step)


@pytest.fixture(params=["postgres", "mysql"])
async def rig(request, tmp_path) -> AsyncIterator[Rig]:
    url = request.getfixturevalue(f"shop_{request.param}")
    async with running_rig(tmp_path) as rig:
        await rig.add_target("prod", url, "production")
        await rig.add_target("other", url, "production")
        await rig.add_user("rae", "reviewer")
        await rig.add_user("eve", "engineer")
        secret = await rig.administration.add_user(
            "ann", key_file=rig.key("ann"), roles=("engineer", "reviewer", "admin"), targets=()
        )
        await rig.add_agent("robo", "ann")
        rig.codes = Codes(secret)  # type: ignore[attr-defined]
        yield rig


async def open_glass(rig: Rig, who: str = "ann", *, reason: str = WHY, code: str | None = None):
    principal = await rig.principal(who)
    target = await rig.services.find_target(principal, "prod")
    code = rig.codes.fresh() if code is None else code  # type: ignore[attr-defined]
    return await rig.services.glass.open(principal, target, reason=reason, code=code)


async def told(rig: Rig, sql: str, who: str = "ann", target: str = "prod"):
    async with rig.runner(who, target, front_end="exec") as runner:
        finished, _, _ = await collect(runner, sql, wait_s=0)
        return finished, runner._line.session.id


async def test_holds_become_allowed_and_each_statement_is_recorded_as_run_under_it(rig: Rig):
    assert (await told(rig, WRITE))[0].status is Status.PENDING
    emergency = await open_glass(rig)
    finished, session_id = await told(rig, WRITE)
    assert finished.status is Status.OK
    path = next(rig.paths.sessions.rglob(f"{session_id}.cast"))
    assert [view.action for view in read_statements(path)] == ["allow"]
    assert emergency.id in path.read_text()
    rows = [row for row in read_rows(rig.paths.audit_log) if row.event == "breakglass.statement"]
    assert [row.fields["statement"] for row in rows] == [finished.audit_id]


@pytest.mark.parametrize(
    "sql",
    [
        "drop table orders",
        "truncate table orders",
        "select id from customers order by email limit 1",
        "update customers set name = email where id = 1",
    ],
)
async def test_drops_and_whatever_tells_of_masked_values_stay_as_they_were(rig: Rig, sql: str):
    await open_glass(rig)
    finished, _ = await told(rig, sql)
    assert finished.status in {Status.BLOCKED, Status.PENDING}


async def test_code_that_nobody_understood_still_drops_nothing(rig: Rig):
    await open_glass(rig)
    for sql in (
        "do $$ begin execute 'drop' || ' table orders'; end $$",
        "execute immediate concat('drop', ' table orders')",
    ):
        finished, _ = await told(rig, sql)
        assert finished.status is not Status.OK
    assert (await told(rig, "select count(*) from orders"))[0].status is Status.OK


async def test_masking_stays(rig: Rig):
    await open_glass(rig)
    async with rig.runner("ann", "prod") as runner:
        _, rows, _ = await collect(runner, "select email from customers limit 3")
    assert all(b"example.com" not in row[0] for row in rows)


async def test_it_is_for_one_account_on_one_target(rig: Rig):
    await open_glass(rig)
    assert (await told(rig, WRITE, "robo"))[0].status is Status.PENDING
    assert (await told(rig, WRITE, "eve"))[0].status is Status.PENDING
    assert (await told(rig, WRITE, target="other"))[0].status is Status.PENDING


async def test_it_takes_a_reason_and_a_code_that_was_never_used(rig: Rig):
    with pytest.raises(UsageError, match="20 characters"):
        await open_glass(rig, reason="it is broken")
    with pytest.raises(AccessError, match="Wrong code"):
        await open_glass(rig, code="000000")
    used = rig.codes.fresh()  # type: ignore[attr-defined]
    emergency = await open_glass(rig, code=used)
    ann = await rig.principal("ann")
    await rig.services.glass.end(ann, emergency.id)
    await rig.services.glass.review(await rig.principal("rae"), emergency.id, "fine")
    with pytest.raises(AccessError, match="used already"):
        await open_glass(rig, code=used)
    assert (await told(rig, WRITE))[0].status is Status.PENDING


async def test_an_agent_never_breaks_the_glass(rig: Rig):
    with pytest.raises(AccessError, match="agent"):
        await open_glass(rig, "robo")


async def test_nobody_breaks_it_where_nobody_else_could_review(rig: Rig):
    await rig.administration.set_disabled("rae", is_disabled=True)
    with pytest.raises(AccessError, match="Nobody else could review"):
        await open_glass(rig)


async def test_the_review_is_another_persons_and_blocks_the_next_use(rig: Rig):
    emergency = await open_glass(rig)
    glass, rae = rig.services.glass, await rig.principal("rae")
    ann = await rig.principal("ann")
    with pytest.raises(UsageError, match="open until"):
        await glass.review(rae, emergency.id, "fine")
    await glass.end(ann, emergency.id)
    assert (await told(rig, WRITE))[0].status is Status.PENDING
    with pytest.raises(AccessError, match="not reviewed"):
        await open_glass(rig)
    with pytest.raises(SelfApprovalError):
        await glass.review(ann, emergency.id, "fine")
    with pytest.raises(AccessError, match="role reviewer or admin"):
        await glass.review(await rig.principal("eve"), emergency.id, "fine")
    with pytest.raises(UsageError, match="what you found"):
        await glass.review(rae, emergency.id, "")
    reviewed = await glass.review(rae, emergency.id, "the order was freed, nothing else")
    assert reviewed.reviewed_by == "rae"
    assert (await open_glass(rig)).id != emergency.id


async def test_everybody_connected_is_told_at_once(rig: Rig, monkeypatch):
    heard: list[str] = []
    sent: list[str] = []
    monkeypatch.setattr(rig.services.messenger, "tell", lambda event, fields: sent.append(event))
    async with rig.runner("rae", "prod") as reviewer, rig.runner("eve", "prod") as engineer:
        reviewer._line.session.notice_callback = heard.append
        engineer._line.session.notice_callback = lambda _text: pytest.fail("no reviewer")
        await open_glass(rig)
    assert len(heard) == 1
    assert "BREAK-GLASS: ann on prod" in heard[0]
    assert WHY in heard[0]
    assert await rig.services.alerts(await rig.principal("rae")) == tuple(heard)
    assert await rig.services.alerts(await rig.principal("eve")) == ()
    assert sent == ["breakglass.opened"]


async def test_the_verbs_open_list_end_and_review(rig: Rig):
    async def say(who: str, words: str) -> verbs.Answer:
        return await verbs.answer(rig.services, await rig.principal(who), parse(words))

    code = rig.codes.fresh()  # type: ignore[attr-defined]
    opened = await say("ann", f"breakglass open prod {code} --reason {WHY} --json")
    emergency_id = opened.data["emergency_id"]
    listed = await say("rae", "breakglass list")
    assert "open until" in listed.text
    assert (await say("eve", "breakglass list")).data["emergencies"] == []
    await say("rae", f"breakglass end {emergency_id}")
    assert "review due by" in (await say("rae", "breakglass")).text
    with pytest.raises(BastionError):
        await say("ann", f"breakglass review {emergency_id} --reason all is well")
    await say("rae", f"breakglass review {emergency_id} --reason one order only")
    assert "nothing waits" in (await say("rae", "breakglass list")).text


async def test_a_store_that_was_written_from_outside_opens_nothing(rig: Rig):
    emergency = await open_glass(rig)
    await rig.services.glass.end(await rig.principal("ann"), emergency.id)
    with sqlite3.connect(rig.paths.store) as store:
        store.execute("UPDATE emergencies SET user = 'eve'")
    finished, _ = await told(rig, WRITE, "eve")
    assert finished.status is not Status.OK
