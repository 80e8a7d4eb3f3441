"""What documents and lists hold under one name, so that it can be looked at as a column is.

No single ``85010112345`` tells that it is somebody's; two hundred of them under ``ref`` do, be it
in JSON, XML, an array, ``key=value`` or a list with semicolons.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from bastion.core.paths import Path

Fields = dict[Path, list[str]]
"""Values by where they stand, in small letters.

What stands at a place of a list is there once more, by the list's path and ``PLACE`` with the
number: its first may be of another kind than its second."""
_Found = Iterator[tuple[Path, str]]
_Split = Callable[[str], _Found]

KEYS = "\0"
"""The last of the path of what members are called: names may be values too."""
PLACE = "\1"
_PLACES_MAX = 8
_LOOKED_AT = 3
_VALUES_MAX = 1000
"""Of one name: more are not needed to be sure."""


def fields_of_documents(values: Sequence[str]) -> Fields:
    """Give what stands in JSON, XML, hstore and arrays of PostgreSQL."""
    return _collected(values, _of_document)


def fields_of_texts(values: Sequence[str]) -> Fields:
    """Give what stands in texts that are lists or pairs, all of them; nothing where some are not.

    Prose has commas too: each part of a list has digits, and pairs leave nothing between them.
    """
    if not all(map(_may_be_list, values[:_LOOKED_AT])):
        return {}
    return _collected(values, _of_text)


def _collected(values: Sequence[str], split: _Split) -> Fields:
    found: Fields = defaultdict(list)
    for value in values:
        for path, text in split(value):
            same = found[path]
            if len(same) < _VALUES_MAX:
                same.append(text)
    return found


def _of_document(value: str) -> _Found:
    try:
        yield from _of_json(json.loads(value, parse_int=str, parse_float=str))
    except (ValueError, RecursionError):
        bare = value.strip()
        if bare[:1] == "<":
            yield from _of_xml(bare)
        elif _HSTORE.match(bare):
            for match in _HSTORE.finditer(bare):
                yield _path(match["name"]), match["value"] or ""
        elif bare[:1] + bare[-1:] == "{}":
            items = [match["quoted"] or match["bare"] or "" for match in _ITEM.finditer(bare)]
            yield from _of_list((), items)


def _of_json(document: object) -> _Found:
    stack: list[tuple[Path, object]] = [((), document)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, dict):
            stack += (((*path, key.casefold()), inner) for key, inner in item.items())
            yield from (((*path, KEYS), key) for key in item)
        elif isinstance(item, list):
            yield from _of_list(path, [inner for inner in item if isinstance(inner, str)])
            stack += ((path, inner) for inner in item if not isinstance(inner, str))
        elif isinstance(item, str):
            yield path, item


def _of_list(path: Path, texts: Sequence[str]) -> _Found:
    for place, text in enumerate(texts):
        yield path, text
        if place < _PLACES_MAX and len(texts) > 1:
            yield (*path, f"{PLACE}{place}"), text


def _path(name: str) -> Path:
    return (name.rpartition(":")[2].strip().casefold(),)


def _of_xml(text: str) -> _Found:
    for match in _ELEMENT.finditer(text):
        yield _path(match["name"]), match["value"]
    for match in _ATTRIBUTE.finditer(text):
        yield _path(match["name"]), match["value"]


def _of_text(value: str) -> _Found:
    if _HSTORE.match(value.strip()):
        yield from _of_document(value)
        return
    listed = []
    for part in filter(None, map(str.strip, _SEPARATOR.split(value))):
        if _PAIR.match(part):
            name, _, rest = _SIGN.split(part, maxsplit=1)
            yield _path(name), rest.strip(_QUOTES)
        else:
            listed.append(part.strip(_QUOTES))
    yield from _of_list((), listed)


def _may_be_list(value: str) -> bool:
    parts = [part for part in _SEPARATOR.split(value) if part.strip()]
    if not parts or len(value) > _LENGTH_MAX:
        return False
    if _HSTORE.match(value.strip()):
        return True
    if all(map(_PAIR.match, parts)):
        return True
    return len(parts) > 1 and all(map(_DIGITS.search, parts))


_QUOTES = "\"' "
_LENGTH_MAX = 2000
_SEPARATOR = re.compile(r"[;,|&\n\t]")
_SIGN = re.compile(r"\s*(=|:)\s*")
_PAIR = re.compile(r"\s*[A-Za-z][\w.-]{0,40}\s*[=:]\s*\S[^=]*$")
_DIGITS = re.compile(r"(?:\d\D{0,2}){4}")
_HSTORE = re.compile(r"\"(?P<name>[^\"\\]{1,64})\"\s*=>\s*(?:\"(?P<value>[^\"]*)\"|NULL)")
_ITEM = re.compile(r"\"(?P<quoted>[^\"]*)\"|(?P<bare>[^{},\"]+)")
_ELEMENT = re.compile(r"<(?P<name>[A-Za-z_][\w:.-]*)[^<>]*>\s*(?P<value>[^<>]+?)\s*</")
_ATTRIBUTE = re.compile(r"\s(?P<name>[\w:.-]+)\s*=\s*[\"'](?P<value>[^\"'<>]+)[\"']")
