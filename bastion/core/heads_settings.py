"""Statements about the session's settings: SET, SHOW, RESET, DISCARD, USE."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from bastion.core.builtins import names as word_list
from bastion.core.effects import ChangeKind, OutputKind
from bastion.core.head import (
    BEGIN_WORDS,
    Head,
    Inner,
    Reader,
    Words,
    make,
    unknown,
)
from bastion.core.heads_set_mysql import pinned, read_set
from bastion.core.lexer import Kind
from bastion.core.limits import LOCAL, LOCK_LIMITS, STATEMENT_LIMITS
from bastion.core.model import EffectClass
from bastion.core.settings_postgresql import KEPT, is_free, is_pinned


def _show(words: Words) -> Head:
    if words.is_pg:
        if words.count < 2:
            return unknown("The name of a setting is expected here.")
        return make(EffectClass.READ, output=OutputKind.SETTING)
    return _show_mysql(words)


def _show_mysql(words: Words) -> Head:
    if words.starts("show count ( * )") and words.count == _COUNT_WORDS:
        return make(EffectClass.READ, output=OutputKind.SETTING)
    index = words.skip(1, "full", "global", "session", "local", "extended", "count")
    where = words.find("where", start=index)
    condition = range(where, words.count) if where > 0 else range(0)
    if any(words.at(i) in {"select", "@"} for i in condition) or words.steps_sequence:
        return unknown("The condition of SHOW reads more than its own rows.")
    if any(words.at(i) == ":" for i in range(words.count)):
        return unknown("It assigns a variable.")
    head = _shown_mysql(words, index)
    if all(words.at(i) != "(" or words.at(i - 1) in _LISTS for i in condition):
        return head
    query = f"SELECT 1 WHERE {_with_quoted_names(words, where + 1)}"
    return replace(head, inner=query, inner_use=Inner.CONDITION)


def _with_quoted_names(words: Words, start: int) -> str:
    """Give a condition with the columns that sqlglot would take for parts of its grammar quoted."""
    parts, position = [], words.tokens[start].start
    for index in range(start, words.count):
        if words.at(index) in _COLUMN_WORDS and words.at(index + 1) != "(":
            token = words.tokens[index]
            parts += [words.text[position : token.start], f"`{token.value}`"]
            position = token.end
    return "".join((*parts, words.text[position:]))


def _shown_mysql(words: Words, index: int) -> Head:
    what = words.at(index)
    if what in {"explain", "analyze", "binlog", "relaylog"}:
        return make(EffectClass.OUTSIDE, reason="It shows what other sessions ran.")
    if what in _SHOW_WORDS or words.starts("create user", index):
        return make(EffectClass.READ, output=OutputKind.WORDS)
    if what in _SHOW_SETTINGS:
        return make(EffectClass.READ, output=OutputKind.SETTING)
    if what in _SHOW_STRUCTURE:
        return make(EffectClass.READ, output=OutputKind.STRUCTURE)
    # Processes and engine states quote values: they run, and most cells are masked.
    return make(EffectClass.READ, output=OutputKind.UNKNOWN)


_COUNT_WORDS = 6
"""Of ``SHOW COUNT(*) WARNINGS``, a number."""
_COLUMN_WORDS = frozenset({"charset", "collation", "engine", "field", "rows", "type", "value"})
_LISTS = frozenset({"in", "and", "or", "not", "where", "("})
"""What a parenthesis may follow in a condition and be no call."""


def _set(words: Words) -> Head:
    return _set_postgresql(words) if words.is_pg else read_set(words)


def _set_postgresql(words: Words) -> Head:
    if words.starts("set constraints"):
        return make(EffectClass.TRANSACTION)
    if words.starts("set transaction"):
        return _set_transaction(words, 2)
    if words.starts("set session characteristics as transaction"):
        return _set_characteristics(words, 5)
    index = words.skip(1, "session", "local")
    if words.at(index) in {"authorization", "role"}:
        return pinned("role", EffectClass.PRIVILEGE)
    if words.at(index) == "names":
        return _set_encoding(words, index + 1)
    if words.at(index) == "schema":
        return _search_path(words, index + 1)
    if words.starts("time zone", index):
        return _setting("timezone", words.rest(index + 2))
    if words.starts("xml option", index):
        return _setting("xmloption", words.rest(index + 2))
    return _set_named(words, index)


def _set_encoding(words: Words, index: int) -> Head:
    """``SET NAMES`` alone says DEFAULT; the login's own is UTF-8, which it asked for itself."""
    if words.count <= index or (words.count == index + 1 and words.at(index) == "default"):
        return _setting("client_encoding", "default")
    return _valued(words, "client_encoding", index)


def _set_characteristics(words: Words, index: int) -> Head:
    """Read what the session's transactions begin as: a BEGIN may say the same of each of them."""
    tail = [words.at(position) for position in range(index, words.count)]
    if any(word not in BEGIN_WORDS for word in tail):
        return unknown("SET SESSION CHARACTERISTICS is given something that is not known.")
    if "write" in tail:
        return pinned("default_transaction_read_only")
    name = "read_only" if "only" in tail else "isolation"
    return _setting(f"default_transaction_{name}", words.rest(index))


