"""Lines of the report, and the figures in them."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable


def say(
    name: str,
    ours: str,
    baseline: str = "",
    ratio: float | None = None,
    *,
    bar: str = "",
    is_met: bool | None = None,
) -> None:
    """Write one line: what was measured, ours, what it is held against, the bar."""
    shown = "" if ratio is None else f"ratio {ratio:.2f}"
    met = {None: "", True: "met", False: "NOT MET"}[is_met]
    sys.stdout.write(f"{name:42} {ours:>24} {baseline:>30} {shown:>12}  {bar:>12} {met}\n")
    sys.stdout.flush()


def quantiles(samples: list[float]) -> tuple[float, float]:
    """Give the median and the 99th percentile."""
    ordered = sorted(samples)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.99)]


def cpu_of(work: Callable[[], object]) -> float:
    """Time one piece of work by what it cost this thread, whatever else the machine does."""
    started = time.thread_time()
    work()
    return time.thread_time() - started
