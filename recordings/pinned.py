"""Files that are read more than once, and are the same each time or not at all.

Who checks evidence and then reads it opens it twice, and in between somebody may have put another
file there, or written into this one. A *pin* holds one open file, and remembers a digest of each
block that was read: so what is read later is what was checked, or an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from recordings.errors import ChangedError

_BLOCK_BYTES = 64 * 1024


class Pin:
    """One open file. Several threads may read it, each by a stream of its own."""

    def __init__(self, descriptor: int, name: str) -> None:
        """Take a descriptor over; it is closed with the last stream.

        Args:
            name: of the file, for people.
        """
        self.name = name
        self.end_bytes: int | None = None
        """What lies behind it is not read: it may come to nothing."""
        self._descriptor = descriptor
        self._seen: dict[int, tuple[int, bytes]] = {}
        weakref.finalize(self, os.close, descriptor)

    def open(self) -> io.BufferedReader:
        """Open it at its start.

        Reading raises ChangedError where bytes are not those that were read first; that more
        follow than there were is no change.
        """
        return io.BufferedReader(_PinnedStream(self), _BLOCK_BYTES)

    def size(self) -> int:
        """Tell how long it is now."""
        size = os.fstat(self._descriptor).st_size
        return size if self.end_bytes is None else min(size, self.end_bytes)

    def block(self, number: int) -> bytes:
        """Read one block, shorter only at the end.

        Raises:
            OSError: it cannot be read.
            ChangedError: it is not what it was.
        """
        start = number * _BLOCK_BYTES
        end = start + _BLOCK_BYTES
        if self.end_bytes is not None:
            end = max(start, min(end, self.end_bytes))
        data = os.pread(self._descriptor, end - start, start)
        length, digest = self._seen.get(number, (0, b""))
        if length and hashlib.sha256(data[:length]).digest() != digest:
            raise ChangedError(f"{self.name} was changed while it was read.")
        if len(data) > length:
            self._seen[number] = (len(data), hashlib.sha256(data).digest())
        return data


class _PinnedStream(io.RawIOBase):
    """The bytes of a pin, from any offset on; keeps one block."""

    def __init__(self, pin: Pin) -> None:
        self._pin = pin
        self._position = 0
        self._block, self._data = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = self._pin.size() if whence == io.SEEK_END else (0, self._position)[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        number, start = divmod(self._position, _BLOCK_BYTES)
        if number != self._block or start >= len(self._data):
            self._block, self._data = number, self._pin.block(number)
        chunk = self._data[start : start + len(buffer)]
        buffer[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)


@dataclass(slots=True)
class _Slot:
    pin: Pin | None = None
    """None until the file is opened first."""


_NONE: Mapping[Path, _Slot] = {}
_SLOTS: ContextVar[Mapping[Path, _Slot]] = ContextVar("pinned", default=_NONE)


@contextlib.contextmanager
def pinned(*paths: Path) -> Iterator[None]:
    """Have each of these files opened once by all that is called in a block.

    Streams that were opened in it stay pinned when it is over.
    """
    token = _SLOTS.set({path.absolute(): _Slot() for path in paths} | dict(_SLOTS.get()))
    try:
        yield
    finally:
        _SLOTS.reset(token)


def open_pinned(path: Path, opened: Callable[[Path], int]) -> io.BufferedReader | None:
    """Open a file that is pinned here; None: it is not.

    Args:
        opened: opens it the first time; gives a descriptor.
    """
    slots = _SLOTS.get()
    slot = slots.get(path.absolute()) if slots else None
    if slot is None:
        return None
    if slot.pin is None:
        slot.pin = Pin(opened(path), path.name)
    return slot.pin.open()
