"""Built-in functions whose result comes from their arguments and the server's structure alone.

The question is flow, not effect: ``random`` is here, ``query_to_xml`` is not, since it reads
tables that its arguments only name. A built-in that is missing here is not proven, so its
result is masked. PostgreSQL's part holds the functions that pg_proc of versions 15 to 18 calls
immutable, and stable or volatile ones that were reviewed one by one.
"""

from __future__ import annotations

from bastion.core.model import Engine


def names(text: str) -> frozenset[str]:
    """Read names separated by white space."""
    return frozenset(text.split())


_POSTGRESQL = names(
    """
    _pg_char_max_length _pg_char_octet_length _pg_datetime_precision _pg_expandarray
    _pg_index_position _pg_interval_type _pg_numeric_precision _pg_numeric_precision_radix
    _pg_numeric_scale _pg_truetypid _pg_truetypmod abbrev abs acldefault aclexplode acos acosd
    acosh age any_value area array_agg array_append array_cat array_dims array_fill
    array_length array_lower array_ndims array_position array_positions array_prepend
    array_remove array_replace array_reverse array_sample array_shuffle array_sort
    array_to_json array_to_string array_to_tsvector array_upper ascii asind asinh atan atan2
    atan2d atand atanh avg bit bit_and bit_count bit_length bit_or bit_xor bool bool_and
    bool_or booland_statefunc boolor_statefunc bound_box box bpchar broadcast bytea cardinality
    casefold cbrt ceil ceiling center char character_length chr cidr circle clock_timestamp
    coalesce col_description concat concat_ws convert convert_from convert_to corr cos cosd
    cosh cot cotd count covar_pop covar_samp crc32 crc32c cume_dist current_database
    current_schema current_schemas current_setting current_user currval date date_add date_part
    date_subtract date_trunc datemultirange daterange decode degrees dense_rank dexp diagonal
    diameter div dlog1 dlog10 dround dtrunc encode enum_first enum_last enum_range erf erfc
    every exp extract factorial family first_value float4 float8 floor format format_type gamma
    gcd gen_random_uuid generate_series generate_subscripts get_bit get_byte
    get_current_ts_config getdatabaseencoding greatest grouping has_any_column_privilege
    has_column_privilege has_database_privilege has_function_privilege has_schema_privilege
    has_sequence_privilege has_table_privilege has_type_privilege hashtext hashtextextended
    height host hostmask icu_unicode_version ifnull inet_client_addr inet_client_port
    inet_merge inet_same_family inet_server_addr inet_server_port initcap int2 int4
    int4multirange int4range int8 int8multirange int8range interval interval_pl is_normalized
    isclosed isempty isfinite ishorizontal isopen isparallel isperp isvertical json_agg
    json_agg_strict json_array json_array_elements json_array_elements_text json_array_length
    json_arrayagg json_build_array json_build_object json_each json_each_text json_exists
    json_object json_object_agg json_object_agg_strict json_object_agg_unique
    json_object_agg_unique_strict json_object_keys json_objectagg json_populate_record
    json_populate_recordset json_query json_scalar json_serialize json_strip_nulls
    json_to_record json_to_recordset json_to_tsvector json_typeof json_value jsonb_agg
    jsonb_agg_strict jsonb_array_elements jsonb_array_elements_text jsonb_array_length
    jsonb_build_array jsonb_build_object jsonb_contained jsonb_contains jsonb_each
    jsonb_each_text jsonb_exists jsonb_exists_all jsonb_exists_any jsonb_insert jsonb_object
    jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique
    jsonb_object_agg_unique_strict jsonb_object_keys jsonb_path_exists jsonb_path_exists_tz
    jsonb_path_match jsonb_path_match_tz jsonb_path_query jsonb_path_query_array
    jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz
    jsonb_path_query_tz jsonb_populate_record jsonb_populate_recordset jsonb_pretty jsonb_set
    jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_to_tsvector
    jsonb_typeof justify_days justify_hours justify_interval lag last_value lastval lcm lead
    least left length lgamma like line ln log log10 lower lower_inc lower_inf lpad lseg ltrim
    macaddr macaddr8 macaddr8_set7bit make_date make_interval make_time make_timestamp
    make_timestamptz makeaclitem masklen max md5 merge_action min min_scale mod mode money
    multirange mxid_age name netmask network nextval normalize notlike now npoints nth_value
    ntile nullif num_nonnulls num_nulls numeric nummultirange numnode numrange obj_description
    octet_length oid oidvectortypes ordered_set_transition_multi overlaps overlay parse_ident
    path pclose percent_rank percentile_cont percentile_disc pg_advisory_lock
    pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared
    pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_available_extension_versions
    pg_available_extensions pg_backend_pid pg_basetype pg_blocking_pids pg_char_to_encoding
    pg_client_encoding pg_collation_for pg_column_compression pg_column_size pg_conf_load_time
    pg_current_snapshot pg_current_wal_lsn pg_current_xact_id pg_current_xact_id_if_assigned
    pg_database_size pg_describe_object pg_encoding_max_length pg_encoding_to_char
    pg_filenode_relation pg_function_is_visible pg_get_constraintdef pg_get_expr
    pg_get_function_arguments pg_get_function_identity_arguments pg_get_function_result
    pg_get_functiondef pg_get_indexdef pg_get_keywords pg_get_partition_constraintdef
    pg_get_partkeydef pg_get_ruledef pg_get_serial_sequence pg_get_statisticsobjdef
    pg_get_triggerdef pg_get_userbyid pg_get_viewdef pg_has_role pg_identify_object
    pg_indexes_size pg_input_is_valid pg_is_in_backup pg_is_in_recovery pg_is_other_temp_schema
    pg_is_wal_replay_paused pg_isolation_test_session_is_blocked pg_last_wal_receive_lsn
    pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_lsn pg_my_temp_schema
    pg_options_to_table pg_partition_ancestors pg_partition_root pg_partition_tree
    pg_postmaster_start_time pg_relation_filenode pg_relation_filepath pg_relation_is_updatable
    pg_relation_size pg_sequence_parameters pg_settings_get_flags pg_size_bytes pg_size_pretty
    pg_sleep pg_split_walfile_name pg_stat_get_backend_pid pg_stat_get_dead_tuples
    pg_stat_get_live_tuples pg_stat_get_tuples_returned pg_table_is_visible pg_table_size
    pg_tablespace_size pg_timezone_abbrevs pg_timezone_names pg_total_relation_size
    pg_trigger_depth pg_try_advisory_lock pg_try_advisory_lock_shared pg_try_advisory_xact_lock
    pg_try_advisory_xact_lock_shared pg_type_is_visible pg_typeof pg_wal_lsn_diff pg_walfile_name
    phraseto_tsquery pi plainto_tsquery point polygon popen position pow power prsd_end
    prsd_headline prsd_lextype prsd_nexttoken prsd_start querytree quote_ident quote_literal
    quote_nullable radians radius random random_normal range_agg range_intersect_agg
    range_merge rank regexp_count regexp_instr regexp_like regexp_match regexp_matches
    regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr regr_avgx
    regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy repeat
    replace reverse right round row row_number row_security_active row_to_json rpad rtrim
    satisfies_hash_partition scale session_user set_bit set_byte set_config set_masklen setseed
    setweight sha224 sha256 sha384 sha512 shobj_description sign similar_escape
    similar_to_escape sind sinh slope split_part sqrt starts_with statement_timestamp stddev
    stddev_pop stddev_samp string_agg string_to_array string_to_table strip strpos substr
    substring sum tan tand tanh text texticregexeq textlen time timeofday timestamp timestamptz
    timetz timezone to_ascii to_bin to_char to_date to_hex to_json to_jsonb to_number to_oct
    to_regclass to_regnamespace to_regproc to_regrole to_regtype to_timestamp to_tsquery
    to_tsvector transaction_timestamp translate trim_array trim_scale trunc ts_debug ts_delete
    ts_filter ts_headline ts_rank ts_rank_cd tsmultirange tsrange tstzmultirange tstzrange
    tsvector_to_array txid_current txid_snapshot_xip txid_snapshot_xmax
    txid_visible_in_snapshot unicode_assigned unicode_version unistr unnest upper upper_inc
    upper_inf uuid_extract_timestamp uuid_extract_version uuidv4 uuidv7 var_pop var_samp
    varchar variance version websearch_to_tsquery width width_bucket xml xml_is_well_formed
    xml_is_well_formed_content xml_is_well_formed_document xmlagg xmlcomment xmlconcat
    xmlconcat2 xmlelement xmlexists xmlforest xmlparse xmlpi xmlroot xmlserialize xmltext
    xmlvalidate xpath xpath_exists
    """
)
"""Names in ``pg_catalog``, and forms that sqlglot reads as calls."""

