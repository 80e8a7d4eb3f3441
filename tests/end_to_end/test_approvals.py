"""A held statement: who is asked, who may answer, and what runs, once, as it was approved."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import PEOPLE, Town, building, eventually, finish
from tests.harness import Answer


@pytest.fixture(autouse=True)
def _nothing_left_open(town: Town) -> Iterator[None]:
    """Requests of one story must not count against the next one's limit."""
    yield
    for request in town.ask("bob", "req list --json").json["requests"]:
        reviewer = "carol" if request["person"] == "bob" else "bob"
        town.ask(reviewer, f"req deny {request['request_id']} --reason cleared")


def note(town: Town, engine: str, rows: int = 1) -> str:
    """Mark some orders; give the mark."""
    mark = f"m{time.monotonic_ns()}"
    town.sql(
        f"{engine}-prod",
        f"UPDATE orders SET note = '{mark}' WHERE id IN"
        f" (SELECT id FROM (SELECT id FROM orders WHERE note IS NULL LIMIT {rows}) AS few)",
    )
    return mark


def count(town: Town, engine: str, mark: str) -> int:
    return int(town.value(f"{engine}-prod", f"SELECT count(*) FROM orders WHERE note = '{mark}'"))  # type: ignore[call-overload]


def delete(mark: str) -> str:
    return f"DELETE FROM orders WHERE note = '{mark}'"


def file_request(town: Town, user: str, engine: str, sql: str, *flags: str) -> str:
    """File a request and leave; give its id."""
    words = " ".join([f"{engine}-prod --no-wait --format json", *flags])
    answer = town.ask(user, words, stdin=sql)
    assert answer.status == 6, answer
    return answer.json["request_id"]


def approve(town: Town, reviewer: str, request_id: str) -> Answer:
    answer = town.ask(reviewer, f"req approve {request_id} --reason looked at it")
    assert answer.status == 0, answer
    return answer


def openssh_accepts(town: Town, request_id: str) -> None:
    """Check what ``req show --json`` gives with the real ssh-keygen, and nothing of ours."""
    (decision,) = town.ask("bob", f"req show {request_id} --json").json["decisions"]
    (one,) = decision["signatures"]
    with tempfile.TemporaryDirectory() as folder:
        signers, signature = Path(folder, "signers"), Path(folder, "sig")
        signers.write_text(one["allowed_signers"])
        signature.write_text(one["signature"])
        words = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", one["by"], "-s", signature]
        for message, status in ((decision["message"], 0), (decision["message"] + " ", 255)):
            done = subprocess.run(
                [*words, "-n", "bastion-decision"],
                input=message.encode(),
                capture_output=True,
                check=False,
            )
            assert done.returncode == status, done


@pytest.mark.parametrize(
    ("change", "effect"),
    [
        ("DELETE FROM orders WHERE note = '{}'", "delete"),
        ("UPDATE orders SET quantity = 99 WHERE note = '{}'", "update"),
    ],
)
def test_a_reviewer_sees_the_measured_rows_and_yes_runs_it_once(
    town: Town, engine: str, change: str, effect: str
):
    mark = note(town, engine, rows=3)
    sql = change.format(mark)
    waiting = town.held("ann", f'{engine}-prod --reason TICKET-7 -c "{sql}"')
    request_id = town.request_of("bob", mark)
    shown = town.ask("bob", f"req show {request_id} --json").json
    assert shown["statement"] == sql
    assert shown["impact"]["rows"] == 3
    assert shown["impact"]["measured"] is True
    assert shown["impact"]["class"] == effect
    assert shown["reason"] == "TICKET-7"
    assert shown["requester"] == "ann"
    text = town.ask("bob", f"req show {request_id}").out
    assert "3 rows" in text
    assert sql in text
    assert count(town, engine, mark) == 3
    assert waiting.poll() is None
    approve(town, "bob", request_id)
    answer = finish(waiting)
    assert answer.status == 0, answer
    assert "bob" in answer.err
    openssh_accepts(town, request_id)
    if effect == "delete":
        assert count(town, engine, mark) == 0
    times = town.log_of(f"{engine}-prod").count(sql)
    # PostgreSQL's log repeats nothing; MariaDB's general log neither.
    assert times == 1


