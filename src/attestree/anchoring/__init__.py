"""
Anchoring: drives every queued write to the chain until it is final.

Batches, status changes, accreditations and deployments take the same road. `outbox.decide` says
which step comes next; this package looks, signs, sends and stores. Source: DESIGN section 6.
"""

from attestree.anchoring.identity import pin_identity, verify_identity
from attestree.anchoring.pace import Pace
from attestree.anchoring.progress import Event, Progress
from attestree.anchoring.receipts import fetch_final_receipt
from attestree.anchoring.resume import resume_intent
from attestree.anchoring.watch import watch
from attestree.anchoring.worker import Worker

__all__ = [
    "Event",
    "Pace",
    "Progress",
    "Worker",
    "fetch_final_receipt",
    "pin_identity",
    "resume_intent",
    "verify_identity",
    "watch",
]
