"""Rights of readers, where a test is about something else."""

from __future__ import annotations

from recordings.heard import MaskFor


async def seen_by_all(_viewer: object, _target: str) -> MaskFor:
    """Show everything as it was shown."""
    return lambda _mask: None
