"""A second verifier, written from the format alone: shares no line with ``recordings``."""

import hashlib
import json
from pathlib import Path
from struct import error, pack

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey as Key

WRONG = (AssertionError, ValueError, LookupError, RuntimeError, TypeError, error, InvalidSignature)
spelt = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def pieces(text: str, size: int) -> list[bytes]:
    found = [bytes.fromhex(text[at : at + 2 * size]) for at in range(0, len(text), 2 * size)]
    assert b"".join(found).hex() == text and all(len(one) == size for one in found)  # noqa: PT018
    return found


class Line:
    def __init__(self, raw: bytes) -> None:
        self.raw, self.us, self.code, self.text, self.fields = raw + b"\n", 0, "", "", {}
        if raw[:1] != b"{":
            self.us = int(raw[1:20].partition(b",")[0].replace(b".", b""))
            _, self.code, self.text = json.loads(raw)
            assert raw == f'[{self.us / 1e6:.6f}, "{self.code}", {spelt(self.text)}]'.encode()
        if self.code in ("c", "g", "h", "s", "y", "z"):
            self.fields = json.loads(self.text)
            assert self.text == spelt(self.fields)


def cells_leaf(salts: list[bytes], shown: Line, spans: list[int], removed: list[list]) -> bytes:
    """Commit to a line by its cells; where one was removed, words stand, and a digest is known."""
    gone = {cell: (words.encode(), pieces(digest, 32)[0]) for cell, words, digest in removed}
    assert [cell for cell, _, _ in removed] == sorted(gone)
    data, around, at, first, cells = shown.text.encode(), pack(">Q", shown.us), 0, salts.pop(0), []
    for cell, (gap, size) in enumerate(zip(spans[::2], spans[1::2], strict=True)):
        around, at = around + data[at : at + gap], at + gap
        words, digest = gone.pop(cell, (data[at : at + size].ljust(size), b""))
        assert data[at : at + len(words)] == words
        at += len(words)
        cells.append(digest or sha(b"bastion recording cell 4\n", salts.pop(0), words))
    assert [*gone, *salts] == []
    around = sha(b"bastion recording cell 4\n", first, around, data[at:])
    return sha(b"bastion recording cells 4\n", around, *cells)


def frame_leaves(key: bytes, frame: int, lines: list[Line]) -> tuple[list[bytes], int]:
    """Give the leaves of a frame's lines, and how long these are in the recording itself."""
    salt = b"bastion recording salt 2\n" + key + pack(">Q", frame)
    salts = [sha(salt, pack(">Q", n))[:16] if frame else bytes(16) for n in range(len(lines))]
    if frame and not key:
        salts = pieces(lines.pop().fields["salts"], 16)
    leaves, length = [], 0
    while lines:
        line = lines.pop(0)
        behind, cut = "".join(other.code for other in lines[:2]), {}
        if line.code == "y" and not key:
            cut, leaf = line.fields, pieces(line.fields["commitment"], 32)[0]
        elif line.code == "o" and behind[:1] == "g":
            cut = lines.pop(1).fields if behind == "gz" and not key else {}
            spans, salt = lines[0].fields["spans"], b"" if cut else salts.pop(0)
            mixed = hashlib.shake_128(b"bastion recording cell salts 4\n" + salt)
            of_cells = pieces(cut.get("salts") or mixed.hexdigest(16 + 8 * len(spans)), 16)
            leaf = cells_leaf(of_cells, line, spans, cut.get("removed", []))
        else:
            leaf = sha(b"bastion recording line 2\n", salts.pop(0), line.raw)
        leaves, length = [*leaves, leaf], length + cut.get("length", len(line.raw))
    assert frame == 0 or not salts
    return leaves, length


