"""Reads public keys as authorized_keys has them, with ``cryptography`` alone."""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from bastion.errors import UsageError
from bastion.execution.ports import PublicKey

_RSA_BITS_MIN = 2048
_TYPES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
_SECURITY_KEYS = tuple(name for name in _TYPES if name.startswith("sk-"))


def read_public_keys(text: str) -> tuple[PublicKey, ...]:
    """Read all keys of an authorized_keys file; comments and empty lines are skipped.

    Raises:
        UsageError: names the line that is no public key, or that there is none; a private key and
            an RSA key under 2,048 bits are refused.
    """
    if "PRIVATE KEY" in text:
        raise UsageError("This file holds a private key. Give the public one, it ends in .pub.")
    found = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line and not line.startswith("#"):
            found.append(_read_line(line, number))
    if not found:
        raise UsageError("This file holds no public key. Give one line as in authorized_keys.")
    return tuple(found)


def _read_line(line: str, number: int) -> PublicKey:
    words = _split_options(line)
    kind = next((index for index, word in enumerate(words[:2]) if word in _TYPES), None)
    if kind is None or kind + 1 >= len(words):
        raise UsageError(
            f"Line {number} is not a public key that can be used here. Use ed25519, ECDSA or RSA,"
            " as ssh-keygen writes it."
        )
    try:
        blob = base64.b64decode(words[kind + 1], validate=True)
        _check_blob(words[kind], words[kind + 1], blob)
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(f"Line {number} holds a damaged public key. Copy it again.") from error
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return PublicKey(fingerprint=f"SHA256:{digest}", line=line)


def _check_blob(kind: str, encoded: str, blob: bytes) -> None:
    size = int.from_bytes(blob[:4], "big")
    if blob[4 : 4 + size] != kind.encode():
        raise ValueError("the key is of another type than its line says")
    if kind in _SECURITY_KEYS:
        return
    key = load_ssh_public_key(f"{kind} {encoded}".encode())
    if isinstance(key, RSAPublicKey) and key.key_size < _RSA_BITS_MIN:
        raise UsageError("RSA keys need 2,048 bits or more. Make one: ssh-keygen -t ed25519")


def _split_options(line: str) -> list[str]:
    """Split at spaces outside quotes: options may hold quoted spaces."""
    words = [""]
    is_quoted = False
    for index, character in enumerate(line):
        if character == '"' and line[index - 1 : index] != "\\":
            is_quoted = not is_quoted
        if character in " \t" and not is_quoted:
            words.append("")
        else:
            words[-1] += character
    return [word for word in words if word]
