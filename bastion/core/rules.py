"""The policy document: its types, and how its TOML is read and checked.

A policy is a list of rules and a table of limits. Each rule names the statements that it speaks
of and an action. For every effect of a statement the strictest rule that matches wins (block over
hold over allow; the first in the file among equals), and the strictest over all effects is the
verdict. What no rule matches is blocked, so an empty policy blocks everything.

A rule may speak of measured rows. What is not measured is never proven to be few, and never
proven to be none: such a rule does not allow it, and does hold or block it.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from types import MappingProxyType

from bastion.core.model import Action, EffectClass, Engine, Environment, Role, Sensitivity
from bastion.core.styles import FITTING, Style
from bastion.errors import ConfigError

INFERENCE = "inference"
"""Effect word of a predicate or ordering on a sensitive column."""
LAUNDERING = "laundering"
"""Effect word of a sensitive value written where it would no longer be masked."""
MEASURED_EFFECTS = ("update", "delete", "merge")
"""Effect words of statements whose rows are counted before they run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A span of the day, UTC; it may pass midnight."""

    start: time
    end: time

    def holds(self, moment: time) -> bool:
        """Tell whether a time of day lies within; the end is outside."""
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; an empty set of words means any."""

    name: str
    action: Action
    text: str = ""
    """Why, for the person who asked."""
    environments: frozenset[Environment] = frozenset()
    engines: frozenset[Engine] = frozenset()
    targets: tuple[str, ...] = ()
    """Patterns with ``*`` and ``?``."""
    roles: frozenset[str] = frozenset()
    """Role names, ``human`` or ``agent``."""
    effects: frozenset[str] = frozenset()
    """Values of ``EffectClass``, ``inference`` or ``laundering``."""
    objects: tuple[str, ...] = ()
    """Patterns on ``schema.table``. Hold and block: any matches; allow: all do."""
    except_objects: tuple[str, ...] = ()
    """The rule does not speak when every object matches one of these."""
    whole_table: bool | None = None
    understood: bool | None = None
    min_rows: int | None = None
    """From this many measured rows on."""
    max_rows: int | None = None
    """Up to this many measured rows, this number included."""
    hours: Hours | None = None
    approvals: int = 1
    approver_roles: frozenset[Role] = frozenset({Role.REVIEWER, Role.ADMIN})
    expires_s: float = 900.0
    quarantine_s: float | None = None
    """What would be dropped or truncated is moved away instead, and kept for so long."""
    measure: str = "select"
    """``execute``: measured by running it and rolling it back, too."""
    hold_open_s: float = 0.0
    """So long the transaction itself waits for the yes; 0: it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of a run; the tightest of all that apply holds."""

    row_limit: int = 10_000
    """Rows that may be shown when more are asked for."""
    default_row_limit: int = 500
    statement_timeout_s: float = 60.0
    lock_timeout_s: float = 5.0
    measured_keys: int = 10_000
    """Up to so many rows of a held write are told apart by their keys."""
    unmask_for_s: float = 3600.0
    """So long at most masked values of a class may be shown to whom a reviewer lets see them; 0:
    never."""
    guesses_per_day: int = 100
    """Distinct values that a person may try on masked columns of one class and target in a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A whole policy, as read from one file."""

    rules: tuple[Rule, ...]
    limits: Mapping[str, Limits] = field(default_factory=lambda: MappingProxyType({}))
    """By environment, role name, ``human`` or ``agent``; the empty word for everybody."""
    masks: Mapping[str, Mapping[Sensitivity, Style]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Mask styles by class, where not the default ones: by role name, ``human`` or ``agent``; the
    empty word for everybody."""
    version: str = ""
    """Digest of the text, for transcripts."""


def parse_policy(text: str, *, source: str) -> Policy:
    """Read a policy from TOML.

    Args:
        source: name of the file, for messages.

    Raises:
        ConfigError: names file, table and key, and the nearest name that exists.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source} is not valid TOML: {error}. Correct it.") from error
    reader = _Reader(source)
    reader.known(document, "the top level", ("rule", "limits", "masks"))
    tables = reader.tables(document.get("rule", []))
    rules = tuple(_rule(reader, table, index) for index, table in enumerate(tables, 1))
    _check_names(reader, rules)
    return Policy(
        rules=rules,
        limits=_limits(reader, document.get("limits", {})),
        masks=_masks(reader, document.get("masks", {})),
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
    )


