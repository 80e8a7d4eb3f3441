"""How a masked value looks: in full, in part, or as something that can still be worked with.

A style that keeps a part is only for a stored value as it stands. Of ``substr(email, 2)`` or of
``birth_date + 17`` it would show another part each time, and in the end the whole.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from bastion.core import detectors
from bastion.core.model import Sensitivity

Cell = Callable[[bytes], bytes]
"""Rewrites one cell that is not NULL."""


class Style(enum.Enum):
    """What is left of a masked value; the word in ``policy.toml``."""

    FULL = "full"
    PARTIAL = "partial"
    LAST_FOUR = "last_four"
    TOKEN = "token"
    YEAR = "year"
    RANGE = "range"


_TELLING = (Style.FULL, Style.TOKEN, Style.RANGE, Style.YEAR, Style.LAST_FOUR, Style.PARTIAL)
"""From the one that tells least."""

FITTING: Mapping[Sensitivity, tuple[Style, ...]] = MappingProxyType(
    {
        Sensitivity.EMAIL: (Style.FULL, Style.PARTIAL, Style.TOKEN),
        Sensitivity.PHONE: (Style.FULL, Style.PARTIAL, Style.LAST_FOUR, Style.TOKEN),
        Sensitivity.CARD: (Style.FULL, Style.PARTIAL, Style.LAST_FOUR, Style.TOKEN),
        Sensitivity.SSN: (Style.FULL, Style.LAST_FOUR, Style.TOKEN),
        Sensitivity.IBAN: (Style.FULL, Style.PARTIAL, Style.LAST_FOUR, Style.TOKEN),
        Sensitivity.BIRTH_DATE: (Style.FULL, Style.YEAR, Style.RANGE, Style.TOKEN),
        Sensitivity.PASSWORD: (Style.FULL,),
        Sensitivity.TOKEN: (Style.FULL, Style.LAST_FOUR, Style.TOKEN),
        Sensitivity.IP_ADDRESS: (Style.FULL, Style.PARTIAL, Style.TOKEN),
        Sensitivity.ADDRESS: (Style.FULL, Style.TOKEN),
        Sensitivity.PRIVATE: (
            Style.FULL, Style.LAST_FOUR, Style.TOKEN, Style.YEAR, Style.RANGE,
        ),
        Sensitivity.SECRET: (Style.FULL,),
    }
)  # fmt: skip
"""The styles that each class may take."""

_DEFAULTS = {Sensitivity.EMAIL: Style.PARTIAL, Sensitivity.CARD: Style.LAST_FOUR}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """Which style each class has, for one principal."""

    chosen: Mapping[Sensitivity, Style] = dataclasses.field(
        default_factory=lambda: MappingProxyType({})
    )

    def of(self, sensitivity: Sensitivity) -> Style:
        """Give the style of a class."""
        found = self.chosen.get(sensitivity) or _DEFAULTS.get(sensitivity, Style.FULL)
        return found if found in FITTING.get(sensitivity, ()) else Style.FULL


def strictest(styles: list[Style]) -> Style:
    """Choose of several styles the one that tells least."""
    return min(styles, key=_TELLING.index)


def cell_of(style: Style, sensitivity: Sensitivity) -> Cell:
    """Give what rewrites the cells of a column; tokens are ``masking``'s own."""
    if style is Style.FULL and sensitivity is Sensitivity.BIRTH_DATE:
        return hidden_date
    if sensitivity is Sensitivity.CARD and style is Style.LAST_FOUR:
        return _card
    by_class = _PARTIAL.get(sensitivity) if style is Style.PARTIAL else None
    return by_class or _BY_STYLE.get(style, full)


def raw_mask(classes: frozenset[Sensitivity]) -> str:
    """Name the mask of a column that is shown as it is although these classes can reach it."""
    return f"{'+'.join(sorted(one.value for one in classes))} {_RAW}"


def masked_again(
    mask: str, chosen: Styles, unmasked: frozenset[Sensitivity] = frozenset()
) -> Callable[[str], str] | None:
    """Say how cells that were shown to one person are shown to another.

    Args:
        mask: how they were: class and style, or all classes and *raw*.
        chosen: the other person's styles.
        unmasked: classes that the other person may see now.

    Returns:
        What rewrites a cell; None: it may be seen as it was shown.
    """
    names, _, shown_as = mask.partition(" ")
    try:
        classes = frozenset(Sensitivity(name) for name in names.split("+"))
        shown = None if shown_as == _RAW else Style(shown_as)
    except ValueError:
        # Of a later version; only what hides all tells nothing, whatever its class.
        return None if shown_as == Style.FULL.value else _in_text(full)
    if shown is Style.FULL or classes <= unmasked:
        return None
    if len(classes) > 1:
        return _in_text(full)
    (sensitivity,) = classes
    wanted = chosen.of(sensitivity)
    if shown is None:
        return _in_text(cell_of(wanted, sensitivity))
    # Of what is masked in one way, another cannot be made.
    return None if strictest([shown, wanted]) is shown else _in_text(full)


def _in_text(cell: Cell) -> Callable[[str], str]:
    return lambda text: cell(text.encode("utf-8", "replace")).decode()


def full(cell: bytes) -> bytes:
    """Hide all of it."""
    return MASK


def hidden_date(cell: bytes) -> bytes:
    """Hide a date and keep its shape."""
    return DATE_MASK


