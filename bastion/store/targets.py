"""The targets that administrators have added, with their credentials sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import sqlalchemy as sa

from bastion.core.model import Engine, Environment, Target
from bastion.errors import UsageError
from bastion.store.base import Shelf, note_change
from bastion.store.names import check_target_name
from bastion.store.schema import column_classes, column_overrides, targets
from bastion.store.tokens import forget_target

TOPIC = "targets"
"""Changes of targets; the key is the name."""

_PORTS = {Engine.POSTGRESQL: 5432, Engine.MYSQL: 3306}
_SCHEMES = {
    "postgresql": Engine.POSTGRESQL,
    "postgres": Engine.POSTGRESQL,
    "mysql": Engine.MYSQL,
    "mariadb": Engine.MYSQL,
}
_SECRET_PARAMETERS = ("password", "sslpassword")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTarget:
    """A target as it is stored, without its passwords."""

    target: Target
    url: str
    """With the role's name, without a password."""
    reader_url: str
    """Of a role that can only SELECT; empty for none."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSecret:
    """The passwords of a target's roles; empty where the server asks for none."""

    password: str = field(repr=False)
    reader_password: str = field(repr=False)


class TargetRecords(Shelf):
    """Adds, lists and removes targets."""

    async def add_target(
        self,
        name: str,
        *,
        environment: Environment,
        url: str,
        password: str = "",
        reader_url: str = "",
        reader_password: str = "",
    ) -> Target:
        """Add a target; passwords inside the URLs are taken out of them and sealed.

        Args:
            url: ``postgresql://…`` or ``mysql://…``.
            password: instead of one in ``url``.
            reader_url: of a role that can only SELECT, at the same server.

        Raises:
            UsageError: the name cannot be used or is taken, or a URL cannot be understood.
        """
        check_target_name(name)
        clean_url, url_password = _take_password(url)
        clean_reader, reader_url_password = _take_password(reader_url) if reader_url else ("", "")
        target = _read_target(name, environment, clean_url, has_reader=bool(reader_url))
        if clean_reader and _engine(clean_reader) is not target.engine:
            raise UsageError("The reader's URL is of another engine than the target's.")
        row = {
            "name": name,
            "engine": target.engine.value,
            "environment": environment.value,
            "host": target.host,
            "port": target.port,
            "database": target.database,
            "url": clean_url,
            "reader_url": clean_reader,
            "created_at": self._clock.now(),
        }

        def work(connection: sa.Connection) -> Target:
            known = sa.select(targets.c.name).where(targets.c.name == name)
            if connection.scalar(known) is not None:
                raise UsageError(f"There is a target named {name} already. Choose another name.")
            secrets = {
                "password": self._sealed(name, "password", password or url_password),
                "reader_password": self._sealed(
                    name, "reader_password", reader_password or reader_url_password
                ),
            }
            connection.execute(targets.insert().values(row | secrets))
            note_change(connection, TOPIC, name)
            return target

        return await self._database.write(work)

    async def remove_target(self, name: str) -> None:
        """Forget a target and its credentials.

        Raises:
            UsageError: there is no such target.
        """

        def work(connection: sa.Connection) -> None:
            if connection.execute(targets.delete().where(targets.c.name == name)).rowcount == 0:
                raise _unknown(name)
            forget_target(connection, name)
            connection.execute(column_overrides.delete().filter_by(target=name))
            connection.execute(column_classes.delete().filter_by(target=name))
            note_change(connection, TOPIC, name)

        await self._database.write(work)

    async def list_targets(self) -> Sequence[StoredTarget]:
        """List all targets in order of name."""
        query = targets.select().order_by(targets.c.name)
        return await self._database.read(
            lambda connection: [_stored(row) for row in connection.execute(query)]
        )

    async def get_target(self, name: str) -> StoredTarget | None:
        """Find a target by its exact name."""
        query = targets.select().where(targets.c.name == name)

        def work(connection: sa.Connection) -> StoredTarget | None:
            row = connection.execute(query).one_or_none()
            return None if row is None else _stored(row)

        return await self._database.read(work)

    async def get_target_secret(self, name: str) -> TargetSecret:
        """Open the passwords of a target, for its connector alone.

        Raises:
            UsageError: there is no such target.
            StoreError: the root key is another one than it was sealed with.
        """
        query = targets.select().where(targets.c.name == name)

        def work(connection: sa.Connection) -> TargetSecret:
            row = connection.execute(query).one_or_none()
            if row is None:
                raise _unknown(name)
            return TargetSecret(
                password=self._opened(name, "password", row.password),
                reader_password=self._opened(name, "reader_password", row.reader_password),
            )

        return await self._database.read(work)

    def _sealed(self, name: str, column: str, secret: str) -> bytes | None:
        if not secret:
            return None
        return self._box.seal(secret.encode(), table="targets", record=name, field=column)

    def _opened(self, name: str, column: str, sealed: bytes | None) -> str:
        if sealed is None:
            return ""
        return self._box.open(sealed, table="targets", record=name, field=column).decode()


def without_password(url: str) -> str:
    """Give a URL as it is stored."""
    return _take_password(url)[0] if url else ""


def _take_password(url: str) -> tuple[str, str]:
    """Split a URL into itself without any password, and the password."""
    try:
        parts = urlsplit(url)
        password = unquote(parts.password or "")
    except ValueError as error:
        raise UsageError(
            "The URL cannot be understood. Write postgresql://role@host/db."
        ) from error
    userinfo, at, place = parts.netloc.rpartition("@")
    netloc = userinfo.partition(":")[0] + at + place
    kept = []
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name.lower() in _SECRET_PARAMETERS:
            password = password or value
        else:
            kept.append((name, value))
    return urlunsplit(parts._replace(netloc=netloc, query=urlencode(kept))), password


def _engine(url: str) -> Engine:
    engine = _SCHEMES.get(urlsplit(url).scheme)
    if engine is None:
        raise UsageError("The URL must begin with postgresql:// or mysql://.")
    return engine


def _read_target(name: str, environment: Environment, url: str, *, has_reader: bool) -> Target:
    engine = _engine(url)
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    try:
        port = parts.port or int(query.get("port", _PORTS[engine]))
    except ValueError as error:
        raise UsageError("The port in the URL is no number from 1 to 65535.") from error
    database = unquote(parts.path.lstrip("/")) or query.get("dbname", "")
    if not database:
        raise UsageError("The URL names no database. Write postgresql://role@host/database.")
    host = parts.hostname or query.get("host") or query.get("unix_socket") or "localhost"
    return Target(
        name=name,
        engine=engine,
        environment=environment,
        host=unquote(host),
        port=port,
        database=database,
        has_reader=has_reader,
    )


def _stored(row: sa.Row[tuple[object, ...]]) -> StoredTarget:
    return StoredTarget(
        target=Target(
            name=row.name,
            engine=Engine(row.engine),
            environment=Environment(row.environment),
            host=row.host,
            port=row.port,
            database=row.database,
            has_reader=bool(row.reader_url),
        ),
        url=row.url,
        reader_url=row.reader_url,
        created_at=row.created_at,
    )


def _unknown(name: str) -> UsageError:
    return UsageError(f"There is no target '{name}'. `bastion target list` shows them.")
