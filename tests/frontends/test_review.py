"""The reviewers' protocol on the real desk, registry, store and transcripts."""

import asyncio
import contextlib
import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bastion.core.approval import ApprovalState
from bastion.core.model import Engine, Environment, KeySet, Principal, Role, Target
from bastion.errors import RecordingError
from bastion.execution.ports import PublicKey
from bastion.execution.registry import SessionLimits, SessionRegistry
from bastion.execution.session import Session, SessionFactory
from bastion.frontends.review import _more_tables, serve_review
from bastion.store.audit import AuditTrail
from bastion.store.recordings import RecordingFolder
from bastion.wire import review as wire
from bastion.wire.decision import Word, decision_message, subject_shown
from recordings.audit import AuditLog, read_rows
from recordings.keys import make_private_key
from recordings.packed import pack
from recordings.seek import SeekIndexes, index_key
from recordings.sshsig import DECISION_NAMESPACE, sign_message, verify_message
from recordings.writer import Journal
from tests.fakes.clock import FakeClock
from tests.fakes.readers import seen_by_all
from tests.fakes.store import DeskRig, add_people, draft, opened_desk, principal, some_key

BOB = principal("bob")
CAROL = principal("carol")
ALICE = principal("alice", Role.ENGINEER)
ANN = principal("ann", Role.AUDITOR)
ROOT = principal("root", Role.ADMIN)
SHOP = Target(
    name="shop",
    engine=Engine.POSTGRESQL,
    environment=Environment.PRODUCTION,
    host="127.0.0.1",
    port=5432,
    database="shop",
)


class ShopOnly:
    """The port ``Targets`` with one target."""

    async def list_targets(self):
        return [SHOP]

    async def connector(self, name):
        return None


class Valve:
    """A stream writer that can be shut, like a client that has stopped reading."""

    def __init__(self, writer):
        self.writer = writer
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.lines = 0

    def write(self, data):
        self.lines += 1
        self.writer.feed_data(data)

    async def drain(self):
        await self.is_open.wait()


@dataclass
class Rig:
    """What one bastion process has, as far as reviewers touch it."""

    desk_rig: DeskRig
    registry: SessionRegistry
    journal: Journal
    folder: Path
    audit: Any
    targets: ShopOnly = field(default_factory=ShopOnly)
    urgent: tuple[str, ...] = ()

    @property
    def desk(self):
        return self.desk_rig.desk

    @property
    def clock(self):
        return self.desk_rig.clock

    async def alerts(self, principal):
        return self.urgent

    async def file(self, request_id: str = "r1", **changes: Any):
        return await self.desk.submit(draft(request_id, self.clock.now(), **changes))


