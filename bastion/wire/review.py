"""The reviewers' protocol: JSON lines, versioned, the same over SSH and over a socket pair.

One message is one line of ASCII JSON with ``v`` (the version), ``kind`` and the message's fields.
The client begins with ``Hello``; the server answers ``Welcome`` or ``Bye``. Each request carries
a ``number`` that its answer repeats. Besides, the server pushes: always the whole new list, so
that a lost push costs nothing and the newest wins.

Fields that a reader does not know are ignored, so that a version may grow; missing fields, wrong
types, unknown kinds and other versions are refused in words.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import enum
import json
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bastion.core.approval import ApprovalState
from bastion.core.model import Environment, KeySet, Role, Sample
from bastion.errors import UsageError

PROTOCOL_VERSION = 1
LINE_BYTES_MAX = 4 * 1024 * 1024
"""The longest line either side may send, its newline included."""
CHUNK_BYTES_MAX = 256 * 1024
"""What one chunk of a transcript carries at most."""


class ProtocolError(UsageError):
    """What the peer sent is not this protocol, or not this version of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSummary:
    """One request for approval as a line of the queue."""

    id: str
    requester: str
    person: str
    is_agent: bool
    target: str
    environment: Environment
    effect: str
    tables: tuple[str, ...]
    rows: int | None
    is_measured: bool
    """False: ``rows`` is an estimate or unknown."""
    first_line: str
    """The first line of the text that is not blank, cut at 200 characters."""
    size_bytes: int
    created_at: datetime
    expires_at: datetime
    approvals_needed: int
    approved_by: tuple[str, ...]
    state: ApprovalState
    may_decide: bool
    """Whether the connected reviewer may decide on it now."""
    why_not: str
    """Why not, in words; empty when they may."""
    shape: str = ""
    """The text with its literals folded: what requests that are alike share."""
    rule: str = ""
    """Name of the rule that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEntry:
    """One decision made so far."""

    reviewer: str
    person: str
    is_approval: bool
    reason: str
    at: datetime
    is_revocation: bool = False
    signed_by: str = ""
    """Fingerprint of the reviewer's own key; empty when only the bastion signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDetail:
    """All that a reviewer is shown of one request."""

    summary: RequestSummary
    text: str
    """The statement byte for byte; the digest is of this."""
    parameters: tuple[bytes | None, ...]
    statement_sha256: str
    """Empty for who may not read the text in full."""
    engine: str
    """``postgres``, ``mysql``, or empty when the target is gone."""
    database: str
    schema: str
    role: str
    settings: tuple[tuple[str, str], ...]
    source: str
    key_fingerprint: str
    session_id: str
    is_interactive: bool
    reason: str
    rule: str
    rule_text: str
    guards_structure: bool
    notes: tuple[str, ...]
    decisions: tuple[DecisionEntry, ...]
    ended_at: datetime | None
    keys: KeySet | None = None
    """Which rows a yes covers; without their tags."""
    sample: Sample | None = None
    """A few of these rows, masked."""
    salt: str = ""
    """Keys the digests in a decision's message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEntry:
    """One live session."""

    id: str
    user: str
    person: str
    is_agent: bool
    target: str
    environment: str
    front_end: str
    source: str
    client: str
    started_at: datetime
    last_active_at: datetime
    statements: int
    held: int
    blocked: int
    state: str
    """``idle``, ``running`` or ``waiting``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingHit:
    """One statement that a search found in a recording."""

    statement: int
    """Its number in the session, from 1."""
    at_s: float
    text: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEntry:
    """One transcript, live or ended."""

    id: str
    user: str
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
    """``live``, ``sealed`` or ``crashed``."""
    hits: tuple[RecordingHit, ...] = ()
    """What the search found in it, in order."""


