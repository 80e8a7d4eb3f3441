"""Transcript first, client second, in order, and bounded both ways."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastion.errors import RecordingError
from bastion.frontends.drawn import Places, joined
from bastion.ssh import terminal as module
from bastion.ssh.terminal import ChannelWire, RecordedChannel, RecordedTerminal, printable
from recordings.events import Grid


class Channel:
    """What asyncssh's channel does, into one list of what happened."""

    def __init__(self, happened: list[tuple[str, bytes]]) -> None:
        self.happened = happened
        self.is_paused = False
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.happened.append(("sent", data))

    def write_stderr(self, data: bytes) -> None:
        self.happened.append(("sent to stderr", data))

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False

    def is_closing(self) -> bool:
        return self.is_closed


class Transcript:
    """What a session does with output, into the same list."""

    id = "1"

    def __init__(self, happened: list[tuple[str, bytes]]) -> None:
        self.happened = happened
        self.is_full = False
        self.cells: tuple[Grid, ...] = ()
        self.gate = asyncio.Event()
        self.gate.set()

    async def output(
        self, data: bytes, *, is_stderr: bool = False, cells: tuple[Grid, ...] = ()
    ) -> None:
        await self.gate.wait()
        if self.is_full:
            raise RecordingError("The transcript cannot be written, so nothing can run.")
        self.happened.append(("recorded", data))
        self.cells += cells

    async def begin_output(self, data: bytes, cells: tuple[Grid, ...] = ()) -> asyncio.Future[None]:
        return asyncio.ensure_future(self.output(data, cells=cells))

    async def settled(self, begun: asyncio.Future[None]) -> None:
        await begun

    async def resize(self, columns: int, rows: int) -> None:
        self.happened.append(("resized", f"{columns}x{rows}".encode()))

    def touch(self) -> None:
        pass


class Rig:
    def __init__(self, *, has_terminal: bool) -> None:
        self.happened: list[tuple[str, bytes]] = []
        self.channel = Channel(self.happened)
        self.session = Transcript(self.happened)
        self.wire = ChannelWire(self.channel)
        self.wire.has_terminal = has_terminal


@contextlib.asynccontextmanager
async def running(rig: Rig) -> AsyncIterator[RecordedTerminal]:
    terminal = RecordedTerminal(rig.wire, rig.session)
    async with asyncio.TaskGroup() as group:
        group.create_task(terminal.run())
        yield terminal
        terminal.detach()


@pytest.fixture
def screen() -> Rig:
    return Rig(has_terminal=True)


@pytest.fixture
def pipe() -> Rig:
    return Rig(has_terminal=False)


async def test_all_that_is_drawn_is_recorded_first_and_in_order(screen: Rig):
    async with running(screen) as terminal:
        terminal.write("one ")
        terminal.write("two ")
        await terminal.drain()
        terminal.write("three")
        await terminal.drain()
        assert screen.happened == [
            ("recorded", b"one two "), ("sent", b"one two "),
            ("recorded", b"three"), ("sent", b"three"),
        ]  # fmt: skip


async def test_it_is_recorded_where_cells_stand_in_what_is_drawn_together(screen: Rig):
    places = Places(1, 2)
    rows = [
        joined([places.draw([row], lambda rows, m: f"{m}{rows[0]}{m}|{m}b{m}\r\n")]) for row in "ax"
    ]
    async with running(screen) as terminal:
        terminal.write("head\r\n")
        for row in rows:
            terminal.write(row)
        await terminal.drain()
        assert screen.happened[0] == ("recorded", b"head\r\na|b\r\nx|b\r\n")
        assert [grid.spans for grid in screen.session.cells] == [(6, 1, 1, 1), (11, 1, 1, 1)]


async def test_nothing_is_sent_before_it_is_on_the_disk(screen: Rig):
    async with running(screen) as terminal:
        screen.session.gate.clear()
        terminal.write("held back")
        await asyncio.sleep(0.02)
        assert screen.happened == []
        screen.session.gate.set()
        await terminal.drain()
        assert [what for what, _ in screen.happened] == ["recorded", "sent"]


