"""Tokens that stand for masked values: ``⟨email:7f3a⟩``, the same for the same value.

A token is a keyed digest, cut short: stable within one target and class of one installation, and
worth nothing without the key. ``TokenBook`` gives them out, never one for two values; what a
token stands for is remembered by ``execution.ports.Tokens``. The other half finds the tokens in
a statement, so that the bastion can put the value in their place where it only gets compared.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from bastion.core.lexer import Kind, lex
from bastion.core.model import Engine, Sensitivity

LENGTHS = (4, 6, 8, 12, 16, 24, 32)
"""Hexadecimal digits of a token: the first of these under which no other value is known."""
_DIGEST_BYTES = 16
_CLASSES = "|".join(
    one.value for one in Sensitivity if one not in (Sensitivity.SECRET, Sensitivity.UNPROVEN)
)
_TOKEN = rf"⟨(?:{_CLASSES}):[0-9a-f]{{4,32}}⟩"
_WHOLE = re.compile(_TOKEN)
_LIST = re.compile(rf'\{{\s*"?{_TOKEN}"?\s*(?:,\s*"?{_TOKEN}"?\s*)*\}}')
_EACH = re.compile(_TOKEN)


class Remembered(NamedTuple):
    """One token and what it stands for, to be remembered before it is shown."""

    sensitivity: Sensitivity
    tag: str
    digest: bytes
    value: bytes

    def __repr__(self) -> str:
        """Show the token only: its value must not reach a log."""
        return f"Remembered({self.sensitivity.value}:{self.tag})"


@dataclass(slots=True)
class _Known:
    """The tokens of one class."""

    key: bytes
    by_digest: dict[bytes, str] = field(default_factory=dict)
    by_tag: dict[str, bytes] = field(default_factory=dict)
    length_min: int = LENGTHS[0]


class Bound(NamedTuple):
    """A part of a statement, ``text[start:end]``, that stands for a value nobody may see."""

    start: int
    end: int
    value: bytes

    def __repr__(self) -> str:
        """Show the place only: the value must not reach a log."""
        return f"Bound({self.start}:{self.end})"


class TokenBook:
    """Gives out the tokens of one target; shared by all of its sessions."""

    def __init__(self, key: bytes, target: str) -> None:
        """Start empty.

        Args:
            key: of the installation, 64 bytes at most.
        """
        self._key = key
        self._target = target
        self._classes: dict[Sensitivity, _Known] = {}

    def adopt(self, sensitivity: Sensitivity, tag: str, digest: bytes) -> None:
        """Take over a token that was given out before."""
        known = self._known(sensitivity)
        known.by_tag[tag] = digest
        known.by_digest[digest] = tag

    def forget(self, sensitivity: Sensitivity, tags: Iterable[str], length_min: int) -> None:
        """Drop tokens that are no longer remembered.

        Args:
            length_min: of tokens given out from now on, above that of any forgotten one, so that
                none of those ever stands for another value.
        """
        known = self._known(sensitivity)
        known.length_min = max(known.length_min, length_min)
        for tag in tags:
            digest = known.by_tag.pop(tag, None)
            if digest is not None:
                known.by_digest.pop(digest, None)

    def give(self, sensitivity: Sensitivity, value: bytes) -> Remembered:
        """Give the token of a value."""
        known = self._known(sensitivity)
        digest = hashlib.blake2b(value, key=known.key, digest_size=_DIGEST_BYTES).digest()
        tag = known.by_digest.get(digest)
        if tag is None:
            tag = _free_tag(digest.hex(), known)
            known.by_tag[tag] = digest
            known.by_digest[digest] = tag
        return Remembered(sensitivity, tag, digest, value)

    def _known(self, sensitivity: Sensitivity) -> _Known:
        known = self._classes.get(sensitivity)
        if known is None:
            place = f"{self._target}\0{sensitivity.value}".encode()
            key = hashlib.blake2b(place, key=self._key, digest_size=32).digest()
            known = self._classes[sensitivity] = _Known(key)
        return known


def _free_tag(digits: str, known: _Known) -> str:
    for length in LENGTHS:
        if length >= known.length_min and digits[:length] not in known.by_tag:
            return digits[:length]
    return digits


def write(sensitivity: Sensitivity, tag: str) -> str:
    """Write a token as people see it."""
    return f"⟨{sensitivity.value}:{tag}⟩"


def read(text: str) -> tuple[Sensitivity, str]:
    """Split a token into class and tag."""
    name, _, tag = text.strip("⟨⟩").partition(":")
    return Sensitivity(name), tag


def tokens_of(node: exp.Expr) -> tuple[str, ...]:
    """Give the tokens that a literal consists of: one, or a PostgreSQL array of them."""
    if not isinstance(node, exp.Literal) or not node.is_string:
        return ()
    return _in_literal(node.name)


def _in_literal(value: str) -> tuple[str, ...]:
    if not value.endswith(("⟩", "}", '"')) or "⟨" not in value:
        return ()
    if _WHOLE.fullmatch(value):
        return (value,)
    return tuple(_EACH.findall(value)) if _LIST.fullmatch(value) else ()


def literals(text: str, engine: Engine) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Find the literals of a statement that consist of tokens: start, end, tokens."""
    if "⟨" not in text:
        return
    for token in lex(text, engine).tokens:
        if token.kind is Kind.STRING and (found := _in_literal(token.value)):
            yield token.start, token.end, found


def are_plain(text: str, engine: Engine) -> bool:
    """Tell whether every literal of tokens is written in plain quotes."""
    return all(
        text[start] == "'" and text[end - 1] == "'" for start, end, _ in literals(text, engine)
    )


def bind(text: str, engine: Engine, values: Mapping[str, bytes]) -> tuple[Bound, ...]:
    """Say which parts of a statement stand for which values.

    Args:
        values: what each token stands for; what is not in it stays as it is.
    """
    return (
        tuple(
            Bound(start=start, end=end, value=_value(found, values))
            for start, end, found in literals(text, engine)
            if all(token in values for token in found)
        )
        if values
        else ()
    )


def _value(found: tuple[str, ...], values: Mapping[str, bytes]) -> bytes:
    if len(found) == 1:
        return values[found[0]]
    quoted = (
        b'"' + values[token].replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"' for token in found
    )
    return b"{" + b",".join(quoted) + b"}"
