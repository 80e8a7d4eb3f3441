"""One way to the store's database, and off the loop: a worker thread runs every transaction.

SQLite by default: WAL, so that the command line and the server use it at once;
``synchronous=FULL``, so that an accepted code or a decision survives a power cut. A write begins
with ``BEGIN IMMEDIATE``: what it read cannot change before it writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from bastion.errors import StoreError
from bastion.store import schema

T = TypeVar("T")


class Database:
    """Runs transactions one after another in a thread of its own; errors come as ``StoreError``."""

    def __init__(self, url: str | Path, *, busy_timeout_s: float = 5.0) -> None:
        """Prepare; nothing is opened yet.

        Args:
            url: a path of a SQLite file, or any URL that SQLAlchemy knows.
            busy_timeout_s: how long to wait for another process's transaction.
        """
        self._url = (
            sa.URL.create("sqlite", database=str(url))
            if isinstance(url, Path)
            else sa.make_url(url)
        )
        is_sqlite = self._url.get_backend_name() == "sqlite"
        self.path = Path(self._url.database or "") if is_sqlite else None
        # Parameters never reach an error's text: some of them are secrets.
        self.engine = sa.create_engine(self._url, hide_parameters=True)
        if is_sqlite:
            _configure_sqlite(self.engine, busy_timeout_s)
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def open(self, *, create: bool) -> None:
        """Check that the store is whole and bring its schema up to date.

        Raises:
            StoreError: missing (and not ``create``), damaged, out of reach or newer than the code.
        """
        await self.run(lambda: self._open(create=create))

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Run ``work`` in a transaction that only reads.

        Raises:
            StoreError: the store is locked, lost or damaged.
        """
        return await self.run(lambda: self.read_here(work))

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Run ``work`` in a transaction of its own; durable when this returns.

        Raises:
            StoreError: the store is locked, lost or damaged; nothing was changed.
        """
        return await self.run(lambda: self.write_here(work))

    async def run(self, work: Callable[[], T]) -> T:
        """Run anything that blocks on the store in its thread.

        Raises:
            StoreError: the store failed, or has been closed.
        """
        try:
            future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        except RuntimeError as error:
            raise StoreError("The store is closed. The bastion is stopping.") from error
        with in_words():
            return await future

    async def close(self) -> None:
        """Let running work end, then close all connections."""
        with contextlib.suppress(StoreError):
            await self.run(self.engine.dispose)
        self._executor.shutdown(wait=False)

    def read_here(self, work: Callable[[sa.Connection], T]) -> T:
        """Do what ``read`` does, for code that is in the store's thread already."""
        with self.engine.connect() as connection:
            deferred = connection.execution_options(bastion_deferred=True)
            with deferred.begin():
                return work(deferred)

    def write_here(self, work: Callable[[sa.Connection], T]) -> T:
        """Do what ``write`` does, for code that is in the store's thread already."""
        with self.engine.begin() as connection:
            return work(connection)

    def _open(self, *, create: bool) -> None:
        if self.path is not None:
            _guard_file(self.path, create=create)
        self.write_here(schema.migrate)
        if self.path is not None:
            self.read_here(check_whole)


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Turn a failure of the database into a ``StoreError`` that a person can act on."""
    try:
        yield
    except DBAPIError as error:
        raise _translate(str(error.orig)) from error
    except SQLAlchemyError as error:
        raise _translate(type(error).__name__) from error
    except sqlite3.Error as error:
        raise _translate(str(error)) from error
    except (ValueError, KeyError) as error:
        # A record that cannot be read as what it should be; its text may be a secret.
        raise StoreError(_DAMAGED, detail=type(error).__name__) from error
    except OSError as error:
        raise _translate(error.strerror or "") from error


def check_whole(connection: sa.Connection) -> None:
    """Let SQLite read all its pages.

    Raises:
        StoreError: it found damage.
    """
    findings = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all()
    if findings != ["ok"]:
        raise StoreError(_DAMAGED, detail="; ".join(str(finding) for finding in findings))


_WAL_PAUSE_S = 0.01
_DAMAGED = "The store is damaged. Stop the server, then restore a backup of the store."


def _translate(text: str) -> StoreError:
    lowered = text.lower()
    if "locked" in lowered or "busy" in lowered:
        message = "The store is locked by another process. Nothing was changed; try again."
    elif "malformed" in lowered or "not a database" in lowered or "corrupt" in lowered:
        message = _DAMAGED
    elif "full" in lowered or "no space" in lowered:
        message = "The disk of the store is full. Nothing was changed; make room and try again."
    elif "readonly" in lowered or "permission" in lowered:
        message = "The store cannot be written. Check the owner and mode of its file and folder."
    else:
        message = "The store is out of reach. Nothing was changed; `bastion doctor` says more."
    return StoreError(message, detail=text)


def _guard_file(path: Path, *, create: bool) -> None:
    if not path.exists():
        if not create:
            # SQLite would make an empty one: no accounts, no revocations, no word said.
            raise StoreError(
                f"There is no store at {path}. Run `bastion init`, or restore a backup of it."
            )
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    # The files beside it (-wal, -shm) take their mode from it.
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _use_wal(cursor: DBAPICursor, busy_timeout_s: float) -> None:
    """Write ahead, as every process that opens the store does.

    SQLite does not wait here for others who do the same with a new store; so we do.
    """
    ends_at = time.monotonic() + busy_timeout_s
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # Its low byte: BUSY_RECOVERY is busy too.
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() >= ends_at:
                raise
            time.sleep(_WAL_PAUSE_S)
        else:
            return


def _configure_sqlite(engine: sa.Engine, busy_timeout_s: float) -> None:
    def prepare(dbapi_connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # Transactions begin where we say so, not where the driver guesses.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(busy_timeout_s * 1000)}")
        _use_wal(cursor, busy_timeout_s)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    def begin(connection: sa.Connection) -> None:
        is_deferred = connection.get_execution_options().get("bastion_deferred", False)
        connection.exec_driver_sql("BEGIN" if is_deferred else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
