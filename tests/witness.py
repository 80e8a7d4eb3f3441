"""The database as a witness: what its own log says beside what the transcripts say.

Two questions, asked after every test that met a real server, for every login of a session:

- Is each statement in the server's log on record in that very session's transcript? Only what the
  bastion sends on its own account is not, and that is known word for word.
- Is each statement that is on record as done in the server's log, as often as it is on record?
"""

from __future__ import annotations

import contextlib
import functools
import glob
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bastion.core import tokens
from bastion.core.model import Engine
from bastion.core.scrubbing import scrub_secrets
from bastion.execution.measuring import LOOK_MARK
from bastion.targets import connectors, mysql, mysql_marks, postgres
from recordings import read_events
from recordings.events import (
    ApprovalEvent,
    Event,
    NoteEvent,
    OutcomeEvent,
    StatementEvent,
    VerdictEvent,
)
from recordings.files import open_stream
from recordings.reader import EventParser

_APPLICATION = re.compile(r"bastion:[^:]+:(?P<session>\w{12,})")
_POSTGRES_ENTRY = re.compile(
    r"^(?P<login>[0-9a-f]+\.[0-9a-f]+)\|(?P<application>.*?)\| "
    r"(?P<severity>[A-Z]+):  (?P<text>(?:.|\n\t)*)\n(?!\t)",
    re.MULTILINE,
)
_CUT = "canceling statement due to user request"
_SENT = re.compile(r"(?:statement|execute [^:]*): ")
_MYSQL_ENTRY = re.compile(
    r"^(?:\d{6} [ \d]\d:\d\d:\d\d)?\t+ *(?P<login>\d+) "
    r"(?P<kind>Query|Connect|Quit|Init DB|Prepare|Execute|Close stmt|Statistics)\t?",
    re.MULTILINE,
)
_MYSQL_START = re.compile(r"^\S+, Version: .*\n.*\nTime.*Command\tArgument\n", re.MULTILINE)
"""Written once more by a server that was started again after a crash."""
_OWN = postgres.OWN_WORDS | mysql.OWN_WORDS | connectors.LOGIN_WORDS
_DRIVER = frozenset({"SET AUTOCOMMIT = 1", "SET NAMES utf8mb4"})
"""What PyMySQL says while it logs in."""
_RUNS_CODE = frozenset({"CALL", "EXECUTE", "PREPARE", "DO", "BEGIN", "EXPLAIN", "SET"})


@dataclass(slots=True)
class Entry:
    """One statement in a server's log."""

    text: str
    was_run: bool = True
    """False: the server only parsed it, or refused it."""
    is_inner: bool = False
    """The server sent it to itself: a step of a routine, or a prepared text."""
    sha256: str = ""
    """Of the text, as the transcript of its session has it."""


@dataclass(slots=True)
class Login:
    """One connection as the server saw it."""

    application: str = ""
    entries: list[Entry] = field(default_factory=list)
    last_recorded: str = ""
    was_cut: bool = False
    """We have ended the last one ourselves: it ran, and its first rows may be all we wanted."""


@dataclass(slots=True)
class Recorded:
    """One statement as its transcript has it."""

    text: str
    sha256: str
    head: str
    verdicts: int = 0
    runs: set[str] = field(default_factory=set)
    """Requests whose one run it took."""
    is_done: bool = False
    rehearsals: int = 0
    """How often it was run to be measured, and rolled back."""
    is_replaced: bool = False
    """Something else was sent in its place, and is on record by itself."""

    @property
    def runs_max(self) -> int:
        """Tell how often it may have been sent: again where it was rolled back and asked anew."""
        return max(1, self.verdicts) + max(0, len(self.runs) - 1) + self.rehearsals


