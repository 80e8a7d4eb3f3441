"""Statements known by their first words, which sqlglot does not parse or hides in a Command.

Each reader takes the tokens and says what the statement does; where it carries another statement
(EXPLAIN, PREPARE, DECLARE, COPY, CREATE … AS) it gives that text back to the same analyser.
"""

from __future__ import annotations

from dataclasses import replace

from bastion.core import heads_prepared, heads_schema, heads_settings
from bastion.core.builtins import names as word_list
from bastion.core.effects import ChangeKind, OutputKind
from bastion.core.head import (
    BEGIN_WORDS,
    Head,
    Inner,
    Reader,
    Words,
    admin,
    make,
    outside,
    transaction,
    unknown,
)
from bastion.core.lexer import Kind, Token
from bastion.core.model import EffectClass, Engine


def read_head(
    text: str, tokens: tuple[Token, ...], engine: Engine, *, database: str = ""
) -> Head | None:
    """Judge a statement by its first words; None when it is one for the tree.

    Args:
        database: MySQL: the current one.
    """
    words = Words(text, tokens, engine, database)
    first = words.at(0)
    reader = (_POSTGRESQL if engine is Engine.POSTGRESQL else _MYSQL).get(first) or _BOTH.get(first)
    if reader is not None:
        return reader(words)
    if first == "select" and words.is_pg:
        return heads_settings.set_config(words)
    if first in _TREE_HEADS or (tokens and tokens[0].value == "("):
        return None
    return unknown("Its first word is not known to the bastion.")


def _begin(words: Words) -> Head:
    if not words.is_pg and words.starts("begin not"):
        return unknown("A compound block runs statements that are not seen one by one.")
    if words.at(0) == "start" and words.at(1) != "transaction":
        return make(EffectClass.ADMIN, reason="It starts a part of the server.")
    if any(words.at(index) not in BEGIN_WORDS for index in range(words.count)):
        return unknown("It opens a transaction in a way that is not known.")
    return transaction(ChangeKind.BEGIN)


def _commit(words: Words) -> Head:
    if words.at(1) == "prepared":
        return make(EffectClass.ADMIN, reason="It ends a prepared transaction.")
    if words.at(0) == "rollback" and words.find("to") > 0:
        return _rollback_to(words)
    tail = [words.at(index) for index in range(1, words.count)]
    if any(word not in {"work", "transaction", "and", "no", "chain", "release"} for word in tail):
        return unknown("It ends a transaction in a way that is not known.")
    if "release" in tail and "no" not in tail:
        return make(EffectClass.ADMIN, reason="It would end the connection.")
    is_rollback = words.at(0) in {"rollback", "abort"}
    return transaction(ChangeKind.ROLLBACK if is_rollback else ChangeKind.COMMIT)


def _rollback_to(words: Words) -> Head:
    start = words.skip(words.find("to") + 1, "savepoint")
    if words.count != start + 1 or not words.is_name(start):
        return unknown("ROLLBACK TO name is expected here.")
    return replace(transaction(ChangeKind.SAVEPOINT), name=words.name(start)[1])


def _savepoint(words: Words) -> Head:
    start = words.skip(1, "savepoint")
    if words.count != start + 1 or not words.is_name(start):
        return unknown("A savepoint's name is expected here and nothing else.")
    return replace(transaction(ChangeKind.SAVEPOINT), name=words.name(start)[1])


def _explain(words: Words) -> Head:
    if not words.is_pg:
        return _explain_mysql(words)
    index, runs = 1, False
    if words.at(1) == "(" and words.closing(1) < words.count:
        end = words.closing(1)
        # A quoted "analyze" is the same option to the server.
        options = [words.tokens[position].value.lower() for position in range(2, end)]
        runs = "analyze" in options or "analyse" in options
        if runs and _is_off(words, options):
            runs = False
        index = end + 1
    else:
        runs = words.at(words.skip(1, "verbose")) in {"analyze", "analyse"}
        index = words.skip(1, "analyze", "analyse", "verbose")
    use = Inner.PLAN_AND_RUN if runs else Inner.PLAN
    return Head(output=OutputKind.PLAN, inner=words.rest(index), inner_use=use)


