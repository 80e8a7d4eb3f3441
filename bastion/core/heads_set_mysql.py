"""SET at MySQL: each assignment told apart by what it may do to the statements after it.

A setting is free, or may be given the value that each login begins with, or is refused; what no
list knows a reviewer decides. Encodings stay UTF-8: what asks for another is sent with that one,
and said. What is computed may set what is free, since any value is; the server is asked
afterwards what ``sql_mode`` came to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from bastion.core.builtins import names as word_list
from bastion.core.data import mysql_settings as data
from bastion.core.effects import ChangeKind
from bastion.core.head import Head, Inner, Words, make, unknown
from bastion.core.lexer import Kind
from bastion.core.limits import LOCK_LIMITS, STATEMENT_LIMITS
from bastion.core.model import EffectClass

FREE = word_list(data.FREE)
_ANY_VALUE = FREE | word_list(data.CHECKS)
_AS_LOGIN = {name: word_list(values) for name, values in data.AS_LOGIN.items()}
_PINNED = word_list(data.PINNED)
_ENCODINGS = word_list(data.ENCODINGS)
_FREE_MODES = word_list(data.FREE_MODES) | word_list(data.SPOKEN_MODES)
_LIMITS = frozenset({*STATEMENT_LIMITS, *LOCK_LIMITS})
_UTF8 = frozenset({"utf8mb4", "utf8mb3", "utf8"})
_WHOLE_SERVER = frozenset({"global", "persist", "persist_only"})
_NAMES = frozenset({"names", "character", "charset"})
_ENCODED = frozenset({
    "character_set_client", "character_set_connection", "character_set_results",
})  # fmt: skip
_READ_ONLY = frozenset({"tx_read_only", "transaction_read_only"})
_OFF = frozenset({"off", "false", "0"})
KEPT_UTF8 = "The bastion speaks UTF-8 with you and the database: that stays."
_ERRORS_MIN = 64
"""Fewer warnings kept, and the one that a table could not be rolled back might be lost."""


def read_set(words: Words) -> Head:
    """Judge a SET by each of its parts."""
    if words.starts("set statement"):
        return _statement(words)
    if words.at(1) == "password":
        return make(EffectClass.PRIVILEGE, reason="It changes a password.")
    if words.at(1) in {"role", "default"}:
        return pinned("role", EffectClass.PRIVILEGE)
    index = words.skip(1, "session", "local")
    if words.at(index) == "transaction":
        return _transaction(words, index)
    return _together(words, list(_parts(words)))


def pinned(name: str, effect: EffectClass = EffectClass.ADMIN) -> Head:
    """Make the head of what changes a setting that the bastion pins."""
    reason = f"The bastion pins the setting {name}; a statement judged under it must run under it."
    return replace(make(effect, reason=reason), pinned=(name,))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One assignment."""

    name: str = ""
    """``@name`` for a variable of the user; empty where nothing is left in the session."""
    value: str = ""
    refusal: Head | None = None
    is_computed: bool = False
    sent: tuple[int, int, str] | None = None
    """What is sent in place of a span of the text."""
    remark: str = ""


def _parts(words: Words) -> Iterator[_Part]:
    start = 1
    while start <= words.count:
        comma = words.find(",", start=start)
        end = comma if comma > 0 else words.count
        yield _part(Words(words.text, words.tokens[:end], words.engine, words.database), start)
        start = end + 1


def _part(words: Words, start: int) -> _Part:
    index = words.skip(start, "session", "local")
    if words.at(index) in _NAMES:
        return _names(words, index)
    if words.at(index) == "@" and words.at(index + 1) != "@":
        return _variable(words, index + 1)
    is_next_only = words.at(index) == "@"
    while words.at(index) == "@":
        index += 1
    if words.at(index) in {"session", "local"} and words.at(index + 1) == ".":
        index, is_next_only = index + 2, False
    if words.at(index) in _WHOLE_SERVER:
        reason = "It changes a setting of the whole server."
        return _Part(refusal=make(EffectClass.ADMIN, reason=reason))
    schema, name, after = words.name(index)
    after += words.at(after) == ":"
    if not name or words.at(after) != "=" or after + 1 >= words.count:
        return _Part(refusal=unknown("SET name = value is expected here."))
    name = (f"{schema}.{name}" if schema else name).lower()
    if name in _READ_ONLY and is_next_only:
        return _Part(refusal=pinned(name))
    return _setting(words, name, after + 1)


