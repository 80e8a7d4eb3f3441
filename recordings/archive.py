"""Packs recordings that have ended, and encrypts them where there are recipients.

The plain file goes only when its archive is on the disk and unpacks to the very same bytes. Of an
encrypted one, a small file ``ID.about.json`` keeps what lists show, without any text of a session:
it is for lists alone. The audit log keeps the digests of both, so that ``verify`` tells without the
identity whether they are what was archived.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recordings.age import encrypt
from recordings.audit import ARCHIVED, AuditLog
from recordings.catalog import Catalog, RecordingEntry, about_path, read_entry
from recordings.disk import open_file, sync_folder
from recordings.errors import FormatError
from recordings.events import Scalar
from recordings.files import file_digest, is_encrypted_within, session_name, unpacked
from recordings.packed import pack
from recordings.pinned import pinned
from recordings.retention import holds
from recordings.search import forget
from recordings.verify import verify_recording

_CHUNK_BYTES = 1 << 20
_NOT_LISTED = ("command", "title")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """One recording that was packed."""

    session_id: str
    path: Path
    before_bytes: int
    after_bytes: int


def archivable(catalog: Catalog, *, before: datetime) -> list[RecordingEntry]:
    """List the sealed, plain recordings that began before a moment, oldest first."""
    entries = catalog.list_entries(limit=1_000_000)
    return [
        entry
        for entry in reversed(entries)
        if entry.state == "sealed"
        and entry.path.suffix == ".cast"
        and entry.header.started_at <= before
    ]


def archive(
    entry: RecordingEntry,
    public_key: Ed25519PublicKey,
    audit: AuditLog,
    *,
    recipients: Sequence[str] = (),
    by: str,
    checkpoint: Callable[[str], None] = lambda _: None,
) -> Archived:
    """Put ``ID.cast.zst``, or ``ID.cast.zst.age``, in place of a sealed recording.

    May be broken off at any point and done again. The act is in the audit log before the plain
    file goes.

    Args:
        recipients: of age; none: packed and not encrypted. One that was encrypted as it was
            written is only packed.
        by: who asks, for the audit log.
        checkpoint: called with the name of each step done; for tests.

    Raises:
        OSError: a file cannot be read or written.
        FormatError: the recording is not right, or its archive is not; or a hold keeps it, which
            nobody may make unreadable to others by encrypting it to themselves.
        RecordingFailure: the audit log could not be written.
    """
    plain = entry.path
    scratch = [plain.with_name(f".{plain.name}.{secrets.token_hex(4)}") for _ in range(2)]
    # What was checked is what is packed, and its archive what the audit log vouches for.
    with pinned(plain, *scratch):
        return _archive(
            entry,
            public_key,
            audit,
            scratch,
            recipients=recipients,
            by=by,
            checkpoint=checkpoint,
        )


def _archive(
    entry: RecordingEntry,
    public_key: Ed25519PublicKey,
    audit: AuditLog,
    scratch: Sequence[Path],
    *,
    recipients: Sequence[str],
    by: str,
    checkpoint: Callable[[str], None],
) -> Archived:
    plain = entry.path
    report = verify_recording(plain, public_key, audit.path)
    if report.state != "sealed":
        raise FormatError(f"Not archived, and left as it is: {report.message}")
    if is_encrypted_within(plain):
        # Its content is under a key of its own, which could not be erased under another.
        recipients = ()

    _check_readable(audit, plain, recipients)
    target = plain.with_name(plain.name + (".zst.age" if recipients else ".zst"))
    for left in plain.parent.glob(f".{plain.name}.*"):
        # Of a run that was killed, and perhaps not encrypted.
        left.unlink()
    try:
        pack(plain, scratch[0])
        ready = scratch[0]
        content: BinaryIO = open_file(ready)
        if recipients:
            content.close()
            ready = scratch[1]
            content = io.BytesIO(encrypt(scratch[0], ready, recipients))
        with content:
            _check_same(plain, content)
        about = _write_about(plain) if recipients else ""
        ready.chmod(0o600)
        _sync_file(ready)
        checkpoint("written")
        _record(audit, plain, target, ready, about, recipients=recipients, by=by)
        ready.replace(target)
    finally:
        for path in scratch:
            path.unlink(missing_ok=True)
    sync_folder(plain.parent)
    checkpoint("placed")
    before_bytes = plain.stat().st_size
    plain.unlink()
    if recipients:
        forget(plain)
    sync_folder(plain.parent)
    return Archived(
        session_id=entry.session_id,
        path=target,
        before_bytes=before_bytes,
        after_bytes=target.stat().st_size,
    )


def _check_readable(audit: AuditLog, plain: Path, recipients: Sequence[str]) -> None:
    if recipients and session_name(plain) in holds(audit.path):
        raise FormatError(f"A hold keeps {session_name(plain)} readable: it is not encrypted.")


def _record(
    audit: AuditLog,
    plain: Path,
    target: Path,
    ready: Path,
    about: str,
    *,
    recipients: Sequence[str],
    by: str,
) -> None:
    fields: dict[str, Scalar] = {
        "session": session_name(plain),
        "by": by,
        "form": target.name.removeprefix(plain.name)[1:],
        "sha256": file_digest(ready),
    }
    if recipients:
        fields["about"] = about
        fields["recipients"] = " ".join(recipients)
    try:
        audit.record(ARCHIVED, fields, check=lambda: _check_readable(audit, plain, recipients))
    except FormatError:
        about_path(plain).unlink(missing_ok=True)
        raise


def _check_same(plain: Path, packed: BinaryIO) -> None:
    """Hold what the archive unpacks to against the plain file, byte by byte."""
    with open_file(plain) as original, unpacked(packed) as copy:
        while True:
            chunk = original.read(_CHUNK_BYTES)
            if chunk != copy.read(_CHUNK_BYTES):
                raise FormatError(f"The archive of {plain.name} came out wrong; it is left plain.")
            if not chunk:
                return


def _write_about(plain: Path) -> str:
    """Write down what lists show, once it is encrypted; gives its SHA-256.

    Nothing that a list has read before the recording was checked goes into it.
    """
    entry = read_entry(plain)
    header = dataclasses.asdict(entry.header)
    header["started_at"] = entry.header.started_at.isoformat()
    about = {name: value for name, value in header.items() if name not in _NOT_LISTED}
    document = {
        "header": about,
        "duration_s": entry.duration_s,
        "statements": entry.statements,
        "held": entry.held,
        "denied": entry.denied,
        "end_reason": entry.end_reason,
    }
    data = json.dumps(document).encode() + b"\n"
    path = about_path(plain)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(data).hexdigest()


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
