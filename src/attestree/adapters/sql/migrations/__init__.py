"""The Alembic environment of the store; run by `migrate.upgrade`, never by hand."""
