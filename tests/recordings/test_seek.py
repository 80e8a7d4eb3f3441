"""Any moment of a recording is shown as linear playing would, and no index is believed blindly."""

from __future__ import annotations

import random
import shutil
import statistics
import time
from pathlib import Path

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recordings.archive import archive
from recordings.asciicast import ExportFormat, export
from recordings.catalog import Catalog
from recordings.chained_file import ChainState
from recordings.derived import seek_path
from recordings.errors import FormatError
from recordings.events import (
    Event,
    LineEncoder,
    Output,
    Resize,
    StatementEvent,
    Tally,
    encode_header,
)
from recordings.files import open_stream
from recordings.packed import FRAME_BYTES, SeekablePacked, pack
from recordings.reader import read_events, read_header
from recordings.screen import Screen
from recordings.seek import SeekIndexes, index_key, screen_at
from tests.recordings.conftest import Desk

HOURS_S = 4 * 3600


def indexes_of(desk: Desk) -> SeekIndexes:
    return SeekIndexes(desk.root, index_key(desk.key))


def some_output(chance: random.Random) -> Event:
    """Whatever a terminal may be sent: colours, moves, other screens, halves of characters."""
    if chance.random() < 0.01:
        return Resize(columns=chance.randrange(20, 140), rows=chance.randrange(5, 50))
    parts = [
        b"\x1b[%dm" % chance.choice((0, 1, 4, 7, 31, 42)),
        b"\x1b[%d;%dH" % (chance.randrange(1, 60), chance.randrange(1, 150)),
        b"\x1b[?1049" + chance.choice((b"h", b"l")),
        b"\x1b[2J", b"\x1b[K", b"\x1b7", b"\x1b8", b"\x1b[3;9r", b"\x1b[r", b"\x1b(0qqq\x1b(B",
        "Zoë 漢字 …".encode()[: chance.randrange(1, 14)],
        b"%d | Ada Moor | Oslo\r\n" % chance.randrange(10**6),
    ]  # fmt: skip
    return Output(data=b"".join(chance.choices(parts, k=3)) + b"." * chance.randrange(400))


