"""The shell in a terminal emulator: what people see, and what reaches the governed path."""

import asyncio
import contextlib

import pytest

from bastion.core.model import (
    ErrorInfo,
    Finished,
    Impact,
    NoticeReceived,
    Resumed,
    StatementStarted,
    Status,
    TransactionState,
    Waiting,
)
from bastion.errors import TargetUnavailableError
from bastion.frontends import prompt
from bastion.frontends.drawn import cells_of
from bastion.frontends.shell import pick_target, run_shell
from tests.fakes.clock import START
from tests.fakes.runner import ALICE, TARGETS, FakeServices, FakeSession
from tests.fakes.terminal import FakeTerminal

SIZES = [(80, 24), (30, 8), (200, 50)]


class Desk:
    """One shell in front of one screen."""

    def __init__(self, services, terminal, session):
        self.services, self.terminal, self.session = services, terminal, session
        self.task = asyncio.get_running_loop().create_task(run_shell(services, session, terminal))

    async def prompt(self, times=1):
        await self.terminal.expect("=>", times=times)
        await asyncio.sleep(0.05)

    async def enter(self, text):
        self.terminal.send(text)
        await asyncio.sleep(0.06)
        self.terminal.send("\r")

    async def leave(self):
        self.terminal.send("\x04")
        return await asyncio.wait_for(self.task, 30)

    @property
    def runner(self):
        return self.services.runner


@contextlib.asynccontextmanager
async def shell(services=None, *, columns=80, rows=24, target=TARGETS[0], **environment):
    services = services or FakeServices()
    terminal = FakeTerminal(columns, rows, **environment)
    desk = Desk(services, terminal, FakeSession(target))
    try:
        await desk.prompt()
        yield desk
    finally:
        desk.terminal.closed.set()
        await asyncio.wait_for(desk.task, 30)


async def gone(terminal, words):
    async with asyncio.timeout(5):
        while words in terminal.shown:  # noqa: ASYNC110 - a screen tells nobody.
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_a_select_shows_its_rows_at_any_size(columns, rows):
    async with shell(columns=columns, rows=rows) as desk:
        await desk.enter("select 1;")
        await desk.terminal.expect("pen")
        await desk.terminal.expect("a***")
        await desk.terminal.expect("<null>")
        await desk.terminal.expect("(2 rows)")
        assert desk.runner.texts == ["select 1;"]
        assert "Window too small" not in desk.terminal.text


async def test_the_prompt_says_who_where_and_how_much_is_at_stake():
    async with shell() as desk:
        assert "alice@shop-prod[production]=>" in desk.terminal.text
        assert "recorded" in desk.terminal.text


async def test_the_prompt_marks_an_open_transaction():
    async with shell() as desk:
        desk.runner.transaction_state = TransactionState.OPEN
        await desk.enter("select 1;")
        await desk.terminal.expect("alice@shop-prod[production]*=>")
        desk.runner.transaction_state = TransactionState.FAILED
        await desk.enter("select 1;")
        await desk.terminal.expect("alice@shop-prod[production]!=>")
        desk.runner.transaction_state = TransactionState.IDLE


async def test_input_goes_on_until_the_semicolon_and_shows_what_is_open():
    async with shell() as desk:
        await desk.enter("select 'a")
        await desk.terminal.expect("'>")
        assert desk.services.runner.ran == []
        await desk.enter("b';")
        await desk.terminal.expect("(2 rows)")
        assert desk.runner.texts == ["select 'a\nb';"]


async def test_a_command_in_an_unfinished_statement_is_obeyed_and_the_statement_stays():
    async with shell() as desk:
        await desk.enter("select 1")
        await desk.enter("\\timing")
        await desk.terminal.expect("Timing is off.")
        await desk.terminal.expect("=> select 1", times=2)
        await desk.enter(";")
        await desk.terminal.expect("(2 rows)")
        assert desk.runner.texts == ["select 1\n;"]
        await desk.enter("select 2")
        await desk.enter("\\q")
        await asyncio.wait_for(desk.task, 30)


