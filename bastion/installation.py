"""One installation on disk: its files, its store, its audit log, its policy and its targets.

What every command of the command line needs; the running server builds on it in ``app``.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import importlib.resources
import logging
import os
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bastion.config import Config, Paths, default_config_text
from bastion.core.carry import KnownClass
from bastion.core.model import Target
from bastion.core.rules import Policy, parse_policy
from bastion.errors import ConfigError
from bastion.execution.ports import Clock, Connector
from bastion.store.audit import AuditTrail
from bastion.store.box import SecretBox
from recordings.audit import AuditLog
from recordings.keys import (
    load_private_key,
    make_private_key,
    save_private_key,
    save_public_key,
)

if TYPE_CHECKING:
    from bastion.store.sql import Store

log = logging.getLogger(__name__)


class SystemClock:
    """The clock of the machine."""

    def now(self) -> dt.datetime:
        """Give the wall clock's time, UTC."""
        return dt.datetime.now(tz=dt.UTC)  # noqa: TID251 - the one place that reads the clock.

    def monotonic(self) -> float:
        """Give seconds for measuring spans."""
        return time.monotonic()


# Files


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialised:
    """What ``bastion init`` made or found."""

    paths: Paths
    made: tuple[Path, ...]
    host_fingerprint: str


async def initialise(paths: Paths, clock: Clock) -> Initialised:
    """Make the files of a new installation; what is there already is left as it is.

    Raises:
        ConfigError: a folder or file cannot be made.
    """
    from bastion.ssh import keys as ssh_keys

    made: list[Path] = []
    try:
        for folder in (paths.state, paths.keys):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, text in (
            (paths.config, default_config_text()),
            (paths.policy, default_policy_text()),
        ):
            if not path.exists():
                _write_new(path, text.encode(), 0o600)
                made.append(path)
        if not paths.host_key.exists():
            _write_new(paths.host_key, ssh_keys.create_host_key(), 0o600)
            made.append(paths.host_key)
        if not paths.signing_key.exists():
            save_private_key(make_private_key(), paths.signing_key)
            made.append(paths.signing_key)
        if not paths.recording_public_key.exists():
            save_public_key(
                load_private_key(paths.signing_key).public_key(), paths.recording_public_key
            )
            made.append(paths.recording_public_key)
        if not paths.root_key.exists():
            SecretBox.create(paths.root_key, data_dir=paths.state)
            made.append(paths.root_key)
        if not paths.store.exists():
            made.append(paths.store)
    except OSError as error:
        raise ConfigError(
            f"{error.filename} cannot be made: {error.strerror}. Choose another place with --dir."
        ) from error
    store = _store(paths, clock)
    await store.open(create=True)
    await store.close()
    return Initialised(
        paths=paths,
        made=tuple(made),
        host_fingerprint=ssh_keys.fingerprint(paths.host_key.read_bytes()),
    )


def default_policy_text() -> str:
    """Give the policy that ``init`` writes."""
    return (importlib.resources.files("bastion.core") / "data/policy.toml").read_text("utf-8")


