"""Real database servers for the tests: started once for a run, thrown away after it."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import hashlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pymysql
import pytest
from pymysql.constants import CLIENT

from bastion import throwaway
from tests.witness import WITNESS

SEED = Path(__file__).parent / "seed"
_START_S = 60.0


# A busy machine is no finding: what is claimed of speed stands in `make bench`.
hypothesis.settings.register_profile("bastion", deadline=None)
hypothesis.settings.load_profile("bastion")

# A shell that starts the suite in the background has it ignore SIGINT, and `nohup` SIGHUP, and then
# every client that it starts does too: nobody could press Ctrl-C or close a window.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that may take longest: or one process waits for the other at the end.

    Those are the files with long limits, and then those with many tests that ask a real server.
    """
    longest: dict[Path, tuple[float, int]] = {}
    for item in items:
        limit = item.get_closest_marker("timeout")
        seconds = limit.args[0] if limit is not None else 0.0
        before, asking = longest.get(item.path, (0.0, 0))
        asks = not _OF_SERVERS.isdisjoint(getattr(item, "fixturenames", ()))
        longest[item.path] = max(before, seconds), asking + asks
    items.sort(key=lambda item: longest[item.path], reverse=True)


_OF_SERVERS = frozenset({"postgres_server", "mariadb_server", "server", "servers", "shop"})


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the garbage collector need not look through it again."""
    gc.collect()
    gc.freeze()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseServer:
    """A running server; its administrator needs no password from this machine."""

    engine: str
    host: str
    port: int
    admin_url: str
    log: Path
    """Every statement that reached the server, as the server itself wrote it."""
    folder: Path
    names: list[str] = dataclasses.field(default_factory=list)
    copying: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def create_database(self, name: str, *scripts: str) -> str:
        """Make a database of its own with the named seed files, and give the owner's URL."""
        unique = f"{name}_{len(self.names)}"
        self.names.append(unique)
        if self.engine == "postgres":
            _create_postgres(self, unique, scripts)
        else:
            _create_mysql(self, unique, scripts)
        return self.url(unique)

    @contextlib.contextmanager
    def database(self, name: str, *scripts: str, sql: str = "") -> Iterator[str]:
        """Give the owner's URL of a database of its own, with seed files and SQL, for a while."""
        url = self.create_database(name, *scripts)
        try:
            if sql:
                self.run(url, sql)
            yield url
        finally:
            self.drop_database(url)

    def renew_database(self, url: str, sql: str) -> None:
        """Make a database anew with nothing in it but what the SQL makes, whoever is connected."""
        name = url.rsplit("/", 1)[1]
        self.drop_database(url)
        if self.engine == "postgres":
            _copy_postgres(self, name, sql)
        else:
            _seed_mysql(self, name, sql)

    def drop_database(self, url: str) -> None:
        """Drop a database that a test made, whoever is still connected."""
        name = url.rsplit("/", 1)[1]
        force = " WITH (FORCE)" if self.engine == "postgres" else ""
        self.run(self.admin_url, f"DROP DATABASE IF EXISTS {name}{force}")

    def url(self, database: str, user: str = "", password: str = "") -> str:
        """Give the URL of a database here, as the administrator or as a role."""
        if self.engine == "postgres":
            user = user or "postgres"
        else:
            user, password = (user, password) if user else ("admin", "admin-pw")
        scheme = "postgresql" if self.engine == "postgres" else "mysql"
        login = f"{user}:{password}" if password else user
        return f"{scheme}://{login}@{self.host}:{self.port}/{database}"

    def app_url(self, url: str) -> str:
        """Give the same database for a role that may select, insert, update and delete."""
        return self.url(url.rsplit("/", 1)[1], "app", "app-pw")

    def reader_url(self, url: str) -> str:
        """Give the same database for a role that can only select."""
        return self.url(url.rsplit("/", 1)[1], "reader", "reader-pw")

    def run(self, url: str, sql: str) -> list[tuple[object, ...]]:
        """Run SQL beside the code under test, as the administrator."""
        return self.run_each(url, [sql])[0]

    def run_each(self, url: str, texts: Iterable[str]) -> list[list[tuple[object, ...]]]:
        """Run several over one login; gives the rows of each."""
        if self.engine == "postgres":
            with psycopg.connect(url, autocommit=True) as connection:
                cursors = [connection.execute(sql) for sql in texts]
                return [cursor.fetchall() if cursor.description else [] for cursor in cursors]
        return _run_mysql(self, url.rsplit("/", 1)[1], *texts)

    def statements(self) -> str:
        """Read the log so far."""
        return self.log.read_text(errors="replace")


