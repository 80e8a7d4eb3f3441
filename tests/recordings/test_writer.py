"""Nothing is acknowledged before it is on the disk, in order, and never lost by a cancel."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import stat
from pathlib import Path

import pytest

import recordings.writer
from recordings.audit import read_rows
from recordings.chained_file import ChainedFile
from recordings.errors import ChangedError, RecordingFailure
from recordings.events import EndEvent, Event, NoteEvent, Output, StatementEvent
from recordings.reader import read_events
from recordings.verify import verify_file
from recordings.writer import QUEUE_BYTES_MAX, TranscriptWriter
from tests.recordings.conftest import Desk, record_statement


def shown(path: Path) -> bytes:
    return b"".join(
        timed.event.data for timed in read_events(path) if isinstance(timed.event, Output)
    )


async def test_what_was_appended_can_be_read_at_once(desk: Desk, all_events: tuple[Event, ...]):
    writer = await desk.open()
    await writer.append(*all_events)
    found = [timed.event for timed in read_events(writer.path)]
    # One marker more, before the statement.
    assert [event for event in found if type(event).__name__ != "Marker"] == list(all_events)
    assert writer.path.stat().st_size == writer.length_bytes


async def test_a_sealed_recording_is_right_and_the_audit_log_knows(desk: Desk):
    path = await desk.sealed()
    report = verify_file(path, desk.key_path)
    assert report.is_ok
    assert report.state == "sealed"
    events = [row.event for row in read_rows(desk.audit_path)]
    assert events == ["recording.opened", "recording.sealed"]


async def test_files_lie_by_day_and_are_private(desk: Desk):
    path = await desk.sealed("abc-1")
    assert path.relative_to(desk.root) == Path("2026/03/01/abc-1.cast")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in [*path.parents][:4]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("session_id", ["", "../../x", "a/b", "a.b", "a\x00b"])
async def test_a_session_id_that_is_no_file_name_is_refused(desk: Desk, session_id: str):
    with pytest.raises(RecordingFailure):
        await desk.open(session_id)


async def test_a_recording_is_never_written_over(desk: Desk):
    path = await desk.sealed()
    before = path.read_bytes()
    with pytest.raises(RecordingFailure):
        await desk.open()
    assert path.read_bytes() == before


async def test_appends_of_one_writer_keep_the_order_of_the_calls(desk: Desk):
    writer = await desk.open()
    async with asyncio.TaskGroup() as tasks:
        for number in range(200):
            tasks.create_task(writer.append(Output(data=b"%d," % number)))
    assert shown(writer.path) == b"".join(b"%d," % number for number in range(200))


async def test_many_sessions_share_syncs_and_do_not_mix(desk: Desk):
    writers = [await desk.open(f"s{number}") for number in range(20)]

    async def write(writer: TranscriptWriter) -> None:
        for number in range(20):
            await writer.append(Output(data=f"{writer.session_id}:{number},".encode()))
        await writer.seal("end")

    async with asyncio.TaskGroup() as tasks:
        for writer in writers:
            tasks.create_task(write(writer))
    for writer in writers:
        expected = "".join(f"{writer.session_id}:{number}," for number in range(20))
        assert shown(writer.path) == expected.encode()
        assert verify_file(writer.path, desk.key_path).state == "sealed"


async def test_a_cancelled_append_harms_neither_chain_nor_order(desk: Desk):
    writer = await desk.open()
    for number in range(100):
        task = asyncio.get_running_loop().create_task(writer.append(Output(data=b"x" * number)))
        for _ in range(number % 4):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await writer.append(Output(data=b"|"))
    await writer.seal("end")
    assert verify_file(writer.path, desk.key_path).state == "sealed"
    assert shown(writer.path).count(b"|") == 100


async def test_a_cancelled_seal_still_seals(desk: Desk):
    writer = await desk.open()
    task = asyncio.get_running_loop().create_task(writer.seal("end"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(1000):
        if [row.event for row in read_rows(desk.audit_path)][-1] == "recording.sealed":
            break
        await asyncio.sleep(0.01)
    assert verify_file(writer.path, desk.key_path).state == "sealed"


async def test_after_the_end_nothing_can_be_appended(desk: Desk):
    writer = await desk.open()
    await writer.seal("end")
    await writer.seal("again")
    length = writer.path.stat().st_size
    with pytest.raises(RecordingFailure, match="ended"):
        await writer.append(Output(data=b"late"))
    assert writer.path.stat().st_size == length


async def test_the_last_event_counts_statements_held_and_denied(desk: Desk, all_events):
    writer = await desk.open()
    await writer.append(*all_events)
    await writer.seal("end")
    *_, last = read_events(writer.path)
    ended_at = "2026-03-01T12:00:00.000+00:00"
    assert last.event == EndEvent(reason="end", ended_at=ended_at, statements=1, held=1, denied=0)


async def test_a_flood_waits_instead_of_filling_memory(desk: Desk):
    writer = await desk.open()
    chunk = Output(data=b"y" * 64 * 1024)
    most = 0
    async with asyncio.TaskGroup() as tasks:
        for _ in range(100):
            tasks.create_task(writer.append(chunk))
        for _ in range(1000):
            most = max(most, writer._queued_bytes)
            await asyncio.sleep(0)
    assert 0 < most < QUEUE_BYTES_MAX + 2 * 64 * 1024
    assert len(shown(writer.path)) == 100 * 64 * 1024


async def test_followers_get_every_byte_by_offset(desk: Desk):
    writer = await desk.open()
    await record_statement(writer, 1)
    seen: list[tuple[int, bytes]] = []
    stop = writer.follow(0, lambda end, chunk: seen.append((end, chunk)))
    half = writer.length_bytes // 2
    late: list[bytes] = []
    writer.follow(half, lambda _, chunk: late.append(chunk))
    await record_statement(writer, 2)
    whole = writer.path.read_bytes()
    assert b"".join(chunk for _, chunk in seen) == whole
    assert seen[-1][0] == len(whole)
    assert b"".join(late) == whole[half:]
    stop()
    stop()
    count = len(seen)
    await record_statement(writer, 3)
    assert len(seen) == count


async def test_a_watcher_sees_all_to_the_end_and_then_stops(desk: Desk):
    writer = await desk.open()
    await record_statement(writer, 1)
    got: list[bytes] = []
    ends: list[int] = []

    async def watch() -> None:
        async for end, chunk in writer.watch(10):
            ends.append(end)
            got.append(chunk)

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(watch())
        for index in range(2, 30):
            await record_statement(writer, index)
            await asyncio.sleep(0)
        await writer.seal("end")
    assert b"".join(got) == writer.path.read_bytes()[10:]
    assert ends[-1] == writer.path.stat().st_size


async def test_the_file_is_locked_as_long_as_its_writer_lives(desk: Desk):
    writer = await desk.open()
    with writer.path.open("rb") as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        await writer.seal("end")
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def syncs_of(writer: TranscriptWriter, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many bytes each sync of a recording's file makes durable."""
    synced: list[int] = []
    sync = ChainedFile.sync

    def noting(file: ChainedFile) -> OSError | None:
        if file is writer.file:
            synced.append(len(file.written))
        return sync(file)

    monkeypatch.setattr(ChainedFile, "sync", noting)
    return synced


