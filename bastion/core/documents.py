"""Hide sensitive values inside JSON, XML and free text that are shown, and keep them valid.

A value is sensitive by its form, by the name before it (``"ssn": …``, ``<ssn>…``), or by a name
that stands beside it as a value (``{"name": "ssn", "value": …}``).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

from bastion.core import detectors
from bastion.core.builtins import names
from bastion.core.classify import MEMBER, NAMED_IN_XML, hides_document
from bastion.core.naming import classify_name, is_named
from bastion.core.paths import Path


class _Number(str):
    """A JSON number as written, so that a document keeps its digits."""

    __slots__ = ()


class _Object(list[tuple[str, object]]):
    """A JSON object as written: two members may have one name."""

    __slots__ = ()


def redact_text(text: str) -> str:
    """Hide inside a text that may be a document; what is not hidden stays byte for byte."""
    bare = text.strip()
    if bare[:1] + bare[-1:] in ("{}", "[]", '""'):
        found = redact_json(text)
        if found is not None:
            return found
    if bare[:1] in ("{", "[", "(", '"') and any(
        classify_name(name) is not None for name in _ESCAPED.findall(text)
    ):
        # Documents inside an array or a row, or in a document as text.
        return detectors.MASK
    if bare[:1] + bare[-1:] == "<>":
        if _tells_escaped(text):
            return detectors.MASK
        text = _redact_xml(text)
    elif "</" in text:
        # In a row, an array or a log line.
        text = _redact_xml(text)
    return detectors.redact(_redact_members(text) if '"' in text else text)


def _redact_members(text: str) -> str:
    """Hide in JSON that stands inside a text, ``INFO {"dob": "1990-01-01"}``."""
    return MEMBER.sub(
        lambda match: (
            f"{match['before']}{detectors.MASK}"
            if is_named(match["name"], match["value"].strip('"'))
            else match.group()
        ),
        text,
    )


def _tells_escaped(text: str) -> bool:
    """Tell whether XML holds telling XML as text, ``&lt;ssn&gt;…``, or names beside values."""
    redacted = _redact_xml(text)
    for match in NAMED_IN_XML.finditer(redacted):
        is_telling = any(classify_name(one) is not None for one in match.groups() if one)
        if is_telling and not redacted.startswith(detectors.MASK, match.end() - 1):
            return True
    if "&lt;" not in text and "&#" not in text:
        return False
    plain = html.unescape(redacted)
    return _redact_xml(plain) != plain


def redact_inside(text: str, members: frozenset[Path] = frozenset()) -> str | None:
    """Hide inside a document that is known to hold sensitive values; None where it is none.

    Args:
        members: paths at which all is hidden too; see ``Classification``.
    """
    bare = text.strip()
    if bare[:1] in ("{", "["):
        return redact_json(text, members)
    if bare[:1] + bare[-1:] != "<>" or _tells_escaped(text):
        return None
    found = detectors.redact(_redact_xml(text, members))
    # What free text inside names, ``ssn=123``, is in no element of that name.
    has_loose = any(classify_name(name) is not None for name in _LOOSE.findall(found))
    return None if has_loose else found


def redact_json(text: str, members: frozenset[Path] = frozenset()) -> str | None:
    """Hide inside a JSON document; byte for byte the same when nothing is found, None if none.

    Args:
        members: as in ``redact_inside``.
    """
    try:
        document = json.loads(
            text, parse_float=_Number, parse_int=_Number, object_pairs_hook=_Object
        )
        redacted, changed = _redact_value(document, (), members)
    except (ValueError, RecursionError):
        return None
    if not changed:
        return text
    # What stands under a telling name may stand elsewhere in the document too.
    hidden = {item for item in _hidden(document, (), members) if len(item) >= _REPEATED_MIN}
    return _dump(_without(redacted, hidden) if hidden else redacted)


def _hidden(value: object, path: Path, members: frozenset[Path]) -> Iterator[str]:
    """Give the strings and numbers under telling names."""
    if isinstance(value, _Object):
        for key, item in value:
            inner = (*path, key.casefold())
            is_told = is_named(key, item) or inner in members
            yield from _strings(item) if is_told else _hidden(item, inner, members)
    elif isinstance(value, list):
        for item in value:
            yield from _hidden(item, path, members)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield str(value)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item[1] if isinstance(value, _Object) else item)


def _without(value: object, hidden: set[str]) -> object:
    if isinstance(value, _Object):
        return _Object((str(_without(key, hidden)), _without(item, hidden)) for key, item in value)
    if isinstance(value, list):
        return [_without(item, hidden) for item in value]
    if isinstance(value, str) and any(item in value for item in hidden):
        return detectors.MASK
    return value


_REPEATED_MIN = 4


def _dump(value: object) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, _Object):
        inner = (f"{json.dumps(key, ensure_ascii=False)}: {_dump(item)}" for key, item in value)
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_dump(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _redact_value(value: object, path: Path, members: frozenset[Path]) -> tuple[object, bool]:
    if isinstance(value, _Object):
        return _redact_object(value, path, members)
    if isinstance(value, list):
        parts = [_redact_value(item, path, members) for item in value]
        return [part for part, _ in parts], any(changed for _, changed in parts)
    if not isinstance(value, str):
        return value, False
    if path in members:
        return detectors.MASK, True
    if isinstance(value, _Number):
        is_card = detectors.is_card(value)
        return (detectors.MASK, True) if is_card else (value, False)
    found = detectors.MASK if hides_document(value) else redact_text(value)
    return found, found != value


def _redact_object(value: _Object, path: Path, members: frozenset[Path]) -> tuple[object, bool]:
    kept = _Object()
    has_changed = False
    is_pair = any(
        key.casefold() in _NAMING and isinstance(item, str) and classify_name(item) is not None
        for key, item in value
    )
    for key, item in value:
        inner = (*path, key.casefold())
        is_paired = is_pair and key.casefold() in _HOLDING and item not in (None, "", True, False)
        is_hidden = is_paired or is_named(key, item)
        redacted, changed = (
            (detectors.MASK, True) if is_hidden else _redact_value(item, inner, members)
        )
        name = detectors.redact(key)
        kept.append((name, redacted))
        has_changed = has_changed or changed or name != key
    return kept, has_changed


def _redact_xml(text: str, members: frozenset[Path] = frozenset()) -> str:
    """Hide what stands inside elements and attributes with a telling name."""
    kept, place = [], 0
    for match in _OPEN.finditer(text):
        end = text.find(f"</{match['name']}", match.end())
        if match.start() < place or end < 0 or not _is_telling(match, members):
            continue
        if text[match.end() : end].strip():
            kept += [text[place : match.end()], detectors.MASK]
            place = end
    return _ATTRIBUTE.sub(
        lambda match: _hide_attribute(match, members), "".join(kept) + text[place:]
    )


def _is_told(name: str, members: frozenset[Path]) -> bool:
    bare = name.rpartition(":")[2]
    return (bare.casefold(),) in members or classify_name(bare) is not None


def _is_telling(match: re.Match[str], members: frozenset[Path]) -> bool:
    if _is_told(match["name"], members):
        return True
    return any(
        name.casefold() in _NAMING and classify_name(value) is not None
        for name, value in _MEMBERS.findall(match["rest"])
    )


def _hide_attribute(match: re.Match[str], members: frozenset[Path]) -> str:
    if not _is_told(match["name"], members):
        return match.group()
    return f"{match['before']}{detectors.MASK}{match['quote']}"


_LOOSE = re.compile(r"(\w+)\s*[=:](?!\s*[\"'])")
_ESCAPED = re.compile(r"(?:\\\"|\"\")([^\"\\]{1,64})[\\\"]+\s*(?::|=>)")
_NAMING = names("name key field label attribute attr property type code id kind k n column title")
_HOLDING = names("value val v data content text values string")
_OPEN = re.compile(r"<(?P<name>[A-Za-z_][\w:.-]*)(?P<rest>(?:\s[^<>]*)?)(?<!/)>")
_MEMBERS = re.compile(r"([\w:.-]+)\s*=\s*[\"']([^\"'<>]{1,64})[\"']")
_ATTRIBUTE = re.compile(
    r"(?P<before>\s(?P<name>[\w:.-]+)\s*=\s*(?P<quote>[\"']))[^\"'<>]+(?P=quote)"
)
