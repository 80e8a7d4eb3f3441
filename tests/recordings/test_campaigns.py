"""The promises of evidence with their numbers: tampering, kills at each step, full disks.

A few rounds of each in ``make test``; all of them are marked ``long``.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from recordings.audit import head_path, sessions_in, verify_audit
from recordings.disk import RESERVE_BYTES
from recordings.errors import RecordingFailure
from recordings.events import EndEvent, Output
from recordings.reader import read_events
from recordings.verify import verify_all, verify_recording
from recordings.writer import FAILED_REASON, TranscriptWriter
from tests.recordings.conftest import Desk, record_statement
from tests.recordings.second_verifier import WRONG, audit_rows, is_right
from tests.recordings.test_faults import in_both_forms, numbers_in, recover
from tests.recordings.test_verify import frames_of

_IN_FULL = [pytest.mark.long, pytest.mark.timeout(7200)]
rounds_of = pytest.mark.parametrize(
    ("rounds", "desk"),
    [
        (20, "plain"),
        pytest.param(1000, "plain", marks=_IN_FULL),
        pytest.param(1000, "encrypted", marks=_IN_FULL),
    ],
    indirect=["desk"],
)
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount a tmpfs")


# Tampering


@dataclass
class Evidence:
    """A folder of recordings: sealed, crashed and live, and the log that knows them."""

    desk: Desk
    sealed: list[Path]
    unsealed: list[Path]

    def paths(self) -> list[Path]:
        """Give all of them."""
        return [*self.sealed, *self.unsealed]

    def restore(self, kept: dict[Path, bytes]) -> None:
        """Put all files back as they were."""
        for path in self.desk.root.rglob("*.cast"):
            if path not in kept:
                path.unlink()
        for path, data in kept.items():
            path.write_bytes(data)

    def keep(self) -> dict[Path, bytes]:
        """Remember all files."""
        log = self.desk.audit_path
        return {path: path.read_bytes() for path in (*self.paths(), log, head_path(log))}


@pytest.fixture
async def evidence(desk: Desk) -> Evidence:
    sealed = [await desk.sealed(f"s{number}", statements=4 + number) for number in range(3)]
    crashed = [await desk.open(f"c{number}") for number in range(2)]
    for writer in crashed:
        for index in range(1, 6):
            await record_statement(writer, index)
    desk.journal.checkpoint()
    await record_statement(crashed[0], 6)
    desk.journal.close()
    desk.journal = desk.new_journal()
    desk.journal.recover(lambda _: False)
    live = await desk.open("l0")
    await record_statement(live, 1)
    desk.journal.checkpoint()
    found = Evidence(desk, sealed, [*(writer.path for writer in crashed), live.path])
    for path in found.paths():
        assert is_right(path, desk.public, desk.audit_path)
        assert verify_recording(path, desk.public, desk.audit_path).is_ok
    return found


def pick_frames(chance: random.Random, evidence: Evidence) -> tuple[Path, list[tuple[int, int]]]:
    path = chance.choice(evidence.paths())
    return path, frames_of(path, evidence.desk)


def swap_frames(chance: random.Random, evidence: Evidence) -> tuple[Path, int]:
    path, frames = pick_frames(chance, evidence)
    first, second = sorted(chance.sample(range(len(frames)), 2))
    data = path.read_bytes()
    (a, b), (c, d) = frames[first], frames[second]
    path.write_bytes(data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:])
    return path, first


def delete_frame(chance: random.Random, evidence: Evidence) -> tuple[Path, int]:
    path, frames = pick_frames(chance, evidence)
    # The last frame of a live recording may not be there yet; that of all others must be.
    number = chance.randrange(len(frames))
    start, end = frames[number]
    data = path.read_bytes()
    path.write_bytes(data[:start] + data[end:])
    return path, number


def double_frame(chance: random.Random, evidence: Evidence) -> tuple[Path, int]:
    path, frames = pick_frames(chance, evidence)
    number = chance.randrange(len(frames))
    start, end = frames[number]
    data = path.read_bytes()
    path.write_bytes(data[:end] + data[start:end] + data[end:])
    return path, number + 1


FRAME_ACTS = {"swap": swap_frames, "delete": delete_frame, "double": double_frame}


@rounds_of
@pytest.mark.parametrize("act", FRAME_ACTS)
async def test_no_frame_is_moved_unseen(evidence: Evidence, act: str, rounds: int):
    chance, kept, desk = random.Random(act), evidence.keep(), evidence.desk
    for _ in range(rounds):
        path, first = FRAME_ACTS[act](chance, evidence)
        if path.read_bytes() != kept[path]:
            report = verify_recording(path, desk.public, desk.audit_path)
            assert (report.exit_code, report.first_bad_frame) == (1, first), report.message
            assert not is_right(path, desk.public, desk.audit_path)
        path.write_bytes(kept[path])


def faults(evidence: Evidence) -> list[str]:
    """Give what a look at all of the evidence finds wrong."""
    desk = evidence.desk
    reports = verify_all(desk.root, desk.public, desk.audit_path)
    return [f"{path.name}: {report.message}" for path, report in reports if not report.is_ok]


def delete_file(chance: random.Random, evidence: Evidence) -> None:
    chance.choice(evidence.paths()).unlink()


def swap_files(chance: random.Random, evidence: Evidence) -> None:
    one, other = chance.sample(evidence.paths(), 2)
    mine, theirs = one.read_bytes(), other.read_bytes()
    one.write_bytes(theirs)
    other.write_bytes(mine)


def roll_back_file(chance: random.Random, evidence: Evidence) -> None:
    """Put an older state back, whole to a frame, as far back as it was once put on record."""
    path = chance.choice(evidence.paths())
    frames = frames_of(path, evidence.desk)
    # A live recording was seen at its last frame, so that any cut is one.
    path.write_bytes(path.read_bytes()[: frames[chance.randrange(len(frames) - 1)][1]])


def copy_to_another_day(chance: random.Random, evidence: Evidence) -> None:
    path = chance.choice(evidence.paths())
    other = evidence.desk.root / "2026/03/02" / path.name
    other.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, other)


def rename_file(chance: random.Random, evidence: Evidence) -> None:
    path = chance.choice(evidence.paths())
    path.rename(path.with_name(f"x{chance.randrange(1000)}.cast"))


def link_file(chance: random.Random, evidence: Evidence) -> None:
    one, other = chance.sample(evidence.paths(), 2)
    one.unlink()
    one.symlink_to(other)


FILE_ACTS = {
    "delete": delete_file,
    "swap": swap_files,
    "roll back": roll_back_file,
    "another day": copy_to_another_day,
    "rename": rename_file,
    "link": link_file,
}


@rounds_of
@pytest.mark.parametrize("act", FILE_ACTS)
async def test_no_file_is_taken_away_or_exchanged_unseen(evidence: Evidence, act: str, rounds: int):
    chance, kept = random.Random(act), evidence.keep()
    assert faults(evidence) == []
    for _ in range(rounds):
        FILE_ACTS[act](chance, evidence)
        assert faults(evidence)
        for path in evidence.paths():
            if path.is_symlink():
                path.unlink()
        evidence.restore(kept)
    assert faults(evidence) == []


@pytest.mark.parametrize("desk", ["encrypted"], indirect=True)
async def test_no_frame_or_file_of_encrypted_ones_is_moved_unseen(evidence: Evidence):
    kept, desk = evidence.keep(), evidence.desk
    for name, act in FRAME_ACTS.items():
        path, first = act(random.Random(name), evidence)
        report = verify_recording(path, desk.public, desk.audit_path)
        assert (report.exit_code, report.first_bad_frame) == (1, first), report.message
        path.write_bytes(kept[path])
    for name, move in FILE_ACTS.items():
        move(random.Random(name), evidence)
        assert faults(evidence)
        for path in evidence.paths():
            if path.is_symlink():
                path.unlink()
        evidence.restore(kept)
    assert faults(evidence) == []


def edit_row(chance: random.Random, rows: list[bytes]) -> int:
    number = chance.randrange(len(rows))
    at = chance.randrange(len(rows[number]) - 1)
    letter = bytes([rows[number][at] ^ (1 << chance.randrange(7))])
    rows[number] = rows[number][:at] + letter + rows[number][at + 1 :]
    return number


def delete_row(chance: random.Random, rows: list[bytes]) -> int:
    number = chance.randrange(len(rows))
    del rows[number]
    return number


def swap_rows(chance: random.Random, rows: list[bytes]) -> int:
    first, second = sorted(chance.sample(range(len(rows)), 2))
    rows[first], rows[second] = rows[second], rows[first]
    return first


def double_row(chance: random.Random, rows: list[bytes]) -> int:
    number = chance.randrange(len(rows))
    rows.insert(number, rows[number])
    return number + 1


def cut_rows(chance: random.Random, rows: list[bytes]) -> int:
    number = chance.randrange(len(rows))
    del rows[number:]
    return number


ROW_ACTS: dict[str, Callable[[random.Random, list[bytes]], int]] = {
    "edit": edit_row,
    "delete": delete_row,
    "swap": swap_rows,
    "double": double_row,
    "roll back": cut_rows,
}


@rounds_of
@pytest.mark.parametrize("act", ROW_ACTS)
async def test_no_row_of_the_audit_log_is_changed_unseen(evidence: Evidence, act: str, rounds: int):
    chance, desk = random.Random(act), evidence.desk
    data = desk.audit_path.read_bytes()
    for _ in range(rounds):
        rows = data.splitlines(keepends=True)
        first = ROW_ACTS[act](chance, rows)
        desk.audit_path.write_bytes(b"".join(rows))
        report = verify_audit(desk.audit_path, desk.public)
        assert not report.is_ok
        assert report.first_bad_row == first + 1, report.fault
        with pytest.raises(WRONG):
            audit_rows(desk.audit_path, desk.public)
        assert not verify_recording(
            chance.choice(evidence.paths()), desk.public, desk.audit_path
        ).is_ok
    desk.audit_path.write_bytes(data)


# Kills at each step

SCRIPT = """
import asyncio, os, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from recordings.audit import AuditLog
from recordings.events import Header, Output
from recordings.keys import load_private_key
from recordings.writer import Journal

