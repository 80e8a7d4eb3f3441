"""One recording's file in writing: its chain, and bytes that are whole on the disk or cut off.

For the journal's thread alone; only ``close`` may come from elsewhere.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import os
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recordings.chain import (
    GENESIS,
    SIGN_EVERY_BYTES,
    SIGN_EVERY_FRAMES,
    SIGN_EVERY_S,
    ChainLink,
    Seal,
    chain_line,
)
from recordings.commitments import (
    SALT_KEY_BYTES,
    committed_head,
    leaves,
    salt_key_line,
)
from recordings.disk import write_all
from recordings.events import EndEvent, LineEncoder, Scalar


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of one frame, before they are chained."""

    time_us: int
    data: bytes
    is_last: bool
    """The final signature follows."""


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
    signed_frames: int = 0
    signed_bytes: int = 0
    signed_us: int = 0
    is_ended: bool = False
    """The final signature is written."""

    def draft(self) -> ChainState:
        """Give a copy to go on from, which may come to nothing."""
        draft = copy.copy(self)
        draft.digest = self.digest.copy()
        return draft

    def frame(self, time_us: int, body: bytes) -> bytes:
        """Chain one body and give the frame's bytes."""
        # The order in the file is the truth; a clock that stands still must not contradict it.
        self.time_us = max(self.time_us, time_us)
        if self._is_signature_due():
            body = self.signature(is_final=False) + body
        if self.frames == 0:
            body += salt_key_line(self.time_us, self.salt_key)
        of_lines = leaves(self.salt_key, self.frames, body)
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
        self.signed_frames = self.frames
        self.signed_bytes = self.length_bytes
        self.signed_us = self.time_us
        return seal.signed_line(self.session_id, self.key)

    def _is_signature_due(self) -> bool:
        return self.frames > 0 and (
            self.frames - self.signed_frames >= SIGN_EVERY_FRAMES
            or self.length_bytes - self.signed_bytes >= SIGN_EVERY_BYTES
            or self.time_us - self.signed_us >= SIGN_EVERY_S * 1_000_000
        )


@dataclass(slots=True, eq=False)
class ChainedFile:
    """The open file of one recording; written by the journal's thread alone."""

    path: Path
    descriptor: int
    state: ChainState
    """Of what is on the disk."""
    draft: ChainState | None = None
    written: bytes = b""
    is_broken: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """So that nobody closes the descriptor, and the system gives it away, in mid-write."""

    def write(self, bodies: Sequence[Body]) -> OSError | None:
        """Write frames, not yet synced; gives the error that stopped it."""
        if self.is_broken or self.descriptor < 0:
            return OSError(0, "the recording had failed before")
        draft = self.state.draft()
        parts = []
        for body in bodies:
            parts.append(draft.frame(body.time_us, body.data))
            if body.is_last:
                parts.append(_final(draft))
        self.draft, self.written = draft, b"".join(parts)
        try:
            with self.lock:
                write_all(self.descriptor, self.written)
        except OSError as error:
            return error
        return None

    def sync(self) -> OSError | None:
        """Make what was written durable; gives the error."""
        try:
            with self.lock:
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
        closing = draft.frame(draft.time_us, body) + _final(draft)
        write_all(self.descriptor, closing)
        os.fdatasync(self.descriptor)
        self.state = draft
        return closing

    def mark(self) -> dict[str, Scalar]:
        """Give what the audit log keeps of a recording: where it stands on the disk."""
        state = self.state
        return {
            "session": state.session_id,
            "frame": state.frames - 1,
            "head": state.head.hex(),
            "bytes": state.length_bytes,
        }

    def reached(self) -> str:
        """Give frame, head and length on the disk; empty when it has ended or holds no act yet."""
        state = self.state
        if state.is_ended or state.frames < 2:
            return ""
        return f"{state.frames - 1} {state.head.hex()} {state.length_bytes}"

    def close(self) -> None:
        """Close the file, and so release its lock."""
        with self.lock:
            descriptor, self.descriptor = self.descriptor, -1
            if descriptor >= 0:
                os.close(descriptor)


def _final(draft: ChainState) -> bytes:
    line = draft.signature(is_final=True)
    draft.length_bytes += len(line)
    draft.is_ended = True
    return line
