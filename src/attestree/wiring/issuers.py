"""
What issues and changes status for one institution.

Decides nothing beyond the choice of adapters; what signs is given. Source: DESIGN section 3.
"""

from __future__ import annotations

from functools import partial

from attestree.adapters.files.mapped import MappedMemory
from attestree.adapters.keys.roster_key import read_roster_key
from attestree.adapters.sql.store import SqlStore
from attestree.issuing.issue import Issuing
from attestree.issuing.progress import Making
from attestree.issuing.signing import DocumentSigner
from attestree.issuing.status import StatusDesk
from attestree.outbox.relayed import NOBODY
from attestree.settings import IssuerSettings, Settings
from attestree.wiring.chains import wire_sender
from attestree.wiring.keys import read_key_address
from attestree.wiring.room import verify_room
from attestree.wiring.stores import wire_folders
from attestree.wiring.system import SystemClock, SystemEntropy


def operator_address(settings: Settings, issuer: IssuerSettings) -> bytes:
    """Return the address that records for an issuer, 20 bytes; the issuer's own where no operator is set."""
    if issuer.operator_key is None:
        return issuer.account
    return read_key_address(settings, issuer.operator_key)


def wire_issuing(
    settings: Settings,
    issuer: IssuerSettings,
    store: SqlStore,
    *,
    fee_limit_wei: int | None = None,
    relayed: bool = False,
    sign: DocumentSigner | None = None,
    making: Making | None = None,
) -> Issuing:
    """
    Return what issues for one issuer; no transaction is signed by it.

    Args:
        settings: Say where everything is.
        issuer: Which.
        store: Where batches are remembered.
        fee_limit_wei: A batch that might cost more is not started; None = as the settings have it.
        relayed: Whether somebody else records and pays; then no chain is asked.
        sign: Signs each credential, see `wiring.signing`; None where the terms say unsigned, or only a
            plan is wanted.
        making: Who makes the credentials, see `wiring.engines`; None = this process, and nobody is told.
    """
    folders = wire_folders(settings, issuer)
    return Issuing(
        store=store,
        folder=folders,
        sender=None if relayed else wire_sender(settings.find_registry(issuer.registry)),
        clock=SystemClock(),
        entropy=SystemEntropy(),
        roster_key=read_roster_key(settings.path(issuer.roster_key)),
        operator=NOBODY if relayed else operator_address(settings, issuer),
        fee_limit_wei=int(settings.fee_limit_eth * 10**18) if fee_limit_wei is None else fee_limit_wei,
        sign=sign,
        making=making or Making(),
        verify_room=partial(verify_room, settings),
        memory=MappedMemory(folders.base),
    )


def wire_status(settings: Settings, issuer: IssuerSettings, store: SqlStore) -> StatusDesk:
    """Return what changes status for one issuer; nothing is signed by it."""
    return StatusDesk(
        store=store,
        clock=SystemClock(),
        issuer=issuer.account,
        operator=operator_address(settings, issuer),
        contracts={item.name: item.contract for item in settings.registry},
    )
