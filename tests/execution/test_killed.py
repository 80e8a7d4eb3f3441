"""A bastion that is killed between yes, record and send: nothing unrecorded, nothing twice.

Held updates are approved and run, and the process is killed, at random or at each write of its
store and of its evidence. Then the database says what ran, the recordings what was meant to run.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import pyrage
import pytest

from recordings.audit import verify_audit
from recordings.keys import load_public_key
from recordings.reader import UNKNOWN, read_statements
from recordings.verify import verify_all
from tests.conftest import DatabaseServer
from tests.execution import victim
from tests.fakes.rig import production_rig, running_rig
from tests.witness import WITNESS

_READY_S = 60.0
_QUIET_S = 30.0
_WAIT_S = 120.0
IDS_MAX = 20_000
_ID = re.compile(r"where id = (\d+)")

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


@dataclass
class Scene:
    """One installation that is started and killed again and again, and its database."""

    folder: Path
    server: DatabaseServer
    url: str
    recipients: str = ""
    next_id: int = 1
    told: list[str] = field(default_factory=list)
    ran: dict[int, int] = field(default_factory=dict)
    """How often each update ran, as the database says."""
    meant: dict[int, str] = field(default_factory=dict)
    """Status of each update that is on record."""
    _read: set[Path] = field(default_factory=set)

    @property
    def identity(self) -> Path:
        return self.folder / "identity.txt"

    @property
    def store(self) -> Path:
        return self.folder / "state/store.db"

    def check(self, *, told: list[str]) -> None:
        """Hold what ran against what is on record, and both against what was told."""
        self._await_quiet()
        before = dict(self.ran)
        rows = self.server.run(self.url, "select id, runs from ledger where runs > 0")
        self.ran = {int(str(number)): int(str(runs)) for number, runs in rows}
        self._read_recordings()
        assert set(self.ran.values()) <= {1}, "an update ran twice"
        assert self.ran.keys() <= self.meant.keys(), "an update ran that is not on record"
        asked = {int(line.split()[1]) for line in told if line.startswith("asked")}
        late = {number for number in self.ran.keys() - before.keys() if number not in asked}
        assert not late, "what a dead process had asked for ran after it"
        for number, status in self.meant.items():
            assert status in ("ok", "error", UNKNOWN, "interrupted", "internal", "unavailable")
            assert status != "ok" or number in self.ran, "what is on record as done did not run"
            assert status in ("ok", UNKNOWN) or number not in self.ran
        for line in told:
            if line.startswith("told") and line.endswith("ok"):
                assert int(line.split()[1]) in self.ran, "what was told did not run"
                assert self.meant[int(line.split()[1])] == "ok"
        self.next_id = max([self.next_id, *(number + 1 for number in asked)])

    def _read_recordings(self) -> None:
        identity = self.identity if self.recipients else None
        for path in self.folder.glob("state/sessions/*/*/*/*.cast"):
            if path in self._read:
                continue
            self._read.add(path)
            for statement in read_statements(path, identity=identity):
                found = _ID.search(statement.text)
                if found is not None:
                    self.meant[int(found[1])] = statement.status

    def _await_quiet(self) -> None:
        """Wait until the database has noticed that the process is gone."""
        deadline = time.monotonic() + _QUIET_S
        busy = (
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and application_name like 'bastion%'"
        )
        while self.server.run(self.url, busy) != [(0,)]:
            assert time.monotonic() < deadline, "the database still works for the dead process"
            time.sleep(0.02)

    def requests(self) -> dict[str, int]:
        """Count the requests by state, as the store has them."""
        with contextlib.closing(sqlite3.connect(self.store)) as database:
            return dict(database.execute("select state, count(*) from approvals group by state"))

    async def close(self) -> None:
        """Start once more and do nothing: all is put in order, and nothing runs by itself."""
        async with running_rig(self.folder):
            pass
        before = dict(self.ran)
        self.check(told=[])
        assert self.ran == before, "something ran by itself"
        assert self.requests().keys() <= {"done", "failed", "unknown", "withdrawn"}
        key = load_public_key(self.folder / "state/recording.pub")
        log = self.folder / "state/audit.log"
        assert verify_audit(log, key).is_ok
        reports = list(verify_all(self.folder / "state/sessions", key, log))
        assert all(report.is_ok for _, report in reports), reports
        assert {report.state for _, report in reports} <= {"sealed", "crashed"}


@pytest.fixture
async def scene(tmp_path: Path, postgres_server: DatabaseServer, shop_postgres: str) -> Scene:
    postgres_server.run(
        shop_postgres,
        "create table ledger (id int primary key, runs int not null);"
        f" insert into ledger select n, 0 from generate_series(1, {IDS_MAX}) n;"
        " analyze ledger",
    )
    async with production_rig(tmp_path, shop_postgres):
        pass
    return Scene(tmp_path, postgres_server, shop_postgres)


def told_to(end: Connection, folder: Path, first: int, recipients: str) -> None:
    victim.run(folder, first, 1000, end.send, recipients)


def killed_at_random(scene: Scene, chance: random.Random) -> list[str]:
    """Start the victim, kill it somewhere, and give what it had told."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.execution.victim"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=told_to, args=(theirs, scene.folder, scene.next_id, scene.recipients)
    )
    process.start()
    theirs.close()
    told: list[str] = []
    try:
        # Now and then while it starts and puts in order what the last one left.
        for _ in range(chance.randrange(10)):
            assert ours.poll(_READY_S), "the bastion hangs"
            told.append(ours.recv())
        # A yes is followed by record and send within milliseconds.
        time.sleep(chance.random() * (0.03 if told[-1:] == ["approved"] else 0.12))
    finally:
        process.kill()
        process.join(_WAIT_S)
    with contextlib.suppress(EOFError):
        while ours.poll(0):
            told.append(ours.recv())
    ours.close()
    process.close()
    return told


