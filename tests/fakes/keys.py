"""Key pairs as the real tool makes them, each once for a run: few tests want one of their own."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from pathlib import Path


def put_key(path: Path, name: str) -> None:
    """Write the key pair of a name where nothing is yet; the public half beside it, ``.pub``."""
    if not path.exists():
        private, public = _made(name)
        path.touch(mode=0o600)
        path.write_bytes(private)
        path.with_name(f"{path.name}.pub").write_bytes(public)


@functools.cache
def _made(name: str) -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "key"
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path], check=True
        )
        return path.read_bytes(), path.with_suffix(".pub").read_bytes()
