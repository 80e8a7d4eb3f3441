"""What columns of a target were found to hold, so that it is known after a restart."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bastion.core.carry import KnownClass
from bastion.core.model import Sensitivity
from bastion.store.base import Shelf, note_change
from bastion.store.declarations import TOPIC
from bastion.store.schema import column_classes


class ColumnClasses(Shelf):
    """Keeps and lists the classes of columns, with their evidence."""

    async def list_column_classes(self, target: str) -> Sequence[KnownClass]:
        """List what is known of one target's columns."""
        query = column_classes.select().where(column_classes.c.target == target)
        return await self._database.read(
            lambda connection: [
                KnownClass(
                    schema=row.schema_name,
                    relation=row.relation,
                    column=row.column_name,
                    sensitivity=Sensitivity(row.sensitivity),
                    evidence=row.evidence,
                    is_carried=row.is_carried,
                    oid=row.oid,
                    number=row.number,
                )
                for row in connection.execute(query)
            ]
        )

    async def keep_column_classes(self, target: str, found: Sequence[KnownClass]) -> None:
        """Store classes; what was known of the same columns is replaced."""
        at = self._clock.now()
        places = [
            {
                "in_target": target,
                "in_schema": one.schema,
                "in_relation": one.relation,
                "in_column": one.column,
            }
            for one in found
        ]
        rows = [
            {
                "target": target,
                "schema_name": one.schema,
                "relation": one.relation,
                "column_name": one.column,
                "sensitivity": one.sensitivity.value,
                "evidence": one.evidence,
                "is_carried": one.is_carried,
                "oid": one.oid,
                "number": one.number,
                "at": at,
            }
            for one in found
        ]

        def work(connection: sa.Connection) -> None:
            connection.execute(_DELETE, places)
            connection.execute(column_classes.insert(), rows)
            if any(one.is_carried for one in found):
                # Others must mask it at once; what a look shows, their own looks show as well.
                note_change(connection, TOPIC, target)

        if rows:
            await self._database.write(work)


_DELETE = column_classes.delete().where(
    column_classes.c.target == sa.bindparam("in_target"),
    column_classes.c.schema_name == sa.bindparam("in_schema"),
    column_classes.c.relation == sa.bindparam("in_relation"),
    column_classes.c.column_name == sa.bindparam("in_column"),
)
