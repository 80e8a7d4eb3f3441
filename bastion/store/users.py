"""The accounts as the running product asks for them: who may act now, and how much is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bastion.core.model import Principal
from bastion.execution.ports import Account, Clock
from bastion.store.sql import Store

_ANSWER_COUNTS_S = 0.5
_ANSWERS_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyBudget:
    """What one agent may be shown in a day (UTC)."""

    rows: int
    size_bytes: int


class StoreUsers:
    """Implements the port ``Users`` on the store."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        budget: DailyBudget,
        *,
        refusal: Callable[[], str] = str,
    ) -> None:
        """Join the store, the clock and the agents' budget.

        Args:
            refusal: tells why nobody may use a target now; empty when they may.
        """
        self._refusal = refusal
        self._store = store
        self._clock = clock
        self._budget = budget
        self._answers: dict[tuple[Principal, str | None], tuple[float, str | None]] = {}

    async def find(self, user: str) -> Account | None:
        """Find an account by its exact name."""
        return await self._store.find(user)

    async def list_accounts(self) -> Sequence[Account]:
        """List all accounts without their secrets."""
        return await self._store.list_accounts()

    async def accept_step(self, user: str, step: int) -> bool:
        """Take a TOTP step for good."""
        return await self._store.accept_step(user, step)

    async def record_failure(self, user: str, now: datetime) -> None:
        """Count one failed code."""
        await self._store.record_failure(user, now)

    async def locked_until(self, user: str, now: datetime) -> datetime | None:
        """Tell when a lock ends."""
        return await self._store.locked_until(user, now)

    async def refusal(
        self, principal: Principal, target: str | None, *, is_news: bool = False
    ) -> str | None:
        """Tell why a principal that once logged in may no longer act.

        For a target an answer counts for half a second: a session that sends many statements
        asks the store twice a second. For a login or a channel it is always looked up, and so it
        is where something has just changed.
        """
        if target is None:
            return await self._look_up(principal, None)
        if words := self._refusal():
            return words
        key = (principal, target)
        known = self._answers.get(key)
        now = self._clock.monotonic()
        if known is not None and not is_news and now - known[0] < _ANSWER_COUNTS_S:
            return known[1]
        reason = await self._look_up(principal, target)
        if len(self._answers) >= _ANSWERS_MAX:
            self._answers.clear()
        self._answers[key] = (now, reason)
        return reason

    async def _look_up(self, principal: Principal, target: str | None) -> str | None:
        reason = await self._store.is_allowed_now(principal.user, target or "")
        if reason is not None:
            return reason
        account = await self._store.find(principal.user)
        if account is None:
            return "This account is no longer there. Ask an administrator."
        return _what_changed(principal, account, target)

    async def stopped(self, user: str, target: str) -> str | None:
        """Tell why an account may not act at this moment."""
        return await self._store.is_allowed_now(user, target)

    async def spend(self, user: str, *, rows: int, size_bytes: int) -> str | None:
        """Count rows and bytes against an agent's daily budget."""
        today = self._clock.now().date()
        used = await self._store.spend(user, today, rows, size_bytes)
        if used.rows > self._budget.rows:
            return (
                f"This agent's budget of {self._budget.rows} rows a day is used up. "
                "It begins again at midnight UTC; an administrator may raise it."
            )
        if used.bytes > self._budget.size_bytes:
            return (
                f"This agent's budget of {self._budget.size_bytes} bytes a day is used up. "
                "It begins again at midnight UTC; an administrator may raise it."
            )
        return None


def _what_changed(principal: Principal, account: Account, target: str | None) -> str | None:
    """Compare the rights of a login with those of the account as it is now."""
    fingerprints = {key.fingerprint for key in account.keys}
    if principal.key_fingerprint not in fingerprints:
        return "The key of this login was removed. Log in with another one."
    if account.is_agent != principal.is_agent or account.person != principal.person:
        return "This account has changed. Log in again."
    if not principal.roles <= account.roles:
        return "A role of this account was taken away. Log in again."
    if account.targets is not None:
        if principal.targets is None or not principal.targets <= account.targets:
            return "A target of this account was taken away. Log in again."
        if target is not None and target not in account.targets:
            return f"The target {target} is not within your reach. Ask an administrator."
    return None
