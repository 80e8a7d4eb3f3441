"""What is put into the store, or taken out, past every command: the audit log knows better.

Whoever attacks here can write ``store.db`` and holds all keys of the machine. Each attack is done
to the store of a bastion that runs, told, and undone.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from pathlib import Path

import pyotp
import pytest

from bastion import doctor
from bastion.acting import Process, name_of
from bastion.config import Config
from bastion.core.grants import wanted_unmask
from bastion.core.model import Finished, RunOptions, Sensitivity, Status, Waiting
from bastion.errors import NotPendingError
from bastion.installation import SystemClock
from bastion.store.agreement import disagreements, taken_requests
from bastion.store.box import SecretBox
from tests.fakes.rig import Rig, collect, running_rig

WRITE = "update orders set quantity = 3 where id = {}"
WHY = "checkout is down, a stuck order blocks the queue"

ATTACKS = [
    # An account, or what it may.
    (
        "insert into accounts select 'mallory', null, 0, '[\"admin\"]', null, '[]', 0, null, totp,"
        " -1, created_at from accounts where user = 'rae'",
        "account mallory: person in the store, nothing in the audit log",
    ),
    ("update accounts set roles = '[\"admin\"]' where user = 'eve'", "roles of eve: admin in"),
    ("update accounts set targets = null where user = 'eve'", "reach of eve: * in the store, prod"),
    ("update accounts set is_disabled = 0 where user = 'old'", "state of old: enabled in"),
    ("update accounts set is_disabled = 1 where user = 'rae'", "state of rae: disabled in"),
    ("update accounts set owner = 'rae' where user = 'robo'", "account robo: agent of rae in"),
    ("update accounts set expires_at = '2090-01-01 00:00:00' where user = 'robo'", "end of robo:"),
    ("update accounts set sources = '[]' where user = 'robo'", "sources of robo: nothing in"),
    (
        "update accounts set roles = '[\"reviewer\", \"agent\"]' where user = 'robo'",
        "roles of robo:",
    ),
    (
        "delete from keys where user = 'old'; delete from accounts where user = 'old'",
        "account old:",
    ),
    (
        "insert into keys values"
        " ('SHA256:second', 'rae', 'ssh-ed25519 AAAA', '2026-01-01 00:00:00')",
        "key SHA256:second: rae in the store, nothing in the audit log",
    ),
    ("update keys set user = 'rae' where user = 'eve'", ": rae in the store, eve in the audit log"),
    ("delete from keys where user = 'eve'", ": nothing in the store, eve in the audit log"),
    (
        "insert into keys select '{gone}', 'eve', line, created_at from keys limit 1",
        "key {gone}: eve in the store, nothing in the audit log",
    ),
    # Where statements go, and by which rules.
    (
        "update targets set environment = 'development'",
        "target prod: development in the store, prod",
    ),
    ("update targets set url = 'postgresql://x@other/db'", "address of prod: postgresql://x@other"),
    (
        "update targets set reader_url = 'postgresql://x@other/db'",
        "reader of prod: postgresql://x@",
    ),
    (
        "insert into targets select 'twin', engine, 'development', host, port, database, url,"
        " password, reader_url, reader_password, created_at from targets",
        "target twin: development in the store, nothing",
    ),
    ("delete from targets", "target prod: nothing in the store, production in the audit log"),
    # What is masked.
    (
        "insert into column_overrides values ('prod', 'public', 'customers', 'email', null, 'x',"
        " 'y', '2026-01-01 00:00:00')",
        "class of public.customers.email at prod: none in the store, nothing",
    ),
    (
        "delete from column_overrides",
        "class of public.customers.name at prod: nothing in the store",
    ),
    (
        "update column_overrides set sensitivity = null",
        "class of public.customers.name at prod: none",
    ),
    # What is stopped.
    ("delete from panics", "stop of user eve: nothing in the store, stopped in the audit log"),
    (
        "update panics set lifted_by = 'cli:root', lifted_at = '2026-01-01 00:00:00'",
        "stop of user eve: nothing in the store",
    ),
    ("update panics set name = 'nobody'", "stop of user eve: nothing in the store"),
    ("update panics set kind = 'all', name = ''", "stop of all: stopped in the store, nothing"),
    # Approvals.
    (
        "delete from approvals",
        "request {done}: nothing in the store, its run taken in the audit log",
    ),
    (
        "delete from approvals where id = '{denied}'",
        "word of rae on {denied}: nothing in the store",
    ),
    ("update approvals set state = 'approved' where id = '{denied}'", "request {denied}: changed"),
    ("update approvals set requester = 'rae' where id = '{denied}'", "request {denied}: changed"),
    (
        "update approvals set target = 'elsewhere' where id = '{denied}'",
        "request {denied}: changed",
    ),
    ("update approvals set created_at = '1999-01-01 00:00:00'", "request {done}: changed"),
    ("update grants set at = '1999-01-01 00:00:00'", "grant {grant}: changed from outside"),
    ("update emergencies set at = '1999-01-01 00:00:00'", "break-glass {glass}: changed"),
    ("update approvals set body = zeroblob(200) where id = '{done}'", "request {done}: changed"),
    (
        "update approvals set body = (select body from approvals where id = '{done}')"
        " where id = '{denied}'",
        "request {denied}: changed from outside",
    ),
    (
        "insert into approvals select 'req_forged', requester, target, state, created_at, revision,"
        " body from approvals where id = '{done}'",
        "request req_forged: changed from outside in the store, nothing",
    ),
    # Grants and break-glass.
    ("delete from grants", "grant {grant}: nothing in the store"),
    ("update grants set body = zeroblob(200)", "grant {grant}: changed from outside"),
    ("update grants set user = 'eve'", "grant {grant}: changed from outside"),
    (
        "insert into grants select 'grant_2', 'eve', at, body from grants",
        "grant grant_2: changed from outside",
    ),
    ("delete from emergencies", "break-glass {glass}: nothing in the store, all to ann on prod"),
    ("delete from emergencies", "review of {glass}: nothing in the store, rae in the audit log"),
    ("update emergencies set user = 'eve'", "break-glass {glass}: changed from outside"),
    ("update emergencies set body = x'00'", "break-glass {glass}: changed from outside"),
    # Retired tables.
    (
        "insert into quarantine values ('q1', 'prod', 'postgresql', 'public', 'orders', 'kept.x',"
        " 'table', 'ann', 'ann', 's-1', '', '2026-01-01 00:00:00', '2026-01-02 00:00:00', 'kept',"
        " 'cli:alice', '')",
        "first to drop q1: cli:alice in the store, nothing in the audit log",
    ),
]


async def build(rig: Rig, url: str) -> dict[str, str]:
    """Do one of each act that is on record; gives the ids of what came of it."""
    administration = rig.administration
    await rig.add_target("prod", url, "production")
    for name, role in (("rae", "reviewer"), ("eve", "engineer"), ("old", "reviewer")):
        await rig.add_user(name, role)
    secret = await administration.add_user(
        "ann", key_file=rig.key("ann"), roles=("engineer",), targets=()
    )
    await administration.add_agent(
        "robo", key_file=rig.key("robo"), owner="ann", targets=("prod",), expires_s=3600,
        sources=("127.0.0.1",),
    )  # fmt: skip
    await administration.set_targets("eve", ["prod"])
    await administration.set_disabled("old", is_disabled=True)
    (gone,) = await administration.add_key("eve", rig.key("spare"))
    await administration.remove_key("eve", gone)
    await administration.declare(
        "prod", "public.customers.name", Sensitivity.EMAIL, reason="they are addresses"
    )
    await administration.panic("eve", lift=False, reason="left her desk")
    services, rae, ann = rig.services, await rig.principal("rae"), await rig.principal("ann")
    desk = services.governance.desk
    made = {"gone": gone}
    for name, approve in (("done", True), ("denied", False)):
        made[name] = await held(rig, "ann", WRITE.format(1))
        await desk.decide(rae, made[name], approve=approve, reason="so be it")
    made["grant"] = await granted(rig)
    target = await services.find_target(ann, "prod")
    code = pyotp.TOTP(secret).generate_otp(int(time.time()) // 30)
    glass = await services.glass.open(ann, target, reason=WHY, code=code)
    await services.glass.end(ann, glass.id)
    await services.glass.review(rae, glass.id, "fine")
    made["glass"] = glass.id
    return made


async def held(rig: Rig, who: str, sql: str) -> str:
    async with rig.runner(who, "prod", front_end="exec") as runner:
        finished, _, _ = await collect(runner, sql, wait_s=0)
    assert finished.status is Status.PENDING, finished
    return finished.request_id


async def run_yes(rig: Rig, request_id: str) -> Status:
    """Run what was approved, in another session, as ``req wait`` does."""
    request = await rig.services.governance.desk.get(await rig.principal("ann"), request_id)
    async with rig.runner("ann", "prod", front_end="exec") as runner:
        finished = None
        async for event in runner.resume(request, options=RunOptions(wait_s=0)):
            finished = event if isinstance(event, Finished) else finished
    assert finished is not None
    return finished.status


async def granted(rig: Rig) -> str:
    wanted = wanted_unmask("email for 15m", span_max_s=3600)
    async with rig.runner("ann", "prod") as runner:
        options = RunOptions(reason="TICKET-8", wait_s=20)
        async for event in runner.ask_grant(wanted, options=options):
            if isinstance(event, Waiting):
                await rig.services.governance.desk.decide(
                    await rig.principal("rae"), event.request_id, approve=True, reason="fine"
                )
                found = event.request_id
    return found


class Thief:
    """Whoever can write the store's file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def copy(self, to: Path) -> None:
        with sqlite3.connect(self.path) as source, sqlite3.connect(to) as target:
            source.backup(target)

    def put(self, copy: Path) -> None:
        with sqlite3.connect(copy) as source, sqlite3.connect(self.path) as target:
            source.backup(target)

    def run(self, sql: str) -> None:
        with sqlite3.connect(self.path) as database:
            database.executescript(sql)