@pytest.fixture(autouse=True)
def database_as_witness() -> Iterator[None]:
    """Whatever a test proves, the servers' own logs and the transcripts must agree after it."""
    yield
    differences = WITNESS.differences()
    assert not differences, "\n".join(differences)


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """A port that no other suite takes while this one runs."""
    with throwaway.own_port() as port:
        yield port


@pytest.fixture(scope="session")
def mariadb_port() -> Iterator[int]:
    """A port that no other suite takes, even while a server that crashed starts again."""
    with throwaway.own_port() as port:
        yield port


@pytest.fixture(scope="session")
def postgres_server(postgres_port: int) -> Iterator[DatabaseServer]:
    """A PostgreSQL of this run, from the binaries in the development dependencies."""
    folder = Path(tempfile.mkdtemp(prefix="bastion-pg-"))
    folder.chmod(0o755)
    data, log = folder / "data", folder / "log"
    data.mkdir()
    user = _unprivileged("postgres", "nobody")
    # BASTION_POSTGRES: another version, by the folder of its programs.
    found = os.environ.get("BASTION_POSTGRES")
    installed = Path(found) if found else throwaway.find_postgres()
    binaries = throwaway.runnable(installed, folder, user)
    if user is not None:
        shutil.chown(data, user)
        shutil.chown(folder, user)
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=utf8",
         "--locale=C.UTF-8", "--no-sync"],
        check=True, capture_output=True, user=user, cwd=folder,
    )  # fmt: skip
    options = [
        "fsync=off", "synchronous_commit=off", "full_page_writes=off", "log_statement=all",
        "shared_buffers=32MB", "max_connections=100", f"unix_socket_directories={folder}",
        "listen_addresses=127.0.0.1", f"port={postgres_port}", "autovacuum=off", "jit=off",
        "log_line_prefix=%c|%a| ",
    ]  # fmt: skip
    arguments = [part for option in options for part in ("-c", option)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *arguments],
            stdout=output, stderr=output, user=user, cwd=folder,
        )  # fmt: skip
    server = DatabaseServer(
        engine="postgres",
        host="127.0.0.1",
        port=postgres_port,
        admin_url=f"postgresql://postgres@127.0.0.1:{postgres_port}/postgres",
        log=log,
        folder=folder,
    )
    try:
        _wait_until_ready(lambda: psycopg.connect(server.admin_url).close(), process, log)
        server.run(
            server.admin_url,
            "CREATE ROLE app LOGIN PASSWORD 'app-pw';CREATE ROLE reader LOGIN PASSWORD 'reader-pw'",
        )
        heard = WITNESS.hear(server.engine, log)
        yield server
        WITNESS.forget(heard)
    finally:
        _stop(process, signal.SIGINT)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def mariadb_server(mariadb_port: int) -> Iterator[DatabaseServer]:
    """A MariaDB of this run, from the machine's own packages."""
    # BASTION_MYSQL: MySQL in its place, by its server program.
    mysqld = os.environ.get("BASTION_MYSQL")
    binary = mysqld or shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin")
    if binary is None:
        pytest.fail("MariaDB is missing. Run: apt-get install -y mariadb-server")
    folder = Path(tempfile.mkdtemp(prefix="bastion-my-"))
    folder.chmod(0o755)
    data, log = folder / "data", folder / "log"
    # A server that starts clears its temporary folder: in a shared one, those of its neighbours.
    temporary = folder / "tmp"
    temporary.mkdir()
    user = _unprivileged("mysql", "nobody")
    if user is not None:
        shutil.chown(folder, user)
        shutil.chown(temporary, user)
    as_user = [f"--user={user}"] if user else []
    if mysqld:
        install = [mysqld, "--no-defaults", f"--datadir={data}", "--initialize-insecure"]
    else:
        install = [
            "mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db",
            f"--tmpdir={temporary}", "--auth-root-authentication-method=normal",
        ]  # fmt: skip
    subprocess.run([*install, *as_user], check=True, capture_output=True, cwd=folder)
    command = [
        binary, "--no-defaults", f"--datadir={data}", f"--socket={folder}/my.sock",
        f"--tmpdir={temporary}", f"--pid-file={folder}/my.pid",
        "--bind-address=127.0.0.1", f"--port={mariadb_port}",
        "--general-log=1", f"--general-log-file={log}", "--skip-name-resolve",
        "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M",
        "--innodb-flush-method=nosync", "--skip-log-bin", "--performance-schema=OFF", *as_user,
    ]  # fmt: skip

    def start() -> subprocess.Popen[bytes]:
        with (folder / "err").open("ab") as output:
            return subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)

    process = start()
    server = DatabaseServer(
        engine="mysql",
        host="127.0.0.1",
        port=mariadb_port,
        admin_url=f"mysql://admin:admin-pw@127.0.0.1:{mariadb_port}/mysql",
        log=log,
        folder=folder,
    )
    try:
        _wait_until_ready(lambda: _prepare_mysql(folder), process, folder / "err")
        heard = WITNESS.hear(server.engine, log)
        with _kept_running(process, start) as keeper:
            yield server
        process = keeper.process
        WITNESS.forget(heard)
    finally:
        _stop(process, signal.SIGTERM)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def shop_postgres(postgres_server: DatabaseServer) -> Iterator[str]:
    """URL of a small shop of one's own, as its owner."""
    with postgres_server.database("shop", "shop_postgres.sql") as url:
        yield url


