"""What people typed before, and what agents have used up today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bastion.store.base import Shelf
from bastion.store.schema import counters, history

HISTORY_MAX = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyUse:
    """What an account has been given on one day."""

    rows: int
    bytes: int


class Histories(Shelf):
    """The port ``History``, and the daily budgets."""

    async def load(self, user: str, target: str) -> Sequence[str]:
        """Give past statements, oldest first; at most 1,000."""
        query = (
            sa.select(history.c.text)
            .where(history.c.user == user, history.c.target == target)
            .order_by(history.c.id)
        )
        return await self._database.read(lambda c: list(c.scalars(query)))

    async def append(self, user: str, target: str, text: str) -> None:
        """Remember one statement, unless it repeats the last; the oldest beyond 1,000 goes."""
        pair = (history.c.user == user) & (history.c.target == target)
        newest = sa.select(history.c.id, history.c.text).where(pair).order_by(history.c.id.desc())

        def work(connection: sa.Connection) -> None:
            last = connection.execute(newest.limit(1)).one_or_none()
            if last is not None and last.text == text:
                return
            connection.execute(history.insert().values(user=user, target=target, text=text))
            beyond = connection.scalar(
                newest.with_only_columns(history.c.id).offset(HISTORY_MAX).limit(1)
            )
            if beyond is not None:
                connection.execute(history.delete().where(pair, history.c.id <= beyond))

        await self._database.write(work)

    async def spend(self, user: str, day: dt.date, rows: int, bytes_count: int) -> DailyUse:
        """Add to what an account was given on ``day`` and tell the totals, in one transaction.

        Called with zeros it only tells.
        """
        of_day = (counters.c.user == user) & (counters.c.day == day)
        add = (
            counters.update()
            .where(of_day)
            .values(rows=counters.c.rows + rows, bytes=counters.c.bytes + bytes_count)
        )
        first = {"user": user, "day": day, "rows": rows, "bytes": bytes_count}

        def work(connection: sa.Connection) -> DailyUse:
            if connection.execute(add).rowcount == 0:
                connection.execute(counters.insert().values(first))
            total = connection.execute(counters.select().where(of_day)).one()
            return DailyUse(rows=total.rows, bytes=total.bytes)

        return await self._database.write(work)
