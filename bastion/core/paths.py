"""Paths into stored JSON documents: which show nothing sensitive, and which a query reads.

A document that holds an address somewhere is masked, but ``$.gear`` of it is as good as a column
of that name: sampled values tell what stands there. A path that no sample has is not shown.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from bastion.core import detectors
from bastion.core.builtins import names
from bastion.core.encoded import decoded

Path = tuple[str, ...]
"""Names of members from the root on; places in arrays are left out, since all are alike."""
_PATHS_MAX = 400
"""More are data rather than names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the sampled documents of a column have in common."""

    harmless: frozenset[Path] = frozenset()
    """Where values were seen, and nothing sensitive, there or below."""
    named: frozenset[Path] = frozenset()
    """Objects whose members have plain names."""

    def is_harmless(self, path: Path | None) -> bool:
        """Tell whether nothing sensitive was seen at a path, nor below it.

        A number in it may be a place or a name: all that is below what stands before it counts.
        """
        if path is None:
            return False
        return tuple(itertools.takewhile(lambda step: not step.isdecimal(), path)) in self.harmless

    def is_named(self, path: Path) -> bool:
        """Tell whether each member on the way is one of an object whose members have plain names.

        Where the names are values, ``{"123-45-6789": …}``, whether one is there tells of it.
        """
        return all(
            path[:end] in self.named and _is_plain_name(name) for end, name in enumerate(path)
        )

    def below(self, path: Path) -> Shape:
        """Give the shape of what stands at a path."""
        start = len(path)
        return Shape(
            harmless=frozenset(one[start:] for one in self.harmless if one[:start] == path),
            named=frozenset(one[start:] for one in self.named if one[:start] == path),
        )


def shape_of(
    documents: Sequence[str],
    announces: Callable[[str], bool],
    shared: frozenset[Path] = frozenset(),
) -> Shape | None:
    """Find what stands at which path of sampled documents; None where one is no JSON.

    Args:
        announces: whether a name says that what it names is sensitive.
        shared: paths, in small letters, at which all documents together are.
    """
    found = _Found(announces, shared)
    try:
        for text in documents:
            document = json.loads(
                text, parse_float=_Number, parse_int=_Number, object_pairs_hook=_Object
            )
            found.look(document, (), tells=False)
            found.note_repeated()
    except (ValueError, RecursionError):
        return None
    if len(found.seen) > _PATHS_MAX:
        return None
    return Shape(
        harmless=frozenset(found.seen - found.telling),
        named=frozenset(found.named - found.unnamed),
    )


class _Number(str):
    __slots__ = ()


class _Object(list[tuple[str, object]]):
    # Two members may have one name: a server may take either.
    __slots__ = ()


class _Found:
    """What was seen in documents, path by path."""

    def __init__(self, announces: Callable[[str], bool], shared: frozenset[Path]) -> None:
        self._announces = announces
        self._shared = shared
        self.seen: set[Path] = set()
        self.telling: set[Path] = set()
        self.named: set[Path] = set()
        self.unnamed: set[Path] = set()
        self._texts: list[tuple[Path, str, bool]] = []
        self._names: list[tuple[Path, str]] = []

    def look(self, value: object, path: Path, *, tells: bool) -> None:
        """Look at one value and at all below it."""
        tells = tells or tuple(map(str.casefold, path)) in self._shared
        if isinstance(value, _Object):
            self._look_at_members(value, path, tells=tells)
        elif isinstance(value, list):
            for item in value:
                self.look(item, path, tells=tells)
        elif isinstance(value, str) and value:
            is_number = isinstance(value, _Number)
            shows = detectors.is_card(value) if is_number else self._shows(value)
            self._texts.append((path, value, tells))
            self._note(path, tells=tells or shows)
        elif isinstance(value, bool):
            self._note(path, tells=tells)

    def _shows(self, text: str) -> bool:
        text = decoded(text) or text
        found = (name for pair in _NAMES_INSIDE.findall(text) for name in pair if name)
        return _is_telling(text) or any(map(self._announces, found))

    def note_repeated(self) -> None:
        """Note where a document holds again what stands under a telling name in it."""
        hidden = {text for _, text, tells in self._texts if tells and len(text) >= _REPEATED_MIN}
        for path, text, _ in self._texts:
            if any(one in text for one in hidden):
                self._note(path, tells=True)
        self.unnamed.update(
            path for path, name in self._names if any(one in name for one in hidden)
        )
        self._texts.clear()
        self._names.clear()

    def _look_at_members(self, value: _Object, path: Path, *, tells: bool) -> None:
        (self.named if value else set()).add(path)
        keys = {key.casefold() for key, _ in value}
        for key, item in value:
            is_value = _is_telling(key)
            self._names.append((path, key))
            if is_value or not _PLAIN.fullmatch(key):
                self.unnamed.add(path)
            # {"name": "ssn", "value": …}: another document may name anything there.
            is_pair = key.casefold() in HOLDING and not keys.isdisjoint(NAMING)
            is_told = is_value or is_pair or self._announces(key)
            self.look(item, (*path, key), tells=tells or is_told)

    def _note(self, path: Path, *, tells: bool) -> None:
        for end in range(len(path) + 1):
            self.seen.add(path[:end])
            if tells:
                self.telling.add(path[:end])


def _is_plain_name(name: str) -> bool:
    return _PLAIN.fullmatch(name) is not None and not _is_telling(name)


def _is_telling(text: str) -> bool:
    return detectors.whole(text) is not None or detectors.redact(text) != text


_REPEATED_MIN = 4
_NAMES_INSIDE = re.compile(r"\"([^\"\\]{1,64})\\*\"\s*:|<([A-Za-z_][\w:.-]*)")
"""Of a document that stands as text in another one."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
NAMING = names("name key field label attribute attr property type code id kind k n column title")
HOLDING = names("value val v data content text values string")

