"""The words of an exec, as the server gets them after the client's shell has had its way."""

import contextlib
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastion.errors import UsageError
from bastion.frontends.words import (
    FORMATS,
    ExecRequest,
    VerbRequest,
    Words,
    WordsKind,
    classify,
    parse,
    parse_duration,
    without_values,
)


@pytest.mark.parametrize(
    ("command", "sql"),
    [
        ("prod -c select 1", "select 1"),
        ("prod -c select * from a where x='it''s'", "select * from a where x='it''s'"),
        ("prod -c 'select 1'", "select 1"),
        ('prod -c "select 1"', "select 1"),
        ("prod -c select 1 -- don't", "select 1 -- don't"),
        ("prod -c select 1\n  from a\n", "select 1\n  from a\n"),
        ("prod -c 'select '\"'\"'x'\"'\"''", "select 'x'"),
        ("prod -c commit", "commit"),
        ("prod -c \\dt", "\\dt"),
        ("prod -c \\d users", "\\d users"),
        ("prod -c '\\d users'", "\\d users"),
        ("prod -c select '--csv'", "select '--csv'"),
        ("prod -c select 1 --csv\n", None),
        ("prod -tAc select 1", "select 1"),
        ("prod -c select 'a  b',  2", "select 'a  b',  2"),
    ],
)
def test_the_statement_is_what_was_typed(command, sql):
    if sql is None:
        with pytest.raises(UsageError):
            parse(command)
        return
    request = parse(command)
    assert isinstance(request, ExecRequest)
    assert request.sql == sql


@pytest.mark.parametrize(
    "late",
    ["--csv", "--json", "--format csv", "--format=csv", "--limit 5", "-t", "-tA", "--no-wait"],
)
def test_a_flag_after_the_statement_is_refused_with_the_words_to_write(late):
    with pytest.raises(UsageError) as caught:
        parse(f"prod -c select 1 {late}")
    assert f"{late} came after -c; ssh drops your quotes" in caught.value.message
    assert f"ssh HOST prod {late} -c '…'" in caught.value.message
    assert f"ssh HOST prod {late} < q.sql" in caught.value.message


def test_a_doubly_quoted_statement_may_end_like_a_flag():
    request = parse("prod -c 'select 1 --csv'")
    assert isinstance(request, ExecRequest)
    assert request.sql == "select 1 --csv"


def test_all_flags_are_read_before_c():
    request = parse(
        "prod --format csv -tAx --limit 5 --timeout 1m --reason fix TICKET-1 now --wait 10m "
        "--read-only --dry-run --on-error continue -q --stats -c select 1"
    )
    assert request == ExecRequest(
        target="prod",
        sql="select 1",
        format="csv",
        is_tuples_only=True,
        is_unaligned=True,
        is_expanded=True,
        limit=5,
        timeout_s=60.0,
        reason="fix TICKET-1 now",
        wait_s=600.0,
        is_read_only=True,
        is_dry_run=True,
        stop_on_error=False,
        is_quiet=True,
        has_stats=True,
    )


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_a_flag(name):
    assert parse(f"prod --format {name} -c x").format == name
    assert parse(f"prod --format={name} -c x").format == name
    if name != "table":
        assert parse(f"prod --{name} -c x").format == name


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("", "Say what to do"),
        ("prod select 1", "SQL comes after -c or on stdin"),
        ("prod -c", "-c needs a statement"),
        ("prod -c   ", "-c needs a statement"),
        ("prod -f q.sql", "ssh HOST prod < FILE"),
        ("prod --cvs -c select 1", "Did you mean --csv"),
        ("prod --format xml -c select 1", "--format takes"),
        ("prod --limit many -c select 1", "--limit takes"),
        ("prod --limit", "--limit needs a value"),
        ("prod --limit -c select 1", "--limit needs a value"),
        ("prod --timeout soon -c select 1", "--timeout takes"),
        ("prod --timeout 0 -c select 1", "above zero"),
        ("prod --on-error maybe -c select 1", "stop or continue"),
        ("prod --csv=yes -c select 1", "no flag"),
        ("prod --reason 'open -c select 1", "left open"),
        ("'prod -c select 1", "left open"),
        ("--csv prod", "target comes first"),
        ("req list --frob", "does not know"),
        ("kill x --reason", "needs a value"),
    ],
)
def test_mistakes_name_what_to_write(command, words):
    with pytest.raises(UsageError) as caught:
        parse(command)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5), ("5s", 5), ("1m", 60), ("500ms", 0.5), ("2h", 7200), ("0", 0)]
)
def test_durations_are_read_in_four_units(text, seconds):
    assert parse_duration(text, flag="--wait") == seconds


