"""Everyday statements come back as the database gives them, on real servers."""

from pathlib import Path

import pytest

from tests.conftest import DatabaseServer
from tests.fakes.rig import running_rig
from tests.quality.everyday import (
    CHANGED_MAX,
    HELD_MAX,
    Outcome,
    compare,
    compare_in_one_session,
    lines_of,
    share,
)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("corpus", ["everyday_shop", "everyday_tools"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
async def test_everyday_answers_are_the_databases_own_byte_for_byte(
    engine: str, corpus: str, tmp_path: Path, request: pytest.FixtureRequest
):
    fixture = "postgres_server" if engine == "postgresql" else "mariadb_server"
    server: DatabaseServer = request.getfixturevalue(fixture)
    url = server.create_database("everyday", f"shop_{server.engine}.sql")
    lines = lines_of(f"{corpus}_{engine}.sql")
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_target("shop", url, "production")
        compared = await compare(rig, "shop", server, url, lines)
    server.drop_database(url)
    others = [one for one in compared if one.outcome is not Outcome.SAME]
    assert len(compared) >= 130
    assert share(compared, Outcome.BLOCKED) == 0, others
    assert share(compared, Outcome.HELD) <= HELD_MAX, others
    assert share(compared, Outcome.CHANGED, Outcome.HELD) <= CHANGED_MAX, others


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("corpus", "size"), [("everyday_week", 210), ("everyday_lookalikes", 70)])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
async def test_a_week_of_eight_trades_and_what_looks_dangerous_comes_back_byte_for_byte(
    engine: str, corpus: str, size: int, tmp_path: Path, request: pytest.FixtureRequest
):
    fixture = "postgres_server" if engine == "postgresql" else "mariadb_server"
    server: DatabaseServer = request.getfixturevalue(fixture)
    url = server.create_database("week", f"week_{server.engine}.sql")
    lines = lines_of(f"{corpus}_{engine}.sql")
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_target("week", url, "production")
        compared = await compare_in_one_session(rig, "week", server, url, lines)
    server.drop_database(url)
    assert len(compared) >= size
    assert [one for one in compared if one.outcome is not Outcome.SAME] == []


@pytest.mark.timeout(240)
async def test_sessions_and_functions_of_all_families_come_back_byte_for_byte(
    tmp_path: Path, postgres_server: DatabaseServer
):
    url = postgres_server.create_database("sessions", "shop_postgres.sql")
    lines = lines_of("everyday_sessions_postgresql.sql")
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_target("shop", url, "production")
        compared = await compare_in_one_session(rig, "shop", postgres_server, url, lines)
    postgres_server.drop_database(url)
    assert len(compared) >= 200
    assert [one for one in compared if one.outcome is not Outcome.SAME] == []
