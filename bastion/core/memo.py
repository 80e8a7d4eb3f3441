"""Remembers what was worked out about a text, for as long as all that it depends on stays the same.

What an analysis reads is frozen: the snapshot of the catalogue, and the mappings of the session's
context, which a step forward replaces and never changes. So *the same* is decided by identity,
which nothing can forge: a snapshot fetched again is another one, whatever its content. Policy, the
person and the time are no part of an analysis, and nothing that depends on these is kept.
"""

from __future__ import annotations

import enum
import weakref
from collections.abc import Hashable
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from bastion.core.catalogue import Catalogue

T = TypeVar("T")

TEXT_MAX = 8192
"""Longer texts come once, as a rule, and their trees are large."""


class Memo(Generic[T]):
    """Results by text, snapshot and context; the oldest give way. For one thread."""

    def __init__(self, *, texts_max: int = 1024, characters_max: int = 256 * 1024) -> None:
        """Bound what is kept.

        Args:
            characters_max: of all texts together, as a result is about as large as its text is.
        """
        self._texts_max = texts_max
        self._characters_max = characters_max
        self._characters = 0
        self._kept: dict[_Key, _Kept[T]] = {}

    def find(self, text: str, catalogue: Catalogue, parts: tuple[object, ...]) -> T | None:
        """Give what was kept for exactly this.

        Args:
            catalogue: the snapshot itself; an equal one is another.
            parts: all else that it depends on. Plain values are compared as such, other frozen
                things by identity; empty mappings are all the same.
        """
        kept = self._kept.get(_key(text, catalogue, parts))
        # An id may come back as that of another snapshot; a reference does not.
        return kept.result if kept is not None and kept.catalogue() is catalogue else None

    def keep(self, text: str, catalogue: Catalogue, parts: tuple[object, ...], result: T) -> None:
        """Keep a result; its snapshot is not kept alive by it, its other parts are."""
        if len(text) > TEXT_MAX:
            return
        key = _key(text, catalogue, parts)
        if key in self._kept:
            self._drop(key)
        self._characters += len(text)
        self._kept[key] = _Kept(weakref.ref(catalogue), parts, result)
        while len(self._kept) > self._texts_max or self._characters > self._characters_max:
            self._drop(next(iter(self._kept)))

    def __len__(self) -> int:
        """Tell how many results are kept."""
        return len(self._kept)

    def _drop(self, key: _Key) -> None:
        del self._kept[key]
        self._characters -= len(key.text)


class _Key(NamedTuple):
    text: str
    catalogue: int
    parts: tuple[Hashable, ...]


class _Kept(NamedTuple, Generic[T]):
    catalogue: weakref.ref[Catalogue]
    parts: tuple[object, ...]
    """Kept alive, so that their ids cannot come back as others'."""
    result: T


def _key(text: str, catalogue: Catalogue, parts: tuple[object, ...]) -> _Key:
    return _Key(text, id(catalogue), tuple(map(_identity, parts)))


def _identity(part: object) -> Hashable:
    if isinstance(part, (bool, str, tuple, enum.Enum)):
        return part
    return "" if isinstance(part, _MAPPINGS) and not part else id(part)


_MAPPINGS = (dict, MappingProxyType)
"""By name: to ask whether a thing is any mapping takes ten times as long."""
