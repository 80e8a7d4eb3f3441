"""One PyMySQL connection, read row by row; blocking, so only ever used in its own thread.

Values stay the server's own text. The two capabilities that let a text or a server do more than
was judged, several statements in one message and reading files of ours, are off.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain

import pymysql  # type: ignore[import-untyped]
from pymysql import converters
from pymysql.connections import Connection, MySQLResult  # type: ignore[import-untyped]
from pymysql.constants import CLIENT, CR, SERVER_STATUS  # type: ignore[import-untyped]
from pymysql.protocol import EOFPacketWrapper, FieldDescriptorPacket, MysqlPacket  # type: ignore[import-untyped]

from bastion.core.model import Origin, ResultColumn, Row
from bastion.targets.secrets import TargetUrl, TlsMode

# No clear text, no dialog: a hostile server could ask for the password itself.
_PLUGINS = frozenset(
    {b"mysql_native_password", b"caching_sha2_password", b"sha256_password", b"client_ed25519"}
)
_BINARY_CHARSET = 63
_PACKET_BYTES_MAX = 64_000_000
_FULL_PACKET_BYTES = 0xFFFFFF
_HEADER_BYTES = 4
_BUFFER_BYTES = 65_536
_END_BYTES = 9
_NULL_CELL, _NO_CELL = 0xFB, 0xFE
_WIDTHS = {0xFC: 2, 0xFD: 3}
"""How many bytes hold the length of a cell, by the byte in front of them."""
_RECORDS = re.compile(rb"Records: (\d+) ")
_BATCH_S = 0.1
_ENUM_FLAG, _SET_FLAG, _UNSIGNED_FLAG = 256, 2048, 32
_TYPES = {
    0: "decimal", 1: "tinyint", 2: "smallint", 3: "int", 4: "float", 5: "double", 6: "null",
    7: "timestamp", 8: "bigint", 9: "mediumint", 10: "date", 11: "time", 12: "datetime",
    13: "year", 16: "bit", 245: "json", 246: "decimal", 247: "enum", 248: "set",
    255: "geometry",
}  # fmt: skip
_NUMERIC = frozenset({0, 1, 2, 3, 4, 5, 8, 9, 13, 246})
_STRINGS = frozenset({15, 249, 250, 251, 252, 253, 254})
_ALWAYS_BINARY = frozenset({16, 255})
_BLOB_LENGTHS = ((1020, "tiny"), (262_140, ""), (67_108_860, "medium"))


PROTOCOL_ERRORS = (
    RuntimeError, ValueError, LookupError, TypeError, AttributeError, struct.error,
)  # fmt: skip
"""What PyMySQL lets out when a server does not keep to the protocol, or asks for a file."""


class _Result(MySQLResult):  # type: ignore[misc]
    """A result that keeps the server's status of each end: it tells the transaction's state."""

    def _check_packet_is_eof(self, packet: MysqlPacket) -> bool:
        if not packet.is_eof_packet():
            return False
        end = EOFPacketWrapper(packet)
        self.warning_count = end.warning_count
        self.has_next = end.has_next
        if self.connection is not None:
            self.connection.server_status = end.server_status
        return True

    is_at_end = False
    """The end of the result has arrived too: reading it will not wait."""

    def buffered_rows(self, most: int) -> list[Row]:
        """Take the whole rows that have arrived; none when the next packet is anything else.

        What PyMySQL would do packet by packet, at a fraction of its cost; all that is not plainly
        a row is left to it.
        """
        connection = self.connection
        if not self.unbuffered_active or connection is None:
            return []
        try:
            buffer = connection._rfile.peek()
        except OSError:
            return []
        rows, consumed = _whole_rows(buffer, connection._next_seq_id, self.field_count, most)
        if consumed:
            connection._rfile.read(consumed)
            connection._next_seq_id = (connection._next_seq_id + len(rows)) % 256
            self.affected_rows = 1
        self.is_at_end = _is_end(buffer, consumed)
        return rows


class _Connection(Connection):  # type: ignore[misc]
    """PyMySQL's connection with what a hostile server could ask for taken away."""

    def _read_query_result(self, unbuffered: bool = False) -> int:
        self._result = None
        result = _Result(self)
        if unbuffered:
            result.init_unbuffered_query()
        else:
            result.read()
        self._result = result
        if result.server_status is not None:
            self.server_status = result.server_status
        return int(result.affected_rows or 0)

    def _process_auth(
        self, plugin_name: bytes, auth_packet: MysqlPacket, *arguments: object
    ) -> MysqlPacket:
        if plugin_name not in _PLUGINS:
            raise pymysql.OperationalError(
                CR.CR_AUTH_PLUGIN_CANNOT_LOAD, "the server asks for a login plugin not used here"
            )
        return super()._process_auth(plugin_name, auth_packet, *arguments)

    _joined_bytes = 0

    def _read_bytes(self, num_bytes: int) -> bytes:
        # A row above 16 MB comes in full packets that PyMySQL joins without a bound.
        if num_bytes == _FULL_PACKET_BYTES:
            self._joined_bytes += num_bytes
        elif num_bytes != _HEADER_BYTES:
            self._joined_bytes = 0
        if self._joined_bytes > _PACKET_BYTES_MAX:
            self._force_close()
            raise pymysql.OperationalError(CR.CR_SERVER_LOST, "the server sent too large a packet")
        return bytes(super()._read_bytes(num_bytes))


