"""The calls that a statement writes out: each name that a parenthesis follows.

Names are taken from the text, not from the tree: sqlglot renames many.
"""

from __future__ import annotations

import re

from bastion.core.builtins import names as word_list
from bastion.core.catalogue import Function
from bastion.core.findings import HERE, Findings, Place, Surroundings
from bastion.core.functions import EFFECT_CLASSES, FunctionEffect, effect_of, is_of_sys
from bastion.core.lexer import Kind, Token
from bastion.core.model import EffectClass, Engine
from bastion.core.routines import (
    AGGREGATE,
    converts_by_code,
    parts_of_aggregate,
    take_apart,
    take_apart_procedure,
)
from bastion.core.settings_postgresql import is_free, is_pinned


def judge_calls(
    tokens: tuple[Token, ...], structural: frozenset[str], findings: Findings, around: Surroundings
) -> None:
    """Judge each name that a parenthesis follows."""
    grammar = _GRAMMAR[around.engine]
    for index in range(len(tokens) - 1):
        following = tokens[index + 1]
        if following.value != "(" or following.kind is not Kind.OPERATOR:
            continue
        token = tokens[index]
        if token.kind is not Kind.WORD and token.kind is not Kind.QUOTED:
            continue
        schema = _schema_before(tokens, index)
        name = token.value.lower() if around.engine is Engine.MYSQL else token.value
        if name == "operator" and around.engine is Engine.POSTGRESQL:
            _named_operator(_arguments(tokens, index + 1), findings)
            continue
        own = _own_functions(name, schema, around)
        if own:
            judge_own_call(name, own, findings, around)
        if own and schema not in {None, "pg_catalog"}:
            continue
        if around.engine is Engine.MYSQL and schema == "sys" and is_of_sys(name):
            continue
        if token.kind is Kind.WORD and schema is None and name in grammar:
            continue
        if schema is None and name.lower() in structural:
            continue
        _built_in(name, schema, bool(own), _arguments(tokens, index + 1), findings, around)


def _named_operator(inside: tuple[Token, ...], findings: Findings) -> None:
    """``OPERATOR(schema.sign)``: only those of ``pg_catalog`` are built in."""
    is_named = bool(inside) and inside[0].kind is not Kind.OPERATOR
    if is_named and inside[0].value != "pg_catalog":
        findings.doubt("It uses an operator that is not built in.")


def _schema_before(tokens: tuple[Token, ...], index: int) -> str | None:
    if index >= 2 and tokens[index - 1].value == "." and tokens[index - 1].kind is Kind.OPERATOR:
        before = tokens[index - 2]
        return before.value if before.kind in {Kind.WORD, Kind.QUOTED} else ""
    return None


def _own_functions(name: str, schema: str | None, around: Surroundings) -> tuple[Function, ...]:
    found = around.catalogue.functions.get(name.lower(), ())
    if schema is None and around.engine is Engine.MYSQL and any(around.search_path):
        # There a bare name means the current database's, and nobody else's.
        schema = around.search_path[0]
    if schema is None:
        return tuple(function for function in found if function.name.lower() == name.lower())
    return tuple(function for function in found if function.schema == schema)


def judge_own_call(
    name: str, candidates: tuple[Function, ...], findings: Findings, around: Surroundings
) -> None:
    """Judge a call of a user's function by the bodies of all of that name."""
    findings.functions.update(f"{one.schema}.{one.name}" for one in candidates)
    for function in candidates:
        if function.language.lower() == "c":
            _compiled(name, findings, around)
            continue
        if function.language == AGGREGATE:
            _aggregate(function, findings, around)
            continue
        body = _body(function, around)
        if body is None or function.is_procedure:
            findings.doubt(f"The function {name} is written in {function.language}.")
            continue
        inner = around.judge_read(body, around.depth + 1, _place(function, around))
        findings.reads |= inner.reads
        findings.functions |= inner.functions
        if inner.effects != {EffectClass.READ}:
            findings.effects |= inner.effects
            findings.doubt(f"The function {name} does more than read, or is not understood.")


