"""Writes recordings so that nothing is shown or done before it is on the disk.

``Journal`` owns one thread for all recordings of a process. While it syncs, appends queue up;
all that queued is then written and synced together, each file once (*natural group commit*):
with a hundred sessions an append waits for about one ``fdatasync``, and the event loop for none.

A recording that fails once is broken for ever: its torn tail is cut back to the last whole
frame, and a closing frame goes into space that the journal keeps in reserve. Nothing here logs
an error and goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import queue
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recordings.audit import OPENED, REACHED, SEALED, AuditLog
from recordings.chained_file import Body, ChainedFile, ChainState, Content
from recordings.disk import Reserve, as_failure, make_folders, sync_folder, write_new
from recordings.encrypted import DataKey, key_path, public_header
from recordings.errors import FormatError, RecordingError, RecordingFailure
from recordings.events import (
    EndEvent,
    Event,
    Header,
    LineEncoder,
    MaskedStatementEvent,
    StatementEvent,
    Tally,
    encode_header,
    marker_for,
    tally_line,
)
from recordings.files import day_of
from recordings.keys import key_id
from recordings.recovery import Recovered, recover

QUEUE_BYTES_MAX = 512 * 1024
"""Of one recording, encoded and not yet on the disk; at this much, appends wait."""
SYNC_LANES = 8
"""Files that are synced side by side."""
QUEUED_S = 0.05
"""How long a queued frame waits for one that is appended, to share its sync."""
FOLLOW_CHUNK_BYTES = 256 * 1024
FAILED_REASON = "ended: transcript could not be written"

Follower = Callable[[int, bytes], None]
"""Takes the offset behind the bytes, and the bytes."""


class Journal:
    """All recordings of one process, under one root folder."""

    def __init__(
        self,
        root: Path,
        signing_key: Ed25519PrivateKey,
        audit: AuditLog,
        *,
        now: Callable[[], datetime],
        recipients: Sequence[str] = (),
    ) -> None:
        """Take the ``sessions`` folder; it is made when first needed.

        Args:
            recipients: of age, that what is recorded is encrypted to as it is written; none: plain.
            audit: gets the head of each recording as it opens, is sealed or has crashed.
            now: gives UTC.
        """
        self.root = root
        self.audit = audit
        self._key = signing_key
        self.now = now
        self._recipients = tuple(recipients)
        self._gate = threading.Lock()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._held: dict[TranscriptWriter, list[_Job]] = {}
        """Frames that nobody waits for, until somebody does or ``QUEUED_S`` is over."""
        self._thread: threading.Thread | None = None
        self._is_closing = False
        # Made with the first group that spans files: one session alone needs no more threads.
        self._lanes: ThreadPoolExecutor | None = None
        self._files: set[ChainedFile] = set()
        self._told: dict[str, str] = {}
        self._reserve = Reserve(root / ".reserve")
        self._reserve_lock = threading.Lock()

    async def open(self, header: Header) -> TranscriptWriter:
        """Begin a recording: its header is on the disk, and in the audit log, when this returns.

        The file is ``root/YYYY/MM/DD/ID.cast``, by the header's ``started_at``.

        Raises:
            RecordingFailure: it is not; no session may begin.
        """
        header = replace(header, signer=key_id(self._key.public_key()))
        path = recording_path(self.root, header)
        creating = asyncio.get_running_loop().run_in_executor(None, self._create, path, header)
        try:
            file = await asyncio.shield(creating)
        except asyncio.CancelledError:
            # The thread goes on: what it makes is nobody's.
            creating.add_done_callback(self._discard_unwanted)
            raise
        except OSError as error:
            raise as_failure(error) from error
        except FormatError as error:
            raise RecordingFailure(f"The transcript cannot be encrypted. {error}") from error
        writer = TranscriptWriter(self, file)
        try:
            await writer.begin(encode_header(header))
            await self.audit.record_async(OPENED, file.mark())
        except asyncio.CancelledError:
            # Frame and row may be on their way: the recording ends in order, and says so.
            await writer.seal("ended: cancelled before it began")
            raise
        except RecordingFailure:
            # Nobody was told of this recording, so none is left behind.
            await asyncio.to_thread(self._discard, file)
            raise
        return writer

    def recover(self, is_live: Callable[[str], bool]) -> tuple[Recovered, ...]:
        """Close in the audit log what a crash left open; see ``recovery.recover``. Blocks.

        Raises:
            RecordingFailure: a file or the audit log could not be written.
        """
        try:
            return recover(self.root, self._key.public_key(), self.audit, is_live)
        except OSError as error:
            raise as_failure(error) from error

    def checkpoint(self) -> bool:
        """Tell the audit log how far the recordings in writing have come. Blocks.

        So nobody can cut one back, and call it a crash, further than to the last checkpoint.

        Returns:
            Whether there was anything to tell.

        Raises:
            RecordingFailure: the audit log could not be written.
        """
        places = {file.state.session_id: file.reached() for file in tuple(self._files)}
        news = {name: place for name, place in places.items() if place != self._told.get(name, "")}
        news = {name: place for name, place in news.items() if place}
        if news:
            self.audit.record(REACHED, news)
        self._told = places
        return bool(news)

    def close(self) -> None:
        """Stop when all that is queued is on the disk; seals nothing by itself. Blocks."""
        with self._gate:
            self._is_closing = True
            for writer in tuple(self._held):
                self._let_go(writer)
            self._jobs.put(None)
        if self._thread is not None:
            self._thread.join()
        if self._lanes is not None:
            self._lanes.shutdown()
        for file in tuple(self._files):
            self.forget(file)
        self._reserve.close()

    def submit(self, job: _Job) -> None:
        """Queue a frame for the thread; for writers.

        Raises:
            RecordingFailure: the journal is closed.
        """
        with self._gate:
            self._check_open()
            self._let_go(job.writer)
            self._jobs.put(job)

    def hold(self, job: _Job) -> bool:
        """Keep a frame that nobody waits for, to go with the writer's next; for writers.

        Returns:
            Whether it is the first: ``release`` is due for it.

        Raises:
            RecordingFailure: the journal is closed.
        """
        with self._gate:
            self._check_open()
            held = self._held.setdefault(job.writer, [])
            held.append(job)
            return len(held) == 1

    def release(self, writer: TranscriptWriter) -> None:
        """Queue the frames that were held for a writer's next; for writers."""
        with self._gate:
            self._let_go(writer)

    def forget(self, file: ChainedFile) -> None:
        """Close a file that has ended; for writers."""
        self._files.discard(file)
        file.close()

    def _check_open(self) -> None:
        if self._is_closing:
            raise RecordingFailure("The journal is closed; nothing more can be recorded.")
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()

    def _let_go(self, writer: TranscriptWriter) -> None:
        for job in self._held.pop(writer, ()):
            self._jobs.put(job)

    def _create(self, path: Path, header: Header) -> ChainedFile:
        # Without the full reserve no session begins: its end might not fit.
        with self._reserve_lock:
            self._reserve.take()
        make_folders(path.parent)
        state = ChainState(header.session_id, self._key)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            # Held while the recording is live: so others tell a live one from a crashed.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if self._recipients:
                state.content = self._encrypt(path, header)
            sync_folder(path.parent)
        except (OSError, RecordingError):
            os.close(descriptor)
            if state.content is not None:
                key_path(path).unlink()
            path.unlink()
            raise
        file = ChainedFile(path=path, descriptor=descriptor, state=state)
        self._files.add(file)
        return file

    def _encrypt(self, path: Path, header: Header) -> Content:
        """Make the key of one session, which lies on the disk for its recipients alone."""
        key = DataKey.generate(header.session_id)
        wrapped = key.wrap(self._recipients)
        write_new(key_path(path), wrapped)
        clear = public_header(header, hashlib.sha256(wrapped).hexdigest())
        return Content.begin(clear, key, self._key)

    def _discard_unwanted(self, creating: asyncio.Future[ChainedFile]) -> None:
        if not creating.cancelled() and creating.exception() is None:
            self._discard(creating.result())

    def _discard(self, file: ChainedFile) -> None:
        self.forget(file)
        with contextlib.suppress(OSError):
            key_path(file.path).unlink(missing_ok=True)
            file.path.unlink()

    def _run(self) -> None:
        is_open = True
        while is_open:
            job = self._jobs.get()
            groups: dict[TranscriptWriter, list[_Job]] = {}
            while job is not None:
                groups.setdefault(job.writer, []).append(job)
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            is_open = job is not None
            try:
                self._commit(groups)
            except Exception as error:  # noqa: BLE001
                self._stop(groups, error)
                return

    def _stop(self, groups: dict[TranscriptWriter, list[_Job]], error: Exception) -> None:
        """Fail whoever waits, now and later, on what nobody foresaw: none may wait for ever."""
        with self._gate:
            self._is_closing = True
            for writer in tuple(self._held):
                self._let_go(writer)
        with contextlib.suppress(queue.Empty):
            while True:
                job = self._jobs.get_nowait()
                if job is not None:
                    groups.setdefault(job.writer, []).append(job)
        failure = RecordingFailure(
            f"The transcript could not be written (the journal stopped: {type(error).__name__})."
            " Nothing runs unrecorded: restart the bastion."
        )
        for writer, jobs in groups.items():
            writer.settle(jobs, b"", failure)

    def _commit(self, groups: dict[TranscriptWriter, list[_Job]]) -> None:
        written: list[_Group] = []
        for writer, jobs in groups.items():
            error = writer.file.write([job.take() for job in jobs])
            if error is None:
                written.append((writer, jobs))
            else:
                self._break(writer, jobs, error)
        for (writer, jobs), error in self._sync(written):
            self._break(writer, jobs, error)

    def _sync(self, written: list[_Group]) -> Iterator[tuple[_Group, OSError]]:
        """Sync each file once and settle its frames at once; yields those that failed.

        Several files are synced side by side, which lets the file system commit them together:
        a hundred one after the other take five times as long.
        """
        lanes = min(len(written), SYNC_LANES)
        if lanes <= 1:
            yield from _sync_each(written)
            return
        if self._lanes is None:
            self._lanes = ThreadPoolExecutor(SYNC_LANES, thread_name_prefix="journal-sync")
        for failed in self._lanes.map(_sync_each, [written[n::lanes] for n in range(lanes)]):
            yield from failed

    def _break(self, writer: TranscriptWriter, group: list[_Job], error: OSError) -> None:
        """End a recording that cannot be written, with the space kept in reserve."""
        file = writer.file
        closing = b""
        if not file.is_broken:
            file.is_broken = True
            with self._reserve_lock:
                self._reserve.free()
                closing = file.write_closing(writer.tally.end(FAILED_REASON, now=self.now()))
                if closing:
                    # A full disk takes the row too, or recovery adds it.
                    with contextlib.suppress(RecordingFailure):
                        self.audit.record(SEALED, file.mark())
                # Taken back at once: the next recording that fails needs some too.
                self._reserve.take_what_is_left()
        writer.settle(group, closing, as_failure(error))


