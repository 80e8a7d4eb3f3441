"""What changes between a yes and its run: it runs as it was approved, or not at all."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator

import pytest

from bastion.core.model import Finished, Status
from bastion.errors import BastionError, TargetUnavailableError
from bastion.targets.connectors import MySQLConnector, PostgresConnector
from tests.conftest import DatabaseServer
from tests.execution.changing import Changes, KeptOutError, Kind, NotHeldError, Story, kinds
from tests.execution.test_effect import set_policy
from tests.fakes.rig import Rig, running_rig

COMMON = (
    "delete from accounts where state = 'stale'",
    "update accounts set balance = balance - 1 where owner = 'bob'",
    "insert into accounts (id, owner) values (90, 'zoe')",
    "insert into archive (id, owner) select id, owner from accounts where state = 'stale'",
    "call settle()",
)
"""Asked under each kind of change that has no statement of its own."""
OF_ENGINE = {
    "postgres": "merge into accounts a using flags f on a.id = f.account_id"
    " when matched then update set balance = 0",
    "mysql": "insert into accounts (id, owner) values (3, 'zoe')"
    " on duplicate key update balance = 0",
}
ALWAYS = ("exec", "shell", "late")
IN_TURN = ("agent", "block", "open")
"""When it changes, and for whom: ``ALWAYS`` for the first statement of each kind and one of these
beside; one of all for each other statement."""
OPEN = "values: "
"""What begins the names of kinds that a yes does not cover, as the README says."""
_HELD_OPEN = """
[[rule]]
name = "held open"
action = "hold"
targets = ["open*"]
effects = ["insert", "update", "delete", "merge"]
hold_open = "20s"
text = "Waits with its transaction open."
"""


def has_icu(server: DatabaseServer) -> bool:
    """Tell whether a PostgreSQL server was built with ICU's collations; others need not be."""
    if server.engine != "postgres":
        return True
    # One collation of ICU is in the catalogue of every build.
    asked = "select count(*) from pg_collation where collname like '%-x-icu'"
    return server.run(server.admin_url, asked) != [(0,)]


def has_wrapper(server: DatabaseServer) -> bool:
    """Tell whether a PostgreSQL server came with postgres_fdw; others need not have."""
    asked = "select count(*) from pg_available_extensions where name = 'postgres_fdw'"
    return server.engine != "postgres" or server.run(server.admin_url, asked) != [(0,)]


def is_part(done: Changes, approved: Changes) -> bool:
    """Tell whether a run did a part of what was approved, and nothing else."""
    return all(Counter(words) <= Counter(approved.get(table, [])) for table, words in done.items())


def how_it_ended(
    finished: Finished, done: Changes, approved: tuple[Status, Changes], *, is_open: bool
) -> str:
    """Say how a run went; empty where it did what nobody approved.

    Args:
        is_open: values that a yes does not cover, as the README says, have changed.
    """
    if (finished.status, done) == approved:
        return "as approved"
    if finished.status is Status.OK and is_part(done, approved[1]):
        # Rows that are gone or locked away by then are not written, and nothing else is.
        return "less than approved"
    if finished.status is Status.OK and is_open:
        return "other values, as documented"
    is_told = bool(finished.message or finished.error)
    return "" if finished.status is Status.OK or done or not is_told else "refused"


Round = tuple[Kind, str, str]
"""A kind of change, the statement it changes under, and when and for whom."""


def all_rounds(engine: str, found: list[Kind]) -> Iterator[Round]:
    """Combine kinds, statements and moments, always the same."""
    number = 0
    for kind in found:
        for place, ask in enumerate(kind.ask or (*COMMON, OF_ENGINE[engine])):
            ways = (*ALWAYS, *IN_TURN)
            if kind.own:
                yield from ((kind, ask, way) for way in ("shell", "block"))
            elif place == 0:
                yield from ((kind, ask, way) for way in (*ALWAYS, IN_TURN[number % len(IN_TURN)]))
            else:
                yield kind, ask, ways[number % len(ways)]
            number += 1


