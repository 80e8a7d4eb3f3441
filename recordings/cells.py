r"""Salted commitments to single cells, so that some can be taken out of a line of output.

From format version 4 on, an ``o`` line that shows cells of a result is followed by a ``g`` line
that says which of its bytes they are. Such an ``o`` line is committed to in parts::

    leaf   = SHA-256("bastion recording cells 4\n" | part_0 | part_1 | … )
    part_j = SHA-256("bastion recording cell 4\n" | salt_j | text_j)
    text_0 = time_us, 8 bytes, and what stands around the cells; text_j = the j-th cell; in UTF-8
    salts  = SHAKE-128("bastion recording cell salts 4\n" | salt of the line), 16 bytes each

In a redacted copy other words may stand for a cell. Then a ``z`` line follows with these words and
the part of each such cell, with the salts of all other parts, and with the length of the ``o``
line. The salt of the line, from which all come, is left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

from recordings.errors import FormatError
from recordings.events import Shown, line, parse_line, read_grid

GRID_MARK = b', "g", "'
_SALT_BYTES = 16
_PART_BYTES = 32
_SALTS_DOMAIN = b"bastion recording cell salts 4\n"
_CELL_DOMAIN = b"bastion recording cell 4\n"
_CELLS_DOMAIN = b"bastion recording cells 4\n"
_SHOWN_END = b'"]\n'
_ESCAPE = re.compile(rb"\\(?:u.{4}|.)")
_ESCAPES = frozenset(
    json.dumps(chr(code)).encode()[1:-1] for code in (*range(0x20), ord('"'), ord("\\"))
)
"""All that are written; JSON has others for the same text."""
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


def take_apart(
    shown_line: bytes, grid_line: bytes, words: Mapping[int, str] | None = None
) -> Shown:
    """Take an ``o`` line apart by its ``g`` line.

    Args:
        words: in a redacted copy, what stands there for some cells.

    Raises:
        FormatError: the lines do not fit each other, or are not spelt as written.
    """
    time_us, _, text = parse_line(shown_line)
    # What is committed to is text, so only one spelling of it may pass.
    around = line(time_us, "o", "").removesuffix(_SHOWN_END)
    is_framed = shown_line.startswith(around) and shown_line.endswith(_SHOWN_END)
    if not is_framed or not _ESCAPES.issuperset(_ESCAPE.findall(shown_line, len(around))):
        raise FormatError("a line that shows cells is misspelt")
    spans = list(read_grid(parse_line(grid_line)[2]).spans)
    for index, said in (words or {}).items():
        if not 0 <= index < len(spans) // 2:
            raise FormatError("a cell was taken out that is not there")
        spans[2 * index + 1] = len(said.encode())
    data = text.encode()
    if sum(spans) > len(data):
        raise FormatError("a line is shorter than its cells")
    return Shown.of(time_us, data, spans)


def salts(salt_of_line: bytes, count: int) -> list[bytes]:
    """Give the salts of the parts of a line."""
    data = hashlib.shake_128(_SALTS_DOMAIN + salt_of_line).digest(_SALT_BYTES * count)
    return [data[at : at + _SALT_BYTES] for at in range(0, len(data), _SALT_BYTES)]


def part(salt_of_part: bytes, text: bytes) -> bytes:
    """Commit to one part."""
    return hashlib.sha256(_CELL_DOMAIN + salt_of_part + text).digest()


def leaf_of_parts(parts: Sequence[bytes]) -> bytes:
    """Commit to a line by the commitments to its parts."""
    return hashlib.sha256(_CELLS_DOMAIN + b"".join(parts)).digest()


def shown_leaf(salt_of_line: bytes, shown: Shown) -> bytes:
    """Commit to an ``o`` line that shows cells."""
    texts = shown.parts()
    of_parts = salts(salt_of_line, len(texts))
    domain, sha256 = _CELL_DOMAIN, hashlib.sha256
    # As ``part`` does it; there are many.
    parts = [
        sha256(domain + salt + text).digest() for salt, text in zip(of_parts, texts, strict=True)
    ]
    return leaf_of_parts(parts)


def cut_lines(
    time_us: int, salt_of_line: bytes, pair: tuple[bytes, bytes], words: Mapping[int, str]
) -> bytes:
    """Write what stands in a redacted copy for an ``o`` line and its ``g`` line.

    Args:
        time_us: of the frame.
        words: what stands for each cell that is taken out, by its place in the line.
    """
    shown = take_apart(*pair)
    texts = shown.parts()
    of_parts = salts(salt_of_line, len(texts))
    removed = [
        [index, words[index], part(of_parts[index + 1], shown.cells[index]).hex()]
        for index in sorted(words)
    ]
    kept = [salt for number, salt in enumerate(of_parts) if number - 1 not in words]
    fields = {"length": len(pair[0]), "removed": removed, "salts": b"".join(kept).hex()}
    return shown.line(words) + pair[1] + line(time_us, "z", _spelt(fields))


def cut_leaf(
    time_us: int, shown_line: bytes, grid_line: bytes, cut: bytes
) -> tuple[bytes, int, int]:
    """Compute what three lines of a redacted copy stand for.

    Returns:
        Leaf and length of the ``o`` line of the recording, and how many cells are missing.

    Raises:
        FormatError: they do not fit each other, or are not spelt as written.
    """
    _, _, text = parse_line(cut)
    try:
        length, removed, kept = _read_cut(json.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        raise FormatError("cells that were taken out are garbled") from error
    if line(time_us, "z", text) != cut or _spelt(json.loads(text)) != text:
        raise FormatError("cells that were taken out are misspelt")
    words = {index: said for index, (said, _) in removed.items()}
    shown = take_apart(shown_line, grid_line, words)
    if shown.line(words) != shown_line:
        raise FormatError("other words stand in place of a cell than were said")
    texts = shown.parts()
    if len(kept) + len(removed) != len(texts):
        raise FormatError("a cell has no salt, or a salt no cell")
    left = iter(kept)
    parts = [
        removed[number - 1][1] if number - 1 in removed else part(next(left), text)
        for number, text in enumerate(texts)
    ]
    return leaf_of_parts(parts), length, len(removed)


def _read_cut(fields: object) -> tuple[int, dict[int, tuple[str, bytes]], list[bytes]]:
    match fields:
        case {"length": int() as length, "removed": [*found], "salts": str() as hexed}:
            removed = {int(index): (str(said), _unhex(of_part)) for index, said, of_part in found}
            data = _unhex(hexed)
        case _:
            raise ValueError
    is_ordered = list(removed) == sorted(removed) and len(removed) == len(found)
    sizes = {len(of_part) for _, of_part in removed.values()} | {_PART_BYTES}
    if not is_ordered or len(sizes) > 1 or len(data) % _SALT_BYTES or length < 0:
        raise ValueError
    return length, removed, [data[at : at + 16] for at in range(0, len(data), _SALT_BYTES)]


def _unhex(text: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise ValueError
    return bytes.fromhex(text)


def _spelt(fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
