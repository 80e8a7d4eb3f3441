"""Attacks on the guard, on real servers, judged by a checksum of the database and not by words."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bastion.core.approval import Approval
from bastion.core.model import Finished, RunOptions, Status
from bastion.execution.pipeline import Runner
from tests.conftest import DatabaseServer
from tests.end_to_end.test_red_team_masking import CHANGES as CHANGING_WORDS
from tests.end_to_end.test_red_team_masking import EVERY
from tests.fakes.rig import Rig, collect, running_rig

CORPUS = Path(__file__).parent.parent / "corpus"
SEED = Path(__file__).parent.parent / "seed"
ENDS = {Status.OK, Status.ERROR, Status.USAGE, Status.BLOCKED, Status.PENDING}


def probes(name: str) -> list[list[str]]:
    lines = (CORPUS / name).read_text().split("\n")
    return [line.split(" ;; ") for line in lines if line.strip() and not line.startswith("# ")]


@dataclass
class Arena:
    """A probe database with traps in it, and a bastion in front."""

    rig: Rig
    server: DatabaseServer
    url: str

    def checksum(self) -> str:
        """Digest all that a statement could have changed, traps and accounts included."""
        is_pg = self.server.engine == "postgres"
        found = self.server.run_each(self.url, _POSTGRES_STATE if is_pg else _MYSQL_STATE)
        return hashlib.sha256(repr(found).encode()).hexdigest()

    async def attack(self, runner: Runner, statements: list[str]) -> None:
        """Send the statements of one case; nobody approves anything."""
        for statement in statements:
            async with asyncio.timeout(20):
                events = [
                    event
                    async for event in runner.execute(statement, options=RunOptions(wait_s=0.0))
                ]
            # A text of comments alone holds no statement.
            finished = events[-1] if events else Finished(index=1, status=Status.OK)
            assert isinstance(finished, Finished)
            assert finished.status in ENDS, (statement, finished)


_POSTGRES_STATE = (
    "SELECT n.nspname, c.relname, c.relkind::text, c.relfilenode::text, c.relowner::text,"
    " c.relacl::text, c.relhastriggers, c.relrowsecurity FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence <> 't'"
    " AND n.nspname !~ '^(pg_|information_schema)' ORDER BY 1, 2",
    "SELECT proname, prosrc FROM pg_proc WHERE oid >= 16384 AND pronamespace NOT IN"
    " (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg_temp%') ORDER BY oid",
    "SELECT rolname, rolsuper, rolpassword FROM pg_authid ORDER BY 1",
    "SELECT * FROM pg_db_role_setting",
    "SELECT loid, pageno, data FROM pg_largeobject ORDER BY 1, 2",
    "SELECT slot_name FROM pg_replication_slots",
    "SELECT roname FROM pg_replication_origin",
    "SELECT count(*) FROM pg_description WHERE objoid >= 16384",
    "SELECT (SELECT count(*) FROM pg_extension), (SELECT count(*) FROM pg_operator),"
    " (SELECT count(*) FROM pg_cast), (SELECT count(*) FROM pg_prepared_xacts),"
    " (SELECT count(*) FROM pg_publication), (SELECT count(*) FROM pg_collation)",
    "SELECT id, v FROM t ORDER BY 1",
    "SELECT id, v FROM t2 ORDER BY 1",
    "SELECT users::text FROM users ORDER BY id",
    "SELECT last_value, is_called FROM sq",
)
_MYSQL_STATE = (
    "SELECT table_name, table_type, engine, create_time FROM information_schema.tables"
    " WHERE table_schema = database() ORDER BY 1",
    "SELECT routine_name, routine_definition FROM information_schema.routines"
    " WHERE routine_schema = database() ORDER BY 1",
    "SELECT event_name FROM information_schema.events",
    "SELECT trigger_name FROM information_schema.triggers",
    "SELECT user, host, priv FROM mysql.global_priv ORDER BY 1, 2",
    "SELECT name FROM mysql.func UNION SELECT server_name FROM mysql.servers",
    "SELECT id, v FROM t ORDER BY 1",
    "SELECT id, v FROM t2 ORDER BY 1",
    "SELECT id, name, ssn FROM users ORDER BY 1",
    "SELECT next_not_cached_value FROM sq",
    "SELECT @@GLOBAL.max_connections, @@GLOBAL.sql_mode",
)


@contextlib.asynccontextmanager
async def arena(directory: Path, server: DatabaseServer) -> AsyncIterator[Arena]:
    url = server.create_database("redteam", f"probe_{server.engine}.sql")
    server.run(url, (SEED / f"traps_{server.engine}.sql").read_text())
    async with running_rig(directory) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        await rig.add_target("production", url, "production")
        await rig.add_target("staging", url, "staging")
        await rig.add_target("limited", server.app_url(url), "production")
        yield Arena(rig, server, url)
    server.drop_database(url)


@pytest.fixture(params=["postgresql", "mysql"])
def server(request: pytest.FixtureRequest) -> Iterator[DatabaseServer]:
    return request.getfixturevalue(
        "postgres_server" if request.param == "postgresql" else "mariadb_server"
    )


def odd_texts(engine: str) -> list[str]:
    """Give texts whose danger lies in characters that a line of a file cannot hold."""
    spaces = "\u00a0\u2003\u3000\u2028\x85\ufeff\u200b\x0b\x0c\x1a"
    texts = [f"select 1{one}, f_del()" for one in spaces]
    texts += [f"select{one}f_del()" for one in spaces]
    texts += [f"{one}delete from t" for one in spaces]
    texts += [f"select f_del{one}()" for one in spaces]
    # MySQL takes two dashes for a comment only before its own white space.
    texts += [f"select 1 --{one}+ f_del() from (select 1 as `{one}`) x" for one in spaces]
    texts += ["select 1 --\n, f_del()", "select 1 --\r, f_del()", "select 1 # x\n, f_del()"]
    texts += ["select 1;\x00delete from t", "delete from t\x00", "select 1\r\n;\r\ndelete from t"]
    # An E string goes on over comments, with its escapes.
    texts += [f"select E'a'{gap}'\\' || ' || f_del() || '" for gap in ("\n", " --x\n", "/**/\n")]
    texts += ["select '\\', f_del() -- '", "select E'\\', f_del() --'", "select N'a' '\\', f_del()"]
    texts += ["select " + "(" * depth + "f_del()" + ")" * depth for depth in (90, 3000)]
    texts += ["select " + "1+" * 9000 + "f_del()", "select" + " " * 100_000 + "f_del()"]
    return texts


def _changes(case: list[str]) -> bool:
    return any(map(CHANGING_WORDS.search, case))


@pytest.mark.timeout(240)
@pytest.mark.parametrize("target", ["production", "staging"])
async def test_no_attack_changes_the_database_without_an_approval(
    server: DatabaseServer, target: str, tmp_path: Path
):
    engine = "postgresql" if server.engine == "postgres" else "mysql"
    cases = probes(f"red_team_{engine}.sql")
    assert len(cases) >= 150
    # They ask for values: of those that only read few run here, `make test-long` sends all.
    reads = [case for case in cases if not _changes(case)]
    changes = [case for case in cases if _changes(case)]
    cases = changes[:: min(EVERY, 3)] + reads[::EVERY]
    # In a transaction only the analysis stands between a read and the data.
    odd = odd_texts(engine)
    cases += [[text] for text in odd] + [["begin", text, "commit"] for text in odd[::3]]
    if target == "staging":
        # Everyday writes run there by policy; what hides a write must not.
        cases = [case for case in cases if any("f_del" in one for one in case)][::5]
    alone = [case for case in cases if len(case) == 1]
    together = [case for case in cases if len(case) > 1]
    async with arena(tmp_path, server) as place:
        before = place.checksum()
        async with place.rig.runner("ann", target) as runner:
            for chunk in chunks(alone):
                for case in chunk:
                    await place.attack(runner, case)
                assert place.checksum() == before, chunk
        for chunk in chunks(together):
            for case in chunk:
                async with place.rig.runner("ann", target) as runner:
                    await place.attack(runner, case)
            assert place.checksum() == before, chunk


async def attack_all(place: Arena, target: str, cases: list[list[str]]) -> None:
    """Send each case on a connection of its own; look at the database after every few."""
    before = place.checksum()
    for chunk in chunks(cases):
        for case in chunk:
            async with place.rig.runner("ann", target) as runner:
                await place.attack(runner, case)
        assert place.checksum() == before, chunk


def guard_cases(server: DatabaseServer) -> list[list[str]]:
    engine = "postgresql" if server.engine == "postgres" else "mysql"
    cases = probes(f"guard_{engine}.sql")
    assert len(cases) >= 500
    return cases


async def test_no_other_way_changes_the_database_either(server: DatabaseServer, tmp_path: Path):
    cases = guard_cases(server)
    async with arena(tmp_path, server) as place:
        await attack_all(place, "production", cases[::21])
        await attack_all(place, "limited", cases[8::42])


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("target", ["production", "limited"])
async def test_no_other_way_at_all_changes_the_database(
    server: DatabaseServer, target: str, tmp_path: Path
):
    async with arena(tmp_path, server) as place:
        await attack_all(place, target, guard_cases(server))


@contextlib.asynccontextmanager
async def unseen_code(directory: Path, server: DatabaseServer) -> AsyncIterator[tuple[Rig, Path]]:
    """Give a bastion before code that leaves every fence, and the file that shows if it ran."""
    witness = server.folder / "ran"
    url = server.create_database("unwritten")
    seed = (SEED / "unwritten_postgres.sql").read_text().replace("{witness}", str(witness))
    server.run(url, seed)
    server.run(url, "GRANT ALL ON ALL TABLES IN SCHEMA public TO app")
    witness.unlink(missing_ok=True)
    try:
        async with running_rig(directory) as rig:
            await rig.add_user("ann", "engineer")
            await rig.add_user("rae", "reviewer")
            # Row security does not hold for the owner of everything.
            await rig.add_target("production", server.app_url(url), "production")
            yield rig, witness
    finally:
        witness.unlink(missing_ok=True)
        server.drop_database(url)


async def test_code_that_no_call_names_is_not_taken_for_a_read(
    postgres_server: DatabaseServer, tmp_path: Path
):
    cases = probes("unwritten_postgresql.sql")
    assert len(cases) >= 70
    async with (
        unseen_code(tmp_path, postgres_server) as (rig, witness),
        rig.runner("ann", "production") as runner,
    ):
        for case in cases:
            if len(case) == 1:
                finished, _, _ = await collect(runner, case[0], dry_run=True)
                assert finished.status is Status.PENDING, (case, finished)
        for case in cases[::9]:
            await collect(runner, case[0], wait_s=0.0)
            assert not witness.exists(), case


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_code_that_no_call_names_runs_after_a_yes_only(
    postgres_server: DatabaseServer, tmp_path: Path
):
    async with unseen_code(tmp_path, postgres_server) as (rig, witness):
        for case in probes("unwritten_postgresql.sql"):
            async with rig.runner("ann", "production") as runner:
                for statement in case:
                    await collect(runner, statement, wait_s=0.0)
            assert not witness.exists(), case


async def test_reads_beside_such_code_are_not_held(postgres_server: DatabaseServer, tmp_path: Path):
    async with (
        unseen_code(tmp_path, postgres_server) as (rig, witness),
        rig.runner("ann", "production") as runner,
    ):
        for (read,) in probes("unwritten_reads_postgresql.sql"):
            finished, _, _ = await collect(runner, read, wait_s=0.0)
            assert finished.status is Status.OK, (read, finished)
        assert not witness.exists()


async def test_a_table_on_another_server_is_read_after_a_yes_only(
    mariadb_server: DatabaseServer, tmp_path: Path
):
    server = mariadb_server
    async with arena(tmp_path, server) as place:
        name = place.url.rsplit("/", 1)[1]
        far = f"mysql://admin:admin-pw@127.0.0.1:{server.port}/{name}/v_del"
        server.run(place.url, "INSTALL SONAME 'ha_federatedx'")
        server.run(place.url, f"CREATE TABLE far (x int) ENGINE=FEDERATED CONNECTION='{far}'")
        server.run(place.url, "CREATE VIEW near AS SELECT x FROM far")
        # To make such a table asks the other server as well.
        server.run(place.url, "INSERT IGNORE INTO t VALUES (1, 'v1'), (2, 'v2')")
        before = place.checksum()
        async with place.rig.runner("ann", "production") as runner:
            for sql in FAR:
                finished, _, _ = await collect(runner, sql, wait_s=0.0)
                assert finished.status is Status.PENDING, (sql, finished)
                assert "outside the database" in finished.message
            for sql in ("describe far", "show create table far", "select id from t"):
                finished, _, _ = await collect(runner, sql, wait_s=0.0)
                assert finished.status is Status.OK, (sql, finished)
        assert place.checksum() == before
        server.run(place.url, "SELECT * FROM far")
        assert place.checksum() != before, "the control: the table does act"
        server.run(place.url, "DROP TABLE far; UNINSTALL SONAME 'ha_federatedx'")


FAR = (
    "select * from far",
    "select x from near",
    "select 1 from t where exists (select 1 from far)",
    "insert into t2 select x, 'a' from far",
    "update t2 set v = 'x' where id in (select x from far)",
    "explain select * from far",
    "select count(*) from far",
)


def chunks(cases: list[list[str]]) -> list[list[list[str]]]:
    return [cases[start : start + 10] for start in range(0, len(cases), 10)]


async def file_request(place: Arena, text: str) -> Approval:
    """Leave a request pending, as a command with --no-wait does."""
    async with place.rig.runner("ann", "production", front_end="exec") as runner:
        finished, _, _ = await collect(runner, text, wait_s=0.0)
    assert finished.status is Status.PENDING, finished
    ann = await place.rig.principal("ann")
    return await place.rig.services.desk.get(ann, finished.request_id)


async def approve(place: Arena, request: Approval) -> None:
    reviewer = await place.rig.principal("rae")
    await place.rig.services.desk.decide(reviewer, request.id, approve=True, reason="")


async def run_it(place: Arena, request: Approval) -> Finished:
    """Run the approved request as ``req wait`` does."""
    async with (
        asyncio.timeout(30),
        place.rig.runner("ann", request.context.target, front_end="exec") as runner,
    ):
        asked = await place.rig.services.desk.get(await place.rig.principal("ann"), request.id)
        events = [one async for one in runner.resume(asked, options=RunOptions(wait_s=5.0))]
    finished = events[-1]
    assert isinstance(finished, Finished)
    return finished


DELETE = "delete from t where id = 1"


async def test_an_approved_statement_runs_once_when_nothing_has_changed(
    server: DatabaseServer, tmp_path: Path
):
    async with arena(tmp_path, server) as place:
        request = await file_request(place, DELETE)
        await approve(place, request)
        first, second = await run_it(place, request), await run_it(place, request)
    assert (first.status, second.status) == (Status.OK, Status.EXPIRED)
    assert first.tag == "DELETE 1"


CHANGES = {
    "postgres": (
        ("ALTER TABLE t RENAME TO x; ALTER TABLE t2 RENAME TO t; ALTER TABLE x RENAME TO t2",
         "ALTER TABLE t RENAME TO x; ALTER TABLE t2 RENAME TO t; ALTER TABLE x RENAME TO t2"),
        ("CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION tr_del()",
         "DROP TRIGGER g ON t"),
        ("ALTER TABLE t2 ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES t ON DELETE CASCADE",
         "ALTER TABLE t2 DROP CONSTRAINT k"),
        ("INSERT INTO t VALUES (0, 'v1')", "DELETE FROM t WHERE id = 0"),
    ),
    "mysql": (
        ("RENAME TABLE t TO x, t2 TO t, x TO t2", "RENAME TABLE t TO x, t2 TO t, x TO t2"),
        ("CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW DELETE FROM t2", "DROP TRIGGER g"),
        ("ALTER TABLE t2 ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES t (id) ON DELETE CASCADE",
         "ALTER TABLE t2 DROP FOREIGN KEY k"),
        ("INSERT INTO t VALUES (0, 'v1')", "DELETE FROM t WHERE id = 0"),
    ),
}  # fmt: skip
"""What changes between the yes and the run, and how it is undone: a table swapped for another of
its name, a trigger, a cascade, one more row."""


async def test_a_yes_does_not_outlive_what_it_was_given_for(server: DatabaseServer, tmp_path: Path):
    async with arena(tmp_path, server) as place:
        for number, (change, undo) in enumerate(CHANGES[server.engine]):
            request = await file_request(place, f"delete from t where v = 'v1' -- {number}")
            await approve(place, request)
            server.run(place.url, change)
            before = place.checksum()
            finished = await run_it(place, request)
            if (number, server.engine) == (0, "mysql"):
                # MySQL gives no identity: two tables of one shape are one to it.
                assert finished.tag in {"", "DELETE 0"}
            else:
                assert finished.status is not Status.OK, (change, finished)
            assert place.checksum() == before, change
            server.run(place.url, undo)


_SMALL = "CREATE FUNCTION {}({}) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'begin return 1; end'"
_DELETING = (
    "CREATE OR REPLACE FUNCTION {}({}) RETURNS int IMMUTABLE LANGUAGE plpgsql AS"
    " 'begin perform public.f_del(); return 1; end'"
)
HIDDEN_CHANGES = {
    "postgres": (
        ("CREATE FUNCTION helper() RETURNS int LANGUAGE sql AS 'select 1';"
         "CREATE FUNCTION calls() RETURNS trigger LANGUAGE plpgsql AS"
         " 'begin perform helper(); return new; end';"
         "CREATE TRIGGER g BEFORE INSERT ON t2 FOR EACH ROW EXECUTE FUNCTION calls()",
         "insert into t2 values (70, 'x')",
         "CREATE OR REPLACE FUNCTION helper() RETURNS int LANGUAGE sql AS"
         " 'delete from t; select 1'"),
        ("CREATE TABLE log (a int); CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS"
         " 'begin insert into log values (1); return new; end';"
         "CREATE TRIGGER g2 BEFORE UPDATE ON t2 FOR EACH ROW EXECUTE FUNCTION logs()",
         "update t2 set v = 'y' where id = 1",
         "CREATE TRIGGER g3 AFTER INSERT ON log FOR EACH ROW EXECUTE FUNCTION tr_del()"),
        ("CREATE FUNCTION start() RETURNS int LANGUAGE sql AS 'select 1';"
         "CREATE TABLE started (id int DEFAULT start(), v text)",
         "insert into started (v) values ('x')",
         "CREATE OR REPLACE FUNCTION start() RETURNS int LANGUAGE sql AS"
         " 'delete from t; select 1'"),
        ("CREATE TABLE child (id int PRIMARY KEY, p int REFERENCES t2 ON DELETE CASCADE)",
         "delete from t2 where id = 2",
         "CREATE TRIGGER g4 AFTER DELETE ON child FOR EACH STATEMENT EXECUTE FUNCTION tr_del()"),
        ("SELECT 1",
         "insert into part values (3, 'x')",
         "CREATE TRIGGER g5 AFTER INSERT ON part1 FOR EACH ROW EXECUTE FUNCTION tr_del()"),
        ("CREATE FUNCTION text_made() RETURNS int LANGUAGE plpgsql AS"
         " $$begin execute 'select helper()'; return 1; end$$",
         "select text_made()",
         "CREATE OR REPLACE FUNCTION helper() RETURNS int LANGUAGE sql AS"
         " 'delete from t where id > 0; select 1'"),
        # Code that no text names: of a check, an index, a policy, a domain, an aggregate, a
        # generated column and an event trigger.
        (f"{_SMALL.format('checks', 'int')};"
         "CREATE TABLE checked (id int CHECK (checks(id) > 0))",
         "insert into checked values (1)",
         _DELETING.format('checks', 'int')),
        (f"{_SMALL.format('indexes', 'int')};"
         "CREATE TABLE indexed (id int); CREATE INDEX ON indexed (indexes(id))",
         "insert into indexed values (1)",
         _DELETING.format('indexes', 'int')),
        (f"{_SMALL.format('allows', 'int')};"
         "CREATE TABLE allowed (id int); ALTER TABLE allowed ENABLE ROW LEVEL SECURITY;"
         "ALTER TABLE allowed FORCE ROW LEVEL SECURITY;"
         "CREATE POLICY p ON allowed USING (allows(id) > 0)",
         "insert into allowed values (1)",
         _DELETING.format('allows', 'int')),
        ("SELECT 1",
         "insert into allowed values (2)",
         "CREATE POLICY p2 ON allowed AS RESTRICTIVE USING (f_del() > 0)"),
        (f"{_SMALL.format('confines', 'text')};"
         "CREATE DOMAIN confined AS text CHECK (confines(value) > 0);"
         "CREATE TABLE confining (v confined)",
         "insert into confining values ('x')",
         _DELETING.format('confines', 'text')),
        (f"{_SMALL.format('ends', 'int')};"
         "CREATE AGGREGATE gathers (int) (sfunc = int4pl, stype = int, finalfunc = ends)",
         "select gathers(id) from t2",
         _DELETING.format('ends', 'int')),
        (f"{_SMALL.format('generates', 'int')};"
         "CREATE TABLE generated (id int, n int GENERATED ALWAYS AS (generates(id)) STORED)",
         "insert into generated values (1)",
         _DELETING.format('generates', 'int')),
        ("SELECT 1",
         "create table made (id int)",
         "CREATE FUNCTION watches() RETURNS event_trigger LANGUAGE plpgsql AS"
         " 'begin delete from public.t; end';"
         "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION watches()"),
    ),
    "mysql": (
        ("CREATE TRIGGER g BEFORE INSERT ON t2 FOR EACH ROW SET @seen = 1",
         "insert into t2 values (70, 'x')",
         "CREATE OR REPLACE TRIGGER g BEFORE INSERT ON t2 FOR EACH ROW DELETE FROM t"),
        ("CREATE PROCEDURE helper() SET @seen = 1;"
         "CREATE TRIGGER g2 BEFORE UPDATE ON t2 FOR EACH ROW CALL helper()",
         "update t2 set v = 'y' where id = 1",
         "CREATE OR REPLACE PROCEDURE helper() DELETE FROM t"),
        ("CREATE TABLE log (a int);"
         "CREATE TRIGGER g3 BEFORE DELETE ON t2 FOR EACH ROW INSERT INTO log VALUES (1)",
         "delete from t2 where id = 2",
         "CREATE TRIGGER g4 AFTER INSERT ON log FOR EACH ROW DELETE FROM t"),
        ("CREATE TABLE ma (id int) ENGINE=MyISAM; CREATE TABLE mb LIKE ma;"
         "CREATE TABLE mg (id int) ENGINE=MERGE UNION=(ma) INSERT_METHOD=LAST",
         "insert into mg values (1)",
         "ALTER TABLE mg UNION=(mb)"),
    ),
}  # fmt: skip
"""What stands there before, what is approved, and a change behind what the text names."""


async def test_a_yes_covers_what_the_statement_sets_off_however_far_away(
    server: DatabaseServer, tmp_path: Path
):
    async with arena(tmp_path, server) as place:
        for setup, statement, change in HIDDEN_CHANGES[server.engine]:
            server.run(place.url, setup)
            request = await file_request(place, statement)
            await approve(place, request)
            server.run(place.url, change)
            before = place.checksum()
            finished = await run_it(place, request)
            assert finished.status is not Status.OK, change
            assert place.checksum() == before, change


async def test_a_yes_for_a_table_of_another_server_covers_its_address(
    mariadb_server: DatabaseServer, tmp_path: Path
):
    server = mariadb_server
    near = (
        f"HOST '127.0.0.1', PORT {server.port}, USER 'admin', PASSWORD 'admin-pw', DATABASE '{{}}'"
    )
    async with arena(tmp_path, server) as place:
        database = place.url.rsplit("/", 1)[1]
        server.run(
            place.url,
            "INSTALL SONAME 'ha_federatedx';"
            f"CREATE SERVER rt_near FOREIGN DATA WRAPPER mysql OPTIONS ({near.format(database)});"
            "CREATE TABLE t8 LIKE t2; CREATE TABLE t9 LIKE t2; ALTER TABLE t9 ENGINE=InnoDB;"
            "CREATE TABLE far1 (id int PRIMARY KEY, v varchar(80))"
            " ENGINE=FEDERATED CONNECTION='rt_near/t8'",
        )
        try:
            unchanged = await file_request(place, "insert into far1 values (1, 'x')")
            await approve(place, unchanged)
            assert (await run_it(place, unchanged)).status is Status.OK
            changes = (
                "DROP TABLE far1; CREATE TABLE far1 (id int PRIMARY KEY, v varchar(80))"
                " ENGINE=FEDERATED CONNECTION='rt_near/t9'",
                "CREATE DATABASE rt_other; CREATE TABLE rt_other.t9 LIKE t9;"
                "ALTER SERVER rt_near OPTIONS (DATABASE 'rt_other'); FLUSH TABLES",
            )
            for number, change in enumerate(changes, start=2):
                request = await file_request(place, f"insert into far1 values ({number}, 'x')")
                await approve(place, request)
                server.run(place.url, change)
                before = place.checksum()
                finished = await run_it(place, request)
                assert finished.status is not Status.OK, change
                assert place.checksum() == before, change
        finally:
            server.run(
                place.url,
                "DROP TABLE IF EXISTS far1; DROP SERVER IF EXISTS rt_near;"
                "DROP DATABASE IF EXISTS rt_other;"
                "UNINSTALL SONAME 'ha_federatedx'",
            )


async def test_a_yes_ends_with_the_reviewers_right_to_give_it(
    server: DatabaseServer, tmp_path: Path
):
    async with arena(tmp_path, server) as place:
        request = await file_request(place, DELETE)
        await approve(place, request)
        before = place.checksum()
        await place.rig.administration.set_disabled("rae", is_disabled=True)
        finished = await run_it(place, request)
        assert finished.status is not Status.OK
        assert "rae may no longer decide" in finished.message
        assert place.checksum() == before


async def test_a_target_of_the_same_name_elsewhere_is_not_what_was_approved(
    server: DatabaseServer, tmp_path: Path
):
    async with arena(tmp_path, server) as place:
        other = server.create_database("elsewhere", f"probe_{server.engine}.sql")
        request = await file_request(place, DELETE)
        await approve(place, request)
        await place.rig.administration.remove_target("production")
        await place.rig.add_target("production", other, "production")
        finished = await run_it(place, request)
        rows = server.run(other, "SELECT count(*) FROM t WHERE id = 1")
        assert finished.status is not Status.OK
        assert [tuple(row) for row in rows] == [(1,)]
    server.drop_database(other)


async def test_a_function_written_anew_is_not_what_was_approved(
    postgres_server: DatabaseServer, tmp_path: Path
):
    async with arena(tmp_path, postgres_server) as place:
        request = await file_request(place, "select f_del()")
        await approve(place, request)
        postgres_server.run(
            place.url,
            "CREATE OR REPLACE FUNCTION f_del() RETURNS int LANGUAGE plpgsql AS"
            " 'begin delete from t2; return 1; end'",
        )
        before = place.checksum()
        finished = await run_it(place, request)
        assert finished.status is not Status.OK
        assert place.checksum() == before


async def test_a_function_that_only_read_and_was_written_anew_waits(
    postgres_server: DatabaseServer, tmp_path: Path
):
    async with arena(tmp_path, postgres_server) as place:
        async with place.rig.runner("ann", "production") as runner:
            finished, _, _ = await collect(runner, "select quiet()", wait_s=0)
            assert finished.status is Status.OK
            postgres_server.run(
                place.url,
                "CREATE OR REPLACE FUNCTION quiet() RETURNS int LANGUAGE plpgsql AS"
                " 'begin delete from t; return 1; end'",
            )
            before = place.checksum()
            finished, _, _ = await collect(runner, "select quiet()", wait_s=0)
        assert finished.status is Status.PENDING
        assert place.checksum() == before


async def test_approved_code_that_nobody_understood_cannot_change_structure(
    postgres_server: DatabaseServer, tmp_path: Path
):
    codes = (
        "drop table t",
        "truncate t",
        "alter table t drop column v",
        "alter table t rename to x",
        "alter table watched disable trigger all",
        "create table x (a int)",
        "alter table part detach partition part1",
        "grant all on t to public",
        "declare c cursor with hold for select drops()",
    )
    async with arena(tmp_path, postgres_server) as place:
        before = place.checksum()
        for code in codes:
            request = await file_request(place, f"do $$begin execute '{code}'; end$$")
            await approve(place, request)
            finished = await run_it(place, request)
            assert finished.status in {Status.BLOCKED, Status.ERROR}, finished
            assert place.checksum() == before, code


async def test_a_pin_lifted_by_approved_code_does_not_last(
    postgres_server: DatabaseServer, tmp_path: Path
):
    lift = (
        "do $$begin perform set_config('standard_conforming_strings', 'off', false);"
        " perform set_config('search_path', 'evil', false); end$$"
    )
    async with (
        arena(tmp_path, postgres_server) as place,
        place.rig.runner("ann", "production") as runner,
        asyncio.TaskGroup() as group,
    ):
        arrived: asyncio.Queue[str] = asyncio.Queue()
        stop = place.rig.services.desk.subscribe(arrived.put_nowait)

        async def decide() -> None:
            reviewer = await place.rig.principal("rae")
            request_id = await arrived.get()
            await place.rig.services.desk.decide(reviewer, request_id, approve=True, reason="")

        group.create_task(decide())
        lifted, _, _ = await collect(runner, lift)
        stop()
        _, rows, _ = await collect(
            runner, "select current_setting('standard_conforming_strings'), current_schema()"
        )
    assert lifted.status is Status.OK
    assert rows == [(b"on", b"public")]


async def test_a_reader_that_sees_other_schemas_is_not_used(
    postgres_server: DatabaseServer, tmp_path: Path
):
    async with arena(tmp_path, postgres_server) as place:
        server = postgres_server
        server.run(place.url, "CREATE SCHEMA hidden; CREATE TABLE hidden.t (id int, v text)")
        server.run(place.url, "INSERT INTO hidden.t VALUES (7, 'hidden')")
        name = place.url.rsplit("/", 1)[1]
        server.run(place.url, f"ALTER DATABASE {name} SET search_path = hidden, public")
        await place.rig.add_target(
            "split", place.url, "production", reader_url=server.reader_url(place.url)
        )
        async with place.rig.runner("ann", "split") as runner:
            finished, rows, _ = await collect(runner, "select id, v from t")
    assert finished.status is Status.OK
    assert rows == [(b"7", b"hidden")]