_MYSQL = names(
    """
    abs acos adddate addtime aes_decrypt aes_encrypt any_value ascii asin atan atan2 avg benchmark
    bin bin_to_uuid bit_and bit_count bit_length bit_or bit_xor cast ceil ceiling char char_length
    character_length charset chr coalesce coercibility collation column_add column_check
    column_create column_delete column_exists column_get column_json column_list compress concat
    concat_operator_oracle concat_ws connection_id conv convert convert_tz cos cot count crc32
    crc32c cume_dist curdate current_date current_role current_time current_timestamp current_user
    curtime database date date_add date_format date_sub datediff day dayname dayofmonth dayofweek
    dayofyear decode decode_oracle degrees dense_rank des_decrypt des_encrypt div elt encode
    encrypt exp export_set extract extractvalue field find_in_set first_value floor format
    format_bytes format_pico_time found_rows from_base64 from_days from_unixtime geometrytype
    get_format greatest group_concat grouping hex hour if ifnull inet6_aton inet6_ntoa inet_aton
    inet_ntoa insert instr interval is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6 is_uuid isnull
    json_array json_array_append json_array_insert json_array_intersect json_arrayagg json_compact
    json_contains json_contains_path json_depth json_detailed json_equals json_exists json_extract
    json_insert json_key_value json_keys json_length json_loose json_merge json_merge_patch
    json_merge_preserve json_normalize json_object json_object_filter_keys json_object_to_array
    json_objectagg json_overlaps json_pretty json_query json_quote json_remove json_replace
    json_schema_valid json_search json_set json_storage_size json_type json_unquote json_valid
    json_value kdf lag last_day last_insert_id last_value lastval lcase lead least left length
    lengthb ln localtime localtimestamp locate log log10 log2 lower lpad ltrim make_set makedate
    maketime max md5 median microsecond mid min minute mod month monthname name_const
    natural_sort_key now nth_value ntile nullif nvl nvl2 oct octet_length old_password ord
    password percent_rank percentile_cont percentile_disc period_add period_diff pi position pow
    power quarter quote radians rand random_bytes rank regexp_instr regexp_like regexp_replace
    regexp_substr repeat replace reverse right round row row_count row_number rownum rpad rtrim
    schema sec_to_time second session_user sformat sha sha1 sha2 sign sin sleep soundex space sqrt
    st_area st_asgeojson st_astext st_contains st_distance st_distance_sphere st_geomfromtext
    st_intersects st_point st_pointfromtext st_srid st_within st_x st_y std stddev stddev_pop
    stddev_samp str_to_date strcmp subdate substr substring substring_index subtime sum sys_guid
    sysdate system_user tan time time_format time_to_sec timediff timestamp timestampadd
    timestampdiff to_base64 to_char to_days to_number to_seconds trim truncate ucase uncompress
    uncompressed_length unhex unix_timestamp updatexml upper user utc_date utc_time utc_timestamp
    uuid uuid_short uuid_to_bin uuid_v4 uuid_v7 validate_password_strength value values var_pop
    var_samp variance version week weekday weekofyear weight_string year yearweek
    """
)
"""MySQL 8 and MariaDB 10.6 to 11; ``load_file`` and ``sys_eval`` are not here."""