async def otherwise(story: Story, rounds: Iterable[Round], tally: Counter[str]) -> list[str]:
    """Tell of each change under which a statement ran otherwise than it was approved."""
    told: list[str] = []
    as_approved: dict[tuple[str, ...], tuple[Status, Changes]] = {}
    for kind, ask, way in rounds:
        key = (ask, *kind.ready, *kind.own)
        try:
            if key not in as_approved:
                same = Kind("nothing", ready=kind.ready, own=kind.own)
                as_usual = "shell" if kind.own else "exec"
                finished, done, _ = await story.tell(same, ask, as_usual)
                as_approved[key] = (finished.status, done)
                # What the server refuses already is asked to see that it is refused still.
                is_refused = "refused" in kind.name
                if finished.status is not (Status.ERROR if is_refused else Status.OK):
                    told.append(f"{kind.name}: {ask}, without a change: {finished}")
            finished, done, is_met = await story.tell(kind, ask, way)
        except KeptOutError:
            tally["kept out by locks"] += 1
            continue
        except (NotHeldError, BastionError) as error:
            if kind.ask or key in as_approved:
                told.append(f"{kind.name}: {ask} ({way}): not held, {error}")
            continue
        words = how_it_ended(finished, done, as_approved[key], is_open=kind.name.startswith(OPEN))
        if not words:
            told.append(f"{kind.name}: {ask} ({way}): {finished.status} {done}")
        if words:
            tally[words if is_met else "over before the change"] += 1
            tally[f"({way})"] += is_met
        if os.environ.get("ALOUD"):
            sys.stdout.write(f"{kind.name}: {ask} ({way}): {words or finished}\n")
    return told


@pytest.fixture
async def story(server, tmp_path) -> AsyncIterator[Story]:
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_agent("robo", "ann", hours=8)
        await set_policy(rig, f"{rig.paths.policy.read_text()}\n{_HELD_OPEN}")
        yield Story(rig, server)


async def test_what_changed_of_settings_types_and_identity_does_not_run(story: Story):
    """A few kinds of each engine; all of them take long."""
    names = {"setting: no triggers, no cascades", "setting: no keys between tables",
             "table: another one in its place"}  # fmt: skip
    found, tally = [one for one in kinds(story.server.engine) if one.name in names], Counter[str]()
    assert len(found) >= 2
    rounds = [(kind, (kind.ask or COMMON)[0], "exec") for kind in found]
    late = {"trigger: what its body calls has another body", "domain: another default"}
    rounds += [
        (one, (one.ask or COMMON)[0], "late")
        for one in kinds(story.server.engine)
        if one.name in late
    ]
    own = {"prepared: others match", "rows: those of a subquery are others, in a transaction"}
    rounds += [(one, one.ask[0], "block") for one in kinds(story.server.engine) if one.name in own]
    assert await otherwise(story, rounds, tally) == []
    assert tally["refused"] == len(rounds)


async def test_a_yes_is_not_used_while_what_it_was_given_for_cannot_be_looked_at(
    story: Story, monkeypatch: pytest.MonkeyPatch
):
    """What is known from before would compare with itself, and agree."""

    async def fails(*_: object) -> None:
        raise TargetUnavailableError("no login is free")

    def break_it() -> None:
        for connector in (PostgresConnector, MySQLConnector):
            monkeypatch.setattr(connector, "refresh", fails)

    story.meanwhile = break_it
    finished, done, _ = await story.tell(Kind("nothing"), COMMON[0], "exec")
    assert finished.status is Status.UNAVAILABLE
    assert "could not be read" in finished.message
    assert not done


@pytest.mark.long
@pytest.mark.timeout(7200)
async def test_nothing_runs_otherwise_than_it_was_approved_whatever_has_changed(story: Story):
    found, tally = kinds(story.server.engine), Counter[str]()
    if not has_icu(story.server):
        found = [one for one in found if "provider = icu" not in " ".join(one.change)]
    assert len(found) >= 40
    if not has_wrapper(story.server):
        found = [one for one in found if "postgres_fdw" not in " ".join(one.ready)]
    if chosen := os.environ.get("KINDS"):
        found = [one for one in found if chosen in one.name]
    told = await otherwise(story, all_rounds(story.server.engine, found), tally)
    sys.stdout.write(f"{story.server.engine}: {len(found)} kinds, {dict(tally)}\n")
    assert not told, "\n".join(told)


Act = Callable[[Rig, str], Awaitable[object]]


def _rule(action: str, keys: str) -> Act:
    """Write a rule for one target; nobody has read the file yet."""

    async def act(rig: Rig, target: str) -> None:
        rule = (
            f'[[rule]]\nname = "meanwhile"\naction = "{action}"\ntargets = ["{target}"]\n{keys}\n'
        )
        rig.paths.policy.write_text(f"{rig.paths.policy.read_text()}\n{rule}")

    return act


async def _without_rule(rig: Rig, _: str) -> None:
    before = rig.paths.policy.read_text().partition('\n[[rule]]\nname = "meanwhile"')[0]
    rig.paths.policy.write_text(before)
    await rig.services.governance.follow_policy()


async def _nothing(_: Rig, __: str) -> None:
    pass


async def _target_gone(rig: Rig, target: str) -> None:
    await rig.administration.remove_target(target)


def _target_elsewhere(environment: str, database: str) -> Act:
    """Give the target's name to another database, or to the same of another environment."""

    async def act(rig: Rig, target: str) -> None:
        kept = rig.urls[target]
        url = kept.rsplit("/", 1)[0] + f"/{database}" if database else kept
        await rig.administration.remove_target(target)
        await rig.add_target(target, url, environment)

    return act


