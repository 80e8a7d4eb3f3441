"""Carry the classes of values along what a session makes: relations, variables, names.

``advance`` runs after a statement succeeded. It errs towards more classes: what is rolled back
keeps them, and after anything not understood everything made in the session is unproven.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType

from sqlglot import exp

from bastion.core import numbering
from bastion.core.bodies import parse
from bastion.core.catalogue import Catalogue, Classification, Column, Relation, RelationKind
from bastion.core.context import SessionContext
from bastion.core.effects import ChangeKind, OutputKind, SessionChange, Statement
from bastion.core.exposure import Exposure
from bastion.core.flow import Flow, Output, fold, variable_key
from bastion.core.limits import LOCAL
from bastion.core.lineage import Traced, trace_fully
from bastion.core.made import CHOOSING, FREE, altered, either_relation, is_checked, with_columns
from bastion.core.model import EffectClass, Engine, Sensitivity
from bastion.core.temporary import (
    WITH_DEFAULTS,
    copied,
    restructures,
    taken_after,
    takes,
    without_like,
)

_HARMLESS = Classification(sensitivity=None, evidence="made in this session of harmless values")
_UNPROVEN = Classification(
    sensitivity=Sensitivity.UNPROVEN, evidence="made in this session in a way not understood"
)
_UNPROVEN_CLASS = frozenset({Sensitivity.UNPROVEN})


def advance(
    context: SessionContext, statement: Statement, exposure: Exposure, *, catalogue: Catalogue
) -> SessionContext:
    """Give the session's context after a statement that succeeded."""
    if statement.sent:
        statement = dataclasses.replace(statement, text=statement.sent)
    if context.in_transaction and _restructures(statement):
        context = dataclasses.replace(context, has_restructured=True)
    if exposure.told or statement.reads:
        # The server forgets older warnings when a statement opens a table.
        told = exposure.told and (context.told | exposure.told)
        context = dataclasses.replace(context, told=told)
    if not statement.is_understood:
        return _distrust(context)
    if statement.is_temporary and statement.engine is Engine.MYSQL:
        context = _of_own_tables(context, statement)
    if not _may_change(statement):
        return context
    traced = trace_fully(statement, catalogue=catalogue, context=context)
    context = _with_variables(context, statement, traced)
    context = _with_writes(context, traced, catalogue)
    if statement.head in ("ALTER", "RENAME", "CREATE") and context.relations:
        context = altered(context, statement)
    if statement.change is not None:
        change = statement.change
        if change.kind is ChangeKind.DECLARE:
            change = _with_exposure(change, statement, catalogue, context)
        context = _with_change(context, change, statement, traced, catalogue)
    return context


def _of_own_tables(context: SessionContext, statement: Statement) -> SessionContext:
    """Apply what MySQL's DROP, ALTER and the like do to the session's own tables."""
    if restructures(statement.text):
        return with_columns(context, statement)
    if statement.head != "DROP":
        return context
    kept = {k: one for k, one in context.relations.items() if k not in statement.writes}
    return dataclasses.replace(context, relations=MappingProxyType(kept))


def _with_exposure(
    change: SessionChange, statement: Statement, catalogue: Catalogue, context: SessionContext
) -> SessionChange:
    """Keep what a cursor can show: its rows are chosen now, whatever the names mean later."""
    cursor = change.statement or statement
    query = dataclasses.replace(cursor, output=OutputKind.TREE)
    exposed = trace_fully(query, catalogue=catalogue, context=context).exposure
    return dataclasses.replace(change, statement=dataclasses.replace(cursor, exposed=exposed))


def _restructures(statement: Statement) -> bool:
    """Tell whether names may stand for other columns now; what it makes itself is tracked."""
    is_tracked = statement.change is not None and statement.change.kind is ChangeKind.RELATION
    return not is_tracked and bool(statement.effects & _RESTRUCTURING)


_RESTRUCTURING = frozenset({EffectClass.DDL, EffectClass.DROP, EffectClass.UNKNOWN})


