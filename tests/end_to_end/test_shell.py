"""The SQL shell in a real terminal behind a real ssh."""

import contextlib
import json
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import pyte
import pytest

from tests.end_to_end.conftest import Town, eventually, is_sealed

CTRL_C, CTRL_D = "\x03", "\x04"
SLOW = {"pg": "SELECT pg_sleep(60);", "my": "SELECT SLEEP(60);"}


@dataclass
class Screen:
    """A terminal of a size with one shell in it."""

    child: pexpect.spawn
    columns: int
    rows: int
    raw: str = ""
    emulator: pyte.HistoryScreen = field(init=False)

    def __post_init__(self) -> None:
        self.emulator = pyte.HistoryScreen(self.columns, self.rows, history=2000)
        self._stream = pyte.Stream(self.emulator)

    def pump(self) -> bool:
        """Take what has come; False when the shell has left."""
        try:
            piece = self.child.read_nonblocking(65536, timeout=0.05)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += piece
        self._stream.feed(piece)
        # The prompt asks where the cursor is and waits for the answer of the terminal.
        for _ in range(piece.count("\x1b[6n")):
            cursor = self.emulator.cursor
            self.child.send(f"\x1b[{cursor.y + 1};{cursor.x + 1}R")
        return True

    def go_on(self, deadline: float, words: str) -> None:
        """Take what has come, unless the shell has left or the time is over."""
        assert self.pump(), words
        assert time.monotonic() < deadline, words

    @property
    def text(self) -> str:
        """What the person sees now, and what scrolled away above it."""
        above = [
            "".join(line[x].data for x in range(self.columns)).rstrip()
            for line in self.emulator.history.top
        ]
        return "\n".join([*above, *(line.rstrip() for line in self.emulator.display)]).rstrip()

    def see(self, pattern: str, timeout_s: float = 45) -> str:
        """Wait until the screen shows a pattern."""
        deadline = time.monotonic() + timeout_s
        while not re.search(pattern, self.text, re.MULTILINE):
            self.go_on(deadline, f"no {pattern!r} in:\n{self.text}")
        return self.text

    def prompt(self, mark: str = "") -> None:
        """Wait for an empty prompt on the last line written."""
        deadline = time.monotonic() + 45
        while True:
            lines = [line for line in self.text.splitlines() if line.strip()]
            if lines and lines[-1].rstrip().endswith(f"{mark}=>"):
                return
            self.go_on(deadline, f"no prompt in:\n{self.text}")

    def enter(self, text: str) -> None:
        """Type a line and press Enter, as a person does."""
        self.child.send(text)
        self.child.send("\r")

    def run(self, text: str) -> str:
        """Type, wait for the next prompt, and give what came between."""
        before = self.text.count("=>")
        self.enter(text)
        deadline = time.monotonic() + 45
        while self.text.count("=>") <= before:
            self.go_on(deadline, f"no answer in:\n{self.text}")
        self.prompt()
        return self.text

    def left(self, timeout_s: float = 10) -> int:
        """Wait until the shell has left; give ssh's status."""
        deadline = time.monotonic() + timeout_s
        while self.pump():
            assert time.monotonic() < deadline, f"still there:\n{self.text}"
        self.child.close()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -1)


@contextlib.contextmanager
def shell(
    town: Town, user: str, target: str, *, columns: int = 80, rows: int = 24, mux: bool = True
) -> Iterator[Screen]:
    """Open the shell and wait for its prompt."""
    if mux:
        town.house.log_in(user)
        words = [*town.house.ssh_words(user, *town.house.control(user), "-tt"), target]
    else:
        words = town.house.ssh_words(f"{user}+{target}", "-tt")
    child = pexpect.spawn(
        str(words[0]), [str(word) for word in words[1:]], encoding="utf-8",
        dimensions=(rows, columns), echo=False, timeout=20,
        env={"TERM": "xterm-256color", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
    )  # fmt: skip
    screen = Screen(child, columns, rows)
    try:
        screen.prompt()
        yield screen
    finally:
        child.close(force=True)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (200, 50), (40, 12)])
def test_the_prompt_says_who_where_and_what_is_at_stake(
    town: Town, engine: str, columns: int, rows: int
):
    with shell(town, "ann", f"{engine}-prod", columns=columns, rows=rows) as screen:
        assert f"{engine}-prod[production]" in screen.text.replace("\n", "")
        assert "recorded" in screen.text.replace("\n", " ")
        if columns >= 80:
            assert f"ann@{engine}-prod[production]=>" in screen.text
        screen.enter("SELECT 40 + 2 AS answer;")
        screen.see(r"42")
        screen.prompt()


