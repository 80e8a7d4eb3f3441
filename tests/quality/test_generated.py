"""Generated statements: no value comes out in any form, and nothing changes without an approval.

A failure names its seed: ``BASTION_SEED=20261127:471`` runs that probe alone, ``20261127:460-471``
those twelve in one session. ``BASTION_SEED=7`` is another run. ``make test-long`` runs ``CHAPTERS``
of ``CHAPTER`` probes on each engine.
"""

import os
import random
from pathlib import Path

import pytest

from tests.conftest import DatabaseServer
from tests.quality.barrage import Probe, guarded, masked
from tests.quality.grammar import Grammar
from tests.quality.published import server_of

SEED = os.environ.get("BASTION_SEED", "20261127")
SHORT, CHAPTER, CHAPTERS = 20, 500, 100
CHOSEN = [
    # The last of these keeps what it makes, so that the twins are put back.
    pytest.param(range(62 - SHORT, 62), id="short", marks=pytest.mark.timeout(300)),
    *(
        pytest.param(
            range(number * CHAPTER, (number + 1) * CHAPTER),
            id=f"chapter-{number}",
            marks=[pytest.mark.long, pytest.mark.timeout(3600)],
        )
        for number in range(CHAPTERS)
    ),
]
READS = {"read": 80, "session": 18, "carried": 2}
WRITES = {"write": 85, "session": 5, "read": 10}


def generated(engine: str, numbers: range, kinds: dict[str, int]) -> list[Probe]:
    """Make the probes of these numbers, or those that ``BASTION_SEED`` names instead."""
    seed, _, wanted = SEED.partition(":")
    if wanted:
        first, _, last = wanted.partition("-")
        numbers = range(int(first), int(last or first) + 1)
    probes = []
    for number in numbers:
        name = f"{seed}:{number}"
        kind = random.Random(name).choices(list(kinds), list(kinds.values()))[0]
        probes.append((name, Grammar(engine, name).probe(kind)))
    return probes


@pytest.mark.parametrize("numbers", CHOSEN)
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
async def test_no_generated_query_tells_of_a_masked_value(
    engine: str, numbers: range, tmp_path: Path, request: pytest.FixtureRequest
):
    server: DatabaseServer = server_of(engine, request.getfixturevalue)
    report = await masked(server, tmp_path, generated(engine, numbers, READS))
    report.publish(f"{engine} masked {numbers}")
    assert not report.findings, "\n".join(report.findings)


@pytest.mark.parametrize("numbers", CHOSEN)
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
async def test_no_generated_statement_changes_production(
    engine: str, numbers: range, tmp_path: Path, request: pytest.FixtureRequest
):
    server: DatabaseServer = server_of(engine, request.getfixturevalue)
    report = await guarded(server, tmp_path, generated(engine, numbers, WRITES))
    report.publish(f"{engine} guarded {numbers}")
    assert not report.findings, "\n".join(report.findings)


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_a_seed_gives_the_same_statements_again(engine: str):
    for kinds in (READS, WRITES):
        once = generated(engine, range(200), kinds)
        assert once == generated(engine, range(200), kinds)
        assert once[30:40] == generated(engine, range(30, 40), kinds)
        assert once != generated(engine, range(200, 400), kinds)
