"""How long it takes to classify 10,000 columns, and what that asks of the database at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine

from bastion.core.catalogue import Catalogue
from tests.bench.report import say
from tests.fakes.rig import Rig

TABLES = 500
COLUMNS = 20
ROWS = 300
_CELLS = (
    ("email", "varchar(80)", "concat('u', n, '@example', n % 90, '.com')"),
    ("name", "varchar(80)", "concat('Ada Moor ', n)"),
    ("note", "varchar(200)", "concat('left at the door of ', n, ', call again')"),
    ("phone", "varchar(40)", "concat('+1 212 555 ', 1000 + n % 9000)"),
    ("amount", "decimal(10,2)", "n * 1.5"),
    ("placed_on", "date", "date '2026-01-01'"),
)


async def bench_scan(rig: Rig, url: str, engine: str) -> None:
    """Scan a target of 500 tables with 20 columns each, then look again at one of them."""
    name = f"wide_{engine}"
    await rig.add_target(name, url, "production")
    connector = await rig.services.targets.connector(name)
    assert connector is not None
    elapsed_s, cpu_s, stall_s, catalogue = await _watched(connector.catalogue())
    columns = sum(len(one.columns) for one in catalogue.user_relations())
    assert columns >= TABLES * COLUMNS, columns
    words = [
        column.classification.evidence
        for one in catalogue.user_relations()
        for column in one.columns
    ]
    assert not any("not been sampled" in word for word in words)
    say(f"scan of {columns:,} columns, {engine}", f"{elapsed_s:.1f} s",
        f"CPU {cpu_s:.1f} s, loop held {stall_s * 1e3:.0f} ms",
        bar="<= 60 s", is_met=elapsed_s <= 60)  # fmt: skip
    one = next(iter(catalogue.user_relations()))
    again = connector.refresh(frozenset({(one.schema, one.name)}))
    elapsed_s, cpu_s, stall_s, _ = await _watched(again)
    say(f"one of these tables again, {engine}", f"{elapsed_s:.2f} s",
        f"CPU {cpu_s:.2f} s, loop held {stall_s * 1e3:.0f} ms")  # fmt: skip


async def _watched(
    work: Coroutine[object, object, Catalogue],
) -> tuple[float, float, float, Catalogue]:
    """Await work; give its time, its CPU, and how long it held everybody else up at most."""
    stalls = [0.0]

    async def tick() -> None:
        while True:
            started = time.perf_counter()
            await asyncio.sleep(0.001)
            stalls.append(time.perf_counter() - started - 0.001)

    ticking = asyncio.get_running_loop().create_task(tick())
    started, cpu = time.perf_counter(), time.process_time()
    found = await work
    elapsed_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    ticking.cancel()
    return elapsed_s, cpu_s, max(stalls), found


def wide_tables(engine: str) -> list[str]:
    """Write the SQL that makes the tables."""
    cells = [_CELLS[number % len(_CELLS)] for number in range(COLUMNS - 1)]
    columns = ", ".join(f"c{n}_{name} {kind}" for n, (name, kind, _) in enumerate(cells))
    values = ", ".join(value for _, _, value in cells)
    numbers = (
        f"generate_series(1, {ROWS}) n"
        if engine == "postgresql"
        else f"(select seq as n from seq_1_to_{ROWS}) s"
    )
    lines = [
        f"create table seed (id int primary key, {columns})",
        f"insert into seed select n, {values} from {numbers}",
    ]
    for number in range(TABLES):
        lines.append(f"create table t{number} (id int primary key, {columns})")
        lines.append(f"insert into t{number} select * from seed")
    lines.append("drop table seed")
    if engine == "postgresql":
        lines += ["grant select on all tables in schema public to public", "analyze"]
    return lines
