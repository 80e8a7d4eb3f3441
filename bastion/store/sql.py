"""The store: what the bastion itself remembers, in one database.

``Store`` is the sum of its parts, each in a file of its own, and implements the ports ``Users``,
``Approvals`` and ``History``.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from bastion.errors import StoreError, UsageError
from bastion.execution.ports import Clock
from bastion.store import schema
from bastion.store.accounts import Accounts, forget_old_steps
from bastion.store.agreement import StoredFacts
from bastion.store.base import newest_change_id, note_restore
from bastion.store.box import SecretBox
from bastion.store.classes import ColumnClasses
from bastion.store.database import Database, check_whole
from bastion.store.declarations import Declarations
from bastion.store.emergencies import EmergencyRecords
from bastion.store.grants import GrantBook
from bastion.store.guesses import GuessBudgets
from bastion.store.history import Histories
from bastion.store.notify import StoreNotifier
from bastion.store.panics import Panics
from bastion.store.quarantine import RetiredTables
from bastion.store.requests import Requests, close_open_requests
from bastion.store.schema import accounts, approvals, emergencies, grants, mask_tokens, targets
from bastion.store.targets import TargetRecords
from bastion.store.tokens import MaskTokens

_SEALED = (
    (accounts, accounts.c.user, accounts.c.totp),
    (targets, targets.c.name, targets.c.password),
    (targets, targets.c.name, targets.c.reader_password),
    (approvals, approvals.c.id, approvals.c.body),
    (emergencies, emergencies.c.id, emergencies.c.body),
    (mask_tokens, mask_tokens.c.record, mask_tokens.c.value),
    (grants, grants.c.id, grants.c.body),
)
"""Every sealed column, with the column that names its record."""


class Store(
    Accounts,
    TargetRecords,
    Requests,
    Histories,
    Panics,
    MaskTokens,
    RetiredTables,
    Declarations,
    ColumnClasses,
    EmergencyRecords,
    GuessBudgets,
    GrantBook,
    StoredFacts,
):
    """All that is stored, for the server and for the command line."""

    def __init__(self, url: str | Path, box: SecretBox, clock: Clock) -> None:
        """Prepare; ``open`` comes next.

        Args:
            url: a path of a SQLite file, or any URL that SQLAlchemy knows.
        """
        super().__init__(Database(url), box, clock)

    async def open(self, *, create: bool = False) -> None:
        """Check the store and bring its schema up to date.

        Args:
            create: make an empty store where there is none.

        Raises:
            StoreError: missing, damaged, out of reach, or written by a newer bastion.
        """
        await self._database.open(create=create)

    async def close(self) -> None:
        """Let running work end and close the database."""
        await self._database.close()

    def notifier(self, *, poll_s: float = 0.2) -> StoreNotifier:
        """Make the notifier of this process; its owner starts and stops it."""
        return StoreNotifier(self._database, poll_s=poll_s)

    async def rotate(self) -> int:
        """Seal every secret with a new root key and forget the old one; count the secrets.

        Killed at any point, all secrets stay readable; run it again to finish. Backups made
        before need the old key: make a new one.

        Raises:
            StoreError: a secret cannot be read; the old key is kept.
            ConfigError: the key's file cannot be written.
        """
        # The key's file changes only under the store's write lock: of two rotations at once,
        # neither can forget what the other has just begun to use.
        count = await self._database.write(self._seal_again)
        await self._database.write(self._forget_unused_keys)
        return count

    async def backup(self, path: Path) -> None:
        """Write a consistent copy, mode 0600, while everything keeps running.

        Its secrets stay sealed; without the root key they are worth nothing.

        Raises:
            UsageError: there is such a file already.
            StoreError: the copy could not be written, or the store is not SQLite.
        """
        await self._database.run(lambda: self._backup(path))

    async def restore(self, path: Path) -> None:
        """Replace the whole store by a backup.

        Codes up to now are refused, and requests that the backup holds open are closed: they may
        have run since.

        Raises:
            UsageError: there is no such file.
            StoreError: the backup is damaged, newer than this code, or of another root key;
                the store is as it was.
        """
        await self._database.run(lambda: self._restore(path))

    def _seal_again(self, connection: sa.Connection) -> int:
        self._box.add_key()
        sealed_values = list(_sealed_values(connection))
        for table, name, column, record, sealed in sealed_values:
            place = {"table": table.name, "record": record, "field": column.name}
            again = self._box.seal(self._box.open(sealed, **place), **place)
            connection.execute(table.update().where(name == record).values({column.name: again}))
        return len(sealed_values)

    def _forget_unused_keys(self, connection: sa.Connection) -> None:
        self._box.keep_keys_of(sealed for *_, sealed in _sealed_values(connection))

    def _backup(self, path: Path) -> None:
        self._require_sqlite()
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError as error:
            raise UsageError(f"{path} exists already. Name a new file.") from error
        try:
            with (
                self._database.engine.connect() as connection,
                contextlib.closing(sqlite3.connect(path)) as copy,
            ):
                _driver(connection).backup(copy)
                # One file, with nothing beside it.
                copy.execute("PRAGMA journal_mode=DELETE")
        except (sqlite3.Error, OSError):
            path.unlink(missing_ok=True)
            raise

    def _restore(self, path: Path) -> None:
        self._require_sqlite()
        if not path.is_file():
            raise UsageError(f"There is no backup at {path}.")
        newest_change = self._database.read_here(newest_change_id)
        # Worked on in memory first: the store is replaced in one step, or not at all.
        with contextlib.closing(sqlite3.connect(":memory:", check_same_thread=False)) as draft:
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source:
                source.backup(draft)
            engine = sa.create_engine(
                "sqlite://", creator=lambda: draft, poolclass=sa.StaticPool, hide_parameters=True
            )
            with engine.begin() as connection:
                check_whole(connection)
                _refuse_empty(schema.schema_version(connection))
                schema.migrate(connection)
                self._check_readable(connection)
                forget_old_steps(connection, self._clock.now())
                close_open_requests(connection, self._box, self._clock.now())
                note_restore(connection, newest_change)
            with self._database.engine.connect() as connection:
                draft.backup(_driver(connection))

    def _check_readable(self, connection: sa.Connection) -> None:
        """Open every secret: the root key must be the one that the backup needs."""
        for table, _, column, record, sealed in _sealed_values(connection):
            self._box.open(sealed, table=table.name, record=record, field=column.name)

    def _require_sqlite(self) -> None:
        if self._database.path is None:
            raise StoreError("Only a SQLite store is backed up here. Use the database's own tools.")


def _refuse_empty(version: str | None) -> None:
    if version is None:
        raise StoreError("This file is no backup of a store. Name one that `store backup` wrote.")


def _sealed_values(
    connection: sa.Connection,
) -> Iterator[tuple[sa.Table, sa.Column[str], sa.Column[bytes], str, bytes]]:
    for table, name, column in _SEALED:
        query = sa.select(name, column).where(column.is_not(None)).order_by(name)
        for record, sealed in connection.execute(query).all():
            yield table, name, column, record, sealed


def _driver(connection: sa.Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise StoreError("Only a SQLite store is backed up here. Use the database's own tools.")
    return driver