def test_the_glass_is_broken_with_a_fresh_code_that_is_not_drawn(town: Town):
    with shell(town, "ada", "pg-staging", columns=120, rows=40) as screen:
        screen.enter(r"\breakglass too short")
        screen.see("at least 20 characters")
        screen.prompt()
        screen.enter(r"\breakglass a stuck order blocks the whole queue")
        screen.see("Fresh code:")
        code = town.house.people["ada"].next_code()
        screen.enter(code)
        screen.see("The glass is broken on pg-staging until")
        screen.prompt()
        assert code not in screen.raw
        answer = screen.run("UPDATE orders SET quantity = quantity;")
        assert "Runs under break-glass" in answer
    mine = town.ask("ada", "breakglass list --json").json["emergencies"][0]["emergency_id"]
    assert town.ask("ada", f"breakglass end {mine}").status == 0
    assert town.ask("ada", f"breakglass review {mine} --reason all was well").status != 0
    assert town.ask("bob", f"breakglass review {mine} --reason all was well").status == 0


def test_everyday_commands_answer_on_both_engines(town: Town, engine: str):
    with shell(town, "ann", f"{engine}-prod", columns=120, rows=60) as screen:
        assert re.search("customers", screen.run(r"\dt"))
        assert "products" in screen.text
        screen.run(r"\d orders")
        assert "customer_id" in screen.text
        screen.run(r"\l")
        assert "pg-staging" in screen.text or "shop" in screen.text or "my_prod" in screen.text
        screen.run(r"\conninfo")
        assert f"{engine}-prod" in screen.text
        screen.run(r"\timing")
        screen.run("SELECT 1 AS timed;")
        assert re.search(r"\d+(\.\d+)? (ms|s)\b", screen.text)
        screen.run(r"\x")
        screen.run("SELECT 7 AS tall, 8 AS wide;")
        assert re.search(r"tall\s*\|\s*7", screen.text), screen.text
        screen.run(r"\?")
        assert r"\timing" in screen.text
        screen.enter(r"\q")
        assert screen.left() == 0


def test_values_are_masked_and_null_is_told_from_empty(town: Town, engine: str):
    with shell(town, "ann", f"{engine}-prod", columns=120, rows=40) as screen:
        screen.enter("SELECT email, card, city FROM customers WHERE id = 2;")
        screen.see("Graz")
        assert "customer2@example.com" not in screen.raw
        assert "378282246310005" not in screen.raw
        screen.prompt()
        screen.enter("SELECT NULL AS nothing, '' AS empty;")
        screen.see("(?i)null>?")
        screen.prompt()


def test_a_statement_may_take_several_lines(town: Town, engine: str):
    with shell(town, "ann", f"{engine}-prod") as screen:
        screen.enter("SELECT 20 +")
        screen.see(r"-> *$")
        screen.enter("'x")
        screen.see(r"'> *$")
        screen.child.send(CTRL_C)
        screen.prompt()
        screen.enter("SELECT 20")
        screen.see(r"-> *$")
        screen.enter("+ 3 AS sum;")
        screen.see(r"\b23\b")


def test_ctrl_c_clears_the_line_and_ctrl_d_leaves(town: Town, engine: str):
    with shell(town, "ann", f"{engine}-dev") as screen:
        screen.child.send("DELETE FROM orders")
        screen.see("DELETE FROM orders")
        screen.child.send(CTRL_C)
        time.sleep(0.3)
        screen.prompt()
        screen.child.send(CTRL_D)
        assert screen.left() == 0
    assert town.value(f"{engine}-dev", "SELECT count(*) FROM orders") == 400


def test_ctrl_c_cancels_the_query_at_the_server(town: Town, engine: str):
    target = f"{engine}-dev"
    with shell(town, "ann", target) as screen:
        screen.enter(SLOW[engine])
        eventually(lambda: screen.pump() and town.sleeping(target) == 1, 10)
        screen.child.send(CTRL_C)
        eventually(lambda: screen.pump() and town.sleeping(target) == 0, 2.5, "it runs on")
        screen.prompt()
        screen.enter("SELECT 5 * 5 AS again;")
        screen.see(r"\b25\b")


@pytest.mark.parametrize("mux", [True, False], ids=["shared", "own"])
def test_a_killed_client_takes_its_query_along(town: Town, engine: str, mux: bool):
    target = f"{engine}-dev"
    with shell(town, "ann" if mux else "robo", target, mux=mux) as screen:
        screen.enter(SLOW[engine] if mux else SLOW[engine].replace(";", " FROM products;"))
        eventually(lambda: screen.pump() and town.sleeping(target) == 1, 10, screen.text)
        screen.child.kill(signal.SIGKILL)
        eventually(lambda: town.sleeping(target) == 0, 2.5, "it runs on")


