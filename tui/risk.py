"""How much is at stake, for the eye: a word and a shape. It decides nothing about permissions."""

from __future__ import annotations

import enum

from bastion.core.model import EffectClass, Environment
from bastion.wire.review import RequestSummary
from tui.palette import ALARM, QUIET, WARNING

_GRAVE = frozenset(
    effect.value
    for effect in (
        EffectClass.DROP,
        EffectClass.PRIVILEGE,
        EffectClass.ADMIN,
        EffectClass.OUTSIDE,
        EffectClass.UNKNOWN,
    )
)
_MILD = frozenset((EffectClass.READ.value, EffectClass.SESSION.value))
_CHANGES_ROWS = frozenset(
    (EffectClass.UPDATE.value, EffectClass.DELETE.value, EffectClass.MERGE.value)
)
_MANY_ROWS = 100
_SOME_ROWS = 1_000


class Risk(enum.Enum):
    """Three steps; the value is what people see."""

    HIGH = "▲ HIGH"
    MEDIUM = "● MED"
    LOW = "· low"

    @property
    def style(self) -> str:
        """Give the colour that goes with the word."""
        match self:
            case Risk.HIGH:
                return f"bold {ALARM}"
            case Risk.MEDIUM:
                return WARNING
            case Risk.LOW:
                return QUIET


def risk_of(summary: RequestSummary) -> Risk:
    """Rate one request by environment, effect and measured rows; what is not known is high."""
    if summary.environment is not Environment.PRODUCTION:
        is_grave = summary.effect in _GRAVE or (summary.rows or 0) > _SOME_ROWS
        return Risk.MEDIUM if is_grave else Risk.LOW
    if summary.effect in _GRAVE:
        return Risk.HIGH
    if summary.effect in _MILD:
        return Risk.LOW
    if summary.effect in _CHANGES_ROWS:
        is_small = summary.is_measured and summary.rows is not None and summary.rows < _MANY_ROWS
        return Risk.MEDIUM if is_small else Risk.HIGH
    return Risk.MEDIUM


def asks_for_name(summary: RequestSummary) -> bool:
    """Tell whether approving takes the target's name: production, and nobody counted the effect.

    What was counted is bound to its count, so two keys are enough; asked for too often, a name
    is typed without thinking.
    """
    is_production = summary.environment is Environment.PRODUCTION
    is_counted = summary.effect in _CHANGES_ROWS and summary.is_measured
    return is_production and risk_of(summary) is Risk.HIGH and not is_counted


def describe_rows(rows: int | None, *, is_measured: bool) -> str:
    """Say how many rows, and how sure that is."""
    if rows is None:
        return "rows not known"
    noun = "row" if rows == 1 else "rows"
    return f"{rows:,} {noun} (counted)" if is_measured else f"about {rows:,} {noun} (estimate)"
