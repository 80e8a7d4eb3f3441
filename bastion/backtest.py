"""``bastion policy backtest``: past transcripts judged again, and what would have been different.

Statements are judged in their order, session by session, so that what a session made is known to
what follows. Accounts and tables are those of now. Texts are shown without their literals.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bastion.administration import Administration
from bastion.core.catalogue import Catalogue
from bastion.core.context import SessionContext
from bastion.core.model import Target
from bastion.core.shape import shape_of
from bastion.errors import BastionError, UsageError
from bastion.execution.ports import Account
from recordings.catalog import Catalog, RecordingEntry
from recordings.errors import ChangedError, FormatError
from recordings.pinned import pinned
from recordings.reader import StatementView, read_statements

_RECORDINGS_MAX = 100_000
_WORDS = {"hold": "held", "block": "blocked", "allow": "allowed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStatement:
    """One recorded statement, to be judged again."""

    text: str
    at: dt.datetime
    account: Account
    target: Target
    catalogue: Catalogue
    context: SessionContext
    """What its session had made by then."""
    rows: int | None
    """Rows that a write was measured to touch, or did touch."""
    went_well: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskChange:
    """One output column whose mask the changed policy would draw otherwise."""

    classes: str
    """Words of the classes, sorted."""
    before: str
    after: str
    """Styles; ``shown`` is no mask."""
    shows_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """What the changed policy says of a past statement."""

    action: str
    rule: str
    masks: tuple[MaskChange, ...]
    context: SessionContext
    """What the session has made after it."""


Judge = Callable[[PastStatement], Rejudged]
FindFault = Callable[[Path], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One past statement that would have fared otherwise."""

    session_id: str
    number: int
    at: dt.datetime
    user: str
    target: str
    was: str
    action: str
    rule: str
    shape: str

    def as_row(self) -> Mapping[str, object]:
        """Give it for a listing."""
        return {
            "session": self.session_id,
            "statement": self.number,
            "at": self.at.isoformat(timespec="seconds"),
            "user": self.user,
            "target": self.target,
            "was": self.was,
            "verdict": self.action,
            "rule": self.rule,
            "text": self.shape,
        }


@dataclass(slots=True, kw_only=True)
class Backtest:
    """All that one changed policy would have made different."""

    judged: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """Statements or recordings by the reason why they were not judged."""
    differences: list[Difference] = field(default_factory=list)
    cells: Counter[MaskChange] = field(default_factory=Counter)

    def count(self, action: str) -> int:
        """Count the statements that would now get this verdict and did not then."""
        return sum(1 for one in self.differences if one.action == action)

    @property
    def unmasked(self) -> int:
        """Count the cells that were masked and would be shown whole."""
        return sum(n for change, n in self.cells.items() if change.after == "shown")

    def as_object(self, listed_max: int) -> Mapping[str, object]:
        """Give all of it for programs."""
        return {
            "judged": self.judged,
            "left_out": dict(sorted(self.left_out.items())),
            "held": self.count("hold"),
            "blocked": self.count("block"),
            "allowed": self.count("allow"),
            "unmasked_cells": self.unmasked,
            "by_rule": [
                {"verdict": action, "rule": rule, "statements": count}
                for (action, rule), count in self._by_rule()
            ],
            "masks": [
                {
                    "classes": change.classes,
                    "before": change.before,
                    "after": change.after,
                    "cells": count,
                }
                for change, count in self.cells.most_common()
            ],
            "statements": [one.as_row() for one in self.differences[:listed_max]],
        }

    def lines(self, listed_max: int) -> Iterator[str]:
        """Tell it in words, the sum first."""
        yield (
            f"It would have held {self.count('hold')} statements, blocked {self.count('block')}, "
            f"allowed {self.count('allow')} that were not, unmasked {self.unmasked} cells."
        )
        reasons = ", ".join(f"{count} {why}" for why, count in sorted(self.left_out.items()))
        yield f"{self.judged} past statements judged again; left out: {reasons or 'none'}."
        for (action, rule), count in self._by_rule():
            yield f"  {_WORDS[action]} by rule {rule}: {count}"
        for change, count in self.cells.most_common():
            word = "more" if change.shows_more else "less"
            yield (
                f"  masks of {change.classes}: {count} cells would show {word} "
                f"({change.before} before, {change.after} then)"
            )
        for one in self.differences[:listed_max]:
            yield (
                f"{one.session_id} #{one.number}  {one.at:%Y-%m-%d %H:%M}  {one.user} on "
                f"{one.target}  {one.was} -> {one.action} ({one.rule})  {one.shape}"
            )
        if len(self.differences) > listed_max:
            yield f"And {len(self.differences) - listed_max} more; --limit shows them."

    def _by_rule(self) -> list[tuple[tuple[str, str], int]]:
        return Counter((one.action, one.rule) for one in self.differences).most_common()


