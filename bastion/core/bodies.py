"""What the user's own functions carry: their SQL bodies traced where they run, else not proven."""

from __future__ import annotations

import dataclasses
import functools
import re

from sqlglot import exp

from bastion.core import predicates, trees
from bastion.core.builtins import PURE, names
from bastion.core.catalogue import (
    Catalogue,
    Function,
)
from bastion.core.definitions import opaque_constants
from bastion.core.flow import (
    CONSTANT,
    HARMLESS,
    TYPED,
    Flow,
    Output,
    Scope,
    computed,
    fold,
    hidden,
    join,
    unproven,
)
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
                flows.append(hidden(f"the function {name} may read what is masked"))
            return join([*flows, unproven(f"the function {name} is not known")])
        flows += [output.flow for output in outputs]
    return join([*flows, HARMLESS])


def body_outputs(
    walk: Walker, function: Function, arguments: list[Flow]
) -> tuple[Output, ...] | None:
    """Trace the body of a function with its arguments; None when it cannot be."""
    everything = join([*arguments, HARMLESS])
    if is_self_contained(function.body, walk.engine):
        if opaque_constants(function.body, walk.engine):
            everything = join([everything, CONSTANT])
        return (Output(name=None, flow=everything),)
    if function.language.casefold() != "sql" or walk.engine is Engine.MYSQL:
        return None
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


def _of_body(
    walk: Walker, text: str, arguments: dict[str, Flow], function: Function
) -> tuple[Output, ...] | None:
    """Trace one statement of an SQL function: it runs where the session looks names up.

    What it chooses rows by, it does for whoever calls it, with the caller's arguments.
    """
    catalogue = walk.catalogue
    if function.search_path:
        path = tuple(part.strip().strip('"') for part in function.search_path.split(","))
        if "$user" in path:
            return None
        catalogue = dataclasses.replace(
            catalogue,
            search_path=tuple(part for part in path if part),
            definitions_path=catalogue.definitions_path or catalogue.search_path,
        )
    found = walk.trace_inner(text, catalogue, arguments, sees_session=True)
    if found is None:
        return None
    outputs, inner = found
    walk.touches |= inner.touches
    walk.inference |= inner.inference
    walk.laundering |= inner.laundering
    walk.guesses += inner.guesses
    walk.guessed += inner.guessed
    return outputs


def user_rows(walk: Walker, call: exp.Expr, scope: Scope, ctes: Ctes) -> tuple[Output, ...] | None:
    """Name and trace the columns of a user's function in FROM; None when it cannot be."""
    if not isinstance(call, exp.Anonymous):
        return None
    found = walk.catalogue.functions.get(call.name.casefold(), ())
    if len(found) != 1:
        return None
    function = found[0]
    arguments = [walk.flow(item, scope, ctes) for item in call.expressions]
    outputs = body_outputs(walk, function, arguments)
    names = _returned_names(function, walk.catalogue)
    if outputs is None or names is None:
        return None
    if len(names) != len(outputs):
        return None
    return tuple(
        Output(name=name or fold(function.name, walk.engine), flow=computed(output.flow))
        for name, output in zip(names, outputs, strict=True)
    )


def overrides(walk: Walker, text: str, tree: exp.Expr) -> bool:
    """Tell whether a user's function hides behind the name of one that sqlglot knows."""
    if not walk.catalogue.functions:
        return False
    lowered = text.casefold()
    called = {node.name.casefold() for node in tree.find_all(exp.Anonymous)}
    return any(
        name not in called
        and name in lowered
        and re.search(rf"(?<![\w$]){re.escape(name)}[\"`]?\s*\(", lowered) is not None
        for name in walk.catalogue.functions
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
    table = re.fullmatch(r"table\s*\((.*)\)", text, flags=re.IGNORECASE | re.DOTALL)
    if table:
        parts = re.split(r",(?![^(]*\))", table.group(1))
        return [part.split()[0].strip('"') for part in parts if part.split()]
    schema, _, name = text.replace('"', "").rpartition(".")
    relation = catalogue.resolve(name, schema or None)
    if relation is not None:
        return [column.name for column in relation.columns]
    return None if text.casefold() in ("record", "") else [""]
