"""What the default policy, and others, say of statements."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bastion.core
from bastion.core.catalogue import Catalogue, Classification, Column, Relation, RelationKind
from bastion.core.context import SessionContext
from bastion.core.exposure import Exposure
from bastion.core.model import (
    Action,
    Engine,
    Environment,
    Fence,
    Principal,
    Role,
    RunOptions,
    Target,
    Verdict,
)
from bastion.core.policy import decide
from bastion.core.rules import parse_policy
from bastion.core.statement import analyse

PG, MY = Engine.POSTGRESQL, Engine.MYSQL
PRODUCTION, STAGING = Environment.PRODUCTION, Environment.STAGING
DEVELOPMENT = Environment.DEVELOPMENT
ALLOW, HOLD, BLOCK = Action.ALLOW, Action.HOLD, Action.BLOCK
CORPUS = Path(__file__).parents[1] / "corpus"
DEFAULT = (Path(bastion.core.__file__).parent / "data" / "policy.toml").read_text()
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOTHING = Exposure(columns=(), touches=frozenset())


def _catalogue(engine: Engine) -> Catalogue:
    schema = "public" if engine is PG else "shop"
    known = Classification(sensitivity=None, evidence="by test")
    relations = {}
    for name in ("t", "t2", "watched", "scratch"):
        columns = tuple(Column(name=one, type_name="text", classification=known) for one in "iv")
        relations[schema, name] = Relation(
            schema=schema,
            name=name,
            kind=RelationKind.TABLE,
            columns=columns,
            triggers=("audit (after insert, f)",) if name == "watched" else (),
        )
    return Catalogue(engine=engine, version="1", search_path=(schema,), relations=relations)


CATALOGUES = {PG: _catalogue(PG), MY: _catalogue(MY)}


def principal(*roles: Role, is_agent: bool = False) -> Principal:
    return Principal(
        user="ann",
        person="ann",
        is_agent=is_agent,
        roles=frozenset(roles or {Role.ENGINEER}),
        targets=None,
        key_fingerprint="",
        source="",
    )


def verdict(
    text: str,
    environment: Environment = PRODUCTION,
    engine: Engine = PG,
    *,
    policy: str = DEFAULT,
    who: Principal | None = None,
    exposure: Exposure = NOTHING,
    options: RunOptions | None = None,
    now: datetime = NOON,
    rows: int | None = None,
) -> Verdict:
    statement = analyse(text, engine=engine, catalogue=CATALOGUES[engine], context=SessionContext())
    target = Target(
        name="shop", engine=engine, environment=environment, host="", port=0, database="shop"
    )
    return decide(
        who or principal(),
        target,
        statement,
        exposure,
        parse_policy(policy, source="policy.toml"),
        options=options or RunOptions(),
        now=now,
        rows=rows,
    )


CASES = [
    ("select 1", ALLOW, ALLOW, ALLOW),
    ("show search_path", ALLOW, ALLOW, ALLOW),
    ("explain delete from t", ALLOW, ALLOW, ALLOW),
    ("begin", ALLOW, ALLOW, ALLOW),
    ("set timezone = 'UTC'", ALLOW, ALLOW, ALLOW),
    ("insert into t values (1, 'a')", HOLD, ALLOW, ALLOW),
    ("insert into t (i, v) values (1, 'a') returning i", HOLD, ALLOW, ALLOW),
    ("update t set v = 1 where i = 1", HOLD, ALLOW, ALLOW),
    ("delete from t where i = 1", HOLD, ALLOW, ALLOW),
    ("update t set v = 1", HOLD, HOLD, ALLOW),
    ("delete from t", HOLD, HOLD, ALLOW),
    ("with d as (delete from t returning *) select * from d", HOLD, HOLD, ALLOW),
    ("create table x (a int)", HOLD, HOLD, ALLOW),
    ("create temp table x as select 1", ALLOW, ALLOW, ALLOW),
    ("create temp table x (a int check (f_del() > 0))", HOLD, HOLD, ALLOW),
    ("alter table t drop column v", HOLD, HOLD, ALLOW),
    ("drop table t", BLOCK, HOLD, ALLOW),
    ("drop schema public cascade", BLOCK, HOLD, ALLOW),
    ("truncate t", BLOCK, HOLD, ALLOW),
    ("drop owned by x", BLOCK, HOLD, ALLOW),
    ("grant select on t to x", HOLD, HOLD, ALLOW),
    ("vacuum full t", HOLD, HOLD, ALLOW),
    ("select * from t for update", HOLD, HOLD, ALLOW),
    ("select nextval('s')", HOLD, ALLOW, ALLOW),
    ("copy t to '/tmp/x'", HOLD, HOLD, HOLD),
    ("notify x", HOLD, HOLD, HOLD),
    ("do $$ begin execute 'x'; end $$", HOLD, HOLD, ALLOW),
    (
        "do $$ begin loop begin perform 1; exception when query_canceled then null; end; "
        "end loop; end $$",
        HOLD,
        HOLD,
        ALLOW,
    ),
    (
        "do $$ begin perform 1; exception when others or sqlstate '57014' then null; end $$",
        HOLD,
        HOLD,
        ALLOW,
    ),
    (
        "do $$ begin perform 1; exception when division_by_zero then null; end $$",
        ALLOW,
        ALLOW,
        ALLOW,
    ),
    ("do $$ begin perform 1; end $$", ALLOW, ALLOW, ALLOW),
    ("select unknown_function()", HOLD, HOLD, ALLOW),
    ("set search_path = x", HOLD, HOLD, ALLOW),
    ("set role x", BLOCK, BLOCK, BLOCK),
    ("set standard_conforming_strings = off", BLOCK, BLOCK, BLOCK),
    ("reset all", ALLOW, ALLOW, ALLOW),
    ("reset standard_conforming_strings", BLOCK, BLOCK, BLOCK),
]


@pytest.mark.parametrize(("text", "production", "staging", "development"), CASES)
def test_the_default_policy_on_postgresql(
    text: str, production: Action, staging: Action, development: Action
) -> None:
    assert verdict(text, PRODUCTION).action is production
    assert verdict(text, STAGING).action is staging
    assert verdict(text, DEVELOPMENT).action is development


@pytest.mark.parametrize(
    ("text", "production"),
    [
        ("select 1", ALLOW),
        ("show tables", ALLOW),
        ("insert into t values (1, 'a')", HOLD),
        ("replace into t values (1, 'a')", HOLD),
        ("rename table t to x", HOLD),
        ("truncate t", BLOCK),
        ("create or replace table t (a int)", BLOCK),
        ("alter table t drop partition p", BLOCK),
        ("call p()", BLOCK),
        ("/*!50000 drop table t */", BLOCK),
        ("begin not atomic drop table t; end", BLOCK),
        ("execute immediate @s", BLOCK),
        ("set sql_mode = 'ORACLE'", BLOCK),
        ("set sql_mode = ''", ALLOW),
        ("use other", ALLOW),
        ("lock tables t write", HOLD),
        ("load data local infile '/x' into table t", HOLD),
    ],
)
def test_the_default_policy_on_mysql(text: str, production: Action) -> None:
    assert verdict(text, PRODUCTION, MY).action is production


@pytest.mark.parametrize(
    ("engine", "name"), [(PG, "not_reads_postgresql.sql"), (MY, "not_reads_mysql.sql")]
)
def test_nothing_of_the_negative_corpus_is_allowed_in_production(engine: Engine, name: str) -> None:
    lines = (CORPUS / name).read_text().splitlines()
    # These differ only with views and functions that this catalogue lacks.
    skipped = ("bad_view", "guarded", "===", "@@@", "t.f_del")
    texts = [
        one for one in lines if one and one[0] != "#" and not any(word in one for word in skipped)
    ]
    assert [one for one in texts if verdict(one, engine=engine).action is ALLOW] == []


def test_an_empty_policy_blocks_everything() -> None:
    found = verdict("select 1", policy="")
    assert found.action is BLOCK
    assert "No rule" in found.text


def test_the_strictest_effect_decides() -> None:
    policy = """
        [[rule]]
        name = "a"
        action = "allow"
        effects = ["read", "insert"]
        [[rule]]
        name = "b"
        action = "block"
        effects = ["delete"]
        """
    text = "with d as (delete from t where i=1 returning *) insert into t2 select * from d"
    assert verdict(text, policy=policy).rule == "b"
    assert verdict("insert into t2 select * from t", policy=policy).action is ALLOW


def test_an_effect_without_a_rule_is_blocked() -> None:
    policy = '[[rule]]\nname = "a"\naction = "allow"\neffects = ["read"]'
    assert verdict("select 1", policy=policy).action is ALLOW
    assert verdict("insert into t values (1, 2)", policy=policy).action is BLOCK


def test_a_hold_cannot_be_undone_by_an_allow() -> None:
    policy = DEFAULT + '\n[[rule]]\nname = "lax"\naction = "allow"\n'
    assert verdict("drop table t", policy=policy).action is BLOCK


def test_objects_limit_a_rule() -> None:
    policy = """
        [[rule]]
        name = "scratch"
        action = "allow"
        effects = ["insert", "read"]
        objects = ["public.scratch"]
        [[rule]]
        name = "others"
        action = "hold"
        effects = ["insert"]
        except_objects = ["public.scratch"]
        """
    assert verdict("insert into scratch values (1, 2)", policy=policy).action is ALLOW
    assert verdict("insert into t values (1, 2)", policy=policy).action is HOLD


def test_roles_and_hours_limit_a_rule() -> None:
    policy = """
        [[rule]]
        name = "night"
        action = "hold"
        roles = ["agent"]
        hours = "20:00-06:00"
        effects = ["read"]
        [[rule]]
        name = "reads"
        action = "allow"
        effects = ["read"]
        """
    agent = principal(Role.AGENT, is_agent=True)
    night = NOON.replace(hour=23)
    assert verdict("select 1", policy=policy, who=agent, now=night).action is HOLD
    assert verdict("select 1", policy=policy, who=agent).action is ALLOW
    assert verdict("select 1", policy=policy, now=night).action is ALLOW


@pytest.mark.parametrize("environment", list(Environment))
def test_inference_and_laundering_are_held_everywhere(environment: Environment) -> None:
    guessing = Exposure(columns=(), touches=frozenset(), inference=("ORDER BY on t.v",))
    leaking = Exposure(columns=(), touches=frozenset(), laundering=("t.v goes to t2.v",))
    found = verdict("select 1", environment, exposure=guessing)
    assert found.action is HOLD
    assert "ORDER BY on t.v" in found.text
    assert verdict("select 1", environment, exposure=leaking).action is HOLD


def test_a_rule_for_everything_does_not_allow_inference() -> None:
    guessing = Exposure(columns=(), touches=frozenset(), inference=("ORDER BY on t.v",))
    policy = '[[rule]]\nname = "all"\naction = "allow"\n'
    assert verdict("select 1", policy=policy).action is ALLOW
    assert verdict("select 1", policy=policy, exposure=guessing).action is BLOCK


def test_a_read_only_run_refuses_what_is_not_a_read() -> None:
    options = RunOptions(read_only=True)
    refused = verdict("insert into t values (1, 2)", DEVELOPMENT, options=options)
    assert (refused.action, refused.rule) == (BLOCK, "read-only")
    assert verdict("call x()", DEVELOPMENT, options=options).action is BLOCK
    assert verdict("select 1", options=options).action is ALLOW


def test_limits_are_the_tightest_that_apply() -> None:
    plain = verdict("select 1").obligations
    assert (plain.row_limit, plain.lock_timeout_s) == (500, 3)
    more = verdict("select 1", options=RunOptions(limit=10**9, timeout_s=3)).obligations
    assert (more.row_limit, more.statement_timeout_s) == (10_000, 3)
    assert (
        verdict("select 1", options=RunOptions(timeout_s=10**9)).obligations.statement_timeout_s
        == 60
    )
    agent = principal(Role.AGENT, is_agent=True)
    assert (
        verdict("select 1", options=RunOptions(limit=10**9), who=agent).obligations.row_limit
        == 1000
    )


def test_agents_are_never_freer_than_people() -> None:
    agent = principal(Role.AGENT, is_agent=True)
    severity = [ALLOW, HOLD, BLOCK]
    for text, *_ in CASES:
        for environment in Environment:
            person = verdict(text, environment).action
            assert severity.index(verdict(text, environment, who=agent).action) >= severity.index(
                person
            )


def test_structure_is_guarded_where_code_was_not_read() -> None:
    assert verdict("do $$ begin execute 'x'; end $$").guards_structure
    assert verdict("insert into watched values (1, 2)").guards_structure
    # Partitions and cascades may have triggers that the table itself has not.
    assert verdict("insert into t values (1, 2)").guards_structure
    assert not verdict("select 1").guards_structure


def test_a_verdict_tells_the_fence_and_the_reason() -> None:
    assert verdict("select 1").fence is Fence.READ_ONLY
    assert verdict("begin").fence is Fence.SESSION
    held = verdict("delete from t")
    assert held.fence is Fence.WRITE
    assert "every row" in held.text
    assert held.approver_roles == {Role.REVIEWER, Role.ADMIN}
    assert held.expires_s == 900


BY_ROWS = """
[[rule]]
name = "few"
action = "allow"
effects = ["update", "delete"]
environments = ["staging"]
max_rows = 100

