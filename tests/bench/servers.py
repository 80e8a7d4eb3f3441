"""Real servers for a run, with the shop and a database of 10,000 columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pymysql

from bastion import throwaway
from tests.bench.scan import wide_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Where the databases are; no address where there is no such server."""

    shop: str
    wide: str
    shop_mysql: str = ""
    wide_mysql: str = ""


@contextmanager
def servers(folder: Path, *, is_wide: bool) -> Iterator[Servers]:
    """Run PostgreSQL, and MariaDB where it is installed.

    Args:
        is_wide: make the databases of 10,000 columns too, which takes a while.
    """
    with _postgres(folder / "pg", is_wide=is_wide) as (shop, wide):
        program = throwaway.find_mariadb()
        if program is None:
            yield Servers(shop=shop, wide=wide)
            return
        with _mariadb(folder / "my", program, is_wide=is_wide) as (shop_mysql, wide_mysql):
            yield Servers(shop=shop, wide=wide, shop_mysql=shop_mysql, wide_mysql=wide_mysql)


@contextmanager
def _postgres(folder: Path, *, is_wide: bool) -> Iterator[tuple[str, ...]]:
    folder.mkdir()
    with throwaway.postgres(folder) as server:
        for name in ("shop", "wide"):
            server.make_database(name, "shop_postgresql.sql")
        place = f"127.0.0.1:{server.port}"
        with psycopg.connect(f"postgresql://postgres@{place}/wide", autocommit=True) as link:
            for text in wide_tables("postgresql") if is_wide else ():
                link.execute(text.encode())
        yield tuple(f"postgresql://bastion_writer@{place}/{name}" for name in ("shop", "wide"))


@contextmanager
def _mariadb(folder: Path, program: Path, *, is_wide: bool) -> Iterator[tuple[str, ...]]:
    folder.mkdir()
    with throwaway.mariadb(folder, program) as server:
        for name in ("shop", "wide"):
            server.make_database(name, "shop_mysql.sql")
        link = pymysql.connect(
            unix_socket=str(server.folder / "s"), user="root", database="wide", autocommit=True
        )
        with link, link.cursor() as cursor:
            cursor.execute("set global innodb_flush_log_at_trx_commit = 0")
            for text in wide_tables("mysql") if is_wide else ():
                cursor.execute(text)
        place = f"127.0.0.1:{server.port}"
        yield tuple(f"mysql://bastion_writer@{place}/{name}" for name in ("shop", "wide"))
