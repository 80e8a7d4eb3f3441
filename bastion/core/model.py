"""The words of the product: who asks, of which database, what, and what may come back.

Everything here is a frozen value. Nothing here does I/O or reads a clock.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CLOCK_STEP = timedelta(minutes=2)
"""What a clock that is kept right may be set back by, and no more."""


class Engine(enum.Enum):
    """The database engines that a target may be; the value is sqlglot's dialect."""

    POSTGRESQL = "postgres"
    MYSQL = "mysql"
    """MySQL and MariaDB."""


class Environment(enum.Enum):
    """How much is at stake at a target."""

    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"


class Role(enum.Enum):
    """What an account is for; agents have exactly ``AGENT``."""

    ENGINEER = "engineer"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    ADMIN = "admin"
    AGENT = "agent"


class Sensitivity(enum.Enum):
    """Class of a sensitive value; the value is the word people see."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    SSN = "ssn"
    IBAN = "iban"
    BIRTH_DATE = "birth_date"
    PASSWORD = "password"
    TOKEN = "token"
    IP_ADDRESS = "ip_address"
    ADDRESS = "address"
    """Where somebody lives or receives post."""
    PRIVATE = "private"
    """What a person declared private; nothing is found to be so."""
    SECRET = "secret"
    """System catalogues that hold credentials or other people's data."""
    UNPROVEN = "unproven"
    """Not shown to be harmless, therefore masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is connected; made once per SSH connection by ``ssh.auth`` and nowhere else."""

    user: str
    """The account that logged in: a person's, or an agent's name."""
    person: str
    """Whose act this is: the user, or the agent's owner. Compare persons, never users."""
    is_agent: bool
    roles: frozenset[Role]
    targets: frozenset[str] | None
    """Names of the targets within reach; None for all."""
    key_fingerprint: str
    source: str
    """The client's address, without the port."""
    client: str = ""
    """The client's SSH version string."""
    connection_id: str = ""

    def may_reach(self, target: str) -> bool:
        """Tell whether the target of this name is within reach."""
        return self.targets is None or target in self.targets

    def has_role(self, *roles: Role) -> bool:
        """Tell whether any of ``roles`` is held."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A database that engineers query, without its credentials."""

    name: str
    engine: Engine
    environment: Environment
    host: str
    port: int
    database: str
    has_reader: bool = False
    """A second role that can only SELECT is configured."""

    @property
    def place(self) -> str:
        """Say where it lies; its name may be given to another server."""
        return f"{self.engine.value}://{self.host}:{self.port}"


class Action(enum.Enum):
    """What policy says; *denied* is only ever a reviewer's act."""

    ALLOW = "allow"
    HOLD = "hold"
    BLOCK = "block"


class EffectClass(enum.Enum):
    """What a statement does; a statement may do several. Policy rules match on the value."""

    READ = "read"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    MERGE = "merge"
    DDL = "ddl"
    """Creates or alters objects without destroying a relation."""
    DROP = "drop"
    """Drops or truncates a table, schema, database, partition, or replaces one."""
    PRIVILEGE = "privilege"
    SESSION = "session"
    """Harmless change to the session's own settings, or its prepared names and cursors."""
    TRANSACTION = "transaction"
    ADMIN = "admin"
    """Server administration, locks, maintenance, settings that would lift a fence."""
    OUTSIDE = "outside"
    """Reaches files, programs, other servers or other sessions."""
    UNKNOWN = "unknown"
    """Not understood."""