def _write_new(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def check_initialised(paths: Paths) -> None:
    """Refuse to go on in a folder that ``init`` has not made.

    Raises:
        ConfigError: names the folder and the command to run.
    """
    for path in (paths.store, paths.root_key, paths.signing_key, paths.host_key):
        if not path.exists():
            raise ConfigError(f"{path} is missing. Run: bastion init --dir {paths.state}")


def _store(paths: Paths, clock: Clock) -> Store:
    # Commands about recordings alone do without it: it takes a while to load.
    from bastion.store.sql import Store

    return Store(paths.store, SecretBox(paths.root_key, data_dir=paths.state), clock)


@contextlib.asynccontextmanager
async def open_store(paths: Paths, clock: Clock) -> AsyncIterator[Store]:
    """Open the store for one command.

    Raises:
        ConfigError: the folder is not initialised.
        StoreError: the store cannot be used.
    """
    check_initialised(paths)
    store = _store(paths, clock)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def open_audit(paths: Paths, clock: Clock, config: Config) -> AuditTrail:
    """Open the audit log for acts of this process."""
    return AuditTrail(open_audit_log(paths, clock), syslog=config.audit.syslog)


def open_audit_log(paths: Paths, clock: Clock) -> AuditLog:
    """Open the chained file itself.

    Raises:
        ConfigError: it is gone, though there are recordings that it must know.
    """
    is_gone = not paths.audit_log.exists() or not paths.audit_log.stat().st_size
    if is_gone and any(paths.sessions.glob("*/*/*/*.cast*")):
        raise ConfigError(
            f"{paths.audit_log} is missing or empty, though there are recordings in "
            f"{paths.sessions}. Put it and its .head back from a backup; a new log would know "
            "nothing of them."
        )
    return AuditLog(paths.audit_log, load_private_key(paths.signing_key), now=clock.now)


# Parts that follow files and the store


class PolicyFile:
    """The policy in force; a file that fails to load leaves the old one in force."""

    def __init__(self, path: Path) -> None:
        """Load it.

        Raises:
            ConfigError: there is no policy to start with.
        """
        self._path = path
        self._stamp: tuple[int, int] = (0, 0)
        self.trouble = ""
        """Why the file on disk is not the policy in force; empty when it is."""
        self._policy = self._load()

    def current(self) -> Policy:
        """Give the policy in force now."""
        return self._policy

    def follow(self) -> bool:
        """Load the file again when it has changed.

        Returns:
            Whether there is news: another policy in force, or a file that cannot be (``trouble``).
        """
        if self._mark() == self._stamp:
            return False
        try:
            self._policy = self._load()
        except ConfigError as error:
            self._stamp = self._mark()
            self.trouble = error.message
            log.warning("policy.refused", extra={"reason": error.message})
            return True
        self.trouble = ""
        log.info("policy.loaded", extra={"version": self._policy.version})
        return True

    def _mark(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError:
            return (0, 0)
        return (status.st_mtime_ns, status.st_size)

    def _load(self) -> Policy:
        stamp = self._mark()
        try:
            text = self._path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{self._path} cannot be read, so the old policy stays in force. "
                "Check that it exists and its permissions."
            ) from error
        policy = parse_policy(text, source=str(self._path))
        self._stamp = stamp
        return policy


class TargetDirectory:
    """Implements the port ``Targets``: the stored targets, each with one shared connector."""

    def __init__(self, store: Store, *, samples: bool = True) -> None:
        """Start with no connector open.

        Args:
            samples: False: values are not looked at, for those who ask for structure only.
        """
        self._store = store
        self._samples = samples
        self._connectors: dict[str, tuple[object, Connector]] = {}
        self._opening = asyncio.Lock()

    async def list_targets(self) -> Sequence[Target]:
        """List all targets in order of name."""
        return [stored.target for stored in await self._store.list_targets()]

    async def connector(self, name: str) -> Connector | None:
        """Give the shared connector of a target, made again when its settings changed."""
        async with self._opening:
            return await self._shared(name)

    async def is_current(self, connector: Connector) -> bool:
        """Tell whether a connector is what its target's name stands for in the store now."""
        name = connector.target.name
        stored = await self._store.get_target(name)
        kept, shared = self._connectors.get(name, (None, None))
        return stored is not None and stored == kept and shared is connector

    async def _shared(self, name: str) -> Connector | None:
        # Only who connects needs the drivers, which take a while to load.
        from bastion.targets.connectors import open_connector
        from bastion.targets.secrets import parse_target_url
        from bastion.targets.shared import ConnectorSettings

        stored = await self._store.get_target(name)
        if stored is None:
            await self._drop(name)
            return None
        known = self._connectors.get(name)
        if known is not None and known[0] == stored:
            return known[1]
        await self._drop(name)
        secret = await self._store.get_target_secret(name)
        url = parse_target_url(stored.url, password=secret.password or None)
        reader = None
        if stored.reader_url:
            reader = parse_target_url(stored.reader_url, password=secret.reader_password or None)
        connector = open_connector(
            stored.target,
            url=url,
            reader_url=reader,
            settings=ConnectorSettings() if self._samples else ConnectorSettings(scan_budget_s=0),
            declared=await self._store.list_declarations(name),
            memory=_Memory(self._store, name),
        )
        self._connectors[name] = (stored, connector)
        return connector

    async def follow_declarations(self) -> None:
        """Give open connectors what people have said of columns since."""
        for name, (_, connector) in list(self._connectors.items()):
            await connector.declare(await self._store.list_declarations(name))
            await connector.recall()

    async def close(self) -> None:
        """Close all connectors."""
        for name in list(self._connectors):
            await self._drop(name)

    async def _drop(self, name: str) -> None:
        known = self._connectors.pop(name, None)
        if known is not None:
            await known[1].close()


class _Memory:
    """Implements the port ``ClassMemory`` for one target."""

    def __init__(self, store: Store, target: str) -> None:
        self._store = store
        self._target = target

    async def recall(self) -> Sequence[KnownClass]:
        """List what is remembered."""
        return await self._store.list_column_classes(self._target)

    async def keep(self, found: Sequence[KnownClass]) -> None:
        """Remember what is new."""
        await self._store.keep_column_classes(self._target, found)
