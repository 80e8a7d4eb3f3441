"""Exports: asciicast v2 and v3, text and pages for eyes, JSON lines for programs."""

from __future__ import annotations

import base64
import codecs
import dataclasses
import enum
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from recordings.drawn import DrawnLines, is_line_by_line
from recordings.errors import FormatError
from recordings.events import (
    EndEvent,
    Event,
    Grid,
    Header,
    LineEncoder,
    Marker,
    Output,
    Resize,
    line,
)
from recordings.html import html_page
from recordings.reader import TimedEvent, read_events, read_header
from recordings.seek import SeekIndexes, screen_at
from recordings.svg import svg_picture
from recordings.words import describe, visible, visible_line

_OURS = "-- "
"""What a line of the text export that tells an event begins with, and no other line does."""


class ExportFormat(enum.Enum):
    """What a recording can be exported as."""

    CAST = "cast"
    """asciicast v2: every player takes it."""
    CAST_V3 = "cast3"
    """asciicast v3: asciinema 3 and newer."""
    TEXT = "text"
    JSONL = "jsonl"
    HTML = "html"
    """One page with its own player, for a browser without a network."""
    SVG = "svg"
    """The screen at one moment."""


def export(
    path: Path,
    export_format: ExportFormat,
    *,
    at_s: float | None = None,
    identity: Path | None = None,
    indexes: SeekIndexes | None = None,
) -> Iterator[bytes]:
    """Yield an export in pieces; what players do not know is left out of the casts.

    Args:
        at_s: the moment of a picture; None: the end.
        identity: file with the age key of an encrypted recording.
        indexes: to find that moment at once.

    Raises:
        OSError: the recording cannot be read.
        FormatError: it is garbled, or a picture needs a package that is not installed.
    """
    header = read_header(path, identity=identity)
    events = read_events(path, identity=identity)
    match export_format:
        case ExportFormat.CAST:
            return _cast_v2(header, events)
        case ExportFormat.CAST_V3:
            return _cast_v3(header, events)
        case ExportFormat.TEXT:
            return _text(header, events)
        case ExportFormat.JSONL:
            return _json_lines(header, events)
        case ExportFormat.HTML:
            return html_page(header, events)
        case ExportFormat.SVG:
            screen, _ = screen_at(path, at_s, indexes=indexes, identity=identity)
            return svg_picture(header.session_id, screen, at_s=at_s)


def output_text(path: Path, *, identity: Path | None = None) -> Iterator[str]:
    """Yield all output as a terminal would be sent it, undecodable bytes replaced.

    Raises:
        OSError: the recording cannot be read.
        FormatError: it is garbled.
    """
    read_header(path, identity=identity)
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for timed in read_events(path, identity=identity):
        if isinstance(timed.event, Output):
            yield decoder.decode(timed.event.data)


def _cast_v2(header: Header, events: Iterable[TimedEvent]) -> Iterator[bytes]:
    document = {
        "version": 2,
        "width": header.columns,
        "height": header.rows,
        "timestamp": int(header.started_at.timestamp()),
        "env": {"TERM": header.term},
        "title": header.title,
    }
    yield json.dumps(document).encode() + b"\n"
    encoder = LineEncoder()
    for timed in events:
        if isinstance(timed.event, Output):
            # Without the bytes behind the text: players have no use for them.
            yield encoder.encode(timed.time_us, timed.event).split(b"\n", 1)[0] + b"\n"
        elif isinstance(timed.event, Resize | Marker):
            yield encoder.encode(timed.time_us, timed.event)


def _cast_v3(header: Header, events: Iterable[TimedEvent]) -> Iterator[bytes]:
    document = {
        "version": 3,
        "term": {"cols": header.columns, "rows": header.rows, "type": header.term},
        "timestamp": int(header.started_at.timestamp()),
        "title": header.title,
    }
    yield json.dumps(document).encode() + b"\n"
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    last_us = 0
    for timed in events:
        interval_us = max(0, timed.time_us - last_us)
        match timed.event:
            case Output(data=data):
                yield line(interval_us, "o", decoder.decode(data))
            case Resize(columns=columns, rows=rows):
                yield line(interval_us, "r", f"{columns}x{rows}")
            case Marker(label=label):
                yield line(interval_us, "m", label)
            case EndEvent():
                yield line(interval_us, "x", "0")
            case _:
                continue
        last_us = timed.time_us


