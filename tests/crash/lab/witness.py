"""
A witness in the database: triggers that note every edge a write took and every hand a lease went to.

They see what the product's own checks let through, also from a process that is dead by now. They are put
there by the lab; the product has no such tables.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, select, text

from attestree.adapters.sql.connections import open_engine
from attestree.adapters.sql.intent_rows import attempt_of
from attestree.adapters.sql.tables import ATTEMPTS
from attestree.ports import Attempt

TABLES = (
    "CREATE TABLE lab_edges (intent TEXT, before TEXT, after TEXT, fence BIGINT)",
    "CREATE TABLE lab_leases (was TEXT, now TEXT, fence BIGINT, later BIGINT, ends BIGINT, new_ends BIGINT)",
    "CREATE TABLE lab_fixed (what TEXT)",
)
"""Where the witness notes what it saw."""

NOTES = {
    "edges": (
        "UPDATE",
        "intents",
        "lab_edges VALUES (OLD.id, OLD.state, NEW.state, NEW.fence)",
        "OLD.state <> NEW.state",
    ),
    "leases": (
        "UPDATE",
        "leases",
        "lab_leases VALUES (OLD.owner, NEW.owner, OLD.fence, NEW.fence, OLD.expires, NEW.expires)",
        "",
    ),
    "rows": (
        "UPDATE",
        "credentials",
        "lab_fixed VALUES ('a row changed')",
        "OLD.leaf_hash <> NEW.leaf_hash OR OLD.leaf_index <> NEW.leaf_index OR OLD.row_key <> NEW.row_key",
    ),
    "gone": ("DELETE", "credentials", "lab_fixed VALUES ('a row was deleted')", ""),
    "attempts": ("DELETE", "attempts", "lab_fixed VALUES ('an attempt was deleted')", ""),
    "signed": (
        "UPDATE",
        "attempts",
        "lab_fixed VALUES ('what was signed changed')",
        "OLD.raw <> NEW.raw OR OLD.nonce <> NEW.nonce OR OLD.tx_hash <> NEW.tx_hash",
    ),
    "roots": (
        "UPDATE",
        "batches",
        "lab_fixed VALUES ('a root changed')",
        "OLD.root IS NOT NULL AND (NEW.root IS NULL OR OLD.root <> NEW.root OR OLD.size <> NEW.size)",
    ),
}
"""Name -> (change, table, note, condition) of each trigger."""


@dataclass(frozen=True)
class LeaseStep:
    """One change of a lease."""

    before: str
    after: str
    old_fence: int
    new_fence: int
    old_expires: int
    new_expires: int


class Witness:
    """What the triggers noted; close it."""

    def __init__(self, url: str, *, fresh: bool = True) -> None:
        self._engine: Engine = open_engine(url)
        if fresh:
            self._install()

    def edges(self) -> list[tuple[str, str, str]]:
        """Return every edge: write, state before, state after."""
        return [(row[0], row[1], row[2]) for row in self._read("SELECT intent, before, after FROM lab_edges")]

    def leases(self) -> list[LeaseStep]:
        """Return every change of a lease."""
        return [LeaseStep(*row) for row in self._read("SELECT * FROM lab_leases")]

    def attempts(self) -> dict[str, list[Attempt]]:
        """Return the attempts of every write that has some, by number; the store gives those of one only."""
        found: dict[str, list[Attempt]] = {}
        query = select(ATTEMPTS).order_by(ATTEMPTS.c.intent_id, ATTEMPTS.c.number)
        with self._engine.connect().execution_options(writes=False) as connection:
            for row in connection.execute(query):
                found.setdefault(row.intent_id, []).append(attempt_of(row))
        return found

    def changed(self) -> list[str]:
        """Return every change of what is fixed for ever."""
        return [row[0] for row in self._read("SELECT what FROM lab_fixed")]

    def leave(self) -> None:
        """Take every trigger and table away: `fsck` compares how the database is made up."""
        with self._engine.begin() as connection:
            for name, (_, table, _, _) in NOTES.items():
                on = "" if self._engine.dialect.name == "sqlite" else f" ON {table}"
                connection.execute(text(f"DROP TRIGGER lab_{name}{on}"))
            for table in TABLES:
                connection.execute(text(f"DROP TABLE {table.split()[2]}"))

    def close(self) -> None:
        self._engine.dispose()

    def _read(self, query: str) -> list[tuple[object, ...]]:
        with self._engine.connect().execution_options(writes=False) as connection:
            return [tuple(row) for row in connection.execute(text(query))]  # type: ignore[misc]

    def _install(self) -> None:
        sqlite = self._engine.dialect.name == "sqlite"
        with self._engine.begin() as connection:
            for table in TABLES:
                connection.execute(text(table))
            for name, (change, table, noted, condition) in NOTES.items():
                note = f"INSERT INTO {noted}"
                when = f"WHEN ({condition})" if condition else ""
                head = f"CREATE TRIGGER lab_{name} AFTER {change} ON {table} FOR EACH ROW {when}"
                if sqlite:
                    connection.execute(text(f"{head} BEGIN {note}; END"))
                    continue
                connection.execute(
                    text(
                        f"CREATE FUNCTION lab_note_{name}() RETURNS trigger LANGUAGE plpgsql AS"
                        f" $$ BEGIN {note}; RETURN NULL; END $$"
                    )
                )
                connection.execute(text(f"{head} EXECUTE FUNCTION lab_note_{name}()"))
