"""What foreign keys make of a write: which tables point at the rows, and how many of theirs follow.

The rows of a table that points are counted by a SELECT over the rows that the write touches, and
so on through tables that point at those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from bastion.core.catalogue import Relation
from bastion.core.measure import matched_rows, replaces
from bastion.core.model import Engine, Row
from bastion.core.surroundings import literal, quoted_name
from bastion.core.upserts import overwritten_rows

DEPTH_MAX = 3
TABLES_MAX = 12

RowsOf = Callable[[Sequence[str]], str]
"""Writes the SELECT of some columns of a set of rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One foreign key that points at a table."""

    schema: str
    table: str
    columns: tuple[str, ...]
    parent_columns: tuple[str, ...]
    on_delete: str
    """``CASCADE``, ``SET NULL``, ``SET DEFAULT``, ``RESTRICT`` or ``NO ACTION``."""
    on_update: str

    @property
    def name(self) -> str:
        """Give ``schema.table``."""
        return f"{self.schema}.{self.table}"

    def doing(self, action: str) -> str:
        """Name what it does, so that it is found again at the run."""
        return f"{action} {self.name} ({', '.join(self.columns)})"


def references_sql(schema: str, table: str, engine: Engine) -> str:
    """Ask which foreign keys point at a table."""
    if engine is Engine.POSTGRESQL:
        path = f"{quoted_name(schema, engine)}.{quoted_name(table, engine)}"
        return _POSTGRESQL.format(name=literal(path, engine))
    return _MYSQL.format(schema=literal(schema, engine), table=literal(table, engine))


def read_references(rows: Sequence[Row]) -> tuple[Reference, ...]:
    """Read the answer to ``references_sql``."""
    found = []
    for row in rows:
        cells = [(cell or b"").decode(errors="replace") for cell in row]
        schema, table, columns, parent_columns, on_delete, on_update = cells
        found.append(
            Reference(
                schema=schema,
                table=table,
                columns=tuple(columns.split("\x01")),
                parent_columns=tuple(parent_columns.split("\x01")),
                on_delete=_ACTIONS.get(on_delete, on_delete),
                on_update=_ACTIONS.get(on_update, on_update),
            )
        )
    return tuple(found)


def touched_by(
    tree: exp.Expression, target: exp.Table, relation: Relation, engine: Engine
) -> RowsOf | None:
    """Give the rows of ``relation`` that a write touches, to be pointed at.

    Args:
        target: how the write names it.
    """
    if isinstance(tree, exp.Insert):
        rows = overwritten_rows(tree, relation, engine)
    else:
        rows = matched_rows(tree.copy(), engine)
    if rows is None:
        return None
    name = (target.args.get("alias") or target).this

    def write(columns: Sequence[str]) -> str:
        query = rows.copy()
        selected = [
            exp.Column(this=exp.to_identifier(one, quoted=True), table=name.copy())
            for one in columns
        ]
        query.set("expressions", selected)
        sql = query.sql(dialect=engine.value)
        if engine is Engine.MYSQL and query.args.get("limit") is not None:
            # A LIMIT may not stand directly in IN ( … ) there.
            return " ".join(("SELECT * FROM (", sql, ") AS touched"))
        return sql

    return write


def pointing(reference: Reference, parents: RowsOf, engine: Engine) -> RowsOf:
    """Give the rows of the table that points at ``parents``."""
    table = ".".join(quoted_name(one, engine) for one in (reference.schema, reference.table))
    keys = ", ".join(quoted_name(one, engine) for one in reference.columns)
    inside = parents(reference.parent_columns)

    def write(columns: Sequence[str]) -> str:
        selected = ", ".join(quoted_name(one, engine) for one in columns) or "COUNT(*)"
        return " ".join(("SELECT", selected, "FROM", table, f"WHERE ({keys}) IN (", inside, ")"))

    return write


def action_of(reference: Reference, tree: exp.Expression) -> str:
    """Say what the foreign key does at this write; empty when it does nothing."""
    if deletes(tree):
        return reference.on_delete
    assigned = {
        column.name.lower()
        for write in _branches(tree)
        if isinstance(write, exp.Update | exp.OnConflict)
        for one in write.expressions
        for column in one.this.find_all(exp.Column)
    }
    is_key = not assigned.isdisjoint(name.lower() for name in reference.parent_columns)
    return reference.on_update if is_key else ""


def deletes(tree: exp.Expression) -> bool:
    """Tell whether a write takes rows away; a MERGE does where one of its branches says so."""
    return replaces(tree) or any(
        isinstance(one, exp.Delete) or (isinstance(one, exp.Var) and one.name.lower() == "delete")
        for one in _branches(tree)
    )


def _branches(tree: exp.Expression) -> list[exp.Expr]:
    if isinstance(tree, exp.Insert):
        conflict = tree.args.get("conflict")
        return [tree] if conflict is None else [conflict]
    if not isinstance(tree, exp.Merge):
        return [tree]
    found = [one.args.get("then") for one in tree.args["whens"].expressions]
    return [one for one in found if one is not None]


def consequence(reference: Reference, action: str, count: int, *, is_delete: bool) -> Iterator[str]:
    """Say in words what happens to the rows that point; nothing where there are none."""
    if count == 0:
        return
    rows = "1 row" if count == 1 else f"{count:,} rows"
    columns = ", ".join(reference.columns)
    match action:
        case "CASCADE" if is_delete:
            yield f"Cascade: deletes {rows} of {reference.name}."
        case "CASCADE":
            yield f"Cascade: changes {columns} in {rows} of {reference.name}."
        case "SET NULL" | "SET DEFAULT":
            word = action.removeprefix("SET ")
            yield f"Cascade: sets {columns} to {word} in {rows} of {reference.name}."
        case _:
            yield f"Foreign key: {rows} of {reference.name} point here; it would be refused."


_ACTIONS = {
    "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT", "r": "RESTRICT", "a": "NO ACTION",
}  # fmt: skip
_POSTGRESQL = """
SELECT n.nspname, c.relname,
       (SELECT pg_catalog.string_agg(a.attname, E'\\x01' ORDER BY k.place)
        FROM pg_catalog.unnest(f.conkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number),
       (SELECT pg_catalog.string_agg(a.attname, E'\\x01' ORDER BY k.place)
        FROM pg_catalog.unnest(f.confkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number),
       f.confdeltype::pg_catalog.text, f.confupdtype::pg_catalog.text
FROM pg_catalog.pg_constraint f
JOIN pg_catalog.pg_class c ON c.oid = f.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE f.contype = 'f' AND f.conparentid = 0
  AND f.confrelid = pg_catalog.to_regclass({name})::pg_catalog.oid
ORDER BY 1, 2, 3
"""
_MYSQL = """
SELECT k.table_schema, k.table_name,
       GROUP_CONCAT(k.column_name ORDER BY k.ordinal_position SEPARATOR x'01'),
       GROUP_CONCAT(k.referenced_column_name ORDER BY k.ordinal_position SEPARATOR x'01'),
       r.delete_rule, r.update_rule
FROM information_schema.key_column_usage k
JOIN information_schema.referential_constraints r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
 AND r.table_name = k.table_name
WHERE k.referenced_table_schema = {schema} AND k.referenced_table_name = {table}
GROUP BY k.constraint_schema, k.constraint_name, k.table_schema, k.table_name,
         r.delete_rule, r.update_rule
ORDER BY 1, 2, 3
"""
