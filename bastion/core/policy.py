"""The decision point: who, where, what a statement does and reveals -> allow, hold or block."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from datetime import datetime
from fnmatch import fnmatchcase
from types import MappingProxyType

from bastion.core.effects import Statement
from bastion.core.exposure import Exposure
from bastion.core.model import (
    Action,
    EffectClass,
    Engine,
    Environment,
    Fence,
    Obligations,
    Principal,
    RunOptions,
    Target,
    Verdict,
)
from bastion.core.retire import touches_quarantine
from bastion.core.rules import INFERENCE, LAUNDERING, MEASURED_EFFECTS, Limits, Policy, Rule
from bastion.core.styles import Styles, strictest


def decide(
    principal: Principal,
    target: Target,
    statement: Statement,
    exposure: Exposure,
    policy: Policy,
    *,
    options: RunOptions,
    now: datetime,
    rows: int | None = None,
) -> Verdict:
    """Say whether a statement runs, waits for a reviewer, or is refused, and under which limits.

    Args:
        now: UTC, for rules that hold at certain hours.
        rows: how many an UPDATE, DELETE or MERGE would touch, as measured. None: not measured,
            which is taken for whatever is strictest; when ``Verdict.depends_on_rows`` then says
            so, measure and call again.
    """
    request = _Request(principal, target, statement, exposure, now)
    obligations = _obligations(principal, target, policy, options)
    if statement.pinned:
        return _verdict(request, obligations, _pinned(statement))
    if options.read_only and not statement.effects <= _TAME:
        return _verdict(request, obligations, _READ_ONLY)
    if touches_quarantine(statement):
        return _verdict(request, obligations, _QUARANTINED)
    if exposure.counted:
        return _verdict(request, obligations, _COUNTED, _sentences(exposure.counted))
    spoken = request.spoken(policy.rules, rows)
    verdict = _verdict(request, obligations, spoken, _details(spoken, statement, exposure, rows))
    quarantine_s, turns = request.quarantine_s(policy.rules, rows), turning_counts(policy)
    if rows is None:
        depends = any(request.spoken(policy.rules, count) != spoken for count in turns)
        return dataclasses.replace(verdict, quarantine_s=quarantine_s, depends_on_rows=depends)
    # A count is true for a moment only: the run may not touch more rows than this answer covers.
    stricter = (
        count
        for count in turns
        if count > rows and _severity(request.spoken(policy.rules, count)) > _severity(spoken)
    )
    first = next(stricter, None)
    rows_max = None if first is None else first - 1
    return dataclasses.replace(verdict, quarantine_s=quarantine_s, rows_max=rows_max)


def turning_counts(policy: Policy) -> list[int]:
    """Give the counts of rows from which on another rule may speak, ascending; none, mostly."""
    starts = {rule.min_rows for rule in policy.rules if rule.min_rows is not None}
    ends = {rule.max_rows + 1 for rule in policy.rules if rule.max_rows is not None}
    return sorted({0} | starts | ends) if starts or ends else []


def _severity(rule: Rule) -> tuple[int, int]:
    """Rank rules: block over hold over allow, among holds the one that asks for more people."""
    return _SEVERITY[rule.action], rule.approvals if rule.action is Action.HOLD else 0


def mask_styles(principal: Principal, policy: Policy) -> Styles:
    """Choose the style of each class for one principal.

    A table of the principal's own roles goes before the one for everybody; of several roles the
    style that tells least.
    """
    own = [policy.masks[word] for word in _role_words(principal) if word in policy.masks]
    chosen = dict(policy.masks.get("", {}))
    for sensitivity in {one for table in own for one in table}:
        chosen[sensitivity] = strictest([t[sensitivity] for t in own if sensitivity in t])
    return Styles(chosen=MappingProxyType(chosen))


def guesses_allowed(principal: Principal, target: Target, policy: Policy) -> int:
    """Tell how many values of a masked class a principal's person may try in a day."""
    return _obligations(principal, target, policy, RunOptions()).guesses_per_day