async def test_what_is_recorded_together_is_sent_in_order_and_each_after_its_own(screen: Rig):
    """Several frames are on their way to the disk, and it takes the later ones first."""
    gates = [asyncio.Event() for _ in range(3)]
    begun: list[bytes] = []

    async def output(data: bytes, *, cells: tuple[Grid, ...] = ()) -> None:
        begun.append(data)
        await gates[len(begun) - 1].wait()
        screen.happened.append(("recorded", data[:1]))

    screen.session.output = output
    screen.channel.write = lambda data: screen.happened.append(("sent", data[:1]))
    async with running(screen) as terminal:
        for letter in "abc":
            terminal.write(letter * 65_536)
        await asyncio.sleep(0.02)
        assert len(begun) == 3
        gates[1].set()
        await asyncio.sleep(0.02)
        assert screen.happened == [("recorded", b"b")]
        gates[0].set()
        await asyncio.sleep(0.02)
        assert screen.happened[1:] == [("recorded", b"a"), ("sent", b"a"), ("sent", b"b")]
        gates[2].set()
        await terminal.drain()
        assert screen.happened[4:] == [("recorded", b"c"), ("sent", b"c")]


async def test_a_transcript_that_fails_closes_the_terminal_with_nothing_sent(screen: Rig):
    async with running(screen) as terminal:
        screen.session.is_full = True
        terminal.write("never seen")
        await asyncio.wait_for(terminal.closed.wait(), 30)
        await terminal.drain()
        assert isinstance(terminal.failure, RecordingError)
        assert screen.happened == []
        terminal.write("nor this")


async def test_lines_end_as_a_terminal_needs_them_wherever_the_text_is_cut(screen: Rig):
    async with running(screen) as terminal:
        for text in ("a\nb\r\nc\r", "\nd\n", "\n"):
            terminal.write(text)
            await terminal.drain()
        sent = b"".join(data for what, data in screen.happened if what == "sent")
        assert sent == b"a\r\nb\r\nc\r\nd\r\n\r\n"


@given(st.lists(st.text("a\r\n").map(str.encode)))
def test_only_a_line_feed_without_its_return_gets_one_wherever_the_text_is_cut(
    pieces: list[bytes],
):
    newlines = module._Newlines()
    shown = b"".join([newlines.translate(piece) for piece in pieces])
    assert shown == re.sub(rb"(?<!\r)\n", b"\r\n", b"".join(pieces))


async def test_a_client_that_does_not_read_stops_the_terminal_at_a_bound(
    screen: Rig, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "_OUTPUT_BYTES_MAX", 10_000)
    async with running(screen) as terminal:
        screen.wire.pause_writing()
        for _ in range(20):
            terminal.write("x" * 1000)
        assert terminal.closed.is_set()
        screen.wire.resume_writing()


async def test_more_may_be_made_while_little_is_recorded_and_none_of_it_shows(screen: Rig):
    async with running(screen) as terminal:
        screen.session.gate.clear()
        terminal.write("x" * 100_000)
        await asyncio.wait_for(terminal.ease(), 30)
        assert screen.happened == []
        screen.session.gate.set()
        await terminal.drain()


@pytest.mark.parametrize("ending", ["recorded", "lost", "full"])
async def test_who_makes_too_much_waits_until_it_is_recorded_and_sent_or_nobody_is_there(
    screen: Rig, ending: str
):
    async with running(screen) as terminal:
        screen.session.gate.clear()
        terminal.write("x" * 200_000)
        terminal.write("y" * 200_000)
        easing = asyncio.get_running_loop().create_task(terminal.ease())
        await asyncio.sleep(0.02)
        assert not easing.done()
        screen.session.is_full = ending == "full"
        if ending == "lost":
            screen.wire.lost()
        screen.session.gate.set()
        await asyncio.wait_for(easing, 30)
        assert terminal.closed.is_set() is (ending != "recorded")


async def test_a_paused_client_gets_it_all_later(screen: Rig):
    async with running(screen) as terminal:
        screen.wire.pause_writing()
        terminal.write("later")
        await asyncio.sleep(0.02)
        assert [what for what, _ in screen.happened] == ["recorded"]
        screen.wire.resume_writing()
        await terminal.drain()
        assert screen.happened[-1] == ("sent", b"later")


async def test_a_lost_client_closes_the_terminal_and_wakes_who_waits(screen: Rig):
    async with running(screen) as terminal:
        screen.wire.pause_writing()
        terminal.write("nobody there")
        await asyncio.sleep(0)
        draining = asyncio.get_running_loop().create_task(terminal.drain())
        screen.wire.lost()
        await asyncio.wait_for(draining, 30)
        assert terminal.closed.is_set()
        assert terminal.failure is None


