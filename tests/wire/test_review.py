import dataclasses
import json
import typing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bastion.core.approval import ApprovalState
from bastion.core.model import Role
from bastion.wire import review as wire
from tests.fakes.review_peer import START, detail, summary

MESSAGE_CLASSES = typing.get_args(wire.Message)
_TEXT = st.text(st.characters(codec=None), max_size=40)
_MOMENTS = st.integers(0, 2**37).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def _values(expected: object) -> st.SearchStrategy[object]:
    simple: dict[object, st.SearchStrategy[object]] = {
        str: _TEXT,
        datetime: _MOMENTS,
        float: st.floats(allow_nan=False, allow_infinity=False),
        bytes: st.binary(max_size=60),
    }
    arguments = typing.get_args(expected)
    if expected in simple:
        return simple[expected]
    if dataclasses.is_dataclass(expected):
        return _messages(typing.cast("type", expected))
    if typing.get_origin(expected) is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(_values(arguments[0]), max_size=3).map(tuple)
        return st.tuples(*(_values(argument) for argument in arguments))
    if arguments:
        return st.none() | _values(arguments[0])
    return st.from_type(typing.cast("type", expected))


def _messages(kind: type) -> st.SearchStrategy[object]:
    hints = typing.get_type_hints(kind)
    fields = {field.name: _values(hints[field.name]) for field in dataclasses.fields(kind)}
    return st.builds(kind, **fields)


ANY_MESSAGE = st.sampled_from(MESSAGE_CLASSES).flatmap(_messages)


def _line(**changes: object) -> bytes:
    return json.dumps({"v": 1, "kind": "unwatch", "number": 1, **changes}).encode()


@given(ANY_MESSAGE)
def test_every_message_comes_back_as_it_was(message: typing.Any) -> None:
    assert wire.decode(wire.encode(message)) == message


@given(ANY_MESSAGE)
def test_a_line_is_printable_ascii_and_one_line(message: typing.Any) -> None:
    line = wire.encode(message)
    assert line.endswith(b"\n")
    assert all(0x20 <= byte < 0x7F for byte in line[:-1])


@settings(max_examples=50)
@given(st.lists(ANY_MESSAGE, max_size=4), st.data())
def test_the_stream_may_be_cut_anywhere(messages: list[typing.Any], data: st.DataObject) -> None:
    stream = b"".join(wire.encode(message) for message in messages)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8).map(sorted))
    decoder = wire.Decoder()
    found: list[wire.Message] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += decoder.feed(stream[start:end])
    assert found == messages


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(noise: bytes) -> None:
    assert _refusal(noise) is None or str(_refusal(noise)).endswith(".")


@given(st.recursive(st.none() | st.booleans() | st.integers() | _TEXT, st.lists, max_leaves=8))
def test_any_value_in_a_field_is_taken_or_refused(value: object) -> None:
    refusal = _refusal(_line(kind="kill", session=value, reason="x"))
    if isinstance(value, str):
        assert refusal is None
    else:
        assert "kill.session" in str(refusal)


def _refusal(line: bytes) -> str | None:
    try:
        wire.decode(line)
    except wire.ProtocolError as error:
        return error.message
    return None


def test_each_kind_has_its_own_name() -> None:
    kinds = {json.loads(wire.encode(_smallest(kind)))["kind"] for kind in MESSAGE_CLASSES}
    assert len(kinds) == len(MESSAGE_CLASSES)
    assert {"hello", "approve", "requests_changed", "recording_chunk", "bye"} <= kinds


def _smallest(kind: typing.Any) -> typing.Any:
    small: dict[object, object] = {
        str: "",
        int: 0,
        bool: False,
        float: 0.0,
        bytes: b"",
        datetime: datetime(2026, 1, 1, tzinfo=UTC),
        wire.RequestDetail: detail(summary()),
    }
    hints = typing.get_type_hints(kind)
    return kind(
        **{field.name: small.get(hints[field.name], ()) for field in dataclasses.fields(kind)}
    )


@pytest.mark.parametrize("version", [0, 2, "1", True, None, 1.5, [1]])
def test_other_versions_are_refused_with_what_to_do(version: object) -> None:
    with pytest.raises(wire.ProtocolError, match="Install the same release"):
        wire.decode(_line(v=version))