async def run_backtest(
    sessions: Path,
    administration: Administration,
    judge: Judge,
    *,
    since: dt.datetime,
    identity: Path | None,
    find_fault: FindFault,
) -> Backtest:
    """Judge the statements of past transcripts again, oldest first.

    Args:
        find_fault: tells why a recording is not what was recorded; empty: it is. Such a one is
            counted, not judged.
        identity: file with the age key of encrypted recordings; those that cannot be read are
            counted, not judged.
    """
    test = Backtest()
    known: dict[str, tuple[Target, Catalogue] | None] = {}
    entries = await asyncio.to_thread(Catalog(sessions).list_entries, limit=_RECORDINGS_MAX)
    for entry in reversed(entries):
        header = entry.header
        if header.started_at < since or not header.target:
            continue
        try:
            past = await asyncio.to_thread(_read_checked, entry.path, find_fault, identity)
        except ChangedError:
            test.left_out["recordings that are not what was recorded"] += 1
            continue
        except (OSError, FormatError):
            test.left_out["recordings that cannot be read here (--identity FILE?)"] += 1
            continue
        if header.target not in known:
            known[header.target] = await _target(administration, header.target)
        target, account = known[header.target], await _account(administration, header.user)
        if target is None or account is None:
            what = "target" if target is None else "account"
            test.left_out[f"statements whose {what} is gone or out of reach"] += len(past)
            continue
        await asyncio.to_thread(_judge_session, test, entry, past, (account, *target), judge)
    return test


def _read_checked(
    path: Path, find_fault: FindFault, identity: Path | None
) -> tuple[StatementView, ...]:
    """Read the statements of one recording, once it was checked.

    Raises:
        OSError: it cannot be read.
        FormatError: it is encrypted, or a ChangedError: it is not what was recorded.
    """
    with pinned(path):
        if fault := find_fault(path):
            raise ChangedError(fault)
        return read_statements(path, identity=identity)


def _judge_session(
    test: Backtest,
    entry: RecordingEntry,
    past: Sequence[StatementView],
    place: tuple[Account, Target, Catalogue],
    judge: Judge,
) -> None:
    account, target, catalogue = place
    context = SessionContext()
    for number, view in enumerate(past, 1):
        if not view.action:
            test.left_out["statements without a verdict"] += 1
            continue
        went_well = view.status == "ok"
        at = entry.header.started_at + dt.timedelta(microseconds=view.time_us)
        rows = view.measured_rows
        if rows is None and went_well:
            rows = view.row_count
        found = judge(
            PastStatement(
                text=view.text,
                at=at,
                account=account,
                target=target,
                catalogue=catalogue,
                context=context,
                rows=rows,
                went_well=went_well,
            )
        )
        context = found.context
        test.judged += 1
        if went_well and found.action != "block":
            for change in found.masks:
                test.cells[change] += view.row_count or 0
        if found.action != view.action:
            test.differences.append(
                Difference(
                    session_id=entry.session_id,
                    number=number,
                    at=at,
                    user=entry.header.user,
                    target=target.name,
                    was=view.action,
                    action=found.action,
                    rule=found.rule,
                    shape=shape_of(view.text, target.engine),
                )
            )


async def _target(administration: Administration, name: str) -> tuple[Target, Catalogue] | None:
    try:
        stored = await administration.find_target(name)
        return stored.target, await administration.scan(name)
    except BastionError:
        return None


async def _account(administration: Administration, name: str) -> Account | None:
    try:
        return await administration.find_account(name)
    except UsageError:
        return None
