"""One connector per target: it logs sessions in and shares the catalogue among them."""

from __future__ import annotations

import abc
import asyncio
import dataclasses
import functools
import logging
import re
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pymysql  # type: ignore[import-untyped]

from bastion.core.carry import KnownClass
from bastion.core.catalogue import Catalogue, Declaration, Relation
from bastion.core.model import Engine, Origin, Target
from bastion.errors import TargetUnavailableError
from bastion.execution.ports import ClassMemory
from bastion.targets import mysql_catalogue, mysql_errors, postgres_catalogue
from bastion.targets.libpq import Link, open_link
from bastion.targets.mysql import REFUSED_MODES, Login, MySQLConnection
from bastion.targets.mysql_wire import PROTOCOL_ERRORS, Wire, open_wire
from bastion.targets.postgres import Pins, PostgresConnection
from bastion.targets.postgres_errors import translate_login_error
from bastion.targets.postgres_types import OWN_SCHEMA, type_rows
from bastion.targets.scan import ScanPlan
from bastion.targets.secrets import TargetUrl
from bastion.targets.shared import ConnectorSettings, SharedCatalogue

log = logging.getLogger(__name__)

_PINS = """
SELECT pg_catalog.set_config('standard_conforming_strings', 'on', false),
       pg_catalog.set_config('client_encoding', 'UTF8', false),
       pg_catalog.set_config('DateStyle', 'ISO', false),
       pg_catalog.set_config('bytea_output', 'hex', false),
       pg_catalog.set_config('transform_null_equals', 'off', false),
       pg_catalog.set_config('row_security', 'on', false),
       pg_catalog.set_config('statement_timeout', $1, false),
       pg_catalog.set_config('lock_timeout', '5s', false),
       pg_catalog.set_config('idle_in_transaction_session_timeout', $2, false)
"""
_WHO = (
    "SELECT current_user::pg_catalog.text,"
    " pg_catalog.array_to_string(pg_catalog.current_schemas(false), E'\\x01')"
)
_TYPES = (
    f"SELECT t.oid::pg_catalog.text, t.typname, {OWN_SCHEMA} FROM pg_catalog.pg_type t"  # noqa: S608
    " LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid"
    " WHERE (t.typtype <> 'c' OR c.relkind = 'c') AND t.typname !~ '^_?pg_'"
)


_SET_PATH = "SELECT pg_catalog.set_config('search_path', $1, false)"
_MODE = "SELECT @@SESSION.sql_mode"
_MYSQL_WHO = "SELECT CURRENT_USER(), DATABASE()"
LOGIN_WORDS = frozenset({_PINS, _WHO, _TYPES, _SET_PATH, _MODE, _MYSQL_WHO})
"""What a login of ours sends before its first statement."""
MYSQL_PINS = re.compile(
    r"SET SESSION sql_mode = '[A-Z_,]*'"
    r"(?:, idle_transaction_timeout = \d+)? /\* (?P<application>[\w:.@+-]+) \*/"
)
"""A login's pins at MySQL; the comment tells in the server's own log whose session it is."""


class _Connector(abc.ABC):
    """What connectors to both engines do alike: they know the target and share its catalogue."""

    def __init__(
        self,
        target: Target,
        *,
        url: TargetUrl,
        reader_url: TargetUrl | None = None,
        settings: ConnectorSettings | None = None,
        declared: Sequence[Declaration] = (),
        memory: ClassMemory | None = None,
    ) -> None:
        """Prepare; nothing is opened yet."""
        self._target = target
        self._url = url
        self._reader_url = reader_url
        self._settings = settings or ConnectorSettings()
        self._shared = SharedCatalogue(
            self._fetch_as,
            settings=self._settings,
            declared=declared,
            memory=memory,
        )

    async def _fetch_as(self, plan: ScanPlan) -> Catalogue:
        """Read everything, and say as whom sessions log in."""
        urls = [url for url in (self._url, self._reader_url) if url is not None]
        found = await self._fetch(plan)
        return dataclasses.replace(found, logins=frozenset(url.user for url in urls))

    @property
    def target(self) -> Target:
        """Give the target it connects to."""
        return self._target

    async def catalogue(self) -> Catalogue:
        """Give the snapshot, fetched on first use."""
        return await self._shared.get()

    async def refresh(self, relations: frozenset[tuple[str, str]] | None = None) -> Catalogue:
        """Fetch and classify again, all or some relations."""
        return await self._shared.refresh(relations)

    async def declare(self, declared: Sequence[Declaration]) -> None:
        """Take over what people said that columns hold, and look again at these."""
        await self._shared.declare(declared)

    async def carry(self, carried: Sequence[KnownClass]) -> None:
        """Remember classes that a statement is about to bring into stored columns."""
        await self._shared.carry(carried)

    async def recall(self) -> None:
        """Take over what other processes have remembered since."""
        await self._shared.recall()

    async def close(self) -> None:
        """Drop what is shared."""
        self._shared.forget()

    @abc.abstractmethod
    async def _fetch(self, plan: ScanPlan) -> Catalogue:
        """Read everything over one login of its own."""


