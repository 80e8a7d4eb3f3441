"""What a reviewer is shown of an effect, and that a yes covers no other: by the real client."""

import time

from tests.end_to_end.conftest import PEOPLE, Town, building, finish
from tests.end_to_end.test_approvals import approve, count, delete, file_request, note


def test_a_reviewer_sees_rows_masked_and_the_requester_sees_none(town: Town, engine: str):
    sql = "UPDATE customers SET city = 'Roma', email = lower(email) WHERE id IN (3, 4)"
    request_id = file_request(town, "ann", engine, sql)
    shown = town.ask("bob", f"req show {request_id} --json").json["impact"]
    assert shown["keys"]["columns"] == ["id"]
    assert shown["keys"]["count"] == 2
    assert [row["key"] for row in shown["sample"]["rows"]] == [{"id": "3"}, {"id": "4"}]
    assert shown["sample"]["rows"][0]["after"]["city"] == "Roma"
    assert shown["sample"]["masked"]["email"] == "email"
    assert "example.com" not in str(shown)
    text = town.ask("bob", f"req show {request_id}").out
    assert "→ Roma" in text
    assert "covers" in text
    assert "example.com" not in text
    own = town.ask("ann", f"req show {request_id} --json").json["impact"]
    assert "sample" not in own
    assert own["keys"] == shown["keys"]
    town.ask("bob", f"req deny {request_id} --reason seen")


def test_as_many_other_rows_go_back_to_the_reviewer(town: Town, engine: str):
    mark = note(town, engine, rows=2)
    waiting = town.held("ann", f'{engine}-prod -c "{delete(mark)}"')
    request_id = town.request_of("bob", mark)
    town.sql(f"{engine}-prod", f"UPDATE orders SET note = 'was' WHERE note = '{mark}'")
    note_sql = (
        f"UPDATE orders SET note = '{mark}' WHERE id IN"
        " (SELECT id FROM (SELECT id FROM orders WHERE note IS NULL LIMIT 2) AS few)"
    )
    town.sql(f"{engine}-prod", note_sql)
    approve(town, "bob", request_id)
    deadline = time.monotonic() + 20
    again = request_id
    while again == request_id and time.monotonic() < deadline:
        again = town.request_of("bob", mark)
    assert again != request_id
    assert count(town, engine, mark) == 2
    town.ask("bob", f"req deny {again} --reason not these")
    answer = finish(waiting)
    assert answer.status == 7
    assert "goes back to the reviewers" in answer.err
    assert count(town, engine, mark) == 2


def test_the_death_of_the_bastion_rolls_an_open_transaction_back(tmp_path, servers, engine: str):
    with building(tmp_path, servers, policy=False) as own:
        own.add_target(f"{engine}-prod", "production")
        for name in ("ann", "bob"):
            own.add_person(name, *PEOPLE[name])
        path = own.house.state / "policy.toml"
        rule = 'name = "production writes"\n'
        path.write_text(path.read_text().replace(rule, f'{rule}hold_open = "50s"\n'))
        time.sleep(2.5)
        sql = "DELETE FROM audit_trail WHERE what = 'never'"
        own.sql(f"{engine}-prod", "INSERT INTO audit_trail (what) VALUES ('never')")
        waiting = own.held("ann", f'{engine}-prod -c "{sql}"')
        own.request_of("bob", "never")
        assert own.house.process is not None
        own.house.process.kill()
        own.house.process.wait(10)
        finish(waiting)
        # Its lock is free: this would wait, and not for ever.
        own.sql(f"{engine}-prod", "UPDATE audit_trail SET what = 'kept' WHERE what = 'never'")
        count_sql = "SELECT count(*) FROM audit_trail WHERE what = 'kept'"
        assert own.value(f"{engine}-prod", count_sql) == 1


def test_a_wait_in_a_transaction_warns_then_rolls_back_and_says_so(town: Town, engine: str):
    mark = note(town, engine, rows=1)
    answer = town.ask(
        "ann",
        f'{engine}-prod --wait 2s -c "BEGIN; {delete(mark)}; COMMIT"',
    )
    assert answer.status == 8, answer
    assert "locks stay held" in answer.err
    assert "The open transaction was rolled back" in answer.err
    assert count(town, engine, mark) == 1
    free = f"UPDATE orders SET quantity = quantity WHERE note = '{mark}'"
    town.sql(f"{engine}-prod", free)