@pytest.mark.parametrize(
    ("rounds", "is_encrypted"),
    [
        (2, False),
        pytest.param(500, False, marks=[pytest.mark.long, pytest.mark.timeout(7200)]),
        pytest.param(100, True, marks=[pytest.mark.long, pytest.mark.timeout(7200)]),
    ],
)
async def test_a_kill_at_any_moment_runs_nothing_unrecorded_and_nothing_twice(
    scene: Scene, rounds: int, is_encrypted: bool
):
    chance = random.Random(rounds)
    if is_encrypted:
        identity = pyrage.x25519.Identity.generate()
        scene.identity.write_text(str(identity))
        scene.recipients = str(identity.to_public())
        WITNESS.watch(scene.folder / "state/sessions", scene.identity)
    for _ in range(rounds):
        scene.check(told=killed_at_random(scene, chance))
    await scene.close()


# At each write

CALLS = ("pwrite64", "write", "fdatasync", "fsync", "ftruncate", "rename", "unlink")


def killed_at(scene: Scene, call: str, fault: str, when: int | str, paths: list[Path]) -> list[str]:
    """Run the victim for one update, with one call on these files failing or killing it."""
    words = ["strace", "-f", "-q", "-o", "/dev/null", "-e", f"trace={call}"]
    for path in paths:
        words += ["-P", str(path)]
    words += ["-e", f"inject={call}:{fault}:when={when}", sys.executable, "-m"]
    words += ["tests.execution.victim", str(scene.folder), str(scene.next_id), "1"]
    # Killed together: a tracer that is stopped may leave its tracee behind.
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        out, _ = process.communicate(timeout=_WAIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        out, _ = process.communicate()
        pytest.fail(f"the victim hung at {call} {when}")
    return out.splitlines()


def at_each_call(scene: Scene, fault: str, paths: Callable[[], list[Path]], whens: range) -> int:
    steps = 0
    for call in CALLS:
        for when in whens:
            told = killed_at(scene, call, fault, when, paths())
            scene.check(told=told)
            steps += 1
            if told[-1:] == ["over"]:
                break
    return steps


def store_files(scene: Scene) -> list[Path]:
    return [scene.store.with_name(scene.store.name + suffix) for suffix in ("", "-wal", "-shm")]


@needs_strace
@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("fault", ["signal=SIGKILL", "error=EIO"])
async def test_a_fault_at_each_write_of_the_store_runs_nothing_unrecorded_and_nothing_twice(
    scene: Scene, fault: str
):
    assert at_each_call(scene, fault, lambda: store_files(scene), range(1, 200)) > 20
    await scene.close()


@needs_strace
@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("first", range(2, 11))
async def test_a_store_that_cannot_sync_any_more_runs_nothing_unrecorded_and_nothing_twice(
    scene: Scene, first: int
):
    """A disk that fails once fails for good; what it had before is there when it is well again."""
    told = killed_at(scene, "fdatasync", "error=EIO", f"{first}+", store_files(scene))
    scene.check(told=told)
    # Well again: it begins, and nothing runs by itself.
    await scene.close()


@needs_strace
@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("fault", ["signal=SIGKILL", "error=EIO"])
async def test_a_fault_at_each_sync_of_anything_runs_nothing_unrecorded_and_nothing_twice(
    scene: Scene, fault: str
):
    """Recording, audit log and store, in the order in which they are made durable."""
    for call in ("fdatasync", "fsync"):
        for when in range(1, 200):
            told = killed_at(scene, call, fault, when, [])
            scene.check(told=told)
            if told[-1:] == ["over"]:
                break
    await scene.close()
