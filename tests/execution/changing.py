"""Asks for a statement, changes what is around it, says yes, and sees how it runs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import psycopg
import pymysql
from psycopg import sql

from bastion.core.model import Finished, PipelineEvent, RunOptions, Status
from bastion.errors import BastionError
from tests.conftest import SEED, DatabaseServer
from tests.fakes.rig import Rig, collect

CORPUS = SEED.parent / "corpus"
EXPECTED_MAX_S = 60
_LONG_ENOUGH_S = 20.0
"""What waits for a lock is waiting by then; what does not has run."""
_IMPATIENT = {
    "postgres": "set lock_timeout = '1s'; ",
    "mysql": "set session lock_wait_timeout = 1, innodb_lock_wait_timeout = 1; ",
}
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
_TABLES = {
    "postgres": "select format('%I.%I', n.nspname, c.relname) from pg_class c"
    " join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')"
    " and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'",
    # Some kinds change for everybody how long such a list may be.
    "mysql": "set statement group_concat_max_len = 1000000 for"
    " select c.table_name, group_concat(concat('''', c.column_name, ''', cast(`',"
    " c.column_name, '` as char)') order by c.ordinal_position)"
    " from information_schema.columns c"
    " join information_schema.tables t using (table_schema, table_name)"
    " where t.table_type = 'BASE TABLE' and c.table_schema = database()"
    " group by c.table_name",
}
_WAITING = {
    "postgres": "select count(*) from pg_stat_activity where datname = '{name}'"
    " and wait_event_type = 'Lock'",
    "mysql": "select (select count(*) from information_schema.processlist"
    " where db = '{name}' and state like 'Waiting for%')"
    " + (select count(*) from information_schema.innodb_trx t"
    " join information_schema.processlist p on p.id = t.trx_mysql_thread_id"
    " where p.db = '{name}' and t.trx_state = 'LOCK WAIT')",
}

Image = dict[str, Counter[str]]
Changes = dict[str, list[str]]
Run = Callable[[str], list[tuple[object, ...]]]


class KeptOutError(Exception):
    """What was to change is locked, by the very statement that it was to change under."""


class NotHeldError(Exception):
    """It cannot be asked: it was refused at once, or ran without a yes."""


@dataclass
class Kind:
    """One kind of change, and what is asked before it."""

    name: str
    ready: list[str] = field(default_factory=list)
    ask: list[str] = field(default_factory=list)
    change: list[str] = field(default_factory=list)
    undo: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    """What the session itself runs before it asks; then it can only be waited for there."""


def kinds(engine: str) -> list[Kind]:
    """Read the kinds of one engine."""
    name = {"postgres": "postgresql"}.get(engine, engine)
    found: list[Kind] = []
    for line in (CORPUS / f"changed_{name}.txt").read_text().splitlines():
        head, _, rest = line.partition(" ")
        if head == "=":
            found.append(Kind(rest))
        elif head in {"ready:", "ask:", "undo:", "own:"}:
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

    def run(self, text: str) -> list[tuple[object, ...]]:
        """Run SQL past the bastion."""
        return self.server.run(self._url, text.replace("{database}", self.name))

    @property
    def _url(self) -> str:
        # Whatever is set for everybody: pictures of the same rows are the same.
        is_pg = self.server.engine == "postgres"
        return f"{self.url}?options=-c%20timezone%3DUTC" if is_pg else self.url

    def change(self, text: str, run: Run | None = None) -> None:
        """Change something past the bastion; what is locked is not waited for long.

        Raises:
            KeptOutError: it is locked.
        """
        text = text.replace("{database}", self.name)
        try:
            (run or self.run)(_IMPATIENT[self.server.engine] + text)
        except psycopg.errors.LockNotAvailable:
            raise KeptOutError from None
        except pymysql.OperationalError as error:
            if error.args[:1] not in {(1205,), (1213,)}:
                raise
            raise KeptOutError from None

    def image(self, run: Run | None = None) -> Image:
        """Give all rows of all tables, each as an object."""
        run = run or self.run
        found = run(_TABLES[self.server.engine])
        if self.server.engine == "postgres":
            queries = {
                str(table): f"select to_jsonb(t)::text from only {table} t" for (table,) in found
            }
        else:
            queries = {
                str(table): f"select json_object({pairs}) from `{table}`" for table, pairs in found
            }
        return {table: Counter(str(row) for (row,) in run(text)) for table, text in queries.items()}

    @contextlib.contextmanager
    def beside(self) -> Iterator[Run]:
        """Open a login of somebody else, with a transaction that is committed at the end."""
        if self.server.engine == "postgres":
            with psycopg.connect(self._url) as connection:

                def run(text: str) -> list[tuple[object, ...]]:
                    cursor = connection.execute(sql.SQL(text))  # type: ignore[arg-type]
                    return cursor.fetchall() if cursor.description else []

                yield run
            return
        login = pymysql.connect(
            host=self.server.host, port=self.server.port, user="admin", password="admin-pw",
            database=self.name, charset="utf8mb4", ssl_disabled=True,
            client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS,
        )  # fmt: skip
        try:
            with login.cursor() as cursor:

                def run(text: str) -> list[tuple[object, ...]]:
                    cursor.execute(text)
                    rows = list(cursor.fetchall())
                    while cursor.nextset():
                        rows = list(cursor.fetchall()) or rows
                    return rows

                yield run
            login.commit()
        finally:
            login.close()

    def wait_until_waited_for(self, is_over: Callable[[], bool]) -> bool:
        """Wait until somebody here waits for a lock; False where that does not come to be."""
        question = _WAITING[self.server.engine].format(name=self.name)
        ends_at = time.monotonic() + _LONG_ENOUGH_S
        while time.monotonic() < ends_at and not is_over():
            if self.server.run(self.server.admin_url, question) != [(0,)]:
                return True
            # MariaDB tells nothing new to whoever asks more often than ten times a second.
            time.sleep(0.15)
        return False


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
class Change:
    """A change that is due, and what was there once it was made."""

    kind: Kind
    place: Place
    meanwhile: Callable[[], None]
    image: Image | None = None
    is_met: bool = True
    """False: the statement had run before it."""

    def make(self, run: Run | None = None) -> None:
        """Make it, and look."""
        if run is None:
            for text in self.kind.change:
                self.place.change(text)
        else:
            for text in self.kind.change:
                self.place.change(text, run)
        self.look(run)

    def look(self, run: Run | None = None) -> None:
        """Look at what is there."""
        self.image = self.place.image(run)
        self.meanwhile()

    def make_while_waited_for(self, ask: str, is_over: Callable[[], bool]) -> None:
        """Make it while the statement's own transaction waits for a lock."""
        with self.place.beside() as run:
            if self.place.server.engine == "postgres":
                self.make(run)
                _lock(run, ask)
                self.is_met = self.place.wait_until_waited_for(is_over)
                return
            is_of_rows = all(
                part.split(None, 1)[0] in {"update", "insert", "delete"}
                for text in self.kind.change
                for part in text.split("; ")
            )
            if is_of_rows:
                self.make(run)
            for table, _ in run(_TABLES["mysql"]):
                run(f"select 1 from `{table}` for update")
            self.is_met = self.place.wait_until_waited_for(is_over)
            if not is_of_rows and self.is_met:
                self.make()
            elif not is_of_rows:
                # It had no lock to wait for, and is over.
                self.look()


