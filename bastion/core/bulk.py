"""How much room values take tells how long they are, and ``replace`` makes any question of that.

Of what is stored that is an average over rows. A session's own table holds what the session put
there: one person's value twenty thousand times, or a letter of it stretched.
"""

from __future__ import annotations

from sqlglot import exp

from bastion.core.builtins import names
from bastion.core.catalogue import Relation
from bastion.core.flow import HARMLESS, Flow, join
from bastion.core.model import Engine
from bastion.core.walker import Walker

FUNCTIONS = names(
    """
    pg_relation_size pg_table_size pg_total_relation_size pg_indexes_size pg_database_size
    pg_tablespace_size pg_stat_get_blocks_fetched pg_stat_get_blocks_hit
    """
)
COLUMNS = names(
    """
    relpages relallvisible relallfrozen heap_blks_read heap_blks_hit idx_blks_read idx_blks_hit
    toast_blks_read toast_blks_hit tidx_blks_read tidx_blks_hit extends extend_bytes
    """
)
"""Of PostgreSQL's system catalogues."""


def of_relation(walk: Walker, relation: Relation) -> Flow:
    """Give what the size of a relation carries: all that it holds, where the session made it."""
    is_made = (relation.schema, relation.name) in walk.relations
    if not is_made or walk.engine is not Engine.POSTGRESQL:
        return HARMLESS
    masked = [one for one in relation.columns if one.is_known_sensitive]
    return Flow(
        classes=frozenset(one.sensitivity for one in masked if one.sensitivity is not None),
        reason=f"tells how long what {relation.name} holds is",
        columns=frozenset(f"{relation.name}.{one.name}" for one in masked),
    )


def of_session(walk: Walker) -> Flow:
    """Give what the sizes of all relations of the session carry."""
    return join([HARMLESS, *(of_relation(walk, one) for one in walk.relations.values())])


def check_source(walk: Walker, node: exp.Expr, relation: Relation) -> None:
    """Look at a relation in FROM: who chooses rows by its pages asks how many there are."""
    told = of_relation(walk, relation)
    walk.sized |= told.columns
    if told.sensitive and node.args.get("sample") is not None:
        walk.inference[f"a sample of the pages of {relation.name} on {told.words}"] = None


def check_plan(walk: Walker) -> None:
    """Look at a plan: its costs are made of the pages of what it reads."""
    if walk.sized:
        words = ", ".join(sorted(walk.sized))
        walk.inference[f"a plan that tells how long values are, on {words}"] = None
