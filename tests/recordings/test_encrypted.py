"""Recordings encrypted as they are written: nothing in the clear, all proven, live as ever."""

from __future__ import annotations

import binascii
import contextlib
import dataclasses
import os
from pathlib import Path

import pyrage
import pytest

from recordings import encrypted
from recordings.archive import archivable, archive
from recordings.asciicast import ExportFormat, export
from recordings.audit import ERASED, AuditLog, read_rows, verify_audit
from recordings.catalog import Catalog
from recordings.encrypted import key_path
from recordings.erasure import erase, find_erasure, propose_erasure
from recordings.errors import EncryptedError, FormatError, RecordingFailure
from recordings.events import NoteEvent, Output, VerdictEvent
from recordings.files import open_chained, open_stream
from recordings.keys import load_public_key
from recordings.query import Query
from recordings.reader import read_events, read_header, read_statements
from recordings.redact import Redaction, redact
from recordings.retention import (
    KeepPolicy,
    delete,
    find_due,
    find_proposal,
    hold,
    propose,
    release,
)
from recordings.search import SearchIndex
from recordings.seek import SeekIndexes, index_key, screen_at
from recordings.verify import verify_all, verify_file, verify_recording
from recordings.writer import Journal, TranscriptWriter
from tests.recordings.conftest import Desk, record_statement
from tests.recordings.second_verifier import is_right

pytestmark = pytest.mark.parametrize("desk", ["encrypted"], indirect=True)


async def opened(desk: Desk, session_id: str = "s1", *, statements: int = 5) -> TranscriptWriter:
    writer = await desk.open(session_id, command="-c 'select canary'", title="canary")
    for index in range(1, statements + 1):
        await record_statement(writer, index)
    return writer


def everything_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_nothing_of_a_session_is_on_the_disk_in_the_clear_at_any_time(desk: Desk):
    writer = await opened(desk)
    indexes = SeekIndexes(desk.root, index_key(desk.key))
    for is_ended in (False, True):
        if is_ended:
            await writer.seal("logout")
        assert SearchIndex(desk.root).find(Query(words=("customers",))) == ()
        indexes.update(writer.path)
        assert [one.entry.session_id for one in SearchIndex(desk.root).find(Query())] == ["s1"]
        for word in (b"canary", b"customers", "José".encode()):
            assert word not in everything_below(desk.root)
    assert key_path(writer.path).stat().st_mode & 0o777 == 0o600


async def test_the_data_key_is_nowhere_but_for_the_identities_holder(desk: Desk):
    writer = await opened(desk, statements=1)
    raw = writer.file.state.content.key.raw
    await writer.seal("logout")
    desk.identity_path.unlink()
    data = everything_below(desk.folder)
    for spelt in (raw, raw.hex().encode(), binascii.b2a_base64(raw)[:40]):
        assert spelt not in data
    assert raw.hex() not in repr(writer.file.state)
    assert str(raw) not in repr(writer.file.state)


async def test_lists_show_who_when_and_how_many(desk: Desk):
    writer = await opened(desk)
    await writer.seal("logout")
    (entry,) = Catalog(desk.root).list_entries()
    assert (entry.header.user, entry.header.target) == ("alice", "shop-prod")
    assert (entry.statements, entry.state, entry.end_reason) == (5, "sealed", "logout")


async def test_the_holder_of_the_identity_reads_it_as_any_other(desk: Desk):
    writer = await opened(desk)
    await writer.seal("logout")
    read = {"identity": desk.identity}
    assert read_header(writer.path, **read).command == "-c 'select canary'"
    assert [one.status for one in read_statements(writer.path, **read)] == ["ok"] * 5
    assert all(b"".join(export(writer.path, kind, **read)) for kind in ExportFormat)
    screen, _ = screen_at(writer.path, None, **read)
    assert "José" in screen.dump()
    report = verify_file(writer.path, desk.key_path, identity=desk.identity)
    assert report.state == "sealed"
    assert "what it holds is right too" in report.message


async def test_without_the_identity_it_is_verified_and_not_read(desk: Desk, tmp_path: Path):
    writer = await opened(desk)
    assert verify_file(writer.path, desk.key_path).state == "live"
    await writer.seal("logout")
    report = verify_file(writer.path, desk.key_path)
    assert (report.exit_code, report.state) == (0, "sealed")
    assert is_right(writer.path, desk.public, desk.audit_path)
    with pytest.raises(EncryptedError, match="--identity"):
        read_header(writer.path)
    other = tmp_path / "other.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(FormatError, match="another identity"):
        read_header(writer.path, identity=other)


