"""Single cells can be taken out of what was shown, and everything around them stays proven."""

from __future__ import annotations

import json
import random
from functools import partial
from pathlib import Path

import pytest

from recordings.asciicast import ExportFormat, export
from recordings.cells import take_apart
from recordings.errors import FormatError
from recordings.events import (
    OUTPUT_LINE_BYTES_MAX,
    Grid,
    LineEncoder,
    NoteEvent,
    Output,
    ResultEvent,
    RowsEvent,
    StatementEvent,
    decode_lines,
    sha256_hex,
)
from recordings.files import open_stream
from recordings.heard import hear
from recordings.reader import read_events
from recordings.readers import ReadersCopy, ServedFile
from recordings.redact import Redaction, left_over, redact
from recordings.verify import verify_file
from tests.recordings.conftest import Desk, record_statement
from tests.recordings.second_verifier import is_right

ROWS = (("1", "Zoë", "ann@example.org"), ("2", "Bo\\b", "bob@example.org"), ("3", '"', "<null>"))
COLUMNS = ("id", "name", "email")


def drawn(rows, *, result: int = 1, first: int = 0, head: str = "") -> Output:
    """Draw rows as a table does, and say where each cell stands."""
    data, spans = head.encode(), []
    gap = len(data)
    for row in rows:
        for cell in row:
            padded = f" {cell:16}"
            spans += (gap, len(padded.encode()))
            data += padded.encode() + b"|"
            gap = 1
        data += b"\r\n"
        gap += 2
    return Output(data=data, cells=(Grid(result, first, tuple(spans)),))


async def show(writer, index: int, *outputs: Output, masks=(), rows=ROWS, result=1) -> None:
    name = f"q{index}"
    text = f"select {index}"
    await writer.append(StatementEvent(id=name, index=index, text=text, sha256=sha256_hex(b"")))
    await writer.append(ResultEvent(statement_id=name, result=result, columns=COLUMNS, masks=masks))
    digest = sha256_hex(repr(rows).encode())
    await writer.append(RowsEvent(statement_id=name, count=len(rows), sha256=digest), *outputs)


@pytest.fixture
async def sealed(desk: Desk) -> Path:
    writer = await desk.open("s1")
    await record_statement(writer, 1)
    await show(writer, 2, drawn(ROWS, head="id | name | email\r\n"))
    await record_statement(writer, 3)
    await writer.seal("logout")
    return writer.path


def copied(desk: Desk, path: Path, *, mask_for=None, **what) -> Path:
    target = desk.folder / "copy.cast"
    target.write_bytes(b"".join(redact(path, Redaction(**what), mask_for=mask_for)))
    return target


def shown(path: Path) -> str:
    return b"".join(
        one.event.data for one in read_events(path) if isinstance(one.event, Output)
    ).decode()


async def test_recordings_with_cells_are_exported_in_every_format(desk: Desk, sealed: Path):
    for path in (sealed, copied(desk, sealed, cells=((2, 2, "email"),))):
        for kind in ExportFormat:
            assert b"".join(export(path, kind))
        text = b"".join(export(path, ExportFormat.JSONL)).decode()
        words = b"".join(export(path, ExportFormat.TEXT)).decode()
        assert "result 1, id, name, email" in words
        (grid,) = [line for line in map(json.loads, text.splitlines()) if line.get("cells")]
        assert (grid["cells"][0]["result"], grid["cells"][0]["first"]) == (1, 0)


def is_proven(desk: Desk, path: Path) -> bool:
    """Both verifiers say the same."""
    ours = verify_file(path, desk.key_path, desk.audit_path).is_ok
    assert is_right(path, desk.public, desk.audit_path) is ours
    return ours


async def test_one_cell_is_gone_and_all_else_is_proven(desk: Desk, sealed: Path):
    before = shown(sealed)
    copy = copied(desk, sealed, cells=((2, 2, "email"),))
    assert b"bob@example.org" not in copy.read_bytes()
    assert shown(copy) == before.replace("bob@example.org", "▒" * 15)
    assert is_proven(desk, copy)
    report = verify_file(copy, desk.key_path)
    assert (report.state, report.length_bytes) == ("redacted", sealed.stat().st_size)
    assert "1 lines and 1 cells removed" in report.message
    # A digest of the rows would let anybody try guesses.
    assert sha256_hex(repr(ROWS).encode()).encode() not in copy.read_bytes()


