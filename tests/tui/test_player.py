"""Playing a transcript: time, gaps, seeking, and a screen made of safe cells."""

import json
import time

import pytest
from avt._avt import Vt
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.review_peer import CAST
from tui.player import IDLE_S, KEYFRAME_CHARS, Player, Transcript
from tui.visible import is_hidden
from tui.widgets.terminal import screen_text


def cast(*events, columns=40, rows=5, front_end="shell"):
    header = {"version": 2, "width": columns, "height": rows, "bastion": {"front_end": front_end}}
    return "\n".join(json.dumps(line) for line in (header, *map(list, events))).encode() + b"\n"


def player_of(data):
    transcript = Transcript()
    transcript.feed(data)
    return Player(transcript)


def shown(player):
    return [line for line in screen_text(player.screen) if line]


def test_the_transcript_may_be_cut_anywhere():
    whole = Transcript()
    whole.feed(CAST)
    pieces = Transcript()
    for byte in CAST:
        pieces.feed(bytes([byte]))
    assert pieces.steps == whole.steps
    assert pieces.statements == whole.statements
    assert whole.garbled_lines == 0
    assert whole.end_reason == "left"


def test_idle_gaps_are_cut_short_and_remembered():
    transcript = Transcript()
    transcript.feed(CAST)
    assert transcript.real_length_s == pytest.approx(44.0)
    assert transcript.length_s < 8
    assert [round(real) for _, real in transcript.gaps] == [40, 3]
    player = Player(transcript)
    player.seek(transcript.gaps[0][0] + 0.5)
    assert player.gap_here() == pytest.approx(39.9)
    player.seek(0.2)
    assert player.gap_here() == 0


def test_statements_carry_number_and_verdict():
    transcript = Transcript()
    transcript.feed(CAST)
    marks = [(mark.number, mark.text, mark.verdict) for mark in transcript.statements]
    assert marks == [(1, "select 1", ""), (2, "drop table t", "block")]


def test_seeking_back_and_forth_gives_the_same_screen_as_playing():
    events = [(index * 0.5, "o", f"\x1b[3{index % 8}mline {index}\r\n") for index in range(400)]
    data = cast((0.0, "r", "30x7"), *events, (250.0, "r", "60x9"), (250.1, "o", "end"))
    played = player_of(data)
    jumping = player_of(data)
    jumping.seek(1e9)
    for position in (150.0, 3.0, 199.0, 77.7, 0.0, 1e9, 100.0):
        played_once = player_of(data)
        played_once.seek(position)
        jumping.seek(position)
        assert screen_text(jumping.screen) == screen_text(played_once.screen)
        assert jumping.screen.size == played_once.screen.size
    assert played.position_s == 0.0


def test_a_long_recording_seeks_at_once():
    events = [(index * 0.01, "o", "x" * 70 + "\r\n") for index in range(10_000)]
    player = player_of(cast(*events, columns=80, rows=24))
    player.seek(1e9)
    began = time.process_time()
    for tenth in (9, 2, 7, 1, 5):
        player.seek(player.transcript.length_s * tenth / 10)
    assert time.process_time() - began < 1.0
    assert KEYFRAME_CHARS < 100_000


def test_output_without_a_terminal_starts_its_lines_at_the_left():
    player = player_of(cast((0.1, "o", "one\ntwo\n"), front_end="exec"))
    player.seek(1)
    assert shown(player) == ["one", "two"]


def test_an_asciicast_of_somebody_else_plays_too():
    player = player_of(b'{"version": 2, "width": 20, "height": 4}\n[0.1, "o", "hi"]\n')
    player.seek(1)
    assert shown(player) == ["hi"]


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"[1,2,3]",
        b'[0.5, "r", "axb"]',
        b'[0.5, "r", "99999999999x1"]',
        b'[0.5, "q", "[]"]',
        b'["x", "o", "y"]',
        b'[1e400, "o", "y"]',
        b"\xff\xff",
        b"[" * 50_000,
    ],
)
def test_a_garbled_line_is_skipped_and_the_rest_plays(line):
    player = player_of(cast((0.1, "o", "before ")) + line + b'\n[0.6, "o", "after"]\n')
    player.seek(1)
    assert shown(player) == ["before after"]


def test_a_recorded_size_is_bounded():
    player = player_of(cast((0.1, "r", "999999x999999"), columns=10**9, rows=-5))
    player.seek(1)
    assert player.screen.size == (500, 300)


def test_time_never_runs_backwards():
    transcript = Transcript()
    transcript.feed(cast((5.0, "o", "a"), (1.0, "o", "b"), (6.0, "o", "c")))
    assert [step.at_s for step in transcript.steps] == [5.0, 5.0, 6.0]
    assert transcript.length_s == IDLE_S + 1.0


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("\x1b[", "\x1b]", "\x1bP", "\x9b", "0", "9", ";", "m", "H", "J", "K", "?1049h"),
                *("52;c;aGk=\x07", "\x1b\\", "\x1bc", "r", "L", "M", "@", "\r", "\n", "\t", "b"),
                *("\u202e", "\u200b", "\u0301", "中", "👩\u200d👩", "\ud83d", "x", "\x00", "\x0e"),
            ]
        )
        | st.text(max_size=4),
        max_size=40,
    )
)
def test_no_output_brings_more_than_safe_cells_to_the_screen(pieces):
    screen = Vt(20, 6, 0)
    text = "".join(pieces).encode("utf-8", "replace").decode()
    screen.feed_str(text)
    for line in screen_text(screen):
        assert not any(is_hidden(character) for character in line)
