"""Text of users and databases is text: no markup, no escape codes, no action, no crash."""

import ast
import hashlib
import unicodedata
from pathlib import Path

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from bastion.core.approval import ApprovalState
from bastion.wire import review as wire
from tests.fakes.review_peer import (
    START,
    detail,
    recording_entry,
    session_entry,
    summary,
)
from tui.visible import count_unusual, is_hidden, visible, visible_text
from tui.widgets.lines import fold
from tui.widgets.statement import HIGHLIGHT_CHARS_MAX, request_lines, statement_lines

PAYLOADS = [
    "[@click=app.approve('x')]details[/]",
    "[@click=app.leave]details[/]",
    "[/]",
    "[/][/][bold",
    "[link=http://evil.example]x[/link]",
    "\x1b]52;c;aGFja2Vk\x07",
    "\x1b]8;;http://evil.example\x1b\\x\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[H\x1b[31mfaked",
    "\x9b2J\x90q\x9c",
    "\u202edesrever\u2066\u200b\u2028\ufeff",
    "a\rb\x00c\x08d\x7fe",
    "\ud800\udfff",
    "e" + "\u0301" * 50,
    "\u3164\u115f\u2800\u00a0",
    "$text [b]{x}% \\[ ]",
]
SHOWN = [
    *PAYLOADS[:3],
    " ".join(PAYLOADS[3:5]),
    " ".join(PAYLOADS[5:9]),
    " ".join(PAYLOADS[9:12]),
    " ".join(PAYLOADS[12:]),
]
"""What goes through the whole application: the same, fewer times."""
HOSTILE = st.text(st.sampled_from("[]/@click=app.'\"\\ \x1b\x07\x9b\u202e\u200b\r\n\tab-*\ud800"))


def hostile_request(payload):
    return summary(
        "req-1",
        requester=payload,
        person=payload,
        target=payload,
        effect=payload,
        tables=(payload,),
        first_line=payload,
        is_agent=True,
        state=ApprovalState.PENDING,
    )


def hostile_detail(payload):
    decision = wire.DecisionEntry(
        reviewer=payload, person=payload, is_approval=True, reason=payload, at=START
    )
    return detail(
        hostile_request(payload),
        text=payload + "\n" + payload,
        parameters=(payload.encode("utf-8", "surrogatepass"), None),
        database=payload,
        schema=payload,
        role=payload,
        settings=((payload, payload),),
        source=payload,
        key_fingerprint=payload,
        session_id=payload,
        reason=payload,
        rule=payload,
        rule_text=payload,
        notes=(payload,),
        decisions=(decision,),
    )


class Trap:
    """Counts every action and link that the application runs."""

    def __init__(self, app):
        self.sprung = []
        run_action = app.run_action

        async def counted(action, *arguments, **keywords):
            self.sprung.append(action)
            return await run_action(action, *arguments, **keywords)

        app.run_action = counted
        app.open_url = lambda url, **_: self.sprung.append(url)


@pytest.mark.parametrize("payload", SHOWN)
async def test_a_payload_in_every_field_of_a_request_does_nothing(peer, show, payload):
    peer.requests = [hostile_request(payload)]
    peer.details["req-1"] = hostile_detail(payload)
    screen = await show(80, 24)
    await screen.opened()
    trap = Trap(screen.app)
    for y in (2, 10, 11, 13, 16, 18, 20):
        await screen.pilot.click(offset=(14, y))
    assert not [action for action in trap.sprung if "approve" in str(action)]
    assert not [action for action in trap.sprung if "leave" in str(action)]
    await screen.press("enter", "G")
    await screen.until(lambda: screen.detail.has_seen_all)
    assert_clean(screen)
    await screen.press("a")
    await screen.pilot.pause(0.1)
    assert_clean(screen)
    await screen.press("escape")
    await screen.unguarded()
    await screen.press("d")
    await screen.pilot.pause(0.1)
    assert_clean(screen)
    assert not screen.asked(wire.Approve)
    assert not screen.asked(wire.Deny)


@pytest.mark.parametrize("payload", SHOWN)
async def test_a_payload_in_words_of_the_server_does_nothing(peer, show, payload):
    peer.sessions = [
        session_entry("s-1", user=payload, target=payload, source=payload, state=payload)
    ]
    peer.recordings = [
        recording_entry("rec-1", user=payload, target=payload, front_end=payload, state=payload)
    ]
    peer.refusals[wire.ShowRequest] = payload
    peer.refusals[wire.OpenRecording] = payload
    peer.requests = [summary("req-1")]
    screen = await show(80, 24)
    trap = Trap(screen.app)
    await peer.send(wire.Notice(text=payload))
    await screen.press("s")
    assert_clean(screen)
    await screen.unguarded()
    await screen.press("K")
    await screen.pilot.pause(0.1)
    assert_clean(screen)
    await screen.press("escape", "r")
    await screen.until(lambda: bool(screen.asked(wire.ListRecordings)))
    await screen.press("enter")
    await screen.until(lambda: bool(screen.asked(wire.OpenRecording)))
    assert_clean(screen)
    for y in (0, 2, 21, 22):
        await screen.pilot.click(offset=(14, y))
    assert not [action for action in trap.sprung if "approve" in str(action)]
    assert screen.app.is_running


