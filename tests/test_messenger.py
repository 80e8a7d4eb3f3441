"""The webhook and the command hook, on a real HTTP server and a real program."""

import hashlib
import hmac
import http.server
import json
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bastion.errors import ConfigError
from bastion.messenger import HookMessenger

SECRET = b"a shared secret"


@pytest.fixture
def receiver() -> Iterator[tuple[str, queue.Queue]]:
    got: queue.Queue = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.put((body, self.headers["X-Bastion-Signature"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_webhook_gets_the_message_signed(receiver):
    url, got = receiver
    messenger = HookMessenger(webhook_url=url, webhook_secret=SECRET, command="")
    messenger.start()
    messenger.tell("approval.requested", {"request": "req_1", "rows": 5})
    body, signature = got.get(timeout=10)
    messenger.stop()
    assert json.loads(body) == {"event": "approval.requested", "request": "req_1", "rows": 5}
    assert signature == "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()


def test_the_command_gets_the_message_on_stdin_and_no_environment(tmp_path: Path):
    program = tmp_path / "hook"
    program.write_text(f"#!/bin/sh\n/bin/cat > {tmp_path}/got\n/usr/bin/env > {tmp_path}/env\n")
    program.chmod(0o700)
    messenger = HookMessenger(webhook_url="", webhook_secret=b"", command=str(program))
    messenger.start()
    messenger.tell("approval.decided", {"request": "req_1"})
    messenger.stop()
    assert json.loads((tmp_path / "got").read_text())["request"] == "req_1"
    # The shell itself sets PWD and the like; nothing of ours comes along.
    assert "HOME=" not in (tmp_path / "env").read_text()


def test_a_receiver_that_is_away_stops_nothing():
    messenger = HookMessenger(
        webhook_url="http://127.0.0.1:1/none", webhook_secret=SECRET, command=""
    )
    messenger.start()
    messenger.tell("approval.requested", {})
    messenger.stop()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"webhook_url": "ftp://x"}, "https"),
        ({"webhook_url": "https://x", "webhook_secret": b""}, "webhook_secret_file"),
        ({"command": "hook.sh"}, "absolute"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_start(settings: dict, words: str):
    given = {"webhook_url": "", "webhook_secret": SECRET, "command": "", **settings}
    with pytest.raises(ConfigError, match=words):
        HookMessenger(**given)
