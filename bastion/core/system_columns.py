"""Which columns of a server's own catalogues hold data and secrets, and not structure alone."""

from __future__ import annotations

import functools
import re

from bastion.core.model import Engine, Sensitivity


def system_sensitivity(
    engine: Engine, schema: str, relation: str, column: str
) -> Sensitivity | None:
    """Tell what a column of a system catalogue holds: data and secrets, or structure only."""
    field = column.casefold()
    secrets = _secrets_of(engine, f"{schema}.{relation}".casefold())
    return Sensitivity.SECRET if any(one.fullmatch(field) for one in secrets) else None


@functools.lru_cache(maxsize=1024)
def _secrets_of(engine: Engine, relation: str) -> tuple[re.Pattern[str], ...]:
    """Give what the names of such columns in one system catalogue match."""
    table = _PG_SECRETS if engine is Engine.POSTGRESQL else _MYSQL_SECRETS
    return tuple(columns for relations, columns in table if relations.fullmatch(relation))


def _any(text: str) -> re.Pattern[str]:
    return re.compile(text)


_PG_SECRETS = (
    (
        _any(r"pg_catalog\.pg_stats(?:_ext|_ext_exprs)?"),
        _any(
            r"most_common_.*|histogram_bounds|range_.*_histogram|elem_count_histogram|correlation"
            r"|avg_width"
        ),
    ),
    # What was sorted on disk, byte by byte.
    (_any(r"pg_catalog\.pg_stat_database"), _any(r"temp_bytes")),
    # Trees of expressions, with the bytes of each constant; pg_get_expr makes words of them.
    (
        _any(
            r"pg_catalog\.pg_(?:attrdef|constraint|index|policy|class|type|proc|rewrite|trigger"
            r"|statistic_ext|partitioned_table|publication_rel)"
        ),
        _any(
            r"adbin|conbin|indexprs|indpred|polqual|polwithcheck|relpartbound|typdefaultbin"
            r"|proargdefaults|prosqlbody|ev_qual|ev_action|tgqual|stxexprs|partexprs|prqual"
        ),
    ),
    (
        _any(r"pg_catalog\.pg_statistic(?:_ext_data)?"),
        _any(r"sta(?:values|numbers|width).*|stxd.*"),
    ),
    # What rows hold in a column that was added with a default.
    (_any(r"pg_catalog\.pg_attribute"), _any(r"attmissingval")),
    (_any(r"pg_catalog\.pg_backend_memory_contexts"), _any(r"ident")),
    (_any(r"pg_catalog\.pg_authid"), _any(r"rolpassword")),
    (_any(r"pg_catalog\.pg_shadow"), _any(r"passwd")),
    (_any(r"pg_catalog\.pg_user_mappings?"), _any(r"umoptions")),
    (_any(r"pg_catalog\.pg_foreign_server"), _any(r"srvoptions")),
    (_any(r"pg_catalog\.pg_largeobject"), _any(r"data")),
    (
        _any(r"pg_catalog\.pg_stat_(?:activity|replication|ssl|gssapi)"),
        _any(r"query|application_name|client_addr|client_hostname|client_dn"),
    ),
    (_any(r"\w+\.pg_stat_statements"), _any(r"query")),
    (_any(r"pg_catalog\.pg_prepared_statements"), _any(r"statement")),
    (_any(r"pg_catalog\.pg_cursors"), _any(r"statement")),
    (_any(r"pg_catalog\.pg_prepared_xacts"), _any(r"gid")),
    (_any(r"pg_catalog\.pg_hba_file_rules"), _any(r"address|netmask|options|user_name")),
    (_any(r"pg_catalog\.pg_ident_file_mappings"), _any(r"sys_name|pg_username")),
    (_any(r"pg_catalog\.pg_subscription"), _any(r"subconninfo")),
    (_any(r"pg_catalog\.pg_stat_wal_receiver"), _any(r"conninfo|sender_host")),
    (_any(r"pg_catalog\.pg_file_settings"), _any(r"setting")),
    (_any(r"information_schema\.user_mapping_options"), _any(r"option_value")),
    (_any(r"information_schema\._pg_user_mappings"), _any(r"umoptions")),
    (_any(r"pg_catalog\.pg_db_role_setting"), _any(r"setconfig")),
    (_any(r"pg_catalog\.pg_seclabels?|pg_catalog\.pg_shseclabel"), _any(r"label")),
    (_any(r"pg_toast\..*"), _any(r"chunk_data")),
)
_MYSQL_SECRETS = (
    (
        _any(r"mysql\.(?:user|global_priv|db|servers|slave_master_info|password_history)"),
        _any(r"authentication_string|password|priv|plugin_auth.*|username|user_password.*"),
    ),
    (_any(r"mysql\.(?:general_log|slow_log)"), _any(r"argument|sql_text|user_host")),
    (
        _any(r"mysql\.(?:column_stats|innodb_index_stats)"),
        _any(r"min_value|max_value|histogram|avg_length"),
    ),
    (_any(r"information_schema\.column_statistics"), _any(r"histogram")),
    # Pages, one by one or in number: a temporary table takes as many as what is in it is long.
    (_any(r"information_schema\.innodb_buffer_page(?:_lru)?"), _any(r".*")),
    (_any(r"information_schema\.innodb_buffer_pool_stats"), _any(r"(?!pool_).*")),
    (_any(r"information_schema\.innodb_metrics"), _any(r".*count.*")),
    (
        _any(r".*\.processlist|sys\..*processlist"),
        _any(r"info.*|current_statement|last_statement|host|query"),
    ),
    (_any(r"information_schema\.innodb_trx"), _any(r"trx_query|trx_last_foreign_key_error")),
    (_any(r"information_schema\.optimizer_trace"), _any(r"query|trace")),
    (_any(r"information_schema\.innodb_locks|performance_schema\.data_locks"), _any(r"lock_data")),
    (_any(r"information_schema\.(?:innodb_ft_.*)"), _any(r"word|value")),
    (
        _any(r"performance_schema\..*"),
        _any(
            r"sql_text|digest_text|query_sample_text|message_text|processlist_info|variable_value"
            r"|argument.*|attr_value|current_statement|host_name|user_password"
        ),
    ),
    (
        _any(r"sys\..*"),
        _any(
            r"(?:.*_)?(?:query|statement|sql_text|digest_text|processlist_info|lock_data)"
            r"|(?:waiting|blocking)_.*|sql_kill.*|last_statement.*"
        ),
    ),
    (_any(r"information_schema\.(?:user_variables)"), _any(r"variable_value")),
    (_any(r"information_schema\.(?:query_cache_info|profiling)"), _any(r"statement_text")),
    (_any(r"information_schema\.(?:global|session)_status"), _any(r"variable_value")),
    (
        _any(r"information_schema\.(?:\w+_statistics|processlist)|performance_schema\..*|sys\..*"),
        _any(r"(?:.*_)?bytes_(?:sent|received|written)|.*memory_used|.*memory_allocated"),
    ),
    (_any(r"information_schema\.tables"), _any(r"checksum")),
    (_any(r"information_schema\.user_attributes"), _any(r"attribute")),
)
