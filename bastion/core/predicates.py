"""What is revealed by choosing, ordering and grouping rows by sensitive columns.

Equality with a literal spends one guess, stored columns may be joined freely, and everything
else on a sensitive column is inference, in words.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence

from sqlglot import exp

from bastion.core import searches, tokens
from bastion.core.builtins import PURE
from bastion.core.builtins import names as words
from bastion.core.catalogue import Relation, RelationKind
from bastion.core.flow import Flow, FlowKind, Output, Scope, Source, either, fold, join
from bastion.core.guesses import Guess, asked_key, guess_key, spelling
from bastion.core.model import Engine, Sensitivity
from bastion.core.rowcount import keeps_count
from bastion.core.walker import Ctes, Walker


def check_select(walk: Walker, node: exp.Select, scope: Scope, ctes: Ctes) -> None:
    """Look at every clause of a SELECT but its joins."""
    for key, clause in (("where", "WHERE"), ("prewhere", "WHERE"), ("qualify", "QUALIFY")):
        part = node.args.get(key)
        if part is not None:
            check(walk, part.this, scope, ctes, clause=clause)
    having = node.args.get("having")
    if having is not None:
        check(walk, having.this, _with_aliases(scope), ctes, clause="HAVING")
    group = node.args.get("group")
    keys = list(_group_keys(group))
    is_plain = group is not None and keys == [item.unnest() for item in group.expressions]
    settled = _settled(walk, node, keys, scope) if is_plain else frozenset()
    for item in keys:
        check_key(walk, item, scope, ctes, clause="" if id(item) in settled else "GROUP BY")
    distinct = node.args.get("distinct")
    if isinstance(distinct, exp.Distinct) and distinct.args.get("on") is not None:
        for item in _items(distinct.args["on"]):
            check_key(walk, item, scope, ctes, clause="DISTINCT ON")
    elif distinct:
        _check_distinct(walk, scope.outputs)
    for window in node.args.get("windows") or []:
        check_window(walk, window, scope, ctes)
    check_tail(walk, node, scope, ctes)


def check_tail(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> None:
    """Look at ORDER BY, LIMIT and OFFSET."""
    order = node.args.get("order")
    items = order.expressions if isinstance(order, exp.Expr) else []
    settled = _settled(walk, node, items, scope)
    for item in items:
        check_key(walk, item, scope, ctes, clause="" if id(item) in settled else "ORDER BY")
    for key in ("limit", "offset"):
        part = node.args.get(key)
        if isinstance(part, exp.Expr):
            check_amount(walk, part, scope, ctes)


def check_amount(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> None:
    """Look at what says how many rows: LIMIT, OFFSET, TABLESAMPLE, the frame of a window."""
    for value in node.iter_expressions():
        flow = walk.flow(value, scope, ctes)
        if searches.asked(flow):
            _infer(walk, node.key.upper(), flow)


def check_count_distinct(walk: Walker, items: Sequence[exp.Expr], scope: Scope, ctes: Ctes) -> None:
    """How many values a column holds says little; how many pieces, or with typed ones, much."""
    for item in items:
        flow = _side(walk, item, scope, ctes)
        if flow.sensitive and flow.kind is not FlowKind.STORED:
            _infer(walk, "COUNT (DISTINCT ...)", flow)
        elif not flow.sensitive:
            searches.check_key(walk, item, flow, scope, "COUNT (DISTINCT ...)")


def check_key(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes, *, clause: str) -> None:
    """Look at one key of ORDER BY, GROUP BY and the like: ordinal, alias or expression.

    Args:
        clause: empty where the keys before leave nothing to tell.
    """
    inner = node.this if isinstance(node, exp.Ordered) else node
    flow = _key_flow(walk, inner, scope, ctes)
    if flow.sensitive and clause:
        _infer(walk, clause, flow)
    elif clause:
        searches.check_key(walk, inner, flow, _with_aliases(scope), clause)


def check_window(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> list[Flow]:
    """Look at PARTITION BY and ORDER BY of a window and give what they carry."""
    flows = []
    for item in node.args.get("partition_by") or []:
        flow = walk.flow(item, scope, ctes)
        flows.append(flow)
        if flow.sensitive:
            _infer(walk, "PARTITION BY", flow)
        else:
            searches.check_key(walk, item, flow, scope, "PARTITION BY")
    order = node.args.get("order")
    for item in order.expressions if isinstance(order, exp.Expr) else []:
        key = item.this if isinstance(item, exp.Ordered) else item
        flow = walk.flow(key, scope, ctes)
        flows.append(flow)
        if flow.sensitive:
            _infer(walk, "window ORDER BY", flow)
        else:
            searches.check_key(walk, key, flow, scope, "window ORDER BY")
    frame = node.args.get("spec")
    if isinstance(frame, exp.Expr):
        check_amount(walk, frame, scope, ctes)
    return flows


def check_case(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> None:
    """Look at the conditions of CASE: which arm runs can be seen by errors and by time."""
    if not isinstance(node, exp.Case):
        return
    if node.this is not None:
        flow = walk.flow(node.this, scope, ctes)
        if flow.sensitive:
            _infer(walk, "CASE", flow)
            return
        for arm in node.args.get("ifs") or []:
            _compare_nodes(walk, node.this, arm.this, scope, ctes, "CASE")
        return
    for arm in node.args.get("ifs") or []:
        check(walk, arm.this, scope, ctes, clause="CASE")


def check_call(walk: Walker, names: Collection[str], flow: Flow, node: exp.Expr) -> None:
    """Look at functions whose time or failure depends on their arguments."""
    if not searches.asked(flow):
        return
    found = sorted(_TELLING_CALLS.intersection(names))
    if not found and node.args.get("unique_keys"):
        found = ["unique keys"]
    if not found and not _LAZY_CALLS.isdisjoint(names) and node.find(*_MAY_FAIL) is not None:
        found = sorted(_LAZY_CALLS.intersection(names))
    if not found and not _LONG_CALLS.isdisjoint(names) and _has_number(node, _LONG_DIGITS):
        found = sorted(names)
    if found:
        _infer(walk, found[0].upper(), flow)


def check_effects(walk: Walker, name: str, flow: Flow) -> None:
    """Look at functions that keep what they are given, or run a text as a query."""
    if name in _RUNS_TEXT:
        walk.inference[f"the rows of {name}, which runs a query of its own"] = None
    if name == "setval":
        note_counter(walk, "a sequence", flow)
    is_keeping = name in _KEEPING or name not in PURE[walk.engine]
    if searches.asked(flow) and is_keeping:
        walk.laundering[f"the function {name} takes {flow.words}"] = None


def note_counter(walk: Walker, counter: str, flow: Flow) -> None:
    """Note what a counter takes, where that is sensitive: its next number tells it."""
    if searches.asked(flow):
        walk.counted[f"{counter} takes {flow.words}"] = None


def check_cast(walk: Walker, node: exp.Expr, flow: Flow, target: exp.Expr | None) -> None:
    """Look at a cast of a made text, whose error tells how it looks, or to a type that chooses."""
    if flow.sensitive and isinstance(target, exp.Expr) and _chooses(target):
        _infer(walk, "a cast", flow)
    inner = node.unnest()
    is_text = isinstance(inner, _TEXT_MAKERS) or (
        isinstance(inner, exp.Anonymous) and inner.name.casefold() in _TEXT_MAKER_NAMES
    )
    if flow.sensitive and is_text:
        _infer(walk, "a cast", flow)


def _chooses(target: exp.Expr) -> bool:
    """Tell whether a type may take chosen values alone: an enum, a domain, a name of something."""
    return (
        any(
            isinstance(part, exp.ObjectIdentifier)
            or (isinstance(part, exp.DataType) and part.this in _CHOOSING_TYPES)
            for part in target.walk()
        )
        and str(target.args.get("kind") or "").strip('"').casefold() not in _HARMLESS_TYPES
    )


_CHOOSING_TYPES = (exp.DType.USERDEFINED, exp.DType.ENUM, exp.DType.SET)
_HARMLESS_TYPES = words("citext hstore ltree")


def check_arms(
    walk: Walker, node: exp.SetOperation, left: tuple[Output, ...], right: tuple[Output, ...]
) -> None:
    """Look at INTERSECT and EXCEPT, which compare whole rows."""
    for one, other in zip(left, right, strict=False):
        both = [one.flow, other.flow]
        if isinstance(node, exp.Union) and all(flow.spoiled for flow in both):
            # Pieces beside pieces: what is alike among them stands there once.
            continue
        _compare(walk, both, "set operation", key=node.sql())


def check_distinct_arms(
    walk: Walker, node: exp.SetOperation, left: tuple[Output, ...], right: tuple[Output, ...]
) -> None:
    """Look at UNION, INTERSECT and EXCEPT, which compare whole rows, also with each other."""
    check_arms(walk, node, left, right)
    _check_distinct(walk, left)
    _check_distinct(walk, right)


def _check_distinct(walk: Walker, outputs: Sequence[Output]) -> None:
    """One column alone says no more than a count; more are sorted by it, or tell its parts."""
    for output in outputs:
        flow = output.flow
        if flow.sensitive and (len(outputs) > 1 or flow.kind is FlowKind.COMPUTED):
            _infer(walk, "DISTINCT", flow)
        elif searches.sorts_typed(flow):
            searches.infer(walk, "DISTINCT")
        elif flow.spoiled and not flow.sensitive and not flow.is_definition:
            walk.guessed.append(Guess(classes=flow.spoiled, count=1, key=""))


def check_arithmetic(walk: Walker, node: exp.Expr, flow: Flow) -> None:
    """Look at arithmetic that fails for some values only."""
    if isinstance(node, exp.Div | exp.Mod | exp.IntDiv | exp.Pow):
        is_telling = any(not isinstance(part, exp.Literal) for part in node.expression.walk()) and (
            node.expression.find(*VARYING) is not None
        )
    else:
        is_telling = _has_number(node, _LARGE_DIGITS)
    if is_telling:
        _infer(walk, "arithmetic", flow)


def check_lazy(walk: Walker, node: exp.Expr, flow: Flow) -> None:
    """Look at what fails, or is not even computed, by the value of another argument."""
    if isinstance(node, exp.Coalesce):
        rest = node.expressions
        may_fail = any(item.find(*_MAY_FAIL) is not None for item in rest)
        is_telling = flow.is_telling and may_fail
    else:
        places = [node.args[key] for key in ("start", "length") if node.args.get(key) is not None]
        has_code = any(item.find(exp.Ascii, exp.Case, exp.If) is not None for item in places)
        has_column = any(item.find(*VARYING) is not None for item in places)
        is_telling = has_code or (has_column and node.this.find(*VARYING) is None)
    if is_telling:
        _infer(walk, node.key.upper(), flow)


def check_chance(walk: Walker, flow: Flow) -> None:
    """Look at what decides whether chance is asked: its next number tells that."""
    _infer(walk, "chance", flow)


VARYING = (exp.Column, exp.Parameter, exp.Query)
"""What may be another value in each row or at each run."""
_MAY_FAIL = (exp.Div, exp.Mod, exp.Cast, exp.Anonymous, exp.Query)


def _has_number(node: exp.Expr, digits: int) -> bool:
    return any(
        not literal.is_string and len(literal.name) >= digits
        for literal in node.find_all(exp.Literal)
    )


def is_long(node: exp.Expr) -> bool:
    """Tell whether MySQL makes a text of a thousand letters or more of this, or as many as it can.

    What is longer than its packets is NULL, with a warning: beside a value that tells its length.
    """
    if isinstance(node, exp.Literal):
        return node.is_string and len(node.name) >= _LONG_TEXT
    if isinstance(node, exp.Replace | exp.RegexpReplace):
        return any(_makes_length(inner) for inner in node.walk())
    return _makes_length(node) and (
        not all(map(_is_small, _lengths(node))) or sum(map(_makes_length, node.walk())) > 1
    )


def _makes_length(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        return node.name.casefold() in _LONG_CALLS
    return isinstance(node, exp.Repeat | exp.Space | exp.Pad)


def _lengths(node: exp.Expr) -> list[exp.Expr]:
    """Give all arguments but the text itself."""
    parts = node.expressions if isinstance(node, exp.Anonymous) else [*node.iter_expressions()]
    return list(parts) if isinstance(node, exp.Space) or len(parts) == 1 else list(parts[1:])


def _is_small(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and len(node.name) < _LONG_DIGITS


def check_length(walk: Walker, flow: Flow) -> None:
    """Look at a value beside a text that may grow too long with it."""
    _infer(walk, "the length of a text", flow)


def check_cuts(
    walk: Walker, tree: exp.Expr, text: str, settings: Sequence[tuple[str, str]]
) -> None:
    """Look at lists that a setting cuts: a warning tells that they were longer."""
    if (
        cuts_lists(text, settings)
        and walk.touches - {Sensitivity.UNPROVEN}
        and tree.find(*_CUT_LISTS) is not None
    ):
        walk.inference[f"the length of a list, by the setting {_CUT}"] = None


def cuts_lists(text: str, settings: Sequence[tuple[str, str]]) -> bool:
    """Tell whether the person said how long a list of GROUP_CONCAT may be."""
    return _CUT in text.casefold() or any(name == _CUT for name, _ in settings)


_CUT = "group_concat_max_len"
_CUT_LISTS = (exp.GroupConcat, exp.JSONArrayAgg, exp.JSONObjectAgg, exp.Anonymous)


def check_rows_from(walk: Walker, name: str, flow: Flow, call: exp.Expr) -> None:
    """Look at a function that makes rows: how many it gives may tell its argument."""
    is_structural = name in _STRUCTURAL_ROWS and keeps_count(call)
    if searches.asked(flow) and not (flow.sensitive and is_structural):
        _infer(walk, f"rows of {name or 'a function'}", flow)


def check_hints(walk: Walker, node: exp.Expr, relation: Relation) -> None:
    """Look at MySQL's hints of an index, which gives rows in its order."""
    sensitive = [column.name.casefold() for column in relation.columns if column.sensitivity]
    for hint in node.args.get("hints") or []:
        named = [name.name.casefold() for name in hint.expressions]
        avoids = str(hint.this).upper() == "IGNORE" and "primary" in named
        if sensitive and (avoids or any(one in name for one in sensitive for name in named)):
            walk.inference[f"rows of {relation.name} in the order of an index"] = None


