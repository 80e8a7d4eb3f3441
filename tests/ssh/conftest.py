from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.ssh import SshRig, ssh_rig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[SshRig]:
    """A listening bastion with alice and bob."""
    async with ssh_rig(tmp_path) as running:
        yield running
