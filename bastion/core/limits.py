"""Limits of time that a person sets for the own session: they may shorten the policy's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

LOCAL = "local "
"""Before the name of a setting that ends with the transaction, where no name has a blank."""
STATEMENT_LIMITS: Mapping[str, str] = MappingProxyType(
    {"statement_timeout": "ms", "max_statement_time": "s", "max_execution_time": "ms"}
)
"""Settings that end a statement, with the unit of a bare number."""
LOCK_LIMITS: Mapping[str, str] = MappingProxyType(
    {"lock_timeout": "ms", "lock_wait_timeout": "s", "innodb_lock_wait_timeout": "s"}
)
"""Settings that end the wait for a lock."""


def shorter(limit_s: float, settings: Iterable[tuple[str, str]], names: Mapping[str, str]) -> float:
    """Give the shorter of the policy's limit and what the session has set; zero sets none."""
    own = (
        _seconds(value, names[name.removeprefix(LOCAL)])
        for name, value in settings
        if name.removeprefix(LOCAL) in names
    )
    return min([limit_s, *(one for one in own if one > 0)])


def _seconds(value: str, unit: str) -> float:
    found = _DURATION.fullmatch(value.strip().strip("'\""))
    if found is None:
        return 0.0
    return float(found["number"]) * _UNITS_S[found["unit"] or unit]


_UNITS_S = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"\s*(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>us|ms|s|min|h|d)?\s*")
