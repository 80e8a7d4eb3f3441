"""What is kept: no secret in anything, everything that a session was, and who read it."""

import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recordings.audit import head_path, read_rows, verify_audit
from recordings.keys import load_public_key
from recordings.verify import verify_all, verify_file
from tests.end_to_end.conftest import PEOPLE, Town, building, eventually, is_sealed
from tests.end_to_end.test_shell import CTRL_D, shell
from tests.harness import BIN, House


@pytest.fixture(scope="module")
def cellar(tmp_path_factory, servers) -> Iterator[Town]:
    """A town of whose files every byte is looked at."""
    with building(tmp_path_factory.mktemp("cellar"), servers) as cellar:
        for engine in servers:
            cellar.add_target(f"{engine}-prod", "production")
            cellar.add_target(f"{engine}-dev", "development")
        for name in ("ann", "bob", "aud"):
            cellar.add_person(name, *PEOPLE[name])
        cellar.add_agent("robo", "ann")
        yield cellar


# Secrets


FORMS = {
    "pg": [
        "CREATE ROLE {u} LOGIN PASSWORD '{w}'",
        "ALTER ROLE {u} WITH ENCRYPTED PASSWORD\n  '{w}' VALID UNTIL 'infinity'",
        "ALTER USER {u} PASSWORD $q${w}$q$",
        "ALTER USER {u} PASSWORD /* new */ E'{w}'",
        "ALTER USER {u} PASSWORD {w}",
        "CREATE USER MAPPING FOR {u} SERVER s OPTIONS (user 'a', password '{w}')",
        "CREATE SUBSCRIPTION {u} CONNECTION 'host=h password={w}' PUBLICATION p",
        "SELECT * FROM dblink('host=h password={w}', 'select 1') AS t (a int)",
        "SELECT dblink_connect('postgresql://u:{w}@h/db')",
        "SELECT pgp_sym_encrypt('data', '{w}')",
        "SELECT pgp_sym_decrypt(x, '{w}') FROM no_such_table",
        "ALTER SYSTEM SET primary_conninfo = 'host=h password={w}'",
        "COPY products FROM 's3://b' CREDENTIALS 'aws_secret_access_key={w}'",
        "DO $$ BEGIN EXECUTE 'ALTER ROLE {u} PASSWORD ''{w}'''; END $$",
        "PREPARE {u} AS SELECT pgp_sym_encrypt('data', '{w}')",
    ],
    "my": [
        "CREATE USER {u} IDENTIFIED BY '{w}'",
        "ALTER USER {u} IDENTIFIED VIA mysql_native_password USING PASSWORD('{w}')",
        "ALTER USER {u} IDENTIFIED BY {w}",
        "GRANT SELECT ON products TO {u} IDENTIFIED BY '{w}'",
        "SET PASSWORD FOR {u} = PASSWORD('{w}')",
        'SET PASSWORD = PASSWORD("{w}")',
        "CREATE SERVER {u} FOREIGN DATA WRAPPER mysql OPTIONS (USER 'a', PASSWORD '{w}')",
        "CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD='{w}'",
        "SELECT AES_ENCRYPT('data', '{w}')",
        "SELECT AES_DECRYPT(x, '{w}') FROM no_such_table",
        "SELECT DES_ENCRYPT('data', '{w}')",
        "PREPARE {u} FROM 'ALTER USER {u} IDENTIFIED BY ''{w}'''",
        "EXECUTE IMMEDIATE 'CREATE USER {u} IDENTIFIED BY ''{w}'''",
    ],
}


def secrets_lying_about(town: Town, secret: str) -> list[str]:
    """Look for a secret in every file, and in what the system shows of the server."""
    needle = secret.encode()
    found = [
        str(path)
        for path in town.house.directory.rglob("*")
        if path.is_file() and "keys" not in path.parts and needle in path.read_bytes()
    ]
    process = town.house.process
    assert process is not None
    shown = [Path(f"/proc/{process.pid}/{what}") for what in ("environ", "cmdline")]
    return found + [str(path) for path in shown if needle in path.read_bytes()]


