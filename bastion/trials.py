"""``bastion policy``: a policy tried on a statement, or on past transcripts, with nothing run."""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from bastion import records
from bastion.administration import Administration
from bastion.backtest import Judge, MaskChange, PastStatement, Rejudged, run_backtest
from bastion.config import Paths
from bastion.core.asking import report_rules
from bastion.core.context import SessionContext
from bastion.core.exposure import ColumnExposure
from bastion.core.impact import measured_rows
from bastion.core.lineage import trace
from bastion.core.model import Impact, RunOptions, Verdict
from bastion.core.policy import decide, mask_styles, turning_counts
from bastion.core.retire import settle
from bastion.core.rules import Policy, parse_policy
from bastion.core.statement import analyse, split
from bastion.core.styles import Style, Styles, strictest
from bastion.core.tracking import advance
from bastion.errors import ConfigError, UsageError
from bastion.installation import PolicyFile, SystemClock, check_initialised
from bastion.ssh.auth import principal_of

_LABEL_WIDTH = 9


class Show(Protocol):
    """Prints rows as a table or as JSON."""

    def __call__(self, rows: Sequence[Mapping[str, object]], *, as_json: bool) -> None:
        """Print them."""
        ...


def check(paths: Paths, parsed: argparse.Namespace, *, say: Callable[[str], None]) -> int:
    """Read a policy and say whether it can be used.

    Raises:
        ConfigError: it cannot; names file, table and key.
    """
    file = parsed.file or paths.policy
    policy = _read_policy(file)
    say(f"{file}: version {policy.version}, {len(policy.rules)} rules; it can be used.")
    return 0


async def test(
    paths: Paths, administration: Administration, parsed: argparse.Namespace, show: Show
) -> int:
    """Show the verdict for each statement of a text, and why, without running it."""
    check_initialised(paths)
    policy = _read_policy(parsed.file) if parsed.file else PolicyFile(paths.policy).current()
    target = (await administration.find_target(parsed.target)).target
    account = await administration.find_account(parsed.user)
    principal = principal_of(account, fingerprint="", source="", client="policy test")
    catalogue = await administration.scan(parsed.target)
    sql = sys.stdin.read() if parsed.sql == "-" else parsed.sql
    results = []
    for text in split(sql, target.engine):
        context = SessionContext()
        statement = analyse(text, engine=target.engine, catalogue=catalogue, context=context)
        exposure = trace(statement, catalogue=catalogue, context=context)
        judge = functools.partial(
            decide,
            principal,
            target,
            statement,
            exposure,
            policy,
            options=RunOptions(),
            now=SystemClock().now(),
        )
        verdict, _ = settle(judge(rows=parsed.rows), statement, catalogue)
        results.append(
            {
                "verdict": verdict.action.value,
                "rule": verdict.rule,
                "text": verdict.text,
                "by_rows": _by_rows(judge, policy) if verdict.depends_on_rows else [],
                "effects": sorted(effect.value for effect in statement.effects),
                "writes": sorted(".".join(key) for key in statement.writes),
                "reads": sorted(".".join(key) for key in statement.reads),
                "why": list(statement.reasons),
                "masked": [_classes(column) for column in exposure.columns or ()],
            }
        )
    if not results:
        raise UsageError("There is no statement to judge.")
    if parsed.json:
        show(results, as_json=True)
    else:
        width = shutil.get_terminal_size().columns
        told = ("\n".join(_told(result, width)) for result in results)
        sys.stdout.write("\n\n".join(told) + "\n")
    return 0


def _told(result: Mapping[str, object], width: int) -> Iterator[str]:
    """Tell a verdict for people, a line for each thing that there is to say."""
    for name, value in result.items():
        values = value if isinstance(value, list) else [value]
        said = [
            "-" if one is None else " ".join(one) if isinstance(one, list) else str(one)
            for one in values
        ]
        for line in said if name in {"by_rows", "why"} else filter(None, [", ".join(said)]):
            first = f"{name.replace('_', ' '):{_LABEL_WIDTH}}"
            yield from textwrap.wrap(
                line, max(width, 40), initial_indent=first, subsequent_indent=" " * _LABEL_WIDTH
            )


