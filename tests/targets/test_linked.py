"""Columns that hold the same data have one class: foreign keys and families, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bastion.core.catalogue import Declaration
from bastion.core.model import Sensitivity
from tests.fakes.logins import connector_of
from tests.targets.test_connectors import schema_of

COUNT = 30
SHOP = """
create table customers (id bigint primary key, c1 varchar(80) not null unique, city varchar(40));
create table orders (id bigint primary key, customer_id bigint, customer_email varchar(80),
  foreign key (customer_id) references customers (id),
  foreign key (customer_email) references customers (c1));
create table shipments (id bigint primary key, who varchar(80),
  foreign key (who) references customers (c1));
create table labels (id bigint primary key, recipient varchar(80) unique,
  foreign key (recipient) references customers (c1));
create table stamps (id bigint primary key, x varchar(80),
  foreign key (x) references labels (recipient));
create table cards (id bigint primary key, opened varchar(20));
create table payments (id bigint primary key, card bigint,
  foreign key (card) references cards (id));
create table patients (ssn bigint primary key, ward varchar(10));
create table visits (id bigint primary key, p bigint,
  foreign key (p) references patients (ssn));
create table staff (id bigint primary key, national_id varchar(20) unique, boss varchar(20),
  foreign key (boss) references staff (national_id));
create table members (club varchar(10), tel varchar(20), primary key (club, tel));
create table scores (id bigint primary key, a varchar(10), b varchar(20),
  foreign key (a, b) references members (club, tel));
create table empty_ones (id bigint primary key, z varchar(80),
  foreign key (z) references customers (c1))
