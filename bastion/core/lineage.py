"""Which classes of values a statement can reveal: through its rows, and through all else.

``trace`` judges one statement of any kind. The walk over queries is ``core.walk``; this module
knows writes, plans, settings and structure, and what each leaves behind in the session.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from bastion.core import bulk, definitions, numbering, partitions, predicates, terms, tokens
from bastion.core.bodies import body_outputs, parse
from bastion.core.carry import (
    KnownClass,
    carried_by_code,
    carried_by_making,
    carried_by_writes,
)
from bastion.core.catalogue import Catalogue, Column, Relation
from bastion.core.context import SessionContext
from bastion.core.counters import condition_names, shows_counters
from bastion.core.definitions import Redactor
from bastion.core.effects import Call, ChangeKind, OutputKind, Statement
from bastion.core.exposure import ColumnExposure, Exposure, merged
from bastion.core.flow import (
    HARMLESS,
    TYPED,
    Cte,
    Flow,
    FlowKind,
    Output,
    Scope,
    Source,
    either,
    fold,
    is_harmless,
    join,
    unproven,
    variable_key,
)  # fmt: skip
from bastion.core.guesses import Guess
from bastion.core.hidden import called_bodies, hidden_writes, telling_code, written_by_code
from bastion.core.lexer import lex
from bastion.core.loading import as_update
from bastion.core.memo import Memo
from bastion.core.model import Engine, Sensitivity
from bastion.core.naming import announced
from bastion.core.procedures import trace_call
from bastion.core.relations import default_flow
from bastion.core.routines import run_by
from bastion.core.walk import NotTracedError, Walk

_NOT_TRACED = (
    NotTracedError,
    AttributeError,
    IndexError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)
"""A tree of unexpected shape must end in a mask, never in an error or a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """Everything a walk over one statement found."""

    exposure: Exposure
    outputs: tuple[Output, ...] | None = None
    assigned: Mapping[str, Flow] = field(default_factory=dict)
    """Variables and settings that take a value."""
    written: Mapping[tuple[str, str], Mapping[str, Flow]] = field(default_factory=dict)
    """Stored relations and the columns that take a value."""


def trace(statement: Statement, *, catalogue: Catalogue, context: SessionContext) -> Exposure:
    """Tell what a statement can reveal. Never raises: what is not understood is not proven."""
    # All of the context, whatever it will one day hold.
    parts = (statement, *(getattr(context, name) for name in _CONTEXT))
    exposure = _memo.find(statement.text, catalogue, parts)
    if exposure is None:
        exposure = trace_fully(statement, catalogue=catalogue, context=context).exposure
        _memo.keep(statement.text, catalogue, parts, exposure)
    return exposure


_CONTEXT = tuple(field.name for field in dataclasses.fields(SessionContext))
_memo: Memo[Exposure] = Memo()


def trace_fully(statement: Statement, *, catalogue: Catalogue, context: SessionContext) -> Traced:
    """Trace a statement and keep what its outputs, variables and writes carry."""
    catalogue = _as_called(_as_seen(catalogue, context), statement)
    if statement.sent:
        statement = dataclasses.replace(statement, text=statement.sent)
    traced = _trace(statement, catalogue, context)
    if traced.outputs is None:
        # Nobody saw what the variables take that it names.
        unseen = dict.fromkeys(_assigned(statement), unproven("a value that was not seen"))
        traced = dataclasses.replace(traced, assigned={**traced.assigned, **unseen})
    if statement.is_analysed:
        traced = _as_analysed(traced)
    exposure = traced.exposure
    if statement.exposed is not None:
        exposure = merged(exposure, statement.exposed)
    hidden = hidden_writes(statement, catalogue, context)
    if traced.outputs is None and as_update(statement):
        hidden = (*hidden, "what LOAD computes is not understood")
    telling = () if hidden else telling_code(statement, catalogue, context)
    counted = numbering.altered_into(statement, catalogue, context)
    by_code = carried_by_code(_written_unread(statement, catalogue), catalogue) if hidden else ()
    if hidden or counted or by_code or telling:
        exposure = dataclasses.replace(
            exposure,
            laundering=(*exposure.laundering, *hidden),
            counted=(*exposure.counted, *counted),
            carried=(*exposure.carried, *by_code),
            inference=(*exposure.inference, *telling),
        )
    return traced if exposure is traced.exposure else dataclasses.replace(traced, exposure=exposure)


def _written_unread(statement: Statement, catalogue: Catalogue) -> Iterable[tuple[str, str]]:
    """Name what code, or a LOAD that is not understood, may write or make."""
    if statement.head == "LOAD":
        return statement.writes
    return written_by_code(statement, catalogue)


