"""Numbers that only many of them tell, inside documents and lists, on both engines."""

from __future__ import annotations

import json
import random
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator

import phonenumbers
import pytest
from stdnum.pl import pesel

from bastion.core.model import Sensitivity, Status
from tests.fakes.rig import Rig, collect, running_rig, yes_to_next

ROWS = 40
_CHANCE = random.Random(19)


def _number() -> str:
    day = f"{_CHANCE.randrange(50, 99)}0{_CHANCE.randrange(1, 10)}1{_CHANCE.randrange(10)}"
    body = f"{day}{_CHANCE.randrange(10_000):04}"
    return body + pesel.calc_check_digit(body)


def _phone() -> str:
    while True:
        number = f"49151{_CHANCE.randrange(10**8):08}"
        if phonenumbers.is_valid_number(phonenumbers.parse(f"+{number}", None)):
            return number


NUMBERS = [_number() for _ in range(ROWS)]
PHONES = [_phone() for _ in range(ROWS)]
DOCUMENTS = {
    "member": lambda n, p: json.dumps({"ref": n, "plan": "pro", "n": 1.5}),
    "number": lambda n, p: json.dumps({"a": [{"Ref": int(n), "plan": "pro"}]}),
    "listed": lambda n, p: json.dumps([n, p]),
    "phones": lambda n, p: json.dumps({"reach": [p, int(p)], "plan": "pro"}),
    "keys": lambda n, p: json.dumps({n: "pro"}),
}
TEXTS = {
    "elements": lambda n, p: f"<a><ref>{n}</ref><plan>pro</plan></a>",
    "attributes": lambda n, p: f'<a><b ref="{n}" plan="pro"/></a>',
    "semicolons": lambda n, p: f"{n};{n}",
    "commas": lambda n, p: f"{p}, {p}",
    "pairs": lambda n, p: f"plan=pro;ref={n}",
    "hstore": lambda n, p: f'"plan"=>"pro", "ref"=>"{n}"',
    "named": lambda n, p: f"plan=pro;dob=19{n[:2]}-03-04",
    "servers": lambda n, p: f"10.{int(n[-2:])}.0.7:5432",
}
ARRAYS = {"bare": lambda n, p: f"{{{n},{p}}}", "quoted": lambda n, p: f'{{"{n}","{n}"}}'}


def cells(name: str) -> list[str]:
    make = {**DOCUMENTS, **TEXTS, **ARRAYS}[name]
    return [make(number, phone) for number, phone in zip(NUMBERS, PHONES, strict=True)]


def is_hidden(shown: bytes) -> bool:
    return not any(one.encode() in shown for one in (*NUMBERS, *PHONES, "10.", "-03-04"))


@pytest.fixture
def names(engine) -> list[str]:
    return [*DOCUMENTS, *TEXTS, *(ARRAYS if engine == "postgres" else ())]


@pytest.fixture
async def rig(server, engine, names, tmp_path) -> AsyncIterator[Rig]:
    url = server.create_database("members")
    document = "jsonb" if engine == "postgres" else "json"
    for name in names:
        kind = document if name in DOCUMENTS else "text[]" if name in ARRAYS else "text"
        server.run(url, f"create table t_{name} (id int primary key, doc {kind})")
        rows = ", ".join(f"({place}, '{cell}')" for place, cell in enumerate(cells(name)))
        server.run(url, f"insert into t_{name} values {rows}")
    server.run(url, "create table kept (id int primary key, doc text)")
    async with running_rig(tmp_path) as rig:
        await rig.add_target("dev", url, "development")
        await rig.add_user("ann", "engineer")
        await rig.add_user("rae", "reviewer")
        yield rig
    server.drop_database(url)


async def test_what_many_tell_is_hidden_and_documents_stay_documents(rig: Rig, names):
    async with rig.runner("ann", "dev") as runner:
        for name in names:
            finished, rows, _ = await collect(runner, f"select doc from t_{name} order by id")
            assert finished.status is Status.OK
            assert len(rows) == ROWS
            for (cell,) in rows:
                assert cell is not None
                assert is_hidden(cell), name
                if name in DOCUMENTS and name != "keys":
                    json.loads(cell)
                    assert (b"pro" in cell) is (name != "listed"), name
                if name in ("elements", "attributes"):
                    ET.fromstring(cell.decode())
                    assert b"pro" in cell


READS = {
    "postgres": (
        "doc ->> 'ref'", "doc #>> '{a,0,Ref}'", "jsonb_path_query(doc, '$.**')", "doc::text",
        "doc -> 'reach' ->> 0", "to_json(t)", "jsonb_agg(doc)",
    ),
    "mysql": (
        "json_value(doc, '$.ref')", "json_extract(doc, '$.a[0].Ref')", "json_extract(doc, '$**')",
        "json_extract(doc, '$[0]')", "json_keys(doc)", "json_extract(doc, '$.reach[1]')",
        "json_compact(doc)", "json_arrayagg(doc)",
    ),
}  # fmt: skip


async def test_no_way_into_a_document_shows_it(rig: Rig, engine):
    async with rig.runner("ann", "dev") as runner:
        for name in DOCUMENTS:
            for read in READS[engine]:
                sql = f"select {read} from t_{name} t where id = 7"
                _, rows, _ = await collect(runner, sql, wait_s=0)
                assert is_hidden(b" ".join(cell or b"" for row in rows for cell in row)), sql


async def test_a_copy_keeps_the_class(rig: Rig):
    async with rig.runner("ann", "dev") as runner:
        write = "insert into kept select id, doc from t_member"
        async with yes_to_next(rig):
            finished, _, _ = await collect(runner, write, wait_s=20)
        assert finished.status is Status.OK
        _, rows, _ = await collect(runner, "select doc from kept")
        assert len(rows) == ROWS
        assert all(cell is not None and is_hidden(cell) for (cell,) in rows)


async def test_the_scan_says_which_class_and_why(rig: Rig, names):
    connector = await rig.services.targets.connector("dev")
    assert connector is not None
    catalogue = await connector.catalogue()
    found = {name: catalogue.resolve(f"t_{name}").column("doc").classification for name in names}
    expected = dict.fromkeys(names, Sensitivity.SSN) | {
        "phones": Sensitivity.PHONE,
        "commas": Sensitivity.PHONE,
        "named": Sensitivity.BIRTH_DATE,
        "servers": Sensitivity.IP_ADDRESS,
    }
    classes = {name: one.sensitivity for name, one in found.items()}
    for name in ("listed", "bare"):
        assert classes.pop(name, Sensitivity.SSN) in (Sensitivity.SSN, Sensitivity.PHONE)
        expected.pop(name, None)
    assert classes == expected
    words = "in documents, 100% of 40 sampled values are national numbers (Poland)"
    assert found["member"].evidence == words
    assert found["member"].members == {("ref",)}