async def test_queued_frames_share_the_sync_of_the_next_that_is_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    writer = await desk.open()
    synced = syncs_of(writer, monkeypatch)
    # Not even the timer may come between.
    monkeypatch.setattr(recordings.writer, "QUEUED_S", 3600.0)
    await writer.queue(NoteEvent(kind="one", fields={}))
    await writer.queue(NoteEvent(kind="two", fields={}))
    await writer.append(Output(data=b"shown"))
    assert len(synced) == 1
    kinds = [getattr(timed.event, "kind", "") for timed in read_events(writer.path)]
    assert kinds[-3:] == ["one", "two", ""]
    assert shown(writer.path) == b"shown"


@pytest.mark.parametrize("desk", ["plain", "encrypted"], indirect=True)
async def test_a_live_one_that_somebody_changes_is_shown_to_nobody(desk: Desk):
    """The log knows nothing of it yet; its writer does."""
    writer = await desk.open()
    await record_statement(writer, 1)
    whole = writer.path.read_bytes()
    half = len(whole) // 2
    for data in (
        whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :],
        whole[:half],
        bytes(len(whole)),
    ):
        writer.path.write_bytes(data)
        with pytest.raises(ChangedError):
            writer.open()
        async with contextlib.aclosing(writer.watch(0)) as chunks:
            with pytest.raises(ChangedError):
                await anext(chunks)
        with writer.path.open("r+b") as file:
            file.write(whole)
    async with asyncio.timeout(10), contextlib.aclosing(writer.watch(0)) as chunks:
        await anext(chunks)
        await record_statement(writer, 2)
        with writer.path.open("r+b") as file:
            file.seek(half)
            file.write(bytes([whole[half] ^ 1]))
        with pytest.raises(ChangedError):
            _ = [one async for one in chunks]


async def test_a_queued_frame_is_soon_on_the_disk_though_nothing_follows(desk: Desk):
    writer = await desk.open()
    before = writer.length_bytes
    await writer.queue(NoteEvent(kind="alone", fields={}))
    async with asyncio.timeout(10), contextlib.aclosing(writer.watch(before)) as chunks:
        await anext(chunks)
    assert b"alone" in writer.path.read_bytes()