def _trace(statement: Statement, catalogue: Catalogue, context: SessionContext) -> Traced:
    walk = Walk(catalogue, relations=context.relations, variables=context.variables)
    walk.query_dml = lambda node, scope, ctes: _write(walk, node, scope, ctes)
    walk.cuts_lists = _cuts_early(catalogue) or predicates.cuts_lists(
        statement.text, context.settings
    )
    walk.is_lenient = statement.head == "EXECUTE" or "ignore" in statement.text.casefold()
    if statement.head == "EXECUTE" and statement.engine is Engine.MYSQL:
        walk.placeholder = join(walk.variable(name) for name in _USED.findall(statement.text))
    own = _of_server(statement, catalogue, context)
    if own is not None:
        return own
    tree = _tree(statement)
    if tree is None:
        return _of_code(walk, statement, context)
    outputs: tuple[Output, ...] | None
    reason = ""
    try:
        outputs = _outputs(walk, tree)
        _check_destination(walk, statement, outputs)
        if terms.overrides(walk, statement.text, tree):
            reason = "a function of the database has the name of a built-in"
    except _NOT_TRACED as error:
        outputs = None
        reason = str(error) if isinstance(error, NotTracedError) else "not understood"
    if not statement.is_understood:
        reason = reason or "the statement is not understood"
    if outputs is not None and not isinstance(tree, exp.Set) and _only_variable(statement):
        walk.assign(_only_variable(statement), join(output.flow for output in outputs))
    if context.has_restructured:
        reason = reason or "the open transaction has changed the structure of tables"
    _check_output(walk, statement, tree, context)
    return _traced(walk, statement, outputs, reason)


def _check_output(
    walk: Walk, statement: Statement, tree: exp.Expr, context: SessionContext
) -> None:
    """Look at what tells beside the columns: the plan, the order of rows, where lists end."""
    if statement.output is OutputKind.PLAN:
        partitions.check_plan(walk, is_run=statement.runs_inner)
        bulk.check_plan(walk)
    if statement.output is OutputKind.TREE:
        predicates.check_order(walk, context.settings)
        predicates.check_cuts(walk, tree, statement.text, context.settings)


def _of_code(walk: Walk, statement: Statement, context: SessionContext) -> Traced:
    """Trace what has no tree of its own: a CALL or a DO block that was read, and all else."""
    if statement.is_understood and statement.call is not None and statement.runs_inner:
        return _of_call(walk, statement, statement.call, context)
    if statement.is_understood and statement.head in {"DO", "CALL"}:
        return Traced(exposure=_of_block(walk, statement))
    return Traced(exposure=_without_tree(statement, walk))


def _of_block(walk: Walk, statement: Statement) -> Exposure:
    """Trace the code of a DO block or a procedure: what it does may tell of all that it reads."""
    function = run_by(statement.text, walk.catalogue)
    if function is not None:
        given = [TYPED] * function.argument_count
        if body_outputs(walk, function, given) is not None:
            return Exposure(columns=(), touches=frozenset(), behind=frozenset(walk.behind))
    words = f"the code of {statement.head}, which may read what is masked"
    return Exposure(columns=(), touches=frozenset({Sensitivity.UNPROVEN}), inference=(words,))


def _of_call(walk: Walk, statement: Statement, call: Call, context: SessionContext) -> Traced:
    """Trace a CALL: what it sends are the rows of its own queries."""
    results, reason = None, ""
    try:
        results = trace_call(walk, call, context.settings)
    except _NOT_TRACED as error:
        reason = str(error) if isinstance(error, NotTracedError) else "not understood"
        walk.inference[f"the procedure {call.function.name}, which is not traced"] = None
    if context.has_restructured:
        reason = reason or "the open transaction has changed the structure of tables"
    predicates.check_order(walk, context.settings)
    traced = _traced(walk, statement, None, reason)
    if results is None or reason:
        return traced
    sets = tuple(tuple(_exposed(one.flow) for one in outputs) for outputs in results.outputs)
    exposure = dataclasses.replace(
        traced.exposure,
        columns=tuple(itertools.chain.from_iterable(sets)),
        results=sets,
        result_names=tuple(tuple(one.name for one in outputs) for outputs in results.outputs),
        is_ordered=results.is_ordered,
    )
    return dataclasses.replace(traced, exposure=exposure, outputs=())


def _cuts_early(catalogue: Catalogue) -> bool:
    """Tell whether lists end after 1024 bytes if nobody says more: MySQL, and not MariaDB."""
    version = catalogue.server_version.casefold()
    return catalogue.engine is Engine.MYSQL and bool(version) and "mariadb" not in version


