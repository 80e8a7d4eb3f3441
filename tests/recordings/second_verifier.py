"""A second verifier, written from the format alone: shares no line with ``recordings``."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.recordings.second_leaves import fields_of, leaves, micros, sha, spelt, u64


def head_of(version: int, key: bytes, start: bytes, frame: int, us: int, lines: list[bytes]):
    found, length = lines, sum(map(len, lines))
    if version > 1:
        found, length = leaves(key, frame, us, lines)
    start += u64(frame, us, length)
    return sha(b"bastion recording frame %d\n" % min(version, 2), start, sha(*found)), length


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
    ends, session, read, offset, body, salt_key, head = [], "", 0, 0, [], b"", bytes(32)
    *lines, rest = data.split(b"\n")
    for number, raw in enumerate(lines):
        code = "" if raw[:1] == b"{" else json.loads(raw)[1]
        if number == 0:
            session, version = map(json.loads(raw)["bastion"].get, ("session_id", "format_version"))
        if number == 1 and version > 1:
            salt_key = bytes.fromhex(fields_of(raw).get("salt_key", ""))
        digest = [sha(data[:read]).hex()] if code == "s" and version > 2 else []
        if digest and not salt_key:
            digest = [fields_of(raw)["sha256"]]
        place = (len(ends), head.hex(), offset, *digest)
        read += len(raw) + 1
        if code == "s" and not body and check_seal(raw, key, session, place):
            if rest or number != len(lines) - 1:
                raise ValueError
            return session, [*ends[:-1], (head.hex(), offset + len(raw) + 1)], True
        if code != "c":
            body.append(raw + b"\n")
        else:
            time_us = micros(raw)
            head, length = head_of(version, salt_key, head, len(ends), time_us, body)
            if raw != spelt(time_us, "c", {"frame": len(ends), "head": head.hex()}):
                raise ValueError
            body, offset = [], offset + length + len(raw) + 1
            ends.append((head.hex(), offset))
    if body or rest or not ends or (version > 1 and not salt_key):
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
