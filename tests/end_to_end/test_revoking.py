"""What is taken away stops within seconds, as often as it is promised; see test_operations too."""

import random
import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Town, building, eventually, finish
from tests.end_to_end.test_operations import run_slowly

pytestmark = [pytest.mark.long, pytest.mark.timeout(7200)]
ROUNDS = 40
"""Of each of the five acts: 200 in all."""
SEEN_S, CANCELLED_S = 2.0, 5.0


@pytest.fixture(scope="module")
def place(tmp_path_factory, servers) -> Town:
    with building(tmp_path_factory.mktemp("revoking"), servers) as town:
        for engine in servers:
            town.add_target(f"{engine}-dev", "development")
            town.add_target(f"{engine}-other", "development")
        town.add_person("ann", "engineer")
        yield town


def acts(place: Town, name: str, engine: str) -> dict[str, tuple[str, ...]]:
    return {
        "user": ("user", "disable", name),
        "key": ("user", "key", "remove", name, f"{place.house.people[name].key}.pub"),
        "role": ("user", "role", name, "auditor"),
        "database": ("user", "target", name, f"{engine}-other"),
        "agent": ("user", "disable", name),
    }


def is_refused(place: Town, name: str, target: str) -> bool:
    """Tell whether a statement is refused, be it at the login already."""
    try:
        return place.ask(name, f"{target} -c 'SELECT 1'").status != 0
    except AssertionError as error:
        return "Permission denied" in str(error)


def measure(place: Town, name: str, target: str, words: tuple[str, ...]) -> tuple[float, float]:
    """Give how long after an act the next statement was refused, and the running one ended."""
    process = run_slowly(place, name, target)
    try:
        started = time.monotonic()
        place.house.cli(*words)
        acted = time.monotonic()
        if words[:2] != ("user", "role"):
            # Another role may read as well, on a login of its own.
            eventually(lambda: is_refused(place, name, target), 10)
        seen = time.monotonic() - acted
        eventually(lambda: place.running(target) == 0, 10, "the query runs on")
        ended = time.monotonic() - started
        assert finish(process, 15).status != 0
    finally:
        process.kill()
        process.communicate()
    return seen, ended


@pytest.mark.parametrize("engine", ["pg", "my"])
def test_two_hundred_times_what_is_taken_away_is_refused_within_seconds(place: Town, engine: str):
    chance = random.Random(11)
    times = []
    for number in range(ROUNDS):
        for act in ("user", "key", "role", "database", "agent"):
            name = f"{engine}{act}{number}"
            if act == "agent":
                place.add_agent(name, "ann")
            else:
                place.add_person(name, "engineer")
            time.sleep(chance.uniform(0, 0.2))
            target = f"{engine}-dev"
            times.append(measure(place, name, target, acts(place, name, engine)[act]))
    seen = sorted(one for one, _ in times)
    assert seen[int(len(seen) * 0.99) - 1] <= SEEN_S, seen[-5:]
    assert max(ended for _, ended in times) <= CANCELLED_S


@pytest.mark.parametrize("what", ["user", "db", "all"])
def test_fifty_times_the_red_button_ends_what_it_names(place: Town, what: str, tmp_path: Path):
    name = f"red{what}"
    place.add_agent(name, "ann")
    place.add_agent(f"{name}2", "ann")
    named = {"user": name, "db": "pg-dev", "all": "all"}[what]
    longest = 0.0
    for number in range(50):
        words = ("panic", named, "--reason", f"drill {number}")
        longest = max(longest, *measure(place, name, "pg-dev", words))
        bystander = place.ask(f"{name}2", "pg-other -c 'SELECT 1'")
        assert (bystander.status == 0) == (what != "all")
        place.administer(lambda a: a.panic(named, lift=True, reason="over"))
        eventually(lambda: place.ask(name, "pg-dev -c 'SELECT 1'").status == 0, 10)
    assert longest <= CANCELLED_S
