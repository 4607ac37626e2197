"""
The receipt that counts, for those who need more than "done": the address of a new contract, the gas.

Source: DESIGN section 6.
"""

from __future__ import annotations

from attestree.errors import TransitionError
from attestree.outbox.states import State
from attestree.ports import Receipt, Store, TransactionSender


def fetch_final_receipt(store: Store, sender: TransactionSender, intent_id: str) -> Receipt | None:
    """
    Return the receipt by which a write became FINAL; None where another brought its effect about.

    Raises:
        TransitionError: `outbox.not_final_yet`.
        ChainUnavailableError: The chain does not answer.
    """
    intent = store.fetch_intent(intent_id)
    if intent is None or intent.state is not State.FINAL:
        raise TransitionError("outbox.not_final_yet")
    hashes = [attempt.tx_hash for attempt in store.fetch_attempts(intent_id)]
    found = sender.fetch_receipts(hashes) if hashes else {}
    return next((receipt for receipt in found.values() if receipt and receipt.succeeded), None)