async def test_a_backslash_in_a_quote_is_no_command():
    async with shell() as desk:
        await desk.enter("select 'a")
        await desk.enter("\\q")
        await desk.enter("';")
        await desk.terminal.expect("(2 rows)")
        assert desk.runner.texts == ["select 'a\n\\q\n';"]


async def test_a_pasted_statement_runs_before_the_command_behind_it():
    async with shell() as desk:
        desk.terminal.send("\x1b[200~select 1;\r\\timing\x1b[201~")
        await desk.terminal.expect("timing")
        desk.terminal.send("\r")
        await desk.terminal.expect("Timing is off.")
        assert desk.terminal.text.index("(2 rows)") < desk.terminal.text.index("Timing is off.")
        assert desk.runner.texts == ["select 1;"]


@pytest.mark.parametrize("word", ["quit", "exit", "help"])
async def test_who_wants_to_leave_an_unfinished_statement_reads_how(word):
    async with shell() as desk:
        await desk.enter("desc customers")
        await desk.enter(word)
        await desk.terminal.expect("Ctrl-C drops it")
        assert desk.runner.ran == []
        desk.terminal.send("\x03")


async def test_an_error_of_words_of_mysql_says_what_they_are_here():
    async def fails(text, options):
        yield StatementStarted(index=1, text=text)
        error = ErrorInfo(message="no such setting", sqlstate="42704")
        yield Finished(index=1, status=Status.ERROR, error=error)

    async with shell(FakeServices(fails)) as desk:
        await desk.enter("show tables;")
        await desk.terminal.expect(r"HINT:  \dt lists the tables.")


async def test_alt_enter_runs_what_is_not_complete():
    async with shell() as desk:
        desk.terminal.send("select 1")
        await asyncio.sleep(0.06)
        desk.terminal.send("\x1b\r")
        await desk.terminal.expect("(2 rows)")
        assert desk.runner.texts == ["select 1"]


async def test_ctrl_c_at_the_prompt_clears_and_runs_nothing():
    async with shell() as desk:
        desk.terminal.send("drop table x;")
        await asyncio.sleep(0.06)
        desk.terminal.send("\x03")
        await desk.prompt(times=2)
        await desk.enter("select 2;")
        await desk.terminal.expect("(2 rows)")
        assert desk.runner.texts == ["select 2;"]


async def test_a_bracketed_paste_lands_in_the_buffer_and_runs_nothing():
    async with shell() as desk:
        desk.terminal.send("\x1b[200~select 1;\rselect 2;\rdelete from users;\r\x1b[201~")
        await asyncio.sleep(0.2)
        assert desk.runner.ran == []
        assert "delete from users;" in desk.terminal.text


async def test_a_paste_that_is_too_long_to_edit_is_dropped_with_the_way_instead():
    async with shell() as desk:
        desk.terminal.send("select 1;\x1b[200~" + "x" * 1_000_000 + "\x1b[201~")
        await desk.terminal.expect("< file.sql")
        desk.terminal.send("\r")
        await desk.terminal.expect("(2 rows)")
        assert desk.runner.texts == ["select 1;"]


async def test_pastes_do_not_add_up_to_more_than_can_be_edited():
    async with shell() as desk:
        for _ in range(3):
            desk.terminal.send("\x1b[200~" + "-- a line\r" * 1200 + "\x1b[201~")
        await desk.terminal.expect("< file.sql")
        await desk.enter("select 2;")
        await desk.terminal.expect("(2 rows)")
        assert desk.runner.texts == ["select 2;"]