"""
"""Handles such as ``ada17``, whose form tells nothing; only names do, in one place or another."""


def rows_of(engine: str) -> list[str]:
    numbers = "generate_series(1, {0}) n" if engine == "postgres" else "seq_1_to_{0}"
    n = "n" if engine == "postgres" else "seq"
    numbers = numbers.format(COUNT)
    rows = {
        "customers": f"{n}, concat('ada', {n}), 'Graz'",
        "orders": f"{n}, {n}, concat('ada', {n})",
        "shipments": f"{n}, concat('ada', {n})",
        "labels": f"{n}, concat('ada', {n})",
        "stamps": f"{n}, concat('ada', {n})",
        "cards": f"90000 + {n}, 'in June'",
        "payments": f"{n}, 90000 + {n}",
        "patients": f"555000 + {n}, 'W2'",
        "visits": f"{n}, 555000 + {n}",
        "staff": f"{n}, concat('AB-', 1000 + {n}), concat('AB-', 1000 + {n})",
        "members": f"'north', concat('55-', 1000 + {n})",
        "scores": f"{n}, 'north', concat('55-', 1000 + {n})",
    }
    return [f"insert into {name} select {cells} from {numbers}" for name, cells in rows.items()]


@pytest.fixture
def url(server, engine):
    made = server.create_database("linked")
    for statement in [*SHOP.split(";"), *rows_of(engine)]:
        server.run(made, statement)
    yield made
    server.drop_database(made)


async def classes_at(url, **settings):
    catalogue = await connector_of(url, **settings).catalogue()
    return {
        f"{relation.name}.{column.name}": column.classification
        for relation in catalogue.user_relations()
        # Other tests have a ``customers`` of their own, in their databases on the same server.
        if relation.schema == schema_of(url)
        for column in relation.columns
    }


async def test_a_class_goes_along_a_key_both_ways_and_on(url):
    found = await classes_at(url)
    same = ("customers.c1", "shipments.who", "labels.recipient", "stamps.x", "empty_ones.z")
    for place in ("orders.customer_email", *same):
        assert found[place].sensitivity is Sensitivity.EMAIL, place
    assert found["visits.p"].sensitivity is Sensitivity.SSN
    assert found["staff.boss"].sensitivity is Sensitivity.SSN
    assert found["scores.b"].sensitivity is Sensitivity.PHONE


async def test_surrogates_and_what_stands_beside_stay_as_they_are(url):
    found = await classes_at(url)
    plain = ("customers.id", "customers.city", "orders.id", "orders.customer_id", "cards.id",
             "cards.opened", "visits.id", "scores.a", "members.club", "staff.id")  # fmt: skip
    assert {place: found[place].evidence for place in plain if found[place].sensitivity} == {}


async def test_the_evidence_says_from_where(url):
    found = await classes_at(url)
    schema = schema_of(url)
    name = f"{schema}.orders.customer_email: its name says email"
    assert found["customers.c1"].evidence == f"a foreign key from {name}"
    assert found["stamps.x"].evidence == f"a foreign key to {name}"
    assert found["stamps.x"].alone.sensitivity is None


async def test_what_people_declared_goes_before_and_goes_on(url):
    def declared(relation, column, sensitivity):
        return Declaration(
            schema=schema_of(url), relation=relation, column=column, sensitivity=sensitivity,
            by="ann", reason="known", at=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip

    connector = connector_of(url)
    await connector.declare(
        (declared("customers", "c1", None), declared("cards", "id", Sensitivity.CARD))
    )
    catalogue = await connector.catalogue()

    def sensitivity(relation, column):
        return catalogue.resolve(relation).column(column).sensitivity

    assert sensitivity("customers", "c1") is None
    assert sensitivity("orders", "customer_email") is Sensitivity.EMAIL
    assert sensitivity("shipments", "who") is None
    assert sensitivity("stamps", "x") is None
    assert sensitivity("payments", "card") is Sensitivity.CARD


async def test_without_the_key_nothing_goes_on(server, url, engine):
    connector = connector_of(url)
    catalogue = await connector.catalogue()
    assert catalogue.resolve("shipments").column("who").sensitivity is Sensitivity.EMAIL
    key = "shipments_who_fkey" if engine == "postgres" else "shipments_ibfk_1"
    kind = "constraint" if engine == "postgres" else "foreign key"
    server.run(url, f"alter table shipments drop {kind} {key}")
    place = (schema_of(url), "stamps")
    catalogue = await connector.refresh(frozenset({place}))
    assert catalogue.resolve("shipments").column("who").sensitivity is None
    assert catalogue.resolve("stamps").column("x").sensitivity is Sensitivity.EMAIL


async def test_cycles_and_two_classes_end(server, url):
    server.run(url, "create table loop_a (k varchar(20) primary key, email varchar(20))")
    server.run(url, "create table loop_b (k varchar(20) primary key, ssn varchar(20) unique)")
    server.run(url, "insert into loop_b values ('a-1', 'a-1')")
    server.run(url, "insert into loop_a values ('a-1', 'a-1')")
    for line in (
        "alter table loop_a add foreign key (k) references loop_b (k)",
        "alter table loop_b add foreign key (k) references loop_a (k)",
        "alter table loop_a add foreign key (email) references loop_b (k)",
        "alter table loop_b add foreign key (ssn) references loop_a (k)",
    ):
        server.run(url, line)
    found = await classes_at(url)
    assert found["loop_a.email"].sensitivity is Sensitivity.EMAIL
    assert found["loop_b.ssn"].sensitivity is Sensitivity.SSN
    assert found["loop_a.k"].sensitivity is Sensitivity.SECRET
    assert found["loop_b.k"].sensitivity is Sensitivity.SECRET


async def test_a_key_into_another_schema_counts(server, url, engine):
    other = "vault" if engine == "postgres" else f"{schema_of(url)}_vault"
    encoding = "" if engine == "postgres" else " character set utf8mb4"
    server.run(url, f"create schema {other}{encoding}")
    server.run(url, f"create table {other}.people (ssn varchar(20) primary key)")
    server.run(url, f"insert into {other}.people values ('AB-1001')")
    server.run(
        url,
        "create table seats (id int primary key, taken_by varchar(20),"
        f" foreign key (taken_by) references {other}.people (ssn))",
    )
    server.run(url, "insert into seats values (1, 'AB-1001')")
    try:
        found = await classes_at(url)
        assert found["seats.taken_by"].sensitivity is Sensitivity.SSN
    finally:
        server.run(url, "drop table seats")
        server.run(url, f"drop schema {other}" + (" cascade" if engine == "postgres" else ""))


async def test_who_may_only_read_learns_the_keys_too(server, url, engine):
    if engine == "postgres":
        server.run(url, "grant select on all tables in schema public to reader")
    found = await classes_at(server.reader_url(url))
    assert found["stamps.x"].sensitivity is Sensitivity.EMAIL


async def test_a_key_of_text_is_looked_at_as_any_text_is(server, url):
    server.run(url, "create table logins (c9 varchar(80) primary key)")
    server.run(url, "insert into logins values ('ada@example.org'), ('ben@example.org')")
    found = await classes_at(url)
    assert found["logins.c9"].sensitivity is Sensitivity.EMAIL


async def test_partitions_and_heirs_hold_what_the_whole_holds(postgres_server):
    url = postgres_server.create_database("families")
    for line in (
        "create table log (at date, c1 text) partition by range (at)",
        "create table log_old partition of log for values from ('2025-01-01') to ('2026-01-01')",
        "create table log_new partition of log for values from ('2026-01-01') to ('2027-01-01')",
        "create table log_next partition of log for values from ('2027-01-01') to ('2028-01-01')",
        "insert into log select '2025-06-01', 'u' || n || '@example.org'"
        " from generate_series(1, 40) n",
        "insert into log select '2026-06-01', 'user ' || n from generate_series(1, 400) n",
        "create table things (id int, word text)",
        "create table persons (email text) inherits (things)",
        "insert into persons select n, 'n-' || n, 'u' || n from generate_series(1, 40) n",
        "create table notes (word text) inherits (things)",
        "insert into notes select n, 'see u' || n || '@example.org for more'"
        " from generate_series(1, 9) n",
        "insert into things select n, 'word ' || n from generate_series(1, 2000) n",
    ):
        postgres_server.run(url, line)
    found = await classes_at(url)
    for name in ("log", "log_old", "log_new", "log_next"):
        assert found[f"{name}.c1"].sensitivity is Sensitivity.EMAIL, name
        assert found[f"{name}.at"].sensitivity is None
    assert {found[f"{name}.word"].embedded for name in ("things", "persons", "notes")} == {
        Sensitivity.EMAIL
    }
    assert found["things.id"].sensitivity is None
    words = found["log_new.c1"].evidence
    assert words.startswith("rows that are also those of public.log_old.c1: 100% of 40 ")


async def test_what_a_query_stored_has_the_classes_of_what_it_read(postgres_server):
    url = postgres_server.create_database("stored")
    for statement in [*SHOP.split(";"), *rows_of("postgres")]:
        postgres_server.run(url, statement)
    for line in (
        "create view seen as select c1 as y, city from customers",
        "create materialized view kept as select id, c1 as x, length(city) as n from customers",
        "create materialized view twice as select y as q, city from seen",
        "create materialized view over as select x || '!' as w from kept",
    ):
        postgres_server.run(url, line)
    found = await classes_at(url)
    for place in ("kept.x", "twice.q", "over.w"):
        assert found[place].sensitivity is Sensitivity.EMAIL, place
    assert found["kept.x"].evidence == "it shows customers.c1"
    for place in ("kept.id", "kept.n", "twice.city"):
        assert found[place].sensitivity is None, place