async def test_keys_that_came_early_wait_for_a_listener_and_are_whole_characters(screen: Rig):
    async with running(screen) as terminal:
        screen.wire.feed("se\N{LATIN SMALL LETTER E WITH ACUTE}".encode()[:3])
        keys: list[str] = []
        terminal.on_input = keys.append
        screen.wire.feed("\N{LATIN SMALL LETTER E WITH ACUTE}".encode()[1:])
        screen.wire.feed(b"\xff\x03")
        assert "".join(keys) == "se\N{LATIN SMALL LETTER E WITH ACUTE}\N{REPLACEMENT CHARACTER}\x03"


async def test_keys_that_one_session_leaves_reach_the_next(screen: Rig):
    async with running(screen):
        screen.wire.feed(b"typed ahead")
    async with running(screen) as terminal:
        keys: list[str] = []
        terminal.on_input = keys.append
        assert keys == ["typed ahead"]


async def test_a_client_that_sends_too_much_is_paused(screen: Rig):
    async with running(screen) as terminal:
        screen.wire.feed(b"x" * 300_000)
        assert screen.channel.is_paused
        terminal.on_input = lambda _: None
        assert not screen.channel.is_paused


async def test_a_new_size_is_recorded_and_told(screen: Rig):
    async with running(screen) as terminal:
        told: list[tuple[int, int]] = []
        terminal.on_resize = lambda: told.append((terminal.columns, terminal.rows))
        screen.wire.resize(120, 40)
        screen.wire.resize(0, 0)
        screen.wire.resize(2**31, 2**31)
        await terminal.drain()
        assert told == [(120, 40), (80, 24), (1000, 500)]
        assert screen.happened[0] == ("resized", b"120x40")


# Exec


async def test_stdout_and_stderr_are_recorded_first(pipe: Rig):
    channel = RecordedChannel(pipe.wire, pipe.session)
    await channel.write(b"data\n")
    await channel.write_err(b"note\n")
    assert pipe.happened == [
        ("recorded", b"data\n"), ("sent", b"data\n"),
        ("recorded", b"note\n"), ("sent to stderr", b"note\n"),
    ]  # fmt: skip


async def test_a_full_disk_sends_nothing(pipe: Rig):
    channel = RecordedChannel(pipe.wire, pipe.session)
    pipe.session.is_full = True
    with pytest.raises(RecordingError):
        await channel.write(b"data")
    assert pipe.happened == []


async def test_a_gone_client_is_a_connection_error_and_nothing_is_recorded_as_seen(pipe: Rig):
    channel = RecordedChannel(pipe.wire, pipe.session)
    pipe.wire.lost()
    with pytest.raises(ConnectionError):
        await channel.write(b"data")
    assert channel.closed.is_set()
    assert await channel.read() == b""
    assert pipe.happened == []


async def test_stdin_ends_where_the_client_ends_it(pipe: Rig):
    channel = RecordedChannel(pipe.wire, pipe.session)
    pipe.wire.feed(b"select 1")
    assert await channel.read() == b"select 1"
    reading = asyncio.get_running_loop().create_task(channel.read())
    await asyncio.sleep(0)
    pipe.wire.feed_end()
    assert await asyncio.wait_for(reading, 30) == b""


async def test_bytes_are_not_changed_without_a_terminal(pipe: Rig):
    channel = RecordedChannel(pipe.wire, pipe.session)
    interrupts: list[int] = []
    channel.on_interrupt = lambda: interrupts.append(1)
    pipe.wire.feed(b"\x03\x04\r\n")
    assert await channel.read() == b"\x03\x04\r\n"
    assert interrupts == []


async def test_with_a_terminal_ctrl_c_interrupts_and_ctrl_d_ends_the_input(screen: Rig):
    channel = RecordedChannel(screen.wire, screen.session)
    interrupts: list[int] = []
    channel.on_interrupt = lambda: interrupts.append(1)
    screen.wire.feed(b"select\r\x03")
    assert interrupts == [1]
    assert await channel.read() == b"select\n"
    screen.wire.feed(b"rest\x04ignored")
    assert await channel.read() == b"rest"
    assert await channel.read() == b""


def test_other_peoples_words_carry_no_control_characters():
    assert printable("a\x1b[2Jb\u202ec") == "a\N{MIDDLE DOT}[2Jb\N{MIDDLE DOT}c"
