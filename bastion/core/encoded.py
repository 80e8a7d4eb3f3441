"""What a text writes in base64 or in hexadecimal, so that its names and values are not read."""

from __future__ import annotations

import base64
import re


def decoded(value: str) -> str | None:
    """Give the document that a text writes another way; None where there is none."""
    raw = _raw(value, _HEX, _BASE64)
    words = "" if raw is None else raw.decode("utf-8", "ignore")
    return words if words.lstrip()[:1] in ("{", "[", "<") else None


def text_of(value: str) -> str | None:
    """Give the text that a long one writes another way; None for keys, digests and plain words."""
    raw = _raw(value, _ANY_HEX, _ANY_BASE64)
    try:
        words = None if raw is None else raw.decode()
    except UnicodeDecodeError:
        return None
    return words if words is not None and _PRINTED.fullmatch(words) else None


def _raw(value: str, as_hex: re.Pattern[str], as_base64: re.Pattern[str]) -> bytes | None:
    """Give the bytes of a text in one of two forms; what was cut off at its end is left out."""
    text = "".join(value.split())
    try:
        if as_hex.fullmatch(text):
            return bytes.fromhex(text[: len(text) // 2 * 2])
        if as_base64.fullmatch(text):
            return base64.b64decode(text[: len(text) // 4 * 4].translate(_URL_SAFE))
    except ValueError:
        return None
    return None


_ANY_HEX = re.compile(r"[0-9a-fA-F]{24,}")
_ANY_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_PRINTED = re.compile(r"[^\x00-\x08\x0e-\x1f\x7f]*")

# What a document begins with, perhaps behind white space, so that few words are decoded.
_HEX = re.compile(r"(?:0[9ad]|20)*(?:7[bB]|5[bB]|3[cC])[0-9a-fA-F]{14,}")
_BASE64 = re.compile(r"(?:[eWPICD][A-Za-z0-9+/_-]{11,})={0,2}")
_URL_SAFE = str.maketrans("-_", "+/")
