"""Reading back: whole frames only, from any moment, while it grows."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from recordings.errors import FormatError
from recordings.events import (
    ApprovalEvent,
    Event,
    NoteEvent,
    OutcomeEvent,
    Output,
    StatementEvent,
    UnknownEvent,
    VerdictEvent,
)
from recordings.packed import pack
from recordings.reader import (
    EventParser,
    TimedEvent,
    follow_events,
    read_events,
    read_header,
    read_statements,
    seek_statement,
    seek_time,
)
from tests.recordings.conftest import Desk, record_statement


async def test_bytes_cut_anywhere_make_the_same_events(desk: Desk):
    path = await desk.sealed()
    data = path.read_bytes()
    whole = list(read_events(path))
    for size in (1, 7, 100, 4096):
        parser = EventParser()
        found = [
            timed for at in range(0, len(data), size) for timed in parser.feed(data[at : at + size])
        ]
        assert found == whole
        assert parser.header == read_header(path)
        assert parser.is_sealed


async def test_a_torn_tail_is_not_there_yet(desk: Desk):
    writer = await desk.open()
    await record_statement(writer, 1)
    before = list(read_events(writer.path))
    with writer.path.open("ab") as file:
        file.write(b'[1.000000, "o", "half a li')
    assert list(read_events(writer.path)) == before


async def test_every_frame_can_be_read_from_its_offset(desk: Desk):
    path = await desk.sealed()
    whole = list(read_events(path))
    for offset in {timed.offset for timed in whole}:
        expected = [timed for timed in whole if timed.offset >= offset]
        assert list(read_events(path, offset=offset)) == expected


async def test_statements_come_with_all_that_became_of_them(desk: Desk, all_events):
    writer = await desk.open()
    await writer.append(*all_events)
    await writer.append(
        StatementEvent(id="q2", index=2, text="drop table x"),
        VerdictEvent(statement_id="q2", action="block", rule="ddl"),
        OutcomeEvent(statement_id="q2", status="blocked"),
    )
    await writer.append(StatementEvent(id="q3", index=3, text="delete from t"))
    await writer.append(ApprovalEvent(request_id="r3", state="pending", statement_id="q3"))
    first, second, third = read_statements(writer.path)
    assert (first.action, first.approval, first.status, first.row_count) == (
        "hold",
        "approved",
        "ok",
        9,
    )
    assert (second.action, second.rule, second.status) == ("block", "ddl", "blocked")
    assert (third.status, third.request_id) == ("unknown", "r3")
    assert seek_statement(writer.path, 2) == second
    assert seek_statement(writer.path, 9) is None


async def test_seeking_by_time_finds_the_first_frame_not_before(desk: Desk):
    path = await desk.sealed(statements=50)
    packed = desk.folder / "s1.cast.zst"
    pack(path, packed)
    events = list(read_events(path))
    for timed in events[::7]:
        # The first frame that ends at or after the time; frames begin and end at one time.
        expected = next(item.offset for item in events if item.time_us >= timed.time_us)
        assert seek_time(path, timed.time_s) in (0, expected)
        assert seek_time(packed, timed.time_s) == expected
    assert list(read_events(path, offset=seek_time(path, 10**6))) == []


async def test_a_live_file_is_followed_to_its_seal(desk: Desk):
    writer = await desk.open()
    await record_statement(writer, 1)
    found: list[TimedEvent] = []

    async def follow() -> None:
        found.extend([timed async for timed in follow_events(writer.path)])

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(follow())
        for index in range(2, 6):
            await asyncio.sleep(0.05)
            await record_statement(writer, index)
        await writer.seal("end")
    assert found == list(read_events(writer.path))


async def test_packed_recordings_read_the_same(desk: Desk):
    path = await desk.sealed()
    packed = desk.folder / "s1.cast.zst"
    pack(path, packed)
    assert list(read_events(packed)) == list(read_events(path))
    assert read_header(packed) == read_header(path)
    offset = read_statements(path)[2].offset
    assert list(read_events(packed, offset=offset)) == list(read_events(path, offset=offset))


async def test_events_of_a_later_version_come_as_unknown(desk: Desk):
    writer = await desk.open()
    await writer.append(UnknownEvent(code="z", text="something new"))
    [timed] = read_events(writer.path)
    assert timed.event == UnknownEvent(code="z", text="something new")


@pytest.mark.parametrize("data", [b"", b"{}\n", b"no recording\n"])
def test_what_is_no_recording_is_refused(tmp_path: Path, data: bytes):
    path = tmp_path / "x.cast"
    path.write_bytes(data)
    with pytest.raises(FormatError):
        read_header(path)


async def test_a_garbled_frame_is_named_by_its_place(desk: Desk, all_events: tuple[Event, ...]):
    path = await desk.sealed()
    data = path.read_bytes().replace(b'\\"frame\\":3', b'\\"frame\\":x')
    path.write_bytes(data)
    with pytest.raises(FormatError, match="byte"):
        list(read_events(path))


FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("folder", sorted(FIXTURES.glob("v*")), ids=lambda folder: folder.name)
def test_recordings_of_each_released_format_stay_readable(folder: Path, tmp_path: Path):
    from recordings.keys import load_public_key
    from recordings.verify import verify_file
    from tests.recordings.second_verifier import is_right

    kept = tmp_path / folder.name
    shutil.copytree(folder, kept)
    report = verify_file(kept / "session.cast", kept / "recording.pub")
    assert report.state == "sealed"
    key = load_public_key(kept / "recording.pub")
    assert is_right(kept / "session.cast", key, kept / "audit.log")
    events = [timed.event for timed in read_events(kept / "session.cast")]
    assert any(isinstance(event, StatementEvent) for event in events)
    assert any(isinstance(event, Output) for event in events)
    assert any(isinstance(event, NoteEvent) for event in events)
