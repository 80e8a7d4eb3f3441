"""Many statements through the governed path, and what must not come of them.

``masked`` runs each probe on twin databases that differ in masked values only: no value in any
form in what is shown, what is recorded and what is logged, and the same bytes from both.
``guarded`` runs each in production, where all that a database holds must stay as it is.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import re
import sys
import time
import traceback
import urllib.parse
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

import psycopg
import pymysql

from bastion.core.model import Status
from bastion.execution.pipeline import Runner
from tests.conftest import DatabaseServer
from tests.end_to_end.test_red_team_masking import (
    TWINS,
    restore,
    said_by,
    seeded,
    without_names,
)
from tests.fakes.rig import Rig, running_rig
from tests.quality.grammar import STEP
from tests.quality.published import people
from tests.quality.state import state_of

# Alike in what the README says can be found out: none parses as a number, a date or a document,
# and none is another one in another case.
VALUES = (
    TWINS[0] | {"S1": "S3CR3T421x", "S2": "K7Q2M9Z", "S3": "T4W8V"},
    TWINS[1] | {"S1": "QzB8xW_k3mno", "S2": "h5N0p", "S3": "b0Kß"},
)
_PER_SESSION = 60
"""Probes that share a session: what one leaves behind meets the next."""
_TIMEOUT_S = 1.0
_HANGS_S = 60.0

Probe = tuple[str, list[str]]
"""The seed that makes it again, and its statements."""


@dataclass(slots=True)
class Report:
    """What a run has seen."""

    probes: int = 0
    statements: int = 0
    elapsed_s: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    reordered: list[str] = field(default_factory=list)
    """The same rows in another order, where none was asked for: the README says so."""
    unstable: int = 0
    """One database alone gave two answers: clocks, process numbers, transaction numbers."""
    crashes: int = 0
    crashed: list[str] = field(default_factory=list)
    """Probes under which the database itself went down: the bastion said so and went on."""
    findings: list[str] = field(default_factory=list)

    def note(self, what: str, seed: str, statements: Sequence[str], more: object = "") -> None:
        """Keep one finding, with the seed that makes it again."""
        self.findings.append(f"{what} | BASTION_SEED={seed} | {STEP.join(statements)} | {more}")
        sys.stdout.write(f"{self.findings[-1]}\n")

    def publish(self, name: str) -> None:
        """Write one line for ``pytest -s``; figures in the documentation are sums of these."""
        sys.stdout.write(f"{name}: {self}\n")
        sys.stdout.writelines(f"crashed: {probe}\n" for probe in self.crashed)
        sys.stdout.writelines(f"reordered: {probe}\n" for probe in self.reordered)

    def __str__(self) -> str:
        rate = self.statements / self.elapsed_s if self.elapsed_s else 0.0
        ends = ", ".join(f"{word} {count}" for word, count in self.ends.most_common())
        return (
            f"{self.probes} probes, {self.statements} statements in {self.elapsed_s:.0f} s "
            f"({rate:.1f}/s), {len(self.findings)} findings; {len(self.reordered)} reordered, "
            f"{self.unstable} unstable, {len(self.crashed)} crashed the database; {ends}"
        )


# Values in any form


def forms_of(values: Mapping[str, str]) -> re.Pattern[str]:
    """Match the masked values of a twin in plain and in simple other forms, in any case."""
    plain = [values["S1"], values["S2"]]
    plain += [f"{values['E']}{number}@example.com" for number in (1, 2, 17)]
    plain += [f"{values['P']}{1000 + number}" for number in (1, 2, 17)]
    forms = {values["S3"]} if len(values["S3"]) > 4 else set()
    for value in plain:
        forms |= set(_forms(value))
    longest_first = sorted((form.casefold() for form in forms), key=len, reverse=True)
    return re.compile("|".join(re.escape(form) for form in longest_first))


def _forms(value: str) -> Iterator[str]:
    yield value
    yield value[::-1]
    for between in (" ", "-", ",", "\\n", "', '"):
        yield between.join(value)
    yield value.encode().hex()
    yield value.encode("utf-16-be").hex()
    yield " ".join(f"{byte:02x}" for byte in value.encode())
    yield ", ".join(str(byte) for byte in value.encode())
    yield urllib.parse.quote(value)
    yield "".join(f"%{byte:02x}" for byte in value.encode())
    yield "".join(f"&#{byte};" for byte in value.encode())
    for lead in range(3):
        # Wherever it stands in what was encoded, these characters depend on the value alone.
        encoded = base64.b64encode(b"\0" * lead + value.encode()).decode()
        first, last = (lead * 8 + 5) // 6, (lead + len(value.encode())) * 8 // 6
        yield encoded[first:last]


@dataclass(slots=True)
class _Ear(logging.Handler):
    """Hears all that is logged, and errors that nobody caught."""

    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        logging.Handler.__init__(self, logging.INFO)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line with the fields that came with it."""
        self.lines.append(f"{record.levelname} {self.format(record)} {record.__dict__}")

    __hash__ = logging.Handler.__hash__


