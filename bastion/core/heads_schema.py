"""Statements that define and destroy: CREATE, ALTER, DROP, TRUNCATE, RENAME, and their kin."""

from __future__ import annotations

from dataclasses import replace

from bastion.core.builtins import names as word_list
from bastion.core.effects import ChangeKind
from bastion.core.head import (
    Head,
    Inner,
    Reader,
    Words,
    make,
)
from bastion.core.heads_prepared import deallocate
from bastion.core.model import EffectClass


def _truncate(words: Words) -> Head:
    index = words.skip(1, "table", "only")
    names: list[tuple[str | None, str]] = []
    while words.is_name(index):
        schema, name, index = words.name(index)
        names.append((schema, name))
        index = words.skip(index, "*")
        if words.at(index) != ",":
            break
        index = words.skip(index + 1, "only")
    return replace(make(EffectClass.DROP, reason="It empties a table."), writes=tuple(names))


def _drop(words: Words) -> Head:
    index = words.skip(1, "temporary", "materialized", "foreign", "concurrently")
    kind = words.at(index)
    if kind == "prepare":
        return deallocate(words)
    if kind in {"user", "role", "group"}:
        return make(EffectClass.PRIVILEGE, reason="It drops an account.")
    index += 1
    if words.starts("if exists", index):
        index += 2
    names: list[tuple[str | None, str]] = []
    if kind in {"table", "view", "tables"}:
        names = _name_list(words, index)
    if kind == "index":
        names = _indexed(words, index)
    is_cascade = words.find("cascade", start=index) > 0 and words.is_pg
    if kind == "owned":
        reason = "It drops all that a role owns."
        return make(EffectClass.DROP, EffectClass.PRIVILEGE, reason=reason)
    if kind in _DESTRUCTIVE_KINDS and not words.starts("drop temporary"):
        head = make(EffectClass.DROP, reason=f"It drops a {kind}.")
        return replace(head, writes=tuple(names))
    if is_cascade:
        return make(EffectClass.DROP, reason="CASCADE drops whatever depends on it.")
    return replace(make(EffectClass.DDL), writes=tuple(names))


def _indexed(words: Words, index: int) -> list[tuple[str | None, str]]:
    """Name the table of MySQL's CREATE INDEX … ON and DROP INDEX … ON."""
    on = words.find("on", start=index)
    return [] if words.is_pg or on < 0 else [words.name(on + 1)[:2]]


def _name_list(words: Words, index: int) -> list[tuple[str | None, str]]:
    names: list[tuple[str | None, str]] = []
    while words.is_name(index):
        schema, name, index = words.name(index)
        names.append((schema, name))
        if words.at(index) != ",":
            break
        index += 1
    return names


def _create(words: Words) -> Head:
    is_replace = words.starts("create or replace")
    index = 3 if is_replace else 1
    start = index
    while words.at(index) in _CREATE_NOISE:
        index += 1
        if words.at(index - 1) == "definer":
            index = max(index, words.find(*_CREATE_KINDS, start=index))
    noise = {words.at(position) for position in range(start, index)}
    kind = words.at(index)
    if kind in {"user", "role", "group", "policy"}:
        return make(EffectClass.PRIVILEGE, reason=f"It makes a {kind}.")
    if kind in _OUTSIDE_KINDS or "foreign" in noise or words.find("soname") > 0:
        return make(EffectClass.DDL, EffectClass.OUTSIDE, reason="It reaches another server.")
    if kind in {"table", "view"} or (kind == "view" and "materialized" in noise):
        return _create_relation(words, index, noise, is_replace=is_replace)
    if is_replace and kind in {"database", "schema"}:
        return make(EffectClass.DROP, EffectClass.DDL, reason="It replaces a whole database.")
    if kind in {"event", "trigger", "rule", "extension", "language"}:
        return make(EffectClass.DDL, reason=f"The {kind} may run code later.")
    names = _indexed(words, index) if kind == "index" else []
    return replace(make(EffectClass.DDL), writes=tuple(names))


def _create_relation(words: Words, index: int, noise: set[str], *, is_replace: bool) -> Head:
    is_temporary = bool(noise & {"temp", "temporary"})
    is_table = words.at(index) == "table"
    after = index + 1
    if words.starts("if not exists", after):
        after += 3
    schema, name, after = words.name(after)
    # Made there, it is temporary, whatever it is called.
    is_temporary |= words.is_pg and schema == "pg_temp"
    effects = {EffectClass.DDL}
    reason = ""
    if is_replace and is_table and not is_temporary:
        effects.add(EffectClass.DROP)
        reason = "It replaces a table that may exist."
    inner = _query_inside(words, after)
    is_like = words.is_pg and is_temporary and words.starts("( like", after)
    head = replace(
        make(*effects, reason=reason),
        change=ChangeKind.RELATION,
        name=name,
        schema=schema or "",
        is_temporary=is_temporary,
        writes=((schema, name),),
        # What comes along with its columns is judged by what it is now.
        reads=(words.name(after + 2)[:2],) if is_like else (),
    )
    if inner is None:
        return head
    return replace(head, inner=inner, inner_use=Inner.FILL)


