"""The witness itself has teeth: it hears what was sent beside the record, and what never came."""

from pathlib import Path

from bastion.core.model import Fence, Status
from bastion.execution.ports import Permit
from tests.conftest import DatabaseServer
from tests.fakes.rig import collect, running_rig
from tests.witness import WITNESS


def permit(sql: str) -> Permit:
    return Permit(
        sql=sql, parameters=(), fence=Fence.READ_ONLY, statement_timeout_s=5.0, lock_timeout_s=1.0,
        row_limit=1,
    )  # fmt: skip


async def test_what_goes_round_the_record_is_heard(server: DatabaseServer, tmp_path: Path):
    url = server.create_database("witness", f"shop_{server.engine}.sql")
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann")
        await rig.add_target("shop", url, "staging")
        async with rig.runner("ann", "shop") as runner:
            assert (await collect(runner, "select 1 as honest"))[0].status is Status.OK
            assert WITNESS.differences() == []
            async for _ in runner._line.connection.run(permit("select 2 as smuggled")):
                pass
            assert ["smuggled" in word for word in WITNESS.differences()] == [True]
            async for _ in runner._line.connection.run(permit("select 1 as honest")):
                pass
            assert ["2 times in the log" in word for word in WITNESS.differences()] == [True]
            async for _ in runner._line.connection.run(permit("select 3 as late")):
                pass
    # An installation that has ended is read to its end, and left.
    assert ["late" in word for word in WITNESS.differences()] == [True]
    assert WITNESS.differences() == []
    server.drop_database(url)


async def test_what_is_on_record_and_never_came_is_missed(
    server: DatabaseServer, tmp_path: Path, monkeypatch
):
    url = server.create_database("witness", f"shop_{server.engine}.sql")
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann")
        await rig.add_target("shop", url, "staging")
        async with rig.runner("ann", "shop") as runner:
            await collect(runner, "select 1")
            sent = runner._line.connection.run

            def instead(one: Permit):
                return sent(permit("select 1"))

            monkeypatch.setattr(runner._line.connection, "run", instead)
            await collect(runner, "select 3")
    words = WITNESS.differences()
    assert any("select 3" in word and "in the log 0" in word for word in words)
    server.drop_database(url)