_POSTGRESQL_EXTENSIONS = names(
    """
    akeys avals crypt digest dmetaphone dmetaphone_alt each gen_salt hmac hstore hstore_to_json
    hstore_to_jsonb levenshtein levenshtein_less_equal metaphone nlevel similarity skeys soundex
    st_area st_asbinary st_asewkt st_asgeojson st_astext st_buffer st_centroid st_contains
    st_covers st_distance st_distancesphere st_dwithin st_envelope st_geogfromtext
    st_geometrytype st_geomfromgeojson st_geomfromtext st_intersection st_intersects st_isvalid
    st_length st_makeenvelope st_makepoint st_npoints st_perimeter st_point st_setsrid
    st_simplify st_srid st_transform st_union st_within st_x st_y strict_word_similarity subltree
    subpath svals time_bucket unaccent uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3
    uuid_generate_v4 uuid_generate_v5 uuid_nil uuid_ns_dns uuid_ns_url word_similarity
    """
)
"""Of the extensions that come with the server, PostGIS and TimescaleDB."""
_POSTGRESQL_STRUCTURE = names(
    """
    getpgusername has_foreign_data_wrapper_privilege has_language_privilege
    has_parameter_privilege has_server_privilege has_tablespace_privilege
    json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text
    pg_collation_is_visible pg_column_is_updatable pg_conversion_is_visible pg_get_acl
    pg_get_function_arg_default pg_get_function_sqlbody pg_get_statisticsobjdef_columns
    pg_get_statisticsobjdef_expressions pg_get_replica_identity_index
    pg_index_column_has_property pg_index_has_property
    pg_indexam_has_property pg_jit_available pg_opclass_is_visible pg_operator_is_visible
    pg_opfamily_is_visible pg_relation_is_publishable pg_statistics_obj_is_visible
    pg_ts_config_is_visible pg_ts_dict_is_visible pg_ts_parser_is_visible
    pg_ts_template_is_visible pg_xact_status to_regcollation to_regoper to_regoperator
    to_regprocedure
    """
)
"""They tell of the schema and of the session's own rights."""
_MYSQL_SHAPES = names(
    """
    area asbinary astext aswkb aswkt centroid envelope geometrycollection geomfromtext glength
    linestring mbrcontains mbrintersects mbrwithin numpoints point pointn polygon srid st_asbinary
    st_buffer st_centroid st_crosses st_difference st_dimension st_disjoint st_envelope st_equals
    st_geohash st_geometrytype st_geomfromgeojson st_intersection st_isvalid st_latitude st_length
    st_longitude st_makeenvelope st_numpoints st_overlaps st_pointn st_simplify st_touches st_union
    vec_distance vec_distance_cosine vec_distance_euclidean vec_fromtext vec_totext
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
    distance json_schema_validation_report json_storage_free statement_digest statement_digest_text
    """
)

