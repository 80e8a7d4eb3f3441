"""A real store in a temporary folder, and small records of what was audited and told."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bastion.core.approval import Approval, RunContext, binding_digest
from bastion.core.model import Environment, Impact, Principal, Role
from bastion.errors import RecordingError
from bastion.execution.approvals import ApprovalDesk
from bastion.execution.ports import PublicKey
from bastion.store.box import SecretBox
from bastion.store.notify import StoreNotifier
from bastion.store.sql import Store
from bastion.store.users import DailyBudget, StoreUsers
from recordings.keys import make_private_key
from recordings.sshsig import DECISION_NAMESPACE, sign_message
from tests.fakes.clock import FakeClock

Fields = Mapping[str, str | int | None]


_BASTION_KEY = make_private_key()


def signed_by_bastion(message: bytes) -> str:
    """Sign as the bastion does."""
    return sign_message(message, _BASTION_KEY, DECISION_NAMESPACE)


class ListedAudit:
    """The port ``Audit`` in a list; ``is_broken`` makes it refuse."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, Fields]] = []
        self.is_broken = False

    async def record(self, event: str, fields: Fields) -> str:
        if self.is_broken:
            raise RecordingError("The audit log cannot be written. Nothing was done.")
        self.lines.append((event, dict(fields)))
        return str(len(self.lines))

    def events(self) -> list[str]:
        return [event for event, _ in self.lines]


class ListedMessages:
    """The port ``Messenger`` in a list."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Fields]] = []

    def tell(self, event: str, fields: Fields) -> None:
        self.told.append((event, dict(fields)))


@dataclass
class DeskRig:
    """An approval desk on a real store."""

    desk: ApprovalDesk
    store: Store
    notifier: StoreNotifier
    clock: FakeClock
    audit: ListedAudit = field(default_factory=ListedAudit)
    messages: ListedMessages = field(default_factory=ListedMessages)


def some_key(name: str) -> PublicKey:
    """Make a public key that is as good as any other for the store."""
    blob = hashlib.sha256(name.encode()).digest()
    encoded = base64.b64encode(blob).decode()
    return PublicKey(fingerprint=f"SHA256:{encoded.rstrip('=')}", line=f"ssh-ed25519 {encoded}")


def open_box(folder: Path) -> SecretBox:
    """Make or open the root key beside the data of ``folder``."""
    (folder / "state").mkdir(exist_ok=True)
    return SecretBox.create(folder / "keys" / "root.key", data_dir=folder / "state")


@contextlib.asynccontextmanager
async def opened_store(folder: Path, clock: FakeClock) -> AsyncIterator[Store]:
    """Open the store of ``folder``, made when there is none."""
    store = Store(folder / "state" / "store.db", open_box(folder), clock)
    await store.open(create=True)
    try:
        yield store
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def opened_desk(folder: Path, clock: FakeClock) -> AsyncIterator[DeskRig]:
    """Open a desk on the store of ``folder``; several may share a folder."""
    async with opened_store(folder, clock) as store:
        notifier = store.notifier(poll_s=0.05)
        await notifier.start()
        audit, messages = ListedAudit(), ListedMessages()
        users = StoreUsers(store, clock, DailyBudget(rows=10**6, size_bytes=10**9))
        desk = ApprovalDesk(
            store,
            users,
            notifier,
            clock,
            audit,
            messages,
            sign=signed_by_bastion,
            safety_poll_s=0.05,
            flood_step_s=0.001,
        )
        try:
            yield DeskRig(
                desk=desk,
                store=store,
                notifier=notifier,
                clock=clock,
                audit=audit,
                messages=messages,
            )
        finally:
            await notifier.stop()


async def add_people(store: Store) -> None:
    """Add target shop, alice (engineer), bob and carol (reviewers), root (admin), robo (agent)."""
    await store.add_target(
        "shop", environment=Environment.PRODUCTION, url="postgresql://app:hunter2@127.0.0.1/shop"
    )
    for name, role in (
        ("alice", Role.ENGINEER),
        ("bob", Role.REVIEWER),
        ("carol", Role.REVIEWER),
        ("root", Role.ADMIN),
    ):
        await store.add_user(name, keys=[some_key(name)], roles=[role], targets=None)
    await store.add_agent(
        "robo",
        keys=[some_key("robo")],
        owner="alice",
        targets=["shop"],
        expires_at=store._clock.now() + timedelta(days=30),
    )


def principal(
    user: str,
    *roles: Role,
    person: str | None = None,
    is_agent: bool = False,
    targets: frozenset[str] | None = None,
) -> Principal:
    """Make who is connected; reviewers unless told otherwise."""
    return Principal(
        user=user,
        person=user if person is None else person,
        is_agent=is_agent,
        roles=frozenset(roles) or frozenset({Role.REVIEWER}),
        targets=targets,
        key_fingerprint=some_key(user).fingerprint,
        source="127.0.0.1",
    )


def draft(
    request_id: str,
    now: datetime,
    *,
    requester: str = "alice",
    is_agent: bool = False,
    text: str = "delete from orders where paid = 'no'",
    session_id: str = "",
    needed: int = 1,
) -> Approval:
    """Make a request that has not been filed."""
    context = RunContext(target="shop", database="shop", schema="public", role="app")
    return Approval(
        id=request_id,
        requester=requester,
        person="alice" if is_agent else requester,
        is_agent=is_agent,
        key_fingerprint="SHA256:x",
        source="127.0.0.1",
        session_id=session_id,
        is_interactive=bool(session_id),
        context=context,
        environment=Environment.PRODUCTION,
        text=text,
        parameters=(),
        statement_sha256=hashlib.sha256(text.encode()).hexdigest(),
        digest=binding_digest(text, (), context, session_id),
        effect="delete",
        guards_structure=False,
        impact=Impact(effect="delete", tables=("public.orders",), rows=99, is_measured=True),
        rule="production-writes",
        rule_text="Writes on production need approval.",
        reason="",
        approvals_needed=needed,
        approver_roles=frozenset({Role.REVIEWER, Role.ADMIN}),
        created_at=now,
        expires_at=now + timedelta(minutes=15),
    )
