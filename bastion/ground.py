"""The files that a running server stands on are still those that it opened.

What is put in the place of an open file, the server does not see: it would go on by accounts and
stops of a file that nobody can reach any more, while commands write into the other.
"""

from __future__ import annotations

from pathlib import Path


class Ground:
    """Files that must not be replaced while they are in use."""

    def __init__(self, *paths: Path) -> None:
        """Take files as they are now.

        Raises:
            OSError: one is missing.
        """
        self._known = {path: _identity(path) for path in paths}

    def refusal(self) -> str:
        """Tell why nothing may run; empty: each file is still the same."""
        for path, identity in self._known.items():
            try:
                is_same = _identity(path) == identity
            except OSError:
                is_same = False
            if not is_same:
                return (
                    f"{path.name} was taken away or replaced while the bastion ran, so nothing may "
                    "run. Tell its administrators to stop it, to run `bastion doctor` and then to "
                    "start it."
                )
        return ""


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
