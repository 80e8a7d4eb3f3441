"""The published figures: what leaks, what is spoiled, what changes and what is held for nothing.

``make bench-masking`` and ``make bench-guard`` measure on real servers, print the tables and renew
``docs/masking-quality.md``; ``test_published.py`` holds ``make test`` to the figures there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bastion.core.catalogue import Catalogue, RelationKind
from bastion.core.classify import classify_column
from bastion.core.model import (
    Finished,
    MaskedBatch,
    NoticeReceived,
    ResultStarted,
    RunOptions,
    Status,
)
from bastion.core.naming import classify_name
from tests.conftest import SEED, DatabaseServer
from tests.end_to_end.test_corpus import SECRET, checksum, leaked
from tests.fakes.rig import Rig, running_rig
from tests.quality.everyday import CORPUS, Outcome, compare, compare_in_one_session, lines_of

PAGE = Path(__file__).parent.parent.parent / "docs" / "masking-quality.md"
ENGINES = ("postgresql", "mysql")
EVERYDAY = {
    "everyday_shop": "shop",
    "everyday_tools": "shop",
    "everyday_week": "week",
    "everyday_lookalikes": "week",
}
"""Statements, and the seed of the database that they are sent to."""


@dataclass(slots=True)
class Tally:
    """Counts of one technique."""

    tried: int = 0
    failed: int = 0
    """Leaked, changed the database, or was held for nothing."""
    held: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Figures:
    """What one engine's runs gave, by technique."""

    engine: str
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    @property
    def tried(self) -> int:
        return sum(one.tried for one in self.tallies.values())

    @property
    def failed(self) -> int:
        return sum(one.failed for one in self.tallies.values())

    def note(self, technique: str, line: str, *, failed: bool, held: bool = False) -> None:
        tally = self.tallies[technique]
        tally.tried += 1
        tally.held += held
        if failed:
            tally.failed += 1
            tally.failures.append(line)


def labeller(name: str) -> Callable[[str], str]:
    """Read the techniques of a corpus; gives the technique of a probe."""
    found = []
    for line in (CORPUS / name).read_text().splitlines():
        if line and not line.startswith("#"):
            technique, _, pattern = line.partition("\t")
            found.append((technique, re.compile(pattern, re.IGNORECASE)))

    def label(probe: str) -> str:
        return next((name for name, pattern in found if pattern.search(probe)), "")

    return label


def server_of(engine: str, request: Callable[[str], DatabaseServer]) -> DatabaseServer:
    return request("postgres_server" if engine == "postgresql" else "mariadb_server")


async def answer(rig: Rig, target: str, probe: str) -> tuple[str, set[Status]]:
    """Run one probe; gives every word and cell that was shown, and how it ended."""
    said: list[str] = []
    ends = set()
    principal = await rig.principal("ann")
    async with rig.runner("ann", target) as runner:
        for text in probe.removeprefix("COPYOUT ").split(" ;; "):
            async for event in runner.execute(text, options=RunOptions(wait_s=0)):
                match event:
                    case ResultStarted():
                        said += [column.name for column in event.columns]
                    case MaskedBatch():
                        said += [
                            cell.decode(errors="replace")
                            for row in event.rows
                            for cell in row
                            if cell
                        ]
                    case NoticeReceived():
                        said.append(event.text)
                    case Finished():
                        ends.add(event.status)
                        said += [event.message, event.rule_text, event.tag]
                        said += [event.error.message, event.error.hint] if event.error else []
                        if event.status is Status.PENDING:
                            desk = rig.services.governance.desk
                            await desk.withdraw(principal, event.request_id)
    return "\n".join(said), ends


async def people(rig: Rig) -> None:
    await rig.add_user("ann", "engineer")
    await rig.add_user("rae", "reviewer")


async def measure_masking(engine: str, server: DatabaseServer, directory: Path) -> Figures:
    """Send every masking probe in production and look at all that was shown and recorded."""
    figures, label = Figures(engine), labeller("techniques_masking.tsv")
    url = server.create_database("quality", f"probe_{server.engine}.sql")
    async with running_rig(directory) as rig:
        await people(rig)
        await rig.add_target("prod", url, "production")
        for probe in lines_of(f"masking_{engine}.sql"):
            shown, ends = await answer(rig, "prod", probe)
            told = shown.replace(SECRET, "") if SECRET in probe else shown
            is_held = bool(ends & {Status.PENDING, Status.BLOCKED})
            figures.note(label(probe), probe, failed=bool(leaked(told)), held=is_held)
        recorded = "".join(
            path.read_text(errors="replace") for path in rig.paths.sessions.rglob("*.cast")
        )
    typed = "".join(lines_of(f"masking_{engine}.sql"))
    if SECRET not in typed:
        figures.note("recording", "all", failed=bool(leaked(recorded)))
    server.drop_database(url)
    return figures


