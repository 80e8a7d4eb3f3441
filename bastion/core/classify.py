"""Find out what a column holds, with nothing to configure: name, comment, type, sampled values.

A name says what a column is meant to hold, values say what it does hold. Values count by their
share, never one by one: digit runs pass Luhn one time in ten. Look-alikes (order numbers,
versions, UUIDs, hashes, ISBN, epoch milliseconds) must stay readable.
"""

from __future__ import annotations

import dataclasses
import functools
import html
import itertools
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bastion.core import detectors, national
from bastion.core.builtins import names
from bastion.core.catalogue import Classification
from bastion.core.dyncols import column_names
from bastion.core.encoded import decoded, text_of
from bastion.core.fields import KEYS, PLACE, Fields, fields_of_documents, fields_of_texts
from bastion.core.model import Engine, Sensitivity
from bastion.core.paths import HOLDING, NAMING, Path, shape_of

_SHARE_MIN = 0.3
"""Of sampled values with one form, for a column whose name says nothing."""
_CARD_SHARE_MIN = 0.6
"""Higher: one random digit run in ten passes Luhn."""
_TELLING_DIGITS_MIN = 4
"""Shorter numbers refute a name such as ``phone``: they are counts or flags."""
_SEQUENCE_MIN = 3
_STEP_MAX = 100_000
"""Numbers that lie closer together than this were counted up."""


def classify_column(
    *,
    name: str,
    type_name: str,
    comment: str,
    samples: Sequence[str | None],
    is_key: bool = False,
    parts: Sequence[str] = (),
) -> Classification:
    """Classify one column.

    Args:
        type_name: as the server prints it, ``character varying(80)``, ``int4``, ``jsonb``.
        samples: some of its values as text, None for NULL; empty when none could be read.
        is_key: it is part of a primary or unique key: of numbers, an empty one is harmless.
        parts: names inside of its type, where that is one of rows.
    """
    kind = type_kind(type_name)
    # What an enum or set may hold stands in its type.
    values = [value for value in samples if value is not None and value.strip()]
    values = values or _LABEL.findall(type_name)
    is_bytes = kind == "document" and any(value.startswith("\\x") for value in values)
    values = [_words_in_bytes(value) for value in values] if is_bytes else values
    if type_name.casefold() == "tsvector":
        values = [" ".join(lexemes(value)) for value in values]
    found = _by_type(kind) or _by_name(name, comment, kind, values) or _by_parts(parts)
    if found is None and kind == "document":
        found = _document(values)
        if is_bytes and found.embedded is not None:
            # In hexadecimal, no detector knows it again.
            found = Classification(sensitivity=found.embedded, evidence=found.evidence)
    # A type of one's own may be a domain over JSON, or have a part of it.
    if found is None and kind in ("text", "other"):
        found = _documents_in_text(values)
    if found is None and kind in _PROVEN_KINDS:
        found = Classification(sensitivity=None, evidence=f"the type {type_name} holds none")
    found = found or _by_values(name, kind, values) or _in_parts(kind, values)
    if found is not None:
        return found
    if values:
        return _harmless(name, kind, values)
    if kind == "number" and (is_key or not _is_wide(type_name)):
        return Classification(sensitivity=None, evidence=f"numbers of type {type_name}")
    return Classification(
        sensitivity=Sensitivity.UNPROVEN, evidence="no values to sample yet; masked until there are"
    )


def lexemes(vector: str) -> list[str]:
    """Give the words of a ``tsvector``; behind each stand the places where the text has it."""
    return [word.replace("''", "'") for word in LEXEME.findall(vector)]


LEXEME = re.compile(r"'((?:[^']|'')*)'")


def _harmless(name: str, kind: str, values: Sequence[str]) -> Classification:
    """Classify what shows nothing as a whole, by what is in its texts."""
    if _are_versions(name, values):
        words = f"{len(values)} sampled values are versions, as its name says"
        return Classification(sensitivity=None, evidence=words, is_version=True)
    # In numbers, digits that pass a checksum do so by chance: of cards, most would.
    embedded = None if kind == "number" else _embedded(values) or _cut(values)
    words = _embedded_words(embedded) or f"{len(values)} sampled values look harmless"
    return Classification(sensitivity=None, evidence=words, embedded=embedded)


def _are_versions(name: str, values: Sequence[str]) -> bool:
    """Tell whether a column is called after versions, and holds nothing else.

    What could be an address is believed to be one, unless most of the others cannot, or all begin
    with one of a few small numbers, as addresses of many clients do not.
    """
    if not _VERSION.search(name) or not all(map(detectors.is_version, values)):
        return False
    different = set(values)
    others = {value for value in different if not detectors.is_address_like(value)}
    if len(others) >= _VERSIONS_MIN and len(others) > len(different) // 2:
        return True
    majors = {int(value.lstrip("vV").partition(".")[0]) for value in different}
    return (
        max(majors) <= _MAJOR_MAX
        and len(majors) * _VERSIONS_MIN <= len(different)
        and sum(map(detectors.is_private, different)) * 2 < len(different)
    )


_VERSIONS_MIN = 5
_MAJOR_MAX = 40


def _embedded_words(embedded: Sensitivity | None) -> str:
    if embedded is Sensitivity.UNPROVEN:
        return "documents longer than what is sampled; what is made of them is hidden"
    return (
        ""
        if embedded is None
        else f"text with parts that look like {embedded.value}; these are hidden"
    )


def _cut(values: Sequence[str]) -> Sensitivity | None:
    """Find documents of which no more than the beginning was sampled: names may follow."""
    return Sensitivity.UNPROVEN if any(map(_is_cut, values)) else None


def _is_cut(value: str) -> bool:
    begins = value.lstrip()[:1] in ("{", "[", "<")
    return len(value) >= _CUT_MIN and begins and not _is_document(value)


_CUT_MIN = 2000
"""Characters; of what is not looked at as a document, samples are shorter."""


def _embedded(values: Sequence[str]) -> Sensitivity | None:
    """Find a class inside of texts, when a value as a whole says nothing."""
    for value in values:
        named = next(_named_inside(value), None)
        if named is not None:
            return named
        if detectors.redact(value) != value:
            words = re.split(r"[\s\"'<>,;{}\[\]()]+", value)
            found = (detectors.whole(word.strip(".:")) for word in words)
            return next((item for item in found if item is not None), Sensitivity.SECRET)
    return None


def _named_inside(value: str) -> Iterator[Sensitivity]:
    """Look at a document among notes, and at members and elements in a text, a log line."""
    if _is_document(value) or _is_cut(value):
        yield from _document_classes(value)
    for member in MEMBER.finditer(value) if '"' in value else ():
        if is_named(member["name"], member["value"].strip('"')):
            yield classify_name(member["name"]) or Sensitivity.ADDRESS
    if "</" in value:
        elements = _NAMES_INSIDE.findall(value)
        yield from filter(None, (classify_name(one[0]) for one in elements))


@functools.lru_cache(maxsize=8192)
def classify_name(name: str) -> Sensitivity | None:
    """Tell what a name announces; None for an innocent one."""
    words = split_words(name)
    joined = "_".join(words)
    for sensitivity, pattern in _NAMES:
        match = pattern.search(joined)
        if match is not None and not _INNOCENT.search(joined):
            return sensitivity
    stem = _stem(joined)
    if stem is not None and not _INNOCENT.search(joined):
        return Sensitivity(stem.lastgroup)
    if not name.isascii():
        folded = unicodedata.normalize("NFKC", name).casefold()
        return next((one for word, one in _FOREIGN.items() if word in folded), None)
    return None


def _stem(joined: str) -> re.Match[str] | None:
    """Find a telling stem in a word: languages that join words have more than a list can hold."""
    return _STEM.search(joined)


