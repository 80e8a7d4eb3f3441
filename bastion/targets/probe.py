"""What ``target test`` finds: is it there, is it safe, and is the role no stronger than needed.

The last fence is the database's own: a role that owns the tables can drop them whatever the
bastion thinks, so ownership fails loudly here, before anybody queries.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import psycopg
import pymysql  # type: ignore[import-untyped]

from bastion.core.model import Engine, Target
from bastion.errors import TargetUnavailableError
from bastion.execution.ports import Clock
from bastion.targets.connectors import MySQLConnector, PostgresConnector, open_connector
from bastion.targets.mysql import Login
from bastion.targets.secrets import TargetUrl

_CLOCK_SKEW_MAX_S = 5.0


class Severity(enum.Enum):
    """How much a finding matters."""

    OK = "ok"
    ADVICE = "advice"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One sentence about a target."""

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReport:
    """All that one probe found, the worst first."""

    target: str
    is_reachable: bool
    server_version: str = ""
    role: str = ""
    reader_role: str = ""
    uses_tls: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Tell whether the target should not be used as it is."""
        return any(finding.severity is Severity.FAILURE for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Login:
    """What one login told."""

    role: str
    version: str
    uses_tls: bool
    server_time_s: float
    powers: dict[str, int]
    ways: _Ways


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    """How somebody could reach the database without the bastion."""

    listens_on: str
    """The server's own setting; empty: unix sockets only."""
    others: tuple[str, ...] | None
    """A few of the other accounts that may log in here; None: this role may not see them."""
    other_count: int = 0
    is_open_to_all: bool = False
    """Every account may use this database, or this account may come from every host."""


_ORDER = (Severity.FAILURE, Severity.WARNING, Severity.ADVICE, Severity.OK)

_POSTGRES = """
SELECT current_user::text, pg_catalog.current_setting('server_version'),
       extract(epoch FROM pg_catalog.clock_timestamp())::text,
       r.rolsuper::int::text, r.rolcreatedb::int::text, r.rolcreaterole::int::text,
       r.rolreplication::int::text, r.rolbypassrls::int::text,
       (SELECT count(*) FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f') AND c.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
          AND pg_catalog.pg_has_role(current_user, c.relowner, 'USAGE'))::text,
       (SELECT count(*) FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'f') AND c.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
          AND pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))::text,
       (SELECT count(*) FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
          AND pg_catalog.has_table_privilege(c.oid, 'TRUNCATE'))::text,
       (SELECT count(*) FROM pg_catalog.pg_namespace n
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND pg_catalog.has_schema_privilege(n.oid, 'CREATE'))::text,
       (SELECT count(*) FROM pg_catalog.pg_roles m
        WHERE m.rolname IN ('pg_read_server_files', 'pg_write_server_files',
                            'pg_execute_server_program', 'pg_signal_backend', 'pg_write_all_data')
          AND pg_catalog.pg_has_role(current_user, m.oid, 'USAGE'))::text
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
"""
_POSTGRES_POWERS = (
    "superuser", "createdb", "createrole", "replication", "bypassrls", "owned", "writable",
    "truncate", "create", "server",
)  # fmt: skip
_POSTGRES_WAYS = """
SELECT pg_catalog.current_setting('listen_addresses'),
       pg_catalog.has_database_privilege('public', pg_catalog.current_database(), 'CONNECT')::text,
       (SELECT count(*) FROM others)::text,
       coalesce((SELECT pg_catalog.string_agg(rolname, E'\\x01')
                 FROM (SELECT rolname FROM others ORDER BY rolname LIMIT 5) few), '')
FROM (SELECT 1) one
"""
_POSTGRES_OTHERS = """
WITH others AS (
    SELECT rolname FROM pg_catalog.pg_roles
    WHERE rolcanlogin AND rolname <> current_user
      AND (rolvaliduntil IS NULL OR rolvaliduntil > pg_catalog.now())
      AND pg_catalog.has_database_privilege(oid, pg_catalog.current_database(), 'CONNECT')
)
"""
_MYSQL_OTHERS = (
    "SELECT CONCAT(user, '@', host) FROM mysql.user "
    "WHERE CONCAT(user, '@', host) <> CURRENT_USER() AND user NOT LIKE 'mysql.%' "
    "AND user NOT LIKE 'mariadb.%' ORDER BY 1"
)
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_FEW = 5
_MYSQL_STRONG = {
    "superuser": frozenset({"SUPER", "ALL PRIVILEGES", "SYSTEM_VARIABLES_ADMIN"}),
    "server": frozenset({"FILE", "PROCESS", "RELOAD", "SHUTDOWN", "CONNECTION ADMIN"}),
    "createrole": frozenset({"CREATE USER"}),
    "replication": frozenset({"REPLICATION SLAVE", "REPLICATION CLIENT", "BINLOG MONITOR"}),
    "owned": frozenset({"DROP", "ALTER", "ALL PRIVILEGES"}),
    "create": frozenset({"CREATE", "CREATE VIEW", "CREATE ROUTINE", "INDEX"}),
    "writable": frozenset({"INSERT", "UPDATE", "DELETE", "DROP", "ALL PRIVILEGES"}),
}


