"""The queue, at three sizes, against a scripted server."""

import dataclasses
from datetime import timedelta

import pytest
from textual.events import Key

from bastion.core.approval import ApprovalState
from bastion.core.model import Environment, KeySet, Role, Sample, SampleRow
from bastion.wire import review as wire
from tests.fakes import review_peer
from tests.fakes.review_peer import START, summary
from tui.guard import Guard
from tui.screens.approvals import ApprovalsScreen
from tui.screens.dialogs import AskReason, ConfirmApprove

SIZES = [(120, 40), (80, 24), (60, 20)]


@pytest.mark.parametrize("size", SIZES)
async def test_queue_and_detail_are_there_at_each_size(peer, show, size):
    peer.requests = [summary("req-7f3a", rows=12_840)]
    screen = await show(*size)
    await screen.opened()
    assert screen.lines[0].startswith(" Approvals 1 for you, 1 open")
    assert "▲ HIGH" in screen.lines[2]
    assert "shop-prod" in screen.lines[2]
    assert "12,840 rows" in screen.text
    assert "a approve" in screen.lines[-1]
    assert all(len(line) <= size[0] for line in screen.lines)
    assert len(screen.lines) == size[1]


async def test_requests_that_are_alike_take_one_line_and_a_yes_is_for_the_first_alone(peer, show):
    shape = "delete from orders where id = ?"
    peer.requests = [summary(f"req-{n}", shape=shape, rule="r") for n in range(12)]
    peer.requests.append(summary("req-one", shape="update orders set a = ?", rule="r"))
    screen = await show(120, 40)
    await screen.until(lambda: screen.queue.row_count == 2)
    await screen.until_text("12 alike: ")
    assert "13 open" in screen.lines[0]
    await screen.opened()
    await screen.press("a")
    await screen.until(lambda: isinstance(screen.app.screen, ConfirmApprove))
    assert "req-0" in screen.text
    await screen.unguarded()
    await screen.press("y")
    await screen.until_text("Approve done.")
    assert [sent.id for sent in screen.asked(wire.Approve)] == ["req-0"]


async def test_below_sixty_columns_there_is_one_pane(peer, show):
    peer.requests = [summary("req-7f3a")]
    screen = await show(50, 18)
    await screen.until(lambda: screen.queue.row_count == 1)
    assert not screen.detail.display
    await screen.press("enter")
    assert screen.detail.display
    assert not screen.queue.display
    await screen.press("escape")
    assert screen.queue.display


async def test_the_smallest_windows_do_not_crash(peer, show):
    peer.requests = [summary("req-7f3a")]
    screen = await show(80, 24)
    for columns, rows in ((1, 1), (10, 3), (20, 5), (200, 60)):
        await screen.pilot.resize_terminal(columns, rows)
        await screen.press("a", "escape")


async def test_an_empty_queue_says_so_and_what_to_do(show):
    screen = await show(80, 24)
    await screen.until_text("Nothing waits for approval.")
    assert "s shows the live sessions" in screen.text


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"rows": 12_840}, "▲ HIGH"),
        ({"rows": 5}, "● MED"),
        ({"rows": 5, "is_measured": False}, "▲ HIGH"),
        ({"rows": None}, "▲ HIGH"),
        ({"effect": "drop"}, "▲ HIGH"),
        ({"effect": "unknown"}, "▲ HIGH"),
        ({"effect": "insert"}, "● MED"),
        ({"effect": "read"}, "· low"),
        ({"environment": Environment.STAGING}, "· low"),
        ({"environment": Environment.STAGING, "effect": "drop"}, "● MED"),
    ],
)
async def test_risk_is_a_word_and_a_shape(peer, show, changes, word):
    peer.requests = [summary("req-1", **changes)]
    screen = await show(80, 24)
    await screen.until_text(word)


# --- approving ---


async def approving(show, peer, **changes):
    peer.requests = [summary("req-7f3a", rows=12, **changes)]
    screen = await show(120, 40)
    await screen.opened()
    return screen


async def test_a_then_y_approves_what_was_shown(peer, show):
    screen = await approving(show, peer)
    await screen.press("a")
    await screen.until(lambda: isinstance(screen.app.screen, ConfirmApprove))
    for words in ("req-7f3a", "shop-prod", "12 rows (counted)", "DELETE FROM orders"):
        assert words in screen.text
    await screen.unguarded()
    await screen.press("y")
    await screen.until_text("Approve done.")
    (sent,) = screen.asked(wire.Approve)
    assert sent.id == "req-7f3a"
    assert sent.comment == ""
    assert len(sent.statement_sha256) == 64


@pytest.mark.parametrize("keys", [["enter"], ["y"], ["enter", "enter", "enter"], ["a", "a", "a"]])
async def test_no_other_keys_approve(peer, show, keys):
    screen = await approving(show, peer)
    for key in keys:
        await screen.press(key)
        await screen.unguarded()
    await screen.press("enter", "space", "escape", "escape")
    assert not screen.asked(wire.Approve)


