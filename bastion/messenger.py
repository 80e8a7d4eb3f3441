"""Tells people outside: a signed webhook and a command hook, without SQL text or values.

POST URL
Content-Type: application/json
X-Bastion-Signature: sha256=HEX    HMAC-SHA256 of the body under the secret
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import queue
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from bastion.errors import ConfigError

log = logging.getLogger(__name__)

_QUEUE_MAX = 1000
_TIMEOUT_S = 10.0
_TRIES = 3
_TROUBLE = (OSError, ValueError, subprocess.SubprocessError, http.client.HTTPException)
"""What a hook out there can do to us; none of it may end the thread."""


class HookMessenger:
    """Sends each message from one background thread, three tries each; never blocks or raises."""

    def __init__(self, *, webhook_url: str, webhook_secret: bytes, command: str) -> None:
        """Check the settings.

        Raises:
            ConfigError: the URL is not http(s), has no secret, or the command is not absolute.
        """
        if webhook_url and not webhook_url.startswith(("https://", "http://")):
            raise ConfigError("bastion.toml, [notify], webhook_url: must start with https://")
        if webhook_url and not webhook_secret:
            raise ConfigError(
                "bastion.toml, [notify]: webhook_url needs webhook_secret_file, so that the "
                "receiver can tell our messages from others."
            )
        if command and not Path(command).is_absolute():
            raise ConfigError("bastion.toml, [notify], command: must be an absolute path.")
        self._url = webhook_url
        self._secret = webhook_secret
        self._command = command
        self._queue: queue.Queue[bytes | None] = queue.Queue(_QUEUE_MAX)
        self._thread = threading.Thread(target=self._run, name="messenger", daemon=True)
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Send what is queued, within a few seconds, and stop."""
        if self._thread.is_alive():
            self._stopping.set()
            self._queue.put(None)
            self._thread.join(_TIMEOUT_S)

    def tell(self, event: str, fields: Mapping[str, str | int | None]) -> None:
        """Queue one message; a full queue drops it, which is logged."""
        if not self._url and not self._command:
            return
        body = json.dumps({"event": event, **fields}, sort_keys=True).encode()
        try:
            self._queue.put_nowait(body)
        except queue.Full:
            log.warning("messenger.dropped", extra={"about": event})

    def _run(self) -> None:
        while (body := self._queue.get()) is not None:
            for name, deliver in (("webhook", self._post), ("command", self._execute)):
                self._deliver(name, deliver, body)

    def _deliver(self, name: str, deliver: Callable[[bytes], None], body: bytes) -> None:
        for attempt in range(_TRIES):
            try:
                deliver(body)
            except _TROUBLE as error:
                log.warning("messenger.failed", extra={"hook": name, "error": type(error).__name__})
                if self._stopping.wait(2.0**attempt):
                    return
            else:
                return

    def _post(self, body: bytes) -> None:
        if not self._url:
            return
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked at start.
            self._url,
            data=body,
            headers={
                "Content-Type": "application/json",
                "X-Bastion-Signature": f"sha256={signature}",
            },
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            answer.read(1024)

    def _execute(self, body: bytes) -> None:
        if not self._command:
            return
        # An empty environment: the hook must not inherit credentials of the service.
        subprocess.run(  # noqa: S603 - an absolute path from the administrator's own file.
            [self._command], input=body, timeout=_TIMEOUT_S, check=True, env={}
        )
