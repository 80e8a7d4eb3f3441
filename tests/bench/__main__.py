"""``make bench``: what the product costs, as ratios to a baseline measured in the same run.

Absolute times move with the machine; the ratio of two numbers taken side by side does not much.
Give names of parts to run only these: ``make bench ARGS="rows replay"``.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
from pathlib import Path

from bastion.core.model import Engine
from tests.bench import analysis, busy, keys, recorder, replay, rows, scan
from tests.bench.servers import servers
from tests.fakes.rig import running_rig

PARTS = ("analysis", "rows", "scan", "recorder", "busy", "keys", "replay")


async def main(parts: tuple[str, ...]) -> None:
    """Run the parts that are named."""
    with tempfile.TemporaryDirectory(prefix="bastion-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        if not {"analysis", "rows", "scan"}.isdisjoint(parts):
            await _with_databases(parts, folder)
        if "recorder" in parts:
            await recorder.bench_appends(folder)
            await recorder.bench_throughput(folder)
            await recorder.bench_verify(folder)
            await recorder.bench_memory_per_recorder(folder)
        if "busy" in parts:
            await busy.bench_busy_node(folder / "busy")
        if "keys" in parts:
            await keys.bench_keys()
        if "replay" in parts:
            await replay.bench_hour(folder)
            await replay.bench_seek(folder)


async def _with_databases(parts: tuple[str, ...], folder: Path) -> None:
    with servers(folder, is_wide="scan" in parts) as found:
        rows.make_rows(found.shop)
        async with running_rig(folder / "rig") as rig:
            policy = rig.paths.policy
            policy.write_text(
                policy.read_text().replace("row_limit = 10000", "row_limit = 1000000")
            )
            assert rig.application._policy is not None
            rig.application._policy.follow()
            await rig.add_target("shop", found.shop, "production")
            if found.shop_mysql:
                await rig.add_target("shop_mysql", found.shop_mysql, "production")
            await rig.add_user("ann", "engineer")
            # As ``bastion serve`` does when all is loaded.
            gc.collect()
            gc.freeze()
            if "analysis" in parts:
                await analysis.bench_analysis(rig, "shop", Engine.POSTGRESQL)
                if found.shop_mysql:
                    await analysis.bench_analysis(rig, "shop_mysql", Engine.MYSQL)
            if "rows" in parts:
                await rows.bench_masking(rig, found.shop)
                await rows.bench_governed_rows(rig, found.shop)
                await rows.bench_first_row(rig, found.shop)
                await rows.bench_point_read(rig, found.shop)
                await rows.bench_memory(rig)
            if "scan" in parts:
                await scan.bench_scan(rig, found.wide, "postgresql")
                if found.wide_mysql:
                    await scan.bench_scan(rig, found.wide_mysql, "mysql")


if __name__ == "__main__":
    asked = tuple(sys.argv[1:]) or PARTS
    unknown = set(asked) - set(PARTS)
    if unknown:
        sys.exit(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.")
    asyncio.run(main(asked))
