"""Archived recordings are the same recordings, and the plain file goes last."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
import pytest
import zstandard

from recordings import archive as module
from recordings.__main__ import main
from recordings.age import check_recipient
from recordings.archive import ARCHIVED, archivable, archive
from recordings.asciicast import ExportFormat, export
from recordings.audit import read_rows, verify_audit
from recordings.catalog import Catalog
from recordings.errors import FormatError
from recordings.events import parse_line
from recordings.files import file_digest, open_stream
from recordings.keys import load_public_key
from recordings.packed import pack
from recordings.query import Query
from recordings.reader import read_statements
from recordings.search import SearchIndex
from recordings.verify import (
    Report,
    tell_all,
    verify_against,
    verify_all,
    verify_file,
    verify_recording,
)
from tests.recordings.conftest import Desk


class Keys:
    def __init__(self, folder: Path) -> None:
        identity = pyrage.x25519.Identity.generate()
        self.recipient = str(identity.to_public())
        self.path = folder / "identity.txt"
        self.path.write_text(f"# public key: {self.recipient}\n{identity}\n")


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def only(desk: Desk):
    (entry,) = archivable(Catalog(desk.root), before=desk.clock.now())
    return entry


def archive_all(desk: Desk, *recipients: str, **more) -> Path:
    return archive(only(desk), desk.public, desk.audit, recipients=recipients, by="x", **more).path


def changes_the_plain_file(desk: Desk, _: pytest.MonkeyPatch) -> None:
    path = only(desk).path
    path.write_bytes(path.read_bytes().replace(b"where id = 2", b"where id = 7"))


def puts_another_file_there(desk: Desk, _: pytest.MonkeyPatch) -> None:
    path = only(desk).path
    other = path.with_name("other")
    other.write_bytes(path.read_bytes().replace(b"where id = 2", b"where id = 7"))
    other.replace(path)


def changes_what_was_packed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def compared(plain: Path, packed: BinaryIO) -> None:
        check_same(plain, packed)
        (scratch,) = plain.parent.glob(f".{plain.name}.*")
        changed = open_stream(plain).read().replace(b"where id = 2", b"where id = 7")
        scratch.write_bytes(zstandard.compress(changed))

    check_same = module._check_same
    monkeypatch.setattr(module, "_check_same", compared)


@pytest.mark.parametrize(
    ("act", "is_seen"),
    [
        (changes_the_plain_file, True),
        (changes_what_was_packed, True),
        # What was checked is still open.
        (puts_another_file_there, False),
    ],
)
async def test_what_is_archived_is_what_was_checked(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Desk, pytest.MonkeyPatch], None],
    is_seen: bool,
):
    """The audit log vouches for an archive: nobody may slip another one in meanwhile."""
    path = await desk.sealed(statements=3)

    def checked(*args: Any, **kwargs: Any) -> Report:
        report = verify_recording(*args, **kwargs)
        act(desk, monkeypatch)
        return report

    monkeypatch.setattr(module, "verify_recording", checked)
    if is_seen:
        with pytest.raises(FormatError, match="was changed while it was read"):
            archive_all(desk)
        assert not [row for row in read_rows(desk.audit_path) if row.event == ARCHIVED]
        return
    path = archive_all(desk)
    assert verify_file(path, desk.key_path).state == "sealed"
    assert read_statements(path)[1].text.endswith("where id = 2")


async def test_a_wrong_archive_that_an_earlier_version_vouched_for_is_found_by_who_verifies(
    desk: Desk,
):
    plain = await desk.sealed(statements=3)
    plain.write_bytes(plain.read_bytes().replace(b"where id = 2", b"where id = 7"))
    forged = plain.with_suffix(".cast.zst")
    pack(plain, forged)
    plain.unlink()
    desk.audit.record(ARCHIVED, {"session": "s1", "form": "zst", "sha256": file_digest(forged)})
    log = verify_audit(desk.audit_path, desk.public)
    assert verify_against(forged, desk.public, log).is_ok, "the log says so"
    assert verify_file(forged, desk.key_path).exit_code == 1
    *_, (counts, code) = tell_all(desk.root, desk.key_path, desk.audit_path)
    assert (counts, code) == ("1 recordings: 1 not right", 1)


@pytest.mark.parametrize("is_encrypted", [False, True])
async def test_an_archive_reads_as_the_plain_file_did(desk: Desk, keys: Keys, is_encrypted: bool):
    plain = await desk.sealed(statements=3)
    before = [b"".join(export(plain, kind)) for kind in ExportFormat], read_statements(plain)
    entry = only(desk)
    packed = archive_all(desk, *([keys.recipient] if is_encrypted else []))
    assert packed.name == ("s1.cast.zst.age" if is_encrypted else "s1.cast.zst")
    assert not plain.exists()
    assert packed.stat().st_mode & 0o777 == 0o600
    identity = keys.path if is_encrypted else None
    report = verify_file(packed, desk.key_path, desk.audit_path, identity=identity)
    assert (report.exit_code, report.state) == (0, "sealed")
    after = [b"".join(export(packed, kind, identity=identity)) for kind in ExportFormat]
    assert (after, read_statements(packed, identity=identity)) == before
    (listed,) = Catalog(desk.root).list_entries()
    assert (listed.header.user, listed.statements, listed.duration_s, listed.state) == (
        entry.header.user,
        3,
        entry.duration_s,
        "sealed",
    )
    assert [row.fields["form"] for row in read_rows(desk.audit_path) if row.event == ARCHIVED] == [
        packed.name.removeprefix("s1.cast.")
    ]
    reports = list(verify_all(desk.root, desk.public, desk.audit_path, identity=identity))
    assert [one.is_ok for _, one in reports] == [True]


async def test_what_is_encrypted_holds_nothing_in_the_clear(desk: Desk, keys: Keys):
    writer = await desk.open("s1", command="-c 'select canary_command'", title="canary_title")
    from tests.recordings.conftest import record_statement

    await record_statement(writer, 1)
    await writer.seal("logout")
    assert SearchIndex(desk.root).find(Query(words=("customers",))) != ()
    archive_all(desk, keys.recipient)
    for path in desk.root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for word in (b"canary", b"customers", "José\\r".encode()):
                assert word not in data, path
    assert SearchIndex(desk.root).find(Query(words=("customers",))) == ()


async def test_without_the_identity_nothing_is_told_but_what_to_do(desk: Desk, keys: Keys):
    await desk.sealed()
    packed = archive_all(desk, keys.recipient)
    report = verify_file(packed, desk.key_path)
    assert report.exit_code == 2
    assert "--identity" in report.message
    (desk.folder / "other").mkdir()
    other = Keys(desk.folder / "other")
    report = verify_file(packed, desk.key_path, identity=other.path)
    assert report.exit_code == 1
    assert "another identity" in report.message
    empty = desk.folder / "empty"
    empty.write_text("# nothing\n")
    assert "no age identity" in verify_file(packed, desk.key_path, identity=empty).message
    assert verify_file(packed, desk.key_path, identity=desk.folder / "gone").exit_code == 2


async def test_no_change_of_an_encrypted_file_goes_unseen(desk: Desk, keys: Keys):
    await desk.sealed()
    packed = archive_all(desk, keys.recipient)
    data = packed.read_bytes()
    for place in range(0, len(data), 7):
        changed = bytearray(data)
        changed[place] ^= 1
        packed.write_bytes(changed)
        assert not verify_file(packed, desk.key_path, identity=keys.path).is_ok
    for end in range(0, len(data), 97):
        packed.write_bytes(data[:end])
        assert not verify_file(packed, desk.key_path, identity=keys.path).is_ok


@pytest.mark.parametrize("step", ["written", "placed"])
async def test_an_archive_that_was_broken_off_is_done_again(desk: Desk, keys: Keys, step: str):
    plain = await desk.sealed()

    def stop(done: str) -> None:
        if done == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive_all(desk, keys.recipient, checkpoint=stop)
    assert verify_file(plain, desk.key_path).is_ok
    packed = archive_all(desk, keys.recipient)
    assert verify_file(packed, desk.key_path, identity=keys.path).is_ok
    assert sorted(path.name for path in packed.parent.iterdir()) == [
        "s1.about.json",
        "s1.cast.zst.age",
    ]


async def test_what_a_killed_run_left_is_cleared_away(desk: Desk, keys: Keys):
    plain = await desk.sealed()
    code = """if True:
        import os, sys
        from datetime import UTC, datetime
        from pathlib import Path
        from recordings.archive import archivable, archive
        from recordings.audit import AuditLog
        from recordings.catalog import Catalog
        from recordings.keys import load_private_key
        folder = Path(sys.argv[1])
        key = load_private_key(folder / "signing.key")
        now = lambda: datetime.now(UTC)
        audit = AuditLog(folder / "audit.log", key, now=now)
        (entry,) = archivable(Catalog(folder / "sessions"), before=now())
        archive(entry, key.public_key(), audit, recipients=[sys.argv[2]], by="x",
            checkpoint=lambda step: os.kill(os.getpid(), 9))
        """
    words = [sys.executable, "-c", code, str(desk.folder), keys.recipient]
    done = subprocess.run(words, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    assert len(list(plain.parent.glob(".s1.cast.*"))) == 2
    packed = archive_all(desk, keys.recipient)
    assert sorted(path.name for path in packed.parent.iterdir()) == [
        "s1.about.json",
        "s1.cast.zst.age",
    ]


async def test_only_what_is_sealed_old_enough_and_right_is_archived(desk: Desk):
    live = await desk.open("live")
    sealed = await desk.sealed("s2")
    now = desk.clock.now()
    catalog = Catalog(desk.root)
    assert archivable(catalog, before=now - timedelta(days=1)) == []
    (entry,) = archivable(catalog, before=now)
    assert entry.session_id == "s2"
    data = bytearray(sealed.read_bytes())
    data[len(data) // 2] ^= 1
    sealed.write_bytes(data)
    with pytest.raises(FormatError, match="left as it is"):
        archive(entry, desk.public, desk.audit, by="x")
    assert sealed.exists()
    assert [path.name for path in sealed.parent.iterdir() if "zst" in path.name] == []
    await live.seal("logout")


def test_a_recipient_that_is_none_is_refused(keys: Keys):
    assert check_recipient(keys.recipient) == keys.recipient
    for text in ("", "age1", keys.recipient[:-1], "ssh-ed25519 AAAA"):
        with pytest.raises(FormatError, match="age1"):
            check_recipient(text)


async def test_the_rest_of_the_package_works_without_pyrage(desk: Desk):
    path = await desk.sealed()
    code = "import sys; sys.modules['pyrage'] = None\nfrom recordings.__main__ import main\n"
    code += "sys.exit(main(sys.argv[1:]))"
    words = ["verify", str(path), "--key", str(desk.key_path)]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, check=False)
    assert done.returncode == 0
    path.rename(elsewhere := desk.folder / "elsewhere.cast.zst.age")
    elsewhere.write_bytes(b"age-encryption.org/v1\n")
    words[1:2] = [str(elsewhere), "--identity", str(desk.key_path)]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"pip install pyrage" in done.stderr


async def test_a_garbled_list_file_hides_nothing_but_the_list(desk: Desk, keys: Keys):
    await desk.sealed()
    packed = archive_all(desk, keys.recipient)
    about = packed.with_name("s1.about.json")
    whole = about.read_text()
    for text in ("", "[]", json.dumps({"header": {}})):
        about.write_text(text)
        assert Catalog(desk.root).list_entries() == ()
        # Whoever can read what is in the archive is told of it too.
        told = verify_file(packed, desk.key_path, identity=keys.path)
        assert (told.exit_code, "lists show something else" in told.message) == (1, True)
    about.write_text(whole)
    assert verify_file(packed, desk.key_path, identity=keys.path).is_ok


async def test_heads_are_left_out_of_an_archive_and_come_back(desk: Desk):
    plain = await desk.sealed(statements=40)
    whole = plain.read_bytes()
    packed = archive_all(desk)
    with packed.open("rb") as file:
        unpacker = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        played = unpacker.readall()
    heads = re.findall(rb'head\\":\\"([0-9a-f]{64})', whole)
    kept = sum(head in played for head in set(heads))
    assert len(set(heads)) > 150
    assert kept < 10
    assert [parse_line(raw)[1] for raw in played.splitlines()[1:]] == [
        parse_line(raw)[1] for raw in whole.splitlines()[1:]
    ], "zstd alone gives an asciicast that plays"
    out = desk.folder / "out.cast"
    assert main(["unpack", str(packed), "-o", str(out)]) == 0
    assert out.read_bytes() == whole
    assert main(["unpack", str(packed), "-o", str(packed)]) == 2


async def test_no_change_of_an_archive_goes_unseen(desk: Desk):
    await desk.sealed()
    packed = archive_all(desk)
    data = packed.read_bytes()
    for place in range(0, len(data), 5):
        packed.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        assert verify_file(packed, desk.key_path).exit_code == 1, place
    for end in (*range(0, len(data), 61), *range(len(data) - 20, len(data))):
        packed.write_bytes(data[:end])
        assert verify_file(packed, desk.key_path).exit_code == 1, end
    packed.write_bytes(data + data)
    assert verify_file(packed, desk.key_path).exit_code == 1


async def test_an_archive_that_the_log_knows_is_read_by_its_digest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    plain = await desk.sealed(statements=40)
    whole = verify_file(plain, desk.key_path)
    packed = archive_all(desk)
    with monkeypatch.context() as patch:
        patch.setattr("recordings.frames.FrameWalk.run", None)
        log = verify_audit(desk.audit_path, desk.public)
        assert verify_against(packed, desk.public, log) == whole
    assert verify_file(packed, desk.key_path) == whole
    # Elsewhere, under another name, or without the log, all of it is read.
    report = verify_recording(packed, desk.public)
    assert (report.state, report.frames) == ("sealed", whole.frames)
    moved = packed.with_name("s2.cast.zst")
    packed.rename(moved)
    assert "another session" in verify_file(moved, desk.key_path).message


async def test_a_digest_in_the_log_makes_no_recording_of_what_is_none(desk: Desk):
    """Not even the log's own word lets a final signature be missing, or another's stand there."""
    one, other = await desk.sealed("s1"), await desk.sealed("s2")
    seals = [path.read_bytes().splitlines(keepends=True)[-1] for path in (one, other)]
    data = one.read_bytes().removesuffix(seals[0])
    for last in (b"", seals[1]):
        one.write_bytes(data + last)
        packed = one.with_name("s1.cast.zst")
        packed.unlink(missing_ok=True)
        pack(one, packed)
        fields = {"session": "s1", "form": "zst", "sha256": file_digest(packed), "by": "x"}
        desk.audit.record(ARCHIVED, fields)
        assert verify_file(packed, desk.key_path).exit_code == 1


async def test_a_changed_frame_of_an_archive_is_named_from_the_last_signature_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    """Packed anew with all checksums right, as somebody would who wants it to go unseen."""
    plain = await desk.sealed(statements=40)
    changed, packed = desk.folder / "s1.cast", desk.folder / "s1.cast.zst"
    changed.write_bytes(plain.read_bytes().replace(b"where id = 30", b"where id = 31"))
    pack(changed, packed)
    assert verify_file(packed, desk.key_path).first_bad_frame == 117
    packed.unlink()
    head = re.compile(rb',\\"head\\":\\"[0-9a-f]{64}\\"')
    monkeypatch.setattr("recordings.packed.thin_line", lambda _, __, last: head.sub(b"", last))
    pack(changed, packed)
    report = verify_file(packed, desk.key_path)
    assert report.exit_code == 1
    assert "no signature of this key vouches for it" in report.message
    assert report.first_bad_frame in range(64, 118)


async def test_a_frame_that_claims_to_be_huge_takes_no_memory(desk: Desk):
    await desk.sealed()
    packed = archive_all(desk)
    data = packed.read_bytes()
    # Magic, a descriptor with eight bytes of size, a window, and the rest as it was.
    huge = data[:4] + b"\xc4\x50" + (1 << 40).to_bytes(8, "little") + data[6:]
    packed.write_bytes(huge)
    assert verify_file(packed, desk.key_path).exit_code == 1


FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("name", ["one_frame", "heads_kept", "thin"])
def test_archives_of_each_earlier_form_stay_readable(name: str):
    folder, packed = FIXTURES / "v3", FIXTURES / "packed" / f"{name}.cast.zst"
    with open_stream(packed) as stream:
        assert stream.read() == (folder / "session.cast").read_bytes()
    report = verify_recording(packed, load_public_key(folder / "recording.pub"))
    assert report.state == "sealed"
