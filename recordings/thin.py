r"""Leaves the heads out of chain lines, and puts them back.

A head is 32 random bytes for each key press: nothing packs them, and of an archive they were two
thirds. But a head follows from its frame and the head before, so in an archive a chain line may be
thin, ``[time, "c", "{\"frame\":n}"]``, and whoever reads it computes the head. What was changed
gives other heads than those that were signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recordings.chain import CHAIN_MARK, GENESIS, ChainLink, chain_line, frame_head, read_chain_line
from recordings.commitments import CommitmentReader
from recordings.errors import FormatError
from recordings.events import decode_header, line

_THIN_LINE = re.compile(
    rb'\[(0|[1-9][0-9]{0,11})\.([0-9]{6}), "c", "\{\\"frame\\":(0|[1-9][0-9]{0,17})\}"\]\n'
)


class Heads:
    """Computes the heads of one recording's frames, in order from any whole chain line on."""

    def __init__(self) -> None:
        """Start before frame 0."""
        self._head = GENESIS
        self._version = 0
        self._commitments = CommitmentReader()

    def begin(self, body: bytes) -> None:
        """Take what frame 0 says of all others.

        Raises:
            FormatError: it is no frame 0 of a recording.
        """
        self._version = decode_header(body.split(b"\n", 1)[0]).format_version
        if self._version > 1:
            self._commitments.head(GENESIS, 0, 0, body)

    def resume(self, head: bytes) -> None:
        """Go on behind a frame of this head."""
        self._head = head

    def next(self, time_us: int, frame: int, body: bytes) -> bytes:
        """Give the head of the frame behind the last.

        Raises:
            FormatError: its body is not of the format that frame 0 says.
        """
        if frame == 0:
            self.begin(body)
        if self._version == 1:
            self._head = frame_head(self._head, frame, time_us, body)
        else:
            self._head = self._commitments.head(self._head, frame, time_us, body)
        return self._head


class FrameCutter:
    """Cuts the bytes of a recording, as they come, into frames."""

    def __init__(self) -> None:
        """Start where a frame begins."""
        self.rest = b""
        """What is no whole frame yet."""
        self._searched = 0

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Take bytes and yield the body and the chain line of each frame that is now whole."""
        whole, self.rest = self.rest + data, b""
        start, searched = 0, self._searched
        while (mark := whole.find(CHAIN_MARK, searched)) >= 0:
            end = whole.find(b"\n", mark) + 1
            if not end:
                break
            line_start = whole.rfind(b"\n", start, mark) + 1 or start
            yield whole[start:line_start], whole[line_start:end]
            start = searched = end
        self.rest = whole[start:]
        at = mark if mark >= 0 else max(searched, len(whole) - len(CHAIN_MARK))
        self._searched = max(0, at - start)


class Restorer:
    """Puts the heads back into the bytes of a recording as they come."""

    def __init__(self, heads: Heads | None = None) -> None:
        """Start at frame 0; or at any frame with ``heads`` that know frame 0."""
        self.heads = Heads() if heads is None else heads
        self._cutter = FrameCutter()

    def feed(self, data: bytes) -> bytes:
        """Take bytes and give all frames that are now whole, each with its head.

        Raises:
            FormatError: a head is missing and cannot be computed.
        """
        return b"".join(body + self._whole(body, last) for body, last in self._cutter.feed(data))

    def finish(self) -> bytes:
        """Give what follows the last whole frame."""
        return self._cutter.rest

    def _whole(self, body: bytes, last: bytes) -> bytes:
        found = _THIN_LINE.fullmatch(last)
        if found is not None:
            seconds, micros, frame = map(int, found.groups())
            link = ChainLink(seconds * 1_000_000 + micros, frame, b"")
            head = self.heads.next(link.time_us, frame, body)
            return chain_line(link._replace(head=head))
        # What is wrong with such a line is for those to tell who check it.
        link_there = read_chain_line(last, 0, len(last) - 1)
        if link_there is not None:
            self.heads.resume(link_there.head)
            if link_there.frame == 0:
                self.heads.begin(body)
        return last


def thin_line(heads: Heads, body: bytes, last: bytes) -> bytes:
    """Give a frame's chain line without its head, where ``heads`` give it back; else as it is."""
    link = read_chain_line(last, 0, len(last) - 1)
    if link is None:
        return last
    try:
        head = heads.next(link.time_us, link.frame, body)
    except FormatError:
        head = b""
    if head != link.head:
        heads.resume(link.head)
        return last
    return line(link.time_us, "c", f'{{"frame":{link.frame}}}')
