"""``bastion recording`` on an installation's own folder, through the command line."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from bastion import cli, doctor
from bastion.config import Paths
from bastion.installation import SystemClock, initialise, open_audit_log
from recordings import disk
from recordings.anchor import append_head
from recordings.audit import AuditRow, head_path, read_head, read_rows
from recordings.derived import seek_path
from recordings.disk import open_descriptor
from recordings.events import Header
from recordings.keys import load_private_key, load_public_key, make_private_key, save_public_key
from recordings.reader import read_events
from recordings.writer import Journal
from tests.recordings.conftest import record_statement


class EarlierClock(SystemClock):
    """The clock of the machine, as it was some time ago."""

    def __init__(self, ago: timedelta) -> None:
        self._ago = ago

    def now(self) -> datetime:
        return super().now() - self._ago


class Box:
    """One installation with recordings and no server."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.paths = Paths(folder / "state", folder / "state.keys")
        self.folder = folder
        self._capsys = capsys
        asyncio.run(initialise(self.paths, SystemClock()))

    def record(
        self,
        session_id: str,
        *,
        days_ago: int = 0,
        target: str = "shop",
        recipients: Sequence[str] = (),
    ) -> Path:
        """Record a whole session that began some days ago."""
        return asyncio.run(self._record(session_id, days_ago, target, recipients))

    async def _record(
        self, session_id: str, days_ago: int, target: str, recipients: Sequence[str]
    ) -> Path:
        clock = EarlierClock(timedelta(days=days_ago))
        key = load_private_key(self.paths.signing_key)
        log = open_audit_log(self.paths, clock)
        journal = Journal(self.paths.sessions, key, log, now=clock.now, recipients=recipients)
        header = Header(
            session_id=session_id,
            started_at=clock.now(),
            columns=80,
            rows=24,
            user="ann",
            person="ann",
            target=target,
        )
        writer = await journal.open(header)
        for index in (1, 2):
            await record_statement(writer, index)
        await writer.seal("logout")
        journal.close()
        return writer.path

    def run(self, *words: str | Path) -> tuple[int, str]:
        """Run one command: exit code, and all that it said."""
        code = cli.main(["--dir", str(self.paths.state), "recording", *map(str, words)])
        said = self._capsys.readouterr()
        return code, said.out + said.err

    def rows(self, event: str) -> list[AuditRow]:
        return [row for row in read_rows(self.paths.audit_log) if row.event == event]

    def configure(self, text: str) -> None:
        self.paths.config.write_text(text)


