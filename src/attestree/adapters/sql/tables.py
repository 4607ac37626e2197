"""
The tables of the store.

Decides names, types and what the database itself enforces: states that exist, one batch per root,
one intent per batch. Every row that belongs to an issuer carries it, so
that one store serves many. Nothing personal has a column. Every table but the leases also has the sum of its
rows (`row_sums`). Changes to this module need a migration beside it (`migrations/versions`); a test compares
the two. Source: DESIGN sections 6 and 11.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from attestree.adapters.sql.row_sums import build_row_sum_column
from attestree.outbox.states import State

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables, with names for constraints that are the same on every database."""

_POSITION = BigInteger().with_variant(Integer, "sqlite")
"""Only INTEGER counts up by itself in SQLite, where it holds 64 bits anyway."""

_STATES = ", ".join(f"'{state.value}'" for state in State if state is not State.OPEN)

# Few credentials take another's place; those that do not need no entry.
_REPLACES = "replaces IS NOT NULL"

PINS = Table(
    "pins",
    METADATA,
    Column("registry", String, primary_key=True),
    Column("chain_id", BigInteger, nullable=False),
    Column("genesis_hash", LargeBinary, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("deploy_block", BigInteger, nullable=False),
    Column("deploy_block_hash", LargeBinary, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
)
"""The identity that each registry had when it was first used."""

LEASES = Table(
    "leases",
    METADATA,
    Column("key", LargeBinary, primary_key=True),
    Column("owner", String, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
)
"""Who may sign with a key now; the row stays when the lease is given back, so that fences only grow."""

BATCHES = Table(
    "batches",
    METADATA,
    Column("position", _POSITION, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("issuer", LargeBinary, nullable=False),
    Column("registry", String, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("list_id", LargeBinary, nullable=False),
    Column("seed", LargeBinary),
    Column("created", BigInteger, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("title", Text, nullable=False),
    Column("size", BigInteger),
    Column("root", LargeBinary),
    Column("delivered", Boolean, nullable=False),
    Column("release_early", Boolean, nullable=False),
    UniqueConstraint("issuer", "fingerprint"),
    UniqueConstraint("issuer", "root"),
    CheckConstraint("(root IS NULL) = (size IS NULL)", name="sealed_whole"),
)
"""One row per batch; its state is that of its intent, or OPEN."""

CREDENTIALS = Table(
    "credentials",
    METADATA,
    Column("token", String, nullable=False),
    Column("issuer", LargeBinary, nullable=False),
    Column("batch_id", String, ForeignKey("batches.id"), primary_key=True),
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
    Column("row_key", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("replaces", String),
    Index(None, "token", unique=True),
    Index(None, "row_key"),
    Index(None, "replaces", sqlite_where=text(_REPLACES), postgresql_where=text(_REPLACES)),
)
"""One row per credential; its key is the order in which a batch is added, whatever else is random."""

INTENTS = Table(
    "intents",
    METADATA,
    Column("position", _POSITION, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("issuer", LargeBinary, nullable=False),
    Column("batch_id", String, ForeignKey("batches.id"), unique=True),
    Column("kind", String, nullable=False),
    Column("registry", String, nullable=False),
    Column("sender", LargeBinary, nullable=False),
    Column("to", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("probes", LargeBinary, nullable=False),
    Column("title", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("fence", BigInteger, nullable=False),
    Column("block_number", BigInteger),
    Column("block_hash", LargeBinary),
    Column("note", String, nullable=False),
    Column("nonce", BigInteger),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
)
"""One row per wanted write, in the order they were queued."""

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("intent_id", String, ForeignKey("intents.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("issuer", LargeBinary, nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("tx_hash", LargeBinary, nullable=False, index=True),
    Column("gas", BigInteger, nullable=False),
    Column("max_fee", BigInteger, nullable=False),
    Column("priority_fee", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
)
"""One row per write and signed transaction; never deleted. A transaction may carry several writes."""

LANES = Table(
    "lanes",
    METADATA,
    Column("chain_id", BigInteger, primary_key=True, autoincrement=False),
    Column("genesis_hash", LargeBinary, primary_key=True),
    Column("sender", LargeBinary, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("next", BigInteger, nullable=False),
    CheckConstraint("first <= next", name="order"),
)
"""The nonce that each key uses next on each chain."""

FINAL_MARKS = Table(
    "final_marks",
    METADATA,
    Column("registry", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
"""The newest final block of each registry's chain on which anything was based."""

PAST_ATTEMPTS = Table(
    "past_attempts",
    METADATA,
    Column("position", _POSITION, primary_key=True),
    Column("registry", String, nullable=False),
    Column("genesis_hash", LargeBinary, nullable=False),
    Column("intent_id", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("issuer", LargeBinary, nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("tx_hash", LargeBinary, nullable=False),
    Column("gas", BigInteger, nullable=False),
    Column("max_fee", BigInteger, nullable=False),
    Column("priority_fee", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
)
"""Transactions signed for a test chain that was wiped: kept to be read, never sent, in nobody's way."""

MISSING_ANCHORS = Table(
    "missing_anchors",
    METADATA,
    Column("issuer", LargeBinary, primary_key=True),
    Column("root", LargeBinary, primary_key=True),
    Column("registry", String, nullable=False),
    Column("writer", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("list_id", LargeBinary, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("block_number", BigInteger, nullable=False),
)
"""Anchors of ours whose documents are not here, and a person said that work may go on without them."""

API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("position", _POSITION, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("issuer", LargeBinary, nullable=False),
    Column("key_hash", LargeBinary, nullable=False),
    Column("scopes", String, nullable=False),
    Column("label", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
    Column("last_used", BigInteger),
)
"""One row per key of a program; the key itself has no column."""

OPEN_BATCHES = Table(
    "open_batches",
    METADATA,
    Column("position", _POSITION, primary_key=True),
    Column("batch_id", String, nullable=False, unique=True),
    Column("issuer", LargeBinary, nullable=False),
    # The issuer again while credentials may join, else nothing: so there is one such batch an issuer
    Column("open_for", LargeBinary, unique=True),
    Column("capacity", BigInteger, nullable=False),
    Column("closed", BigInteger),
)
"""One row per batch that credentials join one by one, until it was handed out and a day is over."""

JOINED = Table(
    "joined",
    METADATA,
    Column("batch_id", String, ForeignKey("open_batches.batch_id"), primary_key=True),
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
    Column("issuer", LargeBinary, nullable=False),
    Column("token", String, nullable=False, unique=True),
    Column("checksum", LargeBinary, nullable=False),
    Column("created", BigInteger, nullable=False),
)
"""One row per member of such a batch."""

ANSWERED = Table(
    "answered",
    METADATA,
    Column("api_key_id", String, primary_key=True),
    Column("key_hash", LargeBinary, primary_key=True),
    Column("issuer", LargeBinary, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("answer_hash", LargeBinary, nullable=False),
    Column("token", String, nullable=False),
    Column("created", BigInteger, nullable=False, index=True),
)
"""What was answered under each `Idempotency-Key`, for a day."""

LAYOUT = Table(
    "layout",
    METADATA,
    Column("name", String, primary_key=True),
    Column("sum", LargeBinary, nullable=False),
)
"""How the tables of a SQLite file were laid out; without a row on PostgreSQL, which looks after its own."""

SUMMED = [table for table in METADATA.sorted_tables if table is not LEASES]
"""Tables whose rows carry a sum: all, whichever will be added, but the leases."""

for _table in SUMMED:
    _table.append_column(build_row_sum_column())
