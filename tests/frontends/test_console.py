"""Keys between a channel and prompt-toolkit: type-ahead, interrupts, the guard over pastes."""

import asyncio

import pytest

from bastion.frontends.console import TEXT_MAX, Console
from tests.fakes.terminal import FakeTerminal


@pytest.fixture
async def console():
    console = Console(FakeTerminal(), lambda text: text.count(";"))
    yield console
    console.close()


async def keys_of(console, *pieces, pause_s=0.0):
    seen = []
    with console.input.attach(lambda: seen.extend(console.input.read_keys())):
        for piece in pieces:
            console.input.feed(piece)
            await asyncio.sleep(pause_s)
        await asyncio.sleep(0.15)
    return "".join(press.data for press in seen)


async def test_typing_passes_at_once(console):
    assert await keys_of(console, "a", "b", "\r", pause_s=0.06) == "ab\r"


async def test_what_was_typed_ahead_comes_before_what_comes_as_the_prompt_begins(console):
    console.input.feed("select 1;")
    # Nothing lets the loop turn between the beginning of the prompt and the next key.
    assert await keys_of(console, "\r") == "select 1;\r"
    console.input.feed("ab")
    assert await keys_of(console, "c", "\x03") == "abc\x03"


async def test_one_statement_with_its_enter_passes(console):
    assert await keys_of(console, "select 1;\r") == "select 1;\r"


async def test_several_statements_in_pieces_become_one_paste(console):
    counts = []
    console.input.on_guarded = counts.append
    keys = await keys_of(console, "a;\r", "b;\r", "c;\r", pause_s=0.01)
    assert keys == "a;\nb;\nc;"
    assert counts == [3]


async def test_a_bracketed_paste_is_not_guarded_twice(console):
    counts = []
    console.input.on_guarded = counts.append
    keys = await keys_of(console, "\x1b[200~a;\rb;\r", "c;\r\x1b[201~", pause_s=0.01)
    assert "a;" in keys
    assert counts == []


async def test_a_hidden_escape_cannot_end_a_guarded_paste(console):
    keys = await keys_of(console, "a;\r\x1b[201~b;\r")
    assert "\r" not in keys


async def test_an_interrupt_while_nobody_reads_drops_what_came_before(console):
    presses = []
    console.input.on_interrupt = lambda: presses.append(1)
    console.input.feed("drop table x;\r\x03sel")
    assert presses == [1]
    assert await keys_of(console) == "sel"


async def test_type_ahead_waits_and_can_be_dropped(console):
    console.input.feed("abc")
    assert await keys_of(console) == "abc"
    console.input.feed("def")
    console.input.drop_ahead()
    assert await keys_of(console) == ""


async def test_type_ahead_of_several_statements_is_guarded_too(console):
    console.input.feed("a;\rb;\r")
    assert await keys_of(console) == "a;\nb;"


async def test_type_ahead_is_bounded(console):
    for _ in range(100):
        console.input.feed("x" * 10_000)
    assert len(await keys_of(console)) <= 256 * 1024


async def test_a_paste_that_can_be_edited_passes_as_a_whole(console):
    text = "x" * TEXT_MAX
    assert await keys_of(console, f"\x1b[200~{text[:-9]}", f"{text[-9:]}\x1b[20", "1~") == text


@pytest.mark.parametrize(
    "pieces",
    [
        ["\x1b[200~", *["select 1;\r" * 1000] * 20, "\x1b[2", "01~"],
        ["x" * (TEXT_MAX + 1)],
        ["select 1;\r" * 20_000],
    ],
    ids=["a paste in pieces", "keys at once", "statements at once"],
)
async def test_nothing_is_taken_of_what_is_too_long_to_edit_and_it_is_said(console, pieces):
    said = []
    console.input.on_too_long = lambda: said.append(1)
    assert await keys_of(console, *pieces) == ""
    assert said == [1]
    assert await keys_of(console, "select 2;") == "select 2;"


async def test_a_long_statement_is_taken_as_a_whole_and_then_its_enter(console):
    text = "insert into t values\r" + "(1, 'a'),\r" * 100 + "(2, 'b');"
    assert await keys_of(console, f"{text}\r") == text.replace("\r", "\n") + "\r"


async def test_a_command_in_a_long_burst_stays_a_line_of_its_own(console):
    text = "\\x on\rselect " + "1, " * 100 + "1;\r"
    assert await keys_of(console, text) == text


async def test_line_ends_are_those_of_a_terminal(console):
    console.print("a\nb\r\nc")
    assert console.terminal.raw == "a\r\nb\r\nc"
