"""Requests for approval: every change is one compare-and-set on the revision.

A request is sealed as a whole, its decisions included: a held statement may set a password, and
nobody who can write the file, but has no root key, can turn a no into a yes. The plain columns are
for finding it, and must agree with what is sealed.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bastion.core.approval import Approval, ApprovalState, Decision, Proof, RunContext
from bastion.core.model import Environment, Impact, KeySet, Role, Sample, SampleRow
from bastion.errors import ApprovalError, StoreError
from bastion.store.base import Shelf
from bastion.store.box import SecretBox
from bastion.store.schema import approvals

_ENDED = (
    ApprovalState.DONE,
    ApprovalState.FAILED,
    ApprovalState.UNKNOWN,
    ApprovalState.DENIED,
    ApprovalState.EXPIRED,
    ApprovalState.WITHDRAWN,
    ApprovalState.REVOKED,
)


class Requests(Shelf):
    """The port ``Approvals``."""

    async def insert(self, approval: Approval) -> Approval:
        """Store a new request.

        Raises:
            ApprovalError: there is one with this id.
        """

        def work(connection: sa.Connection) -> Approval:
            taken = sa.select(approvals.c.id).where(approvals.c.id == approval.id)
            if connection.scalar(taken) is not None:
                raise ApprovalError("There is a request with this id already. Send it again.")
            connection.execute(approvals.insert().values(_row(approval, self._box)))
            return approval

        return await self._database.write(work)

    async def get(self, request_id: str) -> Approval | None:
        """Find one request."""
        query = approvals.select().where(approvals.c.id == request_id)

        def work(connection: sa.Connection) -> Approval | None:
            row = connection.execute(query).one_or_none()
            return None if row is None else read_request(row, self._box)

        return await self._database.read(work)

    async def list_requests(
        self, *, pending_only: bool = False, limit: int = 200
    ) -> Sequence[Approval]:
        """List requests, newest first.

        Args:
            pending_only: leave out what has ended; what is approved or runs stays in.
        """
        query = approvals.select().order_by(approvals.c.created_at.desc(), approvals.c.id)
        if pending_only:
            query = query.where(approvals.c.state.not_in([state.value for state in _ENDED]))

        def work(connection: sa.Connection) -> list[Approval]:
            return [read_request(row, self._box) for row in connection.execute(query.limit(limit))]

        return await self._database.read(work)

    async def swap(self, before: Approval, after: Approval) -> bool:
        """Replace ``before`` by ``after`` if nobody was faster, in one conditional UPDATE.

        Only what a step may change is written: state, decisions, remarks and the end.
        """

        def work(connection: sa.Connection) -> bool:
            row = connection.execute(approvals.select().where(approvals.c.id == before.id)).first()
            if row is None or (row.revision, row.state) != (before.revision, before.state.value):
                return False
            stored = read_request(row, self._box)
            stored = dataclasses.replace(
                stored,
                state=after.state,
                decisions=after.decisions,
                impact=dataclasses.replace(stored.impact, notes=after.impact.notes),
                ended_at=after.ended_at,
                revision=before.revision + 1,
            )
            return _replace(connection, stored, self._box)

        return await self._database.write(work)


def close_open_requests(connection: sa.Connection, box: SecretBox, now: datetime) -> None:
    """End what a restored store believes to be open: since its backup, it may have run."""
    is_open = approvals.c.state.not_in([state.value for state in _ENDED])
    for row in connection.execute(approvals.select().where(is_open)).all():
        request = read_request(row, box)
        is_running = request.state is ApprovalState.RUNNING
        end = ApprovalState.UNKNOWN if is_running else ApprovalState.WITHDRAWN
        closed = dataclasses.replace(
            request, state=end, ended_at=now, revision=request.revision + 1
        )
        _replace(connection, closed, box)


def _replace(connection: sa.Connection, changed: Approval, box: SecretBox) -> bool:
    """Write ``changed`` over the revision before it, and over no other."""
    update = (
        approvals.update()
        .where(approvals.c.id == changed.id, approvals.c.revision == changed.revision - 1)
        .values(_row(changed, box))
    )
    return connection.execute(update).rowcount == 1


def _row(approval: Approval, box: SecretBox) -> dict[str, object]:
    body = json.dumps(_fields(approval)).encode()
    return {
        "id": approval.id,
        "requester": approval.requester,
        "target": approval.context.target,
        "state": approval.state.value,
        "created_at": approval.created_at,
        "revision": approval.revision,
        "body": box.seal(body, table="approvals", record=approval.id, field="body"),
    }


def read_request(row: sa.Row[tuple[object, ...]], box: SecretBox) -> Approval:
    """Open one request.

    Raises:
        StoreError: it was changed from outside.
    """
    body = box.open(row.body, table="approvals", record=row.id, field="body")
    approval = _read_fields(json.loads(body))
    # A column that finds a request must not hide it, or show it as somebody else's.
    plain = (row.id, row.state, row.revision, row.requester, row.target, row.created_at)
    if plain != (
        approval.id,
        approval.state.value,
        approval.revision,
        approval.requester,
        approval.context.target,
        approval.created_at,
    ):
        raise StoreError(
            "A request in the store was changed from outside. Restore a backup of the store.",
            detail=row.id,
        )
    return approval


def _fields(approval: Approval) -> dict[str, object]:
    plain = {name: getattr(approval, name) for name in _PLAIN}
    return plain | {
        "context": dataclasses.asdict(approval.context),
        "environment": approval.environment.value,
        "parameters": [
            None if value is None else base64.b64encode(value).decode()
            for value in approval.parameters
        ],
        "impact": dataclasses.asdict(approval.impact),
        "approver_roles": sorted(role.value for role in approval.approver_roles),
        "created_at": approval.created_at.isoformat(),
        "expires_at": approval.expires_at.isoformat(),
        "state": approval.state.value,
        "decisions": [
            dataclasses.asdict(decision) | {"at": decision.at.isoformat()}
            for decision in approval.decisions
        ],
        "ended_at": None if approval.ended_at is None else approval.ended_at.isoformat(),
    }


def _read_fields(fields: dict[str, Any]) -> Approval:
    context = fields["context"]
    settings = tuple((name, value) for name, value in context["settings"])
    ended_at = fields["ended_at"]
    typed = {
        "context": RunContext(**(context | {"settings": settings})),
        "environment": Environment(fields["environment"]),
        "parameters": tuple(
            None if value is None else base64.b64decode(value) for value in fields["parameters"]
        ),
        "impact": _impact(fields["impact"]),
        "approver_roles": frozenset(Role(role) for role in fields["approver_roles"]),
        "created_at": datetime.fromisoformat(fields["created_at"]),
        "expires_at": datetime.fromisoformat(fields["expires_at"]),
        "state": ApprovalState(fields["state"]),
        "decisions": tuple(_decision(decision) for decision in fields["decisions"]),
        "ended_at": None if ended_at is None else datetime.fromisoformat(ended_at),
    }
    return Approval(**(fields | typed))


def _decision(fields: dict[str, Any]) -> Decision:
    """Read one decision; those of earlier versions have no proof."""
    proof = fields.get("proof")
    typed = {
        "at": datetime.fromisoformat(fields["at"]),
        "proof": None if proof is None else Proof(**proof),
    }
    return Decision(**(fields | typed))


def _impact(fields: dict[str, Any]) -> Impact:
    """Read what was measured; requests of earlier versions have neither keys nor a sample."""
    keys, sample = fields.get("keys"), fields.get("sample")
    typed = {
        "tables": tuple(fields["tables"]),
        "notes": tuple(fields["notes"]),
        "along": tuple((name, count) for name, count in fields.get("along", ())),
        "counters": tuple((name, place) for name, place in fields.get("counters", ())),
        "keys": None if keys is None else KeySet(**(keys | {"columns": tuple(keys["columns"])})),
        "sample": None if sample is None else _sample(sample),
    }
    return Impact(**(fields | typed))


def _sample(fields: dict[str, Any]) -> Sample:
    return Sample(
        key_columns=tuple(fields["key_columns"]),
        columns=tuple(fields["columns"]),
        rows=tuple(
            SampleRow(**{part: tuple(cells) for part, cells in row.items()})
            for row in fields["rows"]
        ),
        masked=tuple((name, kind) for name, kind in fields["masked"]),
    )


_TYPED = frozenset(
    {
        "context",
        "environment",
        "parameters",
        "impact",
        "approver_roles",
        "created_at",
        "expires_at",
        "state",
        "decisions",
        "ended_at",
    }
)
_PLAIN = tuple(field.name for field in dataclasses.fields(Approval) if field.name not in _TYPED)
