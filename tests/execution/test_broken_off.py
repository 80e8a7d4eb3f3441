"""What breaks off below is told truthfully, and never runs twice.

A few rounds here; ``make test-long`` runs what is promised: 100 cuts of the network and 100 ends of
the database's own processes, on each engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from pathlib import Path

import pytest

from bastion.core.model import Finished, RunOptions, Status
from bastion.errors import BastionError
from bastion.execution.pipeline import Runner
from tests.conftest import DatabaseServer
from tests.fakes.rig import collect, running_rig

LONG = {"marks": [pytest.mark.long, pytest.mark.timeout(3600)]}


async def ending(runner: Runner, text: str) -> Status | None:
    """Run a statement; gives how it ended."""
    last = None
    with contextlib.suppress(BastionError):
        async for event in runner.execute(text, options=RunOptions()):
            last = event
    return last.status if isinstance(last, Finished) else None


async def first_outcome(runner: Runner) -> Status | None:
    try:
        finished, _, _ = await collect(runner, "select 1")
    except BastionError:
        return None
    return finished.status


class Line:
    """A network between bastion and database that can be cut."""

    def __init__(self, server: DatabaseServer) -> None:
        self._server = server
        self._writers: set[asyncio.StreamWriter] = set()
        self._listener: asyncio.Server | None = None

    async def open(self) -> int:
        self._listener = await asyncio.start_server(self._join, "127.0.0.1", 0)
        return int(self._listener.sockets[0].getsockname()[1])

    async def _join(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, forth = await asyncio.open_connection(self._server.host, self._server.port)
        self._writers |= {back, forth}
        async with asyncio.TaskGroup() as group:
            group.create_task(self._carry(near, forth))
            group.create_task(self._carry(far, back))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()
        self._writers.discard(writer)

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def close(self) -> None:
        self.cut()
        if self._listener is not None:
            self._listener.close()


BACKENDS = {
    "postgres": "select count(*) from pg_stat_activity where datname = '{0}'"
    " and pid <> pg_backend_pid() and application_name like 'bastion:%:%'",
    "mysql": "select count(*) from information_schema.processlist where db = '{0}'"
    " and id <> connection_id()",
}
END_ALL = {
    "postgres": "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{0}'"
    " and pid <> pg_backend_pid()",
    "mysql": "select id from information_schema.processlist where db = '{0}'"
    " and id <> connection_id()",
}


def end_all(server: DatabaseServer, url: str) -> None:
    """End every process of the database, as a restart does."""
    found = server.run(url, END_ALL[server.engine].format(url.rsplit("/", 1)[1]))
    for (one,) in found if server.engine == "mysql" else ():
        with contextlib.suppress(Exception):
            server.run(url, f"kill {one}")


@pytest.mark.parametrize("rounds", [3, pytest.param(100, **LONG)])
@pytest.mark.parametrize("fault", ["cut", "restart"])
async def test_what_broke_off_is_told_as_it_is_and_runs_once(
    server: DatabaseServer, tmp_path: Path, fault: str, rounds: int
):
    chance = random.Random(7)
    url = server.create_database("cut", f"shop_{server.engine}.sql")
    line = Line(server)
    port = await line.open()
    told: set[Status | None] = set()
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        near = url.replace(f":{server.port}/", f":{port}/")
        await rig.add_target("shop", near, "development")
        async with rig.runner("ann", "shop") as runner:
            for number in range(rounds):
                await first_outcome(runner)
                text = f"insert into audit_trail (what) values ('round {number}')"
                work = asyncio.create_task(ending(runner, text))
                await asyncio.sleep(chance.uniform(0, 0.03))
                if fault == "cut":
                    line.cut()
                else:
                    await asyncio.to_thread(end_all, server, url)
                async with asyncio.timeout(30):
                    status = await work
                found = await asyncio.to_thread(
                    server.run,
                    url,
                    f"select count(*) from audit_trail where what = 'round {number}'",
                )
                count = int(str(found[0][0]))
                told.add(status)
                assert count <= 1, number
                if status is Status.OK:
                    assert count == 1, number
                elif status not in {Status.UNAVAILABLE, None}:
                    assert count == 0, (number, status)
    left = BACKENDS[server.engine].format(url.rsplit("/", 1)[1])
    for _ in range(150):
        rows = await asyncio.to_thread(server.run, url, left)
        if rows[0][0] == 0:
            break
        await asyncio.sleep(0.2)
    else:
        raise AssertionError("a backend is left behind")
    await line.close()
    if rounds > 50:
        # Both sides of the moment were met.
        assert {Status.OK, Status.UNAVAILABLE} <= told
    server.drop_database(url)
