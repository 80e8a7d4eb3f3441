"""What is derived from recordings and kept beside them: seek indexes, and the search index.

All of it may be deleted at any time and is made anew. It lies under the sessions folder and shows
what the recordings show, so it must go when a recording goes, or is encrypted.
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = ".index"


def folder_of(root: Path) -> Path:
    """Name the folder of all that is derived from recordings under ``root``."""
    return root / _FOLDER


def seek_path(root: Path, session_id: str) -> Path:
    """Name the seek index of one recording."""
    return folder_of(root) / f"{session_id}.seek"


def search_path(root: Path) -> Path:
    """Name the search index of all recordings."""
    return folder_of(root) / "search.db"
