"""Signed heads of the audit log, and the copies of them that are kept elsewhere.

A head is the number and hash of the log's last line, signed. Whoever holds an old one, on a machine
that nobody who can write the log can write, proves later that the log was rolled back, even
together with the head beside it. A file of such heads is an *anchor*: they may stand anywhere in
it, whatever was made of their blanks, quotes and order, so that what a syslog server kept, or
objects of a bucket put behind each other, will do. What is part of a head and cannot be read is
told: it could be the one that says otherwise.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from recordings.disk import named, open_file, sync_folder, write_all

GENESIS = "0" * 64
"""The hash that an empty log has."""
_DOMAIN = b"bastion audit head 1\n"
_GAP = rb"[^\w{}]{0,24}"
# A syslog server may have put backslashes before quotes, a formatter blanks and line ends.
_FIELD = re.compile(rb"(seq|hash|signature)" + _GAP + rb"([0-9a-f]{1,128})")
_HEAD = rb"\{" + _GAP + rb"(?:" + _FIELD.pattern + _GAP + rb"){3}\}"
_PART = rb"(?i:\{" + _GAP + rb"seq\b|signature.{0,24}?[0-9a-f]{32}|[0-9a-f]{128})"
"""Nothing else looks like it: how a head begins, and the signature that it ends in."""
_LOOK = re.compile(b"(?P<head>" + _HEAD + b")|" + _PART)
_END_OF_PART = re.compile(rb"[{\n]")
_REST = b', "hash": "%b", "signature": "%b"' % (b"0" * 64, b"0" * 128)
_LOOK_BYTES_MAX = 1024
"""Of a head, however it is spelled."""
_CHUNK_BYTES = 1 << 20


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


@dataclass(slots=True)
class Anchor:
    """What was found in a file of heads."""

    heads: list[SignedHead] = field(default_factory=list)
    """In order; no signature was checked."""
    unread: list[int] = field(default_factory=list)
    """Numbers of lines with part of a head that cannot be read."""
    torn: int = 0
    """Lines that a crash cut while a head was added; each stood for one that is not there."""

    @property
    def says_anything(self) -> bool:
        """Tell whether a log can be held against it; the head of an empty one says nothing."""
        return bool(self.unread) or any(head.seq for head in self.heads)


def parse_head(text: bytes) -> SignedHead | None:
    """Read one head, in any spelling; None: it is none. Checks no signature."""
    fields = dict(_FIELD.findall(text))
    seq, row_hash, signature = (fields.get(name, b"") for name in (b"seq", b"hash", b"signature"))
    if not re.fullmatch(rb"[0-9]{1,18}", seq) or (len(row_hash), len(signature)) != (64, 128):
        return None
    return SignedHead(seq=int(seq), hash=row_hash.decode(), signature=signature.decode())


def read_anchor(path: Path) -> Anchor:
    """Read all heads of an anchor, and where there is part of one that cannot be read.

    Raises:
        OSError: it cannot be read, or is no file.
    """
    anchor, line = Anchor(), 1
    with open_file(path) as file, named(path):
        text, is_whole = b"", False
        while not is_whole:
            chunk = file.read(_CHUNK_BYTES)
            # A hole may be longer than anybody would wait.
            text, is_whole = text + chunk.lstrip(b"\0"), not chunk
            # What begins near the end may go on behind it.
            stop = len(text) if is_whole else len(text) - _LOOK_BYTES_MAX
            at = 0
            while (found := _LOOK.search(text, at)) is not None and found.start() < stop:
                line += text.count(b"\n", at, found.start())
                after = _note(anchor, text, found, line)
                line += text.count(b"\n", found.start(), after)
                at = after
            left = max(at, stop)
            line += text.count(b"\n", at, left)
            text = text[left:]
    return anchor


def _note(anchor: Anchor, text: bytes, found: re.Match[bytes], line: int) -> int:
    """Keep what was found in a text; gives where to look on."""
    head = None if found["head"] is None else parse_head(found["head"])
    if head is not None:
        anchor.heads.append(head)
        return found.end()
    if found["head"] is None and (torn := _torn(text, found.start())):
        anchor.torn += 1
        return found.start() + torn
    if line not in anchor.unread:
        anchor.unread.append(line)
    return found.end()


def _torn(text: bytes, start: int) -> int:
    """Tell how many bytes of a head as we write it stand here, up to where it was cut; 0: none."""
    end = _END_OF_PART.search(text, start + 1)
    part = text[start : len(text) if end is None else end.start()]
    return len(part) if _is_prefix(part.rstrip(b"\0")) else 0


def _is_prefix(part: bytes) -> bool:
    begun = re.match(rb'\{"seq": [0-9]{0,18}', part)
    if begun is None:
        return b'{"seq": '.startswith(part)
    rest = re.sub(rb"[0-9a-f]", b"0", part[begun.end() :])
    return re.sub(rb"[0-9a-f]", b"0", _REST).startswith(rest)


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
