"""``make demo``: the whole product on throw-away databases, and its tour.

Real parts only: real servers, the installed ``bastion serve`` as a process of its own, and the
OpenSSH client for everything that a person would type. All of it lives in one temporary folder
that is removed at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyotp

from bastion import throwaway
from bastion.administration import open_administration
from bastion.config import Config, Paths
from bastion.errors import ConfigError
from bastion.installation import SystemClock, initialise

_STEP_S = 30
_START_S = 30.0
_ANSWER_S = 90.0
_PEOPLE = (("alice", "engineer"), ("bob", "reviewer"))


@dataclass(slots=True)
class _Demo:
    """One running demo."""

    folder: Path
    port: int = 0
    secrets: dict[str, str] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)
    last_step: dict[str, int] = field(default_factory=dict)

    @property
    def paths(self) -> Paths:
        """Give the state of the demo's bastion."""
        return Paths(self.folder / "state", self.folder / "state.keys")

    def key(self, name: str) -> Path:
        """Give the private key of somebody."""
        return self.folder / "keys" / name

    def ssh(self, name: str, *options: str) -> list[str]:
        """Give the words of an ssh command up to the host."""
        return [
            "ssh", "-F", "none", "-p", str(self.port), "-i", str(self.key(name)),
            "-o", "IdentitiesOnly=yes", "-o", f"UserKnownHostsFile={self.folder}/known_hosts",
            *options,
        ]  # fmt: skip

    def line(self, who: str, words: str = "", *options: str) -> str:
        """Give a line to paste; the ssh configuration beside the keys holds port and identity."""
        command = shlex.join(["ssh", "-F", str(self.config), *options, f"{who}@127.0.0.1"])
        return f"{command} {words}".strip()

    @property
    def config(self) -> Path:
        """Give the ssh configuration of the printed lines."""
        return self.folder / "ssh"

    def write_config(self) -> None:
        """Write that configuration."""
        lines = [
            f"Port {self.port}",
            "IdentitiesOnly yes",
            f"UserKnownHostsFile {self.folder}/known_hosts",
        ]
        for name in ("alice", "bob", "robo"):
            lines += [f"Match user {name},{name}+*", f"  IdentityFile {self.key(name)}"]
        self.config.write_text("\n".join(lines) + "\n", "utf-8")

    def code(self, name: str) -> tuple[str, int]:
        """Give the code of now and the seconds it still counts."""
        now = time.time()  # noqa: TID251 - a code generator reads the clock, as a phone does.
        return pyotp.TOTP(self.secrets[name]).at(int(now)), _STEP_S - int(now) % _STEP_S


def run(*, is_tour: bool, port: int) -> int:
    """Start everything, then tell what to type, or run the tour; remove everything at the end.

    Raises:
        ConfigError: a part is missing or does not start, with what to install.
    """
    if shutil.which("ssh") is None or shutil.which("ssh-keygen") is None:
        raise ConfigError("The demo needs the OpenSSH client. Install openssh-client.")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    folder = Path(tempfile.mkdtemp(prefix="bastion-demo-"))
    folder.chmod(0o711)
    try:
        with contextlib.ExitStack() as stack:
            demo = _Demo(folder)
            _say("Starting PostgreSQL, seeding a shop …")
            _start(demo, stack, port)
            if is_tour:
                return _tour(demo)
            _invite(demo)
            _count_down(demo)
    except KeyboardInterrupt:
        _say("\nStopping, and removing everything that the demo made.")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


# Starting