async def test_an_unbracketed_paste_of_several_statements_is_held_back():
    async with shell() as desk:
        desk.terminal.send("select 1;\rselect 2;\r")
        await asyncio.sleep(0.01)
        desk.terminal.send("delete from users;\r")
        await desk.terminal.expect("3 statements came at once")
        assert desk.runner.ran == []
        desk.terminal.send("\r")
        await desk.terminal.expect("(2 rows)", times=3)
        assert desk.runner.texts == ["select 1;\nselect 2;\ndelete from users;"]


async def test_a_held_back_paste_can_be_dropped():
    async with shell() as desk:
        desk.terminal.send("select 1;\rdelete from users;\r")
        await desk.terminal.expect("2 statements came at once")
        desk.terminal.send("\x03")
        await asyncio.sleep(0.1)
        assert desk.runner.ran == []


async def test_one_statement_with_its_enter_in_one_packet_runs():
    async with shell() as desk:
        desk.terminal.send("select 1;\r")
        await desk.terminal.expect("(2 rows)")


async def never(text, options):
    yield StatementStarted(index=1, text=text)
    await asyncio.sleep(60)


def until_interrupted(services):
    async def script(text, options):
        yield StatementStarted(index=1, text=text)
        await services.runner.interrupted.wait()
        services.runner.interrupted.clear()
        yield Finished(index=1, status=Status.INTERRUPTED, message="cancelled at the server")

    return script


async def test_ctrl_c_during_a_query_cancels_at_the_server():
    services = FakeServices()
    services.script = until_interrupted(services)
    async with shell(services) as desk:
        await desk.enter("select pg_sleep(60);")
        await desk.terminal.expect("running")
        assert "Ctrl-C cancels" in desk.terminal.text
        desk.terminal.send("\x03")
        await desk.terminal.expect("cancelled after")
        assert desk.runner.interrupts == 1
        await desk.prompt(times=2)


async def test_a_vanished_client_stops_its_query():
    services = FakeServices()
    services.script = until_interrupted(services)
    async with shell(services) as desk:
        await desk.enter("select pg_sleep(60);")
        await desk.terminal.expect("running")
        desk.terminal.closed.set()
        assert await asyncio.wait_for(desk.task, 30) is None
        assert desk.runner.interrupts == 1
        assert desk.runner.is_closed


async def test_the_end_of_the_session_ends_the_shell_with_its_reason():
    async with shell() as desk:
        await desk.session.end("bob has ended this session: lunch")
        assert await asyncio.wait_for(desk.task, 30) is None
        assert "bob has ended this session: lunch" in desk.terminal.text


def held(services, *, outcome):
    async def script(text, options):
        yield StatementStarted(index=1, text=text)
        yield Waiting(
            request_id="r7f3",
            rule="writes",
            text="writes on production wait for a colleague",
            impact=Impact(effect="delete", tables=("public.orders",), rows=99, is_measured=True),
            approvers=("bob", "carol"),
            approvals_needed=1,
            expires_at=START.replace(minute=15),
            in_transaction=services.runner.transaction_state is TransactionState.OPEN,
        )
        await asyncio.sleep(0.8)
        if outcome is Status.OK:
            yield Resumed(request_id="r7f3", approved_by=("bob",), comment="fine")
        yield Finished(
            index=1,
            status=outcome,
            tag="DELETE 99" if outcome is Status.OK else "",
            message="" if outcome is Status.OK else "bob denied it: too broad",
            waited_ms=41000,
            elapsed_ms=80,
            approved_by=("bob",) if outcome is Status.OK else (),
        )

    return script


async def test_a_held_statement_says_why_who_and_how_long_and_then_what_it_did():
    services = FakeServices()
    services.script = held(services, outcome=Status.OK)
    async with shell(services) as desk:
        await desk.enter("delete from orders where id < 100;")
        await desk.terminal.expect("HELD  request r7f3")
        await desk.terminal.expect("left (Ctrl-C withdraws)")
        await desk.terminal.expect("DELETE 99 · waited 41 s for bob · ran 0.08 s")
        text = desk.terminal.text
        assert "writes on production wait for a colleague" in text
        assert "delete of 99 rows in public.orders (counted)" in text
        assert "bob or carol" in text
        assert "APPROVED by bob: fine" in text
        assert "WARNING" not in text
        assert "left (Ctrl-C withdraws)" not in text, "the countdown was left standing"


