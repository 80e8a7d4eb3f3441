"""Which rows a write touches, by their keys, kept so that no key can be read back.

A yes covers the rows that were seen: their keys are taken when the statement is measured, and
taken again, locked, inside the transaction that commits. Keys may themselves be sensitive, so only
keyed digests are kept.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bastion.core.model import KeySet, Row

TAGS_MAX = 1000
"""Up to so many keys each has a tag of its own, and fewer rows than approved may be touched. Of
more only all together are digested, and any difference is one."""

_TAG_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class AlongGuard:
    """What a foreign key may do to rows of another table, at most."""

    count_sql: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverGuard:
    """How many rows that are there a write may change, where the server itself counts them.

    Of an INSERT, and of the one part of a WITH that changes rows.
    """

    schema: str
    table: str
    given: int | None
    """How many rows VALUES give; None: of a query the server says how many."""
    most: int
    """Where these rows were approved one by one, so many of them as were locked and written."""

    def refusal(self, done: int, most: int) -> str:
        """Say by how much it went too far; empty where it did not."""
        if done <= most:
            return ""
        rows = "1 row" if done == 1 else f"{done:,} rows"
        return f"The statement would change {rows} that are there, and {most:,} were approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyGuard:
    """What a write's transaction must find before it may write, and after."""

    approved: KeySet
    lock_sql: str
    """Selects the keys of the rows to be touched, and locks these rows."""
    look_sql: str
    """PostgreSQL: the same without locks, for a role that may not take them."""
    left_sql: str
    """PostgreSQL: selects which of the positions ``$1`` still hold what they held; else empty."""
    place_columns: int
    """How many columns in front of the key tell where a row lies; PostgreSQL: table and ctid."""
    are_alike: bool
    """They are known by all they hold, as what is added is: one alike may come more than once."""
    inserts_max: int
    """How many rows beside these may be added: by MERGE, or by an INSERT that writes anew what is
    there."""
    parts: tuple[int, ...] = ()
    """Of a write to several tables: how many columns of the key are each one's."""
    weight: int = 1
    """How often the server counts a row that it writes: MySQL one that is written anew twice."""
    secret: bytes = field(repr=False)
    along: tuple[AlongGuard, ...] = ()
    """Asked once the rows are locked: from then on no other row can come to point at them."""

    def refusal(self, rows: Iterable[Row]) -> str:
        """Compare the rows of ``lock_sql`` with those approved; empty when they are covered."""
        found = digest_keys(
            (row[self.place_columns :] for row in rows),
            secret=self.secret,
            salt=self.approved.salt,
            columns=self.approved.columns,
            are_alike=self.are_alike,
        )
        if covers(self.approved, found):
            return ""
        approved = self.approved.count
        if found.count > approved:
            return f"The statement would touch {found.count} rows, and {approved} were approved"
        return f"The statement would touch other rows than the {approved} that were approved"

    def count(self, rows: Sequence[Row]) -> int:
        """Tell how many rows these are; one that joins several others comes once for each."""
        return len(rows) if self.are_alike else sum(count_by_table(rows, self.parts))


def count_by_table(rows: Sequence[Row], parts: Sequence[int]) -> list[int]:
    """Tell how many rows of each table their keys name; one that is not joined has none."""
    counts: list[int] = []
    start = 0
    for width in parts or (len(rows[0]) if rows else 0,):
        found = {row[start : start + width] for row in rows}
        counts.append(len(found - {(None,) * width}))
        start += width
    return counts


def words_for_along(most: int) -> str:
    """Say that foreign keys would do it to more rows than were approved."""
    rows = "1 row was" if most == 1 else f"{most:,} rows were"
    return f"Foreign keys would take more rows of other tables along than approved, {rows}"


def digest_keys(
    rows: Iterable[Row],
    *,
    secret: bytes,
    salt: str,
    columns: tuple[str, ...],
    are_alike: bool = False,
) -> KeySet:
    """Digest the set of keys in ``rows``; order does not matter, nor repetition of rows that are.

    Args:
        secret: keys the digests; another one for each installation.
        salt: another one for each request: who sees two digests must not learn that what one
            statement would add is what another says.
        columns: of the key, each row has as many cells; empty: position and version of the row.
        are_alike: each row counts, else it would be told how many are.
    """
    words = "\0".join(("keys of rows", *columns, *([salt] if salt else ())))
    secret = hmac.digest(secret, words.encode(), "sha256")
    tags = sorted(hmac.digest(secret, _framed(row), "sha256")[:_TAG_BYTES] for row in rows)
    tags = tags if are_alike else sorted(set(tags))
    joined = b"".join(tags)
    return KeySet(
        columns=columns,
        count=len(tags),
        digest=hashlib.sha256(joined).hexdigest(),
        tags=joined.hex() if len(tags) <= TAGS_MAX else "",
        salt=salt,
    )


def covers(approved: KeySet, found: KeySet) -> bool:
    """Tell whether all rows found are among those approved."""
    if approved.columns != found.columns or found.count > approved.count:
        return False
    if found.count == approved.count:
        return hmac.compare_digest(found.digest, approved.digest)
    return bool(approved.tags) and _tags(found) <= _tags(approved)


def _tags(keys: KeySet) -> Counter[str]:
    size = _TAG_BYTES * 2
    return Counter(keys.tags[start : start + size] for start in range(0, len(keys.tags), size))


def _framed(row: Row) -> bytes:
    """Join the cells, each with its length, so that none can run into another."""
    parts: list[bytes] = []
    for cell in row:
        parts.append((-1 if cell is None else len(cell)).to_bytes(8, "big", signed=True))
        parts.append(cell or b"")
    return b"".join(parts)
