"""Uses of break-glass, each sealed as a whole.

Who can write the store's file, but has no root key, can neither open one nor make one look
reviewed. The plain columns are for finding it, and must agree with what is sealed.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bastion.core.breakglass import Emergency
from bastion.errors import StoreError
from bastion.store.base import Shelf
from bastion.store.box import SecretBox
from bastion.store.schema import emergencies

_TIMES = ("at", "until", "reviewed_at")


class EmergencyRecords(Shelf):
    """The port ``Emergencies``."""

    async def add_emergency(self, emergency: Emergency) -> None:
        """Put one on record."""
        values = _row(emergency, 0, self._box)
        await self._database.write(
            lambda connection: connection.execute(emergencies.insert().values(values))
        )

    async def list_emergencies(self, user: str | None = None) -> Sequence[Emergency]:
        """List them, of one account or all, newest first."""
        query = emergencies.select().order_by(emergencies.c.at.desc(), emergencies.c.id)
        if user is not None:
            query = query.where(emergencies.c.user == user)
        return await self._database.read(
            lambda connection: [read_emergency(row, self._box) for row in connection.execute(query)]
        )

    async def swap_emergency(self, before: Emergency, after: Emergency) -> bool:
        """Replace ``before`` by ``after`` if it is still as it was."""

        def work(connection: sa.Connection) -> bool:
            query = emergencies.select().where(emergencies.c.id == before.id)
            row = connection.execute(query).one_or_none()
            if row is None or read_emergency(row, self._box) != before:
                return False
            update = (
                emergencies.update()
                .where(emergencies.c.id == before.id, emergencies.c.revision == row.revision)
                .values(_row(after, row.revision + 1, self._box))
            )
            return connection.execute(update).rowcount == 1

        return await self._database.write(work)


def _row(emergency: Emergency, revision: int, box: SecretBox) -> dict[str, object]:
    fields = dataclasses.asdict(emergency)
    for name in _TIMES:
        fields[name] = None if fields[name] is None else fields[name].isoformat()
    body = json.dumps(fields).encode()
    return {
        "id": emergency.id,
        "user": emergency.user,
        "at": emergency.at,
        "revision": revision,
        "body": box.seal(body, table="emergencies", record=emergency.id, field="body"),
    }


def read_emergency(row: sa.Row[tuple[object, ...]], box: SecretBox) -> Emergency:
    """Open one use.

    Raises:
        StoreError: it was changed from outside.
    """
    body = box.open(row.body, table="emergencies", record=row.id, field="body")
    fields = json.loads(body)
    for name in _TIMES:
        fields[name] = None if fields[name] is None else datetime.fromisoformat(fields[name])
    emergency = Emergency(**fields)
    if (row.id, row.user, row.at) != (emergency.id, emergency.user, emergency.at):
        raise StoreError(
            "A break-glass in the store was changed from outside. Restore a backup of the store.",
            detail=row.id,
        )
    return emergency
