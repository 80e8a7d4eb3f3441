"""What each kind of expression carries: literals, columns, functions, casts, aggregates.

An expression that is not listed here is not known, and what it gives is not proven.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from sqlglot import exp

from bastion.core import bodies, bulk, definitions, paths, predicates, searches
from bastion.core.builtins import PURE, names
from bastion.core.flow import (
    HARMLESS,
    TYPED,
    Flow,
    Scope,
    computed,
    fold,
    is_harmless,
    join,
    made,
    unproven,
    verbatim,
)
from bastion.core.functions import effect_of, is_of_sys, shows_arguments_only
from bastion.core.lexer import Kind, lex
from bastion.core.marks import keeps_whole
from bastion.core.model import Engine
from bastion.core.naming import announced
from bastion.core.walker import Ctes, Walker


def flow_of(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    """Give what may reach the value of an expression, by what kind of node it is."""
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        return handler(walk, node, scope, ctes)
    if isinstance(node, exp.Query | exp.Values):
        return _scalar(walk, node, scope, ctes)
    if isinstance(node, exp.Func):
        return _typed_function(walk, node, scope, ctes)
    flow = walk.parts(node, scope, ctes)
    if isinstance(node, _UNDERSTOOD):
        return flow
    return join([flow, unproven(f"{node.key} is not known")])


def _scalar(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    outputs = walk.query(node, scope, ctes)
    if len(outputs) == 1:
        return outputs[0].flow
    return join(output.flow for output in outputs)


def _typed_function(walk: Walker, node: exp.Func, scope: Scope, ctes: Ctes) -> Flow:
    flows = [walk.flow(part, scope, ctes) for part in node.iter_expressions()]
    flow = join(_without_document(node, flows))
    if keeps_whole(node, flows):
        flow = verbatim(flow)
    names = searches.called(node)
    if isinstance(node, _UNKNOWN_FUNCTIONS):
        return join([flow, unproven(f"the function {min(names, default='')} is not known")])
    if not names.isdisjoint(walk.catalogue.functions):
        flow = join([flow, _by_own(walk, names, join(flows), len(flows))])
    predicates.check_call(walk, names, flow, node)
    if flow.embedded and not flow.sensitive:
        _check_chosen(walk, node, flow, scope)
    if isinstance(node, _ROW_MAKERS):
        predicates.check_rows_from(walk, call_name(node), flow, node)
        flow = made(flow)
    return _with_path(walk, node, _with_shape(node, flow, flows))


def _with_shape(node: exp.Expr, flow: Flow, flows: list[Flow]) -> Flow:
    """Add what is known of a part of a stored document that is read by its path."""
    document = flows[0].shape if flows else None
    path = paths.path_read(node)
    if document is not None and path is not None and flow.sensitive and document.is_named(path):
        return dataclasses.replace(flow, shape=document.below(path))
    return flow


def _by_own(walk: Walker, names: frozenset[str], flow: Flow, count: int) -> Flow:
    """Give what users' functions of the same name make of it, as citext's are named.

    The types choose which one runs. In which order it takes its arguments is lost here, so all of
    them must be harmless.
    """
    if not is_harmless(flow):
        return unproven(f"the function {min(names)} is not known")
    found = (walk.catalogue.functions.get(name, ()) for name in sorted(names))
    return bodies.user_function(walk, min(names), tuple(chain.from_iterable(found)), [flow] * count)


def overrides(walk: Walker, text: str, tree: exp.Expr) -> bool:
    """Tell whether a user's function hides behind the name of one that sqlglot knows."""
    if not walk.catalogue.functions:
        return False
    tokens = lex(text, walk.engine).tokens
    spoken = (text[one.start : one.end] for one in tokens if one.kind is not Kind.STRING)
    lowered = " ".join(spoken).casefold()
    found = [
        name
        for name in walk.catalogue.functions
        if name in lowered and re.search(rf"(?<![\w$]){re.escape(name)}[\"`]?\s*\(", lowered)
    ]
    return bool(found) and not _names_seen(tree).issuperset(found)


def _names_seen(tree: exp.Expr) -> set[str]:
    """Give the names of calls that are judged by them; other kinds of nodes are the server's."""
    seen: set[str] = set()
    taken: set[str] = set()
    for node in tree.find_all(exp.Func):
        is_judged = isinstance(node, exp.Anonymous) or type(node) not in _HANDLERS
        (seen if is_judged else taken).update(searches.called(node))
    return seen - taken


