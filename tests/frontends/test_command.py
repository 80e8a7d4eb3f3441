"""Exec: stdout is data, stderr is narration, and the exit code tells how it ended."""

import asyncio
import json

import pytest

from bastion.core.model import (
    ErrorInfo,
    Finished,
    Impact,
    MaskedBatch,
    NoticeReceived,
    ResultStarted,
    Resumed,
    StatementStarted,
    Status,
    Waiting,
)
from bastion.frontends.command import run_command
from tests.fakes.clock import START
from tests.fakes.runner import ALICE, EMAIL, ID, NAME, FakeServices
from tests.fakes.terminal import FakeChannel


async def run(command, *, services=None, channel=None, principal=ALICE, default_target=""):
    services = services or FakeServices()
    channel = channel or FakeChannel()
    raw = command if isinstance(command, bytes) else command.encode()
    code = await asyncio.wait_for(
        run_command(services, principal, raw, lambda _: channel, default_target=default_target), 10
    )
    assert all(session.ended.is_set() for session in services.sessions)
    assert all(runner.is_closed for runner in services.runners)
    return code, channel.out.decode(), channel.err.decode(), services


def finishing(status, **details):
    async def script(text, options):
        yield StatementStarted(index=1, text=text)
        yield Finished(index=1, status=status, **details)

    return script


async def test_csv_is_data_alone():
    code, out, err, services = await run("shop-prod --csv -c select 1")
    assert code == 0
    assert out == "id,name,email\n1,pen,a***\n22,,b***\n"
    assert err == "-- masked: email (email)\n"
    assert services.runner.texts == ["select 1"]


async def test_two_results_have_a_blank_line_between_them():
    _, out, _, _ = await run("shop-prod --csv", channel=FakeChannel(b"select 1;", b" select 2;"))
    assert out == "id,name,email\n1,pen,a***\n22,,b***\n\nid,name,email\n1,pen,a***\n22,,b***\n"


async def test_rows_alone_unaligned_as_psql_gives_them():
    _, out, _, _ = await run("shop-prod -tAc select 1")
    assert out == "1|pen|a***\n22||b***\n"


async def test_the_table_has_header_and_footer():
    _, out, err, _ = await run("shop-prod -c select 1")
    assert out == (
        " id |  name  | email (masked)\n"
        "----+--------+----------------\n"
        "  1 | pen    | a***\n"
        " 22 | <null> | b***\n"
        "(2 rows)\n"
    )
    assert err == ""


async def test_json_is_one_object_per_statement_and_nothing_else():
    code, out, err, _ = await run("shop-prod --json", channel=FakeChannel(b"select 1; select 2"))
    first, second = map(json.loads, out.splitlines())
    assert code == 0
    assert first == {
        "status": "ok",
        "statement": 1,
        "columns": [
            {"name": "id", "type": "int4", "masked": None},
            {"name": "name", "type": "text", "masked": None},
            {"name": "email", "type": "text", "masked": "email"},
        ],
        "rows": [[1, "pen", "a***"], [22, None, "b***"]],
        "row_count": 2,
        "truncated": False,
        "notices": [],
        "waited_ms": 0,
        "elapsed_ms": 4,
        "tag": "SELECT 2",
    }
    assert second["statement"] == 2
    assert err == ""


async def test_jsonl_is_one_object_per_row():
    _, out, _, _ = await run("shop-prod --jsonl -c select 1")
    assert [json.loads(line) for line in out.splitlines()] == [
        {"id": 1, "name": "pen", "email": "a***"},
        {"id": 22, "name": None, "email": "b***"},
    ]


@pytest.mark.parametrize("status", list(Status))
async def test_the_exit_code_is_that_of_the_status(status):
    services = FakeServices(finishing(status, message="it is so"))
    code, out, err, _ = await run("shop-prod -c select 1", services=services)
    assert code == status.exit_code
    assert out == ""
    assert "it is so" in err


@pytest.mark.parametrize("status", list(Status))
async def test_json_says_the_same_status_and_keeps_stderr_quiet(status):
    services = FakeServices(finishing(status, message="it is so"))
    code, out, err, _ = await run("shop-prod --json -c select 1", services=services)
    assert (code, json.loads(out)["status"], err) == (status.exit_code, status.value, "")