async def probe_target(
    target: Target, *, url: TargetUrl, reader_url: TargetUrl | None = None, clock: Clock
) -> ProbeReport:
    """Log in with each role and tell what it could do; changes nothing and never raises."""
    try:
        main = await _inspect(target, url)
        reader = await _inspect(target, reader_url) if reader_url is not None else None
    except TargetUnavailableError as error:
        finding = Finding(severity=Severity.FAILURE, text=error.message)
        return ProbeReport(target=target.name, is_reachable=False, findings=(finding,))
    findings = [
        *_about_connection(url, main),
        *_about_role(main, target.engine),
        *_about_reader(main, reader),
        *_about_ways(target, main, reader),
        *_about_time(main, clock.now().timestamp()),
    ]
    findings.sort(key=lambda finding: _ORDER.index(finding.severity))
    return ProbeReport(
        target=target.name,
        is_reachable=True,
        server_version=main.version,
        role=main.role,
        reader_role=reader.role if reader is not None else "",
        uses_tls=main.uses_tls,
        findings=tuple(findings),
    )


async def _inspect(target: Target, url: TargetUrl) -> _Login:
    match open_connector(target, url=url):
        case PostgresConnector() as connector:
            return await _inspect_postgres(connector)
        case MySQLConnector() as mysql_connector:
            return await _inspect_mysql(mysql_connector)


async def _inspect_postgres(connector: PostgresConnector) -> _Login:
    link = await connector.open_link("bastion:test")
    try:
        result = await link.command(_POSTGRES)
        cells = [(result.get_value(0, place) or b"").decode() for place in range(result.nfields)]
        found = await link.command(_POSTGRES_OTHERS + _POSTGRES_WAYS)
        ways = [(found.get_value(0, place) or b"").decode() for place in range(found.nfields)]
        return _Login(
            role=cells[0],
            version=f"PostgreSQL {cells[1]}",
            uses_tls=link.uses_tls,
            server_time_s=float(cells[2]),
            powers=dict(zip(_POSTGRES_POWERS, map(int, cells[3:]), strict=True)),
            ways=_Ways(
                listens_on=ways[0],
                is_open_to_all=ways[1] == "true",
                other_count=int(ways[2]),
                others=tuple(name for name in ways[3].split("\x01") if name),
            ),
        )
    except psycopg.Error as error:
        raise TargetUnavailableError(
            "The target answers, but it cannot be examined.", detail=type(error).__name__
        ) from None
    finally:
        await link.close()


async def _inspect_mysql(connector: MySQLConnector) -> _Login:
    login = await connector.open_login("bastion:test")
    wire = login.wire
    try:
        who = await login.call(
            lambda: wire.command("SELECT CURRENT_USER(), UNIX_TIMESTAMP(NOW(6))")
        )
        grants = await login.call(lambda: wire.command("SHOW GRANTS"))
        return _Login(
            role=(who[0][0] or b"").decode(),
            version=wire.server_version,
            uses_tls=wire.uses_tls,
            server_time_s=float(who[0][1] or 0),
            powers=_powers([(row[0] or b"").decode(errors="replace") for row in grants]),
            ways=await _mysql_ways(login, (who[0][0] or b"").decode()),
        )
    except pymysql.MySQLError as error:
        raise TargetUnavailableError(
            "The target answers, but it cannot be examined.", detail=type(error).__name__
        ) from None
    finally:
        await login.close()


