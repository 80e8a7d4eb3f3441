"""Behind its last signature anybody can go on with a chain, and no further than a writer would."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from recordings.audit import CRASHED, read_rows
from recordings.chain import SIGN_EVERY_BYTES, SIGN_EVERY_FRAMES, ChainLink, chain_line
from recordings.commitments import CommitmentReader
from recordings.events import LineEncoder, Output
from recordings.thin import FrameCutter
from recordings.verify import Report, verify_recording
from tests.recordings.conftest import Desk, record_statement
from tests.recordings.second_verifier import is_right


def forged(data: bytes, frames: Sequence[tuple[int, bytes]], signature: bytes = b"") -> bytes:
    """Go on with a chain without the key: frames of so many µs behind the last, and these bytes.

    Args:
        signature: a true one, that stood there; the first frame begins with it.
    """
    reader, head, number, last_us = CommitmentReader(), bytes(32), -1, 0
    for body, last in FrameCutter().feed(data):
        number += 1
        last_us = int(last[1 : last.index(b",")].replace(b".", b""))
        head = reader.head(head, number, last_us, body)
    encoder = LineEncoder()
    for gap_us, shown in frames:
        number, last_us = number + 1, last_us + gap_us
        body, signature = signature + encoder.encode(last_us, Output(data=shown)), b""
        head = reader.head(head, number, last_us, body)
        data += body + chain_line(ChainLink(last_us, number, head))
    return data


async def live(desk: Desk) -> Path:
    writer = await desk.open()
    await record_statement(writer, 1)
    return writer.path


def check(desk: Desk, path: Path) -> Report:
    """Ask both verifiers."""
    report = verify_recording(path, desk.public, desk.audit_path)
    assert is_right(path, desk.public, desk.audit_path) is report.is_ok, report.message
    return report


TOO_LONG = {
    "frames": [(10, b"rm -rf")] * SIGN_EVERY_FRAMES,
    "bytes": [(10, b"x" * 60_000)] * (SIGN_EVERY_BYTES // 60_000 + 2),
    "seconds": [(3_000_000, b"one"), (3_000_000, b"two")],
    "hours": [(7200_000_000, b"one")],
    "much at once, and a frame": [(10, b"x" * SIGN_EVERY_BYTES * 2), (10, b"y")],
}


@pytest.mark.parametrize("desk", ["plain", "encrypted"], indirect=True)
@pytest.mark.parametrize("frames", TOO_LONG.values(), ids=TOO_LONG.keys())
async def test_a_tail_without_a_signature_ends_where_a_writer_would_have_signed(
    desk: Desk, frames: list[tuple[int, bytes]]
):
    path = await live(desk)
    assert check(desk, path).state == "live"
    path.write_bytes(forged(path.read_bytes(), frames))
    report = check(desk, path)
    assert (report.exit_code, "begins with no signature" in report.message) == (1, True)
    assert report.first_bad_frame is not None
    assert 5 <= report.first_bad_frame <= SIGN_EVERY_FRAMES


async def test_a_true_signature_does_not_stretch_the_time_behind_it(desk: Desk):
    writer = await desk.open()
    for number in range(SIGN_EVERY_FRAMES):
        await writer.append(Output(data=b"%d" % number))
    *frames, (body, _) = FrameCutter().feed(writer.path.read_bytes())
    signature = body[: body.index(b"\n") + 1]
    assert b', "s", "' in signature
    before = b"".join(body + last for body, last in frames)
    for gap_us, is_ok in ((1_000_000, True), (3600_000_000, False)):
        writer.path.write_bytes(forged(before, [(gap_us, b"forged")], signature))
        assert check(desk, writer.path).is_ok is is_ok, "the README says how much can be forged"


async def test_what_a_writer_leaves_unsigned_is_live_and_crashed_as_ever(desk: Desk):
    """Of any length, size and pause, at each frame."""
    writer = await desk.open()
    for number in range(2 * SIGN_EVERY_FRAMES + 3):
        await writer.append(Output(data=b"x" * (100_000 if number % 7 == 0 else 3)))
        if number % 9 == 0:
            assert check(desk, writer.path).state == "live"
    desk.journal.close()
    desk.journal = desk.new_journal()
    assert [one.fault for one in desk.journal.recover(lambda _: False)] == [""]
    assert check(desk, writer.path).state == "crashed"


async def test_recovery_puts_on_record_that_a_tail_was_forged_and_leaves_it(desk: Desk):
    path = await live(desk)
    desk.journal.close()
    path.write_bytes(forged(path.read_bytes(), TOO_LONG["hours"]))
    data = path.read_bytes()
    desk.journal = desk.new_journal()
    [closed] = desk.journal.recover(lambda _: False)
    assert "begins with no signature" in closed.fault
    assert path.read_bytes() == data
    rows = [row for row in read_rows(desk.audit_path) if row.event == CRASHED]
    assert "begins with no signature" in str(rows[0].fields["fault"])
    assert check(desk, path).exit_code == 1
