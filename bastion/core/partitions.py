"""Partitions: the one in which a row lies tells its key, as a condition on the key would.

So to name one (``FROM t PARTITION (p)``, a partition of PostgreSQL by its own name) is a condition,
and ``tableoid`` is a value of the key. Which one a plan goes into tells what it compares the key
with. So it is with heirs that a check of their own tells apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from bastion.core.catalogue import Relation
from bastion.core.flow import HARMLESS, Flow, FlowKind, join
from bastion.core.model import Engine
from bastion.core.walker import Walker

PLACES = frozenset({"tableoid", "ctid"})
"""Columns of PostgreSQL's own that tell in which partition a row lies."""


def check_choice(walk: Walker, node: exp.Table, relation: Relation) -> None:
    """Look at a relation in FROM that is, or names, a part of one that a masked column parts."""
    if not (relation.partition_keys or relation.parents or relation.children):
        return
    walk.parting |= place(walk, relation).columns
    is_named = node.args.get("partition") is not None
    chosen = join([_keys(one) for one in (*_above(walk, relation), *[relation] * is_named)])
    if chosen.sensitive:
        walk.inference[f"the choice of a partition of {relation.name} on {chosen.words}"] = None


def check_plan(walk: Walker, *, is_run: bool) -> None:
    """Look at a plan: which partitions it reads tells what their key is compared with.

    Args:
        is_run: PostgreSQL then says how many rows came out of each, which tells where they lie.
    """
    counts_each = is_run and walk.engine is Engine.POSTGRESQL
    told = sorted(walk.parting if counts_each else walk.parting & walk.joined)
    if told:
        walk.inference[f"a plan that tells partitions, on {', '.join(told)}"] = None


def place(walk: Walker, relation: Relation) -> Flow:
    """Give what ``tableoid`` of a relation carries: the keys that part it, down to the last."""
    below = (walk.catalogue.relations.get(key) for key in relation.children)
    return join([HARMLESS, _keys(relation), *(_keys(one) for one in below if one is not None)])


def _above(walk: Walker, relation: Relation) -> Iterator[Relation]:
    for key in relation.parents:
        parent = walk.catalogue.relations.get(key)
        if parent is not None:
            yield parent
            yield from _above(walk, parent)


def _keys(relation: Relation) -> Flow:
    """Give what the columns carry by which a relation parts its rows."""
    columns = [one for one in relation.columns if one.name in relation.partition_keys]
    masked = [one for one in columns if one.sensitivity is not None]
    if not masked:
        return HARMLESS
    labels = frozenset(f"{relation.name}.{one.name}" for one in masked if one.is_known_sensitive)
    return Flow(
        classes=frozenset(one.sensitivity for one in masked if one.sensitivity is not None),
        reason=f"tells by which value of {', '.join(sorted(labels)) or 'a column'} it was parted",
        kind=FlowKind.COMPUTED,
        columns=labels,
    )