def walk(data: bytes, key: Key) -> tuple[str, list[tuple[str, int]], bool]:
    """Follow the chain: session, head and end of each frame, and whether it is sealed."""
    raws, ends, head, end, body, seen = data.split(b"\n"), [], bytes(32), 0, [], hashlib.sha256()
    due, is_late = (64, 2**18, 5_000_000), False
    session, version = map(json.loads(raws[0])["bastion"].get, ("session_id", "format_version"))
    salt_key = bytes.fromhex(Line(raws[1]).fields.get("salt_key", ""))
    for number, line in enumerate(map(Line, raws[:-1]), 1):
        if line.code == "s" and not body:
            said = {"frames": len(ends), "head": head.hex(), "bytes": end}
            if version > 2:
                said["sha256"] = seen.hexdigest() if salt_key else line.fields["sha256"]
            final, signature = line.fields["is_final"] is True, line.fields["signature"]
            assert line.text == spelt(said | {"is_final": final, "signature": signature})
            place = pack(">QQQQ?", len(session.encode()), len(ends), end, line.us, final) + head
            place += b"".join(pieces(said.get("sha256", ""), 32)) + session.encode()
            message = b"bastion recording seal %d\n" % (len(said) - 2) + place
            key.verify(pieces(signature, 64)[0], message)
            if final:
                assert raws[number:] == [b""]
                return session, [*ends[:-1], (head.hex(), end + len(line.raw))], True
            due, is_late = (len(ends) + 64, end + 2**18, line.us + 5_000_000), False
        seen.update(line.raw)
        body.append(line)
        if line.code == "c":
            leaves, length = [one.raw for one in body[:-1]], sum(len(one.raw) for one in body[:-1])
            if version > 1:
                assert {line.us} >= {one.us for one in body if one.code in ("h", "y", "z")}
                leaves, length = frame_leaves(salt_key, len(ends), body[:-1])
            head += pack(">QQQ", len(ends), line.us, length) + sha(*leaves)
            head = sha(b"bastion recording frame %d\n" % min(version, 2), head)
            assert line.text == spelt({"frame": len(ends), "head": head.hex()})
            is_late |= bool(ends) and any(map(int.__ge__, (len(ends), end, line.us), due))
            body, end = [], end + length + len(line.raw)
            ends.append((head.hex(), end))
    assert [body, raws[-1], version == 1 or bool(salt_key), is_late] == [[], b"", True, False]
    return session, ends, False


def audit_rows(path: Path, key: Key) -> list[dict]:
    rows, previous = [], "0" * 64
    for raw in path.read_bytes().split(b"\n")[:-1]:
        row, digest = json.loads(raw), sha(b"bastion audit row 1\n", raw[: raw.rindex(b',"hash":')])
        assert [row["seq"], row["prev"], row["hash"]] == [len(rows) + 1, previous, digest.hex()]
        key.verify(pieces(row["sig"], 64)[0], b"bastion audit row 1\n" + digest)
        previous = sha(b"bastion audit line 1\n", raw).hex()
        rows.append(row)
    seq, at, signature = json.loads(path.with_name(path.name + ".head").read_bytes()).values()
    key.verify(pieces(signature, 64)[0], b"bastion audit head 1\n" + pack(">Q", seq) + at.encode())
    assert rows[seq - 1]["hash"] == at
    return rows


def is_right(path: Path, key: Key, audit: Path | None = None) -> bool:
    try:
        session, ends, is_sealed = walk(path.read_bytes(), key)
        rows = [] if audit is None else audit_rows(audit, key)
        stands = dict(zip(("head", "bytes"), ends[-1], strict=True), frame=len(ends) - 1)
    except WRONG:
        return False
    of_us = {r["event"]: r["fields"] for r in rows[::-1] if r["fields"].get("session") == session}
    met = [row["fields"].get(session) for row in rows if row["event"] == "recording.reached"]
    is_kept = all(h in dict(ends[int(n) :][:1]) for n, h, _ in map(str.split, filter(None, met)))
    closed = of_us.get("recording.sealed" if is_sealed else "recording.crashed", stands)
    is_ours = "recording.opened" in of_us or (is_sealed and (not audit or closed is not stands))
    is_open = is_ours and (is_sealed or "recording.sealed" not in of_us)
    return is_kept and is_open and stands.items() <= closed.items()