def test_keys_are_ignored_for_400_ms():
    assert Guard.span_s == 0.4


async def test_y_right_behind_a_is_ignored(peer, show, monkeypatch):
    screen = await approving(show, peer)
    await screen.press("a")
    monkeypatch.setattr(Guard, "span_s", 60)
    await screen.press("y")
    await screen.until(lambda: isinstance(screen.app.screen, ConfirmApprove))
    await screen.press("y")
    assert not screen.asked(wire.Approve)
    monkeypatch.undo()
    await screen.unguarded()
    await screen.press("y")
    await screen.until(lambda: bool(screen.asked(wire.Approve)))


async def test_y_that_was_pressed_early_does_not_come_of_age_while_it_waits(peer, show):
    screen = await approving(show, peer)
    early = Key("y", "y")
    await screen.press("a")
    await screen.until(lambda: isinstance(screen.app.screen, ConfirmApprove))
    await screen.unguarded()
    screen.app.screen.post_message(early)
    await screen.pilot.pause()
    assert not screen.asked(wire.Approve)
    assert isinstance(screen.app.screen, ConfirmApprove)


async def test_a_right_after_the_screen_came_back_is_ignored(peer, show, monkeypatch):
    screen = await approving(show, peer)
    monkeypatch.setattr(Guard, "span_s", 60)
    await screen.press("question_mark")
    await screen.press("escape", "a")
    await screen.pilot.pause(0.1)
    assert isinstance(screen.app.screen, ApprovalsScreen)


async def test_esc_leaves_without_a_decision(peer, show):
    screen = await approving(show, peer)
    await screen.press("a")
    await screen.unguarded()
    await screen.press("escape")
    await screen.until(lambda: isinstance(screen.app.screen, ApprovalsScreen))
    await screen.press("y")
    assert not screen.asked(wire.Approve)


async def test_a_comment_goes_with_the_yes(peer, show):
    screen = await approving(show, peer)
    await screen.press("a")
    await screen.unguarded()
    await screen.press("c", *"yes y", "enter")
    assert not screen.asked(wire.Approve)
    await screen.press("y")
    await screen.until(lambda: bool(screen.asked(wire.Approve)))
    assert screen.asked(wire.Approve)[0].comment == "yes y"


async def test_what_was_not_counted_in_production_takes_the_targets_name(peer, show):
    peer.requests = [summary("req-7f3a", effect="drop")]
    screen = await show(120, 40)
    await screen.opened()
    await screen.press("a")
    await screen.unguarded()
    await screen.press("y", "enter")
    assert not screen.asked(wire.Approve)
    await screen.press(*"shop-prod", "enter")
    assert not screen.asked(wire.Approve)
    await screen.press("y")
    await screen.until(lambda: bool(screen.asked(wire.Approve)))


async def test_a_counted_delete_in_production_takes_two_keys(peer, show):
    peer.requests = [summary("req-7f3a", effect="delete", rows=5000)]
    screen = await show(120, 40)
    await screen.opened()
    await screen.press("a")
    await screen.unguarded()
    await screen.press("y")
    await screen.until(lambda: bool(screen.asked(wire.Approve)))


async def test_a_long_statement_must_be_read_to_its_end_first(peer, show):
    peer.requests = [summary("req-7f3a", rows=12)]
    peer.texts["req-7f3a"] = "\n".join(f"-- line {number}" for number in range(200))
    screen = await show(80, 24)
    await screen.opened()
    await screen.press("a")
    await screen.until_text("Read the whole statement first")
    await screen.press("enter", "G")
    await screen.until(lambda: screen.detail.has_seen_all)
    await screen.press("a")
    await screen.until(lambda: isinstance(screen.app.screen, ConfirmApprove))
    assert "Read the whole statement first" not in screen.text


async def test_what_was_said_of_a_request_goes_with_it(peer, show):
    screen = await queue_of(show, peer, "a", "b")
    await screen.opened()
    await screen.press("u")
    await screen.until_text("there is no yes to take back")
    await screen.press("j")
    await screen.until(lambda: "there is no yes to take back" not in screen.text)


async def test_what_may_not_be_decided_says_why(peer, show):
    peer.requests = [summary("req-7f3a", may_decide=False, why_not="It is your own.")]
    screen = await show(80, 24)
    await screen.opened()
    await screen.press("a")
    await screen.until_text("!  It is your own.")
    await screen.press("d")
    assert isinstance(screen.app.screen, ApprovalsScreen)


async def test_a_refusal_is_shown_in_the_servers_words(peer, show):
    peer.refusals[wire.Approve] = "The request is already denied. carol decided at 12:00:01 UTC."
    screen = await approving(show, peer)
    await screen.press("a")
    await screen.unguarded()
    await screen.press("y")
    await screen.until_text("carol decided")


