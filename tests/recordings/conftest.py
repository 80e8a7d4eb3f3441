"""A real journal with a real audit log in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from recordings.audit import AuditLog
from recordings.catalog import Catalog
from recordings.events import (
    ApprovalEvent,
    Event,
    Header,
    OutcomeEvent,
    Output,
    Resize,
    RowsEvent,
    StatementEvent,
    VerdictEvent,
    sha256_hex,
)
from recordings.keys import make_private_key, save_private_key, save_public_key
from recordings.retention import Due, KeepPolicy, find_due
from recordings.writer import Journal, TranscriptWriter
from tests.fakes.clock import FakeClock

DAY = 86_400
POLICY = KeepPolicy(days=100)


@dataclass
class Desk:
    """One installation: key, audit log and journal under one folder."""

    folder: Path
    key: Ed25519PrivateKey = field(default_factory=make_private_key)
    clock: FakeClock = field(default_factory=FakeClock)
    recipients: tuple[str, ...] = ()
    """That recordings are encrypted to as they are written."""

    def __post_init__(self) -> None:
        save_private_key(self.key, self.folder / "signing.key")
        save_public_key(self.key.public_key(), self.key_path)
        self.audit = AuditLog(self.audit_path, self.key, now=self.clock.now)
        self.journal = self.new_journal()

    @property
    def public(self) -> Ed25519PublicKey:
        return self.key.public_key()

    @property
    def key_path(self) -> Path:
        return self.folder / "recording.pub"

    @property
    def audit_path(self) -> Path:
        return self.folder / "audit.log"

    @property
    def root(self) -> Path:
        return self.folder / "sessions"

    def new_journal(self) -> Journal:
        return Journal(
            self.root, self.key, self.audit, now=self.clock.now, recipients=self.recipients
        )

    def encrypt(self) -> None:
        """Have all that follows encrypted, for the identity in ``self.identity``."""
        identity = pyrage.x25519.Identity.generate()
        self.identity_path.write_text(f"{identity}\n")
        self.recipients = (str(identity.to_public()),)
        # For writers in processes of their own.
        (self.folder / "recipients").write_text(self.recipients[0])
        self.journal = self.new_journal()

    @property
    def identity_path(self) -> Path:
        return self.folder / "identity.txt"

    @property
    def identity(self) -> Path | None:
        return self.identity_path if self.recipients else None

    def header(self, session_id: str = "s1", **fields: str | int) -> Header:
        named = {"user": "alice", "person": "alice", "target": "shop-prod"} | fields
        return Header(
            session_id=session_id,
            started_at=self.clock.now(),
            columns=80,
            rows=24,
            term="xterm-256color",
            **named,
        )

    async def open(self, session_id: str = "s1", **fields: str | int) -> TranscriptWriter:
        return await self.journal.open(self.header(session_id, **fields))

    async def sealed(self, session_id: str = "s1", *, statements: int = 5) -> Path:
        """Record a whole session."""
        writer = await self.open(session_id)
        for index in range(1, statements + 1):
            await record_statement(writer, index)
        await writer.seal("logout")
        return writer.path


def due(desk: Desk, policy: KeepPolicy = POLICY) -> Due:
    """Find what a policy lets go now."""
    return find_due(Catalog(desk.root), desk.audit_path, policy, desk.clock.now())


async def record_statement(writer: TranscriptWriter, index: int) -> None:
    name = f"q{index}"
    text = f"select name from customers where id = {index}"
    await writer.append(Output(data=f"shop=> {text};\r\n".encode()))
    intent: tuple[Event, ...] = (
        StatementEvent(id=name, index=index, text=text, sha256=sha256_hex(text.encode())),
        VerdictEvent(statement_id=name, action="allow", rule="reads", tables=("customers",)),
    )
    await writer.append(*intent)
    await writer.append(
        RowsEvent(statement_id=name, count=1, sha256="ab" * 32),
        Output(data="name\r\n────\r\nJosé\r\n".encode()),
    )
    await writer.append(OutcomeEvent(statement_id=name, status="ok", tag="SELECT 1", row_count=1))


@pytest.fixture
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    made = Desk(tmp_path)
    if getattr(request, "param", "plain") == "encrypted":
        made.encrypt()
    yield made
    made.journal.close()


@pytest.fixture
def all_events() -> tuple[Event, ...]:
    return (
        Output(data=b"shop=> "),
        Resize(columns=120, rows=40),
        StatementEvent(
            id="q1", index=1, text="delete from orders", parameters=(b"1", None, b"\xff")
        ),
        VerdictEvent(statement_id="q1", action="hold", rule="writes", effects=("delete",)),
        ApprovalEvent(request_id="r1", state="approved", statement_id="q1", reviewer="bob", rows=9),
        Output(data=b"\xe2\x82"),
        Output(data=b"\xac\r\n"),
        Output(data=b"warning\n", is_stderr=True),
        OutcomeEvent(statement_id="q1", status="ok", tag="DELETE 9", row_count=9),
    )
