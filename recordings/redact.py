"""Copies of a recording with chosen lines taken out, of which ``verify`` still proves the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recordings.chain import ChainLink, chain_line
from recordings.commitments import (
    CommitmentReader,
    leaves,
    removed_line,
    salt,
    salts_line,
    split_lines,
)
from recordings.errors import FormatError
from recordings.events import StatementEvent, decode_payload, parse_line
from recordings.files import open_stream
from recordings.frames import Frame, FrameWalk

_CODE = re.compile(rb'\[([0-9]+)\.([0-9]{6}), "(.)", ')
_SIGNATURE = "s"


@dataclass(slots=True, kw_only=True)
class Redaction:
    """What is to be taken out."""

    statements: frozenset[int] = frozenset()
    """By number, from 1: text, parameters, marker, row digests, notices, measurements, messages of
    errors."""
    outputs: tuple[tuple[float, float], ...] = ()
    """From and to, in seconds: what was shown, and row digests."""
    ids: set[str] = field(default_factory=set)
    """Of the statements, as they are met."""
    found: set[int] = field(default_factory=set)

    def chosen(self, lines: Sequence[bytes]) -> set[int]:
        """Choose among the lines of one frame."""
        chosen: set[int] = set()
        for index, text in enumerate(lines):
            match = _CODE.match(text)
            if match is None:
                continue
            code = match[3].decode()
            time_s = int(match[1]) + int(match[2]) / 1e6
            if code in "obn" and self._is_in_range(time_s):
                chosen.add(index)
            elif code == "q" and self._is_statement(text):
                chosen |= (
                    {index - 1, index} if index and b', "m", ' in lines[index - 1] else {index}
                )
            elif code in "nwuk" and self._belongs(code, text):
                chosen.add(index)
        return chosen

    def _is_in_range(self, time_s: float) -> bool:
        return any(start <= time_s <= end for start, end in self.outputs)

    def _is_statement(self, text: bytes) -> bool:
        _, code, payload = parse_line(text)
        event = decode_payload(code, payload)
        if not isinstance(event, StatementEvent) or event.index not in self.statements:
            return False
        self.ids.add(event.id)
        self.found.add(event.index)
        return True

    def _belongs(self, code: str, text: bytes) -> bool:
        payload = json.loads(parse_line(text)[2])
        if code == "k":
            # What was measured for a statement holds a sample of rows.
            payload = payload.get("fields", {})
        if payload.get("statement_id") not in self.ids:
            return False
        return code != "u" or bool(payload.get("message"))


def redact(path: Path, redaction: Redaction, *, identity: Path | None = None) -> Iterator[bytes]:
    """Yield a redacted copy in pieces; the recording itself is not touched.

    It should have been verified first: a copy of what is wrong is wrong.

    Raises:
        OSError: the recording cannot be read.
        FormatError: it is not sealed, of format version 1, a redacted copy itself, has its
            statement in the header, or lacks a statement that was named.
    """
    with open_stream(path, identity) as stream:
        walk = FrameWalk(stream, None)
        reader = CommitmentReader()
        for frame in walk.walk():
            body = bytes(frame.body)
            if frame.number == 0:
                _check(walk, redaction)
            reader.head(b"", frame.number, frame.time_us, body)
            if reader.salt_key is None:
                raise FormatError("This is a redacted copy. Redact the recording itself.")
            yield from _frame(frame, body, reader.salt_key, redaction)
    if walk.seal is None:
        raise FormatError("Only a sealed recording can be redacted and still be proven.")
    missing = redaction.statements - redaction.found
    if missing:
        named = ", ".join(map(str, sorted(missing)))
        raise FormatError(f"The recording has no statement {named}.")
    yield walk.seal.line()


def _check(walk: FrameWalk, redaction: Redaction) -> None:
    header = walk.header
    if header is None or header.format_version < 2:
        raise FormatError("A recording of format version 1 commits to no single lines.")
    if redaction.statements and header.command:
        raise FormatError(
            "The header holds the command line of this session, and no header can be redacted."
        )


def _frame(frame: Frame, body: bytes, salt_key: bytes, redaction: Redaction) -> Iterator[bytes]:
    lines = split_lines(body)
    chosen = redaction.chosen(lines) if frame.number else {len(lines) - 1}
    of_lines = leaves(salt_key, frame.number, body)
    for index, text in enumerate(lines):
        if index in chosen:
            yield removed_line(frame.time_us, of_lines[index], len(text))
        else:
            yield text
    if frame.number:
        kept = (index for index in range(len(lines)) if index not in chosen)
        yield salts_line(frame.time_us, (salt(salt_key, frame.number, index) for index in kept))
    yield chain_line(ChainLink(frame.time_us, frame.number, frame.head))