async def test_a_hold_inside_a_transaction_warns_of_its_locks():
    services = FakeServices()
    services.script = held(services, outcome=Status.OK)
    async with shell(services) as desk:
        desk.runner.transaction_state = TransactionState.OPEN
        await desk.enter("delete from orders;")
        await desk.terminal.expect("locks stay held")
        await desk.terminal.expect("DELETE 99")
        desk.runner.transaction_state = TransactionState.IDLE


async def test_what_was_typed_ahead_is_dropped_after_a_denial():
    services = FakeServices()
    services.script = held(services, outcome=Status.DENIED)
    async with shell(services) as desk:
        await desk.enter("delete from orders;")
        await desk.terminal.expect("HELD")
        desk.terminal.send("drop table orders;\r")
        await desk.terminal.expect("DENIED:  bob denied it: too broad")
        await asyncio.sleep(0.2)
        assert desk.runner.texts == ["delete from orders;"]


async def test_what_was_typed_ahead_of_a_success_runs_next():
    async def slow(text, options):
        yield StatementStarted(index=1, text=text)
        await asyncio.sleep(0.3)
        yield Finished(index=1, status=Status.OK, tag="SET")

    async with shell(FakeServices(slow)) as desk:
        await desk.enter("set a = 1;")
        await asyncio.sleep(0.1)
        desk.terminal.send("set b = 2;\r")
        await desk.terminal.expect("SET · ran", times=2)
        assert desk.runner.texts == ["set a = 1;", "set b = 2;"]


async def test_an_error_shows_the_line_and_a_caret():
    async def fails(text, options):
        yield StatementStarted(index=1, text="select nam from x")
        error = ErrorInfo(
            message='column "nam" does not exist', sqlstate="42703", position=8, hint="Try name."
        )
        yield Finished(index=1, status=Status.ERROR, error=error)

    async with shell(FakeServices(fails)) as desk:
        await desk.enter("select nam from x;")
        await desk.terminal.expect('ERROR:  column "nam" does not exist (SQLSTATE 42703)')
        assert "LINE 1: select nam from x\n               ^\nHINT:  Try name." in desk.terminal.text


async def test_escape_codes_in_a_notice_are_shown_not_obeyed():
    async def notices(text, options):
        yield StatementStarted(index=1, text=text)
        yield NoticeReceived(severity="notice", text="\x1b]52;c;eA==\x07\u202eevil")
        yield Finished(index=1, status=Status.OK, tag="DO")

    async with shell(FakeServices(notices)) as desk:
        await desk.enter("do;")
        await desk.terminal.expect(r"NOTICE:  \x1B]52;c;eA==\x07\u202Eevil")
        assert "\x1b]52" not in desk.terminal.raw
        assert "\u202e" not in desk.terminal.raw


async def test_a_cut_result_always_says_so():
    async def cut(text, options):
        yield StatementStarted(index=1, text=text)
        yield Finished(
            index=1, status=Status.OK, has_rows=True, row_count=1000, truncated=True, row_limit=1000
        )

    async with shell(FakeServices(cut)) as desk:
        await desk.enter("select 1;")
        await desk.terminal.expect(r"-- the first 1 000 rows; there are more (limit; \limit N)")


@pytest.mark.parametrize("word", ["\\q", "quit", "exit", "exit;", "/q"])
async def test_leaving_words_leave(word):
    async with shell() as desk:
        await desk.enter(word)
        assert await asyncio.wait_for(desk.task, 30) is None


async def test_ctrl_d_leaves():
    async with shell() as desk:
        assert await desk.leave() is None