def _may_change(statement: Statement) -> bool:
    """Most reads change nothing; those that assign variables are told by their text."""
    if statement.change is not None or statement.effects != {EffectClass.READ}:
        return True
    text = statement.text.casefold()
    return "set_config" in text or (statement.engine is Engine.MYSQL and "@" in text)


def _distrust(context: SessionContext) -> SessionContext:
    """Code that was not understood may have changed anything that the session made."""
    relations = {
        key: dataclasses.replace(
            relation,
            may_act=True,
            columns=tuple(
                dataclasses.replace(column, classification=_UNPROVEN)
                if column.sensitivity is None
                else column
                for column in relation.columns
            ),
        )
        for key, relation in context.relations.items()
    }
    variables = {name: classes | _UNPROVEN_CLASS for name, classes in context.variables.items()}
    variables["*"] = _UNPROVEN_CLASS
    return dataclasses.replace(
        context,
        prepared=MappingProxyType({}),
        cursors=MappingProxyType({}),
        relations=MappingProxyType(relations),
        variables=MappingProxyType(variables),
    )


def _with_variables(
    context: SessionContext, statement: Statement, traced: Traced
) -> SessionContext:
    variables = dict(context.variables)
    change = statement.change
    is_variable = change is not None and change.kind is ChangeKind.SET and change.name[:1] == "@"
    if is_variable and not traced.assigned:
        # Which ones take what was not seen, nobody knows: any of them may.
        variables = {name: classes | _UNPROVEN_CLASS for name, classes in variables.items()}
        variables["*"] = _UNPROVEN_CLASS
        return dataclasses.replace(context, variables=MappingProxyType(variables))
    if not traced.assigned:
        return context
    for name, flow in traced.assigned.items():
        # A setting is shown as it is, and nobody looks at its form.
        classes = _classes(flow) | flow.embedded
        # A rollback brings an earlier value of a PostgreSQL setting back: classes only add up.
        if statement.engine is Engine.POSTGRESQL:
            classes |= variables.get(name, frozenset())
        variables[name] = classes
    return dataclasses.replace(context, variables=MappingProxyType(variables))


def _with_writes(context: SessionContext, traced: Traced, catalogue: Catalogue) -> SessionContext:
    relations = dict(context.relations)
    for key, columns in traced.written.items():
        relation = relations.get(key) or catalogue.relations.get(key)
        if relation is None or relation.kind is RelationKind.SYSTEM:
            continue
        updated = _tainted(relation, columns, catalogue.engine)
        if updated is not relation:
            relations[key] = updated
    if relations == dict(context.relations):
        return context
    return dataclasses.replace(context, relations=MappingProxyType(relations))


def _tainted(relation: Relation, written: Mapping[str, Flow], engine: Engine) -> Relation:
    columns = []
    has_changed = False
    for column in relation.columns:
        flow = written.get(fold(column.name, engine))
        classes = _classes(flow) if flow is not None else frozenset()
        embedded = flow.embedded if flow is not None else frozenset()
        if column.sensitivity is None and (classes or embedded):
            has_changed = True
            tainted = dataclasses.replace(column, classification=_classification(classes, embedded))
            columns.append(tainted)
        else:
            columns.append(column)
    if not has_changed:
        return relation
    return dataclasses.replace(relation, columns=tuple(columns))


