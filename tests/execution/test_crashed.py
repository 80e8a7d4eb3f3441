"""A database that dies under a statement is told in words, and the session goes on after it."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from bastion.core.model import Status
from tests.conftest import DatabaseServer
from tests.fakes.rig import collect, running_rig

_BACK_S = 30


@pytest.mark.timeout(90)
async def test_session_outlives_a_crash_of_the_database(
    tmp_path: Path, mariadb_server: DatabaseServer, shop_mysql: str
):
    """MariaDB 10.11 goes down by signal 11 under some statements, and is started again."""
    process = int((mariadb_server.folder / "my.pid").read_text())
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_target("shop", shop_mysql, "production")
        async with rig.runner("ann", "shop") as runner:
            running = asyncio.ensure_future(collect(runner, "select sleep(20) from customers"))
            # What was committed in the last second would be lost with it.
            await asyncio.sleep(1.5)
            os.kill(process, signal.SIGSEGV)
            finished, _, _ = await running
            assert finished.status is Status.UNAVAILABLE
            assert "lost" in finished.message or "reach" in finished.message
            async with asyncio.timeout(_BACK_S):
                while finished.status is Status.UNAVAILABLE:
                    await asyncio.sleep(0.2)
                    finished, rows, _ = await collect(runner, "select count(*) from customers")
            assert finished.status is Status.OK
            assert rows
