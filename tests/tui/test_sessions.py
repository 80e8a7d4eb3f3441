"""Live sessions, recordings, watching and replaying, against a scripted server."""

import pytest

from bastion.wire import review as wire
from tests.fakes.review_peer import CAST, recording_entry, session_entry
from tui.screens.recordings import RecordingsScreen
from tui.screens.sessions import SessionsScreen
from tui.screens.watch import PlayerScreen
from tui.widgets.terminal import screen_text

SIZES = [(120, 40), (80, 24), (60, 20)]


async def at_sessions(peer, show, size=(80, 24)):
    peer.sessions = [session_entry("s-1"), session_entry("s-2", user="robo", is_agent=True)]
    peer.casts["s-1"] = CAST[: CAST.index(b"[41.0")]
    screen = await show(*size)
    await screen.press("s")
    await screen.until(lambda: isinstance(screen.app.screen, SessionsScreen))
    await screen.unguarded()
    return screen


async def at_replay(peer, show, size=(80, 24)):
    peer.recordings = [recording_entry("rec-1"), recording_entry("rec-2", state="crashed")]
    peer.casts = {"rec-1": CAST, "rec-2": CAST[:-40]}
    screen = await show(*size)
    await screen.press("r")
    await screen.until_text("2 found")
    await screen.press("enter")
    await screen.until(lambda: isinstance(screen.app.screen, PlayerScreen))
    await screen.until(lambda: bool(screen.app.screen.player.transcript.end_reason))
    await screen.unguarded()
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_sessions_are_listed_with_what_they_do_in_words(peer, show, size):
    screen = await at_sessions(peer, show, size)
    assert "▲ waits" in screen.text
    assert "shop-prod" in screen.text
    assert "2 open" in screen.text


async def test_no_session_is_said_in_words(show):
    screen = await show(80, 24)
    await screen.press("s")
    await screen.until_text("No session is open now.")


async def test_ending_a_session_takes_the_users_name_and_a_reason(peer, show):
    screen = await at_sessions(peer, show)
    await screen.press("K")
    await screen.unguarded()
    await screen.press("enter")
    await screen.until_text("Type alice to confirm.")
    await screen.press(*"bob", "enter")
    assert not screen.asked(wire.Kill)
    await screen.press(*["backspace"] * 3, *"alice", "enter", "enter")
    await screen.until_text("A reason is needed")
    assert not screen.asked(wire.Kill)
    await screen.press(*"OPS-1", "enter")
    await screen.until(lambda: bool(screen.asked(wire.Kill)))
    kill = screen.asked(wire.Kill)[0]
    assert (kill.session, kill.reason) == ("s-1", "OPS-1")


async def test_esc_ends_no_session(peer, show):
    screen = await at_sessions(peer, show)
    await screen.press("K")
    await screen.unguarded()
    await screen.press(*"alice", "escape", "enter")
    assert not screen.asked(wire.Kill)


async def test_watching_shows_the_terminal_live(peer, show):
    screen = await at_sessions(peer, show)
    await screen.press("w")
    await screen.until_text("alice@shop-prod=> select 1;")
    assert "● LIVE" in screen.text
    rest = CAST[CAST.index(b"[41.0") :]
    await peer.send(wire.WatchChunk(session="s-1", end_offset=len(CAST), data=rest))
    await screen.until_text("drop refused")
    await peer.send(wire.WatchEnded(session="s-1", reason="The session has ended."))
    await screen.until_text("The session has ended.")
    await screen.press("q")
    await screen.until(lambda: isinstance(screen.app.screen, SessionsScreen))
    assert screen.asked(wire.Unwatch)


async def test_a_paused_watch_stays_and_l_returns_to_the_live_end(peer, show):
    screen = await at_sessions(peer, show)
    await screen.press("w")
    await screen.until_text("alice@shop-prod=> select 1;")
    await screen.press("space")
    await screen.until_text("PAUSED")
    rest = CAST[CAST.index(b"[41.0") :]
    await peer.send(wire.WatchChunk(session="s-1", end_offset=len(CAST), data=rest))
    await screen.until(lambda: len(screen.app.screen.player.transcript.statements) == 2)
    assert "drop refused" not in screen.text
    await screen.press("l")
    await screen.until_text("drop refused")
    assert "● LIVE" in screen.text


async def test_a_refused_watch_is_said_in_words(peer, show):
    peer.refusals[wire.Watch] = "Reading sessions takes the role reviewer or auditor."
    screen = await at_sessions(peer, show)
    await screen.press("w")
    await screen.until_text("takes the role reviewer")


