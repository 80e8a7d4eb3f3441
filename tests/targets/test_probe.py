"""``target test`` tells the truth about roles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bastion.core.model import Engine, Environment, Target
from bastion.targets.probe import Severity, _about_ways, _Login, _Ways, probe_target
from bastion.targets.secrets import parse_target_url


class Clock:
    def __init__(self, ahead_s=0.0):
        self.ahead = timedelta(seconds=ahead_s)

    def now(self):
        return datetime.now(UTC) + self.ahead

    def monotonic(self):
        return 0.0


async def report_of(url, reader_url=None, ahead_s=0.0):
    parsed = parse_target_url(url)
    target = Target(
        name="t", engine=parsed.engine, environment=Environment.PRODUCTION, host=parsed.host,
        port=parsed.port, database=parsed.database,
    )  # fmt: skip
    reader = parse_target_url(reader_url) if reader_url else None
    return await probe_target(target, url=parsed, reader_url=reader, clock=Clock(ahead_s))


@pytest.fixture
def probe(request, engine):
    return request.getfixturevalue(f"probe_{engine}")


async def test_an_ordinary_role_with_a_reader_passes(server, probe):
    report = await report_of(server.app_url(probe), server.reader_url(probe))
    assert report.is_reachable
    assert not report.has_failed
    assert report.role.startswith("app")
    assert report.reader_role.startswith("reader")
    assert report.server_version
    assert any("only selects" in finding.text for finding in report.findings)


async def test_a_superuser_fails_loudly(probe):
    report = await report_of(probe)
    assert report.has_failed
    assert report.findings[0].severity is Severity.FAILURE
    assert "superuser" in report.findings[0].text


async def test_a_missing_reader_is_advised(server, probe):
    report = await report_of(server.app_url(probe))
    assert any("--reader-url" in finding.text for finding in report.findings)


async def test_a_reader_that_can_write_fails(server, probe):
    report = await report_of(probe, server.app_url(probe))
    assert any("more than SELECT" in finding.text for finding in report.findings)


async def test_an_owner_fails_loudly(postgres_server, probe_postgres):
    postgres_server.run(probe_postgres, "alter table t owner to app")
    report = await report_of(postgres_server.app_url(probe_postgres))
    assert report.has_failed
    assert "owns 1 tables" in report.findings[0].text


async def test_an_absent_server_is_said(probe):
    report = await report_of(probe.split("@")[0] + "@127.0.0.1:1/x")
    assert not report.is_reachable
    assert report.has_failed


async def test_a_clock_that_is_off_is_said(server, probe):
    report = await report_of(server.app_url(probe), ahead_s=120.0)
    assert any("clock" in finding.text for finding in report.findings)


async def texts(url: str, reader_url: str | None = None) -> str:
    return "\n".join(
        f"{one.severity.value}: {one.text}" for one in (await report_of(url, reader_url)).findings
    )


async def test_it_says_what_the_role_can_do(server, engine, probe):
    said = await texts(server.app_url(probe), server.reader_url(probe))
    assert "What app" in said
    assert "change rows" in said
    assert "drop tables" not in said
    assert "everything" in await texts(probe)


async def test_a_role_that_may_truncate_is_told_to_give_that_up(postgres_server, probe_postgres):
    url = postgres_server.app_url(probe_postgres)
    assert "TRUNCATE" not in await texts(url)
    postgres_server.run(probe_postgres, "grant truncate on t to app")
    assert "warning: app may TRUNCATE 1 tables" in await texts(url)


async def test_other_accounts_and_open_doors_are_named(server, engine, probe):
    said = await texts(server.app_url(probe), server.reader_url(probe))
    if engine == "postgres":
        assert "other account" in said
        assert "Every role may connect" in said
        database = probe.rpartition("/")[2]
        server.run(probe, f"revoke connect on database {database} from public")
        assert "Every role may connect" not in await texts(probe)
    else:
        assert "may not see which other accounts" in said or "other account" in said
        assert "may not see" not in await texts(probe)


@pytest.mark.parametrize(
    ("listens", "is_local"),
    [
        ("localhost", True),
        ("127.0.0.1, ::1", True),
        ("", True),
        ("*", False),
        ("0.0.0.0", False),
        ("localhost,10.0.0.5", False),
    ],
)
def test_a_server_that_listens_beyond_its_machine_is_told_so(listens, is_local):
    ways = _Ways(listens_on=listens, others=(), other_count=0)
    login = _Login(role="app", version="", uses_tls=True, server_time_s=0, powers={}, ways=ways)
    target = Target(
        name="t", engine=Engine.POSTGRESQL, environment=Environment.PRODUCTION, host="db.example",
        port=5432, database="shop",
    )  # fmt: skip
    findings = _about_ways(target, login, None)
    assert ("db.example:5432" in findings[0].text) is not is_local
    assert (findings[0].severity is Severity.OK) is is_local
    assert "No account but the bastion's own" in findings[1].text
