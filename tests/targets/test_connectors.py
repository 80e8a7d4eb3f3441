"""Catalogues, sampling and logins of both engines, against real servers."""

from __future__ import annotations

import time

import pytest

from bastion.core.catalogue import RelationKind
from bastion.core.model import Engine, Fence, Sensitivity
from bastion.execution.ports import Permit
from tests.fakes.logins import connector_of


def schema_of(url):
    return "public" if url.startswith("postgres") else url.rsplit("/", 1)[1]


async def test_the_catalogue_knows_the_structure(shop):
    schema = schema_of(shop)
    catalogue = await connector_of(shop).catalogue()
    customers = catalogue.resolve("customers")
    assert customers is not None
    assert customers.schema == schema
    assert customers.kind is RelationKind.TABLE
    assert customers.primary_key == ("id",)
    assert ("email",) in customers.unique_keys
    assert customers.comment == "People who buy"
    assert customers.column("card").comment == "Payment card number"
    assert customers.column("name").is_nullable is False
    assert any("ON DELETE CASCADE" in words for words in customers.referenced_by)
    orders = catalogue.resolve("orders")
    assert len(orders.triggers) == 1
    assert orders.triggers[0].startswith("orders_log (AFTER INSERT")
    view = catalogue.resolve("order_totals")
    assert view.kind is RelationKind.VIEW
    assert "email" in view.definition
    assert [column.number for column in customers.columns] == list(range(1, 10))


async def test_classes_come_from_names_and_values(shop):
    catalogue = await connector_of(shop).catalogue()
    customers = catalogue.resolve("customers")
    classes = {column.name: column.sensitivity for column in customers.columns}
    assert classes["email"] is Sensitivity.EMAIL
    assert classes["ssn"] is Sensitivity.SSN
    assert classes["card"] is Sensitivity.CARD
    assert classes["birth_date"] is Sensitivity.BIRTH_DATE
    assert classes["phone"] is Sensitivity.PHONE
    assert classes["city"] is None
    assert classes["id"] is None
    assert catalogue.resolve("products").column("sku").sensitivity is None


async def test_evidence_never_holds_a_value(shop):
    catalogue = await connector_of(shop).catalogue()
    for column in catalogue.resolve("customers").columns:
        assert "@example.com" not in column.classification.evidence
        assert "4111" not in column.classification.evidence


async def test_an_empty_column_is_unproven(shop):
    catalogue = await connector_of(shop).catalogue()
    assert catalogue.resolve("audit_trail").column("what").sensitivity is Sensitivity.UNPROVEN


async def test_the_systems_relations_are_known_as_such(shop, engine):
    catalogue = await connector_of(shop).catalogue()
    if engine == "postgres":
        statistics = catalogue.resolve("pg_stats")
        assert statistics.kind is RelationKind.SYSTEM
        assert statistics.column("most_common_vals").sensitivity is not None
        assert catalogue.resolve("pg_class").column("relname").sensitivity is None
    else:
        users = catalogue.resolve("user", "mysql")
        assert users.kind is RelationKind.SYSTEM
        assert catalogue.resolve("TABLES", "information_schema").kind is RelationKind.SYSTEM


async def test_functions_come_with_their_bodies(request, engine):
    url = request.getfixturevalue(f"probe_{engine}")
    catalogue = await connector_of(url).catalogue()
    function = catalogue.functions["f_del"][0]
    assert "delete from t" in function.body.lower()
    assert function.is_procedure is False
    assert catalogue.functions["p_del"][0].is_procedure is True


async def test_the_version_changes_with_the_content_only(shop, server):
    connector = connector_of(shop)
    first = await connector.catalogue()
    assert await connector.catalogue() is first
    again = await connector.refresh()
    assert again.version == first.version
    server.run(shop, "create table fresh (id int primary key, mail varchar(80))")
    assert (await connector.refresh()).version != first.version


async def test_a_partial_refresh_classifies_what_is_new_and_keeps_the_rest(shop, server):
    connector = connector_of(shop)
    before = await connector.catalogue()
    server.run(shop, "create table fresh (id int primary key, c1 varchar(80))")
    server.run(shop, "insert into fresh select id, email from customers")
    after = await connector.refresh(frozenset({(schema_of(shop), "fresh")}))
    assert after.resolve("fresh").column("c1").sensitivity is Sensitivity.EMAIL
    key = (schema_of(shop), "customers")
    assert after.relations[key].columns == before.relations[key].columns


async def test_a_second_look_knows_as_much_as_a_first(shop, server):
    connector = connector_of(shop)
    await connector.catalogue()
    server.run(shop, "create table fresh (id int primary key, c1 varchar(80))")
    schema = schema_of(shop)
    for relations in (None, frozenset({(schema, "fresh")})):
        again = await connector.refresh(relations)
        first = await connector_of(shop).catalogue()
        assert again.relations == first.relations
        assert again.marks == first.marks


async def test_a_change_of_the_systems_relations_is_seen(shop, server, engine):
    connector = connector_of(shop)
    await connector.catalogue()
    if engine == "postgres":
        name = ("information_schema", "information_schema_catalog_name")
        server.run(
            shop,
            "create or replace view information_schema.information_schema_catalog_name as"
            " select current_database()::information_schema.sql_identifier as catalog_name,"
            " 'x'::text as added",
        )
        looks = [None]
    else:
        name = ("sys", "added_by_test")
        server.run(shop, "create table sys.added_by_test (added int)")
        looks = [frozenset({name}), None]
    try:
        for relations in looks:
            relation = (await connector.refresh(relations)).relations[name]
            assert relation.kind is RelationKind.SYSTEM
            assert "added" in [column.name for column in relation.columns]
    finally:
        if engine == "mysql":
            server.run(shop, "drop table sys.added_by_test")
    if engine == "mysql":
        # A look at another table is not held up by what nobody named.
        again = await connector.refresh(frozenset({(schema_of(shop), "customers")}))
        assert name in again.relations
        assert name not in (await connector.refresh()).relations


