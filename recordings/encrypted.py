r"""Recordings whose content is encrypted as it is written.

Outside it is a recording like any other: header, frames, chain, signatures. Each of its frames
holds one frame of the *content*, encrypted, and the content is a recording of its own, with its own
chain and final signature. So whoever has no key can verify it, and a crashed one can be closed;
whoever has the key reads the content as if it had not been encrypted, and can hand it on with all
proofs. Frame 0 of the content stands in the header, as ``content``; the others are packed before
they are encrypted, in *runs*, each of which can be read by itself::

    [time, "D", "base64 of nonce | ChaCha20(run key, nonce, packed) | tag"]     begins a run
    [time, "d", "base64 of ChaCha20(…, packed)"]                                goes on with it

What is packed is the frame without what can be computed: the time of the frame, and, where it does
not begin a run, its chain line. Packer and key stream go on from frame to frame, so that a key
press takes a dozen bytes. Each run begins with a nonce by chance, and so does the last frame: what
failed to be written is never followed under the same key stream. The tag vouches for all that was
encrypted before it.

Up to format version 4 each frame was encrypted by itself::

    [time, "p", "base64 of nonce | ChaCha20-Poly1305(data key, nonce, frame of the content)"]

The data key is made for one session. It is in memory as long as that is written, and on the disk
only in ``ID.key.age``, for the holders of the recipients' identities. The header names the SHA-256
of that file: another key cannot be put in its place, and when it is destroyed the session cannot be
read any more, while all that is chained stands as it was.
"""

from __future__ import annotations

import binascii
import copy
import hashlib
import hmac
import io
import os
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from recordings.age import decrypt_bytes, encrypt_bytes
from recordings.chain import ChainLink, chain_line, read_chain_line
from recordings.errors import EncryptedError, FormatError
from recordings.events import Header, decode_header
from recordings.thin import FrameCutter, Heads

KEY_BYTES = 32
RUN_BYTES = 128 * 1024
RUN_FRAMES = 1024
"""Of content, after which another run begins."""
_NONCE_BYTES = 12
_TAG_BYTES = 16
_CHUNK_BYTES = 1 << 18
_DOMAIN = b"bastion encrypted frame 1\n"
_RUN_DOMAIN = b"bastion encrypted run 5\n"
_TAG_DOMAIN = b"bastion encrypted tag 5\n"
_LINE = re.compile(rb'^\[[0-9]+\.[0-9]{6}, "([pdD])", "([A-Za-z0-9+/]+={0,2})"\]$', re.MULTILINE)
_PADDED_BYTES = 15
"""Lengths tell what was packed: most key presses have this one."""
_END = b"\x80"
# A small window: its tables are held for each session.
_PACKING = zstandard.ZstdCompressionParameters.from_level(1, window_log=16)
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

    def run_key(self) -> bytes:
        """Give the key of all runs."""
        return self._derived(_RUN_DOMAIN)

    def tags(self) -> Tags:
        """Give what makes the tags of a recording, from frame 1 on."""
        return Tags(self._derived(_TAG_DOMAIN))

    def _derived(self, domain: bytes) -> bytes:
        return hmac.digest(self.raw, domain + self.session_id.encode(), "sha256")

    def _about(self, frame: int) -> bytes:
        return _DOMAIN + struct.pack(">Q", frame) + self.session_id.encode()


class Tags:
    """Vouches for encrypted frames, all before each tag."""

    def __init__(self, key: bytes) -> None:
        """Begin before the first."""
        self._key = key
        self._mac = hmac.new(key, digestmod=hashlib.sha256)

    def copy(self) -> Tags:
        """Give another one that goes on from here."""
        other = copy.copy(self)
        other._mac = self._mac.copy()
        return other

    def add(self, time_us: int, frame: int, data: bytes) -> None:
        """Take what one frame holds."""
        self._mac.update(struct.pack(">QQQ", time_us, frame, len(data)))
        self._mac.update(data)

    def tag(self) -> bytes:
        """Give the tag over all so far, which the next one covers too."""
        made = self._mac.digest()[:_TAG_BYTES]
        self.resume(made)
        return made

    def resume(self, tag: bytes) -> None:
        """Go on behind a tag."""
        self._mac = hmac.new(self._key, tag, hashlib.sha256)