class Client:
    """The other end: numbers requests, sorts answers from pushes."""

    def __init__(self, rig: Rig, who: Principal, session: Session):
        self.rig, self.who, self.session = rig, who, session
        self.to_server = asyncio.StreamReader()
        self.from_server = asyncio.StreamReader()
        self.valve = Valve(self.from_server)
        self.decoder = wire.Decoder()
        self.messages: asyncio.Queue[wire.Message] = asyncio.Queue()
        self.pushes: list[wire.Message] = []
        self.number = 0
        self.tasks: list[asyncio.Task[None]] = []

    def start(self):
        loop = asyncio.get_running_loop()
        serving = serve_review(self.rig, self.who, self.session, self.to_server, self.valve)
        self.tasks = [loop.create_task(serving), loop.create_task(self._read())]

    async def _read(self):
        while data := await self.from_server.read(65536):
            for message in self.decoder.feed(data):
                self.messages.put_nowait(message)

    def send(self, message):
        self.to_server.feed_data(wire.encode(message))

    async def next(self, *kinds: type) -> Any:
        """Wait for a message of one of the kinds; what comes before is kept."""
        async with asyncio.timeout(30):
            while True:
                message = await self.messages.get()
                if isinstance(message, kinds):
                    return message
                self.pushes.append(message)

    async def hello(self):
        self.send(wire.Hello(version=1, client="test"))
        return await self.next(wire.Welcome, wire.Bye)

    async def ask(self, kind: type, **fields: Any) -> Any:
        self.number += 1
        self.send(kind(number=self.number, **fields))
        answers = (
            *(wire.Reply, wire.RequestsReply, wire.RequestReply),
            *(wire.SessionsReply, wire.RecordingsReply),
        )
        answer = await self.next(*answers)
        assert answer.number == self.number
        return answer

    async def queue(self) -> tuple[wire.RequestSummary, ...]:
        return (await self.next(wire.RequestsChanged)).requests

    async def approve(self, request) -> Any:
        return await self.ask(
            wire.Approve,
            id=request.id,
            statement_sha256=request.statement_sha256,
            comment="fine",
        )

    async def finished(self):
        async with asyncio.timeout(30):
            await self.tasks[0]

    async def close(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@pytest.fixture
async def rig(tmp_path):
    clock, key = FakeClock(), make_private_key()
    async with opened_desk(tmp_path, clock) as desk_rig:
        await add_people(desk_rig.store)
        log = AuditLog(tmp_path / "audit.jsonl", key, now=clock.now)
        journal = Journal(tmp_path / "sessions", key, log, now=clock.now)
        registry = SessionRegistry(
            factory=SessionFactory(journal, clock),
            recordings=RecordingFolder(
                tmp_path / "sessions",
                log.path,
                public_key=key.public_key(),
                indexes=SeekIndexes(tmp_path / "sessions", index_key(key)),
                now=clock.now,
            ),
            users=UsersWhoMay(),
            audit=AuditTrail(log),
            clock=clock,
            limits=SessionLimits(),
            policy_version=lambda: "test",
            product_version="0",
            mask_for=seen_by_all,
        )
        yield Rig(desk_rig, registry, journal, tmp_path, log)
        await registry.drain("end of test")
        await asyncio.to_thread(journal.close)


class UsersWhoMay:
    """Nobody is refused."""

    async def refusal(self, principal, target):
        return None


@pytest.fixture
async def connect(rig):
    clients: list[Client] = []

    async def open_client(who: Principal, *, greet: bool = True) -> Client:
        session = await rig.registry.open_session(who, target=None, front_end="review")
        client = Client(rig, who, session)
        clients.append(client)
        client.start()
        if greet:
            assert isinstance(await client.hello(), wire.Welcome)
        return client

    yield open_client
    for client in clients:
        await client.close()


def notes_of(rig, session: Session) -> list[dict[str, Any]]:
    """Read the acts from a reviewer's own transcript."""
    (path,) = rig.folder.glob(f"sessions/**/{session.id}.cast")
    events = [json.loads(line) for line in path.read_text().splitlines()[1:]]
    return [json.loads(text) for _, code, text in events if code == "k"]


# --- greeting ---


async def test_welcome_names_the_account_its_roles_and_the_servers_time(rig, connect):
    client = await connect(BOB, greet=False)
    welcome = await client.hello()
    assert (welcome.user, welcome.person, welcome.roles) == ("bob", "bob", (Role.REVIEWER,))
    assert welcome.now == rig.clock.now()


async def test_an_agent_is_refused(rig, connect):
    robo = principal("robo", Role.AGENT, person="alice", is_agent=True)
    client = await connect(robo, greet=False)
    assert "A person must" in (await client.hello()).reason
    await client.finished()


async def test_another_version_is_refused_with_what_to_do(rig, connect):
    client = await connect(BOB, greet=False)
    client.send(wire.Hello(version=7, client="test"))
    assert "same release" in (await client.next(wire.Bye)).reason


async def test_a_request_before_hello_is_refused(rig, connect):
    client = await connect(BOB, greet=False)
    client.send(wire.ListSessions(number=1))
    assert isinstance(await client.next(wire.Bye), wire.Bye)


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\n", b'{"v":1,"kind":"sudo"}\n', b"\xff\n"])
async def test_noise_ends_the_service_in_words(rig, connect, noise):
    client = await connect(BOB)
    client.to_server.feed_data(noise)
    assert (await client.next(wire.Bye)).reason.startswith("The peer sent")
    await client.finished()


async def test_a_server_message_from_a_client_ends_the_service(rig, connect):
    client = await connect(BOB)
    client.send(wire.Bye(reason="no"))
    assert "only a server sends" in (await client.next(wire.Bye)).reason


async def test_the_service_ends_when_the_client_leaves(rig, connect):
    client = await connect(BOB)
    client.to_server.feed_eof()
    await client.finished()


async def test_the_session_that_ends_says_why(rig, connect):
    client = await connect(BOB)
    await client.session.end("The account was disabled.")
    assert (await client.next(wire.Bye)).reason == "The account was disabled."
    await client.finished()


async def test_the_idle_warning_reaches_the_client(rig, connect):
    client = await connect(BOB)
    await client.queue()
    client.session.notice_callback("This session ends in 60 s.")
    assert (await client.next(wire.Notice)).text == "This session ends in 60 s."


# --- the queue ---


async def test_what_is_urgent_is_told_to_whoever_connects(rig, connect):
    rig.urgent = ("BREAK-GLASS: ann on shop",)
    client = await connect(BOB)
    notice = await client.next(wire.Notice)
    assert notice.text == "BREAK-GLASS: ann on shop"


async def test_what_waits_is_pushed_at_once_and_again_on_change(rig, connect):
    await rig.file("r1")
    client = await connect(BOB)
    assert [one.id for one in await client.queue()] == ["r1"]
    await rig.file("r2", text="delete from baskets")
    assert {one.id for one in await client.queue()} == {"r1", "r2"}
    await rig.desk.decide(CAROL, "r1", approve=False, reason="no")
    assert [one.id for one in await client.queue()] == ["r2"]


async def test_mine_to_decide_come_first(rig, connect):
    await rig.file("own", requester="bob")
    rig.clock.advance(5)
    await rig.file("other")
    client = await connect(BOB)
    queue = await client.queue()
    assert [(one.id, one.may_decide) for one in queue] == [("other", True), ("own", False)]
    assert "your own statement" in queue[1].why_not


async def test_an_auditor_sees_the_queue_and_may_decide_nothing(rig, connect):
    request = await rig.file()
    client = await connect(ANN)
    (seen,) = await client.queue()
    assert not seen.may_decide
    assert "reviewer" in seen.why_not
    await rig.desk_rig.store.add_user(
        "ann", keys=[some_key("ann")], roles=[Role.AUDITOR], targets=None
    )
    reply = await client.approve(request)
    assert not reply.is_ok
    assert (await rig.desk.get(BOB, "r1")).state is ApprovalState.PENDING


async def test_an_engineer_sees_only_their_own(rig, connect):
    await rig.file("r1")
    await rig.file("r2", requester="root", text="delete from t")
    client = await connect(ALICE)
    assert [one.id for one in await client.queue()] == ["r1"]
    reply = await client.ask(wire.ShowRequest, id="r2")
    assert not reply.is_ok


async def test_a_reviewer_without_the_target_sees_nothing_of_it(rig, connect):
    await rig.file()
    client = await connect(principal("bob", targets=frozenset({"other"})))
    assert await client.queue() == ()
    assert not (await client.ask(wire.ShowRequest, id="r1")).is_ok


async def test_a_yes_that_has_not_run_stays_in_the_queue_until_it_is_taken_back(rig, connect):
    request = await rig.file()
    client = await connect(BOB)
    await client.queue()
    assert (await client.approve(request)).is_ok
    (seen,) = await client.queue()
    assert (seen.state, seen.may_decide) == (ApprovalState.APPROVED, False)
    other = await connect(CAROL)
    assert [one.id for one in await other.queue()] == ["r1"]
    reply = await client.ask(wire.Revoke, id="r1", reason="wrong day")
    assert reply.is_ok
    assert await client.queue() == ()
    assert (await rig.desk.get(BOB, "r1")).state is ApprovalState.REVOKED


async def test_a_yes_whose_run_goes_on_stays_in_the_queue_and_can_be_taken_back(rig, connect):
    request = await rig.file()
    client = await connect(BOB)
    await client.queue()
    assert (await client.approve(request)).is_ok
    await rig.desk.claim(request.id, request.digest)
    # Each step tells of itself, and two may come as one.
    while (seen := (await client.queue())[0]).state is not ApprovalState.RUNNING:
        assert seen.state is ApprovalState.APPROVED
    assert not seen.may_decide
    reply = await client.ask(wire.Revoke, id="r1", reason="wrong day")
    assert reply.is_ok
    assert "It runs already" in reply.message
    await rig.desk.finish(request.id, ApprovalState.FAILED)
    while left := await client.queue():
        assert left[0].state is ApprovalState.RUNNING


async def test_all_requests_can_be_listed(rig, connect):
    await rig.file()
    await rig.desk.decide(CAROL, "r1", approve=False, reason="no")
    client = await connect(BOB)
    reply = await client.ask(wire.ListRequests, pending_only=False)
    assert [(one.id, one.state) for one in reply.requests] == [("r1", ApprovalState.DENIED)]


async def test_a_slow_client_gets_the_newest_queue_not_a_backlog(rig, connect):
    client = await connect(BOB)
    await client.queue()
    await client.next(wire.SessionsChanged)
    client.valve.is_open.clear()
    before = client.valve.lines
    for number in range(15):
        await rig.file(f"r{number}", text=f"delete from t where id = {number}")
        await asyncio.sleep(0.02)
    assert client.valve.lines <= before + 2
    client.valve.is_open.set()
    while len(await client.queue()) < 15:
        pass
    assert client.valve.lines <= before + 5


# --- one request ---


async def test_detail_carries_all_that_a_reviewer_must_see(rig, connect):
    text = "delete from orders\nwhere note = '[@click=app.approve()]\x1b]52;c;x\x07\u202e'"
    request = await rig.file(text=text)
    client = await connect(BOB)
    shown = (await client.ask(wire.ShowRequest, id="r1")).request
    assert shown.text == text
    assert shown.statement_sha256 == request.statement_sha256
    assert shown.engine == "postgres"
    assert (shown.database, shown.schema, shown.role) == ("shop", "public", "app")
    assert (shown.source, shown.key_fingerprint) == ("127.0.0.1", "SHA256:x")
    assert (shown.rule, shown.rule_text) == (request.rule, request.rule_text)
    assert shown.summary.rows == 99
    assert shown.summary.is_measured
    assert shown.summary.first_line == "delete from orders…"
    assert shown.summary.size_bytes == len(text.encode())


async def test_an_unknown_request_is_answered_in_words(rig, connect):
    client = await connect(BOB)
    reply = await client.ask(wire.ShowRequest, id="r404")
    assert (reply.is_ok, reply.code) == (False, "approval")


async def test_a_request_too_long_to_show_is_refused_and_the_service_goes_on(rig, connect):
    await rig.file(text="select '" + "x" * wire.LINE_BYTES_MAX + "'")
    client = await connect(BOB)
    reply = await client.ask(wire.ShowRequest, id="r1")
    assert "too long to show" in reply.message
    assert (await client.ask(wire.ListSessions)).sessions


# --- deciding ---


async def test_a_yes_counts_and_is_noted_before(rig, connect):
    request = await rig.file()
    client = await connect(BOB)
    reply = await client.approve(request)
    assert (reply.is_ok, reply.message) == (True, "Approved r1.")
    decided = await rig.desk.get(BOB, "r1")
    assert decided.state is ApprovalState.APPROVED
    assert decided.decisions[0].reason == "fine"
    kinds = [note["kind"] for note in notes_of(rig, client.session)]
    assert kinds == ["review.hello", "review.approve"]


async def test_a_yes_to_another_text_than_shown_is_refused(rig, connect):
    await rig.file()
    client = await connect(BOB)
    reply = await client.ask(wire.Approve, id="r1", statement_sha256="0" * 64, comment="")
    assert "not the statement that you were shown" in reply.message
    assert (await rig.desk.get(BOB, "r1")).state is ApprovalState.PENDING


async def test_nobody_approves_their_own(rig, connect):
    request = await rig.file(requester="bob")
    client = await connect(BOB)
    reply = await client.approve(request)
    assert not reply.is_ok
    assert "your own statement" in reply.message
    assert (await rig.desk.get(BOB, "r1")).state is ApprovalState.PENDING


async def test_an_owner_does_not_approve_their_agents_request(rig, connect):
    await rig.desk_rig.store.set_roles("alice", [Role.REVIEWER])
    request = await rig.file(requester="robo", is_agent=True)
    client = await connect(principal("alice"))
    assert not (await client.approve(request)).is_ok
    assert (await rig.desk.get(BOB, "r1")).state is ApprovalState.PENDING


async def test_two_reviewers_race_and_the_loser_is_told_who_won(rig, connect):
    request = await rig.file()
    bob, carol = await connect(BOB), await connect(CAROL)
    replies = await asyncio.gather(bob.approve(request), carol.approve(request))
    assert sorted(reply.is_ok for reply in replies) == [False, True]
    winner = "bob" if replies[0].is_ok else "carol"
    loser = next(reply for reply in replies if not reply.is_ok)
    assert winner in loser.message


async def test_the_first_of_two_needed_yeses_says_that_one_is_missing(rig, connect):
    request = await rig.file(needed=2)
    client = await connect(BOB)
    assert "waits for 1 more" in (await client.approve(request)).message


async def test_a_denial_carries_its_reason(rig, connect):
    await rig.file()
    client = await connect(BOB)
    assert (await client.ask(wire.Deny, id="r1", reason="Too broad [/]")).is_ok
    decided = await rig.desk.get(BOB, "r1")
    assert decided.state is ApprovalState.DENIED
    assert decided.decisions[0].reason == "Too broad [/]"


async def test_a_denial_without_a_reason_is_refused(rig, connect):
    await rig.file()
    client = await connect(BOB)
    assert not (await client.ask(wire.Deny, id="r1", reason="  ")).is_ok
    assert (await rig.desk.get(BOB, "r1")).state is ApprovalState.PENDING


async def test_a_decision_after_the_expiry_is_refused(rig, connect):
    request = await rig.file()
    client = await connect(BOB)
    rig.clock.advance(15 * 60)
    assert not (await client.approve(request)).is_ok
    assert (await rig.desk.get(BOB, "r1")).state is ApprovalState.EXPIRED


async def test_what_cannot_be_recorded_is_not_decided_and_ends_the_service(rig, connect):
    request = await rig.file()
    client = await connect(BOB)
    await client.queue()

    async def full(kind, fields):
        raise RecordingError("The transcript cannot be written, so nothing can run.")

    client.session.note = full
    client.send(
        wire.Approve(number=1, id="r1", statement_sha256=request.statement_sha256, comment="")
    )
    assert "cannot be written" in (await client.next(wire.Bye)).reason
    await client.finished()
    assert (await rig.desk.get(BOB, "r1")).state is ApprovalState.PENDING


async def test_an_act_starts_the_idle_limit_again(rig, connect):
    client = await connect(BOB)
    rig.clock.advance(300)
    await client.ask(wire.ListSessions)
    assert client.session.last_active == rig.clock.monotonic()


# --- sessions ---


async def shell(rig, who: Principal = ALICE) -> Session:
    return await rig.registry.open_session(who, target=SHOP, front_end="shell")


async def test_sessions_are_pushed_as_they_come_and_go(rig, connect):
    client = await connect(BOB)
    await client.next(wire.SessionsChanged)
    session = await shell(rig)
    pushed = await client.next(wire.SessionsChanged)
    assert session.id in {entry.id for entry in pushed.sessions}
    await session.end("left")
    pushed = await client.next(wire.SessionsChanged)
    assert session.id not in {entry.id for entry in pushed.sessions}


async def test_an_engineer_sees_only_their_own_sessions(rig, connect):
    await shell(rig, principal("zoe", Role.ENGINEER))
    client = await connect(ALICE)
    reply = await client.ask(wire.ListSessions)
    assert {entry.user for entry in reply.sessions} == {"alice"}


async def test_a_live_session_is_watched_from_its_beginning_to_its_end(rig, connect):
    session = await shell(rig)
    await session.output(b"first\r\n")
    client = await connect(BOB)
    assert (await client.ask(wire.Watch, session=session.id, offset=0)).is_ok
    seen = b""
    while b"first" not in seen:
        chunk = await client.next(wire.WatchChunk)
        seen += chunk.data
        assert chunk.end_offset == len(seen)
    await session.output(b"second\r\n")
    while b"second" not in seen:
        seen += (await client.next(wire.WatchChunk)).data
    await session.end("left")
    assert (await client.next(wire.WatchEnded)).session == session.id
    assert [row.event for row in read_rows(rig.audit.path)].count("recording.read") == 1


async def test_a_watch_goes_on_where_the_client_was(rig, connect):
    session = await shell(rig)
    await session.output(b"first\r\n")
    client = await connect(BOB)
    await client.ask(wire.Watch, session=session.id, offset=0)
    offset = (await client.next(wire.WatchChunk)).end_offset
    await client.ask(wire.Unwatch)
    await session.output(b"second\r\n")
    await client.ask(wire.Watch, session=session.id, offset=offset)
    chunk = await client.next(wire.WatchChunk)
    assert b"second" in chunk.data
    assert b"first" not in chunk.data


@pytest.mark.parametrize("who", [principal("zoe", Role.ENGINEER), ROOT])
async def test_watching_others_takes_reviewer_or_auditor(rig, connect, who):
    session = await shell(rig)
    client = await connect(who)
    await client.ask(wire.Watch, session=session.id, offset=0)
    ended = await client.next(wire.WatchEnded, wire.WatchChunk)
    assert isinstance(ended, wire.WatchEnded)
    assert ended.reason != "The session has ended."


async def test_a_reviewer_cannot_watch_the_session_they_look_from(rig, connect):
    client = await connect(BOB)
    reply = await client.ask(wire.Watch, session=client.session.id, offset=0)
    assert not reply.is_ok


async def test_a_session_is_ended_with_a_reason_that_its_user_reads(rig, connect):
    session = await shell(rig)
    client = await connect(BOB)
    assert (await client.ask(wire.Kill, session=session.id, reason="OPS-1")).is_ok
    assert session.end_reason == "bob has ended this session: OPS-1"


async def test_an_auditor_ends_nobodys_session(rig, connect):
    session = await shell(rig)
    client = await connect(ANN)
    assert not (await client.ask(wire.Kill, session=session.id, reason="x")).is_ok
    assert not session.ended.is_set()


# --- recordings ---


async def ended_session(rig) -> tuple[str, bytes]:
    session = await shell(rig)
    await session.output(b"x" * 600_000)
    await session.end("left")
    (path,) = rig.folder.glob(f"sessions/**/{session.id}.cast")
    return session.id, path.read_bytes()


async def downloaded(client: Client) -> bytes:
    data = b""
    while True:
        chunk = await client.next(wire.RecordingChunk)
        data += chunk.data
        assert chunk.end_offset == len(data) <= chunk.total_bytes
        if chunk.is_last:
            return data


async def test_a_recording_comes_whole_and_in_order(rig, connect):
    session_id, whole = await ended_session(rig)
    client = await connect(ANN)
    found = (await client.ask(wire.ListRecordings, query="alice")).recordings
    assert session_id in {entry.id for entry in found}
    assert (await client.ask(wire.OpenRecording, id=session_id, purpose="audit")).is_ok
    assert await downloaded(client) == whole
    rows = [row for row in read_rows(rig.audit.path) if row.event == "recording.read"]
    assert [row.fields["act"] for row in rows] == ["list", "replay"]


async def test_a_packed_recording_comes_unpacked(rig, connect):
    session_id, whole = await ended_session(rig)
    (path,) = rig.folder.glob(f"sessions/**/{session_id}.cast")
    pack(path, path.with_suffix(".cast.zst"))
    path.unlink()
    client = await connect(ANN)
    assert (await client.ask(wire.OpenRecording, id=session_id, purpose="audit")).is_ok
    assert await downloaded(client) == whole


async def test_a_damaged_packed_recording_is_refused_and_the_service_goes_on(rig, connect):
    session_id, _ = await ended_session(rig)
    (path,) = rig.folder.glob(f"sessions/**/{session_id}.cast")
    packed = path.with_suffix(".cast.zst")
    pack(path, packed)
    path.unlink()
    client = await connect(ANN)
    data = bytearray(packed.read_bytes())
    data[-1] ^= 0xFF  # the checksum, so that the damage shows at the very end
    packed.write_bytes(data)
    reply = await client.ask(wire.OpenRecording, id=session_id, purpose="audit")
    assert not reply.is_ok
    assert (await client.ask(wire.ListSessions)).sessions


async def test_the_queue_answers_while_a_recording_is_on_its_way(rig, connect):
    session_id, _ = await ended_session(rig)
    request = await rig.file()
    client = await connect(BOB)
    await client.ask(wire.OpenRecording, id=session_id, purpose="audit")
    assert (await client.approve(request)).is_ok


@pytest.mark.parametrize("who", [principal("zoe", Role.ENGINEER), ROOT])
async def test_reading_others_recordings_takes_reviewer_or_auditor(rig, connect, who):
    session_id, _ = await ended_session(rig)
    client = await connect(who)
    listed = (await client.ask(wire.ListRecordings, query="")).recordings
    assert session_id not in {entry.id for entry in listed}
    assert not (await client.ask(wire.OpenRecording, id=session_id, purpose="x")).is_ok
    await asyncio.sleep(0.05)
    while not client.messages.empty():
        assert not isinstance(client.messages.get_nowait(), wire.RecordingChunk)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "x" * 5000, "\x00"])