def _as_seen(catalogue: Catalogue, context: SessionContext) -> Catalogue:
    """Apply the session's own search_path."""
    for name, value in context.settings:
        if name == "search_path":
            parts = [part.strip().strip("\"'") for part in value.split(",")]
            path = tuple(part for part in parts if part and part != "$user")
            return dataclasses.replace(
                catalogue, search_path=path, definitions_path=catalogue.search_path
            )
    return catalogue


def _as_called(catalogue: Catalogue, statement: Statement) -> Catalogue:
    """Leave out what has the name of a function that it calls, in another database of MySQL."""
    if catalogue.engine is not Engine.MYSQL or not statement.is_understood:
        return catalogue
    kept = {}
    for name, found in catalogue.functions.items():
        called = tuple(f for f in found if f"{f.schema}.{f.name}" in statement.functions)
        if called:
            kept[name] = called
    return dataclasses.replace(catalogue, functions=kept)


def _tree(statement: Statement) -> exp.Expr | None:
    change = statement.change
    if change is not None and change.kind is ChangeKind.SET and statement.head == "SET":
        text = statement.text.casefold()
        is_telling = "@" in text or ("select" in text and statement.engine is Engine.MYSQL)
        found = parse(statement.text, statement.engine) if is_telling else None
        # sqlglot reads no SET of REPLACE(…) and the like; the expression alone it does.
        is_read = isinstance(found, exp.Set) or not _only_variable(statement)
        return found if is_read else statement.tree
    if statement.head == "EXECUTE" and statement.engine is Engine.MYSQL:
        executed = parse(statement.resolved, statement.engine)
        if isinstance(executed, exp.Set):
            return executed
    if statement.tree is not None:
        return statement.tree
    update = as_update(statement)
    if update:
        return parse(update, statement.engine) or exp.Command(this="LOAD")
    if change is not None and change.statement is not None:
        return change.statement.tree
    return None


def _as_analysed(traced: Traced) -> Traced:
    """Let each column of PROCEDURE ANALYSE give values of all that it looks at.

    They are shown where nothing else is in any of them; a part of one shows nothing of the whole.
    """
    flow = join(one.flow for one in traced.outputs or ())
    is_clear = bool(traced.outputs) and is_harmless(flow) and traced.exposure.columns is not None
    shown = flow if is_clear else unproven("the values of columns among which one is masked")
    exposure = dataclasses.replace(traced.exposure, columns=(_exposed(shown),) * _ANALYSED)
    return dataclasses.replace(traced, exposure=exposure)


_ANALYSED = 10
"""Columns that it gives, whatever it looks at."""


def _diagnosed(statement: Statement, context: SessionContext) -> Traced:
    """Trace GET DIAGNOSTICS: words of the server, as SHOW WARNINGS gives them, go to variables.

    Numbers and codes are shown there whatever they are of.
    """
    words = HARMLESS
    if context.told:
        classes = context.told | {Sensitivity.UNPROVEN}
        words = Flow(classes=classes, reason="the server's words about an earlier statement")
    found = lex(statement.text, statement.engine).tokens
    assigned = {
        variable_key(found[place - 2].value): (
            HARMLESS if found[place].value in _OF_NUMBERS else words
        )
        for place in range(3, len(found))
        if found[place - 1].value == "=" and found[place - 3].value == "@"
    }
    return Traced(exposure=Exposure(columns=(), touches=frozenset()), outputs=(), assigned=assigned)


_OF_NUMBERS = frozenset({"number", "row_count", "returned_sqlstate", "mysql_errno"})


def _only_variable(statement: Statement) -> str:
    """Name the one variable that MySQL's SET computes, and nothing else beside; else empty."""
    change = statement.change
    names = _assigned(statement)
    is_one = change is not None and statement.tree is not None and len(names) == 1
    is_set = statement.head == "SET" and statement.engine is Engine.MYSQL
    is_alone = change is not None and change.name == f"@{''.join(names)}" and not change.settings
    return next(iter(names)) if is_one and is_set and is_alone else ""


def _assigned(statement: Statement) -> frozenset[str]:
    """Name what of MySQL's variables a SET writes out to be assigned, in any place."""
    change = statement.change
    if statement.engine is not Engine.MYSQL or change is None or change.kind is not ChangeKind.SET:
        return frozenset()
    found = lex(statement.resolved or statement.text, statement.engine).tokens
    words = ["", *(variable_key(token.value) for token in found), ""]
    return frozenset(
        words[place]
        for place in range(2, len(words) - 1)
        if words[place - 2] != "@" == words[place - 1] and words[place + 1] in {"=", ":"}
    )


