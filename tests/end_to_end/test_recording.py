"""Evidence: on disk before it is seen, whole, provable, free of secrets, read on record."""

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recordings.verify import Report, verify_file
from tests.end_to_end.conftest import PEOPLE, Town, building, eventually, finish, is_sealed
from tests.end_to_end.test_shell import shell
from tests.harness import Answer


@pytest.fixture(scope="module")
def archive(tmp_path_factory, servers) -> Iterator[Town]:
    """A town on a small disk of its own, where one may be mounted."""
    directory = tmp_path_factory.mktemp("archive")
    state = directory / "state"
    state.mkdir(mode=0o700)
    is_mounted = os.geteuid() == 0 and not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m,mode=0700", "none", state], check=False
    ).returncode  # fmt: skip
    try:
        with building(directory, servers) as archive:
            for engine in servers:
                archive.add_target(f"{engine}-prod", "production")
                archive.add_target(f"{engine}-dev", "development")
            for name in ("ann", "bob", "aud", "ada"):
                archive.add_person(name, *PEOPLE[name])
            archive.add_agent("robo", "ann")
            yield archive
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", state], check=True)


def events(path: Path) -> list[tuple[float, str, str]]:
    return [tuple(json.loads(line)) for line in path.read_text().splitlines()[1:]]  # type: ignore[misc]


def verify(town: Town, path: Path) -> Report:
    return verify_file(path, town.house.state / "recording.pub", town.house.state / "audit.log")


def one(town: Town, engine: str = "pg", user: str = "robo") -> tuple[Path, Answer]:
    """Run a marked line and find its transcript."""
    mark = f"mark{time.monotonic_ns()}"
    answer = town.ask(
        user, f"{engine}-prod --csv", stdin=f"SELECT id, email, '{mark}' FROM customers"
    )
    assert answer.status == 0
    eventually(lambda: is_sealed(town.transcript(mark)), 5)
    return town.transcript(mark), answer


def test_the_transcript_holds_the_bytes_that_the_client_saw(archive: Town, engine: str):
    path, answer = one(archive, engine)
    shown = "".join(text for _, code, text in events(path) if code == "o")
    assert answer.out in shown
    assert "customer1@example.com" not in path.read_text()
    told = "".join(text for _, code, text in events(path) if code not in "ocs")
    assert answer.err.strip() in shown + told or all(
        line in shown + path.read_text() for line in answer.err.splitlines()
    )


def test_other_tools_read_it_as_plain_asciicast(archive: Town):
    path, _ = one(archive)
    header = json.loads(path.read_text().splitlines()[0])
    assert header["version"] == 2
    assert {"width", "height"} <= set(header)
    assert all(len(event) == 3 for event in events(path))


