"""What a planner computes of an expression before any row is known."""

from __future__ import annotations

from sqlglot import exp

from bastion.core.bodies import parse
from bastion.core.model import Engine


def has_constant_part(text: str) -> bool:
    """Tell whether an expression of PostgreSQL holds a computation that no column is part of.

    The planner runs these of the indexes, checks and partitions of each table that it looks at.
    """
    tree = parse(f"SELECT {text}", Engine.POSTGRESQL)
    return (
        not text
        or tree is None
        or any(
            node.find(exp.Column) is None and not _is_plain(node)
            for node in tree.find_all(exp.Func, exp.Binary, exp.Unary)
        )
    )


def _is_plain(node: exp.Expr) -> bool:
    """Tell whether a constant is a value as it is typed, with no code of users in it."""
    if isinstance(node, exp.Cast):
        return node.to.this is not exp.DataType.Type.USERDEFINED
    return isinstance(node, exp.Paren | exp.Neg | exp.Array | exp.Not)