async def test_leaving_with_an_open_transaction_asks_and_stays_by_default():
    async with shell() as desk:
        desk.runner.transaction_state = TransactionState.OPEN
        await desk.enter("\\q")
        await desk.terminal.expect("r)ollback or c)ommit, or s)tay?")
        desk.terminal.send("\r")
        await desk.terminal.expect("still open")
        assert desk.runner.ran == []
        desk.terminal.send("\x04")
        await desk.terminal.expect("s)tay?", times=2)
        desk.terminal.send("\x04")
        assert await asyncio.wait_for(desk.task, 30) is None
        assert desk.runner.texts == ["ROLLBACK"]


async def test_c_goes_to_another_target():
    async with shell() as desk:
        await desk.enter("\\c shop-mysql")
        assert await asyncio.wait_for(desk.task, 30) == "shop-mysql"


@pytest.mark.parametrize("argument", ["nowhere", "shop-mysql alice", "postgresql://h/d"])
async def test_c_refuses_what_is_no_target_of_yours(argument):
    async with shell() as desk:
        await desk.enter(f"\\c {argument}")
        await desk.prompt(times=2)
        assert not desk.task.done()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mark", ["\\", "/"])
async def test_names_are_listed_with_the_same_words_on_both_engines(target, mark):
    async with shell(target=target) as desk:
        await desk.enter(f"{mark}d customers")
        await desk.terminal.expect("masked (email)")
        await desk.enter(f"{mark}dt")
        await desk.terminal.expect("customers", times=3)
        assert desk.runner.ran == []


@pytest.mark.parametrize("command", ["\\! id", "\\i x.sql", "\\o f", "\\e", "\\copy a to 'b'"])
async def test_what_psql_does_with_files_and_programs_is_refused_with_the_way_instead(command):
    async with shell() as desk:
        await desk.enter(command)
        await desk.terminal.expect("is left out")
        assert desk.runner.ran == []
        assert desk.session.notes


async def test_an_unknown_command_is_never_sent_as_sql():
    async with shell() as desk:
        await desk.enter("\\frob")
        await desk.terminal.expect("not here; try \\?")
        assert desk.runner.ran == []


@pytest.mark.parametrize(
    "command",
    ["d ann.lee@x.org", "reason ask ann.lee@x.org", "c ann.lee@x.org"],
)
async def test_an_answer_that_repeats_what_was_typed_is_marked_as_that(command):
    async with shell() as desk:
        written, write = [], desk.terminal.write
        desk.terminal.write = lambda text: (written.append(text), write(text))
        await desk.enter(f"\\{command}")
        await desk.prompt(times=2)
        answers = [text for text in written if "ann.lee" in text]
        assert answers
        assert all(cells_of(text) for text in answers)


async def test_looks_belong_to_one_shell_alone():
    services = FakeServices()
    async with shell(services) as first, shell(services) as second:
        await first.enter("\\x on")
        await first.terminal.expect("Expanded display is on.")
        await first.enter("select 1;")
        await first.terminal.expect("-[ RECORD 1 ]")
        await second.enter("select 1;")
        await second.terminal.expect("(2 rows)")
        assert "RECORD" not in second.terminal.text


async def test_a_closing_big_g_shows_records_once():
    async with shell() as desk:
        await desk.enter("select 1\\G")
        await desk.terminal.expect("-[ RECORD 1 ]")
        assert desk.runner.texts == ["select 1"]


async def test_g_repeats_this_sessions_last_statement_and_never_an_older_ones():
    services = FakeServices()
    services.history.past = ["delete from orders;"]
    async with shell(services) as desk:
        await desk.enter("\\g")
        await desk.terminal.expect("This session has run no statement yet")
        await desk.enter("select 1;")
        await desk.terminal.expect("(2 rows)")
        await desk.enter("\\gx")
        await desk.terminal.expect("-[ RECORD 1 ]")
        assert desk.runner.texts == ["select 1;", "select 1;"]