@pytest.fixture
def box(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> Iterator[Box]:
    monkeypatch.delenv("BASTION_KEY_DIR", raising=False)
    return Box(tmp_path, capsys)


def test_old_recordings_are_archived_and_read_in_every_form(box: Box):
    identity = pyrage.x25519.Identity.generate()
    (box.folder / "id.txt").write_text(str(identity))
    box.record("old", days_ago=30)
    box.record("new")
    code, said = box.run("archive", "--older-than", "7d")
    assert (code, "1 recordings archived (packed" in said) == (0, True)
    box.configure(f'[recording]\nrecipients = "{identity.to_public()}"\n')
    code, said = box.run("archive", "--older-than", "0h")
    assert (code, "1 recordings archived (encrypted" in said) == (0, True)
    code, said = box.run("list", "--json")
    forms = {one["id"]: Path(one["path"]).name for one in json.loads(said)}
    assert forms == {"old": "old.cast.zst", "new": "new.cast.zst.age"}
    out = box.folder / "out"
    for name in forms:
        key = ["--identity", box.folder / "id.txt"]
        assert box.run("verify", name, *key)[0] == 0
        code, said = box.run("show", name, "--json", *key)
        assert (code, len(json.loads(said)["statements"])) == (0, 2)
        assert box.run("export", name, "-o", out, *key)[0] == 0
        assert b"customers" in out.read_bytes()
        assert box.run("play", name, *key)[0] == 0
        assert ("select name" in box.run("show", name)[1]) == (name == "old")
    assert [row.fields["session"] for row in box.rows("recording.archived")] == ["old", "new"]


def test_one_encrypted_session_is_erased_by_two_persons(box: Box, monkeypatch):
    identity = pyrage.x25519.Identity.generate()
    (box.folder / "id.txt").write_text(str(identity))
    path = box.record("s1", recipients=[str(identity.to_public())])
    key = ["--identity", box.folder / "id.txt"]
    assert (box.run("show", "s1")[0], box.run("show", "s1", *key)[0]) == (1, 0)
    assert "--identity" in box.run("play", "s1")[1]
    assert box.run("erase", "s1")[0] == 2
    assert box.run("erase", "s1", "--propose")[0] == 2
    monkeypatch.setenv("SUDO_USER", "alice")
    code, said = box.run("erase", "s1", "--propose", "--reason", "asked for")
    proposal = said.split()[-1]
    assert code == 0
    assert "second person" in box.run("erase", "--confirm", proposal)[1]
    assert box.run("verify", "s1", *key)[0] == 0
    monkeypatch.setenv("SUDO_USER", "bob")
    code, said = box.run("erase", "--confirm", proposal)
    assert (code, "s1: erased" in said, "backups" in said) == (0, True, True)
    assert not path.with_name("s1.key.age").exists()
    code, said = box.run("verify", "s1")
    assert (code, "erased on record" in said) == (0, True)
    code, said = box.run("show", "s1", *key)
    assert (code, "erased" in said) == (1, True)


@pytest.mark.parametrize("words", [["--older-than", "soon"], ["--recipient", "age1nobody"]])
def test_wrong_words_archive_nothing(box: Box, words: list[str]):
    path = box.record("s1", days_ago=30)
    code, said = box.run("archive", *words)
    assert code != 0
    assert words[1] in said
    assert path.exists()


def test_playing_begins_at_any_moment_and_the_reading_is_on_record(box: Box):
    path = box.record("moment")
    last_s = list(read_events(path))[-1].time_s
    code, whole = box.run("play", "moment")
    assert (code, whole.count("José")) == (0, 2)
    code, end = box.run("play", "moment", "--at", f"{last_s + 1:.6f}")
    assert code == 0
    assert end.count("José") == 2
    assert end != whole
    assert seek_path(box.paths.sessions, "moment").exists()
    assert box.run("play", "moment", "--at", "01:23:45") == (0, end)
    assert box.run("export", "moment", "--format", "svg", "--at", "1:00")[0] == 0
    ranges = [row.fields.get("from_s") for row in box.rows("recording.read")]
    assert ranges == [None, f"{last_s + 1:g}", "5025", "60"]


@pytest.mark.parametrize("moment", ["", "soon", "1:2:3:4", "-1", "1e9", "12:"])
def test_a_moment_that_is_none_plays_nothing(box: Box, moment: str):
    box.record("moment")
    code, said = box.run("play", "moment", f"--at={moment}")
    assert code == 2
    assert "moment" in said
    assert box.rows("recording.read") == []


def test_a_search_names_the_session_the_second_and_the_statement(box: Box):
    box.record("first")
    box.record("second", target="crm")
    code, said = box.run("list", "--search", "customers verdict:allow target:crm")
    assert code == 0
    assert "second" in said
    assert "first" not in said
    assert "00:00:00  #1 allow  select name from customers where id = 1" in said
    assert "recording play ID --at TIME" in said
    [found] = json.loads(box.run("list", "--text", '"id = 2"', "--user", "ann", "--target", "crm",
                                 "--json")[1])  # fmt: skip
    assert [(hit["statement"], hit["verdict"]) for hit in found["hits"]] == [(2, "allow")]
    assert box.run("list", "--search", "nowhere")[1] == "No recording matches.\n"
    assert box.run("list", "--search", "after:soon")[0] == 1
    assert json.loads(box.run("list", "--json")[1])[0]["hits"] == []
    purposes = [row.fields["purpose"] for row in box.rows("recording.read")]
    assert purposes[0] == "customers verdict:allow target:crm"


def test_a_recording_is_signed_for_ssh_keygen(box: Box):
    path = box.record("s1")
    data = path.read_bytes()
    signers, signature = box.folder / "allowed_signers", box.folder / "sig"
    signers.write_text(box.run("key")[1])
    for _ in ("plain", "packed"):
        assert box.run("sign", "s1", "-o", signature) == (0, "")
        words = ["ssh-keygen", "-Y", "verify", "-n", "bastion-recording", "-I", "bastion"]
        words += ["-f", str(signers), "-s", str(signature)]
        assert subprocess.run(words, input=data, capture_output=True, check=False).returncode == 0
        box.run("archive", "--older-than", "0h")


def test_a_seal_is_signed_for_ssh_keygen(box: Box):
    box.record("s1")
    code, said = box.run("seal", "s1")
    assert code == 0
    seal = json.loads(said)
    signers, signature = box.folder / "allowed_signers", box.folder / "sig"
    signers.write_text(seal["allowed_signers"])
    signature.write_text(seal["signature"])
    assert seal["allowed_signers"].split()[-1] == box.run("key")[1].split()[-1]
    words = ["ssh-keygen", "-Y", "verify", "-n", "bastion-seal", "-I", "bastion"]
    words += ["-f", str(signers), "-s", str(signature)]
    for message, status in ((seal["message"], 0), (seal["message"].replace("s1", "s2"), 255)):
        done = subprocess.run(words, input=message.encode(), capture_output=True, check=False)
        assert done.returncode == status
    assert '"session":"s1"' in seal["message"]
    assert [row.fields["act"] for row in box.rows("recording.read")] == ["seal"]
    assert box.run("seal", "s2")[0] != 0


def test_a_recording_that_is_not_right_is_not_signed(box: Box):
    path = box.record("s1")
    path.write_bytes(path.read_bytes().replace(b"customers", b"cusTomers"))
    code, said = box.run("sign", "s1", "-o", box.folder / "sig")
    assert (code, "first bad frame" in said) == (1, True)
    assert not (box.folder / "sig").exists()


def test_a_redacted_copy_is_written_proven_and_never_over_anything(box: Box):
    path = box.record("s1")
    out = box.folder / "copy.cast"
    code, said = box.run("redact", "s1", "--statement", "2", "--output", "0-999", "-o", out)
    assert (code, "redacted copy" in said) == (0, True)
    assert b"where id = 2" not in out.read_bytes()
    assert b"where id = 1" in out.read_bytes()
    assert box.run("verify", out)[0] == 0
    assert [row.fields["act"] for row in box.rows("recording.read")] == ["redact"]
    before = path.read_bytes()
    assert box.run("redact", "s1", "--statement", "1", "-o", path)[0] != 0
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "words", [[], ["--output", "5"], ["--output", "9-1"], ["--statement", "9"]]
)
def test_wrong_words_redact_nothing(box: Box, words: list[str]):
    box.record("s1")
    out = box.folder / "copy.cast"
    assert box.run("redact", "s1", *words, "-o", out)[0] != 0
    assert not out.exists()


