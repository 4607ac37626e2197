"""
Recovers the office in the current folder, and is killed at a transaction of the store.

    python dying_recovery.py N      dies when its Nth transaction that writes begins, if there are so many

What is recovered, and in which order, is decided by the product; only the store that it is given dies.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from attestree.adapters.sql import SqlStore
from attestree.anchoring.lease import Leases, build_lease_key, name_owner
from attestree.settings import load_settings
from attestree.wiring.recovery import our_addresses, wire_recovery
from attestree.wiring.system import SystemClock


class DyingStore(SqlStore):
    """A store whose process is killed as a transaction begins."""

    left = 0
    """Transactions that are begun, the last of which is the end."""

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        with super()._writing() as connection:
            yield connection


def main(transactions: int) -> None:
    settings = load_settings(Path("attestree.toml"))
    with DyingStore("sqlite:///attestree.db") as store:
        store.left = transactions
        leases = Leases(store, SystemClock(), owner=name_owner(now=SystemClock().now()))
        for registry in settings.registry:
            for address in our_addresses(settings, registry):
                leases.take(build_lease_key(chain_id=registry.chain_id, address=address))
        recovery = wire_recovery(settings, store)
        recovery.run(recovery.plan(), accept_missing=False)
        leases.drop_all()


if __name__ == "__main__":
    main(int(sys.argv[1]))