def unmask_for_s(principal: Principal, target: Target, policy: Policy) -> float:
    """Tell how long at most a principal may be shown masked values; 0 for never."""
    words = ("", target.environment.value, *_role_words(principal))
    found = [policy.limits[word] for word in words if word in policy.limits] or [Limits()]
    return min(one.unmask_for_s for one in found)


def common_styles(policy: Policy) -> Styles:
    """Choose of each class the style that tells least of all, for what anybody may see."""
    tables = [Styles(), *(Styles(chosen=table) for table in policy.masks.values())]
    classes = {sensitivity for table in policy.masks.values() for sensitivity in table}
    return Styles(
        chosen=MappingProxyType({one: strictest([t.of(one) for t in tables]) for one in classes})
    )


_SEVERITY = {Action.ALLOW: 0, Action.HOLD: 1, Action.BLOCK: 2}
_TAME = frozenset({EffectClass.READ, EffectClass.SESSION, EffectClass.TRANSACTION})
_READ_ONLY = Rule(
    name="read-only",
    action=Action.BLOCK,
    text="This run is read-only, and the statement is not proven to be a read. "
    "Send it without --read-only.",
)
_QUARANTINED = Rule(
    name="quarantine",
    action=Action.BLOCK,
    text="What is in quarantine cannot be read or changed. \\undrop in the shell, or "
    "`bastion quarantine`, brings a table back.",
)
_COUNTED = Rule(
    name="counters",
    action=Action.BLOCK,
    text="A masked value may not go into a counter: the next number would tell it to whoever asks. "
    "Write it into a column that does not count.",
)
_ROWLESS = frozenset(effect.value for effect in _TAME)
"""Effects that touch no stored row, measured or not."""
_REASONS_MAX = 4
_ROWS = frozenset({
    EffectClass.READ, EffectClass.INSERT, EffectClass.UPDATE, EffectClass.DELETE, EffectClass.MERGE,
})  # fmt: skip


