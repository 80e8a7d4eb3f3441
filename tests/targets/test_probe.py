"""``target test`` tells the truth about roles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bastion.core.model import Environment, Target
from bastion.targets.probe import Severity, probe_target
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


@pytest.fixture(params=["postgres", "mysql"])
def engine(request):
    return request.param


@pytest.fixture
def server(request, engine):
    name = "postgres_server" if engine == "postgres" else "mariadb_server"
    return request.getfixturevalue(name)


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
