"""One recording's file in writing: its chain, and bytes that are whole on the disk or cut off.

For the journal's thread alone; only ``close`` may come from elsewhere.
"""

from __future__ import annotations

import bisect
import contextlib
import copy
import hashlib
import os
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recordings.chain import (
    GENESIS,
    ChainLink,
    Seal,
    SignedAt,
    chain_line,
)
from recordings.commitments import (
    SALT_KEY_BYTES,
    committed_head,
    leaves,
    salt_key_line,
)
from recordings.disk import open_descriptor, write_all
from recordings.encrypted import (
    RUN_BYTES,
    RUN_FRAMES,
    DataKey,
    Run,
    Runs,
    Tags,
    begin_run,
    continue_run,
    decrypted,
)
from recordings.errors import ChangedError
from recordings.events import EndEvent, Header, LineEncoder, Scalar, Shown, encode_header
from recordings.pinned import Pin

_NEVER = SignedAt()
_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of one frame, before they are chained."""

    time_us: int
    data: bytes
    is_last: bool = False
    """The final signature follows."""
    clear: bytes = b""
    """What of it is for lists, and stands in the clear where all else is encrypted."""
    shown: tuple[Shown, ...] = ()
    """Its lines that show cells, taken apart."""


@dataclass(frozen=True, slots=True)
class Chained:
    """What bodies became: bytes for the file, and what they say to those who may read."""

    whole: bytes
    content: bytes
    """The same where nothing is encrypted."""


@dataclass(slots=True)
class ChainState:
    """Where the chain of one file stands."""

    session_id: str
    key: Ed25519PrivateKey = field(repr=False)
    salt_key: bytes = field(default_factory=lambda: secrets.token_bytes(SALT_KEY_BYTES), repr=False)
    frames: int = 0
    head: bytes = GENESIS
    length_bytes: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256, repr=False)
    """Over all bytes of the file."""
    time_us: int = 0
    signed_at: SignedAt = _NEVER
    is_ended: bool = False
    """The final signature is written."""
    content: Content | None = None
    """Where it is encrypted."""
    is_content: bool = False
    """It is what an encrypted one holds, whose signatures on the way vouch for it."""

    def draft(self) -> ChainState:
        """Give a copy to go on from, which may come to nothing."""
        draft = copy.copy(self)
        draft.digest = self.digest.copy()
        if self.content is not None:
            draft.content = self.content.draft()
        return draft

    def put(self, body: Body) -> Chained:
        """Chain one body, behind the last the final signature too."""
        plain, content, shown = body.data, b"", body.shown
        if self.content is not None:
            plain, content = self.content.put(body, self.frames, self.length_bytes)
            shown = ()
        whole = self.frame(body.time_us, plain, shown)
        if body.is_last:
            whole += self._final()
        return Chained(whole, content or whole)

    def frame(self, time_us: int, body: bytes, shown: Sequence[Shown] = ()) -> bytes:
        """Chain one body and give the frame's bytes."""
        # The order in the file is the truth; a clock that stands still must not contradict it.
        self.time_us = max(self.time_us, time_us)
        if self._is_signature_due():
            body = self.signature(is_final=False) + body
        if self.frames == 0:
            body += salt_key_line(self.time_us, self.salt_key)
        of_lines = leaves(self.salt_key, self.frames, body, shown)
        self.head = committed_head(self.head, self.frames, self.time_us, len(body), of_lines)
        whole = body + chain_line(ChainLink(self.time_us, self.frames, self.head))
        self.frames += 1
        self.length_bytes += len(whole)
        self.digest.update(whole)
        return whole

    def signature(self, *, is_final: bool) -> bytes:
        """Sign all frames so far and give the line."""
        seal = Seal(
            time_us=self.time_us,
            frames=self.frames,
            head=self.head,
            length_bytes=self.length_bytes,
            digest=self.digest.digest(),
            is_final=is_final,
        )
        self.signed_at = SignedAt(self.frames, self.length_bytes, self.time_us)
        return seal.signed_line(self.session_id, self.key)

    def _final(self) -> bytes:
        line = self.signature(is_final=True)
        self.length_bytes += len(line)
        self.digest.update(line)
        self.is_ended = True
        return line

    def _is_signature_due(self) -> bool:
        if self.is_content or self.frames == 0:
            return False
        return self.signed_at.is_due(self.frames, self.length_bytes, self.time_us)


