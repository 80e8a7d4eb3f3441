"""Who gets in and who does not, by the real OpenSSH client and by clients that misbehave."""

import asyncio
import inspect

import asyncssh
import pytest
from asyncssh.auth import (
    MSG_USERAUTH_PK_OK,
    _ClientPublicKeyAuth,
    _ServerKbdIntAuth,
    _ServerPublicKeyAuth,
)

from bastion.core.model import Role
from bastion.errors import StoreError
from bastion.ssh.auth import GovernedConnection, StrangerLines, parse_login_name
from bastion.store.accounts import FAILURES_MAX
from tests.fakes.ssh import CodeClient, SshRig

ONE_TRY = ("-oLogLevel=INFO", "-oNumberOfPasswordPrompts=1")
REFUSED = (asyncssh.PermissionDenied, asyncssh.ConnectionLost, asyncssh.DisconnectError)


async def is_in(connection: asyncssh.SSHClientConnection, who: str) -> bool:
    ran = await connection.run("whoami", check=False)
    connection.close()
    await connection.wait_closed()
    return who in str(ran.stdout)


async def refused(rig: SshRig, user: str, **options: object) -> BaseException:
    with pytest.raises(REFUSED) as caught:
        await rig.connect(user, **options)
    return caught.value


# The right key and the right code


async def test_key_and_code_let_a_person_in(rig: SshRig):
    ran = await rig.ssh("alice", "whoami")
    assert ran.status == 0, ran.err
    assert "alice" in ran.out
    assert rig.audit.events() == ["login.accepted"]
    assert rig.audit.lines[0][1]["factors"] == "key and code"


async def test_openssh_is_told_partial_success_and_offered_no_key_again(rig: SshRig):
    ran = await rig.ssh("alice", "whoami", options=("-v", "-o", "LogLevel=DEBUG1"))
    assert 'Authenticated using "publickey" with partial success' in ran.err
    offers = [line for line in ran.err.splitlines() if "can continue" in line]
    assert [offer.split(": ")[-1] for offer in offers] == ["publickey", "keyboard-interactive"]


async def test_asyncssh_clients_get_in_too(rig: SshRig):
    assert await is_in(await rig.connect("alice"), "alice")


async def test_a_target_in_the_user_name_is_not_part_of_the_account(rig: SshRig):
    assert await is_in(await rig.connect("alice+shop"), "alice")


def test_login_names_are_read_as_user_and_target():
    assert parse_login_name("alice").account == "alice"
    assert parse_login_name("alice+shop-prod").target == "shop-prod"
    for name in ("", "+shop", "../alice", "alice bob", "al\u0456ce", "alice+../x", "a" * 65):
        assert parse_login_name(name).account == "", name


# The code


async def test_a_wrong_code_is_refused_and_audited(rig: SshRig):
    ran = await rig.ssh("alice", "whoami", code="000000", options=ONE_TRY)
    assert ran.status == 255
    assert "Wrong code" in ran.err
    assert "Permission denied" in ran.err
    assert rig.audit.events() == ["login.code_refused", "login.refused"]


async def test_a_code_works_once_and_its_replay_says_how_long_to_wait(rig: SshRig):
    code = rig.code("alice")
    assert await is_in(await rig.connect("alice", codes=[code]), "alice")
    ran = await rig.ssh("alice", "whoami", code=code, options=ONE_TRY)
    assert ran.status == 255
    assert "Wait for the next, 30 s" in ran.err
    assert rig.audit.events()[1] == "login.code_reused"
    assert await rig.store.locked_until("alice", rig.clock.now()) is None


async def test_one_code_on_eight_connections_lets_one_in(rig: SshRig):
    code = rig.code("alice")
    results = await asyncio.gather(
        *(rig.connect("alice", codes=[code]) for _ in range(8)), return_exceptions=True
    )
    connections = [r for r in results if isinstance(r, asyncssh.SSHClientConnection)]
    assert len(connections) == 1
    connections[0].close()
    assert all(isinstance(r, (*REFUSED, asyncssh.SSHClientConnection)) for r in results)


@pytest.mark.parametrize("code", ["", " ", "12345", "1234567", "\u0661" * 6, "-00001", "x" * 5000])
async def test_what_is_no_code_is_refused(rig: SshRig, code: str):
    await refused(rig, "alice", codes=[code])


async def test_six_wrong_codes_end_the_connection(rig: SshRig):
    client = CodeClient(["000000"] * 20)
    with pytest.raises(asyncssh.DisconnectError, match="Too many wrong codes"):
        await asyncssh.connect(
            rig.host, rig.port, username="alice", client_keys=[str(await rig.make_key("alice"))],
            client_factory=lambda: client, known_hosts=None, config=None, agent_path=None,
        )  # fmt: skip
    assert len(client.codes) == 14
    assert rig.audit.events().count("login.code_refused") == 6


