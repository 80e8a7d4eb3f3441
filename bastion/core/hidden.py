"""Code that could carry sensitive values to where they are no longer masked, unseen by the walk.

DO blocks, procedures, triggers, rules and functions in other languages are not traced. Where such
code names a sensitive column or its table and also writes, it is held, in words; so is code that
builds its statements from text, since nobody can say what it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlglot import exp

from bastion.core.catalogue import Catalogue, Relation, RelationKind
from bastion.core.context import SessionContext
from bastion.core.effects import Statement
from bastion.core.lexer import Kind, lex
from bastion.core.model import EffectClass, Engine
from bastion.core.structure import computed_part

_ROUNDS_MAX = 4
_DATA_HEADS = frozenset(
    {"SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "SET", "CALL"}
    | {"DO", "TABLE", "EXECUTE", "FETCH"}
)
_WORD = re.compile(r"[\w$]+")
_BLOCK = re.compile(r"\s*(?:do\b(?!\s+sleep)|begin\s+not\s+atomic\b|call\b)", re.IGNORECASE)
_HOOK = re.compile(
    r"\s*create\s+(?:or\s+replace\s+)?(?:definer\s*=\s*\S+\s+)?(?:aggregate\s+)?(?:constraint\s+)?"
    r"(?:event\s+)?(?P<kind>trigger|rule|event)\b",
    re.IGNORECASE,
)
_STRUCTURE = re.compile(r"\s*(?:create|alter|cluster)\b", re.IGNORECASE)
_MAKES = re.compile(r"\s*(?:create|alter)\b", re.IGNORECASE)
_OPAQUE = re.compile(
    r"\s*(?:insert|update|merge|replace|with|copy|load)\b|\s*set\b.*\(\s*select\b",
    re.IGNORECASE | re.DOTALL,
)
"""Writes and assignments that were not understood, so that nobody saw where values go."""
_TO_FILE = re.compile(r"\binto\s+(?:outfile|dumpfile)\b", re.IGNORECASE)
_KEEPS_SETTING = re.compile(
    r"current_setting\s*\(|@[`'\"\w]|\bset\b.*\bfrom\s+current\b", re.IGNORECASE | re.DOTALL
)
_WRITES = re.compile(
    r"\b(?:insert|update|merge|replace|copy|execute|create|alter|notify|pg_notify|prepare"
    r"|lo_from_bytea|dblink\w*)\b(?!\s*\()"
    r"|\b(?:pg_notify|lo_from_bytea|lo_put|setval|set_config|dblink\w*)\s*\(|@\w+\s*:?=",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\s*create\s+(?:or\s+replace\s+)?(?:function|procedure|aggregate|operator|cast)\b",
    re.IGNORECASE,
)
_HOLDERS = frozenset(
    """
    pg_stats pg_stats_ext pg_stats_ext_exprs pg_statistic pg_statistic_ext_data pg_authid pg_shadow
    pg_largeobject pg_user_mapping pg_user_mappings pg_stat_activity column_stats global_priv
    general_log slow_log processlist authentication_string
    """.split()
)
"""Of the server's own catalogue: they hold values of tables, credentials or what others run."""
_BUILDS = re.compile(
    r"\bU&[\"']|\bexecute\b(?!\s+(?:function|procedure)\b)|\bprepare\b[^;]*\bfrom\b"
    r"|\b(?:query|table|schema|database|cursor)_to_xml|\bts_stat\b|\bts_rewrite\b|\bdblink\w*",
    re.IGNORECASE,
)


def _without_strings(statement: Statement) -> str:
    """Leave out what literals say, where nothing runs them."""
    text = statement.text
    if not statement.is_understood:
        return text
    tokens = lex(text, statement.engine).tokens
    return " ".join(text[one.start : one.end] for one in tokens if one.kind is not Kind.STRING)


_QUERIES = (exp.Select, exp.SetOperation)