class Runs:
    """Begins the runs of one session."""

    def __init__(self, key: DataKey) -> None:
        """Take the session's key."""
        self._key = key.run_key()
        self._packer = zstandard.ZstdCompressor(compression_params=_PACKING)

    def begin(self) -> Run:
        """Begin one, under a nonce of its own; the one before cannot go on."""
        return Run(self._key, os.urandom(_NONCE_BYTES), self._packer.compressobj())


class Run:
    """Packs and encrypts frames, each of which takes those before it to be read."""

    def __init__(self, key: bytes, nonce: bytes, packer: zstandard.ZstdCompressionObj) -> None:
        """Begin; ``Runs`` alone calls this."""
        self.nonce = nonce
        self._stream = _key_stream(key, nonce)
        self._packer = packer

    def put(self, time_us: int, content: bytes) -> bytes:
        """Take one frame of the content, or what cannot be computed of it."""
        stamp, packer = _stamp(time_us), self._packer
        packed, start, view = b"", 0, memoryview(content)
        # Few lines are long, and those are not copied.
        while (end := content.find(b"\n", start) + 1) or start < len(content):
            end = end or len(content)
            if content.startswith(stamp, start):
                packed += packer.compress(b"[")
                start += len(stamp)
            packed += packer.compress(view[start:end])
            start = end
        packed += self._packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) + _END
        return self._stream.update(packed + bytes(-len(packed) % _PADDED_BYTES))


class _RunReader:
    """Gives back what a run took."""

    def __init__(self, key: bytes, nonce: bytes) -> None:
        self._stream = _key_stream(key, nonce)
        self._unpacker = zstandard.ZstdDecompressor().decompressobj()

    def take(self, time_us: int, data: bytes) -> bytes:
        packed = self._stream.update(data).rstrip(b"\0")
        try:
            short = self._unpacker.decompress(packed.removesuffix(_END))
        except zstandard.ZstdError as error:
            raise FormatError("What was encrypted is damaged.") from error
        return (b"\n" + short).replace(b'\n["', b"\n" + _stamp(time_us) + b'"')[1:]


def _key_stream(key: bytes, nonce: bytes) -> CipherContext:
    """Give what encrypts, and decrypts, one run."""
    # The first four bytes count its blocks.
    return Cipher(algorithms.ChaCha20(key, bytes(4) + nonce), mode=None).encryptor()


def _stamp(time_us: int) -> bytes:
    return b"[%d.%06d, " % divmod(time_us, 1_000_000)


def begin_run(time_us: int, frame: int, run: Run, tags: Tags, content: bytes) -> bytes:
    """Write the line of the first frame of a run, with its newline."""
    data = run.nonce + run.put(time_us, content)
    tags.add(time_us, frame, data)
    return _line(time_us, b"D", data + tags.tag())


def continue_run(time_us: int, frame: int, run: Run, tags: Tags, content: bytes) -> bytes:
    """Write the line of a later frame of a run, with its newline.

    Args:
        content: the frame; its chain line is left out.
    """
    data = run.put(time_us, content[: content.rfind(b"\n", 0, -1) + 1])
    tags.add(time_us, frame, data)
    return _line(time_us, b"d", data)