async def measure_everyday(engine: str, server: DatabaseServer, directory: Path) -> Figures:
    """Compare everyday answers with the database's own, byte for byte."""
    figures = Figures(engine)
    async with running_rig(directory) as rig:
        await people(rig)
        for corpus, seed in EVERYDAY.items():
            url = server.create_database(corpus, f"{seed}_{server.engine}.sql")
            await rig.add_target(corpus, url, "production")
            lines = lines_of(f"{corpus}_{engine}.sql")
            for one in await compare(rig, corpus, server, url, lines):
                is_held = one.outcome in {Outcome.HELD, Outcome.BLOCKED}
                is_other = one.outcome is not Outcome.SAME
                figures.note(corpus, one.line, failed=is_other, held=is_held)
            server.drop_database(url)
    return figures


async def measure_guard(engine: str, server: DatabaseServer, directory: Path) -> Figures:
    """Send attacks without an approval, with a checksum of the database behind each."""
    figures = Figures(engine)
    url = server.create_database("guard", f"probe_{server.engine}.sql")
    seed = (SEED / f"probe_{server.engine}.sql").read_text()
    before = checksum(server, url)
    async with running_rig(directory) as rig:
        await people(rig)
        await rig.add_target("prod", url, "production")
        for corpus in ("destructive", "guard", "not_reads"):
            for probe in lines_of(f"{corpus}_{engine}.sql"):
                _, ends = await answer(rig, "prod", probe)
                is_changed = checksum(server, url) != before
                is_held = bool(ends & {Status.PENDING, Status.BLOCKED})
                figures.note(corpus, probe, failed=is_changed, held=is_held)
                if is_changed:
                    server.renew_database(url, seed)
        await _measure_reads(figures, rig, server)
    server.drop_database(url)
    return figures


async def _measure_reads(figures: Figures, rig: Rig, server: DatabaseServer) -> None:
    """Send ordinary reads where their tables are: a name that means nothing is not judged."""
    url = server.create_database("reads", f"shop_{server.engine}.sql")
    await rig.add_target("shop", url, "production")
    for probe in lines_of(f"reads_{figures.engine}.sql"):
        _, ends = await answer(rig, "shop", probe)
        is_held = bool(ends & {Status.PENDING, Status.BLOCKED})
        figures.note("ordinary reads", probe, failed=is_held, held=is_held)
    server.drop_database(url)


async def measure_trades(engine: str, server: DatabaseServer, directory: Path) -> Figures:
    """Compare answers of trades unlike the shop, and the classes of all their columns."""
    return await _measure_kind("trades", engine, server, directory)


async def measure_sectors(engine: str, server: DatabaseServer, directory: Path) -> Figures:
    """Do the same for sectors unlike both."""
    return await _measure_kind("sectors", engine, server, directory)


async def _measure_kind(kind: str, engine: str, server: DatabaseServer, directory: Path) -> Figures:
    figures = Figures(engine)
    url = server.create_database(kind, f"{kind}_{server.engine}.sql")
    lines = lines_of(f"everyday_{kind}_{engine}.sql")
    async with running_rig(directory) as rig:
        await people(rig)
        await rig.add_target(kind, url, "production")
        for one in await compare_in_one_session(rig, kind, server, url, lines):
            is_masked = " ==> " in one.line
            technique = "sensitive cells, and only these" if is_masked else "harmless answers"
            is_held = one.outcome in {Outcome.HELD, Outcome.BLOCKED}
            is_other = one.outcome is not Outcome.SAME
            figures.note(technique, one.line, failed=is_other, held=is_held)
        catalogue = await rig.administration.scan(kind)
    # MariaDB's catalogue is that of the whole server, with what other tests have on it.
    database = url.rsplit("/", 1)[1] if engine == "mysql" else ""
    for name, wanted, found in labelled_columns(kind, engine, catalogue, database):
        technique = "harmless columns" if wanted == "none" else "sensitive columns"
        figures.note(technique, f"{name}: {found}, not {wanted}", failed=found != wanted)
    server.drop_database(url)
    return figures


def labelled_columns(
    kind: str, engine: str, catalogue: Catalogue, database: str
) -> Iterator[tuple[str, str, str]]:
    """Give each column of the tables of the kind with its true class and the one found.

    Args:
        database: whose tables are looked at; empty: all.
    """
    labels = (CORPUS / f"{kind}_classes_{engine}.tsv").read_text().splitlines()
    wanted = dict(line.split("\t") for line in labels if not line.startswith("#"))
    for relation in catalogue.relations.values():
        # A partition without rows has nothing to be judged by.
        if relation.kind is not RelationKind.TABLE or relation.name == "telemetry_rest":
            continue
        if database and relation.schema != database:
            continue
        schema = f"{relation.schema}." if engine == "postgresql" else ""
        for column in relation.columns:
            name = f"{schema}{relation.name}.{column.name}"
            found = column.sensitivity.value if column.sensitivity else "none"
            yield name, wanted.pop(name, "none"), found
    assert not wanted, wanted