def _roles(name: str, *roles: str) -> Act:
    return lambda rig, _: rig.administration.set_roles(name, roles)


def _disabled(name: str, *, is_disabled: bool) -> Act:
    return lambda rig, _: rig.administration.set_disabled(name, is_disabled=is_disabled)


def _reach(name: str, *targets: str) -> Act:
    return lambda rig, _: rig.administration.set_targets(name, targets)


def _panic(what: str, *, lift: bool) -> Act:
    return lambda rig, target: rig.administration.panic(
        what.format(target=target), lift=lift, reason="x"
    )


_ALL = 'effects = ["insert", "update", "delete", "merge", "unknown"]'
OF_BASTION: dict[str, tuple[Act, Act]] = {
    "policy: blocks it": (_rule("block", _ALL), _without_rule),
    "policy: wants two": (_rule("hold", f"{_ALL}\napprovals = 2"), _without_rule),
    "reviewer: has another role": (_roles("rae", "auditor"), _roles("rae", "reviewer")),
    "reviewer: is disabled": (
        _disabled("rae", is_disabled=True),
        _disabled("rae", is_disabled=False),
    ),
    "reviewer: does not reach it": (_reach("rae", "elsewhere"), _reach("rae", "*")),
    "requester: has another role": (_roles("ann", "auditor"), _roles("ann", "engineer")),
    "requester: is disabled": (
        _disabled("ann", is_disabled=True),
        _disabled("ann", is_disabled=False),
    ),
    "requester: does not reach it": (_reach("ann", "elsewhere"), _reach("ann", "*")),
    "panic: the requester": (_panic("ann", lift=False), _panic("ann", lift=True)),
    "panic: the target": (_panic("{target}", lift=False), _panic("{target}", lift=True)),
    "panic: everything": (_panic("all", lift=False), _panic("all", lift=True)),
    "target: is gone": (_target_gone, _nothing),
    "target: of another environment": (_target_elsewhere("staging", ""), _nothing),
}
"""What changes in the bastion itself, and what puts it back."""


async def outlived(
    story: Story, acts: dict[str, tuple[Act, Act]], asked: Iterable[str], tally: Counter[str]
) -> list[str]:
    """Tell of each act that a yes outlived."""
    loop, told = asyncio.get_running_loop(), list[str]()
    await story.rig.add_target("elsewhere", story.server.admin_url, "development")
    for (name, (act, undo)), ask, way in itertools.product(
        acts.items(), asked, ("exec", "agent", "shell")
    ):
        if name.startswith("reviewer") and way == "shell":
            # There the change comes before the yes, and they could not give it.
            continue

        def meanwhile(act: Act = act) -> None:
            due = act(story.rig, story.target)
            asyncio.run_coroutine_threadsafe(_done(due), loop).result(30)

        story.meanwhile = meanwhile
        tally[f"({way})"] += 1
        try:
            finished, done, _ = await story.tell(Kind(name), ask, way)
        except BastionError:
            tally["refused a session"] += 1
            continue
        finally:
            await undo(story.rig, story.target)
        tally["refused"] += 1
        if os.environ.get("ALOUD"):
            sys.stdout.write(f"{name}: {ask} ({way}): {finished.status} {finished.message}\n")
        if finished.status is Status.OK or done or not finished.message:
            told.append(f"{name}: {ask} ({way}): {finished} {done}")
    return told


async def test_a_yes_ends_with_the_policy_the_roles_and_the_target_of_its_time(story: Story):
    """A few acts; all of them take long."""
    names = {
        "policy: blocks it", "requester: has another role", "target: of another environment"
    }  # fmt: skip
    acts, tally = {name: OF_BASTION[name] for name in sorted(names)}, Counter[str]()
    assert await outlived(story, acts, COMMON[:1], tally) == []
    assert tally["(exec)"] == tally["(shell)"] == len(names)


@pytest.mark.long
@pytest.mark.timeout(7200)
async def test_no_yes_outlives_what_gave_it(story: Story):
    """Policy, people and targets change between a yes and its run."""
    tally = Counter[str]()
    acts = OF_BASTION | {
        "target: another database of its name": (
            _target_elsewhere("production", story.server.admin_url.rsplit("/", 1)[1]), _nothing,
        )
    }  # fmt: skip
    if chosen := os.environ.get("KINDS"):
        acts = {name: one for name, one in acts.items() if chosen in name}
    told = await outlived(story, acts, (*COMMON[:-1], OF_ENGINE[story.server.engine]), tally)
    sys.stdout.write(f"{story.server.engine}, of the bastion: {len(acts)} kinds, {dict(tally)}\n")
    assert not told, "\n".join(told)


async def _done(due: Awaitable[object]) -> None:
    await due