@pytest.fixture
def shop_mysql(mariadb_server: DatabaseServer) -> Iterator[str]:
    """URL of a small shop of one's own."""
    with mariadb_server.database("shop", "shop_mysql.sql") as url:
        yield url


@pytest.fixture(params=["postgres", "mysql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Name each engine once: what asks for one of these three runs on PostgreSQL and on MariaDB."""
    return request.param


@pytest.fixture
def server(engine: str, request: pytest.FixtureRequest) -> DatabaseServer:
    """Give the server of the engine."""
    return request.getfixturevalue(f"{'postgres' if engine == 'postgres' else 'mariadb'}_server")


@pytest.fixture
def shop(engine: str, request: pytest.FixtureRequest) -> str:
    """URL of a small shop of one's own on it."""
    return request.getfixturevalue(f"shop_{engine}")


@pytest.fixture
def probe_postgres(postgres_server: DatabaseServer) -> Iterator[str]:
    """URL of the database that the corpus speaks of."""
    with postgres_server.database("probe", "probe_postgres.sql") as url:
        yield url


@pytest.fixture
def probe_mysql(mariadb_server: DatabaseServer) -> Iterator[str]:
    """URL of the database that the corpus speaks of."""
    with mariadb_server.database("probe", "probe_mysql.sql") as url:
        yield url


_GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
GRANT CREATE ON SCHEMA public TO app;
"""


def _create_postgres(server: DatabaseServer, name: str, scripts: tuple[str, ...]) -> None:
    seeds = [(SEED / script).read_text() for script in scripts]
    _copy_postgres(server, name, "".join([*seeds, _GRANTS] if seeds else []))


def _copy_postgres(server: DatabaseServer, name: str, sql: str) -> None:
    """Make a database as the SQL does, which runs once for all that are made by it."""
    template = f"seed_{hashlib.sha256(sql.encode()).hexdigest()[:16]}"
    with server.copying:
        if sql and template not in server.names:
            server.run(server.admin_url, f"CREATE DATABASE {template}")
            server.run(server.url(template), sql)
            server.names.append(template)
        source = f" TEMPLATE {template}" if sql else ""
        # To write each page of it to the log as well takes four times as long.
        server.run(server.admin_url, f"CREATE DATABASE {name}{source} STRATEGY file_copy")


def _create_mysql(server: DatabaseServer, name: str, scripts: tuple[str, ...]) -> None:
    _seed_mysql(server, name, *((SEED / script).read_text() for script in scripts))
    _run_mysql(
        server,
        "mysql",
        f"GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE, CREATE TEMPORARY TABLES, SHOW VIEW"
        f" ON `{name}`.* TO app@'%'; GRANT SELECT, SHOW VIEW ON `{name}`.* TO reader@'%'",
    )


def _seed_mysql(server: DatabaseServer, name: str, *seeds: str) -> None:
    if "BASTION_MYSQL" in os.environ:
        seeds = tuple(map(_as_mysql_has_it, seeds))
    made = f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4"
    _run_mysql(server, "mysql", made, f"USE `{name}`", *seeds)


def _as_mysql_has_it(sql: str) -> str:
    """Write a seed for MySQL itself, which has no sequences, no versions and no short digests."""
    sql = re.sub(r"(?im)^CREATE SEQUENCE .*?;$| WITH SYSTEM VERSIONING", "", sql)
    sql = re.sub(r"\binet6\b", "varchar(45)", sql)
    for name, length in (("md5", 32), ("sha1", 40)):
        made = f"CREATE FUNCTION {name}(given text) RETURNS char({length}) DETERMINISTIC"
        sql = f"{made} RETURN LEFT(SHA2(given, 256), {length});\n{sql}DROP FUNCTION {name};\n"
    return _NUMBERS.sub(
        lambda found: (
            f"(WITH RECURSIVE n (seq) AS (SELECT {found['first']} UNION ALL"
            f" SELECT seq + 1 FROM n WHERE seq < {found['last']}) SELECT seq FROM n)"
            f" {found['alias'] or 'numbers'}"
        ),
        sql,
    )


_NUMBERS = re.compile(
    r"\bseq_(?P<first>\d+)_to_(?P<last>\d+)\b"
    r"(?: (?!where|join|cross|order|group|limit)(?P<alias>[a-z]\w*))?"
)


def _run_mysql(
    server: DatabaseServer, database: str, *texts: str
) -> list[list[tuple[object, ...]]]:
    connection = pymysql.connect(
        host=server.host, port=server.port, user="admin", password="admin-pw", database=database,
        client_flag=CLIENT.MULTI_STATEMENTS, autocommit=True, charset="utf8mb4", ssl_disabled=True,
    )  # fmt: skip
    try:
        with connection.cursor() as cursor:
            return [_rows_of(cursor, sql) for sql in texts]
    finally:
        connection.close()


def _rows_of(cursor: pymysql.cursors.Cursor, sql: str) -> list[tuple[object, ...]]:
    cursor.execute(sql)
    rows = list(cursor.fetchall())
    while cursor.nextset():
        rows = list(cursor.fetchall()) or rows
    return rows


def _prepare_mysql(folder: Path) -> None:
    # PyMySQL forgets to close a unix socket that nobody listens on.
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(f"{folder}/my.sock")
    connection = pymysql.connect(unix_socket=f"{folder}/my.sock", user="root", ssl_disabled=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE USER IF NOT EXISTS admin@'%' IDENTIFIED BY 'admin-pw'")
            cursor.execute("GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION")
            cursor.execute("CREATE USER IF NOT EXISTS app@'%' IDENTIFIED BY 'app-pw'")
            cursor.execute("CREATE USER IF NOT EXISTS reader@'%' IDENTIFIED BY 'reader-pw'")
    finally:
        connection.close()


def _unprivileged(*names: str) -> str | None:
    """Servers refuse to run as root: name an account that exists, when we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in names if name in known)


def _wait_until_ready(connect, process, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            connect()
        except (psycopg.OperationalError, pymysql.OperationalError, OSError):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"The database server did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.05)
        else:
            return


@dataclasses.dataclass(slots=True)
class _Keeper:
    """Starts a server again that has crashed, as the service manager of a real one does."""

    process: subprocess.Popen[bytes]
    start: Callable[[], subprocess.Popen[bytes]]
    is_over: threading.Event = dataclasses.field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.is_over.wait(0.1):
            if self.process.poll() is not None:
                self.process = self.start()


@contextlib.contextmanager
def _kept_running(
    process: subprocess.Popen[bytes], start: Callable[[], subprocess.Popen[bytes]]
) -> Iterator[_Keeper]:
    keeper = _Keeper(process, start)
    thread = threading.Thread(target=keeper.watch, name="keeper", daemon=True)
    thread.start()
    try:
        yield keeper
    finally:
        keeper.is_over.set()
        thread.join()


def _stop(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
