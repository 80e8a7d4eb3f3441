"""Statements that sqlsmith makes from the schema of the twins: nothing comes out, nothing changes.

It knows all functions and operators of the server and nothing of the bastion. Optional: skipped
where it is not installed (``apt-get install sqlsmith``). ``BASTION_SEED=20261127:471`` runs one.
"""

import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import DatabaseServer
from tests.quality.barrage import VALUES, Probe, masked, seeded
from tests.quality.test_generated import SEED

CHAPTER, CHAPTERS = 200, 150
_END = re.compile(r";\s*\n")
_BY_CHANCE = re.compile(r"\btablesample \w+ \([\d.]+\)")
_WITHOUT_FORM = "fk_parent"
"""Its key holds what neither a name nor a form tells of: the README says that it is shown."""

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        shutil.which("sqlsmith") is None,
        reason="sqlsmith is missing: apt-get install sqlsmith",
    ),
]


def made_by_sqlsmith(server: DatabaseServer, seed: int, number: int) -> list[str]:
    """Let it make so many statements for a database like the twins; it runs none."""
    url = server.create_database("twin_schema")
    server.run(url, seeded(server, VALUES[0]))
    place = urlsplit(url)
    target = f"host={place.hostname} port={place.port} user=postgres dbname={place.path[1:]}"
    # Every fifth chapter reads the server's own catalogues as well.
    own = ["--exclude-catalog"] if seed % 5 else []
    done = subprocess.run(
        ["sqlsmith", f"--target={target}", "--dry-run", f"--seed={seed}",
         f"--max-queries={number}", *own],
        check=True, capture_output=True, timeout=600,
    )  # fmt: skip
    server.drop_database(url)
    texts = [_BY_CHANCE.sub("", text) for text in _END.split(done.stdout.decode(errors="replace"))]
    return [text.strip() for text in texts if text.strip() and _WITHOUT_FORM not in text]


@pytest.mark.parametrize("chapter", range(CHAPTERS))
async def test_no_statement_of_sqlsmith_tells_of_a_masked_value(
    chapter: int, tmp_path: Path, postgres_server: DatabaseServer
):
    seed, _, wanted = SEED.partition(":")
    chapter = int(wanted) // CHAPTER if wanted else chapter
    texts = made_by_sqlsmith(postgres_server, int(seed) + chapter, CHAPTER)
    assert len(texts) > CHAPTER // 2
    probes: list[Probe] = [
        (f"{seed}:{chapter * CHAPTER + number}", [text]) for number, text in enumerate(texts)
    ]
    if wanted:
        probes = [one for one in probes if one[0] == SEED]
    report = await masked(postgres_server, tmp_path, probes, environment="production")
    report.publish(f"sqlsmith {chapter}")
    assert not report.findings, "\n".join(report.findings)
