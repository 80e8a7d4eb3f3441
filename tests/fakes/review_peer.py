"""A scripted server of the reviewers' protocol, for the TUI: run it to look at the real screen.

.venv/bin/python -m tests.fakes.review_peer
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import os
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bastion.core.approval import ApprovalState
from bastion.core.model import Environment, Role
from bastion.wire import review as wire

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def summary(request_id: str = "req-1", **changes: object) -> wire.RequestSummary:
    """Make a request that waits for the reviewer."""
    values: dict[str, object] = {
        "id": request_id,
        "requester": "alice",
        "person": "alice",
        "is_agent": False,
        "target": "shop-prod",
        "environment": Environment.PRODUCTION,
        "effect": "delete",
        "tables": ("public.orders",),
        "rows": 12,
        "is_measured": True,
        "first_line": "DELETE FROM orders",
        "size_bytes": 60,
        "created_at": START - timedelta(seconds=65),
        "expires_at": START + timedelta(minutes=14),
        "approvals_needed": 1,
        "approved_by": (),
        "state": ApprovalState.PENDING,
        "may_decide": True,
        "why_not": "",
    }
    values.update(changes)
    return wire.RequestSummary(**values)  # type: ignore[arg-type]


def detail(of: wire.RequestSummary, text: str = "", **changes: object) -> wire.RequestDetail:
    """Make all of a request."""
    text = text or "DELETE FROM orders\nWHERE status = 'cancelled'\n  AND id < 100 -- old ones"
    size = len(text.encode("utf-8", "surrogatepass"))
    values: dict[str, object] = {
        "summary": dataclasses.replace(of, size_bytes=size),
        "text": text,
        "parameters": (),
        "statement_sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        "engine": "postgres",
        "database": "shop",
        "schema": "public",
        "role": "bastion_app",
        "settings": (("search_path", "public"),),
        "source": "192.0.2.7",
        "key_fingerprint": "SHA256:8Rkq0rAHmE6mC1tPp2pJxQ9k0yq1v3bYw6uU3d5n7zE",
        "session_id": "5f2c9e10aa31b0c4",
        "is_interactive": True,
        "reason": "OPS-812 clean up",
        "rule": "production-writes",
        "rule_text": "Writes to production wait for a colleague.",
        "guards_structure": False,
        "notes": ("2 triggers fire on public.orders.",),
        "decisions": (),
        "ended_at": None,
    }
    values.update(changes)
    return wire.RequestDetail(**values)  # type: ignore[arg-type]


def session_entry(session_id: str = "s-1", **changes: object) -> wire.SessionEntry:
    """Make a live session."""
    values: dict[str, object] = {
        "id": session_id,
        "user": "alice",
        "person": "alice",
        "is_agent": False,
        "target": "shop-prod",
        "environment": "production",
        "front_end": "shell",
        "source": "192.0.2.7",
        "client": "OpenSSH_9.2",
        "started_at": START - timedelta(minutes=10),
        "last_active_at": START - timedelta(seconds=5),
        "statements": 12,
        "held": 1,
        "blocked": 0,
        "state": "waiting",
    }
    values.update(changes)
    return wire.SessionEntry(**values)  # type: ignore[arg-type]


def recording_entry(recording_id: str = "rec-1", **changes: object) -> wire.RecordingEntry:
    """Make a recording's line."""
    values: dict[str, object] = {
        "id": recording_id,
        "user": "alice",
        "target": "shop-prod",
        "environment": "production",
        "front_end": "shell",
        "started_at": START - timedelta(hours=3),
        "duration_s": 312.0,
        "statements": 9,
        "held": 1,
        "denied": 1,
        "size_bytes": 48_000,
        "state": "sealed",
    }
    values.update(changes)
    return wire.RecordingEntry(**values)  # type: ignore[arg-type]


CAST = (
    b'{"version": 2, "width": 60, "height": 12, "bastion": {"user": "alice",'
    b' "target": "shop-prod", "front_end": "shell"}}\n'
    b'[0.5, "o", "alice@shop-prod=> "]\n'
    b'[1.0, "q", "{\\"id\\": \\"a\\", \\"index\\": 1, \\"text\\": \\"select 1\\"}"]\n'
    b'[1.1, "o", "select 1;\\r\\n\\u001b[32mone\\u001b[0m\\r\\n"]\n'
    b'[41.0, "q", "{\\"id\\": \\"b\\", \\"index\\": 2, \\"text\\": \\"drop table t\\"}"]\n'
    b'[41.1, "v", "{\\"statement_id\\": \\"b\\", \\"action\\": \\"block\\"}"]\n'
    b'[41.2, "o", "\\u001b]52;c;aGk=\\u0007drop refused\\u202e\\r\\n"]\n'
    b'[44.0, "e", "{\\"reason\\": \\"left\\"}"]\n'
)


