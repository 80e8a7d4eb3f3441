from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import pytest

from bastion.core import totp
from bastion.core.model import Environment, Role
from bastion.errors import AccessError, UsageError
from tests.fakes.clock import START, FakeClock
from tests.fakes.store import add_people, opened_store, some_key


@pytest.fixture
async def store(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        await add_people(store)
        yield store


async def add_dave(store, name="dave", **changes):
    options = {"keys": [some_key("dave")], "roles": [Role.ENGINEER], "targets": None} | changes
    return await store.add_user(name, **options)


# --- accounts ---


async def test_person_is_found_with_keys_roles_reach_and_secret(store):
    secret = await add_dave(store, roles=[Role.ENGINEER, Role.REVIEWER], targets=["shop"])
    dave = await store.find("dave")
    assert dave is not None
    assert (dave.user, dave.person, dave.is_agent) == ("dave", "dave", False)
    assert dave.roles == {Role.ENGINEER, Role.REVIEWER}
    assert dave.targets == {"shop"}
    assert dave.keys == (some_key("dave"),)
    assert dave.totp_secret == secret
    assert len(secret) == 32


async def test_unknown_account_is_none_and_names_are_exact(store):
    for name in ("nobody", "Alice", "alice ", "", "alice\0", "ali%"):
        assert await store.find(name) is None


async def test_listing_has_all_accounts_and_no_secret(store):
    accounts = await store.list_accounts()
    assert [account.user for account in accounts] == ["alice", "bob", "carol", "robo", "root"]
    assert {account.totp_secret for account in accounts} == {""}


@pytest.mark.parametrize(
    "name", ["Dave", "dave!", "1dave", "", "d\u0430ve", "a" * 65, "all", "-d", "d e"]
)
async def test_bad_name_is_refused_in_words(store, name):
    with pytest.raises(UsageError):
        await add_dave(store, name)


@pytest.mark.parametrize("name", ["DAVE", "\uff44\uff41\uff56\uff45", " dave"])
async def test_name_that_would_be_good_when_normalised_is_suggested_not_taken(store, name):
    with pytest.raises(UsageError, match="Did you mean 'dave'"):
        await add_dave(store, name)
    assert await store.find("dave") is None


@pytest.mark.parametrize("name", ["alice", "robo"])
async def test_name_of_a_person_or_an_agent_is_taken_for_both(store, name):
    with pytest.raises(UsageError, match="already"):
        await add_dave(store, name)
    with pytest.raises(UsageError, match="already"):
        await add_bot(store, name)


async def test_unknown_target_is_refused_and_nothing_is_added(store):
    with pytest.raises(UsageError, match=r"no target 'shpo'\. Targets: shop"):
        await add_dave(store, targets=["shpo"])
    assert await store.find("dave") is None


@pytest.mark.parametrize("roles", [[], [Role.AGENT], [Role.ENGINEER, Role.AGENT]])
async def test_person_needs_a_role_of_people(store, roles):
    with pytest.raises(UsageError):
        await add_dave(store, roles=roles)
    with pytest.raises(UsageError):
        await store.set_roles("alice", roles)


async def test_roles_and_reach_are_replaced(store):
    await store.set_roles("alice", [Role.AUDITOR])
    await store.set_targets("alice", ["shop"])
    alice = await store.find("alice")
    assert alice is not None
    assert (alice.roles, alice.targets) == ({Role.AUDITOR}, {"shop"})


async def test_change_of_an_unknown_account_is_refused(store):
    for change in (
        store.set_disabled("nobody", True),
        store.set_roles("nobody", [Role.ADMIN]),
        store.set_targets("nobody", None),
        store.reset_otp("nobody"),
        store.unlock("nobody"),
        store.add_key("nobody", some_key("n")),
        store.remove_key("nobody", "SHA256:n"),
    ):
        with pytest.raises(UsageError, match="no account 'nobody'"):
            await change


# --- keys ---


async def test_key_of_one_account_is_refused_to_any_other(store):
    with pytest.raises(AccessError, match="belongs to alice"):
        await add_dave(store, keys=[some_key("dave"), some_key("alice")])
    with pytest.raises(AccessError, match="belongs to alice"):
        await store.add_key("bob", some_key("alice"))
    with pytest.raises(AccessError, match="belongs to robo"):
        await store.add_key("alice", some_key("robo"))
    assert await store.find("dave") is None


async def test_keys_are_added_and_removed(store):
    key = some_key("laptop")
    await store.add_key("alice", key)
    with pytest.raises(UsageError, match="already"):
        await store.add_key("alice", key)
    await store.remove_key("alice", key.fingerprint)
    with pytest.raises(UsageError, match="no such key"):
        await store.remove_key("alice", key.fingerprint)
    await store.add_key("bob", key)


async def test_account_without_a_key_is_refused(store):
    with pytest.raises(UsageError, match="needs a public key"):
        await add_dave(store, keys=[])


# --- agents ---


async def add_bot(store, name="bot", **changes):
    options = {
        "keys": [some_key("bot")],
        "owner": "alice",
        "targets": ["shop"],
        "expires_at": START + timedelta(hours=8),
        "sources": ["10.1.2.3/8"],
    }
    await store.add_agent(name, **(options | changes))


async def test_agent_stands_for_its_owner(store):
    await add_bot(store)
    bot = await store.find("bot")
    assert bot is not None
    assert (bot.person, bot.is_agent, bot.roles) == ("alice", True, {Role.AGENT})
    assert (bot.sources, bot.expires_at) == (("10.0.0.0/8",), START + timedelta(hours=8))
    assert bot.totp_secret == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": "nobody"},
        {"owner": "robo"},
        {"targets": ["nothing"]},
        {"expires_at": START},
        {"sources": ["home"]},
        {"keys": []},
    ],
)
async def test_agent_without_bounds_is_refused(store, changes):
    with pytest.raises(UsageError):
        await add_bot(store, **changes)
    assert await store.find("bot") is None


