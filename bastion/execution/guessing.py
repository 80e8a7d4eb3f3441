"""The budget of guesses: spent before a statement is sent, by person, target, class and day."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from bastion.core.guesses import Guess, GuessUse
from bastion.core.model import Principal, Role, Sensitivity
from bastion.errors import AccessError, UsageError
from bastion.execution.ports import Audit, Clock, GuessRecords, Users

EXTENSION_MAX = 10_000
"""What one extension may add; more is asked for again."""


class GuessBudget:
    """Counts what people try on masked values; agents draw on their owners' budgets."""

    def __init__(
        self, records: GuessRecords, users: Users, audit: Audit, clock: Clock, secret: bytes
    ) -> None:
        """Join it to its parts.

        Args:
            secret: keys the digests, so that the store never tells a guess.
        """
        self._records = records
        self._users = users
        self._audit = audit
        self._clock = clock
        self._secret = secret

    async def spend(
        self, principal: Principal, target: str, guesses: Sequence[Guess], *, allowed: int
    ) -> tuple[bool, tuple[GuessUse, ...]]:
        """Take what a statement tries from the budgets of its classes: all of it, or nothing.

        Args:
            allowed: by policy, for each class and day; extensions come on top.

        Returns:
            Whether it was within the budgets, and how each of these classes stands now.

        Raises:
            StoreError: it cannot be counted, so nothing may run.
        """
        asked: dict[Sensitivity, dict[str, int]] = {}
        for guess in guesses:
            for sensitivity in guess.classes:
                digest = self._digest(principal.person, target, sensitivity, guess.key)
                asked.setdefault(sensitivity, {})[digest] = guess.count
        is_within, used = await self._records.spend_guesses(
            principal.person, target, self._day(), asked, allowed=allowed
        )
        uses = tuple(
            GuessUse(sensitivity=one, used=count, allowed=total)
            for one, (count, total) in sorted(used.items(), key=lambda item: item[0].value)
        )
        if not is_within:
            fields = {"user": principal.user, "person": principal.person, "target": target}
            classes = " ".join(sorted(one.value for one in asked))
            await self._audit.record("budget.used_up", fields | {"classes": classes})
        return is_within, uses

    async def standing(
        self, principal: Principal, target: str, *, allowed: int
    ) -> tuple[GuessUse, ...]:
        """Tell what a person has used today of each class that they tried or were given."""
        used = await self._records.used_guesses(principal.person, target, self._day())
        return tuple(
            GuessUse(sensitivity=one, used=count, allowed=allowed + more)
            for one, (count, more) in sorted(used.items(), key=lambda item: item[0].value)
        )

    async def extend(
        self,
        reviewer: Principal,
        user: str,
        target: str,
        sensitivity: Sensitivity,
        *,
        count: int,
        reason: str,
    ) -> None:
        """Add to somebody's budget of one class, for today.

        Raises:
            AccessError: not a reviewer of this target, an agent, or one's own budget.
            UsageError: no such account, no reason, or too large a number.
        """
        if reviewer.is_agent or not {Role.REVIEWER, Role.ADMIN} & reviewer.roles:
            raise AccessError("Only a reviewer can extend a budget.")
        refusal = await self._users.refusal(reviewer, target)
        if refusal is not None:
            raise AccessError(refusal)
        account = await self._users.find(user)
        if account is None:
            raise UsageError(f'There is no account "{user}".')
        if account.person == reviewer.person:
            raise AccessError("You cannot extend your own budget. Ask another reviewer.")
        if not reason.strip():
            raise UsageError("Say why: --reason TEXT. It stays on record.")
        if not 1 <= count <= EXTENSION_MAX:
            raise UsageError(f"Between 1 and {EXTENSION_MAX} guesses may be added at once.")
        await self._audit.record(
            "budget.extended",
            {
                "by": reviewer.user,
                "person": account.person,
                "target": target,
                "class": sensitivity.value,
                "count": count,
                "reason": reason,
            },
        )
        await self._records.extend_guesses(account.person, target, self._day(), sensitivity, count)

    def _digest(self, person: str, target: str, sensitivity: Sensitivity, key: str) -> str:
        if not key:
            return secrets.token_hex(16)
        words = "\x1e".join((person, target, sensitivity.value, key))
        return hmac.new(self._secret, words.encode(), hashlib.sha256).hexdigest()[:32]

    def _day(self) -> datetime:
        return self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
