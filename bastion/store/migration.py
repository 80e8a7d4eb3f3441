"""Brings a store to this code's schema, step by step, with Alembic.

Loaded only when there is a step to take: Alembic is the slowest of all imports.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory

from bastion.errors import StoreError


def upgrade(connection: sa.Connection, current: str | None, metadata: sa.MetaData) -> None:
    """Take every step that is missing, inside the caller's transaction.

    Args:
        current: the store's schema; None for an empty store.
        metadata: of the tables that the code uses.

    Raises:
        StoreError: a newer bastion has written this store.
    """
    scripts = _scripts()
    if current is not None:
        check_version(current)

    def steps(revision: str, _context: MigrationContext) -> list[RevisionStep]:
        return list(scripts._upgrade_revs("head", revision))

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=metadata)
        environment.run_migrations()


def head_version() -> str | None:
    """Name the newest schema that the steps lead to."""
    return _scripts().get_current_head()


def check_version(version: str | None) -> None:
    """Refuse a schema that this code does not know.

    Raises:
        StoreError: unknown, so most likely newer.
    """
    known = {script.revision for script in _scripts().walk_revisions()}
    if version not in known:
        raise StoreError(
            "The store was written by a newer bastion. Install that version, or restore a backup"
            " made by this one.",
            detail=f"schema {version}",
        )


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent / "migrations"))