def _variable(words: Words, index: int) -> _Part:
    after = index + 1 + (words.at(index + 1) == ":")
    if not words.is_name(index) and words.tokens[index : index + 1] == ():
        return _Part(refusal=unknown("SET @name = value is expected here."))
    if words.at(after) != "=" or after + 1 >= words.count:
        return _Part(refusal=unknown("SET @name = value is expected here."))
    name = f"@{words.tokens[index].value.lower()}"
    return _Part(name=name, value=words.rest(after + 1), is_computed=True)


def _setting(words: Words, name: str, index: int) -> _Part:
    value, is_computed = _value(words, index), _is_computed(words, index, words.count)
    is_literal = words.count == index + 1 and words.tokens[index].kind in _LITERAL
    written = words.between(index, words.count)
    if name in _ENCODED or name == "collation_connection":
        return _encoded(words, name, index, value)
    if name in _READ_ONLY:
        is_known = value in _OFF | {"on", "true", "1"}
        return _Part(refusal=None if is_known else pinned(name))
    if name in _ANY_VALUE or (name == "sql_mode" and (is_computed or value == "default")):
        return _Part(name=name, value=written, is_computed=is_computed)
    if is_computed:
        return _Part(refusal=unknown("The value of a setting is a literal."))
    if name == "sql_select_limit" and is_literal and value.isdigit():
        # The bastion's own questions are not to be cut: it holds around each read alone.
        token = words.tokens[index]
        return _Part(name=name, value=value, sent=(token.start, token.end, f"@@{name}"))
    if name in _LIMITS:
        refusal = None if is_literal else unknown("The value of a setting is a literal.")
        return _Part(name=name, value=written, refusal=refusal)
    if name == "sql_mode":
        modes = {one.strip() for one in value.split(",") if one.strip()}
        is_free = is_literal and modes <= _FREE_MODES
        return _Part(name=name, value=written, refusal=None if is_free else pinned(name))
    return _as_login(name, value, written)


def _as_login(name: str, value: str, written: str) -> _Part:
    is_enough = name == "max_error_count" and value.isdigit() and int(value) >= _ERRORS_MIN
    if is_enough or value in _AS_LOGIN.get(name, ()):
        # Isolation and autocommit may differ from the login's, and a yes is bound to them.
        return _Part(name=name, value=written)
    if name in _PINNED:
        return _Part(refusal=pinned(name))
    reason = f"The setting {name} is not among the harmless ones."
    return _Part(refusal=make(EffectClass.ADMIN, reason=reason))


def _names(words: Words, index: int) -> _Part:
    """Read NAMES, CHARACTER SET and CHARSET; the server takes ``= NULL`` nowhere here."""
    start = index
    index += 2 if words.starts("character set", index) else 1
    encoding = _value(words, index, index + 1)
    after = index + 1
    collation = ""
    if words.at(after) == "collate":
        collation = _value(words, after + 1, after + 2)
        after += 2
    if after != words.count or (encoding not in _UTF8 | _ENCODINGS):
        return _Part(refusal=pinned("character_set"))
    if encoding in _UTF8:
        # Another encoding's collation is the server's to refuse.
        is_as_login = encoding == "utf8mb4" and not collation and words.at(start) == "names"
        return _Part() if is_as_login else _Part(name="names", value=words.rest(index))
    span = (words.tokens[index].start, words.tokens[words.count - 1].end)
    return _Part(sent=(*span, "utf8mb4"), remark=KEPT_UTF8)