# From the client.


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first line of a client."""

    version: int
    client: str
    """Name and version of the program, for the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequests:
    """Ask for the queue; answered by ``RequestsReply``."""

    number: int
    pending_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRequest:
    """Ask for all of one request; answered by ``RequestReply``."""

    number: int
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Say yes to one request."""

    number: int
    id: str
    statement_sha256: str
    """Of the text that the reviewer was shown; a yes to anything else is refused."""
    comment: str
    signature: str = ""
    """By the key of this login, over the message of ``wire.decision``; empty: none."""
    signed_at: datetime | None = None
    """The time in that message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """Say no to one request; the requester reads the reason word for word."""

    number: int
    id: str
    reason: str
    signature: str = ""
    """By the key of this login, over the message of ``wire.decision``; empty: none."""
    signed_at: datetime | None = None
    """The time in that message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke:
    """Take a yes back before the run."""

    number: int
    id: str
    reason: str
    signature: str = ""
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSessions:
    """Ask for the live sessions; answered by ``SessionsReply``."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Follow a live session; replaces the watch before it."""

    number: int
    session: str
    offset: int
    """Bytes of its transcript that the client already has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwatch:
    """Stop following."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """End a live session; its user reads the reason."""

    number: int
    session: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRecordings:
    """Search the recordings; answered by ``RecordingsReply``."""

    number: int
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRecording:
    """Ask for a transcript; answered by ``RecordingChunk`` messages, or a ``Reply`` that refuses.

    A second one replaces the first.
    """

    number: int
    id: str
    purpose: str
    """Recorded with who looked."""


# From the server.


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The server's answer to ``Hello``."""

    version: int
    user: str
    person: str
    roles: tuple[Role, ...]
    now: datetime
    """The server's clock, by which ages and expiries are counted."""
    key_fingerprint: str = ""
    """Of the key that this login was made with; decisions are signed with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How a request without data went, or why any request was refused."""

    number: int
    is_ok: bool
    message: str
    code: str = ""
    """Stable code of the error, as in ``bastion.errors``; empty when ok."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsReply:
    """The queue, most urgent first."""

    number: int
    requests: tuple[RequestSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReply:
    """All of one request."""

    number: int
    request: RequestDetail


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsReply:
    """The live sessions."""

    number: int
    sessions: tuple[SessionEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsReply:
    """The recordings found."""

    number: int
    recordings: tuple[RecordingEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingChunk:
    """A part of a transcript, in order from its first byte."""

    number: int
    end_offset: int
    total_bytes: int
    data: bytes
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsChanged:
    """The queue is now this."""

    requests: tuple[RequestSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsChanged:
    """The live sessions are now these."""

    sessions: tuple[SessionEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchChunk:
    """More of the watched transcript."""

    session: str
    end_offset: int
    """Bytes of the transcript up to the end of ``data``; where a new watch goes on."""
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchEnded:
    """No more comes of the watched session."""

    session: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A word to the reviewer about their own session: it is about to end."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bye:
    """The server's last line."""

    reason: str


Request = (
    ListRequests
    | ShowRequest
    | Approve
    | Deny
    | Revoke
    | ListSessions
    | Watch
    | Unwatch
    | Kill
    | ListRecordings
    | OpenRecording
)
ClientMessage = Hello | Request
Answer = Reply | RequestsReply | RequestReply | SessionsReply | RecordingsReply | RecordingChunk
Push = RequestsChanged | SessionsChanged | WatchChunk | WatchEnded | Notice | Bye
ServerMessage = Welcome | Answer | Push
Message = ClientMessage | ServerMessage


def encode(message: Message) -> bytes:
    """Write one message as a line, its newline included.

    Raises:
        ProtocolError: it would be longer than ``LINE_BYTES_MAX``.
    """
    fields = _to_json(message)
    document = {"v": PROTOCOL_VERSION, "kind": _KINDS[type(message)], **fields}
    # ASCII: a lone surrogate, or a terminal in the way, must not break the line.
    line = json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
    if len(line) > LINE_BYTES_MAX:
        raise ProtocolError(
            f"This is too long to show here: {len(line)} bytes, at most {LINE_BYTES_MAX}."
        )
    return line


class Decoder:
    """Cut a byte stream into messages; holds at most one unfinished line."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take bytes as they come and give the messages that they complete, in order.

        Raises:
            ProtocolError: a line is too long or is not a message; the stream is of no more use.
        """
        self._buffer += data
        while (end := self._buffer.find(b"\n", self._searched)) >= 0:
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            self._searched = 0
            _check_length(len(line) + 1)
            yield decode(line)
        self._searched = len(self._buffer)
        _check_length(self._searched)


