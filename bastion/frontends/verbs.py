"""The verbs of ``ssh HOST VERB``: every act of the reviewers' application as a plain line.

Each verb gives an ``Answer`` in both forms: what people read, and JSON. None of them decides who
may do what: the desk and the registry do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bastion import __version__
from bastion.core.approval import NO_DIGEST, Approval, ApprovalState, Decision
from bastion.core.asking import group_alike, request_shape
from bastion.core.breakglass import Emergency
from bastion.core.grants import Grant
from bastion.core.model import Environment, Principal, Sensitivity, Status, Target
from bastion.core.samples import keys_text, sample_lines
from bastion.core.statement import scrub_secrets
from bastion.errors import UsageError
from bastion.execution.ports import RecordingView
from bastion.execution.proofs import own_key, signatures
from bastion.execution.registry import SessionView
from bastion.execution.services import Services
from bastion.frontends.envelope import JsonObject, impact_object, timestamp
from bastion.frontends.narration import (
    decided_text,
    glass_text,
    impact_text,
    names_text,
    revoked_text,
    seconds_left,
    seconds_text,
    withdrawn_text,
)
from bastion.frontends.render import (
    Renderer,
    RenderOptions,
    json_text,
    make_renderer,
    visible,
    words_columns,
    words_rows,
)
from bastion.frontends.words import VerbRequest
from recordings.words import moment_text

_LINE_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a verb says, and how it ended."""

    text: str
    data: JsonObject = field(default_factory=dict)
    status: Status = Status.OK

    def render(self, *, is_json: bool) -> str:
        """Give the text, or one line of JSON with ``status`` first."""
        if not is_json:
            return self.text
        return json_text({"status": self.status.value, **self.data}) + "\n"