@pytest.mark.parametrize("command", ["\\g | id", "\\g /tmp/out", "\\gx out.txt"])
async def test_g_starts_no_program_and_writes_no_file(command):
    async with shell() as desk:
        await desk.enter("select 1;")
        await desk.terminal.expect("(2 rows)")
        await desk.enter(command)
        await desk.terminal.expect("takes nothing here")
        assert desk.runner.texts == ["select 1;"]


async def test_limit_and_reason_go_to_the_governed_path():
    async with shell() as desk:
        await desk.enter("\\limit 7")
        await desk.enter("\\reason TICKET-1")
        await desk.prompt(times=3)
        await desk.enter("select 1;")
        await desk.terminal.expect("(2 rows)")
        options = desk.runner.ran[0][1]
        assert (options.limit, options.reason, options.wait_s) == (7, "TICKET-1", None)


async def test_history_is_kept_scrubbed_and_a_leading_blank_is_not():
    async with shell() as desk:
        await desk.enter("select 1;")
        await desk.terminal.expect("(2 rows)")
        await desk.enter(" select 2;")
        await desk.terminal.expect("(2 rows)", times=2)
        assert desk.services.history.past == ["select 1;"]
        await desk.prompt(times=3)
        desk.terminal.send("\x1b[A")
        await desk.terminal.expect("select 1;", times=2)
        desk.terminal.send("\r")
        await desk.terminal.expect("(2 rows)", times=3)
        assert desk.runner.texts[-1] == "select 1;"


async def test_ctrl_r_finds_an_old_statement():
    services = FakeServices()
    services.history.past = ["select 'needle';", "select 'hay';"]
    async with shell(services) as desk:
        desk.terminal.send("\x12")
        await asyncio.sleep(0.1)
        desk.terminal.send("need")
        await asyncio.sleep(0.1)
        desk.terminal.send("\r")
        await asyncio.sleep(0.1)
        desk.terminal.send("\r")
        await desk.terminal.expect("(2 rows)")
        assert desk.runner.texts == ["select 'needle';"]


async def test_tab_completes_an_alias_and_marks_masked_columns():
    async with shell() as desk:
        desk.terminal.send("select c.")
        desk.terminal.send(" from customers c")
        for _ in " from customers c":
            desk.terminal.send("\x1b[D")
        await asyncio.sleep(0.1)
        desk.terminal.send("\t")
        await desk.terminal.expect("masked (email)")


async def test_no_colour_means_no_colour():
    async with shell(NO_COLOR="1") as desk:
        await desk.enter("select 1;")
        await desk.terminal.expect("(2 rows)")
        assert "\x1b[31" not in desk.terminal.raw
        assert "38;5" not in desk.terminal.raw
        assert "\x1b[2m" not in desk.terminal.raw


async def test_no_cursor_position_is_ever_asked_for():
    async with shell() as desk:
        await desk.enter("select 1;")
        await desk.terminal.expect("(2 rows)")
        assert "\x1b[6n" not in desk.terminal.raw


async def test_a_resize_while_typing_keeps_the_text():
    async with shell() as desk:
        desk.terminal.send("select 'something rather long for a small window'")
        await asyncio.sleep(0.1)
        desk.terminal.resize(30, 8)
        await asyncio.sleep(0.1)
        desk.terminal.send(";")
        await asyncio.sleep(0.1)
        desk.terminal.send("\r")
        await asyncio.sleep(0.3)
        assert desk.runner.texts == ["select 'something rather long for a small window';"]


