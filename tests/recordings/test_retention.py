"""Two persons delete what is over and not held, and the audit log proves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from recordings.audit import DELETED, read_rows, verify_audit
from recordings.errors import FormatError
from recordings.retention import (
    Due,
    KeepPolicy,
    delete,
    find_proposal,
    hold,
    holds,
    propose,
    release,
)
from recordings.verify import verify_all, verify_file
from tests.recordings.conftest import DAY, Desk, due


def ids(found: Due) -> list[str]:
    return [entry.session_id for entry in found.entries]


@pytest.fixture
async def old(desk: Desk) -> list[Path]:
    """Three sealed recordings, 101 days ago, a crashed one, and one of today."""
    paths = [await desk.sealed(name) for name in ("a", "b", "c")]
    await desk.open("crashed")
    desk.journal.close()
    desk.journal = desk.new_journal()
    desk.journal.recover(lambda _: False)
    desk.clock.advance(101 * DAY)
    await desk.sealed("today")
    return paths


def confirm(desk: Desk, proposal_id: str, by: str = "bob") -> list[str]:
    proposal = find_proposal(desk.audit, proposal_id, by=by, now=desk.clock.now())
    done = delete(desk.audit, desk.public, proposal, due(desk), by=by)
    return [session_id for session_id, fault in done if not fault]


async def test_what_is_over_is_deleted_by_two_and_proven(desk: Desk, old: list[Path]):
    assert ids(due(desk)) == ["crashed", "a", "b", "c"] or set(ids(due(desk))) == {
        "a",
        "b",
        "c",
        "crashed",
    }
    proposal = propose(desk.audit, due(desk), by="alice", reason="over")
    assert set(confirm(desk, proposal)) == {"a", "b", "c", "crashed"}
    assert not any(path.exists() for path in old)
    for name in ("a", "crashed"):
        report = verify_file(Path(name), desk.key_path, desk.audit_path)
        assert (report.exit_code, report.state) == (0, "deleted")
        assert "deleted by retention, proven" in report.message
    assert verify_audit(desk.audit_path, desk.public).is_ok
    reports = [report for _, report in verify_all(desk.root, desk.public, desk.audit_path)]
    assert sorted(one.state for one in reports) == ["deleted"] * 4 + ["sealed"]
    row = next(row for row in read_rows(desk.audit_path) if row.event == DELETED)
    assert (row.fields["proposed_by"], row.fields["by"], row.fields["reason"]) == (
        "alice",
        "bob",
        "over",
    )


async def test_nobody_deletes_alone(desk: Desk, old: list[Path]):
    proposal = propose(desk.audit, due(desk), by="alice", reason="over")
    with pytest.raises(FormatError, match="second person"):
        confirm(desk, proposal, by="alice")
    with pytest.raises(FormatError, match="no proposal"):
        confirm(desk, "1-0000")
    desk.clock.advance(8 * DAY)
    with pytest.raises(FormatError, match="older than"):
        confirm(desk, proposal)
    assert all(path.exists() for path in old)


async def test_a_hold_beats_everything_even_when_it_comes_late(desk: Desk, old: list[Path]):
    hold(desk.audit, "a", by="carol", reason="lawsuit")
    found = due(desk)
    assert "a" not in ids(found)
    assert found.kept == {"a": "lawsuit"}
    proposal = propose(desk.audit, found, by="alice", reason="over")
    hold(desk.audit, "b", by="carol", reason="lawsuit")
    assert set(confirm(desk, proposal)) == {"c", "crashed"}
    assert [path.exists() for path in old] == [True, True, False]
    release(desk.audit, "b", by="carol", reason="settled")
    assert confirm(desk, proposal) == [], "whoever proposed it did not know of the hold"
    again = propose(desk.audit, due(desk), by="alice", reason="over")
    assert confirm(desk, again) == ["b"]
    assert holds(desk.audit_path) == {"a": "lawsuit"}
    with pytest.raises(FormatError, match="no hold"):
        release(desk.audit, "b", by="carol", reason="again")
    with pytest.raises(FormatError, match="no session"):
        hold(desk.audit, "unknown", by="carol", reason="x")


async def test_only_what_was_proposed_and_is_still_due_goes(desk: Desk, old: list[Path]):
    found = due(desk)
    few = Due(entries=found.entries[:1], kept={})
    proposal = propose(desk.audit, few, by="alice", reason="over")
    later = find_proposal(desk.audit, proposal, by="bob", now=desk.clock.now())
    longer = due(desk, KeepPolicy(days=100, by_target={"shop-prod": 400}))
    assert ids(longer) == []
    assert list(delete(desk.audit, desk.public, later, longer, by="bob")) == []
    assert confirm(desk, proposal) == [found.entries[0].session_id]
    assert ids(due(desk, KeepPolicy())) == []


async def test_a_deletion_that_was_broken_off_is_finished(desk: Desk, old: list[Path]):
    proposal = propose(desk.audit, due(desk), by="alice", reason="over")
    data = old[0].read_bytes()
    confirm(desk, proposal)
    old[0].write_bytes(data)
    assert confirm(desk, proposal) == ["a"]
    assert not old[0].exists()
    rows = [row.fields["session"] for row in read_rows(desk.audit_path) if row.event == DELETED]
    assert sorted(rows) == ["a", "b", "c", "crashed"]


async def test_without_a_right_tombstone_what_is_gone_is_missing(desk: Desk, old: list[Path]):
    old[0].unlink()
    assert verify_file(Path("a"), desk.key_path, desk.audit_path).exit_code == 2
    ended = {"session": "b", "frame": 1, "head": "00" * 32, "bytes": 5}
    desk.audit.record(DELETED, ended)
    old[1].unlink()
    report = verify_file(Path("b"), desk.key_path, desk.audit_path)
    assert (report.exit_code, "not what had been recorded" in report.message) == (1, True)
    states = {one.session_id: one for _, one in verify_all(desk.root, desk.public, desk.audit_path)}
    assert sum(not one.is_ok for one in states.values()) >= 1


async def test_what_was_changed_is_not_hidden_by_deleting_it(desk: Desk, old: list[Path]):
    proposal = propose(desk.audit, due(desk), by="alice", reason="over")
    old[0].write_bytes(old[0].read_bytes().replace(b"customers", b"cusTomers"))
    found = find_proposal(desk.audit, proposal, by="bob", now=desk.clock.now())
    done = dict(delete(desk.audit, desk.public, found, due(desk), by="bob"))
    assert "first bad frame" in done.pop("a")
    assert set(done.values()) == {""}
    assert [path.exists() for path in old] == [True, False, False]


async def test_a_live_recording_is_never_due(desk: Desk):
    await desk.open("live")
    desk.clock.advance(1000 * DAY)
    assert ids(due(desk)) == []
