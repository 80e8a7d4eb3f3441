"""The listener: what it refuses, whom it turns away, and how it stops."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from bastion.core.model import Role
from bastion.errors import ConfigError, UsageError
from bastion.ssh.keys import create_host_key, fingerprint
from bastion.ssh.server import CIPHERS, SshServer, SshSettings, _address, _Door, _network
from tests.fakes.people import until
from tests.fakes.ssh import SshRig, ssh_rig


@contextlib.asynccontextmanager
async def silent_client(rig: SshRig) -> AsyncIterator[asyncio.StreamReader]:
    """Connect and say nothing."""
    reader, writer = await asyncio.open_connection(rig.host, rig.port)
    try:
        yield reader
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


# Algorithms


async def test_ssh_audit_finds_no_failure(tmp_path: Path):
    burst = SshSettings(host_key=b"").connections_burst_max
    async with ssh_rig(tmp_path, connections_burst_max=burst, is_clock_real=True) as rig:
        audit = Path(sys.executable).parent / "ssh-audit"
        process = await asyncio.create_subprocess_exec(
            audit, "-n", "-p", str(rig.port), rig.host, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asyncio.wait_for(process.communicate(), 100)
        report = out.decode()
        assert "(gen) banner: SSH-2.0-Bastion" in report
        assert "[fail]" not in report, report
        assert "connection throttling" not in report, report
        assert "chacha20" not in report.split("# algorithm recommendations")[0], report
        assert process.returncode in (0, 2), report


async def test_the_host_key_is_the_one_that_was_configured(tmp_path: Path):
    pem = create_host_key()
    async with ssh_rig(tmp_path, host_key=pem) as rig:
        key = await asyncssh.get_server_host_key(rig.host, rig.port, config=None)
        assert key is not None
        assert key.get_fingerprint() == fingerprint(pem)


async def test_openssh_gets_aes_gcm_although_it_prefers_others(rig: SshRig):
    ran = await rig.ssh("alice", "whoami", options=("-v",))
    assert "server->client cipher: aes128-gcm@openssh.com" in ran.err


@pytest.mark.parametrize("cipher", CIPHERS)
async def test_each_cipher_works_with_openssh(rig: SshRig, cipher: str):
    ran = await rig.ssh("alice", "whoami", options=("-c", cipher))
    assert ran.status == 0, ran.err


async def test_chacha_alone_is_refused(rig: SshRig):
    ran = await rig.ssh("alice", "whoami", options=("-vc", "chacha20-poly1305@openssh.com"))
    assert ran.status == 255
    assert "no matching cipher" in ran.err


async def test_a_client_that_waits_for_the_servers_algorithms_gets_them(rig: SshRig):
    reader, writer = await asyncio.open_connection(rig.host, rig.port)
    assert (await reader.readline()).startswith(b"SSH-2.0-Bastion")
    writer.write(b"SSH-2.0-patient\r\n")
    packet = await asyncio.wait_for(reader.read(4096), 5)
    assert b"curve25519-sha256" in packet
    writer.close()
    await writer.wait_closed()


# What is not offered


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-W", "10.0.0.1:22"), "Ports are not forwarded"),
        (("-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"), "forwarding failed"),
        (("-N", "-o", "ExitOnForwardFailure=yes", "-R", "/tmp/x:127.0.0.1:1"), "forwarding failed"),
        (("-N", "-o", "ExitOnForwardFailure=yes", "-w", "any"), ""),
    ],
)
async def test_openssh_may_forward_nothing(rig: SshRig, options: tuple[str, ...], words: str):
    ran = await rig.ssh("alice", options=("-oLogLevel=INFO", *options))
    assert ran.status == 255
    assert words in ran.err, ran.err


async def test_no_channel_but_a_session_opens(rig: SshRig):
    async with await rig.connect("alice") as connection:
        for opening in (
            connection.open_connection("169.254.169.254", 80),
            connection.open_connection("shop", 5432),
            connection.open_unix_connection("/var/run/postgresql/.s.PGSQL.5432"),
        ):
            with pytest.raises(asyncssh.ChannelOpenError, match="are not forwarded here"):
                await opening
        with pytest.raises(asyncssh.ChannelListenError):
            await connection.start_server(lambda *_: None, "", 0)
        number, text = asyncssh.packet.UInt32(1), asyncssh.packet.String("here")
        for name, arguments in (
            (b"tun@openssh.com", (number, number)),
            (b"x11", (text, number)),
            (b"forwarded-tcpip", (text, number, text, number)),
            (b"auth-agent@openssh.com", ()),
            (b"shell@example.com", ()),
        ):
            channel = asyncssh.channel.SSHTCPChannel(
                connection, asyncio.get_running_loop(), None, "strict", 1000, 1000
            )
            with pytest.raises(asyncssh.ChannelOpenError):
                await channel._open(name, *arguments)


@pytest.mark.parametrize("subsystem", ["sftp", "netconf", "Review"])
async def test_no_other_subsystem_is_served(rig: SshRig, subsystem: str):
    async with await rig.connect("alice") as connection:
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.create_process(subsystem=subsystem)


async def test_scp_and_sftp_copy_nothing(rig: SshRig, tmp_path: Path):
    source = tmp_path / "file"
    source.write_text("x")
    for program in (("scp", "-O"), ("scp",)):
        words = rig.words("alice", "alice")
        command = [*program, *words[1:-1], str(source), f"{words[-1]}:copy"]
        command[command.index("-p")] = "-P"
        env = {"SSH_ASKPASS": str(tmp_path / "askpass"), "SSH_ASKPASS_REQUIRE": "force"}
        (tmp_path / "askpass").write_text(f"#!/bin/sh\necho {rig.code('alice')}\n")
        (tmp_path / "askpass").chmod(0o700)
        run = await asyncio.to_thread(
            subprocess.run, command, env=env, capture_output=True, timeout=30, check=False
        )
        assert run.returncode != 0


async def test_agent_and_x11_forwarding_are_refused(rig: SshRig):
    async with await rig.connect("alice") as connection:
        process = await connection.create_process("whoami")
        assert not await process.channel._make_request(b"auth-agent-req@openssh.com")
        await process.wait()
    ran = await rig.ssh("alice", "whoami", options=("-X", "-oLogLevel=INFO"))
    assert ran.status == 0


@pytest.mark.parametrize("message", [80, 82, 90, 94, 98, 100, 127])
async def test_nothing_is_served_before_the_login(rig: SshRig, message: int):
    class Eager(asyncssh.SSHClient):
        def begin_auth(self, username: str) -> None:
            body = asyncssh.packet.String("session") + b"\0\0\0\0" * 3
            self.conn._auth_complete = True
            self.conn.send_packet(message, body)
            self.conn._auth_complete = False

        def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
            self.conn = conn

    with pytest.raises((asyncssh.Error, OSError)):
        await asyncssh.connect(
            rig.host, rig.port, username="alice", client_keys=None, known_hosts=None,
            config=None, agent_path=None, client_factory=Eager,
        )  # fmt: skip
    assert not rig.services.registry._sessions


# Bounds


async def test_a_login_must_not_take_longer_than_allowed(tmp_path: Path):
    async with ssh_rig(tmp_path, login_timeout_s=1.5) as rig:
        start = time.monotonic()
        async with silent_client(rig) as reader:
            await asyncio.wait_for(reader.read(), 30)
        assert time.monotonic() - start > 1.2
        async with await rig.connect("alice") as connection:
            await asyncio.sleep(2)
            assert (await connection.run("whoami")).exit_status == 0


async def test_one_source_may_not_take_all_places(tmp_path: Path):
    async with ssh_rig(tmp_path, unauthenticated_per_source_max=3) as rig:
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(3):
                reader = await stack.enter_async_context(silent_client(rig))
                assert (await reader.readline()).startswith(b"SSH-2.0-")
            turned_away = await stack.enter_async_context(silent_client(rig))
            assert (await asyncio.wait_for(turned_away.read(), 5)).startswith(b"Not now")
        async with await rig.connect("alice") as connection:
            assert (await connection.run("whoami")).exit_status == 0


async def test_people_who_have_logged_in_take_no_place(tmp_path: Path):
    async with ssh_rig(tmp_path, unauthenticated_per_source_max=1) as rig:
        connections = [await rig.connect("alice") for _ in range(3)]
        for connection in connections:
            assert (await connection.run("whoami")).exit_status == 0
            connection.close()


def test_the_door_has_a_bound_for_each_source_and_for_all():
    settings = SshSettings(host_key=b"", unauthenticated_max=5, unauthenticated_per_source_max=3)
    door = _Door(settings, lambda: 0.0)
    assert [door.enter("a") is not None for _ in range(4)] == [True, True, True, False]
    assert [door.enter(source) is not None for source in "bcd"] == [True, True, False]
    door.leave("a")
    assert door.enter("d") is not None


def test_who_comes_too_fast_waits_for_a_turn():
    now = 0.0
    settings = SshSettings(host_key=b"", connections_burst_max=2, connections_per_second_max=2)
    door = _Door(settings, lambda: now)
    assert [door.enter("a") for _ in range(4)] == [0.0, 0.0, 0.5, 1.0]
    assert door.enter("b") == 0.0
    now = 2.0
    assert door.enter("a") == 0.0


def test_the_door_forgets_sources():
    door = _Door(SshSettings(host_key=b""), lambda: 0.0)
    for number in range(10_500):
        assert door.enter(str(number)) == 0.0
        door.leave(str(number))
    assert len(door._credits) <= 10_000
    assert not door._waiting


async def test_a_client_that_waits_for_its_turn_gets_in_or_leaves_nothing(tmp_path: Path):
    async with ssh_rig(
        tmp_path, connections_burst_max=1, connections_per_second_max=2, is_clock_real=True
    ) as rig:
        start = time.monotonic()
        async with silent_client(rig), silent_client(rig):
            pass
        await until(lambda: not rig.server._door._waiting)
        async with await rig.connect("alice") as connection:
            assert (await connection.run("whoami")).exit_status == 0
        assert time.monotonic() - start > 0.9


async def test_a_close_drops_who_waits_outside(tmp_path: Path):
    async with (
        ssh_rig(tmp_path, connections_burst_max=1, connections_per_second_max=0.01) as rig,
        silent_client(rig),
        silent_client(rig) as reader,
    ):
        await until(lambda: len(rig.server._door._outside) == 1)
        await rig.server.close()
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 5) == b""
        await until(lambda: not rig.server._door._waiting)


def test_one_host_with_many_ipv6_addresses_is_one_source():
    assert _network("2001:db8::1") == _network("2001:db8::2") != _network("2001:db8:0:1::1")
    assert _network(_address("::ffff:192.0.2.1")) == "192.0.2.1"
    assert _address("fe80::1%eth0") == "fe80::1"
    assert _address("") == ""


async def test_a_connection_has_no_more_channels_than_allowed(tmp_path: Path):
    async with ssh_rig(tmp_path, channels_max=2) as rig, await rig.connect("alice") as connection:
        waiting = [await connection.create_process("shop") for _ in range(2)]
        with pytest.raises(asyncssh.ChannelOpenError, match="2 channels"):
            await connection.create_process("whoami")
        for process in waiting:
            process.stdin.write_eof()
            await process.wait()
        assert (await connection.run("whoami")).exit_status == 0


# Starting and stopping


async def test_a_disabled_person_loses_the_connection_and_no_channel_opens(rig: SshRig):
    connection = await rig.connect("alice")
    await rig.store.set_disabled("alice", True)
    ran = await connection.run("whoami")
    assert ran.exit_status == 5
    assert "alice" not in str(ran.stdout)
    await rig.services.registry.recheck_accounts()
    await asyncio.wait_for(connection.wait_closed(), 5)


async def test_a_drain_accepts_no_more_and_closes_idle_connections(rig: SshRig):
    connection = await rig.connect("alice")
    await rig.server.drain(1.0)
    await asyncio.wait_for(connection.wait_closed(), 5)
    with pytest.raises(ConnectionRefusedError):
        await rig.connect("alice")


async def test_a_close_ends_running_sessions_and_leaves_nothing(rig: SshRig):
    connection = await rig.connect("alice")
    process = await connection.create_process("shop")
    await until(lambda: bool(rig.services.registry._sessions))
    await asyncio.wait_for(rig.server.close(), 20)
    await asyncio.wait_for(connection.wait_closed(), 5)
    assert process.exit_status is None or process.exit_status != 0
    assert not rig.server.owners
    assert not rig.server._tasks
    assert not rig.services.registry._sessions
    assert not rig.services.registry._connections


async def test_a_taken_port_is_said_so(rig: SshRig):
    settings = SshSettings(host_key=create_host_key(), port=rig.port)
    with pytest.raises(ConfigError, match="another server"):
        await SshServer(rig.services, settings=settings).start()


async def test_a_server_without_a_good_host_key_does_not_start(rig: SshRig):
    with pytest.raises(UsageError):
        SshServer(rig.services, settings=SshSettings(host_key=b""))


async def test_another_asyncssh_is_refused(rig: SshRig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(asyncssh, "__version__", "2.24.0")
    with pytest.raises(ConfigError, match=r"pip install asyncssh==2\.24\.1"):
        SshServer(rig.services, settings=SshSettings(host_key=create_host_key()))


async def test_a_reviewer_is_a_principal_with_that_role(rig: SshRig):
    connection = await rig.connect("bob")
    [(principal, _)] = rig.services.registry._connections.values()
    assert principal.user == principal.person == "bob"
    assert principal.roles == {Role.REVIEWER}
    assert principal.source == "127.0.0.1"
    assert principal.client.startswith("SSH-2.0-AsyncSSH")
    connection.close()
    await connection.wait_closed()