def _email(cell: bytes) -> bytes:
    local, _, domain = cell.partition(b"@")
    tail = _email_tail(domain)
    # Only a letter that stands alone as a byte may be kept of the name.
    return local[:1] + tail if tail and local[:1].isalnum() else MASK


@functools.lru_cache(maxsize=4096)
def _email_tail(domain: bytes) -> bytes:
    if not _DOMAIN.fullmatch(domain):
        return b""
    return (
        b"\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"
        + detectors.mask_email(f"a@{domain.decode()}").partition("•••")[2].encode()
    )


@functools.lru_cache(maxsize=65536)
def _card(cell: bytes) -> bytes:
    return detectors.mask_card(cell.decode("utf-8", "replace")).encode()


def _emails(cells: Sequence[bytes]) -> list[bytes]:
    """Do what ``_email`` does to each of many, sooner."""
    domains = [cell.partition(b"@")[2] for cell in cells]
    tails = {domain: _email_tail(domain) for domain in set(domains)}
    firsts = [cell[:1] for cell in cells]
    # Each first letter stands alone as a byte, and none is missing.
    first = b"".join(firsts)
    if not all(tails.values()) or len(first) != len(cells) or not first.isalnum():
        return list(map(_email, cells))
    return list(map(operator.add, firsts, map(tails.__getitem__, domains)))


def _cards(cells: Sequence[bytes]) -> list[bytes]:
    """Do what ``_card`` does to each of many, sooner where all are as cards are, as a rule."""
    are_cards = set(map(len, cells)) == {_CARD_LENGTH} and detectors.are_cards_of_16(
        b"".join(cells)
    )
    return [_CARD_START + cell[-4:] for cell in cells] if are_cards else list(map(_card, cells))


def _last_four(cell: bytes) -> bytes:
    """Keep the last four letters or digits of what has at least eight and no more than a line."""
    kept = _LAST.search(cell)
    is_long = _COUNTED.match(cell) is not None
    return MASK[:9] + kept.group().translate(None, b" -./") if kept and is_long else MASK


def _last_two(cell: bytes) -> bytes:
    digits = re.sub(rb"\D", b"", cell)
    return MASK + digits[-2:] if len(digits) in _PHONE_DIGITS else MASK


def _iban(cell: bytes) -> bytes:
    text = cell.decode("utf-8", "replace").strip().upper()
    if not detectors.is_iban(text):
        return MASK
    return f"{text[:2]}•• •••• {text.replace(' ', '')[-4:]}".encode()


def _network(cell: bytes) -> bytes:
    try:
        address = ipaddress.ip_interface(cell.decode("ascii")).ip
    except ValueError:
        return MASK
    if address.version == _IPV4:
        return ".".join([*str(address).split(".")[:2], "•", "•"]).encode()
    return (":".join(address.exploded.split(":")[:2]) + ":•").encode()


def _year(cell: bytes) -> bytes:
    found = _DATE.fullmatch(cell)
    return found.group(1) + "-••-••".encode() if found else DATE_MASK


def _range(cell: bytes) -> bytes:
    """Name the span that a number lies in by its first digit, of a date the ten years."""
    date = _DATE.fullmatch(cell)
    if date:
        return date.group(1)[:3] + b"0.." + date.group(1)[:3] + b"9"
    number = _NUMBER.fullmatch(cell)
    if not number or len(number.group(2)) > _DIGITS_MAX:
        return MASK
    whole = number.group(2).lstrip(b"0")
    step = 10 ** max(len(whole) - 1, 1)
    low = int(whole or b"0") // step * step
    sign = number.group(1).decode()
    return f"{sign}{low}..{sign}{low + step - 1}".encode()


_RAW = "raw"
MASK = detectors.MASK.encode()
DATE_MASK = "••••-••-••".encode()
CONSTANT: Mapping[Cell, bytes] = MappingProxyType({full: MASK, hidden_date: DATE_MASK})
"""What gives the same for every cell."""
MANY: Mapping[Cell, Callable[[Sequence[bytes]], list[bytes]]] = MappingProxyType(
    {_email: _emails, _card: _cards}
)
"""What has a sooner way for many cells that gives the same."""
_CARD_LENGTH = 16
_CARD_START = "•••• •••• •••• ".encode()
_PARTIAL: dict[Sensitivity, Cell] = {
    Sensitivity.EMAIL: _email,
    Sensitivity.CARD: _card,
    Sensitivity.PHONE: _last_two,
    Sensitivity.IBAN: _iban,
    Sensitivity.IP_ADDRESS: _network,
}
_BY_STYLE: dict[Style, Cell] = {
    Style.LAST_FOUR: _last_four,
    Style.YEAR: _year,
    Style.RANGE: _range,
}
_DOMAIN = re.compile(rb"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_LAST = re.compile(rb"(?:[A-Za-z0-9][ ./-]?){3}[A-Za-z0-9]\Z")
_COUNTED = re.compile(rb"(?:[^A-Za-z0-9]{0,8}[A-Za-z0-9]){8,64}\Z")
_DATE = re.compile(rb"(\d{4})-\d\d-\d\d(?:[ T][\d:.+Z-]*)?")
_NUMBER = re.compile(rb"(-?)(\d+)(?:\.\d+)?")
_DIGITS_MAX = 18
_PHONE_DIGITS = range(7, 16)
_IPV4 = 4
