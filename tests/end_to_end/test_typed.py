"""Attacks with the keyboard: keys into the shell of a real terminal, and the same down a pipe."""

import codecs
import contextlib
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pexpect
import pytest

from tests.conftest import SEED, DatabaseServer
from tests.end_to_end.conftest import Town, building
from tests.end_to_end.test_red_team_guard import CORPUS, Arena, chunks
from tests.end_to_end.test_shell import CTRL_C, Screen, shell

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]
WAIT_S = 1.0
_ANSWERED = re.compile(r"[=-][>#]|\.\.\.")
"""A prompt, for a statement or for its next line."""
EPOCH = datetime.fromtimestamp(0, UTC)


@pytest.fixture(scope="module", params=["postgres", "mysql"])
def keyed(request: pytest.FixtureRequest, tmp_path_factory, servers) -> Iterator[Arena]:
    """A town before the probe database with traps in it, as its owner and as a limited role."""
    server: DatabaseServer = servers["pg" if request.param == "postgres" else "my"]
    url = server.create_database("typed", f"probe_{server.engine}.sql")
    server.run(url, (SEED / f"traps_{server.engine}.sql").read_text())
    with building(tmp_path_factory.mktemp("typed"), servers) as town:
        for name, one in (("owner", url), ("limited", server.app_url(url))):
            town.add_url(name, one, "production")
        town.add_person("ann", "engineer")
        # Somebody could say yes, so what is held waits.
        town.add_person("rae", "reviewer")
        town.add_agent("robo", "ann")
        yield Arena(town, server, url)
    server.drop_database(url)


def attacks(place: Arena) -> list[str]:
    """Read the keys of each attack, for any engine and for this one."""
    engine = "postgresql" if place.server.engine == "postgres" else "mysql"
    texts = [(CORPUS / name).read_text() for name in ("typed.txt", f"typed_{engine}.txt")]
    lines = [line for text in texts for line in text.splitlines() if not line.startswith("# Keys")]
    return [codecs.decode(line.encode("latin-1"), "unicode_escape") for line in lines]


class Keyboard:
    """A shell that is opened again whenever an attack has ended it."""

    def __init__(self, town: Town, target: str) -> None:
        self._town, self._target = town, target
        self._stack = contextlib.ExitStack()
        self._screen: Screen | None = None

    def press(self, keys: str) -> None:
        """Press the keys of one attack, let it settle, and take back what waits for a yes."""
        if self._screen is None:
            self._screen = self._stack.enter_context(shell(self._town, "ann", self._target))
        pieces = [piece for one in keys.split("\r") for piece in (one, "\r")][:-1]
        try:
            for piece in (*pieces, CTRL_C, CTRL_C):
                for part in piece.partition(CTRL_C):
                    self._send(part)
        except (pexpect.EOF, OSError):
            self.close()

    def _send(self, keys: str) -> None:
        if not keys or self._screen is None:
            return
        self._screen.child.send(keys)
        if keys in {"\r", CTRL_C} and not self._settles(self._screen):
            self.close()

    def _settles(self, screen: Screen) -> bool:
        """Wait for an answer, as a person does; False when the shell has left."""
        start, began = len(screen.raw), time.monotonic()
        while time.monotonic() < began + WAIT_S:
            if not screen.pump():
                return False
            told = screen.raw[start:]
            if _ANSWERED.search(told[told.find("\n") + 1 :]) or "withdraws" in told:
                break
        return True

    def close(self) -> None:
        """Hang up; the next attack gets a shell of its own."""
        self._stack.close()
        self._screen = None


@pytest.mark.parametrize("target", ["owner", "limited"])
def test_no_keys_change_the_database_without_an_approval(keyed: Arena, target: str):
    cases = attacks(keyed)
    assert len(cases) >= 300
    before = keyed.checksum()
    keyboard = Keyboard(keyed.rig, target)
    for chunk in chunks(cases):
        for keys in chunk:
            keyboard.press(keys)
        keyboard.close()
        assert keyed.checksum() == before, chunk
    held = keyed.rig.administer(lambda a: a.list_requests(since=EPOCH))
    assert len(held) > len(cases) // 10, "the control: what was typed does arrive"


def test_no_script_down_a_pipe_changes_the_database(keyed: Arena):
    before = keyed.checksum()
    for chunk in chunks(attacks(keyed)):
        for number, keys in enumerate(chunk):
            script = keys.replace("\r", "\n").encode("utf-8", "replace")
            words = "limited --no-wait" if number % 2 else "owner --on-error continue --no-wait"
            keyed.rig.house.ssh("robo", words, stdin=script)
        assert keyed.checksum() == before, chunk