_STEM = re.compile(
    "|".join(
        rf"(?P<{sensitivity.value}>{stems})[a-z]*"
        for sensitivity, stems in (
            (
                Sensitivity.BIRTH_DATE,
                "geburtsd|geburtst|geboorted|verjaardag|naissance|nacimiento|nascimento|urodzen"
                "|narozen|szuletes|syntymaa?|fodsels?da|fodelseda|dogumt",
            ),
            (Sensitivity.PHONE, "telefo+n|telephone|puhelinn|mobilnumm|handynumm|rufnumm"),
            (
                Sensitivity.SSN,
                "passport|paspoort|pasaporte?|passeport|paszport|reisepass|pasnummer"
                "|sozialvers|burgerservice|rijksregist|personnumm|fodselsnumm",
            ),
            (Sensitivity.IBAN, "rachunk|kontonumm|kontonr|rekeningnu|bankszamla|cuentabanc"),
        )
    )
)
"""What stands behind the stem in its word may be ``nummer``, or an ending: ``numer_telefonu``."""


def announced(name: str) -> Sensitivity | None:
    """Tell what a name announces where no value can be looked at: not what it is only about."""
    sensitivity = classify_name(name)
    is_about = sensitivity is not None and _is_about(name, sensitivity)
    return None if is_about else sensitivity


def is_named(name: str, value: object) -> bool:
    """Tell whether a name inside a document announces what stands there, ``{"ssn": …}``.

    Args:
        value: as JSON gives it; numbers as a number or as their text in a subclass of ``str``.
    """
    if value in (None, "", True, False) or value in ([], {}):
        return False
    sensitivity = classify_name(name)
    if sensitivity is None:
        return isinstance(value, str) and _address_name(name) is not None and _is_street(value)
    if not isinstance(value, str | int | float):
        return True
    text = str(value)
    return not (text in _FLAGS or (_is_about(name, sensitivity) and not _may_be(sensitivity, text)))


def _address_name(name: str) -> Sensitivity | None:
    joined = _joined(name)
    is_named = _ADDRESS.search(joined) is not None or _ADDRESS_STEM.search(joined) is not None
    is_address = is_named and not _INNOCENT.search(joined)
    return Sensitivity.ADDRESS if is_address else None


def split_words(name: str) -> tuple[str, ...]:
    """Split ``clientIP``, ``client_ip`` and ``CLIENT-IP`` into words: lower case, no accents.

    ``s.s.n`` is one word, and letters that only look Latin are read as they look.
    """
    if not name.isascii():
        name = _as_seen(name)
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    words = [word for word in re.split(r"[^a-z0-9]+", spaced.casefold()) if word]
    words = [part for word in words for part in _unglued(word)]
    if sum(len(word) == 1 for word in words) < _SPELT_MIN:
        return tuple(words)
    return tuple(_SPELT.sub(lambda run: run[0].replace("_", ""), "_".join(words)).split("_"))


def _unglued(word: str) -> Sequence[str]:
    """Part ``custphn1``, as names of eight letters are, into whose and what."""
    found = _GLUED.fullmatch(word)
    return (word,) if found is None else (found["who"], found["what"])


_GLUED = re.compile(
    r"(?P<who>cust|customer|clt|client|cli|kd|kunden?|emp|employee|usr|user|pat|patient|mbr|member"
    r"|pers|person|acct|vend|vendor|supp|supplier|owner|stud|student|cont|ben|guest|driver|agent"
    r"|buyer|seller|payer|ship|bill|home|work|priv)"
    r"(?P<what>(?:ssn|dob|bday|birthd(?:a?te?|ay)|phno?|phone?|tel|mob|mobile|cell|fax|adr|addr"
    r"|street|eml|e?mail|pwd|passwd|password|iban|cardno|taxid|natid|passno|ip|ipaddr)\d{0,2})"
)


def _joined(name: str) -> str:
    """Join the words of a name as the patterns here have them."""
    return "_".join(split_words(name))


def _as_seen(name: str) -> str:
    """Take accents and invisible characters away, and look-alikes where all is Latin then."""
    pieces = unicodedata.normalize("NFKD", name)
    plain = "".join(one for one in pieces if unicodedata.category(one) not in ("Mn", "Me", "Cf"))
    latin = plain.translate(_LOOK_ALIKES)
    return latin if latin.isascii() else plain


_LOOK_ALIKES = str.maketrans(
    "авсеѕіјкмнорԛтухһԁԝАВСЕЅІЈКМНОРԚТУХԜαοριυνΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɑɡſ",
    "abcesijkmhopqtyxhdwABCESIJKMHOPQTYXWaopiuvABEZHIKMNOPTYXiags",
)
_SPELT_MIN = 3
_SPELT = re.compile(r"(?<![^_])[a-z](?:_[a-z]){2,}(?![^_])")


@functools.lru_cache(maxsize=1024)
def type_kind(type_name: str) -> str:
    """Sort a type: number, text, date, document, address, opaque, plain (holds nothing), or other.

    Opaque is what has a value but no words, such as a UUID: only its name can tell of it.
    """
    base = re.sub(r"\(.*?\)", "", type_name.casefold()).strip()
    if base.endswith("[]") or base.startswith("_"):
        inner = type_kind(base.removesuffix("[]").removeprefix("_"))
        return inner if inner in ("plain", "address") else "document"
    first = base.split(" ", maxsplit=1)[0]
    if first in _KINDS:
        return _KINDS[first]
    return "other"


def system_sensitivity(
    engine: Engine, schema: str, relation: str, column: str
) -> Sensitivity | None:
    """Tell what a column of a system catalogue holds: data and secrets, or structure only."""
    place, name, field = schema.casefold(), relation.casefold(), column.casefold()
    table = _PG_SECRETS if engine is Engine.POSTGRESQL else _MYSQL_SECRETS
    for relations, columns in table:
        if relations.fullmatch(f"{place}.{name}") and columns.fullmatch(field):
            return Sensitivity.SECRET
    return None


def _by_type(kind: str) -> Classification | None:
    if kind == "address":
        return Classification(
            sensitivity=Sensitivity.IP_ADDRESS, evidence="its type holds network addresses"
        )
    if kind == "plain":
        return Classification(sensitivity=None, evidence="its type holds nothing sensitive")
    return None


def _by_name(name: str, comment: str, kind: str, values: list[str]) -> Classification | None:
    sensitivity = classify_name(name) or _address_name(name)
    if sensitivity is not None and _fits(name, sensitivity, kind, values):
        words = f"its name says {sensitivity.value}"
        return Classification(sensitivity=sensitivity, evidence=words, is_named=True)
    if comment:
        sensitivity = _by_comment(comment)
        if sensitivity is not None and _fits("", sensitivity, kind, values):
            words = f"its comment says {sensitivity.value}"
            return Classification(sensitivity=sensitivity, evidence=words, is_named=True)
    return None


def _by_parts(parts: Sequence[str]) -> Classification | None:
    for part in parts:
        sensitivity = classify_name(part) or _address_name(part)
        if sensitivity is not None:
            words = f"a part of its type is called {part}"
            return Classification(sensitivity=sensitivity, evidence=words, is_compound=True)
    return None


def _by_comment(comment: str) -> Sensitivity | None:
    words = _joined(comment)
    for sensitivity, pattern in _COMMENTS:
        if pattern.search(words):
            return sensitivity
    return None


def _fits(name: str, sensitivity: Sensitivity, kind: str, values: Sequence[str]) -> bool:
    """A type, or plain values, may refute a name: ``phone_count int``, ``token_expires date``."""
    if kind == "date":
        return sensitivity is Sensitivity.BIRTH_DATE
    if kind == "boolean":
        return False
    if kind == "opaque":
        return sensitivity in _OPAQUE_CLASSES
    joined = _joined(name)
    is_code = _CODES.search(joined) is not None
    if _BIRTH_PARTS.search(joined):
        return True
    if kind == "number":
        digits_min = _CODE_DIGITS_MIN if is_code else _TELLING_DIGITS_MIN
        is_small = bool(values) and all(
            _digits_before_point(value) < digits_min for value in values
        )
        return (sensitivity in _NUMERIC_CLASSES or is_code) and not is_small
    return is_code or not _refutes(name, sensitivity, values)


