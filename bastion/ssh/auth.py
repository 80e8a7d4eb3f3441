"""Who is connecting: a key's verified signature, then a one-time code, then a ``Principal``.

asyncssh ends authentication with the first method that succeeds. ``GovernedConnection`` answers
"partial success" instead until ``Login`` has made a principal, and ``Login`` makes one only after
every factor of one and the same account. Three traps of that way are closed here:

    - asyncssh forgets the key's options at each request: they are kept and put back at the end.
    - The account may change between the factors: it is read again before the principal is made.
    - ``publickey`` would stay advertised: it is withdrawn once a signature was verified.

A client may change the user name at any moment (RFC 4252 section 5). All factors are then lost, so
that ann's key can never be joined with bob's code; changing only the target counts as a change.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import sys
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncssh
from asyncssh.auth import KbdIntChallenge
from asyncssh.logging import SSHLogger
from asyncssh.misc import OptExcInfo
from asyncssh.packet import SSHPacket, String
from asyncssh.public_key import decode_ssh_public_key

from bastion.core import totp
from bastion.core.model import Principal
from bastion.errors import BastionError, UsageError
from bastion.execution.ports import Account, Audit, Clock, PublicKey, Users
from bastion.ssh.keys import SIGNATURE_ALGORITHMS, KeyLine, parse_line
from bastion.ssh.transport import TunedConnection

log = logging.getLogger(__name__)

_PROMPT = "Six-digit code"
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TARGET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FIELD_CHARS = 100
_REQUESTS_MAX = 60
_REFUSAL_S = 0.02
_NO_STORE = "The bastion cannot check codes at the moment. Try again in a minute."


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLimits:
    """How often one connection may try."""

    code_failures_max: int = 6
    key_offers_max: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginName:
    """The SSH user name, read as ``USER+TARGET``."""

    account: str
    """Empty when the name cannot be an account's."""
    target: str


