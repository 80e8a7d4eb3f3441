"""Searches all recordings under one root: an index of statements, and what became of them.

The index is an SQLite database with FTS5 (trigrams: any part of a word is found), beside the seek
indexes. It is derived, and no evidence: each search first reads what has been recorded since, each
hit is read again from the recording at the place that the index names, and a database that cannot
be used is made anew. It holds statements without the values in them that not everybody may read,
and nothing of what was shown; of an encrypted recording it holds no statement at all.
"""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from recordings.catalog import Catalog, RecordingEntry
from recordings.derived import search_path, seek_path
from recordings.errors import FormatError
from recordings.events import (
    StatementEvent,
    decode_lines,
)
from recordings.files import DAYS, open_stream, session_name
from recordings.query import Query
from recordings.reader import RawFrame, raw_frames
from recordings.search_tables import SCHEMA, Row, drop, is_told, opened, select, take


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One statement that was found, and when it came."""

    index: int
    time_s: float
    """Since the start of the recording: where to play from."""
    text: str
    action: str = ""
    """Of its verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One recording that was found, with the statements that matched."""

    entry: RecordingEntry
    hits: tuple[Hit, ...]
    """In order; none where the session itself was meant, by its id, user or target."""


class SearchIndex:
    """The statements of the recordings under one root. Its methods block."""

    def __init__(self, root: Path, catalog: Catalog | None = None) -> None:
        """Take the ``sessions`` folder; nothing is read yet."""
        self._root = root
        self._catalog = Catalog(root) if catalog is None else catalog

    def find(self, query: Query, *, limit: int = 200, hits_max: int = 20) -> tuple[Found, ...]:
        """Find recordings, newest first, each with its first matching statements.

        Raises:
            OSError: recordings cannot be read.
        """
        with self._fresh() as database:
            rows = select(database, query)
            grouped: dict[str, list[Row]] = {}
            for row in rows:
                if row.session in grouped or len(grouped) < limit:
                    grouped.setdefault(row.session, []).append(row)
        found = (self._confirm(of_one, hits_max) for of_one in grouped.values())
        return tuple(one for one in found if one is not None)

    def begin_anew(self) -> None:
        """Forget what was read: whoever can write the index can hide hits in it.

        Raises:
            OSError: it cannot be removed.
        """
        search_path(self._root).unlink(missing_ok=True)

    def refresh(self) -> None:
        """Read what has been recorded since the last time."""
        with self._fresh():
            pass

    @contextlib.contextmanager
    def _fresh(self) -> Iterator[sqlite3.Connection]:
        path = search_path(self._root)
        with contextlib.ExitStack() as stack:
            try:
                database = stack.enter_context(opened(path))
                self._bring_up_to_date(database)
            except (sqlite3.DatabaseError, OSError):
                # Damaged, of another version, or the disk is full: all can be read again.
                stack.pop_all().close()
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
                database = stack.enter_context(contextlib.closing(sqlite3.connect(":memory:")))
                database.executescript(SCHEMA)
                self._bring_up_to_date(database)
            yield database

    def _bring_up_to_date(self, database: sqlite3.Connection) -> None:
        known = {
            str(session): (str(path), modified, size)
            for session, path, modified, size in database.execute(
                "select session, path, modified, size from recording"
            )
        }
        present = set()
        for path, session in self._catalog.paths():
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            present.add(session)
            if known.get(session) != (str(path), status.st_mtime_ns, status.st_size):
                with database:
                    take(database, path, status, self._catalog)
        for session in known.keys() - present:
            with database:
                drop(database, session)

    def _confirm(self, rows: list[Row], hits_max: int) -> Found | None:
        """Read the hits again where the index says that they are."""
        path = Path(rows[0].path)
        # The index could name any file.
        is_kept = path.match(DAYS + "/*") and path.is_relative_to(self._root)
        entry = self._catalog.entry(path) if is_kept else None
        if entry is None or session_name(path) != rows[0].session:
            return None
        wanted = {row.position: row for row in rows if row.is_hit}
        if not wanted:
            return Found(entry=entry, hits=())
        hits: list[Hit] = []
        with contextlib.suppress(OSError, FormatError), open_stream(entry.path) as stream:
            for frame in _frames_at(stream, list(wanted)[:hits_max]):
                hits += _hits(frame, wanted[frame.start])
        return Found(entry=entry, hits=tuple(hits)) if hits else None


def _frames_at(stream: BinaryIO, positions: list[int]) -> Iterator[RawFrame]:
    """Yield the frames that begin at these places, in order."""
    if not stream.seekable():
        yield from (frame for frame in raw_frames(stream, 0) if frame.start in positions)
        return
    for position in positions:
        stream.seek(position)
        yield from itertools.islice(raw_frames(stream, position), 1)


def _hits(frame: RawFrame, row: Row) -> Iterator[Hit]:
    for time_us, _, event in decode_lines([raw for raw in frame.lines() if is_told(raw)]):
        if isinstance(event, StatementEvent) and (event.id, event.index) == (row.name, row.number):
            yield Hit(
                index=event.index,
                time_s=time_us / 1_000_000,
                text=event.masked or event.text,
                action=row.action,
            )


def forget(recording: Path) -> None:
    """Remove all that was derived from ``root/YYYY/MM/DD/ID.cast``, and its traces.

    Raises:
        OSError: it cannot be removed.
    """
    root, session_id = recording.absolute().parents[3], session_name(recording)
    seek_path(root, session_id).unlink(missing_ok=True)
    path = search_path(root)
    if not path.exists():
        return
    try:
        with opened(path) as database, database:
            drop(database, session_id)
            # What FTS5 deletes stays in its segments until they are merged.
            database.execute("insert into words (words) values ('optimize')")
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)
