"""What execution needs of the world, as narrow protocols; ``app.py`` joins them to adapters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bastion.core.approval import Approval
from bastion.core.breakglass import Emergency
from bastion.core.carry import KnownClass
from bastion.core.catalogue import Catalogue, Declaration
from bastion.core.grants import Grant
from bastion.core.keyset import KeyGuard, OverGuard
from bastion.core.model import (
    Fence,
    Principal,
    RawBatch,
    ResultColumn,
    Role,
    Sensitivity,
    Target,
    TransactionState,
)
from bastion.core.retire import RetiredTable
from bastion.core.sequences import CounterGuard
from bastion.core.tokens import Remembered, TokenBook
from recordings.events import Grid
from recordings.heard import MaskFor
from recordings.readers import ServedFile


class Clock(Protocol):
    """Time, so that tests can move it."""

    def now(self) -> datetime:
        """Give the wall clock's time, UTC."""
        ...

    def monotonic(self) -> float:
        """Give seconds for measuring spans."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that an account may log in with."""

    fingerprint: str
    """``SHA256:…`` as OpenSSH prints it."""
    line: str
    """One line as in authorized_keys, options included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person's or an agent's account, as stored."""

    user: str
    person: str
    """The user, or an agent's owner."""
    is_agent: bool
    roles: frozenset[Role]
    targets: frozenset[str] | None
    keys: tuple[PublicKey, ...]
    is_disabled: bool = False
    expires_at: datetime | None = None
    """Agents only."""
    sources: tuple[str, ...] = ()
    """Agents only: CIDR blocks; empty for anywhere."""
    totp_secret: str = field(default="", repr=False)
    """Base 32; empty for agents."""


