"""Logins to real databases as the bastion has them, without all that is in front of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bastion.core.model import Environment, Fence, RawBatch, Target
from bastion.execution.ports import Connection, Connector, Permit, TargetEvent
from bastion.targets.connectors import open_connector
from bastion.targets.secrets import parse_target_url
from bastion.targets.shared import ConnectorSettings


def connector_of(url: str, reader_url: str | None = None, **settings: object) -> Connector:
    """Give the connector of a database in production."""
    parsed = parse_target_url(url)
    target = Target(
        name="t", engine=parsed.engine, environment=Environment.PRODUCTION, host=parsed.host,
        port=parsed.port, database=parsed.database, has_reader=reader_url is not None,
    )  # fmt: skip
    reader = parse_target_url(reader_url) if reader_url else None
    return open_connector(
        target, url=parsed, reader_url=reader, settings=ConnectorSettings(**settings)
    )


def permit(sql: str, fence: Fence = Fence.READ_ONLY, **changes: object) -> Permit:
    """Let one statement through."""
    values = {
        "sql": sql, "parameters": (), "fence": fence, "statement_timeout_s": 20.0,
        "lock_timeout_s": 2.0, "row_limit": 1000,
    }  # fmt: skip
    return Permit(**(values | changes))


async def collect(connection: Connection, given: Permit) -> list[TargetEvent]:
    """Run it; gives all that the server said."""
    return [event async for event in connection.run(given)]


async def first_batches(connection: Connection, sql: str, rows_min: int) -> list[int]:
    """Take more than so many rows of an answer and leave it; gives how many came at a time."""
    counts: list[int] = []
    async with asyncio.timeout(50):
        stream = connection.run(permit(sql, row_limit=10**9))
        async for event in stream:
            if isinstance(event, RawBatch):
                counts.append(len(event.rows))
                if sum(counts) > rows_min:
                    break
        await stream.aclose()
    return counts


async def rows_of(
    connection: Connection, sql: str, fence: Fence = Fence.READ_ONLY, **changes: object
) -> Sequence[tuple[bytes | None, ...]]:
    """Run a statement; gives its rows."""
    events = await collect(connection, permit(sql, fence, **changes))
    return [row for event in events if isinstance(event, RawBatch) for row in event.rows]