@dataclass(slots=True)
class Transcript:
    """What is on record of one session."""

    statements: dict[str, Recorded] = field(default_factory=dict)
    parser: EventParser = field(default_factory=EventParser)
    position: int = 0
    moves: int = 0
    _last: Recorded | None = None
    _by_digest: dict[str, list[Recorded]] = field(default_factory=dict)
    _spelled: list[Recorded] = field(default_factory=list)
    """Those that a server may be sent, or may write down, in other words than are on record."""

    def _put(self, key: str, found: Recorded) -> None:
        self.statements[key] = found
        self._by_digest.setdefault(found.sha256, []).append(found)
        if found.text.endswith(";") or "⟨" in found.text:
            self._spelled.append(found)

    def add(self, event: Event) -> None:
        """Take one event."""
        match event:
            case StatementEvent():
                found = Recorded(text=event.text, sha256=event.sha256, head=event.head)
                self._put(event.id, found)
                self._last = found
            case VerdictEvent() if event.statement_id in self.statements:
                self.statements[event.statement_id].verdicts += 1
            case ApprovalEvent() if event.statement_id in self.statements:
                if event.state == "running":
                    self.statements[event.statement_id].runs.add(event.request_id)
            case NoteEvent() if event.kind == "statement.sent":
                # COPY (query) TO STDOUT: the query alone is sent, whose rows can be masked.
                found = self.statements[event.fields["statement_id"]]
                self._by_digest[found.sha256].remove(found)
                found.sha256 = event.fields["sha256"]
                self._by_digest.setdefault(found.sha256, []).append(found)
            case NoteEvent() if event.kind == "trial":
                is_rehearsal = event.fields["how"] == "rehearsal"
                self.statements[event.fields["statement_id"]].rehearsals += is_rehearsal
            case NoteEvent() if event.kind == "quarantine.sql":
                # A table is moved away where the statement would destroy it.
                self.moves += 1
                sql = event.fields["sql"]
                move = Recorded(text=sql, sha256=_digest(sql), head="ALTER")
                self._put(f"move {self.moves}", move)
                if self._last is not None:
                    self._last.is_replaced = True
            case OutcomeEvent() if event.statement_id in self.statements:
                # A dry run ends well too, and has no tag.
                found = self.statements[event.statement_id]
                found.is_done = event.status == "ok" and bool(event.tag) and not found.is_replaced
            case _:
                pass

    def match(self, text: str) -> str:
        """Give the digest on record of a text in the log; its own when there is none.

        What stands for a masked value is sent as the value, and on record as its token.
        """
        digest = _digest(text)
        if self._by_digest.get(digest):
            return digest
        # Of what holds a secret, the digest on record is that of the text without it.
        without = _digest_without_secrets(text)
        if self._by_digest.get(without):
            return without
        for one in self._spelled:
            # MySQL leaves terminators at the end out, even where a comment ends with one.
            if one.text.endswith(";") and one.text.rstrip("; ") == text:
                return one.sha256
            if "⟨" in one.text and _with_any_values(one.text).fullmatch(text):
                return one.sha256
        return digest

    def find(self, sha256: str) -> list[Recorded]:
        """Give the statements with a text."""
        return self._by_digest.get(sha256, [])

    def done(self) -> Counter[str]:
        """Count by text what is on record as done."""
        return Counter(one.sha256 for one in self.statements.values() if one.is_done)


