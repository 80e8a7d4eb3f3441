"""What tokens of masked values stand for: sealed, bounded and aged.

A token that was forgotten never comes back for another value: those given out later are longer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from bastion.core import tokens
from bastion.core.model import Sensitivity
from bastion.core.tokens import Remembered, TokenBook
from bastion.errors import StoreError
from bastion.execution.ports import Clock
from bastion.store.base import Shelf
from bastion.store.schema import mask_token_lengths, mask_tokens

PER_CLASS_MAX = 100_000
"""Tokens of one class of one target; beyond it the longest unseen are forgotten."""
KEPT_FOR = dt.timedelta(days=30)
"""After it was last shown."""
_SHOWN_AGAIN_AFTER = dt.timedelta(days=1)
_AT_ONCE = 500
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """Tokens of one class that are no longer remembered."""

    sensitivity: Sensitivity
    tags: tuple[str, ...]
    length_min: int
    """Of tokens given out from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownToken:
    """A token that was given out, and the digest of its value."""

    sensitivity: Sensitivity
    tag: str
    digest: bytes


class MaskTokens(Shelf):
    """Remembers and opens the values behind tokens."""

    async def known_tokens(self, target: str) -> tuple[list[KnownToken], list[Forgotten]]:
        """List the tokens of a target that are remembered, and the lengths to go on with."""
        held = sa.select(mask_tokens.c.sensitivity, mask_tokens.c.tag, mask_tokens.c.digest).where(
            mask_tokens.c.target == target
        )
        lengths = mask_token_lengths.select().where(mask_token_lengths.c.target == target)

        def work(connection: sa.Connection) -> tuple[list[KnownToken], list[Forgotten]]:
            known = [
                KnownToken(sensitivity=Sensitivity(row.sensitivity), tag=row.tag, digest=row.digest)
                for row in connection.execute(held)
            ]
            gone = [
                Forgotten(
                    sensitivity=Sensitivity(row.sensitivity), tags=(), length_min=row.length_min
                )
                for row in connection.execute(lengths)
            ]
            return known, gone

        return await self._database.read(work)

    async def remember_tokens(self, target: str, given: Sequence[Remembered]) -> list[Forgotten]:
        """Store tokens with their values, sealed, and forget the oldest beyond the bound.

        Raises:
            StoreError: not stored; a token stands for another value already, which only another
                process can have given out.
        """
        now = self._clock.now()

        def work(connection: sa.Connection) -> list[Forgotten]:
            for part in _portions(list({_record(target, one): one for one in given}.items())):
                self._store(connection, target, dict(part), now)
            return [
                gone
                for sensitivity in {one.sensitivity for one in given}
                if (gone := _forget(connection, target, sensitivity, now)) is not None
            ]

        return await self._database.write(work)

    async def open_tokens(self, target: str, wanted: Collection[str]) -> Mapping[str, bytes]:
        """Give the values of tokens; unknown ones are left out."""
        by_record = {}
        for token in wanted:
            sensitivity, tag = tokens.read(token)
            by_record[f"{target}/{sensitivity.value}/{tag}"] = token
        oldest = self._clock.now() - KEPT_FOR

        def work(connection: sa.Connection) -> Mapping[str, bytes]:
            found = {}
            for part in _portions(list(by_record)):
                query = mask_tokens.select().where(
                    mask_tokens.c.record.in_(part), mask_tokens.c.shown_at >= oldest
                )
                for row in connection.execute(query):
                    found[by_record[row.record]] = self._box.open(
                        row.value, table="mask_tokens", record=row.record, field="value"
                    )
            return found

        return await self._database.read(work)

    def _store(
        self,
        connection: sa.Connection,
        target: str,
        given: dict[str, Remembered],
        now: dt.datetime,
    ) -> None:
        query = sa.select(mask_tokens.c.record, mask_tokens.c.digest).where(
            mask_tokens.c.record.in_(given)
        )
        known = {row.record: row.digest for row in connection.execute(query)}
        if any(digest != given[record].digest for record, digest in known.items()):
            raise StoreError("A token was given out twice at the same moment. Run it again.")
        if known:
            connection.execute(
                mask_tokens.update().where(mask_tokens.c.record.in_(known)).values(shown_at=now)
            )
        fresh = [(record, one) for record, one in given.items() if record not in known]
        if not fresh:
            return
        sealed = self._box.seal_all(
            [(record, one.value) for record, one in fresh], table="mask_tokens", field="value"
        )
        connection.execute(
            mask_tokens.insert(),
            [
                {
                    "record": record,
                    "target": target,
                    "sensitivity": one.sensitivity.value,
                    "tag": one.tag,
                    "digest": one.digest,
                    "value": value,
                    "shown_at": now,
                }
                for (record, one), value in zip(fresh, sealed, strict=True)
            ],
        )


