"""How a policy document is read, and how its mistakes are worded."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

import bastion.core
from bastion.core.model import Action, Engine, Environment, Role, Sensitivity
from bastion.core.rules import parse_policy
from bastion.core.styles import Style
from bastion.errors import ConfigError

DEFAULT = (Path(bastion.core.__file__).parent / "data" / "policy.toml").read_text()


def test_the_default_policy_is_valid() -> None:
    policy = parse_policy(DEFAULT, source="policy.toml")
    assert len(policy.rules) > 10
    assert policy.limits[""].default_row_limit == 500


def test_version_is_a_digest_of_the_text() -> None:
    first = parse_policy("", source="policy.toml").version
    assert len(first) == 12
    assert parse_policy("# changed", source="policy.toml").version != first


def test_every_key_of_a_rule_is_read() -> None:
    policy = parse_policy(
        """
        [[rule]]
        name = "all keys"
        action = "hold"
        text = "because"
        environments = ["production"]
        engines = ["mysql"]
        targets = ["shop-*"]
        roles = ["agent", "engineer"]
        effects = ["delete", "inference"]
        objects = ["public.*"]
        except_objects = ["public.scratch"]
        whole_table = true
        min_rows = 10
        max_rows = 1000
        understood = false
        hours = "22:00-06:00"
        approvals = 2
        approver_roles = ["admin"]
        expires = "1h"
        """,
        source="policy.toml",
    )
    rule = policy.rules[0]
    assert rule.action is Action.HOLD
    assert rule.environments == {Environment.PRODUCTION}
    assert rule.engines == {Engine.MYSQL}
    assert rule.approver_roles == {Role.ADMIN}
    assert rule.expires_s == 3600
    assert rule.approvals == 2
    assert (rule.min_rows, rule.max_rows) == (10, 1000)
    assert rule.hours is not None
    assert rule.hours.holds(time(23))
    assert rule.hours.holds(time(5, 59))
    assert not rule.hours.holds(time(6))


def test_limits_and_masks_are_read() -> None:
    policy = parse_policy(
        '[limits]\nrow_limit = 50\n[limits.agent]\nstatement_timeout = "5s"\n'
        '[masks]\nemail = "token"\n[masks.agent]\nemail = "full"\n',
        source="policy.toml",
    )
    assert policy.limits["agent"].row_limit == 50
    assert policy.limits["agent"].statement_timeout_s == 5
    assert policy.masks[""] == {Sensitivity.EMAIL: Style.TOKEN}
    assert policy.masks["agent"] == {Sensitivity.EMAIL: Style.FULL}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[rule]]\nname='a'\nactoin='hold'", ["actoin", '"action"', '"a"']),
        ("[[rule]]\nname='a'\naction='holdd'", ["holdd", '"hold"']),
        ("[[rule]]\nname='a'\naction='hold'\neffects=['delet']", ["delet", '"delete"']),
        ("[[rule]]\naction='hold'", ["number 1", "name"]),
        ("[[rule]]\nname='a'", ['"a"', "action"]),
        ("[[rule]]\nname='a'\naction='hold'\neffects=[]", ["effects", "not an empty one"]),
        ("[[rule]]\nname='a'\naction='hold'\neffects='read'", ["effects", "list"]),
        ("[[rule]]\nname='a'\naction='hold'\nenvironments=['prod']", ["prod", '"production"']),
        ("[[rule]]\nname='a'\naction='hold'\nexpires='soon'", ["expires", "span of time"]),
        ("[[rule]]\nname='a'\naction='hold'\napprovals=0", ["approvals", "from 1"]),
        ("[[rule]]\nname='a'\naction='hold'\napprovals=true", ["approvals", "whole number"]),
        ("[[rule]]\nname='a'\naction='hold'\nwhole_table='yes'", ["whole_table", "true or false"]),
        ("[[rule]]\nname='a'\naction='hold'\nhours='9-5'", ["hours", "08:00-18:00"]),
        ("[[rule]]\nname='a'\naction='hold'\nhours='25:00-26:00'", ["hours", "no time"]),
        ("[[rule]]\nname='a'\naction='hold'\nroles=['agnt']", ["agnt", '"agent"']),
        ("[[rule]]\nname='a'\naction='hold'\napprover_roles=['agent']", ["approver_roles"]),
        ("[[rule]]\nname='a'\naction='hold'\n[[rule]]\nname='a'\naction='hold'", ["two rules"]),
        ("[[rule]]\nname='a'\naction='hold'\nmin_row=5", ["min_row", '"min_rows"']),
        ("[[rule]]\nname='a'\naction='hold'\nmax_rows=-1", ["max_rows", "from 0"]),
        ("[[rule]]\nname='a'\naction='hold'\nmax_rows='9'", ["max_rows", "whole number"]),
        ("[[rule]]\nname='a'\naction='hold'\nmax_rows=9", ["max_rows", "update, delete"]),
        (
            "[[rule]]\nname='a'\naction='hold'\neffects=['ddl']\nmin_rows=9",
            ["min_rows", "update, delete"],
        ),
        (
            "[[rule]]\nname='a'\naction='hold'\neffects=['delete']\nmin_rows=9\nmax_rows=8",
            ["min_rows", "never match"],
        ),
        ("[rule]\nname='a'", ["[[rule]]"]),
        ("[limit]\nx=1", ["limit", '"limits"']),
        ("[limits]\nrows=1", ["rows"]),
        ("[limits.prodction]\nrow_limit=1", ["prodction", '"production"']),
        ("[limits]\nrow_limit=-1", ["row_limit"]),
        ("[masks]\nemial='full'", ["emial", '"email"']),
        ("[masks]\nemail='hsah'", ["hsah"]),
        ("[masks]\nemail='tokn'", ["tokn", '"token"']),
        ("[masks]\nemail='year'", ["email", "year", "partial"]),
        ("[masks]\npassword='token'", ["password", "full"]),
        ("[masks.agnet]\nemail='full'", ["agnet", '"agent"']),
        ("[masks.agent]\nemial='full'", ["[masks.agent]", '"email"']),
        ("limits = 3", ["limits", "table"]),
        ("= nonsense", ["not valid TOML"]),
    ],
)
def test_a_mistake_names_file_key_and_nearest_name(text: str, words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_policy(text, source="policy.toml")
    message = caught.value.message
    assert "policy.toml" in message
    for word in words:
        assert word in message