class Wire:
    """What travels over one login at MySQL or MariaDB."""

    def __init__(self, connection: _Connection) -> None:
        """Wrap a fresh login; use ``open_wire``."""
        self._connection = connection
        self._result: _Result | None = None
        self.columns: tuple[ResultColumn, ...] = ()

    @property
    def is_lost(self) -> bool:
        """Tell whether the connection is beyond use."""
        return not self._connection.open

    @property
    def is_in_transaction(self) -> bool:
        """Tell whether a transaction is open; without autocommit one always is."""
        status = self._connection.server_status
        if not status & SERVER_STATUS.SERVER_STATUS_AUTOCOMMIT:
            return True
        return bool(status & SERVER_STATUS.SERVER_STATUS_IN_TRANS)

    @property
    def thread_id(self) -> int:
        """Give the server's number of this connection, for KILL QUERY."""
        return int(self._connection.thread_id())

    @property
    def server_version(self) -> str:
        """Give the version as the server says it."""
        return str(self._connection.get_server_info())

    @property
    def is_mariadb(self) -> bool:
        """Tell whether the server is MariaDB."""
        return "mariadb" in self.server_version.lower()

    @property
    def uses_tls(self) -> bool:
        """Tell whether the connection is encrypted."""
        return bool(getattr(self._connection, "_secure", False))

    @property
    def affected(self) -> int:
        """Give the rows that the last statement matched; 0 for a result set."""
        result = self._result
        if result is None or result.field_count:
            return 0
        return int(result.affected_rows or 0)

    @property
    def given(self) -> int | None:
        """Give how many rows the last INSERT gave, where the server says so."""
        found = _RECORDS.match(getattr(self._result, "message", None) or b"")
        return int(found[1]) if found else None

    @property
    def warning_count(self) -> int:
        """Give how many warnings the last statement left."""
        return int(self._result.warning_count or 0) if self._result is not None else 0

    @property
    def has_next_set(self) -> bool:
        """Tell whether ``next_set`` has anything to go to; it does not wait when not."""
        return self._result is not None and bool(self._result.has_next)

    @property
    def has_pending_rows(self) -> bool:
        """Tell whether a result has not been read to its end."""
        result = self._result
        return result is not None and bool(result.unbuffered_active or result.has_next)

    def command(self, sql: str) -> tuple[Row, ...]:
        """Send one statement of ours and give all of its rows, raw."""
        self.send(sql)
        rows: list[Row] = []
        while True:
            while (row := self._next_row()) is not None:
                rows.append(row)
            if not self.next_set():
                return tuple(rows)

    def send(self, sql: str) -> bool:
        """Send one statement.

        Returns:
            True when it gives rows; ``columns`` describes them.
        """
        self._connection.query(sql.encode(), unbuffered=True)
        return self._describe()

    def next_set(self) -> bool:
        """Go on to the next result of a CALL; False when there is none."""
        if self._result is None or not self._result.has_next:
            return False
        self._connection.next_result(unbuffered=True)
        self._describe()
        return True

    def read_rows(self, count: int, size_max: int) -> tuple[list[Row], bool]:
        """Read rows until there are enough, or the server makes us wait.

        Returns:
            The rows as UTF-8 text, and True when the result is over.
        """
        rows: list[Row] = []
        size = 0
        started_at = time.monotonic()
        hexed = [column.is_binary for column in self.columns]
        while len(rows) < count and size < size_max:
            fresh = self._result.buffered_rows(count - len(rows)) if self._result else []
            if not fresh:
                row = self._next_row()
                if row is None:
                    return rows, True
                fresh = [row]
            shown, shown_size = _shown(fresh, hexed)
            size += shown_size
            rows.extend(shown)
            if time.monotonic() - started_at > _BATCH_S:
                break
        is_over = self._result is not None and self._result.is_at_end and self._next_row() is None
        return rows, is_over

    def drain(self) -> None:
        """Read what is left of the statement, errors included."""
        while self._result is not None and not self.is_lost:
            try:
                while self._next_row() is not None:
                    continue
                if not self.next_set():
                    return
            except pymysql.MySQLError:
                self._forget()
                return

    def interrupt(self) -> None:
        """Break a read that hangs; any thread may call it, and the connection is gone."""
        broken = getattr(self._connection, "_sock", None)
        if isinstance(broken, socket.socket):
            with suppress(OSError):
                broken.shutdown(socket.SHUT_RDWR)

    def abandon(self) -> None:
        """Drop the connection at once."""
        self._forget()
        with suppress(pymysql.MySQLError, OSError):
            self._connection._force_close()

    def close(self) -> None:
        """Say good-bye and close."""
        self._forget()
        with suppress(pymysql.MySQLError, OSError):
            self._connection.close()

    def quote(self, text: str) -> str:
        """Write a string as a literal."""
        return "'" + text.replace("\\", "\\\\").replace("'", "''").replace("\0", "\\0") + "'"

    def _forget(self) -> None:
        # PyMySQL would otherwise read the rest of the result from __del__, in any thread.
        for result in (self._result, getattr(self._connection, "_result", None)):
            if result is not None:
                result.unbuffered_active = False
        self._result = None

    def _describe(self) -> bool:
        self._result = self._connection._result
        fields = (
            self._result.fields if self._result is not None and self._result.field_count else ()
        )
        self.columns = tuple(_column(field) for field in fields)
        return bool(self.columns)

    def _next_row(self) -> Row | None:
        if self._result is None or not self._result.field_count:
            return None
        try:
            row: Row | None = self._result._read_rowdata_packet_unbuffered()
        except pymysql.MySQLError:
            self._forget()
            raise
        return row


