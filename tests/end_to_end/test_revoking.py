"""What is taken away stops within seconds, as often as it is promised; see test_operations too."""

import random
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from bastion.administration import Administration
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


Act = Callable[[Administration], Awaitable[object]]


def acts(place: Town, name: str, engine: str) -> dict[str, Act]:
    key = f"{place.house.people[name].key}.pub"
    return {
        "user": lambda a: a.set_disabled(name, is_disabled=True),
        "key": lambda a: a.remove_key(name, key),
        "role": lambda a: a.set_roles(name, ["auditor"]),
        "database": lambda a: a.set_targets(name, [f"{engine}-other"]),
        "agent": lambda a: a.set_disabled(name, is_disabled=True),
    }


def is_refused(place: Town, name: str, target: str) -> bool:
    """Tell whether a statement is refused, be it at the login already."""
    try:
        return place.ask(name, f"{target} -c 'SELECT 1'").status != 0
    except AssertionError as error:
        return "Permission denied" in str(error)


def ended_at(place: Town, target: str) -> float:
    """Wait until nothing runs on a target; give the moment."""
    eventually(lambda: place.sleeping(target) == 0, 10, "the query runs on")
    return time.monotonic()


class Times(NamedTuple):
    """What one act took."""

    seen_s: float
    ended_s: float


def measure(place: Town, name: str, target: str, act: Act, *, asks: bool = True) -> Times:
    """Give how long after an act a statement was sent that was refused, and the running one ended.

    Args:
        asks: another role may read as well, on a login of its own.
    """
    process = run_slowly(place, name, target)
    try:
        with ThreadPoolExecutor() as beside:
            ended = beside.submit(ended_at, place, target)
            place.administer(act)
            acted = sent = time.monotonic()
            while asks and not is_refused(place, name, target):
                sent = time.monotonic()
                assert sent < acted + 10, "statements go on"
        assert finish(process, 15).status != 0
    finally:
        process.kill()
        process.communicate()
    return Times(seen_s=sent - acted, ended_s=max(0.0, ended.result() - acted))


def publish(name: str, times: list[Times]) -> tuple[float, float]:
    """Write one line for ``pytest -s``; give p99 until a refusal, and the longest until an end."""
    seen, ended = (sorted(column) for column in zip(*times, strict=True))
    at = max(0, int(len(times) * 0.99) - 1)
    sys.stdout.write(
        f"{name}: {len(times)} rounds; refused after p50 {seen[len(seen) // 2]:.2f}, "
        f"p99 {seen[at]:.2f}, at most {seen[-1]:.2f} s; ended after p50 "
        f"{ended[len(ended) // 2]:.2f}, p99 {ended[at]:.2f}, at most {ended[-1]:.2f} s\n"
    )
    return seen[at], ended[-1]


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
            done = acts(place, name, engine)[act]
            times.append(measure(place, name, target, done, asks=act != "role"))
    seen_s, ended_s = publish(f"{engine} taken away", times)
    assert seen_s <= SEEN_S
    assert ended_s <= CANCELLED_S


@pytest.mark.parametrize("what", ["user", "db", "all"])
def test_fifty_times_the_red_button_ends_what_it_names(place: Town, what: str, tmp_path: Path):
    name = f"red{what}"
    place.add_agent(name, "ann")
    place.add_agent(f"{name}2", "ann")
    named = {"user": name, "db": "pg-dev", "all": "all"}[what]
    times = []
    for number in range(50):
        reason = f"drill {number}"
        times.append(
            measure(
                place, name, "pg-dev", lambda a, why=reason: a.panic(named, lift=False, reason=why)
            )
        )
        bystander = place.ask(f"{name}2", "pg-other -c 'SELECT 1'")
        assert (bystander.status == 0) == (what != "all")
        place.administer(lambda a: a.panic(named, lift=True, reason="over"))
        eventually(lambda: place.ask(name, "pg-dev -c 'SELECT 1'").status == 0, 10)
    assert max(publish(f"panic {what}", times)) <= CANCELLED_S