def check_order(walk: Walker, settings: Sequence[tuple[str, str]]) -> None:
    """Look at settings that send the server through an index, which gives its rows sorted."""
    if not walk.touches - {Sensitivity.UNPROVEN}:
        return
    for name, value in settings:
        is_off = name.startswith("enable_") and value.strip().strip("'").casefold() not in _ON
        if is_off or name.endswith("_cost"):
            walk.inference[f"rows in an order of the server's own, by the setting {name}"] = None


_ON = frozenset({"on", "true", "yes", "1", "t"})


def check_merge(walk: Walker, left: Flow, right: Flow) -> None:
    """Look at one equality that USING or NATURAL stands for."""
    walk.touch(left)
    walk.touch(right)
    _compare(walk, [left, right], "JOIN")


def check(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes, *, clause: str) -> None:
    """Look at a condition: AND, OR and NOT over comparisons."""
    if isinstance(node, exp.Connector | exp.Not | exp.Paren):
        for part in node.iter_expressions():
            check(walk, part, scope, ctes, clause=clause)
        return
    if isinstance(node, exp.EQ | exp.NEQ | exp.NullSafeEQ | exp.NullSafeNEQ):
        _check_equality(walk, node, scope, ctes, clause)
        return
    if isinstance(node, exp.In):
        _check_in(walk, node, scope, ctes, clause)
        return
    flow = walk.flow(node, scope, ctes)
    if flow.sensitive:
        _infer(walk, clause, flow)
    elif flow.spoiled:
        searches.note(walk, flow, [node], scope, clause)