def _start(demo: _Demo, stack: contextlib.ExitStack, port: int) -> None:
    urls: list[tuple[str, str, str, str]] = []
    server = stack.enter_context(throwaway.postgres(_folder(demo, "postgres")))
    for name, environment in (("shop-prod", "production"), ("shop-staging", "staging")):
        database = name.replace("-", "_")
        server.make_database(database, "shop_postgresql.sql")
        place = f"127.0.0.1:{server.port}/{database}"
        urls.append(
            (
                name, environment, f"postgresql://bastion_writer@{place}",
                f"postgresql://bastion_reader@{place}",
            )
        )  # fmt: skip
    program = throwaway.find_mariadb()
    if program is None:
        _say("MariaDB is not installed here, so there is no target shop-mysql.")
        _say("With it: apt-get install mariadb-server, then start the demo again.")
    else:
        maria = stack.enter_context(throwaway.mariadb(_folder(demo, "mariadb"), program))
        maria.make_database("shop", "shop_mysql.sql")
        place = f"127.0.0.1:{maria.port}/shop"
        urls.append(
            (
                "shop-mysql", "production", f"mysql://bastion_writer@{place}",
                f"mysql://bastion_reader@{place}",
            )
        )  # fmt: skip
    asyncio.run(_set_up(demo, urls))
    stack.enter_context(_serving(demo, port))


def _folder(demo: _Demo, name: str) -> Path:
    folder = demo.folder / name
    folder.mkdir(mode=0o700)
    return folder


async def _set_up(demo: _Demo, urls: Sequence[tuple[str, str, str, str]]) -> None:
    clock = SystemClock()
    await initialise(demo.paths, clock)
    (demo.folder / "keys").mkdir(mode=0o700)
    for name in ("alice", "bob", "robo"):
        _make_key(demo.key(name), name)
    async with open_administration(demo.paths, Config(), clock, by="demo") as administration:
        for name, environment, url, reader_url in urls:
            await administration.add_target(
                name, url, environment=environment, reader_url=reader_url, password_file=None
            )
            demo.targets.append(name)
        for user, role in _PEOPLE:
            demo.secrets[user] = await administration.add_user(
                user, key_file=_public(demo, user), roles=[role], targets=[]
            )
        await administration.add_agent(
            "robo",
            key_file=_public(demo, "robo"),
            owner="alice",
            targets=demo.targets,
            expires_s=8 * 3600,
            sources=["127.0.0.0/8"],
        )


def _public(demo: _Demo, name: str) -> Path:
    return demo.key(name).with_suffix(".pub")


def _make_key(path: Path, comment: str) -> None:
    subprocess.run(  # noqa: S603
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)],  # noqa: S607
        check=True,
    )


