"""
Bringing the tables of a store up to date.

Decides that the whole way up is one transaction, so that a killed upgrade leaves the old tables, and
that tables which are up to date cost one query: Alembic is slow to load. Rows that have no sum yet are
taken as they stand: what changed before cannot be told any more.
The steps themselves stand in `migrations/versions`. Source: DESIGN section 11.
"""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from attestree.adapters.sql.at_rest import write_layout
from attestree.adapters.sql.row_sums import sum_missing
from attestree.adapters.sql.tables import SUMMED
from attestree.errors import StoreUnavailableError

MIGRATIONS = Path(__file__).parent / "migrations"
"""The Alembic environment, shipped in the package."""

NEWEST = "0008"
"""Revision of the newest migration."""

_ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps the connection that it works on in a place which all threads share."""


def upgrade(engine: Engine) -> None:
    """Run every migration that the store has not seen."""
    if _is_newest(engine):
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _ONE_AT_A_TIME, engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as exc:
            raise StoreUnavailableError("store.unknown_version") from exc
        for table in SUMMED:
            sum_missing(connection, table)
        write_layout(connection)


def _is_newest(engine: Engine) -> bool:
    """Say whether the newest migration has been run."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [NEWEST]