@pytest.mark.parametrize("text", ["", "-5", "5x", "m", "1 m", "\u0665"])
def test_other_durations_are_refused(text):
    with pytest.raises(UsageError):
        parse_duration(text, flag="--wait")


def test_reason_of_a_verb_takes_words_whose_quotes_the_shell_ate():
    request = parse("req deny r7 --reason it's too broad --json")
    assert request == VerbRequest(
        verb="req", words=("deny", "r7"), reason="it's too broad", is_json=True
    )


@pytest.mark.parametrize(
    ("command", "has_terminal", "expected"),
    [
        ("", True, Words(kind=WordsKind.PICKER)),
        ("", False, Words(kind=WordsKind.EXEC)),
        ("prod", True, Words(kind=WordsKind.SHELL, target="prod")),
        ("prod", False, Words(kind=WordsKind.EXEC)),
        ("prod -c select 1", True, Words(kind=WordsKind.EXEC)),
        ("prod --frob", True, Words(kind=WordsKind.EXEC)),
        ("review", True, Words(kind=WordsKind.REVIEW)),
        ("mcp", False, Words(kind=WordsKind.MCP)),
        ("targets", True, Words(kind=WordsKind.EXEC)),
        ("'open", True, Words(kind=WordsKind.EXEC)),
    ],
)
def test_the_transport_learns_what_to_serve(command, has_terminal, expected):
    assert classify(command, has_terminal=has_terminal) == expected


def test_a_login_that_names_a_target_needs_no_target_word():
    assert classify("", has_terminal=True, default_target="prod") == Words(
        kind=WordsKind.SHELL, target="prod"
    )
    request = parse("--csv -c select 1", default_target="prod")
    assert isinstance(request, ExecRequest)
    assert (request.target, request.format, request.sql) == ("prod", "csv", "select 1")


@given(st.text(min_size=1).filter(lambda text: text.strip() and "\x00" not in text))
def test_quoting_twice_gives_any_statement_back(sql):
    if sql.lstrip().startswith("\\") or shlex.quote(sql) == sql:
        return
    request = parse(f"prod --csv -c {shlex.quote(sql)}")
    assert isinstance(request, ExecRequest)
    assert request.sql == sql


@given(st.text())
def test_no_words_break_the_reader(command):
    classify(command, has_terminal=True)
    classify(command, has_terminal=False)
    with contextlib.suppress(UsageError):
        parse(command)


@given(st.lists(st.text("abc'\" -\\xyz*(),;=", min_size=1), min_size=2))
def test_what_is_not_one_word_reaches_the_database_byte_for_byte(words):
    tail = " ".join(words)
    try:
        if len(shlex.split(tail)) == 1:
            return
    except ValueError:
        pass
    try:
        request = parse(f"prod -c {tail}")
    except UsageError:
        return
    assert isinstance(request, ExecRequest)
    assert request.sql == tail


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        ("prod --csv -c select 'eva@site.no'", "prod --csv -c …"),
        ("prod -tAc select 'eva@site.no'", "prod -tAc …"),
        ("prod '-c' \"select 'eva@site.no'\"", "prod -c …"),
        ("prod --reason 'for eva@site.no' -c select 1", "prod --reason …"),
        ("prod --csv '--reason' eva@site.no -c select 1", "prod --csv --reason …"),
        ("prod --csv", "prod --csv"),
        ("rec list eva@site.no", "rec list …"),
        ("'rec' 'list' eva@site.no --json", "rec list …"),
        ("rec list --json", "rec list --json"),
        ("req deny AB12 --reason not for eva@site.no", "req deny AB12 …"),
        ("req show AB12", "req show AB12"),
    ],
)
def test_a_header_keeps_no_words_that_may_say_a_value(command: str, kept: str):
    assert without_values(command, parse(command)) == kept


def test_a_header_keeps_nothing_of_words_that_were_not_understood():
    assert without_values("prod --reson 'for eva@site.no", None) == "…"