def _digits_before_point(value: str) -> int:
    return len(value.strip("-").partition(".")[0])


def _refutes(name: str, sensitivity: Sensitivity, values: Sequence[str]) -> bool:
    """Tell whether texts cannot be what their column's name says.

    ``email_digest`` is about e-mail and holds none; ``email`` has to hold many other things first.
    """
    if not values:
        return False
    if sensitivity is Sensitivity.ADDRESS:
        return sum(map(_is_street, values)) < len(values) * _SHARE_MIN
    if _is_about(name, sensitivity):
        return not any(_may_be(sensitivity, value) for value in values)
    is_numbered = sensitivity in _NUMBERED or sensitivity is Sensitivity.BIRTH_DATE
    return (
        is_numbered
        and len(set(values)) >= _REFUTING_MIN
        and not any(_may_be(sensitivity, value) for value in values)
    )


def _is_about(name: str, sensitivity: Sensitivity) -> bool:
    """Tell whether a name goes on behind its telling word: ``email_digest``, not ``work_email``."""
    joined = _joined(name)
    pattern = next(pattern for named, pattern in _NAMES if named is sensitivity)
    rest = ""
    for match in (*_STEM.finditer(joined), *pattern.finditer(joined)):
        rest = joined[match.end() :].strip("_")
    return any(word not in _STILL_DATA and not word.isdigit() for word in rest.split("_") if word)


def _may_be(sensitivity: Sensitivity, value: str) -> bool:
    """Tell whether a text could be of a class, by what each value of the class has."""
    if sensitivity is Sensitivity.EMAIL:
        return "@" in value
    if sensitivity in _NUMBERED:
        return sum(char.isdigit() for char in value) >= _TELLING_DIGITS_MIN
    if sensitivity is Sensitivity.IP_ADDRESS:
        return "." in value or ":" in value
    if sensitivity is Sensitivity.BIRTH_DATE:
        return any(map(str.isdigit, value))
    return _PLAIN_WORDS.fullmatch(value) is None


def _is_street(value: str) -> bool:
    return _STREET.search(value[:_STREET_CHARACTERS]) is not None


def _by_values(name: str, kind: str, values: list[str]) -> Classification | None:
    if not values:
        return None
    hits = _hits(name, kind, values)
    for sensitivity, count in hits.most_common():
        share = count / len(values)
        needed = _CARD_SHARE_MIN if sensitivity in _WEAK else _SHARE_MIN
        if share >= needed:
            words = f"{share:.0%} of {len(values)} sampled values look like {sensitivity.value}"
            return Classification(sensitivity=sensitivity, evidence=words)
    many = _by_many(name, values, are_numbers=kind == "number")
    return Classification(sensitivity=many[0], evidence=many[1]) if many is not None else None


def _by_many(
    name: str, values: list[str], *, are_numbers: bool | None = None
) -> tuple[Sensitivity, str] | None:
    """Tell digits that only many of them together tell, and in which words.

    Args:
        are_numbers: zeros in front are lost; None where some may stand as numbers.
    """
    if _are_dialled(values):
        words = f"{len(values)} sampled values are phone numbers with the code of a country"
        return Sensitivity.PHONE, words
    if _CONTACT.search(_joined(name)) and _are_called(values):
        words = f"{len(values)} sampled values are digits to call, as their name says"
        return Sensitivity.PHONE, words
    if are_numbers is None:
        are_numbers = not any(value.startswith("0") for value in values)
    numbers = national.found_in(values, are_numbers=are_numbers)
    if numbers is None:
        return None
    country, share = numbers
    words = f"{share:.0%} of {len(values)} sampled values are national numbers ({country})"
    return Sensitivity.SSN, words


def _are_dialled(values: list[str]) -> bool:
    """Tell bare phone numbers, ``4915112345678``, that are no bar codes.

    Nearly all are some country's, or most are of its mobile phones: of digits by chance one in five
    is a number somewhere, and one in ten a mobile one. One phone number in ten has a bar code's
    check digit, and bar codes all have it.
    """
    different = list(dict.fromkeys(values))
    first = different[:_DIALLED_MIN]
    if len(first) < _DIALLED_MIN or sum(map(detectors.is_dialled, first)) * 2 < _DIALLED_MIN:
        return False
    dialled = [value for value in different if detectors.is_dialled(value)]
    is_all = len(different) - len(dialled) <= len(different) // _DIALLED_WRONG
    if not is_all:
        mobile = sum(map(detectors.is_mobile, dialled))
        if mobile < _MOBILE_MIN or mobile < len(different) * _CARD_SHARE_MIN:
            return False
    are_codes = sum(map(detectors.is_bar_code, different)) * 2 > len(different)
    return not are_codes and not _are_sequential(different)


def _are_called(values: list[str]) -> bool:
    """Tell digits as they are dialled at home, ``015112345678``, under a name such as contact."""
    different = list(dict.fromkeys(values))
    is_enough = len(different) >= _CALLED_MIN and all(map(_CALLED.fullmatch, different))
    return is_enough and not _are_sequential(different)


_DIALLED_MIN = 8
_DIALLED_WRONG = 20
"""One in so many may be out of use, or mistyped."""
_CALLED_MIN = 3
_MOBILE_MIN = 12
_CALLED = re.compile(r"\d{9,12}")


def _hits(name: str, kind: str, values: list[str]) -> Counter[Sensitivity]:
    """Count values with the form of a class, without what so many of them only look like."""
    hits: Counter[Sensitivity] = Counter()
    names_contact = _CONTACT.search(_joined(name)) is not None
    is_named = _VERSION.search(name) is not None
    names_contact = names_contact or _end_in_numbers(values)
    for value in values:
        found = detectors.whole(value) or _behind_words(value, names_contact=names_contact)
        if found is not None and not _is_version(found, value, is_named=is_named):
            hits[found] += 1
    if all(map(_is_waybill, values)):
        del hits[Sensitivity.PHONE]
    if kind == "number" and hits[Sensitivity.CARD] and _are_sequential(values):
        del hits[Sensitivity.CARD]
    if kind == "number":
        hits = Counter({key: hits[key] for key in (Sensitivity.CARD,) if hits[key]})
    return hits


def _end_in_numbers(values: list[str]) -> bool:
    """Tell texts of which nearly each one ends in a phone number, ``Nora (aunt) 07700 900123``."""
    if not all(value[-1:].isdigit() for value in values[:_LOOKED_AT]):
        return False
    ended = (_LAST_NUMBER.search(value[-_ENDING:]) for value in values)
    calls = sum(found is not None and detectors.is_phone(found[0].strip()) for found in ended)
    return calls >= len(values) * _ENDING_SHARE


_LOOKED_AT = 3
_ENDING = 30
_ENDING_SHARE = 0.8


def _behind_words(value: str, *, names_contact: bool) -> Sensitivity | None:
    """Tell a card behind its brand, ``VI4111…``, and a number behind whom it calls."""
    brand = _BRAND.match(value)
    if brand is not None:
        return Sensitivity.CARD if detectors.is_card(value[brand.end() :]) else None
    number = _LAST_NUMBER.search(value) if names_contact else None
    return Sensitivity.PHONE if number and detectors.is_phone(number[0].strip()) else None


_BRAND = re.compile(r"[A-Za-z]{2,4}[ :/*-]?(?=\d)")
_LAST_NUMBER = re.compile(r"(?<![\w.])[+(]{0,2}\d[\d ()./-]{6,20}$")


def _is_waybill(value: str) -> bool:
    """Tell a number of air freight, which looks like one of London's."""
    found = _WAYBILL.fullmatch(value)
    return found is not None and int(found["serial"]) % 7 == int(found["check"])


_WAYBILL = re.compile(r"\d{3}[ -]?(?P<serial>\d{7})(?P<check>\d)")