async def test_queued_frames_are_on_the_disk_when_the_journal_closes_or_a_recording_ends(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(recordings.writer, "QUEUED_S", 3600.0)
    ending, open_still = await desk.open("s1"), await desk.open("s2")
    await ending.queue(NoteEvent(kind="first", fields={}))
    await open_still.queue(NoteEvent(kind="second", fields={}))
    await ending.seal("end")
    await asyncio.to_thread(desk.journal.close)
    assert b"first" in ending.path.read_bytes()
    assert b"second" in open_still.path.read_bytes()
    with pytest.raises(RecordingFailure, match="closed"):
        await open_still.queue(NoteEvent(kind="third", fields={}))


async def test_queued_frames_are_bounded_too(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recordings.writer, "QUEUED_S", 3600.0)
    writer = await desk.open()
    for _ in range(50):
        await writer.queue(Output(data=b"x" * 65_536))
        assert writer._queued_bytes <= QUEUE_BYTES_MAX + 80_000
    await writer.seal("end")
    assert len(shown(writer.path)) == 50 * 65_536


async def test_a_closed_journal_takes_nothing_and_seals_nothing(desk: Desk):
    writer = await desk.open()
    await asyncio.to_thread(desk.journal.close)
    with pytest.raises(RecordingFailure, match="closed"):
        await writer.append(Output(data=b"x"))
    assert verify_file(writer.path, desk.key_path).state == "live"


async def test_no_session_begins_when_the_audit_log_cannot_be_written(desk: Desk):
    desk.audit_path.mkdir()
    with pytest.raises(RecordingFailure, match="audit log"):
        await desk.open()
    assert not list(desk.root.rglob("*.cast"))


async def test_times_never_run_backwards(desk: Desk):
    writer = await desk.open()
    for index in range(20):
        await record_statement(writer, index)
    times = [timed.time_us for timed in read_events(writer.path)]
    assert times == sorted(times)


async def test_signatures_come_while_a_session_lasts(desk: Desk):
    writer = await desk.open()
    for number in range(200):
        await writer.append(NoteEvent(kind="tick", fields={"number": number}))
    assert writer.path.read_bytes().count(b', "s", "') == 3


async def test_a_statement_gets_a_marker_for_players(desk: Desk):
    writer = await desk.open()
    await writer.append(StatementEvent(id="q", index=3, text="select 1"))
    assert b', "m", "3. select 1"]\n' in writer.path.read_bytes()


@pytest.mark.parametrize("turns", range(0, 12, 2))
async def test_an_opening_that_is_cancelled_leaves_no_live_recording(desk: Desk, turns: int):
    task = asyncio.get_running_loop().create_task(desk.open())
    for _ in range(turns):
        await asyncio.sleep(0.0005)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await (await task).seal("it was too quick")
    # What threads still do, and what is then done about it, is over.
    await asyncio.get_running_loop().shutdown_default_executor()
    await asyncio.sleep(0.02)
    desk.journal.close()
    desk.new_journal().recover(lambda _: False)
    for path in desk.root.rglob("*.cast"):
        assert verify_file(path, desk.key_path).state in ("sealed", "crashed")


async def test_a_journal_closed_by_a_dying_loop_tears_nothing(desk: Desk):
    writer = await desk.open()
    tasks = [
        asyncio.get_running_loop().create_task(writer.append(Output(data=b"x" * 10_000)))
        for _ in range(50)
    ]
    await asyncio.sleep(0.001)
    seal = asyncio.get_running_loop().create_task(writer.seal("end"))
    await asyncio.sleep(0)
    for task in (*tasks, seal):
        task.cancel()
    await asyncio.gather(*tasks, seal, return_exceptions=True)
    await asyncio.sleep(0.1)
    desk.journal.close()
    desk.new_journal().recover(lambda _: False)
    assert verify_file(writer.path, desk.key_path).is_ok


async def test_what_nobody_foresaw_fails_whoever_waits_and_whoever_comes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    first, second = await desk.open("a"), await desk.open("b")

    def stumble(*_: object) -> None:
        raise ValueError("unforeseen")

    monkeypatch.setattr(ChainedFile, "sync", stumble)
    waiting = await asyncio.gather(
        first.append(Output(data=b"1")), second.append(Output(data=b"2")), return_exceptions=True
    )
    assert [type(error) for error in waiting] == [RecordingFailure, RecordingFailure]
    monkeypatch.undo()
    with pytest.raises(RecordingFailure):
        await first.append(Output(data=b"3"))
    with pytest.raises(RecordingFailure):
        await desk.open("c")


async def test_a_file_that_was_closed_is_not_synced(desk: Desk):
    writer = await desk.open()
    writer.file.close()
    with pytest.raises(RecordingFailure):
        await writer.append(Output(data=b"1"))
