"""What people read beside the rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastion.core.model import ErrorInfo, Finished, Impact, Status, Waiting
from bastion.frontends.narration import (
    error_text,
    hold_text,
    impact_text,
    limit_text,
    outcome_text,
    result_text,
    seconds_text,
)
from tests.fakes.clock import START


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00 s"), (0.08, "0.08 s"), (2.13, "2.1 s"), (41, "41 s"), (60, "1 min"),
        (245, "4 min 5 s"), (3600, "1 h"), (7380, "2 h 3 min"),
    ],
)  # fmt: skip
def test_spans_are_said_briefly(seconds, text):
    assert seconds_text(seconds) == text


def test_the_caret_stands_below_its_character_in_a_later_line():
    text = error_text(ErrorInfo(message="no", position=12), "select 1,\n  nam")
    assert text.splitlines()[1:] == ["LINE 2:   nam", "         ^"]


def test_the_caret_of_a_long_line_is_still_in_sight():
    text = error_text(ErrorInfo(message="no", position=1001), "x" * 2000)
    line, caret = text.splitlines()[1:3]
    assert len(line) < 130
    assert caret.index("^") < len(line)


def test_the_caret_allows_for_wide_characters():
    text = error_text(ErrorInfo(message="no", position=11), "select '日', nam")
    assert text.splitlines()[2].index("^") == len("LINE 1: select '日") + 2


@given(st.text(), st.integers(-5, 200))
def test_no_position_breaks_the_error(statement, position):
    assert error_text(ErrorInfo(message="m", position=position), statement).endswith("\n")


def waiting(**changes):
    return Waiting(
        **{
            "request_id": "r7",
            "rule": "writes",
            "text": "writes wait for somebody who has time to look at them carefully " * 2,
            "impact": Impact(effect="delete"),
            "approvers": ("ann", "bob", "carol"),
            "approvals_needed": 2,
            "expires_at": START.replace(minute=15),
            "in_transaction": False,
            **changes,
        }
    )


def test_a_hold_breaks_its_lines_between_words():
    text = hold_text(waiting(), START, closing=("Ctrl-C withdraws it",), columns=40)
    assert max(map(len, text.splitlines())) < 40
    assert "ann, bob or carol (2 of them" in text


def test_a_hold_that_nobody_can_decide_says_so():
    assert "nobody now" in hold_text(waiting(approvers=()), START, closing=())


def test_an_effect_says_whether_it_was_counted():
    counted = Impact(effect="update", tables=("a.b",), rows=1, is_measured=True)
    guessed = Impact(effect="update", tables=("a.b",), rows=2)
    assert impact_text(counted) == "update of 1 row in a.b (counted)"
    assert "estimated by the planner" in impact_text(guessed)
    assert "not measured" in impact_text(Impact(effect="ddl"))


def test_the_closing_line_keeps_waiting_and_running_apart():
    event = Finished(
        index=1, status=Status.OK, tag="DELETE 99", waited_ms=41000, elapsed_ms=80,
        approved_by=("bob",),
    )  # fmt: skip
    assert result_text(event, has_timing=True) == "DELETE 99 · waited 41 s for bob · ran 0.08 s"


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.OK])
def test_every_other_end_says_something(status):
    assert outcome_text(Finished(index=1, status=status), "select 1").strip()


def test_a_whole_result_has_no_limit_note():
    assert limit_text(Finished(index=1, status=Status.OK, row_count=5), how="x") == ""


def test_our_own_sentences_break_between_words_in_a_terminal():
    message = "Dropping or emptying tables in production is refused, whoever asks for it there."
    event = Finished(index=1, status=Status.BLOCKED, message=message)
    lines = outcome_text(event, "drop table x", columns=40).splitlines()
    assert all(len(line) < 40 for line in lines)
    assert " ".join(lines).split() == ["BLOCKED:", *message.split()]
    assert outcome_text(event, "drop table x").count("\n") == 1
