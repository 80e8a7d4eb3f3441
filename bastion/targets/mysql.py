"""MySQL and MariaDB: fences, streaming and timers around one login.

    READ_ONLY alone       SET SESSION TRANSACTION READ ONLY; START TRANSACTION READ ONLY;
                          the statement; ROLLBACK
    READ_ONLY in a block  the statement: analysis and the reader role hold there
    WRITE alone           START TRANSACTION; the statement; compare; COMMIT, else ROLLBACK
    WRITE in a block      SAVEPOINT; the statement; compare; else ROLLBACK TO
    SESSION               the statement as it is

START TRANSACTION READ ONLY alone is no fence: DDL, TRUNCATE and LOCK TABLES leave it by an
implicit commit, and then the session's own mode still says no.

PyMySQL blocks, so each login has a thread of its own; the loop asks it for the next batch when
it wants one, which bounds memory without a queue.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import pymysql  # type: ignore[import-untyped]

from bastion.core import tokens
from bastion.core.builtins import names
from bastion.core.data import mysql_settings
from bastion.core.lexer import Kind, lex
from bastion.core.model import Engine, Fence, RawBatch, ResultColumn, TransactionState
from bastion.core.modes import SPOKEN_MODES
from bastion.core.temporary import restructures
from bastion.errors import (
    EffectExceededError,
    StatementError,
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
from bastion.targets.mysql_errors import Circumstances, translate_error
from bastion.targets.mysql_marks import ask_marks, compare_marks, hold_structure, made_as
from bastion.targets.mysql_wire import PROTOCOL_ERRORS, Wire
from bastion.targets.permits import (
    check_along,
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

ROWS_PER_BATCH = 1000
BYTES_PER_BATCH = 1_000_000
_SAVEPOINT = "bastion_fence"
_MODE_READ = "SET SESSION TRANSACTION READ ONLY"
_MODE_WRITE = "SET SESSION TRANSACTION READ WRITE"
_BEGIN_READ, _BEGIN_WRITE = "START TRANSACTION READ ONLY", "START TRANSACTION READ WRITE"
_STILL = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"
_COMMIT, _ROLLBACK = "COMMIT", "ROLLBACK"
_STANDS = (
    "the table's storage engine cannot roll back: the change stands. Look at the data now, and "
    "restore it."
)
_SAVE, _ROLLBACK_TO = f"SAVEPOINT {_SAVEPOINT}", f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}"
_WARNINGS, _NOTHING = "SHOW WARNINGS", "DO 0"
_LEFT_BEHIND = (
    "SELECT DATABASE(), @@SESSION.sql_mode, @@SESSION.character_set_connection,"
    " @@SESSION.foreign_key_checks, @@SESSION.unique_checks,"
)
_LEFT_MARIADB = f"{_LEFT_BEHIND} @@SESSION.check_constraint_checks, @@SESSION.tx_read_only"
_LEFT_MYSQL = f"{_LEFT_BEHIND} 1, @@SESSION.transaction_read_only"
_CHECKS = ("foreign_key_checks", "unique_checks", "check_constraint_checks")
_UTF8 = "SET SESSION character_set_connection = utf8mb4"
# To MySQL the greatest of a setting and a number is a decimal, which no setting takes.
_PATIENT = (
    "SET SESSION net_write_timeout = CAST(GREATEST(600, @@SESSION.net_write_timeout) AS SIGNED)"
)
"""A person who reads page by page lets the server wait."""
_SELECT_LIMIT = "SET SESSION sql_select_limit = "
_ALL_ROWS = f"{_SELECT_LIMIT}DEFAULT"
_IS_TEMPORARY = b"CREATE TEMPORARY TABLE "
REFUSED_MODES = names(mysql_settings.REFUSED_MODES)
_STRICT_MODES = names(mysql_settings.STRICT_MODES)
_DESCRIBED = "bastion_described"
_FORGET = f"DEALLOCATE PREPARE {_DESCRIBED}"
_GRACE_S = 0.5
_SETTLE_S = 20.0
_CLOSE_S = 5.0
_NOT_ROLLED_BACK = b"1196"
_UNSUPPORTED = 1295
"""The statement cannot be prepared, by its kind."""
_STANDING = (
    "sql_mode", "character_set_client", "character_set_connection", "character_set_results",
    "collation_connection", "autocommit", "foreign_key_checks", "unique_checks",
    "sql_safe_updates", "sql_select_limit", "sql_log_bin", "old_mode",
)  # fmt: skip
_ALL_SETTINGS = "SHOW SESSION VARIABLES"
_MOVING = re.compile(
    "^(?:timestamp|rand_seed[12]|pseudo_|last_insert_id|identity|insert_id|warning_count|error_count|"
    "in_transaction|statement_id$|max_statement_time|max_execution_time|(?:innodb_)?lock_wait_timeout|idle_|"
    "net_write_timeout|(?:tx|transaction)_read_only)|gtid"
)
"""Settings that say how far the server or a login is, and those of a permit."""
_ONLY_MARIADB = frozenset({"old_mode"})
_NO_RIGHT = ((1142,), (1143,))
_COUNTED = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE", "LOAD"})
_OF_OBJECTS = frozenset({"CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE"})
_NOISE = frozenset({
    "OR", "REPLACE", "TEMPORARY", "UNIQUE", "ONLINE", "IGNORE", "FULLTEXT", "SPATIAL",
})  # fmt: skip
_TAG_CHARACTERS = 400
DESCRIBING = f"PREPARE {_DESCRIBED} FROM "
"""A statement that the server only parses, as a literal."""
_IDLE = "SET SESSION idle_write_transaction_timeout = "
_IDLE_AS_BEFORE = f"{_IDLE}DEFAULT"
OWN_LIMITS = re.compile(
    rf"{_IDLE}\d+|{_SELECT_LIMIT}\d+|SET SESSION sql_mode = '[A-Z0-9_,]*'|"
    r"SET SESSION (?:max_statement_time = \d+\.\d{3}|max_execution_time = \d+),"
    r" lock_wait_timeout = (\d+), innodb_lock_wait_timeout = \1"
)
_WAITERS_MARIADB = """SELECT COUNT(DISTINCT w.requesting_trx_id)
FROM information_schema.innodb_lock_waits w
JOIN information_schema.innodb_trx t ON t.trx_id = w.blocking_trx_id
WHERE t.trx_mysql_thread_id = CONNECTION_ID()"""
_WAITERS_MYSQL = """SELECT COUNT(DISTINCT w.requesting_engine_transaction_id)
FROM performance_schema.data_lock_waits w
JOIN information_schema.innodb_trx t ON t.trx_id = w.blocking_engine_transaction_id
WHERE t.trx_mysql_thread_id = CONNECTION_ID()"""
_T = TypeVar("_T")


@dataclass(slots=True)
class _Progress:
    """What one run has come to."""

    permit: Permit
    login: Login
    ends_at: float = float("inf")
    was_sent: bool = False
    was_cancelled: bool = False
    ran_out: bool = False
    is_stoppable: bool = True
    completion: Completion | None = None


class Login:
    """A wire, its thread, and the way to kill what it runs."""

    def __init__(self, wire: Wire, thread: ThreadPoolExecutor, kill: Callable[[int], None]) -> None:
        """Join the parts.

        Args:
            thread: of one worker; only it may use the wire.
            kill: blocking; sends KILL QUERY for a thread id over another connection.
        """
        self.wire = wire
        self._thread = thread
        self._kill = kill
        self.is_read_only = False
        """The session's own mode, as we last set it."""
        self.is_patient = False
        """Whether rows may be fetched slowly."""
        self._is_closed = False

    async def call(self, function: Callable[[], _T]) -> _T:
        """Run one blocking step in the wire's thread."""
        future = asyncio.get_running_loop().run_in_executor(self._thread, function)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            # The thread cannot be cancelled: end what it waits for, then let go.
            await self.kill()
            await asyncio.wait({future}, timeout=2.0)
            if not future.done():
                self.wire.interrupt()
                await asyncio.wait({future}, timeout=2.0)
            if future.done() and not future.cancelled():
                future.exception()
            raise
        except PROTOCOL_ERRORS:
            self.wire.abandon()
            raise pymysql.InterfaceError(0, "the server broke the protocol") from None

    async def kill(self) -> None:
        """Cancel what runs, at the server."""
        with suppress(pymysql.MySQLError, OSError):
            await asyncio.to_thread(self._kill, self.wire.thread_id)

    async def close(self) -> None:
        """Leave, and end the thread; harmless the second time."""
        if self._is_closed:
            return
        self._is_closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(5.0):
                await self.call(self.wire.close)
        self.wire.interrupt()
        self._thread.shutdown(wait=False)


