"""What comes with the rows of a relation: code that is kept with it, and places outside.

Row security, the order of types and constant parts of indexes and checks run when rows are read;
the rows of a foreign table, or of a partition that is one, come from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bastion.core.catalogue import KeptCode, Moment, Relation, RelationKind
from bastion.core.findings import Findings, RelationKey, Surroundings
from bastion.core.model import EffectClass


def judge_reached(key: RelationKey, findings: Findings, around: Surroundings) -> None:
    """Judge what reading a relation runs and reaches, its partitions and heirs included."""
    named = around.resolve(key[1], key[0])[1]
    for relation in family(key, around):
        if relation.kind is RelationKind.FOREIGN and not _is_harmless(relation):
            findings.add(
                EffectClass.OUTSIDE, f"The rows of {relation.name} come from outside the database."
            )
        for one in relation.code:
            # Partitions and heirs are read under the policies of what is named.
            is_bound = relation is named or one.moment is not Moment.POLICY
            if is_bound and _runs_with_reads(one, relation, around):
                _judge(one, relation, findings, around)


def family(key: RelationKey, around: Surroundings) -> Iterator[Relation]:
    """Give a relation and all whose rows are its rows too."""
    found = around.resolve(key[1], key[0])[1]
    if found is None:
        return
    yield found
    for child in found.children:
        relation = around.catalogue.relations.get(child)
        if relation is not None:
            yield relation


def _runs_with_reads(one: KeptCode, relation: Relation, around: Surroundings) -> bool:
    match one.moment:
        case Moment.POLICY:
            # Through a view the rows are read as its owner may.
            return around.depth > 0 or not relation.passes_policies
        case Moment.READ:
            return True
        case Moment.WRITE:
            return False


def _judge(one: KeptCode, relation: Relation, findings: Findings, around: Surroundings) -> None:
    inner = around.judge_read(
        f"SELECT 1 WHERE {one.text}", around.depth + 1, around.place_of_definitions()
    )
    findings.functions |= inner.functions
    if inner.effects != {EffectClass.READ}:
        findings.effects |= inner.effects
        findings.doubt(_WORDS[one.moment].format(name=relation.name))


_WORDS = {
    Moment.POLICY: "The row security of {name} runs code that does more than read, or is not "
    "understood.",
    Moment.READ: "An index, check, partition or type of {name} runs code that does more than read, "
    "or is not understood.",
}


def _is_harmless(relation: Relation) -> bool:
    """Tell whether reading a foreign table leaves what is there as it is, by proof."""
    handler, _, options = relation.source.partition(" ")
    if handler == "file_fdw_handler":
        return _PROGRAM.search(options) is None
    # The transaction over there ends as ours does, and it may read only: like our own fence.
    return (
        handler == "postgres_fdw_handler"
        and len(_MODES.findall(options)) == 1
        and bool(_READS_ONLY.search(options))
    )


_PROGRAM = re.compile(r"(?:^|\x01)program=")
_MODES = re.compile(r"read_only")
_READS_ONLY = re.compile(
    r"(?:^|\x01)options=[^\x01]*-c\s*default_transaction_read_only=(?:on|true)\b"
)
