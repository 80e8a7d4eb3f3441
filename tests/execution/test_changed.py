"""What changes between a yes and its run: it runs as it was approved, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from bastion.core.model import Finished, PipelineEvent, RunOptions, Status
from bastion.errors import TargetUnavailableError
from bastion.targets.connectors import MySQLConnector, PostgresConnector
from tests.conftest import SEED, DatabaseServer
from tests.fakes.rig import Rig, running_rig

CORPUS = SEED.parent / "corpus"
COMMON = (
    "delete from accounts where state = 'stale'",
    "update accounts set balance = balance - 1 where owner = 'bob'",
    "insert into accounts (id, owner) values (90, 'zoe')",
)
"""Asked under each kind of change that has no statement of its own."""
WAYS = ("exec", "shell")
EXPECTED_MAX_S = 60
_OWN_ALL = """
do $$ declare one record; begin
for one in select c.oid::regclass n from pg_class c where c.relnamespace = 'public'::regnamespace
    and c.relkind in ('r', 'p', 'v', 'm') loop
    execute 'alter table ' || one.n || ' owner to app'; end loop;
for one in select p.oid::regprocedure n from pg_proc p
    where p.pronamespace = 'public'::regnamespace loop
    execute 'alter routine ' || one.n || ' owner to app'; end loop;
