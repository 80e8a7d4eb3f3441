"""What stands under a telling name is hidden wherever in a document that is, and however read."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.rig import Rig, collect, running_rig

MEMBER = "S773ZZ"
"""Known by the name of its member alone."""
READS = (
    "select (doc{cast} -> 'inner') ->> 'ssn' from papers where id = 3",
    "select (doc{cast} -> 'inner') ->> ('ss' || 'n') from papers where id = 3",
    "select doc{cast} #>> array['inner', lower('SSN')] from papers where id = 3",
    "select jsonb_path_query(doc::jsonb, '$.inner.*') from papers where id = 3",
    "select jsonb_path_query(doc::jsonb, '$.**') from papers where id = 3",
    "select value from papers, jsonb_each_text(doc::jsonb -> 'inner') where id = 3",
    "select substr(doc::text, position('ssn' in doc::text) + 6) from papers where id = 3",
    "select left(substr(doc::text, position('ssn' in doc::text) + 2), 20) from papers where id = 3",
    "select regexp_replace(doc::text, '.*ssn', '') from papers where id = 3",
    "select reverse(doc::text) from papers where id = 3",
    "select doc from papers where id = 3",
)


@pytest.fixture(params=("jsonb", "json", "text"))
def kind(request) -> str:
    return request.param


@pytest.fixture(params=(0, 700, 20_000))
async def rig(request, kind: str, postgres_server, shop_postgres, tmp_path) -> AsyncIterator[Rig]:
    """A table of documents with so many characters before the name."""
    postgres_server.run(
        shop_postgres,
        f"""
        create table papers (id int primary key, doc {kind});
        insert into papers select g, json_build_object(
            'a', repeat('x y ', {request.param // 4}),
            'inner', json_build_object('ssn', 'S77' || g || 'ZZ', 'z', 'end')
        )::text::{kind} from generate_series(1, 30) g;
        grant select on papers to public
        """,
    )
    async with running_rig(tmp_path) as rig:
        await rig.add_target("shop", shop_postgres, "production")
        await rig.add_user("ann", "engineer")
        yield rig


async def test_a_telling_name_far_down_a_document_hides_its_value(rig: Rig, kind: str):
    async with rig.runner("ann", "shop") as runner:
        for read in READS:
            sql = read.format(cast="::jsonb" if kind == "text" else "")
            _, rows, _ = await collect(runner, sql, wait_s=0)
            shown = b" ".join(cell or b"" for row in rows for cell in row)
            assert MEMBER.encode() not in shown, sql
            assert MEMBER[::-1].encode() not in shown, sql
        assert rows