def test_a_no_reaches_the_requester_word_for_word(town: Town, engine: str):
    mark = note(town, engine)
    waiting = town.held("ann", f'{engine}-prod -c "{delete(mark)}"')
    request_id = town.request_of("bob", mark)
    words = "not on a Friday, don't you think? Ask Zoë"
    assert town.ask("bob", f"req deny {request_id} --reason {words}").status == 0
    answer = finish(waiting)
    assert answer.status == 7
    assert words in answer.err
    assert "bob" in answer.err
    assert count(town, engine, mark) == 1


def test_a_no_needs_a_reason(town: Town):
    mark = note(town, "pg")
    request_id = file_request(town, "robo", "pg", delete(mark))
    answer = town.ask("bob", f"req deny {request_id}")
    assert answer.status == 2
    assert "reason" in answer.err


def test_an_interrupt_withdraws_the_request(town: Town, engine: str):
    mark = note(town, engine)
    waiting = town.held("robo", f'{engine}-prod --wait 5m -c "{delete(mark)}"')
    request_id = town.request_of("bob", mark)
    waiting.send_signal(signal.SIGINT)
    finish(waiting)
    eventually(
        lambda: town.ask("bob", f"req show {request_id} --json").json["state"] != "pending", 5
    )
    shown = town.ask("bob", f"req show {request_id} --json").json
    assert shown["state"] == "withdrawn"
    assert town.ask("bob", f"req approve {request_id}").status != 0
    assert count(town, engine, mark) == 1


def test_ctrl_c_ends_the_wait_for_what_was_left_pending_and_nothing_else(town: Town):
    mark = note(town, "pg")
    request_id = file_request(town, "robo", "pg", delete(mark))
    words = f"req wait {request_id} --wait 5m"
    waiting = town.house.popen("robo", words, "-tt", stdin=subprocess.PIPE)
    assert waiting.stdin is not None
    assert waiting.stdout is not None
    seen = b""
    while b"waiting" not in seen.lower():
        seen += os.read(waiting.stdout.fileno(), 4096)
    waiting.stdin.write(b"\x03")
    waiting.stdin.flush()
    assert finish(waiting).status == 6
    assert town.ask("bob", f"req show {request_id} --json").json["state"] == "pending"
    assert count(town, "pg", mark) == 1


def test_a_withdrawn_request_ends_its_wait_with_8(town: Town, engine: str):
    mark = note(town, engine)
    waiting = town.held("ann", f'{engine}-prod -c "{delete(mark)}"')
    request_id = town.request_of("bob", mark)
    assert town.ask("eve", f"req withdraw {request_id}").status != 0
    assert waiting.poll() is None
    assert town.ask("ann", f"req withdraw {request_id}").status == 0
    assert finish(waiting).status == 8
    assert count(town, engine, mark) == 1


