"""What every part of the store stands on."""

from __future__ import annotations

import sqlalchemy as sa

from bastion.execution.ports import Clock
from bastion.store.box import SecretBox
from bastion.store.database import Database
from bastion.store.schema import changes

CHANGES_KEPT = 10_000
"""Rows of ``changes`` that are kept; whoever is further behind looks at everything anew."""


class Shelf:
    """One part of the store: the database, the box for its secrets, and time."""

    def __init__(self, database: Database, box: SecretBox, clock: Clock) -> None:
        """Share what all parts share."""
        self._database = database
        self._box = box
        self._clock = clock


def note_change(connection: sa.Connection, topic: str, key: str, *, origin: str = "") -> None:
    """Write that ``key`` of ``topic`` changes, in the transaction that changes it.

    Args:
        origin: the notifier that has told its own process already; empty when nobody has.
    """
    inserted = connection.execute(changes.insert().values(topic=topic, key=key, origin=origin))
    row_id = inserted.inserted_primary_key
    if row_id is not None:
        connection.execute(changes.delete().where(changes.c.id <= row_id[0] - CHANGES_KEPT))


def newest_change_id(connection: sa.Connection) -> int:
    """Give the number of the last change; 0 when there was none."""
    return connection.scalar(sa.select(sa.func.max(changes.c.id))) or 0


def note_restore(connection: sa.Connection, newest_id: int) -> None:
    """Tell everybody to look at everything anew: the key of these changes is empty.

    Args:
        newest_id: the last change before the restore; numbers go on from it, since a process that
            has seen that many would not hear of lower ones.
    """
    margin = 1000
    for offset, topic in enumerate(("accounts", "targets", "panics", "approvals", "classes")):
        row_id = newest_id + margin + offset
        connection.execute(changes.delete().where(changes.c.id == row_id))
        connection.execute(changes.insert().values(id=row_id, topic=topic, key="", origin=""))
