"""
The gate: nothing is signed with a key while the chain knows more of it than the store does.

A store that was restored from yesterday's copy, or begun anew, would issue again what was issued, and change
status from what was true yesterday. It shows in the key's own count of transactions: every one that this
store signed is in its lane, so that a higher count on the chain asks for an explanation. One read a round;
events are only replayed when the counts differ.
Decides that what our key recorded in our issuers' names and the store does not know closes the gate, and
that anything else (the key's use elsewhere) is the lane's concern. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attestree.errors import NotAllowedError
from attestree.ports import Fees, Nonces, Receipt, TransactionSender
from attestree.ports.recovering import RecoverableStore
from attestree.recovering.chronicle import Chronicle
from attestree.recovering.unknown import find_unknown
from attestree.registry.facts import BlockRef, ChainIdentity


class Gate:
    """The gate of one registry; keeps what it saw, so that a count is explained once."""

    def __init__(
        self, *, registry: str, store: RecoverableStore, fetch_chronicle: Callable[[], Chronicle]
    ) -> None:
        """
        Ask nothing yet.

        Args:
            registry: Its name in the settings.
            store: What is known here.
            fetch_chronicle: Reads what the chain holds now in the name of our issuers.
        """
        self._registry = registry
        self._store = store
        self._fetch_chronicle = fetch_chronicle
        self._explained: dict[bytes, int] = {}

    def verify(self, address: bytes, counts: Nonces) -> None:
        """
        Return if the store knows all that a key recorded.

        Args:
            address: The key, 20 bytes.
            counts: Its transaction counts, read just now.

        Raises:
            NotAllowedError: `recover.behind`; nothing was signed.
            ChainUnavailableError: The events do not come; nothing is known then.
            HeadMismatchError: The node hides or invents events.
        """
        lane = self._store.fetch_lane(sender=address, registry=self._registry)
        signed = 0 if lane is None else lane.next
        if counts.mined <= max(signed, self._explained.get(address, 0)):
            return
        unknown = find_unknown(self._fetch_chronicle(), self._store, registry=self._registry, keys={address})
        if unknown:
            batches = len(unknown.anchors) + len(unknown.waiting)
            raise NotAllowedError("recover.behind", batches=batches, changes=len(unknown.changes))
        self._explained[address] = counts.mined


class GatedSender:
    """A `TransactionSender` that tells a key's counts only where the store knows what they count."""

    def __init__(self, sender: TransactionSender, gate: Gate) -> None:
        """Stand before a sender; whoever wants to sign asks for the counts first."""
        self._sender = sender
        self._gate = gate

    def fetch_nonces(self, address: bytes) -> Nonces:
        """Return a key's transaction counts; raises as `Gate.verify` does."""
        counts = self._sender.fetch_nonces(address)
        self._gate.verify(address, counts)
        return counts

    def fetch_identity(self) -> ChainIdentity:
        """Return what the chain says it is."""
        return self._sender.fetch_identity()

    def fetch_block(self, tag: int | str) -> BlockRef:
        """Return a block."""
        return self._sender.fetch_block(tag)

    def fetch_balance(self, address: bytes) -> int:
        """Return a key's balance in wei."""
        return self._sender.fetch_balance(address)

    def fetch_fees(self) -> Fees:
        """Return fees likely to be mined soon."""
        return self._sender.fetch_fees()

    def fetch_gas(self, *, sender: bytes, to: bytes, payload: bytes) -> int:
        """Return the gas a call needs."""
        return self._sender.fetch_gas(sender=sender, to=to, payload=payload)

    def fetch_receipts(self, tx_hashes: Sequence[bytes]) -> Mapping[bytes, Receipt | None]:
        """Return a receipt or None for each hash."""
        return self._sender.fetch_receipts(tx_hashes)

    def fetch_words(self, slots: Sequence[bytes], *, block: BlockRef) -> tuple[bytes, ...]:
        """Return storage words at that very block."""
        return self._sender.fetch_words(slots, block=block)

    def send(self, raw: bytes) -> None:
        """Hand the bytes to the node."""
        self._sender.send(raw)
