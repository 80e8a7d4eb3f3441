"""What one channel may ask for, what of it is recorded, and how it ends."""

import asyncio
import json
import signal
from pathlib import Path

import pexpect
import pytest

from bastion.core.model import Principal
from bastion.errors import RecordingError
from bastion.execution.session import Session
from bastion.frontends import command
from tests.fakes.people import Person, files, no_sessions, transcripts, until
from tests.fakes.ssh import SshRig


def live(rig: SshRig) -> Session:
    [session] = rig.services.registry._sessions.values()
    return session


class Serving:
    """Stands where ``run_command`` is, with a body of the test's own."""

    def __init__(self, rig: SshRig, body) -> None:
        self.rig = rig
        self.body = body
        self.channel = None
        self.left = asyncio.Event()

    async def __call__(self, services, principal, words, open_channel, **_: object) -> int:
        session = await services.open_session(principal, target=None, front_end="exec")
        self.channel = open_channel(session)
        try:
            return await self.body(self.channel, session)
        finally:
            self.left.set()
            await session.end("the end")


# Exec


async def test_what_the_client_saw_is_in_the_transcript(rig: SshRig):
    ran = await rig.ssh("alice", "whoami")
    await until(no_sessions(rig))
    [shown] = transcripts(rig)
    assert shown.replace("\r\n", "\n") == ran.out


async def test_each_channel_of_a_connection_is_its_own_session(rig: SshRig):
    async with await rig.connect("alice") as connection:
        ran = await asyncio.gather(*(connection.run(words) for words in ("whoami", "targets")))
    assert [r.exit_status for r in ran] == [0, 0]
    assert len(transcripts(rig)) == 2


async def test_words_that_mean_nothing_are_answered_in_words(rig: SshRig):
    ran = await rig.ssh("alice", "nonsense")
    assert ran.status == 2
    assert "nonsense" in ran.err
    assert ran.out == ""


async def test_no_words_and_no_terminal_get_the_forms(rig: SshRig):
    ran = await rig.ssh("alice", options=("-T",))
    assert ran.status == 2
    assert "ssh HOST TARGET" in ran.err


async def test_a_target_in_the_login_name_takes_statements_from_stdin(rig: SshRig):
    ran = await rig.ssh("alice+shop", options=("-T",), stdin=b"select 1;")
    assert ran.status != 0
    assert "ssh HOST TARGET" not in ran.err


async def test_only_harmless_variables_are_taken(rig: SshRig, monkeypatch: pytest.MonkeyPatch):
    async def body(channel, _session) -> int:
        await channel.write(json.dumps(dict(channel.environment)).encode())
        return 0

    monkeypatch.setattr(command, "run_command", Serving(rig, body))
    async with await rig.connect("alice") as connection:
        sent = {
            "LANG": "de_DE.UTF-8", "LC_ALL": "C", "NO_COLOR": "1", "LD_PRELOAD": "/tmp/x.so",
            "PATH": "/tmp", "LC_X": "a\nb", "PGPASSWORD": "x", "TERM": "evil", "ACCESSIBLE": "1",
        }  # fmt: skip
        ran = await connection.run("x", env=sent)
    assert json.loads(str(ran.stdout)) == {
        "LANG": "de_DE.UTF-8", "LC_ALL": "C", "NO_COLOR": "1", "ACCESSIBLE": "1",
    }  # fmt: skip


async def test_stdin_comes_whole_and_its_end_does_not_close_stdout(
    rig: SshRig, monkeypatch: pytest.MonkeyPatch
):
    data = bytes(range(256)) * 8192

    async def body(channel, _session) -> int:
        got = b""
        while part := await channel.read():
            got += part
        await asyncio.sleep(0.05)
        await channel.write(str(len(got)).encode() if got == data else b"differs")
        await channel.write_err(b"done")
        return 7

    monkeypatch.setattr(command, "run_command", Serving(rig, body))
    ran = await rig.ssh("alice", "x", stdin=data)
    assert (ran.status, ran.out, ran.err) == (7, str(len(data)), "done")