def test_nobody_approves_their_own(town: Town, engine: str):
    mark = note(town, engine)
    request_id = file_request(town, "bob", engine, delete(mark))
    answer = town.ask("bob", f"req approve {request_id}")
    assert answer.status != 0
    assert "own" in answer.err
    # Nor with a second key, nor through an agent, nor as an administrator.
    second = town.house.make_key("bob-second")
    with contextlib.suppress(Exception):
        town.administer(lambda a: a.add_key("bob", second.with_suffix(".pub")))
    words = town.house.ssh_words("bob")
    words[words.index("-i") + 1] = str(second)
    environment, _ = town.house.askpass(town.house.people["bob"].next_code())
    other = subprocess.run(
        [*words, f"req approve {request_id}"],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert other.returncode not in (0, 255), other
    assert "own" in other.stderr
    shown = town.ask("carol", f"req show {request_id} --json").json
    assert shown["state"] == "pending"
    assert shown["approvals"]["have"] == 0
    assert count(town, engine, mark) == 1


def test_an_owner_does_not_approve_for_their_agent_nor_the_agent_for_anybody(town: Town):
    with contextlib.suppress(Exception):
        town.add_agent("bobot", "bob")
    mark = note(town, "pg")
    request_id = file_request(town, "bobot", "pg", delete(mark))
    owner = town.ask("bob", f"req approve {request_id}")
    assert owner.status != 0
    assert "own" in owner.err
    other = file_request(town, "robo", "pg", f"{delete(mark)} AND id > 0")
    assert town.ask("bobot", f"req approve {other}").status != 0
    assert town.ask("carol", f"req show {other} --json").json["state"] == "pending"


def test_an_administrator_does_not_approve_their_own(town: Town):
    mark = note(town, "pg")
    request_id = file_request(town, "ada", "pg", delete(mark))
    answer = town.ask("ada", f"req approve {request_id}")
    assert answer.status != 0
    assert "own" in answer.err


@pytest.mark.parametrize("who", ["eve", "aud", "robo"])
def test_who_is_no_reviewer_decides_nothing(town: Town, who: str):
    mark = note(town, "pg")
    request_id = file_request(town, "bob", "pg", delete(mark))
    assert town.ask(who, f"req approve {request_id}").status != 0
    assert town.ask(who, f"req deny {request_id} --reason no").status != 0
    assert town.ask("carol", f"req show {request_id} --json").json["state"] == "pending"


def test_of_two_reviewers_one_wins_and_the_other_is_told(town: Town):
    town.ask("bob", "whoami")
    town.ask("carol", "whoami")
    for _ in range(3):
        mark = note(town, "pg")
        request_id = file_request(town, "robo", "pg", delete(mark))
        both = [
            town.house.popen("bob", f"req approve {request_id}"),
            town.house.popen("carol", f"req deny {request_id} --reason too-much"),
        ]
        yes, no = (finish(process) for process in both)
        assert sorted([yes.status == 0, no.status == 0]) == [False, True], (yes, no)
        loser, winner = (yes, "carol") if no.status == 0 else (no, "bob")
        assert winner in loser.err
        state = town.ask("bob", f"req show {request_id} --json").json["state"]
        assert state == ("denied" if no.status == 0 else "approved")
        ran = town.ask("robo", f"req wait {request_id}")
        assert ran.status == (7 if no.status == 0 else 0)
        assert count(town, "pg", mark) == (1 if no.status == 0 else 0)


def test_more_rows_than_were_approved_are_rolled_back(town: Town, engine: str):
    mark = note(town, engine, rows=2)
    request_id = file_request(town, "robo", engine, delete(mark))
    approve(town, "bob", request_id)
    # Same predicate, more rows than the reviewer was shown.
    town.sql(
        f"{engine}-prod",
        f"INSERT INTO orders (customer_id, product_id, quantity, note) VALUES (1, 1, 1, '{mark}')",
    )
    answer = town.ask("robo", f"req wait {request_id} --no-wait")
    assert answer.status != 0, answer
    assert count(town, engine, mark) == 3
    assert "3" in answer.err or "more" in answer.err


def test_an_approved_request_runs_once_when_asked_for(town: Town, engine: str):
    mark = note(town, engine)
    sql = f"UPDATE orders SET quantity = quantity + 1 WHERE note = '{mark}'"
    before = town.value(f"{engine}-prod", f"SELECT quantity FROM orders WHERE note = '{mark}'")
    request_id = file_request(town, "robo", engine, sql)
    assert town.ask("robo", f"req wait {request_id} --no-wait").status == 6
    approve(town, "bob", request_id)
    first = town.ask("robo", f"req wait {request_id} --format json")
    assert first.status == 0, first
    assert first.json["status"] == "ok"
    assert first.json["row_count"] == 1
    second = town.ask("robo", f"req wait {request_id}")
    after = town.value(f"{engine}-prod", f"SELECT quantity FROM orders WHERE note = '{mark}'")
    assert after == before + 1  # type: ignore[operator]
    assert second.status != 70


def test_two_waiters_run_it_once(town: Town, engine: str):
    mark = note(town, engine)
    sql = f"UPDATE orders SET quantity = quantity + 10 WHERE note = '{mark}'"
    before = town.value(f"{engine}-prod", f"SELECT quantity FROM orders WHERE note = '{mark}'")
    request_id = file_request(town, "robo", engine, sql)
    waiting = [town.held("robo", f"req wait {request_id} --wait 1m") for _ in range(3)]
    time.sleep(0.5)
    approve(town, "bob", request_id)
    answers = [finish(process) for process in waiting]
    assert any(answer.status == 0 for answer in answers), answers
    after = town.value(f"{engine}-prod", f"SELECT quantity FROM orders WHERE note = '{mark}'")
    assert after == before + 10  # type: ignore[operator]


def test_another_person_neither_sees_nor_runs_it(town: Town):
    mark = note(town, "pg")
    request_id = file_request(town, "robo", "pg", delete(mark))
    approve(town, "bob", request_id)
    assert town.ask("eve", f"req wait {request_id}").status != 0
    assert mark not in town.ask("eve", "req list --json --all").out
    assert count(town, "pg", mark) == 1
    # A reviewer may see it end, but does not run it.
    town.ask("bob", f"req wait {request_id} --no-wait")
    assert count(town, "pg", mark) == 1


def test_another_text_is_another_request(town: Town):
    mark = note(town, "pg")
    request_id = file_request(town, "robo", "pg", delete(mark))
    assert file_request(town, "robo", "pg", delete(mark)) == request_id
    edited = file_request(town, "robo", "pg", f"{delete(mark)} OR true")
    assert edited != request_id
    approve(town, "bob", request_id)
    again = town.ask("robo", "pg-prod --no-wait --format json", stdin=f"{delete(mark)} OR true")
    assert again.status == 6
    assert again.json["request_id"] == edited
    assert town.ask("robo", f"req wait {edited} --no-wait").status == 6
    assert count(town, "pg", mark) == 1


def test_what_depends_on_its_session_is_not_filed_without_waiting(town: Town, engine: str):
    mark = note(town, engine)
    answer = town.ask(
        "robo", f"{engine}-prod --format json", stdin=f"BEGIN; {delete(mark)}; COMMIT"
    )
    assert answer.status == 2
    assert "--wait" in answer.out
    assert count(town, engine, mark) == 1
    assert mark not in town.ask("bob", "req list --json").out


@pytest.mark.parametrize(
    "sql",
    [
        "DO $$ BEGIN EXECUTE 'drop table audit_trail'; END $$",
        "DO $$ BEGIN EXECUTE 'trunc' || 'ate audit_trail'; END $$",
    ],
)
def test_what_was_not_understood_cannot_drop_even_when_approved(town: Town, sql: str):
    town.sql("pg-prod", "INSERT INTO audit_trail (what) VALUES ('still here')")
    request_id = file_request(town, "robo", "pg", sql)
    approve(town, "bob", request_id)
    answer = town.ask("robo", f"req wait {request_id}")
    assert answer.status not in (0, 70), answer
    assert int(town.value("pg-prod", "SELECT count(*) FROM audit_trail")) > 0  # type: ignore[call-overload]


def test_mysql_blocks_what_it_could_not_take_back(town: Town):
    answer = town.ask(
        "ann",
        "my-prod --format json",
        stdin="BEGIN NOT ATOMIC EXECUTE IMMEDIATE 'DROP TABLE x'; END",
    )
    assert answer.status in (2, 5), answer


def test_a_disabled_requesters_request_does_not_run(town: Town, engine: str):
    name = f"temp-{engine}"
    town.add_agent(name, "eve")
    mark = note(town, engine)
    request_id = file_request(town, name, engine, delete(mark))
    waiting = town.held(name, f"req wait {request_id} --wait 1m")
    town.administer(lambda a: a.set_disabled(name, is_disabled=True))
    time.sleep(0.2)
    town.ask("bob", f"req approve {request_id}")
    answer = finish(waiting)
    assert answer.status != 0
    assert town.ask(name, f"req wait {request_id}").status == 255
    assert count(town, engine, mark) == 1


# Stories that restart, or change the policy: a town of their own.


@pytest.fixture(scope="module")
def hamlet(tmp_path_factory, servers) -> Iterator[Town]:
    with building(tmp_path_factory.mktemp("hamlet"), servers) as hamlet:
        for name in servers:
            hamlet.add_target(f"{name}-prod", "production")
        for name in ("ann", "bob"):
            hamlet.add_person(name, *PEOPLE[name])
        hamlet.add_agent("robo", "ann")
        yield hamlet


@contextlib.contextmanager
def policy(town: Town, old: str, new: str) -> Iterator[None]:
    """Change the policy for a while; a running server follows within two seconds."""
    path = town.house.state / "policy.toml"
    text = path.read_text()
    assert old in text
    try:
        path.write_text(text.replace(old, new))
        time.sleep(2)
        yield
    finally:
        path.write_text(text)
        time.sleep(2)


WRITES = """action = "hold"
environments = ["production"]
effects = ["insert", "update", "delete", "merge"]"""


def test_a_request_outlives_a_restart_but_not_its_expiry(hamlet: Town, engine: str):
    mark = note(hamlet, engine)
    request_id = file_request(hamlet, "robo", engine, delete(mark))
    approve(hamlet, "bob", request_id)
    hamlet.house.stop()
    hamlet.house.start()
    answer = hamlet.ask("robo", f"req wait {request_id}")
    assert answer.status == 0, answer
    assert count(hamlet, engine, mark) == 0


def test_a_policy_that_blocks_after_the_yes_has_the_last_word(hamlet: Town):
    marks = {engine: note(hamlet, engine) for engine in ("pg", "my")}
    requests = {
        engine: file_request(hamlet, "robo", engine, delete(mark)) for engine, mark in marks.items()
    }
    for request_id in requests.values():
        approve(hamlet, "bob", request_id)
    with policy(hamlet, WRITES, WRITES.replace("hold", "block")):
        for engine, request_id in requests.items():
            answer = hamlet.ask("robo", f"req wait {request_id}")
            assert answer.status == 5, answer
            assert count(hamlet, engine, marks[engine]) == 1


def test_a_request_expires_at_its_time_and_cannot_be_approved_after(hamlet: Town):
    with policy(hamlet, WRITES, WRITES + '\nexpires = "2s"'):
        marks = {engine: note(hamlet, engine) for engine in ("pg", "my")}
        waiting = [
            hamlet.held("ann", f'{engine}-prod -c "{delete(mark)}"')
            for engine, mark in marks.items()
        ]
        request_id = hamlet.request_of("bob", marks["my"])
        for process in waiting:
            answer = finish(process, 15)
            assert answer.status == 8, answer
        late = hamlet.ask("bob", f"req approve {request_id}")
        assert late.status != 0
        assert "expired" in late.err
        for engine, mark in marks.items():
            assert count(hamlet, engine, mark) == 1


def test_without_anybody_to_ask_it_is_blocked_at_once(hamlet: Town, engine: str):
    mark = note(hamlet, engine)
    answer = hamlet.ask("bob", f"{engine}-prod --format json", stdin=delete(mark))
    assert answer.status == 5, answer
    assert answer.json["status"] == "blocked"
    assert "review" in answer.out
    assert count(hamlet, engine, mark) == 1
