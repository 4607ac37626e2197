"""
Issuing by API: keys of programs, open batches with their members, and answers that may be asked for again.

Source: DESIGN sections 6, 10 and 11; docs/adr/0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "api_keys",
        sa.Column("position", _POSITION, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("issuer", sa.LargeBinary(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.Column("last_used", sa.BigInteger(), nullable=True),
        sa.Column("row_sum", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("id", name=op.f("uq_api_keys_id")),
    )
    op.create_table(
        "open_batches",
        sa.Column("position", _POSITION, nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("issuer", sa.LargeBinary(), nullable=False),
        sa.Column("open_for", sa.LargeBinary(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("row_sum", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_open_batches")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_open_batches_batch_id")),
        sa.UniqueConstraint("open_for", name=op.f("uq_open_batches_open_for")),
    )
    _create_joined()
    _create_answered()


def _create_joined() -> None:
    op.create_table(
        "joined",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issuer", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("checksum", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("row_sum", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["open_batches.batch_id"], name=op.f("fk_joined_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "leaf_index", name=op.f("pk_joined")),
        sa.UniqueConstraint("token", name=op.f("uq_joined_token")),
    )


def _create_answered() -> None:
    op.create_table(
        "answered",
        sa.Column("api_key_id", sa.String(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("row_sum", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("api_key_id", "key_hash", name=op.f("pk_answered")),
    )
    op.create_index(op.f("ix_answered_created"), "answered", ["created"])
