"""What a text writes in base64 or in hexadecimal, so that its names and values are not read."""

from __future__ import annotations

import base64
import re


def decoded(value: str) -> str | None:
    """Give the document that a text writes another way; None where there is none."""
    text = "".join(value.split())
    try:
        if _HEX.fullmatch(text):
            words = bytes.fromhex(text[: len(text) // 2 * 2]).decode("utf-8", "ignore")
        elif _BASE64.fullmatch(text):
            whole = text[: len(text) // 4 * 4]
            words = base64.b64decode(whole.translate(_URL_SAFE)).decode("utf-8", "ignore")
        else:
            return None
    except ValueError:
        return None
    return words if words.lstrip()[:1] in ("{", "[", "<") else None


def text_of(value: str) -> str | None:
    """Give the text that a long one writes another way; None for keys, digests and plain words."""
    text = "".join(value.split())
    try:
        if _ANY_HEX.fullmatch(text):
            raw = bytes.fromhex(text[: len(text) // 2 * 2])
        elif _ANY_BASE64.fullmatch(text):
            raw = base64.b64decode(text[: len(text) // 4 * 4].translate(_URL_SAFE))
        else:
            return None
        words = raw.decode()
    except ValueError:
        return None
    return words if words.isprintable() or _PRINTED.fullmatch(words) else None


_ANY_HEX = re.compile(r"[0-9a-fA-F]{24,}")
_ANY_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_PRINTED = re.compile(r"[^\x00-\x08\x0e-\x1f\x7f]*")

# What a document begins with, perhaps behind white space, so that few words are decoded.
_HEX = re.compile(r"(?:0[9ad]|20)*(?:7[bB]|5[bB]|3[cC])[0-9a-fA-F]{14,}")
_BASE64 = re.compile(r"(?:[eWPICD][A-Za-z0-9+/_-]{11,})={0,2}")
_URL_SAFE = str.maketrans("-_", "+/")