async def _mysql_ways(login: Login, account: str) -> _Ways:
    wire = login.wire
    address = await login.call(lambda: wire.command("SELECT @@bind_address"))
    try:
        rows = await login.call(lambda: wire.command(_MYSQL_OTHERS))
        others = [(row[0] or b"").decode(errors="replace") for row in rows]
    except pymysql.MySQLError:
        others = None
    return _Ways(
        listens_on=(address[0][0] or b"*").decode() or "*",
        others=None if others is None else tuple(others[:_FEW]),
        other_count=len(others or ()),
        is_open_to_all=account.endswith("@%"),
    )


def _powers(grants: list[str]) -> dict[str, int]:
    """Read SHOW GRANTS; a password hash in it is never kept."""
    powers = dict.fromkeys(_MYSQL_STRONG, 0)
    for grant in grants:
        words = grant.removeprefix("GRANT ").partition(" ON ")
        held = {word.strip() for word in words[0].split(",")}
        is_global = words[2].startswith("*.*")
        for power, names in _MYSQL_STRONG.items():
            if power in {"superuser", "server", "createrole", "replication"} and not is_global:
                continue
            powers[power] += int(not held.isdisjoint(names))
    return powers


def _about_connection(url: TargetUrl, login: _Login) -> list[Finding]:
    if url.is_local:
        return [Finding(severity=Severity.OK, text=f"Reached on this machine; {login.version}.")]
    if url.is_relaxed:
        return [
            Finding(
                severity=Severity.WARNING,
                text=f"The URL relaxes TLS to {url.tls_mode.value}: whoever is on the way can "
                "read and change what passes. Use verify-full.",
            )
        ]
    return [Finding(severity=Severity.OK, text=f"Reached over verified TLS; {login.version}.")]


def _about_role(login: _Login, engine: Engine) -> list[Finding]:
    role, powers = login.role, login.powers
    findings = []
    if powers["superuser"]:
        findings.append((Severity.FAILURE, f"{role} is a superuser: no fence holds it. Use a role "
                         "that may select, insert, update and delete."))  # fmt: skip
    if powers["owned"] and not powers["superuser"]:
        text = (
            f"{role} owns {powers['owned']} tables or views, so it can drop them. Use a role that "
            "owns nothing."
            if engine is Engine.POSTGRESQL
            else f"{role} may DROP or ALTER tables. Revoke both."
        )
        findings.append((Severity.FAILURE, text))
    if powers["server"]:
        findings.append((Severity.WARNING, f"{role} may reach the server's files, programs or "
                         "other sessions. Revoke that."))  # fmt: skip
    for power, word in (
        ("createrole", "create roles"),
        ("createdb", "create databases"),
        ("replication", "replicate"),
        ("bypassrls", "bypass row level security"),
    ):
        if powers.get(power) and not powers["superuser"]:
            findings.append((Severity.WARNING, f"{role} may {word}. Revoke that."))
    if powers.get("truncate") and not powers["superuser"] and not powers["owned"]:
        findings.append((Severity.WARNING, f"{role} may TRUNCATE {powers['truncate']} tables, "
                         "which empties them at once. Revoke TRUNCATE."))  # fmt: skip
    if powers["create"] and not powers["superuser"]:
        findings.append((Severity.ADVICE, f"{role} may create objects. Revoke CREATE unless "
                         "engineers need it."))  # fmt: skip
    if not findings:
        findings.append((Severity.OK, f"{role} owns nothing and has no special power."))
    findings.append((Severity.OK, _abilities(login, engine)))
    return [Finding(severity=severity, text=text) for severity, text in findings]


