"""What a recording holds, and its lines: plain asciicast v2 with event codes of our own.

Line 1 is asciicast's header with one key more, ``bastion``. Every other line is
``[seconds, code, string]``. Players know ``o``, ``r`` and ``m`` and ignore the rest, whose string
is JSON text. No line begins with ``#`` and none is ever left cut: asciinema 2.x crashes on both.

    o  output as shown           q  statement        u  outcome       b  bytes behind an ``o``
    r  resize, COLSxROWS         v  verdict          w  notice        c  chain, ends a frame
    m  marker, one a statement   a  approval         k  note          s  signature
    h  salts                     n  rows and digest  e  end           y  line taken out
    t  a result begins           g  its cells in an ``o``             z  cells taken out
    Q  a statement without the values in it, before the statement itself

Output is bytes, asciicast is text. Where an ``o`` line's text does not encode to the very bytes
that were shown (invalid UTF-8, a character cut in two), or where they went to stderr, a ``b``
line with the bytes follows at once. Where it shows cells of a result, a ``g`` line says which of
its bytes they are, and so it does where it shows what may be values while somebody types them.
Order in the file is the truth; times never run backwards.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import dataclasses
import hashlib
import json
import re
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from json.encoder import encode_basestring
from typing import TypeVar

from recordings.errors import FormatError

FORMAT_VERSION = 6
WORDS = "words"
"""Kind of the note that holds the words that a session was begun with, with all SQL."""
WORDS_SINCE = 5
"""Format version; before it they stood in the header."""
TYPED = "typed"
"""Kind of the note that says who may read how a text was typed."""
TYPED_RESULT = 0
"""In place of a result's number, where cells are parts of a typed text; ``first`` is its number."""
OUTPUT_LINE_BYTES_MAX = 64 * 1024
"""Longer output is cut into several lines of one frame."""
MARKER_CHARACTERS_MAX = 80

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Who, from where, at what: the first line."""

    session_id: str
    started_at: datetime
    """UTC."""
    columns: int
    rows: int
    term: str = ""
    title: str = ""
    user: str
    person: str
    is_agent: bool = False
    key_fingerprint: str = ""
    source: str = ""
    client: str = ""
    target: str = ""
    engine: str = ""
    environment: str = ""
    front_end: str = ""
    command: str = ""
    policy_version: str = ""
    product_version: str = ""
    signer: str = ""
    """Id of the key that signs this file; the journal fills it in."""
    format_version: int = FORMAT_VERSION
    key_sha256: str = ""
    """Of ``ID.key.age``, in hex, where the recording is encrypted as it is written."""
    content: str = ""
    """There: frame 0 of what it holds, encrypted, as base64."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the cells of one result stand in an output, row by row."""

    result: int
    first: int
    """Number of the first of them in the result, from 0."""
    spans: tuple[int, ...]
    """By turns: bytes before a cell, bytes of the cell."""
    each: int = 1
    """How many cells each of these is: in large results, whole rows are told apart and no cells."""

    @property
    def count(self) -> int:
        """Count the cells."""
        return self.each * (len(self.spans) // 2)

    def moved(self, by: int) -> Grid:
        """Give it for an output that begins ``by`` bytes earlier."""
        return dataclasses.replace(self, spans=(self.spans[0] + by, *self.spans[1:]))

    def is_followed_by(self, other: Grid) -> bool:
        """Tell whether another one goes on with the next cells."""
        is_next = other.first == self.first + self.count
        return is_next and (self.result, self.each) == (other.result, other.each)

    def followed_by(self, other: Grid) -> Grid:
        """Join one that goes on, and counts from behind the last cell."""
        return dataclasses.replace(self, spans=self.spans + other.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Bytes that the client was shown."""

    data: bytes
    is_stderr: bool = False
    cells: tuple[Grid, ...] = ()
    """In order, and none in another; each counts from where ``data`` begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize:
    """The client's terminal has a new size."""

    columns: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A place for players to jump to."""

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEvent:
    """A statement, scrubbed of secrets, before it is judged."""

    id: str
    index: int
    """1-based within the session."""
    text: str
    parameters: tuple[bytes | None, ...] = ()
    sha256: str = ""
    """Of the text as it was sent, in hex."""
    head: str = ""
    """First word or class, for lists."""
    hidden: tuple[str, ...] = ()
    """Values in it that not everybody may read, where they are long enough to be looked for."""
    masked: str = field(default="", metadata={"is_told": False})
    """Its text without these values, where there are any: of the line before its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedStatementEvent:
    """A statement as those may read it who may not see the values in it; before the statement."""

    id: str
    index: int
    text: str
    parameters: tuple[bytes | None, ...] = ()
    head: str = ""
    masks: str = ""
    """The classes of the values, as ``ResultEvent`` has them: ``email+phone raw``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictEvent:
    """What the policy said, and by which rule."""

    statement_id: str
    action: str
    """allow, hold or block."""
    rule: str = ""
    text: str = ""
    effects: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalEvent:
    """One step in the life of a request."""

    request_id: str
    state: str
    statement_id: str = ""
    reviewer: str = ""
    reason: str = ""
    effect: str = ""
    rows: int | None = None
    """Rows it would touch; None: not known."""
    is_measured: bool = False
    tables: tuple[str, ...] = ()
    expires_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultEvent:
    """A result begins; its cells are numbered row by row."""

    statement_id: str
    result: int
    """Its number in the session, from 1."""
    columns: tuple[str, ...]
    masks: tuple[str, ...] = ()
    """For each column the class that hides it and how, ``email partial``, or ``email raw`` where it
    was shown all the same; empty for one that nothing hides. None at all: nothing is hidden."""

    def place(self, cell: int) -> tuple[int, int]:
        """Give row and column of a cell, both from 0."""
        return divmod(cell, len(self.columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsEvent:
    """One masked batch was handed to the front end."""

    statement_id: str
    count: int
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeEvent:
    """How a statement ended; one without is of unknown outcome."""

    statement_id: str
    status: str
    tag: str = ""
    row_count: int | None = None
    elapsed_ms: int = 0
    waited_ms: int = 0
    sqlstate: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeEvent:
    """A server's notice as shown."""

    statement_id: str = ""
    severity: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEvent:
    """Anything else worth keeping: viewed by, kill, idle warning."""

    kind: str
    fields: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedEvent:
    """In a redacted copy: a line that was taken out."""

    commitment: str
    length: int
    """Of the line, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEvent:
    """The session ended; all but the reason is the writer's, so that lists need only the tail."""

    reason: str
    ended_at: str = ""
    """UTC, ISO 8601; beside the event's own time it shows a wall clock that was moved."""
    statements: int = 0
    held: int = 0
    denied: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent:
    """A line of a later version; kept, not understood."""

    code: str
    text: str


Event = (
    Output
    | Resize
    | Marker
    | StatementEvent
    | MaskedStatementEvent
    | VerdictEvent
    | ApprovalEvent
    | ResultEvent
    | RowsEvent
    | OutcomeEvent
    | NoticeEvent
    | NoteEvent
    | EndEvent
    | RemovedEvent
    | UnknownEvent
)

_Payload = (
    StatementEvent
    | MaskedStatementEvent
    | VerdictEvent
    | ApprovalEvent
    | ResultEvent
    | RowsEvent
    | OutcomeEvent
    | NoticeEvent
    | NoteEvent
    | EndEvent
    | RemovedEvent
)

_PAYLOADS: dict[str, type[_Payload]] = {
    "q": StatementEvent,
    "Q": MaskedStatementEvent,
    "v": VerdictEvent,
    "a": ApprovalEvent,
    "t": ResultEvent,
    "n": RowsEvent,
    "u": OutcomeEvent,
    "w": NoticeEvent,
    "k": NoteEvent,
    "e": EndEvent,
    "y": RemovedEvent,
}
_CODES: dict[type, str] = {kind: code for code, kind in _PAYLOADS.items()}
_RESERVED_CODES = frozenset("oirmxbgzcshpDdl")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line that shows cells, taken apart."""

    time_us: int
    gaps: Sequence[bytes]
    """What stands around the cells: one more than there are cells."""
    cells: Sequence[bytes]

    @classmethod
    def of(cls, time_us: int, data: bytes, spans: Sequence[int]) -> Shown:
        """Take its bytes apart."""
        places = [0, *accumulate(spans), len(data)]
        parts = [data[start:end] for start, end in pairwise(places)]
        return cls(time_us, parts[::2], parts[1::2])

    def parts(self) -> list[bytes]:
        """Give what is committed to: all around the cells first, then each cell."""
        return [struct.pack(">Q", self.time_us) + b"".join(self.gaps), *self.cells]

    def line(self, words: Mapping[int, str]) -> bytes:
        """Write the line, with other words for some cells."""
        between = [self.gaps[0]]
        for index, cell in enumerate(self.cells):
            between += (words[index].encode() if index in words else cell, self.gaps[index + 1])
        return line(self.time_us, "o", b"".join(between).decode())


class LineEncoder:
    """Turns the events of one recording into lines; remembers characters cut in two."""

    def __init__(self) -> None:
        self._decoders = (_decoder(), _decoder())
        self._shown: list[Shown] = []

    def take_shown(self) -> tuple[Shown, ...]:
        """Give, once, the lines that show cells among those written last, taken apart."""
        shown, self._shown = self._shown, []
        return tuple(shown)

    def encode(self, time_us: int, event: Event) -> bytes:
        """Give the event's lines, each with its newline."""
        match event:
            case Output():
                return self._output(time_us, event)
            case Resize():
                return line(time_us, "r", f"{event.columns}x{event.rows}")
            case Marker():
                return line(time_us, "m", event.label)
            case UnknownEvent():
                return line(time_us, event.code, event.text)
            case _:
                return line(time_us, _CODES[type(event)], encode_payload(event))

    def _output(self, time_us: int, output: Output) -> bytes:
        return b"".join([self._piece(time_us, piece) for piece in _pieces(output)])

    def _piece(self, time_us: int, output: Output) -> bytes:
        data = output.data
        decoder = self._decoders[output.is_stderr]
        is_exact = not output.is_stderr and not decoder.getstate()[0]
        try:
            text = data.decode() if is_exact else decoder.decode(data)
        except UnicodeDecodeError:
            is_exact = False
            text = decoder.decode(data)
        if is_exact:
            shown = _line(time_us, "o", _quoted(data, text))
            self._shown += [Shown.of(time_us, data, one.spans) for one in output.cells]
            return shown + b"".join([line(time_us, "g", _grid_text(one)) for one in output.cells])
        shown = line(time_us, "o", text)
        behind: dict[str, str | bool] = {"base64": base64.b64encode(data).decode()}
        if output.is_stderr:
            behind["stderr"] = True
        return shown + line(time_us, "b", json.dumps(behind))


def _pieces(output: Output) -> Iterator[Output]:
    """Cut an output into lines: of one result each, none too long, and no cell cut in two."""
    data, start = output.data, 0
    if len(data) <= OUTPUT_LINE_BYTES_MAX and len(output.cells) <= 1:
        yield output
        return
    pieces: list[Output] = []
    for grid in output.cells:
        ends = list(accumulate(grid.spans))
        cell_ends, low = ends[1::2], 0
        while low < len(cell_ends):
            high = max(low + 1, bisect_right(cell_ends, start + OUTPUT_LINE_BYTES_MAX, low))
            spans = (ends[2 * low] - start, *grid.spans[2 * low + 1 : 2 * high])
            part = Grid(grid.result, grid.first + low * grid.each, spans, grid.each)
            pieces.append(Output(data=data[start : cell_ends[high - 1]], cells=(part,)))
            low, start = high, cell_ends[high - 1]
    if pieces and len(pieces[-1].data) + len(data) - start <= OUTPUT_LINE_BYTES_MAX:
        last = pieces.pop()
        pieces.append(dataclasses.replace(last, data=last.data + data[start:]))
        start = len(data)
    yield from pieces
    if not pieces or start < len(data):
        for at in range(start, max(len(data), 1), OUTPUT_LINE_BYTES_MAX):
            yield Output(data=data[at : at + OUTPUT_LINE_BYTES_MAX], is_stderr=output.is_stderr)


def _grid_text(grid: Grid) -> str:
    spans = str(list(grid.spans))[1:-1].replace(" ", "")
    numbers = f'"result":{grid.result},"first":{grid.first},"each":{grid.each}'
    return f'{{{numbers},"spans":[{spans}]}}'


def read_grid(text: str) -> Grid:
    """Read the string of a ``g`` line.

    Raises:
        FormatError: it is garbled.
    """
    match _load(text.encode("utf-8", "surrogatepass")):
        case {
            "result": int() as result,
            "first": int() as first,
            "each": int() as each,
            "spans": [*spans],
        } if set(map(type, spans)) == {int} and len(spans) % 2 == 0 and min(spans) >= 0:
            return Grid(result, first, tuple(spans), each)
        case _:
            raise FormatError("A grid of cells is garbled.")


def line(time_us: int, code: str, text: str) -> bytes:
    """Write one event line with its newline; lone surrogates become question marks."""
    return _line(time_us, code, encode_basestring(text).encode("utf-8", "replace"))


def _line(time_us: int, code: str, quoted: bytes) -> bytes:
    seconds, rest = divmod(time_us, 1_000_000)
    return b'[%d.%06d, "%b", %b]\n' % (seconds, rest, code.encode("utf-8", "replace"), quoted)


def _quoted(data: bytes, text: str) -> bytes:
    """Spell text as JSON does, from its very bytes: what terminals get is quoted often."""
    if len(data) != len(data.translate(None, _RARE_CONTROLS)):
        return encode_basestring(text).encode()
    for raw, escaped in _ESCAPES:
        data = data.replace(raw, escaped)
    return b'"%b"' % data


_ESCAPES = (
    (b"\\", b"\\\\"),
    (b'"', b'\\"'),
    (b"\n", b"\\n"),
    (b"\r", b"\\r"),
    (b"\t", b"\\t"),
    (b"\x1b", b"\\u001b"),
)
_RARE_CONTROLS = bytes(set(range(0x20)) - set(b"\n\r\t\x1b"))


def encode_header(header: Header) -> bytes:
    """Write the first line, with its newline."""
    ours = {
        name: getattr(header, name)
        for name in _HEADER_FIELDS
        if name not in ("columns", "rows", "term", "title", "started_at", *_ENCRYPTED)
    }
    if header.key_sha256:
        ours |= {name: getattr(header, name) for name in _ENCRYPTED}
    ours["started_at"] = header.started_at.astimezone(UTC).isoformat(timespec="microseconds")
    document = {
        "version": 2,
        "width": header.columns,
        "height": header.rows,
        "timestamp": int(header.started_at.timestamp()),
        "env": {"TERM": header.term},
        "title": header.title,
        "bastion": ours,
    }
    return json.dumps(document).encode() + b"\n"


def decode_header(raw: bytes) -> Header:
    """Read the first line.

    Raises:
        FormatError: it is not asciicast v2, or not one of ours.
    """
    document = _object(_load(raw), "the header")
    ours = _object(document.get("bastion"), 'the header\'s "bastion"')
    try:
        if document["version"] != 2:
            raise FormatError("The header is not of asciicast v2.")
        values = {name: ours[name] for name in _HEADER_FIELDS if name in ours}
        values["started_at"] = datetime.fromisoformat(str(ours["started_at"]))
        values.setdefault("format_version", 1)
        values["columns"], values["rows"] = document["width"], document["height"]
        values["term"] = _object(document.get("env", {}), "env").get("TERM", "")
        values["title"] = document.get("title", "")
        return _build(Header, values)
    except (KeyError, ValueError) as error:
        raise FormatError(f"The header lacks or garbles a field ({error!r}).") from error


def encode_payload(event: _Payload) -> str:
    """Give an event's JSON text, ASCII only."""
    values = {
        item.name: _plain(getattr(event, item.name))
        for item in dataclasses.fields(type(event))
        if item.metadata.get("is_told", True)
    }
    return json.dumps(values)


def decode_payload(code: str, text: str) -> Event:
    """Read an event from its code and string; unknown codes come back as ``UnknownEvent``.

    Raises:
        FormatError: a known code with a string that does not fit.
    """
    match code:
        case "r":
            size = _RESIZE.fullmatch(text)
            if size is None:
                raise FormatError("A resize is not COLSxROWS.")
            return Resize(columns=int(size[1]), rows=int(size[2]))
        case "m":
            return Marker(label=text)
        case _ if code in _PAYLOADS:
            values = _object(_load(text.encode("utf-8", "surrogatepass")), f'an event "{code}"')
            return _build(_PAYLOADS[code], values)
        case _:
            return UnknownEvent(code=code, text=text)


def parse_line(raw: bytes) -> tuple[int, str, str]:
    """Split one event line into microseconds, code and string.

    Raises:
        FormatError: it is not an event line.
    """
    parts = _load(raw)
    match parts:
        case [int() | float() as seconds, str() as code, str() as text] if len(code) == 1:
            return round(seconds * 1_000_000), code, text
        case _:
            raise FormatError("A line is not [seconds, code, string].")


def decode_lines(raw_lines: Sequence[bytes]) -> Iterator[tuple[int, str, Event]]:
    """Read the lines of one frame: microseconds, code, event; joins ``o`` with what belongs to it.

    Of a statement whose values are hidden, one line of two is given: itself, where it is there.
    Chain and signature lines come as ``UnknownEvent``.

    Raises:
        FormatError: a line cannot be read.
    """
    shown: Output | None = None
    shown_us = time_us = 0
    masked: MaskedStatementEvent | None = None
    for raw in raw_lines:
        time_us, code, text = parse_line(raw)
        if masked is not None and code != "q":
            yield time_us, "Q", _as_statement(masked)
            masked = None
        if shown is not None and code in _BEHIND:
            shown = _BEHIND[code](shown, text)
            continue
        if shown is not None:
            yield shown_us, "o", shown
            shown = None
        if code == "o":
            shown, shown_us = Output(data=text.encode("utf-8", "replace")), time_us
            continue
        event = decode_payload(code, text)
        if isinstance(event, MaskedStatementEvent):
            masked = event
            continue
        if masked is not None and isinstance(event, StatementEvent):
            event, masked = dataclasses.replace(event, masked=masked.text), None
        yield time_us, code, event
    if masked is not None:
        yield time_us, "Q", _as_statement(masked)
    if shown is not None:
        yield shown_us, "o", shown


def _as_statement(masked: MaskedStatementEvent) -> StatementEvent:
    """Give what is left of a statement in a copy."""
    return StatementEvent(
        id=masked.id,
        index=masked.index,
        text=masked.text,
        parameters=masked.parameters,
        head=masked.head,
        masked=masked.text,
    )


def _with_cells(shown: Output, text: str) -> Output:
    return dataclasses.replace(shown, cells=(read_grid(text),))


def _without_cells(shown: Output, text: str) -> Output:
    """Give the output of a redacted copy, where other words stand for what was taken out."""
    values = _object(_load(text.encode("utf-8", "surrogatepass")), 'an event "z"')
    spans = [list(grid.spans) for grid in shown.cells]
    match values:
        case {"removed": [*removed]} if spans:
            for one in removed:
                match one:
                    case [int() as index, str() as words, str()] if 0 <= index < len(spans[0]) // 2:
                        spans[0][2 * index + 1] = len(words.encode())
                    case _:
                        raise FormatError("A cell that was taken out is garbled.")
            grid = dataclasses.replace(shown.cells[0], spans=tuple(spans[0]))
            return dataclasses.replace(shown, cells=(grid,))
        case _:
            raise FormatError("A line of cells that were taken out is garbled.")


def marker_for(statement: StatementEvent | MaskedStatementEvent) -> Marker:
    """Make the marker that players show for a statement."""
    words = " ".join(statement.text.split())
    visible = "".join(character if character.isprintable() else "?" for character in words)
    if len(visible) > MARKER_CHARACTERS_MAX:
        visible = visible[: MARKER_CHARACTERS_MAX - 1] + "…"
    return Marker(label=f"{statement.index}. {visible}")


@dataclass(slots=True)
class Tally:
    """Counts what lists show of a recording."""

    statements: int = 0
    held: int = 0
    denied: int = 0

    def add(self, event: Event) -> None:
        """Count one event."""
        match event:
            case StatementEvent():
                self.statements += 1
            case VerdictEvent(action="hold"):
                self.held += 1
            case VerdictEvent(action="block") | ApprovalEvent(state="denied"):
                self.denied += 1
            case _:
                pass

    def end(self, reason: str, *, now: datetime) -> EndEvent:
        """Make the last event."""
        return EndEvent(
            reason=reason,
            ended_at=now.astimezone(UTC).isoformat(timespec="milliseconds"),
            statements=self.statements,
            held=self.held,
            denied=self.denied,
        )


TALLY_CODE = "l"


def tally_line(time_us: int, tally: Tally) -> bytes:
    """Write what has been counted so far: in an encrypted recording lists see nothing else."""
    return line(time_us, TALLY_CODE, json.dumps(dataclasses.asdict(tally)))


def read_tally(text: str) -> Tally:
    """Read what had been counted.

    Raises:
        FormatError: it is garbled.
    """
    match _load(text.encode("utf-8", "surrogatepass")):
        case {"statements": int() as statements, "held": int() as held, "denied": int() as denied}:
            return Tally(statements, held, denied)
        case _:
            raise FormatError("What was counted is garbled.")


def sha256_hex(data: bytes) -> str:
    """Digest as events state it."""
    return hashlib.sha256(data).hexdigest()


_ENCRYPTED = ("key_sha256", "content")
_HEADER_FIELDS = tuple(item.name for item in dataclasses.fields(Header))
_RESIZE = re.compile(r"([0-9]{1,6})x([0-9]{1,6})")

_T = TypeVar("_T", bound=Header | _Payload)


def _build(kind: type[_T], values: Mapping[str, object]) -> _T:
    known: dict[str, object] = {}
    for item in dataclasses.fields(kind):
        if item.name in values and item.metadata.get("is_told", True):
            known[item.name] = _checked(str(item.type), item.name, values[item.name])
    make: Callable[..., _T] = kind
    try:
        return make(**known)
    except TypeError as error:
        raise FormatError(f"An event {kind.__name__} lacks a field.") from error


def _checked(declared: str, name: str, value: object) -> object:
    if declared == "tuple[bytes | None, ...]":
        return tuple(_parameter(item) for item in _list(value, name))
    if declared == "tuple[str, ...]":
        return tuple(str(item) for item in _list(value, name))
    if declared.startswith("Mapping"):
        return dict(_object(value, name))
    kinds = _KINDS[declared]
    # A bool is an int to Python, not to a reader.
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise FormatError(f'The field "{name}" is of the wrong type.')
    return value


_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "int | None": (int, type(None)),
    "datetime": (datetime,),
}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode()}
    return dict(value) if isinstance(value, Mapping) else value


def _parameter(item: object) -> bytes | None:
    match item:
        case None:
            return None
        case str():
            return item.encode("utf-8", "surrogatepass")
        case {"base64": str() as encoded}:
            return _unbase64(encoded)
        case _:
            raise FormatError("A parameter is of the wrong type.")


def _bytes_behind(_shown: Output, text: str) -> Output:
    values = _object(_load(text.encode("utf-8", "surrogatepass")), 'an event "b"')
    return Output(
        data=_unbase64(str(values.get("base64", ""))), is_stderr=values.get("stderr") is True
    )


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("A base64 text is garbled.") from error


def _load(raw: bytes) -> object:
    try:
        loaded: object = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise FormatError("A line is not JSON.") from error
    return loaded


def _object(value: object, what: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise FormatError(f"In a recording, {what} is not a JSON object.")
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise FormatError(f'The field "{name}" is not a list.')
    return value


def _decoder() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")(errors="replace")


_BEHIND: dict[str, Callable[[Output, str], Output]] = {
    "b": _bytes_behind,
    "g": _with_cells,
    "z": _without_cells,
}
"""What stands behind an ``o`` line and belongs to it."""