async def told(rig: Rig) -> list[str]:
    return disagreements(
        await rig.application._store.facts(),  # type: ignore[union-attr]
        rig.paths.audit_log,
    )


async def test_whatever_no_act_explains_is_told(tmp_path: Path, shop_postgres: str):
    async with running_rig(tmp_path) as rig:
        made = await build(rig, shop_postgres)
        yesterday, now = tmp_path / "yesterday", tmp_path / "now"
        thief = Thief(rig.paths.store)
        assert await told(rig) == [], "all that was done is on record"
        thief.copy(yesterday)

        assert await run_yes(rig, made["done"]) is Status.OK
        assert await told(rig) == []
        thief.copy(now)
        missed = []
        for sql, words in ATTACKS:
            thief.run(sql.format(**made))
            found = await told(rig)
            if not any(words.format(**made) in one for one in found):
                missed.append((sql, found))
            thief.put(now)
        assert missed == []
        assert await told(rig) == []

        # The same yes a second time, out of yesterday's store.
        thief.put(yesterday)
        found = "; ".join(await told(rig))
        assert f"request {made['done']}: open in the store, its run taken" in found
        assert await run_yes(rig, made["done"]) is not Status.OK
        assert made["done"] in taken_requests(rig.paths.audit_log)
        finding = next(one for one in await examined(rig) if one.subject == "store")
        assert finding.is_bad
        assert "changed or put back past the bastion" in finding.text

        thief.put(now)
        assert {one.severity for one in await looked_at(rig)} == {doctor.Severity.OK}
        first, second, *_ = sorted(rig.paths.sessions.rglob("*.cast"))
        first.rename(tmp_path / "taken")
        stranger = shutil.copy(second, second.with_name("stranger.cast"))
        (recordings,) = [one for one in await looked_at(rig) if one.is_bad]
        assert f"1 gone and not deleted on record: {first.stem}" in recordings.text
        assert "1 unknown to the audit log: stranger" in recordings.text
        Path(stranger).unlink()
        (tmp_path / "taken").rename(first)


