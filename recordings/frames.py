"""Walks a recording frame by frame and checks chain and signatures, without decoding output."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recordings.chain import (
    CHAIN_MARK,
    GENESIS,
    SEAL_MARK,
    ChainLink,
    Seal,
    SignedAt,
    frame_head,
    read_chain_line,
    read_seal_line,
)
from recordings.commitments import CommitmentReader
from recordings.errors import FormatError
from recordings.events import FORMAT_VERSION, Header, decode_header

_CHUNK_BYTES = 1 << 20
_SEAL_MARK_WITHIN = 48
_GARBLED_SEAL = "its signature is garbled"
_UNSIGNED = "no signature of this key vouches for it"
_OVERDUE = "it begins with no signature, where each writer puts one"
_ENDLESS = "it is longer than any frame"
_SEAL_BYTES_MAX = 1024
_FRAME_BYTES_MAX = 1 << 30
_LEAP_BYTES_MAX = 16 << 20
"""Held while looking for the next signature; a writer signs far more often."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole frame that follows from those before it."""

    number: int
    time_us: int
    head: bytes
    start: int
    end: int
    """Byte offsets in the file; ``end`` is behind the chain line."""
    body: memoryview


class FrameWalk:
    """Reads frames in order; ends at the first that is wrong, torn or missing.

    After the walk, ``fault`` says what is wrong with frame ``frames``, or is empty.
    """

    def __init__(
        self,
        stream: BinaryIO,
        public_key: Ed25519PublicKey | None,
        *,
        is_content: bool = False,
    ) -> None:
        """Take a stream at offset 0.

        Args:
            public_key: None: signatures are not checked.
            is_content: it is what an encrypted recording holds, which is signed at its end alone.
        """
        self.frames = 0
        self.head = GENESIS
        self.first_head = GENESIS
        self.header: Header | None = None
        self.seal: Seal | None = None
        """The final signature, when it holds."""
        self.length_bytes = 0
        """Of the whole frames, and of the final signature, in the recording itself."""
        self.signed_frames = 0
        self.tail = b""
        """What follows the last whole frame and is neither frame nor final signature."""
        self.fault = ""
        self._stream = stream
        self.public_key = public_key
        self._buffer = b""
        self._base = 0
        self._position = 0
        self._searched = 0
        self._time_us = 0
        self._frame_start = 0
        self._body = memoryview(b"")
        self._unchecked: list[Seal] = []
        self._is_content = is_content
        self._signed_at = SignedAt()
        self._overdue: int | None = None
        """The first frame behind the last signature that should have begun with one."""
        self._commitments: CommitmentReader | None = None

    @property
    def removed_lines(self) -> int:
        """Count the lines that were taken out; 0 in all but redacted copies."""
        return 0 if self._commitments is None else self._commitments.removed_lines

    @property
    def removed_cells(self) -> int:
        """Count the cells that were taken out of lines that are left."""
        return 0 if self._commitments is None else self._commitments.removed_cells

    @property
    def is_redacted(self) -> bool:
        """Tell whether this is a redacted copy, after frame 0."""
        return self._commitments is not None and self._commitments.salt_key is None

    @property
    def hidden_bytes(self) -> int:
        """Tell how much longer the recording itself is."""
        return 0 if self._commitments is None else self._commitments.hidden_bytes

    @property
    def session_id(self) -> str:
        """Give the header's session id; empty before frame 0."""
        return "" if self.header is None else self.header.session_id

    def walk(self) -> Iterator[Frame]:
        """Yield each whole and right frame; may be called again when the file has grown.

        Signatures are checked when the walk ends.
        """
        while self._step():
            yield Frame(
                self.frames - 1,
                self._time_us,
                self.head,
                self._frame_start,
                self.length_bytes,
                self._body,
            )

    def run(self) -> None:
        """Walk to the end; what a signature vouches for byte by byte is hashed, not walked."""
        if self.frames == 0 and self._step():
            self._leap()
        while self._step():
            pass

    def skip_to_seal(self) -> bool:
        """Take frame 0, then the final signature at the end of a seekable stream, and none between.

        For bytes that somebody else vouches for: that they are those that were signed is not looked
        at. Goes nowhere, but for frame 0, where the file does not end in a final signature.
        """
        if self.public_key is None or not self._step():
            return False
        here = self._stream.tell()
        end = self._stream.seek(0, os.SEEK_END)
        self._stream.seek(max(0, end - _SEAL_BYTES_MAX))
        last = self._stream.read(_SEAL_BYTES_MAX).rstrip(b"\n").rpartition(b"\n")[2]
        self._stream.seek(here)
        seal = read_seal_line(last)
        if seal is None or not seal.is_final or seal.length_bytes + len(last) + 1 != end:
            return False
        if not seal.is_signed_by(self.session_id, self.public_key):
            return False
        self.seal, self.frames, self.head = seal, seal.frames, seal.head
        self.signed_frames, self.length_bytes = seal.frames, end
        return True

    def _leap(self) -> None:
        """Go to the last signature that holds, and whose digest is that of all bytes before it.

        What follows it, and all of a file that lacks such signatures, is left to be walked.
        """
        if self.public_key is None or self.is_redacted:
            return
        digest = hashlib.sha256(memoryview(self._buffer)[: self._position])
        hashed = searched = self._position
        found: list[tuple[int, Seal]] = []
        while True:
            mark = self._buffer.find(SEAL_MARK, searched)
            end = self._buffer.find(b"\n", mark) if mark >= 0 else -1
            if end < 0:
                searched = mark if mark >= 0 else max(hashed, len(self._buffer) - len(SEAL_MARK))
                is_forged = bool(found) and not self._land(found)
                if is_forged or len(self._buffer) - self._position > _LEAP_BYTES_MAX:
                    return
                found.clear()
                moved = self._position
                if not self._read():
                    return
                hashed, searched = hashed - moved, searched - moved
                continue
            start = self._buffer.rfind(b"\n", hashed, mark) + 1 or hashed
            digest.update(memoryview(self._buffer)[hashed:start])
            hashed, searched = start, end
            seal = read_seal_line(self._buffer[start:end])
            is_here = seal is not None and seal.length_bytes == self._base + start
            if seal is None or not is_here or seal.digest != digest.digest():
                self._land(found)
                return
            found.append((start, seal))

    def _land(self, found: list[tuple[int, Seal]]) -> bool:
        """Stand before the last of the signatures that holds; False unless it is the very last."""
        last = found[-1:]
        while found and self.public_key is not None:
            start, seal = found.pop()
            if seal.is_signed_by(self.session_id, self.public_key):
                self.frames = self.signed_frames = seal.frames
                self.head = seal.head
                self._time_us = seal.time_us
                self._position = self._searched = start
                self.length_bytes = self._base + start
                return last == [(start, seal)]
        return not last

    def _step(self) -> bool:
        """Take one frame; False at the end, which is then judged."""
        if self.fault or self.seal is not None:
            return False
        mark = self._find_mark()
        if mark >= 0 and self._take(mark):
            return True
        self.tail = self._buffer[self._position :]
        if mark < 0:
            self._finish()
        self._check_signatures()
        return False

    def _find_mark(self) -> int:
        """Find the next chain line that is there to its newline; -1 at the end of the file."""
        while True:
            mark = self._buffer.find(CHAIN_MARK, max(self._searched, self._position))
            if mark >= 0 and self._buffer.find(b"\n", mark) >= 0:
                return mark
            self._searched = mark if mark >= 0 else max(0, len(self._buffer) - len(CHAIN_MARK))
            if not self._read():
                return -1

    def _read(self) -> bool:
        """Read on, at least doubling what is held, so that a huge frame is not copied often."""
        rest = self._buffer[self._position :]
        is_hollow = len(rest) > _LEAP_BYTES_MAX and b"\0" in rest
        if is_hollow or len(rest) > _FRAME_BYTES_MAX:
            return self._fail(_ENDLESS)
        chunk = self._stream.read(max(_CHUNK_BYTES, len(rest)))
        if not chunk:
            return False
        self._base += self._position
        self._searched = max(0, self._searched - self._position)
        self._position = 0
        self._buffer = rest + chunk
        return True

    def _take(self, mark: int) -> bool:
        buffer, start = self._buffer, self._position
        line_start = buffer.rfind(b"\n", start, mark) + 1 or start
        line_end = buffer.find(b"\n", mark)
        link = read_chain_line(buffer, line_start, line_end)
        if link is None:
            return self._fail("its chain line is garbled")
        if link.frame != self.frames:
            return self._fail(f"frame {link.frame} stands in its place")
        body = memoryview(buffer)[start:line_start]
        if self.frames == 0 and not self._take_header(bytes(body)):
            return False
        hidden_bytes = self.hidden_bytes
        try:
            head = self._head_of(link, body)
        except FormatError as error:
            return self._fail(str(error))
        if head != link.head:
            return self._fail("its contents do not match the chain")
        if not self._note_periodic(start, line_start, hidden_bytes):
            return False
        if self.frames == 0:
            self.first_head = head
        elif self._overdue is None and self._is_due(link, hidden_bytes):
            self._overdue = self.frames
        self.frames += 1
        self.head = head
        self._time_us = link.time_us
        self._body = body
        self._frame_start = self._base + start
        self._position = line_end + 1
        self.length_bytes = self._base + line_end + 1 + self.hidden_bytes
        return True

    def _is_due(self, link: ChainLink, hidden_bytes: int) -> bool:
        length = self._base + self._position + hidden_bytes
        return self._signed_at.is_due(self.frames, length, link.time_us)

    def _head_of(self, link: ChainLink, body: memoryview) -> bytes:
        if self._commitments is None:
            return frame_head(self.head, link.frame, link.time_us, body)
        return self._commitments.head(self.head, link.frame, link.time_us, bytes(body))

    def _fail(self, fault: str) -> bool:
        self.fault = fault
        return False

    def _take_header(self, body: bytes) -> bool:
        try:
            self.header = decode_header(body.split(b"\n", 1)[0])
        except FormatError as error:
            self.fault = f"the header cannot be read: {error}"
            return False
        if self.header.format_version > FORMAT_VERSION:
            return self._fail(f"format version {self.header.format_version} is not known here")
        if self.header.format_version > 1:
            self._commitments = CommitmentReader()
        return True

    def _note_periodic(self, start: int, line_start: int, hidden_bytes: int) -> bool:
        """Keep the signature at the start of a body, if there is one, to be checked at the end."""
        limit = start + _SEAL_MARK_WITHIN
        if self._buffer.find(SEAL_MARK, start, min(line_start, limit)) < 0:
            return True
        end = self._buffer.find(b"\n", start, line_start)
        seal = read_seal_line(self._buffer[start:end])
        if seal is None or seal.is_final:
            return self._fail("it follows a final signature" if seal else _GARBLED_SEAL)
        return self._note(seal, hidden_bytes)

    def _note(self, seal: Seal, hidden_bytes: int) -> bool:
        place = (self.frames, self._base + self._position + hidden_bytes)
        if (seal.frames, seal.length_bytes) != place:
            return self._fail("its signature is for another place")
        if seal.head != self.head:
            # Frames before it were chained anew, as whoever restores heads does with changed ones.
            self._check_signatures(is_last=False)
            return self._fail(_UNSIGNED)
        if self.header is None or bool(seal.digest) is not (self.header.format_version >= 3):
            return self._fail("its signature is of another format version")
        self._unchecked.append(seal)
        self._signed_at = SignedAt(*place, seal.time_us)
        self._overdue = None
        return True

    def _finish(self) -> None:
        """Take the final signature, when it is what is left at the end of the file."""
        rest = self.tail
        if not rest.endswith(b"\n") or rest.find(b"\n") != len(rest) - 1 or self.frames == 0:
            return
        seal = read_seal_line(rest[:-1])
        if seal is None or not seal.is_final or not self._note(seal, self.hidden_bytes):
            return
        self.seal = seal
        self.tail = b""
        self.length_bytes += len(rest)

    def _check_signatures(self, *, is_last: bool = True) -> None:
        """Check the last signature; only when it does not hold, those before it.

        A head commits to all before it, earlier signatures included, so one that holds is the
        word for all. Where it does not, whoever could write a chain may have made all frames
        since the last one that does.

        Args:
            is_last: no later one was seen that does not hold.
        """
        if self.public_key is None:
            return
        session_id = self.session_id
        while self._unchecked:
            seal = self._unchecked.pop()
            if seal.is_signed_by(session_id, self.public_key):
                self.signed_frames = seal.frames
                self._unchecked.clear()
                break
            is_last = False
        if not is_last:
            self.seal = None
            self.frames = self.signed_frames
            self.fault = _UNSIGNED
        elif self._overdue is not None and not self._is_content and not self.fault:
            # Anybody can go on with a chain; a writer does not, for so long, without the key.
            self.frames = self._overdue
            self.fault = _OVERDUE
