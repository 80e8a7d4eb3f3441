"""Erases what one encrypted recording holds, by destroying its key: by two persons, on record.

The recording itself stays as it was, and with it chain, signatures and audit log. A legal hold
keeps the key, as it keeps a recording. Copies of the key in backups are not reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recordings.audit import ERASED, AuditLog, AuditReport, SessionMarks, verify_audit
from recordings.catalog import Catalog
from recordings.disk import destroy
from recordings.encrypted import key_path
from recordings.errors import FormatError
from recordings.files import is_encrypted, is_encrypted_within
from recordings.retention import Holds, Proposal, find_proposal, holds
from recordings.verify import verify_against

PROPOSED = "recording.erasure_proposed"


def propose_erasure(audit: AuditLog, recording: Path, session_id: str, *, by: str, why: str) -> str:
    """Ask, as the first person, for a recording to be made unreadable; gives the proposal's id.

    Raises:
        OSError: it cannot be read.
        FormatError: it has no key of its own, or a hold keeps it.
        RecordingFailure: it could not be written.
    """
    if is_encrypted(recording) or not is_encrypted_within(recording):
        raise FormatError(
            f"{recording.name} has no key of its own: it was not encrypted as it was written."
            " It can be deleted when its time is over: bastion recording expire"
        )
    if session_id in holds(audit.path):
        raise FormatError(f"A legal hold keeps {session_id}.")
    return audit.record(PROPOSED, {"by": by, "reason": why, "sessions": session_id})


def find_erasure(audit: AuditLog, proposal_id: str, *, by: str, now: datetime) -> Proposal:
    """Find what a second person may confirm now.

    Raises:
        FormatError: there is none, it is too old, or it is the same person's.
    """
    return find_proposal(audit, proposal_id, by=by, now=now, event=PROPOSED)


def erase(
    audit: AuditLog,
    public_key: Ed25519PublicKey,
    proposal: Proposal,
    catalog: Catalog,
    *,
    by: str,
) -> Iterator[tuple[str, str]]:
    """Destroy, as the second person, the key of what was proposed.

    The act is in the audit log before the key goes; broken off, it may be done again, and so where
    a key came back out of a backup. What is not right is left for somebody to look into.

    Yields:
        Each session, and why it was left; empty: it is erased.

    Raises:
        OSError: a key cannot be destroyed.
        RecordingFailure: the audit log could not be written.
    """
    report = verify_audit(audit.path, public_key)
    held = Holds(audit.path)
    held.follow()
    for session_id in proposal.sessions:
        recording = catalog.find(session_id)
        if recording is None:
            yield session_id, "its file is gone"
            continue
        fault = held.find_fault(session_id, proposal)
        marks = report.sessions.get(session_id, SessionMarks())
        if not fault and not marks.is_erased:
            fault = _find_fault(recording, public_key, report, marks)
        if not fault:
            look = partial(held.check, session_id, proposal)
            try:
                _erase(audit, recording, session_id, marks, proposal, by=by, look=look)
            except FormatError as error:
                # A hold came in between.
                fault = str(error)
        yield session_id, fault


def _find_fault(
    recording: Path, public_key: Ed25519PublicKey, report: AuditReport, marks: SessionMarks
) -> str:
    if marks.sealed is None and marks.crashed is None:
        return "it has not ended"
    checked = verify_against(recording, public_key, report)
    return "" if checked.is_ok else checked.message


def _erase(
    audit: AuditLog,
    recording: Path,
    session_id: str,
    marks: SessionMarks,
    proposal: Proposal,
    *,
    by: str,
    look: Callable[[], None],
) -> None:
    if not marks.is_erased:
        fields = {
            "session": session_id,
            "by": by,
            "proposed_by": proposal.by,
            "proposal": proposal.id,
            "reason": proposal.reason,
        }
        audit.record(ERASED, fields, check=look)
    destroy(key_path(recording))
