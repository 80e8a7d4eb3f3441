"""Full disks, failing syncs and kills: what was acknowledged stays, and nothing else is told."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recordings.disk import RESERVE_BYTES
from recordings.errors import RecordingFailure
from recordings.events import EndEvent, NoteEvent, Output
from recordings.files import torn_path
from recordings.reader import read_events
from recordings.verify import verify_file
from recordings.writer import FAILED_REASON
from tests.recordings.conftest import Desk

WRITER = """
import asyncio, contextlib, random, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from recordings.audit import AuditLog
from recordings.errors import RecordingFailure
from recordings.events import Header, Output
from recordings.keys import load_private_key
from recordings.writer import Journal

folder, sessions, seed, limit = Path(sys.argv[1]), *map(int, sys.argv[2:5])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
clock = lambda: datetime(2026, 3, 1, tzinfo=UTC)
key = load_private_key(folder / "signing.key")
audit = AuditLog(folder / "audit.log", key, now=clock)
named = folder / "recipients"
recipients = named.read_text().split() if named.exists() else []
journal = Journal(folder / "sessions", key, audit, now=clock, recipients=recipients)

async def write(name):
    chance = random.Random(f"{seed}{name}")
    writer = await journal.open(
        Header(session_id=name, started_at=clock(), columns=80, rows=24, user="a", person="a")
    )
    print(f"open {name}", flush=True)
    for number in range(400):
        size = chance.choice([5, 50, 500, 5000, 50000])
        await writer.append(Output(data=f"<{number}>".encode() + b"x" * size))
        print(f"{name} {number}", flush=True)
    await writer.seal("end")
    print(f"sealed {name}", flush=True)

async def main():
    results = await asyncio.gather(
        *(write(f"{seed}-{number}") for number in range(sessions)), return_exceptions=True
    )
    for error in results:
        if error is not None:
            print(f"failed {type(error).__name__}", flush=True)

