"""What is filed and said when somebody asks for a grant."""

from __future__ import annotations

from bastion.core.approval import Approval, RunContext
from bastion.core.catalogue import Catalogue
from bastion.core.grants import Grant, GrantKind, Wanted, read_wanted
from bastion.core.model import Action, Impact, Verdict
from bastion.core.setoff import sets_off
from bastion.errors import UsageError
from bastion.execution.holding import Held
from bastion.execution.outcomes import Run

_EFFECTS = {kind.value: kind for kind in GrantKind}
_RULES = {
    GrantKind.UNMASK: "Masked values are shown to one person for a while when a reviewer says so.",
    GrantKind.WINDOW: "One row at a time, by its full key, without triggers or cascades, "
    "20 times at most.",
}


def grant_request(run: Run, context: RunContext, wanted: Wanted, judged: Verdict) -> Held:
    """Make what reviewers see of a wish; a yes covers nothing else."""
    kind = wanted.kind
    verdict = Verdict(
        action=Action.HOLD,
        rule=f"{kind.value} on request",
        text=_RULES[kind],
        fence=judged.fence,
        obligations=judged.obligations,
    )
    tables = (wanted.subject,) if kind is GrantKind.WINDOW else ()
    return Held(
        text=wanted.text,
        parameters=(),
        context=context,
        impact=Impact(effect=kind.value, tables=tables),
        verdict=verdict,
        reason=run.options.reason,
        in_transaction=False,
        is_dirty=False,
    )


def wanted_of(approval: Approval | None) -> Wanted | None:
    """Tell whether a request asks for a grant, and which; its rule is no rule of a policy."""
    kind = _EFFECTS.get(approval.effect) if approval is not None else None
    if approval is None or kind is None:
        return None
    wanted = read_wanted(approval.text)
    return wanted if wanted is not None and wanted.kind is kind else None


def grant_words(grant: Grant) -> str:
    """Say what was given, until when, and how it ends."""
    until = f"until {grant.until:%H:%M} UTC"
    if grant.kind is GrantKind.UNMASK:
        what = f"You see {grant.subject} on {grant.target} {until}. Every cell is counted."
    else:
        times = f"{grant.count_max} times at most"
        what = f"You may write single rows of {grant.subject} {until}, {times}."
    return f"{what} `grant revoke {grant.id}` ends it."


def check_window(table: str, catalogue: Catalogue) -> None:
    """Refuse a window on what is no examined table.

    Raises:
        UsageError: no such table, or writing it sets something off.
    """
    schema, _, name = table.rpartition(".")
    relation = catalogue.relations.get((schema, name))
    if relation is None:
        raise UsageError(f'There is no table "{table}". Write schema.table.')
    if sets_off(relation, catalogue):
        raise UsageError(
            f"Writing {table} sets off triggers, rules, cascades or code of its own, so each "
            "statement on it is reviewed by itself."
        )
    if not relation.primary_key and not relation.unique_keys:
        raise UsageError(f"{table} has no key to tell its rows apart by.")