def _check_chosen(walk: Walker, node: exp.Func, flow: Flow, scope: Scope) -> None:
    """Look at what gives the greater of a telling text and of what somebody typed."""
    if isinstance(node, exp.Greatest | exp.Least):
        searches.note(walk, flow, [node], scope, node.key.upper())
    elif isinstance(node, exp.Max | exp.Min) and searches.sorts_typed(flow):
        searches.infer(walk, node.key.upper())


def _json_value(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    flows = [walk.flow(part, scope, ctes) for part in node.iter_expressions()]
    return _with_path(walk, node, join(_without_document(node, flows)))


def _bracket(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    """Give an element of an array or, ``doc['gear']``, a member of a document."""
    flows = [walk.flow(part, scope, ctes) for part in node.iter_expressions()]
    return _with_shape(node, join(_without_document(node, flows)), flows)


def _without_document(node: exp.Expr, flows: list[Flow]) -> list[Flow]:
    """Leave a stored document out where what is read of it, by its path, is harmless."""
    shape = flows[0].shape if flows else None
    if shape is None or not all(map(is_harmless, flows[1:])):
        return flows
    if paths.reads_harmless(node, shape):
        return [HARMLESS, *flows[1:]]
    if paths.guesses_names(node, shape):
        return [dataclasses.replace(flows[0], is_telling=True), *flows[1:]]
    return flows


def _with_path(walk: Walker, node: exp.Expr, flow: Flow) -> Flow:
    """Add the class that a path into a document names, ``meta ->> 'ssn'``."""
    if flow.is_plain or flow.sensitive or paths.tells_of_shape(node):
        return flow
    for word in _path_words(node):
        sensitivity = announced(word)
        if sensitivity is not None:
            named = Flow(classes=frozenset({sensitivity}), reason="a path into a document says so")
            return walk.touch(join([flow, named]))
    return flow


def anonymous(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    """Give what may reach the result of a function that sqlglot has no class for."""
    name = node.name.casefold()
    listed = node.expressions[1:] if name == "get_format" else node.expressions
    arguments = [walk.flow(item, scope, ctes) for item in listed]
    flow = join(_without_document(node, arguments))
    found = bodies.named(walk, node, name)
    if found:
        own = bodies.user_function(walk, name, found, arguments)
        is_of_server = effect_of(name, walk.engine) is not None
        return join([own, _built_in(walk, node, name, arguments, flow)]) if is_of_server else own
    return _built_in(walk, node, name, arguments, flow)


def _built_in(walk: Walker, node: exp.Expr, name: str, arguments: list[Flow], flow: Flow) -> Flow:
    if name in _DECLASSIFIERS:
        return flow if flow.is_telling and name != "pg_typeof" else HARMLESS
    predicates.check_effects(walk, name, flow)
    is_reviewed = name in PURE[walk.engine] or name == "get_lock"
    if not is_reviewed and not (is_harmless(flow) and shows_arguments_only(name, walk.engine)):
        return join([flow, unproven(f"the function {name} is not known")])
    predicates.check_call(walk, {name}, flow, node)
    if name in definitions.FUNCTIONS:
        read = definitions.of_tree(flow) if name == "pg_get_expr" else flow
        return definitions.marked(read, walk.catalogue)
    if name in ("set_config", "current_setting"):
        return _setting(walk, name, node, arguments)
    if name in ("extractvalue", "updatexml"):
        flow = join([flow, *_xpath_variables(walk, node)])
    if name == "column_json" and len(arguments) == 1 and arguments[0].is_document:
        # The blob of names and values, written as JSON: hidden in part, as JSON is.
        return arguments[0]
    if name in _ROW_MAKER_NAMES:
        predicates.check_rows_from(walk, name, flow, node)
        flow = made(flow)
    if name in bulk.FUNCTIONS:
        flow = join([flow, bulk.of_session(walk)])
    if name == "last_insert_id":
        predicates.note_counter(walk, name, flow)
    return _with_path(walk, node, flow)


def _xpath_variables(walk: Walker, node: exp.Expr) -> Iterator[Flow]:
    """Give what an XPath reads beside the document: ``$@name``, and ``$name`` of a routine."""
    path = node.expressions[1] if len(node.expressions) > 1 else None
    if not isinstance(path, exp.Literal) or not path.is_string:
        yield unproven("a path that is computed may read variables")
        return
    for name in _XPATH_VARIABLE.findall(path.name):
        yield walk.variable(name[1:]) if name[:1] == "@" else unproven("a variable of a routine")


_XPATH_VARIABLE = re.compile(r"\$(@[\w.]+|)")


def _setting(walk: Walker, name: str, node: exp.Expr, arguments: list[Flow]) -> Flow:
    first = node.expressions[0] if node.expressions else None
    if name == "set_config":
        # Whether there is a setting of a name, and for how long, is seen without its value.
        place = join(arguments[:1] + arguments[2:])
        if searches.asked(place):
            walk.laundering[f"which setting is set takes {place.words}"] = None
    if not isinstance(first, exp.Literal) or not first.is_string:
        return join([*arguments, unproven("a setting that is not known")])
    setting = first.name.casefold()
    if name == "set_config":
        value = arguments[1] if len(arguments) > 1 else HARMLESS
        walk.assign(setting, value)
        if value.sensitive and "." not in setting:
            walk.laundering[f"the setting {setting} takes {value.words}"] = None
        return value
    return walk.variable(setting)


_DECLASSIFIERS = frozenset({"pg_typeof", "num_nulls", "num_nonnulls", "isnull", "grouping"})


_ROW_MAKERS = (
    exp.GenerateSeries,
    exp.ExplodingGenerateSeries,
    exp.Explode,
    exp.Unnest,
    exp.JSONExtractArray,
)


_ROW_MAKER_NAMES = names(
    """
    generate_series generate_subscripts unnest regexp_split_to_table regexp_matches
    string_to_table json_each jsonb_each json_each_text jsonb_each_text json_array_elements
    jsonb_array_elements json_array_elements_text jsonb_array_elements_text json_object_keys
    jsonb_object_keys jsonb_path_query jsonb_path_query_tz ts_debug ts_parse
    json_populate_recordset jsonb_populate_recordset json_to_recordset jsonb_to_recordset
    """
)


_UNKNOWN_FUNCTIONS = (exp.ReadCSV, exp.OpenJSON, exp.AnonymousAggFunc, exp.CombinedAggFunc)


_UNDERSTOOD = (
    exp.Binary,
    exp.Unary,
    exp.Predicate,
    exp.Alias,
    exp.All,
    exp.Any,
    exp.Array,
    exp.AtTimeZone,
    exp.Between,
    exp.Bracket,
    exp.CharacterSet,
    exp.Collate,
    exp.ColumnConstraint,
    exp.ColumnDef,
    exp.DefaultColumnConstraint,
    exp.DataType,
    exp.DataTypeParam,
    exp.Distinct,
    exp.Filter,
    exp.From,
    exp.FormatJson,
    exp.HavingMax,
    exp.IgnoreNulls,
    exp.In,
    exp.Interval,
    exp.IntervalSpan,
    exp.JSONBExtract,
    exp.JSONColumnDef,
    exp.JSONKeyValue,
    exp.JSONPath,
    exp.JSONPathPart,
    exp.JSONSchema,
    exp.JSONValue,
    exp.Kwarg,
    exp.NotNullColumnConstraint,
    exp.Order,
    exp.Ordered,
    exp.PathColumnConstraint,
    exp.PrimaryKey,
    exp.RespectNulls,
    exp.Slice,
    exp.Tuple,
    exp.Where,
    exp.WithinGroup,
    exp.WindowSpec,
)


def json_columns(
    walk: Walker, call: exp.JSONTable, scope: Scope, ctes: Ctes
) -> list[exp.Expr] | None:
    """Name the columns of JSON_TABLE that show harmless parts of a masked document alone.

    None for any other: a conversion that fails tells of the value, in whatever column.
    """
    shape = walk.flow(call.this, scope, ctes).shape
    above = paths.rows_path(call)
    return None if shape is None or above is None else _listed(call, above, shape)


def record_columns(
    walk: Walker, call: exp.Expr, flow: Flow, columns: Sequence[str], scope: Scope, ctes: Ctes
) -> list[Flow]:
    """Give what may reach each column of a function in FROM: of a document's members, by name.

    Args:
        flow: what may reach any of them.
        columns: their names, folded.
    """
    if call_name(call) not in _RECORDS or not flow.sensitive:
        return [flow] * len(columns)
    is_own = call_name(call) in walk.catalogue.functions
    shape = None if is_own else walk.flow(call.expressions[0], scope, ctes).shape
    # Where nobody knows how it is built, each name may be a value.
    return [_member(flow, column, shape or paths.Shape()) for column in columns]


def _member(flow: Flow, column: str, shape: paths.Shape) -> Flow:
    if shape.is_harmless((column,)):
        return made(HARMLESS)
    return flow if shape.is_named((column,)) else dataclasses.replace(flow, is_telling=True)


_RECORDS = names("json_to_record jsonb_to_record json_to_recordset jsonb_to_recordset")


def _listed(node: exp.Expr, above: paths.Path, shape: paths.Shape) -> list[exp.Expr] | None:
    schema = node.args.get("schema") or node.args.get("nested_schema")
    found: list[exp.Expr] = []
    if not shape.is_named(above):
        # How many rows there are tells whether a name is there.
        return None
    for column in schema.expressions if schema is not None else ():
        path = paths.rows_path(column)
        if column.args.get("nested_schema") is not None:
            inner = None if path is None else _listed(column, (*above, *path), shape)
            if inner is None:
                return None
            found += inner
        elif paths.column_is_harmless(column, above, shape):
            found.append(column.this)
        else:
            return None
    return found


def call_name(call: exp.Expr) -> str:
    """Name the function that a node calls; empty when it calls none."""
    if isinstance(call, exp.Anonymous):
        return call.name.casefold()
    if isinstance(call, exp.Unnest):
        return "unnest"
    if isinstance(call, exp.ExplodingGenerateSeries | exp.GenerateSeries):
        return "generate_series"
    return call.sql_name().casefold() if isinstance(call, exp.Func) else ""


def _path_words(node: exp.Expr) -> Iterator[str]:
    if not isinstance(node, _PATHS) and not node.name.casefold().startswith(_PATH_CALLS):
        return
    for literal in node.find_all(exp.Literal, exp.JSONPathKey):
        if isinstance(literal, exp.JSONPathKey):
            yield str(literal.this)
        elif literal.is_string:
            yield from re.findall(r"[A-Za-z_]+", literal.name)


_PATH_CALLS = ("json", "column_get", "xpath", "extractvalue", "hstore")
_PATHS = (
    exp.JSONExtract,
    exp.JSONExtractScalar,
    exp.JSONBExtract,
    exp.JSONBExtractScalar,
    exp.JSONExtractArray,
    exp.JSONTable,
    exp.JSONValue,
    exp.XMLTable,
)


_Handler = Callable[[Walker, exp.Expr, Scope, Ctes], Flow]


def _typed(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    return TYPED


def _null(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    # It is like no value, so that it tries none.
    return dataclasses.replace(TYPED, guesses=0)


def _literal(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    if walk.depth == 0 or not isinstance(node, exp.Literal) or not node.is_string:
        return TYPED
    return definitions.constant(node.name)


def _placeholder(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    return walk.placeholder


def _connector(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    """AND and OR skip what need not be computed, and an error shows whether they did."""
    flow = walk.parts(node, scope, ctes)
    if flow.sensitive:
        predicates.check(walk, node, scope, ctes, clause=node.key.upper())
    return flow


def _word(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    """A unit such as YEAR; sqlglot also makes words of columns, ``date_trunc(ssn, now())``."""
    found = walk.visible_column(exp.Column(this=exp.to_identifier(node.name)), scope)
    return join([found, TYPED]) if found is not None else TYPED


def _column(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    return walk.column(node, scope) if isinstance(node, exp.Column) else HARMLESS


def _wrapped(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    return walk.flow(node.this, scope, ctes)


def _declassified(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    """COUNT: how many, not which; but not of what is NULL by its value."""
    flow = walk.parts(node, scope, ctes)
    return flow if flow.is_telling else HARMLESS


def _every_row(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    return join([HARMLESS, *(source.whole for source in scope.sources)])


def _count(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    if isinstance(node.this, exp.Star):
        return HARMLESS
    if isinstance(node.this, exp.Distinct):
        predicates.check_count_distinct(walk, node.this.expressions, scope, ctes)
    return _declassified(walk, node, scope, ctes)


def _exists(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    if not isinstance(node.this, exp.Query):
        return walk.parts(node, scope, ctes)
    walk.query(node.this, scope, ctes)
    return HARMLESS


def _is(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    flow = walk.parts(node, scope, ctes)
    is_harmless = isinstance(node.expression, exp.Null) and not flow.is_telling
    return HARMLESS if is_harmless else flow


def _case(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    predicates.check_case(walk, node, scope, ctes)
    return walk.parts(node, scope, ctes)


def _if(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    if not isinstance(node.parent, exp.Case):
        predicates.check(walk, node.this, scope, ctes, clause="IF")
    return walk.parts(node, scope, ctes)


def _window(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    flow = walk.flow(node.this, scope, ctes)
    joined = join([flow, *predicates.check_window(walk, node, scope, ctes)])
    return verbatim(joined) if flow.is_verbatim else joined


def _filter(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    where = node.expression
    predicates.check(walk, where.this, scope, ctes, clause="FILTER")
    return walk.flow(node.this, scope, ctes)


def _ordered_list(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    for item in node.expressions:
        predicates.check_key(walk, item, scope, ctes, clause="ORDER BY")
    return walk.parts(node, scope, ctes)


def _dot(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    field = node.expression
    if isinstance(field, exp.Func) and isinstance(node.this, exp.Identifier):
        schema = fold(node.this, walk.engine)
        if walk.engine is Engine.MYSQL and schema == "sys" and is_of_sys(field.name.casefold()):
            given = walk.parts(field, scope, ctes)
            return given if is_harmless(given) else join([given, unproven("what it makes of it")])
        flow = walk.flow(field, scope, ctes)
        known = walk.catalogue.functions.get(field.name.casefold(), ())
        is_known = schema in _SERVERS_OWN or any(item.schema == schema for item in known)
        return flow if is_known else join([flow, unproven("a function that is not known")])
    if not isinstance(field, exp.Identifier):
        return join([walk.flow(node.this, scope, ctes), unproven("a row that is not known")])
    source = walk.row_source(node.this, scope, ctes)
    found = source.find(fold(field, walk.engine)) if source is not None else None
    if found is not None:
        return found
    flow = computed(walk.flow(node.this, scope, ctes))
    called = walk.as_call(fold(field, walk.engine), flow)
    if called is not None or source is not None:
        return called or join([flow, unproven("a column that is not known")])
    return _with_path(walk, node, flow)


_SERVERS_OWN = frozenset({"pg_catalog", "information_schema"})


def _parameter(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    if walk.engine is Engine.POSTGRESQL:
        return scope.argument(f"${node.name}") or TYPED
    return walk.variable(node.name)


def _server_variable(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    name = node.name.casefold()
    if walk.variables.get(name) or walk.variables.get("*"):
        return unproven("a variable that was set from elsewhere")
    return TYPED


def _assignment(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    flow = walk.flow(node.expression, scope, ctes)
    if isinstance(node.this, exp.Parameter):
        walk.assign(node.this.name, flow, is_immediate=True)
        if not flow.sensitive and (flow.classes or flow.embedded or not flow.is_proven):
            # Another row, or a part read before this one, may show the value.
            name = f"the variable @{node.this.name.casefold()}"
            walk.laundering[f"{name} takes values that are not proven harmless"] = None
        return flow
    return join([flow, unproven("an assignment")])


def _anonymous(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    return anonymous(walk, node, scope, ctes)


def _cast(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    flow = walk.flow(node.this, scope, ctes)
    target = node.args.get("to")
    kind = str(target.args.get("kind") or "") if isinstance(target, exp.DataType) else ""
    if kind.strip('"').casefold() in walk.catalogue.casts:
        if flow.sensitive:
            walk.inference[f"a cast to {kind} on {flow.words}"] = None
        return join([flow, unproven("a cast that is not known")])
    if not isinstance(target, exp.DataType) or target.this not in exp.DataType.TEXT_TYPES:
        predicates.check_cast(walk, node.this, flow, target)
    if flow.is_verbatim and predicates.is_plain_text(target, walk.engine):
        return verbatim(computed(flow))
    return computed(flow)


def _on_condition(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    """Give what ``DEFAULT 0 ON EMPTY`` adds; it is computed only where a path finds nothing."""
    flow = walk.parts(node, scope, ctes)
    return join([flow, unproven("a condition is not known")]) if flow.sensitive else flow


def _in(walk: Walker, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
    return walk.parts(node, scope, ctes)


_HANDLERS: dict[type[exp.Expr], _Handler] = {
    exp.Literal: _literal,
    exp.Null: _null,
    exp.Boolean: _typed,
    exp.Placeholder: _placeholder,
    exp.And: _connector,
    exp.Or: _connector,
    exp.National: _typed,
    exp.HexString: _typed,
    exp.BitString: _typed,
    exp.ByteString: _typed,
    exp.RawString: _typed,
    exp.UnicodeString: _typed,
    exp.Introducer: _typed,
    exp.Var: _word,
    exp.Identifier: _word,
    exp.DataType: _typed,
    exp.Column: _column,
    exp.Paren: _wrapped,
    exp.Alias: _wrapped,
    exp.Star: _every_row,
    exp.Count: _count,
    exp.CountIf: _case,
    exp.ApproxDistinct: _declassified,
    exp.Grouping: _declassified,
    exp.Exists: _exists,
    exp.Is: _is,
    exp.Case: _case,
    exp.If: _if,
    exp.Window: _window,
    exp.Filter: _filter,
    exp.Order: _ordered_list,
    exp.Dot: _dot,
    exp.Parameter: _parameter,
    exp.SessionParameter: _server_variable,
    exp.PropertyEQ: _assignment,
    exp.Anonymous: _anonymous,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.In: _in,
    exp.OnCondition: _on_condition,
    exp.JSONValue: _json_value,
    exp.Bracket: _bracket,
}
