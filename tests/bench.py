"""``make bench``: what the product costs, as ratios to a baseline measured in the same run.

Absolute times move with the machine; the ratio of two numbers taken side by side does not much.
"""

from __future__ import annotations

import asyncio
import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import sqlglot

from bastion import throwaway
from bastion.core.context import SessionContext
from bastion.core.lineage import trace
from bastion.core.masking import plan
from bastion.core.model import Engine, RawBatch, ResultColumn, RunOptions
from bastion.core.policy import decide
from bastion.core.rules import parse_policy
from bastion.core.statement import analyse
from bastion.installation import SystemClock
from recordings.audit import AuditLog
from recordings.events import Header, Output
from recordings.frames import FrameWalk
from recordings.keys import make_private_key
from recordings.verify import verify_recording
from recordings.writer import Journal
from tests.fakes.rig import Rig, collect, running_rig

ROWS = 100_000
BATCH = 1_000
CORPUS = Path(__file__).parent / "corpus"


def say(name: str, ours: str, baseline: str, ratio: float | None) -> None:
    shown = "" if ratio is None else f"ratio {ratio:.2f}"
    sys.stdout.write(f"{name:44} {ours:>26} {baseline:>30}  {shown}\n")
    sys.stdout.flush()


def quantiles(samples: list[float]) -> tuple[float, float]:
    ordered = sorted(samples)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.99)]


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def everyday(name: str) -> Iterator[str]:
    for line in (CORPUS / name).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.partition(" => ")[0]


async def bench_analysis(rig: Rig) -> None:
    """Analysis, lineage and verdict of everyday statements, against parsing alone."""
    principal = await rig.principal("ann")
    target = await rig.services.find_target(principal, "shop")
    connector = await rig.services.targets.connector("shop")
    assert connector is not None
    catalogue = await connector.catalogue()
    policy = parse_policy(rig.paths.policy.read_text(), source="policy.toml")
    texts = list(everyday("everyday_postgresql.sql"))

    def judge(text: str) -> None:
        context = SessionContext()
        statement = analyse(text, engine=Engine.POSTGRESQL, catalogue=catalogue, context=context)
        exposure = trace(statement, catalogue=catalogue, context=context)
        decide(
            principal, target, statement, exposure, policy,
            options=RunOptions(), now=SystemClock().now(),
        )  # fmt: skip

    def parse(text: str) -> None:
        sqlglot.parse(text, read="postgres", error_level=sqlglot.ErrorLevel.IGNORE)

    for text in texts:
        parse(text)
        judge(text)
    # A blank at the end: the same statement, and no cache has seen it.
    ours = [timed(lambda t=text, n=n: judge(t + " " * n)) for n in (1, 2) for text in texts]
    base = [timed(lambda t=text, n=n: parse(t + " " * n)) for n in (1, 2) for text in texts]
    again = [timed(lambda t=text: judge(t)) for text in texts]
    (p50, p99), (b50, b99), (c50, _) = quantiles(ours), quantiles(base), quantiles(again)
    say("analysis + verdict, first time, p50", f"{p50 * 1e3:.2f} ms", f"parse {b50 * 1e3:.2f} ms",
        p50 / b50)  # fmt: skip
    say("analysis + verdict, first time, p99", f"{p99 * 1e3:.2f} ms", f"parse {b99 * 1e3:.2f} ms",
        p99 / b99)  # fmt: skip
    say("analysis + verdict, seen before, p50", f"{c50 * 1e3:.2f} ms", "", None)


async def bench_masking(rig: Rig) -> None:
    """100,000 x 10 rows with two masked columns, against the same rows with none."""
    connector = await rig.services.targets.connector("shop")
    assert connector is not None
    catalogue = await connector.catalogue()
    names = ("id", "name", "city", "status", "total", "ordered_on", "note", "n", "x", "y")
    columns = tuple(ResultColumn(name=name, type_name="text") for name in names)

    def row(number: int, *last: str) -> tuple[bytes, ...]:
        cells = (f"{number}", f"Ada Moor {number}", "Oslo", "paid", f"{number}.50", "2026-01-01",
                 f"left at door {number}", "7", *last)  # fmt: skip
        return tuple(cell.encode() for cell in cells)

    def rate(select: str, *last: str) -> float:
        rows = [row(number, *last) for number in range(ROWS)]
        batches = [RawBatch(columns, rows[at : at + BATCH]) for at in range(0, ROWS, BATCH)]
        statement = analyse(
            select, engine=Engine.POSTGRESQL, catalogue=catalogue, context=SessionContext()
        )
        exposure = trace(statement, catalogue=catalogue, context=SessionContext())
        masks = plan(statement, exposure, columns, catalogue)
        return ROWS / min(timed(lambda: [masks.apply(b) for b in batches]) for _ in range(3))

    plain = "c.id, c.name, c.city, o.status, o.total, o.ordered_on, c.city, o.id, c.name, c.city"
    two = plain.removesuffix("c.name, c.city") + "c.email, c.card"
    tables = "from customers c join orders o on o.customer_id = c.id"
    masked = rate(f"select {two} {tables}", "ada@example.com", "4111111111111111")
    unmasked = rate(f"select {plain} {tables}", "Ada Moor", "Oslo")
    say("masking two of ten columns, rows/s", f"{masked:,.0f}", f"none masked {unmasked:,.0f}",
        masked / unmasked)  # fmt: skip


