"""Find out what a column holds, with nothing to configure: name, comment, type, sampled values.

A name says what a column is meant to hold, values say what it does hold. Values count by their
share, never one by one: digit runs pass Luhn one time in ten. Look-alikes (order numbers,
versions, UUIDs, hashes, ISBN, epoch milliseconds) must stay readable.
"""

from __future__ import annotations

import dataclasses
import html
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bastion.core import detectors, national
from bastion.core.builtins import names
from bastion.core.catalogue import Classification
from bastion.core.dyncols import column_names
from bastion.core.encoded import decoded, text_of
from bastion.core.fields import KEYS, PLACE, Fields, fields_of_documents, fields_of_texts
from bastion.core.kinds import is_wide, type_kind
from bastion.core.model import Sensitivity
from bastion.core.naming import (
    BIRTH_PARTS,
    CODES,
    CONTACT,
    NUMBERED,
    TELLING_DIGITS_MIN,
    address_name,
    classify_comment,
    classify_name,
    is_about,
    is_named,
    is_street,
    joined_words,
    may_be,
    split_words,
)
from bastion.core.paths import HOLDING, NAMING, Path, shape_of

_SHARE_MIN = 0.3
"""Of sampled values with one form, for a column whose name says nothing."""
_CARD_SHARE_MIN = 0.6
"""Higher: one random digit run in ten passes Luhn."""
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
    if kind == "number" and (is_key or not is_wide(type_name)):
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


def _by_type(kind: str) -> Classification | None:
    if kind == "address":
        return Classification(
            sensitivity=Sensitivity.IP_ADDRESS, evidence="its type holds network addresses"
        )
    if kind == "plain":
        return Classification(sensitivity=None, evidence="its type holds nothing sensitive")
    return None


def _by_name(name: str, comment: str, kind: str, values: list[str]) -> Classification | None:
    sensitivity = classify_name(name) or address_name(name)
    if sensitivity is not None and _fits(name, sensitivity, kind, values):
        words = f"its name says {sensitivity.value}"
        return Classification(sensitivity=sensitivity, evidence=words, is_named=True)
    if comment:
        sensitivity = classify_comment(comment)
        if sensitivity is not None and _fits("", sensitivity, kind, values):
            words = f"its comment says {sensitivity.value}"
            return Classification(sensitivity=sensitivity, evidence=words, is_named=True)
    return None


def _by_parts(parts: Sequence[str]) -> Classification | None:
    for part in parts:
        sensitivity = classify_name(part) or address_name(part)
        if sensitivity is not None:
            words = f"a part of its type is called {part}"
            return Classification(sensitivity=sensitivity, evidence=words, is_compound=True)
    return None


def _fits(name: str, sensitivity: Sensitivity, kind: str, values: Sequence[str]) -> bool:
    """A type, or plain values, may refute a name: ``phone_count int``, ``token_expires date``."""
    if kind == "date":
        return sensitivity is Sensitivity.BIRTH_DATE
    if kind == "boolean":
        return False
    if kind == "opaque":
        return sensitivity in _OPAQUE_CLASSES
    joined = joined_words(name)
    is_code = CODES.search(joined) is not None
    if BIRTH_PARTS.search(joined):
        return True
    if kind == "number":
        digits_min = _CODE_DIGITS_MIN if is_code else TELLING_DIGITS_MIN
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
        return sum(map(is_street, values)) < len(values) * _SHARE_MIN
    if is_about(name, sensitivity):
        return not any(may_be(sensitivity, value) for value in values)
    is_numbered = sensitivity in NUMBERED or sensitivity is Sensitivity.BIRTH_DATE
    return (
        is_numbered
        and len(set(values)) >= _REFUTING_MIN
        and not any(may_be(sensitivity, value) for value in values)
    )


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
    if CONTACT.search(joined_words(name)) and _are_called(values):
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
    names_contact = CONTACT.search(joined_words(name)) is not None
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
        # Behind a stroke stands when it ends: ``CCVI4111…/0628``.
        number = value[brand.end() :].partition("/")[0]
        return Sensitivity.CARD if detectors.is_card(number) else None
    last = _LAST_NUMBER.search(value) if names_contact else None
    return Sensitivity.PHONE if last and detectors.is_phone(last[0].strip()) else None


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
    return classify_name(name) is not None or address_name(name) is not None


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
    return sensitivity is not None and any(may_be(sensitivity, part) for part in parts)


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
        found = detectors.whole(str(key))
        if found is not None and not _is_version(found, str(key)):
            # Who is meant stands in the name, ``{"ada@example.com": 3}``.
            yield found
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
    return re.fullmatch(r"[A-Za-z][\w.:/-]{1,63}", text) is not None


def _decode_hex(value: str) -> bytes:
    try:
        return bytes.fromhex(value[2:])
    except ValueError:
        return b""


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
_VERSION_DOTS = 3
_VERSION = re.compile(r"(?i)version|release|build|firmware|(?:^|_)ver(?:_|$)")
"""Names of versions with four parts, which look like addresses."""
_CODE_DIGITS_MIN = 3
_REFUTING_MIN = 5
"""Different values without a digit that refute ``card``: fewer may stand for "none"."""
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
