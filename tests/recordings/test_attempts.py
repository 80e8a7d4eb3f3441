"""Attempts to alter, cut, swap, double, roll back or lose evidence: none goes unnoticed.

Each stands for a way in, not for a place: where a bit flips or a file is cut is left to chance by
``test_campaigns.py``.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest
import zstandard

from recordings.anchor import append_head
from recordings.archive import archivable, archive
from recordings.audit import SignedHead, head_path, read_head, verify_audit
from recordings.catalog import Catalog
from recordings.encrypted import key_path
from recordings.files import open_chained, open_stream
from recordings.redact import Redaction, redact
from recordings.verify import verify_all
from tests.recordings.conftest import Desk, record_statement


@dataclass
class Evidence:
    """Two recordings of each form, in one folder, and an anchor of the log."""

    desk: Desk
    paths: dict[str, Path]
    foreign: Path
    """Where another node keeps its own, which has the same key."""
    early_head: bytes
    """Of the log, before the last sessions."""

    @property
    def day(self) -> Path:
        return self.desk.root / "2026/03/01"

    @property
    def log(self) -> Path:
        return self.desk.audit_path

    @property
    def anchor(self) -> Path:
        return self.desk.folder / "anchor"

    def read(self, name: str) -> bytes:
        return self.paths[name].read_bytes()

    def write(self, name: str, data: bytes) -> None:
        self.paths[name].write_bytes(data)

    def content(self, name: str) -> bytes:
        with open_stream(self.paths[name], self.desk.identity_path) as stream:
            return stream.read()

    def noticed(self) -> list[str]:
        """Give what a look at all of it finds, without any age identity."""
        desk = self.desk
        try:
            fault = verify_audit(self.log, desk.public, anchor=self.anchor).fault
            reports = list(verify_all(desk.root, desk.public, self.log))
        except OSError as error:
            return [str(error)]
        return [fault] * bool(fault) + [
            report.message
            for _, report in reports
            if not report.is_ok and "is the archive that the audit log saw" not in report.message
        ]


async def _sealed(desk: Desk, *names: str) -> None:
    for name in names:
        await desk.sealed(name, statements=4)


def _archived(desk: Desk, *recipients: str, only: str) -> dict[str, Path]:
    entries = archivable(Catalog(desk.root), before=desk.clock.now())
    return {
        entry.session_id: archive(
            entry, desk.public, desk.audit, recipients=recipients, by="x"
        ).path
        for entry in entries
        if entry.session_id.startswith(only)
    }


@pytest.fixture
async def evidence(desk: Desk) -> Evidence:
    await _sealed(desk, "plain1", "plain2", "packed1", "packed2", "aged1", "aged2")
    early_head = head_path(desk.audit_path).read_bytes()
    foreign = desk.folder.with_name(f"{desk.folder.name}-foreign")
    foreign.mkdir()
    other = Desk(foreign, key=desk.key)
    await _sealed(other, "elsewhere", "plain1")
    other.journal.close()
    paths = _archived(desk, only="packed")
    desk.encrypt()
    paths |= _archived(desk, *desk.recipients, only="aged")
    await _sealed(desk, "secret1", "secret2", "both1", "both2")
    paths |= _archived(desk, only="both")
    desk.recipients = ()
    desk.journal.close()
    desk.journal = desk.new_journal()
    for name in ("live", "other"):
        writer = await desk.open(name)
        for index in (1, 2):
            await record_statement(writer, index)
    desk.journal.checkpoint()
    plain = {path.name.partition(".")[0]: path for path in desk.root.rglob("*.cast")}
    found = Evidence(desk, plain | paths, foreign, early_head)
    head = read_head(desk.audit_path, desk.public)
    assert head is not None
    append_head(found.anchor, head)
    assert found.noticed() == []
    return found


FORMS = ("plain1", "packed1", "aged1", "secret1", "both1", "live")
Act = Callable[[Evidence], object]


def to_another_day(evidence: Evidence, name: str) -> None:
    folder = evidence.desk.root / "2026/03/02"
    folder.mkdir()
    for path in evidence.day.glob(f"{name}.*"):
        path.rename(folder / path.name)


def swap(evidence: Evidence, one: str, other: str) -> None:
    mine, theirs = evidence.read(one), evidence.read(other)
    evidence.write(one, theirs)
    evidence.write(other, mine)


def swap_keys(evidence: Evidence, one: str, other: str) -> None:
    mine, theirs = key_path(evidence.paths[one]), key_path(evidence.paths[other])
    mine_data = mine.read_bytes()
    mine.write_bytes(theirs.read_bytes())
    theirs.write_bytes(mine_data)


def cut_last_frame(evidence: Evidence, name: str) -> None:
    lines = evidence.read(name).splitlines(keepends=True)
    ends = [number for number, line in enumerate(lines) if b', "c", ' in line]
    evidence.write(name, b"".join(lines[: ends[-2] + 1]))


def drop_line(evidence: Evidence, name: str, code: bytes) -> None:
    lines = evidence.read(name).splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if b', "%b", ' % code in line)
    evidence.write(name, b"".join(lines[:number] + lines[number + 1 :]))


def replace(evidence: Evidence, name: str, old: bytes, new: bytes) -> None:
    data = evidence.read(name)
    assert old in data
    evidence.write(name, data.replace(old, new, 1))


def instead_of_plain(evidence: Evidence, suffix: str, data: bytes) -> None:
    evidence.paths["plain1"].unlink()
    (evidence.day / f"plain1{suffix}").write_bytes(data)


def for_somebody_else(data: bytes) -> bytes:
    return pyrage.encrypt(data, [pyrage.x25519.Identity.generate().to_public()])


def rows(evidence: Evidence, change: Callable[[list[bytes]], list[bytes]]) -> None:
    lines = change(evidence.log.read_bytes().splitlines(keepends=True))
    evidence.log.write_bytes(b"".join(lines))


def about_changed(evidence: Evidence) -> None:
    path = evidence.day / "aged1.about.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"statements": 0}))


def attempts() -> Iterator[tuple[str, Act]]:
    yield from _on_whole_files()
    yield from _on_forms()
    yield from _on_lines()
    yield from _on_the_log()
    yield from _from_elsewhere()


def _on_whole_files() -> Iterator[tuple[str, Act]]:
    for name in FORMS:
        yield f"{name} deleted", lambda e, n=name: e.paths[n].unlink()
        yield f"{name} emptied", lambda e, n=name: e.write(n, b"")
        yield f"{name} doubled", lambda e, n=name: e.write(n, e.read(n) * 2)
        yield f"{name} with a line end behind", lambda e, n=name: e.write(n, e.read(n) + b"\n")
        yield f"{name} with zeros behind", lambda e, n=name: e.write(n, e.read(n) + bytes(64))
        yield f"{name} behind a mark", lambda e, n=name: e.write(n, b"\xef\xbb\xbf" + e.read(n))
        yield f"{name} on another day", lambda e, n=name: to_another_day(e, n)
        yield (
            f"{name} made a link to nothing",
            lambda e, n=name: (e.paths[n].unlink(), e.paths[n].symlink_to("/dev/null")),
        )
        yield (
            f"{name} made a folder",
            lambda e, n=name: (e.paths[n].unlink(), e.paths[n].mkdir()),
        )
        yield f"{name} hidden", lambda e, n=name: e.paths[n].rename(e.day / f".{e.paths[n].name}")
    for one, other in (
        ("plain1", "plain2"), ("packed1", "packed2"), ("aged1", "aged2"), ("secret1", "secret2"),
        ("both1", "both2"), ("plain1", "secret1"), ("live", "other"), ("live", "plain1"),
    ):  # fmt: skip
        yield f"{one} and {other} swapped", lambda e, a=one, b=other: swap(e, a, b)
    for one, other in (("secret1", "secret2"), ("both1", "both2")):
        yield f"keys of {one} and {other} swapped", lambda e, a=one, b=other: swap_keys(e, a, b)
        yield (
            f"{one} and {other} swapped with their keys",
            lambda e, a=one, b=other: (swap(e, a, b), swap_keys(e, a, b)),
        )
        yield f"key of {one} deleted", lambda e, n=one: key_path(e.paths[n]).unlink()
        yield (
            f"key of {one} made another",
            lambda e, n=one: key_path(e.paths[n]).write_bytes(for_somebody_else(b"00" * 32)),
        )


def _on_forms() -> Iterator[tuple[str, Act]]:
    yield (
        "a forged encrypted archive instead of a plain recording",
        lambda e: instead_of_plain(e, ".cast.zst.age", for_somebody_else(b"forged")),
    )
    yield (
        "another recording packed in the place of a plain one",
        lambda e: instead_of_plain(e, ".cast.zst", zstandard.compress(e.read("plain2"))),
    )
    yield (
        "its own beginning packed in the place of a plain one",
        lambda e: instead_of_plain(e, ".cast.zst", zstandard.compress(e.read("plain1")[:-400])),
    )
    yield (
        "a plain cut one beside its archive",
        lambda e: (e.day / "packed1.cast").write_bytes(e.content("packed1")[:-500]),
    )
    yield (
        "another plain one beside an archive",
        lambda e: (e.day / "packed1.cast").write_bytes(e.read("plain1")),
    )
    yield (
        "an archive of another beside a plain one",
        lambda e: (e.day / "plain1.cast.zst").write_bytes(e.read("packed1")),
    )
    yield (
        "an archive packed again",
        lambda e: e.write("packed1", zstandard.compress(e.content("packed1"))),
    )
    yield (
        "an encrypted archive packed again",
        lambda e: e.write("both1", zstandard.compress(_chained(e.paths["both1"]))),
    )
    yield (
        "an archive without its last length",
        lambda e: e.write("packed1", e.read("packed1")[:-16]),
    )
    yield (
        "an archive with something to skip behind it",
        lambda e: e.write("packed1", e.read("packed1") + b"\x50\x2a\x4d\x18\x04\0\0\0evil"),
    )
    yield (
        "what it holds in the place of an encrypted one",
        lambda e: e.write("secret1", e.content("secret1")),
    )
    yield (
        "the same, and no key",
        lambda e: (e.write("secret1", e.content("secret1")), key_path(e.paths["secret1"]).unlink()),
    )
    yield (
        "a redacted copy in the place of a recording",
        lambda e: e.write("plain1", _redacted(e.paths["plain1"])),
    )
    yield (
        "an archive packed again, in the place of its plain form",
        lambda e: (e.day / "packed1.cast").write_bytes(zstandard.compress(e.content("packed1"))),
    )
    yield (
        "its plain form under the name of an archive",
        lambda e: e.write("packed1", e.content("packed1")),
    )
    yield "what lists show changed", about_changed
    yield "what lists show gone", lambda e: (e.day / "aged1.about.json").unlink()


def _chained(path: Path) -> bytes:
    with open_chained(path) as stream:
        return stream.read()


def _redacted(path: Path) -> bytes:
    return b"".join(redact(path, Redaction(statements=frozenset({2}))))


def _on_lines() -> Iterator[tuple[str, Act]]:
    yield "a live one cut by a frame", lambda e: cut_last_frame(e, "live")
    yield "a sealed one cut by its seal", lambda e: drop_line(e, "plain1", b"s")
    for code in (b"q", b"v", b"o", b"n", b"u", b"m", b"e", b"h"):
        yield f"a line {code.decode()} gone", lambda e, c=code: drop_line(e, "plain1", c)
    for code in (b"d", b"D", b"l"):
        yield (
            f"an encrypted line {code.decode()} gone",
            lambda e, c=code: drop_line(e, "secret1", c),
        )
    for name, old, new in (
        ("plain1", b'"title": ""', b'"title": "x"'),
        ("plain1", b'"user": "alice"', b'"user": "mallory"'),
        ("plain1", b"name", b"\\u006eame"),
        ("plain1", b', "c", ', b' , "c", '),
        ("plain1", b"[0.00", b"[0.01"),
        ("plain1", b'\\"is_final\\":true', b'\\"is_final\\":false'),
        ("secret1", b'"key_sha256": "', b'"key_sha256": "0'),
        ("secret1", b', "d", ', b', "D", '),
        ("secret1", b', "D", ', b', "p", '),
        ("secret1", b'statements\\": 1', b'statements\\": 7'),
        ("secret1", b'"content": "', b'"content": "A'),
    ):
        yield f"{old!r} made {new!r}", lambda e, n=name, a=old, b=new: replace(e, n, a, b)


def _on_the_log() -> Iterator[tuple[str, Act]]:
    yield "no log", lambda e: e.log.unlink()
    yield "no head", lambda e: head_path(e.log).unlink()
    yield "neither", lambda e: (e.log.unlink(), head_path(e.log).unlink())
    yield "no last row", lambda e: rows(e, lambda all_: all_[:-1])
    yield "no first row", lambda e: rows(e, lambda all_: all_[1:])
    yield "rows swapped", lambda e: rows(e, lambda a: [*a[:3], a[4], a[3], *a[5:]])
    yield "a row doubled", lambda e: rows(e, lambda all_: [*all_[:3], all_[2], *all_[3:]])
    yield "the last row doubled", lambda e: rows(e, lambda all_: [*all_, all_[-1]])
    yield "an empty row", lambda e: rows(e, lambda all_: [*all_, b"\n"])
    yield "other line ends", lambda e: rows(e, lambda a: [one[:-1] + b"\r\n" for one in a])
    yield (
        "more behind a signature",
        lambda e: rows(e, lambda all_: [all_[0][:-2] + b',"x":1}\n', *all_[1:]]),
    )
    yield (
        "more in the head",
        lambda e: head_path(e.log).write_bytes(head_path(e.log).read_bytes()[:-2] + b', "x": 1}\n'),
    )
    yield (
        "something before the head",
        lambda e: head_path(e.log).write_bytes(b"x" + head_path(e.log).read_bytes()),
    )
    yield "an empty head", lambda e: head_path(e.log).write_bytes(b"")
    yield "an empty anchor", lambda e: e.anchor.write_bytes(b"")
    yield "no anchor", lambda e: e.anchor.unlink()


def _from_elsewhere() -> Iterator[tuple[str, Act]]:
    """What is genuine, and signed by the same key, in another place or time."""
    yield "one of another log", lambda e: shutil.copy(e.foreign / FOREIGN, e.day / FOREIGN.name)
    yield (
        "one of another log, packed",
        lambda e: (e.day / "elsewhere.cast.zst").write_bytes(
            zstandard.compress((e.foreign / FOREIGN).read_bytes())
        ),
    )
    yield (
        "one of another log under the name of ours",
        lambda e: shutil.copy(e.foreign / FOREIGN, e.paths["plain1"]),
    )
    yield (
        "one of another log with the id of ours",
        lambda e: shutil.copy(e.foreign / "sessions/2026/03/01/plain1.cast", e.paths["plain1"]),
    )
    yield (
        "the log of another node",
        lambda e: (
            shutil.copy(e.foreign / "audit.log", e.log),
            shutil.copy(head_path(e.foreign / "audit.log"), head_path(e.log)),
        ),
    )
    yield (
        "the head of another node",
        lambda e: shutil.copy(head_path(e.foreign / "audit.log"), head_path(e.log)),
    )
    yield "the anchor of another node", lambda e: append_head(e.anchor, _head_of(e))
    yield (
        "rows of another node behind ours",
        lambda e: rows(
            e, lambda a: [*a, *(e.foreign / "audit.log").read_bytes().splitlines(keepends=True)]
        ),
    )
    yield "an earlier head", lambda e: head_path(e.log).write_bytes(e.early_head)
    yield (
        "log and head of earlier",
        lambda e: (
            rows(e, lambda a: a[: json.loads(e.early_head)["seq"]]),
            head_path(e.log).write_bytes(e.early_head),
        ),
    )
    yield "half a head in the anchor", lambda e: e.anchor.write_bytes(e.anchor.read_bytes()[:-40])
    for name in ("plain1", "secret1"):
        yield f"{name} on two days", lambda e, n=name: _doubled_day(e, n)
        yield (
            f"{name} in capitals",
            lambda e, n=name: e.paths[n].rename(e.day / f"{n.upper()}.cast"),
        )
        yield f"{name} of one byte less and a hole", lambda e, n=name: _holed(e, n)
        yield f"{name} a pipe", lambda e, n=name: (e.paths[n].unlink(), os.mkfifo(e.paths[n]))
    for version in (1, 2, 3, 4, 5):
        yield (
            f"said to be of format version {version}",
            lambda e, v=version: replace(
                e, "plain1", b'"format_version": 6', b'"format_version": %d' % v
            ),
        )
    yield "the day made a link to nothing", lambda e: (
        e.day.rename(e.desk.folder / "away"), e.day.symlink_to(e.desk.folder / "nowhere"),
    )  # fmt: skip
    yield "the day gone", lambda e: e.day.rename(e.desk.folder / "away")
    yield "all gone", lambda e: e.desk.root.rename(e.desk.folder / "away")


FOREIGN = Path("sessions/2026/03/01/elsewhere.cast")


def _head_of(evidence: Evidence) -> SignedHead:
    head = read_head(evidence.foreign / "audit.log", evidence.desk.public)
    assert head is not None
    return head


def _doubled_day(evidence: Evidence, name: str) -> None:
    folder = evidence.desk.root / "2026/03/02"
    folder.mkdir()
    for path in evidence.day.glob(f"{name}.*"):
        shutil.copy(path, folder)


def _holed(evidence: Evidence, name: str) -> None:
    """Take a page out, as a disk does that lost it: the length stays."""
    data = bytearray(evidence.read(name))
    data[-600:-100] = bytes(500)
    evidence.write(name, bytes(data))


def test_nothing_that_somebody_does_to_evidence_goes_unnoticed(evidence: Evidence):
    kept = evidence.desk.folder.with_name("kept")
    shutil.copytree(evidence.desk.folder, kept, symlinks=True)
    missed = []
    tried = dict(attempts())
    for name, act in tried.items():
        act(evidence)
        if not evidence.noticed():
            missed.append(name)
        # In place: the journal holds the files of live recordings open, and locked.
        for path in sorted(evidence.desk.folder.rglob("*"), reverse=True):
            before = kept / path.relative_to(evidence.desk.folder)
            is_folder = path.is_dir() and not path.is_symlink()
            is_file = path.is_file() and not path.is_symlink()
            if not (before.is_dir() if is_folder else is_file and before.is_file()):
                path.rmdir() if is_folder else path.unlink()
        for before in sorted(kept.rglob("*")):
            path = evidence.desk.folder / before.relative_to(kept)
            if before.is_dir():
                path.mkdir(exist_ok=True)
            elif not path.exists() or path.read_bytes() != before.read_bytes():
                path.write_bytes(before.read_bytes())
    assert missed == []
    assert len(tried) > 110
    assert evidence.noticed() == []
