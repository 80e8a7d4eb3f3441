"""Everyday statements: what the database answers by itself, and what comes through the bastion."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pymysql
from psycopg import pq
from pymysql import converters
from pymysql.cursors import Cursor

from bastion.core.model import Finished, MaskedBatch, ResultStarted, RunOptions, Status
from bastion.execution.pipeline import Runner
from tests.conftest import DatabaseServer
from tests.fakes.rig import Rig

CORPUS = Path(__file__).parent.parent / "corpus"
CHANGED_MAX = 0.02
"""Share of everyday answers that may differ from the database's own."""
HELD_MAX = 0.01

Result = tuple[tuple[str, ...], tuple[tuple[bytes | None, ...], ...]]
"""Column names and rows, values as the server's text."""


class Outcome(enum.Enum):
    """How one everyday statement fared."""

    SAME = "same"
    CHANGED = "changed"
    HELD = "held"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One line of a corpus, compared."""

    line: str
    outcome: Outcome
    own: object = None
    governed: object = None


def lines_of(name: str) -> list[str]:
    """Read a corpus: one line each, ' ;; ' between statements on one connection."""
    lines = (CORPUS / name).read_text().splitlines()
    return [line.partition(" => ")[0] for line in lines if line.strip() and line[0] != "#"]


async def compare(
    rig: Rig, target: str, server: DatabaseServer, url: str, lines: Iterable[str]
) -> list[Compared]:
    """Run each line on a bare driver and through the governed path.

    What differs is compared once more: a clock or a counter may have moved between the two.
    """
    compared = []
    for line in lines:
        one = await _compare(rig, target, server, url, line)
        if one.outcome is Outcome.CHANGED:
            one = await _compare(rig, target, server, url, line)
        compared.append(one)
    return compared


def share(compared: list[Compared], *outcomes: Outcome) -> float:
    """Give the share of lines with one of these outcomes."""
    return sum(one.outcome in outcomes for one in compared) / max(1, len(compared))


async def compare_in_one_session(
    rig: Rig, target: str, server: DatabaseServer, url: str, lines: Iterable[str]
) -> list[Compared]:
    """Do the same on one connection each, where a line may name masked columns behind `` ==> ``.

    Lines of several statements have their own connections: they may leave settings behind. Masked
    columns of the line's last result must be masked in every cell that is not NULL, and
    nothing else.
    """
    compared = []
    with _asking(server, url) as ask:
        async with rig.runner("ann", target) as runner:
            for line in lines:
                text, _, columns = line.partition(" ==> ")
                masked = frozenset(name.strip() for name in columns.split(",") if name.strip())
                for _ in range(2):
                    if " ;; " in text:
                        one = await _compare(rig, target, server, url, text, masked)
                    else:
                        one = await _compare_on(rig, runner, ask, text, masked)
                    if one.outcome is not Outcome.CHANGED:
                        break
                compared.append(dataclasses.replace(one, line=line))
    return compared


async def _compare(
    rig: Rig,
    target: str,
    server: DatabaseServer,
    url: str,
    line: str,
    masked: frozenset[str] = frozenset(),
) -> Compared:
    with _asking(server, url) as ask:
        async with rig.runner("ann", target) as runner:
            return await _compare_on(rig, runner, ask, line, masked)


async def _compare_on(
    rig: Rig, runner: Runner, ask: _Ask, line: str, masked: frozenset[str]
) -> Compared:
    statements = line.split(" ;; ")
    own = list(ask(statements))
    governed: list[Result | str] = []
    outcome = Outcome.SAME
    principal = await rig.principal("ann")
    options = RunOptions(wait_s=0, stop_on_error=False)
    for statement in statements:
        columns: tuple[str, ...] | None = None
        rows: list[tuple[bytes | None, ...]] = []
        async for event in runner.execute(statement, options=options):
            match event:
                case ResultStarted():
                    columns = tuple(column.name for column in event.columns)
                case MaskedBatch():
                    rows += [tuple(row) for row in event.rows]
                case Finished(status=Status.PENDING):
                    outcome = Outcome.HELD
                    governed.append(event.rule_text)
                    await rig.services.governance.desk.withdraw(principal, event.request_id)
                case Finished(status=Status.BLOCKED):
                    outcome = Outcome.BLOCKED
                    governed.append(f"{event.rule_text} {event.message}")
                case Finished(error=error) if error is not None:
                    # The bare driver gives no head of rows that never came.
                    columns = None if not rows else columns
                    governed.append(error.message)
                case _:
                    pass
        if columns is not None:
            governed.append((columns, tuple(rows)))
    if outcome is Outcome.SAME and not _are_alike(own, governed, masked):
        outcome = Outcome.CHANGED
    return Compared(line=line, outcome=outcome, own=own, governed=governed)


def _are_alike(
    own: list[Result | str], governed: list[Result | str], masked: frozenset[str]
) -> bool:
    if not masked:
        return own == governed
    if own[:-1] != governed[:-1] or isinstance(own[-1], str) or isinstance(governed[-1], str):
        return False
    (names, rows), (shown_names, shown) = own[-1], governed[-1]
    if names != shown_names or not masked.issubset(names) or len(rows) != len(shown):
        return False
    is_masked = [name in masked for name in names]
    return all(
        (cell != seen) == (hides and cell is not None)
        for row, shown_row in zip(rows, shown, strict=True)
        for cell, seen, hides in zip(row, shown_row, is_masked, strict=True)
    )


_Ask = Callable[[list[str]], Iterator[Result | str]]


@contextlib.contextmanager
def _asking(server: DatabaseServer, url: str) -> Iterator[_Ask]:
    """Open a connection of a bare driver; gives what answers statements on it."""
    if server.engine == "postgres":
        raw = pq.PGconn.connect(url.encode())
        raw.exec_(b"set client_encoding = 'UTF8'")
        try:
            yield lambda statements: _own_postgres(raw, statements)
        finally:
            raw.finish()
        return
    connection = pymysql.connect(
        host=server.host, port=server.port, user="admin", password="admin-pw",
        database=url.rsplit("/", 1)[1], autocommit=True, charset="utf8mb4", ssl_disabled=True,
        conv=dict(converters.encoders),
    )  # fmt: skip
    with connection, connection.cursor() as cursor:
        yield lambda statements: _own_mysql(cursor, statements)


def _own_postgres(raw: pq.PGconn, statements: list[str]) -> Iterator[Result | str]:
    for statement in statements:
        result = raw.exec_params(statement.encode(), None)
        if result.status == pq.ExecStatus.FATAL_ERROR:
            message = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode()
            yield message
        elif result.status == pq.ExecStatus.COPY_OUT:
            yield _copied(raw, statement)
        elif result.status == pq.ExecStatus.TUPLES_OK:
            width = range(result.nfields)
            names = tuple((result.fname(index) or b"").decode() for index in width)
            rows = tuple(
                tuple(result.get_value(row, index) for index in width)
                for row in range(result.ntuples)
            )
            yield names, rows


def _copied(raw: pq.PGconn, statement: str) -> Result:
    """Read COPY data as the rows it stands for; the corpus copies plain values only."""
    lines = []
    while True:
        size, data = raw.get_copy_data(0)
        if size <= 0:
            break
        lines.append(bytes(data).rstrip(b"\n"))
    while raw.get_result() is not None:
        pass
    is_csv = "csv" in statement.lower()
    rows = [tuple(line.split(b"," if is_csv else b"\t")) for line in lines]
    names = re.search(r"select (.+?) from|copy \w+ \((.+?)\)", statement, re.IGNORECASE)
    assert names is not None, statement
    columns = tuple(re.split(r",\s*", names.group(1) or names.group(2)))
    return columns, tuple(rows[1:] if "header" in statement.lower() else rows)


def _own_mysql(cursor: Cursor, statements: list[str]) -> Iterator[Result | str]:
    for statement in statements:
        try:
            cursor.execute(statement)
        except pymysql.MySQLError as error:
            yield str(error.args[1])
            continue
        if cursor.description is not None:
            names = tuple(item[0] for item in cursor.description)
            yield names, tuple(tuple(map(_bytes, row)) for row in cursor.fetchall())


def _bytes(value: str | bytes | None) -> bytes | None:
    # Bytes are shown as 0x….
    return (
        value.encode() if isinstance(value, str) else value and f"0x{value.hex().upper()}".encode()
    )
