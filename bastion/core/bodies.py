"""What the user's own functions carry: their SQL bodies traced where they run, else not proven."""

from __future__ import annotations

import dataclasses
import functools
import re

from sqlglot import exp

from bastion.core import predicates, routines, trees
from bastion.core.builtins import PURE, names
from bastion.core.catalogue import (
    Catalogue,
    Function,
)
from bastion.core.definitions import constants, opaque_constants
from bastion.core.flow import (
    HARMLESS,
    TYPED,
    Flow,
    Output,
    Scope,
    computed,
    fold,
    hidden,
    is_harmless,
    join,
    unproven,
)
from bastion.core.functions import effect_of, shows_arguments_only
from bastion.core.hidden import reads_sensitive
from bastion.core.lexer import lex, split
from bastion.core.model import Engine
from bastion.core.walker import Ctes, Walker
from bastion.errors import UsageError


def user_function(
    walk: Walker, name: str, found: tuple[Function, ...], arguments: list[Flow]
) -> Flow:
    """Give what may reach the result of a user's function, whichever of that name runs."""
    flows = list(arguments)
    for function in found:
        outputs = body_outputs(walk, function, arguments)
        if outputs is None:
            predicates.check_effects(walk, name, join([*arguments, HARMLESS]))
            is_tainted = any(walk.variables.values())
            made = walk.relations.values()
            if reads_sensitive(name, walk.catalogue, made, is_tainted=is_tainted):
                # Whether it gives NULL may depend on a value, and with branches all that it does.
                unseen = hidden(f"the function {name} may read what is masked")
                flows.append(dataclasses.replace(unseen, is_telling=True))
                if routines.has_branches(function, walk.engine):
                    walk.inference[f"the function {name}, whose code reads what is masked"] = None
            return join([*flows, unproven(f"the function {name} is not known")])
        flows += [output.flow for output in outputs]
    return join([*flows, HARMLESS])


def named(walk: Walker, call: exp.Expr, name: str) -> tuple[Function, ...]:
    """Find the user's functions that a call may mean: with a schema before it, that schema's."""
    found = walk.catalogue.functions.get(name.casefold(), ())
    around = call.parent
    if not (isinstance(around, exp.Dot) and around.expression is call):
        return found
    if not isinstance(around.this, exp.Identifier):
        return found
    schema = fold(around.this, walk.engine)
    return tuple(one for one in found if fold(one.schema, walk.engine) == schema)


def body_outputs(
    walk: Walker, function: Function, arguments: list[Flow]
) -> tuple[Output, ...] | None:
    """Trace the body of a function with its arguments; None when it cannot be.

    It cannot where it calls itself: how often that goes on hangs on values.
    """
    if function in walk.running:
        return None
    walk.running.append(function)
    try:
        return _of_function(walk, function, arguments)
    finally:
        walk.running.pop()


def _of_function(
    walk: Walker, function: Function, arguments: list[Flow]
) -> tuple[Output, ...] | None:
    everything = join([*arguments, constants(function.body, walk.engine)])
    if function.language == routines.AGGREGATE:
        return _of_aggregate(walk, function, everything)
    if is_self_contained(function.body, walk.engine):
        return (Output(name=None, flow=everything),)
    if function.language.casefold() == "plpgsql" or walk.engine is Engine.MYSQL:
        return _of_routine(walk, function, everything)
    return _of_sql(walk, function, arguments) if function.language.casefold() == "sql" else None


def _of_sql(walk: Walker, function: Function, arguments: list[Flow]) -> tuple[Output, ...] | None:
    named = {f"${index}": flow for index, flow in enumerate(arguments, start=1)}
    for index, name in enumerate(function.argument_names):
        if name:
            named[name] = arguments[index] if index < len(arguments) else TYPED
    body = re.sub(r"\A\s*return\b", "select", function.body, flags=re.IGNORECASE)
    try:
        pieces = split(body, walk.engine)
    except UsageError:
        return None
    traced = [_of_body(walk, piece, named, function) for piece in pieces[:3]]
    if len(pieces) not in (1, 2) or traced[0] is None or traced[-1] is None:
        return None
    if len(pieces) == 1:
        return traced[0]
    # The second may be the defaults of the arguments: what either gives may come out.
    everything = join(output.flow for outputs in traced for output in outputs or ())
    return tuple(
        Output(name=output.name, flow=join([output.flow, everything])) for output in traced[0]
    )


