"""One town for all stories: a bastion, people, agents and databases of both engines."""

import asyncio
import contextlib
import json
import re
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from bastion.administration import Administration, open_administration
from bastion.config import find_paths, load_config
from bastion.installation import SystemClock
from tests.conftest import DatabaseServer
from tests.harness import Answer, House, Person

T = TypeVar("T")

PEOPLE = {
    "ann": ("engineer",),
    "eve": ("engineer",),
    "bob": ("reviewer", "engineer"),
    "carol": ("reviewer",),
    "ada": ("admin", "engineer"),
    "aud": ("auditor",),
}
ENVIRONMENTS = {"prod": "production", "staging": "staging", "dev": "development"}
# What a statement waits for, as each server says it. Any that is active would count more: a server
# cleans up by itself, and the bastion reads the catalogue before it sends what was asked.
SLEEPING = {
    "pg": "SELECT pid FROM pg_stat_activity WHERE datname = '{}' AND wait_event = 'PgSleep'",
    "my": "SELECT id FROM information_schema.processlist WHERE db = '{}' AND state = 'User sleep'",
}


@dataclass
class Town:
    """A running bastion before the shop in three environments on two engines."""

    house: House
    servers: dict[str, DatabaseServer]
    urls: dict[str, str] = field(default_factory=dict)

    def administer(self, work: Callable[[Administration], Awaitable[T]]) -> T:
        """Do what the command line does, without starting a process for each act."""
        return administer(self.house, work)

    def add_person(self, name: str, *roles: str) -> Person:
        """Add a person with a fresh key."""
        key = self.house.make_key(name)
        secret = self.administer(
            lambda a: a.add_user(name, key_file=Path(f"{key}.pub"), roles=roles, targets=())
        )
        self.house.people[name] = Person(name, key, secret)
        return self.house.people[name]

    def add_agent(
        self, name: str, owner: str, expires_s: float = 86_400, sources: tuple[str, ...] = ()
    ) -> Person:
        """Add an agent with a fresh key that reaches all targets."""
        key = self.house.make_key(name)
        self.administer(
            lambda a: a.add_agent(
                name, key_file=Path(f"{key}.pub"), owner=owner, targets=["*"],
                expires_s=expires_s, sources=sources,
            )
        )  # fmt: skip
        self.house.people[name] = Person(name, key)
        return self.house.people[name]

    def add_target(self, name: str, environment: str, *, seeded: bool = True) -> None:
        """Put a database of its own behind the bastion; ``pg-…`` or ``my-…``."""
        server = self.servers[name[:2]]
        scripts = (f"shop_{server.engine}.sql",) if seeded else ()
        self.urls[name] = server.create_database(name.replace("-", "_"), *scripts)
        self.add_url(name, self.urls[name], environment)

    def add_url(self, name: str, url: str, environment: str) -> None:
        """Put any URL behind the bastion."""
        self.administer(
            lambda a: a.add_target(
                name, url, environment=environment, reader_url="", password_file=None
            )
        )

    def sql(self, target: str, sql: str) -> list[tuple[object, ...]]:
        """Run SQL beside the bastion."""
        return self.servers[target[:2]].run(self.urls[target], sql)

    def value(self, target: str, sql: str) -> object:
        """Give the one value of a query beside the bastion."""
        return self.sql(target, sql)[0][0]

    def sleeping(self, target: str) -> int:
        """Count the statements that sleep on a target now."""
        database = self.urls[target].rsplit("/", 1)[1]
        return len(self.sql(target, SLEEPING[target[:2]].format(database)))

    def log_of(self, target: str) -> str:
        """Read what reached the server of a target so far."""
        return self.servers[target[:2]].statements()

    def ask(self, user: str, words: str, **keywords: object) -> Answer:
        """Run one line over ssh."""
        return self.house.ssh(user, words, **keywords)

    def held(self, user: str, words: str) -> subprocess.Popen:
        """Start a line that is held and wait; see ``request_of``."""
        return self.house.popen(user, words)

    def request_of(self, reviewer: str, needle: str, timeout_s: float = 20) -> str:
        """Wait until a request whose text holds ``needle`` is pending; give its id."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            for request in self.ask(reviewer, "req list --json").json["requests"]:
                if needle in request["statement"]:
                    return request["request_id"]
            time.sleep(0.1)
        raise AssertionError(f"no request with {needle!r}")

    def audit(self, event: str, text: str = "") -> list[str]:
        """Give the lines of the audit log with an event and a text."""
        lines = (self.house.state / "audit.log").read_text().splitlines()
        return [line for line in lines if f'"{event}"' in line and text in line]

    def is_recorded(self, needle: str) -> bool:
        """Tell whether any transcript holds a text."""
        return any(needle in path.read_text() for path in self.house.recordings())

    def transcript(self, needle: str) -> Path:
        """Give the newest transcript that holds a text."""
        for path in reversed(self.house.recordings()):
            if needle in path.read_text():
                return path
        raise AssertionError(f"no transcript holds {needle!r}")


def administer(house: House, work: Callable[[Administration], Awaitable[T]]) -> T:
    """Open the store of an installation as an administrator, for one act."""

    async def run() -> T:
        paths = find_paths(str(house.state), {})
        config = load_config(paths.config)
        async with open_administration(
            paths, config, SystemClock(), by="cli:test"
        ) as administration:
            return await work(administration)

    return asyncio.run(run())


def eventually(what: Callable[[], object], timeout_s: float, words: str = "") -> None:
    """Wait until something holds, no longer than promised.

    What was asked in time counts, however long a busy machine took to answer.
    """
    deadline = time.monotonic() + timeout_s
    asked_at = time.monotonic()
    while not what():
        assert asked_at < deadline, words or "it did not come true in time"
        time.sleep(0.05)
        asked_at = time.monotonic()


def is_sealed(path: Path) -> bool:
    """Tell whether a transcript ends with its final seal."""
    code, text = json.loads(path.read_text().splitlines()[-1])[1:]
    return code == "s" and json.loads(text)["is_final"]


def finish(process: subprocess.Popen, timeout: float = 30) -> Answer:
    """Wait for a started line."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"no end:\n{out!r}\n{err!r}") from None
    return Answer(process.returncode, out.decode(), err.decode())


