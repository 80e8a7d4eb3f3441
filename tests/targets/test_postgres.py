"""PostgreSQL connections against a real server."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time

import pytest

from bastion.core.model import Fence, RawBatch, TransactionState
from bastion.errors import (
    EffectExceededError,
    StatementCancelledError,
    StatementError,
    StatementTimeoutError,
    StructureHarmedError,
    TargetError,
    TargetUnavailableError,
)
from bastion.execution.ports import Completion, ResultHead, ServerNotice
from tests.fakes.logins import collect, connector_of, first_batches, permit, rows_of


@pytest.fixture
async def connection(probe_postgres):
    connector = connector_of(probe_postgres)
    opened = await connector.connect("bastion:alice:1")
    yield opened
    await opened.close()


async def test_values_are_the_servers_own_text(connection):
    rows = await rows_of(
        connection,
        r"select 1, null, 'é', 1.50::numeric, true, '\xdeadbeef'::bytea, '{1,2}'::int[],"
        " '{\"a\":  1}'::json, E'tab\\tx'",
    )
    assert rows == [
        (b"1", None, "é".encode(), b"1.50", b"t", b"\\xdeadbeef", b"{1,2}", b'{"a":  1}', b"tab\tx")
    ]


async def test_head_names_types_and_sound_origins(probe_postgres):
    connector = connector_of(probe_postgres)
    await connector.catalogue()
    connection = await connector.connect("x")
    events = await collect(
        connection, permit("select ssn as name, upper(ssn), id, '{1}'::int[] from users")
    )
    head = events[0]
    assert isinstance(head, ResultHead)
    assert [column.type_name for column in head.columns] == ["text", "text", "int4", "int4[]"]
    assert [column.is_numeric for column in head.columns] == [False, False, True, False]
    origin = head.columns[0].origin
    assert origin is not None
    assert (origin.schema, origin.relation, origin.column, origin.is_sound) == (
        "public", "users", "ssn", True)  # fmt: skip
    assert head.columns[1].origin is None
    assert isinstance(events[-1], Completion)
    assert events[-1].tag == "SELECT 3"
    await connection.close()


async def test_first_rows_come_before_the_statement_ends(connection):
    sql = (
        "select repeat('x', 100), case when g > 50000 then pg_sleep(60) end"
        " from generate_series(1, 1000000) g"
    )
    assert max(await first_batches(connection, sql, 5000)) <= 1100
    assert connection.transaction_state is TransactionState.IDLE
    assert await rows_of(connection, "select 7") == [(b"7",)]


async def test_row_limit_cuts_at_the_server_and_says_so(connection):
    sql = "select g, case when g > 5000 then pg_sleep(60) end from generate_series(1, 9000) g"
    async with asyncio.timeout(50):
        events = await collect(connection, permit(sql, row_limit=100))
    rows = [row for event in events if isinstance(event, RawBatch) for row in event.rows]
    assert len(rows) == 100
    assert events[-1] == Completion(tag="SELECT 100", affected=0, truncated=True)
    assert connection.transaction_state is TransactionState.IDLE


async def test_exactly_the_limit_is_not_a_cut(connection):
    events = await collect(connection, permit("select * from generate_series(1, 10)", row_limit=10))
    assert events[-1].truncated is False
    assert events[-1].tag == "SELECT 10"


@pytest.mark.parametrize(
    "sql",
    [
        "delete from t",
        "select f_del()",
        "with d as (delete from t returning 1) select * from d",
        "explain analyze delete from t",
        "do $$begin delete from t; end$$",
        "call p_del()",
        "select setval('sq', 1)",
        "select set_config('transaction_read_only', 'off', false), f_del()",
        "select query_to_xml('delete from t returning 1', true, true, '')",
    ],
)
@pytest.mark.parametrize("in_block", [False, True])
async def test_a_read_cannot_write(connection, postgres_server, probe_postgres, sql, in_block):
    if in_block:
        await collect(connection, permit("begin read write", Fence.SESSION))
    with pytest.raises(StatementError) as caught:
        await collect(connection, permit(sql))
    assert caught.value.sqlstate in {"25006", "25001", "0A000"}
    if in_block:
        assert connection.transaction_state is TransactionState.FAILED
        await collect(connection, permit("rollback", Fence.SESSION))
    assert connection.transaction_state is TransactionState.IDLE
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(10,)]


@pytest.mark.parametrize(
    "trick",
    ["reset transaction_read_only", "set transaction_read_only to default", "commit", "rollback"],
)
async def test_one_message_holds_one_statement(connection, postgres_server, probe_postgres, trick):
    with pytest.raises(StatementError) as caught:
        await collect(connection, permit(f"{trick}; delete from t"))
    assert caught.value.sqlstate == "42601"
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(10,)]


async def test_what_reset_lifts_the_rollback_undoes(connection, postgres_server, probe_postgres):
    postgres_server.run(
        probe_postgres,
        "create function lift() returns int language plpgsql as $$ begin"
        " execute 'reset transaction_read_only'; delete from t; return 1; end $$",
    )
    await collect(connection, permit("begin read write", Fence.SESSION))
    # PostgreSQL 18 refuses the RESET; earlier versions obey it.
    with contextlib.suppress(StatementError):
        await collect(connection, permit("select lift()"))
    await collect(connection, permit("commit", Fence.SESSION))
    with contextlib.suppress(StatementError):
        await collect(connection, permit("select lift()"))
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(10,)]


async def test_a_fetch_moves_the_cursor_and_reads_beside_it_do_not(connection):
    await collect(connection, permit("begin", Fence.SESSION))
    declare = "declare c cursor for select id from t order by id"
    await collect(connection, permit(declare, Fence.SESSION))
    assert await rows_of(connection, "fetch 2 from c", Fence.SESSION) == [(b"1",), (b"2",)]
    await rows_of(connection, "select 1")
    assert await rows_of(connection, "fetch 1 from c", Fence.SESSION) == [(b"3",)]
    await collect(connection, permit("rollback", Fence.SESSION))


async def test_a_cut_read_leaves_the_users_transaction_open(connection):
    await collect(connection, permit("begin", Fence.SESSION))
    events = await collect(
        connection, permit("select * from generate_series(1, 3000000)", row_limit=5)
    )
    assert events[-1].truncated is True
    assert connection.transaction_state is TransactionState.OPEN
    await collect(connection, permit("commit", Fence.SESSION))
    assert connection.transaction_state is TransactionState.IDLE


async def test_a_write_commits_by_itself(connection, postgres_server, probe_postgres):
    events = await collect(
        connection, permit("delete from t where id < 4", Fence.WRITE, affected_max=3)
    )
    assert events[-1] == Completion(tag="DELETE 3", affected=3, truncated=False)
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(7,)]


async def test_more_rows_than_approved_roll_back(connection, postgres_server, probe_postgres):
    with pytest.raises(EffectExceededError, match="10 rows, and 3 were approved"):
        await collect(connection, permit("delete from t returning id", Fence.WRITE, affected_max=3))
    assert connection.transaction_state is TransactionState.IDLE
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(10,)]


async def test_excess_inside_a_transaction_undoes_only_the_statement(
    connection, postgres_server, probe_postgres
):
    await collect(connection, permit("begin", Fence.SESSION))
    await collect(connection, permit("delete from t where id = 1", Fence.WRITE, affected_max=1))
    with pytest.raises(EffectExceededError):
        await collect(connection, permit("delete from t", Fence.WRITE, affected_max=1))
    assert connection.transaction_state is TransactionState.OPEN
    await collect(connection, permit("commit", Fence.SESSION))
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(9,)]


async def test_rows_of_a_write_are_never_cut_short(connection, postgres_server, probe_postgres):
    events = await collect(
        connection,
        permit("insert into t2 select g, 'x' from generate_series(1, 5000) g returning id",
               Fence.WRITE, row_limit=10),
    )  # fmt: skip
    rows = [row for event in events if isinstance(event, RawBatch) for row in event.rows]
    assert len(rows) == 10
    assert events[-1].truncated is True
    assert events[-1].affected == 5000
    assert postgres_server.run(probe_postgres, "select count(*) from t2") == [(5000,)]


@pytest.mark.parametrize(
    "harm",
    [
        "drop table t2",
        "truncate t2",
        "alter table t2 drop column v",
        "create table t3 (id int)",
        "drop table t2; create table t2 (id int primary key, v text)",
        "alter table t2 rename to t9",
        "create schema other",
    ],
)
@pytest.mark.parametrize("in_block", [False, True])
async def test_code_not_understood_cannot_change_tables(
    connection, postgres_server, probe_postgres, harm, in_block
):
    if in_block:
        await collect(connection, permit("begin", Fence.SESSION))
    with pytest.raises(StructureHarmedError, match="rolled back"):
        await collect(
            connection,
            permit(f"do $$begin {harm}; end$$", Fence.WRITE, guards_structure=True),
        )
    if in_block:
        await collect(connection, permit("commit", Fence.SESSION))
    assert postgres_server.run(
        probe_postgres,
        "select string_agg(relname, ',' order by relname) from pg_class"
        " where relkind = 'r' and relnamespace = 'public'::regnamespace",
    ) == [("t,t2,users",)]


async def test_code_not_understood_may_change_rows(connection, postgres_server, probe_postgres):
    await collect(
        connection,
        permit("do $$begin delete from t where id = 1; end$$", Fence.WRITE, guards_structure=True),
    )
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(9,)]


async def test_a_deferred_trigger_cannot_drop_after_the_comparison(
    connection, postgres_server, probe_postgres
):
    postgres_server.run(
        probe_postgres,
        "create function late() returns trigger language plpgsql as"
        " $$begin drop table t2; return null; end$$;"
        "create constraint trigger late after delete on t deferrable initially deferred"
        " for each row execute function late()",
    )
    with pytest.raises((StructureHarmedError, StatementError)):
        await collect(
            connection,
            permit("do $$begin delete from t where id = 1; end$$", Fence.WRITE,
                   guards_structure=True),
        )  # fmt: skip
    assert postgres_server.run(probe_postgres, "select count(*) from t2") == [(0,)]


async def test_what_cannot_run_in_a_transaction_runs_outside_when_nothing_is_compared(connection):
    events = await collect(connection, permit("vacuum t", Fence.WRITE))
    assert events[-1].tag == "VACUUM"
    with pytest.raises(StatementError, match="cannot run inside a transaction"):
        await collect(connection, permit("vacuum t", Fence.WRITE, guards_structure=True))
    assert connection.transaction_state is TransactionState.IDLE


async def _running(server, url, pid):
    sql = f"select state, query from pg_stat_activity where pid = {pid}"
    return server.run(url, sql)[0]


async def test_cancel_ends_the_statement_at_the_server(connection, postgres_server, probe_postgres):
    async def cancel_soon():
        await asyncio.sleep(0.3)
        await connection.cancel()

    started = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(cancel_soon())
        with pytest.raises(StatementCancelledError):
            await collect(connection, permit("select pg_sleep(30)"))
    assert time.monotonic() - started < 20
    assert connection.transaction_state is TransactionState.IDLE
    state, _ = await _running(postgres_server, probe_postgres, connection.backend_pid)
    assert state == "idle"
    await connection.cancel()
    assert await rows_of(connection, "select 1") == [(b"1",)]


async def test_a_cancelled_task_leaves_nothing_running(connection, postgres_server, probe_postgres):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await collect(connection, permit("select pg_sleep(30)"))
    state, _ = await _running(postgres_server, probe_postgres, connection.backend_pid)
    assert state == "idle"
    assert await rows_of(connection, "select 1") == [(b"1",)]


async def test_the_permits_time_is_the_statements(connection):
    started = time.monotonic()
    with pytest.raises(StatementTimeoutError, match="longer than 0"):
        await collect(connection, permit("select pg_sleep(30)", statement_timeout_s=0.3))
    assert time.monotonic() - started < 20
    assert connection.transaction_state is TransactionState.IDLE


async def test_a_lock_is_waited_for_no_longer_than_permitted(
    connection, postgres_server, probe_postgres
):
    other = await connector_of(probe_postgres).connect("other")
    await collect(other, permit("begin", Fence.SESSION))
    await collect(other, permit("update t set v = 'x' where id = 1", Fence.WRITE))
    with pytest.raises(StatementTimeoutError, match="lock"):
        await collect(
            connection,
            permit("update t set v = 'y' where id = 1", Fence.WRITE, lock_timeout_s=0.3),
        )
    with pytest.raises(StatementError) as caught:
        await collect(connection, permit("select * from t for update nowait", Fence.WRITE))
    assert caught.value.sqlstate == "55P03"
    await other.close()


@pytest.mark.parametrize(
    ("fence", "words"), [(Fence.READ_ONLY, "Nothing was changed"), (Fence.WRITE, "unknown")]
)
async def test_a_lost_server_is_said_plainly(
    connection, postgres_server, probe_postgres, fence, words
):
    pid = connection.backend_pid

    async def kill_soon():
        await asyncio.sleep(0.3)
        postgres_server.run(probe_postgres, f"select pg_terminate_backend({pid})")

    async with asyncio.TaskGroup() as group:
        group.create_task(kill_soon())
        with pytest.raises(TargetUnavailableError, match=words):
            await collect(connection, permit("select pg_sleep(30)", fence))
    assert connection.transaction_state is TransactionState.LOST
    with pytest.raises(TargetUnavailableError):
        await collect(connection, permit("select 1"))
    await connection.close()


@pytest.mark.parametrize(
    ("sql", "limit"),
    [
        ("select 1 / 0", 10),
        ("select nothing_there", 10),
        ("select set_config('transaction_read_only', 'off', false)", 10),
        ("insert into t values (99)", 10),
        ("with w as (insert into t values (99) returning 1) select * from w", 10),
        ("select n from generate_series(1, 200000) n", 10),
        ("values (1)", 1),
        ("show statement_timeout", 1),
    ],
)
async def test_a_read_leaves_no_fence_behind_however_it_ends(
    connection, postgres_server, probe_postgres, sql, limit
):
    before = postgres_server.run(probe_postgres, "select count(*) from t")
    with contextlib.suppress(StatementError):
        await rows_of(connection, sql, row_limit=limit)
    assert connection.transaction_state is TransactionState.IDLE
    assert await rows_of(connection, "show transaction_read_only", fence=Fence.SESSION) == [
        (b"off",)
    ]
    assert await rows_of(connection, "show statement_timeout") == [(b"20s",)]
    assert postgres_server.run(probe_postgres, "select count(*) from t") == before


async def test_a_fence_that_cannot_be_set_stops_the_statement(
    connection, postgres_server, probe_postgres
):
    # The server takes no such time: what travels behind it must not run.
    with pytest.raises(StatementError, match="statement_timeout"):
        await rows_of(connection, "select nextval('pg_temp.none')", statement_timeout_s=1e10)
    assert connection.transaction_state is TransactionState.IDLE
    assert await rows_of(connection, "select 1") == [(b"1",)]


async def test_errors_carry_the_servers_words(connection):
    with pytest.raises(StatementError) as caught:
        await collect(connection, permit("select 'é', nope from users"))
    assert caught.value.sqlstate == "42703"
    assert caught.value.position == 13
    with pytest.raises(StatementError) as caught:
        await collect(connection, permit("insert into users values (1)", Fence.WRITE))
    assert "Key (id)=(1) already exists" in caught.value.context
    assert "Key" not in caught.value.message


async def test_notices_come_in_order(connection):
    events = await collect(
        connection, permit("do $$begin raise notice 'one'; raise warning 'two'; end$$")
    )
    notices = [event for event in events if isinstance(event, ServerNotice)]
    assert [(notice.severity, notice.text) for notice in notices] == [
        ("NOTICE", "one"), ("WARNING", "two")]  # fmt: skip


async def test_notices_are_bounded(connection):
    events = await collect(
        connection,
        permit("do $$begin for i in 1..5000 loop raise notice 'n %', i; end loop; end$$"),
    )
    notices = [event for event in events if isinstance(event, ServerNotice)]
    assert len(notices) <= 5000
    assert isinstance(events[-1], Completion)


@pytest.mark.parametrize("sql", ["copy users to stdout", "copy t2 from stdin"])
async def test_copy_to_the_client_is_refused_and_leaves_the_session_usable(connection, sql):
    with pytest.raises(StatementError, match="COPY"):
        await collect(connection, permit(sql, Fence.WRITE))
    assert connection.transaction_state is TransactionState.IDLE
    assert await rows_of(connection, "select 1") == [(b"1",)]


async def test_describe_runs_nothing(connection, postgres_server, probe_postgres):
    columns = await connection.describe(permit("delete from t returning id, v"))
    assert [column.name for column in columns] == ["id", "v"]
    assert await connection.describe(permit("delete from t")) == ()
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(10,)]
    with pytest.raises(StatementError):
        await connection.describe(permit("selec 1"))
    assert connection.transaction_state is TransactionState.IDLE


@pytest.mark.parametrize("in_block", [False, True])
async def test_parsing_a_literal_runs_no_code_that_writes(
    connection, postgres_server, probe_postgres, in_block
):
    """An array of a domain calls the domain's check while the server parses its literal."""
    postgres_server.run(
        probe_postgres,
        "create function f_chk(text) returns bool language plpgsql as"
        " 'begin delete from t; return true; end';"
        "create domain d1 as text check (f_chk(value)); create type d1_row as (a d1)",
    )
    if in_block:
        await collect(connection, permit("begin", Fence.SESSION))
    for literal in ("'{x}'::d1[]", "'(x)'::d1_row", "'{\"(x)\"}'::d1_row[]"):
        with contextlib.suppress(StatementError):
            await connection.describe(permit(f"select {literal}"))
        if in_block:
            await collect(connection, permit("rollback", Fence.SESSION))
            await collect(connection, permit("begin", Fence.SESSION))
    await connection.reset()
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(10,)]