async def test_the_first_status_other_than_ok_is_the_exit_code():
    async def script(text, options):
        for index, status in enumerate((Status.OK, Status.BLOCKED, Status.ERROR, Status.OK), 1):
            yield StatementStarted(index=index, text=text)
            yield Finished(index=index, status=status, message="x")

    code, _, _, services = await run(
        "shop-prod --on-error continue -c select 1", services=FakeServices(script)
    )
    assert code == 5
    assert services.runner.ran[0][1].stop_on_error is False


async def test_an_error_has_its_caret_on_stderr_and_in_json():
    error = ErrorInfo(message="no such column", sqlstate="42703", position=8, hint="Look again.")
    services = FakeServices(finishing(Status.ERROR, error=error))
    code, out, err, _ = await run("shop-prod -c select nam", services=services)
    assert (code, out) == (1, "")
    assert err == (
        "ERROR:  no such column (SQLSTATE 42703)\n"
        "LINE 1: select nam\n"
        "               ^\n"
        "HINT:  Look again.\n"
    )
    services = FakeServices(finishing(Status.ERROR, error=error))
    _, out, _, _ = await run("shop-prod --json -c select nam", services=services)
    assert json.loads(out)["error"] == {
        "sqlstate": "42703",
        "message": "no such column",
        "position": 8,
        "hint": "Look again.",
    }


async def held(text, options):
    impact = Impact(effect="delete", tables=("public.orders",), rows=99, is_measured=True)
    yield StatementStarted(index=1, text=text)
    if options.wait_s != 0:
        yield Waiting(
            request_id="r7",
            rule="writes",
            text="writes wait",
            impact=impact,
            approvers=("bob",),
            approvals_needed=1,
            expires_at=START.replace(minute=15),
            in_transaction=False,
        )
        yield Resumed(request_id="r7", approved_by=("bob",), comment="")
        yield Finished(
            index=1, status=Status.OK, tag="DELETE 99", waited_ms=41000, approved_by=("bob",)
        )
        return
    yield Finished(
        index=1,
        status=Status.PENDING,
        request_id="r7",
        statement_sha256="ab" * 32,
        rule="writes",
        rule_text="writes wait",
        impact=impact,
        expires_at=START.replace(minute=15),
    )


async def test_a_wait_is_told_on_stderr_only():
    code, out, err, services = await run(
        "shop-prod --reason TICKET-1 -c delete from orders", services=FakeServices(held)
    )
    assert (code, out) == (0, "")
    assert "HELD  request r7" in err
    assert "delete of 99 rows in public.orders (counted)" in err
    assert "bob" in err
    assert "APPROVED by bob" in err
    assert "DELETE 99 · waited 41 s for bob" in err
    options = services.runner.ran[0][1]
    assert (options.wait_s, options.reason, options.limit) == (300.0, "TICKET-1", 500)


async def test_without_a_wait_the_request_is_left_with_the_way_back():
    code, out, err, services = await run(
        "shop-prod --no-wait -c delete from orders", services=FakeServices(held)
    )
    assert (code, out) == (6, "")
    assert "ssh HOST req wait r7" in err
    assert services.runner.ran[0][1].wait_s == 0
    _, out, _, _ = await run(
        "shop-prod --no-wait --json -c delete from orders", services=FakeServices(held)
    )
    assert json.loads(out) == {
        "status": "pending_approval",
        "statement": 1,
        "notices": [],
        "waited_ms": 0,
        "elapsed_ms": 0,
        "request_id": "r7",
        "statement_sha256": "ab" * 32,
        "held_by": {"rule": "writes", "text": "writes wait"},
        "impact": {"class": "delete", "tables": ["public.orders"], "rows": 99, "measured": True},
        "expires_at": "2026-03-01T12:15:00Z",
    }


async def test_agents_do_not_wait_unless_they_ask_to():
    import dataclasses

    robo = dataclasses.replace(ALICE, user="robo", is_agent=True)
    code, _, _, services = await run(
        "shop-prod -c delete from orders", services=FakeServices(held), principal=robo
    )
    assert (code, services.runner.ran[0][1].wait_s) == (6, 0.0)
    _, _, _, services = await run(
        "shop-prod --wait 1m -c delete from orders", services=FakeServices(held), principal=robo
    )
    assert services.runner.ran[0][1].wait_s == 60.0