PURE = {
    Engine.POSTGRESQL: _POSTGRESQL | _POSTGRESQL_EXTENSIONS | _POSTGRESQL_STRUCTURE,
    Engine.MYSQL: _MYSQL | _MYSQL_SHAPES,
}
"""By engine, lower-case names."""

ROW_SHAPES: dict[str, tuple[str, ...]] = {
    "json_each": ("key", "value"),
    "jsonb_each": ("key", "value"),
    "json_each_text": ("key", "value"),
    "jsonb_each_text": ("key", "value"),
    "json_array_elements": ("value",),
    "jsonb_array_elements": ("value",),
    "json_array_elements_text": ("value",),
    "jsonb_array_elements_text": ("value",),
    "pg_get_keywords": ("word", "catcode", "barelabel", "catdesc", "baredesc"),
    "pg_timezone_names": ("name", "abbrev", "utc_offset", "is_dst"),
    "pg_partition_ancestors": ("relid",),
    "pg_partition_tree": ("relid", "parentrelid", "isleaf", "level"),
    "aclexplode": ("grantor", "grantee", "privilege_type", "is_grantable"),
    "pg_options_to_table": ("option_name", "option_value"),
    "ts_parse": ("tokid", "token"),
    "ts_token_type": ("tokid", "alias", "description"),
    "ts_debug": ("alias", "description", "token", "dictionaries", "dictionary", "lexemes"),
    "pg_ls_waldir": ("name", "size", "modification"),
    "pg_ls_logdir": ("name", "size", "modification"),
    "pg_ls_tmpdir": ("name", "size", "modification"),
    "pg_ls_archive_statusdir": ("name", "size", "modification"),
    "pg_config": ("name", "setting"),
    "pg_extension_update_paths": ("source", "target", "path"),
    "pg_get_wait_events": ("type", "name", "description"),
    "pg_identify_object": ("type", "schema", "name", "identity"),
    "pg_walfile_name_offset": ("file_name", "file_offset"),
    "pg_split_walfile_name": ("segment_number", "timeline_id"),
    "pg_available_extensions": ("name", "default_version", "comment"),
    "pg_available_extension_versions": (
        "name",
        "version",
        "superuser",
        "trusted",
        "relocatable",
        "schema",
        "requires",
        "comment",
    ),
    "pg_sequence_parameters": (
        "start_value",
        "minimum_value",
        "maximum_value",
        "increment",
        "cycle_option",
        "cache_size",
        "data_type",
    ),
    "pg_timezone_abbrevs": ("abbrev", "utc_offset", "is_dst"),
    "pg_get_object_address": ("classid", "objid", "objsubid"),
    "pg_identify_object_as_address": ("type", "object_names", "object_args"),
    "pg_last_committed_xact": ("xid", "timestamp", "roident"),
    "pg_get_wal_resource_managers": ("rm_id", "rm_name", "rm_builtin"),
    "pg_get_catalog_foreign_keys": ("fktable", "fkcols", "pktable", "pkcols", "is_array", "is_opt"),
    "pg_ls_logicalmapdir": ("name", "size", "modification"),
    "pg_ls_logicalsnapdir": ("name", "size", "modification"),
    "pg_ls_replslotdir": ("name", "size", "modification"),
    "pg_control_system": (
        "pg_control_version",
        "catalog_version_no",
        "system_identifier",
        "pg_control_last_modified",
    ),
    "pg_control_checkpoint": (
        "checkpoint_lsn",
        "redo_lsn",
        "redo_wal_file",
        "timeline_id",
        "prev_timeline_id",
        "full_page_writes",
        "next_xid",
        "next_oid",
        "next_multixact_id",
        "next_multi_offset",
        "oldest_xid",
        "oldest_xid_dbid",
        "oldest_active_xid",
        "oldest_multi_xid",
        "oldest_multi_dbid",
        "oldest_commit_ts_xid",
        "newest_commit_ts_xid",
        "checkpoint_time",
    ),
}
"""Column names of PostgreSQL's functions in FROM that give more than one, or a fixed name."""

RECORD_FUNCTIONS = names(
    """
    json_to_record json_to_recordset jsonb_to_record jsonb_to_recordset json_populate_record
    json_populate_recordset jsonb_populate_record jsonb_populate_recordset unnest aclexplode
    """
)
"""PostgreSQL's functions in FROM whose columns depend on the call."""