class Fence(enum.Enum):
    """How the database itself confines a run."""

    READ_ONLY = "read_only"
    """A READ ONLY transaction that is rolled back, or a savepoint inside the user's own."""
    WRITE = "write"
    """May change data: own transaction in autocommit, else the user's."""
    SESSION = "session"
    """Sent as is: BEGIN, COMMIT, SET, PREPARE and the like, already judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligations:
    """What an allowed run must respect."""

    row_limit: int
    statement_timeout_s: float
    lock_timeout_s: float
    measured_keys: int = 10_000
    """Up to so many rows of a held write are told apart by their keys."""
    guesses_per_day: int = 100
    """Distinct values that its person may try on one class of masked columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What policy says about one statement, why, and under which obligations."""

    action: Action
    rule: str
    """Name of the rule in ``policy.toml`` that spoke."""
    text: str
    """The reason, in words for the person who asked."""
    fence: Fence
    obligations: Obligations
    approvals_needed: int = 1
    approver_roles: frozenset[Role] = frozenset({Role.REVIEWER, Role.ADMIN})
    expires_s: float = 900.0
    """How long a request for approval lives."""
    guards_structure: bool = False
    """Commit only when schemas, tables and partitions are unharmed: it was not fully understood."""
    guards_rows: bool = False
    """Commit only when no row of a stored table was written: it is one of the session's own."""
    rehearses: bool = False
    """Measured by running it and rolling it back, too."""
    holds_open_s: float = 0.0
    """So long the transaction that has run it waits for the yes; 0: it runs after the yes."""
    depends_on_rows: bool = False
    """Not measured yet, and another rule would speak once it is."""
    rows_max: int | None = None
    """With more rows than this a stricter rule would speak; None: with none."""
    emergency: str = ""
    """Id of the break-glass that lifts a hold; it is recorded as run under it."""
    window: str = ""
    """Id of the window that lifts a hold."""
    quarantine_s: float | None = None
    """What it would drop is moved away instead, and kept for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The stored column that a result column comes from, as the server says."""

    schema: str
    relation: str
    column: str
    is_sound: bool
    """PostgreSQL's (table OID, attribute) cannot be forged by SQL; MariaDB's names can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultColumn:
    """One column of a result as the server describes it."""

    name: str
    type_name: str
    """The server's name of the type, such as ``int4``, ``text``, ``varchar``."""
    origin: Origin | None = None
    is_numeric: bool = False
    """Right-aligned in tables; a JSON number when exact."""
    is_binary: bool = False
    """MySQL binary strings; shown as ``0x…``."""
    masked: str | None = None
    """The sensitivity class that hides it, in the word people see; None when shown."""


Row = tuple[bytes | None, ...]
"""One row: the server's own text, UTF-8, None for NULL."""


class RawBatch:
    """Rows as the database sent them; never leaves the pipeline, never prints a value."""

    __slots__ = ("columns", "rows")

    def __init__(self, columns: tuple[ResultColumn, ...], rows: Sequence[Row]) -> None:
        """Hold ``rows`` of ``len(columns)`` cells each."""
        self.columns = columns
        self.rows = rows

    def __repr__(self) -> str:
        """Show the shape only: a raw value must not reach a log."""
        return f"RawBatch({len(self.rows)} x {len(self.columns)})"


@dataclass(frozen=True, slots=True)
class MaskedBatch:
    """Rows that may be shown; made only by ``core.masking``."""

    columns: tuple[ResultColumn, ...]
    rows: Sequence[Row] = field(repr=False)


class Status(enum.Enum):
    """How one statement ended; the value is the word in the JSON envelope."""

    OK = "ok"
    ERROR = "error"
    USAGE = "usage"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    BLOCKED = "blocked"
    PENDING = "pending_approval"
    DENIED = "denied"
    EXPIRED = "expired"
    INTERNAL = "internal"
    INTERRUPTED = "interrupted"

    @property
    def exit_code(self) -> int:
        """Give the exit status of ``ssh host TARGET -c`` for this outcome."""
        return _EXIT_CODES[self]