class MySQLConnection:
    """One session's login at a MySQL or MariaDB server; implements ``Connection``."""

    def __init__(
        self, login: Login, *, role: str, database: str, reader: Login | None = None
    ) -> None:
        """Wrap logins that are pinned; ``MySQLConnector.connect`` makes these."""
        self._login = login
        self._reader = reader
        self._role = role
        self._database = database
        self._progress: _Progress | None = None
        self._state_before = TransactionState.IDLE
        self._settling = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._modes = ""
        self._lifted: frozenset[str] = frozenset()
        self._keeps_read_only = False
        """The person asked for it, so the server refuses writes whoever approved them."""
        self.prefers_reader = True
        """False: reads outside a transaction need this session's own state, so stay here."""

    @property
    def transaction_state(self) -> TransactionState:
        """Tell where the connection stands; during a run, where it stood before."""
        if self._login.wire.is_lost:
            return TransactionState.LOST
        if self._progress is not None:
            return self._state_before
        return (
            TransactionState.OPEN if self._login.wire.is_in_transaction else TransactionState.IDLE
        )

    @property
    def role(self) -> str:
        """Name the database user in use."""
        return self._role

    @property
    def database(self) -> str:
        """Give the database that bare names are looked up in; USE changes it."""
        return self._database

    @property
    def search_path(self) -> tuple[str, ...]:
        """Give the current database, as a path of one."""
        return (self._database,) if self._database else ()

    @property
    def backend_pid(self) -> int:
        """Give the server's number of the main login."""
        return self._login.wire.thread_id

    @property
    def modes(self) -> str:
        """Give ``sql_mode`` as it was asked for, where the server is kept out of some of it."""
        return self._modes

    @property
    def lifted(self) -> frozenset[str]:
        """Name the checks of what is written that are off here."""
        return self._lifted

    async def run(self, permit: Permit) -> AsyncGenerator[TargetEvent, None]:
        """Send one statement and stream what comes back; see ``Connection.run``."""
        progress = self._begin(permit)
        try:
            async with aclosing(self._fenced(progress)) as events:
                async for event in events:
                    yield event
        except pymysql.MySQLError as error:
            # From None: the driver's error quotes values, and tracebacks reach the log.
            raise self._translated(error, progress) from None
        finally:
            self._progress = None
            self._idle.set()

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
        """Have the server parse and resolve a statement, without running it.

        Returns:
            None: the text protocol describes a result only together with its rows.

        Raises:
            StatementError: the server cannot parse it, or knows not all of its names.
        """
        progress = self._begin(permit)
        progress.login = login = self._login
        is_alone = self._state_before is TransactionState.IDLE
        try:
            await self._limit(progress)
            if is_alone:
                # The read-only fence would refuse every write by its kind.
                await self._open_for_writing(login)
                await self._command(login, self._begin_write)
            # As text in a literal it is one statement, whatever it holds; nothing runs.
            quoted = login.wire.quote(permit.sql)
            await self._command(login, DESCRIBING + quoted)
            await self._command(login, _FORGET)
        except pymysql.MySQLError as error:
            if error.args[:1] != (_UNSUPPORTED,):
                raise self._translated(error, progress) from None
        finally:
            if is_alone:
                await self._settle(login, _ROLLBACK)
            self._progress = None
            self._idle.set()
        return None

    async def standing(self) -> Standing | None:
        """Ask where the session stands; None when it is lost."""
        login = self._login
        if login.wire.is_lost or self._progress is not None:
            return None
        names = _standing_names(is_mariadb=login.wire.is_mariadb)
        try:
            rows = await self._command(login, _standing_query(names))
        except pymysql.MySQLError:
            login.wire.abandon()
            return None
        values = [(cell or b"").decode(errors="replace") for cell in rows[0]]
        self._database = values[0]
        return Standing(
            search_path=self.search_path,
            settings=frozenset(zip(("database", "user", "role", *names), values, strict=True)),
        )

    async def settings_digest(self) -> str:
        """Digest all settings under which SQL runs here now, whoever made them."""
        login = self._login
        check_free(is_busy=self._progress is not None, is_lost=login.wire.is_lost)
        try:
            rows = await self._command(login, _ALL_SETTINGS)
        except (pymysql.MySQLError, OSError, *PROTOCOL_ERRORS):
            login.wire.abandon()
            raise TargetUnavailableError("The database went away before it answered.") from None
        kept = [row for row in rows if not _MOVING.search((row[0] or b"").decode())]
        return hashlib.sha256(repr(sorted(kept)).encode()).hexdigest()

    async def cancel(self) -> None:
        """Cancel what runs now, at the server; harmless when nothing runs."""
        async with self._settling:
            progress = self._progress
            if progress is None or not progress.is_stoppable:
                return
            progress.was_cancelled = True
            if progress.was_sent:
                await progress.login.kill()

    async def reset(self) -> None:
        """Roll back an open transaction."""
        if self._progress is not None:
            await self.cancel()
            return
        if self.transaction_state is TransactionState.OPEN:
            await self._settle(self._login, _ROLLBACK)

    async def close(self) -> None:
        """Leave; an open transaction is rolled back by the server."""
        if self._progress is not None:
            await self.cancel()
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await self._idle.wait()
        for login in (self._login, self._reader):
            if login is not None:
                await login.close()

    def _begin(self, permit: Permit) -> _Progress:
        check_free(is_busy=self._progress is not None, is_lost=self._login.wire.is_lost)
        _check_permit(permit)
        self._state_before = self.transaction_state
        reader = self._reader
        login = self._login
        if (
            reader is not None
            and not reader.wire.is_lost
            and self.prefers_reader
            and permit.fence is Fence.READ_ONLY
            and self._state_before is TransactionState.IDLE
        ):
            login = reader
        self._progress = _Progress(permit=permit, login=login)
        self._idle.clear()
        return self._progress

    def _fenced(self, progress: _Progress) -> AsyncGenerator[TargetEvent, None]:
        in_block = self._state_before is TransactionState.OPEN
        match progress.permit.fence:
            case Fence.SESSION if progress.permit.guards_rows:
                return self._of_the_session(progress, in_block=in_block)
            case Fence.SESSION:
                return self._as_is(progress)
            case Fence.READ_ONLY:
                return self._read_in_block(progress) if in_block else self._read_alone(progress)
            case Fence.WRITE:
                return self._write(progress, in_block=in_block)

    async def _as_is(self, progress: _Progress) -> AsyncGenerator[TargetEvent, None]:
        login = progress.login
        await self._limit(progress)
        if self._state_before is TransactionState.IDLE:
            await self._open_for_writing(login)
        await confirm(progress.permit, not_sent)
        try:
            async for event in self._stream(progress, may_stop=False):
                yield event
        except pymysql.MySQLError:
            await self._settle(login)
            await self._follow_failed(progress)
            raise
        finally:
            await self._settle(login)
        notice = await self._follow(login, sets_modes=progress.permit.sets_modes)
        if notice is not None:
            yield notice
        yield completed(progress.completion)

    async def _follow(self, login: Login, *, sets_modes: bool = False) -> ServerNotice | None:
        """See what a statement has left in the session, and put back what must stand.

        Raises:
            StatementError: it was told to read SQL in another way than it is judged.
        """
        if login.wire.is_lost:
            return None
        query = _LEFT_MARIADB if login.wire.is_mariadb else _LEFT_MYSQL
        try:
            ((place, modes, encoding, *checks, read_only),) = await self._command(login, query)
            self._database = (place or b"").decode(errors="replace")
            found = zip(_CHECKS, checks, strict=True)
            self._lifted = frozenset(name for name, value in found if value != b"1")
            self._keeps_read_only = login.is_read_only = read_only == b"1"
            if not (encoding or b"").startswith(b"utf8"):
                await self._command(login, _UTF8)
            return await self._mend_modes(login, (modes or b"").decode(), sets_modes=sets_modes)
        except pymysql.MySQLError:
            login.wire.abandon()
            raise

    async def _follow_failed(self, progress: _Progress) -> None:
        """See what a statement has left that failed: before or after it set it, nobody knows."""
        modes = self._modes
        with suppress(StatementError):
            await self._follow(progress.login, sets_modes=progress.permit.sets_modes)
        self._modes = self._modes or modes

    async def _mend_modes(
        self, login: Login, said: str, *, sets_modes: bool
    ) -> ServerNotice | None:
        modes = [one for one in said.split(",") if one]
        kept = [one for one in modes if one.lower() not in REFUSED_MODES]
        is_strict = any(one.lower() in _STRICT_MODES for one in kept)
        refused = {one.lower() for one in modes} & REFUSED_MODES
        stands = kept if is_strict else [*kept, "STRICT_TRANS_TABLES"]
        if refused or not is_strict:
            text = f"SET SESSION sql_mode = {login.wire.quote(','.join(stands))}"
            await self._command(login, text)
        if refused and not (sets_modes and refused <= SPOKEN_MODES):
            raise StatementError(
                "The bastion pins how SQL is read, so the modes that change it were taken out of "
                "sql_mode again.",
                sqlstate="42000",
            )
        if sets_modes:
            strict = [] if is_strict else ["STRICT_TRANS_TABLES"]
            self._modes = ",".join((*modes, *strict)) if refused else ""
        if is_strict:
            return None
        return ServerNotice(
            severity="NOTE",
            text="STRICT_TRANS_TABLES stays in sql_mode: no approved value is cut on its way in.",
        )

    async def _read_alone(self, progress: _Progress) -> AsyncGenerator[TargetEvent, None]:
        login = progress.login
        try:
            mode = () if login.is_read_only else (_MODE_READ,)
            fence = (_limits(progress), *mode, _BEGIN_READ)
            await login.call(lambda: [login.wire.command(sql) for sql in fence])
            login.is_read_only = True
            await self._check_marks(progress, holds=True)
            await self._limit_rows(progress)
            async for event in self._stream(progress, may_stop=True):
                yield event
        finally:
            await self._settle(login, _ROLLBACK, *_all_rows(progress))
        yield completed(progress.completion)

    async def _read_in_block(self, progress: _Progress) -> AsyncGenerator[TargetEvent, None]:
        await self._limit(progress)
        await self._check_marks(progress, holds=True)
        try:
            await self._limit_rows(progress)
            async for event in self._stream(progress, may_stop=True):
                yield event
        finally:
            await self._settle(progress.login, *_all_rows(progress))
        yield completed(progress.completion)

    async def _limit_rows(self, progress: _Progress) -> None:
        """Let rows come as slowly as they are read, and no more than the person asked for."""
        permit, login = progress.permit, progress.login
        if permit.marks and not login.is_patient:
            # What reads no table is soon over, and may ask for the server's own setting.
            await self._command(login, _PATIENT)
            login.is_patient = True
        if permit.select_limit is not None:
            await self._command(login, f"{_SELECT_LIMIT}{permit.select_limit}")

    async def _of_the_session(
        self, progress: _Progress, *, in_block: bool
    ) -> AsyncGenerator[TargetEvent, None]:
        """Make, fill, change or drop temporary tables."""
        login = progress.login
        await self._limit(progress)
        is_of_structure = restructures(progress.permit.sql)
        if in_block and is_of_structure:
            raise StatementError(
                "This commits an open transaction, a temporary table or not. End it first. Nothing "
                "has run.",
                sqlstate="25001",
            )
        if not in_block:
            await self._open_for_writing(login)
            # A read-only transaction may write to temporary tables, but make and drop none.
            is_drop = _tag(progress.permit.sql, 0).startswith("DROP")
            is_of_rows = bool(progress.permit.temporary) and not (is_drop or is_of_structure)
            await self._command(login, _BEGIN_READ if is_of_rows else self._begin_write)
        is_done = False
        try:
            await self._check_marks(progress, holds=True)
            await self._check_temporary(progress)
            async for event in self._stream(progress, may_stop=False):
                yield event
            is_done = True
        finally:
            await self._settle(login, *(() if in_block else (_COMMIT if is_done else _ROLLBACK,)))
        yield completed(progress.completion)

    async def _check_temporary(self, progress: _Progress) -> None:
        wire = progress.login.wire
        for schema, name in sorted(progress.permit.temporary):
            made = await progress.login.call(partial(made_as, wire, schema, name))
            if not made.startswith(_IS_TEMPORARY):
                raise StatementError(
                    "What it writes is not a temporary table of this session. Nothing has run.",
                    sqlstate="42S02",
                )

    async def _write(
        self, progress: _Progress, *, in_block: bool
    ) -> AsyncGenerator[TargetEvent, None]:
        login = progress.login
        await self._limit(progress)
        if in_block:
            await self._command(login, _SAVE)
        else:
            await self._open_for_writing(login)
            if progress.permit.keys is not None:
                # What the condition reads elsewhere must stand still as well, until it counts.
                await self._command(login, _STILL)
            await self._command(login, self._begin_write)
        is_done = False
        try:
            held = await self._guarded(progress, in_block=in_block)
            if progress.permit.pause_s and not in_block:
                affected = completed(progress.completion).affected
                await self._command(login, _idle_limit(login, progress.permit.pause_s))
                yield ReadyToCommit(affected=affected, waiters=partial(self._waiters, login))
            if login.wire.is_in_transaction:
                await confirm(progress.permit, partial(self._undone, login, in_block=in_block))
            async with self._settling:
                _check_cancelled(progress)
                progress.is_stoppable = False
            if not in_block:
                await self._command(login, _COMMIT)
            is_done = True
        finally:
            await self._end_write(progress, is_done=is_done, in_block=in_block)
        if _may_set(progress.permit.sql):
            notice = await self._follow(login, sets_modes=progress.permit.sets_modes)
            held = [*held, notice] if notice is not None else held
        for event in held:
            yield event
        yield completed(progress.completion)

    async def _guarded(self, progress: _Progress, *, in_block: bool) -> list[TargetEvent]:
        """Run a write and compare what it did with what was approved; rows are held back."""
        await self._check_marks(progress, holds=False)
        allowed = await self._lock_keys(progress)
        if progress.permit.counters is not None:
            stand = await self._command(progress.login, progress.permit.counters.sql)
            check_counters_before(progress.permit.counters, stand)
        if _tag(progress.permit.sql, 0).partition(" ")[0] not in _COUNTED:
            # It may commit by itself.
            await confirm(progress.permit, not_sent)
        held = await hold_back(self._stream(progress, may_stop=False))
        await self._compare_effect(progress, allowed, in_block=in_block)
        await self._compare_over(progress, in_block=in_block)
        await self._compare_counters(progress, in_block=in_block)
        await self._check_foundations(progress, in_block=in_block)
        return held

    async def _end_write(self, progress: _Progress, *, is_done: bool, in_block: bool) -> None:
        login = progress.login
        undo: tuple[str, ...] = () if is_done else (_ROLLBACK,)
        if undo and in_block:
            # The server has undone only what failed by itself.
            has_run = progress.completion is not None and login.wire.is_in_transaction
            undo = (_ROLLBACK_TO,) if has_run else ()
        await self._settle(login, *undo)
        if progress.permit.pause_s and login.wire.is_mariadb:
            await self._settle(login, _IDLE_AS_BEFORE)
        if not is_done and _may_set(progress.permit.sql):
            await self._follow_failed(progress)

    async def _waiters(self, login: Login) -> int:
        """Count the sessions that wait for the locks of an open transaction."""
        sql = _WAITERS_MARIADB if login.wire.is_mariadb else _WAITERS_MYSQL
        try:
            return int((await self._command(login, sql))[0][0] or b"0")
        except pymysql.MySQLError:
            if login.wire.is_lost:
                raise TargetUnavailableError(
                    "The connection to the database is lost; what was open is rolled back."
                ) from None
            raise TargetError(
                "Nothing is held open where nobody can see who waits for its locks, so it was "
                "rolled back. Grant the bastion's role PROCESS, or take hold_open out of the rule."
            ) from None

    async def _check_marks(self, progress: _Progress, *, holds: bool) -> None:
        """Ask, before the statement is sent, whether others changed what it touches.

        Args:
            holds: keep others from it until the transaction ends.
        """
        expected = progress.permit.marks
        if not expected:
            return
        wire = progress.login.wire
        if holds:
            await progress.login.call(lambda: hold_structure(wire, expected))
        # By the first role: the server shows each role its own part only.
        first = self._login.wire
        compare_marks(await self._login.call(lambda: ask_marks(first, expected)), expected)

    async def _check_foundations(self, progress: _Progress, *, in_block: bool) -> None:
        """Ask, once a statement has run, whether others changed what its yes rests on.

        What it used is locked by then, and stays so until the transaction ends.
        """
        expected, login = progress.permit.foundations, progress.login
        if not expected or not login.wire.is_in_transaction:
            # What changes structure has committed by itself.
            return
        first = self._login.wire
        if await self._login.call(lambda: ask_marks(first, expected)) == dict(expected):
            return
        words = "Others changed code or structure that it uses while it ran"
        if await self._undo(login, in_block=in_block):
            raise StructureMovedError(
                f"{words}, so it was rolled back. Send it as a new statement."
            )
        raise StructureMovedError(f"{words}, and {_STANDS}")

    async def _lock_keys(self, progress: _Progress) -> int | None:
        """Lock the rows that the statement is about to touch, if they are those approved.

        Returns:
            How many rows it may touch; None for any number.
        """
        keys, allowed = progress.permit.keys, progress.permit.affected_max
        if keys is None:
            return allowed
        _check_cancelled(progress)
        lock_sql = _with_values(keys.lock_sql, progress.permit, progress.login.wire)
        try:
            rows = await self._command(progress.login, lock_sql)
        except pymysql.OperationalError as error:
            if error.args[:1] not in _NO_RIGHT:
                raise
            # MySQL lets only who may write a table lock its rows, though a write may read it.
            look_sql = _with_values(keys.look_sql, progress.permit, progress.login.wire)
            rows = await self._command(progress.login, look_sql)
        check_locked(keys, rows)
        for one in keys.along:
            count_sql = _with_values(one.count_sql, progress.permit, progress.login.wire)
            try:
                counted = await self._command(progress.login, count_sql)
            except pymysql.OperationalError as error:
                if error.args[:1] not in _NO_RIGHT:
                    raise
                # What foreign keys do is done whatever the role may do there.
                continue
            check_along(one, counted)
        return keys.count(rows) * keys.weight + keys.inserts_max

    async def _compare_over(self, progress: _Progress, *, in_block: bool) -> None:
        """Compare how many stored rows an INSERT wrote over, where they are known by number."""
        over, done = progress.permit.over, completed(progress.completion)
        if over is None or progress.permit.keys is not None:
            return
        given = done.given if over.given is None else over.given
        # The server counts a row that takes another's place, or is written anew, twice.
        await self._refuse(
            progress,
            over.refusal(done.affected - (given or 0), over.most),
            in_block=in_block,
        )

    async def _compare_counters(self, progress: _Progress, *, in_block: bool) -> None:
        """Ask whether a sequence that it took numbers from was set back."""
        counters = progress.permit.counters
        if counters is None or counters.is_own or not progress.login.wire.is_in_transaction:
            return
        rows = await self._command(progress.login, counters.sql)
        await self._refuse(progress, counters.refusal(rows), in_block=in_block)

    async def _compare_effect(
        self, progress: _Progress, allowed: int | None, *, in_block: bool
    ) -> None:
        await self._refuse(progress, excess(progress.completion, allowed), in_block=in_block)

    async def _refuse(self, progress: _Progress, words: str, *, in_block: bool) -> None:
        """Undo what went too far, in these words; empty: it did not."""
        if not words:
            return
        if await self._undo(progress.login, in_block=in_block):
            raise rolled_back(words)
        raise EffectExceededError(f"{words}, and {_STANDS}")

    async def _undo(self, login: Login, *, in_block: bool) -> bool:
        """Undo what a statement wrote; False where a table's storage engine cannot."""

        def roll_back() -> bool:
            login.wire.command(_ROLLBACK_TO if in_block else _ROLLBACK)
            if not login.wire.warning_count:
                return True
            return all(row[1] != _NOT_ROLLED_BACK for row in login.wire.command(_WARNINGS))

        return await login.call(roll_back)

    async def _undone(self, login: Login, *, in_block: bool) -> str:
        if await self._undo(login, in_block=in_block):
            return await undone()
        return f"{_STANDS[0].upper()}{_STANDS[1:]}"

    async def _stream(
        self, progress: _Progress, *, may_stop: bool
    ) -> AsyncGenerator[TargetEvent, None]:
        """Send the permit's statement; ends with ``progress.completion`` set."""
        permit, wire = progress.permit, progress.login.wire
        _check_cancelled(progress)
        progress.was_sent = True
        progress.ends_at = time.monotonic() + permit.statement_timeout_s + _GRACE_S
        has_rows = await self._timed(
            progress, lambda: wire.send(_with_values(permit.sql, permit, wire))
        )
        count, is_cut, had_rows = 0, False, has_rows
        while True:
            if wire.columns:
                had_rows = True
                columns = wire.columns
                yield ResultHead(columns=columns)
                async for batch, seen in self._batches(progress, columns, count, stop=may_stop):
                    count = seen
                    if batch.rows:
                        yield batch
            is_cut = count > permit.row_limit
            if (may_stop and is_cut) or not wire.has_next_set:
                break
            await self._timed(progress, wire.next_set)
        affected = wire.affected
        warnings = wire.warning_count
        if may_stop and is_cut:
            await self._stop(progress)
        elif warnings:
            for row in await self._command(progress.login, _WARNINGS):
                level, text = (row[0] or b"").decode(), (row[2] or b"").decode(errors="replace")
                yield ServerNotice(severity=level.upper(), text=text)
        count = min(count, permit.row_limit)
        progress.completion = Completion(
            tag=f"SELECT {count}" if had_rows else _tag(permit.sql, affected),
            affected=affected,
            truncated=is_cut,
            given=wire.given,
        )

    async def _batches(
        self, progress: _Progress, columns: tuple[ResultColumn, ...], seen: int, *, stop: bool
    ) -> AsyncGenerator[tuple[RawBatch, int], None]:
        """Read one result set; small batches first, so that the first row is at once."""
        limit, wire = progress.permit.row_limit, progress.login.wire
        size = 1
        is_over = False
        while not is_over and not (stop and seen > limit):
            rows, is_over = await self._timed(
                progress, partial(wire.read_rows, size, BYTES_PER_BATCH)
            )
            kept = rows[: max(0, limit - seen)]
            seen += len(rows)
            size = min(ROWS_PER_BATCH, size * 8)
            yield RawBatch(columns, kept), seen

    async def _timed(self, progress: _Progress, function: Callable[[], _T]) -> _T:
        """Run one blocking step under our own timer: the server's covers only some statements."""
        login = progress.login
        try:
            async with asyncio.timeout_at(_on_loop(progress.ends_at)):
                return await login.call(function)
        except TimeoutError:
            progress.ran_out = True
            raise pymysql.OperationalError(1969, "our own timer ended it") from None

    async def _stop(self, progress: _Progress) -> None:
        """End a read that has given enough rows: kill the query, read what is on its way."""
        login = progress.login
        async with self._settling:
            progress.is_stoppable = False
            await login.kill()
            await login.call(login.wire.drain)
            await self._absorb(login)

    async def _settle(self, login: Login, *commands: str) -> None:
        """Leave the fence, whatever happened; a connection that cannot is dropped."""
        try:
            async with asyncio.timeout(_SETTLE_S), self._settling:
                progress = self._progress
                if progress is not None:
                    progress.is_stoppable = False
                if login.wire.is_lost:
                    return
                if progress is not None and progress.completion is None and progress.was_sent:
                    await self._calm(login)
                for command in commands:
                    await self._command(login, command)
        except (pymysql.MySQLError, TimeoutError):
            login.wire.abandon()
        except BaseException:
            login.wire.abandon()
            raise

    async def _calm(self, login: Login) -> None:
        """End what a run left behind: the rest of its rows, and a KILL that came late."""
        if login.wire.has_pending_rows:
            await login.kill()
            await login.call(login.wire.drain)
        await self._absorb(login)

    async def _absorb(self, login: Login) -> None:
        """Let a KILL that came after its statement hit this instead of the next one."""
        try:
            await self._command(login, _NOTHING)
        except pymysql.OperationalError:
            await self._command(login, _NOTHING)

    @property
    def _begin_write(self) -> str:
        return _BEGIN_READ if self._keeps_read_only else _BEGIN_WRITE

    async def _open_for_writing(self, login: Login) -> None:
        if login.is_read_only and not self._keeps_read_only:
            await self._command(login, _MODE_WRITE)
            login.is_read_only = False

    async def _command(self, login: Login, sql: str) -> tuple[tuple[bytes | None, ...], ...]:
        return await login.call(lambda: login.wire.command(sql))

    async def _limit(self, progress: _Progress) -> None:
        """Set the permit's timeouts for the session."""
        await self._command(progress.login, _limits(progress))

    def _translated(self, error: pymysql.MySQLError, progress: _Progress) -> TargetError:
        permit = progress.permit
        wire = progress.login.wire
        return translate_error(
            error,
            Circumstances(
                fence=permit.fence,
                was_sent=progress.was_sent,
                was_cancelled=progress.was_cancelled,
                ran_out=progress.ran_out,
                is_lost=wire.is_lost,
                statement_timeout_s=permit.statement_timeout_s,
                lock_timeout_s=permit.lock_timeout_s,
            ),
        )


