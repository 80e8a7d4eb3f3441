"""Who gets in, with what, and what a login does not open."""

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from bastion import throwaway
from tests.end_to_end.conftest import Town, building, eventually, finish
from tests.harness import Answer, Person


@pytest.fixture(scope="module")
def gate(tmp_path_factory, servers) -> Iterator[Town]:
    """A town whose people get locked out and disabled."""
    with building(tmp_path_factory.mktemp("gate"), servers) as gate:
        gate.add_target("pg-dev", "development")
        gate.add_person("owner", "engineer")
        gate.add_agent("robo", "owner")
        yield gate


_names = iter(range(1000))


@pytest.fixture
def person(gate: Town) -> Person:
    """Somebody nobody has failed a code for."""
    return gate.add_person(f"p{next(_names)}", "engineer")


def log_in(
    gate: Town, name: str, key: Path, code: str, *options: str, words: str = "whoami"
) -> Answer:
    """Log in once with exactly this key and this code."""
    environment, code_file = gate.house.askpass(code)
    person = gate.house.people.get(name)
    gate.house.people[name] = Person(name, key)
    try:
        run = subprocess.run(
            [*gate.house.ssh_words(name, *options), words],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
    finally:
        if person is None:
            del gate.house.people[name]
        else:
            gate.house.people[name] = person
    # askpass reads the file only when ssh asks.
    code_file.unlink()
    return Answer(run.returncode, run.stdout, run.stderr)


def test_key_and_code_let_in(gate: Town, person: Person):
    answer = log_in(gate, person.name, person.key, person.next_code())
    assert answer.status == 0, answer
    assert person.name in answer.out
    assert gate.audit("login.accepted", person.name)


def test_a_wrong_code_does_not(gate: Town, person: Person):
    right = {pyotp.TOTP(person.secret).at(time.time() + 30 * n) for n in range(-2, 3)}
    wrong = next(f"{n:06}" for n in range(100, 200) if f"{n:06}" not in right)
    answer = log_in(gate, person.name, person.key, wrong)
    assert answer.status == 255
    assert answer.out == ""
    assert gate.audit("login.code_refused", person.name)


def test_a_code_works_once_and_its_second_use_says_how_long_to_wait(gate: Town, person: Person):
    code = person.next_code()
    assert log_in(gate, person.name, person.key, code).status == 0
    again = log_in(gate, person.name, person.key, code, "-o", "NumberOfPasswordPrompts=2")
    assert again.status == 255
    assert again.out == ""
    assert gate.audit("login.code_reused", person.name)
    told = told_by_prompt(gate, person, code)
    assert "wait for the next, " in told
    assert " s" in told.partition("wait for the next, ")[2]


def told_by_prompt(gate: Town, person: Person, code: str) -> str:
    """Log in with a code by hand, twice, and collect what the prompts say."""
    prompts = gate.house.directory / f"prompts-{person.name}"
    script = gate.house.directory / "askpass-log"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> "{prompts}"\necho {code}\n')
    script.chmod(0o700)
    words = gate.house.ssh_words(person.name)
    words[words.index("NumberOfPasswordPrompts=1")] = "NumberOfPasswordPrompts=3"
    words[words.index("LogLevel=ERROR")] = "LogLevel=INFO"
    run = subprocess.run(
        [*words, "whoami"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        env={**os.environ, "SSH_ASKPASS": str(script), "SSH_ASKPASS_REQUIRE": "force"},
        timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 255
    return prompts.read_text() + run.stderr


def test_one_persons_key_with_anothers_name_and_code_does_not(gate: Town, person: Person):
    other = gate.add_person(f"p{next(_names)}", "engineer")
    answer = log_in(gate, other.name, person.key, other.next_code())
    assert answer.status == 255
    assert answer.out == ""
    # Nor did the attempt burn the other's code: nothing was asked.
    assert log_in(gate, other.name, other.key, other.next_code()).status == 0


def test_without_a_known_key_no_code_is_ever_asked(gate: Town, person: Person):
    stranger = gate.house.make_key("stranger")
    asked = gate.house.directory / "asked"
    script = gate.house.directory / "askpass-tell"
    script.write_text(f'#!/bin/sh\ntouch "{asked}"\necho 123456\n')
    script.chmod(0o700)
    for name in (person.name, "nobody-known"):
        gate.house.people["x"] = Person("x", stranger)
        words = gate.house.ssh_words("x")
        words[-1] = f"{name}@127.0.0.1"
        for extra in ([], ["-o", "PubkeyAuthentication=no"]):
            run = subprocess.run(
                [*words[:-1], *extra, words[-1], "whoami"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
                env={**os.environ, "SSH_ASKPASS": str(script), "SSH_ASKPASS_REQUIRE": "force"},
            )  # fmt: skip
            assert run.returncode == 255
    del gate.house.people["x"]
    assert not asked.exists()


def test_an_unknown_user_is_answered_like_a_known_one(gate: Town, person: Person):
    stranger = gate.house.make_key("stranger")
    known = log_in(gate, person.name, stranger, "123456")
    unknown = log_in(gate, "nobody-known", stranger, "123456")
    assert known.status == unknown.status == 255
    assert known.err.replace(person.name, "X") == unknown.err.replace("nobody-known", "X")


def test_too_many_wrong_codes_lock_for_a_while(gate: Town, person: Person):
    for _ in range(10):
        assert log_in(gate, person.name, person.key, "000000").status == 255
    assert log_in(gate, person.name, person.key, person.next_code()).status == 255
    assert gate.audit("login.locked", person.name) or gate.audit("login.refused", person.name)
    gate.administer(lambda a: a.unlock(person.name))
    assert log_in(gate, person.name, person.key, person.next_code()).status == 0


def test_an_agent_needs_its_key_alone(gate: Town):
    answer = gate.ask("robo", "whoami --json")
    assert answer.status == 0
    assert answer.json["is_agent"] is True
    assert answer.json["person"] == "owner"


def test_an_agent_from_elsewhere_does_not_get_in(gate: Town):
    gate.add_agent("far", "owner", sources=("10.9.8.0/24",))
    assert gate.ask("far", "whoami").status == 255
    gate.add_agent("near", "owner", sources=("127.0.0.0/8",))
    assert gate.ask("near", "whoami").status == 0


def test_an_expired_agent_does_not_get_in_and_loses_what_is_open(gate: Town):
    gate.add_agent("brief", "owner", expires_s=4)
    slow = gate.house.popen("brief", "pg-dev -c 'SELECT pg_sleep(40)'")
    eventually(lambda: gate.sleeping("pg-dev") == 1 or slow.poll() is not None, 4)
    assert finish(slow).status != 0
    eventually(lambda: gate.sleeping("pg-dev") == 0, 2)
    assert gate.ask("brief", "whoami").status == 255


def test_a_disabled_user_does_not_get_in_until_enabled(gate: Town, person: Person):
    gate.administer(lambda a: a.set_disabled(person.name, is_disabled=True))
    assert log_in(gate, person.name, person.key, person.next_code()).status == 255
    gate.administer(lambda a: a.set_disabled(person.name, is_disabled=False))
    assert log_in(gate, person.name, person.key, person.next_code()).status == 0


def test_an_agent_of_a_disabled_owner_does_not_get_in(gate: Town, person: Person):
    name = f"of-{person.name}"
    gate.add_agent(name, person.name)
    assert gate.ask(name, "whoami").status == 0
    gate.administer(lambda a: a.set_disabled(person.name, is_disabled=True))
    assert gate.ask(name, "whoami").status == 255


# What a login does not open


@pytest.fixture
def witness() -> Iterator[tuple[int, list[bool]]]:
    """A port that notes whether anybody came."""
    came: list[bool] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.1)
        done = threading.Event()

        def accept() -> None:
            while not done.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                came.append(True)
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1], came
        done.set()
        thread.join()


@pytest.fixture
def local() -> Iterator[int]:
    """A port for the near end of a tunnel."""
    with throwaway.own_port() as port:
        yield port


@pytest.mark.parametrize("to", ["127.0.0.1", "localhost"])
def test_no_tunnel_to_anywhere(gate: Town, witness: tuple[int, list[bool]], to: str, local: int):
    port, came = witness
    process = gate.house.popen("robo", "", "-N", "-L", f"{local}:{to}:{port}")
    try:
        eventually(lambda: can_connect(local) or process.poll() is not None, 10)
        with socket.create_connection(("127.0.0.1", local), 5) as connection:
            connection.settimeout(5)
            connection.sendall(b"hello")
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(10) == b""
        assert not came
    finally:
        process.kill()
        process.communicate()


def can_connect(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def test_no_tunnel_to_the_database_itself(gate: Town):
    target = gate.servers["pg"].port
    process = gate.house.popen("robo", "", "-W", f"127.0.0.1:{target}", stdin=subprocess.PIPE)
    out, err = process.communicate(b"\x00\x00\x00\x08\x04\xd2\x16\x2f", timeout=20)
    assert out == b""
    assert process.returncode != 0
    assert b"prohibited" in err or b"refused" in err or b"failed" in err, err


def test_no_tunnel_back(gate: Town):
    process = gate.house.popen(
        "robo", "", "-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:9"
    )
    assert process.wait(20) != 0
    process.communicate()


def test_no_socks(gate: Town, witness: tuple[int, list[bool]], local: int):
    port, came = witness
    process = gate.house.popen("robo", "", "-N", "-D", str(local))
    try:
        eventually(lambda: can_connect(local) or process.poll() is not None, 10)
        with socket.create_connection(("127.0.0.1", local), 5) as connection:
            connection.settimeout(5)
            connection.sendall(b"\x05\x01\x00")
            assert connection.recv(2) == b"\x05\x00"
            connection.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01" + port.to_bytes(2, "big"))
            try:
                answer = connection.recv(10)
            except ConnectionResetError:
                answer = b""
            assert answer[1:2] != b"\x00" or not answer
        assert not came
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("extra", [[], ["-O"]])
def test_no_scp(gate: Town, tmp_path: Path, extra: list[str]):
    words = gate.house.ssh_words("robo")
    options = ["-P" if word == "-p" else word for word in words[1:-1]]
    for source, goal in (
        (f"{words[-1]}:/etc/passwd", str(tmp_path / "got")),
        (str(gate.house.people["robo"].key) + ".pub", f"{words[-1]}:/tmp/put"),
    ):
        run = subprocess.run(
            ["scp", *extra, *options, source, goal],
            capture_output=True, timeout=30, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert run.returncode != 0
    assert not (tmp_path / "got").exists()
    assert not Path("/tmp/put").exists()


def test_no_sftp(gate: Town):
    words = gate.house.ssh_words("robo")
    options = ["-P" if word == "-p" else word for word in words[1:-1]]
    run = subprocess.run(
        ["sftp", *options, "-b", "-", words[-1]],
        input=b"ls /\n", capture_output=True, timeout=30, check=False,
    )  # fmt: skip
    assert run.returncode != 0
    assert b"etc" not in run.stdout


def test_neither_agent_nor_x11_is_forwarded(gate: Town):
    agent = subprocess.run(["ssh-agent", "-s"], capture_output=True, text=True, check=True).stdout
    environment = dict(
        line.partition(";")[0].split("=", 1) for line in agent.splitlines() if "=" in line
    )
    try:
        process = gate.house.popen(
            "robo", "whoami", "-v", "-A", "-X", env={**os.environ, **environment, "DISPLAY": ":77"}
        )
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert b"robo" in out
        told = err.decode()
        assert "auth-agent" not in told.replace("auth-agent-req@openssh.com", "")
        assert "client_input_channel_open" not in told
    finally:
        subprocess.run(["kill", environment["SSH_AGENT_PID"]], check=True)


@pytest.mark.parametrize("words", ["/bin/sh -c id", "id", "pg-dev; id", "$(id)", "`id`", "| id"])
def test_no_words_ever_reach_a_shell(gate: Town, words: str):
    answer = gate.ask("robo", words)
    assert answer.status == 2, answer
    assert "uid=" not in answer.out + answer.err
