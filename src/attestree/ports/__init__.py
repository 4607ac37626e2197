"""
The ports: what the use cases need from the outside, and what an adapter must promise.

Protocols and the plain values that cross them; no I/O. An adapter turns every foreign error into
one of `attestree.errors` and never into a default value. Implementations are chosen in `wiring`.
Source: DESIGN sections 3, 6, 7 and 11.
"""

from __future__ import annotations

from attestree.outbox.batches import Batch, CredentialRow
from attestree.outbox.records import Attempt, Fees, Intent, Lane, NewIntent, Nonces, Probe, Receipt
from attestree.ports.folders import BatchFolder, FolderFile
from attestree.ports.identifying import DidResolver
from attestree.ports.machine import Alarm, Clock, Entropy
from attestree.ports.reading import ChainEvents, ChainFacts, IssuerFacts
from attestree.ports.sending import SignedTransaction, Signer, Transaction, TransactionSender
from attestree.ports.store import NOBODY_ELSE, Store

__all__ = [
    "NOBODY_ELSE",
    "Alarm",
    "Attempt",
    "Batch",
    "BatchFolder",
    "ChainEvents",
    "ChainFacts",
    "Clock",
    "CredentialRow",
    "DidResolver",
    "Entropy",
    "Fees",
    "FolderFile",
    "Intent",
    "IssuerFacts",
    "Lane",
    "NewIntent",
    "Nonces",
    "Probe",
    "Receipt",
    "SignedTransaction",
    "Signer",
    "Store",
    "Transaction",
    "TransactionSender",
]
"""The ports, and the plain values that cross them; the outbox's records are passed on from there."""