async def test_sampling_reads_a_bounded_part_and_changes_nothing(shop, server, engine):
    before = len(server.statements())
    await connector_of(shop).catalogue()
    time.sleep(0.2)
    text = server.statements()[before:]
    # Other databases of the server may be sampled too; this one is what counts here.
    database = shop.rpartition("/")[2]
    samples = [line for line in text.splitlines() if "customers" in line and "LIMIT" in line]
    if engine == "mysql":
        samples = [line for line in samples if f"`{database}`" in line]
    assert samples
    assert all("LIMIT 200" in line for line in samples)
    assert len(samples) <= 2


@pytest.mark.parametrize("rows", [2_000, 12_000])
async def test_a_table_is_sampled_in_all_its_parts(shop, server, engine, rows):
    """Its oldest rows are unlike the rest."""
    numbers = f"generate_series(1, {rows}) n" if engine == "postgres" else f"seq_1_to_{rows}"
    number = "n" if engine == "postgres" else "seq"
    server.run(shop, "create table visits (id bigint primary key, c1 varchar(80), v text)")
    server.run(
        shop,
        f"insert into visits select {number}, case when {number} < {rows // 4} then 'none' else"
        f" concat('a', {number}, '@example.org') end, 'x' from {numbers}",
    )
    server.run(shop, "analyze visits" if engine == "postgres" else "analyze table visits")
    catalogue = await connector_of(shop).catalogue()
    visits = catalogue.resolve("visits")
    assert visits.row_estimate > rows / 2
    assert visits.column("c1").sensitivity is Sensitivity.EMAIL
    assert "sample" in visits.column("c1").classification.evidence
    assert visits.column("v").sensitivity is None


async def test_a_spent_budget_leaves_columns_unproven_not_shown(shop):
    catalogue = await connector_of(shop, scan_budget_s=0.0).catalogue()
    customers = catalogue.resolve("customers")
    assert customers.column("email").sensitivity is Sensitivity.EMAIL
    assert customers.column("city").sensitivity is not None


async def test_a_hostile_view_is_not_run_by_the_scan(postgres_server, shop_postgres):
    postgres_server.run(
        shop_postgres,
        "create function boom() returns int language plpgsql as"
        " $$begin delete from orders; perform pg_sleep(30); return 1; end$$;"
        "create view trap as select boom() as x",
    )
    started = time.monotonic()
    catalogue = await connector_of(shop_postgres).catalogue()
    assert time.monotonic() - started < 20
    assert catalogue.resolve("trap").kind is RelationKind.VIEW
    assert postgres_server.run(shop_postgres, "select count(*) from orders") == [(400,)]


async def test_a_locked_table_does_not_hold_up_the_scan(postgres_server, shop_postgres):
    connector = connector_of(shop_postgres)
    blocker = await connector.connect("blocker")

    async def run(sql):
        permit = Permit(
            sql=sql, parameters=(), fence=Fence.SESSION, statement_timeout_s=5.0,
            lock_timeout_s=5.0, row_limit=10,
        )  # fmt: skip
        return [event async for event in blocker.run(permit)]

    await run("begin")
    await run("lock table customers in access exclusive mode")
    started = time.monotonic()
    catalogue = await connector.catalogue()
    assert time.monotonic() - started < 30
    assert catalogue.resolve("customers").column("city").sensitivity is not None
    assert catalogue.resolve("products").column("sku").sensitivity is None
    await blocker.close()


async def test_postgres_extras_are_known(postgres_server):
    url = postgres_server.create_database("extras")
    postgres_server.run(
        url,
        "create domain positive as int check (value > 0);"
        "create function same(int, int) returns bool language sql as 'select $1 = $2';"
        "create operator === (leftarg = int, rightarg = int, function = same);"
        "create domain checked as int check (same(value, 1));"
        "create domain nested as checked; create type whole as (part nested);"
        "create function fallen(a int default same(1, 1)::int) returns int"
        " language sql as 'select a';"
        "create function body(a int, b int) returns int language sql begin atomic"
        " select a + b; end;"
        "create table parted (id int, at date) partition by range (at);"
        "create table parted_1 partition of parted"
        " for values from ('2026-01-01') to ('2027-01-01');"
        "create materialized view mv as select 1 as one;"
        "create table ruled (id int);"
        "create rule r as on insert to ruled do also notify x",
    )
    catalogue = await connector_of(url).catalogue()
    assert catalogue.operators == {"==="}
    # A check of the server's own functions runs no code of anybody's.
    assert "positive" not in catalogue.casts
    assert {"checked", "nested", "whole", "_checked"} <= catalogue.casts
    assert "same(1, 1)" in catalogue.functions["fallen"][0].body
    assert catalogue.functions["body"][0].argument_names == ("a", "b")
    assert "a + b" in catalogue.functions["body"][0].body.replace("(", "").replace(")", "")
    assert catalogue.resolve("parted").kind is RelationKind.TABLE
    assert catalogue.resolve("mv").kind is RelationKind.MATERIALIZED_VIEW
    assert catalogue.resolve("mv").definition
    assert catalogue.resolve("ruled").rules[0].startswith("r: ")
    assert catalogue.engine is Engine.POSTGRESQL
