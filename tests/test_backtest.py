"""``bastion policy backtest``: a changed policy over what was really done and recorded."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pyrage
import pytest

from bastion import cli, trials
from bastion.core.model import Engine
from bastion.core.shape import shape_of
from bastion.installation import default_policy_text
from tests.fakes.rig import Rig, collect, running_rig

ENGINES = ("postgres", "mysql")


@pytest.fixture(params=ENGINES)
async def rig(request, tmp_path) -> AsyncIterator[Rig]:
    url = request.getfixturevalue(f"shop_{request.param}")
    async with running_rig(tmp_path) as rig:
        await rig.add_target("stage", url, "staging")
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        async with rig.runner("ann", "stage", front_end="exec") as runner:
            for sql in (
                "select id, email from customers where id <= 7 order by id",
                "update orders set quantity = 4321 where id <= 3",
                "update orders set quantity = 4321 where id <= 30",
                "create table mine (id int)",
            ):
                await collect(runner, sql, wait_s=0)
        yield rig


async def backtest(rig: Rig, policy: str, capsys, *, identity: Path | None = None) -> dict:
    """Run the command's own code, for people and for programs."""
    file = rig.paths.state.parent / "new.toml"
    file.write_text(policy)
    told = []
    for as_json in (False, True):
        parsed = argparse.Namespace(file=file, days=30, limit=50, identity=identity, json=as_json)
        code = await trials.backtest(rig.paths, rig.administration, parsed, lambda *_, **__: None)
        assert code == 0
        told.append(capsys.readouterr().out)
    assert "4321" not in told[0] + told[1]
    return {"lines": told[0].splitlines(), **json.loads(told[1])}


def with_rule(text: str) -> str:
    return f"{default_policy_text()}\n[[rule]]\n{text}\n"


async def test_the_policy_in_force_would_have_decided_the_same(rig: Rig, capsys):
    found = await backtest(rig, default_policy_text(), capsys)
    assert found["judged"] == 4
    assert found["statements"] == found["masks"] == []
    assert found["lines"][0] == (
        "It would have held 0 statements, blocked 0, allowed 0 that were not, unmasked 0 cells."
    )


async def test_it_counts_by_rule_and_lists_statements_without_their_values(rig: Rig, capsys):
    rule = 'name="many"\naction="hold"\neffects=["update"]\nmin_rows=20'
    found = await backtest(rig, with_rule(rule), capsys)
    assert (found["held"], found["blocked"], found["allowed"]) == (1, 0, 0)
    assert found["by_rule"] == [{"verdict": "hold", "rule": "many", "statements": 1}]
    (one,) = found["statements"]
    assert one["text"] == "update orders set quantity = ? where id <= ?"
    assert (one["was"], one["verdict"], one["user"], one["statement"]) == (
        "allow",
        "hold",
        "ann",
        3,
    )
    assert any("held by rule many: 1" in line for line in found["lines"])


async def test_what_a_stricter_or_milder_rule_changes_is_counted(rig: Rig, capsys):
    blocked = await backtest(rig, with_rule('name="b"\naction="block"\neffects=["read"]'), capsys)
    assert (blocked["held"], blocked["blocked"]) == (0, 1)
    milder = default_policy_text().replace(
        'effects = ["ddl", "drop", "privilege", "admin", "outside"]',
        'effects = ["drop", "privilege", "admin", "outside"]',
    )
    milder += '\n[[rule]]\nname="d"\naction="allow"\neffects=["ddl"]\n'
    allowed = await backtest(rig, milder, capsys)
    assert allowed["allowed"] == 1


async def test_a_recording_that_was_changed_is_counted_and_not_judged(rig: Rig, capsys):
    (path,) = rig.paths.sessions.rglob("*.cast")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"select", b"SELECT", 1))
    assert path.read_bytes() != whole
    found = await backtest(rig, default_policy_text(), capsys)
    assert found["judged"] == 0
    assert found["left_out"] == {"recordings that are not what was recorded": 1}
    path.write_bytes(whole)


async def test_cells_that_would_be_masked_otherwise_are_counted(rig: Rig, capsys):
    found = await backtest(rig, default_policy_text() + '\n[masks]\nemail = "full"\n', capsys)
    assert found["masks"] == [
        {"classes": "email", "before": "partial", "after": "full", "cells": 7}
    ]
    assert found["unmasked_cells"] == 0
    rig.paths.policy.write_text(default_policy_text() + '\n[masks]\nemail = "full"\n')
    back = await backtest(rig, default_policy_text(), capsys)
    assert any(
        "7 cells would show more (full before, partial then)" in one for one in back["lines"]
    )


async def test_a_report_names_the_rules_that_ask_and_what_is_mostly_asked(rig: Rig, capsys):
    rae = await rig.principal("rae")
    async with rig.runner("ann", "stage", front_end="exec") as runner:
        for number in range(5):
            sql = f"delete from orders where quantity > {4400 + number} or true"
            pending, _, _ = await collect(runner, sql, wait_s=0)
            await rig.services.desk.decide(rae, pending.request_id, approve=True, reason="")
    words = ["--dir", str(rig.paths.state), "policy", "report"]
    assert await asyncio.to_thread(cli.main, [*words, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["rule"], first["asked"], first["approved"]) == ("staging whole tables", 5, 5)
    assert first["always_approved"]
    assert first["mostly"] == ["5 x delete from orders where quantity > ? or true"]
    assert first["median_wait_s"] is not None
    assert await asyncio.to_thread(cli.main, words) == 0
    said = capsys.readouterr().out
    assert "Rule staging whole tables asked 5 times and was never refused" in said
    assert "44" not in said


async def test_archived_recordings_are_read_and_what_cannot_be_is_counted(rig: Rig, capsys):
    identity = pyrage.x25519.Identity.generate()
    file = rig.paths.state.parent / "id.txt"
    file.write_text(str(identity))
    plain = {path: path.read_bytes() for path in rig.paths.sessions.rglob("*.cast")}
    archive = ("recording", "archive", "--older-than", "0h", "--recipient")
    words = ["--dir", str(rig.paths.state), *archive, str(identity.to_public())]
    assert cli.main(words) == 0
    capsys.readouterr()
    without = await backtest(rig, default_policy_text(), capsys)
    assert without["judged"] == 0
    assert sum(without["left_out"].values()) == 1
    found = await backtest(rig, default_policy_text(), capsys, identity=file)
    assert found["judged"] == 4
    for path, data in plain.items():
        # The server's own log is compared with them when the test is over.
        path.write_bytes(data)
        path.with_name(f"{path.name}.zst.age").unlink()


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (
            "DELETE FROM shop.orders WHERE id IN (1, 2,3) -- 99",
            "delete from shop.orders where id in (?)",
        ),
        ("insert into t values (1, 'x'), (-2, 'y')", "insert into t values (?)"),
        ("select a || 'x', -5 from t", "select a || ? from t"),
        ("select 'not closed", "select"),
        ("selectt ada.moor@example.com", "selectt ?"),
        ("/* 1 */", "…"),
    ],
)
def test_a_shape_holds_no_value(engine: Engine, text: str, shape: str):
    assert shape_of(text, engine) == shape