def test_two_sudoers_delete_what_is_over_and_verify_knows(box: Box, monkeypatch):
    path = box.record("old", days_ago=30)
    kept = box.record("kept", days_ago=30, target="books")
    held = box.record("held", days_ago=30)
    box.configure('[recording]\nkeep_days = 7\nkeep_by_target = "books=400"\n')
    monkeypatch.setenv("SUDO_USER", "alice")
    assert box.run("hold", "held", "--reason", "lawsuit")[0] == 0
    code, said = box.run("expire")
    assert (code, "1 recordings are due" in said, "lawsuit" in said) == (0, True, True)
    assert box.run("expire", "--propose")[0] != 0
    said = box.run("expire", "--propose", "--reason", "over")[1]
    proposal = said.split()[-1]
    assert box.run("expire", "--confirm", proposal)[0] == 1
    assert path.exists()
    monkeypatch.setenv("SUDO_USER", "bob")
    code, said = box.run("expire", "--confirm", proposal)
    assert (code, "1 recordings deleted" in said) == (0, True)
    assert [one.exists() for one in (path, kept, held)] == [False, True, True]
    code, said = box.run("verify", "old")
    assert (code, "deleted by retention, proven" in said) == (0, True)
    assert box.run("release", "held", "--reason", "settled")[0] == 0
    assert "2 recordings are due" not in box.run("expire")[1]


def test_a_policy_that_cannot_be_read_deletes_nothing(box: Box):
    path = box.record("old", days_ago=30)
    box.configure('[recording]\nkeep_days = 1\nkeep_by_target = "shop"\n')
    code, said = box.run("expire", "--propose", "--reason", "over")
    assert (code != 0, "NAME=DAYS" in said) == (True, True)
    assert path.exists()


