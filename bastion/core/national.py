"""Know national numbers of persons in a column whose name says nothing, by what all of them share.

One digit run in ten has the check digit of some country, so no value tells by itself: a column
does, where so many different values are right that chance would not have it once in a million.
Registers of companies, and numbers whose sums are those of books and parcels, are left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stdnum.ar import cuit
from stdnum.at import vnr
from stdnum.au import tfn
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cl import rut
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.dk import cpr
from stdnum.do import cedula
from stdnum.ec import ci
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nif as fiscal
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.id import nik
from stdnum.ie import pps
from stdnum.in_ import aadhaar, pan
from stdnum.is_ import kennitala
from stdnum.it import codicefiscale
from stdnum.jp import in_ as my_number
from stdnum.kr import rrn
from stdnum.mx import curp
from stdnum.my import nric
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.nz import ird
from stdnum.pk import cnic
from stdnum.pl import pesel
from stdnum.pt import cc
from stdnum.pt import nif as contribuinte
from stdnum.ro import cnp
from stdnum.ru import inn
from stdnum.se import personnummer
from stdnum.si import emso
from stdnum.th import pin
from stdnum.tr import tckimlik
from stdnum.ua import rntrc
from stdnum.us import itin
from stdnum.za import idnr

_CHANCE = 1e6
"""How unlikely it has to be that values of another kind pass."""
_SHARE_MIN = 0.8
_LOOKED_AT = 3
"""Values of which one has to be right, or the form is given up: most columns hold nothing."""
_CHARACTERS = range(7, 25)
_DIGITS_MIN = 4


@dataclass(frozen=True, slots=True)
class _Form:
    """Numbers of one country.

    ``one_in``: of values that look like it, so many for one that passes its check by chance; what
    a date or a region inside narrows is not counted, as numbers of orders have dates in them too.
    ``shape``: how it is written, where the check alone would take too much for one.
    ``digits``: how many it has, where a column of numbers loses a zero in front.
    ``starts``: with how many different digits numbers of a column begin at least, where what else
    has such check digits begins with the same one all along.
    """

    country: str
    is_valid: Callable[[str], bool]
    one_in: float
    digits: int = 0
    shape: re.Pattern[str] | None = None
    starts: int = 1

    def holds(self, value: str) -> bool:
        """Tell whether a value is such a number."""
        if self.shape is not None and self.shape.fullmatch(value) is None:
            return False
        try:
            return self.is_valid(value)
        except LookupError:
            # The library knows the place of birth by a list with gaps.
            return False


def _is_old_cpr(value: str) -> bool:
    return cpr.is_valid(value) and cpr.checksum(cpr.compact(value)) == 0


def _is_snils(value: str) -> bool:
    digits = [int(char) for char in value if char.isdigit()]
    total = sum(place * digit for place, digit in zip(range(9, 0, -1), digits, strict=False))
    return total % 101 % 100 == digits[9] * 10 + digits[10]


def _is_insured(value: str) -> bool:
    """Tell a number of health insurance: the letter counts by its place, of two digits."""
    digits = f"{ord(value[0]) - 64:02}{value[1:9]}"
    products = (int(digit) * (1 + place % 2) for place, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in products) % 10 == int(value[9])


_FORMS = (
    _Form("Argentina", cuit.is_valid, 11, 11, re.compile(r"2[0347]-?\d{8}-?\d")),
    _Form("Australia", tfn.is_valid, 11, 9),
    _Form("Austria", vnr.is_valid, 10, 10),
    _Form("Belgium", nn.is_valid, 97, 11),
    _Form("Brazil", cpf.is_valid, 100, 11),
    _Form("Bulgaria", egn.is_valid, 10, 10),
    _Form("Canada", sin.is_valid, 10, 0, re.compile(r"\d{3}-\d{3}-\d{3}")),
    _Form("Chile", rut.is_valid, 11, 0, re.compile(r"\d{1,2}\.?\d{3}\.?\d{3}-[\dkK]")),
    _Form("China", ric.is_valid, 11, 18),
    _Form("Croatia or Germany", oib.is_valid, 10, 11),
    _Form("Czechia or Slovakia", rc.is_valid, 11, 10, re.compile(r"\d{6}/?\d{4}")),
    _Form("Denmark", _is_old_cpr, 11, 10),
    _Form("Dominican Republic", cedula.is_valid, 10, 0, re.compile(r"\d{3}-\d{7}-\d")),
    _Form("Ecuador", ci.is_valid, 10, 10),
    _Form("Estonia or Lithuania", ik.is_valid, 10, 11),
    _Form("Finland", hetu.is_valid, 31),
    _Form("France", nir.is_valid, 97, 15),
    _Form("France", fiscal.is_valid, 511, 13),
    _Form("Germany", _is_insured, 10, 0, re.compile(r"[A-Z]\d{9}")),
    _Form("Greece", amka.is_valid, 10, 11),
    _Form("Iceland", kennitala.is_valid, 11, 10),
    _Form("India", aadhaar.is_valid, 10, 12),
    _Form("India", pan.is_valid, 26, 0, re.compile(r"[A-Z]{3}P[A-Z]\d{4}[A-Z]")),
    _Form("Indonesia", nik.is_valid, 3, 16),
    _Form("Ireland", pps.is_valid, 23),
    _Form("Italy", codicefiscale.is_valid, 26, 0, re.compile(r"[A-Za-z]\w{14}[A-Za-z]")),
    _Form("Japan", my_number.is_valid, 10, 12),
    _Form("Korea", rrn.is_valid, 11, 13),
    _Form("Malaysia", nric.is_valid, 2, 0, re.compile(r"\d{6}-\d{2}-\d{4}")),
    _Form("Mexico", curp.is_valid, 10),
    _Form("the Netherlands", bsn.is_valid, 11, 9, re.compile(r"\d[\d .]{8,10}")),
    _Form("New Zealand", ird.is_valid, 11, 0, re.compile(r"\d{2,3}-\d{3}-\d{3}")),
    _Form("Norway", fodselsnummer.is_valid, 100, 11),
    _Form("Pakistan", cnic.is_valid, 2, 0, re.compile(r"\d{5}-\d{7}-\d")),
    _Form("Poland", pesel.is_valid, 10, 11),
    _Form("Portugal", cc.is_valid, 10, 0, re.compile(r"\d{8} ?\d ?[A-Z]{2} ?\d")),
    _Form("Portugal", contribuinte.is_valid, 10, 9, re.compile(r"(?:PT)? ?[123](?: ?\d){8}")),
    _Form("Romania", cnp.is_valid, 10, 13),
    _Form("Russia", inn.is_valid, 100, 12, re.compile(r"\d{12}")),
    _Form("Russia", _is_snils, 100, 0, re.compile(r"\d{3}-\d{3}-\d{3}[ -]\d{2}")),
    _Form("Slovenia and its neighbours", emso.is_valid, 10, 13),
    _Form("South Africa", idnr.is_valid, 10, 13),
    _Form("Spain", dni.is_valid, 23),
    _Form("Spain", nie.is_valid, 23),
    _Form("Sweden", personnummer.is_valid, 10, 0, re.compile(r"(?:\d\d)?\d{6}[-+]?\d{4}")),
    _Form("Switzerland", ahv.is_valid, 10, 13),
    _Form("Thailand", pin.is_valid, 10, 13),
    _Form("Turkey", tckimlik.is_valid, 100, 11),
    _Form("Ukraine", rntrc.is_valid, 10, 10),
    # Without gaps it is as a book's number, but books of one country begin with one digit.
    _Form("the United Kingdom", nhs.is_valid, 11, 0, re.compile(r"[467]\d{9}"), starts=2),
    _Form("the United Kingdom", nhs.is_valid, 11, 0, re.compile(r"\d{3}[ -]\d{3}[ -]\d{4}")),
    _Form("the United States", itin.is_valid, 3, 0, re.compile(r"9\d\d-\d\d-\d{4}")),
)


def found_in(values: Sequence[str], *, are_numbers: bool = False) -> tuple[str, float] | None:
    """Tell of which country the numbers are that a column holds, and how many of its values.

    Args:
        values: sampled texts; the same one twice counts once.
        are_numbers: the column is one of numbers, so that zeros in front are lost.
    """
    different = list(dict.fromkeys(value.strip() for value in values))
    if not any(map(_may_be, different[:_LOOKED_AT])):
        return None
    for form in _FORMS:
        share = _share(form, different, are_numbers=are_numbers)
        hits = round(share * len(different))
        if form.starts > len({value[:1] for value in different}):
            continue
        if share >= _SHARE_MIN and hits * math.log(form.one_in) >= math.log(_CHANCE):
            return form.country, share
    return None


def _may_be(value: str) -> bool:
    return len(value) in _CHARACTERS and sum(map(str.isdigit, value)) >= _DIGITS_MIN


def _share(form: _Form, values: Sequence[str], *, are_numbers: bool) -> float:
    def holds(value: str) -> bool:
        if are_numbers and len(value) == form.digits - 1:
            value = f"0{value}"
        return form.holds(value)

    if not any(map(holds, values[:_LOOKED_AT])):
        return 0.0
    return sum(map(holds, values)) / len(values)
