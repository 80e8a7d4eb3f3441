"""A shop as the catalogue of both engines, with the table of the masking probes in it."""

from __future__ import annotations

from types import MappingProxyType

from bastion.core.catalogue import (
    Catalogue,
    Classification,
    Column,
    Function,
    Relation,
    RelationKind,
)
from bastion.core.model import Engine, Sensitivity
from bastion.core.system_columns import system_sensitivity

_COLUMNS = {
    "customers": "id int4, name text, email text EMAIL, phone text PHONE, country text, "
    "created_at timestamptz, is_active bool, meta jsonb",
    "orders": "id int4, customer_id int4, status text, total numeric, placed_at timestamptz, "
    "note text",
    "order_items": "order_id int4, product_id int4, quantity int4, price numeric",
    "products": "id int4, sku text, name text, price numeric, tags text[], attrs jsonb",
    "employees": "id int4, name text, manager_id int4, dept text, salary numeric, "
    "birth_date date BIRTH_DATE, ssn text SSN",
    "events": "id int8, kind text, payload jsonb, at timestamptz, ip inet IP_ADDRESS",
    "fresh": "id int4, note text UNPROVEN",
    "users": "id int4, name text, ssn text SSN, meta jsonb SSN",
}
_SYSTEM_POSTGRESQL = {
    "pg_catalog.pg_class": "oid relname relkind relnamespace reltuples",
    "pg_catalog.pg_namespace": "oid nspname",
    "pg_catalog.pg_stats": "schemaname tablename attname most_common_vals histogram_bounds",
    "pg_catalog.pg_stat_activity": "pid usename application_name query state",
    "pg_catalog.pg_authid": "oid rolname rolpassword",
    "information_schema.columns": "table_schema table_name column_name data_type",
}
_SYSTEM_MYSQL = {
    "information_schema.TABLES": "TABLE_SCHEMA TABLE_NAME TABLE_ROWS",
    "information_schema.COLUMNS": "TABLE_SCHEMA TABLE_NAME COLUMN_NAME DATA_TYPE",
    "information_schema.PROCESSLIST": "ID USER HOST DB COMMAND TIME STATE INFO",
    "mysql.user": "Host User Password authentication_string",
}


def make_column(text: str, number: int, *, sensitivity: Sensitivity | None = None) -> Column:
    name, _, rest = text.strip().partition(" ")
    type_name, _, label = rest.partition(" ")
    found = Sensitivity[label] if label else sensitivity
    return Column(
        name=name,
        type_name=type_name,
        classification=Classification(sensitivity=found, evidence="given by the test"),
        number=number,
    )


def make_relation(schema: str, name: str, columns: str, **more: object) -> Relation:
    return Relation(
        schema=schema,
        name=name,
        kind=more.pop("kind", RelationKind.TABLE),
        columns=tuple(
            make_column(part, number) for number, part in enumerate(columns.split(","), start=1)
        ),
        **more,
    )


def _system(engine: Engine, listed: dict[str, str]) -> dict[tuple[str, str], Relation]:
    found = {}
    for qualified, names in listed.items():
        schema, _, name = qualified.partition(".")
        columns = tuple(
            make_column(
                f"{column} text",
                number,
                sensitivity=system_sensitivity(engine, schema, name, column),
            )
            for number, column in enumerate(names.split(), start=1)
        )
        found[(schema, name)] = Relation(
            schema=schema, name=name, kind=RelationKind.SYSTEM, columns=columns
        )
    return found


def make_catalogue(engine: Engine) -> Catalogue:
    is_postgresql = engine is Engine.POSTGRESQL
    schema = "public" if is_postgresql else "shop"
    relations = {}
    for name, columns in _COLUMNS.items():
        text = columns
        if not is_postgresql:
            text = text.replace(", meta jsonb SSN", "").replace(", meta jsonb", "")
        relations[(schema, name)] = make_relation(
            schema, name, text, primary_key=("id",), oid=len(relations) + 16384
        )
    relations[(schema, "active_customers")] = make_relation(
        schema,
        "active_customers",
        "id int4, name text, email text UNPROVEN, country text UNPROVEN",
        kind=RelationKind.VIEW,
        definition="SELECT customers.id, customers.name, customers.email, customers.country "
        "FROM customers WHERE customers.is_active",
    )
    relations[(schema, "order_totals")] = make_relation(
        schema,
        "order_totals",
        "customer text, total numeric",
        kind=RelationKind.VIEW,
        definition="SELECT c.name AS customer, sum(o.total) AS total FROM (customers c "
        "JOIN orders o ON ((o.customer_id = c.id))) GROUP BY c.name",
    )
    relations.update(_system(engine, _SYSTEM_POSTGRESQL if is_postgresql else _SYSTEM_MYSQL))
    return Catalogue(
        engine=engine,
        version=f"test {engine.value}",
        is_mariadb=not is_postgresql,
        search_path=(schema,),
        relations=MappingProxyType(relations),
        functions=MappingProxyType(_functions(is_postgresql, schema)),
    )


def _functions(is_postgresql: bool, schema: str) -> dict[str, tuple[Function, ...]]:
    bodies = {
        "price_with_tax": "select $1 * 1.19" if is_postgresql else "return price * 1.19",
        "tell_ssn": "select ssn from users where id = $1",
    }
    if is_postgresql:
        bodies["list_users"] = "select id, name, ssn from users"
    found = {
        name: (
            Function(
                schema=schema,
                name=name,
                language="sql",
                body=body,
                returns="TABLE(id int, label text, secret text)"
                if name == "list_users"
                else "text",
                volatility="s",
                argument_count=1,
            ),
        )
        for name, body in bodies.items()
    }
    found["safe_label"] = (
        Function(
            schema=schema,
            name="safe_label",
            language="plpgsql" if is_postgresql else "sql",
            body="begin return upper(name); end",
            returns="text",
            volatility="i",
            argument_count=1,
            argument_names=("name",),
        ),
    )
    found["opaque"] = (
        Function(
            schema=schema,
            name="opaque",
            language="plpgsql",
            body="declare r text; begin select ssn into r from users; return r; end",
            returns="text",
            argument_count=0,
        ),
    )
    return found
