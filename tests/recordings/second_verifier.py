"""A second verifier, written from the format alone: shares no line with ``recordings``."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def u64(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(8, "big") for number in numbers)


def micros(raw: bytes) -> int:
    return int(raw[1 : raw.index(b",")].replace(b".", b""))


def spelt(time_us: int, code: str, fields: dict[str, object]) -> bytes:
    text = json.dumps(json.dumps(fields, separators=(",", ":")))
    return f'[{time_us // 10**6}.{time_us % 10**6:06d}, "{code}", {text}]'.encode()


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def head_of(version: int, key: bytes, start: bytes, frame: int, us: int, lines: list[bytes]):
    leaves = lines
    if version > 1:
        salts = [sha(b"bastion recording salt 2\n", key, u64(frame, i)) for i in range(len(lines))]
        salts = [salt[:16] if frame else bytes(16) for salt in salts]
        leaves = [sha(b"bastion recording line 2\n", salts[i], raw) for i, raw in enumerate(lines)]
    start += u64(frame, us, sum(map(len, lines)))
    return sha(b"bastion recording frame %d\n" % min(version, 2), start, sha(*leaves))


def signed(key: Ed25519PublicKey, signature: str, message: bytes) -> bool:
    with contextlib.suppress(InvalidSignature, ValueError):
        key.verify(bytes.fromhex(signature), message)
        return signature == signature.lower()
    return False


def check_seal(raw: bytes, key: Ed25519PublicKey, session: str, place: tuple[object, ...]) -> bool:
    fields, name = json.loads(json.loads(raw)[2]), session.encode()
    *said, is_final, signature = fields.values()
    message = b"bastion recording seal %d\n" % (len(place) - 2) + u64(len(name), place[0], place[2])
    message += u64(micros(raw)) + bytes([is_final]) + bytes.fromhex("".join(place[1::2])) + name
    names = [*["frames", "head", "bytes", "sha256"][: len(place)], "is_final", "signature"]
    is_spelt = [raw, *said, *fields] == [spelt(micros(raw), "s", fields), *place, *names]
    if not is_spelt or not signed(key, signature, message):
        raise ValueError
    return is_final is True


def walk(data: bytes, key: Ed25519PublicKey) -> tuple[str, list[tuple[str, int]], bool]:
    ends, session, offset, body, salt_key, head = [], "", 0, [], b"", bytes(32)
    *lines, rest = data.split(b"\n")
    for number, raw in enumerate(lines):
        code = "" if raw[:1] == b"{" else json.loads(raw)[1]
        if number == 0:
            session, version = map(json.loads(raw)["bastion"].get, ("session_id", "format_version"))
        if number == 1 and version > 1:
            salt_key = bytes.fromhex(json.loads(json.loads(raw)[2])["salt_key"])
        digest = [sha(data[:offset]).hex()] if code == "s" and version > 2 else []
        place = (len(ends), head.hex(), offset, *digest)
        if code == "s" and not body and check_seal(raw, key, session, place):
            if rest or number != len(lines) - 1:
                raise ValueError
            return session, [*ends[:-1], (head.hex(), len(data))], True
        if code != "c":
            body.append(raw + b"\n")
        else:
            time_us = micros(raw)
            head = head_of(version, salt_key, head, len(ends), time_us, body)
            if raw != spelt(time_us, "c", {"frame": len(ends), "head": head.hex()}):
                raise ValueError
            body = []
            ends.append((head.hex(), offset + len(raw) + 1))
        offset += len(raw) + 1
    if body or rest or not ends:
        raise ValueError
    return session, ends, False


def audit_rows(path: Path, key: Ed25519PublicKey) -> list[dict[str, object]]:
    rows, previous = [], "0" * 64
    for raw in path.read_bytes().split(b"\n")[:-1]:
        row = json.loads(raw)
        digest = sha(b"bastion audit row 1\n", raw[: raw.rindex(b',"hash":')])
        ok = row["prev"] == previous and row["seq"] == len(rows) + 1 and row["hash"] == digest.hex()
        if not ok or not signed(key, row["sig"], b"bastion audit row 1\n" + digest):
            raise ValueError
        previous = sha(b"bastion audit line 1\n", raw).hex()
        rows.append(row)
    seq, at, name = json.loads(path.with_name(path.name + ".head").read_bytes()).values()
    is_signed = signed(key, name, b"bastion audit head 1\n" + u64(seq) + at.encode())
    if not is_signed or rows[seq - 1]["hash"] != at:
        raise ValueError
    return rows


def is_right(path: Path, key: Ed25519PublicKey, audit: Path | None = None) -> bool:
    try:
        session, ends, is_sealed = walk(path.read_bytes(), key)
        rows = [] if audit is None else audit_rows(audit, key)
    except (ValueError, KeyError, IndexError, TypeError):
        return False
    known = {row["event"]: row["fields"] for row in rows if row["fields"].get("session") == session}
    seen = [x["fields"] for x in rows if x["event"] == "recording.reached"]
    places = (fields[session].split() for fields in seen if session in fields)
    is_cut = any(head not in dict(ends[int(frame) :][:1]) for frame, head, _ in places)
    closed = known.get("recording.sealed" if is_sealed else "recording.crashed")
    stands = {"session": session, "frame": len(ends) - 1, "head": ends[-1][0], "bytes": ends[-1][1]}
    is_open = is_sealed or ("recording.opened" in known and "recording.sealed" not in known)
    return is_open and not is_cut and stands.items() <= (closed or stands).items()