async def bench_point_read(rig: Rig, url: str) -> None:
    """A primary-key SELECT through the whole governed path, against the bare driver."""
    sql = "select id, status, total from orders where id = {}"
    ours, base = [], []
    async with rig.runner("ann", "shop") as runner:
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        for number in range(1, 301):
            started = time.perf_counter()
            await collect(runner, sql.format(number))
            ours.append(time.perf_counter() - started)
            started = time.perf_counter()
            await (await connection.execute(sql.format(number))).fetchall()
            base.append(time.perf_counter() - started)
        await connection.close()
    (p50, p99), (b50, b99) = quantiles(ours[20:]), quantiles(base[20:])
    say("primary-key SELECT, governed, p50", f"{p50 * 1e3:.2f} ms", f"driver {b50 * 1e3:.2f} ms",
        p50 / b50)  # fmt: skip
    say("primary-key SELECT, governed, p99", f"{p99 * 1e3:.2f} ms", f"driver {b99 * 1e3:.2f} ms",
        p99 / b99)  # fmt: skip


async def bench_stream(rig: Rig, url: str) -> None:
    """100,000 rows through the governed path, masked and recorded, against fetching alone."""
    sql = (
        "select o.id, c.name, c.city, o.status, o.total, c.email from orders o "
        "join customers c on c.id = o.customer_id cross join generate_series(1, 100) g"
    )
    async with rig.runner("ann", "shop") as runner:
        started = time.perf_counter()
        finished, rows, _ = await collect(runner, sql, limit=ROWS)
        ours = len(rows) / (time.perf_counter() - started)
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    started = time.perf_counter()
    fetched = await (await connection.execute(f"{sql} limit {finished.row_count}")).fetchall()
    base = len(fetched) / (time.perf_counter() - started)
    await connection.close()
    say(f"{finished.row_count:,} rows governed, rows/s", f"{ours:,.0f}", f"fetchall {base:,.0f}",
        ours / base)  # fmt: skip


async def bench_recorder(folder: Path) -> None:
    """Durable appends of 100 sessions at once, and verifying, against hashing alone."""
    key = make_private_key()
    clock = SystemClock()
    journal = Journal(
        folder, key, AuditLog(folder / "audit.log", key, now=clock.now), now=clock.now
    )
    writers = [
        await journal.open(
            Header(
                session_id=f"bench{n}", started_at=clock.now(), columns=80, rows=24,
                user="ann", person="ann",
            )
        )
        for n in range(100)
    ]  # fmt: skip
    samples: list[float] = []

    async def type_keys(n: int) -> None:
        for _ in range(20):
            started = time.perf_counter()
            await writers[n].append(Output(data=b"select * from orders"))
            samples.append(time.perf_counter() - started)
            await asyncio.sleep(0.2)

    await asyncio.gather(*(type_keys(n) for n in range(100)))
    p50, p99 = quantiles(samples)
    say("record before show, 100 x 5 keys/s, p50/p99", f"{p50 * 1e3:.2f} / {p99 * 1e3:.2f} ms",
        "", None)  # fmt: skip
    chunk = b"x" * 16_384
    started = time.perf_counter()
    for _ in range(1000):
        await writers[0].append(Output(data=chunk))
    rate = len(chunk) * 1000 / (time.perf_counter() - started) / 1e6
    say("recorded throughput, one session", f"{rate:,.0f} MB/s", "", None)
    for writer in writers:
        await writer.seal("done")
    journal.close()
    path = writers[0].path
    size = path.stat().st_size
    ours = size / timed(lambda: verify_recording(path, key.public_key())) / 1e6
    base = size / timed(lambda: hashlib.sha256(path.read_bytes()).digest()) / 1e6
    say("verify a recording, MB/s", f"{ours:,.0f}", f"sha256 {base:,.0f}", ours / base)
    with path.open("rb") as stream:
        slow = size / timed(lambda: list(FrameWalk(stream, key.public_key()).walk())) / 1e6
    say("walking each of its frames, MB/s", f"{slow:,.0f}", f"sha256 {base:,.0f}", slow / base)


async def main() -> None:
    """Run every benchmark once."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bastion-bench-")))
        folder.chmod(0o711)
        data = folder / "pg"
        data.mkdir()
        server = stack.enter_context(throwaway.postgres(data))
        server.make_database("shop", "shop_postgresql.sql")
        url = f"postgresql://bastion_writer@127.0.0.1:{server.port}/shop"
        async with running_rig(folder / "rig") as rig:
            policy = rig.paths.policy
            policy.write_text(policy.read_text())
            await rig.add_target("shop", url, "production")
            await rig.add_user("ann", "engineer")
            await bench_analysis(rig)
            await bench_masking(rig)
            await bench_point_read(rig, url)
            await bench_stream(rig, url)
        await bench_recorder(folder / "sessions")


if __name__ == "__main__":
    asyncio.run(main())