async def test_a_recording_is_named_by_id_never_by_path(rig, connect, name):
    client = await connect(BOB)
    assert not (await client.ask(wire.OpenRecording, id=name, purpose="x")).is_ok


async def test_an_unanswering_client_does_not_hold_up_the_end(rig, connect):
    client = await connect(BOB)
    await client.queue()
    client.valve.is_open.clear()
    client.to_server.feed_eof()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.3):
            await asyncio.shield(client.tasks[0])
    client.valve.is_open.set()
    await client.finished()


# --- signing ---


def signed_as_shown(detail: wire.RequestDetail, key, at, *, is_approval: bool, reason: str) -> str:
    """Sign as ``bastion-review`` does, of what it was sent."""
    word = Word(reviewer="bob", is_approval=is_approval, reason=reason, at=at)
    return sign_message(decision_message(subject_shown(detail), word), key, DECISION_NAMESPACE)


@pytest.fixture
async def signing(rig):
    key = make_private_key()
    signer = verify_message(b"", sign_message(b"", key, "x"), "x")
    line = " ".join(signer.allowed_signers_line("bob", "x").split()[2:])
    await rig.desk_rig.store.add_key("bob", PublicKey(fingerprint=signer.fingerprint, line=line))
    return key, dataclasses.replace(BOB, key_fingerprint=signer.fingerprint)


