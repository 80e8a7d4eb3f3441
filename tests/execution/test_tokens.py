"""A token stands for its value where it is compared, and nowhere else; nobody ever sees it."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from bastion.core.model import ResultStarted, Status
from tests.execution.test_pipeline import decide
from tests.fakes.rig import Rig, collect, running_rig

POLICY = """
[masks]
email = "token"
[masks.agent]
email = "full"
"""


@pytest.fixture(params=("postgres", "mysql"))
async def rig(request, tmp_path) -> AsyncIterator[Rig]:
    url = request.getfixturevalue(f"shop_{request.param}")
    async with running_rig(tmp_path) as rig:
        policy = rig.paths.policy
        policy.write_text(policy.read_text() + POLICY)
        await rig.add_target("prod", url, "production")
        await rig.add_target("dev", url, "development")
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_agent("robo", "ann")
        assert rig.application._policy is not None
        rig.application._policy.follow()
        yield rig


async def token_of(runner, number: int) -> str:
    finished, rows, _ = await collect(runner, f"select email from customers where id = {number}")
    assert rows, finished
    return rows[0][0].decode()


def everything_kept(rig: Rig) -> bytes:
    """Give all files of the installation: recordings, audit log, store."""
    return b"".join(path.read_bytes() for path in rig.paths.state.rglob("*") if path.is_file())


async def test_a_token_is_the_same_for_the_same_value_and_says_its_class(rig: Rig):
    async with rig.runner("ann", "dev") as runner:
        finished, rows, events = await collect(
            runner, "select a.email, b.email from customers a join customers b on a.id = b.id"
        )
        assert finished.status is Status.OK
        assert all(one == other for one, other in rows)
        assert len({one for one, _ in rows}) == len(rows)
        assert all(one.decode().startswith("⟨email:") for one, _ in rows)
        head = next(event for event in events if isinstance(event, ResultStarted))
        assert [column.masked for column in head.columns] == ["email", "email"]
        assert "style token" in runner.explain_masks()[0]


async def test_equality_in_and_any_find_the_row_behind_a_token(rig: Rig):
    async with rig.runner("ann", "dev") as runner:
        token, other = await token_of(runner, 2), await token_of(runner, 3)
        conditions = {
            f"email = '{token}'": [b"2"],
            f"'{token}' = email": [b"2"],
            f"email in ('{token}', '{other}')": [b"2", b"3"],
            f"email <> '{token}' and id < 4": [b"1", b"3"],
            f"lower(email) = lower('{token}')": [b"2"],
        }
        if "postgres" in str(runner.target.engine):
            conditions[f"email = any(array['{token}', '{other}'])"] = [b"2", b"3"]
            conditions[f"email = any('{{{token},{other}}}')"] = [b"2", b"3"]
        for condition, ids in conditions.items():
            finished, rows, _ = await collect(
                runner, f"select id from customers where {condition} order by id"
            )
            assert finished.status is Status.OK, (condition, finished)
            assert [row[0] for row in rows] == ids, condition


ELSEWHERE = (
    "select '{token}'",
    "select '{token}' as x from customers",
    "select id from customers where email like '{token}'",
    "select id from customers where email like concat('{token}', '%')",
    "select id from customers where email > '{token}'",
    "select id from customers where city = '{token}'",
    "select email = '{token}' from customers",
    "select id from customers where email in (select '{token}')",
    "select id from customers where email = (select '{token}')",
    "select id from customers where email = '{token}' or city = '{token}'",
    "select case when email = '{token}' then 1 else 0 end from customers",
    "select id from customers order by email = '{token}'",
    "insert into customers (id, email) values (900, '{token}')",
    "update customers set city = '{token}' where id = 1",
    "update customers set email = '{token}' where id = 1",
    "explain select id from customers where email = '{token}'",
    "create view v as select id from customers where email = '{token}'",
    "create temporary table t as select id from customers where email = '{token}'",
)


async def test_a_token_anywhere_else_runs_nothing(rig: Rig):
    async with rig.runner("ann", "dev") as runner:
        token = await token_of(runner, 2)
        for statement in ELSEWHERE:
            finished, rows, events = await collect(runner, statement.format(token=token))
            assert finished.status is Status.USAGE, (statement, finished)
            assert rows == []
            assert token in finished.message
            assert not any(isinstance(event, ResultStarted) for event in events)
        _, kept, _ = await collect(runner, "select count(*) from customers where id = 900")
        assert kept == [(b"0",)]


async def test_an_unknown_token_and_one_of_another_class_are_errors_in_words(rig: Rig):
    async with rig.runner("ann", "dev") as runner:
        finished, _, _ = await collect(
            runner, "select id from customers where email = '⟨email:0123456789abcdef⟩'"
        )
        assert finished.status is Status.USAGE
        assert "⟨email:0123456789abcdef⟩ is not known on dev" in finished.message
        token = (await token_of(runner, 2)).replace("email", "phone")
        finished, _, _ = await collect(runner, f"select id from customers where email = '{token}'")
        assert finished.status is Status.USAGE
        assert "class phone" in finished.message


async def test_a_token_of_one_target_means_nothing_on_another(rig: Rig):
    async with rig.runner("ann", "dev") as runner:
        token = await token_of(runner, 2)
    async with rig.runner("ann", "prod") as runner:
        assert await token_of(runner, 2) != token
        finished, _, _ = await collect(runner, f"select id from customers where email = '{token}'")
        assert finished.status is Status.USAGE


async def test_an_agent_has_the_style_of_its_role(rig: Rig):
    async with rig.runner("robo", "dev") as runner:
        assert await token_of(runner, 2) == "•••••"


async def test_a_held_statement_is_approved_with_its_token_and_runs_with_its_value(rig: Rig):
    async with rig.runner("ann", "prod") as runner:
        token = await token_of(runner, 2)
        text = f"update customers set city = 'Bern' where email = '{token}'"
        deciding = asyncio.create_task(decide(rig, True))
        finished, _, _ = await collect(runner, text)
        request = await rig.services.desk.get(await rig.principal("rae"), await deciding)
        assert request.text == text
        assert finished.status is Status.OK, finished
        assert finished.row_count == 1
        assert finished.impact is not None
        assert finished.impact.rows == 1
        _, rows, _ = await collect(runner, "select city from customers where id = 2")
        assert rows == [(b"Bern",)]


async def test_the_value_behind_a_token_is_in_no_file(rig: Rig):
    raw = b"example.com"
    async with rig.runner("ann", "dev") as runner:
        token = await token_of(runner, 2)
        await collect(runner, f"select id from customers where email = '{token}'")
        # What the server says of a value that does not fit quotes the value.
        await collect(runner, f"select id from customers where email = '{token}' and id = 'x'")
        await collect(runner, f"select id from customers where email = '{token}' and 1/0 = 1")
    kept = everything_kept(rig)
    assert token.encode() in kept or token.encode("unicode_escape") in kept
    assert raw not in kept


async def test_mariadb_does_not_name_a_column_after_the_value(rig: Rig):
    async with rig.runner("ann", "dev") as runner:
        token = await token_of(runner, 2)
        finished, rows, events = await collect(
            runner, f"select (select max(id) from customers where email = '{token}')"
        )
        assert finished.status is Status.OK, finished
        head = next(event for event in events if isinstance(event, ResultStarted))
        assert "example" not in head.columns[0].name
        assert rows == [(b"2",)]


async def test_tokens_survive_a_restart_and_a_new_root_key(tmp_path, shop_postgres):
    async with running_rig(tmp_path) as rig:
        policy = rig.paths.policy
        policy.write_text(policy.read_text() + POLICY)
        await rig.add_target("dev", shop_postgres, "development")
        await rig.add_user("ann", "engineer")
        assert rig.application._policy is not None
        rig.application._policy.follow()
        async with rig.runner("ann", "dev") as runner:
            token = await token_of(runner, 2)
    os.utime(policy)
    async with running_rig(tmp_path) as rig, rig.runner("ann", "dev") as runner:
        assert await token_of(runner, 2) == token
        _, rows, _ = await collect(runner, f"select id from customers where email = '{token}'")
        assert rows == [(b"2",)]
