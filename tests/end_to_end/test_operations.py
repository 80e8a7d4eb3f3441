"""Running it: what an administrator does takes hold at once, and nothing is lost on the way."""

import hashlib
import hmac
import http.server
import json
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import (
    PEOPLE,
    Town,
    administer,
    building,
    eventually,
    finish,
    is_sealed,
)
from tests.harness import BIN, Answer, House

HOOK_KEY = b"a key that both sides know"


@pytest.fixture(scope="module")
def received() -> list[tuple[dict[str, str], bytes]]:
    return []


@pytest.fixture(scope="module")
def webhook(received: list[tuple[dict[str, str], bytes]]) -> Iterator[str]:
    """A receiver of webhooks that keeps what it gets."""

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((dict(self.headers), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def works(tmp_path_factory, servers, webhook: str) -> Iterator[Town]:
    """A town that is disturbed in every way."""
    directory = tmp_path_factory.mktemp("works")
    secret = directory / "hook.key"
    secret.write_bytes(HOOK_KEY)
    hook = directory / "hook"
    hook.write_text(f"#!/bin/sh\ncat >> {directory}/told\necho >> {directory}/told\n")
    hook.chmod(0o700)
    config = f"""
[agents]
rows_per_day = 100
[notify]
webhook_url = "{webhook}"
webhook_secret_file = "{secret}"
command = "{hook}"
[server]
drain_s = 2
"""
    with building(directory, servers, config=config) as works:
        for engine in servers:
            works.add_target(f"{engine}-prod", "production")
            works.add_target(f"{engine}-dev", "development")
        for name in ("ann", "bob", "carol", "aud"):
            works.add_person(name, *PEOPLE[name])
        works.add_agent("robo", "ann")
        yield works


SLOW = {"pg": "SELECT pg_sleep(60)", "my": "SELECT SLEEP(60)"}


def run_slowly(town: Town, user: str, target: str) -> subprocess.Popen:
    """Start a query that outlasts every test."""
    process = town.house.popen(user, f'{target} -c "{SLOW[target[:2]]}"')
    eventually(lambda: town.sleeping(target) == 1 or process.poll() is not None, 15)
    assert process.poll() is None, process.communicate()
    return process


# Taking rights away


ACTS: dict[str, tuple[str, ...]] = {
    "disable": ("user", "disable", "NAME"),
    "key": ("user", "key", "remove", "NAME", "KEY"),
    "reach": ("user", "target", "NAME", "pg-prod"),
    "panic user": ("panic", "NAME", "--reason", "lost laptop"),
    "panic target": ("panic", "TARGET", "--reason", "strange load"),
    "panic all": ("panic", "all", "--reason", "break-in"),
}


@pytest.mark.parametrize(
    ("engine", "act"),
    [*(("pg", act) for act in ACTS), ("my", "disable"), ("my", "panic target")],
)
def test_what_is_taken_away_ends_the_query_within_five_seconds(works: Town, engine: str, act: str):
    target = f"{engine}-dev"
    name = f"t{time.monotonic_ns()}"
    works.add_agent(name, "ann")
    process = run_slowly(works, name, target)
    meant = {"NAME": name, "TARGET": target, "KEY": f"{works.house.people[name].key}.pub"}
    words = [meant.get(word, word) for word in ACTS[act]]
    try:
        works.house.cli(*words)
        eventually(lambda: works.sleeping(target) == 0, 5, "the query runs on")
        answer = finish(process, 10)
        assert answer.status != 0
        assert works.ask(name, f"{target} -c 'SELECT 1'").status != 0
    finally:
        process.kill()
        process.communicate()
        if words[0] == "panic":
            works.administer(lambda a: a.panic(words[1], lift=True, reason=""))
    if words[0] == "panic":
        eventually(lambda: works.ask(name, f"{target} -c 'SELECT 1'").status == 0, 5)
    assert works.ask("robo", f"{target} -c 'SELECT 1'").status == 0


def test_a_changed_role_ends_what_the_old_one_opened(works: Town):
    works.add_person("rex", "reviewer")
    assert works.ask("rex", "req list").status == 0
    works.house.cli("user", "role", "rex", "auditor")
    # The shared connection was opened by a reviewer; it is gone, and with it that role.
    control = works.house.directory / "c-rex"
    eventually(lambda: not control.exists(), 6, "the connection is still open")
    works.house.people["rex"].last_step = 0
    works.house.cli("user", "role", "rex", "reviewer")


def test_panic_without_a_name_lists_what_is_stopped(works: Town):
    works.administer(lambda a: a.panic("pg-prod", lift=False, reason="drill"))
    assert "pg-prod" in works.house.cli("panic").out
    works.house.cli("panic", "pg-prod", "--lift")
    assert "pg-prod" not in works.house.cli("panic").out
    assert works.house.cli("panic", "nobody-here", check=False).status == 2


# Changes that a running server follows


def test_a_new_target_can_be_used_within_two_seconds(works: Town, engine: str):
    name = f"{engine}-new"
    works.urls[name] = works.urls[f"{engine}-dev"]
    works.house.cli("target", "add", name, works.urls[name], "--environment", "development")
    eventually(lambda: works.ask("robo", f"{name} -c 'SELECT 1'").status == 0, 2)
    assert name in works.ask("robo", "targets").out
    works.house.cli("target", "remove", name)
    eventually(lambda: works.ask("robo", f"{name} -c 'SELECT 1'").status == 2, 3)


def test_a_declared_class_is_followed_within_two_seconds(works: Town, engine: str):
    target = f"{engine}-dev"
    schema = "public" if engine == "pg" else works.urls[target].rsplit("/", 1)[1]
    column = f"{schema}.customers.city"

    def city() -> str:
        return works.ask("robo", f"{target} -tA -c 'SELECT city FROM customers WHERE id = 2'").out

    def classify(*words: str) -> Answer:
        return works.house.cli("target", "classify", target, column, *words, check=False)

    before = city()
    refused = classify("private")
    assert refused.status == 2
    assert "--reason" in refused.err
    assert classify("private", "--reason", "home towns").status == 0
    eventually(lambda: city() != before, 2)
    assert before.strip() not in city()
    listed = works.house.cli("target", "classify", target, "--json").json
    assert [(row["column"], row["class"], row["reason"]) for row in listed] == [
        (column, "private", "home towns")
    ]
    assert works.audit("column.classified", "home towns")
    assert classify("--remove", "--reason", "no more").status == 0
    eventually(lambda: city() == before, 2)


def test_no_password_shows_in_any_listing(works: Town):
    url = works.urls["pg-dev"].replace("postgres@", "app@")
    file = works.house.directory / "password"
    file.write_text("app-pw\n")
    works.house.cli("target", "add", "pg-app", url, "--environment", "staging",
                    "--password-file", str(file))  # fmt: skip
    works.house.cli("target", "add", "pg-in", "-", "--environment", "staging",
                    stdin=url.replace("app@", "app:app-pw@"))  # fmt: skip
    for words in (("target", "list"), ("target", "list", "--json"), ("doctor",)):
        assert "app-pw" not in works.house.cli(*words, check=False).out
    assert "app-pw" not in works.ask("ann", "targets --json").out
    assert b"app-pw" not in (works.house.state / "store.db").read_bytes()
    assert works.ask("robo", "pg-app -tAc 'SELECT current_user'").out == "app\n"
    for name in ("pg-app", "pg-in"):
        works.administer(lambda a, name=name: a.remove_target(name))


def test_an_edited_policy_applies_and_a_broken_one_leaves_the_old_in_force(works: Town):
    path = works.house.state / "policy.toml"
    old = path.read_text()
    sql = "pg-prod --dry-run --format json -c 'SELECT 1'"
    assert works.ask("robo", sql).json["status"] == "ok"
    try:
        path.write_text(
            old.replace(
                'action = "allow"\neffects = ["read"', 'action = "block"\neffects = ["read"'
            )
        )
        eventually(lambda: works.ask("robo", sql).json["status"] == "blocked", 4)
        path.write_text("")
        eventually(lambda: works.ask("robo", sql).json["held_by"]["rule"] == "no rule", 4)
        path.write_text(old)
        eventually(lambda: works.ask("robo", sql).json["status"] == "ok", 4)
        path.write_text(old.replace("\neffects", "\nefects", 1))
        checked = works.house.cli("policy", "check", check=False)
        assert checked.status == 2
        assert "efects" in checked.err
        assert "effects" in checked.err
        time.sleep(1.5)
        assert works.ask("robo", sql).json["status"] == "ok"
        eventually(lambda: works.house.cli("health", check=False).status == 3, 12)
        assert "efects" in works.house.cli("health", check=False).out
        assert "efects" in works.house.cli("doctor", check=False).out
        assert "efects" in works.house.cli("audit", "search", "--event", "policy.refused").out
    finally:
        path.write_text(old)
    eventually(lambda: works.house.cli("health", check=False).status == 0, 12)


# Seeing and stopping


def test_a_session_can_be_listed_watched_and_killed(works: Town, engine: str):
    target = f"{engine}-dev"
    process = run_slowly(works, "ann", target)
    sessions = works.ask("bob", "sessions --json").json["sessions"]
    live = next(one for one in sessions if one["target"] == target)
    assert live["user"] == "ann"
    assert live["state"] == "running"
    identity = live["id"]
    watching = works.house.popen("aud", f"watch {identity} --json")
    assert works.ask("bob", f"kill {identity}").status == 2
    by_agent = works.ask("robo", f"kill {identity} --reason no")
    assert by_agent.status in (0, 2, 5)
    if by_agent.status:
        killed = works.ask("bob", f"kill {identity} --reason it holds locks, sorry")
        assert killed.status == 0, killed
    answer = finish(process, 10)
    assert answer.status != 0
    eventually(lambda: works.sleeping(target) == 0, 5)
    assert works.audit("session.killed", identity)
    watched = finish(watching, 10)
    assert "SLEEP" in watched.out.upper()
    assert works.audit("recording.read", identity)


def test_others_sessions_are_not_for_everybody(works: Town):
    process = run_slowly(works, "ann", "pg-dev")
    works.add_agent("spy", "carol")
    try:
        identity = next(
            one["id"] for one in works.ask("bob", "sessions --json").json["sessions"]
            if one["target"] == "pg-dev"
        )  # fmt: skip
        assert identity not in works.ask("spy", "sessions --json").out
        assert works.ask("spy", f"watch {identity}").status != 0
        assert works.ask("spy", f"kill {identity} --reason x").status != 0
        assert works.ask("aud", f"kill {identity} --reason x").status != 0
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGINT)
        finish(process)
    eventually(lambda: works.sleeping("pg-dev") == 0, 3)


def test_an_agent_stops_at_its_daily_budget(works: Town):
    works.add_agent("greedy", "ann")
    first = works.ask("greedy", "pg-prod --csv --limit 60", stdin="SELECT id FROM orders")
    assert first.out.count("\n") == 61
    second = works.ask("greedy", "pg-prod --csv --limit 60", stdin="SELECT id FROM orders")
    assert second.status == 5, second
    assert "budget" in second.err
    assert works.ask("ann", "pg-prod --csv --limit 200", stdin="SELECT id FROM orders").status == 0


# Telling people outside


def test_reviewers_are_told_outside_without_any_sql(
    works: Town, engine: str, received: list[tuple[dict[str, str], bytes]]
):
    mark = f"hook{time.monotonic_ns()}"
    answer = works.ask(
        "robo", f"{engine}-prod --format json", stdin=f"DELETE FROM orders WHERE note = '{mark}'"
    )
    request_id = answer.json["request_id"].encode()
    eventually(lambda: any(request_id in body for _, body in received), 5)
    headers, body = next(one for one in received if request_id in one[1])
    expected = hmac.new(HOOK_KEY, body, hashlib.sha256).hexdigest()
    assert headers["X-Bastion-Signature"] == f"sha256={expected}"
    assert json.loads(body)["event"] == "approval.requested"
    told = works.house.directory / "told"
    eventually(lambda: told.exists() and request_id in told.read_bytes(), 5)
    works.ask("bob", f"req deny {request_id.decode()} --reason {mark}")
    for text in (told.read_text(), *(body.decode() for _, body in received)):
        assert mark not in text
        assert "DELETE FROM" not in text


# Keeping it


def test_a_backup_restores_people_and_targets(works: Town, tmp_path: Path):
    copy = tmp_path / "store.backup"
    works.house.cli("store", "backup", str(copy))
    assert b"PRIVATE KEY" not in copy.read_bytes()
    other = House(tmp_path / "other")
    other.directory.mkdir()
    # As on a new machine: the keys come from where they are kept, the state from the backup.
    shutil.copytree(f"{works.house.state}.keys", f"{other.state}.keys")
    other.cli("init")
    other.cli("store", "restore", str(copy))
    assert "ann" in other.cli("user", "list").out
    assert (
        other.cli("target", "list", "--json").out == works.house.cli("target", "list", "--json").out
    )
    assert other.cli("target", "test", "pg-dev", check=False).status in (0, 1)


def test_a_backup_overwrites_nothing_and_a_spoilt_one_restores_nothing(works: Town, tmp_path: Path):
    copy = tmp_path / "store.backup"
    works.house.cli("store", "backup", str(copy))
    assert works.house.cli("store", "backup", str(copy), check=False).status != 0
    spoilt = tmp_path / "spoilt"
    spoilt.write_bytes(b"no database at all" * 100)
    assert works.house.cli("store", "restore", str(spoilt), check=False).status in (2, 3)
    assert "ann" in works.house.cli("user", "list").out


def test_a_second_server_on_the_same_state_is_refused(works: Town):
    run = subprocess.run(
        [BIN / "bastion", "serve", "--listen", "127.0.0.1:0", "--dir", works.house.state],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert "already" in run.stderr
    assert works.ask("robo", "whoami").status == 0


def test_the_doctor_finds_what_is_wrong_and_says_what_to_do(works: Town):
    findings = json.loads(works.house.cli("doctor", "--json", check=False).out)
    assert not [
        one for one in findings if one["severity"] == "bad" and "target" not in one["subject"]
    ]
    works.house.state.chmod(0o755)
    try:
        answer = works.house.cli("doctor", check=False)
        assert answer.status == 1
        assert "chmod 700" in answer.out
    finally:
        works.house.state.chmod(0o700)


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> House:
    house = House(tmp_path_factory.mktemp("empty"))
    house.cli("init")
    return house


def test_init_never_overwrites(empty: House):
    before = {p: p.read_bytes() for p in empty.directory.rglob("*") if p.is_file()}
    (empty.state / "policy.toml").write_text("# mine\n")
    answer = empty.cli("init")
    assert "nothing was changed" in answer.out
    assert (empty.state / "policy.toml").read_text() == "# mine\n"
    for path, data in before.items():
        if path.name not in ("policy.toml", "store.db", "audit.log"):
            assert path.read_bytes() == data, path
    (empty.state / "policy.toml").write_bytes(before[empty.state / "policy.toml"])


def run(*words: object) -> Answer:
    done = subprocess.run(
        [BIN / "bastion", *map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def test_the_directory_may_be_named_before_and_after(empty: House):
    before = run("--dir", empty.state, "user", "list", "--json")
    after = run("user", "list", "--json", f"--dir={empty.state}")
    assert (before.status, before.out) == (after.status, after.out) == (0, "[]\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sesions]\nidle_s = 900\n", '"sessions"'),
        ("[sessions]\nidle = 900\n", '"idle_s"'),
        ("[sessions\n", "TOML"),
        ('[notify]\nwebhook_url = "http://x"\n', "webhook_secret_file"),
        ('[log]\nlevel = "loud"\n', "level"),
        ('[server]\nlisten = "here"\n', "HOST:PORT"),
    ],
)
def test_a_wrong_configuration_names_key_and_remedy_and_nothing_starts(
    empty: House, text: str, told: str
):
    path = empty.state / "bastion.toml"
    old = path.read_text()
    path.write_text(text)
    try:
        answer = run("serve", "--dir", empty.state)
        assert answer.status == 2, answer
        assert told in answer.err
        assert "Traceback" not in answer.err
    finally:
        path.write_text(old)


def test_an_unreadable_configuration_is_told_not_ignored(empty: House):
    path = empty.state / "bastion.toml"
    old = path.read_bytes()
    path.write_bytes(b"\xff\xfe\x00")
    try:
        answer = run("serve", "--listen", "127.0.0.1:0", "--dir", empty.state)
        assert answer.status == 2
        assert "cannot be read" in answer.err
        path.unlink()
        path.mkdir()
        assert run("serve", "--listen", "127.0.0.1:0", "--dir", empty.state).status == 2
        path.rmdir()
    finally:
        path.write_bytes(old)


def test_commands_on_a_folder_that_is_no_bastion_say_so(tmp_path: Path):
    for words in (("user", "list"), ("serve",), ("doctor",), ("audit", "search")):
        answer = run(*words, "--dir", tmp_path / "nothing")
        assert answer.status in (2, 3), (words, answer)
        assert "Traceback" not in answer.err
    assert not (tmp_path / "nothing").exists()


def test_health_says_that_nothing_runs(empty: House):
    answer = empty.cli("health", check=False)
    assert answer.status == 3
    assert "bastion serve" in answer.out


@pytest.mark.parametrize(
    "words",
    [
        ("user", "add", "x y", "--key", "/dev/null", "--role", "engineer"),
        ("user", "add", "x", "--key", "/nowhere", "--role", "engineer"),
        ("agent", "add", "x", "--key", "/dev/null", "--owner", "nobody", "--target", "t"),
        ("target", "add", "t", "oracle://h/d", "--environment", "production"),
        (
            "target",
            "add",
            "t",
            "postgresql://u:p@db.example.com/d?sslmode=maybe",
            "--environment",
            "production",
        ),
        ("policy", "test", "SELECT 1", "--target", "none", "--user", "none"),
        ("frobnicate",),
    ],
)
def test_wrong_words_end_with_2_and_change_nothing(empty: House, words: tuple[str, ...]):
    answer = empty.cli(*words, check=False)
    assert answer.status == 2, answer
    assert answer.err
    assert "Traceback" not in answer.err
    assert not administer(empty, lambda a: a.list_accounts())


def test_sigterm_drains_and_rolls_back_what_was_open(works: Town, engine: str):
    target = f"{engine}-dev"
    sql = f"BEGIN; INSERT INTO audit_trail (what) VALUES ('drained'); {SLOW[engine]}"
    process = works.house.popen("ann", f'{target} -c "{sql}"')
    eventually(lambda: works.sleeping(target) == 1, 15)
    works.house.process.send_signal(signal.SIGTERM)  # type: ignore[union-attr]
    answer = finish(process, 20)
    assert answer.status != 0
    assert works.house.process.wait(20) == 0  # type: ignore[union-attr]
    eventually(lambda: works.sleeping(target) == 0, 2)
    assert works.value(target, "SELECT count(*) FROM audit_trail WHERE what = 'drained'") == 0
    works.house.hang_up("ann")
    for path in works.house.recordings()[-3:]:
        assert is_sealed(path), path
    works.house.start()
    assert works.ask("robo", f"{target} -c 'SELECT 1'").status == 0
