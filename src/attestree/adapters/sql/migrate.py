"""
Bringing the tables of a store up to date.

Decides that the whole way up is one transaction, so that a killed upgrade leaves the old tables.
The steps themselves stand in `migrations/versions`. Source: DESIGN section 11.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

MIGRATIONS = Path(__file__).parent / "migrations"
"""The Alembic environment, shipped in the package."""


def upgrade(engine: Engine) -> None:
    """Run every migration that the store has not seen."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
