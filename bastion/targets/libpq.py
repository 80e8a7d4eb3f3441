"""One libpq connection, driven message by message.

Always the extended protocol: one statement per message, so that ``select 1; delete …`` is a
syntax error at the server. Results come in chunks and the socket is read only as fast as the
caller takes them, so memory does not grow with the result.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple, TypeVar

import psycopg
from psycopg import conninfo, generators, pq, waiting
from psycopg.abc import PQGen
from psycopg.errors import Diagnostic

from bastion.targets.secrets import TargetUrl, TlsMode

ROWS_PER_CHUNK = 32
"""libpq hands rows over by the chunk, whatever their width: small, for rows of a megabyte."""
COPY_STATUSES = frozenset({pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH})
STILL_PREPARED = (
    "SELECT 1 FROM pg_catalog.pg_prepared_statements"
    " WHERE name = $1 AND statement = $2 AND NOT from_sql"
)
"""Whether a name still stands for a statement of ours, and for no other."""
_NOTICES_MAX = 1000
_POLL_S = 0.5
_CANCEL_S = 5.0
_FETCH_MARGIN_S = 15.0
_T = TypeVar("_T")


class Prepared(NamedTuple):
    """A statement of ours that the server has parsed already, and its parameters."""

    name: str
    values: tuple[str, ...]


class Link:
    """A login at PostgreSQL and what travels over it."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        """Wrap a fresh login; use ``open_link``."""
        self._connection = connection
        self._pgconn = connection.pgconn
        self._notices: deque[tuple[str, str]] = deque()
        self._notices_dropped = 0
        self._syncs_due = 0
        self.prepared: set[str] = set()
        self._unsure: set[str] = set()
        """Names of statements of ours that the server has parsed."""
        self._is_answering = False
        connection.add_notice_handler(self._on_notice)
        connection.add_notify_handler(self._on_notify)

    @property
    def is_lost(self) -> bool:
        """Tell whether the connection is beyond use."""
        return self._pgconn.status != pq.ConnStatus.OK

    @property
    def is_active(self) -> bool:
        """Tell whether the server still works on a statement, or its results are not all read."""
        return self._pgconn.transaction_status == pq.TransactionStatus.ACTIVE

    @property
    def transaction_status(self) -> pq.TransactionStatus:
        """Give libpq's view of the transaction."""
        return pq.TransactionStatus(self._pgconn.transaction_status)

    @property
    def backend_pid(self) -> int:
        """Give the server process, for tests and messages."""
        return self._pgconn.backend_pid

    @property
    def uses_tls(self) -> bool:
        """Tell whether the connection is encrypted."""
        return bool(self._pgconn.ssl_in_use)

    @property
    def server_version(self) -> int:
        """Give the version as libpq's number, 160004."""
        return self._pgconn.server_version

    async def command(
        self, sql: str, *parameters: str | None, timeout_s: float = 30.0
    ) -> pq.abc.PGresult:
        """Send one statement of ours and give its whole result.

        Raises:
            psycopg.Error: the server refused it, or the connection is lost.
        """
        encoded = [None if value is None else value.encode() for value in parameters]
        self._pgconn.send_query_params(sql.encode(), encoded)
        results = await self._wait(generators.execute(self._pgconn), timeout_s)
        return _checked(results[-1])

    async def prepare(self, name: str, sql: str) -> None:
        """Prepare a statement of ours under a name, unless that was done.

        Raises:
            psycopg.Error: the server refused it, as it does where the name stands for another
                statement by now, or the connection is lost.
        """
        if name in self.prepared:
            return
        if name in self._unsure and (await self.command(STILL_PREPARED, name, sql)).ntuples:
            self.prepared.add(name)
            return
        self._pgconn.send_prepare(name.encode(), sql.encode())
        _checked((await self._wait(generators.execute(self._pgconn), _FETCH_MARGIN_S))[-1])
        self.prepared.add(name)

    def doubt_prepared(self) -> None:
        """Ask the server before the next use which of our prepared statements it still knows."""
        self._unsure |= self.prepared
        self.prepared.clear()

    async def ask(self, prepared: Prepared) -> pq.abc.PGresult:
        """Run a prepared statement of ours and give its whole result.

        Raises:
            psycopg.Error: it is not prepared, or the connection is lost.
        """
        self._send_prepared(prepared)
        return _checked((await self._wait(generators.execute(self._pgconn), _FETCH_MARGIN_S))[-1])

    async def parse(self, sql: str, timeout_s: float) -> None:
        """Have the server parse a statement, which locks what it names until the transaction ends.

        Raises:
            psycopg.Error: it cannot be parsed, or what it names is locked by others for too long.
        """
        self._pgconn.send_prepare(b"", sql.encode())
        _checked((await self._wait(generators.execute(self._pgconn), timeout_s))[-1])

    async def describe(self, sql: str, timeout_s: float) -> pq.abc.PGresult:
        """Parse a statement at the server and give the description of its result.

        Raises:
            psycopg.Error: it cannot be parsed or planned.
        """
        await self.parse(sql, timeout_s)
        self._pgconn.send_describe_prepared(b"")
        return _checked((await self._wait(generators.execute(self._pgconn), timeout_s))[-1])

    async def send(self, sql: str, parameters: Sequence[bytes | None]) -> None:
        """Send the statement whose results ``next_result`` then gives in chunks."""
        self._pgconn.send_query_params(sql.encode(), list(parameters))
        self._pgconn.set_chunked_rows_mode(ROWS_PER_CHUNK)
        await self._wait(generators.send(self._pgconn), _FETCH_MARGIN_S)

    async def send_fenced(
        self,
        opening: Sequence[tuple[str, Sequence[str]]],
        sql: str,
        parameters: Sequence[bytes | None],
        closing: str,
        *,
        question: Prepared | None = None,
        timeout_s: float = 0.0,
    ) -> pq.abc.PGresult | None:
        """Send statements of ours, the statement, and one more of ours, without waiting between.

        Each is a message of its own. The server runs none of them before the one in front has
        succeeded, but for ``closing``, which it runs in any case. ``next_result`` then gives what
        the statement returns, ``drain`` reads to the end. Not for COPY.

        Args:
            question: asked when the statement is parsed, and what it names is locked, before it
                runs: what it finds stays so until the end.
            timeout_s: how long others may hold these locks.

        Returns:
            The answer to the question.

        Raises:
            psycopg.Error: one of ``opening`` was refused, or the statement cannot be parsed; it
                has not run.
        """
        pgconn = self._pgconn
        pgconn.enter_pipeline_mode()
        for ours, values in opening:
            pgconn.send_query_params(ours.encode(), [value.encode() for value in values])
        if question is None:
            pgconn.send_query_params(sql.encode(), list(parameters))
        else:
            pgconn.send_prepare(b"", sql.encode())
            self._send_prepared(question)
            pgconn.send_query_prepared(b"", list(parameters))
        pgconn.pipeline_sync()
        pgconn.send_query_params(closing.encode(), None)
        pgconn.pipeline_sync()
        self._syncs_due, self._is_answering = 2, True
        await self._wait(generators.send(pgconn), _FETCH_MARGIN_S)
        answers: list[pq.abc.PGresult] = []
        for _ in range(len(opening) + 2 * (question is not None)):
            while (result := await self._fetch(timeout_s)) is not None:
                answers.append(_checked(result))
        pgconn.set_chunked_rows_mode(ROWS_PER_CHUNK)
        return answers[-1] if question is not None else None

    async def next_result(self, timeout_s: float) -> pq.abc.PGresult | None:
        """Give the next chunk, status or error; None when the statement is over."""
        result = await self._fetch(timeout_s)
        if result is None:
            self._is_answering = False
        return result

    def has_ready_result(self) -> bool:
        """Tell whether ``next_result`` would return without waiting."""
        return self.is_active and not self._pgconn.is_busy()

    def take_notices(self) -> list[tuple[str, str]]:
        """Take the notices that have come since the last call, in order."""
        taken = list(self._notices)
        self._notices.clear()
        if self._notices_dropped:
            taken.append(("WARNING", f"{self._notices_dropped} further messages were left out."))
            self._notices_dropped = 0
        return taken

    async def end_copy(self, status: int) -> None:
        """Leave a COPY that must not be: nothing is sent, what comes is thrown away."""
        if status == pq.ExecStatus.COPY_IN:
            self._pgconn.put_copy_end(b"COPY is not possible here")
            await self._wait(generators.send(self._pgconn), _CANCEL_S)
        else:
            await self.cancel()
            with suppress(psycopg.Error):
                await self._skip_copy_data()
        await self.finish()

    async def finish(self) -> None:
        """Read what is left of a statement that has failed; only then is its state known."""
        while await self.next_result(0.0) is not None:
            continue

    async def cancel(self) -> None:
        """Ask the server to cancel what runs; returns when the server has taken note."""
        with suppress(psycopg.Error):
            await self._connection.cancel_safe(timeout=_CANCEL_S)

    async def drain(self) -> None:
        """Cancel what runs and read the rest of it, so that the connection is usable again."""
        if self.is_lost or not self.is_active:
            return
        if self._pgconn.pipeline_status != pq.PipelineStatus.OFF:
            await self._leave_pipeline()
            return
        await self.cancel()
        while (result := await self.next_result(0.0)) is not None:
            if result.status in COPY_STATUSES:
                await self.end_copy(result.status)
                return

    def abandon(self) -> None:
        """Drop the connection at once; the server rolls back."""
        self._pgconn.finish()

    async def close(self) -> None:
        """Say good-bye and close."""
        await self._connection.close()

    def _send_prepared(self, prepared: Prepared) -> None:
        values = [value.encode() for value in prepared.values]
        self._pgconn.send_query_prepared(prepared.name.encode(), values)

    async def _leave_pipeline(self) -> None:
        if self._is_answering:
            await self.cancel()
        while self._syncs_due and not self.is_lost:
            result = await self._fetch(0.0)
            if result is not None and result.status == pq.ExecStatus.PIPELINE_SYNC:
                self._syncs_due -= 1
        self._is_answering = False
        self._pgconn.exit_pipeline_mode()

    async def _fetch(self, timeout_s: float) -> pq.abc.PGresult | None:
        return await self._wait(generators.fetch(self._pgconn), timeout_s + _FETCH_MARGIN_S)

    async def _skip_copy_data(self) -> None:
        while True:
            size, _ = self._pgconn.get_copy_data(1)
            if size < 0:
                return
            if size == 0:
                await self._wait(_readable(self._pgconn), _FETCH_MARGIN_S)

    async def _wait(self, generator: PQGen[_T], timeout_s: float) -> _T:
        return await waiting.wait_async(
            generator, self._pgconn.socket, interval=_POLL_S, timeout=timeout_s
        )

    def _on_notice(self, diagnostic: Diagnostic) -> None:
        severity = diagnostic.severity_nonlocalized or diagnostic.severity or "NOTICE"
        lines = [diagnostic.message_primary or ""]
        if diagnostic.message_detail:
            lines.append(f"DETAIL: {diagnostic.message_detail}")
        if diagnostic.message_hint:
            lines.append(f"HINT: {diagnostic.message_hint}")
        self._keep_notice(severity, "\n".join(lines))

    def _on_notify(self, notify: psycopg.Notify) -> None:
        self._keep_notice("NOTIFY", f"{notify.channel}: {notify.payload}")

    def _keep_notice(self, severity: str, text: str) -> None:
        if len(self._notices) < _NOTICES_MAX:
            self._notices.append((severity, text))
        else:
            self._notices_dropped += 1