async def test_agent_never_holds_a_role_of_people_nor_a_code(store):
    with pytest.raises(AccessError):
        await store.set_roles("robo", [Role.REVIEWER])
    with pytest.raises(AccessError):
        await store.reset_otp("robo")
    robo = await store.find("robo")
    assert robo is not None
    assert robo.roles == {Role.AGENT}


async def test_agent_never_reaches_further_than_its_owner(store):
    await store.add_target("other", environment=Environment.STAGING, url="mysql://app@127.0.0.1/x")
    await add_bot(store, targets=None)
    await store.set_targets("alice", ["other"])
    robo, bot = await store.find("robo"), await store.find("bot")
    assert robo is not None
    assert bot is not None
    assert (robo.targets, bot.targets) == (frozenset(), {"other"})
    with pytest.raises(AccessError, match="does not reach shop"):
        await add_bot(store, "bot2", keys=[some_key("bot2")])


async def test_disabling_a_person_disables_the_agents_and_comes_back(store):
    await store.set_disabled("alice", True)
    listed = {account.user: account.is_disabled for account in await store.list_accounts()}
    assert listed == {"alice": True, "bob": False, "carol": False, "robo": True, "root": False}
    with pytest.raises(AccessError, match="disabled"):
        await add_bot(store)
    await store.set_disabled("alice", False)
    robo = await store.find("robo")
    assert robo is not None
    assert not robo.is_disabled


# --- a code works once (P10) ---


async def test_step_is_accepted_once_and_never_an_older_one(store):
    assert await store.last_step("alice") == -1
    assert await store.accept_step("alice", 100)
    for step in (100, 99, 0, -1):
        assert not await store.accept_step("alice", step)
    assert await store.accept_step("alice", 101)
    assert await store.last_step("alice") == 101


async def test_steps_of_one_account_are_not_anothers(store):
    assert await store.accept_step("alice", 100)
    assert await store.accept_step("bob", 100)
    assert not await store.accept_step("nobody", 100)


async def test_replay_is_refused_a_thousand_times(store):
    assert await store.accept_step("alice", 100)
    answers = [await store.accept_step("alice", 100) for _ in range(1000)]
    assert not any(answers)


async def accept_at_once(folder, rounds):
    clock = FakeClock()
    async with contextlib.AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opened_store(folder, clock)) for _ in range(8)]
        await add_people(stores[0])
        for step in range(rounds):
            taken = await asyncio.gather(*(store.accept_step("alice", step) for store in stores))
            assert sum(taken) == 1


async def test_eight_logins_with_one_code_let_one_in(tmp_path):
    """Eight stores, each with its own thread and connection, on one file."""
    await accept_at_once(tmp_path, rounds=30)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_eight_logins_with_one_code_let_one_in_five_hundred_times(tmp_path):
    await accept_at_once(tmp_path, rounds=500)


async def test_restart_does_not_forget_the_step(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        await add_people(store)
        assert await store.accept_step("alice", 100)
    async with opened_store(tmp_path, FakeClock()) as store:
        assert not await store.accept_step("alice", 100)


async def test_new_secret_does_not_make_old_steps_good(store):
    before = await store.find("alice")
    assert await store.accept_step("alice", 100)
    secret = await store.reset_otp("alice")
    after = await store.find("alice")
    assert before is not None
    assert after is not None
    assert after.totp_secret == secret != before.totp_secret
    assert not await store.accept_step("alice", 100)


# --- guessing does not work (P11) ---


async def test_ten_failures_lock_until_the_first_is_fifteen_minutes_old(store):
    for number in range(10):
        assert await store.locked_until("alice", START + timedelta(seconds=number)) is None
        await store.record_failure("alice", START + timedelta(seconds=number))
    ends = START + timedelta(minutes=15)
    now = START + timedelta(seconds=10)
    assert await store.locked_until("alice", now) == ends
    assert await store.locked_until("alice", ends - timedelta(seconds=1)) == ends
    assert await store.locked_until("alice", ends) is None


async def test_lock_of_one_account_is_not_anothers(store):
    for _ in range(10):
        await store.record_failure("alice", START)
    assert await store.locked_until("bob", START) is None


async def test_nine_failures_in_any_fifteen_minutes_do_not_lock(store):
    now = START
    for _ in range(30):
        assert await store.locked_until("alice", now) is None
        await store.record_failure("alice", now)
        now += timedelta(minutes=15) / 9


async def test_successes_do_not_count_towards_the_lock(store):
    for step in range(50):
        assert await store.accept_step("alice", step)
    for _ in range(9):
        await store.record_failure("alice", START)
    assert await store.locked_until("alice", START) is None


async def test_failures_survive_a_restart(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        await add_people(store)
        for _ in range(10):
            await store.record_failure("alice", START)
    async with opened_store(tmp_path, FakeClock()) as store:
        assert await store.locked_until("alice", START) is not None


@pytest.mark.parametrize("free", ["unlock", "reset_otp"])
async def test_administrator_ends_the_lock(store, free):
    for _ in range(10):
        await store.record_failure("alice", START)
    await getattr(store, free)("alice")
    assert await store.locked_until("alice", START) is None


async def test_restored_store_refuses_every_code_up_to_now(store, tmp_path):
    await store.backup(tmp_path / "backup.db")
    await store.restore(tmp_path / "backup.db")
    assert not await store.accept_step("alice", totp.step_of(START) + 1)
    assert await store.accept_step("alice", totp.step_of(START) + 2)
