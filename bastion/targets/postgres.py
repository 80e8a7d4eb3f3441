"""PostgreSQL: fences, streaming and guards around one login.

    READ_ONLY alone       BEGIN READ ONLY; a first SELECT; the statement; ROLLBACK
    READ_ONLY in a block  SAVEPOINT; transaction_read_only=on; the statement; ROLLBACK TO
    WRITE alone           BEGIN; the statement; compare; COMMIT, else ROLLBACK
    WRITE in a block      SAVEPOINT; the statement; compare; RELEASE, else ROLLBACK TO
    SESSION               the statement as it is

The first SELECT takes the snapshot: after it the server refuses SET TRANSACTION READ WRITE, and
``set_config`` cannot lift the fence. What RESET lifts, the rollback undoes. A plain read and its
fence travel together, each a message of its own: the server runs one after the other, and skips
to the ROLLBACK when one fails.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Protocol

import psycopg
from psycopg import pq
from psycopg.abc import Transformer as RowTransformer
from psycopg.adapt import Transformer

from bastion.core import tokens
from bastion.core.keyset import KeyGuard, OverGuard
from bastion.core.model import Engine, Fence, Origin, RawBatch, ResultColumn, Row, TransactionState
from bastion.errors import (
    StatementError,
    StructureHarmedError,
    StructureMovedError,
    TargetError,
    TargetUnavailableError,
)
from bastion.execution.ports import (
    Completion,
    Permit,
    ReadyToCommit,
    RehearsalPermit,
    ResultHead,
    ServerNotice,
    Standing,
    TargetEvent,
)
from bastion.targets.libpq import COPY_STATUSES, STILL_PREPARED, Link
from bastion.targets.permits import (
    check_along,
    check_counters,
    check_counters_before,
    check_free,
    check_locked,
    completed,
    confirm,
    excess,
    hold_back,
    not_sent,
    rolled_back,
    undone,
)
from bastion.targets.postgres_errors import Circumstances, translate_error
from bastion.targets.postgres_marks import (
    AROUND_QUERY,
    MARKS,
    are_as_they_were,
    compare_marks,
    marks_question,
    prepare_marks,
)
from bastion.targets.postgres_types import OWN_SCHEMA, type_rows

ROWS_PER_BATCH = 1000
FIRST_BATCH_ROWS = 32
"""Small, so that the first rows are there at once."""
BYTES_PER_BATCH = 1_000_000
_SAVEPOINT = "bastion_fence"
_BEGIN_READ, _BEGIN_WRITE = "BEGIN READ ONLY", "BEGIN READ WRITE"
_BEGIN_READ_NEWEST = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
"""For one read, which sees the same at any level; what is asked before it must see the newest."""
_BEGIN_AS_SET = "BEGIN /* as the session is set */"
_COMMIT, _ROLLBACK = "COMMIT", "ROLLBACK"
_SAVE = f"SAVEPOINT {_SAVEPOINT}"
_RELEASE = f"RELEASE SAVEPOINT {_SAVEPOINT}"
_ROLLBACK_TO = f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}"
_KEYS = "bastion_keys"
_SAVE_KEYS = f"SAVEPOINT {_KEYS}"
_RELEASE_KEYS = f"RELEASE SAVEPOINT {_KEYS}"
_ROLLBACK_TO_KEYS = f"ROLLBACK TO SAVEPOINT {_KEYS}"
_READ_ONLY = "SET LOCAL transaction_read_only = on"
_RUN_DEFERRED = "SET CONSTRAINTS ALL IMMEDIATE"
_SETTLE_S = 20.0
_DESCRIBE_S = 30.0
_CLOSE_S = 5.0
_NOT_IN_BLOCK = frozenset({"25001", "2D000"})
_ROW_STATUSES = frozenset(
    {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.SINGLE_TUPLE, pq.ExecStatus.TUPLES_CHUNK}
)
_BYTEA_OID = 17
_NUMERIC_OIDS = frozenset({20, 21, 23, 26, 700, 701, 1700})
_LIMITS = (
    "SELECT pg_catalog.set_config('statement_timeout', $1, $3::pg_catalog.bool),"
    " pg_catalog.set_config('lock_timeout', $2, $3::pg_catalog.bool)"
)
_PLAIN_READ = re.compile(r"\s*\(*\s*(?:SELECT|WITH|VALUES|TABLE|SHOW|EXPLAIN)\b", re.IGNORECASE)
"""What can neither begin a COPY nor end a transaction, and may so be sent with its fence."""
_LOCKS_LATE = re.compile(
    r"\s*(?:EXECUTE|DECLARE|CREATE\s+(?:(?:LOCAL|GLOBAL)\s+)?TEMP(?:ORARY)?\s+TABLE)\b",
    re.IGNORECASE,
)
"""What locks some of what it reads only as it runs, not when it is parsed."""
_IDLE_LIMIT = (
    "SELECT pg_catalog.set_config('idle_in_transaction_session_timeout', $1, true::pg_catalog.bool)"
)
_WAITERS = """
SELECT pg_catalog.count(DISTINCT l.pid)::pg_catalog.text FROM pg_catalog.pg_locks l
WHERE NOT l.granted AND pg_catalog.pg_backend_pid() = ANY (pg_catalog.pg_blocking_pids(l.pid))
"""
_FORGETTING = re.compile(r"\b(?:DISCARD|DEALLOCATE)\b", re.IGNORECASE)
"""What may make the server forget prepared statements, ours among them."""
_UNPINNING = re.compile(r"\b(?:DISCARD|RESET)\b.*\bALL\b", re.IGNORECASE | re.DOTALL)
"""What puts every setting back to where it was before the login was pinned."""
_LONGER_IDLE = re.compile(r"idle_in_transaction_session_timeout|U&", re.IGNORECASE)
_SETS_MODE = re.compile(r"default_transaction_read_only|CHARACTERISTICS|U&", re.IGNORECASE)
"""What says how transactions of the session begin; a name may be spelled in Unicode."""
RESET_ROLE = "RESET ROLE"
"""DISCARD ALL forgets the role that a login may have been given."""
_KEEP_IDLE_LIMIT = (
    "SELECT pg_catalog.set_config(name, $1, false) FROM pg_catalog.pg_settings"
    " WHERE name = 'idle_in_transaction_session_timeout'"
    " AND (setting = '0' OR setting::pg_catalog.int8 > $1::pg_catalog.int8)"
)
_PATH = "SELECT pg_catalog.array_to_string(pg_catalog.current_schemas(false), E'\\x01')"
_SETTINGS = """
SELECT 'user', pg_catalog.concat_ws('/', current_user, session_user)
UNION ALL
SELECT name, setting FROM pg_catalog.pg_settings
WHERE source = 'session' AND name NOT IN ('statement_timeout', 'lock_timeout',
    'transaction_read_only', 'transaction_isolation', 'transaction_deferrable')
