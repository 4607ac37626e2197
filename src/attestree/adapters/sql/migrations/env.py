"""
How Alembic reaches the store: through the connection that `migrate.upgrade` gives it.

Decides that migrations run in the caller's transaction. Source: DESIGN section 11.
"""

from __future__ import annotations

from alembic import context

from attestree.adapters.sql.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
