"""Live sessions: limits, revocation, who may see, watch and end whose."""

from collections.abc import AsyncIterator
from pathlib import Path

import pyrage
import pytest

from bastion.config import Config, RecordingConfig, SessionsConfig
from bastion.errors import AccessError, ConfigError, UsageError
from recordings.audit import read_rows
from tests.fakes.rig import Rig, running_rig
from tests.witness import WITNESS


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    config = Config(sessions=SessionsConfig(per_person_max=3))
    async with running_rig(tmp_path, config) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_user("ada", "auditor")
        await rig.add_user("max", "admin")
        await rig.add_agent("robo", "ann")
        yield rig


async def opened(rig: Rig, name: str):
    principal = await rig.principal(name)
    return await rig.services.open_session(principal, target=None, front_end="shell")


async def test_a_session_is_on_disk_before_it_is_used(rig: Rig):
    session = await opened(rig, "ann")
    assert list(rig.paths.sessions.rglob(f"{session.id}.cast"))
    await session.end("done")


async def test_one_person_has_a_bounded_number_of_sessions_agents_included(rig: Rig):
    for name in ("ann", "ann", "robo"):
        await opened(rig, name)
    with pytest.raises(AccessError, match="3 sessions"):
        await opened(rig, "ann")
    await opened(rig, "rae")


async def test_people_see_their_own_sessions_and_reviewers_see_all(rig: Rig):
    await opened(rig, "ann")
    await opened(rig, "rae")
    registry = rig.services.registry
    seen = {name: registry.list_sessions(await rig.principal(name)) for name in ("ann", "rae")}
    assert [view.user for view in seen["ann"]] == ["ann"]
    assert {view.user for view in seen["rae"]} == {"ann", "rae"}


async def test_an_engineer_cannot_end_or_watch_anothers_session(rig: Rig):
    session = await opened(rig, "rae")
    ann = await rig.principal("ann")
    with pytest.raises(UsageError, match="no live session"):
        await rig.services.registry.kill(ann, session.id, "why not")
    with pytest.raises(UsageError, match="no live session"):
        await anext(rig.services.registry.watch(ann, session.id))


async def test_an_admin_ends_a_session_but_does_not_read_it(rig: Rig):
    session = await opened(rig, "ann")
    admin = await rig.principal("max")
    with pytest.raises(AccessError, match="reviewer or auditor"):
        await anext(rig.services.registry.watch(admin, session.id))
    await rig.services.registry.kill(admin, session.id, "maintenance")
    assert session.ended.is_set()
    assert "maintenance" in session.end_reason


async def test_ending_takes_a_reason(rig: Rig):
    session = await opened(rig, "ann")
    with pytest.raises(UsageError, match="reason"):
        await rig.services.registry.kill(await rig.principal("rae"), session.id, "  ")


async def test_an_auditor_watches_from_the_start_and_is_on_record_first(rig: Rig):
    session = await opened(rig, "ann")
    await session.output(b"what ann saw")
    auditor = await rig.principal("ada")
    async for _, chunk in rig.services.registry.watch(auditor, session.id):
        assert b"what ann saw" in chunk
        break
    assert readings(rig) == [
        {"by": "ada", "person": "ada", "session": session.id, "act": "watch", "purpose": "",
         "range": "0-"},
    ]  # fmt: skip


def readings(rig: Rig) -> list[dict]:
    rows = read_rows(rig.paths.audit_log)
    return [dict(row.fields) for row in rows if row.event == "recording.read"]


async def test_each_reading_names_person_reason_and_range(rig: Rig):
    session = await opened(rig, "ann")
    await session.end("done")
    rae, registry = await rig.principal("rae"), rig.services.registry
    await registry.list_recordings(rae, limit=7, query="user:ann")
    (await registry.open_recording(rae, session.id, "INC-7")).close()
    listed, replayed = readings(rig)
    assert (listed["act"], listed["purpose"], listed["range"]) == ("list", "user:ann", "first 7")
    assert (replayed["person"], replayed["purpose"], replayed["range"]) == ("rae", "INC-7", "all")


@pytest.mark.parametrize("act", ["watch", "list", "replay"])
async def test_a_login_older_than_a_right_that_was_taken_reads_nothing(rig: Rig, act: str):
    session, registry = await opened(rig, "ann"), rig.services.registry
    rae = await rig.principal("rae")
    await rig.administration.set_disabled("rae", is_disabled=True)
    reading = {
        "watch": lambda: anext(registry.watch(rae, session.id)),
        "list": lambda: registry.list_recordings(rae),
        "replay": lambda: registry.open_recording(rae, session.id, "why"),
    }[act]
    with pytest.raises(AccessError, match="disabled"):
        await reading()
    assert not readings(rig)


async def test_a_disabled_account_loses_its_sessions(rig: Rig):
    session = await opened(rig, "ann")
    agents = await opened(rig, "robo")
    others = await opened(rig, "rae")
    await rig.administration.set_disabled("ann", is_disabled=True)
    # What was asked a moment ago does not count.
    await rig.services.registry.recheck_accounts()
    assert session.ended.is_set()
    assert agents.ended.is_set()
    assert not others.ended.is_set()


async def test_nobody_opens_a_session_with_a_disabled_account(rig: Rig):
    principal = await rig.principal("ann")
    await rig.administration.set_disabled("ann", is_disabled=True)
    with pytest.raises(AccessError, match="disabled"):
        await rig.services.open_session(principal, target=None, front_end="shell")


async def test_what_cannot_be_recorded_ends_the_session_and_says_so(rig: Rig):
    session = await opened(rig, "ann")
    await session.end("done")
    with pytest.raises(Exception, match="cannot be written"):
        await session.output(b"too late")


async def test_the_running_bastion_replays_what_is_encrypted_while_it_is_live(tmp_path: Path):
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity.txt").write_text(str(identity))
    recording = RecordingConfig(live_recipients=str(identity.to_public()))
    async with running_rig(tmp_path, Config(recording=recording)) as rig:
        WITNESS.watch(rig.paths.sessions, tmp_path / "identity.txt")
        await rig.add_user("ann", "engineer")
        ann, registry = await rig.principal("ann"), rig.services.registry
        session = await rig.services.open_session(ann, target=None, front_end="shell")
        await session.output(b"what ann saw")
        with await registry.open_recording(ann, session.id, "why") as stream:
            assert b"what ann saw" in stream.read()
        (path,) = rig.paths.sessions.rglob(f"{session.id}.cast")
        assert b"what ann saw" not in path.read_bytes()
        await session.end("done")
        with pytest.raises(UsageError, match=r"encrypted.*--identity"):
            await registry.open_recording(ann, session.id, "why")


async def test_a_recipient_that_is_none_starts_no_bastion(tmp_path: Path):
    config = Config(recording=RecordingConfig(live_recipients="age1nonsense"))
    with pytest.raises(ConfigError, match="live_recipients"):
        async with running_rig(tmp_path, config):
            pass
