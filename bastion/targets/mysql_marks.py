"""Notices structure that others changed: a digest of how the server would make a table or view.

SHOW CREATE TABLE is the cheapest answer that tells everything, views included. A table that was
dropped and made again with the same columns shows by its time of creation, to the second.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import pymysql  # type: ignore[import-untyped]

from bastion.core.catalogue import MARK_SEPARATOR
from bastion.errors import StructureMovedError
from bastion.targets.mysql_wire import Wire

_MARKED = "/* bastion: structure */"
_RELATION = f"SHOW CREATE TABLE {{schema}}.{{name}} {_MARKED}"
_MADE = (
    "SELECT UNIX_TIMESTAMP(create_time) FROM information_schema.tables"
    f" WHERE table_schema = {{schema}} AND table_name = {{name}} {_MARKED}"
)
"""A moment, whatever time zone the session has set."""
_OF_FUNCTION = (
    "SHA2(CONCAT_WS('|', routine_definition, security_type, definer, sql_mode,"
    " UNIX_TIMESTAMP(last_altered)), 256)"
)
"""Its arguments are only told by other tables: who makes it anew with others does so now."""
_FUNCTION = (
    f"SELECT {_OF_FUNCTION} FROM information_schema.routines"
    f" WHERE routine_schema = {{schema}} AND routine_name = {{name}} {_MARKED}"
)
_OF_TRIGGER = (
    "trigger_name, action_timing, event_manipulation, action_order, action_statement, sql_mode,"
    " definer, created FROM information_schema.triggers"
)
_ALL_TRIGGERS = (
    f"SELECT event_object_schema, event_object_table, {_OF_TRIGGER} ORDER BY trigger_name"
)
_TRIGGERS = (
    f"SELECT {_OF_TRIGGER} WHERE event_object_schema = {{schema}} AND event_object_table = {{name}}"
    f" ORDER BY trigger_name {_MARKED}"
)
_SERVERS = (
    "SELECT SHA2(CONCAT_WS('|', server_name, host, db, username, password, port, socket, wrapper),"
    f" 256) FROM mysql.servers ORDER BY 1 {_MARKED}"
)
_HOLD = f"SELECT 1 FROM {{schema}}.{{name}} LIMIT 0 {_MARKED}"
_TABLES = "SELECT table_schema, table_name FROM information_schema.tables"
_FUNCTIONS = f"SELECT routine_schema, routine_name, {_OF_FUNCTION} FROM information_schema"
_QUOTED = r"(?:'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`)"


def _pattern(template: str) -> str:
    return re.escape(template).replace(r"\{schema\}", _QUOTED).replace(r"\{name\}", _QUOTED)


MARKS = re.compile(
    "|".join(map(_pattern, (_RELATION, _MADE, _FUNCTION, _TRIGGERS, _SERVERS, _HOLD)))
)
"""What a session's login asks of the names that a statement touches."""
_COUNTER = re.compile(r" AUTO_INCREMENT=\d+(?=[^\n]*\Z)")
_SEQUENCE = re.compile(r"\n\) ENGINE=SEQUENCE\b[^\n]*\Z")
"""Of numbers, made when it is named: no catalogue lists it, so there is no mark to compare with."""
_ELSEWHERE = re.compile(r"\bENGINE=(?:FEDERATED|FEDERATEDX|SPIDER|CONNECT)\b", re.IGNORECASE)
"""Of tables whose rows other servers keep, perhaps one that CREATE SERVER has given a name."""
_NO_SUCH_TABLE = 1146
SERVERS_OWN = frozenset({"information_schema", "performance_schema"})
"""Made by the server whenever they are asked, under names in any case of letters: nobody can change
them, and the time of creation that it tells for them is now. They have no mark."""
_UNTOLD = "untold"
"""The role may not see it: then nothing that it makes is understood either."""


def fetch_marks(wire: Wire, *, database: str, others: Collection[str]) -> Mapping[str, str]:
    """Give the marks of one database's relations, of some others, and of all functions; blocking.

    Args:
        others: keys as in ``Catalogue.marks``.

    Raises:
        pymysql.MySQLError: the server refused or is gone.
    """
    keys = {_key("relation", schema, name) for schema, name in wire.command(_TABLES)}
    own = f"relation {database}{MARK_SEPARATOR}"
    marks = ask_marks(wire, [key for key in keys if key.startswith(own) or key in others])
    rows: dict[str, list[tuple[bytes | None, ...]]] = defaultdict(list)
    for schema, name, *trigger in wire.command(_ALL_TRIGGERS):
        rows[_key("trigger", schema, name)].append(tuple(trigger))
    for key in [one.replace("relation", "trigger", 1) for one in marks]:
        marks[key] = _of_triggers(rows[key])
    functions: dict[str, list[str]] = defaultdict(list)
    for schema, name, mark in wire.command(f"{_FUNCTIONS}.routines"):
        functions[_key("function", schema, name)].append(_text(mark))
    return marks | {key: "|".join(sorted(found)) for key, found in functions.items()}