# -- what a query reads ------------------------------------------------------------------------


def reads_harmless(node: exp.Expr, shape: Shape) -> bool:
    """Tell whether a function of a stored document shows only what is harmless in it."""
    if isinstance(node, exp.ArrayContainsAll):
        return _contains_harmless(node.expression, shape)
    if isinstance(node, exp.JSONBContainsTopKey):
        return _is_of_shape(_names([node.expression]), shape)
    if isinstance(node, exp.JSONKeys):
        path = _path(node.args.get("expression")) if node.args.get("expression") else ()
        return path is not None and path in shape.named
    if isinstance(node, exp.JSONType):
        return True
    if isinstance(node, exp.Anonymous):
        return _call_reads_harmless(node.name.casefold(), list(node.expressions[1:]), shape)
    paths = _read_paths(node)
    return bool(paths) and all(map(shape.is_harmless, paths))


def tells_of_shape(node: exp.Expr) -> bool:
    """Tell whether a function tells how a document is built, and nothing that is in it."""
    return isinstance(node, exp.Anonymous) and node.name.casefold() in _OF_SHAPE


def guesses_names(node: exp.Expr, shape: Shape) -> bool:
    """Tell whether NULL, or no NULL, says that a document has a name that may be a value."""
    if isinstance(node, exp.Anonymous):
        name, rest = node.name.casefold(), list(node.expressions[1:])
        start = _WITH_PATHS.get(name)
        paths = [] if start is None else [_path(item) for item in rest[start:]]
        paths += [_names(rest)] if name in _WITH_NAMES else []
    elif isinstance(node, exp.JSONKeys):
        given = node.args.get("expression")
        paths = [_path(given)] if given is not None else []
    else:
        paths = _read_paths(node)
    return not all(_is_of_shape(path, shape) for path in paths)


def _call_reads_harmless(name: str, rest: list[exp.Expr], shape: Shape) -> bool:
    if name in _OF_SHAPE:
        # How many there are and whether they are there is seen in what is shown with parts hidden.
        return all(_is_of_shape(_path(item), shape) for item in rest[_OF_SHAPE[name] :])
    if name in _OF_ONE_PATH:
        return len(rest) == 1 and shape.is_harmless(_path(rest[0]))
    if name in _WITH_NAMES:
        return shape.is_harmless(_names(rest))
    if name in _OF_MEMBERS:
        return not rest and () in shape.named
    if name == "json_contains":
        return len(rest) == _CONTAINED and shape.is_harmless(_path(rest[1]))
    return False


def _is_of_shape(path: Path | None, shape: Shape) -> bool:
    return path is not None and shape.is_named(path)


_CONTAINED = 2
_OF_SHAPE = {
    "json_length": 0, "json_depth": 0, "json_valid": 0, "json_exists": 0, "json_contains_path": 1,
    "json_array_length": 0, "jsonb_array_length": 0, "json_typeof": 0, "jsonb_typeof": 0,
    "jsonb_path_exists": 0,
}  # fmt: skip
"""Functions that tell how a document is built, with how many arguments stand before the paths."""
_OF_ONE_PATH = names("json_query jsonb_path_query jsonb_path_query_array jsonb_path_query_first")
_WITH_NAMES = names(
    "json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text"
)
"""Each of their arguments is one step."""
_OF_MEMBERS = names("json_object_keys jsonb_object_keys")
_WITH_PATHS = _OF_SHAPE | {"json_contains": 1} | dict.fromkeys(_OF_ONE_PATH, 0)


def path_read(node: exp.Expr) -> Path | None:
    """Give the one path whose part of a document a function gives, as JSON still."""
    paths = _read_paths(node) if isinstance(node, _GIVE_DOCUMENTS) else []
    return paths[0] if len(paths) == 1 else None


_GIVE_DOCUMENTS = (exp.JSONExtract, exp.JSONBExtract, exp.Bracket)


