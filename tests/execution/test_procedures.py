"""Procedures whose bodies only read, called on a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bastion.core.model import ResultStarted, Status
from tests.conftest import DatabaseServer
from tests.execution.test_spelling import _SCHEMA as SHOP
from tests.fakes.rig import Rig, collect, running_rig

_PROCEDURES = """
create procedure by_city(in p varchar(20)) reads sql data
 select status, count(*) n from sales where city = p group by status order by status;
create procedure top_sales(in p_limit int) select id, cents from sales order by cents desc
 limit p_limit;
create procedure both_tables() begin select id from sales order by id; select id, email from people
 where id < 3 order by id; end;
create procedure by_name(in id int) begin select email from people where people.id = id; end;
create procedure counted(in p varchar(20), out n int) select count(*) into n from sales
 where city = p;
create procedure twice(inout n int) set n = n * 2;
create procedure looped(in p int) begin declare i int default 0; declare c varchar(20);
 while i < p do set i = i + 1; select city into c from sales where id = i; select i, c; end while;
 end;
create procedure walked() begin declare done int default 0; declare s varchar(10);
 declare total int default 0; declare c cursor for select status from sales;
 declare continue handler for not found set done = 1;
 open c; r: loop fetch c into s; if done then leave r; end if;
 case s when 'paid' then set total = total + 1; else set total = total + 10; end case;
 end loop; close c; select total; end;
create procedure branched(in p int) begin if p = 1 then select id, city from sales order by id;
 else select id, email from people order by id; end if; end;
create procedure writes() begin select 1; update sales set cents = 0; end;
create procedure hides(in p int) begin if p then delete from sales; end if; select 1; end;
create procedure builds(in t varchar(20)) begin execute immediate concat('delete from ', t); end;
create procedure commits() begin select 1; commit; select 2; end;
create procedure sets() begin set @x = (select email from people where id = 1); end;
create procedure takes_var() select @x := email from people where id = 1;
create procedure signals() begin declare e varchar(80); select email into e from people
 where id = 1; signal sqlstate '45000' set message_text = e; end;
create procedure swaps() begin declare city varchar(80); select email into city from people
 where id = 1; select city from sales order by id limit 1; end;
create procedure outs(out e varchar(80)) select email into e from people where id = 1;
create procedure tells(in p varchar(20)) begin declare n int; select count(*) into n from people
 where email like p; select n; end;
create procedure tells_rows(in p varchar(20)) select id from people where email like p;
create procedure branches() begin if (select ascii(email) from people where id = 1) > 97 then
 select 1; else select 2; end if; end;
create procedure catches() begin declare n int default 0; declare continue handler for sqlexception
 set n = 1; select exp(7 * ascii(email)) from people where id = 1; select n; end;
create procedure counts() begin declare i int default 0; declare n int; while i < 9 do
 set i = i + 1; select count(*) into n from people where email = concat('a', i); select n;
 end while; end;
create procedure nests() call writes();
create procedure locks() select id from sales for update;
create procedure files() select id from sales into outfile '/tmp/x';
create function dels() returns int begin delete from sales; return 1; end;
create procedure uses() select dels();
create procedure headed() select 'sk_live_4eC39HqLyjWDarjtT1zdp7dc' = p.city from sales p limit 1;
create procedure keeps() begin declare k varchar(80) default 'sk_live_4eC39HqLyjWDarjtT1zdp7dc';
 select k; end;
create procedure report(in p varchar(20)) begin declare n int default 0; call by_city(p);
 call counted(p, n); select n as found_rows; call both_tables(); end;
create procedure leads() call outs_local();
create procedure outs_local() begin declare e varchar(80); call outs(e); select e; end;
create procedure passes() begin declare e varchar(80) default (select email from people limit 1);
 call by_city(e); end;
create procedure again() begin call again(); end;
create procedure aims() call counted('Graz', @x);
create procedure misses() call nothing_of_this_name();
create procedure gives(out e varchar(80), in p varchar(20)) begin call outs(e);
 call by_city(p); end;