KEYS = KeySet(columns=("id",), count=2, digest="ab" * 32, tags="cd" * 16)


@pytest.mark.parametrize("text", ["delete from orders", "create user x password 'canary'"])
async def test_what_a_reviewer_is_sent_is_what_their_signature_is_checked_against(
    rig, connect, signing, text
):
    key, bob = signing
    base = draft("r1", rig.clock.now(), text=text)
    impact = dataclasses.replace(
        base.impact, keys=KEYS, rows=2, tables=tuple(f"public.t{n}" for n in range(40))
    )
    await rig.desk.submit(dataclasses.replace(base, impact=impact, parameters=(b"\xff", None)))
    client = await connect(bob)
    shown = (await client.ask(wire.ShowRequest, id="r1")).request
    at = rig.clock.now()
    signature = signed_as_shown(shown, key, at, is_approval=True, reason="fine")
    asked = {"id": "r1", "statement_sha256": shown.statement_sha256, "signed_at": at}
    other = await client.ask(wire.Approve, **asked, comment="another", signature=signature)
    assert (other.is_ok, "does not fit" in other.message) == (False, True)
    half = await client.ask(wire.Approve, **asked, comment="fine")
    assert not half.is_ok
    yes = await client.ask(wire.Approve, **asked, comment="fine", signature=signature)
    assert yes.is_ok, yes.message
    seen = (await client.ask(wire.ShowRequest, id="r1")).request
    assert [one.signed_by for one in seen.decisions] == [bob.key_fingerprint]


