"""Make the lists of what was tried on masked columns and of what was added to budgets.

Frozen: a later form of a table is a later step, never a change here.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "guesses",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("target", sa.String(63), primary_key=True),
        sa.Column("sensitivity", sa.String(32), primary_key=True),
        sa.Column("day", sa.DateTime, primary_key=True),
        sa.Column("digest", sa.String(32), primary_key=True),
        sa.Column("amount", sa.Integer, nullable=False),
    )
    op.create_table(
        "guess_extensions",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("target", sa.String(63), primary_key=True),
        sa.Column("sensitivity", sa.String(32), primary_key=True),
        sa.Column("day", sa.DateTime, primary_key=True),
        sa.Column("amount", sa.Integer, nullable=False),
    )
