r"""The hash chain over frames, and the signatures on it; pure.

A frame is what one append wrote, its *body*, and a chain line::

    body_n  = event lines; those of frame 0 are the header alone
    head_n  = SHA-256("bastion recording frame 1\n" | head_n-1 | n | time_us | length(body_n)
                      | SHA-256(body_n))            integers: 8 bytes, big-endian; head_-1: zeros
    chain   = [time, "c", "{\"frame\":n,\"head\":\"hex\"}"]

So it is in format version 1; from version 2 on the head covers the body line by line, see
``commitments``.

Anybody can recompute a chain, so signatures stand on it: Ed25519 over session id, number of
frames, head, length of the file before the line, time, and whether it is final. A periodic one
is the first line of a frame's body, and so is chained itself; the final one ends the file.

From version 3 on a signature also covers the SHA-256 of all bytes before its line. So whoever has
the public key checks a recording by hashing it once, and walks the chain only behind the last
signature whose bytes are right: to find the first bad frame, or in a file that has not ended.

Both lines have one spelling only (no spaces to move, lower-case hex): each byte is either fixed
or covered, so no flipped bit goes unseen.
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass, replace
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from recordings.events import line

GENESIS = bytes(32)
SIGN_EVERY_FRAMES = 64
SIGN_EVERY_BYTES = 256 * 1024
SIGN_EVERY_S = 5.0

CHAIN_MARK = b', "c", "'
"""Found in chain lines only: inside a JSON string no quote follows a space unescaped."""
SEAL_MARK = b', "s", "'

_FRAME_DOMAIN = b"bastion recording frame 1\n"
_SEAL_DOMAIN = b"bastion recording seal 1\n"
_DIGEST_SEAL_DOMAIN = b"bastion recording seal 2\n"
_TIME = rb"\[(0|[1-9][0-9]{0,11})\.([0-9]{6})"
_NUMBER = rb"(0|[1-9][0-9]{0,17})"
_CHAIN_LINE = re.compile(
    _TIME + rb', "c", "\{\\"frame\\":' + _NUMBER + rb',\\"head\\":\\"([0-9a-f]{64})\\"\}"\]'
)
_SEAL_LINE = re.compile(
    _TIME
    + rb', "s", "\{\\"frames\\":'
    + _NUMBER
    + rb',\\"head\\":\\"([0-9a-f]{64})\\",\\"bytes\\":'
    + _NUMBER
    + rb'(?:,\\"sha256\\":\\"([0-9a-f]{64})\\")?,\\"is_final\\":(true|false)'
    + rb',\\"signature\\":\\"([0-9a-f]{128})\\"\}"\]'
)


class ChainLink(NamedTuple):
    """A chain line, read; a tuple, as there is one for each frame."""

    time_us: int
    frame: int
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A signature line, read or to be signed."""

    time_us: int
    frames: int
    """How many frames it covers, from the first."""
    head: bytes
    length_bytes: int
    """Of the file before this line."""
    is_final: bool
    digest: bytes = b""
    """SHA-256 of the file before this line; empty in format versions 1 and 2."""
    signature: bytes = b""

    def message(self, session_id: str) -> bytes:
        """Give the bytes that are signed."""
        name = session_id.encode("utf-8", "surrogatepass")
        numbers = struct.pack(
            ">QQQQB", len(name), self.frames, self.length_bytes, self.time_us, self.is_final
        )
        domain = _DIGEST_SEAL_DOMAIN if self.digest else _SEAL_DOMAIN
        return domain + numbers + self.head + self.digest + name

    def signed_line(self, session_id: str, key: Ed25519PrivateKey) -> bytes:
        """Sign, and write the line with its newline."""
        return replace(self, signature=key.sign(self.message(session_id))).line()

    def line(self) -> bytes:
        """Write the line with its newline."""
        final = "true" if self.is_final else "false"
        digest = f'"sha256":"{self.digest.hex()}",' if self.digest else ""
        text = (
            f'{{"frames":{self.frames},"head":"{self.head.hex()}","bytes":{self.length_bytes},'
            f'{digest}"is_final":{final},"signature":"{self.signature.hex()}"}}'
        )
        return line(self.time_us, "s", text)

    def is_signed_by(self, session_id: str, key: Ed25519PublicKey) -> bool:
        """Check the signature."""
        try:
            key.verify(self.signature, self.message(session_id))
        except InvalidSignature:
            return False
        return True


class SignedAt(NamedTuple):
    """Where the last signature stands: what it covers, and when it was made."""

    frames: int = 0
    length_bytes: int = 0
    time_us: int = 0

    def is_due(self, frames: int, length_bytes: int, time_us: int) -> bool:
        """Tell whether the frame behind so many frames and bytes begins with a signature.

        So the writer decides, and so whoever reads knows what no writer has left unsigned.
        """
        return (
            frames - self.frames >= SIGN_EVERY_FRAMES
            or length_bytes - self.length_bytes >= SIGN_EVERY_BYTES
            or time_us - self.time_us >= SIGN_EVERY_S * 1_000_000
        )


def frame_head(previous: bytes, frame: int, time_us: int, body: bytes | memoryview) -> bytes:
    """Chain one frame to those before it."""
    digest = hashlib.sha256(body).digest()
    numbers = struct.pack(">QQQ", frame, time_us, len(body))
    return hashlib.sha256(_FRAME_DOMAIN + previous + numbers + digest).digest()


def chain_line(link: ChainLink) -> bytes:
    """Write the line that ends a frame, with its newline."""
    return line(link.time_us, "c", f'{{"frame":{link.frame},"head":"{link.head.hex()}"}}')


def read_chain_line(data: bytes, start: int, end: int) -> ChainLink | None:
    """Read ``data[start:end]``, no newline; None unless it is spelt exactly as written."""
    found = _CHAIN_LINE.fullmatch(data, start, end)
    if found is None:
        return None
    seconds, micros, frame, head = found.groups()
    return ChainLink(
        int(seconds) * 1_000_000 + int(micros), int(frame), bytes.fromhex(head.decode())
    )


def read_seal_line(data: bytes) -> Seal | None:
    """Read one line, no newline; None unless it is spelt exactly as written."""
    found = _SEAL_LINE.fullmatch(data)
    if found is None:
        return None
    seconds, micros, frames, head, length, digest, final, signature = found.groups()
    return Seal(
        time_us=int(seconds) * 1_000_000 + int(micros),
        frames=int(frames),
        head=bytes.fromhex(head.decode()),
        length_bytes=int(length),
        is_final=final == b"true",
        digest=bytes.fromhex((digest or b"").decode()),
        signature=bytes.fromhex(signature.decode()),
    )
