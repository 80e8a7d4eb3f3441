"""The figures that docs/masking-quality.md publishes are those of this tree, and none got worse.

``make bench-masking`` and ``make bench-guard`` run these too, with ``BASTION_QUALITY=write``.
"""

import os
import sys
from pathlib import Path

import pytest

from tests.quality.published import (
    Figures,
    labeller,
    lines_of,
    measure,
    measure_classes,
    published,
    renew,
    table,
)

WRITES = os.environ.get("BASTION_QUALITY") == "write"


def hold(section: str, figures: list[Figures], *, failed: str) -> None:
    """Compare with what is published; fewer failures are welcome, and more attempts too."""
    if WRITES:
        sys.stdout.write("\n".join(["", *table(figures, failed=failed), ""]))
        renew({section: figures})
    known = published(section)
    for one in figures:
        for technique, tally in one.tallies.items():
            _, failed_then = known.get((technique, one.engine), (0, 0))
            assert tally.failed <= failed_then, (technique, one.engine, tally.failures)


@pytest.mark.timeout(600)
async def test_masking_is_no_worse_than_published(request: pytest.FixtureRequest, tmp_path: Path):
    figures = await measure("Masking", request.getfixturevalue, tmp_path)
    hold("Masking", figures, failed="leaked")
    assert sum(one.failed for one in figures) == 0


def test_classes_are_found_no_worse_than_published():
    hold("Classes", [measure_classes()], failed="wrong")


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_everyday_answers_are_spoiled_no_more_than_published(
    request: pytest.FixtureRequest, tmp_path: Path
):
    figures = await measure("Everyday answers", request.getfixturevalue, tmp_path)
    hold("Everyday answers", figures, failed="changed")
    assert all(one.failed <= one.tried * 0.02 for one in figures)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_the_guard_is_no_worse_than_published(request: pytest.FixtureRequest, tmp_path: Path):
    figures = await measure("Guard", request.getfixturevalue, tmp_path)
    hold("Guard", figures, failed="failed")


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_every_masking_probe_has_a_technique(engine: str):
    label = labeller("techniques_masking.tsv")
    assert [line for line in lines_of(f"masking_{engine}.sql") if not label(line)] == []