def measure_classes() -> Figures:
    """Classify labelled columns by their values alone, and look-alikes that must stay harmless."""
    figures = Figures("classes")
    for line in (CORPUS / "classes.tsv").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        wanted, name, type_name, *samples = line.split("\t")
        found = classify_column(
            name=name, type_name=type_name, comment="", samples=samples, is_key=False
        ).sensitivity
        word = found.value if found else "none"
        technique = "look-alike" if wanted == "none" else "telling values"
        figures.note(technique, f"{name}: {word}, not {wanted}", failed=word != wanted)
    for line in (CORPUS / "names.tsv").read_text().splitlines():
        wanted, *columns = line.split("\t")
        technique = "harmless names" if wanted == "none" else "telling names"
        for name in columns if not line.startswith("#") else ():
            # Of a harmless name also the values have a say: nobody is called "alpha" by mail.
            found = classify_name(name) if wanted != "none" else classify_column(
                name=name, type_name="text", comment="", samples=_WORDS
            ).sensitivity  # fmt: skip
            word = found.value if found else "none"
            figures.note(technique, f"{name}: {word}, not {wanted}", failed=word != wanted)
    return figures


_WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")


def table(figures: list[Figures], *, failed: str) -> Iterator[str]:
    """Give lines of Markdown: techniques by engine."""
    yield "| technique | engine | tried | " + failed + " | held or refused |"
    yield "|---|---|---|---|---|"
    for one in figures:
        for technique, tally in sorted(one.tallies.items()):
            yield f"| {technique} | {one.engine} | {tally.tried} | {tally.failed} | {tally.held} |"
        held = sum(tally.held for tally in one.tallies.values())
        yield f"| **all** | {one.engine} | {one.tried} | {one.failed} | {held} |"


def published(section: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Read tried and failed of each technique and engine from the page."""
    text = PAGE.read_text().partition(f"## {section}\n")[2].partition("\n## ")[0]
    rows = (line.strip("|").split("|") for line in text.splitlines() if line.startswith("| "))
    cells = ([cell.strip(" *") for cell in row] for row in rows)
    return {
        (row[0], row[1]): (int(row[2]), int(row[3]))
        for row in cells
        if len(row) == 5 and row[2].isdigit()
    }


def worse(known: dict[tuple[str, str], tuple[int, int]], figures: list[Figures]) -> list[str]:
    """Say where figures are worse than the published ones: more failed, or less was tried.

    Args:
        known: tried and failed by technique and engine; other engines' are left alone.
    """
    found = []
    for one in figures:
        techniques = {technique for technique, engine in known if engine == one.engine} - {"all"}
        for technique in sorted(techniques | set(one.tallies)):
            tried_then, failed_then = known.get((technique, one.engine), (0, 0))
            tally = one.tallies.get(technique, Tally())
            place = f"{technique} on {one.engine}"
            if tally.failed > failed_then:
                failures = f"{failed_then} were published: {tally.failures}"
                found.append(f"{place}: {tally.failed} failed, {failures}")
            if tally.tried < tried_then:
                found.append(f"{place}: {tally.tried} tried, {tried_then} were published")
    return found


SECTIONS = {
    "Other trades": ("wrong", measure_trades),
    "Other sectors": ("wrong", measure_sectors),
    "Masking": ("leaked", measure_masking),
    "Everyday answers": ("changed", measure_everyday),
    "Guard": ("failed", measure_guard),
}


async def measure(
    section: str, request: Callable[[str], DatabaseServer], directory: Path
) -> list[Figures]:
    """Measure one section on both engines; recordings stay in the directory."""
    work = SECTIONS[section][1]
    return [
        await work(engine, server_of(engine, request), directory / engine) for engine in ENGINES
    ]


def renew(sections: dict[str, list[Figures]]) -> None:
    """Write figures into the page, section by section; what is not measured stays."""
    text = PAGE.read_text()
    for section, figures in sections.items():
        failed = SECTIONS[section][0] if section in SECTIONS else "wrong"
        head, _, rest = text.partition(f"## {section}\n")
        words, _, tail = rest.partition("| technique ")
        after = "\n\n## " + tail.partition("\n## ")[2] if "\n## " in tail else "\n"
        text = f"{head}## {section}\n{words}" + "\n".join(table(figures, failed=failed)) + after
    PAGE.write_text(text)
