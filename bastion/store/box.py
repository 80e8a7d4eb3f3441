"""Seals secrets before they are stored: AES-256-GCM under a root key that is not with the data.

A sealed value is ``version | key id | nonce | ciphertext and tag``. What it belongs to (table,
record, field) is authenticated with it, so that one record's secret cannot be put into another.

The key file has one key a line, ``ID BASE64``, the current one first. A rotation adds the new key
in front, seals everything again in one transaction and then drops what nothing needs: killed at
any point, everything stays readable.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bastion.errors import ConfigError, StoreError

_VERSION = b"\x01"
_ID_SIZE = 8
_NONCE_SIZE = 12
_KEY_SIZE = 32


class SecretBox:
    """Seals and opens secrets with the root key of this installation."""

    def __init__(self, key_file: Path, *, data_dir: Path) -> None:
        """Read the root key.

        Raises:
            ConfigError: missing, unreadable, readable by others, or inside ``data_dir``: a copy of
                the data would be a copy of the secrets.
        """
        self._path = key_file
        check_apart(key_file, data_dir)
        self._keys = _read_keys(key_file)

    @classmethod
    def create(cls, key_file: Path, *, data_dir: Path) -> SecretBox:
        """Make the root key, mode 0600, unless there is one already.

        Raises:
            ConfigError: the place is inside ``data_dir``, or what lies there is not a root key.
        """
        check_apart(key_file, data_dir)
        if not key_file.exists():
            _write_keys(key_file, [secrets.token_bytes(_KEY_SIZE)])
        return cls(key_file, data_dir=data_dir)

    @property
    def key_id(self) -> str:
        """Name the key that seals now, in hex; it tells nothing about the key."""
        return next(iter(self._keys)).hex()

    def seal(self, secret: bytes, *, table: str, record: str, field: str) -> bytes:
        """Encrypt one value of one record.

        Called inside the transaction that stores it, so that a rotation cannot fall in between.
        """
        return self.seal_all([(record, secret)], table=table, field=field)[0]

    def seal_all(
        self, secret_by_record: Iterable[tuple[str, bytes]], *, table: str, field: str
    ) -> list[bytes]:
        """Encrypt one value of each of several records, in their order; as ``seal``, sooner."""
        self._keys = _read_keys(self._path)
        key_id, key = next(iter(self._keys.items()))
        cipher = AESGCM(key)
        sealed_values = []
        for record, secret in secret_by_record:
            nonce = secrets.token_bytes(_NONCE_SIZE)
            sealed = cipher.encrypt(nonce, secret, _context(table, record, field))
            sealed_values.append(_VERSION + key_id + nonce + sealed)
        return sealed_values

    def open(self, sealed: bytes, *, table: str, record: str, field: str) -> bytes:
        """Decrypt one value of one record.

        Raises:
            StoreError: another root key sealed it, or it was changed or moved.
        """
        key_id = sealed[1 : 1 + _ID_SIZE]
        if key_id not in self._keys:
            # Another process may have rotated the key.
            self._keys = _read_keys(self._path)
        key = self._keys.get(key_id)
        if sealed[:1] != _VERSION or key is None:
            raise StoreError(
                "A secret in the store was sealed with another root key. Put the right key back.",
                detail=f"{table}.{field}, key {key_id.hex()}",
            )
        nonce = sealed[1 + _ID_SIZE : 1 + _ID_SIZE + _NONCE_SIZE]
        body = sealed[1 + _ID_SIZE + _NONCE_SIZE :]
        try:
            return AESGCM(key).decrypt(nonce, body, _context(table, record, field))
        except (InvalidTag, ValueError) as error:
            raise StoreError(
                "A secret in the store was changed from outside. Set it again.",
                detail=f"{table}.{field}",
            ) from error

    def add_key(self) -> None:
        """Put a new key in front; the older ones still open what they sealed."""
        older = list(_read_keys(self._path).values())
        _write_keys(self._path, [secrets.token_bytes(_KEY_SIZE), *older])
        self._keys = _read_keys(self._path)

    def keep_keys_of(self, sealed_values: Iterable[bytes]) -> None:
        """Forget the older keys that none of ``sealed_values``, all there are, needs."""
        needed = {sealed[1 : 1 + _ID_SIZE] for sealed in sealed_values}
        keys = _read_keys(self._path)
        needed.add(next(iter(keys)))
        _write_keys(self._path, [key for key_id, key in keys.items() if key_id in needed])
        self._keys = _read_keys(self._path)


def check_apart(key_file: Path, data_dir: Path) -> None:
    """Refuse a key that a copy of the data would contain.

    Raises:
        ConfigError: the key lies in the data directory, by whatever path.
    """
    if key_file.resolve().is_relative_to(data_dir.resolve()):
        raise ConfigError(
            f"The root key {key_file} lies inside the state directory {data_dir}. Move it out, for"
            " example to the folder named by BASTION_KEY_DIR."
        )


def _context(table: str, record: str, field: str) -> bytes:
    return f"{table}/{record}/{field}".encode()


def _read_keys(path: Path) -> dict[bytes, bytes]:
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii")
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no root key at {path}. Run `bastion init`, or put the key back."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The root key {path} cannot be read. Check its owner.") from error
    if mode & 0o077:
        raise ConfigError(f"The root key {path} can be read by others. Run: chmod 600 {path}")
    keys = {}
    for line in text.splitlines():
        key_id, _, encoded = line.partition(" ")
        with contextlib.suppress(ValueError):
            key = base64.b64decode(encoded, validate=True)
            if len(key) == _KEY_SIZE and _key_id(key).hex() == key_id:
                keys[_key_id(key)] = key
                continue
        raise ConfigError(f"{path} is not a root key, or was cut short. Put the right file back.")
    if not keys:
        raise ConfigError(f"{path} is empty. Put the root key back.")
    return keys


def _write_keys(path: Path, keys: list[bytes]) -> None:
    """Replace the file in one step: either the old keys are there or the new ones."""
    lines = [f"{_key_id(key).hex()} {base64.b64encode(key).decode()}\n" for key in keys]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigError(f"The root key {path} cannot be written. Check the folder.") from error


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"bastion root key\0" + key).digest()[:_ID_SIZE]
