"""Half of those who race for the requests of one store, in a process of its own.

Started by ``test_races.py``, which says on standard input what all do at once, and for which
request; each answer names the states that the winners brought it to.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Awaitable
from pathlib import Path

from bastion.core.approval import Approval
from bastion.core.model import Role
from bastion.errors import ApprovalError
from tests.fakes.clock import FakeClock
from tests.fakes.store import DeskRig, opened_desk, principal


async def race(*contenders: Awaitable[Approval]) -> list[Approval]:
    """Let all go at once; give what each came back with, or leave its refusal out."""
    results = await asyncio.gather(*contenders, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, ApprovalError):
            raise result
    return [result for result in results if isinstance(result, Approval)]


def act(rig: DeskRig, what: str, number: int, request: dict[str, str]) -> Awaitable[Approval]:
    """Decide, run or withdraw one request, as the one of this number."""
    match what:
        case "decide":
            reviewer = principal(f"rev{number}")
            return rig.desk.decide(reviewer, request["id"], approve=number % 2 == 0, reason="x")
        case "run":
            return rig.desk.claim(request["id"], request["digest"])
        case _:
            return rig.desk.withdraw(principal("alice", Role.ENGINEER), request["id"])


async def main(folder: Path, first: int, count: int) -> None:
    """Race until standard input ends; ``count`` stores, each with a thread of its own."""
    clock = FakeClock()
    async with contextlib.AsyncExitStack() as stack:
        rigs = [await stack.enter_async_context(opened_desk(folder, clock)) for _ in range(count)]
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while line := await asyncio.to_thread(sys.stdin.readline):
            what, request = json.loads(line)
            won = await race(
                *(act(rig, what, first + place, request) for place, rig in enumerate(rigs))
            )
            sys.stdout.write(json.dumps([one.state.value for one in won]) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
