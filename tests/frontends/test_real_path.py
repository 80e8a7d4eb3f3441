"""Exec and shell as people use them: real ssh, a real terminal, real databases."""

import time

import pexpect
import pyte
import pytest

from tests.end_to_end.conftest import building

ENGINES = ["postgres", "mysql"]


@pytest.fixture(scope="module", params=ENGINES)
def house(request, tmp_path_factory):
    """Give a bastion with one production target on a real server, for all tests of an engine."""
    servers = {"postgres": "postgres_server", "mysql": "mariadb_server"}
    server = request.getfixturevalue(servers[request.param])
    url = server.create_database("front_ends", f"shop_{request.param}.sql")
    with building(tmp_path_factory.mktemp("house"), {}, policy=False) as town:
        house = town.house
        house.cli("target", "add", "shop", "-", "--environment", "production", stdin=url)
        house.add_user("alice", "--role", "engineer")
        house.add_user("bob", "--role", "reviewer")
        house.engine = request.param
        yield house
    server.drop_database(url)


class Window:
    """A terminal window with ssh in it, judged by a terminal emulator."""

    def __init__(self, house, columns=80, rows=24, words="shop"):
        house.log_in("alice")
        command = [*house.ssh_words("alice", *house.control("alice"), "-tt"), words]
        self.screen = pyte.HistoryScreen(columns, rows, history=5000)
        self._stream = pyte.ByteStream(self.screen)
        self._child = pexpect.spawn(
            command[0], command[1:], dimensions=(rows, columns), timeout=20, echo=False
        )

    @property
    def text(self):
        width = self.screen.columns
        past = ["".join(row[x].data for x in range(width)) for row in self.screen.history.top]
        return "\n".join(line.rstrip() for line in (*past, *self.screen.display))

    def expect(self, words, times=1, within_s=20):
        deadline = time.monotonic() + within_s
        while self.text.count(words) < times:
            assert time.monotonic() < deadline, f"no {words!r} in:\n{self.text}"
            try:
                self._stream.feed(self._child.read_nonblocking(65536, timeout=0.2))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                assert words in self.text, f"closed without {words!r}:\n{self.text}"

    def send(self, keys):
        self._child.send(keys)

    def enter(self, text):
        self._child.send(text)
        time.sleep(0.08)
        self._child.send("\r")

    def close(self):
        self._child.close(force=True)


@pytest.fixture
def window(house):
    windows = []

    def open_window(**size):
        windows.append(Window(house, **size))
        windows[-1].expect("=>")
        return windows[-1]

    yield open_window
    for one in windows:
        one.close()


def pending(house, words):
    """Give the ids of pending requests whose statement holds ``words``."""
    requests = house.ssh("bob", "req list --json").json["requests"]
    return [one["request_id"] for one in requests if words in one["statement"]]


def test_an_exec_answers_masked_in_every_format(house):
    csv = house.ssh("alice", "shop --csv -c select id, email from customers order by id limit 2")
    assert csv.status == 0
    assert csv.out.splitlines()[0] == "id,email"
    assert "•••" in csv.out
    assert "masked: email (email)" in csv.err
    answer = house.ssh("alice", "shop --json", stdin="select id, email from customers limit 1;")
    (envelope,) = answer.jsons
    assert envelope["status"] == "ok"
    assert envelope["columns"][1]["masked"] == "email"
    assert isinstance(envelope["rows"][0][0], int)
    assert answer.err == ""


def test_exit_codes_tell_how_it_ended(house):
    sleep = "pg_sleep(9)" if house.engine == "postgres" else "sleep(9)"
    for words, status in (
        ("shop -c select 1", 0),
        ("shop -c select nothing from orders", 1),
        ("shop -c select 1 --csv", 2),
        ("nowhere -c select 1", 2),
        (f"shop --timeout 1 -c select {sleep}", 4),
        ("shop -c drop table orders", 5),
        ("shop --no-wait -c delete from orders where id = 1", 6),
    ):
        answer = house.ssh("alice", words)
        assert answer.status == status, (words, answer)
        assert (answer.out == "") == (status != 0), (words, answer)
        assert status == 0 or answer.err


def test_a_cut_result_says_so_on_stderr(house):
    answer = house.ssh("alice", "shop -t --limit 2 -c select id from orders")
    assert (answer.status, len(answer.out.split())) == (0, 2)
    assert "-- the first 2 rows; there are more (limit; --limit N)" in answer.err


