"""Heads that are kept elsewhere: what they prove, and what happens where they cannot be kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bastion.anchoring import Anchoring, AnchorPlaces
from bastion.errors import ConfigError
from recordings.__main__ import main
from recordings.anchor import SignedHead, append_head, read_anchor
from recordings.audit import AuditLog, head_path, read_head, verify_audit
from recordings.keys import make_private_key
from recordings.verify import verify_file
from tests.recordings.conftest import Desk, record_statement
from tests.recordings.second_verifier import is_right

Spelt = Callable[[bytes], bytes]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.journal.close()


@pytest.fixture
def anchor(desk: Desk) -> Path:
    """A log of ten lines, and an anchor that saw it after the third, sixth and ninth."""
    path = desk.folder / "anchor"
    for number in range(1, 11):
        desk.audit.record("act", {"number": number})
        if number % 3 == 0:
            append_head(path, head_of(desk))
    return path


def head_of(desk: Desk) -> SignedHead:
    head = read_head(desk.audit_path, desk.public)
    assert head is not None
    return head


def rolled_back(desk: Desk, lines: int) -> None:
    """Cut the log, and put back the very head that it once had there: signed, and right."""
    rows = desk.audit_path.read_bytes().splitlines(keepends=True)
    desk.audit_path.write_bytes(b"".join(rows[:lines]))
    last = json.loads(rows[lines - 1])
    head = SignedHead.sign(lines, last["hash"], desk.key)
    head_path(desk.audit_path).write_bytes(head.line())


def test_a_whole_log_agrees_with_its_anchor(desk: Desk, anchor: Path):
    assert verify_audit(desk.audit_path, desk.public, anchor=anchor).is_ok
    append_head(anchor, head_of(desk))
    assert verify_audit(desk.audit_path, desk.public, anchor=anchor).is_ok


@pytest.mark.parametrize("lines", range(1, 9))
def test_log_and_head_rolled_back_together_are_found(desk: Desk, anchor: Path, lines: int):
    rolled_back(desk, lines)
    assert verify_audit(desk.audit_path, desk.public).is_ok, "only the anchor can tell"
    report = verify_audit(desk.audit_path, desk.public, anchor=anchor)
    assert "rolled back" in report.fault
    assert report.first_bad_row == lines + 1


def test_a_log_rolled_back_and_written_anew_is_found(desk: Desk, anchor: Path):
    """Even by who owns the key: the same number of lines, of which one is another."""
    rolled_back(desk, 4)
    again = AuditLog(desk.audit_path, desk.key, now=desk.clock.now)
    for number in range(5, 15):
        again.record("act", {"number": number, "by": "mallory"})
    assert verify_audit(desk.audit_path, desk.public).is_ok
    report = verify_audit(desk.audit_path, desk.public, anchor=anchor)
    assert report.first_bad_row == 6
    assert "not the one that the anchor saw" in report.fault


def test_a_log_begun_anew_is_found(desk: Desk, anchor: Path):
    desk.audit_path.unlink()
    head_path(desk.audit_path).unlink()
    AuditLog(desk.audit_path, desk.key, now=desk.clock.now).record("act", {})
    assert verify_audit(desk.audit_path, desk.public).is_ok
    assert not verify_audit(desk.audit_path, desk.public, anchor=anchor).is_ok


def test_what_a_syslog_server_kept_is_an_anchor_too(desk: Desk, anchor: Path):
    kept = desk.folder / "syslog"
    heads = anchor.read_text().splitlines()
    kept.write_text(
        "Nov 27 03:00:00 host sshd[1]: something else\n"
        f"Nov 27 03:00:01 host bastion-audit: head {heads[0]}\n"
        + "Nov 27 03:00:02 host bastion-audit: head {}\n".format(heads[2].replace('"', '\\"'))
    )
    assert [head.seq for head in read_anchor(kept).heads] == [3, 9]
    assert verify_audit(desk.audit_path, desk.public, anchor=kept).is_ok
    rolled_back(desk, 8)
    assert not verify_audit(desk.audit_path, desk.public, anchor=kept).is_ok


SPELLINGS = {
    "as written": lambda line: line,
    "without blanks": lambda line: line.replace(b" ", b""),
    "with other line ends": lambda line: line.replace(b"\n", b"\r\n"),
    "behind each other": lambda line: line.replace(b"\n", b" "),
    "in another order": lambda line: json.dumps(json.loads(line), sort_keys=True).encode() + b"\n",
    "over several lines": lambda line: json.dumps(json.loads(line), indent=4).encode() + b"\n",
    "in a line of syslog": lambda line: b"<13>Nov 27 03:00:01 h bastion-audit: head " + line,
    "in JSON": lambda line: json.dumps({"message": f"head {line.decode()}"}).encode() + b"\n",
    "in JSON of JSON": lambda line: json.dumps(json.dumps({"m": line.decode()})).encode() + b"\n",
}


@pytest.mark.parametrize("spelt", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_head_counts_however_it_was_kept(desk: Desk, anchor: Path, spelt: Spelt):
    """Each of several in a line too."""
    lines = anchor.read_bytes().splitlines(keepends=True)
    anchor.write_bytes(b"".join(map(spelt, lines)))
    report = verify_audit(desk.audit_path, desk.public, anchor=anchor)
    assert (report.fault, report.anchored[:26]) == ("", "anchored to line 9 of 10, ")
    rolled_back(desk, 8)
    report = verify_audit(desk.audit_path, desk.public, anchor=anchor)
    assert "rolled back" in report.fault


GARBLED = {
    "capitals": lambda line: line.upper(),
    "one field more": lambda line: line.replace(b"}", b', "at": 1}'),
    "one field less": lambda line: line.replace(b'"hash"', b'"hsh"'),
    "escaped as in HTML": lambda line: line.replace(b'"', b"&quot;"),
    "escaped as in a URL": lambda line: line.replace(b'"', b"%22"),
    "a digit less": lambda line: line.replace(b'"}', b"}")[:-4] + b'"}\n',
    "two digits more": lambda line: line.replace(b'"}', b'00"}'),
    "wrapped": lambda line: line[:90] + b"\n" + line[90:],
    "its second half": lambda line: line[60:],
    "its first half, and more": lambda line: line[:120] + b" etc.\n",
    "other names": lambda line: line.replace(b"signature", b"sig").replace(b"seq", b"n"),
    "as values of a form": lambda line: (
        line.replace(b'": ', b"=").replace(b"{", b"[")[:-2] + b"]\n"
    ),
    "a line of the log": lambda line: b'{"seq":7,"at":"2026-03-01","event":"x","fields":{}}\n',
}


@pytest.mark.parametrize("garbled", GARBLED.values(), ids=GARBLED.keys())
@pytest.mark.parametrize("which", [0, 1, 2])
def test_what_is_part_of_a_head_and_cannot_be_read_is_told(
    desk: Desk, anchor: Path, which: int, garbled: Spelt
):
    """It could be the one that says otherwise."""
    lines = anchor.read_bytes().splitlines(keepends=True)
    lines[which] = garbled(lines[which])
    anchor.write_bytes(b"something else\n" + b"".join(lines))
    report = verify_audit(desk.audit_path, desk.public, anchor=anchor)
    number = which + (3 if garbled is GARBLED["wrapped"] else 2)
    assert f"line {number} of the anchor has part of a head that cannot be read" in report.fault


def test_lines_of_others_are_no_part_of_a_head(desk: Desk, anchor: Path):
    others = (
        b"icmp_seq=1 ttl=64\nsignature verified\nhash=da39a3ee5e6b4b0d3255bfef95601890afd80709\n"
        b'{"event": "login", "id": "7-abc", "seq": 3}\n\xff\xfe\0\0{ "sequence": 5 }\n'
        + b"sha256:" + b"0" * 64 + b"\n" + b"{" * 5000 + b"\n"
    )  # fmt: skip
    anchor.write_bytes((others + anchor.read_bytes() + b"x" * 3_000_000) * 2)
    report = verify_audit(desk.audit_path, desk.public, anchor=anchor)
    assert (report.fault, "line 9 of 10" in report.anchored) == ("", True)


@pytest.mark.parametrize("left", [6, 8, 10, 20, 80, 90, 105, 150, -3, -2, -1])
def test_a_head_that_a_crash_has_cut_is_counted_and_no_fault(desk: Desk, anchor: Path, left: int):
    whole = anchor.read_bytes()
    start = whole.rindex(b"{")
    anchor.write_bytes(whole[:start] + whole[start:][:left])
    report = verify_audit(desk.audit_path, desk.public, anchor=anchor)
    is_whole = left == -1
    assert (report.fault, "; 1 more were cut" in report.anchored) == ("", not is_whole)
    assert f"anchored to line {9 if is_whole else 6} of 10" in report.anchored
    append_head(anchor, head_of(desk))
    report = verify_audit(desk.audit_path, desk.public, anchor=anchor)
    assert "anchored to line 10 of 10" in report.anchored


def test_the_head_of_an_empty_log_reaches_nothing(desk: Desk, anchor: Path):
    forged = SignedHead(seq=0, hash="0" * 64, signature="ab" * 64)
    true = SignedHead.sign(0, "0" * 64, desk.key)
    for head, fault in ((forged, "not signed by this key"), (true, "reaches no line")):
        anchor.write_bytes(head.line())
        report = verify_audit(desk.audit_path, desk.public, anchor=anchor)
        assert (fault in report.fault, report.anchored) == (True, "")
    append_head(anchor, head_of(desk))
    assert verify_audit(desk.audit_path, desk.public, anchor=anchor).is_ok


def test_heads_that_anybody_could_have_copied_out_of_the_log_are_no_anchor(
    desk: Desk, anchor: Path
):
    rows = map(json.loads, desk.audit_path.read_bytes().splitlines())
    anchor.write_bytes(
        b"".join(SignedHead(seq=r["seq"], hash=r["hash"], signature=r["sig"]).line() for r in rows)
    )
    report = verify_audit(desk.audit_path, desk.public, anchor=anchor)
    assert "the anchor's head of line 10 is not signed by this key" in report.fault


def test_each_command_says_how_far_an_anchor_reaches(
    desk: Desk, anchor: Path, capsys: pytest.CaptureFixture[str]
):
    desk.root.mkdir()
    key = ["--key", str(desk.key_path), "--anchor", str(anchor)]
    assert main(["audit", str(desk.audit_path), *key]) == 0
    assert main(["verify", str(desk.root), *key]) == 0
    said = capsys.readouterr().out.splitlines()
    assert all("anchored to line 9 of 10, 2026-03-01 12:00:00 UTC" in line for line in said)


def test_an_anchor_that_proves_nothing_is_no_anchor(desk: Desk, anchor: Path):
    other = SignedHead.sign(9, "0" * 64, make_private_key())
    for text, fault in ((b"", "no signed head"), (other.line(), "not signed by this key")):
        anchor.write_bytes(text)
        report = verify_audit(desk.audit_path, desk.public, anchor=anchor)
        assert fault in report.fault


def test_a_torn_line_in_the_anchor_harms_neither_what_is_before_nor_behind(
    desk: Desk, anchor: Path
):
    anchor.write_bytes(anchor.read_bytes()[:-40])
    append_head(anchor, head_of(desk))
    assert [head.seq for head in read_anchor(anchor).heads] == [3, 6, 10]
    assert verify_audit(desk.audit_path, desk.public, anchor=anchor).is_ok


def test_the_package_alone_checks_a_log_against_an_anchor(desk: Desk, anchor: Path):
    words = [sys.executable, "-m", "recordings", "audit", str(desk.audit_path)]
    words += ["--key", str(desk.key_path), "--anchor"]

    def status(path: Path) -> int:
        return subprocess.run([*words, str(path)], capture_output=True, check=False).returncode

    assert status(anchor) == 0
    assert status(desk.folder / "none") == 2
    rolled_back(desk, 5)
    assert status(anchor) == 1


async def test_no_recording_is_right_by_a_log_that_was_rolled_back(desk: Desk):
    """Live again, cut, and log and head of that time put back: all signed, all agree."""
    writer = await desk.open()
    await record_statement(writer, 1)
    kept = [path.read_bytes() for path in (desk.audit_path, head_path(desk.audit_path))]
    length = writer.length_bytes
    await record_statement(writer, 2)
    await writer.seal("end")
    anchor = desk.folder / "anchor"
    append_head(anchor, head_of(desk))
    assert verify_file(writer.path, desk.key_path, anchor=anchor).is_ok
    writer.path.write_bytes(writer.path.read_bytes()[:length])
    desk.audit_path.write_bytes(kept[0])
    head_path(desk.audit_path).write_bytes(kept[1])
    assert verify_file(writer.path, desk.key_path).state == "live", "only the anchor can tell"
    assert verify_file(writer.path, desk.key_path, anchor=anchor).exit_code == 1


# A process that has seen more


@pytest.mark.parametrize("lines", [1, 4, 9])
def test_a_running_bastion_writes_to_no_log_that_was_rolled_back(desk: Desk, lines: int):
    for number in range(10):
        desk.audit.record("act", {"number": number})
    rolled_back(desk, lines)
    with pytest.raises(Exception, match="cut or replaced while the bastion ran"):
        desk.audit.record("act", {})
    # Nor to one that has grown again to the very same length.
    other = AuditLog(desk.audit_path, desk.key, now=desk.clock.now)
    for number in range(lines, 12):
        other.record("act", {"number": number + 50})
    with pytest.raises(Exception, match="cut or replaced while the bastion ran"):
        desk.audit.record("act", {})


def test_a_running_bastion_writes_to_no_log_put_in_its_place(desk: Desk):
    for number in range(3):
        desk.audit.record("act", {"number": number})
    copy = desk.folder / "copy.log"
    shutil.copy(desk.audit_path, copy)
    text = copy.read_bytes()
    assert text.count(b'"number": 1') == 1
    copy.write_bytes(text[: text.rindex(b"\n", 0, -1)] + text[text.rindex(b"\n", 0, -1) :])
    rows = copy.read_bytes().splitlines(keepends=True)
    copy.write_bytes(b"".join(rows[:2]) + rows[2].replace(b"act", b"cat"))
    copy.replace(desk.audit_path)
    with pytest.raises(Exception, match="garbled or was changed"):
        desk.audit.record("act", {})


# How far recordings in writing have come


async def crash_and_cut(desk: Desk, *, checkpoint: bool) -> Path:
    writer = await desk.open()
    await record_statement(writer, 1)
    length = writer.length_bytes
    await record_statement(writer, 2)
    if checkpoint:
        assert desk.journal.checkpoint()
    desk.journal.close()
    writer.path.write_bytes(writer.path.read_bytes()[:length])
    desk.journal = desk.new_journal()
    return writer.path


async def test_a_recording_cut_behind_a_checkpoint_is_no_crash(desk: Desk):
    path = await crash_and_cut(desk, checkpoint=True)
    for state in ("before", "after"):
        report = verify_file(path, desk.key_path)
        assert report.exit_code == 1, state
        assert "had seen frame 8" in report.message
        assert report.first_bad_frame == 5
        assert not is_right(path, desk.public, desk.audit_path)
        data = path.read_bytes()
        recovered = desk.journal.recover(lambda _: False)
        assert [one.fault for one in recovered] in (
            [],
            ["it is cut: the audit log had seen frame 8"],
        )
        assert path.read_bytes() == data


async def test_what_no_checkpoint_has_seen_can_be_called_a_crash(desk: Desk):
    """Said plainly in the documentation: up to the last checkpoint, and no further."""
    path = await crash_and_cut(desk, checkpoint=False)
    desk.journal.recover(lambda _: False)
    assert verify_file(path, desk.key_path).state == "crashed"


async def test_recordings_that_grow_and_end_stay_right_by_their_checkpoints(desk: Desk):
    writers = [await desk.open(name) for name in ("s1", "s2", "s3")]
    assert not desk.journal.checkpoint(), "a header says nothing yet"
    for index in range(1, 4):
        for writer in writers[:2]:
            await record_statement(writer, index)
        assert desk.journal.checkpoint()
        assert not desk.journal.checkpoint()
    await writers[0].seal("end")
    desk.journal.checkpoint()
    for writer, state in zip(writers, ("sealed", "live", "live"), strict=True):
        assert verify_file(writer.path, desk.key_path).state == state
        assert is_right(writer.path, desk.public, desk.audit_path)
    desk.journal.close()
    desk.journal = desk.new_journal()
    desk.journal.recover(lambda _: False)
    for writer, state in zip(writers, ("sealed", "crashed", "crashed"), strict=True):
        assert verify_file(writer.path, desk.key_path).state == state
        assert is_right(writer.path, desk.public, desk.audit_path)


async def test_a_recording_that_the_log_never_knew_is_not_called_a_crash(desk: Desk):
    writer = await desk.open()
    await record_statement(writer, 1)
    desk.journal.close()
    desk.audit_path.unlink()
    head_path(desk.audit_path).unlink()
    desk.audit = AuditLog(desk.audit_path, desk.key, now=desk.clock.now)
    desk.journal = desk.new_journal()
    [recovered] = desk.journal.recover(lambda _: False)
    assert "does not know" in recovered.fault
    assert verify_file(writer.path, desk.key_path).exit_code == 1


# Handing out


class Keeper:
    """The part of a server that hands out heads."""

    def __init__(self, desk: Desk, *, command: str = "", age_max_s: float = 0.0) -> None:
        self.file = desk.folder / "outside"
        self.told: list[str] = []
        self.copied: list[str] = []
        self.places = AnchorPlaces(file=str(self.file), command=command)
        self.anchoring = Anchoring(
            self.places,
            head=desk.audit.head,
            checkpoint=desk.journal.checkpoint,
            copy=self.copied.append,
            tell=self._tell,
            clock=desk.clock,
            every_s=60,
            age_max_s=age_max_s,
        )

    async def _tell(self, event: str, _fields: object) -> None:
        self.told.append(event)

    def seqs(self) -> list[int]:
        return [head.seq for head in read_anchor(self.file).heads]


async def test_each_new_head_goes_out_once(desk: Desk):
    keeper = Keeper(desk)
    for _ in range(2):
        desk.audit.record("act", {})
        await keeper.anchoring.step()
        await keeper.anchoring.step()
    assert keeper.seqs() == [1, 2]
    assert len(keeper.copied) == 2
    assert keeper.told == []


async def test_an_earlier_head_that_somebody_puts_there_goes_nowhere(desk: Desk):
    keeper = Keeper(desk)
    desk.audit.record("act", {})
    early = head_path(desk.audit_path).read_bytes()
    for act in (
        lambda: head_path(desk.audit_path).write_bytes(early),
        head_path(desk.audit_path).unlink,
    ):
        desk.audit.record("act", {})
        act()
        await keeper.anchoring.step()
    assert keeper.seqs() == [2, 3]


async def test_recordings_in_writing_are_put_on_record_before(desk: Desk):
    keeper = Keeper(desk)
    writer = await desk.open()
    await record_statement(writer, 1)
    await keeper.anchoring.step()
    assert keeper.seqs() == [2]
    assert b"recording.reached" in desk.audit_path.read_bytes()


def script(desk: Desk, body: str) -> str:
    path = desk.folder / "hook"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)
    return str(path)


async def test_a_command_gets_the_head_and_nothing_of_the_environment(desk: Desk, monkeypatch):
    monkeypatch.setenv("CANARY", "a secret of the service")
    got = desk.folder / "got"
    keeper = Keeper(desk, command=script(desk, f"cat > {got}; /usr/bin/env >> {got}"))
    desk.audit.record("act", {})
    await keeper.anchoring.step()
    assert read_anchor(got).heads[0] == head_of(desk)
    assert "CANARY" not in got.read_text()


async def test_a_place_that_fails_is_told_once_and_again_when_it_is_back(desk: Desk):
    failing = desk.folder / "failing"
    failing.touch()
    keeper = Keeper(desk, command=script(desk, f"test ! -e {failing}"))
    for _ in range(3):
        desk.audit.record("act", {})
        await keeper.anchoring.step()
    assert "exit code 1" in keeper.anchoring.trouble
    assert keeper.told == ["audit.anchor_failed"]
    assert keeper.anchoring.refusal() == "", "without a limit of age it is only told"
    failing.unlink()
    await keeper.anchoring.step()
    assert keeper.anchoring.trouble == ""
    assert keeper.told == ["audit.anchor_failed", "audit.anchored_again"]


async def test_past_the_limit_of_age_nothing_may_run(desk: Desk):
    failing = desk.folder / "failing"
    keeper = Keeper(desk, command=script(desk, f"test ! -e {failing}"), age_max_s=300)
    assert keeper.anchoring.refusal(), "not before the first one is out"
    desk.audit.record("act", {})
    await keeper.anchoring.step()
    assert keeper.anchoring.refusal() == ""
    failing.touch()
    desk.audit.record("act", {})
    await keeper.anchoring.step()
    desk.clock.advance(299)
    assert keeper.anchoring.refusal() == ""
    desk.clock.advance(2)
    assert "anchored" in keeper.anchoring.refusal()
    failing.unlink()
    await keeper.anchoring.step()
    assert keeper.anchoring.refusal() == ""


@pytest.mark.parametrize(
    "spoil",
    [
        lambda desk: rolled_back(desk, 2),
        lambda desk: desk.audit_path.unlink(),
        lambda desk: desk.audit_path.write_bytes(b"garbage\n"),
        lambda desk: (desk.folder / "anchor").write_bytes(b'{"SEQ": 12}\n'),
        lambda desk: ((desk.folder / "anchor").unlink(), (desk.folder / "anchor").mkdir()),
        lambda desk: ((desk.folder / "anchor").unlink(), os.mkfifo(desk.folder / "anchor")),
        lambda desk: (desk.audit_path.unlink(), desk.audit_path.mkdir()),
    ],
    ids=["rolled back", "gone", "garbled", "unread", "a folder", "a pipe", "the log a folder"],
)
def test_nothing_starts_on_a_log_that_its_anchor_denies(
    desk: Desk, anchor: Path, spoil: Callable[[Desk], object]
):
    places = AnchorPlaces(file=str(anchor), command="")
    places.check(desk.audit_path, desk.public)
    spoil(desk)
    with pytest.raises(ConfigError, match="anchor"):
        places.check(desk.audit_path, desk.public)
    AnchorPlaces(file=str(desk.folder / "new"), command="").check(desk.audit_path, desk.public)


def test_paths_that_are_not_absolute_are_refused():
    for settings in ({"file": "heads", "command": ""}, {"file": "", "command": "hook"}):
        with pytest.raises(ConfigError, match="absolute"):
            AnchorPlaces(**settings)


async def test_the_head_of_an_empty_log_is_not_handed_out_and_stops_no_start(desk: Desk):
    keeper = Keeper(desk)
    head_path(desk.audit_path).write_bytes(SignedHead.sign(0, "0" * 64, desk.key).line())
    await keeper.anchoring.step()
    assert not keeper.file.exists()
    keeper.file.write_bytes(SignedHead.sign(0, "0" * 64, desk.key).line())
    desk.audit.record("act", {})
    keeper.places.check(desk.audit_path, desk.public)