def test_no_form_of_a_password_is_kept_anywhere(cellar: Town, engine: str):
    secret = f"Hush{time.monotonic_ns()}xy"
    texts = [
        form.format(u=f"u{time.monotonic_ns()}", w=secret) for form in FORMS[engine]
    ]  # fmt: skip
    for target in (f"{engine}-dev", f"{engine}-prod"):
        # All in one, each on its own, quoted by hand, by rule, and not at all as they should be.
        cellar.ask("robo", f"{target} --on-error continue", stdin=";\n".join(texts))
    for text in texts[:3]:
        cellar.ask("robo", f"{engine}-dev --no-wait -c {text}")
        cellar.ask("robo", f"{engine}-dev --no-wait -c {shlex.quote(text)}")
        cellar.ask("robo", f"{engine}-dev -c {shlex.quote(text)} --csv")
        cellar.ask("robo", f"{engine}-dev {text}")
        cellar.ask("robo", f"{engine}-dev -c '{text}")
        cellar.ask("robo", f"{engine}-dev --format json --dry-run", stdin=text)
    cellar.ask("bob", "req list --json")
    cellar.ask("aud", "rec list password --json")
    assert secrets_lying_about(cellar, secret) == []


def test_no_password_typed_or_pasted_in_the_shell_is_kept(cellar: Town, engine: str):
    secret = f"Hush{time.monotonic_ns()}xy"
    with shell(cellar, "ann", f"{engine}-dev") as screen:
        for form in FORMS[engine][:4]:
            text = form.format(u=f"u{time.monotonic_ns()}", w=secret)
            screen.run(text.replace("\n", " ") + ";")
        pasted = FORMS[engine][0].format(u="pasted", w=secret)
        screen.child.send(f"\x1b[200~{pasted}\x1b[201~")
        screen.see("pasted")
        # Up through the history, and a search in it.
        screen.child.send("\x03\x1b[A\x1b[A\x12pass\x03")
        screen.prompt()
        screen.child.send(CTRL_D)
        screen.left()
    eventually(lambda: is_sealed(cellar.house.recordings()[-1]), 10)
    assert secrets_lying_about(cellar, secret) == []
    assert secret not in screen.raw


def test_no_secret_of_the_installation_lies_about(cellar: Town):
    password = f"Db{time.monotonic_ns()}pw"
    url = cellar.urls["pg-dev"].replace("postgres@", f"app:{password}@")
    cellar.house.cli("target", "add", "pg-pw", "-", "--environment", "development", stdin=url)
    cellar.ask("robo", "pg-pw -c 'SELECT 1'")
    cellar.house.cli("target", "test", "pg-pw", check=False)
    cellar.house.cli("doctor", check=False)
    keys = Path(f"{cellar.house.state}.keys")
    host_key = (keys / "host_key").read_text().splitlines()[1]
    seed = cellar.house.people["ann"].secret
    backup = cellar.house.directory / f"store{time.monotonic_ns()}"
    cellar.house.cli("store", "backup", str(backup))
    for secret in (password, seed, host_key):
        found = [
            one for one in secrets_lying_about(cellar, secret) if not one.startswith(str(keys))
        ]
        assert found == [], found
    cellar.house.cli("target", "remove", "pg-pw")


# Everything that a session was


def bodies(path: Path) -> dict[str, list[dict[str, object]]]:
    """Give the events of our own by code."""
    found: dict[str, list[dict[str, object]]] = {}
    for line in path.read_text().splitlines()[1:]:
        _, code, text = json.loads(line)
        found.setdefault(code, []).append(json.loads(text) if text.startswith("{") else text)
    return found


