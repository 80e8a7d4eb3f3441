"""What administrators do to accounts, targets and the store: each act audited, then done."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import difflib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bastion.config import Config, Paths
from bastion.core.approval import Approval
from bastion.core.breakglass import Emergency
from bastion.core.catalogue import Catalogue, Declaration, Relation, RelationKind
from bastion.core.model import Environment, Role, Sensitivity, Target
from bastion.core.retire import RetiredTable
from bastion.errors import StoreError, UsageError
from bastion.execution.ports import Account, Audit, Clock
from bastion.execution.retiring import Retirer, check_may_drop
from bastion.installation import TargetDirectory, open_audit, open_store
from bastion.store.agreement import account_fields, find_disagreements, told_briefly
from bastion.store.keys import read_public_keys
from bastion.store.panics import PanicKind
from bastion.store.sql import Store
from bastion.store.targets import StoredTarget, without_password
from bastion.targets.secrets import parse_target_url, read_password_file

if TYPE_CHECKING:
    from bastion.targets.probe import ProbeReport


_REQUESTS_MAX = 100_000
_TOLD_MAX = 200


class Administration:
    """The store as the command line sees it; ``by`` is the operating system's user."""

    def __init__(self, store: Store, audit: Audit, clock: Clock, *, by: str) -> None:
        """Join store and audit log; use ``open_administration``."""
        self._store = store
        self._audit = audit
        self._clock = clock
        self._by = by

    # People and agents

    async def add_user(
        self, name: str, *, key_file: Path, roles: Sequence[str], targets: Sequence[str]
    ) -> str:
        """Add a person and give the TOTP secret, shown once.

        Raises:
            UsageError: the name, a key, a role or a target cannot be used.
        """
        keys = read_public_keys(_read(key_file))
        wanted = [_role(role) for role in roles]
        reach = _reach(targets, default_all=True)
        told = account_fields(keys=[key.fingerprint for key in keys], targets=reach)
        fields = {"user": name, "roles": ",".join(roles), **told}
        async with self._on_record("user.added", fields):
            return await self._store.add_user(name, keys=keys, roles=wanted, targets=reach)

    async def add_agent(
        self,
        name: str,
        *,
        key_file: Path,
        owner: str,
        targets: Sequence[str],
        expires_s: float,
        sources: Sequence[str],
    ) -> dt.datetime:
        """Add an agent and tell when it expires.

        Raises:
            UsageError: the name, key, owner, a target or a source cannot be used.
        """
        keys = read_public_keys(_read(key_file))
        expires_at = self._clock.now() + dt.timedelta(seconds=expires_s)
        reach = _reach(targets, default_all=False)
        told = account_fields(
            keys=[key.fingerprint for key in keys],
            targets=reach,
            sources=sources,
            expires=expires_at.isoformat(),
        )
        async with self._on_record("agent.added", {"agent": name, "owner": owner, **told}):
            await self._store.add_agent(
                name,
                keys=keys,
                owner=owner,
                targets=reach,
                expires_at=expires_at,
                sources=tuple(sources),
            )
            return expires_at

    async def set_disabled(self, name: str, *, is_disabled: bool) -> None:
        """Disable or enable an account; live sessions end within seconds."""
        async with self._on_record(
            "user.disabled" if is_disabled else "user.enabled", {"user": name}
        ):
            await self._store.set_disabled(name, is_disabled)

    async def reset_otp(self, name: str) -> str:
        """Give a person a new TOTP secret, shown once."""
        async with self._on_record("user.otp_reset", {"user": name}):
            return await self._store.reset_otp(name)

    async def unlock(self, name: str) -> None:
        """End a lock after too many wrong codes."""
        async with self._on_record("user.unlocked", {"user": name}):
            await self._store.unlock(name)

    async def set_roles(self, name: str, roles: Sequence[str]) -> None:
        """Replace a person's roles."""
        wanted = [_role(role) for role in roles]
        async with self._on_record("user.roles", {"user": name, "roles": ",".join(roles)}):
            await self._store.set_roles(name, wanted)

    async def set_targets(self, name: str, targets: Sequence[str]) -> None:
        """Replace the targets within an account's reach."""
        async with self._on_record("user.targets", {"user": name, "targets": ",".join(targets)}):
            await self._store.set_targets(name, _reach(targets, default_all=True))

    async def add_key(self, name: str, key_file: Path) -> Sequence[str]:
        """Add keys to an account and give their fingerprints."""
        keys = read_public_keys(_read(key_file))
        for key in keys:
            async with self._on_record("user.key_added", {"user": name, "key": key.fingerprint}):
                await self._store.add_key(name, key)
        return [key.fingerprint for key in keys]

    async def remove_key(self, name: str, key: str) -> str:
        """Remove a key, given by fingerprint or by file; sessions that used it end."""
        fingerprint = key
        if not key.startswith("SHA256:"):
            fingerprint = read_public_keys(_read(Path(key)))[0].fingerprint
        async with self._on_record("user.key_removed", {"user": name, "key": fingerprint}):
            await self._store.remove_key(name, fingerprint)
            return fingerprint

    async def list_accounts(self) -> Sequence[Account]:
        """List accounts without secrets."""
        return await self._store.list_accounts()

    async def find_account(self, name: str) -> Account:
        """Find one account.

        Raises:
            UsageError: there is none of this name.
        """
        account = await self._store.find(name)
        if account is None:
            raise UsageError(f'There is no account "{name}". `bastion user list` shows them.')
        return account

    # Targets

    async def add_target(
        self,
        name: str,
        url: str,
        *,
        environment: str,
        reader_url: str,
        password_file: Path | None,
    ) -> Target:
        """Add a target; passwords go to the secret store, sealed.

        Raises:
            UsageError, ConfigError: the name, the URL or the password file cannot be used.
        """
        password = read_password_file(password_file) if password_file is not None else ""
        # Parsed here, so that what cannot be connected to is refused before it is stored.
        parse_target_url(url, password=password or None)
        if reader_url:
            parse_target_url(reader_url)
        fields = {"target": name, "environment": environment}
        fields |= {"address": without_password(url), "reader": without_password(reader_url)}
        async with self._on_record("target.added", fields):
            return await self._store.add_target(
                name,
                environment=Environment(environment),
                url=url,
                password=password,
                reader_url=reader_url,
            )

    async def remove_target(self, name: str) -> None:
        """Forget a target and its credentials."""
        async with self._on_record("target.removed", {"target": name}):
            await self._store.remove_target(name)

    async def list_targets(self) -> Sequence[StoredTarget]:
        """List targets without passwords."""
        return await self._store.list_targets()

    async def find_target(self, name: str) -> StoredTarget:
        """Find one target.

        Raises:
            UsageError: there is none of this name.
        """
        stored = await self._store.get_target(name)
        if stored is None:
            raise UsageError(f'There is no target "{name}". `bastion target list` shows them.')
        return stored

    async def probe(self, name: str) -> ProbeReport:
        """Ask a target what its roles can do and how it is reached.

        Raises:
            TargetUnavailableError: it cannot be reached, with what to check.
        """
        # Only who connects needs the drivers, which take a while to load.
        from bastion.targets.probe import probe_target  # noqa: PLC0415

        stored = await self.find_target(name)
        secret = await self._store.get_target_secret(name)
        url = parse_target_url(stored.url, password=secret.password or None)
        reader = None
        if stored.reader_url:
            reader = parse_target_url(stored.reader_url, password=secret.reader_password or None)
        return await probe_target(stored.target, url=url, reader_url=reader, clock=self._clock)

    async def scan(self, name: str, *, samples: bool = True) -> Catalogue:
        """Fetch a target's catalogue, every column classified.

        Args:
            samples: False: for its structure alone, values are not looked at.
        """
        await self.find_target(name)
        directory = TargetDirectory(self._store, samples=samples)
        try:
            connector = await directory.connector(name)
            if connector is None:
                raise UsageError(f'There is no target "{name}".')
            return await connector.catalogue()
        finally:
            await directory.close()

    # Quarantine

    async def list_retired(self) -> Sequence[RetiredTable]:
        """List the tables that were retired instead of dropped, newest first."""
        return await self._store.list_retired()

    async def restore_retired(self, entry_id: str) -> RetiredTable:
        """Put a table back into its place.

        Raises:
            UsageError: there is none of this id in quarantine, or its name is taken.
            TargetUnavailableError, StatementError: the database refuses; nothing has changed.
        """
        entry = await self._find_retired(entry_id)
        async with self._retirer(entry) as retirer:
            return await retirer.restore(entry, by=self._by)

    async def drop_retired(self, entry_id: str, *, reason: str) -> RetiredTable | None:
        """Ask, as the first person, for a real drop; as the second, do it.

        Returns:
            The entry once it is dropped; None: it was asked for, and waits for another person.

        Raises:
            AccessError: it is too early, or the same person asks twice.
            UsageError: there is none of this id in quarantine, or the first gave no reason.
        """
        entry = await self._find_retired(entry_id)
        if entry.proposed_by:
            check_may_drop(entry, by=self._by, clock=self._clock)
            async with self._retirer(entry) as retirer:
                return await retirer.drop(entry, by=self._by)
        if not reason.strip():
            raise UsageError("Say why it may go: --reason TEXT. Another person must then confirm.")
        proposed = dataclasses.replace(entry, proposed_by=self._by)
        # Too early is said to the first person, not to the second.
        check_may_drop(proposed, by="", clock=self._clock)
        fields = {"entry": entry.id, "table": entry.qualified_name, "reason": reason.strip()}
        async with self._on_record("quarantine.drop_proposed", fields):
            await self._store.swap_retired(entry, proposed)
        return None

    async def _find_retired(self, entry_id: str) -> RetiredTable:
        entry = await self._store.find_retired(entry_id)
        if entry is None:
            raise UsageError(f'There is no "{entry_id}". `bastion quarantine list` shows them.')
        return entry

    @contextlib.asynccontextmanager
    async def _retirer(self, entry: RetiredTable) -> AsyncIterator[Retirer]:
        directory = TargetDirectory(self._store)
        try:
            connector = await directory.connector(entry.target)
            if connector is None:
                raise UsageError(f"The target {entry.target} was removed. Add it again first.")
            connection = await connector.connect("bastion:quarantine")
            try:
                yield Retirer(
                    connection,
                    connector.target,
                    quarantine=self._store,
                    audit=self._audit,
                    clock=self._clock,
                    record=self._record_sql,
                )
            finally:
                await connection.close()
        finally:
            await directory.close()

    async def _record_sql(self, sql: str) -> None:
        await self._audit.record("quarantine.sql", {"sql": sql, "by": self._by})

    # What columns hold

    async def declare(
        self, name: str, column: str, sensitivity: Sensitivity | None, *, reason: str
    ) -> Declaration:
        """Say what a column holds, whatever is found in it.

        Args:
            column: ``schema.table.column``.
            sensitivity: None: harmless, shown as it is.

        Raises:
            UsageError: there is no such column, its class cannot be changed, or no reason is given.
            TargetUnavailableError: the target cannot be asked for its columns.
        """
        if not reason.strip():
            raise UsageError("Say why: --reason TEXT. It goes into the audit log.")
        relation, found = await self._find_column(name, column)
        if relation.kind is RelationKind.SYSTEM:
            raise UsageError("System catalogues keep their classes: they hold data and secrets.")
        if relation.kind in (RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW):
            raise UsageError(
                f"{relation.qualified_name} is a view, which shows what its tables hold. Classify "
                "the column of the table."
            )
        declaration = Declaration(
            schema=relation.schema,
            relation=relation.name,
            column=found,
            sensitivity=sensitivity,
            by=self._by,
            reason=" ".join(reason.split()),
            at=self._clock.now(),
        )
        word = sensitivity.value if sensitivity else "none"
        fields = {"target": name, "column": declaration.qualified_name, "class": word}
        async with self._on_record("column.classified", {**fields, "reason": declaration.reason}):
            await self._store.declare(name, declaration)
        return declaration

    async def take_back(self, name: str, column: str, *, reason: str) -> None:
        """Let what is found in a column count again.

        Raises:
            UsageError: nothing was declared for it, or no reason is given.
        """
        if not reason.strip():
            raise UsageError("Say why: --reason TEXT. It goes into the audit log.")
        declared = await self.list_declarations(name)
        found = next((one for one in declared if one.qualified_name == column), None)
        if found is None:
            raise UsageError(f"Nothing was declared for {column} of {name}.")
        fields = {"target": name, "column": column, "reason": " ".join(reason.split())}
        async with self._on_record("column.unclassified", fields):
            await self._store.take_back(name, found)

    async def list_declarations(self, name: str) -> Sequence[Declaration]:
        """List what people said of the columns of a target."""
        await self.find_target(name)
        return await self._store.list_declarations(name)

    async def _find_column(self, name: str, column: str) -> tuple[Relation, str]:
        catalogue = await self.scan(name, samples=False)
        names = {
            f"{relation.qualified_name}.{one.name}": (relation, one.name)
            for relation in catalogue.relations.values()
            for one in relation.columns
        }
        if column in names:
            return names[column]
        close = difflib.get_close_matches(column, names, n=1)
        hint = f'Did you mean "{close[0]}"?' if close else "Write SCHEMA.TABLE.COLUMN."
        raise UsageError(f'{name} has no column "{column}". {hint}')

    # Requests and break-glass

    async def list_emergencies(self) -> Sequence[Emergency]:
        """List the uses of break-glass, newest first."""
        return await self._store.list_emergencies()

    async def list_requests(self, *, since: dt.datetime) -> Sequence[Approval]:
        """List the requests for approval since a moment, newest first, on record."""
        async with self._on_record("request.report", {"since": since.isoformat()}):
            found = await self._store.list_requests(limit=_REQUESTS_MAX)
            return [request for request in found if request.created_at >= since]

    # Panic, backup

    async def panic(self, what: str, *, lift: bool, reason: str) -> str:
        """Stop a user, a target or all until lifted; gives what it was taken for, in words.

        A user and a target of one name are both stopped: there is no time to ask which.

        Raises:
            UsageError: neither user nor target is called so.
        """
        kinds = await self._panic_kinds(what)
        for kind in kinds:
            fields = {"kind": kind.value, "name": what, "reason": reason}
            async with self._on_record("panic.lifted" if lift else "panic.raised", fields):
                if lift:
                    await self._store.lift(kind, what, by=self._by)
                else:
                    await self._store.panic(kind, what, by=self._by, reason=reason)
        if PanicKind.ALL in kinds:
            return "everything"
        return " and ".join(f"{kind.value} {what}" for kind in kinds)

    async def list_panics(self) -> Sequence[str]:
        """List what is stopped, in words."""
        return [
            f"{panic.kind.value} {panic.name}".strip() + f", by {panic.by}: {panic.reason or '-'}"
            for panic in await self._store.list_panics()
        ]

    async def backup(self, path: Path) -> None:
        """Write a consistent copy of the store."""
        async with self._on_record("store.backup", {"file": str(path)}):
            await self._store.backup(path)

    async def restore(self, path: Path) -> Sequence[str]:
        """Replace the store by a backup; gives what it changed, which is on record too."""
        try:
            before = await self._store.facts()
        except StoreError:
            # What is too damaged to be read is why it is restored.
            before = {}
        async with self._on_record("store.restored", {"file": str(path)}):
            await self._store.restore(path)
        after = await self._store.facts()
        changed = [
            f"{subject}: {before.get(subject, 'nothing')} became {after.get(subject, 'nothing')}"
            for subject in sorted({*before, *after})
            if before.get(subject) != after.get(subject)
        ]
        listed = "; ".join(changed[:_TOLD_MAX])
        await self._audit.record(
            "store.changed_by_restore", {"by": self._by, "count": len(changed), "changed": listed}
        )
        return changed

    async def disagreements(self, audit_log: Path) -> str:
        """Say where the store holds something else than the audit log knows; empty: nowhere."""
        return told_briefly(await find_disagreements(self._store, audit_log))

    async def rotate(self) -> int:
        """Seal all secrets with a new root key; count them."""
        async with self._on_record("store.rotated", {}):
            return await self._store.rotate()

    async def _panic_kinds(self, what: str) -> list[PanicKind]:
        if what == "all":
            return [PanicKind.ALL]
        kinds = []
        if await self._store.find(what) is not None:
            kinds.append(PanicKind.USER)
        if await self._store.get_target(what) is not None:
            kinds.append(PanicKind.TARGET)
        if not kinds:
            raise UsageError(
                f'There is no user and no target "{what}". Say: panic NAME, or panic all.'
            )
        return kinds

    @contextlib.asynccontextmanager
    async def _on_record(
        self, event: str, fields: Mapping[str, str | int | None]
    ) -> AsyncIterator[None]:
        """Audit an act before it is done, and say so when it then was not."""
        row_id = await self._audit.record(event, {**fields, "by": self._by})
        try:
            yield
        except BaseException:
            await self._audit.record(f"{event}_void", {"row": row_id, "by": self._by})
            raise


@contextlib.asynccontextmanager
async def open_administration(
    paths: Paths, config: Config, clock: Clock, *, by: str
) -> AsyncIterator[Administration]:
    """Open store and audit log for one command.

    Raises:
        ConfigError: the folder is not initialised.
        StoreError: the store cannot be used.
    """
    async with open_store(paths, clock) as store:
        audit = open_audit(paths, clock, config)
        try:
            yield Administration(store, audit, clock, by=by)
        finally:
            audit.close()


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read. Give a file of public keys.") from error


def _role(word: str) -> Role:
    try:
        role = Role(word)
    except ValueError as error:
        raise UsageError(
            f'There is no role "{word}". Roles are engineer, reviewer, auditor and admin.'
        ) from error
    if role is Role.AGENT:
        raise UsageError("People are no agents. Use: bastion agent add")
    return role


def _reach(targets: Sequence[str], *, default_all: bool) -> tuple[str, ...] | None:
    if "*" in targets or (not targets and default_all):
        return None
    return tuple(targets)
