"""Session variables of MySQL 8.4 and MariaDB 10.6 to 11.8, gone through one by one.

What is in no list here changes what others see, what is replicated, logged or kept, where files go
or which server is asked: a reviewer decides.
"""

FREE = """
    alter_algorithm analyze_max_length analyze_sample_percentage aria_repair_threads
    aria_sort_buffer_size aria_stats_method big_tables bulk_insert_buffer_size
    character_set_server collation_server column_compression_threshold
    column_compression_zlib_level column_compression_zlib_strategy column_compression_zlib_wrap
    connection_memory_chunk_size connection_memory_limit cte_max_recursion_depth
    deadlock_search_depth_long deadlock_search_depth_short deadlock_timeout_long
    deadlock_timeout_short default_collation_for_utf8mb4 default_regex_flags
    default_week_format div_precision_increment end_markers_in_json eq_range_index_dive_limit
    expensive_subquery_limit explain_format explain_json_format_version
    explicit_defaults_for_timestamp group_concat_max_len histogram_generation_max_mem_size
    histogram_size histogram_type identity in_predicate_conversion_threshold
    information_schema_stats_expiry innodb_compression_default innodb_ft_enable_stopword
    innodb_parallel_read_threads innodb_snapshot_isolation innodb_table_locks
    interactive_timeout internal_tmp_mem_storage_engine join_buffer_size
    join_buffer_space_limit join_cache_level last_insert_id lc_messages lc_time_names
    log_queries_not_using_indexes log_slow_admin_statements log_slow_disabled_statements
    log_slow_filter log_slow_max_warnings log_slow_min_examined_row_limit log_slow_query
    log_slow_query_time log_slow_rate_limit log_slow_verbosity log_warnings long_query_time
    low_priority_updates max_allowed_packet max_heap_table_size max_join_size
    max_length_for_sort_data max_points_in_geometry max_recursive_iterations
    max_rowid_filter_size max_seeks_for_key max_session_mem_used max_sort_length
    max_sp_recursion_depth max_tmp_tables mhnsw_ef_search min_examined_row_limit
    mrr_buffer_size myisam_repair_threads myisam_sort_buffer_size myisam_stats_method
    net_buffer_length net_read_timeout net_retry_count net_write_timeout note_verbosity
    old_alter_table optimizer_adjust_secondary_key_costs optimizer_costs
    optimizer_disk_read_cost optimizer_disk_read_ratio optimizer_disk_setup_cost
    optimizer_extra_pruning_depth optimizer_index_block_copy_cost
    optimizer_join_limit_pref_ratio optimizer_key_compare_cost optimizer_key_copy_cost
    optimizer_key_lookup_cost optimizer_key_next_find_cost optimizer_max_sel_arg_weight
    optimizer_max_sel_args optimizer_prune_level optimizer_row_copy_cost
    optimizer_row_lookup_cost optimizer_row_next_find_cost optimizer_rowid_compare_cost
    optimizer_rowid_copy_cost optimizer_scan_setup_cost optimizer_search_depth
    optimizer_selectivity_sampling_limit optimizer_switch optimizer_trace
    optimizer_trace_features optimizer_trace_limit optimizer_trace_max_mem_size
    optimizer_trace_offset optimizer_use_condition_selectivity optimizer_where_cost
    parser_max_mem_size preload_buffer_size profiling profiling_history_size
    progress_report_time query_alloc_block_size query_cache_strip_comments query_cache_type
    query_cache_wlock_invalidate query_prealloc_size rand_seed1 rand_seed2
    range_alloc_block_size range_optimizer_max_mem_size read_buffer_size read_rnd_buffer_size
    rowid_merge_buff_size select_into_buffer_size session_track_gtids session_track_schema
    session_track_state_change session_track_system_variables session_track_transaction_info
    set_operations_buffer_size show_create_table_verbosity slow_query_log sort_buffer_size
    sql_big_selects sql_buffer_result sql_notes sql_warnings subquery_cache_size tcp_nodelay
    temptable_max_ram time_zone tmp_disk_table_size tmp_memory_table_size tmp_table_size
    transaction_alloc_block_size transaction_prealloc_size updatable_views_with_limit
    use_stat_tables wait_timeout windowing_use_high_precision wsrep_retry_autocommit
    wsrep_sync_wait
"""
"""How rows are shown, found and kept in memory, how long the session lives, what the server says of
slow statements: whatever the value."""

