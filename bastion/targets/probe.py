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
    "create", "server",
)  # fmt: skip
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
        return _Login(
            role=cells[0],
            version=f"PostgreSQL {cells[1]}",
            uses_tls=link.uses_tls,
            server_time_s=float(cells[2]),
            powers=dict(zip(_POSTGRES_POWERS, map(int, cells[3:]), strict=True)),
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
        )
    except pymysql.MySQLError as error:
        raise TargetUnavailableError(
            "The target answers, but it cannot be examined.", detail=type(error).__name__
        ) from None
    finally:
        await login.close()


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
    if powers["create"] and not powers["superuser"]:
        findings.append((Severity.ADVICE, f"{role} may create objects. Revoke CREATE unless "
                         "engineers need it."))  # fmt: skip
    if not findings:
        findings.append((Severity.OK, f"{role} owns nothing and has no special power."))
    return [Finding(severity=severity, text=text) for severity, text in findings]


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


def _about_time(login: _Login, now_s: float) -> list[Finding]:
    skew_s = abs(login.server_time_s - now_s)
    if skew_s <= _CLOCK_SKEW_MAX_S:
        return []
    text = f"The server's clock is {skew_s:.0f} s off the bastion's. Set both by NTP."
    return [Finding(severity=Severity.WARNING, text=text)]
