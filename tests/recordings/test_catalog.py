"""Lists and searches agree with what is in the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from recordings.catalog import Catalog
from recordings.events import Output, StatementEvent, VerdictEvent
from recordings.packed import pack
from recordings.verify import verify_all
from tests.recordings.conftest import Desk


async def record(desk: Desk, session_id: str, text: str, action: str = "allow", **fields: str):
    writer = await desk.open(session_id, **fields)
    await writer.append(
        StatementEvent(id="q1", index=1, text=text),
        VerdictEvent(statement_id="q1", action=action),
    )
    return writer


@pytest.fixture
async def catalog(desk: Desk) -> Catalog:
    """A sealed one, a day later a crashed one, and a live one."""
    sealed = await record(desk, "a", "SELECT name FROM orders", user="alice")
    await sealed.seal("logout")
    desk.clock.advance(86_400)
    crashed = await record(desk, "b", "delete from orders", "hold", user="bob")
    await crashed.append(Output(data=b"x"))
    desk.journal.close()
    desk.journal = desk.new_journal()
    desk.journal.recover(lambda _: False)
    desk.clock.advance(60)
    live = await record(desk, "c", "drop table orders", "block", target="shop-staging")
    await live.append(Output(data=b"x"))
    return Catalog(desk.root)


async def test_all_are_listed_newest_first_with_state_and_counts(desk: Desk, catalog: Catalog):
    entries = catalog.list_entries()
    assert [(entry.session_id, entry.state) for entry in entries] == [
        ("c", "live"),
        ("b", "crashed"),
        ("a", "sealed"),
    ]
    assert [(entry.statements, entry.held, entry.denied) for entry in entries] == [
        (1, 0, 1),
        (1, 1, 0),
        (1, 0, 0),
    ]
    assert entries[2].end_reason == "logout"
    assert all(entry.size_bytes == entry.path.stat().st_size for entry in entries)
    assert all(entry.duration_s >= 0 for entry in entries)
    assert catalog.list_entries(limit=2) == entries[:2]


async def test_a_list_follows_what_changes(desk: Desk, catalog: Catalog):
    catalog.list_entries()
    desk.journal.close()
    assert catalog.list_entries()[0].state == "crashed"


async def test_sessions_are_found_by_id_and_nothing_else_is(desk: Desk, catalog: Catalog):
    path = catalog.find("a")
    assert path is not None
    assert path.name == "a.cast"
    for name in ("", "none", "*", "../a", "a/../a", "?"):
        assert catalog.find(name) is None


async def test_packed_recordings_are_listed_too(desk: Desk, catalog: Catalog):
    path = catalog.find("a")
    assert path is not None
    before = catalog.entry(path)
    packed = path.with_name("a.cast.zst")
    pack(path, packed)
    path.unlink()
    assert catalog.find("a") == packed
    after = catalog.entry(packed)
    assert before is not None
    assert after is not None
    assert (after.state, after.statements, after.duration_s, after.end_reason) == (
        before.state,
        before.statements,
        before.duration_s,
        before.end_reason,
    )


async def test_what_is_no_recording_is_left_out(desk: Desk, catalog: Catalog):
    day = desk.root / "2026/03/01"
    (day / "junk.cast").write_bytes(b"\x00\x01")
    (day / "notes.txt").write_text("x")
    assert {entry.session_id for entry in catalog.list_entries()} == {"a", "b", "c"}


def test_a_missing_root_has_no_recordings(tmp_path: Path):
    catalog = Catalog(tmp_path / "none")
    assert catalog.list_entries() == ()
    assert list(catalog.paths()) == []
    assert catalog.find("a") is None


async def test_lists_and_look_ups_take_the_same_file_where_another_was_put_beside_it(desk: Desk):
    """Else one could show what the other does not verify."""
    path = await desk.sealed()
    other = await desk.sealed("s2", statements=1)
    pack(other, path.with_name("s1.cast.zst"))
    catalog = Catalog(desk.root)
    assert catalog.find("s1") == path
    assert [entry.path for entry in catalog.list_entries() if entry.path.stem[:2] == "s1"] == [path]
    assert [one for one, name in catalog.paths() if name == "s1"] == [path]
    reports = dict(verify_all(desk.root, desk.public, desk.audit_path))
    assert not reports[path.with_name("s1.cast.zst")].is_ok
