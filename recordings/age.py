"""Encryption at rest: age files to X25519 recipients.

The bastion holds recipients only, which are public, so whoever steals it reads nothing that was
archived. The package ``pyrage`` is asked for only where a file is encrypted.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recordings.disk import open_file, read_small
from recordings.errors import EncryptedError, FormatError, KeyFormatError

try:
    import pyrage  # type: ignore[import-untyped]
except ImportError:  # the rest of this package works without it
    pyrage = None

MAGIC = b"age-encryption.org/"
_NO_PYRAGE = "Encrypted recordings need the package pyrage: pip install pyrage"


def check_recipient(text: str) -> str:
    """Give an X25519 recipient back when it is one.

    Raises:
        FormatError: it is not; says what one looks like.
    """
    try:
        return str(_module().x25519.Recipient.from_str(text))
    except _errors() as error:
        raise FormatError(
            f'"{text[:80]}" is no age recipient. One begins with age1, as `age-keygen -y` prints.'
        ) from error


def encrypt(source: Path, target: Path, recipients: Sequence[str]) -> bytes:
    """Encrypt a file to a new one and prove that what lies there can be read.

    The proof is by a recipient more, whose key is forgotten when this returns: so nobody needs
    the others' keys.

    Returns:
        What the target decrypts to.

    Raises:
        OSError: it cannot be read or written.
        FormatError: a recipient is none, or the target does not decrypt.
    """
    module = _module()
    witness = module.x25519.Identity.generate()
    named = [module.x25519.Recipient.from_str(check_recipient(one)) for one in recipients]
    with open_file(source) as plain, target.open("xb") as sealed:
        module.encrypt_io(plain, sealed, [*named, witness.to_public()])
    return _decrypt(target, [witness])


def encrypt_bytes(plain: bytes, recipients: Sequence[str]) -> bytes:
    """Encrypt a few bytes, with the same proof.

    Raises:
        FormatError: a recipient is none, or what came out does not decrypt.
    """
    module = _module()
    witness = module.x25519.Identity.generate()
    named = [module.x25519.Recipient.from_str(check_recipient(one)) for one in recipients]
    sealed: bytes = module.encrypt(plain, [*named, witness.to_public()])
    if module.decrypt(sealed, [witness]) != plain:
        raise FormatError("What was encrypted does not decrypt to the same.")
    return sealed


def decrypt_bytes(path: Path, identity: Path) -> bytes:
    """Decrypt a small file; see ``open_decrypted``."""
    return open_decrypted(path, identity).getvalue()


def open_decrypted(path: Path, identity: Path | None) -> io.BytesIO:
    """Decrypt a file into memory.

    Args:
        identity: file of ``AGE-SECRET-KEY-1…`` lines, as ``age-keygen`` writes it.

    Raises:
        OSError: a file cannot be read.
        FormatError: no identity fits, or the file is damaged or cut.
    """
    _module()
    if identity is None:
        raise EncryptedError(f"{path.name} is encrypted with age. Name the key: --identity FILE")
    return io.BytesIO(_decrypt(path, _read_identities(identity)))


def _decrypt(path: Path, identities: Sequence[object]) -> bytes:
    plain = io.BytesIO()
    try:
        with open_file(path) as sealed:
            _module().decrypt_io(sealed, plain, identities)
    except _errors() as error:
        raise FormatError(
            f"{path.name} cannot be decrypted: it is damaged or cut, or for another identity."
        ) from error
    return plain.getvalue()


def _read_identities(path: Path) -> list[object]:
    lines = read_small(path).decode("utf-8", "replace").split()
    keys = [line for line in lines if line.startswith("AGE-SECRET-KEY-1")]
    try:
        found = [_module().x25519.Identity.from_str(key) for key in keys]
    except _errors() as error:
        raise KeyFormatError(f"{path} holds a garbled age identity.") from error
    if not found:
        raise KeyFormatError(f"{path} holds no age identity. Make one: age-keygen -o FILE")
    return found


def _module() -> Any:  # noqa: ANN401 - pyrage tells no types
    if pyrage is None:
        raise FormatError(_NO_PYRAGE)
    return pyrage


def _errors() -> tuple[type[Exception], ...]:
    module = _module()
    return (
        module.DecryptError,
        module.EncryptError,
        module.IdentityError,
        module.RecipientError,
        ValueError,
    )
