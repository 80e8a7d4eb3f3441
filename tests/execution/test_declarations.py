"""What a person says of a column goes before what is found, with who and why, until taken back."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bastion import arguments
from bastion.core.model import Sensitivity, Status
from bastion.core.styles import FITTING
from bastion.errors import UsageError
from tests.fakes.rig import Rig, collect, running_rig

SCHEMA = {"postgres": "public", "mysql": None}


@pytest.fixture(params=("postgres", "mysql"))
async def rig(request, tmp_path) -> AsyncIterator[Rig]:
    url = request.getfixturevalue(f"shop_{request.param}")
    async with running_rig(tmp_path) as rig:
        await rig.add_target("dev", url, "development")
        await rig.add_user("ann", "engineer")
        yield rig


async def column(rig: Rig, name: str) -> str:
    """Give ``schema.table.column`` on either engine."""
    target = (await rig.administration.find_target("dev")).target
    schema = "public" if target.engine.name == "POSTGRESQL" else target.database
    return f"{schema}.{name}"


async def follow(rig: Rig) -> None:
    """Do what ``serve`` does when the store tells of a change; that it is told is waited for."""
    async with asyncio.timeout(30):
        await rig.application._redeclare.wait()
    rig.application._redeclare.clear()
    await rig.application._targets.follow_declarations()


async def test_running_sessions_follow_and_scans_do_not_undo_it(rig: Rig):
    email, city = await column(rig, "customers.email"), await column(rig, "customers.city")
    async with rig.runner("ann", "dev") as runner:
        sql = "select email, city from customers where id = 2"
        _, rows, _ = await collect(runner, sql)
        assert rows == [("c•••@e•••.com".encode(), rows[0][1])]
        raw_city = rows[0][1]
        await rig.administration.declare("dev", email, None, reason="made-up addresses")
        await rig.administration.declare("dev", city, Sensitivity.PRIVATE, reason="home towns")
        await follow(rig)
        finished, rows, _ = await collect(runner, sql)
        assert finished.status is Status.OK
        assert rows == [(b"customer2@example.com", "•••••".encode())]
        words = " / ".join(runner.explain_masks())
        assert "email: shown, email is declared none by rig" in words
        assert "made-up addresses" in words
        assert "city: private, city is declared private by rig" in words
        assert "home towns" in words
        connector = await rig.services.targets.connector("dev")
        await connector.refresh(None)
        _, rows, _ = await collect(runner, sql)
        assert rows == [(b"customer2@example.com", "•••••".encode())]
        await rig.administration.take_back("dev", email, reason="a mistake")
        await rig.administration.take_back("dev", city, reason="a mistake")
        await follow(rig)
        _, rows, _ = await collect(runner, sql)
        assert rows == [("c•••@e•••.com".encode(), raw_city)]


async def test_a_scan_tells_who_why_and_what_was_found(rig: Rig):
    email = await column(rig, "customers.email")
    await rig.administration.declare("dev", email, None, reason="made-up addresses")
    catalogue = await rig.administration.scan("dev")
    found = next(
        one.classification
        for relation in catalogue.user_relations()
        for one in relation.columns
        if f"{relation.qualified_name}.{one.name}" == email
    )
    assert found.sensitivity is None
    assert "declared none by rig" in found.evidence
    assert "made-up addresses" in found.evidence
    assert "its name says email" in found.evidence


async def test_a_declared_class_goes_with_views_and_conditions(rig: Rig):
    city = await column(rig, "customers.city")
    await rig.administration.declare("dev", city, Sensitivity.PRIVATE, reason="home towns")
    async with rig.runner("ann", "dev") as runner:
        _, rows, _ = await collect(runner, "select upper(city) from customers where id = 2")
        assert rows == [("•••••".encode(),)]


async def test_what_cannot_be_declared_is_refused_in_words(rig: Rig):
    declare = rig.administration.declare
    email = await column(rig, "customers.email")
    with pytest.raises(UsageError, match="Say why"):
        await declare("dev", email, None, reason="  ")
    with pytest.raises(UsageError, match="is a view"):
        await declare("dev", await column(rig, "order_totals.email"), None, reason="x")
    with pytest.raises(UsageError, match=r'Did you mean ".*customers.email"'):
        await declare("dev", email[:-1], None, reason="x")
    is_pg = email.startswith("public")
    secret = "pg_catalog.pg_authid.rolpassword" if is_pg else "mysql.global_priv.Priv"
    with pytest.raises(UsageError, match="System catalogues"):
        await declare("dev", secret, None, reason="x")
    with pytest.raises(UsageError, match="Nothing was declared"):
        await rig.administration.take_back("dev", email, reason="x")
    assert await rig.administration.list_declarations("dev") == []


def test_the_command_line_knows_every_class_that_may_be_declared():
    assert set(arguments.CLASSES) == {one.value for one in FITTING}
