"""What was taken out is gone and cannot be guessed; what is left is proven."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

from recordings.archive import archivable, archive
from recordings.asciicast import ExportFormat, export
from recordings.catalog import Catalog
from recordings.errors import FormatError
from recordings.events import (
    WORDS,
    NoteEvent,
    NoticeEvent,
    OutcomeEvent,
    Output,
    RowsEvent,
    StatementEvent,
)
from recordings.reader import read_events, read_statements
from recordings.redact import Redaction, redact
from recordings.verify import verify_file
from tests.recordings.conftest import Desk, record_statement
from tests.recordings.second_verifier import is_right

CANARY = "4111-1111"


@pytest.fixture
async def sealed(desk: Desk) -> Path:
    """Two hundred frames, so with signatures on the way; statement 3 has the canary."""
    writer = await desk.open("s1", target="shop-prod")
    for index in range(1, 60):
        if index == 3:
            text = f"select * from cards where number = '{CANARY}'"
            await writer.append(
                StatementEvent(id="q3", index=3, text=text, parameters=(CANARY.encode(),))
            )
            await writer.append(NoticeEvent(statement_id="q3", text=CANARY))
            rows = hashlib.sha256(CANARY.encode()).hexdigest()
            await writer.append(RowsEvent(statement_id="q3", count=1, sha256=rows))
            await writer.append(OutcomeEvent(statement_id="q3", status="error", message=CANARY))
        else:
            await record_statement(writer, index)
    await writer.seal("logout")
    return writer.path


def copy(desk: Desk, path: Path, **what) -> Path:
    target = desk.folder / "copy.cast"
    target.write_bytes(b"".join(redact(path, Redaction(**what))))
    return target


async def test_a_statement_is_gone_and_all_else_is_proven(desk: Desk, sealed: Path):
    target = copy(desk, sealed, statements=frozenset({3}))
    data = target.read_bytes()
    assert CANARY.encode() not in data
    assert hashlib.sha256(CANARY.encode()).hexdigest().encode() not in data
    report = verify_file(target, desk.key_path, desk.audit_path)
    assert (report.exit_code, report.state) == (0, "redacted")
    assert is_right(target, desk.public, desk.audit_path)
    assert "5 lines and 0 cells removed" in report.message
    original = {view.index: view for view in read_statements(sealed)}
    left = {view.index: view.text for view in read_statements(target)}
    del original[3]
    assert left == {index: view.text for index, view in original.items()}
    assert report.length_bytes == sealed.stat().st_size


async def test_output_of_some_seconds_is_gone_and_the_rest_plays(desk: Desk, sealed: Path):
    times = [one.time_s for one in read_events(sealed) if isinstance(one.event, Output)]
    start, end = times[10], times[20]
    target = copy(desk, sealed, outputs=((start, end),))
    assert verify_file(target, desk.key_path).state == "redacted"
    left = [one.time_s for one in read_events(target) if isinstance(one.event, Output)]
    assert left == [time for time in times if not start <= time <= end]
    for kind in ExportFormat:
        assert b"".join(export(target, kind))


async def test_no_change_of_a_redacted_copy_goes_unseen(desk: Desk, sealed: Path):
    target = copy(desk, sealed, statements=frozenset({3}), outputs=((0.0, 0.01),))
    data = target.read_bytes()
    chance = random.Random(7)
    for _ in range(300):
        changed = bytearray(data)
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        target.write_bytes(changed)
        assert verify_file(target, desk.key_path).exit_code == 1
    for _ in range(100):
        target.write_bytes(data[: chance.randrange(len(data))])
        assert verify_file(target, desk.key_path).exit_code == 1


async def test_what_was_taken_out_cannot_be_guessed(desk: Desk, sealed: Path):
    """Without its salt, even the right guess of a line does not give its commitment."""
    target = copy(desk, sealed, statements=frozenset({3}))
    salt_key = json.loads(json.loads(sealed.read_bytes().split(b"\n")[1])[2])["salt_key"]
    data = target.read_bytes()
    assert salt_key.encode() not in data
    lines = sealed.read_bytes().splitlines(keepends=True)
    guess = next(line for line in lines if b', "q", ' in line and CANARY.encode() in line)
    removed = [json.loads(json.loads(line)[2]) for line in data.splitlines() if b', "y", ' in line]
    salts = {bytes(16)}
    for line in data.splitlines():
        if b', "h", ' in line:
            of_frame = bytes.fromhex(json.loads(json.loads(line)[2])["salts"])
            salts |= {of_frame[at : at + 16] for at in range(0, len(of_frame), 16)}
    domain = b"bastion recording line 2\n"
    guesses = {hashlib.sha256(domain + salt + guess).hexdigest() for salt in salts}
    assert not guesses & {one["commitment"] for one in removed}
    assert len(guess) in {one["length"] for one in removed}


async def test_a_copy_never_passes_for_the_recording_itself(desk: Desk, sealed: Path):
    data = b"".join(redact(sealed, Redaction(statements=frozenset({3}))))
    sealed.write_bytes(data)
    report = verify_file(sealed, desk.key_path, desk.audit_path)
    assert (report.exit_code, "redacted copy" in report.message) == (1, True)
    (entry,) = archivable(Catalog(desk.root), before=desk.clock.now())
    with pytest.raises(FormatError, match="redacted copy"):
        archive(entry, desk.public, desk.audit, by="x")
    with pytest.raises(FormatError, match="Redact the recording itself"):
        copy(desk, sealed, statements=frozenset({4}))


async def test_what_cannot_be_proven_is_not_redacted(desk: Desk, sealed: Path):
    with pytest.raises(FormatError, match="no statement 99"):
        copy(desk, sealed, statements=frozenset({99}))
    live = await desk.open("live")
    await record_statement(live, 1)
    with pytest.raises(FormatError, match="sealed"):
        copy(desk, live.path, outputs=((0.0, 1.0),))
    await live.seal("logout")
    spoken = await desk.open("exec", command="-c 'select 1'", format_version=4)
    await record_statement(spoken, 1)
    await spoken.seal("logout")
    with pytest.raises(FormatError, match="command line"):
        copy(desk, spoken.path, statements=frozenset({1}))
    old = Path(__file__).parent / "fixtures/v1/session.cast"
    with pytest.raises(FormatError, match="version 1"):
        copy(desk, old, outputs=((0.0, 1.0),))


async def test_a_statement_goes_with_the_words_that_the_session_was_begun_with(desk: Desk):
    writer = await desk.open("exec", command="shop-prod -c …")
    await writer.queue(NoteEvent(kind=WORDS, fields={"text": f"shop-prod -c 'select {CANARY}'"}))
    for index in (1, 2):
        await record_statement(writer, index)
    await writer.seal("logout")
    target = copy(desk, writer.path, statements=frozenset({2}))
    assert CANARY.encode() not in target.read_bytes()
    assert verify_file(target, desk.key_path, desk.audit_path).state == "redacted"
    assert is_right(target, desk.public, desk.audit_path)
    assert [view.index for view in read_statements(target)] == [1]