def _lock(run: Run, ask: str) -> None:
    """Keep a statement waiting: at the rows it writes, where it looks for them first."""
    finds_rows = ask.split(None, 1)[0] in {"update", "delete", "call", "do", "alter", "drop"}
    for (table,) in run(
        "select oid::regclass::text from pg_class where relkind = 'r' and oid >= 16384"
    ):
        if finds_rows:
            run(f"select 1 from only {table} for update")
        else:
            run(f"lock table only {table} in share row exclusive mode")


@dataclass
class Story:
    """A statement that is asked, changed under, approved and run."""

    rig: Rig
    server: DatabaseServer
    count: int = 0
    target: str = ""
    """Of the story that is told."""
    meanwhile: Callable[[], None] = lambda: None

    async def tell(self, kind: Kind, ask: str, way: str) -> tuple[Finished, Changes, bool]:
        """Tell one; gives how it ended, what the run itself did, and whether it met the change."""
        url = self.server.create_database("changed", f"changed_{self.server.engine}.sql")
        place = Place(self.server, url)
        try:
            if self.server.engine == "postgres":
                place.run(_OWN_ALL)
                url = self.server.app_url(url)
            for text in kind.ready:
                place.run(text)
            self.count += 1
            target = self.target = f"{'open' if way == 'open' else 'target'}{self.count}"
            await self.rig.add_target(target, url, "production")
            change = Change(kind, place, self.meanwhile)
            told = {
                "exec": self._over_exec, "agent": self._by_an_agent, "shell": self._in_shell,
                "open": self._in_shell, "block": self._in_a_block, "late": self._late,
            }[way]  # fmt: skip
            try:
                finished = await asyncio.wait_for(told(target, ask, change), EXPECTED_MAX_S)
            except BastionError as error:
                if change.image is None:
                    raise
                # The change itself may keep its login out.
                finished = Finished(index=1, status=Status.UNAVAILABLE, message=str(error))
            if change.image is None:
                raise NotHeldError(finished)
            return finished, changes(change.image, place.image()), change.is_met
        finally:
            await self._deny_the_rest()
            if self.server.engine == "postgres":
                self.server.run(self.server.admin_url, _AS_BEFORE)
            for text in kind.undo:
                self.server.run(self.server.admin_url, text.replace("{database}", place.name))
            self.server.drop_database(place.url)

    async def _deny_the_rest(self) -> None:
        """Leave nothing waiting: what went back to the reviewers would fill their list."""
        desk, reviewer = self.rig.services.desk, await self.rig.principal("rae")
        for request in await desk.list_requests(reviewer):
            if request.context.target == self.target and request.is_open:
                with contextlib.suppress(BastionError):
                    await desk.decide(reviewer, request.id, approve=False, reason="x")

    async def _over_exec(
        self, target: str, ask: str, change: Change, *, who: str = "ann", is_late: bool = False
    ) -> Finished:
        """Leave it pending; change after the yes; run it from another session."""
        desk = self.rig.services.desk
        async with self.rig.runner(who, target, front_end="exec") as runner:
            held = await last(runner.execute(ask, options=RunOptions(wait_s=0)))
        if held.status is not Status.PENDING:
            return held
        reviewer = await self.rig.principal("rae")
        approved = await desk.decide(reviewer, held.request_id, approve=True, reason="x")
        if not is_late:
            await asyncio.to_thread(change.make)
        async with self.rig.runner(who, target, front_end="exec") as runner:
            running = asyncio.get_running_loop().create_task(
                last(runner.resume(approved, options=RunOptions(wait_s=0)))
            )
            if is_late:
                await asyncio.to_thread(change.make_while_waited_for, ask, running.done)
            return await running

    async def _by_an_agent(self, target: str, ask: str, change: Change) -> Finished:
        return await self._over_exec(target, ask, change, who="robo")

    async def _late(self, target: str, ask: str, change: Change) -> Finished:
        """Change it once its own transaction is open, and waits for a lock."""
        return await self._over_exec(target, ask, change, is_late=True)

    async def _in_a_block(self, target: str, ask: str, change: Change) -> Finished:
        """Wait for it inside a transaction of the person's own."""
        return await self._in_shell(target, ask, change, in_block=True)

    async def _in_shell(
        self, target: str, ask: str, change: Change, *, in_block: bool = False
    ) -> Finished:
        """Wait for it; change before the yes that it waits for; deny what is asked again."""
        async with (
            self._deciding(target, lambda: asyncio.to_thread(change.make)) as deciding,
            self.rig.runner("ann", target) as runner,
        ):
            for text in change.kind.own:
                await collect(runner, text)
            if in_block:
                await collect(runner, "begin")
            running = asyncio.get_running_loop().create_task(
                last(runner.execute(ask, options=RunOptions()))
            )
            await asyncio.wait({running, deciding}, return_when=asyncio.FIRST_COMPLETED)
            if deciding.done():
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await running
                deciding.result()
            finished = await running
            if in_block:
                await collect(runner, "commit")
            return finished

    @contextlib.asynccontextmanager
    async def _deciding(
        self, target: str, first: Callable[[], Awaitable[None]]
    ) -> AsyncIterator[asyncio.Task[None]]:
        """Approve the first request for a target once something was done, and deny the others."""
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
                        await first()
                    await desk.decide(reviewer, request.id, approve=not decided, reason="x")
                    decided += 1
                await arrived.get()

        deciding = asyncio.get_running_loop().create_task(decide())
        try:
            yield deciding
        finally:
            stop()
            deciding.cancel()
            with contextlib.suppress(asyncio.CancelledError, KeptOutError):
                await deciding


async def last(events: AsyncIterator[PipelineEvent]) -> Finished:
    """Take events to the end, and give how it ended."""
    found = [event async for event in events][-1]
    assert isinstance(found, Finished)
    return found
