"""Whether the store says what the audit log says: rows that no act on record explains are found.

Whoever can write the store's file can put an account, a key or another environment into it, take a
review or a decision away, or put yesterday's file in its place. The audit log cannot be changed so.
Both are told as facts, a subject and its value, and compared.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from bastion.core.approval import ApprovalState, salted
from bastion.errors import StoreError
from bastion.store import schema
from bastion.store.base import Shelf
from bastion.store.box import SecretBox
from bastion.store.emergencies import read_emergency
from bastion.store.grants import read_grant
from bastion.store.requests import read_request
from recordings.audit import AuditRow, read_rows

Facts = dict[str, str]

RESTORED = "store.restored"
TAKEN = "approval.taken"
_NOT_STORED = ("recording.", "login.", "session.", "audit.")
"""Most rows of a log; none of them is an act on what the store holds."""
_DOING_S = 1.0
_TOLD_MAX = 20
_OPEN, _TAKEN, _ENDED = "open", "its run taken", "ended"
_PHASES = {
    ApprovalState.PENDING: _OPEN,
    ApprovalState.APPROVED: _OPEN,
    ApprovalState.RUNNING: _TAKEN,
    ApprovalState.DONE: _TAKEN,
    ApprovalState.FAILED: _TAKEN,
    ApprovalState.UNKNOWN: _TAKEN,
}
_EVERYTHING = "*"


class StoredFacts(Shelf):
    """Tells what the store holds of what the audit log knows as well."""

    async def facts(self) -> Facts:
        """Read all of it in one transaction; a record that was tampered with says so."""
        rows = await self._database.read(
            lambda connection: {
                table.name: connection.execute(table.select()).all() for table in _TABLES
            }
        )
        # Opening what is sealed takes a while, and nobody who needs the store waits for it.
        return await asyncio.to_thread(_read_facts, rows, self._box)


async def find_disagreements(store: StoredFacts, audit_log: Path) -> list[str]:
    """Compare the store with the audit log; what is being done just now is not told.

    Raises:
        StoreError: the store cannot be read.
        OSError, FormatError: the log cannot.
    """
    first = await asyncio.to_thread(disagreements, await store.facts(), audit_log)
    if not first:
        return []
    # An act is on record before it is done.
    await asyncio.sleep(_DOING_S)
    second = await asyncio.to_thread(disagreements, await store.facts(), audit_log)
    return sorted({*first} & {*second})


def told_briefly(found: Sequence[str]) -> str:
    """Say what disagrees and what to do; empty: nothing does."""
    if not found:
        return ""
    more = f"; and {len(found) - _TOLD_MAX} more" if len(found) > _TOLD_MAX else ""
    return (
        f"The store was changed or put back past the bastion: {'; '.join(found[:_TOLD_MAX])}{more}."
        " Find out who could write there; then take the acts again by command, or restore a backup."
    )


def disagreements(stored: Facts, audit_log: Path) -> list[str]:
    """Tell, in words, where the store says something else than the audit log.

    Raises:
        OSError: the log cannot be read.
        FormatError: it is garbled.
    """
    told = _Told()
    void = {row.fields.get("row") for row in _rows(audit_log) if row.event.endswith("_void")}
    for row in _rows(audit_log):
        if row.id not in void:
            told.take(row.event, row.fields)
    return sorted(told.compare(stored))


def taken_requests(audit_log: Path) -> frozenset[str]:
    """Name the requests whose one run was taken, whatever the store says of them."""
    taken = (row for row in _rows(audit_log) if row.event == TAKEN)
    return frozenset(str(row.fields.get("request_id")) for row in taken)


def _rows(path: Path) -> Iterable[AuditRow]:
    return read_rows(path, leave_out=_NOT_STORED) if path.exists() else ()


# The store's side


_Rows = Mapping[str, Sequence[sa.Row[tuple[object, ...]]]]
_TABLES = (
    schema.accounts,
    schema.keys,
    schema.targets,
    schema.column_overrides,
    schema.panics,
    schema.quarantine,
    schema.approvals,
    schema.grants,
    schema.emergencies,
)


def _read_facts(rows: _Rows, box: SecretBox) -> Facts:
    facts: Facts = {}
    for row in rows[schema.accounts.name]:
        facts[f"account {row.user}"] = _kind(row.owner)
        facts[f"roles of {row.user}"] = _joined(row.roles)
        facts[f"reach of {row.user}"] = _reach(row.targets)
        facts[f"state of {row.user}"] = "disabled" if row.is_disabled else "enabled"
        if row.owner is not None:
            facts[f"end of {row.user}"] = row.expires_at.isoformat() if row.expires_at else ""
            facts[f"sources of {row.user}"] = _joined(row.sources)
    for row in rows[schema.keys.name]:
        facts[f"key {row.fingerprint}"] = row.user
    for row in rows[schema.targets.name]:
        facts[f"target {row.name}"] = row.environment
        facts[f"address of {row.name}"] = row.url
        facts[f"reader of {row.name}"] = row.reader_url
    for row in rows[schema.column_overrides.name]:
        column = f"{row.schema_name}.{row.relation}.{row.column_name}"
        facts[f"class of {column} at {row.target}"] = row.sensitivity or "none"
    for row in rows[schema.panics.name]:
        if row.lifted_at is None:
            facts[_stop(row.kind, row.name)] = "stopped"
    for row in rows[schema.quarantine.name]:
        facts[f"retired {row.id}"] = f"{row.kept_in} at {row.target}"
        if row.proposed_by:
            facts[f"first to drop {row.id}"] = row.proposed_by
    _read_sealed(rows, box, facts)
    return facts


def _read_sealed(rows: _Rows, box: SecretBox, facts: Facts) -> None:
    kinds: tuple[tuple[sa.Table, str, Callable[..., Facts]], ...] = (
        (schema.approvals, "request", _request_facts),
        (schema.grants, "grant", _grant_facts),
        (schema.emergencies, "break-glass", _emergency_facts),
    )
    for table, name, read in kinds:
        for row in rows[table.name]:
            try:
                facts |= read(row, box)
            except (StoreError, ValueError, KeyError, TypeError):
                facts[f"{name} {row.id}"] = "changed from outside"


def _request_facts(row: sa.Row[tuple[object, ...]], box: SecretBox) -> Facts:
    request = read_request(row, box)
    facts = {
        f"request {request.id}": _PHASES.get(request.state, _ENDED),
        f"text of {request.id}": _asked(
            request.requester,
            request.context.target,
            salted(request.statement_sha256, request.salt),
        ),
    }
    for one in request.decisions:
        facts[_word(one.reviewer, request.id, is_revocation=one.is_revocation)] = (
            "yes" if one.is_approval else "no"
        )
    return facts


def _grant_facts(row: sa.Row[tuple[object, ...]], box: SecretBox) -> Facts:
    grant = read_grant(row, box)
    facts = {f"grant {grant.id}": _given(grant.subject, grant.user, grant.target, grant.until)}
    if grant.revoked_at is not None:
        facts[f"end of grant {grant.id}"] = "revoked"
    return facts


def _emergency_facts(row: sa.Row[tuple[object, ...]], box: SecretBox) -> Facts:
    one = read_emergency(row, box)
    facts = {f"break-glass {one.id}": _given("all", one.user, one.target, one.until)}
    if one.reviewed_by:
        facts[f"review of {one.id}"] = one.reviewed_by
    return facts


# The log's side


@dataclass(slots=True)
class _Told:
    """What the rows so far say."""

    now: Facts = field(default_factory=dict)
    ever: dict[str, set[str | None]] = field(default_factory=dict)
    """All values that a subject has had; None: there was none."""
    at_restore: dict[str, set[str | None]] = field(default_factory=dict)
    """What each subject may be since a backup came back; until an act names it again."""
    untold: set[str] = field(default_factory=set)
    """What rows of earlier versions do not say."""
    keys_untold: set[str] = field(default_factory=set)

    def take(self, event: str, fields: Mapping[str, object]) -> None:
        """Take one act."""
        name = str(fields.get("user", fields.get("agent", "")))
        kind = event.partition(".")[0]
        if event == RESTORED:
            self._restore()
        elif kind in ("user", "agent"):
            self._take_account(event, name, fields)
        elif kind in ("target", "column"):
            self._take_target(event, str(fields.get("target")), fields)
        elif kind == "panic":
            subject = _stop(str(fields.get("kind")), str(fields.get("name")))
            self._set(subject, "stopped" if event == "panic.raised" else None)
        elif kind == "approval":
            self._take_request(event, str(fields.get("request_id")), fields)
        else:
            self._take_other(event, fields)

    def compare(self, stored: Facts) -> Iterable[str]:
        """Give each difference in words."""
        for subject in {*stored, *self.now, *self.at_restore}:
            value, wanted = stored.get(subject), self._wanted(subject)
            if value in wanted or self._is_untold(subject, value):
                continue
            if subject.startswith("request ") and _OPEN in wanted and value in (_TAKEN, _ENDED):
                # These steps are taken in the store first: each leaves less that may run.
                continue
            told = " or ".join(sorted(one or "nothing" for one in wanted))
            yield f"{subject}: {value or 'nothing'} in the store, {told} in the audit log"

    def _wanted(self, subject: str) -> set[str | None]:
        return self.at_restore.get(subject, {self.now.get(subject)})

    def _is_untold(self, subject: str, value: str | None) -> bool:
        is_key = subject.startswith("key ") and value in self.keys_untold
        return subject in self.untold or (is_key and subject not in self.ever)

    def _set(self, subject: str, value: str | None) -> None:
        self.ever.setdefault(subject, set()).add(value)
        self.at_restore.pop(subject, None)
        if value is None:
            self.now.pop(subject, None)
        else:
            self.now[subject] = value

    def _told(self, subject: str, fields: Mapping[str, object], name: str) -> None:
        value = fields.get(name)
        if value is None:
            self.untold.add(subject)
        else:
            self.untold.discard(subject)
            self._set(subject, str(value))

    def _restore(self) -> None:
        """Let everything be as it was at some time: the backup is of one of them."""
        self.at_restore = {subject: {*values, None} for subject, values in self.ever.items()}

    def _take_account(self, event: str, name: str, fields: Mapping[str, object]) -> None:
        match event:
            case "user.added" | "agent.added":
                owner = fields.get("owner")
                self._set(f"account {name}", _kind(owner))
                roles = "agent" if owner else _joined(str(fields.get("roles")).split(","))
                self._set(f"roles of {name}", roles)
                self._set(f"state of {name}", "enabled")
                self._told(f"reach of {name}", fields, "targets")
                if owner:
                    self._told(f"end of {name}", fields, "expires")
                    self._told(f"sources of {name}", fields, "sources")
                if "keys" not in fields:
                    self.keys_untold.add(name)
                for fingerprint in str(fields.get("keys", "")).split():
                    self._set(f"key {fingerprint}", name)
            case "user.disabled" | "user.enabled":
                self._set(f"state of {name}", event.removeprefix("user."))
            case "user.roles":
                self._set(f"roles of {name}", _joined(str(fields.get("roles")).split(",")))
            case "user.targets":
                words = [word for word in str(fields.get("targets")).split(",") if word]
                self.untold.discard(f"reach of {name}")
                self._set(f"reach of {name}", _reach(None if "*" in words or not words else words))
            case "user.key_added":
                self._set(f"key {fields.get('key')}", name)
            case "user.key_removed":
                self._set(f"key {fields.get('key')}", None)
            case _:
                pass

    def _take_target(self, event: str, name: str, fields: Mapping[str, object]) -> None:
        match event:
            case "target.added":
                self._set(f"target {name}", str(fields.get("environment")))
                self._told(f"address of {name}", fields, "address")
                self._told(f"reader of {name}", fields, "reader")
            case "target.removed":
                for subject in [f"target {name}", f"address of {name}", f"reader of {name}"]:
                    self._set(subject, None)
                for subject in [one for one in self.now if one.endswith(f" at {name}")]:
                    if subject.startswith("class of "):
                        self._set(subject, None)
            case "column.classified" | "column.unclassified":
                value = None if event.endswith("unclassified") else str(fields.get("class"))
                self._set(f"class of {fields.get('column')} at {name}", value)
            case _:
                pass

    def _take_request(self, event: str, request: str, fields: Mapping[str, object]) -> None:
        reviewer = str(fields.get("reviewer"))
        match event:
            case "approval.requested":
                self._set(f"request {request}", _OPEN)
                # In rows of earlier versions it was not salted.
                digest = fields.get("statement_digest", fields.get("statement_sha256"))
                asked = _asked(fields.get("requester"), fields.get("target"), digest)
                self._set(f"text of {request}", asked)
            case "approval.decision":
                self._set(_word(reviewer, request), str(fields.get("word")))
                if fields.get("word") == "no":
                    self._set(f"request {request}", _ENDED)
            case "approval.decision_void":
                # Somebody's word came second, and does not count.
                is_revocation = fields.get("word") == "taken back"
                self._set(_word(reviewer, request, is_revocation=is_revocation), None)
            case "approval.revoked":
                self._set(_word(reviewer, request, is_revocation=True), "no")
                if self.now.get(f"request {request}") != _TAKEN:
                    # Once its run was taken, that goes on to an end of its own.
                    self._set(f"request {request}", _ENDED)
            case "approval.expired" | "approval.withdrawn":
                self._set(f"request {request}", _ENDED)
            case "approval.taken":
                self._set(f"request {request}", _TAKEN)
            case _:
                pass

    def _take_other(self, event: str, fields: Mapping[str, object]) -> None:
        user, target, until = fields.get("user"), fields.get("target"), fields.get("until")
        emergency = fields.get("emergency")
        match event:
            case "grant.given":
                given = _given(fields.get("subject"), user, target, until)
                self._set(f"grant {fields.get('grant')}", given)
            case "grant.revoked":
                self._set(f"end of grant {fields.get('grant')}", "revoked")
            case "breakglass.opened" | "breakglass.ended":
                self._set(f"break-glass {emergency}", _given("all", user, target, until))
            case "breakglass.reviewed":
                self._set(f"review of {emergency}", str(fields.get("reviewer")))
            case "quarantine.retired":
                self._set(f"retired {fields.get('entry')}", f"{fields.get('kept_in')} at {target}")
            case "quarantine.drop_proposed":
                self._set(f"first to drop {fields.get('entry')}", str(fields.get("by")))
            case _:
                pass


# How both name things


def account_fields(
    *,
    keys: Iterable[str],
    targets: Iterable[str] | None,
    sources: Iterable[str] = (),
    expires: str = "",
) -> dict[str, str]:
    """Describe, for the audit log, what an account is added with."""
    fields = {"keys": " ".join(sorted(keys)), "targets": _reach(targets)}
    if expires:
        fields |= {"expires": expires, "sources": _joined(map(_network, sources))}
    return fields


def _network(source: str) -> str:
    try:
        return str(ipaddress.ip_network(source, strict=False))
    except ValueError:
        # The store refuses it.
        return source


def _kind(owner: object) -> str:
    return f"agent of {owner}" if owner else "person"


def _joined(words: Iterable[str]) -> str:
    return ",".join(sorted({word for word in words if word}))


def _reach(names: Iterable[str] | None) -> str:
    return _EVERYTHING if names is None else _joined(names)


def _stop(kind: str, name: str) -> str:
    return "stop of all" if kind == "all" else f"stop of {kind} {name}"


def _asked(requester: object, target: object, digest: object) -> str:
    return json.dumps([requester, target, digest])


def _word(reviewer: str, request: str, *, is_revocation: bool = False) -> str:
    return f"{'taking back' if is_revocation else 'word'} of {reviewer} on {request}"


def _given(subject: object, user: object, target: object, until: object) -> str:
    ends = until if isinstance(until, str) else getattr(until, "isoformat", str)()
    return f"{subject} to {user} on {target} until {ends}"