# Masking


@dataclass(slots=True)
class _Twins:
    rig: Rig
    server: DatabaseServer
    urls: list[str]
    seeds: list[str]
    forms: list[re.Pattern[str]]
    may_keep: bool
    states: dict[str, object] = field(default_factory=dict)

    async def restore(self) -> None:
        if not self.may_keep:
            return
        for name, url, seed in zip("ab", self.urls, self.seeds, strict=True):
            await restore(self.rig, self.server, self.states, name, url, seed)


async def masked(
    server: DatabaseServer,
    directory: Path,
    probes: Sequence[Probe],
    *,
    environment: str = "development",
) -> Report:
    """Run each probe on both twins and compare; in production nothing is kept and put back."""
    report, ear = Report(crashes=_crashes(server)), _Ear()
    logging.getLogger().addHandler(ear)
    forms = [forms_of(values) for values in VALUES]
    urls, seeds = [], []
    try:
        async with fuzzing_rig(directory) as rig:
            for name, values in zip("ab", VALUES, strict=True):
                urls.append(server.create_database(f"twin_{name}"))
                seeds.append(seeded(server, values))
                server.run(urls[-1], seeds[-1])
                await rig.add_target(name, urls[-1], environment)
            twins = _Twins(rig, server, urls, seeds, forms, environment != "production")
            started = time.monotonic()
            for at in range(0, len(probes), _PER_SESSION):
                await _compare(twins, probes[at : at + _PER_SESSION], report)
            report.elapsed_s = time.monotonic() - started
            _search(rig.paths.state, ear.lines, forms, report)
    finally:
        logging.getLogger().removeHandler(ear)
        for url in urls:
            server.drop_database(url)
    return report


async def _compare(twins: _Twins, probes: Sequence[Probe], report: Report) -> None:
    """Run probes in one session on each twin; it ends early where the two went apart."""
    left = list(probes)
    while left:
        tried: list[Probe] = []
        async with AsyncExitStack() as stack:
            runners = [await stack.enter_async_context(twins.rig.runner("ann", n)) for n in "ab"]
            is_same = True
            while left and is_same:
                tried.append(left.pop(0))
                report.probes += 1
                said = await _said_by_both(twins, runners, tried[-1], report)
                is_same = _is_same(said, tried[-1], report)
                if _ends_session(tried[-1], said):
                    break
        if any(_keeps(one) for one in tried):
            await twins.restore()
        if not is_same:
            await _tell_apart(twins, tried, said, report)


_IS_NO_ANSWER = re.compile("'(timeout|unavailable)'")


def _keeps(probe: Probe) -> bool:
    return any(_KEEPS.match(step) for step in probe[1])


_KEEPS = re.compile(
    r"\s*(create (?!temp)|alter (?!session)|drop|insert|update|delete|merge|replace|truncate"
    r"|rename|comment|with \w+ as \((?:insert|update|delete)|select \S+ as k into x)",
    re.IGNORECASE,
)
"""What may stay in development, and is put back. Of temporary tables too, for simplicity."""


def _ends_session(probe: Probe, said: Sequence[list[object]]) -> bool:
    """Tell whether the next probe needs new sessions: of a lost one, or one with settings.

    With settings of its own a session is asked about much more, which is not looked for here.
    """
    is_lost = "'unavailable'" in repr(said)
    return is_lost or _keeps(probe) or any(_SETS.match(step) for step in probe[1])


_SETS = re.compile(r"\s*set [^@]", re.IGNORECASE)


async def _said_by_both(
    twins: _Twins, runners: Sequence[Runner], probe: Probe, report: Report
) -> list[list[object]]:
    """Run one probe on both; a value that is shown is noted here."""
    said = []
    for runner, forms in zip(runners, twins.forms, strict=True):
        words = await _heard(twins.rig, runner, twins.server, probe, report)
        found = forms.search(repr(words).casefold())
        if found:
            report.note("shown", *probe, (found[0], words))
        said.append(words)
    return said