class _Request:
    """One statement in its place, matched against rules."""

    def __init__(
        self,
        principal: Principal,
        target: Target,
        statement: Statement,
        exposure: Exposure,
        now: datetime,
    ) -> None:
        self._target = target
        self.statement = statement
        self._exposure = exposure
        self._now = now
        self._roles = _role_words(principal)
        self.is_agent = principal.is_agent

    def needs_guard(self) -> bool:
        """Tell whether code that nobody understood could drop or truncate what matters.

        A write of rows may set off triggers, of its own table, of partitions or of tables that a
        foreign key cascades to. MySQL's can neither run DDL nor text made on the way.
        """
        statement = self.statement
        if statement.is_temporary:
            return statement.engine is Engine.POSTGRESQL
        if statement.fence is not Fence.WRITE:
            return False
        if self._target.environment is not Environment.PRODUCTION:
            return False
        is_rows = statement.engine is Engine.POSTGRESQL and statement.effects <= _ROWS
        return is_rows or not statement.is_understood

    def effects(self) -> Iterator[str]:
        """Give every word that some rule must speak of, in a stable order."""
        yield from sorted(effect.value for effect in self.statement.effects)
        if self._exposure.inference:
            yield INFERENCE
        if self._exposure.laundering:
            yield LAUNDERING

    def spoken(self, rules: Iterable[Rule], rows: int | None) -> Rule:
        """Find the rule that speaks: the strictest of all effects, each with its strictest."""
        strictest: Rule | None = None
        for effect in self.effects():
            rule = self._strictest(rules, effect, rows)
            if rule is None:
                return _unmatched(effect)
            if strictest is None or _severity(rule) > _severity(strictest):
                strictest = rule
        return strictest or _unmatched("nothing")

    def quarantine_s(self, rules: Iterable[Rule], rows: int | None) -> float | None:
        """Give how long a rule for drops keeps them; whichever rule has the last word."""
        found = (self._strictest(rules, effect, rows) for effect in self.effects())
        return next((one.quarantine_s for one in found if one and one.quarantine_s), None)

    def _strictest(self, rules: Iterable[Rule], effect: str, rows: int | None) -> Rule | None:
        """Find the strictest rule for one effect; the first in the file among equals."""
        found: Rule | None = None
        for rule in rules:
            if not self._matches(rule, effect, rows):
                continue
            if found is None or _severity(rule) > _severity(found):
                found = rule
        return found

    def _matches(self, rule: Rule, effect: str, rows: int | None) -> bool:
        if rule.effects and effect not in rule.effects:
            return False
        if not rule.effects and effect in {INFERENCE, LAUNDERING} and rule.action is Action.ALLOW:
            # Only a rule that names it can let values leak by inference.
            return False
        return (
            self._place_matches(rule)
            and self._statement_matches(rule)
            and self._objects_match(rule, effect)
            and _rows_match(rule, _rows_of(effect, rows))
        )

    def _place_matches(self, rule: Rule) -> bool:
        return (
            _is_in(self._target.environment, rule.environments)
            and _is_in(self._target.engine, rule.engines)
            and (not rule.targets or _globs([self._target.name], rule.targets))
            and (not rule.roles or not rule.roles.isdisjoint(self._roles))
            and (rule.hours is None or rule.hours.holds(self._now.time()))
        )

    def _statement_matches(self, rule: Rule) -> bool:
        statement = self.statement
        if rule.whole_table is not None and rule.whole_table != statement.is_whole_table:
            return False
        return rule.understood is None or rule.understood == statement.is_understood

    def _objects_match(self, rule: Rule, effect: str) -> bool:
        if not rule.objects and not rule.except_objects:
            return True
        names = self._objects(effect)
        if names and rule.except_objects and all(_globs([n], rule.except_objects) for n in names):
            return False
        if not rule.objects:
            return True
        if rule.action is Action.ALLOW:
            # What is allowed for some tables needs proof that it touches only those.
            is_known = self.statement.is_understood and bool(names)
            return is_known and all(_globs([name], rule.objects) for name in names)
        if not self.statement.is_understood:
            return True
        return _globs(names, rule.objects)

    def _objects(self, effect: str) -> list[str]:
        statement = self.statement
        is_read = effect in {EffectClass.READ.value, INFERENCE}
        pairs = statement.reads if is_read else statement.writes
        return [f"{schema}.{name}" for schema, name in sorted(pairs)]


def _rows_of(effect: str, rows: int | None) -> int | None:
    """Give how many stored rows one effect touches; None: that is not measured."""
    if effect in _ROWLESS:
        return 0
    return rows if effect in MEASURED_EFFECTS else None


def _rows_match(rule: Rule, rows: int | None) -> bool:
    if rule.min_rows is None and rule.max_rows is None:
        return True
    if rows is None:
        # To be allowed takes proof; to be held or blocked takes none.
        return rule.action is not Action.ALLOW
    is_enough = rule.min_rows is None or rows >= rule.min_rows
    return is_enough and (rule.max_rows is None or rows <= rule.max_rows)


def _role_words(principal: Principal) -> frozenset[str]:
    kind = "agent" if principal.is_agent else "human"
    return frozenset({kind, *(role.value for role in principal.roles)})


def _is_in(value: object, allowed: frozenset[object]) -> bool:
    return not allowed or value in allowed


