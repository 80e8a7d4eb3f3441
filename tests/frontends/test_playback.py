"""Transcripts on a plain terminal: readable, and nothing in them is obeyed."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bastion.frontends.playback import LineReader, PaperTerminal, json_line, strip_escapes


def paper(*pieces):
    terminal = PaperTerminal()
    for piece in pieces:
        terminal.feed(piece)
    return terminal.text()


def test_line_editing_is_played_out():
    assert paper("selectt\b\x1b[K 1\r\n") == "select 1\n"
    assert paper("one\r\ntwo\x1b[A\r\x1b[KONE\r\n") == "ONE\ntwo\n"
    assert paper("\x1b[31mred\x1b[0m\x1b]0;title\x07\r\n") == "red\n"


def test_a_code_cut_in_two_is_one_code():
    assert paper("a\x1b[3", "1mb") == "ab\n"


@given(st.lists(st.text("ab\x1b[]0123;mKJABCDGH\r\n\b\x07\x9b")))
def test_no_stream_leaves_a_control_character(pieces):
    text = paper(*pieces)
    assert not any(ord(char) < 32 and char != "\n" for char in text)


@given(st.text())
def test_stripped_text_commands_nothing(text):
    assert "\x1b" not in strip_escapes(text)


@given(st.integers(1, 40))
def test_lines_survive_any_cut(size):
    data = b'{"version": 2}\n[0.5, "o", "a\\u00e9"]\n[1.0, "q", "{\\"text\\": \\"x\\"}"]\nbroken\n'
    reader = LineReader()
    events = []
    for start in range(0, len(data), size):
        events += reader.feed(data[start : start + size])
    assert events == [(500_000, "o", "a\xe9"), (1_000_000, "q", '{"text": "x"}')]


def test_events_become_json_objects():
    assert json.loads(json_line(500_000, "q", '{"text": "x"}')) == {
        "time_s": 0.5,
        "event": "statement",
        "data": {"text": "x"},
    }
    assert "\x1b" not in json_line(0, "o", "\x1b[2J\u202e")
