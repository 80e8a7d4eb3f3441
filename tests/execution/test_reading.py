"""Recordings are read by the reader's rights: raw cells only by who may see them now."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bastion.core.approval import salted
from bastion.core.model import ResultStarted, RunOptions, Sensitivity
from bastion.core.styles import Style, Styles, masked_again
from bastion.errors import UsageError
from bastion.execution.pipeline import Runner
from bastion.frontends.drawn import cells_of, joined
from bastion.frontends.render import RenderOptions, make_renderer
from bastion.frontends.verbs import approval_object
from bastion.store.recordings import RecordingFolder
from recordings.audit import read_rows
from recordings.verify import Report, verify_file
from tests.execution.test_granting import asked, unmask
from tests.fakes.rig import Rig, collect, running_rig
from tests.recordings.second_verifier import is_right

SQL = "select id, email, phone from customers where id < 4 order by id"
RAW, MASKED = b"customer2@example.com", "c•••@e•••.com".encode()


@pytest.fixture
async def rig(shop_postgres, tmp_path) -> AsyncIterator[Rig]:
    async with running_rig(tmp_path) as rig:
        await rig.add_target("prod", shop_postgres, "production")
        for name, role in (("ann", "engineer"), ("rae", "reviewer"), ("aud", "auditor")):
            await rig.add_user(name, role)
        await rig.add_user("max", "reviewer", "engineer", "admin")
        yield rig


async def shown(runner: Runner, sql: str = SQL) -> bytes:
    """Run it and draw it as the shell does: recorded, then seen."""
    renderer = make_renderer("table", options=RenderOptions())
    parts = []
    async for event in runner.execute(sql, options=RunOptions(wait_s=0)):
        if isinstance(event, ResultStarted):
            parts.append(renderer.begin(event.columns, event.result))
        elif hasattr(event, "rows"):
            parts.append(renderer.batch(event))
    text = joined([*parts, renderer.end()])
    await runner._line.session.output(text.encode(), cells=cells_of(text))
    return text.encode()


async def recorded(rig: Rig) -> tuple[str, Path]:
    """Ann sees mail addresses under a grant, and ends her session."""
    await asked(rig, "ann", unmask())
    async with rig.runner("ann", "prod") as runner:
        assert RAW in await shown(runner)
        session = runner._line.session
    await session.end("done")
    view = await rig.services.registry._recordings.find(session.id)
    return session.id, view.path


async def read(rig: Rig, who: str, session_id: str) -> bytes:
    viewer = await rig.principal(who)
    with await rig.services.registry.open_recording(viewer, session_id, "INC-7") as file:
        return file.read(1 << 24)


async def test_raw_cells_are_masked_for_who_may_not_see_them_and_all_else_is_proven(rig: Rig):
    session_id, path = await recorded(rig)
    data = path.read_bytes()
    assert RAW in data
    for who in ("aud", "rae"):
        seen = await read(rig, who, session_id)
        assert RAW not in seen
        assert seen.count(MASKED) >= 3
        copy = rig.paths.sessions.parent / f"{who}.cast"
        copy.write_bytes(seen)
        assert verify_file(copy, rig.paths.recording_public_key).state == "redacted"
        key = rig.services.registry._factory._journal._key.public_key()
        assert is_right(copy, key, rig.paths.audit_log)


async def test_who_may_see_a_class_now_sees_it_in_recordings_of_that_target(rig: Rig):
    session_id, path = await recorded(rig)
    # Her own grant still holds; it is her right of now that counts, not that of then.
    assert await read(rig, "ann", session_id) == path.read_bytes()
    assert RAW not in await read(rig, "max", session_id)
    await asked(rig, "max", unmask())
    assert RAW in await read(rig, "max", session_id)
    grants = rig.services.governance.grants
    for grant in await grants.list_grants(await rig.principal("max")):
        await grants.revoke(await rig.principal("max"), grant.id, "done")
    for who in ("ann", "max"):
        assert RAW not in await read(rig, who, session_id)


async def test_a_grant_for_another_class_or_target_shows_nothing(rig: Rig):
    session_id, _ = await recorded(rig)
    await asked(rig, "max", unmask("phone"))
    assert RAW not in await read(rig, "max", session_id)


async def test_who_watches_sees_by_their_own_rights_too(rig: Rig):
    await asked(rig, "ann", unmask())
    aud = await rig.principal("aud")
    async with rig.runner("ann", "prod") as runner:
        session = runner._line.session
        await shown(runner)
        watched, parts = rig.services.registry.watch(aud, session.id), []
        async with contextlib.aclosing(watched):
            async for end, chunk in watched:
                parts.append(chunk)
                assert end == sum(map(len, parts))
                if len(parts) == 1:
                    await shown(runner, SQL.replace("< 4", "< 3"))
                if b"".join(parts).count(b', "z", ') == 2:
                    break
        seen = b"".join(parts)
        assert RAW not in seen
        assert seen.count(MASKED) >= 5
        # Who lost the connection goes on from where it broke.
        watched = rig.services.registry.watch(aud, session.id, len(parts[0]) - 40)
        async with contextlib.aclosing(watched):
            _, chunk = await anext(watched)
            assert seen[len(parts[0]) - 40 :].startswith(chunk[:40])


async def test_what_was_changed_is_not_served_and_says_so(rig: Rig):
    session_id, path = await recorded(rig)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"select", b"SELECT", 1))
    with pytest.raises(UsageError, match="is not what was recorded"):
        await read(rig, "aud", session_id)
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(UsageError, match="is not what was recorded"):
        await read(rig, "aud", session_id)
    path.write_bytes(data)
    assert await read(rig, "aud", session_id)


async def test_what_nobody_can_check_is_not_served(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    session_id, _ = await recorded(rig)
    unknown = Report(exit_code=2, message="its disk fails")
    monkeypatch.setattr(RecordingFolder, "_check", lambda *_: unknown)
    with pytest.raises(UsageError, match="its disk fails"):
        await read(rig, "aud", session_id)


async def test_who_replays_a_live_one_gets_no_more_than_was_judged_for_them(rig: Rig):
    """What comes after a replay was asked for may hold what its reader must not see."""
    await asked(rig, "ann", unmask())
    aud, registry = await rig.principal("aud"), rig.services.registry
    async with rig.runner("ann", "prod") as runner:
        session_id = runner._line.session.id
        with await registry.open_recording(aud, session_id, "") as file:
            await shown(runner)
            with await registry.open_recording(aud, session_id, "") as later:
                assert MASKED in later.read()
            seen = file.read()
    assert len(seen) == file.size_bytes
    assert RAW not in seen


@pytest.mark.parametrize("way", ["another file", "the same file"])
async def test_what_was_checked_is_what_is_served_whoever_swaps_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, way: str
):
    session_id, path = await recorded(rig)
    right = await read(rig, "aud", session_id)
    data = path.read_bytes()

    def swap(self: RecordingFolder, recording: Path) -> Report:
        report = check(self, recording)
        forged = data.replace(b"select id, email", b"select id, EMAIL")
        if way == "the same file":
            path.write_bytes(forged)
        else:
            path.with_name("forged").write_bytes(forged)
            path.with_name("forged").replace(path)
        return report

    check = RecordingFolder._check
    monkeypatch.setattr(RecordingFolder, "_check", swap)
    if way == "the same file":
        with pytest.raises(UsageError, match="is not what was recorded"):
            await read(rig, "aud", session_id)
    else:
        assert await read(rig, "aud", session_id) == right
    path.write_bytes(data)


async def test_where_the_masks_of_a_result_are_missing_nothing_is_shown_from_there_on(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
):
    session_id, path = await recorded(rig)
    path.write_bytes(path.read_bytes().replace(b'\\"masks\\"', b'\\"mask5\\"'))
    # As if a true one were so.
    right = Report(exit_code=0, message="")
    monkeypatch.setattr(RecordingFolder, "_check", lambda *_: right)
    seen = await read(rig, "aud", session_id)
    assert RAW not in seen
    assert b"select id, email" in seen
    rows = [row for row in read_rows(rig.paths.audit_log) if row.event == "recording.read"]
    assert (rows[-1].fields["by"], rows[-1].fields["purpose"]) == ("aud", "INC-7")


# Styles

PARTIAL = Styles(chosen={Sensitivity.PHONE: Style.PARTIAL})
LAST = Styles(chosen={Sensitivity.PHONE: Style.LAST_FOUR, Sensitivity.EMAIL: Style.FULL})
PHONE = "+47 22 33 44 55"


@pytest.mark.parametrize(
    ("mask", "styles", "said"),
    [
        ("phone raw", Styles(), "•••••"),
        ("phone raw", PARTIAL, "•••••55"),
        ("phone raw", LAST, "•••4455"),
        ("phone partial", Styles(), "•••••"),
        ("phone partial", PARTIAL, None),
        ("phone last_four", PARTIAL, None),
        ("phone partial", LAST, "•••••"),
        ("phone full", LAST, None),
        ("email partial", Styles(), None),
        ("email partial", LAST, "•••••"),
        ("email token", LAST, "•••••"),
        ("email+phone raw", PARTIAL, "•••••"),
        ("horoscope raw", PARTIAL, "•••••"),
        ("horoscope partial", PARTIAL, "•••••"),
        ("horoscope full", PARTIAL, None),
        ("phone blurred", PARTIAL, "•••••"),
        ("phone", PARTIAL, "•••••"),
        ("raw", PARTIAL, "•••••"),
    ],
)
def test_no_cell_tells_more_than_the_reader_s_own_masks(
    mask: str, styles: Styles, said: str | None
):
    again = masked_again(mask, styles)
    assert (again and again(PHONE)) == said


@pytest.mark.parametrize(
    ("mask", "is_seen"),
    [
        ("phone raw", True),
        ("phone last_four", True),
        ("email raw", False),
        ("email+phone raw", False),
        ("phone+secret raw", False),
    ],
)
def test_a_grant_counts_where_it_covers_all_classes_of_a_cell(mask: str, is_seen: bool):
    unmasked = frozenset({Sensitivity.PHONE})
    assert (masked_again(mask, Styles(), unmasked) is None) is is_seen


async def test_who_oversees_and_does_not_decide_reads_no_typed_values_in_requests(rig: Rig):
    value, code = "somebody.else@example.com", "K7Q2M9Z4"
    sql = f"delete from customers where email = '{value}' and ssn = '{code}' and city = 'Graz'"
    async with rig.runner("ann", "prod") as runner:
        finished, _, _ = await collect(runner, sql, wait_s=0)
    desk = rig.services.governance.desk
    own, deciding, overseeing = [
        await desk.get(await rig.principal(who), finished.request_id)
        for who in ("ann", "rae", "aud")
    ]
    assert own.text == deciding.text == sql
    assert value not in overseeing.text
    assert code not in overseeing.text
    assert "'Graz'" in overseeing.text
    listed = await desk.list_requests(await rig.principal("aud"))
    assert all(value not in one.text for one in listed)


async def test_no_digest_on_record_or_shown_proves_a_guess_at_a_typed_value(rig: Rig):
    value = "somebody.else@example.com"
    sql = f"delete from customers where email = '{value}' and city = 'Graz'"
    guess = hashlib.sha256(sql.encode()).hexdigest()
    async with rig.runner("ann", "prod") as runner:
        finished, _, _ = await collect(runner, sql, wait_s=0)
    desk = rig.services.governance.desk
    rae, aud = await rig.principal("rae"), await rig.principal("aud")
    deciding = await desk.get(rae, finished.request_id)
    await desk.decide(rae, finished.request_id, approve=True, reason="fine")
    assert deciding.statement_sha256 == guess
    overseeing = await desk.get(aud, finished.request_id)
    shown = json.dumps(approval_object(overseeing))
    assert overseeing.decisions[0].proof is not None
    # Whoever decided checks what was signed by the salt; who may not read the text has none.
    assert salted(guess, deciding.salt) in shown
    assert guess not in shown
    assert deciding.salt not in shown
    rows = [row for row in read_rows(rig.paths.audit_log) if row.event.startswith("approval.")]
    assert {row.event for row in rows} >= {"approval.requested", "approval.decision"}
    assert all(guess not in str(row.fields) for row in rows)
    assert all(deciding.salt not in str(row.fields) for row in rows)


async def test_a_request_without_typed_values_has_its_digest_for_whoever_sees_it(rig: Rig):
    async with rig.runner("ann", "prod") as runner:
        finished, _, _ = await collect(runner, "delete from customers where id = 3", wait_s=0)
    seen = await rig.services.governance.desk.get(await rig.principal("aud"), finished.request_id)
    assert seen.statement_sha256 == finished.statement_sha256