def _are_sequential(values: list[str]) -> bool:
    numbers = sorted({int(value) for value in values if value.isdigit()})
    if len(numbers) < _SEQUENCE_MIN:
        return False
    return max(after - before for before, after in itertools.pairwise(numbers)) < _STEP_MAX


def _document(values: list[str]) -> Classification:
    hits: Counter[Sensitivity] = Counter()
    for value in values:
        hits.update(set(_document_classes(value)))
    shared = _shared(fields_of_documents(values), are_telling=bool(hits))
    told = dict(shared.values())
    # Of digits under one name, some pass a card's checksum by chance.
    hits.update(dict.fromkeys(told, len(values)))
    if hits:
        sensitivity, count = hits.most_common(1)[0]
        words = f"{count} of {len(values)} sampled documents hold {sensitivity.value}"
        if sensitivity in told:
            words = f"in documents, {told[sensitivity]}"
        is_inside = not any(path[-1:] == (KEYS,) for path in shared) and all(
            _is_document(value) or _is_cut(value) or _names_in_blob(value) for value in values
        )
        return Classification(
            sensitivity=sensitivity,
            evidence=words,
            is_inside=is_inside,
            is_compound=True,
            shape=shape_of(values, _announces, frozenset(shared)) if is_inside else None,
            members=frozenset(shared),
        )
    if values:
        words = f"{len(values)} sampled documents look harmless"
        others = [one for one in values if not one.startswith("\\x")]
        embedded = _embedded([text for one in others for text in _texts_inside(one)])
        if embedded is None and _cut(others) is not None:
            # Names may follow behind the cut: whole, it is hidden in part, by the names in it.
            unseen = Sensitivity.UNPROVEN
            return Classification(
                sensitivity=unseen, evidence=_embedded_words(unseen), is_inside=True
            )
        return Classification(sensitivity=None, evidence=words, embedded=embedded)
    return Classification(
        sensitivity=Sensitivity.UNPROVEN, evidence="no documents to sample yet; masked until then"
    )


def _announces(name: str) -> bool:
    return classify_name(name) is not None or _address_name(name) is not None


def _shared(fields: Fields, *, are_telling: bool) -> dict[Path, tuple[Sensitivity, str]]:
    """Find classes that values at one path show together, and in which words.

    Args:
        are_telling: some of them show a class by themselves.
    """
    found = {}
    for path, given in fields.items():
        name, values = _last(path), [value for value in given if value.strip()]
        many = _by_many(name, values)
        if many is None and are_telling and path[-1:] != (KEYS,):
            many = _by_share(name, values)
        if many is not None:
            found[path[:-1] if path[-1:] and path[-1].startswith(PLACE) else path] = many
    return found


def _is_borne_out(found: Classification, parts: Sequence[str]) -> bool:
    """Tell whether a name in a text is no switch, ``sms=yes``: pairs often are settings."""
    sensitivity = found.sensitivity
    return sensitivity is not None and any(_may_be(sensitivity, part) for part in parts)


def _by_share(name: str, values: list[str]) -> tuple[Sensitivity, str] | None:
    """Find a class that many values show, where others among them would show themselves."""
    found = _by_values(name, "text", values)
    if found is None or found.sensitivity is None:
        return None
    is_needed = any(detectors.redact(value) == value for value in values)
    return (found.sensitivity, found.evidence) if is_needed else None


def _last(path: Path) -> str:
    """Give the name that a value stands under, and nothing for one of a list alone."""
    return next((name for name in reversed(path) if name[:1] not in (PLACE, KEYS)), "")


def _in_parts(kind: str, values: list[str]) -> Classification | None:
    """Look at lists and pairs in texts: at what stands under one name, as at a column."""
    fields = fields_of_texts(values) if kind in ("text", "other") else {}
    for path, parts in fields.items():
        name = _last(path)
        found = _by_name(name, "", "text", parts)
        if found is None or not _is_borne_out(found, parts):
            found = _by_values(name, "text", parts)
        if found is not None:
            words = f"in lists, {found.evidence}"
            return dataclasses.replace(found, evidence=words, is_compound=True)
    return None


def _documents_in_text(values: list[str]) -> Classification | None:
    """Look at JSON and XML in columns of text: pieces of it would show without the names in it."""
    is_document = bool(values) and all(_is_document(one) or _is_cut(one) for one in values)
    if not is_document:
        hidden = next((one for value in values for one in _hidden_classes(value)), None)
        if hidden is not None:
            words = f"a sampled value writes a document that holds {hidden.value} another way"
            return Classification(sensitivity=hidden, evidence=words)
    found = _document(values) if is_document else None
    return found if found is not None and found.sensitivity is not None else None


def _hidden_classes(value: str) -> Iterator[Sensitivity]:
    """Look into a row, a JSON string, what is in base64 or hexadecimal, and lines of CSV."""
    words = value if value[:1] + value[-1:] in ("()", '""') else decoded(value)
    if words is not None:
        yield from _document_classes(words)
    elif (text := text_of(value)) is not None:
        found = _embedded([text])
        yield from _text_classes(text) if found is None else (found,)
    yield from _header_classes(value)


def hides_document(value: str) -> bool:
    """Tell whether a text writes a document another way that has something sensitive in it."""
    words = decoded(value)
    return words is not None and next(_document_classes(words), None) is not None


def _header_classes(value: str) -> Iterator[Sensitivity]:
    """Look at the first line of a table in a text, ``id,ssn``, with as many values below."""
    first, _, rest = value.strip().partition("\n")
    second = rest.partition("\n")[0]
    for separator in (",", ";", "\t", "|"):
        fields = [field.strip().strip("\"'") for field in first.split(separator)]
        if (
            len(fields) > 1
            and second.count(separator) >= len(fields) - 1
            and all(_HEADER.fullmatch(field) for field in fields)
        ):
            yield from filter(None, map(classify_name, fields))


_HEADER = re.compile(r"[A-Za-z][\w .-]{0,40}")


def _texts_inside(value: str) -> list[str]:
    """Give the strings of a JSON document; what is none, as it is."""
    try:
        stack: list[object] = [json.loads(value)]
    except (ValueError, RecursionError):
        return [value]
    texts = []
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, list):
            stack += item
        elif isinstance(item, str):
            texts.append(item)
    return texts


def _words_in_bytes(value: str) -> str:
    """Give what bytes in hexadecimal say, where they are text."""
    raw = _decode_hex(value) if value.startswith("\\x") else b""
    text = raw.decode("utf-8", "ignore")
    # Of what was cut, the last character may be a part.
    is_text = text and len(text.encode()) >= len(raw) - 3 and not _CONTROL.search(text)
    return text if is_text and not column_names(raw) else value


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def _is_document(value: str) -> bool:
    text = value.strip()
    return text[:1] + text[-1:] in ("{}", "[]", "<>")


def _names_in_blob(value: str) -> tuple[str, ...]:
    return column_names(_decode_hex(value)) if value.startswith("\\x") else ()


def _document_classes(value: str, depth: int = 0) -> Iterator[Sensitivity]:
    yield from filter(None, map(classify_name, _names_in_blob(value)))
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        yield from _text_classes(value)
        return
    stack: list[object] = [document]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield from _member_classes(item)
            stack += (
                inner
                for key, inner in item.items()
                if not (isinstance(inner, str) and _VERSION.search(str(key)))
            )
        elif isinstance(item, list):
            stack += item
        elif isinstance(item, str):
            found = detectors.whole(item)
            if found is not None and not _is_version(found, item):
                yield found
            elif depth < _DEPTH_MAX and item.lstrip()[:1] in ("{", "[", "<"):
                yield from _document_classes(item, depth + 1)
            elif depth < _DEPTH_MAX and (words := decoded(item)) is not None:
                yield from _document_classes(words, depth + 1)


_DEPTH_MAX = 8
"""Documents as text in documents."""


def _is_version(found: Sensitivity, value: str, *, is_named: bool = False) -> bool:
    """Four numbers with points are an address only if they look like one, or have a port.

    Args:
        is_named: the name of the column says that it holds versions.
    """
    return (
        found is Sensitivity.IP_ADDRESS
        and value.count(".") == _VERSION_DOTS
        and ":" not in value
        and (is_named or not detectors.is_address_like(value))
    )


