"""Which writes a window lets through: one row at a time, found by all columns of a unique key."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from bastion.core.bodies import parse
from bastion.core.catalogue import Catalogue, Relation
from bastion.core.effects import Statement
from bastion.core.exposure import Exposure
from bastion.core.flow import fold
from bastion.core.model import EffectClass
from bastion.core.setoff import sets_off

_EFFECTS = (
    frozenset({EffectClass.INSERT}),
    frozenset({EffectClass.UPDATE}),
    frozenset({EffectClass.DELETE}),
)


def single_row_table(statement: Statement, exposure: Exposure, catalogue: Catalogue) -> str:
    """Name the table of which a statement writes one row at most, ``schema.table``.

    Empty where it may do anything else: other tables, triggers, cascades, masked values moved or
    told, conditions that are no full key, or code that nobody examined.
    """
    if not statement.is_understood or exposure.inference or exposure.laundering:
        return ""
    effects = statement.effects - {EffectClass.READ}
    if effects not in _EFFECTS or statement.change is not None or len(statement.writes) != 1:
        return ""
    # A function that steps a sequence or unlinks an object has the effect of an update too.
    if statement.reasons:
        return ""
    (key,) = statement.writes
    relation = catalogue.relations.get(key)
    if relation is None or sets_off(relation, catalogue) or statement.reads - {key}:
        return ""
    tree = parse(statement.text, statement.engine)
    if tree is None or not _touches_one_row(tree, relation, catalogue):
        return ""
    return relation.qualified_name


def _touches_one_row(tree: exp.Expr, relation: Relation, catalogue: Catalogue) -> bool:
    if any(True for _ in tree.find_all(exp.Query)) or tree.args.get("with_") is not None:
        return False
    if isinstance(tree, exp.Insert):
        return _inserts_one_row(tree)
    if not isinstance(tree, exp.Update | exp.Delete):
        return False
    if any(tree.args.get(part) for part in ("from_", "using", "tables", "order", "limit")):
        return False
    where = tree.args.get("where")
    if where is None:
        return False
    compared = {fold(column, catalogue.engine) for column in _compared(where.this)}
    keys = [key for key in (relation.primary_key, *relation.unique_keys) if key]
    if isinstance(tree, exp.Update) and _sets_key(tree, relation, catalogue):
        return False
    return any(compared >= {_folded(name, catalogue) for name in key} for key in keys)


def _folded(name: str, catalogue: Catalogue) -> str:
    return fold(exp.to_identifier(name, quoted=True), catalogue.engine)


def _sets_key(tree: exp.Update, relation: Relation, catalogue: Catalogue) -> bool:
    """A row that takes another key leaves the one that was looked at."""
    keyed = {
        _folded(name, catalogue)
        for key in (relation.primary_key, *relation.unique_keys)
        for name in key
    }
    for pair in tree.expressions:
        column = pair.this
        if not isinstance(column, exp.Column) or fold(column.this, catalogue.engine) in keyed:
            return True
    return False


def _inserts_one_row(tree: exp.Insert) -> bool:
    values = tree.args.get("expression")
    if tree.args.get("conflict") is not None or tree.args.get("overwrite"):
        return False
    if not isinstance(values, exp.Values) or len(values.expressions) != 1:
        return False
    # REPLACE and INSERT IGNORE write, or leave, other rows than the one that is given.
    return not tree.args.get("ignore") and not tree.args.get("alternative")


def _compared(node: exp.Expr) -> Iterator[exp.Expr]:
    """Give the columns that must equal something typed."""
    inner = node.unnest()
    if isinstance(inner, exp.And):
        yield from _compared(inner.this)
        yield from _compared(inner.expression)
    elif isinstance(inner, exp.EQ):
        left, right = inner.this.unnest(), inner.expression.unnest()
        if isinstance(right, exp.Column):
            left, right = right, left
        typed = (exp.Literal, exp.Placeholder, exp.Parameter, exp.Neg)
        if isinstance(left, exp.Column) and isinstance(right, typed):
            yield left.this