def _calling(statement: Statement) -> str:
    """Give the words that may call code: ``WHERE proname = 'tell'`` names a function, no more.

    What a read says in strings runs where something builds statements of it.
    """
    is_read = isinstance(statement.tree, _QUERIES) and statement.effects == {EffectClass.READ}
    if not is_read or _BUILDS.search(statement.text):
        return statement.text
    return _without_strings(statement)


def hidden_writes(
    statement: Statement, catalogue: Catalogue, context: SessionContext
) -> tuple[str, ...]:
    """Say where code behind a statement may take sensitive values."""
    text = statement.text
    if _TO_FILE.search(_without_strings(statement)):
        return ("a file on the server takes the rows",)
    is_tainted = any(context.variables.values())
    if is_tainted and _MAKES.match(text) and _KEEPS_SETTING.search(text):
        return ("a default or expression reads a variable that took a masked value",)
    reader = _kept_reader(statement, catalogue, context)
    if reader:
        return (f"a default or expression calls {reader}, which may read masked values",)
    if context.has_restructured and not context.in_transaction and _is_unread(statement, catalogue):
        return ("it calls code that was made since the structure was last read",)
    is_kept = context.in_transaction and _CODE.match(text) is not None
    hook, is_block = _HOOK.match(text), _BLOCK.match(text) is not None
    called = tuple(called_bodies(_calling(statement), catalogue))
    is_opaque = not statement.is_understood and _OPAQUE.match(text) is not None
    prepared = _prepared(statement, context)
    is_shown = bool(hook) or is_block or is_opaque or is_kept or bool(prepared)
    if not (is_shown or called) or (_MAKES.match(text) and not (hook or is_kept)):
        return ()
    code = "\n".join((prepared or text, *called) if is_shown else called)
    names = sensitive_names(catalogue)
    words = {word.casefold() for word in _WORD.findall(code)}
    named = words & (names | _HOLDERS)
    if named and is_kept:
        # Nobody but the transaction itself sees it, so no call of it can be judged.
        return (f"code that is made in a transaction names {min(named)}, and could run unread",)
    writes = bool(hook) or is_opaque or _WRITES.search(code) is not None
    kind = hook.group("kind").casefold() if hook else "code"
    if named and writes:
        return (f"the {kind} names {min(named)} and writes elsewhere",)
    if names and _BUILDS.search(code):
        return (f"the {kind} builds statements from text, which may write masked values",)
    return ()


def _kept_reader(statement: Statement, catalogue: Catalogue, context: SessionContext) -> str:
    """Name a function that structure is made with, or keeps to call, and that may read values.

    A default fills rows, and the bound of a partition is computed when it is made.
    """
    text = _without_strings(statement)
    is_query = statement.change is not None and statement.change.statement is not None
    if is_query or not _KEEPS.match(text):
        return ""
    names = {str(name).casefold() for name in _CALLED.findall(_with_defaults(text, catalogue))}
    made, is_tainted = context.relations.values(), any(context.variables.values())
    for name in sorted(names):
        is_reader = name in catalogue.functions and reads_sensitive(
            name, catalogue, made, is_tainted=is_tainted
        )
        if is_reader or (sensitive_names(catalogue) and _READERS.fullmatch(name) is not None):
            return name
    return ""


def _with_defaults(text: str, catalogue: Catalogue) -> str:
    """Add the defaults that a new table takes from the domains and relations that it names."""
    words = _words(text)
    texts = [text, *(default for name, default in catalogue.defaults.items() if name in words)]
    if _TAKES_AFTER.search(text):
        named = (one for word in words for one in catalogue.called(word))
        relations = (one for one in named if one.kind is not RelationKind.SYSTEM)
        texts += [column.default for one in relations for column in one.columns]
    return "\n".join(texts)


_TAKES_AFTER = re.compile(r"\b(?:inherits?|like|partition\s+of)\b", re.IGNORECASE)
_KEEPS = re.compile(
    r"\s*(?:create\s+(?:(?:global|local|temp|temporary|unlogged|foreign|unique)\s+)*"
    r"(?:table|index|domain|type|statistics|policy)"
    r"|alter\s+(?:foreign\s+)?(?:table|view|domain|type|policy))\b",
    re.IGNORECASE,
)
_CALLED = re.compile(r"([\w$]+)[\"`]?\s*\(")
_READERS = re.compile(
    r"(?:query|table|schema|database|cursor)_to_xml\w*|ts_stat|ts_rewrite|dblink\w*|lo_get|loread"
    r"|pg_read_\w+|pg_stat_get_\w*activity"
)