def _standing_names(*, is_mariadb: bool) -> list[str]:
    return [name for name in _STANDING if is_mariadb or name not in _ONLY_MARIADB]


def _standing_query(names: list[str]) -> str:
    words = ", ".join(f"@@SESSION.{name}" for name in names)
    return f"SELECT DATABASE(), CURRENT_USER(), CURRENT_ROLE(), {words}"


OWN_WORDS = frozenset({
    _MODE_READ, _MODE_WRITE, _BEGIN_READ, _BEGIN_WRITE, _COMMIT, _ROLLBACK, _SAVE, _ROLLBACK_TO,
    _STILL, _WARNINGS, _LEFT_MARIADB, _LEFT_MYSQL, _UTF8, _PATIENT, _ALL_ROWS, _NOTHING,
    _FORGET, _IDLE_AS_BEFORE, _WAITERS_MARIADB, _WAITERS_MYSQL, _ALL_SETTINGS,
    *(_standing_query(_standing_names(is_mariadb=known)) for known in (True, False)),
})  # fmt: skip
"""All that a session's login sends beside its statements, ``OWN_LIMITS`` and ``DESCRIBING``
included: the rest of the server's log must be on record."""


def _all_rows(progress: _Progress) -> tuple[str, ...]:
    return () if progress.permit.select_limit is None else (_ALL_ROWS,)


