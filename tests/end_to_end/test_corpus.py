"""Every probe of the corpus, through a real ssh, on real servers, judged from outside."""

import base64
import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import SEED, DatabaseServer
from tests.end_to_end.conftest import building
from tests.end_to_end.test_red_team_masking import CHANGES
from tests.harness import Answer, House

CORPUS = Path(__file__).parent.parent / "corpus"
SECRET = "S3CR3T421x"

FORMS = {
    SECRET,
    SECRET[::-1],
    SECRET.lower(),
    SECRET.replace("S", "Z"),
    base64.b64encode(SECRET.encode()).decode().rstrip("="),
    SECRET.encode().hex(),
    hashlib.md5(SECRET.encode()).hexdigest(),
    "-".join(SECRET),
    codecs.encode(SECRET, "rot13"),
}
"""The value and its simple derivatives; compared without regard to case."""


def probes(name: str) -> list[str]:
    lines = (CORPUS / name).read_text().splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def script(probe: str) -> str:
    return ";\n".join(probe.removeprefix("COPYOUT ").split(" ;; ")) + ";\n"


def leaked(text: str) -> set[str]:
    folded = text.casefold()
    return {form for form in FORMS if form.casefold() in folded}


@dataclass
class Lab:
    """A bastion before one probe database in each environment."""

    house: House
    server: DatabaseServer
    urls: dict[str, str]

    def ask(self, environment: str, probe: str) -> Answer:
        words = f"{environment} --format json"
        return self.house.ssh("robo", words, *self.house.control("robo"), stdin=script(probe))

    def restore(self, environment: str) -> None:
        seed = (SEED / f"probe_{self.server.engine}.sql").read_text()
        self.server.renew_database(self.urls[environment], seed)


def make_lab(directory: Path, server: DatabaseServer) -> Iterator[Lab]:
    with building(directory, {}, policy=False) as town:
        for environment in ("production", "development"):
            town.urls[environment] = server.create_database("corpus", f"probe_{server.engine}.sql")
            town.add_url(environment, town.urls[environment], environment)
        town.add_person("ann", "engineer")
        town.add_person("rae", "reviewer")
        town.add_agent("robo", "ann")
        # A session for each probe, over one login: that takes more than most probes do.
        town.house.log_in("robo")
        yield Lab(town.house, server, town.urls)


@pytest.fixture(scope="module")
def postgres_lab(tmp_path_factory, postgres_server) -> Iterator[Lab]:
    yield from make_lab(tmp_path_factory.mktemp("pg"), postgres_server)


@pytest.fixture(scope="module")
def mysql_lab(tmp_path_factory, mariadb_server) -> Iterator[Lab]:
    yield from make_lab(tmp_path_factory.mktemp("my"), mariadb_server)


def checksum(server: DatabaseServer, url: str) -> object:
    """Digest everything a statement could have changed."""
    if server.engine == "postgres":
        objects = server.run(
            url,
            "SELECT n.nspname, c.relname, c.relkind::text, c.relhastriggers::text"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' ORDER BY 1, 2",
        )
        rows = server.run(
            url,
            "SELECT 't', id, v FROM t UNION ALL SELECT 't2', id, v FROM t2"
            " UNION ALL SELECT 'users', id, coalesce(name, '') || coalesce(ssn, '') FROM users"
            " UNION ALL SELECT 'sq', last_value::int, is_called::text FROM sq ORDER BY 1, 2",
        )
        functions = server.run(
            url, "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
        return objects, rows, sorted(functions)
    database = url.rsplit("/", 1)[1]
    objects = server.run(
        url,
        "SELECT table_name, table_type FROM information_schema.tables"
        f" WHERE table_schema = '{database}' ORDER BY 1",
    )
    rows = server.run(
        url,
        "SELECT 't', id, v FROM t UNION ALL SELECT 't2', id, v FROM t2"
        " UNION ALL SELECT 'users', id, concat_ws(',', name, ssn) FROM users ORDER BY 1, 2",
    )
    return objects, rows


@pytest.mark.timeout(600)
@pytest.mark.parametrize("environment", ["production", "development"])
@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_no_probe_shows_the_secret_in_any_form(
    engine: str, environment: str, request: pytest.FixtureRequest
):
    lab: Lab = request.getfixturevalue(f"{'postgres' if engine == 'postgresql' else 'mysql'}_lab")
    leaks = []
    for probe in probes(f"masking_{engine}.sql"):
        answer = lab.ask(environment, probe)
        # The words that the person typed may come back; what was not typed may not.
        shown = (answer.out + answer.err).replace(SECRET, "") if SECRET in probe else (
            answer.out + answer.err
        )  # fmt: skip
        if leaked(shown):
            leaks.append((probe, answer.out + answer.err))
        assert answer.status != 70, (probe, answer)
        if environment == "development" and CHANGES.search(probe):
            lab.restore(environment)
    assert not leaks


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_nothing_changes_without_an_approval(engine: str, request: pytest.FixtureRequest):
    lab: Lab = request.getfixturevalue(f"{'postgres' if engine == 'postgresql' else 'mysql'}_lab")
    lab.restore("production")
    before = checksum(lab.server, lab.urls["production"])
    for probe in probes(f"destructive_{engine}.sql"):
        answer = lab.ask("production", probe)
        assert answer.status != 70, (probe, answer)
        assert checksum(lab.server, lab.urls["production"]) == before, probe