def _aggregate(function: Function, findings: Findings, around: Surroundings) -> None:
    """Judge an aggregate by the functions that compute it, each of them whichever is so called."""
    parts = parts_of_aggregate(function)
    for schema, name in parts or ():
        own = around.catalogue.functions.get(name.lower(), ())
        own = tuple(one for one in own if one.schema == schema and one.language != AGGREGATE)
        if own:
            judge_own_call(name, own, findings, around)
        elif schema != "pg_catalog" or effect_of(name, around.engine) is not FunctionEffect.PURE:
            parts = None
    if parts is None:
        findings.doubt(f"The aggregate {function.name} is computed by what is not known.")


def procedure_of(name: str, schema: str | None, around: Surroundings) -> Function | None:
    """Find the procedure that MySQL runs under a name; None where it is not known beyond doubt."""
    named = around.catalogue.functions.get(name.lower(), ())
    place = schema or next(iter(around.search_path), "")
    found = [one for one in named if one.is_procedure and one.schema == place]
    return found[0] if len(found) == 1 else None


def judge_procedure(function: Function, findings: Findings, around: Surroundings) -> None:
    """Judge a call of a user's procedure by all that its body runs."""
    name = function.name
    findings.functions.add(f"{function.schema}.{name}")
    routine = take_apart_procedure(function, around.engine)
    if routine is None or converts_by_code(routine, around.catalogue):
        findings.doubt(f"The procedure {name} runs code that is not read.")
        return
    sent = [one if isinstance(one, str) else one.text for one in routine.results]
    queries = (*routine.queries, *sent) or ("SELECT 1",)
    inner = around.judge_read("\n;\n".join(queries), around.depth + 1, _place(function, around))
    findings.reads |= inner.reads
    findings.functions |= inner.functions
    findings.pinned.extend(inner.pinned)
    if inner.effects != {EffectClass.READ} or inner.pinned:
        findings.effects |= inner.effects
        findings.doubt(f"The procedure {name} does more than read, or is not understood.")


def _compiled(name: str, findings: Findings, around: Surroundings) -> None:
    """Only a superuser makes a function in C, so an extension's reviewed name can be trusted."""
    effect = effect_of(name, around.engine)
    if effect is None:
        findings.doubt(f"The function {name} is not known.")
    elif effect is not FunctionEffect.PURE:
        findings.add(EFFECT_CLASSES[effect], _EFFECT_WORDS[effect].format(name=name))


def _body(function: Function, around: Surroundings) -> str | None:
    """Give what a function runs, as statements; None when it cannot be judged."""
    engine = around.engine
    body = function.body.strip().rstrip(";").strip()
    if function.language.lower() == "plpgsql" or engine is Engine.MYSQL:
        routine = take_apart(function, engine)
        if routine is None or converts_by_code(routine, around.catalogue):
            return None
        if not routine.queries:
            return "SELECT 1"
        return "\n;\n".join(routine.queries)
    if function.language.lower() != "sql" or not body:
        return None
    atomic = _ATOMIC.fullmatch(body)
    if atomic is not None:
        return f"{atomic['body']}{atomic['defaults'] or ''}"
    if _is_returned(body):
        return f"SELECT ({body[6:].strip()})"
    return body


_ATOMIC = re.compile(
    r"BEGIN\s+ATOMIC\s(?P<body>.*);\s*END(?P<defaults>; SELECT .*)?", re.IGNORECASE | re.DOTALL
)


def _is_returned(body: str) -> bool:
    return body[:6].lower() == "return" and not body[6:7].isalnum()


def _place(function: Function, around: Surroundings) -> Place:
    """Tell where the body of a function looks bare names up."""
    if around.engine is Engine.MYSQL:
        return Place(search_path=(function.schema,), is_inherited=True)
    body = function.body.strip()
    if _ATOMIC.fullmatch(body.rstrip("; \n")) is not None or _is_returned(body):
        # Parsed when it was made; the server prints it as it prints a view.
        return around.place_of_definitions()
    if not function.search_path:
        return HERE
    parts = [part.strip().strip('"') for part in function.search_path.split(",")]
    return Place(search_path=tuple(part for part in parts if part), is_inherited=True)


def _arguments(tokens: tuple[Token, ...], opening: int) -> tuple[Token, ...]:
    depth = 0
    for index in range(opening, len(tokens)):
        token = tokens[index]
        if token.kind is Kind.OPERATOR and token.value in "()":
            depth += 1 if token.value == "(" else -1
            if depth == 0:
                return tokens[opening + 1 : index]
    return tokens[opening + 1 :]