def _line(time_us: int, code: bytes, data: bytes) -> bytes:
    text = binascii.b2a_base64(data, newline=False)
    return b'%b"%b", "%b"]\n' % (_stamp(time_us), code, text)


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
    """The content of an encrypted recording, from frame 0 or the beginning of a run on."""

    def __init__(self, stream: BinaryIO, key: DataKey, start: int = 0) -> None:
        """Take the recording as it lies on the disk, at its start; closed with this.

        Args:
            start: where the frame is that a run begins with; 0: read it all.
        """
        self._stream = stream
        self._key = key
        self._run_key = key.run_key()
        self._cutter = FrameCutter()
        self._heads = Heads()
        self._ready = memoryview(b"")
        self._tags: Tags | None = key.tags()
        self._run: _RunReader | None = None
        self._waiting: list[tuple[ChainLink, bytes, bytes]] = []
        """Of a run, what no tag has vouched for so far."""
        if start:
            self._content_of_first(stream.readline())
            self._tags = None
            stream.seek(start)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read what whole frames hold; of a living recording, what is there now.

        Nothing is given before its tag was checked, but for what no tag follows yet.

        Raises:
            FormatError: a frame cannot be decrypted.
        """
        while not self._ready:
            chunk = self._stream.read(_CHUNK_BYTES)
            if chunk:
                self._ready = memoryview(b"".join(self._contents(chunk)))
            elif self._waiting:
                self._ready = memoryview(b"".join(self._let_go()))
            else:
                break
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
            if link.frame == 0:
                yield self._content_of_first(body)
                continue
            found = _LINE.search(body)
            if found is None:
                raise FormatError(f"Frame {link.frame} of the encrypted recording holds nothing.")
            if found[1] == b"p":
                yield self._key.open(link.frame, found[2])
                continue
            self._take(link, found[1], binascii.a2b_base64(found[2]))
            if found[1] == b"D":
                yield from self._let_go()

    def _content_of_first(self, body: bytes) -> bytes:
        header = decode_header(body.partition(b"\n")[0])
        content = self._key.open(0, header.content.encode())
        for first, last in FrameCutter().feed(content):
            self._heads.begin(first)
            self._resume(last)
        return content

    def _take(self, link: ChainLink, code: bytes, data: bytes) -> None:
        """Keep a frame until a tag vouches for it.

        Raises:
            FormatError: one does not.
        """
        data, tag = (data[:-_TAG_BYTES], data[-_TAG_BYTES:]) if code == b"D" else (data, b"")
        if self._tags is not None:
            self._tags.add(link.time_us, link.frame, data)
        if tag and self._tags is not None and not hmac.compare_digest(self._tags.tag(), tag):
            raise FormatError(f"Frame {link.frame} cannot be decrypted with this key.")
        if tag and self._tags is None:
            # What it vouches for as well begins before the place where reading does.
            self._tags = self._key.tags()
            self._tags.resume(tag)
        self._waiting.append((link, code, data))

    def _let_go(self) -> Iterator[bytes]:
        waiting, self._waiting = self._waiting, []
        for link, code, data in waiting:
            if code == b"D":
                self._run = _RunReader(self._run_key, data[:_NONCE_BYTES])
                whole = self._run.take(link.time_us, data[_NONCE_BYTES:])
                for _, last in FrameCutter().feed(whole):
                    self._resume(last)
                yield whole
                continue
            if self._run is None:
                raise FormatError(f"Frame {link.frame} of the encrypted recording begins nothing.")
            body = self._run.take(link.time_us, data)
            head = self._heads.next(link.time_us, link.frame, body)
            yield body + chain_line(link._replace(head=head))

    def _resume(self, last: bytes) -> None:
        link = read_chain_line(last, 0, len(last) - 1)
        if link is None:
            raise FormatError("A frame of what is encrypted is garbled.")
        self._heads.resume(link.head)


def decrypted(stream: BinaryIO, key: DataKey, start: int = 0) -> BinaryIO:
    """Give the content of an encrypted recording as a stream; closing it closes the recording.

    Args:
        start: where the frame is that a run begins with; 0: all of it.
    """
    return io.BufferedReader(Decrypted(stream, key, start), 1 << 18)


def public_header(header: Header, key_sha256: str) -> Header:
    """Give what stands in the clear: who, when and where, and no text of the session."""
    return replace(header, key_sha256=key_sha256, **_KEPT_OUT)  # type: ignore[arg-type]
