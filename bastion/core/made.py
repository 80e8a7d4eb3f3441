"""Relations that a session made, and what becomes of them: renamed, altered, made twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sqlglot import exp

from bastion.core.bodies import parse
from bastion.core.carry import ANY
from bastion.core.catalogue import Classification, Column, Relation
from bastion.core.context import SessionContext
from bastion.core.effects import Statement
from bastion.core.flow import fold
from bastion.core.head import NO_COLUMNS, Words, column_changes
from bastion.core.lexer import Kind, Token, lex, plain_unicode
from bastion.core.model import Engine, Sensitivity
from bastion.core.numbering import is_counting

_ADDED_COLUMN = Classification(
    sensitivity=None, evidence="added in this session to a table of its own"
)
_UNSURE = Classification(
    sensitivity=Sensitivity.UNPROVEN, evidence="its name stood for two relations of the session"
)


def either_relation(relation: Relation, before: Relation) -> Relation:
    """Give a relation that may be one or the other: a column has the class of both."""
    names = [column.name for column in relation.columns]
    if names == [column.name for column in before.columns]:
        columns = tuple(
            mine if mine.is_known_sensitive else other if other.sensitivity else mine
            for mine, other in zip(relation.columns, before.columns, strict=True)
        )
    else:
        unsure = [dataclasses.replace(one, classification=_UNSURE) for one in relation.columns]
        columns = tuple(
            column if column.is_known_sensitive else unclear
            for column, unclear in zip(relation.columns, unsure, strict=True)
        )
    return dataclasses.replace(
        relation,
        columns=columns,
        shares_rows=relation.shares_rows or before.shares_rows,
        may_act=relation.may_act or before.may_act,
        is_checked=relation.is_checked or before.is_checked,
        counter=relation.counter if relation.counter == before.counter else ANY,
        unique_keys=relation.unique_keys if relation.unique_keys == before.unique_keys else (),
    )


def altered(context: SessionContext, statement: Statement) -> SessionContext:
    """Give the context after ALTER, RENAME, or CREATE INDEX and the like on what the session made.

    Once altered, any of its columns may hold what another one held, under any name.
    """
    engine = statement.engine
    text = plain_unicode(statement.text) if engine is Engine.POSTGRESQL else statement.text
    tokens = [token for token in lex(text, engine).tokens if token.value != ";"]
    words = {token.value.casefold() for token in tokens if token.kind in _NAMES}
    is_new = bool(tokens) and tokens[0].value == "create"
    if is_new and words.isdisjoint(_ADDED):
        return context
    relations = dict(context.relations)
    for key, relation in context.relations.items():
        if relation.name.casefold() not in words:
            continue
        may_act = relation.may_act or not statement.is_temporary
        changed = dataclasses.replace(relation, may_act=may_act)
        if is_new:
            relations[key] = dataclasses.replace(changed, is_checked=True, unique_keys=())
            continue
        changed = _mixed(changed, is_keyed=not words.isdisjoint(_CHECKING))
        if engine is Engine.MYSQL and is_counting(text):
            changed = dataclasses.replace(changed, counter=ANY)
        if engine is Engine.POSTGRESQL and tokens[0].value == "alter":
            changed = _with_pg_columns(changed, Words(text, tuple(tokens), engine, ""), context)
        relations[key] = changed
        if engine is Engine.POSTGRESQL:
            relations |= _unread_views(relations)
        for name in _new_names(tokens, engine):
            other = dataclasses.replace(changed, name=name)
            before = relations.get((key[0], name))
            relations[key[0], name] = either_relation(other, before) if before else other
    if relations == dict(context.relations):
        return context
    return dataclasses.replace(context, relations=MappingProxyType(relations))


def with_columns(context: SessionContext, statement: Statement) -> SessionContext:
    """Give the context after MySQL's ALTER, CREATE INDEX or TRUNCATE of one temporary table.

    Where its new columns are not known, none are, which masks them all.
    """
    (key,) = statement.writes
    changed = dataclasses.replace(context.relations[key], is_checked=True, unique_keys=())
    if is_counting(statement.text):
        changed = dataclasses.replace(changed, counter=ANY)
    if statement.head == "ALTER":
        # A text that is cut is no longer known by what is in it.
        cut = tuple(map(_as_cut, changed.columns))
        tree = parse(statement.text, statement.engine)
        columns = _altered_columns(dataclasses.replace(changed, columns=cut), tree)
        changed = _mixed(dataclasses.replace(changed, columns=columns or cut), is_keyed=True)
        if columns is None and all(one.sensitivity is None for one in cut):
            changed = dataclasses.replace(changed, columns=())
    relations = {**context.relations, key: changed}
    return dataclasses.replace(context, relations=MappingProxyType(relations))


def _as_cut(column: Column) -> Column:
    embedded = column.classification.embedded
    if embedded is None or column.sensitivity is not None:
        return column
    found = dataclasses.replace(column.classification, sensitivity=embedded)
    return dataclasses.replace(column, classification=found)


def _altered_columns(relation: Relation, tree: exp.Expr | None) -> tuple[Column, ...] | None:
    """Give the columns after ADD, DROP, MODIFY and the like; None where any part is not known."""
    columns = {fold(column.name, Engine.MYSQL): column for column in relation.columns}
    actions = tree.args.get("actions") if isinstance(tree, exp.Alter) else None
    for action in actions or [None]:
        if isinstance(action, exp.ColumnDef):
            columns = _placed(columns, _name(action), _name(action), action)
        elif isinstance(action, exp.ModifyColumn):
            before = action.args.get("rename_from") or action.this.this
            columns = _placed(columns, fold(before, Engine.MYSQL), _name(action.this), action.this)
        elif isinstance(action, exp.RenameColumn):
            columns = _placed(columns, _name(action), fold(action.args["to"].this, Engine.MYSQL))
        elif isinstance(action, exp.Drop) and action.args.get("kind") == "COLUMN":
            for dropped in action.args.get("tables") or []:
                columns.pop(fold(dropped.this, Engine.MYSQL), None)
        elif not isinstance(action, exp.AddConstraint) and not _drops_key(action):
            return None
    return tuple(columns.values())


def _name(action: exp.Expr) -> str:
    named = action.this
    return fold(named.this if isinstance(named, exp.Column) else named, Engine.MYSQL)


def _drops_key(action: exp.Expr | None) -> bool:
    return isinstance(action, exp.Drop) and action.args.get("kind") in {"INDEX", "KEY"}


def _placed(
    columns: dict[str, Column], before: str, name: str, definition: exp.Expr | None = None
) -> dict[str, Column]:
    """Put a column, new or renamed, where it stands, or where FIRST and AFTER say."""
    position = definition.args.get("position") if definition is not None else None
    new = Column(name=name, type_name="", classification=_ADDED_COLUMN, number=len(columns) + 1)
    column = dataclasses.replace(columns.get(before, new), name=name)
    if position is None:
        renamed = {name if key == before else key: one for key, one in columns.items()}
        return {**renamed, name: column}
    others = [(key, one) for key, one in columns.items() if key != before]
    after = fold(position.this.this, Engine.MYSQL) if position.this is not None else ""
    place = next((index for index, (key, _) in enumerate(others, 1) if key == after), 0)
    return dict([*others[:place], (name, column), *others[place:]])


def _with_pg_columns(relation: Relation, words: Words, context: SessionContext) -> Relation:
    """Add, drop and rename the columns of a relation that took nothing but harmless values.

    None are known any more where it may do anything else with them.
    """
    schema, target, start = words.name(words.skip(2, "if", "exists", "only"))
    columns = {column.name: column for column in relation.columns}
    if not relation.columns or any(column.sensitivity for column in relation.columns):
        return relation
    if words.at(1) == "table" and target != relation.name:
        return relation
    is_plain = words.at(1) == "table" and schema in {None, relation.schema}
    if not is_plain or context.in_transaction or not _is_plain_change(words, start):
        # A rollback brings the old ones back, and then nobody knows which names are whose.
        return dataclasses.replace(relation, columns=())
    if words.at(start) == "rename" and words.at(start + 1) != "to":
        place = start + 1 + (words.at(start + 1) == "column")
        before, after = words.name(place)[1], words.name(place + 2)[1]
        columns = {
            after if name == before else name: dataclasses.replace(
                one, name=after if name == before else name
            )
            for name, one in columns.items()
        }
    for first, end in column_changes(words, start):
        place = first + 1 + (words.at(first + 1) == "column")
        name = words.name(place)[1]
        if words.at(first) == "drop":
            columns.pop(name, None)
        elif words.at(first) == "add" and words.at(place) not in NO_COLUMNS:
            default = words.find("default", start=place)
            columns[name] = Column(
                name=name,
                type_name="",
                classification=_ADDED_COLUMN,
                number=len(columns) + 1,
                default=words.between(default + 1, end) if 0 <= default < end else "",
            )
    return dataclasses.replace(relation, columns=tuple(columns.values()))


def _is_plain_change(words: Words, start: int) -> bool:
    """Tell whether ALTER TABLE renames, drops or adds what keeps to itself, or adds a constraint.

    What a column is computed from, or a setting gives it by default, may be masked later.
    """
    if words.at(start) == "rename":
        return True
    for first, _ in column_changes(words, start):
        place = first + 1 + (words.at(first + 1) == "column")
        if words.at(first) not in {"add", "drop"} or words.at(place) in {"if", "not"}:
            return False
    written = {token.value.casefold() for token in words.tokens[start:]}
    return written.isdisjoint({"generated", "current_setting"})


def _unread_views(
    relations: Mapping[tuple[str, str], Relation],
) -> dict[tuple[str, str], Relation]:
    """Forget what the views of a session read: by other names now than their texts say."""
    return {
        key: dataclasses.replace(one, columns=(), definition="")
        for key, one in relations.items()
        if one.definition
    }


def _mixed(relation: Relation, *, is_keyed: bool) -> Relation:
    is_checked = relation.is_checked or is_keyed
    relation = dataclasses.replace(relation, is_checked=is_checked, unique_keys=())
    telling = [column.classification for column in relation.columns if column.sensitivity]
    if not telling:
        return relation
    known = {found.sensitivity for found in telling} - {Sensitivity.UNPROVEN}
    chosen = known.pop() if len(known) == 1 else Sensitivity.SECRET if known else None
    found = Classification(
        sensitivity=chosen or Sensitivity.UNPROVEN,
        evidence="of a relation that was altered after it took masked values",
    )
    columns = tuple(
        dataclasses.replace(column, classification=found) for column in relation.columns
    )
    return dataclasses.replace(relation, columns=columns)


def _new_names(tokens: list[Token], engine: Engine) -> Iterator[str]:
    """Give the names behind RENAME TO, as far as they name relations."""
    values = [token.value.casefold() if token.kind in _NAMES else "" for token in tokens]
    if "rename" not in values:
        return
    following = values[values.index("rename") + 1 :]
    if engine is Engine.POSTGRESQL and following[:1] != ["to"]:
        # There it is a column's, which may be called like a relation.
        return
    for place in range(values.index("rename") + 1, len(tokens)):
        is_name = tokens[place].kind in _NAMES and values[place] not in _NO_NAMES
        is_last = tokens[place + 1].value != "." if place + 1 < len(tokens) else True
        if is_name and is_last:
            yield tokens[place].value


def is_checked(tree: exp.Expr | None) -> bool:
    """Tell whether a table that is made refuses, or recodes, some values of a column."""
    if not isinstance(tree, exp.Create):
        return True
    schema = tree.this
    if not isinstance(schema, exp.Schema):
        return tree.find(exp.PartitionedByProperty) is not None
    for item in schema.expressions:
        if isinstance(item, exp.Identifier):
            continue
        if not isinstance(item, exp.ColumnDef):
            return True
        kind = item.args.get("kind")
        if kind is None or (isinstance(kind, exp.DataType) and kind.this in CHOOSING):
            return True
        kinds = (constraint.kind for constraint in item.args.get("constraints") or [])
        if any(not isinstance(kind, FREE) for kind in kinds):
            return True
    return tree.find(exp.PartitionedByProperty) is not None


_NAMES = frozenset({Kind.WORD, Kind.QUOTED})
_NO_NAMES = frozenset({"to", "as", "column", "constraint", "index", "key", "table"})
_ADDED = frozenset({"index", "trigger", "rule", "policy"})
_CHECKING = frozenset(
    {"unique", "primary", "check", "exclude", "key", "modify", "change", "type", "constraint"}
    | {"generated"}
)
CHOOSING = (exp.DType.USERDEFINED, exp.DType.ENUM, exp.DType.SET)
FREE = (
    exp.NotNullColumnConstraint,
    exp.DefaultColumnConstraint,
    exp.CollateColumnConstraint,
    exp.CharacterSetColumnConstraint,
    exp.CommentColumnConstraint,
)
