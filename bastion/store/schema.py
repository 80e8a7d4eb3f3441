"""The tables of the store, and the way from any older form of them to this one.

The migrations say how a store comes to be; the tables here are what queries are built from. A test
proves that both agree. Times are UTC; the database sees them without a zone.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[dt.datetime]):
    """Keep aware times as UTC; SQLite has no type for a zone."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(
        self, value: dt.datetime | None, dialect: sa.Dialect
    ) -> dt.datetime | None:
        """Turn an aware time into the one that is stored."""
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(
        self, value: dt.datetime | None, dialect: sa.Dialect
    ) -> dt.datetime | None:
        """Give a stored time its zone back."""
        return None if value is None else value.replace(tzinfo=dt.UTC)


metadata = sa.MetaData()

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("user", sa.String(64), primary_key=True),
    sa.Column("owner", sa.String(64), sa.ForeignKey("accounts.user"), nullable=True),
    sa.Column("is_agent", sa.Boolean, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("targets", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("is_disabled", sa.Boolean, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=True),
    sa.Column("totp", sa.LargeBinary, nullable=True),
    sa.Column("last_step", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.CheckConstraint("is_agent = (owner IS NOT NULL)", name="agents_have_owners"),
)

keys = sa.Table(
    "keys",
    metadata,
    # The fingerprint alone: one key must never stand for two accounts.
    sa.Column("fingerprint", sa.String(80), primary_key=True),
    sa.Column("user", sa.String(64), sa.ForeignKey("accounts.user"), nullable=False, index=True),
    sa.Column("line", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

totp_failures = sa.Table(
    "totp_failures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user", sa.String(64), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("totp_failures_of_user", "user", "at"),
)

targets = sa.Table(
    "targets",
    metadata,
    sa.Column("name", sa.String(63), primary_key=True),
    sa.Column("engine", sa.String(16), nullable=False),
    sa.Column("environment", sa.String(16), nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("port", sa.Integer, nullable=False),
    sa.Column("database", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("password", sa.LargeBinary, nullable=True),
    sa.Column("reader_url", sa.Text, nullable=False),
    sa.Column("reader_password", sa.LargeBinary, nullable=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("requester", sa.String(64), nullable=False, index=True),
    sa.Column("target", sa.String(63), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("created_at", UtcDateTime, nullable=False, index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

history = sa.Table(
    "history",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user", sa.String(64), nullable=False),
    sa.Column("target", sa.String(63), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Index("history_of_pair", "user", "target", "id"),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("user", sa.String(64), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
)

panics = sa.Table(
    "panics",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("lifted_by", sa.Text, nullable=True),
    sa.Column("lifted_at", UtcDateTime, nullable=True),
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("target", sa.String(63), nullable=False, index=True),
    sa.Column("engine", sa.String(16), nullable=False),
    sa.Column("schema", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kept_in", sa.Text, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("statement_id", sa.String(80), nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("keep_until", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("ended_by", sa.Text, nullable=False),
)

emergencies = sa.Table(
    "emergencies",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("user", sa.String(64), nullable=False, index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

changes = sa.Table(
    "changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("topic", sa.String(32), nullable=False),
    sa.Column("key", sa.String(128), nullable=False),
    sa.Column("origin", sa.String(32), nullable=False),
    # A number given out twice would be a change that nobody hears of.
    sqlite_autoincrement=True,
)

mask_tokens = sa.Table(
    "mask_tokens",
    metadata,
    # target/class/tag; the record that the value is sealed to.
    sa.Column("record", sa.String(160), primary_key=True),
    sa.Column("target", sa.String(63), nullable=False),
    sa.Column("sensitivity", sa.String(32), nullable=False),
    sa.Column("tag", sa.String(32), nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.Column("shown_at", UtcDateTime, nullable=False),
    sa.Index("mask_tokens_by_age", "target", "sensitivity", "shown_at"),
)

mask_token_lengths = sa.Table(
    "mask_token_lengths",
    metadata,
    sa.Column("target", sa.String(63), primary_key=True),
    sa.Column("sensitivity", sa.String(32), primary_key=True),
    # Longer than any token that was forgotten, so that none ever stands for a second value.
    sa.Column("length_min", sa.Integer, nullable=False),
)

column_overrides = sa.Table(
    "column_overrides",
    metadata,
    sa.Column("target", sa.String(63), primary_key=True),
    sa.Column("schema_name", sa.String(128), primary_key=True),
    sa.Column("relation", sa.String(128), primary_key=True),
    sa.Column("column_name", sa.String(128), primary_key=True),
    # A class of ``core.model.Sensitivity``; NULL: declared harmless.
    sa.Column("sensitivity", sa.String(32), nullable=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

column_classes = sa.Table(
    "column_classes",
    metadata,
    sa.Column("target", sa.String(63), primary_key=True),
    sa.Column("schema_name", sa.String(128), primary_key=True),
    sa.Column("relation", sa.String(128), primary_key=True),
    # "*": each column of the relation.
    sa.Column("column_name", sa.String(128), primary_key=True),
    sa.Column("sensitivity", sa.String(32), nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("is_carried", sa.Boolean, nullable=False),
    sa.Column("oid", sa.BigInteger, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

guesses = sa.Table(
    "guesses",
    metadata,
    sa.Column("person", sa.String(64), primary_key=True),
    sa.Column("target", sa.String(63), primary_key=True),
    sa.Column("sensitivity", sa.String(32), primary_key=True),
    sa.Column("day", UtcDateTime, primary_key=True),
    # Keyed; what was guessed cannot be read from it.
    sa.Column("digest", sa.String(32), primary_key=True),
    sa.Column("amount", sa.Integer, nullable=False),
)

guess_extensions = sa.Table(
    "guess_extensions",
    metadata,
    sa.Column("person", sa.String(64), primary_key=True),
    sa.Column("target", sa.String(63), primary_key=True),
    sa.Column("sensitivity", sa.String(32), primary_key=True),
    sa.Column("day", UtcDateTime, primary_key=True),
    sa.Column("amount", sa.Integer, nullable=False),
)

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("user", sa.String(64), nullable=False, index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    # The grant, sealed: who has no root key can neither make one nor lengthen it.
    sa.Column("body", sa.LargeBinary, nullable=False),
)


VERSION = "0007"
"""The newest step in ``migrations``; a test holds the two together."""

versions = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table."""


def migrate(connection: sa.Connection) -> None:
    """Bring the store to this code's schema, inside the caller's transaction.

    An empty store is made at once: what all steps lead to is known, and loading Alembic alone takes
    longer than that. A test holds that both ways give the same.

    Raises:
        StoreError: a newer bastion has written this store.
    """
    current = schema_version(connection)
    if current == VERSION:
        return
    if current is None and not sa.inspect(connection).get_table_names():
        metadata.create_all(connection, checkfirst=False)
        versions.create(connection, checkfirst=False)
        connection.execute(versions.insert().values(version_num=VERSION))
        return
    from bastion.store import migration  # noqa: PLC0415 - slow to load, and seldom needed.

    migration.upgrade(connection, current, metadata)


def schema_version(connection: sa.Connection) -> str | None:
    """Tell which schema the store has; None for an empty one."""
    if not sa.inspect(connection).has_table(versions.name):
        return None
    return connection.scalar(sa.select(versions.c.version_num))