async def test_the_running_bastion_watches_and_replays_a_live_one(desk: Desk):
    writer = await opened(desk, statements=100)
    with writer.open() as stream:
        seen = stream.read()
    assert (len(seen), seen.count(b"select name")) == (writer.length_bytes, 300)
    followed: list[bytes] = []
    stop = writer.follow(len(seen), lambda _, chunk: followed.append(chunk))
    await writer.append(Output(data=b"shown at once"))
    stop()
    assert b"shown at once" in b"".join(followed)
    await writer.seal("logout")
    with open_stream(writer.path, desk.identity) as stream:
        whole = stream.read()
    for offset in (0, 1, 70_000, len(seen), len(whole) - 3):
        chunks = [(end, chunk) async for end, chunk in writer.watch(offset)]
        assert b"".join(chunk for _, chunk in chunks) == whole[offset:]
        assert chunks[-1][0] == len(whole)


async def test_each_flip_and_cut_is_found_without_any_key(desk: Desk):
    writer = await opened(desk, statements=2)
    await writer.seal("logout")
    data = writer.path.read_bytes()
    for place in range(0, len(data), 41):
        writer.path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert verify_file(writer.path, desk.key_path).exit_code == 1, place
    for end in range(0, len(data), 211):
        writer.path.write_bytes(data[:end])
        assert verify_file(writer.path, desk.key_path).exit_code == 1, end


async def test_a_key_that_is_changed_exchanged_or_gone_is_found(desk: Desk):
    paths = []
    for name in ("s1", "s2"):
        writer = await opened(desk, name, statements=1)
        await writer.seal("logout")
        paths.append(writer.path)
    key, other = map(key_path, paths)
    kept = key.read_bytes()
    for changed in (kept[:-1], kept + b"x", b"", other.read_bytes()):
        key.write_bytes(changed)
        report = verify_file(paths[0], desk.key_path)
        assert (report.exit_code, "its key is damaged" in report.message) == (1, True)
    key.unlink()
    assert "its key is missing" in verify_file(paths[0], desk.key_path).message
    with pytest.raises(EncryptedError, match="not beside it"):
        read_header(paths[0], identity=desk.identity)
    # A copy elsewhere may be without it: it can be verified all the same.
    alone = desk.folder / "s1.cast"
    alone.write_bytes(paths[0].read_bytes())
    assert verify_file(alone, desk.key_path).exit_code == 0


async def test_a_crashed_one_is_closed_without_its_key(desk: Desk):
    writer = await opened(desk)
    with writer.open() as stream:
        shown = stream.read()
    desk.journal.close()
    with writer.path.open("ab") as file:
        file.write(b'[9.000000, "p", "torn')
    assert verify_file(writer.path, desk.key_path).exit_code == 1
    (recovered,) = desk.new_journal().recover(lambda _: False)
    assert recovered.trimmed_bytes == 21
    assert verify_file(writer.path, desk.key_path).state == "crashed"
    assert is_right(writer.path, desk.public, desk.audit_path)
    with open_stream(writer.path, desk.identity) as stream:
        assert stream.read() == shown
    assert verify_file(writer.path, desk.key_path, identity=desk.identity).state == "crashed"


async def test_what_never_began_leaves_no_key(desk: Desk):
    writer = await desk.open()
    desk.journal.close()
    another = AuditLog(desk.folder / "another.log", desk.key, now=desk.clock.now)
    Journal(desk.root, desk.key, another, now=desk.clock.now).recover(lambda _: False)
    assert not writer.path.exists()
    assert not key_path(writer.path).exists()


async def test_a_recording_that_cannot_be_encrypted_never_begins(desk: Desk):
    desk.recipients = ("age1nonsense",)
    desk.journal = desk.new_journal()
    with pytest.raises(RecordingFailure, match="cannot be encrypted"):
        await desk.open()
    assert [path for path in desk.root.rglob("s1*") if path.is_file()] == []


