"""Host keys, and the public keys that accounts may log in with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncssh
from asyncssh.auth_keys import _SSHAuthorizedKeyEntry

from bastion.errors import UsageError
from bastion.execution.ports import PublicKey

SIGNATURE_ALGORITHMS = (
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
"""How a client may sign; SHA-1 (``ssh-rsa``) is not among them."""

_KEY_TYPES = frozenset(SIGNATURE_ALGORITHMS[:6]) | {"ssh-rsa"}
_RSA_BITS_MIN = 2048
_OPTIONS = frozenset(
    {
        "agent-forwarding",
        "expiry-time",
        "from",
        "no-agent-forwarding",
        "no-port-forwarding",
        "no-pty",
        "no-touch-required",
        "no-user-rc",
        "no-x11-forwarding",
        "permitopen",
        "port-forwarding",
        "pty",
        "restrict",
        "user-rc",
        "x11-forwarding",
    }
)
_RESTRICTED = ("agent-forwarding", "port-forwarding", "pty", "user-rc", "x11-forwarding")
_EXPIRY = re.compile(r"(\d{8})(?:(\d{4})(\d{2})?)?Z?")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """One line of authorized_keys, read."""

    key: asyncssh.SSHKey
    options: Mapping[str, object]
    entry: _SSHAuthorizedKeyEntry

    def allows(self, source: str, now: datetime) -> bool:
        """Tell whether the line's ``from=`` and ``expiry-time=`` allow a login."""
        expires_at = _expiry(self.options)
        if expires_at is not None and now >= expires_at:
            return False
        try:
            # The host name is the address: names from reverse DNS are the client's own say.
            return self.entry.match_options(source, source, None)
        except ValueError:
            # The source is no IP address.
            return False


def create_host_key() -> bytes:
    """Make an ed25519 host key, as an OpenSSH private key file without passphrase."""
    return asyncssh.generate_private_key("ssh-ed25519").export_private_key("openssh")


def fingerprint(host_key: bytes) -> str:
    """Give the ``SHA256:…`` of a private host key, as OpenSSH clients show it.

    Raises:
        UsageError: this is no private key, or it has a passphrase.
    """
    return load_host_key(host_key).get_fingerprint()


def load_host_key(host_key: bytes) -> asyncssh.SSHKey:
    """Read a private host key.

    Raises:
        UsageError: this is no private key, or it has a passphrase.
    """
    try:
        return asyncssh.import_private_key(host_key)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise UsageError(
            "The host key cannot be read. It must be an OpenSSH private key without passphrase.",
            detail=str(error),
        ) from error


def parse_authorized_keys(text: str) -> tuple[PublicKey, ...]:
    """Read all keys of an authorized_keys text, each once, in order.

    Raises:
        UsageError: names the first line that cannot be used, and why; or there is no key at all.
    """
    if "PRIVATE KEY-----" in text:
        raise UsageError("This is a private key. Give the public one, the file ending in .pub.")
    keys: dict[str, PublicKey] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        try:
            parsed = parse_line(line)
        except UsageError as error:
            raise UsageError(f"Line {number}: {error.message}", detail=error.detail) from error
        name = parsed.key.get_fingerprint()
        keys.setdefault(name, PublicKey(fingerprint=name, line=line))
    if not keys:
        raise UsageError("There is no public key in it. It should look like: ssh-ed25519 AAAA…")
    return tuple(keys.values())


def parse_line(line: str) -> KeyLine:
    """Read one line of authorized_keys and check that all it asks for can be enforced.

    Raises:
        UsageError: says what is wrong with the line.
    """
    try:
        entry = _SSHAuthorizedKeyEntry(line)
    except (ValueError, asyncssh.KeyImportError) as error:
        raise UsageError(
            "this is not a public key that can be used. It should look like: ssh-ed25519 AAAA…",
            detail=str(error),
        ) from error
    options = {name.lower(): value for name, value in entry.options.items()}
    if entry.key is None or "cert-authority" in options or "principals" in options:
        raise UsageError("certificates are not accepted. Give the plain public key.")
    _check_key(entry.key)
    unknown = sorted(set(options) - _OPTIONS)
    if unknown:
        # An option that is not enforced would be a promise that nobody keeps.
        raise UsageError(f"the option {unknown[0]!r} is not supported. Remove it from the line.")
    _expiry(options)
    return KeyLine(key=entry.key, options=_spell_out(options), entry=entry)


def _spell_out(options: Mapping[str, object]) -> Mapping[str, object]:
    """Write ``restrict`` as what it means: asyncssh knows only the ``no-…`` that it stands for."""
    if "restrict" not in options:
        return options
    refused = {f"no-{name}": True for name in _RESTRICTED if name not in options}
    return {**options, **refused}


def _check_key(key: asyncssh.SSHKey) -> None:
    algorithm = key.get_algorithm()
    if algorithm not in _KEY_TYPES:
        raise UsageError(f"keys of type {algorithm} are not accepted. Make an ed25519 key.")
    if algorithm == "ssh-rsa":
        public = key.convert_to_public().pyca_key
        bits = getattr(public, "key_size", 0)
        if bits < _RSA_BITS_MIN:
            raise UsageError(
                f"an RSA key of {bits} bits is too short. Make an ed25519 key, "
                f"or RSA with at least {_RSA_BITS_MIN}."
            )


def _expiry(options: Mapping[str, object]) -> datetime | None:
    values = options.get("expiry-time")
    if values is None:
        return None
    value = values[0] if isinstance(values, list) else values
    match = _EXPIRY.fullmatch(str(value))
    if match is None:
        raise UsageError("expiry-time must be YYYYMMDD or YYYYMMDDHHMM[SS], in UTC.")
    try:
        digits = match[1] + (match[2] or "0000") + (match[3] or "00")
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise UsageError("expiry-time is no date that exists.") from error
