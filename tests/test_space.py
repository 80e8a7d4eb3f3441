"""The disk budget of recordings: told in time, and never won back by deleting."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bastion.space import DiskBudget, usage_of
from recordings.budget import Level, Usage, measure
from tests.fakes.clock import FakeClock


class Watched:
    """A folder of recordings with a budget of 1 MiB."""

    def __init__(self, folder: Path, budget_mb: int = 1) -> None:
        self.sessions = folder / "sessions"
        self.day = self.sessions / "2026/03/01"
        self.day.mkdir(parents=True)
        self.log = folder / "audit.log"
        self.told: list[str] = []
        self.budget = DiskBudget(
            self.sessions, self.log, budget_mb, tell=self._tell, clock=FakeClock()
        )

    async def _tell(self, event: str, fields: object) -> None:
        assert event == "recording.disk_level"
        self.told.append(fields["level"])  # type: ignore[index]

    def fill(self, kib: int) -> None:
        (self.day / "s1.cast").write_bytes(os.urandom(kib * 1024))


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


@pytest.mark.parametrize(
    ("share", "level"),
    [(0, "ok"), (79, "ok"), (80, "warning"), (94, "warning"), (95, "critical"), (99, "critical"),
     (100, "full"), (250, "full")],
)  # fmt: skip
def test_each_level_begins_where_it_is_said(share: int, level: str):
    assert Usage(used_bytes=share, budget_bytes=100).level is Level(level)


def test_without_a_budget_nothing_is_full():
    usage = Usage(used_bytes=1 << 60, budget_bytes=0)
    assert (usage.level, usage.share) == (Level.OK, 0.0)


def test_recordings_indexes_and_the_audit_log_count(watched: Watched):
    before = measure(watched.sessions, watched.log)
    watched.fill(100)
    (watched.sessions / ".index").mkdir()
    (watched.sessions / ".index/s1.seek").write_bytes(os.urandom(50_000))
    watched.log.write_bytes(os.urandom(50_000))
    grown = measure(watched.sessions, watched.log) - before
    assert 200_000 <= grown <= 260_000
    assert measure(watched.sessions / "none", watched.log / "none") == 0


def test_what_a_link_leads_to_does_not_count(watched: Watched, tmp_path: Path):
    (tmp_path / "big").mkdir()
    (tmp_path / "big/file").write_bytes(os.urandom(500_000))
    before = measure(watched.sessions, watched.log)
    (watched.day / "link").symlink_to(tmp_path / "big")
    assert measure(watched.sessions, watched.log) - before < 10_000


async def test_each_new_level_is_told_once_and_the_end_refuses(watched: Watched):
    for kib, level in ((10, Level.OK), (850, Level.WARNING), (1000, Level.CRITICAL)):
        watched.fill(kib)
        for _ in range(2):
            await watched.budget.step()
        assert watched.budget.usage.level is level
        assert watched.budget.refusal() == ""
    watched.fill(1100)
    await watched.budget.step()
    assert "no session can start" in watched.budget.refusal()
    assert "recording archive" in watched.budget.trouble
    assert (watched.day / "s1.cast").stat().st_size == 1100 * 1024, "nothing is ever deleted"
    watched.fill(10)
    await watched.budget.step()
    assert watched.budget.refusal() == ""
    assert watched.budget.trouble == ""
    assert watched.told == ["warning", "critical", "full", "ok"]


async def test_without_a_budget_nothing_is_measured(tmp_path: Path):
    watched = Watched(tmp_path, budget_mb=0)
    watched.fill(2000)
    await watched.budget.run()
    assert watched.budget.usage.used_bytes == 0
    assert usage_of(watched.sessions, watched.log, 0).used_bytes == 0