def _without_tree(statement: Statement, walk: Walk) -> Exposure:
    if statement.output is not OutputKind.NONE or not statement.is_understood:
        return Exposure(columns=None, touches=frozenset({Sensitivity.UNPROVEN}))
    # ALTER and CREATE INDEX read every row, and quote the one that does not fit.
    touches: set[Sensitivity] = set()
    for key in statement.reads | statement.writes:
        for held in (walk.relations, walk.catalogue.relations):
            relation = held.get(key)
            for column in relation.columns if relation is not None else ():
                touches |= {column.sensitivity} if column.sensitivity else set()
    if statement.head in _COUNTING_PAGES:
        touches |= bulk.of_session(walk).classes
    return Exposure(columns=(), touches=frozenset(touches))


_COUNTING_PAGES = frozenset({"ANALYZE", "VACUUM", "CLUSTER"})
"""With VERBOSE they say how many pages a relation has."""


def _traced(
    walk: Walk, statement: Statement, outputs: tuple[Output, ...] | None, reason: str
) -> Traced:
    touches = set(walk.touches)
    if reason:
        touches.add(Sensitivity.UNPROVEN)
    columns: tuple[ColumnExposure, ...] | None
    if statement.output is OutputKind.NONE:
        columns = ()
    elif reason or outputs is None:
        columns = None
    elif statement.output is OutputKind.PLAN:
        columns = ()
    else:
        columns = tuple(_exposed(output.flow) for output in outputs)
    bound, stray = _tokens(walk, statement)
    exposure = Exposure(
        columns=columns,
        touches=frozenset(touches),
        behind=frozenset(walk.behind),
        inference=tuple(walk.inference),
        guesses=0 if statement.head == "FETCH" else walk.guesses,
        guessed=() if statement.head == "FETCH" else tuple(walk.guessed),
        laundering=tuple(walk.laundering),
        counted=tuple(walk.counted),
        tokens=bound,
        stray_token=stray,
        carried=(
            *carried_by_writes(walk.written, walk.catalogue),
            *_carried_by_making(statement, None if reason else outputs),
        ),
        quotes_code=statement.output is OutputKind.PLAN and _quotes_code(walk, statement),
    )
    return Traced(
        exposure=exposure,
        outputs=None if reason else outputs,
        assigned=walk.assigned,
        written=walk.written,
    )


def _quotes_code(walk: Walk, statement: Statement) -> bool:
    """Tell whether views, policies or functions behind a plan quote values of sensitive columns."""
    texts = list(called_bodies(statement.text, walk.catalogue))
    for key in {*statement.reads, *statement.writes, *walk.views}:
        relation = walk.relations.get(key) or walk.catalogue.relations.get(key)
        if relation is not None:
            texts += [relation.definition, *relation.rules, *(one.text for one in relation.code)]
            texts += [column.default for column in relation.columns]
    texts += called_bodies("\n".join(texts), walk.catalogue)
    redactor = Redactor(walk.catalogue)
    return any(text and redactor.redact(text) != text for text in texts)


def _tokens(walk: Walk, statement: Statement) -> tuple[frozenset[str], str]:
    """Tell which tokens may be bound, and one that may not."""
    if "⟨" not in statement.text:
        return frozenset(), ""
    tree = _tree(statement)
    nodes = [] if tree is None else list(tree.find_all(exp.Literal))
    named = [(node, found) for node in nodes if (found := tokens.tokens_of(node))]
    written = list(tokens.literals(statement.text, statement.engine))
    # The text and the tree must agree, or the value could land where nobody looked.
    is_clear = (
        statement.head in _TOKEN_HEADS
        and statement.change is None
        and not statement.is_copy_out
        and len(named) == len(written)
        and tokens.are_plain(statement.text, statement.engine)
    )
    for node, found in named:
        if not is_clear or id(node) not in walk.bindable:
            return frozenset(), found[0]
    if written and not named:
        return frozenset(), written[0][2][0]
    return frozenset(token for _, found in named for token in found), ""


_TOKEN_HEADS = frozenset({"SELECT", "WITH", "UPDATE", "DELETE", "INSERT", "MERGE"})


def _exposed(flow: Flow) -> ColumnExposure:
    reason = flow.reason
    if flow.spoiled and not flow.classes:
        reason = "changes a text that holds sensitive values, or is a constant that looks like one"
    return ColumnExposure(
        classes=flow.classes | flow.spoiled,
        is_proven=flow.is_proven,
        reason=reason,
        is_plain=flow.is_plain,
        hides_null=flow.is_telling,
        is_verbatim=flow.is_verbatim,
        is_document=flow.is_document and not flow.spoiled,
        members=flow.members,
        is_definition=flow.is_definition,
        is_compound=flow.is_compound or bool(flow.embedded or flow.spoiled),
        is_version=flow.is_version,
        is_native=flow.is_native and not flow.spoiled,
    )


