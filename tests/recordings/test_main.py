"""``python -m recordings`` from outside: words, streams and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from recordings.__main__ import main
from tests.recordings.conftest import Desk


def run(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "recordings", *map(str, words)], capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
    return done


async def test_a_right_recording_is_0_and_a_changed_one_1(desk: Desk):
    path = await desk.sealed()
    done = run("verify", path, "--key", desk.key_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"sealed and whole" in done.stdout
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    done = run("verify", path, "--key", desk.key_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"first bad frame" in done.stderr


async def test_what_is_missing_is_2(desk: Desk, capsys: pytest.CaptureFixture[str]):
    path = await desk.sealed()
    nothing = str(desk.folder / "nothing")
    assert main(["verify", nothing, "--key", str(desk.key_path)]) == 2
    assert main(["verify", str(path), "--key", nothing]) == 2
    assert main(["verify", str(path), "--key", str(desk.key_path), "--audit", nothing]) == 2
    assert main(["cat", nothing]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("No such file") == 4
    assert captured.out == ""
    with pytest.raises(SystemExit) as wrong:
        main(["verify", str(path)])
    assert wrong.value.code == 2


async def test_a_key_that_may_not_be_read_is_2(desk: Desk):
    path = await desk.sealed()
    desk.key_path.chmod(0o000)
    # The interpreter may lie where others cannot look: load all first.
    code = "import os, shutil, sys; from recordings.__main__ import main\n"
    code += f"os.setuid(65534) if {os.geteuid()} == 0 else None; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "verify", str(path), "--key", str(desk.key_path)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"Permission denied" in done.stderr
    assert b"Traceback" not in done.stderr


async def test_the_audit_log_beside_the_key_is_used_unless_another_is_named(desk: Desk):
    writer = await desk.open()
    assert main(["verify", str(writer.path), "--key", str(desk.key_path)]) == 0
    away = desk.folder / "away.pub"
    (desk.folder / "sub").mkdir()
    away = desk.folder / "sub" / "recording.pub"
    away.write_bytes(desk.key_path.read_bytes())
    assert main(["verify", str(writer.path), "--key", str(away)]) == 1
    words = ["verify", str(writer.path), "--key", str(away), "--audit", str(desk.audit_path)]
    assert main(words) == 0


async def test_cat_prints_what_the_terminal_got(desk: Desk):
    path = await desk.sealed(statements=1)
    done = run("cat", path)
    assert done.returncode == 0
    assert done.stdout.decode().startswith("shop=> select name from customers where id = 1;\r\n")


@pytest.mark.parametrize("name", ["cast", "cast3", "text", "jsonl"])
async def test_exports_go_to_a_file_or_to_stdout(desk: Desk, name: str):
    path = await desk.sealed()
    out = desk.folder / "out"
    assert run("export", path, "--format", name, "-o", out).returncode == 0
    assert run("export", path, "--format", name).stdout == out.read_bytes()
    assert out.read_bytes()


async def test_an_export_never_overwrites_its_recording(desk: Desk):
    path = await desk.sealed()
    before = path.read_bytes()
    assert run("export", path, "-o", path).returncode == 2
    assert path.read_bytes() == before


async def test_a_garbled_recording_is_refused_in_words(desk: Desk):
    path = desk.folder / "x.cast"
    path.write_bytes(b"garbled")
    for words in (("cat", path), ("export", path)):
        done = run(*words)
        assert done.returncode == 1
        assert done.stderr


async def test_a_reader_that_leaves_early_is_no_error(desk: Desk):
    path = await desk.sealed(statements=200)
    words = [sys.executable, "-m", "recordings", "export", str(path), "--format", "jsonl"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    assert json.loads(process.stdout.readline())["event"] == "header"
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
    process.stderr.close()


def test_the_package_needs_no_bastion():
    code = "import recordings, recordings.__main__, recordings.writer, recordings.catalog, sys\n"
    code += "print([name for name in sys.modules if name.split('.')[0] in ('bastion', 'tui')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