def _check_equality(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes, clause: str) -> None:
    left, right = node.this.unnest(), node.expression.unnest()
    if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
        for one, other in zip(left.expressions, right.expressions, strict=False):
            _compare_nodes(walk, one, other, scope, ctes, clause)
        return
    _compare_nodes(walk, left, right, scope, ctes, clause)


def _check_in(walk: Walker, node: exp.In, scope: Scope, ctes: Ctes, clause: str) -> None:
    query = node.args.get("query")
    subject = node.this.unnest()
    if query is None and len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Values):
        query = node.expressions[0]
    if query is not None:
        _check_in_query(walk, subject, query, scope, ctes, clause)
        return
    if node.args.get("unnest") is not None or node.args.get("field") is not None:
        flow = walk.parts(node, scope, ctes)
        if flow.sensitive:
            _infer(walk, clause, flow)
        return
    for item in node.expressions:
        other = item.unnest()
        if isinstance(subject, exp.Tuple) and isinstance(other, exp.Tuple):
            pairs = zip(subject.expressions, other.expressions, strict=False)
        else:
            pairs = zip([subject], [other], strict=True)
        for one, value in pairs:
            _compare_nodes(walk, one, value, scope, ctes, clause)


def _check_in_query(
    walk: Walker,
    subject: exp.Expr,
    query: exp.Expr,
    scope: Scope,
    ctes: Ctes,
    clause: str,
) -> None:
    outputs = walk.query(query, scope, ctes)
    subjects = subject.expressions if isinstance(subject, exp.Tuple) else [subject]
    flows = [_side(walk, item, scope, ctes) for item in subjects]
    if len(flows) != len(outputs):
        flows = [join(flows)]
        outputs = outputs[:1]
    for one, output in zip(flows, outputs, strict=False):
        _compare(walk, [one, walk.touch(output.flow)], clause)


