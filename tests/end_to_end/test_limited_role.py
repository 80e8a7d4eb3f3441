"""Attacks on the guard by a role that owns nothing and may write a few tables, by a checksum.

It reaches the rows of others through what they wrote for it: functions that run by their owner's
rights, views, triggers, rules, defaults, and roles that it may take.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest

from bastion.core.model import Finished, RunOptions, Status
from bastion.execution.pipeline import Runner
from tests.conftest import DatabaseServer
from tests.end_to_end.test_red_team_guard import ENDS, SEED, chunks, probes
from tests.fakes.rig import Rig, running_rig
from tests.quality.state import state_of

_SETTLED_S = 5.0
_HELD = {Status.PENDING, Status.BLOCKED}
_GRANTS = {
    "postgres": "grant select, insert, update, delete on all tables in schema public to clerk",
    "mysql": "grant select, insert, update, delete, show view on `{name}`.* to clerk@'%'",
}
_GONE = {
    "postgres": "drop role if exists clerk; drop role if exists keeper",
    "mysql": "drop user if exists clerk@'%'; drop role if exists keeper",
}


@pytest.fixture(params=["postgresql", "mysql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(engine: str, request: pytest.FixtureRequest) -> DatabaseServer:
    is_pg = engine == "postgresql"
    return request.getfixturevalue("postgres_server" if is_pg else "mariadb_server")


@dataclass
class Place:
    """A database with traps that others made, for ``clerk``."""

    server: DatabaseServer
    url: str

    @property
    def clerk_url(self) -> str:
        return self.server.url(self.url.rsplit("/", 1)[1], "clerk", "clerk-pw")

    def state(self) -> object:
        return state_of(self.server, self.url)

    async def is_as_it_was(self, before: object) -> bool:
        """Tell whether nothing is other; a login that ends takes a moment to clear away."""
        for _ in range(10):
            if await asyncio.to_thread(self.state) == before:
                return True
            await asyncio.sleep(_SETTLED_S / 10)
        return False


@pytest.fixture
def place(server: DatabaseServer) -> Iterator[Place]:
    url = server.create_database("limited", f"probe_{server.engine}.sql")
    server.run(url, (SEED / f"limited_{server.engine}.sql").read_text())
    if server.engine == "mysql":
        name = url.rsplit("/", 1)[1]
        server.run(url, f"grant execute, create temporary tables on `{name}`.* to clerk@'%'")
    try:
        yield Place(server, url)
    finally:
        server.drop_database(url)
        server.run(server.admin_url, _GONE[server.engine])


@contextlib.asynccontextmanager
async def bastion(directory: Path, place: Place) -> AsyncIterator[Rig]:
    async with running_rig(directory) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_target("limited", place.clerk_url, "production")
        yield rig


async def ends(runner: Runner, case: list[str]) -> list[Status]:
    """Send the statements of one case, each to its end; nobody approves anything."""
    told = []
    for text in case:
        async with asyncio.timeout(20):
            options = RunOptions(wait_s=0.0)
            events = [event async for event in runner.execute(text, options=options)]
        finished = events[-1] if events else Finished(index=1, status=Status.OK)
        assert isinstance(finished, Finished)
        told.append(finished.status)
    return told


async def attack(rig: Rig, place: Place, cases: list[list[str]]) -> None:
    before = place.state()
    for chunk in chunks(cases):
        for case in chunk:
            async with rig.runner("ann", "limited") as runner:
                told = await ends(runner, case)
            assert set(told) <= ENDS, (case, told)
        assert await place.is_as_it_was(before), chunk


CONTROLS = {
    "postgresql": (
        "select sd_look(1)",
        "explain select sd_folded(1)",
        "select lo_put(4711, 0, 'x')",
    ),
    "mysql": ("select sd_look(1)", "select count(x) from pays", "select nextval(numbers)"),
}
"""What does change something past the bastion, as this role."""


async def test_a_limited_role_changes_nothing_without_an_approval(
    engine: str, place: Place, tmp_path: Path
):
    cases = probes(f"limited_{engine}.sql")
    assert len(cases) >= 260
    async with bastion(tmp_path, place) as rig:
        await attack(rig, place, cases[::6])


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_limited_role_changes_nothing_at_all_without_an_approval(
    engine: str, place: Place, tmp_path: Path
):
    async with bastion(tmp_path, place) as rig:
        for corpus in ("limited", "destructive", "not_reads"):
            await attack(rig, place, probes(f"{corpus}_{engine}.sql"))


@pytest.mark.parametrize("number", range(3))
async def test_past_the_bastion_the_traps_do_act(engine: str, place: Place, number: int):
    before = place.state()
    run_as(place, CONTROLS[engine][number])
    assert place.state() != before


def run_as(place: Place, sql: str) -> None:
    """Run SQL as the limited role, past the bastion."""
    if place.server.engine == "postgres":
        place.server.run(place.clerk_url, sql)
        return
    with contextlib.closing(
        pymysql.connect(
            host=place.server.host, port=place.server.port, user="clerk", password="clerk-pw",
            database=place.url.rsplit("/", 1)[1], autocommit=True, ssl_disabled=True,
        )
    ) as login, login.cursor() as cursor:  # fmt: skip
        cursor.execute(sql)
        cursor.fetchall()


def harmless(engine: str) -> list[list[str]]:
    return probes(f"reads_{engine}.sql") + probes(f"everyday_shop_{engine}.sql")


@pytest.mark.parametrize(
    "every", [8, pytest.param(1, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]
)
async def test_what_is_harmless_as_the_owner_is_so_as_a_limited_role(
    engine: str, server: DatabaseServer, tmp_path: Path, every: int
):
    url = server.create_database("shop", f"shop_{server.engine}.sql")
    name = url.rsplit("/", 1)[1]
    place = Place(server, url)
    is_pg = server.engine == "postgres"
    server.run(
        url,
        "create role clerk login password 'clerk-pw'"
        if is_pg
        else "create user clerk@'%' identified by 'clerk-pw'",
    )
    server.run(url, _GRANTS[server.engine].format(name=name))
    try:
        async with bastion(tmp_path, place) as rig:
            await rig.add_target("owner", url, "production")
            more = []
            for case in harmless(engine)[::every]:
                async with rig.runner("ann", "owner") as runner:
                    as_owner = await ends(runner, case)
                async with rig.runner("ann", "limited") as runner:
                    as_limited = await ends(runner, case)
                if _HELD.intersection(as_limited) and not _HELD.intersection(as_owner):
                    more.append(case)
            assert not more
    finally:
        server.drop_database(url)
        server.run(server.admin_url, _GONE[server.engine])