"""
_ALL_SETTINGS = """
SELECT name, setting FROM pg_catalog.pg_settings
WHERE context IN ('user', 'superuser') AND name !~ '_timeout$' AND name NOT IN (
    'application_name', 'transaction_read_only', 'transaction_isolation', 'transaction_deferrable')
  -- A library brings its settings along when it is first used in a session.
  AND NOT (source = 'default' AND name LIKE '%.%')
UNION ALL
SELECT pg_catalog.concat_ws('/', s.setdatabase, s.setrole), s.setconfig::pg_catalog.text
FROM pg_catalog.pg_db_role_setting s
WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database d
                            WHERE d.datname = pg_catalog.current_database()))
  AND s.setrole IN (0, (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = session_user))
"""
"""Those that code of users made up are in no view: what is kept for the login tells of them."""
_STRUCTURE = """
SELECT c.oid::pg_catalog.text, n.nspname, c.relname, c.relkind::pg_catalog.text,
       c.relfilenode::pg_catalog.text, c.relowner::pg_catalog.text,
       pg_catalog.concat_ws(' ', c.relpartbound::pg_catalog.text, c.relacl::pg_catalog.text,
                            c.relrowsecurity, c.relforcerowsecurity),
       coalesce((SELECT pg_catalog.string_agg(i.inhparent::pg_catalog.text, ','
                        ORDER BY i.inhseqno)
                 FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid), ''),
       coalesce((SELECT pg_catalog.string_agg(a.attnum || ':' || a.atttypid || ':' || a.attname,
                        ',' ORDER BY a.attnum)
                 FROM pg_catalog.pg_attribute a
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), ''),
       coalesce((SELECT pg_catalog.string_agg(t.oid || ':' || t.tgenabled::pg_catalog.text, ','
                        ORDER BY t.oid)
                 FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid), ''),
       coalesce((SELECT pg_catalog.string_agg(k.oid || ':' || k.convalidated, ',' ORDER BY k.oid)
                 FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid), '')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'f', 'v', 'S') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
UNION ALL
SELECT 'n' || oid, nspname, '', '', '', nspowner::pg_catalog.text, '', '', '', '', ''
FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)_'
UNION ALL
SELECT 'c' || name, statement, '', '', '', '', '', '', '', '', ''
FROM pg_catalog.pg_cursors WHERE is_holdable
ORDER BY 1
"""
"""Relations, schemas, and cursors WITH HOLD: the query of one runs when the transaction commits,
after the comparison."""
_ROWS_WRITTEN = """
SELECT coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
                    + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
                    + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)), 0)::pg_catalog.text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
"""
"""What the open transaction has written to stored tables, as the server itself counts it."""
_ROWS_CHANGED = """
SELECT coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
                    + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)), 0)::pg_catalog.text
FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
CROSS JOIN LATERAL (
    SELECT t.oid UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(t.oid) p
) c(oid)
WHERE n.nspname = $1 AND t.relname = $2
"""
"""The same of what one table, and its partitions, held before."""
_NEW_TYPES = (
    f"SELECT t.oid::pg_catalog.text, t.typname, {OWN_SCHEMA}"  # noqa: S608
    " FROM pg_catalog.pg_type t WHERE t.oid = ANY ($1::pg_catalog.oid[])"
)
OWN_WORDS = frozenset({
    _BEGIN_READ, _BEGIN_READ_NEWEST, _BEGIN_WRITE, _BEGIN_AS_SET,
    _COMMIT, _ROLLBACK, _SAVE, _RELEASE, _ROLLBACK_TO,
    _READ_ONLY, RESET_ROLE, _KEEP_IDLE_LIMIT,
    _SAVE_KEYS, _RELEASE_KEYS, _ROLLBACK_TO_KEYS, _RUN_DEFERRED, _LIMITS,
    _PATH, _SETTINGS, _ALL_SETTINGS, _STRUCTURE, _ROWS_WRITTEN, _ROWS_CHANGED, _NEW_TYPES,
    _IDLE_LIMIT, _WAITERS, MARKS, AROUND_QUERY,
    STILL_PREPARED,
})  # fmt: skip
"""All that a session's login sends beside its statements: the rest of the server's log must be on
record."""


class ServerTypes(Protocol):
    """What the connector knows about a server's OIDs."""

    def type_name(self, oid: int) -> str:
        """Give a type's name as people know it, ``int4``."""
        ...

    def origin(self, table_oid: int, number: int) -> Origin | None:
        """Give the stored column behind a result column; None for an expression."""
        ...

    def unknown_types(self, oids: Collection[int]) -> list[int]:
        """Name the types that were made since the last look."""
        ...

    def learn_types(self, names: Mapping[int, str]) -> None:
        """Remember types that a session has just seen."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """What a login of ours is given before its first statement, and again when that is lifted."""

    sql: str
    values: tuple[str, ...]
    idle_in_transaction_s: float

    @property
    def idle_ms(self) -> str:
        """Give how long a transaction may be idle, as the server takes it."""
        return str(round(self.idle_in_transaction_s * 1000))


@dataclass(slots=True)
class _Progress:
    """What one run has come to."""

    permit: Permit | None
    """None while describing."""
    link: Link
    started_at: float
    was_sent: bool = False
    was_cancelled: bool = False
    is_stoppable: bool = True
    completion: Completion | None = None


@dataclass(slots=True)
class _Reader:
    """Gathers chunks into batches and counts against the limit."""

    limit: int
    columns: tuple[ResultColumn, ...] | None = None
    transformer: RowTransformer = field(default_factory=Transformer)
    rows: list[Row] = field(default_factory=list)
    size: int = 0
    seen: int = 0
    batch_rows: int = FIRST_BATCH_ROWS

    @property
    def is_over(self) -> bool:
        return self.seen > self.limit

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= self.batch_rows or self.size >= BYTES_PER_BATCH

    def add(self, result: pq.abc.PGresult) -> None:
        """Take a chunk's rows, as many as the limit still allows."""
        kept = max(0, min(result.ntuples, self.limit - self.seen))
        self.seen += result.ntuples
        if not kept:
            return
        # The loader of binary bytea hands bytes over unchanged, whatever they are: all cells of
        # a chunk in one call, where a call for each would cost four times as much.
        self.transformer.set_pgresult(result, set_loaders=False)
        self.transformer.set_loader_types([_BYTEA_OID] * result.nfields, pq.Format.BINARY)
        rows: list[Row] = self.transformer.load_rows(0, kept, tuple)
        self.size += sum(map(len, filter(None, chain.from_iterable(rows))))
        self.rows.extend(rows)

    def take(self) -> RawBatch:
        """Give the batch so far and begin the next."""
        batch = RawBatch(self.columns or (), self.rows)
        self.rows, self.size = [], 0
        self.batch_rows = min(ROWS_PER_BATCH, self.batch_rows * 8)
        return batch