@pytest.mark.parametrize("command", ["\\l", "\\d", "\\dt+", "\\dv", "\\di", "\\dn", "\\df", "\\du"])
def test_every_listing_works_on_both_engines(house, command):
    answer = house.ssh("alice", f"shop --json -c '{command}'")
    assert answer.status == 0, answer
    assert all(line["status"] == "ok" for line in answer.jsons)


def test_a_pending_request_is_approved_by_a_line_and_run_once(house):
    filed = house.ssh(
        "alice", "shop --json --no-wait -c update products set title = 'x' where id = 3"
    ).json
    assert filed["status"] == "pending_approval"
    assert filed["impact"]["rows"] == 1
    own = house.ssh("alice", f"req approve {filed['request_id']}")
    assert own.status != 0
    assert house.ssh("bob", f"req approve {filed['request_id']}").status == 0
    done = house.ssh("alice", f"req wait {filed['request_id']} --json")
    assert (done.status, done.json["status"]) == (0, "ok"), done
    assert done.json["approved_by"] == ["bob"]
    again = house.ssh("alice", f"req wait {filed['request_id']} --json")
    assert again.status != 0


def test_a_recording_is_listed_shown_and_played(house):
    house.ssh("alice", "shop -c select 42 as answer")
    recordings = house.ssh("alice", "rec list --json").json["recordings"]
    mine = next(one for one in recordings if one["target"] == "shop")
    assert house.ssh("alice", f"rec show {mine['id']}").status == 0
    played = house.ssh("alice", f"rec play {mine['id']}")
    assert " answer\n" in played.out
    events = house.ssh("alice", f"rec play {mine['id']} --format json").jsons
    assert any(e["event"] == "statement" and "42" in e["data"]["text"] for e in events)


def test_a_search_finds_statements_and_names_their_second(house):
    house.ssh("alice", "shop -c select 4711 as needle")
    found = house.ssh("alice", "rec list needle verdict:allow target:shop --json").json
    [recording] = found["recordings"]
    [hit] = recording["hits"]
    assert (hit["statement"], hit["verdict"]) == (1, "allow")
    assert hit["text"].endswith("select 4711 as needle")
    assert 0 <= hit["at_s"] <= recording["duration_s"]
    assert "#1 allow  select 4711 as needle" in house.ssh("bob", "rec list 4711 needle").out
    assert house.ssh("alice", "rec list needle user:bob --json").json["recordings"] == []
    assert house.ssh("alice", "rec list after:soon").status == 2


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (30, 8), (200, 50)])
def test_the_shell_answers_at_any_size(window, columns, rows):
    one = window(columns=columns, rows=rows)
    one.enter("select 41 + 1 as answer;")
    one.expect("42")
    one.expect("(1 row)")
    assert "Window too small" not in one.text


def test_the_shell_describes_masks_and_tells_why(window):
    one = window()
    one.enter("\\d customers")
    one.expect("masked (email)")
    one.enter("select email from customers limit 1;")
    one.expect("email (masked)")
    one.expect("(1 row)")
    one.enter("\\why")
    one.expect("email:")


def test_ctrl_c_cancels_at_the_server_and_the_shell_goes_on(house, window):
    one = window()
    one.enter("select pg_sleep(60);" if house.engine == "postgres" else "select sleep(60);")
    one.expect("running")
    one.send("\x03")
    one.expect("cancelled after")
    one.enter("select 41 + 1 as answer;")
    one.expect("42")


def test_a_held_statement_waits_in_the_shell_until_it_is_approved(house, window):
    one = window()
    one.enter("update products set title = 'y' where id = 4;")
    one.expect("HELD  request")
    one.expect("left (Ctrl-C withdraws)")
    request_id = pending(house, "id = 4")[0]
    assert house.ssh("bob", f"req approve {request_id}").status == 0
    one.expect("for bob · ran")


def test_ctrl_c_withdraws_a_waiting_statement(house, window):
    one = window()
    one.enter("update products set title = 'z' where id = 5;")
    one.expect("left (Ctrl-C withdraws)")
    assert pending(house, "id = 5")
    one.send("\x03")
    one.expect("]=>", times=2)
    assert pending(house, "id = 5") == []


def test_a_transaction_shows_in_the_prompt_and_leaving_asks(window):
    one = window()
    one.enter("begin;")
    one.expect("]*=>")
    one.enter("\\q")
    one.expect("s)tay?")
    one.send("r")
    one.expect(" · ran", times=2)


def test_an_unbracketed_paste_is_held_back_over_ssh(window):
    one = window()
    one.send("select 1;\rselect 2;\rdelete from orders;\r")
    one.expect("3 statements came at once")
    assert "(1 row)" not in one.text
