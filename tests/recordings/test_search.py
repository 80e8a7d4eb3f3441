"""A search finds what was recorded, lands on the second, and believes no index blindly."""

from __future__ import annotations

import random
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.archive import archive
from recordings.catalog import Catalog
from recordings.derived import search_path
from recordings.errors import FormatError
from recordings.events import (
    ApprovalEvent,
    OutcomeEvent,
    Output,
    StatementEvent,
    VerdictEvent,
)
from recordings.packed import pack
from recordings.query import WORDS_MAX, Query, parse_query
from recordings.reader import read_statements
from recordings.search import Found, SearchIndex, forget
from recordings.writer import TranscriptWriter
from tests.recordings.conftest import Desk

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def names(found: tuple[Found, ...]) -> list[str]:
    return [one.entry.session_id for one in found]


def numbers(found: tuple[Found, ...]) -> list[tuple[str, int]]:
    return [(one.entry.session_id, hit.index) for one in found for hit in one.hits]


async def say(
    writer: TranscriptWriter, index: int, text: str, action: str = "allow", *tables: str
) -> None:
    name = f"q{index}"
    await writer.append(
        StatementEvent(id=name, index=index, text=text),
        VerdictEvent(statement_id=name, action=action, rule="writes", tables=tables),
    )
    if action == "hold":
        await writer.append(
            ApprovalEvent(request_id="r", state="denied", statement_id=name, reviewer="bob")
        )
    await writer.append(OutcomeEvent(statement_id=name, status="ok"))


@pytest.fixture
async def desk_of_three(desk: Desk) -> Desk:
    """A sealed one, a day later a crashed one, and a live one."""
    first = await desk.open("a", user="alice", person="alice", target="shop-prod")
    await say(first, 1, "SELECT name FROM orders", "allow", "public.orders")
    await say(first, 2, "select 'it''s 100% \\ \"x\" naïve' from customers")
    await first.append(Output(data=b"shown secret\r\n"))
    await first.seal("logout")
    desk.clock.advance(86_400)
    second = await desk.open("b", user="bob", person="bob", target="shop-prod")
    await say(second, 1, "delete from orders where id = 7", "hold", "shop.public.orders")
    desk.journal.close()
    desk.journal = desk.new_journal()
    desk.journal.recover(lambda _: False)
    desk.clock.advance(60)
    third = await desk.open("c", user="carla", person="carla", target="shop-staging")
    await say(third, 1, "drop table orders_old", "block", "orders_old")
    return desk


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ORDERS", [("c", 1), ("b", 1), ("a", 1)]),
        ("rders", [("c", 1), ("b", 1), ("a", 1)]),
        ("delete orders", [("b", 1)]),
        ('"from orders"', [("b", 1), ("a", 1)]),
        ('"orders from"', []),
        ("nothing", []),
        ("user:alice orders", [("a", 1)]),
        ("user:ALICE", []),
        ("target:shop-prod orders", [("b", 1), ("a", 1)]),
        ("object:orders", [("b", 1), ("a", 1)]),
        ("object:public.orders", [("b", 1), ("a", 1)]),
        ("object:Orders_Old", [("c", 1)]),
        ("object:rders", []),
        ("verdict:held", [("b", 1)]),
        ("verdict:hold verdict:block", [("c", 1), ("b", 1)]),
        ("verdict:denied", [("b", 1)]),
        ("reviewer:bob", [("b", 1)]),
        ("status:ok user:carla", [("c", 1)]),
        ("rule:writes user:carla", [("c", 1)]),
        ("100%", [("a", 2)]),
        ("1_0", []),
        ("%", [("a", 2)]),
        ("\\", [("a", 2)]),
        ("naïve", [("a", 2)]),
        ("it''s", [("a", 2)]),
        ("7", [("b", 1)]),
        ("secret", []),
        ("after:2026-03-02 orders", [("c", 1), ("b", 1)]),
        ("before:2026-03-02 orders", [("a", 1)]),
        ("after:12h orders", [("c", 1), ("b", 1)]),
        ("after:2026-03-02T12:00:30 orders", [("c", 1)]),
        ("OR", [("c", 1), ("b", 1), ("a", 1)]),
        ("NEAR(delete", []),
        ("text:delete", []),
    ],
)
def test_statements_are_found(desk_of_three: Desk, words: str, expected: list[tuple[str, int]]):
    index = SearchIndex(desk_of_three.root)
    found = index.find(parse_query(words, now=desk_of_three.clock.now()))
    assert numbers(found) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ["c", "b", "a"]),
        ("alice", ["a"]),
        ("shop-prod", ["b", "a"]),
        ("user:carla", ["c"]),
        ("id:b", ["b"]),
        ("after:2026-03-02", ["c", "b"]),
        ("user:ALICE", ["a"]),
    ],
)
def test_sessions_are_found_by_what_they_are(desk_of_three: Desk, words: str, expected: list[str]):
    query = parse_query(words, now=desk_of_three.clock.now())
    found = SearchIndex(desk_of_three.root).find(query)
    assert names(found) == expected
    assert numbers(found) == []
    assert names(SearchIndex(desk_of_three.root).find(query, limit=1)) == expected[:1]


