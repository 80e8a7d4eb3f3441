"""Commitments to lines and cells, written from the format alone: shares no line with recordings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator


def u64(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(8, "big") for number in numbers)


def micros(raw: bytes) -> int:
    return int(raw[1 : raw.index(b",")].replace(b".", b""))


def spelt(time_us: int, code: str, fields: object) -> bytes:
    text = fields
    if not isinstance(fields, str):
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    second = f"{time_us // 10**6}.{time_us % 10**6:06d}"
    return f'[{second}, "{code}", {json.dumps(text, ensure_ascii=False)}]'.encode()


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def code_of(raw: bytes) -> str:
    return "" if raw[:1] == b"{" else json.loads(raw)[1]


def fields_of(raw: bytes, time_us: int | None = None) -> dict:
    """Read the JSON of a line; one that no digest covers must be spelt as written."""
    fields = json.loads(json.loads(raw)[2])
    if time_us is not None and raw != spelt(time_us, code_of(raw), fields) + b"\n":
        raise ValueError
    return fields


def unhex(text: str) -> bytes:
    if text != text.lower().strip() or " " in text:
        raise ValueError
    return bytes.fromhex(text)


def sixteens(data: bytes) -> Iterator[bytes]:
    if len(data) % 16:
        raise ValueError
    return iter([data[at : at + 16] for at in range(0, len(data), 16)])


def cells_leaf(salt: bytes, shown: bytes, grid: bytes, cut: dict) -> bytes:
    """Commit to a line by its cells; ``cut`` says what stands for some, in a redacted copy."""
    gone = {1 + place: (words.encode(), part) for place, words, part in cut.get("removed", ())}
    text, spans, at = json.loads(shown)[2], fields_of(grid)["spans"], 0
    data, texts = text.encode(), [u64(micros(shown))]
    for gap, size in zip(spans[::2], spans[1::2], strict=True):
        end = at + gap + (len(gone[len(texts)][0]) if len(texts) in gone else size)
        texts[0] += data[at : at + gap]
        texts.append(data[at + gap : end])
        at = end
    texts[0] += data[at:]
    mixed = hashlib.shake_128(b"bastion recording cell salts 4\n" + salt)
    salts = sixteens(unhex(cut["salts"]) if cut else mixed.digest(16 * len(texts)))
    parts = [
        unhex(gone[number][1])
        if number in gone
        else sha(b"bastion recording cell 4\n", next(salts, b"none"), one)
        for number, one in enumerate(texts)
    ]
    is_said = all(texts[number] == words for number, (words, _) in gone.items())
    is_whole = at <= len(data) and not list(salts) and list(gone) == sorted(gone)
    if not is_said or not is_whole or shown != spelt(micros(shown), "o", text) + b"\n":
        raise ValueError
    return sha(b"bastion recording cells 4\n", *parts)


def given_salts(frame: int, us: int, last: bytes) -> Iterator[bytes]:
    """Read the salts of the lines that are left in a frame of a redacted copy."""
    if frame == 0:
        return iter([bytes(16)] * 2)
    if code_of(last) != "h":
        raise ValueError
    return sixteens(unhex(fields_of(last, us)["salts"]))


def leaves(key: bytes, frame: int, us: int, lines: list[bytes]) -> tuple[list[bytes], int]:
    """Give the leaves of a body's lines, and its length in the recording itself."""
    numbers = range(len(lines))
    salts = (sha(b"bastion recording salt 2\n", key, u64(frame, place))[:16] for place in numbers)
    if frame == 0 or not key:
        salts = given_salts(frame, us, lines[-1])
        lines = lines[:-1] if frame else lines
    found, length, codes = [], 0, [*map(code_of, lines), "", ""]
    for place, raw in enumerate(lines):
        code, behind, size, cut = codes[place], codes[place + 1 : place + 3], len(raw), {}
        if code == "z":
            if codes[place - 2 : place] != ["o", "g"]:
                raise ValueError
            continue
        if code == "y":
            fields = fields_of(raw, us)
            leaf, size = unhex(fields["commitment"]), fields["length"]
        elif code == "o" and behind[0] == "g":
            if behind[1] == "z" and not key:
                cut = fields_of(lines[place + 2], us)
                size = cut["length"]
            leaf = cells_leaf(b"" if cut else next(salts, b""), raw, lines[place + 1], cut)
        else:
            leaf = sha(b"bastion recording line 2\n", next(salts, b"none"), raw)
        found.append(leaf)
        length += size
    if frame and not key and list(salts):
        raise ValueError
    return found, length