asyncio.run(main())
"""


in_both_forms = pytest.mark.parametrize("desk", ["plain", "encrypted"], indirect=True)


def command(desk: Desk, *, sessions: int = 1, seed: int = 0, limit: int = 0) -> list[str]:
    words = [str(number) for number in (sessions, seed, limit)]
    return [sys.executable, "-c", WRITER, str(desk.folder), *words]


def numbers_in(path: Path, identity: Path | None) -> list[int]:
    events = (timed.event for timed in read_events(path, identity=identity))
    shown = b"".join(event.data for event in events if isinstance(event, Output))
    return [int(number) for number in re.findall(rb"<(\d+)>", shown)]


def check_acknowledged(desk: Desk, told: str) -> None:
    """Every acknowledged append is in its file, whole and in order."""
    last: dict[str, int] = {}
    for line in told.split("\n")[:-1]:
        match line.split():
            case ["open", name]:
                last.setdefault(name, -1)
            case [name, number] if number.isdigit():
                last[name] = int(number)
            case _:
                pass
    for name, number in last.items():
        path = desk.root / "2026/03/01" / f"{name}.cast"
        found = numbers_in(path, desk.identity)
        assert found == list(range(len(found)))
        assert len(found) > number
        assert verify_file(path, desk.key_path).is_ok
        report = verify_file(path, desk.key_path, identity=desk.identity)
        assert report.is_ok, report.message


def recover(desk: Desk) -> None:
    desk.journal.close()
    desk.journal = desk.new_journal()
    desk.journal.recover(lambda _: False)


def kill_at_random(desk: Desk, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(rounds):
        process = subprocess.Popen(
            command(desk, sessions=4, seed=number), stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        first = process.stdout.readline() if chance.random() < 0.9 else ""
        time.sleep(chance.random() * 0.15)
        process.kill()
        told = first + process.stdout.read()
        process.wait()
        process.stdout.close()
        recover(desk)
        check_acknowledged(desk, told)
    for path in desk.root.rglob("*.cast"):
        assert verify_file(path, desk.key_path).is_ok
        assert verify_file(path, desk.key_path).state in ("crashed", "sealed")


@in_both_forms
def test_a_kill_at_any_moment_loses_nothing_acknowledged(desk: Desk):
    kill_at_random(desk, 1 if desk.recipients else 8, seed=1)


@pytest.mark.long
@pytest.mark.timeout(7200)
@in_both_forms
@pytest.mark.parametrize("part", range(20))
def test_a_kill_at_any_moment_loses_nothing_in_all_rounds(desk: Desk, part: int):
    # In parts: each round looks through the audit log of all before it.
    kill_at_random(desk, 50, seed=100 + part)


needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount a tmpfs")


def traced(desk: Desk, seed: int, fault: str) -> str:
    call = fault.split(":", 1)[0]
    path = desk.root / "2026/03/01" / f"{seed}-0.cast"
    trace = ["strace", "-f", "-q", "-o", "/dev/null", "-P", str(path), "-e", f"trace={call}"]
    done = subprocess.run(
        [*trace, "-e", f"inject={fault}", *command(desk, seed=seed)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=100,
    )
    return done.stdout


@needs_strace
@pytest.mark.parametrize(
    ("seed", "call", "when"),
    [
        (number, call, when)
        for number, (call, when) in enumerate(
            (call, when) for call in ("write", "fdatasync") for when in (1, 2, 3, 10)
        )
    ],
)
def test_a_kill_at_each_write_and_sync_loses_nothing(desk: Desk, seed: int, call: str, when: int):
    told = traced(desk, seed, f"{call}:signal=SIGKILL:when={when}")
    assert "sealed" not in told
    recover(desk)
    check_acknowledged(desk, told)


@needs_strace
@pytest.mark.parametrize("desk", ["encrypted"], indirect=True)
def test_a_kill_at_a_write_of_an_encrypted_one_loses_nothing(desk: Desk):
    told = traced(desk, 3, "write:signal=SIGKILL:when=4")
    assert "sealed" not in told
    recover(desk)
    check_acknowledged(desk, told)


@needs_strace
@pytest.mark.parametrize("when", [2, 7])
@pytest.mark.parametrize("fault", ["fdatasync:error=EIO", "write:error=ENOSPC", "write:error=EIO"])
def test_a_failed_write_or_sync_ends_the_session_with_a_signed_end(
    desk: Desk, fault: str, when: int
):
    told = traced(desk, 1, f"{fault}:when={when}")
    assert "failed RecordingFailure" in told
    check_acknowledged(desk, told)
    path = desk.root / "2026/03/01/1-0.cast"
    *_, last = read_events(path)
    assert isinstance(last.event, EndEvent)
    assert last.event.reason == FAILED_REASON
    assert verify_file(path, desk.key_path).state == "sealed"


@needs_strace
def test_a_disk_that_fails_for_good_leaves_whole_frames(desk: Desk):
    told = traced(desk, 1, "fdatasync:error=EIO:when=5+")
    assert "failed RecordingFailure" in told
    recover(desk)
    check_acknowledged(desk, told)


@needs_strace
def test_a_recording_that_cannot_be_synced_once_never_begins(desk: Desk):
    told = traced(desk, 1, "fdatasync:error=EIO:when=1+")
    assert "open" not in told
    assert "failed RecordingFailure" in told
    assert not list(desk.root.rglob("*.cast"))


@pytest.mark.parametrize("extra", [0, 1, 30_000, 700_000])
def test_a_file_size_limit_cuts_back_to_whole_frames(desk: Desk, extra: int):
    """EFBIG comes as a short write first: half a frame must not stay."""
    limit = RESERVE_BYTES + extra
    done = subprocess.run(
        command(desk, sessions=2, limit=limit), stdout=subprocess.PIPE, text=True, check=False
    )
    assert done.stdout.count("failed RecordingFailure") == 2
    recover(desk)
    check_acknowledged(desk, done.stdout)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@needs_root
async def test_a_full_disk_stops_work_and_not_evidence(small_disk: Path):
    desk = Desk(small_disk)
    writers = [await desk.open(f"s{number}") for number in range(3)]
    await writers[0].append(Output(data=b"before"))
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"0" * _free(small_disk))
    for number, writer in enumerate(writers):
        with pytest.raises(RecordingFailure, match="No space left"):
            await writer.append(Output(data=os.urandom(3_000_000)))
        with pytest.raises(RecordingFailure):
            await writer.append(NoteEvent(kind="again"))
        await writer.seal("after a failure")
        *_, last = read_events(writer.path)
        assert isinstance(last.event, EndEvent)
        assert last.event.reason == FAILED_REASON
        assert verify_file(writer.path, desk.key_path).state == "sealed"
        assert number < 3
    assert any(timed.event == Output(data=b"before") for timed in read_events(writers[0].path))
    with pytest.raises(RecordingFailure):
        await desk.open("none")
    assert not list(desk.root.rglob("none.cast"))
    ballast.unlink()
    again = await desk.open("again")
    await again.append(Output(data=b"service is back"))
    await again.seal("end")
    assert verify_file(again.path, desk.key_path).state == "sealed"
    desk.journal.close()


def _free(folder: Path) -> int:
    status = os.statvfs(folder)
    return status.f_bavail * status.f_bsize


@needs_root
async def test_without_the_reserve_no_session_begins(small_disk: Path):
    desk = Desk(small_disk)
    (small_disk / "ballast").write_bytes(b"0" * (_free(small_disk) - RESERVE_BYTES // 2))
    with pytest.raises(RecordingFailure, match="No space left"):
        await desk.open()
    desk.journal.close()


async def test_recovery_leaves_live_recordings_alone(desk: Desk):
    writer = await desk.open()
    second = desk.new_journal()
    assert second.recover(lambda _: False) == ()
    assert second.recover(lambda name: name == "s1") == ()
    await writer.append(Output(data=b"goes on"))
    await writer.seal("end")
    assert verify_file(writer.path, desk.key_path).state == "sealed"


async def test_recovery_is_done_once(desk: Desk):
    writer = await desk.open()
    await writer.append(Output(data=b"x"))
    desk.journal.close()
    with writer.path.open("ab") as file:
        file.write(b'[9.000000, "o", "tor')
    assert verify_file(writer.path, desk.key_path).exit_code == 1
    journal = desk.new_journal()
    [recovered] = journal.recover(lambda _: False)
    assert (recovered.frame, recovered.trimmed_bytes) == (1, 20)
    assert verify_file(writer.path, desk.key_path).state == "crashed"
    assert journal.recover(lambda _: False) == ()


async def test_what_recovery_cut_off_and_kept_is_known_to_the_audit_log(desk: Desk):
    writer = await desk.open()
    await writer.append(Output(data=b"x"))
    other = await desk.open("s2")
    desk.journal.close()
    with writer.path.open("ab") as file:
        file.write(b'[9.000000, "o", "y"]\n[9.000000, "c", "{')
    desk.new_journal().recover(lambda _: False)
    torn = torn_path(writer.path)
    kept = torn.read_bytes()
    assert b'"y"' in kept
    assert verify_file(writer.path, desk.key_path).state == "crashed"
    torn.write_bytes(kept.replace(b"y", b"z"))
    assert "s1.cast.torn was changed" in verify_file(writer.path, desk.key_path).message
    torn.unlink()
    assert "s1.cast.torn is missing" in verify_file(writer.path, desk.key_path).message
    torn.write_bytes(kept)
    assert verify_file(writer.path, desk.key_path).is_ok
    torn_path(other.path).write_bytes(kept)
    assert "the audit log knows of none" in verify_file(other.path, desk.key_path).message


async def test_a_header_that_was_never_whole_leaves_no_file(desk: Desk):
    path = desk.root / "2026/03/01/torn.cast"
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"version": 2, "wid')
    [recovered] = desk.journal.recover(lambda _: False)
    assert recovered.frame == -1
    assert not path.exists()


async def test_damage_before_the_tail_is_kept_and_never_called_a_crash_alone(desk: Desk):
    writer = await desk.open()
    for number in range(5):
        await writer.append(Output(data=b"number %d" % number))
    desk.journal.close()
    data = writer.path.read_bytes().replace(b"number 2", b"number 7")
    writer.path.write_bytes(data)
    [recovered] = desk.new_journal().recover(lambda _: False)
    assert recovered.fault
    assert writer.path.read_bytes() == data
    report = verify_file(writer.path, desk.key_path)
    assert (report.exit_code, report.first_bad_frame) == (1, 3)


async def test_a_file_that_is_gone_is_said_to_be_so_once(desk: Desk):
    writer = await desk.open()
    desk.journal.close()
    writer.path.unlink()
    journal = desk.new_journal()
    journal.recover(lambda _: False)
    size = desk.audit_path.stat().st_size
    journal.recover(lambda _: False)
    assert desk.audit_path.stat().st_size == size
    assert b"missing" in desk.audit_path.read_bytes()


async def test_a_seal_that_the_audit_log_missed_is_told_to_it_at_recovery(desk: Desk):
    writer = await desk.open()
    desk.audit_path.rename(desk.folder / "away")
    desk.audit_path.mkdir()
    with pytest.raises(RecordingFailure):
        await writer.seal("end")
    desk.audit_path.rmdir()
    (desk.folder / "away").rename(desk.audit_path)
    [recovered] = desk.journal.recover(lambda _: False)
    assert recovered.is_sealed
    assert verify_file(writer.path, desk.key_path).state == "sealed"