def _member_classes(item: dict[str, object]) -> Iterator[Sensitivity]:
    for key, inner in item.items():
        if is_named(str(key), inner):
            yield classify_name(str(key)) or Sensitivity.ADDRESS
    yield from _named_pair(item)


def _named_pair(item: dict[str, object]) -> Iterator[Sensitivity]:
    """Look for a name that stands as a value, ``{"name": "ssn", "value": …}``."""
    for key, inner in item.items():
        if str(key).casefold() in ("name", "key", "field", "attribute") and len(item) > 1:
            named = classify_name(inner) if isinstance(inner, str) else None
            if named is not None:
                yield named
        elif str(key).casefold() in NAMING and isinstance(inner, str):
            named = classify_name(inner)
            is_held = any(
                str(other).casefold() in HOLDING and held not in (None, "", True, False)
                for other, held in item.items()
            )
            if named is not None and is_held:
                yield named


def _text_classes(value: str) -> Iterator[Sensitivity]:
    if value.startswith("\\x"):
        value = _decode_hex(value).decode("utf-8", "replace")
    if value.lstrip().startswith("<"):
        value = html.unescape(value)
    for word in (*_NAMES_INSIDE.findall(value), *NAMED_IN_XML.findall(value)):
        named = classify_name(next(filter(None, word)))
        if named is not None:
            yield named
    for piece in re.split(r"[{}\[\],\"<>\s()]+", value):
        found = detectors.whole(piece)
        if found is not None:
            yield found


_NAMES_INSIDE = re.compile(
    r"<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?(?<!/)>(?!\s*</)"
    r"|\b([\w-]+)=(?!>)|\"([^\"\\]{1,64})[\\\"]*\"\s*(?::|=>)"
)
"""In XML, in lists of settings, and in JSON inside of strings, of rows and of hstore."""
NAMED_IN_XML = re.compile(
    r"<(?:[\w.-]+:)?(?:name|key|field|attribute)>\s*([\w .-]{1,64}?)\s*</[^<>]*>\s*<[^/]"
    r"|<[\w:.-]+\s[^<>]{0,400}?\b(?:name|key|field|attribute)=[\"']([^\"'<>]{1,64})[\"']"
    r"(?:[^<>]{0,400}?\svalue=[\"'][^\"']|[^<>]{0,400}(?<!/)>\s*[^<\s])"
)
"""Names that stand as values beside what they name."""
MEMBER = re.compile(
    r"(?P<before>\"(?P<name>[^\"\\\n]{1,64})\"\s?:\s{0,2})(?P<value>\"[^\"\\\n]{1,512}\"|\d[\d.-]*)"
)
"""Of JSON, wherever in a text."""


def classify_pairs(
    columns: Mapping[str, Classification], samples: Mapping[str, Sequence[str | None]]
) -> Mapping[str, Classification]:
    """Find values that stand beside their names: ``settings(name, value)``.

    Args:
        columns: what was found of each column by itself.
        samples: of each column, by name.

    Returns:
        The classes of columns that hold what another one names.
    """
    named: set[Sensitivity] = set()
    for column in columns:
        if split_words(column)[-1:] and split_words(column)[-1] in _NAMING:
            found = (classify_name(one) for one in samples.get(column, ()) if one and _is_name(one))
            named |= _WITHOUT_FORM.intersection(filter(None, found))
    if not named:
        return {}
    chosen = named.pop() if len(named) == 1 else Sensitivity.SECRET
    evidence = f"names that stand beside it say {chosen.value}"
    return {
        column: Classification(sensitivity=chosen, evidence=evidence)
        for column, found in columns.items()
        if found.sensitivity in (None, Sensitivity.UNPROVEN)
        and split_words(column)[-1:]
        and split_words(column)[-1] in _HOLDING
    }


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z][\w:/-]{1,63}", text) is not None


def _decode_hex(value: str) -> bytes:
    try:
        return bytes.fromhex(value[2:])
    except ValueError:
        return b""


def _is_wide(type_name: str) -> bool:
    base = type_name.casefold()
    return not re.match(
        r"(?:tiny|small|medium)?int(?:2|4|eger)?\b(?!8)|year|float|double|real", base
    )


def _words(text: str) -> re.Pattern[str]:
    # ``ssn2`` is another of them.
    return re.compile(rf"(?:^|_)(?:{text})\d{{0,2}}(?:_|$)")