_EXIT_CODES = {
    Status.OK: 0,
    Status.ERROR: 1,
    Status.USAGE: 2,
    Status.UNAVAILABLE: 3,
    Status.TIMEOUT: 4,
    Status.BLOCKED: 5,
    Status.PENDING: 6,
    Status.DENIED: 7,
    Status.EXPIRED: 8,
    Status.INTERNAL: 70,
    Status.INTERRUPTED: 130,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorInfo:
    """The database's refusal, with values of masked columns already removed."""

    message: str
    sqlstate: str = ""
    position: int | None = None
    """1-based character offset into the statement."""
    hint: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet:
    """Which rows a write touches, without a key that could be read."""

    columns: tuple[str, ...]
    """Of the primary or a unique key; empty for a table without: position and version."""
    count: int
    digest: str
    """Keyed digest of the sorted keys, in hex."""
    tags: str = field(default="", repr=False)
    """Keyed digests of the single keys, sorted, in hex; empty for many keys."""
    salt: str = field(default="", repr=False)
    """Of this set alone: digests of two requests tell nothing of each other. Reviewers are not sent
    it; empty in requests of earlier versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """One row that a write would touch, masked as for anybody; None for NULL."""

    key: tuple[str | None, ...]
    before: tuple[str | None, ...]
    after: tuple[str | None, ...] = ()
    """Empty where the row goes, or where the new values cannot be told before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A few of the rows that a write would touch, for the reviewer."""

    key_columns: tuple[str, ...]
    columns: tuple[str, ...]
    """UPDATE: those that it sets. Else the first few of the row."""
    rows: tuple[SampleRow, ...]
    masked: tuple[tuple[str, str], ...] = ()
    """(column, class) of what is masked before or after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a held statement would do, as far as it was measured."""

    effect: str
    """Value of the chief ``EffectClass``."""
    tables: tuple[str, ...] = ()
    """Qualified names of what it writes."""
    rows: int | None = None
    is_measured: bool = False
    """True: counted by the same predicate. False: ``rows`` is the planner's estimate or unknown."""
    notes: tuple[str, ...] = ()
    """Triggers, cascades, locks, why it could not be measured; sentences."""
    keys: KeySet | None = None
    """Which rows; None where they could not be told apart, or were too many."""
    over: int | None = None
    """How many stored rows an INSERT may write over; None where that was not told."""
    along: tuple[tuple[str, int], ...] = ()
    """What foreign keys do to rows of other tables, a name for each, and to how many."""
    counters: tuple[tuple[str, int], ...] = ()
    """Where the sequences stood that it takes numbers from; each in its own direction."""
    sample: Sample | None = None
    """For reviewers only: the requester may not be one who may read these rows."""


class TransactionState(enum.Enum):
    """Where the session's database connection stands; the value is psql's prompt mark."""

    IDLE = ""
    OPEN = "*"
    FAILED = "!"
    LOST = "?"


# What the pipeline streams to a front end, in this order for each statement:
# StatementStarted, (NoticeReceived | Waiting | Resumed)*, (ResultStarted, MaskedBatch*)*, Finished.


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementStarted:
    """One statement of the text begins."""

    index: int
    """1-based within the text."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReceived:
    """A NOTICE, WARNING or note of ours, already scrubbed."""

    severity: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The statement is held; the pipeline now waits for a decision, expiry or withdrawal."""

    request_id: str
    rule: str
    text: str
    impact: Impact
    approvers: tuple[str, ...]
    """Users who may decide, sorted."""
    approvals_needed: int
    expires_at: datetime
    in_transaction: bool
    """Locks stay held while waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """The wait ended with a yes; the statement runs now."""

    request_id: str
    approved_by: tuple[str, ...]
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultStarted:
    """A result set begins."""

    columns: tuple[ResultColumn, ...]
    result: int = 0
    """Its number in the transcript, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How one statement ended; always the last event of a statement."""

    index: int
    status: Status
    message: str = ""
    """For people: what happened and what to do next; empty when ok."""
    tag: str = ""
    """Command tag, ``DELETE 99``."""
    has_rows: bool = False
    row_count: int = 0
    truncated: bool = False
    """The row limit cut the result."""
    row_limit: int = 0
    waited_ms: int = 0
    elapsed_ms: int = 0
    audit_id: str = ""
    error: ErrorInfo | None = None
    statement_sha256: str = ""
    request_id: str = ""
    rule: str = ""
    rule_text: str = ""
    impact: Impact | None = None
    expires_at: datetime | None = None
    approved_by: tuple[str, ...] = ()


PipelineEvent = (
    StatementStarted | NoticeReceived | Waiting | Resumed | ResultStarted | MaskedBatch | Finished
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What the principal asks of one run, beside the SQL."""

    limit: int | None = None
    """Rows to show; None for the policy's limit; never above it."""
    timeout_s: float | None = None
    reason: str = ""
    wait_s: float | None = None
    """How long to wait for a decision; 0 not at all; None until the request expires."""
    read_only: bool = False
    dry_run: bool = False
    stop_on_error: bool = True
