"""Grants: made from a yes, looked up before each statement, counted, listed and taken back."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from bastion.core import grants
from bastion.core.approval import Approval
from bastion.core.grants import Grant, GrantKind, Wanted
from bastion.core.model import Principal, Role, Sensitivity, Target
from bastion.errors import ApprovalError, UsageError
from bastion.execution.approvals import ApprovalDesk
from bastion.execution.ports import Audit, Clock, GrantRecords


class Grants:
    """The one place where grants begin, count and end."""

    def __init__(
        self, records: GrantRecords, desk: ApprovalDesk, audit: Audit, clock: Clock
    ) -> None:
        """Join it to its parts."""
        self._records = records
        self._desk = desk
        self._audit = audit
        self._clock = clock

    async def give(self, approval: Approval, wanted: Wanted) -> Grant:
        """Make the grant of an approved request, whose one run this is."""
        now = self._clock.now()
        if not approval.approved_by:
            raise ApprovalError("Nobody has said yes to this request.")
        grant = Grant(
            id=approval.id,
            kind=wanted.kind,
            user=approval.requester,
            person=approval.person,
            target=approval.context.target,
            subject=wanted.subject,
            reason=approval.reason,
            given_by=approval.approved_by,
            at=now,
            until=now + wanted.span,
            count_max=grants.WINDOW_RUNS if wanted.kind is GrantKind.WINDOW else 0,
        )
        await self._audit.record("grant.given", _public(grant))
        await self._records.add_grant(grant)
        return grant

    async def active(
        self, principal: Principal, target: str, kind: GrantKind, *, at: Target | None = None
    ) -> list[Grant]:
        """Find what holds for this very account on a target; agents have none.

        Args:
            at: what bears the target's name now: what was given for another database ends there.
        """
        if principal.is_agent:
            return []
        now = self._clock.now()
        found = [
            one
            for one in await self._records.list_grants(principal.user)
            if (one.user, one.person) == (principal.user, principal.person)
            and (one.target, one.kind) == (target, kind)
            and one.is_open(now)
        ]
        return [one for one in found if await self._is_still_given(one, at)]

    async def request_of(self, grant: Grant) -> Approval | None:
        """Find the request that made a grant; None where one who said yes may no longer."""
        return await self._desk.given(grant.id)

    async def _is_still_given(self, grant: Grant, at: Target | None) -> bool:
        given = await self.request_of(grant)
        if given is None:
            return False
        place = (given.context.place, given.context.database)
        return at is None or place == (at.place, at.database)

    async def unmasked(
        self, principal: Principal, target: str, *, at: Target | None = None
    ) -> frozenset[Sensitivity]:
        """Tell which classes are shown raw now."""
        found = await self.active(principal, target, GrantKind.UNMASK, at=at)
        return frozenset(Sensitivity(one.subject) for one in found) & grants.UNMASKABLE

    async def holds(self, principal: Principal, grant_id: str, *, at: Target) -> bool:
        """Tell whether a grant that is in use, perhaps for the last time, still holds."""
        now = self._clock.now()
        for one in await self._records.list_grants(principal.user):
            before = dataclasses.replace(one, used=max(0, one.used - 1))
            if one.id == grant_id and before.is_open(now):
                return await self._is_still_given(one, at)
        return False

    async def use(self, grant: Grant, count: int) -> bool:
        """Count uses; False where the grant ended meanwhile, or has fewer left."""
        return await self._records.use_grant(grant.id, count, self._clock.now())

    async def count_cells(
        self, principal: Principal, target: Target, sensitivity: Sensitivity, cells: int
    ) -> bool:
        """Count raw cells before they are shown; False where nothing holds any more."""
        for one in await self.active(principal, target.name, GrantKind.UNMASK, at=target):
            if one.subject == sensitivity.value:
                return await self.use(one, cells)
        return False

    async def list_grants(self, principal: Principal) -> Sequence[Grant]:
        """List one's own; overseers see those of all targets within their reach."""
        found = await self._records.list_grants(None)
        is_overseer = principal.has_role(Role.REVIEWER, Role.ADMIN, Role.AUDITOR)
        return [
            one
            for one in found
            if one.person == principal.person
            or (is_overseer and not principal.is_agent and principal.may_reach(one.target))
        ]

    async def revoke(self, principal: Principal, grant_id: str, reason: str) -> Grant:
        """End a grant before its time; it bites before the next statement.

        Raises:
            UsageError: there is none of this id that one may see, or it is over.
            AccessError: neither its holder nor a reviewer.
        """
        for one in await self.list_grants(principal):
            if one.id == grant_id:
                ended = grants.revoke(one, by=principal, now=self._clock.now())
                fields = _public(ended) | {"by": principal.user, "reason": reason}
                await self._audit.record("grant.revoked", fields)
                await self._records.end_grant(ended)
                return ended
        raise UsageError(f"There is no grant {grant_id}. `grant list` shows them.")


def _public(grant: Grant) -> dict[str, str | int]:
    return {
        "grant": grant.id,
        "kind": grant.kind.value,
        "user": grant.user,
        "person": grant.person,
        "target": grant.target,
        "subject": grant.subject,
        "given_by": " ".join(grant.given_by),
        "until": grant.until.isoformat(),
        "used": grant.used,
    }
