"""Values that somebody typed are read by who may see their class, wherever they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from recordings.asciicast import ExportFormat, export
from recordings.events import (
    TYPED,
    TYPED_RESULT,
    WORDS,
    Grid,
    MaskedStatementEvent,
    NoteEvent,
    NoticeEvent,
    OutcomeEvent,
    Output,
    ResultEvent,
    StatementEvent,
    VerdictEvent,
)
from recordings.query import parse_query
from recordings.reader import read_statements
from recordings.readers import ReadersCopy, ServedFile
from recordings.redact import Redaction, redact
from recordings.search import SearchIndex
from recordings.verify import verify_file
from tests.recordings.conftest import Desk
from tests.recordings.second_verifier import is_right

VALUE = "smith@example.org"
SQL = f"select id from customers where email = '{VALUE}' and id = 42"
HIDDEN = SQL.replace(VALUE, "•••••")
SHA = "5a" * 32


def may(*masks: str):
    """Give the rights of a reader who may see these masks."""
    return lambda mask: None if mask in masks else lambda _cell: "•••"


def typed(*parts: tuple[str, str], text: int = 1) -> Output:
    """Draw what is typed: by turns what anybody may see, and what may be a value."""
    spans = [len(one.encode()) for pair in parts for one in pair]
    data = "".join("".join(pair) for pair in parts).encode()
    return Output(data=data, cells=(Grid(TYPED_RESULT, text, tuple(spans)),))


async def asked(writer, sql: str = SQL, hidden: str = HIDDEN, name: str = "q1", index: int = 1):
    await writer.append(
        MaskedStatementEvent(id=name, index=index, text=hidden, masks="email raw"),
        StatementEvent(id=name, index=index, text=sql, sha256=SHA, hidden=(VALUE,)),
        VerdictEvent(statement_id=name, action="allow", rule="reads"),
    )


async def told(writer, text: int = 1, masks: str = "email raw") -> None:
    await writer.append(NoteEvent(kind=TYPED, fields={"text": str(text), "masks": masks}))


async def typing(writer) -> None:
    """Type the statement key by key, as an editor draws it."""
    start, end = SQL.index("'"), SQL.index(" and id")
    await writer.append(Output(data=f"shop=> {SQL[:start]}".encode()))
    for letter in SQL[start:end]:
        await writer.append(typed(("", letter)))
    await writer.append(typed((" and id = ", "42")), Output(data=b";\r\n"))


@pytest.fixture
async def session(desk: Desk) -> Path:
    writer = await desk.open("s1", front_end="shell")
    await typing(writer)
    await asked(writer)
    await writer.append(NoticeEvent(severity="NOTE", text=f"about {VALUE}"))
    await writer.append(NoteEvent(kind="trial", fields={"statement_id": "q1", "sha256": SHA}))
    await writer.append(OutcomeEvent(statement_id="q1", status="error", message=f'no "{VALUE}"'))
    await writer.append(typed(("ERROR: no ", f'"{VALUE}"\r\n')), Output(data=b"shop=> "))
    await told(writer)
    await writer.append(Output(data=f"again {VALUE}\r\n".encode()), Output(data=b"good bye\r\n"))
    await writer.seal("logout")
    return writer.path


def read(path: Path, mask_for) -> bytes:
    with ServedFile(lambda: path.open("rb"), mask_for) as served:
        return served.read()


def letters(data: bytes) -> str:
    """Give what a terminal showed."""
    return "".join(line.split('"')[3] for line in data.decode().split("\n") if ', "o", ' in line)


async def test_who_may_not_see_a_value_reads_it_nowhere_and_the_rest_is_proven(
    desk: Desk, session: Path
):
    assert VALUE in session.read_text()
    copy = desk.folder / "copy.cast"
    copy.write_bytes(read(session, may()))
    assert VALUE not in letters(copy.read_bytes()) + copy.read_text()
    assert SHA not in copy.read_text()
    assert "where email = " in letters(copy.read_bytes())
    assert "good bye" in letters(copy.read_bytes())
    assert verify_file(copy, desk.key_path, desk.audit_path).state == "redacted"
    assert is_right(copy, desk.public, desk.audit_path)
    (statement,) = read_statements(copy)
    assert (statement.text, statement.action, statement.status) == (HIDDEN, "allow", "unknown")
    for form in ExportFormat:
        data = b"".join(export(copy, form))
        assert VALUE.encode() not in data, form
        assert b"where email" in data, form


async def test_who_may_see_its_class_reads_the_recording_itself(desk: Desk, session: Path):
    assert read(session, may("email raw")) == session.read_bytes()
    (statement,) = read_statements(session)
    assert statement.text == SQL


async def test_a_search_finds_no_value_and_the_rest_of_the_statement(desk: Desk, session: Path):
    index = SearchIndex(desk.root)
    for words in (VALUE, "smith", "example.org"):
        assert index.find(parse_query(words, now=desk.clock.now())) == ()
    (found,) = index.find(parse_query("customers", now=desk.clock.now()))
    assert [hit.text for hit in found.hits] == [HIDDEN]
    indexed = b"".join(path.read_bytes() for path in (desk.root / ".index").rglob("*.db*"))
    assert b"smith" not in indexed
    # Markers are for players, which know no rights.
    markers = [line for line in session.read_text().split("\n") if ', "m", ' in line]
    assert all("smith" not in marker for marker in markers)


async def test_what_was_typed_and_given_up_is_shown_to_nobody(desk: Desk):
    writer = await desk.open("s1", front_end="shell")
    await writer.append(typed(("shop=> select ", f"'{VALUE}")), Output(data=b"^C\r\n"))
    await writer.append(typed(("shop=> select ", "4111"), text=2))
    await told(writer, 2, "email+unproven raw")
    await writer.append(typed(("\r\nshop=> select ", "7"), text=3))
    await told(writer, 3, "")
    await writer.seal("logout")
    seen = letters(read(writer.path, may("email raw")))
    assert "smith" not in seen
    assert "4111" not in seen
    assert "select 7" in seen


async def test_nothing_is_cut_where_all_that_was_typed_is_harmless(desk: Desk):
    writer = await desk.open("s1", front_end="shell")
    await writer.append(typed(("shop=> select ", "7")))
    await told(writer, 1, "")
    await writer.seal("logout")
    assert read(writer.path, may()) == writer.path.read_bytes()


async def test_a_live_session_hides_what_is_typed_until_it_is_judged(desk: Desk):
    writer = await desk.open("s1", front_end="shell")
    copy, done = ReadersCopy(may()), 0
    seen = b""

    async def watched() -> bytes:
        nonlocal done, seen
        data = writer.path.read_bytes()
        made, done = copy.feed(data[done:]), len(data)
        seen += made
        return made

    await typing(writer)
    assert "•" * len(VALUE) in letters(await watched())
    await asked(writer)
    await told(writer)
    await writer.append(typed(("", "42")))
    await writer.append(typed(("shop=> ", "42"), text=2))
    await told(writer, 2, "")
    await writer.append(typed(("again ", "42"), text=2))
    assert letters(await watched()).endswith("again 42")
    await writer.seal("logout")
    await watched()
    path = desk.folder / "copy.cast"
    path.write_bytes(seen)
    assert VALUE not in seen.decode()
    assert verify_file(path, desk.key_path, desk.audit_path).state == "redacted"


async def test_words_of_an_exec_and_what_is_said_of_its_failure_go(desk: Desk):
    writer = await desk.open("s1", front_end="exec")
    await writer.append(NoteEvent(kind=WORDS, fields={"text": f'shop -c "{SQL}"'}))
    await asked(writer)
    await writer.append(OutcomeEvent(statement_id="q1", status="error", message="no SMITH"))
    await writer.append(Output(data=b"ERROR: no SMITH\n", is_stderr=True))
    await writer.append(StatementEvent(id="q2", index=2, text="select 1"), Output(data=b"1\n"))
    await writer.seal("done")
    seen = read(writer.path, may())
    assert b"SMITH" not in seen
    assert VALUE.encode() not in seen
    assert letters(seen) == "1\\n"
    live = ReadersCopy(may()).feed(writer.path.read_bytes())
    assert VALUE.encode() not in live


async def test_a_column_that_may_repeat_a_value_is_masked_with_it(desk: Desk):
    writer = await desk.open("s1")
    await asked(writer, f"select upper('{VALUE}')", "select upper('•••••')")
    await writer.append(
        ResultEvent(statement_id="q1", result=1, columns=("upper",), masks=("email raw",)),
        Output(data=b" SMITH \r\n", cells=(Grid(1, 0, (0, 7)),)),
    )
    await writer.seal("done")
    assert b"SMITH" not in read(writer.path, may())
    assert b"SMITH" in read(writer.path, may("email raw"))


@pytest.mark.parametrize("value", ["Müller-Żak", 'O"Brien\\x', "Жук", "日本"])
async def test_values_are_found_however_they_are_spelt_in_a_line(desk: Desk, value: str):
    writer = await desk.open("s1")
    await writer.append(
        MaskedStatementEvent(id="q1", index=1, text="select '•••••'", masks="email raw"),
        StatementEvent(id="q1", index=1, text=f"select '{value}'", hidden=(value,)),
        NoteEvent(kind="anything", fields={"said": value}),
        Output(data=value.encode()),
        Output(data=value.encode(), is_stderr=True),
    )
    await writer.seal("done")
    seen = read(writer.path, may())
    assert b'"o"' not in seen
    assert b"anything" not in seen


async def test_a_statement_that_is_taken_out_takes_its_masked_line_along(desk: Desk, session: Path):
    made = b"".join(redact(session, Redaction(statements=frozenset({1}))))
    assert b"customers" not in b"".join(
        line for line in made.split(b"\n") if b', "o", ' not in line[:40]
    )


@pytest.mark.parametrize("front_end", ["review", "exec"])
async def test_what_a_session_showed_of_others_is_read_by_nobody_who_may_not(
    desk: Desk, front_end: str
):
    writer = await desk.open("others", front_end=front_end, target="", command="req show req_1")
    await writer.append(Output(data=f"statement: {SQL}\r\n".encode()))
    await writer.append(NoteEvent(kind="review.show", fields={"id": "req_1"}))
    live = writer.path.read_bytes()
    await writer.seal("logout")
    copies = (
        ReadersCopy(may()).feed(live),
        b"".join(redact(writer.path, Redaction(), mask_for=may("email raw"))),
    )
    with ServedFile(lambda: writer.path.open("rb"), may()) as served:
        copies = (*copies, served.read())
    for made in copies:
        assert VALUE.encode() not in made
        assert b"statement:" not in made
        assert b"req_1" in made
    copy = desk.folder / "copy.cast"
    copy.write_bytes(copies[-1])
    assert verify_file(copy, desk.key_path, desk.audit_path).is_ok
    assert is_right(copy, desk.public, desk.audit_path)
    with ServedFile(lambda: writer.path.open("rb"), may("unproven raw")) as served:
        assert served.read() == writer.path.read_bytes()


async def test_what_a_session_on_a_target_showed_is_read_by_its_own_marks(desk: Desk):
    writer = await desk.open("own", front_end="exec", target="shop")
    await writer.append(Output(data=b"forty-two\r\n"))
    await writer.seal("logout")
    with ServedFile(lambda: writer.path.open("rb"), may()) as served:
        assert served.read() == writer.path.read_bytes()