async def test_an_unknown_relation_has_an_origin_that_names_nothing(connection):
    await collect(connection, permit("create table fresh (a int)", Fence.WRITE))
    columns = await connection.describe(permit("select a from fresh"))
    assert columns[0].origin.relation.startswith("oid ")
    assert columns[0].origin.is_sound


async def test_a_new_type_is_named(connection):
    await collect(connection, permit("create type mood as enum ('sad', 'ok')", Fence.WRITE))
    columns = await connection.describe(permit("select 'ok'::mood"))
    assert columns[0].type_name == "mood"


async def test_reads_go_to_the_reader_role(postgres_server, probe_postgres):
    connector = connector_of(
        postgres_server.app_url(probe_postgres), postgres_server.reader_url(probe_postgres)
    )
    connection = await connector.connect("x")
    assert connection.role == "app"
    assert await rows_of(connection, "select current_user") == [(b"reader",)]
    connection.prefers_reader = False
    assert await rows_of(connection, "select current_user") == [(b"app",)]
    connection.prefers_reader = True
    assert await rows_of(connection, "select current_user", Fence.WRITE) == [(b"app",)]
    await collect(connection, permit("begin", Fence.SESSION))
    assert await rows_of(connection, "select current_user") == [(b"app",)]
    await connection.close()