def _outputs(walk: Walk, tree: exp.Expr) -> tuple[Output, ...]:
    if isinstance(tree, exp.Create):
        inner = tree.args.get("expression")
        if not isinstance(inner, exp.Expr):
            return ()
        return walk.query(inner, None, walk.with_ctes(tree, {}))
    if isinstance(tree, exp.Set):
        return _set_variables(walk, tree)
    return walk.query(tree, None, {})


def _set_variables(walk: Walk, tree: exp.Set) -> tuple[Output, ...]:
    for item in tree.expressions:
        pair = item.this
        if str(item.args.get("kind")).upper() in _OF_ENCODINGS:
            continue
        if not isinstance(pair, exp.EQ | exp.PropertyEQ):
            raise NotTracedError("an assignment that is not known")
        flow = walk.flow(pair.expression, Scope(), {})
        # A later assignment that fails leaves the earlier ones standing, unseen.
        is_own = isinstance(pair.this, exp.Parameter)
        if flow.sensitive and not is_own:
            walk.laundering[f"the setting {pair.this.name} takes {flow.words}"] = None
        if not is_own and pair.this.name.casefold() in numbering.SETTINGS:
            predicates.note_counter(walk, f"the setting {pair.this.name}", flow)
        walk.assign(pair.this.name, flow, is_immediate=is_own and len(tree.expressions) > 1)
    return ()


_OF_ENCODINGS = frozenset({"NAMES", "CHARACTER SET"})


def _check_destination(walk: Walk, statement: Statement, outputs: tuple[Output, ...]) -> None:
    """A permanent copy is read by others, who do not know what flowed into it."""
    change = statement.change
    if change is not None and change.kind is ChangeKind.RELATION:
        numbering.note_made(walk, statement, outputs)
    if change is None or not _makes_table(statement):
        return
    for output in outputs:
        if output.flow.sensitive:
            walk.laundering[f"the new table {change.name} takes {output.flow.words}"] = None
        named = announced(output.name or "")
        if named is not None and output.flow.kind is FlowKind.TYPED:
            predicates.note_written_guess(walk, named, output.flow)


def _carried_by_making(
    statement: Statement, outputs: tuple[Output, ...] | None
) -> tuple[KnownClass, ...]:
    change = statement.change
    if change is None or not _makes_table(statement) or change.statement is None:
        return ()
    tree = parse(statement.text, statement.engine) if statement.head == "CREATE" else None
    schema = tree.this if isinstance(tree, exp.Create) else None
    listed = schema.expressions if isinstance(schema, exp.Schema) else []
    # MySQL adds the listed columns to those of the query, by name.
    is_renaming = statement.engine is Engine.POSTGRESQL
    names = [fold(getattr(one, "this", one), statement.engine) for one in listed if is_renaming]
    return carried_by_making(change.schema, change.name, outputs, names)


def _makes_table(statement: Statement) -> bool:
    """Tell whether it makes a table that others can read."""
    change = statement.change
    if change is None or change.kind is not ChangeKind.RELATION or change.is_temporary:
        return False
    return not re.match(r"\s*create\b[^(]*?\bview\b", statement.text, re.IGNORECASE)


# -- writes ------------------------------------------------------------------------------------