async def test_ten_wrong_codes_lock_the_account_for_a_while_even_for_the_right_one(rig: SshRig):
    for codes in (["000000"] * 6, ["000000"] * 6):
        await refused(rig, "alice", codes=codes)
    events = rig.audit.events()
    assert events.count("login.code_refused") == FAILURES_MAX
    assert events.count("login.locked") == 1
    locked = await rig.ssh("alice", "whoami", options=ONE_TRY)
    assert "opens again at" in locked.err
    assert await is_in(await rig.connect("bob"), "bob")
    rig.clock.advance(15 * 60)
    assert await is_in(await rig.connect("alice"), "alice")


async def test_guesses_on_many_connections_at_once_all_count(rig: SshRig):
    guesses = (rig.connect("alice", codes=["000000"] * 6) for _ in range(5))
    await asyncio.gather(*guesses, return_exceptions=True)
    assert rig.audit.events().count("login.code_refused") == FAILURES_MAX


# The key


async def test_a_code_without_a_key_is_never_asked_for(rig: SshRig):
    client = CodeClient([rig.code("alice")])
    with pytest.raises(asyncssh.PermissionDenied):
        await asyncssh.connect(
            rig.host, rig.port, username="alice", client_keys=None, known_hosts=None,
            client_factory=lambda: client, config=None, agent_path=None,
        )  # fmt: skip
    assert client.prompts == []


async def test_an_unsigned_offer_of_the_right_key_opens_nothing(
    rig: SshRig, monkeypatch: pytest.MonkeyPatch
):
    """The client is told that the key is good, and goes on to the code without signing."""
    client = CodeClient([rig.code("alice")])
    offers: list[bytes] = []

    def go_on(self, _type, _id, packet):
        offers.append(packet.get_string())
        self._conn.try_next_auth()
        return True

    monkeypatch.setattr(
        _ClientPublicKeyAuth,
        "_packet_handlers",
        {**_ClientPublicKeyAuth._packet_handlers, MSG_USERAUTH_PK_OK: go_on},
    )
    key = await rig.make_key("alice")
    with pytest.raises(REFUSED):
        await asyncssh.connect(
            rig.host, rig.port, username="alice", client_keys=[str(key)] * 10, known_hosts=None,
            client_factory=lambda: client, config=None, agent_path=None,
        )  # fmt: skip
    assert offers
    assert client.prompts == []
    assert "login.accepted" not in rig.audit.events()


async def test_somebody_elses_key_does_not_fit(rig: SshRig):
    await refused(rig, "bob", key="alice")


async def test_anns_key_and_bobs_code_do_not_make_bob(rig: SshRig):
    """The account is switched in mid-login: the key must be proven again, for bob."""
    code = rig.code("bob")

    class Switching(CodeClient):
        def connection_made(self, conn):
            self.conn = conn

        def kbdint_auth_requested(self):
            self.conn._username = "bob"
            return ""

    for who in ("bob", "alice"):
        client = Switching([code] * 3)
        with pytest.raises(REFUSED):
            await asyncssh.connect(
                rig.host, rig.port, username="alice", known_hosts=None, config=None,
                client_keys=[str(await rig.make_key("alice"))], client_factory=lambda c=client: c,
                agent_path=None,
            )  # fmt: skip
        assert client.prompts == [], who
    assert "login.accepted" not in rig.audit.events()


async def test_changing_only_the_target_asks_for_the_key_again(rig: SshRig):
    class Switching(CodeClient):
        def connection_made(self, conn):
            self.conn = conn

        def kbdint_auth_requested(self):
            self.conn._username = "alice+shop"
            return ""

    client = Switching([rig.code("alice")])
    with pytest.raises(REFUSED):
        await asyncssh.connect(
            rig.host, rig.port, username="alice", known_hosts=None, config=None,
            client_keys=[str(await rig.make_key("alice"))], client_factory=lambda: client,
            agent_path=None,
        )  # fmt: skip
    assert client.prompts == []


async def test_the_owner_of_the_twentieth_key_gets_in_and_of_the_21st_not(rig: SshRig):
    right = asyncssh.read_private_key(str(await rig.make_key("alice")))
    wrong = [asyncssh.generate_private_key("ssh-ed25519") for _ in range(20)]
    code = rig.code("alice")
    common = {"username": "alice", "known_hosts": None, "config": None, "agent_path": None}
    # A key that is good takes two requests: the offer, and the signature.
    async with asyncssh.connect(
        rig.host, rig.port, client_keys=[*wrong[:18], right], **common,
        client_factory=lambda: CodeClient([code]),
    ):  # fmt: skip
        pass
    with pytest.raises(asyncssh.DisconnectError, match="Too many keys"):
        await asyncssh.connect(
            rig.host, rig.port, client_keys=[*wrong, right], **common,
            client_factory=lambda: CodeClient([rig.code("alice")]),
        )  # fmt: skip