def test_a_recording_tells_everything_that_the_session_was(cellar: Town, engine: str):
    mark = f"whole{time.monotonic_ns()}"
    process = cellar.held(
        "ann", f"{engine}-prod --wait 60s -c \"UPDATE orders SET note = '{mark}' WHERE id = 1\""
    )
    request = cellar.request_of("bob", mark)
    assert cellar.ask("bob", f"req approve {request} --reason looks-{mark}").status == 0
    process.communicate(timeout=60)
    path = cellar.transcript(mark)
    eventually(lambda: is_sealed(path), 10)
    header, told = json.loads(path.read_text().splitlines()[0])["bastion"], bodies(path)
    key = subprocess.run(
        ["ssh-keygen", "-lf", f"{cellar.house.people['ann'].key}.pub"],
        capture_output=True, text=True, check=True,
    ).stdout.split()[1]  # fmt: skip
    policy = json.loads(
        cellar.house.cli(
            "policy", "test", "SELECT 1", "--target", f"{engine}-prod", "--user", "ann", "--json"
        ).out
    )
    named = (header["key_fingerprint"], header["source"] in ("127.0.0.1", "::1"))
    assert named == (key, True)
    assert header["client"].startswith("SSH-2.0-OpenSSH")
    assert (header["user"], header["target"]) == ("ann", f"{engine}-prod")
    assert header["environment"] == "production"
    assert header["policy_version"]
    assert policy
    # No part of a header can be taken out of a copy, so there is no SQL in it.
    assert header["command"] == f"{engine}-prod --wait 60s -c …"
    [words] = [note["fields"] for note in told["k"] if note["kind"] == "words"]
    assert f"note = '{mark}'" in words["text"]
    [statement] = told["q"]
    assert statement["text"].startswith("UPDATE orders")
    assert re.fullmatch("[0-9a-f]{64}", statement["sha256"])
    assert "parameters" in statement
    assert told["v"][-1]["action"] == "hold"
    assert told["v"][-1]["rule"]
    states = [step["state"] for step in told["a"]]
    assert states[0] == "pending"
    approved = told["a"][-1]
    assert approved["reviewer"] == "bob"
    assert approved["reason"] == f"looks-{mark}"
    assert approved["effect"]
    assert approved["rows"] == 1
    assert approved["is_measured"] is True
    [outcome] = told["u"]
    assert (outcome["status"], outcome["row_count"]) == ("ok", 1)
    [end] = told["e"]
    assert (end["statements"], end["held"]) == (1, 1)
    assert end["ended_at"]
    assert verify_file(path, cellar.house.state / "recording.pub").state == "sealed"


def test_errors_notices_rows_and_sizes_are_told_too(cellar: Town):
    with shell(cellar, "ann", "pg-dev") as screen:
        screen.run("select id from products limit 2;")
        screen.run("select oops;")
        screen.run("do $$ begin raise notice 'mind the gap'; end $$;")
        screen.child.setwinsize(40, 100)
        screen.run("select 1;")
        screen.child.send(CTRL_D)
        screen.left()
    path = cellar.house.recordings()[-1]
    eventually(lambda: is_sealed(path), 10)
    told = bodies(path)
    assert told["n"][0]["count"] == 2
    assert re.fullmatch("[0-9a-f]{64}", told["n"][0]["sha256"])
    failed = next(one for one in told["u"] if one["status"] == "error")
    assert failed["sqlstate"] == "42703"
    assert failed["message"]
    assert "100x40" in told["r"]


# Who reads


READINGS = {
    "list": ["list"],
    "search": ["list", "--search", "select"],
    "show": ["show", "ID"],
    "play": ["play", "ID"],
    "seek": ["play", "ID", "--at", "0.1"],
    "export": ["export", "ID", "--format", "text"],
    "svg": ["export", "ID", "--format", "svg"],
}


def reading_rows(house: House) -> int:
    return sum(row.event == "recording.read" for row in read_rows(house.state / "audit.log"))


@pytest.mark.parametrize("reading", READINGS)
def test_nothing_is_read_where_the_reading_cannot_be_recorded(
    cellar: Town, tmp_path: Path, reading: str
):
    """Read-only, so that what is written first fails, and nothing may come after it."""
    cellar.ask("robo", "pg-dev -c 'SELECT 41 + 1'")
    path = cellar.house.recordings()[-1]
    words = [word.replace("ID", path.stem) for word in READINGS[reading]]
    assert cellar.house.cli("recording", *words).out
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0));"
        "from bastion.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [BIN / "python", "-c", limited, "recording", *words, "--dir", cellar.house.state],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stdout == ""
    assert "42" not in done.stderr