def test_without_the_audit_log_no_recording_of_this_place_is_right(box: Box):
    path = box.record("s1")
    copy = box.folder / "copy.cast"
    copy.write_bytes(path.read_bytes())
    for file in (box.paths.audit_log.with_name("audit.log.head"), box.paths.audit_log):
        file.unlink()
    code, said = box.run("verify", "s1")
    assert (code, "is missing: nobody can tell what else is" in said) == (1, True)
    assert box.run("verify", path)[0] == 1
    assert box.run("verify", copy)[0] == 0, "elsewhere a seal is enough"


def test_a_configured_anchor_that_is_gone_is_missed(box: Box):
    box.record("s1")
    anchor = box.folder / "anchor"
    box.configure(f'[audit]\nanchor_file = "{anchor}"\n')
    code, said = box.run("verify", "s1")
    assert (code, f"{anchor} cannot be read" in said) == (2, True)
    assert cli.main(["--dir", str(box.paths.state), "audit", "verify"]) == 2


def test_nobody_waits_for_a_pipe_in_the_place_of_a_recording(box: Box):
    path = box.record("s1")
    os.mkfifo(path.with_name("pipe.cast"))
    os.mkfifo(path.with_name("s1.cast.zst"))
    code, said = box.run("list", "--json")
    assert (code, [one["id"] for one in json.loads(said)]) == (0, ["s1"])
    assert box.run("list", "--search", "customers")[0] == 0
    code, said = box.run("verify", "pipe")
    assert (code, "is no file" in said) == (2, True)


def test_nobody_archives_for_themselves_alone(box: Box):
    ours, theirs = (pyrage.x25519.Identity.generate() for _ in range(2))
    (box.folder / "ours.txt").write_text(str(ours))
    box.configure(f'[recording]\nrecipients = "{ours.to_public()}"\n')
    box.record("held")
    box.record("old")
    assert box.run("hold", "held", "--reason", "lawsuit")[0] == 0
    code, said = box.run("archive", "--older-than", "0h", "--recipient", str(theirs.to_public()))
    assert (code, "A hold keeps held readable" in said) == (1, True)
    assert box.run("verify", "old", "--identity", box.folder / "ours.txt")[0] == 0
    (row,) = box.rows("recording.archived")
    assert row.fields["recipients"] == f"{ours.to_public()} {theirs.to_public()}"
    assert box.run("verify", "held")[0] == 0


def test_all_are_verified_at_once_and_lists_are_read_anew(box: Box):
    paths = [box.record(name) for name in ("one", "two")]
    assert box.run("verify")[1].endswith("2 recordings: 2 sealed\n")
    assert box.run("list", "--anew", "--search", "user:ann")[0] == 0
    paths[0].unlink()
    code, said = box.run("verify")
    assert (code, "one.cast: session one: the recording is missing" in said) == (1, True)
    paths[1].write_bytes(b"")
    assert "2 recordings: 2 not right" in box.run("verify")[1]


def test_the_second_person_sees_by_which_term_it_is_over(box: Box):
    box.configure("[recording]\nkeep_days = 3\n")
    box.record("old", days_ago=30)
    assert "kept 3 days" in box.run("expire")[1]
    box.run("expire", "--propose", "--reason", "space")
    (row,) = box.rows("recording.expiry_proposed")
    assert row.fields["keep_days"] == "3"


def test_a_session_goes_before_a_file_of_its_name(box: Box, monkeypatch: pytest.MonkeyPatch):
    """Whatever lies where somebody happens to stand must not answer for a recording."""
    path, other = box.record("s1"), box.record("s2")
    monkeypatch.chdir(box.folder)
    (box.folder / "s1").write_bytes(other.read_bytes())
    assert "session s1: sealed" in box.run("verify", "s1")[1]
    assert json.loads(box.run("show", "s1", "--json")[1])["id"] == "s1"
    code, said = box.run("verify", "./s1")
    assert (code, "another session (s2)" in said) == (1, True)
    path.unlink()
    for verb in ("verify", "show", "play", "export"):
        code, said = box.run(verb, "s1")
        assert (code, "For the file, write ./s1" in said) == (2, True), verb
    # A name that no session has is that of a file.
    (box.folder / "evidence").write_bytes(other.read_bytes())
    assert box.run("verify", "evidence")[0] == 0


def test_what_was_typed_moves_no_terminal(box: Box):
    hostile = "ann\x1b[2J\u202e"
    box.record("s1", target=hostile)
    for words in (["list"], ["show", "s1"], ["verify"], ["verify", "s1"]):
        code, said = box.run(*words)
        assert code == 0
        assert "\x1b" not in said
        assert "\u202e" not in said


