"""MariaDB's dynamic columns: a blob of names and values, ``COLUMN_CREATE('ssn', …)``.

Source: MariaDB ``mysys/ma_dyncol.c``. Only the header is read, since it is what tells.
"""

from __future__ import annotations

_IS_NAMED = 0x04
_FLAGS = 0x07
_SIZE_BITS = 0x03
_HEADER = 5
"""Flags, number of columns, bytes of names."""


def column_names(blob: bytes) -> tuple[str, ...]:
    """Give the names in such a blob, of which the end may be missing; none where it is no such."""
    if len(blob) < _HEADER or not blob[0] & _IS_NAMED or blob[0] & ~_FLAGS:
        return ()
    count, names_size = (int.from_bytes(blob[at : at + 2], "little") for at in (1, 3))
    # An offset of the name, then type and offset of the value.
    entry = 2 + (blob[0] & _SIZE_BITS) + 2
    pool_at = _HEADER + count * entry
    starts = [int.from_bytes(blob[at : at + 2], "little") for at in range(_HEADER, pool_at, entry)]
    ends = [*starts[1:], names_size]
    if not starts or starts[0] != 0 or any(map(int.__gt__, starts, ends)):
        return ()
    pool = blob[pool_at : pool_at + names_size]
    return tuple(
        pool[start:end].decode("utf-8", "replace") for start, end in zip(starts, ends, strict=True)
    )
