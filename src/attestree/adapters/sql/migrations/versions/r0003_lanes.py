"""
Lanes: the nonce that each key uses next, and writes that fill a gap.

A key that was used before goes on behind the highest nonce that was ever signed with it.
Source: DESIGN section 6.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_FILL = """
INSERT INTO lanes (chain_id, genesis_hash, sender, first, next)
SELECT pins.chain_id, pins.genesis_hash, intents.sender, MIN(attempts.nonce), MAX(attempts.nonce) + 1
FROM attempts
JOIN intents ON intents.id = attempts.intent_id
JOIN pins ON pins.registry = intents.registry
GROUP BY pins.chain_id, pins.genesis_hash, intents.sender
"""


def upgrade() -> None:
    """Create the table, fill it from what was signed, and give intents a nonce of their own."""
    op.create_table(
        "lanes",
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("genesis_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sender", sa.LargeBinary(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "genesis_hash", "sender", name=op.f("pk_lanes")),
        sa.CheckConstraint("first <= next", name=op.f("ck_lanes_order")),
    )
    op.add_column("intents", sa.Column("nonce", sa.BigInteger(), nullable=True))
    op.execute(_FILL)
