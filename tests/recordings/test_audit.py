"""The audit log: each act on the disk before it counts, and no change to it unseen."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from recordings.audit import AuditLog, FollowedLog, head_path, read_rows, verify_audit
from recordings.errors import FormatError, RecordingFailure
from recordings.keys import make_private_key
from recordings.verify import verify_file
from tests.recordings.conftest import Desk

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from recordings.audit import AuditLog
from recordings.keys import load_private_key

folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
log = AuditLog(
    folder / "audit.log", load_private_key(folder / "signing.key"), now=lambda: datetime.now(UTC)
)
for number in range(count):
    print(log.record("act", {"by": name, "number": number}), flush=True)
"""


def start_writer(desk: Desk, name: str, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(desk.folder), name, str(count)], stdout=subprocess.PIPE
    )


@pytest.fixture
def log(desk: Desk) -> AuditLog:
    for number in range(10):
        desk.audit.record("act", {"number": number, "who": "alice", "none": None})
    return desk.audit


def test_rows_come_back_in_order_with_their_ids(desk: Desk):
    ids = [desk.audit.record("act", {"number": number}) for number in range(3)]
    rows = list(read_rows(desk.audit_path))
    assert [row.id for row in rows] == ids
    assert [row.fields for row in rows] == [{"number": number} for number in range(3)]
    assert rows[0].at == desk.clock.now()
    report = verify_audit(desk.audit_path, desk.public)
    assert report.is_ok
    assert report.rows == 3


def test_the_log_and_its_head_are_private(log: AuditLog):
    for path in (log.path, head_path(log.path)):
        assert path.stat().st_mode & 0o777 == 0o600


def test_no_flipped_bit_in_the_log_goes_unseen(desk: Desk, log: AuditLog):
    data = log.path.read_bytes()
    chance = random.Random(7)
    for _ in range(500):
        at = chance.randrange(len(data))
        changed = bytearray(data)
        changed[at] ^= 1 << chance.randrange(8)
        log.path.write_bytes(changed)
        report = verify_audit(log.path, desk.public)
        assert not report.is_ok, at


def test_edited_deleted_and_swapped_rows_are_named(desk: Desk, log: AuditLog):
    lines = log.path.read_bytes().splitlines(keepends=True)
    for number in range(len(lines)):
        edited = [*lines]
        edited[number] = edited[number].replace(b"alice", b"mallo")
        without = lines[:number] + lines[number + 1 :]
        doubled = lines[: number + 1] + lines[number:]
        for changed, bad in ((edited, number + 1), (without, number + 1), (doubled, number + 2)):
            log.path.write_bytes(b"".join(changed))
            report = verify_audit(log.path, desk.public)
            assert not report.is_ok
            assert report.first_bad_row == bad


def test_every_cut_and_roll_back_is_seen(desk: Desk, log: AuditLog):
    data = log.path.read_bytes()
    for at in range(0, len(data), 11):
        log.path.write_bytes(data[:at])
        assert not verify_audit(log.path, desk.public).is_ok
        with pytest.raises(RecordingFailure):
            desk_log(desk).record("act", {})


def desk_log(desk: Desk) -> AuditLog:
    """A log as a process opens it that has just started."""
    return AuditLog(desk.audit_path, desk.key, now=desk.clock.now)


def test_a_missing_or_foreign_head_is_seen(desk: Desk, log: AuditLog):
    head_path(log.path).unlink()
    assert not verify_audit(log.path, desk.public).is_ok
    with pytest.raises(RecordingFailure):
        desk_log(desk).record("act", {})
    other = AuditLog(desk.folder / "other.log", make_private_key(), now=desk.clock.now)
    other.record("act", {})
    head_path(other.path).replace(head_path(log.path))
    assert not verify_audit(log.path, desk.public).is_ok


def test_a_log_recomputed_without_the_key_is_seen(desk: Desk, log: AuditLog):
    other_path = desk.folder / "forged.log"
    forger = AuditLog(other_path, make_private_key(), now=desk.clock.now)
    for row in read_rows(log.path):
        forger.record(row.event, row.fields | {"who": "bob"})
    other_path.replace(log.path)
    report = verify_audit(log.path, desk.public)
    assert not report.is_ok
    assert "signed" in report.fault


def test_a_torn_last_line_is_repaired_and_the_repair_noted(desk: Desk, log: AuditLog):
    with log.path.open("ab") as file:
        file.write(b'{"seq": 11, "at"')
    assert verify_audit(log.path, desk.public).is_ok
    desk_log(desk).record("act", {"after": True})
    report = verify_audit(log.path, desk.public)
    assert report.is_ok
    assert [row.event for row in read_rows(log.path)][-2:] == ["audit.repaired", "act"]


def test_a_garbled_last_line_stops_everything(desk: Desk, log: AuditLog):
    with log.path.open("ab") as file:
        file.write(b"garbage\n")
    with pytest.raises(RecordingFailure, match="garbled"):
        desk_log(desk).record("act", {})
    with pytest.raises(FormatError):
        list(read_rows(log.path))


