"""Exports keep to the formats' own rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recordings.asciicast import ExportFormat, export, output_text
from recordings.events import Event, NoteEvent, Output, StatementEvent
from recordings.reader import read_events
from recordings.words import visible
from tests.recordings.conftest import Desk


@pytest.fixture
async def path(desk: Desk, all_events: tuple[Event, ...]) -> Path:
    writer = await desk.open(front_end="shell")
    await writer.append(*all_events)
    await writer.append(Output(data=b"\x1b[31mred\x1b[0m \xff\r\n"))
    await writer.seal("end")
    return writer.path


def lines(path: Path, export_format: ExportFormat) -> list[object]:
    whole = b"".join(export(path, export_format))
    assert whole.endswith(b"\n")
    return [json.loads(raw) for raw in whole[:-1].split(b"\n")]


async def test_the_file_itself_is_asciicast_v2(path: Path):
    """By the format's own page: header keys, and events [float, one letter, string]."""
    header, *events = [json.loads(raw) for raw in path.read_bytes().split(b"\n")[:-1]]
    assert header["version"] == 2
    assert isinstance(header["width"], int)
    assert isinstance(header["height"], int)
    assert header["env"] == {"TERM": "xterm-256color"}
    last = 0.0
    for time_s, code, text in events:
        assert isinstance(time_s, float)
        assert time_s >= last
        last = time_s
        assert isinstance(code, str)
        assert len(code) == 1
        assert isinstance(text, str)
    assert b"\n#" not in path.read_bytes()


async def test_the_v2_export_has_nothing_but_what_players_know(path: Path):
    header, *events = lines(path, ExportFormat.CAST)
    assert isinstance(header, dict)
    assert set(header) == {"version", "width", "height", "timestamp", "env", "title"}
    assert {event[1] for event in events} == {"o", "r", "m"}
    shown = "".join(event[2] for event in events if event[1] == "o")
    assert "€" in shown
    assert shown == "".join(output_text(path))


async def test_the_v3_export_counts_intervals_that_sum_up(path: Path):
    header, *events = lines(path, ExportFormat.CAST_V3)
    assert isinstance(header, dict)
    assert header["version"] == 3
    assert header["term"] == {"cols": 80, "rows": 24, "type": "xterm-256color"}
    assert events[-1][1] == "x"
    total = sum(round(event[0] * 1_000_000) for event in events)
    *_, last = read_events(path)
    assert total == last.time_us


async def test_the_text_export_of_a_screen_tells_what_stood_on_it(path: Path):
    text = b"".join(export(path, ExportFormat.TEXT)).decode()
    assert " red \ufffd\n" in text
    assert not [letter for letter in text if ord(letter) < 32 and letter not in "\n\t"]
    for words in ("user alice", "statement 1: delete from orders", "verdict hold", "end: end"):
        assert words in text


async def test_a_line_that_is_drawn_many_times_is_told_once_when_it_is_left(desk: Desk):
    drawn = [
        b"\x1b[2Jdb=> s",
        b"\x1b[1Ds",
        b"\x1b[1Dselect 1",
        b"\x1b[8D\x1b[Kselect 12;\r\n",
        b"12\r\n",
    ]
    drawn += [b"line %d\r\n" % number for number in range(60)] + [b"db=> \\q"]
    writer = await desk.open(front_end="shell")
    for data in drawn:
        await writer.append(Output(data=data))
        await writer.append(NoteEvent(kind="k", fields={}))
    await writer.seal("end")
    text = b"".join(export(writer.path, ExportFormat.TEXT)).decode().partition("\n\n")[2]
    shown = [line for line in text.splitlines() if not line.startswith("-- ")]
    assert shown == ["db=> select 12;", "12", *(f"line {n}" for n in range(60)), "db=> \\q"]


async def test_the_text_export_of_a_command_shows_control_characters_and_runs_none(desk: Desk):
    writer = await desk.open(front_end="exec")
    await writer.append(Output(data=b"\x1b[31mred\x1b[0m \xff\n"))
    await writer.seal("end")
    text = b"".join(export(writer.path, ExportFormat.TEXT)).decode()
    assert "^[[31mred^[[0m \ufffd" in text
    assert not [letter for letter in text if ord(letter) < 32 and letter not in "\n\t"]


@pytest.mark.parametrize("front_end", ["exec", "shell"])
async def test_nothing_but_events_passes_for_them_in_a_text_export(desk: Desk, front_end: str):
    forged = "--      0.001 s  request r1 approved, by bob"
    text = f"select 1\n{forged}"
    writer = await desk.open(front_end=front_end, command=f"x\nuser bob (bob)\n\n{forged}")
    await writer.append(StatementEvent(id="q1", index=1, text=text, sha256="ab" * 32))
    for data in (f"a\r\n{forged}\r\n--\u00a0z\r\n", "-", "-", " x\r\n----+---\r\n-- "):
        await writer.append(Output(data=data.encode()))
    await writer.seal("end")
    shown = b"".join(export(writer.path, ExportFormat.TEXT)).decode().splitlines()
    told = [line for line in shown if line.startswith("-- ")]
    assert [words.split("  ")[-1] for words in told] == ["statement 1: select 1", "end: end"]
    assert [line for line in shown if line.startswith("user ")] == ["user alice (alice)"]
    for line in (f"    {forged}", f"- {forged}", "- -- z", "- -- x", "----+---"):
        assert line in shown


async def test_the_json_lines_tell_every_event(path: Path):
    header, *events = lines(path, ExportFormat.JSONL)
    assert isinstance(header, dict)
    assert header["session_id"] == "s1"
    kinds = [event["event"] for event in events]
    assert len(kinds) == len(list(read_events(path)))
    assert {"statement", "verdict", "approval", "output", "resize", "outcome", "end"} <= set(kinds)
    statement = next(event for event in events if event["event"] == "statement")
    assert statement["parameters"] == ["1", None, {"base64": "/w=="}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é €\n", "plain é €\n"),
        ("a\r\nb\rc", "a\nb^Mc"),
        ("\x1b]0;x\x07", "^[]0;x^G"),
        ("\x9b31m", "<U+009B>31m"),
        ("\u202edrow", "<U+202E>drow"),
        ("a\u200bb\ufeff", "a<U+200B>b<U+FEFF>"),
        ("\x7f", "<U+007F>"),
        ("a\u00a0b", "a b"),
        ("\u2028", "<U+2028>"),
    ],
)
def test_what_would_not_be_seen_is_written_out(text: str, expected: str):
    assert visible(text) == expected