def _is_off(words: Words, options: list[str]) -> bool:
    """Tell whether the only ANALYZE is switched off by a bare word."""
    position = next(i for i, word in enumerate(options) if word in {"analyze", "analyse"})
    count = options.count("analyze") + options.count("analyse")
    following = options[position + 1] if position + 1 < len(options) else ""
    return count == 1 and following in {"off", "false"}


def _explain_mysql(words: Words) -> Head:
    first = words.at(0)
    if first == "analyze" and words.at(words.skip(1, "no_write_to_binlog", "local")) == "table":
        return make(EffectClass.ADMIN, reason="It rewrites the statistics of a table.")
    index, runs = 1, first == "analyze"
    while True:
        word = words.at(index)
        if word == "analyze":
            runs, index = True, index + 1
        elif word in {"extended", "partitions"}:
            index += 1
        elif word == "format" and words.at(index + 1) == "=":
            index += 3
        else:
            break
    if words.at(index) == "for":
        return make(EffectClass.OUTSIDE, reason="It shows what another session runs.")
    if words.at(index) in _EXPLAINABLE:
        use = Inner.PLAN_AND_RUN if runs else Inner.PLAN
        return Head(output=OutputKind.PLAN, inner=words.rest(index), inner_use=use)
    if runs or not words.is_name(index):
        return unknown("What it explains is not known.")
    schema, name, end = words.name(index)
    if end < words.count - 1:
        return unknown("What it describes is not known.")
    head = make(EffectClass.READ, output=OutputKind.STRUCTURE)
    return replace(head, reads=((schema, name),))


def _copy(words: Words) -> Head:
    index = words.skip(1, "binary")
    if words.at(index) == "(":
        end = words.closing(index)
        inner, after = words.between(index + 1, end), end + 1
        writes: tuple[tuple[str | None, str], ...] = ()
    else:
        schema, name, after = words.name(index)
        written = words.between(index, after)
        columns = "*"
        if words.at(after) == "(":
            end = words.closing(after)
            columns, after = words.between(after + 1, end), end + 1
        # Only judged and traced; what runs is the COPY itself.
        inner, writes = f"SELECT {columns} FROM {written}", ((schema, name),)  # noqa: S608
    if words.at(after) == "to" and words.at(after + 1) == "stdout":
        return Head(output=OutputKind.TREE, inner=inner, inner_use=Inner.COPY)
    if words.at(after) == "to":
        return make(EffectClass.OUTSIDE, EffectClass.READ, reason="COPY to a file or program.")
    if words.at(after) == "from" and words.at(after + 1) == "stdin":
        return replace(make(EffectClass.INSERT), writes=writes)
    if words.at(after) == "from":
        reason = "COPY from a file or program."
        return replace(make(EffectClass.OUTSIDE, EffectClass.INSERT, reason=reason), writes=writes)
    return unknown("COPY … TO STDOUT or FROM STDIN is expected here.")


def _grant(words: Words) -> Head:
    return make(EffectClass.PRIVILEGE, reason="It changes rights.")


def _import(words: Words) -> Head:
    return make(EffectClass.DDL, EffectClass.OUTSIDE, reason="It reaches another server.")


def _load(words: Words) -> Head:
    if words.is_pg:
        return make(EffectClass.ADMIN, EffectClass.OUTSIDE, reason="It loads a library.")
    effects = {EffectClass.OUTSIDE, EffectClass.INSERT}
    if words.find("replace") > 0:
        effects.add(EffectClass.DELETE)
    into = words.find("table")
    names = (words.name(into + 1)[:2],) if into > 0 else ()
    return replace(make(*effects, reason="It reads a file into a table."), writes=names)


def _analyze(words: Words) -> Head:
    if words.is_pg:
        return make(EffectClass.ADMIN, reason="It rewrites the statistics of tables.")
    return _explain_mysql(words)


