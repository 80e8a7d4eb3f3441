"""Tokens of masked values, and the classes that people gave to columns.

Frozen: a later form of a table is a later step, never a change here.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "mask_tokens",
        sa.Column("record", sa.String(160), primary_key=True),
        sa.Column("target", sa.String(63), nullable=False),
        sa.Column("sensitivity", sa.String(32), nullable=False),
        sa.Column("tag", sa.String(32), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("shown_at", sa.DateTime, nullable=False),
    )
    op.create_index("mask_tokens_by_age", "mask_tokens", ["target", "sensitivity", "shown_at"])
    op.create_table(
        "mask_token_lengths",
        sa.Column("target", sa.String(63), primary_key=True),
        sa.Column("sensitivity", sa.String(32), primary_key=True),
        sa.Column("length_min", sa.Integer, nullable=False),
    )
    op.create_table(
        "column_overrides",
        sa.Column("target", sa.String(63), primary_key=True),
        sa.Column("schema_name", sa.String(128), primary_key=True),
        sa.Column("relation", sa.String(128), primary_key=True),
        sa.Column("column_name", sa.String(128), primary_key=True),
        sa.Column("sensitivity", sa.String(32), nullable=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