class PostgresConnection:
    """One session's login at a PostgreSQL server; implements ``Connection``."""

    def __init__(
        self,
        link: Link,
        *,
        role: str,
        types: ServerTypes,
        pins: Pins,
        open_beside: Callable[[], Awaitable[Link]],
        search_path: tuple[str, ...] = (),
        reader: Link | None = None,
    ) -> None:
        """Wrap links that are logged in and pinned; ``PostgresConnector.connect`` makes these.

        Args:
            open_beside: logs in once more, for questions that no transaction's snapshot answers.
            reader: logged in as the role that can only SELECT.
        """
        self._link = link
        self._open_beside = open_beside
        self._beside: Link | None = None
        self._reader = reader
        self._role = role
        self._types = types
        self._pins = pins
        self._begin_write = _BEGIN_WRITE
        self._search_path = search_path
        self._progress: _Progress | None = None
        self._state_before = TransactionState.IDLE
        self._settling = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self.prefers_reader = True
        """False: reads outside a transaction need this session's own state, so stay here."""

    @property
    def transaction_state(self) -> TransactionState:
        """Tell where the connection stands; during a run, where it stood before."""
        if self._link.is_lost:
            return TransactionState.LOST
        if self._progress is not None:
            return self._state_before
        return _state(self._link)

    @property
    def role(self) -> str:
        """Name the database role in use."""
        return self._role

    @property
    def search_path(self) -> tuple[str, ...]:
        """Give the schemas that the role's bare names were searched in at login."""
        return self._search_path

    @property
    def modes(self) -> str:
        """Give nothing: SQL is read in one way only."""
        return ""

    @property
    def lifted(self) -> frozenset[str]:
        """Give nothing: no session may switch checks off."""
        return frozenset()

    @property
    def backend_pid(self) -> int:
        """Give the server process of the main login."""
        return self._link.backend_pid

    @property
    def database(self) -> str:
        """Give nothing: a PostgreSQL connection never changes its database."""
        return ""

    async def run(self, permit: Permit) -> AsyncGenerator[TargetEvent, None]:
        """Send one statement and stream what comes back; see ``Connection.run``."""
        progress = self._begin(permit)
        try:
            if permit.marks and not _has_failed(progress.link):
                await prepare_marks(progress.link)
            async with aclosing(self._fenced(progress, permit)) as events:
                async for event in events:
                    yield event
        except psycopg.Error as error:
            if isinstance(error, psycopg.errors.InvalidSqlStatementName):
                progress.link.doubt_prepared()
            # From None: the driver's error quotes values, and tracebacks reach the log.
            raise self._translated(error, progress) from None
        finally:
            self._end()

    async def rehearse(self, permit: RehearsalPermit) -> int:
        """Run a write, count what it touches, and roll it back; see ``Connection.rehearse``."""
        if self.transaction_state is not TransactionState.IDLE:
            raise TargetError("Inside a transaction nothing is run to be measured.")
        async with aclosing(self.run(permit.as_trial())) as events:
            async for event in events:
                if isinstance(event, ReadyToCommit):
                    # Closing the stream here rolls it back.
                    return event.affected
        raise TargetError("The database gave no end to the statement. Run it again.")

    async def describe(self, permit: Permit) -> tuple[ResultColumn, ...] | None:
        """Ask the server what columns a statement would return, without running it.

        In a fence all the same: to parse a literal of a type is to call the type's input, and for
        an array or a row of domains that runs the code of their checks. In a transaction an error
        here fails the transaction, as the statement itself would.
        """
        progress = self._begin(None)
        link = self._link
        in_block = self._state_before is not TransactionState.IDLE
        try:
            await link.command(_SAVE if in_block else _BEGIN_READ)
            if in_block:
                await link.command(_READ_ONLY)
            await self._limit(link, permit, is_local=True)
            sql, _ = _with_values(permit.sql, permit)
            result = await link.describe(sql, permit.statement_timeout_s)
            await self._learn_types(result)
            if in_block:
                await self._settle(link, _ROLLBACK_TO, _RELEASE)
        except psycopg.Error as error:
            raise self._translated(error, progress) from None
        except BaseException:
            link.abandon()
            raise
        finally:
            if not in_block:
                await self._settle(link, _ROLLBACK)
            self._end()
        return self._columns(result)

    async def standing(self) -> Standing | None:
        """Ask where the session stands; None in a failed transaction, or when it is lost."""
        if self.transaction_state in {TransactionState.FAILED, TransactionState.LOST}:
            return None
        path, found = await self._asked(_PATH, _SETTINGS)
        schemas = (path.get_value(0, 0) or b"").decode()
        return Standing(
            search_path=tuple(schemas.split("\x01")) if schemas else (),
            settings=frozenset(
                (_cell(found, row, 0), _cell(found, row, 1)) for row in range(found.ntuples)
            ),
        )

    async def settings_digest(self) -> str:
        """Digest all settings under which SQL runs here now, whoever made them."""
        if self.transaction_state is TransactionState.FAILED:
            return ""
        (found,) = await self._asked(_ALL_SETTINGS)
        rows = [(_cell(found, row, 0), _cell(found, row, 1)) for row in range(found.ntuples)]
        return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()

    async def _asked(self, *questions: str) -> list[pq.abc.PGresult]:
        """Ask questions of our own between statements."""
        progress = self._begin(None)
        try:
            return [await self._link.command(question) for question in questions]
        except psycopg.Error as error:
            raise self._translated(error, progress) from None
        except BaseException:
            self._link.abandon()
            raise
        finally:
            self._end()

    async def cancel(self) -> None:
        """Cancel what runs now, at the server; harmless when nothing runs."""
        async with self._settling:
            progress = self._progress
            if progress is None or not progress.is_stoppable:
                return
            progress.was_cancelled = True
            if progress.link.is_active:
                await progress.link.cancel()

    async def reset(self) -> None:
        """Roll back an open transaction."""
        if self._progress is not None:
            await self.cancel()
            return
        if self.transaction_state in {TransactionState.OPEN, TransactionState.FAILED}:
            await self._settle(self._link, _ROLLBACK)

    async def close(self) -> None:
        """Leave; an open transaction is rolled back by the server."""
        if self._progress is not None:
            await self.cancel()
            # Whoever reads the results still uses the socket: let it come to its end first.
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await self._idle.wait()
        for link in (self._link, self._reader, self._beside):
            if link is not None:
                with suppress(psycopg.Error, OSError):
                    await link.close()

    def _begin(self, permit: Permit | None) -> _Progress:
        check_free(is_busy=self._progress is not None, is_lost=self._link.is_lost)
        self._state_before = _state(self._link)
        link = self._link_for(permit)
        self._progress = _Progress(permit=permit, link=link, started_at=time.monotonic())
        self._idle.clear()
        return self._progress

    def _end(self) -> None:
        self._progress = None
        self._idle.set()

    def _link_for(self, permit: Permit | None) -> Link:
        reader = self._reader
        if reader is None or reader.is_lost or not self.prefers_reader or permit is None:
            return self._link
        is_free = self._state_before is TransactionState.IDLE
        return reader if is_free and permit.fence is Fence.READ_ONLY else self._link

    def _fenced(self, progress: _Progress, permit: Permit) -> AsyncGenerator[TargetEvent, None]:
        in_block = self._state_before is not TransactionState.IDLE
        match permit.fence:
            case Fence.SESSION:
                return self._as_is(progress, permit)
            case Fence.READ_ONLY:
                return (
                    self._read_in_block(progress, permit)
                    if in_block
                    else self._read_alone(progress, permit)
                )
            case Fence.WRITE:
                if in_block:
                    return self._write_in_block(progress, permit)
                if permit.pause_s:
                    return self._write_and_pause(progress, permit)
                return self._write_alone(progress, permit)

    async def _as_is(
        self, progress: _Progress, permit: Permit
    ) -> AsyncGenerator[TargetEvent, None]:
        # In a failed transaction only ROLLBACK and the like pass, and SELECT would not.
        is_open = self._state_before is TransactionState.OPEN
        if self._state_before is not TransactionState.FAILED and not (
            is_open and permit.is_instant
        ):
            await self._limit(progress.link, permit, is_local=is_open)
        await confirm(permit, not_sent)
        try:
            async for event in self._stream(progress, permit, may_stop=False):
                yield event
        finally:
            if _FORGETTING.search(permit.sql):
                progress.link.doubt_prepared()
            await self._settle(progress.link)
            await self._keep_pins(progress.link, permit.sql)
        yield completed(progress.completion)

    async def _keep_pins(self, link: Link, sql: str) -> None:
        """Set again what a statement about settings has lifted; a login that cannot is dropped."""
        if _SETS_MODE.search(sql):
            # Whoever wants nothing written is not to be asked whether it may be.
            self._begin_write = _BEGIN_AS_SET
        is_lifted = _UNPINNING.search(sql) is not None
        if link.is_lost or _has_failed(link) or not (is_lifted or _LONGER_IDLE.search(sql)):
            return
        try:
            async with asyncio.timeout(_SETTLE_S), self._settling:
                if is_lifted:
                    await link.command(RESET_ROLE)
                    await link.command(self._pins.sql, *self._pins.values)
                await link.command(_KEEP_IDLE_LIMIT, self._pins.idle_ms)
        except BaseException:
            link.abandon()
            raise

    async def _read_alone(
        self, progress: _Progress, permit: Permit
    ) -> AsyncGenerator[TargetEvent, None]:
        is_plain = _PLAIN_READ.match(permit.sql) is not None
        try:
            if not is_plain:
                await progress.link.command(_begin_read(permit))
                await self._limit(progress.link, permit, is_local=True)
            async with aclosing(self._read(progress, permit, opens_fence=is_plain)) as events:
                async for event in events:
                    yield event
        finally:
            await self._settle(progress.link, _ROLLBACK)
        yield completed(progress.completion)

    async def _read_in_block(
        self, progress: _Progress, permit: Permit
    ) -> AsyncGenerator[TargetEvent, None]:
        link = progress.link
        is_whole = False
        try:
            await link.command(_SAVE)
            await link.command(_READ_ONLY)
            await self._limit(progress.link, permit, is_local=True)
            async with aclosing(self._read(progress, permit)) as events:
                async for event in events:
                    yield event
            is_whole = True
        finally:
            # An error leaves the user's transaction failed, as it would without the bastion:
            # a script must not go on and commit its other half.
            if is_whole or not _has_failed(link):
                await self._settle(link, _ROLLBACK_TO, _RELEASE)
        yield completed(progress.completion)

    async def _read(
        self, progress: _Progress, permit: Permit, *, opens_fence: bool = False
    ) -> AsyncGenerator[TargetEvent, None]:
        """Read inside the fence, or open it on the way, by the structure that it was judged by."""
        if not opens_fence:
            await self._hold_structure(progress, permit)
        stream = self._stream(progress, permit, may_stop=True, opens_fence=opens_fence)
        async with aclosing(stream) as events:
            if permit.marks and _LOCKS_LATE.match(permit.sql):
                held = await hold_back(events)
                await self._check_marks(progress, permit)
                for event in held:
                    yield event
                return
            async for event in events:
                yield event

    async def _write_alone(
        self, progress: _Progress, permit: Permit
    ) -> AsyncGenerator[TargetEvent, None]:
        try:
            events = await self._write_and_commit(progress, permit)
        except psycopg.Error as error:
            if error.sqlstate not in _NOT_IN_BLOCK or progress.link.is_lost:
                raise
            _refuse_outside(permit)
            async with aclosing(self._as_is(progress, permit)) as unheld:
                async for event in unheld:
                    yield event
            return
        for event in events:
            yield event
        yield completed(progress.completion)

    async def _write_and_commit(self, progress: _Progress, permit: Permit) -> list[TargetEvent]:
        link = progress.link
        is_done = False
        try:
            await link.command(self._begin_write)
            events = await self._guarded(progress, permit)
            self._check_still_open(link)
            await confirm(permit, undone)
            async with self._settling:
                _check_cancelled(progress)
                progress.is_stoppable = False
            await link.command(_COMMIT)
            is_done = True
        finally:
            if not is_done:
                await self._settle(link, _ROLLBACK)
        return events

    async def _write_and_pause(
        self, progress: _Progress, permit: Permit
    ) -> AsyncGenerator[TargetEvent, None]:
        """Run a write; it commits when the next event is taken, and closing rolls it back."""
        link = progress.link
        is_done = False
        try:
            await link.command(self._begin_write)
            await link.command(_IDLE_LIMIT, str(round(permit.pause_s * 1000)))
            events = await self._guarded(progress, permit)
            self._check_still_open(link)
            # Deferred constraints would otherwise speak up after the yes.
            await link.command(_RUN_DEFERRED)
            yield ReadyToCommit(
                affected=completed(progress.completion).affected, waiters=partial(_waiters, link)
            )
            await confirm(permit, undone)
            async with self._settling:
                _check_cancelled(progress)
                progress.is_stoppable = False
            await link.command(_COMMIT)
            is_done = True
        finally:
            if not is_done:
                await self._settle(link, _ROLLBACK)
        for event in events:
            yield event
        yield completed(progress.completion)

    async def _write_in_block(
        self, progress: _Progress, permit: Permit
    ) -> AsyncGenerator[TargetEvent, None]:
        link = progress.link
        await link.command(_SAVE)
        try:
            events = await self._guarded(progress, permit)
            self._check_still_open(link)
            await confirm(permit, undone)
            await link.command(_RELEASE)
        except BaseException:
            # What has run and may not stand is undone; what failed leaves the transaction failed.
            is_whole = link.transaction_status == pq.TransactionStatus.INTRANS
            await self._settle(link, *((_ROLLBACK_TO, _RELEASE) if is_whole else ()))
            raise
        for event in events:
            yield event
        yield completed(progress.completion)

    async def _guarded(self, progress: _Progress, permit: Permit) -> list[TargetEvent]:
        """Run a write and compare what it did with what was approved; rows are held back."""
        await self._limit(progress.link, permit, is_local=True)
        await self._hold_structure(progress, permit)
        before = await self._structure(progress) if permit.guards_structure else None
        written = await _rows_written(progress.link) if permit.guards_rows else ""
        locked = await self._lock_keys(progress, permit) if permit.keys is not None else None
        changed = await _rows_changed(progress.link, permit.over)
        if permit.counters is not None:
            found = await progress.link.command(permit.counters.sql)
            check_counters_before(permit.counters, _all_rows(found))
        held = await hold_back(self._stream(progress, permit, may_stop=False))
        if _LOCKS_LATE.match(permit.sql):
            await self._check_marks(progress, permit)
        await self._check_foundations(progress, permit)
        if permit.counters is not None and not permit.counters.is_own:
            found = await progress.link.command(permit.counters.sql)
            check_counters(permit.counters, _all_rows(found))
        if words := excess(progress.completion, permit.affected_max):
            raise rolled_back(words)
        most = permit.over.most if permit.over is not None else 0
        if permit.keys is not None and locked is not None:
            most = await self._compare_places(progress, permit.keys, locked)
        if permit.over is not None:
            changed = await _rows_changed(progress.link, permit.over) - changed
            if words := permit.over.refusal(changed, most):
                raise rolled_back(words)
        if before is not None and progress.link.transaction_status == pq.TransactionStatus.INTRANS:
            # Deferred triggers would otherwise run in COMMIT, after the comparison.
            await progress.link.command(_RUN_DEFERRED)
            await self._compare_structure(progress, before)
            if written != (await _rows_written(progress.link) if permit.guards_rows else ""):
                raise rolled_back("The statement wrote to a table that is not the session's own")
        return held

    async def _lock_keys(self, progress: _Progress, permit: Permit) -> set[Row]:
        """Lock the rows that the statement is about to touch, if they are those approved.

        Returns:
            Where they lie, as (table, ctid).
        """
        link, keys = progress.link, permit.keys
        if keys is None:
            return set()
        _check_cancelled(progress)
        await link.command(_SAVE_KEYS)
        try:
            found = await _ask(link, keys.lock_sql, permit)
        except psycopg.errors.InsufficientPrivilege:
            # A role may delete rows, and yet not lock them.
            await link.command(_ROLLBACK_TO_KEYS)
            found = await _ask(link, keys.look_sql, permit)
        await link.command(_RELEASE_KEYS)
        rows = _all_rows(found)
        check_locked(keys, rows)
        for one in keys.along:
            await link.command(_SAVE_KEYS)
            try:
                counted = await _ask(link, one.count_sql, permit)
            except psycopg.errors.InsufficientPrivilege:
                # What foreign keys do is done by the rights of the table's owner.
                await link.command(_ROLLBACK_TO_KEYS)
            else:
                check_along(one, [(counted.get_value(0, 0),)])
            await link.command(_RELEASE_KEYS)
        return {row[: keys.place_columns] for row in rows if None not in row[: keys.place_columns]}

    async def _compare_places(self, progress: _Progress, keys: KeyGuard, locked: set[Row]) -> int:
        """Check that no row was written but those locked: each of these has left its place.

        A predicate that another session's commit, or chance, made true for other rows is caught
        here, be the number the same.

        Returns:
            How many of those locked were written.
        """
        done = progress.completion
        if done is None or not keys.left_sql:
            return 0
        places = "{" + ",".join(f'"{(row[1] or b"").decode()}"' for row in locked) + "}"
        found = await progress.link.command(keys.left_sql, places)
        stayed = {row[:2] for row in _all_rows(found)}
        if done.affected > len(locked - stayed) + keys.inserts_max:
            raise rolled_back("The statement touched other rows than were approved")
        return len(locked - stayed)

    async def _structure(self, progress: _Progress) -> dict[str, Row]:
        rows = _all_rows(await progress.link.command(_STRUCTURE))
        return {(row[0] or b"").decode(): row for row in rows}

    async def _compare_structure(self, progress: _Progress, before: dict[str, Row]) -> None:
        after = await self._structure(progress)
        if after == before:
            return
        gone = len(before.keys() - after.keys())
        new = len(after.keys() - before.keys())
        changed = sum(1 for key in before.keys() & after.keys() if before[key] != after[key])
        raise StructureHarmedError(
            "The statement was not fully understood, so it may not change tables: it would have "
            f"dropped {gone}, truncated or altered {changed} and added {new}, and was rolled "
            "back. Write the change as a statement of its own and ask for approval.",
            detail=f"gone {gone}, changed {changed}, new {new}",
        )

    def _check_still_open(self, link: Link) -> None:
        if link.transaction_status != pq.TransactionStatus.INTRANS:
            raise StatementError(
                "The statement ended its own transaction, so the bastion could not compare what "
                "it did. Leave COMMIT and ROLLBACK to statements of their own.",
                sqlstate="2D000",
            )

    async def _limit(self, link: Link, permit: Permit, *, is_local: bool) -> None:
        """Set the permit's timeouts; as the first SELECT it also takes the snapshot."""
        await link.command(_LIMITS, *_limits(permit, is_local=is_local))

    async def _hold_structure(self, progress: _Progress, permit: Permit) -> None:
        """Have what a statement names locked, and check that it is as it was judged.

        The other way round, a change that is committed while the statement waits for its locks
        would be met by nobody.
        """
        if permit.marks:
            _check_cancelled(progress)
            sql, _ = _with_values(permit.sql, permit)
            await progress.link.parse(sql, permit.statement_timeout_s)
            await self._check_marks(progress, permit)

    async def _check_marks(self, progress: _Progress, permit: Permit) -> None:
        """Ask whether others changed what a statement touches."""
        if not permit.marks:
            return
        question = marks_question(permit.marks)
        if compare_marks(await progress.link.ask(question), permit.marks):
            return
        # Of a snapshot's catalogue nothing new can be learnt: another login sees the newest.
        beside = await self._look_beside()
        await prepare_marks(beside)
        compare_marks(await beside.ask(question), permit.marks)

    async def _check_foundations(self, progress: _Progress, permit: Permit) -> None:
        """Ask, once a statement has run, whether others changed what its yes rests on.

        Where it seems so, another login is asked: it does not see what the statement itself did.
        """
        link = progress.link
        if not permit.foundations or link.transaction_status != pq.TransactionStatus.INTRANS:
            return
        if self._state_before is TransactionState.IDLE:
            # Deferred triggers would otherwise run in COMMIT, after the comparison.
            await link.command(_RUN_DEFERRED)
        if await are_as_they_were(link, permit.foundations, is_alone=False):
            return
        beside = await self._look_beside()
        if not await are_as_they_were(beside, permit.foundations, is_alone=True):
            raise StructureMovedError(
                "Others changed code or structure that it uses while it ran, so it was rolled "
                "back. Send it as a new statement."
            )

    async def _look_beside(self) -> Link:
        if self._beside is None or self._beside.is_lost:
            self._beside = await self._open_beside()
        return self._beside

    async def _send(self, progress: _Progress, permit: Permit, *, opens_fence: bool) -> None:
        _check_cancelled(progress)
        progress.was_sent = True
        sql, own = _with_values(permit.sql, permit)
        parameters = (*permit.parameters, *own)
        if not opens_fence:
            await progress.link.send(sql, parameters)
            return
        # In one go: a round trip where each by itself would take four.
        fence = ((_begin_read(permit), ()), (_LIMITS, _limits(permit, is_local=True)))
        answer = await progress.link.send_fenced(
            fence,
            sql,
            parameters,
            _ROLLBACK,
            question=marks_question(permit.marks) if permit.marks else None,
            timeout_s=permit.statement_timeout_s,
        )
        if answer is not None:
            compare_marks(answer, permit.marks)
        # A cancel that came between two messages has hit nothing.
        _check_cancelled(progress)

    async def _stream(
        self, progress: _Progress, permit: Permit, *, may_stop: bool, opens_fence: bool = False
    ) -> AsyncGenerator[TargetEvent, None]:
        """Send the permit's statement; ends with ``progress.completion`` set.

        Args:
            opens_fence: send the fence of a read outside a transaction with it.
        """
        link = progress.link
        await self._send(progress, permit, opens_fence=opens_fence)
        reader = _Reader(limit=permit.row_limit)
        tag, affected = "", 0
        while (result := await link.next_result(permit.statement_timeout_s)) is not None:
            for severity, text in link.take_notices():
                yield ServerNotice(severity=severity, text=text)
            if result.status in _ROW_STATUSES:
                if reader.columns is None:
                    reader.columns = self._columns(result)
                    yield ResultHead(columns=reader.columns)
                reader.add(result)
                if reader.rows and (reader.is_full or not link.has_ready_result()):
                    yield reader.take()
                if may_stop and reader.is_over:
                    await self._stop(link)
                    break
            await _check_result(link, result)
            # The last chunk carries the tag, not the empty result that follows it.
            if result.command_status:
                tag = result.command_status.decode()
                affected = result.command_tuples or 0
            # A chunk of wide rows is large: not beside the next one.
            result.clear()
        if reader.rows:
            yield reader.take()
        for severity, text in link.take_notices():
            yield ServerNotice(severity=severity, text=text)
        progress.completion = Completion(
            tag=tag or f"SELECT {permit.row_limit}" if reader.is_over else tag,
            affected=affected,
            truncated=reader.is_over,
        )

    async def _stop(self, link: Link) -> None:
        """End a read that has given enough rows: cancel, and read what is on its way."""
        async with self._settling:
            await link.drain()

    async def _settle(self, link: Link, *commands: str) -> None:
        """Leave the fence, whatever happened; a connection that cannot is dropped."""
        try:
            async with asyncio.timeout(_SETTLE_S), self._settling:
                if self._progress is not None:
                    self._progress.is_stoppable = False
                if link.is_lost:
                    return
                await link.drain()
                if commands and link.transaction_status == pq.TransactionStatus.IDLE:
                    return
                for command in commands:
                    await link.command(command)
        except (psycopg.Error, TimeoutError):
            link.abandon()
        except BaseException:
            link.abandon()
            raise

    def _columns(self, result: pq.abc.PGresult) -> tuple[ResultColumn, ...]:
        return tuple(
            ResultColumn(
                name=(result.fname(place) or b"").decode(errors="replace"),
                type_name=self._types.type_name(result.ftype(place)),
                origin=self._types.origin(result.ftable(place), result.ftablecol(place)),
                is_numeric=result.ftype(place) in _NUMERIC_OIDS,
            )
            for place in range(result.nfields)
        )

    async def _learn_types(self, result: pq.abc.PGresult) -> None:
        """Ask for the names of types made since login, on this link: it sees its own."""
        oids = {result.ftype(place) for place in range(result.nfields)}
        unknown = self._types.unknown_types(oids)
        if not unknown or _has_failed(self._link):
            return
        names = await self._link.command(
            _NEW_TYPES,
            "{" + ",".join(str(oid) for oid in unknown) + "}",
        )
        self._types.learn_types(dict(type_rows(names)))

    def _translated(self, error: psycopg.Error, progress: _Progress) -> TargetError:
        link, permit = progress.link, progress.permit
        if isinstance(error, psycopg.errors._WaitTimeout):
            link.abandon()
        return translate_error(
            error,
            Circumstances(
                fence=Fence.READ_ONLY if permit is None else permit.fence,
                was_sent=progress.was_sent,
                was_cancelled=progress.was_cancelled,
                is_lost=link.is_lost,
                elapsed_s=time.monotonic() - progress.started_at,
                statement_timeout_s=_DESCRIBE_S if permit is None else permit.statement_timeout_s,
                lock_timeout_s=0.0 if permit is None else permit.lock_timeout_s,
            ),
        )