def test_a_hit_names_the_second_and_the_statement_as_recorded(desk_of_three: Desk):
    query = parse_query("delete", now=NOON)
    [found] = SearchIndex(desk_of_three.root).find(query)
    [hit] = found.hits
    [statement] = read_statements(found.entry.path)
    assert (hit.index, hit.text, hit.action) == (1, "delete from orders where id = 7", "hold")
    assert hit.time_s == statement.time_us / 1_000_000


async def test_what_a_live_session_says_next_is_found_at_once(desk: Desk):
    index = SearchIndex(desk.root)
    writer = await desk.open("a")
    assert numbers(index.find(Query(words=("orders",)))) == []
    for number in range(1, 4):
        await say(writer, number, f"select {number} from orders")
        found = index.find(Query(words=("orders",)))
        assert numbers(found) == [("a", at) for at in range(1, number + 1)]
        assert found[0].entry.state == "live"
    await writer.append(StatementEvent(id="q4", index=4, text="update orders"))
    assert numbers(index.find(parse_query("status:unknown", now=NOON))) == [("a", 4)]
    await writer.append(OutcomeEvent(statement_id="q4", status="error"))
    assert numbers(index.find(parse_query("status:error", now=NOON))) == [("a", 4)]


@pytest.mark.parametrize("form", ["packed", "encrypted", "gone"])
def test_the_index_follows_what_becomes_of_a_recording(desk_of_three: Desk, form: str):
    desk = desk_of_three
    index = SearchIndex(desk.root)
    assert numbers(index.find(Query(words=("name",)))) == [("a", 1)]
    path = desk.root / "2026/03/01/a.cast"
    if form == "gone":
        path.unlink()
        assert names(index.find(Query(words=("alice",)))) == []
    elif form == "packed":
        pack(path, path.with_suffix(".cast.zst"))
        path.unlink()
        assert numbers(index.find(Query(words=("name",)))) == [("a", 1)]
    else:
        [*_, entry] = Catalog(desk.root).list_entries()
        recipient = str(pyrage.x25519.Identity.generate().to_public())
        archive(entry, desk.public, desk.audit, recipients=[recipient], by="cli")
        assert b"naive" not in search_path(desk.root).read_bytes()
        assert "naïve".encode() not in search_path(desk.root).read_bytes()
        assert numbers(index.find(Query(words=("name",)))) == []
        assert names(index.find(Query(words=("alice",)))) == ["a"]
        assert "naïve".encode() not in search_path(desk.root).read_bytes()


def test_no_trace_of_a_forgotten_recording_is_left(desk_of_three: Desk):
    desk = desk_of_three
    SearchIndex(desk.root).refresh()
    path = search_path(desk.root)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "naïve".encode() in path.read_bytes()
    forget(desk.root / "2026/03/01/a.cast")
    assert "naïve".encode() not in path.read_bytes()
    assert b"delete from orders" in path.read_bytes()