@dataclass(slots=True)
class Content:
    """What an encrypted recording holds: a recording of its own, and the key that it is under."""

    state: ChainState
    key: DataKey
    header: Header
    """What stands in the clear."""
    tags: Tags
    runs: Runs
    run: Run | None = None
    """Goes on whatever comes of a draft: behind one that came to nothing only another may begin."""
    run_frame: int = 0
    places: tuple[tuple[int, int], ...] = ((0, 0),)
    """Where the content had come to when a run began, and where in the file that is."""

    @classmethod
    def begin(cls, header: Header, key: DataKey, signing_key: Ed25519PrivateKey) -> Content:
        """Begin before frame 0."""
        state = ChainState(header.session_id, signing_key, is_content=True)
        return cls(state, key, header, key.tags(), Runs(key))

    def draft(self) -> Content:
        """Give a copy to go on from, which may come to nothing."""
        return replace(self, state=self.state.draft(), tags=self.tags.copy())

    def put(self, body: Body, frame: int, length: int) -> tuple[bytes, bytes]:
        """Chain one body, and give the lines that stand for it in the file, and what they hold.

        Args:
            length: of the file so far.
        """
        before = self.state.length_bytes
        content = self.state.put(body).whole
        if frame == 0:
            text = self.key.seal(frame, content)
            return encode_header(replace(self.header, content=text.decode())), content
        time_us = self.state.time_us
        if self.run is None or body.is_last or self._is_long(before, frame):
            self.run, self.run_frame = self.runs.begin(), frame
            self.places = (*self.places, (before, length))
            line = begin_run(time_us, frame, self.run, self.tags, content)
        else:
            line = continue_run(time_us, frame, self.run, self.tags, content)
        # How it ended is in the clear, for lists.
        return line + (body.data if body.is_last else body.clear), content

    def _is_long(self, length: int, frame: int) -> bool:
        return length - self.places[-1][0] >= RUN_BYTES or frame - self.run_frame >= RUN_FRAMES


