"""Hide what the words of the schema quote of sensitive columns: defaults, checks, bounds, labels.

``CHECK (ssn <> '123')`` holds a value, and so do a default, the bounds of a partition, an enum's
labels and a view that looks for one person. Structure is shown, what is compared with or put into
a sensitive column is not; a pattern (``email LIKE '%@%'``) is a rule and no value. A constant that
looks like a key or a number of somebody, and whatever is sensitive by its form, is hidden wherever
it stands: code says seldom of what column it is.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence

from bastion.core import detectors
from bastion.core.builtins import names as words
from bastion.core.catalogue import Catalogue, Column, Relation
from bastion.core.flow import CONSTANT, HARMLESS, TYPED, Flow, fold, join
from bastion.core.hidden import sensitive_columns
from bastion.core.lexer import Kind, Token, lex
from bastion.core.model import Engine, Sensitivity

COLUMNS = words(
    """
    definition indexdef qual with_check prosrc check_clause view_definition routine_definition
    action_statement action_condition column_default generation_expression partition_description
    column_comment table_comment column_type description domain_default event_definition
    event_comment routine_comment index_comment schema_comment partition_comment body body_utf8
    comment typdefault consrc adsrc parameter_default attribute_default enumlabel proconfig
    rolconfig useconfig rowfilter expr exprs agginitval aggminitval dictinitoption extcondition
    fdwoptions ftoptions attfdwoptions option_value tgargs param_list returns dtd_identifier
    partition_expression subpartition_expression
    """
)
"""Of system catalogues: these hold words of the schema."""
FUNCTIONS = words(
    """
    pg_get_expr pg_get_viewdef pg_get_functiondef pg_get_function_arguments pg_get_constraintdef
    pg_get_indexdef pg_get_triggerdef pg_get_ruledef pg_get_partition_constraintdef
    pg_get_partkeydef pg_get_statisticsobjdef col_description obj_description shobj_description
    pg_get_function_sqlbody pg_get_function_arg_default pg_get_statisticsobjdef_expressions
    pg_get_statisticsobjdef_columns enum_first enum_last enum_range
    """
)
"""And these make them."""

COUNTERS = words("auto_increment auto_increment_ratio autoinc")
"""Columns of MySQL's system catalogues, and of SHOW TABLE STATUS, that tell the next number."""

SHOWN = words("type default extra comment statement")
"""And these columns of SHOW COLUMNS, TRIGGERS, TABLE STATUS and so on."""