async def test_a_column_is_gone_by_name_and_by_number(desk: Desk, sealed: Path):
    for name in ("name", "2"):
        copy = copied(desk, sealed, columns=((2, name),))
        assert is_proven(desk, copy)
        text = shown(copy)
        assert "ann@example.org" in text
        assert "1 " in text
        assert not [row[1] for row in ROWS[:2] if row[1] in text.split("email")[1]]


async def test_cells_of_different_rows_and_columns_take_no_others_along(desk: Desk, sealed: Path):
    copy = copied(desk, sealed, cells=((2, 1, "email"), (2, 2, "name")))
    assert is_proven(desk, copy)
    assert [cell in shown(copy) for cell in ("Zoë", "bob@example.org", "ann@", "Bo\\b")] == [
        True, True, False, False,
    ]  # fmt: skip


async def test_no_change_of_such_a_copy_goes_unseen(desk: Desk, sealed: Path):
    copy = copied(desk, sealed, cells=((2, 1, "name"), (2, 2, "email")))
    data = copy.read_bytes()
    chance = random.Random(11)
    start, end = data.index(b', "t", '), data.rindex(b', "t", ') + 4000
    for number in range(400):
        changed = bytearray(data)
        place = chance.randrange(start, min(end, len(data))) if number % 2 else None
        place = chance.randrange(len(data)) if place is None else place
        changed[place] ^= 1 << chance.randrange(8)
        copy.write_bytes(changed)
        assert not is_proven(desk, copy), (place, data[place - 40 : place + 40])


async def test_a_cell_cannot_be_guessed(desk: Desk, sealed: Path):
    """None of the salts that a copy has gives the commitment of the cell that is gone."""
    copy = copied(desk, sealed, cells=((2, 2, "email"),))
    lines = copy.read_bytes().splitlines()
    cut = json.loads(json.loads(next(line for line in lines if b', "z", ' in line))[2])
    salts = {cut["salts"][at : at + 32] for at in range(0, len(cut["salts"]), 32)}
    for line in lines:
        if b', "h", ' in line:
            text = json.loads(json.loads(line)[2])["salts"]
            salts |= {text[at : at + 32] for at in range(0, len(text), 32)}
    domain = b"bastion recording cell 4\n"
    guesses = {
        sha256_hex(domain + bytes.fromhex(salt) + guess)
        for salt in salts
        for guess in (b" bob@example.org ", b"bob@example.org")
    }
    ((_, _, part),) = cut["removed"]
    assert part not in guesses


async def test_what_cannot_be_taken_out_alone_is_refused(desk: Desk, sealed: Path):
    for words, what in (
        ("no statement 9", {"cells": ((9, 1, "id"),)}),
        ("no result with a column salary", {"columns": ((2, "salary"),)}),
        ("no result with a column 4", {"cells": ((2, 1, "4"),)}),
        ("has 3 rows", {"cells": ((2, 4, "id"),)}),
        ("before format version 4", {"columns": ((1, "name"),)}),
    ):
        with pytest.raises(FormatError, match=words):
            copied(desk, sealed, **what)
    writer = await desk.open("s2")
    # Bytes that are no text have no cells, though their result has.
    await show(writer, 1, Output(data=b"\xff|b|c\r\n", cells=(Grid(1, 0, (0, 1, 1, 1, 1, 1)),)))
    await writer.seal("logout")
    with pytest.raises(FormatError, match="From row 1 on"):
        copied(desk, writer.path, columns=((1, "email"),))