CHECKS = "check_constraint_checks foreign_key_checks unique_checks"
"""What the server refuses of a write: free, and a write while one is off is administration too."""

AS_LOGIN = {
    "auto_increment_increment": "1",
    "auto_increment_offset": "1",
    "binlog_format": "row",
    "binlog_row_image": "full",
    "character_set_database": "utf8mb4 utf8mb3 utf8",
    "completion_type": "0 no_chain",
    "default_storage_engine": "innodb",
    "default_tmp_storage_engine": "innodb aria memory myisam default",
    "innodb_strict_mode": "on true 1",
    "keep_files_on_create": "off false 0",
    "max_error_count": "64",
    "old_mode": "utf8_is_utf8mb3",
    "old_passwords": "off false 0",
    "skip_replication": "off false 0",
    "sql_auto_is_null": "off false 0",
    "sql_if_exists": "off false 0",
    "sql_log_bin": "on true 1",
    "sql_log_off": "off false 0",
    "sql_quote_show_create": "on true 1",
    "sql_safe_updates": "on off true false 1 0 default",
    "sql_select_limit": "default",
    "standard_compliant_cte": "on true 1",
    "storage_engine": "innodb",
    "system_versioning_asof": "default",
    "system_versioning_insert_history": "off false 0",
    "timestamp": "default 0",
    "transaction_isolation":
        "read-uncommitted read-committed repeatable-read serializable default",
    "tx_isolation": "read-uncommitted read-committed repeatable-read serializable default",
    "autocommit": "on off true false 1 0",
    "wsrep_on": "on true 1",
}  # fmt: skip
"""What each login of ours begins with, as drivers and dumps write it again, or what only says less
or refuses more: writes without a condition the policy judges, whatever the server thinks."""

PINNED = """
    autocommit big_tables character_set_client character_set_connection character_set_database
    character_set_results collation_connection collation_database
    completion_type debug debug_dbug gtid_domain_id gtid_next gtid_seq_no
    init_connect local_infile max_error_count old_mode pseudo_slave_mode pseudo_thread_id
    server_id skip_replication sql_auto_is_null sql_log_bin sql_log_off sql_mode
    sql_quote_show_create sql_safe_updates sql_select_limit standard_compliant_cte timestamp
    transaction_isolation transaction_read_only tx_isolation tx_read_only
"""
"""What a statement means or what a fence holds depends on these: other values are refused."""

ENCODINGS = """
    armscii8 ascii big5 binary cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 cp932 dec8 default
    eucjpms euckr gb18030 gb2312 gbk geostd8 greek hebrew hp8 keybcs2 koi8r koi8u latin1 latin2
    latin5 latin7 macce macroman null sjis swe7 tis620 ucs2 ujis utf16 utf16le utf32
"""
"""Other than UTF-8, as SET NAMES and SET character_set_results take them."""

STRICT_MODES = "strict_trans_tables strict_all_tables traditional"
FREE_MODES = f"""
    {STRICT_MODES} allow_invalid_dates error_for_division_by_zero no_auto_create_user
    no_auto_value_on_zero no_dir_in_create no_engine_substitution no_unsigned_subtraction
    no_zero_date no_zero_in_date only_full_group_by pad_char_to_full_length real_as_float
    time_round_fractional time_truncate_fractional
"""
REFUSED_MODES = """
    ansi ansi_quotes db2 high_not_precedence ignore_space maxdb mssql mysql323 mysql40
    no_backslash_escapes no_field_options no_key_options no_table_options oracle pipes_as_concat
    postgresql
"""
"""Under these a text means something else to the server than to the analysis, or it tells less of
how a table is made."""

SPOKEN_MODES = "ansi ansi_quotes ignore_space pipes_as_concat"
"""Of these, what is written anew for a server that is kept out of them."""

CLOSE_CALLED = """
    adddate bit_and bit_or bit_xor cast count curdate curtime date_add date_sub extract group_concat
    max mid min now position session_user std stddev stddev_pop stddev_samp subdate substr substring
    sum sysdate system_user trim var_pop var_samp variance
"""
"""Functions whose parenthesis stands right behind the name, but under IGNORE_SPACE."""

BEFORE_PARENTHESIS = """
    all and as between binary by check collate default distinct distinctrow div else elseif escape
    exists from group having in inner into is join key like limit not offset on or order primary
    regexp return rlike row rows select separator set sounds then union until unique using value
    values when where while with xor
"""
"""What stands before a parenthesis and calls nothing."""
