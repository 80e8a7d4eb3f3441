"""What a reader is served of a recording: the recording itself, or a copy by the reader's rights.

The copy is a redacted one: ``verify`` proves what is left. The reader's masks stand in place of
what the reader must not see.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Self

from recordings.chain import SEAL_MARK, read_chain_line
from recordings.errors import FormatError
from recordings.files import open_stream, session_name
from recordings.heard import Heard, MaskFor, hear
from recordings.redact import CopyMaker, Redaction
from recordings.thin import FrameCutter

_CHUNK_BYTES = 1 << 18
RESULT_MARK = b', "t", "'
"""In the bytes of a recording where a result begins."""


class ReadersCopy:
    """What one reader sees of a recording, made of its bytes as they come, cut anywhere."""

    def __init__(self, mask_for: MaskFor, heard: Heard | None = None) -> None:
        """Begin before the first byte.

        Args:
            mask_for: the reader's rights, asked for each result anew.
            heard: by those rights, of the whole recording; None: it is still being written.
        """
        self._maker = CopyMaker(Redaction(), mask_for, heard)
        self._cutter = FrameCutter()

    def feed(self, data: bytes) -> bytes:
        """Take bytes of the recording and give those of the copy.

        Raises:
            FormatError: they are not those of a recording, or no part can be taken out.
        """
        made = b"".join([self._frame(*frame) for frame in self._cutter.feed(data)])
        rest = self._cutter.rest
        if SEAL_MARK in rest and rest.endswith(b"\n") and rest.count(b"\n") == 1:
            self._cutter.rest = b""
            made += rest
        return made

    def _frame(self, body: bytes, last: bytes) -> bytes:
        link = read_chain_line(last, 0, len(last) - 1)
        if link is None:
            raise FormatError("A frame is garbled.")
        return self._maker.frame(link, body)


class ServedFile:
    """One recording, open for one reader."""

    def __init__(self, opened: Callable[[], BinaryIO], mask_for: MaskFor) -> None:
        """Open it. Blocks, as all of it does.

        Args:
            opened: opens its plain bytes; called twice.

        Raises:
            OSError: it cannot be read.
            FormatError: it is encrypted or garbled, or nothing of it can be taken out.
        """
        with opened() as stream:
            heard, is_needed = hear(stream, mask_for)
        self._copy = ReadersCopy(mask_for, heard) if is_needed else None
        self._stream = opened()
        self._made = b""
        self.size_bytes = self._left = heard.length_bytes
        """Of the recording as it was heard; what is served may be longer or shorter."""

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, fewer only at the end; without a number, all.

        Raises:
            OSError: it cannot be read.
            FormatError: it is garbled, or nothing of it can be taken out.
        """
        size = sys.maxsize if size < 0 else size
        if self._copy is None:
            return self._read_heard(size)
        while len(self._made) < size and (chunk := self._read_heard(_CHUNK_BYTES)):
            self._made += self._copy.feed(chunk)
        data, self._made = self._made[:size], self._made[size:]
        return data

    def _read_heard(self, size: int) -> bytes:
        """Read on, and never what has come since: nobody has judged who may see that."""
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def __enter__(self) -> Self:
        """Close it at the end of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


@contextlib.contextmanager
def served_copy(
    path: Path, mask_for: MaskFor, *, identity: Path | None = None
) -> Iterator[Path | None]:
    """Write a copy by a reader's rights, for as long as it is read; None: none is needed.

    Raises:
        OSError: the recording cannot be read, or the copy not be written.
        FormatError: it is garbled, or nothing of it can be taken out.
    """
    opened = partial(open_stream, path, identity)
    with opened() as stream:
        _, is_needed = hear(stream, mask_for)
    if not is_needed:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"{session_name(path)}.cast"
        with ServedFile(opened, mask_for) as served, copy.open("wb") as file:
            while chunk := served.read(_CHUNK_BYTES):
                file.write(chunk)
        yield copy