class Users(Protocol):
    """Accounts and the state of their second factor."""

    async def find(self, user: str) -> Account | None:
        """Find an account by its exact name; disabled ones too."""
        ...

    async def list_accounts(self) -> Sequence[Account]:
        """List all accounts in order of name; without their secrets."""
        ...

    async def accept_step(self, user: str, step: int) -> bool:
        """Take a TOTP step for good, by one conditional UPDATE.

        Returns:
            False when this step, or a later one, was accepted before.
        """
        ...

    async def record_failure(self, user: str, now: datetime) -> None:
        """Count one failed code of the account."""
        ...

    async def locked_until(self, user: str, now: datetime) -> datetime | None:
        """Tell when the lock after too many failed codes ends; None when not locked."""
        ...

    async def refusal(
        self, principal: Principal, target: str | None, *, is_news: bool = False
    ) -> str | None:
        """Tell why a principal that once logged in may no longer act, in words for them.

        Checked at each channel and each statement: the account or its owner is disabled, gone or
        expired, the key was removed, roles or targets were taken, a panic is on.

        Args:
            target: also check that this target is within reach and not in panic.
            is_news: something has just changed, so no earlier answer counts.

        Returns:
            None when all is well.
        """
        ...

    async def stopped(self, user: str, target: str) -> str | None:
        """Tell why an account may not act on a target at this moment: disabled, expired, a panic.

        Returns:
            None where nothing stops it; roles and reach are not looked at.
        """
        ...

    async def spend(self, user: str, *, rows: int, size_bytes: int) -> str | None:
        """Count rows and bytes against an agent's daily budget.

        Returns:
            None within the budget, else what is used up, in words.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The single-use right to send one statement to a target.

    Only ``execution.pipeline`` makes one, and only after the intent is on disk.
    """

    sql: str
    """The statement byte for byte as it was judged; one statement."""
    parameters: tuple[bytes | None, ...]
    fence: Fence
    statement_timeout_s: float
    lock_timeout_s: float
    row_limit: int
    """Rows that may be fetched; one more is asked for, to know of a cut."""
    affected_max: int | None = None
    """Commit only if no more rows than this were affected; None: not compared."""
    keys: KeyGuard | None = None
    """Write only if the rows are among those approved, and commit only if no other was touched."""
    over: OverGuard | None = None
    """Commit only if an INSERT has written over no more stored rows than were approved."""
    counters: CounterGuard | None = None
    """Commit only if no sequence that it takes numbers from was set back."""
    pause_s: float = 0.0
    """Yield ``ReadyToCommit`` before COMMIT; the server rolls back after so long by itself where
    it can. 0: no pause. Only outside of a transaction."""
    is_instant: bool = False
    """PostgreSQL: in a transaction nothing is asked before it that would take its snapshot."""
    guards_structure: bool = False
    """Commit only when relations and partitions before and after are the same, none truncated."""
    guards_rows: bool = False
    """Commit only when the server counted no write to a row of a stored table."""
    temporary: frozenset[tuple[str, str]] = frozenset()
    """MySQL: run only when the server says that these tables, by schema and name, are temporary."""
    select_limit: int | None = None
    """MySQL: ``sql_select_limit`` of the session, around a read."""
    sets_modes: bool = False
    """MySQL: it sets ``sql_mode``: the modes that texts are written anew for are what it says."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """Structure that the statement was judged by, as in ``Catalogue.marks``: nothing is shown, and
    nothing written, when the server now says otherwise."""
    foundations: Mapping[str, str] = field(default_factory=dict)
    """All structure and code that a yes rests on, named or not: commit only when the server still
    says so once the statement has run. Others may change code that no lock holds."""
    confirm: Callable[[], Awaitable[None]] | None = None
    """Raises, once the statement has run, where what let it run no longer stands: commit only when
    it does not. Where a statement commits by itself it is asked before that is sent."""
    token_values: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """What the tokens in ``sql`` and in the questions of ``keys`` stand for. The connection puts
    the values in their place, as parameters or quoted by itself; no text that is kept has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalPermit:
    """The right to run one write to measure it, and to roll it back; it can never commit."""

    sql: str
    statement_timeout_s: float
    lock_timeout_s: float
    token_values: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def as_trial(self) -> Permit:
        """Give the permit of a run that stops before its COMMIT; the connection never goes on."""
        return Permit(
            sql=self.sql,
            parameters=(),
            fence=Fence.WRITE,
            statement_timeout_s=self.statement_timeout_s,
            lock_timeout_s=self.lock_timeout_s,
            row_limit=1,
            token_values=self.token_values,
            pause_s=self.statement_timeout_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyToCommit:
    """A write has run and waits, its transaction open.

    Taking the next event commits it; closing the stream rolls it back.
    """

    affected: int
    waiters: Callable[[], Awaitable[int]]
    """Counts the sessions that wait for its locks now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultHead:
    """A result set begins, with the server's own description."""

    columns: tuple[ResultColumn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerNotice:
    """NOTICE, WARNING or a line of SHOW WARNINGS, raw: it may quote values."""

    severity: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The statement ended well at the server."""

    tag: str
    affected: int
    truncated: bool
    """More rows existed than ``row_limit``."""
    given: int | None = None
    """MySQL: how many rows an INSERT gave, where the server says so."""


TargetEvent = ResultHead | RawBatch | ServerNotice | ReadyToCommit | Completion


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a session's statements depend on at the server, as the server says."""

    search_path: tuple[str, ...]
    settings: frozenset[tuple[str, str]]
    """Who it is, and the settings that are not the login's own; not the timeouts of a permit."""


class Connection(Protocol):
    """One login at a target, used by one session; statements run one after another."""

    prefers_reader: bool
    """Reads outside a transaction may run under the reader role: the session has made nothing
    on this connection that they would miss."""

    @property
    def transaction_state(self) -> TransactionState:
        """Tell where the connection stands."""
        ...

    @property
    def role(self) -> str:
        """Name the database role in use."""
        ...

    @property
    def search_path(self) -> tuple[str, ...]:
        """Give the schemas that bare names were looked up in at login; MySQL: the database."""
        ...

    @property
    def modes(self) -> str:
        """Give ``sql_mode`` as the session set it, where texts are written anew for it; or ""."""
        ...

    @property
    def lifted(self) -> frozenset[str]:
        """Name the checks of what is written that the session has switched off; MySQL."""
        ...

    def run(self, permit: Permit) -> AsyncGenerator[TargetEvent, None]:
        """Send one statement and stream what comes back.

        The row limit cuts at the server's side where it can; rows arrive in batches of at most
        1,000 rows and about 1 MB.

        Raises:
            StatementError, StatementTimeoutError, StatementCancelledError,
            TargetUnavailableError, EffectExceededError, StructureHarmedError.
        """
        ...

    async def rehearse(self, permit: RehearsalPermit) -> int:
        """Run a write outside of a transaction, count the rows that it touches, and roll it back.

        Raises:
            As ``run``.
        """
        ...

    async def describe(self, permit: Permit) -> tuple[ResultColumn, ...] | None:
        """Ask the server what columns a statement would return, without running it.

        Returns:
            None where the engine cannot tell (MySQL's text protocol).

        Raises:
            StatementError: the server cannot parse or plan it.
        """
        ...

    async def standing(self) -> Standing | None:
        """Ask the server where the session stands; None where it cannot be asked now."""
        ...

    async def settings_digest(self) -> str:
        """Digest all settings under which SQL runs here now, whoever made them.

        Not the timeouts of a permit, nor what differs between two logins of one kind. Empty where
        it cannot be asked: in a failed transaction nothing runs.

        Raises:
            TargetUnavailableError: the database is gone.
        """
        ...

    async def cancel(self) -> None:
        """Cancel what runs now, at the server; harmless when nothing runs. Any task may call it."""
        ...

    async def reset(self) -> None:
        """Roll back an open transaction; used before an end."""
        ...

    async def close(self) -> None:
        """Leave; an open transaction is rolled back."""
        ...


class Connector(Protocol):
    """Opens connections to one target and knows its catalogue."""

    @property
    def target(self) -> Target:
        """Give the target it connects to."""
        ...

    async def connect(self, application: str) -> Connection:
        """Log in.

        Args:
            application: shown to the database's own administrators, ``bastion:alice:ID``.

        Raises:
            TargetUnavailableError: with what to check.
        """
        ...

    async def catalogue(self) -> Catalogue:
        """Give the snapshot, fetched on first use, shared by all sessions of the target."""
        ...

    async def refresh(self, relations: frozenset[tuple[str, str]] | None = None) -> Catalogue:
        """Fetch and classify again, all or some relations, within about 2 s for some."""
        ...

    async def declare(self, declared: Sequence[Declaration]) -> None:
        """Take over what people said that columns hold; it goes before what is found."""
        ...

    async def carry(self, carried: Sequence[KnownClass]) -> None:
        """Remember classes that a statement is about to bring into stored columns.

        Raises:
            StoreError: they cannot be remembered, so the statement must not run.
        """
        ...

    async def recall(self) -> None:
        """Take over what other processes have remembered since."""
        ...

    async def close(self) -> None:
        """Drop what is shared."""
        ...


class ClassMemory(Protocol):
    """What one target's columns were found to hold, beyond the life of a process."""

    async def recall(self) -> Sequence[KnownClass]:
        """List what is remembered."""
        ...

    async def keep(self, found: Sequence[KnownClass]) -> None:
        """Remember what is new; of columns that were filled twice, both classes count."""
        ...


class Targets(Protocol):
    """The targets that are configured now."""

    async def list_targets(self) -> Sequence[Target]:
        """List all, in order of name."""
        ...

    async def connector(self, name: str) -> Connector | None:
        """Give the shared connector of a target; None for an unknown name."""
        ...

    async def is_current(self, connector: Connector) -> bool:
        """Tell whether a connector's target is still there, and is as it was then; looked up."""
        ...


class Approvals(Protocol):
    """Requests for approval in the store; each change is one compare-and-set."""

    async def insert(self, approval: Approval) -> Approval:
        """Store a new pending request."""
        ...

    async def get(self, request_id: str) -> Approval | None:
        """Find one request."""
        ...

    async def list_requests(
        self, *, pending_only: bool = False, limit: int = 200
    ) -> Sequence[Approval]:
        """List requests, newest first."""
        ...

    async def swap(self, before: Approval, after: Approval) -> bool:
        """Replace ``before`` by ``after`` if it is still exactly as it was (its ``revision``).

        Returns:
            False when somebody else was first.
        """
        ...


class Quarantine(Protocol):
    """The tables that were retired instead of dropped."""

    async def add_retired(self, entry: RetiredTable) -> None:
        """Put one on record, before it is moved."""
        ...

    async def find_retired(self, entry_id: str) -> RetiredTable | None:
        """Find one by its id."""
        ...

    async def list_retired(self, target: str | None = None) -> Sequence[RetiredTable]:
        """List what was retired, newest first, what has ended too."""
        ...

    async def swap_retired(self, before: RetiredTable, after: RetiredTable) -> bool:
        """Replace ``before`` by ``after`` if it is still as it was.

        Returns:
            False when somebody else was first.
        """
        ...


class Emergencies(Protocol):
    """The uses of break-glass."""

    async def add_emergency(self, emergency: Emergency) -> None:
        """Put one on record."""
        ...

    async def list_emergencies(self, user: str | None = None) -> Sequence[Emergency]:
        """List them, of one account or all, newest first."""
        ...

    async def swap_emergency(self, before: Emergency, after: Emergency) -> bool:
        """Replace ``before`` by ``after`` if it is still as it was.

        Returns:
            False when somebody else was first.
        """
        ...


class GrantRecords(Protocol):
    """What reviewers gave to persons for a while."""

    async def add_grant(self, grant: Grant) -> None:
        """Put one on record."""
        ...

    async def list_grants(self, user: str | None = None) -> Sequence[Grant]:
        """List them, of one account or all, newest first."""
        ...

    async def use_grant(self, grant_id: str, count: int, now: datetime) -> bool:
        """Count uses, if it still holds at ``now`` and has so many left; one transaction."""
        ...

    async def end_grant(self, ended: Grant) -> None:
        """Write who ended it, and when."""
        ...


class GuessRecords(Protocol):
    """What was tried on masked columns, as digests; and what was added to budgets."""

    async def spend_guesses(
        self,
        person: str,
        target: str,
        day: datetime,
        asked: Mapping[Sensitivity, Mapping[str, int]],
        *,
        allowed: int,
    ) -> tuple[bool, Mapping[Sensitivity, tuple[int, int]]]:
        """Take digests, each with the number of values it stands for, in one transaction.

        A digest of this day costs nothing again. Where any class has too little left, nothing is
        taken.

        Returns:
            Whether it was taken; used and allowed, extensions included, of each class asked.
        """
        ...

    async def used_guesses(
        self, person: str, target: str, day: datetime
    ) -> Mapping[Sensitivity, tuple[int, int]]:
        """Give what was used and what was added, by class."""
        ...

    async def extend_guesses(
        self, person: str, target: str, day: datetime, sensitivity: Sensitivity, count: int
    ) -> None:
        """Add to a budget for one day."""
        ...


class Notifier(Protocol):
    """Wakes whoever waits for a change, in this process and in others."""

    async def publish(self, topic: str, key: str) -> None:
        """Say that ``key`` of ``topic`` changed."""
        ...

    def subscribe(self, topic: str, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call back with the key on each change, on the loop; returns the way to stop it."""
        ...


class Audit(Protocol):
    """The append-only, chained log of acts."""

    async def record(self, event: str, fields: Mapping[str, str | int | None]) -> str:
        """Append one line, durable when this returns, and give its id.

        Raises:
            RecordingError: it could not be written; the act must not happen.
        """
        ...


class Messenger(Protocol):
    """Tells people outside of the product: webhook and command hook. Never raises."""

    def tell(self, event: str, fields: Mapping[str, str | int | None]) -> None:
        """Queue one message; no SQL text and no values in it."""
        ...


class History(Protocol):
    """The shell's history, kept per person and target."""

    async def load(self, user: str, target: str) -> Sequence[str]:
        """Give past statements, oldest first, already scrubbed."""
        ...

    async def append(self, user: str, target: str, text: str) -> None:
        """Remember one statement; the caller has scrubbed secrets."""
        ...


class Tokens(Protocol):
    """What tokens of masked values stand for, per target and class; for a while, sealed."""

    async def book(self, target: str) -> TokenBook:
        """Give what hands out the tokens of a target; shared by all sessions."""
        ...

    async def remember(self, target: str, given: Sequence[Remembered]) -> None:
        """Remember tokens; durable when this returns, and only then are they shown.

        Raises:
            StoreError: they could not be stored.
        """
        ...

    async def resolve(self, target: str, tokens: Collection[str]) -> Mapping[str, bytes]:
        """Give the values that tokens stand for; unknown ones are left out."""
        ...


class ByteChannel(Protocol):
    """One exec channel: what goes to the client is in the transcript first."""

    has_terminal: bool
    closed: asyncio.Event
    """Set when the client is gone."""
    on_interrupt: Callable[[], None] | None
    """Called on Ctrl-C or a signal from the client."""
    environment: Mapping[str, str]
    """Only LANG, LC_*, NO_COLOR, ACCESSIBLE and TERM."""
    columns: int

    async def write(self, data: bytes, cells: tuple[Grid, ...] = ()) -> None:
        """Record, and where it shows cells of results, then send to stdout.

        Raises:
            ConnectionError: the client is gone.
        """
        ...

    async def write_err(self, data: bytes) -> None:
        """Record, then send to stderr."""
        ...

    async def read(self) -> bytes:
        """Read from stdin; ``b""`` at its end."""
        ...


class Terminal(Protocol):
    """One interactive terminal; all that is drawn is in the transcript first."""

    columns: int
    rows: int
    term: str
    environment: Mapping[str, str]
    closed: asyncio.Event
    on_input: Callable[[str], None] | None
    on_resize: Callable[[], None] | None

    def write(self, text: str) -> None:
        """Queue text: recorded first, then sent, in order."""
        ...

    async def drain(self) -> None:
        """Return when all written so far is recorded and handed to the client."""
        ...

    async def ease(self) -> None:
        """Return when so little is queued that more may be written meanwhile."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementHit:
    """One statement that a search found in a recording."""

    statement: int
    """Its number in the session, from 1."""
    at_s: float
    """When it came, since the start: where to play from."""
    text: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingView:
    """One recording in a listing."""

    id: str
    user: str
    person: str
    target: str
    environment: str
    front_end: str
    started_at: datetime
    duration_s: float
    statements: int
    held: int
    denied: int
    size_bytes: int
    state: str
    """``live``, ``sealed`` or ``crashed``; ``unproven`` where the audit log knows it otherwise."""
    path: Path
    hits: tuple[StatementHit, ...] = ()
    """The statements that a search found in it, in order."""


class Recordings(Protocol):
    """The folder of transcripts."""

    async def find(self, session_id: str) -> RecordingView | None:
        """Find one recording by its id."""
        ...

    async def serve(self, recording: Path, mask_for: MaskFor) -> ServedFile:
        """Open a recording for one reader, once it was checked; what was checked is what is read.

        Raises:
            OSError: it cannot be read.
            FormatError: it is encrypted, or garbled where it is read, and a ChangedError where it
                is not what was recorded.
        """
        ...

    async def search(self, *, query: str, limit: int) -> Sequence[RecordingView]:
        """List recordings that match ``query``, newest first, with the statements that do.

        Raises:
            UsageError: the query cannot be read.
        """
        ...
