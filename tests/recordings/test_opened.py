"""Whatever lies where ``verify`` expects a file: it waits for nothing, and says what is so.

What cannot be read is never called missing, and never hides what is wrong besides.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest

from bastion import cli
from recordings import verify as module
from recordings.__main__ import main
from recordings.anchor import append_head
from recordings.archive import archivable, archive
from recordings.audit import head_path, read_head
from recordings.catalog import Catalog
from recordings.verify import take_stock, verify_all, verify_file
from tests.recordings.conftest import Desk

PLACES = {
    "recording.pub": lambda desk: desk.key_path,
    "the audit log": lambda desk: desk.audit_path,
    "its head": lambda desk: head_path(desk.audit_path),
    "the anchor": lambda desk: desk.folder / "anchor",
    "the recording": lambda desk: desk.root / "2026/03/01/s1.cast",
    "the identity": lambda desk: desk.identity_path,
    "the session's key": lambda desk: desk.root / "2026/03/01/s1.key.age",
}
EVIDENCE = ("the audit log", "its head", "the recording", "the session's key")
"""What can be wrong itself; of all else nothing can be told."""


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 28)


FORMS: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a terminal": lambda path: path.symlink_to("/dev/tty"),
    "empty": Path.touch,
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 9),
    "huge and hollow": sparse,
}


@pytest.fixture
async def kept(desk: Desk) -> Desk:
    desk.encrypt()
    await desk.sealed(statements=1)
    head = read_head(desk.audit_path, desk.public)
    assert head is not None
    append_head(desk.folder / "anchor", head)
    return desk


def words(desk: Desk, what: Path) -> list[str]:
    return [
        str(one)
        for one in (
            "verify", what, "--key", desk.key_path, "--audit", desk.audit_path,
            "--anchor", desk.folder / "anchor", "--identity", desk.identity_path,
        )
    ]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", PLACES)
async def test_what_is_no_such_file_is_told(
    kept: Desk, place: str, form: str, capsys: pytest.CaptureFixture[str]
):
    recording = PLACES["the recording"](kept)
    assert main(words(kept, recording)) == main(words(kept, kept.root)) == 0
    path = PLACES[place](kept)
    path.unlink()
    FORMS[form](path)
    codes = {main(words(kept, recording)), main(words(kept, kept.root))}
    assert codes <= ({1, 2} if place in EVIDENCE else {2, 1} if place == "the anchor" else {2})
    said = capsys.readouterr().err
    assert said
    if place not in EVIDENCE and form not in ("empty", "binary"):
        assert path.name in said


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", ["recording.pub", "the anchor", "the audit log"])
def test_the_bastions_own_commands_say_so_too(
    tmp_path: Path, place: str, form: str, capsys: pytest.CaptureFixture[str], monkeypatch
):
    monkeypatch.delenv("BASTION_KEY_DIR", raising=False)
    state = tmp_path / "state"

    def run(*words: str) -> int:
        return cli.main(["--dir", str(state), *words])

    assert run("init") == 0
    anchor = tmp_path / "anchor"
    (state / "bastion.toml").write_text(f'[audit]\nanchor_file = "{anchor}"\n')
    assert run("recording", "list") == 0
    path = {
        "recording.pub": state / "recording.pub",
        "the anchor": anchor,
        "the audit log": state / "audit.log",
    }[place]
    path.unlink(missing_ok=True)
    FORMS[form](path)
    capsys.readouterr()
    for command in (("recording", "verify"), ("audit", "verify")):
        assert run(*command) in (1, 2), command
        said = capsys.readouterr().err
        assert said
        assert "bastion itself" not in said


# Who may not read


@pytest.fixture
def open_house() -> Iterator[Desk]:
    """An installation in a folder that everybody may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        desk = Desk(folder)
        yield desk
        desk.journal.close()
        for path in folder.rglob("*"):
            path.chmod(0o755)


