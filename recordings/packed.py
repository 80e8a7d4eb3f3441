"""Reads anywhere in a recording packed by zstandard, without unpacking what comes before.

``pack`` writes one zstd frame for each half megabyte. Where frames begin is read off their own
headers (RFC 8878, section 3.1.1), so there is no table that could be missing or lie, and any
zstd file can be read so: one of a single frame is unpacked from its start.
"""

from __future__ import annotations

import bisect
import io
import mmap
from pathlib import Path
from typing import BinaryIO

import zstandard

from recordings.errors import FormatError

FRAME_BYTES = 512 * 1024
"""Plain bytes in one zstd frame: more packs no better, less costs a few per cent."""
_MAGIC = 0xFD2FB528
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_SIZE_FIELD_BYTES = (0, 2, 4, 8)
_DICTIONARY_FIELD_BYTES = (0, 1, 2, 4)
_FRAME_BYTES_MAX = 1 << 30
_GARBLED = "The packed recording is damaged or cut."


def pack(source: Path, target: Path) -> None:
    """Pack a recording that has ended, as ``ID.cast.zst`` is.

    Raises:
        OSError: it cannot be read or written.
    """
    packer = zstandard.ZstdCompressor(level=9, write_checksum=True)
    with source.open("rb") as plain, target.open("xb") as packed:
        while chunk := plain.read(FRAME_BYTES):
            packed.write(packer.compress(chunk))


class SeekablePacked(io.RawIOBase):
    """The plain bytes of a packed file, at any offset; keeps one frame unpacked."""

    def __init__(self, file: BinaryIO) -> None:
        """Find the frames.

        Raises:
            FormatError: the file is damaged, or does not say how long its frames unpack to.
        """
        self._file = file
        self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            self._plain_starts, self._packed_starts = _frames(self._data)
        except (IndexError, ValueError) as error:
            self.close()
            raise FormatError(_GARBLED) from error
        self._position = 0
        self._frame = -1
        self._unpacked = b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read at any offset."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset in the plain bytes."""
        base = (0, self._position, self._plain_starts[-1])[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Give the offset in the plain bytes."""
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read to the end of a frame at most."""
        if self._position >= self._plain_starts[-1]:
            return 0
        frame = bisect.bisect_right(self._plain_starts, self._position) - 1
        if frame != self._frame:
            self._unpacked = self._unpack(frame)
            self._frame = frame
        start = self._position - self._plain_starts[frame]
        chunk = self._unpacked[start : start + len(buffer)]
        buffer[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)

    def close(self) -> None:
        """Close the file."""
        self._data.close()
        self._file.close()
        super().close()

    def _unpack(self, frame: int) -> bytes:
        packed = self._data[self._packed_starts[frame] : self._packed_starts[frame + 1]]
        size = self._plain_starts[frame + 1] - self._plain_starts[frame]
        try:
            plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
        except zstandard.ZstdError as error:
            raise FormatError(_GARBLED) from error
        if len(plain) != size:
            raise FormatError(_GARBLED)
        return plain


def _frames(data: mmap.mmap) -> tuple[list[int], list[int]]:
    """Find where each frame begins, in plain and in packed bytes, and where the last ends."""
    plain, packed, at = [0], [0], 0
    while at < len(data):
        magic = int.from_bytes(data[at : at + 4], "little")
        if magic in _SKIPPABLE:
            at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
            packed[-1] = at
            continue
        if magic != _MAGIC:
            raise ValueError("no zstd frame")
        at, size = _frame(data, at + 4)
        plain.append(plain[-1] + size)
        packed.append(at)
    if at != len(data):
        raise ValueError("a frame is cut")
    return plain, packed


def _frame(data: mmap.mmap, at: int) -> tuple[int, int]:
    """Read one frame's header and the headers of its blocks: its end, and its plain size."""
    descriptor = data[at]
    is_single, has_checksum = descriptor >> 5 & 1, descriptor >> 2 & 1
    size_bytes = _SIZE_FIELD_BYTES[descriptor >> 6] or is_single
    if not size_bytes:
        raise ValueError("the plain size is not said")
    at += 1 + (1 - is_single) + _DICTIONARY_FIELD_BYTES[descriptor & 3]
    size = int.from_bytes(data[at : at + size_bytes], "little") + 256 * (size_bytes == 2)
    if size > _FRAME_BYTES_MAX:
        raise ValueError("a frame is too large to be unpacked at once")
    at += size_bytes
    is_last = False
    while not is_last:
        block = data[at] | data[at + 1] << 8 | data[at + 2] << 16
        is_last = bool(block & 1)
        is_run = block >> 1 & 3 == 1
        at += 3 + (1 if is_run else block >> 3)
    return at + 4 * has_checksum, size
