"""Deletes recordings whose time is over: by two persons, never under a legal hold, on record.

All of it stands in the audit log: holds and releases, proposals, and for each recording that was
deleted a tombstone with its last frame, head and length. So the chain stays whole, and ``verify``
tells what was deleted by the rules from what is merely gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recordings.audit import (
    DELETED,
    AuditLog,
    AuditRow,
    SessionMarks,
    read_rows,
    sessions_in,
    verify_audit,
)
from recordings.catalog import Catalog, RecordingEntry, about_path
from recordings.disk import destroy, sync_folder
from recordings.encrypted import key_path
from recordings.errors import FormatError
from recordings.files import SUFFIXES
from recordings.search import forget
from recordings.verify import verify_against

HELD = "recording.held"
RELEASED = "recording.released"
PROPOSED = "recording.expiry_proposed"
PROPOSAL_DAYS = 7
"""For so long the second person may confirm."""
PROPOSAL_MAX = 500
"""Recordings in one proposal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPolicy:
    """How long recordings are kept."""

    days: int = 0
    """0: for ever."""
    by_target: Mapping[str, int] = field(default_factory=dict)

    def is_over(
        self, entry: RecordingEntry, now: datetime, opened_at: datetime | None = None
    ) -> bool:
        """Tell whether a recording that has ended may go.

        Args:
            opened_at: by the audit log, which counts where the file says that it is older.
        """
        days = self.by_target.get(entry.header.target, self.days)
        began = max(entry.header.started_at, opened_at or entry.header.started_at)
        ended = began + timedelta(seconds=entry.duration_s)
        return days > 0 and entry.state != "live" and ended + timedelta(days=days) <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is over, and what of it a hold keeps."""

    entries: tuple[RecordingEntry, ...]
    kept: Mapping[str, str]
    """Session and the reason of its hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a first person asks to have deleted."""

    id: str
    by: str
    reason: str
    at: datetime
    sessions: tuple[str, ...]


def holds(audit_path: Path) -> dict[str, str]:
    """Give the sessions under a legal hold, each with its reason.

    Raises:
        OSError: the audit log cannot be read.
        FormatError: it is garbled.
    """
    held: dict[str, str] = {}
    for row in _rows(audit_path):
        session = str(row.fields.get("session"))
        if row.event == HELD:
            held[session] = str(row.fields.get("reason"))
        elif row.event == RELEASED:
            held.pop(session, None)
    return held


def hold(audit: AuditLog, session_id: str, *, by: str, reason: str) -> None:
    """Keep a recording until it is released, whatever the policy says.

    Raises:
        FormatError: the audit log knows no such session.
        RecordingFailure: it could not be written.
    """
    _check_known(audit, session_id)
    audit.record(HELD, {"session": session_id, "by": by, "reason": reason})


def release(audit: AuditLog, session_id: str, *, by: str, reason: str) -> None:
    """End a hold; the policy counts again.

    Raises:
        FormatError: there is no hold on it.
        RecordingFailure: it could not be written.
    """
    if session_id not in holds(audit.path):
        raise FormatError(f"There is no hold on {session_id}.")
    audit.record(RELEASED, {"session": session_id, "by": by, "reason": reason})


def find_due(catalog: Catalog, audit_path: Path, policy: KeepPolicy, now: datetime) -> Due:
    """Find what is over, oldest first.

    Raises:
        OSError: the audit log cannot be read.
        FormatError: it is garbled.
    """
    held = holds(audit_path)
    known = sessions_in(audit_path)
    entries = [
        entry
        for entry in reversed(catalog.list_entries(limit=1_000_000))
        if policy.is_over(entry, now, known.get(entry.session_id, SessionMarks()).opened_at)
    ]
    return Due(
        entries=tuple(entry for entry in entries if entry.session_id not in held),
        kept={one.session_id: held[one.session_id] for one in entries if one.session_id in held},
    )


def propose(audit: AuditLog, due: Due, *, by: str, reason: str) -> str:
    """Ask, as the first person, for what is due to be deleted; gives the proposal's id.

    Raises:
        FormatError: nothing is due.
        RecordingFailure: it could not be written.
    """
    sessions = [entry.session_id for entry in due.entries[:PROPOSAL_MAX]]
    if not sessions:
        raise FormatError("No recording is due to be deleted.")
    fields = {"by": by, "reason": reason, "sessions": " ".join(sessions)}
    return audit.record(PROPOSED, fields)


def find_proposal(
    audit: AuditLog, proposal_id: str, *, by: str, now: datetime, event: str = PROPOSED
) -> Proposal:
    """Find a proposal that a second person may confirm now.

    Args:
        event: what was proposed.

    Raises:
        FormatError: there is none, it is too old, or it is the same person's.
    """
    for row in _rows(audit.path):
        if row.event == event and row.id == proposal_id:
            break
    else:
        raise FormatError(f"There is no proposal {proposal_id}.")
    if row.at + timedelta(days=PROPOSAL_DAYS) < now:
        raise FormatError(
            f"Proposal {proposal_id} is older than {PROPOSAL_DAYS} days. Make it anew."
        )
    if row.fields.get("by") == by:
        raise FormatError("Whoever proposed it cannot confirm it. A second person must.")
    return Proposal(
        id=row.id,
        by=str(row.fields.get("by")),
        reason=str(row.fields.get("reason")),
        at=row.at,
        sessions=tuple(str(row.fields.get("sessions")).split()),
    )


def delete(
    audit: AuditLog, public_key: Ed25519PublicKey, proposal: Proposal, due: Due, *, by: str
) -> Iterator[tuple[str, str]]:
    """Delete, as the second person, what was proposed and is still due.

    The tombstone is on the disk before the file goes; broken off, it may be done again. What is
    not right is left for somebody to look into: a tombstone would hide that it was changed. Of an
    encrypted one, its bytes are compared with the archive that the audit log saw.

    Yields:
        Each session, and why it was left; empty: it is deleted.

    Raises:
        OSError: a file cannot be deleted.
        RecordingFailure: a tombstone could not be written.
    """
    report = verify_audit(audit.path, public_key)
    proposed = set(proposal.sessions)
    for entry in due.entries:
        marks = report.sessions.get(entry.session_id, SessionMarks())
        ended = marks.sealed or marks.crashed
        # What the log holds for open is not over, whatever its file looks like.
        if entry.session_id not in proposed or ended is None:
            continue
        checked = verify_against(entry.path, public_key, report)
        # Nobody here can decrypt; that it is still the archive that was made can be checked.
        if not checked.is_ok and not (checked.exit_code == 2 and entry.path.suffix == ".age"):
            yield entry.session_id, checked.message
            continue
        if marks.deleted is None:
            audit.record(
                DELETED,
                {
                    "session": entry.session_id,
                    "frame": ended.frame,
                    "head": ended.head,
                    "bytes": ended.length_bytes,
                    "by": by,
                    "proposed_by": proposal.by,
                    "proposal": proposal.id,
                    "reason": proposal.reason,
                },
            )
        _remove(entry.path)
        yield entry.session_id, ""


def _remove(path: Path) -> None:
    name = path.name
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    others = (path.with_name(f"{name}{suffix}") for suffix in (*SUFFIXES, ".cast.torn"))
    destroy(key_path(path))
    for one in (about_path(path), *others):
        one.unlink(missing_ok=True)
    forget(path)
    sync_folder(path.parent)


def _check_known(audit: AuditLog, session_id: str) -> None:
    if session_id not in sessions_in(audit.path):
        raise FormatError(f"The audit log knows no session {session_id}.")


def _rows(path: Path) -> Iterable[AuditRow]:
    return read_rows(path) if path.exists() else ()