@pytest.mark.parametrize("size", SIZES)
async def test_recordings_are_listed_filtered_and_replayed(peer, show, size):
    peer.recordings = [recording_entry("rec-1"), recording_entry("rec-2", state="crashed")]
    screen = await show(*size)
    await screen.press("r")
    await screen.until(lambda: isinstance(screen.app.screen, RecordingsScreen))
    await screen.until_text("2 found")
    assert "! crashed" in screen.text
    await screen.press("slash", *"drop", "enter")
    await screen.until(lambda: len(screen.asked(wire.ListRecordings)) == 2)
    assert screen.asked(wire.ListRecordings)[1].query == "drop"
    await screen.until_text('with "drop"')


async def test_replay_plays_pauses_and_seeks(peer, show):
    screen = await at_replay(peer, show)
    player = screen.app.screen.player
    await screen.press("space")
    position = player.position_s
    await screen.pilot.pause(0.3)
    assert player.position_s == position
    assert "PAUSED" in screen.text
    await screen.press("0")
    assert player.position_s == 0
    await screen.press("right")
    assert player.position_s == pytest.approx(5.0)
    await screen.press("left")
    assert player.position_s == 0
    await screen.press("9")
    assert player.position_s == pytest.approx(player.transcript.length_s * 0.9)
    await screen.press("0", "full_stop")
    assert any("alice@shop-prod" in line for line in screen_text(player.screen))
    await screen.press("space")
    await screen.until(lambda: player.position_s > 0.8)


async def test_what_was_searched_for_is_where_the_replay_begins(peer, show):
    hit = wire.RecordingHit(statement=2, at_s=41.0, text="drop table t", verdict="block")
    peer.recordings = [recording_entry("rec-1", hits=(hit,))]
    peer.casts = {"rec-1": CAST}
    screen = await show()
    await screen.press("r")
    await screen.until_text("1 found")
    await screen.press("enter")
    await screen.until(lambda: isinstance(screen.app.screen, PlayerScreen))
    await screen.press("space")
    player = screen.app.screen.player
    await screen.until(lambda: len(player.transcript.statements) == 2)
    landed = player.transcript.statements[1].played_s
    assert landed <= player.position_s < landed + 3
    await screen.press("0")
    assert player.position_s == 0


async def test_speed_changes_in_steps(peer, show):
    screen = await at_replay(peer, show)
    await screen.press("greater_than_sign", "greater_than_sign")
    await screen.until_text("4x")
    await screen.press(*["less_than_sign"] * 9)
    assert screen.app.screen.speed == 0.25


async def test_an_idle_gap_is_skipped_and_shown(peer, show):
    screen = await at_replay(peer, show)
    await screen.press("space", "4")
    await screen.until_text("⏩ 00:39 idle")


async def test_the_list_of_statements_jumps(peer, show):
    screen = await at_replay(peer, show)
    await screen.press("space", "t")
    await screen.until_text("[block] drop table t")
    await screen.press("j", "enter")
    player = screen.app.screen.player
    assert player.position_s == pytest.approx(player.transcript.statements[1].played_s)
    await screen.press("left_square_bracket")
    assert player.position_s == pytest.approx(player.transcript.statements[0].played_s)
    await screen.press("right_square_bracket")
    assert player.position_s == pytest.approx(player.transcript.statements[1].played_s)


async def test_a_refused_recording_is_said_in_words(peer, show):
    peer.recordings = [recording_entry("rec-1")]
    peer.refusals[wire.OpenRecording] = "There is no recording rec-1 that you may read."
    screen = await show(80, 24)
    await screen.press("r")
    await screen.until_text("1 found")
    await screen.press("enter")
    await screen.until_text("that you may read")


async def test_a_garbled_recording_says_that_it_should_be_verified(peer, show):
    peer.recordings = [recording_entry("rec-1")]
    peer.casts = {"rec-1": CAST.replace(b'[1.1, "o"', b'[1.1; "o"')}
    screen = await show(120, 40)
    await screen.press("r")
    await screen.until_text("1 found")
    await screen.press("enter")
    await screen.until_text("1 lines cannot be read")


async def test_the_smallest_windows_do_not_crash_a_replay(peer, show):
    screen = await at_replay(peer, show)
    for columns, rows in ((1, 1), (12, 4), (59, 10), (200, 50)):
        await screen.pilot.resize_terminal(columns, rows)
        await screen.press("t", "right")
