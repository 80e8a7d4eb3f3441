"""Ways around legal holds, retention, clocks and indexes: each is refused, or told afterwards."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest

from recordings.__main__ import main
from recordings.archive import archivable, archive
from recordings.audit import DELETED, ERASED, read_rows, verify_audit
from recordings.catalog import Catalog, about_path
from recordings.derived import search_path
from recordings.encrypted import key_path
from recordings.erasure import erase, find_erasure, propose_erasure
from recordings.errors import FormatError
from recordings.query import parse_query
from recordings.redact import Redaction, redact
from recordings.retention import (
    KeepPolicy,
    delete,
    find_proposal,
    hold,
    holds,
    propose,
    release,
)
from recordings.search import SearchIndex
from recordings.verify import take_stock, verify_all, verify_file
from tests.recordings.conftest import DAY, POLICY, Desk, due


def proposed(desk: Desk, policy: KeepPolicy = POLICY, by: str = "alice") -> str:
    return propose(desk.audit, due(desk, policy), by=by, reason="over")


def confirmed(desk: Desk, proposal_id: str, policy: KeepPolicy = POLICY) -> dict[str, str]:
    proposal = find_proposal(desk.audit, proposal_id, by="bob", now=desk.clock.now())
    return dict(delete(desk.audit, desk.public, proposal, due(desk, policy), by="bob"))


def verdict(desk: Desk, session_id: str) -> tuple[int, str]:
    path = Catalog(desk.root).find(session_id) or Path(session_id)
    report = verify_file(path, desk.key_path, desk.audit_path)
    return report.exit_code, report.message


@pytest.fixture
async def old(desk: Desk) -> list[Path]:
    paths = [await desk.sealed(name) for name in ("a", "b")]
    desk.clock.advance(101 * DAY)
    return paths


# Holds


def held_while_others_are_deleted(desk: Desk) -> None:
    proposal = find_proposal(desk.audit, proposed(desk), by="bob", now=desk.clock.now())
    going = delete(desk.audit, desk.public, proposal, due(desk), by="bob")
    assert next(going) == ("a", "")
    hold(desk.audit, "b", by="carol", reason="lawsuit")
    assert list(going) == [("b", "a hold keeps it: lawsuit")]


def held_and_released_after_the_proposal(desk: Desk) -> None:
    proposal = proposed(desk)
    hold(desk.audit, "b", by="carol", reason="lawsuit")
    release(desk.audit, "b", by="alice", reason="settled")
    assert "held after it had been proposed" in confirmed(desk, proposal)["b"]


def released_and_held_again(desk: Desk) -> None:
    hold(desk.audit, "b", by="carol", reason="lawsuit")
    release(desk.audit, "b", by="alice", reason="settled")
    proposal = proposed(desk)
    hold(desk.audit, "b", by="carol", reason="again")
    assert "b" not in confirmed(desk, proposal)
    assert holds(desk.audit_path) == {"b": "again"}


def held_a_second_time_to_be_released(desk: Desk) -> None:
    hold(desk.audit, "b", by="carol", reason="one")
    hold(desk.audit, "b", by="alice", reason="two")
    assert due(desk).kept == {"b": "one; two"}
    assert release(desk.audit, "b", by="alice", reason="mine is over") == "one"
    assert confirmed(desk, proposed(desk)) == {"a": ""}


def held_under_the_policy_of_one_target(desk: Desk) -> None:
    hold(desk.audit, "b", by="carol", reason="lawsuit")
    policy = KeepPolicy(days=0, by_target={"shop-prod": 1})
    assert [one.session_id for one in due(desk, policy).entries] == ["a"]


def encrypted_to_somebody_else(desk: Desk) -> None:
    hold(desk.audit, "b", by="carol", reason="lawsuit")
    throwaway = str(pyrage.x25519.Identity.generate().to_public())
    _, entry = archivable(Catalog(desk.root), before=desk.clock.now())
    with pytest.raises(FormatError, match="A hold keeps b readable"):
        archive(entry, desk.public, desk.audit, recipients=[throwaway], by="alice")
    # Packing it takes nothing from anybody.
    archive(entry, desk.public, desk.audit, by="alice")


def encrypted_while_the_hold_comes(desk: Desk) -> None:
    throwaway = str(pyrage.x25519.Identity.generate().to_public())
    _, entry = archivable(Catalog(desk.root), before=desk.clock.now())

    def late(step: str) -> None:
        if step == "written":
            hold(desk.audit, "b", by="carol", reason="lawsuit")

    with pytest.raises(FormatError, match="A hold keeps b readable"):
        archive(entry, desk.public, desk.audit, recipients=[throwaway], by="alice", checkpoint=late)
    assert not about_path(entry.path).exists()


def proposed_in_the_name_of_another_id(desk: Desk) -> None:
    hold(desk.audit, "b", by="carol", reason="lawsuit")
    for name in ("B", "b ", "./b", "b.cast", "*"):
        fields = {"by": "alice", "reason": "x", "sessions": name, "keep_days": "1"}
        desk.audit.record("recording.expiry_proposed", fields)
        row = list(read_rows(desk.audit_path))[-1]
        assert "b" not in confirmed(desk, row.id)


def redacted_under_hold(desk: Desk) -> None:
    hold(desk.audit, "b", by="carol", reason="lawsuit")
    path = desk.root / "2026/03/01/b.cast"
    copy = b"".join(redact(path, Redaction(statements=frozenset({1}))))
    (desk.folder / "b-for-court.cast").write_bytes(copy)
    before = path.read_bytes()
    path.write_bytes(copy)
    assert "it is a redacted copy, not the recording" in verdict(desk, "b")[1]
    path.write_bytes(before)


def a_hold_on_nothing(desk: Desk) -> None:
    hold(desk.audit, "b", by="carol", reason="lawsuit")
    assert confirmed(desk, proposed(desk)) == {"a": ""}
    with pytest.raises(FormatError, match="a was deleted by retention"):
        hold(desk.audit, "a", by="carol", reason="too late")
    with pytest.raises(FormatError, match="knows no session c"):
        hold(desk.audit, "c", by="carol", reason="x")
    with pytest.raises(FormatError, match="no hold on a"):
        release(desk.audit, "a", by="alice", reason="x")


@pytest.mark.parametrize(
    "attack",
    [
        held_while_others_are_deleted,
        held_and_released_after_the_proposal,
        released_and_held_again,
        held_a_second_time_to_be_released,
        held_under_the_policy_of_one_target,
        encrypted_to_somebody_else,
        encrypted_while_the_hold_comes,
        proposed_in_the_name_of_another_id,
        redacted_under_hold,
        a_hold_on_nothing,
    ],
)
async def test_a_hold_keeps(desk: Desk, old: list[Path], attack: Callable[[Desk], None]):
    attack(desk)
    assert verdict(desk, "b")[0] == 0
    assert "sealed and whole" in verdict(desk, "b")[1]
    assert verify_audit(desk.audit_path, desk.public).is_ok


@pytest.mark.parametrize("desk", ["encrypted"], indirect=True)
async def test_a_hold_keeps_the_key_and_says_where_it_is_gone(desk: Desk, old: list[Path]):
    def asked(session_id: str, path: Path) -> str:
        return propose_erasure(desk.audit, path, session_id, by="alice", why="asked")

    def done(proposal_id: str) -> dict[str, str]:
        found = find_erasure(desk.audit, proposal_id, by="bob", now=desk.clock.now())
        return dict(erase(desk.audit, desk.public, found, Catalog(desk.root), by="bob"))

    early = asked("a", old[0])
    assert hold(desk.audit, "a", by="carol", reason="lawsuit")
    with pytest.raises(FormatError, match="A legal hold keeps a"):
        asked("a", old[0])
    assert done(early)["a"] == "a hold keeps it: lawsuit"
    release(desk.audit, "a", by="alice", reason="settled")
    assert "held after it had been proposed" in done(early)["a"]
    assert key_path(old[0]).exists()
    # Each kind of proposal counts for its own kind of act alone.
    erasure, expiry = asked("b", old[1]), proposed(desk)
    with pytest.raises(FormatError, match="no proposal"):
        confirmed(desk, erasure)
    with pytest.raises(FormatError, match="no proposal"):
        done(expiry)
    with pytest.raises(FormatError, match="second person"):
        find_erasure(desk.audit, erasure, by="alice", now=desk.clock.now())
    assert done(erasure) == {"b": ""}
    assert not hold(desk.audit, "b", by="carol", reason="too late"), "there is nothing to read"
    # By hand: told at once.
    key_path(old[0]).unlink()
    assert "its key is missing, and not erased on record" in verdict(desk, "a")[1]
    assert len([row for row in read_rows(desk.audit_path) if row.event == ERASED]) == 1


# Time


def test_a_clock_that_ran_ahead_is_found_once_it_is_right_again(desk: Desk, old: list[Path]):
    now = desk.clock.now()
    desk.clock.set_wall(now + timedelta(days=4000))
    policy = KeepPolicy(days=3650)
    assert confirmed(desk, proposed(desk, policy), policy) == {"a": "", "b": ""}
    assert verdict(desk, "a")[0] == 0, "as long as it is not set back, nobody here can tell"
    desk.clock.set_wall(now)
    desk.audit.record("login.accepted", {"user": "eve"})
    code, words = verdict(desk, "a")
    assert (code, "deleted before its time" in words) == (1, True)
    report = verify_audit(desk.audit_path, desk.public)
    assert report.is_ok
    assert [one.row for one in report.set_back] == [report.rows]


@pytest.mark.parametrize("step_s", [30, 600, 3600])
def test_small_steps_back_are_summed(desk: Desk, old: list[Path], step_s: int):
    for _ in range(20):
        desk.clock.set_wall(desk.clock.now() - timedelta(seconds=step_s))
        desk.audit.record("login.accepted", {"user": "eve"})
    assert verify_audit(desk.audit_path, desk.public).set_back


def test_a_clock_that_is_corrected_by_seconds_is_no_news(desk: Desk, old: list[Path]):
    for _ in range(20):
        desk.clock.set_wall(desk.clock.now() - timedelta(seconds=1))
        desk.audit.record("login.accepted", {"user": "eve"})
        desk.clock.advance(60)
    assert verify_audit(desk.audit_path, desk.public).set_back == []


def test_a_proposal_is_of_seven_days_in_both_directions(desk: Desk, old: list[Path]):
    now, proposal = desk.clock.now(), proposed(desk)
    desk.clock.set_wall(now - timedelta(days=1))
    with pytest.raises(FormatError, match="the clock was set back since"):
        confirmed(desk, proposal)
    desk.clock.set_wall(now + timedelta(days=8))
    with pytest.raises(FormatError, match="older than"):
        confirmed(desk, proposal)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"keep_days": 1, "kept_until": "2026-03-01T13:00:00+00:00"}, "later than"),
        ({"keep_days": 400, "kept_until": "2026-06-01T13:00:00+00:00"}, "later than"),
        ({"keep_days": 400, "kept_until": "2027-06-01T13:00:00+00:00"}, "before its time"),
        ({"frame": 1}, "not what had been recorded"),
        ({"head": "00" * 32}, "not what had been recorded"),
        ({"bytes": 1}, "not what had been recorded"),
    ],
)
def test_a_tombstone_that_the_log_itself_denies(
    desk: Desk, old: list[Path], fields: dict[str, str | int], words: str
):
    marks = verify_audit(desk.audit_path, desk.public).sessions["a"].sealed
    assert marks is not None
    true = {"frame": marks.frame, "head": marks.head, "bytes": marks.length_bytes}
    desk.audit.record(DELETED, {"session": "a", "by": "x", **true, **fields})
    old[0].unlink()
    code, said = verdict(desk, "a")
    assert (code, words in said) == (1, True), said


@pytest.mark.parametrize("desk", ["plain", "encrypted"], indirect=True)
async def test_what_comes_back_behind_its_tombstone_is_told_and_goes_again(
    desk: Desk, old: list[Path]
):
    copy = desk.folder / "copy"
    shutil.copytree(old[0].parent, copy)
    proposal = proposed(desk)
    assert confirmed(desk, proposal) == {"a": "", "b": ""}
    assert verdict(desk, "a") == (0, verdict(desk, "a")[1])
    for path in copy.iterdir():
        shutil.copy(path, old[0].parent)
    code, said = verdict(desk, "a")
    assert (code, "deleted on record, and is there again: delete it again" in said) == (1, True)
    told = dict(verify_all(desk.root, desk.public, desk.audit_path))
    assert [(one.exit_code, one.state) for one in told.values()] == [(1, "returned")] * 2
    # Copies elsewhere may be; that the recording itself is gone stands beside.
    elsewhere = verify_file(copy / "a.cast", desk.key_path, desk.audit_path)
    assert (elsewhere.state, "deleted on record" in elsewhere.message) == ("sealed", True)
    # Changed, it is left for somebody to look into; else it goes by the same proposal.
    old[0].write_bytes(old[0].read_bytes()[:-9])
    done = confirmed(desk, proposal)
    assert (bool(done["a"]), done["b"]) == (True, "")
    assert [old[0].exists(), old[1].exists()] == [True, False]
    assert verdict(desk, "b")[0] == 0


def test_a_shorter_term_is_on_record_before_the_second_person_confirms(desk: Desk, old: list[Path]):
    policy = KeepPolicy(days=2)
    proposal = proposed(desk, policy)
    rows = {row.event: row for row in read_rows(desk.audit_path)}
    assert rows["recording.expiry_proposed"].fields["keep_days"] == "2"
    confirmed(desk, proposal, policy)
    assert "after 2 days" in verdict(desk, "a")[1]


@pytest.mark.parametrize(
    "change",
    [
        {"duration_s": -1e9},
        {"started_at": "1999-01-01T00:00:00+00:00"},
        {"target": "short"},
        {"session_id": "b"},
        {"user": "nobody"},
    ],
)
async def test_lies_of_the_list_make_nothing_due(desk: Desk, change: dict[str, object]):
    """What lists show of an encrypted archive can be written by anybody who can write there."""
    await desk.sealed("a")
    (entry,) = archivable(Catalog(desk.root), before=desk.clock.now())
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    done = archive(entry, desk.public, desk.audit, recipients=[recipient], by="x")
    about = json.loads(about_path(done.path).read_bytes())
    for name, value in change.items():
        (about if name in about else about["header"])[name] = value
    about_path(done.path).write_text(json.dumps(about))
    desk.clock.advance(5 * DAY)
    policy = KeepPolicy(days=100, by_target={"short": 1})
    found = due(desk, policy)
    if found.entries:
        proposal = propose(desk.audit, found, by="alice", reason="over")
        assert all(confirmed(desk, proposal, policy).values())
    assert done.path.exists()
    code, words = verdict(desk, "a")
    assert (code, "about.json was changed" in words) == (1, True)


# What is gone, what is strange, and folders of others


@pytest.mark.parametrize("what", ["gone", "unknown", "renamed", "moved", "swapped", "cut"])
async def test_one_look_at_all_of_it_tells(
    desk: Desk, old: list[Path], what: str, capsys: pytest.CaptureFixture[str]
):
    command = ["verify", str(desk.root), "--key", str(desk.key_path)]
    assert main([*command, "--audit", str(desk.audit_path)]) == 0
    assert "2 recordings: 2 sealed" in capsys.readouterr().out
    a, b = old
    match what:
        case "gone":
            a.unlink()
        case "unknown":
            shutil.copy(a, a.with_name("x.cast"))
        case "renamed":
            a.rename(a.with_name("x.cast"))
        case "moved":
            (desk.root / "2026/04/01").mkdir(parents=True)
            a.rename(desk.root / "2026/04/01/a.cast")
        case "swapped":
            shutil.copy(b, a)
        case _:
            a.write_bytes(a.read_bytes()[:-300])
    assert main(command) == 1
    said = capsys.readouterr().err
    assert "1 not right" in said or "2 not right" in said
    stock = take_stock(desk.root, desk.public, desk.audit_path)
    assert (stock.gone, stock.unknown) == (
        ("a",) if what in {"gone", "renamed"} else (),
        ("x",) if what in {"unknown", "renamed"} else (),
    )


async def test_what_a_copied_installation_records_is_strange_to_the_first(
    desk: Desk, tmp_path: Path, old: list[Path]
):
    twin_folder = tmp_path.with_name(f"{tmp_path.name}-twin")
    keys = shutil.ignore_patterns("signing.key", "recording.pub")
    shutil.copytree(tmp_path, twin_folder, ignore=keys)
    twin = Desk(twin_folder, key=desk.key, clock=desk.clock)
    stranger = await twin.sealed("stranger")
    twin.journal.close()
    await desk.sealed("own")
    assert all(one.is_ok for _, one in verify_all(twin.root, twin.public, twin.audit_path))
    target = desk.root.joinpath(*stranger.parts[-4:])
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(stranger, target)
    assert "does not know this session" in verdict(desk, "stranger")[1]
    # With the twin's log in place of one's own, what one recorded meanwhile is strange.
    for name in ("audit.log", "audit.log.head"):
        shutil.copy(twin_folder / name, tmp_path / name)
    assert "does not know this session" in verdict(desk, "own")[1]


async def test_two_journals_on_one_folder_leave_each_other_alone(desk: Desk):
    writer = await desk.open("live")
    other = desk.new_journal()
    assert list(other.recover(lambda _: False)) == []
    other.close()
    await writer.seal("logout")
    assert verdict(desk, "live")[0] == 0


# Copies that are handed on


async def test_no_part_of_a_redacted_copy_passes_for_another(desk: Desk, old: list[Path]):
    a, b = (b"".join(redact(path, Redaction(statements=frozenset({2})))) for path in old)
    lines = a.splitlines(keepends=True)
    removed = [at for at, line in enumerate(lines) if b'"R"' in line or b'"-"' in line]
    other = b.splitlines(keepends=True)
    attempts = {
        "another's whole": b,
        "another's seal": b"".join([*lines[:-1], other[-1]]),
        "another's header": b"".join([other[0], *lines[1:]]),
        "another's line": b"".join([*lines[:5], other[5], *lines[6:]]),
        "two lines changed places": b"".join([*lines[:5], lines[6], lines[5], *lines[7:]]),
        "a line twice": b"".join([*lines[:6], lines[5], *lines[6:]]),
        "a line less": b"".join([*lines[:5], *lines[6:]]),
    }
    if len(removed) > 1:
        first, second = removed[:2]
        swapped = list(lines)
        swapped[first], swapped[second] = lines[second], lines[first]
        attempts["two commitments changed places"] = b"".join(swapped)
    copy = desk.folder / "a.cast"
    copy.write_bytes(a)
    assert verify_file(copy, desk.key_path, desk.audit_path).state == "redacted"
    for name, data in attempts.items():
        if data == a:
            continue
        copy.write_bytes(data)
        assert verify_file(copy, desk.key_path, desk.audit_path).exit_code == 1, name


@pytest.mark.parametrize("name", ["0123456789abcdef.cast", "fedcba9876543210.cast.zst"])
async def test_a_true_recording_under_the_id_of_another_is_not_right(
    desk: Desk, tmp_path: Path, name: str
):
    """Whoever is handed a file and a key, and no log, still sees whose session it is."""
    path = await desk.sealed("00000000000000aa", statements=2)
    if name.endswith("zst"):
        (entry,) = archivable(Catalog(desk.root), before=desk.clock.now())
        path = archive(entry, desk.public, desk.audit, by="x").path
    handed = tmp_path / "handed"
    handed.mkdir()
    shutil.copy(desk.key_path, handed)
    copy = shutil.copy(path, handed / name)
    report = verify_file(Path(copy), handed / "recording.pub")
    assert (report.exit_code, "another session (00000000000000aa)" in report.message) == (1, True)
    suffix = name.partition(".")[2]
    evidence = shutil.copy(path, handed / f"evidence.{suffix}")
    report = verify_file(Path(evidence), handed / "recording.pub")
    assert report.exit_code == 0
    assert "of alice on shop-prod from 2026-03-01 12:00" in report.message


# Indexes


@pytest.mark.parametrize(
    "poison",
    [
        "delete from words",
        "delete from statement",
        "update recording set user = 'nobody', person = 'nobody'",
        "update recording set session = session || 'x'",
        "update statement set position = position + 1",
        "update statement set name = name || 'x'",
        "update recording set path = (select max(path) from recording)",
        "update recording set path = replace(path, '/sessions/', '/elsewhere/')",
    ],
)
async def test_a_poisoned_index_shows_nothing_false_and_is_read_anew(
    desk: Desk, old: list[Path], poison: str
):
    index = SearchIndex(desk.root)
    query = parse_query("user:alice customers", now=desk.clock.now())

    def found() -> list[tuple[str, list[str]]]:
        hits = index.find(query)
        return [(one.entry.session_id, [hit.text for hit in one.hits]) for one in hits]

    before = found()
    assert len(before) == 2
    shutil.copytree(desk.root, desk.folder / "elsewhere")
    for path in (desk.folder / "elsewhere").rglob("*.cast"):
        path.write_bytes(path.read_bytes().replace(b"customers", b"cusTomers"))
    with sqlite3.connect(search_path(desk.root)) as database:
        database.execute(poison)
    true = dict(before)
    for session_id, texts in found():
        assert set(texts) <= set(true[session_id])
    index.begin_anew()
    assert found() == before
