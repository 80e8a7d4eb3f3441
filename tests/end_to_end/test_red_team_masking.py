"""Non-interference: databases that differ in sensitive values only answer with the same bytes.

Each probe runs on two twins through the whole product but the network. Whatever differs between
them, in rows, names, errors, notices or outcomes, says something of a value that is masked.
"""

import asyncio
import contextlib
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bastion.core.model import Finished, MaskedBatch, NoticeReceived, ResultStarted, RunOptions
from bastion.execution.pipeline import Runner
from tests.conftest import SEED, DatabaseServer
from tests.fakes.rig import Rig, running_rig
from tests.quality.state import state_of

CORPUS = Path(__file__).parent.parent / "corpus"
EVERY = 1 if os.environ.get("BASTION_RED_TEAM") == "all" else 12
"""Of the other attempts every so many run; the holes once found run always."""

# The styles for e-mail and cards keep the first letter, the domain and the last four: alike here.
TWINS = (
    {"S1": "S3CR3T421x", "S2": "K7Q2M9Z", "S3": "T4W8", "E": "cust", "P": "+1 212 555 ",
     "C1": "4111111111111111", "C2": "5555555555554444"},
    {"S1": "8-42 ab", "S2": "z#VL<x$wqq", "S3": "0", "E": "cobblerx", "P": "+1 646 555 ",
     "C1": "4000000000061111", "C2": "5105105105134444"},
)  # fmt: skip
CHANGES = re.compile(
    r"\b(create|alter|drop|insert|update|delete|merge|replace|do|call|begin|set|rename)\b",
    re.IGNORECASE,
)
NAMES = re.compile(r"twin_[ab]_\d+\b|7477696E5F6[12]5F(?:3\d)+")
"""Of the two databases themselves, in hexadecimal too, as PROCEDURE ANALYSE has them."""
NUMBERS = re.compile(
    r"oid \d+|\b\d+\.\d+ ?ms|\b[0-9a-z]{4,}-[0-9a-z-]{4,}"
    r"|Planning:',\), \(b'  Buffers: shared [a-z0-9= ]+"
)
"""The buffers of planning say what a connection had read of the catalogue before."""


def luhn_completed(number: str) -> str:
    """Change the fifth digit until the checksum is right."""
    from stdnum import luhn

    for digit in "0123456789":
        found = number[:5] + digit + number[6:]
        if luhn.is_valid(found):
            return found
    raise AssertionError(number)


def seeded(server: DatabaseServer, twin: dict[str, str]) -> str:
    text = (SEED / f"red_team_{server.engine}.sql").read_text()
    for key, value in twin.items():
        text = text.replace(f"{{{key}}}", luhn_completed(value) if key in ("C1", "C2") else value)
    return text


def _reads(lines: list[str]) -> list[str]:
    return [line for line in lines if not CHANGES.search(line)]


def probes(name: str) -> list[str]:
    holes, _, others = (CORPUS / name).read_text().partition("# Other attempts\n")
    reads = others.splitlines() if EVERY == 1 else _reads(others.splitlines())
    chosen = itertools.chain(holes.splitlines(), reads[::EVERY])
    return [line for line in chosen if line.strip() and not line.startswith("#")]


def words_of(event: object) -> Iterator[object]:
    match event:
        case ResultStarted():
            yield [(column.name, column.masked) for column in event.columns]
        case MaskedBatch():
            yield list(event.rows)
        case NoticeReceived():
            yield event.severity, event.text
        case Finished(error=error):
            yield event.status.value, event.tag, event.row_count, event.rule_text
            yield (error.message, error.hint, error.context) if error else None
            yield (event.impact.rows, event.impact.notes) if event.impact else None


async def said_by(
    rig: Rig, runner: Runner, texts: Sequence[str], *, timeout_s: float | None = None
) -> list[object]:
    """Run statements one after another; gives all that may differ between two databases."""
    said: list[object] = []
    principal = await rig.principal("ann")
    options = RunOptions(wait_s=0, stop_on_error=False, timeout_s=timeout_s)
    for text in texts:
        async for event in runner.execute(text, options=options):
            said += words_of(event)
            if isinstance(event, Finished) and event.status.value == "pending_approval":
                await rig.services.governance.desk.withdraw(principal, event.request_id)
    return said


def without_names(said: object) -> str:
    """Give what was said without what differs between any two databases."""
    return NUMBERS.sub("~", NAMES.sub("twin", repr(said)))


async def answers(
    rig: Rig, targets: Sequence[str], chosen: Sequence[str]
) -> list[tuple[str, list[str]]]:
    """Run probes in one session on each target; gives with each what they answered."""
    given = []
    async with contextlib.AsyncExitStack() as stack:
        runners = [await stack.enter_async_context(rig.runner("ann", name)) for name in targets]
        for probe in chosen:
            texts = probe.split(" ;; ")
            said = await asyncio.gather(*(said_by(rig, runner, texts) for runner in runners))
            given.append((probe, [without_names(one) for one in said]))
    return given


def by_session(chosen: Sequence[str]) -> Iterator[list[str]]:
    """Give what changes something a session of its own; reads share theirs, to be quicker."""
    for changes, some in itertools.groupby(chosen, lambda probe: bool(CHANGES.search(probe))):
        if changes:
            yield from ([probe] for probe in some)
        else:
            yield list(some)


async def restore(
    rig: Rig, server: DatabaseServer, states: dict[str, object], target: str, url: str, seed: str
) -> None:
    """Make a twin anew, unless it is as it was; most changes are a session's own."""
    if await asyncio.to_thread(state_of, server, url) == states.get(url):
        return
    await asyncio.to_thread(server.renew_database, url, seed)
    connector = await rig.services.targets.connector(target)
    assert connector is not None
    await connector.refresh()
    states[url] = await asyncio.to_thread(state_of, server, url)


@pytest.mark.timeout(3600 if EVERY == 1 else 600)
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
async def test_changing_sensitive_values_changes_no_byte_shown(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
):
    fixture = "postgres_server" if engine == "postgresql" else "mariadb_server"
    server: DatabaseServer = request.getfixturevalue(fixture)
    twins = []
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        for name, values in zip("ab", TWINS, strict=True):
            url = server.create_database(f"twin_{name}")
            seed = seeded(server, values)
            server.run(url, seed)
            await rig.add_target(name, url, "development")
            twins.append((name, url, seed))
        differing = []
        states: dict[str, object] = {}
        for some in by_session(probes(f"red_team_{engine}.sql")):
            for probe, (one, other) in await answers(rig, [name for name, _, _ in twins], some):
                if one != other:
                    differing.append((probe, one, other))
                if CHANGES.search(probe) and "'ok'" in one:
                    # At once: MariaDB shows to the second when a routine was made.
                    await asyncio.gather(*(restore(rig, server, states, *twin) for twin in twins))
    for _, url, _ in twins:
        server.drop_database(url)
    assert not differing
