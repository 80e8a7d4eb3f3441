"""Errors of this package.

RecordingError
├── RecordingFailure   a transcript or the audit log could not be written
└── FormatError        what is read is not a recording, or is damaged
    ├── ChangedError   a check found that it is not what was recorded
    ├── EncryptedError it is encrypted, and no key was named
    └── KeyFormatError a file that should hold a key holds none
"""

from __future__ import annotations


class RecordingError(Exception):
    """Carry a sentence for people: what happened and what to do next, never a value."""


class RecordingFailure(RecordingError):  # noqa: N818 - the failure is the fact reported
    """What should have been recorded is not on the disk; what waits for it must not happen."""

    def __init__(self, message: str, *, errno: int | None = None) -> None:
        """Keep the operating system's error number, where one is the cause."""
        super().__init__(message)
        self.errno = errno


class FormatError(RecordingError):
    """A line, file or key is not what it should be; says where."""


class ChangedError(FormatError):
    """A recording is not what was recorded, or nobody can tell; says what was found."""


class EncryptedError(FormatError):
    """It is encrypted, and there is no key to read it with; says what to do."""


class KeyFormatError(FormatError):
    """What should hold a key holds none, so nothing can be told of what it is the key to."""
