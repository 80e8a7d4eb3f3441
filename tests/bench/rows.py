"""What rows cost on their way: masking alone, the whole governed path, the first row, memory."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import psycopg

from bastion.core.context import SessionContext
from bastion.core.lineage import trace
from bastion.core.masking import plan
from bastion.core.model import Engine, MaskedBatch, RawBatch, ResultColumn, RunOptions
from bastion.core.statement import analyse
from bastion.execution.pipeline import Runner
from tests.bench.report import cpu_of, quantiles, say
from tests.fakes.rig import Rig, collect

ROWS = 100_000
BATCH = 1_000
TABLE = f"""
create table bench (id int primary key, name text, city text, status text, total numeric,
    ordered_on date, note text, n int, email text, card text, plain1 text, plain2 text);
insert into bench select n, 'Ada Moor ' || n, 'Oslo', 'paid', n * 1.5, '2026-01-01',
    'left at the door of number ' || n || ', call again', n % 7,
    'user' || n || '@example' || n % 200 || '.com', {{card}},
    'user' || n || '-example' || n % 200 || '-com', lpad('a' || n, 16, 'parcel-')
    from generate_series(1, {ROWS}) n;
create table wide (id int primary key, body text);
insert into wide select n, repeat('left at the door, call again ', 345)
    from generate_series(1, 100) n;