# --- denying and taking back ---


async def test_a_denial_needs_a_reason(peer, show):
    screen = await approving(show, peer)
    await screen.press("d")
    await screen.until(lambda: isinstance(screen.app.screen, AskReason))
    await screen.unguarded()
    await screen.press("enter")
    await screen.until_text("A reason is needed")
    assert not screen.asked(wire.Deny)
    await screen.press(*"no way", "enter")
    await screen.until_text("Deny done.")
    assert screen.asked(wire.Deny)[0].reason == "no way"


@pytest.mark.parametrize("size", SIZES)
async def test_a_digit_takes_a_ready_reason(peer, show, size):
    peer.requests = [summary("req-7f3a")]
    screen = await show(*size)
    await screen.opened()
    await screen.press("d")
    await screen.unguarded()
    await screen.press("4", "enter")
    await screen.until(lambda: bool(screen.asked(wire.Deny)))
    assert screen.asked(wire.Deny)[0].reason == "Try it on staging first."


@pytest.mark.parametrize("state", [ApprovalState.APPROVED, ApprovalState.RUNNING])
async def test_a_yes_that_has_not_run_to_its_end_is_taken_back(peer, show, state):
    peer.requests = [summary("req-7f3a", state=state, may_decide=False, why_not="Approved.")]
    screen = await show(120, 40)
    await screen.opened()
    await screen.press("u")
    await screen.unguarded()
    await screen.press(*"wrong", "enter")
    await screen.until(lambda: bool(screen.asked(wire.Revoke)))


async def test_there_is_nothing_to_take_back_of_a_pending_request(peer, show):
    screen = await approving(show, peer)
    await screen.press("u")
    await screen.until_text("no yes to take back")


# --- the cursor is an id ---


async def queue_of(show, peer, *ids):
    peer.requests = [summary(one) for one in ids]
    screen = await show(80, 24)
    await screen.until(lambda: screen.queue.row_count == len(ids))
    return screen


def line_of_cursor(screen):
    return next(index for index, line in enumerate(screen.lines) if line.startswith("▶"))


async def test_new_requests_do_not_move_the_row_under_the_cursor(peer, show):
    screen = await queue_of(show, peer, "b", "c")
    await screen.press("j")
    place = line_of_cursor(screen)
    peer.requests = [summary("a"), *peer.requests, summary("d")]
    await peer.push_requests()
    await screen.until(lambda: screen.queue.row_count == 4)
    assert (screen.queue.cursor_key, line_of_cursor(screen)) == ("c", place)


async def test_a_request_that_leaves_does_not_move_the_row_under_the_cursor(peer, show):
    screen = await queue_of(show, peer, "a", "b", "c", "d")
    await screen.press("j", "j")
    place = line_of_cursor(screen)
    peer.requests = [summary("c")]
    await peer.push_requests()
    await screen.until(lambda: screen.queue.row_count == 1)
    assert (screen.queue.cursor_key, line_of_cursor(screen)) == ("c", place)
    await screen.press("k")
    assert line_of_cursor(screen) == 2


async def test_the_request_under_the_cursor_that_leaves_is_not_replaced_by_its_neighbour(
    peer, show
):
    screen = await queue_of(show, peer, "a", "b")
    await screen.opened()
    peer.requests = [summary("b")]
    await peer.push_requests()
    await screen.until(lambda: screen.queue.row_count == 1)
    await screen.press("a")
    await screen.pilot.pause(0.1)
    assert isinstance(screen.app.screen, ApprovalsScreen)
    gone = screen.lines[line_of_cursor(screen)]
    assert gone.startswith("▶✗"), "told without any colour"
    assert "settled" in gone
    assert "decide" not in gone
    await screen.press("j")
    assert screen.queue.cursor_key == "b"
    assert "✗" not in screen.lines[line_of_cursor(screen)]


async def test_an_open_request_has_the_room_and_its_row_stays_in_sight(peer, show):
    screen = await queue_of(show, peer, *"abcdefgh")
    await screen.press("G")
    height = screen.detail.size.height
    await screen.press("enter")
    assert screen.detail.size.height >= height + 4
    assert "h" in screen.lines[line_of_cursor(screen)]
    await screen.press("escape")
    assert screen.detail.size.height == height


async def test_a_confirm_acts_on_the_id_it_names_whatever_the_list_does(peer, show):
    screen = await queue_of(show, peer, "a", "b")
    await screen.opened()
    await screen.press("a")
    await screen.until(lambda: isinstance(screen.app.screen, ConfirmApprove))
    peer.requests = [summary("b"), summary("z")]
    await peer.push_requests()
    await screen.unguarded()
    await screen.press("y")
    await screen.until(lambda: bool(screen.asked(wire.Approve)))
    assert screen.asked(wire.Approve)[0].id == "a"


