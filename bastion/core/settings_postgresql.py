"""PostgreSQL's settings, by what a session does to itself and to others when it sets its own.

Free is what bears on how answers look, how they are computed and how fast, and what only refuses
more or says less. Judged is what changes how a statement is read, lifts a guard, takes from what
the server keeps of it, or outlives the session. The names are those of ``pg_settings`` of versions
15 to 18 that a session may set.
"""

from __future__ import annotations

import re

from bastion.core.builtins import names

_FREE = names(
    """
    application_name array_nulls backend_flush_after bytea_output check_function_bodies
    client_connection_check_interval commit_siblings compute_query_id constraint_exclusion
    cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction datestyle
    debug_parallel_query debug_pretty_print default_statistics_target
    default_text_search_config default_toast_compression default_transaction_deferrable
    default_transaction_isolation effective_cache_size effective_io_concurrency
    escape_string_warning exit_on_error extra_float_digits force_parallel_mode
    from_collapse_limit geqo geqo_effort geqo_generations geqo_pool_size geqo_seed
    geqo_selection_bias geqo_threshold gin_fuzzy_search_limit gin_pending_list_limit
    hash_mem_multiplier icu_validation_level idle_in_transaction_session_timeout
    idle_session_timeout intervalstyle io_combine_limit jit jit_above_cost jit_expressions
    jit_inline_above_cost jit_optimize_above_cost jit_tuple_deforming join_collapse_limit
    lc_messages lc_monetary lc_numeric lc_time logical_decoding_work_mem
    maintenance_io_concurrency maintenance_work_mem max_parallel_maintenance_workers
    max_parallel_workers max_parallel_workers_per_gather md5_password_warnings
    min_parallel_index_scan_size min_parallel_table_scan_size parallel_leader_participation
    parallel_setup_cost parallel_tuple_cost plan_cache_mode quote_all_identifiers
    random_page_cost recursive_worktable_factor row_security seq_page_cost
    stats_fetch_consistency synchronize_seqscans tcp_keepalives_count tcp_keepalives_idle
    tcp_keepalives_interval tcp_user_timeout temp_buffers timezone timezone_abbreviations
    trace_notify trace_sort track_cost_delay_timing track_functions track_io_timing
    track_wal_io_timing transaction_deferrable transaction_timeout vacuum_buffer_usage_limit
    vacuum_cost_delay vacuum_cost_limit vacuum_cost_page_dirty vacuum_cost_page_hit
    vacuum_cost_page_miss vacuum_failsafe_age vacuum_freeze_min_age vacuum_freeze_table_age
    vacuum_max_eager_freeze_failure_rate vacuum_multixact_failsafe_age
    vacuum_multixact_freeze_min_age vacuum_multixact_freeze_table_age vacuum_truncate
    wal_sender_timeout wal_skip_threshold work_mem xmlbinary xmloption
    """
)
"""With row security off a read fails that a policy would narrow; the idle limit of a login is set
again right behind a longer one."""
_ON = frozenset({"on", "true", "yes", "1"})
_OFF = frozenset({"off", "false", "no", "0"})
_BY_VALUE = {
    "allow_system_table_mods": _OFF,
    "backslash_quote": _OFF | {"safe_encoding"},
    "client_encoding": frozenset({"utf8", "unicode"}),
    "client_min_messages": frozenset({"notice", "warning", "error"}),
    "createrole_self_grant": frozenset({""}),
    "default_table_access_method": frozenset({"heap"}),
    "default_tablespace": frozenset({"", "pg_default"}),
    "default_transaction_read_only": _ON,
    "event_triggers": _ON,
    "ignore_checksum_failure": _OFF,
    "lo_compat_privileges": _OFF,
    "password_encryption": frozenset({"scram-sha-256"}),
    "restrict_nonsystem_relation_kind": frozenset({"view", "foreign-table", "view, foreign-table"}),
    "session_replication_role": frozenset({"origin"}),
    "standard_conforming_strings": _ON,
    "synchronous_commit": frozenset({"on", "true", "remote_apply"}),
    "temp_tablespaces": frozenset({""}),
    "track_activities": _ON,
    "track_counts": _ON,
    "transaction_isolation": frozenset(
        {"serializable", "repeatable read", "read committed", "read uncommitted"}
    ),
    "transaction_read_only": _ON,
    "transform_null_equals": _OFF,
    "zero_damaged_pages": _OFF,
}
"""Free by their value alone: what each login of ours begins with, as drivers and dumps write it
again, or what only says less or refuses more."""
KEPT = names(
    """
    session_authorization standard_conforming_strings transaction_isolation
    transaction_read_only transform_null_equals
    """
)
"""Not even DEFAULT is free: it need not be what the bastion has set at the login, or what the
fence of the running transaction says."""
_PINNED = KEPT | names(
    """
    allow_system_table_mods backslash_quote client_encoding client_min_messages
    default_tablespace default_transaction_read_only jit_provider local_preload_libraries
    log_statement role session_preload_libraries session_replication_role temp_tablespaces
    """
)


def is_free(name: str, value: str) -> bool:
    """Tell whether a session may give itself this setting.

    Args:
        name: in lower case.
        value: as the server takes it, without quotes.
    """
    if name in _FREE or name.startswith("enable_"):
        return True
    value = value.lower()
    if name == "client_encoding":
        # The server takes no notice of signs: UTF-8, utf_8.
        value = re.sub("[^a-z0-9]", "", value)
    return value in _BY_VALUE.get(name, ())


def is_pinned(name: str) -> bool:
    """Tell whether a statement that sets it otherwise is refused, whoever approves."""
    return name in _PINNED
