"""Make the list of what columns were found to hold.

Frozen: a later form of a table is a later step, never a change here.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "column_classes",
        sa.Column("target", sa.String(63), primary_key=True),
        sa.Column("schema_name", sa.String(128), primary_key=True),
        sa.Column("relation", sa.String(128), primary_key=True),
        sa.Column("column_name", sa.String(128), primary_key=True),
        sa.Column("sensitivity", sa.String(32), nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("is_carried", sa.Boolean, nullable=False),
        sa.Column("oid", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
