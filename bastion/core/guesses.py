"""What a person guesses of masked values: each distinct guess is spent from a budget.

Equality is useful and lets people look up whom they know already; asked often enough it spells out
a value. So it runs, and each value that is tried counts, once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from bastion.core.builtins import PURE
from bastion.core.model import Sensitivity


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Typed values that are compared with masked ones, in one place of a statement."""

    classes: frozenset[Sensitivity]
    count: int
    """How many values are tried; what cannot be told apart is counted one by one."""
    key: str
    """Columns, spelling and value: the same again is the same guess. Empty where the value is not
    in the text, such as a parameter or a variable: then it is a new one each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessUse:
    """How much of one class's budget is used up on one day."""

    sensitivity: Sensitivity
    used: int
    allowed: int

    @property
    def left(self) -> int:
        """Give what is left of it."""
        return max(0, self.allowed - self.used)

    def text(self, target: str) -> str:
        """Say it in one line."""
        kind = self.sensitivity.value
        return f"{self.used} of {self.allowed} guesses of {kind} today on {target}"


def guess_key(columns: Iterable[str], subject: exp.Expr, value: exp.Expr) -> str:
    """Tell one guess from another; empty where the text does not say which it is.

    Letters in another case are another guess: whether the server tells them apart is not known.
    """
    if not all(isinstance(node, _TYPED_NODES) and _is_steady(node) for node in value.walk()):
        return ""
    return "\x1f".join((*sorted(columns), spelling(subject), value.sql()))


def asked_key(kind: str, nodes: Iterable[exp.Expr]) -> str:
    """Tell one question about a column from another; empty where the same words may ask another.

    Settings, parameters, clocks, other rows and other columns hold another value the next time.
    """
    nodes = tuple(nodes)
    inner = [one for node in nodes for one in node.walk()]
    columns = {node.sql() for node in inner if isinstance(node, exp.Column)}
    if len(columns) > 1 or not all(_is_steady(node) for node in inner):
        return ""
    return "\x1f".join((kind, *(node.sql() for node in nodes)))


def _is_steady(node: exp.Expr) -> bool:
    if isinstance(node, exp.Cast):
        # ``16384::regclass`` is whatever that is called now.
        return node.to.this in _PLAIN_TYPES
    if isinstance(node, exp.Anonymous) and node.name.casefold() not in _BUILT_IN:
        return False
    if isinstance(node, exp.Func) and node.find(exp.Column) is None:
        # What a clock, a setting or chance gives is computed of no column.
        return isinstance(node, _STEADY)
    return not isinstance(node, UNSEEN)


def describe_overdraft(over: Iterable[GuessUse], target: str) -> str:
    """Say why a statement waits, and what may be done."""
    words = ", ".join(one.text(target) for one in over)
    return (
        f"It tries more values of masked columns than your budget allows: {words} are used up. "
        "A reviewer may approve this statement, or extend the budget."
    )


_TYPED_NODES = (
    exp.Literal, exp.Neg, exp.Paren, exp.Null, exp.Boolean, exp.Cast, exp.DataType,
    exp.DataTypeParam, exp.Lower, exp.Upper, exp.Trim, exp.Array, exp.Any, exp.All, exp.Tuple,
)  # fmt: skip

_PLAIN_TYPES = (
    exp.DataType.TEXT_TYPES
    | exp.DataType.NUMERIC_TYPES
    | {exp.DType.DATE, exp.DType.UUID, exp.DType.BOOLEAN, exp.DType.JSON, exp.DType.JSONB}
)
_STEADY = (
    exp.Lower, exp.Upper, exp.Trim, exp.Array, exp.Any, exp.Concat, exp.And, exp.Or, exp.Interval,
)  # fmt: skip
_BUILT_IN = frozenset().union(*PURE.values()) - {"current_setting"}
UNSEEN = (exp.Parameter, exp.SessionParameter, exp.Placeholder, exp.Query)
"""What the text does not show."""


def spelling(node: exp.Expr) -> str:
    """Give what is done to a column before it is compared; its name is known by itself."""
    words = []
    inner = node.unnest()
    while isinstance(inner, exp.Lower | exp.Upper | exp.Trim | exp.Cast | exp.Collate):
        detail = inner.args.get("to") or inner.args.get("expression")
        words.append(f"{inner.key} {detail.sql() if isinstance(detail, exp.Expr) else ''}")
        inner = inner.this.unnest()
    return ",".join(words)
