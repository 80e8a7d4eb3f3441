"""Signatures as OpenSSH writes them (SSHSIG), so that ``ssh-keygen -Y verify`` can check them.

The bastion signs with its Ed25519 key; people sign with whatever key they log in with, on their own
machine or in their agent, so all types of keys that an account may have are checked here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import textwrap
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from recordings.errors import FormatError

NAMESPACE = "bastion-recording"
SEAL_NAMESPACE = "bastion-seal"
DECISION_NAMESPACE = "bastion-decision"
PRINCIPAL = "bastion"
SIGNATURE_CHARS_MAX = 8192
_MAGIC = b"SSHSIG"
_KEY_TYPE = b"ssh-ed25519"
_HASH = "sha512"
_CHUNK_BYTES = 1 << 20
_ARMOUR_COLUMNS = 70
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_RSA_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    b"rsa-sha2-256": hashes.SHA256(),
    b"rsa-sha2-512": hashes.SHA512(),
}
_EC_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    b"ecdsa-sha2-nistp256": hashes.SHA256(),
    b"ecdsa-sha2-nistp384": hashes.SHA384(),
    b"ecdsa-sha2-nistp521": hashes.SHA512(),
}
_SK_TYPES = (b"sk-ssh-ed25519@openssh.com", b"sk-ecdsa-sha2-nistp256@openssh.com")
_TOUCHED = 1
"""Flag of a security key: somebody touched it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who has signed, as the signature itself says; whether to trust them is another question."""

    blob: bytes
    """The public key as SSH writes it."""

    @property
    def key_type(self) -> str:
        """Name the type of key, as authorized_keys does."""
        return _Reader(self.blob).string().decode("ascii", "replace")

    @property
    def fingerprint(self) -> str:
        """Give the ``SHA256:…`` that OpenSSH prints."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")
        return f"SHA256:{digest}"

    def allowed_signers_line(self, principal: str, namespace: str) -> str:
        """Give the line for ``ssh-keygen -Y verify -f`` that trusts this key in one namespace."""
        public = base64.b64encode(self.blob).decode()
        return f'{principal} namespaces="{namespace}" {self.key_type} {public}'


def sign_stream(stream: BinaryIO, key: Ed25519PrivateKey, namespace: str = NAMESPACE) -> str:
    """Sign all that a stream holds; gives the armoured signature, with its newline."""
    hashed = hashlib.sha512()
    while chunk := stream.read(_CHUNK_BYTES):
        hashed.update(chunk)
    signature = key.sign(_to_sign(hashed.digest(), namespace))
    blob = _string(_KEY_TYPE) + _string(signature)
    return armour(_public_blob(key.public_key()), blob, namespace)


def sign_message(message: bytes, key: Ed25519PrivateKey, namespace: str) -> str:
    """Sign a short message; gives the armoured signature, with its newline."""
    blob = _string(_KEY_TYPE) + _string(key.sign(bytes_to_sign(message, namespace)))
    return armour(_public_blob(key.public_key()), blob, namespace)


def bytes_to_sign(message: bytes, namespace: str) -> bytes:
    """Give what a key has to sign so that ``armour`` makes a signature over ``message`` of it."""
    return _to_sign(hashlib.sha512(message).digest(), namespace)


def armour(public_blob: bytes, signature_blob: bytes, namespace: str) -> str:
    """Wrap a signature, as keys and agents of SSH give it, with all that checking it takes."""
    blob = (
        _MAGIC
        + struct.pack(">I", 1)
        + _string(public_blob)
        + _fields(namespace)
        + _string(signature_blob)
    )
    lines = textwrap.wrap(base64.b64encode(blob).decode(), _ARMOUR_COLUMNS)
    return "\n".join([_BEGIN, *lines, _END, ""])


def verify_message(message: bytes, armoured: str, namespace: str) -> Signer:
    """Check a signature over ``message`` and say which key made it.

    Only what ``armour`` writes is accepted. Whether that key may sign is for the caller to decide.

    Raises:
        FormatError: it is no such signature, or not over this message in this namespace.
    """
    public_blob, signature_blob = _opened(armoured, namespace)
    try:
        _check(public_blob, signature_blob, bytes_to_sign(message, namespace))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise FormatError("The signature does not fit what was signed.") from error
    return Signer(blob=public_blob)


