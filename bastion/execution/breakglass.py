"""Opens, ends and reviews break-glass: on record before it counts, told to everybody at once."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
from collections.abc import Callable

from bastion.core import breakglass, totp
from bastion.core.breakglass import Emergency
from bastion.core.model import Principal, Target
from bastion.errors import AccessError, UsageError
from bastion.execution.ports import Audit, Clock, Emergencies, Messenger, Users

Tell = Callable[[str], None]
"""Says a line to every reviewer, auditor and admin who is connected."""


class GlassBox:
    """The one place that lifts holds for a while."""

    def __init__(
        self,
        emergencies: Emergencies,
        users: Users,
        audit: Audit,
        messenger: Messenger,
        clock: Clock,
        tell: Tell,
    ) -> None:
        """Join it to its parts."""
        self._emergencies = emergencies
        self._users = users
        self._audit = audit
        self._messenger = messenger
        self._clock = clock
        self._tell = tell
        self._opening = asyncio.Lock()

    async def open(
        self, principal: Principal, target: Target, *, reason: str, code: str
    ) -> Emergency:
        """Break the glass on one target, for half an hour.

        Raises:
            AccessError: an agent, the last one is not reviewed, nobody could review it, a wrong
                or used code, or the account may no longer act.
            UsageError: the reason says too little, or it is open already.
            RecordingError: it cannot be put on record; nothing is lifted.
        """
        if principal.is_agent:
            raise AccessError("An agent cannot break the glass. A person must.")
        refusal = await self._users.refusal(principal, target.name)
        if refusal is not None:
            raise AccessError(refusal)
        words = breakglass.check_reason(reason)
        async with self._opening:
            await self._check_reviewed(principal)
            await self._check_reviewers(principal, target)
            await self._take_code(principal, code)
            now = self._clock.now()
            emergency = Emergency(
                id=f"bg_{secrets.token_hex(4)}",
                user=principal.user,
                person=principal.person,
                target=target.name,
                reason=words,
                source=principal.source,
                key_fingerprint=principal.key_fingerprint,
                at=now,
                until=now + breakglass.OPEN_FOR,
                place=breakglass.place_of(target),
            )
            await self._audit.record("breakglass.opened", _public(emergency) | {"reason": words})
            await self._emergencies.add_emergency(emergency)
        self._announce(
            "breakglass.opened",
            emergency,
            emergency.told(now),
        )
        return emergency

    async def active(self, principal: Principal, target: Target) -> Emergency | None:
        """Find the open emergency of this very account on a target; agents have none.

        One that was opened on another database of the target's name ended with that.
        """
        if principal.is_agent:
            return None
        now = self._clock.now()
        for one in await self._emergencies.list_emergencies(principal.user):
            is_same = (one.user, one.person) == (principal.user, principal.person)
            is_here = (one.target, one.place) == (target.name, breakglass.place_of(target))
            if is_same and is_here and one.is_open(now):
                return one
        return None

    async def note_run(self, emergency_id: str, principal: Principal, *, statement_id: str) -> None:
        """Put on record that a statement runs under an emergency, before it does."""
        fields = {
            "emergency": emergency_id,
            "user": principal.user,
            "statement": statement_id,
        }
        await self._audit.record("breakglass.statement", fields)

    async def end(self, principal: Principal, emergency_id: str) -> Emergency:
        """Close the glass before its time.

        Raises:
            UsageError: there is none of this id, or it is over.
            AccessError: not theirs to end.
        """
        before = await self._find(emergency_id)
        after = breakglass.end(before, by=principal, now=self._clock.now())
        await self._audit.record("breakglass.ended", _public(after) | {"by": principal.user})
        await self._replace(before, after)
        self._announce("breakglass.ended", after, f"{principal.user} has ended {after.id}.")
        return after

    async def review(self, reviewer: Principal, emergency_id: str, words: str) -> Emergency:
        """Take another person's review; its owner may break the glass again after it.

        Raises:
            UsageError: there is none of this id, it is open, reviewed, or nothing was said.
            AccessError: not theirs to review.
        """
        refusal = await self._users.refusal(reviewer, None)
        if refusal is not None:
            raise AccessError(refusal)
        before = await self._find(emergency_id)
        after = breakglass.review(before, reviewer=reviewer, words=words, now=self._clock.now())
        fields = {"reviewer": reviewer.user, "words": after.review}
        await self._audit.record("breakglass.reviewed", _public(after) | fields)
        await self._replace(before, after)
        self._announce("breakglass.reviewed", after, f"{reviewer.user} has reviewed {after.id}.")
        return after

    async def list_emergencies(self, viewer: Principal) -> tuple[Emergency, ...]:
        """List those that a viewer may see, newest first: reviewers and admins all they reach."""
        may_review = not viewer.is_agent and viewer.has_role(*breakglass.REVIEWER_ROLES)
        return tuple(
            one
            for one in await self._emergencies.list_emergencies()
            if one.user == viewer.user or (may_review and viewer.may_reach(one.target))
        )

    async def alerts(self, viewer: Principal) -> tuple[str, ...]:
        """Tell a reviewer who connects what is open and what waits for a review, in words."""
        now = self._clock.now()
        lines = [one.told(now) for one in await self.list_emergencies(viewer)]
        return tuple(line for line in lines if line)

    async def _check_reviewed(self, principal: Principal) -> None:
        now = self._clock.now()
        for one in await self._emergencies.list_emergencies(principal.user):
            if one.is_open(now):
                raise UsageError(
                    f"The glass is broken already on {one.target}, until {one.until:%H:%M} UTC "
                    f"({one.id})."
                )
            if not one.is_reviewed:
                raise AccessError(
                    f"Your last break-glass {one.id} of {one.at:%Y-%m-%d %H:%M} UTC is not "
                    f"reviewed. Another person must first: breakglass review {one.id}"
                )

    async def _check_reviewers(self, principal: Principal, target: Target) -> None:
        for account in await self._users.list_accounts():
            is_other = not account.is_agent and account.person != principal.person
            reaches = account.targets is None or target.name in account.targets
            can_review = not account.roles.isdisjoint(breakglass.REVIEWER_ROLES)
            if is_other and reaches and can_review and not account.is_disabled:
                return
        raise AccessError(
            f"Nobody else could review it: it takes another person with the role reviewer or "
            f"admin who reaches {target.name}. Ask an administrator to name one."
        )

    async def _take_code(self, principal: Principal, code: str) -> None:
        """Take a code that was never used, of the same account, under the same lock as a login."""
        now = self._clock.now()
        until = await self._users.locked_until(principal.user, now)
        if until is not None:
            raise AccessError(f"Too many wrong codes. Try again after {until:%H:%M:%S} UTC.")
        account = await self._users.find(principal.user)
        if account is None or account.is_disabled or account.person != principal.person:
            raise AccessError("Your account may no longer act. Ask an administrator.")
        step = totp.verify(account.totp_secret, code, now=now, last_step=-1)
        if isinstance(step, totp.TotpRefusal):
            await self._users.record_failure(principal.user, now)
            await self._audit.record("breakglass.code_failed", {"user": principal.user})
            raise AccessError(step.message)
        if not await self._users.accept_step(principal.user, step):
            kind = totp.TotpRefusalKind.REUSED
            wait_s = totp.wait_s(now, step)
            raise AccessError(totp.TotpRefusal(kind=kind, wait_s=wait_s).message)

    async def _find(self, emergency_id: str) -> Emergency:
        for one in await self._emergencies.list_emergencies():
            if one.id == emergency_id:
                return one
        raise UsageError("There is no such break-glass. `breakglass list` shows those there are.")

    async def _replace(self, before: Emergency, after: Emergency) -> None:
        if not await self._emergencies.swap_emergency(before, after):
            raise UsageError(f"{before.id} has just changed. Look again: breakglass list")

    def _announce(self, event: str, emergency: Emergency, line: str) -> None:
        self._messenger.tell(event, _public(emergency))
        self._tell(line)


def _public(emergency: Emergency) -> dict[str, str | int | None]:
    named = dataclasses.asdict(emergency)
    names = ("user", "person", "target", "source", "key_fingerprint")
    times = {"at": emergency.at.isoformat(), "until": emergency.until.isoformat()}
    due = {"review_due_at": emergency.review_due_at.isoformat()}
    return {"emergency": emergency.id} | {name: named[name] for name in names} | times | due
