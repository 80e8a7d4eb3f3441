"""A whole bastion as its users meet it: the installed command, real ssh, real databases."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pyotp

from tests.fakes.keys import put_key
from tests.witness import WITNESS

BIN = Path(sys.executable).parent
ASKPASS = '#!/bin/sh\ncat "$BASTION_TEST_CODE"\n'


@dataclass
class Person:
    """Somebody with a key and, unless an agent, a second factor."""

    name: str
    key: Path
    secret: str = ""
    last_step: int = 0

    def next_code(self) -> str:
        """Give a code that was not used yet: drift allows three before one must wait."""
        totp = pyotp.TOTP(self.secret)
        now, into = divmod(time.time(), 30)
        # The code of the step before dies with this one: too late in it, it would not arrive.
        step = max(self.last_step + 1, int(now) - 1 if into < 15 else int(now))
        while step > int(time.time()) // 30 + 1:
            time.sleep(0.5)
        self.last_step = step
        return totp.generate_otp(step)


@dataclass
class Answer:
    """What came back over ssh."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        """Parse the one JSON line of ``--format json``."""
        return json.loads(self.out)

    @property
    def jsons(self) -> list[dict]:
        """Parse all JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class House:
    """One installation in a folder, with its server running."""

    directory: Path
    people: dict[str, Person] = field(default_factory=dict)
    process: subprocess.Popen | None = None
    host: str = "127.0.0.1"
    port: int = 0

    @property
    def state(self) -> Path:
        """Give the state directory."""
        return self.directory / "state"

    def cli(self, *words: str, stdin: str | None = None, check: bool = True) -> Answer:
        """Run the ``bastion`` command on this installation."""
        run = subprocess.run(
            [BIN / "bastion", *words, "--dir", self.state],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if check and run.returncode != 0:
            raise AssertionError(f"bastion {' '.join(words)}: {run.returncode}\n{run.stderr}")
        return Answer(run.returncode, run.stdout, run.stderr)

    def make_key(self, name: str) -> Path:
        """Give a key pair of the real tool."""
        path = self.directory / "keys" / name
        path.parent.mkdir(exist_ok=True, mode=0o700)
        put_key(path, name)
        return path

    def add_user(self, name: str, *flags: str) -> Person:
        """Add a person with a fresh key."""
        key = self.make_key(name)
        answer = self.cli("user", "add", name, "--key", f"{key}.pub", *flags)
        secret = re.search(r"secret=([A-Z2-7]+)", answer.out)
        assert secret, answer.out
        self.people[name] = Person(name, key, secret.group(1))
        return self.people[name]

    def add_agent(self, name: str, owner: str, *flags: str) -> Person:
        """Add an agent with a fresh key."""
        key = self.make_key(name)
        self.cli("agent", "add", name, "--key", f"{key}.pub", "--owner", owner, *flags)
        self.people[name] = Person(name, key)
        return self.people[name]

    def start(self) -> None:
        """Start the server and wait until it says that it listens."""
        WITNESS.watch(self.state / "sessions")
        log = (self.directory / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [BIN / "bastion", "serve", "--listen", "127.0.0.1:0", "--dir", self.state],
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        log.close()
        deadline = time.monotonic() + 30
        offset = getattr(self, "_log_offset", 0)
        while time.monotonic() < deadline:
            text = (self.directory / "serve.log").read_bytes()[offset:].decode()
            found = re.search(r"listening on ([\d.]+):(\d+)", text)
            if found:
                self.port = int(found.group(2))
                self._log_offset = offset + len(text.encode())
                return
            assert self.process.poll() is None, text
            time.sleep(0.05)
        raise AssertionError("the server did not start")

    def stop(self, how: int = signal.SIGTERM) -> int:
        """End the server."""
        if self.process is None:
            return 0
        for name in self.people:
            self.hang_up(name)
        self.process.send_signal(how)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            WITNESS.leave(self.state / "sessions")

    def ssh_words(self, user: str, *options: str) -> list[str]:
        """Give the ssh command line for a user, up to the host."""
        name, _, _ = user.partition("+")
        person = self.people[name]
        return [
            "ssh", "-F", "none", "-p", str(self.port), "-i", str(person.key),
            "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no",
            "-o", f"UserKnownHostsFile={self.directory}/known_hosts", "-o", "LogLevel=ERROR",
            "-o", "NumberOfPasswordPrompts=1", *options, f"{user}@{self.host}",
        ]  # fmt: skip

    def control(self, name: str) -> list[str]:
        """Give the options that share one login of a person."""
        return ["-o", f"ControlPath={self.directory}/c-{name}"]

    def log_in(self, name: str) -> None:
        """Open the shared connection of a person with key and code, of an agent by key."""
        person = self.people[name]
        check = subprocess.run(
            self.ssh_words(name, *self.control(name), "-O", "check"),
            capture_output=True, check=False,
        )  # fmt: skip
        if check.returncode == 0:
            return
        words = self.ssh_words(
            name, *self.control(name), "-o", "ControlMaster=yes", "-o", "ControlPersist=600", "-fN"
        )
        environment, code_file = self.askpass(person.next_code()) if person.secret else (None, None)
        run = subprocess.run(
            words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
        if code_file is not None:
            code_file.unlink()
        assert run.returncode == 0, run.stderr.decode()

    def hang_up(self, name: str) -> None:
        """Close the shared connection of a person."""
        subprocess.run(
            self.ssh_words(name, *self.control(name), "-O", "exit"),
            capture_output=True, check=False,
        )  # fmt: skip

    def askpass(self, code: str) -> tuple[dict[str, str], Path]:
        """Make ssh answer the code prompt by itself."""
        script = self.directory / "askpass"
        if not script.exists():
            script.write_text(ASKPASS)
            script.chmod(0o700)
        code_file = self.directory / f"code-{code}-{time.monotonic_ns()}"
        code_file.write_text(code)
        environment = {
            **os.environ,
            "SSH_ASKPASS": str(script),
            "SSH_ASKPASS_REQUIRE": "force",
            "BASTION_TEST_CODE": str(code_file),
        }
        return environment, code_file

    def popen(self, user: str, words: str = "", *options: str, **keywords) -> subprocess.Popen:
        """Start an ssh command on the person's shared connection, or by key for an agent."""
        name = user.partition("+")[0]
        shared: list[str] = []
        if self.people[name].secret:
            self.log_in(name)
            shared = self.control(name)
        command = [*self.ssh_words(user, *shared, *options), *([words] if words else [])]
        keywords.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **keywords)

    def ssh(
        self, user: str, words: str = "", *options: str, stdin: str | bytes | None = None,
        timeout: float = 60,
    ) -> Answer:  # fmt: skip
        """Run one ssh command to its end."""
        process = self.popen(
            user, words, *options, stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE
        )
        data = stdin.encode() if isinstance(stdin, str) else stdin
        try:
            out, err = process.communicate(data, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"no answer to {words!r}:\n{out!r}\n{err!r}") from None
        return Answer(process.returncode, out.decode(), err.decode())

    def recordings(self) -> list[Path]:
        """Give all transcripts, oldest first."""
        return sorted(self.state.glob("sessions/*/*/*/*.cast"), key=lambda p: p.stat().st_mtime)
