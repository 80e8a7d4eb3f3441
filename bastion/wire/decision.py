"""What a reviewer's signature is over: one decision, and all that it was a decision on.

The message is two lines of ASCII: a title, and an object of JSON with sorted keys. The reviewer's
program makes it of what it has shown, the server of what it holds. They agree byte for byte, or the
decision does not count: so nobody says yes to anything but what was on their screen.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bastion.core.approval import Approval, salted

if TYPE_CHECKING:
    from bastion.core.model import KeySet
    from bastion.wire.review import RequestDetail

TITLE = "bastion decision 2"
TABLES_MAX = 20
"""So many tables of a request are shown; a signature is over these."""
CLOCK_SLACK = timedelta(minutes=5)
"""How far the time in a signature may be from the server's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a decision is on.

    The message is on record for many. Its digests are keyed by the salt of the request, which those
    have who may read the text: nobody else can try a guess at a value in it.
    """

    request_id: str
    statement_digest: str
    shown_digest: str
    """Of the text as it was on the screen, where passwords and keys are taken out."""
    target: str
    effect_digest: str
    """Over where and as whom it runs, its parameters, and what was measured of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What is said to it, by whom and when."""

    reviewer: str
    is_approval: bool
    reason: str
    at: datetime
    """By the server's clock, as far as the reviewer's program knows it."""
    is_revocation: bool = False
    """Takes back the yes that was given, by whomever."""

    @property
    def decision(self) -> str:
        """Give the word that is signed."""
        if self.is_revocation:
            return "taken back"
        return "yes" if self.is_approval else "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A reviewer's own signature over a decision."""

    signature: str
    """Armoured, as ``ssh-keygen -Y sign`` writes it."""
    at: datetime


def decision_message(subject: Subject, word: Word) -> bytes:
    """Write down one decision; the same bytes on both sides."""
    fields = {
        "at": word.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "decision": word.decision,
        "effect_digest": subject.effect_digest,
        "reason": word.reason.strip(),
        "request_id": subject.request_id,
        "reviewer": word.reviewer,
        "shown_digest": subject.shown_digest,
        "statement_digest": subject.statement_digest,
        "target": subject.target,
    }
    return f"{TITLE}\n{_canonical(fields)}\n".encode()


def subject_held(approval: Approval, *, shown_text: str) -> Subject:
    """Tell what a decision is on, by what the server holds and shows of it."""
    context, impact = approval.context, approval.impact
    return Subject(
        request_id=approval.id,
        statement_digest=salted(approval.statement_sha256, approval.salt),
        shown_digest=_text_digest(shown_text, approval.salt),
        target=context.target,
        effect_digest=_effect_digest(
            {
                "database": context.database,
                "schema": context.schema,
                "role": context.role,
                "settings": [list(pair) for pair in context.settings],
                "parameters": _parameters(approval.parameters),
                "effect": approval.effect,
                "tables": list(impact.tables[:TABLES_MAX]),
                "rows": impact.rows,
                "is_measured": impact.is_measured,
                "keys": _keys(impact.keys),
                "rule": approval.rule,
                "guards_structure": approval.guards_structure,
            },
            approval.salt,
        ),
    )


def subject_shown(detail: RequestDetail) -> Subject:
    """Tell what a decision is on, by what the reviewer was shown."""
    summary = detail.summary
    return Subject(
        request_id=summary.id,
        statement_digest=salted(detail.statement_sha256, detail.salt),
        shown_digest=_text_digest(detail.text, detail.salt),
        target=summary.target,
        effect_digest=_effect_digest(
            {
                "database": detail.database,
                "schema": detail.schema,
                "role": detail.role,
                "settings": [list(pair) for pair in detail.settings],
                "parameters": _parameters(detail.parameters),
                "effect": summary.effect,
                "tables": list(summary.tables[:TABLES_MAX]),
                "rows": summary.rows,
                "is_measured": summary.is_measured,
                "keys": _keys(detail.keys),
                "rule": detail.rule,
                "guards_structure": detail.guards_structure,
            },
            detail.salt,
        ),
    )


def _text_digest(text: str, salt: str) -> str:
    return salted(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), salt)


def _effect_digest(fields: Mapping[str, object], salt: str) -> str:
    return salted(hashlib.sha256(_canonical(fields).encode()).hexdigest(), salt)


def _parameters(values: tuple[bytes | None, ...]) -> list[str | None]:
    return [None if value is None else base64.b64encode(value).decode() for value in values]


def _keys(keys: KeySet | None) -> object:
    """Leave out what reviewers are not sent; the digest is over all keys."""
    if keys is None:
        return None
    fields = dataclasses.asdict(dataclasses.replace(keys, tags=""))
    del fields["salt"]
    return fields


def _canonical(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
