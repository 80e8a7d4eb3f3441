"""The client: numbers, refusals, lost connections, and the login over SSH."""

import asyncio
import contextlib
import dataclasses
import socket
import subprocess
import sys

import asyncssh
import pytest

from bastion.wire import review as wire
from bastion.wire.decision import Word, decision_message, subject_shown
from recordings.sshsig import DECISION_NAMESPACE, verify_message
from tests.fakes.review_peer import CAST, ReviewPeer, detail, session_entry, summary
from tui.client import LeaveError, Place, RefusedError, ReviewClient, socket_client, ssh_client


class Ears:
    """Listens and remembers; answers prompts from a list."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.welcomes, self.losses, self.pushes = [], [], []
        self.greeted = asyncio.Event()

    def connected(self, welcome):
        self.welcomes.append(welcome)
        self.greeted.set()

    def disconnected(self, reason, retry_in_s):
        self.losses.append((reason, retry_in_s))

    def pushed(self, push):
        self.pushes.append(push)

    async def ask(self, title, question, *, is_secret):
        self.asked.append((title, question, is_secret))
        return self.answers.pop(0) if self.answers else None


@contextlib.asynccontextmanager
async def running(client, ears):
    task = asyncio.get_running_loop().create_task(client.run(ears))
    try:
        async with asyncio.timeout(10):
            waits = [asyncio.get_running_loop().create_task(ears.greeted.wait()), task]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            waits[0].cancel()
        if task.done():
            task.result()
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, LeaveError):
            await task


@pytest.fixture
async def peer():
    peer = ReviewPeer()
    peer.requests = [summary("req-1")]
    peer.sessions = [session_entry("s-1")]
    yield peer
    await peer.close()


async def eventually(is_true):
    async with asyncio.timeout(10):
        while not is_true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_answers_find_their_questions(peer):
    client, ears = socket_client(await peer.start()), Ears()
    async with running(client, ears):
        shown, denied = await asyncio.gather(
            client.show("req-1"), client.deny(detail(summary("req-1")), "no")
        )
    assert shown.summary.id == "req-1"
    assert denied == "Deny done."


async def test_a_refusal_carries_the_servers_words(peer):
    peer.refusals[wire.Deny] = "The request is already denied."
    client, ears = socket_client(await peer.start()), Ears()
    async with running(client, ears):
        with pytest.raises(RefusedError, match="already denied"):
            await client.deny(detail(summary("req-1")), "no")


async def test_a_lost_connection_fails_what_waits_and_an_inherited_socket_is_the_end(peer):
    client, ears = socket_client(await peer.start()), Ears()
    peer.on_message = lambda message: (
        peer._writer.close() if isinstance(message, wire.Deny) else None
    )
    async with running(client, ears) as task:
        with pytest.raises(RefusedError, match=r"lost|sent"):
            await client.deny(detail(summary("req-1")), "no")
        assert await task == "The bastion has ended this session."
        with pytest.raises(RefusedError, match="no connection"):
            await client.show("req-1")


async def test_a_descriptor_that_is_no_socket_is_said_in_words():
    with pytest.raises(LeaveError, match="not an open socket"):
        await socket_client(999).run(Ears())


async def test_another_version_of_the_server_is_said_in_words(peer):
    ours, theirs = socket.socketpair()
    ours.send(b'{"v":2,"kind":"welcome"}\n')
    with pytest.raises(LeaveError, match="same release"):
        await socket_client(theirs.detach()).run(Ears())
    ours.close()


async def test_a_durable_client_comes_back_and_its_watch_goes_on_where_it_was(peer, monkeypatch):
    monkeypatch.setattr("tui.client._RETRY_FIRST_S", 0.05)
    half = CAST[:200]
    peer.casts["s-1"] = half
    streams = 0

    async def open_stream():
        nonlocal streams
        streams += 1
        source = socket_client(await peer.start())
        return await source._open_stream()

    client, ears = ReviewClient(open_stream, is_durable=True), Ears()
    async with running(client, ears):
        await client.watch("s-1")
        await eventually(lambda: any(isinstance(one, wire.WatchChunk) for one in ears.pushes))
        ears.greeted.clear()
        peer.casts["s-1"] = CAST
        peer._writer.close()
        rest = wire.WatchChunk(session="s-1", end_offset=len(CAST), data=CAST[200:])
        await eventually(lambda: rest in ears.pushes)
    assert streams == 2
    assert ears.losses == [("The connection was lost.", 0.05)]
    watches = [message for message in peer.asked if isinstance(message, wire.Watch)]
    assert [watch.offset for watch in watches] == [0, 200]


# --- over SSH ---


class Server(asyncssh.SSHServer):
    """Asks for a code, then serves the review subsystem."""

    def begin_auth(self, username):
        return True

    def kbdint_auth_supported(self):
        return True

    def get_kbdint_challenge(self, username, lang, submethods):
        return ("", "Your key is right.", "", [("Code: ", False)])

    def validate_kbdint_response(self, username, responses):
        return list(responses) == ["123456"]


@pytest.fixture
async def bastion(peer):
    async def serve(process):
        ours, theirs = socket.socketpair()
        peer.attach(theirs)
        reader, writer = await asyncio.open_connection(sock=ours)

        async def down():
            while data := await reader.read(65536):
                process.stdout.write(data)
            process.exit(0)

        task = asyncio.get_running_loop().create_task(down())
        while data := await process.stdin.read(65536):
            writer.write(data)
        task.cancel()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=Server,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        process_factory=serve,
        encoding=None,
    )
    yield server
    server.close()
    await server.wait_closed()


@pytest.fixture
def place(bastion, tmp_path):
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(tmp_path / "id"))
    port = bastion.get_port()
    return Place(
        user="bob",
        host="127.0.0.1",
        port=port,
        identity=str(tmp_path / "id"),
        known_hosts=tmp_path / "known_hosts",
    )


async def test_an_unknown_host_is_shown_asked_about_and_remembered(place, peer):
    ears = Ears("yes", "123456")
    client = ssh_client(place, ears)
    async with running(client, ears):
        assert (await client.show("req-1")).summary.id == "req-1"
    (host, code) = ears.asked
    assert "SHA256:" in host[1]
    assert code[1:] == ("Your key is right.\nCode:", True)
    assert place.known_hosts.read_text().startswith(f"[127.0.0.1]:{place.port} ssh-ed25519 ")
    again = Ears("123456")
    async with running(ssh_client(place, again), again):
        assert len(again.asked) == 1


@pytest.mark.parametrize("answer", ["no", "", None])
async def test_an_unaccepted_host_gets_no_login(place, peer, answer):
    with pytest.raises(LeaveError, match="not accepted"):
        await ssh_client(place, Ears(answer)).run(Ears())
    assert not place.known_hosts.exists()
    assert not peer.asked


async def test_a_changed_host_key_is_refused_without_asking(place, peer):
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    place.known_hosts.write_text(f"[127.0.0.1]:{place.port} {other}")
    ears = Ears("yes", "123456")
    with pytest.raises(LeaveError, match="Somebody may be listening in"):
        await ssh_client(place, ears).run(ears)
    assert not ears.asked


async def test_the_key_of_the_same_host_at_another_port_is_not_taken_for_this_one(place, peer):
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    place.known_hosts.write_text(f"127.0.0.1 {other}")
    ears = Ears("yes", "123456")
    client = ssh_client(place, ears)
    async with running(client, ears):
        assert len(ears.asked) == 2


async def test_leaving_the_code_prompt_leaves(place, peer):
    ears = Ears("yes", None)
    with pytest.raises(LeaveError, match="No code was given"):
        await ssh_client(place, ears).run(ears)


async def test_nobody_there_is_said_in_words(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = Place(user="bob", host="127.0.0.1", port=port, known_hosts=tmp_path / "none")
    with pytest.raises(LeaveError, match="No connection: "):
        await ssh_client(place, Ears()).run(Ears())


async def test_a_missing_key_file_is_said_in_words(place, tmp_path):
    missing = Place(
        user="bob",
        host=place.host,
        port=place.port,
        identity=str(tmp_path / "nothing"),
        known_hosts=place.known_hosts,
    )
    with pytest.raises(LeaveError, match="cannot be read"):
        await ssh_client(missing, Ears("yes")).run(Ears())


async def test_a_lost_ssh_connection_asks_for_a_new_code(place, peer, monkeypatch):
    monkeypatch.setattr("tui.client._RETRY_FIRST_S", 0.05)
    ears = Ears("yes", "123456", "123456")
    client = ssh_client(place, ears)
    async with running(client, ears):
        ears.greeted.clear()
        peer._writer.close()
        async with asyncio.timeout(10):
            await ears.greeted.wait()
    assert len(ears.asked) == 3


def test_the_inherited_socket_needs_no_ssh():
    code = "import sys, tui.__main__; print('asyncssh' in sys.modules, 'sqlglot' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert found.stdout.split() == ["False", "False"]


# --- signing ---


@pytest.fixture
def own_key(place, peer):
    peer.key_fingerprint = asyncssh.read_private_key(place.identity).get_fingerprint()
    return peer.key_fingerprint


def message_of(decision, *, is_approval):
    shown = detail(summary("req-1"))
    reason = decision.comment if is_approval else decision.reason
    word = Word(reviewer="bob", is_approval=is_approval, reason=reason, at=decision.signed_at)
    return decision_message(subject_shown(shown), word)


async def test_decisions_over_ssh_are_signed_with_the_key_of_the_login(place, peer, own_key):
    ears = Ears("yes", "123456")
    client = ssh_client(place, ears)
    async with running(client, ears):
        await client.approve(detail(summary("req-1")), "fine")
        await client.deny(detail(summary("req-1")), "no")
    yes, no = (one for one in peer.asked if isinstance(one, wire.Approve | wire.Deny))
    for one in (yes, no):
        message = message_of(one, is_approval=one is yes)
        signer = verify_message(message, one.signature, DECISION_NAMESPACE)
        assert signer.fingerprint == own_key


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
async def test_a_key_in_the_agent_signs_as_well(place, peer, tmp_path, monkeypatch, kind):
    key, own = tmp_path / f"{kind}_key", tmp_path / "a"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", key], check=True)
    agent = await asyncio.create_subprocess_exec("ssh-agent", "-D", "-a", own)
    try:
        await eventually(own.exists)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(own))
        monkeypatch.setenv("HOME", str(tmp_path))
        await asyncio.to_thread(subprocess.run, ["ssh-add", "-q", key], check=True)
        peer.key_fingerprint = asyncssh.read_private_key(str(key)).get_fingerprint()
        ears = Ears("yes", "123456")
        client = ssh_client(dataclasses.replace(place, identity=""), ears)
        async with running(client, ears):
            await client.approve(detail(summary("req-1")), "fine")
    finally:
        agent.terminate()
        await agent.wait()
    (yes,) = (one for one in peer.asked if isinstance(one, wire.Approve))
    message = message_of(yes, is_approval=True)
    signer = verify_message(message, yes.signature, DECISION_NAMESPACE)
    assert signer.fingerprint == peer.key_fingerprint


async def test_without_the_key_of_the_login_nothing_is_sent(place, peer):
    peer.key_fingerprint = "SHA256:gone"
    ears = Ears("yes", "123456")
    client = ssh_client(place, ears)
    async with running(client, ears):
        with pytest.raises(RefusedError, match="not at hand any more"):
            await client.approve(detail(summary("req-1")), "fine")
    assert not any(isinstance(one, wire.Approve) for one in peer.asked)


async def test_over_an_inherited_socket_the_bastion_alone_signs(peer):
    client, ears = socket_client(await peer.start()), Ears()
    async with running(client, ears):
        await client.approve(detail(summary("req-1")), "fine")
    (yes,) = (one for one in peer.asked if isinstance(one, wire.Approve))
    assert (yes.signature, yes.signed_at) == ("", None)
