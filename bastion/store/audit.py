"""The audit log of the running product: the chained file, and a copy of each line to syslog."""

from __future__ import annotations

import json
import logging
import logging.handlers
import socket
from collections.abc import Mapping

from bastion.errors import ConfigError, RecordingError
from recordings.audit import AuditLog
from recordings.errors import RecordingFailure

log = logging.getLogger(__name__)


class AuditTrail:
    """Implements the port ``Audit`` on the chained log."""

    def __init__(self, audit_log: AuditLog, *, syslog: str = "") -> None:
        """Open the way to syslog, if any.

        Args:
            syslog: a socket's path or ``HOST:PORT`` (UDP).

        Raises:
            ConfigError: the address cannot be understood or used.
        """
        self._log = audit_log
        self._copy = _open_syslog(syslog) if syslog else None

    async def record(self, event: str, fields: Mapping[str, str | int | None]) -> str:
        """Append one act, durable when this returns.

        Raises:
            RecordingError: it could not be written; the act must not happen.
        """
        try:
            row_id = await self._log.record_async(event, fields)
        except RecordingFailure as failure:
            raise RecordingError(
                "The audit log cannot be written, so nothing can be done. "
                "Tell the bastion's administrators that its disk may be full.",
                detail=str(failure),
            ) from failure
        if self._copy is not None:
            line = json.dumps({"event": event, "id": row_id, **fields}, sort_keys=True)
            # The chained file is the record; a syslog that is away must not stop the work.
            self._copy.handle(logging.makeLogRecord({"msg": "%s", "args": (line,)}))
        return row_id

    def copy_head(self, line: str) -> None:
        """Send a signed head to syslog, if any."""
        if self._copy is not None:
            self._copy.handle(logging.makeLogRecord({"msg": "head %s", "args": (line,)}))

    def close(self) -> None:
        """Close the way to syslog."""
        if self._copy is not None:
            self._copy.close()


def _open_syslog(address: str) -> logging.handlers.SysLogHandler:
    place: str | tuple[str, int] = address
    if not address.startswith("/"):
        host, colon, port = address.rpartition(":")
        if not colon or not port.isdigit():
            raise ConfigError(
                'bastion.toml, [audit], key "syslog": write a socket path or HOST:PORT.'
            )
        place = (host, int(port))
    try:
        handler = logging.handlers.SysLogHandler(place, socktype=socket.SOCK_DGRAM)
    except OSError as error:
        raise ConfigError(
            f'bastion.toml, [audit], key "syslog": {address} cannot be used ({error.strerror}).'
        ) from error
    handler.ident = "bastion-audit: "
    return handler