async def test_a_slow_client_stops_the_writer_and_memory_stays_bounded(
    rig: SshRig, monkeypatch: pytest.MonkeyPatch
):
    written = 0

    async def body(channel, _session) -> int:
        nonlocal written
        for _ in range(400):
            await channel.write(b"x" * 65_536)
            written += 65_536
        return 0

    monkeypatch.setattr(command, "run_command", Serving(rig, body))
    async with await rig.connect("alice") as connection:
        process = await connection.create_process("x", encoding=None, window=131_072)
        process.channel.pause_reading()
        await asyncio.sleep(0.5)
        stalled_at = written
        assert stalled_at < 1024 * 1024
        process.channel.resume_reading()
        ran = await process.wait()
    assert len(ran.stdout) == 400 * 65_536


async def test_a_client_that_is_killed_ends_its_session(
    rig: SshRig, monkeypatch: pytest.MonkeyPatch
):
    interrupted = asyncio.Event()

    async def body(channel, _session) -> int:
        channel.on_interrupt = interrupted.set
        await channel.closed.wait()
        return 0

    serving = Serving(rig, body)
    monkeypatch.setattr(command, "run_command", serving)
    client = asyncio.get_running_loop().create_task(rig.ssh("alice", "x"))
    await until(lambda: serving.channel is not None)
    for connection in [owner._connection for owner in rig.server.owners]:
        connection._transport.abort()
    await asyncio.wait_for(serving.left.wait(), 5)
    await until(no_sessions(rig))
    await until(lambda: not rig.server._tasks)
    assert interrupted.is_set()
    assert (await client).status == 255