def open_wire(url: TargetUrl, *, application: str) -> Wire:
    """Log in; blocking.

    Raises:
        pymysql.MySQLError, OSError: it did not work.
    """
    connection = _Connection(
        host=url.host or "localhost",
        port=url.port,
        unix_socket=url.socket or None,
        user=url.user,
        password=url.password.encode(),
        database=url.database,
        charset="utf8mb4",
        use_unicode=False,
        conv=dict(converters.encoders),
        autocommit=True,
        # Matched rows, not changed ones: what an approval counted is what is compared.
        client_flag=CLIENT.FOUND_ROWS,
        local_infile=False,
        connect_timeout=url.connect_timeout_s,
        program_name=application,
        **_tls(url),
    )
    # Larger than Python's: more rows come out of each look. Nothing is on its way after a login.
    connection._rfile = io.BufferedReader(connection._rfile.detach(), _BUFFER_BYTES)
    return Wire(connection)


def _tls(url: TargetUrl) -> dict[str, ssl.SSLContext | bool | None]:
    mode = url.tls_mode
    if mode is TlsMode.DISABLE:
        return {"ssl_disabled": True}
    if mode in {TlsMode.ALLOW, TlsMode.PREFER}:
        return {"ssl": None}
    context = ssl.create_default_context(cafile=url.parameters.get("ssl_ca"))
    context.check_hostname = mode is TlsMode.VERIFY_FULL
    if not mode.is_verified:
        context.verify_mode = ssl.CERT_NONE
    if "ssl_cert" in url.parameters:
        context.load_cert_chain(url.parameters["ssl_cert"], url.parameters.get("ssl_key"))
    return {"ssl": context}