async def _waiters(link: Link) -> int:
    """Count the sessions that wait for the locks of an open transaction."""
    try:
        found = await link.command(_WAITERS)
    except psycopg.Error:
        link.abandon()
        raise TargetUnavailableError(
            "The connection to the database is lost; what was open is rolled back."
        ) from None
    return int(found.get_value(0, 0) or b"0")


def _begin_read(permit: Permit) -> str:
    return _BEGIN_READ_NEWEST if permit.marks else _BEGIN_READ


async def _ask(link: Link, sql: str, permit: Permit) -> pq.abc.PGresult:
    bound_sql, values = _with_values(sql, dataclasses.replace(permit, parameters=()))
    return await link.command(bound_sql, *(value.decode() for value in values))


def _with_values(sql: str, permit: Permit) -> tuple[str, tuple[bytes, ...]]:
    """Make parameters of tokens, after those of the permit; as wide, so that places stay."""
    values: list[bytes] = []
    for bound in tokens.bind(sql, Engine.POSTGRESQL, permit.token_values):
        values.append(bound.value)
        number = len(permit.parameters) + len(values)
        place = f" ${number} ".ljust(bound.end - bound.start)
        sql = sql[: bound.start] + place + sql[bound.end :]
    return sql, tuple(values)


def _limits(permit: Permit, *, is_local: bool) -> tuple[str, str, str]:
    return (
        str(max(1, round(permit.statement_timeout_s * 1000))),
        str(max(1, round(permit.lock_timeout_s * 1000))),
        "true" if is_local else "false",
    )


