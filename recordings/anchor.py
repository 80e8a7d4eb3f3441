"""Signed heads of the audit log, and the copies of them that are kept elsewhere.

A head is the number and hash of the log's last line, signed. Whoever holds an old one, on a machine
that nobody who can write the log can write, proves later that the log was rolled back, even
together with the head beside it. A file of such heads is an *anchor*: one a line, or anywhere in a
line, so that what a syslog server kept, or objects of a bucket put behind each other, will do.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from recordings.disk import sync_folder, write_all

GENESIS = "0" * 64
"""The hash that an empty log has."""
_DOMAIN = b"bastion audit head 1\n"
_FIELDS = rb'\{"seq": ?([0-9]{1,18}), ?"hash": ?"([0-9a-f]{64})", ?"signature": ?"([0-9a-f]{128})"'
# A syslog server may have put a backslash before each quote.
_HEAD = re.compile(_FIELDS.replace(b'"', rb'\\?"'))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """Where an audit log ended once."""

    seq: int
    """Number of its last line; 0: it was empty."""
    hash: str
    signature: str

    @classmethod
    def sign(cls, seq: int, row_hash: str, key: Ed25519PrivateKey) -> SignedHead:
        """Sign the number and hash of a log's last line."""
        return cls(seq=seq, hash=row_hash, signature=key.sign(_message(seq, row_hash)).hex())

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Check the signature."""
        try:
            key.verify(bytes.fromhex(self.signature), _message(self.seq, self.hash))
        except InvalidSignature:
            return False
        return True

    def line(self) -> bytes:
        """Write it as JSON, with its newline."""
        return (
            f'{{"seq": {self.seq}, "hash": "{self.hash}", "signature": "{self.signature}"}}\n'
        ).encode()


def parse_head(text: bytes) -> SignedHead | None:
    """Find the first head in a text; None: there is none. Checks no signature."""
    found = _HEAD.search(text)
    if found is None:
        return None
    return SignedHead(seq=int(found[1]), hash=found[2].decode(), signature=found[3].decode())


def read_heads(path: Path) -> list[SignedHead]:
    """Read all heads of an anchor in order, unchecked; what else is in it is passed over.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return [head for head in map(parse_head, file) if head is not None]


def append_head(path: Path, head: SignedHead) -> None:
    """Add a head to an anchor in a file; on its disk when this returns.

    Raises:
        OSError: it could not be added.
    """
    is_new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # Behind a line that a crash has torn, a head would be torn too.
        write_all(descriptor, b"" if _ends_whole(path) else b"\n")
        write_all(descriptor, head.line())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        sync_folder(path.parent)


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _message(seq: int, row_hash: str) -> bytes:
    return _DOMAIN + seq.to_bytes(8, "big") + row_hash.encode()
