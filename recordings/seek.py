"""Finds the screen of any second of a recording without playing what came before.

A seek index holds a keyframe, what draws the whole screen, for each 30 s or 64 KB of the recording.
To show a moment, the last keyframe before it is drawn and the little that follows is played.

It is derived, and no evidence: where it is missing, or does not fit, the recording itself is read
and it is made anew. It fits when a MAC by a key that only the bastion has covers what is used of
it, and when the chain line before the place it leads to has the very head that was there when it
was made: a head commits to all before it. To a recording that is still written, keyframes are
added as it grows.

    index   = record*            ``.index/ID.seek`` under the sessions folder, mode 0600
    record  = head | MAC | body  MAC: BLAKE2b, keyed, over session id, head and body
    head    = time_us | offset | frame | chain head | columns | rows | length of the body
"""

from __future__ import annotations

import bisect
import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import re
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recordings.derived import seek_path
from recordings.disk import write_all
from recordings.events import Event, decode_header, decode_lines
from recordings.files import is_encrypted_within, open_stream, session_name
from recordings.reader import link_before, raw_frames
from recordings.screen import Screen

KEYFRAME_US = 30_000_000
KEYFRAME_BYTES = 64 * 1024
_KEPT_MAX = 8
_HEAD = struct.Struct(">QQQ32sIII")
_MAC_BYTES = 16
_SHOWN = re.compile(rb'\[[0-9]+\.[0-9]{6}, "[orb]", ')
_KEY_DOMAIN = b"bastion seek index 1\n"


