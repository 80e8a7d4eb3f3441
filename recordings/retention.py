"""Deletes recordings whose time is over: by two persons, never under a legal hold, on record.

All of it stands in the audit log: holds and releases, proposals, and for each recording that was
deleted a tombstone with its last frame, head and length. So the chain stays whole, and ``verify``
tells what was deleted by the rules from what is merely gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recordings.audit import (
    DELETED,
    HELD,
    RELEASED,
    AuditLog,
    AuditRow,
    SessionMarks,
    follow_rows,
    read_rows,
    sessions_in,
    verify_audit,
)
from recordings.catalog import Catalog, RecordingEntry, about_path
from recordings.disk import destroy, sync_folder
from recordings.encrypted import key_path
from recordings.errors import FormatError
from recordings.events import Scalar
from recordings.files import SUFFIXES, torn_path
from recordings.search import forget
from recordings.verify import RETURNED, verify_against

PROPOSED = "recording.expiry_proposed"
PROPOSAL_DAYS = 7
"""For so long the second person may confirm."""
_CLOCK_STEP_MAX = timedelta(minutes=2)
PROPOSAL_MAX = 500
"""Recordings in one proposal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How long one recording is kept."""

    days: int
    until: datetime | None
    """None: for ever."""


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
        until = self.term(entry, opened_at).until
        return until is not None and entry.state != "live" and until <= now

    def term(self, entry: RecordingEntry, opened_at: datetime | None = None) -> Term:
        """Tell how long a recording is kept; see ``is_over``."""
        days = self.by_target.get(entry.header.target, self.days)
        began = max(entry.header.started_at, opened_at or entry.header.started_at)
        ended = began + timedelta(seconds=max(0.0, entry.duration_s))
        return Term(days=days, until=ended + timedelta(days=days) if days > 0 else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is over, and what of it a hold keeps."""

    entries: tuple[RecordingEntry, ...]
    kept: Mapping[str, str]
    """Session and the reason of its hold."""
    terms: Mapping[str, Term] = field(default_factory=dict)
    """By which each of ``entries`` is over; the policy may be another by the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a first person asks to have deleted."""

    id: str
    by: str
    reason: str
    at: datetime
    sessions: tuple[str, ...]
    row: int = 0
    """Its line in the audit log."""


class Holds:
    """The legal holds of an audit log, followed as it grows."""

    def __init__(self, audit_path: Path) -> None:
        """Take the log; ``follow`` reads it."""
        self._path = audit_path
        self._offset = 0
        self._reasons: dict[str, list[str]] = {}
        self._last: dict[str, int] = {}
        """Session, and the line of its last hold, released since or not."""

    def follow(self) -> None:
        """Read what has been written since.

        Raises:
            OSError: the audit log cannot be read.
            FormatError: it is garbled.
        """
        if not self._path.exists():
            return
        for row, offset in follow_rows(self._path, self._offset):
            self._offset = offset
            session = str(row.fields.get("session"))
            if row.event == HELD:
                self._reasons.setdefault(session, []).append(str(row.fields.get("reason")))
                self._last[session] = row.seq
            elif row.event == RELEASED and self._reasons.get(session):
                self._reasons[session].pop()

    @property
    def reasons(self) -> dict[str, str]:
        """Give each session under a hold, and why: each hold counts until it is released."""
        return {session: "; ".join(why) for session, why in self._reasons.items() if why}

    def find_fault(self, session_id: str, proposal: Proposal) -> str:
        """Tell why a proposal does not count for a session; empty: it does."""
        if why := self._reasons.get(session_id):
            return f"a hold keeps it: {'; '.join(why)}"
        if self._last.get(session_id, 0) > proposal.row:
            return "it was held after it had been proposed, and released since: propose it anew"
        return ""

    def check(self, session_id: str, proposal: Proposal) -> None:
        """Look once more, while nobody can put a hold into the log.

        Raises:
            FormatError: a hold keeps it.
        """
        self.follow()
        if fault := self.find_fault(session_id, proposal):
            raise FormatError(fault)


def holds(audit_path: Path) -> dict[str, str]:
    """Give the sessions under a legal hold, each with its reason.

    Raises:
        OSError: the audit log cannot be read.
        FormatError: it is garbled.
    """
    found = Holds(audit_path)
    found.follow()
    return found.reasons


