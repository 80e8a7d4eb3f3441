"""Reads anywhere in a recording packed by zstandard, without unpacking what comes before.

``pack`` writes a zstd frame for frame 0, and one for each 128 KiB of others; in each, the first
chain line is whole and those behind it thin (see ``thin``), so that reading can begin at any. Where
zstd frames begin is read off their own headers (RFC 8878, section 3.1.1); behind each stands a
skippable one with the length that it has when heads are back. Readers check it. Any zstd file can
be read so: one of a single frame is unpacked from its start.
"""

from __future__ import annotations

import bisect
import io
import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, overload

import zstandard

from recordings.disk import open_file
from recordings.errors import FormatError
from recordings.thin import FrameCutter, Heads, Restorer, thin_line

FRAME_BYTES = 128 * 1024
"""Plain bytes in one zstd frame: more packs a little better, and takes longer to seek in."""
_READ_BYTES = 1 << 20
_LEVEL, _LEVEL_SMALL, _SMALL_BYTES = 9, 15, 4 << 20
"""Typing packs a fifth better at the higher level, in half a second; much output does not, and
would take half a minute."""
_MAGIC = 0xFD2FB528
_LENGTH_BYTES = 8
_LENGTH_HEAD = (0x184D2A5B).to_bytes(4, "little") + _LENGTH_BYTES.to_bytes(4, "little")
"""Of the skippable frame behind each other one."""
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
    level = _LEVEL_SMALL if source.stat().st_size <= _SMALL_BYTES else _LEVEL
    packer = zstandard.ZstdCompressor(level=level, write_checksum=True)
    with open_file(source) as plain, target.open("xb") as packed:
        for length, thin in _portions(plain):
            packed.write(packer.compress(thin))
            packed.write(_LENGTH_HEAD + length.to_bytes(_LENGTH_BYTES, "little"))


def _portions(plain: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield what goes into one zstd frame each, and how long it is as it lies in the file."""
    heads, cutter = Heads(), FrameCutter()
    parts: list[bytes] = []
    length = 0
    is_start = True
    while chunk := plain.read(_READ_BYTES):
        for body, last in cutter.feed(chunk):
            thin = thin_line(heads, body, last)
            parts += (body, thin if parts else last)
            length += len(body) + len(last)
            if is_start or length >= FRAME_BYTES:
                yield length, b"".join(parts)
                parts, length, is_start = [], 0, False
    if rest := b"".join((*parts, cutter.rest)):
        yield length + len(cutter.rest), rest


@dataclass(slots=True)
class Table:
    """Where the zstd frames of a packed file begin, up to the first that is damaged or cut."""

    data: mmap.mmap | bytes | _Slices
    plain_starts: list[int] = field(default_factory=lambda: [0])
    packed_starts: list[int] = field(default_factory=lambda: [0])
    """The last of each is where the last frame ends."""
    is_whole: bool = True


def read_table(file: BinaryIO) -> Table | None:
    """Find the frames of a packed file, on the disk or in memory.

    Returns:
        None: it does not say how long its frames unpack to, and can be read from its start only.
    """
    table = Table(_sliceable(file))
    try:
        _find_frames(table)
    except _UnsizedError:
        file.seek(0)
        return None
    except (IndexError, ValueError):
        table.is_whole = False
    return table


class SeekablePacked(io.RawIOBase):
    """The plain bytes of a packed file, at any offset; keeps one frame unpacked."""

    def __init__(self, file: BinaryIO, table: Table) -> None:
        """Take the file, closed with this, and where its frames are."""
        self._file = file
        self._data = table.data
        self._plain_starts, self._packed_starts = table.plain_starts, table.packed_starts
        self._is_whole = table.is_whole
        self._position = 0
        self._frame = -1
        self._unpacked = b""
        self._heads: Heads | None = None

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
        """Read to the end of a frame at most.

        Raises:
            FormatError: what is there is damaged, or the file is cut.
        """
        if self._position >= self._plain_starts[-1]:
            if not self._is_whole:
                raise FormatError(_GARBLED)
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
        if isinstance(self._data, mmap.mmap):
            self._data.close()
        self._file.close()
        super().close()

    def _unpack(self, frame: int) -> bytes:
        packed = self._data[self._packed_starts[frame] : self._packed_starts[frame + 1]]
        size = self._plain_starts[frame + 1] - self._plain_starts[frame]
        if frame and self._heads is None:
            self._unpack(0)
        try:
            thin = zstandard.ZstdDecompressor().decompress(packed)
        except zstandard.ZstdError as error:
            raise FormatError(_GARBLED) from error
        restorer = Restorer(self._heads)
        plain = restorer.feed(thin) + restorer.finish()
        if len(plain) != size:
            raise FormatError(_GARBLED)
        self._heads = restorer.heads
        return plain


def _sliceable(file: BinaryIO) -> mmap.mmap | bytes | _Slices:
    if isinstance(file, io.BytesIO):
        return file.read()
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except io.UnsupportedOperation:
        # A pinned file is read by its streams alone.
        return _Slices(file)


class _Slices:
    """The bytes of a stream, as if they were in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, io.SEEK_END)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> bytes: ...
    def __getitem__(self, at: int | slice) -> int | bytes:
        start, stop = (at.start, at.stop) if isinstance(at, slice) else (at, at + 1)
        self._file.seek(start or 0)
        data = self._file.read(max(0, (self._size if stop is None else stop) - (start or 0)))
        return data if isinstance(at, slice) else data[0]