async def test_the_session_is_pinned(connection):
    rows = await rows_of(
        connection,
        "select current_setting('standard_conforming_strings'), current_setting('client_encoding'),"
        " current_setting('DateStyle'), current_setting('application_name'),"
        " current_setting('statement_timeout'), current_setting('lock_timeout')",
    )
    assert rows[0][0] == b"on"
    assert rows[0][1] == b"UTF8"
    assert rows[0][2].startswith(b"ISO")
    assert rows[0][3:] == (b"bastion:alice:1", b"20s", b"2s")
    assert connection.search_path == ("public",)


async def test_reset_rolls_back(connection, postgres_server, probe_postgres):
    await collect(connection, permit("begin", Fence.SESSION))
    await collect(connection, permit("delete from t", Fence.WRITE))
    await connection.reset()
    assert connection.transaction_state is TransactionState.IDLE
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(10,)]


async def test_parameters_are_bound_as_text(connection):
    rows = await rows_of(connection, "select $1::int + 1, $2::text", parameters=(b"41", None))
    assert rows == [(b"42", None)]


async def test_a_login_that_fails_says_what_to_check(probe_postgres):
    url = probe_postgres.replace("/probe", "/no_such_database")
    with pytest.raises(TargetUnavailableError, match="does not exist"):
        await connector_of(url).connect("x")
    with pytest.raises(TargetUnavailableError, match="nothing listens"):
        await connector_of("postgresql://u:hunter2@127.0.0.1:1/db").connect("x")