def hold(audit: AuditLog, session_id: str, *, by: str, reason: str) -> bool:
    """Keep a recording until it is released, whatever the policy says.

    Returns:
        Whether there is still something to read: its key was not erased.

    Raises:
        FormatError: the audit log knows no such session, or it was deleted.
        RecordingFailure: it could not be written.
    """
    found = SessionMarks()

    def check() -> None:
        nonlocal found
        marks = sessions_in(audit.path).get(session_id)
        if marks is None:
            raise FormatError(f"The audit log knows no session {session_id}.")
        if marks.deleted is not None:
            raise FormatError(f"{session_id} was deleted by retention: there is nothing to hold.")
        found = marks

    audit.record(HELD, {"session": session_id, "by": by, "reason": reason}, check=check)
    return not found.is_erased


def release(audit: AuditLog, session_id: str, *, by: str, reason: str) -> str:
    """End the last hold; where it was the only one, the policy counts again.

    Whoever puts a second hold on a recording and releases it, does not release the first.

    Returns:
        Why it is still held; empty: it is not.

    Raises:
        FormatError: there is no hold on it.
        RecordingFailure: it could not be written.
    """

    def check() -> None:
        if session_id not in holds(audit.path):
            raise FormatError(f"There is no hold on {session_id}.")

    audit.record(RELEASED, {"session": session_id, "by": by, "reason": reason}, check=check)
    return holds(audit.path).get(session_id, "")


def find_due(catalog: Catalog, audit_path: Path, policy: KeepPolicy, now: datetime) -> Due:
    """Find what is over, oldest first.

    Raises:
        OSError: the audit log cannot be read.
        FormatError: it is garbled.
    """
    held = holds(audit_path)
    known = sessions_in(audit_path)

    def opened_at(entry: RecordingEntry) -> datetime | None:
        return known.get(entry.session_id, SessionMarks()).opened_at

    entries = [
        entry
        for entry in reversed(catalog.list_entries(limit=1_000_000))
        if policy.is_over(entry, now, opened_at(entry))
    ]
    return Due(
        terms={entry.session_id: policy.term(entry, opened_at(entry)) for entry in entries},
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
    days = sorted({due.terms[session].days for session in sessions if session in due.terms})
    fields = {"by": by, "reason": reason, "sessions": " ".join(sessions)}
    # The second person, and whoever looks later, sees by which policy.
    return audit.record(PROPOSED, {**fields, "keep_days": " ".join(map(str, days))})


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
    if row.at > now + _CLOCK_STEP_MAX:
        raise FormatError(
            f"Proposal {proposal_id} is of {row.at}, and the clock was set back since."
        )
    if row.fields.get("by") == by:
        raise FormatError("Whoever proposed it cannot confirm it. A second person must.")
    return Proposal(
        id=row.id,
        by=str(row.fields.get("by")),
        reason=str(row.fields.get("reason")),
        at=row.at,
        sessions=tuple(str(row.fields.get("sessions")).split()),
        row=row.seq,
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
    held = Holds(audit.path)
    held.follow()
    for entry in due.entries:
        marks = report.sessions.get(entry.session_id, SessionMarks())
        ended = marks.sealed or marks.crashed
        # What the log holds for open is not over, whatever its file looks like.
        if entry.session_id not in proposed or ended is None:
            continue
        checked = verify_against(entry.path, public_key, report)
        # Nobody here can decrypt; that it is still the archive that was made can be checked.
        is_left = not (checked.exit_code == 2 and entry.path.suffix == ".age")
        # Put back behind its tombstone, or a deletion was broken off: it goes again.
        if not checked.is_ok and checked.state != RETURNED and is_left:
            yield entry.session_id, checked.message
            continue
        if fault := held.find_fault(entry.session_id, proposal):
            yield entry.session_id, fault
            continue
        if marks.deleted is None:
            fields: dict[str, Scalar] = {
                "session": entry.session_id,
                "frame": ended.frame,
                "head": ended.head,
                "bytes": ended.length_bytes,
                "by": by,
                "proposed_by": proposal.by,
                "proposal": proposal.id,
                "reason": proposal.reason,
            }
            term = due.terms.get(entry.session_id)
            if term is not None and term.until is not None:
                fields |= {"keep_days": term.days, "kept_until": term.until.isoformat()}
            look = partial(held.check, entry.session_id, proposal)
            try:
                audit.record(DELETED, fields, check=look)
            except FormatError as error:
                # A hold came while the recordings before it were checked.
                yield entry.session_id, str(error)
                continue
        _remove(entry.path)
        yield entry.session_id, ""


def _remove(path: Path) -> None:
    name = path.name
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    others = (path.with_name(f"{name}{suffix}") for suffix in SUFFIXES)
    destroy(key_path(path))
    for one in (about_path(path), torn_path(path), *others):
        one.unlink(missing_ok=True)
    forget(path)
    sync_folder(path.parent)


def _rows(path: Path) -> Iterable[AuditRow]:
    return read_rows(path) if path.exists() else ()