def index_key(signing_key: Ed25519PrivateKey) -> bytes:
    """Derive the key of the MACs; the same on each call."""
    # Ed25519 signatures are deterministic, and nobody else can make this one.
    return hashlib.sha256(_KEY_DOMAIN + signing_key.sign(_KEY_DOMAIN)).digest()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame begins, and what the chain said just before it."""

    time_us: int
    offset: int
    frame: int
    chain_head: bytes


@dataclass(frozen=True, slots=True)
class Keyframe:
    """The whole screen at one place."""

    place: Place
    size: tuple[int, int]
    dump: str
    pending: bytes = b""


class SeekIndexes:
    """The seek indexes of the recordings under one folder. Its methods block."""

    def __init__(self, root: Path, key: bytes) -> None:
        """Take the ``sessions`` folder and the key by ``index_key``."""
        self._root = root
        self._key = key
        self._done: dict[Path, _Stamp] = {}
        self._tables: dict[Path, tuple[_Stamp, _Table]] = {}

    def path_of(self, recording: Path) -> Path | None:
        """Name the index of a recording; None for one that has none.

        An encrypted one has none, as keyframes show what was encrypted; nor has a copy elsewhere,
        which may be redacted.
        """
        is_in_place = recording.absolute().is_relative_to(self._root.absolute())
        if not is_in_place or recording.suffix == ".age":
            return None
        return seek_path(self._root, session_name(recording))

    def update(self, recording: Path, *, pause_s: float = 0.0) -> None:
        """Bring the index of one recording up to date; harmless when it is.

        Args:
            pause_s: after each keyframe, where others of this process have more urgent work.

        Raises:
            OSError: the recording cannot be read, or the index cannot be written.
            FormatError: it is garbled.
        """
        path = self.path_of(recording)
        stamp = _stamp(recording)
        is_done = path is not None and self._done.get(path) == stamp and path.exists()
        if path is None or is_done or is_encrypted_within(recording):
            return
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            # Another process at it does the same work.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with open_stream(recording) as stream:
                if stream.seekable():
                    self._extend(descriptor, stream, session_name(recording), pause_s)
        except BlockingIOError:
            return
        finally:
            os.close(descriptor)
        _keep(self._done, path, stamp)

    def nearest(self, recording: Path, stream: BinaryIO, time_us: int) -> Keyframe | None:
        """Find the last keyframe before a moment that fits the recording; None: there is none."""
        path = self.path_of(recording)
        if path is None or not stream.seekable():
            return None
        table = self._table(path)
        for number in range(bisect.bisect_left(table.times, time_us) - 1, -1, -1):
            keyframe = self._read(table.data, table.starts[number], session_name(recording))
            # What is before the moment only by a head that nobody vouches for is not taken.
            if (
                keyframe is not None
                and keyframe.place.time_us < time_us
                and _fits(stream, keyframe)
            ):
                return keyframe
        return None

    def _table(self, path: Path) -> _Table:
        """Read where the records are; kept as long as the file does not change."""
        try:
            stamp = _stamp(path)
            known = self._tables.get(path)
            if known is not None and known[0] == stamp:
                return known[1]
            data = path.read_bytes()
        except OSError:
            return _Table(b"", [], [])
        starts = list(_starts(data))
        table = _Table(data, starts, [_HEAD.unpack_from(data, start)[0] for start in starts])
        _keep(self._tables, path, (stamp, table))
        return table

    def _extend(self, descriptor: int, stream: BinaryIO, session_id: str, pause_s: float) -> None:
        data = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        starts = list(_starts(data))
        last: Keyframe | None = None
        while starts and last is None:
            start = starts.pop()
            found = self._read(data, start, session_id)
            if found is not None and _fits(stream, found):
                last = found
                start = _end(data, start)
            # What was cut off behind a crash, or is not ours, gives way to what is there now.
            os.ftruncate(descriptor, start)
        if last is None:
            os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_END)
        for keyframe in keyframes(stream, after=last):
            write_all(descriptor, self._record(keyframe, session_id))
            time.sleep(pause_s)

    def _record(self, keyframe: Keyframe, session_id: str) -> bytes:
        place = keyframe.place
        document = json.dumps([keyframe.dump, keyframe.pending.hex()]).encode()
        body = zlib.compress(document, 1)
        head = _HEAD.pack(
            place.time_us, place.offset, place.frame, place.chain_head, *keyframe.size, len(body)
        )
        return head + self._mac(session_id, head, body) + body

    def _mac(self, session_id: str, head: bytes, body: bytes) -> bytes:
        name = session_id.encode()
        mac = hashlib.blake2b(len(name).to_bytes(8, "big"), digest_size=_MAC_BYTES, key=self._key)
        for part in (name, head, body):
            mac.update(part)
        return mac.digest()

    def _read(self, data: bytes, start: int, session_id: str) -> Keyframe | None:
        """Read one record; None when its MAC is not ours."""
        head = data[start : start + _HEAD.size]
        mac = data[start + _HEAD.size :][:_MAC_BYTES]
        body = data[start + _HEAD.size + _MAC_BYTES : _end(data, start)]
        if not hmac.compare_digest(mac, self._mac(session_id, head, body)):
            return None
        time_us, offset, frame, chain_head, columns, rows, _ = _HEAD.unpack(head)
        dump, pending = json.loads(zlib.decompress(body))
        place = Place(time_us, offset, frame, chain_head)
        return Keyframe(place, (columns, rows), dump, bytes.fromhex(pending))


_Stamp = tuple[int, int]
_Kept = TypeVar("_Kept")


class _Table(NamedTuple):
    """A seek index, read: its bytes, where records begin, and their times, not yet vouched for."""

    data: bytes
    starts: list[int]
    times: list[int]


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def _keep(kept: dict[Path, _Kept], path: Path, item: _Kept) -> None:
    """Remember an item, and forget the oldest beyond a few."""
    kept.pop(path, None)
    kept[path] = item
    if len(kept) > _KEPT_MAX:
        kept.pop(next(iter(kept)))


def screen_at(
    recording: Path,
    at_s: float | None,
    *,
    indexes: SeekIndexes | None = None,
    identity: Path | None = None,
) -> tuple[Screen, int]:
    """Draw the screen after all that was shown by a moment, and say where to read on from.

    Args:
        at_s: since the start; None: the end.
        indexes: brought up to date and used, where given.
        identity: file with the age key of an encrypted recording.

    Returns:
        The screen, and the offset of the first frame after it in the plain recording.

    Raises:
        OSError: it cannot be read.
        FormatError: it is garbled.
    """
    time_us = None if at_s is None else round(at_s * 1_000_000)
    with open_stream(recording, identity) as stream:
        keyframe = None
        if indexes is not None:
            with contextlib.suppress(OSError):
                indexes.update(recording)
            wanted = 2**63 if time_us is None else time_us + 1
            keyframe = indexes.nearest(recording, stream, wanted)
        walk = _Walk(stream, keyframe)
        for place, events in walk.frames():
            if time_us is not None and place.time_us > time_us:
                return walk.screen, walk.start
            walk.screen.take_all(events)
        return walk.screen, walk.place.offset


def keyframes(stream: BinaryIO, *, after: Keyframe | None = None) -> Iterator[Keyframe]:
    """Yield a keyframe for each 30 s or 64 KB in which something was shown.

    Raises:
        FormatError: the recording is garbled.
    """
    walk = _Walk(stream, after)
    last = walk.place
    is_changed = False
    for place, events in walk.frames():
        walk.screen.take_all(events)
        is_changed = is_changed or bool(events)
        is_due = (
            place.time_us - last.time_us >= KEYFRAME_US
            or place.offset - last.offset >= KEYFRAME_BYTES
        )
        if is_changed and is_due:
            yield Keyframe(place, walk.screen.size, walk.screen.dump(), walk.screen.pending)
            last, is_changed = place, False


class _Walk:
    """Goes through whole frames and decodes only what changes the screen."""

    def __init__(self, stream: BinaryIO, after: Keyframe | None) -> None:
        self._stream = stream
        if stream.seekable():
            stream.seek(0)
        header = stream.readline()
        self.screen = Screen(decode_header(header))
        # The header shows nothing: what is left of its frame is as good as the whole.
        self.place = Place(0, len(header), 0, b"")
        if after is not None:
            self.screen.restore(after.size, after.dump, after.pending)
            self.place = after.place
            stream.seek(after.place.offset)
        self.start = self.place.offset
        """Of the frame that was yielded last."""

    def frames(self) -> Iterator[tuple[Place, list[Event]]]:
        """Yield where each frame ends, and what it shows."""
        for frame in raw_frames(self._stream, self.place.offset):
            link = frame.link
            shown = [raw for raw in frame.lines() if _SHOWN.match(raw)]
            self.start = frame.start
            self.place = Place(link.time_us, frame.end, link.frame, link.head)
            yield self.place, [event for _, _, event in decode_lines(shown)]


def _starts(data: bytes) -> Iterator[int]:
    """Yield where each whole record begins."""
    at = 0
    while at + _HEAD.size + _MAC_BYTES <= len(data) and (end := _end(data, at)) <= len(data):
        yield at
        at = end


def _end(data: bytes, start: int) -> int:
    length: int = _HEAD.unpack_from(data, start)[-1]
    return start + _HEAD.size + _MAC_BYTES + length


def _fits(stream: BinaryIO, keyframe: Keyframe) -> bool:
    """Hold a keyframe against the chain line that the recording has before its place."""
    place = keyframe.place
    link = link_before(stream, place.offset)
    return link is not None and link == (place.time_us, place.frame, place.chain_head)
