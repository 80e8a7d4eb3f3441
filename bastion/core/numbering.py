"""Counters that give the next number: AUTO_INCREMENT, sequences, ``last_insert_id``.

Whoever asks for the next number learns the highest one that went in. No class travels with a
counter, so that nothing sensitive may go into one, whoever asks and whoever says yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from bastion.core.bodies import parse
from bastion.core.carry import ANY
from bastion.core.catalogue import Catalogue, Relation
from bastion.core.context import SessionContext
from bastion.core.effects import Statement
from bastion.core.flow import Flow, Output, fold
from bastion.core.lexer import lex
from bastion.core.model import Engine
from bastion.core.predicates import note_counter
from bastion.core.walker import Walker

SETTINGS = frozenset({"last_insert_id", "insert_id", "identity"})
"""Of MySQL: what a session gives for the last, or takes for the next number."""
_WORDS = frozenset({"auto_increment", "serial"})


def note_written(walk: Walker, column: str, flow: Flow, relations: Iterable[Relation]) -> None:
    """Note a value that goes into the column that counts.

    Args:
        relations: the written one, and what a view may be written through to, where the column may
            have another name.
    """
    for one in relations:
        known = {fold(item.name, walk.engine) for item in one.columns}
        is_hers = one.counter in {column, ANY} or column not in known
        if one.counter and is_hers:
            note_counter(walk, f"the counter of {one.name}", flow)


def note_made(walk: Walker, statement: Statement, outputs: Iterable[Output]) -> None:
    """Note what the counter of a new table takes of the query that fills it."""
    counter = made_by(statement)
    for output in outputs if counter else ():
        if counter == ANY or output.name in {counter, None}:
            note_counter(walk, "the counter of a new table", output.flow)


def made_by(statement: Statement) -> str:
    """Name the column that counts in the table that a statement of MySQL makes; else empty."""
    text = statement.resolved or statement.text
    if statement.engine is not Engine.MYSQL:
        return ""
    if _is_like_another(statement):
        return ANY
    if not is_counting(text):
        return ""
    tree = parse(text, statement.engine)
    schema = tree.this if isinstance(tree, exp.Create) else None
    listed = schema.expressions if isinstance(schema, exp.Schema) else []
    counting = (item for item in listed if isinstance(item, exp.ColumnDef) and _counts(item))
    return next((fold(item.this, statement.engine) for item in counting), ANY)


def is_counting(text: str) -> bool:
    """Tell whether a text of MySQL makes a column count."""
    words = [token.value.casefold() for token in lex(text, Engine.MYSQL).tokens]
    # ``AUTO_INCREMENT = 100`` says where to go on from, and of which column it is not.
    return any(
        word in _WORDS and following != "=" and not following.isdigit()
        for word, following in zip(words, [*words[1:], ""], strict=True)
    )


def _is_like_another(statement: Statement) -> bool:
    """Tell whether a table is made like another of the session, and may count as that does."""
    change = statement.change
    if change is None or change.statement is not None:
        return False
    return any(token.value == "like" for token in lex(statement.text, Engine.MYSQL).tokens)


def altered_into(
    statement: Statement, catalogue: Catalogue, context: SessionContext
) -> tuple[str, ...]:
    """Tell, in words, which masked columns an ALTER of MySQL may let count."""
    text = statement.resolved or statement.text
    if statement.engine is not Engine.MYSQL or "alter" not in text.casefold():
        return ()
    if not is_counting(text):
        return ()
    named = {fold(token.value, Engine.MYSQL) for token in lex(text, Engine.MYSQL).tokens}
    held: tuple[Mapping[tuple[str, str], Relation], ...] = (context.relations, catalogue.relations)
    relations = [one[key] for key in statement.writes for one in held if key in one]
    return tuple(
        f"the counter of {relation.name} takes {relation.name}.{column.name}"
        for relation in relations
        for column in relation.columns
        if column.is_known_sensitive and fold(column.name, Engine.MYSQL) in named
    )


def _counts(item: exp.ColumnDef) -> bool:
    kinds = [constraint.kind for constraint in item.args.get("constraints") or []]
    is_marked = any(isinstance(kind, exp.AutoIncrementColumnConstraint) for kind in kinds)
    return is_marked or item.args["kind"].this is exp.DType.SERIAL
