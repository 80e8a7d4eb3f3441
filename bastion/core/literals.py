"""Which words of a statement not everybody may read: values that somebody typed.

Each literal takes the classes of the columns that it is compared with or written to, where the text
shows these beyond doubt, and otherwise all that the statement touches; and the class that its own
form shows. What cannot be told is ``UNPROVEN``, which nobody is shown.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from bastion.core import detectors, tokens
from bastion.core.catalogue import Catalogue, Relation
from bastion.core.exposure import Exposure
from bastion.core.lexer import Kind, Token, lex
from bastion.core.memo import Memo
from bastion.core.model import Engine, Sensitivity
from bastion.core.scrubbing import scrub_secrets, secret_parameters
from bastion.core.statement import ChangeKind, Statement

Classes = frozenset[Sensitivity]
_NONE: Classes = frozenset()
_UNPROVEN: Classes = frozenset({Sensitivity.UNPROVEN})
_VALUES_MAX = 256
_VALUE_CHARACTERS_MIN = 4
"""Shorter ones are in everything, and are not looked for elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A statement as somebody may read it who may not see the values in it."""

    text: str
    parameters: tuple[bytes | None, ...] = ()
    classes: Classes = _NONE
    """Who may see all of these may read the statement itself. None: everybody may."""
    values: tuple[str, ...] = ()
    """What is hidden: it is in no other words that such a reader gets."""
    is_selected: bool = False
    """A hidden value may stand in the rows that come back."""


def spoken(
    statement: Statement,
    exposure: Exposure,
    catalogue: Catalogue,
    made: Mapping[tuple[str, str], Relation],
    parameters: Sequence[bytes | None] = (),
) -> Spoken:
    """Hide the values in a statement.

    Args:
        made: relations that the session has made.
    """
    parts = (statement, exposure, made)
    known = None if parameters else _memo.find(statement.text, catalogue, parts)
    if known is None:
        known = _spoken(statement, exposure, catalogue, made, parameters)
        if not parameters:
            _memo.keep(statement.text, catalogue, parts, known)
    return known


_memo: Memo[Spoken] = Memo()


def _spoken(
    statement: Statement,
    exposure: Exposure,
    catalogue: Catalogue,
    made: Mapping[tuple[str, str], Relation],
    parameters: Sequence[bytes | None],
) -> Spoken:
    text = statement.text
    reading = _Reading(statement, _all_classes(statement, exposure), catalogue, made)
    found = dict(reading.literals())
    for span in detectors.found_in(_without(text, found)):
        found[span] = found.get(span, _NONE) | _form(text[slice(*span)])
    given: list[bytes | None] = []
    classes: Classes = _NONE
    for number, value in enumerate(parameters, 1):
        of_value = reading.parameters.get(number, _NONE)
        of_value |= _NONE if value is None else _form(value.decode("utf-8", "replace"))
        given.append(detectors.MASK.encode() if of_value and value is not None else value)
        classes |= of_value if value is not None else _NONE
    hidden = {reading.value(span) for span, of_literal in found.items() if of_literal}
    secrets = secret_parameters(text) if parameters else frozenset[int]()
    hidden |= {
        value.decode("utf-8", "replace")
        for number, (value, shown) in enumerate(zip(parameters, given, strict=True), 1)
        if value is not None and shown != value and number not in secrets
    }
    # The same value in a harmless place would tell it.
    spans = [span for span, one in found.items() if one or reading.value(span) in hidden]
    classes = classes.union(*found.values())
    masked, told = _masked(text, spans), set(_told_by(hidden))
    clean = scrub_secrets(text)
    if clean != text:
        # The words around a secret tell that it is one, so they must not be hidden before it is.
        masked, told = _masked_beside(clean, text, hidden), {one for one in told if one in clean}
    return Spoken(
        text=masked,
        parameters=tuple(given),
        classes=classes,
        values=tuple(sorted(told))[:_VALUES_MAX],
        is_selected=bool(classes) and _is_selected(statement, hidden),
    )


def _masked_beside(clean: str, text: str, hidden: Collection[str]) -> str:
    """Hide values in a text whose secrets are gone; all of it where one was spelt otherwise."""
    if any(value not in text for value in hidden):
        return detectors.MASK
    for value in sorted(filter(None, hidden), key=len, reverse=True):
        clean = clean.replace(value, detectors.MASK)
    return clean


def _told_by(hidden: Collection[str]) -> Iterator[str]:
    """Give what to look for elsewhere: the values, and what is in them beside wildcards."""
    for value in hidden:
        inner = (value[slice(*span)] for span in detectors.found_in(value))
        for one in {value, value.strip("%_ "), *inner}:
            if len(one) >= _VALUE_CHARACTERS_MIN:
                yield one


def has_form(text: str) -> bool:
    """Tell whether a text holds a value that shows by its form what it is."""
    return bool(detectors.found_in(text)) or detectors.whole(text) is not None


def typed_spans(
    text: str, engine: Engine, is_known: Callable[[str], bool]
) -> tuple[tuple[int, int], ...]:
    """Find what may be values, or parts of them, in a text that is still being typed.

    Args:
        is_known: tells names of relations, columns and functions, and how they begin.
    """
    lexed = lex(text, engine)
    spans = [
        (token.start, token.end)
        for token in lexed.tokens
        if token.kind is not Kind.OPERATOR
        and not (
            token.kind in (Kind.WORD, Kind.QUOTED)
            and (_is_keyword(token.value, engine) or is_known(token.value))
        )
    ]
    if lexed.open_construct not in {"", "("}:
        # What is left open is read to the end.
        spans.append((lexed.tokens[-1].end if lexed.tokens else 0, len(text)))
    spans += [*_comments(text, lexed.tokens), *detectors.found_in(text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


class _Reading:
    """One statement's words, and what each of its values is held against."""

    def __init__(
        self,
        statement: Statement,
        classes: Classes,
        catalogue: Catalogue,
        made: Mapping[tuple[str, str], Relation],
    ) -> None:
        self._text = statement.text
        self._engine = statement.engine
        self._classes = classes
        self._tokens = lex(statement.text, statement.engine).tokens
        self._words = [token.value.casefold() for token in self._tokens]
        self._values: dict[tuple[int, int], str] = {}
        keys = statement.reads | statement.writes
        relations = [made.get(key) or catalogue.relations.get(key) for key in sorted(keys)]
        known = [one for one in relations if one is not None]
        # Where a name can mean something else than a column, it says nothing.
        self._is_plain = (
            statement.is_understood
            and len(known) == len(relations)
            and not _SETS.intersection(self._words)
        )
        self._columns = {
            column.name.casefold() for relation in known for column in relation.columns
        }
        self._relations = known
        self._is_reading = not statement.writes and len(self._tokens) <= _TOKENS_MAX
        self._written = [one for one in known if (one.schema, one.name) in statement.writes]
        self._aliases: dict[str, bool] = {}
        self._lists: dict[int, tuple[int, int]] = {}
        self.parameters: dict[int, Classes] = {}
        """Of each, from 1, the classes that it is held against."""

    def value(self, span: tuple[int, int]) -> str:
        """Give what a literal says."""
        return self._values.get(span, self._text[slice(*span)])

    def literals(self) -> Iterator[tuple[tuple[int, int], Classes]]:
        """Find all values with their classes, parameters besides."""
        inserted = dict(self._inserted())
        known = {(start, end) for start, end, _ in tokens.literals(self._text, self._engine)}
        marks = 0
        for place, token in enumerate(self._tokens):
            is_mark = token.value == "?" and token.kind is Kind.OPERATOR
            is_given = is_mark or token.kind is Kind.PARAMETER
            if not (token.kind in (Kind.STRING, Kind.NUMBER) or is_given or self._is_bare(place)):
                continue
            span = (token.start, token.end)
            if span in known:
                # A token stands for a value, and is none.
                continue
            is_own = self._is_amount(place) or self._is_said(place)
            classes = _NONE if is_own else self._classes
            if classes and self._is_plain:
                column = inserted[place] if place in inserted else self._column_of(place)
                classes = self._of_column(column) if column else classes
            if is_given:
                marks += is_mark
                number = marks if is_mark else int(token.value[1:])
                self.parameters[number] = self.parameters.get(number, _NONE) | classes
                continue
            self._values[span] = token.value
            yield span, classes | _form(token.value)
        for span in _comments(self._text, self._tokens):
            yield span, self._classes | _form(self._text[slice(*span)])

    def _is_amount(self, place: int) -> bool:
        """Tell a number of rows or of a column, and a span of time."""
        token, before = self._tokens[place], self._at(place - 1)
        if token.kind is Kind.STRING:
            return token.value.casefold() in _UNITS or (
                before == "interval" and _SPAN.fullmatch(token.value) is not None
            )
        is_second = before == "," and self._at(place - 3) == "limit"
        is_counted = before in {"limit", "offset", "first", "next"} or is_second
        is_ordinal = before == "by" and len(token.value) <= _ORDINAL_DIGITS
        return token.kind is Kind.NUMBER and (is_counted or is_ordinal)

    def _is_said(self, place: int) -> bool:
        """Tell what a query only says back: an item of its own, or what CASE gives."""
        before, behind = self._at(place - 1), self._at(place + 1)
        if not self._is_reading or not self._is_plain:
            return False
        if before in {"then", "else"}:
            return behind in {"when", "else", "end"}
        if before not in {"select", "distinct", ","} or behind not in {",", "from", "as", "", ")"}:
            return False
        depth = 0
        while place > 0 and depth >= 0:
            place -= 1
            depth += (self._words[place] == ")") - (self._words[place] == "(")
            if depth == 0 and self._words[place] in {"select", "from"}:
                return self._words[place] == "select"
        return False

    def _of_column(self, name: str) -> Classes:
        found = {
            column.sensitivity
            for relation in self._relations
            for column in relation.columns
            if column.name.casefold() == name
        }
        return frozenset(one for one in found if one is not None)

    def _is_bare(self, place: int) -> bool:
        """Tell a value without its quotes, which the server takes for a name it does not know."""
        token, before = self._tokens[place], self._words[place - 1] if place else ""
        behind = self._words[place + 1] if place + 1 < len(self._words) else ""
        is_name = token.kind is Kind.QUOTED or (
            token.kind is Kind.WORD and not _is_keyword(token.value, self._engine)
        )
        is_held = before in _COMPARING
        return is_name and is_held and behind not in {".", "("} and not self._is_column(place)

    def _is_column(self, place: int) -> bool:
        return self._words[place] in self._columns

    def _column_of(self, place: int) -> str:
        """Name the column that a value is held against; empty where the text leaves a doubt."""
        first, last = self._around(place)
        left, right = self._at(first), self._at(last)
        if right in _ENDS and left in _COMPARING:
            return self._name_before(self._skip_operator(first))
        if left == "(" and right == ")":
            # One of a list: IN (1, 2, 3).
            at = first - 1 if self._at(first - 1) == "in" else -1
            return self._name_before(at - (self._at(at - 1) == "not") - 1) if at > 0 else ""
        if left == "and" and right in _ENDS:
            first, _ = self._around(first - 1)
            return self._name_before(first - 1) if self._at(first) == "between" else ""
        if left == "between" and right == "and":
            return self._name_before(first - 1 - (self._at(first - 1) == "not"))
        return ""

    def _around(self, place: int) -> tuple[int, int]:
        """Give the places before and behind a value, or the list that it stands in."""
        if place in self._lists:
            return self._lists[place]
        first = last = place
        while self._is_value(first - 1) or (self._at(first - 1) == "," and self._at(first) != ","):
            first -= 1
        while self._is_value(last + 1) or (self._at(last + 1) == "," and self._at(last) != ","):
            last += 1
        if self._at(first - 1) == "(" and self._at(last + 1) == ")":
            self._lists |= dict.fromkeys(range(first, last + 1), (first - 1, last + 1))
            return first - 1, last + 1
        first = place - (self._at(place - 1) in _TYPES)
        first -= self._at(first - 1) in _SIGNS and self._at(first - 2) in _COMPARING
        return first - 1, place + 1

    def _is_value(self, place: int) -> bool:
        if not 0 <= place < len(self._tokens):
            return False
        token = self._tokens[place]
        kinds = (Kind.STRING, Kind.NUMBER, Kind.PARAMETER)
        return token.kind in kinds or token.value == "?"

    def _skip_operator(self, place: int) -> int:
        while self._at(place) in _COMPARING:
            place -= 1
        return place

    def _name_before(self, place: int) -> str:
        """Name a column that ends here, as one whole side of a comparison."""
        if not 0 <= place < len(self._tokens) or not self._is_column(place):
            return ""
        name, first = self._words[place], place
        while self._at(first - 1) == "." and first >= 2:
            first -= 2
        if self._at(first - 1) not in _BEGINS:
            return ""
        if name not in self._aliases:
            self._aliases[name] = self._is_alias(name)
        return "" if self._aliases[name] else name

    def _is_alias(self, name: str) -> bool:
        """Tell whether a name is given to something else anywhere in the statement."""
        for place, word in enumerate(self._words):
            if word != name:
                continue
            before = self._tokens[place - 1] if place else None
            if before is None or before.kind is Kind.OPERATOR:
                if before is not None and before.value == ")":
                    return True
                if self._is_listed(place):
                    return True
            elif before.value.casefold() not in _BEFORE_NAMES:
                return True
        return False

    def _is_listed(self, place: int) -> bool:
        """Tell whether a name stands in ``t (a, b)`` of WITH or behind an alias."""
        depth, first = 0, place
        while first > 0:
            first -= 1
            if self._words[first] == ")":
                depth += 1
            elif self._words[first] == "(":
                if depth == 0:
                    break
                depth -= 1
        is_named = self._words[first] == "(" and self._tokens[first - 1].kind in (
            Kind.WORD, Kind.QUOTED,
        )  # fmt: skip
        places = {"with", "recursive", "as", ")", *([","] if "with" in self._words else ())}
        return is_named and self._at(first - 2) in places

    def _inserted(self) -> Iterator[tuple[int, str]]:
        """Give, by place, the column that each value of INSERT … VALUES goes to."""
        words = self._words
        starts = [place for place, word in enumerate(words) if word in {"values", "value"}]
        if not starts or words[0] not in {"insert", "replace"} or len(self._written) != 1:
            return
        start = starts[0]
        names = [column.name.casefold() for column in self._written[0].visible]
        if self._at(start - 1) == ")":
            opening = start - 1
            while opening > 0 and words[opening] != "(":
                opening -= 1
            names = [word for word in words[opening + 1 : start - 1] if word != ","]
        depth = item = 0
        for place in range(start + 1, len(words)):
            word = words[place]
            if word == "(":
                depth, item = depth + 1, item if depth else 0
            elif word == ")":
                depth -= 1
            elif word == "," and depth == 1:
                item += 1
            elif depth == 0 and word != ",":
                return
            elif depth == 1 and item < len(names):
                yield place, names[item]

    def _at(self, place: int) -> str:
        return self._words[place] if 0 <= place < len(self._words) else ""