def _text(header: Header, events: Iterable[TimedEvent]) -> Iterator[bytes]:
    facts = (
        f"session {header.session_id}",
        f"user {header.user} ({header.person})",
        f"key {header.key_fingerprint}",
        f"source {header.source}",
        f"client {header.client}",
        f"target {header.target} ({header.engine}, {header.environment})",
        f"front end {header.front_end} {header.command}",
        f"started {header.started_at.isoformat(timespec='seconds')}",
    )
    yield "".join(f"{visible_line(fact)}\n" for fact in (*facts, "")).encode()
    told = _as_drawn(header, events) if is_line_by_line(header) else _as_sent(events)
    for piece in told:
        yield visible(piece).encode()


def _as_drawn(header: Header, events: Iterable[TimedEvent]) -> Iterator[str]:
    """Tell what stood on the screen, a line at a time, and what happened in between."""
    drawn = DrawnLines(header)
    for timed in events:
        words = describe(timed.event)
        lines = [*drawn.take(timed.event), *(drawn.settle() if words else ())]
        yield from (f"{_dash_escaped(line)}\n" for line in lines)
        if words:
            yield _happened(timed, words)
    yield from (f"{_dash_escaped(line)}\n" for line in drawn.settle(is_over=True))


def _as_sent(events: Iterable[TimedEvent]) -> Iterator[str]:
    """Tell all that was sent, and what happened in between."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    waiting, is_within = "", False
    for timed in events:
        if isinstance(timed.event, Output):
            *whole, last = (waiting + decoder.decode(timed.event.data)).split("\n")
            for piece in whole:
                yield f"{piece if is_within else _dash_escaped(piece)}\n"
                is_within = False
            # The start of a line that may yet come to look like ours waits for what follows.
            waiting = "" if is_within or not _OURS.startswith(visible(last)) else last
            if not waiting and last:
                yield last if is_within else _dash_escaped(last)
                is_within = True
        elif words := describe(timed.event):
            yield f"{_dash_escaped(waiting)}\n" if waiting or is_within else ""
            yield _happened(timed, words)
            waiting, is_within = "", False
    yield _dash_escaped(waiting)


def _dash_escaped(line: str) -> str:
    """Quote a line of output that would pass for one of ours, as OpenPGP's clear texts do."""
    # As it will be seen: other blanks are written as spaces.
    return f"- {line}" if visible(line).startswith(_OURS) else line


def _happened(timed: TimedEvent, words: str) -> str:
    """Tell an event; the further lines of a statement are set in, lest they pass for events."""
    set_in = words.replace("\r\n", "\n").replace("\n", "\n    ")
    return f"{_OURS}{timed.time_s:10.3f} s  {set_in}\n"


def _json_lines(header: Header, events: Iterable[TimedEvent]) -> Iterator[bytes]:
    first = _plain(header) | {"event": "header"}
    yield json.dumps(first).encode() + b"\n"
    for timed in events:
        kind = type(timed.event).__name__.removesuffix("Event").lower()
        values = {"event": kind, "time_s": timed.time_s, "frame": timed.frame}
        yield json.dumps(values | _plain(timed.event)).encode() + b"\n"


def _plain(item: Header | Event) -> dict[str, object]:
    return {
        field.name: _json_value(getattr(item, field.name)) for field in dataclasses.fields(item)
    }


def _json_value(value: object) -> object:
    match value:
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                return {"base64": base64.b64encode(value).decode()}
        case tuple():
            return [_json_value(part) for part in value]
        case Grid():
            return dataclasses.asdict(value)
        case str() | int() | float() | bool() | None | dict():
            return value
        case _ if hasattr(value, "isoformat"):
            return str(value.isoformat())
        case _:
            raise FormatError("A field cannot be exported.")
