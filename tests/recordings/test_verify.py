"""No change to a recording goes unseen, and the first bad frame is named."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recordings.catalog import Catalog
from recordings.chain import GENESIS, ChainLink, Seal, chain_line
from recordings.commitments import CommitmentReader
from recordings.events import Output
from recordings.files import session_name
from recordings.frames import FrameWalk
from recordings.keys import make_private_key, save_public_key
from recordings.packed import pack
from recordings.verify import Report, verify_all, verify_file, verify_recording
from tests.recordings import second_verifier
from tests.recordings.conftest import Desk, record_statement
from tests.recordings.second_verifier import is_right


def frames_of(path: Path, desk: Desk) -> list[tuple[int, int]]:
    with path.open("rb") as stream:
        walk = FrameWalk(stream, desk.public)
        return [(frame.start, frame.end) for frame in walk.walk()]


def frame_at(frames: list[tuple[int, int]], offset: int) -> int:
    for number, (start, end) in enumerate(frames):
        if start <= offset < end:
            return number
    return len(frames)


def check(desk: Desk, path: Path, data: bytes, *, audit: bool = True) -> Report:
    """Put bytes in place of a recording and ask both verifiers."""
    path.write_bytes(data)
    log = desk.audit_path if audit else None
    report = verify_recording(path, desk.public, log)
    assert is_right(path, desk.public, log) is report.is_ok
    return report


def test_the_second_verifier_is_small_and_knows_nothing_of_the_first():
    """So that it can be read at one go, and is wrong in other places, if in any."""
    text = Path(second_verifier.__file__).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith('"""')]
    assert len(lines) <= 120
    assert not re.search(r"^\s*(?:from|import) (?:recordings|bastion|tests)", text, re.MULTILINE)


@pytest.fixture
async def sealed(desk: Desk) -> Path:
    """A sealed recording with periodic signatures in it."""
    return await desk.sealed(statements=20)


@pytest.fixture
async def crashed(desk: Desk) -> Path:
    """A recording whose writer vanished, closed at the next start."""
    writer = await desk.open("s2")
    for index in range(1, 6):
        await record_statement(writer, index)
    desk.journal.close()
    desk.journal = desk.new_journal()
    assert len(desk.journal.recover(lambda _: False)) == 1
    return writer.path


async def test_good_files_are_right_to_both_verifiers(desk: Desk, sealed: Path, crashed: Path):
    live = await desk.open("s3")
    for path, state in ((sealed, "sealed"), (crashed, "crashed"), (live.path, "live")):
        report = verify_file(path, desk.key_path)
        assert (report.exit_code, report.state) == (0, state)
        assert is_right(path, desk.public, desk.audit_path)


