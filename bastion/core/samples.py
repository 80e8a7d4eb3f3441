"""Rows that a write would touch, in lines that a reviewer reads."""

from __future__ import annotations

from collections.abc import Iterator

from bastion.core.model import KeySet, Sample, SampleRow

_SHOWN_CHARACTERS = 32
"""Of a cell, so that a row is a line or two; the JSON form has more."""


def keys_text(keys: KeySet) -> str:
    """Say which rows a yes covers: ``99 rows by id, digest 3f2a9c…``."""
    by = ", ".join(keys.columns) or "position and version"
    rows = "1 row" if keys.count == 1 else f"{keys.count:,} rows"
    return f"{rows} by {by}, digest {keys.digest[:12]}"


def sample_lines(sample: Sample) -> Iterator[str]:
    """Write a line for each row, ``id 5: status new → paid``; then which columns are masked."""
    for row in sample.rows:
        key = ", ".join(
            f"{name} {_shown(cell)}"
            for name, cell in zip(sample.key_columns, row.key, strict=False)
        )
        changes = ", ".join(_changes(sample, row))
        yield f"{key}: {changes}" if key else changes
    if sample.masked:
        yield "masked: " + ", ".join(f"{name} ({kind})" for name, kind in sample.masked)


def _changes(sample: Sample, row: SampleRow) -> Iterator[str]:
    for place, name in enumerate(sample.columns):
        before = _shown(row.before[place])
        if row.after:
            yield f"{name} {before} → {_shown(row.after[place])}"
        else:
            yield f"{name} {before}"


def _shown(cell: str | None) -> str:
    if cell is None:
        return "NULL"
    shown = cell if len(cell) <= _SHOWN_CHARACTERS else f"{cell[: _SHOWN_CHARACTERS - 1]}…"
    return shown or "''"
