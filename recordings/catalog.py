"""Lists the recordings under one root, reading little of each.

A sealed recording tells all in its header and last event; others are scanned. What was read is
kept as long as the file does not change.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from recordings.chain import CHAIN_MARK, read_chain_line, read_seal_line
from recordings.disk import is_there, read_small
from recordings.errors import FormatError
from recordings.events import (
    TALLY_CODE,
    EndEvent,
    Header,
    Tally,
    decode_header,
    decode_payload,
    parse_line,
    read_tally,
)
from recordings.files import SUFFIXES, days, is_being_written, open_chained, session_name

_TAIL_BYTES = 4096
_CHUNK_BYTES = 1 << 20
_CACHE_ENTRIES_MAX = 20_000
_COUNTED = re.compile(rb"^\[[0-9.]+, \"[qvael]\", .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEntry:
    """One recording as lists show it."""

    path: Path
    header: Header
    state: str
    """live, sealed or crashed."""
    duration_s: float
    statements: int
    held: int
    denied: int
    size_bytes: int
    end_reason: str = ""

    @property
    def session_id(self) -> str:
        """Name the session."""
        return self.header.session_id


class Catalog:
    """The recordings under one root. Its methods block: call them in a thread."""

    def __init__(self, root: Path) -> None:
        """Take the ``sessions`` folder; it may not exist yet."""
        self._root = root
        self._cache: dict[Path, tuple[tuple[int, int], RecordingEntry]] = {}

    def find(self, session_id: str) -> Path | None:
        """Find the file of a session, packed or not; None for an unknown one.

        Raises:
            OSError: a folder cannot be read, so it may be there.
        """
        if not session_id or not all(part.isalnum() or part in "-_" for part in session_id):
            return None
        # The newest day, as in lists, where somebody has put a second one.
        folders = days(self._root)
        places = (day / f"{session_id}{suffix}" for suffix in SUFFIXES for day in folders)
        return next((place for place in places if is_there(place)), None)

    def list_entries(self, *, limit: int = 200) -> tuple[RecordingEntry, ...]:
        """List recordings, the newest day first and the newest first in it.

        Files that are no recordings are left out; ``verify`` names what is wrong with them.

        Raises:
            OSError: a folder cannot be read: a list without what lies there would be a lie.
        """
        entries: list[RecordingEntry] = []
        for folder in days(self._root):
            of_day = [entry for entry in map(self.entry, _recordings(folder)) if entry is not None]
            of_day.sort(key=lambda entry: entry.header.started_at, reverse=True)
            entries += of_day
            if len(entries) >= limit:
                break
        return tuple(entries[:limit])

    def entry(self, path: Path) -> RecordingEntry | None:
        """Describe one recording; None when it cannot be read as one."""
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            known = self._cache.get(path)
            # A live one may die without a change to its file.
            if known is not None and known[0] == stamp and known[1].state != "live":
                return known[1]
            entry = read_entry(path)
        except (OSError, FormatError):
            return None
        if len(self._cache) >= _CACHE_ENTRIES_MAX:
            self._cache.clear()
        self._cache[path] = (stamp, entry)
        return entry

    def paths(self) -> Iterator[tuple[Path, str]]:
        """Yield the file and the session id of each recording, the newest day first.

        Raises:
            OSError: a folder cannot be read.
        """
        seen: set[str] = set()
        for folder in days(self._root):
            for path in _recordings(folder):
                session_id = session_name(path)
                if session_id not in seen:
                    seen.add(session_id)
                    yield path, session_id


def _recordings(folder: Path) -> list[Path]:
    """Give one file of each recording, the very form that ``Catalog.find`` takes.

    Opening what is no file, such as a pipe, could wait for ever.
    """
    with os.scandir(folder) as entries:
        files = [Path(entry.path) for entry in entries if entry.is_file()]
    forms: dict[str, Path] = {}
    for suffix in reversed(SUFFIXES):
        # The plain one counts: beside it, an archive is not done, or was put there.
        forms |= {session_name(path): path for path in files if path.name.endswith(suffix)}
    return sorted(forms.values(), reverse=True)


def about_path(path: Path) -> Path:
    """Name the file beside an encrypted recording that keeps what lists show."""
    return path.with_name(f"{session_name(path)}.about.json")


def read_about(path: Path, size_bytes: int) -> RecordingEntry:
    """Read what lists show of an encrypted recording from the file beside it.

    Raises:
        OSError: it cannot be read.
        FormatError: it is garbled.
    """
    try:
        about = json.loads(read_small(about_path(path)))
        header = about["header"]
        header["started_at"] = datetime.fromisoformat(header["started_at"])
        return RecordingEntry(
            path=path,
            header=Header(**header),
            state="sealed",
            duration_s=float(about["duration_s"]),
            statements=int(about["statements"]),
            held=int(about["held"]),
            denied=int(about["denied"]),
            size_bytes=size_bytes,
            end_reason=str(about["end_reason"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"{about_path(path).name} is garbled.") from error


def read_entry(path: Path) -> RecordingEntry:
    """Read what lists show of a recording.

    Raises:
        OSError: it cannot be read.
        FormatError: it is garbled.
    """
    size_bytes = path.stat().st_size
    if path.suffix == ".age":
        return read_about(path, size_bytes)
    with open_chained(path) as stream:
        header = decode_header(stream.readline())
        end = _read_tail(stream) if stream.seekable() else None
        if end is None:
            end = _scan(stream)
    unsealed = "live" if is_being_written(path) else "crashed"
    return RecordingEntry(
        path=path,
        header=header,
        state="sealed" if end.is_sealed else unsealed,
        duration_s=end.time_us / 1_000_000,
        statements=end.tally.statements,
        held=end.tally.held,
        denied=end.tally.denied,
        size_bytes=size_bytes,
        end_reason=end.reason,
    )


@dataclass(slots=True)
class _End:
    """What the end of a file tells."""

    time_us: int
    tally: Tally
    reason: str = ""
    is_sealed: bool = False


def _read_tail(stream: BinaryIO) -> _End | None:
    """Read the last frame and the seal; None when the file does not end so."""
    stream.seek(max(0, stream.seek(0, os.SEEK_END) - _TAIL_BYTES))
    lines = stream.read(_TAIL_BYTES).rstrip(b"\n").split(b"\n")
    seal = read_seal_line(lines[-1])
    if seal is None or not seal.is_final:
        return None
    for raw in lines[-4:-1]:
        if b', "e", ' in raw:
            time_us, code, text = parse_line(raw)
            event = decode_payload(code, text)
            if isinstance(event, EndEvent):
                tally = Tally(statements=event.statements, held=event.held, denied=event.denied)
                return _End(time_us, tally, event.reason, is_sealed=True)
    return None


def _scan(stream: BinaryIO) -> _End:
    """Count in a whole file, decoding only what is counted."""
    if stream.seekable():
        stream.seek(0)
    end = _End(0, Tally())
    for raw in stream:
        if CHAIN_MARK in raw:
            link = read_chain_line(raw, 0, len(raw.rstrip(b"\n")))
            end.time_us = end.time_us if link is None else link.time_us
        elif _COUNTED.match(raw) and raw.endswith(b"\n"):
            _, code, text = parse_line(raw)
            if code == TALLY_CODE:
                end.tally = read_tally(text)
                continue
            event = decode_payload(code, text)
            end.tally.add(event)
            if isinstance(event, EndEvent):
                end.reason = event.reason
        elif (seal := read_seal_line(raw.rstrip(b"\n"))) is not None:
            end.is_sealed = seal.is_final
    return end