def _with_change(
    context: SessionContext,
    change: SessionChange,
    statement: Statement,
    traced: Traced,
    catalogue: Catalogue,
) -> SessionContext:
    match change.kind:
        case ChangeKind.BEGIN:
            context = dataclasses.replace(context, in_transaction=True)
        case ChangeKind.COMMIT | ChangeKind.ROLLBACK:
            context = dataclasses.replace(
                context,
                in_transaction=False,
                has_restructured=False,
                cursors=_held_cursors(context),
                settings=tuple(one for one in context.settings if not one[0].startswith(LOCAL)),
            )
        case ChangeKind.SAVEPOINT:
            pass
        case ChangeKind.PREPARE | ChangeKind.DEALLOCATE:
            prepared = _changed_names(context.prepared, change, ChangeKind.PREPARE)
            context = dataclasses.replace(context, prepared=prepared)
        case ChangeKind.DECLARE | ChangeKind.CLOSE:
            context = _with_cursors(context, change, statement)
        case ChangeKind.DISCARD:
            context = SessionContext(
                in_transaction=context.in_transaction,
                variables=context.variables,
                settings=() if change.name == "all" else context.settings,
            )
        case ChangeKind.RESET:
            context = dataclasses.replace(context, settings=())
        case ChangeKind.SET:
            context = _with_setting(context, change)
        case ChangeKind.RELATION:
            context = _with_relation(context, change, statement, traced, catalogue)
    return context


def _changed_names(
    names: Mapping[str, Statement], change: SessionChange, adds: ChangeKind
) -> Mapping[str, Statement]:
    changed = dict(names)
    if change.kind is adds and change.statement is not None:
        changed[change.name] = change.statement
    elif change.name:
        changed.pop(change.name, None)
    else:
        changed.clear()
    return MappingProxyType(changed)


def _with_cursors(
    context: SessionContext, change: SessionChange, statement: Statement
) -> SessionContext:
    cursor = change
    if change.kind is ChangeKind.DECLARE and change.statement is None and statement.tree:
        cursor = dataclasses.replace(change, statement=statement)
    if cursor.statement is not None and " hold" in statement.text.casefold():
        kept = dataclasses.replace(cursor.statement, change=change)
        cursor = dataclasses.replace(cursor, statement=kept)
    cursors = _changed_names(context.cursors, cursor, ChangeKind.DECLARE)
    return dataclasses.replace(context, cursors=cursors)


def _held_cursors(context: SessionContext) -> Mapping[str, Statement]:
    """Keep cursors WITH HOLD; a cursor's own change marks them."""
    held = {
        name: cursor
        for name, cursor in context.cursors.items()
        if cursor.change is not None and cursor.change.kind is ChangeKind.DECLARE
    }
    return MappingProxyType(held)


def _with_setting(context: SessionContext, change: SessionChange) -> SessionContext:
    if not change.name or change.name.startswith("@"):
        return context
    settings, variables = dict(context.settings), dict(context.variables)
    for written, value in ((change.name, change.value), *change.settings):
        name = variable_key(written)
        if value.strip().casefold() in ("", "default"):
            settings.pop(name, None)
        else:
            settings[name] = value
        variables.setdefault(name, frozenset())
    return dataclasses.replace(
        context,
        settings=tuple(sorted(settings.items())),
        variables=MappingProxyType(variables),
    )


def _with_relation(
    context: SessionContext,
    change: SessionChange,
    statement: Statement,
    traced: Traced,
    catalogue: Catalogue,
) -> SessionContext:
    # PostgreSQL gives no meaning to the word.
    text = _SCOPE.sub(lambda word: f"{word[1]}{' ' * len(word[2])}", statement.text)
    tree = parse(text, statement.engine)
    columns = _made_columns(statement, tree, traced)
    find = copied if statement.engine is Engine.MYSQL else taken_after
    is_pg = statement.engine is Engine.POSTGRESQL
    # What comes along with the columns was judged where it is one of the session's own.
    is_known = statement.is_temporary if is_pg else change.is_temporary
    source = find(statement.text, catalogue, context.relations) if is_known else None
    if source is not None:
        has_defaults = is_pg and not WITH_DEFAULTS.isdisjoint(takes(statement.text))
        columns = tuple(
            dataclasses.replace(
                column, classification=_HARMLESS, default=column.default if has_defaults else ""
            )
            for column in source.columns
        )
        if is_pg:
            added = parse(without_like(text), statement.engine)
            columns = (*columns, *_added_columns(added, statement.engine))
    is_view = isinstance(tree, exp.Create) and str(tree.args.get("kind")).upper() == "VIEW"
    query = change.statement
    relation = Relation(
        schema=change.schema,
        name=change.name,
        kind=RelationKind.VIEW if is_view else RelationKind.TABLE,
        columns=columns,
        definition=query.text if is_view and query is not None else "",
        is_temporary=change.is_temporary,
        may_act=not statement.is_temporary,
        unique_keys=() if is_view else _keys(tree, statement.engine),
        counter=source.counter if source is not None else numbering.made_by(statement),
        storage_engine=_storage_engine(tree),
        shares_rows=not is_view and _SHARES_ROWS.search(statement.text) is not None,
        is_checked=not is_view and is_checked(tree),
    )
    relations = dict(context.relations)
    before = relations.get((change.schema, change.name))
    # It may have been there already, or a rollback may bring back what it was.
    if before is not None and (context.in_transaction or _IF_NEW.match(statement.text)):
        relation = either_relation(relation, before)
    relations[(change.schema, change.name)] = relation
    return dataclasses.replace(context, relations=MappingProxyType(relations))