async def test_what_is_equal_elsewhere_is_found(desk: Desk, sealed: Path):
    writer = await desk.open("s2")
    await show(writer, 1, drawn(ROWS))
    await writer.append(Output(data=b"so ann@example.org it is\r\n"))
    await writer.append(NoteEvent(kind="x", fields={"said": "mail ann@example.org"}))
    await writer.seal("logout")
    redaction = Redaction(cells=((1, 1, "email"),))
    target = desk.folder / "copy.cast"
    target.write_bytes(b"".join(redact(writer.path, redaction)))
    assert redaction.taken == {"ann@example.org"}
    assert [kind for _, kind in left_over(target, redaction.taken)] == ["output", "note"]


async def test_rows_that_are_not_told_apart_go_together(desk: Desk):
    writer = await desk.open("s1")
    block = Output(data=b"4,d,dan@example.org\n5,e,eve@example.org\n")
    block = Output(data=block.data, cells=(Grid(1, 9, (0, len(block.data)), 6),))
    await show(writer, 1, drawn(ROWS), block, rows=(*ROWS, (), ()))
    await writer.seal("logout")
    copy = copied(desk, writer.path, cells=((1, 5, "name"),))
    assert is_proven(desk, copy)
    assert shown(copy).endswith("▒▒▒ 2 rows\n")
    assert "ann@example.org" in shown(copy)
    copy = copied(desk, writer.path, columns=((1, "email"),))
    assert is_proven(desk, copy)
    assert "@" not in shown(copy)


# Cutting