@contextlib.contextmanager
def _serving(demo: _Demo, port: int) -> Iterator[None]:
    """Run ``bastion serve`` until the end; a taken port is replaced by a free one."""
    chosen = port if _is_free(port) else 0
    log = demo.folder / "serve.log"
    command = [
        sys.executable, "-m", "bastion", "serve", "--listen", f"127.0.0.1:{chosen}",
        "--dir", str(demo.paths.state),
    ]  # fmt: skip
    environment = {**os.environ, "BASTION_KEY_DIR": str(demo.paths.keys)}
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            command, stderr=output, stdout=output, env=environment, start_new_session=True
        )
    try:
        demo.port = _wait_for_port(process, log)
        _learn_host_key(demo)
        yield
    finally:
        process.terminate()
        try:
            process.wait(_START_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_port(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        found = re.search(r"listening on [\d.]+:(\d+)", log.read_text(errors="replace"))
        if found:
            return int(found.group(1))
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise ConfigError(f"The bastion did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _learn_host_key(demo: _Demo) -> None:
    """Write the host's key where the printed lines look for it: nobody has to trust blindly."""
    public = subprocess.run(  # noqa: S603
        ["ssh-keygen", "-y", "-f", str(demo.paths.host_key)],  # noqa: S607
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    (demo.folder / "known_hosts").write_text(f"[127.0.0.1]:{demo.port} {public}\n", "utf-8")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


# Inviting


def _invite(demo: _Demo) -> None:
    demo.write_config()
    sql = "select name, email from customers limit 2"
    _say(f"""
The bastion listens on 127.0.0.1:{demo.port}.
Targets: {", ".join(demo.targets)}.
Paste these lines into other terminals. They ask for the code shown below.

  Alice, an engineer:
    {demo.line("alice+shop-prod")}

  Bob, her reviewer:
    {demo.line("bob", "review", "-t")}

  Robo, Alice's agent (a key, no code):
    {demo.line("robo", f"shop-prod --json -c {shlex.quote(sql)}")}

Three things to try, as Alice:
  select * from customers limit 5;               -- masked, unasked
  delete from orders where status = 'cancelled'; -- held: Bob presses a, then y
  drop table customers;                          -- refused, whoever asks

Ctrl-C here stops everything and removes it.
""")


def _count_down(demo: _Demo) -> None:
    is_terminal = sys.stdout.isatty()
    shown = ""
    while True:
        codes = {name: demo.code(name) for name, _ in _PEOPLE}
        text = "   ".join(f"{name} {code}" for name, (code, _) in codes.items())
        left = min(seconds for _, seconds in codes.values())
        if is_terminal:
            sys.stdout.write(f"\r  codes:  {text}   ({left:2d} s left; each works once) ")
        elif text != shown:
            sys.stdout.write(f"codes: {text}\n")
        shown = text
        sys.stdout.flush()
        time.sleep(1)


# The tour


def _tour(demo: _Demo) -> int:
    """Run the story by itself.

    Returns:
        0 when each step came out as told; 1 at the first that did not.
    """
    try:
        _tell_story(demo)
    except _UnexpectedError as error:
        _say(f"\nThe tour went wrong: {error}")
        _say((demo.folder / "serve.log").read_text(errors="replace")[-3000:])
        return 1
    _say("\nThe tour is over: everything came out as told.")
    return 0


class _UnexpectedError(Exception):
    """A step of the tour came out differently."""


def _tell_story(demo: _Demo) -> None:
    _chapter("Alice logs in with her key and a one-time code, through the OpenSSH client")
    _log_in(demo, "alice")
    _log_in(demo, "bob")
    _ask(demo, "alice", "whoami")

    _chapter("She reads customers: values come back masked, and nobody configured anything")
    sql = "select id, name, email, card, birth_date, city from customers order by id limit 4"
    rows = _ask(demo, "alice", f"shop-prod -c {shlex.quote(sql)}")
    _expect("@e•••" in rows and "example.com" not in rows, "the e-mail addresses are masked")

    _chapter("Her DELETE on production is held")
    sql = "delete from orders where status = 'cancelled' and total > 100"
    words = f"shop-prod --reason 'clean up' --wait 60s -c {shlex.quote(sql)}"
    _show("alice", words)
    waiting = _popen(demo, "alice", words)
    request_id = _find_request(demo)

    _chapter("Bob sees what it would do, measured by the database, and approves")
    shown = _ask(demo, "bob", f"req show {request_id}")
    measured = json.loads(_ask(demo, "bob", f"req show {request_id} --json", is_quiet=True))
    rows_measured = measured["impact"]["rows"]
    _expect(str(rows_measured) in shown, "Bob sees the number of rows")
    _ask(demo, "bob", f"req approve {request_id} --reason 'looks right'")
    out, err = waiting.communicate(timeout=_ANSWER_S)
    _indent(out.decode() + err.decode())
    _expect(waiting.returncode == 0, "the statement ran")
    _expect(f"DELETE {rows_measured}" in err.decode(), "it deleted exactly what Bob saw")

    _chapter("Dropping a production table is refused, whoever asks")
    _ask(demo, "alice", "shop-prod -c 'drop table customers'", status=5)

    _chapter("The session is replayed, and its recording verified")
    recording = _newest_recording(demo, containing="delete from orders")
    _bastion(demo, "recording", "show", recording.stem)
    _ask(demo, "bob", f"rec play {recording.stem} --format text")
    _bastion(demo, "recording", "verify", recording.stem)

    _chapter("A copy with one byte changed is found out")
    forged = demo.folder / "forged.cast"
    data = bytearray(recording.read_bytes())
    place = data.find(b"cancelled")
    data[place] ^= 0x01
    forged.write_bytes(bytes(data))
    key = demo.paths.recording_public_key
    _bastion(demo, "recording", "verify", str(forged), "--key", str(key), status=1)


def _log_in(demo: _Demo, name: str) -> None:
    """Open one shared connection; ssh asks a small program for the code instead of a person."""
    askpass = demo.folder / "askpass"
    askpass.write_text('#!/bin/sh\nprintf "%s\\n" "$BASTION_DEMO_CODE"\n', "utf-8")
    askpass.chmod(0o700)
    code, _ = demo.code(name)
    environment = {
        **os.environ,
        "SSH_ASKPASS": str(askpass),
        "SSH_ASKPASS_REQUIRE": "force",
        "BASTION_DEMO_CODE": code,
    }
    command = [
        *demo.ssh(name, *_shared(demo, name)), "-o", "ControlMaster=yes", "-o",
        "ControlPersist=300", "-fN", f"{name}@127.0.0.1",
    ]  # fmt: skip
    done = subprocess.run(  # noqa: S603
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, timeout=_ANSWER_S, check=False,
    )  # fmt: skip
    _expect(done.returncode == 0, f"{name} logs in ({done.stderr.decode().strip()})")
    _say(f"  {name} is in, with key and code.")


def _shared(demo: _Demo, name: str) -> tuple[str, ...]:
    return ("-o", f"ControlPath={demo.folder}/c-{name}")


def _popen(demo: _Demo, name: str, words: str) -> subprocess.Popen[bytes]:
    command = [*demo.ssh(name, *_shared(demo, name)), f"{name}@127.0.0.1", words]
    return subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _ask(demo: _Demo, name: str, words: str, *, status: int = 0, is_quiet: bool = False) -> str:
    """Send one command through ssh, show it and its answer, and check its exit code."""
    if not is_quiet:
        _show(name, words)
    process = _popen(demo, name, words)
    out, err = process.communicate(timeout=_ANSWER_S)
    if not is_quiet:
        _indent(out.decode() + err.decode())
    _expect(process.returncode == status, f"exit code {status}, not {process.returncode}")
    return out.decode()


def _bastion(demo: _Demo, *words: str, status: int = 0) -> None:
    _say(f"  $ bastion {shlex.join(words)}")
    environment = {**os.environ, "BASTION_KEY_DIR": str(demo.paths.keys)}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "bastion", *words, "--dir", str(demo.paths.state)],
        capture_output=True, text=True, env=environment, timeout=_ANSWER_S, check=False,
    )  # fmt: skip
    _indent(done.stdout + done.stderr)
    _expect(done.returncode == status, f"exit code {status}, not {done.returncode}")


def _find_request(demo: _Demo) -> str:
    deadline = time.monotonic() + _ANSWER_S
    while time.monotonic() < deadline:
        listed = json.loads(_ask(demo, "bob", "req list --json", is_quiet=True))["requests"]
        if listed:
            request_id: str = listed[0]["request_id"]
            return request_id
        time.sleep(0.2)
    raise _UnexpectedError("no request reached Bob")


def _newest_recording(demo: _Demo, *, containing: str) -> Path:
    found = [
        path
        for path in demo.paths.sessions.glob("*/*/*/*.cast")
        if containing in path.read_text("utf-8", errors="replace")
        and "shop-prod" in path.read_text("utf-8", errors="replace").partition("\n")[0]
    ]
    _expect(bool(found), "the session was recorded")
    return max(found, key=lambda path: path.stat().st_mtime)


def _expect(is_so: bool, what: str) -> None:
    if not is_so:
        raise _UnexpectedError(f"expected that {what}")


def _chapter(title: str) -> None:
    _say(f"\n== {title}")


def _show(name: str, words: str) -> None:
    _say(f"  {name}$ ssh {name}@bastion {words}")


def _indent(text: str) -> None:
    for line in text.splitlines():
        _say(f"    {line}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
