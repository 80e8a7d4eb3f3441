"""Constants that look like keys are shown by no structure, code or failure, on real servers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bastion.core.model import RunOptions, Status
from tests.fakes.rig import Rig, collect, running_rig

KEY = "K7Q2M9Z4"
"""Stands in no column, so that nothing but its look tells."""

STRUCTURE = {
    "postgres": (
        f"CREATE TABLE d (id int PRIMARY KEY, note text DEFAULT '{KEY}',"
        f" v text CHECK (v <> '{KEY}'))",
        "INSERT INTO d (id) VALUES (1)",
        f"CREATE FUNCTION f_key() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'x-{KEY}' $$",
        f"CREATE FUNCTION f_arg(a text DEFAULT '{KEY}') RETURNS int LANGUAGE sql AS $$ SELECT 1 $$",
        f"CREATE VIEW v_key AS SELECT id, '{KEY}'::text AS k FROM d",
        f"CREATE TYPE label AS ENUM ('{KEY}', 'x')",
        f"COMMENT ON TABLE d IS 'as in {KEY}'",
        f"CREATE TABLE b (code text) PARTITION BY LIST (code);"
        f" CREATE TABLE b_1 PARTITION OF b FOR VALUES IN ('{KEY}')",
        "CREATE FUNCTION tr() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$",
        f"CREATE TRIGGER tg BEFORE UPDATE ON d FOR EACH ROW WHEN (new.v = '{KEY}')"
        f" EXECUTE FUNCTION tr('{KEY}')",
        f"ALTER TABLE d ADD COLUMN added text DEFAULT '{KEY}'",
    ),
    "mysql": (
        f"CREATE TABLE d (id int PRIMARY KEY, note varchar(80) DEFAULT '{KEY}',"
        f" v varchar(9) COMMENT 'old {KEY}', CHECK (v <> '{KEY}')) COMMENT 'as in {KEY}'",
        "INSERT INTO d (id) VALUES (1)",
        f"CREATE FUNCTION f_key() RETURNS varchar(80) DETERMINISTIC RETURN 'x-{KEY}'",
        f"CREATE VIEW v_key AS SELECT id, '{KEY}' AS k FROM d",
        f"CREATE TABLE b (code varchar(80)) PARTITION BY LIST COLUMNS (code)"
        f" (PARTITION p VALUES IN ('{KEY}'))",
        f"CREATE TRIGGER tg BEFORE UPDATE ON d FOR EACH ROW SET new.v = nullif(new.v, '{KEY}')",
        f"CREATE EVENT ev ON SCHEDULE EVERY 1 YEAR DISABLE COMMENT 'old {KEY}' DO SELECT '{KEY}'",
    ),
}
READS = {
    "postgres": (
        "select column_default from information_schema.columns where table_name = 'd'",
        "select column_default::int from information_schema.columns where column_name = 'note'",
        "select pg_get_functiondef(oid), upper(prosrc) from pg_proc where proname = 'f_key'",
        "select reverse(prosrc), substr(prosrc, 9, 6) from pg_proc where proname = 'f_key'",
        "select prosrc::int from pg_proc where proname = 'f_key'",
        "select parameter_default from information_schema.parameters where specific_name ~ 'f_arg'",
        "select pg_get_function_arg_default('f_arg'::regproc, 1)",
        "select pg_get_viewdef('v_key'), * from v_key",
        "select f_key(), f_key()::int",
        "select enumlabel, enum_range(null::label), upper(enumlabel) from pg_enum",
        "select obj_description('d'::regclass)",
        "select pg_get_expr(relpartbound, oid) from pg_class where relname = 'b_1'",
        "select pg_get_triggerdef(oid), tgargs from pg_trigger where tgname = 'tg'",
        "select encode(tgargs, 'escape'), encode(tgargs, 'hex') from pg_trigger",
        "select check_clause from information_schema.check_constraints",
        "select attmissingval from pg_attribute where attrelid = 'd'::regclass",
        "insert into d (id) values (2) returning note",
        "select * from d",
        "explain verbose select k, f_key() from v_key",
    ),
    "mysql": (
        "show create table d",
        "show full columns from d",
        "show create function f_key",
        "select f_key(), cast(f_key() as int)",
        "select * from v_key",
        "explain extended select * from v_key; show warnings",
        "show create view v_key",
        "show create table b",
        "show create trigger tg",
        "show create event ev",
        "select column_default, column_comment from information_schema.columns",
        "select reverse(column_default) from information_schema.columns where table_name = 'd'",
        "select body, hex(body) from mysql.proc where name = 'f_key'",
        "select check_clause, substr(check_clause, 3) from information_schema.check_constraints",
        "insert into d (id) values (2) returning note",
        "select default(note), note from d",
    ),
}


@pytest.fixture
async def rig(server, shop, engine: str, tmp_path: Path) -> AsyncIterator[Rig]:
    for sql in STRUCTURE[engine]:
        server.run(shop, sql)
    async with running_rig(tmp_path) as rig:
        await rig.add_target("dev", shop, "development")
        await rig.add_user("ann", "engineer")
        yield rig


async def test_constant_that_looks_like_a_key_comes_out_by_no_way(rig: Rig, engine: str):
    forms = [form.casefold() for form in (KEY, KEY[::-1], KEY.encode().hex(), KEY[:6])]
    async with rig.runner("ann", "dev") as runner:
        for text in READS[engine]:
            options = RunOptions(stop_on_error=False)
            events = [repr(event) async for event in runner.execute(text, options=options)]
            said = "\n".join(one for one in events if not one.startswith("StatementStarted"))
            assert not [form for form in forms if form in said.casefold()], text


async def test_pieces_of_structure_are_read_where_no_such_constant_stands(
    tmp_path: Path, engine: str, request
):
    """Frameworks take the names of sequences out of defaults."""
    url = request.getfixturevalue(f"shop_{engine}")
    columns = "information_schema.columns where column_name = 'id'"
    async with running_rig(tmp_path) as rig:
        await rig.add_target("dev", url, "development")
        await rig.add_user("ann", "engineer")
        async with rig.runner("ann", "dev") as runner:
            finished, rows, _ = await collect(
                runner, f"select substr(coalesce(column_default, 'nextval'), 1, 7) from {columns}"
            )
    assert finished.status is Status.OK
    assert rows
    assert (b"nextval",) in rows
