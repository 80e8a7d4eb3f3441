"""A whole bastion that anchors its audit log outside, on a budget of disk."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from recordings.anchor import SignedHead, read_anchor
from recordings.audit import head_path
from tests.end_to_end.conftest import PEOPLE, Town, building, eventually
from tests.harness import BIN


@pytest.fixture(scope="module")
def outside(tmp_path_factory) -> Path:
    """A folder that stands for another machine."""
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
def vault(tmp_path_factory, servers, outside: Path) -> Iterator[Town]:
    """A town whose heads go to a file and a program."""
    hook = outside / "hook"
    hook.write_text(f"#!/bin/sh\n[ ! -e {outside}/broken ] && cat >> {outside}/got\n")
    hook.chmod(0o700)
    config = f"""
[audit]
anchor_file = "{outside}/heads"
anchor_command = "{hook}"
anchor_every_s = 1
[recording]
disk_budget_mb = 8
"""
    with building(tmp_path_factory.mktemp("vault"), servers, config=config) as vault:
        vault.add_target("pg-dev", "development")
        for name in ("ann", "bob"):
            vault.add_person(name, *PEOPLE[name])
        vault.add_agent("robo", "ann")
        yield vault


def heads_at(outside: Path) -> list[SignedHead]:
    """Give the heads that have come outside so far."""
    path = outside / "heads"
    return list(read_anchor(path).heads) if path.exists() else []


def doctor(town: Town) -> dict[str, tuple[str, str]]:
    """Give what the doctor says, by subject."""
    answer = town.house.cli("doctor", "--json", check=False)
    return {one["subject"]: (one["severity"], one["text"]) for one in json.loads(answer.out)}


def test_heads_go_outside_and_the_log_agrees_with_them(vault: Town, outside: Path):
    assert vault.ask("robo", "pg-dev -c 'SELECT 1'").status == 0
    lines = len((vault.house.state / "audit.log").read_text().splitlines())
    for place in (outside / "heads", outside / "got"):
        eventually(
            lambda place=place: place.exists() and read_anchor(place).heads[-1].seq >= lines, 15
        )
        answer = vault.house.cli("audit", "verify", "--anchor", str(place))
        assert "agrees with its anchor" in answer.out
    assert "agrees with its anchor" in vault.house.cli("audit", "verify").out
    assert doctor(vault)["anchor"][0] == "warning", "here both lie on one disk"


def test_log_and_head_rolled_back_together_are_found_and_nothing_starts(
    vault: Town, outside: Path, tmp_path: Path
):
    for wanted in (1, 2):
        assert vault.ask("robo", "pg-dev -c 'SELECT 1'").status == 0
        eventually(lambda wanted=wanted: len(heads_at(outside)) >= wanted, 15)
    earlier = heads_at(outside)[0]
    copy = tmp_path / "state"
    shutil.copytree(vault.house.state, copy)
    shutil.copytree(f"{vault.house.state}.keys", f"{copy}.keys")
    log = copy / "audit.log"
    rows = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(rows[: earlier.seq]))
    head_path(log).write_bytes(earlier.line())

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BIN / "bastion", *words, "--dir", copy],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    found = run("audit", "verify")
    assert found.returncode == 1
    assert "rolled back" in found.stderr
    served = run("serve", "--listen", "127.0.0.1:0")
    assert served.returncode == 2
    assert "does not agree with its anchor" in served.stderr
    newest = max(copy.glob("sessions/*/*/*/*.cast"))
    assert run("recording", "verify", newest.stem).returncode == 1


def test_a_place_that_fails_is_told_everywhere_and_work_goes_on(vault: Town, outside: Path):
    broken = outside / "broken"
    broken.touch()
    try:
        assert vault.ask("robo", "pg-dev -c 'SELECT 1'").status == 0
        eventually(lambda: vault.audit("audit.anchor_failed"), 15)
        words = "anchor_command failed"
        eventually(lambda: words in vault.house.cli("health", check=False).out, 15)
        assert vault.house.cli("health", check=False).status == 3
        assert vault.ask("robo", "pg-dev -c 'SELECT 1'").status == 0
    finally:
        broken.unlink()
    eventually(lambda: vault.audit("audit.anchored_again"), 15)
    eventually(lambda: vault.house.cli("health", check=False).status == 0, 15)


def test_how_far_a_live_session_has_come_goes_on_record(vault: Town):
    process = vault.house.popen("robo", 'pg-dev -c "SELECT pg_sleep(60)"')
    try:
        eventually(lambda: vault.sleeping("pg-dev") == 1, 15)
        name = vault.house.recordings()[-1].stem
        eventually(lambda: vault.audit("recording.reached", name), 15)
    finally:
        process.terminate()
        process.communicate()


def test_past_the_budget_no_session_begins_and_nothing_is_deleted(vault: Town):
    ballast = vault.house.state / "sessions/ballast"
    ballast.parent.mkdir(mode=0o700, exist_ok=True)
    before = {path: path.stat().st_size for path in vault.house.recordings()}
    try:
        ballast.write_bytes(os.urandom(9 << 20))
        eventually(lambda: vault.audit("recording.disk_level", '"full"'), 40)
        answer = vault.ask("robo", "pg-dev -c 'SELECT 1'")
        assert answer.status == 3, answer
        assert "space for recordings" in answer.err
        assert vault.ask("bob", "req list").status == 0, "deciding goes on"
        severity, text = doctor(vault)["disk budget"]
        assert severity == "bad"
        assert "No new session begins" in text
        eventually(lambda: "budget" in vault.house.cli("health", check=False).out, 15)
    finally:
        ballast.unlink()
    eventually(lambda: vault.ask("robo", "pg-dev -c 'SELECT 1'").status == 0, 15)
    eventually(lambda: vault.house.cli("health", check=False).status == 0, 15)
    assert all(path.stat().st_size >= size for path, size in before.items())