def _do(words: Words) -> Head:
    if words.is_pg:
        return unknown("A DO block runs code that is not read.")
    return Head(inner=f"SELECT {words.rest(1)}", inner_use=Inner.EXPRESSION)


def _call(words: Words) -> Head:
    if words.is_pg or not words.is_name(1):
        return unknown("A procedure runs code that is not read.")
    schema, name, index = words.name(1)
    arguments: tuple[str, ...] = ()
    if words.at(index) == "(":
        close = words.closing(index)
        arguments = _listed(words, index + 1, close)
        index = close + 1
    if index != words.count or not all(arguments):
        return unknown("CALL name (arguments) is expected here.")
    return Head(called=(schema, name), arguments=arguments)


def _listed(words: Words, start: int, end: int) -> tuple[str, ...]:
    """Give what stands between commas, up to a parenthesis that closes it."""
    found, depth, first = [], 0, start
    for index in range(start, min(end, words.count)):
        depth += (words.at(index) == "(") - (words.at(index) == ")")
        if depth == 0 and words.at(index) == ",":
            found.append(words.between(first, index))
            first = index + 1
    if first < end or found:
        found.append(words.between(first, min(end, words.count)))
    return tuple(found)


def _unlisten(words: Words) -> Head:
    return make(EffectClass.SESSION)


def _values_rows(words: Words) -> Head:
    """Judge ``VALUES (1), (2)`` as a derived table; sqlglot takes it for a function."""
    tail = words.find("order", "limit")
    end = tail if tail > 0 else words.count
    rows = f"SELECT * FROM ({words.between(0, end)}) AS rows_given"  # noqa: S608
    return Head(inner=f"{rows} {words.between(end, words.count)}", inner_use=Inner.RUN)


def _help(words: Words) -> Head:
    return make(EffectClass.READ, output=OutputKind.STRUCTURE)


def _diagnostics(words: Words) -> Head:
    """Read ``GET DIAGNOSTICS @n = NUMBER`` and ``… CONDITION 1 @m = MESSAGE_TEXT``."""
    index = words.skip(1, "current")
    items, index = _OF_STATEMENT, index + 1
    if words.at(index) == "condition":
        items, index = _OF_CONDITION, words.skip(index + 1, "@") + 1
    first = words.tokens[index + 1].value.lower() if index + 1 < words.count else ""
    while words.at(index) == "@" and words.is_name(index + 1) and words.at(index + 2) == "=":
        is_known = words.at(index + 3) in items
        if is_known and words.count == index + 4:
            head = make(EffectClass.SESSION)
            return replace(head, change=ChangeKind.SET, name=f"@{first}", value="")
        if not is_known or words.at(index + 4) != ",":
            break
        index += 5
    return unknown("GET DIAGNOSTICS @name = item is expected here.")


_OF_STATEMENT = frozenset({"number", "row_count"})
_OF_CONDITION = frozenset(
    {"class_origin", "subclass_origin", "returned_sqlstate", "message_text", "mysql_errno",
     "constraint_catalog", "constraint_schema", "constraint_name", "catalog_name", "schema_name",
     "table_name", "column_name", "cursor_name", "row_number"}
)  # fmt: skip


def _handler(words: Words) -> Head:
    """Read MySQL's HANDLER as a cursor on all columns of one table."""
    schema, name, index = words.name(1)
    what = words.at(index)
    if what == "close" and words.count == index + 1:
        return replace(make(EffectClass.SESSION), change=ChangeKind.CLOSE, name=name)
    if what == "read":
        return _handler_read(words, name, index + 1)
    end = words.skip(index + 1, "as")
    alias = words.name(end)[1] if end < words.count else name
    place = schema or words.database
    is_known = what == "open" and words.count in {end, end + 1} and bool(place and alias)
    if not is_known or "`" in f"{place}{name}{alias}":
        return unknown("HANDLER name OPEN, READ or CLOSE is expected here.")
    head = replace(make(EffectClass.SESSION), change=ChangeKind.DECLARE, name=alias)
    query = f"SELECT * FROM `{place}`.`{name}`"  # noqa: S608
    return replace(head, inner=query, inner_use=Inner.DECLARE)