def _column(field: FieldDescriptorPacket) -> ResultColumn:
    code, charset, flags = int(field.type_code), int(field.charsetnr), int(field.flags)
    is_binary = code in _ALWAYS_BINARY or (
        code in _STRINGS and charset == _BINARY_CHARSET and not flags & (_ENUM_FLAG | _SET_FLAG)
    )
    origin = None
    if field.org_table and field.org_name:
        # Names that SQL can forge: a second witness that only adds suspicion.
        origin = Origin(
            schema=_text(field.db),
            relation=_text(field.org_table),
            column=_text(field.org_name),
            is_sound=False,
        )
    return ResultColumn(
        name=_text(field.name),
        type_name=_type_name(code, flags, int(field.length), is_binary=is_binary),
        origin=origin,
        is_numeric=code in _NUMERIC,
        is_binary=is_binary,
    )


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _type_name(code: int, flags: int, length: int, *, is_binary: bool) -> str:
    if flags & _ENUM_FLAG:
        return "enum"
    if flags & _SET_FLAG:
        return "set"
    if code in _TYPES:
        name = _TYPES[code]
        is_unsigned = code in _NUMERIC and flags & _UNSIGNED_FLAG and name != "year"
        return f"{name} unsigned" if is_unsigned else name
    if code in {249, 250, 251, 252}:
        size = next((word for most, word in _BLOB_LENGTHS if length <= most), "long")
        return size + ("blob" if is_binary else "text")
    if code == 254:
        return "binary" if is_binary else "char"
    return "varbinary" if is_binary else "varchar"


def _whole_rows(buffer: bytes, sequence: int, width: int, most: int) -> tuple[list[Row], int]:
    """Cut row packets out of a buffer, up to the first that is not plainly one, and not there.

    Returns:
        The rows, and how many bytes they took.
    """
    rows: list[Row] = []
    at, end = 0, len(buffer)
    while len(rows) < most and at + _HEADER_BYTES < end:
        start = at + _HEADER_BYTES
        stop = start + (buffer[at] | buffer[at + 1] << 8 | buffer[at + 2] << 16)
        is_row = buffer[at + 3] == sequence and buffer[start] < _NO_CELL
        row = _cells(buffer, start, stop, width) if is_row and stop <= end else None
        if row is None:
            break
        rows.append(row)
        sequence = (sequence + 1) % 256
        at = stop
    return rows, at


def _is_end(buffer: bytes, at: int) -> bool:
    """Tell whether a whole end-of-result packet stands there."""
    start = at + _HEADER_BYTES
    size = int.from_bytes(buffer[at : at + 3], "little")
    return (
        buffer[start : start + 1] == b"\xfe" and size < _END_BYTES and start + size <= len(buffer)
    )


def _cells(buffer: bytes, at: int, stop: int, width: int) -> Row | None:
    """Cut one packet into its cells; None when they do not fill it exactly."""
    cells: list[bytes | None] = []
    try:
        for _ in range(width):
            size = buffer[at]
            at += 1
            if size >= _NULL_CELL:
                if size == _NULL_CELL:
                    cells.append(None)
                    continue
                wide = _WIDTHS[size]
                size = int.from_bytes(buffer[at : at + wide], "little")
                at += wide
            cells.append(buffer[at : at + size])
            at += size
    except LookupError:
        return None
    return tuple(cells) if at == stop else None


def _shown(rows: list[Row], hexed: Sequence[bool]) -> tuple[list[Row], int]:
    """Give rows as UTF-8 text, and their size; in one look where all of it is text already."""
    blob = b"\0".join(filter(None, chain.from_iterable(rows)))
    if any(hexed) or not (blob.isascii() or _is_utf8(blob)):
        rows = [_as_text(row, hexed) for row in rows]
        return rows, sum(map(len, filter(None, chain.from_iterable(rows))))
    return rows, len(blob)


def _as_text(row: Sequence[bytes | None], hexed: Sequence[bool]) -> Row:
    """Give cells as UTF-8: binary ones, and text that is not UTF-8, as ``0x…``."""
    return tuple(
        [
            cell
            if cell is None or (not is_hexed and (cell.isascii() or _is_utf8(cell)))
            else b"0x" + cell.hex().upper().encode()
            for cell, is_hexed in zip(row, hexed, strict=True)
        ]
    )


def _is_utf8(cell: bytes) -> bool:
    try:
        cell.decode()
    except UnicodeDecodeError:
        return False
    return True