TELLING_IN_SQL = "|".join(
    (
        "[A-Za-z][0-9]+[A-Za-z]+[0-9]+[A-Za-z]",
        "[0-9][A-Za-z]+[0-9]+[A-Za-z]+[0-9]",
        "[A-Za-z0-9]@[A-Za-z0-9-]+[.][A-Za-z][A-Za-z]",
        "[+][0-9][0-9 .()-]{7}",
        "[0-9]{3}-[0-9]{2}-[0-9]{4}",
        "[0-9]{4}([ -]?[0-9]{4}){2}",
    )
)
"""What the servers are asked for, to learn whether words of the schema that are not in the
catalogue hold a constant that ``detectors`` would hide; rather too often."""
_TREES = frozenset(
    f"{relation}.{column}"
    for relation, columns in (
        ("pg_attrdef", "adbin"),
        ("pg_constraint", "conbin"),
        ("pg_index", "indexprs indpred"),
        ("pg_policy", "polqual polwithcheck"),
        ("pg_class", "relpartbound"),
        ("pg_type", "typdefaultbin"),
        ("pg_proc", "proargdefaults"),
        ("pg_trigger", "tgqual"),
        ("pg_statistic_ext", "stxexprs"),
        ("pg_partitioned_table", "partexprs"),
        ("pg_publication_rel", "prqual"),
    )
    for column in columns.split()
)
_MASK = "•••••"
_NEXT_NUMBER = re.compile(r"(?<=\bAUTO_INCREMENT=)\d+")
_DIGITS_MIN = 4
_LENGTH_MIN = 3
_OPENING = re.compile(r"/\*!\d*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = re.compile(r"(?:[^'\"`\\]|`[^`]*`)*\\'")
"""The first quote outside of a name has a backslash before it: so does MySQL keep expressions."""
_VALUE = re.compile(
    r"(?=[\w-]*\d)(?=[\w-]*[^\W\d_])[\w-]{6,}|\d{6,}"
    r"|(?<![\w-])(?!(?:18|19|20)\d\d-\d\d-\d\d(?!\d))\d{2,}(?:[ -]\d{2,}){2,}"
)
"""A word of a comment that is no word, and groups of digits that are no date."""
_MAY_QUOTE = re.compile(r"['$@=:]|\d\D*\d|PRIVATE KEY")
_PROSE = re.compile(r"(?:(?!:=)[^;(])*")
"""A comment: in code, what stands behind a name is seldom a value."""
_LABELS = re.compile(r"'((?:[^']|'')+)'")
_SEPARATORS = words(", ; and or where when then else select from set begin end returning having on")
_COMPARING = words("= < > in values default between enum any")
_PATTERNS = words("~ like ilike regexp rlike similar")
_Group = list["Token | _Group"]


def marked(flow: Flow, catalogue: Catalogue) -> Flow:
    """Give the flow of words of the schema.

    Cut to pieces these are hidden where it is known that they quote a value.
    """
    embedded = frozenset({Sensitivity.SECRET}) if are_telling(catalogue) else frozenset()
    return dataclasses.replace(flow, is_definition=True, embedded=flow.embedded | embedded)


def are_telling(catalogue: Catalogue) -> bool:
    """Tell whether words of the schema are known to quote a value."""
    return catalogue.quotes_values or bool(quoted_values(catalogue))


def counts_masked(catalogue: Catalogue) -> frozenset[Sensitivity]:
    """Give the classes of columns that count: the next number tells the highest one in each."""
    return catalogue.found(_counts_masked)


def _counts_masked(catalogue: Catalogue) -> frozenset[Sensitivity]:
    return frozenset(
        column.sensitivity
        for relation in catalogue.user_relations()
        if relation.counter
        for column in relation.columns
        if column.sensitivity and fold(column.name, catalogue.engine) == relation.counter
    )


def of_tree(flow: Flow) -> Flow:
    """Give the flow of what ``pg_get_expr`` reads: trees hold bytes of values, it makes words."""
    is_tree = flow.classes == {Sensitivity.SECRET} and flow.columns <= _TREES
    return dataclasses.replace(flow, classes=frozenset()) if is_tree else flow


class Redactor:
    """Hides what definitions of one database quote of its sensitive columns."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Learn the names of sensitive columns, and what their own definitions hold."""
        self._engine = catalogue.engine
        self._counts_masked = bool(counts_masked(catalogue))
        self._names = sensitive_columns(catalogue)
        self._quoted = quoted_values(catalogue)

    def redact(self, text: str) -> str:
        """Hide inside one cell of structure; what quotes nothing stays byte for byte."""
        if text in self._quoted:
            return _MASK
        if self._counts_masked:
            text = _NEXT_NUMBER.sub(_MASK, text)
        if not _MAY_QUOTE.search(text):
            return text
        if self._engine is Engine.MYSQL and _ESCAPED.match(text):
            plain = unescaped(text)
            shown = self.redact(plain)
            return text if shown == plain else _escaped(shown)
        if not _SQL.match(text):
            is_code = not _PROSE.fullmatch(text)
            text = detectors.redact(detectors.hide_opaque(text), is_code=is_code)
        spans = sorted(self._spans(text))
        for start, end, shown in reversed(spans):
            text = f"{text[:start]}{shown}{text[end:]}"
        for value in self._quoted:
            if value in text and _VALUE.fullmatch(value):
                text = text.replace(value, _MASK)
        return detectors.redact(text, is_code=True)

    def relation(self, relation: Relation) -> Relation:
        """Hide in all words of one relation; its names stay."""
        columns = tuple(map(self._column, relation.columns))
        if any(one is not other for one, other in zip(columns, relation.columns, strict=True)):
            relation = dataclasses.replace(relation, columns=columns)
        many = (relation.triggers, relation.rules, relation.referenced_by)
        words = (relation.definition, relation.comment, *many)
        definition, comment = self.redact(relation.definition), self.redact(relation.comment)
        triggers, rules, referenced_by = (tuple(map(self.redact, one)) for one in many)
        if words == (definition, comment, triggers, rules, referenced_by):
            return relation
        return dataclasses.replace(
            relation,
            definition=definition,
            comment=comment,
            triggers=triggers,
            rules=rules,
            referenced_by=referenced_by,
        )

    def _column(self, column: Column) -> Column:
        words = (column.type_name, column.default, column.comment)
        shown = tuple(map(self.redact, words))
        if shown == words:
            return column
        type_name, default, comment = shown
        return dataclasses.replace(column, type_name=type_name, default=default, comment=comment)

    def _spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        tokens = lex(_opened(text, self._engine), self._engine).tokens
        telling = {token.start for token in _telling(_grouped(tokens, text), self._names)}
        is_bound = bool(_BOUND.match(text))
        before: Token | None = None
        for token in tokens:
            piece = text[token.start : token.end]
            is_body = token.kind is Kind.STRING and piece.startswith("$")
            if is_body:
                yield token.start, token.end, self.redact_body(piece)
            elif token.kind in (Kind.STRING, Kind.NUMBER):
                is_comment = before is not None and before.value == "comment"
                if is_comment:
                    hidden = _VALUE.sub(_MASK, piece) if token.start in telling else piece
                    yield token.start, token.end, detectors.hide_opaque(hidden)
                elif (
                    (token.start in telling and _is_value(token))
                    or token.value in self._quoted
                    or (is_bound and _VALUE.search(token.value))
                    or detectors.is_opaque(token.value)
                ):
                    yield token.start, token.end, _as_literal(token)
                elif token.kind is Kind.STRING:
                    opening, quote, inner = piece.partition("'")
                    yield token.start, token.end, f"{opening}{quote}{detectors.redact(inner)}"
            before = token if token.value != "=" else before

    def redact_body(self, piece: str) -> str:
        """Hide inside a dollar-quoted body."""
        tag = piece[: piece.index("$", 1) + 1]
        return f"{tag}{self.redact(piece[len(tag) : -len(tag)])}{tag}"


def _opened(text: str, engine: Engine) -> str:
    """Blank out the signs about what MySQL says so: ``/*!50500 PARTITION BY … */``."""
    for start, end in lex(text, engine).conditional if "/*!" in text else ():
        opening = _OPENING.match(text, start)
        first, last = (opening.end() if opening else start), end - 2
        text = f"{text[:start]}{' ' * (first - start)}{text[first:last]}  {text[end:]}"
    return text


def unescaped(text: str) -> str:
    r"""Read an expression as MySQL's dictionary has it, escaped as a whole: ``_utf8mb4\'x\'``."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")


def constant(text: str) -> Flow:
    """Give the flow of a constant in the code of a view or function: nobody typed it here."""
    if detectors.is_opaque(text):
        return CONSTANT
    if detectors.redact(text) == text:
        return TYPED
    found = frozenset({detectors.whole(text) or Sensitivity.SECRET})
    return dataclasses.replace(TYPED, is_plain=False, embedded=found)


def constants(text: str, engine: Engine) -> Flow:
    """Give the flow of whatever constants of code come out of it."""
    if not _is_telling(text):
        return HARMLESS
    strings = (token.value for token in lex(text, engine).tokens if token.kind is Kind.STRING)
    return join([HARMLESS, *map(constant, strings)])


def opaque_constants(text: str, engine: Engine) -> bool:
    """Tell whether code or a default has a constant that looks like a key or somebody's number."""
    if not detectors.is_opaque(text):
        return False
    tokens = lex(text, engine).tokens
    return any(
        detectors.is_opaque(text[token.start : token.end])
        for token in tokens
        if token.kind is Kind.STRING
    )


def quotes_values(catalogue: Catalogue) -> bool:
    """Tell whether the words of the schema that a catalogue has hold what detectors would hide."""
    texts = [one.body for many in catalogue.functions.values() for one in many]
    comments = []
    for relation in catalogue.user_relations():
        texts += [relation.definition, *relation.rules, *relation.trigger_code]
        comments.append(relation.comment)
        for column in relation.columns:
            texts += [column.default, column.type_name]
            comments.append(column.comment)
    return any(map(_is_telling, comments)) or any(
        found.embedded | found.spoiled
        for found in (constants(text, catalogue.engine) for text in texts)
    )


def _is_telling(text: str) -> bool:
    return detectors.is_opaque(text) or detectors.redact(text) != text


def quoted_values(catalogue: Catalogue) -> frozenset[str]:
    """Give the values that definitions of sensitive columns hold: defaults, labels, comments."""
    return catalogue.found(_quoted_values)


def _quoted_values(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(
        value
        for relation in catalogue.user_relations()
        for column in relation.columns
        if column.is_known_sensitive
        for value in _quoted_by(column, catalogue.engine)
    )


def _quoted_by(column: Column, engine: Engine) -> Iterator[str]:
    for token in lex(column.default, engine).tokens:
        if token.kind in (Kind.STRING, Kind.NUMBER) and _is_value(token):
            yield token.value
    if column.type_name.casefold().startswith(("enum(", "set(")):
        labels = [label for label in _LABELS.findall(column.type_name) if len(label) > 1]
        yield from (label.replace("''", "'") for label in labels)
    yield from _VALUE.findall(column.comment)


def _is_value(token: Token) -> bool:
    if token.kind is Kind.NUMBER:
        return len(token.value) >= _DIGITS_MIN
    return len(token.value) >= _LENGTH_MIN and any(map(str.isalnum, token.value))


def _as_literal(token: Token) -> str:
    return f"'{_MASK}'" if token.kind is Kind.STRING else _MASK


def _grouped(tokens: Sequence[Token], text: str) -> _Group:
    """Nest the tokens by their brackets; the columns of CREATE TABLE stand for themselves."""
    top: _Group = []
    open_groups = [top]
    for token in tokens:
        if token.kind is Kind.OPERATOR and token.value == "(":
            inner: _Group = []
            open_groups[-1].append(inner)
            open_groups.append(inner)
        elif token.kind is Kind.OPERATOR and token.value == ")":
            if len(open_groups) > 1:
                open_groups.pop()
        else:
            open_groups[-1].append(token)
    if _TABLE.match(text):
        place = next((at for at, item in enumerate(top) if isinstance(item, list)), None)
        if place is not None:
            top[place : place + 1] = [_COMMA, top[place], _COMMA]
    return top


def _telling(group: _Group, names: frozenset[str], *, is_inside: bool = False) -> Iterator[Token]:
    """Give the literals that stand beside a sensitive name, in one condition or clause.

    Args:
        is_inside: the group is what such a name is compared with, ``ssn IN (…)``.
    """
    for clause in _clauses(group):
        is_named = is_inside or any(_names(item, names) for item in clause)
        signs = {item.value for item in clause if isinstance(item, Token)}
        is_compared = is_inside or not signs.isdisjoint(_COMPARING)
        is_hidden = is_named and is_compared and signs.isdisjoint(_PATTERNS)
        is_commented = is_named and "comment" in signs
        # Each partition says its own bounds, in brackets behind the columns that they are of.
        is_parted = is_named and {"partition", "by"} <= signs
        is_before = is_inside
        for item in clause:
            if isinstance(item, list):
                follows = is_before and (is_hidden or is_parted)
                yield from _telling(item, names, is_inside=follows)
            elif item.kind in (Kind.STRING, Kind.NUMBER) and (is_hidden or is_commented):
                yield item
            is_before = is_before or _names(item, names)


def _clauses(group: _Group) -> Iterator[_Group]:
    clause: _Group = []
    for item in group:
        if isinstance(item, Token) and item.kind is not Kind.QUOTED and item.value in _SEPARATORS:
            yield clause
            clause = []
        else:
            clause.append(item)
    yield clause


def _names(item: Token | _Group, names: frozenset[str]) -> bool:
    if isinstance(item, list):
        return any(_names(inner, names) for inner in _flat(item))
    return item.kind in (Kind.WORD, Kind.QUOTED) and item.value.casefold() in names


def _flat(group: _Group) -> Iterable[Token]:
    for item in group:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


_SQL = re.compile(
    r"\s*(?:[('\"`$]|[\w.\"`]+\s*(?:[(<>=]|::)|for values|(?:create|select|with|unique|primary"
    r"|foreign|exclude|begin|declare|insert|update|delete|return)\s)",
    re.IGNORECASE,
)
"""Else they are prose, a comment or a label: an odd word in it is no name of an index."""
_TABLE = re.compile(r"\s*create\s+(?:\w+\s+){0,3}?table\b", re.IGNORECASE)
_BOUND = re.compile(r"FOR VALUES\b", re.IGNORECASE)
_COMMA = Token(Kind.OPERATOR, ",", -1, -1)
