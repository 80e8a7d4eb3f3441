"""``ssh -t HOST review``: one child, with a terminal, a socket and nothing else."""

import contextlib
import os
import stat
from pathlib import Path

import psutil
import pytest

from bastion.ssh import review_process
from bastion.ssh.review_process import _is_open_to_all
from tests.fakes.people import Person, no_sessions, transcripts, until
from tests.fakes.ssh import SshRig


def child() -> psutil.Process | None:
    """Find the reviewers' application among this process's children."""
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            words = process.cmdline()
            if "tui" in words and "--fd" in words:
                return process
    return None


async def test_the_application_runs_is_recorded_and_leaves(rig: SshRig):
    person = Person(rig, "bob", "review", size=(30, 100))
    await person.log_in()
    await until(lambda: child() is not None, 10)
    await person.expect("Nothing waits for approval")
    process = child()
    assert process is not None
    environment = process.environ()
    assert set(environment) <= {
        "TERM", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "PYTHONDONTWRITEBYTECODE", "ACCESSIBLE",
    }  # fmt: skip
    assert "-I" in process.cmdline()
    fds = {Path(f"/proc/{process.pid}/fd/{fd}").readlink() for fd in (0, 1, 2)}
    assert len(fds) == 1
    person.child.send("q")
    await person.leave()
    await until(no_sessions(rig))
    assert "Nothing waits for approval" in transcripts(rig)[0]
    assert child() is None


async def test_it_dies_with_its_client(rig: SshRig):
    person = Person(rig, "bob", "review")
    await person.log_in()
    await until(lambda: child() is not None, 10)
    await person.close()
    await until(lambda: child() is None, 10)
    await until(no_sessions(rig))
    await until(lambda: not rig.server._tasks)


async def test_it_dies_with_its_session(rig: SshRig):
    person = Person(rig, "bob", "review")
    await person.log_in()
    await until(lambda: child() is not None, 10)
    [session] = rig.services.registry._sessions.values()
    await session.end("root has ended this session: enough")
    await person.leave()
    assert child() is None


async def test_no_file_of_the_server_is_left_open_afterwards(rig: SshRig):
    def count() -> int:
        links = []
        for link in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                links.append(str(link.readlink()))
        return sum("ptmx" in link or "pts" in link or "socket" in link for link in links)

    async def visit() -> None:
        person = Person(rig, "bob", "review")
        await person.log_in()
        await until(lambda: child() is not None, 10)
        await person.expect("Nothing waits for approval")
        person.child.send("q")
        await person.leave()
        await until(lambda: not rig.server._tasks)

    await visit()
    before = count()
    await visit()
    assert count() <= before


def test_code_that_others_cannot_read_is_not_run_as_another(tmp_path: Path):
    folder = tmp_path / "code"
    folder.mkdir(mode=0o755)
    assert _is_open_to_all(Path("/usr"))
    folder.chmod(stat.S_IRWXU)
    assert not _is_open_to_all(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become nobody")
def test_root_runs_it_as_nobody_where_the_code_is_open_to_all(monkeypatch: pytest.MonkeyPatch):
    controlling, controlled = os.openpty()
    try:
        monkeypatch.setattr(review_process, "_is_open_to_all", lambda _: True)
        uid, gid = review_process._lesser_user(controlled)
        assert uid not in (None, 0)
        assert gid not in (None, 0)
        assert os.fstat(controlled).st_uid == uid
        monkeypatch.setattr(review_process, "_is_open_to_all", lambda _: False)
        assert review_process._lesser_user(controlled) == (None, None)
    finally:
        os.close(controlling)
        os.close(controlled)