def _limits(progress: _Progress) -> str:
    permit = progress.permit
    lock_s = max(1, round(permit.lock_timeout_s))
    if permit.pause_s and permit.lock_timeout_s < 1 and progress.login.wire.is_mariadb:
        # Whole seconds only, and a write that is to be taken back shall not stand in the way.
        lock_s = 0
    longest = (
        f"max_statement_time = {max(0.001, permit.statement_timeout_s):.3f}"
        if progress.login.wire.is_mariadb
        else f"max_execution_time = {max(1, round(permit.statement_timeout_s * 1000))}"
    )
    return (
        f"SET SESSION {longest}, lock_wait_timeout = {lock_s}, innodb_lock_wait_timeout = {lock_s}"
    )


def _with_values(sql: str, permit: Permit, wire: Wire) -> str:
    """Write what tokens stand for into a statement, quoted under the modes that are pinned."""
    for bound in reversed(tokens.bind(sql, Engine.MYSQL, permit.token_values)):
        sql = sql[: bound.start] + wire.quote(bound.value.decode()) + sql[bound.end :]
    return sql


def _idle_limit(login: Login, pause_s: float) -> str:
    """Have the server itself give up a transaction that waits too long; MySQL cannot."""
    return f"{_IDLE}{math.ceil(pause_s)}" if login.wire.is_mariadb else _NOTHING