def _encoded(words: Words, name: str, index: int, value: str) -> _Part:
    is_plain = words.count == index + 1
    is_collation = name == "collation_connection"
    if is_plain and (value in _UTF8 or (is_collation and value.startswith(_COLLATIONS))):
        return _Part(name=name, value=words.rest(index))
    is_of_variable = words.at(index) == "@"
    if not is_of_variable and not (is_plain and (is_collation or value in _ENCODINGS)):
        return _Part(refusal=pinned(name))
    span = (words.tokens[index].start, words.tokens[words.count - 1].end)
    return _Part(sent=(*span, f"@@{name}"), remark=KEPT_UTF8)


_COLLATIONS = ("utf8", "uca1400")


def _together(words: Words, parts: list[_Part]) -> Head:
    refused = [one.refusal for one in parts if one.refusal is not None]
    if refused:
        return next((one for one in refused if EffectClass.UNKNOWN in one.effects), refused[0])
    settings = tuple((one.name, one.value) for one in parts if one.name and one.name[0] != "@")
    first = next((one for one in parts if one.name[:1] == "@"), None)
    head = make(EffectClass.SESSION)
    if settings:
        name, value = settings[0]
        head = replace(head, change=ChangeKind.SET, name=name, value=value, settings=settings[1:])
    elif first is not None:
        head = replace(head, change=ChangeKind.SET, name=first.name, value=first.value)
    computed = [one.value for one in parts if one.is_computed]
    if computed:
        inner = f"SELECT {', '.join(computed)}"
        head = replace(head, effects=frozenset(), inner=inner, inner_use=Inner.EXPRESSION)
    remark = next((one.remark for one in parts if one.remark), "")
    return replace(head, sent=_sent(words, parts), remark=remark)


def _sent(words: Words, parts: list[_Part]) -> str:
    spans = [one.sent for one in parts if one.sent is not None]
    text = words.text
    for start, end, instead in reversed(spans):
        text = f"{text[:start]}{instead}{text[end:]}"
    return text if spans else ""


def _value(words: Words, start: int, end: int | None = None) -> str:
    """Give a value of one word, number or string, folded; empty for anything longer."""
    tokens = words.tokens[start : words.count if end is None else end]
    if len(tokens) != 1 or tokens[0].kind not in _LITERAL:
        return ""
    return tokens[0].value.casefold()


_LITERAL = frozenset({Kind.WORD, Kind.STRING, Kind.NUMBER})


def _is_computed(words: Words, start: int, end: int) -> bool:
    """Tell whether anything is computed: words in a row may be one, NEXT VALUE FOR s."""
    kinds = [token.kind for token in words.tokens[start:end]]
    if any(one is other is Kind.WORD for one, other in pairwise(kinds)):
        return True
    return any(words.at(position) in {"(", "select", "@"} for position in range(start, end))


def _transaction(words: Words, index: int) -> Head:
    tail = [words.at(position) for position in range(index + 1, words.count)]
    known = {"isolation", "level", "read", "committed", "uncommitted", "repeatable",
             "serializable", "only", "write", ","}  # fmt: skip
    if not tail or any(word not in known for word in tail):
        return unknown("SET TRANSACTION is given something that is not known.")
    if "write" in tail and index == 1:
        # For the next transaction only: that may be the bastion's own, of a read.
        return pinned("transaction_read_only")
    return make(EffectClass.TRANSACTION)


def _statement(words: Words) -> Head:
    end = words.find("for", start=2)
    if end < 0 or _is_computed(words, 2, end):
        return unknown("SET STATEMENT name = literal FOR statement is expected here.")
    names = {words.at(index - 1) for index in range(3, end) if words.at(index) == "="}
    risky = names - FREE - set(STATEMENT_LIMITS)
    if risky or not names:
        return pinned(" ".join(sorted(risky)) or "statement")
    return Head(inner=words.rest(end + 1), inner_use=Inner.RUN)