[[rule]]
name = "more"
action = "hold"
effects = ["update", "delete"]
environments = ["staging"]
min_rows = 101

[[rule]]
name = "production"
action = "hold"
effects = ["update", "delete"]
environments = ["production"]

[[rule]]
name = "production many"
action = "hold"
effects = ["update", "delete"]
environments = ["production"]
min_rows = 1000
approvals = 2
"""


@pytest.mark.parametrize(
    ("environment", "rows", "action", "rule"),
    [
        (STAGING, 0, ALLOW, "few"),
        (STAGING, 100, ALLOW, "few"),
        (STAGING, 101, HOLD, "more"),
        (STAGING, None, HOLD, "more"),
        (PRODUCTION, 999, HOLD, "production"),
        (PRODUCTION, 1000, HOLD, "production many"),
        (PRODUCTION, None, HOLD, "production many"),
    ],
)
def test_a_rule_speaks_by_the_rows_that_were_measured(
    environment: Environment, rows: int | None, action: Action, rule: str
) -> None:
    found = verdict("delete from t where i = 1", environment, policy=BY_ROWS, rows=rows)
    assert (found.action, found.rule) == (action, rule)


def test_what_is_not_measured_is_neither_proven_few_nor_proven_none() -> None:
    for action in ("hold", "block"):
        few = BY_ROWS.replace('action = "allow"', f'action = "{action}"', 1)
        found = verdict("delete from t where i = 1", STAGING, policy=few)
        assert found.action is not ALLOW
    alone = BY_ROWS.partition('[[rule]]\nname = "more"')[0]
    assert verdict("delete from t where i = 1", STAGING, policy=alone).rule == "no rule"


def test_a_verdict_says_whether_measuring_would_change_it() -> None:
    assert verdict("delete from t where i = 1", STAGING, policy=BY_ROWS).depends_on_rows
    assert verdict("delete from t where i = 1", PRODUCTION, policy=BY_ROWS).depends_on_rows
    assert not verdict("delete from t where i = 1", STAGING).depends_on_rows
    assert not verdict("select 1", STAGING, policy=BY_ROWS).depends_on_rows
    assert not verdict("drop table t", STAGING, policy=BY_ROWS).depends_on_rows


def test_an_allowance_by_rows_covers_no_more_rows_than_it_says() -> None:
    assert verdict("delete from t where i = 1", STAGING, policy=BY_ROWS, rows=7).rows_max == 100
    many = verdict("delete from t where i = 1", PRODUCTION, policy=BY_ROWS, rows=1000)
    assert many.rows_max is None
    less = BY_ROWS + '[[rule]]\nname="b"\naction="block"\neffects=["delete"]\nmin_rows=50\n'
    assert verdict("delete from t where i = 1", STAGING, policy=less, rows=7).rows_max == 49


def test_rows_are_proof_for_the_effects_that_were_counted_only() -> None:
    wide = BY_ROWS.replace('effects = ["update", "delete"]', 'effects = ["update", "unknown"]', 1)
    found = verdict("update t set v = nobody_knows(v) where i = 1", STAGING, policy=wide, rows=1)
    assert found.action is BLOCK
    assert found.rule == "no rule"


def test_among_holds_the_one_that_asks_more_people_wins_wherever_it_stands() -> None:
    rules = BY_ROWS.split("[[rule]]")
    turned = "[[rule]]".join(["", *reversed(rules[1:])])
    found = verdict("delete from t where i = 1", PRODUCTION, policy=turned, rows=5000)
    assert found.approvals_needed == 2


@pytest.mark.parametrize("environment", list(Environment))
@pytest.mark.parametrize(
    ("text", "engine", "is_own"),
    [
        ("set password = password('x')", MY, True),
        ("set password for 'keeper'@'%' = password('x')", MY, True),
        ("set password for current_user() = password('x')", MY, True),
        ("alter user keeper identified by 'x'", MY, True),
        ("alter user if exists user() identified by 'x'", MY, True),
        ("drop user bob, `keeper`", MY, True),
        ("rename user keeper to other", MY, True),
        ("grant select on shop.* to keeper identified by 'x'", MY, True),
        ("revoke all privileges, grant option from keeper", MY, True),
        ("execute immediate 'set password = password(\\'x\\')'", MY, True),
        ("alter role keeper nologin", PG, True),
        ("alter user current_user password 'x'", PG, True),
        ("set password for bob = password('x')", MY, False),
        ("alter user bob identified by 'keeper'", MY, True),
        ("grant select on shop.* to keeper", MY, False),
        ("revoke select on keeper.* from bob", MY, False),
        ("alter role bob nologin", PG, False),
    ],
)
def test_the_login_of_the_target_itself_is_changed_nowhere_through_the_bastion(
    text: str, engine: Engine, is_own: bool, environment: Environment
) -> None:
    known = dataclasses.replace(CATALOGUES[engine], logins=frozenset({"keeper"}))
    statement = analyse(text, engine=engine, catalogue=known, context=SessionContext())
    assert ("login" in statement.pinned) == is_own
    target = Target(
        name="shop", engine=engine, environment=environment, host="", port=0, database="shop"
    )
    policy = parse_policy(DEFAULT, source="policy.toml")
    verdict = decide(
        principal(), target, statement, NOTHING, policy, options=RunOptions(), now=NOON
    )
    assert (verdict.action is BLOCK) == is_own
