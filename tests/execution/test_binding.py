"""A yes covers exactly what was approved: what differs in a byte or a circumstance does not run."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import AsyncIterator, Iterator

import pytest

from bastion.core.approval import ApprovalState, RunContext, binding_digest
from bastion.core.model import Status
from bastion.errors import ApprovalError
from tests.fakes.clock import FakeClock
from tests.fakes.rig import Rig, collect, production_rig
from tests.fakes.store import add_people, draft, opened_desk, principal

TEXT = "update payments set amount = 120.50, note = 'räksmörgås' where id = 4711 and state = 'open'"
PARAMETERS = (b"4711", None, b"")
BOB = principal("bob")


def mutated(text: str, rounds: int, seed: int) -> Iterator[str]:
    """Change, take out, put in or swap one byte of a text, seeded."""
    chance = random.Random(seed)
    raw = text.encode()
    made = 0
    while made < rounds:
        at = chance.randrange(len(raw))
        other = bytes([chance.randrange(256)])
        kind = chance.randrange(4)
        if kind == 0:
            changed = raw[:at] + other + raw[at + 1 :]
        elif kind == 1:
            changed = raw[:at] + raw[at + 1 :]
        elif kind == 2:
            changed = raw[:at] + other + raw[at:]
        else:
            changed = raw[:at] + raw[at : at + 2][::-1] + raw[at + 2 :]
        # Text that is no UTF-8 never comes so far.
        found = changed.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()
        if found != text:
            made += 1
            yield found


def changed_contexts(
    context: RunContext, rounds: int, seed: int
) -> Iterator[tuple[RunContext, str, tuple[bytes | None, ...]]]:
    """Change where, as whom or with what it would run, one circumstance at a time."""
    chance = random.Random(seed)
    names = ("target", "database", "schema", "role", "place", "objects")
    for number in range(rounds):
        kind = chance.randrange(len(names) + 3)
        if kind < len(names):
            name = names[kind]
            value = getattr(context, name)
            at = chance.randrange(len(value) + 1)
            other = value[:at] + chr(33 + chance.randrange(90)) + value[at + chance.randrange(2) :]
            if other == value:
                other += "x"
            yield dataclasses.replace(context, **{name: other}), "s1", PARAMETERS
        elif kind == len(names):
            settings = ((f"setting{number}", "on"), *context.settings[chance.randrange(2) :])
            yield dataclasses.replace(context, settings=settings), "s1", PARAMETERS
        elif kind == len(names) + 1:
            yield context, f"s{number + 2}", PARAMETERS
        else:
            parameters = list(PARAMETERS)
            parameters[chance.randrange(3)] = b"%d" % number
            yield context, "s1", tuple(parameters[: 3 - chance.randrange(2)])


@pytest.mark.parametrize(
    ("mutations", "changes"),
    [
        (300, 100),
        pytest.param(5000, 1000, marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
async def test_nothing_that_differs_from_what_was_approved_takes_its_run(
    tmp_path, mutations: int, changes: int
):
    clock = FakeClock()
    context = RunContext(
        target="shop", database="shop", schema="public", role="writer",
        settings=(("DateStyle", "ISO"), ("search_path", "public")), place="postgresql://db:5432",
        objects="4d1ac2",
    )  # fmt: skip
    async with opened_desk(tmp_path, clock) as rig:
        await add_people(rig.store)
        digest = binding_digest(TEXT, PARAMETERS, context, "s1")
        asked = dataclasses.replace(
            draft("r1", clock.now(), text=TEXT), context=context, parameters=PARAMETERS,
            session_id="s1", digest=digest,
        )  # fmt: skip
        await rig.desk.submit(asked)
        await rig.desk.decide(BOB, "r1", approve=True, reason="")
        others = [
            binding_digest(text, PARAMETERS, context, "s1") for text in mutated(TEXT, mutations, 8)
        ]
        others += [
            binding_digest(TEXT, parameters, changed, session)
            for changed, session, parameters in changed_contexts(context, changes, 8)
        ]
        assert len(others) == mutations + changes
        for other in others:
            with pytest.raises(ApprovalError, match="not what was approved"):
                await rig.desk.claim("r1", other)
        assert (await rig.desk.get(BOB, "r1")).state is ApprovalState.APPROVED
        assert (await rig.desk.claim("r1", digest)).state is ApprovalState.RUNNING


@pytest.fixture
async def production(server, shop, tmp_path) -> AsyncIterator[Rig]:
    async with production_rig(tmp_path, shop) as rig:
        rig.look = lambda: server.run(shop, "select id, quantity from orders order by id")  # type: ignore[attr-defined]
        yield rig


async def test_an_edited_statement_asks_anew_and_does_not_ride_on_the_yes(production: Rig):
    """The statement that was approved waits; what is sent meanwhile, edited, has no yes."""
    text = "update orders set quantity = 3 where id = 1"
    rae, ann = await production.principal("rae"), await production.principal("ann")
    desk = production.services.governance.desk
    before = production.look()  # type: ignore[attr-defined]
    async with production.runner("ann", "prod", front_end="exec") as runner:
        held, _, _ = await collect(runner, text, wait_s=0)
        assert held.status is Status.PENDING
        await desk.decide(rae, held.request_id, approve=True, reason="")
        for other in mutated(text, 25, 8):
            finished, _, _ = await collect(runner, other, wait_s=0)
            assert finished.status is not Status.OK or not finished.tag.startswith("UPDATE"), other
            if finished.status is Status.PENDING:
                assert finished.request_id != held.request_id
                await desk.withdraw(ann, finished.request_id)
        assert production.look() == before  # type: ignore[attr-defined]