async def test_a_notice_from_the_session_stands_above_the_prompt():
    async with shell() as desk:
        desk.terminal.send("select 4")
        await asyncio.sleep(0.1)
        desk.session.notice_callback("This session ends in 60 s: idle for too long.")
        await desk.terminal.expect("This session ends in 60 s")
        await asyncio.sleep(0.1)
        *_, above, prompt = (line for line in desk.terminal.lines if line)
        assert above.startswith("NOTICE:  This session ends")
        assert prompt.endswith("=> select 4")
        desk.terminal.send("2;")
        await asyncio.sleep(0.1)
        desk.terminal.send("\r")
        await desk.terminal.expect("(2 rows)")
        assert desk.runner.texts == ["select 42;"]


async def test_no_shell_opens_on_a_target_that_is_down():
    """The channel says why, and its exit status says so too."""
    services = FakeServices()
    services.is_down = True
    with pytest.raises(TargetUnavailableError, match="cannot be reached"):
        await run_shell(services, FakeSession(TARGETS[0]), FakeTerminal())


async def command_in_vi(desk, text):
    await desk.enter("\\pref vi on")
    await desk.prompt(times=2)
    desk.terminal.send(text)
    await asyncio.sleep(0.1)
    desk.terminal.send("\x1b")
    await asyncio.sleep(0.5)


async def test_vi_keys_can_be_had():
    async with shell() as desk:
        await command_in_vi(desk, "select 12;")
        desk.terminal.send("hx")
        await asyncio.sleep(0.1)
        desk.terminal.send("\r")
        await desk.terminal.expect("(2 rows)")
        assert desk.runner.texts == ["select 1;"]


async def test_a_count_in_vi_keys_is_shown_until_it_is_used():
    async with shell() as desk:
        await command_in_vi(desk, "select 12;")
        desk.terminal.send("2")
        await desk.terminal.expect("Repeat: 2")
        desk.terminal.send("h")
        await gone(desk.terminal, "Repeat: 2")


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_a_search_in_the_history_shows_what_is_searched_and_found(columns, rows):
    async with shell(columns=columns, rows=rows) as desk:
        await desk.enter("select 41;")
        await desk.prompt(times=2)
        desk.terminal.send("\x12")
        await desk.terminal.expect("I-search backward")
        desk.terminal.send("41")
        await desk.terminal.expect("backward: 41")
        desk.terminal.send("\x07")
        await gone(desk.terminal, "I-search")


async def test_tab_offers_what_comes_after_from_and_esc_takes_the_offer_away():
    async with shell() as desk:
        desk.terminal.send("select * from ")
        await asyncio.sleep(0.06)
        desk.terminal.send("\t")
        await desk.terminal.expect("open_orders")
        assert "customers" in desk.terminal.shown
        desk.terminal.send("\x1b")
        await gone(desk.terminal, "open_orders")


async def test_a_key_asks_the_line_once_what_is_on_it(monkeypatch):
    asked = []
    monkeypatch.setattr(prompt, "secret_spans", lambda text: asked.append(text) or ())
    async with shell() as desk:
        asked.clear()
        for key in "select 1":
            desk.terminal.send(key)
            await asyncio.sleep(0.02)
        assert asked == ["select 1"[:end] for end in range(1, 9)]


@pytest.mark.parametrize(
    ("keys", "chosen"), [("2\r", "shop-mysql"), ("shop-prod\r", "shop-prod"), ("q\r", None)]
)
async def test_the_picker_takes_a_number_or_a_name(keys, chosen):
    terminal = FakeTerminal()
    task = asyncio.get_running_loop().create_task(pick_target(FakeServices(), ALICE, terminal))
    await terminal.expect("q leaves")
    for key in keys:
        terminal.send(key)
        await asyncio.sleep(0.01)
    assert await asyncio.wait_for(task, 30) == chosen


async def test_the_picker_asks_again_after_a_wrong_number():
    terminal = FakeTerminal()
    task = asyncio.get_running_loop().create_task(pick_target(FakeServices(), ALICE, terminal))
    await terminal.expect("q leaves")
    terminal.send("9\r")
    await terminal.expect("There is no target")
    terminal.send("\x03")
    assert await asyncio.wait_for(task, 30) is None
