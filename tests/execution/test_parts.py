"""A yes to a statement that writes in parts of a WITH covers the rows that one of them changes."""

from collections.abc import AsyncIterator, Callable

import pytest

from bastion.core.approval import Approval
from bastion.core.model import Status
from tests.execution.test_effect import run_approved, set_policy
from tests.fakes.rig import Rig, collect, production_rig

Database = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def database(postgres_server, shop_postgres) -> Database:
    """Run SQL beside the bastion, on tables of this story."""

    def run(sql: str) -> list[tuple[object, ...]]:
        return postgres_server.run(shop_postgres, sql)

    run(
        "create table carts (id int primary key, state text, n int default 0);"
        "insert into carts values (1, 'stale'), (2, 'stale'), (3, 'fresh'), (4, 'fresh');"
        "create table kept (id int, state text)"
    )
    return run


@pytest.fixture
async def rig(shop_postgres, database, tmp_path) -> AsyncIterator[Rig]:
    async with production_rig(tmp_path, shop_postgres) as rig:
        yield rig


STALE = "select id from carts where state = 'stale'"
WAYS = {
    "kept": "with d as (delete from carts where state = 'stale' returning id, state)"
    " insert into kept select id, state from d",
    "shown": "with d as (delete from carts where state = 'stale' returning id) select * from d",
    "counted": "with d as (update carts set n = 1 where state = 'stale' returning id)"
    " select count(*) from d",
    "found before": f"with s as ({STALE}), d as (delete from carts where id in (select id from s)"
    " returning id) select id from d",
    "last": "with i as (insert into kept values (9, 'x') returning id)"
    " delete from carts where state = 'stale'",
    "explained": "explain analyze with d as (delete from carts where state = 'stale'"
    " returning id) select * from d",
}
OTHERS = "update carts set state = case id when 1 then 'fresh' when 3 then 'stale' else state end"


@pytest.mark.parametrize("way", sorted(WAYS))
async def test_the_rows_that_were_approved_are_changed(rig: Rig, database: Database, way: str):
    finished, seen, _ = await run_approved(rig, WAYS[way])
    assert finished.status is Status.OK, finished
    assert (seen[0].impact.rows, seen[0].impact.is_measured) == (2, True)
    assert "What its other parts add is not counted." in seen[0].impact.notes
    expected = [(1, "stale"), (2, "stale")] if way == "kept" else []
    assert database("select id, state from kept where id < 9 order by id") == expected
    untouched = database("select id from carts where n = 0 order by id")
    assert untouched == [(3,), (4,)]


@pytest.mark.parametrize("change", [OTHERS, "update carts set state = 'stale' where id = 3"])
@pytest.mark.parametrize("way", sorted(WAYS))
async def test_others_or_more_go_back(rig: Rig, database: Database, way: str, change: str):
    async def others(_: Approval) -> None:
        database(change)

    finished, seen, _ = await run_approved(rig, WAYS[way], others)
    assert finished.status is Status.DENIED, finished
    assert len(seen) == 2
    assert database("select count(*) from carts where n = 0") == [(4,)]
    assert database("select count(*) from kept") == [(0,)]


UNTOLD = {
    "two that change": "with d as (delete from carts where state = 'stale' returning id)"
    " delete from kept using d where kept.id = d.id",
    "found by what was written": "with i as (insert into kept select id, state from carts"
    " where state = 'stale' returning id) delete from carts where id in (select id from i)",
    "of what another part read of it": "with i as (insert into kept values (1, 'x') returning id),"
    " j as (select id from i) delete from carts where id in (select id from j)",
}


@pytest.mark.parametrize("way", sorted(UNTOLD))
async def test_what_cannot_be_told_is_said(rig: Rig, way: str):
    _, seen, _ = await run_approved(rig, UNTOLD[way], rounds=0)
    words = "Which rows it touches cannot be told, and is not compared at the run."
    assert words in seen[0].impact.notes
    assert seen[0].impact.rows is None


MERGES = {
    "deleted": (
        "merge into carts c using (select 3 as id) s on c.id = s.id"
        " when not matched by source and c.state = 'stale' then delete",
        (2, 2),
    ),
    "beside others": (
        "merge into carts c using (values (3, 'x'), (70, 'y')) s(id, state) on c.id = s.id"
        " when matched and s.state <> 'z' then update set n = 7"
        " when not matched then insert values (s.id, s.state, 1)"
        " when not matched by source and c.state = 'stale' then update set n = 8",
        (4, 3),
    ),
}
OTHER_STALE = (
    "update carts set state = case id when 1 then 'fresh' when 4 then 'stale' else state end"
)


@pytest.mark.parametrize("meanwhile", [OTHER_STALE, "insert into carts values (5, 'stale', 0)", ""])
@pytest.mark.parametrize("way", sorted(MERGES))
async def test_what_the_source_of_a_merge_lacks_is_part_of_the_yes(
    rig: Rig, database: Database, way: str, meanwhile: str
):
    if int(str(database("show server_version_num")[0][0])) < 170_000:
        pytest.skip("PostgreSQL knows WHEN NOT MATCHED BY SOURCE from 17 on")

    async def change(_: Approval) -> None:
        database(meanwhile or "select 1")

    sql, (rows, keys) = MERGES[way]
    finished, seen, _ = await run_approved(rig, sql, change)
    impact = seen[0].impact
    assert (impact.rows, impact.keys and impact.keys.count) == (rows, keys)
    assert not any("whole table" in note for note in impact.notes)
    if meanwhile:
        assert finished.status is Status.DENIED, finished
        assert database("select count(*) from carts where n > 0 or id = 70") == [(0,)]
    else:
        assert finished.status is Status.OK, finished
        assert finished.tag == f"MERGE {rows}"


FEW = """
[[rule]]
name = "reads"
action = "allow"
effects = ["read", "session", "transaction"]

[[rule]]
name = "few"
action = "allow"
effects = ["update", "delete", "insert"]
max_rows = 5
"""


async def test_a_rule_for_few_rows_does_not_let_it_through(rig: Rig, database: Database):
    """What its other parts add was counted by nobody."""
    await set_policy(rig, FEW)
    async with rig.runner("ann", "prod") as runner:
        plain, _, _ = await collect(runner, "delete from carts where id = 4", wait_s=0.0)
        finished, _, _ = await collect(runner, WAYS["kept"], wait_s=0.0)
    assert plain.status is Status.OK, plain
    assert finished.status is not Status.OK, finished
    assert database("select count(*) from kept") == [(0,)]