def hold_structure(wire: Wire, expected: Iterable[str]) -> None:
    """Take the server's own lock on the structure of relations until the transaction ends.

    From then on nobody can change them between the comparison and the statement. What the role may
    not read is left out: it is read through a view, if at all. Blocking.

    Raises:
        pymysql.MySQLError: the connection is lost.
    """
    for key in expected:
        kind, _, place = key.partition(" ")
        schema, _, name = place.partition(MARK_SEPARATOR)
        if kind != "relation" or schema.lower() in SERVERS_OWN:
            continue
        try:
            wire.command(_HOLD.format(schema=_named(schema), name=_named(name)))
        except pymysql.MySQLError:
            if wire.is_lost:
                raise


def ask_marks(wire: Wire, expected: Iterable[str]) -> dict[str, str]:
    """Give the marks of some names; blocking.

    Raises:
        pymysql.MySQLError: the connection is lost.
    """
    found = {}
    for key in expected:
        kind, _, place = key.partition(" ")
        schema, _, name = place.partition(MARK_SEPARATOR)
        found[key] = _ASKED[kind](wire, schema, name)
    return found


def made_as(wire: Wire, schema: str, name: str) -> bytes:
    """Ask how a table is made, a temporary one before a stored one; blocking.

    Raises:
        pymysql.MySQLError: there is none of the name, or the connection is lost.
    """
    rows = wire.command(_RELATION.format(schema=_named(schema), name=_named(name)))
    return rows[0][1] or b"" if rows else b""


def compare_marks(found: Mapping[str, str], expected: Mapping[str, str]) -> None:
    """Compare what the server says with what the statement was judged by.

    Raises:
        StructureMovedError: others changed it since.
    """
    if any(found.get(key, "") != mark for key, mark in expected.items()):
        raise StructureMovedError(
            "Others changed the structure of what it touches since it was judged. Send it again."
        )


def _relation(wire: Wire, schema: str, name: str) -> str:
    if schema.lower() in SERVERS_OWN:
        return ""
    try:
        rows = wire.command(_RELATION.format(schema=_named(schema), name=_named(name)))
    except pymysql.MySQLError as error:
        if wire.is_lost:
            raise
        return "" if error.args[:1] == (_NO_SUCH_TABLE,) else _UNTOLD
    if rows and _SEQUENCE.search(_text(rows[0][1])):
        return ""
    # How far a counter has come is no structure.
    text = _COUNTER.sub("", _text(rows[0][1])) if rows else ""
    if _ELSEWHERE.search(text):
        text += _servers(wire)
    made = wire.command(_MADE.format(schema=wire.quote(schema), name=wire.quote(name)))
    if not made:
        # ``seq_1_to_5`` and the like come into being when they are named.
        return ""
    when = _text(made[0][0])
    return f"{hashlib.sha256(text.encode()).hexdigest()[:24]} {when}"


def _servers(wire: Wire) -> str:
    """Tell other servers' addresses apart; the role may not see them, and then nobody can."""
    try:
        return " ".join(_text(row[0]) for row in wire.command(_SERVERS))
    except pymysql.MySQLError:
        if wire.is_lost:
            raise
        return _UNTOLD


def _function(wire: Wire, schema: str, name: str) -> str:
    rows = wire.command(_FUNCTION.format(schema=wire.quote(schema), name=wire.quote(name)))
    return "|".join(sorted(_text(row[0]) for row in rows))


def _triggers(wire: Wire, schema: str, name: str) -> str:
    query = _TRIGGERS.format(schema=wire.quote(schema), name=wire.quote(name))
    return _of_triggers(wire.command(query))


def _of_triggers(rows: Iterable[tuple[bytes | None, ...]]) -> str:
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()[:24]


_ASKED = {"relation": _relation, "function": _function, "trigger": _triggers}


def _named(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _key(kind: str, schema: bytes | None, name: bytes | None) -> str:
    return f"{kind} {_text(schema)}{MARK_SEPARATOR}{_text(name)}"


def _text(cell: bytes | None) -> str:
    return "" if cell is None else cell.decode(errors="replace")