async def cut(text, options):
    yield StatementStarted(index=1, text=text)
    yield ResultStarted(columns=(ID,))
    yield MaskedBatch(columns=(ID,), rows=((b"1",), (b"2",)))
    yield Finished(
        index=1, status=Status.OK, has_rows=True, row_count=2, truncated=True, row_limit=2
    )


@pytest.mark.parametrize("flags", ["-t", "-tA", "--csv", "-q", "--jsonl"])
async def test_a_cut_result_is_never_silent(flags):
    code, _, err, _ = await run(
        f"shop-prod {flags} --limit 2 -c select 1", services=FakeServices(cut)
    )
    assert code == 0
    assert "-- the first 2 rows; there are more (limit; --limit N)" in err


async def none_of(text, options):
    yield StatementStarted(index=1, text=text)
    yield ResultStarted(columns=(ID,))
    yield Finished(index=1, status=Status.OK, has_rows=True, truncated=True)


async def test_no_row_of_a_result_is_said_in_words():
    _, _, err, _ = await run("shop-prod --limit 0 -c select 1", services=FakeServices(none_of))
    assert "-- there are rows, none is shown (limit; --limit N)" in err


async def test_a_cut_result_is_marked_in_json():
    _, out, err, _ = await run("shop-prod --json --limit 2 -c select 1", services=FakeServices(cut))
    assert json.loads(out)["truncated"] is True
    assert json.loads(out)["limit"] == 2
    assert err == ""


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("nowhere -c select 1", "You may use: shop-prod, shop-mysql."),
        ("shop-prod -c select 1 --csv", "came after -c"),
        ("shop-prod", "There is no SQL"),
        ("shop-prod -c '\\! id'", "is left out"),
        ("shop-prod -f x", "ssh HOST shop-prod < FILE"),
        ("req", "ssh HOST req list"),
        ("whoami now", "ssh HOST whoami"),
        ("", "ssh HOST help"),
    ],
)
async def test_wrong_words_exit_with_2_and_run_nothing(command, words):
    code, out, err, services = await run(command) if command != "req" else await run("req frob")
    assert (code, out) == (2, "")
    assert words in err
    assert all(not runner.ran for runner in services.runners)


async def test_a_target_that_is_down_exits_with_3():
    services = FakeServices()
    services.is_down = True
    code, out, err, _ = await run("shop-prod -c select 1", services=services)
    assert (code, out) == (3, "")
    assert "cannot be reached" in err


async def test_input_that_is_not_utf8_is_refused():
    code, _, err, services = await run("shop-prod", channel=FakeChannel(b"select '\xff'"))
    assert code == 2
    assert "not UTF-8 at byte 8" in err
    assert services.runners == []


async def test_words_that_are_not_utf8_are_refused():
    code, _, err, _ = await run(b"shop-prod -c select '\xff'")
    assert code == 2
    assert "not UTF-8" in err


async def test_a_listing_works_in_every_format():
    code, out, _, services = await run("shop-prod --csv -c \\d customers")
    assert code == 0
    assert out.splitlines()[:3] == [
        "column,type,nullable,default,shown",
        'id,integer,not null,"",as it is',
        'email,text,"","",masked (email)',
    ]
    _, out, _, _ = await run("shop-mysql --json -c \\dt")
    assert [row[1] for row in json.loads(out)["rows"]] == ["customers", "orders"]
    assert services.runner.ran == []


async def test_a_listing_of_an_unknown_relation_exits_with_2():
    code, _, err, _ = await run("shop-prod -c \\d nothing")
    assert code == 2
    assert "There is no relation nothing" in err


async def endless(text, options):
    yield StatementStarted(index=1, text=text)
    yield ResultStarted(columns=(ID, NAME, EMAIL))
    for _ in range(100_000):
        yield MaskedBatch(columns=(ID, NAME, EMAIL), rows=((b"1", b"x" * 100, b"y"),) * 10)


async def test_a_client_that_stops_reading_ends_its_query():
    channel = FakeChannel()
    channel.breaks_after = 10_000
    code, _, _, services = await run(
        "shop-prod --csv -c select 1", services=FakeServices(endless), channel=channel
    )
    assert code == 130
    assert services.runner.interrupts >= 1