class PostgresConnector(_Connector):
    """Opens logins to one PostgreSQL database; implements ``Connector`` and ``ServerTypes``."""

    def __init__(
        self,
        target: Target,
        *,
        url: TargetUrl,
        reader_url: TargetUrl | None = None,
        settings: ConnectorSettings | None = None,
        declared: Sequence[Declaration] = (),
        memory: ClassMemory | None = None,
    ) -> None:
        """Prepare; nothing is opened yet."""
        super().__init__(
            target,
            url=url,
            reader_url=reader_url,
            settings=settings,
            declared=declared,
            memory=memory,
        )
        self._type_names: dict[int, str] = {}
        self._relations_by_oid: Mapping[int, Relation] = {}
        self._shared.on_change = self._note_relations

    async def connect(self, application: str) -> PostgresConnection:
        """Log in, as the reader role too where there is one."""
        link = await self._open(self._url, application)
        try:
            if not self._type_names:
                self.learn_types(dict(type_rows(await link.command(_TYPES))))
            reader = None
            who = await link.command(_WHO)
            schemas = (who.get_value(0, 1) or b"").decode()
            if self._reader_url is not None:
                reader = await self._open_reader(self._reader_url, application, schemas)
        except psycopg.Error as error:
            link.abandon()
            raise translate_login_error(error, place=self._url.place) from None
        except BaseException:
            link.abandon()
            raise
        return PostgresConnection(
            link,
            role=(who.get_value(0, 0) or b"").decode(),
            types=self,
            pins=self._pins,
            open_beside=functools.partial(self._open, self._url, application),
            search_path=tuple(schemas.split("\x01")) if schemas else (),
            reader=reader,
        )

    def type_name(self, oid: int) -> str:
        """Give a type's name; a type made since login has its number only."""
        return self._type_names.get(oid, f"type {oid}")

    def origin(self, table_oid: int, number: int) -> Origin | None:
        """Give the stored column; one of a relation made since the scan names nothing known."""
        if table_oid == 0 or number == 0:
            return None
        relation = self._relations_by_oid.get(table_oid)
        for column in relation.columns if relation is not None else ():
            if relation is not None and column.number == number:
                return Origin(
                    schema=relation.schema,
                    relation=relation.name,
                    column=column.name,
                    is_sound=True,
                )
        # Not None: that would read as an expression. What is not in the catalogue is masked.
        return Origin(
            schema="", relation=f"oid {table_oid}", column=f"column {number}", is_sound=True
        )

    def unknown_types(self, oids: Collection[int]) -> list[int]:
        """Name the types that were made since the last look."""
        return [oid for oid in oids if oid not in self._type_names]

    def learn_types(self, names: Mapping[int, str]) -> None:
        """Remember types that a session has just seen."""
        self._type_names.update(names)

    async def _open_reader(self, url: TargetUrl, application: str, schemas: str) -> Link | None:
        """Log in as the reader; None when bare names would not mean the same to it.

        A schema that the reader may not use is silently left out of the search, and then a name
        means another table than the one that was judged.
        """
        reader = await self._open(url, application)
        path = ", ".join('"' + name.replace('"', '""') + '"' for name in schemas.split("\x01"))
        try:
            await reader.command(_SET_PATH, path if schemas else "")
            seen = (await reader.command(_WHO)).get_value(0, 1) or b""
        except BaseException:
            reader.abandon()
            raise
        if seen.decode() == schemas:
            return reader
        log.warning("target.reader_unused", extra={"target": self._target.name})
        await reader.close()
        return None

    async def open_link(self, application: str) -> Link:
        """Log in as the first role, for ``target test``; the caller closes it."""
        return await self._open(self._url, application)

    @property
    def _pins(self) -> Pins:
        idle_s = self._settings.idle_in_transaction_s
        limits = (self._settings.default_timeout_s, idle_s)
        return Pins(
            sql=_PINS,
            values=tuple(str(round(limit * 1000)) for limit in limits),
            idle_in_transaction_s=idle_s,
        )

    async def _open(self, url: TargetUrl, application: str) -> Link:
        try:
            link = await open_link(url, application=application)
        except (psycopg.Error, OSError, TimeoutError) as error:
            raise translate_login_error(error, place=url.place) from None
        try:
            await link.command(self._pins.sql, *self._pins.values)
        except psycopg.Error as error:
            link.abandon()
            raise translate_login_error(error, place=url.place) from None
        return link

    async def _fetch(self, plan: ScanPlan) -> Catalogue:
        link = await self._open(self._url, "bastion:catalogue")
        try:
            return await postgres_catalogue.fetch(
                link, plan=plan, has_reader=self._reader_url is not None
            )
        except psycopg.Error as error:
            raise _unread(error, error.sqlstate or "") from None
        finally:
            await link.close()

    def _note_relations(self, catalogue: Catalogue) -> None:
        self._relations_by_oid = {
            relation.oid: relation for relation in catalogue.relations.values() if relation.oid
        }