def test_a_killed_client_withdraws_what_it_waited_for(town: Town, engine: str):
    mark = f"gone{time.monotonic_ns()}"
    with shell(town, "ann", f"{engine}-prod") as screen:
        screen.enter(f"DELETE FROM orders WHERE note = '{mark}';")
        request_id = town.request_of("bob", mark)
        screen.child.kill(signal.SIGKILL)
        eventually(
            lambda: town.ask("bob", f"req show {request_id} --json").json["state"] == "withdrawn", 5
        )


def test_a_session_that_is_ended_says_why_once_below_what_was_typed(town: Town, engine: str):
    with shell(town, "ann", f"{engine}-dev") as screen:
        screen.enter("SELECT 1 AS one;")
        screen.prompt()
        screen.child.send("SELECT 2")
        (session_id,) = set(re.findall(r"is recorded \(([0-9a-f]+)\)", screen.text))
        town.ask("bob", f"kill {session_id} --reason lunch")
        screen.left()
        shown = screen.text
    assert shown.count("bob has ended this session: lunch") == 1
    assert "cannot be written" not in shown
    (path,) = [one for one in town.house.recordings() if session_id in one.name]
    eventually(lambda: is_sealed(path), 5)
    assert output(path).count("bob has ended this session: lunch") == 1


def test_a_wait_for_approval_shows_who_decides_and_ctrl_c_withdraws(town: Town, engine: str):
    mark = f"wait{time.monotonic_ns()}"
    with shell(town, "ann", f"{engine}-prod", columns=100, rows=40) as screen:
        screen.enter(f"UPDATE orders SET quantity = 0 WHERE note = '{mark}';")
        request_id = town.request_of("bob", mark)
        screen.see("HELD")
        shown = screen.see("expires")
        assert "bob" in shown
        assert "carol" in shown
        assert "0 rows" in shown
        screen.child.send(CTRL_C)
        screen.prompt()
        state = town.ask("bob", f"req show {request_id} --json").json["state"]
        assert state == "withdrawn"


def test_a_yes_runs_it_while_the_shell_waits(town: Town, engine: str):
    mark = f"yes{time.monotonic_ns()}"
    town.sql(f"{engine}-prod", f"UPDATE orders SET note = '{mark}' WHERE id = 390")
    with shell(town, "ann", f"{engine}-prod", columns=100, rows=40) as screen:
        screen.enter(f"DELETE FROM orders WHERE note = '{mark}';")
        request_id = town.request_of("bob", mark)
        assert town.ask("bob", f"req approve {request_id} --reason fine by me").status == 0
        screen.see("fine by me")
        screen.prompt()
    assert town.value(f"{engine}-prod", "SELECT count(*) FROM orders WHERE id = 390") == 0


def test_an_open_and_a_failed_transaction_show_in_the_prompt(town: Town, engine: str):
    with shell(town, "ann", f"{engine}-dev", columns=100) as screen:
        screen.enter("BEGIN;")
        screen.see(r"\[development\]\*=>")
        screen.enter("INSERT INTO audit_trail (what) VALUES ('in the shell');")
        screen.prompt("*")
        if engine == "pg":
            screen.enter("SELECT broken;")
            screen.see(r"\[development\]!=>")
        screen.enter("ROLLBACK;")
        screen.see(r"\[development\]=> *$")
    sql = "SELECT count(*) FROM audit_trail WHERE what = 'in the shell'"
    assert town.value(f"{engine}-dev", sql) == 0


@pytest.mark.parametrize(("key", "count"), [("r", 0), ("c", 1)])
def test_leaving_an_open_transaction_asks(town: Town, engine: str, key: str, count: int):
    mark = f"leave{time.monotonic_ns()}"
    with shell(town, "ann", f"{engine}-dev", columns=100) as screen:
        screen.enter("BEGIN;")
        screen.see(r"\[development\]\*=>")
        screen.enter(f"INSERT INTO audit_trail (what) VALUES ('{mark}');")
        screen.see("INSERT")
        screen.prompt("*")
        screen.child.send(CTRL_D)
        screen.see("transaction is open")
        screen.child.send(key)
        screen.left()
    sql = f"SELECT count(*) FROM audit_trail WHERE what = '{mark}'"
    assert town.value(f"{engine}-dev", sql) == count


def test_a_bracketed_paste_runs_nothing_by_itself(town: Town, engine: str):
    mark = f"paste{time.monotonic_ns()}"
    text = f"INSERT INTO audit_trail (what) VALUES ('{mark}');\nSELECT 'second {mark}';\n"
    with shell(town, "ann", f"{engine}-dev", columns=100) as screen:
        screen.child.send(f"\x1b[200~{text}\x1b[201~")
        screen.see(f"second {mark}")
        time.sleep(1)
        assert mark not in town.log_of(f"{engine}-dev")
        screen.child.send(CTRL_C)
        time.sleep(0.3)
        screen.prompt()
    assert mark not in town.log_of(f"{engine}-dev")


