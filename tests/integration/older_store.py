"""A store as an earlier version of the program left it."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from attestree.adapters.sql.connections import open_engine
from attestree.adapters.sql.migrate import MIGRATIONS


def make_older_store(url: str, *, revision: str) -> None:
    """Make the tables of an earlier version, and nothing in them."""
    engine = open_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
