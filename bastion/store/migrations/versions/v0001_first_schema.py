"""Make the first schema.

Frozen: a later form of a table is a later step, never a change here.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables."""
    _create_accounts()
    _create_approvals()
    _create_others()


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("user", sa.String(64), primary_key=True),
        sa.Column("owner", sa.String(64), sa.ForeignKey("accounts.user"), nullable=True),
        sa.Column("is_agent", sa.Boolean, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("targets", sa.JSON, nullable=True),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("is_disabled", sa.Boolean, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=True),
        sa.Column("totp", sa.LargeBinary, nullable=True),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.CheckConstraint("is_agent = (owner IS NOT NULL)", name="agents_have_owners"),
    )
    op.create_table(
        "keys",
        sa.Column("fingerprint", sa.String(80), primary_key=True),
        sa.Column("user", sa.String(64), sa.ForeignKey("accounts.user"), nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_keys_user", "keys", ["user"])
    op.create_table(
        "totp_failures",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_index("totp_failures_of_user", "totp_failures", ["user", "at"])


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("requester", sa.String(64), nullable=False),
        sa.Column("target", sa.String(63), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    for column in ("requester", "state", "created_at"):
        op.create_index(f"ix_approvals_{column}", "approvals", [column])


def _create_others() -> None:
    op.create_table(
        "targets",
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
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("target", sa.String(63), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("history_of_pair", "history", ["user", "target", "id"])
    op.create_table(
        "counters",
        sa.Column("user", sa.String(64), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "panics",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("lifted_by", sa.Text, nullable=True),
        sa.Column("lifted_at", sa.DateTime, nullable=True),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("topic", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sqlite_autoincrement=True,
    )