def _storage_engine(tree: exp.Expr | None) -> str:
    found = tree.find(exp.EngineProperty) if isinstance(tree, exp.Create) else None
    return found.this.name if found is not None else ""


_SCOPE = re.compile(r"\A(\s*create\s+)(local|global)(?=\s+temp(?:orary)?\s)", re.IGNORECASE)
_SHARES_ROWS = re.compile(r"\binherits\b|\bpartition\s+of\b", re.IGNORECASE)
_IF_NEW = re.compile(r"\s*create\b[^(]*?\bif\s+not\s+exists\b", re.IGNORECASE)


def _added_columns(tree: exp.Expr | None, engine: Engine) -> tuple[Column, ...]:
    """Name the columns that stand behind those that LIKE takes; what reads settings stays out."""
    schema = tree.this if isinstance(tree, exp.Create) else None
    listed = schema.expressions if isinstance(schema, exp.Schema) else []
    return tuple(
        dataclasses.replace(
            _column(fold(item.this, engine), _HARMLESS, index), default=_default(item, engine)
        )
        for index, item in enumerate(listed, start=1)
        if isinstance(item, exp.ColumnDef) and _is_plain_definition(item)
    )


def _made_columns(
    statement: Statement, tree: exp.Expr | None, traced: Traced
) -> tuple[Column, ...]:
    """Name and classify the columns; none at all where they are not known, which masks them."""
    engine = statement.engine
    schema = tree.this if isinstance(tree, exp.Create) else None
    listed = schema.expressions if isinstance(schema, exp.Schema) else []
    outputs = traced.outputs
    has_query = statement.change is not None and statement.change.statement is not None
    if not has_query:
        if not listed or not all(_is_plain_definition(item) for item in listed):
            return ()
        return tuple(
            dataclasses.replace(
                _column(fold(item.this, engine), _HARMLESS, index), default=_default(item, engine)
            )
            for index, item in enumerate(listed, start=1)
            if isinstance(item, exp.ColumnDef)
        )
    if outputs is None:
        return ()
    names = [fold(getattr(item, "this", item), engine) for item in listed]
    if engine is Engine.MYSQL:
        found = [output.name for output in outputs]
        # Beside those of the query: empty, or computed from them.
        extra = [
            Output(name=name, flow=Flow(is_proven=_is_plain_definition(item)))
            for name, item in zip(names, listed, strict=True)
            if name not in found
        ]
        # A column that is declared may be too short for the texts that the query gives it.
        cut = tuple(_cut(output) if output.name in names else output for output in outputs)
        return _output_columns((*extra, *cut), [])
    if len(names) > len(outputs):
        return ()
    return _output_columns(outputs, names)


def _output_columns(outputs: tuple[Output, ...], names: list[str]) -> tuple[Column, ...]:
    columns = []
    for index, output in enumerate(outputs):
        name = names[index] if index < len(names) else output.name
        columns.append(
            _column(
                name or f"?column {index}?",
                _classification(_classes(output.flow), output.flow.embedded),
                index + 1,
            )
        )
    return tuple(columns)


