"""Generated statements: nothing of the secret comes out, and nothing changes without an approval.

``BASTION_SEED`` gives another run of them; the seed is in the failure. ``make test-long`` sends
50,000 to each engine.
"""

import os
from pathlib import Path

import pytest

from tests.conftest import DatabaseServer
from tests.end_to_end.test_corpus import checksum, leaked
from tests.fakes.rig import running_rig
from tests.quality.grammar import Grammar
from tests.quality.published import _restore, answer, people, server_of

SEED = int(os.environ.get("BASTION_SEED", "20261127"))
ROUNDS = [
    120,
    pytest.param(50_000, marks=[pytest.mark.long, pytest.mark.timeout(14_400)]),
]
RESTORE_EVERY = 400
"""What a session made in development is in the way of the next ones after a while."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
async def test_no_generated_statement_shows_the_secret_or_changes_production(
    engine: str, rounds: int, tmp_path: Path, request: pytest.FixtureRequest
):
    server: DatabaseServer = server_of(engine, request.getfixturevalue)
    urls = {
        environment: server.create_database("generated", f"probe_{server.engine}.sql")
        for environment in ("production", "development")
    }
    leaks, changes = [], []
    async with running_rig(tmp_path) as rig:
        await people(rig)
        for environment, url in urls.items():
            await rig.add_target(environment, url, environment)
        before = checksum(server, urls["production"])
        for number, statements in enumerate(Grammar(engine, SEED).probes(rounds)):
            # Three in four in production: there nothing needs to be put back.
            environment = "development" if number % 4 == 3 else "production"
            shown, _ = await answer(rig, environment, " ;; ".join(statements))
            if leaked(shown):
                leaks.append((number, environment, statements, leaked(shown)))
            is_due = environment == "production" and number % 10 == 0
            if is_due and checksum(server, urls["production"]) != before:
                changes.append((number, statements))
                _restore(server, urls["production"])
            if number % RESTORE_EVERY == RESTORE_EVERY - 1:
                _restore(server, urls["development"])
        changed = checksum(server, urls["production"]) != before
    for url in urls.values():
        server.drop_database(url)
    assert not leaks, (SEED, leaks[:5])
    assert not changes, (SEED, changes[:5])
    assert not changed, SEED


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_a_seed_gives_the_same_statements_again(engine: str):
    assert list(Grammar(engine, 7).probes(200)) == list(Grammar(engine, 7).probes(200))
    assert list(Grammar(engine, 7).probes(50)) != list(Grammar(engine, 8).probes(50))
