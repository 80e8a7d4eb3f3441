"""Tables in quarantine: every change is one compare-and-set on what was read."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence

import sqlalchemy as sa

from bastion.core.model import Engine
from bastion.core.retire import RetiredTable, RetireKind, RetirementState
from bastion.store.base import Shelf
from bastion.store.schema import quarantine


class RetiredTables(Shelf):
    """The port ``Quarantine``."""

    async def add_retired(self, entry: RetiredTable) -> None:
        """Put one on record."""
        values = _row(entry)
        await self._database.write(
            lambda connection: connection.execute(quarantine.insert().values(values))
        )

    async def find_retired(self, entry_id: str) -> RetiredTable | None:
        """Find one by its id."""
        query = quarantine.select().where(quarantine.c.id == entry_id)

        def work(connection: sa.Connection) -> RetiredTable | None:
            row = connection.execute(query).one_or_none()
            return None if row is None else _entry(row)

        return await self._database.read(work)

    async def list_retired(self, target: str | None = None) -> Sequence[RetiredTable]:
        """List what was retired, newest first."""
        query = quarantine.select().order_by(quarantine.c.at.desc(), quarantine.c.id)
        if target is not None:
            query = query.where(quarantine.c.target == target)
        return await self._database.read(
            lambda connection: [_entry(row) for row in connection.execute(query)]
        )

    async def swap_retired(self, before: RetiredTable, after: RetiredTable) -> bool:
        """Replace ``before`` by ``after`` if it is still as it was."""
        is_same = [quarantine.c[name] == value for name, value in _row(before).items()]
        update = quarantine.update().where(*is_same).values(_row(after))
        return await self._database.write(
            lambda connection: connection.execute(update).rowcount == 1
        )


def _row(entry: RetiredTable) -> dict[str, object]:
    values = {field.name: getattr(entry, field.name) for field in dataclasses.fields(entry)}
    return {
        name: value.value if isinstance(value, enum.Enum) else value
        for name, value in values.items()
    }


def _entry(row: sa.Row[tuple[object, ...]]) -> RetiredTable:
    values = dict(row._mapping)
    typed = {
        "engine": Engine(values["engine"]),
        "kind": RetireKind(values["kind"]),
        "state": RetirementState(values["state"]),
    }
    return RetiredTable(**(values | typed))