@contextlib.contextmanager
def building(
    directory: Path, servers: dict[str, DatabaseServer], *, config: str = "", policy: bool = True
) -> Iterator[Town]:
    """Build a town with no target and nobody in it; the caller fills it."""
    house = House(directory)
    house.cli("init")
    if config:
        (house.state / "bastion.toml").write_text(config)
    if policy:
        path = house.state / "policy.toml"
        text = path.read_text()
        # Long results are a promise of their own; the policy bounds them, so it is widened here.
        path.write_text(re.sub(r"row_limit = 10000\b", "row_limit = 1000000", text))
    house.start()
    try:
        yield Town(house, servers)
    finally:
        house.stop()


@pytest.fixture(scope="session")
def servers(postgres_server, mariadb_server) -> dict[str, DatabaseServer]:
    """Both engines by the first letters of their targets' names."""
    return {"pg": postgres_server, "my": mariadb_server}


@pytest.fixture(scope="session")
def town(tmp_path_factory, servers) -> Iterator[Town]:
    """The town that the stories share: nobody may restart it or lock its people out."""
    with building(tmp_path_factory.mktemp("town"), servers) as town:
        for engine in servers:
            for short, environment in ENVIRONMENTS.items():
                town.add_target(f"{engine}-{short}", environment)
        for name, roles in PEOPLE.items():
            town.add_person(name, *roles)
        town.add_agent("robo", "ann")
        yield town


@pytest.fixture(params=["pg", "my"])
def engine(request) -> str:
    """Each story on PostgreSQL and on MariaDB."""
    return request.param
