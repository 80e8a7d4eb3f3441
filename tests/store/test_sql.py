from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bastion.errors import StoreError, UsageError
from bastion.store.sql import Store
from tests.fakes.clock import START, FakeClock
from tests.fakes.store import add_people, draft, open_box, opened_store


@pytest.fixture
async def store(tmp_path):
    async with opened_store(tmp_path, FakeClock()) as store:
        await add_people(store)
        await store.insert(draft("r1", START))
        yield store


async def secrets_of(store):
    alice, request = await store.find("alice"), await store.get("r1")
    return (
        alice.totp_secret,
        request.text,
        (await store.get_target_secret("shop")).password,
    )


async def test_backup_is_whole_and_private_and_restores(store, tmp_path):
    path = tmp_path / "backup.db"
    before = await secrets_of(store)
    await store.backup(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not path.with_name("backup.db-wal").exists()
    await store.set_disabled("alice", True)
    await store.remove_target("shop")
    await store.restore(path)
    assert await secrets_of(store) == before
    alice = await store.find("alice")
    assert alice is not None
    assert not alice.is_disabled


async def test_other_process_sees_the_restored_store_and_later_changes(store, tmp_path):
    await store.backup(tmp_path / "backup.db")
    heard: list[str] = []
    async with opened_store(tmp_path, FakeClock()) as server:
        notifier = server.notifier(poll_s=0.02)
        notifier.subscribe("accounts", heard.append)
        for _ in range(20):
            await store.set_disabled("alice", True)
        await notifier.start()
        await store.restore(tmp_path / "backup.db")
        await store.set_disabled("bob", True)
        async with asyncio.timeout(30):
            while "bob" not in heard:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await notifier.stop()
        alice = await server.find("alice")
    assert heard == ["", "bob"]
    assert alice is not None
    assert not alice.is_disabled


async def test_backup_never_overwrites(store, tmp_path):
    (tmp_path / "backup.db").write_text("precious")
    with pytest.raises(UsageError, match="exists already"):
        await store.backup(tmp_path / "backup.db")
    assert (tmp_path / "backup.db").read_text() == "precious"


async def test_backup_that_cannot_be_written_leaves_nothing(store, tmp_path):
    with pytest.raises(StoreError):
        await store.backup(tmp_path / "nowhere" / "backup.db")


def cut(path):
    path.write_bytes(path.read_bytes()[:-5000])


def garble(path):
    path.write_bytes(b"hello" * 3000)


def empty(path):
    path.write_bytes(b"")


def from_the_future(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
        connection.commit()


def of_another_key(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("update accounts set totp = x'01' || x'0000000000000000' || totp")
        connection.commit()


@pytest.mark.parametrize("spoil", [cut, garble, empty, from_the_future, of_another_key])
async def test_bad_backup_is_refused_and_the_store_stays(store, tmp_path, spoil):
    path = tmp_path / "backup.db"
    await store.backup(path)
    spoil(path)
    before = await secrets_of(store)
    with pytest.raises(StoreError):
        await store.restore(path)
    assert await secrets_of(store) == before


async def test_missing_backup_is_refused(store, tmp_path):
    with pytest.raises(UsageError, match="no backup"):
        await store.restore(tmp_path / "nothing.db")


async def test_rotation_keeps_every_secret_and_forgets_the_old_key(store, tmp_path):
    before = await secrets_of(store)
    old_id = open_box(tmp_path).key_id
    assert await store.rotate() == 6
    text = (tmp_path / "keys" / "root.key").read_text()
    assert len(text.splitlines()) == 1
    assert old_id not in text
    assert await secrets_of(store) == before


async def test_rotations_at_once_lose_nothing(store, tmp_path):
    before = await secrets_of(store)
    async with opened_store(tmp_path, FakeClock()) as other:
        for _ in range(5):
            await asyncio.gather(store.rotate(), other.rotate())
            assert await secrets_of(other) == before
    assert await secrets_of(store) == before


ROTATION = """
import asyncio, os, sys
from pathlib import Path
from bastion.store.box import SecretBox
from bastion.store.sql import Store
from tests.fakes.clock import FakeClock
from tests.fakes.store import open_box

left = int(sys.argv[2])
def dying(method):
    def call(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return method(*args, **kwargs)
    return call
SecretBox.add_key = dying(SecretBox.add_key)
SecretBox.seal = dying(SecretBox.seal)
SecretBox.keep_keys_of = dying(SecretBox.keep_keys_of)

async def main(folder):
    store = Store(folder / "state" / "store.db", open_box(folder), FakeClock())
    await store.open()
    await store.rotate()

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("steps", [0, 1, 3, 7])
async def test_rotation_killed_midway_leaves_everything_readable(store, tmp_path, steps):
    before = await secrets_of(store)
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", ROTATION, str(tmp_path), str(steps)],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert killed.returncode == 9
    async with opened_store(tmp_path, FakeClock()) as again:
        assert await secrets_of(again) == before
        await again.rotate()
        assert await secrets_of(again) == before
    assert len((tmp_path / "keys" / "root.key").read_text().splitlines()) == 1


async def test_store_without_its_root_key_refuses_in_words(store, tmp_path):
    (tmp_path / "keys" / "root.key").rename(tmp_path / "keys" / "old.key")
    stranger = Store(tmp_path / "state" / "store.db", open_box(tmp_path), FakeClock())
    await stranger.open()
    with pytest.raises(StoreError, match="another root key"):
        await stranger.find("alice")
    await stranger.close()


async def test_no_secret_is_readable_in_state_or_backup(store, tmp_path):
    """The canary of P21: a copy of the state directory gives nothing away."""
    secrets = await secrets_of(store)
    await store.backup(tmp_path / "state" / "backup.db")
    for file in (tmp_path / "state").iterdir():
        content = file.read_bytes()
        for secret in secrets:
            assert secret.encode() not in content
