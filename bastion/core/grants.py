"""What a reviewer gives one person for a while: masked values shown, or one table to work on.

    1. (none)   --asked, a reviewer says yes, taken up-->   GIVEN
    2. GIVEN    --its time or its count is over-->          OVER
    3. GIVEN    --revoked by a reviewer or its holder-->    OVER

Asking goes through the queue of requests like any held statement; its one run makes the grant.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bastion.core.model import CLOCK_STEP, Principal, Role, Sensitivity
from bastion.errors import AccessError, UsageError

WINDOW_FOR = timedelta(minutes=30)
WINDOW_RUNS = 20
UNMASKABLE = frozenset(
    {
        Sensitivity.EMAIL, Sensitivity.PHONE, Sensitivity.CARD, Sensitivity.SSN, Sensitivity.IBAN,
        Sensitivity.BIRTH_DATE, Sensitivity.IP_ADDRESS, Sensitivity.ADDRESS,
        Sensitivity.PRIVATE,
    }
)  # fmt: skip
"""Credentials, system catalogues and what was not proven are never shown, whoever says yes."""

_SPAN = re.compile(r"([1-9][0-9]{0,4})(s|m|h)")
_UNIT_S = {"s": 1, "m": 60, "h": 3600}
_ASKED = re.compile(
    r"(?:UNMASK (?P<kind>[a-z_]+)|WINDOW ON (?P<table>.+))"
    r" FOR (?P<span>\d+) (?P<unit>SECOND|MINUTE)S"
)


class GrantKind(Enum):
    """What is given; the word people read."""

    UNMASK = "unmask"
    """Cells of one class are shown as they are."""
    WINDOW = "window"
    """Single rows of one table are written without waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks for."""

    kind: GrantKind
    subject: str
    """A class, or ``schema.table``."""
    span: timedelta

    @property
    def text(self) -> str:
        """Give the text that reviewers see and that a yes covers."""
        seconds = round(self.span.total_seconds())
        span = f"{seconds} SECONDS" if seconds % 60 else f"{seconds // 60} MINUTES"
        what = "WINDOW ON" if self.kind is GrantKind.WINDOW else "UNMASK"
        return f"{what} {self.subject} FOR {span}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One grant, as stored."""

    id: str
    """That of the request it came from."""
    kind: GrantKind
    user: str
    person: str
    target: str
    subject: str
    reason: str
    given_by: tuple[str, ...]
    at: datetime
    until: datetime
    count_max: int
    """How often it may be used; 0 for any number."""
    used: int = 0
    """Runs of a window; raw cells shown under an unmasking."""
    revoked_by: str = ""
    revoked_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Tell whether it holds."""
        is_used_up = 0 < self.count_max <= self.used
        # One that begins later was given by a clock that ran ahead, and would hold until then.
        is_now = self.at <= now + CLOCK_STEP and now < self.until
        return self.revoked_at is None and is_now and not is_used_up

    def stands(self, now: datetime) -> str:
        """Say in a word or two how it stands."""
        if self.revoked_at is not None:
            return f"revoked by {self.revoked_by}"
        if 0 < self.count_max <= self.used:
            return "used up"
        return "open" if now < self.until else "over"


def wanted_unmask(words: str, *, span_max_s: float) -> Wanted:
    r"""Read ``email for 15m``, the words of ``\unmask``.

    Raises:
        UsageError: says what to write.
    """
    parts = words.split()
    if len(parts) != 3 or parts[1].casefold() != "for":
        raise UsageError("Write the class and how long: unmask email for 15m, and a reason.")
    names = {one.value: one for one in UNMASKABLE}
    if parts[0] not in names:
        known = ", ".join(sorted(names))
        raise UsageError(f'"{parts[0]}" cannot be unmasked. What can: {known}.')
    span = _SPAN.fullmatch(parts[2])
    if span is None:
        raise UsageError("How long is written as 90s, 15m or 1h.")
    seconds = int(span.group(1)) * _UNIT_S[span.group(2)]
    if seconds > span_max_s:
        allowed = f"{span_max_s / 60:g} minutes" if span_max_s else "nothing"
        raise UsageError(f"Policy allows {allowed} at most (unmask_for).")
    return Wanted(kind=GrantKind.UNMASK, subject=parts[0], span=timedelta(seconds=seconds))


def wanted_window(table: str) -> Wanted:
    """Ask for half an hour on one table, ``schema.table``."""
    return Wanted(kind=GrantKind.WINDOW, subject=table, span=WINDOW_FOR)


def read_wanted(text: str) -> Wanted | None:
    """Read back what ``Wanted.text`` says; None for anything else."""
    match = _ASKED.fullmatch(text)
    if match is None:
        return None
    span = timedelta(seconds=int(match["span"]) * (60 if match["unit"] == "MINUTE" else 1))
    if match["table"] is not None:
        return Wanted(kind=GrantKind.WINDOW, subject=match["table"], span=span)
    return Wanted(kind=GrantKind.UNMASK, subject=match["kind"], span=span)


def split_reason(words: str) -> tuple[str, str]:
    """Part ``email for 15m reason TICKET-8`` at the word *reason*."""
    head, _, reason = words.partition(" reason ")
    return head.strip(), reason.strip().strip("'\"") if reason else ""


def revoke(grant: Grant, *, by: Principal, now: datetime) -> Grant:
    """End a grant before its time.

    Raises:
        AccessError: neither its holder nor a reviewer of its target.
        UsageError: it is over.
    """
    is_holder = by.person == grant.person and not by.is_agent
    is_reviewer = by.has_role(Role.REVIEWER, Role.ADMIN) and by.may_reach(grant.target)
    if by.is_agent or not (is_holder or is_reviewer):
        raise AccessError("Only its holder, or a reviewer of its target, can end a grant.")
    if not grant.is_open(now):
        raise UsageError(f"The grant {grant.id} is {grant.stands(now)} already.")
    return dataclasses.replace(grant, revoked_by=by.user, revoked_at=now)
