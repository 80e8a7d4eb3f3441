"""Whether a statement changes the very account that the bastion logs in with.

Nobody could use the target any more, and the bastion holds the only copy of the old password: so
that is done at the database itself, in no environment through the bastion.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from bastion.core.lexer import Kind, Token

_OWN = frozenset({"current_user", "session_user", "current_role"})
_ACCOUNTS = frozenset({"user", "role", "group"})
_NAMES = frozenset({Kind.WORD, Kind.QUOTED, Kind.STRING})


def changes_login(tokens: tuple[Token, ...], logins: Collection[str]) -> bool:
    """Tell whether a statement about accounts or rights takes one of these logins away.

    Args:
        logins: user names of the target's own logins.
    """
    values = [token.value.casefold() for token in tokens]
    match values[:2]:
        case ["set", "password"]:
            named = values[3:] if values[2:3] == ["for"] else ["current_user"]
            return _names_one(tokens[3:4], named[:2], logins)
        case ["alter" | "drop" | "rename", kind] if kind in _ACCOUNTS:
            return _names_one(tokens[2:], values[2:], logins)
        case ["grant", *_] if "identified" in values:
            start = values.index("to") if "to" in values else 0
            return _names_one(tokens[start:], values[start:], logins)
        case ["revoke", *_] if "from" in values:
            start = len(values) - values[::-1].index("from")
            return _names_one(tokens[start:], values[start:], logins)
    return False


def _names_one(tokens: tuple[Token, ...], values: list[str], logins: Collection[str]) -> bool:
    names = {t.value.casefold() for t in tokens if t.kind in _NAMES}
    is_function = any(pair == ("user", "(") for pair in pairwise(values))
    is_own = is_function or not _OWN.isdisjoint(values)
    return is_own or not names.isdisjoint(one.casefold() for one in logins)
