"""How much of the disk evidence takes, and what that means; pure but for ``measure``."""

from __future__ import annotations

import enum
import os
from dataclasses import dataclass
from pathlib import Path

WARNING_SHARE = 0.80
CRITICAL_SHARE = 0.95


class Level(enum.Enum):
    """How full the budget is; the value is the word in the audit log."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    FULL = "full"
    """No new session begins. Nothing is ever deleted for want of space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was measured, against the budget."""

    used_bytes: int
    budget_bytes: int
    """0: there is none."""

    @property
    def share(self) -> float:
        """Give the used part of the budget; 0 where there is none."""
        return self.used_bytes / self.budget_bytes if self.budget_bytes else 0.0

    @property
    def level(self) -> Level:
        """Tell how full it is."""
        if self.share >= 1:
            return Level.FULL
        if self.share >= CRITICAL_SHARE:
            return Level.CRITICAL
        return Level.WARNING if self.share >= WARNING_SHARE else Level.OK

    def words(self) -> str:
        """Say it to people."""
        mib = 1 << 20
        return (
            f"{self.used_bytes / mib:.1f} of {self.budget_bytes / mib:.0f} MiB"
            f" ({self.share:.0%}) of the disk budget are used"
        )


def measure(root: Path, audit_log: Path) -> int:
    """Add up what recordings, their indexes and the audit log take on the disk. Blocks.

    What vanishes meanwhile counts as nothing.
    """
    return _size(audit_log) + _below(root)


def _below(folder: Path) -> int:
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    total += _below(Path(entry.path))
                else:
                    total += _size(Path(entry.path))
    except OSError:
        return total
    return total


def _size(path: Path) -> int:
    try:
        # Blocks, not length: a reserve that was freed takes none.
        return path.lstat().st_blocks * 512
    except OSError:
        return 0