async def examined(rig: Rig) -> list[doctor.Finding]:
    return await doctor.examine(rig.paths, Config(), SystemClock())


async def looked_at(rig: Rig) -> list[doctor.Finding]:
    subjects = {"store", "recordings", "audit log", "clock"}
    return [one for one in await examined(rig) if one.subject in subjects]


async def test_a_yes_that_ran_is_not_given_again_by_a_server_that_starts_on_an_older_store(
    tmp_path: Path, shop_postgres: str
):
    async with running_rig(tmp_path) as rig:
        made = await build(rig, shop_postgres)
        thief = Thief(rig.paths.store)
        thief.copy(tmp_path / "yesterday")
        assert await run_yes(rig, made["done"]) is Status.OK
    thief.put(tmp_path / "yesterday")
    async with running_rig(tmp_path) as rig:
        desk = rig.services.governance.desk
        digest = (await desk.get(await rig.principal("ann"), made["done"])).digest
        with pytest.raises(NotPendingError, match="has had its run: the audit log says so"):
            await desk.claim(made["done"], digest)
        assert await run_yes(rig, made["done"]) is not Status.OK


async def test_a_backup_that_is_restored_by_command_agrees_and_says_what_it_changed(
    tmp_path: Path, shop_postgres: str
):
    async with running_rig(tmp_path) as rig:
        await rig.add_target("prod", shop_postgres, "production")
        await rig.add_user("eve", "reviewer")
        await rig.administration.backup(tmp_path / "backup")
        await rig.administration.set_roles("eve", ["engineer"])
        await rig.administration.set_disabled("eve", is_disabled=True)
        await rig.add_user("late", "engineer")
        changed = await rig.administration.restore(tmp_path / "backup")
        assert {
            "roles of eve: engineer became reviewer",
            "state of eve: disabled became enabled",
        } < {*changed}
        assert await told(rig) == []
        # What comes after counts again, and what never was does at all times.
        await rig.administration.set_roles("eve", ["auditor"])
        assert await told(rig) == []
        thief = Thief(rig.paths.store)
        thief.run("update accounts set roles = '[\"reviewer\"]'")
        assert len(await told(rig)) == 1
        thief.run("update accounts set roles = '[\"admin\"]'")
        assert len(await told(rig)) == 1