folder, name = Path(sys.argv[1]), sys.argv[2]
clock = lambda: datetime(2026, 3, 1, tzinfo=UTC)
key = load_private_key(folder / "signing.key")
audit = AuditLog(folder / "audit.log", key, now=clock)
named = folder / "recipients"
recipients = named.read_text().split() if named.exists() else []
journal = Journal(folder / "sessions", key, audit, now=clock, recipients=recipients)

def tell(text):
    os.write(1, text.encode() + b"\\n")

async def main():
    if "as nobody" in sys.argv:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    if "no descriptor" in sys.argv:
        used = len(os.listdir("/proc/self/fd"))
        resource.setrlimit(resource.RLIMIT_NOFILE, (used - 1, used - 1))
    writer = await journal.open(
        Header(session_id=name, started_at=clock(), columns=80, rows=24, user="a", person="a")
    )
    tell("open")
    for number in range(8):
        await writer.append(Output(data=b"<%d>" % number + b"x" * 3000))
        tell(f"shown {number}")
        if number == 4:
            journal.checkpoint()
            tell("checkpoint")
    await writer.seal("end")
    tell("sealed")

asyncio.run(main())
"""
CALLS = ("openat", "write", "pwrite64", "fdatasync", "fsync", "rename", "ftruncate", "fallocate")


def run_traced(desk: Desk, name: str, path: Path, fault: str) -> str:
    call = fault.split(":", 1)[0]
    words = ["strace", "-f", "-q", "-o", "/dev/null", "-P", str(path), "-e", f"trace={call}"]
    words += ["-e", f"inject={fault}", sys.executable, "-c", SCRIPT, str(desk.folder), name]
    return subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False, timeout=100).stdout


def check_told(desk: Desk, name: str, told: str) -> None:
    """All that was told is there, and the recording is closed, and right to both verifiers."""
    path = desk.root / "2026/03/01" / f"{name}.cast"
    shown = [int(number) for number in re.findall(r"shown (\d+)", told)]
    if not told:
        assert not path.exists() or verify_recording(path, desk.public, desk.audit_path).is_ok
        return
    found = numbers_in(path, desk.identity)
    assert found == list(range(len(found)))
    assert found[: len(shown)] == shown
    report = verify_recording(path, desk.public, desk.audit_path, identity=desk.identity)
    assert report.state in ("crashed", "sealed"), report.message
    assert is_right(path, desk.public, desk.audit_path)
    assert report.state == "sealed" or "sealed" not in told


def steps_of(desk: Desk) -> Iterator[tuple[str, Path]]:
    """Give each file that is written, with each call that it may meet."""
    log = desk.audit_path
    for call in CALLS:
        yield call, log
        yield call, head_path(log).with_name(f"{log.name}.head.new")
        yield call, desk.root / "2026/03/01"
        yield call, desk.root / ".reserve"


@needs_strace
@pytest.mark.long
@pytest.mark.timeout(7200)
@in_both_forms
@pytest.mark.parametrize("fault", ["signal=SIGKILL", "error=EIO", "error=ENOSPC"])
def test_a_fault_at_each_step_of_each_file_loses_nothing(desk: Desk, fault: str):
    """Recording, audit log, its head, folders, reserve: at every call until none is left."""
    steps = 0
    for call in CALLS:
        of_session = [".cast", ".key.age"] if desk.recipients else [".cast"]
        for place in (*of_session, *(path for one, path in steps_of(desk) if one == call)):
            for when in range(1, 60):
                steps += 1
                name = f"n{steps}"
                day = desk.root / "2026/03/01"
                path = day / f"{name}{place}" if isinstance(place, str) else place
                told = run_traced(desk, name, path, f"{call}:{fault}:when={when}")
                recover(desk)
                check_told(desk, name, told)
                if "sealed" in told:
                    break
    assert verify_audit(desk.audit_path, desk.public).is_ok
    marks = sessions_in(desk.audit_path).values()
    assert all(one.sealed or one.crashed for one in marks), "none is left running"
    assert steps > 60


@needs_strace
@pytest.mark.parametrize("call", ["write", "fdatasync"])
@pytest.mark.parametrize("name", ["audit.log", "audit.log.head.new"])
def test_a_kill_at_a_step_of_the_audit_log_loses_nothing(desk: Desk, call: str, name: str):
    for when in (1, 2):
        session = f"n{when}"
        told = run_traced(desk, session, desk.folder / name, f"{call}:signal=SIGKILL:when={when}")
        assert "sealed" not in told
        recover(desk)
        check_told(desk, session, told)


# Full disks


@contextlib.contextmanager
def mounted(folder: Path, size_mb: int) -> Iterator[Path]:
    folder.mkdir()
    size = f"size={size_mb}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def fill_up(chance: random.Random, writer: TranscriptWriter) -> list[bytes]:
    """Record until it fails; gives what was acknowledged."""
    shown: list[bytes] = []
    with contextlib.suppress(RecordingFailure):
        while True:
            data = os.urandom(chance.choice([3, 300, 30_000, 300_000]))
            await writer.append(Output(data=data))
            shown.append(data)
    with pytest.raises(RecordingFailure):
        await writer.append(Output(data=b"not even this"))
    await writer.seal("the front end leaves")
    return shown


async def one_full_disk(chance: random.Random, folder: Path, *, is_encrypted: bool) -> None:
    with mounted(folder, chance.randint(3, 64)) as disk:
        desk = Desk(disk)
        if is_encrypted:
            desk.encrypt()
        first = await desk.open("s0")
        status = os.statvfs(disk)
        free = status.f_bavail * status.f_bsize
        # So that each disk is full after about a megabyte, wherever it is then.
        leave = chance.randint(RESERVE_BYTES // 4, 3 * RESERVE_BYTES // 2)
        ballast = disk / "ballast"
        ballast.write_bytes(b"0" * max(0, free - leave))
        second = None
        with contextlib.suppress(RecordingFailure):
            second = await desk.open("s1")
        for writer in (first, second):
            if writer is None:
                continue
            shown = await fill_up(chance, writer)
            read = read_events(writer.path, identity=desk.identity)
            events = [timed.event for timed in read]
            found = [event.data for event in events if isinstance(event, Output)]
            # An output of more than 64 KiB comes back in pieces.
            assert b"".join(found) == b"".join(shown)
            assert isinstance(events[-1], EndEvent)
            assert events[-1].reason == FAILED_REASON
            assert verify_recording(writer.path, desk.public).state == "sealed"
        ballast.unlink()
        again = await desk.open("again")
        await again.append(Output(data=b"service is back"))
        await again.seal("end")
        assert verify_recording(again.path, desk.public, desk.audit_path).state == "sealed"
        desk.journal.close()
        desk.journal = desk.new_journal()
        desk.journal.recover(lambda _: False)
        reports = [report for _, report in verify_all(desk.root, desk.public, desk.audit_path)]
        assert all(report.is_ok for report in reports), reports
        desk.journal.close()


@needs_root
@pytest.mark.parametrize(
    "rounds",
    [4, *(pytest.param(number, marks=_IN_FULL) for number in (200, 201))],
)
async def test_full_disks_stop_work_and_not_evidence(tmp_path: Path, rounds: int):
    chance = random.Random(rounds)
    for number in range(rounds):
        folder = tmp_path / f"disk{number}"
        await one_full_disk(chance, folder, is_encrypted=number % 4 == 3 or rounds > 200)


# Who may not write


def as_nobody(desk: Desk, *, spoil: Callable[[], object]) -> str:
    """Run the recorder as another user, who may write the folder but for what is spoilt."""
    for folder in (desk.folder, *desk.folder.rglob("*")):
        os.chown(folder, 65534, 65534)
    for parent in desk.folder.parents:
        if parent.stat().st_mode & 0o001 == 0:
            parent.chmod(parent.stat().st_mode | 0o011)
    spoil()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(desk.folder), "n1", "as nobody"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout


@needs_root
@pytest.mark.parametrize("what", ["sessions", "day", "audit.log", "audit.log.head"])
async def test_without_the_right_to_write_nothing_begins(desk: Desk, what: str):
    (desk.root / "2026/03/01").mkdir(parents=True)
    desk.audit.record("act", {})
    # The head is replaced by a new file: what counts is the right to its folder.
    places = {"sessions": desk.root, "day": desk.root / "2026/03/01", "audit.log.head": desk.folder}
    path = places.get(what, desk.folder / what)

    def spoil() -> None:
        os.chown(path, 0, 0)
        path.chmod(0o755 if path.is_dir() else 0o600)

    assert as_nobody(desk, spoil=spoil) == ""
    assert not list(desk.root.rglob("*.cast"))


@needs_root
def test_with_the_right_to_write_it_does(desk: Desk):
    """The counter-check: the user itself is no hindrance."""
    (desk.root / "2026/03/01").mkdir(parents=True)
    assert "sealed" in as_nobody(desk, spoil=lambda: None)


def test_without_a_free_file_descriptor_nothing_begins(desk: Desk):
    (desk.root / "2026/03/01").mkdir(parents=True)
    desk.audit.record("act", {})
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(desk.folder), "n1", "no descriptor"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == ""
    assert "Too many open files" in done.stderr
    assert not list(desk.root.rglob("*.cast"))