def _of_aggregate(walk: Walker, function: Function, everything: Flow) -> tuple[Output, ...] | None:
    """Tell that the functions of an aggregate give nothing but what its arguments are.

    What one gives, the next call of it takes: of what is harmless, all of them make what is.
    """
    parts = routines.parts_of_aggregate(function)
    if parts is None or opaque_constants(function.body, walk.engine):
        return None
    if all(schema == "pg_catalog" and name in PURE[walk.engine] for schema, name in parts):
        return (Output(name=None, flow=everything),)
    if not is_harmless(everything):
        return None
    for schema, name in parts:
        if schema == "pg_catalog":
            if not shows_arguments_only(name, walk.engine):
                return None
            continue
        for part in walk.catalogue.functions.get(name.casefold(), ()):
            outputs = _of_part(walk, part, everything)
            if outputs is None or not all(is_harmless(one.flow) for one in outputs):
                return None
    return (Output(name=None, flow=everything),)


def _of_part(walk: Walker, function: Function, everything: Flow) -> tuple[Output, ...] | None:
    if function.language == routines.AGGREGATE:
        return None
    return body_outputs(walk, function, [everything] * function.argument_count)


def _of_routine(walk: Walker, function: Function, everything: Flow) -> tuple[Output, ...] | None:
    """Tell that a procedural body reads nothing sensitive; None where it may, or is not known.

    Its variables take what its queries give, in whatever order they run: where none of these is
    sensitive as long as none of those is, nothing sensitive ever comes in.
    """
    routine = routines.take_apart(function, walk.engine)
    if routine is None or not is_harmless(everything):
        return None
    catalogue = as_its_path(walk.catalogue, function)
    if catalogue is None:
        return None
    columns = _returned_names(function, walk.catalogue) or []
    is_mysql = walk.engine is Engine.MYSQL
    arguments = (one.casefold() if is_mysql else one for one in function.argument_names)
    variables = {
        "found",
        "sqlerrm",
        "sqlstate",
        *routine.names,
        *arguments,
        *(one for one in (*columns, *function.result_names) if one),
    }
    named = dict.fromkeys(variables, HARMLESS)
    named |= {f"${index}": HARMLESS for index in range(1, function.argument_count + 1)}
    for query in routine.queries:
        found = walk.trace_inner(query, catalogue, named, sees_session=True)
        if found is None:
            return None
        outputs, inner = found
        walk.counted |= inner.counted
        is_telling = inner.touches or inner.inference or inner.laundering or inner.guesses
        walk.behind |= inner.behind
        # What went wrong behind a view, a handler may give as its result.
        is_handled = bool(inner.behind) and _HANDLES.search(function.body) is not None
        if is_telling or is_handled or not all(is_harmless(output.flow) for output in outputs):
            return None
    return tuple(Output(name=name or None, flow=everything) for name in columns or [""])


_HANDLES = re.compile(r"\b(?:exception|handler)\b", re.IGNORECASE)


def _of_body(
    walk: Walker, text: str, arguments: dict[str, Flow], function: Function
) -> tuple[Output, ...] | None:
    """Trace one statement of an SQL function: it runs where the session looks names up.

    What it chooses rows by, it does for whoever calls it, with the caller's arguments.
    """
    catalogue = as_its_path(walk.catalogue, function)
    if catalogue is None:
        return None
    found = walk.trace_inner(text, catalogue, arguments, sees_session=True)
    if found is None:
        return None
    outputs, inner = found
    walk.touches |= inner.touches
    walk.behind |= inner.behind
    walk.inference |= inner.inference
    walk.laundering |= inner.laundering
    walk.counted |= inner.counted
    walk.guesses += inner.guesses
    walk.guessed += inner.guessed
    return outputs