def test_a_new_size_is_followed(town: Town, engine: str):
    with shell(town, "ann", f"{engine}-prod", columns=80, rows=24) as screen:
        screen.child.setwinsize(40, 150)
        screen.emulator.resize(40, 150)
        screen.columns = 150
        time.sleep(0.5)
        screen.enter("SELECT 'wide enough' AS v;")
        screen.see("wide enough")
        screen.prompt()
        recorded = town.transcript("wide enough").read_text()
        assert '"r", "150x40"' in recorded


@pytest.mark.parametrize(
    ("hexadecimal", "shown"),
    [
        ("1b5d35323b633b6157513d07", "52;c"),
        ("1b5b324a", "[2J"),
        ("e280ae", ""),
        ("0d", ""),
        ("c29b33316d", "31m"),
    ],
    ids=["clipboard", "clear", "bidi", "return", "c1"],
)
def test_control_characters_in_a_value_are_shown_never_sent(
    town: Town, engine: str, hexadecimal: str, shown: str
):
    raw = bytes.fromhex(hexadecimal).decode()
    value = (
        f"convert_from('\\x{hexadecimal}', 'UTF8')"
        if engine == "pg"
        else f"CONVERT(x'{hexadecimal}' USING utf8mb4)"
    )
    with shell(town, "ann", f"{engine}-dev", columns=120) as screen:
        before = len(screen.raw)
        screen.enter(f"SELECT 'begin-' AS b, {value} AS v, '-end' AS e;")
        screen.see(r"begin-\s*\|.*-end")
        screen.prompt()
        line = next(
            line for line in screen.raw[before:].splitlines()
            if "-end" in line and "begin-" in line and "SELECT" not in line
        )  # fmt: skip
        assert shown in line
        if hexadecimal != "0d":
            assert raw not in line
        else:
            assert re.search(r"begin-.*\\r|begin-.*\\x0[dD]|begin-.*␍|begin-.*\^M", line), line


def test_a_password_typed_in_the_shell_is_not_in_its_recording(town: Town, engine: str):
    secret = f"Hush{time.monotonic_ns()}"
    sql = (
        f"ALTER USER reader PASSWORD '{secret}';"
        if engine == "pg"
        else f"ALTER USER reader@'%' IDENTIFIED BY '{secret}';"
    )
    with shell(town, "ann", f"{engine}-prod", columns=120) as screen:
        for letter in sql:
            screen.child.send(letter)
            screen.pump()
        screen.child.send("\r")
        town.request_of("bob", "***")
        screen.child.send(CTRL_C)
        screen.prompt()
        identity = re.search(r"recorded \((\w+)\)", screen.text)
        assert identity
        path = next(p for p in town.house.recordings() if p.stem == identity.group(1))
        assert secret not in path.read_text()
        assert secret[:9] not in output(path)
        screen.child.send("\x1b[A")
        screen.see(r"\*\*\*")
        screen.child.send(CTRL_C)


def output(path: Path) -> str:
    """Draw a recording's output and give every letter that ever stood on its screen."""
    emulator = pyte.HistoryScreen(120, 60)
    stream = pyte.Stream(emulator)
    seen = []
    for line in path.read_text().splitlines()[1:]:
        _, code, text = json.loads(line)
        if code == "o":
            stream.feed(text)
            seen.append("\n".join(emulator.display))
    return "\n".join(seen)


def test_no_command_reaches_the_bastions_own_machine(town: Town, engine: str):
    with shell(town, "ann", f"{engine}-dev", columns=120, rows=50) as screen:
        for text in (r"\! id", r"\o /tmp/out", r"\i /etc/passwd", r"\copy orders to '/tmp/x'",
                     r"\e", r"\g | id", r"\setenv A b", r"\cd /"):  # fmt: skip
            screen.run(text)
            screen.child.send(CTRL_C)
            time.sleep(0.2)
            screen.prompt()
        assert "uid=" not in screen.raw
        assert "root:x" not in screen.raw


def test_without_a_target_one_is_picked(town: Town):
    town.house.log_in("ann")
    words = town.house.ssh_words("ann", *town.house.control("ann"), "-tt")
    child = pexpect.spawn(
        str(words[0]), [str(word) for word in words[1:]], encoding="utf-8",
        dimensions=(30, 100), echo=False, timeout=20,
        env={"TERM": "xterm-256color", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
    )  # fmt: skip
    screen = Screen(child, 100, 30)
    try:
        screen.see("my-staging")
        screen.enter("my-staging")
        screen.see(r"ann@my-staging\[staging\]=>")
    finally:
        child.close(force=True)
