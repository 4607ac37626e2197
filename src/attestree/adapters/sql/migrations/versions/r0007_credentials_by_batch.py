"""
Credentials by batch and index: the key in which they are added, so that only two indexes are in random order.

Columns stay, and so do the sums of rows. SQLite changes no key of a table: there the rows move to a new one.
Source: DESIGN section 11.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_COLUMNS = "token, issuer, batch_id, leaf_index, row_key, leaf_hash, replaces, row_sum"


def upgrade() -> None:
    """Change the key, and index what has no place in it."""
    if op.get_bind().dialect.name == "sqlite":
        _move_rows()
    else:
        op.drop_index("ix_credentials_replaces", "credentials")
        op.drop_index("ix_credentials_row_key", "credentials")
        op.drop_constraint("pk_credentials", "credentials")
        op.drop_constraint("uq_credentials_batch_id_leaf_index", "credentials")
        op.create_primary_key(op.f("pk_credentials"), "credentials", ["batch_id", "leaf_index"])
    taken = sa.text("replaces IS NOT NULL")
    op.create_index("ix_credentials_token", "credentials", ["token"], unique=True)
    op.create_index("ix_credentials_row_key", "credentials", ["row_key"])
    op.create_index(
        "ix_credentials_replaces", "credentials", ["replaces"], sqlite_where=taken, postgresql_where=taken
    )


def _move_rows() -> None:
    """Put the rows, as they stand, into a table with the new key."""
    op.create_table(
        "credentials_by_batch",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("issuer", sa.LargeBinary(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=False),
        sa.Column("row_key", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("replaces", sa.String(), nullable=True),
        sa.Column("row_sum", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_credentials_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "leaf_index", name=op.f("pk_credentials")),
    )
    op.execute(
        f"INSERT INTO credentials_by_batch ({_COLUMNS}) "  # noqa: S608 - our own names
        f"SELECT {_COLUMNS} FROM credentials ORDER BY rowid"
    )
    op.drop_table("credentials")
    op.rename_table("credentials_by_batch", "credentials")