async def test_work_that_does_not_leave_is_made_to(rig: SshRig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bastion.ssh.channels._GRACE_S", 0.1)

    async def body(_channel, _session) -> int:
        await asyncio.Event().wait()
        return 0

    serving = Serving(rig, body)
    monkeypatch.setattr(command, "run_command", serving)
    connection = await rig.connect("alice")
    await connection.create_process("x")
    await until(lambda: serving.channel is not None)
    connection.abort()
    await asyncio.wait_for(serving.left.wait(), 5)
    await until(no_sessions(rig))


async def test_a_session_that_is_killed_says_why(rig: SshRig, monkeypatch: pytest.MonkeyPatch):
    async def body(_channel, session) -> int:
        await session.ended.wait()
        return 130

    serving = Serving(rig, body)
    monkeypatch.setattr(command, "run_command", serving)
    async with await rig.connect("alice") as connection:
        process = await connection.create_process("x")
        await until(lambda: serving.channel is not None)
        await live(rig).end("bob has ended this session: \x1b[2J enough")
        ran = await asyncio.wait_for(process.wait(), 5)
    assert "bob has ended this session" in str(ran.stderr)
    assert "\x1b" not in str(ran.stderr)
    assert ran.exit_status == 130
    assert "bob has ended this session" in files(rig)[0]


async def test_an_error_of_ours_shows_one_sentence_and_no_traceback(
    rig: SshRig, monkeypatch: pytest.MonkeyPatch
):
    async def body(_channel, _session) -> int:
        raise ValueError("secret-value")

    monkeypatch.setattr(command, "run_command", Serving(rig, body))
    ran = await rig.ssh("alice", "x")
    assert ran.status == 70
    assert "Something went wrong inside the bastion" in ran.err
    assert "Traceback" not in ran.err
    assert "secret-value" not in ran.err


async def test_what_cannot_be_recorded_is_not_sent(rig: SshRig, monkeypatch: pytest.MonkeyPatch):
    async def fail(*_: object, **__: object) -> None:
        raise RecordingError("The transcript cannot be written, so nothing can run.")

    async def body(channel, session) -> int:
        await channel.write(b"before")
        monkeypatch.setattr(Session, "_append", fail)
        await channel.write(b"after")
        return 0

    monkeypatch.setattr(command, "run_command", Serving(rig, body))
    ran = await rig.ssh("alice", "x")
    assert ran.out == "before"
    assert "The transcript cannot be written, so nothing can run." in ran.err
    assert ran.status == 3


async def test_without_a_transcript_there_is_no_session(
    rig: SshRig, monkeypatch: pytest.MonkeyPatch
):
    async def fail(*_: object, **__: object) -> None:
        raise RecordingError("No transcript can be written, so no session can start.")

    monkeypatch.setattr(rig.services.registry._factory, "open", fail)
    ran = await rig.ssh("alice", "whoami")
    assert ran.out == ""
    assert "no session can start" in ran.err
    assert ran.status == 3


# Terminals


async def test_the_code_is_typed_at_a_prompt_and_the_picker_comes(rig: SshRig):
    person = Person(rig, "alice")
    await person.log_in()
    await person.expect("Choose a target")
    await person.expect("shop")
    person.child.send("q\r")
    await person.expect(pexpect.EOF)
    await person.close()
    assert person.child.exitstatus == 0
    await until(no_sessions(rig))
    assert "Choose a target:\r\n" in transcripts(rig)[0]


async def test_a_terminal_that_is_closed_in_the_picker_leaves_nothing(rig: SshRig):
    person = Person(rig, "alice")
    await person.log_in()
    await person.expect("Choose a target")
    person.child.kill(signal.SIGKILL)
    await until(no_sessions(rig))
    await until(lambda: not rig.server._tasks and not rig.server.owners)
    await person.close()


async def test_a_shell_on_an_unknown_target_says_so(rig: SshRig):
    person = Person(rig, "alice+nowhere")
    await person.log_in()
    await person.expect('no target "nowhere"')
    await person.expect(pexpect.EOF)
    await person.close()
    assert person.child.exitstatus == 2


async def test_a_new_size_is_recorded(rig: SshRig):
    person = Person(rig, "alice", size=(24, 80))
    await person.log_in()
    await person.expect("Choose a target")
    person.child.setwinsize(40, 133)
    await until(lambda: '"r", "133x40"' in files(rig)[0] or '"r","133x40"' in files(rig)[0])
    person.child.send("q\r")
    await person.expect(pexpect.EOF)
    await person.close()


async def test_ctrl_c_interrupts_an_exec_with_a_terminal(
    rig: SshRig, monkeypatch: pytest.MonkeyPatch
):
    async def body(channel, _session) -> int:
        interrupted = asyncio.Event()
        channel.on_interrupt = interrupted.set
        await channel.write(b"one\ntwo\n")
        await interrupted.wait()
        return 130

    monkeypatch.setattr(command, "run_command", Serving(rig, body))
    person = Person(rig, "alice", "targets")
    await person.log_in()
    assert (await person.expect("two")).endswith("one\r\n")
    person.child.send("\x03")
    await person.expect(pexpect.EOF)
    await person.close()
    assert person.child.exitstatus == 130
    assert transcripts(rig) == ["one\r\ntwo\r\n"]


async def test_a_signal_interrupts_an_exec(rig: SshRig, monkeypatch: pytest.MonkeyPatch):
    async def body(channel, _session) -> int:
        interrupted = asyncio.Event()
        channel.on_interrupt = interrupted.set
        await interrupted.wait()
        return 130

    serving = Serving(rig, body)
    monkeypatch.setattr(command, "run_command", serving)
    async with await rig.connect("alice") as connection:
        process = await connection.create_process("x")
        await until(
            lambda: serving.channel is not None and serving.channel.on_interrupt is not None
        )
        process.send_signal("INT")
        assert (await asyncio.wait_for(process.wait(), 5)).exit_status == 130


# Reviewers


async def test_the_reviewers_screen_without_a_terminal_says_what_to_write(rig: SshRig):
    ran = await rig.ssh("bob", "review", options=("-T",))
    assert ran.status == 2
    assert "ssh -t HOST review" in ran.err


async def test_the_reviewers_protocol_is_a_subsystem(rig: SshRig):
    from bastion.wire import review as wire

    async with await rig.connect("bob") as connection:
        process = await connection.create_process(subsystem="review", encoding=None)
        process.stdin.write(wire.encode(wire.Hello(version=wire.PROTOCOL_VERSION, client="test")))
        line = await asyncio.wait_for(process.stdout.readline(), 5)
        assert b"bob" in line
        process.close()
    await until(no_sessions(rig))


async def test_two_requests_on_one_channel_serve_one(rig: SshRig):
    async with await rig.connect("alice") as connection:
        process = await connection.create_process("shop")
        from asyncssh.packet import String

        assert not await process.channel._make_request(b"exec", String("whoami"))
        assert not await process.channel._make_request(b"shell")
        process.stdin.write_eof()
        await process.wait()
    assert len(transcripts(rig)) == 1


def test_only_auth_makes_a_principal():
    source = Path(__file__).parents[2] / "bastion"
    makers = [
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if f"{Principal.__name__}(\n" in path.read_text().replace(f"class {Principal.__name__}", "")
    ]
    assert makers == ["ssh/auth.py"]