def assert_clean(screen):
    assert not [c for c in screen.text if is_hidden(c) and c != "\n"]


@given(HOSTILE)
def test_visible_text_holds_nothing_hidden(text):
    assert not any(is_hidden(character) for character in visible(text))
    assert visible_text(text).plain == visible(text)


@given(st.text(st.characters(codec=None)))
def test_any_text_is_shown_without_what_would_hide(text):
    assert not any(is_hidden(character) for character in visible(text))


@settings(max_examples=60, deadline=None)
@given(HOSTILE, st.sampled_from(["postgres", "mysql", ""]))
def test_every_character_of_a_statement_is_shown(text, engine):
    lines = statement_lines(text, engine)
    assert len(lines) == text.count("\n") + 1
    shown = "".join(line.plain.partition("│ ")[2] for line in lines)
    expected = "".join(visible(part) for part in text.replace("\t", "\n").split("\n"))
    assert shown.replace("→", "").replace(" ", "") == expected.replace(" ", "")


@settings(max_examples=60, deadline=None)
@given(HOSTILE, st.integers(1, 90), st.integers(0, 30))
def test_folding_loses_nothing(text, width, indent):
    line = visible_text(text)
    indent = min(indent, width // 3)
    first, *others = fold(line, width, indent)
    assert first.plain + "".join(part.plain for part in others) == line.plain
    assert first.cell_len <= max(width, 2)
    assert all(part.cell_len <= max(width - indent, 2) for part in others)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_terminal_that_gets_a_request_shows_just_its_text(payload):
    """The judge is a terminal: what the lines print is what stands on its screen."""
    lines, _ = request_lines(hostile_detail(payload))
    screen = pyte.Screen(250, len(lines) + 1)
    stream = pyte.ByteStream(screen)
    printed = Console(width=250, force_terminal=True, color_system="truecolor")
    with printed.capture() as capture:
        for line in lines:
            printed.print(line, markup=False, highlight=False, no_wrap=True, crop=True)
    stream.feed(capture.get().replace("\n", "\r\n").encode("utf-8", "strict"))
    for row, line in enumerate(lines):
        # The judge composes a letter and its accents; so must the expectation.
        expected = unicodedata.normalize("NFC", line.plain)[:250].rstrip()
        assert screen.display[row].rstrip()[:250] == expected


def test_line_breaks_are_kept_and_numbered():
    lines = [line.plain for line in statement_lines("select 1\n\nfrom t", "postgres")]
    assert lines == ["1 │ select 1", "2 │ ", "3 │ from t"]


def test_a_carriage_return_is_written_out_not_obeyed():
    (line,) = statement_lines("select 1 -- ok\rdelete from t", "postgres")
    assert line.plain == "1 │ select 1 -- ok\\x0ddelete from t"


def test_comments_that_mysql_runs_do_not_look_like_comments():
    (line,) = statement_lines("select 1 /*!50001 , ssn */ /* really a comment */", "mysql")
    styles = {line.plain[span.start : span.end].strip(): str(span.style) for span in line.spans}
    assert "reverse" in next(style for text, style in styles.items() if "ssn" in text)
    assert "reverse" not in next(style for text, style in styles.items() if "really" in text)


def test_a_very_long_statement_is_plain_and_quick():
    text = "'" * (HIGHLIGHT_CHARS_MAX + 1)
    (line,) = statement_lines(text, "postgres")
    assert line.plain.endswith(text)


def test_bytes_digest_and_hidden_characters_are_counted():
    text = "select '\u202e\u0430dmin'"
    lines, must_see = request_lines(detail(summary(), text=text))
    whole = "\n".join(line.plain for line in lines)
    assert f"{len(text.encode())} bytes, 1 line" in whole
    assert "1 hidden characters written out" in whole
    assert "letters may look alike" in whole
    assert hashlib.sha256(text.encode()).hexdigest() in whole
    assert lines[must_see].plain.startswith("1 │ select")
    assert count_unusual(text) == (1, 1)


def test_parameters_are_shown_and_null_is_not_a_word():
    whole = detail(summary(), parameters=(b"x\x1b[2J", None, b"\xff"))
    shown = [line.plain for line in request_lines(whole)[0]]
    assert any(line.endswith("x\\x1b[2J") for line in shown)
    assert any(line.endswith("NULL") for line in shown)
    assert any(line.endswith("\\xff") for line in shown)


def test_tabs_stay_in_columns():
    (line,) = statement_lines("a\tb", "postgres")
    assert line.plain == "1 │ a→      b"
    assert isinstance(line, Text)


TAKES_MARKUP = {"Static", "Label", "OptionList", "Tree", "DataTable", "RichLog", "Option"}


@pytest.mark.parametrize("source", sorted(Path("tui").rglob("*.py")), ids=str)
def test_no_plain_string_goes_where_textual_would_read_markup(source):
    for node in ast.walk(ast.parse(source.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        assert name not in {"notify", "from_markup"}, f"{source}:{node.lineno}"
        if name in TAKES_MARKUP and node.args:
            assert not isinstance(node.args[0], ast.Constant | ast.JoinedStr), (
                f"{source}:{node.lineno}"
            )