def _cut(output: Output) -> Output:
    flow = output.flow
    return dataclasses.replace(output, flow=dataclasses.replace(flow, spoiled=flow.embedded))


def _keys(tree: exp.Expr | None, engine: Engine) -> tuple[tuple[str, ...], ...]:
    """Give the keys of a table that is made; none where it may refuse values for more than them."""
    schema = tree.this if isinstance(tree, exp.Create) else None
    if not isinstance(schema, exp.Schema):
        return ()
    found: list[tuple[str, ...]] = []
    for item in schema.expressions:
        if not isinstance(item, exp.ColumnDef):
            if isinstance(item, _UNIQUE):
                found.append(tuple(fold(one, engine) for one in item.find_all(exp.Identifier)))
            elif not isinstance(item, exp.IndexColumnConstraint):
                return ()
            continue
        kind = item.args.get("kind")
        if not isinstance(kind, exp.DataType) or kind.this in CHOOSING:
            return ()
        kinds = [constraint.kind for constraint in item.args.get("constraints") or []]
        if any(isinstance(kind, _UNIQUE) for kind in kinds):
            found.append((fold(item.this, engine),))
        if not all(isinstance(kind, (*_UNIQUE, *_NUMBERED, *FREE)) for kind in kinds):
            return ()
    return tuple(found)


_NUMBERED = (exp.AutoIncrementColumnConstraint, exp.GeneratedAsIdentityColumnConstraint)
_UNIQUE = (exp.PrimaryKey, exp.PrimaryKeyColumnConstraint, exp.UniqueColumnConstraint)


def _reads_elsewhere(kind: exp.Expr | None) -> bool:
    """Tell whether a default takes what a setting holds or, at MySQL, another column."""
    if not isinstance(kind, exp.DefaultColumnConstraint):
        return False
    if kind.find(exp.Column) is not None:
        return True
    calls = kind.find_all(exp.Anonymous, exp.Parameter, exp.SessionParameter)
    return any(
        not isinstance(call, exp.Anonymous) or call.name.casefold() == "current_setting"
        for call in calls
    )


def _default(item: exp.ColumnDef, engine: Engine) -> str:
    kinds = (constraint.kind for constraint in item.args.get("constraints") or [])
    found = next((kind for kind in kinds if isinstance(kind, exp.DefaultColumnConstraint)), None)
    return "" if found is None else found.this.sql(dialect=engine.value)


_KEYS = (
    exp.PrimaryKey, exp.UniqueColumnConstraint, exp.Constraint, exp.IndexColumnConstraint,
    exp.CheckColumnConstraint,
)  # fmt: skip


def _is_plain_definition(item: exp.Expr) -> bool:
    if isinstance(item, exp.ColumnDef):
        kinds = [constraint.kind for constraint in item.args.get("constraints") or []]
        return not any(
            isinstance(kind, exp.ComputedColumnConstraint) or _reads_elsewhere(kind)
            for kind in kinds
        )
    return isinstance(item, _KEYS)


def _column(name: str, classification: Classification, number: int) -> Column:
    return Column(name=name, type_name="", classification=classification, number=number)


def _classes(flow: Flow) -> frozenset[Sensitivity]:
    classes = flow.stored
    return classes if flow.is_proven else classes | _UNPROVEN_CLASS


def _classification(
    classes: frozenset[Sensitivity], embedded: frozenset[Sensitivity] = frozenset()
) -> Classification:
    if not classes:
        found = min(embedded, key=lambda item: item.value, default=None)
        return dataclasses.replace(_HARMLESS, embedded=found) if found else _HARMLESS
    known = sorted(classes - _UNPROVEN_CLASS, key=lambda item: item.value)
    if not known:
        return _UNPROVEN
    # Several classes in one column: none of their partial styles may show a part of another.
    sensitivity = known[0] if len(classes) == 1 else Sensitivity.SECRET
    words = ", ".join(item.value for item in known)
    return Classification(sensitivity=sensitivity, evidence=f"filled in this session from {words}")
