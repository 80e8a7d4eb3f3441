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
    Reader,
    Words,
    make,
    unknown,
)
from bastion.core.heads_set_mysql import pinned, read_set
from bastion.core.lexer import Kind
from bastion.core.limits import LOCAL, LOCK_LIMITS, STATEMENT_LIMITS
from bastion.core.model import EffectClass


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
    what = words.at(index)
    where = words.find("where", start=index)
    is_computed = any(
        words.at(i) in {"select", "@"} or (words.at(i) == "(" and words.at(i - 1) not in _LISTS)
        for i in range(where, words.count)
    )
    if (where > 0 and is_computed) or words.steps_sequence:
        return unknown("The condition of SHOW is computed, which is not read.")
    if any(words.at(i) == ":" for i in range(words.count)):
        return unknown("It assigns a variable.")
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
_LISTS = frozenset({"in", "and", "or", "not", "where", "("})
"""What a parenthesis may follow in a condition and be no call."""


def _set(words: Words) -> Head:
    return _set_postgresql(words) if words.is_pg else read_set(words)


def _set_postgresql(words: Words) -> Head:
    if words.starts("set constraints"):
        return make(EffectClass.TRANSACTION)
    if words.starts("set transaction"):
        return _set_transaction(words, 2)
    if words.starts("set session characteristics"):
        tail = [words.at(position) for position in range(5, words.count)]
        # What each login begins with; others would last longer than anybody looks at.
        is_usual = tail == ["isolation", "level", "read", "committed"]
        return make(EffectClass.SESSION) if is_usual else pinned("transaction_read_only")
    index = words.skip(1, "session", "local")
    if words.at(index) in {"authorization", "role"}:
        return pinned("role", EffectClass.PRIVILEGE)
    if words.at(index) == "names":
        return _set_pinned(words, "client_encoding", index + 1)
    if words.at(index) == "schema":
        return _search_path(words, index + 1)
    if words.starts("time zone", index):
        return _setting("timezone", words.rest(index + 2))
    return _set_named(words, index)


def _set_named(words: Words, index: int) -> Head:
    name, after = _setting_name(words, index)
    if not name or words.at(after) not in {"=", "to"}:
        return unknown("SET name TO value is expected here.")
    if name in _LIMITS:
        return _limit(words, name, after + 1)
    if words.at(after + 1) == "default" and not _is_harmless(name, _HARMLESS_PG):
        return pinned(name)
    if name == "search_path":
        return _search_path(words, after + 1)
    if not _is_plain_value(words, after + 1):
        return unknown("The value of a setting is a literal.")
    if name in _AS_PINNED:
        return _set_pinned(words, name, after + 1)
    return _judge_setting(name, words.rest(after + 1), _HARMLESS_PG)


def _setting_name(words: Words, index: int) -> tuple[str, int]:
    schema, name, after = words.name(index)
    return (f"{schema}.{name}" if schema else name).lower(), after


def _judge_setting(name: str, value: str, harmless: frozenset[str]) -> Head:
    if _is_harmless(name, harmless):
        return _setting(name, value)
    if name in _PINNED:
        return pinned(name)
    if "." in name and name.partition(".")[0] not in _LIBRARIES:
        return _setting(name, value)
    return make(EffectClass.ADMIN, reason=f"The setting {name} is not among the harmless ones.")


def _is_harmless(name: str, harmless: frozenset[str]) -> bool:
    return name in harmless or name.startswith("enable_")


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


def _set_pinned(words: Words, name: str, index: int) -> Head:
    """Judge SET of a setting that the bastion pins: to that very value it changes nothing."""
    values = [token.value.lower() for token in words.tokens[index:]]
    if len(values) == 1 and values[0] in _AS_PINNED.get(name, ()):
        return make(EffectClass.SESSION)
    return pinned(name)


_ON = frozenset({"on", "true", "1"})
_AS_PINNED = {
    "standard_conforming_strings": _ON,
    "row_security": _ON,
    "client_encoding": frozenset({"utf8", "utf-8", "unicode"}),
    "client_min_messages": frozenset({"notice", "warning", "error"}),
}
"""What each login of ours begins with, as drivers write it again, or what only says less."""


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
    name = words.at(1)
    if words.count == 2 and (_is_harmless(name, _HARMLESS_PG) or name in _LIMITS):
        return _setting(name, "default")
    if words.count == 2 and name == "client_min_messages":
        return make(EffectClass.SESSION)
    if words.count == 3 and words.starts("time zone", 1):
        return _setting("timezone", "default")
    if name == "search_path":
        return replace(_search_path(words, 1), value="default")
    reason = "It would lift the settings that the bastion pins."
    return replace(make(EffectClass.ADMIN, reason=reason), pinned=(name or "all",))


def _discard(words: Words) -> Head:
    if words.at(1) == "plans":
        return make(EffectClass.SESSION)
    if words.at(1) in {"temp", "temporary", "sequences"}:
        return replace(
            make(EffectClass.ADMIN, reason="It drops what the session has made."),
            change=ChangeKind.DISCARD,
        )
    reason = "It would lift the settings that the bastion pins."
    return replace(make(EffectClass.ADMIN, reason=reason), pinned=("all",))


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
_PINNED = word_list("""transaction_read_only default_transaction_read_only transaction_isolation
    default_transaction_isolation default_transaction_deferrable transaction_deferrable
    session_replication_role role session_authorization standard_conforming_strings
    client_encoding backslash_quote escape_string_warning transaction_timeout
    idle_in_transaction_session_timeout idle_session_timeout row_security
    client_min_messages log_statement check_function_bodies allow_system_table_mods
    default_tablespace temp_tablespaces session_preload_libraries local_preload_libraries
    jit_provider""")
_LIMITS = {name: name in STATEMENT_LIMITS for name in (*STATEMENT_LIMITS, *LOCK_LIMITS)}
_HARMLESS_PG = word_list(
    """
    datestyle intervalstyle timezone extra_float_digits bytea_output application_name work_mem
    hash_mem_multiplier maintenance_work_mem temp_buffers effective_cache_size
    random_page_cost seq_page_cost cpu_tuple_cost cpu_index_tuple_cost cpu_operator_cost
    effective_io_concurrency max_parallel_workers max_parallel_workers_per_gather
    parallel_setup_cost parallel_tuple_cost min_parallel_table_scan_size
    min_parallel_index_scan_size force_parallel_mode debug_parallel_query
    parallel_leader_participation jit jit_above_cost jit_inline_above_cost
    jit_optimize_above_cost join_collapse_limit from_collapse_limit geqo geqo_threshold
    plan_cache_mode constraint_exclusion cursor_tuple_fraction default_statistics_target
    lc_messages lc_monetary lc_numeric lc_time default_text_search_config xmlbinary xmloption
    array_nulls track_io_timing compute_query_id gin_fuzzy_search_limit timezone_abbreviations
    """
)
_LIBRARIES = word_list(
    """
    auto_explain citus credcheck dblink file_fdw google_columnar_engine hypopg ip4r orioledb
    passwordcheck pg_cron pg_hint_plan pg_partman_bgw pg_prewarm pg_qualstats pg_repack pg_squeeze
    pg_stat_monitor pg_stat_statements pg_strom pg_tle pgaudit pglogical plan_filter plcoffee
    plperl plpgsql plpgsql_check plpython plv8 postgis postgres_fdw rds repmgr safeupdate
    sepgsql set_user supautils timescaledb vector wal2json
    """
)


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