def test_an_index_that_is_damaged_locked_out_or_of_another_version_is_made_anew(
    desk_of_three: Desk,
):
    desk = desk_of_three
    index, path, chance = SearchIndex(desk.root), search_path(desk.root), random.Random(1)
    query = Query(words=("delete",))
    index.refresh()
    good = path.read_bytes()
    damaged = bytearray(good)
    for _ in range(300):
        damaged[chance.randrange(len(damaged))] ^= 255
    for data in (b"", b"x" * 5000, good[: len(good) // 2], bytes(damaged)):
        path.write_bytes(data)
        assert numbers(index.find(query)) == [("b", 1)]
    path.unlink(missing_ok=True)
    index.refresh()
    with sqlite3.connect(path) as database:
        database.execute("pragma user_version = 99")
    assert numbers(index.find(query)) == [("b", 1)]
    path.unlink(missing_ok=True)
    path.mkdir()
    assert numbers(index.find(query)) == [("b", 1)]


def test_a_hit_that_the_recording_does_not_have_is_not_shown(desk_of_three: Desk):
    """Whoever can write the index cannot put words into a session."""
    desk = desk_of_three
    index = SearchIndex(desk.root)
    index.refresh()
    with sqlite3.connect(search_path(desk.root)) as database:
        database.execute("update statement set number = 9 where name = 'q1' and action = 'hold'")
        database.execute("update words set text = 'drop everything' where text like 'SELECT name%'")
    assert numbers(index.find(Query(words=("delete",)))) == []
    [found] = index.find(Query(words=("everything",)))
    assert found.hits[0].text == "SELECT name FROM orders"


def test_a_recording_that_is_damaged_is_found_up_to_the_damage(desk_of_three: Desk):
    path = desk_of_three.root / "2026/03/01/a.cast"
    data = path.read_bytes()
    at = data.index(b'\\"frame\\":3')
    path.write_bytes(data[:at] + b"!" + data[at + 1 :])
    index = SearchIndex(desk_of_three.root)
    assert numbers(index.find(Query(words=("name",)))) == [("a", 1)]
    assert numbers(index.find(Query(words=("customers",)))) == []


@pytest.mark.parametrize("words", ["after:soon", "before:2026-13-01", "x " * (WORDS_MAX + 1)])
def test_what_cannot_be_read_is_said(words: str):
    with pytest.raises(FormatError):
        parse_query(words, now=NOON)


@given(st.text())
def test_any_words_are_read_or_refused_and_never_break_a_search(text: str):
    try:
        query = parse_query(text, now=NOON)
    except (FormatError, OverflowError):
        return
    assert all(query.words)


@given(st.lists(st.text(min_size=1).filter(lambda word: '"' not in word), max_size=4))
def test_quoted_words_are_kept_as_they_are(words: list[str]):
    quoted = " ".join(f'"{word}"' for word in words)
    assert parse_query(quoted, now=NOON).words == tuple(words)


async def test_whatever_is_typed_only_finds_or_does_not(desk_of_three: Desk):
    index = SearchIndex(desk_of_three.root)
    for word in ("'", '"', "*", "(", "a*b", "x' or 1=1 --", "{", "\x00", "AND OR NOT", "^a", "-a"):
        index.find(Query(words=(word,)))
    assert index.find(Query(words=("x' or 1=1 --",))) == ()


async def test_ten_thousand_statements_are_searched_at_once(desk: Desk, tmp_path: Path):
    import time

    writer = await desk.open("a")
    for number in range(0, 3000, 20):
        events = [
            StatementEvent(id=f"q{at}", index=at + 1, text=f"select {at} from table_{at % 97}")
            for at in range(number, number + 20)
        ]
        await writer.append(*events)
    index = SearchIndex(desk.root)
    index.refresh()
    started = time.process_time()
    found = index.find(Query(words=("table_13", "select 110")))
    assert time.process_time() - started < 1
    assert all("table_13" in hit.text for one in found for hit in one.hits)
    assert found
    desk.clock.advance(timedelta(seconds=1).total_seconds())
