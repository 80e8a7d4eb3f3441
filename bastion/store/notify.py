"""Wakes whoever waits for a change: at once in this process, within 0.5 s in any other.

A change is a row of ``changes``. Each process looks every 200 ms, and on SQLite only at
``PRAGMA data_version``, which costs next to nothing while nobody else has written.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable

import sqlalchemy as sa

from bastion.errors import StoreError
from bastion.store.base import newest_change_id, note_change
from bastion.store.database import Database
from bastion.store.schema import changes

log = logging.getLogger(__name__)

_Callback = Callable[[str], None]


class StoreNotifier:
    """The port ``Notifier`` over the store."""

    def __init__(self, database: Database, *, poll_s: float = 0.2) -> None:
        """Prepare; call ``start`` on the loop that the callbacks shall run on.

        Args:
            poll_s: how often to look for what other processes changed.
        """
        self._database = database
        self._poll_s = poll_s
        self._origin = secrets.token_hex(8)
        self._callbacks: dict[str, list[_Callback]] = {}
        self._seen_id = 0
        self._seen_version: object = None
        self._task: asyncio.Task[None] | None = None
        self._watch: sa.PoolProxiedConnection | None = None

    async def start(self) -> None:
        """Begin to hear of other processes' changes; those before now are not told.

        Raises:
            StoreError: the store is out of reach.
        """
        self._seen_id = await self._database.read(newest_change_id)
        self._task = asyncio.get_running_loop().create_task(self._poll(), name="store-notifier")

    async def stop(self) -> None:
        """Stop to listen; harmless when it never started."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        watch, self._watch = self._watch, None
        if watch is not None:
            with contextlib.suppress(StoreError):
                await self._database.run(watch.close)

    async def publish(self, topic: str, key: str) -> None:
        """Tell this process's subscribers at once, and leave word for the others.

        Raises:
            StoreError: the others could not be told; this process was.
        """
        self._tell(topic, key)
        await self._database.write(lambda c: note_change(c, topic, key, origin=self._origin))

    def subscribe(self, topic: str, callback: _Callback) -> Callable[[], None]:
        """Call back with the key on each change, on the loop; returns the way to stop it."""
        callbacks = self._callbacks.setdefault(topic, [])
        callbacks.append(callback)

        def unsubscribe() -> None:
            if callback in callbacks:
                callbacks.remove(callback)

        return unsubscribe

    def _tell(self, topic: str, key: str) -> None:
        loop = asyncio.get_running_loop()
        for callback in tuple(self._callbacks.get(topic, ())):
            # Each on its own: one that fails must not keep the others from being told.
            loop.call_soon(callback, key)

    async def _poll(self) -> None:
        is_failing = False
        while True:
            await asyncio.sleep(self._poll_s)
            try:
                told = await self._database.run(self._news)
            except StoreError as error:
                # Deciding fails by itself while the store is away; said once, then tried again.
                if not is_failing:
                    log.warning("store.lost", extra={"detail": error.detail})
                is_failing = True
                # What changed meanwhile must not be taken for seen.
                self._seen_version = None
                continue
            is_failing = False
            for topic, key in told:
                self._tell(topic, key)

    def _news(self) -> list[tuple[str, str]]:
        """Give what other processes changed since the last call; runs in the store's thread."""
        if self._database.path is not None and not self._has_moved():
            return []
        query = changes.select().where(changes.c.id > self._seen_id).order_by(changes.c.id)
        rows = self._database.read_here(lambda connection: connection.execute(query).all())
        if rows:
            self._seen_id = rows[-1].id
        return [(row.topic, row.key) for row in rows if row.origin != self._origin]

    def _has_moved(self) -> bool:
        # The version is a connection's own view: it must be asked on the same one each time.
        if self._watch is None:
            self._watch = self._database.engine.raw_connection()
        cursor = self._watch.cursor()
        cursor.execute("PRAGMA data_version")
        version = cursor.fetchone()
        cursor.close()
        has_moved = version != self._seen_version
        self._seen_version = version
        return has_moved
