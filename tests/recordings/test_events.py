"""What is encoded comes back; what players read is plain asciicast v2."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from json.encoder import encode_basestring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.errors import FormatError
from recordings.events import (
    ApprovalEvent,
    EndEvent,
    Event,
    Header,
    LineEncoder,
    Marker,
    NoteEvent,
    NoticeEvent,
    OutcomeEvent,
    Output,
    Resize,
    RowsEvent,
    StatementEvent,
    VerdictEvent,
    decode_header,
    decode_lines,
    decode_payload,
    encode_header,
    marker_for,
    parse_line,
)

any_text = st.text()
with_surrogates = st.text(st.characters(exclude_categories=()))
counts = st.integers(0, 2**53)
times = st.integers(0, 10**12)
payloads: st.SearchStrategy[Event] = st.one_of(
    st.builds(Resize, columns=st.integers(1, 99999), rows=st.integers(1, 99999)),
    st.builds(Marker, label=any_text),
    st.builds(
        StatementEvent,
        id=any_text,
        index=counts,
        text=with_surrogates,
        parameters=st.lists(st.none() | st.binary()).map(tuple),
        sha256=any_text,
        head=any_text,
    ),
    st.builds(
        VerdictEvent,
        statement_id=any_text,
        action=any_text,
        text=with_surrogates,
        effects=st.lists(any_text).map(tuple),
        tables=st.lists(with_surrogates).map(tuple),
    ),
    st.builds(
        ApprovalEvent,
        request_id=any_text,
        state=any_text,
        reason=with_surrogates,
        rows=st.none() | counts,
        is_measured=st.booleans(),
    ),
    st.builds(RowsEvent, statement_id=any_text, count=counts, sha256=any_text),
    st.builds(OutcomeEvent, statement_id=any_text, status=any_text, row_count=st.none() | counts),
    st.builds(NoticeEvent, severity=any_text, text=with_surrogates),
    st.builds(
        NoteEvent,
        kind=any_text,
        fields=st.dictionaries(any_text, any_text | counts | st.booleans() | st.none()),
    ),
    st.builds(EndEvent, reason=with_surrogates, statements=counts, held=counts, denied=counts),
)
outputs = st.builds(Output, data=st.binary(max_size=300), is_stderr=st.booleans())


def lines_of(encoded: bytes) -> list[bytes]:
    assert encoded.endswith(b"\n")
    return encoded[:-1].split(b"\n")


@given(times, payloads)
def test_every_event_comes_back_as_it_was(time_us: int, event: Event):
    encoded = LineEncoder().encode(time_us, event)
    assert len(lines_of(encoded)) == 1
    [(found_us, _, found)] = decode_lines(lines_of(encoded))
    assert found_us == time_us
    assert found == event


@given(st.lists(outputs))
def test_output_bytes_come_back_whatever_they_are(shown: list[Output]):
    encoder = LineEncoder()
    encoded = b"".join(encoder.encode(number, item) for number, item in enumerate(shown))
    found = [event for _, _, event in decode_lines(encoded.split(b"\n")[:-1])]
    assert found == shown


@given(st.lists(outputs))
def test_players_see_only_valid_text_in_event_lines(shown: list[Output]):
    encoder = LineEncoder()
    for number, item in enumerate(shown):
        for raw in lines_of(encoder.encode(number, item)):
            assert not raw.startswith(b"#")
            seconds, code, text = json.loads(raw.decode())
            assert isinstance(seconds, float)
            assert len(code) == 1
            text.encode()


@given(st.lists(st.binary(max_size=7)))
def test_a_character_cut_in_two_is_shown_whole(pieces: list[bytes]):
    encoder = LineEncoder()
    whole = "€→é".encode() + b"".join(pieces) + b"."
    shown = "".join(
        parse_line(lines_of(encoder.encode(0, Output(data=whole[at : at + 1])))[0])[2]
        for at in range(len(whole))
    )
    assert shown == whole.decode(errors="replace")


def test_long_output_is_cut_into_lines_that_join_again():
    data = "€".encode() * 50_000
    encoded = LineEncoder().encode(1, Output(data=data))
    parts = [event for _, _, event in decode_lines(lines_of(encoded))]
    assert len(parts) > 1
    assert b"".join(part.data for part in parts if isinstance(part, Output)) == data


headers = st.builds(
    Header,
    session_id=any_text,
    started_at=st.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    columns=st.integers(1, 9999),
    rows=st.integers(1, 9999),
    term=any_text,
    title=any_text,
    user=with_surrogates,
    person=any_text,
    is_agent=st.booleans(),
    source=any_text,
    client=with_surrogates,
    command=with_surrogates,
)


@given(headers)
def test_the_header_comes_back_and_is_one_of_asciicast(header: Header):
    encoded = encode_header(header)
    assert len(lines_of(encoded)) == 1
    assert decode_header(encoded) == header
    document = json.loads(encoded)
    assert document["version"] == 2
    assert document["width"] == header.columns
    assert document["height"] == header.rows
    assert isinstance(document["timestamp"], int)


@given(st.binary())
def test_garbage_is_refused_as_such(garbage: bytes):
    with pytest.raises(FormatError):
        decode_header(b"\x00" + garbage)
    with pytest.raises(FormatError):
        parse_line(b"\x00" + garbage)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("r", "80"),
        ("r", "80x-1"),
        ("q", "not json"),
        ("q", "[]"),
        ("q", "{}"),
        ("n", '{"statement_id": "q", "count": "3"}'),
        ("n", '{"statement_id": "q", "count": true}'),
        ("q", '{"id": "q", "index": 1, "text": "x", "parameters": [3]}'),
        ("q", '{"id": "q", "index": 1, "text": "x", "parameters": [{"base64": "!"}]}'),
        ("q", '{"id": "q", "index": 1, "text": "x", "parameters": 3}'),
        ("k", '{"kind": "x", "fields": []}'),
    ],
)
def test_a_known_event_of_the_wrong_shape_is_refused(code: str, text: str):
    with pytest.raises(FormatError):
        decode_payload(code, text)


def test_fields_of_a_later_version_are_ignored():
    event = decode_payload("n", '{"statement_id": "q", "count": 3, "colour": "red"}')
    assert event == RowsEvent(statement_id="q", count=3)


def test_a_marker_is_one_short_visible_line():
    statement = StatementEvent(id="q", index=7, text="select\n\x1b[31m 1 " + "x" * 500)
    label = marker_for(statement).label
    assert label.startswith("7. select ?[31m 1 xxx")
    assert len(label) < 90
    assert label.isprintable()


def test_all_event_classes_are_frozen(all_events: tuple[Event, ...]):
    for event in all_events:
        with pytest.raises(dataclasses.FrozenInstanceError):
            event.__setattr__(dataclasses.fields(event)[0].name, None)


@given(st.text(st.characters(exclude_categories=("Cs",))) | st.text('"\\\n\r\t\x1b\x00\x1faé'))
def test_output_is_spelt_as_json_spells_it(text: str):
    shown = LineEncoder().encode(1_500_000, Output(data=text.encode()))
    assert shown == f'[1.500000, "o", {encode_basestring(text)}]\n'.encode()
