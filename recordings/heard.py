"""What is known of a recording that its reader must not see: how text was typed, and its values.

A value in a statement stands elsewhere too: in what was typed, in what the server said of it, in
words that a session was begun with. All of a recording is read for it before a copy is made, where
all is there; of a live one it is learnt on the way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from recordings.events import (
    TYPED,
    TYPED_RESULT,
    Event,
    Header,
    MaskedStatementEvent,
    NoteEvent,
    ResultEvent,
    StatementEvent,
    decode_header,
    decode_payload,
    parse_line,
    read_grid,
)

MaskCell = Callable[[str], str]
"""Gives what a reader sees in place of a cell."""
MaskFor = Callable[[str], MaskCell | None]
"""Takes the mask of a column, as ``ResultEvent`` has it; None: the reader may see it as shown."""

RAW = " raw"
"""How the mask of a column ends that was shown as it is, though its class hides it."""
UNKNOWN_MASK = "unproven" + RAW
"""Of what somebody typed and nobody has judged."""
LINE_START = re.compile(rb'\[([0-9]+)\.([0-9]{6}), "(.)", ')
"""Seconds, their decimals, and the code of a line."""
_NEEDLE_MIN = 3
_OF_OTHERS = ("review", "exec")
"""Front ends that show, without a target, requests and recordings."""
_PLAIN = re.compile(rb"[A-Za-z0-9 @.,:;_+=/-]+")
"""What JSON spells as it is, however often it is quoted."""
_TELLING = re.compile(rb'\[[0-9.]+, "(?:[tQqk]", |g", "\{\\"result\\":0,)')
"""How lines begin that say what a reader may not see."""
_TELLING_BYTES = 64


@dataclass(slots=True)
class Heard:
    """What is known of the values in statements and of how these were typed."""

    is_complete: bool = False
    """The whole recording was read before."""
    length_bytes: int = 0
    """Of what was read; what a live one has gained since was not heard."""
    texts: dict[int, str] = field(default_factory=dict)
    """The mask of each typed text that was judged; empty: everybody may read it."""
    needles: set[bytes] = field(default_factory=set)
    """Values that the reader must not see, as they stand in lines of a recording."""

    def learn(self, event: Event) -> None:
        """Learn from a note how a text was judged."""
        if isinstance(event, NoteEvent) and event.kind == TYPED:
            number = str(event.fields.get("text"))
            if number.isdecimal():
                self.texts[int(number)] = str(event.fields.get("masks", UNKNOWN_MASK))

    def hide(self, statement: StatementEvent) -> None:
        """Hide the values of a statement wherever they are; a digest of it would prove a guess."""
        for value in (*statement.hidden, statement.sha256):
            self.needles.update(_spellings(value.encode()))

    def hides(self, text: int, mask_for: MaskFor) -> bool:
        """Tell whether how a text was typed is hidden."""
        mask = self.texts.get(text, UNKNOWN_MASK)
        return bool(mask) and mask_for(mask) is not None


def shows_others(header: Header) -> bool:
    """Tell whether what a session drew is what its user may see of others.

    Requests with the values in them, and recordings by rights of the moment: nothing in it says
    what another reader may see of that.
    """
    return not header.target and header.front_end in _OF_OTHERS


def _spellings(value: bytes) -> Iterator[bytes]:
    """Give what a line that holds a value holds, however it is quoted there."""
    plain = max(_PLAIN.findall(value), key=len, default=b"")
    if len(plain) >= _NEEDLE_MIN or not value:
        yield from (plain,) if plain else ()
        return
    text = value.decode("utf-8", "replace")
    for spelt in (text, json.dumps(text)[1:-1], json.dumps(json.dumps(text)[1:-1])[1:-1]):
        yield spelt.encode()


def hear(stream: BinaryIO, mask_for: MaskFor) -> tuple[Heard, bool]:
    """Read a whole recording for what its reader must not see.

    Returns:
        What a copy is made by, and whether one is needed.

    Raises:
        OSError: it cannot be read.
        FormatError: it is garbled.
    """
    hearing = _Hearing(mask_for)
    first = stream.readline()
    hearing.begin(decode_header(first))
    hearing.heard.length_bytes = len(first)
    for text in stream:
        hearing.heard.length_bytes += len(text)
        if _TELLING.search(text, 0, _TELLING_BYTES):
            hearing.take(text)
    return hearing.heard, hearing.is_needed


class _Hearing:
    """Takes the lines of one recording that tell what may be read of it."""

    def __init__(self, mask_for: MaskFor) -> None:
        self.heard = Heard(is_complete=True)
        self._mask_for = mask_for
        self._typed: set[int] = set()
        self._masks: set[str] = set()
        self._masked = ""
        """Id of the statement whose values are to be hidden, before it comes."""

    def begin(self, header: Header) -> None:
        if shows_others(header):
            self._masks.add(UNKNOWN_MASK)

    @property
    def is_needed(self) -> bool:
        return any(mask and self._mask_for(mask) is not None for mask in self._masks) or any(
            self.heard.hides(text, self._mask_for) for text in self._typed
        )

    def take(self, text: bytes) -> None:
        start = LINE_START.match(text)
        code = b"" if start is None else start[3]
        if code == b"g":
            grid = read_grid(parse_line(text)[2])
            if grid.result == TYPED_RESULT:
                self._typed.add(grid.first)
        elif code and (code != b"q" or self._masked):
            self._learn(event_of(text))

    def _learn(self, event: Event) -> None:
        match event:
            case ResultEvent(masks=masks):
                self._masks.update(masks)
            case MaskedStatementEvent(id=name, masks=masks):
                self._masks.add(masks)
                self._masked = name if self._mask_for(masks) is not None else ""
            case StatementEvent(id=name):
                if name == self._masked:
                    self.heard.hide(event)
                self._masked = ""
            case _:
                self.heard.learn(event)
                kind = class_of_note(event)
                self._masks |= {kind + RAW} if kind else set()


def class_of_note(event: Event) -> str:
    """Read of which class cells were shown as they are; empty: the event says no such thing."""
    is_note = isinstance(event, NoteEvent) and event.kind == "unmasked"
    return str(event.fields.get("class")) if is_note else ""  # type: ignore[union-attr]


def event_of(text: bytes) -> Event:
    """Read the event of one line that stands for itself."""
    _, code, payload = parse_line(text)
    return decode_payload(code, payload)