def test_threads_and_processes_append_at_once(desk: Desk):
    processes = [start_writer(desk, f"p{number}", 40) for number in range(2)]
    threads = [
        threading.Thread(target=lambda: [desk.audit.record("act", {}) for _ in range(20)])
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    acknowledged = []
    for process in processes:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        acknowledged += output.decode().split()
    report = verify_audit(desk.audit_path, desk.public)
    assert report.is_ok, report.fault
    assert report.rows == 140
    assert set(acknowledged) <= {row.id for row in read_rows(desk.audit_path)}


def test_what_was_acknowledged_survives_a_kill(desk: Desk):
    chance = random.Random(11)
    acknowledged: list[str] = []
    for number in range(6):
        process = start_writer(desk, f"p{number}", 100_000)
        assert process.stdout is not None
        acknowledged.append(process.stdout.readline().decode().strip())
        time.sleep(chance.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.read().decode().split("\n")[:-1]
        process.wait()
        process.stdout.close()
    desk.audit.record("act", {"after": "all"})
    assert verify_audit(desk.audit_path, desk.public).is_ok
    assert set(acknowledged) <= {row.id for row in read_rows(desk.audit_path)}


def test_a_log_that_cannot_be_written_is_a_failure_with_words(desk: Desk):
    desk.audit_path.mkdir()
    with pytest.raises(RecordingFailure, match="audit log could not be written"):
        desk.audit.record("act", {})


async def test_recording_from_the_loop_does_not_block_it(desk: Desk):
    ids = await asyncio.gather(*(desk.audit.record_async("act", {}) for _ in range(10)))
    assert len(set(ids)) == 10


async def test_an_audit_row_that_denies_a_recording_wins(desk: Desk):
    """A sealed file must stand where the log says that it was sealed."""
    path = await desk.sealed()
    rows = [json.loads(line) for line in desk.audit_path.read_bytes().splitlines()]
    desk.audit.record("recording.sealed", rows[-1]["fields"] | {"frame": 3})
    report = verify_file(path, desk.key_path)
    assert report.exit_code == 1
    assert "says twice, and not the same, where it was sealed" in report.message


def test_a_big_row_is_found_again_by_the_next_process(desk: Desk):
    desk.audit.record("act", {"text": "x" * 300_000})
    desk_log(desk).record("act", {})
    assert verify_audit(desk.audit_path, desk.public).rows == 2


def test_the_log_survives_a_failed_write(desk: Desk, tmp_path: Path):
    """EFBIG in mid-line: the line is cut off again, and nothing was acknowledged."""
    desk.audit.record("act", {})
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]),) * 2)\n"
        + WRITER
    )
    limit = desk.audit_path.stat().st_size + 100
    process = subprocess.run(
        [sys.executable, "-c", code, str(desk.folder), "p", "1", str(limit)],
        capture_output=True,
        check=False,
    )
    assert b"RecordingFailure" in process.stderr
    assert verify_audit(desk.audit_path, desk.public).rows == 1
    assert desk.audit_path.stat().st_size < limit


async def test_a_log_that_is_followed_is_checked_once_and_as_it_grows(desk: Desk):
    followed = FollowedLog(desk.audit_path, desk.public)
    assert followed.follow().sessions == {}, "there is none yet"
    await desk.sealed("s1")
    first = followed.follow()
    assert (first.fault, first.rows, set(first.sessions)) == ("", 2, {"s1"})
    await desk.sealed("s2")
    with desk.audit_path.open("ab") as file:
        file.write(b'{"seq":5,')
    whole = verify_audit(desk.audit_path, desk.public)
    after = followed.follow()
    assert (after.rows, after.head, after.sessions) == (4, whole.head, whole.sessions)
    assert followed.follow().rows == 4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data[:200], "it was cut"),
        (lambda data: data + data.splitlines(keepends=True)[0], "does not follow"),
        (lambda data: data + b"garbage\n", "is garbled"),
        (lambda data: b"", "it was cut"),
    ],
)
async def test_a_log_that_is_followed_says_what_is_wrong_until_it_is_put_back(
    desk: Desk, change: Callable[[bytes], bytes], words: str
):
    await desk.sealed("s1")
    followed = FollowedLog(desk.audit_path, desk.public)
    assert followed.follow().is_ok
    data = desk.audit_path.read_bytes()
    desk.audit_path.write_bytes(change(data))
    assert words in followed.follow().fault
    assert followed.follow().fault
    desk.audit_path.write_bytes(data)
    assert followed.follow().is_ok


async def test_old_lines_that_are_changed_change_nothing_of_what_was_seen(desk: Desk):
    await desk.sealed("s1")
    followed = FollowedLog(desk.audit_path, desk.public)
    before = followed.follow().sessions["s1"].sealed
    data = desk.audit_path.read_bytes()
    desk.audit_path.write_bytes(data.replace(b'"frame": 21', b'"frame": 11'))
    assert desk.audit_path.read_bytes() != data
    desk.audit.record("act", {})
    assert followed.follow().sessions["s1"].sealed == before
    assert not verify_audit(desk.audit_path, desk.public).is_ok