_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, None: 1.0}
_HOURS = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_LIMIT_WORDS = (
    *(environment.value for environment in Environment),
    *(role.value for role in Role),
    "human",
)
_ROLE_WORDS = (*(role.value for role in Role), "human")
_EFFECT_WORDS = (*(effect.value for effect in EffectClass), INFERENCE, LAUNDERING)
_ENGINES = {"postgresql": Engine.POSTGRESQL, "mysql": Engine.MYSQL}
_APPROVALS_MAX = 10
_ROWS_MAX = 1_000_000
_MEASURED_MAX = 1_000_000_000
_GUESSES_MAX = 1_000_000
_KEYS_MAX = 100_000
MEASURES = ("select", "execute")
HOLD_OPEN_MAX_S = 60.0


class _Reader:
    """Reads typed values and words its complaints."""

    def __init__(self, source: str) -> None:
        self._source = source

    def fail(self, table: str, key: str, problem: str) -> ConfigError:
        return ConfigError(f'{self._source}, {table}, key "{key}": {problem}')

    def known(self, table: Mapping[str, object], where: str, names: tuple[str, ...]) -> None:
        for key in table:
            if key not in names:
                raise self.fail(where, key, f"this key is not known. {_nearest(key, names)}")

    def tables(self, value: object) -> list[Mapping[str, object]]:
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.fail("the top level", "rule", "rules are written as [[rule]] tables.")
        return value

    def table(self, value: object, where: str) -> Mapping[str, object]:
        if not isinstance(value, dict):
            raise self.fail(where, where, "a table is expected here.")
        return value

    def string(self, value: object, where: str, key: str) -> str:
        if not isinstance(value, str):
            raise self.fail(where, key, "text in quotes is expected here.")
        return value

    def word(self, value: object, where: str, key: str, words: tuple[str, ...]) -> str:
        found = self.string(value, where, key)
        if found not in words:
            raise self.fail(where, key, f'unknown word "{found}". {_nearest(found, words)}')
        return found

    def strings(self, value: object, where: str, key: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            raise self.fail(where, key, "a list of words is expected here, and not an empty one.")
        return tuple(self.string(one, where, key) for one in value)

    def words(self, value: object, where: str, key: str, words: tuple[str, ...]) -> frozenset[str]:
        return frozenset(
            self.word(one, where, key, words) for one in self.strings(value, where, key)
        )

    def flag(self, value: object, where: str, key: str) -> bool:
        if not isinstance(value, bool):
            raise self.fail(where, key, "true or false is expected here.")
        return value

    def number(self, value: object, where: str, key: str, most: int, *, least: int = 1) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.fail(where, key, f"a whole number from {least} to {most} is expected here.")
        return value

    def duration(self, value: object, where: str, key: str) -> float:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
            return float(value)
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if match is None or float(match.group(1)) <= 0:
            raise self.fail(where, key, 'a span of time such as "30s", "15m" or "8h" is expected.')
        return float(match.group(1)) * _UNITS[match.group(2)]

    def hours(self, value: object, where: str, key: str) -> Hours:
        match = _HOURS.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise self.fail(where, key, 'hours are written "08:00-18:00", UTC.')
        first, second, third, fourth = (int(part) for part in match.groups())
        try:
            return Hours(start=time(first, second), end=time(third, fourth))
        except ValueError as error:
            raise self.fail(where, key, "this is no time of day.") from error


def _nearest(word: str, words: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    if close:
        return f'Did you mean "{close[0]}"?'
    return f"Known are: {', '.join(words)}."


_Readers = dict[str, Callable[[_Reader, object, str, str], object]]
_RULE_KEYS: _Readers = {
    "name": lambda reader, value, where, key: reader.string(value, where, key),
    "action": lambda reader, value, where, key: Action(
        reader.word(value, where, key, tuple(action.value for action in Action))
    ),
    "text": lambda reader, value, where, key: reader.string(value, where, key),
    "environments": lambda reader, value, where, key: frozenset(
        Environment(word)
        for word in reader.words(value, where, key, tuple(one.value for one in Environment))
    ),
    "engines": lambda reader, value, where, key: frozenset(
        _ENGINES[word] for word in reader.words(value, where, key, tuple(_ENGINES))
    ),
    "targets": lambda reader, value, where, key: reader.strings(value, where, key),
    "roles": lambda reader, value, where, key: reader.words(value, where, key, _ROLE_WORDS),
    "effects": lambda reader, value, where, key: reader.words(value, where, key, _EFFECT_WORDS),
    "objects": lambda reader, value, where, key: reader.strings(value, where, key),
    "except_objects": lambda reader, value, where, key: reader.strings(value, where, key),
    "whole_table": lambda reader, value, where, key: reader.flag(value, where, key),
    "understood": lambda reader, value, where, key: reader.flag(value, where, key),
    "min_rows": lambda reader, value, where, key: reader.number(value, where, key, _MEASURED_MAX),
    "max_rows": lambda reader, value, where, key: reader.number(
        value, where, key, _MEASURED_MAX, least=0
    ),
    "hours": lambda reader, value, where, key: reader.hours(value, where, key),
    "approvals": lambda reader, value, where, key: reader.number(value, where, key, _APPROVALS_MAX),
    "approver_roles": lambda reader, value, where, key: frozenset(
        Role(word)
        for word in reader.words(
            value, where, key, tuple(role.value for role in Role if role is not Role.AGENT)
        )
    ),
    "expires": lambda reader, value, where, key: reader.duration(value, where, key),
    "quarantine": lambda reader, value, where, key: reader.duration(value, where, key),
    "measure": lambda reader, value, where, key: reader.word(value, where, key, MEASURES),
    "hold_open": lambda reader, value, where, key: reader.duration(value, where, key),
}
_LIMIT_KEYS: _Readers = {
    "row_limit": lambda reader, value, where, key: reader.number(value, where, key, _ROWS_MAX),
    "default_row_limit": lambda reader, value, where, key: reader.number(
        value, where, key, _ROWS_MAX
    ),
    "statement_timeout": lambda reader, value, where, key: reader.duration(value, where, key),
    "lock_timeout": lambda reader, value, where, key: reader.duration(value, where, key),
    "measured_keys": lambda reader, value, where, key: reader.number(value, where, key, _KEYS_MAX),
    "unmask_for": lambda reader, value, where, key: (
        0.0 if value in (0, "0", "0s") else reader.duration(value, where, key)
    ),
    "guesses_per_day": lambda reader, value, where, key: reader.number(
        value, where, key, _GUESSES_MAX, least=0
    ),
}
_FIELDS = {
    "expires": "expires_s",
    "quarantine": "quarantine_s",
    "hold_open": "hold_open_s",
    "statement_timeout": "statement_timeout_s",
    "lock_timeout": "lock_timeout_s",
    "unmask_for": "unmask_for_s",
}


def _rule(reader: _Reader, table: Mapping[str, object], index: int) -> Rule:
    name = table.get("name")
    where = f'[[rule]] "{name}"' if isinstance(name, str) else f"[[rule]] number {index}"
    reader.known(table, where, tuple(_RULE_KEYS))
    for key in ("name", "action"):
        if not table.get(key):
            raise reader.fail(where, key, "a rule needs this key.")
    values = {
        _FIELDS.get(key, key): _RULE_KEYS[key](reader, value, where, key)
        for key, value in table.items()
    }
    rule = Rule(**values)  # type: ignore[arg-type]
    _check_rows(reader, rule, where)
    _check_quarantine(reader, rule, where)
    _check_measuring(reader, rule, where)
    return rule


def _check_measuring(reader: _Reader, rule: Rule, where: str) -> None:
    if rule.hold_open_s > HOLD_OPEN_MAX_S:
        raise reader.fail(where, "hold_open", f"{HOLD_OPEN_MAX_S:.0f}s is the most.")
    for key, is_set in (("hold_open", rule.hold_open_s), ("measure", rule.measure != "select")):
        if is_set and rule.action is not Action.HOLD:
            raise reader.fail(where, key, 'only a rule with action = "hold" takes this key.')


def _check_rows(reader: _Reader, rule: Rule, where: str) -> None:
    if rule.min_rows is None and rule.max_rows is None:
        return
    key = "max_rows" if rule.min_rows is None else "min_rows"
    if rule.effects.isdisjoint(MEASURED_EFFECTS):
        known = ", ".join(MEASURED_EFFECTS)
        raise reader.fail(where, key, f"rows are measured for the effects {known}; name one.")
    if rule.max_rows is not None and (rule.min_rows or 0) > rule.max_rows:
        raise reader.fail(where, key, "it is above max_rows, so the rule would never match.")


def _check_quarantine(reader: _Reader, rule: Rule, where: str) -> None:
    if rule.quarantine_s is None:
        return
    if rule.action is Action.BLOCK:
        problem = "what is blocked is not moved. Use hold or allow."
        raise reader.fail(where, "quarantine", problem)
    if rule.effects != {EffectClass.DROP.value}:
        problem = 'it speaks of drops alone. Write effects = ["drop"].'
        raise reader.fail(where, "quarantine", problem)


def _check_names(reader: _Reader, rules: tuple[Rule, ...]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.name in seen:
            raise reader.fail(f'[[rule]] "{rule.name}"', "name", "two rules have this name.")
        seen.add(rule.name)


def _limits(reader: _Reader, value: object) -> Mapping[str, Limits]:
    table = reader.table(value, "[limits]")
    base = {key: one for key, one in table.items() if not isinstance(one, dict)}
    found = {"": _limit(reader, base, "[limits]", Limits())}
    for word, inner in table.items():
        if not isinstance(inner, dict):
            continue
        where = f"[limits.{word}]"
        if word not in _LIMIT_WORDS:
            raise reader.fail("[limits]", word, _nearest(word, _LIMIT_WORDS))
        found[word] = _limit(reader, inner, where, found[""])
    return MappingProxyType(found)


def _limit(reader: _Reader, table: Mapping[str, object], where: str, defaults: Limits) -> Limits:
    reader.known(table, where, tuple(_LIMIT_KEYS))
    values: dict[str, object] = {
        "row_limit": defaults.row_limit,
        "default_row_limit": defaults.default_row_limit,
        "statement_timeout_s": defaults.statement_timeout_s,
        "lock_timeout_s": defaults.lock_timeout_s,
        "measured_keys": defaults.measured_keys,
        "guesses_per_day": defaults.guesses_per_day,
        "unmask_for_s": defaults.unmask_for_s,
    }
    for key, value in table.items():
        values[_FIELDS.get(key, key)] = _LIMIT_KEYS[key](reader, value, where, key)
    return Limits(**values)  # type: ignore[arg-type]


def _masks(reader: _Reader, value: object) -> Mapping[str, Mapping[Sensitivity, Style]]:
    table = reader.table(value, "[masks]")
    base = {key: one for key, one in table.items() if not isinstance(one, dict)}
    found = {"": _mask_table(reader, base, "[masks]")}
    for word, inner in table.items():
        if not isinstance(inner, dict):
            continue
        if word not in _ROLE_WORDS:
            raise reader.fail("[masks]", word, _nearest(word, _ROLE_WORDS))
        found[word] = _mask_table(reader, inner, f"[masks.{word}]")
    return MappingProxyType(found)


def _mask_table(
    reader: _Reader, table: Mapping[str, object], where: str
) -> Mapping[Sensitivity, Style]:
    reader.known(table, where, tuple(one.value for one in FITTING))
    found = {}
    for key, value in table.items():
        sensitivity = Sensitivity(key)
        style = Style(reader.word(value, where, key, tuple(one.value for one in Style)))
        fitting = FITTING[sensitivity]
        if style not in fitting:
            words = ", ".join(one.value for one in fitting)
            raise reader.fail(
                where, key, f'the style "{style.value}" does not fit {key}. It may be: {words}.'
            )
        found[sensitivity] = style
    return MappingProxyType(found)