async def backtest(
    paths: Paths, administration: Administration, parsed: argparse.Namespace, show: Show
) -> int:
    """Tell what a changed policy would have decided on past transcripts."""
    del show
    check_initialised(paths)
    judge = _judge_with(PolicyFile(paths.policy).current(), _read_policy(parsed.file))
    records.read_on_record(paths, "", "backtest", str(parsed.file))
    since = SystemClock().now() - dt.timedelta(days=parsed.days)
    found = await run_backtest(
        paths.sessions,
        administration,
        judge,
        since=since,
        identity=parsed.identity,
        find_fault=records.finder_of_faults(paths, parsed.identity),
    )
    if parsed.json:
        sys.stdout.write(json.dumps(found.as_object(parsed.limit), ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in found.lines(parsed.limit))
    return 0


async def report(
    paths: Paths, administration: Administration, parsed: argparse.Namespace, show: Show
) -> int:
    """Tell which rules ask most, what became of it, and which ask for nothing but a yes."""
    check_initialised(paths)
    since = SystemClock().now() - dt.timedelta(days=parsed.days)
    reports = report_rules(await administration.list_requests(since=since))
    show(
        [
            {
                "rule": one.rule,
                "asked": one.asked,
                "approved": one.approved,
                "denied": one.denied,
                "expired": one.expired,
                "withdrawn": one.withdrawn,
                "open": one.open,
                "people": one.requesters,
                "median_wait_s": None if one.median_wait_s is None else round(one.median_wait_s),
                "expired_share": round(one.expiry_share, 3),
                "always_approved": one.is_always_approved,
                "mostly": [f"{count} x {shape}" for shape, count in one.shapes],
            }
            for one in reports
        ],
        as_json=parsed.json,
    )
    if not parsed.json:
        for one in reports:
            if one.is_always_approved:
                sys.stdout.write(
                    f"Rule {one.rule} asked {one.asked} times and was never refused: narrow it, "
                    "or allow what is mostly asked. Try the change: bastion policy backtest\n"
                )
    return 0


def _by_rows(judge: Callable[..., Verdict], policy: Policy) -> list[str]:
    """Tell which rule speaks for how many measured rows, a line for each span."""
    spans: list[tuple[int, Verdict]] = []
    for count in turning_counts(policy):
        verdict = judge(rows=count)
        if not spans or spans[-1][1].rule != verdict.rule:
            spans.append((count, verdict))
    ends = [f"to {start - 1}" for start, _ in spans[1:]] + ["and more"]
    return [
        f"{start} {end}: {verdict.action.value} ({verdict.rule})"
        for (start, verdict), end in zip(spans, ends, strict=True)
    ]


def _classes(column: ColumnExposure) -> list[str] | None:
    if column.is_proven and not column.classes:
        return None
    return sorted(one.value for one in column.classes) or ["unproven"]


def _read_policy(path: Path) -> Policy:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read. Check that it exists and may be read."
        ) from error
    return parse_policy(text, source=str(path))


def _judge_with(before: Policy, after: Policy) -> Judge:
    def judge(case: PastStatement) -> Rejudged:
        statement = analyse(
            case.text, engine=case.target.engine, catalogue=case.catalogue, context=case.context
        )
        exposure = trace(statement, catalogue=case.catalogue, context=case.context)
        impact = Impact(effect="", rows=case.rows, is_measured=case.rows is not None)
        principal = principal_of(case.account, fingerprint="", source="", client="backtest")
        verdict = decide(
            principal,
            case.target,
            statement,
            exposure,
            after,
            options=RunOptions(),
            now=case.at,
            rows=measured_rows(impact, statement, case.catalogue),
        )
        verdict, _ = settle(verdict, statement, case.catalogue)
        context = case.context
        if case.went_well:
            context = advance(context, statement, exposure, catalogue=case.catalogue)
        styles = [mask_styles(principal, policy) for policy in (before, after)]
        changes = (_mask_change(column, *styles) for column in exposure.columns or ())
        return Rejudged(
            action=verdict.action.value,
            rule=verdict.rule,
            masks=tuple(change for change in changes if change is not None),
            context=context,
        )

    return judge


def _mask_change(column: ColumnExposure, before: Styles, after: Styles) -> MaskChange | None:
    classes = _classes(column)
    if classes is None:
        return None
    one, other = _style(before, column), _style(after, column)
    if one is other:
        return None
    return MaskChange(
        classes=", ".join(classes),
        before=one.value,
        after=other.value,
        shows_more=strictest([one, other]) is one,
    )


def _style(chosen: Styles, column: ColumnExposure) -> Style:
    is_one = len(column.classes) == 1 and column.is_proven and column.is_verbatim
    return chosen.of(next(iter(column.classes))) if is_one else Style.FULL
