r"""Salted commitments to single lines, so that some can be taken out and the chain still stands.

From format version 2 on, a frame's head covers its lines one by one::

    salt_n,i = SHA-256("bastion recording salt 2\n" | salt key | n | i)[:16]   in frame 0: zeros
    leaf_n,i = SHA-256("bastion recording line 2\n" | salt_n,i | line with its newline)
    head_n   = SHA-256("bastion recording frame 2\n" | head_n-1 | n | time_us | length(body_n)
                       | SHA-256(leaf_n,0 | leaf_n,1 | …))

The salt key is the last line of frame 0, code ``h``, and so is committed to itself. A redacted copy
has neither it nor the lines that were taken out: in their place stand lines ``y`` with leaf and
length, and before each chain line an ``h`` with the salts of the lines that are left. Whoever has
the copy can check every one of those, and cannot guess the others: their salts are gone.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Sequence

from recordings.errors import FormatError
from recordings.events import line

SALT_KEY_BYTES = 32
SALT_BYTES = 16
_SALT_DOMAIN = b"bastion recording salt 2\n"
_LINE_DOMAIN = b"bastion recording line 2\n"
_FRAME_DOMAIN = b"bastion recording frame 2\n"
_NO_SALT = bytes(SALT_BYTES)
_TIME = rb"\[[0-9]+\.[0-9]{6}"
_KEY_LINE = re.compile(_TIME + rb', "h", "\{\\"salt_key\\":\\"([0-9a-f]{64})\\"\}"\]\n')
_SALTS_LINE = re.compile(_TIME + rb', "h", "\{\\"salts\\":\\"((?:[0-9a-f]{32})*)\\"\}"\]\n')
_REMOVED_LINE = re.compile(
    _TIME
    + rb', "y", "\{\\"commitment\\":\\"([0-9a-f]{64})\\",\\"length\\":(0|[1-9][0-9]{0,12})\}"\]\n'
)


def split_lines(body: bytes) -> list[bytes]:
    """Split a body into its lines, each with its newline."""
    return [text + b"\n" for text in body.split(b"\n")[:-1]]


def salt_key_line(time_us: int, salt_key: bytes) -> bytes:
    """Write the last line of frame 0."""
    return line(time_us, "h", f'{{"salt_key":"{salt_key.hex()}"}}')


def salts_line(time_us: int, salts: Iterable[bytes]) -> bytes:
    """Write the last line of a frame of a redacted copy."""
    return line(time_us, "h", f'{{"salts":"{b"".join(salts).hex()}"}}')


def removed_line(time_us: int, commitment: bytes, length: int) -> bytes:
    """Write what stands in place of a line that was taken out."""
    return line(time_us, "y", f'{{"commitment":"{commitment.hex()}","length":{length}}}')


def salt(salt_key: bytes, frame: int, index: int) -> bytes:
    """Give the salt of one line."""
    if frame == 0:
        return _NO_SALT
    numbers = struct.pack(">QQ", frame, index)
    return hashlib.sha256(_SALT_DOMAIN + salt_key + numbers).digest()[:SALT_BYTES]


def leaf(salt_of_line: bytes, text: bytes | memoryview) -> bytes:
    """Commit to one line."""
    digest = hashlib.sha256(_LINE_DOMAIN + salt_of_line)
    digest.update(text)
    return digest.digest()


def leaves(salt_key: bytes, frame: int, body: bytes) -> list[bytes]:
    """Commit to each line of a frame's body."""
    view = memoryview(body)
    found: list[bytes] = []
    start = 0
    while end := body.find(b"\n", start) + 1:
        found.append(leaf(salt(salt_key, frame, len(found)), view[start:end]))
        start = end
    return found


def committed_head(
    previous: bytes, frame: int, time_us: int, length: int, of_lines: Sequence[bytes]
) -> bytes:
    """Chain one frame to those before it, by the commitments to its lines."""
    numbers = struct.pack(">QQQ", frame, time_us, length)
    digest = hashlib.sha256(b"".join(of_lines)).digest()
    return hashlib.sha256(_FRAME_DOMAIN + previous + numbers + digest).digest()


class CommitmentReader:
    """Computes the heads of one file's frames in order, be it whole or a redacted copy."""

    def __init__(self) -> None:
        """Start before frame 0."""
        self.salt_key: bytes | None = None
        """None: before frame 0, or in a redacted copy."""
        self.removed_lines = 0
        self.hidden_bytes = 0
        """How much longer the recording is than the copy, up to and with the last frame."""

    def head(self, previous: bytes, frame: int, time_us: int, body: bytes) -> bytes:
        """Compute a frame's head from its body as it lies in the file.

        Raises:
            FormatError: the body is not of this format.
        """
        if frame == 0:
            lines = split_lines(body)
            found = _KEY_LINE.fullmatch(lines[-1])
            self.salt_key = None if found is None else bytes.fromhex(found[1].decode())
            if found is None and len(lines) != 2:
                raise FormatError("its salt key is missing")
        if self.salt_key is not None:
            of_lines = leaves(self.salt_key, frame, body)
            return committed_head(previous, frame, time_us, len(body), of_lines)
        length, of_lines = self._remaining(frame, time_us, split_lines(body))
        self.hidden_bytes += length - len(body)
        return committed_head(previous, frame, time_us, length, of_lines)

    def _remaining(self, frame: int, time_us: int, lines: list[bytes]) -> tuple[int, list[bytes]]:
        salts = self._take_salts(time_us, lines) if frame else [_NO_SALT] * len(lines)
        length = 0
        of_lines: list[bytes] = []
        for text in lines:
            removed = _REMOVED_LINE.fullmatch(text)
            if removed is None:
                if not salts:
                    raise FormatError("a line has no salt")
                of_lines.append(leaf(salts.pop(0), text))
                length += len(text)
                continue
            commitment, original = bytes.fromhex(removed[1].decode()), int(removed[2])
            # One spelling only: what is not covered by a digest must be fixed.
            if text != removed_line(time_us, commitment, original):
                raise FormatError("a removed line is misspelt")
            self.removed_lines += frame > 0
            of_lines.append(commitment)
            length += original
        if frame and salts:
            raise FormatError("a salt has no line")
        return length, of_lines

    def _take_salts(self, time_us: int, lines: list[bytes]) -> list[bytes]:
        found = _SALTS_LINE.fullmatch(lines.pop()) if lines else None
        data = b"" if found is None else bytes.fromhex(found[1].decode())
        salts = [data[at : at + SALT_BYTES] for at in range(0, len(data), SALT_BYTES)]
        if found is None or found[0] != salts_line(time_us, salts):
            raise FormatError("its salts are garbled")
        return salts
