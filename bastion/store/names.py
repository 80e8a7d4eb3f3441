"""What accounts and targets may be called; names that could be mistaken for others are refused."""

from __future__ import annotations

import re
import unicodedata

from bastion.errors import UsageError

_USER = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_TARGET = re.compile(r"[a-z][a-z0-9_-]{0,62}")
# `bastion panic all`, and the words of `ssh HOST WORDS`: such a target could not be reached.
_RESERVED_TARGETS = frozenset(
    {"all", "targets", "whoami", "help", "req", "rec", "sessions", "watch", "kill", "mcp", "review"}
)
_RESERVED_USERS = frozenset({"all"})


def check_user_name(name: str) -> None:
    """Refuse a name that is no name for a person or an agent.

    Raises:
        UsageError: with what is allowed, and the nearest name that is.
    """
    _check(name, _USER, "a small letter, then small letters, digits, '_', '.' or '-', at most 64")
    if name in _RESERVED_USERS:
        raise UsageError(f"'{name}' is a word of the command line. Choose another name.")


def check_target_name(name: str) -> None:
    """Refuse a name that is no name for a target.

    Raises:
        UsageError: with what is allowed, and the nearest name that is.
    """
    _check(name, _TARGET, "a small letter, then small letters, digits, '_' or '-', at most 63")
    if name in _RESERVED_TARGETS:
        raise UsageError(f"'{name}' is a word of the command line. Choose another name.")


def _check(name: str, pattern: re.Pattern[str], allowed: str) -> None:
    if pattern.fullmatch(name):
        return
    # Shown, never silently taken: two spellings must not become one account unseen.
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    hint = f" Did you mean '{plain}'?" if plain != name and pattern.fullmatch(plain) else ""
    raise UsageError(f"This name cannot be used. Allowed: {allowed}.{hint}")
