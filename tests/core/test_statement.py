"""What analysis says of single statements and of the corpora, on both engines."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bastion.core.catalogue import (
    Catalogue,
    Classification,
    Column,
    Function,
    KeptCode,
    Moment,
    Relation,
    RelationKind,
)
from bastion.core.context import SessionContext
from bastion.core.lexer import plain_unicode
from bastion.core.model import EffectClass, Engine, Fence, Sensitivity
from bastion.core.statement import (
    ChangeKind,
    OutputKind,
    Statement,
    analyse,
    is_complete,
    open_construct,
    scrub_secrets,
    split,
)
from bastion.errors import UsageError
from tests.fakes.catalogues import make_relation

PG, MY = Engine.POSTGRESQL, Engine.MYSQL
CORPUS = Path(__file__).parents[1] / "corpus"
FREE = {EffectClass.READ, EffectClass.SESSION, EffectClass.TRANSACTION}


def _relation(schema: str, name: str, *columns: str, **more: object) -> Relation:
    harmless = Classification(sensitivity=None, evidence="by test")
    made = tuple(Column(name=one, type_name="text", classification=harmless) for one in columns)
    kind = more.pop("kind", RelationKind.TABLE)
    return Relation(schema=schema, name=name, kind=kind, columns=made, **more)  # type: ignore[arg-type]


def _function(name: str, body: str, language: str = "sql", **more: object) -> Function:
    return Function(schema="public", name=name, language=language, body=body, **more)  # type: ignore[arg-type]


def catalogue(engine: Engine, **more: object) -> Catalogue:
    schema = "public" if engine is PG else "shop"
    language = "plpgsql" if engine is PG else "SQL"
    relations = [
        _relation(schema, "t", "id", "v"),
        _relation(schema, "t2", "id", "v"),
        _relation(schema, "orders", "id", "customer_id", "total", "status", "created_at", "note"),
        _relation(schema, "customers", "id", "name", "email", "country", "meta"),
        _relation(
            schema,
            "order_summary",
            "day",
            "n",
            kind=RelationKind.VIEW,
            definition="SELECT date(created_at) AS day, count(*) AS n FROM orders GROUP BY 1",
        ),
        _relation(
            schema, "bad_view", "x", kind=RelationKind.VIEW, definition="SELECT f_del() AS x"
        ),
        _relation(schema, "watched", "id", triggers=("audit (after insert, tr_del)",)),
        _relation(schema, "ruled", "id", rules=("r",)),
        _relation(schema, "far", "id", kind=RelationKind.FOREIGN),
    ]
    functions = {
        name: (
            Function(
                schema=schema,
                name=name,
                language=language,
                body="begin delete from t; end",
                is_procedure=name == "p_del",
                argument_count=1,
            ),
        )
        for name in ("f_del", "p_del", "tr_del")
    }
    if engine is PG:
        functions["total_of"] = (_function("total_of", "select sum(total) from orders"),)
        functions["wipe"] = (_function("wipe", "delete from t; select 1"),)
        functions["similarity"] = (_function("similarity", "similarity", "c"),)
    values = {
        "engine": engine,
        "version": "1",
        "search_path": (schema,),
        "relations": MappingProxyType({(one.schema, one.name): one for one in relations}),
        "functions": MappingProxyType(functions),
        **more,
    }
    return Catalogue(**values)  # type: ignore[arg-type]


CATALOGUES = {PG: catalogue(PG), MY: catalogue(MY)}


def judge(
    text: str, engine: Engine = PG, context: SessionContext | None = None, **more: object
) -> Statement:
    known = catalogue(engine, **more) if more else CATALOGUES[engine]
    return analyse(text, engine=engine, catalogue=known, context=context or SessionContext())


def corpus(name: str) -> list[str]:
    lines = (CORPUS / name).read_text().splitlines()
    return [line for line in lines if line.strip() and not line.startswith("# ")]


def after(context: SessionContext, statement: Statement) -> SessionContext:
    """Keep prepared names and cursors, as tracking does."""
    change = statement.change
    if change is None or change.statement is None:
        return context
    made = {change.name: change.statement}
    if change.kind is ChangeKind.PREPARE:
        return dataclasses.replace(context, prepared=MappingProxyType(made))
    if change.kind is ChangeKind.DECLARE:
        return dataclasses.replace(context, cursors=MappingProxyType(made))
    return context


@pytest.mark.parametrize(
    ("engine", "name"), [(PG, "reads_postgresql.sql"), (MY, "reads_mysql.sql")]
)
def test_at_most_one_everyday_read_in_a_hundred_is_held(engine: Engine, name: str) -> None:
    statements = [one for line in corpus(name) for one in split(line, engine)]
    held = [one for one in statements if not judge(one, engine).effects <= FREE]
    assert len(statements) >= 150
    assert len(held) <= len(statements) / 100, held


HARMLESS = {
    "destructive_postgresql.sql": set(),
    "destructive_mysql.sql": {"explain delete from t"},
}


@pytest.mark.parametrize(
    ("engine", "name"), [(PG, "destructive_postgresql.sql"), (MY, "destructive_mysql.sql")]
)
def test_every_destroyer_is_seen(engine: Engine, name: str) -> None:
    passed = []
    for line in corpus(name):
        context, is_seen = SessionContext(), False
        for text in line.split(" ;; "):
            statement = judge(text, engine, context)
            is_seen |= not statement.effects <= FREE
            context = after(context, statement)
        if not is_seen and line not in HARMLESS[name]:
            passed.append(line)
    assert passed == []


@pytest.mark.parametrize(
    ("engine", "name"), [(PG, "not_reads_postgresql.sql"), (MY, "not_reads_mysql.sql")]
)
def test_nothing_that_is_not_a_read_passes_as_one(engine: Engine, name: str) -> None:
    more = {"casts": frozenset({"guarded"}), "operators": frozenset({"===", "@@@"})}
    passed = [
        line
        for line in corpus(name)
        if judge(line, engine, **(more if engine is PG else {})).effects <= FREE
    ]
    assert passed == []


@pytest.mark.parametrize("name", ["effects_postgresql.tsv", "effects_mysql.tsv"])
def test_effects_fence_and_target_are_as_the_corpus_says(name: str) -> None:
    engine = PG if "postgresql" in name else MY
    wrong = []
    for line in corpus(name):
        text, effects, fence, writes = line.split("\t")
        found = judge(text, engine)
        told = (
            " ".join(sorted(one.value for one in found.effects)),
            found.fence.value,
            " ".join(sorted(f"{schema}.{name}" for schema, name in found.writes)) or "-",
        )
        if told != (effects, fence, writes):
            wrong.append((text, told))
    assert wrong == []


def test_a_statement_keeps_its_text_byte_for_byte() -> None:
    text = "  SELECT  'Ä' /* c */ "
    assert judge(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "update t set v=v",
        "update t set v=1 where true",
        "update t set v=1 where 1=1",
        "delete from t where id=id",
        "delete from t where id in (select id from t)",
        "delete from t where (1=1) or id=3",
        "delete from t",
        "with x as (delete from t returning *) select * from x",
        "explain analyze delete from t",
    ],
)
def test_a_predicate_that_narrows_nothing_is_a_whole_table(text: str) -> None:
    assert judge(text).is_whole_table


@pytest.mark.parametrize(
    "text",
    [
        "update t set v=1 where id=1",
        "delete from t where id > 5 and 1=1",
        "delete from t where id in (select id from t2 where v='x')",
        "delete from t using t2 where t.id=t2.id",
        "insert into t values (1,'a')",
        "explain delete from t",
    ],
)
def test_a_narrowing_predicate_is_not_a_whole_table(text: str) -> None:
    assert not judge(text).is_whole_table


@pytest.mark.parametrize(
    ("text", "engine", "sql"),
    [
        ("delete from t where id=1", PG, "SELECT COUNT(*) FROM t WHERE id = 1"),
        ("update t set v='x' where id>3 returning *", PG, "SELECT COUNT(*) FROM t WHERE id > 3"),
        (
            "update t set v=t2.v from t2 where t.id=t2.id",
            PG,
            "SELECT COUNT(DISTINCT t.ctid) FROM t, t2 WHERE t.id = t2.id",
        ),
        (
            "delete from t a using t2 b where a.id=b.id",
            PG,
            "SELECT COUNT(DISTINCT a.ctid) FROM t AS a, t2 AS b WHERE a.id = b.id",
        ),
        ("delete from t where id=1", MY, "SELECT COUNT(*) FROM t WHERE id = 1"),
        (
            "delete from t order by id limit 3",
            MY,
            "SELECT COUNT(*) FROM (SELECT 1 FROM t ORDER BY id LIMIT 3) AS touched",
        ),
        ("update t join t2 on t.id=t2.id set t.v='x'", MY, None),
        ("insert into t values (1,'a')", PG, None),
        ("select 1", PG, None),
        (
            "with d as (delete from t2 returning id) delete from t where id in (select id from d)",
            PG,
            None,
        ),
    ],
)
def test_the_count_uses_the_same_predicate(text: str, engine: Engine, sql: str | None) -> None:
    assert judge(text, engine).measuring_sql == sql


def test_the_count_is_itself_a_read() -> None:
    for text in ("delete from t where id=1", "update t set v='x' from t2 where t.id=t2.id"):
        measured = judge(text).measuring_sql
        assert measured is not None
        assert judge(measured).effects == {EffectClass.READ}


def test_explain_without_analyze_runs_nothing() -> None:
    statement = judge("explain update t set v='z'")
    assert statement.effects == {EffectClass.READ}
    assert statement.output is OutputKind.PLAN
    assert not statement.runs_inner
    assert statement.fence is Fence.READ_ONLY


@pytest.mark.parametrize(
    "text",
    [
        "explain analyze delete from t where id=1",
        "explain (analyze) delete from t where id=1",
        "explain (verbose, analyze true) delete from t where id=1",
        'explain ("analyze") delete from t where id=1',
        "explain (analyze off, analyze on) delete from t where id=1",
        "explain analyse verbose delete from t where id=1",
    ],
)
def test_explain_analyze_has_the_effects_of_what_it_runs(text: str) -> None:
    statement = judge(text)
    assert EffectClass.DELETE in statement.effects
    assert statement.runs_inner
    assert statement.fence is Fence.WRITE


def test_execute_is_judged_by_the_prepared_text() -> None:
    prepared = judge("prepare q as delete from t")
    assert prepared.effects == {EffectClass.SESSION}
    context = after(SessionContext(), prepared)
    assert EffectClass.DELETE in judge("execute q", context=context).effects
    assert EffectClass.DELETE in judge("explain analyze execute q", context=context).effects
    assert not judge("execute other", context=context).is_understood


def test_arguments_of_execute_are_plain_literals() -> None:
    context = after(SessionContext(), judge("prepare q as select * from t where id=$1"))
    assert judge("execute q(1)", context=context).effects == {EffectClass.READ}
    assert judge("execute q(-1, 'a', null)", context=context).effects == {EffectClass.READ}
    assert not judge("execute q(f_del())", context=context).is_understood
    assert not judge("execute q((select 1))", context=context).is_understood


def test_fetch_returns_the_rows_of_its_cursor() -> None:
    declared = judge("declare c cursor for select id from t")
    fetched = judge("fetch 10 from c", context=after(SessionContext(), declared))
    assert fetched.effects <= FREE
    assert fetched.output is OutputKind.TREE
    assert fetched.tree is not None
    assert fetched.fence is Fence.SESSION
    assert not judge("fetch 10 from other").is_understood


def test_copy_out_is_a_read_and_copy_in_is_an_insert() -> None:
    assert judge("copy t to stdout").is_copy_out
    assert judge("copy t to stdout").effects == {EffectClass.READ}
    assert judge("copy t from stdin").effects == {EffectClass.INSERT}
    assert EffectClass.OUTSIDE in judge("copy t to '/tmp/x'").effects
    assert EffectClass.OUTSIDE in judge("copy t from program 'id'").effects


def test_create_as_remembers_the_query_that_fills_it() -> None:
    statement = judge("create temp table x as select id from t")
    assert statement.effects == {EffectClass.SESSION}
    assert statement.is_temporary
    assert statement.change is not None
    assert (statement.change.kind, statement.change.schema) == (ChangeKind.RELATION, "pg_temp")
    assert statement.change.statement is not None
    assert statement.change.statement.reads == {("public", "t")}


def test_select_into_makes_a_table() -> None:
    assert EffectClass.DDL in judge("select id into x from t").effects
    statement = judge("select id into temp x from t")
    assert statement.effects == {EffectClass.READ, EffectClass.SESSION}
    assert statement.change is not None
    assert statement.change.is_temporary


def test_a_variable_remembers_its_expression() -> None:
    for text in ("set @a = (select v from t)", "select v into @a from t"):
        statement = judge(text, MY)
        assert statement.change is not None
        assert (statement.change.kind, statement.change.name) == (ChangeKind.SET, "@a")
        assert statement.change.statement is not None
        assert ("shop", "t") in statement.change.statement.reads


def test_a_view_is_judged_by_its_definition() -> None:
    good, bad = judge("select * from order_summary"), judge("select * from bad_view")
    assert good.effects == {EffectClass.READ}
    assert good.reads == {("public", "order_summary"), ("public", "orders")}
    assert not bad.is_understood


def test_a_function_is_judged_by_its_body() -> None:
    assert judge("select total_of()").effects == {EffectClass.READ}
    assert judge("select total_of()").reads == {("public", "orders")}
    assert not judge("select wipe()").is_understood
    assert judge("select similarity('a','b')").effects == {EffectClass.READ}


def test_a_users_function_with_a_built_in_name_is_judged_by_its_body() -> None:
    own = {"lower": (_function("lower", "begin delete from t; end", "plpgsql"),)}
    assert not judge("select lower('A')", functions=MappingProxyType(own)).is_understood
    assert judge("select pg_catalog.lower('A')", functions=MappingProxyType(own)).is_understood


def test_a_users_aggregate_is_not_trusted_by_its_name() -> None:
    own = {"sum": (_function("sum", "aggregate_dummy", "internal"),)}
    assert not judge("select sum(v) from t", functions=MappingProxyType(own)).is_understood


def test_a_function_called_as_an_attribute_is_seen() -> None:
    assert not judge("select t.f_del from t").is_understood
    assert not judge("select (t).f_del from t").is_understood


def _two_places(**functions: Function) -> dict[str, object]:
    """A plain table in one schema has the name of a view that acts in another."""
    relations = (
        _relation("public", "seen", "x"),
        _relation("evil", "seen", "x", kind=RelationKind.VIEW, definition="SELECT f_del() AS x"),
        _relation("public", "v", "x", kind=RelationKind.VIEW, definition="SELECT x FROM seen"),
    )
    known = {name: (one,) for name, one in functions.items()}
    return {
        "relations": MappingProxyType({(one.schema, one.name): one for one in relations}),
        "functions": MappingProxyType({**CATALOGUES[PG].functions, **known}),
    }


def test_a_function_is_judged_where_it_looks_names_up() -> None:
    body = "select count(*) from seen"
    known = _two_places(
        here=_function("here", body),
        there=_function("there", body, search_path="evil, pg_temp"),
        calls=_function("calls", "select here()", search_path='"evil"'),
        printed=_function("printed", "BEGIN ATOMIC\n SELECT count(*) FROM seen;\nEND",
                          search_path="evil"),
    )  # fmt: skip
    judged = {
        name: judge(f"select {name}()", **known).is_understood
        for name in ("here", "there", "calls", "printed")
    }
    assert judged == {"here": True, "there": False, "calls": False, "printed": True}


@pytest.mark.parametrize(("path", "is_read"), [("evil, public", False), ("public, evil", True)])
def test_a_view_means_what_it_meant_when_it_was_printed(path: str, is_read: bool) -> None:
    context = SessionContext(settings=(("search_path", path),))
    known = _two_places()
    assert judge("select * from v", context=context, **known).is_understood
    assert judge("select * from seen", context=context, **known).is_understood is is_read


def test_what_the_session_made_does_not_stand_in_for_what_a_view_reads() -> None:
    temporary = _relation("pg_temp", "seen", "x")
    context = SessionContext(relations=MappingProxyType({("pg_temp", "seen"): temporary}))
    acting = _relation("public", "seen", "x", kind=RelationKind.VIEW, definition="SELECT f_del()")
    known = _two_places()
    known["relations"] = MappingProxyType({**known["relations"], ("public", "seen"): acting})
    assert judge("select * from seen", context=context, **known).is_understood
    assert not judge("select * from v", context=context, **known).is_understood


@pytest.mark.parametrize("text", ["select id like 'a' from t", "select 1 where 2 not in (3)"])
def test_words_that_stand_for_an_operator_of_the_users_are_seen(text: str) -> None:
    assert judge(text).is_understood
    assert not judge(text, operators=frozenset({"~~", "="})).is_understood


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"select U&'d\0061ta', 1", "select 'data'      , 1"),
        ("select u&'d!0061ta' uescape '!'", "select 'data'                  "),
        (r"select U&'\D83D\DE00'", "select '😀'           "),
        (r'select U&"f\005fdel"()', 'select "f_del"      ()'),
        (r"select U&'it''s \0027', 1", "select 'it''s '''     , 1"),
    ],
)
def test_unicode_escapes_are_read_and_keep_their_places(text: str, plain: str) -> None:
    assert plain_unicode(text) == plain
    assert judge(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        r"select U&'\0000'", r"select U&'\D83D'", r"select U&'\zz'", "select U&'a' uescape 'a'",
        "select U&'a'\n'\\0062'", r"select $$U&'\0061'$$", "select U&'open", "select 'U&'",
    ],
)  # fmt: skip
def test_doubtful_unicode_escapes_are_left_alone(text: str) -> None:
    assert plain_unicode(text) == text


def test_what_sets_the_session_and_reads_runs_in_the_fence() -> None:
    assert judge("select setseed(0.1), count(*) from t").fence is Fence.READ_ONLY


def test_functions_that_call_each_other_end() -> None:
    own = {"a": (_function("a", "select b()"),), "b": (_function("b", "select a()"),)}
    assert not judge("select a()", functions=MappingProxyType(own)).is_understood


def test_a_table_with_triggers_says_so() -> None:
    statement = judge("insert into watched values (1)")
    assert statement.fires
    assert statement.is_understood


def test_a_table_with_rules_is_not_understood() -> None:
    assert not judge("insert into ruled values (1)").is_understood


def test_writing_to_a_foreign_table_reaches_outside() -> None:
    assert EffectClass.OUTSIDE in judge("delete from far where id=1").effects


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("set role postgres", PG),
        ("set session authorization x", PG),
        ('set "session_replication_role" to replica', PG),
        ("set transaction_read_only = off", PG),
        ("set transaction read write", PG),
        ("set session characteristics as transaction read write", PG),
        ("set standard_conforming_strings = off", PG),
        ("set names 'latin1'", PG),
        ("set client_encoding = 'SJIS'", PG),
        ("set session characteristics as transaction read only, read write", PG),
        ("set default_transaction_read_only = off", PG),
        ("set temp_tablespaces = a, b", PG),
        ("set client_min_messages = debug5", PG),
        ("set transform_null_equals to default", PG),
        ("reset standard_conforming_strings", PG),
        ("reset transaction_read_only", PG),
        ("reset session authorization", PG),
        ("set sql_mode='ANSI_QUOTES,NO_BACKSLASH_ESCAPES'", MY),
        ("set @@sql_mode='high_not_precedence'", MY),
        ("set sql_mode=4", MY),
        ("set sql_mode='STRICT_TRANS_TABLES,NO_FIELD_OPTIONS'", MY),
        ("set session sql_mode='oracle'", MY),
        ("set @@session.sql_mode := mssql", MY),
        ("set @a = 1, sql_mode = 'no_backslash_escapes'", MY),
        ("set names nowhere", MY),
        ("set names (select ssn from users)", MY),
        ("set character_set_client = concat('g', 'bk')", MY),
        ("set transaction read write", MY),
        ("set @@tx_read_only=0", MY),
        ("set session sql_log_bin=0", MY),
        ("set autocommit = 0, sql_auto_is_null = on", MY),
        ("set max_error_count=0", MY),
        ("set sql_log_bin=0", MY),
        ("set old_mode=''", MY),
        ("execute immediate 'set sql_mode = \\'oracle\\''", MY),
        ("analyze set statement max_statement_time = 1 for set names gbk", MY),
        ("set statement sql_mode='' for select 1", MY),
        ("set role admin", MY),
        ("use `odd, name`", MY),
    ],
)
def test_a_pinned_setting_is_named(text: str, engine: Engine) -> None:
    assert judge(text, engine).pinned


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("set statement_timeout = 0", PG),
        ("set local lock_timeout to '2s'", PG),
        ("reset statement_timeout", PG),
        ("set enable_seqscan to default", PG),
        ("reset enable_seqscan", PG),
        ("set client_min_messages to warning", PG),
        ("set session characteristics as transaction isolation level read committed", PG),
        ("set sql_safe_updates = 0", MY),
        ("set max_statement_time = default", MY),
        ("set session innodb_lock_wait_timeout = 5, lock_wait_timeout = 10", MY),
        ("set time_zone = '+00:00', @@session.lc_time_names = 'de_DE'", MY),
        ("set session sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'", MY),
        # The server is asked afterwards what it came to: strict it stays.
        ("set sql_mode = ''", MY),
        ("set sql_mode = default", MY),
        ("set sql_mode = concat(@@sql_mode, ',NO_ZERO_DATE')", MY),
        ("set @old = @@sql_mode, sql_mode = ''", MY),
        ("set names utf8mb4 collate utf8mb4_unicode_ci, time_zone = '+00:00'", MY),
        ("set names utf8", MY),
        ("set collation_connection = utf8mb4_bin", MY),
        ("set autocommit = 0", MY),
        ("set session tx_read_only = 0", MY),
        ("set tx_isolation = 'READ-COMMITTED'", MY),
        ("set max_statement_time = 1, lock_wait_timeout = 5", MY),
        ("set time_zone = '+00:00', @a = 5", MY),
        ("set foreign_key_checks = 1, unique_checks = on", MY),
        ("set session foreign_key_checks = 0, @@unique_checks = off", MY),
        ("set check_constraint_checks = @a", MY),
        ("set group_concat_max_len = @@group_concat_max_len * 2", MY),
    ],
)
def test_a_setting_that_lifts_no_fence_is_the_sessions_own(text: str, engine: Engine) -> None:
    statement = judge(text, engine)
    assert statement.effects == {EffectClass.SESSION}
    assert not statement.pinned


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("set names latin1", "set names utf8mb4"),
        ("set names 'gbk' collate gbk_bin", "set names utf8mb4"),
        ("set charset default", "set charset utf8mb4"),
        (
            "SET character_set_results = NULL, autocommit=1, sql_notes=@a",
            "SET character_set_results = @@character_set_results, autocommit=1, sql_notes=@a",
        ),
        ("set character_set_client = @old", "set character_set_client = @@character_set_client"),
        ("execute immediate 'set names sjis'", "set names utf8mb4"),
    ],
)
def test_an_encoding_other_than_utf_8_is_not_what_is_sent(text: str, sent: str) -> None:
    statement = judge(text, MY)
    assert statement.sent == sent
    assert statement.effects == {EffectClass.SESSION}


@pytest.mark.parametrize(
    "text",
    [
        "set time_zone = '+00:00', sql_mode = 'oracle'",
        "set time_zone = '+00:00', global max_connections = 5",
        "set time_zone = '+00:00', @@global.max_connections = 5",
        "set time_zone = '+00:00', @a = 5, sql_log_bin = 0",
        "set names utf8mb4, global time_zone = 'UTC'",
        "set group_concat_max_len = (select max(id) from users)",
        "set group_concat_max_len = t.f_del()",
        "set foreign_key_checks = (select id from users)",
        "set foreign_key_checks = @a, sql_log_bin = @b",
        "set time_zone = '+00:00', lock_wait_timeout = (select 5)",
        "set max_statement_time = 1, lock_wait_timeout = @a",
        "set max_statement_time = sleep(5)",
        "set time_zone = '+00:00',",
    ],
)
def test_several_settings_are_as_harmful_as_the_worst_of_them(text: str) -> None:
    statement = judge(text, MY)
    assert statement.pinned or statement.effects != {EffectClass.SESSION}


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        ("set search_path to hr, public", True),
        ('set search_path = "hr"', True),
        ("reset search_path", True),
        ("set search_path to elsewhere, public", False),
        ("set search_path to pg_temp, public", False),
        ("set search_path to public, pg_catalog", True),
        ("set search_path to elsewhere, pg_catalog", False),
        ("set search_path to pg_catalog, public", True),
        ("set search_path to ''", True),
        ('set search_path to "$user", public', True),
        ('set search_path to "$user", elsewhere', False),
        ("select set_config('search_path', 'hr, public', false)", True),
        ("select set_config('search_path', 'elsewhere', false)", False),
    ],
)
def test_a_path_of_known_schemas_is_followed_and_any_other_waits(text: str, is_known: bool) -> None:
    found = catalogue(PG)
    staff = _relation("hr", "staff", "id")
    relations = MappingProxyType({**found.relations, ("hr", "staff"): staff})
    known = dataclasses.replace(found, relations=relations)
    statement = analyse(text, engine=PG, catalogue=known, context=SessionContext())
    assert (statement.effects == {EffectClass.SESSION}) is is_known


def test_a_write_may_be_planned_where_the_server_refuses_it_in_the_fence() -> None:
    for text in ("explain delete from t where id = 1", "explain format=json update t set v = 1"):
        statement = judge(text, MY)
        assert statement.effects == {EffectClass.READ}
        assert statement.fence is Fence.SESSION
    assert judge("explain select 1", MY).fence is Fence.READ_ONLY
    assert judge("explain delete from t where id = 1", PG).fence is Fence.READ_ONLY
    telling = judge("explain delete from t where id = (select f_del())", MY)
    assert EffectClass.UNKNOWN in telling.effects
    assert judge("analyze delete from t where id = 1", MY).effects == {EffectClass.DELETE}


@pytest.mark.parametrize(
    ("text", "engine", "is_read"),
    [
        ("select /*+ MAX_EXECUTION_TIME(1000) */ count(*) from orders", MY, True),
        ("select /*+ NO_INDEX(o i1, i2) JOIN_ORDER(o, c) */ o.id from orders o", MY, True),
        ("/*+ SeqScan(o) Leading((o c)) IndexScan(c i) */ select id from orders o", PG, True),
        (f"select /*+ {'INDEX  (a)  ' * 500} SET_VAR(x) */ 1", MY, False),
        ("select /*+ SET_VAR(sql_mode = '') */ 1", MY, False),
        ("select /*+ INDEX(o i1) SET_VAR(foreign_key_checks=OFF) */ 1 from orders o", MY, False),
        ("select /*+ RESOURCE_GROUP(x) */ 1", MY, False),
        ("select /*+ see_there, hint-like */ 1 from orders", MY, True),
        ("select /*+ INDEX(`o */ 1 from orders -- ` ) */", MY, False),
        ("select /*+ foo(o) */ 1 from orders", MY, False),
        ("/*+ Set(search_path x) */ select 1", PG, False),
        ("/*+SeqScan(o)set\n(enable_x off) */ select 1", PG, False),
        ("/*+ a /* Set(x y) */ b */ select 1", PG, False),
        ('select/*+ hint-like "comment" (see docs), offset */id from orders', PG, True),
        ("select id from orders /*+ what(is)'this */ -- and /*+ that", PG, True),
        ("/*+ SeqScan(o) */ /*+ Set(enable_x off) */ select 1", PG, False),
        ("select /*+ INDEX(a) */ 1; delete from orders", MY, False),
        ("select /*+ INDEX(a) */ f_del() from orders", PG, False),
        ("select '/*+ INDEX(a) */', 1 from orders", MY, True),
    ],
)
def test_a_hint_that_only_chooses_a_plan_is_a_comment(
    text: str, engine: Engine, is_read: bool
) -> None:
    assert (judge(text, engine).effects == {EffectClass.READ}) is is_read


@pytest.mark.parametrize(
    ("items", "is_free"),
    [
        ("set_config('bytea_output', 'hex', false), md5('x')", True),
        ("version(), pg_catalog.set_config('work_mem', '8MB', true) as m, 1 + 1", True),
        ("set_config('app.a', '1', false), set_config('app.b', '2', false), now()", True),
        ("set_config('search_path', 'public, pg_catalog', false)", True),
        (
            "set_config('search_path', 'public', false), set_config('lock_timeout', '9', false)",
            True,
        ),
        ("set_config('search_path', 'nowhere', false), 1", False),
        ("set_config('search_path', 'public, pg_temp', false), 1", False),
        ("set_config('work_mem', '8MB', false), (select id from orders)", False),
        ("set_config('work_mem', '8MB', false), f_del()", False),
        ("set_config('work_mem', '8MB', false), pg_sleep(f_del())", False),
        ("set_config('work_mem', version(), false), 1", False),
        ("set_config('work_mem', '8MB', false), upper(set_config('jit', 'on', false))", False),
        ("set_config('work_mem', '8MB', false), 1 from orders", False),
        ("set_config('work_mem', '8MB', false), 1 limit 0", False),
        ("set_config('work_mem', '8MB', false) || 'x', 1", False),
        ("set_config('shared_preload_libraries', 'x', false), 1", False),
    ],
)
def test_set_config_in_a_list_is_judged_as_set(items: str, is_free: bool) -> None:
    statement = judge(f"select {items}")
    assert (statement.effects <= FREE) is is_free
    if is_free:
        assert statement.change is not None
        assert statement.fence is Fence.SESSION


@pytest.mark.parametrize(
    ("source", "own", "is_free"),
    [
        ("pg_catalog.pg_settings where name = 'jit'", ("public", "pg_settings"), False),
        ("pg_settings where name = 'jit'", ("hr", "pg_settings"), True),
        ("pg_settings where name = 'jit'", ("public", "pg_settings"), False),
        ("pg_settings where name = f_del()", ("hr", "orders"), False),
        ("pg_settings where name = 'jit' or f_del() = 1", ("hr", "orders"), False),
        ("hr.pg_settings where name = 'jit'", ("hr", "orders"), False),
        ("pg_settings, orders where name = 'jit'", ("hr", "orders"), False),
    ],
)
def test_set_config_asks_the_servers_own_list_whether_there_is_such_a_setting(
    source: str, own: tuple[str, str], is_free: bool
) -> None:
    found = catalogue(PG)
    relations = MappingProxyType({**found.relations, own: _relation(*own, "name")})
    known = dataclasses.replace(found, relations=relations)
    text = f"select set_config('jit', 'on', false) from {source}"
    statement = analyse(text, engine=PG, catalogue=known, context=SessionContext())
    assert (statement.effects == {EffectClass.SESSION}) is is_free
    temporary = MappingProxyType({("pg_temp", "pg_settings"): _relation("", "pg_settings", "name")})
    shadowed = SessionContext(relations=temporary)
    statement = analyse(text, engine=PG, catalogue=known, context=shadowed)
    assert statement.effects != {EffectClass.SESSION}


@pytest.mark.parametrize("tail", ["", ", 1", ", id from orders", " where true"])
def test_set_config_of_a_pinned_setting_is_refused_as_set_is(tail: str) -> None:
    for name, value in (("standard_conforming_strings", "off"), ("Client_Encoding", "SJIS")):
        assert judge(f"select set_config('{name}', '{value}', false){tail}").pinned
    assert not judge(f"select set_config('client_encoding', 'UTF8', false){tail}").pinned


def test_a_path_behind_which_the_servers_own_names_come_may_hide_none_of_them() -> None:
    for text in ("set search_path = public, pg_catalog", "set search_path to pg_catalog, public"):
        assert judge(text).effects == {EffectClass.SESSION}
    found = catalogue(PG)
    for name in ("pg_class", "date"):
        relations = {**found.relations, ("public", name): _relation("public", name, "x")}
        relations["pg_catalog", "pg_class"] = _relation(
            "pg_catalog", "pg_class", "oid", kind=RelationKind.SYSTEM
        )
        known = dataclasses.replace(found, relations=relations)
        text = "set search_path = public, pg_catalog"
        statement = analyse(text, engine=PG, catalogue=known, context=SessionContext())
        assert statement.effects != {EffectClass.SESSION}


@pytest.mark.parametrize(
    ("version", "is_read"),
    [("10.11.6-MariaDB", True), ("5.5.5-10.6.1-MariaDB", True), ("12.1.2-MariaDB", False)],
)
def test_mariadb_before_version_12_has_comments_for_hints(version: str, is_read: bool) -> None:
    known = dataclasses.replace(catalogue(MY), server_version=version)
    text = "select /*+ SET_VAR(sql_mode='') */ 1"
    statement = analyse(text, engine=MY, catalogue=known, context=SessionContext())
    assert (statement.effects == {EffectClass.READ}) is is_read


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("select 1_000_000, 1_0.5_0, count(*) from orders limit 1_0", True),
        ("select 1_, 2 from orders", False),
        ("select 1__0 from orders", False),
        ("select 1_a from orders", False),
        ("select '{1,2}'::oid[], array['t']::regclass[], cast(null as regtype[])", True),
        ("select cidr '10.0.0.0/8', varbit '101', tid '(0,1)', xid8 '3', id from t", True),
        ("select substring(v similar '%#\"b#\"%' escape '#') from t", True),
        ("select substring(v similar f_del() escape '#') from t", False),
        ("select xmlexists('//a' passing by value v::xml by ref) from t", True),
        ("select xmlexists('//a' passing f_del()) from t", False),
        ('select/**/"v"/* , "id" */from"t"order/* by id */by"v"--; delete from t', True),
        ("select v from t order /* x */ by /* y", False),
        ("create temp table z (id int) on commit drop", None),
    ],
)
def test_grammar_that_sqlglot_does_not_know_is_read(text: str, is_read: bool | None) -> None:
    if is_read is None:
        assert judge(text).effects == {EffectClass.SESSION}
    else:
        assert (judge(text).effects == {EffectClass.READ}) is is_read


def test_the_current_database_may_be_used() -> None:
    assert judge("use shop", MY).effects == {EffectClass.SESSION}


def test_search_path_is_followed_where_it_was_changed() -> None:
    context = SessionContext(settings=(("search_path", "pg_catalog, other"),))
    assert judge("delete from t where id=1", context=context).writes != {("public", "t")}


def test_words_that_look_destructive_are_just_words() -> None:
    for text in (
        "select 'DROP TABLE t; DELETE FROM t'",
        'select "delete", "drop" from "truncate"',
        "select deleted, dropped_at, update_count from orders",
        "select 1 -- delete from t",
        "select /* drop table t */ 1",
        "select $$delete from t$$",
    ):
        assert judge(text).effects == {EffectClass.READ}, text


@pytest.mark.parametrize(
    "text",
    [
        "select " + "(" * 300 + "1" + ")" * 300,
        "select " + "date(" * 40 + "1" + ")" * 40,
        "select " + "array[" * 40 + "1" + "]" * 40,
        "select " + "case when true then " * 300 + "1" + " end" * 300,
        "select " + ",".join(["1"] * 30_000),
    ],
)
def test_what_would_take_for_ever_is_not_understood(text: str) -> None:
    assert not judge(text).is_understood


@pytest.mark.parametrize("engine", [PG, MY])
@pytest.mark.parametrize(
    "letter", ["\u00a0", "\u200b", "\u2028", "\u3000", "\ufeff", "\x0b", "\x01", "\x85", "\ud800"]
)
def test_unusual_white_space_and_control_characters_are_not_understood(
    letter: str, engine: Engine
) -> None:
    assert not judge(f"select 1 {letter}", engine).is_understood
    assert not judge(f"{letter}select{letter}1", engine).is_understood
    is_text = letter != "\ud800"
    assert judge(f"select '{letter}'", engine).is_understood is is_text


def test_the_same_text_is_analysed_once() -> None:
    assert judge("select id from t where id = 7") is judge("select id from t where id = 7")


def test_a_changed_catalogue_is_another_analysis() -> None:
    text = "select id from t where id = 8"
    assert judge(text) is not judge(text, version="2")


# Splitting


def test_semicolons_in_quotes_and_comments_do_not_split() -> None:
    text = "select ';', \";\" ; select $a$;$a$ /* ; /* */ ; */ -- ;\n, E'\\';' ;"
    assert split(text, PG) == (
        "select ';', \";\"",
        "select $a$;$a$ /* ; /* */ ; */ -- ;\n, E'\\';'",
    )
    text = "select 'a\\';', \"b;\", `c;` # ;\n; select 1"
    assert split(text, MY) == ("select 'a\\';', \"b;\", `c;` # ;", "select 1")


def test_pieces_of_comments_and_nothing_are_dropped() -> None:
    assert split(" ; -- x\n ; /* y */ ;; select 1; ", PG) == ("select 1",)
    assert split("", PG) == ()


def test_an_executable_comment_is_never_dropped() -> None:
    assert split("/*!50000 drop table t */", MY) == ("/*!50000 drop table t */",)
    assert split("select 1; /*M! drop table t */;", MY)[1] == "/*M! drop table t */"


def test_a_block_stays_together() -> None:
    block = "begin not atomic delete from t; if 1 then select 1; end if; end"
    assert split(f"{block}; select 1", MY) == (block, "select 1")
    body = "create function f() returns int begin atomic select case when true then 1 end; end"
    assert split(f"{body}; select 1", PG) == (body, "select 1")
    rule = "create rule r as on insert to t do (delete from a; delete from b)"
    assert split(f"{rule}; select 1", PG) == (rule, "select 1")


def test_begin_of_a_transaction_does_not_swallow_what_follows() -> None:
    assert split("begin; delete from t; commit", MY) == ("begin", "delete from t", "commit")


@pytest.mark.parametrize("text", ["select 'a", 'select "a', "select $$a", "select /* a"])
def test_an_open_quote_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not closed"):
        split(text, PG)


def test_a_nul_byte_is_refused() -> None:
    with pytest.raises(UsageError, match="NUL"):
        split("select 1\0", PG)


@pytest.mark.parametrize(
    ("text", "engine", "is_done"),
    [
        ("select 1;", PG, True),
        ("select 1 ; -- done", PG, True),
        ("select 1", PG, False),
        ("select ';", PG, False),
        ("select $$;", PG, False),
        ("select (1;", PG, False),
        ("select 1 \\g", PG, True),
        ("select 1\\G", MY, True),
        ("select '\\G", MY, False),
        ("begin not atomic select 1;", MY, False),
        ("", PG, False),
    ],
)
def test_a_statement_is_complete_at_its_terminator(
    text: str, engine: Engine, is_done: bool
) -> None:
    assert is_complete(text, engine) is is_done


@pytest.mark.parametrize(
    ("text", "engine", "sign"),
    [
        ("select 'a", PG, "'"),
        ('select "a', PG, '"'),
        ("select `a", MY, "`"),
        ("select (1, (2)", PG, "("),
        ("select $x$ a $y$", PG, "$"),
        ("select /* a /* b */", PG, "*"),
        ("select 1", PG, ""),
    ],
)
def test_what_is_open_is_named(text: str, engine: Engine, sign: str) -> None:
    assert open_construct(text, engine) == sign


_FRAGMENTS = st.sampled_from(
    [
        "'a;b'",
        '"x;y"',
        "$$;$$",
        "/* ; */",
        "-- ;\n",
        "select",
        "1",
        ",",
        "(",
        ")",
        "'it''s'",
        "E'\\''",
        "`a;b`",
        "#;\n",
        "\\",
        "é",
        "\u00a0",
        "/*!",
        "*/",
        "$1",
        "::",
        "U&'x'",
        ";",
        "insert into t values (1)",
        "delete from t",
        "from t",
        "where",
        "f(",
        "{",
        "}",
        "@a",
        ":=",
    ]
)


@settings(max_examples=300, deadline=None)
@given(text=st.lists(_FRAGMENTS, max_size=14).map(" ".join), engine=st.sampled_from([PG, MY]))
def test_analysis_never_raises_and_a_write_in_front_is_never_a_read(
    text: str, engine: Engine
) -> None:
    assert judge(text, engine).text == text
    assert not judge(f"delete from t where {text}", engine).effects <= FREE
    assert not judge(f"drop table {text}", engine).effects <= FREE


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=80), engine=st.sampled_from([PG, MY]))
def test_any_text_is_split_or_refused(text: str, engine: Engine) -> None:
    try:
        pieces = split(text, engine)
    except UsageError:
        return
    assert all(piece.strip(" \t\n\r\f") == piece and piece for piece in pieces)
    # Nothing is lost but terminators, white space and comments: the pieces stand in order.
    position = 0
    for piece in pieces:
        position = text.index(piece, position) + len(piece)
    for piece in pieces:
        assert judge(piece, engine).text == piece


@settings(max_examples=200, deadline=None)
@given(values=st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_quoted_text_never_splits(values: list[str]) -> None:
    quoted = ["'" + value.replace("\0", "").replace("'", "''") + "'" for value in values]
    text = "; ".join(f"select {one}" for one in quoted)
    assert len(split(text, PG)) == len(values)
    escaped = [one.replace("\\", "\\\\") for one in quoted]
    assert len(split("; ".join(f"select {one}" for one in escaped), MY)) == len(values)


# Secrets


@pytest.mark.parametrize(
    "text",
    [
        "alter user x password 'hunter2'",
        "create role x with encrypted password 'hunter2' login",
        "create user a identified by 'hunter2'",
        "alter user a identified with mysql_native_password by 'hunter2'",
        "set password for 'a'@'b' = password('hunter2')",
        "set password = 'hunter2'",
        "grant all on *.* to 'a'@'b' identified by 'hunter2'",
        "create user mapping for x server s options (user 'a', password 'hunter2')",
        "create subscription s connection 'host=a password=hunter2 user=b' publication p",
        "select * from dblink('host=a password=hunter2', 'select 1')",
        "select dblink_connect('postgresql://u:hunter2@h/db')",
        "select pgp_sym_encrypt('data', 'hunter2')",
        "select aes_decrypt(x, 'hunter2') from t",
        "change master to master_password='hunter2'",
        "alter system set primary_conninfo = 'password=hunter2'",
    ],
)
def test_a_password_is_scrubbed(text: str) -> None:
    assert "hunter2" not in scrub_secrets(text)
    assert "***" in scrub_secrets(text)


@pytest.mark.parametrize(
    "text",
    ["select id from t where name = 'x'", "select password from t", "select encode(a, 'hex')"],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert scrub_secrets(text) == text


def test_the_corpus_of_reviewed_names_is_json_safe() -> None:
    """Reasons go into envelopes."""
    assert json.loads(json.dumps(judge("select f_del()").reasons))


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        ("insert into own values (1)", True),
        ("replace into own select id from users", True),
        ("update own set a = 2", True),
        ("delete from own where a = 1", True),
        ("drop table own", True),
        ("drop temporary table if exists own, users", True),
        ("update own join users on true set users.name = 'x'", False),
        ("delete users from users join own on true", False),
        ("insert into users values (1)", False),
        ("insert into t.users values (1)", False),
        ("drop table own, users", False),
        ("truncate table own", True),
        ("truncate own", True),
        ("truncate users", False),
        ("alter table own add x int default 3, modify a bigint, drop index k", True),
        ("alter table own add unique key u (a), rename column a to b", True),
        ("alter table own rename to users", False),
        ("alter table own rename users", False),
        ("alter table own rename as users", False),
        ("alter table own add a int, rename index a to b", False),
        ("alter table own engine=federated connection='x'", False),
        ("alter table own add x int default (t.f_del())", False),
        ("alter table own add x int as (a + 1)", False),
        ("alter table own add check (a > 1)", False),
        ("alter table own add foreign key (a) references users (id)", False),
        ("alter table users add x int", False),
        ("create index i on own (a, b desc)", True),
        ("create unique index i on own (a)", True),
        ("create index i on own ((t.f_del()))", False),
        ("create index i on users (name)", False),
        ("create fulltext index i on own (a)", False),
        ("drop index i on own", True),
        ("drop index i on users", False),
        ("insert into own values (t.f_del())", False),
        ("insert into own values (1) returning nextval(sq)", False),
        ("delete from own where a = setval(sq, 5)", False),
        ("update own set a = 1 order by nextval(sq)", False),
        ("explain insert into own values (1)", False),
        ("create temporary table o2 (a int, key k (a)) engine=aria", True),
        ("create temporary table o2 as select id from users", True),
        ("create temporary table o2 as select t.f_del()", False),
        ("create temporary table o2 (a int default nextval(s))", False),
        ("create temporary table o2 (a varchar(9) default load_file('/x'))", False),
        ("create temporary table o2 (a int) engine=federated connection='x'", False),
        ("create temporary table o2 (a int) with system versioning engine=connect", False),
        ("create temporary table o2 data directory='/x' as select 1", False),
        ("create temporary table o2 select * from users for update", False),
        ("create temporary table o2 like users", False),
    ],
)
def test_at_mysql_only_what_the_session_has_made_for_itself_is_its_own(text: str, is_own: bool):
    schema = CATALOGUES[MY].search_path[0]
    relation = dataclasses.replace(
        make_relation(schema, "own", "a int, b int"), kind=RelationKind.TABLE, is_temporary=True
    )
    made = SessionContext(relations=MappingProxyType({(schema, "own"): relation}))
    statement = judge(text, MY, made)
    assert statement.is_temporary == is_own
    assert (statement.effects <= {EffectClass.READ, EffectClass.SESSION}) == is_own or (
        text.startswith("explain")
    )


def test_names_of_an_own_table_that_took_what_is_masked_do_not_change_places() -> None:
    schema = CATALOGUES[MY].search_path[0]
    told = dataclasses.replace(
        make_relation(schema, "own", "a int, ssn text SSN"), is_temporary=True
    )
    made = SessionContext(relations=MappingProxyType({(schema, "own"): told}))
    for text in (
        "alter table own add x int",
        "alter table own rename column ssn to x, rename column a to ssn",
        "create unique index i on own (ssn)",
    ):
        assert not judge(text, MY, made).is_temporary
    assert judge("truncate own", MY, made).is_temporary


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        ("create temp table o2 (id int generated always as identity, a text default 'x')", True),
        (
            "create temp table o2 (a int default (1 + 2) not null, t timestamptz default now())",
            True,
        ),
        (
            "create temp table o2 (a int check (a > 0), unique (a), check (a < 9)) on commit drop",
            True,
        ),
        ("create temp table o2 (a text, b text generated always as (upper(a)) stored)", True),
        ("create temp table o2 (a int default f_del())", False),
        ("create temp table o2 (a int default nextval('s'))", False),
        ("create temp table o2 (a int check (f_del() > a))", False),
        ("create temp table o2 (a int check ((select count(*) from t) > a))", False),
        ("create temp table o2 (a int, b int generated always as (f_del()) stored)", False),
        ("create temp table o2 (a int generated by default as (f_del()) stored)", False),
        ("create temp table o2 of some_type", False),
        ("create temp table o2 of some_type (a default 1)", False),
        ("create temp table o2 (a int references t (id))", False),
        ("create temp table o2 (a int, exclude using gist (a with =))", False),
        ("create temp table o2 (a int default 1 check (f_del() > 0))", False),
        ("alter table own add column b numeric, add c text default 'x', drop column a", True),
        ("insert into own (a) values (1), (2) returning id", True),
        ("insert into own (a) values (nextval('sq'))", False),
        ("update own set a = setval('sq', 5)", False),
        ("delete from own where lo_unlink(a::oid) = 1", False),
        ("alter table own rename column a to b", True),
        ("alter table own rename a to b", True),
        ("alter table own rename to t", False),
        ("alter table own add column b int default f_del()", False),
        ("alter table own add column b int references t", False),
        ("alter table own add constraint c check (f_del() > 0)", False),
        ("alter table own add primary key (a)", False),
        ("alter table own drop column a cascade", False),
        ("alter table own alter column a type int using f_del()", False),
        ("alter table own owner to other", False),
        ("alter table own inherit t", False),
        ("alter table t add column b int", False),
        ("create index on own (lower(a), id)", True),
        ("create unique index i on own using btree (a)", True),
        ("create index on own (a desc nulls last, id text_pattern_ops)", True),
        ("create index on own (a acting_ops)", False),
        ('create index on own (id, a "acting_ops" desc)', False),
        ("create index on own (a public.acting_ops)", False),
        ("create index on own ((a) acting_ops)", False),
        ("create index on own (lower(a) acting_ops)", False),
        ("create index on own (f_del(a))", False),
        ("create index on own (a) where f_del() > 0", False),
        ("create index on t (lower(v))", False),
    ],
)
def test_what_a_session_makes_for_itself_runs_no_code_but_what_is_built_in(
    text: str, is_own: bool
) -> None:
    own = _relation("pg_temp", "own", "id", "a", is_temporary=True)
    context = SessionContext(relations=MappingProxyType({("pg_temp", "own"): own}))
    statement = judge(text, context=context)
    assert statement.is_temporary is is_own
    assert (statement.effects == {EffectClass.SESSION}) is is_own


def test_a_type_that_runs_code_makes_no_table_of_ones_own() -> None:
    known = dataclasses.replace(catalogue(PG), casts=frozenset({"checked"}))
    texts = {"(a checked)": False, "(a other)": True, "as select id, count(*) from t": True}
    relation = known.relations["public", "t"]
    columns = [
        dataclasses.replace(one, type_name="checked") if one.name == "v" else one
        for one in relation.columns
    ]
    stored = dataclasses.replace(relation, columns=tuple(columns))
    known = dataclasses.replace(known, relations={**known.relations, ("public", "t"): stored})
    texts |= {'(a int, b "checked")': False, '(a int, b U&"\\0063hecked")': False}
    texts |= {"as select v from t": False, "as table t": False, "as select t as a from t": False}
    for after, is_own in texts.items():
        text = f"create temp table o2 {after}"
        statement = analyse(text, engine=PG, catalogue=known, context=SessionContext())
        assert statement.is_temporary is is_own


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("do $$ begin perform count(*) from orders; raise notice 'x'; end $$", True),
        ("do language plpgsql 'begin null; end'", True),
        ("do $$ declare n int; begin select 1 into n; end $$ language plpgsql;", True),
        ("do $$ begin delete from orders; end $$", False),
        ("do $$ begin perform f_del(); end $$", False),
        ("do $$ begin perform nextval('s'); end $$", False),
        ("do $$ begin perform set_config('search_path', 'x', false); end $$", False),
        ("do $$ begin perform pg_advisory_lock(1); end $$", False),
        ("do $$ begin execute 'select 1'; end $$", False),
        ("do $$ begin commit; end $$", False),
        ("do $$ begin set local work_mem = 1; end $$", False),
        ("do e'begin null; end'", False),
        ("do language plpython3u $$ begin null; end $$", False),
        ("do $$ begin null; end $$ $$ begin null; end $$", False),
        ("do", False),
        ("explain do $$ begin null; end $$", False),
        ("call counts('x', 1)", True),
        ("call counts()", True),
        ("call counts(f_del())", False),
        ("call counts((select 1))", False),
        ("call public.counts()", True),
        ("call other.counts()", False),
        ("call a.public.counts()", False),
        ("call writes()", False),
        ("call gives()", False),
        ("call f_del()", False),
        ("call nobody()", False),
    ],
)
def test_code_that_only_reads_is_a_read(text: str, is_read: bool) -> None:
    found = catalogue(PG)
    made = {
        "counts": "begin perform count(*) from orders; end",
        "writes": "begin delete from orders; end",
        "gives": "begin n := 1; end",
    }
    procedures = {
        name: (
            _function(
                name,
                body,
                "plpgsql",
                is_procedure=True,
                result_names=("n",) if name == "gives" else (),
            ),
        )
        for name, body in made.items()
    }
    known = dataclasses.replace(found, functions={**found.functions, **procedures})
    statement = analyse(text, engine=PG, catalogue=known, context=SessionContext())
    assert (statement.effects == {EffectClass.READ}) is is_read
    if is_read:
        assert statement.fence is Fence.READ_ONLY


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        ("create temp table o2 (id int, a checked not null)", False),
        ("create temp table o2 (a public.checked)", False),
        ("create temp table o2 (a checked[])", False),
        ("create temp table o2 (checked int, b text default 'checked')", True),
        ("create temp table o2 as select checked from t", True),
        ("alter table own add column b checked", False),
        ("alter table own add b int, add c checked", False),
        ("alter table own add checked int", True),
    ],
)
def test_a_column_whose_type_runs_code_is_none_of_ones_own(text: str, is_own: bool) -> None:
    known = dataclasses.replace(catalogue(PG), casts=frozenset({"checked"}))
    own = _relation("pg_temp", "own", "id", "a", is_temporary=True)
    context = SessionContext(relations=MappingProxyType({("pg_temp", "own"): own}))
    statement = analyse(text, engine=PG, catalogue=known, context=context)
    assert statement.is_temporary is is_own


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        ("create temp table o2 (like orders)", True),
        ("create local temp table o2 (like orders)", True),
        ("create temp table o2 (like orders including defaults, x int default 1, y text)", True),
        ("create temp table o2 (like orders, x int, like t including triggers)", False),
        ("create temp table o2 (like orders, x int references t)", False),
        ("create temp table o2 (x int, like orders including all)", False),
        ("create table pg_temp.o2 (like orders)", True),
        ("create table pg_temp.o2 (id int, n text default f_del())", False),
        ("create table temp.o2 (id int)", False),
        ('create table "PG_TEMP".o2 (id int)', False),
        ("create temp table o2 (like public.orders including comments) on commit drop", True),
        ("create temp table o2 (like orders excluding defaults including storage)", True),
        ("create temp table o2 (like orders including all)", True),
        ("create temp table o2 (like orders including defaults) on commit drop", True),
        ("create temp table o2 (like orders including indexes including constraints)", True),
        ("create temp table o2 (like orders including triggers)", False),
        ("create temp table o2 (like orders, x int default f_del())", False),
        ("create temp table o2 (like orders) inherits (t)", False),
        ("create temp table o2 (like own)", False),
        ("create temp table o2 (like order_summary)", True),
        ("create temp table o2 (like far)", False),
        ("create temp table o2 (like nowhere)", False),
        ("create table o2 (like orders)", False),
    ],
)
def test_a_table_of_ones_own_may_take_names_and_types_of_another(text: str, is_own: bool) -> None:
    own = _relation("pg_temp", "own", "id", "a", is_temporary=True)
    context = SessionContext(relations=MappingProxyType({("pg_temp", "own"): own}))
    assert judge(text, context=context).is_temporary is is_own


@pytest.mark.parametrize(
    ("default", "changes", "taken", "is_own"),
    [
        ("now()", {}, "defaults", True),
        ("'new'::text", {}, "all", True),
        ("(id * 2)", {}, "generated", True),
        ("'sk_live_51H8xVbKq2mN7pR4tW9yZ0aB'::text", {}, "defaults", False),
        ("nextval('stock_seq'::regclass)", {}, "defaults", False),
        ("f_del()", {}, "defaults", False),
        ("(SELECT max(v) FROM t)", {}, "defaults", False),
        ("now()", {"code": (KeptCode(moment=Moment.WRITE, text="f_del()"),)}, "defaults", True),
        ("now()", {"code": (KeptCode(moment=Moment.WRITE, text="f_del()"),)}, "indexes", False),
        ("now()", {"code": (KeptCode(moment=Moment.WRITE, text="f_del()"),)}, "all", False),
    ],
)
def test_defaults_and_checks_come_along_where_they_only_compute(
    default: str, changes: dict[str, object], taken: str, is_own: bool
) -> None:
    stock = _relation("public", "stock", "id", "at", **changes)
    given = dataclasses.replace(stock.columns[1], default=default)
    stock = dataclasses.replace(stock, columns=(stock.columns[0], given))
    known = catalogue(PG)
    known = dataclasses.replace(
        known, relations=MappingProxyType({**known.relations, ("public", "stock"): stock})
    )

    def judged(known: Catalogue) -> bool:
        text = f"create temp table o2 (like stock including {taken})"
        return analyse(text, engine=PG, catalogue=known, context=SessionContext()).is_temporary

    assert judged(known) is is_own
    # A constant in the schema, or the default of a column, may be what is masked.
    if taken in {"all", "indexes"}:
        assert not judged(dataclasses.replace(known, quotes_values=True))
    told = dataclasses.replace(given.classification, sensitivity=Sensitivity.EMAIL)
    columns = (stock.columns[0], dataclasses.replace(given, classification=told))
    masked = dataclasses.replace(stock, columns=columns)
    relations = MappingProxyType({**known.relations, ("public", "stock"): masked})
    assert not judged(dataclasses.replace(known, relations=relations))


@pytest.mark.parametrize(
    "text", ["select 2e from q", "select 0E, 'x' from q", "select 9e/**/from q"]
)
def test_a_name_of_digits_that_the_parser_takes_for_a_number_is_not_understood(text: str):
    assert not judge(text, Engine.MYSQL).is_understood


@pytest.mark.parametrize("text", ["select 2e5", "select 2e+5, 1.5e3", "select 2d from q"])
def test_numbers_and_plain_names_of_digits_are_understood(text: str):
    assert judge(text, Engine.MYSQL).is_understood


def test_names_that_differ_in_accents_alone_are_not_read_in_queries_inside_each_other():
    twins = "with é as (select 1 as v), e as (select 2 as v) select v from é"
    assert not judge(twins, Engine.MYSQL).is_understood
    assert judge(twins.replace("é", "è").replace("e as", "f as"), Engine.MYSQL).is_understood
    assert judge("select prénom as prenom from clients", Engine.MYSQL).is_understood


@pytest.mark.parametrize(
    "text",
    [
        "delete from o using orders as o where o.id = 1",
        "delete from o using customers c join orders o on o.id = c.id",
        "delete from o using customers, orders o",
        "delete O from orders o",
        "delete orders from orders join (select 1 from customers as orders) d",
        "delete orders from orders where id in (select id from customers as orders)",
        "delete o from (orders as o join customers)",
    ],
)
def test_mysql_deletes_from_what_an_alias_of_its_own_from_means(text: str) -> None:
    found = judge(text, MY)
    assert {name for _, name in found.writes} == {"orders"}, found


def test_a_name_that_its_from_does_not_have_is_not_understood() -> None:
    found = judge("delete o from orders", MY)
    assert not found.is_understood
