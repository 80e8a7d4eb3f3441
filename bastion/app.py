"""The composition root: builds the adapters of the running server, starts and stops in order.

start: store -> audit -> journal (closing what a crash left) -> desk -> registry -> SSH
stop:  SSH stops listening -> sessions end and are sealed -> targets -> journal -> store
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from bastion import __version__
from bastion.anchoring import Anchoring, AnchorPlaces
from bastion.config import Config, Paths, parse_listen
from bastion.errors import BastionError, ConfigError, StoreError
from bastion.execution.approvals import ApprovalDesk
from bastion.execution.breakglass import GlassBox
from bastion.execution.granting import Grants
from bastion.execution.guessing import GuessBudget
from bastion.execution.judging import Governance
from bastion.execution.reading import ReadersRights
from bastion.execution.registry import SessionLimits, SessionRegistry
from bastion.execution.services import Services
from bastion.execution.session import SessionFactory
from bastion.ground import Ground
from bastion.installation import (
    PolicyFile,
    SystemClock,
    TargetDirectory,
    check_initialised,
    open_audit_log,
    open_store,
)
from bastion.messenger import HookMessenger
from bastion.space import DiskBudget
from bastion.ssh.server import SshServer, SshSettings
from bastion.store.agreement import find_disagreements, taken_requests, told_briefly
from bastion.store.audit import AuditTrail
from bastion.store.recordings import RecordingFolder
from bastion.store.sql import Store
from bastion.store.tokens import StoreTokens
from bastion.store.users import DailyBudget, StoreUsers
from recordings.age import check_recipient
from recordings.errors import FormatError
from recordings.keys import load_private_key
from recordings.seek import SeekIndexes, index_key
from recordings.sshsig import DECISION_NAMESPACE, sign_message
from recordings.writer import Journal

log = logging.getLogger(__name__)

_TICK_S = 1.0
_HEALTH_EVERY_S = 5.0
_EXPIRE_EVERY = 2
_RECHECK_EVERY = 4
_INDEX_EVERY_S = 15.0
_COMPARE_EVERY_S = 3600.0
_LOCK = "serve.lock"
_WATCHED_TOPICS = ("accounts", "panics", "targets")


# The server


class Application:
    """The running product."""

    def __init__(self, paths: Paths, config: Config) -> None:
        """Prepare; nothing is opened yet."""
        self._paths = paths
        self._config = config
        self._clock = SystemClock()
        self._stack = contextlib.AsyncExitStack()
        self.services: Services | None = None
        """What front ends are given; None before ``start``."""
        self._server: SshServer | None = None
        self._registry: SessionRegistry | None = None
        self._recordings: RecordingFolder | None = None
        self._policy: PolicyFile | None = None
        self._desk: ApprovalDesk | None = None
        self._recheck = asyncio.Event()
        self._redeclare = asyncio.Event()
        self._targets: TargetDirectory | None = None
        self._anchoring: Anchoring | None = None
        self._store: Store | None = None
        self._store_trouble = ""
        self._ground: Ground | None = None
        self._was_replaced = False
        self._space = DiskBudget(
            paths.sessions,
            paths.audit_log,
            config.recording.disk_budget_mb,
            tell=self._tell,
            clock=self._clock,
        )

    async def start(self, listen: str) -> tuple[str, int]:
        """Build everything and listen.

        Args:
            listen: ``HOST:PORT``; port 0 for any free one.

        Returns:
            The address and port in use.

        Raises:
            ConfigError: a file is missing or wrong, another server runs here, the port is taken.
            StoreError: the store cannot be used.
        """
        check_initialised(self._paths)
        host, port = parse_listen(listen)
        self._stack.enter_context(_only_server(self._paths))
        store = await self._stack.enter_async_context(open_store(self._paths, self._clock))
        self._store = store
        self._ground = Ground(self._paths.store, self._paths.state / _LOCK)
        self._policy = PolicyFile(self._paths.policy)
        services = self.services = await self._assemble(store, self._policy)
        await self._tell_start(services)
        await self._space.step()
        if self._anchoring is not None:
            await self._anchoring.step()
        self._server = SshServer(services, settings=self._ssh_settings(host, port))
        address = await self._server.start()
        self._stack.push_async_callback(self._server.close)
        return address

    async def _tell_start(self, services: Services) -> None:
        try:
            await services.audit.record("server.started", self._settings())
        except BastionError as error:
            # On a full disk one can still decide and look into things.
            log.warning("start.not_recorded", extra={"code": error.code})

    def _settings(self) -> dict[str, str | int | None]:
        """Tell what the evidence is kept by: whoever edits a file leaves a trace of it."""
        section = self._config.recording
        return {
            "version": __version__,
            "policy": self._policy.current().version if self._policy else "",
            "keep_days": section.keep_days,
            "keep_by_target": section.keep_by_target,
            "recipients": section.recipients,
            "live_recipients": section.live_recipients,
            "anchor_file": self._config.audit.anchor_file,
            "anchor_command": self._config.audit.anchor_command,
        }

    async def run(self, stop: asyncio.Event) -> None:
        """Keep limits, policy and accounts in force until ``stop`` is set, then drain."""
        # What it was started with stays to the end; looked through again, it would hold all up.
        gc.collect()
        gc.freeze()
        async with asyncio.TaskGroup() as group:
            ticking = group.create_task(self._tick())
            checking = group.create_task(self._recheck_accounts())
            indexing = group.create_task(self._index())
            classing = group.create_task(self._follow_declarations())
            measuring = group.create_task(self._space.run())
            anchoring = group.create_task(self._anchor())
            comparing = group.create_task(self._compare_store())
            await stop.wait()
            comparing.cancel()
            anchoring.cancel()
            measuring.cancel()
            classing.cancel()
            ticking.cancel()
            checking.cancel()
            indexing.cancel()
        if self._server is not None:
            await self._server.drain(self._config.server.drain_s)
        if self._registry is not None:
            await self._registry.drain("The bastion is shutting down. Open work is rolled back.")
        if self._anchoring is not None:
            await self._anchoring.step()

    async def close(self) -> None:
        """Close everything that was opened, newest first."""
        await self._stack.aclose()

    async def _assemble(self, store: Store, policy: PolicyFile) -> Services:
        clock, config, paths = self._clock, self._config, self._paths
        signing_key = load_private_key(paths.signing_key)
        places = AnchorPlaces(file=config.audit.anchor_file, command=config.audit.anchor_command)
        await asyncio.to_thread(places.check, paths.audit_log, signing_key.public_key())
        audit_log = open_audit_log(paths, clock)
        audit = AuditTrail(audit_log, syslog=config.audit.syslog)
        self._stack.callback(audit.close)
        journal = Journal(
            paths.sessions,
            signing_key,
            audit_log,
            now=clock.now,
            recipients=_live_recipients(config),
        )
        self._stack.push_async_callback(asyncio.to_thread, journal.close)
        recovered = await asyncio.to_thread(journal.recover, lambda _session_id: False)
        if recovered:
            log.warning("recording.recovered", extra={"count": len(recovered)})
        notifier = store.notifier()
        await notifier.start()
        self._stack.push_async_callback(notifier.stop)
        messenger = _messenger(config)
        messenger.start()
        self._stack.push_async_callback(asyncio.to_thread, messenger.stop)
        budget = DailyBudget(
            rows=config.agents.rows_per_day, size_bytes=config.agents.bytes_per_day
        )
        anchoring = self._anchoring = Anchoring(
            places,
            head=audit_log.head,
            checkpoint=journal.checkpoint,
            copy=audit.copy_head,
            tell=self._tell,
            clock=clock,
            every_s=config.audit.anchor_every_s,
            age_max_s=config.audit.anchor_age_max_s,
        )
        ground = self._ground or Ground()
        users = StoreUsers(
            store, clock, budget, refusal=lambda: ground.refusal() or anchoring.refusal()
        )
        desk = ApprovalDesk(
            store,
            users,
            notifier,
            clock,
            audit,
            messenger,
            sign=lambda message: sign_message(message, signing_key, DECISION_NAMESPACE),
        )
        await desk.recover(await asyncio.to_thread(taken_requests, audit_log.path))
        self._desk = desk
        mask_key = _mask_key(paths)
        targets = self._targets = TargetDirectory(store)
        self._stack.push_async_callback(targets.close)
        grants = Grants(store, desk, audit, clock)
        key = index_key(signing_key)
        self._recordings = RecordingFolder(
            paths.sessions,
            audit_log.path,
            public_key=signing_key.public_key(),
            indexes=SeekIndexes(paths.sessions, key),
            now=clock.now,
        )
        self._registry = SessionRegistry(
            factory=SessionFactory(journal, clock),
            recordings=self._recordings,
            users=users,
            audit=audit,
            clock=clock,
            limits=SessionLimits(
                idle_s=config.sessions.idle_s,
                maximum_s=config.sessions.maximum_s,
                per_person=config.sessions.per_person_max,
                total=config.sessions.total_max,
            ),
            policy_version=lambda: policy.current().version,
            product_version=__version__,
            mask_for=ReadersRights(policy.current, grants).mask_for,
            refusal=self._space.refusal,
        )
        registry = self._registry
        registry.subscribe(lambda: anchoring.follow(registry.count()))
        for topic in _WATCHED_TOPICS:
            notifier.subscribe(topic, lambda _key: self._recheck.set())
        notifier.subscribe("classes", lambda _key: self._redeclare.set())
        return Services(
            users=users,
            targets=targets,
            desk=desk,
            registry=self._registry,
            audit=audit,
            history=store,
            messenger=messenger,
            clock=clock,
            governance=Governance(
                desk=desk,
                users=users,
                clock=clock,
                policy=policy.current,
                follow_policy=self._follow_policy,
                targets=targets,
                tokens=StoreTokens(store, clock, mask_key),
                mask_key=mask_key,
                changed=self._registry.changed,
                quarantine=store,
                audit=audit,
                grants=grants,
                guesses=GuessBudget(store, users, audit, clock, mask_key),
                glass=GlassBox(
                    store, users, audit, messenger, clock, self._registry.tell_overseers
                ),
            ),
        )

    def _ssh_settings(self, host: str, port: int) -> SshSettings:
        server = self._config.server
        return SshSettings(
            host_key=self._paths.host_key.read_bytes(),
            host=host,
            port=port,
            login_timeout_s=server.login_timeout_s,
            unauthenticated_max=server.unauthenticated_max,
            unauthenticated_per_source_max=server.unauthenticated_per_source_max,
            channels_max=server.channels_per_connection_max,
        )

    async def _tick(self) -> None:
        beats = 0
        while True:
            await self._follow_policy()
            if self._registry is not None:
                await self._registry.enforce_limits()
            if beats % int(_HEALTH_EVERY_S / _TICK_S) == 0:
                await self._look_at_ground()
                self._write_health()
            beats += 1
            if beats % _EXPIRE_EVERY == 0 and self._desk is not None:
                await self._expire_requests(self._desk)
            # Agents expire without anybody changing anything.
            if beats % _RECHECK_EVERY == 0:
                self._recheck.set()
            await asyncio.sleep(_TICK_S)

    async def _follow_policy(self) -> None:
        if self._policy is not None and self._policy.follow():
            await self._tell_policy(self._policy)

    async def _tell_policy(self, policy: PolicyFile) -> None:
        """Say that another policy is in force, or why the file is not: on record and on screens."""
        version = policy.current().version
        text = f"Another policy is in force: version {version}."
        if policy.trouble:
            text = f"The old policy {version} stays in force. {policy.trouble}"
        if self._registry is None or self.services is None:
            return
        event = "policy.refused" if policy.trouble else "policy.loaded"
        fields = {"version": version, "trouble": policy.trouble}
        self._registry.tell_overseers(text)
        self.services.messenger.tell(event, fields)
        try:
            await self.services.audit.record(event, fields)
        except BastionError as error:
            # The policy is in force whether or not this line could be written.
            log.warning("policy.not_recorded", extra={"code": error.code})

    async def _anchor(self) -> None:
        if self._anchoring is not None:
            await self._anchoring.run()

    async def _tell(self, event: str, fields: Mapping[str, str]) -> None:
        """Put news of the evidence itself on record, and before people."""
        if self.services is None or self._registry is None:
            return
        self.services.messenger.tell(event, fields)
        words = self._space.trouble if event == "recording.disk_level" else fields["trouble"]
        if words:
            self._registry.tell_overseers(words)
        await self.services.audit.record(event, fields)

    async def _look_at_ground(self) -> None:
        words = self._ground.refusal() if self._ground is not None else ""
        if words and not self._was_replaced:
            self._was_replaced = True
            try:
                await self._tell("store.replaced", {"trouble": words})
            except BastionError as error:
                log.warning("store.not_told", extra={"code": error.code})

    async def _compare_store(self) -> None:
        """Find what was put into the store, or taken out of it, past every act on record."""
        while self._store is not None:
            try:
                found = await find_disagreements(self._store, self._paths.audit_log)
                trouble = told_briefly(found)
            except (BastionError, OSError, FormatError) as error:
                trouble = f"The store cannot be compared with the audit log: {error}"
            if trouble != self._store_trouble:
                self._store_trouble = trouble
                event = "store.disagrees" if trouble else "store.agrees"
                try:
                    await self._tell(event, {"trouble": trouble})
                except BastionError as error:
                    log.warning("store.not_told", extra={"code": error.code})
            await asyncio.sleep(_COMPARE_EVERY_S)

    async def _index(self) -> None:
        """Keep up with what is recorded, so that nobody who looks for a moment waits."""
        while True:
            await asyncio.sleep(_INDEX_EVERY_S)
            if self._recordings is not None:
                await self._recordings.keep_up()

    @staticmethod
    async def _expire_requests(desk: ApprovalDesk) -> None:
        try:
            await desk.expire_due()
        except BastionError as error:
            # A decision checks the time by itself, so nothing is approved too late.
            log.warning("approvals.expire_failed", extra={"code": error.code})

    async def _recheck_accounts(self) -> None:
        while True:
            await self._recheck.wait()
            self._recheck.clear()
            if self._registry is None:
                continue
            try:
                await self._registry.recheck_accounts()
            except BastionError as error:
                # Each statement asks again by itself, so nothing runs on an unknown answer.
                log.warning("accounts.recheck_failed", extra={"code": error.code})
                await asyncio.sleep(_TICK_S)
                self._recheck.set()

    async def _follow_declarations(self) -> None:
        while True:
            await self._redeclare.wait()
            self._redeclare.clear()
            if self._targets is None:
                continue
            try:
                await self._targets.follow_declarations()
            except BastionError as error:
                log.warning("classes.not_followed", extra={"code": error.code})
                await asyncio.sleep(_TICK_S)
                self._redeclare.set()

    def _write_health(self) -> None:
        """Tell health checks that the loop turns: ``serve.json``, written every few seconds."""
        text = json.dumps(
            {
                "pid": os.getpid(),
                "at": self._clock.now().isoformat(),
                "version": __version__,
                "sessions": self._registry.count() if self._registry else 0,
                "policy_trouble": self._policy.trouble if self._policy else "",
                "anchor_trouble": self._anchoring.trouble if self._anchoring else "",
                "store_trouble": (self._ground and self._ground.refusal()) or self._store_trouble,
                "disk_trouble": self._space.trouble,
            }
        )
        draft = self._paths.health.with_suffix(".draft")
        try:
            draft.write_text(text, "utf-8")
            draft.replace(self._paths.health)
        except OSError:
            log.warning("health.not_written")


@contextlib.contextmanager
def _only_server(paths: Paths) -> Iterator[None]:
    """Hold the lock that keeps a second server off the same state."""
    descriptor = os.open(paths.state / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(
                f"Another `bastion serve` already uses {paths.state}. Stop it first."
            ) from error
        yield
    finally:
        os.close(descriptor)


def _live_recipients(config: Config) -> list[str]:
    try:
        return [check_recipient(one) for one in config.recording.live_recipients.split()]
    except FormatError as error:
        raise ConfigError(f'bastion.toml, [recording], key "live_recipients": {error}') from error


def _messenger(config: Config) -> HookMessenger:
    secret = b""
    if config.notify.webhook_secret_file:
        try:
            secret = Path(config.notify.webhook_secret_file).read_bytes().strip()
        except OSError as error:
            raise ConfigError(
                'bastion.toml, [notify], key "webhook_secret_file": '
                f"{config.notify.webhook_secret_file} cannot be read ({error.strerror})."
            ) from error
    return HookMessenger(
        webhook_url=config.notify.webhook_url,
        webhook_secret=secret,
        command=config.notify.command,
    )


def _mask_key(paths: Paths) -> bytes:
    """Derive the key of masks from the root key's file, so that tokens are per installation."""
    try:
        material = paths.root_key.read_bytes()
    except OSError as error:
        raise StoreError(f"{paths.root_key} cannot be read. Check its permissions.") from error
    return hashlib.blake2b(material, person=b"bastion-masks", digest_size=32).digest()