def _set_named(words: Words, index: int) -> Head:
    name, after = _setting_name(words, index)
    if not name or words.at(after) not in {"=", "to"}:
        return unknown("SET name TO value is expected here.")
    if name in _LIMITS:
        return _limit(words, name, after + 1)
    if name == "search_path":
        return _search_path(words, after + 1)
    if words.at(after + 1) == "default" and words.count == after + 2:
        return _as_at_login(name)
    if not _is_plain_value(words, after + 1):
        return unknown("The value of a setting is a literal.")
    return _valued(words, name, after + 1)


def _valued(words: Words, name: str, index: int) -> Head:
    written = words.rest(index)
    value = words.tokens[index].value if words.count == index + 1 else written
    return _judge_value(name, value, written)


def _judge_value(name: str, value: str, written: str) -> Head:
    """Judge a PostgreSQL setting by its class, or by its value where that makes the difference.

    Args:
        value: as the server takes it, without quotes.
        written: as it stands in the statement.
    """
    if is_free(name, value):
        return _setting(name, written)
    if is_pinned(name):
        return pinned(name)
    if "." in name and name.partition(".")[0] not in _LIBRARIES:
        return _setting(name, written)
    return make(EffectClass.ADMIN, reason=f"The setting {name} is not among the harmless ones.")


def _as_at_login(name: str) -> Head:
    """Judge the way back to what each login begins with, which lifts pins alone."""
    return pinned(name) if name in KEPT else _setting(name, "default")


def set_config(words: Words) -> Head | None:
    """Read a SELECT of ``set_config('name', 'value', false)``, which says what SET says.

    Drivers and consoles write it so, several in a row, pgAdmin behind a FROM that tells whether
    the server has the setting. None for whatever else, which is a query.
    """
    heads: list[Head] = []
    index = 0
    while words.at(index) in {"select", ","} and (words.at(index) == ",") == bool(heads):
        index += 1 + 2 * words.starts("pg_catalog .", index + 1)
        head = _one_config(words, index)
        if head is None:
            return None
        heads.append(head)
        index = _past_alias(words, index + len(_CONFIG))
    if not heads or not _is_config_end(words, index):
        return None
    if any(one.effects != {EffectClass.SESSION} for one in heads if one.name != _PATH):
        return None
    return replace(together(heads), output=OutputKind.SETTING)


def together(heads: list[Head]) -> Head:
    """Make one of several settings that one statement sets."""
    first = next((one for one in heads if one.name == _PATH), heads[0])
    others = tuple((one.name, one.value) for one in heads if one is not first)
    return replace(first, settings=others)


def config_items(words: Words) -> tuple[tuple[Head, int, int], ...]:
    """Find the ``set_config('name', 'value', false)`` that are items of a select list.

    Gives of each what it says as SET, where its call begins and where it ends, by token. Nothing
    where there are others of that name.
    """
    found: list[tuple[Head, int, int]] = []
    depth = 0
    for index in range(words.count):
        depth += (words.at(index) in {"(", "["}) - (words.at(index) in {")", "]"})
        if depth or words.at(index) not in {"select", ","}:
            continue
        start = index + 1
        call = start + 2 * words.starts("pg_catalog .", start)
        head = _one_config(words, call)
        end = call + len(_CONFIG)
        if head is not None and words.at(_past_alias(words, end)) in {"", ","}:
            found.append((head, start, end))
    named = sum(token.value.lower() == "set_config" for token in words.tokens)
    return tuple(found) if named == len(found) else ()


def _one_config(words: Words, index: int) -> Head | None:
    shape = [token.kind for token in words.tokens[index : index + len(_CONFIG)]]
    signs = [words.at(index + place) for place in (0, 1, 3, 5, 7)]
    is_local = words.at(index + 6)
    if shape != list(_CONFIG) or signs != ["set_config", "(", ",", ",", ")"]:
        return None
    if is_local not in {"true", "false"}:
        return None
    name, value = (words.tokens[index + place].value for place in (2, 4))
    name, written = name.lower(), words.between(index + 4, index + 5)
    if name in _LIMITS:
        return _setting(f"{LOCAL}{name}" if is_local == "true" else name, written)
    if name == _PATH:
        return replace(_search_path(words, index), value=value or "''")
    return _judge_value(name, value, written)


def _past_alias(words: Words, index: int) -> int:
    if words.at(index) == "as" and words.is_name(index + 1):
        return index + 2
    return index


def _is_config_end(words: Words, index: int) -> bool:
    if index == words.count:
        return True
    for asked in _ASKED_FOR:
        if words.starts(f"from {asked} where name =", index):
            end = index + len(asked.split()) + 4
            return words.count == end + 1 and words.tokens[end].kind is Kind.STRING
    return False


_ASKED_FOR = ("pg_show_all_settings ( )", "pg_settings", "pg_catalog . pg_settings")
"""What tells whether the server has a setting."""
_PATH = "search_path"
_CONFIG = (
    Kind.WORD, Kind.OPERATOR, Kind.STRING, Kind.OPERATOR, Kind.STRING, Kind.OPERATOR, Kind.WORD,
    Kind.OPERATOR,
)  # fmt: skip
"""``set_config('name', 'value', false)``."""


