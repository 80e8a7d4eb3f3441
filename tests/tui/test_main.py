"""The command line, and the application on a real terminal."""

import asyncio
import os
import re
import subprocess
import sys
import time

import pyte
import pytest

from bastion.wire import review as wire
from tests.fakes.review_peer import ReviewPeer, demo_peer
from tui import palette
from tui.__main__ import USAGE, Words, WordsError, parse_words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("bob@host", Words(user="bob", host="host", port=2222)),
        ("bob@host:22", Words(user="bob", host="host", port=22)),
        ("bob@[::1]:2200", Words(user="bob", host="::1", port=2200)),
        ("bob@[::1]", Words(user="bob", host="::1", port=2222)),
        ("--identity k bob@h", Words(user="bob", host="h", identity="k")),
        ("bob@h --identity=k --no-color", Words(user="bob", host="h", identity="k", is_plain=True)),
        ("--fd 7", Words(fd=7)),
        ("--help", Words(wants_help=True)),
    ],
)
def test_words_are_read(line, words):
    assert parse_words(line.split()) == words


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("", "Name your bastion"),
        ("host", "the user is missing"),
        ("@host", "the user is missing"),
        ("bob@", "the host is missing"),
        ("bob@host:0", "from 1 to 65535"),
        ("bob@host:ssh", "from 1 to 65535"),
        ("bob@a bob@b", "one bastion only"),
        ("--identity", "needs a value"),
        ("--fd x", "number of an open socket"),
        ("--fd 3 bob@host", "Name your bastion"),
        ("--frobnicate", 'no option "--frobnicate"'),
        ("--\x1b[2J", r"\\x1b"),
    ],
)
def test_wrong_words_are_refused_with_what_to_write(line, complaint):
    with pytest.raises(WordsError, match=complaint):
        parse_words(line.split())


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), (["--nope"], 2), (["bob@h"], 2)])
def test_exit_codes_without_a_terminal(words, code):
    found = subprocess.run(
        [sys.executable, "-m", "tui", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == code
    assert (found.stdout == USAGE) == (code == 0)
    assert "Traceback" not in found.stderr


class RealTerminal:
    """The application in a process of its own, on a pty, drawn by pyte."""

    def __init__(self, columns, rows, fd, environment):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        controlling, controlled = os.openpty()
        pty_size = f"stty cols {columns} rows {rows}"
        subprocess.run(["sh", "-c", pty_size], stdin=controlled, check=True)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-m", "tui", "--fd", str(fd)],
            stdin=controlled,
            stdout=controlled,
            stderr=controlled,
            pass_fds=(fd,),
            env=environment,
            start_new_session=True,
        )
        os.close(controlled)
        os.set_blocking(controlling, False)
        self.controlling = controlling

    def read(self):
        try:
            data = os.read(self.controlling, 65536)
        except BlockingIOError:
            return
        except OSError:
            return
        self.raw += data
        # pyte does not know the private modes of the kitty protocol; they print nothing.
        self.stream.feed(data.replace(b"\x1b[>25u", b"").replace(b"\x1b[<u", b""))

    @property
    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    async def until(self, text, within_s=30.0):
        end = time.monotonic() + within_s
        while text not in self.text:
            assert time.monotonic() < end, f"no {text!r} in\n{self.text}"
            self.read()
            await asyncio.sleep(0.02)

    async def press(self, keys):
        os.write(self.controlling, keys)
        await asyncio.sleep(0.05)

    async def ended(self, within_s=20.0):
        end = time.monotonic() + within_s
        while self.process.poll() is None:
            assert time.monotonic() < end, "still running"
            self.read()
            await asyncio.sleep(0.02)
        self.read()
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.controlling)


@pytest.fixture
async def terminal():
    open_ones: list[RealTerminal] = []
    peers: list[ReviewPeer] = []

    async def start(columns=80, rows=24, **environment):
        peer = demo_peer()
        fd = await peer.start()
        peers.append(peer)
        real = RealTerminal(columns, rows, fd, environment)
        os.close(fd)
        open_ones.append(real)
        return real, peer

    yield start
    for real in open_ones:
        real.close()
    for peer in peers:
        await peer.close()


async def test_a_real_terminal_shows_decides_and_ends_cleanly(terminal):
    real, peer = await terminal(LANG="C.UTF-8", TERM="xterm-256color")
    await real.until("req-91bc" if real.screen.columns > 100 else "▲ HIGH")
    await real.press(b"j")
    await real.until("<U+202E>")
    assert b"\x1b]52" not in real.raw
    assert "\u202e" not in real.text
    await asyncio.sleep(0.5)
    await real.press(b"a")
    await real.until("Approve this request?")
    await asyncio.sleep(0.5)
    await real.press(b"y")
    await real.until("Approve done.")
    await peer.close()
    assert await real.ended() == 0
    assert b"The bastion has ended this session." in real.raw


async def test_an_empty_environment_and_a_small_window_will_do(terminal):
    real, _ = await terminal(columns=60, rows=20)
    await real.until("Approvals")
    await real.press(b"q")
    assert await real.ended() == 0


async def test_without_colours_the_risk_and_the_cursor_are_still_told(terminal):
    real, _ = await terminal(LANG="C.UTF-8", TERM="xterm-256color", NO_COLOR="1")
    await real.until("▲ HIGH")
    assert "▶" in real.text
    await real.press(b"q")
    await real.ended()
    assert not re.search(rb"[34]8;2;", real.raw)
    indexed = {int(number) for number in re.findall(rb"[34]8;5;(\d+)", real.raw)}
    greys = {0, 15, 16, 59, 102, 145, 188, 231, *range(232, 256)}
    assert indexed <= greys


def luminance(colour):
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("background", [palette.BACKGROUND, palette.PANEL])
@pytest.mark.parametrize("foreground", palette.FOREGROUNDS)
def test_every_colour_is_readable(foreground, background):
    assert contrast(foreground, background) >= 4.5


def test_the_row_of_the_cursor_is_readable():
    for foreground in (palette.TEXT, palette.WARNING, palette.ALARM, palette.QUIET):
        assert contrast(foreground, palette.CURSOR) >= 4.5


async def test_the_last_word_of_the_server_is_harmless_on_the_terminal_behind(terminal):
    real, peer = await terminal(LANG="C.UTF-8", TERM="xterm-256color")
    await real.until("Approvals")
    await peer.send(wire.Bye(reason="carol ended this: \x1b]52;c;aGk=\x07[/]"))
    assert await real.ended() == 0
    assert b"\x1b]52" not in real.raw
    assert b"carol ended this: \\x1b]52" in real.raw
