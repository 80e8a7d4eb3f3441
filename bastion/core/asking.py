"""What is asked of reviewers, over many requests: which are alike, and which rules ask in vain."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bastion.core.approval import Approval, ApprovalState
from bastion.core.model import Engine
from bastion.core.shape import shape_of

ALIKE_MIN = 3
"""From this many on, requests that are alike are one line."""
_DECIDED_MIN = 5
"""Fewer decisions than this say nothing about a rule."""
_ENGINES = {engine.value: engine for engine in Engine}
_WITHDRAWN = (ApprovalState.WITHDRAWN, ApprovalState.REVOKED)


def request_shape(approval: Approval) -> str:
    """Fold the text of a request to its shape; see ``core.shape``."""
    engine = _ENGINES.get(approval.context.place.partition("://")[0], Engine.POSTGRESQL)
    return shape_of(approval.text, engine)


def are_alike(one: Approval, other: Approval) -> bool:
    """Tell whether two requests ask for the same but for their values."""
    return _likeness(one) == _likeness(other) and request_shape(one) == request_shape(other)


def group_alike(requests: Iterable[Approval]) -> tuple[tuple[Approval, ...], ...]:
    """Gather pending requests that are alike; each other one is a group of its own.

    Groups stand where their first one stood.
    """
    groups: dict[tuple[object, ...], list[Approval]] = {}
    for request in requests:
        is_pending = request.state is ApprovalState.PENDING
        key = (*_likeness(request), request_shape(request)) if is_pending else (request.id,)
        groups.setdefault(key, []).append(request)
    found: list[tuple[Approval, ...]] = []
    for group in groups.values():
        if len(group) >= ALIKE_MIN:
            found.append(tuple(group))
        else:
            found += [(request,) for request in group]
    return tuple(found)


def _likeness(approval: Approval) -> tuple[object, ...]:
    return approval.requester, approval.context.target, approval.rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReport:
    """How the requests of one rule fared."""

    rule: str
    asked: int
    approved: int
    denied: int
    expired: int
    withdrawn: int
    open: int
    requesters: int
    median_wait_s: float | None
    """From the request to the decision that settled it; None: none was decided."""
    shapes: tuple[tuple[str, int], ...]
    """What was asked most, with literals folded."""

    @property
    def expiry_share(self) -> float:
        """Give the share of requests that nobody answered in time."""
        return self.expired / self.asked if self.asked else 0.0

    @property
    def is_always_approved(self) -> bool:
        """Tell whether reviewers have never said no, often enough to wonder why they are asked."""
        return self.approved >= _DECIDED_MIN and not self.denied


def report_rules(requests: Sequence[Approval], *, shapes_max: int = 3) -> tuple[RuleReport, ...]:
    """Tell for each rule what it asked and what became of it, the one that asks most first."""
    by_rule: dict[str, list[Approval]] = defaultdict(list)
    for request in requests:
        by_rule[request.rule].append(request)
    reports = [_report(rule, asked, shapes_max) for rule, asked in by_rule.items()]
    return tuple(sorted(reports, key=lambda report: (-report.asked, report.rule)))


def _report(rule: str, requests: Sequence[Approval], shapes_max: int) -> RuleReport:
    states = Counter(request.state for request in requests)
    decided = (
        (request, [one.at for one in request.decisions if not one.is_revocation])
        for request in requests
        if request.state is not ApprovalState.PENDING
    )
    waits = [(at[-1] - request.created_at).total_seconds() for request, at in decided if at]
    denied = states[ApprovalState.DENIED]
    approved = sum(1 for request in requests if _is_approved(request))
    return RuleReport(
        rule=rule,
        asked=len(requests),
        approved=approved,
        denied=denied,
        expired=states[ApprovalState.EXPIRED],
        withdrawn=sum(states[state] for state in _WITHDRAWN),
        open=states[ApprovalState.PENDING],
        requesters=len({request.requester for request in requests}),
        median_wait_s=statistics.median(waits) if waits else None,
        shapes=tuple(Counter(map(request_shape, requests)).most_common(shapes_max)),
    )


def _is_approved(request: Approval) -> bool:
    """Tell whether enough people said yes, whatever became of it then."""
    return len(request.approved_by) >= request.approvals_needed
