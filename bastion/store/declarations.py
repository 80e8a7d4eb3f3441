"""What people said that columns of a target hold, who and why."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bastion.core.catalogue import Declaration
from bastion.core.model import Sensitivity
from bastion.errors import UsageError
from bastion.store.base import Shelf, note_change
from bastion.store.schema import column_overrides

TOPIC = "classes"
"""Changes of what columns hold; the key is the target's name."""


class Declarations(Shelf):
    """Keeps, lists and removes declarations."""

    async def list_declarations(self, target: str) -> Sequence[Declaration]:
        """List those of one target in order of name."""
        columns = column_overrides.c
        query = (
            column_overrides.select()
            .where(columns.target == target)
            .order_by(columns.schema_name, columns.relation, columns.column_name)
        )
        return await self._database.read(
            lambda connection: [
                Declaration(
                    schema=row.schema_name,
                    relation=row.relation,
                    column=row.column_name,
                    sensitivity=Sensitivity(row.sensitivity) if row.sensitivity else None,
                    by=row.by,
                    reason=row.reason,
                    at=row.at,
                )
                for row in connection.execute(query)
            ]
        )

    async def declare(self, target: str, declaration: Declaration) -> None:
        """Store a declaration; an earlier one of the same column is replaced."""
        sensitivity = declaration.sensitivity
        row = {
            "sensitivity": sensitivity.value if sensitivity else None,
            "by": declaration.by,
            "reason": declaration.reason,
            "at": declaration.at,
        }
        place = _place(target, declaration.schema, declaration.relation, declaration.column)

        def work(connection: sa.Connection) -> None:
            connection.execute(column_overrides.delete().filter_by(**place))
            connection.execute(column_overrides.insert().values(place | row))
            note_change(connection, TOPIC, target)

        await self._database.write(work)

    async def take_back(self, target: str, declaration: Declaration) -> None:
        """Remove a declaration, so that what is found counts again.

        Raises:
            UsageError: there is none for this column.
        """
        place = _place(target, declaration.schema, declaration.relation, declaration.column)

        def work(connection: sa.Connection) -> None:
            if connection.execute(column_overrides.delete().filter_by(**place)).rowcount == 0:
                raise UsageError(f"Nothing was declared for {declaration.qualified_name}.")
            note_change(connection, TOPIC, target)

        await self._database.write(work)


def _place(target: str, schema: str, relation: str, column: str) -> dict[str, str]:
    return {
        "target": target,
        "schema_name": schema,
        "relation": relation,
        "column_name": column,
    }