def _all_classes(statement: Statement, exposure: Exposure) -> Classes:
    """Give the classes that any value in the statement may have."""
    classes = frozenset(exposure.touches)
    change = statement.change
    is_kept = (
        change is not None
        and change.kind is ChangeKind.SET
        and (change.statement is not None or "." in change.name)
    )
    is_opaque = not statement.is_understood or statement.head in _OPAQUE or is_kept
    return classes | _UNPROVEN if is_opaque or statement.functions else classes


def _is_selected(statement: Statement, hidden: Collection[str]) -> bool:
    tree = statement.tree
    if tree is None or statement.head not in _SELECTING:
        return True
    return any(
        literal.name in hidden
        for select in tree.find_all(exp.Select, exp.Returning)
        for item in select.expressions
        for literal in item.find_all(exp.Literal)
    )


def _form(value: str) -> Classes:
    """Give the class that a value's own form shows."""
    found = detectors.whole(value)
    if found is not None:
        return frozenset({found})
    return _UNPROVEN if detectors.found_in(value) else _NONE


def _comments(text: str, found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Find what stands between the tokens and is no blank."""
    start = 0
    for token in (*found, Token(Kind.OPERATOR, "", len(text), len(text))):
        gap = text[start : token.start]
        if gap and not gap.isspace() and gap.strip(" \t\r\n;"):
            yield start + len(gap) - len(gap.lstrip()), start + len(gap.rstrip())
        start = token.end


def _without(text: str, spans: Collection[tuple[int, int]]) -> str:
    """Blank parts of a text out."""
    parts, done = [], 0
    for start, end in sorted(spans):
        if start >= done:
            parts += [text[done:start], " " * (end - start)]
            done = end
    return "".join([*parts, text[done:]])


def _masked(text: str, spans: Collection[tuple[int, int]]) -> str:
    parts, done = [], 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        quote = text[start] if text[start] in "'\"" else ""
        parts += [text[done : max(start, done)], f"{quote}{detectors.MASK}{quote}"]
        done = end
    return "".join([*parts, text[done:]])


def _is_keyword(word: str, engine: Engine) -> bool:
    return word.casefold() in _keywords(engine)


@functools.cache
def _keywords(engine: Engine) -> frozenset[str]:
    found = Dialect.get_or_raise(engine.value).tokenizer_class.KEYWORDS
    words = {word for phrase in found for word in phrase.casefold().split() if word.isalpha()}
    return frozenset(words | _BEFORE_NAMES | {"values", "value", "into", "as", "asc", "desc"})


_TOKENS_MAX = 5_000
"""Of a statement in which it is worth the time to look which values it only says back."""
_ORDINAL_DIGITS = 2
_UNITS = frozenset("second minute hour day week month quarter year decade century".split())
_SPAN = re.compile(r"-?\d{1,4} ?[a-z]{1,12}", re.IGNORECASE)
_COMPARING = frozenset("= < > ! ~ like ilike rlike regexp".split())
_SIGNS = frozenset("+-")
_TYPES = frozenset("date timestamp timestamptz time interval".split())
_ENDS = {"", ")", ",", ";"} | frozenset(
    "and or on for then when end left right inner full cross join window order group limit offset"
    " having where union returning".split()
)
_BEGINS = frozenset(["(", ",", *"where and or on not set having when".split()])
_BEFORE_NAMES = frozenset(
    "select distinct all where and or on by set not between case when then else in like ilike"
    " having returning from join update into is any some using order limit".split()
)
_SETS = frozenset("union intersect except".split())
_OPAQUE = frozenset("EXECUTE CALL DO PREPARE HANDLER".split())
_SELECTING = frozenset("SELECT WITH INSERT UPDATE DELETE REPLACE MERGE TABLE VALUES".split())