def test_a_sealed_recording_verifies_by_id_by_file_and_without_the_bastion(archive: Town):
    path, _ = one(archive)
    assert archive.house.cli("recording", "verify", path.stem).status == 0
    key = archive.house.state / "recording.pub"
    alone = subprocess.run(
        [sys.executable, "-m", "recordings", "verify", path, "--key", key],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert alone.returncode == 0, alone.stderr


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def drop_line(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[:3] + lines[4:])


def swap_lines(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    lines[1], lines[3] = lines[3], lines[1]
    return b"".join(lines)


@pytest.mark.parametrize(
    "spoil",
    [
        flip,
        drop_line,
        swap_lines,
        lambda data: data[: len(data) // 2],
        lambda data: data[: data.rindex(b"[")],
        lambda data: data + data.splitlines(keepends=True)[-1],
        lambda _data: b"",
        lambda _data: b"\x00\xff garbage \n" * 50,
        lambda _data: b'{"version": 2}\n',
        lambda data: data.replace(b'"user": "robo"', b'"user": "anna"'),
    ],
    ids=["flip", "drop", "swap", "half", "no seal", "twice", "empty", "garbage", "head", "user"],
)
def test_a_changed_copy_does_not_verify(
    archive: Town, tmp_path: Path, spoil: Callable[[bytes], bytes]
):
    path, _ = one(archive)
    copy = tmp_path / path.name
    copy.write_bytes(spoil(path.read_bytes()))
    assert copy.read_bytes() != path.read_bytes()
    report = verify(archive, copy)
    assert report.exit_code == 1, report.message
    assert report.message


def test_the_command_line_tells_wrong_from_missing(archive: Town, tmp_path: Path):
    path, _ = one(archive)
    copy = tmp_path / path.name
    copy.write_bytes(flip(path.read_bytes()))
    changed = archive.house.cli("recording", "verify", str(copy), check=False)
    assert changed.status == 1
    assert re.search(r"frame \d+|line \d+", changed.out + changed.err)
    assert archive.house.cli("recording", "verify", "/nowhere.cast", check=False).status == 2
    other = tmp_path / "other.pub"
    other.write_text("not a key\n")
    wrong_key = archive.house.cli(
        "recording", "verify", str(path), "--key", str(other), check=False
    )
    assert wrong_key.status == 2


def test_a_live_session_verifies_while_it_runs(archive: Town):
    mark = f"live{time.monotonic_ns()}"
    process = archive.house.popen("ann", f'pg-dev -c "SELECT pg_sleep(8) /* {mark} */"')
    try:
        eventually(lambda: archive.is_recorded(mark), 15)
        report = verify(archive, archive.transcript(mark))
        assert report.exit_code == 0, report.message
    finally:
        process.send_signal(signal.SIGINT)
        finish(process)


def test_a_crash_leaves_a_recording_that_verifies_as_crashed(archive: Town):
    mark = f"crash{time.monotonic_ns()}"
    process = archive.house.popen("ann", f'pg-dev -c "SELECT pg_sleep(60) /* {mark} */"')
    eventually(lambda: archive.sleeping("pg-dev") == 1, 15)
    archive.house.process.kill()  # type: ignore[union-attr]
    archive.house.process.wait()  # type: ignore[union-attr]
    archive.house.hang_up("ann")
    process.kill()
    finish(process)
    archive.house.start()
    path = archive.transcript(mark)
    report = verify(archive, path)
    assert report.exit_code == 0, report.message
    assert "crash" in report.message.lower()
    line = archive.house.cli("recording", "verify", path.stem)
    assert "crash" in (line.out + line.err).lower()
    # Nobody may shorten it afterwards either.
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2]))
    assert verify(archive, path).exit_code == 1
    path.write_bytes(b"".join(lines))


# Nothing unrecorded runs


@contextlib.contextmanager
def full_disk(town: Town) -> Iterator[None]:
    """Leave no byte on the disk, or let no file of the server grow where none can be mounted."""
    filler = town.house.state / "filler"
    if os.path.ismount(town.house.state):
        is_over = threading.Event()

        def fill() -> None:
            # Again and again: archiving, for one, gives space back meanwhile.
            with filler.open("wb", buffering=0) as file:
                while not is_over.is_set():
                    try:
                        file.write(b"\0" * 4096)
                    except OSError:
                        is_full.set()
                        is_over.wait(0.01)

        is_full = threading.Event()
        filling = threading.Thread(target=fill)
        filling.start()
        try:
            assert is_full.wait(30)
            yield
        finally:
            is_over.set()
            filling.join()
            filler.unlink()
        return
    pid = town.house.process.pid  # type: ignore[union-attr]
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def test_on_a_full_disk_nothing_runs_and_the_user_is_told(archive: Town, engine: str):
    mark = f"full{time.monotonic_ns()}"
    archive.ask("ann", "whoami")
    with full_disk(archive):
        for user in ("ann", "robo"):
            answer = archive.ask(user, f"{engine}-dev", stdin=f"SELECT '{mark}'")
            # An agent logs in anew, and without an audit line there is no login.
            assert answer.status == (3 if user == "ann" else answer.status), answer
            assert answer.status in (3, 255)
            assert answer.out == ""
            if answer.status == 3:
                assert "disk" in answer.err or "recorded" in answer.err, answer.err
        assert mark not in archive.log_of(f"{engine}-dev")
    eventually(lambda: archive.ask("ann", f"{engine}-dev -c 'SELECT 1'").status == 0, 15)
    assert archive.ask("robo", f"{engine}-dev -c 'SELECT 1'").status == 0