def _query_inside(words: Words, start: int) -> str | None:
    """Find the query of CREATE … AS; MySQL may leave AS out."""
    index = start
    while index < words.count:
        value = words.at(index)
        is_query = value in {"select", "with", "values", "table", "execute"}
        follows = words.at(words.skip(index + 1, "(")) in {"select", "with", "values", "table"}
        if value == "as" and (words.at(index + 1) in _QUERY_HEADS or follows):
            return _without_data_clause(words, index + 1)
        if not words.is_pg and is_query and value in {"select", "values"}:
            return words.rest(index)
        if value == "(" and not (not words.is_pg and follows):
            index = words.closing(index)
        index += 1
    return None


def _without_data_clause(words: Words, start: int) -> str:
    end = words.count
    if words.starts("with no data", end - 3):
        end -= 3
    elif words.starts("with data", end - 2):
        end -= 2
    elif words.starts("with check option", end - 3) or (
        words.starts("check option", end - 2) and words.starts("with", end - 3 - 0)
    ):
        end -= 3
    elif words.starts("check option", end - 2):
        end -= 4
    return words.between(start, end)


def _alter(words: Words) -> Head:
    index = words.skip(1, "online", "ignore", "materialized", "foreign")
    kind = words.at(index)
    if kind == "system":
        return make(EffectClass.ADMIN, reason="It changes a setting of the whole server.")
    if kind in {"user", "role", "group", "policy"} or words.starts("default privileges", index):
        return make(EffectClass.PRIVILEGE, reason="It changes accounts or rights.")
    if kind in {"server", "subscription", "publication", "instance"} or words.at(1) == "foreign":
        return make(EffectClass.DDL, EffectClass.OUTSIDE, reason="It reaches another server.")
    effects, reasons = {EffectClass.DDL}, []
    if words.find("owner") > 0:
        effects.add(EffectClass.PRIVILEGE)
        reasons.append("It changes an owner.")
    head = make(*effects)
    if kind != "table":
        return replace(head, reasons=tuple(reasons))
    return _alter_table(words, index + 1, effects, reasons)


def _alter_table(words: Words, index: int, effects: set[EffectClass], reasons: list[str]) -> Head:
    if words.starts("if exists", index):
        index += 2
    schema, name, after = words.name(words.skip(index, "only"))
    for position in range(after, words.count):
        word, following = words.at(position), words.at(position + 1)
        is_destruction = word in {"drop", "truncate", "exchange", "discard"}
        if is_destruction and following in {"partition", "tablespace"}:
            effects.add(EffectClass.DROP)
            reasons.append("It destroys a partition's rows.")
        elif word == "engine" and "blackhole" in _values(words, position, 3):
            effects.add(EffectClass.DROP)
            reasons.append("The storage engine BLACKHOLE throws every row away.")
        elif words.starts("drop system versioning", position):
            effects.add(EffectClass.DROP)
            reasons.append("It destroys the history of the rows.")
        elif word == "drop" and following not in _DROP_PARTS:
            reasons.append("It drops a column and the values in it.")
            if words.find("cascade", start=position) > 0 and words.is_pg:
                effects.add(EffectClass.DROP)
        elif word == "using" and words.is_pg:
            reasons.append("It rewrites the values of a column.")
    return replace(make(*effects), reasons=tuple(dict.fromkeys(reasons)), writes=((schema, name),))


def _values(words: Words, start: int, length: int) -> set[str]:
    return {token.value.lower() for token in words.tokens[start : start + length]}


def _ddl(words: Words) -> Head:
    return make(EffectClass.DDL)


def _security(words: Words) -> Head:
    return make(EffectClass.PRIVILEGE, reason="It changes owners or labels.")


def _rename(words: Words) -> Head:
    if words.at(1) == "user":
        return make(EffectClass.PRIVILEGE, reason="It renames an account.")
    names = [words.name(index + 1)[:2] for index in range(words.count) if words.at(index) == "to"]
    first = words.name(2)[:2]
    return replace(make(EffectClass.DDL, reason="It renames a table."), writes=(first, *names))


_QUERY_HEADS = word_list("select with values table execute")
_CREATE_NOISE = word_list(
    """
    temp temporary global local unlogged materialized recursive unique fulltext spatial
    foreign algorithm = undefined merge temptable definer sql security invoker aggregate
    constraint trusted procedural default
    """
)
_CREATE_KINDS = ("view", "function", "procedure", "trigger", "event", "sql", "aggregate")
_OUTSIDE_KINDS = frozenset({"server", "subscription", "publication", "tablespace", "access"})
_DESTRUCTIVE_KINDS = frozenset(
    {"table", "tables", "schema", "database", "extension", "server", "tablespace"}
)
_DROP_PARTS = word_list(
    "constraint index key primary foreign check default not expression identity"
)
BOTH: dict[str, Reader] = {
    "truncate": _truncate,
    "drop": _drop,
    "create": _create,
    "alter": _alter,
}

POSTGRESQL: dict[str, Reader] = {
    "comment": _ddl,
    "refresh": _ddl,
    "security": _security,
    "reassign": _security,
}

MYSQL: dict[str, Reader] = {
    "rename": _rename,
}