def _check_permit(permit: Permit) -> None:
    if permit.parameters:
        raise StatementError(
            "Parameters cannot be bound at this engine. Write the values into the statement.",
            sqlstate="0A000",
        )
    if permit.guards_structure:
        raise StatementError(
            "The statement was not fully understood, and this engine commits DDL by itself, so "
            "the bastion could not roll it back. Write what it does as statements of their own.",
            sqlstate="0A000",
        )


def _tag(sql: str, affected: int) -> str:
    """Name what was done as PostgreSQL does: ``DELETE 3``, ``BEGIN``, ``CREATE TABLE``."""
    tokens = lex(sql[:_TAG_CHARACTERS], Engine.MYSQL).tokens
    words = [token.value.upper() for token in tokens if token.kind is Kind.WORD]
    if not words:
        return "OK"
    first = "BEGIN" if words[:2] == ["START", "TRANSACTION"] else words[0]
    if first == "WITH":
        first = next((word for word in words if word in _COUNTED), first)
    if first in _COUNTED:
        return f"{first} {affected}"
    kind = next((word for word in words[1:] if word not in _NOISE), "")
    return f"{first} {kind}".strip() if first in _OF_OBJECTS else first


def _may_set(sql: str) -> bool:
    """Tell whether it may change settings: what writes rows or makes objects does not."""
    return _tag(sql, 0).partition(" ")[0] not in _COUNTED | _OF_OBJECTS


def _check_cancelled(progress: _Progress) -> None:
    """Stop before the statement is sent, or counts, when the cancel came just before."""
    if progress.was_cancelled:
        raise pymysql.OperationalError(1317, "cancelled")


def _on_loop(monotonic_s: float) -> float | None:
    if monotonic_s == float("inf"):
        return None
    return asyncio.get_running_loop().time() + (monotonic_s - time.monotonic())