def is_open(node: exp.Expr) -> bool:
    """Tell whether a function may read any member, and gives values without their names."""
    return any(_path(item) is None and not _is_plain_text(item) for item in _path_items(node))


def _is_plain_text(node: exp.Expr | None) -> bool:
    return isinstance(node, exp.Literal) and "*" not in node.name


def _read_paths(node: exp.Expr) -> list[Path | None]:
    if isinstance(node, exp.JSONBExtract | exp.JSONBExtractScalar):
        return [_listed(node.expression)]
    if isinstance(node, exp.Bracket):
        return [_names(node.expressions)]
    if isinstance(node.args.get("expression"), exp.Cast):
        # As PostgreSQL writes the code of views: ``doc ->> 'gear'::text``.
        return [_names([node.expression])]
    return [_path(item) for item in _path_items(node)]


def _listed(node: exp.Expr) -> Path | None:
    """Read the steps of PostgreSQL's ``#>``, ``{items,0}``."""
    if isinstance(node, exp.Array):
        return _names(node.expressions)
    written = _text(node) or ""
    steps = tuple(step.strip() for step in written[1:].removesuffix("}").split(","))
    is_plain = written[:1] == "{" and all(map(_STEP_WRITTEN.fullmatch, steps))
    return steps if is_plain else None


def _names(nodes: Sequence[exp.Expr]) -> Path | None:
    """Read steps that are literals, one by one."""
    found = tuple(map(_text, nodes))
    names = tuple(one for one in found if one is not None)
    return names if names == found and names else None


def _text(node: exp.Expr | None) -> str | None:
    """Read a literal, also one with the type that code is written with, ``'gear'::text``."""
    if isinstance(node, exp.Cast) and node.to.sql(dialect="postgres") in _TYPES:
        node = node.this
    return node.name if isinstance(node, exp.Literal) and node.is_string else None


_TYPES = frozenset(("TEXT", "TEXT[]", "JSONB", "jsonpath"))


def _contains_harmless(node: exp.Expr, shape: Shape) -> bool:
    """Tell whether ``@>`` asks for harmless values alone, and for how a document is built."""
    try:
        asked = json.loads(_text(node) or "", object_pairs_hook=_Object)
    except (ValueError, RecursionError):
        return False
    stack: list[tuple[Path, object]] = [((), asked)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, _Object | list) and value:
            # All places of an array are alike.
            is_object = isinstance(value, _Object)
            stack += [((*path, one[0]), one[1]) if is_object else (path, one) for one in value]
        elif isinstance(value, _Object | list):
            if not shape.is_named(path):
                return False
        elif not shape.is_harmless(path):
            return False
    return True


def _path_items(node: exp.Expr) -> list[exp.Expr | None]:
    if isinstance(node, exp.JSONExtract | exp.JSONExtractScalar):
        return [node.expression, *node.expressions]
    return [node.args.get("path")] if isinstance(node, exp.JSONValue) else []


TESTED = exp.DType.INT128
"""The type, which no MySQL has, of a column that tells whether its path is there."""


def column_is_harmless(column: exp.Expr, above: Path, shape: Shape) -> bool:
    """Tell whether a column of JSON_TABLE shows only what is harmless, or how it is built.

    Args:
        above: the path of the rows.
    """
    if column.args.get("ordinality"):
        return True
    path = _path(column.args.get("path"))
    if path is None:
        return False
    if column.args["kind"].is_type(TESTED):
        return shape.is_named((*above, *path))
    return shape.is_harmless((*above, *path))


def rows_path(node: exp.Expr) -> Path | None:
    """Give the path of the rows of JSON_TABLE, or of a NESTED PATH in it."""
    return _path(node.args.get("path"))


def _path(node: exp.Expr | None) -> Path | None:
    """Read a path that is a literal of names and places; None for any other."""
    if isinstance(node, exp.JSONPath):
        return _path_of_tree(node)
    written = _text(node)
    if written is None or not _LITERAL.fullmatch(written):
        return None
    return tuple(bare or quoted for bare, quoted in _MEMBER.findall(written))


def _path_of_tree(node: exp.Expr) -> Path | None:
    found = []
    first, *steps = node.expressions
    if not isinstance(first, exp.JSONPathRoot) or any(one.comments for one in node.walk()):
        return None
    for step in steps:
        if isinstance(step, exp.JSONPathKey) and isinstance(step.this, str):
            found.append(step.this)
        elif not isinstance(step, exp.JSONPathSubscript) or not isinstance(step.this, _PLACES):
            return None
    return tuple(found)


_PLACES = (int, exp.JSONPathWildcard)
_STEP_WRITTEN = re.compile(r"[\w-]+", re.ASCII)
_STEP = r"\.(?:([A-Za-z_]\w*)|\"([\w -]+)\")"
_MEMBER = re.compile(_STEP)
_LITERAL = re.compile(rf"\$(?:{_STEP}|\[(?:\d+|\*|last(?:-\d+)?|\d+ to (?:\d+|last))\])*", re.ASCII)