READERS = """
import json, os, random, sys, time
from bastion.cli import main

log, rounds, commands = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
chance = random.Random(rounds)
silent = os.open(os.devnull, os.O_WRONLY)

def read(words, kill_after):
    ours, theirs = os.pipe()
    before = os.path.getsize(log)
    child = os.fork()
    if child == 0:
        os.dup2(theirs, 1)
        os.dup2(silent, 2)
        os._exit(main(words))
    os.close(theirs)
    has_ended = False
    while not has_ended and (kill_after is None or os.path.getsize(log) == before):
        has_ended = os.waitpid(child, os.WNOHANG)[0] != 0
        if kill_after is None and chance.random() < 0.01:
            break
    on_record_at = time.monotonic()
    while not has_ended and kill_after and time.monotonic() < on_record_at + kill_after:
        has_ended = os.waitpid(child, os.WNOHANG)[0] != 0
    took = time.monotonic() - on_record_at
    if not has_ended:
        os.kill(child, 9)
        os.waitpid(child, 0)
    out = b"".join(iter(lambda: os.read(ours, 65536), b""))
    os.close(ours)
    with open(log, "rb") as file:
        file.seek(before)
        rows = file.read().count(b'"recording.read"')
    print(json.dumps([len(out), rows, has_ended]), flush=True)
    return took

# How long each takes from the moment on when the reading is on record; then killed in that time.
takes = [read(words, 60) for words in commands]
for number in range(rounds):
    place = number % len(commands)
    read(commands[place], chance.random() * takes[place] if number % 3 else None)
"""


@pytest.mark.parametrize(
    "rounds", [21, pytest.param(1000, marks=[pytest.mark.long, pytest.mark.timeout(7200)])]
)
def test_nobody_reads_before_the_audit_log_knows_killed_or_not(cellar: Town, rounds: int):
    cellar.ask("robo", "pg-dev -c 'SELECT 41 + 1'")
    path = cellar.house.recordings()[-1]
    commands = [
        ["--dir", str(cellar.house.state), "recording", *(w.replace("ID", path.stem) for w in one)]
        for one in READINGS.values()
    ]
    log = cellar.house.state / "audit.log"
    done = subprocess.run(
        [BIN / "python", "-c", READERS, log, str(rounds), json.dumps(commands)],
        capture_output=True, text=True, timeout=3000, check=True,
    )  # fmt: skip
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(commands) + rounds
    assert not [one for one in results if one[0] and one[1] != 1], "read, and not on record"
    killed = [one for one in results if not one[2]]
    whole = results[: len(commands)]
    assert all(out and has_ended for out, _, has_ended in whole), "not all of it can be read"
    assert any(one[1] and not one[0] for one in killed), "none was killed in between"
    assert verify_audit(log, load_public_key(cellar.house.state / "recording.pub")).is_ok


# Copies while it runs


def copied(town: Town, folder: Path) -> Path:
    """Copy the evidence in the order that the documentation gives, while it grows."""
    state = town.house.state
    folder.mkdir()
    for name in ("recording.pub", "audit.log.head", "audit.log"):
        (folder / name).write_bytes((state / name).read_bytes())
    subprocess.run(["cp", "-a", state / "sessions", folder / "sessions"], check=True)
    return folder


@pytest.mark.parametrize(
    "rounds", [2, pytest.param(20, marks=[pytest.mark.long, pytest.mark.timeout(3600)])]
)
def test_what_is_backed_up_under_load_is_whole(cellar: Town, tmp_path: Path, rounds: int):
    load = [
        cellar.house.popen(user, "pg-dev --csv", stdin=subprocess.PIPE) for user in ("robo", "ann")
    ]
    for process in load:
        assert process.stdin is not None
        process.stdin.write(b"SELECT id, name FROM products;\n" * 200 * rounds)
        process.stdin.close()
        process.stdin = None
    people = cellar.house.cli("user", "list").out
    try:
        for number in range(rounds):
            backup = tmp_path / f"store{number}"
            cellar.house.cli("store", "backup", str(backup))
            database = sqlite3.connect(backup)
            assert database.execute("pragma integrity_check").fetchone() == ("ok",)
            database.close()
            copy = copied(cellar, tmp_path / f"copy{number}")
            key = load_public_key(copy / "recording.pub")
            assert head_path(copy / "audit.log").exists()
            reports = list(verify_all(copy / "sessions", key, copy / "audit.log"))
            bad = [
                report.message for _, report in reports
                # A frame that is being written may be cut in a copy; it is the last one.
                if not report.is_ok and "no whole frame" not in report.message
            ]  # fmt: skip
            assert bad == []
            assert reports
            other = House(tmp_path / f"other{number}")
            other.directory.mkdir()
            os.system(f"cp -a {cellar.house.state}.keys {other.state}.keys")
            other.cli("init")
            other.cli("store", "restore", str(backup))
            assert other.cli("user", "list").out == people
    finally:
        for process in load:
            process.send_signal(signal.SIGTERM)
            process.communicate()