def decode(line: bytes) -> Message:
    """Read one line, with or without its newline.

    Raises:
        ProtocolError: it is no message of this version.
    """
    try:
        document = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("The peer sent a line that is not JSON.") from error
    if not isinstance(document, dict):
        raise ProtocolError("The peer sent a line that is not a JSON object.")
    version = document.get("v")
    if version != PROTOCOL_VERSION or isinstance(version, bool):
        raise ProtocolError(
            f"The peer speaks version {_shown(version)} of the reviewers' protocol, this program"
            f" version {PROTOCOL_VERSION}. Install the same release on both sides."
        )
    kind = document.get("kind")
    message_class = _CLASSES.get(kind) if isinstance(kind, str) else None
    if message_class is None:
        raise ProtocolError(f"The peer sent a message of unknown kind {_shown(kind)}.")
    return typing.cast("Message", _from_json(message_class, document, str(kind)))


def _kind_of(message_class: type) -> str:
    name = message_class.__name__
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


_CLASSES: dict[str, type] = {_kind_of(member): member for member in typing.get_args(Message)}
_KINDS = {member: kind for kind, member in _CLASSES.items()}
_FIELDS: dict[type, tuple[tuple[str, object, bool], ...]] = {}


def _check_length(length: int) -> None:
    if length > LINE_BYTES_MAX:
        raise ProtocolError(f"The peer sent a line of more than {LINE_BYTES_MAX} bytes.")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _shown(value: object) -> str:
    """Show a peer's word in an error message: short, and harmless on a terminal."""
    return ascii(value)[:40]


def _fields_of(message_class: type) -> tuple[tuple[str, object, bool], ...]:
    """List name, type and whether it must be there; resolved once per class."""
    fields = _FIELDS.get(message_class)
    if fields is None:
        hints = typing.get_type_hints(message_class)
        fields = tuple(
            (entry.name, hints[entry.name], entry.default is dataclasses.MISSING)
            for entry in dataclasses.fields(message_class)
        )
        _FIELDS[message_class] = fields
    return fields


def _to_json(value: object) -> dict[str, object]:
    return {name: _plain(getattr(value, name)) for name, _, _ in _fields_of(type(value))}


def _plain(value: object) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        return _to_json(value)
    return value


def _from_json(message_class: type, document: object, where: str) -> object:
    if not isinstance(document, dict):
        raise _mismatch(where)
    arguments: dict[str, object] = {}
    for name, expected, is_required in _fields_of(message_class):
        if name in document:
            arguments[name] = _build(expected, document[name], f"{where}.{name}")
        elif is_required:
            raise ProtocolError(f"The peer sent a message without its field {where}.{name}.")
    return message_class(**arguments)


def _build(expected: object, value: object, where: str) -> object:
    """Make a value of the expected type, or refuse; JSON's own types must match exactly."""
    origin = typing.get_origin(expected)
    if origin is types.UnionType:
        return None if value is None else _build(typing.get_args(expected)[0], value, where)
    if origin is tuple:
        return _build_tuple(typing.get_args(expected), value, where)
    if not isinstance(expected, type):
        raise _mismatch(where)
    if dataclasses.is_dataclass(expected):
        return _from_json(expected, value, where)
    if expected is float and type(value) is int:
        return float(value)
    if type(value) is expected:
        return value
    if not isinstance(value, str):
        raise _mismatch(where)
    return _parse(expected, value, where)


def _build_tuple(expected: tuple[object, ...], value: object, where: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise _mismatch(where)
    if expected[-1] is not Ellipsis:
        if len(value) != len(expected):
            raise _mismatch(where)
        return tuple(_build(kind, item, where) for kind, item in zip(expected, value, strict=True))
    return tuple(_build(expected[0], item, where) for item in value)


def _parse(expected: type, value: str, where: str) -> object:
    """Read what JSON can only carry as a string."""
    try:
        if expected is bytes:
            return base64.b64decode(value, validate=True)
        if expected is datetime:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise _mismatch(where)
            return moment.astimezone(UTC)
        if issubclass(expected, enum.Enum):
            return expected(value)
    except (ValueError, binascii.Error, OverflowError) as error:
        raise _mismatch(where) from error
    raise _mismatch(where)


def _mismatch(where: str) -> ProtocolError:
    return ProtocolError(f"The peer sent a message whose field {where} is of the wrong type.")