def _setting_name(words: Words, index: int) -> tuple[str, int]:
    schema, name, after = words.name(index)
    return (f"{schema}.{name}" if schema else name).lower(), after


def _limit(words: Words, name: str, index: int) -> Head:
    """Read a limit of time: the bastion sets its own before each statement, or this if shorter."""
    if words.count != index + 1 or _is_computed(words, index, words.count):
        return unknown("The value of a setting is a literal.")
    is_local = words.is_pg and words.at(1) == "local"
    return _setting(f"{LOCAL}{name}" if is_local else name, words.rest(index))


def _search_path(words: Words, index: int) -> Head:
    reason = "It changes which tables and functions bare names mean."
    head = make(EffectClass.ADMIN, reason=reason)
    return replace(head, change=ChangeKind.SET, name="search_path", value=words.rest(index))


def _set_transaction(words: Words, index: int) -> Head:
    tail = [words.at(position) for position in range(index, words.count)]
    if "write" in tail:
        return pinned("transaction_read_only")
    if any(word not in BEGIN_WORDS for word in tail):
        return unknown("SET TRANSACTION is given something that is not known.")
    return make(EffectClass.TRANSACTION)


def _is_plain_value(words: Words, index: int) -> bool:
    """Tell whether nothing is computed: words in a row may be an expression, NEXT VALUE FOR s."""
    return not _is_computed(words, index, words.count)


def _is_computed(words: Words, start: int, end: int) -> bool:
    kinds = [token.kind for token in words.tokens[start:end]]
    if any(one is other is Kind.WORD for one, other in pairwise(kinds)):
        return True
    return any(words.at(position) in {"(", "select", "@"} for position in range(start, end))


def _reset(words: Words) -> Head:
    if not words.is_pg:
        return make(EffectClass.ADMIN, reason="It resets a part of the server.")
    if words.count == 2 and words.at(1) == "all":
        return replace(make(EffectClass.SESSION), change=ChangeKind.RESET)
    if words.count == 3 and words.starts("time zone", 1):
        return _setting("timezone", "default")
    if words.starts("session authorization", 1):
        return pinned("role", EffectClass.PRIVILEGE)
    name, after = _setting_name(words, 1)
    if name == _PATH:
        return replace(_search_path(words, 1), value="default")
    if not name or after != words.count:
        return unknown("RESET name is expected here.")
    return _as_at_login(name)


def _discard(words: Words) -> Head:
    what = words.at(1)
    if words.count != _DISCARD_WORDS or what not in _DISCARDED:
        return unknown("DISCARD ALL, PLANS, SEQUENCES or TEMP is expected here.")
    head = make(EffectClass.SESSION)
    return head if what == "plans" else replace(head, change=ChangeKind.DISCARD, name=what)


def _use(words: Words) -> Head:
    name = words.name(1)[1]
    if words.count == 2 and name == words.database:
        return make(EffectClass.SESSION)
    if words.count == 2 and _PLAIN_NAME.fullmatch(name):
        return _setting("search_path", f'"{name}"')
    reason = "It changes the database, and with it what bare names mean."
    return replace(make(EffectClass.ADMIN, reason=reason), pinned=("database",))


_PLAIN_NAME = re.compile(r"[\w$-]+")
_SHOW_STRUCTURE = word_list(
    """
    tables columns fields index indexes keys create table databases schemas triggers events
    procedure function open privileges package
    """
)
_SHOW_WORDS = frozenset({"warnings", "errors", "grants"})
_SHOW_SETTINGS = word_list(
    """
    variables status engines storage charset character collation plugins profiles timezones
    master replica slave binary authors contributors locales all_slaves
    """
)
_LIMITS = {name: name in STATEMENT_LIMITS for name in (*STATEMENT_LIMITS, *LOCK_LIMITS)}
_LIBRARIES = word_list(
    """
    auto_explain citus credcheck dblink file_fdw google_columnar_engine hypopg ip4r orioledb
    passwordcheck pg_cron pg_hint_plan pg_partman_bgw pg_prewarm pg_qualstats pg_repack pg_squeeze
    pg_stat_monitor pg_stat_statements pg_strom pg_tle pgaudit pglogical plan_filter plcoffee
    plperl plpgsql plpgsql_check plpython plv8 postgis postgres_fdw rds repmgr safeupdate
    sepgsql set_user supautils timescaledb vector wal2json
    """
)


_DISCARD_WORDS = 2
_DISCARDED = word_list("all plans sequences temp temporary")


def _setting(name: str, value: str) -> Head:
    head = make(EffectClass.SESSION)
    return replace(head, change=ChangeKind.SET, name=name, value=value)


BOTH: dict[str, Reader] = {
    "show": _show,
    "set": _set,
    "reset": _reset,
}

POSTGRESQL: dict[str, Reader] = {
    "discard": _discard,
}

MYSQL: dict[str, Reader] = {
    "use": _use,
}