async def test_certificates_are_refused(rig: SshRig):
    key = asyncssh.read_private_key(str(await rig.make_key("alice")))
    certificate = key.generate_user_certificate(key, "id", principals=["alice"])
    pair = [pair for pair in asyncssh.load_keypairs([(key, certificate)]) if pair.has_cert]
    assert len(pair) == 1
    with pytest.raises(REFUSED):
        await asyncssh.connect(
            rig.host, rig.port, username="alice", client_keys=pair,
            known_hosts=None, config=None, agent_path=None,
            client_factory=lambda: CodeClient([rig.code("alice")]),
        )  # fmt: skip


async def test_a_sha1_signature_is_no_signature(rig: SshRig):
    key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    from bastion.ssh.keys import parse_authorized_keys

    rig.secrets["ron"] = await rig.store.add_user(
        "ron", keys=parse_authorized_keys(key.export_public_key().decode()),
        roles=[Role.ENGINEER], targets=None,
    )  # fmt: skip
    common = {"username": "ron", "client_keys": [key], "known_hosts": None, "config": None}
    with pytest.raises(REFUSED):
        await asyncssh.connect(
            rig.host, rig.port, signature_algs=["ssh-rsa"], agent_path=None, **common,
            client_factory=lambda: CodeClient([rig.code("ron")]),
        )  # fmt: skip
    async with asyncssh.connect(
        rig.host, rig.port, agent_path=None, **common,
        client_factory=lambda: CodeClient([rig.code("ron")]),
    ):  # fmt: skip
        pass


async def test_from_in_the_key_line_is_enforced(rig: SshRig):
    await rig.add_user("carl", options='from="192.0.2.0/24"')
    await rig.add_user("dora", options='from="127.0.0.0/8"')
    await refused(rig, "carl")
    assert await is_in(await rig.connect("dora"), "dora")


async def test_key_options_survive_the_code(rig: SshRig):
    await rig.add_user("erin", options="restrict")
    connection = await rig.connect("erin")
    with pytest.raises(asyncssh.ChannelOpenError, match="PTY"):
        await connection.create_process(term_type="xterm")
    connection.close()
    async with await rig.connect("alice") as free:
        process = await free.create_process("whoami", term_type="xterm")
        assert "alice" in str((await process.wait()).stdout)


# Accounts


async def test_an_unknown_user_is_answered_like_a_known_one(rig: SshRig):
    await rig.make_key("stranger")
    answers = []
    for user in ("alice", "nobody-here", "..", "alice+shop"):
        ran = await rig.ssh(user, "whoami", key="stranger", code="1", options=("-v",))
        lines = [line for line in ran.err.splitlines() if "can continue" in line]
        answers.append((ran.status, tuple(lines), "Server accepts key" in ran.err))
        assert lines, ran.err
    assert len(set(answers)) == 1, answers
    assert answers[0][1][0].endswith(": publickey")


async def test_a_disabled_account_is_answered_like_an_unknown_key(rig: SshRig):
    await rig.store.set_disabled("alice", True)
    ran = await rig.ssh("alice", "whoami", options=("-v",))
    assert ran.status == 255
    assert "Server accepts key" not in ran.err
    assert "login.accepted" not in rig.audit.events()


async def test_an_account_disabled_between_key_and_code_does_not_get_in(rig: SshRig):
    class Slow(CodeClient):
        async def kbdint_challenge_received(self, name, instructions, lang, prompts):
            if prompts:
                await rig.store.set_disabled("alice", True)
            return super().kbdint_challenge_received(name, instructions, lang, prompts)

    with pytest.raises(REFUSED):
        await asyncssh.connect(
            rig.host, rig.port, username="alice", known_hosts=None, config=None, agent_path=None,
            client_keys=[str(await rig.make_key("alice"))],
            client_factory=lambda: Slow([rig.code("alice")]),
        )  # fmt: skip
    assert "login.accepted" not in rig.audit.events()


async def test_a_key_removed_between_key_and_code_does_not_get_in(rig: SshRig):
    account = await rig.store.find("alice")
    assert account is not None

    class Slow(CodeClient):
        async def kbdint_challenge_received(self, name, instructions, lang, prompts):
            if prompts:
                other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
                from bastion.ssh.keys import parse_authorized_keys

                await rig.store.add_key("alice", parse_authorized_keys(other)[0])
                await rig.store.remove_key("alice", account.keys[0].fingerprint)
            return super().kbdint_challenge_received(name, instructions, lang, prompts)

    with pytest.raises(REFUSED):
        await asyncssh.connect(
            rig.host, rig.port, username="alice", known_hosts=None, config=None, agent_path=None,
            client_keys=[str(await rig.make_key("alice"))],
            client_factory=lambda: Slow([rig.code("alice")]),
        )  # fmt: skip
    assert "login.accepted" not in rig.audit.events()