def _globs(names: Iterable[str], patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _unmatched(effect: str) -> Rule:
    return Rule(
        name="no rule",
        action=Action.BLOCK,
        text=f"No rule of the policy speaks of this ({effect}), and what no rule allows is "
        "refused. Ask the policy's owner for a rule.",
    )


def _pinned(statement: Statement) -> Rule:
    names = ", ".join(statement.pinned)
    return Rule(
        name="pinned settings",
        action=Action.BLOCK,
        text=f"The bastion pins this ({names}): a statement judged under one setting must not run "
        f"under another. {_HINTS.get(statement.pinned[0], 'Leave it as it is.')}",
    )


_HINTS = {
    "transaction_read_only": "Send the write itself, with or without BEGIN: once it is allowed or "
    "approved, it runs where it may write.",
    "default_transaction_read_only": "Each read is fenced by itself, and a write runs once it is "
    "allowed or approved, with or without BEGIN.",
    "pg_settings": "Use SET for a setting that may be changed.",
    "autocommit": "Use BEGIN and COMMIT.",
    "database": "Write schema.table, or connect to the other target.",
    "login": "It is the account that the bastion itself logs in with, and nobody could use the "
    "target any more. Change it at the database, and where the target's password is kept.",
    "role": "Ask for a target with the role that you need.",
}


def _details(
    rule: Rule, statement: Statement, exposure: Exposure, rows: int | None
) -> tuple[str, ...]:
    """Give the reasons that explain a hold or block, in words."""
    if rule.action is Action.ALLOW:
        return ()
    words = list(statement.reasons)
    if rule.min_rows is not None or rule.max_rows is not None:
        words.append(
            "How many rows it would touch is not measured, which counts as any number."
            if rows is None
            else f"It would touch {rows} rows."
        )
    if statement.is_whole_table and not statement.effects.isdisjoint(_ROW_WRITES):
        words.append("It touches every row of the table.")
    # Whichever rule speaks: who decides a write is told that it moves masked values.
    words += _sentences((*exposure.inference, *exposure.laundering))
    return tuple(dict.fromkeys(words))


def _sentences(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{one[:1].upper()}{one[1:]}." for one in words)


_ROW_WRITES = frozenset({EffectClass.UPDATE, EffectClass.DELETE, EffectClass.MERGE})
_DEFAULT_TEXT = {
    Action.ALLOW: "Allowed.",
    Action.HOLD: "This needs a reviewer's approval.",
    Action.BLOCK: "This is not allowed here, whoever asks.",
}


def _verdict(
    request: _Request, obligations: Obligations, rule: Rule, details: tuple[str, ...] = ()
) -> Verdict:
    statement = request.statement
    text = rule.text or _DEFAULT_TEXT[rule.action]
    shown = details[:_REASONS_MAX]
    if len(details) > _REASONS_MAX:
        shown = (*shown, f"And {len(details) - _REASONS_MAX} more reasons.")
    return Verdict(
        action=rule.action,
        rule=rule.name,
        text=" ".join((text, *shown)),
        fence=statement.fence,
        obligations=obligations,
        approvals_needed=rule.approvals,
        approver_roles=rule.approver_roles,
        expires_s=rule.expires_s,
        guards_structure=request.needs_guard(),
        guards_rows=statement.is_temporary,
        rehearses=rule.measure == "execute" and not request.is_agent,
        holds_open_s=0.0 if request.is_agent else rule.hold_open_s,
    )


def _obligations(
    principal: Principal, target: Target, policy: Policy, options: RunOptions
) -> Obligations:
    words = ("", target.environment.value, *_role_words(principal))
    found = [policy.limits[word] for word in words if word in policy.limits] or [Limits()]
    row_limit = min(one.row_limit for one in found)
    wanted = options.limit
    if wanted is None or wanted < 0:
        wanted = min(one.default_row_limit for one in found)
    timeout = min(one.statement_timeout_s for one in found)
    if options.timeout_s is not None and options.timeout_s > 0:
        timeout = min(timeout, options.timeout_s)
    return Obligations(
        row_limit=min(row_limit, wanted),
        statement_timeout_s=timeout,
        lock_timeout_s=min(one.lock_timeout_s for one in found),
        measured_keys=min(one.measured_keys for one in found),
        guesses_per_day=min(one.guesses_per_day for one in found),
    )