end $$;
grant all on schema public to app; alter type mood owner to app; alter domain price owner to app
"""
_AS_BEFORE = "alter role app reset all; alter role all reset all"

Image = dict[str, Counter[str]]
Changes = dict[str, list[str]]


@dataclass
class Kind:
    """One kind of change, and what is asked before it."""

    name: str
    ready: list[str] = field(default_factory=list)
    ask: list[str] = field(default_factory=list)
    change: list[str] = field(default_factory=list)
    undo: list[str] = field(default_factory=list)


def kinds(engine: str) -> list[Kind]:
    """Read the kinds of one engine."""
    name = {"postgres": "postgresql"}.get(engine, engine)
    found: list[Kind] = []
    for line in (CORPUS / f"changed_{name}.txt").read_text().splitlines():
        head, _, rest = line.partition(" ")
        if head == "=":
            found.append(Kind(rest))
        elif head in {"ready:", "ask:", "undo:"}:
            getattr(found[-1], head[:-1]).append(rest)
        elif found and line:
            found[-1].change.append(line)
    return found


@dataclass
class Place:
    """A database of its own for one change."""

    server: DatabaseServer
    url: str

    @property
    def name(self) -> str:
        """Name the database."""
        return self.url.rsplit("/", 1)[1]

    def run(self, sql: str) -> list[tuple[object, ...]]:
        """Run SQL past the bastion."""
        return self.server.run(self.url, sql.replace("{database}", self.name))

    def image(self) -> Image:
        """Give all rows of all tables, each as an object."""
        if self.server.engine == "postgres":
            tables = self.run(
                "select format('%I.%I', n.nspname, c.relname) from pg_class c"
                " join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')"
                " and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'"
            )
            query = "select to_jsonb(t)::text from only {} t"
            return {
                str(table): Counter(str(row) for (row,) in self.run(query.format(table)))
                for (table,) in tables
            }
        # Some kinds change for everybody how long such a list may be.
        columns = self.run(
            "set statement group_concat_max_len = 1000000 for"
            " select c.table_name, group_concat(concat('''', c.column_name, ''', cast(`',"
            " c.column_name, '` as char)') order by c.ordinal_position)"
            " from information_schema.columns c"
            " join information_schema.tables t using (table_schema, table_name)"
            " where t.table_type = 'BASE TABLE' and c.table_schema = database()"
            " group by c.table_name"
        )
        return {
            str(table): Counter(
                str(row) for (row,) in self.run(f"select json_object({pairs}) from `{table}`")
            )
            for table, pairs in columns
        }


def changes(before: Image, after: Image) -> Changes:
    """Tell what a run did: rows that went, rows that came, and what is other in those that stayed.

    By key, so that what somebody else has written into the same rows meanwhile does not count.
    """
    told: Changes = {}
    for name in before.keys() | after.keys():
        was, now = before.get(name, Counter()), after.get(name, Counter())
        gone = [json.loads(row) for row in (was - now).elements()]
        words = []
        for row in (json.loads(row) for row in (now - was).elements()):
            same = [one for one in gone if "id" in one and one["id"] == row.get("id")]
            if len(same) == 1:
                gone.remove(same[0])
            kept = same[0] if len(same) == 1 else {}
            other = {key: value for key, value in row.items() if kept.get(key) != value}
            words.append(f"{'wrote' if kept else 'added'} {row.get('id')}: {sorted(other.items())}")
        words += [f"removed {one.get('id', one)}" for one in gone]
        if words:
            told[name] = sorted(words)
    return told


@dataclass
class Story:
    """A statement that is asked, changed under, approved and run."""

    rig: Rig
    server: DatabaseServer
    count: int = 0
    meanwhile: Callable[[], None] = lambda: None

    async def tell(self, kind: Kind, ask: str, way: str) -> tuple[Finished, Changes]:
        """Tell one; gives how it ended, and what the run itself did."""
        url = self.server.create_database("changed", f"changed_{self.server.engine}.sql")
        place = Place(self.server, url)
        try:
            if self.server.engine == "postgres":
                place.run(_OWN_ALL)
                url = self.server.app_url(url)
            for sql in kind.ready:
                place.run(sql)
            self.count += 1
            target = f"target{self.count}"
            await self.rig.add_target(target, url, "production")
            images: list[Image] = []

            def change() -> None:
                for sql in kind.change:
                    place.run(sql)
                images.append(place.image())
                self.meanwhile()

            run = self._over_exec if way == "exec" else self._in_shell
            finished = await asyncio.wait_for(run(target, ask, change), EXPECTED_MAX_S)
            assert images, f"it was not held: {finished}"
            return finished, changes(images[0], place.image())
        finally:
            if self.server.engine == "postgres":
                self.server.run(self.server.admin_url, _AS_BEFORE)
            for sql in kind.undo:
                self.server.run(self.server.admin_url, sql)
            self.server.drop_database(place.url)

    async def _over_exec(self, target: str, ask: str, change: Callable[[], None]) -> Finished:
        """Leave it pending; change after the yes; run it from another session."""
        desk = self.rig.services.desk
        async with self.rig.runner("ann", target, front_end="exec") as runner:
            held = await last(runner.execute(ask, options=RunOptions(wait_s=0)))
        if held.status is not Status.PENDING:
            return held
        reviewer = await self.rig.principal("rae")
        approved = await desk.decide(reviewer, held.request_id, approve=True, reason="x")
        await asyncio.to_thread(change)
        async with self.rig.runner("ann", target, front_end="exec") as runner:
            return await last(runner.resume(approved, options=RunOptions(wait_s=0)))

    async def _in_shell(self, target: str, ask: str, change: Callable[[], None]) -> Finished:
        """Wait for it; change before the yes that it waits for; deny what is asked again."""
        desk, reviewer = self.rig.services.desk, await self.rig.principal("rae")
        arrived: asyncio.Queue[str] = asyncio.Queue()
        stop = desk.subscribe(arrived.put_nowait)

        async def decide() -> None:
            decided = 0
            while True:
                for request in await desk.list_requests(reviewer):
                    if request.context.target != target:
                        continue
                    if not decided:
                        await asyncio.to_thread(change)
                    await desk.decide(reviewer, request.id, approve=not decided, reason="x")
                    decided += 1
                await arrived.get()

        deciding = asyncio.get_running_loop().create_task(decide())
        try:
            async with self.rig.runner("ann", target) as runner:
                running = asyncio.get_running_loop().create_task(
                    last(runner.execute(ask, options=RunOptions()))
                )
                await asyncio.wait({running, deciding}, return_when=asyncio.FIRST_COMPLETED)
                if deciding.done():
                    running.cancel()
                    deciding.result()
                return await running
        finally:
            stop()
            deciding.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await deciding


async def last(events: AsyncIterator[PipelineEvent]) -> Finished:
    """Take events to the end, and give how it ended."""
    found = [event async for event in events][-1]
    assert isinstance(found, Finished)
    return found


def has_icu(server: DatabaseServer) -> bool:
    """Tell whether a PostgreSQL server was built with ICU's collations; others need not be."""
    if server.engine != "postgres":
        return True
    # One collation of ICU is in the catalogue of every build.
    asked = "select count(*) from pg_collation where collname like '%-x-icu'"
    return server.run(server.admin_url, asked) != [(0,)]