def _write(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> tuple[Output, ...]:
    if isinstance(node, exp.Insert):
        _insert(walk, node, scope, ctes)
    elif isinstance(node, exp.Update):
        _update(walk, node, scope, ctes)
    elif isinstance(node, exp.Delete):
        _delete(walk, node, scope, ctes)
    elif isinstance(node, exp.Merge):
        _merge(walk, node, scope, ctes)
    else:
        raise NotTracedError(f"{node.key} is not known")
    predicates.check_tail(walk, node, scope, ctes)
    returning = node.args.get("returning")
    if returning is None:
        return ()
    if returning.args.get("into"):
        raise NotTracedError("RETURNING INTO is not known")
    outputs: list[Output] = []
    for item in returning.expressions:
        outputs += walk.project(item, scope, ctes)
    return tuple(outputs)


def _target(walk: Walk, node: exp.Expr, scope: Scope) -> Relation | None:
    """Add the written relation as a source; its whole row may be quoted in an error."""
    table = node.this if isinstance(node, exp.Schema) else node
    if not isinstance(table, exp.Table):
        raise NotTracedError("the written relation is not known")
    walk.add_from(table, scope, {})
    source = scope.sources[0]
    walk.touch(source.whole)
    return source.relation


def _record(walk: Walk, scope: Scope, relation: Relation | None, column: str, flow: Flow) -> None:
    """Note one value written into one column, and judge whether it stays masked there."""
    if relation is None:
        if flow.classes or not flow.is_proven:
            walk.laundering[f"a relation that is not known takes {flow.words}"] = None
        return
    key = (relation.schema, relation.name)
    stored = next(
        (item for item in relation.columns if fold(item.name, walk.engine) == column), None
    )
    flow = _as_kept(walk, relation, flow)
    columns = walk.written.setdefault(key, {})
    columns[column] = either(columns[column], flow) if column in columns else flow
    _rewrite(walk, scope, relation, column, flow)
    numbering.note_written(walk, column, flow, _with_those_below(walk, relation))
    if relation.is_checked and flow.sensitive:
        walk.inference[f"what {relation.name}, with checks of its own, takes of {flow.words}"] = (
            None
        )
    elif relation.is_checked:
        _note_refusal(walk, relation, stored, flow)
    is_known = stored is not None and stored.is_known_sensitive
    if (
        stored is not None
        and stored.sensitivity
        and (is_known or _is_in_key(relation, stored.name))
    ):
        predicates.note_written_guess(walk, stored.sensitivity, flow)
    is_own = walk.relations.get(key) is relation and walk.engine is Engine.POSTGRESQL
    if is_own and not relation.shares_rows:
        return
    own = {stored.sensitivity} if stored is not None and stored.sensitivity else set()
    # A piece of a value that is stored as if it were whole would show through its mask.
    is_altered = bool(flow.sensitive) and not flow.is_verbatim
    if flow.sensitive - own or is_altered or (not flow.is_proven and not own):
        words = flow.words if flow.sensitive else "values that are not proven harmless"
        words = f"a changed {words}" if is_altered and not flow.sensitive - own else words
        walk.laundering[f"{relation.name}.{column} takes {words}"] = None


def _note_beside(walk: Walk, relation: Relation, column: Column, flow: Flow) -> None:
    """Note what is written beside masked values; where none is known, a refusal alone may tell."""
    is_told = column.is_known_sensitive or _is_in_key(relation, column.name)
    if column.sensitivity and is_told:
        predicates.note_written_guess(walk, column.sensitivity, flow)


def _as_kept(walk: Walk, relation: Relation, flow: Flow) -> Flow:
    """Give the flow of a telling text where a column cuts what is too long, or no letter of it."""
    if walk.engine is not Engine.MYSQL or not flow.embedded:
        return flow
    # Tables without transactions cut whatever comes behind the first row.
    is_cut = walk.is_lenient or relation.storage_engine.casefold() not in {"", "innodb"}
    return dataclasses.replace(flow, spoiled=flow.embedded) if is_cut else flow


def _note_refusal(walk: Walk, relation: Relation, column: Column | None, flow: Flow) -> None:
    """Note that a table of the session may tell, by what it refuses, which telling texts it has."""
    is_telling = bool(column is not None and column.classification.embedded)
    if flow.is_definition or not (flow.embedded or is_telling):
        return
    is_free = bool(column is not None and relation.unique_keys) and not _is_in_key(
        relation, column.name if column is not None else ""
    )
    if not is_free and flow.kind is not FlowKind.TYPED:
        words = f"what {relation.name}, with checks of its own, takes of telling texts"
        walk.inference[words] = None
        return
    known = column.classification.embedded if column is not None else None
    classes = flow.embedded or frozenset({known} if known else ())
    walk.guessed.append(Guess(classes=classes, count=max(1, flow.guesses), key=""))


def _is_in_key(relation: Relation, column: str) -> bool:
    return any(column in key for key in (relation.primary_key, *relation.unique_keys))


def _rewrite(walk: Walk, scope: Scope, relation: Relation, column: str, flow: Flow) -> None:
    """Let RETURNING see the new value too."""
    for level in scope.levels():
        for index, source in enumerate(level.sources):
            if source.relation is not relation or source.outputs is None:
                continue
            outputs = tuple(
                dataclasses.replace(output, flow=either(output.flow, flow))
                if output.name == column
                else output
                for output in source.outputs
            )
            level.sources[index] = Source(
                name=source.name, schema=source.schema, outputs=outputs, relation=relation
            )


def _insert(walk: Walk, node: exp.Insert, scope: Scope, ctes: dict[str, Cte]) -> None:
    relation = _target(walk, node.this, scope)
    names: list[str] = []
    if isinstance(node.this, exp.Schema):
        names = [fold(item, walk.engine) for item in node.this.expressions]
    elif relation is not None:
        names = [fold(column.name, walk.engine) for column in relation.visible]
    query = node.args.get("expression")
    if isinstance(query, exp.Expr):
        outputs = walk.query(query, scope.parent, ctes)
        for index, output in enumerate(outputs):
            walk.touch(output.flow)
            column = names[index] if index < len(names) else f"column {index + 1}"
            _record(walk, scope, relation, column, output.flow)
    _record_defaults(walk, scope, relation)
    conflict = node.args.get("conflict")
    if conflict is not None:
        _conflict(walk, conflict, scope, ctes, relation)


def _record_defaults(walk: Walk, scope: Scope, relation: Relation | None) -> None:
    """Note what the server puts by itself into columns that take no value: a function may read."""
    for stored in _with_those_below(walk, relation):
        for column in stored.columns:
            if "(" not in column.default:
                continue
            flow = default_flow(walk, column)
            if flow.sensitive:
                _record(walk, scope, stored, fold(column.name, walk.engine), flow)


def _with_those_below(walk: Walk, relation: Relation | None) -> Iterator[Relation]:
    """Give a relation, and what a view or a rule of it may be written through to."""
    pending, seen = [relation] if relation is not None else [], set[tuple[str, str]]()
    while pending:
        one = pending.pop()
        seen.add((one.schema, one.name))
        yield one
        code = "\n".join((one.definition, *one.rules)).casefold()
        if code.strip():
            pending += [
                other
                for key, other in walk.catalogue.relations.items()
                if key not in seen and other.name.casefold() in code
            ]


def _conflict(
    walk: Walk,
    conflict: exp.Expr,
    scope: Scope,
    ctes: dict[str, Cte],
    relation: Relation | None,
) -> None:
    target = scope.sources[0]
    own = Scope(
        parent=scope,
        sources=[Source(name="excluded", outputs=target.outputs, flow=target.flow)],
    )
    for pair in conflict.expressions:
        _assign_pair(walk, pair, own, ctes, relation)
    where = conflict.args.get("where")
    if where is not None:
        predicates.check(walk, where.this, own, ctes, clause="WHERE")


def _assign_pair(
    walk: Walk,
    pair: exp.Expr,
    scope: Scope,
    ctes: dict[str, Cte],
    relation: Relation | None,
) -> None:
    if not isinstance(pair, exp.EQ | exp.PropertyEQ):
        raise NotTracedError("an assignment that is not known")
    left, right = pair.this, pair.expression
    if isinstance(left, exp.Tuple | exp.Paren):
        items = left.expressions if isinstance(left, exp.Tuple) else [left.this]
        flow = walk.flow(right, scope, ctes)
        for item in items:
            _record(walk, scope, relation, fold(item.this, walk.engine), flow)
        return
    column = left
    while isinstance(column, exp.Bracket | exp.Dot):
        column = column.this
    flow = walk.flow(right, scope, ctes)
    owner = relation
    if isinstance(column, exp.Column) and walk.engine is Engine.MYSQL:
        owner = _owner(walk, column, scope) or relation
    _record(walk, scope, owner, fold(column.this, walk.engine), flow)


def _owner(walk: Walk, column: exp.Column, scope: Scope) -> Relation | None:
    """Find whose column a MySQL multi-table UPDATE sets."""
    if column.args.get("table") is not None:
        source = walk.row_of(column.args["table"], column.args.get("db"), scope)
        return source.relation if source is not None else None
    name = fold(column.this, walk.engine)
    owners = [source for source in scope.sources if source.has(name)]
    return owners[0].relation if len(owners) == 1 else None


def _update(walk: Walk, node: exp.Update, scope: Scope, ctes: dict[str, Cte]) -> None:
    relation = _target(walk, node.this, scope)
    clause = node.args.get("from_")
    if clause is not None:
        walk.add_from(clause.this, scope, ctes)
    where = node.args.get("where")
    for pair in node.expressions:
        _assign_pair(walk, pair, scope, ctes, relation)
    if any(column.name.casefold() == "default" for column in node.find_all(exp.Column)):
        _record_defaults(walk, scope, relation)
    if where is not None:
        predicates.check(walk, where.this, scope, ctes, clause="WHERE")


def _delete(walk: Walk, node: exp.Delete, scope: Scope, ctes: dict[str, Cte]) -> None:
    _target(walk, node.this, scope)
    for item in node.args.get("using") or []:
        walk.add_from(item, scope, ctes)
    where = node.args.get("where")
    if where is not None:
        predicates.check(walk, where.this, scope, ctes, clause="WHERE")


def _merge(walk: Walk, node: exp.Merge, scope: Scope, ctes: dict[str, Cte]) -> None:
    relation = _target(walk, node.this, scope)
    walk.add_from(node.args["using"], scope, ctes)
    predicates.check(walk, node.args["on"], scope, ctes, clause="JOIN")
    for when in node.args["whens"].expressions:
        condition = when.args.get("condition")
        if condition is not None:
            predicates.check(walk, condition, scope, ctes, clause="WHEN")
        _merge_action(walk, when.args.get("then"), scope, ctes, relation)
    _record_defaults(walk, scope, relation)


def _merge_action(
    walk: Walk,
    then: exp.Expr | None,
    scope: Scope,
    ctes: dict[str, Cte],
    relation: Relation | None,
) -> None:
    if isinstance(then, exp.Update):
        for pair in then.expressions:
            _assign_pair(walk, pair, scope, ctes, relation)
        return
    if not isinstance(then, exp.Insert):
        return
    names = [
        fold(item.this, walk.engine)
        for item in (then.this.expressions if isinstance(then.this, exp.Tuple) else [])
    ]
    if not names and relation is not None:
        names = [fold(column.name, walk.engine) for column in relation.visible]
    values = then.args.get("expression")
    cells = values.expressions if isinstance(values, exp.Tuple | exp.Values) else []
    for index, cell in enumerate(cells):
        column = names[index] if index < len(names) else f"column {index + 1}"
        _record(walk, scope, relation, column, walk.flow(cell, scope, ctes))


_USED = re.compile(r"@[`'\"]?([\w.$]+)")

# -- settings and structure ----------------------------------------------------------------------

_SETTING = re.compile(
    r"\s*show\s+(?:(?:session|global|local)\s+)?(?P<name>[\w.\"`]+|all)", re.IGNORECASE
)
_STRUCTURE = re.compile(
    r"\s*(?:describe|desc|explain|help|show\s+(?:(?:full|extended|global|session)\s+)*(?:tables|columns"
    r"|fields|databases|schemas|create\s+(?!user)|index|indexes|indices|keys|table\s+status"
    r"|triggers|procedure\s+status|function\s+status|events|engines|charset|character\s+set"
    r"|collation|plugins|privileges|open\s+tables|storage\s+engines|packages?|package\s+status"
    r"|sequences?))\b",
    re.IGNORECASE,
)
_RAW_SHOW = re.compile(
    r"\s*show\s+(?:(?:full\s+)?processlist|engine\b|binlog|relaylog|slave|replica|profile|user_stat"
    r"|client_stat|explain|authors|contributors)",
    re.IGNORECASE,
)


def _of_server(
    statement: Statement, catalogue: Catalogue, context: SessionContext
) -> Traced | None:
    """Trace what the server says of itself; None where rows are made of a tree."""
    match statement.output:
        case OutputKind.SETTING:
            return Traced(exposure=_setting(statement, context))
        case OutputKind.STRUCTURE:
            return Traced(exposure=_structure(statement, catalogue))
        case OutputKind.WORDS:
            return Traced(exposure=_words(statement, context))
        case _ if statement.head == "GET" and statement.is_understood:
            return _diagnosed(statement, context)
        case _:
            return None


def _setting(statement: Statement, context: SessionContext) -> Exposure:
    if _RAW_SHOW.match(statement.plain) or not statement.is_understood:
        return Exposure(columns=None, touches=frozenset({Sensitivity.UNPROVEN}))
    match = _SETTING.match(statement.plain)
    name = variable_key(match.group("name").strip('"`')) if match else ""
    tainted = frozenset().union(*context.variables.values()) if context.variables else frozenset()
    is_named = statement.engine is Engine.POSTGRESQL and name not in ("", "all")
    if is_named and not context.variables.get("*"):
        classes = context.variables.get(name)
        tainted = classes or frozenset()
        if classes is None and "." in name:
            tainted = frozenset({Sensitivity.UNPROVEN})
    if tainted:
        return Exposure(columns=None, touches=tainted)
    if shows_counters(statement) and "value" in condition_names(statement.plain, statement.engine):
        words = "WHERE on counters of the server, which count bytes that were masked"
        return Exposure(columns=(), touches=frozenset(), inference=(words,))
    return Exposure(columns=(), touches=frozenset())


def _words(statement: Statement, context: SessionContext) -> Exposure:
    is_told = _OF_STATEMENTS.match(statement.plain) is not None
    if is_told and context.told:
        return Exposure(columns=None, touches=context.told | {Sensitivity.UNPROVEN})
    return Exposure(columns=(), touches=frozenset())


_OF_STATEMENTS = re.compile(r"\s*show\s+(?:warnings|errors)\b", re.IGNORECASE)


def _structure(statement: Statement, catalogue: Catalogue) -> Exposure:
    if not statement.is_understood or not _STRUCTURE.match(statement.plain):
        return Exposure(columns=None, touches=frozenset({Sensitivity.UNPROVEN}))
    named = condition_names(statement.plain, statement.engine)
    if named & definitions.COUNTERS and definitions.counts_masked(catalogue):
        words = "WHERE on the next number of a counter, which tells the highest masked one"
        return Exposure(columns=(), touches=frozenset(), inference=(words,))
    asked = definitions.SHOWN & named
    if asked and definitions.are_telling(catalogue):
        words = f"WHERE on words of the schema ({min(asked)}), which quote masked values"
        return Exposure(columns=(), touches=frozenset(), inference=(words,))
    return Exposure(columns=(), touches=frozenset())
