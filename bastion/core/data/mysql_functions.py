"""Built-in functions of MySQL 8 and 9, MariaDB 10 and 11, gone through one by one.

From ``information_schema.SQL_FUNCTIONS`` and both manuals. Names of the form ``x (`` that the
grammar knows, such as ``values`` and ``interval``, are here too.
"""

PURE = """
    from_vector geomcollection icu_version mbrcoveredby mbrcovers mbrdisjoint mbrequals
    mbroverlaps mbrtouches multilinestring multipoint multipolygon st_aswkb st_aswkt
    st_buffer_strategy st_collect st_convexhull st_endpoint st_exteriorring st_frechetdistance
    st_geomcollfromtext st_geometryn st_geomfromwkb st_hausdorffdistance st_interiorringn
    st_isclosed st_isempty st_issimple st_latfromgeohash st_linefromtext st_linefromwkb
    st_lineinterpolatepoint st_lineinterpolatepoints st_longfromgeohash st_mlinefromtext
    st_mpointfromtext st_mpolyfromtext st_numgeometries st_numinteriorring st_numinteriorrings
    st_pointatdistance st_pointfromgeohash st_pointfromwkb st_polyfromtext st_polyfromwkb
    st_startpoint st_swapxy st_symdifference st_transform st_validate string_to_vector to_vector
    vector_dim vector_distance vector_to_string
    is_free_lock is_used_lock release_all_locks release_lock
    concat_operator_oracle decode_oracle geometrytype json_array_intersect json_key_value
    json_object_filter_keys json_object_to_array kdf lpad_oracle ltrim_oracle replace_oracle
    rownum rpad_oracle rtrim_oracle schemas st_point substr_oracle to_number trim_oracle uuid_v4
    uuid_v7
    abs acos add_months adddate addtime aes_decrypt aes_encrypt any_value area asbinary ascii
    asin astext aswkb aswkt atan atan2 avg bin bin_to_uuid binary binlog_gtid_pos bit_and
    bit_count bit_length bit_or bit_xor cast ceil ceiling centroid char char_length
    character_length charset chr coalesce coercibility collation column_add column_check
    column_create column_delete column_exists column_get column_json column_list compress concat
    concat_ws connection_id contains conv convert convert_tz cos cot count crc32 crc32c
    cume_dist curdate current_date current_role current_time current_timestamp current_user
    curtime database date date_add date_diff date_format date_sub datediff datetime day dayname
    dayofmonth dayofweek dayofyear decimal decode decode_histogram default degrees dense_rank
    des_decrypt des_encrypt distance double elt encode encrypt envelope exists exp export_set
    extract extractvalue field find_in_set first_value float floor format format_bytes
    format_pico_time found_rows from_base64 from_days from_unixtime geometrycollection get_format
    geomfromtext glength greatest group_concat grouping gtid_subset gtid_subtract hex hour if
    ifnull in inet6_aton inet6_ntoa inet_aton inet_ntoa insert instr intersects interval is_ipv4
    is_ipv4_compat is_ipv4_mapped is_ipv6 is_uuid isnull json_array json_array_append
    json_array_insert json_arrayagg json_compact json_contains json_contains_path json_depth
    json_detailed json_equals json_exists json_extract json_insert json_keys json_length
    json_loose json_merge json_merge_patch json_merge_preserve json_normalize json_object
    json_objectagg json_overlaps json_pretty json_query json_quote json_remove json_replace
    json_schema_valid json_schema_validation_report json_search json_set json_storage_free
    json_storage_size json_table json_type json_unquote json_valid json_value lag last_day
    last_insert_id last_value lastval lcase lead least left length lengthb linestring ln
    localtime localtimestamp locate log log10 log2 lower lpad ltrim make_set makedate maketime
    match max mbrcontains mbrintersects mbrwithin md5 median member microsecond mid min minute
    mod month monthname name_const natural_sort_key not now nth_value ntile nullif numpoints nvl
    nvl2 oct octet_length old_password ord password percent_rank percentile_cont percentile_disc
    period_add period_diff pi point pointn polygon position pow power ps_current_thread_id
    quarter quote radians rand random_bytes rank regexp_instr regexp_like regexp_replace
    regexp_substr repeat replace reverse right round row row_count row_number rpad rtrim schema
    sec_to_time second session_user sformat sha sha1 sha2 sign signed sin soundex space sqrt
    srid st_area st_asbinary st_asgeojson st_astext st_buffer st_centroid st_contains st_crosses
    st_difference st_dimension st_disjoint st_distance st_distance_sphere st_envelope st_equals
    st_geohash st_geometrytype st_geomfromgeojson st_geomfromtext st_intersection st_intersects
    st_isvalid st_latitude st_length st_longitude st_makeenvelope st_numpoints st_overlaps
    st_pointfromtext st_pointn st_simplify st_srid st_touches st_union st_within st_x st_y
    statement_digest statement_digest_text std stddev stddev_pop stddev_samp str_to_date strcmp
    subdate substr substring substring_index subtime sum sys_guid sysdate system_user tan time
    time_format time_to_sec timediff timestamp timestampadd timestampdiff to_base64 to_char
    to_days to_seconds trim truncate ucase uncompress uncompressed_length unhex unix_timestamp
    unsigned updatexml upper user utc_date utc_time utc_timestamp uuid uuid_short uuid_to_bin
    value values var_pop var_samp variance vec_distance vec_distance_cosine
    vec_distance_euclidean vec_fromtext vec_totext version week weekday weekofyear weight_string
    within x y year yearweek
"""
"""Computes from its arguments, or reads the catalogue, the clock or a random source."""

OF_SYS = """
    extract_schema_from_file_name extract_table_from_file_name format_bytes format_path
    format_statement format_time list_add list_drop ps_is_account_enabled ps_is_consumer_enabled
    ps_is_instrument_default_enabled ps_is_instrument_default_timed quote_identifier
    sys_get_config version_major version_minor version_patch
"""
"""Stored functions of the schema ``sys``, which the server brings along."""

SLEEP = """
    sleep
"""
"""Waits; a read when the length is a literal, for the statement timeout ends it."""

WRITES = """
    nextval setval
"""
"""Changes stored data: sequences, large objects, statistics, indexes."""

ADMIN = """
    asynchronous_connection_failover_add_source asynchronous_connection_failover_delete_source
    benchmark get_lock group_replication_set_as_primary master_gtid_wait master_pos_wait
    source_pos_wait
    wait_for_executed_gtid_set wait_until_sql_thread_after_gtids wsrep_last_seen_gtid
    wsrep_last_written_gtid wsrep_sync_wait_upto_gtid
"""
"""Locks, settings, replication, maintenance."""

OUTSIDE = """
    http_get http_post internal_get_comment_or_error lib_mysqludf_sys_info load_file
    spider_bg_direct_sql spider_copy_tables spider_direct_sql spider_flush_table_mon_cache
    sys_eval sys_exec sys_get sys_set
"""
"""Reaches files, other servers or other sessions."""