def _is_same(said: Sequence[list[object]], probe: Probe, report: Report) -> bool:
    if _IS_NO_ANSWER.search(repr(said)) or _plain(said[0]) == _plain(said[1]):
        return True
    one, other = (_plain(_sorted(words)) for words in said)
    if _BY_PLACE.search(STEP.join(probe[1])):
        # Which of the rows with the same key is the first decides between a mask and nothing.
        one, other = (_MASK_OR_NULL.sub("~", words) for words in (one, other))
    if one == other:
        report.reordered.append(f"{probe[0]} | {STEP.join(probe[1])}")
        return True
    return False


_BY_PLACE = re.compile(r"\b(?:first_value|last_value|nth_value|lag|lead)\s*\(", re.IGNORECASE)
_MASK_OR_NULL = re.compile(rf"None|b'(?:{re.escape(repr('•'.encode())[2:-1])})+'")


def _plain(said: Sequence[object]) -> str:
    """Leave out clocks, and what the README says can be found out: averages of the server."""
    return _WIDTH.sub("width", without_names(said))


def _apart(one: str, other: str) -> str:
    """Show where two texts go apart."""
    pairs = enumerate(zip(one, other, strict=False))
    first = next((at for at, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))
    at = max(0, first - 200)
    return f"{one[at : at + 400]} <> {other[at : at + 400]}"


_WIDTH = re.compile(
    r"[Ww]idth\W{1,6}\d+|[Tt]ime\W{1,6}[\d.]+|Plan-Width>\d+|\d\d:\d\d:\d\d"
    r"|today on \w|\"rows\": \d+|\(\d+,\d+\)"
)


async def _tell_apart(
    twins: _Twins, tried: Sequence[Probe], said: Sequence[list[object]], report: Report
) -> None:
    """Run what differed again, in a session of its own: alone, and one database twice."""
    probe = tried[-1]
    answers = []
    for name in "aab":
        async with twins.rig.runner("ann", name) as runner:
            words = await _heard(twins.rig, runner, twins.server, probe, report)
            answers.append(_plain(_sorted(words)))
        if _keeps(probe):
            await twins.restore()
    if answers[0] != answers[1]:
        # What differs on one database is nobody's value.
        report.unstable += 1
        return
    if answers[0] != answers[2]:
        report.note("differs", *probe, _apart(*answers[1:]))
        return
    answers = [await _after_neighbours(twins, name, tried) for name in "ab"]
    if answers[0] == answers[1]:
        # Both ask one server: side by side, one had a lock that the other wanted.
        report.unstable += 1
        return
    report.note(
        "differs, after its neighbours",
        f"{tried[0][0]}-{probe[0].rpartition(':')[2]}",
        probe[1],
        _apart(*(_plain(_sorted(words)) for words in said)),
    )


async def _after_neighbours(twins: _Twins, name: str, tried: Sequence[Probe]) -> str:
    """Run probes on one twin alone; gives what the last of them answers."""
    report = Report()
    async with twins.rig.runner("ann", name) as runner:
        for probe in tried:
            words = await _heard(twins.rig, runner, twins.server, probe, report)
    if any(_keeps(probe) for probe in tried):
        await twins.restore()
    return _plain(_sorted(words))


def _sorted(said: Sequence[object]) -> list[object]:
    return [sorted(part, key=repr) if isinstance(part, list) else part for part in said]


def _joined(said: Sequence[object]) -> list[object]:
    """Put the batches of one result together: where they end is never shown."""
    found: list[object] = []
    for part in said:
        if _are_rows(part) and found and _are_rows(found[-1]):
            found[-1] = [*found[-1], *part]
        else:
            found.append(part)
    return found


def _are_rows(part: object) -> TypeGuard[list[tuple[object, ...]]]:
    return isinstance(part, list) and not any(isinstance(row[0], str) for row in part if row)


async def _heard(
    rig: Rig, runner: Runner, server: DatabaseServer, probe: Probe, report: Report
) -> list[object]:
    """Run one probe; an exception, a hang or a broken invariant is a finding."""
    seed, statements = probe
    report.statements += len(statements)
    try:
        async with asyncio.timeout(_HANGS_S * len(statements)):
            said = await said_by(rig, runner, statements, timeout_s=_TIMEOUT_S)
    except TimeoutError:
        report.note("hangs", seed, statements)
        return []
    except Exception:  # noqa: BLE001 - whatever it is, it is reported.
        report.note("raises", seed, statements, traceback.format_exc())
        return []
    for part in said:
        if isinstance(part, tuple) and part and part[0] in _STATUSES:
            report.ends[str(part[0])] += 1
            if part[0] == Status.INTERNAL.value:
                report.note("internal", seed, statements, said)
    if "'unavailable'" in repr(said):
        await _until_back(server)
        crashes = _crashes(server)
        if crashes == report.crashes:
            report.note("unavailable", seed, statements, said)
        else:
            report.crashed.append(f"{seed} | {STEP.join(statements)}")
        report.crashes = crashes
    return _joined(said)