_NAMES: tuple[tuple[Sensitivity, re.Pattern[str]], ...] = (
    (
        Sensitivity.PASSWORD,
        _words(
            r"passwords?|passwds?|pwd|pw|pass_?hash|pass_?phrase|pass_?codes?|passwort|kennwort"
            r"|mot_de_passe|mdp|contrasenas?|senha|encrypted_password|pass|password_?hash"
            r"|hashed_(?:password|pw)|pin_code|pin|pwhash|salt|parola?|haslo|heslo|losenord"
            r"|passord|adgangskode|wachtwoord|sifre|salasana|jelszo"
        ),
    ),
    (
        Sensitivity.EMAIL,
        _words(
            r"e_?mails?|eml\d?|e_?mail_?addr(?:ess)?|[a-z]*emails?[0-9]*|correo(?:_electronico)?|courriel"
            r"|mails?|[a-z]*mail_?addr(?:ess)?|e_?mail_?adresse|correio(?:_eletronico)?|e_?post"
            r"|e_?posta|posta_elettronica|sahkoposti"
        ),
    ),
    (
        Sensitivity.IBAN,
        _words(
            r"ibans?|bank_?acc(?:oun)?t(?:_?(?:no|nr|num|number))?|acc(?:oun)?t_?(?:no|nr|number|last_?(?:4|four))"
            r"|konto_?(?:nummer|nr|no)|bank_?konto|swift_account|routing_?(?:number|no)|bank_routing|clabe"
            r"|numero_(?:de_)?(?:cuenta|compte|conta|conto)|cuenta_bancaria|compte_bancaire"
            r"|conta_bancaria|conto_corrente|rib|bban|nrb|kto_?(?:nr|nummer)?|bank_?verb(?:indung)?"
            r"|(?:bank_?)?rekening(?:_?(?:nr|nummer))?"
        ),
    ),
    (
        Sensitivity.CARD,
        _words(
            r"pan|card_?(?:no|nr|num|number|pan)|cc_?(?:no|nr|num|number)?|ccn|credit_?card"
            r"(?:_?(?:no|nr|num|number))?|cvv2?|cvc2?|kredit_?karte|karten_?(?:nummer|nr)"
            r"|kreditkarten_?(?:nummer|nr)|carte_bancaire|numero_(?:de_)?(?:carte|carta|tarjeta"
            r"|cartao)|tarjeta|cartao|debit_?card(?:_?number)?|payment_card|card|track_?data"
            r"|primary_account_number|card_?holder_?number"
        ),
    ),
    (
        Sensitivity.SSN,
        _words(
            r"ssn\d*|ssns|ss_?(?:no|nr|num|number)|ssn(?:no|num|number|text|hash|enc)"
            r"|social_?security(?:_?(?:no|nr|num|number))?"
            r"|social_?sec(?:_?(?:no|num))?|social_?insurance(?:_?(?:no|number))?"
            r"|national_?(?:id|no|number|identifier|insurance(?:_?number)?)|nin|nino"
            r"|tax_?(?:id|no|nr|number|payer_?id)|tin|itin|passport(?:_?(?:no|nr|num|number|id))?"
            r"|sin|cpf|cnpj|dni|nie|nif|curp|bsn|pesel|aadhaa?r|personnummer|ahv(?:_?(?:nr|nummer))?"
            r"|sozialvers(?:icherung)?s?_?(?:nr|nummer)?|sv_?(?:nr|nummer)|steuer_?(?:id|nr|nummer)"
            r"|codice_fiscale|cod_?fisc(?:ale)?|(?:num(?:ero)?|no|n)_?(?:de_)?secu(?:rite)?(?:_soc(?:iale)?)?"
            r"|tessera_sanitaria|tarjeta_sanitaria|carte_vitale|(?:e?gk|ehic)_?(?:no|nr|num|nummer|number)"
            r"|insee|nss|(?:num(?:ero)?|no|n)_?(?:de_)?permis|permis_(?:de_)?conduire"
            r"|(?:num(?:ero)?_)?patente_(?:di_)?guida|num(?:ero)?_patente"
            r"|permiso_(?:de_)?conducir|carta_(?:de_)?conducao|cnh|rijbewijs(?:_?nummer)?|korkort"
            r"(?:s_?nummer)?|prawo_jazdy|ajokortti|surucu_belgesi"
            r"|(?:numero_)?(?:de_)?seguridad_social|fodsels?_?(?:nummer|nr)|cpr(?:_?(?:nr|nummer))?"
            r"|henkilotunnus|hetu|rodne_cislo|jmbg|oib|emso|(?:tc_?)?kimlik(?:_?no)?|nric|hkid"
            r"|driver_?s?_?licen[cs]e(?:_?(?:no|num|number))?|dl_?(?:no|nr|num|nbr|number)|fuhrerschein"
            r"(?:_?(?:nr|nummer))?|id_?card(?:_?(?:no|number))?|identity_?(?:no|number|card)"
            r"|citizen_?(?:id|no|number)|personal_?(?:id|no|nr|number)|personal_code"
            r"|(?:kranken)?versicherten_?(?:nr|nummer)|kvnr|ausweis(?:_?(?:nr|nummer))?"
            r"|reisepass(?:_?(?:nr|nummer))?|pasaporte|passeport"
            r"|medicare(?:_?(?:no|number|id))?|medicaid(?:_?(?:no|number|id))?|mbi"
            r"|nhs_?(?:no|num|number)"
            r"|fnr|egn|cnp|tckn|rijksregister(?:_?(?:nr|nummer))?|insz|niss|nir|amka|kennitala"
            r"|isikukood|asmens_kodas|snils|cuil|cedula(?:_de_identidad)?|my_?number|rut"
            r"|person_?nr|burgerservice_?nummer|tfn"
        ),
    ),
    (
        Sensitivity.BIRTH_DATE,
        _words(
            r"dob|d_o_b|birth_?dates?|birth_?days?|birth_?dt|date_?of_?birth|born(?:_(?:on|at))?"
            r"|birth|birth_?month|b_?day|geburt|geburtstag|geburts_?monat|geb(?:urts)?_?dat(?:um)?"
            r"|geboren(?:_(?:am|op))?|geboorte(?:_?dat(?:um)?)?|ddn|nee?_le"
            r"|(?:d(?:a?te?)?_?(?:de_)?)?naiss(?:ance)?|nacid[oa]_el|nacimiento"
            r"|f(?:echa|ec)?_?(?:de_)?nac(?:imiento)?|nascid[oa]_em|nascimento"
            r"|d(?:ata|t)_?(?:de_)?nasc(?:imento)?|nat[oa]_il|(?:d(?:ata)?_?(?:di_)?)?nascita"
            r"|f_?dato|fodd|fodt(?:_dato)?|fod(?:else|sels?)?_?(?:datum|dato|dag)|syntymaaika"
            r"|data_?ur(?:odz(?:enia)?)?|dat(?:um)?_?nar(?:oz(?:eni)?)?|data_?nasterii"
            r"|datum_?rod(?:enja)?|szul(?:etesi)?_?(?:datum|ido)|dogum_?tar(?:ihi)?"
        ),
    ),
    (
        Sensitivity.TOKEN,
        _words(
            r"(?:\w+_)?tokens?|(?:\w+_)?tok|tkn|api_?keys?|apikeys?|access_?keys?|session_?keys?"
            r"|private_?keys?|otp|(?:\w+_)?secrets?|secret_?keys?|client_secret|auth_?keys?|bearer"
            r"|jwt|totp(?:_secret)?|recovery_?codes?|backup_?codes?|refresh_?token|webhook_?secret"
            r"|signing_?keys?|encryption_?keys?|enc_?key|hmac_?key|license_key|session_?id|sessid"
            r"|phpsess(?:id)?|jsessionid|cookies?|credentials?|security_answer|mfa_secret|reset_?code|verification_?code"
            r"|auth_?code|ssh_?keys?|two_factor_secret|seed_phrase|mnemonic"
        ),
    ),
    (
        Sensitivity.IP_ADDRESS,
        _words(
            r"ip|ips|ip_?addr(?:ess)?(?:es)?|ipv[46]|client_?ip|(?:remote|client|peer|src|source"
            r"|dst)_?addr(?:ess)?|remote_ip|source_?ip|last_?login_?ip|sign_?in_?ip|host_?ip"
            r"|x_forwarded_for|x_real_ip|ip_?adresse|ipaddr|ipaddress|clientip|user_ip"
            r"|direccion_ip|adresse_ip|indirizzo_ip"
        ),
    ),
    (
        Sensitivity.PHONE,
        _words(
            r"(?:tele)?phones?\d*|phone_?(?:no|nr|num|number)s?|mobiles?|mobile_?(?:no|nr|num"
            r"|number|phone)|mob(?:il)?_?(?:no|nr|num|nummer)?|cell(?:_?phone|_?number)?"
            r"|tel\d*|tel_?(?:no|nr|num|number)|telefon(?:_?(?:nummer|nr)|o|e)?|fax"
            r"(?:_?(?:no|nr|number))?|msisdn|handy(?:_?(?:nummer|nr))?|telefono|celular|cellulare"
            r"|movil|telemovel|rufnummer|puhelin(?:numero)?|tlf(?:_?nr)?|ph_?no|phn|gsm|whatsapp"
            r"|sms_number|contact_?(?:no|num|number)|phonenumber|mobilephone"
        ),
    ),
)
_FOREIGN = {
    word.casefold(): sensitivity
    for sensitivity, listed in (
        (Sensitivity.PASSWORD, "パスワード 密码 密碼 暗証番号 пароль 비밀번호 סיסמה κωδικός"),
        (Sensitivity.EMAIL, "邮箱 メール почта 이메일"),
        (Sensitivity.PHONE, "电话 電話 手机 телефон 전화"),
        (Sensitivity.SSN, "身份证 マイナンバー паспорт снилс 주민등록번호"),
        (Sensitivity.CARD, "银行卡 カード番号 номер_карты"),
        (Sensitivity.BIRTH_DATE, "生年月日 出生日期 дата_рождения"),
    )
    for word in listed.split()
}
"""Words that need no gap around them, in scripts that the patterns above do not read."""
_NAMING = names(
    "k key name field attribute attr property prop param parameter setting option variable type"
)
"""Last words of columns that hold names."""
_HOLDING = names("v val value values content data text string")
"""And of those beside them, with what they name."""
_WITHOUT_FORM = frozenset(
    {
        Sensitivity.PASSWORD,
        Sensitivity.TOKEN,
        Sensitivity.SSN,
        Sensitivity.CARD,
        Sensitivity.IBAN,
        Sensitivity.BIRTH_DATE,
    }
)
"""The others are known by their form in any cell."""
_ADDRESS = _words(
    r"addr(?:ess)?(?:es)?(?:_?line)?_?\d*|adr(?:_?line)?_?\d*|(?:street|home|postal|mailing|shipping|billing"
    r"|delivery|residential|permanent|current|work)_?addr(?:ess)?(?:_?(?:line)?_?\d+)?"
    r"|streets?\d*(?:_?(?:name|line|address))?|ship_?to|bill_?to|adresse\d*|anschrift"
    r"|stra(?:ss|s)e|wohn(?:ort|adresse)|direccion|domicilio|calle|rue|indirizzo|endereco"
    r"|logradouro|adres|ulica|adress|gatuadress|gate_?adresse|osoite|adresa"
)
"""Names of postal addresses, if the values look so too: servers and wallets have addresses."""
_ADDRESS_STEM = re.compile(r"anschrift|hausnr|hausnummer|huisn|straat|strasse|domicilio|ulic[ay]")
_INNOCENT = re.compile(
    r"(?:^|_)(?:count|counts|cnt|total|verified|confirmed|valid|enabled|required|opt_?in|opt_?out"
    r"|expires?|expiry|expired|expiration|ttl|type|kind|status|state|provider|brand|issuer|template"
    r"|subject|sent|bounced|changed|updated|created|reset_at|rotated|length|policy|strength|format"
    r"|limit|quota|used|usage|price|cost|fee|amount|sent_at|seen_at|at|is|has|show|hide|allow|num"
    r"_of|version|preference|preferences|pref|prefs|settings?|notifications?|campaigns?|queue"
    r"|country|region|model|os|platform|app|device|size|width|height|holder_type|network|label"
    r"|exp_month|exp_year|attempts|domain|client|frequency|lists?|body|priority|max|min|rate"
    r"|ratio|budget|scope|scopes|name|names|title|category|color|colour|theme|schema|index|position"
    r"|weight|order|rank|score|source|language|locale|lang|mode|channel|class|level|family|role"
    r"|host|port|server|pool|range|prefix_length|vendor|manufacturer|carrier|supported|allowed"
    r"|sequence|seq|pct|percent|percentage|days|hours|minutes|seconds|ms|bytes)$"
    r"|(?:^|_)(?:card|token|e?mail|phone|ip|secret|credential|key|pass|password|addr|address)"
    r"_(?:template_)?(?:ids?|uuid|guid|fk|ref|refs|type_id)$"
    r"|^(?:is|has|num(?!_(?:tel|secu|ss|fiscal|carte|compte|cuenta|tarjeta|cartao|permis|pasaporte|passeport))|count|total|max|min|avg|n|no_of|number_of|days|hours|show|hide|allow|enable"
    r"|require|prompt|completion|input|output|used|uses|can|needs|send|receive)_"
)
_VERSION_DOTS = 3
_VERSION = re.compile(r"(?i)version|release|build|firmware|(?:^|_)ver(?:_|$)")
"""Names of versions with four parts, which look like addresses."""
_COMMENTS = (
    (
        Sensitivity.SSN,
        _words(
            r"ssn|social_security|national_id(?:entity)?|passport_(?:no|number)|tax_id"
            r"|driv(?:er_?s?|ing)_licen[cs]e(?:_(?:no|number))?|numero_d[eu]_(?:permis|passeport)"
            r"|permis_de_conduire|numero_de_securite_sociale|numero_de_(?:la_)?seguridad_social"
            r"|national_insurance(?:_(?:no|number))?|pesel|burgerservice_?nummer"
            r"|codice_fiscale|numero_de_pasaporte|fuhrerschein_?(?:nr|nummer)"
            r"|(?:reisepass|personalausweis|ausweis)_?(?:nr|nummer)|steuer_?(?:id|identifikations)"
            r"_?(?:nr|nummer)?|(?:sozial|kranken)versicher(?:ungs|ten)_?(?:nr|nummer)|rijbewijs_?nummer"
        ),
    ),
    (
        Sensitivity.EMAIL,
        _words(
            r"e_?mail_address(?:es)?|e_?mail|emails|e_?mail_adresse|courriel|correo_electronico"
        ),
    ),
    (
        Sensitivity.PHONE,
        _words(
            r"phone_number|telephone|mobile_number|phone|telef(?:o+n|on)_?nummer|rufnummer"
            r"|numer_telefonu|handy_?nummer"
            r"|numero_de_tel(?:ephone|efono|efone)"
        ),
    ),
    (
        Sensitivity.CARD,
        _words(r"credit_card|card_number|pan|primary_account_number|kreditkarten_?nummer"),
    ),
    (
        Sensitivity.IBAN,
        _words(
            r"iban|bank_account|konto_?(?:nr|nummer)|rekening_?nummer|numero_de_(?:cuenta|compte)"
            r"|numero_di_conto|numer_(?:rachunku|konta)"
        ),
    ),
    (
        Sensitivity.BIRTH_DATE,
        _words(
            r"date_of_birth|birth_?date|birthday|date_de_naissance|geburts_?(?:datum|tag|monat)"
            r"|fecha_de_nacimiento|data_d[ei]_nasc(?:ita|imento)|dogum_tarihi|fodselsdato"
            r"|fodelsedatum|geboorte_?datum|data_urodzenia|datum_narozeni|syntymaaika"
        ),
    ),
    (Sensitivity.PASSWORD, _words(r"password|passphrase|passwort|kennwort|mot_de_passe")),
    (
        Sensitivity.TOKEN,
        _words(
            r"api_key|secret|access_token|private_key|credentials?|session_id|session_cookie"
            r"|(?:totp|mfa|otp|2fa)_(?:seed|secret|key)"
        ),
    ),
    (Sensitivity.IP_ADDRESS, _words(r"ip_address(?:es)?")),
    (
        Sensitivity.SECRET,
        _words(r"pii|confidential|sensitive|gdpr|personal_data|phi|hipaa"),
    ),
)
_CONTACT = _words(
    r"(?:\w*_)?(?:contacts?|contact[oe]s?|kontakte?|\w*kontakt|ansprechpartner|next_of_kin|nok"
    r"|emergency|notfall|guardian|call_?back|ruckruf|rueckruf|notify|reach(?:ed)?(?:_(?:at|by|to|on))?)"
    r"(?:_(?:to|at|by|on))?"
)
"""Names that say whom or where to call, and not how."""
_BIRTH_PARTS = _words(r"birth_?(?:month|day)|geburts_?(?:monat|tag)")
"""A day and a month beside a year of birth: small numbers, and telling."""
_CODES = _words(r"cvv2?|cvc2?|pin|pin_?code|otp|pass_?code|(?:verification|reset|auth)_code")
"""Short codes: they need not be long to tell."""
_CODE_DIGITS_MIN = 3
_NUMBERED = frozenset({Sensitivity.PHONE, Sensitivity.CARD, Sensitivity.SSN, Sensitivity.IBAN})
"""Their values have digits."""
_REFUTING_MIN = 5
"""Different values without a digit that refute ``card``: fewer may stand for "none"."""
_STILL_DATA = names(
    """
    address addr adresse no nr num number numbers nummer value values val hash hashed digest enc
    encrypted cipher ciphertext crypt raw plain plaintext clear text last last4 four first home work
    office private personal primary secondary alt alternate alternative other others backup main
    old new prev previous current business mobile cell day evening normalized canonical lower
    md5 sha1 sha256 local key code secret str string data field seed link bin blob json ext
    extension full id ids of for from to and or a b c i ii
    """
)
"""Behind a telling word they leave the value in: ``ssn_last4``, ``password_hash``."""
_PLAIN_WORDS = re.compile(r"[^\W\d_]+(?:[ .:/_-][^\W\d_]+)*[ -]?\d{0,3}")
_STREET = re.compile(
    r"(?:^|\s)\d{1,5}[A-Za-z]?[,\s]\s*[^\W\d]\w*|[^\W\d_]{3,}\.?,?\s+\d{1,5}\s?[A-Za-z]?(?:$|[\s,/-])"
)
"""A house number and a word beside it, in either order."""
_STREET_CHARACTERS = 120
_FLAGS = ("0", "1", "yes", "no", "on", "off", "y", "n")
_NUMERIC_CLASSES = frozenset(
    {
        Sensitivity.PHONE,
        Sensitivity.CARD,
        Sensitivity.SSN,
        Sensitivity.IBAN,
        Sensitivity.IP_ADDRESS,
        Sensitivity.BIRTH_DATE,
        Sensitivity.PASSWORD,
        Sensitivity.SECRET,
    }
)
_OPAQUE_CLASSES = frozenset(
    {Sensitivity.SSN, Sensitivity.PASSWORD, Sensitivity.TOKEN, Sensitivity.SECRET}
)
_WEAK = frozenset({Sensitivity.CARD, Sensitivity.PHONE, Sensitivity.IP_ADDRESS})
_PROVEN_KINDS = frozenset({"date", "boolean", "opaque"})
_LABEL = re.compile(r"'((?:[^']|'')+)'")
_KINDS = {
    **dict.fromkeys(
        names(
            """
    int2 int4 int8 smallint integer int bigint tinyint mediumint numeric decimal dec fixed float4
    float8 float double real money oid serial bigserial smallserial number
    """
        ),
        "number",
    ),
    **dict.fromkeys(
        names(
            """
    text varchar character char bpchar citext tinytext mediumtext longtext name nvarchar nchar
    string enum set
    """
        ),
        "text",
    ),
    **dict.fromkeys(
        names("date timestamp timestamptz datetime year daterange tsrange tstzrange"), "date"
    ),
    **dict.fromkeys(["uuid", "bit", "varbit"], "opaque"),
    **dict.fromkeys(["bool", "boolean"], "boolean"),
    **dict.fromkeys(
        names(
            """
    json jsonb xml hstore bytea blob tinyblob mediumblob longblob binary varbinary tsvector
    """
        ),
        "document",
    ),
    **dict.fromkeys(["inet", "cidr", "inet4", "inet6"], "address"),
    **dict.fromkeys(
        names(
            """
    time timetz interval point line lseg box path polygon circle geometry
    geography macaddr macaddr8 pg_lsn xid xid8 cid tid txid_snapshot regclass regtype regproc
    regrole regnamespace int4range int8range numrange linestring multipoint multilinestring
    multipolygon geometrycollection void
    """
        ),
        "plain",
    ),
}