def _user_names(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(relation.name.casefold() for relation in catalogue.user_relations())


def written_by_code(statement: Statement, catalogue: Catalogue) -> frozenset[tuple[str, str]]:
    """Give the relations that code behind a statement may write or make, case folded.

    Each is a schema, empty where none is said, and a name.
    """
    # What a statement with a tree writes itself was traced.
    own = () if statement.tree is not None else (statement.text,)
    code = "\n".join((*own, *called_bodies(statement.text, catalogue)))
    known = catalogue.found(_user_names)
    found = set()
    for match in _WRITTEN.finditer(code):
        schema, _, name = re.sub(r"[\"`\s]", "", match.group("name")).casefold().rpartition(".")
        if name in known or match.group("made"):
            found.add((schema, name))
    if _BUILDS.search(code):
        read = {name.casefold() for name in _READ.findall(code)}
        found |= {("", name) for name in (_words(code) & known) - read}
    hook = _HOOKED.search(statement.text)
    if hook is not None and _NEW_ROW.search(code):
        found.add(("", hook.group("name").casefold()))
    return frozenset(found)


_NAME = r"(?:\"[^\"]+\"|`[^`]+`|[\w$]+)"
_WRITTEN = re.compile(
    r"\b(?:(?:insert(?:\s+ignore)?|replace|merge)\s+into|update(?:\s+only)?"
    r"|(?P<made>create)\s+(?:or\s+replace\s+)?(?:unlogged\s+)?table(?:\s+if\s+not\s+exists)?)"
    rf"\s+(?P<name>{_NAME}(?:\s*\.\s*{_NAME})?)",
    re.IGNORECASE,
)
_READ = re.compile(r"\b(?:from|join)\s+[\"`]?(?:\w+[\"`]?\.[\"`]?)?(\w+)", re.IGNORECASE)
_HOOKED = re.compile(
    r"\bcreate\b[^;]*?\btrigger\b[^;]*?\bon\s+(?:[\"`]?\w+[\"`]?\.)?[\"`]?(?P<name>\w+)",
    re.IGNORECASE,
)
_NEW_ROW = re.compile(
    r"(?:\b(?:begin|then|else|set|row)|;|,)\s+new\.[\"`]?\w+[\"`]?\s*:?=", re.IGNORECASE
)


def _is_unread(statement: Statement, catalogue: Catalogue) -> bool:
    """Tell whether a statement that was not understood may run code that nobody has seen."""
    is_data = statement.head in _DATA_HEADS
    return not statement.is_understood and is_data and bool(sensitive_names(catalogue))


def telling_code(
    statement: Statement, catalogue: Catalogue, context: SessionContext
) -> tuple[str, ...]:
    """Say where code or structure may show by what it does, or refuses, what a value is."""
    text = statement.text
    made = tuple(context.relations.values())
    if _is_unprepared(statement, context):
        return ()
    if not statement.is_understood:
        text = _prepared(statement, context) or text
        code = "\n".join((text, *called_bodies(text, catalogue)))
        named = _words(code) & (sensitive_names(catalogue, made) | _tainted(context) | _HOLDERS)
        if not named and any(context.variables.values()) and _KEEPS_SETTING.search(code):
            named = {"a variable that took a masked value"}
        if named:
            return (f"the code reads {min(named)}, and what it does may tell its values",)
        if sensitive_names(catalogue) and _BUILDS.search(code):
            return ("the code builds statements from text, which may read masked values",)
        return ()
    if not _STRUCTURE.match(text):
        return ()
    words = _words(text)
    filled = tuple(one for one in made if one.name.casefold() in words)
    is_tainted = any(column.is_known_sensitive for one in filled for column in one.columns)
    found = computed_part(text, statement.engine, is_tainted=is_tainted)
    named = _words(found.columns) & sensitive_columns(catalogue, made)
    named |= _words(found.row) & sensitive_names(catalogue, made)
    if is_tainted and found.columns:
        named |= {filled[0].name}
    if named:
        return (f"{statement.head} computes or checks with {min(named)}",)
    return ()


def _is_unprepared(statement: Statement, context: SessionContext) -> bool:
    """Tell whether it executes a name that the session never prepared: the server refuses it.

    Code that was not understood may have prepared some, out of sight.
    """
    is_execute = statement.engine is Engine.POSTGRESQL and statement.head == "EXECUTE"
    if not is_execute or statement.is_understood or "*" in context.variables:
        return False
    return not _prepared(statement, context)


def _prepared(statement: Statement, context: SessionContext) -> str:
    """Give the code of an EXECUTE whose arguments are computed: these, and what they are for.

    Empty for anything else.
    """
    found = _EXECUTE.match(statement.text)
    if statement.is_understood or statement.engine is not Engine.POSTGRESQL or found is None:
        return ""
    arguments = statement.text[found.end() :]
    words = _words(arguments)
    texts = [one.text for name, one in context.prepared.items() if name.casefold() in words]
    return "\n".join((arguments, *texts)) if texts else ""


_EXECUTE = re.compile(r"\s*(?:(?:explain|create)\b[^;]*?)?\bexecute\b", re.IGNORECASE)


def _tainted(context: SessionContext) -> frozenset[str]:
    return frozenset(name.casefold() for name, classes in context.variables.items() if classes)


def reads_sensitive(
    function: str,
    catalogue: Catalogue,
    made: Iterable[Relation] = (),
    *,
    is_tainted: bool = False,
) -> bool:
    """Tell whether a function that nobody traced may read sensitive columns, by what it names.

    Args:
        made: relations of the session.
        is_tainted: variables of the session took masked values.
    """
    code = "\n".join(called_bodies(function, catalogue))
    if not _words(code).isdisjoint(sensitive_names(catalogue, made)):
        return True
    if is_tainted and _KEEPS_SETTING.search(code):
        return True
    return bool(sensitive_names(catalogue, made)) and _BUILDS.search(code) is not None


def _words(code: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(code)}


def called_bodies(text: str, catalogue: Catalogue) -> Iterator[str]:
    """Give the bodies of the functions that a text calls, and those that they call."""
    seen: set[str] = set()
    pending = [text]
    for _ in range(_ROUNDS_MAX):
        words = {word.casefold() for part in pending for word in _WORD.findall(part)}
        found = (words & catalogue.functions.keys()) - seen
        seen |= found
        pending = [
            function.body for name in sorted(found) for function in catalogue.functions[name]
        ]
        if not pending:
            return
        yield from pending


def sensitive_names(catalogue: Catalogue, made: Iterable[Relation] = ()) -> frozenset[str]:
    """Give the names of sensitive columns and of their relations, case folded."""
    return _known(catalogue).all | _sensitive(made).all


def sensitive_columns(catalogue: Catalogue, made: Iterable[Relation] = ()) -> frozenset[str]:
    """Give the names of sensitive columns, case folded."""
    return _known(catalogue).columns | _sensitive(made).columns


class _Names(NamedTuple):
    """Names of sensitive columns, and these with the names of their relations; case folded."""

    columns: frozenset[str]
    all: frozenset[str]


def _sensitive(relations: Iterable[Relation]) -> _Names:
    columns: set[str] = set()
    tables: set[str] = set()
    for relation in relations:
        found = [column.name.casefold() for column in relation.columns if column.is_known_sensitive]
        if found:
            columns.update(found)
            tables.add(relation.name.casefold())
    return _Names(frozenset(columns), frozenset(columns | tables))


def _known(catalogue: Catalogue) -> _Names:
    return catalogue.found(_sensitive_stored)


def _sensitive_stored(catalogue: Catalogue) -> _Names:
    return _sensitive(catalogue.user_relations())