def test_long_results_are_cut_between_cells():
    rows = [(str(number), "x" * 90, "é" * 40) for number in range(1500)]
    output = drawn(rows, head="some words before\r\n")
    joined = Output(
        data=output.data + b"(1500 rows)\r\n" + output.data,
        cells=(*output.cells, output.cells[0].moved(len(output.data) + 13)),
    )
    lines = LineEncoder().encode(1, joined).split(b"\n")[:-1]
    pieces = [event for _, _, event in decode_lines(lines)]
    assert b"".join(piece.data for piece in pieces) == joined.data
    assert max(len(piece.data) for piece in pieces) <= OUTPUT_LINE_BYTES_MAX + 100
    found = []
    for shown_line, grid_line in zip(lines[::2], lines[1::2], strict=True):
        cells = take_apart(shown_line + b"\n", grid_line + b"\n").cells
        found += [cell.decode().strip() for cell in cells]
    assert found == 2 * [cell for row in rows for cell in row]
    firsts = [piece.cells[0].first for piece in pieces]
    assert firsts == sorted(firsts[: len(firsts) // 2]) * 2


def test_lines_that_do_not_fit_are_no_cells():
    shown_line, grid_line, _ = LineEncoder().encode(1, drawn(ROWS)).split(b"\n")
    for bad in (
        grid_line.replace(b"17", b"1e1"),
        grid_line.replace(b"17", b"-7"),
        grid_line.replace(b"17", b"999"),
        grid_line.replace(b",17]", b"]"),
    ):
        assert bad != grid_line
        with pytest.raises(FormatError):
            take_apart(shown_line + b"\n", bad + b"\n")
    for old, new in (
        (b"ann", b"\\u0061nn"),
        (b"ann", b"a\\/n"),
        (b"\\n", b"\\u000a"),
        (b', "o", ', b',  "o", '),
        (b"[0.", b"[00."),
        (b'"]', b'" ]'),
    ):
        with pytest.raises(FormatError):
            take_apart(shown_line.replace(old, new, 1) + b"\n", grid_line + b"\n")


def test_every_character_is_spelt_so_that_it_can_be_told_apart():
    text = "".join(map(chr, range(0x300))) + "\ud7ff\u2028\U0001f600"
    output = Output(data=text.encode(), cells=(Grid(1, 0, (3, 300)),))
    shown_line, grid_line, _ = LineEncoder().encode(1, output).split(b"\n")
    shown = take_apart(shown_line + b"\n", grid_line + b"\n")
    assert shown.gaps[0] + shown.cells[0] + shown.gaps[1] == text.encode()


# Readers


def rights(*allowed: str):
    """A reader who may see these masks as they are, and of all else stars."""
    return lambda mask: None if mask in allowed else lambda text: "***"


MASKS = ("", "", "email raw")


async def masked(desk: Desk, *, masks=MASKS) -> Path:
    writer = await desk.open("raw")
    await record_statement(writer, 1)
    await show(writer, 2, drawn(ROWS), masks=masks)
    await writer.append(Output(data=b"(3 rows)\r\n"))
    await record_statement(writer, 3)
    await writer.seal("logout")
    return writer.path


async def test_a_reader_gets_a_copy_by_the_reader_s_rights(desk: Desk):
    path = await masked(desk)
    data = path.read_bytes()
    for size in (7, 100, len(data)):
        reader = ReadersCopy(rights())
        made = b"".join(reader.feed(data[at : at + size]) for at in range(0, len(data), size))
        copy = desk.folder / "copy.cast"
        copy.write_bytes(made)
        assert is_proven(desk, copy)
        assert "@" not in shown(copy)
        assert shown(copy).count("***") == 3
        assert "Zoë" in shown(copy)
        assert "(3 rows)" in shown(copy)
        with ServedFile(partial(path.open, "rb"), rights()) as served:
            pieces = [served.read(size) for _ in range(len(made) // size + 2)]
        assert b"".join(pieces) == made
    opened = partial(open_stream, path)
    with ServedFile(opened, rights("email raw")) as served:
        assert served.read(1 << 20) == data


async def test_a_redacted_copy_is_masked_by_rights_too(desk: Desk):
    path = await masked(desk)
    copy = copied(desk, path, mask_for=rights(), cells=((2, 1, "name"),))
    assert is_proven(desk, copy)
    assert "@" not in shown(copy)
    assert "Zoë" not in shown(copy)


@pytest.mark.parametrize("what", ["undrawn", "binary", "unknown"])
async def test_where_raw_cells_may_stand_anywhere_nothing_is_shown(desk: Desk, what: str):
    writer = await desk.open("raw")
    await record_statement(writer, 1)
    rows = drawn(ROWS)
    match what:
        case "undrawn":
            rows = Output(data=rows.data)
        case "binary":
            rows = Output(data=b"\xff" + rows.data, cells=(rows.cells[0].moved(1),))
        case _:
            rows = drawn(ROWS, result=7)
    await show(writer, 2, rows, masks=MASKS)
    await record_statement(writer, 3)
    await writer.seal("logout")
    copy = copied(desk, writer.path, mask_for=rights())
    assert is_proven(desk, copy)
    assert b"ann@example" not in copy.read_bytes()
    assert shown(copy).count("José") == 2


async def test_before_version_4_nothing_is_shown_from_the_first_raw_cell_on(desk: Desk):
    writer = await desk.open("old")
    await record_statement(writer, 1)
    await writer.append(StatementEvent(id="q2", index=2, text="select email from people"))
    note = {"statement_id": "q2", "class": "email", "cells": "3"}
    await writer.append(NoteEvent(kind="unmasked", fields=note))
    await writer.append(RowsEvent(statement_id="q2", count=3, sha256="ab" * 32))
    await writer.append(Output(data=drawn(ROWS).data))
    await record_statement(writer, 3)
    await writer.seal("logout")
    with writer.path.open("rb") as file:
        assert hear(file, rights())[1]
    with writer.path.open("rb") as file:
        assert not hear(file, rights("email raw"))[1]
    copy = copied(desk, writer.path, mask_for=rights())
    assert is_proven(desk, copy)
    assert "@" not in shown(copy)
    assert shown(copy).count("José") == 1


async def test_a_result_with_garbled_masks_is_shown_to_nobody(desk: Desk):
    path = await masked(desk, masks=("", "email raw"))
    with pytest.raises(FormatError, match="masks"):
        copied(desk, path, mask_for=rights())


async def test_a_copy_is_not_copied(desk: Desk, sealed: Path):
    copy = copied(desk, sealed, cells=((2, 1, "name"),))
    with pytest.raises(FormatError, match="redacted copy"):
        ReadersCopy(rights()).feed(copy.read_bytes())