def _abilities(login: _Login, engine: Engine) -> str:
    """Say in one sentence what statements of this role could do at most."""
    powers = login.powers
    if powers["superuser"]:
        return f"What {login.role} can do: everything."
    where = f" of {powers['writable']} tables and views" if engine is Engine.POSTGRESQL else ""
    words = [f"change rows{where}" if powers["writable"] else "change no rows"]
    for power, word in (
        ("create", "create objects"),
        ("truncate", "empty tables"),
        ("owned", "alter and drop tables"),
        ("server", "reach files, programs or other sessions of the server"),
    ):
        if powers.get(power):
            words.append(word)
    return f"What {login.role} can do: read what it is granted, {', '.join(words)}."


def _about_reader(main: _Login, reader: _Login | None) -> list[Finding]:
    if reader is None:
        return [
            Finding(
                severity=Severity.ADVICE,
                text="There is no second role for reading. Make one that may only SELECT and give "
                "it with --reader-url: then no read can change anything, whatever it is.",
            )
        ]
    if reader.role == main.role:
        text = "The reader's role is the same as the first one. Give it one that may only SELECT."
        return [Finding(severity=Severity.FAILURE, text=text)]
    strong = [power for power in ("superuser", "owned", "writable") if reader.powers[power]]
    if strong:
        text = f"The reader {reader.role} can do more than SELECT. Revoke what it does not need."
        return [Finding(severity=Severity.FAILURE, text=text)]
    return [Finding(severity=Severity.OK, text=f"Reads run as {reader.role}, which only selects.")]


def _about_ways(target: Target, main: _Login, reader: _Login | None) -> list[Finding]:
    """Tell whether engineers could reach the database without the bastion, and what to change."""
    ways, place = main.ways, f"{target.host}:{target.port}"
    findings = []
    if _is_local(ways.listens_on):
        text = (
            f"The server listens on {ways.listens_on or 'a socket file'} only: to go round the "
            "bastion, somebody must be on its machine. Let nobody but the bastion log in to that."
        )
        findings.append((Severity.OK, text))
    else:
        text = (
            f"The server listens on {ways.listens_on}: whoever can reach {place} and has an "
            "account there goes round the bastion. Let the firewall"
            + (" and pg_hba.conf" if target.engine is Engine.POSTGRESQL else "")
            + " admit the bastion's address only."
        )
        findings.append((Severity.WARNING, text))
    findings.append(_about_others(target, main, reader))
    if ways.is_open_to_all:
        findings.append((Severity.ADVICE, _open_to_all(target, main)))
    return [Finding(severity=severity, text=text) for severity, text in findings]


def _about_others(target: Target, main: _Login, reader: _Login | None) -> tuple[Severity, str]:
    ways = main.ways
    if ways.others is None:
        return Severity.ADVICE, (
            f"{main.role} may not see which other accounts there are. Ask the database's "
            "administrator: any that engineers know the password of goes round the bastion."
        )
    own = reader.role if reader is not None else ""
    count = ways.other_count - (own in ways.others)
    names = [name for name in ways.others if name != own]
    if not count:
        return Severity.OK, f"No account but the bastion's own may log in to {target.database}."
    more = f" and {count - len(names)} more" if count > len(names) else ""
    return Severity.WARNING, (
        f"{count} other {'account' if count == 1 else 'accounts'} may log in to {target.database}: "
        f"{', '.join(names)}{more}. Engineers who know a password of these go round the "
        "bastion. Change the passwords, or take the right to log in away."
    )


def _open_to_all(target: Target, login: _Login) -> str:
    if target.engine is Engine.POSTGRESQL:
        return (
            f"Every role may connect to {target.database}. REVOKE CONNECT ON DATABASE "
            f"{target.database} FROM PUBLIC, and grant it to those that need it."
        )
    user = login.role.rpartition("@")[0]
    return (
        f"{login.role} may log in from every host. RENAME USER '{user}'@'%' TO '{user}'@'ADDRESS' "
        "with the bastion's address."
    )


def _is_local(listens_on: str) -> bool:
    return all(one.strip() in _LOCAL for one in listens_on.split(",") if one.strip())


def _about_time(login: _Login, now_s: float) -> list[Finding]:
    skew_s = abs(login.server_time_s - now_s)
    if skew_s <= _CLOCK_SKEW_MAX_S:
        return []
    text = f"The server's clock is {skew_s:.0f} s off the bastion's. Set both by NTP."
    return [Finding(severity=Severity.WARNING, text=text)]