def _compare_nodes(
    walk: Walker, left: exp.Expr, right: exp.Expr, scope: Scope, ctes: Ctes, clause: str
) -> None:
    sides = [_side(walk, left, scope, ctes), _side(walk, right, scope, ctes)]
    _compare(walk, sides, clause, nodes=(left, right), scope=scope)
    one, other = sides
    if one.sensitive and not one.columns.isdisjoint(other.columns) and _differ(left, right):
        # ``ssn = lower(ssn)`` joins nothing: it asks how the value is spelled.
        _infer(walk, clause, one)
    _note_tokens(walk, left, sides[1], clause)
    _note_tokens(walk, right, sides[0], clause)


def _differ(left: exp.Expr, right: exp.Expr) -> bool:
    """Tell whether two sides of one column are spelled in different ways."""
    inner = right.unnest()
    if isinstance(inner, exp.Any | exp.All) and isinstance(inner.this.unnest(), exp.Array):
        return any(_differ(left, item) for item in inner.this.unnest().expressions)
    return spelling(left) != spelling(right)


def _note_tokens(walk: Walker, node: exp.Expr, other: Flow, clause: str) -> None:
    """Note literals of tokens that stand against a stored column of their class.

    Only in what chooses rows: of a comparison in the SELECT list MariaDB makes a column's name.
    """
    if clause not in _CHOOSING or other.kind is not FlowKind.STORED or not other.is_native:
        return
    for literal in _compared_literals(node):
        found = tokens.tokens_of(literal)
        if found and all({tokens.read(token)[0]} == other.classes for token in found):
            walk.bindable.add(id(literal))


