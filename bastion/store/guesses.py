"""What was tried on masked columns, by person, target, class and day; as digests only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from bastion.core.model import Sensitivity
from bastion.store.base import Shelf
from bastion.store.schema import guess_extensions, guesses

_KEPT = timedelta(days=2)

Uses = dict[Sensitivity, tuple[int, int]]


class GuessBudgets(Shelf):
    """The port ``GuessRecords``."""

    async def spend_guesses(
        self,
        person: str,
        target: str,
        day: datetime,
        asked: Mapping[Sensitivity, Mapping[str, int]],
        *,
        allowed: int,
    ) -> tuple[bool, Uses]:
        """Take digests in one transaction, all or none; see the port."""

        def work(connection: sa.Connection) -> tuple[bool, Uses]:
            connection.execute(guesses.delete().where(guesses.c.day < day - _KEPT))
            uses: Uses = {}
            news: list[dict[str, object]] = []
            is_within = True
            for sensitivity, digests in asked.items():
                place = _place(person, target, day, sensitivity)
                known = {
                    row.digest: row.amount
                    for row in connection.execute(guesses.select().filter_by(**place))
                }
                fresh = {one: count for one, count in digests.items() if one not in known}
                total = allowed + _added(connection, place)
                used = sum(known.values())
                is_within &= used + sum(fresh.values()) <= total
                uses[sensitivity] = (used + sum(fresh.values()), total)
                news += [place | {"digest": one, "amount": many} for one, many in fresh.items()]
            if is_within and news:
                connection.execute(guesses.insert(), news)
            return is_within, uses

        return await self._database.write(work)

    async def used_guesses(self, person: str, target: str, day: datetime) -> Uses:
        """Give what was used and what was added, by class."""

        def work(connection: sa.Connection) -> Uses:
            found: dict[str, list[int]] = {}
            for index, table in enumerate((guesses, guess_extensions)):
                columns = table.c
                query = (
                    sa.select(columns.sensitivity, sa.func.sum(columns.amount))
                    .where(columns.person == person, columns.target == target, columns.day == day)
                    .group_by(columns.sensitivity)
                )
                for sensitivity, count in connection.execute(query):
                    found.setdefault(sensitivity, [0, 0])[index] = int(count)
            return {Sensitivity(name): (used, added) for name, (used, added) in found.items()}

        return await self._database.read(work)

    async def extend_guesses(
        self, person: str, target: str, day: datetime, sensitivity: Sensitivity, count: int
    ) -> None:
        """Add to a budget for one day."""
        place = _place(person, target, day, sensitivity)

        def work(connection: sa.Connection) -> None:
            total = _added(connection, place) + count
            connection.execute(guess_extensions.delete().filter_by(**place))
            connection.execute(guess_extensions.insert().values(place | {"amount": total}))

        await self._database.write(work)


def _added(connection: sa.Connection, place: Mapping[str, object]) -> int:
    query = sa.select(guess_extensions.c.amount).filter_by(**place)
    return connection.scalar(query) or 0


def _place(person: str, target: str, day: datetime, sensitivity: Sensitivity) -> dict[str, object]:
    return {"person": person, "target": target, "day": day, "sensitivity": sensitivity.value}
