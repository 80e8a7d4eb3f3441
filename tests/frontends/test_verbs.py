"""The verbs on a real desk and store: every act as a line, and who is refused."""

import asyncio
import dataclasses
import json
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest

from bastion.core.approval import ApprovalState
from bastion.core.model import Finished, Role, StatementStarted, Status
from bastion.errors import AccessError, SelfApprovalError, UnknownRequestError, UsageError
from bastion.execution.ports import RecordingView
from bastion.execution.registry import SessionView
from bastion.frontends import verbs
from bastion.frontends.command import run_command
from bastion.frontends.words import parse
from recordings.events import Header, encode_header
from recordings.readers import ServedFile
from tests.fakes.clock import START, FakeClock
from tests.fakes.runner import TARGETS, FakeServices
from tests.fakes.store import add_people, draft, opened_desk, principal
from tests.fakes.terminal import FakeChannel

ALICE = principal("alice", Role.ENGINEER)
BOB = principal("bob")


@pytest.fixture
async def services(tmp_path):
    clock = FakeClock()
    async with opened_desk(tmp_path, clock) as rig:
        await add_people(rig.store)
        services = FakeServices()
        services.clock = clock
        services.desk = rig.desk
        yield services


async def submitted(services, request_id="r1", **changes):
    return await services.desk.submit(
        dataclasses.replace(draft(request_id, services.clock.now()), **changes)
    )


async def say(services, who, words):
    return await verbs.answer(services, who, parse(words))


async def run(services, who, words):
    channel = FakeChannel()
    code = await run_command(services, who, words.encode(), lambda _: channel)
    return code, channel.out.decode(), channel.err.decode()


async def test_a_reviewer_lists_shows_and_approves(services):
    request = await submitted(services)
    listed = await say(services, BOB, "req list")
    assert request.id in listed.text
    assert "alice" in listed.text
    shown = await say(services, BOB, f"req show {request.id}")
    assert request.text in shown.text
    assert request.statement_sha256 in shown.text
    assert shown.data["held_by"] == {"rule": request.rule, "text": request.rule_text}
    approved = await say(services, BOB, f"req approve {request.id} --reason looks fine")
    assert "Approved" in approved.text
    stored = await services.desk.get(BOB, request.id)
    assert stored.state is ApprovalState.APPROVED
    assert stored.decisions[0].reason == "looks fine"


async def test_a_flood_of_requests_that_are_alike_is_one_line_with_a_count(services):
    for number in range(12):
        sql = f"delete from t where id = {number}"
        await services.desk.submit(draft(f"r{number}", services.clock.now(), text=sql))
    sql = "update t set a = 9 where id = 4"
    await services.desk.submit(draft("other", services.clock.now(), text=sql))
    listed = await say(services, BOB, "req list")
    assert "12 alike: delete from t where id = ?" in listed.text
    assert "update t set a" in listed.text
    assert len([line for line in listed.text.splitlines() if "pending" in line]) == 2
    assert all(f"r{number}" in listed.text for number in range(12))
    assert len(listed.data["requests"]) == 13


async def test_the_requester_cannot_approve_their_own(services):
    request = await submitted(services)
    with pytest.raises((SelfApprovalError, AccessError)):
        await say(services, ALICE, f"req approve {request.id}")
    code, out, err = await run(services, ALICE, f"req approve {request.id}")
    assert (code in (2, 5), out) == (True, "")
    assert err


async def test_a_denial_without_a_reason_is_refused(services):
    request = await submitted(services)
    code, _, err = await run(services, BOB, f"req deny {request.id}")
    assert code == 2
    assert "reason" in err
    code, out, _ = await run(services, BOB, f"req deny {request.id} --reason it's too broad --json")
    assert code == 0
    assert json.loads(out)["decisions"][0]["reason"] == "it's too broad"
    assert json.loads(out)["state"] == "denied"


async def test_a_requester_withdraws(services):
    request = await submitted(services)
    answer = await say(services, ALICE, f"req withdraw {request.id}")
    assert "Withdrawn" in answer.text
    assert (await services.desk.get(ALICE, request.id)).state is ApprovalState.WITHDRAWN