async def test_an_expired_request_leaves_by_itself(peer, show):
    peer.requests = [
        summary("a"),
        summary("b", expires_at=START + timedelta(seconds=1.5)),
    ]
    screen = await show(80, 24)
    await screen.until(lambda: screen.queue.row_count == 2)
    await screen.until(lambda: screen.queue.row_count == 1)


async def test_age_and_expiry_count(peer, show):
    screen = await queue_of(show, peer, "a")
    assert "13m5" in screen.lines[2]
    before = screen.lines[2]
    await screen.until(lambda: screen.lines[2] != before)


async def test_a_changed_request_is_fetched_again(peer, show):
    screen = await queue_of(show, peer, "a")
    await screen.opened()
    peer.requests = [dataclasses.replace(peer.requests[0], approved_by=("carol",))]
    await peer.push_requests()
    await screen.until(lambda: len(screen.asked(wire.ShowRequest)) == 2)


async def test_the_bell_rings_once_for_what_is_new(peer, show):
    screen = await queue_of(show, peer, "a")
    rings = []
    screen.app.bell = lambda: rings.append(1)
    await peer.push_requests()
    peer.requests.append(summary("b"))
    await peer.push_requests()
    await screen.until(lambda: screen.queue.row_count == 2)
    assert rings == [1]


# --- the rest of the screen ---


async def test_the_footer_names_at_most_seven_keys(show):
    screen = await show(120, 40)
    assert len(ApprovalsScreen.KEYS) <= 7
    await screen.press("s")
    assert len(screen.app.screen.KEYS) <= 7


async def test_help_shows_every_key(show):
    screen = await show(120, 40)
    await screen.press("question_mark")
    await screen.until_text("a then y")
    await screen.press("q")
    await screen.until_text("Approvals")


async def test_the_palette_offers_nothing_that_writes_files(show):
    screen = await show(120, 40)
    titles = [command.title for command in screen.app.get_system_commands(screen.app.screen)]
    assert titles == ["Approvals", "Sessions", "Recordings", "Help", "Quit"]
    await screen.press("ctrl+p")
    await screen.until_text("Recordings")
    assert "Screenshot" not in screen.text
    assert "Theme" not in screen.text


async def test_an_auditor_is_shown_that_they_only_look(peer, show):
    peer.roles = (Role.AUDITOR,)
    peer.requests = [summary("a", may_decide=False, why_not="Auditors only read.")]
    screen = await show(80, 24)
    await screen.until_text("look")
    await screen.until_text("0 for you, 1 open")


async def test_q_leaves(show):
    screen = await show(80, 24)
    await screen.press("q")
    await screen.until(lambda: not screen.app.is_running)
    assert screen.app.return_code == 0


async def test_the_end_of_the_socket_ends_the_application(peer, show):
    screen = await show(80, 24)
    await peer.close()
    await screen.until(lambda: not screen.app.is_running)
    assert screen.app.return_value == "The bastion has ended this session."


async def test_the_servers_last_word_is_the_applications(peer, show):
    screen = await show(80, 24)
    await peer.send(wire.Bye(reason="bob, your account was disabled."))
    await screen.until(lambda: not screen.app.is_running)
    assert screen.app.return_value == "bob, your account was disabled."


async def test_a_notice_of_the_server_is_shown(peer, show):
    screen = await show(80, 24)
    await peer.send(wire.Notice(text="This session ends in 60 s."))
    await screen.until_text("This session ends in 60 s.")


async def test_a_reviewer_sees_rows_before_and_after_behind_the_statement(peer, show, monkeypatch):
    rows = (SampleRow(key=("7",), before=("old \x1b[31m", None), after=("new", "b•••@e•••.com")),)
    shown = Sample(
        key_columns=("id",), columns=("state", "email"), rows=rows, masked=(("email", "email"),)
    )
    keys = KeySet(columns=("id",), count=12, digest="3f2a9c1d" * 8)
    one = summary("req-7f3a", rows=12)
    peer.requests = [one]
    plain = review_peer.detail
    monkeypatch.setattr(
        review_peer, "detail", lambda of, text="": plain(of, text, keys=keys, sample=shown)
    )
    screen = await show(80, 24)
    await screen.opened()
    lines = [line.plain for line in screen.detail._lines]
    assert any("12 rows by id, digest 3f2a9c1d3f2a" in line for line in lines)
    statement = next(at for at, line in enumerate(lines) if "DELETE FROM orders" in line)
    row = next(at for at, line in enumerate(lines) if "id 7: state old" in line)
    assert statement < row
    assert "→ new, email NULL → b•••@e•••.com" in lines[row]
    assert "\x1b" not in lines[row]
    assert "masked: email (email)" in lines[row + 1]