def _crashes(server: DatabaseServer) -> int:
    """Count how often a server said that it was about to die."""
    if server.engine == "postgres":
        return server.log.read_bytes().count(b"was terminated by signal")
    return (server.folder / "err").read_bytes().count(b"got signal")


async def _until_back(server: DatabaseServer) -> None:
    for _ in range(300):
        try:
            server.run(server.admin_url, "SELECT 1")
        except (OSError, pymysql.MySQLError, psycopg.Error):
            await asyncio.sleep(0.1)
        else:
            return


_STATUSES = frozenset(status.value for status in Status)


def _search(
    state: Path, lines: Sequence[str], forms: Sequence[re.Pattern[str]], report: Report
) -> None:
    """Look for values in what was written down: recordings, the store, the log."""
    places = {path.name: path.read_bytes().decode(errors="replace") for path in _files(state)}
    places["log"] = "\n".join(lines)
    for name, text in places.items():
        folded = text.casefold()
        for pattern in forms:
            for found in pattern.finditer(folded):
                around = text[max(0, found.start() - 300) : found.end() + 100]
                report.findings.append(f"written | {name} | {found[0]} | {around}")
    for line in lines:
        if "Traceback" in line or "never retrieved" in line:
            report.findings.append(f"logged | {line[:2000]}")


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_socket())


# Guard


async def guarded(server: DatabaseServer, directory: Path, probes: Sequence[Probe]) -> Report:
    """Run each probe in production; nothing that the server holds may be another afterwards."""
    report = Report(crashes=_crashes(server))
    url = server.create_database("twin_a")
    database = url.rsplit("/", 1)[1]
    probes = [
        (seed, [text.replace("{database}", database) for text in texts]) for seed, texts in probes
    ]
    async with fuzzing_rig(directory) as rig:
        watched = _Watched(rig, server, url, seeded(server, VALUES[0]), report)
        server.run(url, watched.seed)
        await rig.add_target("a", url, "production")
        watched.before = state_of(server, url)
        started = time.monotonic()
        for at in range(0, len(probes), _PER_SESSION):
            some = probes[at : at + _PER_SESSION]
            if await watched.is_changed_by(some):
                await watched.accuse(some)
        report.elapsed_s = time.monotonic() - started
    server.drop_database(url)
    return report


@dataclass(slots=True)
class _Watched:
    """A production database, and what it was like before."""

    rig: Rig
    server: DatabaseServer
    url: str
    seed: str
    report: Report
    before: Mapping[str, object] = field(default_factory=dict)

    async def is_changed_by(self, probes: Sequence[Probe]) -> bool:
        """Run probes in one session."""
        async with self.rig.runner("ann", "a") as runner:
            for probe in probes:
                self.report.probes += 1
                await _heard(self.rig, runner, self.server, probe, self.report)
        for _ in range(5):
            # What a session held goes a moment after its login.
            if state_of(self.server, self.url) == self.before:
                return False
            await asyncio.sleep(0.2)
        return True

    async def accuse(self, probes: Sequence[Probe]) -> None:
        """Run each by itself to find which one it was."""
        difference = _difference(self.before, state_of(self.server, self.url))
        culprits = []
        await self.restore()
        for one in probes:
            if await self.is_changed_by([one]):
                culprits.append(one)
                await self.restore()
        what = "changes" if culprits else "changes, in a session with its neighbours"
        for seed, statements in culprits or probes:
            self.report.note(what, seed, statements, difference)

    async def restore(self) -> None:
        """Make the database anew."""
        states: dict[str, object] = {}
        await restore(self.rig, self.server, states, "a", self.url, self.seed)
        self.before = states[self.url]


def _difference(before: Mapping[str, object], after: Mapping[str, object]) -> object:
    return {key: after.get(key) for key in before if before[key] != after.get(key)}


@asynccontextmanager
async def fuzzing_rig(directory: Path) -> AsyncIterator[Rig]:
    """Start an installation that gives no guesses: what is not metered shall tell nothing."""
    async with running_rig(directory) as rig:
        text = rig.paths.policy.read_text()
        rig.paths.policy.write_text(text.replace("guesses_per_day = 100 ", "guesses_per_day = 0 "))
        assert rig.application._policy is not None
        rig.application._policy.follow()
        await people(rig)
        yield rig