class ReviewPeer:
    """Answers one client from what its attributes hold; keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[wire.RequestSummary] = []
        self.texts: dict[str, str] = {}
        self.details: dict[str, wire.RequestDetail] = {}
        self.sessions: list[wire.SessionEntry] = []
        self.recordings: list[wire.RecordingEntry] = []
        self.casts: dict[str, bytes] = {}
        self.asked: list[wire.Message] = []
        self.key_fingerprint = ""
        self.roles: tuple[Role, ...] = (Role.REVIEWER,)
        self.refusals: dict[type, str] = {}
        self.on_message: Callable[[wire.Message], None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Begin to serve; gives the client's descriptor."""
        ours, theirs = socket.socketpair()
        self.attach(ours)
        return theirs.detach()

    def attach(self, ours: socket.socket) -> None:
        """Serve this end."""
        self._task = asyncio.get_running_loop().create_task(self._serve(ours))

    async def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def send(self, message: wire.ServerMessage) -> None:
        """Push something."""
        assert self._writer is not None
        self._writer.write(wire.encode(message))
        await self._writer.drain()

    async def push_requests(self) -> None:
        """Push the queue."""
        await self.send(wire.RequestsChanged(requests=tuple(self.requests)))

    async def _serve(self, ours: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=ours)
        self._writer = writer
        decoder = wire.Decoder()
        try:
            while data := await reader.read(65536):
                for message in decoder.feed(data):
                    self.asked.append(message)
                    if self.on_message is not None:
                        self.on_message(message)
                    await self._answer(message)
        finally:
            writer.close()

    async def _answer(self, message: wire.Message) -> None:
        refusal = self.refusals.get(type(message))
        if refusal is not None and not isinstance(message, wire.Hello):
            number = message.number  # type: ignore[union-attr]
            await self.send(wire.Reply(number=number, is_ok=False, message=refusal, code="x"))
            return
        match message:
            case wire.Hello():
                await self.send(
                    wire.Welcome(
                        version=1,
                        user="bob",
                        person="bob",
                        roles=self.roles,
                        now=START,
                        key_fingerprint=self.key_fingerprint,
                    )
                )
                await self.push_requests()
                await self.send(wire.SessionsChanged(sessions=tuple(self.sessions)))
            case wire.ShowRequest(number=number, id=request_id):
                found = next((r for r in self.requests if r.id == request_id), None)
                if found is None:
                    words = f"There is no request {request_id}."
                    await self.send(wire.Reply(number=number, is_ok=False, message=words))
                    return
                whole = self.details.get(request_id) or detail(
                    found, self.texts.get(request_id, "")
                )
                whole = dataclasses.replace(whole, summary=found)
                await self.send(wire.RequestReply(number=number, request=whole))
            case wire.ListRecordings(number=number):
                await self.send(
                    wire.RecordingsReply(number=number, recordings=tuple(self.recordings))
                )
            case wire.OpenRecording(number=number, id=recording_id):
                await self._send_recording(number, self.casts[recording_id])
            case wire.Watch(number=number, session=session, offset=offset):
                await self.send(wire.Reply(number=number, is_ok=True, message=""))
                data = self.casts.get(session, b"")[offset:]
                await self.send(
                    wire.WatchChunk(session=session, end_offset=offset + len(data), data=data)
                )
            case _:
                number = message.number  # type: ignore[union-attr]
                kind = type(message).__name__
                await self.send(wire.Reply(number=number, is_ok=True, message=f"{kind} done."))

    async def _send_recording(self, number: int, cast: bytes) -> None:
        await self.send(wire.Reply(number=number, is_ok=True, message=""))
        middle = len(cast) // 2
        for start, end in ((0, middle), (middle, len(cast))):
            await self.send(
                wire.RecordingChunk(
                    number=number,
                    end_offset=end,
                    total_bytes=len(cast),
                    data=cast[start:end],
                    is_last=end == len(cast),
                )
            )


def demo_peer() -> ReviewPeer:
    """Fill a peer with things to look at."""
    peer = ReviewPeer()
    peer.requests = [
        summary("req-7f3a", rows=12_840, expires_at=START + timedelta(seconds=50)),
        summary("req-91bc", effect="update", target="shop-prod", requester="robo", is_agent=True),
        summary(
            "req-c0de",
            effect="ddl",
            environment=Environment.STAGING,
            target="shop-staging",
            rows=None,
            first_line="CREATE INDEX CONCURRENTLY orders_by_day ON orders (day)",
        ),
        summary("req-0b0b", requester="bob", may_decide=False, why_not="Your own."),
    ]
    peer.texts["req-91bc"] = (
        "UPDATE users SET note = '[@click=app.approve(1)]x[/]'\n"
        "-- \x1b]52;c;aGk=\x07 \u202e hidden \u200b [/]\n/*! where 1=1 */ /* c */ WHERE id = 7"
    )
    peer.sessions = [session_entry("5f2c9e10aa31b0c4"), session_entry("s-2", user="robo")]
    peer.recordings = [recording_entry(), recording_entry("rec-2", state="crashed")]
    peer.casts = {"rec-1": CAST, "rec-2": CAST[:-60], "5f2c9e10aa31b0c4": CAST}
    return peer


async def _main() -> None:
    peer = demo_peer()
    fd = await peer.start()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tui", "--fd", str(fd), pass_fds=(fd,), env={}
    )
    os.close(fd)
    await child.wait()
    await peer.close()


if __name__ == "__main__":
    asyncio.run(_main())