create procedure joined() select id || email from people where id = 1;
"""


@pytest.fixture
def url(mariadb_server: DatabaseServer) -> Iterator[str]:
    made = mariadb_server.create_database("procedures")
    mariadb_server.run(made, SHOP)
    for text in _PROCEDURES.split("\ncreate "):
        if text.strip():
            mariadb_server.run(made, "create " + text.strip().removeprefix("create ").rstrip(";"))
    quoted = 'create procedure quoted() select "email" as city from people'
    mariadb_server.run(made, f"set sql_mode = 'ANSI_QUOTES'; {quoted}")
    yield made
    mariadb_server.drop_database(made)


async def _results(runner, text: str):
    """Give the status and the results of a statement, each with its rows."""
    finished, rows, events = await collect(runner, text, wait_s=0)
    widths = [len(one.columns) for one in events if isinstance(one, ResultStarted)]
    return finished.status, rows, widths


async def _with_rig(rig: Rig, url: str) -> None:
    await rig.add_user("ann", "engineer")
    await rig.add_target("prod", url, "production")


async def test_a_procedure_that_only_reads_gives_what_its_queries_give(url: str, tmp_path: Path):
    async with running_rig(tmp_path) as rig:
        await _with_rig(rig, url)
        async with rig.runner("ann", "prod") as runner:
            _, typed, _ = await _results(
                runner, "select id, email from people where id < 3 order by id"
            )
            for text, rows, widths in (
                ("call by_city('Graz')", [(b"paid", b"2")], [2]),
                ("call top_sales(2)", [(b"2", b"700"), (b"1", b"500")], [2]),
                ("CALL `top_sales` (1);", [(b"2", b"700")], [2]),
                ("call walked()", [(b"12",)], [1]),
                ("call walked", [(b"12",)], [1]),
                ("call looped(2)", [(b"1", b"Graz"), (b"2", b"Wien")], [2, 2]),
                ("call counted('Graz', @n)", [], []),
                ("select @n", [(b"2",)], [1]),
                ("call twice(@n)", [], []),
                ("select @n", [(b"4",)], [1]),
                ("set @c = 'Graz'", [], []),
                ("call by_city(@c)", [(b"paid", b"2")], [2]),
                ("call branched(1)", [(b"1", b"Graz"), (b"2", b"Wien"), (b"3", b"Graz")], [2]),
                (
                    "call report('Graz')",
                    [(b"paid", b"2"), (b"2",), (b"1",), (b"2",), (b"3",), *typed],
                    [2, 1, 1, 2],
                ),
                (
                    "set statement max_statement_time = 5 for call top_sales(1)",
                    [(b"2", b"700")],
                    [2],
                ),
                ("execute immediate 'call top_sales(1)'", [(b"2", b"700")], [2]),
                ("begin", [], []),
                ("call by_city('Wien')", [(b"open", b"1")], [2]),
                ("rollback", [], []),
                ("prepare s from 'call by_city(?)'", [], []),
                ("execute s using @c", [(b"paid", b"2")], [2]),
            ):
                assert await _results(runner, text) == (Status.OK, rows, widths), text


async def test_each_result_is_masked_as_its_query_is(url: str, tmp_path: Path):
    async with running_rig(tmp_path) as rig:
        await _with_rig(rig, url)
        async with rig.runner("ann", "prod") as runner:
            status, rows, widths = await _results(runner, "call both_tables()")
            assert (status, widths) == (Status.OK, [1, 2])
            _, typed, _ = await _results(
                runner, "select id, email from people where id < 3 order by id"
            )
            assert rows == [(b"1",), (b"2",), (b"3",), *typed]
            assert b"berg" not in b"".join(row[1] for row in typed)
            status, rows, _ = await _results(runner, "call branched(2)")
            assert status is Status.OK
            assert b"berg" not in b"".join(row[1] for row in rows)
            _, (row,), _ = await _results(runner, "call by_name(1)")
            assert b"berg" not in row[0]
            _, _, events = await collect(runner, "call headed()", wait_s=0)
            assert "4eC39HqLyjWDarjtT1zdp7dc" not in repr(events)


async def test_a_temporary_table_that_hides_one_of_the_body_keeps_its_classes(
    url: str, tmp_path: Path
):
    async with running_rig(tmp_path) as rig:
        await _with_rig(rig, url)
        async with rig.runner("ann", "prod") as runner:
            text = "create temporary table sales as select id, substr(email, 1, 6) city, id cents"
            assert (await _results(runner, f"{text} from people"))[0] is Status.OK
            status, rows, _ = await _results(runner, "call looped(2)")
            assert status is not Status.OK, rows
            status, rows, _ = await _results(runner, "call top_sales(2)")
            assert status is Status.OK
            status, rows, _ = await _results(runner, "call branched(1)")
            assert "ada" not in repr(rows)


async def test_a_sessions_time_zone_is_no_change_of_structure(url: str, tmp_path: Path):
    async with running_rig(tmp_path) as rig:
        await _with_rig(rig, url)
        async with rig.runner("ann", "prod") as runner:
            await _results(runner, "set time_zone = '+05:00'")
            assert (await _results(runner, "select count(*) from sales"))[1] == [(b"3",)]
            assert (await _results(runner, "call top_sales(1)"))[1] == [(b"2", b"700")]


async def test_a_body_that_others_changed_is_read_again_before_it_runs(
    url: str, mariadb_server: DatabaseServer, tmp_path: Path
):
    async with running_rig(tmp_path) as rig:
        await _with_rig(rig, url)
        async with rig.runner("ann", "prod") as runner:
            assert (await _results(runner, "call top_sales(1)"))[0] is Status.OK
            mariadb_server.run(
                url,
                "create or replace procedure top_sales(in n int) begin delete from sales; end",
            )
            status, _, _ = await _results(runner, "call top_sales(1)")
            assert status is not Status.OK
            mariadb_server.run(
                url,
                "create or replace procedure top_sales(in n int) select email from people",
            )
            _, rows, _ = await _results(runner, "call top_sales(1)")
            assert "berg" not in repr(rows)
            # The same words with other arguments.
            text = "create or replace procedure counted({}) select count(*) into n from sales"
            mariadb_server.run(url, text.format("in p int, out n int"))
            assert (await _results(runner, "call counted(1, @n)"))[0] is Status.OK
            mariadb_server.run(url, text.format("out n int, in p int"))
            assert (await _results(runner, "call counted(1, @n)"))[0] is not Status.OK
    assert len(mariadb_server.run(url, "select * from sales")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "call writes()", "call hides(0)", "call hides(1)", "call builds('sales')", "call commits()",
        "call sets()", "call takes_var()", "call signals()", "call swaps()", "call outs(@e)",
        "call tells('a%')", "call tells_rows('a%')", "call branches()", "call catches()",
        "call counts()", "call nests()", "call locks()", "call files()", "call uses()",
        "call quoted()", "call joined()", "call keeps()",
        "call leads()", "call outs_local()", "call passes()", "call again()", "call aims()",
        "call misses()", "call gives(@e, 'Graz')",
        # What is given to it.
        "call by_city((select email from people where id = 1))",
        "call by_city(@never)",
        "call twice(@never)",
        "call by_city(dels())",
        "call by_city()",
        "call by_city('a', 'b')",
        "call counted('Graz', 'n')",
        "call counted('Graz', @@max_error_count)",
        "call nothing_of_this_name()",
        "call by_city('a') + 1",
        "explain call by_city('a')",
    ],
)  # fmt: skip
async def test_a_procedure_that_does_or_tells_more_waits(
    text: str, url: str, mariadb_server: DatabaseServer, tmp_path: Path
):
    async with running_rig(tmp_path) as rig:
        await _with_rig(rig, url)
        async with rig.runner("ann", "prod") as runner:
            status, rows, _ = await _results(runner, text)
            assert status is not Status.OK, rows
            assert not rows
            _, rows, _ = await _results(runner, "select @e, @x")
            assert b"berg" not in b"".join(cell or b"" for row in rows for cell in row)
    ((cents, count),) = mariadb_server.run(url, "select sum(cents), count(*) from sales")
    assert (int(str(cents)), count) == (1290, 3)
