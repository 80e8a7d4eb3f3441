"""The few file operations that evidence needs, each whole or failed."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from recordings.errors import RecordingFailure
from recordings.pinned import open_pinned

RESERVE_BYTES = 1 << 20
_RESERVE_SMALLEST_BYTES = 16 * 1024
_SMALL_BYTES_MAX = 1 << 20


def open_file(path: Path) -> io.BufferedReader:
    """Open a file to be read; where it is pinned, the very one that was opened first.

    Raises:
        OSError: it cannot be opened, or is no file.
    """
    return open_pinned(path, open_descriptor) or os.fdopen(open_descriptor(path), "rb")


def open_descriptor(path: Path) -> int:
    """Open a file to be read, and nothing else that has a name: a pipe would be waited for.

    Raises:
        OSError: it cannot be opened, or is no file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is no file but a folder", str(path))
    raise OSError(errno.EINVAL, "it is no file but a pipe or a device", str(path))


@contextlib.contextmanager
def named(path: Path) -> Iterator[None]:
    """Put the file's name into errors of reading it, which have none."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def read_small(path: Path) -> bytes:
    """Read a file that cannot be large, such as a key or a head.

    Raises:
        OSError: it cannot be read, is no file, or is larger than any of its kind.
    """
    with open_file(path) as file, named(path):
        data = file.read(_SMALL_BYTES_MAX + 1)
    if len(data) > _SMALL_BYTES_MAX:
        raise OSError(errno.EFBIG, "it is too large to be what it should be", str(path))
    return data


def is_there(path: Path) -> bool:
    """Tell whether there is something of this name, be it a link to nothing.

    Raises:
        OSError: nobody can tell.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it, however often the system writes short.

    Raises:
        OSError: some of it, or none, is written.
    """
    view = memoryview(data)
    while view:
        count = os.write(descriptor, view)
        if count <= 0:
            raise OSError(errno.EIO, "nothing was written")
        view = view[count:]


def write_new(path: Path, data: bytes) -> None:
    """Write a new file, mode 0600, durable but for its name.

    Raises:
        OSError: there is one, or it cannot be written and is not left behind.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    except OSError:
        path.unlink()
        raise
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def destroy(path: Path) -> None:
    """Overwrite a small file and remove it, both durable; harmless where there is none.

    Raises:
        OSError: it cannot be.
    """
    if not path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY)
    try:
        write_all(descriptor, secrets.token_bytes(os.fstat(descriptor).st_size))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.unlink()
    sync_folder(path.parent)


def make_folders(path: Path) -> None:
    """Make a folder and its parents, mode 0700, each durable in its own parent."""
    missing = []
    while not path.exists():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def as_failure(error: OSError, what: str = "The transcript") -> RecordingFailure:
    """Say in words why something could not be recorded, and what to do."""
    reason = error.strerror or str(error)
    return RecordingFailure(
        f"{what} could not be written ({reason}). Nothing runs unrecorded: free space or repair"
        " the disk, then try again.",
        errno=error.errno,
    )


class Reserve:
    """A file that only holds space, freed when the disk is full so that endings still fit."""

    def __init__(self, path: Path) -> None:
        """Take the file's path; it is made by ``take``."""
        self._path = path
        self._descriptor = -1

    def take(self) -> None:
        """Have the full reserve on the disk.

        Raises:
            OSError: there is no space for it.
        """
        if self._descriptor < 0:
            make_folders(self._path.parent)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(self._descriptor).st_size < RESERVE_BYTES:
            os.posix_fallocate(self._descriptor, 0, RESERVE_BYTES)

    def free(self) -> None:
        """Give the space back to the disk."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)

    def take_what_is_left(self) -> None:
        """Reserve again as much as there is space for, the full size at best."""
        size = RESERVE_BYTES
        while self._descriptor >= 0 and size >= _RESERVE_SMALLEST_BYTES:
            try:
                os.posix_fallocate(self._descriptor, 0, size)
            except OSError:
                size //= 2
            else:
                return

    def close(self) -> None:
        """Close the file; the space stays reserved."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