async def answer(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    """Do what a verb asks; ``watch``, ``rec play`` and ``req wait`` stream and are not here.

    Raises:
        UsageError: the words after the verb are wrong.
        BastionError: what the desk or the registry refuses.
    """
    handler = _VERBS.get(_key(request))
    if handler is None:
        raise UsageError(_usage(request.verb))
    return await handler(services, principal, request)


def waited(approval: Approval) -> Answer:
    """Say how a request stands after waiting for it, to one who will not run it."""
    last = approval.decisions[-1] if approval.decisions else None
    by_whom = f" {last.reviewer}: {last.reason}".rstrip(": ") if last else ""
    return Answer(
        text=f"Request {approval.id} is {approval.state.value}.{visible(by_whom)}\n",
        data=approval_object(approval),
        status=_STATUS_OF_STATE[approval.state],
    )


_STATUS_OF_STATE = {
    ApprovalState.PENDING: Status.PENDING,
    ApprovalState.APPROVED: Status.OK,
    ApprovalState.RUNNING: Status.OK,
    ApprovalState.DONE: Status.OK,
    ApprovalState.FAILED: Status.ERROR,
    ApprovalState.UNKNOWN: Status.INTERNAL,
    ApprovalState.DENIED: Status.DENIED,
    ApprovalState.REVOKED: Status.DENIED,
    ApprovalState.EXPIRED: Status.EXPIRED,
    ApprovalState.WITHDRAWN: Status.EXPIRED,
}


def one_id(request: VerbRequest, *, skip: int) -> str:
    """Give the one id after the verb's ``skip`` sub-words.

    Raises:
        UsageError: there is none, or more than one word.
    """
    words = request.words[skip:]
    if len(words) != 1 or not words[0]:
        raise UsageError(_usage(request.verb))
    return words[0]


def targets_table(targets: Sequence[Target]) -> str:
    """List targets with environment and engine, in words."""
    return _table(
        ("target", "environment", "engine", "database"),
        [(t.name, t.environment.value, engine_name(t), t.database) for t in targets],
    )


def engine_name(target: Target) -> str:
    """Name the engine as people do."""
    return "postgresql" if target.engine.value == "postgres" else target.engine.value


def approval_object(approval: Approval) -> JsonObject:
    """Describe a request as JSON; parameters by number only."""
    return {
        "request_id": approval.id,
        "state": approval.state.value,
        "requester": approval.requester,
        "person": approval.person,
        "is_agent": approval.is_agent,
        "target": approval.context.target,
        "environment": approval.environment.value,
        "statement": scrub_secrets(approval.text),
        "statement_sha256": approval.statement_sha256 or None,
        "salt": approval.salt or None,
        "shape": request_shape(approval),
        "parameters": len(approval.parameters),
        "held_by": {"rule": approval.rule, "text": approval.rule_text},
        "impact": impact_object(approval.impact),
        "reason": approval.reason,
        "approvals": {"have": len(approval.approved_by), "need": approval.approvals_needed},
        "decisions": [
            {
                "reviewer": decision.reviewer,
                "approve": decision.is_approval,
                "taken_back": decision.is_revocation,
                "reason": decision.reason,
                "at": timestamp(decision.at),
                "message": decision.proof.message if decision.proof else None,
                "signatures": [
                    {
                        "by": one.principal,
                        "key": one.fingerprint,
                        "signature": one.signature,
                        "allowed_signers": one.allowed_signers,
                    }
                    for one in signatures(decision)
                ],
            }
            for decision in approval.decisions
        ],
        "created_at": timestamp(approval.created_at),
        "expires_at": timestamp(approval.expires_at),
    }


async def _targets(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    _no_words(request)
    targets = await services.reachable_targets(principal)
    data: JsonObject = {
        "targets": [
            {
                "name": target.name,
                "engine": engine_name(target),
                "environment": target.environment.value,
                "database": target.database,
                "may": _may(target),
            }
            for target in targets
        ]
    }
    if not targets:
        return Answer(text="You may use no target yet. Ask an administrator.\n", data=data)
    return Answer(text=targets_table(targets), data=data)


def _may(target: Target) -> str:
    if target.environment is Environment.PRODUCTION:
        return "reads run masked; writes and what is not understood wait for approval"
    if target.environment is Environment.STAGING:
        return "reads and writes run masked; whole-table writes and DDL wait for approval"
    return "all runs, masked and recorded"


async def _whoami(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    _no_words(request)
    targets = [target.name for target in await services.reachable_targets(principal)]
    roles = sorted(role.value for role in principal.roles)
    data: JsonObject = {
        "user": principal.user,
        "person": principal.person,
        "is_agent": principal.is_agent,
        "roles": roles,
        "targets": targets,
        "key_fingerprint": principal.key_fingerprint,
        "source": principal.source,
    }
    kind = f"agent of {principal.person}" if principal.is_agent else "person"
    pairs = (
        ("user", f"{principal.user} ({kind})"),
        ("roles", ", ".join(roles)),
        ("targets", ", ".join(targets) or "none yet; ask an administrator"),
        ("key", principal.key_fingerprint),
        ("from", principal.source),
    )
    return Answer(text=_pairs(pairs), data=data)


async def _help(_services: Services, principal: Principal, request: VerbRequest) -> Answer:
    _no_words(request)
    commands = [{"words": words, "does": does} for words, does in HELP]
    codes = {status.value: status.exit_code for status in Status}
    data: JsonObject = {
        "version": __version__,
        "commands": commands,
        "flags": [{"flag": flag, "does": does} for flag, does in FLAGS],
        "exit_codes": codes,
    }
    width = max(len(words) for words, _ in HELP)
    lines = [f"bastion {__version__}: you are {visible(principal.user)}.", ""]
    lines += [f"  ssh HOST {words.ljust(width)}  {does}" for words, does in HELP]
    lines += ["", "Flags, all before -c:"]
    lines += [f"  {flag.ljust(width)}  {does}" for flag, does in FLAGS]
    lines += ["", "Exit codes:"]
    lines.append("  " + ", ".join(f"{code} {word}" for word, code in codes.items()))
    return Answer(text="\n".join(lines) + "\n", data=data)


HELP = (
    ("TARGET < q.sql", "run SQL from your file; quotes cannot get lost"),
    ("TARGET -c 'SELECT 1'", "run one text and leave"),
    ("-t TARGET", "the SQL shell"),
    ("targets", "the databases you may use"),
    ("whoami", "who you are here"),
    ("help", "this; with --json for programs"),
    ("req list [--all]", "requests for approval that you may see"),
    ("req show ID", "one request: text, effect, who decides"),
    ("req approve ID [--reason TEXT]", "say yes (reviewers)"),
    ("req deny ID --reason TEXT", "say no; the requester reads the reason"),
    ("req wait ID [--wait 10m]", "wait for your request and, once approved, run it"),
    ("req withdraw ID", "take your request back"),
    ("req revoke ID --reason TEXT", "take a yes back before it commits (reviewers)"),
    ("rec list", "recordings that you may read"),
    ("rec show ID", "one recording: who, when, how many statements"),
    ("rec play ID [--format text|json|cast]", "replay one to stdout"),
    ("breakglass open TARGET CODE --reason TEXT", "lift holds for 30 minutes; everybody is told"),
    ("breakglass list", "who broke the glass, until when, and what waits for review"),
    ("breakglass review ID --reason TEXT", "say what you found (another person)"),
    ("breakglass end ID", "close the glass before its time"),
    ("grant unmask TARGET CLASS 15m --reason TEXT", "ask a reviewer to let you see a class"),
    ("grant window TARGET SCHEMA.TABLE --reason TEXT", "ask for 20 single-row writes of a table"),
    ("grant list [--all]", "what was given, to whom, until when, and how often it was used"),
    ("grant revoke ID [--reason TEXT]", "end one before its time"),
    ("budget [TARGET]", "what you may still try on masked columns today"),
    ("budget extend USER TARGET CLASS N --reason TEXT", "add to it for today (reviewers)"),
    ("sessions", "live sessions"),
    ("watch ID", "follow a live session"),
    ("kill ID --reason TEXT", "end a live session"),
    ("-t review", "the reviewers' application"),
)
FLAGS = (
    ("--format FORMAT", "table, csv, tsv, json, jsonl, markdown, vertical; also --csv and so on"),
    ("-t -A -x", "as in psql: rows only, unaligned, expanded"),
    ("--limit N", "rows to show, 500 by default, never above the policy's limit"),
    ("--timeout S", "end each statement after S seconds (5, 5s, 1m)"),
    ("--reason TEXT", "why; reviewers read it"),
    ("--wait D, --no-wait", "how long to wait for approval: 5m for people, 0 for agents"),
    ("--read-only", "refuse everything that is not a read"),
    ("--dry-run", "say what policy would do, run nothing"),
    ("--on-error stop|continue", "go on after a statement that did not end well"),
    ("-q, --stats", "no narration; one JSON line of numbers on stderr"),
)


async def _req_list(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    approvals = await services.desk.list_requests(principal, pending_only=not request.is_all)
    now = services.clock.now()
    data: JsonObject = {"requests": [approval_object(approval) for approval in approvals]}
    if not approvals:
        hint = "" if request.is_all else " req list --all shows those that have ended."
        return Answer(text=f"No request is waiting.{hint}\n", data=data)
    groups = group_alike(approvals)
    rows = [
        (
            approval.id,
            approval.state.value,
            approval.requester,
            approval.context.target,
            _left(approval, seconds_left(approval.expires_at, now)),
            impact_text(approval.impact),
            _first_line(scrub_secrets(approval.text))
            if len(group) == 1
            else _first_line(f"{len(group)} alike: {request_shape(approval)}"),
        )
        for group in groups
        for approval in [min(group, key=lambda one: one.expires_at)]
    ]
    names = ("request", "state", "requester", "target", "time left", "effect", "statement")
    text = _table(names, rows)
    for group in groups:
        if len(group) > 1:
            text += f"Alike: {' '.join(sorted(approval.id for approval in group))}\n"
    return Answer(text=text, data=data)


async def _req_show(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    approval = await services.desk.get(principal, one_id(request, skip=1))
    eligible = await services.desk.eligible(approval)
    data = approval_object(approval) | {"may_decide": list(eligible)}
    return Answer(text=approval_text(services, approval, eligible), data=data)


def approval_text(services: Services, approval: Approval, eligible: Sequence[str]) -> str:
    """Write one request in full, the statement with its line breaks."""
    now = services.clock.now()
    kind = f"agent of {approval.person}, " if approval.is_agent else ""
    have = f"{len(approval.approved_by)} of {approval.approvals_needed}"
    pairs = [
        ("request", f"{approval.id} ({approval.state.value})"),
        ("requester", f"{approval.requester} ({kind}from {approval.source})"),
        ("target", f"{approval.context.target} ({approval.environment.value})"),
        ("database", f"{approval.context.database}, role {approval.context.role}"),
        ("held by", f"{approval.rule_text} [rule {approval.rule}]"),
        ("effect", impact_text(approval.impact)),
        *(("", note) for note in approval.impact.notes),
        *_rows_seen(approval),
        ("reason", approval.reason or "none given"),
        ("approvals", have),
        ("decides", names_text(eligible) or "nobody now"),
        ("time left", _left(approval, seconds_left(approval.expires_at, now))),
        ("sha256", approval.statement_sha256 or NO_DIGEST),
        *(
            (
                _word_from(decision),
                f"{decision.reviewer} at {timestamp(decision.at)}{_signed_words(decision)} "
                f"{decision.reason}".rstrip(),
            )
            for decision in approval.decisions
        ),
    ]
    statement = visible(scrub_secrets(approval.text), keeps_lines=True).replace("\n", "\n    ")
    return f"{_pairs(pairs)}statement:\n    {statement}\n"


def _word_from(decision: Decision) -> str:
    if decision.is_revocation:
        return "taken back by"
    return "yes from" if decision.is_approval else "no from"


def _signed_words(decision: Decision) -> str:
    key = own_key(decision)
    return f", signed with {key}" if key else ""


def _rows_seen(approval: Approval) -> list[tuple[str, str]]:
    """Say which rows a yes covers, and show a few."""
    pairs: list[tuple[str, str]] = []
    if approval.impact.keys is not None:
        pairs.append(("covers", keys_text(approval.impact.keys)))
    if approval.impact.sample is not None:
        lines = list(sample_lines(approval.impact.sample))
        pairs += [("rows" if place == 0 else "", line) for place, line in enumerate(lines)]
    return pairs


async def _req_decide(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    is_yes = request.words[0] == "approve"
    request_id = one_id(request, skip=1)
    approval = await services.desk.decide(
        principal, request_id, approve=is_yes, reason=request.reason
    )
    return Answer(text=decided_text(approval, is_yes=is_yes), data=approval_object(approval))


async def _req_withdraw(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    request_id = one_id(request, skip=1)
    await services.desk.withdraw(principal, request_id)
    approval = await services.desk.get(principal, request_id)
    return Answer(text=withdrawn_text(request_id), data=approval_object(approval))


async def _req_revoke(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    request_id = one_id(request, skip=1)
    approval = await services.desk.revoke(principal, request_id, request.reason)
    return Answer(text=revoked_text(approval), data=approval_object(approval))


async def _rec_list(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    views = await services.registry.list_recordings(
        principal, limit=request.limit or 50, query=" ".join(request.words[1:])
    )
    data: JsonObject = {"recordings": [recording_object(view) for view in views]}
    if not views:
        return Answer(text="There is no recording that you may read.\n", data=data)
    rows = [
        (
            view.id,
            f"{view.started_at:%Y-%m-%d %H:%M:%S}",
            view.user,
            view.target,
            view.front_end,
            view.statements,
            view.held,
            seconds_text(view.duration_s),
            view.state,
        )
        for view in views
    ]
    names = (
        "recording", "started (UTC)", "user", "target", "by", "statements", "held", "length",
        "state",
    )  # fmt: skip
    text = _table(names, rows, numeric=("statements", "held"))
    return Answer(text=text + "".join(_hit_lines(view) for view in views), data=data)


def _hit_lines(view: RecordingView) -> str:
    """Tell which statements a search found, and when they came."""
    lines = [
        f"  {moment_text(hit.at_s)}  #{hit.statement} {hit.verdict or '-'}  {_first_line(hit.text)}"
        for hit in view.hits
    ]
    return "".join(f"{visible(line)}\n" for line in (view.id, *lines)) if lines else ""


async def _rec_show(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    session_id = one_id(request, skip=1)
    views = await services.registry.list_recordings(principal, query=session_id)
    view = next((view for view in views if view.id == session_id), None)
    if view is None:
        raise UsageError(f"There is no recording {session_id} that you may read. Try: rec list")
    pairs = (
        ("recording", f"{view.id} ({view.state})"),
        ("user", view.user if view.user == view.person else f"{view.user} of {view.person}"),
        ("target", f"{view.target} ({view.environment})" if view.target else "none"),
        ("by", view.front_end),
        ("started", timestamp(view.started_at)),
        ("length", seconds_text(view.duration_s)),
        ("statements", f"{view.statements}, held {view.held}, refused {view.denied}"),
        ("size", f"{view.size_bytes} bytes"),
    )
    return Answer(text=_pairs(pairs), data=recording_object(view))


async def _glass_open(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    words = request.words[1:]
    if len(words) != 2:
        raise UsageError(_usage("breakglass"))
    target = await services.find_target(principal, words[0])
    emergency = await services.glass.open(principal, target, reason=request.reason, code=words[1])
    return _glass(emergency, glass_text(emergency))


async def _glass_list(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    now = services.clock.now()
    found = await services.glass.list_emergencies(principal)
    shown = [one for one in found if request.is_all or one.is_open(now) or not one.is_reviewed]
    data: JsonObject = {"emergencies": [_glass_object(one) for one in shown]}
    if not shown:
        return Answer(text="No glass is broken, and nothing waits for review.\n", data=data)
    rows = [
        (
            one.id,
            one.user,
            one.target,
            f"{one.at:%Y-%m-%d %H:%M}",
            _glass_state(one, now),
            one.reason,
        )
        for one in shown
    ]
    return Answer(
        text=_table(("id", "user", "target", "at (UTC)", "state", "reason"), rows), data=data
    )


async def _glass_review(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    emergency_id = one_id(request, skip=1)
    emergency = await services.glass.review(principal, emergency_id, request.reason)
    return _glass(emergency, f"Reviewed: {emergency.id} of {emergency.user}.\n")


async def _glass_end(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    emergency = await services.glass.end(principal, one_id(request, skip=1))
    return _glass(emergency, f"Ended: {emergency.id}. Its review is due.\n")


def _glass(emergency: Emergency, text: str) -> Answer:
    return Answer(text=visible(text, keeps_lines=True), data=_glass_object(emergency))


def _glass_state(emergency: Emergency, now: datetime) -> str:
    if emergency.is_open(now):
        return f"open until {emergency.until:%H:%M}"
    if emergency.is_reviewed:
        return f"reviewed by {emergency.reviewed_by}"
    word = "overdue since" if now > emergency.review_due_at else "due by"
    return f"review {word} {emergency.review_due_at:%Y-%m-%d %H:%M}"


def _glass_object(emergency: Emergency) -> JsonObject:
    reviewed_at = emergency.reviewed_at
    return {
        "emergency_id": emergency.id,
        "user": emergency.user,
        "target": emergency.target,
        "reason": emergency.reason,
        "at": timestamp(emergency.at),
        "until": timestamp(emergency.until),
        "review_due_at": timestamp(emergency.review_due_at),
        "reviewed_by": emergency.reviewed_by or None,
        "review": emergency.review or None,
        "reviewed_at": None if reviewed_at is None else timestamp(reviewed_at),
    }


async def _sessions(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    _no_words(request)
    views = services.registry.list_sessions(principal)
    data: JsonObject = {"sessions": [_session_object(view) for view in views]}
    now = services.clock.now()
    rows = [
        (
            view.id,
            view.user,
            view.target,
            view.environment,
            view.front_end,
            view.source,
            seconds_text((now - view.started_at).total_seconds()),
            view.statements,
            view.held,
            view.state,
        )
        for view in views
    ]
    names = (
        "session", "user", "target", "environment", "by", "from", "age", "statements", "held",
        "state",
    )  # fmt: skip
    return Answer(text=_table(names, rows, numeric=("statements", "held")), data=data)


async def _kill(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    session_id = one_id(request, skip=0)
    await services.registry.kill(principal, session_id, request.reason)
    return Answer(
        text=f"Ended: session {session_id}. Its queries are cancelled.\n",
        data={"session_id": session_id},
    )


def grant_words(request: VerbRequest) -> tuple[str, str, str]:
    """Give target, kind and words of ``grant unmask`` and ``grant window``.

    Raises:
        UsageError: says what to write.
    """
    kind, *words = request.words
    if (kind, len(words)) not in {("unmask", 3), ("window", 2)}:
        raise UsageError(_usage("grant"))
    return words[0], kind, words[1] if kind == "window" else f"{words[1]} for {words[2]}"


async def _grant_list(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    now = services.clock.now()
    found = await services.governance.grants.list_grants(principal)
    shown = [one for one in found if request.is_all or one.is_open(now)]
    data: JsonObject = {"grants": [_grant_object(one, now) for one in shown]}
    if not shown:
        hint = "" if request.is_all else " grant list --all shows those that are over."
        return Answer(text=f"Nothing is given.{hint}\n", data=data)
    rows = [
        (
            one.id,
            one.user,
            one.target,
            f"{one.kind.value} {one.subject}",
            f"{one.used} of {one.count_max}" if one.count_max else str(one.used),
            f"{one.until:%Y-%m-%d %H:%M}",
            one.stands(now),
            ", ".join(one.given_by),
        )
        for one in shown
    ]
    head = ("id", "user", "target", "what", "used", "until (UTC)", "state", "by")
    return Answer(text=_table(head, rows), data=data)


async def _grant_revoke(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    ended = await services.governance.grants.revoke(
        principal, one_id(request, skip=1), request.reason
    )
    data = _grant_object(ended, services.clock.now())
    return Answer(text=f"Ended: {ended.kind.value} {ended.subject} of {ended.user}.\n", data=data)


def _grant_object(grant: Grant, now: datetime) -> JsonObject:
    return {
        "id": grant.id,
        "kind": grant.kind.value,
        "user": grant.user,
        "target": grant.target,
        "subject": grant.subject,
        "used": grant.used,
        "count_max": grant.count_max or None,
        "until": timestamp(grant.until),
        "state": grant.stands(now),
        "given_by": list(grant.given_by),
        "reason": grant.reason,
    }


async def _budget(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    if request.words[:1] == ("extend",):
        return await _budget_extend(services, principal, request)
    if len(request.words) > 1:
        raise UsageError(_usage("budget"))
    targets = await services.reachable_targets(principal)
    if request.words:
        targets = (await services.find_target(principal, request.words[0]),)
    rows = []
    budgets: list[JsonObject] = []
    for target in targets:
        allowed, uses = await services.guess_standing(principal, target)
        rows += [
            (target.name, one.sensitivity.value, str(one.used), str(one.left)) for one in uses
        ] or [(target.name, "each class", "0", str(allowed))]
        used = {one.sensitivity.value: {"used": one.used, "left": one.left} for one in uses}
        budgets.append({"target": target.name, "per_class": allowed, "classes": used})
    head = ("target", "class", "tried today", "left")
    return Answer(text=_table(head, rows), data={"budgets": budgets})


async def _budget_extend(services: Services, principal: Principal, request: VerbRequest) -> Answer:
    words = request.words[1:]
    if len(words) != 4 or not words[3].isdigit():
        raise UsageError(_usage("budget"))
    user, name, word, count = words
    target = await services.find_target(principal, name)
    classes = {one.value: one for one in Sensitivity}
    if word not in classes:
        raise UsageError(f'There is no class "{word}". There are: {", ".join(classes)}.')
    await services.governance.guesses.extend(
        principal, user, target.name, classes[word], count=int(count), reason=request.reason
    )
    data: JsonObject = {"user": user, "target": name, "class": word, "added": int(count)}
    return Answer(
        text=f"{user} may try {count} more values of {word} on {name} today.\n", data=data
    )


Handler = Callable[[Services, Principal, VerbRequest], Awaitable[Answer]]
_VERBS: dict[str, Handler] = {
    "targets": _targets,
    "whoami": _whoami,
    "help": _help,
    "req list": _req_list,
    "req show": _req_show,
    "req approve": _req_decide,
    "req deny": _req_decide,
    "req withdraw": _req_withdraw,
    "req revoke": _req_revoke,
    "rec list": _rec_list,
    "rec show": _rec_show,
    "sessions": _sessions,
    "kill": _kill,
    "breakglass list": _glass_list,
    "breakglass review": _glass_review,
    "breakglass end": _glass_end,
    "breakglass open": _glass_open,
    "budget": _budget,
    "grant list": _grant_list,
    "grant revoke": _grant_revoke,
}
_USAGES = {
    "req": "req list|show ID|approve ID|deny ID|wait ID|withdraw ID|revoke ID "
    "[--reason TEXT] [--json]",
    "rec": "rec list|show ID|play ID [--format text|json|cast]",
    "watch": "watch ID",
    "kill": "kill ID --reason TEXT",
    "breakglass": "breakglass list|open TARGET CODE --reason TEXT|end ID|"
    "review ID --reason TEXT [--json]",
    "grant": "grant list|unmask TARGET CLASS 15m --reason TEXT|window TARGET SCHEMA.TABLE "
    "--reason TEXT|revoke ID [--json]",
    "budget": "budget [TARGET] [--json], or: budget extend USER TARGET CLASS N --reason TEXT",
}


def _key(request: VerbRequest) -> str:
    if request.verb in ("req", "rec", "breakglass", "grant"):
        sub_word = request.words[0] if request.words else "list"
        return f"{request.verb} {sub_word}"
    return request.verb


def _usage(verb: str) -> str:
    return f"Write: ssh HOST {_USAGES.get(verb, f'{verb} [--json]')}"


def _no_words(request: VerbRequest) -> None:
    if request.words:
        raise UsageError(_usage(request.verb))


def _left(approval: Approval, left_s: int) -> str:
    if approval.state in (ApprovalState.PENDING, ApprovalState.APPROVED):
        return seconds_text(left_s) if left_s else "expired"
    return str(approval.state.value)


def _first_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LINE_MAX else f"{line[:_LINE_MAX]}…"


def recording_object(view: RecordingView) -> JsonObject:
    """Describe a recording as JSON; where its file lies is the server's business."""
    members: JsonObject = {
        name: value for name, value in dataclasses.asdict(view).items() if name != "path"
    }
    members["started_at"] = timestamp(view.started_at)
    return members


def _session_object(view: SessionView) -> JsonObject:
    members: JsonObject = dataclasses.asdict(view)
    members["started_at"] = timestamp(view.started_at)
    members["last_active_at"] = timestamp(view.last_active_at)
    return members


def _table(
    names: Sequence[str],
    rows: Sequence[Sequence[str | int | None]],
    *,
    numeric: Sequence[str] = (),
) -> str:
    renderer: Renderer = make_renderer(
        "table", options=RenderOptions(has_footer=False, null_text="")
    )
    text = renderer.begin(words_columns(*names, numeric=numeric))
    return text + renderer.rows(words_rows(rows)) + renderer.end()


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in pairs)
    lines = (f"{name.ljust(width)}  {visible(value)}".rstrip() for name, value in pairs)
    return "\n".join(lines) + "\n"