async def test_a_no_is_signed_as_well(rig, connect, signing):
    key, bob = signing
    await rig.file()
    client = await connect(bob)
    shown = (await client.ask(wire.ShowRequest, id="r1")).request
    at = rig.clock.now()
    signature = signed_as_shown(shown, key, at, is_approval=False, reason="no")
    no = await client.ask(wire.Deny, id="r1", reason="no", signature=signature, signed_at=at)
    assert no.is_ok, no.message
    assert (await rig.desk.get(BOB, "r1")).decisions[0].proof.reviewer_signature == signature


async def test_taking_back_is_signed_as_well(rig, connect, signing):
    key, bob = signing
    await rig.file()
    await rig.desk.decide(BOB, "r1", approve=True, reason="fine")
    client = await connect(bob)
    shown = (await client.ask(wire.ShowRequest, id="r1")).request
    at = rig.clock.now()
    word = Word(reviewer="bob", is_approval=False, is_revocation=True, reason="wrong table", at=at)
    message = decision_message(subject_shown(shown), word)
    signature = sign_message(message, key, DECISION_NAMESPACE)
    asked = {"id": "r1", "signature": signature, "signed_at": at}
    other = await client.ask(wire.Revoke, **asked, reason="another")
    assert (other.is_ok, "does not fit" in other.message) == (False, True)
    back = await client.ask(wire.Revoke, **asked, reason="wrong table")
    assert back.is_ok, back.message
    seen = (await client.ask(wire.ShowRequest, id="r1")).request
    last = seen.decisions[-1]
    assert (last.is_revocation, last.signed_by) == (True, bob.key_fingerprint)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("delete from orders", "delete from orders"),
        ("\n delete from orders \n", "delete from orders"),
        ("delete from orders where id = 1\n or true", "delete from orders where id = 1…"),
        ("delete from orders -- \x0b or true", "delete from orders -- \x0b or true"),
        (
            "delete from orders where a = '" + "x" * 300,
            "delete from orders where a = '" + "x" * 170 + "…",
        ),
    ],
    ids=ascii,
)
async def test_a_first_line_says_where_more_comes_behind_it(rig, connect, text, line):
    await rig.file(text=text)
    client = await connect(BOB)
    shown = (await client.ask(wire.ShowRequest, id="r1")).request
    assert shown.summary.first_line == line


def test_more_tables_than_are_named_are_counted():
    tables = tuple(f"public.t{number}" for number in range(30))
    assert _more_tables(tables) == ("It writes 30 tables; only the first 20 are named.",)
    assert _more_tables(tables[:20]) == ()