async def test_an_agent_gets_in_with_its_key_alone(rig: SshRig):
    await rig.add_agent("robo", "alice", "127.0.0.0/8")
    ran = await rig.ssh("robo", "whoami", options=("-oBatchMode=yes",))
    assert ran.status == 0, ran.err
    assert "robo" in ran.out
    assert rig.audit.lines[0][1]["factors"] == "key"


async def test_an_agent_from_elsewhere_is_refused(rig: SshRig):
    await rig.add_agent("robo", "alice", "192.0.2.0/24")
    assert (await rig.ssh("robo", "whoami", options=("-oBatchMode=yes",))).status == 255


async def test_an_expired_agent_is_refused(rig: SshRig):
    await rig.add_agent("robo", "alice", hours=1)
    rig.clock.advance(3600)
    assert (await rig.ssh("robo", "whoami", options=("-oBatchMode=yes",))).status == 255


async def test_an_agent_whose_owner_is_disabled_is_refused(rig: SshRig):
    await rig.add_agent("robo", "alice")
    await rig.store.set_disabled("alice", True)
    assert (await rig.ssh("robo", "whoami", options=("-oBatchMode=yes",))).status == 255


async def test_a_person_never_gets_in_with_the_key_alone(rig: SshRig):
    assert (await rig.ssh("alice", "whoami", options=("-oBatchMode=yes",))).status == 255
    await refused(rig, "alice", codes=[])


# When something is broken


async def test_without_the_store_nobody_gets_in(rig: SshRig, monkeypatch: pytest.MonkeyPatch):
    async def lost(*_: object) -> None:
        raise StoreError("The store cannot be reached.")

    code = rig.code("alice")
    with monkeypatch.context() as broken:
        broken.setattr(rig.store, "find", lost)
        await refused(rig, "alice", codes=[code])
    with monkeypatch.context() as broken:
        broken.setattr(rig.store, "accept_step", lost)
        ran = await rig.ssh("alice", "whoami", code=code, options=ONE_TRY)
        assert "cannot check codes" in ran.err
    assert await is_in(await rig.connect("alice", codes=[code]), "alice")


async def test_what_cannot_be_audited_does_not_log_in(rig: SshRig):
    await rig.add_agent("robo", "alice")
    rig.audit.is_broken = True
    await refused(rig, "alice")
    await refused(rig, "robo")


def test_strangers_cannot_fill_the_audit_log():
    lines = StrangerLines(per_minute_max=2)
    assert [lines.take(0.0) for _ in range(5)] == [0, 0, None, None, None]
    assert lines.take(61.0) == 3


# What auth.py leans on


def test_the_private_parts_of_asyncssh_are_as_auth_py_expects():
    """Fails when asyncssh changes: read ``auth.py`` and ``transport.py`` again, then adapt."""
    assert asyncssh.__version__ == "2.24.1"
    base = asyncssh.SSHServerConnection
    parameters = {
        "_finish_userauth": ["self", "begin_auth", "method", "packet"],
        "validate_public_key": ["self", "username", "key_data", "msg", "signature"],
        "get_kbdint_challenge": ["self", "username", "lang", "submethods"],
        "validate_kbdint_response": ["self", "username", "responses"],
        "send_userauth_success": ["self"],
        "send_userauth_failure": ["self", "partial_success"],
        "reload_config": ["self"],
        "_send_kexinit": ["self"],
        "_process_kexinit": ["self", "_pkttype", "_pktid", "packet"],
        "_process_service_request": ["self", "_pkttype", "_pktid", "packet"],
        "send_packet": ["self", "pkttype", "args", "handler"],
        "_update_recv_pktlen": ["self", "max_pktsize"],
        "internal_error": ["self", "exc_info", "error_logger"],
    }
    for name, expected in parameters.items():
        assert list(inspect.signature(getattr(base, name)).parameters) == expected, name
        assert issubclass(GovernedConnection, base)
    source = inspect.getsource(base)
    parent = inspect.getsource(asyncssh.connection.SSHConnection)
    assert "await self._conn.validate_public_key(" in inspect.getsource(_ServerPublicKeyAuth)
    assert "await self.send_success()" in inspect.getsource(_ServerPublicKeyAuth)
    assert "self._conn.validate_kbdint_response(" in inspect.getsource(_ServerKbdIntAuth)
    assert "conn._key_options = {}" in parent
    assert "self._key_options.get(" in source
    assert "self._owner = self._protocol_factory()" in parent
    assert "if self._kexinit_sent:" in parent
    assert "self.send_packet(MSG_IGNORE, String(b''))" in parent
