"""What tokens stand for is sealed, bounded and aged, and is never mixed up."""

import datetime as dt

from bastion.core.model import Sensitivity
from bastion.store import tokens as store_tokens
from bastion.store.tokens import StoreTokens
from tests.fakes.clock import FakeClock
from tests.fakes.store import opened_store

EMAIL = Sensitivity.EMAIL


def make(store, clock):
    return StoreTokens(store, clock, b"k" * 32)


async def give(tokens, *values, target="shop"):
    book = await tokens.book(target)
    given = [book.give(EMAIL, value) for value in values]
    await tokens.remember(target, given)
    return [f"⟨email:{one.tag}⟩" for one in given]


async def test_a_value_comes_back_for_its_token_after_a_restart(tmp_path):
    clock = FakeClock()
    async with opened_store(tmp_path, clock) as store:
        (token,) = await give(make(store, clock), b"ada@example.com")
    async with opened_store(tmp_path, clock) as store:
        again = make(store, clock)
        assert await again.resolve("shop", [token]) == {token: b"ada@example.com"}
        assert await again.resolve("other", [token]) == {}
        assert await give(again, b"ada@example.com") == [token]


async def test_no_value_is_readable_in_the_store(tmp_path):
    clock = FakeClock()
    async with opened_store(tmp_path, clock) as store:
        await give(make(store, clock), b"ada@example.com")
    kept = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert b"ada@example" not in kept


async def test_a_token_not_shown_for_a_month_is_forgotten_and_never_reused(tmp_path):
    clock = FakeClock()
    async with opened_store(tmp_path, clock) as store:
        tokens = make(store, clock)
        (old,) = await give(tokens, b"old")
        clock.advance(dt.timedelta(days=29).total_seconds())
        assert await tokens.resolve("shop", [old]) == {old: b"old"}
        clock.advance(dt.timedelta(days=2).total_seconds())
        assert await tokens.resolve("shop", [old]) == {}
        (new,) = await give(tokens, b"new")
        (newer,) = await give(tokens, b"newer")
        assert len(newer) > len(old)
        for book in (tokens, make(store, clock)):
            (again,) = await give(book, b"old")
            assert again not in {old, new}


async def test_beyond_the_bound_the_longest_unseen_go_first(tmp_path, monkeypatch):
    monkeypatch.setattr(store_tokens, "PER_CLASS_MAX", 10)
    clock = FakeClock()
    async with opened_store(tmp_path, clock) as store:
        tokens = make(store, clock)
        given = []
        for number in range(12):
            given += await give(tokens, b"%d" % number)
            clock.advance(1)
        kept = await tokens.resolve("shop", given)
        assert 8 <= len(kept) <= 10
        assert given[-1] in kept
        assert given[0] not in kept


async def test_a_new_root_key_keeps_what_tokens_stand_for(tmp_path):
    clock = FakeClock()
    async with opened_store(tmp_path, clock) as store:
        (token,) = await give(make(store, clock), b"ada@example.com")
        await store.rotate()
        assert await make(store, clock).resolve("shop", [token]) == {token: b"ada@example.com"}
