"""What many requests have in common, and what a rule asks for."""

import dataclasses
from datetime import timedelta

from bastion.core.approval import ApprovalState, Decision
from bastion.core.asking import are_alike, group_alike, report_rules
from tests.fakes.clock import START
from tests.fakes.store import draft


def request(number: int, text: str = "", **changes: object):
    made = draft(f"r{number}", START, text=text or f"delete from t where id = {number}")
    return dataclasses.replace(made, **changes)


def decided(number: int, state: ApprovalState, wait_s: int, *, yes: bool, **changes: object):
    word = Decision(
        reviewer="bob",
        person="bob",
        is_approval=yes,
        reason="",
        at=START + timedelta(seconds=wait_s),
    )
    return request(number, state=state, decisions=(word,), **changes)


def test_requests_that_differ_in_values_only_are_alike():
    assert are_alike(request(1), request(2))
    assert not are_alike(request(1), request(2, "delete from u where id = 2"))
    assert not are_alike(request(1), request(2, requester="carol"))
    assert not are_alike(request(1), request(2, rule="another"))


def test_three_alike_are_one_group_and_two_are_not():
    three = [request(1), request(5, "update t set a = 1"), request(2), request(3)]
    assert [[one.id for one in group] for group in group_alike(three)] == [
        ["r1", "r2", "r3"],
        ["r5"],
    ]
    assert [len(group) for group in group_alike(three[:3])] == [1, 1, 1]


def test_what_is_settled_is_never_folded_away():
    ended = [request(n, state=ApprovalState.EXPIRED) for n in range(4)]
    assert [len(group) for group in group_alike(ended)] == [1, 1, 1, 1]


def test_a_report_tells_of_each_rule_what_it_asked_and_what_became_of_it():
    requests = [
        *(decided(n, ApprovalState.DONE, 60 + n, yes=True) for n in range(5)),
        request(6, state=ApprovalState.EXPIRED, rule="slow"),
        decided(7, ApprovalState.DENIED, 30, yes=False, rule="slow"),
        request(8, state=ApprovalState.PENDING, rule="slow"),
        request(9, state=ApprovalState.WITHDRAWN, rule="slow"),
    ]
    always, slow = report_rules(requests)
    assert (always.asked, always.approved, always.denied) == (5, 5, 0)
    assert always.is_always_approved
    assert always.median_wait_s == 62
    assert always.shapes == (("delete from t where id = ?", 5),)
    assert slow.rule == "slow"
    assert (slow.asked, slow.denied, slow.expired, slow.withdrawn, slow.open) == (4, 1, 1, 1, 1)
    assert slow.expiry_share == 0.25
    assert not slow.is_always_approved


def test_a_few_approvals_prove_nothing():
    (report,) = report_rules([decided(1, ApprovalState.DONE, 1, yes=True)])
    assert not report.is_always_approved