class StrangerLines:
    """Bounds how many audit lines those can cause who have proven nothing."""

    def __init__(self, per_minute_max: int = 60) -> None:
        """Start with a full minute."""
        self._per_minute_max = per_minute_max
        self._minute = -1
        self._count = 0
        self._left_out = 0

    def take(self, monotonic_s: float) -> int | None:
        """Ask for one line.

        Returns:
            How many were left out since the last one, or None when this one is left out too.
        """
        minute = int(monotonic_s // 60)
        if minute != self._minute:
            self._minute, self._count = minute, 0
        self._count += 1
        if self._count > self._per_minute_max:
            self._left_out += 1
            return None
        left_out, self._left_out = self._left_out, 0
        return left_out


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPorts:
    """What logging in needs of the rest, shared by all connections."""

    users: Users
    audit: Audit
    clock: Clock
    limits: LoginLimits = LoginLimits()
    account_locks: weakref.WeakValueDictionary[str, asyncio.Lock] = field(
        default_factory=weakref.WeakValueDictionary
    )
    """Codes of one account are checked one after another: guesses in parallel count too."""
    strangers: StrangerLines = field(default_factory=StrangerLines)


@dataclass(slots=True)
class _Attempt:
    """Factors proven under one user name; a new name starts a new attempt."""

    name: LoginName
    key: PublicKey | None = None
    """The key that signed."""
    options: Mapping[str, object] = field(default_factory=dict)
    is_agent: bool = False
    principal: Principal | None = None
    has_told: bool = False
    """A message without prompts was sent; its answer is a formality."""
    hint: str = ""
    """Stands in the next prompt, for clients that do not show messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """A key that may log in, and as whom."""

    key: PublicKey
    line: KeyLine
    candidate: Principal


def parse_login_name(username: str) -> LoginName:
    """Split ``USER+TARGET``; what cannot be an account's name gives an empty account."""
    account, _, target = username.partition("+")
    if not _ACCOUNT.fullmatch(account):
        account = ""
    if target and not _TARGET.fullmatch(target):
        account = ""
    return LoginName(account=account, target=target)


class Login:
    """The state of one connection's authentication."""

    def __init__(
        self,
        ports: LoginPorts,
        *,
        source: str,
        connection_id: str,
        client: Callable[[], str],
    ) -> None:
        """Start with nothing proven.

        ``client`` gives the client's version string, which is known only after the handshake.
        """
        self._ports = ports
        self._source = source
        self._connection_id = connection_id
        self._client = client
        self._attempt = _Attempt(parse_login_name(""))
        self._names: list[str] = []
        self._offer_count = 0
        self._request_count = 0
        self._code_failure_count = 0

    @property
    def principal(self) -> Principal | None:
        """Give the principal once every factor was proven."""
        return self._attempt.principal

    @property
    def target(self) -> str:
        """Give the target named in ``USER+TARGET``; empty when none was."""
        return self._attempt.name.target

    @property
    def key_options(self) -> Mapping[str, object]:
        """Give the options of the key that signed."""
        return self._attempt.options

    @property
    def has_verified_key(self) -> bool:
        """Tell whether a signature was verified under the present user name."""
        return self._attempt.key is not None

    @property
    def may_send_code(self) -> bool:
        """Tell whether keyboard-interactive is on offer: after the key, and never to agents."""
        return self._attempt.key is not None and not self._attempt.is_agent

    def begin(self, username: str) -> None:
        """Forget every factor: the client has named another user, or another target."""
        self._attempt = _Attempt(parse_login_name(username))
        if len(self._names) < self._ports.limits.key_offers_max:
            self._names.append(_field(username))

    def count_request(self) -> None:
        """Count any authentication request, whatever its method.

        Raises:
            asyncssh.DisconnectError: too many on this connection.
        """
        self._request_count += 1
        if self._request_count > _REQUESTS_MAX:
            raise _too_many("Too many authentication requests on one connection.")

    async def check_key(self, key_data: bytes, signed: bytes, signature: bytes) -> bool:
        """Check an offered key, and its signature where there is one.

        A refusal takes the same time for accounts that exist and for others.

        ``signed`` is what the signature is of (RFC 4252 section 7); empty for an offer without one.

        Returns:
            Whether the key may log in; with a signature, whether it also signed.

        Raises:
            asyncssh.DisconnectError: too many keys on this connection.
        """
        self._offer_count += 1
        if self._offer_count > self._ports.limits.key_offers_max:
            raise _too_many("Too many keys were offered. Name one: ssh -o IdentitiesOnly=yes -i …")
        attempt = self._attempt
        answer_at = asyncio.get_running_loop().time() + _REFUSAL_S
        try:
            offer = await self._find_offer(attempt.name, key_data)
        except BastionError as error:
            log.warning("login.store_unreachable", extra={"detail": error.detail})
            offer = None
        if offer is None:
            await asyncio.sleep(answer_at - asyncio.get_running_loop().time())
            return False
        if not signed:
            return True
        return _is_signed(offer.line, signed, signature) and await self._take_key(attempt, offer)

    async def challenge(self) -> KbdIntChallenge:
        """Ask for the code, if the key was verified and the account is not locked.

        Raises:
            asyncssh.DisconnectError: too many wrong codes on this connection.
        """
        self._check_failures()
        attempt = self._attempt
        if not self.may_send_code:
            return False
        attempt.has_told = False
        try:
            locked = await self._lock_message(attempt.name.account)
        except BastionError as error:
            log.warning("login.store_unreachable", extra={"detail": error.detail})
            return self._tell(attempt, _NO_STORE)
        if locked:
            return self._tell(attempt, locked)
        hint = f" ({attempt.hint})" if attempt.hint else ""
        return ("", "", "", ((f"{_PROMPT}{hint}: ", False),))

    async def answer(self, responses: Sequence[str]) -> KbdIntChallenge:
        """Check a code; on success the principal is there.

        Returns:
            True, or False, or a message without prompts that ends in False once answered.

        Raises:
            asyncssh.DisconnectError: too many wrong codes on this connection.
        """
        attempt = self._attempt
        if attempt.has_told or not self.may_send_code or len(responses) != 1:
            self._check_failures()
            return False
        name = attempt.name.account
        lock = self._ports.account_locks.setdefault(name, asyncio.Lock())
        try:
            async with lock:
                message = await self._check_code(attempt, responses[0])
        except BastionError as error:
            log.warning("login.store_unreachable", extra={"detail": error.detail})
            message = _NO_STORE
        if attempt is not self._attempt:
            return False
        return True if message is None else self._tell(attempt, message)

    async def close(self) -> None:
        """Audit a connection that tried to log in and never did; called when it is gone."""
        if self._attempt.principal is not None or self._request_count == 0:
            return
        fields: dict[str, str | int | None] = {
            "names": " ".join(self._names),
            "key": _fingerprint(self._attempt),
            "offers": self._offer_count,
            "wrong_codes": self._code_failure_count,
        }
        log.info("login.refused", extra={"source": self._source, **fields})
        has_proven = self.has_verified_key or self._code_failure_count
        left_out = self._ports.strangers.take(self._ports.clock.monotonic())
        if left_out is None and not has_proven:
            return
        try:
            await self._audit("login.refused", {**fields, "left_out": left_out})
        except BastionError as error:
            log.warning("login.audit_failed", extra={"detail": error.detail})

    async def _take_key(self, attempt: _Attempt, offer: _Offer) -> bool:
        """Count a verified signature; an agent is in with it."""
        is_agent = offer.candidate.is_agent
        if is_agent and not await self._admit(offer.candidate, "key"):
            return False
        if attempt is not self._attempt:
            return False
        attempt.key, attempt.options = offer.key, offer.line.options
        attempt.is_agent = is_agent
        attempt.principal = offer.candidate if is_agent else None
        return True

    async def _find_offer(self, name: LoginName, key_data: bytes) -> _Offer | None:
        """Find whose key this is, if it may log in as ``name`` from here and now."""
        try:
            offered = decode_ssh_public_key(key_data)
        except asyncssh.KeyImportError:
            return None
        # A name that cannot exist is looked up too, so that all refusals take the same path.
        account = await self._ports.users.find(name.account or "-")
        fingerprint = offered.get_fingerprint()
        keys = account.keys if account is not None and name.account else ()
        key = next((key for key in keys if key.fingerprint == fingerprint), None)
        if account is None or key is None:
            return None
        line = _read_line(key)
        now = self._ports.clock.now()
        if line is None or line.key != offered or not line.allows(self._source, now):
            return None
        candidate = await self._candidate(account, key, now)
        if isinstance(candidate, str):
            log.info("login.key_refused", extra={"user": account.user, "why": candidate})
            return None
        return _Offer(key=key, line=line, candidate=candidate)

    async def _candidate(self, account: Account, key: PublicKey, now: datetime) -> Principal | str:
        """Make the principal that an account would be now, or say why it may not log in."""
        if not _is_active(account, self._source, now):
            return "This account cannot log in now, or not from here. Ask an administrator."
        candidate = self._principal(account, key)
        refusal = await self._ports.users.refusal(candidate, None)
        return candidate if refusal is None else refusal

    async def _check_code(self, attempt: _Attempt, code: str) -> str | None:
        """Check a code under the account's lock; returns what to tell, or None on success."""
        users, name = self._ports.users, attempt.name.account
        locked = await self._lock_message(name)
        if locked:
            return locked
        # Read again: the account may have been disabled, or the key removed, since it signed.
        account = await users.find(name)
        now = self._ports.clock.now()
        secret = account.totp_secret if account is not None else ""
        step = totp.verify(secret, code, now=now, last_step=-1)
        if account is None or isinstance(step, totp.TotpRefusal):
            return await self._count_failure(attempt, now)
        if not await users.accept_step(name, step):
            return await self._count_replay(attempt, now, step)
        return await self._take_code(attempt, account, now)

    async def _take_code(self, attempt: _Attempt, account: Account, now: datetime) -> str | None:
        """Make the principal, every factor being proven; returns what to tell, or None."""
        key = next((key for key in account.keys if key == attempt.key), None)
        if key is None:
            return "The key that you used was removed. Ask an administrator."
        candidate = await self._candidate(account, key, now)
        if isinstance(candidate, str):
            return candidate
        if not await self._admit(candidate, "key and code"):
            return "The bastion cannot write its audit log, so nobody can log in."
        if attempt is not self._attempt:
            return "The user name was changed. Log in again."
        attempt.principal = candidate
        return None

    async def _count_replay(self, attempt: _Attempt, now: datetime, step: int) -> str:
        """Refuse a right code that was used before: a try here, but no guess at the account."""
        self._code_failure_count += 1
        await self._audit(
            "login.code_reused", {"user": attempt.name.account, "key": _fingerprint(attempt)}
        )
        wait_s = totp.wait_s(now, step)
        attempt.hint = f"wait for the next, {wait_s} s"
        return totp.TotpRefusal(kind=totp.TotpRefusalKind.REUSED, wait_s=wait_s).message

    async def _admit(self, candidate: Principal, factors: str) -> bool:
        """Audit the success before it counts."""
        try:
            await self._audit(
                "login.accepted",
                {
                    "user": candidate.user,
                    "person": candidate.person,
                    "key": candidate.key_fingerprint,
                    "factors": factors,
                    "client": candidate.client,
                },
            )
        except BastionError:
            log.exception("login.audit_failed")
            return False
        log.info("login.accepted", extra={"user": candidate.user, "source": self._source})
        return True

    async def _count_failure(self, attempt: _Attempt, now: datetime) -> str:
        name = attempt.name.account
        self._code_failure_count += 1
        await self._ports.users.record_failure(name, now)
        fields = {"user": name, "key": _fingerprint(attempt)}
        await self._audit("login.code_refused", fields)
        log.info("login.code_refused", extra={"user": name, "source": self._source})
        locked = await self._lock_message(name)
        if locked:
            await self._audit("login.locked", fields)
            return locked
        left = self._ports.limits.code_failures_max - self._code_failure_count
        if left <= 0:
            return "Wrong code. That was the last try on this connection."
        attempt.hint = f"{left} tries left"
        return f"Wrong code. Type the one that is shown now; {left} tries left."

    async def _lock_message(self, name: str) -> str:
        now = self._ports.clock.now()
        until = await self._ports.users.locked_until(name, now)
        if until is None:
            return ""
        minutes = max(1, round((until - now).total_seconds() / 60))
        return (
            "Too many wrong codes for this account. "
            f"It opens again at {until:%H:%M} UTC, in about {minutes} min."
        )

    def _tell(self, attempt: _Attempt, message: str) -> KbdIntChallenge:
        # RFC 4256 section 3.2 allows a request without prompts: the client shows it and answers.
        attempt.has_told = True
        return ("", message, "", ())

    def _check_failures(self) -> None:
        if self._code_failure_count >= self._ports.limits.code_failures_max:
            raise _too_many("Too many wrong codes on one connection.")

    def _principal(self, account: Account, key: PublicKey) -> Principal:
        return principal_of(
            account,
            fingerprint=key.fingerprint,
            source=self._source,
            client=_field(self._client()),
            connection_id=self._connection_id,
        )

    async def _audit(self, event: str, fields: Mapping[str, str | int | None]) -> None:
        await self._ports.audit.record(
            event, {**fields, "source": self._source, "connection": self._connection_id}
        )


def principal_of(
    account: Account, *, fingerprint: str, source: str, client: str, connection_id: str = ""
) -> Principal:
    """Make the principal of an account: after a login, or for a verdict that nothing runs on."""
    return Principal(
        user=account.user,
        person=account.person,
        is_agent=account.is_agent,
        roles=account.roles,
        targets=account.targets,
        key_fingerprint=fingerprint,
        source=source,
        client=client,
        connection_id=connection_id,
    )


class GovernedConnection(TunedConnection):
    """An SSH server connection that asks for every factor before it says success.

    It leans on private parts of asyncssh, which is pinned for that reason;
    ``tests/ssh/test_auth.py`` fails when they change.
    """

    login: Login
    """Set by ``server.py`` before the first packet is read."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        options: asyncssh.SSHServerConnectionOptions,
        owner: asyncssh.SSHServer,
    ) -> None:
        """Belong to ``owner``, which gets the callbacks."""
        super().__init__(loop, options)
        self._protocol_factory = lambda: owner

    @property
    def open_channel_count(self) -> int:
        """Count the channels that are open, those without a request yet included."""
        return len(self._channels)

    def make_channel(
        self, kind: type[asyncssh.SSHServerChannel[bytes]]
    ) -> asyncssh.SSHServerChannel[bytes]:
        """Make a session channel of ``kind``: raw bytes, no line editor."""
        self._update_recv_pktlen(self._max_pktsize)
        return kind(
            *(self, self._loop, True, False, False, 0, 0),
            *(None, "strict", self._window, self._max_pktsize),
        )

    def internal_error(
        self, exc_info: OptExcInfo | None = None, error_logger: SSHLogger | None = None
    ) -> None:
        """Log what asyncssh would drop, and close the connection."""
        log.error("ssh.internal_error", exc_info=exc_info or sys.exc_info())
        super().internal_error(exc_info, error_logger)

    async def reload_config(self) -> None:
        """Do nothing: there is no configuration file, so no option depends on the user's name."""

    async def _finish_userauth(self, begin_auth: bool, method: bytes, packet: SSHPacket) -> None:
        self.login.count_request()
        await super()._finish_userauth(begin_auth, method, packet)

    def public_key_auth_supported(self) -> bool:
        """Offer publickey until a signature was verified."""
        return not self.login.has_verified_key

    def kbdint_auth_supported(self) -> bool:
        """Offer keyboard-interactive only after that."""
        return self.login.may_send_code

    def password_auth_supported(self) -> bool:
        """Never: a password is no factor here."""
        return False

    def host_based_auth_supported(self) -> bool:
        """Never: a host is nobody."""
        return False

    async def validate_public_key(
        self,
        username: str,
        key_data: bytes,
        msg: bytes,
        signature: bytes,
    ) -> bool:
        """Leave the decision to ``Login``; certificates are no keys and are refused there."""
        signed = String(self._session_id) + msg if msg else b""
        return await self.login.check_key(key_data, signed, signature)

    async def get_kbdint_challenge(
        self, _username: str, _lang: str, _submethods: str
    ) -> KbdIntChallenge:
        """Ask for the code."""
        return await self.login.challenge()

    async def validate_kbdint_response(
        self, _username: str, responses: Sequence[str]
    ) -> KbdIntChallenge:
        """Check the code."""
        return await self.login.answer(responses)

    async def send_userauth_success(self) -> None:
        """Say success only when there is a principal; "partial success" after the key alone."""
        if self.login.principal is None:
            self.send_userauth_failure(self.login.has_verified_key)
            return
        self._key_options = dict(self.login.key_options)
        await super().send_userauth_success()


def _is_active(account: Account, source: str, now: datetime) -> bool:
    """Tell whether an account may log in from here, as far as it can tell by itself."""
    if account.is_disabled or not account.person:
        return False
    if account.expires_at is not None and now >= account.expires_at:
        return False
    return not account.sources or _is_within(source, account.sources)


def _is_within(source: str, networks: Sequence[str]) -> bool:
    try:
        address = ipaddress.ip_address(source)
        return any(address in ipaddress.ip_network(block, strict=False) for block in networks)
    except ValueError:
        return False


def _is_signed(line: KeyLine, signed: bytes, signature: bytes) -> bool:
    try:
        algorithm = SSHPacket(signature).get_string().decode("ascii")
        if algorithm not in SIGNATURE_ALGORITHMS:
            return False
        line.key.set_touch_required("no-touch-required" not in line.options)
        return line.key.verify(signed, signature)
    except (ValueError, asyncssh.Error):
        return False


def _read_line(key: PublicKey) -> KeyLine | None:
    try:
        return parse_line(key.line)
    except UsageError as error:
        # Written by an older release, or by hand: what cannot be enforced does not log in.
        log.warning("login.key_unusable", extra={"key": key.fingerprint, "why": error.message})
        return None


def _fingerprint(attempt: _Attempt) -> str:
    return attempt.key.fingerprint if attempt.key else ""


def _field(text: str) -> str:
    cut = text[:_FIELD_CHARS]
    return "".join(char if char.isprintable() else "?" for char in cut)


def _too_many(reason: str) -> asyncssh.DisconnectError:
    return asyncssh.DisconnectError(asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, reason)