async def test_wide_rows_do_not_pile_up(connection):
    """A megabyte a cell, half a gigabyte in all: only a chunk of it is ever held."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = 0
    sql = "select repeat('x', 1000000) from generate_series(1, 500)"
    async for event in connection.run(permit(sql, row_limit=10**9)):
        if isinstance(event, RawBatch):
            assert len(event.rows) <= 64
            count += len(event.rows)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert count == 500
    assert grown_mb < 200


async def test_closing_ends_what_runs(connection, postgres_server, probe_postgres):
    async def close_soon():
        await asyncio.sleep(0.3)
        await connection.close()

    pid = connection.backend_pid
    async with asyncio.TaskGroup() as group:
        group.create_task(close_soon())
        with pytest.raises(StatementCancelledError):
            await collect(connection, permit("select pg_sleep(30)"))
    sql = f"select count(*) from pg_stat_activity where pid = {pid} and state = 'active'"
    assert postgres_server.run(probe_postgres, sql) == [(0,)]


async def test_a_second_statement_at_once_is_refused(connection):
    stream = connection.run(permit("select pg_sleep(0.1), g from generate_series(1, 3) g"))
    await anext(stream)
    with pytest.raises(TargetError, match="still running"):
        await collect(connection, permit("select 1"))
    await stream.aclose()


async def test_a_failed_statement_fails_the_users_transaction(
    connection, postgres_server, probe_postgres
):
    """As without the bastion: a script must not commit its other half."""
    await collect(connection, permit("begin", Fence.SESSION))
    await collect(connection, permit("delete from t where id = 1", Fence.WRITE))
    with pytest.raises(StatementError):
        await collect(connection, permit("select nope"))
    assert connection.transaction_state is TransactionState.FAILED
    with pytest.raises(StatementError) as caught:
        await collect(connection, permit("select 1"))
    assert caught.value.sqlstate == "25P02"
    events = await collect(connection, permit("commit", Fence.SESSION))
    assert events[-1].tag == "ROLLBACK"
    assert postgres_server.run(probe_postgres, "select count(*) from t") == [(10,)]


async def test_a_write_that_ends_its_own_transaction_is_refused(connection):
    with pytest.raises(StatementError, match="ended its own transaction"):
        await collect(connection, permit("commit", Fence.WRITE))
    assert connection.transaction_state is TransactionState.IDLE


async def test_a_cancel_while_the_client_is_slow_ends_the_stream(connection):
    stream = connection.run(
        permit("select repeat('x', 1000) from generate_series(1, 1000000)", row_limit=10**9)
    )
    await anext(stream)
    await anext(stream)
    await connection.cancel()
    with pytest.raises(StatementCancelledError):
        async for _ in stream:
            pass
    assert connection.transaction_state is TransactionState.IDLE


async def test_tls_that_the_url_demands_is_not_given_up(probe_postgres):
    with pytest.raises(TargetUnavailableError, match="TLS"):
        await connector_of(f"{probe_postgres}?sslmode=verify-full").connect("x")


async def test_nothing_is_sent_by_the_simple_protocol(connection, postgres_server):
    before = len(postgres_server.statements())
    await rows_of(connection, "select 'marker-421'")
    await asyncio.sleep(0.1)
    lines = [
        line
        for line in postgres_server.statements()[before:].splitlines()
        if f".{connection.backend_pid:x}|" in line.split("LOG:")[0]
    ]
    assert any("marker-421" in line for line in lines)
    assert not [line for line in lines if "statement: " in line]
