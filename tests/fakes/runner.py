"""A scripted governed path for drawing: events as the pipeline gives them, and who asked what.

Only for what front ends draw and how they end; every promise about judging, masking and recording
is tested on the real one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from bastion.core.approval import Approval
from bastion.core.catalogue import Catalogue, Classification, Column, Relation, RelationKind
from bastion.core.context import SessionContext
from bastion.core.model import (
    Engine,
    Environment,
    Finished,
    MaskedBatch,
    PipelineEvent,
    Principal,
    ResultColumn,
    ResultStarted,
    Role,
    RunOptions,
    Sensitivity,
    StatementStarted,
    Status,
    Target,
    TransactionState,
)
from bastion.core.statement import split
from bastion.errors import TargetUnavailableError, UsageError
from tests.fakes.clock import FakeClock

TARGETS = (
    Target(
        name="shop-prod",
        engine=Engine.POSTGRESQL,
        environment=Environment.PRODUCTION,
        host="127.0.0.1",
        port=5432,
        database="shop",
    ),
    Target(
        name="shop-mysql",
        engine=Engine.MYSQL,
        environment=Environment.STAGING,
        host="127.0.0.1",
        port=3306,
        database="shop",
    ),
)
ALICE = Principal(
    user="alice",
    person="alice",
    is_agent=False,
    roles=frozenset({Role.ENGINEER}),
    targets=None,
    key_fingerprint="SHA256:abc",
    source="127.0.0.1",
)
ID = ResultColumn(name="id", type_name="int4", is_numeric=True)
NAME = ResultColumn(name="name", type_name="text")
EMAIL = ResultColumn(name="email", type_name="text", masked="email")


def make_catalogue(engine: Engine = Engine.POSTGRESQL) -> Catalogue:
    """Make a catalogue of two tables and a view."""
    schema = "public" if engine is Engine.POSTGRESQL else "shop"
    harmless = Classification(sensitivity=None, evidence="a number")
    email = Classification(sensitivity=Sensitivity.EMAIL, evidence="its name and values")
    columns = (
        Column(name="id", type_name="integer", classification=harmless, is_nullable=False),
        Column(name="email", type_name="text", classification=email),
        Column(name="Odd Name", type_name="text", classification=harmless),
    )
    relations = {
        (schema, name): Relation(
            schema=schema, name=name, kind=kind, columns=columns, primary_key=("id",)
        )
        for name, kind in (
            ("customers", RelationKind.TABLE),
            ("orders", RelationKind.TABLE),
            ("open_orders", RelationKind.VIEW),
        )
    }
    return Catalogue(engine=engine, version="1", search_path=(schema,), relations=relations)


Script = Callable[[str, RunOptions], AsyncIterator[PipelineEvent]]


async def answer_rows(text: str, options: RunOptions) -> AsyncIterator[PipelineEvent]:
    """Answer every statement with two rows."""
    del options
    for index, piece in enumerate(split(text, Engine.POSTGRESQL), 1):
        yield StatementStarted(index=index, text=piece)
        columns = (ID, NAME, EMAIL)
        yield ResultStarted(columns=columns)
        rows = ((b"1", b"pen", b"a***"), (b"22", None, b"b***"))
        yield MaskedBatch(columns=columns, rows=rows)
        yield Finished(
            index=index, status=Status.OK, tag="SELECT 2", has_rows=True, row_count=2, elapsed_ms=4
        )


@dataclass
class ScriptedRunner:
    """The face of ``execution.pipeline.Runner`` for front ends."""

    target: Target
    script: Script = answer_rows
    transaction_state: TransactionState = TransactionState.IDLE
    role: str = "app"
    context: SessionContext = field(default_factory=SessionContext)
    ran: list[tuple[str, RunOptions]] = field(default_factory=list)
    interrupts: int = 0
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    is_closed: bool = False
    masks: tuple[str, ...] = ()

    async def catalogue(self) -> Catalogue:
        return make_catalogue(self.target.engine)

    async def execute(
        self, text: str, *, options: RunOptions, parameters: Sequence[bytes | None] = ()
    ) -> AsyncIterator[PipelineEvent]:
        del parameters
        self.ran.append((text, options))
        async for event in self.script(text, options):
            yield event

    async def resume(
        self, approval: Approval, *, options: RunOptions
    ) -> AsyncIterator[PipelineEvent]:
        async for event in self.execute(approval.text, options=options):
            yield event

    async def interrupt(self) -> None:
        self.interrupts += 1
        self.interrupted.set()

    def explain_masks(self) -> tuple[str, ...]:
        return self.masks

    async def close(self) -> None:
        self.is_closed = True

    @property
    def texts(self) -> list[str]:
        """Give the texts that were run."""
        return [text for text, _ in self.ran]


class FakeSession:
    """The face of ``execution.session.Session`` for front ends."""

    def __init__(self, target: Target | None, principal: Principal = ALICE) -> None:
        self.id = "5e55"
        self.principal = principal
        self.target = target
        self.front_end = "test"
        self.ended = asyncio.Event()
        self.end_reason = ""
        self.notice_callback: Callable[[str], None] | None = None
        self.notes: list[tuple[str, dict]] = []
        self.texts = 0

    def touch(self) -> None:
        pass

    async def note(self, kind: str, fields: dict) -> None:
        self.notes.append((kind, fields))

    def begin_text(self) -> int:
        self.texts += 1
        return self.texts

    async def end_text(self, statements: int | None) -> None:
        self.notes.append(("typed", {"text": self.texts, "statements": statements}))

    async def words(self, text: str) -> None:
        self.notes.append(("words", {"text": text}))

    async def end(self, reason: str) -> None:
        if not self.ended.is_set():
            self.end_reason = reason
            self.ended.set()


class FakeHistory:
    """The port ``History`` in memory."""

    def __init__(self, *past: str) -> None:
        self.past = list(past)

    async def load(self, user: str, target: str) -> list[str]:
        del user, target
        return self.past

    async def append(self, user: str, target: str, text: str) -> None:
        del user, target
        self.past.append(text)


class FakeServices:
    """The face of ``execution.services.Services``, with one scripted runner per session."""

    def __init__(
        self, script: Script = answer_rows, *, targets: Sequence[Target] = TARGETS
    ) -> None:
        self.script = script
        self.all_targets = tuple(targets)
        self.clock = FakeClock()
        self.history = FakeHistory()
        self.runners: list[ScriptedRunner] = []
        self.sessions: list[FakeSession] = []
        self.is_down = False
        policy = SimpleNamespace(version="cafe")
        self.governance = SimpleNamespace(policy=lambda: policy)
        self.desk = SimpleNamespace()
        self.registry = SimpleNamespace()

    async def reachable_targets(self, principal: Principal) -> tuple[Target, ...]:
        return tuple(t for t in self.all_targets if principal.may_reach(t.name))

    async def find_target(self, principal: Principal, name: str) -> Target:
        for target in await self.reachable_targets(principal):
            if target.name == name:
                return target
        names = ", ".join(t.name for t in await self.reachable_targets(principal))
        raise UsageError(f'There is no target "{name}" for you. You may use: {names}.')

    async def open_session(
        self, principal: Principal, *, target: Target | None, front_end: str, **details: object
    ) -> FakeSession:
        del front_end, details
        self.sessions.append(FakeSession(target, principal))
        return self.sessions[-1]

    async def open_runner(
        self, session: FakeSession, target: Target | None = None
    ) -> ScriptedRunner:
        if self.is_down:
            raise TargetUnavailableError("The target cannot be reached. Check that it runs.")
        target = target or session.target
        assert target is not None
        self.runners.append(ScriptedRunner(target, script=self.script))
        return self.runners[-1]

    @property
    def runner(self) -> ScriptedRunner:
        """Give the last runner."""
        return self.runners[-1]


def recording_of(folder: Path) -> Path:
    """Give the path of the recording that tests write."""
    return folder / "5e55.cast"
