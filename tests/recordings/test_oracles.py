"""Whoever has root, and not the key, lets the bastion sign for them: it does not, or it is told.

The log is changed while nobody looks, the bastion acts by what it reads there and signs that, and
the log is put back as it was: each line and signature is right then.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from pathlib import Path

import pytest

from recordings.audit import (
    _LINE_DOMAIN,
    _ROW_DOMAIN,
    CRASHED,
    DELETED,
    ERASED,
    OPENED,
    SEALED,
    AuditLog,
    verify_audit,
)
from recordings.errors import RecordingFailure
from recordings.events import Scalar
from recordings.retention import hold, release
from recordings.verify import tell_all, verify_all, verify_file
from tests.recordings.conftest import Desk, record_statement
from tests.recordings.second_verifier import WRONG, audit_rows, is_right


def forged_line(desk: Desk, event: str, **fields: Scalar) -> bytes:
    """Write the next line of the log without the key: its hash is right, its signature is none."""
    *_, last = desk.audit_path.read_bytes().splitlines()
    content = json.dumps(
        {
            "seq": json.loads(last)["seq"] + 1,
            "at": desk.clock.now().isoformat(),
            "event": event,
            "fields": fields,
            "prev": hashlib.sha256(_LINE_DOMAIN + last).hexdigest(),
        }
    )[:-1].encode()
    digest = hashlib.sha256(_ROW_DOMAIN + content).hexdigest()
    return content + f',"hash":"{digest}","sig":"{"ab" * 64}"}}\n'.encode()


def another_process(desk: Desk) -> AuditLog:
    return AuditLog(desk.audit_path, desk.key, now=desk.clock.now)


@pytest.mark.parametrize("lines", [1, 2])
@pytest.mark.parametrize("is_running", [True, False])
async def test_no_line_is_put_behind_one_that_others_wrote(
    desk: Desk, lines: int, is_running: bool
):
    """The next signature would vouch for it."""
    await desk.sealed()
    whole = desk.audit_path.read_bytes()
    for _ in range(lines):
        line = forged_line(desk, DELETED, session="s1")
        with desk.audit_path.open("ab") as file:
            file.write(line)
    log = desk.audit if is_running else another_process(desk)
    with pytest.raises(RecordingFailure, match="not of this bastion"):
        log.record("act", {})
    assert "not signed" in verify_audit(desk.audit_path, desk.public).fault
    desk.audit_path.write_bytes(whole)
    log.record("act", {})
    assert verify_audit(desk.audit_path, desk.public).is_ok


@pytest.fixture
def vouched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a log with a line without a signature in its middle, as an earlier version went on."""
    desk.audit.record("act", {})
    with desk.audit_path.open("ab") as file:
        file.write(forged_line(desk, DELETED, session="s1"))
    with monkeypatch.context() as context:
        context.setattr("recordings.audit._is_signed", lambda *_: True)
        another_process(desk).record("act", {})
    return desk


def test_a_line_that_was_vouched_for_by_an_earlier_version_is_found_by_a_thorough_look(
    vouched: Desk,
):
    desk = vouched
    assert verify_audit(desk.audit_path, desk.public).is_ok, "its last signature is right"
    report = verify_audit(desk.audit_path, desk.public, is_thorough=True)
    assert (report.first_bad_row, "not signed" in report.fault) == (2, True)
    with pytest.raises(WRONG):
        audit_rows(desk.audit_path, desk.public)


def test_a_recording_that_seems_to_begin_makes_the_look_no_less_thorough(vouched: Desk):
    """Whoever locks a file in a day's folder has the log read again."""
    folder = vouched.root / "2026/04/01"
    folder.mkdir(parents=True)
    with (folder / "new.cast").open("wb") as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        told = list(tell_all(vouched.root, vouched.key_path, vouched.audit_path))
    assert any("is not signed by this key" in line for line, _ in told), told
    assert told[-1][1] == 1


@pytest.mark.parametrize("with_checkpoint", [True, False])
async def test_a_crash_is_closed_once(desk: Desk, with_checkpoint: bool):
    """Its row hidden, the recording cut, closed again there, and the row put back."""
    writer = await desk.open()
    await record_statement(writer, 1)
    if with_checkpoint:
        desk.journal.checkpoint()
    length = writer.length_bytes
    await record_statement(writer, 2)
    desk.journal.close()
    desk.journal = desk.new_journal()
    desk.journal.recover(lambda _: False)
    desk.audit.record("act", {})
    assert verify_file(writer.path, desk.key_path).state == "crashed"
    data = desk.audit_path.read_bytes()
    desk.audit_path.write_bytes(data.replace(CRASHED.encode(), b"recording.CRASHED"))
    writer.path.write_bytes(writer.path.read_bytes()[:length])
    desk.journal.close()
    desk.audit = another_process(desk)
    desk.journal = desk.new_journal()
    desk.journal.recover(lambda _: False)
    desk.audit_path.write_bytes(
        desk.audit_path.read_bytes().replace(b"recording.CRASHED", CRASHED.encode())
    )
    assert verify_audit(desk.audit_path, desk.public, is_thorough=True).is_ok, "each row is true"
    report = verify_file(writer.path, desk.key_path)
    assert (report.exit_code, "says twice" in report.message) == (1, True)
    assert not is_right(writer.path, desk.public, desk.audit_path)


@pytest.mark.parametrize("event", [OPENED, SEALED, CRASHED, DELETED])
async def test_the_first_word_of_the_log_counts_and_a_second_is_a_fault(desk: Desk, event: str):
    path = await desk.sealed()
    marks = verify_audit(desk.audit_path, desk.public).sessions["s1"]
    true: dict[str, Scalar] = {"session": "s1", "frame": 1, "head": "00" * 32, "bytes": 1}
    for fields in (true, true, true | {"frame": 2}):
        desk.audit.record(event, fields)
    after = verify_audit(desk.audit_path, desk.public).sessions["s1"]
    assert (after.opened, after.sealed) == (marks.opened, marks.sealed)
    assert "says twice" in after.fault
    assert verify_file(path, desk.key_path).exit_code == 1


async def test_the_same_word_twice_is_no_fault(desk: Desk):
    path = await desk.sealed()
    rows = [json.loads(line) for line in desk.audit_path.read_bytes().splitlines()]
    desk.audit.record(SEALED, rows[-1]["fields"])
    assert verify_file(path, desk.key_path).state == "sealed"


@pytest.mark.parametrize("event", [DELETED, ERASED])
async def test_what_was_destroyed_under_a_hold_is_told(desk: Desk, event: str):
    """Whoever hid the hold while it was destroyed cannot hide it from the log for good."""
    paths: dict[str, Path] = {name: await desk.sealed(name) for name in ("held", "released")}
    marks = verify_audit(desk.audit_path, desk.public).sessions
    for name in paths:
        hold(desk.audit, name, by="carol", reason="lawsuit")
    release(desk.audit, "released", by="carol", reason="settled")
    for name, path in paths.items():
        ended = marks[name].sealed
        assert ended is not None
        place = {"frame": ended.frame, "head": ended.head, "bytes": ended.length_bytes}
        desk.audit.record(event, {"session": name, **place})
        if event == DELETED:
            path.unlink()
    told = {one.session_id: one for _, one in verify_all(desk.root, desk.public, desk.audit_path)}
    assert (told["held"].exit_code, "a legal hold kept it" in told["held"].message) == (1, True)
    assert told["released"].exit_code == 0
