"""
Shared transactions: one hash may stand with several writes.

Source: DESIGN section 6; docs/adr/0010.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Let a hash stand in several rows, and find them by it."""
    with op.batch_alter_table("attempts") as attempts:
        attempts.drop_constraint("uq_attempts_tx_hash", type_="unique")
        attempts.create_index(op.f("ix_attempts_tx_hash"), ["tx_hash"])
