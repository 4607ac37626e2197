"""
A sum in every row, and one over the layout of the tables; `migrate.upgrade` fills them.

Source: DESIGN section 11.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_SUMMED = (
    *("attempts", "batches", "credentials", "final_marks", "intents", "lanes"),
    *("missing_anchors", "past_attempts", "pins"),
)


def upgrade() -> None:
    """Create the table, and add the column to all others but the leases."""
    op.create_table(
        "layout",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sum", sa.LargeBinary(), nullable=False),
        sa.Column("row_sum", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_layout")),
    )
    for name in _SUMMED:
        op.add_column(name, sa.Column("row_sum", sa.LargeBinary(), nullable=True))