def as_its_path(catalogue: Catalogue, function: Function) -> Catalogue | None:
    """Look names up where a function's body does; None where that depends on who calls it."""
    if catalogue.engine is Engine.MYSQL:
        return dataclasses.replace(catalogue, search_path=(function.schema,))
    if not function.search_path:
        return catalogue
    path = tuple(part.strip().strip('"') for part in function.search_path.split(","))
    if "$user" in path:
        return None
    return dataclasses.replace(
        catalogue,
        search_path=tuple(part for part in path if part),
        definitions_path=catalogue.definitions_path or catalogue.search_path,
    )


def user_rows(walk: Walker, call: exp.Expr, scope: Scope, ctes: Ctes) -> tuple[Output, ...] | None:
    """Name and trace the columns of a user's function in FROM; None when it cannot be."""
    if not isinstance(call, exp.Anonymous):
        return None
    found = named(walk, call, call.name)
    if len(found) != 1 or effect_of(call.name.casefold(), walk.engine) is not None:
        # With the server's own of that name, the types choose which one runs.
        return None
    function = found[0]
    arguments = [walk.flow(item, scope, ctes) for item in call.expressions]
    outputs = body_outputs(walk, function, arguments)
    names = _returned_names(function, walk.catalogue)
    if outputs is None or names is None:
        return None
    if len(outputs) == 1:
        # ROW(…) may be given whole.
        outputs = outputs * len(names)
    if len(names) != len(outputs):
        return None
    return tuple(
        Output(name=name or fold(function.name, walk.engine), flow=computed(output.flow))
        for name, output in zip(names, outputs, strict=True)
    )


@functools.lru_cache(maxsize=2048)
def parse(text: str, engine: Engine) -> exp.Expr | None:
    """Parse the text of a view or function; None unless it is exactly one statement."""
    try:
        pieces = split(text, engine)
    except UsageError:
        return None
    if len(pieces) != 1:
        return None
    found = trees.parse(pieces[0], lex(pieces[0], engine), engine)
    return found if isinstance(found, exp.Expr) else None


_TROUBLE = re.compile(
    r"@|\b(?:select|perform|execute|from|table|call|fetch|open|cursor|into|query|copy|with|handler"
    r"|prepare|load|raise|signal|notify|listen|update|delete|insert|replace|merge|do|values)\b",
    re.IGNORECASE,
)


_CALLED = re.compile(r"([A-Za-z_][\w$]*)\s*\(")


_BODY_WORDS = names(
    """
    if elsif elseif while return returns in and or not when then case else exists until any all
    varchar char character numeric decimal varying bit time timestamp interval array row as is
    between like begin declare loop int integer bigint text
    """
)


@functools.lru_cache(maxsize=2048)
def is_self_contained(body: str, engine: Engine) -> bool:
    """Tell whether a function's body reads nothing but its arguments.

    No word that could start a query, no variable of the session, no call but of pure built-ins;
    words inside quotes count too, since they might be executed.
    """
    if not body.strip() or _TROUBLE.search(body) or "." in re.sub(r"\d\.\d", "", body):
        return False
    called = {match.group(1).casefold() for match in _CALLED.finditer(body)}
    return called <= PURE[engine] | _BODY_WORDS and not called & {"current_setting", "set_config"}


def _returned_names(function: Function, catalogue: Catalogue) -> list[str] | None:
    """Name the columns of a set-returning SQL function; "" for the function's own name."""
    text = re.sub(r"\A\s*setof\s+", "", function.returns.strip(), flags=re.IGNORECASE)
    if text.casefold() == "record" and function.result_names:
        # PostgreSQL numbers those that have no name of their own.
        return [
            name or f"column{index}" for index, name in enumerate(function.result_names, start=1)
        ]
    table = re.fullmatch(r"table\s*\((.*)\)", text, flags=re.IGNORECASE | re.DOTALL)
    if table:
        parts = re.split(r",(?![^(]*\))", table.group(1))
        return [part.split()[0].strip('"') for part in parts if part.split()]
    schema, _, name = text.replace('"', "").rpartition(".")
    relation = catalogue.resolve(name, schema or None)
    if relation is not None:
        return [column.name for column in relation.columns]
    if len(function.result_names) > 1:
        # A type of rows that is no table's.
        return list(function.result_names)
    return None if text.casefold() in ("record", "") else [""]