class MySQLConnector(_Connector):
    """Opens logins to one MySQL or MariaDB server; implements ``Connector``."""

    async def connect(self, application: str) -> MySQLConnection:
        """Log in, as the reader role too where there is one."""
        login = await self._open(self._url, application)
        try:
            reader = None
            if self._reader_url is not None:
                reader = await self._open(self._reader_url, application)
            who = await login.call(lambda: login.wire.command(_MYSQL_WHO))
        except BaseException:
            await login.close()
            raise
        return MySQLConnection(
            login,
            role=(who[0][0] or b"").decode(),
            database=(who[0][1] or b"").decode(),
            reader=reader,
        )

    async def open_login(self, application: str) -> Login:
        """Log in as the first role, for ``target test``; the caller closes it."""
        return await self._open(self._url, application)

    async def _open(self, url: TargetUrl, application: str) -> Login:
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mysql")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(url.connect_timeout_s + 5):
                wire = await loop.run_in_executor(thread, lambda: self._login(url, application))
        except (pymysql.MySQLError, OSError, TimeoutError, *PROTOCOL_ERRORS) as error:
            thread.shutdown(wait=False)
            raise mysql_errors.translate_login_error(error, place=url.place) from None

        def kill(thread_id: int) -> None:
            killer = open_wire(url, application="bastion:kill")
            try:
                killer.command(f"KILL QUERY {thread_id:d}")
            finally:
                killer.close()

        return Login(wire, thread, kill)

    def _login(self, url: TargetUrl, application: str) -> Wire:
        wire = open_wire(url, application=application)
        try:
            modes = (wire.command(_MODE)[0][0] or b"").decode().split(",")
            kept = [mode for mode in modes if mode and mode.lower() not in REFUSED_MODES]
            if "STRICT_TRANS_TABLES" not in kept:
                kept.append("STRICT_TRANS_TABLES")
            settings = [f"sql_mode = {wire.quote(','.join(kept))}"]
            if wire.is_mariadb:
                idle_s = round(self._settings.idle_in_transaction_s)
                settings.append(f"idle_transaction_timeout = {idle_s}")
            # Its general log names no program: without this nobody could tell sessions apart.
            who = re.sub(r"[^\w:.@+-]", "_", application, flags=re.ASCII)
            wire.command(f"SET SESSION {', '.join(settings)} /* {who} */")
        except BaseException:
            wire.abandon()
            raise
        return wire

    async def _fetch(self, plan: ScanPlan) -> Catalogue:
        login = await self._open(self._url, "bastion:catalogue")
        try:
            return await mysql_catalogue.fetch(
                login,
                database=self._url.database,
                plan=plan,
            )
        except pymysql.MySQLError as error:
            raise _unread(error, str(error.args[:1])) from None
        finally:
            await login.close()


def open_connector(
    target: Target,
    *,
    url: TargetUrl,
    reader_url: TargetUrl | None = None,
    settings: ConnectorSettings | None = None,
    declared: Sequence[Declaration] = (),
    memory: ClassMemory | None = None,
) -> PostgresConnector | MySQLConnector:
    """Make the connector of a target's engine; nothing is opened yet."""
    kind = PostgresConnector if target.engine is Engine.POSTGRESQL else MySQLConnector
    return kind(
        target,
        url=url,
        reader_url=reader_url,
        settings=settings,
        declared=declared,
        memory=memory,
    )


def _unread(error: Exception, code: str) -> TargetUnavailableError:
    return TargetUnavailableError(
        "The target's catalogue could not be read, so nothing can be judged there. Check it with "
        "`bastion target test`.",
        detail=f"{type(error).__name__} {code}",
    )