def test_a_disk_that_fills_in_the_middle_stops_the_session_there(archive: Town, engine: str):
    mark = f"mid{time.monotonic_ns()}"
    process = archive.house.popen("ann", f"{engine}-dev --csv", stdin=subprocess.PIPE)
    slow = "SELECT pg_sleep(3)" if engine == "pg" else "SELECT SLEEP(3)"
    assert process.stdin is not None
    # What fits into a block that the file has already is on the disk, full or not.
    large = "SELECT repeat('x', 20000)"
    process.stdin.write(f"SELECT 1; {slow}; {large}; SELECT '{mark}'".encode())
    process.stdin.close()
    process.stdin = None
    eventually(lambda: archive.sleeping(f"{engine}-dev") == 1, 15)
    with full_disk(archive):
        answer = finish(process)
        assert answer.status == 3, answer
        assert mark not in archive.log_of(f"{engine}-dev")
        assert mark not in answer.out
    eventually(lambda: archive.ask("ann", f"{engine}-dev -c 'SELECT 1'").status == 0, 15)


def recorded(town: Town, mark: str) -> list[str]:
    """Collect the statements with a mark from all transcripts, by their own event."""
    found = []
    for path in town.house.recordings():
        for _, code, text in events(path):
            if code in "oic" or mark not in text or not text.startswith("{"):
                continue
            statement = json.loads(text).get("text", "")
            if mark in statement and "head" in json.loads(text):
                found.append(statement)
    return found


def test_every_statement_in_the_databases_own_log_was_recorded(archive: Town, engine: str):
    mark = f"seen{time.monotonic_ns()}"
    target = f"{engine}-dev"
    insert = f"INSERT INTO audit_trail (what) VALUES ('{mark} 3')"
    archive.ask("robo", target, stdin=f"SELECT '{mark} 1'; SELECT '{mark} 2'")
    archive.ask("ann", target, stdin=f"BEGIN; {insert}; ROLLBACK; SELECT '{mark} 4'")
    archive.ask("ann", f"{target} --csv --limit 1 -c \"SELECT '{mark} 5' FROM products\"")
    archive.ask("ann", target, stdin=f"SELECT '{mark} 6' FROM no_such_table")
    archive.ask("ann", f"{target} --on-error continue", stdin=f"SELECT oops; SELECT '{mark} 7'")
    archive.ask("ann", f"{target} --timeout 1", stdin=f"SELECT '{mark} 8'")
    archive.ask("robo", f"{target} --dry-run", stdin=f"SELECT '{mark} 9'")
    in_log = set(re.findall(rf"{mark} (\d)", archive.log_of(target)))
    in_transcripts = set(re.findall(rf"{mark} (\d)", "\n".join(recorded(archive, mark))))
    assert in_log >= set("1234578")
    assert "9" not in in_log
    assert in_log <= in_transcripts


@pytest.mark.parametrize(
    ("target", "sql"),
    [
        ("pg-dev", "CREATE ROLE u{0} LOGIN PASSWORD '{1}'"),
        ("pg-dev", "ALTER USER reader WITH ENCRYPTED PASSWORD '{1}'"),
        ("my-dev", "CREATE USER u{0} IDENTIFIED BY '{1}'"),
        ("my-dev", "SET PASSWORD FOR u{0} = PASSWORD('{1}')"),
        ("pg-prod", "ALTER USER reader PASSWORD '{1}'"),
        ("my-prod", "ALTER USER u{0} IDENTIFIED BY '{1}'"),
    ],
)
def test_passwords_stay_out_of_everything_that_is_kept(archive: Town, target: str, sql: str):
    secret = f"Hush{time.monotonic_ns()}xy"
    text = sql.format(time.monotonic_ns(), secret)
    archive.ask("ann", f'{target} --no-wait -c "{text}"')
    archive.ask("robo", target, stdin=text)
    archive.ask("bob", "req list --json")
    for path in archive.house.directory.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def alone(town: Town, path: Path) -> subprocess.CompletedProcess[str]:
    """Verify a file as an auditor does, with none of the bastion's commands."""
    words = ["-m", "recordings", "verify", path, "--key", town.house.state / "recording.pub"]
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=60, check=False
    )


