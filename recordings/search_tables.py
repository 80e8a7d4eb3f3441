"""The tables of the search index: what is put in, and what a query selects."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from recordings.catalog import Catalog, RecordingEntry
from recordings.errors import FormatError
from recordings.events import (
    ApprovalEvent,
    OutcomeEvent,
    StatementEvent,
    VerdictEvent,
    decode_lines,
)
from recordings.files import open_chained
from recordings.query import Query
from recordings.reader import RawFrame, link_before, raw_frames

_VERSION = 2
_BUSY_S = 10.0
_TRIGRAM = 3
_ROWS_MAX = 20_000
_TEXT_CHARACTERS_MAX = 100_000
"""Of a statement; what is behind is not found."""
_TOLD = (b', "q", ', b', "Q", ', b', "v", ', b', "a", ', b', "u", ')
SCHEMA = """
create table recording (
    id integer primary key, session text unique not null, path text not null,
    modified integer not null, size integer not null, position integer not null,
    head blob not null, user text not null, person text not null, target text not null,
    environment text not null, started real not null
);
create table statement (
    id integer primary key, recording integer not null, name text not null,
    number integer not null, time real not null, position integer not null,
    at real not null, action text not null default '', rule text not null default '',
    approval text not null default '', reviewer text not null default '',
    status text not null default 'unknown'
);
create unique index statement_name on statement (recording, name);
create index statement_at on statement (at);
create table object (statement integer not null, name text not null);
create index object_name on object (name);
create index object_statement on object (statement);
create virtual table words using fts5 (text, objects, tokenize = 'trigram');
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A statement that a query selects, or a session without one."""

    session: str
    path: str
    name: str
    number: int
    time_s: float
    position: int
    action: str
    is_hit: bool


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database, made where there is none.

    Raises:
        OSError: it cannot be made.
        sqlite3.DatabaseError: it is damaged, or of another version.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_S)) as database:
        database.execute("pragma secure_delete = on")
        # Derived: what a power cut damages is made anew.
        database.execute("pragma synchronous = off")
        version = database.execute("pragma user_version").fetchone()[0]
        if version == 0:
            database.executescript(
                f"begin exclusive; {SCHEMA} pragma user_version = {_VERSION}; commit;"
            )
        elif version != _VERSION:
            raise sqlite3.DatabaseError("of another version")
        yield database


# Reading recordings in


def take(
    database: sqlite3.Connection, path: Path, status: os.stat_result, catalog: Catalog
) -> None:
    """Read what is new in one recording; all of it where it is not the one that was known."""
    entry = catalog.entry(path)
    if entry is None:
        return
    known = database.execute(
        "select id, position, head from recording where session = ?", (entry.session_id,)
    ).fetchone()
    with open_chained(path) if path.suffix != ".age" else contextlib.nullcontext() as stream:
        position, head = 0, b""
        if known is not None and stream is not None and stream.seekable():
            link = link_before(stream, known[1])
            if link is not None and link.head == known[2]:
                position, head = known[1], known[2]
        if position == 0:
            drop(database, entry.session_id)
        row = _put_recording(database, entry, status)
        if stream is None:
            return
        if stream.seekable():
            stream.seek(position)
        with contextlib.suppress(FormatError):
            # Of a damaged recording, what is before the damage is found.
            for frame in raw_frames(stream, position):
                _take_frame(database, row, entry.header.started_at, frame)
                position, head = frame.end, frame.link.head
        database.execute(
            "update recording set position = ?, head = ? where id = ?", (position, head, row)
        )


def _put_recording(
    database: sqlite3.Connection, entry: RecordingEntry, status: os.stat_result
) -> int:
    header = entry.header
    about = (
        str(entry.path), status.st_mtime_ns, status.st_size, header.user, header.person,
        header.target, header.environment, header.started_at.timestamp(),
    )  # fmt: skip
    found = database.execute(
        "insert into recording (session, path, modified, size, position, head, user, person,"
        " target, environment, started) values (?, ?, ?, ?, 0, x'', ?, ?, ?, ?, ?)"
        " on conflict (session) do update set path = excluded.path, modified = excluded.modified,"
        " size = excluded.size returning id",
        (entry.session_id, *about),
    ).fetchone()
    return int(found[0])


def _take_frame(
    database: sqlite3.Connection, recording: int, started_at: datetime, frame: RawFrame
) -> None:
    for time_us, _, event in decode_lines([raw for raw in frame.lines() if is_told(raw)]):
        match event:
            case StatementEvent():
                _put_statement(
                    database, recording, event, time_us / 1_000_000, started_at, frame.start
                )
            case VerdictEvent():
                _put_verdict(database, recording, event)
            case ApprovalEvent():
                database.execute(
                    "update statement set approval = ?, reviewer = max(reviewer, ?)"
                    " where recording = ? and name = ?",
                    (event.state, event.reviewer, recording, event.statement_id),
                )
            case OutcomeEvent():
                database.execute(
                    "update statement set status = ? where recording = ? and name = ?",
                    (event.status, recording, event.statement_id),
                )
            case _:
                pass


def is_told(raw: bytes) -> bool:
    """Tell whether a line holds what the index keeps."""
    return any(mark in raw[:32] for mark in _TOLD)


def _put_statement(
    database: sqlite3.Connection,
    recording: int,
    event: StatementEvent,
    time_s: float,
    started_at: datetime,
    position: int,
) -> None:
    at = started_at.timestamp() + time_s
    found = database.execute(
        "insert into statement (recording, name, number, time, position, at)"
        " values (?, ?, ?, ?, ?, ?) on conflict (recording, name) do nothing returning id",
        (recording, event.id, event.index, time_s, position, at),
    ).fetchone()
    if found is not None:
        database.execute(
            "insert into words (rowid, text, objects) values (?, ?, '')",
            (found[0], (event.masked or event.text)[:_TEXT_CHARACTERS_MAX]),
        )


def _put_verdict(database: sqlite3.Connection, recording: int, event: VerdictEvent) -> None:
    found = database.execute(
        "update statement set action = ?, rule = ? where recording = ? and name = ? returning id",
        (event.action, event.rule, recording, event.statement_id),
    ).fetchone()
    if found is None:
        return
    database.execute(
        "update words set objects = ? where rowid = ?", (" ".join(event.tables), found[0])
    )
    names = {name for table in event.tables for name in _names(table.casefold())}
    database.executemany(
        "insert into object (statement, name) values (?, ?)",
        [(found[0], name) for name in sorted(names)],
    )


def _names(table: str) -> Iterator[str]:
    """Give all that people call it: ``shop.public.orders``, ``public.orders``, ``orders``."""
    parts = table.split(".")
    for start in range(len(parts)):
        yield ".".join(parts[start:])


def drop(database: sqlite3.Connection, session_id: str) -> None:
    """Remove one recording."""
    found = database.execute("select id from recording where session = ?", (session_id,)).fetchone()
    if found is None:
        return
    for of_statements in (
        "delete from words where rowid in (select id from statement where recording = ?)",
        "delete from object where statement in (select id from statement where recording = ?)",
    ):
        database.execute(of_statements, found)
    database.execute("delete from statement where recording = ?", found)
    database.execute("delete from recording where id = ?", found)


# Asking


def select(database: sqlite3.Connection, query: Query) -> Iterator[Row]:
    """Yield what matches: newest recordings first, statements in order."""
    conditions: list[str] = []
    values: dict[str, object] = {"rows_max": _ROWS_MAX}
    is_hit = "0"
    for number, word in enumerate(query.words):
        of_statement = _word(word, f"w{number}", values)
        of_session = " or ".join(
            f"r.{column} like :l{number} escape '\\'"
            for column in ("session", "user", "person", "target")
        )
        conditions.append(f"({of_statement} or {of_session})")
        is_hit += f" or {of_statement}"
    for number, (key, value) in enumerate(query.equal):
        values[f"e{number}"] = value.casefold() if key == "object" else value
        conditions.append(_EQUAL[key].format(value=f":e{number}"))
        is_hit += " or 1" if key in _OF_STATEMENTS else ""
    if query.verdicts:
        names = [f":v{number}" for number in range(len(query.verdicts))]
        values |= {f"v{number}": verdict for number, verdict in enumerate(query.verdicts)}
        either = ", ".join(names)
        conditions.append(f"(s.action in ({either}) or s.approval in ({either}))")
        is_hit += " or 1"
    for name, sign, moment in (("after", ">=", query.after), ("before", "<=", query.before)):
        if moment is not None:
            values[name] = moment.timestamp()
            conditions.append(f"coalesce(s.at, r.started) {sign} :{name}")
    # One row for each hit; where the session itself was meant, one for all its statements.
    rows = database.execute(
        _SELECT.format(where=" and ".join(conditions) or "1", is_hit=is_hit), values
    )
    for session, path, name, number, time_s, position, action, hit in rows:
        yield Row(
            session=session,
            path=path,
            name=name or "",
            number=number or 0,
            time_s=time_s or 0.0,
            position=position or 0,
            action=action or "",
            is_hit=bool(hit),
        )


def _word(word: str, name: str, values: dict[str, object]) -> str:
    number = name[1:]
    pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    values[f"l{number}"] = pattern
    if len(word) < _TRIGRAM:
        matching = f"text like :l{number} escape '\\' or objects like :l{number} escape '\\'"
    else:
        # A phrase in quotes: nothing in it is an operator.
        values[name] = '"' + word.replace('"', '""') + '"'
        matching = f"words match :{name}"
    return f"s.id in (select rowid from words where {matching})"  # noqa: S608 - fixed texts


_SELECT = (
    "select r.session, r.path, s.name, s.number, s.time, s.position, s.action,"
    " s.id is not null and ({is_hit}) as is_hit"
    " from recording r left join statement s on s.recording = r.id where {where}"
    " group by r.id, case when s.id is not null and ({is_hit}) then s.id else 0 end"
    " order by r.started desc, r.id desc, s.number limit :rows_max"
)
_OF_STATEMENTS = ("object", "rule", "status", "reviewer")
_EQUAL = {
    "user": "(r.user = {value} collate nocase or r.person = {value} collate nocase)",
    "target": "r.target = {value} collate nocase",
    "environment": "r.environment = {value} collate nocase",
    "id": "r.session = {value}",
    "object": "s.id in (select statement from object where name = {value})",
    "rule": "s.rule = {value} collate nocase",
    "status": "s.status = {value} collate nocase",
    "reviewer": "s.reviewer = {value} collate nocase",
}
