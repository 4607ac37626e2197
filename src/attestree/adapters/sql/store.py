"""
The store: durable memory in SQLite or PostgreSQL.

Joins the parts, each of which decides its own concern, and brings the tables up to date. Every
method is one transaction; when it returns, it is on disk. Source: DESIGN sections 3, 6 and 11.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from attestree.adapters.sql.api_keys import ApiKeys
from attestree.adapters.sql.at_rest import AtRest
from attestree.adapters.sql.batches import Batches
from attestree.adapters.sql.connections import open_engine
from attestree.adapters.sql.final_marks import FinalMarks
from attestree.adapters.sql.inspection import Inspection
from attestree.adapters.sql.intents import Intents
from attestree.adapters.sql.lanes import Lanes
from attestree.adapters.sql.leases import Leases
from attestree.adapters.sql.migrate import upgrade
from attestree.adapters.sql.open_batches import OpenBatches
from attestree.adapters.sql.recovered import Recovered
from attestree.adapters.sql.row_sums import keep_sums
from attestree.adapters.sql.tables import SUMMED
from attestree.adapters.sql.withdrawals import Withdrawals


class SqlStore(
    Leases,
    Batches,
    Intents,
    Lanes,
    FinalMarks,
    Withdrawals,
    Recovered,
    ApiKeys,
    OpenBatches,
    AtRest,
    Inspection,
):
    """Implements `ports.Store` and `ports.by_api`; safe for threads; close it, or use it as a context."""

    def __init__(self, url: str, *, verifies: bool = True) -> None:
        """
        Open a store without looking into it.

        Args:
            url: `sqlite:///path/to/file` or `postgresql://...`.
            verifies: Whether a row that is not what was written is refused; who examines them all wants
                to see it as it is.

        Raises:
            SettingsError: `config.store_url`.
            MissingExtraError: `extra.postgres`.
            StoreUnavailableError: `store.cannot_open`.
        """
        engine = open_engine(url)
        keep_sums(engine, SUMMED)
        super().__init__(engine.execution_options(verifies=verifies))

    @classmethod
    def create(cls, url: str, *, verifies: bool = True) -> Self:
        """Open a store and bring its tables up to date; raises as the constructor does."""
        store = cls(url, verifies=verifies)
        try:
            with store._our_errors():
                upgrade(store._engine)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()