def allowed_signers_line(key: Ed25519PublicKey, namespace: str = NAMESPACE) -> str:
    """Give the line for ``ssh-keygen -Y verify -f``, which trusts this key in one namespace."""
    return Signer(blob=_public_blob(key)).allowed_signers_line(PRINCIPAL, namespace)


def _opened(armoured: str, namespace: str) -> tuple[bytes, bytes]:
    """Take an armoured signature apart: public key and signature."""
    lines = armoured.strip().splitlines()
    if (
        len(armoured) > SIGNATURE_CHARS_MAX
        or len(lines) < 3
        or (lines[0], lines[-1])
        != (
            _BEGIN,
            _END,
        )
    ):
        raise FormatError("This is no SSH signature.")
    try:
        reader = _Reader(base64.b64decode("".join(lines[1:-1]), validate=True))
        magic, version = reader.take(len(_MAGIC)), reader.number()
        public_blob = reader.string()
        fields = reader.take(len(_fields(namespace)))
        signature_blob = reader.string()
    except (binascii.Error, FormatError) as error:
        raise FormatError("This is no SSH signature.") from error
    if (magic, version, reader.rest()) != (_MAGIC, 1, b"") or fields != _fields(namespace):
        raise FormatError("This is an SSH signature for something else.")
    return public_blob, signature_blob


def _check(public_blob: bytes, signature_blob: bytes, data: bytes) -> None:
    """Check what one key signed; RFC 8709, RFC 5656, RFC 8332 and OpenSSH's PROTOCOL.u2f."""
    key_reader, reader = _Reader(public_blob), _Reader(signature_blob)
    key_type, algorithm, signature = key_reader.string(), reader.string(), reader.string()
    if key_type in _SK_TYPES:
        data = _as_security_key_signs(key_type, public_blob, reader, data)
    if reader.rest() or (algorithm != key_type and algorithm not in _RSA_HASHES):
        raise FormatError("The signature is of another kind than its key.")
    encoded = base64.b64encode(public_blob)
    public = load_ssh_public_key(key_type + b" " + encoded)
    match public:
        case Ed25519PublicKey():
            public.verify(signature, data)
        case ec.EllipticCurvePublicKey():
            numbers = _Reader(signature)
            encoded = encode_dss_signature(numbers.integer(), numbers.integer())
            hashed = _EC_HASHES.get(key_type, hashes.SHA256())
            public.verify(encoded, data, ec.ECDSA(hashed))
        case rsa.RSAPublicKey() if algorithm in _RSA_HASHES:
            public.verify(signature, data, padding.PKCS1v15(), _RSA_HASHES[algorithm])
        case _:
            raise FormatError("Keys of this type cannot be checked here.")


def _as_security_key_signs(
    key_type: bytes, public_blob: bytes, reader: _Reader, data: bytes
) -> bytes:
    """Give what a security key has signed: its application, flags and counter go in as well."""
    key = _Reader(public_blob)
    for _ in range(2 if key_type == _SK_TYPES[0] else 3):
        key.string()
    application = key.string()
    counted = reader.take(5)
    if not counted[0] & _TOUCHED:
        raise FormatError("Nobody touched the security key.")
    return hashlib.sha256(application).digest() + counted + hashlib.sha256(data).digest()


def _to_sign(digest: bytes, namespace: str) -> bytes:
    return _MAGIC + _fields(namespace) + _string(digest)


def _fields(namespace: str) -> bytes:
    return _string(namespace.encode()) + _string(b"") + _string(_HASH.encode())


def _public_blob(key: Ed25519PublicKey) -> bytes:
    return _string(_KEY_TYPE) + _string(key.public_bytes_raw())


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


class _Reader:
    """Reads the data types of RFC 4251 section 5, and never behind the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            raise FormatError("An SSH value ends too early.")
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        return self.take(self.number())

    def integer(self) -> int:
        return int.from_bytes(self.string(), "big")

    def rest(self) -> bytes:
        return self._data[self._at :]
