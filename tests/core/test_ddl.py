"""Locks and rewrites of schema changes, as the engines' manuals give them."""

import pytest

from bastion.core.ddl import Lock, plan_ddl
from bastion.core.model import Engine

PG, MY = Engine.POSTGRESQL, Engine.MYSQL
AE, SUE, SRE = Lock.ACCESS_EXCLUSIVE, Lock.SHARE_UPDATE_EXCLUSIVE, Lock.SHARE_ROW_EXCLUSIVE
NOTHING, CHECKED, BUILT = "No row is read", "read once to check", "index is built"
PERHAPS, REWRITTEN = "rewritten unless", "whole table is rewritten"


@pytest.mark.parametrize(
    ("text", "relation", "lock", "words"),
    [
        ("create index on t (v)", (None, "t"), Lock.SHARE, BUILT),
        ("create unique index concurrently i on shop.t (v)", ("shop", "t"), SUE, BUILT),
        ("drop index concurrently i", (None, "i"), SUE, ""),
        ('drop table if exists "My T"', (None, "My T"), AE, ""),
        ("truncate table only t", (None, "t"), AE, ""),
        ("alter table t add column z int", (None, "t"), AE, NOTHING),
        ("alter table t add z int default 7", (None, "t"), AE, NOTHING),
        ("alter table t add z uuid default gen_random_uuid()", (None, "t"), AE, PERHAPS),
        ("alter table t add z bigserial", (None, "t"), AE, REWRITTEN),
        ("alter table t add z int generated always as (a + 1) stored", (None, "t"), AE, REWRITTEN),
        ("alter table if exists only a.t drop column v", ("a", "t"), AE, NOTHING),
        ("alter table t alter column v type bigint", (None, "t"), AE, PERHAPS),
        ("alter table t alter v set data type bigint using v::bigint", (None, "t"), AE, PERHAPS),
        ("alter table t alter v set not null", (None, "t"), AE, CHECKED),
        ("alter table t alter v set default 3", (None, "t"), AE, NOTHING),
        ("alter table t alter v set statistics 500", (None, "t"), SUE, NOTHING),
        ("alter table t set (fillfactor = 70)", (None, "t"), SUE, NOTHING),
        ("alter table t validate constraint c", (None, "t"), SUE, CHECKED),
        ("alter table t add constraint c check (v > 0)", (None, "t"), AE, CHECKED),
        ("alter table t add constraint c check (v > 0) not valid", (None, "t"), AE, NOTHING),
        ("alter table t add constraint c foreign key (v) references u", (None, "t"), SRE, CHECKED),
        ("alter table t add foreign key (v) references u not valid", (None, "t"), SRE, NOTHING),
        ("alter table t add primary key (v)", (None, "t"), AE, BUILT),
        ("alter table t add constraint c unique using index i", (None, "t"), AE, NOTHING),
        ("alter table t disable trigger x", (None, "t"), SRE, NOTHING),
        ("alter table t set unlogged", (None, "t"), AE, REWRITTEN),
        ("alter table t rename to u", (None, "t"), AE, NOTHING),
        ("alter table t something new", (None, "t"), AE, REWRITTEN),
        # The strongest of several actions, and a comma inside one is none between two.
        ("alter table t alter v set statistics 9, add z numeric(4,2)", (None, "t"), AE, NOTHING),
        ("alter table t add z int, alter v type text", (None, "t"), AE, PERHAPS),
        # Names in quotes are no keywords.
        ('alter table t add "serial" int', (None, "t"), AE, NOTHING),
        ("create trigger x before update on t for each row execute function f()", (None, "t"),
         SRE, NOTHING),
        ("vacuum full t", (None, "t"), AE, REWRITTEN),
        ("vacuum (full, verbose) t", (None, "t"), AE, REWRITTEN),
        ("cluster t using i", (None, "t"), AE, REWRITTEN),
        ("reindex table concurrently t", (None, "t"), SUE, BUILT),
        ("reindex index i", (None, "i"), Lock.SHARE, BUILT),
        ("refresh materialized view concurrently m", (None, "m"), Lock.EXCLUSIVE, BUILT),
        ("/* x */ alter  table\nt drop v", (None, "t"), AE, NOTHING),
    ],
)  # fmt: skip
def test_postgresql_says_its_lock_and_what_becomes_of_the_rows(text, relation, lock, words):
    plan = plan_ddl(text, PG)
    assert plan is not None
    assert plan.relation == relation
    assert plan.lock is lock
    assert lock.words in plan.notes[0]
    assert words in " ".join(plan.notes)


def test_the_other_table_of_a_foreign_key_is_named():
    plan = plan_ddl("alter table t add foreign key (v) references shop.u (id)", PG)
    assert plan is not None
    assert any("shop.u" in note for note in plan.notes)


@pytest.mark.parametrize(
    "text", ["create table t (id int)", "select 1", "create type m as enum ()"]
)
def test_what_locks_nothing_that_is_there_has_no_plan(text):
    assert plan_ddl(text, PG) is None
    assert plan_ddl(text, MY) is None


@pytest.mark.parametrize(
    ("lock", "reads_wait", "writes_wait"),
    [(SUE, False, False), (Lock.SHARE, False, True), (SRE, False, True),
     (Lock.EXCLUSIVE, False, True), (AE, True, True)],
)  # fmt: skip
def test_a_lock_waits_for_what_conflicts_with_it(lock, reads_wait, writes_wait):
    assert ("AccessShareLock" in lock.conflicts) is reads_wait
    assert ("RowExclusiveLock" in lock.conflicts) is writes_wait
    assert (lock == Lock.SHARE) is ("ShareLock" not in lock.conflicts)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("alter table t add column z int", "at once"),
        ("alter table t drop column z", "unless this version"),
        ("alter table t modify v bigint", "copying the table"),
        ("alter table t add index i (v)", "reads and writes go on"),
        ("alter table t add fulltext index i (v)", "writes to the table wait"),
        ("alter table t engine = InnoDB", "whole table is rewritten"),
        ("alter table t add z int, modify v bigint", "copying the table"),
        ("alter table t add z int, algorithm=instant, lock=none", "ALGORITHM=INSTANT"),
        ("create index i on t (v)", "reads and writes go on"),
        ("optimize table t", "whole table is rewritten"),
    ],
)
def test_mysql_says_whether_it_copies(text, words):
    plan = plan_ddl(text, MY)
    assert plan is not None
    assert plan.relation == (None, "t")
    assert "metadata lock" in plan.notes[0]
    assert words in " ".join(plan.notes)