def _handler_read(words: Words, name: str, index: int) -> Head:
    """``READ [index] FIRST`` or ``READ index >= (1)``, then WHERE and LIMIT."""
    end = words.find("where", "limit", start=index)
    end = words.count if end < 0 else end
    limit = words.find("limit", start=end)
    limit = words.count if limit < 0 else limit
    steps = [words.tokens[place] for place in range(index, end)]
    is_plain = bool(steps) and not any(
        words.at(place) == "(" and words.is_name(place - 1) for place in range(index + 1, end)
    )
    count = [words.tokens[place] for place in range(limit + 1, words.count)]
    if not is_plain or any(one.kind is not Kind.NUMBER and one.value != "," for one in count):
        return unknown("HANDLER name READ FIRST or NEXT is expected here.")
    is_bare = len(steps) == 1 and words.at(index) in {"first", "next"}
    condition = words.between(end + 1, limit) if words.at(end) == "where" else ""
    # An index gives the rows in its order, and a value in it chooses them.
    return Head(cursor=name, value=condition, name="" if is_bare else "index")


_TREE_HEADS = word_list("select with values table insert update delete merge replace")
_EXPLAINABLE = word_list("select with values table insert update delete replace ( set execute")
_BOTH: dict[str, Reader] = {
    **heads_prepared.BOTH,
    **heads_settings.BOTH,
    **heads_schema.BOTH,
    "begin": _begin,
    "start": _begin,
    "commit": _commit,
    "rollback": _commit,
    "savepoint": _savepoint,
    "release": _savepoint,
    "explain": _explain,
    "grant": _grant,
    "revoke": _grant,
    "analyze": _analyze,
    "do": _do,
    "call": _call,
    "lock": admin("It locks tables."),
    "load": _load,
    "checkpoint": admin("It is server administration."),
}
_POSTGRESQL: dict[str, Reader] = {
    **heads_prepared.POSTGRESQL,
    **heads_settings.POSTGRESQL,
    **heads_schema.POSTGRESQL,
    "end": _commit,
    "abort": _commit,
    "analyse": _analyze,
    "copy": _copy,
    "import": _import,
    "vacuum": admin("It rewrites or cleans tables."),
    "cluster": admin("It rewrites tables."),
    "reindex": admin("It rebuilds indexes."),
    "repack": admin("It rewrites tables."),
    "listen": outside("It hears what other sessions say."),
    "notify": outside("It speaks to other sessions."),
    "unlisten": _unlisten,
}
_MYSQL: dict[str, Reader] = {
    **heads_settings.MYSQL,
    **heads_schema.MYSQL,
    "describe": _explain_mysql,
    "desc": _explain_mysql,
    "help": _help,
    "values": _values_rows,
    "handler": _handler,
    "kill": outside("It ends another session or its query."),
    "xa": admin("A distributed transaction outlives the session."),
    "flush": admin("It is server administration."),
    "optimize": admin("It rewrites a table."),
    "repair": admin("It rewrites a table."),
    "check": admin("It checks a table and may mark it."),
    "checksum": admin("It reads whole tables for maintenance."),
    "unlock": admin("It gives table locks back, and commits."),
    "purge": admin("It is server administration."),
    "change": admin("It is server administration."),
    "stop": admin("It stops a part of the server."),
    "shutdown": admin("It stops the server."),
    "restart": admin("It stops the server."),
    "install": admin("It loads a library."),
    "uninstall": admin("It unloads a library."),
    "cache": admin("It is server administration."),
    "binlog": admin("It replays a binary log."),
    "clone": outside("It copies a whole server."),
    "import": _import,
    "signal": lambda _words: unknown("SIGNAL is part of a program that is not read."),
    "resignal": lambda _words: unknown("RESIGNAL is part of a program that is not read."),
    "get": _diagnostics,
    "declare": lambda _words: unknown("DECLARE is part of a program that is not read."),
}
