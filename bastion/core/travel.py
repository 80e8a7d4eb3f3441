"""Machine-readable lines of passports, visas and identity cards: name, number, birth, expiry.

The forms are those of ICAO Doc 9303: two lines of 44 or 36 characters, or three of 30. A line
with numbers is known by its check digits, one with a name by its fillers. Airlines write the same
into bookings with strokes between (IATA's SSR DOCS).
"""

from __future__ import annotations

import re

_FORMS = ((44, 2), (36, 2), (30, 3))
"""Characters of a line, and how many lines."""
_WEIGHTS = (7, 3, 1)
_FIELDS = {
    44: ((0, 9), (13, 19), (21, 27)),
    36: ((0, 9), (13, 19), (21, 27)),
    30: ((0, 6), (8, 14)),
}
"""Where fields stand that have a check digit behind them."""
_BIRTHS = {44: 13, 36: 13, 30: 0}
_BIRTH = re.compile(r"(?:\d\d|<<)(?:0[1-9]|1[0-2]|<<)(?:0[1-9]|[12]\d|3[01]|<<)\d[MFX<]")
"""With its check digit and the sex behind it; what is not known is filled."""
_CARD_NUMBER = (5, 14)
"""And in the first of three lines."""
_NAME = r"[A-Z]+(?:<[A-Z]+)*<<[A-Z<]*"
_HOLDER = re.compile(rf"[ACIPV][A-Z0-9<][A-Z<]{{3}}{_NAME}|{_NAME}")
_CARD = re.compile(r"[IAC][A-Z0-9<][A-Z<]{3}[A-Z0-9<]{25}")
_AIRLINE = re.compile(
    r"[A-Z]{1,2}/[A-Z]{3}/[A-Z0-9]{5,15}/[A-Z]{3}/\d\d[A-Z]{3}\d\d/[MFXU]I?"
    r"(?:/\d\d[A-Z]{3}\d\d)?(?:/[A-Z/ ]*)?"
)
"""As airlines write a passport into a booking: kind, country, number, nationality, birth, sex."""
LINE = re.compile(r"(?<![A-Z0-9<])[A-Z0-9<]{30,90}(?![A-Z0-9<])")
"""What one such line looks like in a text, or all of them without a break."""


def is_travel_document(text: str) -> bool:
    """Tell whether the text is one or more of these lines, with breaks between them or without."""
    if _AIRLINE.fullmatch(text):
        return True
    if "<" not in text:
        return False
    lines = text.split()
    if len(lines) == 1:
        lines = next(
            (
                [text[start : start + width] for start in range(0, len(text), width)]
                for width, count in _FORMS
                if len(text) == width * count
            ),
            lines,
        )
    return bool(lines) and all(map(_is_line, lines))


def _is_line(line: str) -> bool:
    if len(line) not in _FIELDS:
        return False
    if _HOLDER.fullmatch(line):
        return True
    if _CARD.fullmatch(line) and _is_checked(line, *_CARD_NUMBER):
        return True
    fields = _FIELDS[len(line)]
    has_birth = _BIRTH.match(line, _BIRTHS[len(line)]) is not None
    return has_birth and all(_is_checked(line, start, end) for start, end in fields)


def _is_checked(line: str, start: int, end: int) -> bool:
    field, check = line[start:end], line[end]
    total = sum(_worth(char) * _WEIGHTS[place % len(_WEIGHTS)] for place, char in enumerate(field))
    return check == str(total % 10)


def _worth(char: str) -> int:
    return 0 if char == "<" else int(char, 36)
