"""People, agents, their keys, and the state of the second factor."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pyotp
import sqlalchemy as sa

from bastion.core import totp
from bastion.core.model import Role
from bastion.errors import AccessError, UsageError
from bastion.execution.ports import Account, PublicKey
from bastion.store.base import Shelf, note_change
from bastion.store.box import SecretBox
from bastion.store.names import check_user_name
from bastion.store.schema import accounts, keys, targets, totp_failures

TOPIC = "accounts"
"""Changes of accounts; the key is the user."""

FAILURES_MAX = 10
FAILURE_WINDOW = timedelta(minutes=15)


class Accounts(Shelf):
    """The port ``Users``, and what administrators do with accounts."""

    async def find(self, user: str) -> Account | None:
        """Find an account by its exact name; disabled ones too.

        An agent whose owner is disabled comes back as disabled, and never reaches further than
        its owner does.
        """
        return await self._database.read(lambda connection: _find(connection, user, self._box))

    async def list_accounts(self) -> Sequence[Account]:
        """List all accounts in order of name; without their secrets."""
        return await self._database.read(_list)

    async def accept_step(self, user: str, step: int) -> bool:
        """Take a TOTP step for good, by one conditional UPDATE; False when it came too late."""
        take = (
            accounts.update()
            .where(accounts.c.user == user, accounts.c.last_step < step)
            .values(last_step=step)
        )
        return await self._database.write(lambda c: c.execute(take).rowcount == 1)

    async def last_step(self, user: str) -> int:
        """Tell the last accepted TOTP step; -1 when there is none."""
        query = sa.select(accounts.c.last_step).where(accounts.c.user == user)
        step = await self._database.read(lambda connection: connection.scalar(query))
        return -1 if step is None else step

    async def record_failure(self, user: str, now: datetime) -> None:
        """Count one failed code of the account; what no longer counts is dropped."""

        def work(connection: sa.Connection) -> None:
            old = totp_failures.c.at <= now - FAILURE_WINDOW
            connection.execute(totp_failures.delete().where(totp_failures.c.user == user, old))
            connection.execute(totp_failures.insert().values(user=user, at=now))

        await self._database.write(work)

    async def locked_until(self, user: str, now: datetime) -> datetime | None:
        """Tell when the lock after 10 failed codes in 15 minutes ends; None when not locked."""
        # The tenth failure from the end: once it leaves the window, fewer than ten are in it.
        query = (
            sa.select(totp_failures.c.at)
            .where(totp_failures.c.user == user, totp_failures.c.at > now - FAILURE_WINDOW)
            .order_by(totp_failures.c.at.desc(), totp_failures.c.id.desc())
            .offset(FAILURES_MAX - 1)
            .limit(1)
        )
        tenth = await self._database.read(lambda connection: connection.scalar(query))
        return None if tenth is None else tenth + FAILURE_WINDOW

    async def add_user(
        self,
        name: str,
        *,
        keys: Sequence[PublicKey],
        roles: Iterable[Role],
        targets: Iterable[str] | None,
    ) -> str:
        """Add a person and give the TOTP secret, base 32; it is shown once.

        Args:
            targets: names within reach; None for all.

        Raises:
            UsageError: the name or a role cannot be used, is taken, or a target is unknown.
            AccessError: a key belongs to another account.
        """
        check_user_name(name)
        held = _people_roles(roles)
        reach = None if targets is None else sorted(set(targets))
        secret = pyotp.random_base32()

        def work(connection: sa.Connection) -> str:
            _check_free(connection, name)
            _check_targets(connection, reach)
            sealed = self._box.seal(secret.encode(), table="accounts", record=name, field="totp")
            row = _blank(self._clock.now()) | {"user": name, "roles": held, "targets": reach}
            connection.execute(accounts.insert().values(row | {"totp": sealed}))
            _add_keys(connection, name, keys, self._clock.now())
            note_change(connection, TOPIC, name)
            return secret

        return await self._database.write(work)

    async def add_agent(
        self,
        name: str,
        *,
        keys: Sequence[PublicKey],
        owner: str,
        targets: Iterable[str] | None,
        expires_at: datetime,
        sources: Sequence[str] = (),
    ) -> None:
        """Add an agent: a key and no code, therefore an owner, targets and an end.

        Args:
            targets: names within reach; None for all that its owner reaches.
            sources: CIDR blocks it may come from; empty for anywhere.

        Raises:
            UsageError: the name cannot be used or is taken, the owner is no person, a target is
                unknown, a source is no network, or the expiry has passed.
            AccessError: a key belongs to another account, or the owner does not reach a target.
        """
        check_user_name(name)
        reach = None if targets is None else sorted(set(targets))
        networks = [_network(source) for source in sources]
        now = self._clock.now()
        if expires_at <= now:
            raise UsageError("The agent would have expired already. Give a later time.")
        row = _blank(now) | {
            "user": name,
            "owner": owner,
            "is_agent": True,
            "roles": [Role.AGENT.value],
            "targets": reach,
            "sources": networks,
            "expires_at": expires_at,
        }

        def work(connection: sa.Connection) -> None:
            _check_free(connection, name)
            _check_targets(connection, reach)
            _check_owner(connection, owner, reach)
            connection.execute(accounts.insert().values(row))
            _add_keys(connection, name, keys, now)
            note_change(connection, TOPIC, name)

        await self._database.write(work)

    async def set_disabled(self, name: str, is_disabled: bool) -> None:
        """Disable an account, or enable it again; a person's agents follow.

        Raises:
            UsageError: there is no such account.
        """
        await self._change(name, {"is_disabled": is_disabled})

    async def set_roles(self, name: str, roles: Iterable[Role]) -> None:
        """Replace a person's roles.

        Raises:
            UsageError: there is no such account, or no role is left.
            AccessError: an agent never holds a person's role.
        """
        held = _people_roles(roles)
        await self._change(name, {"roles": held}, people_only="An agent cannot hold other roles.")

    async def set_targets(self, name: str, reach: Iterable[str] | None) -> None:
        """Replace the targets within an account's reach; None for all.

        Raises:
            UsageError: there is no such account or target.
        """
        names = None if reach is None else sorted(set(reach))

        def work(connection: sa.Connection) -> None:
            _check_targets(connection, names)
            _update(connection, name, {"targets": names})

        await self._database.write(work)

    async def reset_otp(self, name: str) -> str:
        """Give a person a new TOTP secret, shown once; the lock of failed codes ends.

        Raises:
            UsageError: there is no such account.
            AccessError: agents have no code.
        """
        secret = pyotp.random_base32()

        def work(connection: sa.Connection) -> str:
            _require(connection, name, people_only="An agent has no code; it has a key alone.")
            sealed = self._box.seal(secret.encode(), table="accounts", record=name, field="totp")
            # last_step stays: no code of a time that has been used is ever good again.
            _update(connection, name, {"totp": sealed})
            connection.execute(totp_failures.delete().where(totp_failures.c.user == name))
            return secret

        return await self._database.write(work)

    async def unlock(self, name: str) -> None:
        """End the lock of failed codes before its time.

        Raises:
            UsageError: there is no such account.
        """

        def work(connection: sa.Connection) -> None:
            _require(connection, name)
            connection.execute(totp_failures.delete().where(totp_failures.c.user == name))

        await self._database.write(work)

    async def add_key(self, name: str, key: PublicKey) -> None:
        """Let an account log in with one more key.

        Raises:
            UsageError: there is no such account, or it has this key already.
            AccessError: the key belongs to another account.
        """

        def work(connection: sa.Connection) -> None:
            _require(connection, name)
            _add_keys(connection, name, [key], self._clock.now())
            note_change(connection, TOPIC, name)

        await self._database.write(work)

    async def remove_key(self, name: str, fingerprint: str) -> None:
        """Take a key from an account.

        Raises:
            UsageError: there is no such account, or it has no such key.
        """

        def work(connection: sa.Connection) -> None:
            _require(connection, name)
            gone = keys.delete().where(keys.c.user == name, keys.c.fingerprint == fingerprint)
            if connection.execute(gone).rowcount == 0:
                raise UsageError(f"{name} has no such key. `bastion user list` shows them.")
            note_change(connection, TOPIC, name)

        await self._database.write(work)

    async def _change(self, name: str, values: dict[str, object], *, people_only: str = "") -> None:
        def work(connection: sa.Connection) -> None:
            _require(connection, name, people_only=people_only)
            _update(connection, name, values)

        await self._database.write(work)


def forget_old_steps(connection: sa.Connection, now: datetime) -> None:
    """Refuse all codes up to now: a restored store does not know which were used."""
    step = totp.step_of(now) + 1
    connection.execute(accounts.update().where(accounts.c.last_step < step).values(last_step=step))


def _blank(now: datetime) -> dict[str, object]:
    return {
        "owner": None,
        "is_agent": False,
        "sources": [],
        "is_disabled": False,
        "expires_at": None,
        "totp": None,
        "last_step": -1,
        "created_at": now,
    }


def _find(connection: sa.Connection, user: str, box: SecretBox) -> Account | None:
    row = connection.execute(accounts.select().where(accounts.c.user == user)).one_or_none()
    if row is None:
        return None
    lines = connection.execute(keys.select().where(keys.c.user == user).order_by(keys.c.line))
    owner = None
    if row.owner is not None:
        owner = connection.execute(accounts.select().where(accounts.c.user == row.owner)).one()
    account = _account(row, lines, owner)
    if row.totp is None:
        return account
    secret = box.open(row.totp, table="accounts", record=user, field="totp").decode()
    return dataclasses.replace(account, totp_secret=secret)


def _list(connection: sa.Connection) -> list[Account]:
    rows = connection.execute(accounts.select().order_by(accounts.c.user)).all()
    by_user: dict[str, list[sa.Row[tuple[object, ...]]]] = {row.user: [] for row in rows}
    for key in connection.execute(keys.select().order_by(keys.c.line)):
        by_user[key.user].append(key)
    people = {row.user: row for row in rows}
    return [_account(row, by_user[row.user], people.get(row.owner)) for row in rows]


def _account(
    row: sa.Row[tuple[object, ...]],
    key_rows: Iterable[sa.Row[tuple[object, ...]]],
    owner: sa.Row[tuple[object, ...]] | None,
) -> Account:
    reach = None if row.targets is None else frozenset(row.targets)
    if owner is not None and owner.targets is not None:
        within = frozenset(owner.targets)
        reach = within if reach is None else reach & within
    return Account(
        user=row.user,
        person=row.owner if row.is_agent else row.user,
        is_agent=row.is_agent,
        roles=frozenset(Role(role) for role in row.roles),
        targets=reach,
        keys=tuple(PublicKey(fingerprint=key.fingerprint, line=key.line) for key in key_rows),
        is_disabled=row.is_disabled or (owner is not None and owner.is_disabled),
        expires_at=row.expires_at,
        sources=tuple(row.sources),
    )


def _people_roles(roles: Iterable[Role]) -> list[str]:
    held = sorted({role.value for role in roles})
    if not held:
        raise UsageError("An account needs a role. Give engineer, reviewer, auditor or admin.")
    if Role.AGENT.value in held:
        raise UsageError("The role agent is not for people. Use `bastion agent add`.")
    return held


def _network(source: str) -> str:
    try:
        return str(ipaddress.ip_network(source, strict=False))
    except ValueError as error:
        raise UsageError(f"'{source}' is no network. Give one like 10.0.0.0/8.") from error


def _check_free(connection: sa.Connection, name: str) -> None:
    # People and agents share the names: who did it must be clear from the name alone.
    if connection.scalar(sa.select(accounts.c.user).where(accounts.c.user == name)) is not None:
        raise UsageError(f"There is an account named {name} already. Choose another name.")


def _check_targets(connection: sa.Connection, reach: Sequence[str] | None) -> None:
    known = set(connection.scalars(sa.select(targets.c.name)))
    for name in reach or ():
        if name not in known:
            listed = ", ".join(sorted(known)) or "none yet"
            raise UsageError(f"There is no target '{name}'. Targets: {listed}.")


def _check_owner(connection: sa.Connection, owner: str, reach: Sequence[str] | None) -> None:
    row = connection.execute(accounts.select().where(accounts.c.user == owner)).one_or_none()
    if row is None or row.is_agent:
        raise UsageError(f"The owner '{owner}' is no person here. `bastion user list` shows them.")
    if row.is_disabled:
        raise AccessError(f"The owner {owner} is disabled. Name an active person.")
    beyond = set(reach or ()) - set(row.targets or reach or ())
    if row.targets is not None and beyond:
        names = ", ".join(sorted(beyond))
        raise AccessError(f"The owner {owner} does not reach {names}, so the agent cannot either.")


def _require(connection: sa.Connection, name: str, *, people_only: str = "") -> None:
    query = sa.select(accounts.c.is_agent).where(accounts.c.user == name)
    is_agent = connection.scalar(query)
    if is_agent is None:
        raise UsageError(f"There is no account '{name}'. `bastion user list` shows them.")
    if is_agent and people_only:
        raise AccessError(people_only)


def _update(connection: sa.Connection, name: str, values: dict[str, object]) -> None:
    _require(connection, name)
    connection.execute(accounts.update().where(accounts.c.user == name).values(values))
    note_change(connection, TOPIC, name)


def _add_keys(
    connection: sa.Connection, name: str, added: Sequence[PublicKey], now: datetime
) -> None:
    if not added:
        raise UsageError("An account needs a public key. Give --key FILE.")
    for key in {key.fingerprint: key for key in added}.values():
        held_by = sa.select(keys.c.user).where(keys.c.fingerprint == key.fingerprint)
        holder = connection.scalar(held_by)
        if holder == name:
            raise UsageError(f"{name} has this key already.")
        if holder is not None:
            raise AccessError(
                f"This key belongs to {holder}. A key stands for one account; make another one."
            )
        row = {"fingerprint": key.fingerprint, "user": name, "line": key.line, "created_at": now}
        connection.execute(keys.insert().values(row))
