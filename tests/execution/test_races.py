"""One winner, whoever races for a request: threads, and two processes on one store."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bastion.core import approval as life
from bastion.core.approval import Approval, ApprovalState
from bastion.core.model import Role
from bastion.store.requests import _row
from bastion.store.schema import approvals
from tests.execution.racer import race
from tests.fakes.clock import FakeClock
from tests.fakes.store import add_people, draft, opened_desk, opened_store, principal, some_key

ALICE = principal("alice", Role.ENGINEER)
BOB = principal("bob")
EIGHT = 8


async def submitted(rig, number):
    return await rig.desk.submit(
        draft(f"r{number}", rig.clock.now(), text=f"delete from t{number}")
    )


async def add_reviewers(store):
    await add_people(store)
    for number in range(EIGHT):
        await store.add_user(
            f"rev{number}", keys=[some_key(f"rev{number}")], roles=[Role.REVIEWER], targets=None
        )


@contextlib.asynccontextmanager
async def many_desks(folder, clock, count):
    async with contextlib.AsyncExitStack() as stack:
        rigs = [await stack.enter_async_context(opened_desk(folder, clock)) for _ in range(count)]
        await add_reviewers(rigs[0].store)
        yield rigs


def rounds_of(few, many=1000):
    return pytest.mark.parametrize(
        "rounds", [few, pytest.param(many, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]
    )


@rounds_of(25)
async def test_of_eight_reviewers_and_eight_runs_one_each_wins(tmp_path, rounds):
    """Eight stores, each with its own thread and connection, on one file."""
    async with many_desks(tmp_path, FakeClock(), EIGHT) as rigs:
        for number in range(rounds):
            request = await submitted(rigs[0], number)
            decided = await race(
                *(
                    rig.desk.decide(
                        principal(f"rev{i}"), request.id, approve=i % 2 == 0, reason="x"
                    )
                    for i, rig in enumerate(rigs)
                )
            )
            assert len(decided) == 1
            if decided[0].state is ApprovalState.APPROVED:
                ran = await race(*(rig.desk.claim(request.id, request.digest) for rig in rigs))
                assert len(ran) == 1
                await rigs[0].desk.finish(request.id, ApprovalState.DONE)


@rounds_of(40)
async def test_withdrawn_never_runs_however_close_the_race(tmp_path, rounds):
    async with many_desks(tmp_path, FakeClock(), 2) as (one, two):
        for number in range(rounds):
            request = await submitted(one, number)
            await one.desk.decide(BOB, request.id, approve=True, reason="")
            first, second = one, two
            if number % 2:
                first, second = two, one
            won = await race(
                first.desk.claim(request.id, request.digest),
                second.desk.withdraw(ALICE, request.id),
            )
            assert len(won) == 1
            stored = await one.store.get(request.id)
            assert stored is not None
            assert stored.state is won[0].state


class Racers:
    """Two processes, each with half of eight on the same store."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self._processes = processes

    def race(self, request: Approval, *acts: str) -> list[str]:
        """Let the first do the first act and the second the last; gives the states that won."""
        named = {"id": request.id, "digest": request.digest}
        for process, what in zip(self._processes, (acts[0], acts[-1]), strict=True):
            assert process.stdin is not None
            process.stdin.write(json.dumps([what, named]) + "\n")
            process.stdin.flush()
        return [state for process in self._processes for state in json.loads(_line(process))]


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@contextlib.contextmanager
def two_processes(folder: Path) -> Iterator[Racers]:
    root, half = Path(__file__).parents[2], EIGHT // 2
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.execution.racer", folder, str(first), str(half)],
                    cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                )
            )
            for first in (0, half)
        ]  # fmt: skip
        assert [_line(process) for process in processes] == ["ready\n", "ready\n"]
        yield Racers(processes)


@rounds_of(25)
async def test_of_two_processes_one_decides_and_one_runs(tmp_path, rounds):
    """P7: eight reviewers, then eight runs, four of each in either process."""
    states = []
    async with opened_desk(tmp_path, FakeClock()) as rig:
        await add_reviewers(rig.store)
        with two_processes(tmp_path) as racers:
            for number in range(rounds):
                request = await submitted(rig, number)
                decided = await asyncio.to_thread(racers.race, request, "decide")
                assert len(decided) == 1, (number, decided)
                states += decided
                ran = await asyncio.to_thread(racers.race, request, "run")
                assert ran == (["running"] if decided == ["approved"] else [])
                if ran:
                    await rig.desk.finish(request.id, ApprovalState.DONE)
    assert {"approved", "denied"} == set(states)


@rounds_of(25)
async def test_withdrawn_in_one_process_never_runs_in_the_other(tmp_path, rounds):
    states = []
    async with opened_desk(tmp_path, FakeClock()) as rig:
        await add_reviewers(rig.store)
        with two_processes(tmp_path) as racers:
            for number in range(rounds):
                request = await submitted(rig, number)
                await rig.desk.decide(BOB, request.id, approve=True, reason="")
                acts = ("run", "withdraw") if number % 2 else ("withdraw", "run")
                won = await asyncio.to_thread(racers.race, request, *acts)
                assert len(won) == 1, (number, won)
                stored = await rig.store.get(request.id)
                assert stored is not None
                assert stored.state.value == won[0]
                states += won
                if won == ["withdrawn"]:
                    assert not await asyncio.to_thread(racers.race, request, "run")
                else:
                    await rig.desk.finish(request.id, ApprovalState.DONE)
    assert set(states) <= {"running", "withdrawn"}


async def test_read_then_write_would_have_several_winners(tmp_path):
    """The control: what the races above would miss if they were too weak."""
    clock = FakeClock()
    winners = []
    async with contextlib.AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opened_store(tmp_path, clock)) for _ in range(8)]
        await add_people(stores[0])

        async def naive_claim(store, request_id):
            request = await store.get(request_id)
            claimed = life.claim(request, digest=request.digest, now=clock.now())
            blind = approvals.update().where(approvals.c.id == request_id)
            write = blind.values(_row(claimed, store._box))
            await store._database.write(lambda connection: connection.execute(write).rowcount)
            return claimed

        for number in range(10):
            request = draft(f"r{number}", clock.now())
            approved = life.decide(request, reviewer=BOB, approve=True, reason="", now=clock.now())
            await stores[0].insert(approved)
            winners.append(len(await race(*(naive_claim(s, request.id) for s in stores))))
    assert max(winners) > 1
