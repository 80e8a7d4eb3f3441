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

The leaf of an ``o`` line that shows cells of a result is made of its parts: see ``cells``.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Sequence

from recordings.cells import GRID_MARK, cut_leaf, shown_leaf, take_apart
from recordings.errors import FormatError
from recordings.events import Shown, line

SALT_KEY_BYTES = 32
SALT_BYTES = 16
_SALT_DOMAIN = b"bastion recording salt 2\n"
_LINE_DOMAIN = b"bastion recording line 2\n"
_FRAME_DOMAIN = b"bastion recording frame 2\n"
_SHOWN_MARK = b', "o", "'
_CUT_MARK = b', "z", "'
_CODE_BYTES = 40
"""How far into a line its code ends; to look through all of a long one takes as long as a hash."""
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


def read_salt_key(text: bytes) -> bytes | None:
    """Read the last line of frame 0; None: it is not there, as in a redacted copy."""
    found = _KEY_LINE.fullmatch(text)
    return None if found is None else bytes.fromhex(found[1].decode())


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


def leaves(salt_key: bytes, frame: int, body: bytes, shown: Sequence[Shown] = ()) -> list[bytes]:
    """Commit to each line of a frame's body.

    Args:
        shown: its lines that show cells, where these are known; else they are read.

    Raises:
        FormatError: cells do not fit the line that shows them.
    """
    view = memoryview(body)
    found: list[bytes] = []
    known = iter(shown)
    start = 0
    while end := body.find(b"\n", start) + 1:
        of_line = salt(salt_key, frame, len(found))
        if body.find(GRID_MARK, end, end + _CODE_BYTES) >= 0 and _is_shown(body, start):
            apart = next(known, None)
            if apart is None:
                following = body[end : body.find(b"\n", end) + 1]
                apart = take_apart(body[start:end], following)
            found.append(shown_leaf(of_line, apart))
        else:
            found.append(leaf(of_line, view[start:end]))
        start = end
    return found


def _is_shown(body: bytes, start: int) -> bool:
    return body.find(_SHOWN_MARK, start, start + _CODE_BYTES) >= 0


def shows_cells(text: bytes, following: bytes) -> bool:
    """Tell whether a line is an ``o`` line, and the following one the grid of its cells."""
    return following.find(GRID_MARK, 0, _CODE_BYTES) >= 0 and _is_shown(text, 0)


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
        self.removed_cells = 0
        self.hidden_bytes = 0
        """How much longer the recording is than the copy, up to and with the last frame."""

    def head(self, previous: bytes, frame: int, time_us: int, body: bytes) -> bytes:
        """Compute a frame's head from its body as it lies in the file.

        Raises:
            FormatError: the body is not of this format.
        """
        if frame == 0:
            lines = split_lines(body)
            self.salt_key = read_salt_key(lines[-1])
            if self.salt_key is None and len(lines) != 2:
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
        is_cut = False
        for index, text in enumerate(lines):
            if is_cut and _CUT_MARK in text:
                is_cut = False
                continue
            following, third = (*lines[index + 1 : index + 3], b"", b"")[:2]
            removed = _REMOVED_LINE.fullmatch(text)
            if removed is not None:
                commitment, size = self._removed(frame, time_us, text, removed)
            elif shows_cells(text, following) and _CUT_MARK in third:
                is_cut = True
                commitment, size, cells = cut_leaf(time_us, text, following, third)
                self.removed_cells += cells
            elif not salts:
                raise FormatError("a line has no salt")
            elif shows_cells(text, following):
                commitment, size = shown_leaf(salts.pop(0), take_apart(text, following)), len(text)
            else:
                commitment, size = leaf(salts.pop(0), text), len(text)
            of_lines.append(commitment)
            length += size
        if frame and salts:
            raise FormatError("a salt has no line")
        return length, of_lines

    def _removed(
        self, frame: int, time_us: int, text: bytes, found: re.Match[bytes]
    ) -> tuple[bytes, int]:
        commitment, length = bytes.fromhex(found[1].decode()), int(found[2])
        # One spelling only: what is not covered by a digest must be fixed.
        if text != removed_line(time_us, commitment, length):
            raise FormatError("a removed line is misspelt")
        self.removed_lines += frame > 0
        return commitment, length

    def _take_salts(self, time_us: int, lines: list[bytes]) -> list[bytes]:
        found = _SALTS_LINE.fullmatch(lines.pop()) if lines else None
        data = b"" if found is None else bytes.fromhex(found[1].decode())
        salts = [data[at : at + SALT_BYTES] for at in range(0, len(data), SALT_BYTES)]
        if found is None or found[0] != salts_line(time_us, salts):
            raise FormatError("its salts are garbled")
        return salts