@dataclass(slots=True, eq=False)
class ChainedFile:
    """The open file of one recording; written by the journal's thread alone."""

    path: Path
    descriptor: int
    state: ChainState
    """Of what is on the disk."""
    draft: ChainState | None = None
    written: bytes = b""
    """Content that is not durable yet, or was not taken."""
    is_broken: bool = False
    checked: _Checked | None = None
    """What those who read it know of it; they hold ``checking`` meanwhile."""
    checking: threading.Lock = field(default_factory=threading.Lock, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """So that nobody closes the descriptor, and the system gives it away, in mid-write."""

    def write(self, bodies: Sequence[Body]) -> OSError | None:
        """Write frames, not yet synced; gives the error that stopped it."""
        if self.is_broken or self.descriptor < 0:
            return OSError(0, "the recording had failed before")
        draft = self.state.draft()
        chained = [draft.put(body) for body in bodies]
        contents, wholes = [one.content for one in chained], [one.whole for one in chained]
        self.draft, self.written = draft, b"".join(contents)
        # Plain, these are the same objects.
        whole = self.written if contents == wholes else b"".join(wholes)
        try:
            with self.lock:
                write_all(self.descriptor, whole)
        except OSError as error:
            return error
        return None

    def sync(self) -> OSError | None:
        """Make what was written durable; gives the error."""
        try:
            with self.lock:
                if self.descriptor < 0:
                    return OSError(0, "the recording was closed")
                os.fdatasync(self.descriptor)
        except OSError as error:
            return error
        if self.draft is not None:
            self.state, self.draft = self.draft, None
        return None

    def take_written(self) -> bytes:
        """Give the bytes that became durable last, once."""
        written, self.written = self.written, b""
        return written

    def write_closing(self, end: EndEvent) -> bytes:
        """Cut the torn tail and write a signed end; gives its bytes, none if it cannot be."""
        self.draft, self.written = None, b""
        with self.lock:
            try:
                return self._close_with(end)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(self.descriptor, self.state.length_bytes)
                return b""

    def _close_with(self, end: EndEvent) -> bytes:
        os.ftruncate(self.descriptor, self.state.length_bytes)
        if self.state.frames == 0:
            return b""
        draft = self.state.draft()
        body = LineEncoder().encode(draft.time_us, end)
        closing = draft.put(Body(draft.time_us, body, is_last=True))
        write_all(self.descriptor, closing.whole)
        os.fdatasync(self.descriptor)
        self.state = draft
        return closing.content

    def mark(self) -> dict[str, Scalar]:
        """Give what the audit log keeps of a recording: where it stands on the disk."""
        state = self.state
        mark: dict[str, Scalar] = {
            "session": state.session_id,
            "frame": state.frames - 1,
            "head": state.head.hex(),
            "bytes": state.length_bytes,
        }
        if state.content is not None:
            mark["content"] = _place(state.content.state)
        return mark

    def reached(self) -> str:
        """Give frame, head and length on the disk; empty when it has ended or holds no act yet."""
        state = self.state
        if state.is_ended or state.frames < 2:
            return ""
        return _place(state)

    def open(self) -> BinaryIO:
        """Open what it holds to be read, decrypted where it is encrypted; any thread may.

        Raises:
            OSError: it cannot be read.
            ChangedError: it is not what was written.
        """
        stream = self._opened()
        content = self.state.content
        return stream if content is None else decrypted(stream, content.key)

    def read(self, offset: int, count: int) -> bytes:
        """Read what it holds from an offset on; any thread may.

        Raises:
            OSError: it cannot be read.
            ChangedError: it is not what was written.
        """
        content = self.state.content
        with self._opened() as stream:
            if content is None:
                stream.seek(offset)
                return stream.read(count)
            places = content.places
            start, place = places[bisect.bisect(places, (offset, 1 << 62)) - 1]
            with decrypted(stream, content.key, place) as plain:
                return plain.read(offset - start + count)[offset - start :]

    def _opened(self) -> BinaryIO:
        """Open the file, once all that is on the disk was held against what was written to it."""
        with self.checking:
            checked, state = self.checked, self.state
            if checked is None:
                checked = _Checked(Pin(open_descriptor(self.path), self.path.name))
            self.checked = None
            checked.go_on_to(state)
            self.checked = checked
        return checked.pin.open()

    def close(self) -> None:
        """Close the file, and so release its lock."""
        with self.lock:
            descriptor, self.descriptor = self.descriptor, -1
            if descriptor >= 0:
                os.close(descriptor)


@dataclass(slots=True)
class _Checked:
    """What of a file in writing was read, and is what was written."""

    pin: Pin
    length_bytes: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def go_on_to(self, state: ChainState) -> None:
        """Check what was written since.

        Raises:
            OSError: it cannot be read.
            ChangedError: it is not what was written.
        """
        self.pin.end_bytes = state.length_bytes
        with self.pin.open() as stream:
            stream.seek(self.length_bytes)
            while self.length_bytes < state.length_bytes:
                chunk = stream.read(min(_READ_BYTES, state.length_bytes - self.length_bytes))
                if not chunk:
                    break
                self.digest.update(chunk)
                self.length_bytes += len(chunk)
        if self.digest.digest() != state.digest.digest():
            raise ChangedError(f"{self.pin.name} is not what was written to it.")


def _place(state: ChainState) -> str:
    return f"{state.frames - 1} {state.head.hex()} {state.length_bytes}"
