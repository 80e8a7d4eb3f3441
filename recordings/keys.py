"""The Ed25519 pair that signs recordings and the audit log, as PEM files."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from recordings.disk import read_small
from recordings.errors import KeyFormatError


def make_private_key() -> Ed25519PrivateKey:
    """Make a new signing key."""
    return Ed25519PrivateKey.generate()


def save_private_key(key: Ed25519PrivateKey, path: Path) -> None:
    """Write a signing key to a new file, mode 0600.

    Raises:
        FileExistsError: there is one; keys are never overwritten.
    """
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write_new(path, pem, 0o600)


def save_public_key(key: Ed25519PublicKey, path: Path) -> None:
    """Write ``recording.pub`` to a new file, mode 0644.

    Raises:
        FileExistsError: there is one.
    """
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write_new(path, pem, 0o644)


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """Read a signing key.

    Raises:
        OSError: the file cannot be read.
        KeyFormatError: it holds no Ed25519 private key.
    """
    return parse_private_key(read_small(path), source=str(path))


def parse_private_key(pem: bytes, *, source: str) -> Ed25519PrivateKey:
    """Read a signing key from PEM bytes, as a systemd credential gives them.

    Raises:
        KeyFormatError: they hold no Ed25519 private key; names ``source``.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFormatError(f"{source} holds no readable private key (PEM).") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFormatError(f"{source} holds a private key, but not an Ed25519 one.")
    return key


def load_public_key(path: Path) -> Ed25519PublicKey:
    """Read ``recording.pub``.

    Raises:
        OSError: the file cannot be read.
        KeyFormatError: it holds no Ed25519 public key.
    """
    try:
        key = load_pem_public_key(read_small(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFormatError(f"{path} holds no readable public key (PEM).") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFormatError(f"{path} holds a public key, but not an Ed25519 one.")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """Name a key by the first 16 hex digits of its SHA-256, as headers do."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _write_new(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