async def test_an_unknown_request_is_said_in_words(services):
    with pytest.raises(UnknownRequestError):
        await say(services, BOB, "req show nothing")
    code, out, err = await run(services, BOB, "req show nothing --json")
    assert code == 2
    assert json.loads(out)["status"] == "usage"
    assert err == ""


async def test_an_empty_queue_is_said_in_words(services):
    assert "No request is waiting" in (await say(services, BOB, "req")).text
    await submitted(services)
    await say(services, BOB, "req deny r1 --reason no")
    assert "No request is waiting" in (await say(services, BOB, "req list")).text
    assert "denied" in (await say(services, BOB, "req list --all")).text


async def test_a_statement_cannot_command_the_reviewers_terminal(services):
    request = await submitted(services, text="select 1 -- \x1b]0;x\x07\u202e", reason="\x1b[2J")
    for words in ("req list", f"req show {request.id}"):
        answer = await say(services, BOB, words)
        assert "\x1b" not in answer.text
        assert "\u202e" not in answer.text
        assert "\x1b" not in answer.render(is_json=True)


@pytest.mark.parametrize("words", ["req show", "req show a b", "kill", "req frob x", "rec show"])
async def test_missing_ids_are_answered_with_the_form(services, words):
    with pytest.raises(UsageError, match="ssh HOST"):
        await say(services, BOB, words)


async def test_waiting_for_anothers_request_tells_how_it_ended(services):
    request = await submitted(services)

    async def decide():
        await asyncio.sleep(0.1)
        await services.desk.decide(BOB, request.id, approve=False, reason="no")

    deciding = asyncio.get_running_loop().create_task(decide())
    code, out, _ = await run(services, BOB, f"req wait {request.id}")
    await deciding
    assert code == Status.DENIED.exit_code
    assert "denied" in out


async def test_waiting_ends_after_the_time_given(services):
    request = await submitted(services)
    asyncio.get_running_loop().call_later(0.1, services.clock.advance, 60)
    code, out, _ = await run(services, BOB, f"req wait {request.id} --wait 10s --json")
    assert code == Status.PENDING.exit_code
    assert json.loads(out)["status"] == "pending_approval"


async def test_the_requester_runs_an_approved_request_with_the_normal_envelope(services):
    services.all_targets = (dataclasses.replace(TARGETS[0], name="shop"),)
    request = await submitted(services, is_interactive=False)

    async def deleted(text, options):
        yield StatementStarted(index=1, text=text)
        yield Finished(index=1, status=Status.OK, tag="DELETE 99", row_count=99)

    services.script = deleted
    code, out, _ = await run(services, ALICE, f"req wait {request.id} --json --wait 2s")
    assert code == 0
    assert json.loads(out)["tag"] == "DELETE 99"
    ((text, options),) = services.runner.ran
    assert (text, options.wait_s) == (request.text, 2.0)
    assert services.runner.target.name == request.context.target
    assert services.runner.is_closed


async def test_an_interrupt_leaves_another_persons_request_and_exits_with_130(services):
    request = await submitted(services, is_interactive=False)
    channel = FakeChannel()
    words = f"req wait {request.id}".encode()
    waiting = asyncio.create_task(run_command(services, BOB, words, lambda _: channel))
    await asyncio.sleep(0.1)
    channel.on_interrupt()
    assert await waiting == Status.INTERRUPTED.exit_code
    assert (await services.desk.get(BOB, request.id)).state is ApprovalState.PENDING


def session_view(**changes):
    return SessionView(
        **{
            "id": "s1",
            "user": "alice",
            "person": "alice",
            "is_agent": False,
            "target": "shop-prod",
            "environment": "production",
            "front_end": "shell",
            "source": "127.0.0.1",
            "client": "",
            "started_at": START - timedelta(minutes=5),
            "last_active_at": START,
            "statements": 3,
            "held": 1,
            "blocked": 0,
            "state": "idle",
            **changes,
        }
    )