def test_cells_are_taken_out_of_what_was_shown_and_the_rest_is_proven(
    archive: Town, engine: str, tmp_path: Path
):
    path, answer = one(archive, engine)
    mark = answer.out.splitlines()[1].rsplit(",", 1)[1]
    words = ("recording", "redact", path.stem)
    copy = tmp_path / "copy.cast"
    # It stands in each row and in the statement.
    refused = archive.house.cli(*words, "--cell", "1:2:3", "-o", str(copy), check=False)
    assert refused.status != 0
    assert "statement 1" in refused.out + refused.err
    assert not copy.exists()
    done = archive.house.cli(*words, "--column", "1:3", "--only-there", "-o", str(copy))
    count = len(answer.out.splitlines()) - 1
    assert f"{count} cells removed" in done.out
    shown = "".join(text for _, code, text in events(copy) if code == "o")
    # MariaDB names a column by the text of its expression.
    assert mark not in shown.replace(answer.out.splitlines()[0], "")
    assert answer.out.splitlines()[5].rsplit(",", 1)[0] in shown
    assert alone(archive, copy).returncode == 0
    copy.write_bytes(copy.read_bytes().replace("▒".encode(), "▓".encode(), 1))
    assert alone(archive, copy).returncode == 1


# Reading is an act too


def test_reading_a_recording_is_on_record(archive: Town):
    path, answer = one(archive)
    played = archive.ask("aud", f"rec play {path.stem} --format text --reason audit-42")
    assert played.status == 0
    assert answer.out.splitlines()[5] in played.out
    assert any("audit-42" in line for line in archive.audit("recording.read", path.stem))
    before = len(archive.audit("recording.read", path.stem))
    shown = archive.house.cli("recording", "show", path.stem)
    assert "SELECT" in shown.out
    found = archive.house.cli("audit", "search", path.stem, "--event", "recording.read", "--json")
    assert len(found.out.splitlines()) > before
    cast = archive.ask("aud", f"rec play {path.stem} --format cast")
    assert cast.out.encode() == path.read_bytes()


def test_raw_cells_are_read_by_the_rights_of_who_reads(archive: Town, engine: str, tmp_path: Path):
    asked = archive.held("ann", f"grant unmask {engine}-prod email 15m --reason TICKET-8")
    request = archive.request_of("bob", "UNMASK email")
    archive.ask("bob", f"req approve {request} --reason fine")
    assert finish(asked).status == 0
    path, answer = one(archive, engine, "ann")
    raw, masked = "customer2@example.com", "c•••@e•••.com"
    assert raw in answer.out
    assert raw in path.read_text()
    play = f"rec play {path.stem} --reason INC-7 --format"
    assert raw in archive.ask("ann", f"{play} text").out
    for form in ("text", "json", "cast"):
        seen = archive.ask("aud", f"{play} {form}")
        shown = masked if form != "json" else json.dumps(masked).strip('"')
        assert (seen.status, raw in seen.out, shown in seen.out) == (0, False, True)
    copy = tmp_path / "copy.cast"
    copy.write_text(seen.out)
    assert alone(archive, copy).returncode == 0
    assert archive.ask("bob", f"grant revoke {request} --reason over").status == 0
    assert raw not in archive.ask("ann", f"{play} text").out
    # On the machine itself nobody knows who reads.
    cli = archive.house.cli
    for form in ("cast", "cast3", "text", "jsonl", "html"):
        assert raw not in cli("recording", "export", path.stem, "--format", form).out
    for verb in ("play", "show"):
        assert raw not in cli("recording", verb, path.stem).out
    out = tmp_path / "out.cast"
    cli("recording", "redact", path.stem, "--cell", "1:1:id", "--only-there", "-o", str(out))
    assert raw not in out.read_text()
    assert alone(archive, out).returncode == 0


