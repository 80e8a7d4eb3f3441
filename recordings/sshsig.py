"""Signatures as OpenSSH writes them (SSHSIG), so that ``ssh-keygen -Y verify`` can check them."""

from __future__ import annotations

import base64
import hashlib
import struct
import textwrap
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAMESPACE = "bastion-recording"
PRINCIPAL = "bastion"
_MAGIC = b"SSHSIG"
_KEY_TYPE = b"ssh-ed25519"
_HASH = "sha512"
_CHUNK_BYTES = 1 << 20
_ARMOUR_COLUMNS = 70


def sign_stream(stream: BinaryIO, key: Ed25519PrivateKey) -> str:
    """Sign all that a stream holds; gives the armoured signature, with its newline."""
    hashed = hashlib.sha512()
    while chunk := stream.read(_CHUNK_BYTES):
        hashed.update(chunk)
    digest = hashed.digest()
    fields = _string(NAMESPACE.encode()) + _string(b"") + _string(_HASH.encode())
    signature = key.sign(_MAGIC + fields + _string(digest))
    blob = (
        _MAGIC
        + struct.pack(">I", 1)
        + _string(_public_blob(key.public_key()))
        + fields
        + _string(_string(_KEY_TYPE) + _string(signature))
    )
    lines = textwrap.wrap(base64.b64encode(blob).decode(), _ARMOUR_COLUMNS)
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def allowed_signers_line(key: Ed25519PublicKey) -> str:
    """Give the line for ``ssh-keygen -Y verify -f``, which trusts this key for recordings only."""
    public = base64.b64encode(_public_blob(key)).decode()
    return f'{PRINCIPAL} namespaces="{NAMESPACE}" {_KEY_TYPE.decode()} {public}'


def _public_blob(key: Ed25519PublicKey) -> bytes:
    return _string(_KEY_TYPE) + _string(key.public_bytes_raw())


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data
