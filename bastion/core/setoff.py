"""What writing the rows of a table sets off, beyond the rows themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bastion.core.catalogue import Catalogue, Relation, RelationKind
from bastion.core.context import SessionContext
from bastion.core.model import EffectClass, Engine
from bastion.core.statement import analyse


def sets_off(relation: Relation, catalogue: Catalogue) -> bool:
    """Tell whether writing a table does more than is seen: triggers, rules, cascades, users' code.

    Partitions and heirs count, for their rows are the table's rows too.
    """
    return runs_code(relation, catalogue) or any(
        member.kind is not RelationKind.TABLE
        or bool(member.triggers or member.rules or member.referenced_by)
        for member in _reached(relation, catalogue)
    )


def runs_code(relation: Relation, catalogue: Catalogue) -> bool:
    """Tell whether a write runs users' code for a default, check, index, policy or type.

    By proof: what is not known to compute a value, and no more, counts. MySQL lets none do that.
    """
    if catalogue.engine is Engine.MYSQL:
        return False
    return any(_computes_by_code(member, catalogue) for member in _reached(relation, catalogue))


def _reached(relation: Relation, catalogue: Catalogue) -> Iterator[Relation]:
    """Give a table, its partitions and heirs, and where foreign keys take a write from these."""
    due, seen = [(relation.schema, relation.name)], set()
    while due:
        key = due.pop()
        found = catalogue.relations.get(key)
        if key in seen or found is None:
            continue
        seen.add(key)
        yield found
        due += found.children
        # ``schema.table (constraint, ON DELETE CASCADE)``
        due += [_key(words.partition(" (")[0]) for words in found.referenced_by]


def _key(written: str) -> tuple[str, str]:
    schema, _, name = written.partition(".")
    return schema, name


def _computes_by_code(relation: Relation, catalogue: Catalogue) -> bool:
    types = {name for column in relation.columns for name in _type_names(column.own_type)}
    if not types.isdisjoint(catalogue.casts | catalogue.cast_columns):
        return True
    texts = [*(one.default for one in relation.columns if one.default)]
    texts += [one.text for one in relation.code]
    return any(not _only_computes(text, catalogue) for text in texts)


def _type_names(printed: str) -> tuple[str, str]:
    """Give a type's name, and as the server keeps that of an array of it."""
    base = printed.removesuffix("[]")
    return base, f"_{base}"


def _only_computes(text: str, catalogue: Catalogue) -> bool:
    if _NEXT.fullmatch(text):
        return True
    query = f"SELECT {text}"
    judged = analyse(query, engine=catalogue.engine, catalogue=catalogue, context=SessionContext())
    return judged.effects == {EffectClass.READ}


_NEXT = re.compile(r"nextval\('(?:[^']|'')+'::regclass\)")
"""The next number of a sequence, as ``serial`` has it."""
