"""Comments that MySQL and MariaDB run, written out as the server at hand reads them."""

import dataclasses

import pytest

from bastion.core.conditional import written_out
from bastion.core.context import SessionContext
from bastion.core.model import EffectClass, Engine
from bastion.core.statement import analyse
from tests.core.test_policy import CATALOGUES

MARIADB, MYSQL = "10.11.6-MariaDB", "8.0.36"
MY = Engine.MYSQL


@pytest.mark.parametrize(
    ("text", "version", "plain"),
    [
        ("/*!40101 SET NAMES utf8 */", MARIADB, "SET NAMES utf8"),
        ("select /*!40001 sql_no_cache */ 1", MYSQL, "select sql_no_cache 1"),
        ("select /*! 1, */ 2", MYSQL, "select 1, 2"),
        ("select 1 /*!101200 + 1 */", MARIADB, "select 1"),
        ("select 1 /*!80030 + 1 */", MYSQL, "select 1 + 1"),
        ("select 1 /*!50701 + 1 */", MARIADB, "select 1"),
        ("select 1 /*!50701 + 1 */", MYSQL, "select 1 + 1"),
        ("select 1 /*M!100100 + 1 */", MARIADB, "select 1 + 1"),
        ("select 1 /*M!100100 + 1 */", MYSQL, "select 1"),
        ("select 1 /*!100500 + 1 */", "5.5.5-10.11.6-MariaDB", "select 1 + 1"),
        ("select '/*!40101 x */'", MARIADB, "select '/*!40101 x */'"),
        ("select 1 -- /*!40101 x */", MARIADB, "select 1 -- /*!40101 x */"),
    ],
)
def test_a_comment_is_written_out_as_the_server_reads_it(text: str, version: str, plain: str):
    written = written_out(text, version)
    assert " ".join(written.split()) == plain
    assert len(written) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "select 1 /*!40101 + /* 2 */ 3 */",
        "select 1 /*!40101 + '*/ ' */",
        "select 1 /*!40101 + 1 */ \\ 2",
        "select 1 /*!40101 + 1 */ /*+ SET_VAR(sql_mode='') */",
    ],
)
def test_what_can_be_read_in_two_ways_is_left_as_it_was(text: str):
    assert written_out(text, MARIADB) == text


def test_what_is_written_out_is_what_is_judged_and_sent():
    catalogue = dataclasses.replace(CATALOGUES[MY], server_version=MARIADB)

    def judge(text: str):
        return analyse(text, engine=MY, catalogue=catalogue, context=SessionContext())

    read = judge("select i /*!40101 , v */ from t")
    assert read.effects == {EffectClass.READ}
    assert read.plain.split() == "select i , v from t".split()
    assert judge("/*!40101 set names latin1 */").sent.strip() == "set names utf8mb4"
    assert judge("/*!40014 set sql_log_bin = 0 */").pinned
    # A write is looked for in its own text: it is not understood.
    assert EffectClass.UNKNOWN in judge("/*!50000 delete from t */").effects
    assert EffectClass.UNKNOWN in judge("prepare p from 'select /*!40101 1 */'").effects
    assert EffectClass.UNKNOWN in judge("select 1 /*!40101 ; delete from t */").effects