def _any(text: str) -> re.Pattern[str]:
    return re.compile(text)


_PG_SECRETS = (
    (
        _any(r"pg_catalog\.pg_stats(?:_ext|_ext_exprs)?"),
        _any(
            r"most_common_.*|histogram_bounds|range_.*_histogram|elem_count_histogram|correlation"
            r"|avg_width"
        ),
    ),
    # What was sorted on disk, byte by byte.
    (_any(r"pg_catalog\.pg_stat_database"), _any(r"temp_bytes")),
    # Trees of expressions, with the bytes of each constant; pg_get_expr makes words of them.
    (
        _any(
            r"pg_catalog\.pg_(?:attrdef|constraint|index|policy|class|type|proc|rewrite|trigger"
            r"|statistic_ext|partitioned_table|publication_rel)"
        ),
        _any(
            r"adbin|conbin|indexprs|indpred|polqual|polwithcheck|relpartbound|typdefaultbin"
            r"|proargdefaults|prosqlbody|ev_qual|ev_action|tgqual|stxexprs|partexprs|prqual"
        ),
    ),
    (
        _any(r"pg_catalog\.pg_statistic(?:_ext_data)?"),
        _any(r"sta(?:values|numbers|width).*|stxd.*"),
    ),
    # What rows hold in a column that was added with a default.
    (_any(r"pg_catalog\.pg_attribute"), _any(r"attmissingval")),
    (_any(r"pg_catalog\.pg_backend_memory_contexts"), _any(r"ident")),
    (_any(r"pg_catalog\.pg_authid"), _any(r"rolpassword")),
    (_any(r"pg_catalog\.pg_shadow"), _any(r"passwd")),
    (_any(r"pg_catalog\.pg_user_mappings?"), _any(r"umoptions")),
    (_any(r"pg_catalog\.pg_foreign_server"), _any(r"srvoptions")),
    (_any(r"pg_catalog\.pg_largeobject"), _any(r"data")),
    (
        _any(r"pg_catalog\.pg_stat_(?:activity|replication|ssl|gssapi)"),
        _any(r"query|application_name|client_addr|client_hostname|client_dn"),
    ),
    (_any(r"\w+\.pg_stat_statements"), _any(r"query")),
    (_any(r"pg_catalog\.pg_prepared_statements"), _any(r"statement")),
    (_any(r"pg_catalog\.pg_cursors"), _any(r"statement")),
    (_any(r"pg_catalog\.pg_prepared_xacts"), _any(r"gid")),
    (_any(r"pg_catalog\.pg_hba_file_rules"), _any(r"address|netmask|options|user_name")),
    (_any(r"pg_catalog\.pg_ident_file_mappings"), _any(r"sys_name|pg_username")),
    (_any(r"pg_catalog\.pg_subscription"), _any(r"subconninfo")),
    (_any(r"pg_catalog\.pg_stat_wal_receiver"), _any(r"conninfo|sender_host")),
    (_any(r"pg_catalog\.pg_file_settings"), _any(r"setting")),
    (_any(r"information_schema\.user_mapping_options"), _any(r"option_value")),
    (_any(r"information_schema\._pg_user_mappings"), _any(r"umoptions")),
    (_any(r"pg_catalog\.pg_db_role_setting"), _any(r"setconfig")),
    (_any(r"pg_catalog\.pg_seclabels?|pg_catalog\.pg_shseclabel"), _any(r"label")),
    (_any(r"pg_toast\..*"), _any(r"chunk_data")),
)
_MYSQL_SECRETS = (
    (
        _any(r"mysql\.(?:user|global_priv|db|servers|slave_master_info|password_history)"),
        _any(r"authentication_string|password|priv|plugin_auth.*|username|user_password.*"),
    ),
    (_any(r"mysql\.(?:general_log|slow_log)"), _any(r"argument|sql_text|user_host")),
    (
        _any(r"mysql\.(?:column_stats|innodb_index_stats)"),
        _any(r"min_value|max_value|histogram|avg_length"),
    ),
    (_any(r"information_schema\.column_statistics"), _any(r"histogram")),
    # Pages, one by one or in number: a temporary table takes as many as what is in it is long.
    (_any(r"information_schema\.innodb_buffer_page(?:_lru)?"), _any(r".*")),
    (_any(r"information_schema\.innodb_buffer_pool_stats"), _any(r"(?!pool_).*")),
    (_any(r"information_schema\.innodb_metrics"), _any(r".*count.*")),
    (
        _any(r".*\.processlist|sys\..*processlist"),
        _any(r"info.*|current_statement|last_statement|host|query"),
    ),
    (_any(r"information_schema\.innodb_trx"), _any(r"trx_query|trx_last_foreign_key_error")),
    (_any(r"information_schema\.optimizer_trace"), _any(r"query|trace")),
    (_any(r"information_schema\.innodb_locks|performance_schema\.data_locks"), _any(r"lock_data")),
    (_any(r"information_schema\.(?:innodb_ft_.*)"), _any(r"word|value")),
    (
        _any(r"performance_schema\..*"),
        _any(
            r"sql_text|digest_text|query_sample_text|message_text|processlist_info|variable_value"
            r"|argument.*|attr_value|current_statement|host_name|user_password"
        ),
    ),
    (
        _any(r"sys\..*"),
        _any(
            r"(?:.*_)?(?:query|statement|sql_text|digest_text|processlist_info|lock_data)"
            r"|(?:waiting|blocking)_.*|sql_kill.*|last_statement.*"
        ),
    ),
    (_any(r"information_schema\.(?:user_variables)"), _any(r"variable_value")),
    (_any(r"information_schema\.(?:query_cache_info|profiling)"), _any(r"statement_text")),
    (_any(r"information_schema\.(?:global|session)_status"), _any(r"variable_value")),
    (
        _any(r"information_schema\.(?:\w+_statistics|processlist)|performance_schema\..*|sys\..*"),
        _any(r"(?:.*_)?bytes_(?:sent|received|written)|.*memory_used|.*memory_allocated"),
    ),
    (_any(r"information_schema\.tables"), _any(r"checksum")),
    (_any(r"information_schema\.user_attributes"), _any(r"attribute")),
)
