"""The three corrections of asyncssh's transport; ciphers are tested in test_server.py."""

import asyncssh
from asyncssh.constants import MSG_SERVICE_ACCEPT, MSG_SERVICE_REQUEST
from asyncssh.packet import String

from tests.fakes.ssh import CodeClient, SshRig


async def test_no_empty_packets_are_sent(rig: SshRig):
    sizes: list[int] = []

    connection = await rig.connect("alice")
    received = connection._packet_handlers

    def ignored(_self, _type, _id, packet):
        sizes.append(len(packet.get_string()))
        return True

    connection._packet_handlers = {**received, 2: ignored}
    assert (await connection.run("whoami")).exit_status == 0
    assert sizes == []
    connection.close()
    await connection.wait_closed()


async def test_a_client_may_ask_for_the_service_again_between_the_factors(rig: SshRig):
    accepted: list[bytes] = []

    class Again(CodeClient):
        def connection_made(self, conn):
            self.conn = conn

        def kbdint_auth_requested(self):
            def accept(_self, _type, _id, packet):
                accepted.append(packet.get_string())
                return True

            if not accepted:
                handlers = self.conn._packet_handlers
                self.conn._packet_handlers = {**handlers, MSG_SERVICE_ACCEPT: accept}
                self.conn.send_packet(MSG_SERVICE_REQUEST, String("ssh-userauth"))
            return ""

    async with asyncssh.connect(
        rig.host, rig.port, username="alice", known_hosts=None, config=None, agent_path=None,
        client_keys=[str(await rig.make_key("alice"))],
        client_factory=lambda: Again([rig.code("alice")]),
    ) as connection:  # fmt: skip
        assert (await connection.run("whoami")).exit_status == 0
    assert accepted == [b"ssh-userauth"]


async def test_large_output_arrives_whole_through_a_change_of_keys(rig: SshRig, monkeypatch):
    from bastion.frontends import command

    data = bytes(range(256)) * 4096

    async def body(services, principal, _words, open_channel, **_: object) -> int:
        session = await services.open_session(principal, target=None, front_end="exec")
        channel = open_channel(session)
        await channel.write(data)
        await session.end("the end")
        return 0

    monkeypatch.setattr(command, "run_command", body)
    async with await rig.connect("alice", rekey_bytes=65_536) as connection:
        ran = await connection.run("x", encoding=None)
    assert ran.stdout == data