def test_values_that_were_typed_are_read_by_the_rights_of_who_reads(
    archive: Town, engine: str, tmp_path: Path
):
    mark, value = f"mark{time.monotonic_ns()}", f"smith{time.monotonic_ns()}@example.org"
    with shell(archive, "ann", f"{engine}-dev", columns=160, rows=50) as screen:
        screen.run(f"SELECT '{mark}' AS m, id FROM customers WHERE email = '{value}';")
        screen.enter(f"SELECT id FROM customers WHERE email = 'x{value[:12]}")
        screen.child.send("\x03")
        screen.prompt()
        screen.run(f"SELECT '{mark}' + nonsense FROM customers WHERE email = '{value}';")
        screen.run(f"SELECT '{mark}', '{value}', id FROM products;")
        screen.run(r"\history")
        screen.run("SELECT 40 + 2 AS answer;")
        screen.enter(r"\q")
        screen.left()
    one_more = archive.ask(
        "ann", f"{engine}-dev --csv", stdin=f"SELECT id FROM customers WHERE email = '{value}'; x"
    )
    assert one_more.status != 0
    eventually(lambda: is_sealed(archive.transcript(mark)), 5)
    path = archive.transcript(mark)
    hidden = (value, value[:12])
    assert value in path.read_text()
    assert verify(archive, path).exit_code == 0
    for who in ("aud", "bob"):
        for form in ("text", "json", "cast"):
            seen = archive.ask(who, f"rec play {path.stem} --format {form}").out
            assert not any(word in seen for word in hidden), f"{who} {form} {seen}"
            assert "FROM" in seen
            assert "42" in seen
            assert (mark in seen) is (form != "text")
        assert value not in archive.ask(who, f"rec show {path.stem} --json").out
        assert json.loads(archive.ask(who, f"rec list {value} --json").out)["recordings"] == []
    cli = archive.house.cli
    for form in ("cast", "cast3", "jsonl", "text", "html", "svg"):
        copy = tmp_path / form
        at = ["--at", "2"] if form == "svg" else []
        done = cli("recording", "export", path.stem, "--format", form, *at, "-o", str(copy))
        assert done.status == 0
        assert not any(word in copy.read_text() for word in hidden), form
    for words in (("show", path.stem, "--json"), ("list", "--json", "--search", value)):
        assert value not in cli("recording", *words, check=False).out.replace(f'"{value}"', "")


def test_what_reviewers_were_shown_of_a_request_is_not_read_in_their_recordings(
    archive: Town, engine: str
):
    value = f"smith{time.monotonic_ns()}@example.org"
    sql = f"UPDATE customers SET city = 'Oslo' WHERE email = '{value}'"
    held = archive.ask("ann", f"{engine}-prod --no-wait --json", stdin=sql).json
    request_id, digest = held["request_id"], held["statement_sha256"]
    for words in ("req list --json", f"req show {request_id}", f"req show {request_id} --json"):
        assert value in archive.ask("bob", words).out
    denied = archive.ask("bob", f"req deny {request_id} --reason no --json")
    salt = denied.json["salt"]
    assert len(salt) == 64
    telling = [path for path in archive.house.recordings() if value in path.read_text()]
    assert len(telling) >= 5
    for path in telling:
        for who in ("aud", "bob"):
            for form in ("text", "json", "cast"):
                seen = archive.ask(who, f"rec play {path.stem} --format {form}")
                assert seen.status == 0
                assert not any(word in seen.out for word in (value, digest, salt)), (who, form)
    assert digest not in (archive.house.state / "audit.log").read_text()


@pytest.mark.parametrize("who", ["ada"])
def test_who_only_administers_does_not_read(archive: Town, who: str):
    path, _ = one(archive)
    answer = archive.ask(who, f"rec play {path.stem}")
    assert answer.status != 0
    assert "customer" not in answer.out


def test_an_agent_reads_only_its_own(archive: Town):
    archive.ask("ann", "whoami")
    path, _ = one(archive, user="ann")
    assert archive.ask("robo", f"rec play {path.stem}").status != 0
    own, _ = one(archive)
    assert archive.ask("robo", f"rec play {own.stem}").status == 0


def test_the_audit_log_itself_is_chained(archive: Town, tmp_path: Path):
    assert archive.house.cli("audit", "verify").status == 0
    copy = tmp_path / "state"
    shutil.copytree(archive.house.state, copy, ignore=shutil.ignore_patterns("filler", "sessions"))
    shutil.copytree(f"{archive.house.state}.keys", f"{copy}.keys")
    log = copy / "audit.log"
    log.write_bytes(drop_line(log.read_bytes()))
    run = subprocess.run(
        [Path(sys.executable).parent / "bastion", "audit", "verify", "--dir", copy],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 1