def _state(link: Link) -> TransactionState:
    if link.is_lost:
        return TransactionState.LOST
    match link.transaction_status:
        case pq.TransactionStatus.IDLE:
            return TransactionState.IDLE
        case pq.TransactionStatus.INERROR:
            return TransactionState.FAILED
        case pq.TransactionStatus.UNKNOWN:
            return TransactionState.LOST
        case _:
            return TransactionState.OPEN


def _cell(result: pq.abc.PGresult, row: int, place: int) -> str:
    return (result.get_value(row, place) or b"").decode()


def _has_failed(link: Link) -> bool:
    return link.transaction_status == pq.TransactionStatus.INERROR


def _check_cancelled(progress: _Progress) -> None:
    """Stop before the statement is sent, when the cancel came during the fence's own words."""
    if progress.was_cancelled:
        raise psycopg.errors.QueryCanceled("cancelled before it was sent")


async def _check_result(link: Link, result: pq.abc.PGresult) -> None:
    if result.status == pq.ExecStatus.FATAL_ERROR:
        error = psycopg.errors.error_from_result(result)
        # The server's last word comes after the error; only then is the transaction's state known.
        with suppress(psycopg.Error):
            await link.finish()
        raise error
    if result.status in COPY_STATUSES:
        await link.end_copy(result.status)
        raise StatementError(
            "COPY to or from the client is not possible here. Write the query itself, and choose "
            "an output format such as --csv.",
            sqlstate="0A000",
        )


async def _rows_written(link: Link) -> str:
    found = await link.command(_ROWS_WRITTEN)
    return (found.get_value(0, 0) or b"").decode()


def _all_rows(found: pq.abc.PGresult) -> list[Row]:
    return [
        tuple(found.get_value(number, place) for place in range(found.nfields))
        for number in range(found.ntuples)
    ]


async def _rows_changed(link: Link, over: OverGuard | None) -> int:
    """Ask how many rows of a table the open transaction has changed or deleted so far."""
    if over is None:
        return 0
    found = await link.command(_ROWS_CHANGED, over.schema, over.table)
    return int(found.get_value(0, 0) or b"0")


def _refuse_outside(permit: Permit) -> None:
    """Refuse what cannot run in a transaction when its effect must be compared before COMMIT."""
    if permit.guards_structure or permit.affected_max is not None:
        raise StatementError(
            "The statement cannot run inside a transaction, so the bastion cannot compare what it "
            "did before it counts. Ask for it in a form that can be rolled back.",
            sqlstate="25001",
        )