@pytest.mark.parametrize("name", ["store.db", "serve.lock"])
@pytest.mark.parametrize("act", ["replaced", "taken away"])
async def test_nothing_runs_once_a_file_that_is_in_use_is_another(
    tmp_path: Path, shop_postgres: str, name: str, act: str
):
    """A server on a file that nobody reaches any more would never hear of a stop."""
    async with running_rig(tmp_path) as rig:
        await rig.add_target("prod", shop_postgres, "production")
        await rig.add_user("ann", "engineer")
        file = rig.paths.state / name
        async with rig.runner("ann", "prod") as runner:
            assert (await collect(runner, "select 1"))[0].status is Status.OK
            if act == "replaced":
                shutil.copy(file, tmp_path / "copy")
                (tmp_path / "copy").replace(file)
            else:
                file.rename(tmp_path / "away")
            finished, _, _ = await collect(runner, "select 2")
            assert finished.status is not Status.OK
            assert f"{name} was taken away or replaced" in finished.message
        rig.application._write_health()
        (trouble,) = doctor.health(rig.paths, SystemClock())
        assert f"{name} was taken away or replaced" in trouble


@pytest.mark.parametrize("kind", ["approvals", "grants", "emergencies"])
async def test_who_has_no_root_key_forges_nothing_that_is_believed(tmp_path: Path, kind: str):
    """A copied store with a root key of one's own opens no sealed row of the other."""
    ours = SecretBox.create(tmp_path / "k1" / "root", data_dir=tmp_path / "d")
    theirs = SecretBox.create(tmp_path / "k2" / "root", data_dir=tmp_path / "d")
    sealed = theirs.seal(b"{}", table=kind, record="1", field="body")
    with pytest.raises(Exception, match="another root key"):
        ours.open(sealed, table=kind, record="1", field="body")


ALICE, SERVICE, ROOT = 61001, 61002, 0
SSHD, SUDO = Process(ROOT, "sshd"), Process(ROOT, "sudo")


def shell(uid: int) -> Process:
    return Process(uid, "bash")


@pytest.mark.parametrize(
    ("uid", "above", "login", "sudo_user", "wanted"),
    [
        # Alone, by every way there is to become somebody else: always the same person.
        (ALICE, [shell(ALICE), SSHD], None, "", str(ALICE)),
        (ALICE, [shell(ALICE), SSHD], None, "bob", str(ALICE)),
        (ALICE, [], None, "bob", str(ALICE)),
        (ROOT, [SUDO, shell(ALICE), SSHD], None, "alice", str(ALICE)),
        (ROOT, [SUDO, shell(ALICE), SSHD], None, "bob", str(ALICE)),
        (ROOT, [shell(ROOT), SUDO, shell(ALICE), SSHD], None, "bob", str(ALICE)),
        (ROOT, [Process(ROOT, "su"), SUDO, shell(ALICE), SSHD], None, "", str(ALICE)),
        (SERVICE, [SUDO, shell(ALICE), SSHD], None, "bob", str(ALICE)),
        (SERVICE, [shell(SERVICE), SUDO, shell(ALICE), SSHD], None, "", str(ALICE)),
        (ROOT, [SSHD], ALICE, "bob", str(ALICE)),
        (SERVICE, [], ALICE, "bob", str(ALICE)),
        # Where nothing contradicts it, sudo's word is taken.
        (ROOT, [SUDO, shell(ROOT), SSHD], None, "bob", "bob"),
        (SERVICE, [SUDO, shell(ROOT)], None, "bob", "bob"),
        (ROOT, [SSHD], None, "", "root"),
    ],
)
def test_nobody_is_two_persons_by_what_they_can_set(
    uid: int, above: list[Process], login: int | None, sudo_user: str, wanted: str
):
    assert name_of(uid, above, login, sudo_user) == wanted
