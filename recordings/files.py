"""Opens recordings as they lie on the disk: plain, packed by zstandard, or that and encrypted."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
from dataclasses import dataclass, field
from datetime import UTC
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

import zstandard

from recordings.age import MAGIC as _AGE_MAGIC
from recordings.age import open_decrypted
from recordings.disk import open_descriptor, open_file
from recordings.encrypted import decrypted, encrypted_header, read_key
from recordings.errors import FormatError
from recordings.events import Header
from recordings.packed import SeekablePacked, read_table

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
SUFFIXES = (".cast", ".cast.zst", ".cast.zst.age")
DAYS = "[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]"
"""The folders under the root that hold recordings; in no other is one looked for."""
_DAY_DEPTH = 3
_ASTRAY = "lies in no folder of a day (YYYY/MM/DD)"


def open_stream(path: Path, identity: Path | None = None) -> BinaryIO:
    """Open what a recording says, in any of its forms, told apart by content.

    It can be read anywhere, but for one that was encrypted as it was written, and a zstd file that
    does not say how long its frames are.

    Args:
        identity: file with the age key of an encrypted one.

    Raises:
        OSError: it cannot be read.
        FormatError: it is encrypted, and not for this identity.
    """
    stream = open_chained(path, identity)
    try:
        header = encrypted_header(stream)
        if header is None:
            return stream
        return decrypted(stream, read_key(path, header.session_id, identity))
    except (OSError, FormatError):
        stream.close()
        raise


def open_chained(path: Path, identity: Path | None = None) -> BinaryIO:
    """Open a recording as it was written, which is what chain and audit log speak of.

    Of one that was encrypted as it was written, that needs no key.

    Raises:
        OSError: it cannot be read.
        FormatError: it was encrypted when it was archived, and not for this identity.
    """
    file = open_file(path)
    start = file.peek(len(_AGE_MAGIC))
    if start.startswith(_AGE_MAGIC):
        file.close()
        return unpacked(open_decrypted(path, identity))
    return unpacked(file) if start.startswith(_ZSTD_MAGIC) else file


def is_encrypted_within(path: Path) -> bool:
    """Tell whether a recording was encrypted as it was written.

    Raises:
        OSError: it cannot be read.
        FormatError: it was encrypted when it was archived.
    """
    with open_chained(path) as stream:
        return encrypted_header(stream) is not None


def unpacked(file: BinaryIO) -> BinaryIO:
    """Unpack what zstandard packed; closing it closes the file.

    Reading raises FormatError where it is damaged or cut.
    """
    table = read_table(file)
    if table is not None:
        return io.BufferedReader(SeekablePacked(file, table), 1 << 16)
    # Across frames: what is glued behind a packed recording must not go unseen.
    unpacker = zstandard.ZstdDecompressor().stream_reader(
        file, read_across_frames=True, closefd=True
    )
    return io.BufferedReader(_Unpacked(unpacker), 1 << 20)


class _Unpacked(io.RawIOBase):
    """Turns the unpacker's own errors into ours."""

    def __init__(self, reader: zstandard.ZstdDecompressionReader) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            chunk = self._reader.read(len(buffer))
        except zstandard.ZstdError as error:
            raise FormatError("The packed recording is damaged or cut.") from error
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._reader.close()  # type: ignore[no-untyped-call]
        super().close()


def is_encrypted(path: Path) -> bool:
    """Tell by its first bytes whether a recording is encrypted with age.

    Raises:
        OSError: it cannot be read.
    """
    with open_file(path) as file:
        return file.read(len(_AGE_MAGIC)) == _AGE_MAGIC


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a file, in hex.

    Raises:
        OSError: it cannot be read.
    """
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def day_of(header: Header) -> str:
    """Name the folder that a recording lies in: ``YYYY/MM/DD``, by when it began (UTC)."""
    return f"{header.started_at.astimezone(UTC):%Y/%m/%d}"


@dataclass(slots=True)
class Survey:
    """All that lies under a root and is named like a recording."""

    recordings: list[Path] = field(default_factory=list)
    """Files in the folders of days."""
    strange: list[tuple[Path, str]] = field(default_factory=list)
    """What is no recording, and why: no file, or in no folder of a day."""
    unreadable: list[OSError] = field(default_factory=list)
    """Of folders: what lies in them cannot be told."""

    def names(self) -> set[str]:
        """Name the sessions that there are recordings of."""
        return {session_name(path) for path in self.recordings}


def survey(root: Path) -> Survey:
    """Look through all folders under a root; links to folders are followed on the way to a day.

    Reads names alone, and raises nothing. A root that is not there holds nothing.
    """
    found, folders = Survey(), [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                folders += [Path(entry.path) for entry in entries if _look(entry, root, found)]
        except FileNotFoundError:
            pass
        except OSError as error:
            found.unreadable.append(error)
    found.recordings.sort()
    return found


def _look(entry: os.DirEntry[str], root: Path, found: Survey) -> bool:
    """Note one entry of a folder; tells whether it is a folder to look into."""
    path = Path(entry.path)
    way = path.parent.relative_to(root).parts
    try:
        is_file = entry.is_file()
        is_folder = entry.is_dir(follow_symlinks=len(way) < _DAY_DEPTH)
    except OSError as error:
        found.unreadable.append(error)
        return False
    if path.name.endswith(SUFFIXES):
        if not is_file:
            found.strange.append((path, "is no file"))
        elif len(way) == _DAY_DEPTH and path.parent.match(DAYS):
            found.recordings.append(path)
        else:
            found.strange.append((path, _ASTRAY))
    return is_folder


def days(root: Path) -> list[Path]:
    """Give the folders of days under a root, the newest first.

    Raises:
        OSError: a folder on the way to one cannot be read; what lies in it cannot be told.
    """
    found = [root] if root.exists() else []
    for pattern in DAYS.split("/"):
        found = [
            Path(entry.path)
            for folder in found
            for entry in os.scandir(folder)
            if fnmatchcase(entry.name, pattern) and entry.is_dir()
        ]
    return sorted(found, reverse=True)


def is_named_by_form(path: Path) -> bool:
    """Tell whether a file is plain, packed or encrypted as its name says; most names say nothing.

    Raises:
        OSError: it cannot be read.
    """
    with open_file(path) as file:
        start = file.read(len(_AGE_MAGIC))
    is_packed, is_aged = start.startswith(_ZSTD_MAGIC), start == _AGE_MAGIC
    forms = {".cast": not (is_packed or is_aged), ".zst": is_packed, ".age": is_aged}
    return not path.name.endswith(SUFFIXES) or forms[path.suffix]


def torn_path(recording: Path) -> Path:
    """Name the file beside a recording that keeps what recovery cut off it."""
    return recording.with_name(f"{session_name(recording)}.cast.torn")


def is_in_place(path: Path) -> bool:
    """Tell whether a file lies in the folder of a day, where recordings are kept."""
    return path.absolute().parent.match(DAYS)


def session_name(path: Path) -> str:
    """Give the session id that a file's name claims."""
    name = path.name
    for suffix in reversed(SUFFIXES):
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return path.stem


def is_being_written(path: Path) -> bool:
    """Tell whether a living writer holds the file's lock.

    Raises:
        OSError: it cannot be opened.
    """
    # Anew, pinned or not: what is locked here is let go at once.
    descriptor = open_descriptor(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