def as_nobody(*words: str | Path) -> tuple[int, str]:
    """Run one command as somebody else, who may read what everybody may."""
    code = (
        "import os, sys; from bastion import cli; from recordings.__main__ import main\n"
        "import bastion.records\n"
        f"os.setuid(65534) if {os.geteuid()} == 0 else None\n"
        "run = main if sys.argv[1] == 'recordings' else cli.main\n"
        "sys.exit(run(sys.argv[2:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], capture_output=True, check=False, text=True
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def everybody_may_read(desk: Desk) -> None:
    for path in desk.folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize("depth", range(4))
async def test_a_folder_that_may_not_be_read_holds_nothing_missing(open_house: Desk, depth: int):
    desk = open_house
    path = await desk.sealed()
    everybody_may_read(desk)
    of_all = ("recordings", "verify", desk.root, "--key", desk.key_path)
    of_one = ("recordings", "verify", path, "--key", desk.key_path)
    assert as_nobody(*of_all)[0] == as_nobody(*of_one)[0] == 0
    path.parents[depth].chmod(0o700)
    for command in (of_all, of_one):
        code, said = as_nobody(*command)
        assert (code, "Permission denied" in said, "missing" in said) == (2, True, False), said


async def test_what_is_wrong_goes_before_what_cannot_be_read(open_house: Desk):
    desk = open_house
    desk.clock.advance(86_400)
    path = await desk.sealed("s2")
    desk.clock.advance(86_400)
    other = await desk.sealed("s3")
    everybody_may_read(desk)
    other.parent.chmod(0o700)
    path.write_bytes(path.read_bytes()[:-9])
    code, said = as_nobody("recordings", "verify", desk.root, "--key", desk.key_path)
    assert (code, "Permission denied" in said, "s2.cast: " in said) == (1, True, True)
    assert "s3: it was not found, and a folder where it may lie cannot be read" in said


@pytest.mark.parametrize("fault", [OSError(5, "Input/output error"), PermissionError(13, "No")])
async def test_a_disk_that_fails_loses_nothing_for_good(
    desk: Desk, fault: OSError, monkeypatch: pytest.MonkeyPatch
):
    path = await desk.sealed()
    await desk.open("live")
    scandir, folder = os.scandir, path.parent

    def failing(place: str | Path) -> object:
        if Path(place) == folder:
            raise type(fault)(*fault.args, str(place))
        return scandir(place)

    monkeypatch.setattr(os, "scandir", failing)
    codes = {one.exit_code for _, one in verify_all(desk.root, desk.public, desk.audit_path)}
    assert codes == {2}
    with pytest.raises(OSError, match=str(fault.strerror)):
        Catalog(desk.root).list_entries()
    desk.journal.close()
    desk.journal = desk.new_journal()
    rows = desk.audit_path.read_bytes()
    with pytest.raises(Exception, match=str(fault.strerror)):
        desk.journal.recover(lambda _: False)
    assert desk.audit_path.read_bytes() == rows, "what is out of reach goes on record as missing"


# Both told


async def test_a_garbled_log_is_told_where_all_else_is_encrypted(desk: Desk):
    await desk.sealed("s1")
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    (entry,) = archivable(Catalog(desk.root), before=desk.clock.now())
    path = archive(entry, desk.public, desk.audit, recipients=[recipient], by="x").path
    assert verify_file(path, desk.key_path).exit_code == 2
    data = bytearray(desk.audit_path.read_bytes())
    data[len(data) // 2] ^= 1
    desk.audit_path.write_bytes(data)
    for told in (
        verify_file(path, desk.key_path),
        *dict(verify_all(desk.root, desk.public, desk.audit_path)).values(),
    ):
        assert told.exit_code == 1
        assert "audit log" in told.message
        assert "encrypted with age" in told.message


# Names


NAMES = (
    "\x1b[2Ks1", "s1\nsession s1", "s\u202e1", "\uff531", "S1", ".s1", "s1 ", "\udcff", "s1.cast"
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_that_passes_for_another_is_told_and_moves_no_terminal(
    desk: Desk, name: str, capsys: pytest.CaptureFixture[str]
):
    path = await desk.sealed()
    path.rename(path.with_name(f"{name}.cast"))
    assert main(["verify", str(desk.root), "--key", str(desk.key_path)]) == 1
    said = capsys.readouterr()
    assert "s1.cast: session s1: the recording is missing" in said.err
    assert all(letter.isprintable() for letter in said.err.replace("\n", ""))
    assert len(said.err.splitlines()) == 3


async def test_a_lock_hides_no_strange_recording(desk: Desk):
    path = await desk.sealed()
    strange = path.with_name("x.cast")
    strange.write_bytes(path.read_bytes())
    with strange.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        stock = take_stock(desk.root, desk.public, desk.audit_path)
    assert (stock.gone, stock.unknown) == ((), ("x",))


async def test_a_recording_that_begins_meanwhile_is_neither_strange_nor_gone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    """Before its row is in the log, and after the folders were looked through."""
    await desk.sealed()
    survey, calls = module.survey, []

    def late(root: Path) -> object:
        found = survey(root)
        if not calls:
            found.recordings.clear()
        calls.append(root)
        return found

    monkeypatch.setattr(module, "survey", late)
    stock = take_stock(desk.root, desk.public, desk.audit_path)
    assert (stock.gone, stock.unknown, len(stock.found.recordings)) == ((), (), 1)
