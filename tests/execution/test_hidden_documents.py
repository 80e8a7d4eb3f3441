"""What stands under a telling name is hidden wherever the document is, and however it is read."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.rig import Rig, collect, running_rig

VALUE = "S773ZZ"
"""Known by the name before it alone."""
TABLES = {
    "blanks": ("text", """E'\\n {"inner": {"ssn": "S773ZZ"}}'"""),
    "strings": ("jsonb", """to_json('{"ssn": "S773ZZ"}'::text)::text"""),
    "inside": ("jsonb", """json_build_object('payload', '{"ssn": "S773ZZ"}')::text"""),
    "settings": ("jsonb", """json_build_object('payload', E'z: 1\\nssn: S773ZZ')::text"""),
    "lists": ("text[]", "array['ssn: S773ZZ']::text"),
    "domains": ("document", """'{"ssn": "S773ZZ"}'"""),
    "holders": ("holder", """row(1, '{"ssn": "S773ZZ"}')::text"""),
    "bytes": ("bytea", """'{"ssn": "S773ZZ"}'"""),
    "pairs": ("jsonb", """'{"label": "ssn", "value": "S773ZZ"}'"""),
    "spaced": ("text", """'<a xmlns:n="urn:x"><n:ssn>S773ZZ</n:ssn></a>'"""),
    "nested": ("text", "'<a><ssn><v>S773ZZ</v></ssn></a>'"),
    "cdata": ("text", "'<a><ssn><![CDATA[S773ZZ]]></ssn></a>'"),
    "escaped": ("text", "'<a>&lt;ssn&gt;S773ZZ&lt;/ssn&gt;</a>'"),
    "fields": ("text", """'<a><f name="ssn">S773ZZ</f></a>'"""),
    "beside": ("text", "'<a><name>ssn</name><value>S773ZZ</value></a>'"),
    "mixed": ("text", """case g % 3 when 0 then '<a><ssn>S773ZZ</ssn></a>' else 'a note' end"""),
    "notes": ("text", """case g % 3 when 0 then '{"tax_id": "S773ZZ"}' else 'a note' end"""),
    "logged": ("text", """'started {"tax_id": "S773ZZ"} well'"""),
    "base64": ("text", """encode('{"ssn": "S773ZZ"}', 'base64')"""),
    "hex": ("text", """encode('{"ssn": "S773ZZ"}', 'hex')"""),
    "csv": ("text", "E'id,ssn\\n1,S773ZZ'"),
    "far": ("text", "repeat('x y ', 100) || ' ssn=S773ZZ'"),
    "php": ("text", """'a:1:{s:3:"ssn";s:6:"S773ZZ";}'"""),
}
READS = (
    "doc",
    "t",
    "to_json(t)",
    "jsonb_path_query(to_jsonb(t), '$.**')",
    "array_agg(doc)",
    "reverse(doc::text)",
    "quote_literal(doc::text)",
    "substring(doc::text from 'S7..ZZ')",
    "replace(doc::text, 'ssn', 'x')",
    "translate(doc::text, '{}\":=<>/', '')",
    "regexp_split_to_table(doc::text, '[ =:,\"&><;]+')",
)
CASTS = {
    "strings": ("(doc #>> '{}')::jsonb ->> ('ss' || 'n')",),
    "inside": ("(doc ->> 'payload')::jsonb ->> ('ss' || 'n')", "substr(doc ->> 'payload', 9)"),
    "domains": ("jsonb_path_query(doc, '$.**')", "doc ->> ('ss' || 'n')"),
    "bytes": (
        "convert_from(doc, 'UTF8')::jsonb ->> ('ss' || 'n')",
        "substr(convert_from(doc, 'UTF8'), 9)",
        "encode(doc, 'escape')",
    ),
    "base64": ("convert_from(decode(doc, 'base64'), 'UTF8')",),
    "hex": ("convert_from(decode(doc, 'hex'), 'UTF8')",),
}


@pytest.fixture
async def rig(postgres_server, shop_postgres, tmp_path) -> AsyncIterator[Rig]:
    tables = "".join(
        f"create table t_{name} (id int primary key, doc {kind});"
        f"insert into t_{name} select g, ({value}){'' if kind == 'bytea' else '::text'}::{kind}"
        " from generate_series(1, 30) g;"
        for name, (kind, value) in TABLES.items()
    )
    postgres_server.run(
        shop_postgres,
        "create domain document as jsonb; create type holder as (id int, doc jsonb);"
        f"{tables} grant select on all tables in schema public to public",
    )
    async with running_rig(tmp_path) as rig:
        await rig.add_target("shop", shop_postgres, "production")
        await rig.add_user("ann", "engineer")
        yield rig


async def test_a_document_that_is_written_another_way_hides_what_its_names_say(rig: Rig):
    async with rig.runner("ann", "shop") as runner:
        for name in TABLES:
            for read in (*READS, *CASTS.get(name, ())):
                sql = f"select {read} from t_{name} t where id = 3"
                _, rows, _ = await collect(runner, sql, wait_s=0)
                shown = b" ".join(cell or b"" for row in rows for cell in row)
                forms = (VALUE, VALUE[::-1], VALUE.encode().hex(), "UzC3M1pa", "Uzc3M1pa")
                assert not any(form.encode() in shown for form in forms), sql