class _UnsizedError(Exception):
    """A frame does not say how long it unpacks to."""


def _find_frames(table: Table) -> None:
    """Add each frame to a table.

    Raises:
        IndexError, ValueError: what follows is no whole frame.
    """
    data, plain, packed = table.data, table.plain_starts, table.packed_starts
    at, has_lengths = 0, False
    while at < len(data):
        magic = int.from_bytes(data[at : at + 4], "little")
        if magic in _SKIPPABLE and not has_lengths:
            at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
            packed[-1] = at
            continue
        if magic != _MAGIC:
            raise ValueError("no zstd frame")
        end, size = _frame(data, at + 4)
        tail = data[end : end + len(_LENGTH_HEAD) + _LENGTH_BYTES]
        # All of them have a length behind them, or none: so a cut one is missed.
        has_lengths = has_lengths or (len(plain) == 1 and tail.startswith(_LENGTH_HEAD))
        if has_lengths:
            if not tail.startswith(_LENGTH_HEAD):
                raise ValueError("a length is missing")
            size = max(size, int.from_bytes(tail[len(_LENGTH_HEAD) :], "little"))
            end += len(_LENGTH_HEAD) + _LENGTH_BYTES
        if size > _FRAME_BYTES_MAX or end > len(data):
            raise ValueError("a frame is cut, or too large to be unpacked at once")
        at = end
        plain.append(plain[-1] + size)
        packed.append(at)
    if at != len(data):
        raise ValueError("a frame is cut")


def _frame(data: mmap.mmap | bytes | _Slices, at: int) -> tuple[int, int]:
    """Read one frame's header and the headers of its blocks: its end, and its plain size."""
    descriptor = data[at]
    is_single, has_checksum = descriptor >> 5 & 1, descriptor >> 2 & 1
    size_bytes = _SIZE_FIELD_BYTES[descriptor >> 6] or is_single
    if not size_bytes:
        raise _UnsizedError
    at += 1 + (1 - is_single) + _DICTIONARY_FIELD_BYTES[descriptor & 3]
    size = int.from_bytes(data[at : at + size_bytes], "little") + 256 * (size_bytes == 2)
    at += size_bytes
    is_last = False
    while not is_last:
        block = data[at] | data[at + 1] << 8 | data[at + 2] << 16
        is_last = bool(block & 1)
        is_run = block >> 1 & 3 == 1
        at += 3 + (1 if is_run else block >> 3)
    return at + 4 * has_checksum, size
