"""The words of a search: what people type, read into what is looked for; pure.

    delete user:alice target:shop-prod after:2026-03-01 "from orders"

Every part must hold. A part that is no ``key:value`` of those below is text: of a statement, of
what it touches, or of the session's id, user or target. Quotes keep words together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from recordings.errors import FormatError

_PART = re.compile(r'(?:(?P<key>[a-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))')
_AGO = re.compile(r"([0-9]{1,5})([mhd])")
_ACTIONS = {
    "allow": "allow",
    "allowed": "allow",
    "hold": "hold",
    "held": "hold",
    "block": "block",
    "blocked": "block",
}
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_EQUAL_KEYS = ("user", "target", "environment", "id", "object", "rule", "status", "reviewer")
WORDS_MAX = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for; empty fields match all."""

    words: tuple[str, ...] = ()
    """Each is part of a statement, of an object's name, or of the session's id, user or target."""
    equal: tuple[tuple[str, str], ...] = ()
    """Keys of ``key:value`` parts with their values."""
    verdicts: tuple[str, ...] = ()
    """allow, hold, block, or the last state of a request: approved, denied, expired …"""
    after: datetime | None = None
    before: datetime | None = None


def parse_query(text: str, *, now: datetime) -> Query:
    """Read what was typed.

    Raises:
        FormatError: a time cannot be read, or there are too many words.
    """
    words: list[str] = []
    equal: list[tuple[str, str]] = []
    verdicts: list[str] = []
    times: dict[str, datetime] = {}
    for found in _PART.finditer(text):
        key, value = found["key"], found["quoted"] if found["plain"] is None else found["plain"]
        if key == "verdict":
            verdicts.append(_ACTIONS.get(value.casefold(), value.casefold()))
        elif key in ("after", "before"):
            times[key] = _moment(value, now)
        elif key in _EQUAL_KEYS:
            equal.append((key, value))
        else:
            words.append(value if key is None else f"{key}:{value}")
    parts = [word for word in words if word]
    if len(parts) + len(equal) + len(verdicts) > WORDS_MAX:
        raise FormatError(f"A search has {WORDS_MAX} words at most.")
    return Query(
        words=tuple(parts),
        equal=tuple(equal),
        verdicts=tuple(verdicts),
        after=times.get("after"),
        before=times.get("before"),
    )


def _moment(value: str, now: datetime) -> datetime:
    ago = _AGO.fullmatch(value)
    if ago is not None:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        read = datetime.fromisoformat(value)
    except ValueError as error:
        raise FormatError(
            f'"{value}" is no time. Write 2026-03-01, 2026-03-01T12:30 (UTC) or 7d, 12h, 30m ago.'
        ) from error
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
