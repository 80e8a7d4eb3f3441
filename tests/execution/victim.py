"""A bastion that is to be killed: asks for updates, one after the other, has each approved, tells.

Each update adds one to a row of its own in ``ledger``, so a run too many shows. Started by
``test_killed.py``, in a process of its own.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from bastion.config import Config, RecordingConfig
from bastion.core.model import Principal
from tests.fakes.rig import Rig, collect, running_rig

Tell = Callable[[str], object]


def run(folder: Path, first: int, count: int, tell: Tell, recipients: str = "") -> None:
    """Run until killed, or until ``count`` updates are done."""
    asyncio.run(_run(folder, first, count, tell, recipients))


async def _run(folder: Path, first: int, count: int, tell: Tell, recipients: str) -> None:
    config = Config(recording=RecordingConfig(live_recipients=recipients))
    async with running_rig(folder, config) as rig:
        reviewer, ann = await rig.principal("rae"), await rig.principal("ann")
        tell("ready")
        target = await rig.services.find_target(ann, "prod")
        session = await rig.services.open_session(ann, target=target, front_end="shell")
        runner = await rig.services.open_runner(session)
        async with asyncio.TaskGroup() as group:
            approving = group.create_task(_approve_all(rig, reviewer, tell))
            for number in range(first, first + count):
                tell(f"asked {number}")
                finished, _, _ = await collect(
                    runner, f"update ledger set runs = runs + 1 where id = {number}"
                )
                # As a front end does: an outcome is on the disk before anybody is shown it.
                await session.output(finished.status.value.encode())
                tell(f"told {number} {finished.status.value}")
            approving.cancel()
        await runner.close()
        await session.end("done")
    tell("over")


async def _approve_all(rig: Rig, reviewer: Principal, tell: Tell) -> None:
    arrived: asyncio.Queue[str] = asyncio.Queue()
    rig.services.desk.subscribe(arrived.put_nowait)
    while True:
        request_id = await arrived.get()
        waiting = await rig.services.desk.list_requests(reviewer)
        if request_id in {request.id for request in waiting}:
            await rig.services.desk.decide(reviewer, request_id, approve=True, reason="fine")
            tell("approved")


def _say(text: str) -> None:
    os.write(1, text.encode() + b"\n")


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), _say, *sys.argv[4:])