class Registry:
    """Listings and acts of the real one's shape."""

    def __init__(self, folder):
        self.killed = []
        self.opened = []
        self.path = folder / "s1.cast"
        header = Header(
            session_id="s1", started_at=START, columns=80, rows=24, user="alice", person="alice"
        )
        self.path.write_text(
            encode_header(header).decode() + '[0.000001, "o", "alice=> selec\\bct 1;\\r\\n"]\n'
            '[0.100000, "q", "{\\"text\\": \\"select 1\\"}"]\n'
            '[0.200000, "o", "\\u001b[31mred\\u001b[0m\\r\\n"]\n'
        )

    def list_sessions(self, viewer):
        return (session_view(),)

    async def kill(self, viewer, session_id, reason):
        if not reason:
            raise UsageError("Give a reason; the user of the session reads it word for word.")
        self.killed.append((viewer.user, session_id, reason))

    async def list_recordings(self, viewer, *, limit=200, query=""):
        view = RecordingView(
            id="s1",
            user="alice",
            person="alice",
            target="shop-prod",
            environment="production",
            front_end="shell",
            started_at=START,
            duration_s=61.0,
            statements=3,
            held=1,
            denied=0,
            size_bytes=1234,
            state="sealed",
            path=self.path,
        )
        return (view,) if query in ("", "s1") else ()

    async def open_recording(self, viewer, session_id, purpose):
        if session_id != "s1":
            raise UsageError("There is no recording x that you may read. Try: rec list")
        self.opened.append((viewer.user, purpose))
        return ServedFile(partial(self.path.open, "rb"), lambda mask: None)

    async def watch(self, viewer, session_id, offset=0):
        if session_id != "s1":
            raise AccessError("Reading sessions takes the role reviewer or auditor.")
        data = self.path.read_bytes()
        yield 50, data[:50]
        yield len(data), data[50:]


@pytest.fixture
def library(tmp_path):
    services = FakeServices()
    services.registry = Registry(tmp_path)
    services.desk = SimpleNamespace()
    return services


async def test_sessions_are_listed_with_what_they_do(library):
    answer = await say(library, BOB, "sessions")
    assert "s1" in answer.text
    assert "5 min" in answer.text
    assert answer.data["sessions"][0]["started_at"] == "2026-03-01T11:55:00Z"


async def test_killing_takes_an_id_and_a_reason(library):
    assert (await run(library, BOB, "kill s1 --reason lunch break"))[0] == 0
    assert library.registry.killed == [("bob", "s1", "lunch break")]
    code, _, err = await run(library, BOB, "kill s1")
    assert code == 2
    assert "reason" in err


async def test_recordings_are_listed_and_shown_without_their_path(library):
    listed = await say(library, BOB, "rec list --json")
    assert "path" not in listed.data["recordings"][0]
    shown = await say(library, BOB, "rec show s1")
    assert "sealed" in shown.text
    assert "1 min 1 s" in shown.text
    with pytest.raises(UsageError):
        await say(library, BOB, "rec show s2")


async def test_a_recording_is_played_in_three_forms(library):
    code, out, _ = await run(library, BOB, "rec play s1")
    assert (code, out) == (0, "alice=> select 1;\nred\n")
    code, out, _ = await run(library, BOB, "rec play s1 --format json")
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events] == ["output", "statement", "output"]
    assert events[1]["data"] == {"text": "select 1"}
    code, out, _ = await run(library, BOB, "rec play s1 --format cast")
    assert out.encode() == library.registry.path.read_bytes()
    assert len(library.registry.opened) == 3
    code, _, _ = await run(library, BOB, "rec play s1 --format mp4")
    assert code == 2


async def test_watching_shows_what_was_drawn_as_text_on_a_pipe(library):
    code, out, _ = await run(library, BOB, "watch s1")
    assert code == 0
    assert "red\n" in out
    assert "\x1b" not in out
    code, _, err = await run(library, BOB, "watch s2")
    assert code == 5
    assert "takes the role" in err


async def test_whoami_and_targets_name_only_what_is_in_reach():
    services = FakeServices()
    narrow = dataclasses.replace(ALICE, targets=frozenset({"shop-mysql"}))
    assert TARGETS[0].name not in (await say(services, narrow, "targets")).text
    answer = await say(services, narrow, "whoami")
    assert answer.data["targets"] == ["shop-mysql"]
    nowhere = dataclasses.replace(ALICE, targets=frozenset())
    assert "no target yet" in (await say(services, nowhere, "targets")).text