def _built_in(
    name: str,
    schema: str | None,
    is_own: bool,
    arguments: tuple[Token, ...],
    findings: Findings,
    around: Surroundings,
) -> None:
    effect = effect_of(name, around.engine) if _may_be_built_in(schema, around) else None
    if effect is None:
        if not is_own:
            findings.doubt(f"The function {name} is not known.")
        return
    if effect is FunctionEffect.PURE:
        if name in _TRIES_TYPES:
            _tries_type(name, arguments, findings, around)
        return
    if effect is FunctionEffect.SLEEP and _is_literal(arguments):
        return
    if name == "set_config":
        _pins(arguments, findings)
    findings.add(EFFECT_CLASSES[effect], _EFFECT_WORDS[effect].format(name=name))


def _tries_type(
    name: str, arguments: tuple[Token, ...], findings: Findings, around: Surroundings
) -> None:
    """Judge a function that makes a value of the type that its last argument names."""
    is_text = len(arguments) > 2 and arguments[-2].value == ","
    is_text = is_text and arguments[-1].kind is Kind.STRING
    found = _PLAIN_TYPE.fullmatch(arguments[-1].value) if is_text else None
    if found is None:
        findings.doubt(f"It is not known what type {name} makes a value of.")
    elif not around.catalogue.casts.isdisjoint(_IN_TYPE.findall(found[0].lower())):
        findings.doubt(f"The type {found[0]} runs code of its own.")


_TRIES_TYPES = frozenset({"pg_input_is_valid", "pg_input_error_info"})
_PLAIN_TYPE = re.compile(r"[\w .]+(?:\([\d, ]*\))?[\w ]*(?:\[\])*")
_IN_TYPE = re.compile(r"\w+")


def _pins(arguments: tuple[Token, ...], findings: Findings) -> None:
    """``set_config`` of a pinned setting is refused as SET of it is."""
    written = [one.value for one in arguments[:3:2] if one.kind is Kind.STRING]
    if len(written) == 2:
        name, value = written[0].lower(), written[1]
        if is_pinned(name) and not is_free(name, value):
            findings.pinned.append(name)


def _may_be_built_in(schema: str | None, around: Surroundings) -> bool:
    if schema is None:
        return True
    # Extensions live in any schema; their functions are written in C and pass as own calls.
    return schema in {"pg_catalog", "information_schema"} and around.engine is Engine.POSTGRESQL


def _is_literal(arguments: tuple[Token, ...]) -> bool:
    return len(arguments) == 1 and arguments[0].kind in {Kind.NUMBER, Kind.STRING}


_EFFECT_WORDS = {
    FunctionEffect.SLEEP: "The function {name} waits for a time that is computed.",
    FunctionEffect.SESSION: "The function {name} changes the session.",
    FunctionEffect.WRITES: "The function {name} changes stored data.",
    FunctionEffect.ADMIN: "The function {name} takes locks, changes settings or administers.",
    FunctionEffect.OUTSIDE: "The function {name} reaches files, servers or other sessions.",
    FunctionEffect.TEXT: "The function {name} runs or reads what a string names.",
}


_COMMON_GRAMMAR = """
    select from where and or not in as on using when then else case by over filter within group
    having limit offset union except intersect all any some exists lateral distinct values sets
    rollup cube between like is set with recursive returning join escape row rows order having
    cross inner left right full natural window partition into table only end interval
    columns path passing nested do of
"""
_GRAMMAR = {
    Engine.POSTGRESQL: word_list(
        f"""{_COMMON_GRAMMAR}
        ilike similar to materialized array conflict system bernoulli precision decimal
        numeric varchar char character dec nchar bit varbit time timestamp timestamptz timetz
        variadic symmetric asymmetric xmlnamespaces ordinality key value fetch first next
        overlaps collation varying for update nothing insert grouping repeatable"""
    ),
    Engine.MYSQL: word_list(
        f"""{_COMMON_GRAMMAR}
        regexp rlike div mod xor binary index key use force ignore decimal against collate
        straight_join distinctrow dual unsigned signed nchar varbinary separator update
        duplicate partition exclude sounds varchar bigint int integer tinyint smallint
        mediumint text datetime numeric double float bit enum"""
    ),
}