def test_whoever_reads_a_changed_recording_is_told_first(box: Box):
    path = box.record("s1")
    whole = path.read_bytes()
    for data in (
        whole.replace(b"customers", b"cusTomers", 1),
        whole[:-9],
        whole[: len(whole) // 2],
    ):
        path.write_bytes(data)
        for words in (["show"], ["show", "--json"], ["play"], ["export"], ["play", "--at", "0"]):
            code, said = box.run(words[0], "s1", *words[1:])
            assert (code, "This is not what was recorded" in said) == (1, True), words
            assert "select name" in said or "shop=>" in said, "it may be all that is left"
    path.write_bytes(whole)
    code, said = box.run("show", "s1")
    assert (code, "not what was recorded" in said) == (0, False)


def test_whoever_reads_a_changed_audit_log_is_told_first(box: Box):
    def run(*words: str) -> tuple[int, str]:
        code = cli.main(["--dir", str(box.paths.state), "audit", *words])
        return code, "".join(box._capsys.readouterr())

    box.record("s1")
    for words in (["search"], ["search", "--json"], ["export"]):
        code, said = run(*words)
        assert (code, "recording.sealed" in said, "not whole" in said) == (0, True, False)
    data = box.paths.audit_log.read_bytes()
    box.paths.audit_log.write_bytes(data.replace(b"recording.sealed", b"recording.seal3d", 1))
    for words in (["search"], ["search", "--json"], ["export"]):
        code, said = run(*words)
        assert (code, "The audit log is not whole" in said) == (1, True)


def test_what_is_read_is_what_was_checked_whoever_swaps_it(
    box: Box, monkeypatch: pytest.MonkeyPatch
):
    path = box.record("s1")
    whole = path.read_bytes()
    forged = whole.replace(b"where id = 2", b"where id = 7")

    def opened_and_swapped(name: Path) -> int:
        descriptor = open_descriptor(name)
        if name == path:
            path.unlink()
            path.write_bytes(forged)
        return descriptor

    with monkeypatch.context() as patch:
        patch.setattr(disk, "open_descriptor", opened_and_swapped)
        for words in (["show"], ["play", "--at", "0"], ["export", "--format", "jsonl"]):
            code, said = box.run(words[0], "s1", *words[1:])
            assert (code, "where id = 2" in said, "where id = 7" in said) == (0, True, False)
            path.write_bytes(whole)
    path.write_bytes(forged)
    assert box.run("show", "s1")[0] == 1


def test_a_copy_that_is_read_is_named_on_record(box: Box):
    path = box.record("s1")
    copy = box.folder / "other.cast"
    copy.write_bytes(path.read_bytes())
    box.run("show", copy)
    box.run("show", "s1")
    rows = [(row.fields["session"], row.fields.get("file")) for row in box.rows("recording.read")]
    assert rows == [("other", str(copy)), ("s1", None)]


def test_whoever_reads_past_a_log_that_was_rolled_back_is_told_by_its_anchor(box: Box):
    box.record("s1")
    anchor = box.folder / "anchor"
    box.configure(f'[audit]\nanchor_file = "{anchor}"\n')
    assert box.run("show", "s1")[0] == 0, "before the first head there is no anchor"
    log, head_file = box.paths.audit_log, head_path(box.paths.audit_log)
    before = log.read_bytes(), head_file.read_bytes()
    box.record("s2")
    head = read_head(log, load_public_key(box.paths.recording_public_key))
    assert head is not None
    append_head(anchor, head)
    assert box.run("show", "s1")[0] == 0
    log.write_bytes(before[0])
    head_file.write_bytes(before[1])
    for words in (["recording", "show", "s1"], ["audit", "search"]):
        code = cli.main(["--dir", str(box.paths.state), *words])
        said = "".join(box._capsys.readouterr())
        assert code == 1, words
        assert "not the one that the anchor saw" in said or "rolled back" in said


def test_a_public_key_that_somebody_put_there_is_told(box: Box):
    box.record("s1")
    assert doctor._audit(box.paths, "")[0].severity is doctor.Severity.OK
    box.paths.recording_public_key.unlink()
    save_public_key(make_private_key().public_key(), box.paths.recording_public_key)
    (finding,) = doctor._audit(box.paths, "")
    assert (finding.is_bad, "others made it" in finding.text) == (True, True)
