"""MySQL connections against a real MariaDB."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import struct
import time

import pytest

from bastion.core.model import Fence, RawBatch, TransactionState
from bastion.errors import (
    EffectExceededError,
    StatementCancelledError,
    StatementError,
    StatementTimeoutError,
    TargetUnavailableError,
)
from bastion.execution.ports import Completion, ResultHead, ServerNotice
from bastion.targets.mysql_wire import _is_end, _whole_rows
from tests.fakes.logins import collect, connector_of, first_batches, permit, rows_of


@pytest.fixture
async def connection(probe_mysql):
    opened = await connector_of(probe_mysql).connect("bastion:alice:1")
    yield opened
    await opened.close()


async def test_values_are_the_servers_own_text(connection):
    rows = await rows_of(
        connection,
        "select 1, null, 'é', 1.50, x'DEADBEEF', b'101', date '2026-01-02', 'a\\tb',"
        " cast('x' as binary), ''",
    )
    assert rows == [
        (b"1", None, "é".encode(), b"1.50", b"0xDEADBEEF", b"0x05", b"2026-01-02", b"a\tb",
         b"0x78", b"")
    ]  # fmt: skip


_WRITTEN = {
    "quoted": r"return concat('\'', (select ssn from users where id = i), '\'')",
    "doubled": r"""return concat("it's", "a\"b", 'c\\\\', 'd\ne')""",
    "plain": "return 1",
}


async def test_bodies_are_those_that_were_written(probe_mysql, mariadb_server):
    for name, body in _WRITTEN.items():
        arguments = "i int, /* ( */ e enum('a)', 'b')"
        traits = "RETURNS text READS SQL DATA COMMENT 'x\ny'"
        sql = f"CREATE FUNCTION {name}({arguments}) {traits} {body};"
        mariadb_server.run(probe_mysql, sql)
    catalogue = await connector_of(probe_mysql).catalogue()
    found = {
        one.name: one.body
        for many in catalogue.functions.values()
        for one in many
        if one.name in _WRITTEN
    }
    assert found == _WRITTEN


async def test_defaults_and_what_columns_are_computed_from_are_sql(probe_mysql, mariadb_server):
    mariadb_server.run(
        probe_mysql,
        """CREATE TABLE told (id int DEFAULT 7, name varchar(9) DEFAULT 'it''s', other varchar(9)
        DEFAULT (concat('q', 'w')), made varchar(30) AS (concat(name, 'x\\'y')), none text,
        at datetime DEFAULT CURRENT_TIMESTAMP)""",
    )
    catalogue = await connector_of(probe_mysql).catalogue()
    (told,) = (one for key, one in catalogue.relations.items() if key[1] == "told")
    found = [column.default.lower().replace("_utf8mb4", "") for column in told.columns]
    number, name, other, made, none, at = found
    assert (number, none) == ("7", "")
    assert name in {"'it''s'", r"'it\'s'"}
    assert other == "concat('q','w')"
    assert made == r"concat(`name`,'x\'y')"
    assert at.startswith("current_timestamp")


async def test_a_vector_leaves_the_sample_of_its_neighbours_alone(probe_mysql, mariadb_server):
    version = mariadb_server.run(probe_mysql, "SELECT version()")[0][0]
    if version.startswith("10."):
        pytest.skip("MariaDB has vectors since 11.7")
    made = "CREATE TABLE found (id int PRIMARY KEY, word varchar(20), place vector(2) NOT NULL)"
    mariadb_server.run(probe_mysql, made)
    mariadb_server.run(probe_mysql, "INSERT INTO found VALUES (1, 'red', x'0000803F00000040')")
    catalogue = await connector_of(probe_mysql).catalogue()
    (found,) = (one for key, one in catalogue.relations.items() if key[1] == "found")
    assert [column.sensitivity for column in found.columns] == [None, None, None]


async def test_cells_of_every_length_come_whole_and_in_order(connection):
    sizes = (0, 1, 250, 251, 252, 300, 9000, 65535, 65536, 70000, 3)
    selects = " union all ".join(
        f"select {number}, repeat('é', {size}), null, '', repeat('z', {size % 251})"
        for number, size in enumerate(sizes)
    )
    rows = await rows_of(connection, selects)
    assert rows == [
        (str(number).encode(), "é".encode() * size, None, b"", b"z" * (size % 251))
        for number, size in enumerate(sizes)
    ]
    many = await rows_of(connection, "select seq, if(seq % 3, null, 'x') from seq_1_to_900")
    assert many == [
        (str(number).encode(), None if number % 3 else b"x") for number in range(1, 901)
    ]


async def test_text_that_is_not_utf8_is_shown_in_hex_among_text(connection):
    sql = "select 'a', cast(x'C328' as char character set binary) union all select 'b', 'c'"
    assert await rows_of(connection, sql) == [(b"a", b"0xC328"), (b"b", b"0x63")]


def _packet(sequence: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([sequence]) + payload


def _cell(value: bytes | None) -> bytes:
    if value is None:
        return b"\xfb"
    size = len(value)
    head = bytes([size]) if size < 251 else b"\xfc" + size.to_bytes(2, "little")
    return head + value


def test_rows_are_cut_from_a_buffer_only_where_they_are_plainly_rows():
    rows = [(b"1", None, b"x" * 300), (b"", b"\xfe", b"\xff\xfb"), (None, None, None)]
    packets = [
        _packet((250 + place) % 256, b"".join(map(_cell, row))) for place, row in enumerate(rows)
    ]
    whole = b"".join(packets)
    end = _packet(253, b"\xfe\0\0\x02\0")
    assert _whole_rows(whole + end, 250, 3, 100) == (rows, len(whole))
    assert _is_end(whole + end, len(whole))
    assert not _is_end((whole + end)[:-1], len(whole))
    assert _whole_rows(whole, 250, 3, 2) == (rows[:2], len(packets[0] + packets[1]))
    for cut in range(len(whole)):
        found, consumed = _whole_rows(whole[:cut], 250, 3, 100)
        assert found == rows[: len(found)]
        assert consumed == len(b"".join(packets[: len(found)])) <= cut
    # Another order, an error, too few or too many columns, a length beyond the packet.
    assert _whole_rows(whole, 249, 3, 100) == ([], 0)
    assert _whole_rows(_packet(1, b"\xff\x15\x04#28000no"), 1, 3, 100) == ([], 0)
    assert _whole_rows(_packet(1, _cell(b"a") * 2) * 2, 1, 3, 100) == ([], 0)
    assert _whole_rows(_packet(1, _cell(b"a") * 4), 1, 3, 100) == ([], 0)
    assert _whole_rows(_packet(1, b"\x09a") + b"b" * 20, 1, 1, 100) == ([], 0)


async def test_head_names_types_and_unsound_origins(connection):
    events = await collect(connection, permit("select ssn as name, id, upper(ssn) from users"))
    head = events[0]
    assert isinstance(head, ResultHead)
    assert [column.type_name for column in head.columns] == ["varchar", "int", "varchar"]
    assert [column.is_numeric for column in head.columns] == [False, True, False]
    origin = head.columns[0].origin
    assert (origin.relation, origin.column, origin.is_sound) == ("users", "ssn", False)
    assert head.columns[2].origin is None
    assert events[-1] == Completion(tag="SELECT 3", affected=0, truncated=False)


async def test_types_are_named(connection, mariadb_server, probe_mysql):
    mariadb_server.run(
        probe_mysql,
        "create table kinds (a tinyint unsigned, b bigint, c decimal(5,2), d double, e datetime,"
        " f time, g year, h enum('x'), i set('y'), j text, k mediumtext, l blob, m char(3),"
        " n binary(3), o varbinary(9), p bit(3), q longtext, r json, s timestamp)",
    )
    events = await collect(connection, permit("select * from kinds"))
    assert [column.type_name for column in events[0].columns] == [
        "tinyint unsigned", "bigint", "decimal", "double", "datetime", "time", "year", "enum",
        "set", "text", "mediumtext", "blob", "char", "binary", "varbinary", "bit", "longtext",
        "longtext", "timestamp",
    ]  # fmt: skip
    binary = [column.name for column in events[0].columns if column.is_binary]
    assert binary == ["l", "n", "o", "p"]


async def test_first_rows_come_before_the_statement_ends(connection):
    sql = "select repeat('x', 100), if(seq > 50000, sleep(60), 0) from seq_1_to_3000000"
    assert max(await first_batches(connection, sql, 5000)) <= 1000
    assert connection.transaction_state is TransactionState.IDLE
    assert await rows_of(connection, "select 7") == [(b"7",)]


async def test_row_limit_cuts_at_the_server_and_says_so(connection):
    sql = "select seq, if(seq > 5000, sleep(60), 0) from seq_1_to_9000"
    async with asyncio.timeout(50):
        events = await collect(connection, permit(sql, row_limit=100))
    rows = [row for event in events if isinstance(event, RawBatch) for row in event.rows]
    assert len(rows) == 100
    assert events[-1] == Completion(tag="SELECT 100", affected=0, truncated=True)
    assert connection.transaction_state is TransactionState.IDLE
    assert await rows_of(connection, "select 7") == [(b"7",)]


async def test_exactly_the_limit_is_not_a_cut(connection):
    events = await collect(connection, permit("select seq from seq_1_to_10", row_limit=10))
    assert events[-1].truncated is False


@pytest.mark.parametrize(
    "sql",
    [
        "delete from t",
        "select f_del()",
        "call p_del()",
        "drop table t",
        "truncate t",
        "create table t9 (id int)",
        "lock table t write",
        "update t set v = 'x'",
        "replace into t values (1, 'x')",
    ],
)
async def test_a_read_cannot_write(connection, mariadb_server, probe_mysql, sql):
    with pytest.raises(StatementError) as caught:
        await collect(connection, permit(sql))
    assert caught.value.sqlstate == "25006"
    assert connection.transaction_state is TransactionState.IDLE
    assert mariadb_server.run(probe_mysql, "select count(*) from t") == [(3,)]


async def test_one_message_holds_one_statement(connection, mariadb_server, probe_mysql):
    with pytest.raises(StatementError) as caught:
        await collect(connection, permit("select 1; delete from t", Fence.WRITE))
    assert caught.value.sqlstate == "42000"
    assert mariadb_server.run(probe_mysql, "select count(*) from t") == [(3,)]


async def test_a_file_of_the_bastion_is_never_read(connection):
    with pytest.raises((StatementError, TargetUnavailableError)):
        await collect(
            connection, permit("load data local infile '/etc/passwd' into table t", Fence.WRITE)
        )


async def test_a_write_commits_after_reads_and_reads_are_fenced_after_it(
    connection, mariadb_server, probe_mysql
):
    await collect(connection, permit("select * from t"))
    events = await collect(
        connection, permit("delete from t where id = 1", Fence.WRITE, affected_max=1)
    )
    assert events[-1] == Completion(tag="DELETE 1", affected=1, truncated=False)
    assert mariadb_server.run(probe_mysql, "select count(*) from t") == [(2,)]
    with pytest.raises(StatementError):
        await collect(connection, permit("drop table t"))


async def test_matched_rows_count_not_changed_ones(connection):
    with pytest.raises(EffectExceededError, match="touched 3 rows, and 2 were approved"):
        await collect(connection, permit("update t set v = v", Fence.WRITE, affected_max=2))


async def test_more_rows_than_approved_roll_back(connection, mariadb_server, probe_mysql):
    with pytest.raises(EffectExceededError, match="rolled back"):
        await collect(connection, permit("delete from t", Fence.WRITE, affected_max=2))
    assert connection.transaction_state is TransactionState.IDLE
    assert mariadb_server.run(probe_mysql, "select count(*) from t") == [(3,)]


async def test_a_table_that_cannot_roll_back_is_named_as_such(
    connection, mariadb_server, probe_mysql
):
    mariadb_server.run(probe_mysql, "create table m (id int) engine=MyISAM; "
                       "insert into m values (1), (2)")  # fmt: skip
    with pytest.raises(EffectExceededError, match="the change stands"):
        await collect(connection, permit("delete from m where id < 9", Fence.WRITE,
                                         affected_max=1))  # fmt: skip


async def test_excess_inside_a_transaction_undoes_only_the_statement(
    connection, mariadb_server, probe_mysql
):
    await collect(connection, permit("begin", Fence.SESSION))
    assert connection.transaction_state is TransactionState.OPEN
    await collect(connection, permit("delete from t where id = 1", Fence.WRITE, affected_max=1))
    with pytest.raises(EffectExceededError):
        await collect(connection, permit("delete from t", Fence.WRITE, affected_max=1))
    assert connection.transaction_state is TransactionState.OPEN
    assert await rows_of(connection, "select count(*) from t") == [(b"2",)]
    await collect(connection, permit("commit", Fence.SESSION))
    assert connection.transaction_state is TransactionState.IDLE
    assert mariadb_server.run(probe_mysql, "select count(*) from t") == [(2,)]


async def test_a_cut_read_leaves_the_users_transaction_open(connection):
    await collect(connection, permit("begin", Fence.SESSION))
    await collect(connection, permit("delete from t where id = 1", Fence.WRITE))
    await collect(connection, permit("select seq from seq_1_to_9000000", row_limit=5))
    assert connection.transaction_state is TransactionState.OPEN
    assert await rows_of(connection, "select count(*) from t") == [(b"2",)]
    await collect(connection, permit("rollback", Fence.SESSION))


async def test_code_not_understood_is_refused(connection, mariadb_server, probe_mysql):
    with pytest.raises(StatementError, match="not fully understood"):
        await collect(connection, permit("call p_del()", Fence.WRITE, guards_structure=True))
    assert mariadb_server.run(probe_mysql, "select count(*) from t") == [(3,)]


async def test_ddl_runs_when_permitted(connection, mariadb_server, probe_mysql):
    await collect(connection, permit("create table t9 (id int)", Fence.WRITE))
    assert connection.transaction_state is TransactionState.IDLE
    assert mariadb_server.run(probe_mysql, "select count(*) from t9") == [(0,)]


def _sleeping(server, url):
    return server.run(
        url, "select count(*) from information_schema.processlist where info like '%sleep(30)%'"
        " and info not like '%processlist%'",
    )  # fmt: skip


async def test_cancel_ends_the_statement_at_the_server(connection, mariadb_server, probe_mysql):
    async def cancel_soon():
        await asyncio.sleep(0.3)
        await connection.cancel()

    started = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(cancel_soon())
        with pytest.raises(StatementCancelledError):
            await collect(connection, permit("select * from t where sleep(30)"))
    assert time.monotonic() - started < 20
    assert connection.transaction_state is TransactionState.IDLE
    assert _sleeping(mariadb_server, probe_mysql) == [(0,)]
    await connection.cancel()
    assert await rows_of(connection, "select 1") == [(b"1",)]


async def test_a_cancelled_task_leaves_nothing_running(connection, mariadb_server, probe_mysql):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await collect(connection, permit("select * from t where sleep(30)"))
    assert _sleeping(mariadb_server, probe_mysql) == [(0,)]
    assert await rows_of(connection, "select 1") == [(b"1",)]


async def test_the_permits_time_is_the_statements(connection):
    started = time.monotonic()
    with pytest.raises(StatementTimeoutError, match="longer than 1 s"):
        await collect(
            connection, permit("select * from t where sleep(30)", statement_timeout_s=1.0)
        )
    assert time.monotonic() - started < 20
    assert connection.transaction_state is TransactionState.IDLE


async def test_our_own_timer_ends_what_the_servers_does_not(
    connection, mariadb_server, probe_mysql
):
    await collect(connection, permit("set max_statement_time = 0", Fence.SESSION))
    started = time.monotonic()
    sql = "set statement max_statement_time = 0 for select * from t where sleep(30)"
    with pytest.raises(StatementTimeoutError):
        await collect(connection, permit(sql, statement_timeout_s=0.5))
    assert time.monotonic() - started < 20
    assert _sleeping(mariadb_server, probe_mysql) == [(0,)]
    assert await rows_of(connection, "select 1") == [(b"1",)]


async def test_a_lock_is_waited_for_no_longer_than_permitted(connection, probe_mysql):
    other = await connector_of(probe_mysql).connect("other")
    await collect(other, permit("begin", Fence.SESSION))
    await collect(other, permit("update t set v = 'x' where id = 1", Fence.WRITE))
    started = time.monotonic()
    with pytest.raises(StatementTimeoutError, match="lock"):
        await collect(
            connection,
            permit("update t set v = 'y' where id = 1", Fence.WRITE, lock_timeout_s=1.0),
        )
    assert time.monotonic() - started < 20
    await other.close()


@pytest.mark.parametrize(
    ("fence", "words"), [(Fence.READ_ONLY, "Nothing was changed"), (Fence.WRITE, "unknown")]
)
async def test_a_lost_server_is_said_plainly(connection, mariadb_server, probe_mysql, fence, words):
    thread_id = connection.backend_pid

    async def kill_soon():
        await asyncio.sleep(0.3)
        mariadb_server.run(probe_mysql, f"kill connection {thread_id}")

    async with asyncio.TaskGroup() as group:
        group.create_task(kill_soon())
        with pytest.raises(TargetUnavailableError, match=words):
            await collect(connection, permit("select * from t where sleep(30)", fence))
    assert connection.transaction_state is TransactionState.LOST
    with pytest.raises(TargetUnavailableError):
        await collect(connection, permit("select 1"))


async def test_errors_carry_the_servers_words(connection):
    with pytest.raises(StatementError, match="Duplicate entry") as caught:
        await collect(connection, permit("insert into t values (1, 'x')", Fence.WRITE))
    assert caught.value.sqlstate == "23000"


async def test_warnings_become_notices(connection):
    events = await collect(connection, permit("select cast('12abc' as unsigned)"))
    notices = [event for event in events if isinstance(event, ServerNotice)]
    assert notices
    assert notices[0].severity == "WARNING"
    assert "12abc" in notices[0].text


async def test_use_changes_the_database(connection, mariadb_server):
    name = mariadb_server.create_database("elsewhere").rsplit("/", 1)[1]
    await collect(connection, permit(f"use {name}", Fence.SESSION))
    assert connection.database == name
    assert connection.search_path == (name,)


async def test_text_modes_are_pinned(connection):
    rows = await rows_of(connection, "select @@sql_mode, @@character_set_client")
    assert b"STRICT_TRANS_TABLES" in rows[0][0]
    assert b"ANSI_QUOTES" not in rows[0][0]
    assert rows[0][1] == b"utf8mb4"


async def test_a_call_may_give_several_results(connection, mariadb_server, probe_mysql):
    mariadb_server.run(probe_mysql, "create procedure two() begin select 1; select 2, 3; end")
    events = await collect(connection, permit("call two()", Fence.WRITE))
    heads = [event for event in events if isinstance(event, ResultHead)]
    assert [len(head.columns) for head in heads] == [1, 2]


async def test_parameters_are_refused(connection):
    with pytest.raises(StatementError, match="Parameters"):
        await collect(connection, permit("select ?", parameters=(b"1",)))


async def test_describe_cannot_tell(connection):
    assert await connection.describe(permit("select 1")) is None


async def test_reads_go_to_the_reader_role(mariadb_server, probe_mysql):
    connector = connector_of(
        mariadb_server.app_url(probe_mysql), mariadb_server.reader_url(probe_mysql)
    )
    connection = await connector.connect("x")
    assert connection.role == "app@%"
    assert await rows_of(connection, "select current_user()") == [(b"reader@%",)]
    connection.prefers_reader = False
    assert await rows_of(connection, "select current_user()") == [(b"app@%",)]
    await connection.close()


async def test_reset_rolls_back(connection, mariadb_server, probe_mysql):
    await collect(connection, permit("begin", Fence.SESSION))
    await collect(connection, permit("delete from t", Fence.WRITE))
    await connection.reset()
    assert connection.transaction_state is TransactionState.IDLE
    assert mariadb_server.run(probe_mysql, "select count(*) from t") == [(3,)]


async def test_a_login_that_fails_says_what_to_check(mariadb_server, probe_mysql):
    with pytest.raises(TargetUnavailableError, match="refused the user or the password"):
        await connector_of(probe_mysql.replace("admin-pw", "hunter2")).connect("x")
    with pytest.raises(TargetUnavailableError, match="nothing answers") as caught:
        await connector_of("mysql://u:hunter2@127.0.0.1:1/db").connect("x")
    assert "hunter2" not in caught.value.message + caught.value.detail


async def test_tls_that_the_url_demands_is_not_given_up(probe_mysql):
    with pytest.raises(TargetUnavailableError, match="TLS"):
        await connector_of(f"{probe_mysql}?ssl=verify-full").connect("x")


async def test_closing_ends_what_runs(connection, mariadb_server, probe_mysql):
    async def close_soon():
        await asyncio.sleep(0.3)
        await connection.close()

    async with asyncio.TaskGroup() as group:
        group.create_task(close_soon())
        with pytest.raises(StatementCancelledError):
            await collect(connection, permit("select * from t where sleep(30)"))
    assert _sleeping(mariadb_server, probe_mysql) == [(0,)]


async def test_wide_rows_do_not_pile_up(connection):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = 0
    sql = "select repeat('x', 1000000) from seq_1_to_300"
    async for event in connection.run(permit(sql, row_limit=10**9)):
        if isinstance(event, RawBatch):
            count += len(event.rows)
    assert count == 300
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 100


async def test_a_cancel_while_the_client_is_slow_ends_the_stream(connection):
    stream = connection.run(
        permit("select repeat('x', 1000) from seq_1_to_3000000", row_limit=10**9)
    )
    await anext(stream)
    await anext(stream)
    await connection.cancel()
    with pytest.raises(StatementCancelledError):
        async for _ in stream:
            pass
    assert connection.transaction_state is TransactionState.IDLE
    assert await rows_of(connection, "select 7") == [(b"7",)]


async def test_a_failed_statement_leaves_the_transaction_open(connection):
    await collect(connection, permit("begin", Fence.SESSION))
    with pytest.raises(StatementError):
        await collect(connection, permit("select nope"))
    assert connection.transaction_state is TransactionState.OPEN
    await connection.reset()


async def test_a_row_too_large_to_hold_is_refused(mariadb_server, probe_mysql):
    mariadb_server.run(probe_mysql, "set global max_allowed_packet = 256 * 1024 * 1024")
    connection = await connector_of(probe_mysql).connect("x")
    try:
        with pytest.raises(TargetUnavailableError):
            await collect(connection, permit("select repeat('x', 90000000)"))
    finally:
        mariadb_server.run(probe_mysql, "set global max_allowed_packet = 16 * 1024 * 1024")
        await connection.close()


class HostileServer:
    """Speaks just enough of the protocol to ask for what it should not get."""

    def __init__(self, plugin=b"mysql_native_password"):
        self.plugin = plugin
        self.received = b""

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self._server.close()

    @property
    def url(self):
        return f"mysql://u:hunter2@127.0.0.1:{self._server.sockets[0].getsockname()[1]}/d"

    async def _serve(self, reader, writer):
        greeting = (
            b"\x0a8.0.30\0" + struct.pack("<I", 7) + b"12345678\0" + struct.pack("<H", 0xF7FF)
            + b"\x2d\x02\x00" + struct.pack("<H", 0x81FF) + b"\x15" + b"\0" * 10
            + b"123456789012\0" + b"mysql_native_password\0"
        )  # fmt: skip
        sequence = await self._say(writer, greeting, 0)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._hear(reader)
            if self.plugin != b"mysql_native_password":
                await self._say(writer, b"\xfe" + self.plugin + b"\0", sequence + 1)
                await self._hear(reader)
            await self._say(writer, b"\x00\x00\x00\x02\x00\x00\x00", sequence + 1)
            while True:
                query = await self._hear(reader)
                if b"sql_mode" in query:
                    await self._say(writer, b"\xfb/etc/passwd", 1)
                else:
                    await self._say(writer, b"\x00\x00\x00\x02\x00\x00\x00", 1)
        writer.close()

    async def _say(self, writer, payload, sequence):
        writer.write(struct.pack("<I", len(payload))[:3] + bytes([sequence]) + payload)
        await writer.drain()
        return sequence + 1

    async def _hear(self, reader):
        header = await reader.readexactly(4)
        payload = await reader.readexactly(int.from_bytes(header[:3], "little"))
        self.received += payload
        return payload


async def test_a_server_that_asks_for_a_file_gets_none():
    async with HostileServer() as server:
        with pytest.raises(TargetUnavailableError):
            await connector_of(server.url).connect("x")
        assert b"root:" not in server.received
        assert b"sql_mode" in server.received


async def test_a_server_that_asks_for_the_password_in_clear_gets_none():
    async with HostileServer(plugin=b"mysql_clear_password") as server:
        with pytest.raises(TargetUnavailableError):
            await connector_of(server.url).connect("x")
        assert b"hunter2" not in server.received


async def test_what_should_be_temporary_and_is_stored_is_not_written(connection):
    place = connection.database
    own = {"fence": Fence.SESSION, "guards_rows": True, "temporary": frozenset({(place, "t")})}
    other = own | {"temporary": frozenset({(place, "x")})}
    made = "create temporary table x (a int)"
    await collect(connection, permit(made, Fence.SESSION, guards_rows=True))
    for sql in ("insert into t values (99, 'x')", "delete from t", "drop table t"):
        with pytest.raises(StatementError):
            await collect(connection, permit(sql, **own))
    for sql in ("insert into t values (99, 'x')", "delete from t"):
        # Said of another table, the server's own fence holds.
        with pytest.raises(StatementError):
            await collect(connection, permit(sql, **other))
    before = await rows_of(connection, "select count(*) from t")
    await collect(connection, permit("begin", Fence.SESSION))
    with pytest.raises(StatementError):
        await collect(connection, permit("delete from t", **own))
    await collect(connection, permit("commit", Fence.SESSION))
    assert await rows_of(connection, "select count(*) from t") == before
    assert before[0][0] != b"0"