@pytest.mark.parametrize("kind", ["approve_all", "", None, 3, ["hello"], "\x1b[2J"])
def test_unknown_kinds_are_refused(kind: object) -> None:
    with pytest.raises(wire.ProtocolError, match="unknown kind") as refusal:
        wire.decode(_line(kind=kind))
    assert "\x1b" not in refusal.value.message


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"hello"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"v":1,"kind":"unwatch","number":NaN}',
        b'{"v":1,"kind":"unwatch"}',
        b'{"v":1,"kind":"unwatch","number":true}',
        b'{"v":1,"kind":"unwatch","number":"1"}',
        b'{"v":1,"kind":"unwatch","number":1.0}',
        b'{"v":1,"kind":"unwatch","number":null}',
        b'{"v":1,"kind":"unwatch","number":' + b"9" * 5000 + b"}",
        b'{"v":1,"kind":"welcome","version":1,"user":"","person":"","roles":["king"],"now":"x"}',
        b'{"v":1,"kind":"watch_chunk","session":"","end_offset":1,"data":"not base64!"}',
    ],
)
def test_garbled_lines_are_refused(line: bytes) -> None:
    with pytest.raises(wire.ProtocolError):
        wire.decode(line)


def test_a_moment_without_its_zone_is_refused() -> None:
    line = wire.encode(wire.RequestsChanged(requests=(summary(),)))
    with pytest.raises(wire.ProtocolError, match="created_at"):
        wire.decode(line.replace(b"+00:00", b""))


def test_moments_travel_in_utc() -> None:
    east = timezone(timedelta(hours=5))
    request = summary(created_at=datetime(2026, 1, 1, 5, tzinfo=east))
    (found,) = wire.Decoder().feed(wire.encode(wire.RequestsChanged(requests=(request,))))
    assert isinstance(found, wire.RequestsChanged)
    assert found.requests[0].created_at.utcoffset() == timedelta(0)
    assert found.requests[0].created_at == request.created_at


def test_fields_of_a_later_version_are_ignored() -> None:
    assert wire.decode(_line(colour="blue")) == wire.Unwatch(number=1)


def test_a_field_with_a_default_may_be_left_out() -> None:
    assert wire.decode(b'{"v":1,"kind":"list_requests","number":4}') == wire.ListRequests(
        number=4, pending_only=True
    )


def test_states_and_roles_travel_as_the_words_people_see() -> None:
    line = wire.encode(wire.RequestsChanged(requests=(summary(state=ApprovalState.APPROVED),)))
    assert b'"state":"approved"' in line
    welcome = wire.Welcome(version=1, user="bob", person="bob", roles=(Role.REVIEWER,), now=START)
    assert b'"roles":["reviewer"]' in wire.encode(welcome)


def test_a_line_longer_than_allowed_is_refused_before_it_ends() -> None:
    decoder = wire.Decoder()
    half = b"x" * (wire.LINE_BYTES_MAX // 2)
    assert not list(decoder.feed(half))
    assert not list(decoder.feed(half))
    with pytest.raises(wire.ProtocolError, match="more than"):
        list(decoder.feed(b"x"))


def test_a_finished_line_longer_than_allowed_is_refused() -> None:
    decoder = wire.Decoder()
    with pytest.raises(wire.ProtocolError, match="more than"):
        list(decoder.feed(b" " * wire.LINE_BYTES_MAX + b"\n"))


def test_what_would_be_too_long_is_not_sent() -> None:
    huge = detail(summary(), text="x" * wire.LINE_BYTES_MAX)
    with pytest.raises(wire.ProtocolError, match="too long to show"):
        wire.encode(wire.RequestReply(number=1, request=huge))


def test_the_largest_chunk_of_a_transcript_fits_a_line() -> None:
    data = b"\xff" * wire.CHUNK_BYTES_MAX
    chunk = wire.WatchChunk(session="s" * 64, end_offset=2**62, data=data)
    assert wire.decode(wire.encode(chunk)) == chunk


def test_statement_and_parameters_travel_byte_for_byte() -> None:
    text = "select 'a\r\n\x00\x1b]52;c;x\x07\u202e\ud800\U0001f600'"
    whole = detail(summary(), text=text, parameters=(b"\x00\xff", None, b""))
    reply = wire.RequestReply(number=1, request=whole)
    assert wire.decode(wire.encode(reply)) == reply