async def test_an_interrupt_cancels_at_the_server_and_exits_with_130():
    services = FakeServices()

    async def script(text, options):
        yield StatementStarted(index=1, text=text)
        await services.runner.interrupted.wait()
        yield Finished(index=1, status=Status.INTERRUPTED, message="cancelled")
        yield StatementStarted(index=2, text="never")
        raise AssertionError("ran on after the interrupt")

    services.script = script
    channel = FakeChannel()

    async def press():
        while not services.runners:  # noqa: ASYNC110 - the fake tells nobody.
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        channel.on_interrupt()

    pressing = asyncio.get_running_loop().create_task(press())
    code, _, _, _ = await run("shop-prod -c select 1", services=services, channel=channel)
    await pressing
    assert code == 130
    assert services.runner.interrupts >= 1


async def test_a_vanished_client_cancels_at_the_server():
    services = FakeServices()

    async def script(text, options):
        yield StatementStarted(index=1, text=text)
        await services.runner.interrupted.wait()
        yield Finished(index=1, status=Status.INTERRUPTED)

    services.script = script
    channel = FakeChannel()
    asyncio.get_running_loop().call_later(0.2, channel.closed.set)
    code, _, _, _ = await run("shop-prod -c select 1", services=services, channel=channel)
    assert code == 130


async def test_a_killed_session_ends_its_exec():
    services = FakeServices()

    async def script(text, options):
        yield StatementStarted(index=1, text=text)
        await services.runner.interrupted.wait()
        yield Finished(index=1, status=Status.INTERRUPTED, message="ended by bob")

    services.script = script

    async def kill():
        while not services.runners:  # noqa: ASYNC110 - the fake tells nobody.
            await asyncio.sleep(0.01)
        await services.sessions[0].end("ended by bob")

    killing = asyncio.get_running_loop().create_task(kill())
    code, _, _, _ = await run("shop-prod -c select 1", services=services)
    await killing
    assert code == 130


async def test_notices_come_as_they_happen_and_are_made_visible():
    async def script(text, options):
        yield StatementStarted(index=1, text=text)
        yield NoticeReceived(severity="warning", text="\x1b[2Jgone")
        yield Finished(index=1, status=Status.OK, tag="DO")

    _, out, err, _ = await run("shop-prod -c do", services=FakeServices(script))
    assert (out, err) == ("", "WARNING:  \\x1B[2Jgone\nDO\n")
    _, out, err, _ = await run("shop-prod --json -c do", services=FakeServices(script))
    assert json.loads(out)["notices"] == [{"severity": "warning", "text": "\x1b[2Jgone"}]
    assert "\x1b" not in out


async def test_quiet_leaves_out_tags_but_not_errors():
    _, out, err, _ = await run(
        "shop-prod -q -c do", services=FakeServices(finishing(Status.OK, tag="DO"))
    )
    assert (out, err) == ("", "")
    _, _, err, _ = await run(
        "shop-prod -q -c do", services=FakeServices(finishing(Status.BLOCKED, message="no"))
    )
    assert err == "BLOCKED:  no\n"


async def test_stats_are_one_json_line_on_stderr():
    _, _, err, _ = await run("shop-prod --stats --csv -q -c select 1")
    stats = json.loads(err)
    assert (stats["statements"], stats["rows"], stats["exit_code"]) == (1, 2, 0)


async def test_flags_become_options():
    _, _, _, services = await run(
        "shop-prod --limit 7 --timeout 5s --read-only --dry-run -c select 1"
    )
    options = services.runner.ran[0][1]
    assert (options.limit, options.timeout_s) == (7, 5.0)
    assert (options.read_only, options.dry_run, options.stop_on_error) == (True, True, True)


async def test_help_whoami_and_targets_answer_in_both_forms():
    for verb in ("help", "whoami", "targets"):
        code, out, err, _ = await run(verb)
        assert (code, err) == (0, "")
        assert out
        code, out, err, _ = await run(f"{verb} --json")
        assert json.loads(out)["status"] == "ok"
    assert [target["name"] for target in json.loads(out)["targets"]] == ["shop-prod", "shop-mysql"]