def flip_bits(desk: Desk, path: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    data, frames = path.read_bytes(), frames_of(path, desk)
    for _ in range(rounds):
        at, bit = chance.randrange(len(data)), chance.randrange(8)
        changed = bytearray(data)
        changed[at] ^= 1 << bit
        report = check(desk, path, bytes(changed), audit=False)
        assert report.exit_code == 1, (at, bit)
        bad = frame_at(frames, at)
        if bad == len(frames) and "vouches" in report.message:
            # With the last signature goes the word for all frames since the one before.
            bad = 64
        assert report.first_bad_frame == bad, (at, bit)
    path.write_bytes(data)


def cut(desk: Desk, path: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    data, frames = path.read_bytes(), frames_of(path, desk)
    ends = [end for _, end in frames]
    for number in range(rounds):
        at = ends[number] if number < len(ends) else chance.randrange(len(data))
        if at == len(data):
            continue
        report = check(desk, path, data[:at])
        assert report.exit_code == 1, at
        assert report.first_bad_frame == frame_at(frames, at), at
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("rounds", "desk"), [(2000, "plain"), (50, "encrypted")], indirect=["desk"]
)
async def test_no_flipped_bit_goes_unseen(desk: Desk, sealed: Path, rounds: int):
    flip_bits(desk, sealed, rounds, seed=1)


@pytest.mark.parametrize(("rounds", "desk"), [(500, "plain"), (20, "encrypted")], indirect=["desk"])
async def test_no_cut_goes_unseen(desk: Desk, sealed: Path, rounds: int):
    cut(desk, sealed, rounds, seed=2)


async def test_no_cut_of_a_crashed_recording_goes_unseen(desk: Desk, crashed: Path):
    cut(desk, crashed, 200, seed=3)


async def test_no_flipped_bit_of_a_crashed_recording_goes_unseen(desk: Desk, crashed: Path):
    data = crashed.read_bytes()
    for at in range(0, len(data), 29):
        changed = bytearray(data)
        changed[at] ^= 4
        assert check(desk, crashed, bytes(changed)).exit_code == 1
    crashed.write_bytes(data)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("desk", ["plain", "encrypted"], indirect=True)
@pytest.mark.parametrize("part", range(10))
async def test_no_flip_and_no_cut_goes_unseen_in_all_rounds(desk: Desk, sealed: Path, part: int):
    # In parts that end: all of an encrypted one takes more than an hour.
    flip_bits(desk, sealed, 10_000, seed=40 + part)
    cut(desk, sealed, 1_000, seed=50 + part)


async def test_the_first_bad_frame_of_a_long_recording_is_named_behind_a_leap(desk: Desk):
    """What a signature vouches for is hashed and not walked; behind it each frame is."""
    writer = await desk.open()
    for number in range(40):
        await writer.append(Output(data=b"%d" % number + b"x" * 100_000))
    await writer.append(Output(data=b"the last"))
    await writer.seal("logout")
    path, data = writer.path, writer.path.read_bytes()
    assert check(desk, path, data).state == "sealed"
    frames = frames_of(path, desk)
    for number in (1, 3, 4, 20, 39, 40, 41, 42):
        start, end = frames[number]
        changed = bytearray(data)
        changed[(start + end) // 2] ^= 1
        assert check(desk, path, bytes(changed)).first_bad_frame == number
        assert check(desk, path, data[: end - 1]).first_bad_frame == number
        assert check(desk, path, data[:start] + data[end:]).first_bad_frame == number


async def test_a_digest_taken_out_of_a_signature_is_no_signature(desk: Desk, sealed: Path):
    data = sealed.read_bytes()
    at = data.rindex(b',\\"sha256\\"')
    without = data[:at] + data[data.index(b',\\"is_final\\"', at) :]
    assert check(desk, sealed, without).exit_code == 1


async def test_every_frame_deleted_doubled_or_swapped_is_named(desk: Desk, sealed: Path):
    data, frames = sealed.read_bytes(), frames_of(sealed, desk)
    for number, (start, end) in enumerate(frames):
        without = data[:start] + data[end:]
        doubled = data[:end] + data[start:end] + data[end:]
        assert check(desk, sealed, without).first_bad_frame == number
        assert check(desk, sealed, doubled).first_bad_frame == number + 1
        if number + 1 < len(frames):
            after = frames[number + 1][1]
            swapped = data[:start] + data[end:after] + data[start:end] + data[after:]
            assert check(desk, sealed, swapped).first_bad_frame == number
    sealed.write_bytes(data)


@given(st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_splice_is_seen(desk: Desk, data: st.DataObject):
    path = desk.folder / "kept"
    if not path.exists():
        path.write_bytes(_whole_recording(desk))
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    patch = data.draw(st.binary(max_size=50) | st.sampled_from([whole[:start], whole[start:end]]))
    spliced = whole[:start] + patch + whole[end:]
    report = check(desk, desk.folder / "s1.cast", spliced, audit=False)
    assert report.is_ok is (spliced == whole)


def _whole_recording(desk: Desk) -> bytes:
    import asyncio

    return asyncio.run(desk.sealed()).read_bytes()


async def test_json_that_no_parser_can_hold_is_exit_1(desk: Desk, sealed: Path):
    header, first, rest = sealed.read_bytes().split(b"\n", 2)
    deep = header[:-1] + b',"x":' + b"[" * 5000 + b"]" * 5000 + b"}"
    for number in (b"9" * 400, b"9" * 5000, b"1e999", b"NaN"):
        huge = b"[" + number + first[first.index(b",") :]
        assert check(desk, sealed, b"\n".join((header, huge, rest))).exit_code == 1
    assert check(desk, sealed, b"\n".join((deep, first, rest))).exit_code == 1


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"{}\n", b"garbage", b"\x00" * 5000, b'[0.0, "c", "x"]\n']
)
async def test_an_empty_or_garbled_file_is_exit_1(desk: Desk, sealed: Path, data: bytes):
    report = check(desk, sealed, data)
    assert (report.exit_code, report.first_bad_frame) == (1, 0)


async def test_bytes_behind_the_seal_are_seen(desk: Desk, sealed: Path):
    data = sealed.read_bytes()
    last_line = data[data.rindex(b"\n", 0, -1) + 1 :]
    for behind in (b"\n", b"x", b" ", last_line, data, b'[9.000000, "o", "hi"]\n'):
        assert check(desk, sealed, data + behind).exit_code == 1


async def test_the_file_of_another_session_is_refused(desk: Desk, sealed: Path):
    other = await desk.sealed("s9")
    mine, theirs = sealed.read_bytes(), other.read_bytes()
    sealed.write_bytes(theirs)
    other.write_bytes(mine)
    for path in (sealed, other):
        report = verify_file(path, desk.key_path)
        assert report.exit_code == 1
        assert "another session" in report.message
        assert verify_recording(path, desk.public).exit_code == 1


async def test_a_swap_is_seen_outside_of_its_folder_by_the_audit_log(desk: Desk, sealed: Path):
    await desk.sealed("s9")
    copy = desk.folder / "s9.cast"
    shutil.copy(sealed, copy)
    assert verify_recording(copy, desk.public, desk.audit_path).exit_code == 1
    renamed = desk.folder / "evidence.cast"
    shutil.copy(sealed, renamed)
    assert verify_recording(renamed, desk.public, desk.audit_path).is_ok


async def test_an_older_state_of_the_file_is_refused(desk: Desk):
    writer = await desk.open()
    await record_statement(writer, 1)
    before = writer.path.read_bytes()
    await record_statement(writer, 2)
    await writer.seal("end")
    report = check(desk, writer.path, before)
    assert report.exit_code == 1
    assert "seal is missing" in report.message


async def test_without_an_audit_log_only_a_seal_makes_it_right(desk: Desk, crashed: Path):
    assert verify_recording(crashed, desk.public).exit_code == 1
    live = await desk.open("s3")
    assert verify_recording(live.path, desk.public).exit_code == 1


def rechain(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Do what an attacker without the key can: change, and compute the whole chain anew."""
    head, made, body, number, reader = GENESIS, b"", b"", 0, CommitmentReader()
    for raw in data.split(b"\n")[:-1]:
        if b', "c", "' in raw:
            seconds, micros = raw[1 : raw.index(b",")].split(b".")
            time_us = int(seconds) * 1_000_000 + int(micros)
            head = reader.head(head, number, time_us, body)
            made += body + chain_line(ChainLink(time_us, number, head))
            body, number = b"", number + 1
        elif b', "s", "' in raw:
            seal = json.loads(json.loads(raw)[2])
            place = {"frames": number, "head": head.hex(), "bytes": len(made)}
            forged = Seal(
                time_us=0,
                frames=number,
                head=head,
                digest=hashlib.sha256(made).digest(),
                length_bytes=len(made),
                is_final=seal["is_final"],
            ).signed_line("s1", make_private_key())
            assert place["frames"] == number
            body += forged
        else:
            body += change(raw) + b"\n"
    return made + body


async def test_a_chain_recomputed_without_the_key_fails_on_its_signatures(desk: Desk, sealed: Path):
    data = sealed.read_bytes()
    forged = rechain(data, lambda raw: raw.replace(b"customers", b"customerz"))
    unkeyed = check(desk, sealed, forged, audit=False)
    assert unkeyed.exit_code == 1
    assert "signature" in unkeyed.message
    # The chain alone would have let it pass: it is the key that finds it.
    with sealed.open("rb") as stream:
        walk = FrameWalk(stream, None)
        walk.run()
    assert walk.seal is not None
    assert not walk.fault


async def test_another_key_is_no_key(desk: Desk, sealed: Path):
    other = desk.folder / "other.pub"
    save_public_key(make_private_key().public_key(), other)
    report = verify_file(sealed, other)
    assert report.exit_code == 1
    assert verify_recording(sealed, make_private_key().public_key()).first_bad_frame == 0


async def test_missing_files_and_keys_are_exit_2(desk: Desk, sealed: Path):
    assert verify_file(desk.folder / "none.cast", desk.key_path).exit_code == 2
    assert verify_file(sealed, desk.folder / "none.pub").exit_code == 2
    assert verify_file(sealed, desk.key_path, desk.folder / "none.log").exit_code == 2
    assert verify_file(desk.folder, desk.key_path).exit_code == 2
    bad_key = desk.folder / "bad.pub"
    bad_key.write_text("no key")
    assert verify_file(sealed, bad_key).exit_code == 2


async def test_a_damaged_audit_log_makes_no_recording_right(desk: Desk, sealed: Path):
    data = bytearray(desk.audit_path.read_bytes())
    data[20] ^= 1
    desk.audit_path.write_bytes(data)
    report = verify_file(sealed, desk.key_path)
    assert report.exit_code == 1
    assert "audit log" in report.message


async def test_a_packed_recording_is_verified_too(desk: Desk, sealed: Path):
    packed = desk.folder / "s1.cast.zst"
    pack(sealed, packed)
    assert verify_file(packed, desk.key_path).state == "sealed"
    data = packed.read_bytes()
    for broken in (data[:-5], data[: len(data) // 2], data + b"x", data[:40] + b"!" + data[41:]):
        packed.write_bytes(broken)
        assert verify_file(packed, desk.key_path).exit_code == 1


async def test_an_encrypted_recording_is_named_as_such(desk: Desk):
    path = desk.folder / "s1.cast.zst.age"
    path.write_bytes(b"age-encryption.org/v1\n" + b"x" * 100)
    assert "age" in verify_file(path, desk.key_path).message


async def test_verifying_a_live_file_waits_for_a_frame_in_the_writing(desk: Desk):
    """Between write and sync a reader may see half a frame of a writer that lives."""
    import asyncio

    writer = await desk.open()
    await record_statement(writer, 1)

    async def write() -> None:
        for _ in range(60):
            await writer.append(Output(data=b"z" * 100_000))

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(write())
        while not task.done():
            report = await asyncio.to_thread(
                verify_recording, writer.path, desk.public, desk.audit_path
            )
            assert report.state == "live", report.message


async def test_a_whole_file_that_is_gone_is_named(desk: Desk, sealed: Path, crashed: Path):
    reports = dict(verify_all(desk.root, desk.public, desk.audit_path))
    assert {path.name for path in reports} == {"s1.cast", "s2.cast"}
    assert all(report.is_ok for report in reports.values())
    sealed.unlink()
    bad = [r for _, r in verify_all(desk.root, desk.public, desk.audit_path) if not r.is_ok]
    assert [(report.session_id, report.exit_code) for report in bad] == [("s1", 1)]
    assert "missing" in bad[0].message


@pytest.mark.parametrize("folder", ["zz/zz/zz", "2026/3/1", "2026/03/1x", "9/9/9"])
async def test_what_lies_in_no_folder_of_a_day_is_no_recording(
    desk: Desk, sealed: Path, folder: str
):
    moved = desk.root / folder / sealed.name
    moved.parent.mkdir(parents=True)
    sealed.rename(moved)
    bad = {
        path for path, one in verify_all(desk.root, desk.public, desk.audit_path) if one.exit_code
    }
    # Where it lies now, and that it is missing where it has to lie.
    assert bad == {moved, desk.root / sealed.name}
    assert Catalog(desk.root).find(session_name(sealed)) is None


@pytest.mark.parametrize("log", [b"", b"x"])
async def test_a_log_that_says_nothing_over_a_folder_of_nothing_is_not_all_right(
    desk: Desk, sealed: Path, log: bytes
):
    whole = desk.audit_path.read_bytes()
    desk.audit_path.write_bytes(log + whole if log else log)
    sealed.unlink()
    codes = [one.exit_code for _, one in verify_all(desk.root, desk.public, desk.audit_path)]
    assert 1 in codes