def _compared_literals(node: exp.Expr) -> Iterator[exp.Expr]:
    inner = node.unnest()
    if isinstance(inner, exp.Any | exp.All):
        yield from _compared_literals(inner.this)
    elif isinstance(inner, exp.Array):
        for item in inner.expressions:
            yield from _compared_literals(item)
    elif isinstance(inner, exp.Cast | exp.Lower | exp.Upper | exp.Collate):
        yield from _compared_literals(inner.this)
    else:
        yield inner


def _side(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    """Give one side of an equality, spelling variants such as ``lower(email)`` undone."""
    inner = node.unnest()
    is_spelling = isinstance(inner, _SPELLINGS) and inner.args.get("expression") is None
    if isinstance(inner, exp.Collate) or (is_spelling and not _is_overridden(walk, inner)):
        walk.flow(inner, scope, ctes)
        return _side(walk, inner.this, scope, ctes)
    if isinstance(inner, exp.Cast) and is_plain_text(inner.to, walk.engine):
        return _side(walk, inner.this, scope, ctes)
    if isinstance(inner, exp.Any | exp.All):
        return _any_side(walk, inner, scope, ctes)
    return _TOKEN if tokens.tokens_of(inner) else walk.flow(inner, scope, ctes)


_TOKEN = Flow(kind=FlowKind.TYPED, is_plain=True)
"""A literal of tokens: no guess, since who has one was shown it."""


def is_plain_text(target: exp.Expr | None, engine: Engine) -> bool:
    """Tell whether a cast to this type leaves a text as it is; a length would cut it."""
    if not isinstance(target, exp.DataType) or target.expressions:
        return False
    # CHAR without a length is one letter on PostgreSQL, and any text on MySQL.
    whole = (exp.DType.TEXT, exp.DType.VARCHAR)
    return target.this in whole or (target.this is exp.DType.CHAR and engine is Engine.MYSQL)


def _any_side(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    inner = node.this.unnest()
    if isinstance(inner, exp.Query):
        return walk.flow(inner, scope, ctes)
    if isinstance(inner, exp.Cast):
        inner = inner.this.unnest()
    if isinstance(inner, exp.Array) and inner.expressions:
        items = [_side(walk, item, scope, ctes) for item in inner.expressions]
        found = items[0]
        for other in items[1:]:
            found = either(found, other)
        return found
    if tokens.tokens_of(inner):
        return _TOKEN
    flow = walk.flow(inner, scope, ctes)
    if isinstance(inner, exp.Literal) and inner.is_string:
        return Flow(kind=FlowKind.TYPED, is_plain=True, guesses=inner.name.count(",") + 1)
    # How many values a function or a parameter holds is not in the text.
    return dataclasses.replace(flow, kind=FlowKind.COMPUTED)


def _compare(
    walk: Walker,
    sides: list[Flow],
    clause: str,
    *,
    nodes: tuple[exp.Expr, ...] = (),
    scope: Scope | None = None,
    key: str = "",
) -> None:
    sensitive = [side for side in sides if side.sensitive]
    flow = join(sides)
    if not sensitive:
        searches.compare(walk, sides, clause, nodes=nodes, scope=scope, key=key)
        return
    if any(side.kind is not FlowKind.STORED for side in sensitive):
        _infer(walk, clause, flow)
        return
    if len(sensitive) > 1:
        walk.joined |= flow.columns
    for side in sides:
        if side.sensitive:
            continue
        if side.kind is FlowKind.TYPED:
            walk.guesses += side.guesses
            _note_guess(walk, side.guesses, flow, _in_order(nodes, is_first=side is sides[0]))
        else:
            _infer(walk, clause, flow)


def _in_order(nodes: tuple[exp.Expr, ...], *, is_first: bool) -> tuple[exp.Expr, ...]:
    """Give the typed side first, and what it is compared with behind it."""
    return nodes if is_first else nodes[::-1]


def _note_guess(walk: Walker, count: int, flow: Flow, nodes: tuple[exp.Expr, ...]) -> None:
    if count:
        key = guess_key(flow.columns, nodes[1], nodes[0]) if nodes else ""
        walk.guessed.append(Guess(classes=flow.sensitive, count=count, key=key))


def note_failure(walk: Walker, node: exp.Expr, flow: Flow) -> None:
    """Note what fails for some values only: whether it did is an answer, and costs one guess.

    Where rows ask, how many of them failed is an answer to each.
    """
    if flow.is_by_row:
        _infer(walk, "what fails by rows,", flow)
        return
    key = asked_key("\x1f".join((*sorted(flow.columns), "may fail")), [node])
    walk.guessed.append(Guess(classes=searches.asked(flow), count=1, key=key))


def note_written_guess(walk: Walker, sensitivity: Sensitivity, flow: Flow) -> None:
    """Note a value that goes beside masked ones: a join with others tells who has it, for nothing.

    Where each may stand once, a refusal does.
    """
    if flow.kind is not FlowKind.TYPED and not flow.classes:
        # How many values a function makes, or others hold, cannot be counted.
        _infer(walk, "values written beside masked ones,", flow)
    elif flow.kind is FlowKind.TYPED and flow.guesses:
        guess = Guess(classes=frozenset({sensitivity}), count=flow.guesses, key="")
        walk.guessed.append(guess)


def _infer(walk: Walker, clause: str, flow: Flow) -> None:
    walk.inference[f"{clause} on {flow.words}"] = None


def _is_overridden(walk: Walker, node: exp.Expr) -> bool:
    return not searches.called(node).isdisjoint(walk.catalogue.functions)


def _key_flow(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
        index = int(node.name) - 1
        if 0 <= index < len(scope.outputs):
            return walk.touch(scope.outputs[index].flow)
    if isinstance(node, exp.Column) and node.args.get("table") is None:
        name = fold(node.this, walk.engine)
        named = [output.flow for output in scope.outputs if output.name == name]
        if named and not any(source.has(name) for source in scope.sources):
            return walk.touch(join(named))
        if named:
            return walk.touch(join([*named, walk.flow(node, scope, ctes)]))
    return walk.flow(node, _with_aliases(scope), ctes)


def _settled(
    walk: Walker, node: exp.Expr, keys: Sequence[exp.Expr], scope: Scope
) -> frozenset[int]:
    """Give the keys, by ``id``, that come behind the primary key of their table.

    Rows that agree in it are one row of the table: what else is in that row neither sorts nor
    parts them. ``GROUP BY d.id, d.name, d.email`` is what tools write for want of the rule.
    """
    settled = set()
    before: dict[str, set[str]] = {}
    for key in keys:
        column = _plain_key(walk, node, key)
        source = _source_of(walk, column, scope) if column is not None else None
        if column is None or source is None or source.relation is None:
            continue
        seen = before.setdefault(source.name, set())
        wanted = [fold(name, walk.engine) for name in source.relation.primary_key]
        if wanted and seen.issuperset(wanted):
            settled.add(id(key))
        seen.add(fold(column.this, walk.engine))
    return frozenset(settled)


def _plain_key(walk: Walker, node: exp.Expr, key: exp.Expr) -> exp.Column | None:
    """Give the column that a key names, by itself or by its place in the SELECT list."""
    inner = key.this if isinstance(key, exp.Ordered) else key
    items = node.expressions if isinstance(node, exp.Select) else []
    if isinstance(inner, exp.Literal) and not inner.is_string and inner.name.isdigit():
        if any(item.is_star for item in items) or not 0 < int(inner.name) <= len(items):
            return None
        inner = items[int(inner.name) - 1].unalias()
    elif isinstance(inner, exp.Column) and inner.args.get("table") is None:
        # A name of the SELECT list may mean something else there.
        name = fold(inner.this, walk.engine)
        named = [item for item in items if fold(item.alias_or_name, walk.engine) == name]
        meant = [item for item in named if isinstance(item.unalias(), exp.Column)]
        if meant != named or any(fold(item.unalias().name, walk.engine) != name for item in meant):
            return None
    return inner if isinstance(inner, exp.Column) else None


def _source_of(walk: Walker, column: exp.Column, scope: Scope) -> Source | None:
    """Find the stored table whose column this is, under its own name and at this level."""
    name = fold(column.this, walk.engine)
    table = column.args.get("table")
    if table is not None:
        found = [one for one in scope.sources if one.name == fold(table, walk.engine)]
    elif any(one.outputs is None for one in scope.sources):
        return None
    else:
        found = [one for one in scope.sources if one.has(name)]
    if len(found) != 1 or found[0].relation is None or column.args.get("db") is not None:
        return None
    relation = found[0].relation
    key = (relation.schema, relation.name)
    is_stored = (
        relation.kind is RelationKind.TABLE and walk.catalogue.relations.get(key) is relation
    )
    own = tuple(fold(one.name, walk.engine) for one in relation.columns)
    has_own_names = tuple(output.name for output in found[0].outputs or ()) == own
    # Of a table that others inherit from, the key counts for its own rows alone.
    is_parent = walk.catalogue.is_parent(relation)
    return found[0] if is_stored and has_own_names and not is_parent else None


def _with_aliases(scope: Scope) -> Scope:
    """Let names of the SELECT list be found after those of FROM."""
    if not scope.outputs:
        return scope
    below = Scope(
        parent=scope.parent,
        sources=[Source(name="", outputs=tuple(o for o in scope.outputs if o.name))],
        arguments=scope.arguments,
    )
    return Scope(parent=below, sources=scope.sources, arguments=scope.arguments)


def _group_keys(group: exp.Expr | None) -> Iterator[exp.Expr]:
    if group is None:
        return
    parts = list(group.expressions)
    for key in ("rollup", "cube", "grouping_sets"):
        parts += [part for part in group.args.get(key) or [] if isinstance(part, exp.Expr)]
    for part in parts:
        yield from _items(part)


def _items(node: exp.Expr) -> Iterator[exp.Expr]:
    inner = node.unnest()
    if isinstance(inner, exp.Tuple | exp.Rollup | exp.Cube | exp.GroupingSets):
        for item in inner.expressions:
            yield from _items(item)
        return
    yield inner


_CHOOSING = frozenset({"WHERE", "JOIN", "WHEN"})
_SPELLINGS = (exp.Lower, exp.Upper, exp.Trim)
_TELLING_CALLS = words(
    """
    sleep benchmark pg_sleep pg_sleep_for get_lock sqrt ln log log2 log10 exp chr decode factorial
    asin acos acosh atanh cot width_bucket make_date make_time make_timestamp make_interval
    get_byte set_byte get_bit set_bit to_ascii convert_from lgamma gamma st_geomfromtext nextval
    currval json_object_agg_unique jsonb_object_agg_unique json_object_agg_unique_strict
    jsonb_object_agg_unique_strict
    """
)
"""Their time, or whether they fail, tells of what they are given."""
_LAZY_CALLS = words("elt make_set nvl2 export_set interval")
"""They compute only what their first argument chooses, and an error shows which."""
_LONG_CALLS = words("repeat space lpad rpad pad")
_LONG_DIGITS = 4
_LONG_TEXT = 1000
_LARGE_DIGITS = 7
_KEEPING = words(
    """
    setseed nextval currval lastval pg_advisory_lock pg_advisory_lock_shared pg_advisory_xact_lock
    pg_advisory_xact_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared
    pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared
    """
)
"""Others read there what they were given: ``pg_locks`` has the number of each advisory lock."""
_RUNS_TEXT = words(
    """
    ts_stat ts_rewrite query_to_xml query_to_xmlschema query_to_xml_and_xmlschema table_to_xml
    table_to_xml_and_xmlschema schema_to_xml schema_to_xml_and_xmlschema database_to_xml
    database_to_xml_and_xmlschema cursor_to_xml lo_get loread dblink
    dblink_exec dblink_open dblink_send_query crosstab crosstab2 crosstab3 crosstab4 connectby
    xpath_table
    """
)
_TEXT_MAKERS = (
    exp.Substring, exp.Left, exp.Right, exp.Concat, exp.ConcatWs, exp.DPipe,
    exp.Replace, exp.Trim, exp.Lower, exp.Upper, exp.RegexpReplace, exp.RegexpExtract,
    exp.SplitPart, exp.Overlay, exp.Translate, exp.Reverse, exp.Pad, exp.Repeat, exp.Case,
    exp.If, exp.Coalesce, exp.Nullif, exp.Initcap, exp.SubstringIndex,
)  # fmt: skip
_TEXT_MAKER_NAMES = words(
    """
    translate reverse replace split_part lpad rpad overlay initcap regexp_replace regexp_substr
    substr substring mid substring_index insert elt format to_char quote_literal quote_ident
    chr btrim ltrim rtrim
    """
)
_STRUCTURAL_ROWS = words(
    """
    unnest json_each jsonb_each json_each_text jsonb_each_text json_array_elements
    jsonb_array_elements json_array_elements_text jsonb_array_elements_text json_object_keys
    jsonb_object_keys json_to_record jsonb_to_record json_to_recordset jsonb_to_recordset
    json_populate_record jsonb_populate_record json_table xml_table
    """
)