async def otherwise(
    story: Story, found: list[Kind], ways: tuple[str, ...], tally: Counter[str]
) -> list[str]:
    """Tell of each change under which a statement ran otherwise than it was approved."""
    told: list[str] = []
    as_approved: dict[tuple[str, ...], tuple[Status, Changes]] = {}
    for kind in found:
        for ask in kind.ask or COMMON:
            key = (ask, *kind.ready)
            if key not in as_approved:
                same = Kind("nothing", ready=kind.ready)
                finished, done = await story.tell(same, ask, ways[0])
                as_approved[key] = (finished.status, done)
                assert finished.status is (Status.ERROR if "refused" in kind.name else Status.OK)
            for way in ways:
                finished, done = await story.tell(kind, ask, way)
                is_run = (finished.status, done) == as_approved[key]
                tally["as approved" if is_run else "refused"] += 1
                if not is_run and (finished.status is Status.OK or done):
                    told.append(f"{kind.name}: {ask} ({way}): {finished.status} {done}")
    return told


@pytest.fixture(params=["postgres", "mysql"])
async def story(request, tmp_path) -> AsyncIterator[Story]:
    name = "postgres_server" if request.param == "postgres" else "mariadb_server"
    async with running_rig(tmp_path) as rig:
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        yield Story(rig, request.getfixturevalue(name))


async def test_what_changed_of_settings_types_and_identity_does_not_run(story: Story):
    """A few kinds of each engine; all of them take long."""
    names = {"setting: no triggers, no cascades", "setting: no keys between tables",
             "enum: labels exchanged", "key: the rows that go along are others",
             "table: another one in its place"}  # fmt: skip
    found, tally = [one for one in kinds(story.server.engine) if one.name in names], Counter[str]()
    assert len(found) >= 2
    for kind in found:
        kind.ask = (kind.ask or list(COMMON))[:1]
    assert await otherwise(story, found, ("exec",), tally) == []
    assert tally == {"refused": len(found)}


async def test_a_yes_is_not_used_while_what_it_was_given_for_cannot_be_looked_at(
    story: Story, monkeypatch: pytest.MonkeyPatch
):
    """What is known from before would compare with itself, and agree."""

    async def fails(*_: object) -> None:
        raise TargetUnavailableError("no login is free")

    def break_it() -> None:
        for connector in (PostgresConnector, MySQLConnector):
            monkeypatch.setattr(connector, "refresh", fails)

    story.meanwhile = break_it
    finished, done = await story.tell(Kind("nothing"), COMMON[0], "exec")
    assert finished.status is Status.UNAVAILABLE
    assert "could not be read" in finished.message
    assert not done


@pytest.mark.long
@pytest.mark.timeout(7200)
async def test_nothing_runs_otherwise_than_it_was_approved_whatever_has_changed(story: Story):
    found, tally = kinds(story.server.engine), Counter[str]()
    if not has_icu(story.server):
        found = [one for one in found if "provider = icu" not in " ".join(one.change)]
    assert len(found) >= 40
    told = await otherwise(story, found, WAYS, tally)
    sys.stdout.write(f"{story.server.engine}: {len(found)} kinds, {dict(tally)}\n")
    assert not told, "\n".join(told)