async def fail_to_append(writer: TranscriptWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the next sync of the disk fail, and the one after it go well."""
    errors = iter([OSError(28, "No space left on device")])

    def sync(descriptor: int) -> None:
        for error in errors:
            raise error

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", sync)
        with pytest.raises(RecordingFailure):
            await writer.append(Output(data=b"never shown"))


async def test_a_failed_write_ends_with_an_encrypted_and_signed_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    writer = await opened(desk, statements=1)
    await fail_to_append(writer, monkeypatch)
    assert verify_file(writer.path, desk.key_path, identity=desk.identity).state == "sealed"
    with open_stream(writer.path, desk.identity) as stream:
        assert b"never shown" not in stream.read()


async def test_no_key_stream_is_used_twice_even_behind_a_frame_that_failed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    """Same key stream, other text: the difference of the two would be that of the texts."""
    streams = []

    def key_stream(key: bytes, nonce: bytes) -> object:
        streams.append(nonce)
        return made(key, nonce)

    made = encrypted._key_stream
    monkeypatch.setattr(encrypted, "_key_stream", key_stream)
    writer = await opened(desk, statements=1)
    await fail_to_append(writer, monkeypatch)
    lines = [line.split(b'"') for line in writer.path.read_bytes().splitlines()]
    begun = [line[3] for line in lines if line[1] == b"D"]
    assert len(begun) == 2
    assert [binascii.a2b_base64(text)[:12] for text in begun] == streams
    assert len({*streams}) == 2


async def test_what_one_holds_reads_alike_from_each_run_on(desk: Desk):
    writer = await desk.open()
    for number in range(60):
        await writer.append(Output(data=b"%d|" % number + os.urandom(3000).hex().encode()))
    with writer.open() as stream:
        whole = stream.read()
    places = writer.file.state.content.places
    assert len(places) > 3
    for start, _ in places:
        assert writer.file.read(start, 500) == whole[start : start + 500]
    await writer.seal("end")
    with open_stream(writer.path, desk.identity) as stream:
        assert stream.read().startswith(whole)


@pytest.mark.parametrize("is_sealed", [True, False])
async def test_whoever_has_the_key_is_shown_nothing_that_was_changed(desk: Desk, is_sealed: bool):
    """Though nobody verified it: tags tell. Behind the last tag, only ``verify`` does."""
    writer = await desk.open()
    for number in range(40):
        await writer.append(Output(data=b"%d|" % number + os.urandom(2000).hex().encode()))
    data = writer.path.read_bytes()
    if is_sealed:
        await writer.seal("end")
        data = writer.path.read_bytes()
    with open_stream(writer.path, desk.identity) as stream:
        whole = stream.read()
    copy = writer.path.with_name("s1.cast")
    last = data.rindex(b', "D", ')
    places = [at for at in range(data.index(b', "D", ') + 9, last + 60, 211) if data[at] != 10]
    for place in places:
        copy.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        shown = b""
        with contextlib.suppress(FormatError), open_stream(copy, desk.identity) as stream:
            while chunk := stream.read(1 << 14):
                shown += chunk
        # What is not of the encrypted lines, as a signature, is not part of what they hold.
        assert whole.startswith(shown)
    copy.write_bytes(data)


async def test_what_it_holds_can_be_handed_on_with_all_proofs(desk: Desk):
    writer = await opened(desk)
    await writer.seal("logout")
    (desk.folder / "out").mkdir()
    copy, decrypted = desk.folder / "copy.cast", desk.folder / "out/s1.cast"
    copy.write_bytes(
        b"".join(redact(writer.path, Redaction(outputs=((0.0, 60.0),)), identity=desk.identity))
    )
    with open_stream(writer.path, desk.identity) as stream:
        decrypted.write_bytes(stream.read())
    assert verify_recording(copy, desk.public, desk.audit_path).state == "redacted"
    assert verify_recording(decrypted, desk.public, desk.audit_path).state == "sealed"
    for end in range(0, decrypted.stat().st_size, 1997):
        cut = decrypted.with_name("cut.cast")
        cut.write_bytes(decrypted.read_bytes()[:end])
        assert not verify_recording(cut, desk.public, desk.audit_path).is_ok
    # In the recording's own place it is not the recording.
    writer.path.write_bytes(decrypted.read_bytes())
    report = verify_recording(writer.path, desk.public, desk.audit_path)
    assert (report.exit_code, "not the recording" in report.message) == (1, True)


async def test_a_decrypted_copy_of_a_crashed_one_proves_nothing(desk: Desk):
    writer = await opened(desk)
    with writer.open() as stream:
        shown = stream.read()
    desk.journal.close()
    desk.new_journal().recover(lambda _: False)
    copy = desk.folder / "s1.cast"
    copy.write_bytes(shown)
    assert "check the recording itself" in verify_file(copy, desk.key_path).message


@pytest.mark.parametrize("recipients", [(), ("another",)])
async def test_an_archived_one_is_packed_and_under_its_own_key(desk: Desk, recipients):
    writer = await opened(desk)
    await writer.seal("logout")
    with open_stream(writer.path, desk.identity) as stream:
        whole = stream.read()
    (entry,) = archivable(Catalog(desk.root), before=desk.clock.now())
    if recipients:
        recipients = (str(pyrage.x25519.Identity.generate().to_public()),)
    packed = archive(entry, desk.public, desk.audit, recipients=recipients, by="x").path
    assert packed.name == "s1.cast.zst"
    assert packed.stat().st_size < entry.size_bytes
    assert verify_file(packed, desk.key_path).state == "sealed"
    assert verify_file(packed, desk.key_path, identity=desk.identity).state == "sealed"
    with open_stream(packed, desk.identity) as stream:
        assert stream.read() == whole
    assert Catalog(desk.root).list_entries()[0].statements == 5


async def test_plain_ones_before_and_after_are_read_alike(desk: Desk):
    desk.recipients = ()
    desk.journal = desk.new_journal()
    plain = await desk.sealed("s2")
    assert verify_file(plain, desk.key_path).state == "sealed"
    assert read_header(plain, identity=desk.identity_path).session_id == "s2"
    assert b"key_sha256" not in plain.read_bytes()


async def test_another_sessions_frames_and_moved_ones_do_not_decrypt(desk: Desk):
    writers = [await opened(desk, name, statements=1) for name in ("s1", "s2")]
    key = writers[0].file.state.content.key
    for wrong in (dataclasses.replace(key, session_id="s2"), writers[1].file.state.content.key):
        with pytest.raises(FormatError):
            wrong.open(3, key.seal(3, b"x"))
    with pytest.raises(FormatError):
        key.open(4, key.seal(3, b"x"))
    assert key.open(3, key.seal(3, b"x")) == b"x"
    for writer in writers:
        await writer.seal("end")


async def test_what_is_no_key_or_no_frame_is_refused_in_words(desk: Desk):
    writer = await opened(desk, statements=1)
    await writer.append(NoteEvent(kind="x"))
    await writer.seal("end")
    key = key_path(writer.path)
    key.write_bytes(pyrage.encrypt(b"no hex", [pyrage.x25519.Recipient.from_str(*desk.recipients)]))
    with pytest.raises(FormatError, match="holds no data key"):
        read_header(writer.path, identity=desk.identity)
    with open_chained(writer.path) as stream:
        assert b'"D"' in stream.read()


async def test_a_watcher_of_the_file_reads_only_whole_frames(desk: Desk):
    writer = await opened(desk, statements=3)
    whole = writer.path.read_bytes()
    cut = desk.folder / "s1.cast"
    (desk.folder / "s1.key.age").write_bytes(key_path(writer.path).read_bytes())
    for end in range(len(whole) - 600, len(whole), 37):
        cut.write_bytes(whole[:end])
        with contextlib.suppress(FormatError):
            assert list(read_events(cut, identity=desk.identity))
    await writer.seal("end")


@pytest.mark.parametrize("name", ["encrypted", "encrypted_v5"])
async def test_encrypted_recordings_of_each_version_stay_readable(desk: Desk, name: str):
    folder = Path(__file__).parent / "fixtures" / name
    path, identity = folder / "session.cast", folder / "identity.txt"
    report = verify_file(path, folder / "recording.pub", identity=identity)
    assert report.state == "sealed"
    assert "what it holds is right too" in report.message
    assert is_right(path, load_public_key(folder / "recording.pub"), folder / "audit.log")
    assert len(read_statements(path, identity=identity)) == 3


def erased(desk: Desk, *names: str, by: str = "bob") -> dict[str, str]:
    found = [
        propose_erasure(desk.audit, Catalog(desk.root).find(name), name, by="alice", why="asked")
        for name in names
    ]
    done = {}
    for proposal_id in found:
        proposal = find_erasure(desk.audit, proposal_id, by=by, now=desk.clock.now())
        done |= dict(erase(desk.audit, desk.public, proposal, Catalog(desk.root), by=by))
    return done


async def test_an_erased_session_is_unreadable_and_the_chain_stands(desk: Desk):
    for name in ("s1", "s2"):
        await (await opened(desk, name)).seal("logout")
    path = Catalog(desk.root).find("s1")
    key = key_path(path).read_bytes()
    assert erased(desk, "s1") == {"s1": ""}
    assert not key_path(path).exists()
    with pytest.raises(EncryptedError, match="erased"):
        read_header(path, identity=desk.identity)
    report = verify_file(path, desk.key_path, identity=desk.identity)
    assert (report.exit_code, report.state) == (0, "sealed")
    assert "erased on record" in report.message
    assert is_right(path, desk.public, desk.audit_path)
    assert verify_audit(desk.audit_path, desk.public).is_ok
    assert all(one.is_ok for _, one in verify_all(desk.root, desk.public, desk.audit_path))
    assert len(read_statements(Catalog(desk.root).find("s2"), identity=desk.identity)) == 5
    assert Catalog(desk.root).list_entries()[0].header.user == "alice"
    (row,) = [row for row in read_rows(desk.audit_path) if row.event == ERASED]
    assert (row.fields["proposed_by"], row.fields["by"], row.fields["reason"]) == (
        "alice",
        "bob",
        "asked",
    )
    # A key out of a backup is named, and destroyed by the same words.
    key_path(path).write_bytes(key)
    assert "is there again" in verify_file(path, desk.key_path).message
    proposal = find_erasure(desk.audit, row.fields["proposal"], by="bob", now=desk.clock.now())
    done = erase(desk.audit, desk.public, proposal, Catalog(desk.root), by="bob")
    assert list(done) == [("s1", "")]
    assert verify_file(path, desk.key_path).is_ok
    assert len([row for row in read_rows(desk.audit_path) if row.event == ERASED]) == 1


async def test_what_retention_deletes_goes_with_its_key(desk: Desk):
    path = (writer := await opened(desk, statements=1)).path
    await writer.seal("logout")
    desk.clock.advance(40 * 86_400)
    policy, catalog = KeepPolicy(days=30), Catalog(desk.root)
    due = find_due(catalog, desk.audit_path, policy, desk.clock.now())
    proposed = propose(desk.audit, due, by="alice", reason="over")
    proposal = find_proposal(desk.audit, proposed, by="bob", now=desk.clock.now())
    assert list(delete(desk.audit, desk.public, proposal, due, by="bob")) == [("s1", "")]
    assert not path.exists()
    assert not key_path(path).exists()
    assert verify_file(path, desk.key_path).state == "deleted"


async def test_nobody_erases_alone_nor_what_is_live_held_plain_or_not_right(desk: Desk):
    live = await opened(desk, "live", statements=1)
    for name in ("s1", "s2"):
        await (await opened(desk, name, statements=1)).seal("logout")
    with pytest.raises(FormatError, match="second person"):
        erased(desk, "s1", by="alice")
    assert erased(desk, "live") == {"live": "it has not ended"}
    hold(desk.audit, "s1", by="carol", reason="lawsuit")
    with pytest.raises(FormatError, match="legal hold"):
        erased(desk, "s1")
    release(desk.audit, "s1", by="carol", reason="settled")
    proposal = propose_erasure(
        desk.audit, Catalog(desk.root).find("s1"), "s1", by="alice", why="asked"
    )
    hold(desk.audit, "s1", by="carol", reason="lawsuit")
    found = find_erasure(desk.audit, proposal, by="bob", now=desk.clock.now())
    done = dict(erase(desk.audit, desk.public, found, Catalog(desk.root), by="bob"))
    assert done == {"s1": "a hold keeps it: lawsuit"}
    other = Catalog(desk.root).find("s2")
    other.write_bytes(other.read_bytes()[:-40])
    assert "s2" in erased(desk, "s2")["s2"]
    assert all(key_path(path).exists() for path in desk.root.rglob("*.cast"))
    await live.seal("end")
    assert erased(desk, "live") == {"live": ""}
    desk.recipients = ()
    desk.journal = desk.new_journal()
    await desk.sealed("plain")
    with pytest.raises(FormatError, match="no key of its own"):
        erased(desk, "plain")


async def test_an_erasure_that_was_broken_off_is_finished(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    path = (await opened(desk, statements=1)).path
    desk.journal.close()
    desk.new_journal().recover(lambda _: False)
    with monkeypatch.context() as patch:
        patch.setattr("recordings.erasure.destroy", _stop)
        with pytest.raises(KeyboardInterrupt):
            erased(desk, "s1")
    assert "is there again" in verify_file(path, desk.key_path).message
    assert erased(desk, "s1") == {"s1": ""}
    assert verify_file(path, desk.key_path).state == "crashed"


def _stop(_: Path) -> None:
    raise KeyboardInterrupt


async def test_lists_count_the_statements_of_what_lives_or_has_crashed(desk: Desk):
    catalog = Catalog(desk.root)
    writer = await opened(desk, statements=3)
    await writer.append(VerdictEvent(statement_id="q3", action="hold", rule="writes"))
    (entry,) = catalog.list_entries()
    assert (entry.state, entry.statements, entry.held, entry.denied) == ("live", 3, 1, 0)
    desk.journal.close()
    desk.new_journal().recover(lambda _: False)
    (entry,) = catalog.list_entries()
    assert (entry.state, entry.statements, entry.held) == ("crashed", 3, 1)
    assert verify_file(writer.path, desk.key_path, identity=desk.identity).state == "crashed"