class ServerLog:
    """The statements of one server's log, read on from where the last look ended."""

    def __init__(self, engine: str, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._position = 0
        self._logins: dict[str, Login] = {}
        self._changed: dict[int, Login] = {}

    def take_changed(self) -> list[Login]:
        """Give the logins that have sent something since the last call."""
        changed = list(self._changed.values())
        self._changed.clear()
        return changed

    def read(self) -> None:
        """Take what was written since."""
        with self._path.open("rb") as stream:
            stream.seek(self._position)
            data = stream.read()
        self._position += len(data)
        text = data.decode(errors="surrogateescape")
        if self._engine == "postgres":
            self._postgres(text)
        else:
            self._mysql(text)

    def _postgres(self, text: str) -> None:
        for match in _POSTGRES_ENTRY.finditer(text):
            login = self._logins.setdefault(match["login"], Login())
            self._changed[id(login)] = login
            if not _APPLICATION.fullmatch(login.application):
                # Before the login is through, the server does not know its name yet.
                login.application = match["application"]
            said = match["text"].replace("\n\t", "\n")
            sent = _SENT.match(said)
            if match["severity"] == "LOG" and sent:
                login.entries.append(Entry(said[sent.end() :]))
            elif match["severity"] == "ERROR":
                login.was_cut = said == _CUT
            elif match["severity"] == "STATEMENT":
                last = login.entries[-1] if login.entries else None
                if last is not None and last.text == said and login.was_cut:
                    continue
                if last is not None and last.text == said:
                    last.was_run = False
                else:
                    login.entries.append(Entry(said, was_run=False))

    def _mysql(self, text: str) -> None:
        text = _MYSQL_START.sub("", text)
        matches = list(_MYSQL_ENTRY.finditer(text))
        for place, match in enumerate(matches):
            end = matches[place + 1].start() if place + 1 < len(matches) else len(text)
            said = text[match.end() : end].removesuffix("\n")
            if match["kind"] == "Connect":
                self._logins.pop(match["login"], None)
                continue
            login = self._logins.setdefault(match["login"], Login())
            self._changed[id(login)] = login
            if match["kind"] == "Query":
                pins = connectors.MYSQL_PINS.fullmatch(said)
                if pins and not login.application:
                    login.application = pins["application"]
                login.entries.append(Entry(said))
            elif match["kind"] in {"Prepare", "Execute"}:
                login.entries.append(Entry(said, is_inner=True))


class Witness:
    """Compares the logs of servers with the transcripts of installations."""

    def __init__(self) -> None:
        self._logs: list[ServerLog] = []
        self._folders: dict[Path, Path | None] = {}
        """Each with the identity that reads it, where it is encrypted."""
        self._ended: set[Path] = set()
        """Those that are read for the last time."""
        self._read_out: set[Path] = set()
        self._transcripts: dict[str, Transcript] = {}
        self._heard: set[str] = set()
        """Sessions with a login at a server whose log is read."""
        self._run: Counter[tuple[str, str]] = Counter()
        """By session and digest of the text: how often the servers have run it."""
        self._changed: set[tuple[str, str]] = set()
        self._owed: set[str] = set()
        """Sessions with events that came while the logs were read."""

    def hear(self, engine: str, log: Path) -> ServerLog:
        """Take a server's log into account."""
        self._logs.append(ServerLog(engine, log))
        return self._logs[-1]

    def forget(self, log: ServerLog) -> None:
        """Leave a server that has ended."""
        self._logs.remove(log)

    def watch(self, sessions: Path, identity: Path | None = None) -> None:
        """Take the transcripts of an installation into account."""
        self._folders[sessions] = identity or self._folders.get(sessions)
        self._ended.discard(sessions)
        self._read_out.discard(sessions)

    def leave(self, sessions: Path) -> None:
        """Leave an installation that has ended, once its transcripts are read to their ends."""
        self._ended.add(sessions)

    def differences(self) -> list[str]:
        """Compare what has come since the last call; a sentence for each difference, once."""
        if not self._logs:
            return []
        changed = self._read_transcripts()
        done = {
            (session, sha256): times
            for session in changed | self._owed
            for sha256, times in self._transcripts[session].done().items()
        }
        for log in self._logs:
            log.read()
        # What was logged up to now was recorded before; so the record is read after the log.
        self._owed = self._read_transcripts()
        words = [word for log in self._logs for word in self._unexplained(log)]
        words += self._unheard(done)
        words += self._repeated()
        self._changed.clear()
        self._read_out |= self._ended
        self._ended.clear()
        return words

    def _unexplained(self, log: ServerLog) -> Iterator[str]:
        for login in log.take_changed():
            known = _APPLICATION.fullmatch(login.application)
            if known is None:
                continue
            session = known["session"]
            self._heard.add(session)
            transcript = self._transcripts.get(session, Transcript())
            for entry in login.entries:
                entry.sha256 = transcript.match(entry.text)
                if entry.was_run and not entry.is_inner:
                    key = (session, entry.sha256)
                    self._run[key] += 1
                    self._changed.add(key)
            yield from _unexplained(login, session, transcript)
            login.entries.clear()

    def _unheard(self, done: dict[tuple[str, str], int]) -> Iterator[str]:
        for (session, sha256), times in done.items():
            found = self._transcripts[session].find(sha256)
            if session in self._heard and self._run[session, sha256] < times:
                yield (
                    f"{session}: on record as done {times} times, in the log "
                    f"{self._run[session, sha256]}: {found[0].text[:200]!r}"
                )

    def _repeated(self) -> Iterator[str]:
        for session, sha256 in self._changed:
            if session not in self._transcripts:
                continue
            found = self._transcripts[session].find(sha256)
            most = sum(one.runs_max for one in found)
            if sha256 in _OF_DRIVER:
                # Another encoding is sent as the one that the login has begun with.
                continue
            if found and self._run[session, sha256] > most and found[0].text not in _OWN:
                yield (
                    f"{session}: {self._run[session, sha256]} times in the log, {most} times on "
                    f"record: {found[0].text[:200]!r}"
                )

    def _read_transcripts(self) -> set[str]:
        """Read on; gives the sessions that have something new."""
        changed = set()
        for folder, identity in self._folders.items():
            if folder in self._read_out:
                continue
            # Asked after every test: a fourth of what Path.glob takes.
            for path in map(Path, glob.glob(f"{folder}/*/*/*/*.cast*")):  # noqa: PTH207
                session = path.name.partition(".")[0]
                transcript = self._transcripts.setdefault(session, Transcript())
                with contextlib.suppress(FileNotFoundError):
                    for event in _new_events(path, transcript, identity):
                        transcript.add(event)
                        changed.add(session)
        return changed


def _new_events(path: Path, transcript: Transcript, identity: Path | None) -> Iterator[Event]:
    if path.name.endswith(".cast"):
        if identity is None and path.stat().st_size <= transcript.position:
            return
        with open_stream(path, identity) as stream:
            if stream.seekable():
                stream.seek(transcript.position)
                data = stream.read()
            else:
                data = stream.read()[transcript.position :]
        transcript.position += len(data)
        for timed in transcript.parser.feed(data):
            yield timed.event
    elif path.name.endswith(".cast.zst") and not transcript.statements:
        for timed in read_events(path):
            yield timed.event


def _unexplained(login: Login, session: str, transcript: Transcript) -> list[str]:
    """Name what a login has sent that is neither on record nor the bastion's own."""
    words = []
    for entry in login.entries:
        if found := transcript.find(entry.sha256):
            login.last_recorded = found[-1].head.upper()
        elif not _is_own(entry, transcript) and not _is_step(entry, login):
            words.append(f"{session}: in the server's log, and not on record: {entry.text[:300]!r}")
    return words


def _is_own(entry: Entry, transcript: Transcript) -> bool:
    text = entry.text
    if text in _OWN or text in _DRIVER or text.endswith(LOOK_MARK):
        return True
    if mysql_marks.MARKS.fullmatch(text):
        return True
    if mysql.OWN_LIMITS.fullmatch(text) or connectors.MYSQL_PINS.fullmatch(text):
        return True
    if text.startswith(mysql.DESCRIBING):
        described = transcript.match(_unquoted(text.removeprefix(mysql.DESCRIBING)))
        return bool(transcript.find(described))
    return False


def _is_step(entry: Entry, login: Login) -> bool:
    """Tell whether MariaDB wrote down a step of the routine or prepared text it was asked for."""
    return entry.is_inner or login.last_recorded in _RUNS_CODE


@functools.lru_cache(maxsize=1024)
def _with_any_values(text: str) -> re.Pattern[str]:
    """Make a pattern of a recorded text: its tokens stand for parameters, or for literals."""
    parts, end = [], 0
    for start, stop, _ in tokens.literals(text, Engine.POSTGRESQL):
        parts += [re.escape(text[end:start]), r"(?: \$\d+ *|'(?:[^'\\]|''|\\.)*')"]
        end = stop
    return re.compile("".join([*parts, re.escape(text[end:])]))


def _unquoted(literal: str) -> str:
    return re.sub(r"\\\\|\\0|''", lambda pair: _PAIRS[pair[0]], literal[1:-1])


_PAIRS = {"\\\\": "\\", "\\0": "\0", "''": "'"}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


@functools.lru_cache(maxsize=4096)
def _digest_without_secrets(text: str) -> str:
    """Most of what a server's log holds are the bastion's own questions, the same every time."""
    return _digest(scrub_secrets(text))


_OF_DRIVER = frozenset(map(_digest, _DRIVER))

WITNESS = Witness()
"""Of this run: servers and installations report to it as they start."""