def make_recording(
    desk: Desk, session_id: str, *, events: int, length_s: float, seed: int = 1, front_end: str = ""
) -> Path:
    """Write a sealed recording of any length at once, as a journal would over hours."""
    chance, encoder, state = random.Random(seed), LineEncoder(), ChainState(session_id, desk.key)
    path = desk.root / "2026/03/01" / f"{session_id}.cast"
    path.parent.mkdir(parents=True, exist_ok=True)
    header = encode_header(desk.header(session_id, front_end=front_end))
    with path.open("wb") as file:
        file.write(state.frame(0, header))
        for number in range(events):
            time_us = int((number + 1) * length_s * 1_000_000 / events)
            event = some_output(chance)
            body = encoder.encode(time_us, event)
            if number % 500 == 7:
                name = f"q{number}"
                text = f"select {number} from orders"
                statement = StatementEvent(id=name, index=number // 500 + 1, text=text)
                body += encoder.encode(time_us, statement)
            file.write(state.frame(time_us, body))
        end = Tally().end("logout", now=desk.clock.now())
        file.write(state.frame(state.time_us, encoder.encode(state.time_us, end)))
        file.write(state.signature(is_final=True))
    return path


def linear(path: Path, at_s: float) -> Screen:
    """Play from the start: the truth."""
    screen = Screen(read_header(path))
    for timed in read_events(path):
        if timed.time_s > at_s:
            break
        screen.take(timed.event)
    return screen


def looks(screen: Screen) -> object:
    return screen.size, screen.dump(), screen.pending


@pytest.mark.parametrize("form", ["plain", "packed", "packed as one frame"])
@pytest.mark.parametrize("front_end", ["shell", "exec"])
def test_a_moment_looks_as_it_does_when_played_from_the_start(
    desk: Desk, form: str, front_end: str
):
    path = make_recording(desk, "s1", events=1800, length_s=900, front_end=front_end)
    plain = shutil.copy(path, desk.folder / "s1.cast")
    if form != "plain":
        packed = path.with_suffix(".cast.zst")
        pack(path, packed)
        if form == "packed as one frame":
            packed.write_bytes(_packed_as_before(path))
        path.unlink()
        path = packed
    indexes, chance = indexes_of(desk), random.Random(5)
    for at_s in (0, 0.2, 29.9, 30.1, 899.9, 900, 5000, *(chance.random() * 900 for _ in range(6))):
        screen, offset = screen_at(path, at_s, indexes=indexes)
        assert looks(screen) == looks(linear(plain, at_s)), at_s
        following = next(read_events(path, offset=offset), None)
        assert following is None or following.time_s > at_s


def _packed_as_before(path: Path) -> bytes:
    """What older archives are: one frame that does not say how long it is."""
    import io

    import zstandard

    packed = io.BytesIO()
    with path.open("rb") as plain:
        zstandard.ZstdCompressor(level=9, write_checksum=True).copy_stream(plain, packed)
    return packed.getvalue()


async def test_the_index_of_a_live_recording_grows_with_it(desk: Desk):
    writer = await desk.open()
    indexes, sizes = indexes_of(desk), []
    for number in range(6):
        for _ in range(40):
            await writer.append(Output(data=b"%d " % number + b"x" * 2000))
        now_s = list(read_events(writer.path))[-1].time_s
        assert looks(screen_at(writer.path, now_s, indexes=indexes)[0]) == looks(
            linear(writer.path, now_s)
        )
        sizes.append(seek_path(desk.root, "s1").stat().st_size)
    assert sizes == sorted(set(sizes))
    await writer.seal("end")
    assert looks(screen_at(writer.path, None, indexes=indexes)[0]) == looks(
        linear(writer.path, 1e9)
    )


def test_an_index_that_is_missing_cut_damaged_or_another_ones_changes_nothing(desk: Desk):
    path = make_recording(desk, "s1", events=1800, length_s=900)
    make_recording(desk, "s2", events=1800, length_s=900, seed=2)
    indexes_of(desk).update(path)
    indexes_of(desk).update(path.with_name("s2.cast"))
    index = seek_path(desk.root, "s1")
    good, other = index.read_bytes(), seek_path(desk.root, "s2").read_bytes()
    assert index.stat().st_mode & 0o777 == 0o600
    strange = SeekIndexes(desk.root, b"another key".ljust(32))
    chance = random.Random(3)
    flipped = bytearray(good)
    for at in range(40, len(good), 997):
        flipped[at] ^= 1 << chance.randrange(8)
    truth = {at_s: looks(linear(path, at_s)) for at_s in (100.0, 450.5, 899.0)}
    for data in (
        b"",
        good[:-7],
        good[:500],
        good + b"x" * 99,
        bytes(flipped),
        other,
        b"\xff" * 999,
    ):
        for indexes in (indexes_of(desk), strange):
            index.write_bytes(data)
            for at_s, expected in truth.items():
                assert looks(screen_at(path, at_s, indexes=indexes)[0]) == expected
    index.unlink()
    index.mkdir()
    assert looks(screen_at(path, 450.5, indexes=indexes_of(desk))[0]) == truth[450.5]


def test_an_index_made_before_a_crash_cut_the_end_is_not_followed_past_it(desk: Desk):
    """A frame that was written and never synced may be gone, and another in its place."""
    path = make_recording(desk, "s1", events=1800, length_s=900)
    indexes_of(desk).update(path)
    before = seek_path(desk.root, "s1").stat().st_size
    data = path.read_bytes()
    third = data.index(b"\n", data.index(b', "c", "', len(data) // 3)) + 1
    path.write_bytes(data[:third])
    assert looks(screen_at(path, 900, indexes=indexes_of(desk))[0]) == looks(linear(path, 900))
    assert seek_path(desk.root, "s1").stat().st_size < before
    again = make_recording(desk, "s1", events=1800, length_s=900, seed=9)
    assert looks(screen_at(again, 700, indexes=indexes_of(desk))[0]) == looks(linear(again, 700))


def test_a_copy_elsewhere_is_read_by_itself(desk: Desk):
    """It may be redacted: the index shows what was taken out of it."""
    path = make_recording(desk, "s1", events=500, length_s=100)
    indexes_of(desk).update(path)
    copy = desk.folder / "s1.cast"
    copy.write_bytes(path.read_bytes())
    assert indexes_of(desk).path_of(copy) is None
    assert looks(screen_at(copy, 50, indexes=indexes_of(desk))[0]) == looks(linear(path, 50))


async def test_encrypting_a_recording_removes_what_its_index_shows(desk: Desk):
    path = await desk.sealed(statements=3)
    indexes_of(desk).update(path)
    assert seek_path(desk.root, "s1").exists()
    identity = pyrage.x25519.Identity.generate()
    key_file = desk.folder / "identity"
    key_file.write_text(str(identity))
    shown = looks(linear(path, 1e9))
    [entry] = Catalog(desk.root).list_entries()
    done = archive(entry, desk.public, desk.audit, recipients=[str(identity.to_public())], by="cli")
    assert not seek_path(desk.root, "s1").exists()
    screen, _ = screen_at(done.path, None, indexes=indexes_of(desk), identity=key_file)
    assert looks(screen) == shown
    assert not seek_path(desk.root, "s1").exists()


def test_a_picture_of_a_moment_is_the_same_with_an_index(desk: Desk):
    path = make_recording(desk, "s1", events=2000, length_s=900)
    with_index = b"".join(export(path, ExportFormat.SVG, at_s=700, indexes=indexes_of(desk)))
    assert with_index == b"".join(export(path, ExportFormat.SVG, at_s=700))


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_packed_bytes_are_the_plain_ones_at_any_offset(desk: Desk, data: st.DataObject):
    plain, packed = desk.folder / "plain", desk.folder / "packed"
    if not packed.exists():
        plain.write_bytes(random.Random(1).randbytes(FRAME_BYTES * 3 + 17))
        pack(plain, packed)
    whole = plain.read_bytes()
    with open_stream(packed) as stream:
        assert isinstance(stream.raw, SeekablePacked)  # type: ignore[attr-defined]
        for _ in range(3):
            offset = data.draw(st.integers(0, len(whole) + 10))
            count = data.draw(st.integers(0, FRAME_BYTES + 10))
            assert stream.seek(offset) == offset
            assert stream.read(count) == whole[offset : offset + count]
        assert stream.seek(0, 2) == len(whole)


@given(st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_packed_bytes_are_refused_or_read_in_order(desk: Desk, data: st.DataObject):
    plain, packed = desk.folder / "plain", desk.folder / "packed"
    if not packed.exists():
        plain.write_bytes(b"one two three " * 90_000)
        pack(plain, packed)
    whole = packed.read_bytes()
    broken = desk.folder / "broken"
    at = data.draw(st.integers(4, len(whole) - 1))
    kept = data.draw(st.integers(at, len(whole)))
    broken.write_bytes(
        whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 : kept]
    )
    try:
        with open_stream(broken) as stream:
            stream.read()
    except FormatError:
        pass


def seek_times_ms(desk: Desk, path: Path, rounds: int) -> tuple[float, float]:
    indexes, chance, taken = indexes_of(desk), random.Random(7), []
    screen_at(path, 0, indexes=indexes)
    for _ in range(rounds):
        started = time.perf_counter()
        screen_at(path, chance.random() * HOURS_S, indexes=indexes)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_any_second_of_four_hours_and_200_mb_appears_at_once(desk: Desk):
    path = make_recording(desk, "s1", events=400_000, length_s=HOURS_S)
    assert path.stat().st_size > 190_000_000
    p50, p99 = seek_times_ms(desk, path, 300)
    assert p99 <= 20, (p50, p99)
    packed = path.with_suffix(".cast.zst")
    pack(path, packed)
    path.unlink()
    p50, p99 = seek_times_ms(desk, packed, 300)
    assert p99 <= 20, (p50, p99)
