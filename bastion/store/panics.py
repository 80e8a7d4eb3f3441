"""The big red button, and the one question of who may act at this moment."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bastion.errors import UsageError
from bastion.store.base import Shelf, note_change
from bastion.store.schema import accounts, panics

TOPIC = "panics"
"""Changes of panics; the key is ``kind:name``."""


class PanicKind(enum.Enum):
    """What a panic stops."""

    USER = "user"
    """A person with all their agents, or one agent."""
    TARGET = "target"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panic:
    """Something that is stopped until somebody lifts it."""

    kind: PanicKind
    name: str
    """Empty for ``ALL``."""
    by: str
    reason: str
    at: datetime


class Panics(Shelf):
    """Stops accounts, targets or everything, and tells who may act now."""

    async def panic(self, kind: PanicKind, name: str, *, by: str, reason: str) -> None:
        """Stop an account, a target or all, until it is lifted; once is enough."""
        subject = "" if kind is PanicKind.ALL else name

        def work(connection: sa.Connection) -> None:
            if connection.execute(panics.select().where(_active(kind, subject))).first():
                return
            row = {"kind": kind.value, "name": subject, "by": by, "reason": reason}
            connection.execute(panics.insert().values(row | {"at": self._clock.now()}))
            note_change(connection, TOPIC, f"{kind.value}:{subject}")

        await self._database.write(work)

    async def lift(self, kind: PanicKind, name: str, *, by: str) -> None:
        """Let an account, a target or all act again.

        Raises:
            UsageError: nothing of that name is stopped.
        """
        subject = "" if kind is PanicKind.ALL else name

        def work(connection: sa.Connection) -> None:
            lifted = {"lifted_by": by, "lifted_at": self._clock.now()}
            update = panics.update().where(_active(kind, subject)).values(lifted)
            if connection.execute(update).rowcount == 0:
                raise UsageError("There is no such panic to lift. Look at the list.")
            note_change(connection, TOPIC, f"{kind.value}:{subject}")

        await self._database.write(work)

    async def list_panics(self) -> Sequence[Panic]:
        """List what is stopped now, oldest first."""
        return await self._database.read(_list)

    async def is_allowed_now(self, user: str, target: str = "") -> str | None:
        """Tell why an account may not act at this moment; None when it may.

        Looked up at every statement: a login may be hours old.

        Args:
            target: the target it would act on; empty for none.
        """
        now = self._clock.now()
        return await self._database.read(lambda c: _refusal(c, user, target, now))


def _active(kind: PanicKind, name: str) -> sa.ColumnElement[bool]:
    return sa.and_(panics.c.kind == kind.value, panics.c.name == name, panics.c.lifted_at.is_(None))


def _list(connection: sa.Connection) -> list[Panic]:
    rows = connection.execute(
        panics.select().where(panics.c.lifted_at.is_(None)).order_by(panics.c.id)
    )
    return [
        Panic(kind=PanicKind(row.kind), name=row.name, by=row.by, reason=row.reason, at=row.at)
        for row in rows
    ]


def _refusal(connection: sa.Connection, user: str, target: str, now: datetime) -> str | None:
    row = connection.execute(accounts.select().where(accounts.c.user == user)).one_or_none()
    if row is None:
        return "This account is no longer there. Ask an administrator."
    if row.is_disabled:
        return "This account is disabled. Ask an administrator."
    if row.expires_at is not None and row.expires_at <= now:
        return "This agent has expired. Its owner may ask for another term."
    if row.owner is not None:
        is_off = sa.select(accounts.c.is_disabled).where(accounts.c.user == row.owner)
        if connection.scalar(is_off):
            return f"The owner of this agent, {row.owner}, is disabled."
    return _stopped_by_panic(connection, {user, row.owner}, target)


def _stopped_by_panic(connection: sa.Connection, users: set[str | None], target: str) -> str | None:
    for panic in _list(connection):
        match panic.kind:
            case PanicKind.ALL:
                return "Everything is stopped by an administrator. Wait until it is lifted."
            case PanicKind.USER if panic.name in users:
                return "This account is stopped by an administrator. Wait until it is lifted."
            case PanicKind.TARGET if panic.name == target:
                return f"{target} is stopped by an administrator. Wait until it is lifted."
            case _:
                continue
    return None
