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
from tui.palette import SYNTAX
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


@pytest.mark.parametrize(
    ("engine", "text", "runs"),
    [
        ("postgres", "delete from t where a = E'\\' -- ' or b = 1", "or"),
        ("postgres", "select 1 /* /* */ */ or b", "or"),
        ("mysql", "delete from t where a = 'x\\' -- ' or b = 1", "or"),
        ("mysql", "select 1 /* /* */ or b -- */", "or"),
        ("mysql", "select 1 --2 or b", "or"),
        ("postgres", "select 1 # 2 or b", "or"),
    ],
)
def test_what_runs_never_looks_like_a_comment_or_a_string(engine, text, runs):
    (line,) = statement_lines(text, engine)
    styles = styles_of(line, runs)
    assert SYNTAX["comment"] not in styles
    assert SYNTAX["string"] not in styles


@pytest.mark.parametrize("engine", ["postgres", "mysql"])
def test_where_the_end_of_a_comment_is_in_doubt_nothing_looks_like_one(engine):
    (line,) = statement_lines("select 1 /* sure */ ; \u2028 /* open", engine)
    assert SYNTAX["comment"] not in {str(span.style) for span in line.spans}
    (line,) = statement_lines("select 1 /* sure */", engine)
    assert SYNTAX["comment"] in styles_of(line, "sure")


def styles_of(line, word):
    at = line.plain.index(f" {word} ") + 1
    return {str(span.style) for span in line.spans if span.start <= at < span.end}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("e" + "\u0301" * 4, "e\u0301\u0301<U+0301><U+0301>"),
        ("\u0e01" + "\u0e47" * 4, "\u0e01\u0e47\u0e47<U+0E47><U+0E47>"),
        ("a =\u0338 b", "a =<U+0338> b"),
        ("a\u0336", "a<U+0336>"),
        ("a\u20e0", "a<U+20E0>"),
        ("1\u20e3", "1<U+20E3>"),
        ("\U0001f1e9\U0001f1ea", "<U+1F1E9><U+1F1EA>"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d<U+1F3FD>"),
        ("\u1100\u1161\u11a8", "\u1100<U+1161><U+11A8>"),
        ("'\u05d0' 5 < 100 '\u05d1'", "'<U+05D0>' 5 < 100 '<U+05D1>'"),
        ("a = '\u0634' and b > 5", "a = '\u0634' and b > 5"),
        ("'\u05d0\u05d1 \u05d2'", "'\u05d0\u05d1 \u05d2'"),
        ("'\u05d0', '\u05d1'", "'<U+05D0>', '<U+05D1>'"),
        ("\u05d0 = 5", "<U+05D0> = 5"),
        ("\u0661\u0662 + 3", "<U+0661><U+0662> + 3"),
        ("\u00e9t\u00e9 \u8a9e \U0001f600", "\u00e9t\u00e9 \u8a9e \U0001f600"),
    ],
)
def test_what_a_terminal_would_join_pile_up_or_move_is_written_out(text, shown):
    assert visible(text) == shown
    for engine in ("postgres", "mysql", ""):
        (line,) = statement_lines(text, engine)
        assert line.plain == f"1 │ {shown}"


@given(st.text(st.sampled_from("a1 ='<\u05d0\u0634\u0661\u0301\u0338\u0e47"), max_size=12))
def test_a_statement_is_written_out_as_a_line_is(text):
    (line,) = statement_lines(text, "postgres")
    assert line.plain.removeprefix("1 │ ") == visible(text)


LONG = "delete from orders where status = 'new' /*" + "x" * 300 + "*/ or true"


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize(
    "text",
    [
        "delete from orders where id = 1 \x0b or true",
        "delete from orders where id = 1 \x0c or true",
        "delete from orders where id = 1 \r or true",
        "delete from orders where id = 1 \x85 or true",
        "delete from orders where id = 1 \u2028 or true",
        "delete from orders where id = 1\nor true",
        "\n\n  delete from orders where id = 1\n\n or true",
        LONG,
        "delete from orders where a = '" + "\u202e" * 200 + "' or true",
        "delete from orders where a = '" + "\u8a9e" * 290 + "' or true",
    ],
    ids=ascii,
)
async def test_the_last_question_shows_all_of_a_statement_or_says_that_it_does_not(
    peer, show, text, columns
):
    # What the server says the first line is, is not what somebody approves.
    peer.requests = [summary("req-1", first_line="delete from orders where id = 1")]
    peer.details["req-1"] = detail(peer.requests[0], text=text)
    screen = await show(columns, 24 if columns == 80 else 50)
    await screen.opened()
    await screen.press("enter", "G")
    await screen.until(lambda: screen.detail.has_seen_all)
    await screen.press("a")
    await screen.until_text("Approve this request?")
    assert "or true" in screen.text or "this is not all of it" in screen.text
    assert "y approves it" in screen.text
    assert "shop-prod" in screen.text


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
