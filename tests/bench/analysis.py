"""What judging costs: everyday statements of both engines, seen for the first time and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import sqlglot

from bastion.core.context import SessionContext
from bastion.core.lineage import trace
from bastion.core.masking import plan
from bastion.core.model import Engine, ResultColumn, RunOptions
from bastion.core.policy import decide
from bastion.core.rules import parse_policy
from bastion.core.statement import analyse
from bastion.installation import SystemClock
from tests.bench.report import quantiles, say
from tests.fakes.rig import Rig

CORPUS = Path(__file__).parent.parent / "corpus"
ROUNDS = 5
_NAMES = {Engine.POSTGRESQL: "postgresql", Engine.MYSQL: "mysql"}


def everyday(name: str) -> Iterator[str]:
    for line in (CORPUS / name).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.partition(" => ")[0]


async def bench_analysis(rig: Rig, target_name: str, engine: Engine) -> None:
    """Time analysis and verdict, and the plan of masks after it, by the CPU they cost."""
    principal = await rig.principal("ann")
    target = await rig.services.find_target(principal, target_name)
    connector = await rig.services.targets.connector(target_name)
    assert connector is not None
    catalogue = await connector.catalogue()
    policy = parse_policy(rig.paths.policy.read_text(), source="policy.toml")
    texts = list(everyday(f"everyday_{_NAMES[engine]}.sql"))
    dialect = "postgres" if engine is Engine.POSTGRESQL else "mysql"
    context = SessionContext()

    def judge(text: str) -> tuple[float, float]:
        started = time.thread_time()
        statement = analyse(text, engine=engine, catalogue=catalogue, context=context)
        exposure = trace(statement, catalogue=catalogue, context=context)
        decide(
            principal, target, statement, exposure, policy,
            options=RunOptions(), now=SystemClock().now(),
        )  # fmt: skip
        judged = time.thread_time()
        head = tuple(ResultColumn(name="x", type_name="text") for _ in exposure.columns or ())
        plan(statement, exposure, head, catalogue)
        return judged - started, time.thread_time() - started

    def parse(text: str) -> float:
        started = time.thread_time()
        sqlglot.parse(text, read=dialect, error_level=sqlglot.ErrorLevel.IGNORE)
        return time.thread_time() - started

    for text in texts:
        parse(text), judge(text)
    # A blank at the end: the same statement, and nothing is remembered of it.
    first = [judge(text + " " * n) for n in range(1, ROUNDS + 1) for text in texts]
    base = [parse(text + " " * n) for n in range(1, ROUNDS + 1) for text in texts]
    again = [judge(text) for _ in range(ROUNDS) for text in texts if judge(text)]
    b50, b99 = quantiles(base)
    for name, place, bars in (
        ("analysis + verdict", 0, (1, 5)),
        ("and plan of masks", 1, (1.5, 8)),
    ):
        p50, p99 = quantiles([sample[place] for sample in first])
        c50, c99 = quantiles([sample[place] for sample in again])
        for part, ours, parsing, bar in (("p50", p50, b50, bars[0]), ("p99", p99, b99, bars[1])):
            parsed = f"parse {parsing * 1e3:.2f} ms"
            say(f"{name}, {dialect}, {part}", f"{ours * 1e3:.2f} ms", parsed, ours / parsing,
                bar=f"<= {bar} ms", is_met=ours * 1e3 <= bar)  # fmt: skip
        say(f"{name}, {dialect}, seen before", f"{c50 * 1e3:.2f} ms", f"p99 {c99 * 1e3:.2f} ms")