@dataclass(slots=True, eq=False)
class _Job:
    """One frame on its way to the disk."""

    writer: TranscriptWriter
    body: Body
    done: asyncio.Future[None] = field(repr=False)
    size_bytes: int
    is_last: bool

    def take(self) -> Body:
        """Give the frame, once: it is not kept beside what is written of it."""
        body, self.body = self.body, _TAKEN
        return body


_TAKEN = Body(0, b"")
_Group = tuple["TranscriptWriter", list[_Job]]


def _sync_each(written: Sequence[_Group]) -> list[tuple[_Group, OSError]]:
    failed = []
    for writer, jobs in written:
        error = writer.file.sync()
        if error is None:
            writer.settle(jobs, writer.file.take_written(), None)
        else:
            failed.append(((writer, jobs), error))
    return failed


class TranscriptWriter:
    """One recording in writing; its methods are for the event loop that opened it."""

    def __init__(self, journal: Journal, file: ChainedFile) -> None:
        """Take a new file; ``Journal.open`` alone makes writers."""
        self.path = file.path
        self.session_id = file.state.session_id
        self.length_bytes = 0
        """Of what is said on the disk; only grows."""
        self.failure: RecordingFailure | None = None
        """Set when it is broken, for ever."""
        self.is_ended = False
        """Sealed, or broken: no byte will follow."""
        self.tally = Tally()
        self.file = file
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._start_s = time.monotonic()
        self._encoder = LineEncoder()
        self._marked = ""
        """Id of the last statement whose marker hides the values in it."""
        self._order = asyncio.Lock()
        self._is_last_queued = False
        self._queued_bytes = 0
        self._drained = asyncio.Event()
        self._grown = asyncio.Event()
        self._followers: dict[object, Follower] = {}

    async def append(self, *events: Event) -> None:
        """Write the events as one frame; on the disk when this returns, in order of the calls.

        A marker for players is put before each statement. Cancelling harms nothing: the frame is
        either not begun, or written whole.

        Raises:
            RecordingFailure: it is not on the disk, and the recording is broken for ever; what
                waited for this must not happen.
        """
        if events:
            await self._put(events, is_last=False)

    async def start(self, *events: Event) -> asyncio.Future[None]:
        """Take the events as one frame; on the disk when what this gives is done.

        So more can be recorded while the disk works, in order and as one with what waits.

        Raises:
            RecordingFailure: the recording is broken or has ended.
        """
        done = await self._begin(events, is_last=False)
        # Of several that fail together the first is enough to end whoever waits.
        done.add_done_callback(lambda future: future.cancelled() or future.exception())
        return done

    async def queue(self, *events: Event) -> None:
        """Take the events as one frame, on the disk before any frame that is appended later.

        For what nobody is shown by itself: whoever appends next waits for both. Returns once
        there is room for them.

        Raises:
            RecordingFailure: the recording is broken or has ended; a failure of this very frame
                is raised by the next call.
        """
        if events:
            done = await self._begin(events, is_last=False, is_awaited=False)
            # The failure is kept in ``failure``; nobody else looks at this future.
            done.add_done_callback(lambda future: future.cancelled() or future.exception())

    async def seal(self, reason: str) -> None:
        """End and sign the recording, also in the audit log; harmless when it has ended.

        Raises:
            RecordingFailure: the end could not be written.
        """
        if self._is_last_queued or self.failure is not None:
            return
        await asyncio.shield(self._seal(reason))

    def follow(self, offset: int, callback: Follower) -> Callable[[], None]:
        """Call back with all bytes from ``offset`` on, then with each that comes; on the loop.

        Catching up reads the file at once: for short distances. ``watch`` reads at ease.

        Returns:
            The way to stop it.
        """
        while offset < self.length_bytes:
            chunk = self._read(offset)
            offset += len(chunk)
            callback(offset, chunk)
        handle = object()
        self._followers[handle] = callback
        return lambda: self._forget_follower(handle)

    async def watch(self, offset: int = 0) -> AsyncGenerator[tuple[int, bytes], None]:
        """Yield what is on the disk from ``offset`` on, then what comes, until the end.

        Reads the file at the watcher's own speed, so a slow one holds up nobody and no memory.

        Yields:
            The offset behind the bytes, and the bytes, which may be cut anywhere.

        Raises:
            OSError: the file cannot be read.
            ChangedError: it is not what was written to it; nothing of what was changed is yielded.
        """
        while True:
            self._grown.clear()
            is_last = self.is_ended
            while offset < self.length_bytes:
                chunk = await asyncio.to_thread(self._read, offset)
                offset += len(chunk)
                yield offset, chunk
            if is_last:
                return
            if not self.is_ended:
                await self._grown.wait()

    def open(self) -> BinaryIO:
        """Open what was recorded so far, decrypted where it is encrypted. Blocks.

        Raises:
            OSError: it cannot be read.
            ChangedError: it is not what was written.
        """
        return self.file.open()

    async def begin(self, header_line: bytes) -> None:
        """Write frame 0; for the journal."""
        await asyncio.shield(self._enqueue(Body(0, header_line)))

    def settle(self, jobs: list[_Job], chunk: bytes, error: RecordingFailure | None) -> None:
        """Hand what became of frames to the loop; for the journal's thread."""
        # A loop that is gone has nobody left to tell.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._settled, jobs, chunk, error)

    async def _seal(self, reason: str) -> None:
        try:
            await self._put((EndEvent(reason=reason),), is_last=True)
            await self._journal.audit.record_async(SEALED, self.file.mark())
        finally:
            self._journal.forget(self.file)

    async def _put(self, events: tuple[Event, ...], *, is_last: bool) -> None:
        # Whoever is cancelled here cancels this future, and nothing of the frame.
        await (await self._begin(events, is_last=is_last))

    async def _begin(
        self, events: tuple[Event, ...], *, is_last: bool, is_awaited: bool = True
    ) -> asyncio.Future[None]:
        async with self._order:
            while self._queued_bytes >= QUEUE_BYTES_MAX and self.failure is None:
                self._journal.release(self)
                self._drained.clear()
                await self._drained.wait()
            self._check_open()
            # From here to the queue nothing awaits: a cancelled caller leaves no half frame.
            time_us = int((time.monotonic() - self._start_s) * 1_000_000)
            before = replace(self.tally)
            data = b"".join(self._encode(time_us, event) for event in events)
            clear = b"" if self.tally == before else tally_line(time_us, self.tally)
            body = Body(time_us, data, is_last, clear, self._encoder.take_shown())
            done = self._enqueue(body, is_awaited=is_awaited)
            self._is_last_queued = is_last
        return done

    def _check_open(self) -> None:
        if self.failure is not None:
            raise RecordingFailure(str(self.failure), errno=self.failure.errno)
        if self._is_last_queued:
            raise RecordingFailure("The recording has ended; nothing more can be recorded.")

    def _encode(self, time_us: int, event: Event) -> bytes:
        self.tally.add(event)
        match event:
            case EndEvent():
                return self._encoder.encode(
                    time_us, self.tally.end(event.reason, now=self._journal.now())
                )
            case MaskedStatementEvent():
                self._marked = event.id
                marker = self._encoder.encode(time_us, marker_for(event))
                return marker + self._encoder.encode(time_us, event)
            case StatementEvent() if event.id != self._marked:
                marker = self._encoder.encode(time_us, marker_for(event))
                return marker + self._encoder.encode(time_us, event)
            case _:
                return self._encoder.encode(time_us, event)

    def _enqueue(self, body: Body, *, is_awaited: bool = True) -> asyncio.Future[None]:
        done: asyncio.Future[None] = self._loop.create_future()
        size_bytes = len(body.data)
        job = _Job(writer=self, body=body, done=done, size_bytes=size_bytes, is_last=body.is_last)
        if is_awaited:
            self._journal.submit(job)
        elif self._journal.hold(job):
            self._loop.call_later(QUEUED_S, self._journal.release, self)
        self._queued_bytes += size_bytes
        return done

    def _settled(self, jobs: list[_Job], chunk: bytes, error: RecordingFailure | None) -> None:
        self._queued_bytes -= sum(job.size_bytes for job in jobs)
        self._drained.set()
        self.length_bytes += len(chunk)
        if error is not None and self.failure is None:
            self.failure = error
            self._journal.forget(self.file)
        self.is_ended = self.failure is not None or jobs[-1].is_last
        for job in jobs:
            if job.done.done():
                continue
            if error is None:
                job.done.set_result(None)
            else:
                job.done.set_exception(RecordingFailure(str(error), errno=error.errno))
        self._grown.set()
        for follower in tuple(self._followers.values()):
            follower(self.length_bytes, chunk)

    def _forget_follower(self, handle: object) -> None:
        self._followers.pop(handle, None)

    def _read(self, offset: int) -> bytes:
        return self.file.read(offset, min(FOLLOW_CHUNK_BYTES, self.length_bytes - offset))


def recording_path(root: Path, header: Header) -> Path:
    """Give the place of a recording: ``root/YYYY/MM/DD/ID.cast``.

    Raises:
        RecordingFailure: the session id cannot be a file name.
    """
    name = header.session_id
    if not name or not all(letter.isalnum() or letter in "-_" for letter in name):
        raise RecordingFailure("The session id is not letters, digits, '-' and '_'.")
    return root / day_of(header) / f"{name}.cast"