grant select on bench, wide to public; analyze;
"""
_DIGITS = "(4000000000 + n * 37)::text || '00000'"
_SUM = " + ".join(
    f"(case when {2 if place % 2 == 0 else 1} * d[{place + 1}]::int > 9 then "
    f"{2 if place % 2 == 0 else 1} * d[{place + 1}]::int - 9 else "
    f"{2 if place % 2 == 0 else 1} * d[{place + 1}]::int end)"
    for place in range(15)
)
CARD = (
    f"(select array_to_string(d, '') || ((10 - ({_SUM}) % 10) % 10)"
    f" from (select string_to_array({_DIGITS}, null) as d) s)"
)
_EIGHT = "id, name, city, status, total, ordered_on, note, n"
PLAIN = f"select {_EIGHT}, plain1, plain2 from bench"
MASKED = f"select {_EIGHT}, email, card from bench"


def make_rows(url: str) -> None:
    """Make the table of 100,000 rows, as the owner of the database."""
    with psycopg.connect(url.replace("bastion_writer", "postgres"), autocommit=True) as link:
        link.execute(TABLE.replace("{card}", CARD).encode())


async def bench_masking(rig: Rig, url: str) -> None:
    """100,000 x 10 rows, two columns masked, against two of text as long in their place."""
    connector = await rig.services.targets.connector("shop")
    assert connector is not None
    catalogue = await connector.catalogue()

    def batches(select: str) -> tuple[tuple[ResultColumn, ...], list[RawBatch]]:
        with psycopg.connect(url) as link:
            found = link.pgconn.exec_(select.encode())
        columns = tuple(
            ResultColumn(name=(found.fname(n) or b"").decode(), type_name="text")
            for n in range(found.nfields)
        )
        rows = [
            tuple(found.get_value(row, place) for place in range(found.nfields))
            for row in range(found.ntuples)
        ]
        return columns, [RawBatch(columns, rows[at : at + BATCH]) for at in range(0, ROWS, BATCH)]

    rates = {}
    for select in (PLAIN, MASKED):
        columns, given = batches(select)
        context = SessionContext()
        statement = analyse(select, engine=Engine.POSTGRESQL, catalogue=catalogue, context=context)
        exposure = trace(statement, catalogue=catalogue, context=context)
        masks = plan(statement, exposure, columns, catalogue)
        hidden = sum(column.masked is not None for column in masks.columns)
        assert hidden == (2 if select is MASKED else 0), [c.masked for c in masks.columns]
        rates[select] = ROWS / min(
            cpu_of(lambda m=masks, g=given: [m.apply(b) for b in g]) for _ in range(5)
        )
    ratio = rates[MASKED] / rates[PLAIN]
    say("masking two of ten columns, rows/CPU s", f"{rates[MASKED]:,.0f}",
        f"none masked {rates[PLAIN]:,.0f}", ratio, bar=">= 0.8", is_met=ratio >= 0.8)  # fmt: skip


async def bench_governed_rows(rig: Rig, url: str) -> None:
    """The same rows through the whole governed path, recorded; and fetched by the driver alone."""
    best: dict[str, float] = {}
    async with rig.runner("ann", "shop") as runner:
        for _ in range(5):
            for select in (PLAIN, MASKED):
                started = time.process_time()
                rows = await _count(runner, select)
                rate = rows / (time.process_time() - started)
                best[select] = max(rate, best.get(select, 0.0))
    with psycopg.connect(url) as link:
        base = ROWS / min(cpu_of(lambda: link.execute(PLAIN).fetchall()) for _ in range(3))
    ratio = best[MASKED] / best[PLAIN]
    say("two of ten masked, governed, rows/CPU s", f"{best[MASKED]:,.0f}",
        f"none masked {best[PLAIN]:,.0f}", ratio, bar=">= 0.8", is_met=ratio >= 0.8)  # fmt: skip
    say("none masked, governed, rows/CPU s", f"{best[PLAIN]:,.0f}", f"psycopg fetchall {base:,.0f}",
        best[PLAIN] / base)  # fmt: skip


async def _count(runner: Runner, select: str) -> int:
    rows = 0
    async for event in runner.execute(select, options=RunOptions(limit=1_000_000)):
        if isinstance(event, MaskedBatch):
            rows += len(event.rows)
    assert rows == ROWS, rows
    return rows


async def bench_first_row(rig: Rig, url: str) -> None:
    """The first rows of a large result, against the driver streaming the same."""
    ours, base = [], []
    async with rig.runner("ann", "shop") as runner:
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        for number in range(60):
            select = f"{MASKED} where id <= {5000 + number}"
            started = time.perf_counter()
            seen = len(base)
            async for _ in connection.cursor().stream(select, size=32):
                if len(base) == seen:
                    base.append(time.perf_counter() - started)
            seen = len(ours)
            started = time.perf_counter()
            async for event in runner.execute(select, options=RunOptions(limit=1_000_000)):
                if isinstance(event, MaskedBatch) and len(ours) == seen:
                    ours.append(time.perf_counter() - started)
        await connection.close()
    (p50, _), (b50, _) = quantiles(ours[5:]), quantiles(base[5:])
    say("first row, governed, p50", f"{p50 * 1e3:.2f} ms", f"driver {b50 * 1e3:.2f} ms",
        bar="<= 5 ms more", is_met=p50 - b50 <= 5e-3)  # fmt: skip


async def bench_point_read(rig: Rig, url: str) -> None:
    """A primary-key SELECT through the whole governed path, against the bare driver."""
    sql = "select id, status, total from orders where id = {}"
    ours, base, disk = [], [], []
    scratch = os.open(rig.paths.sessions / "bench", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    async with rig.runner("ann", "shop") as runner:
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        for number in range(1, 601):
            started = time.perf_counter()
            await collect(runner, sql.format(number))
            ours.append(time.perf_counter() - started)
            started = time.perf_counter()
            await (await connection.execute(sql.format(number))).fetchall()
            base.append(time.perf_counter() - started)
            started = time.perf_counter()
            os.write(scratch, b"x" * 600)
            os.fdatasync(scratch)
            disk.append(time.perf_counter() - started)
        await connection.close()
    os.close(scratch)
    (rig.paths.sessions / "bench").unlink()
    (p50, p99), (b50, b99), (d50, d99) = (
        quantiles(ours[50:]), quantiles(base[50:]), quantiles(disk[50:])
    )  # fmt: skip
    say("primary-key SELECT, governed, p50", f"{p50 * 1e3:.2f} ms",
        f"driver {b50 * 1e3:.2f}, sync {d50 * 1e3:.2f}", bar="<= 2 ms more",
        is_met=p50 - b50 <= 2e-3)  # fmt: skip
    say("primary-key SELECT, governed, p99", f"{p99 * 1e3:.2f} ms",
        f"driver {b99 * 1e3:.2f}, sync {d99 * 1e3:.2f}")  # fmt: skip


async def bench_memory(rig: Rig) -> None:
    """A result of a gigabyte that is read slowly."""
    select = "select body from wide cross join generate_series(1, 1000) g"
    total = 0
    async with rig.runner("ann", "shop") as runner:
        await collect(runner, "select body from wide", limit=100)
        before, most, started = resident_mb(), 0.0, time.perf_counter()
        async for event in runner.execute(select, options=RunOptions(limit=1_000_000)):
            if isinstance(event, MaskedBatch):
                total += sum(len(cell or b"") for row in event.rows for cell in row)
                most = max(most, resident_mb())
                await asyncio.sleep(0.001)
    rate = total / 1e6 / (time.perf_counter() - started)
    more = most - before
    say(f"memory over a result of {total / 1e9:.1f} GB", f"{more:.0f} MB more",
        f"at {rate:.0f} MB/s", bar="<= 64 MB", is_met=more <= 64)  # fmt: skip


def resident_mb() -> float:
    """Tell how much memory the process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