class StoreTokens:
    """Implements the port ``Tokens`` on the store; one for the whole process."""

    def __init__(self, store: MaskTokens, clock: Clock, key: bytes) -> None:
        """Start with nothing loaded.

        Args:
            key: of the installation's masks.
        """
        self._store = store
        self._clock = clock
        self._key = key
        self._books: dict[str, TokenBook] = {}
        self._shown: dict[tuple[str, Sensitivity, str], dt.datetime] = {}

    async def book(self, target: str) -> TokenBook:
        """Give what hands out the tokens of a target, loaded on first use."""
        found = self._books.get(target)
        if found is not None:
            return found
        book = TokenBook(self._key, target)
        known, gone = await self._store.known_tokens(target)
        for one in known:
            book.adopt(one.sensitivity, one.tag, one.digest)
        for forgotten in gone:
            book.forget(forgotten.sensitivity, (), forgotten.length_min)
        # Another session may have been faster: all of them use one book.
        return self._books.setdefault(target, book)

    async def remember(self, target: str, given: Sequence[Remembered]) -> None:
        """Remember tokens, those of the last day only once.

        Raises:
            StoreError: they could not be stored.
        """
        now = self._clock.now()
        old = dt.datetime.min.replace(tzinfo=dt.UTC)
        due = [
            one
            for one in given
            if now - self._shown.get((target, one.sensitivity, one.tag), old) > _SHOWN_AGAIN_AFTER
        ]
        if not due:
            return
        try:
            gone = await self._store.remember_tokens(target, due)
        except StoreError:
            self._books.pop(target, None)
            raise
        for one in due:
            self._shown[target, one.sensitivity, one.tag] = now
        for forgotten in gone:
            for tag in forgotten.tags:
                self._shown.pop((target, forgotten.sensitivity, tag), None)
            if target in self._books:
                self._books[target].forget(
                    forgotten.sensitivity, forgotten.tags, forgotten.length_min
                )

    async def resolve(self, target: str, tokens: Collection[str]) -> Mapping[str, bytes]:
        """Give the values that tokens stand for."""
        return await self._store.open_tokens(target, tokens)


def forget_target(connection: sa.Connection, target: str) -> None:
    """Forget all tokens of a target, in the transaction that removes it."""
    for table in (mask_tokens, mask_token_lengths):
        connection.execute(table.delete().where(table.c.target == target))


def _record(target: str, one: Remembered) -> str:
    return f"{target}/{one.sensitivity.value}/{one.tag}"


def _forget(
    connection: sa.Connection, target: str, sensitivity: Sensitivity, now: dt.datetime
) -> Forgotten | None:
    """Drop what is too old, and the oldest beyond the bound with some room to go on."""
    own = (mask_tokens.c.target == target) & (mask_tokens.c.sensitivity == sensitivity.value)
    before = now - KEPT_FOR
    count = connection.scalar(sa.select(sa.func.count()).where(own)) or 0
    if count > PER_CLASS_MAX:
        place = PER_CLASS_MAX * 9 // 10
        newest_first = sa.select(mask_tokens.c.shown_at).where(own)
        edge = connection.scalar(
            newest_first.order_by(mask_tokens.c.shown_at.desc()).offset(place).limit(1)
        )
        before = max(before, edge) if edge is not None else before
    old = own & (mask_tokens.c.shown_at < before)
    tags = list(connection.scalars(sa.select(mask_tokens.c.tag).where(old)))
    if not tags:
        return None
    connection.execute(mask_tokens.delete().where(old))
    length = max(map(len, tags)) + 1
    place_of = {"target": target, "sensitivity": sensitivity.value}
    held = mask_token_lengths.select().filter_by(**place_of)
    row = connection.execute(held).one_or_none()
    length = max(length, row.length_min) if row is not None else length
    connection.execute(mask_token_lengths.delete().filter_by(**place_of))
    connection.execute(mask_token_lengths.insert().values(length_min=length, **place_of))
    return Forgotten(sensitivity=sensitivity, tags=tuple(tags), length_min=length)


def _portions(items: list[_T]) -> Iterator[Iterable[_T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
