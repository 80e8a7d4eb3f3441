r"""Recordings whose content is encrypted as it is written.

Outside it is a recording like any other: header, frames, chain, signatures. Each of its frames
holds one frame of the *content*, encrypted, and the content is a recording of its own, with its own
chain and signatures. So whoever has no key can verify it, and a crashed one can be closed; whoever
has the key reads the content as if it had not been encrypted, and can hand it on with all proofs::

    [time, "p", "base64 of nonce | ChaCha20-Poly1305(data key, nonce, frame of the content)"]

Frame 0 of the content stands in the header, as ``content``.

The data key is made for one session. It is in memory as long as that is written, and on the disk
only in ``ID.key.age``, for the holders of the recipients' identities. The header names the SHA-256
of that file: another key cannot be put in its place, and when it is destroyed the session cannot be
read any more, while all that is chained stands as it was.
"""

from __future__ import annotations

import binascii
import io
import os
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from recordings.age import decrypt_bytes, encrypt_bytes
from recordings.chain import read_chain_line
from recordings.errors import EncryptedError, FormatError
from recordings.events import Header, decode_header
from recordings.thin import FrameCutter

KEY_BYTES = 32
_NONCE_BYTES = 12
_CHUNK_BYTES = 1 << 18
_DOMAIN = b"bastion encrypted frame 1\n"
_LINE = re.compile(rb'^\[[0-9]+\.[0-9]{6}, "p", "([A-Za-z0-9+/]+={0,2})"\]$', re.MULTILINE)
_NAMED = b'"key_sha256":'
_KEPT_OUT = {"command": "", "title": ""}
"""Header fields that may hold text of the session; they are in the content's own header."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one session's content."""

    raw: bytes = field(repr=False)
    session_id: str

    @classmethod
    def generate(cls, session_id: str) -> DataKey:
        """Make a new one."""
        return cls(os.urandom(KEY_BYTES), session_id)

    def seal(self, frame: int, content: bytes) -> bytes:
        """Encrypt one frame of the content, as base64."""
        # Random and never counted: a frame that failed is written again with other content.
        nonce = os.urandom(_NONCE_BYTES)
        sealed = ChaCha20Poly1305(self.raw).encrypt(nonce, content, self._about(frame))
        return binascii.b2a_base64(nonce + sealed, newline=False)

    def open(self, frame: int, text: bytes) -> bytes:
        """Decrypt one frame of the content.

        Raises:
            FormatError: it was changed, or is another frame's or another session's.
        """
        try:
            data = binascii.a2b_base64(text)
            nonce, sealed = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
            return ChaCha20Poly1305(self.raw).decrypt(nonce, sealed, self._about(frame))
        except (InvalidTag, ValueError) as error:
            raise FormatError(f"Frame {frame} cannot be decrypted with this key.") from error

    def wrap(self, recipients: Sequence[str]) -> bytes:
        """Encrypt the key to age recipients, and prove that it can be read: its file's bytes.

        Raises:
            FormatError: a recipient is none, or pyrage is not installed.
        """
        return encrypt_bytes(self.raw.hex().encode() + b"\n", recipients)

    def _about(self, frame: int) -> bytes:
        return _DOMAIN + struct.pack(">Q", frame) + self.session_id.encode()


def encrypted_line(time_us: int, text: bytes) -> bytes:
    """Write the line of one encrypted frame, with its newline."""
    seconds, micros = divmod(time_us, 1_000_000)
    return b'[%d.%06d, "p", "%b"]\n' % (seconds, micros, text)


def key_path(recording: Path) -> Path:
    """Name the file beside a recording that holds its data key, encrypted."""
    name = recording.name.partition(".cast")[0]
    return recording.with_name(f"{name}.key.age")


def read_key(recording: Path, session_id: str, identity: Path | None) -> DataKey:
    """Decrypt the data key that lies beside a recording.

    Raises:
        OSError: the identity cannot be read.
        FormatError: there is no key any more, no identity was named, or it does not fit.
    """
    path = key_path(recording)
    if not path.exists():
        raise EncryptedError(
            f"{recording.name} is encrypted, and {path.name} is not beside it: the key was erased,"
            " or not copied along."
        )
    if identity is None:
        raise EncryptedError(
            f"{recording.name} is encrypted with age. Name the key: --identity FILE"
        )
    try:
        raw = bytes.fromhex(decrypt_bytes(path, identity).decode())
    except ValueError as error:
        raise FormatError(f"{path.name} holds no data key.") from error
    return DataKey(raw, session_id)


def encrypted_header(stream: BinaryIO) -> Header | None:
    """Read the header of an encrypted recording from where it begins; None: it is none.

    A seekable stream is left at its start, another one where it was.
    """
    if stream.seekable():
        first = stream.readline()
        stream.seek(0)
    else:
        first = stream.peek(1) if isinstance(stream, io.BufferedReader) else b""
        first = first.partition(b"\n")[0]
    if _NAMED not in first:
        return None
    try:
        header = decode_header(first)
    except FormatError:
        return None
    return header if header.key_sha256 else None


class Decrypted(io.RawIOBase):
    """The content of an encrypted recording, from any of its frames on."""

    def __init__(self, stream: BinaryIO, key: DataKey) -> None:
        """Take the recording as it lies on the disk, where a frame begins; closed with this."""
        self._stream = stream
        self._key = key
        self._cutter = FrameCutter()
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read what whole frames hold; of a living recording, what is there now.

        Raises:
            FormatError: a frame cannot be decrypted.
        """
        while not self._ready and (chunk := self._stream.read(_CHUNK_BYTES)):
            self._ready = memoryview(b"".join(self._contents(chunk)))
        piece = self._ready[: len(buffer)]
        buffer[: len(piece)] = piece
        self._ready = self._ready[len(piece) :]
        return len(piece)

    def close(self) -> None:
        """Close the recording."""
        self._stream.close()
        super().close()

    def _contents(self, chunk: bytes) -> Iterator[bytes]:
        for body, last in self._cutter.feed(chunk):
            link = read_chain_line(last, 0, len(last) - 1)
            if link is None:
                raise FormatError("A frame of the encrypted recording is garbled.")
            yield self._key.open(link.frame, _text(link.frame, body))


def _text(frame: int, body: bytes) -> bytes:
    if frame == 0:
        return decode_header(body.partition(b"\n")[0]).content.encode()
    found = _LINE.search(body)
    if found is None:
        raise FormatError(f"Frame {frame} of the encrypted recording holds nothing.")
    return found[1]


def decrypted(stream: BinaryIO, key: DataKey) -> BinaryIO:
    """Give the content of an encrypted recording as a stream; closing it closes the recording."""
    return io.BufferedReader(Decrypted(stream, key), 1 << 18)


def public_header(header: Header, key_sha256: str) -> Header:
    """Give what stands in the clear: who, when and where, and no text of the session."""
    return replace(header, key_sha256=key_sha256, **_KEPT_OUT)  # type: ignore[arg-type]