async def open_link(url: TargetUrl, *, application: str) -> Link:
    """Log in.

    Raises:
        psycopg.Error: it did not work; the text may hold what the server said, never a password.
    """
    connection = await asyncio.wait_for(
        psycopg.AsyncConnection.connect(_conninfo(url, application), autocommit=True),
        timeout=url.connect_timeout_s + 5,
    )
    return Link(connection)


def _conninfo(url: TargetUrl, application: str) -> str:
    parameters: dict[str, str | int] = {
        # Empty and explicit: neither PG* variables nor files of the bastion's own account count.
        "options": "",
        "passfile": "/dev/null/none",
        "host": url.socket or url.host,
        "port": url.port,
        "user": url.user,
        "password": url.password,
        "dbname": url.database,
        "application_name": application[:63],
        "client_encoding": "UTF8",
        "connect_timeout": url.connect_timeout_s,
        "gssencmode": "disable",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        "sslmode": url.tls_mode.value,
    }
    if url.tls_mode is TlsMode.VERIFY_FULL and "sslrootcert" not in url.parameters:
        parameters["sslrootcert"] = "system"
    for name in ("sslrootcert", "sslcert", "sslkey", "target_session_attrs", "channel_binding"):
        if name in url.parameters:
            parameters[name] = url.parameters[name]
    return conninfo.make_conninfo("", **parameters)


def _checked(result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status == pq.ExecStatus.FATAL_ERROR:
        raise psycopg.errors.error_from_result(result)
    return result


def _readable(pgconn: pq.abc.PGconn) -> PQGen[None]:
    while not (yield waiting.Wait.R):
        continue
    pgconn.consume_input()
